#!/usr/bin/env python3
"""What an operation of each hot path takes, against what is kept: `./folio bench --check [--record]`.

The program hot_paths runs under callgrind, which counts the instructions that the processor executes of it, and its
calls of the allocator: the same on a busy machine as on a quiet one, and from run to run within hundredths of a
percent. A path that takes over 3 % more of either than is kept in instructions.json fails. One that takes so much less
is reported, so that it can be kept. Numbers of another compiler or library are no measure: they are reported, and
nothing fails.
Exit code: 0 within bounds or not comparable, 1 not, 2 wrong use.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
KEPT = HERE / "instructions.json"
PROGRAM = "hot_paths"
VALGRIND = "valgrind"
INSTRUCTIONS, ALLOCATIONS = "instructions", "allocations"
PERCENT = 3.0
SLACK = {INSTRUCTIONS: 0, ALLOCATIONS: 0.02}  # that much is allowed of anything: once a second a Date is made
NOISE = 0.05  # percent: numbers that moved by less stay as they are kept
SECONDS = 600  # for the whole of it, which takes ten
RECORD = "./folio bench --check --record"
TRAIN = "./folio bench --train"

MORE, LESS, SAME, NEW, GONE = "more", "less", "same", "new", "gone"

# What all allocations end in, also those by `new`.
ALLOCATING = re.compile(r"(malloc|calloc|realloc|memalign|aligned_alloc|posix_memalign)('\d+)?")


class CannotCount(Exception):
    """There are no numbers, and why."""


@dataclasses.dataclass
class Verdict:
    path: str
    unit: str
    kind: str
    kept: float | None
    measured: float | None
    comparable: bool

    @property
    def failed(self):
        """A path without a number that is kept is guarded by nothing, and one that is gone guards nothing."""
        return self.comparable and self.kind in (MORE, NEW, GONE)

    @property
    def worth_saying(self):
        return self.kind != SAME

    def line(self):
        if self.kind == NEW:
            return f"{self.path}: {self.measured:,.1f} {self.unit}, and none are kept: keep them with {RECORD}"
        if self.kind == GONE:
            return f"{self.path}: is kept with {self.kept:,.1f} {self.unit}, and no such path was run: {RECORD}"
        digits = 1 if self.unit == INSTRUCTIONS else 2
        text = f"{self.path}: {self.measured:,.{digits}f} {self.unit}, {self.kept:,.{digits}f} are kept"
        if self.kept:
            text += f", {100 * (self.measured - self.kept) / self.kept:+.2f} %"
        if self.kind == MORE and self.comparable:
            text += (f", more than {PERCENT:g} % allow; make it cheaper (what was changed has no profile until {TRAIN} records "
                     f"it), or if it has to be so, keep that with {RECORD}")
        if self.kind == LESS and self.comparable:
            text += f": keep the gain with {RECORD}"
        return text


def count(program):
    """What an operation takes, by path, as callgrind counts it in `program`."""
    with tempfile.TemporaryDirectory(prefix="folio-instructions-") as folder:
        profile = pathlib.Path(folder) / "callgrind.out"
        # An environment of one's own: its size moves the stack, and settings of a user's would be counted.
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": folder}
        try:
            done = subprocess.run(
                [VALGRIND, "--tool=callgrind", "--collect-atstart=no", "--combine-dumps=yes", "--dump-line=no",
                 "--compress-strings=no", f"--callgrind-out-file={profile}", "--log-fd=2", str(program)],
                cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
        except FileNotFoundError as missing:
            raise CannotCount(f"cannot start {missing.filename}: install valgrind") from missing
        except subprocess.TimeoutExpired as late:
            raise CannotCount(f"{program} did not end within {SECONDS} s under valgrind") from late
        if done.returncode != 0:
            raise CannotCount(f"{program} ended with {done.returncode} under valgrind:\n{done.stderr.strip()[-2000:]}")
        operations = parse_operations(done.stdout)
        counted = parse_profile(profile.read_text())
    missing = operations.keys() - counted.keys()
    if missing or not operations:
        raise CannotCount(f"callgrind counted nothing of {', '.join(sorted(missing)) or program}")
    return {path: {unit: number / times for unit, number in counted[path].items()}
            for path, times in operations.items()}


def parse_operations(text):
    """A line for each path: its name, a tab, the number of operations."""
    lines = (line.rsplit("\t", 1) for line in text.splitlines())
    return {path: int(times) for path, times in lines}


def parse_profile(text):
    """The totals of each part of the profile that the program has named. Calls stand below the function they go to."""
    found, path, callee = {}, None, ""
    for line in text.splitlines():
        if line.startswith("part: "):
            path = None
        elif match := re.match(r"desc: Trigger: Client Request: (.*)", line):
            path = match[1]
            found[path] = {INSTRUCTIONS: 0, ALLOCATIONS: 0}
        elif not path:
            continue
        elif match := re.match(r"summary: (\d+)", line):
            found[path][INSTRUCTIONS] = int(match[1])
        elif line.startswith("cfn="):
            callee = line.removeprefix("cfn=")
        elif ALLOCATING.fullmatch(callee) and (match := re.match(r"calls=(\d+) ", line)):
            found[path][ALLOCATIONS] += int(match[1])
    return found


def made_with(program):
    """What the numbers depend on besides our own code."""
    versions = dict(line.split("\t", 1) for line in answer_of(str(program), "--versions").splitlines())
    return {"processor": platform.machine(), **versions, "valgrind": answer_of(VALGRIND, "--version").strip()}


def answer_of(*command):
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as failure:
        raise CannotCount(f"cannot ask for versions: {failure}") from failure


def load(path=None):
    path = path or KEPT
    try:
        kept = json.loads(path.read_text())
        paths = {path: {unit: float(costs[unit]) for unit in SLACK} for path, costs in kept["paths"].items()}
        return kept["made with"], paths
    except FileNotFoundError:
        return {}, {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotCount(f"{path} cannot be read ({error!r}): take it from version control, or write it anew with "
                          f"{RECORD}") from error


def save(versions, measured, path=None):
    path = path or KEPT
    kept_with, kept = load(path) if path.exists() else ({}, {})
    if kept_with != versions:
        kept = {}
    lines = []
    for name, costs in measured.items():
        rounded = {unit: settled(number, kept.get(name, {}).get(unit)) for unit, number in costs.items()}
        lines.append(f"    {json.dumps(name, ensure_ascii=False)}: {json.dumps(rounded)}")
    versions = json.dumps(versions, indent=4).removesuffix("}") + "  }"
    path.write_text('{\n  "made with": ' + versions + ',\n  "paths": {\n' + ",\n".join(lines) + "\n  }\n}\n")


def settled(number, before):
    if before is not None and abs(number - before) <= before * NOISE / 100:
        return before
    return round(number, 1 if number >= 100 else 2)


def judge(kept, measured, comparable):
    """A verdict on the instructions of each path, and on its allocations if they are not what they were."""
    verdicts = []
    for path, costs in measured.items():
        for unit, number in costs.items():
            before = kept.get(path, {}).get(unit)
            verdict = Verdict(path, unit, compare(before, number, unit), before, number, comparable)
            if unit == INSTRUCTIONS or (path in kept and verdict.worth_saying):
                verdicts.append(verdict)
    verdicts += [Verdict(path, INSTRUCTIONS, GONE, costs[INSTRUCTIONS], None, comparable)
                 for path, costs in kept.items() if path not in measured]
    return verdicts


def compare(before, number, unit):
    if before is None:
        return NEW
    allowed = max(SLACK[unit], before * PERCENT / 100)
    return MORE if number > before + allowed else LESS if number < before - allowed else SAME


def differences(kept_with, versions):
    """What is another now than when the numbers were kept, in words; empty when they can be compared."""
    names = [*kept_with, *(name for name in versions if name not in kept_with)]
    return [f"{name} is {versions.get(name, 'not there')}, and was {kept_with.get(name, 'not there')}"
            for name in names if kept_with.get(name) != versions.get(name)]


def check(program):
    """Runs all of it: the verdicts, and why nothing of them can fail, which is empty when it can."""
    versions = made_with(program)
    kept_with, kept = load()
    if not kept:
        raise CannotCount(f"{KEPT} keeps no numbers to compare with: write it with {RECORD}")
    reasons = differences(kept_with, versions)
    return judge(kept, count(program), not reasons), reasons


def main(arguments):
    parser = argparse.ArgumentParser(prog="./folio bench --check", description=__doc__.splitlines()[0])
    parser.add_argument("--record", action="store_true", help="keep the numbers of this machine's build")
    parser.add_argument("--program", type=pathlib.Path, help="a hot_paths that is built already")
    options = parser.parse_args(arguments)
    try:
        program = options.program.resolve() if options.program else built()
        if options.record:
            versions, measured = made_with(program), count(program)
            save(versions, measured)
            for path, costs in measured.items():
                print(f"{path}: {costs[INSTRUCTIONS]:,.1f} instructions, {costs[ALLOCATIONS]:,.2f} allocations")
            print(f"Kept in {os.path.relpath(KEPT)}")
            return 0
        verdicts, reasons = check(program)
    except CannotCount as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    for verdict in verdicts:
        print(("✗ " if verdict.failed else "  ") + verdict.line())
    for reason in reasons:
        print(f"Only reported, since {reason}.")
    return 1 if any(verdict.failed for verdict in verdicts) else 0


def built():
    sys.path.insert(0, str(HERE))
    import build
    try:
        with build.Lock():
            build.programs(PROGRAM)
    except build.BuildFailed as failure:
        raise CannotCount(failure) from failure
    return build.BINARIES / PROGRAM


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
