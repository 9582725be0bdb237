"""Values of parameters, weights and delays: one quantity, a distribution, or one number per element.

Every value knows its dimension, how to be drawn (`sample`, SI), and its first two moments, which mean-field theory
needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from braincore.errors import Fault, InputError, UnitError, suggest
from braincore.model.distributions import (
    DISTRIBUTIONS,
    Distribution,
    Floats,
    LogNormal,
    Normal,
    TruncatedNormal,
    Uniform,
)
from braincore.units import DIMENSIONLESS, Dimension, Quantity, describe, parse_unit, si_symbol

__all__ = [
    "DISTRIBUTIONS",
    "Distribution",
    "Floats",
    "LogNormal",
    "Normal",
    "TruncatedNormal",
    "Uniform",
    "Value",
    "Values",
    "as_value",
    "is_quantity",
    "mean",
    "sample",
    "second_moment",
    "shown",
    "support",
    "whole",
]


def whole(given: Any, what: str, *, least: int = 0) -> int:
    """Return a whole number of at least `least`; text, truth values and fractions are refused."""
    number = isinstance(given, int | float | np.integer | np.floating) and not isinstance(given, bool)
    if not number or not float(given).is_integer():
        raise InputError(f"{what} is {given}, not a whole number", hint=f"A whole number of at least {least}")
    if int(given) < least:
        raise InputError(f"{what} is {int(given)}", hint=f"At least {least}")
    return int(given)


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """One number per element, with a common unit.

    Attributes
    ----------
    si
        The numbers in SI, shape (n,), not writable.
    dimension
        Their dimension.
    """

    si: Floats
    dimension: Dimension

    @classmethod
    def of(cls, numbers: ArrayLike, unit: str = "1") -> Values:
        """Make from plain numbers in `unit`, or from a Brian2 array (whose unit wins)."""
        dims = getattr(getattr(numbers, "dim", None), "_dims", None)
        factor, dimension = parse_unit(unit)
        if dims is not None:
            factor, dimension = 1.0, tuple(float(d) for d in dims)  # type: ignore[assignment]
        try:
            array = np.array(numbers, dtype=np.float64).reshape(-1) * factor
        except (TypeError, ValueError):
            raise InputError(f"{str(numbers)[:48]!r} is not a row of numbers") from None
        if not np.isfinite(array).all():
            first = int(np.flatnonzero(~np.isfinite(array))[0])
            raise InputError(f"element {first} is {array[first]}, not a finite number")
        array.setflags(write=False)
        return cls(array, dimension)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Values) and self.dimension == other.dimension and np.array_equal(self.si, other.si)

    def __hash__(self) -> int:
        return hash((self.dimension, self.si.tobytes()))

    def __len__(self) -> int:
        return int(self.si.size)

    @property
    def mean_si(self) -> float:
        """The mean, in SI."""
        return float(self.si.mean()) if self.si.size else 0.0

    @property
    def second_moment_si(self) -> float:
        """The mean square, in SI."""
        return float(np.mean(self.si**2)) if self.si.size else 0.0


Value = Quantity | Distribution | Values


def as_value(given: Any, dimension: Dimension | None = None, *, path: str = "") -> Value:
    """Turn what a user writes into a `Value` and check its dimension.

    Parameters
    ----------
    given
        ``"20 mV"``, a Brian2 quantity (one or an array), a number, a `Distribution`, `Values`, a list of quantities, or
        a mapping such as ``{"normal": {"mean": "87.8 pA", "sd": "8.8 pA"}}``.
    dimension
        What it must be; anything if None.

    Raises
    ------
    UnitError
        Wrong dimension or no unit.
    InputError
        Not a value at all.
    """
    try:
        value = _as_value(given)
        if isinstance(value, Quantity):
            return Quantity.of(value, dimension)
        zero = isinstance(value, Distribution) and value.dimension == DIMENSIONLESS and value.second_moment_si == 0
        if dimension is not None and value.dimension != dimension and not zero:
            raise UnitError(f"'{shown(value)}' is {describe(value.dimension)}", hint=f"Expected {describe(dimension)}")
        return value
    except InputError as error:
        if not path:
            raise
        raise type(error)([Fault(f.message, f.where, f.path or path, f.hint) for f in error.faults]) from None


def _as_value(given: Any) -> Value:
    if isinstance(given, Quantity | Distribution | Values):
        return given
    if isinstance(given, Mapping):
        return _distribution(given)
    if isinstance(given, list | tuple):
        quantities = [Quantity.of(item) for item in given]
        dimensions = {q.dimension for q in quantities if q.unit or q.si != 0}
        if len(dimensions) > 1:
            raise UnitError("the values of a list have different dimensions")
        unit = si_symbol(dimensions.pop()) if dimensions else "1"
        return Values.of([q.si for q in quantities], unit)
    if getattr(given, "shape", ()) not in ((), None):
        return Values.of(given)
    return Quantity.of(given)


def is_quantity(text: str) -> bool:
    """Tell whether text is a number with a unit, rather than an expression."""
    try:
        Quantity.parse(text)
    except InputError:
        return False
    return True


def _distribution(given: Mapping[str, Any]) -> Distribution:
    allowed = sorted(DISTRIBUTIONS)
    if len(given) != 1:
        raise InputError("a distribution is one name with its arguments", hint=f"Such as {{{allowed[0]}: {{...}}}}")
    ((kind, arguments),) = given.items()
    if kind not in DISTRIBUTIONS:
        raise InputError(f"unknown distribution '{kind}'", hint=suggest(str(kind), allowed, noun="distribution"))
    if not isinstance(arguments, Mapping):
        raise InputError(f"'{kind}' needs its arguments by name", hint=f"Such as {{{kind}: {{...}}}}")
    names = [f.name for f in fields(DISTRIBUTIONS[kind])]
    for name in arguments:
        if name not in names:
            raise InputError(f"'{kind}' has no argument '{name}'", hint=suggest(str(name), names, noun="argument"))
    required = names[:2]
    missing = [name for name in required if name not in arguments]
    if missing:
        raise InputError(f"'{kind}' needs '{missing[0]}'", hint=f"Its arguments: {', '.join(names)}")
    return DISTRIBUTIONS[kind](**arguments)


def sample(value: Value, rng: np.random.Generator, size: int) -> Floats | float:
    """Draw a value for `size` elements, in SI: a float where all are the same, else an array of shape (size,)."""
    if isinstance(value, Quantity):
        return value.si
    if isinstance(value, Distribution):
        return value.sample(rng, size)
    if len(value) != size:
        raise InputError(f"{len(value)} values for {size} elements")
    return value.si


def mean(value: Value) -> float:
    """Return the mean of a value, in SI."""
    return value.si if isinstance(value, Quantity) else value.mean_si


def second_moment(value: Value) -> float:
    """Return the mean square of a value, in SI."""
    return value.si * value.si if isinstance(value, Quantity) else value.second_moment_si


def support(value: Value) -> tuple[float, float]:
    """Return the smallest and largest possible element, in SI."""
    if isinstance(value, Quantity):
        return value.si, value.si
    if isinstance(value, Distribution):
        return value.support_si
    return (float(value.si.min()), float(value.si.max())) if len(value) else (0.0, 0.0)


def shown(value: Value) -> str:
    """Say what a value is, in one line, for tables and messages."""
    if isinstance(value, Quantity):
        return str(value)
    if isinstance(value, Distribution):
        parts = [f"{f.name} {getattr(value, f.name)}" for f in fields(value) if getattr(value, f.name) is not None]
        return f"{value.kind}({', '.join(parts)})"
    unit = si_symbol(value.dimension)
    return f"{len(value)} values from {value.si.min():.4g} to {value.si.max():.4g} {unit}" if len(value) else "none"
