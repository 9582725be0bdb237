"""What an unquoted word of YAML means: the scalars of YAML 1.2, and no more.

PyYAML follows YAML 1.1, where ``NO`` is false, ``1e3`` is text, ``12:30:45`` is 45045 and ``0100`` is 64. Here only
``true``, ``false``, ``null`` and decimal numbers are anything but text, and what another reader of YAML would take for
a number of another value is refused, so that a file means the same to everyone.
"""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_START = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"(?P<sign>[-+]?)0+(?P<rest>[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)")
_UNDERSCORE = re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]+)?")
_COMMA = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+(?:[eE][-+]?[0-9]+)?")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9]+(?::[0-9]{1,2})+(?:\.[0-9]*)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\s].*)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)")
_OTHER_BASE = re.compile(r"[-+]?0(?P<base>[xob])[0-9a-fA-F_]+")
MAX_DIGITS = 40


class AmbiguousScalarError(ValueError):
    """An unquoted word that readers of YAML take for different things; carries a message and a hint."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def resolve(text: str) -> Scalar:
    """Return what an unquoted scalar means.

    Raises
    ------
    AmbiguousScalarError
        It is a number to some readers and text, or another number, to others; or is not finite.

    >>> resolve("1e3"), resolve("on"), resolve("20 mV"), resolve("7")
    (1000.0, 'on', '20 mV', 7)
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    _refuse_ambiguous(text)
    return text


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise AmbiguousScalarError(f"a whole number of {len(text)} digits is too large", f"At most {MAX_DIGITS} digits")
    return int(text)


def _float(text: str) -> float:
    shown = text if len(text) <= MAX_DIGITS else f"{text[:MAX_DIGITS]}..."
    value = float(text)
    if math.isinf(value):
        raise AmbiguousScalarError(f"the number {shown} is too large", "The largest is about 1.8e308")
    if value == 0 and text.lower().split("e")[0].strip("+-0."):
        raise AmbiguousScalarError(f"the number {shown} is too small", "The smallest is about 2.2e-308; or write 0")
    return value


def _refuse_ambiguous(text: str) -> None:
    shown = text if len(text) <= MAX_DIGITS else f"{text[:MAX_DIGITS]}..."
    quoted = f"or '{shown}' in quotes if it is text"
    if match := _LEADING_ZERO.fullmatch(text):
        number = f"{match['sign']}{match['rest'].lstrip('0') or '0'}"
        number = number if number.lstrip("+-")[0].isdigit() else f"{match['sign']}0{match['rest'].lstrip('0')}"
        raise AmbiguousScalarError(f"{shown} begins with a zero, which some read as octal", f"Write {number}, {quoted}")
    if "_" in text and _UNDERSCORE.fullmatch(text):
        number = text.replace("_", "")
        raise AmbiguousScalarError(f"{shown} has an underscore in a number", f"Write {number}, {quoted}")
    if _COMMA.fullmatch(text):
        number = text.replace(",", "")
        raise AmbiguousScalarError(f"{shown} has a comma in a number", f"Write {number}, {quoted}")
    if _DECIMAL_COMMA.fullmatch(text):
        number = text.replace(",", ".")
        raise AmbiguousScalarError(f"{shown} has a comma in a number", f"Write {number}, {quoted}")
    if _SEXAGESIMAL.fullmatch(text):
        raise AmbiguousScalarError(f"{shown} is a number to base 60 to some readers", f"Write a time as 45 s, {quoted}")
    if _DATE.fullmatch(text):
        raise AmbiguousScalarError(f"{shown} is a date to some readers", f"Write '{shown}' in quotes")
    if _NOT_FINITE.fullmatch(text):
        raise AmbiguousScalarError(f"{shown} is not a finite number", "Only finite numbers are allowed")
    if match := _OTHER_BASE.fullmatch(text):
        base = {"x": 16, "o": 8, "b": 2}[match["base"]]
        try:
            hint = f"Write {int(text, base)}, {quoted}" if len(text) <= MAX_DIGITS else "Write it in decimal"
        except ValueError:
            return
        raise AmbiguousScalarError(f"{shown} is not a decimal number", hint)
