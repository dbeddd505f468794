"""What an operation costs when there is more of something: a table and a chart a series. `./folio bench --growth`."""

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


@dataclasses.dataclass(frozen=True)
class Series:
    name: str
    x_name: str
    case: object         # x -> Case
    servers: object = None  # x -> servers that exist for this point alone; those of the comparison otherwise


def all_series(binaries):
    def routes(count):
        return [folio_with_routes(binaries / "routes_server", count)]

    def with_fields(count):
        plain = http("fields", "/")
        return dataclasses.replace(plain, load=(*plain.load, "--headers", str(count)))

    return (
        Series("requests by connections", "connections", lambda n: http("requests", "/", connections=n)),
        Series("ws echo by connections", "connections", lambda n: echo("echo", 32, connections=n)),
        Series("deliveries by rooms of 2", "rooms", lambda n: room("rooms", 2, rooms=n)),
        Series("deliveries by members of a room", "members", lambda n: room("members", n)),
        Series("requests by routes", "routes", lambda n: http("routes", f"/r/{n // 2}/lookup"), routes),
        Series("requests by routes with a parameter", "routes", lambda n: http("routes", f"/r/{n // 2}/7/edit"),
               routes),
        Series("requests by header fields", "fields", with_fields),
        Series("ws echo by size", "bytes", lambda n: echo("echo", n, connections=cases.FOR_A_MEBIBYTE)),
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
    text = "".join(f"- {line}\n" for line in described)
    print(text, flush=True)
    failures = []
    for one in series:
        outcomes = measure(one, servers, options, work, made, descriptors, failures)
        title = f"\n## {one.name[0].upper()}{one.name[1:]}\n"
        name = "growth-" + re.sub(r"\W+", "-", one.name) + ".svg"
        rows = table(one, outcomes)
        print("\n".join([title, *rows]), flush=True)
        text += "\n".join([title, *rows, "", f"![{one.name}]({name})", ""])
        (options.output / name).write_text(picture(one, outcomes))
        (options.output / "growth.md").write_text(text + "".join(f"\n{line}\n" for line in failures))
    print(f"\nWritten to {options.output}: growth.md and its charts", file=sys.stderr)
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
