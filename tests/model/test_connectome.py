"""`Connectome`: construction, delays, thresholds, scalings, parts and measures."""

import os
import subprocess
import sys
from math import log

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from braincore.data.edges import EdgeTable, read_edges
from braincore.errors import InputError, UnitError, UnknownNameError
from braincore.model.connectome import Connectome
from braincore.units import Quantity

needs_data = pytest.mark.skipif(not os.environ.get("BRAINCORE_DATA"), reason="BRAINCORE_DATA is not set")

W = np.array([[0, 0.5, 0.0, 0.1], [0.25, 0, 0, 0], [0, 1.0, 0.125, 0], [0, 0, 0, 0]])
MM = np.array([[0, 10, 20, 30], [11, 0, 21, 31], [12, 22, 1, 32], [13, 23, 33, 0]])
NAMES = ("V1", "9/46d", "24c", "7A")


@pytest.fixture
def small():
    return Connectome.from_matrix(W, NAMES, MM, velocity="2 m/s")


def test_from_matrix(small):
    assert small.names == NAMES
    assert len(small) == 4
    assert "24c" in small
    assert "24d" not in small
    assert small.edges == (
        ("V1", "9/46d", 0), ("V1", "7A", 0), ("9/46d", "V1", 0), ("24c", "9/46d", 0), ("24c", "24c", 0),
    )  # fmt: skip
    np.testing.assert_array_equal(small.matrix()[0], W)
    assert small.matrix()[1] == NAMES
    np.testing.assert_allclose(small.matrix("length")[0][W > 0], MM[W > 0] * 1e-3)
    assert repr(small) == "<Connectome: 4 regions, 5 edges, velocity='2 m/s'>"
    turned = Connectome.from_matrix(W, NAMES, MM, rows="target", unit="um")
    np.testing.assert_array_equal(turned.matrix()[0], W.T)
    np.testing.assert_allclose(turned.matrix("length")[0], np.where(W > 0, MM * 1e-6, 0).T)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": W[:3]}, "the matrix is 3 x 4 for 4 and 4 names"),
        ({"weights": W[0]}, r"weights have shape \(4,\)"),
        ({"weights": W + np.nan}, "is not a number"),
        ({"weights": np.full((4, 4), -np.inf)}, "weights hold an infinite number"),
        ({"names": ("a", "b", "c", "a")}, "two rows are called 'a'"),
        ({"names": ("a", "b", "c", "")}, "'' is not a name"),
        ({"names": ("a", "b", "c", "d\n")}, "is not a name"),
        ({"names": ("a", "b", "c", "x\x1b[31m")}, "is not a name"),
        ({"lengths": -MM}, "length is -"),
        ({"lengths": MM[:2]}, "the matrix is 2 x 4"),
        ({"unit": "ms"}, "'ms' is a time"),
        ({"unit": "millimetre"}, "unknown unit"),
        ({"rows": "sources"}, "Did you mean 'source'"),
        ({"velocity": "3 m"}, "Expected a velocity"),
        ({"velocity": 3}, "has no unit"),
        ({"velocity": "0 m/s"}, "velocity 0 m/s is not positive"),
        ({"velocity": "-3 m/s"}, "is not positive"),
        ({"default_delay": "-1 ms"}, "is negative"),
        ({"default_delay": "1 mm"}, "Expected a time"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InputError, match=message):
        Connectome.from_matrix(**({"weights": W, "names": NAMES, "lengths": MM} | arguments))


def test_from_edges():
    c = Connectome.from_edges(
        [
            ("V1", "V2", {"weight": 0.7, "length": "9 mm", "kind": "ff"}),
            ("V2", "V1", {"weight": 0.3, "length": Quantity(0.9, "cm")}),
            ("V1", "V2", {"weight": 0.1, "delay": "4 ms"}),
            ("V2", "V2", 2),
            ("V1", "V1"),
        ],
        velocity="3 m/s",
    )
    assert c.names == ("V1", "V2")
    assert c.graph.edges["V1", "V2", 0] == {"weight": 0.7, "length": pytest.approx(0.009), "kind": "ff"}
    assert c.delay("V1", "V2").si == pytest.approx(0.003)
    assert c.delay("V1", "V2", 1).si == pytest.approx(0.004)
    assert c.graph.edges["V2", "V2", 0] == {"weight": 2}


