"""What several statements compute is computed once, and long calculations that do not need each other stand together.

Brian2's integrators write rates out wherever they are used: a gate's opening and closing rate stand in its fixed point
and again in its exponent. Here equal parts of the statements of one block get names (value numbering: a part counts as
equal while nothing that it reads was written in between). Four forms are rewritten first, at the cost of a rounding:
``a/exprel(x)`` and ``a/exp(x)`` need no division of their own, ``exp(x)**c`` is an exponential, and where several
things are divided by one that comes from an exponential, they are multiplied by its reciprocal.

Calls such as ``exp`` are statements of their own, ordered by how many others they wait for. A processor looks a few
hundred instructions ahead: seven exponentials in a row run side by side, an exponential behind the division that it
waits for does not.

Nothing else is changed: sums and products stay as they are written, and sharing leaves every bit as it is.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

LONG = frozenset({"_exp", "_expm1", "_exprel_", "_over_exprel", "_tanh", "_log"})
"""Functions that take so long that their order matters."""
PURE = LONG | {"sqrt", "sin", "cos", "tan", "sinh", "cosh", "log10", "log1p", "asin", "acos", "atan", "floor", "ceil"}
"""Functions whose calls may be shared."""

Key = tuple[Any, ...]


class _Rewrite(ast.NodeTransformer):
    """Takes exponentials out of denominators."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow) and _calls(node.left, "_exp") and _is_number(node.right):
            assert isinstance(node.left, ast.Call)
            return _call("_exp", ast.BinOp(node.right, ast.Mult(), node.left.args[0]))
        if not isinstance(node.op, ast.Div):
            return node
        above, below = node.left, []
        for factor in _factors(node.right):
            if _calls(factor, "_exprel_"):
                above = ast.BinOp(above, ast.Mult(), _call("_over_exprel", factor.args[0]))
            elif _calls(factor, "_exp"):
                above = ast.BinOp(above, ast.Mult(), _call("_exp", ast.UnaryOp(ast.USub(), factor.args[0])))
            else:
                below.append(factor)
        if above is node.left:
            return node
        if not below:
            return above
        product = below[0]
        for factor in below[1:]:
            product = ast.BinOp(product, ast.Mult(), factor)
        return ast.BinOp(above, ast.Div(), product)


def _calls(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _call(name: str, argument: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), [argument], [])


