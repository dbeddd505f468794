"""What counts as passed and as failed in a test run."""

import io
import json
import os
import pathlib
import re
import select
import subprocess
import sys
import tempfile
import unittest

from runner import process, programs, results
from runner.report import Outcome, Report

HERE = pathlib.Path(__file__).resolve().parent


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path


class Judging(Folder):
    def judge(self, cases, exit_code=0):
        suites = [{"name": "Suite", "testsuite": cases}]
        path = self.write("r.json", json.dumps({"testsuites": suites}))
        return results.judge(path, exit_code, "output")

    PASSED = {"name": "a", "status": "RUN", "result": "COMPLETED"}
    FAILED = {"name": "b", "status": "RUN", "result": "COMPLETED", "failures": [{"failure": "x"}]}
    SKIPPED = {"name": "c", "status": "RUN", "result": "SKIPPED"}
    DISABLED = {"name": "d", "status": "NOTRUN", "result": "SUPPRESSED"}

    def test_cases_are_counted_one_by_one(self):
        outcome = self.judge([self.PASSED, self.FAILED, self.PASSED], 1)
        self.assertEqual((2, ["Suite.b"]), (outcome.passed, outcome.failures))

    def test_skipped_and_disabled_cases_are_named_and_never_passed(self):
        outcome = self.judge([self.PASSED, self.SKIPPED, self.DISABLED])
        self.assertEqual((1, [], ["Suite.c", "Suite.d"]), (outcome.passed, outcome.failures, outcome.not_run))

    def test_no_tests(self):
        self.assertEqual(["has no tests that ran"], self.judge([]).failures)
        self.assertEqual(["has no tests that ran"], self.judge([self.SKIPPED]).failures)

    def test_bad_end_after_good_tests(self):
        self.assertEqual(["ended with exit code 1 although its tests passed"], self.judge([self.PASSED], 1).failures)
        self.assertEqual(["was killed by signal 11 although its tests passed"], self.judge([self.PASSED], -11).failures)

    def test_crash(self):
        outcome = results.judge(self.folder / "none.json", -11, "output")
        self.assertEqual((0, ["was killed by signal 11 and left no results"]), (outcome.passed, outcome.failures))

    def test_no_results_although_all_is_said_to_be_well(self):
        outcome = results.judge(self.folder / "none.json", 0, "")
        self.assertEqual(["ended with exit code 0 and left no results"], outcome.failures)

    def test_half_a_file(self):
        for text in ("", "{", "{}", '{"testsuites": [{"name": "x"}]}', '{"testsuites": [{"testsuite": [1]}]}', "[]"):
            with self.subTest(text):
                outcome = results.judge(self.write("r.json", text), 0, "")
                self.assertEqual(1, len(outcome.failures))
                self.assertIn("cannot be read", outcome.failures[0])


class Reporting(unittest.TestCase):
    def setUp(self):
        self.out = io.StringIO()
        self.report = Report(self.out)

    def outcome(self, passed, failures=(), output="", not_run=()):
        outcome = Outcome(output)
        outcome.passed, outcome.failures, outcome.not_run = passed, list(failures), list(not_run)
        return outcome

    def test_sum_stands_alone_on_the_last_line(self):
        self.report.program("a", self.outcome(2), 0.1)
        self.report.program("b", self.outcome(3, ["x", "y"], "what it said\nand more"), 0.1)
        self.assertEqual(1, self.report.close())
        text = self.out.getvalue()
        self.assertEqual("5 passed, 2 failed", text.splitlines()[-1])
        self.assertEqual(1, len(re.findall(r"(?m)^\d+ passed, \d+ failed$", text)))
        self.assertIn("what it said", text)
        self.assertIn("and more", text)

    def test_all_well(self):
        self.report.program("a", self.outcome(2), 0.1)
        self.assertEqual(0, self.report.close())
        self.assertEqual("2 passed, 0 failed", self.out.getvalue().splitlines()[-1])

    def test_output_that_imitates_the_sum_does_not_stand_alone(self):
        self.report.program("a", self.outcome(0, ["x"], "9 passed, 0 failed"), 0.1)
        self.report.close()
        self.assertEqual(["0 passed, 1 failed"],
                         [line for line in self.out.getvalue().splitlines() if re.match(r"\d+ passed", line)])

    def test_broken_build_counts(self):
        self.report.broken("preset dev", "does not build", "error: here")
        self.assertEqual(1, self.report.close())
        self.assertIn("error: here", self.out.getvalue())
        self.assertEqual("0 passed, 1 failed", self.out.getvalue().splitlines()[-1])

    def test_nothing_run_is_no_success(self):
        self.assertEqual(1, self.report.close())
        self.assertEqual("0 passed, 1 failed", self.out.getvalue().splitlines()[-1])

    def test_what_did_not_run_is_named(self):
        self.report.program("a", self.outcome(1, not_run=["Suite.slow"]), 0.1)
        self.assertIn("not run: Suite.slow", self.out.getvalue())


