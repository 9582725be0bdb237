"""The engine's exp, log and their kin against mpmath's exact values, in units in the last place."""

from __future__ import annotations

import ctypes
import platform
from importlib.resources import files
from typing import Any

import mpmath
import numpy as np
import pytest

from braincore.engine.compiler import load

SOURCE = """
#include <cmath>
#include <cstdint>
#include <cstring>
#include <algorithm>
using namespace std;
{math}
#define MANY(name, function, T) extern "C" void name(const T* x, T* y, int64_t n) {{ \\
  for (int64_t i = 0; i < n; i++) y[i] = function(x[i]); }}
#define BOTH(name, function) MANY(name##_d, function, double) MANY(name##_f, function, float)
BOTH(exp, _exp) BOTH(expm1, _expm1) BOTH(exprel, _exprel_) BOTH(over_exprel, _over_exprel) BOTH(tanh, _tanh)
BOTH(log, _log) MANY(cos2pi_d, _cos2pi, double) MANY(sin2pi_d, _sin2pi, double)
"""
EXACT = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "exprel": lambda x: mpmath.expm1(x) / x if x else mpmath.mpf(1),
    "over_exprel": lambda x: x / mpmath.expm1(x) if x else mpmath.mpf(1),
    "tanh": mpmath.tanh,
    "log": mpmath.log,
    "cos2pi": lambda x: mpmath.cos(2 * mpmath.pi * x),
    "sin2pi": lambda x: mpmath.sin(2 * mpmath.pi * x),
}
MODES = {
    "exact": {"exact": True},
    "quick": {"exact": False},
    "without fused multiply-add": {"exact": True, "extra": ("-mno-fma", "-mno-avx512f", "-mno-avx")},
}


@pytest.fixture(scope="module", params=MODES)
def library(request: pytest.FixtureRequest) -> Any:
    if "without" in request.param and platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("this processor always fuses")
    math = files("braincore.engine").joinpath("math.h").read_text(encoding="utf-8")
    return load(SOURCE.format(math=math), **MODES[request.param])


def _apply(library: Any, name: str, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    out = np.empty_like(values)
    library.call(f"{name}_{'d' if values.dtype == np.float64 else 'f'}", values, out, ctypes.c_int64(values.size))
    return out


def _check(library: Any, name: str, values: np.ndarray[Any, Any], most: float) -> None:
    """Hold errors to `most` units in the last place."""
    kind = values.dtype.type
    with mpmath.workdps(40):
        for x, y in zip(values.tolist(), _apply(library, name, values), strict=True):
            exact = EXACT[name](mpmath.mpf(x))
            unit = np.spacing(kind(abs(float(exact))))
            assert abs(mpmath.mpf(float(y)) - exact) <= most * float(unit), (x, y)


FUNCTIONS = [("exp", 1.1), ("expm1", 2.0), ("exprel", 2.5), ("over_exprel", 2.5), ("tanh", 3.0), ("log", 1.1)]


@pytest.mark.parametrize(("name", "most"), FUNCTIONS)
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_errors_are_below_what_is_said(library: Any, name: str, most: float, kind: Any) -> None:
    rng = np.random.default_rng(1)
    end = 700.0 if kind is np.float64 else 86.0
    reach = [(-1e-3, 1e-3), (-1, 1), (-20, 20)] + ([(-end, end)] if name != "tanh" else [])
    if name == "log":
        reach = [(0, 1e-3), (0, 1), (0.9, 1.1), (0, 1e30)]
    values = np.concatenate([rng.uniform(*span, 400) for span in reach]).astype(kind)
    _check(library, name, values, most)


def test_sine_and_cosine_of_turns(library: Any) -> None:
    values = np.concatenate([np.random.default_rng(2).uniform(0, 1, 800), [0.0, 0.125, 1 / 3]])
    for name in ("cos2pi", "sin2pi"):
        found = _apply(library, name, values)
        with mpmath.workdps(40):
            exact = np.array([float(EXACT[name](mpmath.mpf(x))) for x in values.tolist()])
        assert np.abs(found - exact).max() < 3e-16


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_ends_of_the_range(library: Any, kind: Any) -> None:
    inf, nan = np.inf, np.nan
    x = np.array([-inf, -1e6, 0.0, 1e6, inf, nan], dtype=kind)
    assert np.array_equal(_apply(library, "exp", x), np.array([0, 0, 1, inf, inf, nan], dtype=kind), equal_nan=True)
    assert np.array_equal(_apply(library, "expm1", x), np.array([-1, -1, 0, inf, inf, nan], dtype=kind), equal_nan=True)
    assert np.array_equal(_apply(library, "tanh", x), np.array([-1, -1, 0, 1, 1, nan], dtype=kind), equal_nan=True)
    assert _apply(library, "exprel", x)[2] == 1
    assert _apply(library, "over_exprel", x)[2] == 1
    assert np.isnan(_apply(library, "over_exprel", x)[5])
    high = np.array([709.7 if kind is np.float64 else 88.7], dtype=kind)
    assert np.isfinite(_apply(library, "exp", high)[0])
    low = np.linspace(-750, -700, 501, dtype=kind) if kind is np.float64 else np.linspace(-110, -80, 501, dtype=kind)
    found = _apply(library, "exp", low)
    assert (np.diff(found) >= 0).all()
    assert found[0] == 0
    y = np.array([-1, 0, np.finfo(kind).tiny / 8, 1, inf, nan], dtype=kind)
    logs = _apply(library, "log", y)
    assert np.array_equal(logs, np.array([nan, -inf, np.log(y[2]), 0, inf, nan], dtype=kind), equal_nan=True)
