"""What stands around the measurements of ./folio bench: cases, ratios, tables, charts, and servers that fail."""

import contextlib
import io
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import cases  # noqa: E402
import chart  # noqa: E402
import compile_time  # noqa: E402
import files  # noqa: E402
import flame  # noqa: E402
import growth  # noqa: E402
import loops  # noqa: E402
import machine  # noqa: E402
import report  # noqa: E402
import run  # noqa: E402
from measure import Bench, Outcome  # noqa: E402
from peers import peers  # noqa: E402
from servers import BARE_EPOLL, BARE_UV, FOLIO, Server, free_port  # noqa: E402

# Listens on the port after --port, and ends with the status in its first argument once that many connections have come.
SERVER = """
import socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])))
for _ in range(int(sys.argv[1])):
    listener.accept()[0].close()
sys.exit("this server has had enough")
"""

# A load generator that answers at once: the CPU time is in its --in-flight.
LOAD = """#!/usr/bin/env python3
import json, sys
words = sys.argv[1:]
if "/wrong" in words:
    sys.exit("error: the body is not what was asked for")
in_flight = float(words[words.index("--in-flight") + 1])
print(json.dumps({"operations": 1000, "seconds": 1.0, "load_cpu_seconds": 0.5, "server_cpu_seconds": in_flight / 1000,
                  "server_rss_kib": 3000, "server_rss_before_kib": 1000, "p50_us": 5, "p99_us": 9, "max_us": 10}))
"""


def sample(cpu_us=5.0, **more):
    return {"operations": 1_000_000, "seconds": 2.0, "load_cpu_seconds": 1.0, "server_cpu_seconds": cpu_us,
            "server_rss_kib": 3000, "server_rss_before_kib": 1000, "p99_us": 40, "other_cpus": 0.1, **more}


class Cases(unittest.TestCase):
    def test_names_are_unique(self):
        names = [case.name for case in (*cases.CASES, *loops.CASES)]
        self.assertEqual(len(names), len(set(names)))

    def test_peers_speak_of_cases_that_exist(self):
        names = {case.name for case in cases.CASES}
        for peer in peers.peers("nowhere"):
            self.assertEqual(set(), peer.cases - names, peer.name)

    def test_figures(self):
        self.assertEqual(5.0, cases.http("x", "/").figure(sample(5.0)))
        self.assertEqual(1.0, cases.idle("x", 2000, "/").figure(sample()))
        self.assertEqual(40, cases.Case("x", (), unit=cases.LATENCY).figure(sample()))

    def test_as_many_connections_as_may_be(self):
        self.assertEqual(2000, cases.affordable(2000, 20000))
        self.assertEqual(19800, cases.affordable(20000, 20000))
        self.assertEqual(0, cases.affordable(20000, 1024))

    def test_a_path_in_the_place_of_the_cases_own(self):
        case = cases.http("x", "/r/500/lookup")
        self.assertEqual(case.arguments("/"), cases.http("x", "/").arguments())
        self.assertEqual(case.arguments("/"), [*case.arguments()[:2], "/", *case.arguments()[3:]])

    def test_series_of_growth_begin_small(self):
        for series in growth.all_series(pathlib.Path("bin")):
            points = growth.POINTS[series.x_name]
            self.assertEqual(sorted(points), list(points))
            self.assertLessEqual(series.case(points[-1]).connections, 20000)


    def test_a_series_is_read_against_its_theory(self):
        series = growth.Series("echo", "bytes", None, "In proportion.", per=("KiB", 1024))
        points = []
        for x, folio, bare in ((1024, 2.0, 1.0), (3 * 1024, 8.0, 2.5)):
            outcome = Outcome(cases.echo("echo", x))
            outcome.samples = {FOLIO: [sample(folio)], BARE_UV: [sample(bare)]}
            points.append((x, outcome))
        self.assertEqual("In proportion. Measured from 1,024 to 3,072 bytes: 2.00 to 8.00 µs, 4.00 times, where the bare "
                         "server takes 2.50 times; 3,000 ns for each KiB.", growth.reading(series, points))
        self.assertEqual("In proportion.", growth.reading(series, points[:1]))


