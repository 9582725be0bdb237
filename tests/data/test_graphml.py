"""GraphML: what networkx and others write, and what a hostile file holds."""

import gzip
import os
import time

import networkx as nx
import pytest

from braincore.data.connectomes import read_connectome
from braincore.data.graphml import read_graphml, write_graphml
from braincore.errors import InputError, ResultsError, UnitError

needs_data = pytest.mark.skipif(not os.environ.get("BRAINCORE_DATA"), reason="BRAINCORE_DATA is not set")

HEAD = '<?xml version="1.0"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
KEYS = """
<key id="w" for="edge" attr.name="weight" attr.type="double"/>
<key id="n" for="node" attr.name="label" attr.type="string"/>
<key id="l" for="edge" attr.name="tract_length_mm" attr.type="double"/>
<key id="q" for="edge" attr.name="length" attr.type="double"/>
<key id="k" for="edge" attr.name="kind" attr.type="string"><default>white matter</default></key>
"""


@pytest.fixture
def graph(tmp_path):
    """Return a function that writes the body of a GraphML file and reads it."""

    def read(body, kind="directed", head=HEAD, keys=KEYS, **options):
        path = tmp_path / "g.graphml"
        path.write_text(f'{head}{keys}<graph edgedefault="{kind}">{body}</graph></graphml>')
        return read_graphml(path, **options)

    return read


TWO = '<node id="V1"/><node id="9/46d"/>'


def test_names_lengths_and_defaults(graph):
    got = graph(
        TWO + '<edge source="V1" target="9/46d"><data key="w">0.5</data><data key="l">12</data></edge>'
        '<edge source="9/46d" target="V1"><data key="w">2</data><data key="k">callosal</data></edge>'
    )
    assert list(got) == ["V1", "9/46d"]
    assert type(got) is nx.MultiDiGraph
    assert got.edges["V1", "9/46d", 0] == {
        "weight": 0.5, "tract_length_mm": 12.0, "length": pytest.approx(0.012), "kind": "white matter",
    }  # fmt: skip
    assert got.edges["9/46d", "V1", 0] == {"weight": 2.0, "kind": "callosal"}


def test_names_from_an_attribute(graph):
    body = '<node id="n0"><data key="n">V1</data></node><node id="n1"><data key="n">MT</data></node>'
    edge = '<edge source="n0" target="n1"/>'
    assert list(graph(body + edge, names="label").edges()) == [("V1", "MT")]
    with pytest.raises(InputError, match=r"node 'n0' has no 'lable'. Did you mean 'label'"):
        graph(body + edge, names="lable")
    with pytest.raises(InputError, match=r"two regions are called 'V1'"):
        graph(body.replace("MT", "V1"), names="label")


def test_undirected_files_give_both_directions(graph):
    got = graph(TWO + '<edge source="V1" target="9/46d"/><edge source="V1" target="V1"/>', "undirected")
    assert sorted(got.edges()) == [("9/46d", "V1"), ("V1", "9/46d"), ("V1", "V1")]
    got = graph(TWO + '<edge source="V1" target="9/46d"/><edge source="V1" target="V1"/>', self_connections="drop")
    assert sorted(got.edges()) == [("V1", "9/46d")]


def test_parallel_edges_stay(graph):
    edge = '<edge{} source="V1" target="9/46d"><data key="w">{}</data></edge>'
    got = graph(TWO + edge.format("", 1) + edge.format("", 2))
    assert sorted(data["weight"] for _, _, data in got.edges(data=True)) == [1, 2]
    with pytest.raises(InputError, match=r"1 edges between the same nodes have the same id"):
        graph(TWO + edge.format(' id="a"', 1) + edge.format(' id="a"', 2))


LENGTH = '<edge source="V1" target="9/46d"><data key="q">9</data><data key="w">1</data></edge>'


