"""Abstract code as statements: what each assigns, what it reads, and the same statements with other names.

Abstract code is Brian2's own: assignments to names, one a line, in Python's syntax. It is read with Python's parser and
never run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

_SYMBOLS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|",
}  # fmt: skip


class Unreadable(Exception):  # noqa: N818 - it is no error: the code stays as it is
    """Text is not made of plain assignments; the message says where."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One assignment.

    Attributes
    ----------
    target
        The name that is assigned to.
    operator
        ``""`` for ``=``, ``"+"`` for ``+=`` and so on.
    value
        The right-hand side.
    """

    target: str
    operator: str
    value: ast.expr

    def __str__(self) -> str:
        return f"{self.target} {self.operator}= {text(self.value)}"

    @property
    def reads(self) -> frozenset[str]:
        """Names that are read, with the target if it is changed in place."""
        return names(self.value) | ({self.target} if self.operator else frozenset())

    def whole(self) -> ast.expr:
        """Return what the target is set to, in full: ``x + d`` for ``x += d``."""
        if not self.operator:
            return self.value
        kind = next(kind for kind, symbol in _SYMBOLS.items() if symbol == self.operator)
        return ast.BinOp(left=ast.Name(id=self.target, ctx=ast.Load()), op=kind(), right=self.value)


@lru_cache(maxsize=512)
def statements(code: str) -> tuple[Statement, ...]:
    """Return the statements of abstract code; nobody changes their trees.

    Raises
    ------
    Unreadable
        Something in it is no assignment to a name.
    """
    try:
        tree = ast.parse("\n".join(line.strip() for line in code.splitlines()))
    except SyntaxError as error:
        raise Unreadable(f"line {error.lineno} cannot be read") from error
    found = []
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.append(Statement(node.targets[0].id, "", node.value))
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and type(node.op) in _SYMBOLS:
            found.append(Statement(node.target.id, _SYMBOLS[type(node.op)], node.value))
        else:
            raise Unreadable(f"'{ast.unparse(node)}' is no plain assignment")
    return tuple(found)


def expression(code: str) -> ast.expr:
    """Return a parsed expression.

    Raises
    ------
    Unreadable
        It is none.
    """
    try:
        return ast.parse(code.strip(), mode="eval").body
    except SyntaxError as error:
        raise Unreadable(f"'{code}' cannot be read") from error


def text(node: ast.expr) -> str:
    """Return an expression as text."""
    return ast.unparse(node)


def lines(found: Iterable[Statement]) -> str:
    """Return statements as abstract code."""
    return "\n".join(str(statement) for statement in found)


def names(node: ast.expr) -> frozenset[str]:
    """Return the names of variables that an expression reads, without those of functions."""
    return frozenset(found.id for found in _names(node))


def functions(node: ast.expr) -> frozenset[str]:
    """Return the names of functions that an expression calls."""
    return frozenset(n.func.id for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))


def _names(node: ast.AST) -> Iterator[ast.Name]:
    if isinstance(node, ast.Name):
        yield node
    elif isinstance(node, ast.Call):
        for argument in node.args:
            yield from _names(argument)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _names(child)


class _Replace(ast.NodeTransformer):
    def __init__(self, replacement: Callable[[str], ast.expr | None]) -> None:
        self.replacement = replacement

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.replacement(node.id) or node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return ast.Call(func=node.func, args=[self.visit(argument) for argument in node.args], keywords=[])


def replaced(node: ast.expr, mapping: Mapping[str, ast.expr | str]) -> ast.expr:
    """Return a copy of an expression with expressions, or other names, in place of some of its variables."""

    def replacement(name: str) -> ast.expr | None:
        new = mapping.get(name)
        return ast.Name(id=new, ctx=ast.Load()) if isinstance(new, str) else new

    # the text is the copy: a tree that is changed while others hold parts of it would change theirs
    found: ast.expr = _Replace(replacement).visit(expression(text(node)))
    return found


def renamed(statement: Statement, mapping: Mapping[str, ast.expr | str]) -> Statement:
    """Return a statement that reads other names."""
    if not names(statement.value) & set(mapping):
        return statement
    return Statement(statement.target, statement.operator, replaced(statement.value, mapping))
