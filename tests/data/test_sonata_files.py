"""SONATA networks, written here with h5py, read back, and compared with what libsonata reads."""

import sys

import h5py
import numpy as np
import pytest

from braincore.data.connectomes import read_connectome
from braincore.errors import InputError

MAGIC = np.uint32(0x0A7A)
TEXT = h5py.string_dtype("utf-8")


def stamp(handle):
    handle.attrs["magic"] = MAGIC
    handle.attrs["version"] = np.array([0, 1], dtype=np.uint32)


def write_nodes(path, populations):
    """`populations`: name to attributes; each attribute is a list."""
    with h5py.File(path, "w") as handle:
        stamp(handle)
        for name, attributes in populations.items():
            group = handle.create_group(f"nodes/{name}")
            n = len(next(iter(attributes.values())))
            group["node_type_id"] = np.full(n, 100, dtype=np.uint64)
            group["node_id"] = np.arange(n, dtype=np.uint64)
            group["node_group_id"] = np.zeros(n, dtype=np.uint64)
            group["node_group_index"] = np.arange(n, dtype=np.uint64)
            for key, values in attributes.items():
                if isinstance(values[0], str):
                    group.create_dataset(f"0/{key}", data=values, dtype=TEXT)
                else:
                    group[f"0/{key}"] = np.array(values)


def write_edges(path, populations):
    """`populations`: name to (source population, target population, sources, targets, attributes)."""
    with h5py.File(path, "w") as handle:
        stamp(handle)
        for name, (source, target, pre, post, attributes) in populations.items():
            group = handle.create_group(f"edges/{name}")
            n = len(pre)
            for key, ends, population in (("source_node_id", pre, source), ("target_node_id", post, target)):
                group[key] = np.array(ends, dtype=np.uint64)
                group[key].attrs["node_population"] = population
            group["edge_type_id"] = np.full(n, 7, dtype=np.int64)
            group["edge_group_id"] = np.zeros(n, dtype=np.uint64)
            group["edge_group_index"] = np.arange(n, dtype=np.uint64)
            group.create_group("0")
            for key, values in attributes.items():
                group[f"0/{key}"] = np.array(values)


@pytest.fixture
def network(tmp_path):
    """Three cortical nodes and two thalamic ones."""
    nodes, edges = tmp_path / "nodes.h5", tmp_path / "edges.h5"
    write_nodes(
        nodes,
        {
            "cortex": {
                "acronym": ["V1", "9/46d", "24c"],
                "x": [1000.0, 2000.0, 3000.0],
                "y": [0.0, 0.0, 500.0],
                "z": [0.0, 0.0, 0.0],
                "size": [900, 80, 70],
            },
            "thalamus": {"acronym": ["LGd", "MD"], "x": [0.0, 1.0], "y": [0.0, 1.0], "z": [0.0, 1.0], "size": [10, 20]},
        },
    )
    write_edges(
        edges,
        {
            "cc": ("cortex", "cortex", [0, 1, 0], [1, 2, 1], {"syn_weight": [0.5, 1.5, 2.5], "delay": [1.0, 2.0, 2.5]}),
            "tc": ("thalamus", "cortex", [0, 1], [0, 2], {"syn_weight": [3.0, 4.0], "delay": [5.0, 6.0]}),
        },
    )
    return nodes, edges


def test_values_are_those_that_libsonata_reads(network):
    """The reference reader of the format, as an independent check."""
    libsonata = pytest.importorskip("libsonata")
    got = read_connectome(network)
    for name in ("cortex", "thalamus"):
        nodes = libsonata.NodeStorage(str(network[0])).open_population(name)
        for index in range(nodes.size):
            node = got.nodes[f"{name}:{index}"]
            assert node["acronym"] == nodes.get_attribute("acronym", index)
            assert node["size"] == nodes.get_attribute("size", index)
            assert node["position"][0] == pytest.approx(nodes.get_attribute("x", index) * 1e-3)
    for name in ("cc", "tc"):
        edges = libsonata.EdgeStorage(str(network[1])).open_population(name)
        rows = edges.select_all()
        expected = zip(
            [f"{edges.source}:{i}" for i in edges.source_nodes(rows)],
            [f"{edges.target}:{i}" for i in edges.target_nodes(rows)],
            edges.get_attribute("syn_weight", rows).tolist(),
            (edges.get_attribute("delay", rows) * 1e-3).tolist(),
            strict=True,
        )
        ours = [
            (u, v, data["weight"], data["delay"]) for u, v, data in got.edges(data=True) if data["population"] == name
        ]
        assert sorted(ours) == sorted(expected)


