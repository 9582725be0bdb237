"""Assignments: what happens at a reset or when a spike arrives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from braincore.expressions.equations import MAX_TEXT
from braincore.expressions.expression import Expression, checked_text, parse_slice
from braincore.expressions.faults import MAX_FAULTS, ExpressionError, TextFault
from braincore.expressions.layout import blank_comments, unprintable_faults
from braincore.expressions.names import IDENTIFIER
from braincore.expressions.tokens import Source, tokenize

MAX_STATEMENTS = 500
OPERATORS = ("=", "+=", "-=", "*=", "/=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One assignment, such as ``v = v_r`` or ``w += d``.

    Attributes
    ----------
    target
        The variable that changes.
    op
        ``=``, ``+=``, ``-=``, ``*=`` or ``/=``.
    expression
        The right-hand side.
    line, column
        Where the target stands in the text.
    """

    target: str
    op: str
    expression: Expression
    line: int = 1
    column: int = 1

    def rename(self, mapping: Mapping[str, str]) -> Assignment:
        """Return the assignment with its target and the names on its right renamed."""
        return replace(self, target=mapping.get(self.target, self.target), expression=self.expression.rename(mapping))

    def __str__(self) -> str:
        """Return the line as Brian2 reads it.

        Parentheses are put round the right-hand side of anything but ``=``: Brian2 checks the units of ``x *= a + b``
        as those of ``x * a + b``.
        """
        bare = self.op == "=" or len(self.expression.tokens) == 2
        return f"{self.target} {self.op} {self.expression.text if bare else f'({self.expression.text})'}"


_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\s*(//|\*\*|[-+*/%&|^@:]|<<|>>)?=(?!=)", re.ASCII)
_STARTS = re.compile(r"[ \t]*[A-Za-z_]\w*\s*[-+*/]?=(?!=)", re.ASCII)


def parse_statements(text: str) -> tuple[Assignment, ...]:
    """Read assignments separated by new lines or ``;``, with comments.

    Parameters
    ----------
    text
        Such as ``v = v_r; w += d``. Only ``= += -= *= /=`` assign; a statement may go on inside open parentheses.

    Raises
    ------
    ExpressionError
        Every fault found in all statements, with line and column in `text`.

    >>> [str(statement) for statement in parse_statements("v = v_r; w += d")]
    ['v = v_r', 'w += d']
    """
    source = Source(checked_text(text))
    if len(text) > MAX_TEXT:
        raise ExpressionError(f"statements of {len(text)} characters are too long (at most {MAX_TEXT})")
    faults = unprintable_faults(source)
    if faults:
        raise ExpressionError(faults)
    source = Source(blank_comments(text))
    found: list[Assignment] = []
    for start, end in _pieces(source.text):
        try:
            found.append(_assignment(source, start, end))
        except ExpressionError as error:
            faults += error.faults_with_positions
        if len(faults) >= MAX_FAULTS or len(found) > MAX_STATEMENTS:
            break
    if len(found) > MAX_STATEMENTS:
        raise ExpressionError(f"more than {MAX_STATEMENTS} statements")
    if faults:
        raise ExpressionError(faults)
    if not found:
        raise ExpressionError("there is no statement", hint="Write variable = expression")
    return tuple(found)


def statements_of(text: str) -> tuple[Assignment, ...]:
    """Return the statements of a text that may be empty."""
    return parse_statements(text) if text.strip() else ()


def _pieces(text: str) -> list[tuple[int, int]]:
    """Return the stretches between ``;`` and line ends, except line ends inside parentheses."""
    pieces: list[tuple[int, int]] = []
    start = depth = 0
    for match in re.finditer(r"[();\n]|\Z", text):
        mark, offset = match[0], match.start()
        if mark in ("(", ")"):
            depth = max(0, depth + (1 if mark == "(" else -1))
            continue
        if mark == "\n" and depth and not _STARTS.match(text, offset + 1):
            continue
        body = text[start:offset]
        if body.strip():
            pieces.append((start + len(body) - len(body.lstrip()), start + len(body.rstrip())))
        start, depth = offset + 1, 0
    return pieces


def _assignment(source: Source, start: int, end: int) -> Assignment:
    match = _ASSIGNMENT.match(source.text, start, end)
    if match is None:
        raise ExpressionError(_shape_faults(source, start, end))
    name, op = match[1], (match[2] or "") + "="
    faults: list[TextFault] = []
    if op not in OPERATORS:
        hint = (
            f"Write {name} = {name} {match[2]} (...)" if match[2] in ("//", "**", "%") else f"Use {' '.join(OPERATORS)}"
        )
        faults.append(source.fault(match.start(2), f"'{op}' is not allowed", hint))
    if not IDENTIFIER.fullmatch(name):
        faults.append(
            source.fault(start, f"'{name[:70]}' is not a valid name", "Begin it with a letter; at most 64 long")
        )
    try:
        expression = parse_slice(source, match.end(), end)
    except ExpressionError as error:
        raise ExpressionError([*faults, *error.faults_with_positions]) from None
    if faults:
        raise ExpressionError(faults)
    line, column = source.position(start)
    return Assignment(target=name, op=op, expression=expression, line=line, column=column)


def _shape_faults(source: Source, start: int, end: int) -> list[TextFault]:
    """Explain a piece that is no assignment: characters that are never allowed first."""
    body = source.text[start:end]
    left = re.split(r"(?<![=<>!])=(?!=)", body, maxsplit=1)[0]
    try:
        tokenize(source, start, start + len(left))
    except ExpressionError as error:
        return list(error.faults_with_positions)
    shown = body if len(body) <= 40 else body[:37] + "..."
    name = re.match(r"([A-Za-z]\w*)\s*==", body, re.ASCII)
    if name:
        return [source.fault(start, f"'{shown}' compares, it does not assign", f"Write {name[1]} = ...")]
    return [source.fault(start, f"'{shown}' is not an assignment", "Write variable = expression")]
