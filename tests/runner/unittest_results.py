#!/usr/bin/env python3
"""Runs the unittest cases of one file: unittest_results.py --results=FILE.json TEST.py [NAME…]"""

import importlib.util
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from runner import results  # noqa: E402


class Recorder(unittest.TextTestResult):
    """Keeps every case's end; a case with failing subtests is listed by those."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.cases = []

    def record(self, test, state, text=""):
        suite, _, name = test.id().rpartition(".")
        self.cases.append((suite, name, state, text))

    def addSuccess(self, test):
        super().addSuccess(test)
        self.record(test, "passed")

    def addError(self, test, err):
        super().addError(test, err)
        self.record(test, "failed", self._exc_info_to_string(err, test))

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.record(test, "failed", self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.record(test, "skipped", reason)

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.record(test, "passed")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.record(test, "failed", "passed, although it was expected to fail")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.record(subtest, "failed", self._exc_info_to_string(err, test))


def main(arguments):
    if len(arguments) < 2 or not arguments[0].startswith("--results="):
        print(f"error: {__doc__}", file=sys.stderr)
        return 2
    result_file = pathlib.Path(arguments[0].removeprefix("--results="))
    path = pathlib.Path(arguments[1]).resolve()
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames(arguments[2:], module) if arguments[2:] else loader.loadTestsFromModule(module)
    run = unittest.TextTestRunner(stream=sys.stdout, resultclass=Recorder, verbosity=2).run(suite)
    results.write(result_file, run.cases)
    return 0 if run.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