def test_from_edges_with_nodes():
    nodes = {"MT": {"size": 10}, "V1": {}, "V2": {"position": (1, 2, 3)}}
    c = Connectome.from_edges([("V1", "V2")], nodes)
    assert c.names == ("MT", "V1", "V2")
    assert c.graph.nodes["MT"] == {"size": 10}
    assert c.graph.nodes["V2"] == {"position": (1.0, 2.0, 3.0)}
    assert Connectome.from_edges([], ["a", "b"]).names == ("a", "b")
    with pytest.raises(UnknownNameError, match=r"edges.1: unknown region 'V22'. Did you mean 'V2'"):
        Connectome.from_edges([("V1", "V2"), ("V1", "V22")], nodes)
    with pytest.raises(InputError, match=r"two regions are called 'a'"):
        Connectome.from_edges([], ["a", "a"])


@pytest.mark.parametrize(
    ("edge", "message"),
    [
        (("V1",), "is not an edge. Write"),
        ("V1", "is not an edge. Write"),
        (("V1", "V2", 1, 2), "is not an edge"),
        (("V1", "V2", {"length": 9}), "edges.0.length: '9' has no unit. Expected a length"),
        (("V1", "V2", {"length": "9 ms"}), "edges.0.length: '9 ms' is a time"),
        (("V1", "V2", {"delay": "9 mm"}), "edges.0.delay"),
        (("V1", "V2", {"length": "-9 mm"}), "length is -0.009"),
        (("V1", "V2", float("nan")), "weight is nan"),
        (("V1", "V2", {"x": float("inf")}), "x is inf"),
        (("V1", "V2", "strong"), "'weight' is not a number on every edge"),
        (("V1", "V2", {"weight": [1, 2]}), r"weight is \[1, 2\]"),
        (("V1", "", 1), "'' is not a name"),
        (("V1", " V2", 1), "is not a name"),
    ],
)
def test_bad_edges(edge, message):
    with pytest.raises(InputError, match=message):
        Connectome.from_edges([edge])


def test_from_an_edge_table():
    table = EdgeTable(
        pre=np.array([0, 1], dtype=np.int32),
        post=np.array([1, 2], dtype=np.int32),
        ids=np.array([720575940596125868, 7, 29]),
        attributes={"weight": np.array([3, 4]), "length_um": np.array([1500.0, 2500.0])},
    )
    c = Connectome.from_edges(table, velocity="1 m/s")
    assert c.names == ("720575940596125868", "7", "29")
    assert c.delays().tolist() == pytest.approx([0.0015, 0.0025])


def test_from_any_graph_which_is_copied():
    graph = nx.Graph([("V1", "V2", {"weight": 2, "length": 0.01})])
    graph.add_node(7)
    c = Connectome(graph, velocity="1 m/s")
    assert sorted(c.graph.edges(keys=True)) == [("V1", "V2", 0), ("V2", "V1", 0)]
    assert c.names == ("V1", "V2", "7")
    graph.edges["V1", "V2"]["weight"] = 99
    graph.nodes["V1"]["size"] = 5
    graph.remove_node("V2")
    assert c.values().tolist() == [2, 2]
    assert c.graph.nodes["V1"] == {}
    with pytest.raises(nx.NetworkXError, match=r"[Ff]rozen"):
        c.graph.add_edge("V1", "MT")
    with pytest.raises(InputError, match=r"two regions are called '7'"):
        Connectome(nx.Graph([(7, "7")]))


def test_methods_leave_the_original_alone(small):
    before = nx.MultiDiGraph(small.graph)
    data = {edge: dict(small.graph.edges[edge]) for edge in small.edges}
    small.threshold(above=0.2)
    small.normalise()
    small.log_scale()
    small.subgraph(["V1", "24c"])
    small.largest_component()
    small.without_self_connections()
    small.with_(velocity="9 m/s")
    assert nx.utils.graphs_equal(before, small.graph)
    assert {edge: dict(small.graph.edges[edge]) for edge in small.edges} == data
    assert str(small.velocity) == "2 m/s"