class Running(Folder):
    def run_script(self, script, seconds=30):
        return process.run(["/bin/sh", "-c", script], self.folder / "log", seconds=seconds)

    def test_output_of_both_streams_and_exit_code(self):
        finished = self.run_script("echo out; echo err >&2; exit 3")
        self.assertEqual((3, "out\nerr\n"), (finished.exit_code, finished.output))

    def test_signal(self):
        self.assertEqual(-9, self.run_script("kill -9 $$").exit_code)

    def test_time_limit_ends_children_too(self):
        finished = self.run_script("sleep 1000 & echo $!; wait", seconds=0.5)
        self.assertIsNone(finished.exit_code)
        self.assert_gone(int(finished.output))

    def test_forgotten_children_are_ended(self):
        finished = self.run_script("sleep 1000 >/dev/null & echo $!")
        self.assertEqual(0, finished.exit_code)
        self.assert_gone(int(finished.output))

    def assert_gone(self, pid):
        try:
            process_file = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        self.addCleanup(os.close, process_file)
        ended, _, _ = select.select([process_file], [], [], 30)  # readable once it has ended, reaped or not
        self.assertTrue(ended)

    def test_program_that_is_not_there(self):
        finished = process.run([str(self.folder / "none")], self.folder / "log", seconds=5)
        self.assertEqual(127, finished.exit_code)
        self.assertIn("none", finished.output)


class Programs(Folder):
    """run_all over a ctest folder written by hand."""

    def run_all(self, tests, jobs=2, **named):
        self.write("CTestTestfile.cmake", "".join(
            f"add_test({name} {' '.join(chr(34) + word + chr(34) for word in command)})\n"
            for name, command in tests.items()))
        out = io.StringIO()
        report = Report(out)
        programs.run_all(report, self.folder, dict(os.environ), named.pop("name_filter", None), jobs, **named)
        return report, out.getvalue()

    def gtest(self, cases, end="exit 0"):
        document = json.dumps({"testsuites": [{"name": "S", "testsuite": cases}]})
        source = self.write("document.json", document)
        script = self.write("gtest.sh", f'cp {source} "${{1#--gtest_output=json:}}"; {end}')
        return ["/bin/sh", str(script), f"--gtest_output=json:{self.folder}/results/x.json"]

    def test_cases_of_a_program(self):
        report, _ = self.run_all({"x": self.gtest([Judging.PASSED, Judging.PASSED])})
        self.assertEqual((2, 0), (report.passed, report.failed))

    def test_stale_results_do_not_save_a_crash(self):
        self.run_all({"x": self.gtest([Judging.PASSED])})
        command = ["/bin/sh", "-c", "kill -11 $$", f"--gtest_output=json:{self.folder}/results/x.json"]
        report, text = self.run_all({"x": command})
        self.assertEqual((0, 1), (report.passed, report.failed))
        self.assertIn("was killed by signal 11 and left no results", text)

    def test_program_without_results_is_one_case(self):
        report, text = self.run_all({"good": ["/bin/true"], "bad": ["/bin/sh", "-c", "echo why; exit 4"]})
        self.assertEqual((1, 1), (report.passed, report.failed))
        self.assertIn("why", text)

    def test_program_that_was_not_built(self):
        report, _ = self.run_all({"x": [f"{self.folder}/none", f"--gtest_output=json:{self.folder}/results/x.json"]})
        self.assertEqual((0, 1), (report.passed, report.failed))

    def test_folder_without_programs(self):
        report, _ = self.run_all({})
        self.assertEqual((0, 1), (report.passed, report.failed))

    def test_choice_by_name(self):
        tests = {"rooms": ["/bin/true"], "net": ["/bin/true"], "network": ["/bin/true"]}
        self.assertEqual(1, self.run_all(tests, wanted="^(net)$")[0].passed)
        self.assertEqual(2, self.run_all(tests, name_filter=re.compile("net"))[0].passed)


