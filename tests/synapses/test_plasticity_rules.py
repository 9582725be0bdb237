"""Short-term plasticity and pair STDP against closed forms, an independent recursion and a sum over all pairs."""

from __future__ import annotations

from typing import Any

import brian2 as b2
import numpy as np
import pytest

from braincore.model import LearningRule, NeuronModel, Parameter, learning_rules, synapses
from braincore.units import Quantity
from tests.neurons.plain_brian import connect, group, run, steps

DT = 0.1  # ms
COARSE = 1.0  # ms: short-term plasticity is exact from spike to spike, at any step


def collected(rule: LearningRule, spike_steps: np.ndarray, weight: float = 2.0) -> np.ndarray:
    """What each spike transmits through a delta synapse of a perfect integrator."""
    model = NeuronModel(
        name="integrator", equations="dv/dt = 0*I : 1", receptors={"s": synapses.get("delta")}, input="Hz",
        method="euler",
    )  # fmt: skip
    cells = group(model, dt=COARSE)
    source = b2.SpikeGeneratorGroup(1, [0] * len(spike_steps), spike_steps * COARSE * b2.ms, dt=COARSE * b2.ms)
    wire = connect(source, cells, model, "s", [0], [0], [weight], rule=rule)
    trace = b2.StateMonitor(cells, "v", record=True, when="end", dt=COARSE * b2.ms)
    run(cells, source, wire, trace, ms=(spike_steps[-1] + 5) * COARSE)
    v = np.concatenate([[0.0], np.asarray(trace.v[0])])
    return (v[1:] - v[:-1])[spike_steps]


def recursion(spike_steps: np.ndarray, use: float, rec: float, facil: float, rest: float = 0.0) -> np.ndarray:
    """u x at each spike, by the paper's recursion from spike to spike; u decays to `rest` (ms)."""
    u, x, sent = rest, 1.0, []
    for k, step in enumerate(spike_steps):
        if k:
            gap = (step - spike_steps[k - 1]) * COARSE
            u, x = rest + (u - rest) * np.exp(-gap / facil), 1 - (1 - x) * np.exp(-gap / rec)
        u = u + use * (1 - u)
        sent.append(u * x)
        x -= u * x
    return np.array(sent)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("tsodyks_markram", (0.5, 800, 1, 0)),
        ("tsodyks_markram_facilitating", (0.04, 100, 1000, 0)),
        ("mongillo2008", (0.2, 200, 1500, 0.2)),
    ],
)
def test_random_train_is_the_recursion(name: str, values: tuple[float, ...]) -> None:
    """300 spikes at random: each transmission to 1e-10 of an independent recursion with the published constants."""
    rng = np.random.default_rng(21)
    spike_steps = np.cumsum(rng.integers(1, 40, 300))
    sent = collected(learning_rules.get(name), spike_steps)
    assert np.allclose(sent, 2.0 * recursion(spike_steps, *values), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("rate", "count"), [(5, 60), pytest.param(20, 250, marks=pytest.mark.slow), (50, 400)])
@pytest.mark.parametrize("name", ["tsodyks_markram", "tsodyks_markram_facilitating"])
def test_steady_state_is_the_closed_form(name: str, rate: int, count: int) -> None:
    """u = U/(1 - (1 - U) f), x = (1 - d)/(1 - (1 - u) d): Tsodyks et al. 1998, after many regular spikes."""
    rule = learning_rules.get(name)
    use, rec, facil = (p.value.si for p in rule.parameters)
    gap = 1 / rate
    f, d = np.exp(-gap / facil), np.exp(-gap / rec)
    u = use / (1 - (1 - use) * f)
    x = (1 - d) / (1 - (1 - u) * d)
    sent = collected(rule, np.arange(count) * round(gap * 1e3 / COARSE))
    assert sent[0] == pytest.approx(2.0 * use, rel=1e-12)  # u jumps before transmission: the first spike passes w U
    assert sent[-1] == pytest.approx(2.0 * u * x, rel=1e-6)


def test_depressing_and_facilitating_trains() -> None:
    """At 20 Hz the depressing synapse falls at every spike; the facilitating one first rises, threefold."""
    train = np.arange(10) * 50
    falls = collected(learning_rules.get("tsodyks_markram"), train)
    rises = collected(learning_rules.get("tsodyks_markram_facilitating"), train)
    assert np.all(np.diff(falls) < 0) and falls[-1] < 0.15 * falls[0]
    assert np.all(np.diff(rises[:5]) > 0) and rises.max() > 3 * rises[0]


def test_mongillo_rests_at_U() -> None:
    """The first spike passes w U (2 - U), and so does one after a long rest."""
    sent = collected(learning_rules.get("mongillo2008"), np.array([10, 20000]))
    assert sent == pytest.approx([2 * 0.2 * 1.8] * 2, rel=1e-5)


