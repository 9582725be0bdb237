"""Distances of spike trains and confidence intervals, against definitions, Elephant and SciPy."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.analysis import bootstrap_ci, coincidence_factor, van_rossum_distance, victor_purpura_distance
from braincore.errors import InputError


def train(seed: int, n: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 2, n)


def test_van_rossum_is_the_distance_of_the_filtered_trains():
    tau, dt = 0.05, 1e-5
    a, b = train(1), train(2, 30)
    grid = np.arange(0, 3, dt)
    difference = np.zeros_like(grid)
    for times, sign in ((a, 1), (b, -1)):
        for t in times:
            late = grid >= t
            difference[late] += sign * np.exp(-(grid[late] - t) / tau)
    expected = np.sqrt(2 / tau * np.sum(difference**2) * dt)
    assert van_rossum_distance(a, b, tau=tau) == pytest.approx(expected, rel=1e-3)


def test_van_rossum_limits():
    assert van_rossum_distance([1.0], [], tau=0.1) == pytest.approx(1)
    assert van_rossum_distance([1.0], [50.0], tau=0.1) == pytest.approx(np.sqrt(2))
    assert van_rossum_distance(train(1), train(1), tau=0.1) == pytest.approx(0, abs=1e-6)
    assert van_rossum_distance([], [], tau=0.1) == 0
    assert van_rossum_distance(train(1, 30), train(2, 10), tau=1e9) == pytest.approx(20, rel=1e-6)


def test_victor_purpura_is_the_cheapest_edit():
    assert victor_purpura_distance([1.0, 2.0], [1.1], cost=2.0) == pytest.approx(1.2)
    assert victor_purpura_distance([1.0], [3.0], cost=2.0) == pytest.approx(2)
    assert victor_purpura_distance([], [1.0, 2.0], cost=2.0) == 2
    assert victor_purpura_distance(train(1, 30), train(2, 12), cost=0.0) == 18
    assert victor_purpura_distance(train(1, 30), train(2, 12), cost=1e12) == 42
    assert victor_purpura_distance([], [], cost=1.0) == 0


@pytest.mark.parametrize("seed", range(5))
def test_elephant_agrees(seed):
    dissimilarity = pytest.importorskip("elephant.spike_train_dissimilarity")
    import neo
    import quantities as pq

    a, b = np.sort(train(seed, 25)), np.sort(train(seed + 100, 35))
    trains = [neo.SpikeTrain(times, units=pq.s, t_stop=2 * pq.s) for times in (a, b)]
    for tau in (0.01, 0.3):
        theirs = dissimilarity.van_rossum_distance(trains, time_constant=tau * pq.s)[0, 1]
        assert van_rossum_distance(a, b, tau=tau) == pytest.approx(float(theirs), rel=1e-9)
    for cost in (1.0, 30.0):
        theirs = dissimilarity.victor_purpura_distance(trains, cost_factor=cost * pq.Hz)[0, 1]
        assert victor_purpura_distance(a, b, cost=cost) == pytest.approx(float(theirs), rel=1e-9)


def test_distances_are_metrics():
    for seed in range(10):
        a, b, c = train(seed, 10), train(seed + 50, 15), train(seed + 90, 12)
        for distance, option in ((van_rossum_distance, {"tau": 0.1}), (victor_purpura_distance, {"cost": 10.0})):
            ab, bc, ac = distance(a, b, **option), distance(b, c, **option), distance(a, c, **option)
            assert ab == pytest.approx(distance(b, a, **option))
            assert ac <= ab + bc + 1e-9


def test_coincidence_factor_is_one_for_a_copy_and_zero_by_chance():
    """Chance: mean over 300 pairs of Poisson trains within 5 standard errors of 0, false alarm 6e-7."""
    rng = np.random.default_rng(3)
    a = np.sort(rng.uniform(0, 100, 500))
    assert coincidence_factor(a, a, duration=100.0) == pytest.approx(1)
    assert coincidence_factor(a, a + 0.0019, duration=100.0) == pytest.approx(1, abs=0.03)
    chance = [
        coincidence_factor(rng.uniform(0, 50, 500), rng.uniform(0, 50, 500), precision=0.0005, duration=50.0)
        for _ in range(300)
    ]
    assert abs(np.mean(chance)) < 5 * np.std(chance) / np.sqrt(300)


def test_coincidence_factor_worked_example():
    """Three of four spikes met; rate 4 Hz, precision 10 ms: 0.32 by chance, scale 0.92."""
    factor = coincidence_factor([0.1, 0.2, 0.5, 0.9], [0.105, 0.2, 0.51, 0.7], precision=0.01, duration=1.0)
    assert factor == pytest.approx((3 - 2 * 4 * 0.01 * 4) / 4 / (1 - 2 * 4 * 0.01))
    one_each = coincidence_factor([0.1], [0.099, 0.101], precision=0.01, duration=1.0)
    assert one_each == pytest.approx((1 - 2 * 2 * 0.01) / 1.5 / (1 - 2 * 2 * 0.01)), "one spike meets one"
    assert np.isnan(coincidence_factor([], [], duration=1.0))
    assert np.isnan(coincidence_factor([0.5], np.linspace(0, 1, 1000), precision=0.01, duration=1.0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: van_rossum_distance([1.0], [2.0], tau=0.0), "tau is 0"),
        (lambda: van_rossum_distance([np.nan], [2.0], tau=1.0), "finite times"),
        (lambda: victor_purpura_distance([1.0], [2.0], cost=-1.0), "cost is -1"),
        (lambda: coincidence_factor([1.0], [2.0], duration=0.0), "duration is 0"),
        (lambda: coincidence_factor([[1.0]], [2.0], duration=1.0), "one-dimensional"),
        (lambda: bootstrap_ci([[1.0]], np.random.default_rng(1)), "one-dimensional"),
        (lambda: bootstrap_ci([1.0], np.random.default_rng(1), level=95.0), "level 95.0"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


# Medians jump from one observation to the next; the corrections move the variance's limits by 0.16 and 0.29.
@pytest.mark.parametrize(("statistic", "tolerance"), [(np.mean, 0.02), (np.median, 0.15), (np.var, 0.1)])
def test_bootstrap_agrees_with_scipy(statistic, tolerance):
    stats = pytest.importorskip("scipy.stats")
    data = np.random.default_rng(4).gamma(2.0, 1.0, 60)
    estimate, low, high = bootstrap_ci(data, np.random.default_rng(5), statistic=statistic, resamples=20_000)
    theirs = stats.bootstrap((data,), statistic, n_resamples=20_000, method="BCa", rng=np.random.default_rng(6))
    assert estimate == pytest.approx(statistic(data))
    assert low == pytest.approx(theirs.confidence_interval.low, abs=tolerance)
    assert high == pytest.approx(theirs.confidence_interval.high, abs=tolerance)


def test_bootstrap_covers_what_it_says():
    """95 % intervals of 400 skewed samples of 50: between 89 % and 97.5 % hold the truth (4 SE around about 93.5 %)."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        _, low, high = bootstrap_ci(rng.exponential(1.0, 50), rng, resamples=500)
        held += low <= 1.0 <= high
    assert 356 <= held <= 390


def test_bootstrap_of_little():
    rng = np.random.default_rng(8)
    assert np.isnan(bootstrap_ci([], rng)).all()
    estimate, low, high = bootstrap_ci([2.0, np.nan], rng)
    assert (estimate, np.isnan(low), np.isnan(high)) == (2.0, True, True)
    assert bootstrap_ci([3.0, 3.0, 3.0], rng) == (3.0, 3.0, 3.0)
    data = np.random.default_rng(9).normal(5.0, 1.0, 5000)
    estimate, low, high = bootstrap_ci(data, rng)
    assert high - low == pytest.approx(2 * 1.96 / np.sqrt(5000), rel=0.1)
    assert low < estimate < high
