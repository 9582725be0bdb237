"""One expression: parsed once against the allow-list, then renamed, substituted, evaluated or checked."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from braincore.errors import suggest
from braincore.expressions.constants import constant_value
from braincore.expressions.dimensions import infer
from braincore.expressions.faults import ExpressionError, TextFault
from braincore.expressions.functions import FUNCTIONS
from braincore.expressions.guards import guard
from braincore.expressions.kinds import check_kinds
from braincore.expressions.names import BOOLEAN_SYMBOLS, CONSTANTS, IDENTIFIER, is_unit_name
from braincore.expressions.parser import MAX_NODES, Parser
from braincore.expressions.tokens import Source, Token, join, tokenize
from braincore.expressions.tree import Binary, Call, Name, Node, walk
from braincore.units import Dimension

if TYPE_CHECKING:
    from braincore.expressions.evaluation import Value

_MAX_BUILT_NODES = 10 * MAX_NODES  # what a program composes may be larger than what a person writes


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A checked expression in Brian2's language.

    Attributes
    ----------
    text
        On one line, without comments: safe to hand to Brian2.
    names
        Every identifier that is not a function, units and constants too.
    functions
        The functions called.
    tree
        Its parsed form, with lines and columns of the text it was read from.
    """

    text: str
    names: frozenset[str] = field(compare=False, repr=False)
    functions: frozenset[str] = field(compare=False, repr=False)
    tree: Node = field(compare=False, repr=False)
    tokens: tuple[Token, ...] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return self.text

    @property
    def variables(self) -> frozenset[str]:
        """The names that need a meaning from elsewhere: no units, no constants."""
        return frozenset(name for name in self.names if name not in CONSTANTS and not is_unit_name(name))

    @property
    def constant(self) -> bool | int | float | None:
        """The value, if the expression is made of literals, ``pi`` and ``e`` alone."""
        return constant_value(self.tree)

    @property
    def divisors(self) -> frozenset[str]:
        """The names that something is divided by, alone or as a factor: what must not be zero."""
        found: set[str] = set()
        factors = [n.right for n in walk(self.tree) if isinstance(n, Binary) and n.operator in ("/", "//", "%")]
        while factors:
            factor = factors.pop()
            if isinstance(factor, Binary) and factor.operator == "*":
                factors += [factor.left, factor.right]
            elif isinstance(factor, Name):
                found.add(factor.name)
        return frozenset(found)

    def is_condition(self, booleans: Collection[str] = ()) -> bool:
        """Say whether the value is true or false rather than a number; `booleans` are the names that are."""
        return bool(check_kinds(self.tree, {*booleans, *BOOLEAN_SYMBOLS}, []))

    def rename(self, mapping: Mapping[str, str]) -> Expression:
        """Return the expression with names replaced by other names, all at once (so that two may be swapped).

        Parameters
        ----------
        mapping
            Old name to new name; names that do not occur are passed over. Functions are never renamed.

        Raises
        ------
        ExpressionError
            A new name is not that of a variable, or is in use already.
        """
        used = {old: new for old, new in mapping.items() if old in self.names}
        taken = self.names - used.keys()
        seen: set[str] = set()
        for old, new in used.items():
            if not _plain_name(new):
                raise ExpressionError(f"'{old}' cannot be renamed to {new!r}", hint="It is not the name of a variable")
            if new in taken or new in seen:
                raise ExpressionError(f"'{old}' cannot be renamed to '{new}'", hint=f"'{new}' is another name here")
            seen.add(new)
        replaced = [
            _moved(token, used[token.text]) if token.kind == "name" and token.text in used else token
            for token in self.tokens
        ]
        return _build(replaced, _MAX_BUILT_NODES)

    def substitute(self, mapping: Mapping[str, str | Expression]) -> Expression:
        """Return the expression with names replaced by expressions, in parentheses where they are more than one word.

        Parameters
        ----------
        mapping
            Name to an expression or its text; all are replaced at once.

        Raises
        ------
        ExpressionError
            A replacement is not an allowed expression, or the result is too large.
        """
        inserted: dict[str, tuple[Token, ...]] = {}
        for name in self.names & mapping.keys():
            given = mapping[name]
            inserted[name] = (given if isinstance(given, Expression) else parse_expression(given)).tokens[:-1]
        tokens: list[Token] = []
        for token in self.tokens:
            body = inserted.get(token.text) if token.kind == "name" else None
            if body is None:
                tokens.append(token)
                continue
            bare = len(body) == 1
            tokens += [] if bare else [Token("op", "(", token.line, token.column, token.space)]
            for index, part in enumerate(body):
                space = (token.space if bare else False) if index == 0 else part.space
                tokens.append(Token(part.kind, part.text, token.line, token.column, space))
            tokens += [] if bare else [Token("op", ")", token.line, token.column)]
            if len(tokens) > 4 * _MAX_BUILT_NODES:
                raise ExpressionError(f"more than {_MAX_BUILT_NODES} terms and operators after substitution")
        return _build(tokens, _MAX_BUILT_NODES)

    def evaluate(self, values: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None) -> Value:
        """Work out the value by walking the tree with NumPy.

        Parameters
        ----------
        values
            Name to number or array, in SI units; arrays broadcast. Units, ``pi``, ``e`` and ``inf`` are known.
        functions
            Random functions (``rand``, ``randn``, ``poisson``), or other definitions of the known ones.

        Returns
        -------
        value
            A Python number or bool where all values are scalars, else an array. Division by zero and the like give
            inf and NaN, as in the simulation.

        Raises
        ------
        ExpressionError
            A name has no value, or a random function no definition.
        """
        from braincore.expressions.evaluation import evaluate

        given = functions or {}
        unknown = sorted(given.keys() - FUNCTIONS.keys())
        if unknown:
            raise ExpressionError(f"unknown function '{unknown[0]}'", hint=suggest(unknown[0], FUNCTIONS))
        return evaluate(self.tree, values, given)

    def dimension(self, dims: Mapping[str, Dimension], booleans: Collection[str] = ()) -> Dimension:
        """Return the dimension; `dims` gives that of each name, `booleans` the names that are conditions.

        Units, constants, ``t``, ``dt`` and ``xi`` need not be in `dims`. As in Brian2, zero has no dimension of its
        own liking: ``v > 0`` is refused for a voltage, ``v > 0*mV`` is right.

        Raises
        ------
        ExpressionError
            Every undefined name and every place where the units disagree, with the operands and what they are.
        """
        faults: list[TextFault] = []
        check_kinds(self.tree, {*booleans, *BOOLEAN_SYMBOLS}, faults)
        found = infer(self.tree, dims, faults)
        if faults or found is None:
            raise ExpressionError(faults)
        return found


