"""The rule of time-encoding machines finds the weights that made an integrator spike (Adam 2022)."""

from __future__ import annotations

import numpy as np

from braincore.model import AllToAll, NeuronModel, Samples, SynapseModel, learning_rules, synapses
from braincore.model.values import Values
from braincore.units import DIMENSIONLESS, FREQUENCY
from tests.build.built_runs import a_brain, parameters, run

N, M, SECONDS, DT = 8, 3, 10.0, 2e-5
SIGNAL = NeuronModel(
    name="signal", equations="dr/dt = (I - r)/dt : hertz", membrane="r", input="hertz", initial={"r": "0 Hz"},
    method="euler",
)  # fmt: skip
INTEGRATOR = NeuronModel(
    name="integrator",
    equations="dx/dt = (b + I)/tau : hertz",
    threshold="x > theta",
    reset="x -= theta",
    parameters=parameters(b="40 Hz", tau="1 s", theta="1 Hz"),
    receptors={
        "made": synapses.get("rate_coupling"),
        "seen": SynapseModel(name="seen", weight="1", equations="s = total : hertz", transmission="w*v_pre"),
    },
    membrane="x",
    input="hertz",
    method="euler",
)
"""Spikes whenever the integral of its input has grown by 1."""


def signals(seed: int) -> np.ndarray:
    """Return band-limited signals in Hz, shape (N, steps): eight sines below 12 Hz each."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(SECONDS / DT)) * DT
    f, phase, size = rng.uniform(0.5, 12, (N, 8, 1)), rng.uniform(0, 2 * np.pi, (N, 8, 1)), rng.normal(0, 3, (N, 8, 1))
    return (size * np.sin(2 * np.pi * f * t + phase)).sum(axis=1)


def found(weights: np.ndarray) -> np.ndarray:
    spec = a_brain(f"{SECONDS} s", dt="0.02 ms")
    spec.add("X", N, SIGNAL)
    spec.add("Y", M, INTEGRATOR)
    for k, values in enumerate(signals(7)):
        spec.stimulate(f"X[{k}]", Samples(values=Values(values, FREQUENCY), interval="0.02 ms"))
    spec.connect("X", "Y", AllToAll(), weight=Values(weights.ravel(), DIMENSIONLESS), receptor="made")
    rule = learning_rules.get("time_encoding").with_(eta=0.3, theta=0.1, b="4 Hz")
    spec.connect("X", "Y", AllToAll(), weight="0", receptor="seen", rules=rule, bounds=("-10", "10"), name="learned")
    return run(spec, runs_on="cpp").built.weights("learned").reshape(N, M)


def test_weights_are_found_from_spikes() -> None:
    """Eight inputs onto three neurons, 400 intervals in steps of 0.02 ms: relative error at most 1e-3.

    What is left is that spikes lie on the grid of time: 5.8e-4 here, 2.1e-3 with the full step (eta = 1).
    """
    weights = np.random.default_rng(3).uniform(-1, 1, (N, M))
    learned = found(weights)
    assert np.linalg.norm(learned - weights) / np.linalg.norm(weights) < 1e-3
