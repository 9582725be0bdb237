"""Protocols give the numbers that papers and closed forms give, and say when a rule does not go with them."""

from __future__ import annotations

import os
from functools import cache

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.model import learning_rules
from braincore.study.protocols import Outcome, protocols

QUIET = learning_rules.get("stdp_pair").with_(A_plus=0, A_minus=0)


def outcome(protocol: str, *rules: str, seed: int = 1, **settings: object) -> Outcome:
    made = protocols.get(protocol).with_(settings)
    return made(*(learning_rules.get(rule) for rule in rules), seed=seed)


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ("stdp_triplet", 0.342),
        ("stdp_triplet_minimal", 0.356),
        ("stdp_triplet_nearest", 0.232),
        ("stdp_triplet_nearest_minimal", 0.348),
    ],
)
def test_error_of_triplet_rules_on_visual_cortex(rule: str, error: float) -> None:
    """Pfister & Gerstner 2006, Table 3 (E of our own computation from its constants and Sjöström's data, to 0.005)."""
    assert outcome("frequency", rule).value("error") == pytest.approx(error, abs=0.005)


def test_triplets_of_hippocampus() -> None:
    """The full all-to-all set for hippocampal cultures (Pfister & Gerstner 2006, Table 4) on its protocol."""
    expected = [0.043, 0.005, -0.078, 0.102, 0.358, 0.204, 0.108, 0.325]
    _, found = outcome("triplets", "stdp_triplet_hippocampus").curve("change")
    np.testing.assert_allclose(found, expected, atol=0.015)  # their weight is not relative to a maximum, ours is


def test_window_of_pairs_is_its_closed_form() -> None:
    """60 pairs a second apart: each adds A exp(-|lag|/tau), twice the maximum's share as weights begin at one half."""
    lags, found = outcome("window", "stdp_pair").curve("change")
    a, b = (
        next(p.value.si for p in learning_rules.get("stdp_pair").parameters if p.name == n)
        for n in ("A_plus", "A_minus")
    )
    expected = np.where(lags > 0, 120 * a * np.exp(-lags / 20), -120 * b * np.exp(lags / 20))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_quadruplets_of_pairs_do_not_depend_on_their_order() -> None:
    """A pair rule sees all pairs alike: a quadruplet gives the same, whichever pair comes first, but for far pairs."""
    apart, found = outcome("quadruplets", "stdp_pair").curve("change")
    triplet = outcome("quadruplets", "stdp_triplet_hippocampus").curve("change")[1]
    far = np.abs(apart) == 100
    assert abs(found[far][0] - found[far][1]) < 0.02
    near = np.abs(apart) == 20
    assert abs(triplet[near][0] - triplet[near][1]) > 0.1


def test_rate_response_of_the_minimal_triplet_rule_crosses_where_theory_says() -> None:
    """y = A2- tau-/(A3+ tau+ tau_y) (Pfister & Gerstner 2006); 40 synapses at each rate, within 15 %."""
    expected = 7.1e-3 * 33.7e-3 / (6.5e-3 * 16.8e-3 * 114e-3)
    assert outcome("rates", "stdp_triplet_minimal").value("crossing") == pytest.approx(expected, rel=0.15)


def test_pair_rule_crosses_nowhere() -> None:
    depressing = learning_rules.get("stdp_pair").with_(A_minus=0.015)
    rates, drift = protocols.get("rates")(depressing).curve("drift")
    assert (drift[rates >= 5] < 0).all()  # below that there are hardly any pairs


def test_sequences_are_learned_forward() -> None:
    found = outcome("sequence", "stdp_pair")
    assert found.value("forward") > 0.05
    assert found.value("backward") < -0.05
    distances, change = found.curve("change")
    assert change[distances == 1] > change[distances == 5] > 0 > change[distances == -5] > change[distances == -1]


def test_what_nothing_taught_is_not_kept() -> None:
    made = protocols.get("retention").with_(duration="10 s")(QUIET)
    assert made.value("learned") == 0
    assert np.isnan(made.value("half-life"))


def test_additive_weights_are_forgotten_before_those_of_slow_rules() -> None:
    fast = outcome("retention", "stdp_pair", duration="50 s")
    slow = protocols.get("retention").with_(duration="50 s")(
        learning_rules.get("stdp_pair").with_(A_plus=0.002, A_minus=0.0021)
    )
    assert fast.value("learned") > slow.value("learned") > 0.02
    assert np.isfinite(fast.value("kept at the end"))


