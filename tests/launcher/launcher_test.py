"""The launcher on a machine made of stand-ins: apt-get, dpkg-query, sudo, cmake and ninja note how they are called.

What stands under test is the script itself, copied to a root of its own; `ninja` there leaves a tool that prints its
arguments. Nothing is installed or compiled.
"""

import os
import pathlib
import pty
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

TOOL = """#!/bin/sh
printf 'tool'
for argument; do printf ' [%s]' "$argument"; done
printf ' root=%s\\n' "$FOLIO_ROOT"
exit 7
"""

COMMANDS = ("clang++-19", "ld.lld-19", "llvm-ar-19", "mold", "pkg-config")

PACKAGES = ("libuv1-dev libssl-dev zlib1g-dev libbrotli-dev libzstd-dev libfmt-dev libspdlog-dev libsimdjson-dev libcli11-dev "
            "libtomlplusplus-dev node-llhttp")


class Machine(unittest.TestCase):
    """A root with spaces in its path, and a PATH of which the tests own what matters."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name).resolve()
        self.root = self.top / "a clone of folio"
        self.bin = self.top / "bin"
        self.calls_file = self.top / "calls"
        self.installed = self.top / "installed"
        self.bin.mkdir()
        self.root.mkdir()
        shutil.copy(ROOT / "folio", self.root / "folio")
        for name in ("CMakeLists.txt", "CMakePresets.json", "framework/base/x.cpp", "codegen/x.cpp"):
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
        self.age(self.root)
        for name in "sh cat cut date dirname find flock grep id mkdir mv nproc printf readlink rm sed sleep tail tee tr env".split():
            os.symlink(shutil.which(name), self.bin / name)
        for name in COMMANDS:
            self.stand_in(name, "")
        self.installed.write_text("".join(f"installed:{package} " for package in PACKAGES.split()))
        self.stand_in("dpkg-query", f'cat "{self.installed}"')
        self.stand_in("cmake", f'mkdir -p build/host; : >build/host/build.ninja')
        self.stand_in("ninja", f'mkdir -p "{self.root}/build/host/bin"; cp "{self.top}/tool" "{self.tool}"; echo "[1/1] x"')
        os.symlink(shutil.which("cp"), self.bin / "cp")
        (self.top / "tool").write_text(TOOL)
        (self.top / "tool").chmod(0o755)

    @property
    def tool(self):
        return self.root / "build" / "host" / "bin" / "folio"

    def stand_in(self, name, script):
        path = self.bin / name
        path.unlink(missing_ok=True)  # it may be a link to the system's own program, which must not be written to
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.calls_file}"\n{script}\n')
        path.chmod(0o755)

    def age(self, *paths):
        """Makes files older than any stamp, so that a file changed afterwards is newer whatever the clock's grain."""
        past = time.time() - 3600
        for path in paths:
            for file in [path, *path.rglob("*")]:
                os.utime(file, (past, past))

    def environment(self, **more):
        return {"PATH": str(self.bin), "HOME": str(self.top), **more}

    def folio(self, *arguments, program=None, cwd=None, **more):
        return subprocess.run([str(program or self.root / "folio"), *arguments], cwd=cwd or self.top, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, env=self.environment(**more), timeout=60)

    def calls(self):
        """What has been called since the last look."""
        if not self.calls_file.exists():
            return []
        calls = self.calls_file.read_text().splitlines()
        self.calls_file.unlink()
        return calls

    def names(self):
        return [call.split()[0] for call in self.calls()]


