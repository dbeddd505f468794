"""Peers that misbehave, and what becomes of the others and of the server: nobody is harmed, and nothing stays behind.

Twice over: the sanitized build finds what is wrong in memory, and the released one is what memory and latency are
measured on.
"""

import contextlib
import pathlib
import select
import socket
import struct
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import ws_server  # noqa: E402
from ws_peer import (  # noqa: E402
    BINARY, CLOSE, CONTINUATION, SECONDS, TEXT, GoodClients, Peer, close_frame, frame, header, request)
from ws_server import MIB  # noqa: E402

# The server's limits, from framework/app/config.hpp: bytes, and seconds. That of a message is the echo's own.
MAX_MESSAGE = MIB
MAX_QUEUE = MIB
MAX_FRAGMENTS = 262_144
HEAD_TIMEOUT = 15
CLOSE_TIMEOUT = 5


class BadPeers(ws_server.Case):
    # --- those that come and go ---

    def test_resets_in_the_middle_of_a_frame(self):
        message = frame(BINARY, bytes(1000))
        for i in range(500):
            peer = Peer(self.server.port, "/echo")
            peer.send(frame(TEXT, b"whole") + message[:1 + i * 2])
            peer.reset()

    def test_thousands_come_and_go(self):
        def orderly(peer):
            peer.send(close_frame())
            self.assertEqual(peer.close_code(), 1000)
            self.assertTrue(peer.ended())

        def without_a_word(peer):
            peer.socket.close()

        def by_reset(peer):
            peer.reset()

        def with_an_answer_under_way(peer):
            peer.send(frame(BINARY, bytes(100_000)))
            peer.reset()

        for i in range(500):
            for leave in (orderly, without_a_word, by_reset, with_an_answer_under_way):
                with Peer(self.server.port, "/echo" if i % 2 else "/rooms/hall") as peer:
                    leave(peer)

    # --- fragments and lengths ---

    def test_a_message_in_fragments_of_one_byte(self):
        text = bytes(ord("a") + i % 26 for i in range(65_536))
        pieces = [frame(CONTINUATION if i else TEXT, text[i:i + 1], final=i == len(text) - 1) for i in range(len(text))]
        peer = self.connect("/echo")
        for piece in pieces[:300]:
            peer.send(piece)
        peer.send(b"".join(pieces[300:]))
        self.assertEqual(peer.receive(), (TEXT, text))

    def test_endless_fragments(self):
        for piece in (b"", b"x"):
            peer = self.connect("/echo")
            peer.send(frame(TEXT, piece, final=False))
            peer.send_what_fits(frame(CONTINUATION, piece, final=False) * MAX_FRAGMENTS, SECONDS)
            self.assertEqual(peer.close_code(), 1009)

    def test_sizes_about_the_limit(self):
        for size in (MAX_MESSAGE - 1, MAX_MESSAGE):
            peer = self.connect("/echo")
            peer.send(frame(BINARY, bytes(size)))
            self.assertEqual(peer.receive(), (BINARY, bytes(size)))
            half = size // 2
            peer.send(frame(BINARY, bytes(half), final=False) + frame(CONTINUATION, bytes(size - half)))
            self.assertEqual(peer.receive(), (BINARY, bytes(size)))
        for data in (header(BINARY, MAX_MESSAGE + 1),
                     frame(BINARY, bytes(MAX_MESSAGE), final=False) + header(CONTINUATION, 1),
                     header(BINARY, (1 << 63) - 1), header(TEXT, 1 << 32)):
            peer = self.connect("/echo")
            peer.send(data)
            self.assertEqual(peer.close_code(), 1009)
            self.assertTrue(peer.ended())
        peer = self.connect("/echo")
        peer.send(header(BINARY, 1 << 63))
        self.assertEqual(peer.close_code(), 1002)

    def test_messages_that_are_announced_and_never_come(self):
        for _ in range(100):
            self.connect("/echo").send(header(BINARY, MAX_MESSAGE) + b"x")
            self.connect("/echo").send(frame(TEXT, b"x", final=False))
        self.is_bounded()

    # --- those that do not read ---

    def test_tiny_messages_whose_echoes_are_not_read(self):
        peer = self.deaf("/echo")
        flood = frame(TEXT, b"x") * (16 * MIB // 7)
        sent = peer.send_what_fits(flood)
        self.allowed += MAX_QUEUE
        self.is_bounded()
        # It was held up and not given up: once it reads, it gets all that it is owed.
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, MIB)
        owed = sent // 7 * 3
        while owed > 0:
            echoes = peer.socket.recv(MIB)
            self.assertIn(echoes[:1], (b"\x81", b"\x01", b"x"))
            owed -= len(echoes)
        self.assertEqual(owed, 0)

    def test_one_byte_a_second(self):
        count = 20
        self.allowed += count * MAX_QUEUE
        peers = [self.deaf("/pour") for _ in range(count)]
        for _ in range(4):
            time.sleep(1)
            for peer in peers:
                self.assertEqual(len(peer.socket.recv(1)), 1)
            self.is_bounded()

    def test_a_member_that_never_reads(self):
        with Crowd(self.server.port, "/rooms/crowd", 500) as crowd:
            quiet = [crowd.chat() for _ in range(3)]
            handlers = self.server.handlers()
            self.resident = self.server.resident()
            self.allowed += MAX_QUEUE
            peer = self.deaf("/rooms/crowd")
            loud = [crowd.chat()]
            deadline = time.monotonic() + SECONDS
            # Until the server has given it up, and a little longer.
            while self.server.handlers() > handlers or len(loud) < 4:
                self.assertLess(time.monotonic(), deadline, "the member that does not read is still there")
                loud.append(crowd.chat())
                self.is_bounded()
            # The best of each: what else the machine does comes and goes.
            self.assertLess(min(loud), 2 * min(quiet) + 0.025, f"{quiet} seconds without it, {loud} with it")
            self.only_the_beginning(peer)

    def only_the_beginning(self, peer):
        """What it finds when it reads after all: whole messages from the first on, then 1013 or nothing more."""
        last = None
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, MIB)
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                opcode, payload = peer.receive()
                if opcode == CLOSE:
                    self.assertEqual(struct.unpack("!H", payload[:2]), (1013,))
                    break
                number, _ = Crowd.read(payload)
                self.assertIn(last, (None, number - 1))
                last = number
        self.assertIsNotNone(last)

    # --- those that do not close ---

    def test_those_that_do_not_close(self):
        def closes_and_stays():
            peer = self.connect("/echo")
            peer.send(close_frame())
            self.assertEqual(peer.close_code(), 1000)
            return peer

        def sends_after_close():
            peer = self.connect("/echo")
            peer.send(close_frame() + frame(TEXT, b"too late") * 1000)
            self.assertEqual(peer.close_code(), 1000)
            return peer

        def does_not_answer():
            return self.connect("/bye")

        def talks_on():
            peer = self.connect("/bye")
            peer.send(frame(TEXT, b"never mind"))
            return peer

        def does_not_read_either():
            peer = self.deaf("/echo")
            peer.send(frame(BINARY, bytes(MAX_QUEUE * 3 // 4)) + close_frame())
            return peer

        count = 20
        self.allowed += count * MAX_QUEUE
        peers = [kind() for _ in range(count) for kind in (
            closes_and_stays, sends_after_close, does_not_answer, talks_on, does_not_read_either)]
        begun = time.monotonic()
        while time.monotonic() < begun + CLOSE_TIMEOUT + 2:
            for peer in peers:
                with contextlib.suppress(OSError):
                    peer.socket.send(frame(TEXT, b"still here"))
            time.sleep(0.25)
        self.only_good_clients_are_left()


class Crowd:
    """As a context manager: members of a room that all listen, one of whom speaks. Its messages begin with a number and
    the time; they are large, so that the kernel does not keep many for somebody who does not read."""

    HEAD = struct.Struct("!Qd")
    SIZE = 16 * 1024
    FRAME = 4 + SIZE
    MESSAGES = 25  # of one round

    def __init__(self, port, path, count):
        self.members = [Peer(port, path) for _ in range(count)]
        self.poll = select.epoll()
        self.by_descriptor = {member.socket.fileno(): member for member in self.members}
        for descriptor, member in self.by_descriptor.items():
            self.poll.register(descriptor, select.EPOLLIN)
        self.number = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.poll.close()
        for member in self.members:
            member.socket.close()

    @classmethod
    def message(cls, number):
        # As text: the room passes on nothing else.
        return cls.HEAD.pack(number, time.monotonic()).hex().encode().ljust(cls.SIZE)

    @classmethod
    def read(cls, payload):
        """Number and time."""
        return cls.HEAD.unpack(bytes.fromhex(payload[:2 * cls.HEAD.size].decode()))

    def chat(self):
        """One message after the other, each when all have the one before; gives the delay of the slowest of a hundred
        deliveries, in seconds."""
        delays = []
        for _ in range(self.MESSAGES):
            self.number += 1
            self.members[0].send(frame(TEXT, self.message(self.number)))
            waiting = len(self.members)
            while waiting:
                ready = self.poll.poll(SECONDS)
                if not ready:
                    raise AssertionError(f"{waiting} members did not get message {self.number}")
                for descriptor, _ in ready:
                    waiting -= self._receive(self.by_descriptor[descriptor], delays)
            time.sleep(0.01)
        delays.sort()
        return delays[len(delays) * 99 // 100]

    def _receive(self, member, delays):
        """Whether it has the message now."""
        data = member.socket.recv(65_536)
        if not data:
            raise AssertionError("a member was disconnected")
        member.input += data
        if len(member.input) < self.FRAME:
            return False
        payload, member.input = member.input[4:self.FRAME], member.input[self.FRAME:]
        number, sent_at = self.read(payload)
        if number != self.number or member.input:
            raise AssertionError(f"message {number}, not {self.number}, and {len(member.input)} bytes more")
        delays.append(time.monotonic() - sent_at)
        return True


class SanitizedServer(BadPeers, ws_server.Sanitized, unittest.TestCase):
    """And what is about deadlines alone."""

    def test_those_that_never_get_as_far_as_a_handshake(self):
        silent = [self.connect() for _ in range(100)]
        dripping = [self.connect() for _ in range(100)]
        text = request("/echo")
        begun = time.monotonic()
        drops = 0
        while time.monotonic() < begun + HEAD_TIMEOUT + 2:
            for peer in dripping:
                with contextlib.suppress(ConnectionError):
                    peer.send(text[drops:drops + 1])
            drops += 1
            time.sleep(0.25)
        self.assertLess(drops, len(text))
        for peer in silent:
            self.assertEqual(peer.head(), b"")
        for peer in dripping:
            self.assertTrue(peer.head().startswith(b"HTTP/1.1 408 "))
        self.only_good_clients_are_left()


class ReleasedServer(BadPeers, ws_server.Released, unittest.TestCase):
    pass


if __name__ == "__main__":
    unittest.main()
