"""What happens regularly to synapses waits until somebody looks: the bits of what happens at its time."""

from __future__ import annotations

from typing import Any

import brian2 as b2
import numpy as np
import pytest
from brian2 import ms

import braincore.engine  # noqa: F401 - registers the device
from braincore.engine.device import DEVICE
from braincore.engine.passes import postpone

CELLS = """
dv/dt = (drive - v)/(10*ms) + g/(10*ms) : 1
dg/dt = -g/(5*ms) : 1
ddopamine/dt = -dopamine/(30*ms) : 1
drive : 1 (constant)
"""
PAIR = """
w : 1
c : 1
top : 1
n : integer
d : 1 (shared)
dapre/dt = -apre/tau : 1 (event-driven)
dapost/dt = -apost/tau : 1 (event-driven)
"""
STDP: dict[str, Any] = {
    "model": PAIR,
    "on_pre": "g_post += w\napre += 0.05\nc += apost",
    "on_post": "apost -= 0.06\nc += apre",
}
CODES = {
    "time and shared": "w = clip(w + d*exp(-t/(200*ms))*c, 0, top)\nc *= 0.9",
    "of the target": "w = clip(w + dopamine_post*c, 0, top)\nc *= exp(-2*ms/(20*ms))",
    "of two targets, with a local name": "z = 0.1*dopamine_post\nc -= z*c + 0.001*g_post*w\nw = clip(w + c, 0, 1)",
    "conditions and integers": "n += int(c > 0)\nw *= 1 - 0.01*int(w > top)\nc *= 0.95",
    "a trace of the synapse": "w = clip(w + 0.01*apre*c, 0, 1)",
}
RULES: dict[str, dict[str, Any]] = {
    "pairs": STDP,
    "transmission alone": {"model": PAIR, "on_pre": "g_post += w\nc += 0.01"},
    "two ways": {**STDP, "on_pre": {"send": "g_post += w", "learn": "apre += 0.05\nc += apost"}},
}
DELAYS = {"one": 0.7, "rows": (0.5, 0.9), "buckets": (0.0, 9.0)}


@pytest.fixture(autouse=True)
def _whatever_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postpone, "LEAST", 0)


def _network(code: str, rule: str = "pairs", delays: str = "one", every: float = 2, when: str = "end") -> Any:
    b2.defaultclock.dt = 0.1 * ms
    rng = np.random.default_rng(5)
    source, targets = (
        b2.NeuronGroup(n, CELLS, threshold="v > 1", reset="v = 0\ndopamine += 0.2", method="euler", name=name)
        for n, name in ((70, "sources"), (207, "targets"))
    )
    for group in (source, targets):
        group.drive, group.v = rng.uniform(1.0, 1.6, len(group)), rng.uniform(0, 0.9, len(group))
        group.dopamine = rng.uniform(0, 0.5, len(group))
    synapses = b2.Synapses(source[2:], targets[7:], namespace={"tau": 20 * ms}, name="S", **RULES[rule])
    pairs = np.flatnonzero(rng.random(68 * 200) < 0.3)
    synapses.connect(i=pairs // 200, j=pairs % 200)
    n = len(synapses)
    synapses.w, synapses.top, synapses.c, synapses.d = rng.uniform(0, 0.2, n), rng.uniform(0.1, 1, n), 0.01, 0.3
    span = DELAYS[delays]
    for name in [name for name in ("pre", "send", "learn") if hasattr(synapses, name)]:
        pathway = getattr(synapses, name)
        pathway.delay = (rng.uniform(*span, n) if isinstance(span, tuple) else span) * ms
    synapses.run_regularly(code, dt=every * ms, when=when)
    spikes = b2.SpikeMonitor(targets, name="spikes")
    return b2.Network(source, targets, synapses, spikes), synapses, spikes


def _state(synapses: Any, spikes: Any) -> dict[str, Any]:
    found = {name: np.array(synapses.variables[name].get_value()) for name in ("w", "c", "n")}
    return found | {"i": np.array(spikes.i), "t": np.array(spikes.t_)}


def _run(*network: Any, cuts: int = 1, device: str = "braincore", change: bool = False, **options: Any) -> Any:
    b2.prefs.core.default_float_dtype = np.float64
    b2.set_device(device, **options)
    net, synapses, spikes = _network(*network)
    for k in range(cuts):
        net.run(60 / cuts * ms)
        if change and k == 0:
            synapses.w[::3] = 0.17
            synapses.d = 0.1
    return _state(synapses, spikes)


def _same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert expected["i"].size > 500
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)


