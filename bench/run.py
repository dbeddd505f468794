#!/usr/bin/env python3
"""Folio against bare servers and peers; `./folio bench` installs what that needs and starts this.

Builds everything optimised, starts all servers on one processor and the load generator on another, and measures each
case in rounds that go from server to server, so that whatever the machine does otherwise meets all of them. What counts
is the server's CPU time per operation, as a ratio to a bare server over the same library, of the same round.
Exit code: 0 measured, 1 something failed, 2 wrong use.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import build  # noqa: E402
import cases  # noqa: E402
import files  # noqa: E402
import loops  # noqa: E402
import machine  # noqa: E402
import report  # noqa: E402
from measure import Bench  # noqa: E402
from servers import FOLIO, OWN, own_servers, peer_servers  # noqa: E402

# (rounds, rounds of peers, seconds, seconds before them)
QUICK = (3, 1, 0.4, 0.1)
LONG = (9, 3, 2.0, 0.5)

SET_UP = 0.7  # seconds that a measurement takes besides, on the average: connections are made, servers started and stopped

# Programs of others that share the command: they have options of their own.
HANDED_OVER = {"--check": "instructions.py", "--compile-time": "compile_time.py", "--train": "train.py"}


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./folio bench", description="Measure Folio against bare servers and peers.")
    parser.add_argument("--quick", dest="extent", action="store_const", const=QUICK, default=QUICK,
                        help="few short rounds, about five minutes: the default")
    parser.add_argument("--long", dest="extent", action="store_const", const=LONG, help="many rounds")
    parser.add_argument("--rounds", type=int, help="rounds of each case")
    parser.add_argument("--seconds", type=float, help="of each measurement")
    parser.add_argument("--case", type=regex, default=re.compile(""), metavar="REGEX",
                        help="only cases whose name matches; with --growth, only such series")
    parser.add_argument("--server", action="append", metavar="NAME",
                        help="only this server; may be given more than once")
    parser.add_argument("--without-peers", action="store_true", help="Folio and the bare servers alone")
    parser.add_argument("--growth", action="store_true",
                        help="cost against connections, rooms, members, routes, fields and sizes; a page "
                             "with images as framework/docs keeps it")
    parser.add_argument("--flame", action="store_true",
                        help="where the time goes in the cases that match --case, as a flame graph each; needs perf")
    parser.add_argument("--micro", action="store_true", help="the programs of bench/micro")
    parser.add_argument("--compile-time", action="store_true",
                        help="what it costs to compile: of routes, framework and dev, those that follow, or all")
    parser.add_argument("--check", action="store_true", help="instructions against the numbers kept in the repository")
    parser.add_argument("--train", action="store_true", help="record the profile that release builds are optimised by")
    parser.add_argument("--output", type=pathlib.Path, default=build.ROOT / "build" / "bench", metavar="DIR",
                        help="where the results go")
    options = parser.parse_args(arguments)
    rounds, peer_rounds, seconds, warmup = options.extent
    options.peer_rounds = min(peer_rounds, options.rounds or rounds)
    options.rounds = options.rounds or rounds
    options.seconds = options.seconds or seconds
    options.warmup = warmup
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("--rounds and --seconds have to be greater than zero")
    options.output.mkdir(parents=True, exist_ok=True)
    return options


def regex(text):
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"not a regular expression: {error}") from error


def main(arguments):
    for flag, program in HANDED_OVER.items():
        if flag in arguments:
            rest = [argument for argument in arguments if argument != flag]
            os.execv(sys.executable, [sys.executable, str(HERE / program), *rest])
    options = parse(arguments)
    with build.Lock():
        if options.micro:
            return run_micro(options)
        descriptors = machine.raise_descriptor_limit()
        with tempfile.TemporaryDirectory(prefix="folio-bench-") as work:
            if options.flame:
                import flame
                return flame.run(options, work, matching(cases.CASES, options))
            if options.growth:
                import growth
                return growth.run(options, work, descriptors)
            return compare(options, work, descriptors)


def matching(there, options):
    """Those of the cases that were asked for, at least one."""
    chosen = [case for case in there if options.case.search(case.name)]
    if not chosen:
        sys.exit(f"error: no case matches {options.case.pattern!r}, these are there: "
                 + ", ".join(case.name for case in there))
    return chosen


def compare(options, work, descriptors):
    wanted = matching((*cases.CASES, *loops.CASES), options)
    chosen = [case for case in cases.CASES if case in wanted]
    on_loops = [case for case in loops.CASES if case in wanted]
    servers, missing = choose_servers(options)
    lines = Lines(options.output / "results.md")
    lines.write("\n".join(f"- {line}" for line in machine.lines()))
    versions = [server.version for server in servers if server.version]
    if versions:
        lines.write(f"- peers: {', '.join(versions)}")
    for line in missing:
        lines.write(f"- {line}")
    lines.write(f"- {report.plural(options.rounds, 'round')} of {options.seconds:g} s"
                + (f", {options.peer_rounds} of peers" if versions else ""))
    table = report.Table([server.name for server in servers], lines.write)
    print(f"this takes about {estimate(chosen, servers, on_loops, options)} minutes", file=sys.stderr, flush=True)
    made, outcomes, pairs = files.make(work), [], []
    with Bench(build.BINARIES / "load", servers, work, made, options.seconds, options.warmup) as bench:
        if bench.load_cpu in bench.server_cpus:
            lines.write("- one processor for server and load: rates mean nothing, and CPU time is the worse for it")
        for case in as_affordable(chosen, descriptors, lines):
            outcomes.append(bench.rounds(case, options.rounds, options.peer_rounds, OWN, say_progress))
            table.row(outcomes[-1])
            save(options, lines, versions, outcomes, pairs)
    if on_loops and FOLIO in table.names:
        lines.write(loops.heads())
        with loops.bench(build.APP, build.BINARIES / "load", work, made, options) as bench:
            if len(bench.server_cpus) == 1:
                lines.note("both loops had one processor, so what a line of cache costs on its way from one to the other "
                           "is not in these figures; for that three processors are needed")
            for case in as_affordable(on_loops, descriptors, lines):
                pairs.append(bench.rounds(case, options.rounds, 0, (loops.ONE, loops.TWO), say_progress))
                lines.write(loops.row(pairs[-1]))
                save(options, lines, versions, outcomes, pairs)
    failures = report.failures([*outcomes, *pairs])
    for line in failures:
        lines.note(f"failed: {line}")
    print(f"\nWritten to {options.output}: results.md, results.json, chart.svg", file=sys.stderr)
    return 1 if failures or not any(outcome.samples for outcome in (*outcomes, *pairs)) else 0


def estimate(chosen, servers, on_loops, options):
    """Minutes, at least one."""
    runs = sum(options.rounds if server.name in OWN else options.peer_rounds
               for case in chosen for server in servers if server.can(case))
    if FOLIO in {server.name for server in servers}:
        runs += 2 * options.rounds * len(on_loops)
    return max(1, round(runs * (options.seconds + options.warmup + SET_UP) / 60))


def as_affordable(chosen, descriptors, lines):
    """The cases with as many connections as the limit on open files allows; notes those that have fewer, or are left out."""
    for case in chosen:
        connections = cases.affordable(case.connections, descriptors)
        if connections < case.connections:
            done = f"is measured with {connections:,} connections" if connections else "is left out"
            lines.note(f"{case.name} {done}: only {descriptors:,} open files are allowed, raise `ulimit -n` above "
                       f"{case.connections + cases.FD_RESERVE:,}")
        if connections:
            yield dataclasses.replace(case, connections=connections)


def choose_servers(options):
    """Builds and gives the servers that were asked for, and a line for each peer that is not there."""
    wanted = options.server
    with_peers = not options.without_peers and (not wanted or set(wanted) - set(OWN))
    build.programs("load|bare_uv|bare_epoll|routes_server" + ("|peer_.*" if with_peers else ""))
    servers, missing = own_servers(build.app(), build.BINARIES), []
    if with_peers:
        build.node_modules()
        peers, missing = peer_servers(build.BUILD)
        servers += peers
    if wanted:
        unknown = set(wanted) - {server.name for server in servers}
        if unknown:
            sys.exit(f"error: there is no server {', '.join(sorted(unknown))}, these are there: "
                     + ", ".join(server.name for server in servers) + "".join(f"\n{line}" for line in missing))
        servers = [server for server in servers if server.name in wanted]
    return servers, missing


class Lines:
    """Results as they come: on standard output, and in a file that holds what there is so far."""

    def __init__(self, path):
        self.path = path
        self.text = ""
        self.notes = []

    def write(self, line):
        print(line, flush=True)
        self.text += line + "\n"
        self.path.write_text(self.text + "".join(f"\n{note}\n" for note in self.notes))

    def note(self, line):
        """Something to say that would break a table in two: it goes below."""
        print(line, file=sys.stderr, flush=True)
        self.notes.append(line)
        self.path.write_text(self.text + "".join(f"\n{note}\n" for note in self.notes))


def save(options, lines, versions, outcomes, pairs):
    described = {"rounds": options.rounds, "peer_rounds": options.peer_rounds, "seconds": options.seconds,
                 "warmup": options.warmup}
    machine_lines = [line[2:] for line in lines.text.splitlines() if line.startswith("- ")]
    (options.output / "results.json").write_text(report.as_json(machine_lines, versions, described, outcomes,
                                                                  [loops.as_json(pair) for pair in pairs]))
    (options.output / "chart.svg").write_text(report.ratio_chart(outcomes))
    peers = report.peers_chart(outcomes)
    if peers:
        (options.output / "peers.svg").write_text(peers)


def say_progress(case, server, number, figure):
    print(f"  {case.name}, round {number + 1}, {server.name}: {report.number(figure)} {cases.UNITS[case.unit]}",
          file=sys.stderr, flush=True)


def run_micro(options):
    failed = False
    for name in build.programs("micro_.*"):
        print(f"\n## {name}\n", flush=True)
        done = subprocess.run(["taskset", "-c", str(machine.processors()[0]), str(build.BINARIES / name),
                               f"--benchmark_filter={options.case.pattern or '.'}",
                               f"--benchmark_out={options.output / name}.json", "--benchmark_out_format=json"])
        failed |= done.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    words = sys.argv[1:]
    try:
        sys.exit(main(words[1:] if words[:1] == ["bench"] else words))
    except KeyboardInterrupt:
        sys.exit(130)
    except build.BuildFailed as failure:
        sys.exit(f"error: {failure}")
