r"""The granular layer of the cerebellum as an internal clock: Yamazaki & Tanaka (2005).

1 000 units, each a group of granule cells (`yamazaki_tanaka2005`). Any of them inhibits any other, through Golgi cells,
with a probability of 0.1 and a weight of :math:`2\kappa/N`:

.. math:: z_i(t) = \Big[I - \frac{2\kappa}{N}\sum_j c_{ij}\, q_j(t)\Big]_+

A conditioned stimulus that stays the same (:math:`I = 1`) then meets another set of active units at every time: the
set says how long ago the stimulus began. The similarity of the sets of two times,

.. math:: C(t_1, t_2) = \frac{\sum_i z_i(t_1)\, z_i(t_2)}{|z(t_1)|\,|z(t_2)|}

falls with the time between them. A Purkinje cell whose synapses from the units that are active at one time are gone
(long-term depression) hears nothing at that time, and more the farther away from it.

Numbers (program of ModelDB 115966, one network): C(200 ms, t) is 0.27 0.33 0.60 0.85 1 0.86 0.62 0.43 0.31 0.13 at t
= 1 50 100 150 200 250 300 400 500 700 ms.

Source: Yamazaki T, Tanaka S (2005) Neural Comput 17:1032-1058, doi:10.1162/0899766053491850.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.circuits._golgi import golgi
from braincore.model import (
    CurrentInput,
    Parameter,
    Population,
    Port,
    Region,
    RegionModel,
    Step,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.model.stimulus import span
from braincore.units import TIME, Quantity

Floats = NDArray[np.float64]
_SOURCE = "Yamazaki & Tanaka 2005, Neural Comput 17:1032; ModelDB 115966"


@dataclass(frozen=True, kw_only=True)
class YamazakiTanaka2005(RegionModel):
    """The internal clock of Yamazaki & Tanaka 2005, for time steps of 1 ms.

    Attributes
    ----------
    units
        Number of units.
    kappa
        Strength of inhibition; 0 is a granular layer without Golgi cells.
    p
        Probability that one unit inhibits another.
    tau
        How long Golgi cells hold activity.
    """

    units: int = 1000
    kappa: float = 5.0
    p: float = 0.1
    tau: Any = "100 ms"

    purpose: ClassVar[str] = "Passage of time in the cerebellum's granular layer: an internal clock, in rates"
    source: ClassVar[str] = "Yamazaki & Tanaka 2005, Neural Comput 17:1032, doi:10.1162/0899766053491850"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("units", "1000", "groups of granule cells", _SOURCE, "10", "10000"),
        published("kappa", "5", "strength of inhibition", _SOURCE, "0", "20"),
        published("p", "0.1", "probability of inhibition", _SOURCE, "0", "1"),
        published("tau", "100 ms", "how long Golgi cells hold activity", _SOURCE, "10 ms", "500 ms"),
        published("I", "1", "conditioned stimulus", _SOURCE, "0", "10"),
    )

    def __post_init__(self) -> None:
        self.expect(units=(1, math.inf), kappa=(0, math.inf), p=(0, 1))
        self.quantities(tau=TIME)
        self.positive("tau")

    def describe(self) -> Region:
        """Return the units and how they inhibit one another."""
        unit = neurons.get("yamazaki_tanaka2005")
        unit = unit.with_(receptors={"golgi": unit.receptor("golgi").with_(tau=self.tau)})
        return Region(
            populations=(Population(name="granule", size=self.units, neuron=unit),),
            projections=golgi("granule", self.units, self.kappa, self.p),
            ports={"mossy": Port(population="granule", way="in", kind="feedforward"), "parallel": "granule"},
        )


def stimulus(region: str, at: Any = "0 ms", *, lasting: Any = "1 s") -> CurrentInput:
    """Return a conditioned stimulus: an input of 1 to every unit.

    Parameters
    ----------
    region
        Name of a region of type `YamazakiTanaka2005`.
    at, lasting
        When it begins, and how long it lasts.
    """
    during = span(at, lasting)
    return CurrentInput(
        target=f"{region}.granule",
        waveform=Step(amplitude=Quantity(1)),
        during=during,
        name="stimulus",
    )


def similarity(z: Floats) -> Floats:
    """Return C of every two times, shape (times, times), of activity (times, units); 0 where no unit is active."""
    lengths = np.linalg.norm(z, axis=1)
    unit = z / np.where(lengths > 0, lengths, 1)[:, None]
    product: Floats = unit @ unit.T
    return product


def purkinje(z: Floats, interval: int) -> Floats:
    """Return what a Purkinje cell hears at each time once it has learned an interval (a row of `z`), shape (times,).

    Its synapses from the units that are active at that time are gone, and all others are 1.
    """
    heard: Floats = z @ (z[interval] == 0).astype(np.float64)
    return heard


regions.register("YamazakiTanaka2005", YamazakiTanaka2005, module=__name__)
