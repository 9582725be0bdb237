"""Rules with state in their targets, sums over synapses, and rules of rate units: closed forms, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    LearningRule,
    NeuronModel,
    OneToOne,
    Samples,
    SpikeTrains,
    Step,
    Traces,
    learning_rules,
    neurons,
)
from braincore.model.values import Values
from braincore.units import Quantity
from tests.build.built_runs import LIF, a_brain, parameters, run
from tests.synapses.pairing import RELAY


def values(numbers: object, unit: str) -> Values:
    """One value each, in a unit."""
    quantity = Quantity(1.0, unit)
    return Values(np.asarray(numbers, dtype=float) * quantity.si, quantity.dimension)


def test_thresholds_learn_until_the_neuron_fires_at_its_goal() -> None:
    """Threshold = its beginning + eta (spikes - goal T), exactly; so rates are at the goal within what it moved."""
    spec = a_brain("20 s", dt="0.5 ms")
    spec.add("S", 1, "spike_source")
    spec.add("A", 3, LIF, parameters={"V_th": values([-50, -52, -48], "mV")})
    spec.add("B", 3, LIF)
    for name in "AB":
        spec.stimulate(name, Step(amplitude=values([0.2, 0.3, 0.4], "nA")))
    rules = learning_rules.get("intrinsic_plasticity")
    spec.connect("S", "A", AllToAll(), weight="0 nA", receptor="exc", rules=rules)
    spec.connect("S", "B", AllToAll(), weight="0 nA", receptor="exc")
    spec.record(traces=(Traces(target="A", variables=("intrinsic_plasticity.V_th",), interval="100 ms"),))
    done = run(spec, runs_on="cpp")
    trace = done.sink.trace("A", "intrinsic_plasticity.V_th", code=done.code("A")).reshape(-1, 3)
    counts = np.array([done.train("A", k).size for k in range(3)])
    until = (done.sink.steps("A")[-1] + 0) * 0.5e-3
    early = np.array([(done.train("A", k) < done.sink.steps("A")[-1]).sum() for k in range(3)])
    expected = np.array([-50, -52, -48]) * 1e-3 + 1e-4 * (early - 5 * until)
    np.testing.assert_allclose(trace[-1], expected, atol=1e-9)
    np.testing.assert_allclose(counts / 20, 5, atol=abs(trace[-1] - trace[0]).max() / 1e-4 / 20 + 0.1)
    late = np.array([(done.train("A", k) > 20_000).sum() / 10 for k in range(3)])
    np.testing.assert_allclose(late, 5, atol=0.5)
    assert (np.array([done.train("B", k).size for k in range(3)]) > 300).all(), "thresholds of others do not learn"


def test_scaling_follows_its_recursion() -> None:
    """A neuron that is silent for ever: a = goal exp(-t/tau), the integral of what is missed, and their product."""
    rule = learning_rules.get("synaptic_scaling").with_(tau="50 ms", beta="0.1", gamma="1 Hz", interval="5 ms")
    spec = a_brain("200 ms")
    spec.add("S", 1, "spike_source")
    spec.add("A", 2, RELAY)
    spec.connect("S", "A", AllToAll(), weight=values([0.5, 0.25], "1"), receptor="plastic", rules=rule, name="p")
    w = np.array([0.5, 0.25])
    for k in range(40):
        t = k * 5e-3 + 1e-4  # changes come at the end of the step that begins at the interval
        a = 20 * np.exp(-t / 50e-3)
        missed = 20 * t - 20 * 50e-3 * (1 - np.exp(-t / 50e-3))
        w *= 1 + (0.1 * (20 - a) + missed) * 5e-3
    np.testing.assert_allclose(run(spec, runs_on="cpp").built.weights("p"), w, rtol=1e-9)
    np.testing.assert_allclose(run(spec).built.weights("p"), w, rtol=1e-9)


@pytest.mark.parametrize("runs_on", ["cpp", "brian2"])
def test_normalisation_keeps_the_sum_of_each_projection(runs_on: str) -> None:
    rng = np.random.default_rng(4)
    first, second = rng.random((5, 3)), rng.random((4, 3))
    first[:, 1] = 0
    rule = learning_rules.get("normalisation").with_(total="2", interval="10 ms")
    spec = a_brain("30 ms")
    spec.add("S", 5, "spike_source")
    spec.add("T", 4, "spike_source")
    spec.add("A", 3, RELAY)
    for source, given in (("S", first), ("T", second)):
        weight = values((3 * given).ravel(), "1")
        spec.connect(
            source, "A", AllToAll(), weight=weight, receptor="plastic", rules=rule, bounds=("0", "4"), name=source
        )
    done = run(spec, runs_on=runs_on)
    for name, given in (("S", first), ("T", second)):
        found = done.built.weights(name).reshape(given.shape)
        total = given.sum(axis=0)
        np.testing.assert_allclose(found, given / np.where(total > 0, total, 1) * 8, rtol=1e-12)


def rate_units(seconds: float, inputs: np.ndarray, rule: LearningRule, weights: list[float], **more: object):
    spec = a_brain(f"{seconds} s", dt="1 ms")
    quick = neurons.get("rate").with_(tau_r="0.5 ms", name="quick")
    spec.add("X", inputs.shape[1], quick)
    spec.add("Y", 1, quick)
    for k, column in enumerate(inputs.T):
        spec.stimulate(f"X[{k}]", Samples(values=values(column, "Hz"), interval="20 ms"))
    spec.connect("X", "Y", AllToAll(), weight=values(weights, "1"), receptor="rate", rules=rule, name="p", **more)
    spec.record(traces=tuple(Traces(target=name, variables=("r",), interval="19 ms") for name in "XY"))
    return spec


def test_bcm_becomes_selective_for_one_of_two_patterns() -> None:
    """Fixed point of the theory (Intrator & Cooper 1992): y = y_0/p for one pattern, 0 for the other; p = 1/2."""
    shown = np.array([[20.0, 5.0], [5.0, 20.0]])
    inputs = np.tile(shown, (5000, 1))
    rule = learning_rules.get("bcm").with_(eta="3e-5 s**2")
    done = run(rate_units(200, inputs, rule, [0.6, 0.3]), runs_on="cpp")
    response = shown @ done.built.weights("p")
    assert response.max() == pytest.approx(20, rel=0.03)
    assert response.min() <= 0.05


def test_oja_finds_the_first_principal_component() -> None:
    """The weight vector is the first eigenvector of the inputs' correlation, of length 1 (Oja 1982)."""
    rng = np.random.default_rng(5)
    common = rng.normal(20, 6, (3000, 1))
    inputs = np.maximum(common * [1.0, 0.6, 0.2] + rng.normal(0, 2, (3000, 3)), 0)
    rule = learning_rules.get("oja").with_(eta="1e-4 s")
    done = run(rate_units(60, inputs, rule, [0.3, 0.3, 0.3]), runs_on="cpp")
    found = done.built.weights("p")
    _, vectors = np.linalg.eigh(inputs.T @ inputs)
    first = vectors[:, -1] * np.sign(vectors[:, -1].sum())
    assert np.linalg.norm(found) == pytest.approx(1, abs=0.03)
    assert found @ first / np.linalg.norm(found) > 0.999


