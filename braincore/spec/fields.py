"""What a single value of a definition may be: quantities, numbers, names, files, expressions.

Each type checks as much as can be known of it alone, says what is wrong in our own words, and describes itself for the
JSON Schema. What it returns is ready for the model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from braincore.errors import InputError
from braincore.expressions import is_unit_name, parse_expression, parse_statements
from braincore.spec.reads import Reads, cut, fault, from_text, shown
from braincore.units import FREQUENCY, LENGTH, TIME, VELOCITY, Dimension, Quantity, describe, parse_unit

NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
QUANTITY_PATTERN = rf"^\s*{NUMBER}\s*\*?\s*(?:[A-Za-zµμΩ1/][A-Za-zµμΩ0-9\s*/^·+-]*)?$"

_NOT_FINITE = re.compile(r"[-+]?\.?(?:inf|infinity|nan)\b.*", re.IGNORECASE)
_COMMA = re.compile(r"[-+]?\d+,\d+.*")
_WORDS = {
    "msec": "ms", "msecs": "ms", "millisecond": "ms", "milliseconds": "ms", "sec": "s", "secs": "s", "seconds": "s",
    "usec": "us", "microseconds": "us", "millivolt": "mV", "millivolts": "mV", "volts": "V", "picoamp": "pA",
    "picoampere": "pA", "nanoamp": "nA", "amps": "A", "nanosiemens": "nS", "picofarad": "pF", "megaohm": "Mohm",
    "megohm": "Mohm", "mohms": "Mohm", "hz": "Hz", "spikes/s": "Hz", "sp/s": "Hz", "1/sec": "Hz", "mins": "minute",
    "micron": "um", "microns": "um", "microm": "um",
}  # fmt: skip


def read_quantity(given: Any, dimension: Dimension | None = None) -> Quantity:
    """Read one quantity of a definition; raise our error for pydantic."""
    wanted = describe(dimension) if dimension is not None else "a number with its unit, such as 20 mV"
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        raise fault(f"{shown(given)} is not a quantity", f"Expected {wanted}")
    if isinstance(given, str):
        if _NOT_FINITE.fullmatch(given.strip()):
            raise fault(f"'{cut(given)}' is not a finite number", f"Expected {wanted}")
        if _COMMA.fullmatch(given.strip()):
            raise fault(f"'{cut(given)}' has a comma in its number", f"Write {given.strip().replace(',', '.')}"[:80])
    try:
        return Quantity.of(given, dimension)
    except InputError as error:
        first = error.faults[0]
        word = given.split()[-1].lower() if isinstance(given, str) and given.split() else ""
        hint = f"Write {_WORDS[word]}" if word in _WORDS and "unknown unit" in first.message else first.hint
        if not hint.startswith(("Did you mean", "Write ")) or "is not a quantity" in first.message:
            hint = f"Expected {wanted}"
        raise fault(first.message, hint) from None


def quantity(dimension: Dimension, *, positive: bool = False, least: float | None = None) -> Reads:
    """Return how a quantity of one dimension is read; `least` is in SI."""

    def check(given: Any) -> Quantity:
        found = read_quantity(given, dimension)
        if positive and found.si <= 0:
            raise fault(f"{found} is not positive", "It must be above 0")
        if least is not None and found.si < least:
            raise fault(f"{found} is negative" if least == 0 else f"{found} is too small", f"At least {least:g}")
        return found

    kind = describe(dimension)
    text = {"type": "string", "pattern": QUANTITY_PATTERN}
    return Reads(check, {**text, "x-kind": kind} if positive else {"anyOf": [text, {"const": 0}], "x-kind": kind})


Time = Annotated[Quantity, quantity(TIME)]
Duration = Annotated[Quantity, quantity(TIME, positive=True)]
Delay = Annotated[Quantity, quantity(TIME, least=0.0)]
Velocity = Annotated[Quantity, quantity(VELOCITY, positive=True)]
Length = Annotated[Quantity, quantity(LENGTH, least=0.0)]
Frequency = Annotated[Quantity, quantity(FREQUENCY, least=0.0)]
AnyQuantity = Annotated[
    Quantity,
    Reads(
        read_quantity,
        {"anyOf": [{"type": "string", "pattern": QUANTITY_PATTERN}, {"type": "number"}], "x-kind": "a quantity"},
    ),
]


def _number(given: Any) -> int | float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        hint = "Write it without quotes and unit" if isinstance(given, str) and re.match(NUMBER, given) else ""
        raise fault(f"{shown(given)} is not a number", hint)
    return given


Number = Annotated[int | float, Reads(_number, {"type": "number"})]


def _at_least_zero(given: Any) -> int | float:
    if _number(given) < 0:
        raise fault(f"{given} is negative", "A number of at least 0")
    return _number(given)


PositiveOrZero = Annotated[int | float, Reads(_at_least_zero, {"type": "number", "minimum": 0})]


def _probability(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise fault(f"{shown(given)} is not a number", "A number from 0 to 1")
    if not 0 <= given <= 1:
        raise fault(f"{given} is not a probability", "Allowed: 0 to 1")
    return float(given)


Probability = Annotated[float, Reads(_probability, {"type": "number", "minimum": 0, "maximum": 1})]


def whole(least: int = 0, most: int | None = None) -> Reads:
    """Return how a whole number within limits is read."""

    def check(given: Any) -> int:
        if isinstance(given, bool) or not isinstance(given, int):
            if isinstance(given, float):
                hint = f"Write {int(given)}" if given.is_integer() else "It must be whole"
                raise fault(f"{given} is not a whole number", hint)
            text = given.strip() if isinstance(given, str) else ""
            hint = f"Write {text} without quotes" if text.isdigit() else "Write a number such as 100"
            raise fault(f"{shown(given)} is not a whole number", hint)
        if given < least or (most is not None and given > most):
            limits = f"At least {least}" if most is None else f"Allowed: {least} to {most}"
            raise fault(f"{given} is out of range", limits)
        return given

    schema = {"type": "integer", "minimum": least} | ({} if most is None else {"maximum": most})
    return Reads(check, schema)


Size = Annotated[int, whole(1, 2**31 - 1)]
Count = Annotated[int, whole(0)]

_NAME = re.compile(r"[^\[\]{},\s](?:[^\[\]{},\n]*[^\[\]{},\s])?")


def check_name(given: Any) -> str:
    """Check the name of a population, region, stimulus or model."""
    if not isinstance(given, str):
        hint = f"Put it in quotes: '{given}'" if isinstance(given, int | float) else ""
        raise fault(f"{shown(given)} is not a name", hint)
    if not _NAME.fullmatch(given) or len(given) > 256 or not given.isprintable():
        raise fault(f"{shown(given)} is not a name", "At most 256 letters, digits and signs, without [ ] { } and comma")
    return given


Name = Annotated[str, Reads(check_name, {"type": "string", "minLength": 1, "maxLength": 256})]


def _text(given: Any) -> str:
    if not isinstance(given, str):
        hint = "Put it in quotes" if isinstance(given, int | float | bool) else "Write text"
        if isinstance(given, Mapping):
            hint = "Put the text in a | block, or in quotes if it holds ': '"
        raise fault(f"expected text, not {shown(given)}", hint)
    return given


Text = Annotated[str, Reads(_text, {"type": "string"})]


def _file(given: Any) -> str:
    text = _text(given)
    if not text.strip():
        raise fault("the name of a file is empty")
    return text


File = Annotated[str, Reads(_file, {"type": "string", "minLength": 1, "x-kind": "a file, or data:set/file"})]


def _address(given: Any) -> str:
    text = _text(given).strip()
    if not re.fullmatch(r"[^\[\]]+(\[[^\[\]]+\])?", text):
        raise fault(f"{shown(given)} is not a population", "Write it as name, region.name or name[selection]")
    return text


Address = Annotated[
    str, Reads(_address, {"type": "string", "pattern": r"^[^\[\]]+(\[[^\[\]]+\])?$", "x-kind": "a population"}),
]  # fmt: skip


def _unit(given: Any) -> str:
    if given == 1 and not isinstance(given, bool):
        return "1"
    text = _text(given)
    try:
        parse_unit(text)
    except InputError as error:
        raise from_text(error) from None
    return text


Unit = Annotated[str, Reads(_unit, {"type": ["string", "integer"], "x-kind": "a unit"})]

_JUXTAPOSED = re.compile(r"(?<![\w.])((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?) (?= *([A-Za-z]\w*))")


def multiplied(text: str) -> str:
    """Write ``10 Hz * x`` as ``10*Hz * x``, of the same length; after a division the unit must be joined by hand."""

    def join(match: re.Match[str]) -> str:
        before = text[: match.start()].rstrip()
        ambiguous = before.endswith(("/", "%", "**"))
        return match[0] if ambiguous or not is_unit_name(match[2]) else f"{match[1]}*"

    return _JUXTAPOSED.sub(join, text)


def read_expression(given: Any) -> str:
    """Read an expression, checked against the allow-list; raise our error for pydantic."""
    text = multiplied(_text(given))
    try:
        parse_expression(text)
    except InputError as error:
        raise from_text(error) from None
    return text


Expression = Annotated[str, Reads(read_expression, {"type": "string", "x-kind": "an expression"})]


def _condition(given: Any) -> str:
    """Read an expression that may be empty."""
    return read_expression(given) if _text(given).strip() else ""


def _statements(given: Any) -> str:
    text = _text(given)
    try:
        if text.strip():
            parse_statements(text)
    except InputError as error:
        raise from_text(error) from None
    return text


Condition = Annotated[str, Reads(_condition, {"type": "string", "x-kind": "a condition"})]
OptionalExpression = Annotated[str, Reads(_condition, {"type": "string", "x-kind": "an expression"})]
Statements = Annotated[str, Reads(_statements, {"type": "string", "x-kind": "statements"})]


def quantity_or_expression(given: Any) -> Quantity | str:
    """Read ``0.3 pA``, or else an expression such as ``0.3 pA * count``."""
    if not isinstance(given, str):
        return read_quantity(given)
    try:
        return Quantity.parse(given)
    except InputError:
        if re.fullmatch(rf"\s*{NUMBER}\s*[A-Za-zµμΩ]*\s*", given) or _NOT_FINITE.fullmatch(given.strip()):
            return read_quantity(given)
        return read_expression(given)
