#!/usr/bin/env python3
"""Folio's own tests, all of them; `./folio test` installs what they need and starts this.

Builds preset dev (ASan, UBSan, warnings are errors), runs every program that ctest knows, then the end-to-end tests of
tests/e2e against that build, then the concurrent programs once more under ThreadSanitizer; then counts the instructions
of hot paths in a release build. Closes with one line,
`N passed, N failed`, that sums test cases over all of them. A program that crashes, hangs, leaves no results or has no
tests counts as failed; the output of whatever failed is shown whole. Exit code: 0 all passed, 1 not, 2 wrong use.
"""

import argparse
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from runner import e2e, programs, speed  # noqa: E402
from runner.report import Report  # noqa: E402

STAGES = ("unit", "e2e", "tsan", "speed")
# The programs whose code runs on several threads at once: the only ones worth a second run under ThreadSanitizer.
CONCURRENT = ("async", "rooms", "net", "app")


def main(arguments):
    options = parse(arguments)
    report = Report(sys.stdout)
    with exclusive(ROOT / "build", ".test.lock", "test"):
        environment = sanitizer_environment()
        if "unit" in options.only or "e2e" in options.only:
            if build(report, "dev", []):
                if "unit" in options.only:
                    report.section("Unit tests (ASan, UBSan)")
                    programs.run_all(report, ROOT / "build" / "dev", environment, options.filter, options.jobs)
                if "e2e" in options.only:
                    report.section("End-to-end tests (ASan, UBSan)")
                    e2e.run_all(report, ROOT, ROOT / "build" / "dev", environment, options.filter)
        if "tsan" in options.only:
            names = [name for name in CONCURRENT if any((ROOT / "tests" / name).glob("*_test.cpp"))]
            if build(report, "tsan", [f"test_{name}" for name in names]):
                report.section("Concurrent programs (TSan)")
                wanted = f"^({'|'.join(names)})$"
                programs.run_all(report, ROOT / "build" / "tsan", environment, options.filter, options.jobs, wanted)
        if "speed" in options.only:
            folder = ROOT / "build" / "bench-release"
            with exclusive(folder, ".lock", "bench"):
                if build(report, "bench-release", ["hot_paths"]):
                    report.section("Instructions and allocations of hot paths (release)")
                    speed.run_all(report, ROOT, folder / "bin" / "hot_paths", options.filter)
    return report.close()


def parse(arguments):
    parser = argparse.ArgumentParser(prog="./folio test", description="Run Folio's own tests.")
    parser.add_argument("--only", action="append", choices=STAGES, help="this stage alone; may be given more than once")
    parser.add_argument("--filter", type=regex, help="only programs and files whose name matches this regular expression")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="programs to run at once")
    options = parser.parse_args(arguments)
    options.only = options.only or STAGES
    return options


def regex(text):
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"not a regular expression: {error}") from error


class exclusive:
    """Holds the lock of a folder of builds: two runs in one folder would build over each other."""

    def __init__(self, folder, name, command):
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / name
        self.command = command

    def __enter__(self):
        self.file = open(self.path, "w")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Waiting for another ./folio {self.command} …", file=sys.stderr, flush=True)
            fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()


def build(report, preset, targets):
    """Configures where that is called for, builds, and says whether it went well."""
    folder = ROOT / "build" / preset
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "build.log"
    begun = time.monotonic()
    with report.waiting(f"Building preset {preset}"), open(log, "w") as output:
        ok = True
        if must_configure(folder):
            ok = run_logged(["cmake", "--fresh", "--preset", preset, *compile_settings(preset)], output)
        if ok:
            ok = run_logged(["ninja", "-C", str(folder), "-j", str(os.cpu_count()), "-k", "0", *targets], output)
    if ok:
        report.phase(f"Built preset {preset}", time.monotonic() - begun)
    else:
        # Lines of what went well would bury those of what did not.
        text = re.sub(r"(?m)^\[\d+/\d+\] .*\n", "", log.read_text(errors="replace"))
        report.broken(f"preset {preset}", "does not build", text, log)
    return ok


def must_configure(folder):
    """No build yet, one made elsewhere, or packages that came and went since: CMake's findings are worth nothing then."""
    cache = folder / "CMakeCache.txt"
    ninja = folder / "build.ninja"
    if not ninja.exists() or not cache.exists():
        return True
    if f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT}\n" not in cache.read_text():
        shutil.rmtree(folder)
        folder.mkdir()
        return True
    packages = pathlib.Path("/var/lib/dpkg/status")
    return packages.exists() and packages.stat().st_mtime > ninja.stat().st_mtime


def compile_settings(preset):
    """What makes a build quick: a compiler cache where there is one, else precompiled headers, which no cache can keep. The
    release does without, so that a file which lacks an include is found."""
    ccache = shutil.which("ccache") or ""
    precompile = "ON" if not ccache and preset != "bench-release" else "OFF"
    return [f"-DFOLIO_PCH={precompile}", *(f"-DCMAKE_{each}_COMPILER_LAUNCHER={ccache}" for each in ("C", "CXX"))]


def run_logged(command, output):
    print("$", *command, file=output, flush=True)
    return subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output).returncode == 0


def sanitizer_environment():
    """What programs run with: strict sanitizers, with names in their stack traces. A caller's own settings win."""
    environment = dict(os.environ)
    environment.setdefault("ASAN_OPTIONS", "detect_stack_use_after_return=1:strict_string_checks=1")
    environment.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    environment.setdefault("TSAN_OPTIONS", f"second_deadlock_stack=1:suppressions={ROOT}/tests/tsan.suppressions")
    symbolizer = shutil.which("llvm-symbolizer-19")
    if symbolizer:
        for sanitizer in ("ASAN", "UBSAN", "TSAN"):
            environment.setdefault(f"{sanitizer}_SYMBOLIZER_PATH", symbolizer)
    return environment


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["test"]:
        arguments = arguments[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(arguments))
    except KeyboardInterrupt:
        sys.exit(130)
