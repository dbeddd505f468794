"""The profile that release builds are optimised by: what is recorded, and that what is kept can be used."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import build  # noqa: E402
import train  # noqa: E402

RECORDED = """# IR level Instrumentation Flag
:ir
server.cpp;_ZN12bench_routes4home3GETEv
# Func Hash:
1
# Num Counters:
1
# Counter Values:
7

_ZN5folio2ws8Protocol7receiveERSt4spanIcLm18446744073709551615EERNS_4base6BufferE
# Func Hash:
2
# Num Counters:
1
# Counter Values:
8

_ZN5folio6detail4callIN12bench_routes4home9FolioFileEEEvv
# Func Hash:
3
# Num Counters:
1
# Counter Values:
9

"""


class TrainTest(unittest.TestCase):
    def test_functions_of_the_benchmark_are_left_out(self):
        kept = train.without_benchmark(RECORDED)
        self.assertTrue(kept.startswith("# IR level Instrumentation Flag\n:ir\n_ZN5folio2ws8Protocol7receive"), kept)
        self.assertNotIn("bench", kept)
        self.assertTrue(kept.endswith("# Counter Values:\n8\n\n"), kept)

    def test_a_program_that_fails_leaves_no_profile(self):
        with self.assertRaisesRegex(build.BuildFailed, "ended with 3: no such path"):
            train.profile_of(["/bin/sh", "-c", "echo no such path >&2; exit 3"])


class KeptTest(unittest.TestCase):
    """framework/profile.proftext"""

    def setUp(self):
        self.text = train.PROFILE.read_text()

    def test_it_can_be_read_and_knows_what_is_hot(self):
        shown = subprocess.run([train.PROFDATA, "show", "--all-functions", str(train.PROFILE)], capture_output=True,
                               text=True, check=True).stdout
        for name in ("_ZN5folio2ws8Protocol7receive", "_ZN5folio4http13RequestParser", "_ZN5folio3app10Connection8dispatch",
                     "llhttp__internal_execute"):
            self.assertIn(name, shown)

    def test_it_holds_wherever_the_sources_are(self):
        self.assertNotIn(str(ROOT), self.text)
        self.assertIsNone(re.search(r"^[^#\n]*/[^;\n]*;", self.text, re.MULTILINE))

    def test_nothing_of_the_benchmark_is_in_it(self):
        names = [record.partition("\n")[0] for record in self.text.partition(":ir\n")[2].split("\n\n")]
        self.assertEqual([], [name for name in names if train.OF_BENCHMARK.search(name)])


class ConfigureTest(unittest.TestCase):
    def configure(self, value):
        with tempfile.TemporaryDirectory() as folder:
            return subprocess.run(["cmake", "--preset", "release", "-B", folder, f"-DFOLIO_PROFILE={value}"], cwd=ROOT,
                                  capture_output=True, text=True)

    def test_a_wrong_choice_is_refused_with_those_that_are_there(self):
        done = self.configure("always")
        self.assertNotEqual(0, done.returncode)
        self.assertIn("FOLIO_PROFILE is 'always': set it to use, record or off", " ".join(done.stderr.split()))


if __name__ == "__main__":
    unittest.main()
