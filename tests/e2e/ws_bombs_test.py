"""Compressed messages that are small on the wire and large, or endless, behind it. The zlib here is Python's own."""

import pathlib
import sys
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import ws_server  # noqa: E402
from ws_peer import BINARY, CONTINUATION, PING, PONG, TEXT, frame  # noqa: E402
from ws_server import MIB  # noqa: E402

OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n"
COMPRESSED = 0x40  # RFC 7692 §6: RSV1
MAX_MESSAGE = MIB  # bytes, after decompression
TAIL = b"\x00\x00\xff\xff"  # RFC 7692 §7.2.1: what is left out at the end of a message


def deflated(size):
    """A message of so many zeros, a thousandth of that on the wire."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    pieces = [deflate.compress(bytes(min(size - at, MIB))) for at in range(0, size, MIB)]
    whole = b"".join(pieces) + deflate.flush(zlib.Z_SYNC_FLUSH)
    assert whole.endswith(TAIL)
    return whole[:-len(TAIL)]


def inflated(payload):
    return zlib.decompressobj(-15).decompress(payload + TAIL)


class Bombs(ws_server.Case):
    def connect_compressed(self):
        peer = self.connect("/echo", fields=OFFER)
        self.assertIn(b"permessage-deflate", peer.upgrade)
        return peer

    def refuses(self, data, code):
        peer = self.connect_compressed()
        peer.send_what_fits(data, ws_server.SECONDS)
        self.assertEqual(peer.close_code(), code)
        self.assertTrue(peer.ended())
        self.is_bounded()

    def test_over_the_limit(self):
        self.allowed += 2 * MAX_MESSAGE
        self.refuses(frame(BINARY, deflated(MAX_MESSAGE + 1), reserved=COMPRESSED), 1009)
        bomb = deflated(512 * MIB)  # within the limit as it is on the wire
        self.assertLess(len(bomb), MAX_MESSAGE)
        self.refuses(frame(BINARY, bomb, reserved=COMPRESSED), 1009)
        pieces = [bomb[at:at + 1000] for at in range(0, len(bomb), 1000)]
        self.refuses(frame(BINARY, b"", final=False, reserved=COMPRESSED) +
                     b"".join(frame(CONTINUATION, piece, final=False) for piece in pieces), 1009)

    def test_below_the_limit_and_many(self):
        count = 30
        self.allowed += count * 2 * MAX_MESSAGE
        message = frame(BINARY, deflated(MAX_MESSAGE), reserved=COMPRESSED)
        peers = [self.connect_compressed() for _ in range(count)]
        for peer in peers:
            peer.send(message)
        for peer in peers:
            opcode, payload = peer.receive()
            self.assertEqual(opcode, BINARY)
            self.assertEqual(payload if len(payload) == MAX_MESSAGE else inflated(payload), bytes(MAX_MESSAGE))
        self.is_bounded()

    def test_blocks_of_nothing(self):
        peer = self.connect_compressed()
        nothing = b"\x00\x00\x00\xff\xff" * (MAX_MESSAGE // 5 - 1)  # stored blocks of no bytes
        peer.send(frame(TEXT, nothing + b"\x00", reserved=COMPRESSED))
        opcode, payload = peer.receive()
        self.assertEqual(opcode, TEXT)
        self.assertIn(payload, (b"", b"\x00"))
        self.is_bounded()

    def test_what_is_no_deflate(self):
        for payload in (b"\xff" * 100, b"\x07", bytes([0b110]) * 10):
            self.refuses(frame(BINARY, payload, reserved=COMPRESSED), 1007)

    def test_a_control_frame_is_never_compressed(self):
        self.refuses(frame(PING, b"x", reserved=COMPRESSED), 1002)
        peer = self.connect_compressed()
        peer.send(frame(BINARY, deflated(1000)[:5], final=False, reserved=COMPRESSED) + frame(PING, b"between"))
        self.assertEqual(peer.receive(), (PONG, b"between"))


class SanitizedServer(Bombs, ws_server.Sanitized, unittest.TestCase):
    pass


class ReleasedServer(Bombs, ws_server.Released, unittest.TestCase):
    pass


if __name__ == "__main__":
    unittest.main()
