"""What is measured: a name, the arguments of the load generator, and which figure of its answer counts."""

import dataclasses

CPU = "CPU"          # microseconds of the server's CPU for one operation, the kernel's part included
MEMORY = "memory"    # KiB of resident memory for one connection
LATENCY = "latency"  # microseconds within which 99 of 100 are answered
UNITS = {CPU: "server CPU, µs per operation", MEMORY: "memory, KiB per connection", LATENCY: "p99, µs"}

# What is under way when a measurement ends was paid for and does not count: of large operations, not many may be.
FOR_A_MEBIBYTE = 8

FD_RESERVE = 200  # descriptors that a process needs besides its connections


def affordable(connections, descriptors):
    """So many of the connections as the limit on open files allows, or 0 where that would be another measurement."""
    allowed = min(connections, descriptors - FD_RESERVE)
    return allowed if allowed >= 0.9 * connections else 0


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    load: tuple              # what the load generator is asked to do
    unit: str = CPU
    tls: bool = False
    fresh: bool = False      # on servers that have just been started: what ran before shows in their memory
    connections: int = 64

    def arguments(self, path=None):
        """For the load generator; `path` in the place of the case's own."""
        load = [path if path and before == "--path" else word for before, word in zip(("", *self.load), self.load)]
        return [*load, "--connections", str(self.connections), *(["--tls"] if self.tls else [])]

    def figure(self, sample):
        """The one number of a run that the tables show."""
        if self.unit == CPU:
            return sample["server_cpu_seconds"] / max(sample["operations"], 1) * 1e6
        if self.unit == MEMORY:
            return (sample["server_rss_kib"] - sample["server_rss_before_kib"]) / self.connections
        return sample["p99_us"]


def http(name, path, in_flight=1, **more):
    return Case(name, ("http", "--path", path, "--in-flight", str(in_flight)), **more)


def post(name, size, **more):
    return Case(name, ("post", "--path", "/upload", "--size", str(size)), **more)


def echo(name, size, in_flight=1, **more):
    return Case(name, ("echo", "--path", "/ws/echo", "--size", str(size), "--in-flight", str(in_flight)), **more)


def room(name, members, rooms=1, in_flight=1):
    return Case(name, ("room", "--rooms", str(rooms), "--size", "32", "--in-flight", str(in_flight)),
                connections=members * rooms)


def idle(name, connections, path):
    return Case(name, ("idle", "--path", path), unit=MEMORY, fresh=True, connections=connections)


CASES = (
    http("plaintext", "/"),
    http("JSON", "/json"),
    http("/users/[id]", "/users/1234567"),
    http("1,000 routes", "/r/500/lookup"),
    http("pipelined x16", "/", 16),
    post("POST 1 KiB", 1 << 10),
    post("POST 1 MiB", 1 << 20, connections=FOR_A_MEBIBYTE),
    http("static 4 KiB", "/static/4k.bin"),
    http("static 1 MiB", "/static/1m.bin", connections=FOR_A_MEBIBYTE),
    http("TLS keep-alive", "/", tls=True),
    Case("TLS handshakes", ("tls-handshake",), tls=True, connections=8),
    Case("TLS resumption", ("tls-handshake", "--resume"), tls=True, connections=8),
    echo("ws echo 32 B, 1 in flight", 32),
    echo("ws echo 32 B, 16 in flight", 32, 16),
    echo("ws echo 16 KiB", 16 << 10),
    echo("ws echo 1 MiB", 1 << 20, connections=FOR_A_MEBIBYTE),
    Case("ws deflate", ("echo", "--path", "/ws/deflate", "--size", "1024", "--deflate")),
    room("room of 500, 1 in flight", 500),
    room("room of 500, 16 in flight", 500, in_flight=16),
    room("room of 5,000, 1 in flight", 5000),
    room("room of 5,000, 16 in flight", 5000, in_flight=16),
    room("1,000 rooms of 10", 10, rooms=1000),
    Case("join/leave churn", ("churn",)),
    Case("connection set-up", ("connect", "--path", "/")),
    idle("idle memory at 2,000", 2000, "/ws/echo"),
    idle("idle memory at 20,000", 20000, "/ws/echo"),
    idle("idle memory at 2,000 in a room", 2000, "/ws/room/idle"),
    Case("upgrade latency", ("upgrade", "--path", "/ws/echo"), unit=LATENCY, connections=500),
)
