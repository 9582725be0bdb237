r"""Motor cortex as a population vector: Georgopoulos, Schwartz & Kettner (1986).

Each cell fires most for movements of the arm in one direction, and less with the cosine of the angle from it; its vote
is a vector along that direction, as long as its rate differs from its mean. The sum of the votes points where the arm
goes:

.. math:: r_i = b + k \cos(\theta - \theta_i), \qquad
          \mathbf{P} = \sum_i (n_i - b T)\, (\cos\theta_i, \sin\theta_i)

for spike counts :math:`n_i` in a window `T`. Three or more directions that are evenly spread make it exact in the mean:
:math:`\langle\mathbf P\rangle` has the direction of the movement and the length :math:`N k T/2`. Poisson spikes of more
than three cells, with :math:`k \le b`, let it err by a standard deviation of

.. math:: \sigma_\theta = \frac{1}{k} \sqrt{\frac{2 b}{N T}}

(3.6 degrees for 224 cells and 200 ms). Without some of the cells the vector leans away from their directions
(`leaning`).

In a plane, as in the experiments of 1982; those of 1986 were in space, with 224 cells. Rates are round numbers of the
size that was found, not read in the papers.

Sources: Georgopoulos AP, Kalaska JF, Caminiti R, Massey JT (1982) J Neurosci 2:1527-1537,
doi:10.1523/JNEUROSCI.02-11-01527.1982 (cosine tuning); Georgopoulos AP, Schwartz AB, Kettner RE (1986) Neuronal
population coding of movement direction. Science 233:1416-1419, doi:10.1126/science.3749885 (population vector).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.model import (
    CurrentInput,
    Parameter,
    Population,
    Port,
    Region,
    RegionModel,
    Step,
    Values,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.model.stimulus import window
from braincore.units import FREQUENCY, Quantity

Floats = NDArray[np.float64]
_SOURCE = "Georgopoulos et al. 1986, Science 233:1416; of the size found, not read in the paper"
CELLS = 224
BASELINE, DEPTH = Quantity(20.0, "Hz"), Quantity(15.0, "Hz")


@dataclass(frozen=True, kw_only=True)
class Georgopoulos1986(RegionModel):
    """Cells of motor cortex with evenly spread preferred directions.

    Attributes
    ----------
    cells
        Number of cells, at least 3.
    baseline
        Rate of each without movement.
    """

    cells: int = CELLS
    baseline: Any = BASELINE

    purpose: ClassVar[str] = "Direction of a movement as a vector of the spikes of many cells (motor cortex)"
    source: ClassVar[str] = "Georgopoulos et al. 1986, Science 233:1416, doi:10.1126/science.3749885"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("baseline", "20 Hz", "rate without movement", _SOURCE, "1 Hz", "100 Hz"),
        published("depth", "15 Hz", "how much a movement changes the rate at most", _SOURCE, "0 Hz", "100 Hz"),
    )

    def __post_init__(self) -> None:
        self.expect(cells=(3, math.inf))
        self.quantities(baseline=FREQUENCY)
        self.positive("baseline", zero=True)

    def describe(self) -> Region:
        """Return the cells, which fire at their baseline."""
        unit = neurons.get("poisson_driven").with_(rate=self.baseline)
        return Region(
            populations=(Population(name="cells", size=self.cells, neuron=unit),),
            ports={
                "input": Port(population="cells", way="in", kind="feedforward", receptor="rate"),
                "output": Port(population="cells", way="out", kind="feedforward"),
            },
        )


def preferred(cells: int = CELLS) -> Floats:
    """Return the preferred directions in degrees, shape (cells,), from 0 to below 360."""
    return np.asarray(np.arange(cells) * 360.0 / cells)


def movement(
    region: str,
    direction: float,
    *,
    depth: Any = DEPTH,
    cells: int = CELLS,
    during: tuple[Any, Any] = ("0 ms", None),
) -> CurrentInput:
    """Return what a movement adds to the rates of the cells.

    Parameters
    ----------
    region
        Name of a region of type `Georgopoulos1986`.
    direction
        In degrees.
    depth
        What it adds to the rate of cells that prefer the direction, and takes from those of the opposite one.
    cells
        Of the region.
    during
        Beginning and end; None is the end of the run.
    """
    size = float(Quantity.of(depth, FREQUENCY).si)
    added = Values(size * np.cos(np.radians(direction - preferred(cells))), FREQUENCY)
    span = window(during)
    name = f"{direction:g} deg from {span[0]}"
    return CurrentInput(target=f"{region}.cells", waveform=Step(amplitude=added), during=span, name=name)


def population_vector(counts: Any, expected: float) -> Floats:
    """Return the sum of the votes, shape (..., 2), of spike counts of shape (..., cells).

    Parameters
    ----------
    counts
        Of each cell, in a window.
    expected
        Count of a cell in the window at its baseline.
    """
    spikes = np.asarray(counts, dtype=float)
    angles = np.radians(preferred(spikes.shape[-1]))
    return np.asarray((spikes - expected) @ np.stack([np.cos(angles), np.sin(angles)], axis=1))


def deviation(cells: int, window: float, *, baseline: float = BASELINE.si, depth: float = DEPTH.si) -> float:
    """Return the standard deviation (degrees) of the direction that theory gives for a window (s)."""
    return math.degrees(math.sqrt(2 * baseline / (cells * window)) / depth)


def leaning(direction: Any, silent: Any, *, cells: int = CELLS) -> Floats:
    """Return the mean direction (degrees) of the vector without some cells, whose count is taken as their baseline.

    Parameters
    ----------
    direction
        Of the movement, degrees.
    silent
        Indices of the cells that are left out.
    """
    votes = np.cos(np.radians(np.asarray(direction, dtype=float)[..., None] - preferred(cells)))
    votes[..., np.asarray(silent)] = 0
    x, y = np.moveaxis(population_vector(votes, 0.0), -1, 0)
    return np.asarray(np.degrees(np.arctan2(y, x)))


regions.register("Georgopoulos1986", Georgopoulos1986, module=__name__)
