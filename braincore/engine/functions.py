"""The engine's own forms of Brian2's functions: elementary ones that vectorise, and counter-based random numbers."""

from __future__ import annotations

import numpy as np
from brian2.core.functions import DEFAULT_FUNCTIONS
from brian2.input.binomial import BinomialFunction
from scipy.stats import binom

from braincore.engine.generator import TABLES, NativeCode


def register() -> None:
    """Let Brian2's functions have their form of the engine."""
    for name in ("exp", "expm1", "tanh", "log"):  # those of math.h, of which the compiler does many at once
        DEFAULT_FUNCTIONS[name].implementations.add_implementation(NativeCode, code=None, name=f"_{name}")
    DEFAULT_FUNCTIONS["exprel"].implementations.add_implementation(NativeCode, code=None, name="_exprel_")
    for name in ("rand", "randn", "poisson"):
        DEFAULT_FUNCTIONS[name].implementations.add_implementation(NativeCode, code=None, name=f"_{name}")
    BinomialFunction.implementations["braincore"] = binomial


def binomial(n: int, p: float, use_normal: bool, name: str) -> tuple[str, dict[str, object]]:
    """Return the C++ of a binomial function and what it depends on; its numbers go into a table.

    Parameters
    ----------
    n, p
        Of the distribution.
    use_normal
        Whether Brian2 takes a normal distribution instead, for many expected events.
    name
        Of the function.
    """
    if use_normal:
        TABLES[name] = np.array([n * p, np.sqrt(n * p * (1 - p))])
        text = f"{{ return _randn(d) * _namespace{name}_table[1] + _namespace{name}_table[0]; }}"
    else:
        top = int(binom.isf(1e-17, n, p)) if 0 < p < 1 else int(n)
        TABLES[name] = np.array([float(top), *binom.cdf(np.arange(top + 1), n, p)])
        text = f"{{ return _inverted(_namespace{name}_table + 1, (int)_namespace{name}_table[0], d); }}"
    return f"static inline double {name}(const _Draw d) {text}", {}
