"""Populations, the projections between them, and how parts of them are addressed."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from braincore.errors import Fault, InputError, suggest
from braincore.model.blame import blamed
from braincore.model.connectors import Connector, Indices
from braincore.model.initial import initial_faults, is_expression
from braincore.model.neuron import NeuronModel
from braincore.model.synapse import LearningRule
from braincore.model.typed import expect, expect_each, expect_mapping
from braincore.model.values import Distribution, Floats, Value, Values, as_value, support, whole
from braincore.units import LENGTH, TIME, Quantity

MAX_SIZE = 2**31 - 1


def _length(given: Any, path: str) -> Quantity:
    length = Quantity.of(given, LENGTH)
    if length.si <= 0:
        raise InputError(f"{path} {length} is not positive", path=path)
    return length


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
        object.__setattr__(self, "spacing", _length(self.spacing, "spacing"))
        object.__setattr__(self, "shape", tuple(whole(n, "shape of a grid", least=1) for n in self.shape))
        if not 1 <= len(self.shape) <= 3:
            raise InputError(f"a grid of {len(self.shape)} dimensions", path="shape", hint="One to three")

    def check(self, size: int) -> None:
        """Refuse a population that the grid does not hold."""
        if math.prod(self.shape) != size:
            raise InputError(f"a grid of {' x '.join(map(str, self.shape))} does not hold {size} neurons")

    def positions(self, size: int, rng: np.random.Generator) -> Floats:
        """Return the positions in metres, shape (size, dimensions)."""
        self.check(size)
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
        object.__setattr__(self, "extent", tuple(_length(e, "extent") for e in self.extent))
        if not 1 <= len(self.extent) <= 3:
            raise InputError("the extent of a layout has one to three lengths", path="extent")

    def positions(self, size: int, rng: np.random.Generator) -> Floats:
        """Return the positions in metres, shape (size, dimensions)."""
        found: Floats = rng.random((size, len(self.extent))) * np.array([e.si for e in self.extent])
        return found


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Positions:
    """Neurons at given positions, in metres, shape (n, dimensions)."""

    metres: Floats

    def __post_init__(self) -> None:
        array = np.array(self.metres, dtype=np.float64)
        if array.ndim != 2 or not 1 <= array.shape[1] <= 3 or not np.isfinite(array).all():
            hint = "One row of one to three finite numbers for each neuron"
            raise InputError(f"positions of shape {array.shape}", hint=hint)
        array.setflags(write=False)
        object.__setattr__(self, "metres", array)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Positions) and np.array_equal(self.metres, other.metres)

    def __hash__(self) -> int:
        return hash(self.metres.tobytes())

    def check(self, size: int) -> None:
        """Refuse a population of another size."""
        if len(self.metres) != size:
            raise InputError(f"{len(self.metres)} positions for {size} neurons")

    def positions(self, size: int, rng: np.random.Generator) -> Floats:
        """Return the positions in metres, shape (size, dimensions)."""
        self.check(size)
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
        _check_name(self.name)
        size = whole(self.size, f"size of population '{self.name}'", least=1)
        if size > MAX_SIZE:
            raise InputError(f"size of population '{self.name}' is {size}", hint=f"At most {MAX_SIZE}")
        _check_types(self)
        if self.sign not in ("", "excitatory", "inhibitory"):
            raise InputError(f"sign '{self.sign}'", path="sign", hint="Allowed: excitatory, inhibitory")
        object.__setattr__(self, "size", size)
        faults: list[Fault] = []
        object.__setattr__(self, "labels", tuple(self.labels))
        faults += _label_faults(self.labels, size)
        object.__setattr__(self, "groups", _groups(self.groups, size, faults))
        if isinstance(self.layout, Grid | Positions):
            with blamed(faults, "layout"):
                self.layout.check(size)
        object.__setattr__(self, "parameters", _parameters(self, faults))
        object.__setattr__(self, "initial", _initial(self, faults))
        if faults:
            raise InputError(faults)

    def select(self, text: str) -> Indices | slice:
        """Return the neurons that a selection names: labels, groups, indices and slices, joined by commas.

        They come in the order of the selection, each once.

        Raises
        ------
        InputError
            Nothing answers to a name, or an index is out of range.

        Examples
        --------
        ``0:100``, ``5``, ``ASHL, ASHR``, ``sensory``, ``0:10, 20:30``.
        """
        index = {label: i for i, label in enumerate(self.labels)}
        parts = [self._part(part.strip(), index) for part in text.split(",")]
        if len(parts) == 1 and isinstance(parts[0], slice):
            return parts[0]
        found = np.concatenate([np.arange(p.start, p.stop) if isinstance(p, slice) else p for p in parts])
        _, first = np.unique(found, return_index=True)
        return found[np.sort(first)].astype(np.int32)

    def _part(self, part: str, index: Mapping[str, int]) -> Indices | slice:
        if part in self.groups:
            return self.groups[part]
        if part in index:
            return np.array([index[part]], dtype=np.int32)
        span = re.fullmatch(r"(\d*)\s*:\s*(\d*)", part, re.ASCII)
        if span:
            start, stop = int(span[1] or 0), int(span[2] or self.size)
            if start < stop <= self.size:
                return slice(start, stop)
            raise InputError(f"'{self.name}[{part}]' selects nothing of its {self.size} neurons, or beyond them")
        if re.fullmatch(r"\d+", part, re.ASCII) and int(part) < self.size:
            return np.array([int(part)], dtype=np.int32)
        hint = suggest(part, [*self.groups, *self.labels], noun="neuron and group")
        raise InputError(f"'{self.name}' has no neuron or group '{part}'", hint=hint)


def _check_types(population: Population) -> None:
    """Refuse fields of another type."""
    hint = "A NeuronModel, or the name of one of the library"
    expect(population.neuron, NeuronModel, "the neuron", hint, path="neuron")
    expect_mapping(population.parameters, "parameters", "Such as {'tau_m': '10 ms'}", path="parameters")
    expect_mapping(population.initial, "initial", "Such as {'v': '-65 mV'}", path="initial")
    expect_mapping(population.groups, "groups", "Such as {'sensory': [0, 1, 2]}", path="groups")
    expect_mapping(population.tags, "tags", "Such as {'layer': '4'}", path="tags")
    expect_each(population.labels, (str, int), "labels", "Names of the neurons", path="labels")
    expect(
        population.layout,
        (Grid, Scatter, Positions, type(None)),
        "the layout",
        "A Grid, Scatter or Positions",
        path="layout",
    )


def _check_name(name: str) -> None:
    if not isinstance(name, str) or not name.strip() or name != name.strip() or set(name) & set("[]"):
        raise InputError(f"'{name}' is not a name of a population", hint="Text without brackets, such as V1.L4e")
    if name == "all":
        raise InputError("a population cannot be called 'all'", hint="'all' means every population")


def _label_faults(labels: Sequence[str], size: int) -> list[Fault]:
    faults = []
    if labels and len(labels) != size:
        faults.append(Fault(f"{len(labels)} labels for {size} neurons", path="labels"))
    if len(set(labels)) != len(labels):
        twice = next(label for label, n in Counter(labels).items() if n > 1)
        faults.append(Fault(f"label '{twice}' is given twice", path="labels"))
    return faults


def _groups(given: Mapping[str, Any], size: int, faults: list[Fault]) -> dict[str, Indices]:
    found: dict[str, Indices] = {}
    for name, members in given.items():
        array = np.asarray(members)
        if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
            faults.append(Fault("a group is a row of neuron indices", path=f"groups.{name}"))
        elif array.size and not (int(array.min()) >= 0 and int(array.max()) < size):
            wrong = int(array.min() if array.min() < 0 else array.max())
            faults.append(Fault(f"neuron {wrong} of {size} neurons", path=f"groups.{name}"))
        else:
            found[name] = array.astype(np.int32)
            found[name].setflags(write=False)
    return found


def _parameters(population: Population, faults: list[Fault]) -> dict[str, Value]:
    neuron, found = population.neuron, {}
    known = [p.name for p in neuron.parameters]
    for name, value in population.parameters.items():
        path = f"parameters.{name}"
        if name in known:
            with blamed(faults, path):
                found[name] = _sized(as_value(value, neuron.parameter(name).dimension), population.size)
            continue
        message = f"neuron '{neuron.name}' has no parameter '{name}'"
        if name in neuron.variables:
            message += " (it is a state variable: set it under 'initial')"
        faults.append(Fault(message, path=path, hint=suggest(name, known, noun="parameter")))
    return found


def _initial(population: Population, faults: list[Fault]) -> dict[str, Value | str]:
    neuron, given = population.neuron, population.initial
    wrong = initial_faults(neuron, {**neuron.initial, **given})
    faults += wrong
    found: dict[str, Value | str] = {}
    for name, value in ({} if wrong else given).items():
        with blamed(faults, f"initial.{name}"):
            dimension = neuron.dimensions[name]
            found[name] = value if is_expression(value) else _sized(as_value(value, dimension), population.size)
    return found


def _sized(value: Value, size: int) -> Value:
    if isinstance(value, Values) and len(value) != size:
        raise InputError(f"{len(value)} values for {size} neurons")
    return value


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
        Delay of each synapse, at least one time step; None is none: a spike acts at the end of its own step, and is
        felt in the next.
    receptor
        The receptor of the target it ends on.
    rules
        Short- and long-term plasticity, in order.
    bounds
        The weakest and the strongest weight that long-term plasticity may reach, in either order: of weights below
        zero the strongest is the lowest. None is no bound, for rules that need none.
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
    bounds: tuple[Quantity, Quantity] | None = None
    name: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        hint = "A connection rule, such as AllToAll() or FixedProbability(p=0.1)"
        expect(self.connector, Connector, "the connector", hint, path="connect")
        hint = "Learning rules, such as learning_rules.get('stdp_pair')"
        object.__setattr__(self, "rules", expect_each(self.rules, LearningRule, "rules", hint, path="rules"))
        for name in ("receptor", "name"):
            expect(getattr(self, name), str, f"the {name}", "Text", path=name)
        object.__setattr__(self, "weight", as_value(self.weight, path="weight"))
        if self.delay is not None:
            object.__setattr__(self, "delay", _delay(self.delay))
        if self.bounds is not None:
            object.__setattr__(self, "bounds", weight_bounds(self.bounds))


def weight_bounds(given: Any) -> tuple[Quantity, Quantity]:
    """Return the weakest and the strongest weight, of two quantities in either order.

    Raises
    ------
    InputError, UnitError
        Not two quantities of one dimension, or the same one twice.
    """
    pair = list(given) if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    if len(pair) != 2:
        raise InputError("bounds are two weights", path="bounds", hint="Such as ['0 nS', '1 nS']")
    first = Quantity.of(pair[0])
    low, high = sorted((first, Quantity.of(pair[1], first.dimension)), key=lambda q: q.si)
    if low.si == high.si:
        raise InputError(f"both bounds are {low}", path="bounds", hint="The weakest weight and the strongest")
    return (high, low) if low.si < 0 and high.si <= 0 else (low, high)


def _delay(given: Any) -> Value:
    delay = as_value(given, TIME, path="delay")
    least = support(delay)[0]
    if least >= 0:
        return delay
    if isinstance(delay, Distribution):
        hint = "Truncate the distribution: low: one time step"
        raise InputError(f"delays may be drawn down to {least:g} s", path="delay", hint=hint)
    raise InputError(f"delay {least * 1e3:g} ms is negative", path="delay")


_SELECTION = re.compile(r"(?P<path>[^\[\]]+)(?:\[(?P<selection>[^\[\]]+)\])?")


def split_address(text: str) -> tuple[str, str]:
    """Split ``V1.L4e[0:10]`` into the population's name and the selection (empty for all).

    >>> split_address("brain[ASHL, ASHR]")
    ('brain', 'ASHL, ASHR')
    """
    match = _SELECTION.fullmatch(text.strip()) if isinstance(text, str) else None
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
