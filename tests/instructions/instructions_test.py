"""When a count of instructions is a failure, and what is said of it."""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import instructions  # noqa: E402

VERSIONS = {"compiler": "clang 19", "libuv": "1.44"}

PROFILE = """# callgrind format
part: 1
desc: Timerange: Basic block 0 - 4132352
desc: Trigger: Client Request: route: no parameter
events: Ir
summary: 2000
fn=main
12 7
cfn=malloc
calls=30 0
0 2
cfn=realloc'2
calls=10 0
0 2
cfn=free
calls=40 0
0 2
totals: 2007

part: 2
desc: Trigger: Client Request: server: plaintext, pipelined x16
summary: 51200
totals: 51200

part: 3
desc: Trigger: Program termination
summary: 77
totals: 77
"""


def costs(numbers, allocations=0):
    return {path: {"instructions": number, "allocations": allocations} for path, number in numbers.items()}


class Judging(unittest.TestCase):
    def judge(self, kept, measured, comparable=True):
        (verdict,) = instructions.judge(costs(kept), costs(measured), comparable)
        return verdict

    def test_up_to_three_percent_either_way_is_the_same(self):
        for number in (1000, 1030, 970):
            verdict = self.judge({"a": 1000}, {"a": number})
            self.assertEqual((False, False), (verdict.failed, verdict.worth_saying), number)

    def test_more_fails_and_says_what_how_much_and_what_to_do(self):
        verdict = self.judge({"a": 1000}, {"a": 1040})
        self.assertTrue(verdict.failed)
        self.assertEqual("a: 1,040.0 instructions, 1,000.0 are kept, +4.00 %, more than 3 % allow; make it cheaper "
                         "(what was changed has no profile until ./folio bench --train records it), or if it has to be "
                         "so, keep that with ./folio bench --check --record", verdict.line())

    def test_less_is_said_and_does_not_fail(self):
        verdict = self.judge({"a": 1000}, {"a": 900})
        self.assertEqual((False, True), (verdict.failed, verdict.worth_saying))
        self.assertIn("-10.00 %: keep the gain with", verdict.line())

    def test_nothing_fails_that_cannot_be_compared(self):
        for kept, measured in (({"a": 1000}, {"a": 2000}), ({}, {"a": 1}), ({"a": 1}, {})):
            self.assertFalse(self.judge(kept, measured, comparable=False).failed)

    def test_a_path_without_a_kept_number_fails_and_one_that_is_gone(self):
        self.assertTrue(self.judge({}, {"a": 1}).failed)
        self.assertTrue(self.judge({"a": 1}, {}).failed)

    def test_allocations_are_judged_where_they_are_not_what_they_were(self):
        def of(kept, measured):
            return instructions.judge(costs({"a": 1000}, kept), costs({"a": 1000}, measured), True)[1:]
        self.assertEqual([], of(1, 1.01))
        (more,) = of(0, 1)
        self.assertTrue(more.failed)
        self.assertIn("a: 1.00 allocations, 0.00 are kept, more than 3 % allow", more.line())
        (less,) = of(2, 1)
        self.assertEqual((False, True), (less.failed, less.worth_saying))

    def test_what_differs_is_named(self):
        self.assertEqual([], instructions.differences(VERSIONS, dict(VERSIONS)))
        self.assertEqual(["compiler is clang 20, and was clang 19"],
                         instructions.differences(VERSIONS, {**VERSIONS, "compiler": "clang 20"}))
        self.assertEqual(["valgrind is 3.19, and was not there"],
                         instructions.differences(VERSIONS, {**VERSIONS, "valgrind": "3.19"}))


class Reading(unittest.TestCase):
    def test_parts_that_were_named(self):
        self.assertEqual({"route: no parameter": {"instructions": 2000, "allocations": 40},
                          "server: plaintext, pipelined x16": {"instructions": 51200, "allocations": 0}},
                         instructions.parse_profile(PROFILE))

    def test_operations(self):
        self.assertEqual({"a: b, c": 16}, instructions.parse_operations("a: b, c\t16\n"))


class Keeping(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "instructions.json"

    def test_what_is_kept_is_read_again(self):
        instructions.save(VERSIONS, costs({"a": 1234.56, "ö": 2.3456}, 0.004), self.path)
        self.assertEqual((VERSIONS, costs({"a": 1234.6, "ö": 2.35}, 0.0)), instructions.load(self.path))

    def test_noise_changes_nothing(self):
        instructions.save(VERSIONS, costs({"a": 1000, "b": 1000}), self.path)
        instructions.save(VERSIONS, costs({"a": 1000.4, "b": 1010}), self.path)
        self.assertEqual(costs({"a": 1000.0, "b": 1010.0}), instructions.load(self.path)[1])

    def test_with_other_versions_all_is_new(self):
        instructions.save(VERSIONS, costs({"a": 1000}), self.path)
        instructions.save({**VERSIONS, "libuv": "1.48"}, costs({"a": 1000.4}), self.path)
        self.assertEqual(costs({"a": 1000.4}), instructions.load(self.path)[1])

    def test_a_file_that_cannot_be_read(self):
        self.path.write_text("{")
        with self.assertRaisesRegex(instructions.CannotCount, "cannot be read"):
            instructions.load(self.path)


class Running(unittest.TestCase):
    """The whole of it, with a program and a valgrind that are scripts."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.program = self.script("hot_paths", 'case ${1-} in --versions) printf "compiler\\tclang 19\\n";; '
                                                '*) printf "route: no parameter\\t10\\n";; esac')
        profile = self.folder / "profile"
        profile.write_text(PROFILE)
        valgrind = self.script("valgrind", 'case $1 in --version) echo valgrind-3.19; exit;; esac\n'
                               'for a; do case $a in --callgrind-out-file=*) cp ' + str(profile) +
                               ' "${a#*=}";; esac; done; shift 7; exec "$@"')
        for patch in (mock.patch.object(instructions, "KEPT", self.folder / "kept.json"),
                      mock.patch.object(instructions, "VALGRIND", str(valgrind))):
            patch.start()
            self.addCleanup(patch.stop)

    def script(self, name, text):
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        os.chmod(path, 0o755)
        return path

    def run_it(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = instructions.main(["--program", str(self.program), *arguments])
        return code, out.getvalue() + err.getvalue()

    def keep(self, number, **versions):
        document = json.loads(instructions.KEPT.read_text())
        document["paths"]["route: no parameter"]["instructions"] = number
        document["made with"].update(versions)
        instructions.KEPT.write_text(json.dumps(document))

    def test_without_kept_numbers(self):
        code, text = self.run_it()
        self.assertEqual(1, code)
        self.assertIn("keeps no numbers", text)

    def test_kept_then_compared(self):
        self.assertEqual(0, self.run_it("--record")[0])
        self.assertEqual(0, self.run_it()[0])
        self.keep(150)
        code, text = self.run_it()
        self.assertEqual(1, code)
        self.assertIn("✗ route: no parameter: 200.0 instructions, 150.0 are kept, +33.33 %", text)

    def test_another_compiler_is_only_reported(self):
        self.run_it("--record")
        self.keep(150, compiler="clang 18")
        code, text = self.run_it()
        self.assertEqual(0, code)
        self.assertIn("Only reported, since compiler is clang 19, and was clang 18.", text)

    def test_a_program_that_fails(self):
        self.run_it("--record")
        self.script("hot_paths", 'case ${1-} in --versions) exit 0;; esac; echo "error: wrong answer" >&2; exit 1')
        code, text = self.run_it()
        self.assertEqual(1, code)
        self.assertIn("wrong answer", text)


if __name__ == "__main__":
    unittest.main()
