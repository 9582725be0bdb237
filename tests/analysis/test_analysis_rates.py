"""Rates, responses and correlations against closed forms and Elephant; 5 standard errors: false alarm 6e-7 each."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.analysis import (
    binned,
    binned_by_unit,
    correlations,
    fano_factor,
    fano_factors,
    firing_rates,
    first_spike_latency,
    instantaneous_rate,
    pairwise_correlations,
    population_rate,
    psth,
    response_latency,
    synchrony,
)
from braincore.errors import InputError


def poisson(n: int, rate: float, duration: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    count = rng.poisson(n * rate * duration)
    return np.sort(rng.uniform(0, duration, count)), rng.integers(0, n, count)


def test_firing_rates_count_within_the_window():
    rates = firing_rates([0.1, 0.5, 0.9, 1.0], [0, 0, 2, 2], 3, start=0.5, stop=1.0)
    np.testing.assert_allclose(rates, [2, 0, 2])


@pytest.mark.parametrize("width", [0.1, 0.003, 0.0007, 0.025])
@pytest.mark.parametrize("start", [0.0, 0.3, 1000.1])
def test_spikes_on_a_time_grid_fall_into_the_bin_that_they_begin(width, start):
    """Multiples of dt are not exact in binary: a spike on a bin's edge must not slip into the bin before."""
    dt = 1e-4
    per_bin = round(width / dt)
    t = start + np.arange(per_bin * 40) * dt
    counts = binned(t, start=start, stop=start + per_bin * 40 * dt, width=width)
    np.testing.assert_array_equal(counts, np.full(40, per_bin))


def test_only_whole_bins_count():
    assert len(binned([0.5], start=0.0, stop=1.05, width=0.1)) == 10
    np.testing.assert_array_equal(binned([-0.01, 0.0, 0.19, 0.2, 0.25], start=0.0, stop=0.25, width=0.1), [1, 1])
    with pytest.raises(InputError, match="no bin of 2 s fits"):
        binned([], start=0.0, stop=1.0, width=2.0)
    with pytest.raises(InputError, match="bin width is nan"):
        binned([], start=0.0, stop=1.0, width=float("nan"))


def test_population_rate():
    t, _ = poisson(50, 8.0, 4.0, seed=1)
    starts, rate = population_rate(t, 50, start=0.0, stop=4.0, width=0.02)
    assert len(starts) == len(rate) == 200
    assert rate.mean() == pytest.approx(len(t) / (50 * 4.0))
    with pytest.raises(InputError, match="a population of no neurons"):
        population_rate([], 0, start=0, stop=1, width=0.1)


def test_instantaneous_rate_of_one_spike_is_the_kernel():
    centres, rate = instantaneous_rate([0.5], 2, start=0.0, stop=1.0, sigma=0.02)
    kernel = np.exp(-0.5 * ((centres - 0.5005) / 0.02) ** 2) / (0.02 * np.sqrt(2 * np.pi)) / 2
    np.testing.assert_allclose(rate, kernel, atol=2e-3 * kernel.max())
    assert np.sum(rate) * 1e-3 == pytest.approx(0.5, rel=1e-6)


def test_instantaneous_rate_does_not_sag_at_the_ends():
    _, rate = instantaneous_rate(np.arange(0, 1, 1e-3) + 5e-4, 1, start=0.0, stop=1.0, sigma=0.05)
    np.testing.assert_allclose(rate, 1000, rtol=1e-9)


def test_instantaneous_rate_agrees_with_elephant():
    statistics = pytest.importorskip("elephant.statistics")
    import neo
    import quantities as pq
    from elephant.kernels import GaussianKernel

    t, _ = poisson(1, 30.0, 3.0, seed=2)
    centres, rate = instantaneous_rate(t, 1, start=0.0, stop=3.0, sigma=0.03)
    train = neo.SpikeTrain(t, units=pq.s, t_stop=3.0 * pq.s)
    theirs = statistics.instantaneous_rate(train, sampling_period=1 * pq.ms, kernel=GaussianKernel(30 * pq.ms))
    inner = (centres > 0.2) & (centres < 2.8)
    expected = np.interp(centres, theirs.times.rescale("s").magnitude + 5e-4, theirs.magnitude.ravel())
    np.testing.assert_allclose(rate[inner], expected[inner], atol=0.01 * rate.max())


