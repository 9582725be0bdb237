"""Damaged files of every format: a reader gives a result or one clear error, never another exception.

HDF5 is not among them: its C library itself can hang on a damaged heap of texts.
"""

import random
import warnings
import zipfile

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from braincore.data import read_connectome, read_edges, read_idx, read_spike_trains, read_table, write_graphml
from braincore.errors import InputError

JUNK = (b",", b"\n", b"\xff", b"NaN", b"-", b'"', b"\0", b"<", b"&x;", b"1e999", b"9" * 20, b"\xef\xbb\xbf", b"#")


def write_graph(path):
    graph = nx.MultiDiGraph()
    graph.add_node("V1", position=(1.0, 2.0, 3.0), size=5)
    graph.add_edge("V1", "9/46d", weight=0.5, length=0.01, kind="ff")
    graph.add_edge("9/46d", "V1", weight=0.25, delay=0.002)
    write_graphml(graph, path)


def write_zip(path):
    with zipfile.ZipFile(
        path, "w", zipfile.ZIP_DEFLATED if path.name.startswith("d") else zipfile.ZIP_STORED
    ) as archive:
        archive.writestr("weights.txt", "0 2 0\n0 0 3.5\n1 0 0\n")
        archive.writestr("tract_lengths.txt", "0 20 1\n1 0 35\n10 1 0\n")
        archive.writestr("centres.txt", "lV1 -1.0 2.0 3.0\nrV1 1.0 2.0 3.0\nSC 0 0 0\n")
        archive.writestr("cortical.txt", "1\n1\n0\n")


def write_parquet(path):
    parquet.write_table(pa.table({"pre": ["a", "b"], "post": ["b", "c"], "weight": [1.5, 2.5]}), path)


def write_npz(path):
    np.savez(path, weights=np.eye(3), tract_lengths_mm=np.ones((3, 3)), labels=np.array(list("abc")))


def write_sparse(path):
    np.savez(path, data=np.ones(3), indices=np.array([0, 1, 2]), indptr=np.array([0, 1, 2, 3]))


FORMATS = {
    "g.graphml": (write_graph, read_connectome),
    "m.csv": (
        lambda path: path.write_text(",V1,24c,10\nV1,0,0.5,0\n24c,0.25,0,0\n10,0,1,0.125\n"),
        lambda path: read_connectome(path, rows="source", nan="absent"),
    ),
    "e.csv": (
        lambda path: path.write_text("pre,post,n,length_um\nV1,24c,5,2000\n24c,V1,7,2500\nV1,24c,1,2000\n"),
        lambda path: read_connectome(path, pre="pre", post="post"),
    ),
    "t.tsv": (lambda path: path.write_text("id\tx\tname\n1\t0.5\ta\n2\t1.5\tNA\n"), read_table),
    "c.npz": (write_npz, read_connectome),
    "s.npz": (write_sparse, lambda path: read_edges(path, rows="source")),
    "d.zip": (write_zip, read_connectome),
    "s.zip": (write_zip, read_connectome),
    "e.parquet": (write_parquet, read_connectome),
    "i.idx": (lambda path: path.write_bytes(b"\0\0\x08\2\0\0\0\2\0\0\0\3abcdef"), read_idx),
    "sp.csv": (lambda path: path.write_text("time_ms,neuron\n20,1\n10,2\n10,1\n0.5,3\n"), read_spike_trains),
}


def mutate(content, rng):
    content = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 5])):
        if not content:
            break
        kind, i = rng.randrange(6), rng.randrange(len(content))
        if kind == 0:
            content[i] = rng.randrange(256)
        elif kind == 1:
            content[i] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del content[i : i + rng.choice([1, 4, 20])]
        elif kind == 3:
            content[i:i] = rng.choice(JUNK)
        elif kind == 4:
            content = content[:i]
        else:
            j = rng.randrange(len(content))
            content[i : i + 8] = content[j : j + 8]
    return bytes(content)


def attack(tmp_path, name, count):
    """Return how many of `count` mutations were read, and how many refused."""
    write, read = FORMATS[name]
    path = tmp_path / name
    write(path)
    whole = path.read_bytes()
    read(path)
    read_well, refused = 0, 0
    for seed in range(count):
        path.write_bytes(mutate(whole, random.Random(seed)))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # numpy tells of an empty text file, zipfile of a repeated name
                read(path)
            read_well += 1
        except InputError as error:
            assert str(error).count("\n") == len(error.faults) - 1, seed
            refused += 1
    return read_well, refused


@pytest.mark.parametrize("name", FORMATS)
def test_mutations(tmp_path, name):
    read_well, refused = attack(tmp_path, name, 100)
    assert refused > 33
    assert read_well + refused == 100


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.rotates(4)
def test_many_mutations(tmp_path, name):
    assert sum(attack(tmp_path, name, 5000)) == 5000