def test_delays(small):
    """delay = length / velocity."""
    lengths = [MM[NAMES.index(u), NAMES.index(v)] for u, v, _ in small.edges]
    np.testing.assert_allclose(small.delays(), np.array(lengths) * 1e-3 / 2.0, rtol=1e-14)
    assert str(small.delay("V1", "9/46d")) == "5 ms"
    assert small.with_(velocity="1 m/s").delay("V1", "9/46d").si == pytest.approx(0.01)
    with pytest.raises(UnknownNameError, match=r"there is no edge 'V1' to '24c'"):
        small.delay("V1", "24c")
    with pytest.raises(UnknownNameError, match=r"unknown region '9/46'. Did you mean '9/46d'"):
        small.delay("V1", "9/46")
    with pytest.raises(UnknownNameError, match=r"to '9/46d' \(1\)"):
        small.delay("V1", "9/46d", 1)


def test_missing_lengths():
    c = Connectome.from_edges([("a", "b", {"length": "6 mm"}), ("b", "a"), ("b", "b", {"delay": "1 ms"})])
    with pytest.raises(InputError, match=r"edge 'a' to 'b' has a length but there is no velocity. Give velocity"):
        c.delays()
    c = c.with_(velocity="3 m/s")
    with pytest.raises(InputError, match=r"edge 'b' to 'a' has no length"):
        c.delays()
    np.testing.assert_allclose(c.delays(missing="nan"), [0.002, np.nan, 0.001])
    c = c.with_(default_delay="7 ms")
    np.testing.assert_allclose(c.delays(), [0.002, 0.007, 0.001])
    assert c.default_delay == Quantity(7.0, "ms")
    with pytest.raises(UnknownNameError, match=r"Did you mean 'velocity'"):
        c.with_(velocit="3 m/s")
    with pytest.raises(UnitError):
        c.with_(velocity="3 ms")


def test_threshold(small):
    assert small.threshold(above=0.25).values().tolist() == [0.5, 1.0]
    assert small.threshold(below=0.25).values().tolist() == [0.1, 0.125]
    assert small.threshold("length", above=0.011).edges == (("V1", "7A", 0), ("24c", "9/46d", 0))
    assert len(small.threshold(above=9)) == 4
    strongest = small.threshold(keep_strongest=2)
    assert strongest.edges == (("V1", "9/46d", 0), ("24c", "9/46d", 0), ("24c", "24c", 0))
    assert small.threshold(density=3 / 12).edges == (
        ("V1", "9/46d", 0), ("9/46d", "V1", 0), ("24c", "9/46d", 0), ("24c", "24c", 0),
    )  # fmt: skip
    assert small.threshold(keep_strongest=0).edges == (("24c", "24c", 0),)
    assert small.threshold(density=1).edges == small.edges
    assert small.threshold(above=0.2).velocity == small.velocity


def test_threshold_looks_at_size_and_breaks_ties_by_order():
    c = Connectome.from_edges([("a", "b", -3.0), ("b", "a", 1.0), ("a", "c", 1.0), ("c", "a", 0.5)])
    kept = {(u, v) for u, v, _ in c.threshold(keep_strongest=2).edges}
    order = [(u, v) for u, v, _ in c.edges]
    first = next(pair for pair in order if pair in (("b", "a"), ("a", "c")))
    assert kept == {("a", "b"), first}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "0 rules for one threshold. Give one of above, below"),
        ({"above": 1, "density": 0.5}, "2 rules"),
        ({"density": 1.5}, "density=1.5"),
        ({"density": -0.1}, "density=-0.1"),
        ({"keep_strongest": 1.5}, "keep_strongest=1.5"),
        ({"keep_strongest": -1}, "keep_strongest=-1"),
        ({"above": float("nan")}, "above=nan. It must be finite"),
        ({"attribute": "weigth", "above": 1}, "5 of 5 edges have no 'weigth'. Did you mean 'weight'"),
    ],
)
def test_bad_thresholds(small, options, message):
    with pytest.raises(InputError, match=message):
        small.threshold(**options)


@settings(deadline=None)  # the first example imports what the others find there
@given(density=st.floats(0, 1), seed=st.integers(0, 2**32 - 1))
def test_density_threshold_gives_that_density(density, seed):
    w = np.random.default_rng(seed).random((6, 6))
    c = Connectome.from_matrix(w, "abcdef").threshold(density=density)
    source, target = (np.array([e[k] for e in c.edges]) for k in (0, 1))
    assert int((source != target).sum()) == round(density * 30)
    off = np.sort(w[~np.eye(6, dtype=bool)])[::-1]
    kept = c.matrix()[0][~np.eye(6, dtype=bool)]
    np.testing.assert_allclose(np.sort(kept[kept > 0])[::-1], off[: round(density * 30)])


