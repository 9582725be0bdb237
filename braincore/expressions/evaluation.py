"""The value of an expression on numbers and arrays: our own walk over the tree with NumPy, no evaluator of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.expressions.faults import ExpressionError
from braincore.expressions.names import CONSTANTS, brian2_units, undefined_hint
from braincore.expressions.tree import Call, Name, Node, Number, Unary

Value = bool | int | float | NDArray[Any]


def _power(base: Any, exponent: Any) -> Any:
    # NumPy refuses integers to a negative integer power; Brian2 (through sympy) takes 1/x.
    if np.asarray(base).dtype.kind in "biu" and np.asarray(exponent).dtype.kind in "biu" and np.any(exponent < 0):
        base = np.asarray(base, dtype=float)
    return np.power(base, exponent)


def _exprel(x: Any) -> Any:
    x = np.asarray(x, dtype=float)
    return np.where(x == 0, 1.0, np.expm1(x) / np.where(x == 0, 1.0, x))


def _timestep(time: Any, dt: Any) -> Any:
    return _integer((np.asarray(time) + 1e-3 * np.asarray(dt)) / dt)  # as Brian2: multiples of dt stay in their step


def _integer(x: Any) -> Any:
    return np.trunc(np.asarray(x, dtype=float)).astype(np.int64)


_OPERATORS: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide, "//": np.floor_divide, "%": np.remainder,
    "**": _power, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal,
    "!=": np.not_equal, "and": np.logical_and, "or": np.logical_or,
}  # fmt: skip
_UNARY: dict[str, Callable[..., Any]] = {"-": np.negative, "+": np.positive, "not": np.logical_not}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp, "log": np.log, "log10": np.log10, "expm1": np.expm1, "log1p": np.log1p, "exprel": _exprel,
    "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan, "abs": np.abs, "sign": np.sign, "ceil": np.ceil,
    "floor": np.floor, "clip": np.clip, "int": _integer, "timestep": _timestep,
}  # fmt: skip


def evaluate(node: Node, values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Value:
    """Return the value of a tree; see `Expression.evaluate`."""
    with np.errstate(all="ignore"):
        result = _walk(node, values, {**_FUNCTIONS, **functions})
    return result if isinstance(result, np.ndarray) and result.ndim else np.asarray(result).item()


def _walk(node: Node, values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> Any:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        return _lookup(node, values)
    if isinstance(node, Call):
        if node.function not in functions:
            message = f"'{node.function}' needs a source of random numbers"
            raise ExpressionError(
                message,
                line=node.line,
                column=node.column,
                hint="There is none here: draw from a distribution, such as normal",
            )
        return functions[node.function](*(_walk(argument, values, functions) for argument in node.arguments))
    if isinstance(node, Unary):
        return _UNARY[node.operator](_walk(node.operand, values, functions))
    return _OPERATORS[node.operator](_walk(node.left, values, functions), _walk(node.right, values, functions))


def _lookup(node: Name, values: Mapping[str, Any]) -> Any:
    name = node.name
    if name in values:
        return values[name] if isinstance(values[name], bool | int | float) else np.asarray(values[name])
    if name in CONSTANTS:
        return CONSTANTS[name]
    units = brian2_units()
    if name in units:
        return units[name][0]
    hint = undefined_hint(name, values)
    raise ExpressionError(f"undefined symbol '{name}'", line=node.line, column=node.column, hint=hint)
