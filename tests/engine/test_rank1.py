"""Which rules have a lazy form, and that it gives the weights of the eager one."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import brian2 as b2
import numpy as np
import pytest
from brian2 import ms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plastic_models import RULES, code_of, engine, network, rule_code
from synapse_machines import Lazy, M, N, Plain

from braincore.build import build
from braincore.engine.passes.rank1 import SPAN, RankOne, rank_one
from braincore.engine.passes.synapse_code import SynapsesCode
from braincore.engine.passes.traces import Hoisting, hoistable
from braincore.model import AllToAll, BrainSpec
from braincore.model.synapse import learning_rules

LAZY = (
    "pair",
    "pair_two_statements",
    "pair_unbounded",
    "triplet",
    "vogels",
    "eligibility",
    "diehl_cook",
    "subexpression",
    "subexpression_written_out",
    "counts",
)
REASONS = {
    "reward": "an event-driven variable, and with it lastupdate, stays with the synapse",
    "reward_clocked": "S_stateupdater changes c too",
    "short_term": "events of the target change nothing on synapses",
    "short_term_locals": "the increment depends on several traces of the source: u, x",
    "coupled": "x does not decay exponentially by itself",
    "multiplicative": "the increment depends on w",
    "voltage": "increments 0.01 * x * slow_post can be of both signs, and are clipped",
    "of_the_neuron": "apre decays at a rate that differs between neurons",
    "both_ends": "an event-driven variable, and with it lastupdate, stays with the synapse",
    "reads_what_it_writes": "events of the target change nothing on synapses",
}
MORE: dict[str, dict[str, Any]] = {
    # what raises weights and lowers them, the other way round
    "anti": {
        "on_pre": "g += w\napre -= A_plus\nw = clip(w - apost, 0, w_max)",
        "on_post": "apost += A_minus\nw = clip(w + apre, 0, w_max)",
    },
    "one_sided": {
        "on_pre": "g += w\nw = clip(w + apost, 0, inf)\napre += A_plus",
        "on_post": "apost += A_minus\nw = clip(w + apre, -inf, w_max)",
    },
    # a rate of each synapse, a factor of the source, a variable of the target that changes, a local name
    "factors": {
        "model": RULES["pair"]["model"] + "gain : 1",
        "on_pre": "g += w\nw = clip(w + apost*gain, 0, w_max)\napre += A_plus",
        "on_post": "step = apre*gain/2\nw = clip(w + rest_pre*step*abs(slow_post - 0.3), 0, w_max)\napost += A_minus",
    },
    "three_pathways": {
        "on_pre": {"pre": "g += w", "trace": "apre += A_plus", "lower": "w = clip(w + 0.4*apost, 0.1, 0.9)"},
        "on_post": {"post": "w = clip(w + apre, 0, w_max)", "back": "apost += A_minus"},
    },
    "bounds_of_synapses": {
        "model": RULES["pair"]["model"] + "gain : 1",
        "on_pre": "g += w\nw = clip(w + apost, 0, gain + 0.9)\napre += A_plus",
        "on_post": "w = clip(w + apre, 0, gain + 0.9)\napost += A_minus",
    },
}


@cache
def parts(rule: str) -> tuple[SynapsesCode, Hoisting, RankOne | str]:
    """Return the code of a rule, what is hoisted, and its lazy form."""
    code = rule_code("pair", MORE[rule]) if rule in MORE else rule_code(rule)
    hoisting = hoistable(code)
    return code, hoisting, rank_one(code, hoisting)


@pytest.mark.parametrize("rule", [*LAZY, *MORE])
def test_rules_that_have_a_lazy_form(rule: str) -> None:
    form = parts(rule)[2]
    assert isinstance(form, RankOne), form


@pytest.mark.parametrize("rule", REASONS)
def test_rules_that_have_none(rule: str) -> None:
    assert parts(rule)[2] == REASONS[rule]


def test_what_is_said_of_the_pair_rule() -> None:
    form = parts("pair")[2]
    assert isinstance(form, RankOne)
    assert (form.weight, form.trace, form.rate, form.pathway) == ("w", "apre", "1.0 / tau_plus", "post")
    assert (form.target_factor, form.source_factor, form.synapse_factor) == ("1.0", "1.0", "1.0")
    assert (form.sign, form.low, form.high) == (1, "0", "w_max")
    assert form.signs == {"apre": 1, "apost": -1}
    row = form.rows["pre"]
    assert row.reads and row.writes and row.moves_trace
    assert row.transmission == "before"


def test_factors_are_told_apart() -> None:
    triplet, factors = parts("triplet")[2], parts("factors")[2]
    assert isinstance(triplet, RankOne) and isinstance(factors, RankOne)
    assert triplet.target_factor == "A_plus + 0.01 * _o2_was0"
    assert factors.source_factor == "rest_pre"
    assert factors.synapse_factor == "gain"
    assert "slow_post" in factors.target_factor
    assert factors.sign == 1


def test_where_a_spike_is_transmitted() -> None:
    rows = {rule: parts(rule)[2].rows["pre"].transmission for rule in ("pair", "pair_two_statements", "vogels")}  # type: ignore[union-attr]
    assert rows == {"pair": "before", "pair_two_statements": "after", "vogels": "after"}


ON_PRE = "g += w\napre += A_plus\nw = clip(w + apost, 0, w_max)"


@pytest.mark.parametrize(
    ("on_pre", "on_post", "reason"),
    [
        (ON_PRE, "w = clip(w + apre, 0, w_max)", None),
        (ON_PRE, "w = clip(apre + w, -1, 2*w_max)", None),
        (ON_PRE, "w = clip(w + apre, 0.1, w_max)", "events of 'pre' can leave w below the bound 0.1"),
        (ON_PRE, "w = clip(w + apre, 0, w_max/2)", None),  # apost is below zero
        (ON_PRE.replace("apost", "apre"), "w = clip(w + apre, 0, w_max/2)", "can leave w above the bound w_max / 2"),
        (ON_PRE, "w = clip(w + apre, 0, w_max) + 0", "w is set, not added to"),
        (ON_PRE, "w = clip(w + apre - 0.01, 0, w_max)", "the increment is not proportional to apre"),
        (ON_PRE, "w = clip(w + apre*apre, 0, w_max)", "the increment is not proportional to apre"),
        (ON_PRE, "w = clip(w + apre*w, 0, w_max)", "the increment depends on w"),
        (ON_PRE, "w = clip(w - w + apre, 0, w_max)", "w is set, not added to"),
        (ON_PRE, "w = clip(2*w + apre, 0, w_max)", "w is set, not added to"),
        (ON_PRE, "w = clip(w + apre*(slow_post - 0.5), 0, w_max)", "can be of both signs, and are clipped"),
        (ON_PRE, "w += apre*(slow_post - 0.5)", None),
        (ON_PRE, "w = clip(w + apre*slow_pre**2, 0, w_max)", "the increment depends on slow_pre, which can change"),
        (ON_PRE, "w = clip(w + apre*(rest_pre + rest_post), 0, w_max)", "rest_pre + rest_post is no product"),
        (ON_PRE, "w = clip(w + apre*(rest_pre - apost), 0, w_max)", "rest_pre - apost is no product"),
        (ON_PRE, "w = clip(w + apre*(1 + rest_pre)*abs(rest_post - 1)/2, 0, w_max)", None),
        (ON_PRE, "w = clip(w + apre, 0, slow_post)", "the bound slow_post can change"),
        (ON_PRE, "w = clip(w + apre*rand(), 0, w_max)", "the increment calls rand"),
        (ON_PRE, "w = clip(w + 0.1, 0, w_max)", "the increment does not depend on a trace of the source"),
        (ON_PRE, "w = clip(w + apre, 0, w_max)\ng += w", "events of 'post' change g and w"),
        (ON_PRE.replace("clip(w + apost, 0, w_max)", "w + apost"), "w = clip(w + apre, 0, w_max)", "w below the bound"),
        (ON_PRE.replace("clip(w + apost, 0, w_max)", "w*0.9"), "w = clip(w + apre, 0, w_max)", "can leave w below"),
        (ON_PRE.replace("0, w_max", "0, inf"), "w = clip(w + apre, 0, w_max)", None),  # apost is below zero
        (ON_PRE.replace("apost", "(apost + 0.1)").replace("w_max", "inf"), "w = clip(w + apre, 0, w_max)", "w above"),
        ("g += w\napre += A_plus", "w = clip(w + apre, 0, w_max)", None),
    ],
)
def test_which_forms_are_legal(on_pre: str, on_post: str, reason: str | None) -> None:
    code = rule_code("pair", {"on_pre": on_pre, "on_post": f"apost += A_minus\n{on_post}"})
    form = rank_one(code, hoistable(code))
    if reason is None:
        assert isinstance(form, RankOne), form
    else:
        assert isinstance(form, str)
        assert reason in form


def test_signs_follow_values() -> None:
    with engine():
        net, synapses = network(RULES["pair"])
        synapses.apre = -0.1
        code = code_of(net, synapses)
        assert "of both signs" in str(rank_one(code, hoistable(code)))
        synapses.namespace["A_plus"] = -0.05
        net, synapses = network({**RULES["pair"]})
        synapses.namespace["A_plus"] = -0.05
        code = code_of(net, synapses)
        downwards = rank_one(code, hoistable(code))
    assert isinstance(downwards, RankOne)
    assert downwards.sign == -1


def test_monitors_look_at_weights_and_other_code_does_not() -> None:
    with engine():
        net, synapses = network(RULES["pair"])
        net.add(b2.StateMonitor(synapses, "w", True, name="watch"))
        code = code_of(net, synapses)
        watched = rank_one(code, hoistable(code))
        net, synapses = network(RULES["pair"])
        synapses.run_regularly("w *= 0.99", dt=1 * ms, name="scale")
        code = code_of(b2.Network(*net.objects), synapses)
        scaled = rank_one(code, hoistable(code))
        net, synapses = network(RULES["pair"])
        synapses.post.delay = np.linspace(0, 2, len(synapses)) * ms
        code = code_of(net, synapses)
        scattered = rank_one(code, hoistable(code))
    assert isinstance(watched, RankOne)
    assert watched.recorded == ("watch",)
    assert scaled == "scale changes w too"
    assert scattered == "events of 'post' reach the synapses of a neuron at different times"


# the lazy form against Brian2's code ------------------------------------------------------------------------------

STEP = 1e-3
some = st.lists(st.integers(0, N - 1), max_size=3, unique=True)
moment = st.tuples(st.integers(0, 40), some, some, st.sampled_from(["", "", "look", "move"]))


def _compare(rule: str, moments: list[Any], dtype: Any, tolerance: float) -> float:
    """Run both forms and compare weights and what was transmitted; return the part of weights at a bound."""
    code, hoisting, form = parts(rule)
    assert isinstance(form, RankOne)
    plain, lazy = Plain(code, 3), Lazy(code, 3, hoisting, form, dtype=dtype)
    t, last = 0.0, 0.0
    for gap, sources, targets, what in moments:
        t += gap * STEP
        if lazy.rate * (t - lazy.origin) > SPAN:
            lazy.move(t)
        for pathway in code.pathways:  # in Brian2's order: of one time step, events of sources come first
            for neuron in sources if pathway.side == "source" else [k for k in targets if k < M]:
                plain.event(pathway, neuron, t)
                lazy.event(pathway, neuron, t)
        if what:
            _agree(plain, lazy, t, tolerance)
        if what == "move":
            lazy.move(t)
        last = t
    _agree(plain, lazy, last, tolerance)
    return float(np.mean((plain.synaptic[lazy.form.weight] <= 0) | (plain.synaptic["w"] >= 1)))


def _agree(plain: Plain, lazy: Lazy, t: float, tolerance: float) -> None:
    scale = max(1.0, float(np.abs(plain.synaptic[lazy.form.weight]).max()))
    np.testing.assert_allclose(
        lazy.weights(t), plain.synaptic[lazy.form.weight], rtol=tolerance, atol=tolerance * scale
    )
    for name, sent in plain.neuron["target"].items():
        size = max(1.0, float(np.abs(sent).max()))
        np.testing.assert_allclose(lazy.neuron["target"][name], sent, rtol=tolerance, atol=tolerance * size)


@pytest.mark.parametrize("rule", [*LAZY, *MORE])
@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(moments=st.lists(moment, max_size=40))
def test_lazy_weights_are_the_eager_ones(rule: str, moments: list[Any]) -> None:
    _compare(rule, moments, np.float64, 1e-12)


@pytest.mark.parametrize("rule", [*LAZY, *MORE])
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(moments=st.lists(moment, max_size=40))
def test_lazy_weights_in_single_precision(rule: str, moments: list[Any]) -> None:
    _compare(rule, moments, np.float32, 1e-5)


@pytest.mark.parametrize("rule", [*LAZY, *MORE])
def test_lazy_weights_over_a_long_time(rule: str) -> None:
    rng = np.random.default_rng(7)
    moments = [
        (
            int(rng.integers(1, 12)),
            np.flatnonzero(rng.random(N) < 0.25).tolist(),
            np.flatnonzero(rng.random(M) < 0.25).tolist(),
            rng.choice(["", "", "", "look", "move"]),
        )
        for _ in range(300)
    ]
    at_bound = _compare(rule, moments, np.float64, 1e-12)
    if rule in ("pair", "pair_two_statements", "vogels", "triplet"):
        assert at_bound > 0  # the bounds were put to the test


def test_another_order_of_pathways_in_a_step() -> None:
    code, hoisting, form = parts("pair")
    assert isinstance(form, RankOne)
    turned = replace(code, pathways=code.pathways[::-1])
    plain, lazy = Plain(turned, 3), Lazy(turned, 3, hoisting, form)
    rng = np.random.default_rng(8)
    for step in range(60):
        for pathway in turned.pathways:
            for neuron in np.flatnonzero(rng.random(plain.size[pathway.side]) < 0.3):
                plain.event(pathway, neuron, step * STEP)
                lazy.event(pathway, neuron, step * STEP)
    _agree(plain, lazy, 59 * STEP, 1e-12)


LIBRARY = {
    ("stdp_pair",): ("w", {"source": {"a_plus"}, "target": {"a_minus"}}),
    ("tsodyks_markram",): ("", {"source": {"u", "x"}}),
    ("mongillo2008",): ("", {"source": {"u", "x"}}),
    ("tsodyks_markram", "stdp_pair"): ("w", {"source": {"a_plus", "u", "x"}, "target": {"a_minus"}}),
}


@pytest.mark.parametrize("rules", LIBRARY, ids="+".join)
def test_the_librarys_rules_as_they_are_built(rules: tuple[str, ...]) -> None:
    weight, sides = LIBRARY[rules]
    with engine():
        spec = BrainSpec(duration="1 ms", seed=1, dt="0.1 ms")
        spec.add("A", 3, "lif_exp")
        found = tuple(learning_rules.get(name) for name in rules)
        bounds = ("0 pA", "180 pA") if any(rule.bounded for rule in found) else None
        spec.connect("A", "A", AllToAll(), weight="90 pA", delay="1 ms", rules=found, bounds=bounds, name="S")
        built = build(spec.resolve())
        code = code_of(b2.Network(*built.objects), built.synapses_of("S")[0].brian)
    hoisting = hoistable(code)
    for side in hoisting.sides:
        assert {name.split("_", 1)[1] for name in side.traces} == sides[side.name]
    assert {side.name for side in hoisting.sides} == set(sides)
    form = rank_one(code, hoisting)
    if weight:
        assert isinstance(form, RankOne), form
        assert form.weight.endswith(f"_{weight}")
    else:
        assert form == "events of the target change nothing on synapses"
