"""The engine against Brian2's own runtime: the same spikes, neuron by neuron and step by step, and the same state."""

from __future__ import annotations

from typing import Any

import brian2 as b2
import numpy as np
import pytest
from reference_models import MODELS

import braincore.engine  # noqa: F401 - registers the device


def _recorded(net: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Return everything that a network's monitors hold, and the final state of its groups."""
    found = {}
    for obj in net.objects:
        if isinstance(obj, b2.SpikeMonitor | b2.EventMonitor | b2.StateMonitor | b2.PopulationRateMonitor):
            for name in (*getattr(obj, "record_variables", ()), "t", "N", "count", "rate"):
                if name in obj.variables and name != "_indices":
                    found[f"{obj.name}.{name}"] = np.array(obj.variables[name].get_value())
        elif isinstance(obj, b2.NeuronGroup | b2.Synapses):
            for name, variable in obj.variables.items():
                if (
                    isinstance(variable, b2.core.variables.ArrayVariable)
                    and variable.owner is not None
                    and variable.owner.name == obj.name
                ):
                    found[f"{obj.name}.{name}"] = np.array(variable.get_value())
    return found


def _run(name: str, device: str, parts: int = 1, **options: Any) -> dict[str, np.ndarray[Any, Any]]:
    b2.set_device(device, **options)
    b2.defaultclock.dt = 0.1 * b2.ms
    net, duration = MODELS[name]()
    for _ in range(parts):
        net.run(duration / parts * b2.second)
    return _recorded(net)


def _compare(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found.keys() == expected.keys()
    for key, values in expected.items():
        assert found[key].shape == values.shape, key
        if key.endswith("space"):  # what lies behind the last event is of no meaning
            assert (found[key][: found[key][-1]] == values[: values[-1]]).all() and found[key][-1] == values[-1], key
        elif key.endswith((".i", ".count", ".N")) or values.dtype.kind in "iub":
            assert (found[key] == values).all(), key
        else:
            np.testing.assert_allclose(found[key], values, rtol=1e-9, atol=1e-12, err_msg=key)


@pytest.mark.rotates(2)
@pytest.mark.parametrize("name", MODELS)
def test_same_as_brian2(name: str) -> None:
    expected = _run(name, "runtime")
    assert sum(v.size for k, v in expected.items() if k.startswith("spikes") and k.endswith(".t")) > 10
    _compare(_run(name, "braincore"), expected)


@pytest.mark.rotates(4)
@pytest.mark.parametrize("name", MODELS)
def test_two_runs_are_one(name: str) -> None:
    _compare(_run(name, "braincore", parts=2), _run(name, "braincore"))


@pytest.mark.rotates(4)
@pytest.mark.parametrize("name", MODELS)
def test_any_number_of_threads_gives_the_same_bits(name: str) -> None:
    expected = _run(name, "braincore", threads=1)
    for threads in (2, 3, 7):
        found = _run(name, "braincore", parts=threads % 2 + 1, threads=threads)
        assert found.keys() == expected.keys()
        for key, values in expected.items():
            if key.endswith("space"):
                continue
            assert found[key].tobytes() == values.tobytes(), (threads, key)


QUICK = ("cuba", "stdp", "adaptive_exponential", "several_pathways_and_multapses")


@pytest.mark.rotates(6)
@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in QUICK else pytest.mark.slow) for n in MODELS])
@pytest.mark.parametrize("without", ["fuse", "refractory", "hoist", "poisson", "rows", "share", "mask"])
def test_passes_change_nothing(name: str, without: str) -> None:
    eager = ["traces", "rank1"]  # plasticity on neurons rounds in another way, and needs rows
    found, expected = (_run(name, "braincore", without=[*eager, *more]) for more in ([without], []))
    for key, values in expected.items():
        assert np.array_equal(found[key], values, equal_nan=True), key


def _late_events(device: str, threads: int) -> list[Any]:
    """Return what handlers see that come before their threshold in a step, over two runs of five steps."""
    b2.set_device(device, **({"threads": threads} if device == "braincore" else {}))
    b2.defaultclock.dt = 0.1 * b2.ms
    group = b2.NeuronGroup(
        200, "dv/dt = (1 - v)/(4.8*ms) : 1\nseen : integer", method="exact", events={"low": "v < 0.3"}, name="group"
    )
    group.v = "0.005 * i"
    group.run_on_event("low", "seen += 1")
    group.set_event_schedule("low", when="after_resets")
    source = b2.SpikeGeneratorGroup(3, [0, 1, 2], [0, 0.4, 0.4] * b2.ms)
    target = b2.NeuronGroup(3, "v : 1")
    synapses = b2.Synapses(source, target, on_pre="v += 1", delay=0.1 * b2.ms)
    synapses.connect(j="i")
    synapses.pre.when = "before_thresholds"
    net = b2.Network(group, source, target, synapses)
    found: list[Any] = []
    for _ in range(2):
        net.run(0.5 * b2.ms)
        found += [group.seen[:].tolist(), target.v[:].tolist(), list(source.spikes)]
    return found


@pytest.mark.parametrize("threads", [1, 3])
def test_what_comes_before_a_threshold_sees_the_events_of_the_step_before(threads: int) -> None:
    assert _late_events("braincore", threads) == _late_events("runtime", 1)


def _weights_doubled(device: str, *, delays: str, same: bool) -> list[float]:
    """Return what arrived when weights are doubled by Python while spikes are under way."""
    b2.set_device(device, **({"threads": 2} if device == "braincore" else {}))
    b2.defaultclock.dt = 0.1 * b2.ms
    rng = np.random.default_rng(4)
    group = b2.NeuronGroup(150, "dv/dt = 1/(3*ms) : 1\nx : 1", threshold="v > 1", reset="v = 0", method="euler")
    group.v = rng.random(150)
    synapses = b2.Synapses(group, group, "w : 1", on_pre="x_post += w")
    synapses.connect(i=rng.integers(0, 150, 900), j=rng.integers(0, 150, 900))
    synapses.w = 1.0 if same else rng.random(900)
    synapses.delay = (rng.uniform(0.1, 4, 900) if delays == "many" else np.full(900, 2.0)) * b2.ms
    net = b2.Network(group, synapses)
    if device == "braincore":
        running = b2.get_device().prepare(net, 4 * b2.ms, namespace={})
        running.advance(1)
        while net.t_ < 2e-3 - 1e-9:
            running.advance(1)
            running.note_time()
        synapses.w = synapses.w[:] * 2
        running.changed()
        while not running.finished:
            running.advance(1)
        running.end()
    else:
        net.run(2 * b2.ms)
        synapses.w = synapses.w[:] * 2
        net.run(2 * b2.ms)
    return [float(x) for x in group.x[:]]


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("delays", ["one", "many"])
def test_spikes_under_way_act_with_the_weights_of_when_they_arrive(delays: str, same: bool) -> None:
    assert _weights_doubled("braincore", delays=delays, same=same) == _weights_doubled(
        "runtime", delays=delays, same=same
    )
