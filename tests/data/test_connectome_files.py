"""Region connectomes from CSV and NPZ matrices, edge lists and TVB zips."""

import bz2
import os
import zipfile

import networkx as nx
import numpy as np
import pytest

from braincore.data.arrays import read_arrays
from braincore.data.connectomes import read_connectome
from braincore.data.matrices import read_matrix
from braincore.errors import InputError

needs_data = pytest.mark.skipif(not os.environ.get("BRAINCORE_DATA"), reason="BRAINCORE_DATA is not set")

FLN = ",V1,24c,10\nV1,0,0.5,0\n24c,0.25,0,0\n10,0,1,0.125\n"
MM = ",10,V1,24c,MT\n10,0,4,5,6\nV1,1,0,2,3\n24c,7,8,0,9\nMT,1,2,3,0\n"
AREAS = (
    "area,size,x_mm,y_mm,z_mm,hemisphere\n10,100,1,2,3,left\n24c,50,4,5,6,left\nV1,900,7,8,9,right\nZZ,1,0,0,0,left\n"
)


@pytest.fixture
def csv(tmp_path):
    """Return a function that writes files by name and gives back their paths."""

    def write(**files):
        paths = []
        for name, text in files.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(text)
            paths.append(path)
        return paths[0] if len(paths) == 1 else paths

    return write


def weights(graph, attribute="weight"):
    return {(u, v): data[attribute] for u, v, data in graph.edges(data=True) if attribute in data}


def test_csv_matrix(csv):
    path = csv(fln=FLN)
    got = read_connectome(path, rows="source", called="fln")
    assert list(got) == ["V1", "24c", "10"]
    assert weights(got) == {("V1", "24c"): 0.5, ("24c", "V1"): 0.25, ("10", "24c"): 1.0, ("10", "10"): 0.125}
    assert weights(got, "fln") == weights(got)
    assert ("24c", "V1") in weights(read_connectome(path, rows="target"))
    assert weights(read_connectome(path, rows="target"))["24c", "V1"] == 0.5
    assert ("10", "10") not in weights(read_connectome(path, rows="source", self_connections="drop"))
    with pytest.raises(InputError, match=r"not symmetric, and its orientation is not told"):
        read_connectome(path)
    with pytest.raises(InputError, match=r"self_connections='remove'"):
        read_connectome(path, rows="source", self_connections="remove")


def test_symmetric_matrix_needs_no_orientation(csv):
    got = read_connectome(csv(sc=",a,b\na,0,3\nb,3,0\n"))
    assert weights(got) == {("a", "b"): 3.0, ("b", "a"): 3.0}


def test_lengths_follow_the_names_and_the_orientation(csv):
    fln, lengths, plain = csv(fln=FLN, distance_mm=MM, lengths=MM)
    got = read_connectome(fln, rows="source", lengths=lengths)
    expected = {("V1", "24c"): 0.002, ("24c", "V1"): 0.008, ("10", "24c"): 0.005, ("10", "10"): 0.0}
    assert weights(got, "length") == pytest.approx(expected)
    got = read_connectome(fln, rows="target", lengths=lengths)
    assert weights(got, "length") == pytest.approx({(v, u): length for (u, v), length in expected.items()})
    with pytest.raises(InputError, match=r"the unit of the lengths is not told"):
        read_connectome(fln, rows="source", lengths=plain)
    got = read_connectome(fln, rows="source", lengths=plain, length_unit="um")
    assert weights(got, "length")["V1", "24c"] == pytest.approx(2e-6)
    small = csv(fln_mm=",V1,24c\nV1,0,1\n24c,1,0\n")
    with pytest.raises(InputError, match=r"has no entry for '10'"):
        read_connectome(fln, rows="source", lengths=small)


