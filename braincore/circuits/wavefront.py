r"""A graph as a network of spiking cells, in which a wave finds shortest paths: one cell a node, one synapse an edge.

The delay of a synapse is the length of its edge, every spike that arrives makes a cell fire, and each fires once in a
wave. The first spike of node `j` after the wave has begun at `s` therefore comes at the length of the shortest path,

.. math:: t_j - t_s = d(s, j) = \min_i\,\big(d(s, i) + l_{ij}\big)

and the nodes `i` with :math:`t_j - t_i = l_{ij}` are those before `j` on a shortest path. A spike that arrives is
answered in the next time step, so that the delay is shorter than the edge by one step; lengths are whole numbers, of
units of two time steps or more. Several origins at once give the distance from the nearest of them.

Any directed graph will do (`Wavefront.of` takes one of NetworkX); many graphs are one graph of many parts.

Sources: Ponulak F, Hopfield JJ (2013) Front Comput Neurosci 7:98, doi:10.3389/fncom.2013.00098 (paths by waves of
single spikes); Hamilton KE, Mintz TM, Schuman CD (2019) arXiv:1903.10574 (lengths as delays); Aimone JB, Parekh O,
Phillips CA, Pinar A, Severa W, Xu H (2019) ICONS, doi:10.1145/3354265.3354285. Here the path is read from the times of
spikes; the maps that synapses learn from a wave (Ponulak & Hopfield) are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.errors import Fault, InputError
from braincore.model import (
    EdgeList,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    SpikeInput,
    SpikeTrains,
    Values,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.units import DIMENSIONLESS, TIME, Quantity

_SOURCE = "Hamilton, Mintz & Schuman 2019, arXiv:1903.10574"
_OURS = "ours"
NODES = "nodes"
EXACT = 1e-6
"""Of a unit: how far a spike may be from a whole length, by rounding."""


@dataclass(frozen=True, kw_only=True)
class Wavefront(RegionModel):
    """A graph whose shortest paths a wave of spikes finds.

    Attributes
    ----------
    nodes
        Their names; cell i is node i.
    edges
        Source, target and length of each; lengths are whole numbers of at least 1.
    unit
        How long a length of 1 takes.
    dt
        Time step of the brain, in which a cell answers.
    alike
        Every edge takes one unit, whatever its length: an ablation, which finds the path of the fewest edges.
    """

    nodes: Sequence[str]
    edges: Sequence[tuple[str, str, int]]
    unit: Any = "1 ms"
    dt: Any = "0.1 ms"
    alike: bool = False

    purpose: ClassVar[str] = "A graph as spiking cells: first spikes of a wave are the lengths of shortest paths"
    source: ClassVar[str] = (
        "Ponulak & Hopfield 2013, Front Comput Neurosci 7:98, doi:10.3389/fncom.2013.00098; " + _SOURCE
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("unit", "1 ms", "time that a length of 1 takes", _OURS, "0.1 ms", "10 ms"),
        published("weight", "1", "a spike, of what a cell needs to fire", _SOURCE, "1", "10"),
    )

    def __post_init__(self) -> None:
        self.quantities(unit=TIME, dt=TIME)
        try:
            object.__setattr__(self, "nodes", tuple(str(node) for node in self.nodes))
            object.__setattr__(self, "edges", tuple((str(i), str(j), length) for i, j, length in self.edges))
        except (TypeError, ValueError):
            hint = "nodes: names; edges: source, target and length of each"
            raise InputError("nodes or edges are no lists", hint=hint) from None
        known = set(self.nodes)
        faults = [
            Fault(f"edge from '{i}' to '{j}' of length {length}", path=f"edges[{k}]", hint=hint)
            for k, (i, j, length) in enumerate(self.edges)
            if (hint := _edge_fault(i, j, length, known))
        ]
        if len(known) < len(self.nodes) or not self.nodes:
            faults.append(Fault("names of nodes are missing or given twice", path="nodes"))
        steps = self.unit.si / self.dt.si if self.dt.si > 0 else 0
        if steps < 2 - EXACT or abs(steps - round(steps)) > EXACT:
            hint = "A whole number of time steps, at least two: one for the delay, and one for the answer"
            faults.append(Fault(f"unit {self.unit} at a time step of {self.dt}", path="unit", hint=hint))
        if faults:
            raise InputError(faults)

    @classmethod
    def of(cls, graph: Any, *, length: str = "weight", **settings: Any) -> Wavefront:
        """Return the network of a NetworkX graph; an undirected edge can be walked both ways.

        Parameters
        ----------
        graph
            A (directed) graph.
        length
            The attribute of an edge that is its length; 1 where it is missing.
        settings
            Of the region.
        """
        arcs = graph.edges(data=length, default=1)
        edges = [(str(i), str(j), value) for i, j, value in arcs]
        if not graph.is_directed():
            edges += [(j, i, value) for i, j, value in edges if i != j]
        return cls(nodes=tuple(str(node) for node in graph), edges=tuple(edges), **settings)

    @cached_property
    def ends(self) -> NDArray[np.int32]:
        """Source and target index of each edge, shape (2, edges)."""
        at = {node: k for k, node in enumerate(self.nodes)}
        pairs = [(at[i], at[j]) for i, j, _ in self.edges]
        return np.array(pairs, dtype=np.int32).reshape(-1, 2).T

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Length of each edge as the wave sees it."""
        return np.array([1 if self.alike else length for _, _, length in self.edges], dtype=np.int64)

    @property
    def passage(self) -> float:
        """Seconds after which every wave has gone through: no shortest path is longer, nor the edge after it."""
        return float(len(self.nodes) * self.lengths.max(initial=1) * self.unit.si)

    def describe(self) -> Region:
        """Return the cells and their synapses; cells rest until a wave has gone through."""
        cell = neurons.get("relay").with_(t_rest=Quantity(self.passage, "s"))
        delays = self.lengths.astype(np.float64) * float(self.unit.si) - float(self.dt.si)
        wiring = Projection(
            source=NODES,
            target=NODES,
            connector=EdgeList(pre=self.ends[0], post=self.ends[1]),
            weight=Values(np.ones(len(self.edges)), DIMENSIONLESS),
            delay=Values(delays, TIME),
            receptor="exc",
        )
        return Region(
            populations=(
                Population(name=NODES, size=len(self.nodes), neuron=cell, labels=tuple(self.nodes), sign="excitatory"),
            ),
            projections=(wiring,) if self.edges else (),
            ports={
                "start": Port(population=NODES, way="in", receptor="exc", sign="excitatory"),
                "wave": Port(population=NODES, way="out"),
            },
        )

    def wave(self, region: str, starts: Sequence[str], at: Any) -> SpikeInput:
        """Return what starts a wave: a spike to each of some nodes, which they answer two steps later.

        Parameters
        ----------
        region
            What the region is called in the brain.
        starts
            Names of nodes.
        at
            When.
        """
        chosen = sorted(self.index(node) for node in starts)
        times = np.full(len(chosen), float(Quantity.of(at, TIME).si))
        return SpikeInput(
            target=f"{region}.{NODES}[{', '.join(map(str, chosen))}]",
            trains=SpikeTrains(times=times, neurons=np.arange(len(chosen), dtype=np.int32)),
            weight=Quantity(1.0, "1"),
            receptor="exc",
            delay=self.dt,
            name=f"wave of {region}",
        )

    def index(self, node: str) -> int:
        """Return which cell a node is."""
        if str(node) not in self.nodes:
            raise InputError(f"'{node}' is no node of the graph")
        return self.nodes.index(str(node))

    def distances(self, neurons: NDArray[Any], times: NDArray[Any], at: Any) -> NDArray[np.float64]:
        """Return the distance of each node from the start, infinite where the wave did not come.

        Parameters
        ----------
        neurons, times
            Which cells fired, and when (s).
        at
            When the wave was started.

        Raises
        ------
        InputError
            Spikes are not at whole lengths: the brain's time step is not that of the region.
        """
        begin = float(Quantity.of(at, TIME).si) + 2 * float(self.dt.si)
        first = np.full(len(self.nodes), np.inf)
        inside = times >= begin - EXACT * float(self.unit.si)
        np.minimum.at(first, neurons[inside], (times[inside] - begin) / float(self.unit.si))
        reached = np.isfinite(first)
        whole = np.rint(first[reached])
        if np.abs(first[reached] - whole).max(initial=0.0) > 1e-3:
            raise InputError("spikes are not at whole lengths", hint=f"Run the brain with a time step of {self.dt}")
        first[reached] = whole
        return first

    def parents(self, distances: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which edges are on shortest paths from the start, shape (edges,)."""
        i, j = self.ends
        with np.errstate(invalid="ignore"):
            found: NDArray[np.bool_] = distances[j] - distances[i] == self.lengths
        return found

    def path(self, distances: NDArray[np.float64], target: str) -> list[str]:
        """Return the nodes of a shortest path to a node, from the start; an empty list if there is none."""
        at = self.index(target)
        if not np.isfinite(distances[at]):
            return []
        before = dict(zip(*self.ends[::-1][:, self.parents(distances)].tolist(), strict=True))
        found = [at]
        while distances[found[-1]] > 0:
            found.append(before[found[-1]])
        return [self.nodes[k] for k in reversed(found)]


def _edge_fault(source: str, target: str, length: Any, known: set[str]) -> str:
    """Return what is wrong with an edge, or nothing."""
    if source not in known or target not in known:
        return "Both ends must be nodes"
    whole = isinstance(length, Integral) and not isinstance(length, bool) and int(length) >= 1
    return "" if whole else "A length is a whole number of at least 1"


regions.register("Wavefront", Wavefront, module=__name__)
