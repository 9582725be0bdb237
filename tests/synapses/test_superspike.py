"""SuperSpike against its equations step by step, and the task of its paper: five spikes at given times."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.model import AllToAll, OneToOne, SpikeTrains, Traces, learning_rules, neurons, synapses
from braincore.model.values import Values
from braincore.units import CURRENT
from tests.build.built_runs import a_brain, run

INPUTS = 100
NEURON = neurons.get("lif_exp").with_(
    {"E_L": "-60 mV", "V_th": "-50 mV", "V_reset": "-60 mV", "tau_m": "10 ms", "t_ref": "5 ms"},
    receptors={
        "exc": synapses.get("exponential_current").with_(tau="5 ms"),
        "learning_signal": synapses.get("learning_signal"),
    },
)


def network(
    duration: str, spikes: tuple[np.ndarray, np.ndarray], targets: np.ndarray, weights: np.ndarray, **rule: str
):
    """Return inputs onto one neuron, a teacher, and the unit that holds the error; dt = 1 ms, times in steps."""
    spec = a_brain(duration, dt="1 ms")
    spec.add("X", INPUTS, "spike_source")
    spec.add("T", 1, "spike_source")
    spec.add("R", 1, NEURON)
    spec.add("E", 1, "spike_error")
    spec.stimulate("X", SpikeTrains(times=spikes[0] * 1e-3, neurons=spikes[1]))
    spec.stimulate("T", SpikeTrains(times=targets * 1e-3, neurons=np.zeros(len(targets), dtype=int)))
    superspike = learning_rules.get("superspike").with_(rule)
    spec.connect(
        "X", "R", AllToAll(), weight=Values(weights, CURRENT), receptor="exc", rules=superspike,
        bounds=("-1 nA", "1 nA"), name="plastic",
    )  # fmt: skip
    spec.connect("T", "E", OneToOne(), weight="1 mV", receptor="target")
    spec.connect("R", "E", OneToOne(), weight="1 mV", receptor="output")
    spec.connect("E", "R", OneToOne(), weight="1", receptor="learning_signal")
    spec.record(traces=(Traces(target="E", variables=("v",)), Traces(target="R", variables=("v",))))
    return spec


def drawn(seed: int, steps: int, rate: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return np.nonzero(rng.random((steps, INPUTS)) < rate * 1e-3)


@pytest.mark.parametrize("runs_on", ["cpp", "brian2"])
def test_weights_are_those_of_the_equations(runs_on: str) -> None:
    """Two intervals of 200 ms, from the recorded potential and error: to 1e-9."""
    steps, rng = 400, np.random.default_rng(2)
    at, who = drawn(1, steps, 20)
    start = rng.uniform(0, 3e-10, INPUTS)
    done = run(network("400 ms", (at, who), np.array([60, 130, 300]), start, interval="200 ms"), runs_on=runs_on)
    error = done.sink.trace("E", "v", code=done.code("E"))
    arrivals = np.zeros((steps, INPUTS))
    arrivals[at, who] = 1
    spikes, weights = equations(arrivals, error, start)
    assert done.train("R", 0).tolist() == spikes
    assert len(spikes) > 5
    np.testing.assert_allclose(done.built.weights("plastic"), weights, rtol=1e-9, atol=1e-22)
    assert np.abs(weights - start).max() > 1e-11


def equations(arrivals: np.ndarray, error: np.ndarray, start: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Return the neuron's spikes and the weights, step by step; shape of `arrivals` (steps, inputs), SI units."""
    per_current = 1e-3 / 250e-12 * 10 * 5 / (5 - 10) * (np.exp(-1 / 5) - np.exp(-1 / 10))
    v, current, last, spikes, weights = -60e-3, 0.0, -100, [], start.copy()
    p, q, a, h, g, upsilon = (np.zeros(INPUTS) for _ in range(6))
    for t in range(len(arrivals)):
        if t - last >= 6:
            v = -60e-3 + (v + 60e-3) * np.exp(-1 / 10) + per_current * current
        current *= np.exp(-1 / 5)
        slope = (1 + 1e3 * abs(v + 50e-3)) ** -2.0
        if v >= -50e-3 and t - last >= 6:
            spikes.append(t)
            v, last = -60e-3, t
        current += weights @ arrivals[t]
        g = g + error[t] * h * 1e-3
        h = h + (a - h) * (1 - np.exp(-1 / 10))
        a = a + (slope * q - a) * (1 - np.exp(-1 / 5))
        q = q + (p - q) * (1 - np.exp(-1 / 10))
        p = (p + arrivals[t]) * np.exp(-1 / 5)
        if (t + 1) % 200 == 0:
            upsilon = np.maximum(upsilon * np.exp(-0.2 / 30), g**2)
            weights = np.clip(weights + 0.01 * 1e-9 * g / np.sqrt(upsilon + 1e-30), -1e-9, 1e-9)
            g = np.zeros(INPUTS)
    return spikes, weights


@pytest.mark.slow
def test_a_neuron_learns_five_spikes() -> None:
    """100 frozen Poisson inputs of 10 Hz, five spikes 90 ms apart: the van Rossum distance falls tenfold.

    Zenke & Ganguli (2018), Figure 2, has the same task; the figure's numbers are not known to us.
    """
    trial, trials = 500, 400
    at, who = drawn(4, trial - 40, 10)
    steps = np.concatenate([at + k * trial for k in range(trials)])
    targets = np.concatenate([np.arange(60, 460, 90) + k * trial for k in range(trials)])
    start = np.random.default_rng(1).uniform(0, 1e-10, INPUTS)
    spec = network(f"{trial * trials} ms", (steps, np.tile(who, trials)), targets, start, r_0="0.005")
    done = run(spec, runs_on="cpp")
    error = done.sink.trace("E", "v", code=done.code("E")).reshape(trials, trial)
    distance = np.sum(error**2, axis=1)
    assert distance[-20:].mean() < 0.1 * distance[:5].mean()
