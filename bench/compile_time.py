#!/usr/bin/env python3
"""What compiling costs: a route, the framework, their headers, and a first `./folio dev`. Prints Markdown, and leaves it
as a page for framework/docs.

    ./folio bench --compile-time [routes] [framework] [dev] [--units REGEX] [--headers N] [--jobs N] [--output DIR]

routes     a unit of a text, a JSON and a WebSocket route, as the dev server compiles it and without what it precompiles,
           and the headers of a route that take longest
framework  all units with the flags of ./folio's own build, but nothing precompiled: CPU time, memory, and the
           headers that take longest (clang's -ftime-trace: the time with all that a header includes)
dev        from a fresh copy of this source, without a compiler cache, to an app that answers

CPU seconds are those of the compiler's own processes, as the kernel accounts for them; memory is the peak of one
process. No compiler cache is used anywhere.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import machine

ROOT = pathlib.Path(__file__).resolve().parent.parent
UNCACHED = dict(os.environ, CCACHE_DISABLE="1")

ROUTES = {
    "text": 'std::string_view GET() { return "Hello, World!"; }\n',
    "json": """struct Author {
  std::string name;
  std::optional<std::string> mail;
};
struct Note {
  std::uint64_t id;
  std::string text;
  std::vector<Author> authors;
};

Json<Note> POST(Json<Note> note) { return note; }
""",
    "ws": """Task<> WS(WebSocket ws) {
  while (auto message = co_await ws.next()) co_await ws.send(std::move(*message));
}
""",
}


@dataclasses.dataclass
class Cost:
    """Of a process and all that it waited for."""
    seconds: float
    cpu: float
    mib: float  # of the largest process
    status: int


def measured(process, begun):
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)  # so that nobody waits again
    return Cost(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, process.returncode)


def run(command, folder, log=subprocess.DEVNULL):
    """`command` is a list, or a line for the shell."""
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, env=UNCACHED, shell=isinstance(command, str), stdout=log,
                               stderr=log)
    return measured(process, begun)


def must_run(command, folder):
    with tempfile.TemporaryFile() as log:
        cost = run(command, folder, log)
        if cost.status:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))
            text = command if isinstance(command, str) else shlex.join(map(str, command))
            sys.exit(f"error: this command failed in {folder}: {text}")
    return cost


class Page:
    """The report as it comes: on standard output, and in a file that holds what there is so far."""

    def __init__(self, path):
        self.path = path
        self.text = ""

    def write(self, text):
        print(text, flush=True)
        self.text += text + "\n"
        self.path.write_text(self.text.rstrip() + "\n")

    def table(self, heads, rows):
        lines = ["| " + " | ".join(heads) + " |", "|---" + "|---:" * (len(heads) - 1) + "|"]
        lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
        self.write("\n".join([*lines, ""]))


# ---- the dev server

def make_app(folder):
    routes = folder / "routes"
    routes.mkdir(parents=True)
    for name, text in ROUTES.items():
        (routes / f"{name}.cpp").write_text("#include <folio/folio.hpp>\nusing namespace folio;\n\n" + text)
    return folder


class DevServer:
    """`./folio dev` of the source in `root` until it is ready, and then stopped."""

    def __init__(self, root, app):
        begun = time.monotonic()
        command = [str(root / "folio"), "dev", str(app), "--host", "127.0.0.1", "--port", "0", "--json"]
        self.ready = None
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(command, env=UNCACHED, stdout=subprocess.PIPE, stderr=said, text=True)
            for line in process.stdout:
                if json.loads(line)["event"] == "ready":
                    self.ready = time.monotonic() - begun
                    break
                said.write(line)
            process.send_signal(signal.SIGTERM)
            self.cost = measured(process, begun)
            if self.ready is None:
                said.seek(0)
                sys.exit(f"error: ./folio dev of {app} did not get ready: {said.read()}")


def copy_source(folder):
    """What git would give of the work tree as it is: no build folder comes along."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "-co", "--exclude-standard"], check=True,
                            stdout=subprocess.PIPE).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def measure_dev(work, page, _options):
    source = work / "source"
    copy_source(source)
    # The launcher takes a compiler cache where it finds one, and then precompiles nothing: tell it that there is none.
    stamp = source / "build/host/.launched"
    stamp.parent.mkdir(parents=True)
    stamp.write_text(f"{source}\n\n")
    app = make_app(work / "app")
    page.write(f"## `./folio dev` until it is ready, {len(ROUTES)} routes, {os.cpu_count()} processors\n")
    rows = []
    for title in ("the first, from a fresh copy of the source", "a new app, the framework built", "nothing changed"):
        if title.startswith("a new app"):
            shutil.rmtree(app / ".folio")
        server = DevServer(source, app)
        rows.append((title, f"{server.ready:.1f}", f"{server.cost.cpu:.1f}", f"{server.cost.mib:.0f}"))
    page.table(("start", "seconds", "CPU s", "peak MiB of a process"), rows)