def test_a_network(network):
    got = read_connectome(network, names="acronym")
    assert list(got) == ["V1", "9/46d", "24c", "LGd", "MD"]
    assert got.nodes["24c"] == {"population": "cortex", "size": 70, "position": (3.0, 0.5, 0.0)}
    edges = sorted((u, v, data["weight"], data["delay"], data["population"]) for u, v, data in got.edges(data=True))
    assert edges == [
        ("9/46d", "24c", 1.5, pytest.approx(0.002), "cc"),
        ("LGd", "V1", 3.0, pytest.approx(0.005), "tc"),
        ("MD", "24c", 4.0, pytest.approx(0.006), "tc"),
        ("V1", "9/46d", 0.5, pytest.approx(0.001), "cc"),
        ("V1", "9/46d", 2.5, pytest.approx(0.0025), "cc"),
    ]
    assert got.edges["LGd", "V1", 0]["syn_weight"] == 3.0


def test_names_and_populations(network):
    assert list(read_connectome(network)) == ["cortex:0", "cortex:1", "cortex:2", "thalamus:0", "thalamus:1"]
    got = read_connectome(network, populations=["cortex"])
    assert list(got) == ["0", "1", "2"]
    assert got.number_of_edges() == 3
    with pytest.raises(InputError, match=r"nodes 'cortex' have no 'acronim'. Did you mean 'acronym'"):
        read_connectome(network, names="acronim")
    with pytest.raises(InputError, match=r"Did you mean 'cortex'"):
        read_connectome(network, populations=["cortexx"])
    with pytest.raises(InputError, match=r"Give the nodes file too"):
        read_connectome(network[1])
    assert read_connectome(network[0]).number_of_edges() == 0


def test_types_give_attributes_that_the_file_may_override(network, tmp_path):
    types = tmp_path / "edge_types.csv"
    types.write_text('edge_type_id population syn_weight model sign\n7 cc 9.0 "static synapse" 1\n7 tc 9.0 stp -1\n')
    got = read_connectome(network, names="acronym", edge_types=types)
    assert got.edges["LGd", "V1", 0]["model"] == "stp"
    assert got.edges["LGd", "V1", 0]["sign"] == -1
    assert got.edges["V1", "9/46d", 0]["model"] == "static synapse"
    assert got.edges["LGd", "V1", 0]["weight"] == 3.0
    types.write_text("edge_type_id population model\n8 cc a\n8 tc b\n")
    with pytest.raises(InputError, match=r"type 7 of .* is not in it"):
        read_connectome(network, edge_types=types)
    types.write_text("edge_typ_id model\n8 a\n")
    with pytest.raises(InputError, match=r"has no column 'edge_type_id'. Did you mean 'edge_typ_id'"):
        read_connectome(network, edge_types=types)


def test_several_attribute_groups(network, tmp_path):
    path = tmp_path / "edges.h5"
    with h5py.File(path, "r+") as handle:
        group = handle["edges/cc"]
        group["edge_group_id"][:] = [0, 1, 1]
        group["edge_group_index"][:] = [2, 1, 0]
        group["1/syn_weight"] = np.array([10.0, 20.0])
        group["1/n_syn"] = np.array([3.0, 4.0])
    with pytest.raises(InputError, match=r"n_syn is nan"):
        read_connectome(network, names="acronym", populations=["cortex"])
    got = read_connectome(network, names="acronym", populations=["cortex"], nan="absent")
    edges = sorted((data["weight"], data.get("n_syn"), data.get("delay")) for _, _, data in got.edges(data=True))
    assert edges == [(2.5, None, 0.0025), (10.0, 3.0, None), (20.0, 4.0, None)]


