"""What is refused in an expression that parses: constants that explode, powers that expand, booleans used as numbers.

Brian2 hands every expression to sympy, which works out constants and multiplies out products: ``9**9**9`` or
``(a+b+c+d)**64`` would keep it busy for ever, ``(-1)**0.5`` would turn into a variable called ``I`` and ``1/0`` into
one called ``zoo``. Each is refused here with its place in the text.
"""

from __future__ import annotations

import math
import operator
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from braincore.expressions.faults import TextFault
from braincore.expressions.functions import FUNCTIONS, SCALAR
from braincore.expressions.names import CONSTANTS, is_unit_name
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
MAX_TERMS = 100

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow,
}  # fmt: skip


def guard(tree: Node) -> list[TextFault]:
    """Return every fault of a parsed expression that needs no knowledge of its names."""
    faults: list[TextFault] = []
    _check_random(tree, faults)
    check_kinds(tree, None, faults)
    _fold(tree, faults)
    if not faults and (terms := size_of(tree, {}).worst) > MAX_TERMS:
        message = f"multiplied out, the expression has {_about(terms)} terms (limit {MAX_TERMS})"
        faults.append(TextFault(tree.line, tree.column, message, "Write it with fewer terms or a smaller power"))
    return faults


def _fault(node: Node, message: str, hint: str = "") -> TextFault:
    return TextFault(node.line, node.column, message, hint)


def _about(terms: int) -> str:
    return str(terms) if terms < 10**6 else "millions of"


def _check_random(tree: Node, faults: list[TextFault]) -> None:
    """Refuse two calls of the same random function, which Brian2 cannot tell apart."""
    calls = [node for node in walk(tree) if isinstance(node, Call) and FUNCTIONS[node.function].stateful]
    counts = Counter(call.function for call in calls)
    for call in calls:
        if counts[call.function] > 1:
            hint = "Give each a line of its own: x = rand() : 1 (constant over dt)"
            faults.append(_fault(call, f"'{call.function}' is called more than once in one expression", hint))
            counts[call.function] = 0


def check_kinds(node: Node, booleans: Collection[str] | None, faults: list[TextFault]) -> bool | None:
    """Return whether `node` is a condition (True), a number (False) or may be either (None), recording misuse.

    Parameters
    ----------
    booleans
        The names that are conditions; None if not known, when only what is plain from the text is refused.
    """
    if isinstance(node, Number):
        return isinstance(node.value, bool)
    if isinstance(node, Name):
        if node.name in CONSTANTS or is_unit_name(node.name):
            return False
        return None if booleans is None else node.name in booleans
    if isinstance(node, Call):
        for argument in node.arguments:
            if check_kinds(argument, booleans, faults) and node.function != "int":
                faults.append(_fault(argument, *_number_wanted(argument, f"in '{node.function}(...)'")))
        return False
    if isinstance(node, Unary):
        kind = check_kinds(node.operand, booleans, faults)
        if node.operator == "not":
            if kind is False:
                faults.append(_fault(node.operand, *_condition_wanted(node.operand, "after 'not'")))
            return True
        if kind:
            faults.append(_fault(node.operand, *_number_wanted(node.operand, f"after '{node.operator}'")))
        return False
    place = f"with '{node.operator}'"
    for operand in (node.left, node.right):
        kind = check_kinds(operand, booleans, faults)
        if node.operator in LOGICAL and kind is False:
            faults.append(_fault(operand, *_condition_wanted(operand, place)))
        elif node.operator not in LOGICAL and kind:
            faults.append(_fault(operand, *_number_wanted(operand, place)))
    return node.operator in LOGICAL or node.operator in COMPARISONS


def _condition_wanted(node: Node, place: str) -> tuple[str, str]:
    shown = excerpt(node)
    return f"'{shown}' is a number where a condition is needed {place}", f"Write a comparison, such as {shown} > 0"


def _number_wanted(node: Node, place: str) -> tuple[str, str]:
    shown = excerpt(node)
    return f"'{shown}' is a condition where a number is needed {place}", f"Write int({shown})"


def constant_value(node: Node) -> bool | int | float | None:
    """Return the value of an expression of literals, ``pi`` and ``e`` alone, else None."""
    return _fold(node, [])


