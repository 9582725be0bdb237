r"""Dopamine as a prediction error of reward: the circuit of Schultz, Dayan & Montague (1997), in discrete time.

A cue starts a tapped delay line, whose unit `k` is active `k` steps later. Its synapses on a unit for value learn how
much reward is still to come, and dopamine units tell by how much that was wrong:

.. math:: V(t) = \sum_k w_k\,x_k(t), \qquad \delta(t) = r(t) + \gamma\,V(t + 1) - V(t), \qquad
          w_k \leftarrow w_k + \alpha\,\delta(t)\,x_k(t)

At first dopamine answers the reward; with every trial its answer begins one step earlier, until it comes at the cue,
whose time nothing predicts. A reward that is due and does not come leaves a dip. For a reward of 1, `n` steps after
the cue, the answer to the cue ends at :math:`\gamma^n` and the dip at -1.

The difference of two values is made by wiring: value excites dopamine units at once (by :math:`\gamma`) and inhibits
them one step later, through `before`. All units are `step_unit`s. The step of the model is the time step of the brain,
0.1 s in the program that the numbers are from; :math:`\delta(t)` is the activity of `dopamine` three steps after `t`.
Any number of circuits run side by side, unit `i` of each population in circuit `i`.

Numbers: :math:`\gamma` = 0.99, :math:`\alpha` = 0.8, cue in step 11 and reward in step 23 of 31.

Source: Schultz W, Dayan P, Montague PR (1997) Science 275:1593-1599, doi:10.1126/science.275.5306.1593; discount, rate
of learning and times of a public program of the model (compneuro-julia, chapter 12).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.circuits._rates import coupled
from braincore.errors import InputError
from braincore.model import (
    CurrentInput,
    EdgeList,
    Parameter,
    Population,
    Port,
    Region,
    RegionModel,
    Samples,
    Values,
    learning_rules,
    neurons,
    regions,
    synapses,
)
from braincore.model.parameter import published
from braincore.units import DIMENSIONLESS

_SOURCE = "Schultz, Dayan & Montague 1997, Science 275:1593"
_PROGRAM = "compneuro-julia, chapter 12, program of the model"
LATENCY = 3
"""Steps from what happens to what dopamine units make of it."""
STEPS, CUE, REWARD = 31, 10, 22
"""Steps of a trial; the steps of cue and reward, counted from 0."""
LEARNED = "prediction"


@dataclass(frozen=True, kw_only=True)
class SchultzDayanMontague1997(RegionModel):
    """Prediction errors of reward as Schultz, Dayan & Montague 1997 read them from dopamine neurons.

    Attributes
    ----------
    circuits
        How many run side by side.
    taps
        Length of the delay line: for how many steps a cue is remembered.
    alpha, gamma
        Rate of learning, and discount of a step.
    decay
        What an eligibility keeps from step to step; 0 is TD(0), the paper's.
    broadcast
        Strength of dopamine at the synapses that learn; 0 is an ablation.
    """

    circuits: int = 1
    taps: int = 20
    alpha: float = 0.8
    gamma: float = 0.99
    decay: float = 0.0
    broadcast: float = 1.0

    purpose: ClassVar[str] = "Reward prediction errors of dopamine neurons by temporal differences (VTA, SNc)"
    source: ClassVar[str] = "Schultz, Dayan & Montague 1997, Science 275:1593-1599, doi:10.1126/science.275.5306.1593"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("alpha", "0.8", "rate of learning", _PROGRAM, "0", "1"),
        published("gamma", "0.99", "discount of a step", _PROGRAM, "0", "1"),
        published("taps", "20", "steps for which a cue is remembered", _PROGRAM, "1", "1000"),
        published("cue", "11", "step of the cue in a trial of 31", _PROGRAM, "1", "31"),
        published("reward", "23", "step of the reward", _PROGRAM, "1", "31"),
    )

    def __post_init__(self) -> None:
        share, count = (0, 1), (1, math.inf)
        self.expect(circuits=count, taps=count, alpha=share, gamma=share, decay=share, broadcast=share)

    def describe(self) -> Region:
        """Return the delay line, the units for value, reward and error, and how they are wired."""
        unit = neurons.get("step_unit")
        taught = replace(unit, receptors={**unit.receptors, "dopamine": synapses.get("modulation")})
        sizes = {"traces": self.circuits * self.taps}
        sizes |= dict.fromkeys(("value", "before", "reward", "relay", "dopamine"), self.circuits)
        later = np.arange(self.circuits * (self.taps - 1), dtype=np.int32)
        line = EdgeList(pre=later, post=later + self.circuits)
        rule = learning_rules.get("sutton1988").with_(alpha=self.alpha, decay=self.decay)
        return Region(
            populations=tuple(
                Population(name=name, size=size, neuron=taught if name == "value" else unit)
                for name, size in sizes.items()
            ),
            projections=(
                *([coupled("traces", "traces", 1.0, connector=line)] if later.size else []),
                coupled("traces", "value", 0.0, connector=self._onto_value(), rules=(rule,), name=LEARNED),
                coupled("value", "dopamine", self.gamma),
                coupled("value", "before", 1.0),
                coupled("before", "dopamine", -1.0),
                coupled("reward", "relay", 1.0),
                coupled("relay", "dopamine", 1.0),
                coupled("dopamine", "value", self.broadcast, receptor="dopamine"),
            ),
            ports={
                "cue": Port(population=f"traces[0:{self.circuits}]", way="in", receptor="rate"),
                "reward": Port(population="reward", way="in", receptor="rate"),
                "value": Port(population="value", way="out"),
                "dopamine": Port(population="dopamine", way="out", kind="modulatory"),
            },
        )

    def _onto_value(self) -> EdgeList:
        """Return synapses from every unit of a delay line onto the value of its circuit; taps vary slowest."""
        every = np.arange(self.circuits * self.taps, dtype=np.int32)
        return EdgeList(pre=every, post=every % self.circuits)

    def weights(self, recorded: NDArray[Any]) -> NDArray[Any]:
        """Return recorded weights of `LEARNED`, shape (..., synapses), as (..., taps, circuits)."""
        return recorded.reshape(*recorded.shape[:-1], self.taps, self.circuits)


def trials(
    region: str,
    rewards: Sequence[float],
    step: Any,
    *,
    circuits: int = 1,
    cue: int = CUE,
    reward: int = REWARD,
    steps: int = STEPS,
) -> list[CurrentInput]:
    """Return the cues and rewards of trials that follow each other.

    Parameters
    ----------
    region
        Name of a region of type `SchultzDayanMontague1997`.
    rewards
        Of each trial; 0 is an omission.
    step
        Time step of the brain.
    circuits
        Of the region.
    cue, reward
        Their steps in a trial, from 0.
    steps
        Of a trial.
    """
    if not 0 <= cue < reward < steps:
        raise InputError(f"a cue in step {cue} and a reward in step {reward} of {steps}")
    cues, given = np.zeros((len(rewards), steps)), np.zeros((len(rewards), steps))
    cues[:, cue] = 1
    given[:, reward] = rewards
    targets = {f"{region}.traces[0:{circuits}]": (cues, "cue"), f"{region}.reward": (given, "reward")}
    return [
        CurrentInput(target=to, waveform=Samples(values=Values(row.reshape(-1), DIMENSIONLESS), interval=step), name=n)
        for to, (row, n) in targets.items()
    ]


def errors(dopamine: NDArray[Any], steps: int = STEPS) -> NDArray[np.float64]:
    """Return prediction errors by the step that they are about, shape (trials, steps, circuits).

    Parameters
    ----------
    dopamine
        Activity of the units at every time step, shape (times, circuits), for `LATENCY` steps longer than the trials.
    steps
        Of a trial.
    """
    later = np.asarray(dopamine, dtype=np.float64)[LATENCY:]
    count = len(later) // steps
    return later[: count * steps].reshape(count, steps, -1)


regions.register("SchultzDayanMontague1997", SchultzDayanMontague1997, module=__name__)
