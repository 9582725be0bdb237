"""e-prop on NEST's regression of sine waves: its reference losses, which are also those of the authors' TensorFlow.

The task of NEST 3.10, testsuite/pytests/synapses/test_eprop_bsshslm_2020_plasticity.py: 100 inputs, 100 recurrent
neurons, one readout, five iterations of 1 000 steps. The draws (NumPy's seed 1) are repeated here in the same order.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from braincore.build.names import of_receptor
from braincore.model import AllToAll, NeuronModel, Samples, SpikeTrains, Traces, learning_rules, neurons, synapses
from braincore.model.values import Values
from braincore.units import DIMENSIONLESS, VOLTAGE
from tests.build.built_runs import a_brain, parameters, run

LOSSES = [101.964356999041, 103.466731126205, 103.340607074771, 103.680244037686, 104.412775748752]
"""Reference losses of NEST's test; its tolerance is 1e-8."""
STEPS, N = 1000, 100
V_TH, ETA, C_REG, TARGET_RATE = 0.03, 1e-4, 300.0, 0.01
KAPPA = ALPHA = np.exp(-1 / 30)
ZETA = 1 - ALPHA
RECURRENT = NeuronModel(
    name="recurrent",
    equations="dv/dt = -v/tau_m : volt",
    threshold="v > V_th",
    reset="v -= V_th*exp(dt/tau_m)",  # NEST subtracts in the next step, after the decay
    parameters=parameters(E_L="0 mV", tau_m="30 ms", V_th="30 mV"),
    receptors={"exc": synapses.get("delta"), "learning_signal": synapses.get("learning_signal")},
    initial={"v": "0 mV"},
    method="exact",
)
LEAKY_SUM = neurons.get("readout").receptors["exc"].with_(tau_out="30 ms")
READOUT = replace(
    neurons.get("readout"), receptors={"exc": LEAKY_SUM, "learning_signal": synapses.get("learning_signal")}
)


def drawn() -> dict[str, np.ndarray]:
    """Return NEST's draws: weights (target, source), spikes (step, input), and the signal."""
    rng = np.random.RandomState(1)
    given = {
        "in": np.array(rng.randn(N, N).T / np.sqrt(N), dtype=np.float32),
        "rec": np.array(rng.randn(N, N).T / np.sqrt(N), dtype=np.float32),
    }
    np.fill_diagonal(given["rec"], 0.0)
    given["out"] = np.array(rng.randn(N, 1).T / np.sqrt(N), dtype=np.float32)
    given["back"] = np.array(rng.randn(N, 1) / np.sqrt(N), dtype=np.float32)
    given = {name: values.astype(np.float64) for name, values in given.items()}
    spikes = rng.rand(STEPS, N) < 0.05
    spikes[0] = False
    amplitudes = rng.uniform(0.5, 2.0, 4)
    phases = rng.uniform(0.0, 2 * np.pi, 4)
    signal = sum(
        amplitude * np.sin(np.linspace(phase, phase + 2 * np.pi * (STEPS // period), STEPS))
        for amplitude, phase, period in zip(amplitudes, phases, (1000, 500, 333, 200), strict=True)
    )
    signal -= signal[0]
    return given | {"spikes": spikes, "signal": signal / np.abs(signal).max()}


def iteration(given: dict[str, np.ndarray]):
    """Run one sequence; weights here move the potential after its decay, NEST's before it."""
    spec = a_brain(f"{STEPS} ms", dt="1 ms")
    steps, who = np.nonzero(given["spikes"])
    spec.add("X", N, "spike_source")
    spec.stimulate("X", SpikeTrains(times=(steps - 1) * 1e-3, neurons=who))  # what arrives counts in the next step
    spec.add("R", N, RECURRENT)
    spec.add("Y", 1, READOUT)
    shifted = np.concatenate([[0.0], given["signal"][:-1]])  # errors are taken at the beginning of a step
    spec.stimulate("Y", Samples(values=Values(shifted, VOLTAGE), interval="1 ms"))
    rule = learning_rules.get("e_prop").with_(trial="100 s", tau_m="30 ms", tau_out="30 ms")
    for source, name in (("X", "in"), ("R", "rec")):
        weight = Values(given[name].T.ravel() * ZETA / ALPHA, VOLTAGE)
        spec.connect(
            source, "R", AllToAll(), weight=weight, receptor="exc", rules=rule, bounds=("-100 V", "100 V"), name=name
        )
    rule = learning_rules.get("e_prop_readout").with_(trial="100 s", tau_out="30 ms")
    weight = Values(given["out"].T.ravel() * (1 - KAPPA), VOLTAGE)
    spec.connect(
        "R", "Y", AllToAll(), weight=weight, receptor="exc", rules=rule, bounds=("-100 V", "100 V"), name="out"
    )
    back = Values(given["back"].ravel(), DIMENSIONLESS)
    spec.connect("Y", "R", AllToAll(), weight=back, receptor="learning_signal")
    spec.connect("Y", "Y", AllToAll(), weight="1", receptor="learning_signal")
    spec.record(traces=(Traces(target="Y", variables=("exc.y",)),))
    return run(spec, runs_on="cpp")


def gradients(done, given: dict[str, np.ndarray], last_error: float) -> dict[str, np.ndarray]:
    """Return NEST's gradients (target, source) from the rules' states; the last error has met no trace yet."""
    rates = np.array([len(done.train("R", k)) for k in range(N)]) / STEPS
    found = {}
    for name in ("in", "rec", "out"):
        built, where = done.built.synapses_of(name)
        state = {key: built.array(f"s0_{key}")[where] for key in ("g", "z")}
        shape = given[name].T.shape
        if name == "out":
            found[name] = ((state["g"] + last_error * state["z"]) * (1 - KAPPA)).reshape(shape).T
            continue
        f, s = (built.array(f"s0_{key}")[where].reshape(shape) for key in ("f", "s"))
        g = state["g"].reshape(shape) + last_error * given["back"].ravel() * f
        regular = C_REG * (rates - TARGET_RATE) / STEPS * s
        found[name] = ((g * (1 - KAPPA) + regular) * ZETA / ALPHA / V_TH).T
    np.fill_diagonal(found["rec"], 0.0)
    return found


def test_losses_are_those_of_nest() -> None:
    """Five iterations of gradient descent: each loss to 1e-8."""
    given, losses = drawn(), []
    for _ in LOSSES:
        done = iteration(given)
        y = done.sink.trace("Y", "exc.y", code=done.code("Y"))
        plan = done.built.plan
        built = done.built.groups[plan.group_of["Y"].name]
        y = np.append(
            y[1:], built.array(of_receptor("exc", "y"))[built.plan.starts["Y"]]
        )  # a trace has the beginnings of steps
        errors = y - given["signal"]
        losses.append(0.5 * float(np.sum(errors**2)))
        for name, gradient in gradients(done, given, errors[-1]).items():
            given[name] = given[name] - ETA * gradient
    np.testing.assert_allclose(losses, LOSSES, rtol=1e-8)
