"""What can be read off a graph of regions alone: names, edges, matrices, and the common numbers of graph theory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from braincore.errors import InputError, UnknownNameError, suggest
from braincore.model import graph_measures as measures

if TYPE_CHECKING:
    import networkx as nx

Array = np.ndarray[Any, Any]
Edge = tuple[str, str, Any]


class MeasuredGraph:
    """A directed graph with named nodes, which is not changed; `Connectome` gives it delays and cuts it."""

    __slots__ = ("_graph",)
    _graph: nx.MultiDiGraph

    @property
    def graph(self) -> nx.MultiDiGraph:
        """The graph; frozen, so copy it to change it."""
        return self._graph

    @property
    def names(self) -> tuple[str, ...]:
        """The regions, in the order of the source; rows and columns of every matrix and array are in this order."""
        return tuple(self._graph)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The edges as (source, target, key), in the order of `values` and `delays`."""
        return tuple(self._graph.edges(keys=True))

    def __len__(self) -> int:
        return len(self._graph)

    def __contains__(self, name: object) -> bool:
        return name in self._graph

    def values(self, attribute: str = "weight") -> Array:
        """Return a numeric edge attribute, one entry an edge; every edge must have it."""
        data = [data.get(attribute) for _, _, data in self._graph.edges(data=True)]
        lacking = sum(value is None for value in data)
        if lacking or any(isinstance(value, str) for value in data):
            known = {name for _, _, edge in self._graph.edges(data=True) for name in edge}
            what = f"{lacking} of {len(data)} edges have no '{attribute}'" if lacking else f"'{attribute}' is text"
            raise UnknownNameError(what, hint=suggest(attribute, known, noun="attribute"))
        return np.array(data, dtype=np.float64)

    def _indices(self) -> tuple[Array, Array]:
        position = {name: index for index, name in enumerate(self._graph)}
        ends = [(position[u], position[v]) for u, v in self._graph.edges()]
        source, target = np.array(ends, dtype=np.int64).reshape(-1, 2).T
        return source, target

    def matrix(
        self,
        attribute: str = "weight",
        *,
        combine: Literal["sum", "mean", "min", "max"] | None = None,
        absent: float = 0.0,
    ) -> tuple[Array, tuple[str, ...]]:
        """Return an edge attribute as a dense matrix (row = source, column = target) and the names.

        Parameters
        ----------
        attribute
            Edges that lack it are left out.
        combine
            What parallel edges become; None: the mean for lengths and delays, the sum for all else.
        absent
            The value where there is no edge.
        """
        rule = combine or ("mean" if attribute in ("length", "delay") else "sum")
        source, target = self._indices()
        data = [data.get(attribute) for _, _, data in self._graph.edges(data=True)]
        has = np.array([isinstance(value, (int, float)) for value in data], dtype=bool)
        if data and not has.any():
            self.values(attribute)  # says what there is
        values = np.array([value for value in data if isinstance(value, (int, float))], dtype=np.float64)
        return measures.dense(values, source[has], target[has], len(self), rule, absent), self.names

    def _adjacency(self) -> Any:
        return measures.adjacency(len(self), *self._indices())

    def degrees(self) -> dict[str, Array]:
        """Return ``in``, ``out`` and ``total``: with how many other regions each region is connected, in and out."""
        a = self._adjacency()
        outward = np.asarray(a.sum(axis=1)).ravel().astype(np.int64)
        inward = np.asarray(a.sum(axis=0)).ravel().astype(np.int64)
        return {"in": inward, "out": outward, "total": inward + outward}

    def strengths(self, attribute: str = "weight") -> dict[str, Array]:
        """Return ``in``, ``out`` and ``total``: sums of the weights of each region's edges, with those to itself."""
        source, target = self._indices()
        values = self.values(attribute)
        inward, outward = (np.bincount(end, weights=values, minlength=len(self)) for end in (target, source))
        return {"in": inward, "out": outward, "total": inward + outward}

    def rich_club(
        self,
        *,
        normalised: bool = False,
        rng: np.random.Generator | None = None,
        n_random: int = 20,
        swaps_per_edge: int = 10,
    ) -> dict[int, float]:
        """Return the rich-club coefficient phi(k) of each degree k (Colizza et al. 2006, Nat Phys 2:110-115).

        phi(k) is the density of links among the regions with a degree above k; links count as undirected.

        Parameters
        ----------
        normalised
            Divide by the mean of `n_random` random graphs of the same degrees; above 1 the rich are a club.
        rng
            The source of randomness, needed if `normalised`.
        n_random, swaps_per_edge
            How many random graphs, and how often a swap is tried for each link of them.
        """
        if not normalised:
            return measures.rich_club(self._adjacency())
        if rng is None:
            raise InputError("a normalised rich club needs `rng`", hint="Give numpy.random.default_rng(seed)")
        return measures.normalised_rich_club(self._adjacency(), rng, n_random, swaps_per_edge)

    def summary(self) -> dict[str, Any]:
        """Return the common numbers of a brain network (Rubinov & Sporns 2010, NeuroImage 52:1059-1069).

        Returns
        -------
        dict
            ``regions``, ``edges``, ``self_connections``, ``density``, ``reciprocity``, ``clustering`` (mean, directed),
            ``path_length`` (mean steps over connected pairs), ``unreachable_pairs``, ``degree`` and, where every edge
            has a weight, ``strength`` (mean, std, min and max of ``in``, ``out`` and ``total``), ``rich_club`` (phi
            by degree).
        """
        has_weights = all("weight" in data for _, _, data in self._graph.edges(data=True))
        strengths = self.strengths() if has_weights else None
        return measures.summary(len(self), *self._indices(), self.degrees(), strengths)