def test_enumerations(network, tmp_path):
    """A ``@library`` holds the words that an attribute's numbers stand for."""
    with h5py.File(tmp_path / "nodes.h5", "r+") as handle:
        for name, n in (("cortex", 3), ("thalamus", 2)):
            group = handle[f"nodes/{name}/0"]
            group["mtype"] = np.arange(n, dtype=np.uint32) % 2
            group.create_dataset("@library/mtype", data=["L4_PC", "L23_PC"], dtype=TEXT)
    got = read_connectome(network, names="acronym")
    assert [got.nodes[name]["mtype"] for name in ("V1", "9/46d", "24c")] == ["L4_PC", "L23_PC", "L4_PC"]


def edit_end(handle):
    handle["edges/cc/target_node_id"][:] = [1, 2, 3]


def edit_length(handle):
    del handle["edges/cc/source_node_id"]
    handle["edges/cc/source_node_id"] = np.array([0], dtype=np.uint64)
    handle["edges/cc/source_node_id"].attrs["node_population"] = "cortex"


def edit_population(handle):
    del handle["edges/cc/source_node_id"].attrs["node_population"]


def edit_types(handle):
    del handle["edges/cc/edge_type_id"]


def edit_external(handle):
    handle["edges/cc/0/stolen"] = h5py.ExternalLink("/etc/passwd.h5", "/x")


def edit_soft(handle):
    handle["edges/cc/0/loop"] = h5py.SoftLink("/edges")


def edit_external_storage(handle):
    handle["edges/cc/0"].create_dataset("stolen", shape=(3,), dtype="u1", external=[("/etc/hostname", 0, 3)])


def edit_virtual(handle):
    layout = h5py.VirtualLayout(shape=(3,), dtype="u1")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", shape=(3,))
    handle["edges/cc/0"].create_virtual_dataset("stolen", layout)


def edit_cycle(handle):
    handle["edges/cc/0/again"] = handle["edges"]


def edit_claim(handle):
    handle["edges/cc/0"].create_dataset("much", shape=(2**33,), dtype="f8")


def edit_claim_more(handle):
    handle["edges/cc/0"].create_dataset("much", shape=(2**50,), dtype="f8", chunks=(1024,))


def edit_nan(handle):
    handle["edges/cc/0/syn_weight"][:] = [1, np.nan, 2]


def edit_negative_delay(handle):
    handle["edges/cc/0/delay"][:] = [1, -2, 2]


FAULTS = {
    "unknown node": (edit_end, "lead to node 3 of 'cortex', which has 3"),
    "short column": (edit_length, "columns differ in length"),
    "no population": (edit_population, "is not a SONATA file that can be read"),
    "no types": (edit_types, "is not a SONATA file that can be read"),
    "external link": (edit_external, "/stolen' is a link"),
    "soft link": (edit_soft, "/loop' is a link"),
    "external storage": (edit_external_storage, "keeps its data in another file"),
    "virtual data": (edit_virtual, "keeps its data in another file"),
    "cycle": (edit_cycle, "too many or too deeply nested groups"),
    "a column that claims 64 GB": (edit_claim, r"GiB of memory|has shape \(8589934592,\) for 3 rows"),
    "a column that claims 8 PB": (edit_claim_more, r"GiB of memory"),
    "NaN": (edit_nan, "syn_weight is nan|weight is nan"),
    "negative delay": (edit_negative_delay, "delay_ms is -2"),
}


@pytest.mark.parametrize(("edit", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_faults(network, edit, message):
    with h5py.File(network[1], "r+") as handle:
        edit(handle)
    with pytest.raises(InputError, match=message):
        read_connectome(network)


def test_not_hdf5(tmp_path):
    path = tmp_path / "x.h5"
    path.write_text("hello")
    with pytest.raises(InputError, match=r"is not a SONATA file that can be read"):
        read_connectome(path)


def test_without_h5py(network, monkeypatch):
    from braincore.errors import MissingDependencyError

    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(MissingDependencyError, match=r"pip install \"braincore-sim\[sonata\]\""):
        read_connectome(network)
