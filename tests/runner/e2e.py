"""Runs tests/e2e: *_test.mjs with node's own test runner, and beside them *_test.py with unittest, each one file after the
other. Those in Python are for the most part peers that keep a server waiting, and leave the processors to the others.

They find in their environment: FOLIO, the tool to start; FOLIO_ROOT, the sources; FOLIO_BUILD, the build folder;
FOLIO_CHROMIUM, the browser for playwright-core to steer; without it, playwright's own is there.
"""

import concurrent.futures
import pathlib
import shutil
import subprocess

from runner import process, results

SECONDS = 900  # for one file, of which the first build Folio for release
HERE = pathlib.Path(__file__).resolve().parent
BROWSERS = ("chromium", "google-chrome", "google-chrome-stable")


def run_all(report, root, build, environment, name_filter):
    folder = root / "tests" / "e2e"
    files = sorted(path for pattern in ("*_test.mjs", "*_test.py") for path in folder.rglob(pattern)
                   if "node_modules" not in path.parts)
    if not files:
        report.broken("tests/e2e", "has no tests", "")
        return
    files = [path for path in files if not name_filter or name_filter.search(name_of(path, folder))]
    if not files:
        return
    problem = install_clients(folder)
    if problem:
        report.broken("npm", "could not install the foreign clients", problem)
        return
    environment = {
        **environment, "FOLIO": str(build / "bin" / "folio"), "FOLIO_ROOT": str(root), "FOLIO_BUILD": str(build)}
    browser, problem = find_browser(folder, environment)
    if problem:
        report.broken("Chromium", "is missing", problem)
    elif browser:
        environment["FOLIO_CHROMIUM"] = browser
    with (concurrent.futures.ThreadPoolExecutor(1) as of_node,
          concurrent.futures.ThreadPoolExecutor(1) as of_python):
        lanes = {".mjs": of_node, ".py": of_python}
        started = [lanes[path.suffix].submit(run_one, path, folder, build, environment) for path in files]
        try:
            for finished in concurrent.futures.as_completed(started):
                report.program(*finished.result())
        except BaseException:
            for lane in lanes.values():
                lane.shutdown(wait=False, cancel_futures=True)
            process.end_all()
            raise


def name_of(path, folder):
    return f"e2e/{path.relative_to(folder)}"


def run_one(path, folder, build, environment):
    name = name_of(path, folder)
    result = build / "results" / f"{name.replace('/', '.')}.json"
    result.parent.mkdir(parents=True, exist_ok=True)
    result.unlink(missing_ok=True)
    if path.suffix == ".py":
        command = ["/usr/bin/python3", str(HERE / "unittest_results.py"), f"--results={result}", str(path)]
    else:
        command = [
            "node", "--test-reporter=spec", "--test-reporter-destination=stdout",
            f"--test-reporter={HERE / 'node_reporter.mjs'}", f"--test-reporter-destination={result}", str(path)]
    finished = process.run(command, result.with_suffix(".log"), seconds=SECONDS, environment=environment, folder=folder)
    return name, results.judge(result, finished.exit_code, finished.output), finished.seconds


def install_clients(folder):
    """npm's lockfile says exactly what; done once. Gives what npm printed when it failed."""
    lock = folder / "package-lock.json"
    done = folder / "node_modules" / ".package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return None
    run = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return run.stdout if run.returncode else None


def find_browser(folder, environment):
    """The path of the system's browser; None where its packages have none (Ubuntu's Chromium is a snap, which cannot be
    steered): playwright's own is then installed. And what went wrong, or None."""
    for name in (environment.get("FOLIO_CHROMIUM"), *BROWSERS):
        path = name and shutil.which(name)
        if path:
            return path, None
    run = subprocess.run(
        ["node", "node_modules/playwright-core/cli.js", "install", "--with-deps", "--only-shell", "chromium"], cwd=folder,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        return None, f"{run.stdout}\nInstall chromium or google-chrome, or give a browser's path in FOLIO_CHROMIUM."
    return None, None
