"""e-prop is backpropagation through time without the gradient through recurrent spikes (Bellec et al. 2020, eq. 1).

The errors of a step are those at its beginning: of the readouts as the step before left them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from braincore.build.names import of_receptor
from braincore.errors import InputError
from braincore.model import AllToAll, NeuronModel, Samples, SpikeTrains, Traces, learning_rules, neurons, synapses
from braincore.model.values import Values
from braincore.units import DIMENSIONLESS, VOLTAGE
from tests.build.built_runs import a_brain, parameters, run

LEAKY = NeuronModel(
    name="leaky",
    equations="dv/dt = (E_L - v)/tau_m : volt",
    threshold="v > V_th",
    reset="v -= V_th - E_L",
    parameters=parameters(E_L="-60 mV", tau_m="20 ms", V_th="-50 mV"),
    receptors={"exc": synapses.get("delta"), "learning_signal": synapses.get("learning_signal")},
    initial={"v": "E_L"},
    method="exact",
)
ERROR = NeuronModel(
    name="error", equations="dv/dt = (I - v)/tau_m : volt", parameters=parameters(tau_m="2 ms"), initial={"v": "0 mV"},
    input="V", method="exponential_euler",
)  # fmt: skip
ADAPTIVE = neurons.get("alif").with_(
    beta="900 mV",
    tau_a="50 ms",
    t_ref="0 ms",
    receptors={"exc": synapses.get("delta"), "learning_signal": synapses.get("learning_signal")},
)
STEPS, N, K, INPUTS = 400, 5, 2, 8
KAPPA, DECAY = np.exp(-1 / 20), np.exp(-1 / 20)


def drawn() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    return {
        "spikes": rng.random((STEPS, INPUTS)) < 0.06,
        "w_in": rng.uniform(0, 6e-3, (INPUTS, N)),
        "w_rec": rng.uniform(0, 2e-3, (N, N)),
        "b": rng.normal(0, 1, (K, N)),
        "target": rng.normal(0, 5e-3, (STEPS, K)),
    }


def simulated(given: dict[str, np.ndarray], runs_on: str, neuron=LEAKY, rule_name="e_prop", **constants: str):
    spec = a_brain(f"{STEPS} ms", dt="1 ms")
    steps, who = np.nonzero(given["spikes"])
    spec.add("X", INPUTS, "spike_source")
    spec.stimulate("X", SpikeTrains(times=steps * 1e-3, neurons=who))
    spec.add("R", N, neuron)
    spec.add("Y", K, ERROR)
    for k in range(K):
        spec.stimulate(f"Y[{k}]", Samples(values=Values(given["target"][:, k], VOLTAGE), interval="1 ms"))
    rule = learning_rules.get(rule_name).with_({"trial": "100 s", **constants})
    for source, name in (("X", "w_in"), ("R", "w_rec")):
        weight = Values(given[name].ravel(), VOLTAGE)
        spec.connect(
            source, "R", AllToAll(), weight=weight, receptor="exc", rules=rule, bounds=("0 mV", "10 mV"), name=name
        )
    signal = Values(given["b"].ravel(), DIMENSIONLESS)
    spec.connect("Y", "R", AllToAll(), weight=signal, receptor="learning_signal")
    spec.record(traces=(Traces(target="Y", variables=("v",)),))
    return run(spec, runs_on=runs_on)


def backpropagated(given: dict[str, np.ndarray], errors: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Run the network step by step, then go back through time; spikes of the network are constants on that way."""
    rest, threshold = -60e-3, -50e-3
    v = np.full(N, rest)
    spikes, slopes = np.zeros((STEPS, N)), np.zeros((STEPS, N))
    for t in range(STEPS):
        v = rest + (v - rest) * DECAY
        slopes[t] = 0.3 * np.clip(1 - abs((v - threshold) / (threshold - rest)), 0, 1)
        spikes[t] = v > threshold
        v = v + given["spikes"][t] @ given["w_in"] + spikes[t] @ given["w_rec"] - (threshold - rest) * spikes[t]
    signal = np.vstack([errors[1:], np.zeros(K)]) @ given["b"]
    of_spike, of_potential = np.zeros(N), np.zeros(N)
    found = {"w_in": np.zeros((INPUTS, N)), "w_rec": np.zeros((N, N))}
    for t in reversed(range(STEPS)):
        # what arrives at t moves the potential that the threshold of t + 1 sees
        found["w_in"] += DECAY * np.outer(given["spikes"][t], of_potential)
        found["w_rec"] += DECAY * np.outer(spikes[t], of_potential)
        of_spike = signal[t] + KAPPA * of_spike
        of_potential = of_spike * slopes[t] + DECAY * of_potential
    return found, spikes


