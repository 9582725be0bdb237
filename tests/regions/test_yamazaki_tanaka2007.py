"""The granular layer in spikes: wiring of the paper, a code for passing time, and none without Golgi cells."""

from __future__ import annotations

import numpy as np
import pytest
from braincore.experiments._task import ran
from braincore.regions.yamazaki_tanaka2005 import similarity
from braincore.regions.yamazaki_tanaka2007 import (
    GolgiAxons,
    ParallelFibres,
    YamazakiTanaka2007,
    stimulus,
)
from numpy.typing import NDArray
from scipy.signal import lfilter

from braincore import Brain
from braincore.errors import InputError
from braincore.model import Site

Floats = NDArray[np.float64]
ONSET, STATES = 250, slice(270, 750)
"""Milliseconds: the stimulus in a trial of 1 s, and the states that are compared."""


def _trials(seed: int, count: int = 3, **settings: float) -> tuple[Floats, float]:
    """Return spikes per granule cell and ms of each cluster, (trials, ms, clusters), and the Golgi cells' rate (Hz)."""
    region = YamazakiTanaka2007(**settings)
    brain = Brain(seed=seed, dt="1 ms", duration=f"{count} s")
    brain.regions["layer"] = region
    for k in range(count):
        brain.stimuli += stimulus("layer", f"{1000 * k + ONSET} ms")
    with ran(brain) as run:
        spikes, golgi = run.spikes("layer.granule"), run.spikes("layer.golgi")
    z = np.zeros((count * 1000, region.side**2))
    np.add.at(z, (spikes.step, spikes.neuron // region.cluster), 1 / region.cluster)
    during = (golgi.step % 1000 >= STATES.start) & (golgi.step % 1000 < STATES.stop)
    rate = during.sum() / region.side**2 / count / (STATES.stop - STATES.start) * 1e3
    return z.reshape(count, 1000, -1), float(rate)


def _states(z: Floats) -> Floats:
    """Return activity filtered with the Purkinje cell's 8.3 ms."""
    filtered: Floats = lfilter([1.0], [1.0, -np.exp(-1 / 8.3)], z, axis=1)
    return filtered[:, STATES]


def _by_difference(matrix: Floats) -> list[float]:
    """Return the mean similarity of states 0, 50, 150 and 300 ms apart."""
    return [float(np.diagonal(matrix, d).mean()) for d in (0, 50, 150, 300)]


def test_wiring_is_that_of_the_paper() -> None:
    """Against the paper's windows: 4 x 81 x 0.025 = 8.1 Golgi cells of a granule cell, 49 x 0.05 = 2.45 clusters."""
    rng = np.random.default_rng(1)
    site = Site(n_pre=1024, n_post=1024)
    golgi, granule = GolgiAxons(side=32, cluster=1, p=0.025).connect(site, rng)
    assert golgi.size / 1024 == pytest.approx(8.1, abs=0.5)
    dx, dy = ((granule // 32 - golgi // 32 + 16) % 32 - 16, (granule % 32 - golgi % 32 + 16) % 32 - 16)
    assert (dx.min(), dx.max(), dy.min(), dy.max()) == (-5, 4, -5, 4)
    granule, golgi = ParallelFibres(side=32, cluster=1, p=0.05).connect(site, rng)
    each = np.bincount(golgi, minlength=1024)
    assert each.mean() == pytest.approx(2.45, abs=0.2)
    assert np.mean(each == 0) == pytest.approx(0.95**49, abs=0.03)  # Golgi cells without any
    assert np.abs((granule // 32 - golgi // 32 + 16) % 32 - 16).max() == 3


def test_cells_of_a_cluster_share_their_golgi_cells() -> None:
    connector = GolgiAxons(side=10, cluster=4, p=0.1)
    golgi, granule = connector.connect(Site(n_pre=100, n_post=400), np.random.default_rng(1))
    inputs = [sorted(golgi[granule == cell]) for cell in range(400)]
    assert all(inputs[4 * k] == inputs[4 * k + j] for k in range(100) for j in range(4))
    assert connector.expected(Site(n_pre=100, n_post=400)) == pytest.approx(4 * 81 * 0.1 * 400)
    assert ParallelFibres(side=10, cluster=4, p=0.1).expected(Site(n_pre=400, n_post=100)) == pytest.approx(1960)


def test_scale_keeps_what_a_cell_hears() -> None:
    """The paper has 102 400 granule cells and 1 024 Golgi cells; a cluster's weight on a Golgi cell stays."""
    whole, small = YamazakiTanaka2007(scale=1.0), YamazakiTanaka2007()
    assert [p.size for p in whole.describe().populations] == [102_400, 1024]
    assert [p.size for p in small.describe().populations] == [6400, 256]
    for one in (whole, small):
        inhibition, excitation = one.describe().projections
        assert inhibition.weight.si == pytest.approx(0.56e-9)  # type: ignore[union-attr]
        assert excitation.weight.si * one.cluster == pytest.approx(0.2275e-9)  # type: ignore[union-attr]


def test_wrong_settings_are_refused_at_once() -> None:
    with pytest.raises(InputError) as caught:
        YamazakiTanaka2007(scale=0.001, inhibition=-1.0)
    assert [f.message for f in caught.value.faults] == ["scale 0.001", "inhibition -1.0"]


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", range(1, 6))
def test_which_cells_are_active_tells_the_time(seed: int) -> None:
    """Similarity falls with the time between states, in a trial and between two; provisional, the paper's is a figure.

    Ablation: without Golgi cells' synapses all states are alike.
    """
    z, golgi = _trials(seed)
    assert 1 < 1e3 * z[:, :ONSET].mean() < 2.5
    assert 5 < 1e3 * z[:, STATES].mean() < 10
    assert 4 < golgi < 9
    states = _states(z)
    same, fifty, more, most = _by_difference(np.mean([similarity(one) for one in states[1:]], axis=0))
    assert same == pytest.approx(1)
    assert same > fifty > more > most
    assert most < 0.75
    across = similarity(np.concatenate([states[1], states[2]]))[: states.shape[1], states.shape[1] :]
    again = _by_difference((across + across.T) / 2)
    assert again[0] > 0.65  # the same time of another trial
    assert again[0] > again[3] + 0.05
    without = _states(_trials(seed, inhibition=0.0)[0])
    assert _by_difference(similarity(without[1]))[3] > 0.9
