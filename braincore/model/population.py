"""Populations, the projections between them, and how parts of them are addressed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from braincore.errors import Fault, InputError, suggest
from braincore.model.connectors import Connector, Indices
from braincore.model.neuron import NeuronModel
from braincore.model.synapse import LearningRule
from braincore.model.values import Floats, Value, Values, as_value, support
from braincore.units import LENGTH, TIME, Quantity

MAX_SIZE = 2**31 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """Neurons on a rectangular grid, the last axis fastest.

    Attributes
    ----------
    shape
        Number of neurons along each axis.
    spacing
        Distance between neighbours.
    """

    shape: tuple[int, ...]
    spacing: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "spacing", Quantity.of(self.spacing, LENGTH))
        if not 1 <= len(self.shape) <= 3 or min(self.shape) < 1:
            raise InputError(f"shape {list(self.shape)} of a grid", hint="One to three whole numbers of at least 1")

    def positions(self, size: int, rng: np.random.Generator) -> Floats:
        """Return the positions in metres, shape (size, dimensions)."""
        if int(np.prod(self.shape)) != size:
            raise InputError(f"a grid of {' x '.join(map(str, self.shape))} does not hold {size} neurons")
        axes = np.meshgrid(*(np.arange(n) * self.spacing.si for n in self.shape), indexing="ij")
        return np.stack([axis.reshape(-1) for axis in axes], axis=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scatter:
    """Neurons at positions drawn uniformly in a box with a corner at the origin.

    Attributes
    ----------
    extent
        Length of each side.
    """

    extent: tuple[Any, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "extent", tuple(Quantity.of(e, LENGTH) for e in self.extent))
        if not 1 <= len(self.extent) <= 3:
            raise InputError("the extent of a layout has one to three lengths")

    def positions(self, size: int, rng: np.random.Generator) -> Floats:
        """Return the positions in metres, shape (size, dimensions)."""
        return rng.random((size, len(self.extent))) * np.array([e.si for e in self.extent])


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Positions:
    """Neurons at given positions, in metres, shape (n, dimensions)."""

    metres: Floats

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Positions) and np.array_equal(self.metres, other.metres)

    def positions(self, size: int, rng: np.random.Generator) -> Floats:
        """Return the positions in metres, shape (size, dimensions)."""
        if len(self.metres) != size:
            raise InputError(f"{len(self.metres)} positions for {size} neurons")
        return self.metres


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Population:
    """Neurons of one model.

    Attributes
    ----------
    name
        Its name; within a region the short one (``L4e``), in a `NetworkSpec` the full one (``V1.L4e``).
    size
        Number of neurons.
    neuron
        Their model.
    parameters, initial
        Values that differ from the model's, for all (`Quantity`), drawn (`Distribution`) or one per neuron (`Values`).
    labels
        Names of the neurons, as in the source, or empty.
    groups
        Named sets of neurons (indices), such as cell classes.
    layout
        Positions, or None.
    sign
        ``excitatory``, ``inhibitory`` or empty: what Dale's law is held to.
    tags
        Free labels for figures, such as ``{"layer": "4"}``.
    origin
        Where it was described, for messages.
    """

    name: str
    size: int
    neuron: NeuronModel
    parameters: Mapping[str, Value] = field(default_factory=dict)
    initial: Mapping[str, Value | str] = field(default_factory=dict)
    labels: tuple[str, ...] = ()
    groups: Mapping[str, Indices] = field(default_factory=dict)
    layout: Grid | Scatter | Positions | None = None
    sign: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        size = self.size
        if isinstance(size, bool) or not float(size).is_integer() or not 1 <= size <= MAX_SIZE:
            raise InputError(f"size {size} of population '{self.name}'", hint="A whole number of at least 1")
        object.__setattr__(self, "size", int(size))
        if self.sign not in ("", "excitatory", "inhibitory"):
            raise InputError(f"sign '{self.sign}'", hint="Allowed: excitatory, inhibitory")
        if self.labels and len(self.labels) != self.size:
            faults.append(Fault(f"{len(self.labels)} labels for {self.size} neurons", path="labels"))
        if len(set(self.labels)) != len(self.labels):
            twice = next(x for x in self.labels if self.labels.count(x) > 1)
            faults.append(Fault(f"label '{twice}' is given twice", path="labels"))
        checked = {
            "parameters": _checked(self, self.parameters, {p.name: p for p in self.neuron.parameters}, faults),
            "initial": _checked(self, self.initial, {v: v for v in self.neuron.variables}, faults, what="initial"),
        }
        if faults:
            raise InputError(faults)
        for name, value in checked.items():
            object.__setattr__(self, name, value)

    def select(self, text: str) -> Indices | slice:
        """Return the neurons that a selection names: labels, groups, indices and slices, joined by commas.

        Raises
        ------
        InputError
            Nothing answers to a name, or an index is out of range.

        Examples
        --------
        ``0:100``, ``5``, ``ASHL, ASHR``, ``sensory``.
        """
        parts: list[Indices] = []
        whole = re.fullmatch(r"\s*(\d*)\s*:\s*(\d*)\s*", text)
        if whole:
            start, stop = int(whole[1] or 0), int(whole[2] or self.size)
            if not start < stop <= self.size:
                raise InputError(f"'{self.name}[{text}]' selects outside its {self.size} neurons")
            return slice(start, stop)
        index = {label: i for i, label in enumerate(self.labels)}
        for part in (p.strip() for p in text.split(",")):
            if part in self.groups:
                parts.append(np.asarray(self.groups[part], dtype=np.int32))
            elif part in index:
                parts.append(np.array([index[part]], dtype=np.int32))
            elif part.isdecimal() and int(part) < self.size:
                parts.append(np.array([int(part)], dtype=np.int32))
            else:
                hint = suggest(part, [*self.groups, *self.labels], noun="neuron and group")
                raise InputError(f"'{self.name}' has no neuron or group '{part}'", hint=hint)
        return np.unique(np.concatenate(parts)).astype(np.int32)


def _checked(
    population: Population,
    given: Mapping[str, Any],
    known: Mapping[str, Any],
    faults: list[Fault],
    what: str = "parameter",
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    dims = population.neuron.dimensions
    plural = "parameters" if what == "parameter" else "initial"
    for name, value in given.items():
        path = f"{plural}.{name}"
        if name not in known:
            noun = "parameter" if what == "parameter" else "state variable"
            message = f"neuron '{population.neuron.name}' has no {noun} '{name}'"
            if what == "parameter" and name in population.neuron.variables:
                message += " (it is a state variable: set it under 'initial')"
            faults.append(Fault(message, path=path, hint=suggest(name, known, noun=noun)))
            continue
        try:
            expression = what == "initial" and isinstance(value, str) and not _quantity(value)
            out[name] = value if expression else as_value(value, dims[name])
            if isinstance(out[name], Values) and len(out[name]) != population.size:
                faults.append(Fault(f"{len(out[name])} values for {population.size} neurons", path=path))
        except InputError as error:
            faults += [Fault(f.message, path=path, hint=f.hint) for f in error.faults]
    return out


def _quantity(text: str) -> bool:
    try:
        Quantity.parse(text)
    except InputError:
        return False
    return True


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Projection:
    """Synapses from one population to another.

    Attributes
    ----------
    source, target
        Names of populations, with an optional selection: ``V1.L4e``, ``brain[sensory]``.
    connector
        Which neurons are connected.
    weight
        Weight of each synapse, in the unit its receptor wants.
    delay
        Delay of each synapse; None is one time step.
    receptor
        The receptor of the target it ends on.
    rules
        Short- and long-term plasticity, in order.
    name
        Unique; made from the ends if empty.
    origin
        Where it was described, for messages.
    """

    source: str
    target: str
    connector: Connector
    weight: Value
    delay: Value | None = None
    receptor: str = ""
    rules: tuple[LearningRule, ...] = ()
    name: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", as_value(self.weight, path="weight"))
        if self.delay is not None:
            delay = as_value(self.delay, TIME, path="delay")
            if not isinstance(delay, Quantity) and support(delay)[0] < 0:
                raise InputError(
                    f"delays may be drawn down to {support(delay)[0]:g} s",
                    path="delay",
                    hint="Truncate the distribution: low: one time step",
                )
            if isinstance(delay, Quantity) and delay.si < 0:
                raise InputError(f"delay {delay} is negative", path="delay")
            object.__setattr__(self, "delay", delay)


_SELECTION = re.compile(r"(?P<path>[^\[\]]+)(?:\[(?P<selection>[^\[\]]+)\])?")


def split_address(text: str) -> tuple[str, str]:
    """Split ``V1.L4e[0:10]`` into the population's name and the selection (empty for all).

    >>> split_address("brain[ASHL, ASHR]")
    ('brain', 'ASHL, ASHR')
    """
    match = _SELECTION.fullmatch(text.strip())
    if match is None:
        raise InputError(f"'{text}' is not a population", hint="Write it as name, region.name or name[selection]")
    return match["path"].strip(), (match["selection"] or "").strip()


def matching(address: str, names: Sequence[str]) -> list[str]:
    """Return the populations of `names` that an address means: itself, or all of a region; empty if none.

    >>> matching("V1", ["V1.E", "V1.I", "V2.E"])
    ['V1.E', 'V1.I']
    """
    if address in names:
        return [address]
    return [name for name in names if name.startswith(f"{address}.")]
