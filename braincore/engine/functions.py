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
    DEFAULT_FUNCTIONS["clip"].implementations.add_implementation(NativeCode, code=None, name="_clipped")
    for name in ("rand", "randn", "poisson"):
        DEFAULT_FUNCTIONS[name].implementations.add_implementation(NativeCode, code=None, name=f"_{name}")
    BinomialFunction.implementations["braincore"] = binomial


def binomial(n: int, p: float, use_normal: bool, name: str) -> tuple[None, dict[str, object]]:
    """Put the numbers of a binomial function into a table; its C++ is the engine's (``random.h``).

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
        TABLES[name] = "_Normal", np.array([n * p, np.sqrt(n * p * (1 - p))])
    else:
        rest = p > 0.5  # then the events that do not happen are drawn
        rare = max(1 - p if rest else p, 0.0)
        top = int(binom.isf(1e-12, n, rare)) if rare > 0 else 0
        TABLES[name] = "_Binomial", np.array([n if rest else -1, *binom.cdf(np.arange(top + 1), n, rare)])
    return None, {}
