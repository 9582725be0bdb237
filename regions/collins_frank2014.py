r"""Opponent actor learning (OpAL): choices by Go and NoGo pathways of the striatum, Collins & Frank (2014).

Agents choose again and again between two actions. A critic learns what to expect, dopamine tells the error, and an
actor with two weights for each action, Go (D1) and NoGo (D2), learns from it in opposite directions,

.. math:: \delta = r - V, \quad V \leftarrow V + \alpha_c\,\delta, \quad
          G_a \leftarrow G_a + \alpha_a G_a \delta, \quad N_a \leftarrow N_a - \alpha_a N_a \delta

for the action `a` that was chosen. The choice is drawn from

.. math:: P(1) = \frac{1}{1 + e^{-(A_1 - A_2)}}, \qquad A_a = \beta\,(1 + \rho)\,G_a - \beta\,(1 - \rho)\,N_a

where :math:`\rho` is tonic dopamine: more of it weighs what was gained, less what was lost.

Each population has one unit for each agent, or two, those of action 1 first; any number of agents run side by side.
All units work in time steps (`step_unit`): `context` is on throughout; `go`, `nogo` and `critic` give their weights;
`choice` is drawn anew when asked (1, or -1 for action 2) and held; `arms` pay, each with its own probability, where
they were chosen; `dopamine` tells the error of the moment of the outcome. `bandit` gives a task; a trial takes six
steps.

:math:`G` and :math:`N` begin at 1. Without annealing, which is left out, both shrink over hundreds of trials, as the
paper says.

Source: Collins AGE, Frank MJ (2014) Psychol Rev 121:337-366, doi:10.1037/a0037015. Two actions and one context; rates
of learning and temperature are ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from braincore.errors import InputError
from braincore.model import (
    CurrentInput,
    EdgeList,
    LearningRule,
    NeuronModel,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    Samples,
    Step,
    SynapseModel,
    Values,
    learning_rules,
    neurons,
    regions,
    synapses,
)
from braincore.model.parameter import published
from braincore.units import DIMENSIONLESS, Quantity

_SOURCE = "Collins & Frank 2014, Psychol Rev 121:337, doi:10.1037/a0037015"
_FREE = "free in the theory"
TRIAL, ASKED, OUTCOME = 6, 3, 5
"""Steps of a trial; the steps in which a choice is asked for and its outcome is told.

