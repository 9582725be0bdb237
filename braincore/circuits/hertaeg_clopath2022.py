r"""Negative and positive prediction-error neurons in circuits of PV, SOM and VIP cells: Hertaeg & Clopath (2022).

Each channel (a tone, a place) has two circuits of an excitatory cell E with its dendrite D and three interneurons. They
compare sensory input V with its prediction M: the negative one answers where less comes than was predicted, the
positive one where more comes. Both are silent where the prediction is right: excitation and inhibition cancel.

.. math:: \tau_E \dot E &= -E + w_{ED} D - w_{EP} P + V + b_E \\
          \tau_E \dot D &= -D + w_{DE} E - w_{DS} S + M + b_D \\
          \tau_I \dot P &= -P + w_{PE} E - w_{PP} P - w_{PS} S - w_{PV} V_{ip} + \{V, M\} + b_P \\
          \tau_I \dot S &= -S + w_{SE} E - w_{SV} V_{ip} + V + b_S \\
          \tau_I \dot V_{ip} &= -V_{ip} + w_{VE} E - w_{VS} S + M + b_V

PV gets the sensory input in the negative circuit, and the prediction in the positive one. The balance fixes three
weights. With :math:`\omega = 1 - w_{VS} w_{SV}`, :math:`\alpha = (1 + w_{PP})/w_{EP}` and :math:`V_P, M_P` for what PV
gets (1 or 0),

.. math:: w_{DS} = \frac{\omega}{1 - w_{SV}}, \qquad
          w_{PS} = V_P + w_{VS} M_P - \alpha c, \qquad
          w_{PV} = w_{SV} w_{PS} + \omega M_P - \omega \alpha d

with c = 1, d = 0 in the negative and :math:`c = 1 - (1 - w_{VS})/(1 - w_{SV})`, :math:`d = 1/(1 - w_{SV})` in the
positive circuit. In the steady state, for V and M from 0 to 5,

.. math:: E_- = 1 + \frac{2.5}{2.9} \max(M - V, 0), \qquad E_+ = 1 + \frac{2.5}{2.8} \max(V - M, 0)

These are the paper's mean-field populations with two changes: each circuit stands alone, where the paper's two share
their interneurons, and SOM and VIP cells have a baseline of 7 in place of 4, so that neither falls silent for inputs up
to 5 (with 4 the positive circuit's SOM cells do so at M - V = 3.9). :math:`w_{EP}` is 4 and 8; the paper's are solved
for numerically.

Source: Hertaeg L, Clopath C (2022) PNAS 119:e2115699119, doi:10.1073/pnas.2115699119, and its program.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.circuits._rates import coupled
from braincore.model import (
    CurrentInput,
    Noise,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    Step,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.units import Quantity

_SOURCE = "Hertaeg & Clopath 2022, PNAS 119:e2115699119, program"
CELLS = ("E", "D", "PV", "SOM", "VIP")
"""Excitatory cell and its dendrite, and the interneurons."""
KINDS = ("negative", "positive")
SOMATIC = {"negative": 4.0, "positive": 8.0}
"""Inhibition of the soma by PV cells."""
BASELINE = (1.0, 0.0, 4.0, 7.0, 7.0)
"""Rates without input."""
SENSORY, PREDICTION = "sensory", "prediction"


@dataclass(frozen=True, kw_only=True)
class HertaegClopath2022(RegionModel):
    """Circuits of negative and positive prediction-error neurons after Hertaeg & Clopath 2022.

    Attributes
    ----------
    channels
        How many pairs of circuits there are, one for each thing that is predicted.
    noise
        Deviation of what is added to every cell's input, drawn anew in every time step.
    """

    channels: int = 1
    noise: float = 0.0

    purpose: ClassVar[str] = "Negative and positive prediction-error neurons in circuits of three kinds of interneurons"
    source: ClassVar[str] = "Hertaeg & Clopath 2022, PNAS 119:e2115699119, doi:10.1073/pnas.2115699119"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("tau_E", "60 ms", "time constant of excitatory cells and their dendrites", _SOURCE, "5 ms", "200 ms"),
        published("tau_I", "2 ms", "time constant of interneurons", _SOURCE, "0.5 ms", "20 ms"),
        published("w_ED", "1", "dendrite onto its cell", _SOURCE, "0", "5"),
        published("w_DE", "0.5", "excitatory cells onto dendrites", _SOURCE, "0", "5"),
        published("w_PE", "1.2", "excitatory onto PV cells", _SOURCE, "0", "5"),
        published("w_PP", "1", "inhibition among PV cells", _SOURCE, "0", "5"),
        published("w_SE", "1", "excitatory onto SOM cells", _SOURCE, "0", "5"),
        published("w_SV", "0.6", "inhibition of SOM by VIP cells", _SOURCE, "0", "0.99"),
        published("w_VE", "1", "excitatory onto VIP cells", _SOURCE, "0", "5"),
        published("w_VS", "0.7", "inhibition of VIP by SOM cells", _SOURCE, "0", "0.99"),
    )

    def __post_init__(self) -> None:
        self.expect(channels=(1, math.inf), noise=(0, math.inf))

    def describe(self) -> Region:
        """Return both circuits, the cells that bring sensory input and prediction, and the ports."""
        populations = [_population(name, self.channels, "tau_I") for name in (SENSORY, PREDICTION)]
        projections: list[Projection] = []
        stimuli: list[CurrentInput] = []
        for kind in KINDS:
            matrix = weights(kind)
            rates = np.array(BASELINE)
            for name, rate, constant in zip(CELLS, rates, rates - matrix @ rates, strict=True):
                full = f"{kind}_{name}"
                populations.append(_population(full, self.channels, "tau_E" if name in "ED" else "tau_I", rate))
                stimuli.append(_input(full, Step(amplitude=Quantity(constant)), "background"))
                if self.noise:
                    stimuli.append(_input(full, Noise(mean=Quantity(0), sd=Quantity(self.noise)), "noise"))
            projections += _wiring(kind, matrix)
        return Region(
            populations=tuple(populations), projections=tuple(projections), stimuli=tuple(stimuli), ports=PORTS
        )


PORTS = {
    "sensory": Port(population=SENSORY, way="in", kind="feedforward", receptor="rate"),
    "prediction": Port(population=PREDICTION, way="in", kind="feedback", receptor="rate"),
    "negative": Port(population="negative_E", way="out", kind="feedforward"),
    "positive": Port(population="positive_E", way="out", kind="feedforward"),
}


def weights(kind: str) -> NDArray[np.float64]:
    """Return the weights of the negative or of the positive circuit, shape (5, 5): targets are rows, as in `CELLS`."""
    value = {p.name: float(p.value.si) for p in HertaegClopath2022.parameters}
    sensory, predicted = _onto_pv(kind)
    product = 1 - value["w_VS"] * value["w_SV"]
    alpha = (1 + value["w_PP"]) / SOMATIC[kind]
    share = (1 - value["w_VS"]) / (1 - value["w_SV"]) if predicted else 0.0
    w_ps = sensory + value["w_VS"] * predicted - alpha * (1 - share)
    w_pv = value["w_SV"] * w_ps + product * predicted * (1 - alpha / (1 - value["w_SV"]))
    return np.array(
        [
            [0, value["w_ED"], -SOMATIC[kind], 0, 0],
            [value["w_DE"], 0, 0, -product / (1 - value["w_SV"]), 0],
            [value["w_PE"], 0, -value["w_PP"], -w_ps, -w_pv],
            [value["w_SE"], 0, 0, 0, -value["w_SV"]],
            [value["w_VE"], 0, 0, -value["w_VS"], 0],
        ]
    )


def _onto_pv(kind: str) -> tuple[float, float]:
    """Return how much of the sensory input and of the prediction PV cells get."""
    return (1.0, 0.0) if kind == "negative" else (0.0, 1.0)


def _wiring(kind: str, matrix: NDArray[np.float64]) -> list[Projection]:
    within = [
        coupled(f"{kind}_{source}", f"{kind}_{target}", matrix[i, j])
        for i, target in enumerate(CELLS)
        for j, source in enumerate(CELLS)
        if matrix[i, j]
    ]
    pv = SENSORY if _onto_pv(kind)[0] else PREDICTION
    inputs = {"E": SENSORY, "SOM": SENSORY, "D": PREDICTION, "VIP": PREDICTION, "PV": pv}
    return within + [coupled(source, f"{kind}_{target}", 1.0) for target, source in inputs.items()]


def _population(name: str, size: int, constant: str, rate: float = 0.0) -> Population:
    tau = HertaegClopath2022.constant(constant)
    unit = neurons.get("hertaeg_clopath2022").with_(tau=tau)
    inhibits = name.endswith(("PV", "SOM", "VIP"))
    return Population(
        name=name,
        size=size,
        neuron=unit,
        sign="inhibitory" if inhibits else "excitatory",
        initial={"r": Quantity(rate)},
    )


def _input(target: str, waveform: Step | Noise, name: str) -> CurrentInput:
    return CurrentInput(target=target, waveform=waveform, name=name)


regions.register("HertaegClopath2022", HertaegClopath2022, module=__name__)
