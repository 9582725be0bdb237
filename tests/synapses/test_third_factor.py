"""Dopamine-modulated plasticity against its closed form, and what is refused of third factors and regular changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.model import AllToAll, Freeze, LearningRule, SpikeTrains, Weights, learning_rules, neurons
from tests.build.built_runs import a_brain, parameters, run
from tests.synapses.pairing import RELAY, weights_after

RULE = learning_rules.get("izhikevich2007")
PRE, POST, REWARD, LAST = 1001, 1101, 11_003, 30_000


def rewarded(apart: float, *, reward: int | None, interval: int = 100) -> float:
    """The change of one pair `apart` ms, by the authors' program: sums and the decay of eligibility every 10 ms."""
    eligible = 0.025 * np.exp(-apart / 20) if apart >= 0 else -0.0375 * np.exp(apart / 20)
    steps = np.arange(0, LAST, interval)
    since = (steps - max(PRE, PRE + round(10 * apart))) * 0.1
    decays = np.arange(steps.size) - int(np.argmax(since >= 0))
    c = np.where(since >= 0, eligible * np.exp(-decays * interval * 0.1 / 1000), 0)
    d = np.zeros(steps.size)
    if reward is not None:
        later = (steps - reward) * 0.1
        d = np.where(later >= 0, 0.5 * np.exp(-later / 200), 0)
    return float(np.sum((0.002 + d) * c))


@pytest.mark.parametrize("reward", [REWARD, None])
def test_reward_turns_what_is_left_of_a_pair_into_weight(reward: int | None) -> None:
    """Pairs of +10 and -10 ms, reward a second later or never: changes to 1e-9 of the closed form."""
    pre, post = [[PRE], [PRE]], [[PRE + 100], [PRE - 100]]
    given = {} if reward is None else {"reward": [reward]}
    found = weights_after({"rule": RULE}, pre, post, until=LAST, **given)["rule"] - 0.5  # type: ignore[arg-type]
    c_after = [rewarded(10, reward=reward), rewarded(-10, reward=reward)]
    np.testing.assert_allclose(found, c_after, rtol=1e-8)
    assert (abs(found) > 0.05 * 0.025).all() if reward else (abs(found) < 0.25 * 0.025).all()
    assert found[0] > 0 > found[1]


def test_an_interval_of_ones_own() -> None:
    rule = RULE.with_(interval="2.5 ms")
    found = weights_after({"rule": rule}, [[PRE]], [[POST]], until=LAST, reward=[REWARD])["rule"][0] - 0.5
    assert found == pytest.approx(rewarded(10, reward=REWARD, interval=25), rel=1e-8)


@pytest.mark.parametrize("apart", [10, -10])
def test_dopamine_in_continuous_time_is_the_closed_form(apart: int) -> None:
    """A pair, and a spike of dopamine a second later: the integral of c d, to 1e-9 (Potjans et al. 2010)."""
    rule = learning_rules.get("stdp_dopamine").with_(A_plus=0.01, A_minus=0.015)
    found = weights_after({"rule": rule}, [[PRE]], [[PRE + 10 * apart]], until=LAST, reward=[REWARD])["rule"][0] - 0.5
    c = 0.01 * np.exp(-10 / 20) if apart > 0 else -0.015 * np.exp(-10 / 20)
    c *= np.exp(-(REWARD - max(PRE, PRE + 10 * apart)) * 0.1 / 1000)
    until, rate = (LAST - REWARD) * 0.1, 1 / 1000 + 1 / 200
    expected = c * 0.5 / 200 * (1 - np.exp(-until * rate)) / rate
    assert found == pytest.approx(expected, rel=1e-9)


def test_third_factors_that_are_not_there_are_refused() -> None:
    spec = a_brain()
    spec.add("S", 2, "spike_source")
    spec.add("A", 2, neurons.get("lif_cond"))
    spec.connect("S", "A", AllToAll(), weight="1 nS", receptor="exc", rules=RULE, bounds=("0 nS", "2 nS"))
    with pytest.raises(InputError, match=r"'izhikevich2007' needs a receptor 'dopamine' on 'A'.*neuromodulator"):
        spec.resolve()


