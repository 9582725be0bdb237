"""What sign expressions can have, from the values of constants and from how traces change: for bounds on weights."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from braincore.engine.passes.abstract import statements
from braincore.engine.passes.synapse_code import SynapsesCode
from braincore.engine.passes.traces import Hoisting

_NOT_NEGATIVE = frozenset({"exp", "abs", "sqrt", "cosh"})


@dataclass(frozen=True, slots=True)
class Sign:
    """Which signs a value can have; zero is always among them.

    Attributes
    ----------
    negative, positive
        Whether it can be below, or above, zero.
    """

    negative: bool
    positive: bool

    def __or__(self, other: Sign) -> Sign:
        return Sign(self.negative or other.negative, self.positive or other.positive)

    def __mul__(self, other: Sign) -> Sign:
        positive = (self.positive and other.positive) or (self.negative and other.negative)
        return Sign((self.positive and other.negative) or (self.negative and other.positive), positive)

    def __neg__(self) -> Sign:
        return Sign(self.positive, self.negative)

    @property
    def mixed(self) -> bool:
        """Whether it can be of both signs."""
        return self.negative and self.positive


ANY, ZERO, UP = Sign(True, True), Sign(False, False), Sign(False, True)


def sign_of(node: ast.expr, known: Mapping[str, Sign]) -> Sign:
    """Return which signs an expression can have.

    Parameters
    ----------
    node
        The expression.
    known
        Signs of names; those of others are unknown.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
        return Sign(node.value < 0, node.value > 0)
    if isinstance(node, ast.Name):
        return known.get(node.id, ANY)
    if isinstance(node, ast.UnaryOp):
        inner = sign_of(node.operand, known)
        return -inner if isinstance(node.op, ast.USub) else UP if isinstance(node.op, ast.Not) else inner
    if isinstance(node, ast.Compare | ast.BoolOp):
        return UP
    if isinstance(node, ast.BinOp):
        left, right = sign_of(node.left, known), sign_of(node.right, known)
        if isinstance(node.op, ast.Add):
            return left | right
        if isinstance(node.op, ast.Sub):
            return left | -right
        if isinstance(node.op, ast.Mult | ast.Div):
            return left * right
        even = isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2
        return UP if even or (isinstance(node.op, ast.Pow) and not left.negative) else ANY
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        arguments = [sign_of(argument, known) for argument in node.args]
        if node.func.id in _NOT_NEGATIVE:
            return UP
        if node.func.id in ("int", "sign") and arguments:
            return arguments[0]
        if node.func.id == "clip" and len(arguments) == 3:
            inner, low, high = arguments
            # between the bounds: below zero only if the lower bound or the value, and above only likewise
            return Sign(
                (inner.negative and low.negative) or high.negative, (inner.positive and high.positive) or low.positive
            )
    return ANY


def known_signs(code: SynapsesCode, hoisting: Hoisting) -> dict[str, Sign]:
    """Return the signs of constants and traces, and of the names that the code of events sets.

    Those of traces hold from the values that they have now on, whatever events come.

    Parameters
    ----------
    code
        Of the synapses; its variables have the values with which a run begins.
    hoisting
        What is hoisted.
    """
    known: dict[str, Sign] = {}
    for name in code.variables:
        value = code.value(name) if code.kind(name) == "constant" or code.fixed(name) else None
        if value is not None and value.dtype.kind in "biuf":
            known[name] = _sign(value)
    traces = [name for side in hoisting.sides for name in side.traces]
    for name in traces:
        known[name] = _sign(code.value(name))
    found = [event.code for event in hoisting.events.values()] + [side.decay for side in hoisting.sides]
    while True:
        before = {name: known[name] for name in traces}
        for text in found:
            _follow(text, known, traces)
        if before == {name: known[name] for name in traces}:
            return known


def _follow(text: str, known: dict[str, Sign], traces: Sequence[str]) -> None:
    """Add the signs that names can get by code."""
    now = dict(known)
    for statement in statements(text):
        now[statement.target] = sign_of(statement.whole(), now)
        if statement.target not in traces:
            known[statement.target] = known.get(statement.target, ZERO) | now[statement.target]
    for name in traces:
        known[name] = known[name] | now[name]


def _sign(value: object) -> Sign:
    array = np.asarray(value)
    return Sign(bool((array < 0).any()), bool((array > 0).any()))