def _waits() -> bool:
    return "a synapse does it when somebody looks at it" in "\n".join(DEVICE.program.explain())  # type: ignore[union-attr]


@pytest.mark.parametrize("code", CODES)
def test_as_on_brian2(code: str) -> None:
    found = _run(CODES[code], threads=1)
    assert _waits()
    expected = _run(CODES[code], device="runtime")
    assert expected["i"].size > 500
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-9, atol=1e-13, err_msg=name)


@pytest.mark.parametrize("delays", DELAYS)
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("traces", [True, False])
def test_bits_do_not_depend_on_waiting(rule: str, delays: str, traces: bool) -> None:
    network = (CODES["of the target"], rule, delays)
    without = () if traces else ("traces",)
    found = _run(*network, threads=1, without=without)
    assert _waits()
    expected = _run(*network, threads=1, without=(*without, "postpone"))
    assert not _waits()
    _same(found, expected)


@pytest.mark.parametrize(("every", "when"), [(0.1, "end"), (0.1, "before_synapses"), (0.3, "start"), (25, "end")])
@pytest.mark.parametrize("code", CODES)
def test_bits_at_other_times_and_on_other_threads(code: str, every: float, when: str) -> None:
    network = (CODES[code], "pairs", "one", every, when)
    expected = _run(*network, threads=1, without=("postpone",))
    for threads in (1, 2, 3, 7):
        _same(_run(*network, threads=threads), expected)
        assert _waits()


def test_bits_in_single_precision() -> None:
    found = []
    for without in ((), ("postpone",)):
        b2.set_device("braincore", precision="single", threads=2, without=without)
        net, *parts = _network(CODES["of the target"])
        net.run(60 * ms)
        found.append(_state(*parts))
    _same(*found)


@pytest.mark.parametrize("change", [False, True])
def test_python_looks_and_changes(change: bool) -> None:
    code = CODES["time and shared"]
    found = _run(code, cuts=5, change=change, threads=2)
    assert _waits()
    _same(found, _run(code, cuts=5, change=change, threads=1, without=("postpone",)))


def _with(extra: Any) -> str:
    """Run a network with something that forbids waiting; return what is said."""
    b2.set_device("braincore", threads=1)
    code, add = extra
    net, synapses, _ = _network(code)
    net.add(*add(synapses))
    net.run(1 * ms)
    return "\n".join(DEVICE.program.explain())  # type: ignore[union-attr]


NOT = {
    "other code looks at w": (CODES["of the target"], lambda s: [b2.StateMonitor(s, "w", record=[0])]),
    "Python may look": (CODES["of the target"], lambda s: [b2.NetworkOperation(lambda: None, dt=1 * ms)]),
    "it draws random numbers": ("w += 0.001*rand()*c", lambda s: []),
    "it reads dopamine of the source": ("w += 0.001*dopamine_pre*c", lambda s: []),
    "there is more that happens regularly": ("w += 0.001*c", lambda s: [s.run_regularly("c *= 0.9", dt=1 * ms)]),
}


@pytest.mark.parametrize("reason", NOT)
def test_says_why_it_does_not_wait(reason: str) -> None:
    assert f"it does not wait until somebody looks: {reason}" in _with(NOT[reason])


def test_few_synapses_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postpone, "LEAST", 1 << 20)
    assert "there are few synapses" in _with((CODES["of the target"], lambda s: []))