def backpropagated_adaptive(
    given: dict[str, np.ndarray], errors: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The same for neurons whose threshold rises by 18 mV at a spike, in units of the threshold at rest (10 mV).

    On the way back a spike raises its neuron's threshold, but its reset is a constant, as in the paper.
    """
    jump, rho, b_0 = 1.8, np.exp(-1 / 50), 10e-3
    v, theta = np.zeros(N), np.zeros(N)
    spikes, slopes = np.zeros((STEPS, N)), np.zeros((STEPS, N))
    for t in range(STEPS):
        v, theta = v * DECAY, theta * rho
        slopes[t] = 0.3 * np.clip(1 - abs(v / b_0 - 1 - theta), 0, 1)
        spikes[t] = v / b_0 >= 1 + theta
        v = v + given["spikes"][t] @ given["w_in"] + spikes[t] @ given["w_rec"] - b_0 * (1 + theta) * spikes[t]
        theta = theta + jump * spikes[t]
    signal = np.vstack([errors[1:], np.zeros(K)]) @ given["b"]
    of_output, of_potential, of_theta = np.zeros(N), np.zeros(N), np.zeros(N)
    found = {"w_in": np.zeros((INPUTS, N)), "w_rec": np.zeros((N, N))}
    for t in reversed(range(STEPS)):
        found["w_in"] += DECAY * np.outer(given["spikes"][t], of_potential)
        found["w_rec"] += DECAY * np.outer(spikes[t], of_potential)
        of_output = signal[t] + KAPPA * of_output
        of_spike = of_output + jump * of_theta
        of_potential = of_spike * slopes[t] + DECAY * of_potential
        of_theta = rho * (of_theta - slopes[t] * of_spike)
    return found, spikes


@pytest.mark.parametrize("runs_on", ["cpp", "brian2"])
@pytest.mark.parametrize(
    ("neuron", "rule", "by_hand"),
    [(LEAKY, "e_prop", backpropagated), (ADAPTIVE, "e_prop_alif", backpropagated_adaptive)],
    ids=["leaky", "adaptive"],
)
def test_gradients_are_those_of_backpropagation(neuron: NeuronModel, rule: str, by_hand: Any, runs_on: str) -> None:
    """Input and recurrent weights, 400 steps, to 1e-9 of the largest; without and with adaptive thresholds."""
    given = drawn()
    done = simulated(given, runs_on, neuron, rule)
    errors = done.sink.trace("Y", "v", code=done.code("Y")).reshape(STEPS, K)
    expected, spikes = by_hand(given, errors)
    assert spikes.sum() > 30
    assert [done.train("R", k).tolist() for k in range(N)] == [np.flatnonzero(s).tolist() for s in spikes.T]
    for name in ("w_in", "w_rec"):
        built, where = done.built.synapses_of(name)
        found = built.array("s0_g")[where].reshape(given[name].shape)
        np.testing.assert_allclose(found, expected[name], atol=1e-9 * abs(expected[name]).max())
        np.testing.assert_array_equal(done.built.weights(name).reshape(given[name].shape), given[name])


def test_rates_are_drawn_to_their_target() -> None:
    """With no errors the weight changes by c_reg (rate - target) times the sum of eligibilities, at the trial's end."""
    given = drawn() | {"b": np.zeros((K, N))}
    still, moved = (
        simulated(given, "cpp", trial=trial, c_reg="0.01 V*s", eta="0.5 1/V") for trial in ("100 s", "400 ms")
    )
    rates = np.array([len(still.train("R", k)) for k in range(N)]) / 0.4
    assert np.ptp(rates) > 0
    for name in ("w_in", "w_rec"):
        built, where = still.built.synapses_of(name)
        summed = built.array("s0_s")[where].reshape(given[name].shape)
        expected = np.clip(given[name] - 0.5 * 10e-3 * 0.01 * (rates - 10) * summed, 0, 10e-3)
        np.testing.assert_allclose(moved.built.weights(name).reshape(given[name].shape), expected, rtol=1e-12)


def test_weights_go_down_the_gradient_at_the_end_of_a_trial() -> None:
    """One step of 0.5 of the gradient relative to the maximum, within the bounds; then the gradient begins anew."""
    given = drawn()
    still, moved = (simulated(given, "cpp", trial=trial, eta="0.5 1/V") for trial in ("100 s", "400 ms"))
    for name in ("w_in", "w_rec"):
        built, where = still.built.synapses_of(name)
        gradient = built.array("s0_g")[where]
        expected = np.clip(given[name].ravel() - 0.5 * 10e-3 * gradient, 0, 10e-3)
        np.testing.assert_allclose(moved.built.weights(name), expected, rtol=1e-12)
        built, where = moved.built.synapses_of(name)
        assert not built.array("s0_g")[where].any()


def test_a_target_without_a_learning_signal_is_refused() -> None:
    spec = a_brain()
    spec.add("X", 2, "spike_source")
    spec.add("R", 2, "lif_delta")
    rule = learning_rules.get("e_prop")
    spec.connect("X", "R", AllToAll(), weight="1 mV", receptor="exc", rules=rule, bounds=("0 mV", "2 mV"))
    with pytest.raises(
        InputError, match=r"needs a receptor 'learning_signal' on 'R'.*learning_signal: learning_signal"
    ):
        spec.resolve()


@pytest.mark.parametrize("runs_on", ["cpp", "brian2"])
def test_broadcast_weights_learn_what_those_of_readouts_learn(runs_on: str) -> None:
    """Adaptive broadcast: the gradient is error times filtered spikes, to 1e-9; weights decay at the end of a trial."""
    given, constants = drawn(), {"tau_out": "20 ms", "eta": "0.05 1/V", "c_decay": "0.1"}
    found = {}
    for trial in ("100 s", "400 ms"):
        spec = a_brain(f"{STEPS} ms", dt="1 ms")
        steps, who = np.nonzero(given["spikes"])
        spec.add("X", INPUTS, "spike_source")
        spec.stimulate("X", SpikeTrains(times=steps * 1e-3, neurons=who))
        spec.add("R", N, LEAKY)
        spec.add("Y", K, "readout")
        spec.connect("X", "R", AllToAll(), weight=Values(given["w_in"].ravel(), VOLTAGE), receptor="exc")
        spec.connect("R", "Y", AllToAll(), weight=Values(given["b"].T.ravel() * 1e-3, VOLTAGE), receptor="exc")
        spec.connect(
            "Y", "R", AllToAll(), weight=Values(given["b"].ravel(), DIMENSIONLESS), receptor="learning_signal",
            rules=learning_rules.get("e_prop_broadcast").with_({**constants, "trial": trial}), bounds=("-10", "10"),
            name="back",
        )  # fmt: skip
        spec.record(traces=(Traces(target="Y", variables=("v",)),))
        found[trial] = run(spec, runs_on=runs_on)
    done = found["100 s"]
    built = done.built.groups[done.built.plan.group_of["Y"].name]
    starts = done.sink.trace("Y", "v", code=done.code("Y")).reshape(STEPS, K)
    errors = np.vstack([starts[1:], built.array(of_receptor("exc", "y"))])  # at the ends of steps; there is no stimulus
    filtered, gradient = np.zeros(N), np.zeros((K, N))
    for t in range(STEPS):
        filtered = filtered * KAPPA + [t in done.train("R", k) for k in range(N)]
        gradient += np.outer(errors[t], filtered)
    synapses_, where = done.built.synapses_of("back")
    got = synapses_.array("s0_g")[where].reshape(K, N)
    np.testing.assert_allclose(got, gradient, atol=1e-9 * abs(gradient).max())
    expected = given["b"] - (0.05 * 10 * gradient + 0.1 * given["b"])
    np.testing.assert_allclose(found["400 ms"].built.weights("back").reshape(K, N), expected, rtol=1e-9)