def test_normalise(small):
    m = small.normalise().matrix()[0]
    np.testing.assert_allclose(m.sum(axis=0), [1, 1, 1, 1])
    np.testing.assert_allclose(m[:, 1], [1 / 3, 0, 2 / 3, 0])
    np.testing.assert_allclose(small.normalise("source").matrix()[0].sum(axis=1), [1, 1, 1, 0])
    assert small.normalise("max").values().max() == 1
    assert small.normalise("total").values().sum() == pytest.approx(1)
    np.testing.assert_allclose(small.normalise("total", "length").values("length").sum(), 1)
    with pytest.raises(InputError, match=r"by='targt'. Did you mean 'target'"):
        small.normalise("targt")
    signed = Connectome.from_edges([("a", "b", -3.0), ("c", "b", 1.0), ("b", "a", 0.0)]).normalise()
    assert [signed.graph.edges[e]["weight"] for e in (("a", "b", 0), ("c", "b", 0), ("b", "a", 0))] == [-0.75, 0.25, 0]


def test_log_scale():
    """w' = low + (high - low) (ln w - ln min) / (ln max - ln min)."""
    c = Connectome.from_edges([("a", "b", 1e-5), ("b", "a", 1e-1), ("a", "c", 1e-3)])
    got = {(u, v): data["weight"] for u, v, data in c.log_scale(low=0.2, high=0.8).graph.edges(data=True)}
    expected = {
        ("a", "b"): 0.2,
        ("b", "a"): 0.8,
        ("a", "c"): 0.2 + 0.6 * (log(1e-3) - log(1e-5)) / (log(1e-1) - log(1e-5)),
    }
    assert got == pytest.approx(expected)
    assert Connectome.from_edges([("a", "b", 5.0), ("b", "a", 5.0)]).log_scale().values().tolist() == [1, 1]
    assert Connectome.from_edges([], ["a"]).log_scale().edges == ()
    with pytest.raises(InputError, match=r"edge 'b' to 'a': weight is 0. A logarithm needs positive values"):
        Connectome.from_edges([("a", "b", 5.0), ("b", "a", 0.0)]).log_scale()
    with pytest.raises(InputError, match=r"0 < low <= high"):
        c.log_scale(low=0)


def test_parts(small):
    part = small.subgraph(["24c", "V1", "9/46d"])
    assert part.names == ("24c", "V1", "9/46d")
    order = [NAMES.index(name) for name in part.names]
    np.testing.assert_array_equal(part.matrix()[0], W[np.ix_(order, order)])
    assert small.without(["V1"]).names == ("9/46d", "24c", "7A")
    assert small.without([]).edges == small.edges
    assert small.without_self_connections().graph.number_of_edges() == 4
    with pytest.raises(UnknownNameError, match=r"unknown region '24d'. Did you mean '24c'"):
        small.subgraph(["24d"])
    with pytest.raises(UnknownNameError, match=r"unknown region"):
        small.without(["24d"])


def test_largest_component():
    c = Connectome.from_edges([("a", "b"), ("c", "b"), ("c", "d"), ("d", "c"), ("x", "y")], "xyzabcd")
    assert c.largest_component().names == ("a", "b", "c", "d")
    assert c.largest_component("strong").names == ("c", "d")
    with pytest.raises(InputError, match=r"kind='strng'. Did you mean 'strong'"):
        c.largest_component("strng")
    assert len(Connectome.from_edges([], []).largest_component()) == 0


