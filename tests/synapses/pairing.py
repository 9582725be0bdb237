"""Synapses between given spikes: what the tests of learning rules share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.model import LearningRule, NeuronModel, OneToOne, SpikeTrains, SynapseModel, synapses
from tests.build.built_runs import a_brain, parameters, run

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]
RELAY = NeuronModel(
    name="relay",
    equations="dv/dt = -v/tau_m : 1",
    threshold="v > 1",
    reset="v = 0",
    parameters=parameters(tau_m="20 ms"),
    receptors={
        "drive": synapses.get("delta"),
        "dopamine": synapses.get("neuromodulator"),
        "plastic": SynapseModel(name="counted", weight="1", equations="arrived : 1", on_pre="arrived += w"),
    },
    method="exact",
)
"""Spikes in the step after a spike of its driver; other synapses do not move it."""


def _trains(steps: Sequence[Steps], dt: float) -> SpikeTrains:
    return SpikeTrains(
        times=np.concatenate(steps) * dt * 1e-3, neurons=np.repeat(np.arange(len(steps)), [len(s) for s in steps])
    )


def weights_after(
    rules: Mapping[str, LearningRule],
    pre: Sequence[Any],
    post: Sequence[Any],
    *,
    dt: float = 0.1,
    start: Any = "0.5",
    bounds: tuple[str, str] = ("0", "1"),
    reward: Sequence[int] = (),
    until: int = 0,
    runs_on: str = "cpp",
    neuron: NeuronModel = RELAY,
) -> dict[str, Floats]:
    """Return the weights, shape (pairs,), that each rule makes of spikes that arrive and are emitted at given steps.

    `reward` are steps at which dopamine rises by 0.5 at all targets; the run goes on to the step `until` at least.
    """
    pre, post = [[np.asarray(s, dtype=np.int64) for s in side] for side in (pre, post)]
    assert all((np.diff(s) > 1).all() for s in post), "a relay needs a step between two spikes"
    last = max(until, *(int(s[-1]) + 5 for s in (*pre, *post, reward) if len(s)))
    spec = a_brain(f"{last * dt:.10g} ms", dt=f"{dt} ms")
    n = len(pre)
    spec.add("pre", n, "spike_source")
    spec.add("driver", n, "spike_source")
    spec.add("post", n, neuron)
    spec.stimulate("pre", _trains(pre, dt))
    spec.stimulate("driver", _trains([s - 1 for s in post], dt))
    spec.connect("driver", "post", OneToOne(), weight="10", receptor="drive")
    if len(reward):
        spec.add("reward", 1, "spike_source")
        spec.stimulate("reward", _trains([np.asarray(reward)], dt))
        spec.connect("reward", "post", weight="0.5", receptor="dopamine")
    for name, rule in rules.items():
        spec.connect("pre", "post", OneToOne(), weight=start, receptor="plastic", rules=rule, bounds=bounds, name=name)
    done = run(spec, runs_on=runs_on)
    for k, wanted in enumerate(post):
        assert np.array_equal(done.train("post", k), wanted), "the relay did not spike as it was told"
    return {name: done.built.weights(name) for name in rules}


def event_loop(
    pre: Steps,
    post: Steps,
    *,
    tau: Mapping[str, float],
    on_pre: Callable[[dict[str, float]], None],
    on_post: Callable[[dict[str, float]], None],
    dt: float = 0.1,
    start: float = 0.5,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> float:
    """Return the weight after spikes, by a loop of its own: traces decay (`tau`, ms), pre before post in a step."""
    state = {"w": start, **dict.fromkeys(tau, 0.0)}
    now = 0.0
    for step, side in sorted([*((int(s), 0) for s in pre), *((int(s), 1) for s in post)]):
        for name, constant in tau.items():
            state[name] *= float(np.exp(-(step * dt - now) / constant))
        now = step * dt
        (on_pre, on_post)[side](state)
        state["w"] = min(max(state["w"], bounds[0]), bounds[1])
    return state["w"]
