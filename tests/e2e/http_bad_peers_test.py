"""Clients of HTTP that misbehave, and what becomes of the others and of the server: nobody is harmed, and nothing stays
behind. Twice over: the sanitized build finds what is wrong in memory, the released one is what memory and latency are
measured on.
"""

import contextlib
import pathlib
import resource
import select
import socket
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import http_server  # noqa: E402
from http_peer import COUNT, GoodClient  # noqa: E402
from ws_peer import SECONDS, Peer  # noqa: E402
from ws_server import MIB, eventually  # noqa: E402

MAX_OUTPUT = MIB  # the server's limit, from framework/app/config.hpp
FLOOR = 0.050     # seconds that the p99 of a good client may have in any case
IDLE = 5000


def raise_descriptors():
    """As many as we may have: a server that we start has them too."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


class BadPeers:
    SLACK: int  # bytes that memory may grow by besides what limits allow
    LIMITS = {"test_a_flood_past_the_limit": {"max_connections": 300},
              "test_one_address_past_its_limit": {"max_connections_per_address": 300}}

    @classmethod
    def setUpClass(cls):
        raise_descriptors()
        cls.app = cls.build()

    def setUp(self):
        server = http_server.Server(self.app, self.LIMITS.get(self._testMethodName, {}))
        self.server = server.__enter__()
        self.addCleanup(server.__exit__)
        self.descriptors = server.descriptors()
        self.quiet = self.good_p99(GoodClient(server.port))
        eventually("descriptors", server.descriptors, lambda count: count <= self.descriptors)
        self.resident = server.resident()
        self.allowed = self.SLACK
        self.peers = contextlib.ExitStack()
        self.addCleanup(self.peers.close)
        self.good = GoodClient(server.port)
        self.addCleanup(self.good.stop)
        self.good.wait_until_served()

    def tearDown(self):
        # While the others hold on to their ends.
        p99 = self.good_p99(self.good)
        self.assertLess(p99, max(FLOOR, 2 * self.quiet + 0.025), f"the p99 of a good client was {self.quiet} without them")
        self.peers.close()
        eventually("descriptors", self.server.descriptors, lambda count: count <= self.descriptors)
        self.is_bounded()
        self.good_p99(GoodClient(self.server.port))

    def good_p99(self, good):
        self.assertIsNone(good.failure())
        return good.p99()

    def is_bounded(self):
        grown = self.server.resident() - self.resident
        self.assertLess(grown / MIB, self.allowed / MIB, "MiB that the server's memory has grown by")

    def only_the_good_one_is_left(self):
        eventually("descriptors", self.server.descriptors, lambda count: count <= self.descriptors + COUNT)

    def connect(self, data=b"", **options):
        peer = self.peers.enter_context(Peer(self.server.port, **options))
        peer.send(data)
        return peer

    def deaf(self, data):
        """A peer for which the kernel keeps little, so that what it does not read waits in the server."""
        return self.connect(data, segment=536, buffer=4096)

    def drip(self, peers, data):
        """A byte to each, four times a second, until the server has told all of them that they are too slow."""
        waiting = {peer.socket: peer for peer in peers}
        deadline = time.monotonic() + SECONDS
        at = 0
        while waiting:
            self.assertLess(time.monotonic(), deadline, f"{len(waiting)} that drip are still there")
            for peer in waiting.values():
                peer.send(data[at:at + 1])
            at += 1
            ready, _, _ = select.select(list(waiting), [], [], 0.25)
            for each in ready:
                self.assertTrue(waiting.pop(each).head().startswith(b"HTTP/1.1 408 "))
        self.assertLess(at, len(data))
        self.is_bounded()

    # --- the slow ---

    def test_heads_that_drip(self):
        peers = [self.connect(b"GET /hello HTTP/1.1\r\n") for _ in range(200)]
        self.drip(peers, b"X-Long: " + bytes(200).replace(b"\0", b"x"))
        self.only_the_good_one_is_left()

    def test_bodies_that_drip(self):
        counted = [self.connect(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n") for _ in range(100)]
        chunked = [self.connect(b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n")
                   for _ in range(100)]
        self.drip(counted + chunked, b"x" * 1000)
        self.only_the_good_one_is_left()

    def test_those_that_do_not_read_a_large_answer(self):
        count = 40
        self.allowed += count * 2 * MIB
        for _ in range(count):
            self.deaf(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        self.is_bounded()
        self.only_the_good_one_is_left()

    def test_endless_requests_without_reading(self):
        request = b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n"
        count = 10
        self.allowed += count * (MAX_OUTPUT + MIB)
        for _ in range(count):
            self.deaf(b"").send_what_fits(request * 20_000, 0.5)
        self.is_bounded()
        self.only_the_good_one_is_left()

    # --- the many ---

    def test_thousands_that_are_idle(self):
        self.allowed += IDLE * self.IDLE_BYTES
        request = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
        peers = [self.connect(request) for _ in range(IDLE)]
        for peer in peers:
            self.assertTrue(peer.head().startswith(b"HTTP/1.1 200 "))
        self.is_bounded()
        # They still are served, each of them.
        for peer in peers[::10]:
            peer.input = b""
            peer.send(request)
            self.assertTrue(peer.head().endswith(b"Content-Length: 5"))

    def past_the_limit(self, limit):
        refused = 0
        for _ in range(2000):
            with contextlib.suppress(ConnectionError):
                self.connect(b"")
        eventually("descriptors", self.server.descriptors, lambda count: count <= self.descriptors + limit)
        for _ in range(100):
            peer = self.connect(b"")
            with contextlib.suppress(ConnectionError):
                peer.send(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                if peer.head().startswith(b"HTTP/1.1 200 "):
                    continue
            refused += 1
        self.assertGreater(refused, 90)
        self.is_bounded()

    def test_a_flood_past_the_limit(self):
        self.past_the_limit(2 * 300)

    def test_one_address_past_its_limit(self):
        self.past_the_limit(2 * 300)

    # --- those that go, and those that stay ---

    def test_resets_anywhere(self):
        request = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n" + bytes(100)
        for i in range(len(request)):
            peer = Peer(self.server.port)
            peer.send(request[:i])
            peer.reset()
        # Large answers are work, whoever asks for them: a few. Of blocks of their size the allocator keeps some for each
        # loop, in place of giving them back.
        self.allowed += 48 * MIB
        for path, count in ((b"/slow", 300), (b"/large", 20), (b"/hello", 300)):
            for _ in range(count):
                peer = Peer(self.server.port)
                peer.send(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n")
                peer.reset()
        self.only_the_good_one_is_left()

    def test_those_that_end_their_side_and_stay(self):
        def end(data):
            peer = self.connect(data)
            peer.socket.shutdown(socket.SHUT_WR)
            return peer

        for _ in range(50):
            for data, status in ((b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n", b"200"), (b"GET /hello HT", b"400"),
                                 (b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123", b"400")):
                self.assertTrue(end(data).head().startswith(b"HTTP/1.1 " + status))
            self.assertEqual(end(b"").head(), b"")
        self.only_the_good_one_is_left()

    def test_those_that_do_not_close(self):
        for _ in range(100):
            peer = self.connect(b"GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            self.assertTrue(peer.head().startswith(b"HTTP/1.1 200 "))
            peer = self.connect(b"nonsense\r\n\r\n")
            self.assertTrue(peer.head().startswith(b"HTTP/1.1 400 "))
        self.only_the_good_one_is_left()

    def test_those_that_never_speak(self):
        for _ in range(200):
            self.connect(b"")
        self.only_the_good_one_is_left()


class SanitizedServer(BadPeers, unittest.TestCase):
    SLACK = 64 * MIB  # redzones, shadow, quarantine
    IDLE_BYTES = 16 * 1024
    build = staticmethod(http_server.sanitized)


class ReleasedServer(BadPeers, unittest.TestCase):
    SLACK = 16 * MIB  # what the allocator keeps of its arenas
    IDLE_BYTES = 4 * 1024
    build = staticmethod(http_server.released)


if __name__ == "__main__":
    unittest.main()
