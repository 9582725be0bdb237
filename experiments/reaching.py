"""Reaching: in which direction does the arm go? The population vector of motor cortex, and how far it errs.

``python -m braincore.experiments.reaching [--out FOLDER] [--trials N]``

Source    Georgopoulos, Schwartz & Kettner 1986, Science 233:1416.
Expected  The vector points in the direction of the movement, with a standard deviation of 3.6 degrees for 224 cells and
          200 ms, which falls with the square root of the number of cells; without the cells that prefer 0 to 90 degrees
          it leans away from these directions.
Time      15 s on two cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.georgopoulos1986 import (
    CELLS,
    Georgopoulos1986,
    deviation,
    leaning,
    movement,
    population_vector,
)
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain

Floats = NDArray[np.float64]
DIRECTIONS = tuple(range(0, 360, 45))
WINDOW, ONSET, BIN = 0.2, 0.1, 0.02
"""Seconds: of a trial; before the first; of a piece of a path."""
FEWER = (14, 28, 56, 112, 224)
SILENT = np.arange(0, CELLS // 4)
"""Cells that prefer 0 to 90 degrees."""


def counts(
    directions: Sequence[float] = DIRECTIONS,
    *,
    trials: int = 100,
    seed: int = 1,
    cells: int = CELLS,
    depth: str = "15 Hz",
    bin: float = WINDOW,
) -> Floats:
    """Return spike counts, shape (directions, pieces, cells): trials follow each other, in pieces of `bin` seconds."""
    duration = ONSET + trials * WINDOW
    brain = Brain(seed=seed, dt="0.2 ms", duration=f"{duration} s")
    for k, direction in enumerate(directions):
        brain.regions[f"M1_{k}"] = Georgopoulos1986(cells=cells)
        brain.stimuli.append(movement(f"M1_{k}", direction, cells=cells, depth=depth))
    edges = ONSET + bin * np.arange(round(trials * WINDOW / bin) + 1)
    with ran(brain) as run:
        found = []
        for k in range(len(directions)):
            trains = run.spikes(f"M1_{k}.cells", start=0, stop=duration)
            pair = np.histogram2d(trains.t, trains.neuron, bins=(edges, np.arange(cells + 1) - 0.5))
            found.append(pair[0])
    return np.stack(found)


def errors(found: Any, directions: Sequence[float] = DIRECTIONS, silent: Any = ()) -> Floats:
    """Return how far the vector errs (degrees, -180 to 180), shape (directions, trials), without the silent cells."""
    each = np.array(found, dtype=float)
    expected = 20.0 * WINDOW
    each[..., np.asarray(silent, dtype=int)] = expected
    x, y = np.moveaxis(population_vector(each, expected), -1, 0)
    return np.asarray((np.degrees(np.arctan2(y, x)) - np.asarray(directions)[:, None] + 180) % 360 - 180)


def thinned(found: Any, cells: int) -> Floats:
    """Return the counts of so many of the cells, evenly spread."""
    return np.asarray(found[..., :: found.shape[-1] // cells])


def rows(found: Floats) -> list[dict[str, Any]]:
    """Return the numbers as a table."""
    table = []
    for cells in FEWER:
        off = errors(thinned(found, cells))
        table.append(
            {
                "cells": cells,
                "trials": off.size,
                "mean_error_deg": float(off.mean()),
                "deviation_deg": float(np.sqrt(np.mean(off**2))),
                "theory_deg": deviation(cells, WINDOW),
            }
        )
    return table


def figure(found: Floats, paths: Floats) -> Figure:
    """Draw paths, errors over the number of cells, and the leaning of the vector without a quarter of the cells."""
    drawn = Figure(figsize=(11, 3.8), layout="constrained")
    reach, precision, lesion = drawn.subplots(1, 3)
    pieces = round(WINDOW / BIN)
    for k in range(len(DIRECTIONS)):
        steps = population_vector(paths[k], 20.0 * BIN) / (CELLS * 15.0 * WINDOW / 2)
        for trial in range(8):
            path = np.cumsum(steps[trial * pieces : (trial + 1) * pieces], axis=0)
            reach.plot(*np.vstack([[0, 0], path]).T, color=f"C{k}", lw=0.8)
    reach.set(title="sum of vectors, 20 ms each", aspect="equal", xlabel="x (mean length 1)", ylabel="y")
    table = rows(found)
    precision.loglog(FEWER, [row["theory_deg"] for row in table], color="#718096", label="theory")
    precision.loglog(FEWER, [row["deviation_deg"] for row in table], "o", color="#2b6cb0", label="spikes")
    precision.set(title="error of the direction", xlabel="cells", ylabel="standard deviation (deg)")
    precision.set_xticks(FEWER, [str(cells) for cells in FEWER])
    precision.set_xticks((), minor=True)
    precision.set_yticks((4, 6, 8, 10, 14), ("4", "6", "8", "10", "14"))
    precision.set_yticks((), minor=True)
    precision.legend(frameon=False)
    fine = np.arange(0.0, 360.0, 3.0)
    predicted = (leaning(fine, SILENT) - fine + 180) % 360 - 180
    lesion.plot(fine, predicted, color="#718096", label="theory")
    lesion.plot(DIRECTIONS, errors(found, silent=SILENT).mean(axis=1), "o", color="#c05621", label="0 to 90 deg silent")
    lesion.plot(DIRECTIONS, errors(found).mean(axis=1), "s", color="#2b6cb0", label="all cells")
    lesion.set(title="without a quarter of the cells", xlabel="direction of the movement (deg)", ylabel="error (deg)")
    lesion.set_xticks(range(0, 361, 90))
    lesion.set_ylim(-20, 28)
    lesion.legend(frameon=False, fontsize="small")
    for ax in (reach, precision, lesion):
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Move in eight directions, and write a figure and a table."""
    options = arguments(__doc__, "reaching")
    found = counts(trials=options.trials or 100, seed=options.seed)
    paths = counts(trials=8, seed=options.seed, bin=BIN)
    save(options.out, "reaching", figure(found, paths), rows(found))


if __name__ == "__main__":
    main()