# ---- routes

def measure_routes(work, page, options):
    app = make_app(work / "app")
    DevServer(ROOT, app)  # which writes the units and build.ninja
    folder = app / ".folio/host"
    listed = subprocess.run(["ninja", "-t", "commands"], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    commands = {}
    for line in listed.stdout.splitlines():
        if found := re.search(r"-o (?:obj/r_(\w+?)_[0-9a-f]+\.o|(prelude\.pch))(?: |$)", line):
            commands[found[1] or "prelude"] = line
    rows = []

    def row(title, command):
        costs = sorted((must_run(command, folder) for _ in range(3)), key=lambda cost: cost.cpu)
        rows.append((title, f"{costs[1].cpu:.2f}", f"{costs[1].mib:.0f}"))

    row("what is precompiled, once an app", commands["prelude"])
    for name in ROUTES:
        row(f"{name} route", commands[name])
    for name in ROUTES:
        row(f"{name} route, nothing precompiled", commands[name].replace("-include-pch prelude.pch", ""))
    page.write("## A route's unit, median of 3\n")
    page.table(("unit", "CPU s", "peak MiB"), rows)
    trace = work / "route.json"
    cost = must_run(f"{commands['text'].replace('-include-pch prelude.pch', '')} -ftime-trace={trace}", folder)
    page.write("Of the text route, nothing precompiled:\n")
    write_headers(page, [Unit("text route", cost, list(costs_of_headers(cost, trace)))], options.headers)


# ---- the framework

@dataclasses.dataclass
class Unit:
    name: str
    cost: Cost
    headers: list  # (path, seconds, path of the file that includes it)


def source_events(trace):
    """(path, seconds, including path) of each header in a -ftime-trace."""
    spans = []
    begun = None
    for event in trace["traceEvents"]:
        if event["name"] != "Source":
            continue
        if event["ph"] == "X":  # clang before 18
            spans.append((event["args"]["detail"], event["ts"], event["ts"] + event["dur"]))
        elif event["ph"] == "b":
            begun = event
        elif event["ph"] == "e":
            spans.append((begun["args"]["detail"], begun["ts"], event["ts"]))
    spans.sort(key=lambda span: (span[1], -span[2]))
    open_spans = []
    for path, start, end in spans:
        while open_spans and open_spans[-1][1] < end:
            open_spans.pop()
        yield shortened(path), (end - start) / 1e6, open_spans[-1][0] if open_spans else ""
        open_spans.append((shortened(path), end))


def costs_of_headers(cost, trace):
    """Of a unit that took so much. The trace has the time of the clock; what others took of the processor is no cost of
    a header."""
    share = min(1.0, cost.cpu / cost.seconds)
    for path, seconds, parent in source_events(json.loads(trace.read_text())):
        yield path, seconds * share, parent


def shortened(path):
    path = os.path.normpath(path)
    if path.startswith(str(ROOT) + "/"):
        return path[len(str(ROOT)) + 1:]
    if found := re.search(r"/include/(?:x86_64-linux-gnu/|aarch64-linux-gnu/)?c\+\+/\d+/(.+)", path):
        return f"<{found[1]}>"
    return re.sub(r"^/usr/(?:lib/llvm-\d+/lib/clang/\d+/)?include/(?:[a-z0-9_]+-linux-gnu/)?", "", path)


def uncached_command(entry):
    """The words of a command in compile_commands.json, without a compiler cache before them."""
    words = shlex.split(entry["command"])
    while words[0].endswith("ccache"):
        words.pop(0)
    return words


def compile_unit(entry, folder, number):
    output = folder / f"{number}.o"
    words = uncached_command(entry)
    words[words.index("-o") + 1] = str(output)
    cost = must_run(words + [f"-ftime-trace={folder / str(number)}.json"], entry["directory"])
    headers = list(costs_of_headers(cost, folder / f"{number}.json"))
    with contextlib.suppress(FileNotFoundError):
        output.unlink()
    return Unit(os.path.relpath(entry["file"], ROOT), cost, headers)


def measure_framework(work, page, options):
    build = work / "build"
    must_run(["cmake", "--preset", "host", "-B", build, "-DFOLIO_PCH=OFF", "-DCMAKE_CXX_COMPILER_LAUNCHER=",
              "-DCMAKE_C_COMPILER_LAUNCHER="], ROOT)
    entries = [entry for entry in json.loads((build / "compile_commands.json").read_text())
               if entry["file"].endswith(".cpp") and re.search(options.units, os.path.relpath(entry["file"], ROOT))]
    by_file = {entry["file"]: entry for entry in entries}  # what goes into two targets counts once
    if not by_file:
        sys.exit(f"error: no unit of the framework matches {options.units}")
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        try:
            units = list(pool.map(compile_unit, by_file.values(), [work] * len(by_file), range(len(by_file))))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    took = time.monotonic() - begun
    page.write(f"## The framework: {len(units)} units, {sum(unit.cost.cpu for unit in units):.0f} CPU s, {took:.0f} s with "
               f"{options.jobs} at once, nothing precompiled\n")
    slowest = sorted(units, key=lambda unit: -unit.cost.cpu)[:10]
    page.table(("slowest units", "CPU s", "peak MiB"),
               [(f"`{unit.name}`", f"{unit.cost.cpu:.2f}", f"{unit.cost.mib:.0f}") for unit in slowest])
    write_headers(page, units, options.headers)


def write_headers(page, units, count):
    seconds, times, through = collections.Counter(), collections.Counter(), collections.defaultdict(collections.Counter)
    for unit in units:
        for path, took, parent in unit.headers:
            seconds[path] += took
            times[path] += 1
            through[path][parent or "units"] += 1

    # Of one unit, in all is each.
    many = len(units) > 1

    def rows(chosen):
        for path in chosen[:count]:
            parent, hits = through[path].most_common(1)[0]
            sums = [f"{seconds[path]:.1f}", times[path]] if many else []
            yield (f"`{path}`", *sums, f"{seconds[path] / times[path] * 1000:.0f}",
                   f"`{parent}` {hits}×" if many else f"`{parent}`")

    ordered = [path for path, _ in seconds.most_common()]
    heads = ("headers", "s in all", "times", "ms each", "mostly through") if many else ("headers", "ms", "through")
    page.write("### Headers that take longest, with what they include\n")
    page.table(heads, rows([path for path in ordered if not path.startswith("<")]))
    page.write("### The same of the standard library\n")
    page.table(heads, rows([path for path in ordered if re.fullmatch(r"<\w+>", path)]))


PAGE = "benchmark-compile-time.md"
PARTS = {"routes": measure_routes, "framework": measure_framework, "dev": measure_dev}


def main():
    parser = argparse.ArgumentParser(prog="./folio bench --compile-time", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}; all unless given")
    parser.add_argument("--units", default="", metavar="REGEX", help="of the framework, those whose path matches")
    parser.add_argument("--headers", type=int, default=10, metavar="N", help="rows in the tables of headers")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="units at once")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "build" / "bench", metavar="DIR",
                        help=f"where {PAGE} goes")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}: choose of {', '.join(PARTS)}")
    options.output.mkdir(parents=True, exist_ok=True)
    compiler = subprocess.run(["clang++-19", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    page = Page(options.output / PAGE)
    page.write("# Compile time\n\nWhat `./folio bench --compile-time` measured. How to read it, and what was done about it: "
               f"[benchmarks.md](benchmarks.md).\n\n- processor: {machine.processor()}\n"
               f"- compiler: {compiler.splitlines()[0]}\n")
    for name in options.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="folio-compile-") as work:
            PARTS[name](pathlib.Path(work), page, options)
    print(f"Written to {page.path}", file=sys.stderr)


if __name__ == "__main__":
    main()
