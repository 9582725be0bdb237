"""Spatial working memory: a bump of activity remembers an angle for seconds, and resists a distractor.

``python -m braincore.experiments.spatial_memory [--out FOLDER] [--trials SEEDS]``

Source    Compte, Brunel, Goldman-Rakic & Wang 2000, Cereb Cortex 10:910.
Expected  After a cue of 250 ms cells near its angle fire at 20 to 50 Hz for 6 s; the angle wanders by a few degrees.
          With half of the NMDA the bump is gone.
Time      About 20 s for each seed on two cores (1 024 pyramidal cells).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.compte2000 import Compte2000, apart, cue, population_vector
from matplotlib.figure import Figure

from braincore import Brain

CUE, LASTING, DELAY = 1.0, 0.25, 6.0
"""Seconds: when the cue comes, how long it lasts, and for how long it is to be remembered."""
ANGLE = 180.0
BIN = 0.25


def remembered(
    seed: int, *, cells: int = 1024, distractor: float | None = None, delay: float = DELAY, **settings: Any
) -> np.ndarray[Any, Any]:
    """Return the spikes of each pyramidal cell in bins of 250 ms from the start, shape (bins, cells).

    Parameters
    ----------
    seed
        Of the run.
    cells
        Pyramidal cells.
    distractor
        Angle of a second cue, half-way through the delay and at half of the strength.
    delay
        Seconds after the cue.
    settings
        Of `Compte2000`.
    """
    end = CUE + LASTING + delay
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{end} s")
    brain.regions["PFC"] = Compte2000(cells=cells, **settings)
    brain.stimuli.append(cue("PFC", ANGLE, (f"{CUE} s", f"{CUE + LASTING} s"), cells=cells))
    if distractor is not None:
        at = CUE + LASTING + delay / 2
        during = (f"{at} s", f"{at + LASTING} s")
        brain.stimuli.append(cue("PFC", distractor, during, cells=cells, strength="190 pA"))
    brain.record(spikes=("PFC.E",))
    with ran(brain) as run:
        trains = run.spikes("PFC.E")
    bins = round(end / BIN)
    edges = (np.arange(bins + 1) * BIN, np.arange(cells + 1))
    return np.asarray(np.histogram2d(trains.t, trains.neuron, bins=edges)[0])


def numbers(counts: np.ndarray[Any, Any]) -> dict[str, float]:
    """Return rates before the cue, at the angle and opposite of it at the end, and how far the angle has wandered."""
    cells = counts.shape[1]
    near = np.abs(apart(np.arange(cells) * 360.0 / cells, population_vector(counts[-4:].sum(axis=0))[0])) < 10
    rates = counts / BIN
    before = rates[round(0.5 / BIN) : round(CUE / BIN)]
    first = population_vector(counts[round((CUE + LASTING) / BIN) + 1])[0]
    last, agreed = population_vector(counts[-4:].sum(axis=0))
    return {
        "before": float(before.mean()),
        "bump": float(rates[-4:, near].mean()),
        "opposite": float(rates[-4:, np.roll(near, cells // 2)].mean()),
        "agreement": agreed,
        "error_degrees": float(apart(last, ANGLE)),
        "drift_degrees": float(apart(last, first)),
    }


def figure(results: dict[str, np.ndarray[Any, Any]]) -> Figure:
    """Draw the rates of all pyramidal cells over time, one panel for each network."""
    drawn = Figure(figsize=(9, 2.8 * len(results)), layout="constrained")
    panels = np.atleast_1d(drawn.subplots(len(results), 1, sharex=True))
    for ax, (title, counts) in zip(panels, results.items(), strict=True):
        extent = (0.0, len(counts) * BIN, 0.0, 360.0)
        image = ax.imshow(counts.T / BIN, origin="lower", aspect="auto", extent=extent, cmap="magma", vmin=0, vmax=60)
        ax.axvspan(CUE, CUE + LASTING, color="white", alpha=0.25, lw=0)
        ax.set(title=title, ylabel="preferred angle", yticks=(0, 90, 180, 270, 360))
    drawn.colorbar(image, ax=list(panels), label="rate (Hz)")
    panels[-1].set_xlabel("time (s)")
    return drawn


def main() -> None:
    """Run the ring, with a distractor, and without enough NMDA; write a figure and a table."""
    options = arguments(__doc__, "spatial_memory")
    kinds: dict[str, dict[str, Any]] = {
        "one cue": {},
        "a distractor at 270 degrees": {"distractor": 270.0},
        "half of the NMDA": {"nmda": 0.5},
    }
    table = []
    shown = {}
    for seed in range(options.seed, options.seed + (options.trials or 5)):
        for title, settings in kinds.items():
            counts = remembered(seed, **settings)
            table.append({"network": title, "seed": seed, **numbers(counts)})
            shown.setdefault(title, counts)
    save(options.out, "spatial_memory", figure(shown), table)


if __name__ == "__main__":
    main()
