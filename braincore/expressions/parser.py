"""Tokens to a tree, by precedence climbing. Nothing outside the allowed grammar can be expressed in the tree."""

from __future__ import annotations

from collections.abc import Sequence

from braincore.expressions.faults import ExpressionError, TextFault
from braincore.expressions.functions import FUNCTIONS, call_shape, function_hint
from braincore.expressions.tokens import Token, token_value
from braincore.expressions.tree import (
    COMPARISONS,
    NOT,
    PRECEDENCE,
    UNARY,
    Binary,
    Call,
    Name,
    Node,
    Number,
    Unary,
)

MAX_NODES = 500
MAX_NESTING = 40
MAX_DEPTH = 100


class Parser:
    """One pass over a list of tokens.

    Parameters
    ----------
    tokens
        From `tokenize`, the last of kind ``end``.
    max_nodes
        The largest size of the tree.
    """

    def __init__(self, tokens: Sequence[Token], max_nodes: int = MAX_NODES) -> None:
        self.tokens = tokens
        self.max_nodes = max_nodes
        self.faults: list[TextFault] = []
        self._index = self._nodes = self._nesting = 0

    def parse(self) -> Node:
        """Return the tree; raise `ExpressionError` on the first fault of grammar or on all unknown functions."""
        first = self.tokens[0]
        if first.kind == "end":
            raise self._error(first, "the expression is empty")
        tree = self._expression(0)
        if self._token.kind != "end":
            raise self._unexpected(self._token)
        if self.faults:
            raise ExpressionError(self.faults)
        return tree

    @property
    def _token(self) -> Token:
        return self.tokens[self._index]

    def _next(self) -> Token:
        token = self.tokens[self._index]
        self._index += 1
        return token

    def _expression(self, minimum: int) -> Node:
        left = self._prefix(minimum)
        compared = False
        while True:
            token = self._token
            power = PRECEDENCE.get(token.text, -1) if token.kind == "op" or token.text in ("and", "or") else -1
            if power < minimum:
                return left
            self._next()
            if token.text in COMPARISONS:
                if compared:
                    raise self._error(token, "a chained comparison is not supported", "Write a < b and b < c")
                compared = True
            # A power binds to the right, and a sign may follow it.
            right = self._nested(token, UNARY) if token.text == "**" else self._expression(power + 1)
            depth = self._count(token, left, right)
            left = Binary(token.text, left, right, token.line, token.column, depth)

    def _prefix(self, minimum: int) -> Node:
        token = self._next()
        if token.kind == "number":
            return Number(token_value(token), token.line, token.column, self._count(token))
        if token.kind == "name":
            return self._negation(token, minimum) if token.text == "not" else self._named(token)
        if token.text == "(":
            if self._token.text == ")":
                raise self._error(token, "the parentheses are empty")
            inner = self._nested(token, 0)
            self._close(token)
            return inner
        if token.text in ("-", "+"):
            operand = self._nested(token, UNARY)
            return Unary(token.text, operand, token.line, token.column, self._count(token, operand))
        if token.kind == "end":
            raise self._error(token, "the expression ends too early")
        raise self._error(token, f"unexpected '{token.text}'", "A value is missing before it")

    def _negation(self, token: Token, minimum: int) -> Node:
        if minimum > NOT:
            raise self._error(token, "'not' needs parentheses here", "Write (not x)")
        operand = self._nested(token, NOT)
        return Unary("not", operand, token.line, token.column, self._count(token, operand))

    def _named(self, token: Token) -> Node:
        name = token.text
        if name in ("True", "False"):
            return Number(name == "True", token.line, token.column, self._count(token))
        if name in ("and", "or"):
            raise self._error(token, f"unexpected '{name}'", "A value is missing before it")
        if self._token.text == "(":
            return self._call(token)
        if name in FUNCTIONS:
            self.faults.append(
                TextFault(token.line, token.column, f"'{name}' is a function", f"Write {call_shape(name)}")
            )
        return Name(name, token.line, token.column, self._count(token))

    def _call(self, token: Token) -> Node:
        name, opening = token.text, self._next()
        arguments: list[Node] = []
        while self._token.text != ")" or arguments:
            if self._token.text in ("*", "**"):
                raise self._error(self._token, f"'{self._token.text}' arguments are not allowed")
            arguments.append(self._nested(opening, 0))
            if self._token.text != ",":
                break
            self._next()
        self._close(opening)
        if name not in FUNCTIONS:
            hint = function_hint(name)
            self.faults.append(TextFault(token.line, token.column, f"unknown function '{name}'", hint))
        elif len(arguments) != (expected := len(FUNCTIONS[name].arguments)):
            count = f"{expected} argument{'s' * (expected != 1)}" if expected else "no arguments"
            message = f"'{name}' takes {count}, not {len(arguments)}"
            self.faults.append(TextFault(token.line, token.column, message, f"Write {call_shape(name)}"))
        return Call(name, tuple(arguments), token.line, token.column, self._count(token, *arguments))

    def _nested(self, token: Token, minimum: int) -> Node:
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self._error(token, f"nested more than {MAX_NESTING} deep", "Split it into several equations")
        node = self._expression(minimum)
        self._nesting -= 1
        return node

    def _count(self, token: Token, *below: Node) -> int:
        """Count one more node; return its height above the leaves."""
        self._nodes += 1
        depth = 1 + max((node.depth for node in below), default=0)
        if self._nodes > self.max_nodes:
            hint = "Split it into several equations"
            raise self._error(token, f"more than {self.max_nodes} terms and operators in one expression", hint)
        if depth > MAX_DEPTH:
            hint = "Group the terms with parentheses or split it into several equations"
            raise self._error(token, f"more than {MAX_DEPTH} operators in a row", hint)
        return depth

    def _close(self, opening: Token) -> None:
        token = self._token
        if token.text == ")" and token.kind == "op":
            self._next()
        elif token.kind == "end":
            raise self._error(opening, "'(' is never closed")
        else:
            raise self._unexpected(token)

    def _unexpected(self, token: Token) -> ExpressionError:
        """Explain a token that cannot follow what was read."""
        text = token.text
        if text == ")":
            return self._error(token, "')' has no matching '('")
        if text == ",":
            return self._error(token, "a comma may only stand between the arguments of a function")
        before = self.tokens[self._index - 1].text if self._index else ""
        if token.kind in ("name", "number") or text == "(":
            hint = f"Write {before}*{text}" if text != "(" and before != ")" else "Is a '*' missing?"
            return self._error(token, f"an operator is missing before '{text}'", hint)
        return self._error(token, f"unexpected '{text}'")

    def _error(self, token: Token, message: str, hint: str = "") -> ExpressionError:
        return ExpressionError([*self.faults, TextFault(token.line, token.column, message, hint)])
