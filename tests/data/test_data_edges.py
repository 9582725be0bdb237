"""Edge lists, sparse and dense matrices to index arrays."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv as arrow_csv
from pyarrow import parquet
from scipy import sparse

from braincore.data.edges import read_edges
from braincore.data.tables import read_table
from braincore.errors import InputError

needs_data = pytest.mark.skipif(not os.environ.get("BRAINCORE_DATA"), reason="BRAINCORE_DATA is not set")


@pytest.fixture
def edges(tmp_path):
    """Return a function that writes a CSV edge list and reads it."""

    def read(text, **options):
        path = tmp_path / "e.csv"
        path.write_text(text)
        return read_edges(path, **options)

    return read


def named(table):
    """Return edges as (source, target, weight) with their ids."""
    weights = table.attributes.get("weight", np.zeros(len(table)))
    return [
        (table.ids[i].item(), table.ids[j].item(), w) for i, j, w in zip(table.pre, table.post, weights, strict=True)
    ]


def test_an_edge_list(edges):
    got = edges("pre,post,weight,kind\nb,a,2,x\na,c,3,y\nb,a,4,x\n")
    assert named(got) == [("b", "a", 2), ("a", "c", 3), ("b", "a", 4)]
    assert got.ids.tolist() == ["a", "b", "c"]
    assert got.pre.dtype == got.post.dtype == np.int32
    assert got.attributes["kind"].tolist() == ["x", "y", "x"]
    assert len(got) == 3


def test_numeric_ids_are_sorted_as_numbers(edges):
    got = edges("pre,post\n100,9\n9,720575940596125868\n")
    assert got.ids.dtype == np.int64
    assert got.ids.tolist() == [9, 100, 720575940596125868]


def test_columns_of_different_kinds_are_both_text(edges):
    got = edges("pre,post\n10,24c\n24c,2\n")
    assert got.ids.tolist() == ["10", "2", "24c"]
    assert got.pre.tolist() == [0, 2]
    got = edges("pre,post\n007,24c\n24c,7\n")
    assert got.ids.tolist() == ["007", "24c", "7"]


def test_given_ids_set_the_order(edges):
    text = "pre,post,weight\n1,2,5\n3,1,6\n"
    got = edges(text, ids=[3, 2, 1, 0])
    assert got.pre.tolist() == [2, 0]
    assert got.ids.tolist() == [3, 2, 1, 0]
    got = edges(text, ids=["3", "2", "1"])
    assert got.ids.tolist() == ["3", "2", "1"]
    assert got.pre.tolist() == [2, 0]
    with pytest.raises(InputError, match=r"id 3 is given twice"):
        edges(text, ids=[3, 3, 1])
    with pytest.raises(InputError, match=r"not a list of whole numbers or text"):
        edges(text, ids=[1.5, 2.0])
    with pytest.raises(InputError, match=r"not among the 2 ids \(2 unknown: a, b\)"):
        edges("pre,post\na,b\n", ids=[1, 2])
    with pytest.raises(InputError, match=r"ids mix numbers and text"):
        edges(text, ids=np.array([1, "a"], dtype=object))
    with pytest.raises(InputError, match=r"ids are uint64 but the file holds int64"):
        edges(text, ids=np.array([2**64 - 1], dtype=np.uint64))


def test_unknown_ends(edges):
    text = "pre,post,weight\nV1,V2,1\nV1,V22,2\nMT,V9,3\n"
    with pytest.raises(InputError, match=r"2 edges have an end that is not among the 3 ids \(2 unknown: V22, V9\)"):
        edges(text, ids=["V1", "V2", "MT"])
    got = edges(text, ids=["V1", "V2", "MT"], unknown="drop")
    assert named(got) == [("V1", "V2", 1)]
    with pytest.raises(InputError, match=r"Did you mean 'V2'"):
        edges("pre,post\nV1,V22\n", ids=["V1", "V2", "MT"])
    with pytest.raises(InputError, match=r"unknown='drop'"):
        edges("pre,post\n1,77\n", ids=[1, 2])


def test_columns_and_conditions(edges):
    text = "a,b,n,kind\n1,2,5,x\n2,1,7,y\n"
    with pytest.raises(InputError, match=r"which columns hold the ends of an edge\? It has: a, b, n, kind"):
        edges(text)
    assert edges(text, pre="a", post="b", columns=["n"]).attributes.keys() == {"n"}
    assert named(edges(text, pre="b", post="a", columns=[])) == [(2, 1, 0), (1, 2, 0)]
    assert len(edges(text, pre="a", post="b", where=[("kind", "==", "y")])) == 1
    with pytest.raises(InputError, match=r"give both"):
        edges(text, pre="a")
    with pytest.raises(InputError, match=r"there is no column 'c'"):
        edges(text, pre="a", post="c")
    with pytest.raises(InputError, match=r"there is no column 'm'"):
        edges(text, pre="a", post="b", columns=["m"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pre,post\n1.5,2\n", "column 'pre' holds double numbers that cannot be ids"),
        ("pre,post\n18446744073709551616,2\n", "cannot be ids. Ids are whole numbers below"),
        ("pre,post\n1,2\n,3\n", "1 ids in column 'pre' are missing"),
        ("pre,post\ntrue,false\n", "holds bool numbers that cannot be ids"),
        ("pre,post,w\n1,2,nan\n", "row 1: the number in column 'w' is nan"),
        ("pre,post,w\n1,2,inf\n", "row 1: the number in column 'w' is inf"),
    ],
)
def test_bad_edge_lists(edges, text, message):
    with pytest.raises(InputError, match=message):
        edges(text)


def test_parquet_of_mixed_widths(tmp_path):
    path = tmp_path / "e.parquet"
    words = pa.array(["b", "a"]).dictionary_encode()
    parquet.write_table(
        pa.table({"pre": pa.array([1, 2], pa.int32()), "post": pa.array([2, 2**40]), "kind": words}), path
    )
    got = read_edges(path)
    assert got.ids.tolist() == [1, 2, 2**40]
    assert got.attributes["kind"].tolist() == ["b", "a"]
    parquet.write_table(pa.table({"pre": words, "post": pa.array(["a", "c"], pa.large_string())}), path)
    assert read_edges(path).ids.tolist() == ["a", "b", "c"]
    parquet.write_table(pa.table({"pre": pa.array([2**64 - 1], pa.uint64()), "post": pa.array([1])}), path)
    with pytest.raises(InputError, match=r"cannot be ids"):
        read_edges(path)


MATRIX = ",a,b,c\na,0,2,0\nb,0,0,3\nc,0,0,4\n"


def test_dense_matrices_have_an_orientation(edges):
    assert named(edges(MATRIX, rows="source")) == [("a", "b", 2), ("b", "c", 3), ("c", "c", 4)]
    assert named(edges(MATRIX, rows="target")) == [("b", "a", 2), ("c", "b", 3), ("c", "c", 4)]
    with pytest.raises(InputError, match=r"rows='rows'. Say rows='source'"):
        edges(MATRIX, rows="rows")
    with pytest.raises(InputError, match=r"a matrix has no columns"):
        edges(MATRIX, rows="source", pre="a", post="b")
    got = edges(MATRIX, rows="source", ids=["c", "b", "a", "z"])
    assert got.ids.tolist() == ["c", "b", "a", "z"]
    assert named(got) == [("a", "b", 2), ("b", "c", 3), ("c", "c", 4)]
    with pytest.raises(InputError, match=r"2 edges have an end"):
        edges(MATRIX, rows="source", ids=["a", "b"])
    assert len(edges(MATRIX, rows="source", ids=["a", "b"], unknown="drop")) == 1


def test_rectangular_matrix(edges):
    got = edges(",V1,V2\nV1,0,0.5\nV4,0.25,0\nMT,0,1\n", rows="source")
    assert got.ids.tolist() == ["V1", "V4", "MT", "V2"]
    assert named(got) == [("V1", "V2", 0.5), ("V4", "V1", 0.25), ("MT", "V2", 1.0)]


def test_matrix_with_nan(edges):
    text = ",a,b\na,0,nan\nb,1,0\n"
    with pytest.raises(InputError, match=r"row 'a', column 'b' is not a number"):
        edges(text, rows="source")
    assert named(edges(text, rows="source", nan="absent")) == [("b", "a", 1)]


@pytest.mark.parametrize("kind", ["csr", "csc"])
@pytest.mark.parametrize("rows", ["source", "target"])
def test_sparse_npz_as_scipy_saves_it(tmp_path, kind, rows):
    rng = np.random.default_rng(3)
    dense = rng.poisson(0.3, (20, 20)).astype(float)
    path = tmp_path / "s.npz"
    sparse.save_npz(path, sparse.csr_matrix(dense).asformat(kind))
    got = read_edges(path, rows=rows)
    back = np.zeros((20, 20))
    back[got.pre, got.post] = got.attributes["weight"]
    np.testing.assert_array_equal(back, dense if rows == "source" else dense.T)


def test_sparse_npz_faults(tmp_path):
    path = tmp_path / "s.npz"
    good = {"data": np.array([1.0, 2.0]), "indices": np.array([1, 0]), "indptr": np.array([0, 1, 2])}
    np.savez(path, **good)
    assert named(read_edges(path, rows="source")) == [(0, 1, 1.0), (1, 0, 2.0)]
    with pytest.raises(InputError, match=r"orientation is not told"):
        read_edges(path)
    for change, message in [
        ({"indptr": np.array([0, 2, 1])}, "does not fit"),
        ({"indptr": np.array([0, 1, 3])}, "does not fit"),
        ({"indices": np.array([1, 2])}, "leads out of"),
        ({"indices": np.array([-1, 0])}, "leads out of"),
        ({"indices": np.array([1.0, 0.0])}, "not a sparse matrix"),
        ({"data": np.array([1.0])}, "not a sparse matrix"),
        ({"data": np.array([1.0, np.nan])}, "not a finite number"),
        ({"format": np.array(b"coo")}, "not a sparse matrix"),
    ]:
        np.savez(path, **(good | change))
        with pytest.raises(InputError, match=message):
            read_edges(path, rows="source")
    np.savez(path, **good, ids=np.array([5, 5]))
    with pytest.raises(InputError, match=r"does not hold 2 different ids"):
        read_edges(path, rows="source", labels="ids")


def test_dense_npz(tmp_path):
    path = tmp_path / "d.npz"
    np.savez(path, weights=np.array([[0, 2.0], [0, 0]]), labels=np.array(["a", "b"]))
    assert named(read_edges(path, rows="source")) == [("a", "b", 2.0)]
    assert named(read_edges(path, rows="target")) == [("b", "a", 2.0)]


@needs_data
def test_larva():
    """Winding et al. (2023): 352,611 synapses in 110,677 connections of 2,952 neurons; four kinds that add up."""
    path = "data:larva_winding2023/winding2023_csr.npz"
    whole = read_edges(path, matrix="all", labels="skid", rows="source")
    assert (len(whole.ids), len(whole), int(whole.attributes["weight"].sum())) == (2952, 110_677, 352_611)
    parts = [read_edges(path, matrix=kind, labels="skid", rows="source") for kind in ("ad", "aa", "dd", "da")]
    assert sum(int(part.attributes["weight"].sum()) for part in parts) == 352_611
    share = [part.attributes["weight"].sum() / 352_611 for part in parts]
    np.testing.assert_allclose(share, [0.666, 0.258, 0.058, 0.018], atol=5e-4)
    order = read_table("data:larva_winding2023/nodes.csv")["skid"]
    again = read_edges(path, matrix="all", labels="skid", rows="source", ids=order[::-1])
    assert set(zip(again.ids[again.pre], again.ids[again.post], strict=True)) == set(
        zip(whole.ids[whole.pre], whole.ids[whole.post], strict=True)
    )


@needs_data
def test_worm():
    """Cook et al. (2019), SI 5: 4,879 chemical connections with 28,113 sections, 1,450 pairs with gap junctions."""
    path = "data:celegans_cook2019/hermaphrodite_edges.csv"
    chemical = read_edges(path, where=[("type", "==", "chemical")])
    assert (len(chemical), int(chemical.attributes["weight"].sum())) == (4879, 28_113)
    assert len(read_edges(path, where=[("type", "==", "electrical")])) == 1450
    neurons = read_table("data:celegans_cook2019/hermaphrodite_cells.csv", where=[("is_neuron", "==", True)])["cell"]
    between = read_edges(path, where=[("type", "==", "chemical")], ids=neurons, unknown="drop")
    dense = np.zeros((302, 302))
    dense[between.pre, between.post] = between.attributes["weight"]
    from braincore.data.arrays import read_arrays

    published = read_arrays("data:celegans_cook2019/cook2019_neurons.npz", ["herm_chem", "herm_neurons"])
    assert published["herm_neurons"].tolist() == neurons.tolist()
    np.testing.assert_array_equal(dense, published["herm_chem"])


@needs_data
def test_fly_hemibrain():
    """Fan-shaped body of the hemibrain: 4,368 neurons, 172,672 connections, 1,711,154 synapses, each at least 3."""
    got = read_edges("data:fly_hemibrain_regions/fb_edges.parquet")
    weight = got.attributes["weight"]
    assert (len(got.ids), len(got), int(weight.sum()), int(weight.min())) == (4368, 172_672, 1_711_154, 3)
    traced = read_table("data:fly_hemibrain_regions/traced_neurons_v1.2.csv.gz")["bodyId"]
    assert len(traced) == 21_739
    with pytest.raises(InputError, match=r"not among the 21,739 ids"):
        read_edges("data:fly_hemibrain_regions/fb_edges.parquet", ids=traced)
    assert len(read_edges("data:fly_hemibrain_regions/fb_edges.parquet", ids=traced, unknown="drop")) == 168_987


MEASURE = """
import json, sys, time
import pyarrow.compute, pyarrow.parquet, pyarrow.csv
from braincore.data.edges import read_edges
def peak():  # ru_maxrss would also count the process that started this one
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
before = peak()
start = time.perf_counter()
table = read_edges(sys.argv[1])
seconds = time.perf_counter() - start
print(json.dumps({"n": len(table), "ids": len(table.ids), "sum": int(table.attributes["weight"].sum()),
                  "check": int((table.ids[table.pre] % 1000003 * (table.ids[table.post] % 1000)).sum()),
                  "seconds": seconds, "MB": (peak() - before) / 1024}))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_five_million_rows(tmp_path):
    """The size class of the fly's connectome: seconds, and at most 150 bytes a row at the peak, the process apart."""
    rng = np.random.default_rng(7)
    m, n = 5_000_000, 139_255
    ids = 720575940000000000 + np.sort(rng.choice(10**12, n, replace=False))
    pre, post = ids[rng.integers(n, size=m)], ids[rng.integers(n, size=m)]
    weight = rng.integers(1, 200, size=m).astype(np.int32)
    table = pa.table({"pre": pre, "post": post, "weight": weight})
    parquet.write_table(table, tmp_path / "e.parquet")
    arrow_csv.write_csv(table, tmp_path / "e.csv")
    for name, limit_s in (("e.parquet", 10), ("e.csv", 20)):
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(tmp_path / name)], capture_output=True, text=True, check=True
        )
        got = json.loads(done.stdout)
        print(name, got)
        assert (got["n"], got["sum"]) == (m, int(weight.sum()))
        assert got["ids"] == len(np.union1d(pre, post))
        assert got["check"] == int((pre % 1000003 * (post % 1000)).sum())
        assert got["seconds"] < limit_s
        assert got["MB"] * 2**20 < 150 * m
