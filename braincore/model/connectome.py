"""`Connectome`: the regions of a brain and the tracts between them, with lengths and so with delays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from braincore.errors import InputError, UnknownNameError, suggest
from braincore.model import graph_measures as measures
from braincore.model.measured_graph import Array, MeasuredGraph
from braincore.model.typed import expect
from braincore.units import TIME, VELOCITY, Quantity

if TYPE_CHECKING:
    import networkx as nx

    from braincore.data.edges import EdgeTable


class Connectome(MeasuredGraph):
    """Regions and the directed connections between them, around a `networkx.MultiDiGraph`.

    A connectome is not changed: what thresholds, scales or cuts it returns a new one.

    Parameters
    ----------
    graph
        Any NetworkX graph; it is copied, and an undirected one gets an edge each way. Nodes are names: any text without
        control characters. Edge attributes with a meaning are ``weight``, ``length`` (metres) and ``delay`` (seconds).
    velocity
        Conduction velocity (``"3.5 m/s"``): an edge's delay is length / velocity.
    default_delay
        The delay of edges that have neither a length nor a delay (``"1 ms"``); without it they are an error.

    Raises
    ------
    InputError
        Names are repeated, or a number is not finite, or a length is negative, or the velocity is not positive.

    Examples
    --------
    >>> c = Connectome.from_edges([("V1", "V2", {"weight": 0.7, "length": "9 mm"})], velocity="3 m/s")
    >>> round(c.delay("V1", "V2").si, 6)
    0.003
    """

    __slots__ = ("_default_delay", "_velocity")

    def __init__(self, graph: nx.Graph, *, velocity: Any = None, default_delay: Any = None) -> None:
        import networkx as nx

        from braincore.data.graphs import check_graph

        hint = "A NetworkX graph, or Connectome.from_file, from_matrix or from_edges"
        expect(graph, nx.Graph, "a connectome's graph", hint)
        copy = nx.MultiDiGraph(graph if graph.is_directed() else graph.to_directed())
        self._graph = nx.freeze(check_graph(copy))
        self._velocity = None if velocity is None else Quantity.of(velocity, VELOCITY)
        self._default_delay = None if default_delay is None else Quantity.of(default_delay, TIME)
        if self._velocity is not None and self._velocity.si <= 0:
            raise InputError(f"velocity {self._velocity} is not positive", path="velocity")
        if self._default_delay is not None and self._default_delay.si < 0:
            raise InputError(f"default_delay {self._default_delay} is negative", path="default_delay")

    @classmethod
    def from_file(
        cls, path: str | Path | Sequence[str | Path], *, velocity: Any = None, default_delay: Any = None, **options: Any
    ) -> Connectome:
        """Read a connectome; the formats and their `options` are those of `braincore.data.read_connectome`."""
        from braincore.data.connectomes import read_connectome

        return cls(read_connectome(path, **options), velocity=velocity, default_delay=default_delay)

    @classmethod
    def from_matrix(
        cls,
        weights: Any,
        names: Sequence[str],
        lengths: Any = None,
        *,
        unit: str = "mm",
        rows: Literal["source", "target"] = "source",
        velocity: Any = None,
        default_delay: Any = None,
    ) -> Connectome:
        """Make a connectome of a square matrix, as `braincore.data.inline.matrix_to_graph` does; 0 is no connection.

        Parameters
        ----------
        weights, names
            Array of n x n and the n names.
        lengths, unit
            Tract lengths, n x n, and their unit.
        rows
            Whether row i holds the connections from i (``"source"``) or those to i (``"target"``).
        velocity, default_delay
            As of the class.
        """
        from braincore.data.inline import matrix_to_graph

        graph = matrix_to_graph(weights, names, lengths, unit=unit, rows=rows)
        return cls(graph, velocity=velocity, default_delay=default_delay)

    @classmethod
    def from_edges(
        cls,
        edges: Iterable[Sequence[Any]] | EdgeTable,
        nodes: Iterable[str] | Mapping[str, Mapping[str, Any]] | None = None,
        *,
        velocity: Any = None,
        default_delay: Any = None,
    ) -> Connectome:
        """Make a connectome of a list of edges.

        Parameters
        ----------
        edges
            ``(source, target)``, ``(source, target, weight)`` or ``(source, target, {attribute: value})``; ``length``
            and ``delay`` are quantities (``"12 mm"``). Or an `EdgeTable`, whose lengths tell their unit by their name
            (``length_mm``).
        nodes
            The regions in order, or a mapping to their attributes. If given, edges to others are an error; if None, the
            regions are those that edges name.
        velocity, default_delay
            As of the class.
        """
        from braincore.data.edges import EdgeTable
        from braincore.data.graphs import edges_to_graph
        from braincore.data.inline import list_to_graph, node_attributes

        if isinstance(edges, EdgeTable):
            graph = edges_to_graph(edges, nodes=node_attributes(nodes))
        else:
            graph = list_to_graph(edges, nodes)
        return cls(graph, velocity=velocity, default_delay=default_delay)

    def with_(self, **changes: Any) -> Connectome:
        """Return a copy with another `velocity` or `default_delay`."""
        allowed = {"velocity": self._velocity, "default_delay": self._default_delay}
        for name in changes:
            if name not in allowed:
                raise UnknownNameError(f"a connectome has no '{name}' to change", hint=suggest(name, allowed))
        return Connectome(self._graph, **{**allowed, **changes})

    def _derived(self, graph: nx.MultiDiGraph) -> Connectome:
        return Connectome(graph, velocity=self._velocity, default_delay=self._default_delay)

    @property
    def velocity(self) -> Quantity | None:
        """Conduction velocity."""
        return self._velocity

    @property
    def default_delay(self) -> Quantity | None:
        """Delay of edges without length and delay."""
        return self._default_delay

    def __repr__(self) -> str:
        velocity = "" if self._velocity is None else f", velocity='{self._velocity}'"
        return f"<Connectome: {len(self)} regions, {self._graph.number_of_edges()} edges{velocity}>"

    def delay(self, source: str, target: str, key: Any = 0) -> Quantity:
        """Return the delay of an edge: its own, or length / velocity, or the default."""
        if not self._graph.has_edge(source, target, key):
            for name in (source, target):
                self._known([name])
            raise UnknownNameError(f"there is no edge '{source}' to '{target}'" + (f" ({key!r})" if key else ""))
        return Quantity.from_si(self._delay(self._graph.edges[source, target, key], f"'{source}' to '{target}'"), TIME)

    def delays(self, *, missing: Literal["error", "nan"] = "error") -> Array:
        """Return the delays of all edges in seconds, in the order of `edges`.

        Raises
        ------
        InputError
            An edge has no delay, no length (or there is no velocity), and there is no `default_delay`;
            ``missing="nan"`` gives NaN instead.
        """
        result = np.empty(self._graph.number_of_edges())
        for index, (u, v, data) in enumerate(self._graph.edges(data=True)):
            try:
                result[index] = self._delay(data, f"'{u}' to '{v}'")
            except InputError:
                if missing == "error":
                    raise
                result[index] = np.nan
        return result

    def _delay(self, data: Mapping[str, Any], edge: str) -> float:
        if "delay" in data:
            return float(data["delay"])
        if "length" in data and self._velocity is not None:
            return float(data["length"]) / self._velocity.si
        if self._default_delay is not None:
            return self._default_delay.si
        if "length" in data:
            raise InputError(
                f"edge {edge} has a length but there is no velocity", hint="Give velocity, such as 3.5 m/s"
            )
        raise InputError(f"edge {edge} has no length", hint="Give lengths with their unit, or a default_delay")

    def _known(self, names: Iterable[str]) -> list[str]:
        wanted = list(dict.fromkeys(names))
        for name in wanted:
            if name not in self._graph:
                raise UnknownNameError(f"unknown region '{name}'", hint=suggest(str(name), self.names, noun="region"))
        return wanted

    def _keep(self, keep: Array) -> Connectome:
        graph = self._graph.copy()
        graph.remove_edges_from([edge for edge, stays in zip(self.edges, keep.tolist(), strict=True) if not stays])
        return self._derived(graph)

    def threshold(
        self,
        attribute: str = "weight",
        *,
        above: float | None = None,
        below: float | None = None,
        keep_strongest: int | None = None,
        density: float | None = None,
    ) -> Connectome:
        """Drop edges by one rule; all regions stay.

        Parameters
        ----------
        attribute
            What the rule looks at (``"weight"``, or ``"p"`` for p-values).
        above, below
            Keep edges whose value is strictly above, or strictly below.
        keep_strongest
            Keep so many edges between different regions, those of the largest absolute value; of equal ones the
            earlier. Self-connections stay.
        density
            The same, with ``round(density * n * (n - 1))`` edges.
        """
        rules = {"above": above, "below": below, "keep_strongest": keep_strongest, "density": density}
        return self._keep(measures.chosen(self.values(attribute), *self._indices(), len(self), rules))

    def _scaled(self, attribute: str, values: Array) -> Connectome:
        graph = self._graph.copy()
        for (u, v, key), value in zip(self.edges, values.tolist(), strict=True):
            graph.edges[u, v, key][attribute] = value
        return self._derived(graph)

    def normalise(
        self, by: Literal["target", "source", "max", "total"] = "target", attribute: str = "weight"
    ) -> Connectome:
        """Divide weights by a sum.

        Parameters
        ----------
        by
            ``"target"``: w_ij / sum_k |w_kj|, so that the input of every region sums to 1, as the fraction of labelled
            neurons does (FLN; Markov et al. 2014, Cereb Cortex 24:17-36). ``"source"``: w_ij / sum_k |w_ik|.
            ``"max"``: by the largest absolute weight. ``"total"``: by the sum of all absolute weights.
        attribute
            What is normalised.
        """
        values = measures.normalised(self.values(attribute), *self._indices(), len(self), by)
        return self._scaled(attribute, values)

    def log_scale(self, attribute: str = "weight", *, low: float = 0.1, high: float = 1.0) -> Connectome:
        """Map positive weights, which often span five orders of magnitude, to [low, high] by their logarithm.

        ::

            w' = low + (high - low) (ln w - ln w_min) / (ln w_max - ln w_min)

        and `high` where all weights are equal.
        """
        values = self.values(attribute)
        if (values <= 0).any():
            u, v, _ = self.edges[int(np.argmin(values))]
            raise InputError(
                f"edge '{u}' to '{v}': {attribute} is {values.min():g}", hint="A logarithm needs positive values"
            )
        return self._scaled(attribute, measures.log_scaled(values, low, high))

    def subgraph(self, names: Iterable[str]) -> Connectome:
        """Return the connectome of some regions, in the order given."""
        import networkx as nx

        wanted = self._known(names)
        graph = nx.MultiDiGraph()
        graph.add_nodes_from((name, self._graph.nodes[name]) for name in wanted)
        inside = set(wanted)
        for u, v, key, data in self._graph.edges(keys=True, data=True):
            if u in inside and v in inside:
                graph.add_edges_from([(u, v, key, data)])
        return self._derived(graph)

    def without(self, names: Iterable[str]) -> Connectome:
        """Return the connectome without some regions: a lesion."""
        gone = set(self._known(names))
        return self.subgraph(name for name in self.names if name not in gone)

    def without_self_connections(self) -> Connectome:
        """Return the connectome without edges from a region to itself."""
        source, target = self._indices()
        return self._keep(source != target)

    def largest_component(self, kind: Literal["weak", "strong"] = "weak") -> Connectome:
        """Return the largest set of regions that paths connect: in any direction, or (``"strong"``) both ways."""
        import networkx as nx

        components = {"weak": nx.weakly_connected_components, "strong": nx.strongly_connected_components}
        if kind not in components:
            raise InputError(f"kind='{kind}'", hint=suggest(str(kind), components))
        largest: set[str] = max(components[kind](self._graph), key=len, default=set())
        return self.subgraph(name for name in self.names if name in largest)

    def to_graphml(self, path: str | Path) -> None:
        """Write GraphML, whole or not at all; `from_file` reads the same connectome back (velocity apart)."""
        from braincore.data.graphml import write_graphml

        write_graphml(self._graph, path)
