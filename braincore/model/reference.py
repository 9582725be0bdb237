"""Numbers that a run must show: a model comes with what it is known to do, and is held to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from braincore.errors import InputError
from braincore.units import FREQUENCY, TIME, Quantity

STATISTICS = ("rate", "cv_isi", "synchrony", "correlation")
"""Mean rate in Hz; mean coefficient of variation of the interspike intervals; variance over mean of the spikes counted
in 3 ms; mean Pearson correlation of the spikes that two neurons fire in 2 ms."""

_BEGIN = Quantity(0.0, "s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A published or measured number of one population, and how near a run must come to it.

    Attributes
    ----------
    population
        Name of the population.
    statistic
        One of `STATISTICS`.
    value
        The number (rates in Hz); None where only bounds are known.
    within
        Relative distance from it that is allowed.
    bounds
        What a run must keep, where there is no single number.
    after
        Transient that is left out.
    before
        End of the time that counts; None is the end of the run.
    source
        Where the number is from.
    """

    population: str
    statistic: str
    value: float | None = None
    within: float = 0.1
    bounds: tuple[float, float] | None = None
    after: Quantity = _BEGIN
    before: Quantity | None = None
    source: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        if self.statistic not in STATISTICS:
            raise InputError(f"'{self.statistic}' is no statistic", hint=f"Allowed: {', '.join(STATISTICS)}")
        if (self.value is None) == (self.bounds is None):
            raise InputError("a reference is a number or its bounds", path=self.statistic)
        if self.within < 0:
            raise InputError(f"within is {self.within:g}", path="within", hint="At least 0, such as 0.1")
        if not self.low <= self.high:
            raise InputError(f"the bounds {self.low:g} and {self.high:g} are not in order", path=self.statistic)
        if self.before is not None and self.before.si <= self.after.si:
            raise InputError(f"before {self.before} and after {self.after} leave no time", path="before")

    @property
    def low(self) -> float:
        """The lower bound."""
        if self.bounds is not None:
            return self.bounds[0]
        assert self.value is not None
        return self.value - self.within * abs(self.value)

    @property
    def high(self) -> float:
        """The upper bound."""
        if self.bounds is not None:
            return self.bounds[1]
        assert self.value is not None
        return self.value + self.within * abs(self.value)

    def holds(self, found: float | None) -> bool:
        """Tell whether a number that a run showed lies within the bounds; what is not known does not."""
        return found is not None and self.low <= found <= self.high


def expected(
    population: str,
    *,
    within: float = 0.1,
    after: Any = "0 s",
    before: Any = None,
    source: str = "",
    origin: str = "",
    **numbers: Any,
) -> list[Reference]:
    """Return what is expected of a population, one `Reference` for each of its `numbers`.

    Parameters
    ----------
    population
        Name of the population.
    within
        Relative distance that is allowed to a single number.
    after
        Transient that is left out (a time).
    before
        End of the time that counts, if it is not that of the run.
    source
        Where the numbers are from.
    numbers
        By statistic (see `STATISTICS`): a number, or its bounds ``(low, high)``; rates have a unit.

    Raises
    ------
    InputError
        No number is given, one is of no known statistic, or `within` is negative.
    """
    given = {name: value for name, value in numbers.items() if value is not None}
    if not given:
        raise InputError(f"nothing is expected of '{population}'", hint=f"Give one of {', '.join(STATISTICS)}")
    common: dict[str, Any] = {
        "population": population,
        "within": within,
        "after": Quantity.of(after, TIME),
        "before": None if before is None else Quantity.of(before, TIME),
        "source": source,
        "origin": origin,
    }
    found = []
    for name, value in given.items():
        if isinstance(value, list | tuple):
            if len(value) != 2:
                raise InputError(f"{len(value)} bounds", path=name, hint="Write [low, high]")
            found.append(Reference(statistic=name, bounds=(_plain(name, value[0]), _plain(name, value[1])), **common))
        else:
            found.append(Reference(statistic=name, value=_plain(name, value), **common))
    return found


def _plain(name: str, value: Any) -> float:
    """Return a rate in Hz, any other statistic as the number that it is."""
    if name == "rate":
        return Quantity.of(value, FREQUENCY).si
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{value!r} is not a number", path=name)
    return float(value)