What a choice was and what dopamine said of it can be read as the next trial begins, the weights after it one later.
"""
ACTIONS = 2

EFFERENCE = SynapseModel(
    name="efference",
    purpose="Tells cells of an action that it was chosen; gives no current.",
    source=_SOURCE,
    weight="1",
    equations="a = clip(total, 0, 1) : 1",
    transmission="w*v_pre",
)


def _unit(name: str, purpose: str, equations: str) -> NeuronModel:
    return replace(neurons.get("step_unit"), name=name, purpose=purpose, source=_SOURCE, equations=equations)


CHOICE = _unit(
    "binary_choice",
    "Draws 1 or -1 by a logistic function of its input when a stimulus asks, and holds it.",
    """
    dr/dt = I_ext*(2*int(u < 1/(1 + exp(-I_syn))) - 1 - r)/dt : 1
    u = rand() : 1 (constant over dt)
    """,
)
ARM = _unit(
    "bandit_arm",
    "Pays 1 with the probability that a stimulus says, while it is chosen.",
    """
    dr/dt = (clip(I_syn, 0, 1)*int(u < I_ext) - r)/dt : 1
    u = rand() : 1 (constant over dt)
    """,
)
ERROR = _unit(
    "outcome_error",
    "Passes on its input of the step before if a stimulus says that it is the moment of the outcome.",
    "dr/dt = (I_ext*I_syn - r)/dt : 1",
)


@dataclass(frozen=True, kw_only=True)
class CollinsFrank2014(RegionModel):
    """The opponent actor of Collins & Frank 2014, with its critic.

    Attributes
    ----------
    agents
        How many learn side by side.
    alpha_c, alpha_a
        Rates of learning of critic and actor.
    beta
        How sharply weights decide.
    rho
        Tonic dopamine, from -1 to 1.
    value
        What the critic expects at first.
    go, nogo
        Whether the weights of a pathway learn: ablations.
    """

    agents: int = 1
    alpha_c: float = 0.1
    alpha_a: float = 0.1
    beta: float = 3.0
    rho: float = 0.0
    value: float = 0.0
    go: bool = True
    nogo: bool = True

    purpose: ClassVar[str] = "Reward learning by opponent Go and NoGo pathways of the striatum, taught by dopamine"
    source: ClassVar[str] = _SOURCE
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("alpha_c", "0.1", "rate of learning of the critic", _FREE, "0", "1"),
        published("alpha_a", "0.1", "rate of learning of the actor", _FREE, "0", "1"),
        published("beta", "3", "how sharply weights decide", _FREE, "0", "100"),
        published("rho", "0", "tonic dopamine", _SOURCE, "-1", "1"),
        published("weight", "1", "Go and NoGo weights at first", _SOURCE, "0", "10"),
    )

    def __post_init__(self) -> None:
        share = (0, 1)
        self.expect(
            agents=(1, math.inf), alpha_c=share, alpha_a=share, beta=(0, math.inf), rho=(-1, 1), value=(-10, 10)
        )

    def describe(self) -> Region:
        """Return critic, actor, choice, arms and dopamine, and how they are wired."""
        unit, modulation = neurons.get("step_unit"), synapses.get("modulation")
        taught = replace(unit, receptors={**unit.receptors, "dopamine": modulation})
        actor = replace(taught, receptors={**taught.receptors, "action": EFFERENCE})
        models = {
            "context": unit, "critic": taught, "go": actor, "nogo": actor, "choice": CHOICE, "arms": ARM,
            "dopamine": ERROR,
        }  # fmt: skip
        return Region(
            populations=tuple(
                Population(name=name, size=self._size(name), neuron=model) for name, model in models.items()
            ),
            projections=(*self._learned(), *self._fixed()),
            ports={
                "context": Port(population="context", way="in", receptor="rate"),
                "choice": Port(population="choice", way="out"),
                "dopamine": Port(population="dopamine", way="out", kind="modulatory"),
            },
        )

    def _size(self, population: str) -> int:
        return self.agents * (ACTIONS if population in ("go", "nogo", "arms") else 1)

    def _learned(self) -> list[Projection]:
        """Return the weights of critic and actor, called `V`, `G` and `N`."""
        critic = learning_rules.get("sutton1988").with_(alpha=self.alpha_c)
        found = [self._wires("context", "critic", self.value, name="V", rules=(critic,))]
        for name, target, learns in (("G", "go", self.go), ("N", "nogo", self.nogo)):
            rule = learning_rules.get(f"collins_frank2014_{target}").with_(alpha=self.alpha_a)
            found.append(self._wires("context", target, 1.0, name=name, rules=(rule,) if learns else ()))
        return found

    def _fixed(self) -> list[Projection]:
        go, nogo = self.beta * (1 + self.rho), -self.beta * (1 - self.rho)
        return [
            self._wires("go", "choice", go, other=-go),
            self._wires("nogo", "choice", nogo, other=-nogo),
            self._wires("choice", "arms", 1.0, other=-1.0),
            self._wires("arms", "dopamine", 1.0),
            self._wires("critic", "dopamine", -1.0),
            *(self._wires("choice", name, 1.0, other=-1.0, receptor="action") for name in ("go", "nogo")),
            *(self._wires("dopamine", name, 1.0, receptor="dopamine") for name in ("critic", "go", "nogo")),
        ]

    def _wires(
        self,
        source: str,
        target: str,
        weight: float,
        *,
        other: float | None = None,
        receptor: str = "rate",
        name: str = "",
        rules: tuple[LearningRule, ...] = (),
    ) -> Projection:
        """Return synapses within each agent; `other` is the weight of those of action 2, if it is another."""
        size = max(self._size(source), self._size(target))
        every = np.arange(size, dtype=np.int32)
        weights = np.full(size, weight)
        weights[self.agents :] = weight if other is None else other
        return Projection(
            source=source,
            target=target,
            connector=EdgeList(pre=every % self._size(source), post=every % self._size(target)),
            weight=Values(weights, DIMENSIONLESS),
            receptor=receptor,
            name=name,
            rules=rules,
        )


def bandit(region: str, probabilities: ArrayLike, step: Any, agents: int = 1) -> list[CurrentInput]:
    """Return what makes the trials of a two-armed bandit.

    Parameters
    ----------
    region
        Name of a region of type `CollinsFrank2014`.
    probabilities
        Of a reward of 1 for each action in each trial, shape (trials, 2).
    step
        Time step of the brain; a trial takes six.
    agents
        Of the region.
    """
    chances = np.asarray(probabilities, dtype=np.float64)
    if chances.ndim != 2 or chances.shape[1] != ACTIONS or not ((chances >= 0) & (chances <= 1)).all():
        raise InputError(f"probabilities of shape {chances.shape}", hint="From 0 to 1, a row of two for each trial")
    moments = np.zeros((2, len(chances), TRIAL))
    moments[0, :, ASKED] = moments[1, :, OUTCOME] = 1
    inputs = {"choice": moments[0], "dopamine": moments[1]}
    inputs |= {f"arms[{k * agents}:{(k + 1) * agents}]": np.repeat(chances[:, k], TRIAL) for k in range(ACTIONS)}
    on = CurrentInput(target=f"{region}.context", waveform=Step(amplitude=Quantity(1.0, "1")), name="context")
    return [
        on,
        *(
            CurrentInput(
                target=f"{region}.{target}",
                waveform=Samples(values=Values(row.reshape(-1), DIMENSIONLESS), interval=step),
                name=f"{target} of {region}",
            )
            for target, row in inputs.items()
        ),
    ]


regions.register("CollinsFrank2014", CollinsFrank2014, module=__name__)
