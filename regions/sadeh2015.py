r"""Orientation selectivity in a spiking network with specific excitation: Sadeh, Clopath & Rotter (2015).

800 excitatory and 200 inhibitory cells prefer orientations at random, without a map. Each hears 240 excitatory and 180
inhibitory ones, drawn at random; inhibition dominates. The input is Poisson spikes at a rate that hardly depends on the
orientation :math:`\theta` of the stimulus,

.. math:: \tau \dot V = -V + \tau \sum_j J_j\, \delta(t - t_j - D), \qquad
          \nu = 1000\,\mathrm{Hz}\,(1 + m \cos 2(\theta - \theta_i)),

with m of 0.2 onto excitatory and 0.02 onto inhibitory cells. Synapses among excitatory cells are specific:
:math:`J\,(1 + \mu \cos 2(\theta_i - \theta_j))`. The mean of the input is suppressed by inhibition, its tuning is not,
and with :math:`\mu > 0` it is amplified. Linear theory has it grow by :math:`1/(1 - \zeta\,\tau K_E J \mu/2)`, 1.7
times for :math:`\mu = 1` with the slope :math:`\zeta` of the rate over the mean input in the untuned state; here, where
most cells are silent at orientations that they do not prefer, it grows five times.

Background input is left out: the program drives it with a rate of 1 Hz in all, which is next to none.

Source: Sadeh S, Clopath C, Rotter S (2015) Processing of feature selectivity in cortical networks with specific
connectivity. PLoS ONE 10(6):e0127547, doi:10.1371/journal.pone.0127547, with the constants of its program (ModelDB
225301).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError
from braincore.model import (
    EdgeList,
    FixedInDegree,
    Parameter,
    PoissonInput,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    Uniform,
    Values,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.model.stimulus import window
from braincore.units import FREQUENCY, VOLTAGE, Quantity

Floats = NDArray[np.float64]
_SOURCE = "Sadeh et al. 2015, PLoS ONE 10:e0127547, program (ModelDB 225301)"
SIZES = {"E": 800, "I": 200}
IN_DEGREES = {"E": 240, "I": 180}
"""Synapses of a cell from excitatory and from inhibitory cells."""
EXCITATION, INHIBITION, FORWARD = 0.3, -3.0, 1.0
"""Synapses in mV: from excitatory cells, from inhibitory ones, and of the input."""
INPUT, MODULATION = 1000.0, {"E": 0.2, "I": 0.02}
"""Hz, and how much it depends on the orientation."""
TAU = 20e-3
DELAY = Quantity(1.0, "ms")


@dataclass(frozen=True, kw_only=True)
class Sadeh2015(RegionModel):
    """The network of Sadeh, Clopath & Rotter 2015.

    Attributes
    ----------
    scale
        Number of cells over the paper's 1 000; synapses are stronger by as much.
    specificity
        How much synapses among excitatory cells depend on their preferred orientations (the paper's mu).
    recurrent
        Factor on all recurrent synapses; 0 leaves the input alone.
    wiring
        Seed of the preferred orientations and of the synapses among excitatory cells.
    """

    scale: float = 1.0
    specificity: float = 1.0
    recurrent: float = 1.0
    wiring: int = 1

    purpose: ClassVar[str] = "Orientation selectivity of spikes, amplified by specific excitation (visual cortex)"
    source: ClassVar[str] = "Sadeh et al. 2015, PLoS ONE 10(6):e0127547, doi:10.1371/journal.pone.0127547"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("J_E", "0.3 mV", "excitatory synapses", _SOURCE, "0 mV", "2 mV"),
        published("J_I", "-3 mV", "inhibitory synapses", _SOURCE, "-20 mV", "0 mV"),
        published("J_ffw", "1 mV", "synapses of the input", _SOURCE, "0 mV", "2 mV"),
        published("input", "1000 Hz", "spikes of the input, at its mean", _SOURCE, "100 Hz", "5000 Hz"),
        published("m_E", "0.2", "tuning of the input of excitatory cells (inhibitory 0.02)", _SOURCE, "0", "1"),
        published("specificity", "1", "specificity of synapses among excitatory cells", _SOURCE, "0", "1"),
        published("tau_m", "20 ms", "membrane time constant", _SOURCE, "5 ms", "50 ms"),
        published("V_th", "20 mV", "threshold, from rest", _SOURCE, "10 mV", "30 mV"),
        published("t_ref", "2 ms", "refractory time", _SOURCE, "0 ms", "5 ms"),
        published("delay", "1 ms", "all delays", _SOURCE, "0.1 ms", "5 ms"),
    )

    def __post_init__(self) -> None:
        self.expect(scale=(0.05, 1), specificity=(0, 1), recurrent=(0, 1.0), wiring=(0, math.inf))

    @property
    def sizes(self) -> dict[str, int]:
        """Number of excitatory and inhibitory cells."""
        return {name: round(self.scale * size) for name, size in SIZES.items()}

    def orientations(self) -> dict[str, Floats]:
        """Return the preferred orientations in degrees, from 0 to below 180; the first twelve are 15 degrees apart."""
        rng = np.random.default_rng([self.wiring, 0])
        drawn = {name: rng.uniform(0, 180, size) for name, size in self.sizes.items()}
        for each in drawn.values():
            each[:12] = np.arange(12)[: each.size] * 15.0
        return drawn

    def describe(self) -> Region:
        """Return the populations and their synapses."""
        neuron = neurons.get("lif_delta").with_(
            tau_m=Quantity(TAU, "s"), E_L="0 mV", V_th="20 mV", V_reset="0 mV", t_ref="2 ms"
        )
        populations = tuple(
            Population(
                name=name,
                size=size,
                neuron=neuron,
                sign="excitatory" if name == "E" else "inhibitory",
                initial={"v": Uniform("0 mV", "20 mV")},
            )
            for name, size in self.sizes.items()
        )
        wired = [self._specific(), *(self._random(*pair) for pair in (("E", "I"), ("I", "E"), ("I", "I")))]
        return Region(
            populations=populations,
            projections=tuple(wired) if self.recurrent else (),
            ports={
                "input": Port(population="E", way="in", kind="feedforward", receptor="exc", sign="excitatory"),
                "output": Port(population="E", way="out", kind="feedforward"),
            },
        )

    def _strength(self, source: str) -> float:
        """Return the strength of a synapse in mV."""
        return (EXCITATION if source == "E" else INHIBITION) * self.recurrent / self.scale

    def _random(self, source: str, target: str) -> Projection:
        return Projection(
            source=source,
            target=target,
            connector=FixedInDegree(k=round(self.scale * IN_DEGREES[source]), multapses=False),
            weight=Quantity.from_si(1e-3 * self._strength(source), VOLTAGE),
            delay=DELAY,
            receptor="exc" if source == "E" else "inh",
        )

    def _specific(self) -> Projection:
        """Return the synapses among excitatory cells; no cell hears another twice, or itself."""
        size, degree = self.sizes["E"], round(self.scale * IN_DEGREES["E"])
        keys = np.random.default_rng([self.wiring, 1]).random((size, size))
        np.fill_diagonal(keys, 2.0)
        pre = np.argpartition(keys, degree - 1, axis=1)[:, :degree].reshape(-1)
        post = np.repeat(np.arange(size), degree)
        angle = np.radians(self.orientations()["E"])
        alike = 1 + self.specificity * np.cos(2 * (angle[pre] - angle[post]))
        return Projection(
            source="E",
            target="E",
            connector=EdgeList(pre=pre, post=post),
            weight=Values(1e-3 * self._strength("E") * alike, VOLTAGE),
            delay=DELAY,
            receptor="exc",
        )


def grating(
    region: str, model: Sadeh2015, orientation: float, during: tuple[Any, Any], *, tuned: float = 1.0
) -> list[PoissonInput]:
    """Return the input by a stimulus of an orientation.

    Parameters
    ----------
    region, model
        Name of the region, and what it is.
    orientation
        Degrees.
    during
        Beginning and end.
    tuned
        Factor on the modulation of the input.
    """
    if tuned < 0:
        raise InputError(f"tuned {tuned}", path="tuned", hint="At least 0")
    span = window(during)
    return [
        PoissonInput(
            target=f"{region}.{name}",
            rate=Values(
                INPUT * (1 + tuned * MODULATION[name] * np.cos(2 * np.radians(orientation - angle))), FREQUENCY
            ),
            weight=Quantity(FORWARD, "mV"),
            receptor="exc",
            during=span,
            name=f"{orientation:g} deg to {name} from {span[0]}",
        )
        for name, angle in model.orientations().items()
    ]


def _rates(name: str, apart: Floats, tuned: float) -> Floats:
    """Return the rates (Hz) of the input of cells whose orientations are so far from the stimulus (degrees)."""
    return np.asarray(INPUT * (1 + tuned * MODULATION[name] * np.cos(2 * np.radians(apart))))


def moments(rate: float) -> tuple[float, float]:
    """Return mean and sigma (V, Brunel's convention) of a cell's untuned input if all cells fire at a rate (Hz)."""
    mean = FORWARD * INPUT + (IN_DEGREES["E"] * EXCITATION + IN_DEGREES["I"] * INHIBITION) * rate
    square = FORWARD**2 * INPUT + (IN_DEGREES["E"] * EXCITATION**2 + IN_DEGREES["I"] * INHIBITION**2) * rate
    return 1e-3 * TAU * mean, 1e-3 * math.sqrt(TAU * square)


regions.register("Sadeh2015", Sadeh2015, module=__name__)
