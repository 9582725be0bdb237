"""Dopamine plasticity of LIFAT networks: resource, tight sequences, reward, stability, conserved sums."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.model import AllToAll, NeuronModel, SpikeTrains, SynapseModel, learning_rules, synapses
from braincore.model.values import Values
from braincore.units import DIMENSIONLESS
from tests.build.built_runs import a_brain, parameters, run

DRIVEN = NeuronModel(
    name="driven",
    equations="dx/dt = -x/tau : 1",
    threshold="x > 5",
    reset="x = 0",
    parameters=parameters(tau="20 ms"),
    receptors={
        "drive": synapses.get("delta"),
        "reward": synapses.get("reward"),
        "plastic": SynapseModel(name="counted", weight="1", equations="arrived : 1", on_pre="arrived += w"),
    },
    membrane="x",
    method="euler",
)
"""Spikes in the step after a spike of its driver."""


def reached(
    rule_name: str,
    pre: list[list[int]],
    post: list[int],
    rewards: list[tuple[int, float]],
    start: list[float],
    **constants: object,
):
    """Return the weights (maximum 5) that synapses of one neuron reach; steps of 1 ms."""
    last = max([*post, *(s for train in pre for s in train), *(s for s, _ in rewards)]) + 3
    spec = a_brain(f"{last} ms", dt="1 ms")
    n = len(pre)
    spec.add("pre", n, "spike_source")
    spec.add("driver", 1, "spike_source")
    spec.add("post", 1, DRIVEN)
    times = np.concatenate([np.asarray(train) for train in pre]) * 1e-3
    spec.stimulate("pre", SpikeTrains(times=times, neurons=np.repeat(np.arange(n), [len(train) for train in pre])))
    spec.stimulate("driver", SpikeTrains(times=(np.asarray(post) - 1) * 1e-3, neurons=np.zeros(len(post), dtype=int)))
    spec.connect("driver", "post", AllToAll(), weight="10", receptor="drive")
    for k, (at, size) in enumerate(rewards):
        spec.add(f"reward{k}", 1, "spike_source")
        spec.stimulate(f"reward{k}", SpikeTrains(times=[at * 1e-3], neurons=[0]))
        spec.connect(f"reward{k}", "post", AllToAll(), weight=f"{size}", receptor="reward")
    rule = learning_rules.get(rule_name).with_(constants)
    weight = Values(np.asarray(start), DIMENSIONLESS)
    spec.connect(
        "pre", "post", AllToAll(), weight=weight, receptor="plastic", rules=rule, bounds=("0", "5"), name="plastic"
    )
    done = run(spec, runs_on="cpp")
    assert done.train("post", 0).tolist() == post
    return done


def resource(w: np.ndarray) -> np.ndarray:
    return (w / 5) / (1 - w / 5)


def weight(resources: np.ndarray) -> np.ndarray:
    return 5 * np.maximum(resources, 0) / (1 + np.maximum(resources, 0))


def test_a_sequence_is_learned_once() -> None:
    """Two spikes 5 ms apart are one sequence: d_H once, for synapses from 21 ms before it until its last spike."""
    pre = [[79], [80], [90], [103], [104], [106], [130]]
    start = [2.0] * len(pre)
    done = reached("kiselev2022_two_factor", pre, [100, 105, 140], [], start, d_H=0.3, conserve=0)
    once, twice = weight(resource(np.array(2.0)) + 0.3), weight(resource(np.array(2.0)) + 0.6)
    # 106 comes after the first sequence and within 21 ms before no other; 130 is before the second
    np.testing.assert_allclose(done.built.weights("plastic"), [once, once, once, once, once, 2.0, once], rtol=1e-12)
    assert once < twice < 5


def test_reward_acts_on_synapses_that_were_active() -> None:
    """Two factors: whoever had a spike within 50 ms; the target need not fire. Punishment takes, below zero too."""
    pre = [[40], [59], [60], [90], [109]]
    for size in (0.7, -3.0):
        done = reached("kiselev2022_two_factor", pre, [2], [(110, size)], [2.0] * 5, conserve=0)
        changed = weight(resource(np.array(2.0)) + size)
        np.testing.assert_allclose(done.built.weights("plastic"), [2, 2, changed, changed, changed], rtol=1e-12)


def test_three_factors_need_the_target_to_fire() -> None:
    """Three factors: whoever took part in the last sequence, if the target spiked within 50 ms."""
    pre = [[60], [95], [120]]
    for reward_at, moved in ((130, True), (151, False)):
        done = reached("kiselev2022_three_factor", pre, [100], [(reward_at, 0.7)], [2.0] * 3, conserve=0)
        changed = weight(resource(np.array(2.0)) + 0.7) if moved else 2.0
        np.testing.assert_allclose(done.built.weights("plastic"), [2.0, changed, 2.0], rtol=1e-12)


def test_stability_resists() -> None:
    """Rewards of 1 at r = 1: the second acts by 2^-2 (three factors)."""
    done = reached("kiselev2022_three_factor", [[95]], [100], [(110, 1.0), (120, 1.0)], [2.0], conserve=0, r=1)
    expected = weight(resource(np.array(2.0)) + 1 + 0.25)
    np.testing.assert_allclose(done.built.weights("plastic"), [expected], rtol=1e-12)


def test_resources_keep_their_sum() -> None:
    """What one synapse gains all lose, so that the sum of resources is what it was."""
    start = np.array([1.0, 2.0, 3.0, 4.0])
    done = reached("kiselev2022_two_factor", [[100], [10], [10], [10]], [2], [(110, 0.8)], start.tolist())
    resources = resource(start) + np.array([0.8, 0, 0, 0]) - 0.2
    np.testing.assert_allclose(done.built.weights("plastic"), weight(resources), rtol=1e-9)


def test_a_target_without_reward_is_told_what_to_add() -> None:
    spec = a_brain()
    spec.add("X", 2, "spike_source")
    spec.add("R", 2, "lifat")
    rule = learning_rules.get("kiselev2022_two_factor")
    spec.connect("X", "R", AllToAll(), weight="1", receptor="exc", rules=rule, bounds=("0", "5"))
    with pytest.raises(InputError, match=r"needs a receptor 'reward' on 'R'.*reward: reward"):
        spec.resolve()
