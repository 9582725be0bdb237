"""Values as they are written: text for quantities, names for distributions, lists or array files for the rest."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from braincore.errors import InputError
from braincore.model.values import DISTRIBUTIONS, Distribution, Values, as_value
from braincore.spec.store import Store
from braincore.units import Quantity, si_symbol

SHORT = 16
"""Values per element up to this many are written in place."""


def written(value: Any, store: Store, stem: str) -> Any:
    """Return a value as YAML holds it; text stays as it is, it may be an expression."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Quantity | Distribution | Values):
        value = as_value(value)
    if isinstance(value, Quantity):
        return quantity(value)
    if isinstance(value, Distribution):
        return distribution(value)
    unit = si_symbol(value.dimension)
    if 0 < len(value) <= SHORT:
        return [quantity(Quantity(float(x), "" if unit == "1" else unit)) for x in value.si]
    reference = store.arrays(stem, {"values": value.si})
    unit_part = {} if unit == "1" else {"unit": unit}
    return {"array": reference["array"], "key": "values", **unit_part, "sha256": reference["sha256"]}


def distribution(value: Distribution) -> dict[str, Any]:
    """Return a distribution as YAML holds it."""
    if value.kind not in DISTRIBUTIONS:
        raise InputError(f"the distribution {type(value).__name__} cannot be written")
    return {value.kind: {f.name: quantity(q) for f in fields(value) if (q := getattr(value, f.name)) is not None}}


def quantity(given: Quantity) -> str | float:
    """Return a quantity as YAML holds it: a number where it has no unit."""
    return str(given) if given.unit else given.magnitude


def filled(**parts: Any) -> dict[str, Any]:
    """Return the parts that say something: no None, no empty text, list or mapping."""
    return {
        key.rstrip("_"): value for key, value in parts.items() if value is not None and value not in ("", [], {}, ())
    }