def test_saturation_sums_to_the_closed_form() -> None:
    """Regular spikes: one finds o = delta d/(1 - (1 - delta) d) open, d the decay between them, and adds (1 - o) w."""
    rule = learning_rules.get("saturating").with_(tau="100 ms", delta=0.4)
    sent = collected(rule, np.arange(60) * 50)
    d = np.exp(-0.5)
    assert sent[0] == pytest.approx(2.0, rel=1e-12)
    assert sent[1] == pytest.approx(2.0 * (1 - 0.4 * d), rel=1e-9)
    assert sent[-1] == pytest.approx(2.0 * (1 - 0.4 * d / (1 - 0.6 * d)), rel=1e-9)


# --- STDP -----------------------------------------------------------------------------------------------------------


def learned(rule: LearningRule, trains: list[tuple[Any, Any]]) -> tuple[np.ndarray, list[np.ndarray]]:
    """For each synapse, from steps of arrival and of postsynaptic spikes: its part of w_max, and what was passed."""
    relay = NeuronModel(
        name="relay", equations="dv/dt = -v/tau_m : 1\nsum = 0*I*tau_m : 1", threshold="v > 1", reset="v = 0",
        parameters=(Parameter("tau_m", Quantity(1.0, "ms")),),
        receptors={"drive": synapses.get("delta"), "s": synapses.get("pulse_current")}, input="Hz", method="euler",
    )  # fmt: skip
    n = len(trains)
    pre = [np.atleast_1d(p) for p, _ in trains]
    post = [np.atleast_1d(q) for _, q in trains]
    cells = group(relay, n)
    who = [np.repeat(np.arange(n), [len(x) for x in side]) for side in (pre, post)]
    source = b2.SpikeGeneratorGroup(n, who[0], np.concatenate(pre) * DT * b2.ms)
    driver = b2.SpikeGeneratorGroup(n, who[1], (np.concatenate(post) - 1) * DT * b2.ms)
    same = np.arange(n)
    wire = connect(source, cells, relay, "s", same, same, [1.5] * n, rule=rule, bounds=(0.0, 3.0))
    push = connect(driver, cells, relay, "drive", same, same, [10.0] * n)
    fired = b2.SpikeMonitor(cells)
    trace = b2.StateMonitor(cells, "s_s", record=True, when="end")
    run(cells, source, driver, wire, push, fired, trace, ms=(max(np.concatenate(pre + post)) + 5) * DT)
    for k in range(n):
        assert np.array_equal(steps(fired, DT)[np.asarray(fired.i) == k], post[k])
    return np.asarray(wire.w) / 3.0, [np.asarray(trace.s_s[k])[pre[k]] * DT * 1e-3 for k in range(n)]


def direct_sum(pre: np.ndarray, post: np.ndarray, a_plus: float, a_minus: float, tau: float) -> float:
    """The sum over all pairs; a pair in the same step potentiates in full (the documented tie rule)."""
    apart = (post[:, None] - pre[None, :]) * DT
    return float(
        np.sum(np.where(apart >= 0, a_plus * np.exp(-np.abs(apart) / tau), -a_minus * np.exp(-np.abs(apart) / tau)))
    )


def test_stdp_is_the_sum_over_all_pairs() -> None:
    """1000 random spikes on each side, hundreds of them in the same steps, three times: to 1e-10 of a direct sum."""
    rng = np.random.default_rng(1)
    trains = []
    for _ in range(3):
        pre = np.sort(rng.choice(np.arange(5, 6000), 1000, replace=False))
        post = np.sort(rng.choice(np.arange(5, 6000, 2), 1000, replace=False))
        assert len(np.intersect1d(pre, post)) > 100
        trains.append((pre, post))
    found, _ = learned(learning_rules.get("stdp_pair").with_(A_plus=1e-6, A_minus=1.05e-6), trains)
    for final, (pre, post) in zip(found, trains, strict=True):
        expected = direct_sum(pre, post, 1e-6, 1.05e-6, 20.0)
        assert abs(expected) > 1e-4
        assert final - 0.5 == pytest.approx(expected, rel=1e-10)


def test_stdp_window_and_tie_with_published_constants() -> None:
    """One pair at -30 ... 30 ms: A exp(-|dt|/20 ms) of each sign; at no distance +A_plus."""
    apart = np.array([-300, -1, 0, 1, 300])
    found, _ = learned(learning_rules.get("stdp_pair"), [(400, 400 + each) for each in apart])
    size = np.exp(-np.abs(apart) * DT / 20)
    assert found - 0.5 == pytest.approx(np.where(apart >= 0, 0.005, -0.00525) * size, rel=1e-10)


def test_stdp_stays_in_bounds_and_transmits_what_it_found() -> None:
    """Causal pairs drive the weight to its maximum and not beyond, acausal ones to 0; a spike passes what it finds."""
    rule = learning_rules.get("stdp_pair").with_(A_plus=0.1, A_minus=0.1)
    times = np.arange(10, 5000, 100)
    found, sent = learned(rule, [(times, times + 20), (times + 20, times)])
    assert list(found) == [1.0, 0.0]  # 3.0/3.0
    assert sent[0][0] == pytest.approx(1.5, rel=1e-12) and sent[0][-1] == pytest.approx(3.0, rel=0.1)
    assert sent[1][0] == pytest.approx(1.5, rel=1e-12)
