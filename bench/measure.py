"""One run of the load generator, and the interleaved rounds of a case over all servers."""

import contextlib
import dataclasses
import json
import os
import statistics
import subprocess
import time

import machine
from servers import Running, ServerFailed

PATIENCE = 120  # seconds that a run may take besides those that it measures: to set up 20,000 connections, above all


class LoadFailed(Exception):
    """What the load generator said when an answer was wrong, or none came."""


@dataclasses.dataclass
class Outcome:
    """All that is known of a case on all servers."""
    case: object
    samples: dict = dataclasses.field(default_factory=dict)   # server -> [sample of each round]
    failures: dict = dataclasses.field(default_factory=dict)  # server -> message
    load_average: float = 0.0

    def figures(self, server):
        return [self.case.figure(sample) for sample in self.samples.get(server, ())]

    def median(self, server):
        figures = [figure for figure in self.figures(server) if figure is not None]
        return statistics.median(figures) if figures else None

    def ratios(self, server, limit):
        """Of each round in which both were measured."""
        pairs = zip(self.figures(server), self.figures(limit))
        return [figure / base for figure, base in pairs if figure is not None and base]

    def median_of(self, server, key):
        values = [sample[key] for sample in self.samples.get(server, ()) if sample.get(key) is not None]
        return statistics.median(values) if values else None


class Bench:
    """Servers that run, a load generator, a processor for each; for servers of several loops, as many as there are."""

    def __init__(self, load, servers, work, files, seconds, warmup, loops=1):
        self.load = str(load)
        self.servers = servers
        self.work = work
        self.files = files
        self.seconds = seconds
        self.warmup = warmup
        self.server_cpus, self.load_cpu = machine.shared_out(loops)
        self.running = contextlib.ExitStack()
        self.started = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running.close()

    def start(self, server):
        return Running(server, self.work, self.files, self.server_cpus)

    @contextlib.contextmanager
    def on(self, server, fresh):
        """The server, running: one that has been from the start, or one of its own."""
        if fresh:
            with self.start(server) as running:
                yield running
            return
        if server.name not in self.started:
            self.started[server.name] = self.running.enter_context(self.start(server))
        yield self.started[server.name]

    def replace(self, server):
        """After a failure it may be in any state, or gone: the next case gets another."""
        running = self.started.pop(server.name, None)
        if running:
            running.stop()

    def measure(self, server, case):
        special = server.instead.get(case.name)
        with self.on(special or server, case.fresh or special) as running:
            load = [self.load, *case.arguments(server.paths.get(case.name)), "--seconds", str(self.seconds),
                    "--warmup", str(self.warmup), *running.target(case.tls)]
            limit = self.seconds + self.warmup + PATIENCE
            busy, others = machine.busy_seconds(), ours(running)
            begun = time.monotonic()
            try:
                done = subprocess.run(["taskset", "-c", str(self.load_cpu), *load], stdin=subprocess.DEVNULL,
                                      capture_output=True, text=True, timeout=limit)
            except subprocess.TimeoutExpired:
                raise LoadFailed(f"no end after {limit:.0f} s: {' '.join(load)}") from None
            elapsed = time.monotonic() - begun
            running.check_alive()
            if done.returncode:
                raise LoadFailed(f"{done.stderr.strip() or done.stdout.strip()} ({' '.join(load)})")
            sample = json.loads(done.stdout.splitlines()[-1])
            spent = machine.busy_seconds() - busy - (ours(running) - others)
            sample["other_cpus"] = max(spent / elapsed, 0.0)
            return sample

    def rounds(self, case, rounds, peer_rounds, own, progress):
        """Server after server, round after round, each round beginning with another one."""
        outcome = Outcome(case)
        for number in range(rounds):
            order = [server for server in self.servers if server.name in own or number < peer_rounds]
            turn = number % len(order) if order else 0
            for server in order[turn:] + order[:turn]:
                if not server.can(case) or server.name in outcome.failures:
                    continue
                try:
                    sample = self.measure(server, case)
                    outcome.samples.setdefault(server.name, []).append(sample)
                    progress(case, server, number, case.figure(sample))
                except (LoadFailed, ServerFailed) as failure:
                    outcome.failures[server.name] = str(failure)
                    outcome.samples.pop(server.name, None)
                    self.replace(server)
        outcome.load_average = os.getloadavg()[0]
        return outcome


def ours(running):
    """CPU time of this process, of the load generators that have ended, and of the server."""
    times = os.times()
    total = times.user + times.system + times.children_user + times.children_system
    for process, _, _ in running.processes:
        with contextlib.suppress(OSError, IndexError):
            with open(f"/proc/{process.pid}/stat") as stat:
                fields = stat.read().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total
