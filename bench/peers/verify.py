#!/usr/bin/env python3
"""Whether a server answers as every server of the benchmarks has to.

    verify.py --port P [--tls-port Q] [--only PART…]     a server that runs
    verify.py --peers BUILD [--name NAME…]               each peer: started, checked, stopped

Parts: http, pipelined, post, static, echo, deflate, empty_deflate, room; over TLS too where there is a port for it, and
there resumption. Uses curl, and the WebSocket client of python3-websockets. Exit status 1 and a line for each answer
that is wrong.
"""

import argparse
import asyncio
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import websockets
from websockets.extensions import permessage_deflate

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import peers as table  # noqa: E402  (a sibling, wherever it is called from)

PARTS = ("http", "pipelined", "post", "static", "echo", "deflate", "empty_deflate", "room", "resumption")
SIZES = {"4k.bin": 4096, "1m.bin": 1 << 20}
DATE = re.compile(r"^date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r?$", re.IGNORECASE | re.MULTILINE)
SECONDS = 20  # that an answer may take


class Wrong(Exception):
    """What an answer should have been, and what it was."""


def expect(what, seen, wanted):
    if seen != wanted:
        raise Wrong(f"{what}: {shortened(seen)} instead of {shortened(wanted)}")


def shortened(value):
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:80]}… ({len(value)} long)"