class Report(unittest.TestCase):
    def outcome(self):
        outcome = Outcome(cases.http("plaintext", "/"))
        outcome.samples = {FOLIO: [sample(6.0), sample(9.0), sample(6.6)],
                           BARE_UV: [sample(5.0), sample(10.0), sample(6.0)], "nginx": [sample(7.5)]}
        outcome.failures = {BARE_EPOLL: "it ended"}
        return outcome

    def test_ratios_are_those_of_each_round(self):
        self.assertEqual([1.2, 0.9, 1.1], [round(ratio, 3) for ratio in self.outcome().ratios(FOLIO, BARE_UV)])

    def test_row(self):
        lines = []
        report.Table(["nginx", FOLIO, BARE_UV, BARE_EPOLL], lines.append).row(self.outcome())
        heads, row = (line.strip("\n").split("\n")[0] for line in lines)
        cells = dict(zip(heads.split(" | "), row.split(" | ")))
        self.assertEqual(heads.count("|"), row.count("|"))
        self.assertEqual(("6.60", "**1.10**", "0.90–1.20", "7.50", "failed", "500,000", "50%"),
                         tuple(cells[head] for head in (FOLIO, "ratio to bare libuv", "spread", "nginx", BARE_EPOLL,
                                                        "Folio operations/s", "load's CPU")))

    def test_numbers(self):
        self.assertEqual(["–", "0.312", "5.90", "12.9", "1,234"],
                         [report.number(x) for x in (None, .3123, 5.9, 12.88, 1234.4)])

    def test_json(self):
        read = json.loads(report.as_json(["a machine"], [], {}, [self.outcome()]))
        self.assertEqual(6.6, read["cases"][0]["servers"][FOLIO]["median"])

    def test_a_file_keeps_tables_whole(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()), \
                contextlib.redirect_stderr(io.StringIO()):
            lines = run.Lines(pathlib.Path(folder) / "results.md")
            for say, line in ((lines.write, "| a |"), (lines.note, "a note"), (lines.write, "| b |")):
                say(line)
            self.assertEqual("| a |\n| b |\n\na note\n", lines.path.read_text())


class Loops(unittest.TestCase):
    def outcome(self):
        outcome = Outcome(loops.CASES[0])
        outcome.samples = {loops.ONE: [sample(5.0), sample(6.0)],
                           loops.TWO: [sample(5.0, server_thread_seconds=[2.5, 2.5, 0.0]),
                                       sample(8.0, server_thread_seconds=[6.0, 2.0])]}
        return outcome

    def test_two_loops_do_twice_as_much_when_they_share_the_work_and_nothing_is_lost(self):
        self.assertEqual([2.0, 1.0], loops.capacities(self.outcome()))

    def test_row(self):
        outcome = self.outcome()
        self.assertEqual(loops.heads().splitlines()[1].count("|"), loops.row(outcome).count("|"))
        self.assertIn("| 62% | **1.50** | 1.00–2.00 |", loops.row(outcome))
        self.assertEqual([2.0, 1.0], loops.as_json(outcome)["capacities"])

    def test_a_server_that_failed(self):
        outcome = Outcome(loops.CASES[0], samples={loops.ONE: [sample()]}, failures={loops.TWO: "it ended"})
        self.assertIn("| 5.00 | failed | – | – | – |", loops.row(outcome))


SCRIPT = """\
\tffffffffa9a5 tcp_ack ([kernel.kallsyms])
\tffffffffa9a1 do_syscall_64 ([kernel.kallsyms])
\t    7f01 __GI___libc_write (inlined)
\t    7f01 __GI___libc_write (/usr/lib/x86_64-linux-gnu/libc.so.6)
\t    7f02 [unknown] (/usr/lib/x86_64-linux-gnu/libuv.so.1.0.0)
\t    7f03 [unknown] (/usr/lib/x86_64-linux-gnu/libuv.so.1.0.0)
\t    5601 folio::ws::Protocol::receive(std::span<char, 18446744073709551615ul>&, folio::base::Buffer&) [clone .llvm.1] (/app)

\t    5601 folio::net::(anonymous namespace)::turn(int) const (/app)

"""


