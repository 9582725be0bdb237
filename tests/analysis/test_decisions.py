"""Choices and psychometric functions, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.analysis.decisions import LEFT, NONE, RIGHT, Psychometric, boxcar, choices, interval, psychometric
from braincore.errors import InputError


def test_boxcar_is_a_mean_of_the_past() -> None:
    values = np.random.default_rng(1).random((50, 3))
    found = boxcar(values, 7)
    for t in range(50):
        np.testing.assert_allclose(found[t], values[max(0, t - 6) : t + 1].mean(axis=0))
    np.testing.assert_allclose(boxcar([1.0, 3.0], 5), [1.0, 2.0])
    with pytest.raises(InputError, match="mean over 0 samples"):
        boxcar(values, 0)


def test_first_to_reach_the_threshold() -> None:
    times = np.array([0.0, 0.1, 0.2])
    left = np.array([[0.0, 0.0, 0.0, 9.0], [16.0, 0.0, 20.0, 9.0], [0.0, 14.9, 0.0, 9.0]])
    right = np.array([[0.0, 0.0, 0.0, 15.0], [0.0, 0.0, 18.0, 0.0], [16.0, 14.0, 0.0, 0.0]])
    found = choices(times, left, right, 15.0)
    assert found.choice.tolist() == [LEFT, NONE, LEFT, RIGHT]  # in the third both at once: the higher rate
    np.testing.assert_array_equal(found.time, [0.1, np.nan, 0.1, 0.0])
    assert found.accuracy() == pytest.approx(2 / 3)
    assert np.isnan(choices(times, left[:, 1], right[:, 1], 15.0).accuracy())


@pytest.mark.parametrize(("alpha", "beta"), [(6.8, 1.34), (12.0, 0.8), (3.0, 2.5)])
def test_psychometric_function_is_found_again(alpha: float, beta: float) -> None:
    true = Psychometric(alpha=alpha, beta=beta)
    evidence = np.array([0.0, 1.6, 3.2, 6.4, 12.8, 25.6])
    found = psychometric(evidence, 1e6 * true(evidence), np.full(6, 1e6))
    assert found.alpha == pytest.approx(alpha, rel=1e-3)
    assert found.beta == pytest.approx(beta, rel=1e-3)
    assert true(alpha) == pytest.approx(1 - 0.5 / np.e)
    assert true(0.0) == 0.5
    with pytest.raises(InputError, match="two conditions"):
        psychometric([0, 1], [1, 1], [2, 2])


def test_interval_of_a_share() -> None:
    """Against Wilson's formula, by hand: 8 of 10."""
    z, p, n = 1.959964, 0.8, 10
    centre, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert interval(8, 10) == pytest.approx(
        ((centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)), abs=1e-6
    )
