"""exp, expm1, exprel and tanh of the engine against mpmath's exact values, in units in the last place."""

from __future__ import annotations

import ctypes
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
MANY(exp_d, _exp, double) MANY(expm1_d, _expm1, double) MANY(exprel_d, _exprel_, double) MANY(tanh_d, _tanh, double)
MANY(exp_f, _exp, float) MANY(expm1_f, _expm1, float) MANY(exprel_f, _exprel_, float) MANY(tanh_f, _tanh, float)
"""
EXACT = {
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "exprel": lambda x: mpmath.expm1(x) / x if x else mpmath.mpf(1),
    "tanh": mpmath.tanh,
}


@pytest.fixture(scope="module")
def library() -> Any:
    math = files("braincore.engine").joinpath("math.h").read_text(encoding="utf-8")
    return load(SOURCE.format(math=math))


def _apply(library: Any, name: str, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    out = np.empty_like(values)
    library.call(f"{name}_{'d' if values.dtype == np.float64 else 'f'}", values, out, ctypes.c_int64(values.size))
    return out


@pytest.mark.parametrize(("name", "most"), [("exp", 1.1), ("expm1", 2.0), ("exprel", 2.5), ("tanh", 3.0)])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_errors_are_below_what_is_said(library: Any, name: str, most: float, kind: Any) -> None:
    rng = np.random.default_rng(1)
    end = 700.0 if kind is np.float64 else 86.0
    reach = [(-1e-3, 1e-3), (-1, 1), (-20, 20)] + ([(-end, end)] if name != "tanh" else [])
    values = np.concatenate([rng.uniform(*span, 600) for span in reach]).astype(kind)
    found = _apply(library, name, values)
    with mpmath.workdps(40):
        for x, y in zip(values.tolist(), found, strict=True):
            exact = EXACT[name](mpmath.mpf(x))
            unit = np.spacing(kind(abs(float(exact))))
            assert abs(mpmath.mpf(float(y)) - exact) <= most * float(unit), (x, y)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_ends_of_the_range(library: Any, kind: Any) -> None:
    inf, nan = np.inf, np.nan
    x = np.array([-inf, -1e6, 0.0, 1e6, inf, nan], dtype=kind)
    assert np.array_equal(_apply(library, "exp", x), np.array([0, 0, 1, inf, inf, nan], dtype=kind), equal_nan=True)
    assert np.array_equal(_apply(library, "expm1", x), np.array([-1, -1, 0, inf, inf, nan], dtype=kind), equal_nan=True)
    assert np.array_equal(_apply(library, "tanh", x), np.array([-1, -1, 0, 1, 1, nan], dtype=kind), equal_nan=True)
    assert _apply(library, "exprel", x)[2] == 1
    high = np.array([709.7 if kind is np.float64 else 88.7], dtype=kind)
    assert np.isfinite(_apply(library, "exp", high)[0])