REGULAR = LearningRule(
    name="regular", regularly="w *= 0.9", interval="every", parameters=parameters(every="5 ms"), term="long"
)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"parameters": parameters(every="0.25 ms")}, "no multiple of the time step"),
        (
            {"equations": "dc/dt = -c/every : 1 (event-driven)", "regularly": "w *= c"},
            r"'c' is event-driven.*dc/dt = \.\.\. \(clock-driven\)",
        ),
        ({"regularly": "w *= q"}, "undefined symbol 'q'"),
    ],
)
def test_what_is_done_regularly_is_checked(changes: dict[str, object], told: str) -> None:
    spec = a_brain()
    spec.add("S", 2, "spike_source")
    spec.add("A", 2, RELAY)
    spec.connect("S", "A", AllToAll(), weight="1", receptor="plastic", rules=replace(REGULAR, **changes))  # type: ignore[arg-type]
    with pytest.raises(InputError, match=told):
        spec.resolve()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"interval": ""}, "has regularly but no interval"),
        ({"regularly": ""}, "has interval but no regularly"),
        ({"interval": "evry"}, "no time among the parameters. Did you mean 'every'"),
    ],
)
def test_an_interval_is_a_parameter(changes: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        replace(REGULAR, **changes)


def test_weights_decay_regularly() -> None:
    """Once in 5 ms from the start: 21 times in 100.1 ms."""
    found = weights_after({"r": REGULAR}, [[10]], [[20]], until=1001)["r"]
    assert found[0] == pytest.approx(0.5 * 0.9**21, rel=1e-12)


@pytest.mark.parametrize("runs_on", ["cpp", "brian2"])
def test_traces_go_on_while_a_rule_is_frozen(runs_on: str) -> None:
    """Frozen from 20 to 60 ms: what is learned stands still, a trace that statements step does not."""
    rule = replace(
        REGULAR,
        equations="c : 1\nlearned : 1\nvolts : volt",
        regularly="w *= 0.9\nc += 1\nlearned += 1\nvolts = 0*volt + volts",
        learned=("learned", "volts"),
    )
    spec = a_brain("100 ms")
    spec.add("S", 1, "spike_source")
    spec.add("A", 1, RELAY)
    spec.connect("S", "A", weight="1", receptor="plastic", rules=rule, name="p")
    spec.intervene(Freeze(target="p", during=("20 ms", "60 ms")))
    done = run(spec, runs_on=runs_on)
    built, where = done.built.synapses_of("p")
    assert built.array("s0_c")[where] == [20]
    assert built.array("s0_learned")[where] == [12]
    assert done.built.weights("p")[0] == pytest.approx(0.9**12, rel=1e-12)


def test_what_is_learned_is_state_of_the_rule() -> None:
    with pytest.raises(InputError, match=r"'y' is no state of the rule's synapses"):
        replace(REGULAR, equations="dx/dt = -x/every : 1 (clock-driven)", learned=("y",))


@pytest.mark.parametrize("runs_on", ["cpp", "brian2"])
def test_learned_state_with_dynamics_stands_still(runs_on: str) -> None:
    """The efficacy of Graupner & Brunel's rule, drifting by noise, begins again after a freeze where it was before."""
    rule = learning_rules.get("graupner_brunel2012").with_(C_pre=2, sigma=50, tau="2 s", tau_Ca="500 ms")
    found = []
    for act in ((), (Freeze(target="p", during=("30 ms", None)),)):
        spec = a_brain("60 ms")
        spec.add("S", 1, "spike_source")
        spec.stimulate("S", SpikeTrains(times=[0.001, 0.002], neurons=[0, 0]))
        spec.add("A", 1, RELAY)
        spec.connect("S", "A", weight="0.5", receptor="plastic", rules=rule, bounds=("0", "1"), name="p")
        spec.record(weights=(Weights(projection="p", interval="10 ms"),))
        spec.intervene(*act)
        done = run(spec, runs_on=runs_on)
        built, where = done.built.synapses_of("p")
        found.append(
            (float(built.array("s0_rho")[where][0]), float(done.built.weights("p")[0]), done.sink.snapshots["p"])
        )
    moving, still = found
    assert abs(moving[0] - still[0]) > 0.01
    assert abs(still[0] - 0.5) > 0.01
    assert still[1] == pytest.approx(still[2][3][3]["w"][0], abs=1e-12)  # the weight of 30 ms