def test_additive_rules_go_to_the_bounds_and_multiplicative_ones_do_not() -> None:
    spread = protocols.get("spread").with_(duration="100 s")
    additive = spread(learning_rules.get("stdp_pair").with_(A_plus=0.02, A_minus=0.03))
    multiplicative = spread(learning_rules.get("stdp_multiplicative"))
    assert additive.value("at the bounds") > 0.9
    assert multiplicative.value("at the bounds") < 0.05
    assert multiplicative.value("standard deviation") < 0.15
    shares = additive.curve("share")[1]
    assert shares.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", [n for n in protocols if n not in ("song", "balance", "reward", "digits")])
@pytest.mark.rotates(6)
def test_every_protocol_takes_every_kind_of_rule(name: str) -> None:
    """A third factor, state in the target and homeostasis beside it: everything is there that rules may need."""
    for rules in (("izhikevich2007",), ("stdp_pair", "synaptic_scaling"), ("intrinsic_plasticity",)):
        short = {key: value for key, value in (("duration", "10 s"), ("pairs", 5), ("repetitions", 5))
                 if key in {p.name for p in protocols.get(name).settings}}  # fmt: skip
        assert outcome(name, *rules, **short).spikes > 0


def test_rate_rules_are_refused() -> None:
    with pytest.raises(InputError, match=r"bcm"):
        outcome("window", "bcm")


def test_seeds_matter_where_there_is_chance() -> None:
    first, second, again = (outcome("spread", "stdp_pair", seed=s, duration="10 s") for s in (1, 2, 1))
    assert first.rows == again.rows
    assert first.rows != second.rows


def test_events_are_counted() -> None:
    """60 pairs at 20 lags: a presynaptic and a postsynaptic spike each."""
    assert outcome("window", "stdp_pair").events == 2 * 60 * 20


@pytest.mark.slow
@pytest.mark.rotates(4, group="long protocols")
def test_additive_stdp_makes_inputs_compete() -> None:
    """Song, Miller & Abbott 2000: bimodal by Hartigan's dip test; the rate hardly follows that of the input."""
    import diptest

    rates = []
    for rate in ("15 Hz", "20 Hz", "40 Hz"):
        found = outcome("song", "stdp_pair", rate=rate, duration="300 s")
        rates.append(found.value("rate"))
        middles, shares = found.curve("share")
        _, p = diptest.diptest(np.repeat(middles, np.rint(shares * 1000).astype(int)))
        assert p < 1e-3
        assert found.value("bimodality") > 5 / 9
    assert max(rates) / min(rates) < 1.5  # for inputs that differ by 2.7


@cache
def balanced() -> Outcome:
    """The network of Vogels et al. 2011 after 40 s with ten times their rate of learning."""
    rule = learning_rules.get("vogels2011").with_(eta=1e-3)
    return protocols.get("balance").with_(duration="40 s")(rule)


@pytest.mark.slow
@pytest.mark.rotates(4, group="long protocols")
def test_inhibitory_plasticity_calms_a_network() -> None:
    """From more than 20 Hz in the first half second to less than 5, irregularly (Vogels et al. 2011)."""
    found = balanced()
    assert found.curve("rate")[1][0] > 20
    assert found.value("late rate") < 5
    assert found.value("irregularity") > 0.7


@pytest.mark.slow
def test_inhibitory_plasticity_comes_to_rest_where_its_changes_cancel() -> None:
    """Rate times the mean of both correlations is rho_0 = 3 Hz, to 4 % (Vogels et al. 2011, with correlations).

    The goal itself is not reached to 10 %: inhibition silences for some milliseconds, so that there are fewer
    inhibitory spikes before excitatory ones than by chance. Brian2's own example has 5.0 Hz after 60 s, still falling.
    """
    found = balanced()
    before, after = (found.value(f"inhibition {side}") for side in ("before", "after"))
    assert before < 0.7 < after
    assert found.value("late rate") * (before + after) / 2 == pytest.approx(3, rel=0.04)
    assert found.value("late rate") == pytest.approx(3.78, abs=0.15)


@pytest.mark.slow
@pytest.mark.minutes
@pytest.mark.rotates(4, group="long protocols")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_rewarded_synapse_rises_and_one_that_is_rewarded_by_chance_does_not(seed: int) -> None:
    """Izhikevich 2007, Figure 1, for a third of its hour: above nine tenths of the weights, against one by chance."""
    rewarded = outcome("reward", "izhikevich2007", seed=seed, duration="1200 s")
    assert rewarded.value("rewards") > 20
    assert rewarded.value("share below") > 0.9
    chance = outcome("reward", "izhikevich2007", seed=seed, duration="1200 s", at_random=1)
    assert chance.value("share below") < rewarded.value("share below")
    assert chance.value("tagged at the end") < 0.5 * rewarded.value("tagged at the end")


