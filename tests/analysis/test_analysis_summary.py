"""The numbers of ``summary.json``, against the single statistics and on runs with nothing to say."""

from __future__ import annotations

import json

import numpy as np
import pytest

from braincore.analysis import cv_isi, lv, summarise, synchrony
from braincore.analysis import summary as module
from braincore.results import PopulationInfo, Run, RunWriter

DT = 1e-4


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """Poisson population A, clocks B, silent C, rates only D, unrecorded E, empty F."""
    folder = tmp_path_factory.mktemp("summary") / "run"
    rng = np.random.default_rng(1)
    steps = 50_000
    infos = [
        PopulationInfo(name="A", size=100),
        PopulationInfo(name="B", size=5),
        PopulationInfo(name="C", size=10),
        PopulationInfo(name="D", size=10, spikes=False),
        PopulationInfo(name="E", size=10, spikes=False),
        PopulationInfo(name="F", size=0),
    ]
    with RunWriter(folder) as writer:
        writer.begin(dt=DT, populations=infos)
        n = rng.poisson(100 * 15 * steps * DT)
        writer.write_spikes(rng.integers(0, steps, n), None, np.zeros(n, int), rng.integers(0, 100, n))
        for neuron in range(5):
            times = np.arange(neuron, steps, 500)
            writer.write_spikes(times, None, np.ones(len(times), int), np.full(len(times), neuron))
        bins = np.arange(0, steps, 100)
        writer.write_rates(bins, np.full(len(bins), 3), np.where(bins < 25_000, 1, 3), bin_steps=100)
        writer.advance(steps)
        writer.flush()
        writer.finish(summarise(Run(folder, allow_incomplete=True)))
    return Run(folder)


def test_it_is_what_the_single_statistics_give(run):
    found = summarise(run)
    assert list(found) == list("ABCDEF")
    spikes = run.spikes("A")
    assert found["A"]["n"] == 100
    assert found["A"]["rate_hz"] == pytest.approx(len(spikes) / (100 * 5.0))
    assert found["A"]["cv_isi"] == pytest.approx(np.nanmean(cv_isi(spikes.t, spikes.unit, 100)))
    assert found["A"]["lv"] == pytest.approx(np.nanmean(lv(spikes.t, spikes.unit, 100)))
    assert found["A"]["synchrony"] == pytest.approx(synchrony(spikes.t, start=0.0, stop=5.0))
    assert found["A"]["cv_neurons"] == 100
    assert 0.9 < found["A"]["cv_isi"] < 1.02
    assert found["B"]["rate_hz"] == pytest.approx(20.0)
    assert found["B"]["cv_isi"] == pytest.approx(0, abs=1e-9)


def test_silence_is_zero_hertz_and_ignorance_is_none(run):
    found = summarise(run)
    assert found["C"] == {"n": 10, "rate_hz": 0.0, "cv_isi": None, "cv_neurons": 0, "lv": None, "synchrony": None}
    assert found["D"]["rate_hz"] == pytest.approx(2 / (10 * 0.01))
    assert found["D"]["cv_isi"] is None
    assert found["E"]["rate_hz"] is None
    assert found["F"]["rate_hz"] is None
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert {name: run.summary[name] for name in found} == found


def test_a_window(run):
    late = summarise(run, start=2.5)
    spikes = run.spikes("A", start=2.5)
    assert late["A"]["rate_hz"] == pytest.approx(len(spikes) / (100 * 2.5))
    assert late["A"]["synchrony"] == pytest.approx(synchrony(spikes.t, start=2.5, stop=5.0))
    assert late["D"]["rate_hz"] == pytest.approx(30.0)
    assert summarise(run, start=1.0, stop=1.0)["A"]["rate_hz"] is None
    tiny = summarise(run, start=0.0, stop=0.001)
    assert tiny["A"]["synchrony"] is None
    assert tiny["A"]["rate_hz"] is not None


def test_many_populations_are_taken_in_blocks(run, monkeypatch):
    whole = summarise(run)
    monkeypatch.setattr(module, "_BLOCK", 1)
    assert summarise(run) == whole


def test_a_run_that_recorded_nothing(tmp_path):
    with RunWriter(tmp_path / "run") as writer:
        writer.begin(dt=DT, populations=[PopulationInfo(name="A", size=3, spikes=False)])
        writer.advance(100)
        writer.finish({})
    assert summarise(Run(tmp_path / "run"))["A"]["rate_hz"] is None
    with RunWriter(tmp_path / "empty") as writer:
        writer.finish({})
    assert summarise(Run(tmp_path / "empty")) == {}
