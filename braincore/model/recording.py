"""What a run writes down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from braincore.errors import InputError
from braincore.model.typed import expect_each
from braincore.units import TIME, Quantity


def _interval(given: Any, path: str) -> Quantity | None:
    if given is None:
        return None
    interval = Quantity.of(given, TIME)
    if interval.si <= 0:
        raise InputError(f"{path} {interval} is not positive", path=path)
    return interval


@dataclass(frozen=True, kw_only=True, slots=True)
class Traces:
    """Variables of some neurons, sampled in time.

    Attributes
    ----------
    target
        Population or a selection of one; all its neurons are recorded.
    variables
        State variables, sub-expressions, ``I_syn`` or ``receptor.variable``.
    interval
        Sampling interval; None is every time step.
    """

    target: str
    variables: tuple[str, ...]
    interval: Any = None
    origin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "interval", _interval(self.interval, "interval"))
        variables = (self.variables,) if isinstance(self.variables, str) else self.variables
        variables = expect_each(variables, str, "variables", "Names of variables, such as ['v']", path="variables")
        object.__setattr__(self, "variables", variables)
        if not self.variables:
            raise InputError("no variable to record", path="variables")


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """Weights of a projection, sampled in time.

    Attributes
    ----------
    projection
        Its name.
    interval
        Sampling interval.
    sample
        Number of synapses to follow (the same ones throughout); None for all.
    histogram
        Number of bins between the bounds of the weight: only how many weights lie in each is written. None for the
        weights themselves.
    """

    projection: str
    interval: Any
    sample: int | None = None
    histogram: int | None = None
    origin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "interval", _interval(self.interval, "interval"))
        for name in ("sample", "histogram"):
            given = getattr(self, name)
            if given is not None and given < 1:
                raise InputError(f"{name} {given}", path=name, hint="At least 1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """What to record.

    Attributes
    ----------
    spikes
        Addresses of populations and regions, ``("all",)`` or empty.
    rates
        Bin width of the population rates, or None.
    traces, weights
        See `Traces` and `Weights`.
    """

    spikes: tuple[str, ...] = ("all",)
    rates: Any = None
    traces: tuple[Traces, ...] = ()
    weights: tuple[Weights, ...] = ()
    origin: str = "record"

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", _interval(self.rates, "rates"))
        spikes = (self.spikes,) if isinstance(self.spikes, str) else self.spikes
        hints = {
            "spikes": (spikes, str, "Names of populations, or 'all'"),
            "traces": (self.traces, Traces, "Such as Traces(target='E', variables=['v'])"),
            "weights": (self.weights, Weights, "Such as Weights(projection='E->I', interval='1 ms')"),
        }
        for name, (given, kind, hint) in hints.items():
            object.__setattr__(self, name, expect_each(given, kind, name, hint, path=name))
