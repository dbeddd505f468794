"""A client that keeps the rules, in a process of its own, so that what else a test does is not what is measured:

    python3 http_peer.py PORT

asks for /hello on eight connections, each in its turn, until its input ends. It prints a line once each of them has had an answer,
and at the end a JSON object: `seconds`, what each answer took, and `failure`, null or what went wrong."""

import json
import select
import socket
import subprocess
import sys
import time

COUNT = 8  # the kernel spreads connections over the loops: all on one of two happens once in 128 times
PAUSE = 0.002
REQUEST = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
WINDOW = 200
WINDOWS = 10  # at least so many, so that one is free of what else the machine does
SERVED = "served\n"


class GoodClient:
    def __init__(self, port):
        self.process = subprocess.Popen([sys.executable, __file__, str(port)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.result = None

    def wait_until_served(self):
        """All of its connections have had an answer."""
        line = self.process.stdout.readline()
        if line != SERVED:
            raise AssertionError(f"a good client was not served: {line}")

    def stop(self):
        """Ends it. The first time counts."""
        if self.result is None:
            output, _ = self.process.communicate("")
            self.result = json.loads(output.removeprefix(SERVED))
        return self.result

    def failure(self):
        return self.stop()["failure"]

    def p99(self):
        """The 99th percentile of the best two hundred answers in a row, in seconds: what else the machine does comes
        and goes, what the server does to this client stays."""
        seconds = self.stop()["seconds"]
        windows = [seconds[at:at + WINDOW] for at in range(0, max(1, len(seconds) - WINDOW + 1), WINDOW)]
        return min(sorted(window)[len(window) * 99 // 100] for window in windows)


def ask(connection):
    begun = time.monotonic()
    connection.sendall(REQUEST)
    answer = b""
    while not answer.endswith(b"\r\n\r\nhello"):
        data = connection.recv(4096)
        if not data:
            raise ConnectionError("the server ended a good client's connection")
        answer += data
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(answer.decode())
    return time.monotonic() - begun


def run(port):
    seconds = []
    failure = None
    try:
        connections = [socket.create_connection(("127.0.0.1", port), 30) for _ in range(COUNT)]
        for connection in connections:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for connection in connections:
            ask(connection)
        print(SERVED, end="", flush=True)
        # So many at least that they can be judged.
        while len(seconds) < WINDOWS * WINDOW or not select.select([sys.stdin], [], [], 0)[0]:
            seconds += [ask(connection) for connection in connections]
            time.sleep(PAUSE)
    except OSError as error:
        failure = str(error)
    print(json.dumps({"seconds": seconds, "failure": failure}))


if __name__ == "__main__":
    run(int(sys.argv[1]))
