"""Plastic networks on the engine, with traces on neurons and with traces on synapses, and on Brian2's own runtime."""

from __future__ import annotations

from functools import cache
from typing import Any

import brian2 as b2
import numpy as np
import pytest
from brian2 import ms
from plastic_models import NAMESPACE, REGULARLY, RULES

import braincore.engine  # noqa: F401 - registers the device
from braincore.engine import additive, plans
from braincore.engine.device import DEVICE
from braincore.engine.lint import EngineWarning

LENGTH = 60.0
NEURONS = """
dv/dt = (drive - v)/(10*ms) + g/(10*ms) : 1
dg/dt = -g/(5*ms) : 1
drive : 1 (constant)
rest : 1 (constant)
tau_own : second (constant)
dslow/dt = -slow/(20*ms) : 1
twice = 2*rest : 1
"""
DOUBTFUL = {"noisy", "subexpression"}
"""Brian2 draws other random numbers, and takes a subexpression of synapses from before their decay (or after it)."""
QUICK = ("pair", "triplet", "vogels", "reward", "short_term", "noisy", "both_ends", "subexpression")
ALL = [pytest.param(rule, marks=() if rule in QUICK else pytest.mark.slow) for rule in sorted(RULES)]
SAME = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(additive, "SPAN", 0.7)  # sums begin again several times in a short run