def test_hebb_is_held_by_normalisation() -> None:
    """Weights keep their sum, and the input that is active more takes all of it."""
    inputs = np.tile([[20.0, 10.0]], (1000, 1))
    rules = (learning_rules.get("hebb"), learning_rules.get("normalisation").with_(total="0.5", interval="20 ms"))
    done = run(rate_units(20, inputs, rules, [0.5, 0.5], bounds=("0", "2")), runs_on="cpp")  # type: ignore[arg-type]
    found = done.built.weights("p")
    assert found.sum() == pytest.approx(1.0, rel=0.02)
    assert found[0] > 1.5 * found[1]


FILTER = LearningRule(
    name="filter",
    equations="drawn : 1",
    target_equations="dmean/dt = (v - mean)/tau_mean : volt",
    on_post="w += gain*mean_post",
    parameters=parameters(tau_mean="10 ms", gain="1 nA/mV"),
    initial={"mean": "E_L", "drawn": "w/gain/mV"},
)


def test_rules_of_one_state_share_it_and_others_do_not() -> None:
    spec = a_brain()
    spec.add("S", 2, "spike_source")
    spec.add("A", 2, LIF)
    slow = FILTER.with_(tau_mean="20 ms")
    for k, rule in enumerate((FILTER, FILTER.with_(gain="2 nA/mV"), slow)):
        spec.connect("S", "A", OneToOne(), weight="0.1 nA", receptor="exc", rules=rule, name=f"p{k}")
    spec.record(traces=(Traces(target="A", variables=("filter.mean", "filter_2.mean")),))
    done = run(spec)
    first, second = (done.sink.trace("A", f"{name}.mean", neuron=0) for name in ("filter", "filter_2"))
    assert first[0] == pytest.approx(-65e-3)
    np.testing.assert_allclose(first, second)  # the neuron rests: both stay where they began
    with pytest.raises(InputError, match=r"no variable 'filter_3.mean'"):
        spec.record(traces=(Traces(target="A", variables=("filter_3.mean",)),))
        spec.resolve()


