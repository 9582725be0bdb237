"""Shortest path: a wave of spikes runs through a graph, and its first spikes say how far every node is.

``python -m braincore.experiments.shortest_path [--out FOLDER] [--trials GRAPHS]``

Source    Ponulak & Hopfield 2013, Front Comput Neurosci 7:98; Hamilton, Mintz & Schuman 2019, arXiv:1903.10574.
Expected  Every distance and every path is as short as Dijkstra's algorithm finds it, in 100 random directed graphs that
          run side by side; with delays all alike the wave finds paths of few edges, which are longer.
Time      20 s on two cores, most of it for compiling.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
from braincore.experiments._task import arguments, ran, save
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain
from braincore.circuits.wavefront import Wavefront

NODES, EDGE, LONGEST = 30, 0.1, 20
"""Of a random graph: nodes, probability of an edge, greatest length."""
DT = "0.5 ms"
PLACES, REACH = 160, 0.15
"""Of the map that is drawn: places in a square of side 1, and how far apart neighbours are at most."""
COLOURS = ("#2b6cb0", "#c05621")


@dataclass(frozen=True)
class Found:
    """What a wave found in a graph.

    Attributes
    ----------
    graph, start, target
        The graph, and the two ends of the path.
    distances
        Of each node, in the order of the graph, in units of length; infinite where the wave did not come.
    path
        The nodes of the path.
    """

    graph: Any
    start: Any
    target: Any
    distances: NDArray[np.float64]
    path: list[Any]

    @property
    def shortest(self) -> NDArray[np.float64]:
        """Distances by Dijkstra's algorithm, of each node."""
        known = nx.single_source_dijkstra_path_length(self.graph, self.start)
        return np.array([known.get(node, math.inf) for node in self.graph])

    @property
    def exact(self) -> bool:
        """Whether every distance is right."""
        return bool(np.array_equal(self.distances, self.shortest))

    @property
    def excess(self) -> float:
        """Length of the path over that of the shortest one, less one; nothing where the start leads nowhere."""
        shortest = nx.dijkstra_path_length(self.graph, self.start, self.target)
        return float(nx.path_weight(self.graph, self.path, "weight") / shortest - 1) if shortest else 0.0


def random_graphs(count: int, seed: int) -> list[Any]:
    """Return random directed graphs with lengths of 1 to 20."""
    found = []
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        graph = nx.gnp_random_graph(NODES, EDGE, seed=int(rng.integers(2**31)), directed=True)
        for _, _, edge in graph.edges(data=True):
            edge["weight"] = int(rng.integers(1, LONGEST + 1))
        found.append(graph)
    return found


def random_map(seed: int) -> Any:
    """Return places in a square; neighbours are joined, and lengths are distances in hundredths."""
    graph = nx.random_geometric_graph(PLACES, REACH, seed=seed)
    at = nx.get_node_attributes(graph, "pos")
    for i, j, edge in graph.edges(data=True):
        edge["weight"] = max(1, round(100 * math.dist(at[i], at[j])))
    return graph.subgraph(max(nx.connected_components(graph), key=len)).copy()


def waves(graphs: Sequence[Any], starts: Sequence[Any], *, alike: bool = False) -> list[NDArray[np.float64]]:
    """Start a wave in each graph, all at once in one brain; return the distances that the first spikes say."""
    union = nx.union_all([graph.to_directed() for graph in graphs], rename=(f"{k}:" for k in range(len(graphs))))
    region = Wavefront.of(union, dt=DT, alike=alike)
    longest = max(sum(sorted(d for *_, d in g.edges(data="weight"))[-len(g) :]) for g in graphs)
    brain = Brain(seed=1, dt=DT, duration=f"{longest + 2} ms")
    brain.regions["graphs"] = region
    brain.stimuli.append(region.wave("graphs", [f"{k}:{start}" for k, start in enumerate(starts)], "0 ms"))
    with ran(brain) as run:
        spikes = run.spikes("graphs.nodes")
    found = region.distances(spikes.neuron, spikes.t, "0 ms")
    return np.split(found, np.cumsum([len(graph) for graph in graphs])[:-1])


