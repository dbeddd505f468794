#!/usr/bin/env python3
"""A copy of the benchmark app with many more routes.

    bench/app_routes.py OUT [--routes 1000]

OUT becomes a folder that `./folio build OUT -o APP` builds: the routes of bench/app, and r/N/lookup.cpp for each N below
the number of routes. Files that are as they should be are left alone, so a second build is quick. To compile a thousand
takes minutes.
"""
import argparse
import pathlib
import shutil

APP = pathlib.Path(__file__).resolve().parent / "app" / "routes"

LOOKUP = """#include <folio/folio.hpp>
using namespace folio;

std::string GET() { return "Hello, World!"; }
"""


def write(path, text):
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def make(out, count):
    routes = pathlib.Path(out) / "routes"
    wanted = {path.relative_to(APP): path.read_text() for path in APP.rglob("*.cpp")}
    wanted |= {pathlib.Path(f"r/{number}/lookup.cpp"): LOOKUP for number in range(count)}
    # What an earlier run with more routes left behind.
    for path in list(routes.rglob("*.cpp")):
        if path.relative_to(routes) not in wanted:
            path.unlink()
    for folder in sorted((path for path in routes.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            shutil.rmtree(folder)
    for name, text in wanted.items():
        write(routes / name, text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", help="the folder to make")
    parser.add_argument("--routes", type=int, default=1000)
    options = parser.parse_args()
    make(options.out, options.routes)


if __name__ == "__main__":
    main()
