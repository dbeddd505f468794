"""Runs the programs that ctest knows in a build folder."""

import concurrent.futures
import json
import pathlib
import re
import subprocess

from runner import process, results
from runner.report import Outcome

SECONDS = 300  # for a program that sets no TIMEOUT of its own

# Where a program leaves its results: GoogleTest's own flag, or that of the runners in this folder.
RESULT_FLAG = re.compile(r"^--(?:gtest_output=json:|results=)(.+)$")


class Program:
    def __init__(self, entry):
        properties = {item["name"]: item["value"] for item in entry.get("properties", [])}
        self.name = entry["name"]
        self.command = entry.get("command")
        self.folder = properties.get("WORKING_DIRECTORY")
        self.seconds = float(properties.get("TIMEOUT") or SECONDS)
        self.alone = bool(properties.get("RUN_SERIAL"))
        self.environment = dict(item.split("=", 1) for item in properties.get("ENVIRONMENT", []))
        paths = [match[1] for match in map(RESULT_FLAG.match, self.command or []) if match]
        self.results = pathlib.Path(paths[0]) if paths else None


def run_all(report, folder, environment, name_filter, jobs, wanted=None):
    """Runs the programs of `folder` whose names match `wanted` and `name_filter`, `jobs` at a time."""
    listed = subprocess.run(
        ["ctest", "--test-dir", str(folder), "--show-only=json-v1"], capture_output=True, text=True,
        stdin=subprocess.DEVNULL)
    if listed.returncode != 0:
        report.broken("ctest", "could not list the programs", listed.stdout + listed.stderr)
        return
    found = [Program(entry) for entry in json.loads(listed.stdout)["tests"]]
    chosen = [program for program in found
              if (not wanted or re.search(wanted, program.name))
              and (not name_filter or name_filter.search(program.name))]
    if not chosen and not name_filter:
        report.broken(f"{folder.name}", "has no test programs", "")
    together = [program for program in chosen if not program.alone]
    with concurrent.futures.ThreadPoolExecutor(max(1, jobs)) as pool:
        started = [pool.submit(run_one, program, folder, environment) for program in together]
        try:
            for finished in concurrent.futures.as_completed(started):
                report.program(*finished.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            process.end_all()
            raise
    for program in chosen:
        if program.alone:
            report.program(*run_one(program, folder, environment))


def run_one(program, folder, environment):
    if not program.command:
        outcome = Outcome()
        outcome.failures.append("has not been built")
        return program.name, outcome, 0
    if program.results:
        program.results.parent.mkdir(parents=True, exist_ok=True)
        program.results.unlink(missing_ok=True)
    finished = process.run(
        program.command, folder / "results" / f"{program.name}.log", seconds=program.seconds,
        environment={**environment, **program.environment}, folder=program.folder)
    if program.results:
        outcome = results.judge(program.results, finished.exit_code, finished.output)
    else:
        outcome = Outcome(finished.output)
        if finished.exit_code == 0:
            outcome.passed = 1
        else:
            outcome.failures.append(results.ending(finished.exit_code))
    return program.name, outcome, finished.seconds
