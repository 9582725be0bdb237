"""Values of parameters, weights and delays: one quantity, a distribution, or one number per element.

Every value knows its dimension, how to be drawn (`sample`, SI), and its first two moments, which mean-field theory needs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.errors import Fault, InputError, UnitError, suggest
from braincore.units import DIMENSIONLESS, Dimension, Quantity, describe, parse_unit, si_symbol

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Base of the distributions; the leaves are `Normal`, `TruncatedNormal`, `LogNormal` and `Uniform`."""

    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        dimension: Dimension | None = None
        for field in fields(self):
            given = getattr(self, field.name)
            if given is None:
                continue
            quantity = Quantity.of(given, None if given == 0 else dimension)
            if dimension is None and quantity.si != 0:
                dimension = quantity.dimension
            object.__setattr__(self, field.name, quantity)
        for field in fields(self):  # a bare zero takes the unit of the others
            given = getattr(self, field.name)
            if isinstance(given, Quantity) and dimension is not None:
                object.__setattr__(self, field.name, Quantity.of(given, dimension))
        self._check()

    def _check(self) -> None:
        sd = getattr(self, "sd", None)
        if sd is not None and sd.si < 0:
            raise InputError(f"standard deviation {sd} of a {self.kind} distribution is negative")

    def _si(self, name: str) -> float:
        return float(getattr(self, name).si)

    @property
    def dimension(self) -> Dimension:
        """The dimension of what is drawn."""
        found = [q.dimension for q in (getattr(self, f.name) for f in fields(self)) if q is not None and q.si != 0]
        return found[0] if found else DIMENSIONLESS

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw `size` values, in SI."""
        raise NotImplementedError

    @property
    def mean_si(self) -> float:
        """The mean of what is drawn, in SI."""
        raise NotImplementedError

    @property
    def second_moment_si(self) -> float:
        """The mean square of what is drawn, in SI."""
        raise NotImplementedError

    @property
    def support_si(self) -> tuple[float, float]:
        """The smallest and the largest value that can be drawn, in SI."""
        return (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Normal(Distribution):
    """Normal distribution."""

    mean: Any
    sd: Any
    kind: ClassVar[str] = "normal"

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw `size` values, in SI."""
        return rng.normal(self._si("mean"), self._si("sd"), size)

    @property
    def mean_si(self) -> float:
        """The mean, in SI."""
        return self._si("mean")

    @property
    def second_moment_si(self) -> float:
        """The mean square, in SI."""
        return self._si("mean") ** 2 + self._si("sd") ** 2


@dataclass(frozen=True, slots=True)
class TruncatedNormal(Distribution):
    """Normal distribution redrawn until it lies in [`low`, `high`]; `mean` and `sd` are those before truncation."""

    mean: Any
    sd: Any
    low: Any = None
    high: Any = None
    kind: ClassVar[str] = "truncated_normal"

    def _check(self) -> None:
        Distribution._check(self)
        low, high = self.support_si
        if not low < high:
            raise InputError(f"low {self.low} of a truncated normal is not below high {self.high}")
        if not low - 6 * self._si("sd") <= self._si("mean") <= high + 6 * self._si("sd"):
            raise InputError(f"mean {self.mean} lies over six standard deviations outside [{self.low}, {self.high}]")

    @property
    def support_si(self) -> tuple[float, float]:
        """The bounds, in SI."""
        low = -math.inf if self.low is None else self._si("low")
        high = math.inf if self.high is None else self._si("high")
        return low, high

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw `size` values, in SI."""
        low, high = self.support_si
        mean, sd = self._si("mean"), self._si("sd")
        drawn = rng.normal(mean, sd, size)
        outside = np.flatnonzero((drawn < low) | (drawn > high))
        for _ in range(1000):
            if not outside.size:
                return drawn
            drawn[outside] = rng.normal(mean, sd, outside.size)
            outside = outside[(drawn[outside] < low) | (drawn[outside] > high)]
        raise InputError(f"truncated normal around {self.mean} hardly ever falls into [{self.low}, {self.high}]")

    def _moment(self, order: int) -> float:
        from scipy.stats import truncnorm

        low, high = self.support_si
        mean, sd = self._si("mean"), self._si("sd")
        if sd == 0:
            return mean**order
        return float(truncnorm.moment(order, (low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd))

    @property
    def mean_si(self) -> float:
        """The mean after truncation, in SI."""
        return self._moment(1)

    @property
    def second_moment_si(self) -> float:
        """The mean square after truncation, in SI."""
        return self._moment(2)


@dataclass(frozen=True, slots=True)
class LogNormal(Distribution):
    """Log-normal distribution; `mean` and `sd` are those of the variable itself, not of its logarithm."""

    mean: Any
    sd: Any
    kind: ClassVar[str] = "lognormal"

    def _check(self) -> None:
        Distribution._check(self)
        if self._si("mean") <= 0:
            raise InputError(f"mean {self.mean} of a lognormal distribution is not positive")

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw `size` values, in SI."""
        spread = math.log1p((self._si("sd") / self._si("mean")) ** 2)
        return rng.lognormal(math.log(self._si("mean")) - spread / 2, math.sqrt(spread), size)

    @property
    def support_si(self) -> tuple[float, float]:
        """From 0 to infinity."""
        return (0.0, math.inf)

    @property
    def mean_si(self) -> float:
        """The mean, in SI."""
        return self._si("mean")

    @property
    def second_moment_si(self) -> float:
        """The mean square, in SI."""
        return self._si("mean") ** 2 + self._si("sd") ** 2


@dataclass(frozen=True, slots=True)
class Uniform(Distribution):
    """Uniform distribution on [`low`, `high`)."""

    low: Any
    high: Any
    kind: ClassVar[str] = "uniform"

    def _check(self) -> None:
        if not self._si("low") <= self._si("high"):
            raise InputError(f"low {self.low} of a uniform distribution is above high {self.high}")

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw `size` values, in SI."""
        return rng.uniform(self._si("low"), self._si("high"), size)

    @property
    def support_si(self) -> tuple[float, float]:
        """The bounds, in SI."""
        return self._si("low"), self._si("high")

    @property
    def mean_si(self) -> float:
        """The mean, in SI."""
        return (self._si("low") + self._si("high")) / 2

    @property
    def second_moment_si(self) -> float:
        """The mean square, in SI."""
        low, high = self._si("low"), self._si("high")
        return (low * low + low * high + high * high) / 3


DISTRIBUTIONS: dict[str, type[Distribution]] = {c.kind: c for c in (Normal, TruncatedNormal, LogNormal, Uniform)}


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
        array = np.array(numbers, dtype=np.float64).reshape(-1) * factor
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
        dimensions = {q.dimension for q in quantities if q.si != 0}
        if len(dimensions) > 1:
            raise UnitError("the values of a list have different dimensions")
        unit = si_symbol(dimensions.pop()) if dimensions else "1"
        return Values.of([q.si for q in quantities], unit)
    if getattr(given, "shape", ()) not in ((), None):
        return Values.of(given)
    return Quantity.of(given)


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
    return value.si**2 if isinstance(value, Quantity) else value.second_moment_si


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
