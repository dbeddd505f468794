"""Runs the hot paths of bench/hot_paths, whose instructions bench/instructions.py counts: each path is a test case."""

import sys
import time

from runner.report import Outcome

NAME = "instructions"


def run_all(report, root, program, name_filter):
    if name_filter and not name_filter.search(NAME):
        return
    sys.path.insert(0, str(root / "bench"))
    import instructions
    begun = time.monotonic()
    try:
        outcome = judge(*instructions.check(program))
    except instructions.CannotCount as failure:
        outcome = Outcome(str(failure))
        outcome.failures.append("could not be counted")
    report.program(NAME, outcome, time.monotonic() - begun)


def judge(verdicts, reasons):
    """What cannot be compared has run, and gave what it should: it passes, with a remark."""
    outcome = Outcome()
    for verdict in verdicts:
        if verdict.failed:
            outcome.failures.append(verdict.line())
        else:
            outcome.passed += 1
            if verdict.worth_saying:
                outcome.remarks.append(verdict.line())
    outcome.remarks += [f"only reported, since {reason}" for reason in reasons]
    return outcome