def test_matrix_of_parallel_edges():
    c = Connectome.from_edges(
        [
            ("a", "b", {"weight": 1, "length": "10 mm"}),
            ("a", "b", {"weight": 3, "length": "20 mm"}),
            ("b", "a", {"weight": -2}),
        ]
    )
    assert c.matrix()[0].tolist() == [[0, 4], [-2, 0]]
    assert c.matrix(combine="mean")[0].tolist() == [[0, 2], [-2, 0]]
    assert c.matrix(combine="min")[0].tolist() == [[0, 1], [-2, 0]]
    assert c.matrix(combine="max", absent=-9)[0].tolist() == [[-9, 3], [-2, -9]]
    lengths = c.matrix("length", absent=np.nan)[0]
    np.testing.assert_allclose(lengths, [[np.nan, 0.015], [np.nan, np.nan]])
    with pytest.raises(InputError, match=r"Did you mean 'min'|Allowed"):
        c.matrix(combine="minimum")
    with pytest.raises(UnknownNameError, match=r"Did you mean 'length'"):
        c.matrix("lenght")
    assert Connectome.from_edges([], ["a"]).matrix()[0].tolist() == [[0]]


def test_degrees_and_strengths(small):
    degrees, strengths = small.degrees(), small.strengths()
    assert degrees["in"].tolist() == [1, 2, 0, 1]
    assert degrees["out"].tolist() == [2, 1, 1, 0]
    assert degrees["total"].tolist() == [3, 3, 1, 1]
    np.testing.assert_allclose(strengths["in"], W.sum(axis=0))
    np.testing.assert_allclose(strengths["out"], W.sum(axis=1))
    np.testing.assert_allclose(strengths["total"], W.sum(axis=0) + W.sum(axis=1))


@pytest.fixture
def random_graph():
    return Connectome(nx.gnp_random_graph(40, 0.15, seed=5, directed=True))


def test_measures_equal_those_of_networkx(random_graph):
    plain = nx.DiGraph(random_graph.graph)
    got = random_graph.summary()
    assert got["regions"] == 40
    assert got["edges"] == plain.number_of_edges()
    assert got["density"] == pytest.approx(nx.density(plain))
    assert got["reciprocity"] == pytest.approx(nx.overall_reciprocity(plain))
    assert got["clustering"] == pytest.approx(nx.average_clustering(plain))
    lengths = [d for _, row in nx.all_pairs_shortest_path_length(plain) for d in row.values() if d]
    assert got["path_length"] == pytest.approx(np.mean(lengths))
    assert got["unreachable_pairs"] == 40 * 39 - len(lengths)
    assert got["degree"]["in"]["max"] == max(d for _, d in plain.in_degree())
    assert got["degree"]["total"]["mean"] == pytest.approx(2 * plain.number_of_edges() / 40)
    assert got["rich_club"] == nx.rich_club_coefficient(plain.to_undirected(), normalized=False)
    assert "strength" not in got


def test_measures_do_not_see_parallel_edges_and_self_connections(random_graph):
    more = nx.MultiDiGraph(random_graph.graph)
    more.add_edges_from([*random_graph.graph.edges(), ("3", "3"), ("4", "4")])
    plain, got = random_graph.summary(), Connectome(more).summary()
    assert got.pop("self_connections") == 2
    assert plain.pop("self_connections") == 0
    assert got.pop("edges") == 2 * plain.pop("edges") + 2
    assert got == plain


def test_measures_of_known_graphs():
    """Closed forms: a directed ring of n has mean path n / 2 and no triangle; a complete graph has 1 everywhere."""
    ring = Connectome(nx.cycle_graph(600, create_using=nx.DiGraph)).summary()  # more than one chunk of sources
    assert ring["path_length"] == pytest.approx(300)
    assert (ring["clustering"], ring["reciprocity"], ring["unreachable_pairs"]) == (0, 0, 0)
    full = Connectome(nx.complete_graph(7, nx.DiGraph)).summary()
    assert (full["density"], full["clustering"], full["path_length"], full["reciprocity"]) == (1, 1, 1, 1)
    assert set(full["rich_club"].values()) == {1.0}
    alone = Connectome.from_edges([], ["a", "b"]).summary()
    assert np.isnan(alone["path_length"])
    assert (alone["density"], alone["clustering"], alone["unreachable_pairs"]) == (0, 0, 2)
    assert alone["strength"]["in"]["max"] == 0
    assert Connectome.from_edges([], []).summary()["regions"] == 0