FIXED = replace(LIF, name="t_fixed", threshold="v > -50*mV", parameters=[p for p in LIF.parameters if p.name != "V_th"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "neuron", "told"),
    [
        (learning_rules.get("intrinsic_plasticity"), FIXED, "'t_fixed' has no parameter 'V_th', which would learn"),
        (replace(FILTER, target_equations="dmean/dt = (q - mean)/tau_mean : volt"), LIF, "undefined symbol 'q'"),
        (replace(FILTER, target_equations="dmean/dt = (v - mean)/tau_mean : amp"), LIF, "mean"),
        (replace(FILTER, on_post="w += gain*men_post"), LIF, "undefined symbol 'men_post'"),
        (replace(FILTER, initial={"mean": "gain"}), LIF, "initial"),
        (replace(FILTER, initial={"drawn": "gain"}), LIF, "initial"),
        (learning_rules.get("bcm"), LIF, "cannot subtract"),
    ],
)
def test_what_does_not_fit_the_target_is_refused(rule: LearningRule, neuron: NeuronModel, told: str) -> None:
    spec = a_brain()
    spec.add("S", 2, "spike_source")
    spec.add("A", 2, neuron)
    spec.connect("S", "A", AllToAll(), weight="1 nA", receptor="exc", rules=rule)
    with pytest.raises(InputError, match=told):
        spec.resolve()


def test_rules_at_spikes_do_not_go_with_rate_units() -> None:
    spec = a_brain()
    spec.add("X", 2, "rate")
    spec.add("Y", 1, "rate")
    spec.connect("X", "Y", weight="1", receptor="rate", rules=learning_rules.get("stdp_pair"), bounds=("0", "2"))
    with pytest.raises(InputError, match="transmits at all times, but rule 'stdp_pair' acts at spikes"):
        spec.resolve()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sums": {"all": "w"}}, "has sums but no regularly"),
        ({"on_target_spike": "x += 1", "target_equations": ""}, "has on_target_spike but no target_equations"),
        ({"replaces": ("V_th",)}, "'V_th' is said to be replaced"),
        ({"lag": "tau_mean"}, "has lag but no on_pre_late"),
        ({"method": "eule"}, "unknown method 'eule'. Did you mean 'euler'"),
        ({"delay": "tau_mean"}, "has delay but no delayed"),
        ({"delayed": {"late": "mean"}}, "has delayed but no delay"),
        ({"delayed": {"late": "y"}, "delay": "tau_mean"}, "'y' is no variable of target_equations"),
        ({"delayed": {"drawn": "mean"}, "delay": "tau_mean"}, "'drawn' is the name of something else"),
        ({"delayed": {"late_post": "mean"}, "delay": "tau_mean"}, "may not end in '_post'"),
        ({"delayed": {"late": "mean"}, "delay": "tau"}, "delay 'tau' is no time among the parameters"),
    ],
)
def test_what_a_rule_lacks_is_told(changes: dict[str, object], told: str) -> None:
    with pytest.raises(InputError, match=told):
        replace(FILTER, **changes)  # type: ignore[arg-type]