def _fold(node: Node, faults: list[TextFault]) -> bool | int | float | None:
    """Work out the constant parts, recording those that are not ordinary numbers."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        return CONSTANTS.get(node.name)
    if isinstance(node, Call):
        values = [_fold(argument, faults) for argument in node.arguments]
        scalar = SCALAR.get(node.function)
        return None if scalar is None or None in values else _apply(node, scalar, values, faults)
    if isinstance(node, Unary):
        value = _fold(node.operand, faults)
        if value is None:
            return None
        return (not value) if node.operator == "not" else -value if node.operator == "-" else value
    left = _fold(node.left, faults)
    before = len(faults)
    right = _fold(node.right, faults)
    if node.operator in LOGICAL or node.operator in COMPARISONS:
        _check_decided(node, left, right, faults)
        return None
    if len(faults) > before or (node.operator == "**" and not _exponent_allowed(node, right, faults)):
        return None
    return None if left is None or right is None else _apply(node, _ARITHMETIC[node.operator], [left, right], faults)


def _check_decided(node: Binary, left: object, right: object, faults: list[TextFault]) -> None:
    """Refuse a condition that does not depend on anything: sympy would put a bare True where Brian2 wants a test."""
    if node.operator in LOGICAL:
        decided = left is not None or right is not None
    else:
        decided = (left is not None and right is not None) or render(node.left) == render(node.right)
    if decided:
        faults.append(_fault(node, f"the condition '{excerpt(node)}' does not depend on any variable there"))


def _exponent_allowed(node: Binary, value: float | None, faults: list[TextFault]) -> bool:
    if value is not None:
        if not abs(value) <= MAX_EXPONENT:
            hint = f"The largest constant exponent is {MAX_EXPONENT}"
            faults.append(_fault(node, f"exponent too large: {excerpt(node)}", hint))
            return False
        return True
    for part in walk(node.right):
        if isinstance(part, Binary) and part.operator not in ("+", "-", "*", "/"):
            message = f"the exponent '{excerpt(node.right)}' is not simple enough"
            faults.append(_fault(part, message, "An exponent is made of names and numbers with + - * /"))
            return False
    return True


def _apply(
    node: Node, function: Callable[..., float], values: list[bool | int | float | None], faults: list[TextFault]
) -> bool | int | float | None:
    shown = excerpt(node)
    try:
        result = function(*values)
    except ZeroDivisionError:
        faults.append(_fault(node, f"division by zero in '{shown}'"))
        return None
    except (OverflowError, ValueError):
        result = math.nan
    if isinstance(result, int) and abs(result) > MAX_INTEGER:
        hint = f"Write it as {float(result):g}" if abs(result) < 10**300 else ""
        faults.append(_fault(node, f"integer '{shown}' is too large", hint))
        return None
    if isinstance(result, complex) or math.isnan(result):
        faults.append(_fault(node, f"'{shown}' has no finite real value"))
        return None
    if math.isinf(result) and not any(isinstance(part, Name) and part.name == "inf" for part in walk(node)):
        faults.append(_fault(node, f"'{shown}' is too large a number"))
        return None
    return result


@dataclass(frozen=True, slots=True)
class Size:
    """How large an expression becomes with its subexpressions written out.

    Attributes
    ----------
    terms, worst
        Upper bounds on the terms of the sum it multiplies out to, and of the largest such sum inside it.
    nodes, depth
        Of its tree.
    """

    terms: int = 1
    worst: int = 1
    nodes: int = 1
    depth: int = 1


def size_of(node: Node, named: Mapping[str, Size]) -> Size:
    """Return the `Size` of an expression in which the names of `named` stand for subexpressions of known size."""
    if isinstance(node, Name):
        return named.get(node.name, Size())
    if isinstance(node, Number):
        return Size()
    if isinstance(node, Call):
        return _combine(1, *(size_of(argument, named) for argument in node.arguments))
    if isinstance(node, Unary):
        inner = size_of(node.operand, named)
        return _combine(inner.terms, inner)
    left, right = size_of(node.left, named), size_of(node.right, named)
    if node.operator in ("+", "-"):
        terms = left.terms + right.terms
    elif node.operator == "*":
        terms = left.terms * right.terms
    elif node.operator == "/":
        terms = left.terms
    elif node.operator == "**":
        return _power_size(node, left, right)
    else:
        terms = 1
    return _combine(terms, left, right)


def _power_size(node: Binary, base: Size, exponent: Size) -> Size:
    """Count the terms of a power: a sum of k terms to the n has C(n + k - 1, n)."""
    value = constant_value(node.right)
    times = int(min(abs(value), MAX_EXPONENT)) if value is not None else 1
    terms = math.comb(times + min(base.terms, 10**6) - 1, times)
    size = _combine(terms, base, exponent)
    inverse = value is not None and value < 0
    return Size(1, size.worst, size.nodes, size.depth) if inverse else size


def _combine(terms: int, *parts: Size) -> Size:
    terms = min(terms, 10**9)  # the bound is all that matters beyond the limit
    return Size(
        terms,
        max(terms, *(part.worst for part in parts)) if parts else terms,
        min(1 + sum(part.nodes for part in parts), 10**9),
        1 + max((part.depth for part in parts), default=0),
    )