def _need_mnist() -> None:
    from braincore.data.images import read_images

    try:
        read_images("mnist", "test")
    except InputError:
        pytest.skip("MNIST is not here")


@pytest.mark.slow
@pytest.mark.rotates(4, group="long protocols")
@pytest.mark.parametrize(("rule", "accuracy"), [("diehl_cook2015", 0.45), ("diehl_cook2015_power", 0.5)])
def test_digits_are_learned_without_a_teacher(rule: str, accuracy: float) -> None:
    """A small part of MNIST and 50 neurons: far above chance; the published setting has a test of its own."""
    _need_mnist()
    found = outcome("digits", rule, neurons=50, images=1500, assigned=500, tested=500)
    assert found.value("accuracy") > accuracy
    assert found.value("labels in use") >= 8


@pytest.mark.slow
@pytest.mark.minutes
@pytest.mark.skipif(not os.environ.get("BRAINCORE_ALL"), reason="ten minutes: checked with BRAINCORE_ALL")
def test_a_hundred_neurons_reach_the_published_accuracy() -> None:
    """Diehl & Cook 2015: 82.9 % of the 10 000 test images with 100 neurons; labels by training images alone.

    Measured: 84.2 % with seed 1 after one epoch.
    """
    _need_mnist()
    settings = {"neurons": 100, "images": 60000, "assigned": 10000, "tested": 10000}
    assert outcome("digits", "diehl_cook2015_power", **settings).value("accuracy") > 0.829


def test_power_law_of_diehl_cook_by_a_pair() -> None:
    """One pair, from half of the maximum: eta (x - x_tar) (1 - w)^mu, x = exp(-lag/20 ms), or 0 before any spike."""
    lags, found = outcome("window", "diehl_cook2015_power", pairs=1).curve("change")
    trace = np.where(np.asarray(lags) > 0, np.exp(-np.asarray(lags) / 20), 0)
    np.testing.assert_allclose(found, 0.002 * (trace - 0.1) * 0.5**0.2 / 0.5, rtol=1e-6)


def test_labels_are_those_whose_images_a_neuron_answers_most() -> None:
    from braincore.study.protocols.digits import answer, assignment

    counts = np.array([[9, 0, 1], [8, 1, 1], [0, 5, 0], [1, 6, 0]])
    mine = assignment(counts, np.array([3, 3, 7, 7], dtype=np.uint8))
    assert mine.tolist() == [3, 7, 3]
    assert answer(np.array([[4, 0, 2], [0, 1, 0]]), mine).tolist() == [3, 7]


def test_patterns_are_recalled_by_rules_that_store_coincidences() -> None:
    """Triplets of nearest spikes bring back the whole pattern and nothing else; pairs, and nothing at all, do not."""
    found = outcome("recall", "stdp_triplet_nearest_minimal")
    assert found.value("completed") == 1
    assert found.value("others") == 0
    assert outcome("recall", "stdp_pair").value("recall") < 0.2
    still = protocols.get("recall")(QUIET)
    assert still.value("completed") == still.value("others") == 0


def test_voltage_rules_meet_spikes_with_a_shape() -> None:
    """Clopath's rule: no potentiation at 1 Hz (Clopath et al. 2010, Fig. 2), depression of post before pre."""
    lags, change = outcome("window", "clopath2010").curve("change")
    np.testing.assert_allclose(change[lags > 3], 0, atol=0.01)
    assert change[lags == -10] < -0.25
    assert outcome("rates", "clopath2010").value("crossing") == pytest.approx(12, abs=4)


def test_spikes_faster_than_their_shape_are_refused() -> None:
    with pytest.raises(InputError, match="faster than those that clopath2010 needs"):
        outcome("rates", "clopath2010", dt="0.5 ms")


def test_the_reward_of_a_protocol_is_a_setting() -> None:
    """The change by R-STDP is linear in dopamine (Izhikevich 2007, eqs. 2.2 and 2.4), beside its tonic part."""
    changes = [
        np.asarray(outcome("window", "izhikevich2007", pairs=5, reward=reward).curve("change")[1])
        for reward in ("0", "0.005", "0.05")
    ]
    tonic, little, more = changes
    assert 0.1 < np.abs(more - tonic).max() < 0.9  # and no weight at a bound
    np.testing.assert_allclose(more - tonic, 10 * (little - tonic), rtol=1e-6, atol=1e-9)
