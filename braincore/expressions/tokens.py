"""Text to tokens. Whatever is not in the small alphabet of arithmetic is a fault here, before anything is parsed."""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from braincore.expressions.faults import ExpressionError, TextFault
from braincore.expressions.names import IDENTIFIER

MAX_LENGTH = 4096
MAX_INTEGER_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Token:
    """A number, name, operator or the end, and whether white space came before it."""

    kind: str
    text: str
    line: int
    column: int
    space: bool = False


class Source:
    """A text and the line and column of each of its offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Return (line, column), from 1, of an offset."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def fault(self, offset: int, message: str, hint: str = "") -> TextFault:
        """Make a fault at an offset."""
        return TextFault(*self.position(offset), message, hint)


_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+|\#[^\n]*)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<refused>:=|<<|>>|<>|->|&&|\|\||[-+*/%]=|[=!](?!=))"
    r"|(?P<op>\*\*|//|==|!=|<=|>=|[-+*/%<>(),])"
)
_CONDITIONAL = "Write int(condition)*a + (1 - int(condition))*b"
_COMPARE_HINT = "Use == to compare; a function takes no named arguments"
_REFUSED = {
    ":=": ("':=' is not allowed in an expression", ""),
    "<<": ("bit operations are not supported", ""),
    ">>": ("bit operations are not supported", ""),
    "<>": ("'<>' is not an operator", "Use != for 'not equal'"),
    "->": ("'->' is not an operator", ""),
    "&&": ("'&&' is not an operator", "Use 'and'"),
    "||": ("'||' is not an operator", "Use 'or'"),
    "=": ("'=' is not allowed in an expression", _COMPARE_HINT),
    "!": ("'!' is not an operator", "Use 'not' or !="),
    "^": ("'^' is not an operator", "Use ** for a power"),
    "&": ("bit operations are not supported ('&')", "Use 'and'"),
    "|": ("bit operations are not supported ('|')", "Use 'or'"),
    "~": ("bit operations are not supported ('~')", "Use 'not'"),
    ".": ("attributes ('.') are not allowed in an equation", ""),
    "[": ("subscripts ('[') are not allowed in an equation", ""),
    "]": ("subscripts (']') are not allowed in an equation", ""),
    "{": ("braces ('{') are not allowed in an equation", "Group with ( )"),
    "}": ("braces ('}') are not allowed in an equation", "Group with ( )"),
    ":": ("a colon is not allowed in an expression", ""),
    ";": ("';' is not allowed in an expression", ""),
    "?": ("'?' is not an operator", _CONDITIONAL),
    "\\": ("'\\' is not allowed in an equation", "A long expression may simply go on in the next line"),
}
_KEYWORDS = frozenset(keyword.kwlist) - {"and", "or", "not", "True", "False"}
_KEYWORD_HINTS = {"if": _CONDITIONAL, "else": _CONDITIONAL, "is": "Use == to compare"}
_LOOKALIKES = {"−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=",
               "²": "**2", "³": "**3", "π": "pi", "∞": "inf", "√": "sqrt(x)",
               "µ": "u", "μ": "u", "τ": "tau"}  # fmt: skip
_QUOTES = "'\"`‘’“”«»"


def tokenize(source: Source, start: int = 0, end: int | None = None) -> list[Token]:
    """Split a stretch of `source` into tokens, the last of kind ``end``.

    Raises
    ------
    ExpressionError
        Every character or number that may not stand in an expression.
    """
    text, end = source.text, len(source.text) if end is None else end
    if end - start > MAX_LENGTH:
        message = f"an expression of {end - start} characters is too long (at most {MAX_LENGTH})"
        raise ExpressionError([source.fault(start, message, "Split it into several equations")])
    tokens: list[Token] = []
    faults: list[TextFault] = []
    position, space = start, False
    while position < end:
        match = _TOKEN.match(text, position, end)
        kind = match.lastgroup if match else "refused"
        if match is None or kind == "refused":
            position = _refuse(source, position, end, match[0] if match else text[position], faults)
            continue
        if kind == "space":
            space, position = True, match.end()
            continue
        offset, position = position, match.end()
        if kind == "number":
            position = _check_number(source, offset, position, end, faults)
        elif kind == "name":
            _check_name(source, offset, match[0], faults)
        tokens.append(Token(kind or "", text[offset:position], *source.position(offset), space))
        space = False
    if faults:
        raise ExpressionError(faults)
    tokens.append(Token("end", "", *source.position(end)))
    return tokens


def _refuse(source: Source, offset: int, end: int, found: str, faults: list[TextFault]) -> int:
    """Record what may not stand at `offset`; return where to go on."""
    after = offset + len(found)
    if found in _QUOTES:
        close = source.text.find(found, after, end)
        newline = source.text.find("\n", after, end)
        shown = '"\'"' if found == "'" else f"'{found}'"
        faults.append(source.fault(offset, f"text in quotes is not allowed in an equation (found {shown})"))
        if close >= 0 and (newline < 0 or close < newline):
            return close + 1
        return newline if newline >= 0 else end
    if found in ("]", "}") and faults:
        return after  # the opening bracket has been reported
    if found in _REFUSED:
        faults.append(source.fault(offset, *_REFUSED[found]))
    elif found.isascii() and found.isprintable():
        faults.append(source.fault(offset, f"'{found}' is not allowed in an equation"))
    else:
        faults.append(source.fault(offset, *_foreign(found)))
    return after


def _foreign(character: str) -> tuple[str, str]:
    name = unicodedata.name(character, "a control character" if ord(character) < 160 else "an unassigned character")
    shown = f"U+{ord(character):04X} ({name})"
    hint = (
        f"Write {_LOOKALIKES[character]}" if character in _LOOKALIKES else "Use plain ASCII letters, digits and signs"
    )
    return f"the character {shown} is not allowed in an equation", hint


_AFTER_NUMBER = re.compile(r"[A-Za-z0-9_.]*", re.ASCII)


def _check_number(source: Source, offset: int, after: int, end: int, faults: list[TextFault]) -> int:
    """Record what is wrong with the number at `offset`; return where it ends, with what is stuck to it."""
    tail = _AFTER_NUMBER.match(source.text, after, end)
    stuck = tail[0] if tail else ""
    digits = source.text[offset:after]
    fault = _stuck_fault(digits, stuck) if stuck else _value_fault(digits)
    if fault:
        faults.append(source.fault(offset, *fault))
    return after + len(stuck)


def _stuck_fault(digits: str, stuck: str) -> tuple[str, str]:
    shown = digits + stuck if len(digits + stuck) <= 40 else (digits + stuck)[:37] + "..."
    if stuck in ("j", "J"):
        return f"complex number '{shown}' is not allowed", ""
    if digits == "0" and stuck[0] in "xXbBoO":
        return f"'{shown}' is not a decimal number", "Write numbers in decimal"
    if stuck[0] == "_":
        return f"'{shown}' has an underscore in a number", "Write the digits without '_', or use 1e6"
    if IDENTIFIER.fullmatch(stuck):
        return f"'{shown}' is neither a number nor a name", f"Write {digits}*{stuck}"
    return f"'{shown}' is not a number", "Write it as 12, 0.5 or 1.5e-3"


def _value_fault(digits: str) -> tuple[str, str] | None:
    if len(digits) > 40:
        return f"a number of {len(digits)} characters is too long (at most 40)", ""
    if digits.isdigit():
        if len(digits) > MAX_INTEGER_DIGITS:
            return f"integer of {len(digits)} digits is too large", f"Write it as {float(digits):g}"
        if digits[0] == "0" and len(digits) > 1:
            return f"'{digits}' begins with a zero", f"Write {int(digits)}"
        return None
    value = float(digits)
    if math.isinf(value):
        return f"number '{digits}' is too large", "The largest is about 1.8e308"
    if value == 0 and digits.lower().split("e")[0].strip("0."):
        return f"number '{digits}' is too small", "The smallest is about 2.2e-308"
    return None


_WORD = "is not a word of the equation language"


def _check_name(source: Source, offset: int, name: str, faults: list[TextFault]) -> None:
    if name.startswith("_"):
        faults.append(source.fault(offset, f"name '{name[:64]}' begins with an underscore", "Begin it with a letter"))
    elif name in _KEYWORDS:
        if not any(fault.message.endswith(_WORD) for fault in faults):  # one message for `a if b else c`
            faults.append(source.fault(offset, f"'{name}' {_WORD}", _KEYWORD_HINTS.get(name, "")))
    elif len(name) > 64:
        faults.append(source.fault(offset, f"a name of {len(name)} characters is too long (at most 64)"))


def token_value(token: Token) -> int | float:
    """Return the value of a number token."""
    return int(token.text) if token.text.isdigit() else float(token.text)


def join(tokens: Sequence[Token]) -> str:
    """Write tokens as one line of text, with a space wherever there was white space."""
    return "".join((" " if token.space and index else "") + token.text for index, token in enumerate(tokens))
