"""A short way to write the rows of a published parameter table."""

from __future__ import annotations

from braincore.model.parameter import Parameter
from braincore.units import Quantity


def published(name: str, value: str, meaning: str, source: str, low: str, high: str) -> Parameter:
    """Return a parameter whose value and plausible range are written as text with units."""
    return Parameter(name, Quantity.parse(value), meaning, source, low=Quantity.parse(low), high=Quantity.parse(high))
