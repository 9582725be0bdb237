"""Pattern memory: the dentate gyrus makes inputs less alike, and CA3 completes what it has stored from a part of it.

``python -m braincore.experiments.pattern_memory [--out FOLDER] [--trials SEEDS]``

Source    Chavlis et al. 2017, Hippocampus 27:89 (separation); Guzman et al. 2016, Science 353:1117 (completion);
          closed forms: O'Reilly & McClelland 1994, Hippocampus 4:661, and the binomials of `regions/guzman2016.py`.
Expected  Answers of granule cells share fewer cells than the inputs do, those of the circuit without basket cells more.
          A tenth of a pattern brings back all of it, or nothing; without recurrent synapses nothing comes back.
Time      45 s on two cores, of which half for compiling.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions import chavlis2017_point as dentate
from braincore.regions.chavlis2017_point import Chavlis2017Point
from braincore.regions.guzman2016 import CYCLE, Guzman2016, completed, cues, part, similarity
from matplotlib.figure import Figure

from braincore import Brain
from braincore.analysis.winners import winners_overlap_normal
from braincore.model import Recording, Silence

OVERLAPS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.4)
"""Shares of active cells that an input has in common with the first one."""
CIRCUITS: Mapping[str, Mapping[str, float]] = {
    "all of the circuit": {},
    "next to no random input": {"noise": 0.001},
    "without basket cells": {"basket": 0.0},
}
CYCLES = 10
STEP = 1e-4
CUED = (0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 0.5)
"""Shares of a pattern that are given."""
NETWORKS: Mapping[str, Mapping[str, Any]] = {
    "10 patterns": {"patterns": 10},
    "100 patterns": {"patterns": 100},
    "300 patterns": {"patterns": 300},
    "without recurrent synapses": {"connectivity": 0.0},
}
COLOURS = ("#2b6cb0", "#2f855a", "#c05621", "#805ad5")


def separated(seed: int, overlaps: Sequence[float] = OVERLAPS, **settings: Any) -> dict[str, Any]:
    """Return what the granule cells make of an input and of others that share some of its cells.

    Parameters
    ----------
    seed
        Of the wiring, the inputs and the run.
    overlaps
        Shares of cells in common.
    settings
        Of `Chavlis2017Point`.

    Returns
    -------
    Mapping
        ``distance``: f_1 of each answer from the first one; ``overlap``: 1 - f_1; ``active``: share of granule cells
        that answer, in the mean.
    """
    region = Chavlis2017Point(wiring=seed, **settings)
    given = dentate.patterns(overlaps, seed)
    each = dentate.SETTLING + dentate.LASTING
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{len(given) * each + 0.01} s")
    brain.regions["DG"] = region
    brain.stimuli.append(dentate.perforant_path("DG", given, seed))
    brain.recording = Recording(spikes=("DG.GC",))
    with ran(brain) as run:
        spikes = run.spikes("DG.GC")
    active = np.zeros((len(given), region.sizes["GC"]), dtype=bool)
    for k in range(len(given)):
        begin = k * each + dentate.SETTLING
        inside = (spikes.t >= begin) & (spikes.t < begin + dentate.LASTING + 0.01)
        active[k, spikes.neuron[inside]] = True
    distance = np.array([dentate.distance(active[0], other) for other in active[1:]])
    return {"distance": distance, "overlap": 1 - distance, "active": float(active.mean())}


def recalled(region: Guzman2016, given: Sequence[Any], *, cycles: int = CYCLES, seed: int = 1) -> np.ndarray[Any, Any]:
    """Return which cells fire in each cycle after each cue, booleans of shape (cues, cycles + 1, cells).

    The cues follow each other in one run; between them the network is silenced. Cycle 0 is the cue itself.
    """
    each, onset = (cycles + 3) * CYCLE, 0.005
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{len(given) * each} s")
    brain.regions["CA3"] = region
    brain.stimuli.append(cues("CA3", given, [f"{k * each + onset} s" for k in range(len(given))], region.threshold))
    for k in range(1, len(given)):
        during = (f"{k * each - 1.5 * CYCLE} s", f"{k * each} s")
        brain.interventions.append(Silence(target="CA3.PC", during=during))
    brain.recording = Recording(spikes=("CA3.PC",))
    with ran(brain) as run:
        spikes = run.spikes("CA3.PC")
    found = np.zeros((len(given), cycles + 1, region.cells), dtype=bool)
    trial = (spikes.t // each).astype(int)
    # a spike acts at the end of the step in which it arrives: a cycle is one step longer than the delay
    cycle = np.floor((spikes.t - trial * each - onset) / (CYCLE + STEP) + 0.1).astype(int)
    kept = cycle <= cycles
    found[trial[kept], cycle[kept], spikes.neuron[kept]] = True
    return found


def pattern(region: Guzman2016, index: int) -> np.ndarray[Any, Any]:
    """Return a stored pattern as booleans, shape (cells,)."""
    return np.isin(np.arange(region.cells), region.stored[index])


def completion(region: Guzman2016, shares: Sequence[float] = CUED, *, repeats: int = 8) -> dict[str, Any]:
    """Return how alike the network's last cycle is to a pattern of which a share was given.

    Parameters
    ----------
    region
        The network.
    shares
        Of the cells of a pattern, as a cue.
    repeats
        Patterns for each share, from the first one.

    Returns
    -------
    Mapping
        ``cue`` and ``end``: mean correlation with the pattern; ``whole``: share of trials in which more than 0.9 is
        reached; ``expected``: the same in closed form; all of shape (shares,).
    """
    index = [k % region.patterns for k in range(repeats)]
    given = [part(region, k, share, 0.0, seed) for share in shares for seed, k in enumerate(index)]
    fired = recalled(region, given)
    aims = np.stack([pattern(region, k) for k in index] * len(shares))
    like = similarity(fired[:, [0, CYCLES]], aims[:, None]).reshape(len(shares), repeats, 2)
    sizes = aims[:repeats].sum(axis=1)
    chance = [np.mean([completed(region, int(m), round(share * m), CYCLES) for m in sizes]) for share in shares]
    return {
        "cue": like[:, :, 0].mean(axis=1),
        "end": like[:, :, 1].mean(axis=1),
        "whole": (like[:, :, 1] > 0.9).mean(axis=1),
        "expected": np.array(chance),
    }


def figure(separation: Mapping[str, Sequence[Mapping[str, Any]]], recall: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Draw the overlap of answers over that of inputs, and recall over the share of the pattern that is given."""
    drawn = Figure(figsize=(10, 4.4), layout="constrained")
    left, right = drawn.subplots(1, 2)
    fine = np.linspace(0.3, 1, 71)
    left.plot(fine, fine, color="#718096", lw=1, ls=":", label="as the inputs")
    for colour, (name, seeds) in zip(COLOURS, separation.items(), strict=False):
        mean = np.mean([one["overlap"] for one in seeds], axis=0)
        share = float(np.mean([one["active"] for one in seeds]))
        left.plot(OVERLAPS, mean, "o", color=colour, label=f"{name}: {100 * share:.0f} % answer")
        curve = [winners_overlap_normal(x, active=0.1, winning=share) for x in fine]
        left.plot(fine, curve, color=colour, lw=1)
    left.set(title="Separation (dentate gyrus)", xlabel="cells that inputs share", ylabel="cells that answers share")
    left.set(xlim=(0.35, 1.03), ylim=(0, 1.25), yticks=np.arange(0, 1.01, 0.2))
    for colour, mark, (name, found) in zip(COLOURS, "o^sx", recall.items(), strict=False):
        right.plot(CUED, found["whole"], mark, color=colour, label=name, mfc="none", ms=8)
        right.plot(CUED, found["expected"], color=colour, lw=1)
    right.set(
        title="Completion (CA3)", xlabel="share of the pattern given as cue", ylabel="trials that recall all of it"
    )
    right.set(xlim=(0, 0.52), ylim=(-0.03, 1.4), yticks=np.arange(0, 1.01, 0.2))
    for ax in (left, right):
        ax.legend(frameon=False, fontsize="small", loc="upper left")
        ax.spines[["top", "right"]].set_visible(False)
    drawn.supxlabel("marks: spiking circuits; lines: closed forms without noise", fontsize="small")
    return drawn


def main() -> None:
    """Run both circuits and those without a part; write a figure and a table."""
    options = arguments(__doc__, "pattern_memory")
    seeds = range(options.seed, options.seed + (options.trials or 2))
    separation = {name: [separated(seed, **kw) for seed in seeds] for name, kw in CIRCUITS.items()}
    recall = {name: completion(Guzman2016(memory=options.seed, **kw)) for name, kw in NETWORKS.items()}
    table: list[dict[str, Any]] = []
    for name, found in separation.items():
        for seed, one in zip(seeds, found, strict=True):
            values = zip(OVERLAPS, one["overlap"], strict=True)
            table += [
                {"task": "separation", "circuit": name, "seed": seed, "given": x, "found": float(y)} for x, y in values
            ]
    for name, one in recall.items():
        values = zip(CUED, one["end"], strict=True)
        table += [
            {"task": "completion", "circuit": name, "seed": options.seed, "given": x, "found": float(y)}
            for x, y in values
        ]
    save(options.out, "pattern_memory", figure(separation, recall), table)


if __name__ == "__main__":
    main()