def test_rich_club():
    """A clique of five hubs, each with leaves of its own, is a rich club: phi = 1, above its random value."""
    hubs = [f"hub{i}" for i in range(5)]
    edges = [(a, b) for i, a in enumerate(hubs) for b in hubs[i + 1 :]]
    edges += [(hub, f"leaf{hub}{k}") for hub in hubs for k in range(8)]
    edges += [(f"leaf{hub}{k}", f"leaf{hub}{k + 1}") for hub in hubs for k in range(7)]
    c = Connectome.from_edges(edges)
    phi = c.rich_club()
    assert phi[5] == 1.0
    assert phi[0] == pytest.approx(len(edges) * 2 / (45 * 44))
    first = c.rich_club(normalised=True, rng=np.random.default_rng(1))
    again = c.rich_club(normalised=True, rng=np.random.default_rng(1))
    other = c.rich_club(normalised=True, rng=np.random.default_rng(2))
    assert first == again
    assert first != other
    assert first[0] == pytest.approx(1)  # all nodes: the number of links is that of the random graphs
    assert first[5] > 1.3
    with pytest.raises(InputError, match=r"needs `rng`"):
        c.rich_club(normalised=True)
    with pytest.raises(InputError, match=r"fewer than 4 regions"):
        Connectome.from_edges([("a", "b"), ("b", "c")]).rich_club(normalised=True, rng=np.random.default_rng(1))


def test_rich_club_of_a_complete_graph_is_one():
    """Where no swap is possible the random graph is the graph."""
    c = Connectome(nx.complete_graph(6, nx.DiGraph))
    assert set(c.rich_club(normalised=True, rng=np.random.default_rng(1), n_random=2).values()) == {1.0}


def test_graphml_round_trip(small, tmp_path):
    path = tmp_path / "c.graphml"
    small.to_graphml(path)
    again = Connectome.from_file(path, velocity="2 m/s")
    assert nx.utils.graphs_equal(again.graph, small.graph)
    np.testing.assert_array_equal(again.delays(), small.delays())
    other = nx.read_graphml(path)  # anyone else's reader, too
    assert other.edges["V1", "9/46d"]["length_m"] == 0.01


def test_importing_it_is_cheap():
    """Neither the package nor the class imports the slow libraries before they are needed."""
    code = (
        "import sys, braincore.data, braincore.model.connectome;"
        "print([m for m in ('networkx', 'scipy', 'pyarrow', 'pandas', 'h5py', 'brian2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@needs_data
def test_macaque():
    """Markov et al. (2014): 29 areas, 536 connections, density 0.66; delays of millimetres at 3.5 m/s."""
    c = Connectome.from_file("data:macaque_markov2014/markov29.graphml", velocity="3.5 m/s")
    summary = c.summary()
    assert (summary["regions"], summary["edges"], round(summary["density"], 2)) == (29, 536, 0.66)
    assert summary["unreachable_pairs"] == 0
    delays = c.delays()
    assert (delays > 0).all()
    assert delays.max() < 0.0625 / 3.5  # no distance in the set is above 62.1 mm
    assert c.delay("V1", "V2").si == pytest.approx(c.graph.edges["V1", "V2", 0]["distance_mm"] * 1e-3 / 3.5)
    into = c.normalise("target").strengths()["in"]
    np.testing.assert_allclose(into, 1)
    scaled = c.log_scale().values()
    assert (scaled.min(), scaled.max()) == pytest.approx((0.1, 1.0))
    assert (np.argsort(scaled, kind="stable") == np.argsort(c.values(), kind="stable")).all()
    assert len(c.without(["V1"])) == 28


@needs_data
def test_mouse():
    """Oh et al. (2014): 213 structures; 3,063 links between different ones at p < 0.05."""
    folder = "data:mouse_oh2014"
    c = Connectome.from_file(f"{folder}/W_ipsi.csv", rows="source", attributes={"p": f"{folder}/PValue_ipsi.csv"})
    c = c.threshold("p", below=0.05)
    assert (len(c), len(c.edges)) == (213, 3123)
    assert len(c.without_self_connections().edges) == 3063


@needs_data
def test_larva():
    """Winding et al. (2023): 2,952 neurons, 110,677 connections, 352,611 synapses."""
    c = Connectome.from_edges(
        read_edges("data:larva_winding2023/winding2023_csr.npz", matrix="all", labels="skid", rows="source")
    )
    assert (len(c), len(c.edges), c.values().sum()) == (2952, 110_677, 352_611)
    assert c.strengths()["out"].sum() == 352_611
    assert len(c.largest_component()) == 2952
