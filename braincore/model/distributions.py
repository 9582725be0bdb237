"""Distributions of parameters, weights and delays, with their first two moments."""

from __future__ import annotations

import math
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError
from braincore.units import DIMENSIONLESS, Dimension, Quantity

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Base of the distributions; the leaves are `Normal`, `TruncatedNormal`, `LogNormal` and `Uniform`."""

    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        given = {f.name: Quantity.of(v) for f in fields(self) if (v := getattr(self, f.name)) is not None}
        # a bare zero takes the unit of the others
        dimension = next((q.dimension for q in given.values() if q.unit or q.si), DIMENSIONLESS)
        for name, quantity in given.items():
            object.__setattr__(self, name, Quantity.of(quantity, dimension))
        missing = [f.name for f in fields(self) if f.default is MISSING and f.name not in given]
        if missing:
            raise InputError(f"'{missing[0]}' of a {self.kind} distribution is missing")
        if not math.isfinite(sum(40 * abs(quantity.si) for quantity in given.values())):
            raise InputError(f"draws of this {self.kind} distribution would be too large to be numbers")
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
        found = [q.dimension for q in (getattr(self, f.name) for f in fields(self)) if q is not None and q.unit]
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

    def chance_below(self, si: float) -> float:
        """Return the probability of a draw below a value in SI."""
        low, high = self.support_si
        if si <= low or low == high:
            return float(low < si)
        return 1.0 if si > high else self._chance_below(si)

    def _chance_below(self, si: float) -> float:
        """Return the same, of a value within the support."""
        raise NotImplementedError


def _normal_below(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


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
        mean, sd = self._si("mean"), self._si("sd")
        return mean * mean + sd * sd

    def _chance_below(self, si: float) -> float:
        mean, sd = self._si("mean"), self._si("sd")
        return _normal_below((si - mean) / sd) if sd else float(mean < si)


@dataclass(frozen=True, slots=True)
class TruncatedNormal(Distribution):
    """Normal distribution given that it lies in [`low`, `high`]; `mean` and `sd` are those before truncation."""

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
        mean, sd = self._si("mean"), self._si("sd")
        low, high = self.support_si
        if sd == 0:
            return np.full(size, mean)
        drawn = mean + sd * _standard_normal((low - mean) / sd, (high - mean) / sd, rng, size)
        return np.clip(drawn, low, high)

    def _moment(self, order: int) -> float:
        from scipy.stats import truncnorm

        low, high = self.support_si
        mean, sd = self._si("mean"), self._si("sd")
        if sd == 0:
            return mean**order
        return float(truncnorm.moment(order, (low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd))

    def _chance_below(self, si: float) -> float:
        mean, sd = self._si("mean"), self._si("sd")
        if sd == 0:
            return float(mean < si)
        bottom, here, top = (_normal_below((x - mean) / sd) for x in (self.support_si[0], si, self.support_si[1]))
        return (here - bottom) / (top - bottom)

    @property
    def mean_si(self) -> float:
        """The mean after truncation, in SI."""
        return self._moment(1)

    @property
    def second_moment_si(self) -> float:
        """The mean square after truncation, in SI."""
        return self._moment(2)


def _standard_normal(low: float, high: float, rng: np.random.Generator, size: int) -> Floats:
    """Draw from the standard normal distribution between bounds, by its inverse (no draw is thrown away)."""
    from scipy.special import ndtr, ndtri

    if low > 0:  # the lower tail keeps its digits where the upper one has lost them
        return -_standard_normal(-high, -low, rng, size)
    bottom, top = float(ndtr(low)), float(ndtr(high))
    level = bottom + (top - bottom) * rng.random(size)
    drawn: Floats = ndtri(np.clip(level, 2.0**-1074, 1 - 2.0**-53))
    return drawn


@dataclass(frozen=True, slots=True)
class LogNormal(Distribution):
    """Log-normal distribution; `mean` and `sd` are those of the variable itself, not of its logarithm.

    With `low` or `high` it is given that it lies between them, and `mean` and `sd` are those before truncation.
    """

    mean: Any
    sd: Any
    low: Any = None
    high: Any = None
    kind: ClassVar[str] = "lognormal"

    def _check(self) -> None:
        Distribution._check(self)
        if self._si("mean") <= 0:
            raise InputError(f"mean {self.mean} of a lognormal distribution is not positive")
        low, high = self.support_si
        if not 0 <= low < high:
            raise InputError(f"bounds {self.low} and {self.high} of a lognormal distribution", hint="0 <= low < high")
        a, b = self._bounds
        if a > 6 or b < -6 or not (self._si("sd") or low <= self._si("mean") <= high):
            raise InputError(f"[{self.low}, {self.high}] lies over six standard deviations from the middle")

    @property
    def _log(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm."""
        variance = math.log1p((self._si("sd") / self._si("mean")) ** 2)
        return math.log(self._si("mean")) - variance / 2, math.sqrt(variance)

    @property
    def _bounds(self) -> tuple[float, float]:
        """The bounds of the logarithm, in its standard deviations from its mean."""
        (middle, spread), (low, high) = self._log, self.support_si
        if spread == 0:
            return -math.inf, math.inf
        return (-math.inf if low == 0 else (math.log(low) - middle) / spread), (math.log(high) - middle) / spread

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw `size` values, in SI."""
        middle, spread = self._log
        if self.low is None and self.high is None:
            return rng.lognormal(middle, spread, size)
        drawn = np.exp(middle + spread * _standard_normal(*self._bounds, rng, size))
        return np.clip(drawn, *self.support_si)

    @property
    def support_si(self) -> tuple[float, float]:
        """The bounds, in SI; 0 and infinity where none are given."""
        return (0.0 if self.low is None else self._si("low")), (math.inf if self.high is None else self._si("high"))

    def _chance_below(self, si: float) -> float:
        (middle, spread), (a, b) = self._log, self._bounds
        if spread == 0:
            return float(self._si("mean") < si)
        bottom, here, top = (_normal_below(z) for z in (a, (math.log(si) - middle) / spread, b))
        return (here - bottom) / (top - bottom)

    def _moment(self, order: int) -> float:
        from scipy.special import ndtr

        (middle, spread), (a, b) = self._log, self._bounds
        whole_moment = math.exp(order * middle + (order * spread) ** 2 / 2)
        kept = ndtr(b - order * spread) - ndtr(a - order * spread)
        return float(whole_moment * kept / (ndtr(b) - ndtr(a)))

    @property
    def mean_si(self) -> float:
        """The mean after truncation, in SI."""
        return self._moment(1)

    @property
    def second_moment_si(self) -> float:
        """The mean square after truncation, in SI."""
        return self._moment(2)


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

    def _chance_below(self, si: float) -> float:
        return (si - self._si("low")) / (self._si("high") - self._si("low"))


DISTRIBUTIONS: dict[str, type[Distribution]] = {c.kind: c for c in (Normal, TruncatedNormal, LogNormal, Uniform)}