def test_further_attributes_and_regions(csv):
    fln, p, areas = csv(fln=FLN, p=MM, areas=AREAS)
    got = read_connectome(fln, rows="source", attributes={"p": p}, regions=areas)
    assert weights(got, "p") == {("V1", "24c"): 2.0, ("24c", "V1"): 8.0, ("10", "24c"): 5.0, ("10", "10"): 0.0}
    assert got.nodes["V1"] == {"size": 900, "hemisphere": "right", "position": (7.0, 8.0, 9.0)}
    assert list(got) == ["V1", "24c", "10"]
    with pytest.raises(InputError, match=r"there is no column 'are'. Did you mean 'area'"):
        read_connectome(fln, rows="source", regions=areas, regions_key="are")
    short = csv(short="area,size\nV1,2\n10,3\n")
    with pytest.raises(InputError, match=r"1 regions are not in the table of regions, such as '24c'"):
        read_connectome(fln, rows="source", regions=short)
    twice = csv(twice="area,size\nV1,2\nV1,3\n")
    with pytest.raises(InputError, match=r"listed twice"):
        read_connectome(fln, rows="source", regions=twice)
    holes = csv(holes="area,size\nV1,\n24c,3\n10,\n")
    with pytest.raises(InputError, match=r"column 'size' is missing"):
        read_connectome(fln, rows="source", regions=holes)
    got = read_connectome(fln, rows="source", regions=holes, nan="absent")
    assert [dict(got.nodes[name]) for name in got] == [{}, {"size": 3.0}, {}]


def test_rectangular_matrix(csv):
    got = read_connectome(csv(fln=",V1,V2\nV1,0,0.5\nV4,0.25,0\nMT,0,1\n"), rows="source")
    assert list(got) == ["V1", "V4", "MT", "V2"]
    assert weights(got) == {("V1", "V2"): 0.5, ("V4", "V1"): 0.25, ("MT", "V2"): 1.0}


def test_whole_numbers_without_names_are_not_taken_for_names(csv):
    with pytest.raises(InputError, match=r"numbers, not names. Give `names`"):
        read_connectome(csv(w="0,1\n1,0\n"), rows="source")
    numbered = read_connectome(csv(v=",1,2\n1,0,1\n2,1,0\n"), rows="source")
    assert list(numbered) == ["1", "2"]


def test_matrix_of_numbers_only(csv, tmp_path):
    path = csv(w="0.0,2.5\n0.0,0.0\n")
    with pytest.raises(InputError, match=r"numbers, not names. Give `names`|repeats"):
        read_connectome(path, rows="source")
    (tmp_path / "names.txt").write_text("9/46d\n24c\n")
    for names in (["9/46d", "24c"], tmp_path / "names.txt"):
        assert weights(read_connectome(path, rows="source", names=names)) == {("9/46d", "24c"): 2.5}
    with pytest.raises(InputError, match=r"there are 2 rows for 3 names|Expected 3 columns, got 2"):
        read_connectome(path, rows="source", names=["a", "b", "c"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (",a,b\na,0,x\nb,1,0\n", "invalid value 'x'"),
        (",a,b\na,0,\nb,1,0\n", "row 'a', column 'b' is not a number"),
        (",a,b\na,0,nan\nb,1,0\n", "row 'a', column 'b' is not a number"),
        (",a,b\na,0,inf\nb,1,0\n", "column 'b' is inf"),
        (",a,b\na,0,1\n", None),  # rectangular is allowed
        (",a,a\na,0,1\nb,1,0\n", "the header repeats 'a'"),
        (",a,b\na,0,1\na,1,0\n", "two rows are called 'a'"),
        (",a,b\na,0\nb,1,0\n", "Expected 3 columns, got 2"),
        ("", "the file is empty"),
        (",a,b\n", "the table has no rows"),
        ("a;b\n1;2\n", "the header has one column"),
        ("x,a,\na,0,1\n,1,0\n", "'' is not a name"),
        (",a, b\na,0,1\n b,1,0\n", "' b' is not a name"),
    ],
)
def test_bad_matrices(csv, text, message):
    path = csv(m=text)
    if message is None:
        assert len(read_connectome(path, rows="source")) == 2
        return
    with pytest.raises(InputError, match=message):
        read_connectome(path, rows="source")


