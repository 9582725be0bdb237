"""Pairs of neurons that spike when they are told to: what the pairing protocols share.

A presynaptic spike train is replayed; the postsynaptic neuron is driven over its threshold by a relay. Weights are
counted by the receptor and move nothing, so that every rule sees the same spikes. Rules that read the membrane
potential get a neuron whose spikes have a shape (`aeif_clopath`), all others one that merely spikes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.errors import InputError
from braincore.model import (
    BrainSpec,
    Connector,
    LearningRule,
    NeuronModel,
    OneToOne,
    SpikeTrains,
    SynapseModel,
    neurons,
    synapses,
)
from braincore.model.parameter import published
from braincore.model.target_state import target_state
from braincore.study.protocols._base import Outcome, Row, Trial
from braincore.units import Quantity

if TYPE_CHECKING:
    from braincore.study.protocols._bench import Simulated

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]
PROJECTION = "plastic"
START = 0.5
OURS = "ours: nothing of the membrane matters but that it spikes when it is told"
PULSE = SynapseModel(
    name="pulse",
    purpose="A current of one time step (with Euler's method).",
    weight="A",
    equations="dg/dt = -g/dt : amp",
    current="g",
    on_pre="g += w",
)
REWARD = published(
    "reward",
    "0.5",
    "rise of dopamine by a reward, for rules with a third factor",
    "Izhikevich 2007, Cereb Cortex 17:2443",
    "0",
    "10",
)
"""A setting of the protocols that reward."""
_HEARD = {
    "dopamine": synapses.get("neuromodulator"),
    "plastic": SynapseModel(
        name="counted",
        purpose="Counts what arrives and moves nothing.",
        weight="1",
        equations="arrived : 1",
        on_pre="arrived += w",
    ),
}
TOLD = NeuronModel(
    name="told",
    purpose="Spikes in the step after a spike of its relay; synapses that learn do not move it.",
    equations="dv/dt = (E_L - v)/tau_m : volt",
    threshold="v > V_th",
    reset="v = E_L",
    parameters=(
        published("E_L", "-70 mV", "rest", OURS, "-90 mV", "-40 mV"),
        published("tau_m", "20 ms", "membrane time constant", OURS, "1 ms", "100 ms"),
        published("V_th", "-50 mV", "threshold", OURS, "-70 mV", "0 mV"),
    ),
    receptors={"relay": synapses.get("delta"), **_HEARD},
    initial={"v": "E_L"},
    method="exact",
)


def shaped() -> NeuronModel:
    """Return a neuron whose spikes last, with the adaptation that the authors of `clopath2010` ran it with."""
    neuron = neurons.get("aeif_clopath")
    return neuron.with_(b="0.0805 pA", receptors={"relay": PULSE, **_HEARD})


def reads_membrane(rule: LearningRule) -> bool:
    """Tell whether the membrane potential of the target matters to a rule."""
    state = target_state(rule)
    return "v_post" in rule.names or (state is not None and "v" in state.names)


def told(
    trial: Trial,
    pre: Sequence[Steps],
    post: Sequence[Steps],
    *,
    connector: Connector | None = None,
    reward: ArrayLike = (),
    start: object = None,
    until: int = 0,
    snapshots: str = "",
    copies: int = 1,
) -> Simulated:
    """Run synapses between neurons that spike at given steps.

    Parameters
    ----------
    trial
        Its rules, seed, engine and the settings ``dt`` and, where there are rewards, ``reward``.
    pre, post
        The steps at which each source and each target spikes, the latter at least two steps apart.
    connector
        By default one to one.
    reward
        Steps at which dopamine rises at all targets, for rules with a third factor.
    start
        Weights to begin with; one half of the maximum by default.
    until
        The run goes on to this step at least.
    snapshots
        Interval at which the weights are recorded.
    copies
        How many synapses see the same spikes.

    Raises
    ------
    InputError
        The rules do not go with the protocol: they need what it lacks, or spikes of a duration where it has some that
        follow each other faster.
    """
    from braincore.study.protocols._bench import simulate

    dt = trial["dt"]
    pre, post = (list(trains) * copies for trains in (pre, post))
    last = max(until, *(int(s[-1]) + 5 for s in (*pre, *post) if len(s)))
    spec = BrainSpec(duration=Quantity(last * dt, "s"), dt=Quantity(dt, "s"), seed=trial.seed)
    spec.add("pre", len(pre), "spike_source")
    spec.add("relay", len(post), "spike_source")
    shape = any(map(reads_membrane, trial.rules))
    spec.add("post", len(post), shaped() if shape else TOLD)
    spec.stimulate("pre", _trains(pre, dt))
    spec.stimulate("relay", _trains([s - 1 for s in post], dt))
    spec.connect("relay", "post", OneToOne(), weight="1e6 pA" if shape else "100 mV", receptor="relay")
    if np.size(reward) and any(rule.modulators for rule in trial.rules):
        spec.add("reward", 1, "spike_source")
        spec.stimulate("reward", _trains([np.asarray(reward)], dt))
        spec.connect("reward", "post", weight=Quantity(trial["reward"]), receptor="dopamine")
    bounds = ("0", "1") if any(rule.term == "long" for rule in trial.rules) else None
    spec.connect(
        "pre",
        "post",
        connector or OneToOne(),
        weight=f"{START}" if start is None else start,
        receptor="plastic",
        rules=trial.rules,
        bounds=bounds,
        name=PROJECTION,
    )
    if snapshots:
        from braincore.model import Weights

        spec.record(weights=(Weights(projection=PROJECTION, interval=snapshots),))
    done = simulate(spec, trial.engine)
    if shape and not np.array_equal(done.counts("post"), [len(s) for s in post]):
        names = " and ".join(rule.name for rule in trial.rules if reads_membrane(rule))
        message = f"spikes of this protocol follow each other faster than those that {names} needs, which last"
        raise InputError(message)
    return done


def _trains(steps: Sequence[Steps], dt: float) -> SpikeTrains:
    return SpikeTrains(
        times=np.concatenate([np.asarray(s) for s in steps]) * dt,
        neurons=np.repeat(np.arange(len(steps)), [len(s) for s in steps]),
    )


def weights(run: Simulated, copies: int = 1) -> Floats:
    """Return the weights at the end, in maxima: means over the copies of each."""
    means: Floats = run.built.weights(PROJECTION).reshape(copies, -1).mean(axis=0)
    return means


def outcome(run: Simulated, rows: Sequence[Row]) -> Outcome:
    """Return the outcome of one run."""
    return Outcome(rows=tuple(rows), seconds=run.seconds, spikes=run.spikes, events=run.events)


def poisson_steps(rng: np.random.Generator, rate: float, seconds: float, dt: float, *, first: int = 2) -> Steps:
    """Return the steps of a Poisson train, at least two steps apart."""
    count = rng.poisson(rate * seconds)
    found = np.unique(first + np.floor(rng.random(count) * seconds / dt).astype(np.int64))
    return found[np.concatenate([[True], np.diff(found) > 1])] if found.size else found
