"""Rules against NEST's synapses on random trains; ``nest_reference.py`` says how ``nest_rules.json`` was made."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.model import AllToAll, LearningRule, NeuronModel, Samples, SpikeTrains, SynapseModel, learning_rules
from braincore.model.values import Values
from braincore.units import VOLTAGE
from tests.build.built_runs import a_brain, parameters, run
from tests.synapses.nest_reference import FILE
from tests.synapses.pairing import RELAY, weights_after
from tests.synapses.test_plasticity_rules import recursion

NEST = json.loads(FILE.read_text(encoding="utf-8"))
PAIR = {"A_plus": 0.01, "A_minus": 0.0105, "tau_minus": "30 ms"}
GUETIG = {"lambda_": 0.01, "tau_minus": "30 ms"}
OURS: dict[str, tuple[str, dict[str, object], str]] = {
    "additive": ("stdp_pair", PAIR, "1"),
    "guetig": ("stdp_guetig", {**GUETIG, "mu_plus": 0.4, "mu_minus": 0.7}, "1"),
    "multiplicative": ("stdp_multiplicative", GUETIG, "1"),
    "nearest": ("stdp_nearest", PAIR, "1"),
    "nearest_centred": ("stdp_nearest_centred", PAIR, "1"),
    "nearest_restricted": ("stdp_nearest_restricted", PAIR, "1"),
    "power_law": ("stdp_power_law", {"alpha": 0.0513, "tau_plus": "15 ms", "tau_minus": "30 ms"}, "100"),
    "triplet": ("stdp_triplet", {"scale": 1.0}, "1"),
    "vogels": ("vogels2011", {"eta": 0.002, "rho_0": "60 Hz"}, "1"),
}


def _rule(name: str) -> LearningRule:
    library, values, _ = OURS[name]
    return learning_rules.get(library).with_(values)


@pytest.mark.parametrize("strongest", ["1", "100"])
def test_weights_are_those_of_nest(strongest: str) -> None:
    """Weights after 120 spikes on either side: to 1e-9 of NEST 3.10's."""
    names = [name for name in OURS if OURS[name][2] == strongest]
    start = {NEST["models"][name]["start"] for name in names}
    assert len(start) == 1
    pre, post = zip(*NEST["trains"], strict=True)
    found = weights_after(
        {name: _rule(name) for name in names},
        pre,
        post,
        dt=NEST["dt_ms"],
        start=str(start.pop()),
        bounds=("0", strongest),
    )
    for name in names:
        expected = np.array(NEST["models"][name]["weights"])
        np.testing.assert_allclose(found[name], expected, rtol=1e-9, err_msg=name)
        assert np.abs(expected / float(NEST["models"][name]["start"]) - 1).max() > 0.01, name


def test_dopamine_is_that_of_nest() -> None:
    """stdp_dopamine_synapse: 120 spikes on either side, 15 of dopamine; the weight at the last spike, to 1e-9."""
    given = NEST["dopamine"]
    constants = {name: given["parameters"][name] for name in ("A_plus", "A_minus")}
    times = {name: f"{given['parameters'][name]} ms" for name in ("tau_plus", "tau_c")}
    tau_n = given["parameters"]["tau_n"]
    # our concentration rises by 0.5 at a spike, NEST's by 1/tau_n
    rule = learning_rules.get("stdp_dopamine").with_(
        {**constants, **times, "tau_minus": f"{given['tau_minus']} ms", "lambda_": f"{2e3 / tau_n} Hz"},
        b=given["parameters"]["b"] / 2 * tau_n,
    )
    cleared = RELAY.receptors["dopamine"].with_(tau=f"{tau_n} ms")
    neuron = RELAY.with_(receptors={**RELAY.receptors, "dopamine": cleared})
    for (pre, post), expected in zip(NEST["trains"], given["weights"], strict=True):
        found = weights_after(
            {"rule": rule}, [pre[:-1]], [post], dt=NEST["dt_ms"], reward=given["rewards"], until=pre[-1], neuron=neuron
        )
        np.testing.assert_allclose(found["rule"], expected, rtol=1e-9)
        assert abs(expected - 0.5) > 1e-3


@pytest.mark.parametrize("case", [0, 1])
def test_short_term_plasticity_is_that_of_nest(case: int) -> None:
    """tsodyks2_synapse has the recursion of `tsodyks_markram` (which other tests hold to it): 122 spikes, to 1e-9."""
    given = NEST["tsodyks2"][case]
    use, rec, facil = (given["parameters"][name] for name in ("U", "tau_rec", "tau_fac"))
    steps = np.asarray(given["steps"]) * NEST["dt_ms"]
    sent = recursion(steps, use, rec, facil or 1e-9)
    np.testing.assert_allclose(sent, given["sent"], rtol=1e-9)


@pytest.mark.parametrize("case", [0, 1, 2])
def test_voltage_rule_is_that_of_nest(case: int) -> None:
    """clopath_synapse on a potential that is constant within each step: the last transmitted weight, to 1e-9.

    The potential is a stimulus here, so that the end of a step reads the potential of the step itself, where NEST reads
    that of the next: filtered potentials are a step later for that, and presynaptic spikes a step earlier.
    """
    given = NEST["clopath"][case]
    pre, dt = np.asarray(given["pre"]), NEST["dt_ms"]
    voltage = np.full(pre[-1] + 1, -70.6e-3)
    for step, value in zip(given["moved"], given["voltage"], strict=True):
        voltage[step + 1 :] = value * 1e-3
    follower = NeuronModel(
        name="follower",
        equations="v = I_ext : volt",
        input="V",
        receptors={"plastic": SynapseModel(name="kept", weight="1", equations="last : 1", on_pre="last = w")},
        parameters=parameters(E_L="-70.6 mV"),
        method="exact",
    )
    spec = a_brain(f"{pre[-1] * dt:.10g} ms", dt=f"{dt} ms")
    spec.add("pre", 1, "spike_source")
    spec.add("post", 1, follower)
    spec.stimulate("pre", SpikeTrains(times=(pre - 1) * dt * 1e-3, neurons=np.zeros(len(pre), dtype=int)))
    spec.stimulate("post", Samples(values=Values(voltage, VOLTAGE), interval=f"{dt} ms"))
    rule = learning_rules.get("clopath2010_nest").with_(d_u="4.1 ms", A_LTP="3e-5 1/mV**2")
    rule = replace(rule, initial={"u_minus": -70.6e-3, "u_plus": -70.6e-3})
    spec.connect("pre", "post", AllToAll(), weight="0.5", receptor="plastic", rules=rule, bounds=("0", "1"), name="p")
    found = run(spec, runs_on="cpp").built.weights("p")
    np.testing.assert_allclose(found, given["weights"][-1], rtol=1e-9)
    assert abs(given["weights"][-1] - 0.5) > 1e-3
    assert np.ptp(given["weights"]) > 0.02


def test_a_rule_that_begins_at_a_potential_that_is_worked_out_is_refused() -> None:
    spec = a_brain("10 ms")
    spec.add("pre", 1, "spike_source")
    receptors = {"plastic": SynapseModel(name="kept", weight="1", equations="last : 1", on_pre="last = w")}
    spec.add("post", 1, NeuronModel(name="follower", equations="v = I_ext : volt", input="V", receptors=receptors))
    rule = learning_rules.get("clopath2010")
    spec.connect("pre", "post", AllToAll(), weight="0.5", receptor="plastic", rules=rule, bounds=("0", "1"))
    with pytest.raises(InputError, match=r"'u_minus' begins at v, which neuron 'follower' has only while it runs"):
        spec.resolve()
