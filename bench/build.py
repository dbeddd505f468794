"""Builds what is measured: Folio's app as `./folio build` does it, everything else by CMake in a folder of its own."""

import fcntl
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench-release"
BINARIES = BUILD / "bin"
APP = BUILD / "bin" / "folio_app"
NODE = ROOT / "bench" / "peers" / "node"


class BuildFailed(Exception):
    """What could not be built, and where its output is."""


def run(doing, command, log, cwd=ROOT):
    begun = time.monotonic()
    print(f"{doing} …", file=sys.stderr, flush=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as output:
        done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    if done.returncode:
        sys.stderr.write(log.read_text(errors="replace")[-4000:])
        raise BuildFailed(f"{doing}: failed after {time.monotonic() - begun:.0f} s, see above and {log}")


def app():
    """The app of the benchmarks, as it would be shipped."""
    BINARIES.mkdir(parents=True, exist_ok=True)
    run("Building bench/app", [str(ROOT / "folio"), "build", "bench/app", "-o", str(APP)], BUILD / "app.log")
    return APP


def programs(wanted):
    """Builds every target whose whole name matches `wanted` and gives their names."""
    configure()
    names = sorted(name for name in targets() if re.fullmatch(wanted, name))
    if names:
        run(f"Building {', '.join(names)}", ["ninja", "-C", str(BUILD), *names], BUILD / "build.log")
    return names


def configure(folder=BUILD, options=()):
    """In `folder`, which need not be there, with `options` of CMake besides."""
    cache = folder / "CMakeCache.txt"
    if cache.exists() and f"CMAKE_HOME_DIRECTORY:INTERNAL={ROOT}\n" not in cache.read_text():
        shutil.rmtree(folder)  # a build folder knows its own path; one that was moved or copied is worth nothing
    # What CMake found may have come or gone with a package.
    packages = pathlib.Path("/var/lib/dpkg/status")
    both = packages.exists() and cache.exists()
    fresh = ["--fresh"] if both and packages.stat().st_mtime > cache.stat().st_mtime else []
    ccache = shutil.which("ccache") or ""
    run("Configuring the benchmarks",
        ["cmake", *fresh, "--preset", "release", "-B", str(folder), "-DFOLIO_BENCH=ON",
         f"-DCMAKE_RUNTIME_OUTPUT_DIRECTORY={folder / 'bin'}", f"-DCMAKE_CXX_COMPILER_LAUNCHER={ccache}",
         f"-DCMAKE_C_COMPILER_LAUNCHER={ccache}", *options], folder / "configure.log")
    cache.touch()


def targets():
    listed = subprocess.run(["ninja", "-C", str(BUILD), "-t", "targets", "all"], check=True, stdout=subprocess.PIPE,
                            text=True)
    return {line.partition(":")[0] for line in listed.stdout.splitlines() if line.endswith(": phony")}


def node_modules():
    """The one dependency of the node peer. Without npm or a network that peer is left out, and says so."""
    if shutil.which("npm") and (NODE / "package-lock.json").exists() and not (NODE / "node_modules").exists():
        try:
            run("Installing the modules of the node peer", ["npm", "ci", "--no-audit", "--no-fund"], BUILD / "npm.log",
                NODE)
        except BuildFailed as failure:
            print(f"warning: {failure}", file=sys.stderr)


class Lock:
    """One benchmark at a time: two would measure each other."""

    def __enter__(self):
        BUILD.mkdir(parents=True, exist_ok=True)
        self.file = open(BUILD / ".lock", "w")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another ./folio bench …", file=sys.stderr, flush=True)
            fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_):
        self.file.close()
