"""What a comparison found, as Markdown, JSON and a chart."""

import json
import statistics

import chart
from cases import CPU, UNITS
from servers import BARE_EPOLL, BARE_UV, FOLIO, OWN


def number(value):
    """Three digits that count, and no more."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def plural(count, word):
    return f"{count:,} {word}" + ("" if count == 1 else "s")


def spread(values):
    return f"{min(values):.2f}–{max(values):.2f}" if len(values) > 1 else "–"


class Table:
    """Rows of Markdown, each as soon as its case is measured; a unit has a table of its own."""

    def __init__(self, servers, write):
        self.names = [name for name in OWN if name in servers] + [name for name in servers if name not in OWN]
        self.write = write
        self.unit = None

    def row(self, outcome):
        if outcome.case.unit != self.unit:
            self.unit = outcome.case.unit
            heads = [UNITS[self.unit]]
            if FOLIO in self.names:
                heads += [FOLIO, f"ratio to {BARE_UV}", "spread", f"ratio to {BARE_EPOLL}"]
            heads += [name for name in self.names if name != FOLIO]
            heads += [f"{FOLIO} operations/s", "load's CPU"] if self.with_rate() else []
            heads += ["other work, CPUs", "load average"]
            self.write("\n| " + " | ".join(heads) + " |\n|---|" + "---:|" * (len(heads) - 1))
        self.write("| " + " | ".join([outcome.case.name, *self.cells(outcome)]) + " |")

    def with_rate(self):
        return FOLIO in self.names and self.unit == CPU

    def cells(self, outcome):
        if FOLIO in self.names:
            yield self.cell(outcome, FOLIO)
            ratios = outcome.ratios(FOLIO, BARE_UV)
            yield f"**{statistics.median(ratios):.2f}**" if ratios else "–"
            yield spread(ratios) if ratios else "–"
            ratios = outcome.ratios(FOLIO, BARE_EPOLL)
            yield f"{statistics.median(ratios):.2f}" if ratios else "–"
        for name in self.names:
            if name != FOLIO:
                yield self.cell(outcome, name)
        if self.with_rate():
            yield rate(outcome)
            yield load_share(outcome)
        other = [sample["other_cpus"] for samples in outcome.samples.values() for sample in samples]
        yield f"{statistics.median(other):.2f}" if other else "–"
        yield f"{outcome.load_average:.2f}"

    @staticmethod
    def cell(outcome, name):
        return "failed" if name in outcome.failures else number(outcome.median(name))


def rate(outcome):
    rates = [sample["operations"] / sample["seconds"] for sample in outcome.samples.get(FOLIO, ())
             if sample.get("seconds")]
    return f"{statistics.median(rates):,.0f}" if rates else "–"


def load_share(outcome):
    shares = [sample["load_cpu_seconds"] / sample["seconds"] for sample in outcome.samples.get(FOLIO, ())
              if sample.get("seconds") and sample.get("load_cpu_seconds") is not None]
    return f"{statistics.median(shares):.0%}" if shares else "–"


def failures(outcomes):
    return [f"{outcome.case.name}, {name}: {' '.join(message.split())}"
            for outcome in outcomes for name, message in outcome.failures.items()]


def as_json(machine_lines, versions, options, outcomes, two_loops=()):
    return json.dumps({"machine": machine_lines, "versions": versions, "options": options,
                       "cases": [case_as_json(outcome) for outcome in outcomes],
                       "two_loops": list(two_loops)}, indent=1) + "\n"


def case_as_json(outcome):
    return {"name": outcome.case.name, "unit": UNITS[outcome.case.unit], "load": outcome.case.arguments(),
            "load_average": outcome.load_average, "failures": outcome.failures,
            "servers": {name: {"median": outcome.median(name), "figures": outcome.figures(name), "samples": samples}
                        for name, samples in outcome.samples.items()},
            "ratios": {limit: outcome.ratios(FOLIO, limit) for limit in (BARE_UV, BARE_EPOLL)}}


def ratio_chart(outcomes):
    rows = []
    for outcome in outcomes:
        ratios = outcome.ratios(FOLIO, BARE_UV)
        if ratios:
            rows.append((outcome.case.name, statistics.median(ratios), min(ratios), max(ratios)))
    return chart.bars("Folio against a bare server over libuv",
                      "Cost as a ratio, 1 is the bare server, lower is better; the median of the rounds, and from the "
                      "lowest to the highest", rows)


def peers_chart(outcomes):
    """Of the cases that a peer has; None when no peer was measured."""
    names, rows = [], []
    for outcome in outcomes:
        folio = outcome.median(FOLIO)
        ratios = {name: outcome.median(name) / folio for name in outcome.samples
                  if name not in OWN and folio and (outcome.median(name) or 0) > 0}
        names += [name for name in ratios if name not in names]
        if ratios:
            rows.append((outcome.case.name, ratios))
    if not rows:
        return None
    return chart.dots("Peers against Folio",
                      "Cost as a multiple of Folio's, on a logarithmic axis; right of the line is dearer",
                      names, rows)