def parse_expression(text: str) -> Expression:
    """Parse an expression of Brian2's language against the allow-list.

    Allowed are decimal numbers, names, ``+ - * / // % **``, comparisons, ``and or not``, parentheses, ``True`` and
    ``False``, and calls of the functions of `FUNCTIONS`. Everything else is refused with its place: strings,
    attributes, subscripts, other calls, non-ASCII characters, constant powers beyond 64, anything too long or deep.

    Parameters
    ----------
    text
        At most 4096 characters; may go over several lines and hold comments.

    Raises
    ------
    ExpressionError
        Every fault found, each with line and column.

    >>> parse_expression("(v_r - v)/tau").rename({"v": "u"}).text
    '(v_r - u)/tau'
    """
    return parse_slice(Source(checked_text(text)))


def checked_text(text: object) -> str:
    """Return `text` if it is text, else raise `ExpressionError`."""
    if not isinstance(text, str):
        raise ExpressionError(f"an expression must be text, not {type(text).__name__}", hint="Put it in quotes")
    return text


def parse_slice(source: Source, start: int = 0, end: int | None = None) -> Expression:
    """Parse a stretch of `source`, with positions in the whole of it."""
    return _build(tokenize(source, start, end), MAX_NODES)


def _build(tokens: Sequence[Token], max_nodes: int) -> Expression:
    tree = Parser(tokens, max_nodes).parse()
    faults = guard(tree)
    if faults:
        raise ExpressionError(faults)
    return Expression(
        text=join(tokens[:-1]),
        names=frozenset(node.name for node in walk(tree) if isinstance(node, Name)),
        functions=frozenset(node.function for node in walk(tree) if isinstance(node, Call)),
        tree=tree,
        tokens=tuple(tokens),
    )


def _moved(token: Token, text: str) -> Token:
    return Token(token.kind, text, token.line, token.column, token.space)


def _plain_name(name: object) -> bool:
    if not isinstance(name, str) or not IDENTIFIER.match(name) or not name.isascii() or not name.isidentifier():
        return False
    return not (keyword.iskeyword(name) or name in FUNCTIONS or name in CONSTANTS or is_unit_name(name))