class Flame(unittest.TestCase):
    def test_stacks_are_counted_outermost_call_first(self):
        self.assertEqual({
            (("folio::ws::Protocol::receive", flame.FRAMEWORK), ("libuv.so.1.0.0", flame.LIBRARY),
             ("__GI___libc_write", flame.LIBRARY), ("do_syscall_64", flame.KERNEL), ("tcp_ack", flame.KERNEL)): 2,
            (("folio::net::turn", flame.FRAMEWORK),): 1,
        }, flame.parse(SCRIPT + SCRIPT.partition("\n\n")[0]))

    def test_names_are_without_what_templates_and_parameters_are(self):
        for name, short in (("a::b<c<d>, e>::f(g<h>&, int) const", "a::b::f"), ("void x<int>(int)", "x"),
                            ("a::operator()(int)", "a::operator"), ("tcp_ack", "tcp_ack")):
            self.assertEqual(short, flame.shorten(name))

    def test_a_frame_is_as_wide_as_its_share(self):
        document = flame.draw("a case", flame.parse(SCRIPT))
        root = xml.etree.ElementTree.fromstring(document)
        widths = {frame.find("{*}title").text.partition(",")[0]: float(frame.find("{*}rect").get("width"))
                  for frame in root.iter("{http://www.w3.org/2000/svg}g")}
        self.assertAlmostEqual(widths["all"], 2 * widths["folio::net::turn"], delta=0.2)
        self.assertEqual(widths["tcp_ack"], widths["folio::ws::Protocol::receive"])
        self.assertIn("kernel 50%", document)


class CompileTime(unittest.TestCase):
    def page(self, *units):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            page = compile_time.Page(pathlib.Path(folder) / compile_time.PAGE)
            compile_time.write_headers(page, units, 2)
            return page.path.read_text()

    def test_headers_of_a_trace(self):
        trace = {"traceEvents": [{"name": "Source", "ph": "X", "ts": begun, "dur": took, "args": {"detail": path}}
                                 for path, begun, took in (("/a.hpp", 0, 5000), ("/usr/include/c++/12/string", 1000, 2000))]}
        self.assertEqual([("/a.hpp", 0.005, ""), ("<string>", 0.002, "/a.hpp")],
                         list(compile_time.source_events(trace)))

    def test_the_dearest_headers_come_first(self):
        one = compile_time.Unit("a.cpp", None, [("a.hpp", 0.1, ""), ("<string>", 0.05, "a.hpp")])
        two = compile_time.Unit("b.cpp", None, [("b.hpp", 0.3, ""), ("a.hpp", 0.1, "b.hpp"), ("<string>", 0.15, "a.hpp")])
        text = self.page(one, two)
        self.assertLess(text.index("| `b.hpp` | 0.3 | 1 | 300 | `units` 1× |"), text.index("| `a.hpp` | 0.2 | 2 | 100 |"))
        self.assertIn("| `<string>` | 0.2 | 2 | 100 | `a.hpp` 2× |", text)
        self.assertIn("| `<string>` | 50 | `a.hpp` |", self.page(one))


class Charts(unittest.TestCase):
    def parse(self, svg):
        root = xml.etree.ElementTree.fromstring(svg)
        self.assertEqual([], re.findall(r"nan|inf\b", svg.partition("</style>")[2]))
        return root

    def test_bars(self):
        root = self.parse(chart.bars("a & b", "c < d", [("fast", 0.9, 0.8, 1.0), ("slow", 12.0, 9.0, 40.0)]))
        width = float(root.get("width"))
        for bar in root.iter("{http://www.w3.org/2000/svg}rect"):
            self.assertLessEqual(float(bar.get("x") or 0) + float(bar.get("width")), width)

    def test_lines(self):
        self.parse(chart.lines("t", "x", "y", [("a", [(1, 5.0), (10, None), (10000, 5.1)]), ("b", [(1, 0.01)])]))

    def test_dots(self):
        self.parse(chart.dots("t", "s", ["a", "b"], [("case", {"a": 0.2, "b": 250.0}), ("other", {"b": 1.0})]))

    def test_nothing(self):
        self.parse(chart.bars("t", "s", []))
        self.parse(chart.lines("t", "x", "y", [("a", [(1, None)])]))

    def test_one_point(self):
        self.parse(chart.lines("t", "x", "y", [("a", [(64, 5.0)])]))


