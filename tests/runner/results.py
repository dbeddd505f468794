"""Reads what a test program left: GoogleTest's JSON, which the other runners of this folder write too."""

import json

from runner.report import Outcome


def judge(path, exit_code, output):
    """The outcome of a program that wrote its results to `path`, ended with `exit_code` and printed `output`.

    `exit_code` is as subprocess gives it, negative for a signal, or None for a program that ran out of time.
    """
    outcome = Outcome(output)
    try:
        document = json.loads(path.read_text())
        suites = document["testsuites"]
        for suite in suites:
            for case in suite["testsuite"]:
                add_case(outcome, suite["name"], case)
    except FileNotFoundError:
        outcome.failures.append(f"{ending(exit_code)} and left no results")
        return outcome
    except (ValueError, KeyError, TypeError) as error:
        outcome.failures.append(f"{ending(exit_code)} and left results that cannot be read: {error!r}")
        return outcome
    if outcome.passed == 0 and not outcome.failures:
        outcome.failures.append("has no tests that ran")
    elif exit_code != 0 and not outcome.failures:
        outcome.failures.append(f"{ending(exit_code)} although its tests passed")
    return outcome


def add_case(outcome, suite, case):
    name = f"{suite}.{case['name']}" if suite else case["name"]
    if case.get("failures"):
        outcome.failures.append(name)
    elif case.get("status") == "RUN" and case.get("result", "COMPLETED") == "COMPLETED":
        outcome.passed += 1
    else:
        outcome.not_run.append(name)


def ending(exit_code):
    if exit_code is None:
        return "ran out of time"
    if exit_code < 0:
        return f"was killed by signal {-exit_code}"
    return f"ended with exit code {exit_code}"


def write(path, cases):
    """Writes `cases`, tuples of (suite, name, state, text) with the state one of passed, failed and skipped."""
    suites = {}
    for suite, name, state, text in cases:
        case = {"name": name, "status": "RUN", "result": "SKIPPED" if state == "skipped" else "COMPLETED"}
        if state == "failed":
            case["failures"] = [{"failure": text}]
        suites.setdefault(suite, []).append(case)
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"testsuites": [{"name": suite, "testsuite": cases} for suite, cases in suites.items()]}
    path.write_text(json.dumps(document, indent=1))
