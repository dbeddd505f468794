"""Builds example/, or another folder of routes, with the very flags and libraries of the build under test, sanitizers
and all, and prints the path of the binary. (`folio build` always builds for release; build_test.mjs tests that.)

FOLIO_BUILD names the build folder, FOLIO_ROOT the sources. Called by every test file, several of which may run at once:
one of them builds, and for the others there is nothing to do.
"""

import fcntl
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(os.environ.get("FOLIO_ROOT", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("FOLIO_BUILD", ROOT / "build" / "host"))
MAIN = """#include <folio/app.hpp>
#include <span>

namespace folio_app {
std::span<const folio::RouteUnit* const> routes();
}

int main(int argc, char** argv) {
  return folio::run_app(argc, argv, folio_app::routes(), {.name = "example", .public_files = {}});
}
"""
PRELUDE = "#include <folio/prelude.hpp>\n"


def build(routes=ROOT / "example", name="example"):
    """The path of the binary."""
    settings = read_settings(BUILD / "folio-app.env")
    folder = BUILD / "e2e" / name
    generated = folder / "generated"
    generated.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run([*settings["CODEGEN"], "--routes", str(routes), "--prefix", routes.name, "--out", str(generated)])
        write(folder / "main.cpp", MAIN)
        write(folder / "prelude.hpp", PRELUDE)
        write(folder / "build.ninja", ninja_file(settings, folder, sorted(generated.rglob("*.cpp")), routes, name))
        run([*settings["NINJA"], "-C", str(folder), name])
    return folder / name


def read_settings(file):
    settings = {}
    for line in file.read_text().splitlines():
        if line and not line.startswith("#"):
            key, value = line.split("=", 1)
            settings.setdefault(key, []).append(value)
    return settings


def ninja_file(settings, folder, units, routes, name):
    def words(*lists):
        return shlex.join([word for each in lists for word in each]).replace("$", "$$")

    compiler = words(settings.get("CXX_LAUNCHER", []), settings["CXX"])
    flags = words(settings["APP_CXXFLAGS"], [f"-I{include}" for include in settings["INCLUDES"]])
    lines = [
        "rule prelude",
        f"  command = {words(settings['CXX'])} {flags} -MMD -MF $out.d -x c++-header $in -o $out",
        "  depfile = $out.d", "  deps = gcc",
        "rule compile",
        f"  command = {compiler} {flags} -iquote $folder -include-pch prelude.pch -MMD -MF $out.d -c $in -o $out",
        "  depfile = $out.d", "  deps = gcc",
        "rule link",
        f"  command = {words(settings['CXX'], settings['APP_LDFLAGS'])} -o $out $in {words(settings['APP_LIBRARIES'])}",
        "build prelude.pch: prelude prelude.hpp",
    ]
    objects = []
    for unit in [*units, folder / "main.cpp"]:
        objects.append(f"obj/{unit.stem}.o")
        lines += [f"build {objects[-1]}: compile {escape(unit)} | prelude.pch",
                  f"  folder = {words([str(folder_of(unit, routes))])}"]
    archives = " ".join(escape(archive) for archive in settings["APP_ARCHIVES"])
    lines += [f"build {name}: link {' '.join(objects)} | {archives}", ""]
    return "\n".join(lines)


def folder_of(unit, routes):
    """Of the user's file behind a generated one, which names it in its first line."""
    first = unit.read_text().split("\n", 1)[0]
    file = first.partition(" from ")[2].rpartition(": ")[0]
    return (routes.parent / file).parent if file else unit.parent


def escape(path):
    return str(path).replace("$", "$$").replace(" ", "$ ").replace(":", "$:")


def write(file, text):
    if not file.exists() or file.read_text() != text:
        file.write_text(text)


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"error: {shlex.join(command)}: exit code {done.returncode}\n{done.stdout}")


if __name__ == "__main__":
    print(build())
