"""A WebSocket client that keeps no rule unless it is told to: bytes out as they are given, frames in as they come. For
peers that misbehave, and for well-behaved ones beside them. It has the standard library alone, so that nothing mends
what is wrong.
"""

import contextlib
import socket
import struct
import threading
import time

SECONDS = 30  # that a server may take for anything, however busy the machine is

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
KEY = b"\x11\x22\x33\x44"


def request(path, fields=""):
    return (f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{fields}\r\n").encode()


def header(opcode, size, final=True, reserved=0):
    """Of a client's frame, the masking key included. RFC 6455 §5.2."""
    first = bytes([(0x80 if final else 0) | reserved | opcode])
    if size < 126:
        return first + bytes([0x80 | size]) + KEY
    if size < 65_536:
        return first + struct.pack("!BH", 0x80 | 126, size) + KEY
    return first + struct.pack("!BQ", 0x80 | 127, size) + KEY


def masked(payload):
    whole = int.from_bytes(payload, "big") ^ int.from_bytes((KEY * (len(payload) // 4 + 1))[:len(payload)], "big")
    return whole.to_bytes(len(payload), "big")


def frame(opcode, payload=b"", final=True, reserved=0):
    return header(opcode, len(payload), final, reserved) + masked(payload)


def close_frame(code=1000):
    return frame(CLOSE, struct.pack("!H", code))


class Peer:
    """One connection, upgraded if there is a path; `upgrade` is then what the server answered. `segment` and `buffer`
    make the kernel hold back little: bytes of a segment, and of what it receives for us before we read."""

    def __init__(self, port, path=None, fields="", segment=None, buffer=None):
        self.socket = socket.socket()
        self.socket.settimeout(SECONDS)
        if segment:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = b""
        if path is not None:
            self.send(request(path, fields))
            self.upgrade = self.head()
            if not self.upgrade.startswith(b"HTTP/1.1 101 "):
                raise AssertionError(f"no upgrade: {self.upgrade}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def send_what_fits(self, data, patience=1.0):
        """As much of it as the server takes while it is never idle for longer than `patience`; says how much."""
        sent = 0
        self.socket.settimeout(patience)
        with contextlib.suppress(TimeoutError, ConnectionError), memoryview(data) as view:
            while sent < len(data):
                sent += self.socket.send(view[sent:sent + 65_536])
        self.socket.settimeout(SECONDS)
        return sent

    def _read(self):
        data = self.socket.recv(1 << 18)
        self.input += data
        return data

    def head(self):
        while b"\r\n\r\n" not in self.input:
            if not self._read():
                break
        head, _, self.input = self.input.partition(b"\r\n\r\n")
        return head

    def _take(self, count):
        while len(self.input) < count:
            if not self._read():
                raise EOFError
        taken, self.input = self.input[:count], self.input[count:]
        return taken

    def receive(self):
        """The next frame, as opcode and payload; EOFError at the end."""
        first, size = self._take(2)
        if size == 126:
            size, = struct.unpack("!H", self._take(2))
        elif size == 127:
            size, = struct.unpack("!Q", self._take(8))
        return first & 0x0F, self._take(size)

    def close_code(self):
        """Of the next frame that is a Close."""
        while True:
            opcode, payload = self.receive()
            if opcode == CLOSE:
                return struct.unpack("!H", payload[:2])[0] if payload else None

    def ended(self):
        """Waits until the server has ended the connection, whatever it sends before; whether by FIN (else a reset)."""
        try:
            while self._read():
                self.input = b""
        except ConnectionError:
            return False
        return True

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class GoodClients:
    """Clients on all of the server's loops that send and get echoes until they are stopped, once at least. `slowest` is
    the longest time that one had to wait for its echo."""

    COUNT = 8  # the kernel spreads connections over the loops: all on one of two happens once in 128 times

    def __init__(self, port, path="/echo"):
        self.peers = [Peer(port, path) for _ in range(self.COUNT)]
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.slowest = 0.0
        self.failure = None
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.stopping.set()
        self.thread.join()
        for peer in self.peers:
            peer.socket.close()

    def _round(self):
        for peer in self.peers:
            begun = time.monotonic()
            peer.send(frame(TEXT, b"hello"))
            answer = peer.receive()
            if answer != (TEXT, b"hello"):
                raise AssertionError(answer)
            self.slowest = max(self.slowest, time.monotonic() - begun)

    def _run(self):
        try:
            while True:
                self._round()
                if self.stopping.wait(0.02):
                    return
        except (OSError, EOFError, AssertionError) as failure:
            self.failure = failure
