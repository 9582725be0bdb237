"""Which synaptic variables are hoisted to neurons, and that the code for neurons does what that of synapses did."""

from __future__ import annotations

from dataclasses import replace

import brian2 as b2
import numpy as np
import pytest
from brian2 import ms
from plastic_models import NAMESPACE, RULES, code_of, engine, network, rule_code
from synapse_machines import DT, Hoisted, N, Plain

from braincore.engine.passes.synapse_code import arrive_together
from braincore.engine.passes.trace_arrays import gathered
from braincore.engine.passes.traces import Hoisting, hoistable

# rule: what goes to the source, what to the target
HOISTED = {
    "pair": ({"apre"}, {"apost"}),
    "pair_two_statements": ({"apre"}, {"apost"}),
    "pair_unbounded": ({"apre"}, {"apost"}),
    "triplet": ({"r1", "r2"}, {"o1", "o2"}),
    "vogels": ({"apre"}, {"apost"}),
    "reward": ({"apre"}, {"apost"}),
    "reward_clocked": ({"apre"}, {"apost"}),
    "eligibility": ({"apre"}, {"apost"}),
    "short_term": ({"u", "x"}, set()),
    "short_term_locals": ({"u", "x"}, set()),
    "coupled": ({"u", "x"}, set()),
    "diehl_cook": ({"apre"}, {"before", "post1", "post2"}),
    "multiplicative": ({"apre"}, {"apost"}),
    "voltage": ({"x"}, set()),
    "of_the_neuron": ({"apre"}, {"apost"}),
    "subexpression": ({"apre"}, {"apost"}),
    "subexpression_written_out": ({"apre"}, {"apost"}),
    "noisy": (set(), set()),
    "both_ends": (set(), set()),
    "feeds_the_synapse": (set(), set()),
    "reads_what_it_writes": ({"apre"}, {"apost"}),
    "time_of_last_event": ({"apre"}, {"apost"}),
    "counts": ({"n"}, {"m"}),
}
REASONS = {
    ("pair", "w"): "events of both ends change it ('pre' and 'post')",
    ("reward", "c"): "events of both ends change it ('pre' and 'post')",
    ("reward_clocked", "c"): "S_stateupdater changes it too",
    ("noisy", "apre"): "its change in 'pre' depends on rand(), another number on each synapse",
    ("noisy", "apost"): "its change in 'post' depends on w, which each synapse has for itself",
    ("feeds_the_synapse", "u"): "x, which each synapse has for itself, decays depending on it",
    ("short_term_locals", "w"): "its change in 'post' depends on u, a trace of the other end",
}


def _sides(hoisting: Hoisting) -> tuple[set[str], set[str]]:
    found = {side.name: set(side.traces) for side in hoisting.sides}
    return found.get("source", set()), found.get("target", set())


@pytest.mark.parametrize("rule", RULES)
def test_what_is_hoisted(rule: str) -> None:
    hoisting = hoistable(rule_code(rule))
    assert _sides(hoisting) == HOISTED[rule]
    for (which, name), reason in REASONS.items():
        if which == rule:
            assert hoisting.reasons[name] == reason


def test_nothing_but_the_product_remains_of_short_term_plasticity() -> None:
    hoisting = hoistable(rule_code("short_term"))
    assert hoisting.synaptic == {"pre": "g += w * u * _x_was0"}
    assert hoisting.advance == {"pre": ()}
    assert hoisting.events["pre"].snapshots == ("_x_was0",)
    assert not hoisting.keeps_lastupdate


def test_pair_rule_keeps_two_lines_for_the_synapse() -> None:
    hoisting = hoistable(rule_code("pair"))
    assert hoisting.synaptic == {
        "pre": "g += w\nw = clip(w + apost, 0, w_max)",
        "post": "w = clip(w + apre, 0, w_max)",
    }
    assert hoisting.advance == {"pre": ("apost",), "post": ("apre",)}
    assert hoisting.stamps == ("pre", "post")


