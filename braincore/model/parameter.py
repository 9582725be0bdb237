"""A parameter of a model: its default with unit, where it comes from, and the range in which it is plausible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from braincore.errors import InputError
from braincore.units import Dimension, Quantity


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named constant of a model.

    Attributes
    ----------
    name
        As it stands in the equations.
    value
        The default, with its unit.
    meaning
        What it is, in a few words.
    source
        Paper (and table or equation) the default is taken from.
    low, high
        The plausible range; the linter warns outside it. None where no range is known (own models).
    """

    name: str
    value: Quantity
    meaning: str = ""
    source: str = ""
    low: Quantity | None = None
    high: Quantity | None = None

    def __post_init__(self) -> None:
        quantity = Quantity.of(self.value)
        object.__setattr__(self, "value", quantity)
        for bound in ("low", "high"):
            given: Any = getattr(self, bound)
            if given is not None:
                object.__setattr__(self, bound, Quantity.of(given, quantity.dimension))

    @property
    def dimension(self) -> Dimension:
        """The dimension of the parameter."""
        return self.value.dimension

    def implausible(self, si: float) -> bool:
        """Tell whether a value (SI) lies outside the plausible range."""
        below = self.low is not None and si < self.low.si * (1 - 1e-12 * (1 if self.low.si > 0 else -1))
        above = self.high is not None and si > self.high.si * (1 + 1e-12 * (1 if self.high.si > 0 else -1))
        return below or above


def published(name: str, value: str, meaning: str, source: str, low: str, high: str) -> Parameter:
    """Return a parameter whose value and plausible range are written as text with units: a row of a published table."""
    return Parameter(name, Quantity.parse(value), meaning, source, low=Quantity.parse(low), high=Quantity.parse(high))


def value_of(given: Iterable[Parameter], name: str) -> Quantity:
    """Return the value of the parameter of a name, which must be among them."""
    return next(p.value for p in given if p.name == name)


def parameters(*given: Parameter) -> tuple[Parameter, ...]:
    """Collect parameters and refuse a name given twice."""
    names = [p.name for p in given]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"parameter '{name}' is given twice")
    return given
