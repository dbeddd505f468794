"""Flame graphs of Folio under the load of a case: `./folio bench --flame --case REGEX`.

perf takes a sample of the server's stack every half a millisecond of its CPU time. A frame is as wide as its share of
all samples, with what it called above it.
"""

import collections
import pathlib
import re
import shutil
import subprocess
import sys

import build
import chart
import files
from measure import Bench
from servers import FOLIO, own_servers

RATE = 1999       # samples of a second; a prime, so that no loop runs in step with it
STACK = 8192      # bytes of each stack that are kept for the unwinder
SECONDS = 2.0
WIDTH, ROW, TOP, LEFT = 1200, 17, 62, 16
LETTER = 6.4      # width of one, at the size of the labels
THINNEST = 0.4    # of a frame that is drawn

KERNEL, FRAMEWORK, LIBRARY = "kernel", "Folio and the app", "libraries"
COLOURS = {KERNEL: "s7", FRAMEWORK: "s0", LIBRARY: "s1"}


class Frame:
    def __init__(self, name="all", kind=FRAMEWORK):
        self.name, self.kind = name, kind
        self.count = 0
        self.called = {}

    def add(self, stack, count):
        frame = self
        frame.count += count
        for name, kind in stack:
            frame = frame.called.setdefault((name, kind), Frame(name, kind))
            frame.count += count

    def depth(self):
        return 1 + max((frame.depth() for frame in self.called.values()), default=0)


def run(options, work, chosen):
    if not shutil.which("perf"):
        sys.exit("error: there is no perf to take samples with: install linux-perf (Ubuntu: linux-tools-generic)")
    build.programs("load|routes_server")
    build.app()
    unstripped = build.ROOT / "bench" / "app" / ".folio" / "release" / "app"
    folio = next(server for server in own_servers(unstripped, build.BINARIES) if server.name == FOLIO)
    made = files.make(work)
    with Bench(build.BINARIES / "load", [folio], work, made, SECONDS + 1, options.warmup) as bench:
        for case in chosen:
            stacks = parse(sample(bench, folio, case, pathlib.Path(work) / "perf.data"))
            if not stacks:
                sys.exit(f"error: perf took no sample of {case.name}: is it allowed to? "
                         "`sysctl kernel.perf_event_paranoid` says, 1 or less does")
            target = options.output / f"flame-{re.sub(r'[^a-z0-9]+', '-', case.name.lower()).strip('-')}.svg"
            target.write_text(draw(case.name, stacks))
            print(f"{case.name}: {sum(stacks.values()):,} samples, {shares(stacks)}; {target}", flush=True)
    return 0


def sample(bench, server, case, data):
    """perf's account of the server while it is under load."""
    special = server.instead.get(case.name)
    with bench.on(special or server, case.fresh or special) as running:
        target = running.target(case.tls)
        pids = [value for flag, value in zip(target, target[1:]) if flag == "--server-pid"]
        load = subprocess.Popen(["taskset", "-c", str(bench.load_cpu), bench.load, *case.arguments(), "--seconds",
                                 str(bench.seconds), "--warmup", str(bench.warmup), *target],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            perf("record", "-q", "-e", "cpu-clock", "-F", str(RATE), "--call-graph", f"dwarf,{STACK}", "-p",
                 ",".join(pids), "-o", str(data), "--", "sleep", str(SECONDS))
            _, said = load.communicate(timeout=bench.seconds + 60)
        finally:
            load.kill()
        if load.returncode:
            sys.exit(f"error: {case.name}: {said.strip()}")
    return perf("script", "-i", str(data), "-F", "ip,sym,dso")


def perf(*arguments):
    done = subprocess.run(["perf", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"error: perf {arguments[0]} failed: {done.stderr.strip()[-1000:]}")
    return done.stdout


def parse(script):
    """How often each stack was seen, outermost call first: ((name, kind), …)."""
    stacks = collections.Counter()
    for block in script.split("\n\n"):
        frames = [frame_of(*match.groups()) for line in block.splitlines()
                  if (match := re.match(r"\s*[0-9a-f]+ (.*) \(([^()]+)\)$", line)) and match[2] != "inlined"]
        stack = tuple(frame for frame, below in zip(frames, [*frames[1:], None]) if frame != below)[::-1]
        if stack:
            stacks[stack] += 1
    return stacks


def frame_of(name, binary):
    """Of a function without a name its library is known."""
    return pathlib.PurePath(binary).name if name == "[unknown]" else shorten(name), kind_of(binary)


def kind_of(binary):
    if binary.startswith("[kernel") or binary.startswith("[guest"):
        return KERNEL
    return LIBRARY if re.search(r"\.so(\.|$)|\[vdso\]", binary) else FRAMEWORK


def shorten(name):
    """A function's name without what its templates and parameters are."""
    name = name.split(" [clone")[0].replace("(anonymous namespace)::", "").replace("operator()", "operator")
    previous = None
    while previous != name:
        previous, name = name, re.sub(r"<[^<>]*>|\([^()]*\)( const)?( noexcept)?", "", name)
    return name.rpartition(" ")[2] or previous


def shares(stacks):
    """How much of the time the innermost function was whose."""
    of = collections.Counter()
    for stack, count in stacks.items():
        of[stack[-1][1]] += count
    return ", ".join(f"{kind} {count / of.total():.0%}" for kind, count in of.most_common())


def draw(name, stacks):
    root = Frame()
    for stack, count in stacks.items():
        root.add(stack, count)
    height = TOP + ROW * root.depth() + 16
    parts = [chart.text(LEFT, 46, f"CPU time of the server: {root.count:,} samples; {shares(stacks)}", "faint"),
             "<style>.frame text { font-size: 11px } .frame rect { stroke: var(--page); stroke-width: .5; fill-opacity: .45 }"
             "</style>"]
    draw_frame(root, LEFT, height - 16, (WIDTH - 2 * LEFT) / root.count, root.count, parts)
    return chart.document(WIDTH, height, f"{name}: where the time goes", parts)


def draw_frame(frame, x, bottom, scale, total, parts):
    width = frame.count * scale
    if width < THINNEST:
        return
    room = int((width - 6) / LETTER)
    label = frame.name if len(frame.name) <= room else frame.name[:room - 1] + "…" if room > 3 else ""
    parts.append(f'<g class="frame"><title>{chart.html.escape(frame.name)}, {frame.count / total:.1%}</title>'
                 f'<rect x="{x:.1f}" y="{bottom - ROW:.1f}" width="{width:.1f}" height="{ROW}" rx="2" '
                 f'style="fill: var(--{COLOURS[frame.kind]})"/>{chart.text(x + 3, bottom - 5, label) if label else ""}</g>')
    for called in sorted(frame.called.values(), key=lambda each: each.name):
        draw_frame(called, x, bottom - ROW, scale, total, parts)
        x += called.count * scale
