r"""A cortical area of two layers, gamma in the superficial and alpha in the deep one: Mejias et al. (2016).

Each layer is a pair of an excitatory and an inhibitory population, near an oscillation that noise keeps alive. Both
layers have the same weights; the deep one is five times as slow. Superficial cells excite deep ones, and deep cells
excite superficial interneurons.

.. math:: \tau_i \dot r_i = -r_i + \phi\Big(\sum_j J_{ij} r_j + I_i\Big) + \sqrt{\tau_i}\, \sigma_i\, \xi_i(t)

Two areas are two regions: feedforward axons go from superficial to superficial excitatory cells, feedback axons from
deep excitatory cells to all four populations (`hierarchy`). What an area tells the next is then in gamma, and what it
is told back in alpha: the asymmetry by which superficial cells are thought to send prediction errors up, and deep ones
to send predictions down (Bastos et al. 2012).

Any number of circuits run side by side, for as many trials at once.

Of the paper's initial rates, :math:`5 (1 + \tanh 2x)` with normal x, the uniform distribution over the same range
takes the place: they are forgotten within some 100 ms. The network of 30 areas, whose connectome its program lacks, is
not here.

Sources: Mejias JF, Murray JD, Kennedy H, Wang XJ (2016) Sci Adv 2:e1601335, doi:10.1126/sciadv.1601335, and its
program (ModelDB 249589). Bastos AM, Usrey WM, Adams RA, Mangun GR, Fries P, Friston KJ (2012) Neuron 76:695-711,
doi:10.1016/j.neuron.2012.10.038.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from braincore.circuits._rates import coupled
from braincore.model import (
    CurrentInput,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    Step,
    Uniform,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.units import Quantity

_SOURCE = "Mejias et al. 2016, Sci Adv 2:e1601335, program"
POPULATIONS = ("L23e", "L23i", "L56e", "L56i")
TAU_MS = (6.0, 15.0, 30.0, 75.0)
SIGMA = (0.3, 0.3, 0.45, 0.45)
LAYER = ((1.5, -3.25), (3.5, -2.5))
"""Weights within a layer: rows are targets, columns sources, excitatory cells first."""
BETWEEN = {("L23e", "L56e"): 1.0, ("L56e", "L23i"): 0.75}
"""Weights between the layers, by source and target."""
FEEDBACK = {"L23i": 0.5, "L56i": 0.5}
"""Weights of feedback axons onto interneurons; those onto excitatory cells are in `hierarchy`."""


@dataclass(frozen=True, kw_only=True)
class Mejias2016(RegionModel):
    """The laminar circuit of Mejias et al. 2016: one area.

    Attributes
    ----------
    circuits
        How many run side by side.
    superficial, deep
        Constant input of the excitatory cells of each layer.
    interlaminar
        Strength of the connections between the layers over the paper's: 0 takes them apart (its Figure 2).
    slowness
        Time constants of the deep layer over those of the superficial one.
    noise
        Strength of the noise over the paper's.
    """

    circuits: int = 1
    superficial: float = 0.0
    deep: float = 0.0
    interlaminar: float = 1.0
    slowness: float = 5.0
    noise: float = 1.0

    purpose: ClassVar[str] = (
        "Laminar circuit of a cortical area: superficial gamma, deep alpha, feedforward and feedback"
    )
    source: ClassVar[str] = "Mejias et al. 2016, Sci Adv 2:e1601335, doi:10.1126/sciadv.1601335"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("tau_e", "6 ms", "time constant of superficial excitatory cells", _SOURCE, "1 ms", "50 ms"),
        published("tau_i", "15 ms", "time constant of superficial inhibitory cells", _SOURCE, "1 ms", "50 ms"),
        published("slowness", "5", "deep over superficial time constants", _SOURCE, "1", "10"),
        published("sigma_23", "0.3", "noise of superficial cells", _SOURCE, "0", "2"),
        published("sigma_56", "0.45", "noise of deep cells", _SOURCE, "0", "2"),
        published("J_ee", "1.5", "excitatory onto excitatory cells of a layer", _SOURCE, "0", "4"),
        published("J_ie", "3.5", "excitatory onto inhibitory cells of a layer", _SOURCE, "0", "8"),
        published("J_ei", "-3.25", "inhibitory onto excitatory cells of a layer", _SOURCE, "-8", "0"),
        published("J_ii", "-2.5", "inhibitory onto inhibitory cells of a layer", _SOURCE, "-8", "0"),
        published("J_up", "0.75", "deep excitatory onto superficial inhibitory cells", _SOURCE, "0", "2"),
        published("J_down", "1", "superficial onto deep excitatory cells", _SOURCE, "0", "2"),
    )

    def __post_init__(self) -> None:
        positive, finite = (0, math.inf), (-math.inf, math.inf)
        self.expect(circuits=(1, math.inf), superficial=finite, deep=finite, interlaminar=positive, noise=positive)
        self.expect(slowness=(1, 100))

    def describe(self) -> Region:
        """Return the four populations, their wiring and constant input, and the ports of the hierarchy."""
        inputs = {"L23e": self.superficial, "L56e": self.deep}
        background = tuple(
            CurrentInput(target=name, waveform=Step(amplitude=Quantity(value)), name="background")
            for name, value in inputs.items()
            if value
        )
        populations = tuple(self._population(k, name) for k, name in enumerate(POPULATIONS))
        projections = tuple(coupled(*ends, weight) for ends, weight in self.weights().items() if weight)
        return Region(populations=populations, projections=projections, stimuli=background, ports=PORTS)

    def weights(self) -> dict[tuple[str, str], float]:
        """Return the weights within the area by source and target."""
        within = {
            (source, target): LAYER[i][j]
            for layer in (POPULATIONS[:2], POPULATIONS[2:])
            for i, target in enumerate(layer)
            for j, source in enumerate(layer)
        }
        return {**within, **{ends: weight * self.interlaminar for ends, weight in BETWEEN.items()}}

    def _population(self, k: int, name: str) -> Population:
        tau = TAU_MS[k % 2] * (self.slowness if k > 1 else 1)
        unit = neurons.get("mejias2016").with_(tau=Quantity(tau, "ms"), sigma=Quantity(SIGMA[k] * self.noise))
        return Population(
            name=name,
            size=self.circuits,
            neuron=unit,
            sign="inhibitory" if name.endswith("i") else "excitatory",
            initial={"r": Uniform("0", "10")},
            tags={"layer": "2/3" if k < 2 else "5/6"},
        )


PORTS = {
    "output": Port(population="L23e", way="out", kind="feedforward"),
    "prediction": Port(population="L56e", way="out", kind="feedback"),
    "feedforward": Port(population="L23e", way="in", kind="feedforward", receptor="rate", sign="excitatory"),
    **{
        f"feedback_{name}": Port(population=name, way="in", kind="feedback", receptor="rate", sign="excitatory")
        for name in POPULATIONS
    },
}


def hierarchy(
    lower: str, higher: str, *, coupling: float = 1.0, selectivity: float = 0.1, superficial: float | None = None
) -> list[Projection]:
    """Return the connections between two areas of type `Mejias2016`, both ways, by their ports.

    Parameters
    ----------
    lower, higher
        Names of the regions.
    coupling
        Strength of all of them over the paper's; 0 takes the areas apart.
    selectivity
        The paper's s: feedback onto deep excitatory cells has weight 1 - s, onto superficial ones s. 0.1 in its
        Figure 4, 0.05 in its Figure 5.
    superficial
        Weight of feedback onto superficial excitatory cells, if not s (twice that in Figure 5).
    """
    feedback = {
        "L23e": selectivity if superficial is None else superficial,
        "L56e": 1 - selectivity,
        **FEEDBACK,
    }
    down = [
        coupled(f"{higher}.prediction", f"{lower}.feedback_{name}", coupling * weight)
        for name, weight in feedback.items()
    ]
    return [coupled(f"{lower}.output", f"{higher}.feedforward", coupling), *down]


regions.register("Mejias2016", Mejias2016, module=__name__)
