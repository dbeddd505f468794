"""What a test run prints, and the sum that it closes with."""

import contextlib
import sys


class Report:
    """Counts test cases and prints a line for each program. Lines are whole: several threads may report at once."""

    def __init__(self, out):
        self.out = out
        self.passed = 0
        self.failed = 0
        self.failures = []

    def section(self, title):
        self._print(f"\n{title}")

    @contextlib.contextmanager
    def waiting(self, what):
        """Says on a terminal what takes so long, for as long as it does."""
        if self.out.isatty():
            print(f"{what} …", end="", file=self.out, flush=True)
        try:
            yield
        finally:
            if self.out.isatty():
                print("\r\033[K", end="", file=self.out, flush=True)

    def phase(self, what, seconds):
        self._print(f"{what} in {seconds:.0f} s")

    def program(self, name, outcome, seconds):
        """One program's end. Output of a failed one follows whole, and the names of its failed cases."""
        self.passed += outcome.passed
        self.failed += len(outcome.failures)
        lines = []
        if outcome.failures:
            lines.append(f"  ✗ {name}: {len(outcome.failures)} failed, {outcome.passed} passed, {seconds:.1f} s")
            lines += [f"  | {line}" for line in outcome.output.splitlines()]
            lines += [f"  ✗ {name}: {failure}" for failure in outcome.failures]
            self.failures += [f"{name}: {failure}" for failure in outcome.failures]
        else:
            lines.append(f"  ✓ {name}: {outcome.passed} passed, {seconds:.1f} s")
        lines += [f"    {name}: not run: {case}" for case in outcome.not_run]
        lines += [f"    {name}: {remark}" for remark in outcome.remarks]
        self._print("\n".join(lines))

    def broken(self, name, what, output, log=None):
        """Something beside the programs failed: counts as one failure."""
        self.failed += 1
        self.failures.append(f"{name} {what}")
        where = f", its whole log is {log}" if log else ""
        self._print("\n".join([f"  | {line}" for line in output.splitlines()] + [f"  ✗ {name} {what}{where}"]))

    def close(self):
        """Prints what failed once more, and the sum on a line of its own. Gives the exit code."""
        if self.passed == 0 and self.failed == 0:
            self.failures.append("nothing was run")
            self.failed = 1
        if self.failures:
            self._print("\nFailed:\n" + "\n".join(f"  {failure}" for failure in self.failures))
        self._print(f"\n{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0

    def _print(self, text):
        self.out.write(text + "\n")
        self.out.flush()


class Outcome:
    """What one program did: cases passed, what failed and how, cases that chose not to run, what else is worth a line, and
    all that it printed."""

    def __init__(self, output=""):
        self.passed = 0
        self.failures = []
        self.not_run = []
        self.remarks = []
        self.output = output