def test_a_length_needs_a_unit(graph):
    with pytest.raises(
        InputError, match=r"the unit of 'length' is not told. Name it 'length_mm', or say length_unit='mm'"
    ):
        graph(TWO + LENGTH)
    assert graph(TWO + LENGTH, length_unit="mm").edges["V1", "9/46d", 0]["length"] == pytest.approx(0.009)
    assert graph(TWO + LENGTH, length="length", length_unit="cm").edges["V1", "9/46d", 0]["length"] == pytest.approx(
        0.09
    )
    with pytest.raises(UnitError, match=r"'ms' is a time"):
        graph(TWO + LENGTH, length_unit="ms")
    with pytest.raises(InputError, match=r"no edge has a number 'lenght'. Did you mean 'length'"):
        graph(TWO + LENGTH, length="lenght", length_unit="mm")
    body = TWO + '<edge source="V1" target="9/46d"><data key="l">9</data></edge>'
    with pytest.raises(InputError, match=r"'tract_length_mm' is not in um"):
        graph(body, length="tract_length_mm", length_unit="um")
    assert graph(body, length="tract_length_mm", length_unit="mm").edges["V1", "9/46d", 0]["length"] == pytest.approx(
        0.009
    )


def test_which_number_is_the_weight(graph):
    keys = "".join(
        f'<key id="{k}" for="edge" attr.name="{k}" attr.type="double"/>' for k in ("fln", "sln", "distance_mm")
    )
    one = TWO + '<edge source="V1" target="9/46d"><data key="fln">0.5</data><data key="distance_mm">7</data></edge>'
    assert graph(one, keys=keys).edges["V1", "9/46d", 0] == {
        "fln": 0.5, "weight": 0.5, "distance_mm": 7.0, "length": pytest.approx(0.007),
    }  # fmt: skip
    two = one.replace("</edge>", '<data key="sln">0.9</data></edge>')
    with pytest.raises(InputError, match=r"which is the weight: fln, sln"):
        graph(two, keys=keys)
    assert graph(two, keys=keys, weight="sln").edges["V1", "9/46d", 0]["weight"] == 0.9
    with pytest.raises(InputError, match=r"no edge has a number 'snl'. Did you mean 'sln'"):
        graph(two, keys=keys, weight="snl")


def test_zero_lengths(graph):
    body = TWO + '<edge source="V1" target="9/46d"><data key="l">0</data></edge>'
    assert graph(body).edges["V1", "9/46d", 0]["length"] == 0
    assert "length" not in graph(body, zero_length="missing").edges["V1", "9/46d", 0]
    with pytest.raises(InputError, match=r"zero_length='drop'. Allowed: keep, missing"):
        graph(body, zero_length="drop")


def test_nan(graph):
    body = TWO + '<edge source="V1" target="9/46d"><data key="w">nan</data></edge><edge source="9/46d" target="V1"/>'
    with pytest.raises(InputError, match=r"edge 'V1' to '9/46d': weight is nan"):
        graph(body)
    assert list(graph(body, nan="absent").edges()) == [("9/46d", "V1")]
    with pytest.raises(InputError, match=r"weight is inf"):
        graph(body.replace(">nan<", ">inf<"), nan="absent")
    with pytest.raises(InputError, match=r"tract_length_mm is -1"):
        graph(TWO + '<edge source="V1" target="9/46d"><data key="l">-1</data></edge>')


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
HOSTILE = {
    "billion laughs": (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><graphml>',
        '<node id="&l9;"/>',
        "declares a document type",
    ),
    "quadratic blow-up": (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "{"a" * 10_000}">]><graphml>',
        f'<node id="{"&a;" * 1000}"/>',
        "declares a document type",
    ),
    "external entity": (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><graphml>',
        '<node id="&e;"/>',
        "declares a document type",
    ),
    "external DTD": (
        '<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><graphml>',
        "",
        "declares a document type",
    ),
    "undeclared entity": (HEAD, '<node id="&e;"/>', "is not XML that can be read: undefined entity"),
    "not closed": (HEAD, "<node>", "is not XML that can be read: mismatched tag"),
    "undeclared node": (HEAD, '<node id="V1"/><edge source="V1" target="V11"/>', "node 'V11', which is not there"),
    "node twice": (HEAD, '<node id="V1"/><node id="V1"/>', "two nodes have the id 'V1'"),
    "nested graph": (HEAD, '<node id="a"><graph edgedefault="directed"/></node>', "several or nested graphs"),
    "hyperedge": (HEAD, "<hyperedge/>", "holds a hyperedge"),
    "too deep": (HEAD, "<a>" * 20 + "</a>" * 20, "nests deeper than 16"),
    "empty name": (HEAD, '<node id=""/>', "'' is not a name"),
    "blank around a name": (HEAD, '<node id=" V1"/>', "' V1' is not a name"),
    "tab in a name": (HEAD, '<node id="V&#9;1"/>', "is not a name"),
    "right-to-left name": (HEAD, '<node id="V\u202e1"/>', "is not a name"),
    "not a number": (
        HEAD + KEYS,
        TWO + '<edge source="V1" target="9/46d"><data key="w">much</data></edge>',
        "cannot be read|can be read",
    ),
    "unknown key": (HEAD, TWO + '<edge source="V1" target="9/46d"><data key="w">1</data></edge>', "can be read"),
    "undirected edge": (HEAD, TWO + '<edge directed="false" source="V1" target="9/46d"/>', "directed=false"),
}


