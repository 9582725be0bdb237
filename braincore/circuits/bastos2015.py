r"""The canonical microcircuit for predictive coding, as dynamic causal modelling has it: Bastos et al. (2012, 2015).

A cortical source has four populations: spiny stellate cells (ss), superficial pyramidal cells (sp, which send errors of
prediction up), inhibitory interneurons (ii) and deep pyramidal cells (dp, which send predictions down).

.. math:: T_k \ddot v_k + 2 \dot v_k + v_k/T_k = \sum_j w_{kj} S(v_j) + I_k

Forward axons go from sp to the ss and dp cells of the higher source; backward axons from dp inhibit the sp and ii cells
of the lower one (`hierarchy`). Linearised at rest (:math:`S' = R/4`) a source has the frequencies 45.5, 45.0, 16.9 and
7.3 Hz; driven at its ss cells sp answers best at 22 Hz and dp at 6 Hz: what goes up is fast, what comes down slow.

Weights (Hz) and time constants are the defaults of the program SPM, not those that the paper fits to monkeys. SPM's
conduction delays are left out, for couplings of rates have none here.

Sources: Bastos AM, Usrey WM, Adams RA, Mangun GR, Fries P, Friston KJ (2012) Neuron 76:695-711,
doi:10.1016/j.neuron.2012.10.038; Bastos AM et al. (2015) NeuroImage 108:460-475, doi:10.1016/j.neuroimage.2014.12.081;
SPM, ``spm_fx_cmc.m``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from braincore.circuits._rates import coupled
from braincore.model import (
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.units import Quantity

_SOURCE = "SPM, spm_fx_cmc.m"
POPULATIONS = ("ss", "sp", "ii", "dp")
TIME_MS = {"ss": 2.0, "sp": 2.0, "ii": 16.0, "dp": 28.0}
WITHIN = {
    ("ss", "ss"): -800.0,
    ("sp", "ss"): -800.0,
    ("ii", "ss"): -1600.0,
    ("ii", "ii"): -800.0,
    ("ss", "ii"): 800.0,
    ("dp", "ii"): 400.0,
    ("sp", "sp"): -800.0,
    ("ss", "sp"): 800.0,
    ("ii", "dp"): -400.0,
    ("dp", "dp"): -200.0,
}
"""Weights (Hz) within a source, by population that sends and that receives."""
FORWARD = {"ss": 200.0, "dp": 100.0}
"""Weights (Hz) of axons of superficial pyramidal cells on populations of the higher source."""
BACKWARD = {"sp": -200.0, "ii": -100.0}
"""Weights (Hz) of axons of deep pyramidal cells on populations of the lower source."""


@dataclass(frozen=True, kw_only=True)
class Bastos2015(RegionModel):
    """The canonical microcircuit of Bastos et al. 2015: one cortical source.

    Attributes
    ----------
    circuits
        How many run side by side.
    strength
        Of all weights within the source over SPM's: 0 takes the populations apart.
    fluctuations
        Strength of what moves the spiny stellate cells from within, as white noise: `sigma` of these cells.
    """

    circuits: int = 1
    strength: float = 1.0
    fluctuations: float = 0.0

    purpose: ClassVar[str] = "Canonical microcircuit of dynamic causal modelling: errors go up, predictions come down"
    source: ClassVar[str] = "Bastos et al. 2015, NeuroImage 108:460, doi:10.1016/j.neuroimage.2014.12.081; SPM"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("T_ss", "2 ms", "time constant of spiny stellate cells", _SOURCE, "1 ms", "20 ms"),
        published("T_sp", "2 ms", "time constant of superficial pyramidal cells", _SOURCE, "1 ms", "20 ms"),
        published("T_ii", "16 ms", "time constant of inhibitory interneurons", _SOURCE, "1 ms", "50 ms"),
        published("T_dp", "28 ms", "time constant of deep pyramidal cells", _SOURCE, "1 ms", "100 ms"),
        published("forward", "200 Hz", "sp onto ss cells above (onto dp half of it)", _SOURCE, "0 Hz", "2000 Hz"),
        published("backward", "200 Hz", "dp onto sp cells below, taken off (onto ii half)", _SOURCE, "0 Hz", "2000 Hz"),
    )

    def __post_init__(self) -> None:
        self.expect(circuits=(1, math.inf), strength=(0, math.inf), fluctuations=(0, math.inf))

    def describe(self) -> Region:
        """Return the four populations, their wiring, and the ports of the hierarchy."""
        unit = neurons.get("bastos2015")
        noise = {"ss": Quantity(float(self.fluctuations))}
        populations = tuple(
            Population(
                name=name,
                size=self.circuits,
                neuron=unit.with_(T=Quantity(TIME_MS[name], "ms"), sigma=noise.get(name, "0")),
            )
            for name in POPULATIONS
        )
        projections = tuple(
            coupled(source, target, Quantity(weight * self.strength, "Hz"))
            for (source, target), weight in WITHIN.items()
            if self.strength
        )
        return Region(populations=populations, projections=projections, ports=PORTS)


PORTS = {
    "output": Port(population="sp", way="out", kind="feedforward"),
    "prediction": Port(population="dp", way="out", kind="feedback"),
    **{f"forward_{name}": Port(population=name, way="in", kind="feedforward", receptor="rate") for name in FORWARD},
    **{f"backward_{name}": Port(population=name, way="in", kind="feedback", receptor="rate") for name in BACKWARD},
}


def hierarchy(lower: str, higher: str) -> list[Projection]:
    """Return the forward and backward connections between two regions of type `Bastos2015`, by their ports."""
    up = [
        coupled(f"{lower}.output", f"{higher}.forward_{name}", Quantity(weight, "Hz"))
        for name, weight in FORWARD.items()
    ]
    down = [
        coupled(f"{higher}.prediction", f"{lower}.backward_{name}", Quantity(weight, "Hz"))
        for name, weight in BACKWARD.items()
    ]
    return [*up, *down]


regions.register("Bastos2015", Bastos2015, module=__name__)
