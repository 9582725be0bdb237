"""What the exact integrator returned is kept, and asked again when anything that it depends on changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np
import pytest
from brian2.stateupdaters.base import StateUpdateMethod
from brian2.stateupdaters.exact import LinearStateUpdater

import braincore.engine  # noqa: F401 - registers the device


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the equations that sympy had to solve, in an empty cache."""
    monkeypatch.setenv("BRAINCORE_CACHE", str(tmp_path))
    found: list[str] = []
    solve = LinearStateUpdater.__call__

    def noted(self: Any, equations: Any, variables: Any = None, method_options: Any = None) -> Any:
        found.append(str(equations))
        return solve(self, equations, variables, method_options)

    monkeypatch.setattr(LinearStateUpdater, "__call__", noted)
    return found


def _run(equations: str, namespace: dict[str, Any], device: str = "braincore") -> np.ndarray[Any, Any]:
    StateUpdateMethod.apply_stateupdater._cache.clear()  # of this process
    b2.set_device(device)
    b2.defaultclock.dt = 0.1 * b2.ms
    group = b2.NeuronGroup(3, equations, method="exact")
    group.v = [0.1, 0.2, 0.3]
    if "tau" in group.variables:
        group.tau_ = 0.01
    b2.Network(group).run(1 * b2.ms, namespace=namespace)
    return np.array(group.v[:])


LEAKY = "dv/dt = (x - v)/tau : 1\ndx/dt = -x/(7*ms) : 1"


def test_equations_are_integrated_once(asked: list[str]) -> None:
    first = _run(LEAKY, {"tau": 10 * b2.ms})
    again = _run(LEAKY, {"tau": 10 * b2.ms})
    assert len(asked) == 1 and (first == again).all()
    other = _run(LEAKY, {"tau": 20 * b2.ms})  # a number, not another equation
    assert len(asked) == 1
    assert np.allclose(other, _run(LEAKY, {"tau": 20 * b2.ms}, "runtime"), rtol=1e-12)


def test_another_equation_or_a_name_of_another_kind_is_integrated_anew(asked: list[str]) -> None:
    _run(LEAKY, {"tau": 10 * b2.ms})
    _run(LEAKY.replace("7*ms", "8*ms"), {"tau": 10 * b2.ms})
    assert len(asked) == 2
    _run(LEAKY + "\ntau : second", {})
    _run(LEAKY + "\ntau : second (constant)", {})
    assert len(asked) == 4


def test_a_timed_array_is_not_kept(asked: list[str]) -> None:
    for k in range(2):
        drive = b2.TimedArray(np.arange(4.0) + k, dt=1 * b2.ms)
        _run("dv/dt = (drive(t) - v)/(10*ms) : 1", {"drive": drive})
    assert len(asked) == 2


def test_what_was_cut_off_is_made_again(asked: list[str], tmp_path: Path) -> None:
    expected = _run(LEAKY, {"tau": 10 * b2.ms})
    (kept,) = tmp_path.rglob("*.txt")
    kept.write_text(kept.read_text()[:-12])
    assert (_run(LEAKY, {"tau": 10 * b2.ms}) == expected).all() and len(asked) == 2
