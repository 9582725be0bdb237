r"""Learned predictions in time: a memory of what came when, and units that predict what comes next from it.

Each channel (a tone) leaves a trace that travels along a chain of leaky units, one after the other, and is gone at its
end: a tapped delay line (de Vries & Principe 1992).

.. math:: \tau\,\dot x_1 = -x_1 + V, \qquad \tau\,\dot x_n = -x_n + x_{n-1}

The memory units that a trace reaches after `lag` or later, those of all channels, project to every predicting unit:
what is there now does not predict itself. These weights learn by the `delta_rule`: what arrives on the port
``too_much`` (positive prediction errors) raises, what arrives on ``too_little`` (negative ones) lowers what the memory
predicts. With the circuits of `HertaegClopath2022` in the loop
(`loop`), predictions become the mean of what follows, at the time at which it follows.

The region is a part for studies of mismatch, in the spirit of Wacongne et al. (2012), whose program and constants we
do not have: memory of the last tones predicts the next, and error units learn and report. Sizes and constants are ours.

Sources: de Vries B, Principe JC (1992) Neural Networks 5:565-576, doi:10.1016/S0893-6080(05)80035-8 (memory);
Wacongne C, Changeux JP, Dehaene S (2012) J Neurosci 32:3665-3678, doi:10.1523/JNEUROSCI.5003-11.2012 (idea).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.circuits._rates import coupled
from braincore.errors import InputError
from braincore.model import (
    EdgeList,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    SynapseModel,
    learning_rules,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.units import FREQUENCY, TIME, Quantity

ERROR = SynapseModel(
    name="error",
    purpose="Weighted sum of the rates of error neurons for rules that learn from it; gives no input.",
    source="Widrow & Hoff 1960, IRE WESCON Conv Rec 4:96-104",
    weight="1",
    equations="missing = total : 1",
    transmission="w*v_pre",
)
"""The receptor by which errors teach."""
LEARNED = "memory to predicted"
"""Name of the projection that learns, within the region."""
FEEDBACK = "predictions to error circuits"
"""Name of the projection that brings predictions back."""


@dataclass(frozen=True, kw_only=True)
class TimedPrediction(RegionModel):
    """A tapped delay line of past events, and units that learn to predict from it.

    Attributes
    ----------
    channels
        How many things (tones) there are.
    circuits
        How many run side by side, with `channels` channels each.
    length
        Units of the chain of each.
    span
        Time that the trace takes along the chain: the sum of the units' time constants.
    lag
        Age of the youngest memory that predictions are made from.
    eta
        Rate of learning.
    trace
        Time constant of the trace that waits for the error neurons.
    """

    channels: int = 2
    circuits: int = 1
    length: int = 40
    span: Any = "400 ms"
    lag: Any = "150 ms"
    eta: Any = "0.01 Hz"
    trace: Any = "20 ms"

    purpose: ClassVar[str] = "Memory of past events along a delay line, and units that learn to predict the next"
    source: ClassVar[str] = "ours; memory of de Vries & Principe 1992, doi:10.1016/S0893-6080(05)80035-8"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("span", "400 ms", "time that a trace takes along the chain", "ours", "10 ms", "10 s"),
        published("lag", "150 ms", "age of the youngest memory that predicts", "ours", "0 ms", "10 s"),
        published("eta", "0.01 Hz", "rate of learning", "ours", "0 Hz", "10 Hz"),
        published("trace", "20 ms", "time constant of the trace of the rule", "ours", "0.1 ms", "1 s"),
        published("tau", "2 ms", "time constant of predicting units", "as of interneurons", "0.5 ms", "20 ms"),
    )

    def __post_init__(self) -> None:
        self.expect(channels=(1, math.inf), circuits=(1, math.inf), length=(1, math.inf))
        self.quantities(span=TIME, lag=TIME, eta=FREQUENCY, trace=TIME)
        self.positive("span", "trace")
        self.positive("eta", zero=True)
        if not 0 <= self.lag.si < self.span.si:
            raise InputError(f"lag {self.lag}", path="lag", hint=f"From 0 to less than the span, {self.span}")

    @property
    def index(self) -> NDArray[np.int32]:
        """Places of the memory units, shape (circuits, channels, length)."""
        shape = (self.circuits, self.channels, self.length)
        return np.arange(math.prod(shape), dtype=np.int32).reshape(shape)

    def describe(self) -> Region:
        """Return the memory, what it predicts, and the ports by which errors teach it."""
        unit = neurons.get("hertaeg_clopath2022")
        taught = unit.with_(name="taught", receptors={**unit.receptors, "error": ERROR})
        chain = unit.with_(tau=Quantity(float(self.span.si) / self.length, "s"))
        fast = taught.with_(tau=self.constant("tau"))
        first = {"first": self.index[:, :, 0].ravel()}
        populations = (
            Population(name="memory", size=self.index.size, neuron=chain, groups=first),
            Population(name="predicted", size=self.circuits * self.channels, neuron=fast),
        )
        ports = {
            "events": Port(population="memory[first]", way="in", kind="feedforward", receptor="rate"),
            "too_much": Port(population="predicted", way="in", kind="feedforward", receptor="error"),
            "too_little": Port(population="predicted", way="in", kind="feedforward", receptor="error"),
            "output": Port(population="predicted", way="out", kind="feedback"),
        }
        return Region(populations=populations, projections=(*self._chain(), self._learned()), ports=ports)

    def _chain(self) -> list[Projection]:
        if self.length == 1:
            return []
        along = EdgeList(pre=self.index[..., :-1].ravel(), post=self.index[..., 1:].ravel())
        return [coupled("memory", "memory", 1.0, connector=along)]

    def _learned(self) -> Projection:
        young = math.ceil(float(self.lag.si) / float(self.span.si) * self.length)
        past = self.index[..., min(young, self.length - 1) :].reshape(self.circuits, -1)
        units = np.arange(self.circuits * self.channels, dtype=np.int32).reshape(self.circuits, 1, -1)
        pre, post = np.broadcast_arrays(past[:, :, None], units)
        return coupled(
            "memory",
            "predicted",
            0.0,
            connector=EdgeList(pre=pre.ravel(), post=post.ravel()),
            rules=(learning_rules.get("delta_rule").with_(eta=self.eta, tau_z=self.trace),),
            name=LEARNED,
        )


def loop(errors: str, prediction: str, *, feedback: float = 1.0) -> list[Projection]:
    """Return what connects a region of type `HertaegClopath2022` with one of type `TimedPrediction`, both ways.

    Parameters
    ----------
    errors, prediction
        Names of the regions.
    feedback
        Weight of predictions on the error circuits; 0 leaves them out.
    """
    up = [
        coupled(f"{errors}.sensory", f"{prediction}.memory[first]", 1.0),
        coupled(f"{errors}.positive", f"{prediction}.too_much", 1.0, receptor="error"),
        coupled(f"{errors}.negative", f"{prediction}.too_little", -1.0, receptor="error"),
    ]
    down = coupled(f"{prediction}.output", f"{errors}.prediction", feedback, name=FEEDBACK)
    return [*up, down] if feedback else up


regions.register("TimedPrediction", TimedPrediction, module=__name__)