@pytest.mark.parametrize(("head", "body", "message"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files(graph, head, body, message):
    start = time.process_time()
    with pytest.raises(InputError, match=message):
        graph(body, head=head, keys="")
    assert time.process_time() - start < 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_document_type_is_found_in_any_encoding(tmp_path, encoding):
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><graphml><graph/></graphml>'
    bom = "\ufeff" if encoding != "utf-16" else ""
    path = tmp_path / "g.graphml"
    path.write_bytes((bom + text).encode(encoding))
    with pytest.raises(InputError, match=r"declares a document type"):
        read_graphml(path)


def test_other_files(tmp_path):
    path = tmp_path / "g.graphml"
    for content, message in [
        (b"", "is not XML that can be read: no element found"),
        (b"hello", "is not XML"),
        (b"<svg/>", "holds no graph"),
        (b"<a><graph/></a>", "can be read"),
        (bytes(100), "is not XML"),
        (b'<?xml version="1.0" encoding="utf-C"?><graphml/>', "is not XML that can be read: unknown encoding"),
    ]:
        path.write_bytes(content)
        with pytest.raises(InputError, match=message):
            read_graphml(path)


def example():
    graph = nx.MultiDiGraph()
    graph.add_node("V1", position=(1.0, -2.5, 0.1 + 0.2), size=1200, cortical=True, hemisphere="left")
    graph.add_node("9/46d", note='<&"é>')
    graph.add_node("24c")
    graph.add_edge("V1", "9/46d", weight=1 / 3, fln=1e-7, length=0.0123456789, kind="feedforward", distance_mm=12.0)
    graph.add_edge("V1", "9/46d", weight=2, length=0.1 / 3)
    graph.add_edge("9/46d", "9/46d", weight=0.5, delay=0.001)
    return graph


def test_round_trip(tmp_path):
    path = tmp_path / "g.graphml"
    write_graphml(example(), path)
    assert nx.utils.graphs_equal(read_graphml(path), example())
    first = path.read_bytes()
    write_graphml(read_graphml(path), path)
    assert nx.utils.graphs_equal(read_graphml(path), example())
    packed = tmp_path / "g.graphml.gz"
    packed.write_bytes(gzip.compress(first))
    assert nx.utils.graphs_equal(read_connectome(packed), example())


def test_a_folder_that_cannot_be_written(tmp_path):
    with pytest.raises(ResultsError, match=r"cannot be written"):
        write_graphml(example(), tmp_path / "nowhere" / "g.graphml")


@needs_data
def test_macaque():
    """Markov et al. (2014): 29 areas, 536 connections, density 0.66."""
    got = read_connectome("data:macaque_markov2014/markov29.graphml")
    assert (len(got), got.number_of_edges(), round(nx.density(got), 2)) == (29, 536, 0.66)
    assert {"9/46d", "24c", "7A"} <= set(got)
    for _, _, data in got.edges(data=True):
        assert data["weight"] == data["fln"]
        assert data["length"] == pytest.approx(data["distance_mm"] * 1e-3)


@needs_data
def test_worm():
    """The 302 neurons of Cook et al. (2019); chemical and electrical edges between the same two stay apart."""
    got = read_connectome("data:celegans_cook2019/hermaphrodite_neurons.graphml")
    assert (len(got), got.number_of_edges()) == (302, 4816)
    assert {data["type"] for _, _, data in got.edges(data=True)} == {"chemical", "electrical"}
    assert sum(data["type"] == "chemical" for _, _, data in got.edges(data=True)) == 3709
