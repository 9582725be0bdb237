"""The engine against Brian2's own runtime: the same spikes, neuron by neuron and step by step, and the same state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import brian2 as b2
import numpy as np
import pytest
from reference_models import MODELS

import braincore.engine  # noqa: F401 - registers the device


@pytest.fixture(autouse=True)
def _device() -> Iterator[None]:
    before = b2.prefs.codegen.target
    b2.prefs.codegen.target = "numpy"
    yield
    b2.set_device("runtime")
    b2.prefs.codegen.target = before
    b2.defaultclock.dt = 0.1 * b2.ms


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


@pytest.mark.parametrize("name", MODELS)
def test_same_as_brian2(name: str) -> None:
    expected = _run(name, "runtime")
    assert sum(v.size for k, v in expected.items() if k.startswith("spikes") and k.endswith(".t")) > 10
    _compare(_run(name, "braincore"), expected)


@pytest.mark.parametrize("name", MODELS)
def test_two_runs_are_one(name: str) -> None:
    _compare(_run(name, "braincore", parts=2), _run(name, "braincore"))


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


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("without", ["fuse", "refractory", "hoist", "poisson", "rows"])
def test_passes_change_nothing(name: str, without: str) -> None:
    found, expected = _run(name, "braincore", without=[without]), _run(name, "braincore")
    for key, values in expected.items():
        assert np.array_equal(found[key], values, equal_nan=True), key