def test_nan_may_mean_no_connection(csv):
    assert weights(read_connectome(csv(m=",a,b\na,0,nan\nb,1,NA\n"), rows="source", nan="absent")) == {("b", "a"): 1.0}


def test_options_and_formats_are_checked(csv):
    path = csv(m=",a,b\na,0,3\nb,3,0\n")
    with pytest.raises(InputError, match=r"format 'csv' has no option 'row'. Did you mean 'rows'"):
        read_connectome(path, row="source")
    with pytest.raises(InputError, match=r"unknown connectome format 'graphm'. Did you mean 'graphml'"):
        read_connectome(path, format="graphm")
    with pytest.raises(InputError, match=r"no suffix of a connectome. Known: .graphml"):
        read_connectome("x.docx")
    with pytest.raises(InputError, match=r"is one file"):
        read_connectome([path, path])
    with pytest.raises(InputError, match=r"does not exist"):
        read_connectome("nothing.csv")


def test_edge_list_as_graph(csv):
    edges, areas = csv(e="pre,post,n,length_um\nV1,24c,5,2000\n24c,V1,7,2500\nV1,24c,1,2000\n", areas=AREAS)
    got = read_connectome(edges, pre="pre", post="post")
    assert list(got) == ["24c", "V1"]
    assert sorted(data["weight"] for _, _, data in got.edges(data=True)) == [1, 5, 7]
    assert got.edges["24c", "V1", 0]["length"] == pytest.approx(0.0025)
    got = read_connectome(edges, format="edges", regions=areas, where=[("n", ">", 1)])
    assert list(got) == ["10", "24c", "V1", "ZZ"]
    assert got.number_of_edges() == 2
    stranger = csv(s="pre,post,n\nV1,24c,5\nV1,V11,7\n")
    with pytest.raises(InputError, match=r"1 edges have an end that is not among the 4 ids"):
        read_connectome(stranger, pre="pre", post="post", regions=areas)
    assert read_connectome(stranger, format="edges", regions=areas, unknown="drop").number_of_edges() == 1


def test_npz(tmp_path):
    path = tmp_path / "c.npz"
    np.savez(
        path,
        weights=np.array([[0, 2.0], [1.0, 0]]),
        tract_lengths_mm=np.array([[0, 30.0], [40.0, 0]]),
        labels=np.array(["a", "b"]),
        centres=np.array([[1.0, 2, 3], [4, 5, 6]]),
        side=np.array(["left", "right"]),
        odd=np.zeros((3, 3)),
    )
    got = read_connectome(path, rows="target", node_attributes={"position_mm": "centres", "hemisphere": "side"})
    assert weights(got) == {("b", "a"): 2.0, ("a", "b"): 1.0}
    assert weights(got, "length") == pytest.approx({("b", "a"): 0.03, ("a", "b"): 0.04})
    assert got.nodes["b"] == {"position": (4.0, 5.0, 6.0), "hemisphere": "right"}
    with pytest.raises(InputError, match=r"does not fit 2 rows, 2 columns"):
        read_connectome(path, rows="target", attributes={"x": "odd"})
    with pytest.raises(InputError, match=r"shape \(2, 3\) does not fit 2 regions"):
        read_connectome(path, rows="target", node_attributes={"position": "centres"})
    with pytest.raises(InputError, match=r"there is no array 'weight'. Did you mean 'weights'"):
        read_connectome(path, rows="target", weights="weight")
    with pytest.raises(InputError, match=r"the unit of 'odd' is not told"):
        read_connectome(path, rows="target", lengths="odd")
    with pytest.raises(InputError, match=r"the matrix is 3 x 3 for 2 and 2 names"):
        read_connectome(path, rows="target", weights="odd")
    with pytest.raises(InputError, match=r"is not a matrix of numbers"):
        read_connectome(path, rows="target", weights="side")
    np.savez(path, sc=np.eye(2), labels=np.array(["a", "a"]))
    with pytest.raises(InputError, match=r"which array is the matrix"):
        read_connectome(path)
    with pytest.raises(InputError, match=r"two rows are called 'a'. Give other `names`"):
        read_connectome(path, weights="sc")
    assert list(read_connectome(path, weights="sc", names=["x", "y"])) == ["x", "y"]