def test_scattered_delays_keep_a_trace_on_the_synapse() -> None:
    with engine():
        net, synapses = network(RULES["pair"])
        synapses.pre.delay = np.linspace(0, 2, len(synapses)) * ms
        scattered = hoistable(code_of(net, synapses))
        net, synapses = network(RULES["pair"])
        synapses.pre.delay = "0.5*ms*i"
        by_neuron = hoistable(code_of(net, synapses))
    assert _sides(scattered) == (set(), {"apost"})
    assert scattered.reasons["apre"] == "events of 'pre' reach the synapses of a neuron at different times"
    assert scattered.keeps_lastupdate
    assert _sides(by_neuron) == ({"apre"}, {"apost"})


def test_where_lastupdate_is_only_looked_at_scattered_events_keep_writing_it() -> None:
    rule = {
        "model": "w : 1\ndapost/dt = -apost/tau_minus : 1 (event-driven)",
        "on_pre": "g += w\nw = clip(w + apost, 0, w_max)",
        "on_post": "apost += A_minus",
    }
    with engine():
        net, synapses = network(rule)
        synapses.pre.delay = np.linspace(0, 2, len(synapses)) * ms
        hoisting = hoistable(code_of(net, synapses))
    assert _sides(hoisting) == (set(), {"apost"})
    assert hoisting.synaptic["pre"].endswith("lastupdate = t")
    assert hoisting.synaptic["post"] == ""
    assert hoisting.stamps == ("post",)


def test_a_source_that_is_the_target_reads_what_its_synapses_write() -> None:
    with engine():
        rule = {**RULES["reads_what_it_writes"], "namespace": NAMESPACE}
        found = {}
        for name, on_pre in (("same", rule["on_pre"]), ("else", "apre += 0.1*slow_pre\nother_post += w")):
            group = b2.NeuronGroup(4, "slow : 1\nother : 1", threshold="slow > 1", name=f"group_{name}")
            synapses = b2.Synapses(group, group, **{**rule, "on_pre": on_pre}, name=f"S_{name}")
            synapses.connect()
            found[name] = hoistable(code_of(b2.Network(group, synapses), synapses))
    assert _sides(found["same"]) == (set(), {"apost"})
    assert found["same"].reasons["apre"] == "its change in 'pre' depends on slow_pre, which the same events change"
    assert _sides(found["else"]) == ({"apre"}, {"apost"})


def test_monitors_may_look_and_other_code_may_not() -> None:
    with engine():
        net, synapses = network(RULES["pair"])
        net.add(b2.StateMonitor(synapses, ["w", "apre"], True, name="watch"))
        watched = hoistable(code_of(net, synapses))
        net, synapses = network(RULES["pair"])
        synapses.run_regularly("w += apost", dt=1 * ms, name="sum")
        read = hoistable(code_of(b2.Network(*net.objects), synapses))
        net, synapses = network(RULES["pair"])
        synapses.run_regularly("apre = 0", dt=1 * ms, name="clear")
        changed = hoistable(code_of(b2.Network(*net.objects), synapses))
    assert _sides(watched) == ({"apre"}, {"apost"})
    assert watched.recorded == {"apre": ("watch",)}
    assert _sides(read) == ({"apre"}, set())
    assert read.reasons["apost"] == "sum reads it, with the value of each synapse's last event"
    assert _sides(changed) == (set(), {"apost"})
    assert changed.reasons["apre"] == "clear changes it too"


@pytest.mark.parametrize(
    ("divisor", "reason"),
    [
        ("(tau_plus + t)", "its decay depends on t, the time itself"),
        ("(tau_plus*w)", "its decay depends on w, which each synapse has for itself"),
        ("(tau_plus + 0*g)", "its decay depends on g, a variable of the target neuron"),
        ("(tau_plus*(1 + rand()))", "its decay calls rand"),
        ("(tau_plus + 0*apost)", "its decay depends on apost, which each synapse has for itself"),
    ],
)
def test_a_decay_that_is_not_the_neurons_alone(divisor: str, reason: str) -> None:
    code = rule_code("noisy", {"on_pre": "apre += 1\ng += w*rand()"})
    pathways = tuple(replace(p, code=p.code.replace("tau_plus", divisor)) for p in code.pathways)
    hoisting = hoistable(replace(code, pathways=pathways))
    assert _sides(hoisting)[0] == set()
    assert hoisting.reasons["apre"] == reason


