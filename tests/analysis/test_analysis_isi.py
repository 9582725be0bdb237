"""Interval statistics against closed forms and against Elephant.

The statistical tests draw with fixed seeds and accept 5 standard errors: each would fail for 1 in 1.7 million seeds.
"""

from __future__ import annotations

import numpy as np
import pytest

from braincore.analysis import burst_index, cv2, cv_isi, cv_pooled, intervals, isi_histogram, lv
from braincore.errors import InputError


def gamma_trains(n: int, spikes: int, shape: float, seed: int, rate: float = 20.0) -> tuple[np.ndarray, np.ndarray]:
    """Spike trains with gamma-distributed intervals; shape 1 is a Poisson process. Spikes in random order."""
    rng = np.random.default_rng(seed)
    t = np.cumsum(rng.gamma(shape, 1 / (shape * rate), (n, spikes)), axis=1).ravel()
    unit = np.repeat(np.arange(n), spikes)
    order = rng.permutation(len(t))
    return t[order], unit[order]


@pytest.mark.parametrize("shape", [0.5, 1.0, 2.0, 4.0, 9.0])
def test_cv_of_a_gamma_process_is_one_over_the_root_of_its_shape(shape):
    n, spikes = 200, 2000
    t, unit = gamma_trains(n, spikes, shape, seed=1)
    values = cv_isi(t, unit, n)
    error = values.std() / np.sqrt(n)
    # the SD of m intervals is biased low by O(1/m); m = 1999 puts that below the error
    assert abs(values.mean() - 1 / np.sqrt(shape)) < 5 * error + 2 / spikes / shape
    assert cv_pooled(t, unit, n) == pytest.approx(1 / np.sqrt(shape), abs=5 * error + 2 / spikes)


@pytest.mark.parametrize("shape", [1.0, 2.0, 4.0])
def test_lv_of_a_gamma_process_is_three_over_two_shape_plus_one(shape):
    """Shinomoto et al. 2003: LV = 3 / (2 k + 1); no bias from few spikes."""
    for spikes, n in [(3, 20_000), (500, 300)]:
        values = lv(*gamma_trains(n, spikes, shape, seed=2), n)
        assert abs(values.mean() - 3 / (2 * shape + 1)) < 5 * values.std() / np.sqrt(n)


def test_cv2_of_a_poisson_process_is_one():
    values = cv2(*gamma_trains(300, 500, 1.0, seed=3), 300)
    assert abs(values.mean() - 1) < 5 * values.std() / np.sqrt(300)


@pytest.mark.parametrize("spikes", [5, 10, 20])
def test_the_bias_of_the_cv_with_few_spikes_is_as_documented(spikes):
    known = {5: 0.726, 10: 0.865, 20: 0.931}
    values = cv_isi(*gamma_trains(20_000, spikes, 1.0, seed=4), 20_000, min_spikes=3)
    assert values.mean() == pytest.approx(known[spikes], abs=0.01)


def test_lv_ignores_a_slow_change_of_rate_and_cv_does_not():
    rng = np.random.default_rng(5)
    t = np.cumsum(rng.gamma(9.0, np.linspace(0.01, 0.1, 20_000) / 9))
    unit = np.zeros(len(t), int)
    assert cv_isi(t, unit, 1)[0] > 0.5
    assert lv(t, unit, 1)[0] == pytest.approx(3 / 19, abs=0.01)


def test_a_clock_has_no_variation_to_rounding():
    t = 1e4 + np.arange(5000) * 1e-3
    for statistic in (cv_isi, cv2, lv):
        assert statistic(t, np.zeros(5000, int), 1)[0] == pytest.approx(0, abs=1e-8)


def test_worked_example():
    t, unit = [0.0, 1.0, 3.0, 6.0, 10.0], [0] * 5
    assert cv_isi(t, unit, 1, min_spikes=3)[0] == pytest.approx(np.sqrt(1.25) / 2.5)
    assert cv2(t, unit, 1)[0] == pytest.approx(np.mean([2 / 3, 2 / 5, 2 / 7]))
    assert lv(t, unit, 1)[0] == pytest.approx(3 * np.mean([1 / 9, 1 / 25, 1 / 49]))


