r"""Locus coeruleus and the attentional blink: Nieuwenhuis et al. (2005).

Items come every 100 ms: distractors, and among them two targets. Units for either target (`first`, `second`) and one
for all distractors integrate and compete; those of targets drive a unit of response each, and the locus coeruleus
(`lc`), whose noradrenaline sets the gain of all of them, :math:`g = G + k u`:

.. math::
    \tau_x \dot x_i &= -x_i + 1.5\, s_i + \tfrac13 \sum_{j \ne i} s_j + 2.5\, f_i - \sum_{j \ne i} f_j + \text{noise} \\
    \tau_x \dot y_i &= -y_i + 3.5\, f_i + 2\, f(y_i) + \text{noise}, \qquad I_{LC} = 0.3\,(f_1 + f_2)

(units and locus coeruleus are those of Gilzenrat et al. 2002: `gilzenrat2002`, `gilzenrat2002_lc`, here with a bias of
1.75 and :math:`C` = 0.9). The first target makes the locus coeruleus burst, and for 200 to 300 ms afterwards no second
one does: a target in that time lacks the gain. One that follows at once still finds the noradrenaline of the first.

Any number of circuits run side by side, for as many trials at once. One unit of the paper's time is 50 ms. Gain follows
noradrenaline with the time step (1 ms), and is :math:`G` in the first.

Source: Nieuwenhuis S, Gilzenrat MS, Holmes BD, Cohen JD (2005) J Exp Psychol Gen 134:291-307,
doi:10.1037/0096-3445.134.3.291, constants as in PsyNeuLink's script of the model. That gain multiplies the input less
the bias is as in Gilzenrat et al.; if it left the bias out there would be no burst. That an activity of a response unit
above 0.66 within 400 ms is a report is ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

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
from braincore.units import DIMENSIONLESS, Quantity

_SOURCE = "Nieuwenhuis et al. 2005, J Exp Psychol Gen 134:291, as PsyNeuLink's script"
ITEM, BEFORE = 0.1, 3
"""Seconds of an item, and how many distractors come before the first target."""
BIAS, COHERENCE = 1.75, 0.9
OWN, CROSSTALK = 1.5, 1 / 3
DECISION = ("first", "second", "distractor")
RESPONSE = {"first": "response_first", "second": "response_second"}
W_SELF, W_OTHER, W_RESPONSE, W_AGAIN, W_LC = 2.5, -1.0, 3.5, 2.0, 0.3
BEGINS = (0.07, 0.14)
"""Activity and release of the locus coeruleus at the beginning."""
THRESHOLD = 0.66
"""Activity of a unit of response that is a report."""


@dataclass(frozen=True, kw_only=True)
class Nieuwenhuis2005(RegionModel):
    """The locus coeruleus and the two targets of Nieuwenhuis et al. 2005.

    Attributes
    ----------
    circuits
        How many run side by side.
    coherence
        How much cells of the locus coeruleus fire together (the paper's C).
    release
        Gain by noradrenaline (the paper's k).
    base
        Gain without noradrenaline (the paper's G).
    noise
        Of all units of decision and response.
    """

    circuits: int = 1
    coherence: float = COHERENCE
    release: float = 1.5
    base: float = 0.5
    noise: float = 0.15

    purpose: ClassVar[str] = "Attentional blink: after one target the locus coeruleus is refractory for the next"
    source: ClassVar[str] = "Nieuwenhuis et al. 2005, J Exp Psychol Gen 134:291, doi:10.1037/0096-3445.134.3.291"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("coherence", "0.9", "cells that fire together", _SOURCE, "0.4", "1"),
        published("release", "1.5", "gain by noradrenaline", _SOURCE, "0", "5"),
        published("base", "0.5", "gain without noradrenaline", _SOURCE, "0", "2"),
        published("noise", "0.15", "noise of decision and response", _SOURCE, "0", "1"),
        published("own", "1.5", "item at its own unit", _SOURCE, "0", "3"),
        published("crosstalk", "0.3333", "item at each other unit", _SOURCE, "0", "1"),
        published("w_self", "2.5", "a decision unit onto itself", _SOURCE, "0", "5"),
        published("w_other", "-1", "a decision unit onto each other one", _SOURCE, "-3", "0"),
        published("w_response", "3.5", "decision onto response", _SOURCE, "0", "10"),
        published("w_again", "2", "response onto itself", _SOURCE, "0", "5"),
        published("w_lc", "0.3", "decision for a target onto locus coeruleus", _SOURCE, "0", "1"),
        published("bias", "1.75", "bias of decision and response", _SOURCE, "0", "5"),
        published("item", "100 ms", "time of an item", _SOURCE, "50 ms", "500 ms"),
        published("threshold", "0.66", "activity that is a report", "ours", "0.5", "1"),
    )

    def __post_init__(self) -> None:
        self.expect(circuits=(1, math.inf), coherence=(0.01, 1), release=(0, 10), base=(0, 10), noise=(0, 10))

    def describe(self) -> Region:
        """Return the units, the locus coeruleus, and their couplings."""
        unit = neurons.get("gilzenrat2002").with_(G=self.base, sigma=self.noise, b=BIAS)
        units = (*DECISION, *RESPONSE.values())
        populations = [Population(name=name, size=self.circuits, neuron=unit) for name in units]
        populations.append(locus_coeruleus(self.circuits, self.coherence, BEGINS))
        ports: dict[str, Any] = {
            name: Port(population=name, way="in", kind="feedforward", receptor="rate") for name in DECISION
        }
        ports |= {name: Port(population=name, way="out", kind="feedforward") for name in RESPONSE.values()}
        ports["arousal"] = Port(population="lc", way="in", kind="modulatory", receptor="rate")
        ports["noradrenaline"] = Port(population="lc", way="out", kind="modulatory")
        return Region(populations=tuple(populations), projections=wired(self.couplings), ports=ports)

    @property
    def couplings(self) -> dict[tuple[str, str], float]:
        """Weights from the first onto the second."""
        found = {(a, b): W_SELF if a == b else W_OTHER for a in DECISION for b in DECISION}
        for decision, response in RESPONSE.items():
            found |= {(decision, response): W_RESPONSE, (response, response): W_AGAIN, (decision, "lc"): W_LC}
        return found | {("lc", unit): self.release for unit in (*DECISION, *RESPONSE.values())}


def stream(region: str, lags: NDArray[np.int64], items: int) -> list[CurrentInput]:
    """Return the items: three distractors, the first target, and after it the second among distractors.

    Parameters
    ----------
    region
        Name of a region of type `Nieuwenhuis2005`.
    lags
        How many items after the first target the second comes in each circuit, shape (circuits,); 0 is never.
    items
        How many there are.
    """
    after = np.asarray(lags)
    found = []
    for item in range(items):
        there = {
            "first": np.full(after.shape, float(item == BEFORE)),
            "second": np.where(after > 0, item == BEFORE + after, False).astype(float),
        }
        there["distractor"] = 1 - there["first"] - there["second"]
        during = (Quantity(item * ITEM, "s"), Quantity((item + 1) * ITEM, "s"))
        for name in DECISION:
            strength = OWN * there[name] + CROSSTALK * (1 - there[name])
            waveform = Step(amplitude=Values(strength, DIMENSIONLESS))
            found.append(
                CurrentInput(target=f"{region}.{name}", waveform=waveform, during=during, name=f"{name}, item {item}")
            )
    return found


regions.register("Nieuwenhuis2005", Nieuwenhuis2005, module=__name__)
