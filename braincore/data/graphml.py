"""GraphML in and out. A file is scanned before it is parsed: no document types, no entities, nothing lost silently."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from braincore.data.files import read_bytes, reading, write_atomically
from braincore.data.graphs import Reading, check_names, settle
from braincore.data.locate import as_file
from braincore.errors import InputError, suggest

if TYPE_CHECKING:
    import networkx as nx

MAX_GRAPHML = 2**30
_MAX_DEPTH = 16


def read_graphml(
    path: str | Path,
    *,
    names: str | None = None,
    weight: str | None = None,
    length: str | None = None,
    length_unit: str | None = None,
    nan: str = "error",
    zero_length: str = "keep",
    self_connections: str = "keep",
) -> nx.MultiDiGraph:
    """Read a GraphML file (also ``.gz``) as a connectome.

    Parameters
    ----------
    path
        The file.
    names
        The node attribute that holds the names; the nodes' ids if None.
    weight, length, length_unit, nan, zero_length, self_connections
        As in `braincore.data.graphs.Reading`.

    Returns
    -------
    networkx.MultiDiGraph
        An undirected file gives two edges for each of its own.

    Raises
    ------
    InputError
        Not XML or not GraphML, it declares a document type or entities, an edge leads to a node that is not there,
        ids are repeated, or it nests graphs or has hyperedges.
    """
    import networkx as nx

    how = Reading(
        weight=weight,
        length=length,
        length_unit=length_unit,
        nan=nan,  # type: ignore[arg-type]
        zero_length=zero_length,  # type: ignore[arg-type]
        self_connections=self_connections,  # type: ignore[arg-type]
    )
    file = as_file(path, MAX_GRAPHML)
    where = str(file)
    content = read_bytes(file, MAX_GRAPHML)
    scan = _Scan(where)
    scan.run(content)
    with reading(where, "a GraphML file"):
        try:
            graph = nx.read_graphml(io.BytesIO(content), node_type=str, force_multigraph=True)
        except nx.NetworkXException as error:
            raise ValueError(str(error)) from None
    _check_complete(graph, scan, where)
    _apply_defaults(graph)
    directed = graph if graph.is_directed() else graph.to_directed()
    result = nx.MultiDiGraph()
    result.add_nodes_from(directed.nodes(data=True))
    result.add_edges_from(directed.edges(keys=True, data=True))
    result = _renamed(result, names, where)
    return settle(result, how, where)


class _Scan:
    """One pass of expat over the bytes, before anything else sees them."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.depth = 0
        self.graphs = 0
        self.edges = 0
        self.nodes: set[str] = set()
        self.ends: set[str] = set()

    def run(self, content: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        with reading(self.where, "XML"):
            try:
                parser.Parse(content, True)
            except expat.ExpatError as error:
                raise ValueError(str(error)) from None
        if self.graphs == 0:
            raise InputError("is not a GraphML file: it holds no graph", where=self.where)
        unknown = sorted(self.ends - self.nodes)
        if unknown:
            raise InputError(
                f"an edge leads to the node '{unknown[0]}', which is not there",
                where=self.where,
                hint=suggest(unknown[0], self.nodes, noun="node"),
            )

    def _doctype(self, *_: Any) -> None:
        raise InputError("declares a document type", where=self.where, hint="Delete the <!DOCTYPE ...> declaration")

    def _entity(self, *_: Any) -> None:
        raise InputError("declares an entity", where=self.where, hint="Delete the <!ENTITY ...> declarations")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        tag = tag.rpartition(":")[2]
        if self.depth > _MAX_DEPTH:
            raise InputError(f"nests deeper than {_MAX_DEPTH} elements", where=self.where)
        if tag == "graph":
            self.graphs += 1
            if self.graphs > 1:
                raise InputError("holds several or nested graphs", where=self.where, hint="Keep one graph in a file")
        elif tag == "hyperedge":
            raise InputError("holds a hyperedge", where=self.where, hint="Edges join two nodes")
        elif tag == "node":
            node = attributes.get("id", "")
            if node in self.nodes:
                raise InputError(f"two nodes have the id '{node}'", where=self.where)
            self.nodes.add(node)
        elif tag == "edge":
            self.edges += 1
            self.ends.update((attributes.get("source", ""), attributes.get("target", "")))

    def _end(self, _: str) -> None:
        self.depth -= 1


def _check_complete(graph: Any, scan: _Scan, where: str) -> None:
    """Compare what was parsed with what was scanned: parallel edges of one id would replace each other."""
    if graph.number_of_nodes() != len(scan.nodes):
        raise InputError(f"{len(scan.nodes)} nodes became {graph.number_of_nodes()}", where=where)
    if graph.number_of_edges() != scan.edges:
        raise InputError(
            f"{scan.edges - graph.number_of_edges()} edges between the same nodes have the same id", where=where
        )


def _apply_defaults(graph: Any) -> None:
    for name, value in graph.graph.get("node_default", {}).items():
        for _, data in graph.nodes(data=True):
            data.setdefault(name, value)
    for name, value in graph.graph.get("edge_default", {}).items():
        for _, _, data in graph.edges(data=True):
            data.setdefault(name, value)


def _renamed(graph: nx.MultiDiGraph, attribute: str | None, where: str) -> nx.MultiDiGraph:
    import networkx as nx

    if attribute is None:
        check_names(graph, where)
        return graph
    lacking = [node for node, data in graph.nodes(data=True) if attribute not in data]
    if lacking:
        known = {name for _, data in graph.nodes(data=True) for name in data}
        raise InputError(f"node '{lacking[0]}' has no '{attribute}'", where=where, hint=suggest(attribute, known))
    names = check_names((data.pop(attribute) for _, data in graph.nodes(data=True)), where)
    return nx.relabel_nodes(graph, dict(zip(list(graph), names, strict=True)))


def write_graphml(graph: nx.MultiDiGraph, path: str | Path) -> None:
    """Write a connectome as GraphML, whole or not at all; `read_graphml` gives the same graph back.

    Lengths and delays are written with their units (``length_m``, ``delay_s``), positions as ``x_mm``, ``y_mm`` and
    ``z_mm``.

    Raises
    ------
    ResultsError
        The file cannot be written.
    """
    import networkx as nx

    plain = nx.MultiDiGraph()
    for name, data in graph.nodes(data=True):
        data = dict(data)
        position = data.pop("position", None)
        if position is not None:
            data |= dict(zip(("x_mm", "y_mm", "z_mm"), position, strict=True))
        plain.add_node(name, **data)
    renamed = {"length": "length_m", "delay": "delay_s"}
    for source, target, key, data in graph.edges(keys=True, data=True):
        plain.add_edge(source, target, key)
        plain.edges[source, target, key].update({renamed.get(name, name): value for name, value in data.items()})
    stream = io.BytesIO()
    nx.write_graphml_xml(plain, stream)
    write_atomically(Path(path), stream.getvalue())
