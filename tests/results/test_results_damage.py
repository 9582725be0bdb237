"""A changed or missing byte is an error that names the file, or changes nothing: never a wrong value."""

from __future__ import annotations

import shutil
from pathlib import Path

import made_recording as made
import numpy as np
import pytest

from braincore.errors import BraincoreError, ResultsError
from braincore.results import Run, RunWriter


@pytest.fixture(scope="module")
def recorded(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("damage") / "run"
    with RunWriter(folder, chunk_bytes=15_000) as writer:
        writer.write_text("run.yaml", "braincore: 1\nseed: 7\n")
        writer.write_json("provenance.json", {"seed": 7})
        writer.write_arrays("drive", {"rate": np.arange(20.0)})
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        for chunk in range(20):
            made.write_chunk(writer, chunk)
        writer.write_weights("V1.E->V2.E", 1000, [0, 1], [1, 2], {"w": [1e-12, 2e-12]}, {"w": "A"})
        writer.finish({"seed": 7, "populations": {"V1.E": {"rate_hz": 12.5}}})
    return folder


def everything(folder: Path) -> list[object]:
    """All that a reader hands out."""
    run = Run(folder, allow_incomplete=True)
    spikes, traces, weights = run.spikes(), run.traces("soma"), run.weights("V1.E->V2.E")
    values = [
        *(getattr(spikes, name).tolist() for name in ("t", "step", "neuron", "population")),
        *(getattr(traces, name).tolist() for name in ("t", "step", "neuron", "population")),
        *(traces.variables[name].tolist() for name in sorted(traces.variables)),
        *(weights.variables["w"].tolist(), weights.pre.tolist(), weights.step.tolist()),
        run.rates("V1").count.tolist(),
        run.to_pandas("rates").values.tolist(),
        run.arrays("drive")["rate"].tolist(),
        (spikes.names, traces.units, weights.units, spikes.dt, spikes.stop),
        (run.summary, run.provenance, run.text(), run.populations, run.status),
    ]
    return [repr(value) for value in values]


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.name != ".lock" and p.stat().st_size)


def damage(folder: Path, copy: Path, count: int, seed: int, *, cut: bool) -> None:
    """Change one thing at a time and read everything; only the truth or an error with the file's name may come out."""
    shutil.copytree(folder, copy)
    truth = everything(copy)
    rng = np.random.default_rng(seed)
    every = files(copy)
    noticed = 0
    for _ in range(count):
        path = every[rng.integers(len(every))]
        before = path.read_bytes()
        data = bytearray(before)
        if cut:
            data = data[: rng.integers(len(data))]
        else:
            data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
        path.write_bytes(data)
        try:
            assert everything(copy) == truth, path
        except ResultsError as error:
            noticed += 1
            assert str(path) in str(error)
            assert "\n" not in str(error)
        except BraincoreError as error:  # the marker itself is gone: no longer one of our folders
            assert path.name == "status.json"
            assert "not a run folder" in str(error)
        path.write_bytes(before)
    assert noticed > 0.9 * count
    assert everything(copy) == truth


def test_bit_flips(recorded, tmp_path):
    damage(recorded, tmp_path / "run", 300, 1, cut=False)


def test_cut_files(recorded, tmp_path):
    damage(recorded, tmp_path / "run", 100, 2, cut=True)


@pytest.mark.slow
def test_four_thousand_bit_flips_and_a_thousand_cuts(recorded, tmp_path):
    damage(recorded, tmp_path / "flips", 4000, 3, cut=False)
    damage(recorded, tmp_path / "cuts", 1000, 4, cut=True)


def test_every_byte_of_the_footer_counts(recorded, tmp_path):
    """Page checksums leave the footer out; ours does not."""
    shutil.copytree(recorded, tmp_path / "run")
    path = tmp_path / "run" / "spikes" / "part-00000.parquet"
    data = path.read_bytes()
    length = int.from_bytes(data[-8:-4], "little") + 8
    for at in range(len(data) - length, len(data), 3):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        with pytest.raises(ResultsError, match=r"part-00000.parquet is damaged"):
            Run(tmp_path / "run").spikes()


def test_a_missing_part_is_named(recorded, tmp_path):
    shutil.copytree(recorded, tmp_path / "run")
    (tmp_path / "run" / "spikes" / "part-00001.parquet").unlink()
    with pytest.raises(ResultsError, match=r"spikes/part-00001.parquet is missing"):
        Run(tmp_path / "run").spikes()


def test_a_part_of_another_run_or_place_is_named(recorded, tmp_path):
    shutil.copytree(recorded, tmp_path / "run")
    made.record(tmp_path / "other", 20)
    spikes = tmp_path / "run" / "spikes"
    shutil.copy(tmp_path / "other" / "spikes" / "part-00001.parquet", spikes)
    with pytest.raises(ResultsError, match=r"part-00001.parquet belongs to another run"):
        Run(tmp_path / "run").spikes()
    shutil.copy(spikes / "part-00000.parquet", spikes / "part-00001.parquet")
    with pytest.raises(ResultsError, match=r"part-00001.parquet is in the wrong place"):
        Run(tmp_path / "run").spikes()


def test_a_summary_that_was_edited_is_named(recorded, tmp_path):
    shutil.copytree(recorded, tmp_path / "run")
    path = tmp_path / "run" / "summary.json"
    path.write_text(path.read_text().replace("12.5", "12.6"))
    with pytest.raises(ResultsError, match=r"summary.json is damaged: it is not what the run wrote"):
        _ = Run(tmp_path / "run").summary


def test_a_newer_format_is_said_to_be_newer(recorded, tmp_path):
    shutil.copytree(recorded, tmp_path / "run")
    path = tmp_path / "run" / "status.json"
    path.write_text(path.read_text().replace('"braincore_run": 1', '"braincore_run": 2'))
    with pytest.raises(ResultsError, match="written by a newer braincore"):
        Run(tmp_path / "run")
