"""Graphs from what a script or a definition holds itself: a matrix, or a list of edges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from braincore.data.edges import matrix_edges
from braincore.data.graphs import Reading, edges_to_graph
from braincore.data.matrices import Matrix
from braincore.errors import InputError, UnknownNameError, suggest
from braincore.units import LENGTH, TIME, Quantity

if TYPE_CHECKING:
    import networkx as nx


def matrix_to_graph(
    weights: Any, names: Sequence[str], lengths: Any = None, *, unit: str = "mm", rows: str = "source"
) -> nx.MultiDiGraph:
    """Make a graph of a square matrix; a zero is no connection.

    Parameters
    ----------
    weights
        Array of n x n.
    names
        The n names.
    lengths
        Tract lengths, n x n.
    unit
        The unit of `lengths`.
    rows
        Whether row i holds the connections from i (``"source"``) or those to i (``"target"``).
    """
    if rows not in ("source", "target"):
        raise InputError(f"rows='{rows}'", hint=suggest(str(rows), ["source", "target"]))
    labels = tuple(str(name) for name in names)
    table = matrix_edges(_matrix(weights, labels, "weights"), rows)  # type: ignore[arg-type]
    if lengths is not None:
        values = _matrix(lengths, labels, "lengths").values
        at = (table.pre, table.post) if rows == "source" else (table.post, table.pre)
        table = replace(table, attributes={**table.attributes, "length": values[at]})
    return edges_to_graph(table, reading=Reading(length_unit=unit))


def _matrix(values: Any, names: tuple[str, ...], what: str) -> Matrix:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2:
        raise InputError(f"{what} have shape {array.shape}", hint="They must be n x n")
    if np.isinf(array).any():
        raise InputError(f"{what} hold an infinite number")
    return Matrix(values=array, rows=names, columns=names, where=what)


def list_to_graph(
    edges: Iterable[Sequence[Any]], nodes: Iterable[str] | Mapping[str, Mapping[str, Any]] | None = None
) -> nx.MultiDiGraph:
    """Make a graph of a list of edges.

    Parameters
    ----------
    edges
        ``(source, target)``, ``(source, target, weight)`` or ``(source, target, {attribute: value})``; ``length`` and
        ``delay`` are quantities (``"12 mm"``).
    nodes
        The regions in order, or a mapping to their attributes. If given, edges to others are an error; if None, the
        regions are those that edges name.
    """
    import networkx as nx

    attributes = node_attributes(nodes)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from((name, dict(data)) for name, data in attributes.items())
    for number, edge in enumerate(edges):
        path = f"edges.{number}"
        source, target, data = _edge(edge, path)
        for end in (source, target):
            if nodes is not None and end not in attributes:
                raise UnknownNameError(
                    f"unknown region '{end}'", path=path, hint=suggest(end, attributes, noun="region")
                )
        key = graph.new_edge_key(source, target)
        graph.add_edges_from([(source, target, key, data)])  # add_edge would take an attribute called `key` for it
    return graph


def node_attributes(nodes: Iterable[str] | Mapping[str, Mapping[str, Any]] | None) -> dict[str, Mapping[str, Any]]:
    """Return names and attributes of nodes given as a list of names or as a mapping."""
    if isinstance(nodes, Mapping):
        return {str(name): data for name, data in nodes.items()}
    listed = [str(name) for name in nodes or ()]
    if len(set(listed)) != len(listed):
        twice = next(name for name in listed if listed.count(name) > 1)
        raise InputError(f"two regions are called '{twice}'", path="nodes", hint="Names must differ")
    return {name: {} for name in listed}


def _edge(edge: Sequence[Any], path: str) -> tuple[str, str, dict[str, Any]]:
    """Return the ends of an edge and its attributes, lengths and delays in SI."""
    if isinstance(edge, str) or not 2 <= len(edge) <= 3:
        raise InputError(f"{edge!r} is not an edge", path=path, hint="Write (source, target, weight or attributes)")
    data = edge[2] if len(edge) == 3 else {}
    data = dict(data) if isinstance(data, Mapping) else {"weight": data}
    for name, dimension in (("length", LENGTH), ("delay", TIME)):
        if name in data:
            try:
                data[name] = Quantity.of(data[name], dimension).si
            except InputError as error:
                fault = error.faults[0]
                raise type(error)(fault.message, path=f"{path}.{name}", hint=fault.hint) from None
    return str(edge[0]), str(edge[1]), data
