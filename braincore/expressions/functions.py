"""The functions that may be called in an equation: those that Brian2 knows by default."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from braincore.errors import suggest


@dataclass(frozen=True, slots=True)
class Function:
    """What is checked about a function.

    Attributes
    ----------
    arguments
        What each argument must be: ``plain`` (no unit), ``any``, ``same`` (as the first) or ``time``.
    result
        The dimension of the result: ``plain``, ``first`` (that of the first argument) or ``root``.
    stateful
        It gives another value at each call (random numbers).
    """

    arguments: tuple[str, ...]
    result: str = "plain"
    stateful: bool = False


_PLAIN = ("exp", "log", "log10", "expm1", "log1p", "exprel", "sin", "cos", "tan", "sinh", "cosh", "tanh",
          "arcsin", "arccos", "arctan", "int")  # fmt: skip

FUNCTIONS: dict[str, Function] = {
    **{name: Function(("plain",)) for name in _PLAIN},
    **{name: Function(("any",), "first") for name in ("abs", "ceil", "floor")},
    "sqrt": Function(("any",), "root"),
    "sign": Function(("any",)),
    "clip": Function(("any", "same", "same"), "first"),
    "timestep": Function(("time", "time")),
    "rand": Function((), stateful=True),
    "randn": Function((), stateful=True),
    "poisson": Function(("plain",), stateful=True),
}

_HINTS = {
    "ln": "The natural logarithm is log(x)",
    "log2": "Write log(x)/log(2)",
    "pow": "Write x**n",
    "power": "Write x**n",
    "asin": "Write arcsin(x)",
    "acos": "Write arccos(x)",
    "atan": "Write arctan(x)",
    "fabs": "Write abs(x)",
    "min": "Write clip(x, -inf, limit)",
    "max": "Write clip(x, limit, inf)",
    "minimum": "Write clip(x, -inf, limit)",
    "maximum": "Write clip(x, limit, inf)",
    "round": "Write floor(x + 0.5)",
    "float": "Numbers need no conversion",
    "bool": "Write a comparison, such as x > 0",
    "where": "Write int(condition)*a + (1 - int(condition))*b",
    "if": "Write int(condition)*a + (1 - int(condition))*b",
    "heaviside": "Write int(x > 0)",
    "square": "Write x**2",
    "random": "Write rand()",
    "uniform": "Write rand()",
    "normal": "Write randn()",
    "sigmoid": "Write 1/(1 + exp(-x))",
}


def function_hint(name: str) -> str:
    """Say what to write instead of the unknown function `name`."""
    return _HINTS.get(name.lower()) or suggest(name, FUNCTIONS, noun="function")


def call_shape(name: str) -> str:
    """Return how a function is written, as ``clip(x, y, z)``."""
    return f"{name}({', '.join('xyz'[: len(FUNCTIONS[name].arguments)])})"


def _exprel(x: float) -> float:
    return math.expm1(x) / x if x else 1.0


def _clip(x: float, low: float, high: float) -> float:
    return min(max(x, low), high)


# The same functions on plain numbers: constant parts of an expression are worked out before sympy meets them.
SCALAR: dict[str, Callable[..., float]] = {
    "exp": math.exp, "log": math.log, "log10": math.log10, "expm1": math.expm1, "log1p": math.log1p,
    "exprel": _exprel, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos, "tan": math.tan, "sinh": math.sinh,
    "cosh": math.cosh, "tanh": math.tanh, "arcsin": math.asin, "arccos": math.acos, "arctan": math.atan,
    "abs": abs, "ceil": math.ceil, "floor": math.floor, "int": int, "clip": _clip,
    "sign": lambda x: (x > 0) - (x < 0),
}  # fmt: skip
