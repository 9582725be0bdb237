"""Abstract code on NumPy arrays, for what is done once a run: no text is handed to an evaluator."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from braincore.engine.passes.abstract import Unreadable, statements

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.true_divide, ast.Mod: np.remainder,
    ast.FloorDiv: np.floor_divide, ast.Pow: np.power, ast.BitAnd: np.logical_and, ast.BitOr: np.logical_or,
}  # fmt: skip
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal, ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: np.negative,
    ast.UAdd: np.positive,
    ast.Not: np.logical_not,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp, "log": np.log, "log10": np.log10, "expm1": np.expm1, "log1p": np.log1p, "sqrt": np.sqrt,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh, "abs": np.abs,
    "sign": np.sign, "ceil": np.ceil, "floor": np.floor, "clip": np.clip,
    "int": lambda x: np.trunc(np.asarray(x, dtype=float)).astype(np.int64),
}  # fmt: skip
_KNOWN = {"inf": np.inf, "pi": np.pi, "e": np.e}


def evaluate(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """Return the value of an expression.

    Parameters
    ----------
    node
        The expression.
    values
        What its names are: numbers and arrays.

    Raises
    ------
    Unreadable
        A name is not given, or a function or a form of expression has no meaning here.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        return node.value
    if isinstance(node, ast.Name) and (node.id in values or node.id in _KNOWN):
        return values[node.id] if node.id in values else _KNOWN[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _BINARY[type(node.op)](evaluate(node.left, values), evaluate(node.right, values))
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        return _UNARY[type(node.op)](evaluate(node.operand, values))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        return _FUNCTIONS[node.func.id](*(evaluate(argument, values) for argument in node.args))
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARED:
        return _COMPARED[type(node.ops[0])](evaluate(node.left, values), evaluate(node.comparators[0], values))
    if isinstance(node, ast.BoolOp):
        combine = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        result = evaluate(node.values[0], values)
        for other in node.values[1:]:
            result = combine(result, evaluate(other, values))
        return result
    raise Unreadable(f"'{ast.unparse(node)}' cannot be worked out")


def run(code: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Run abstract code, and return what all names are afterwards.

    Raises
    ------
    Unreadable
        Something in it has no meaning here.
    """
    now = dict(values)
    for statement in statements(code):
        now[statement.target] = evaluate(statement.whole(), now)
    return now
