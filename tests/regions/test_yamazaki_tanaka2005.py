"""The internal clock: the published map, the similarity of its states, and what a Purkinje cell reads from it."""

from __future__ import annotations

import numpy as np
import pytest
from braincore.experiments.eyeblink import clock
from braincore.regions.yamazaki_tanaka2005 import YamazakiTanaka2005, purkinje, similarity, stimulus
from numpy.typing import NDArray

from braincore import Brain
from braincore.errors import InputError
from braincore.model import FixedProbability, Site, stream

STORED = {1: 0.269, 50: 0.332, 100: 0.598, 150: 0.849, 200: 1.0, 250: 0.856, 300: 0.619, 350: 0.493, 400: 0.427,
          450: 0.361, 500: 0.309, 550: 0.258, 600: 0.196, 700: 0.127}  # fmt: skip
"""C(200 ms, t) of one network, as the authors' program wrote it (ModelDB 115966, s.dat)."""


def _map(seed: int, units: int, steps: int) -> NDArray[np.float64]:
    """Return the published map, with the wiring of a brain of this seed; its first row is z(1)."""
    rng = stream(seed, "connectivity", "clock.golgi")
    pre, post = FixedProbability(p=0.1).connect(Site(n_pre=units, n_post=units, same=True), rng)
    w = np.zeros((units, units))
    np.add.at(w, (post, pre), 2 * 5.0 / units)
    z, q = np.zeros((steps + 1, units)), np.zeros(units)
    for t in range(1, steps + 1):
        q = z[t - 1] + np.exp(-1 / 100) * q
        z[t] = np.maximum(0, 1 - w @ q)
    return z[1:]


def test_it_is_the_published_map() -> None:
    """Against the map of the paper, computed by itself with the same wiring: the rates are equal to rounding."""
    z = clock(3, units=200)
    assert z.shape == (1000, 200)
    # rounding grows with the network's own dynamics: compared over the first 300 ms
    np.testing.assert_allclose(z[:300], _map(3, 200, 300), atol=1e-6)
    assert (z[0] == 1).all()  # z(1) = 1
    assert (z.min(axis=1) >= 0).all()


def test_wiring_is_that_of_the_paper() -> None:
    """1 000 units, each pair with a probability of 0.1 and the weight 2 kappa/N = 0.01."""
    (golgi,) = YamazakiTanaka2005().describe().projections
    assert golgi.connector == FixedProbability(p=0.1)
    assert golgi.weight.si == pytest.approx(0.01)  # type: ignore[union-attr]
    assert golgi.receptor == "golgi"
    given = stimulus("clock", "100 ms", lasting="500 ms")
    assert given.waveform.amplitude.si == 1  # type: ignore[union-attr]
    assert [round(t.si, 9) for t in given.during if t] == [0.1, 0.6]


def test_an_interval_is_read_exactly() -> None:
    """Closed form: the cell of an interval hears nothing at that time, and the more the farther from it."""
    z = clock(3, units=400)
    for interval in (199, 299):
        heard = purkinje(z, interval)
        assert heard[interval] == 0
        near = [heard[interval + d] + heard[interval - d] for d in (10, 25, 50, 100)]
        assert near == sorted(near)
        assert near[0] < 0.2 * near[-1]
        assert heard[interval - 100] > 0
        assert heard[interval + 100] > 0


def test_similarity() -> None:
    z = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    expected = [[0, 0, 0, 0], [0, 1, 0.5**0.5, 0], [0, 0.5**0.5, 1, 0.5**0.5], [0, 0, 0.5**0.5, 1]]
    np.testing.assert_allclose(similarity(z), expected)


def test_without_golgi_cells_there_is_no_clock() -> None:
    """Ablation: without inhibition all states are the same one."""
    z = clock(1, units=100, kappa=0.0)
    np.testing.assert_allclose(similarity(z), 1)
    assert (purkinje(z, 300) == 0).all()


def test_wrong_settings_are_refused_at_once() -> None:
    with pytest.raises(InputError) as caught:
        YamazakiTanaka2005(units=0, kappa=-1.0, p=2.0)
    assert [f.message for f in caught.value.faults] == ["units 0", "kappa -1.0", "p 2.0"]
    with pytest.raises(InputError, match="tau"):
        YamazakiTanaka2005(tau="100 mV")


def test_ports() -> None:
    brain = Brain(seed=1, dt="1 ms", duration="5 ms")
    brain.regions["clock"] = YamazakiTanaka2005(units=20)
    brain.stimuli.append(stimulus("clock"))
    assert brain.resolve().size == 20
    assert YamazakiTanaka2005().describe().ports["mossy"].way == "in"


@pytest.mark.slow
def test_similarity_is_that_of_the_authors_program() -> None:
    """Against the stored curve of one network: the mean of five is within 0.13 of it (networks differ by 0.08)."""
    curves = []
    for seed in range(1, 6):
        c = similarity(clock(seed))[199]
        assert np.diff(c[99:200:20]).min() > 0  # rises up to 200 ms, and falls from there
        assert np.diff(c[199:300:20]).max() < 0
        curves.append([c[t - 1] for t in STORED])
    np.testing.assert_allclose(np.mean(curves, axis=0), list(STORED.values()), atol=0.13)
    assert np.std(curves, axis=0).max() < 0.12
