"""Expressions as sums and products: what a weight is increased by, and what a factor depends on."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from braincore.engine.passes.abstract import names

ONE: ast.expr = ast.Constant(value=1.0)


class NotProportional(Exception):  # noqa: N818 - it is no error: the code stays as it is
    """An expression is not proportional to a variable."""


def product(factors: Sequence[ast.expr]) -> ast.expr:
    """Return the product of expressions, 1 if there are none."""
    result: ast.expr | None = None
    for factor in factors:
        result = factor if result is None else ast.BinOp(left=result, op=ast.Mult(), right=factor)
    return ONE if result is None else result


def terms(node: ast.expr, *, minus: bool = False) -> list[tuple[bool, ast.expr]]:
    """Return the terms of a sum, each with whether it is subtracted."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        flipped = minus != isinstance(node.op, ast.Sub)
        return [*terms(node.left, minus=minus), *terms(node.right, minus=flipped)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return terms(node.operand, minus=not minus)
    return [(minus, node)]


def total(found: Sequence[tuple[bool, ast.expr]]) -> ast.expr:
    """Return the sum of terms."""
    result: ast.expr | None = None
    for minus, node in found:
        if result is None:
            result = ast.UnaryOp(op=ast.USub(), operand=node) if minus else node
        else:
            result = ast.BinOp(left=result, op=ast.Sub() if minus else ast.Add(), right=node)
    return ast.Constant(value=0.0) if result is None else result


def coefficient(node: ast.expr, name: str) -> ast.expr:
    """Return `c` for an expression that is `c` times a variable.

    Raises
    ------
    NotProportional
        It is not.
    """
    if isinstance(node, ast.Name) and node.id == name:
        return ONE
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return ast.UnaryOp(op=ast.USub(), operand=coefficient(node.operand, name))
    if isinstance(node, ast.BinOp):
        left, right = name in names(node.left), name in names(node.right)
        if isinstance(node.op, ast.Add | ast.Sub) and left and right:
            return ast.BinOp(left=coefficient(node.left, name), op=node.op, right=coefficient(node.right, name))
        if isinstance(node.op, ast.Mult) and left != right:
            inner = coefficient(node.left if left else node.right, name)
            outer = node.right if left else node.left
            return outer if inner is ONE else ast.BinOp(left=inner, op=ast.Mult(), right=outer)
        if isinstance(node.op, ast.Div) and left and not right:
            return ast.BinOp(left=coefficient(node.left, name), op=ast.Div(), right=node.right)
    raise NotProportional(ast.unparse(node))


def factors(node: ast.expr) -> list[ast.expr]:
    """Return the factors of a product; division is multiplication by an inverse, and a minus is a factor."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1.0)), *factors(node.operand)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors(node.left), *factors(node.right)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return [*factors(node.left), *(_inverse(factor) for factor in factors(node.right))]
    return [] if node is ONE else [node]


def _inverse(node: ast.expr) -> ast.expr:
    return ast.BinOp(left=ast.Constant(value=1.0), op=ast.Div(), right=node)
