"""Two loops against one: what a second thread of Folio adds where the work divides. Part of `./folio bench`.

A loop can do 1 / c operations a second of its processor, c being the CPU time of one. Of two loops the busier one
spends its share of c on each operation of both, so together they can do 1 / (share * c), and not more than that however
many processors there are. The ratio of the two is 2 when nothing is lost: neither on words between the loops nor on
connections that the kernel gave to one of them more than to the other.
"""

import statistics

from cases import echo, http, room
from measure import Bench
from report import number, spread
from servers import folio_with_loops

# So many connections that chance spreads them evenly over the loops. The members of each room live on both.
CASES = (
    http("plaintext on two loops", "/", connections=1000),
    echo("ws echo 32 B on two loops", 32, connections=1000),
    room("room of 500 on two loops, 1 in flight", 500),
    room("room of 500 on two loops, 16 in flight", 500, in_flight=16),
    room("1,000 rooms of 10 on two loops", 10, rooms=1000),
)

ONE, TWO = "1 loop", "2 loops"

HEADS = ("two loops against one", "1 loop, server CPU, µs per operation", "2 loops", "share of the busier loop",
         "what two can do, of what one can", "spread", "other work, CPUs")


def bench(app, load, work, made, options):
    """Of this app, with one loop and with two."""
    return Bench(load, [folio_with_loops(app, 1), folio_with_loops(app, 2)], work, made, options.seconds,
                 options.warmup, loops=2)


def share(sample):
    """Of the loops' CPU time, what the busiest thread took."""
    threads = sample["server_thread_seconds"]
    return max(threads) / sum(threads) if sum(threads) else 1.0


def capacities(outcome):
    """Of each round: what two loops can do as a multiple of what one can."""
    rounds = zip(outcome.ratios(ONE, TWO), outcome.samples.get(TWO, ()))
    return [ratio / share(sample) for ratio, sample in rounds]


def heads():
    return "\n| " + " | ".join(HEADS) + " |\n|---|" + "---:|" * (len(HEADS) - 1)


def row(outcome):
    found = capacities(outcome)
    shares = [share(sample) for sample in outcome.samples.get(TWO, ())]
    other = [sample["other_cpus"] for samples in outcome.samples.values() for sample in samples]
    cells = [outcome.case.name,
             *("failed" if name in outcome.failures else number(outcome.median(name)) for name in (ONE, TWO)),
             f"{statistics.median(shares):.0%}" if shares else "–",
             f"**{statistics.median(found):.2f}**" if found else "–",
             spread(found) if found else "–",
             f"{statistics.median(other):.2f}" if other else "–"]
    return "| " + " | ".join(cells) + " |"


def as_json(outcome):
    return {"name": outcome.case.name, "load": outcome.case.arguments(), "failures": outcome.failures,
            "samples": outcome.samples, "capacities": capacities(outcome),
            "shares": [share(sample) for sample in outcome.samples.get(TWO, ())]}
