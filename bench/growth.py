"""What an operation costs when there is more of something: `./folio bench --growth`.

Each series is a chart, a table, and a sentence that holds what was measured against what was to be expected. They make a
page, benchmark-growth.md with its images/, as framework/docs keeps them.
"""

import dataclasses
import functools
import re
import sys

import build
import cases
import chart
import files
import machine
from cases import echo, http, room
from measure import Bench
from report import number, plural, spread
from servers import BARE_UV, FOLIO, folio_with_routes, own_servers

POINTS = {
    "connections": (64, 256, 1000, 4000, 10000, 20000),
    "rooms": (1, 10, 100, 1000, 10000),
    "members": (2, 20, 200, 2000, 20000),
    "routes": (10, 100, 1000, 10000),
    "fields": (1, 3, 10, 30, 100),
    "bytes": (16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20),
}


PAGE = "benchmark-growth.md"
HEAD = """# Growth

What an operation costs when there is more of something, as `./folio bench --growth` measured it on the machine that is named
below. How to read it: [benchmarks.md](benchmarks.md). Axes are logarithmic: a level line is a cost that does not grow, and one
that rises by a decade in each decade is in proportion.

"""


@dataclasses.dataclass(frozen=True)
class Series:
    name: str
    x_name: str
    case: object         # x -> Case
    theory: str          # how the cost should grow, and why
    servers: object = None  # x -> servers that exist for this point alone; those of the comparison otherwise
    per: tuple = None    # (name, x): of a cost that grows with x, what to give the growth for


def all_series(binaries):
    def routes(count):
        return [folio_with_routes(binaries / "routes_server", count)]

    def with_fields(count):
        plain = http("fields", "/")
        return dataclasses.replace(plain, load=(*plain.load, "--headers", str(count)))

    return (
        Series("requests by connections", "connections", lambda n: http("requests", "/", connections=n),
               "Level: nothing looks at a connection that has nothing to say. But each has some memory, the kernel's above "
               "all, and what outgrows the processor's caches is waited for; the bare server waits alike."),
        Series("ws echo by connections", "connections", lambda n: echo("echo", 32, connections=n),
               "Level, but for caches, as above."),
        Series("deliveries by rooms of 2", "rooms", lambda n: room("rooms", 2, rooms=n),
               "Level: a socket looks its room up once, when it joins, and holds it from then on. Few rooms keep the server "
               "waiting, and each waiting costs; many bring more connections, and caches come in."),
        Series("deliveries by members of a room", "members", lambda n: room("members", n),
               "Falls, then level: what a broadcast costs by itself, to be read and framed, is shared by its members; what "
               "is left is one write for each, dearer once the sockets outgrow the caches."),
        Series("requests by routes", "routes", lambda n: http("routes", f"/r/{n // 2}/lookup"),
               "Level: a path without parameters is found by a hash of the whole of it.", routes),
        Series("requests by routes with a parameter", "routes", lambda n: http("routes", f"/r/{n // 2}/7/edit"),
               "Level: a path with parameters takes a step for each of its segments, whatever else there is.", routes),
        Series("requests by header fields", "fields", with_fields,
               "A part that is level, and one that grows with the fields: each is read once. Those that are the same bytes "
               "as in the request before are taken over.", per=("field", 1)),
        Series("ws echo by size", "bytes", lambda n: echo("echo", n, connections=cases.FOR_A_MEBIBYTE),
               "A part that is level, and one that grows with the size: each byte is copied in and out by the kernel, "
               "unmasked, and checked to be UTF-8.", per=("KiB", 1024)),
    )


