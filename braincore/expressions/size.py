"""How large an expression becomes when its products are multiplied out and its subexpressions written out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from braincore.expressions.constants import MAX_EXPONENT, constant_value
from braincore.expressions.tree import Binary, Call, Name, Node, Number, Unary

MAX_TERMS = 100
"""Brian2's handling of a sum recurses through its terms: at about 150 it meets Python's limit."""


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