class Unittest(Folder):
    def run_file(self, text):
        path = self.write("some_test.py", text)
        result = self.folder / "r.json"
        run = subprocess.run([sys.executable, str(HERE / "unittest_results.py"), f"--results={result}", str(path)],
                             capture_output=True, text=True)
        return results.judge(result, run.returncode, run.stdout + run.stderr)

    def test_every_kind_of_end(self):
        outcome = self.run_file("""
import unittest
class T(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.fail("why")
    def test_error(self): raise OSError()
    def test_parts(self):
        for number in range(3):
            with self.subTest(number): self.assertNotEqual(1, number)
    @unittest.skip("cannot")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_surprise(self): pass
""")
        self.assertEqual(1, outcome.passed)
        self.assertEqual(4, len(outcome.failures), outcome.failures)
        self.assertEqual(["some_test.T.test_skipped"], outcome.not_run)
        self.assertIn("why", outcome.output)

    def test_set_up_that_fails(self):
        outcome = self.run_file("""
import unittest
class T(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError("no server")
    def test_a(self): pass
""")
        self.assertEqual((0, 1), (outcome.passed, len(outcome.failures)))

    def test_file_that_does_not_load(self):
        outcome = self.run_file("import none_such")
        self.assertEqual((0, 1), (outcome.passed, len(outcome.failures)))

    def test_file_without_tests(self):
        self.assertEqual(["has no tests that ran"], self.run_file("").failures)


class Node(Folder):
    def run_file(self, text):
        path = self.write("some_test.mjs", "import { test, describe, it, before } from 'node:test';\n" + text)
        result = self.folder / "r.json"
        run = subprocess.run(
            ["node", "--test-reporter=spec", "--test-reporter-destination=stdout",
             f"--test-reporter={HERE / 'node_reporter.mjs'}", f"--test-reporter-destination={result}", str(path)],
            capture_output=True, text=True)
        return results.judge(result, run.returncode, run.stdout + run.stderr)

    def test_every_kind_of_end(self):
        outcome = self.run_file("""
test('good', () => {});
test('bad', () => { throw new Error('why'); });
test('skipped', { skip: true }, () => {});
describe('suite', () => { it('inner good', () => {}); it('inner bad', async () => { throw new Error('x'); }); });
test('outer', async (t) => { await t.test('sub bad', () => { throw new Error('y'); }); await t.test('sub', () => {}); });
""")
        self.assertEqual(3, outcome.passed)
        self.assertEqual(["bad", "inner bad", "sub bad"], outcome.failures)
        self.assertEqual(["skipped"], outcome.not_run)
        self.assertIn("why", outcome.output)

    def test_hook_that_fails(self):
        outcome = self.run_file("describe('s', () => { before(() => { throw new Error('no server'); }); it('a', () => {}); });")
        self.assertEqual(0, outcome.passed)
        self.assertTrue(outcome.failures)

    def test_process_that_ends_early(self):
        outcome = self.run_file("test('a', () => process.exit(0)); test('b', () => {});")
        self.assertEqual(0, outcome.passed)
        self.assertTrue(outcome.failures)

    def test_error_outside_of_tests(self):
        outcome = self.run_file("test('a', () => {}); throw new Error('top');")
        self.assertTrue(outcome.failures)

    def test_file_without_tests(self):
        outcome = self.run_file("")
        self.assertEqual((0, 1), (outcome.passed, len(outcome.failures)))