TVB = {
    "weights.txt": "0 2 0\n0 0 3.5 # from c\n1 0 0\n",
    "tract_lengths.txt": "0 20 1\n1 0 35\n10 1 0\n",
    "centres.txt": "# label x y z\nlV1 -1.0 2.0 3.0\nrV1 1.0 2.0 3.0\nsuperior colliculus 0 0 0\n",
    "areas.txt": "100.5\n200\n300\n",
    "cortical.txt": "1\n1\n0\n",
    "hemispheres.txt": "False\nTrue\nTrue\n",
    "average_orientations.txt": "1 0 0\n1 0 0\n1 0 0\n",
}


@pytest.fixture
def tvb(tmp_path):
    """Return a function that writes a TVB zip (members may be changed or left out) and reads it."""

    def read(changes=None, options=None, prefix=""):
        path = tmp_path / "c.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {**TVB, **(changes or {})}.items():
                if content is not None:
                    archive.writestr(prefix + name, content)
        return read_connectome(path, **(options or {}))

    return read


def test_tvb_rows_are_targets(tvb):
    """In TVB weights[i, j] is the connection from j to i."""
    got = tvb()
    assert list(got) == ["lV1", "rV1", "superior colliculus"]
    assert weights(got) == {("rV1", "lV1"): 2, ("superior colliculus", "rV1"): 3.5, ("lV1", "superior colliculus"): 1}
    assert weights(got, "length") == pytest.approx(
        {("rV1", "lV1"): 0.02, ("superior colliculus", "rV1"): 0.035, ("lV1", "superior colliculus"): 0.01}
    )
    assert got.nodes["lV1"] == {
        "position": (-1.0, 2.0, 3.0), "area_mm2": 100.5, "cortical": True, "hemisphere": "left",
    }  # fmt: skip
    assert got.nodes["superior colliculus"]["hemisphere"] == "right"
    assert got.nodes["superior colliculus"]["cortical"] is False


def test_tvb_variants(tvb):
    expected = weights(tvb())
    assert weights(tvb(prefix="connectivity_3/")) == expected
    assert weights(tvb(prefix="../../evil/")) == expected  # nothing is unpacked, so a name leads nowhere
    assert weights(tvb({"__MACOSX/weights.txt": "junk", "._weights.txt": "junk", "README": "x"})) == expected
    packed = dict.fromkeys(TVB) | {f"{name}.bz2": bz2.compress(text.encode()) for name, text in TVB.items()}
    assert weights(tvb(packed)) == expected
    assert weights(tvb({"weights.txt": "0,2,0\n0,0,3.5\n1,0,0\n"})) == expected
    only = tvb(dict.fromkeys(("tract_lengths.txt", "areas.txt", "cortical.txt", "hemispheres.txt")))
    assert weights(only) == expected
    assert weights(only, "length") == {}
    assert only.nodes["lV1"] == {"position": (-1.0, 2.0, 3.0)}


