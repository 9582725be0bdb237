"""Make ``benchmarks/RESULTS.md`` of what was measured: ``python -m benchmarks.report [--results FILE]``.

The other measurements (starting, memory, scaling, examples) are read from the folder of that file.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks import examples, memory, scaling, startup, targets
from benchmarks.networks import NETWORKS
from benchmarks.run import RESULTS, by_machine, read
from benchmarks.simulators import SIMULATORS

OUT = Path(__file__).with_name("RESULTS.md")
PEERS = {"limit": ("limit",), "brian2": ("brian2", "runtime"), "nest": ("nest",)}
Lines = list[dict[str, Any]]


class Results:
    """Measurements by network and simulator."""

    def __init__(self, lines: Lines) -> None:
        self.cells: dict[str, dict[str, Lines]] = defaultdict(lambda: defaultdict(list))
        self.errors: dict[str, dict[str, str]] = defaultdict(dict)
        for line in lines:
            if "s_per_s" in line:
                self.cells[line["network"]][line["simulator"]].append(line)
            elif "error" in line:
                self.errors[line["network"]][line["simulator"]] = line["error"].strip().splitlines()[-1]

    def median(self, network: str, simulator: str, what: str = "s_per_s") -> float | None:
        """Return the median of a measured quantity, None if there is none."""
        values = [line[what] for line in self.cells[network].get(simulator, ()) if line.get(what) is not None]
        return statistics.median(values) if values else None

    def best(self, network: str, families: tuple[str, ...], precision: str | None = None) -> tuple[float, str] | None:
        """Return the least median of some simulators, and whose it is."""
        found = [
            (middle, name)
            for name, simulator in SIMULATORS.items()
            if simulator.family in families and precision in (None, simulator.precision)
            if (middle := self.median(network, name)) is not None
        ]
        return min(found, default=None)

    def rate(self, network: str, simulator: str) -> float | None:
        """Return the median of the mean rate over all populations of all measurements."""
        lines = self.cells[network].get(simulator, ())
        rates = [r for line in lines if (r := mean_rate(line)) is not None]
        return statistics.median(rates) if rates else None


def mean_rate(line: dict[str, Any]) -> float | None:
    """Return spikes a second and counted neuron: what every simulator says in the same way."""
    rates = [rate for rate in line["rates"].values() if rate is not None]
    if not rates:
        return None
    if len(rates) == 1:
        return float(rates[0])
    network = NETWORKS.get(line["network"])
    if network is not None and line["network"].startswith("microcircuit"):
        from benchmarks.networks.microcircuit import parameters

        weights = parameters(network.scale).sizes.tolist()  # type: ignore[attr-defined]
    else:
        weights = [4, 1]  # excitatory and inhibitory
    return float(sum(w * r for w, r in zip(weights, rates, strict=True)) / sum(weights))


def _seconds(found: tuple[float, str] | None) -> str:
    return "" if found is None else f"{found[0]:.4g} ({found[1].split(' ', 1)[1]})"


def _ratio(peer: tuple[float, str] | None, ours: tuple[float, str] | None) -> float | None:
    return None if peer is None or ours is None else peer[0] / ours[0]


def _held(ratio: float | None, wanted: float | None, *, at_most: bool = False) -> str:
    if ratio is None:
        return ""
    if wanted is None:
        return f"{ratio:.1f}"
    met = ratio <= wanted if at_most else ratio >= wanted
    return f"{ratio:.1f} ({'met' if met else '**missed**'}: {'≤' if at_most else '≥'} {wanted:g})"


def overview(results: Results) -> list[str]:
    """Return the table of ours beside the peers."""
    rows = [
        "| network | limit | Brian2's best | NEST's best | ours | | times Brian2 | times NEST | times the limit |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for network in NETWORKS:
        if network not in results.cells:
            continue
        peers = {name: results.best(network, families) for name, families in PEERS.items()}
        for family in ("braincore", "brain"):
            for precision in ("single", "double"):
                ours = results.best(network, (family,), precision)
                if ours is None:
                    continue
                target = targets.BRIAN2.get(network)
                wanted = getattr(target, precision) if target else None
                cells = [
                    f"{network}{' by `Brain`' if family == 'brain' else ''}",
                    *(_seconds(peers[name]) for name in PEERS),
                    precision,
                    _seconds(ours).replace(f"{precision} ", ""),
                    _held(_ratio(peers["brian2"], ours), wanted),
                    _held(_ratio(peers["nest"], ours), targets.NEST),
                    _held(_ratio(ours, peers["limit"]), targets.LIMIT, at_most=True),
                ]
                rows.append(f"| {' | '.join(cells)} |")
    return rows


def details(results: Results) -> list[str]:
    """Return the table of every simulator on every network, with rates."""
    rows = [
        "| network | simulator | runs | seconds (after transient) | s/s: median (least to most) | events/s | build s "
        "| construction s | peak MB | mean rate Hz |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for network in NETWORKS:
        if network not in results.cells:
            continue
        reference = next(
            (rate for name in SIMULATORS if name.startswith("brian2") and (rate := results.rate(network, name))), None
        )
        for name in SIMULATORS:
            lines = results.cells[network].get(name)
            if lines:
                rows.append(_row(results, network, name, lines, reference))
    return rows


def _row(results: Results, network: str, name: str, lines: Lines, reference: float | None) -> str:
    times = [line["s_per_s"] for line in lines]

    def number(what: str, digits: str) -> str:
        middle = results.median(network, name, what)
        return "" if middle is None else format(middle, digits)

    rate = results.rate(network, name)
    told = "" if rate is None else f"{rate:.2f}"
    if rate is not None and reference and abs(rate - reference) > targets.EVENTS_AGREE * reference:
        told += f" (Brian2 {reference:.2f})"
    return (
        f"| {network} | {name} | {len(lines)} | {lines[0]['seconds']:g} ({lines[0]['transient']:g}) "
        f"| {statistics.median(times):.4g} ({min(times):.4g} to {max(times):.4g}) | {number('events_per_s', '.3g')} "
        f"| {number('build_s', '.1f')} | {number('construct_s', '.2f')} | {number('peak_mb', '.0f')} | {told} |"
    )


def failures(results: Results) -> list[str]:
    """Return a line for every cell of which nothing was measured."""
    return [
        f"- {network}, {simulator}: {error}"
        for network, errors in results.errors.items()
        for simulator, error in errors.items()
        if simulator not in results.cells[network]
    ]


def document(lines: Lines) -> str:
    """Return the text on what `benchmarks.run` measured: a chapter for each machine."""
    text = ["Wall seconds per biological second, median of runs in processes of their own; made by"]
    text += ["`python -m benchmarks.report` of `results.jsonl`. In brackets the fastest of precisions and threads."]
    notes = [f"- {name}: {network.note}" for name, network in NETWORKS.items() if network.note]
    text += ["", "Where models differ:", "", *notes, ""]
    for name, measured in by_machine(lines).items():
        text += chapter(name, measured)
    return "\n".join(text) + "\n"


def chapter(name: str, lines: Lines) -> list[str]:
    """Return what was measured on a machine."""
    results = Results(lines)
    text = [f"## {name}", "", *overview(results), "", "### Every simulator", "", *details(results)]
    if failed := failures(results):
        text += ["", "### Not measured", "", *failed]
    machines = [line for line in lines if "machine" in line]
    if machines:
        text += ["", "### Machine and commands", ""]
        text += [f"- {what}: {value}" for what, value in machines[-1]["machine"].items() if what != "commit"]
        text += [f"- {line['when']}: `{line['command']}` (commit {line['machine']['commit']})" for line in machines]
    loads = [line["load"] for line in lines if "load" in line]
    if loads:
        text += [f"- load at the start of a measurement: {min(loads):g} to {max(loads):g}"]
    return [*text, ""]


def others(folder: Path) -> list[str]:
    """Return the chapters of the other measurements of which there are results in a folder."""
    chapters = {
        "Starting": (folder / "startup.jsonl", startup.report),
        "Memory of the microcircuit": (folder / "memory.jsonl", memory.report),
        "Cost against size": (folder / "scaling.csv", scaling.report),
        "Brian2's examples": (folder / "examples.jsonl", examples.report),
    }
    text: list[str] = []
    for title, (path, made) in chapters.items():
        if path.exists():
            text += [f"## {title}", "", *made(path), ""]
    return text


def main() -> int:
    """Read the command line, write the document."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    text = "\n".join(["# Results", "", document(read(options.results)), *others(options.results.parent)])
    options.out.write_text(text.rstrip() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
