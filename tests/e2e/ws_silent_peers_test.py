"""Peers that fall silent without ending their connection, as one does whose machine has lost its network."""

import contextlib
import sys
import pathlib
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import ws_server  # noqa: E402
from ws_peer import PING, PONG, GoodClients, frame  # noqa: E402

# The route's own options, in seconds, and how late the server may be with them: it looks once a second.
PING_AFTER = 1
IDLE_TIMEOUT = 3
LATE = 3


class SilentPeers(ws_server.Case, ws_server.Sanitized, unittest.TestCase):
    def test_pings_find_them(self):
        silent = [self.connect("/restless") for _ in range(50)]
        alive = self.connect("/restless")
        begun = time.monotonic()
        pings = 0
        while time.monotonic() < begun + IDLE_TIMEOUT + LATE:
            alive.socket.settimeout(PING_AFTER + LATE)
            opcode, payload = alive.receive()
            self.assertEqual(opcode, PING)
            alive.send(frame(PONG, payload))
            pings += 1
        self.assertGreaterEqual(pings, 2)
        # They hold on to their ends; and the one that answered is still there.
        self.nothing_is_left(handlers=GoodClients.COUNT + 1, descriptors=GoodClients.COUNT + 1)
        for peer in silent:
            self.assertEqual(peer.receive()[0], PING)
            with contextlib.suppress(ConnectionError):
                peer.ended()

    def test_a_handler_that_does_not_look_is_ended(self):
        for leave in ("close", "reset"):
            for _ in range(20):
                peer = self.connect("/absent")
                peer.socket.close() if leave == "close" else peer.reset()
        self.only_good_clients_are_left()


if __name__ == "__main__":
    unittest.main()
