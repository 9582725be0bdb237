"""The constant parts of an expression, worked out with plain arithmetic before sympy can be given them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from braincore.expressions.faults import TextFault
from braincore.expressions.functions import SCALAR
from braincore.expressions.names import CONSTANTS
from braincore.expressions.tree import (
    COMPARISONS,
    LOGICAL,
    Binary,
    Call,
    Name,
    Node,
    Number,
    Unary,
    excerpt,
    render,
    walk,
)

MAX_EXPONENT = 64
MAX_INTEGER = 2**53

Constant = bool | int | float | None

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow,
}  # fmt: skip


def constant_value(node: Node) -> Constant:
    """Return the value of an expression of literals, ``pi``, ``e`` and ``inf`` alone, else None."""
    return Folder().value(node)


class Folder:
    """Works out the constants of one tree, each node once, and collects what sympy would choke on in `faults`."""

    def __init__(self) -> None:
        self.faults: list[TextFault] = []
        self._values: dict[int, Constant] = {}
        self._zeros: dict[int, bool] = {}

    def value(self, node: Node) -> Constant:
        """Return the value of `node` if it is constant, else None."""
        key = id(node)
        if key not in self._values:
            self._values[key] = self._work_out(node)
        return self._values[key]

    def _work_out(self, node: Node) -> Constant:
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Name):
            return CONSTANTS.get(node.name)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Unary):
            value = self.value(node.operand)
            if value is None:
                return None
            return (not value) if node.operator == "not" else -value if node.operator == "-" else value
        return self._binary(node)

    def _call(self, node: Call) -> Constant:
        values = [self.value(argument) for argument in node.arguments]
        if node.function in ("log", "log10") and self._zero(node.arguments[0]):
            return self._refuse(node, f"'{excerpt(node)}' has no finite real value")
        scalar = SCALAR.get(node.function)
        return None if scalar is None or None in values else self._apply(node, scalar, values)

    def _binary(self, node: Binary) -> Constant:
        left = self.value(node.left)
        before = len(self.faults)
        right = self.value(node.right)
        if node.operator in LOGICAL or node.operator in COMPARISONS:
            return self._decided(node, left, right)
        if len(self.faults) > before or (node.operator == "**" and not self._exponent_allowed(node, right)):
            return None
        negative = node.operator == "**" and right is not None and right < 0
        divisor = node.right if node.operator in ("/", "//", "%") else node.left if negative else None
        if divisor is not None and self._zero(divisor):
            return self._refuse(node, f"division by zero in '{excerpt(node)}'")
        return None if left is None or right is None else self._apply(node, _ARITHMETIC[node.operator], [left, right])

    def _decided(self, node: Binary, left: Constant, right: Constant) -> Constant:
        """Refuse a condition that depends on nothing: sympy would put a bare True where Brian2 wants a test."""
        if node.operator in LOGICAL:
            decided = left is not None or right is not None
        else:
            decided = (left is not None and right is not None) or render(node.left) == render(node.right)
        if not decided:
            return None
        return self._refuse(node, f"the condition '{excerpt(node)}' does not depend on any variable there")

    def _exponent_allowed(self, node: Binary, value: Constant) -> bool:
        if value is not None:
            if not abs(value) <= MAX_EXPONENT:
                hint = f"The largest constant exponent is {MAX_EXPONENT}"
                self._refuse(node, f"exponent too large: {excerpt(node)}", hint)
                return False
            return True
        for part in walk(node.right):
            if isinstance(part, Binary) and part.operator not in ("+", "-", "*", "/"):
                message = f"the exponent '{excerpt(node.right)}' is not simple enough"
                self._refuse(part, message, "An exponent is made of names and numbers with + - * /")
                return False
        return True

    def _apply(self, node: Node, function: Callable[..., float], values: list[Constant]) -> Constant:
        try:
            result = function(*values)
        except ZeroDivisionError:
            return self._refuse(node, f"division by zero in '{excerpt(node)}'")
        except (OverflowError, ValueError):
            result = math.nan
        if isinstance(result, int) and abs(result) > MAX_INTEGER:
            hint = f"Write it as {float(result):g}" if abs(result) < 10**300 else ""
            return self._refuse(node, f"integer '{excerpt(node)}' is too large", hint)
        if isinstance(result, complex) or math.isnan(result):
            return self._refuse(node, f"'{excerpt(node)}' has no finite real value")
        if math.isinf(result) and not any(isinstance(part, Name) and part.name == "inf" for part in walk(node)):
            return self._refuse(node, f"'{excerpt(node)}' is too large a number")
        return result

    def _zero(self, node: Node) -> bool:
        """Say whether sympy would see at once that `node` is zero: ``0``, ``0*x``, ``x - x``."""
        key = id(node)
        if key not in self._zeros:
            self._zeros[key] = self._is_zero(node)
        return self._zeros[key]

    def _is_zero(self, node: Node) -> bool:
        value = self.value(node)
        if value is not None:
            return value == 0
        if isinstance(node, Unary):
            return node.operator != "not" and self._zero(node.operand)
        if isinstance(node, Binary):
            if node.operator == "*":
                return self._zero(node.left) or self._zero(node.right)
            if node.operator in ("-", "%") and render(node.left) == render(node.right):
                return True
            if node.operator in ("/", "//", "%"):
                return self._zero(node.left)
            if node.operator == "**":
                power = self.value(node.right)
                return power is not None and power > 0 and self._zero(node.left)
            if node.operator in ("+", "-"):
                return self._zero(node.left) and self._zero(node.right)
        return False

    def _refuse(self, node: Node, message: str, hint: str = "") -> Constant:
        self.faults.append(TextFault(node.line, node.column, message, hint))
        return None
