"""An app for peers that misbehave, built in two ways, and test cases that look at what its server holds: memory,
descriptors, handlers."""

import contextlib
import http.client
import os
import pathlib
import time

import build_example
import folio_server
from ws_peer import SECONDS, GoodClients, Peer

MIB = 1 << 20

ROUTES = {
    # How many handlers there are at the moment.
    "_alive.hpp": """
        #pragma once
        #include <atomic>
        struct Alive {
          static inline std::atomic<int> count = 0;
          Alive() { ++count; }
          ~Alive() { --count; }
        };
        """,
    "alive.cpp": """
        std::string GET() { return std::to_string(Alive::count); }
        """,
    "echo.cpp": """
        const WsOptions ws_options = {.max_message = 1024 * 1024};
        Task<> WS(WebSocket ws) {
          const Alive alive;
          while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
        }
        """,
    "rooms/[room].cpp": """
        Task<> WS(WebSocket ws, Path<"room"> name) {
          const Alive alive;
          static std::atomic<int> visitors = 0;
          const WsRoom room = rooms().get(*name);
          room.join(std::to_string(++visitors), ws.sender());
          while (auto message = co_await ws.next()) {
            if (const auto* text = message->text()) room.broadcast(*text);
          }
        }
        """,
    # Always a step behind its peer.
    "slow.cpp": """
        Task<> WS(WebSocket ws) {
          const Alive alive;
          int count = 0;
          while (auto message = co_await ws.next()) {
            if (++count % 400 == 0) co_await sleep_for(std::chrono::milliseconds(1));
          }
        }
        """,
    # Sends without end, and waits when the peer does not take it.
    "pour.cpp": """
        Task<> WS(WebSocket ws) {
          const Alive alive;
          const std::string drop(4096, 'x');
          while (co_await ws.send(drop)) {}
        }
        """,
    # Wants to hear something every other second.
    "restless.cpp": """
        const WsOptions ws_options = {.ping_after = std::chrono::seconds(1), .idle_timeout = std::chrono::seconds(3)};
        Task<> WS(WebSocket ws) {
          const Alive alive;
          while (auto message = co_await ws.next()) {}
        }
        """,
    # Does not look at its connection for an hour.
    "absent.cpp": """
        Task<> WS(WebSocket ws) {
          const Alive alive;
          co_await sleep_for(std::chrono::hours(1));
        }
        """,
    # Closes at once.
    "bye.cpp": """
        Task<> WS(WebSocket) { co_return; }
        """,
}
INCLUDES = """#include <folio/folio.hpp>
#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include "{alive}"
using namespace folio;
"""


def write_routes():
    """The folder of the routes."""
    folder = build_example.BUILD / "e2e" / "bad_peers_app" / "routes"
    for name, text in ROUTES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        includes = INCLUDES.format(alive="../" * name.count("/") + "_alive.hpp") if name.endswith(".cpp") else ""
        build_example.write(file, includes + text)
    return folder


def sanitized():
    """The app with the flags of the build under test."""
    return build_example.build(write_routes(), "bad_peers")


def released():
    """The app as `folio build` makes it, whose memory is what it is in production."""
    routes = write_routes()
    binary = routes.parent.parent / "bad_peers_released"
    folio = os.environ.get("FOLIO", str(build_example.BUILD / "bin" / "folio"))
    build_example.run([folio, "build", str(routes.parent), "-o", str(binary)])
    return binary


class Server(folio_server.Server):
    def __init__(self, binary):
        # Of freed memory the sanitizer keeps 256 MiB back by itself, which would drown what is to be seen.
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8:allocator_release_to_os_interval_ms=100"
        super().__init__(binary, {"ASAN_OPTIONS": options.lstrip(":"), "MALLOC_ARENA_MAX": "2"})

    def resident(self):
        """Bytes of memory."""
        statm = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text()
        return int(statm.split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def handlers(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", "/alive", headers={"Connection": "close"})
            return int(connection.getresponse().read())


class Case:
    """A test case with a server of its own, which holds nothing at the beginning and must hold nothing at the end, and
    with well-behaved clients, which must be served promptly all the time."""

    SLACK: int  # bytes that memory may grow by besides what limits allow
    PROMPT = 5  # seconds within which a good client is served, on a machine that has other things to do

    @classmethod
    def setUpClass(cls):
        cls.app = cls.build()

    def setUp(self):
        server = Server(self.app)
        self.server = server.__enter__()
        self.addCleanup(server.__exit__)
        with GoodClients(server.port):
            pass
        self.descriptors = eventually("descriptors", server.descriptors, lambda _: server.handlers() == 0)
        self.resident = server.resident()
        self.allowed = self.SLACK

        self.peers = contextlib.ExitStack()
        self.addCleanup(self.peers.close)
        self.good = GoodClients(server.port)
        self.addCleanup(self.good.stop)

    def tearDown(self):
        self.is_served(self.good)
        self.peers.close()
        self.nothing_is_left()
        self.is_served(GoodClients(self.server.port))

    def is_served(self, good):
        good.stop()
        self.assertIsNone(good.failure)
        self.assertLess(good.slowest, self.PROMPT, "a good client had to wait")

    def nothing_is_left(self, handlers=0, descriptors=0):
        descriptors += self.descriptors
        eventually("handlers", self.server.handlers, lambda count: count <= handlers)
        eventually("descriptors", self.server.descriptors, lambda count: count <= descriptors)
        self.is_bounded()

    def only_good_clients_are_left(self):
        """While the others hold on to their ends."""
        self.nothing_is_left(handlers=GoodClients.COUNT, descriptors=GoodClients.COUNT)

    def is_bounded(self):
        grown = self.server.resident() - self.resident
        self.assertLess(grown / MIB, self.allowed / MIB, "MiB that the server's memory has grown by")

    def connect(self, path=None, **options):
        return self.peers.enter_context(Peer(self.server.port, path, **options))

    def deaf(self, path):
        """A peer for which the kernel keeps little, so that what it does not read waits in the server."""
        return self.connect(path, segment=536, buffer=4096)


class Sanitized:
    SLACK = 64 * MIB  # redzones, shadow, quarantine
    build = staticmethod(sanitized)


class Released:
    SLACK = 8 * MIB
    build = staticmethod(released)


def eventually(what, seen, wanted, seconds=SECONDS):
    """Waits until `wanted` is true of what `seen` gives."""
    deadline = time.monotonic() + seconds
    while True:
        value = seen()
        if wanted(value):
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: {value} after {seconds} seconds")
        time.sleep(0.05)
