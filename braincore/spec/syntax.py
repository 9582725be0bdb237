"""What a YAML syntax error means to the person who wrote the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from braincore.errors import Fault

if TYPE_CHECKING:
    from braincore.spec.nodes import Source

_EQUATION = re.compile(r"\bd\w+/dt\s*=|=.*\s:\s*\w")
_BLOCK_HINT = "Put the equation in a | block:  equations: |  and the equation indented in the next line"
# (what libyaml or PyYAML says, what we say, hint)
_PROBLEMS = (
    ("mapping values are not allowed", "a second ': ' in one value", "Quote the text, or begin a new line for the key"),
    ("could not find expected ':'", "a key without ': ' after it", "Write key: value, with a space after the colon"),
    ("did not find expected key", "the indentation does not fit the lines above",
     "Begin the keys of one level in the same column"),
    ("did not find expected '-' indicator", "an entry of the list does not begin with '- '",
     "Begin the entries of one list in the same column"),
    ("block sequence entries are not allowed", "a '- ' list cannot begin here", "Begin the list in a new line"),
    ("block mapping entries are not allowed", "a 'key: value' cannot begin here", ""),
    ("did not find expected ',' or ']'", "',' or ']' is missing in a list", "Close the list with ']'"),
    ("did not find expected ',' or '}'", "',' or '}' is missing in a mapping", "Close the mapping with '}'"),
    ("found unexpected end of stream", "a quoted text is never closed", "Add the closing quote"),
    ("found unexpected document indicator", "a quoted text is never closed", "Add the closing quote"),
    ("found unknown escape character", "an unknown escape in double quotes", "Use single quotes to keep a backslash"),
    ("found unexpected ':'", "an unquoted text may not hold ':' here", "Quote the text"),
    ("did not find expected hexdecimal number", "a wrong \\x or \\u escape in double quotes", "Use single quotes"),
    ("did not find expected <document start>", "this does not continue what was written above",
     "A brain is a mapping: key: value in every line of the first level"),
    ("did not find expected node content", "a value is missing here", ""),
    ("did not find expected alphabetic or numeric character", "'*' and '&' mean aliases in YAML",
     "Quote text that begins with '*' or '&'"),
    ("did not find expected comment or line break", "unexpected text after '|' or '>'",
     "Begin the block in the next line"),
    ("found character that cannot start any token", "unquoted text may not begin so", "Quote the text"),
    ("found a tab character", "a tab may not indent", "Indent with spaces"),
)  # fmt: skip


def explain(error: Any, source: Source) -> Fault:
    """Return a YAML error as a fault with its place, in plain words, with a hint."""
    problem = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    if (tab := _tab(source, line)) is not None:
        where = source.where(tab[0], tab[1])
        return Fault("a tab may not indent", where=where, hint="Indent with spaces")
    message, hint = next(((m, h) for key, m, h in _PROBLEMS if key in problem), (f"not YAML: {problem}", ""))
    opened = getattr(error, "context_mark", None)
    if opened is not None and "never closed" in message:
        line, column = opened.line, opened.column
    elif opened is not None and "missing in a" in message:
        message += f" that begins on line {opened.line + 1}"
    if opened is not None and ("without ': '" in message or "may not hold ':'" in message):
        line, column = opened.line, opened.column
    if "alphabetic or numeric" in problem and column and source.line(line)[column - 1] in "*&":
        column -= 1
    if "cannot start" in problem:
        message, hint = _first_character(source.line(line)[column : column + 1], message, hint)
    if _EQUATION.search(source.line(line)) and ("second ':" in message or "missing in a" in message):
        hint = _BLOCK_HINT
    return Fault(message, where=source.where(line, column), hint=hint)


def _tab(source: Source, line: int) -> tuple[int, int] | None:
    """Return the place of a tab in the indentation of a line, or in the line before it."""
    for number in (line, line - 1):
        text = source.line(number) if number >= 0 else ""
        indent = text[: len(text) - len(text.lstrip(" \t"))]
        if "\t" in indent:
            return number, indent.index("\t")
    return None


def _first_character(character: str, message: str, hint: str) -> tuple[str, str]:
    if character == "\t":
        return "a tab may not stand here", "Use spaces"
    if character:
        return f"unquoted text may not begin with '{character}'", hint
    return message, hint