TVB_FAULTS = {
    "no weights": ({"weights.txt": None}, "holds no weights.txt"),
    "no centres": ({"centres.txt": None}, "holds no centres.txt"),
    "weights twice": ({"a/weights.txt": TVB["weights.txt"]}, "holds weights twice"),
    "not square": ({"weights.txt": "0 1 2\n0 1 2\n"}, "is 2 x 3 for 3 regions"),
    "ragged": ({"weights.txt": "0 1 2\n0 1\n1 1 1\n"}, "not a table of numbers"),
    "text": ({"weights.txt": "0 1 x\n0 1 2\n1 1 1\n"}, "not a table of numbers"),
    "NaN": ({"weights.txt": "0 1 nan\n0 1 2\n1 1 1\n"}, "row 'lV1', column 'superior colliculus' is not a number"),
    "infinite": ({"weights.txt": "0 1 inf\n0 1 2\n1 1 1\n"}, "infinite"),
    "lengths of another size": ({"tract_lengths.txt": "0 1\n1 0\n"}, "is 2 x 2 for 3 regions"),
    "negative length": ({"tract_lengths.txt": "0 -1 0\n1 0 1\n1 1 0\n"}, "length is -1"),
    "centres without numbers": ({"centres.txt": "a b c d\n"}, "centres, line 1: 'a b c d' is not a label and x, y, z"),
    "centres without label": ({"centres.txt": "1 2 3\n"}, "centres, line 1"),
    "same label": ({"centres.txt": "a 1 1 1\nb 1 1 1\na 1 1 1\n"}, "two rows are called 'a'"),
    "too few areas": ({"areas.txt": "1\n2\n"}, "holds 2 numbers for 3 regions"),
    "not text": ({"weights.txt": b"\xff\xfe\x00"}, "is not UTF-8 text"),
    "empty weights": ({"weights.txt": ""}, "for 3 regions"),
}


@pytest.mark.filterwarnings("ignore:loadtxt. input contained no data")
@pytest.mark.parametrize(("changes", "message"), TVB_FAULTS.values(), ids=TVB_FAULTS.keys())
def test_tvb_faults(tvb, changes, message):
    with pytest.raises(InputError, match=message):
        tvb(changes)


def test_tvb_repeated_labels_can_be_numbered(tvb):
    changes = {"centres.txt": "a 1 1 1\nb 1 1 1\na 1 1 1\n"}
    assert list(tvb(changes, {"repeats": "number"})) == ["a-1", "b", "a-2"]


def test_tvb_damaged_and_exploding_zips(tvb, tmp_path, monkeypatch):
    path = tmp_path / "c.zip"
    tvb()
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    with pytest.raises(InputError, match=r"is not a zip file that can be read"):
        read_connectome(path)
    broken = bytearray(whole)
    broken[60] ^= 0xFF
    path.write_bytes(bytes(broken))
    with pytest.raises(InputError):
        read_connectome(path)
    monkeypatch.setattr("braincore.data.tvb.MAX_MEMBER", 1000)
    with pytest.raises(InputError, match=r"'weights.txt' unpacks to more than 1,000 bytes"):
        tvb({"weights.txt": "0 " * 5000})
    with pytest.raises(InputError, match=r"unpacks to more than 1,000 bytes"):
        tvb({"weights.txt": None, "weights.txt.bz2": bz2.compress(b"0 " * 5000)})


@needs_data
def test_macaque_fln():
    """Markov et al. (2014): 91 source and 29 target areas, 1,615 pathways; FLN sums to 1 over the sources."""
    folder = "data:macaque_markov2014"
    mean = read_matrix(f"{folder}/fln_arithmean_91x29.csv")
    assert mean.values.shape == (91, 29)
    np.testing.assert_allclose(mean.values.sum(axis=0), 1, atol=2e-3)
    lengths = f"{folder}/distance_mm_91x91.csv"
    got = read_connectome(f"{folder}/fln_91x29.csv", rows="source", lengths=lengths, called="fln")
    assert (len(got), got.number_of_edges()) == (91, 1615)
    assert len({v for _, v in got.edges()}) == 29
    npz = read_connectome(
        f"{folder}/markov2014.npz", rows="source", weights="fln", labels="areas", column_labels="targets"
    )
    assert weights(npz) == pytest.approx(weights(got), rel=1e-6)
    assert weights(npz, "length") == pytest.approx(weights(got, "length"), rel=1e-4, abs=1e-7)
    square = read_connectome(f"{folder}/fln_29x29.csv", rows="source", lengths=lengths)
    graphml = read_connectome(f"{folder}/markov29.graphml")
    assert weights(square) == pytest.approx(weights(graphml))
    assert weights(square, "length") == pytest.approx(weights(graphml, "length"))