def run(options, work, descriptors):
    series = [one for one in all_series(build.BINARIES) if options.case.search(one.name)]
    if not series:
        sys.exit(f"error: no series matches {options.case.pattern!r}, these are there: "
                 + ", ".join(one.name for one in all_series(build.BINARIES)))
    build.programs("load|bare_uv|routes_server")
    servers = [server for server in own_servers(build.app(), build.BINARIES) if server.name in (FOLIO, BARE_UV)]
    if options.server:
        servers = [server for server in servers if server.name in options.server]
    made = files.make(work)
    described = [*machine.lines(), f"{plural(options.rounds, 'round')} of {options.seconds:g} s"]
    text = HEAD + "".join(f"- {line}\n" for line in described)
    print(text, flush=True)
    images = options.output / "images"
    images.mkdir(exist_ok=True)
    failures = []
    for one in series:
        outcomes = measure(one, servers, options, work, made, descriptors, failures)
        title = f"\n## {one.name[0].upper()}{one.name[1:]}\n"
        name = "growth-" + re.sub(r"\W+", "-", one.name) + ".svg"
        words, rows = reading(one, outcomes), table(one, outcomes)
        print("\n".join([title, words, "", *rows]), flush=True)
        text += "\n".join([title, words, "", f"![{one.name}](images/{name})", "", *rows, ""])
        (images / name).write_text(picture(one, outcomes))
        (options.output / PAGE).write_text(text + "".join(f"\n{line}\n" for line in failures))
    print(f"\nWritten to {options.output}: {PAGE} and its images/, as framework/docs keeps them", file=sys.stderr)
    for line in failures:
        print(line, file=sys.stderr)
    return 1 if failures else 0


def measure(series, servers, options, work, made, descriptors, failures):
    """(x, Outcome) of each point that this machine can do."""
    found = []
    for x in POINTS[series.x_name]:
        case = series.case(x)
        connections = cases.affordable(case.connections, descriptors)
        if connections < case.connections:
            print(f"{series.name}, {x:,}: only {descriptors:,} open files are allowed, raise `ulimit -n`",
                  file=sys.stderr)
            if not connections:
                continue
            x = x * connections // case.connections
            case = series.case(x)
        # Servers of their own for each point: what the last one left behind shall not count.
        chosen = series.servers(x) if series.servers else servers
        with Bench(build.BINARIES / "load", chosen, work, made, options.seconds, options.warmup) as bench:
            outcome = bench.rounds(case, options.rounds, 0, (FOLIO, BARE_UV), functools.partial(progress, series, x))
        failures += [f"failed: {series.name}, {x:,}, {name}: {message}" for name, message in outcome.failures.items()]
        found.append((x, outcome))
    return found


def progress(series, x, _case, server, turn, figure):
    print(f"  {series.name}, {x:,}, round {turn + 1}, {server.name}: {number(figure)} µs", file=sys.stderr, flush=True)


def reading(series, outcomes):
    """What was to be expected, and beside it what was measured between the ends."""
    ends = {name: [(x, outcome.median(name)) for x, outcome in outcomes if outcome.median(name)]
            for name in (FOLIO, BARE_UV)}
    if len(ends[FOLIO]) < 2:
        return series.theory
    (first, low), (last, high) = ends[FOLIO][0], ends[FOLIO][-1]
    found = (f"Measured from {first:,} to {last:,} {series.x_name}: {number(low)} to {number(high)} µs, "
             f"{high / low:.2f} times")
    if len(ends[BARE_UV]) > 1:
        found += f", where the bare server takes {ends[BARE_UV][-1][1] / ends[BARE_UV][0][1]:.2f} times"
    if series.per:
        name, size = series.per
        found += f"; {number((high - low) / (last - first) * size * 1000)} ns for each {name}"
    return f"{series.theory} {found}."


def table(series, outcomes):
    bare = any(BARE_UV in outcome.samples for _, outcome in outcomes)
    heads = [series.x_name, f"{FOLIO}, CPU µs per operation", "spread"]
    heads += [f"{BARE_UV}", "ratio"] if bare else []
    rows = ["| " + " | ".join([*heads, "p99, µs"]) + " |", "|---:" * (len(heads) + 1) + "|"]
    for x, outcome in outcomes:
        figures = outcome.figures(FOLIO)
        cells = [f"{x:,}", number(outcome.median(FOLIO)), spread(figures) if figures else "–"]
        if bare:
            ratios = sorted(outcome.ratios(FOLIO, BARE_UV))
            cells += [number(outcome.median(BARE_UV)), f"{ratios[len(ratios) // 2]:.2f}" if ratios else "–"]
        rows.append("| " + " | ".join([*cells, number(outcome.median_of(FOLIO, "p99_us"))]) + " |")
    return rows


def picture(series, outcomes):
    names = sorted({name for _, outcome in outcomes for name in outcome.samples}, key=(FOLIO, BARE_UV).index)
    return chart.lines(f"{series.name[0].upper()}{series.name[1:]}", series.x_name, "server CPU, µs per operation",
                       [(name, [(x, outcome.median(name)) for x, outcome in outcomes]) for name in names])