class Measuring(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = pathlib.Path(folder.name)
        self.load = self.work / "load"
        self.load.write_text(LOAD)
        self.load.chmod(0o755)
        self.seen = []

    def bench(self, *servers):
        bench = Bench(self.load, servers, self.work, files.Files("static", "cert", "key"), 0.01, 0.0)
        return self.enterContext(bench)

    @staticmethod
    def server(name, connections=1000):
        command = [sys.executable, "-c", SERVER, str(connections)]
        return Server(name, lambda setup: [(command + setup.flags(), False, True)], lambda case: True, tls=False)

    def rounds(self, bench, case, rounds=3, peer_rounds=1):
        return bench.rounds(case, rounds, peer_rounds, (FOLIO, BARE_UV),
                            lambda case, server, number, figure: self.seen.append((number, server.name, figure)))

    def test_rounds_go_from_server_to_server(self):
        bench = self.bench(self.server(FOLIO), self.server(BARE_UV), self.server("nginx"))
        outcome = self.rounds(bench, cases.http("x", "/", 4))
        self.assertEqual([FOLIO, BARE_UV, "nginx", BARE_UV, FOLIO, FOLIO, BARE_UV], [name for _, name, _ in self.seen])
        self.assertEqual({4.0}, {figure for _, _, figure in self.seen})
        self.assertEqual({}, outcome.failures)

    def test_a_wrong_answer_is_told_and_ends_no_more_than_its_case(self):
        bench = self.bench(self.server(FOLIO))
        outcome = self.rounds(bench, cases.http("x", "/wrong"))
        self.assertIn("the body is not what was asked for", outcome.failures[FOLIO])
        self.assertEqual(3, len(self.rounds(bench, cases.http("x", "/")).samples[FOLIO]))

    def test_a_server_that_does_not_start(self):
        begun = time.monotonic()
        outcome = self.rounds(self.bench(self.server(FOLIO, 0), self.server(BARE_UV)), cases.http("x", "/"))
        self.assertIn("this server has had enough", outcome.failures[FOLIO])
        self.assertEqual([BARE_UV], list(outcome.samples))
        self.assertLess(time.monotonic() - begun, 15)


class Surroundings(unittest.TestCase):
    def test_each_loop_has_a_processor_of_its_own_or_all_have_the_same(self):
        for usable, loop_count, shared in (([0], 1, ([0], 0)), ([0, 1], 1, ([0], 1)), ([0, 1], 2, ([0], 1)),
                                           ([0, 1, 2], 2, ([0, 1], 2)), ([3, 4, 5, 6], 1, ([3], 4))):
            with unittest.mock.patch("machine.processors", return_value=usable):
                self.assertEqual(shared, machine.shared_out(loop_count))

    def test_machine_is_described(self):
        self.assertEqual([], [line for line in machine.lines() if not re.match(r"[a-z ]+: .+", line)])

    def test_files_and_certificate(self):
        with tempfile.TemporaryDirectory() as folder:
            made = files.make(folder)
            data = (pathlib.Path(made.static) / "4k.bin").read_bytes()
            self.assertEqual(bytes(i % 251 for i in range(4096)), data)
            subprocess.run(["openssl", "x509", "-in", made.cert, "-noout"], check=True)

    def test_the_time_that_it_takes_is_told(self):
        servers = [Server(name, None, lambda case: case.name != "JSON") for name in (FOLIO, BARE_UV, "nginx")]
        options = unittest.mock.Mock(rounds=9, peer_rounds=3, seconds=2.0, warmup=0.5)
        chosen = [case for case in cases.CASES if case.name in ("plaintext", "JSON")]
        runs = 9 + 9 + 3 + 2 * 9 * len(loops.CASES)
        self.assertEqual(round(runs * 3.2 / 60), run.estimate(chosen, servers, loops.CASES, options))

    def test_unknown_case(self):
        done = subprocess.run([sys.executable, ROOT / "bench/run.py", "--case", "("], capture_output=True, text=True)
        self.assertEqual(2, done.returncode)
        self.assertIn("not a regular expression", done.stderr)


class Ports(unittest.TestCase):
    def test_are_not_those_of_outgoing_connections(self):
        ephemeral = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
        found = {free_port() for _ in range(20)}
        self.assertGreater(len(found), 1)
        for port in found:
            self.assertLess(port, ephemeral)
            with socket.create_server(("127.0.0.1", port)):
                pass


if __name__ == "__main__":
    unittest.main()