class CommandLine(Machine):
    def test_help_needs_nothing(self):
        for word in ("--help", "-h", "help"):
            run = self.folio(word)
            self.assertEqual(0, run.returncode)
            self.assertTrue(run.stdout.startswith("usage: ./folio COMMAND"))
        self.assertEqual([], self.calls())
        self.assertFalse((self.root / "build").exists())

    def test_help_of_the_tests_needs_nothing(self):
        run = self.folio("test", "--help")
        self.assertEqual(0, run.returncode)
        self.assertIn("--only", run.stdout)
        self.assertEqual([], self.calls())

    def test_help_of_the_benchmarks_needs_nothing(self):
        for arguments in (["--help"], ["--growth", "-h"]):
            run = self.folio("bench", *arguments)
            self.assertEqual(0, run.returncode)
            self.assertIn("--without-peers", run.stdout)
        self.assertEqual([], self.calls())

    def test_nothing_to_do(self):
        run = self.folio()
        self.assertEqual((2, ""), (run.returncode, run.stdout))
        self.assertIn("usage:", run.stderr)

    def test_typing_error_installs_nothing(self):
        run = self.folio("dve")
        self.assertEqual(2, run.returncode)
        self.assertEqual("error: there is no command 'dve', ./folio --help lists them\n", run.stderr)
        self.assertEqual([], self.calls())

    def test_arguments_and_exit_code_are_the_tools(self):
        run = self.folio("dev", "my app", "--port", "*", "")
        self.assertEqual(7, run.returncode)
        self.assertEqual(f"tool [dev] [my app] [--port] [*] [] root={self.root}\n", run.stdout)

    def test_tests_of_an_app_are_the_tools(self):
        self.assertTrue(self.folio("test", "app").stdout.startswith("tool [test] [app] "))

    def test_unknown_command_goes_to_a_tool_that_is_there(self):
        self.folio("routes")
        self.assertTrue(self.folio("dve").stdout.startswith("tool [dve] "))

    def test_through_a_symlink_and_from_anywhere(self):
        link = self.top / "my folio"
        link.symlink_to(self.root / "folio")
        self.assertIn(f"root={self.root}\n", self.folio("routes", program=link, cwd="/").stdout)
        relative = subprocess.run(["./folio", "routes"], cwd=self.root, env=self.environment(), text=True, capture_output=True)
        self.assertIn(f"root={self.root}\n", relative.stdout)


