"""Columns of tables: text stays text, numbers are whole or finite, and faults name their place."""

import bz2
import gzip
import os
import zipfile

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from braincore.data.arrays import read_arrays
from braincore.data.tables import read_table
from braincore.errors import InputError

needs_data = pytest.mark.skipif(not os.environ.get("BRAINCORE_DATA"), reason="BRAINCORE_DATA is not set")


@pytest.fixture
def table(tmp_path):
    """Return a function that writes a CSV file and reads it."""

    def read(text, suffix=".csv", **options):
        path = tmp_path / f"t{suffix}"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_table(path, **options)

    return read


def test_types_and_order(table):
    got = table("id,name,weight,flag\n2532841,24c,0.5,true\n29,NA,1e-3,false\n")
    assert list(got) == ["id", "name", "weight", "flag"]
    assert got["id"].dtype == np.int64
    assert got["id"].tolist() == [2532841, 29]
    assert got["name"].tolist() == ["24c", "NA"]
    assert got["name"].dtype.kind == "U"
    assert got["weight"].tolist() == [0.5, 0.001]
    assert got["flag"].dtype == bool


@pytest.mark.parametrize(
    "name", ["NA", "nan", "NaN", "null", "None", "N/A", "", "7A", "9/46d", "1e5x", "2020-01-01", "12:30"]
)
def test_names_that_look_like_something_else_stay_text(table, name):
    got = table(f"region,n\n{name},1\n24c,2\n")
    assert got["region"].tolist() == [name, "24c"]


@pytest.mark.parametrize("name", ["2020-01-01", "12:30:45", "2020-01-01T10:00:00"])
def test_columns_of_dates_only_stay_text(table, name):
    assert table(f"region,n\n{name},1\n{name},2\n")["region"].tolist() == [name, name]


def test_told_types(table):
    text = "id,x,y\n007,1,2\n008,3,4\n"
    assert table(text)["id"].tolist() == [7, 8]
    got = table(text, columns={"id": str, "x": float})
    assert got["id"].tolist() == ["007", "008"]
    assert got["x"].dtype == np.float64
    assert list(got) == ["id", "x"]
    with pytest.raises(InputError, match=r"cannot be of type"):
        table(text, columns={"id": complex})
    with pytest.raises(InputError, match=r"Row #3: CSV conversion error to int64: invalid value 'b'"):
        table("id\n1\nb\n", columns={"id": int})


def test_large_ids_are_exact(table):
    ids = [720575940596125868, 9223372036854775807]
    assert table(f"id\n{ids[0]}\n{ids[1]}\n")["id"].tolist() == ids


def test_where(table):
    text = "pre,post,n,kind\na,b,1,x\nb,c,5,y\nc,a,9,x\n"
    assert table(text, where=[("n", ">", 1)])["pre"].tolist() == ["b", "c"]
    assert table(text, where=[("n", ">=", 5), ("kind", "==", "x")])["pre"].tolist() == ["c"]
    assert table(text, where=[("kind", "in", ["y", "z"])])["n"].tolist() == [5]
    assert table(text, where=[("kind", "not in", ["y"])])["n"].tolist() == [1, 9]
    assert table(text, where=[("kind", "!=", "x")], columns=["pre"])["pre"].tolist() == ["b"]
    assert list(table(text, where=[("kind", "!=", "x")], columns=["pre"])) == ["pre"]
    assert len(table(text, where=[("n", "<", 0)])["pre"]) == 0
    with pytest.raises(InputError, match=r"unknown operator '=>'. Did you mean '>'"):
        table(text, where=[("n", "=>", 1)])
    with pytest.raises(InputError, match=r"cannot be compared with 'x'"):
        table(text, where=[("n", "==", "x")])
    with pytest.raises(InputError, match=r"Did you mean 'kind'"):
        table(text, where=[("kindd", "==", "x")])


