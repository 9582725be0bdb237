"""`references`: what a run must show, and how near it must come."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from braincore.model.reference import STATISTICS
from braincore.spec.fields import QUANTITY_PATTERN, Delay, Name, PositiveOrZero, Text, read_quantity
from braincore.spec.reads import Form, Reads, fault, read_each, shown
from braincore.units import FREQUENCY, Quantity


def _band(given: Any, read: Any) -> Any:
    """Read one number, or the list of the two bounds that a number must keep."""
    if not isinstance(given, list):
        return read(given)
    if len(given) != 2:
        raise fault(f"{shown(given)} is not a pair of bounds", "Write one number, or [low, high]")
    return tuple(read_each(given, read))


def _rate(given: Any) -> Any:
    return _band(given, lambda item: read_quantity(item, FREQUENCY))


def _plain(item: Any) -> float:
    if isinstance(item, bool) or not isinstance(item, int | float):
        raise fault(f"{shown(item)} is not a number", "Such as 0.8, or bounds [0.7, 1.1]")
    return float(item)


def _number(given: Any) -> Any:
    return _band(given, _plain)


_RATE = {"type": "string", "pattern": QUANTITY_PATTERN}
Rate = Annotated[
    Any,
    Reads(_rate, {"anyOf": [_RATE, {"type": "array", "items": _RATE}], "x-kind": "a rate, or bounds [low, high]"}),
]
Band = Annotated[
    Any,
    Reads(
        _number,
        {
            "anyOf": [{"type": "number"}, {"type": "array", "items": {"type": "number"}}],
            "x-kind": "a number, or bounds [low, high]",
        },
    ),
]


class ReferenceForm(Form):
    """What one population must show: `braincore check --golden` runs the file and compares."""

    population: Name = Field(description="Name of the population.")
    rate: Rate | None = Field(None, description="Mean rate.")
    cv_isi: Band | None = Field(None, description="Mean coefficient of variation of the interspike intervals.")
    synchrony: Band | None = Field(None, description="Variance over mean of the population's spikes in 3 ms.")
    correlation: Band | None = Field(None, description="Mean correlation of the spikes of two neurons in 2 ms.")
    within: PositiveOrZero = Field(0.1, description="Relative distance allowed to numbers that are not bounds.")
    after: Delay = Field(Quantity(0.0, "s"), description="Transient that is left out.")
    before: Delay | None = Field(None, description="End of the time that counts, if it is not that of the run.")
    source: Text = Field("", description="Where the numbers are from.")

    @model_validator(mode="after")
    def _some(self) -> ReferenceForm:
        if all(getattr(self, name) is None for name in STATISTICS):
            raise fault(f"nothing is expected of '{self.population}'", f"Give one of {', '.join(STATISTICS)}")
        return self
