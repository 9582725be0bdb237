"""Random numbers of the engine against their distributions, and against themselves drawn in another way."""

from __future__ import annotations

import brian2 as b2
import numpy as np
import pytest
from scipy import stats

import braincore.engine  # noqa: F401 - registers the device

N = 20_000


def _poisson(means: np.ndarray, steps: int, **options: object) -> np.ndarray:
    """Return the Poisson numbers of `steps` steps, one row each."""
    b2.set_device("braincore", **options)
    b2.seed(5)
    b2.defaultclock.dt = 1 * b2.ms
    group = b2.NeuronGroup(len(means), "m : 1 (constant)\nk : 1\ntotal : 1", name="drawing")
    group.m = means
    group.run_regularly("k = poisson(m)", name="draw")
    net = b2.Network(group)
    rows = []
    for _ in range(steps):
        net.run(1 * b2.ms)
        rows.append(np.array(group.k[:]))
    return np.array(rows)


@pytest.mark.parametrize("mean", [0.003, 0.4, 1.28, 7.9, 8.0, 25.0])
def test_poisson_numbers_have_their_distribution(mean: float) -> None:
    # Against the closed form by a chi-square test; false alarms: 1 in 100 000 for each mean.
    drawn = _poisson(np.full(N, mean), 3).ravel().astype(int)
    top = int(stats.poisson.isf(20 / drawn.size, mean))
    low = int(stats.poisson.ppf(20 / drawn.size, mean))
    counts = np.bincount(np.clip(drawn, low, top + 1) - low, minlength=top + 2 - low)
    expected = stats.poisson.pmf(np.arange(low, top + 2), mean) * drawn.size
    expected[0] = stats.poisson.cdf(low, mean) * drawn.size
    expected[-1] = stats.poisson.sf(top, mean) * drawn.size
    assert stats.chisquare(counts, expected).pvalue > 1e-5


def test_poisson_numbers_are_independent_between_neurons_and_steps() -> None:
    # Correlations of N numbers have a standard deviation of 1/sqrt(N); false alarms: 1 in 100 000 for each of five.
    rows = _poisson(np.full(N, 1.28), 3)
    pairs = [(rows[0], rows[1]), (rows[1], rows[2]), *((rows[0][:-lag], rows[0][lag:]) for lag in (1, 32, 128))]
    for first, second in pairs:
        assert abs(np.corrcoef(first, second)[0, 1]) < 4.42 / np.sqrt(N - 128)


def test_poisson_numbers_do_not_depend_on_how_they_are_drawn() -> None:
    means = np.concatenate([np.full(300, 1.28), np.full(70, 20.5), np.zeros(30), np.full(500, 0.4), np.linspace(0, 30, 900)])
    expected = _poisson(means, 2)
    for options in ({"without": ["poisson"]}, {"threads": 3}, {"threads": 3, "without": ["poisson"]}):
        assert (_poisson(means, 2, **options) == expected).all(), options