def test_fano_factor():
    rng = np.random.default_rng(3)
    counts = rng.poisson(5.0, (400, 1000))
    factors = fano_factor(counts)
    assert abs(factors.mean() - 1) < 5 * factors.std() / np.sqrt(400) + 1 / 1000
    assert np.isnan(fano_factor([0, 0, 0]))
    t, unit = poisson(100, 20.0, 20.0, seed=4)
    by_neuron = fano_factors(t, unit, 101, start=0.0, stop=20.0, window=0.1)
    assert np.isnan(by_neuron[100])
    assert abs(np.nanmean(by_neuron) - 1) < 5 * np.nanstd(by_neuron) / 10 + 1 / 200


def test_fano_factor_agrees_with_elephant():
    statistics = pytest.importorskip("elephant.statistics")
    t, unit = poisson(30, 10.0, 2.0, seed=5)
    trains = [np.sort(t[unit == k]) for k in range(30)]
    assert fano_factor([len(train) for train in trains]) == pytest.approx(statistics.fanofactor(trains))


def test_psth_counts_each_trial():
    onsets = [1.0, 2.0, 3.0]
    t = [0.95, 1.0, 1.019, 2.02, 3.0399, 2.949, 5.0]
    response = psth(t, onsets, 2, before=0.06, after=0.04, width=0.02)
    np.testing.assert_allclose(response.t, [-0.06, -0.04, -0.02, 0.0, 0.02], atol=1e-12)
    expected = [[1, 0, 0, 2, 0], [0, 0, 0, 0, 1], [1, 0, 0, 0, 1]]
    np.testing.assert_array_equal(response.counts, expected)
    np.testing.assert_allclose(response.rate_hz, np.mean(expected, axis=0) / (2 * 0.02))
    np.testing.assert_allclose(response.sem_hz, np.std(expected, axis=0, ddof=1) / np.sqrt(3) / (2 * 0.02))


def test_psth_of_overlapping_trials_counts_spikes_in_each():
    response = psth([1.05], [1.0, 1.04], 1, before=0.0, after=0.1, width=0.1)
    np.testing.assert_array_equal(response.counts, [[1], [1]])
    assert np.isnan(psth([1.05], [1.0], 1, before=0.0, after=0.1, width=0.1).sem_hz).all()


def step_response(delay: float, seed: int, rate: float = 200.0, high: float = 1000.0) -> np.ndarray:
    """Spikes of a population at `rate` in all, at `high` for 100 ms from `delay` after each of the onsets 1, 2, 3..."""
    rng = np.random.default_rng(seed)
    base = rng.uniform(0, 21, rng.poisson(rate * 21))
    extra = [k + delay + rng.uniform(0, 0.1, rng.poisson((high - rate) * 0.1)) for k in range(1, 21)]
    return np.concatenate([base, *extra])


@pytest.mark.parametrize("delay", [0.01, 0.04])
def test_latency_of_a_step_is_found_to_the_bin(delay):
    response = psth(step_response(delay, seed=6), np.arange(1, 21), 10, before=0.5, after=0.2, width=0.005)
    assert response_latency(response) == pytest.approx(delay, abs=0.005 + 1e-9)


def test_no_response_has_no_latency():
    """1000 baselines without response, alpha = 0.05, one bin: at most 5 % answer (5 standard errors above: 8.4 %)."""
    answers = 0
    for seed in range(1000):
        rng = np.random.default_rng(seed)
        response = psth(rng.uniform(0, 3, rng.poisson(1500)), [2.0], 1, before=2.0, after=0.2, width=0.005)
        answers += not np.isnan(response_latency(response, alpha=0.05, consecutive=1))
    assert 0 < answers < 84


def test_a_latency_needs_a_baseline():
    with pytest.raises(InputError, match="needs bins before and after"):
        response_latency(psth([1.0], [1.0], 1, before=0.0, after=0.1, width=0.01))
    burst = [1.011, 1.012, 1.013, 1.014, 1.015, 1.021, 1.022, 1.023, 1.024]
    silent = psth(burst, [1.0], 1, before=0.5, after=0.1, width=0.01)
    assert response_latency(silent) == pytest.approx(0.01)


