"""Regions: populations with their inner wiring, their own background input, and named ports."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from numbers import Integral, Real
from typing import Any, ClassVar

from braincore.errors import Fault, InputError, suggest
from braincore.model.blame import blamed
from braincore.model.parameter import Parameter, value_of
from braincore.model.population import Population, Projection, split_address
from braincore.model.registry import Registry
from braincore.model.stimulus import Stimulus
from braincore.model.values import support
from braincore.units import Dimension, Quantity

WAYS = ("in", "out", "both")
KINDS = ("", "feedforward", "feedback", "lateral", "modulatory")


@dataclass(frozen=True, kw_only=True, slots=True)
class Port:
    """A place where other regions reach a region, or where it reaches them.

    Attributes
    ----------
    population
        The population, or a selection of it.
    way
        ``in``, ``out`` or ``both``.
    kind
        ``feedforward``, ``feedback``, ``lateral``, ``modulatory`` or empty: what it is for.
    receptor
        The receptor that what comes in acts on, where it names none.
    sign
        ``excitatory`` or ``inhibitory``: what may come in; empty is anything.
    """

    population: str
    way: str = "both"
    kind: str = ""
    receptor: str = ""
    sign: str = ""

    def __post_init__(self) -> None:
        split_address(self.population)
        for name, allowed in (("way", WAYS), ("kind", KINDS), ("sign", ("", "excitatory", "inhibitory"))):
            value = getattr(self, name)
            if value not in allowed:
                hint = f"Allowed: {', '.join(one for one in allowed if one)}"
                raise InputError(f"the {name} of a port is '{value}'", path=name, hint=hint)
        if self.way == "out" and (self.receptor or self.sign):
            raise InputError("a port that leads out has no receptor and no sign", hint="They say what may come in")

    def check(self, name: str, sign: str, source: str) -> None:
        """Refuse input of another sign than the port is for.

        Parameters
        ----------
        name
            Full name of the port, for messages.
        sign, source
            Sign and name of the population that the input comes from.
        """
        if self.sign and sign and self.sign != sign:
            message = f"port '{name}' takes {self.sign} input, and '{source}' is {sign}"
            raise InputError(message, hint="Choose another port, or the population itself")


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """A brain region, spelled out.

    Attributes
    ----------
    populations
        Its populations, by their short names.
    projections
        Its inner projections, between short names.
    stimuli
        Its own background input, on short names.
    ports
        Port name to `Port`, or to its population: where pathways end and begin, such as ``{"feedforward": "L4e"}``.
    """

    populations: tuple[Population, ...]
    projections: tuple[Projection, ...] = ()
    stimuli: tuple[Stimulus, ...] = ()
    ports: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given: Mapping[str, Port | str] = self.ports
        ports = {name: Port(population=port) if isinstance(port, str) else port for name, port in given.items()}
        object.__setattr__(self, "ports", ports)
        names = [p.name for p in self.populations]
        for name in names:
            if names.count(name) > 1:
                raise InputError(f"population '{name}' is given twice")
        for name, port in self.ports.items():
            if split_address(port.population)[0] not in names:
                hint = suggest(port.population, names, noun="population")
                raise InputError(f"port '{name}' leads to '{port.population}', which is no population", hint=hint)

    @property
    def size(self) -> int:
        """Number of neurons."""
        return sum(p.size for p in self.populations)

    def arrows(self) -> list[Arrow]:
        """Return how its populations act on each other, pair by pair and sign by sign, in the order of projections."""
        signs = {p.name: p.sign for p in self.populations}
        found: dict[tuple[str, str, str], list[Projection]] = {}
        for projection in self.projections:
            source, target = split_address(projection.source)[0], split_address(projection.target)[0]
            sign = signs[source] or _sign_of(projection.weight)
            found.setdefault((source, target, sign), []).append(projection)
        return [
            Arrow(
                source=source,
                target=target,
                sign=sign,
                receptors=tuple(dict.fromkeys(p.receptor for p in projections if p.receptor)),
                rules=tuple(dict.fromkeys(rule.name for p in projections for rule in p.rules)),
            )
            for (source, target, sign), projections in found.items()
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrow:
    """How one population of a region acts on another: all projections of one sign between the two.

    Attributes
    ----------
    source, target
        Short names of populations.
    sign
        ``excitatory``, ``inhibitory``, or empty where neither the source nor the weights tell.
    receptors, rules
        Names of the receptors it acts on, and of the learning rules of its synapses.
    """

    source: str
    target: str
    sign: str
    receptors: tuple[str, ...]
    rules: tuple[str, ...]


def _sign_of(weight: Any) -> str:
    """Return what weights of one sign do to their targets."""
    low, high = support(weight)
    return "inhibitory" if high <= 0 and low < 0 else "excitatory" if low >= 0 and high > 0 else ""


class RegionModel(ABC):
    """A region type of the library: a frozen dataclass of its settings that describes a `Region`.

    Sub-classes are leaves. Their fields are the settings a user may give (in YAML by the same names).
    """

    purpose: ClassVar[str] = ""
    source: ClassVar[str] = ""
    parameters: ClassVar[tuple[Parameter, ...]] = ()

    @abstractmethod
    def describe(self) -> Region:
        """Return the populations, projections, background and ports for these settings."""

    def expect(self, **limits: tuple[float, float]) -> None:
        """Refuse settings that are outside of their limits, all at once; whole ones where the default is whole."""
        faults = []
        defaults = self.settings()
        for name, (least, most) in limits.items():
            value, is_whole = getattr(self, name), type(defaults[name]) is int
            allowed = isinstance(value, Integral if is_whole else Real) and not isinstance(value, bool)
            if not allowed or not least <= value <= most:
                above = f", at least {least:g}" if math.isinf(most) else f" from {least:g} to {most:.4g}"
                hint = ("A whole number" if is_whole else "A number") + above
                faults.append(Fault(f"{name} {value}", path=name, hint=hint))
        if faults:
            raise InputError(faults)

    def quantities(self, **dimensions: Dimension) -> None:
        """Turn settings into quantities of a dimension; refuse those of another, all at once."""
        faults: list[Fault] = []
        for name, dimension in dimensions.items():
            with blamed(faults, name):
                object.__setattr__(self, name, Quantity.of(getattr(self, name), dimension))
        if faults:
            raise InputError(faults)

    def positive(self, *names: str, zero: bool = False) -> None:
        """Refuse settings (quantities) that are not above zero, all at once; `zero` allows zero itself."""
        faults = [
            Fault(f"{name} {value} is {'negative' if zero else 'not positive'}", path=name)
            for name in names
            if (value := getattr(self, name)).si < 0 or (value.si == 0 and not zero)
        ]
        if faults:
            raise InputError(faults)

    @classmethod
    def constant(cls, name: str) -> Quantity:
        """Return the published value of one of its parameters."""
        return value_of(cls.parameters, name)

    @classmethod
    def settings(cls) -> dict[str, Any]:
        """Return the settings by name, with their defaults (`dataclasses.MISSING` where one must be given)."""
        return {
            f.name: f.default_factory() if f.default_factory is not MISSING else f.default
            for f in fields(cls)  # type: ignore[arg-type]
        }

    @classmethod
    def from_settings(cls, given: Mapping[str, Any], *, path: str = "") -> RegionModel:
        """Make from settings by name; raise `InputError` on an unknown or a missing one."""
        known = cls.settings()
        for name in given:
            if name not in known:
                message = f"region type '{cls.__name__}' has no setting '{name}'"
                raise InputError(message, path=f"{path}.{name}", hint=suggest(name, known, noun="setting"))
        for name, default in known.items():
            if default is MISSING and name not in given:
                raise InputError(f"region type '{cls.__name__}' needs '{name}'", path=path)
        return cls(**given)


regions: Registry[type[RegionModel]] = Registry("region type", "braincore.regions", "braincore.circuits")