def solve(graphs: Sequence[Any], starts: Sequence[Any], *, alike: bool = False) -> list[Found]:
    """Return distances from a start in each graph, and the path to the node that is truly farthest."""
    found = []
    for graph, start, distances in zip(graphs, starts, waves(graphs, starts, alike=alike), strict=True):
        names = {str(node): node for node in graph}
        reach = nx.single_source_dijkstra_path_length(graph, start)
        target = max(reach, key=lambda node: reach[node])
        path = Wavefront.of(graph, dt=DT, alike=alike).path(distances, str(target))
        found.append(Found(graph, start, target, distances, [names[node] for node in path]))
    return found


def row(name: str, found: Sequence[Found]) -> dict[str, Any]:
    """Return the numbers of a network."""
    excess = np.array([one.excess for one in found])
    return {
        "network": name,
        "graphs": len(found),
        "nodes reached": int(sum(np.isfinite(one.distances).sum() for one in found)),
        "graphs with every distance right": sum(one.exact for one in found),
        "shortest paths": int((excess == 0).sum()),
        "mean excess length (%)": float(100 * excess.mean()),
        "greatest excess length (%)": float(100 * excess.max()),
    }


def _draw_map(ax: Any, one: Found) -> Any:
    at = nx.get_node_attributes(one.graph, "pos")
    for i, j in one.graph.edges:
        ax.plot(*zip(at[i], at[j], strict=True), color="#cbd5e0", lw=0.7, zorder=1)
    ax.plot(*zip(*(at[node] for node in one.path), strict=True), color=COLOURS[1], lw=3, zorder=2, label="path")
    shown = ax.scatter(*zip(*at.values(), strict=True), c=one.distances, cmap="viridis", s=28, zorder=3)
    for node, name, beside in ((one.start, "start", (8, -12)), (one.target, "goal", (6, 6))):
        ax.annotate(name, at[node], xytext=beside, textcoords="offset points", weight="bold", zorder=4)
    ax.set(title="the wave on a map, and the path it found", xticks=[], yticks=[], aspect="equal")
    ax.spines[:].set_visible(False)
    return shown


def figure(drawn_on: Found, results: dict[str, list[Found]]) -> Figure:
    """Draw the wave on a map with its path, and what it finds in random graphs beside Dijkstra's distances."""
    drawn = Figure(figsize=(11, 4.8), layout="constrained")
    panels = drawn.subplot_mosaic([["map", "distance"], ["map", "excess"]], width_ratios=(1.3, 1))
    shown = _draw_map(panels["map"], drawn_on)
    drawn.colorbar(shown, ax=panels["map"], label="first spike (ms after the start)", shrink=0.8)
    for colour, (name, found) in zip(COLOURS, results.items(), strict=True):
        truth = np.concatenate([one.shortest for one in found])
        spike = np.concatenate([one.distances for one in found])
        panels["distance"].plot(truth, spike, ".", ms=3, color=colour, label=name)
        panels["excess"].hist(
            [100 * one.excess for one in found],
            np.arange(-2.5, 100, 5),
            color=colour,
            alpha=0.8,
            label=name,
        )
    panels["distance"].set(xlabel="distance by Dijkstra's algorithm", ylabel="first spike (ms)")
    panels["excess"].set(xlabel="path longer than the shortest by (%)", ylabel="graphs")
    panels["distance"].set_title(f"{len(next(iter(results.values())))} random graphs side by side")
    for name in ("distance", "excess"):
        panels[name].legend(frameon=False, fontsize="small")
        panels[name].spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Let waves run, and write a figure and a table."""
    options = arguments(__doc__, "shortest_path")
    graphs = random_graphs(options.trials or 100, options.seed)
    place = random_map(options.seed)
    at = nx.get_node_attributes(place, "pos")
    starts = [0] * len(graphs)
    results = {
        "delays as lengths": solve(graphs, starts),
        "delays alike": solve(graphs, starts, alike=True),
    }
    (shown,) = solve([place], [min(at, key=lambda node: sum(at[node]))])
    table = [row(name, found) for name, found in results.items()]
    save(options.out, "shortest_path", figure(shown, results), table)


if __name__ == "__main__":
    main()