def pattern(size):
    return bytes(i % 251 for i in range(251)) * (size // 251) + bytes(i for i in range(size % 251))


class Server:
    """One port of a server, with the checks of each part."""

    def __init__(self, port, tls):
        self.port = port
        self.tls = tls
        self.context = ssl._create_unverified_context() if tls else None

    def curl(self, path, *options):
        scheme = "https" if self.tls else "http"
        done = subprocess.run(["curl", "-sSik", "--http1.1", "-H", "Expect:", "-m", str(SECONDS), *options,
                               f"{scheme}://127.0.0.1:{self.port}{path}"], capture_output=True)
        if done.returncode:
            raise Wrong(f"{path}: {done.stderr.decode().strip()}")
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        return head.decode(), body

    def answers(self, path, body, media_type=None, options=()):
        head, seen = self.curl(path, *options)
        expect(f"{path}: status line", head.split(" ")[:2], ["HTTP/1.1", "200"])
        expect(f"{path}: body", seen, body)
        if media_type:
            found = re.search(r"^content-type: *([^;\r\n]*)", head, re.IGNORECASE | re.MULTILINE)
            expect(f"{path}: Content-Type", found and found[1], media_type)
        if not DATE.search(head):
            raise Wrong(f"{path}: no Date, or one that is not RFC 9110's")

    def http(self):
        self.answers("/", b"Hello, World!", "text/plain")
        self.answers("/json", b'{"message":"Hello, World!"}', "application/json")
        self.answers("/users/1234567", b"1234567", "text/plain")
        self.answers("/users/a-b", b"a-b", "text/plain")
        with self.connected() as peer:  # many on one connection
            for _ in range(200):
                peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                expect("/ on a connection kept alive", read_bodies(peer, 1, b"Hello, World!"), 1)

    def pipelined(self):
        request = b"GET /users/77 HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with self.connected() as peer:
            for _ in range(8):
                peer.sendall(request * 16)
                expect("16 pipelined requests for /users/77", read_bodies(peer, 16, b"77"), 16)

    def post(self):
        for size in (0, 1, 1024, 1 << 20):
            with tempfile.NamedTemporaryFile() as file:
                file.write(b"x" * size)
                file.flush()
                self.answers("/upload", str(size).encode(), "text/plain",
                             ("--data-binary", f"@{file.name}", "-H", "Content-Type: application/octet-stream"))

    def static(self):
        for name, size in SIZES.items():
            self.answers(f"/static/{name}", pattern(size))

    def resumption(self):
        with self.connected() as first:
            self.one_request(first)  # a ticket of TLS 1.3 comes after the handshake
            expect("a first handshake resumes", first.session_reused, False)
            session = first.session
        plain = socket.create_connection(("127.0.0.1", self.port), SECONDS)
        with self.context.wrap_socket(plain, session=session) as second:
            self.one_request(second)
            expect("a second handshake with its session resumes", second.session_reused, True)

    def one_request(self, peer):
        peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        expect("/", read_bodies(peer, 1, b"Hello, World!"), 1)

    def connected(self):
        peer = socket.create_connection(("127.0.0.1", self.port), SECONDS)
        return self.context.wrap_socket(peer) if self.tls else peer

    def websocket(self, path, compression=None):
        extensions = [permessage_deflate.ClientPerMessageDeflateFactory()] if compression else None
        return websockets.connect(f"{'wss' if self.tls else 'ws'}://127.0.0.1:{self.port}{path}", ssl=self.context,
                                  compression=None, extensions=extensions, max_size=None, open_timeout=SECONDS,
                                  ping_interval=None, close_timeout=SECONDS)

    async def echo(self, path="/ws/echo", compression=None):
        async with self.websocket(path, compression) as peer:
            names = [extension.name for extension in peer.extensions]
            expect(f"{path}: extensions", names, ["permessage-deflate"] if compression else [])
            for message in ("hello", "grüße, 世界", b"\x00\xff" * 16, pattern(125), pattern(126), pattern(65_536),
                            pattern(1 << 20), "text " * 40_000):
                await self.comes_back(peer, path, message, message)
            if not compression:
                await self.comes_back(peer, path, "", "")
            await self.comes_back(peer, path, ["in ", "three ", "fragments"], "in three fragments")
            await self.comes_back(peer, path, [b"ab", b"", b"c" * 70_000], b"ab" + b"c" * 70_000)
            for i in range(64):  # in flight at once
                await peer.send(f"message {i}")
            for i in range(64):
                expect(f"{path}: message {i} of 64 in flight", await received(peer), f"message {i}")
            # Last: not every client library takes a message of this size from a stream in the time of the others.
            await self.comes_back(peer, path, pattern(16 << 20), pattern(16 << 20))

    async def deflate(self):
        await self.echo("/ws/deflate", compression=True)

    async def empty_deflate(self):
        async with self.websocket("/ws/deflate", compression=True) as peer:
            for message in ("", b"", "not empty", ""):
                await self.comes_back(peer, "/ws/deflate", message, message)

    async def comes_back(self, peer, path, message, wanted):
        await peer.send(message)
        expect(f"{path}: echo", await received(peer), wanted)

    async def room(self):
        red = [await self.websocket("/ws/room/red") for _ in range(5)]
        blue = [await self.websocket("/ws/room/blue") for _ in range(2)]
        # A room is joined some time after the upgrade is answered; a member's own message says that it is in.
        for member in red + blue:
            await member.send("joined")
            while await received(member) != "joined":
                pass
        await asyncio.sleep(0.2)
        for member in red + blue:
            await drained(member)
        for i, member in enumerate(red):
            for message in (f"text {i}", b"binary \x00\xff" + bytes([i])):
                await member.send(message)
                for other in red:
                    expect(f"/ws/room/red: a message of member {i}", await received(other), message)
        await red[0].close()
        await red[1].send("after one has left")
        for other in red[1:]:
            expect("/ws/room/red: after one has left", await received(other), "after one has left")
        await blue[0].send("blue")
        for member in blue:
            expect("/ws/room/blue: its own message first", await received(member), "blue")
        for member in red[1:] + blue:
            await member.close()


async def received(peer):
    try:
        return await asyncio.wait_for(peer.recv(), SECONDS)
    except asyncio.TimeoutError:
        raise Wrong(f"no message within {SECONDS} s") from None


async def drained(peer):
    try:
        while True:
            await asyncio.wait_for(peer.recv(), 0.05)
    except asyncio.TimeoutError:
        pass


def read_bodies(peer, count, body):
    """How many of `count` responses have this body, read by Content-Length or by chunks."""
    data = b""
    right = 0
    for _ in range(count):
        while b"\r\n\r\n" not in data:
            data += more(peer)
        head, _, data = data.partition(b"\r\n\r\n")
        found = re.search(rb"^content-length: *(\d+)", head, re.IGNORECASE | re.MULTILINE)
        if not found:
            raise Wrong("a response without Content-Length")
        while len(data) < int(found[1]):
            data += more(peer)
        right += data[:int(found[1])] == body
        data = data[int(found[1]):]
    return right


def more(peer):
    try:
        data = peer.recv(65_536)
    except TimeoutError:
        raise Wrong(f"no more of an answer within {SECONDS} s") from None
    if not data:
        raise Wrong("the connection was closed before all answers had come")
    return data


def check(port, tls_port, parts):
    """Prints a line a part and port; gives whether all are right."""
    right = True
    for server in [Server(port, False)] + ([Server(tls_port, True)] if tls_port else []):
        for part in parts:
            if part == "resumption" and not server.tls:
                continue
            try:
                outcome = getattr(server, part)()
                if asyncio.iscoroutine(outcome):
                    asyncio.run(outcome)
                verdict = "right"
            except (Wrong, OSError, websockets.WebSocketException) as failure:
                right = False
                verdict = f"WRONG: {failure or type(failure).__name__}"
            print(f"  {part:14}{'TLS' if server.tls else '':5}{verdict}", flush=True)
    return right


def make_static(folder):
    for name, size in SIZES.items():
        pathlib.Path(folder, name).write_bytes(pattern(size))


def make_certificate(folder):
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "30", "-subj", "/CN=localhost", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    return cert, key


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def parts_of(peer):
    claimed = {"http": table.HTTP, "pipelined": table.PIPELINED, "post": table.POST, "static": table.STATIC,
               "resumption": table.TLS,
               **dict.fromkeys(("echo", "deflate", "empty_deflate", "room"), table.WEBSOCKET)}
    return [part for part in PARTS if claimed[part] <= peer.cases and part not in peer.breaks]


def check_peer(peer, folder):
    static, work = os.path.join(folder, "static"), os.path.join(folder, "work")
    for path in (static, work):
        os.mkdir(path)
    make_static(static)
    cert, key = make_certificate(folder)
    port, tls_port = free_port(), free_port()
    process = subprocess.Popen(peer.command(table.Setup(port, static, work, tls_port, cert, key)))
    try:
        for each in (port, tls_port):
            wait_for(each, process)
        right = check(port, tls_port, parts_of(peer))
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        return right
    finally:
        process.kill()
        process.wait()


def wait_for(port, process):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"error: {process.args[0]} does not listen on port {port}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int)
    parser.add_argument("--tls-port", type=int)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--peers", metavar="BUILD", help="a build folder with bin/peer_*")
    parser.add_argument("--name", nargs="+", help="of the peers, these alone")
    options = parser.parse_args()
    if not options.port and not options.peers:
        parser.error("give --port of a server that runs, or --peers BUILD")
    right = True
    if options.port:
        right = check(options.port, options.tls_port, options.only)
    for peer in table.peers(options.peers) if options.peers else []:
        if options.name and peer.name not in options.name:
            continue
        if peer.missing():
            print(peer.missing())
            continue
        print(peer.version(), flush=True)
        with tempfile.TemporaryDirectory() as folder:
            right &= check_peer(peer, folder)
    sys.exit(not right)


if __name__ == "__main__":
    main()
