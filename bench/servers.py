"""The servers of a comparison: how each is started, what it can do, and its life while it is measured."""

import contextlib
import dataclasses
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import time

from peers import peers as peer_table

FOLIO, BARE_UV, BARE_EPOLL = "Folio", "bare libuv", "bare epoll"
OWN = (FOLIO, BARE_UV, BARE_EPOLL)

QUIET = {"LOG_LEVEL": "warn", "ACCESS_LOG": "off"}

START_SECONDS = 20
STOP_SECONDS = 15


class ServerFailed(Exception):
    """A server that did not start, or that ended while it was measured."""


@dataclasses.dataclass
class Server:
    name: str
    commands: object         # Setup -> [(command, answers TLS, answers plain)], one process each
    can: object              # Case -> bool
    environment: dict = dataclasses.field(default_factory=dict)
    version: str = ""
    tls: bool = True         # whether it has a port for TLS
    instead: dict = dataclasses.field(default_factory=dict)  # case -> the server that takes this one's place in it
    paths: dict = dataclasses.field(default_factory=dict)    # case -> the path that is asked for in the place of its own


def own_servers(app, binaries):
    """Folio's app and the bare servers; `app` is what `folio build` made, `binaries` the folder of the others."""
    return [
        Server(FOLIO, lambda setup: folio_commands(app, setup), lambda case: True, QUIET,
               instead={"1,000 routes": folio_with_routes(binaries / "routes_server", 1000)}),
        bare(BARE_UV, binaries / "bare_uv"),
        bare(BARE_EPOLL, binaries / "bare_epoll"),
    ]


def folio_with_routes(program, count):
    """Folio with so many static routes, and as many with a parameter."""
    return Server(FOLIO, lambda setup: folio_commands(program, setup, [str(count)]), lambda case: True, QUIET, tls=False)


def bare(name, program):
    """A bare server knows its paths by heart: it has no routes, and so its plaintext stands for any number of them.

    Only the one over libuv speaks TLS.
    """
    tls = name == BARE_UV
    return Server(name, lambda setup: [([str(program), *setup.flags()], tls, True)], lambda case: tls or not case.tls,
                  tls=tls, paths={"1,000 routes": "/"})


def folio_with_loops(app, count):
    """Folio with so many threads, each with a loop of its own."""
    return Server(f"{count} loops" if count > 1 else "1 loop", lambda setup: folio_commands(app, setup, threads=count),
                  lambda case: True, QUIET, tls=False)


def folio_commands(app, setup, first=(), threads=1):
    """A port of Folio is plain or TLS: two processes. `first` goes before its flags."""
    common = ["--host", "127.0.0.1", "--threads", str(threads), "--public", str(pathlib.Path(setup.static).parent)]
    commands = [([str(app), *first, "--port", str(setup.port), *common], False, True)]
    if setup.tls_port:
        tls = ["--tls-cert", setup.cert, "--tls-key", setup.key]
        commands.append(([str(app), *first, "--port", str(setup.tls_port), *tls, *common], True, False))
    return commands


def peer_servers(build):
    """Those peers that are there, and a line for each that is not."""
    there, missing = [], []
    for peer in peer_table.peers(build):
        reason = peer.missing()
        if reason:
            missing.append(reason)
            continue
        there.append(Server(peer.name, lambda setup, peer=peer: [(peer.command(setup), True, True)],
                            lambda case, peer=peer: case.name in peer.cases, version=peer.version()))
    return there, missing


class Running:
    """A server that has been started, on processors of its own; `with` stops it."""

    def __init__(self, server, work, files, cpus):
        self.name = server.name
        self.folder = pathlib.Path(work) / re.sub(r"\W+", "-", server.name)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.setup = peer_table.Setup(port=free_port(), static=files.static, work=str(self.folder),
                                      tls_port=free_port() if server.tls else 0,
                                      cert=files.cert, key=files.key)
        self.log = self.folder / "output"
        self.processes = []  # (Popen, answers TLS, answers plain)
        environment = dict(os.environ, **server.environment)
        try:
            with open(self.log, "w") as log:
                for command, tls, plain in server.commands(self.setup):
                    process = subprocess.Popen(["taskset", "-c", ",".join(map(str, cpus)), *command], cwd=self.folder, env=environment,
                                               stdin=subprocess.DEVNULL, stdout=log, stderr=log)
                    self.processes.append((process, tls, plain))
            self.wait_for(self.setup.port)
            if self.setup.tls_port:
                self.wait_for(self.setup.tls_port)
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def wait_for(self, port):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.check_alive()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise ServerFailed(f"{self.name} does not listen on port {port} after {START_SECONDS} s{self.last_words()}")

    def check_alive(self):
        for process, _, _ in self.processes:
            if process.poll() is not None:
                raise ServerFailed(f"{self.name} ended with status {process.returncode}{self.last_words()}")

    def last_words(self):
        text = self.log.read_text(errors="replace")[-600:].strip()
        return f": {text}" if text else ""

    def target(self, tls):
        """The arguments of the load generator that say whom to ask, and whose CPU and memory to account."""
        arguments = ["--port", str(self.setup.tls_port if tls else self.setup.port)]
        for process, answers_tls, answers_plain in self.processes:
            if answers_tls if tls else answers_plain:
                for pid in family(process.pid):
                    arguments += ["--server-pid", str(pid)]
        return arguments

    def stop(self):
        for process, _, _ in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process, _, _ in self.processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def family(pid):
    """A process and all that descend from it: a peer may leave the work to a child."""
    found = [pid]
    for parent in found:
        for task in pathlib.Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def free_port():
    """A port that nobody listens on, below those that the kernel gives to outgoing connections: a load generator makes
    tens of thousands of these, and one of them could have taken it before the server does."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as limits:
        ephemeral = int(limits.read().split()[0])
    below = range(10_000, ephemeral)
    for port in [*random.sample(below, min(100, len(below))), 0]:  # 0: any
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise RuntimeError("there is no free port")
