"""The unit behind the colon of an equation: Brian2 wants unscaled units there, by their long names."""

from __future__ import annotations

import re

from braincore.errors import suggest
from braincore.expressions.faults import ExpressionError
from braincore.expressions.names import brian2_units
from braincore.units import CONCENTRATION, DIMENSIONLESS, Dimension, unit_table

SPECIAL_UNITS = ("1", "boolean", "integer")
_COMMON = ("volt", "amp", "second", "siemens", "farad", "ohm", "Hz", "meter", "mole", "coulomb", "kelvin", "kilogram")
_FACTOR = r"[A-Za-z][A-Za-z0-9]*(?:\s*\*\*\s*-?[0-9]*\.?[0-9]+)?"
_UNIT = re.compile(rf"(?:1\s*/\s*)?{_FACTOR}(?:\s*(?:\*(?!\*)|/)\s*{_FACTOR})*")
_PART = re.compile(
    r"(?P<sign>[*/]?)\s*(?:(?P<one>1)|(?P<name>[A-Za-z][A-Za-z0-9]*)(?:\s*\*\*\s*(?P<power>-?[0-9.]+))?)\s*"
)


def read_equation_unit(text: str) -> Dimension:
    """Return the dimension of the unit of an equation; raise `ExpressionError` if it is not one.

    Allowed are ``1``, ``boolean``, ``integer`` and products and quotients of the unscaled units that Brian2 allows
    (``volt``, ``siemens/meter**2``, ``1/second``, ``volt*second**-0.5``).
    """
    if text in SPECIAL_UNITS:
        return DIMENSIONLESS
    if len(text) > 64:
        raise ExpressionError(f"unit of {len(text)} characters is too long (at most 64)")
    if not text:
        raise ExpressionError("the unit is missing", hint="Write volt, or 1 for a plain number")
    if not _UNIT.fullmatch(text):
        raise ExpressionError(f"'{text}' is not the unit of an equation", hint=_shape_hint(text))
    total = [0.0] * 7
    for part in _PART.finditer(text):
        if part["one"] or not part["name"]:
            continue
        name, power = part["name"], float(part["power"] or 1)
        if not is_equation_unit(name):
            message, hint = _name_fault(text, name)
            raise ExpressionError(message, hint=hint)
        if abs(power) > 8:
            raise ExpressionError(f"power of unit too large in '{text}'", hint="The largest is 8")
        power = -power if part["sign"] == "/" else power
        total = [a + power * b for a, b in zip(total, brian2_units()[name][1], strict=True)]
    return tuple(total)  # type: ignore[return-value]


def is_equation_unit(name: str) -> bool:
    """Say whether Brian2 takes `name` behind the colon: a unit with the SI factor 1."""
    factor, _ = brian2_units().get(name, (0.0, DIMENSIONLESS))
    return factor == 1.0 and name[-1] not in "23"


def _shape_hint(text: str) -> str:
    if "^" in text:
        return f"Write {text.replace('^', '**')}"
    if not text:
        return "Write volt, or 1 for a plain number"
    if re.fullmatch(r"[0-9.]+", text):
        return "Write 1 for a plain number"
    return "Write volt, siemens/meter**2 or 1/second, or 1 for a plain number"


def _name_fault(text: str, name: str) -> tuple[str, str]:
    if name == "bool":
        return "'bool' is not the unit of an equation", "Write boolean"
    if name in ("int", "float"):
        return f"'{name}' is not the unit of an equation", "Write integer" if name == "int" else "Write 1"
    if name in ("boolean", "integer"):
        return f"'{text}' is not the unit of an equation", f"'{name}' stands alone"
    if name not in brian2_units() and name not in unit_table():
        return f"unknown unit '{name}'", suggest(name, [*_COMMON, "hertz", "newton", "joule", "watt"], noun="unit")
    plain = re.sub(r"[A-Za-z][A-Za-z0-9]*", lambda match: _unscaled(match[0]), text)
    return f"'{name}' cannot be the unit of an equation, which is never scaled or abbreviated", f"Write {plain}"


def _unscaled(name: str) -> str:
    """Return the name of the unit that Brian2 allows for the dimension of `name`, or what makes it up."""
    if is_equation_unit(name):
        return name
    known = brian2_units().get(name) or unit_table().get(name)
    if known is None:
        return name
    spelled = (f"{base}{power}" for power in ("", "**2", "**3", "**-1") for base in _COMMON)
    return next(
        (s for s in spelled if read_equation_unit(s) == known[1]),
        "mole/meter**3" if known[1] == CONCENTRATION else name,
    )