def _network(rule: str, n: int, m: int, regularly: str = "") -> tuple[Any, dict[str, Any]]:
    """Return a network with a rule between a group and a part of another one, and what is looked at."""
    rng = np.random.default_rng(5)
    source, targets = (
        b2.NeuronGroup(k, NEURONS, threshold="v > 1", reset="v = 0\nslow += 0.5", method="euler", name=name)
        for k, name in ((n, "pre_group"), (m + 7, "post_group"))
    )
    for group in (source, targets):
        size = len(group)
        group.drive, group.v = rng.uniform(1.05, 1.8, size), rng.uniform(0, 0.9, size)
        group.tau_own, group.rest, group.slow = rng.uniform(20, 40, size) * ms, rng.uniform(0.2, 0.9, size), 0.4
    synapses = b2.Synapses(source[2:], targets[7:], namespace=dict(NAMESPACE), name="S", **RULES[rule])
    pairs = np.flatnonzero(rng.random((n - 2) * m) < 0.4)
    synapses.connect(i=pairs // m, j=pairs % m)
    synapses.pre.delay = 0.7 * ms
    for name in {"w", "gain"} & set(synapses.variables):
        setattr(synapses, name, rng.uniform(0, 1, len(synapses)) * np.repeat([0, 1], [3, len(synapses) - 3]))
    if "x" in synapses.variables and rule.startswith(("short", "coupled")):
        synapses.x = 0.8
    if "d" in synapses.variables:
        synapses.d = 0.3
    if regularly:
        code, every, when = REGULARLY[regularly]
        synapses.run_regularly(code, dt=every * ms, when=when)
    spikes = b2.SpikeMonitor(targets, name="spikes")
    return b2.Network(source, targets, synapses, spikes), {"S": synapses, "spikes": spikes, "targets": targets}


def _state(parts: dict[str, Any]) -> dict[str, Any]:
    synapses = parts["S"]
    own = {
        n: np.array(v.get_value())
        for n, v in synapses.variables.items()
        if isinstance(v, b2.core.variables.ArrayVariable) and v.owner is not None and v.owner.name == "S"
    }
    spikes = {name: np.array(getattr(parts["spikes"], name)) for name in ("i", "t")}
    return {**own, **spikes, "v": np.array(parts["targets"].v)}


@cache
def _run(
    rule: str, device: str, cuts: int = 1, n: int = 30, m: int = 20, regularly: str = "", **options: Any
) -> dict[str, Any]:
    b2.prefs.core.default_float_dtype = np.float64
    b2.set_device(device, **options)
    b2.defaultclock.dt = 0.1 * ms
    b2.seed(1)
    net, parts = _network(rule, n, m, regularly)
    for _ in range(cuts):
        net.run(LENGTH / cuts * ms)
    return _state(parts)


def _compare(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found.keys() == expected.keys()
    assert expected["i"].size > 20
    for key, values in expected.items():
        np.testing.assert_allclose(found[key], values, err_msg=key, **SAME)


@pytest.mark.rotates(3)
@pytest.mark.parametrize("rule", sorted(set(RULES) - DOUBTFUL))
def test_as_on_brian2(rule: str) -> None:
    _compare(_run(rule, "braincore", threads=1), _run(rule, "runtime"))


def test_a_subexpression_is_what_it_says_where_it_is_used() -> None:
    with pytest.warns(EngineWarning, match="stale-subexpression: 'both' depends on what the code of 'S' ") as caught:
        found = _run.__wrapped__("subexpression", "braincore", threads=1)
    assert sum("stale-subexpression" in str(w.message) for w in caught) == 2  # of `pre` and of `post`
    _compare(found, _run("subexpression_written_out", "runtime"))


def test_an_event_at_time_zero_counts() -> None:
    """Brian2 says of synapses without an event that their last update was at time zero."""
    found = []
    for device in ("runtime", "braincore"):
        b2.set_device(device)
        cells = b2.NeuronGroup(2, "v : 1", threshold="t < 0.05*ms", name="cells")
        synapses = b2.Synapses(cells, cells, namespace=dict(NAMESPACE), name="S", **{
            **RULES["pair"], "on_pre": RULES["pair"]["on_pre"].replace("g +=", "v_post +=")
        })  # fmt: skip
        synapses.connect(i=0, j=1)
        synapses.w = 0.5
        net = b2.Network(cells, synapses)
        net.run(0.1 * ms)
        found.append([*synapses.w, *synapses.apre, *synapses.apost])
    assert found[0][1] == pytest.approx(0.05)
    np.testing.assert_allclose(found[1], found[0], rtol=1e-12)


def test_synapses_on_another_clock_keep_their_own_time() -> None:
    # Their code reads the time of their clock, which runs ahead of that of the neurons whose spikes they hear.
    found = {}
    for device in ("runtime", "braincore"):
        b2.set_device(device)
        b2.defaultclock.dt = 0.1 * ms
        group = b2.NeuronGroup(
            3, "dv/dt = (1.3 - v)/ms : 1", threshold="v > 1", reset="v = 0", dt=0.05 * ms, method="euler"
        )
        synapses = b2.Synapses(group, group, "du/dt = -u/(20*ms) : 1 (event-driven)", on_pre="u += 0.5*(1 - u)")
        synapses.connect()
        b2.Network(group, synapses).run(4.1 * ms)
        found[device] = {name: np.array(getattr(synapses, name)[:]) for name in ("u", "lastupdate")}
    assert "runs on the clock of" in "\n".join(DEVICE.program.explain())  # type: ignore[union-attr]
    for name, expected in found["runtime"].items():
        np.testing.assert_allclose(found["braincore"][name], expected, **SAME)


def test_two_names_of_one_variable_are_one() -> None:
    b2.set_device("braincore")
    cells = b2.NeuronGroup(2, "v : 1\nu : 1", threshold="t < 0.05*ms and i == 0", name="cells")
    synapses = b2.Synapses(cells, cells, on_pre="v_post += 1\nu_post = 2*v\nv *= 3", name="S")
    synapses.connect(i=0, j=1)
    net = b2.Network(cells, synapses)
    net.run(1 * ms)
    assert list(cells.v) == [0, 3]
    assert list(cells.u) == [0, 2]


@pytest.mark.rotates(4)
@pytest.mark.parametrize("rule", ALL)
def test_as_without_the_passes(rule: str) -> None:
    eager = _run(rule, "braincore", threads=1, without=("traces", "rank1"))
    _compare(_run(rule, "braincore", threads=1), eager)
    _compare(_run(rule, "braincore", threads=1, without=("rank1",)), eager)


@pytest.mark.rotates(4)
@pytest.mark.parametrize("rule", ALL)
def test_any_number_of_threads_gives_the_same_bits(rule: str) -> None:
    one = _run(rule, "braincore", threads=1, n=90, m=200)
    for threads in (2, 3, 7):
        found = _run(rule, "braincore", threads=threads, n=90, m=200)
        for key, values in one.items():
            assert (found[key] == values).all(), (threads, key)


@pytest.mark.rotates(4)
@pytest.mark.parametrize("rule", ALL)
def test_two_runs_are_one(rule: str) -> None:
    _compare(_run(rule, "braincore", cuts=2, threads=2), _run(rule, "braincore", threads=2))


def _said() -> str:
    return "\n".join(DEVICE.program.explain())  # type: ignore[union-attr]


@pytest.mark.rotates(3)
@pytest.mark.parametrize("regularly", REGULARLY)
def test_weights_that_change_regularly(regularly: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "SELDOM", 0.0)
    monkeypatch.setattr(plans, "MANY", 0)
    found = _run.__wrapped__("eligibility", "braincore", regularly=regularly, threads=1)
    assert "c of all synapses is worked out first" in _said()
    _compare(found, _run.__wrapped__("eligibility", "runtime", regularly=regularly))
    _compare(found, _run.__wrapped__("eligibility", "braincore", regularly=regularly, threads=1, without=("rank1",)))
    assert "is worked out first" not in _said()
    large = _run.__wrapped__("eligibility", "braincore", regularly=regularly, threads=1, n=90, m=200)
    for threads in (2, 7):
        other = _run.__wrapped__("eligibility", "braincore", regularly=regularly, threads=threads, n=90, m=200)
        for key, values in large.items():
            assert (other[key] == values).all(), (threads, key)
    _compare(_run.__wrapped__("eligibility", "braincore", cuts=3, regularly=regularly, threads=2), found)


def test_what_happens_in_every_step_brings_no_weights_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "MANY", 0)
    _run.__wrapped__("eligibility", "braincore", regularly="of the time, in every step", threads=1)
    assert "_run_regularly changes c too" in _said()


def test_few_synapses_are_worked_out_at_spikes() -> None:
    _run.__wrapped__("eligibility", "braincore", regularly="seldom", threads=1)
    assert "_run_regularly changes c too" in _said()


def _advanced(rule: str, *, looks: int = 0, change: bool = False, **options: Any) -> tuple[dict[str, Any], list[Any]]:
    """Return what a network holds after a run in which somebody looks at weights, or sets them half way."""
    b2.set_device("braincore", **options)
    b2.defaultclock.dt = 0.1 * ms
    b2.seed(1)
    net, parts = _network(rule, 30, 20)
    running = DEVICE.prepare(net, LENGTH * ms, namespace={})
    steps, seen = round(LENGTH * 10), []
    done = 0
    while not running.finished:
        stops = [steps // 2, *(steps * (k + 1) // (looks + 1) for k in range(looks))]
        done += running.advance(min([stop for stop in stops if stop > done], default=steps) - done)
        if looks and done in stops:
            running.show()
            seen.append(np.array(parts["S"].w))
        if change and done == steps // 2:
            running.show()
            parts["S"].w = np.clip(1 - np.array(parts["S"].w), 0, 1)
            running.changed()
    running.end()
    return _state(parts), seen


@pytest.mark.rotates(2)
@pytest.mark.parametrize("rule", ["pair", "triplet", "short_term", "reward"])
def test_looking_changes_nothing(rule: str) -> None:
    unseen, _ = _advanced(rule, threads=2)
    found, seen = _advanced(rule, threads=2, looks=5)
    for key, values in unseen.items():
        assert (found[key] == values).all(), key
    _, eager = _advanced(rule, threads=1, looks=5, without=("traces", "rank1"))
    assert len(seen) == len(eager) >= 5
    for mine, theirs in zip(seen, eager, strict=True):
        np.testing.assert_allclose(mine, theirs, **SAME)


@pytest.mark.rotates(2)
@pytest.mark.parametrize("rule", ["pair", "triplet", "vogels", "reward"])
def test_weights_can_be_set_in_the_middle(rule: str) -> None:
    found, _ = _advanced(rule, threads=2, change=True)
    expected, _ = _advanced(rule, threads=1, change=True, without=("traces", "rank1"))
    _compare(found, expected)
    unchanged, _ = _advanced(rule, threads=2)
    assert not np.allclose(found["w"], unchanged["w"])


def _half_way(rule: str, device: str, change: Any, **options: Any) -> dict[str, Any]:
    b2.set_device(device, **options)
    b2.defaultclock.dt = 0.1 * ms
    net, parts = _network(rule, 30, 20)
    net.run(LENGTH / 2 * ms)
    change(parts)
    net.run(LENGTH / 2 * ms)
    return _state(parts)


def _beyond(parts: dict[str, Any]) -> None:
    parts["S"].w[::3] = 1.7  # outside of its bounds: the rule brings it back at its next event


def _trace(parts: dict[str, Any]) -> None:
    parts["S"].apre[::2] = 0.2  # synapses of a neuron no longer agree


def _delay(parts: dict[str, Any]) -> None:
    parts["S"].pre.delay = 1.3 * ms


def _single(parts: dict[str, Any]) -> None:
    slots = parts["S"].pre.queue.take()
    parts["S"].pre.queue.put([slot[::2] for slot in slots])  # not all synapses of a neuron are under way


@pytest.mark.rotates(2)
@pytest.mark.parametrize("change", [_beyond, _trace, _delay, _single])
def test_what_is_changed_between_runs(change: Any) -> None:
    expected = _half_way("pair", "braincore", change, threads=1, without=("traces", "rank1"))
    _compare(_half_way("pair", "braincore", change, threads=2), expected)
    if change is not _single:
        _compare(expected, _half_way("pair", "runtime", change))


@pytest.mark.parametrize("precision", ["single", "double"])
def test_what_the_passes_say(precision: str) -> None:
    b2.set_device("braincore", threads=1, precision=precision)
    net, _ = _network("pair", 30, 20)
    net.run(30 * ms)
    net.run(1 * ms)  # with traces that an earlier run left, and spikes under way
    told = "\n".join(DEVICE.program.explain())  # type: ignore[union-attr]
    assert "apre: one value per source neuron" in told
    assert "w: an event of 'post' is one addition" in told


def test_python_in_the_loop_switches_them_off() -> None:
    b2.set_device("braincore", threads=1)
    net, _ = _network("pair", 30, 20)

    @b2.network_operation(dt=5 * ms)
    def look() -> None:
        pass

    net.add(look)
    net.run(1 * ms)
    assert "Python may look" in "\n".join(DEVICE.program.explain())  # type: ignore[union-attr]


@pytest.mark.rotates(3)
@pytest.mark.parametrize("rule", ["pair", "triplet", "vogels"])
def test_single_precision(rule: str) -> None:
    found = _run(rule, "braincore", precision="single", threads=2)
    expected = _run(rule, "runtime")
    assert found["w"].dtype == np.float32
    assert np.mean(np.abs(found["w"] - expected["w"]) < 2e-5) > 0.9  # a spike may come a step earlier