BAD = {
    "no file content": ("", "the file is empty"),
    "blank lines only": ("\n\n", "the file is empty"),
    "header only": ("a,b\n", "the table has no rows"),
    "short row": ("a,b\n1,2\n3\n4,5\n", r"Row #3: Expected 2 columns, got 1"),
    "long row": ("a,b\n1,2\n3,4,5\n", r"Row #3: Expected 2 columns, got 3"),
    "missing number": ("a,b\n1,2\n3,\n", r"row 2: the number in column 'b' is missing"),
    "NaN": ("a,b\n1,0.5\n3,nan\n", r"row 2: the number in column 'b' is nan"),
    "infinity": ("a,b\n1,inf\n3,1.0\n", r"row 1: the number in column 'b' is inf. Numbers must be finite"),
    "negative infinity": ("a,b\n1,1.5\n3,-inf\n", r"row 2: the number in column 'b' is -inf"),
    "overflow": ("a,b\n1,1e999\n3,1.0\n", r"row 1: the number in column 'b' is inf"),
    "line break in a name": ('a,"b\nc"\n1,2\n', "holds a control character"),
    "repeated column": ("a,a\n1,2\n", "the header repeats 'a'"),
    "Latin-1 header": ("é,b\n1,2\n".encode("latin-1"), "is not UTF-8 text"),
    "Latin-1 cell": ("a,b\né,2\n".encode("latin-1"), "column 'a' is not UTF-8 text"),
}


@pytest.mark.parametrize(("text", "message"), BAD.values(), ids=BAD.keys())
def test_faults(table, text, message):
    with pytest.raises(InputError, match=message):
        table(text)


def test_every_missing_column_is_named(table):
    with pytest.raises(InputError) as caught:
        table("pre,post,weight\n1,2,3\n", columns=["pree", "post", "wieght"])
    assert [fault.hint for fault in caught.value.faults] == ["Did you mean 'pre'?", "Did you mean 'weight'?"]
    assert "t.csv" in caught.value.faults[0].where


def test_absent_numbers(table):
    got = table("name,x,n\na,,1\nb,2.5,\n", nan="absent")
    np.testing.assert_array_equal(got["x"], [np.nan, 2.5])
    np.testing.assert_array_equal(got["n"], [1, np.nan])
    got = table("x\nNA\n1.5\n", nan="absent", missing=("", "NA"))
    np.testing.assert_array_equal(got["x"], [np.nan, 1.5])
    with pytest.raises(InputError, match=r"is inf"):
        table("x\ninf\n", nan="absent")


def test_dialects(table):
    assert table("a\tb\n1\tx,y\n", ".tsv")["b"].tolist() == ["x,y"]
    assert table("a b\n1 2\n", delimiter=" ")["b"].tolist() == [2]
    assert table('a,b\n1,"x, ""y"""\n')["b"].tolist() == ['x, "y"']
    assert table("\ufeffa,b\r\n1,2\r\n")["a"].tolist() == [1]
    assert table("1,2\n3,4\n", header=["a", "b"])["a"].tolist() == [1, 3]
    assert table("made by hand\na,b\n3,4\n", skip_rows=1)["a"].tolist() == [3]
    assert table(gzip.compress(b"a,b\n1,2\n"), ".csv.gz")["b"].tolist() == [2]
    assert table(bz2.compress(b"a\tb\n1\t2\n"), ".tsv.bz2")["b"].tolist() == [2]


def test_parquet(tmp_path):
    path = tmp_path / "t.parquet"
    words = pa.array(["x", None, "x"]).dictionary_encode()
    parquet.write_table(
        pa.table({"id": pa.array([1, 2, 3], pa.int32()), "kind": words, "w": [0.5, None, 1.5], "l": [[1], [2], [3]]}),
        path,
    )
    got = read_table(path, ["id", "kind"])
    assert got["id"].dtype == np.int32
    assert got["kind"].tolist() == ["x", "", "x"]
    with pytest.raises(InputError, match=r"row 2: the number in column 'w' is missing"):
        read_table(path, ["w"])
    with pytest.raises(InputError, match=r"column 'l' holds lists"):
        read_table(path)
    assert read_table(path, ["w"], [("id", "!=", 2)])["w"].tolist() == [0.5, 1.5]
    with pytest.raises(InputError, match=r"Did you mean 'kind'"):
        read_table(path, ["kinds"])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"is not a Parquet table that can be read"):
        read_table(path)
    path.write_text("id,kind\n1,x\n")
    with pytest.raises(InputError, match=r"is not a Parquet table that can be read"):
        read_table(path)


