"""The parsed form of an expression: five kinds of node, each knowing its place in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**"})
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
LOGICAL = frozenset({"and", "or"})

# How tightly an operator binds, as in Python; `not` sits between `and` and the comparisons.
PRECEDENCE = {"or": 1, "and": 2, "not": 3, **dict.fromkeys(COMPARISONS, 4), "+": 5, "-": 5,
              "*": 6, "/": 6, "//": 6, "%": 6, "**": 8}  # fmt: skip
NOT, COMPARE, UNARY, ATOM = 3, 4, 7, 9


@dataclass(frozen=True, slots=True)
class Number:
    """A literal: int, float, or True and False."""

    value: bool | int | float
    line: int
    column: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, constant or unit."""

    name: str
    line: int
    column: int
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``+x`` or ``not x``."""

    operator: str
    operand: Node
    line: int
    column: int
    depth: int


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, a comparison, ``and`` or ``or``; its place is that of the operator."""

    operator: str
    left: Node
    right: Node
    line: int
    column: int
    depth: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    function: str
    arguments: tuple[Node, ...]
    line: int
    column: int
    depth: int


Node = Number | Name | Unary | Binary | Call


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below `node`."""
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Unary):
        return (node.operand,)
    return node.arguments if isinstance(node, Call) else ()


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and everything below it."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(children(current))


def render(node: Node) -> str:
    """Write a node as text with no needless parentheses."""
    if isinstance(node, Number):
        return repr(node.value)
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Call):
        return f"{node.function}({', '.join(render(argument) for argument in node.arguments)})"
    if isinstance(node, Unary):
        level = NOT if node.operator == "not" else UNARY
        return f"{node.operator}{' ' if level == NOT else ''}{_wrapped(node.operand, level)}"
    level = PRECEDENCE[node.operator]
    if node.operator == "**":
        return f"{_wrapped(node.left, ATOM)}**{_wrapped(node.right, UNARY)}"
    left = _wrapped(node.left, level + (level == COMPARE))
    gap = "" if node.operator in ("*", "/") else " "
    return f"{left}{gap}{node.operator}{gap}{_wrapped(node.right, level + 1)}"


def excerpt(node: Node) -> str:
    """Write a node for a message, cut to a readable length."""
    text = render(node)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _wrapped(node: Node, level: int) -> str:
    text = render(node)
    if isinstance(node, Binary):
        binds = PRECEDENCE[node.operator]
    elif isinstance(node, Unary):
        binds = NOT if node.operator == "not" else UNARY
    else:
        binds = ATOM
    return text if binds >= level else f"({text})"
