"""Cost per step against neurons and against synaptic events: ``python -m benchmarks.scaling [--repeat 5]``.

Over two decades, on our device. `neurons`: the neurons of CUBA without synapses, driven above threshold. `events`: so
many of them, and from 10 to 1 000 synapses each with weight zero, so that the spikes are always the same; the cost
without synapses is taken off. Each size is a process of its own. Prints the slope of log cost against log size (1 is
linear), and writes ``benchmarks/scaling.csv`` and ``benchmarks/figures/scaling.png``.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.targets import LINEAR

HERE = Path(__file__).resolve().parent
NEURONS = (10_000, 30_000, 100_000, 300_000, 1_000_000)
SYNAPSES = (0, 10, 30, 100, 300, 1_000)
"""Synapses a neuron; their cost is measured on `FIXED` neurons."""
FIXED = 10_000
FIELDS = ("kind", "precision", "threads", "size", "us_per_step", "least", "most")


def one(neurons: int, synapses: int, precision: str, threads: int, seconds: float) -> dict[str, float]:
    """Measure here and now; return microseconds a step and synaptic events a step."""
    import brian2 as b2
    import numpy as np

    from benchmarks.simulators.on_brian2 import use_braincore

    b2.BrianLogger.log_level_error()
    use_braincore(b2, precision, threads)
    b2.defaultclock.dt = 0.1 * b2.ms
    rng = np.random.default_rng(6)
    group = b2.NeuronGroup(
        neurons,
        """dv/dt = (ge - (v + 49*mV))/(20*ms) : volt (unless refractory)
        dge/dt = -ge/(5*ms) : volt""",
        threshold="v > -50*mV",
        reset="v = -60*mV",
        refractory=5 * b2.ms,
        method="exact",
    )
    group.v = rng.uniform(-60, -50, neurons) * b2.mV
    objects = [group, b2.SpikeMonitor(group, record=False)]
    if synapses:
        made = b2.Synapses(group, group, "w : volt", on_pre="ge += w", delay=1 * b2.ms)
        pre = np.repeat(np.arange(neurons, dtype=np.int32), synapses)
        made.connect(i=pre, j=rng.integers(0, neurons, pre.size, dtype=np.int32))
        objects.append(made)
    net = b2.Network(*objects)
    net.run(0.1 * b2.second)
    before = objects[1].num_spikes
    net.run(seconds * b2.second)
    steps = seconds / 1e-4
    spikes = (objects[1].num_spikes - before) / steps
    return {"us_per_step": float(b2.get_device()._last_run_time) / steps * 1e6, "events": spikes * synapses}


def in_a_process(neurons: int, synapses: int, options: argparse.Namespace) -> dict[str, float]:
    """Measure in a process of its own."""
    setting = [neurons, synapses, options.precision, options.threads, options.seconds]
    command = [sys.executable, "-m", "benchmarks.scaling", "--one", *map(str, setting)]
    path = os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path}, cwd=HERE.parent
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return a row per size: kind, size, median, least and most microseconds a step."""
    sizes = [("neurons", n, 0) for n in options.neurons] + [("events", FIXED, k) for k in options.synapses]
    times: dict[tuple[str, int, int], list[dict[str, float]]] = {size: [] for size in sizes}
    for _ in range(options.repeat):
        for size in sizes:
            times[size].append(in_a_process(size[1], size[2], options))
    base = statistics.median(t["us_per_step"] for t in times.get(("events", FIXED, 0), [{"us_per_step": 0.0}]))
    rows = []
    for (kind, neurons, synapses), found in times.items():
        if kind == "events" and not synapses:
            continue
        cost = [t["us_per_step"] - (base if kind == "events" else 0) for t in found]
        size = neurons if kind == "neurons" else statistics.median(t["events"] for t in found)
        values = (kind, options.precision, options.threads, size, statistics.median(cost), min(cost), max(cost))
        rows.append(dict(zip(FIELDS, values, strict=True)))
    return rows


def slope(rows: list[dict[str, Any]]) -> float:
    """Return the slope of a line through log cost over log size; a cost below the baseline's noise is left out."""
    import numpy as np

    at = np.array([(r["size"], r["us_per_step"]) for r in rows if r["us_per_step"] > 0])
    return float(np.polyfit(np.log(at[:, 0]), np.log(at[:, 1]), 1)[0]) if len(at) > 1 else float("nan")


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw cost against size, with the fitted slopes."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), constrained_layout=True)
    for axis, kind in zip(axes, ("neurons", "events"), strict=True):
        mine = [r for r in rows if r["kind"] == kind]
        sizes, cost = [r["size"] for r in mine], [r["us_per_step"] for r in mine]
        ends = [[c - r["least"] for c, r in zip(cost, mine, strict=True)], [r["most"] - r["us_per_step"] for r in mine]]
        axis.errorbar(sizes, cost, yerr=ends, fmt="o", ms=5, capsize=3, color="#1f5f8b", label="measured")
        middle = len(mine) // 2
        line = [cost[middle] * s / sizes[middle] for s in sizes]
        axis.plot(sizes, line, color="#999999", lw=1, zorder=0, label="proportional")
        axis.set(xscale="log", yscale="log", xlabel="neurons" if kind == "neurons" else "synaptic events a step")
        axis.set_ylabel("µs a step" if kind == "neurons" else "µs a step, beyond that of the neurons")
        axis.set_title(f"slope {slope(mine):.2f}", fontsize=10)
        axis.legend(frameon=False, fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def report(path: Path) -> list[str]:
    """Return the table of a file of costs, with the slopes."""
    with path.open(newline="", encoding="utf-8") as file:
        rows: list[dict[str, Any]] = [
            {key: value if key in ("kind", "precision") else float(value) for key, value in row.items()}
            for row in csv.DictReader(file)
        ]
    text = ["Over two decades (`python -m benchmarks.scaling`); the figure is `figures/scaling.png`.", ""]
    for kind, of in (("neurons", "neurons"), ("events", "synaptic events a step")):
        found = slope([row for row in rows if row["kind"] == kind])
        verdict = "met" if found <= LINEAR else "**missed**"
        text.append(f"- {of}: slope of log cost over log size {found:.3f} ({verdict}: ≤ {LINEAR:g})")
    text += ["", "| of | size | µs a step: median (least to most) |", "|---|---|---|"]
    for row in rows:
        cost = f"{row['us_per_step']:.4g} ({row['least']:.4g} to {row['most']:.4g})"
        text.append(f"| {row['kind']} | {row['size']:.0f} | {cost} |")
    return text


def main() -> int:
    """Read the command line, measure, print, draw."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--precision", choices=("double", "single"), default="double")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--neurons", type=int, nargs="+", default=list(NEURONS))
    parser.add_argument("--synapses", type=int, nargs="+", default=list(SYNAPSES))
    parser.add_argument("--out", type=Path, default=HERE, help="folder of scaling.csv and figures/scaling.png")
    parser.add_argument("--one", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        neurons, synapses, precision, threads, seconds = options.one
        print(json.dumps(one(int(neurons), int(synapses), precision, int(threads), float(seconds))))
        return 0
    rows = measure(options)
    with (options.out / "scaling.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)
    draw(rows, options.out / "figures" / "scaling.png")
    print("\n".join(report(options.out / "scaling.csv")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