def test_first_spike_latency():
    latency = first_spike_latency([0.9, 1.2, 1.1, 1.4], [0, 0, 0, 1], 3, 1.0, window=0.3)
    np.testing.assert_allclose(latency, [0.1, np.nan, np.nan])


def test_synchrony_is_one_for_poisson_and_n_for_copies():
    t, _ = poisson(200, 10.0, 30.0, seed=7)
    bins = 10_000
    assert abs(synchrony(t, start=0.0, stop=30.0) - 1) < 5 * np.sqrt(2 / bins)
    one, _ = poisson(1, 10.0, 30.0, seed=8)
    copies = np.repeat(one, 50)
    assert synchrony(copies, start=0.0, stop=30.0) == pytest.approx(50 * synchrony(one, start=0.0, stop=30.0))
    assert np.isnan(synchrony([], start=0.0, stop=1.0))


def common_input(n: int, rate: float, share: float, duration: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Poisson neurons that each keep every spike of a mother process with probability `share`: correlation `share`."""
    rng = np.random.default_rng(seed)
    mother = rng.uniform(0, duration, rng.poisson(rate / share * duration))
    kept = rng.random((n, len(mother))) < share
    unit, which = np.nonzero(kept)
    return mother[which], unit


@pytest.mark.parametrize("share", [0.1, 0.4])
def test_correlation_of_neurons_with_common_input(share):
    """Kuhn, Aertsen & Rotter 2003: copies of a mother process have the correlation with which they copy."""
    t, unit = common_input(40, 20.0, share, 200.0, seed=9)
    found = pairwise_correlations(t, unit, 40, start=0.0, stop=200.0, width=0.01)
    assert found.shape == (780,)
    assert found.mean() == pytest.approx(share, abs=0.02)


def test_independent_neurons_are_uncorrelated():
    t, unit = poisson(100, 20.0, 100.0, seed=10)
    found = pairwise_correlations(t, unit, 100, start=0.0, stop=100.0, width=0.01)
    assert abs(found.mean()) < 5 * found.std() / np.sqrt(len(found))
    assert found.std() == pytest.approx(1 / np.sqrt(10_000), rel=0.1)


def test_correlations_agree_with_elephant():
    correlation = pytest.importorskip("elephant.spike_train_correlation")
    import neo
    import quantities as pq
    from elephant.conversion import BinnedSpikeTrain

    t, unit = common_input(6, 20.0, 0.3, 20.0, seed=11)
    trains = [neo.SpikeTrain(np.sort(t[unit == k]), units=pq.s, t_stop=20 * pq.s) for k in range(6)]
    theirs = correlation.correlation_coefficient(BinnedSpikeTrain(trains, bin_size=5 * pq.ms))
    ours = pairwise_correlations(t, unit, 6, start=0.0, stop=20.0, width=0.005)
    np.testing.assert_allclose(ours, theirs[np.triu_indices(6, 1)], atol=1e-12)


def test_sampling_draws_from_those_that_fired():
    t, unit = poisson(50, 20.0, 20.0, seed=12)
    unit = unit * 3  # two of three neurons are silent
    options = {"start": 0.0, "stop": 20.0, "width": 0.01}
    with pytest.raises(InputError, match="50 neurons fired and 20 are to be drawn: pass rng"):
        pairwise_correlations(t, unit, 150, sample=20, **options)
    some = pairwise_correlations(t, unit, 150, sample=20, rng=np.random.default_rng(1), **options)
    assert some.shape == (190,)
    np.testing.assert_array_equal(
        some, pairwise_correlations(t, unit, 150, sample=20, rng=np.random.default_rng(1), **options)
    )
    everyone = pairwise_correlations(t, unit, 150, sample=None, **options)
    assert np.isin(some.round(12), everyone.round(12)).all()
    assert pairwise_correlations([], [], 10, start=0, stop=1).shape == (0,)


def test_constant_rows_have_no_correlation():
    assert correlations([[1, 1, 1], [1, 2, 3], [3, 2, 1]]) == pytest.approx([-1.0])
    assert correlations([[1, 2, 3]]).shape == (0,)


def test_binned_by_unit():
    counts = binned_by_unit([0.05, 0.15, 0.15, 0.95], [2, 0, 0, 1], 3, start=0.0, stop=0.2, width=0.1)
    np.testing.assert_array_equal(counts, [[0, 2], [0, 0], [1, 0]])
