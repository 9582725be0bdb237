r"""The cortical microcircuit of Potjans & Diesmann: 1 mm^2 of early sensory cortex, four layers, two cell types.

77 169 leaky integrate-and-fire neurons with exponential currents in eight populations, and 0.3 billion synapses drawn
from a table of connection probabilities. The number of synapses from population j to i is

.. math:: K_{ij} = \ln(1 - p_{ij}) / \ln(1 - 1/(N_i N_j))

and each synapse has its source and its target drawn uniformly (multapses and autapses occur).

Source: T. C. Potjans and M. Diesmann (2014), The cell-type specific cortical microcircuit, Cereb Cortex 24:785-806,
doi:10.1093/cercor/bhs358. Scaling down: S. J. van Albada, M. Helias and M. Diesmann (2015), Scalability of asynchronous
networks is limited by one-to-one mapping between effective connectivity and correlations, PLoS Comput Biol 11:e1004490.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from braincore.errors import InputError
from braincore.model import (
    CurrentInput,
    FixedTotalNumber,
    Normal,
    Parameter,
    PoissonInput,
    Population,
    Projection,
    Region,
    RegionModel,
    Step,
    TruncatedNormal,
    neurons,
    regions,
)
from braincore.model.parameter import published, value_of
from braincore.units import CURRENT, FREQUENCY, TIME, Quantity

POPULATIONS = ("L23e", "L23i", "L4e", "L4i", "L5e", "L5i", "L6e", "L6i")
SIZES = (20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948)  # Table 5
PROBABILITIES = (  # Table 5: row = target, column = source
    (0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0),
    (0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0),
    (0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0),
    (0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0),
    (0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0),
    (0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0),
    (0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252),
    (0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443),
)
EXTERNAL_INDEGREES = (1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100)  # Table 5
REFERENCE_RATES = (0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829)
"""Rates (Hz) of the full network in the authors' reference implementation (INM-6, microcircuit-PD14-model)."""
# Initial potentials near the stationary distribution, of the same implementation ("optimized"), in mV.
_V0_MEAN = (-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43)
_V0_SD = (5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48)
_SOURCE = "Potjans & Diesmann 2014, Table 5"