def test_some_time_after_a_spike() -> None:
    """What happens late happens the lag after the arrival, whatever the delays."""
    rule = LearningRule(
        name="late", equations="when : second", on_pre_late="when = t", lag="D", parameters=parameters(D="4.6 ms")
    )
    for delay, expected in (("1 ms", (4e-3, 6e-3)), (values([1.0, 2.0], "ms"), (4e-3, 7e-3))):
        spec = a_brain("20 ms")
        spec.add("S", 2, "spike_source")
        spec.add("A", 2, RELAY)
        spec.stimulate("S", SpikeTrains(times=np.array([3e-3, 5e-3]), neurons=np.array([0, 1])))
        spec.connect("S", "A", OneToOne(), weight="0.5", receptor="plastic", rules=rule, delay=delay, name="p")
        for runs_on in ("cpp", "brian2"):
            built, where = run(spec, runs_on=runs_on).built.synapses_of("p")
            np.testing.assert_allclose(built.array("s0_when")[where], np.array(expected) + 4.6e-3, atol=1e-9)


HOMEOSTATIC = (
    learning_rules.get("stdp_pair"),
    learning_rules.get("synaptic_scaling").with_(tau="50 ms", beta="0.1", interval="5 ms"),
    learning_rules.get("intrinsic_plasticity"),
    learning_rules.get("normalisation").with_(total="3", interval="25 ms"),
)
CALCIUM = (learning_rules.get("graupner_brunel2012").with_(tau="1 s"),)


@pytest.mark.parametrize("rules", [HOMEOSTATIC, CALCIUM], ids=["homeostatic", "calcium"])
@pytest.mark.parametrize("runs_on", ["cpp", "brian2"])
def test_a_stopped_run_goes_on_with_what_rules_keep(runs_on: str, rules: tuple[LearningRule, ...]) -> None:
    spec = a_brain("120 ms")
    spec.add("S", 8, "spike_source")
    steps = np.arange(10, 1150, 7)
    spec.stimulate("S", SpikeTrains(times=steps * 1e-4, neurons=steps % 8))
    spec.add("A", 3, LIF)
    spec.stimulate("A", Step(amplitude=values([0.15, 0.2, 0.25], "nA")))
    given = {"weight": "0.02 nA", "delay": "1 ms", "receptor": "exc", "rules": rules, "bounds": ("0 nA", "0.1 nA")}
    spec.connect("S", "A", AllToAll(), name="p", **given)
    whole = run(spec, runs_on=runs_on)
    first = run(spec, stop=613, runs_on=runs_on)
    rest = run(spec, state=first.state, runs_on=runs_on)
    assert (whole.built.weights("p") != first.built.weights("p")).any()
    np.testing.assert_array_equal(rest.built.weights("p"), whole.built.weights("p"))
    for one in (s for s in whole.built.synapses if s.plan.rules):
        for name in one.state:
            again = next(s for s in rest.built.synapses if s.plan.rules).array(name)
            np.testing.assert_array_equal(again, one.array(name), err_msg=name)
    for group, built in whole.built.groups.items():
        for name in built.initial:
            np.testing.assert_array_equal(rest.built.groups[group].array(name), built.array(name), err_msg=name)
