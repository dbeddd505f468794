"""Where a server listens, and how one process follows another: under load no request may fail."""

import contextlib
import http.client
import os
import socket
import ssl
import subprocess
import threading
import unittest

from folio_server import SECONDS, example
from tls_server import Folder, Server


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def ask(connection, path="/docs/a"):
    with contextlib.closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status


class Load:
    """Clients that ask without a pause: some on connections that they keep, some on a new one each time."""

    def __init__(self, connect, clients=6):
        self.connect = connect
        self.done = False
        self.answered = 0
        self.failures = []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(i % 2 == 0,)) for i in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done = True
        for thread in self.threads:
            thread.join()

    def _run(self, keeps):
        connection = self.connect()
        while not self.done:
            try:
                connection.request("GET", "/sleep/5")
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    raise RuntimeError(f"status {response.status}")
                with self.lock:
                    self.answered += 1
            except (OSError, http.client.HTTPException, RuntimeError) as error:
                self.failures.append(repr(error))
                connection.close()
            if not keeps:
                connection.close()
        connection.close()

    def go_on(self, requests):
        """Until so many more have been answered."""
        wanted = self.answered + requests
        while self.answered < wanted and not self.failures:
            threading.Event().wait(0.01)


class Listening(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.close)

    def take_over_under_load(self, connect, *flags):
        flags = ["--log-level", "warn", "--takeover", self.folder / "takeover.sock", *flags]
        with contextlib.ExitStack() as servers:
            server = servers.enter_context(Server(*flags, "--threads", "2"))
            port = server.port
            with Load(lambda: connect(port)) as load:
                for threads in (1, 3, 2, 2, 2):
                    load.go_on(40)
                    following = Server(*flags, "--threads", str(threads))
                    following.start()
                    self.assertEqual(server.ended(), 0, server.output)
                    servers.pop_all()
                    server = following
                    servers.push(following)
                load.go_on(40)
            self.assertEqual(load.failures, [])
        self.assertFalse(os.path.exists(self.folder / "takeover.sock"))

    def test_takeovers_in_clear(self):
        self.take_over_under_load(lambda port: http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS),
                                  "--host", "127.0.0.1", "--port", "0")

    def test_takeovers_by_https(self):
        certificate = self.folder.certificate("localhost", "localhost")
        context = ssl.create_default_context(cafile=self.folder / "localhost.pem")
        self.take_over_under_load(
            lambda port: http.client.HTTPSConnection("localhost", port, context=context, timeout=SECONDS),
            "--host", "127.0.0.1", "--port", "0", *certificate)

    def test_takeovers_of_a_unix_socket(self):
        path = self.folder / "app.sock"
        self.take_over_under_load(lambda _: UnixConnection(path), "--host", "unix:" + path)
        self.assertFalse(os.path.exists(path))

    def test_a_successor_that_fails_changes_nothing(self):
        flags = ["--host", "127.0.0.1", "--port", "0", "--takeover", self.folder / "takeover.sock"]
        with Server(*flags) as server:
            done = subprocess.run([example(), *flags, "--tls-cert", "/none.pem", "--tls-key", "/none.key"],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertEqual(ask(http.client.HTTPConnection("127.0.0.1", server.port)), 200)

    def test_sockets_of_a_service_manager(self):
        with socket.create_server(("127.0.0.1", 0)) as listening, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            notices.bind(self.folder / "notify")
            notices.settimeout(SECONDS)
            port = listening.getsockname()[1]
            # Descriptor 3, as systemd gives it, in a process that knows its own id.
            shell = f"LISTEN_PID=$$ LISTEN_FDS=1 exec {example()} --threads 2 3<&{listening.fileno()}"
            with Server(command=["sh", "-c", shell], environment={"NOTIFY_SOCKET": self.folder / "notify"},
                        pass_fds=[listening.fileno()]) as server:
                self.assertEqual(server.port, port)
                self.assertEqual(notices.recv(1000).split(b"\n")[0], b"READY=1")
                self.assertEqual(ask(http.client.HTTPConnection("127.0.0.1", port)), 200)
            self.assertEqual(notices.recv(1000), b"STOPPING=1")
            # Whoever comes in between waits for the next.
            waiting = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
            waiting.request("GET", "/docs/a")
            with Server(command=["sh", "-c", shell], pass_fds=[listening.fileno()]):
                self.assertEqual(waiting.getresponse().status, 200)
                waiting.close()

    def test_descriptors_that_are_no_sockets_are_named(self):
        with open(os.devnull) as nothing:
            shell = f"LISTEN_PID=$$ LISTEN_FDS=1 exec {example()} 3<&{nothing.fileno()}"
            done = subprocess.run(["sh", "-c", shell], pass_fds=[nothing.fileno()], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, timeout=SECONDS)
        self.assertEqual(done.returncode, 1)
        self.assertIn("file descriptor 3, which LISTEN_FDS hands over, is no listening stream socket", done.stdout)

    def test_ipv6_and_ipv4_on_one_socket(self):
        if not os.path.exists("/proc/net/if_inet6"):  # a machine without IPv6
            done = subprocess.run([example(), "--host", "::", "--port", "0"], timeout=SECONDS)
            return self.assertEqual(done.returncode, 1)
        with Server("--host", "::", "--port", "0") as server:
            self.assertTrue(server.where.startswith("http://[::]:"))
            for host in ("::1", "127.0.0.1"):
                self.assertEqual(ask(http.client.HTTPConnection(host, server.port, timeout=SECONDS)), 200)

    def test_a_proxy_says_who_the_client_is(self):
        with Server("--host", "127.0.0.1", "--port", "0", "--proxy-protocol") as server:
            done = subprocess.run(["curl", "-sS", "--noproxy", "*", "--haproxy-protocol", f"http://127.0.0.1:{server.port}/docs/a",
                                   "-o", os.devnull, "-w", "%{http_code}"], stdout=subprocess.PIPE, text=True, timeout=SECONDS)
            self.assertEqual(done.stdout, "200")
            with self.assertRaises((OSError, http.client.HTTPException)):
                ask(http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS))
            server.seen("a connection from 127.0.0.1 is closed: it does not begin with a PROXY header")


if __name__ == "__main__":
    unittest.main()
