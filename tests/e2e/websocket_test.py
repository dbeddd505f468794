"""python3-websockets against every WebSocket route of example/: a second opinion beside npm's `ws`."""

import asyncio
import json
import os
import pathlib
import sys
import unittest

import websockets
from websockets.extensions import permessage_deflate

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import folio_server  # noqa: E402


class WebSocketRoutes(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = folio_server.Server(folio_server.example()).__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def connect(self, path, **options):
        # No compression is offered: what this library does without is as good a test as what it does with.
        return websockets.connect(self.server.url + path, compression=None, max_size=None, **options)

    async def receive(self, socket):
        return await asyncio.wait_for(socket.recv(), folio_server.SECONDS)

    async def receive_json(self, socket):
        return json.loads(await self.receive(socket))

    async def closed(self, socket):
        await asyncio.wait_for(socket.wait_closed(), folio_server.SECONDS)
        return socket.close_code, socket.close_reason

    async def test_echo_text_and_binary(self):
        async with self.connect("/ws/echo") as socket:
            for message in ("hello", "", "κόσμε 𝒳", b"\x00\xff", b"", "x" * 65_536, bytes(1_000_000)):
                await socket.send(message)
                self.assertEqual(await self.receive(socket), message)
        self.assertEqual(socket.close_code, 1000)

    async def test_echo_of_fragments(self):
        async with self.connect("/ws/echo") as socket:
            await socket.send(["one ", "κ", "", "two"])
            self.assertEqual(await self.receive(socket), "one κtwo")
            await socket.send([b"\x01", b"", b"\x02"])
            self.assertEqual(await self.receive(socket), b"\x01\x02")

    async def test_pings_are_answered(self):
        async with self.connect("/ws/echo") as socket:
            pongs = [await socket.ping(b"first"), await socket.ping(b""), await socket.ping(b"x" * 125)]
            for pong in pongs:
                await asyncio.wait_for(pong, folio_server.SECONDS)

    async def test_with_compression_offered(self):
        """Messages come through the same, whatever is offered and agreed on."""
        offers = [
            {},
            {"client_max_window_bits": True},
            {"server_no_context_takeover": True},
            {"client_no_context_takeover": True},
            {"server_no_context_takeover": True, "client_no_context_takeover": True},
            *({"server_max_window_bits": bits} for bits in range(8, 16)),
            *({"client_max_window_bits": bits} for bits in range(9, 16)),
            {"server_no_context_takeover": True, "client_no_context_takeover": True, "server_max_window_bits": 12,
             "client_max_window_bits": 11},
        ]
        messages = ["", "a", "κόσμε 𝒳", "hello " * 5000, "hello " * 5000, b"", os.urandom(10_000), bytes(300_000)]
        for offer in offers:
            with self.subTest(**offer):
                extension = permessage_deflate.ClientPerMessageDeflateFactory(**offer)
                async with websockets.connect(
                        self.server.url + "/ws/echo", compression=None, extensions=[extension]) as socket:
                    for message in messages:
                        await socket.send(message)
                        self.assertEqual(await self.receive(socket), message)
                    await socket.send(["in ", "frag" * 1000, "", "ments"])
                    self.assertEqual(await self.receive(socket), "in " + "frag" * 1000 + "ments")
                    await asyncio.wait_for(await socket.ping(b"still there?"), folio_server.SECONDS)
                self.assertEqual(socket.close_code, 1000)

    async def test_origins(self):
        own = self.server.url.replace("ws:", "http:")
        for origin in ("https://elsewhere.example", "null", own + ".evil.example"):
            with self.assertRaises(websockets.InvalidStatusCode) as refused:
                await self.connect("/ws/echo", origin=origin)
            self.assertEqual(refused.exception.status_code, 403)
        async with self.connect("/ws/echo", origin=own) as socket:
            await socket.send("hello")
            self.assertEqual(await self.receive(socket), "hello")

    async def test_subprotocol_is_none(self):
        async with self.connect("/ws/echo", subprotocols=["chat.v1"]) as socket:
            self.assertIsNone(socket.subprotocol)

    async def test_close_codes(self):
        for code in (1000, 1001, 3000, 4999):
            socket = await self.connect("/ws/echo")
            await socket.close(code, "why")
            self.assertEqual(socket.close_code, code)

    async def test_a_message_over_the_limit(self):
        socket = await self.connect("/ws/echo")
        try:
            await socket.send(bytes(16 * 1024 * 1024 + 1))
        except websockets.ConnectionClosed:
            pass  # it was refused by its announced length, before all of it had been sent
        self.assertEqual((await self.closed(socket))[0], 1009)

    async def test_basic(self):
        async with self.connect("/ws/basic") as socket:
            self.assertEqual(await self.receive(socket), "Hello from server!")
            await socket.send("hello")
            self.assertEqual(await self.receive(socket), "Echo: hello")

    async def test_split(self):
        async with self.connect("/ws/split") as socket:
            await socket.send("in the meantime")
            self.assertEqual(await self.receive(socket), "Ping")

    async def test_rooms(self):
        async with self.connect("/ws/rooms?user=ada") as ada:
            self.assertEqual(await self.receive(ada), "ada joined")
            async with self.connect("/ws/rooms?user=alan") as alan:
                self.assertEqual(await self.receive(ada), "alan joined")
                self.assertEqual(await self.receive(alan), "alan joined")
                await alan.send("hello")
                self.assertEqual(await self.receive(ada), "alan: hello")
                self.assertEqual(await self.receive(alan), "alan: hello")

    async def test_kinds(self):
        async with self.connect("/ws/kinds") as socket:
            await socket.send(b"four")
            self.assertEqual(await self.receive(socket), "binary: 4 bytes")
            await socket.send("binary")
            self.assertEqual(await self.receive(socket), b"\x01\x02\x03")
            await socket.send("ping")  # this library answers by itself
            self.assertEqual(await self.receive(socket), "pong: 2 bytes")
            await socket.send("close")
            self.assertEqual(await self.closed(socket), (4000, "as you wished"))

    async def test_direct(self):
        async with self.connect("/ws/direct/bob") as bob:
            await bob.send(json.dumps({"to": "bob", "text": "a note to myself"}))
            self.assertEqual(await self.receive_json(bob), {"from": "bob", "text": "a note to myself"})
            twin = await self.connect("/ws/direct/bob")
            self.assertEqual(await self.closed(twin), (1008, "this name is taken"))

    async def test_chat(self):
        async with self.connect("/ws/chat?name=Ada") as ada:
            welcome = await self.receive_json(ada)
            self.assertEqual((welcome["kind"], welcome["name"]), ("welcome", "Ada"))
            self.assertEqual((await self.receive_json(ada))["kind"], "joined")
            async with self.connect("/ws/chat?name=Alan") as alan:
                self.assertEqual((await self.receive_json(ada))["name"], "Alan")
                await alan.send("hello")
                message = await self.receive_json(ada)
                self.assertEqual((message["kind"], message["name"], message["text"]), ("message", "Alan", "hello"))
            left = await self.receive_json(ada)
            self.assertEqual((left["kind"], left["online"]), ("left", 1))

    async def test_middleware_refuses(self):
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            await self.connect("/reports/live")
        self.assertEqual(refused.exception.status_code, 401)
        async with self.connect("/reports/live", extra_headers={"Authorization": "Bearer ada-token"}) as socket:
            self.assertEqual(await self.receive(socket), "Reports for Ada")


if __name__ == "__main__":
    unittest.main()