def test_a_parquet_file_that_claims_too_many_rows(tmp_path):
    path = tmp_path / "t.parquet"
    rows = 200_000
    parquet.write_table(pa.table({f"c{i}": pa.array(np.zeros(rows, np.int8)) for i in range(3)}), path)
    assert len(read_table(path)["c0"]) == rows
    from braincore.data.files import require_memory

    with pytest.raises(InputError, match=r"a table needs 1,000,000.0 GiB of memory. There are"):
        require_memory(10**6 * 2**30, "a table", "t.parquet")


def test_npz_tables(tmp_path):
    path = tmp_path / "t.npz"
    np.savez(path, t=np.array([0.1, 0.2, 0.3]), i=np.array([1, 2, 1]), m=np.eye(3))
    assert read_table(path, ["t", "i"], [("i", "==", 1)])["t"].tolist() == [0.1, 0.3]
    with pytest.raises(InputError, match=r"differ in shape"):
        read_table(path)
    np.savez(path, t=np.array([0.1, np.nan]))
    with pytest.raises(InputError, match=r"row 2"):
        read_table(path)


def test_npz_arrays_are_not_trusted(tmp_path):
    path = tmp_path / "t.npz"
    np.savez(path, a=np.asfortranarray(np.arange(6.0).reshape(2, 3)), names=np.array(["x", "yy"]))
    got = read_arrays(path)
    np.testing.assert_array_equal(got["a"], np.arange(6.0).reshape(2, 3))
    assert got["names"].tolist() == ["x", "yy"]
    with pytest.raises(InputError, match=r"Did you mean 'names'"):
        read_arrays(path, ["name"])
    np.savez(path, o=np.array([{"a": 1}], dtype=object))
    with pytest.raises(InputError, match=r"holds Python objects"):
        read_arrays(path)
    header = b"\x93NUMPY\x01\x00"
    body = b"{'descr': '<f8', 'fortran_order': False, 'shape': (%s,), }\n"
    for shape in (b"1000000000000", b"-1", b"1"):
        text = body % shape
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.npy", header + len(text).to_bytes(2, "little") + text + bytes(16))
        with pytest.raises(InputError, match=r"does not fit its 16 bytes|negative shape"):
            read_arrays(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", b"nonsense")
    with pytest.raises(InputError, match=r"is not a NumPy array"):
        read_arrays(path)
    path.write_bytes(b"nonsense")
    with pytest.raises(InputError, match=r"is not an NPZ file that can be read"):
        read_arrays(path)


@needs_data
def test_flywire_neurons():
    """FlyWire 783 has 139,255 proofread neurons; ids near 2^60 must be exact (Dorkenwald et al. 2024)."""
    got = read_table("data:fly_flywire783_neurons/neurons_783.parquet", ["root_id", "nt_type", "side"])
    assert len(got["root_id"]) == 139_255
    assert got["root_id"].dtype == np.int64
    assert got["root_id"][0] == 720575940596125868
    assert set(got["nt_type"]) >= {"ACH", "GABA", "GLUT"}


@needs_data
def test_larva_neurons_keep_their_ids():
    got = read_table("data:larva_winding2023/annotations_all.csv")
    assert got["skid"].dtype == np.int64
    assert 2532841 in got["skid"]


@needs_data
def test_worm_names_are_all_there():
    """Cook et al. (2019): 302 hermaphrodite neurons."""
    cells = read_table("data:celegans_cook2019/hermaphrodite_cells.csv", ["cell"], [("is_neuron", "==", True)])["cell"]
    assert len(set(cells.tolist())) == 302


def test_long_text_does_not_waste_memory(table, monkeypatch):
    """Padding every word to the longest one would; then words are Python objects."""
    monkeypatch.setattr("braincore.data.tables._FIXED_WIDTH_LIMIT", 1000)
    got = table(f"name,n\n{'x' * 200},1\nb,2\n")["name"]
    assert got.dtype == object
    assert got.tolist() == ["x" * 200, "b"]