def test_silent_and_rare_neurons_are_nan_not_zero():
    t, unit = [1.0, 2.0, 4.0, 1.0, 5.0], [1, 1, 1, 3, 2]
    for statistic in (cv_isi, cv2, lv):
        np.testing.assert_array_equal(np.isnan(statistic(t, unit, 5, min_spikes=3)), [True, False, True, True, True])
        assert np.isnan(statistic(t, unit, 5, min_spikes=4)).all()
        assert np.isnan(statistic([], [], 3)).all()
        assert statistic([], [], 0).shape == (0,)
    assert np.isnan(cv_pooled([], [], 3))
    assert np.isnan(cv_isi([1.0, 1.0, 1.0], [0, 0, 0], 1, min_spikes=3)[0]), "intervals of zero have no CV"


def test_units_are_kept_apart_and_order_is_no_matter():
    rng = np.random.default_rng(6)
    t, unit = rng.uniform(0, 10, 500), rng.integers(0, 7, 500)
    isi, owner = intervals(t, unit, 7)
    expected = [np.diff(np.sort(t[unit == k])) for k in range(7)]
    np.testing.assert_array_equal(isi, np.concatenate(expected))
    np.testing.assert_array_equal(owner, np.repeat(np.arange(7), [len(e) for e in expected]))
    many = intervals(t, unit, 70_000)  # the other sorting path
    np.testing.assert_array_equal(many[0], isi)


def test_elephant_agrees():
    statistics = pytest.importorskip("elephant.statistics")
    t, unit = gamma_trains(20, 60, 2.0, seed=7)
    isis = [np.diff(np.sort(t[unit == k])) for k in range(20)]
    np.testing.assert_allclose(cv_isi(t, unit, 20), [statistics.cv(isi) for isi in isis], rtol=1e-12)
    np.testing.assert_allclose(cv2(t, unit, 20), [statistics.cv2(isi) for isi in isis], rtol=1e-12)
    np.testing.assert_allclose(lv(t, unit, 20), [statistics.lv(isi) for isi in isis], rtol=1e-12)


def test_isi_histogram_holds_every_interval():
    t, unit = gamma_trains(10, 100, 1.0, seed=8)
    isi, _ = intervals(t, unit, 10)
    counts, edges = isi_histogram(t, unit, 10)
    assert counts.sum() == len(isi)
    assert len(edges) == 51
    counts, edges = isi_histogram(t, unit, 10, edges=[0, 0.05, 0.1])
    np.testing.assert_array_equal(counts, [(isi < 0.05).sum(), ((isi >= 0.05) & (isi <= 0.1)).sum()])
    assert isi_histogram([], [], 3)[0].sum() == 0
    assert isi_histogram([1.0, 2.0, 3.0], [0, 0, 0], 1)[0].sum() == 2


@pytest.mark.parametrize("max_isi", [0.005, 0.02])
def test_burst_share_of_a_poisson_process(max_isi):
    n, spikes, rate = 200, 1000, 20.0
    share, _ = burst_index(*gamma_trains(n, spikes, 1.0, seed=9, rate=rate), n, max_isi=max_isi)
    assert abs(share.mean() - (1 - np.exp(-2 * rate * max_isi))) < 5 * share.std() / np.sqrt(n) + 1 / spikes


def test_bursts_are_counted():
    t = [0.0, 0.01, 0.02, 1.0, 2.0, 2.01, 0.5, 0.51]
    unit = [0, 0, 0, 0, 0, 0, 1, 2]
    share, bursts = burst_index(t, unit, 4, max_isi=0.01)
    np.testing.assert_allclose(share, [5 / 6, 0, 0, np.nan])
    np.testing.assert_array_equal(bursts, [2, 0, 0, 0])
    share, bursts = burst_index(t, unit, 4, max_isi=0.01, min_spikes=3)
    assert (share[0], bursts[0]) == (0.5, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cv_isi([1.0], [0], 1, min_spikes=2), "min_spikes is 2"),
        (lambda: cv_isi([1.0, np.nan], [0, 0], 1), "not a finite number"),
        (lambda: cv_isi([1.0], [1], 1), "unit 1 is not one of 1 neurons"),
        (lambda: cv_isi([1.0], [-1], 1), "unit -1 is not one of"),
        (lambda: cv_isi([1.0, 2.0], [0], 1), "of one length"),
        (lambda: cv_isi([1.0], [0.5], 1), "units must be whole numbers"),
        (lambda: cv_isi([], [], -1), "number of neurons is -1"),
        (lambda: burst_index([1.0], [0], 1, max_isi=0), "max_isi is 0"),
        (lambda: burst_index([1.0], [0], 1, min_spikes=1), "at least 2 spikes"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
