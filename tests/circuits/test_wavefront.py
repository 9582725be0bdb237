"""Shortest paths by a wave of spikes, against Dijkstra's algorithm of NetworkX and graphs solved by hand."""

from __future__ import annotations

import math
from typing import Any

import networkx as nx
import numpy as np
import pytest
from braincore.experiments._task import ran
from braincore.experiments.shortest_path import Found, random_graphs, random_map, solve, waves

from braincore import Brain
from braincore.circuits.wavefront import Wavefront
from braincore.errors import InputError

ROADS = (("a", "b", 7), ("a", "c", 3), ("c", "b", 4), ("b", "d", 1), ("c", "d", 9), ("e", "a", 1))


def roads(**settings: Any) -> Wavefront:
    return Wavefront(nodes="abcde", edges=ROADS, dt="0.5 ms", **settings)


def distances(region: Wavefront, starts: str, dt: str = "0.5 ms") -> np.ndarray[Any, Any]:
    brain = Brain(seed=1, dt=dt, duration="40 ms")
    brain.regions["G"] = region
    brain.stimuli.append(region.wave("G", starts, "2 ms"))
    with ran(brain) as run:
        spikes = run.spikes("G.nodes")
    return region.distances(spikes.neuron, spikes.t, "2 ms")


def test_a_graph_solved_by_hand() -> None:
    """b is 7 from a by two paths, d is 8, and nothing leads to e."""
    region = roads()
    found = distances(region, "a")
    assert found.tolist() == [0, 7, 3, 8, math.inf]
    tight = {region.edges[k][:2] for k in np.flatnonzero(region.parents(found))}
    assert tight == {("a", "b"), ("a", "c"), ("c", "b"), ("b", "d")}
    assert region.path(found, "d") in (["a", "b", "d"], ["a", "c", "b", "d"])
    assert region.path(found, "a") == ["a"]
    assert region.path(found, "e") == []


def test_several_origins_give_the_distance_from_the_nearest() -> None:
    assert distances(roads(), "ec").tolist() == [1, 4, 0, 5, 0]


def test_a_hundred_random_graphs_have_the_distances_and_paths_of_dijkstra() -> None:
    """Against networkx: 100 directed graphs of 30 nodes in one brain; with delays alike the paths are too long."""
    graphs = random_graphs(100, seed=1)
    starts = [0] * len(graphs)
    found = solve(graphs, starts)
    assert sum(one.exact for one in found) == 100
    assert all(one.excess == 0 for one in found)
    assert sum(np.isfinite(one.distances).sum() for one in found) > 2000
    alike = solve(graphs, starts, alike=True)
    assert sum(one.excess > 0 for one in alike) > 40
    hops = nx.single_source_shortest_path_length(graphs[0], 0)
    assert alike[0].distances.tolist() == [hops.get(node, math.inf) for node in graphs[0]]


def test_an_undirected_map() -> None:
    """Against networkx, from each of three nodes."""
    graph = random_map(3)
    starts = list(graph)[:3]
    for start, distances in zip(starts, waves([graph] * 3, starts), strict=True):
        assert Found(graph, start, start, distances, [start]).exact


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", range(2, 7))
def test_more_random_graphs(seed: int) -> None:
    """Against networkx: five hundred more graphs."""
    graphs = random_graphs(100, seed)
    assert all(one.exact and one.excess == 0 for one in solve(graphs, [0] * len(graphs)))


def test_structure() -> None:
    """One cell a node, one synapse an edge, a delay that is one time step shorter than the edge."""
    region = roads(unit="2 ms").describe()
    (cells,), (wiring,) = region.populations, region.projections
    assert cells.labels == ("a", "b", "c", "d", "e")
    assert cells.neuron.parameter("t_rest").value.si == pytest.approx(5 * 9 * 2e-3)
    assert wiring.delay.si == pytest.approx(2e-3 * np.array([7, 3, 4, 1, 9, 1]) - 0.5e-3)  # type: ignore[union-attr]
    both = Wavefront.of(nx.Graph([("x", "y")]))
    assert both.edges == (("x", "y", 1), ("y", "x", 1))


def test_a_wave_at_another_time_step_is_told() -> None:
    with pytest.raises(InputError, match="not at whole lengths"):
        distances(roads(), "a", dt="0.25 ms")


def test_wrong_graphs_are_refused_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Wavefront(nodes=("a", "b"), edges=(("a", "b", 0), ("a", "z", 1), ("a", "b", 1.5)))  # type: ignore[arg-type]
    assert [f.path for f in caught.value.faults] == ["edges[0]", "edges[1]", "edges[2]"]
    for settings in ({"unit": "0.1 ms"}, {"unit": "0.25 ms"}, {"nodes": ("a", "a")}):
        with pytest.raises(InputError):
            Wavefront(**{"nodes": ("a", "b"), "edges": (("a", "b", 1),), **settings})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no node"):
        roads().wave("G", ["q"], "0 ms")
