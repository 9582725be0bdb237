"""The one form in which every reader hands over a connectome, and the checks that bring a graph into it.

A connectome is a `networkx.MultiDiGraph`. Its nodes are names (text). Node attributes are plain values, and
``position`` (x, y, z in mm) where the file has one. Edges go from source to target; ``weight`` is the connection
strength in the file's own unit, ``length`` is in metres, ``delay`` in seconds, and every other attribute keeps its
name. Units are told by the caller or by a suffix of the attribute's name (``_mm``, ``_ms``), never guessed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from braincore.data.edges import EdgeTable
from braincore.data.tables import NanRule
from braincore.errors import InputError, UnitError, suggest
from braincore.units import LENGTH, TIME, describe, parse_unit

if TYPE_CHECKING:
    import networkx as nx

MAX_EDGES = 4_000_000
"""More edges than this do not become a graph (about 1 kB each): `read_edges` holds them in arrays."""

_LENGTHS = ("length", "tract_length", "tract_lengths", "fibre_length", "fiber_length", "distance")
_DELAYS = ("delay",)
_SUFFIXES = {
    LENGTH: {"_m": 1.0, "_cm": 1e-2, "_mm": 1e-3, "_um": 1e-6},
    TIME: {"_s": 1.0, "_ms": 1e-3},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """How edge attributes are read; the options that all formats share.

    Attributes
    ----------
    weight
        The attribute that becomes ``weight``. If None: ``weight`` itself, else the only other number there is.
    length
        The attribute that becomes ``length``. If None: the first of length, tract_length, fibre_length and distance
        with a unit as suffix (``length_mm``).
    length_unit
        The unit of `length`, if its name has none.
    nan
        ``"error"``, or ``"absent"``: an edge whose weight is NaN is no edge, and another attribute that is NaN is left
        out.
    zero_length
        ``"keep"``, or ``"missing"`` where the file writes 0 for tracts that were not measured.
    self_connections
        ``"keep"`` or ``"drop"``.
    """

    weight: str | None = None
    length: str | None = None
    length_unit: str | None = None
    nan: NanRule = "error"
    zero_length: Literal["keep", "missing"] = "keep"
    self_connections: Literal["keep", "drop"] = "keep"

    def __post_init__(self) -> None:
        allowed = {"nan": ("error", "absent"), "zero_length": ("keep", "missing"), "self_connections": ("keep", "drop")}
        for name, choices in allowed.items():
            value = getattr(self, name)
            if value not in choices:
                raise InputError(f"{name}={value!r}", hint=f"Allowed: {', '.join(choices)}")
        if self.length_unit is not None:
            unit_factor(self.length_unit, LENGTH)


def unit_factor(unit: str, dimension: Any) -> float:
    """Return the factor from `unit` to SI, checked against a dimension."""
    factor, found = parse_unit(unit)
    if found != dimension:
        raise UnitError(f"'{unit}' is {describe(found)}", hint=f"Expected {describe(dimension)}")
    return factor


def check_names(names: Iterable[Any], where: str = "") -> tuple[str, ...]:
    """Return names as text; refuse empty, unprintable, overlong and repeated ones."""
    seen: dict[str, None] = {}
    for given in names:
        name = str(given)
        if not name.strip() or name != name.strip():
            raise InputError(
                f"{name!r} is not a name", where=where, hint="Names are not empty and have no blanks around"
            )
        if not name.isprintable() or len(name) > 256:
            raise InputError(f"{name[:40]!r} is not a name", where=where, hint="At most 256 printable characters")
        if name in seen:
            raise InputError(f"two regions are called '{name}'", where=where, hint="Names must differ")
        seen[name] = None
    return tuple(seen)


def number_repeats(names: Sequence[str]) -> list[str]:
    """Tell repeated names apart: a, b, a becomes a-1, b, a-2."""
    total, seen = Counter(names), Counter[str]()
    result = []
    for name in names:
        seen[name] += 1
        result.append(f"{name}-{seen[name]}" if total[name] > 1 else name)
    return result


def edges_to_graph(
    table: EdgeTable,
    *,
    nodes: Mapping[str, Mapping[str, Any]] | None = None,
    reading: Reading | None = None,
    where: str = "",
) -> nx.MultiDiGraph:
    """Make the graph of an edge table.

    Parameters
    ----------
    table
        The edges; parallel ones are kept.
    nodes
        Attributes of nodes, by name.
    reading
        How attributes are read.
    where
        The file, for messages.
    """
    import networkx as nx

    if len(table) > MAX_EDGES:
        raise InputError(f"{len(table):,} edges are too many for a graph", where=where, hint="Use read_edges")
    names = check_names(table.ids.tolist(), where)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from((name, dict((nodes or {}).get(name, {}))) for name in names)
    keys = list(table.attributes)
    columns = [table.attributes[key].tolist() for key in keys]
    ends = zip(table.pre.tolist(), table.post.tolist(), strict=True)
    values = zip(*columns, strict=True) if columns else iter([()] * len(table))
    graph.add_edges_from(
        (names[pre], names[post], dict(zip(keys, row, strict=True)))
        for (pre, post), row in zip(ends, values, strict=True)
    )
    return settle(graph, reading or Reading(), where)


def settle(graph: nx.MultiDiGraph, reading: Reading, where: str = "") -> nx.MultiDiGraph:
    """Bring the attributes of a graph into the common form, in place, and return it.

    Raises
    ------
    InputError
        An attribute is not a plain finite value, several could be the weight, a length is negative or has no unit.
    """
    for name, data in graph.nodes(data=True):
        _settle_node(data, reading.nan, f"node '{name}'", where)
    if reading.self_connections == "drop":
        graph.remove_edges_from([(u, v, k) for u, v, k in graph.edges(keys=True) if u == v])
    known = _attribute_kinds(graph, where)
    length = _quantity(known, _LENGTHS, LENGTH, reading.length, reading.length_unit, where)
    delay = _quantity(known, _DELAYS, TIME, None, None, where)
    weight = _weight_name(known, reading.weight, where)
    drop = []
    for source, target, key, data in graph.edges(keys=True, data=True):
        edge = f"edge '{source}' to '{target}'"
        for name in [name for name, value in data.items() if isinstance(value, float) and not math.isfinite(value)]:
            if reading.nan == "error" or math.isinf(data[name]):
                hint = "" if math.isinf(data[name]) else "Say nan='absent' if that means no connection"
                raise InputError(f"{edge}: {name} is {data[name]}", where=where, hint=hint)
            del data[name]
            if name == weight:
                drop.append((source, target, key))
        if weight is not None and weight in data:
            data["weight"] = data[weight]
        _convert(data, "length", length, edge, where)
        _convert(data, "delay", delay, edge, where)
        if data.get("length") == 0 and reading.zero_length == "missing" and source != target:
            del data["length"]
    graph.remove_edges_from(drop)
    return graph


def check_graph(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """Check that a graph is in the common form: names, plain finite values, lengths and delays not negative.

    Raises
    ------
    InputError
        It is not.
    """
    import networkx as nx

    names = check_names(graph)
    if any(not isinstance(node, str) for node in graph):
        graph = nx.relabel_nodes(graph, dict(zip(graph, names, strict=True)))
    for name, data in graph.nodes(data=True):
        _settle_node(data, "error", f"node '{name}'", "")
    known = _attribute_kinds(graph, "")
    for name in ("weight", "length", "delay"):
        if known.get(name) is False:
            raise InputError(f"'{name}' is not a number on every edge")
    for source, target, data in graph.edges(data=True):
        for name, value in data.items():
            bad = isinstance(value, float) and not math.isfinite(value)
            if bad or (name in ("length", "delay") and value < 0):
                raise InputError(f"edge '{source}' to '{target}': {name} is {value}")
    return graph


def _settle_node(data: dict[str, Any], nan: NanRule, node: str, where: str) -> None:
    for name, value in list(data.items()):
        if isinstance(value, np.generic):
            data[name] = value = value.item()
        if name == "position":
            continue
        if not isinstance(value, (str, int, float, bool)):
            raise InputError(
                f"{node}: {name} is {value!r}", where=where, hint="Attributes are numbers, text or true/false"
            )
        if isinstance(value, float) and not math.isfinite(value):
            if nan == "error" or math.isinf(value):
                raise InputError(f"{node}: {name} is {value}", where=where)
            del data[name]
    for suffix, factor in _SUFFIXES[LENGTH].items():
        axes = [f"{axis}{suffix}" for axis in "xyz"]
        if all(isinstance(data.get(axis), (int, float)) for axis in axes):
            data["position"] = [data.pop(axis) * (1.0 if suffix == "_mm" else factor * 1e3) for axis in axes]
    if "position" in data:
        place = tuple(float(x) for x in data["position"])
        if len(place) != 3 or not all(math.isfinite(x) for x in place):
            raise InputError(f"{node}: position is {data['position']!r}", where=where, hint="It is x, y, z in mm")
        data["position"] = place


def _attribute_kinds(graph: nx.MultiDiGraph, where: str) -> dict[str, bool]:
    """Return the names of all edge attributes, and whether each is a number on every edge that has it."""
    known: dict[str, bool] = {}
    for source, target, data in graph.edges(data=True):
        for name, value in data.items():
            if isinstance(value, np.generic):
                data[name] = value = value.item()
            if not isinstance(value, (str, int, float, bool)):
                raise InputError(f"edge '{source}' to '{target}': {name} is {value!r}", where=where)
            known[name] = known.get(name, True) and isinstance(value, (int, float)) and not isinstance(value, bool)
    return known


def _quantity(
    known: Mapping[str, bool], stems: Sequence[str], dimension: Any, chosen: str | None, unit: str | None, where: str
) -> tuple[str, float] | None:
    """Return the attribute that holds a length or a delay, and its factor to SI."""
    suffixes = _SUFFIXES[dimension]
    if chosen is not None:
        return chosen, _told_factor(known, chosen, unit, dimension, where)
    for stem in stems:
        found = [(stem + suffix, factor) for suffix, factor in suffixes.items() if known.get(stem + suffix, False)]
        if found:  # the SI unit comes first: it is what this library writes
            return found[0]
        if known.get(stem, False) and (unit is not None or stem == stems[0]):
            if unit is None:
                raise InputError(
                    f"the unit of '{stem}' is not told",
                    where=where,
                    hint=f"Name it '{stem}_{'mm' if dimension == LENGTH else 'ms'}'"
                    + (", or say length_unit='mm'" if dimension == LENGTH else ""),
                )
            return stem, unit_factor(unit, dimension)
    return None


def _told_factor(known: Mapping[str, bool], chosen: str, unit: str | None, dimension: Any, where: str) -> float:
    """Return the factor to SI of an attribute that the caller named: from `unit`, or from its suffix."""
    if not known.get(chosen, False):
        numbers = [name for name, is_number in known.items() if is_number]
        raise InputError(f"no edge has a number '{chosen}'", where=where, hint=suggest(chosen, numbers))
    suffixed = next((f for suffix, f in _SUFFIXES[dimension].items() if chosen.endswith(suffix)), None)
    told = None if unit is None else unit_factor(unit, dimension)
    factor = suffixed if told is None else told
    if factor is None:
        raise InputError(f"the unit of '{chosen}' is not told", where=where, hint="Say length_unit='mm'")
    if suffixed is not None and factor != suffixed:
        raise InputError(f"'{chosen}' is not in {unit}", where=where)
    return factor


def _weight_name(known: Mapping[str, bool], chosen: str | None, where: str) -> str | None:
    numbers = [name for name, is_number in known.items() if is_number]
    if chosen is not None:
        if chosen not in numbers:
            raise InputError(f"no edge has a number '{chosen}'", where=where, hint=suggest(chosen, numbers))
        return chosen
    if "weight" in known:
        if "weight" not in numbers:
            raise InputError("'weight' is not a number on every edge", where=where)
        return "weight"
    measures = [name for name in numbers if not _is_measure(name)]
    if len(measures) > 1:
        raise InputError(
            f"which is the weight: {', '.join(measures[:10])}?", where=where, hint=f"Say weight='{measures[0]}'"
        )
    return measures[0] if measures else None


def _is_measure(name: str) -> bool:
    stems = {*_LENGTHS, *_DELAYS}
    units = [suffix for suffixes in _SUFFIXES.values() for suffix in suffixes]
    return name in stems or any(name.removesuffix(suffix) in stems for suffix in units)


def _convert(data: dict[str, Any], name: str, source: tuple[str, float] | None, edge: str, where: str) -> None:
    """Store a length or a delay in SI under its common name; the attribute this library writes is dropped."""
    if source is None or source[0] not in data:
        return
    attribute, factor = source
    value = float(data[attribute])
    if value < 0:
        raise InputError(f"{edge}: {attribute} is {value:g}", where=where, hint="It cannot be negative")
    if attribute == f"{name}{'_m' if name == 'length' else '_s'}":
        del data[attribute]
    data[name] = value if factor == 1.0 else value * factor
