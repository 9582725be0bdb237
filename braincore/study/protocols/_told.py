"""Pairs of neurons that spike when they are told to: what the pairing protocols share.

A presynaptic spike train is replayed; the postsynaptic neuron is driven over its threshold by a relay one step before
each spike. Weights are counted by the receptor and move nothing, so that every rule sees the same spikes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.model import BrainSpec, Connector, NeuronModel, OneToOne, SpikeTrains, SynapseModel, synapses
from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Row, Trial
from braincore.units import Quantity

if TYPE_CHECKING:
    from braincore.study.protocols._bench import Simulated

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]
PROJECTION = "plastic"
START = 0.5
OURS = "ours: nothing of the membrane matters but that it spikes when it is told"
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
    receptors={
        "relay": synapses.get("delta"),
        "dopamine": synapses.get("neuromodulator"),
        "plastic": SynapseModel(
            name="counted",
            purpose="Counts what arrives and moves nothing.",
            weight="1",
            equations="arrived : 1",
            on_pre="arrived += w",
        ),
    },
    initial={"v": "E_L"},
    method="exact",
)


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
        Its rules, seed, engine and the setting ``dt``.
    pre, post
        The steps at which each source and each target spikes, the latter at least two steps apart.
    connector
        By default one to one.
    reward
        Steps at which dopamine rises by 0.5 at all targets, for rules with a third factor.
    start
        Weights to begin with; one half of the maximum by default.
    until
        The run goes on to this step at least.
    snapshots
        Interval at which the weights are recorded.
    copies
        How many synapses see the same spikes.
    """
    from braincore.study.protocols._bench import simulate

    dt = trial["dt"]
    pre, post = (list(trains) * copies for trains in (pre, post))
    last = max(until, *(int(s[-1]) + 5 for s in (*pre, *post) if len(s)))
    spec = BrainSpec(duration=Quantity(last * dt, "s"), dt=Quantity(dt, "s"), seed=trial.seed)
    spec.add("pre", len(pre), "spike_source")
    spec.add("relay", len(post), "spike_source")
    spec.add("post", len(post), TOLD)
    spec.stimulate("pre", _trains(pre, dt))
    spec.stimulate("relay", _trains([s - 1 for s in post], dt))
    spec.connect("relay", "post", OneToOne(), weight="100 mV", receptor="relay")
    if np.size(reward) and any(rule.modulators for rule in trial.rules):
        spec.add("reward", 1, "spike_source")
        spec.stimulate("reward", _trains([np.asarray(reward)], dt))
        spec.connect("reward", "post", weight="0.5", receptor="dopamine")
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
    return simulate(spec, trial.engine)


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