class Building(Machine):
    def test_first_start(self):
        run = self.folio("routes")
        self.assertEqual(["dpkg-query", "cmake", "ninja"], self.names())
        self.assertRegex(run.stderr, r"Configured Folio in \d+ s\n")
        self.assertRegex(run.stderr, r"Built Folio in \d+ s\n")

    def test_second_start_does_nothing(self):
        self.folio("routes")
        self.calls()
        run = self.folio("routes")
        self.assertEqual([], self.calls())
        self.assertEqual("", run.stderr)

    def test_newer_source(self):
        for name in ("framework/base/x.cpp", "codegen/x.cpp", "CMakeLists.txt", "framework/base/new.cpp"):
            with self.subTest(name):
                self.folio("routes")
                self.calls()
                (self.root / name).write_text("x")
                self.folio("routes")
                self.assertEqual(["ninja"], self.names())

    def test_removed_source(self):
        self.folio("routes")
        self.calls()
        (self.root / "framework/base/x.cpp").unlink()
        self.folio("routes")
        self.assertEqual(["ninja"], self.names())

    def test_source_edited_during_the_build(self):
        self.stand_in("ninja", f'echo x >"{self.root}/codegen/x.cpp"; mkdir -p "{self.tool.parent}"; '
                               f'cp "{self.top}/tool" "{self.tool}"')
        self.folio("routes")
        self.calls()
        self.folio("routes")
        self.assertIn("ninja", self.names())

    def test_moved_clone_is_built_anew(self):
        self.folio("routes")
        (self.root / "build/host/old").write_text("")
        moved = self.top / "moved"
        self.root.rename(moved)
        self.root = moved
        self.stand_in("ninja", f'mkdir -p "{self.tool.parent}"; cp "{self.top}/tool" "{self.tool}"')
        self.calls()
        self.assertIn(f"root={moved}\n", self.folio("routes").stdout)
        self.assertIn("cmake", self.names())
        self.assertFalse((moved / "build/host/old").exists())

    def test_compile_cache_is_used_where_there_is_one_and_not_missed_when_it_goes(self):
        self.stand_in("ccache", "")
        self.folio("routes")
        self.assertIn(f"-DCMAKE_CXX_COMPILER_LAUNCHER={self.bin}/ccache", self.calls()[1])
        (self.bin / "ccache").unlink()
        (self.root / "codegen/x.cpp").write_text("x")
        self.folio("routes")
        configure = [call for call in self.calls() if call.startswith("cmake")]
        self.assertEqual(1, len(configure))
        self.assertIn("-DCMAKE_CXX_COMPILER_LAUNCHER= ", configure[0])

    def test_failure_shows_the_logs_end_and_its_path(self):
        self.stand_in("ninja", 'echo "x.cpp:1: error: no such thing"; exit 1')
        run = self.folio("routes")
        self.assertEqual((1, ""), (run.returncode, run.stdout))
        self.assertIn("x.cpp:1: error: no such thing\n", run.stderr)
        self.assertIn(f"error: Folio does not build, see above and {self.root}/build/host/build.log\n", run.stderr)

    @staticmethod
    def shown_on(controller):
        """All that a terminal was told; nobody may hold its other end any more."""
        shown = b""
        try:
            while chunk := os.read(controller, 4096):
                shown += chunk
        except OSError:  # how it says that this was all
            pass
        return shown.decode()

    def test_terminal_shows_progress_on_one_line(self):
        controller, terminal = pty.openpty()
        self.addCleanup(os.close, controller)
        run = subprocess.run([str(self.root / "folio"), "routes"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=terminal, env=self.environment(), text=True, timeout=60)
        os.close(terminal)
        self.assertEqual((7, True), (run.returncode, run.stdout.startswith("tool [routes]")))
        text = self.shown_on(controller)
        self.assertIn("\r\033[KBuilding Folio … [1/1]\r\033[KBuilt Folio in ", text)
        self.assertEqual(2, text.count("\n"), text)

    def test_failure_on_a_terminal_is_a_failure_too(self):
        self.stand_in("ninja", 'echo "x.cpp:1: error: no such thing"; exit 1')
        controller, terminal = pty.openpty()
        self.addCleanup(os.close, controller)
        run = subprocess.run([str(self.root / "folio"), "routes"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=terminal, env=self.environment(), text=True, timeout=60)
        os.close(terminal)
        self.assertEqual((1, ""), (run.returncode, run.stdout))
        self.assertIn("error: no such thing", self.shown_on(controller))

    def test_failure_is_tried_again(self):
        self.stand_in("ninja", "exit 1")
        self.folio("routes")
        self.calls()
        self.folio("routes")
        self.assertIn("ninja", self.names())

    def test_one_builds_while_the_other_waits(self):
        gate, entered = self.top / "gate", self.top / "entered"
        os.mkfifo(gate)
        os.mkfifo(entered)
        self.stand_in("ninja", f'echo >"{entered}"; read -r x <"{gate}"; mkdir -p "{self.tool.parent}"; '
                               f'cp "{self.top}/tool" "{self.tool}"')
        command = [str(self.root / "folio"), "routes"]
        first = subprocess.Popen(command, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        entered.read_text()
        second = subprocess.Popen(command, env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertIn("Waiting for another ./folio", second.stderr.readline())
        gate.write_text("go\n")
        for process in (first, second):
            self.assertIn("tool [routes]", process.communicate(timeout=60)[0])
        self.assertEqual(1, self.names().count("ninja"))


class Installing(Machine):
    def setUp(self):
        super().setUp()
        self.installed.write_text("")
        (self.bin / "mold").unlink()
        self.stand_in("id", "echo 0")
        # apt-get install: everything is there afterwards.
        self.apt = (f'case "$*" in *" install "*|install*) cp "{self.bin}/ld.lld-19" "{self.bin}/mold"; '
                    f'echo "{" ".join("installed:" + p for p in PACKAGES.split())} " >"{self.installed}";; esac')
        self.stand_in("apt-get", self.apt)
        self.stand_in("apt-cache", "exit 1")

    def test_says_what_it_installs_and_asks_nothing(self):
        run = self.folio("routes")
        self.assertEqual(7, run.returncode, run.stderr)
        self.assertIn(f"Installing with apt: mold {PACKAGES}\n", run.stderr)
        install = [call for call in self.calls() if "install" in call and call.startswith("apt-get")]
        self.assertEqual(1, len(install))
        self.assertIn(" -y ", install[0])
        self.assertIn("--no-install-recommends", install[0])

    def bench(self, *arguments):
        """`./folio bench` on a machine where apt brings everything; what it installed, and what bench/run.py was given."""
        (self.root / "bench").mkdir(exist_ok=True)
        (self.root / "bench" / "run.py").write_text("import sys\nprint(sys.argv[1:])\n")
        for name in ("python3", "openssl", "taskset", "valgrind", "node", "npm"):
            self.stand_in(name, "")
        self.stand_in("apt-get", f'cp "{self.bin}/ld.lld-19" "{self.bin}/mold"; '
                                 f'for word; do printf "installed:%s " "$word"; done >>"{self.installed}"')
        run = self.folio("bench", *arguments)
        self.assertEqual(0, run.returncode, run.stderr)
        self.assertEqual(f"{['bench', *arguments]}\n", run.stdout)
        return run.stderr

    def test_benchmarks_with_the_peers(self):
        said = self.bench("--rounds", "1")
        self.assertIn("libbenchmark-dev", said)
        self.assertIn("libwebsockets-dev", said)
        self.assertEqual("", self.bench("--rounds", "1"))

    def test_benchmarks_without_the_peers(self):
        for mode in ("--without-peers", "--check", "--micro"):
            with self.subTest(mode):
                self.installed.write_text("")
                self.assertNotIn("libwebsockets-dev", self.bench(mode))

    def test_only_what_is_missing(self):
        self.installed.write_text("".join(f"installed:{package} " for package in PACKAGES.split()))
        self.assertIn("Installing with apt: mold\n", self.folio("routes").stderr)

    def test_packages_that_were_removed_but_left_their_configuration(self):
        self.installed.write_text("".join(f"config-files:{package} " for package in PACKAGES.split()))
        self.assertIn("libuv1-dev", self.folio("routes").stderr)

    def test_the_systems_llhttp_where_there_is_one(self):
        self.stand_in("apt-cache", "exit 0")
        run = self.folio("routes")
        self.assertIn("libllhttp-dev", run.stderr)
        self.assertNotIn("node-llhttp", run.stderr)

    def test_failed_update_is_no_end(self):
        self.stand_in("apt-get", f'[ "$1" != update ] || exit 100; {self.apt}')
        self.assertEqual(7, self.folio("routes").returncode)

    def test_failed_installation(self):
        self.stand_in("apt-get", 'echo "E: no such package"; exit 100')
        run = self.folio("routes")
        self.assertEqual(1, run.returncode)
        self.assertIn("E: no such package\n", run.stderr)
        self.assertIn(f"error: apt could not install the packages, see above and {self.root}/build/apt.log\n", run.stderr)

    def test_installation_that_changes_nothing(self):
        self.stand_in("apt-get", "")
        run = self.folio("routes")
        self.assertEqual(1, run.returncode)
        self.assertIn("error: still missing after the installation: mold", run.stderr)

    def test_without_root_and_without_sudo(self):
        self.stand_in("id", "echo 1000")
        run = self.folio("routes")
        self.assertEqual(1, run.returncode)
        self.assertIn("run as root: apt-get install mold libuv1-dev", run.stderr)
        self.assertNotIn("|", run.stderr)

    def test_sudo_that_asks_for_a_password_without_a_terminal(self):
        self.stand_in("id", "echo 1000")
        self.stand_in("sudo", "exit 1")
        run = self.folio("routes")
        self.assertEqual(1, run.returncode)
        self.assertIn("sudo would ask for a password", run.stderr)
        self.assertNotIn("apt-get", self.names())

    def test_sudo(self):
        self.stand_in("id", "echo 1000")
        self.stand_in("sudo", '[ "$1" = -n ] && exit 0; exec "$@"')
        self.assertEqual(7, self.folio("routes").returncode)
        self.assertIn("sudo", self.names())

    def test_without_apt(self):
        (self.bin / "apt-get").unlink()
        run = self.folio("routes")
        self.assertEqual(1, run.returncode)
        self.assertIn("no apt", run.stderr)
        self.assertIn("mold", run.stderr)


class Real(unittest.TestCase):
    """The script as it lies in the repository."""

    def test_is_executable_and_parses(self):
        self.assertTrue(os.access(ROOT / "folio", os.X_OK))
        subprocess.run(["/bin/sh", "-n", str(ROOT / "folio")], check=True)

    def test_ci_calls_what_a_user_calls(self):
        lines = (ROOT / ".ci" / "run").read_text().splitlines()
        self.assertEqual(["set -e", 'cd "$(dirname "$0")/.."', "./folio test"],
                         [line for line in lines if line and not line.startswith("#")])
