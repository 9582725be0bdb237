"""Confidence intervals without assumptions about the distribution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.errors import InputError

Statistic = Callable[..., NDArray[np.float64]]
_BLOCK = 4_000_000  # numbers that are resampled at a time


def bootstrap_ci(
    data: ArrayLike,
    rng: np.random.Generator,
    *,
    statistic: Statistic = np.mean,
    level: float = 0.95,
    resamples: int = 2000,
) -> tuple[float, float, float]:
    """Return a statistic and its confidence interval, bias-corrected and accelerated (BCa; Efron 1987).

    Parameters
    ----------
    data
        Independent observations, one-dimensional; NaN are left out.
    rng
        Where the resampling draws from.
    statistic
        A function of an array and ``axis``, such as ``numpy.mean`` or ``numpy.median``.
    level
        Coverage.

    Returns
    -------
    (estimate, low, high)
        NaN for the limits with fewer than two observations; equal to the estimate where all observations are.

    Raises
    ------
    InputError
        The level is not between 0 and 1, or the data not one-dimensional.
    """
    from scipy.stats import norm

    values = np.asarray(data, dtype=np.float64)
    if values.ndim != 1:
        raise InputError(f"bootstrap needs one-dimensional data, got shape {values.shape}")
    if not 0 < level < 1 or resamples < 100:
        raise InputError(f"level {level} with {resamples} resamples", hint="Between 0 and 1, at least 100 resamples")
    values = values[~np.isnan(values)]
    if not len(values):
        return float("nan"), float("nan"), float("nan")
    estimate = float(statistic(values, axis=-1))
    if len(values) < 2:
        return estimate, float("nan"), float("nan")
    drawn = _resampled(values, rng, statistic, resamples)
    below = (np.mean(drawn < estimate) + np.mean(drawn <= estimate)) / 2
    if not 0 < below < 1:  # all resamples on one side, or none differs: no correction is defined
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        return estimate, float(low), float(high)
    bias, acceleration = norm.ppf(below), _acceleration(values, statistic)
    z = bias + norm.ppf([(1 - level) / 2, (1 + level) / 2])
    low, high = np.quantile(drawn, norm.cdf(bias + z / (1 - acceleration * z)))
    return estimate, float(low), float(high)


def _resampled(values: Any, rng: np.random.Generator, statistic: Statistic, resamples: int) -> NDArray[np.float64]:
    rows = max(1, min(resamples, _BLOCK // len(values)))
    pieces = []
    for first in range(0, resamples, rows):
        count = min(rows, resamples - first)
        pieces.append(statistic(values[rng.integers(0, len(values), (count, len(values)))], axis=-1))
    return np.concatenate(pieces)


def _acceleration(values: NDArray[np.float64], statistic: Statistic) -> float:
    """Return the skewness of the jackknife over six: of at most 1000 observations, which is plenty for a skewness."""
    some = values[np.linspace(0, len(values) - 1, min(len(values), 1000)).astype(int)]
    keep = ~np.eye(len(some), dtype=bool)
    left_out = statistic(np.broadcast_to(some, keep.shape)[keep].reshape(len(some), -1), axis=-1)
    away = left_out.mean() - left_out
    spread = np.sum(away**2)
    # of a subsample, the acceleration shrinks with the root of the number of observations
    return float(np.sum(away**3) / (6 * spread**1.5) * np.sqrt(len(some) / len(values))) if spread > 0 else 0.0
