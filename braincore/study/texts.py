"""Values in words, for people: few digits, in the unit the field uses."""

from __future__ import annotations

from dataclasses import fields

from braincore.model.values import Distribution, Value
from braincore.units import Dimension, Quantity, parse_unit

DIGITS = 6  # a number that somebody chose has no more; a computed one has, and is rounded to four


def quantity_text(quantity: Quantity) -> str:
    """Write a quantity as it was given, or in the field's unit with four digits where it was worked out.

    >>> quantity_text(Quantity(87.81, "pA")), quantity_text(Quantity(1.9634912910425656e-10, "A"))
    ('87.81 pA', '196.3 pA')
    """
    unit = field_unit(quantity.dimension)
    shown = quantity.si / parse_unit(unit or "1")[0]
    if quantity.magnitude == float(f"{quantity.magnitude:.{DIGITS}g}") and 1e-3 <= abs(quantity.magnitude) < 1e6:
        return str(quantity)
    return f"{shown:.4g} {unit}".strip()


def field_unit(dimension: Dimension) -> str:
    """Return the unit in which the field shows a dimension, such as pA for a current; empty for plain numbers."""
    return Quantity.from_si(0.0, dimension).unit


def value_text(value: Value) -> str:
    """Say what a value is, in a few words.

    >>> from braincore.model.values import Values
    >>> value_text(Values.of([1e-12, 4.26e-11], "A"))
    '2 values from 1 to 42.6 pA'
    """
    if isinstance(value, Quantity):
        return quantity_text(value)
    if isinstance(value, Distribution):
        given = [(f.name, getattr(value, f.name)) for f in fields(value)]
        parts = [
            f"{name} {quantity_text(part) if isinstance(part, Quantity) else part}"
            for name, part in given
            if part is not None
        ]
        return f"{value.kind.replace('_', ' ')} ({', '.join(parts)})"
    if not len(value):
        return "none"
    unit = field_unit(value.dimension)
    low, high = (f"{end / parse_unit(unit or '1')[0]:.4g}" for end in (value.si.min(), value.si.max()))
    return f"{len(value)} values from {low} to {high} {unit}".strip()
