#!/usr/bin/env python3
"""Records framework/profile.proftext, the profile that release builds are optimised by: `./folio bench --train`.

Builds the framework with counters in it, runs the server's paths of hot_paths, and writes how often each branch was taken.
A function that has changed since is compiled without a profile: record it anew when `./folio bench --check` finds that a
path has become dearer.
Exit code: 0 written, 1 something failed.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import build  # noqa: E402

PROFILE = build.ROOT / "framework" / "profile.proftext"
BUILD = build.ROOT / "build" / "bench-train"
PROFDATA = "llvm-profdata-19"
SECONDS = 300  # for a run, which takes one

# Functions of the benchmark itself, and what templates make for its types.
OF_BENCHMARK = re.compile("5bench|12bench_routes")
HEADER = """\
# How often each branch of the framework is taken when a server is busy. Written by `./folio bench --train`, not by hand;
# framework/cmake/FolioProfile.cmake says what it is for.
"""


def main(arguments):
    argparse.ArgumentParser(prog="./folio bench --train", description="Record the profile of the framework.").parse_args(
        arguments)
    with build.Lock():
        build.configure(BUILD, ["-DFOLIO_PROFILE=record"])
        build.run("Building the framework with counters", ["ninja", "-C", str(BUILD), "hot_paths"], BUILD / "build.log")
        text = profile_of([str(BUILD / "bin" / "hot_paths"), "--train"])
        PROFILE.write_text(HEADER + without_benchmark(text))
    print(f"Written to {PROFILE.relative_to(build.ROOT)}, {PROFILE.stat().st_size:,} bytes; "
          "keep what it gains with ./folio bench --check --record")
    return 0


def profile_of(command):
    """What `command`, a program with counters, did: in LLVM's text form, without what it did not reach."""
    with tempfile.TemporaryDirectory(prefix="folio-train-") as folder:
        raw = pathlib.Path(folder) / "raw"
        environment = {**os.environ, "LLVM_PROFILE_FILE": str(raw)}
        for doing in (command, [PROFDATA, "merge", "-sparse", "-text", "-o", f"{folder}/text", str(raw)]):
            done = subprocess.run(doing, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=SECONDS)
            if done.returncode:
                raise build.BuildFailed(f"{doing[0]} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        return (pathlib.Path(folder) / "text").read_text()


def without_benchmark(text):
    """Records stand one after the other, an empty line between them, each begun by its function's name."""
    begin, _, records = text.partition(":ir\n")
    kept = [record for record in records.split("\n\n") if not OF_BENCHMARK.search(record.partition("\n")[0])]
    return f"{begin}:ir\n" + "\n\n".join(record.strip("\n") for record in kept if record.strip()) + "\n\n"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except (build.BuildFailed, OSError, subprocess.TimeoutExpired) as failure:
        sys.exit(f"error: {failure}")