def test_the_caller_can_exclude_what_differs_within_a_neuron() -> None:
    hoisting = hoistable(rule_code("coupled"), {"u": "it differs"})
    assert _sides(hoisting) == (set(), set())
    assert hoisting.reasons["u"] == "it differs"
    assert "u" in hoisting.reasons["x"]


def test_one_neuron_one_arrival() -> None:
    neurons = np.array([0, 0, 1, 2])
    assert arrive_together(neurons, [1e-3], DT)
    assert arrive_together(neurons, [1e-3, 1.00001e-3, 2e-3, 0.0], DT)
    assert not arrive_together(neurons, [1e-3, 1.1e-3, 2e-3, 0.0], DT)
    assert arrive_together(neurons[:0], [], DT)


# what the code of neurons does, against what Brian2's code of synapses does ---------------------------------------


SEMANTIC = [rule for rule in RULES if rule != "noisy" and any(HOISTED[rule])]


@pytest.mark.parametrize("in_place", [False, True], ids=["looked_at", "in_place"])
@pytest.mark.parametrize("rule", SEMANTIC)
def test_code_of_neurons_does_what_that_of_synapses_did(rule: str, in_place: bool) -> None:
    code = rule_code(rule)
    hoisting = hoistable(code)
    seed = 11 + 2 * SEMANTIC.index(rule)
    plain, hoisted = Plain(code, seed), Hoisted(code, seed, hoisting, in_place=in_place)
    rng = np.random.default_rng(seed)
    for step in range(200):
        for pathway in code.pathways:  # in Brian2's order
            size = plain.size[pathway.side]
            for neuron in np.flatnonzero(rng.random(size) < 0.03):
                plain.event(pathway, neuron, step * DT * 20)
                hoisted.event(pathway, neuron, step * DT * 20)
        if step % 20 == 0:
            _agree(plain, hoisted)
    _agree(plain, hoisted)
    assert any(np.ptp(v) > 0 for v in plain.synaptic.values())


def _agree(plain: Plain, hoisted: Hoisted) -> None:
    seen = hoisted.visible()
    for name, values in plain.synaptic.items():
        np.testing.assert_allclose(seen[name], values, rtol=1e-11, atol=1e-13, err_msg=name)
    for side in ("source", "target"):
        for name, values in plain.neuron[side].items():
            np.testing.assert_allclose(hoisted.neuron[side][name], values, rtol=1e-11, atol=1e-13, err_msg=name)


def test_traces_that_differ_within_a_neuron_are_named() -> None:
    with engine():
        net, synapses = network(RULES["triplet"])
        synapses.r1 = "0.1*i"
        synapses.r2 = "0.1*j"
        code = code_of(net, synapses)
        hoisting = hoistable(code)
        source = next(side for side in hoisting.sides if side.name == "source")
        traces, differ = gathered(code, source, np.asarray(synapses.i), N, 5e-3)
    assert differ == ("r2",)
    np.testing.assert_allclose(traces.values["r1"], 0.1 * np.arange(N) * np.exp(-5 / 20), rtol=1e-13)
    assert _sides(hoistable(code, dict.fromkeys(differ, "it differs"))) == ({"r1"}, {"o1", "o2"})


def test_traces_of_different_ages_agree_if_one_decayed_from_the_other() -> None:
    with engine():
        net, synapses = network(RULES["pair"])
        synapses.lastupdate = "j*ms"
        synapses.apre = "(1 + i)*exp(-j/20.0)"
        code = code_of(net, synapses)
        source = hoistable(code).sides[0]
        traces, differ = gathered(code, source, np.asarray(synapses.i), N, 10e-3)
    assert differ == ()
    np.testing.assert_allclose(traces.values["apre"], (1 + np.arange(N)) * np.exp(-10 / 20), rtol=1e-12)
