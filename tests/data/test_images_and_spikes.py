"""IDX images and spike trains from tables."""

import gzip
import os
import struct

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from braincore.data import read_idx, read_images, read_spike_trains
from braincore.errors import InputError

needs_data = pytest.mark.skipif(not os.environ.get("BRAINCORE_DATA"), reason="BRAINCORE_DATA is not set")
TYPES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx(array):
    """Return an array in the IDX format."""
    head = bytes([0, 0, TYPES[array.dtype.str[1:]], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("kind", TYPES)
def test_idx_types_and_shapes(tmp_path, kind):
    values = np.arange(24).reshape(2, 3, 4).astype(kind)
    for name, content in (("a.idx", idx(values)), ("a.idx.gz", gzip.compress(idx(values)))):
        (tmp_path / name).write_bytes(content)
        got = read_idx(tmp_path / name)
        np.testing.assert_array_equal(got, values)
        assert got.dtype == np.dtype(kind)
        assert got.dtype.isnative


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not an IDX file"),
        (b"PK\3\4", "is not an IDX file"),
        (b"\0\0\x07\1\0\0\0\1x", "is not an IDX file"),
        (b"\0\0\x08\0", "is not an IDX file"),
        (b"\0\0\x08\3\0\0\0\1", "is cut short"),
        (b"\0\0\x08\1\0\0\0\5abcd", r"shape \(5,\) does not fit its 4 bytes"),
        (b"\0\0\x08\1\0\0\0\3abcd", r"shape \(3,\) does not fit its 4 bytes"),
        (b"\0\0\x08\3" + b"\xff" * 12 + b"abcd", "does not fit its 4 bytes"),
    ],
)
def test_bad_idx(tmp_path, content, message):
    path = tmp_path / "a.idx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_idx(path)


def test_image_sets_that_are_missing_or_misspelt(tmp_path, monkeypatch):
    monkeypatch.setenv("BRAINCORE_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(InputError, match=r"unknown set of images 'minst'. Did you mean 'mnist'"):
        read_images("minst")
    with pytest.raises(InputError, match=r"unknown split 'tets'. Did you mean 'test'"):
        read_images("mnist", "tets")
    with pytest.raises(InputError, match=r"not on this machine.*fetch\('mnist'\)"):
        read_images("mnist")
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(np.zeros((3, 2, 2), "u1"))))
    (tmp_path / "mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.zeros(2, "u1"))))
    with pytest.raises(InputError, match=r"do not fit"):
        read_images("mnist", "test")


@needs_data
@pytest.mark.parametrize(
    ("name", "mean", "counts"),
    [
        ("mnist", 33.3184, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
        ("fashion_mnist", 72.9404, [6000] * 10),
    ],
)
def test_image_sets(name, mean, counts):
    """Known numbers of the training sets: the mean pixel and the images of each class."""
    images, labels = read_images(name)
    assert images.shape == (60_000, 28, 28)
    assert images.dtype == labels.dtype == np.uint8
    assert images.mean() == pytest.approx(mean, abs=1e-3)
    assert np.bincount(labels).tolist() == counts
    test, test_labels = read_images(name, "test")
    assert test.shape == (10_000, 28, 28)
    assert test_labels.shape == (10_000,)


@pytest.fixture
def spikes(tmp_path):
    """Return a function that writes a CSV file of spikes and reads it."""

    def read(text, **options):
        path = tmp_path / "s.csv"
        path.write_text(text)
        times, ids = read_spike_trains(path, **options)
        return times.tolist(), ids.tolist()

    return read


def test_spikes_are_sorted_and_in_seconds(spikes):
    text = "time_ms,neuron\n20,1\n10,2\n10,1\n0.5,3\n"
    assert spikes(text) == (pytest.approx([0.0005, 0.01, 0.01, 0.02]), [3, 2, 1, 1])
    assert spikes("neuron,time_s\na,2\nb,1\n") == ([1.0, 2.0], ["b", "a"])
    assert spikes("when,who\n5,7\n", time="when", neuron="who", unit="us") == (pytest.approx([5e-6]), [7])
    assert spikes("t,i,trial\n1,5,0\n2,6,1\n", unit="s", where=[("trial", "==", 1)]) == ([2.0], [6])


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("t,i\n1,2\n", {}, "the unit of column 't' is not told. Say unit='ms'"),
        ("t,i\n1,2\n", {"unit": "mV"}, "'mV' is a voltage"),
        ("t,i\n1,2\n", {"unit": "msec"}, "unknown unit 'msec'"),
        ("time_ms,i\n1,2\n", {"unit": "s"}, "column 'time_ms' is not in s"),
        ("t,i\n-1,2\n", {"unit": "s"}, "a spike time is negative: -1 s"),
        ("t,i\nnan,2\n1.5,2\n", {"unit": "s"}, "row 1: the number in column 't' is nan"),
        ("t,i\n1,2.5\n", {"unit": "s"}, "not whole numbers or text"),
        ("t,i\nx,2\n", {"unit": "s"}, "the times in column 't' are not numbers"),
        ("x,i\n1,2\n", {"unit": "s"}, r"which column holds the times\? It has: x, i"),
        ("t,x\n1,2\n", {"unit": "s"}, "which column holds the neurons"),
        ("t,i\n1,2\n", {"unit": "s", "neuron": "ii"}, "there is no column 'ii'. Did you mean 'i'|Known columns"),
    ],
)
def test_bad_spikes(spikes, text, options, message):
    with pytest.raises(InputError, match=message):
        spikes(text, **options)


def test_spikes_from_parquet_and_npz(tmp_path):
    times, ids = np.array([0.3, 0.1, 0.2]), np.array([5, 6, 720575940596125868])
    parquet.write_table(pa.table({"t": times, "flywire_id": ids}), tmp_path / "s.parquet")
    np.savez(tmp_path / "s.npz", t=times, senders=ids.astype(np.int32))
    got = read_spike_trains(tmp_path / "s.parquet", unit="s")
    assert got[0].tolist() == [0.1, 0.2, 0.3]
    assert got[1].tolist() == [6, 720575940596125868, 5]
    got = read_spike_trains(tmp_path / "s.npz", unit="ms")
    assert got[0].tolist() == pytest.approx([1e-4, 2e-4, 3e-4])
    assert got[1].dtype == np.int64


@needs_data
def test_spikes_of_the_fly_model():
    """Reference run of Shiu et al. (2024): 30 trials of 1 s with the sugar neurons driven at 100 Hz."""
    path = "data:fly_shiu2024_reference/sugarR_100Hz.parquet"
    times, ids = read_spike_trains(path, unit="s")
    assert len(times) == len(ids) == 289_073
    assert (np.diff(times) >= 0).all()
    assert 0 <= times[0] < times[-1] <= 1.0
    first, _ = read_spike_trains(path, unit="s", where=[("trial", "==", 0)])
    assert 0 < len(first) < 15_000