def _is_number(node: ast.AST) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def _factors(node: Any) -> Iterator[Any]:
    """Go through the factors of a product."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield from _factors(node.left)
        yield from _factors(node.right)
    else:
        yield node


@dataclass(kw_only=True)
class _Line:
    """A statement with its expressions parsed.

    Attributes
    ----------
    statement
        Brian2's statement.
    trees
        Its expressions: one, or one for each value of the booleans that it reads.
    versions
        How often each name was written before it.
    """

    statement: Any
    trees: list[ast.expr]
    versions: dict[str, int]
    guard: str | None = None
    keys: dict[int, Key | None] = field(default_factory=dict)

    @property
    def reads(self) -> set[str]:
        names = {n.id for tree in self.trees for n in ast.walk(tree) if isinstance(n, ast.Name)}
        names |= set(self.statement.used_boolean_variables or ())
        if self.guard:
            names |= {self.guard, self.statement.var}
        if self.statement.inplace:
            names.add(self.statement.var)
        return names

    def calls(self) -> set[str]:
        """Return the names of the functions that it calls."""
        found = (n for tree in self.trees for n in ast.walk(tree) if isinstance(n, ast.Call))
        return {n.func.id for n in found if isinstance(n.func, ast.Name)}


def shared(
    statements: Sequence[Any], guards: Mapping[str, str], ordered: Iterable[str], *, start: int = 0, share: bool = True
) -> list[Any]:
    """Return statements that compute the same as those given.

    Parameters
    ----------
    statements
        Brian2's statements for one element, with functions under their names in C++.
    guards
        Variables that are written under a condition only, and the name of the condition.
    ordered
        Functions whose calls must stay in their order (random numbers).
    start
        How many names of shared parts are taken.
    share
        Whether parts are shared; else expressions are rewritten only.

    Returns
    -------
    The statements; those that name a shared part have ``dtype`` None, and no other code writes what they name.
    """
    lines = _parsed(statements, guards)
    if share:
        lines = _in_levels(_with_names(lines, _count(lines), start), frozenset(ordered))
    return [_statement(line) for line in lines]


def _parsed(statements: Sequence[Any], guards: Mapping[str, str]) -> list[_Line]:
    lines = []
    versions: dict[str, int] = {}
    for statement in statements:
        cases = statement.boolean_simplified_expressions if statement.used_boolean_variables else None
        texts = list(cases.values()) if cases else [statement.expr]
        trees = [_Rewrite().visit(ast.parse(text.strip(), mode="eval").body) for text in texts]
        line = _Line(statement=statement, trees=trees, versions=dict(versions), guard=guards.get(statement.var))
        for tree in trees:
            _number(tree, line)
        lines.append(line)
        versions[statement.var] = versions.get(statement.var, 0) + 1
    _with_reciprocals(lines)
    return lines


def _with_reciprocals(lines: Sequence[_Line]) -> None:
    """Turn divisions by one divisor into products, where the divisor is rounded by an exponential anyway."""
    rounded: set[str] = set()
    above: dict[Key, set[Key]] = {}
    places: dict[Key, list[ast.BinOp]] = {}
    for line in lines:
        for node in (n for tree in line.trees for n in ast.walk(tree)):
            if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
                continue
            key, left = line.keys.get(id(node.right)), line.keys.get(id(node.left))
            if key is not None and left is not None and _is_rounded(node.right, rounded):
                above.setdefault(key, set()).add(left)
                places.setdefault(key, []).append(node)
        if any(_is_rounded(tree, rounded) for tree in line.trees):
            rounded.add(line.statement.var)
    for key, found in places.items():
        for node in found if len(above[key]) > 1 else ():
            node.op, node.right = ast.Mult(), ast.BinOp(ast.Constant(1.0), ast.Div(), node.right)
    for line in lines:  # what contains them has another key now
        line.keys.clear()
        for tree in line.trees:
            _number(tree, line)


def _is_rounded(node: ast.AST, names: set[str]) -> bool:
    """Tell whether an expression depends on an exponential or the like, directly or through one of some names."""
    return any(isinstance(n, ast.Name) and (n.id in LONG or n.id in names) for n in ast.walk(node))


def _number(node: ast.AST, line: _Line) -> Key | None:
    """Give every part of an expression a key, equal for equal parts; None where a part cannot be shared."""
    key: Key | None = None
    if isinstance(node, ast.Name):
        key = ("name", node.id, line.versions.get(node.id, 0))
    elif isinstance(node, ast.Constant):
        key = ("number", type(node.value).__name__, repr(node.value))
    elif isinstance(node, ast.UnaryOp):
        inner = _number(node.operand, line)
        key = ("minus", inner) if inner and isinstance(node.op, ast.USub) else None
    elif isinstance(node, ast.BinOp):
        parts = (_number(node.left, line), _number(node.right, line))
        if None not in parts and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow):
            swap = isinstance(node.op, ast.Add | ast.Mult)  # their operands may change places
            key = (type(node.op).__name__, *(sorted(parts, key=repr) if swap else parts))
    elif isinstance(node, ast.Call):
        inside = [_number(argument, line) for argument in node.args]
        if None not in inside and isinstance(node.func, ast.Name) and node.func.id in PURE:
            key = ("call", node.func.id, *inside)
    else:
        for child in ast.iter_child_nodes(node):
            _number(child, line)
    line.keys[id(node)] = key
    return key


def _count(lines: Sequence[_Line]) -> Counter[Key]:
    """Count how often each part is needed when a part that is needed twice is computed once."""
    counts: Counter[Key] = Counter()

    def visit(node: ast.AST, line: _Line) -> None:
        key = line.keys.get(id(node))
        if key is not None and key[0] not in ("name", "number"):
            counts[key] += 1
            if counts[key] > 1:
                return
        for child in ast.iter_child_nodes(node):
            visit(child, line)

    for line in lines:
        for tree in line.trees:
            visit(tree, line)
    return counts


def _with_names(lines: Sequence[_Line], counts: Counter[Key], start: int) -> list[_Line]:
    """Return the statements with a statement before them for each part that is shared, or takes long."""
    out: list[_Line] = []
    names: dict[Key, str] = {}

    def place(node: Any, line: _Line, *, top: bool = False) -> Any:
        key = line.keys.get(id(node))
        if key is not None and key in names:
            return ast.Name(names[key], ast.Load())
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                setattr(node, name, place(value, line))
            elif isinstance(value, list):
                setattr(node, name, [place(v, line) if isinstance(v, ast.expr) else v for v in value])
        if key is None or key[0] in ("name", "number", "minus") or isinstance(node, ast.Name):
            return node
        long = key[0] == "call" and key[1] in LONG
        alone = top and line.statement.op == ":=" and len(line.trees) == 1 and counts[key] < 2
        if (counts[key] < 2 and not long) or alone:
            return node
        names[key] = f"_part{start + len(names) + 1}"
        statement = copy(line.statement)
        statement.var, statement.op, statement.dtype, statement.constant = names[key], ":=", None, True
        statement.used_boolean_variables, statement.inplace, statement.comment = None, False, ""
        out.append(_Line(statement=statement, trees=[node], versions={}))
        return ast.Name(names[key], ast.Load())

    for line in lines:
        line.trees = [place(tree, line, top=True) for tree in line.trees]
        out.append(line)
    return out


def _in_levels(lines: Sequence[_Line], ordered: frozenset[str]) -> list[_Line]:
    """Return the statements by how many long calculations, one after the other, they wait for."""
    level: list[int] = []
    written: dict[str, int] = {}  # the last statement that writes a name
    readers: dict[str, int] = {}  # the highest level of those that read it since
    last = 0
    for place, line in enumerate(lines):
        calls = line.calls()
        here = 0
        for name in line.reads:
            if name in written:
                source = written[name]
                here = max(here, level[source] + bool(lines[source].calls() & LONG))
        target = line.statement.var
        here = max(here, readers.get(target, 0), level[written[target]] if target in written else 0)
        if calls & ordered:
            last = here = max(here, last)
        level.append(here)
        for name in line.reads:
            readers[name] = max(readers.get(name, 0), here)
        written[target] = place
        readers[target] = here
    return [line for _, line in sorted(zip(level, lines, strict=True), key=lambda pair: pair[0])]


def _statement(line: _Line) -> Any:
    """Return a Brian2 statement with the expressions as they are now."""
    statement = copy(line.statement)
    texts = [ast.unparse(ast.fix_missing_locations(tree)) for tree in line.trees]
    if statement.used_boolean_variables:
        statement.boolean_simplified_expressions = dict(
            zip(statement.boolean_simplified_expressions, texts, strict=True)
        )
    else:
        statement.expr = texts[0]
    return statement