def synapse_numbers() -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the number of synapses of the full network, shape (8, 8): row = target, column = source."""
    numbers = np.zeros((8, 8), dtype=np.int64)
    for i, row in enumerate(PROBABILITIES):
        for j, p in enumerate(row):
            if p:
                numbers[i, j] = math.floor(math.log(1 - p) / math.log(1 - 1 / (SIZES[i] * SIZES[j])))
    return numbers


@dataclass(frozen=True, kw_only=True)
class CorticalMicrocircuit(RegionModel):
    """The microcircuit of Potjans & Diesmann 2014, at any scale.

    Attributes
    ----------
    scale
        Fraction of the neurons, and of the synapses per neuron unless `in_degree_scale` is given. Below 1 weights grow
        by 1/sqrt(in-degree scale) and a constant current makes up for the lost mean input (van Albada et al. 2015).
    in_degree_scale
        Fraction of the synapses per neuron.
    background
        ``poisson`` or ``dc`` (the same mean without its variance).
    background_rate
        Rate of each of the background's sources.
    weight
        Excitatory weight (amplitude of the postsynaptic current).
    inhibition
        Ratio g of inhibitory to excitatory weights.
    delay_e, delay_i
        Mean delays; their standard deviation is half the mean.
    """

    scale: float = 1.0
    in_degree_scale: float | None = None
    background: str = "poisson"
    background_rate: Any = "8 Hz"
    weight: Any = "87.81 pA"
    inhibition: float = 4.0
    delay_e: Any = "1.5 ms"
    delay_i: Any = "0.75 ms"

    purpose: ClassVar[str] = "Early sensory cortex under 1 mm^2: layers 2/3 to 6, asynchronous irregular activity"
    source: ClassVar[str] = "Potjans & Diesmann 2014, Cereb Cortex 24:785, doi:10.1093/cercor/bhs358"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("weight", "87.81 pA", "excitatory postsynaptic current (0.15 mV)", _SOURCE, "40 pA", "180 pA"),
        published("inhibition", "4", "inhibitory over excitatory weight", _SOURCE, "3", "8"),
        published("weight_sd", "0.1", "standard deviation over mean of weights", _SOURCE, "0", "0.5"),
        published("delay_e", "1.5 ms", "mean excitatory delay", _SOURCE, "0.5 ms", "5 ms"),
        published("delay_i", "0.75 ms", "mean inhibitory delay", _SOURCE, "0.3 ms", "5 ms"),
        published("delay_sd", "0.5", "standard deviation over mean of delays", _SOURCE, "0", "1"),
        published("background_rate", "8 Hz", "rate of one background source", _SOURCE, "1 Hz", "20 Hz"),
        published("l4e_l23e", "2", "factor on the weight from L4e to L23e", _SOURCE, "1", "3"),
    )

    def __post_init__(self) -> None:
        share = (1e-6, 1)
        self.expect(scale=share, inhibition=(0, 100))
        if self.in_degree_scale is not None:
            self.expect(in_degree_scale=share)
        if self.background not in ("poisson", "dc"):
            raise InputError(f"background '{self.background}'", path="background", hint="Allowed: poisson, dc")
        self.quantities(background_rate=FREQUENCY, weight=CURRENT, delay_e=TIME, delay_i=TIME)

    def describe(self) -> Region:
        """Return the eight populations, their projections and background."""
        neuron = neurons.get("lif_exp")
        sizes = [max(1, round(n * self.scale)) for n in SIZES]
        populations = tuple(
            Population(
                name=name,
                size=sizes[i],
                neuron=neuron,
                initial={"v": Normal(f"{_V0_MEAN[i]} mV", f"{_V0_SD[i]} mV")},
                sign="excitatory" if name.endswith("e") else "inhibitory",
                tags={"layer": name[1:-1]},
            )
            for i, name in enumerate(POPULATIONS)
        )
        projections = tuple(
            self._projection(i, j, int(n)) for (i, j), n in np.ndenumerate(self._scaled_numbers(sizes)) if n
        )
        ports = {"feedforward": "L4e", "feedback": "L23e", "output": "L23e", "subcortical": "L5e"}
        return Region(populations=populations, projections=projections, stimuli=self._background(), ports=ports)

    @property
    def _k(self) -> float:
        return self.scale if self.in_degree_scale is None else self.in_degree_scale

    def _scaled_numbers(self, sizes: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
        in_degrees = synapse_numbers() / np.array(SIZES)[:, None]
        numbers: np.ndarray[Any, np.dtype[np.int64]] = np.rint(in_degrees * self._k * np.array(sizes)[:, None]).astype(
            np.int64
        )
        return numbers

    def _weights(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the weights of the full network in ampere, shape (8, 8)."""
        signs = np.array([1.0 if name.endswith("e") else -self.inhibition for name in POPULATIONS])
        weights: np.ndarray[Any, np.dtype[np.float64]] = np.tile(signs, (8, 1)) * float(self.weight.si)
        weights[0, 2] *= 2
        return weights

    def _projection(self, i: int, j: int, n: int) -> Projection:
        excitatory = POPULATIONS[j].endswith("e")
        weight = float(self._weights()[i, j]) / math.sqrt(self._k)
        mean, sd = Quantity.from_si(weight, CURRENT), Quantity.from_si(abs(weight) * 0.1, CURRENT)
        bound = {"low": 0} if excitatory else {"high": 0}
        delay = self.delay_e if excitatory else self.delay_i
        return Projection(
            source=POPULATIONS[j],
            target=POPULATIONS[i],
            connector=FixedTotalNumber(n=n),
            weight=TruncatedNormal(mean, sd, **bound),
            delay=TruncatedNormal(delay, Quantity.from_si(delay.si / 2, TIME), "0.1 ms"),
            receptor="exc" if excitatory else "inh",
        )

    def _background(self) -> tuple[PoissonInput | CurrentInput, ...]:
        """Return Poisson input, and the constant current that makes up for what scaling took away."""
        neuron = neurons.get("lif_exp")
        tau = value_of(neuron.receptors["exc"].parameters, "tau").si
        root = math.sqrt(self._k)
        in_degrees = synapse_numbers() / np.array(SIZES)[:, None]
        recurrent = in_degrees * self._weights() @ np.array(REFERENCE_RATES)
        outside = np.array(EXTERNAL_INDEGREES) * self.weight.si * self.background_rate.si
        currents = (1 - root) * tau * (recurrent + outside)
        if self.background == "dc":
            currents = (1 - root) * tau * recurrent + tau * outside
        stimuli: list[PoissonInput | CurrentInput] = []
        for i, name in enumerate(POPULATIONS):
            if self.background == "poisson":
                stimuli.append(
                    PoissonInput(
                        target=name,
                        rate=self.background_rate,
                        sources=EXTERNAL_INDEGREES[i] * self._k,
                        weight=Quantity.from_si(self.weight.si / root, CURRENT),
                        receptor="exc",
                        name="background",
                    )
                )
            if currents[i]:
                step = Step(amplitude=Quantity.from_si(float(currents[i]), CURRENT))
                stimuli.append(CurrentInput(target=name, waveform=step, name="compensation"))
        return tuple(stimuli)


regions.register("CorticalMicrocircuit", CorticalMicrocircuit, module=__name__)
