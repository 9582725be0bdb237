r"""Locus coeruleus and the gain of decisions: Gilzenrat et al. (2002).

Two units (`target`, `distractor`) integrate the stimulus and compete; the first drives the unit of the `response`, and
the locus coeruleus (`lc`), whose noradrenaline sets the gain of all three, :math:`g = G + k u`:

.. math::
    \tau_x \dot x_1 &= -x_1 + i_1 + 0.33\, i_2 + f_1 - f_2 + \text{noise}, \qquad I_{LC} = 0.3\, f_1 \\
    \tau_x \dot x_2 &= -x_2 + i_2 + 0.33\, i_1 + f_2 - f_1 + \text{noise} \\
    \tau_x \dot x_3 &= -x_3 + 1.84\, f_1 + 2\, f_3 + \text{noise}

(`gilzenrat2002`, `gilzenrat2002_lc`). In phasic mode (`coherence` 0.95) a target makes the locus coeruleus burst, and
the burst helps the response; in tonic mode (0.55) it does not, and gain is higher all the time: more false alarms.
Input to the locus coeruleus at all times (port ``arousal``) moves its baseline: too little, and targets are missed; too
much, and distractors are answered.

Any number of circuits run side by side, for as many trials at once. One unit of the paper's time is 50 ms here. Gain
follows noradrenaline with the time step (1 ms), and is :math:`G` in the first.

Numbers (roots of the equations): at rest with both decision units at 0, :math:`u` = 0.1152 and :math:`g` = 0.846 in
phasic mode, 0.1892 and 1.068 in tonic mode.

Source: Gilzenrat MS, Holmes BD, Rajkowski J, Aston-Jones G, Cohen JD (2002) Neural Netw 15:647-663,
doi:10.1016/S0893-6080(02)00055-2, constants as in PsyNeuLink's GilzenratModel.py. That a response is an activity above
0.65, and the input for arousal, are ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from braincore.circuits._locus_coeruleus import locus_coeruleus, wired
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
from braincore.units import DIMENSIONLESS

_SOURCE = "Gilzenrat et al. 2002, Neural Netw 15:647, as PsyNeuLink's GilzenratModel.py"
UNIT = 0.05
"""Seconds of one unit of the paper's time."""
PHASIC, TONIC = 0.95, 0.55
CROSSTALK, BIAS = 0.33, 2.0
COUPLING = {
    ("target", "target"): 1.0,
    ("distractor", "distractor"): 1.0,
    ("distractor", "target"): -1.0,
    ("target", "distractor"): -1.0,
    ("target", "response"): 1.84,
    ("response", "response"): 2.0,
    ("target", "lc"): 0.3,
}
"""Weights from the first onto the second."""
BEGINS = {PHASIC: (0.07, 0.14), TONIC: (0.2, 0.2)}
"""Activity and release of the locus coeruleus at the beginning, by mode."""
THRESHOLD = 0.65
"""Activity of the unit of the response that counts as one."""


@dataclass(frozen=True, kw_only=True)
class Gilzenrat2002(RegionModel):
    """The locus coeruleus and the decision of Gilzenrat et al. 2002.

    Attributes
    ----------
    circuits
        How many run side by side.
    coherence
        How much cells of the locus coeruleus fire together (the paper's C): 0.95 is phasic, 0.55 tonic.
    release
        Gain by noradrenaline (the paper's k); 0 is a lesion of its fibres.
    base
        Gain without noradrenaline (the paper's G).
    noise
        Of all three units.
    """

    circuits: int = 1
    coherence: float = PHASIC
    release: float = 3.0
    base: float = 0.5
    noise: float = 0.22

    purpose: ClassVar[str] = "Gain of decisions by the locus coeruleus, phasic or tonic: target detection"
    source: ClassVar[str] = "Gilzenrat et al. 2002, Neural Netw 15:647, doi:10.1016/S0893-6080(02)00055-2"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("coherence", "0.95", "cells that fire together (tonic 0.55)", _SOURCE, "0.4", "1"),
        published("release", "3", "gain by noradrenaline", _SOURCE, "0", "5"),
        published("base", "0.5", "gain without noradrenaline", _SOURCE, "0", "2"),
        published("noise", "0.22", "noise of decision and response", _SOURCE, "0", "1"),
        published("crosstalk", "0.33", "stimulus at the other unit", _SOURCE, "0", "1"),
        published("w_self", "1", "a decision unit onto itself", _SOURCE, "0", "3"),
        published("w_other", "1", "inhibition of the other decision unit", _SOURCE, "0", "3"),
        published("w_response", "1.84", "target onto response", _SOURCE, "0", "5"),
        published("w_again", "2", "response onto itself", _SOURCE, "0", "5"),
        published("w_lc", "0.3", "target onto locus coeruleus", _SOURCE, "0", "1"),
        published("bias", "2", "bias of the response", _SOURCE, "0", "5"),
        published("threshold", "0.65", "activity that is a response", "ours", "0.5", "1"),
    )

    def __post_init__(self) -> None:
        self.expect(circuits=(1, math.inf), coherence=(0.01, 1), release=(0, 10), base=(0, 10), noise=(0, 10))

    def describe(self) -> Region:
        """Return the units, the locus coeruleus, and their couplings."""
        unit = neurons.get("gilzenrat2002").with_(G=self.base, sigma=self.noise)
        models = {"target": unit, "distractor": unit, "response": unit.with_(b=BIAS)}
        populations = [Population(name=name, size=self.circuits, neuron=model) for name, model in models.items()]
        begins = BEGINS[min(BEGINS, key=lambda mode: abs(mode - self.coherence))]
        populations.append(locus_coeruleus(self.circuits, self.coherence, begins))
        wiring = wired(COUPLING | {("lc", name): self.release for name in models})
        ports = {
            "target": Port(population="target", way="in", kind="feedforward", receptor="rate"),
            "distractor": Port(population="distractor", way="in", kind="feedforward", receptor="rate"),
            "arousal": Port(population="lc", way="in", kind="modulatory", receptor="rate"),
            "response": Port(population="response", way="out", kind="feedforward"),
            "noradrenaline": Port(population="lc", way="out", kind="modulatory"),
        }
        return Region(populations=tuple(populations), projections=wiring, ports=ports)


def shown(region: str, target: Any, distractor: Any, during: tuple[Any, Any]) -> list[CurrentInput]:
    """Return a stimulus: the input of both decision units, a third of which reaches the other one.

    Parameters
    ----------
    region
        Name of a region of type `Gilzenrat2002`.
    target, distractor
        Strength in each circuit, shape (circuits,); 1 is the paper's.
    during
        Beginning and end.
    """
    one, other = np.asarray(target, dtype=float), np.asarray(distractor, dtype=float)
    inputs = {"target": one + CROSSTALK * other, "distractor": other + CROSSTALK * one}
    span = window(during)
    return [
        CurrentInput(
            target=f"{region}.{name}",
            waveform=Step(amplitude=Values(values, DIMENSIONLESS)),
            during=span,
            name=f"{name} at {span[0]}",
        )
        for name, values in inputs.items()
    ]


def arousal(region: str, drive: Any) -> CurrentInput:
    """Return an input of the locus coeruleus at all times, shape (circuits,), which moves its baseline."""
    values = Values(np.asarray(drive, dtype=float), DIMENSIONLESS)
    return CurrentInput(target=f"{region}.lc", waveform=Step(amplitude=values), name="arousal")


regions.register("Gilzenrat2002", Gilzenrat2002, module=__name__)