@needs_data
def test_macaque_froudist_walsh():
    """Froudist-Walsh et al. (2021): rows are targets; V1 -> V2 is feedforward (SLN > 0.5) and V2 -> V1 feedback."""
    folder = "data:macaque_froudistwalsh2021"
    got = read_connectome(
        f"{folder}/fln_40x40.csv", rows="target", attributes={"sln": f"{folder}/sln_40x40.csv"}, nan="absent"
    )
    assert len(got) == 40
    assert round(got.number_of_edges() / (40 * 39), 2) == 0.64
    assert got.edges["V1", "V2", 0]["sln"] > 0.5 > got.edges["V2", "V1", 0]["sln"]


@needs_data
def test_mouse():
    """Oh et al. (2014): 213 structures, 3,123 ipsilateral links with p < 0.05 (60 of them on the diagonal)."""
    folder = "data:mouse_oh2014"
    got = read_connectome(
        f"{folder}/W_ipsi.csv",
        rows="source",
        attributes={"p": f"{folder}/PValue_ipsi.csv"},
        regions=f"{folder}/nodes_213.csv",
    )
    assert len(got) == 213
    links = [(u, v) for u, v, data in got.edges(data=True) if data["p"] < 0.05]
    assert len(links) == 3123
    assert sum(u != v for u, v in links) == 3063
    assert got.nodes["VISp"]["name"] == "Primary visual area"
    assert sum(data["major_region"] == "Isocortex" for _, data in got.nodes(data=True)) == 38
    assert got.edges["LGd", "VISp", 0]["weight"] > 7 > 1 > got.edges["VISp", "LGd", 0]["weight"]


@needs_data
def test_tvb_default_connectivity_as_npz_and_as_zip(tmp_path):
    """The 76 regions of The Virtual Brain: 1,560 connections, 66 of them to themselves; both ways agree."""
    options = {"node_attributes": {"position_mm": "centres"}}
    npz = read_connectome("data:tvb/tvb_connectivity_76.npz", rows="target", **options)
    arrays = read_arrays("data:tvb/tvb_connectivity_76.npz")
    assert (len(npz), npz.number_of_edges(), nx.number_of_selfloops(npz)) == (76, 1560, 66)
    path = tmp_path / "connectivity_76.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for member, key in (("weights", "weights"), ("tract_lengths", "tract_lengths_mm")):
            text = "\n".join(" ".join(repr(float(x)) for x in row) for row in arrays[key])
            archive.writestr(f"{member}.txt", text)
        rows = zip(arrays["labels"], arrays["centres"].tolist(), strict=True)
        archive.writestr("centres.txt", "\n".join(f"{label} {x!r} {y!r} {z!r}" for label, (x, y, z) in rows))
    zipped = read_connectome(path)
    assert nx.utils.graphs_equal(npz, zipped)
    i, j = np.argwhere((arrays["weights"] != 0) & (arrays["weights"].T == 0))[0]
    labels = arrays["labels"]
    assert zipped.has_edge(labels[j], labels[i])
    assert not zipped.has_edge(labels[i], labels[j])


@needs_data
def test_human():
    """ENIGMA/HCP: symmetric group connectomes of 68 and 400 cortical regions need no orientation."""
    for name, n in (("desikan_68", 68), ("schaefer_400", 400)):
        got = read_connectome(f"data:human_hcp_enigma/{name}.npz", weights="sc")
        assert len(got) == n
        assert all(got.has_edge(v, u) for u, v in got.edges())
