"""The built example, and servers that run it on a port of their own. What helpers.mjs is for the tests in JavaScript."""

import os
import re
import selectors
import subprocess
import threading
import time

import build_example

SECONDS = 60


def example():
    """The path of example/ as one binary; built once, whichever test file comes first."""
    return os.environ.get("FOLIO_EXAMPLE_BINARY") or str(build_example.build())


class Server:
    """As a context manager: a server that listens on `port`, and must end well."""

    def __init__(self, binary, environment=None):
        self.binary = binary
        self.environment = {**os.environ, **(environment or {})}
        self.arguments = []  # more of them
        self.output = ""

    def __enter__(self):
        self.process = subprocess.Popen(
            [self.binary, "--host", "127.0.0.1", "--port", "0", "--threads", "2", *self.arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment)
        try:
            self.port = int(self._until(r"http://[^\s/:]+:(\d+)"))
        except BaseException:
            self.process.kill()
            raise
        # What else it says is read, so that it never waits for a reader.
        self.reader = threading.Thread(target=self._read_on)
        self.reader.start()
        self.url = f"ws://127.0.0.1:{self.port}"
        return self

    def _until(self, pattern):
        deadline = time.monotonic() + SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while time.monotonic() < deadline and selector.select(deadline - time.monotonic()):
                line = self.process.stdout.readline()
                if not line:
                    break
                self.output += line
                match = re.search(pattern, self.output)
                if match:
                    return match.group(1)
        raise RuntimeError(f"no output that matches {pattern}\n{self.output}")

    def _read_on(self):
        for line in self.process.stdout:
            self.output += line

    def __exit__(self, *_):
        self.process.terminate()
        try:
            code = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        if code != 0:
            raise AssertionError(f"the server ended with {code}\n{self.output}")
