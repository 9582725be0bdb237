"""Paired comparisons of several things measured with the same seeds, corrected for their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from braincore.errors import InputError


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Two things compared, seed by seed.

    Attributes
    ----------
    first, second
        Their names.
    mean, low, high
        Mean of first - second, with its 95 % interval (Student's t).
    p
        Two-sided p of the paired t test; NaN with fewer than two pairs, or if all pairs differ by the same.
    corrected
        The same, corrected for the number of comparisons by Holm's method.
    pairs
        Number of seeds that both have.
    """

    first: str
    second: str
    mean: float
    low: float
    high: float
    p: float
    corrected: float
    pairs: int


def mean_interval(values: ArrayLike, level: float = 0.95) -> tuple[float, float, float]:
    """Return the mean and its confidence interval (Student's t); NaN are left out.

    One value has no interval, nor have values of which one is infinite.

    Returns
    -------
    (mean, low, high)
    """
    found = np.asarray(values, dtype=float)
    found = found[~np.isnan(found)]
    if found.size == 0:
        return float("nan"), float("nan"), float("nan")
    mean = float(found.mean())
    if found.size == 1 or not np.isfinite(mean):
        return mean, float("nan"), float("nan")
    half = float(stats.t.ppf((1 + level) / 2, found.size - 1) * found.std(ddof=1) / np.sqrt(found.size))
    return mean, mean - half, mean + half


def holm(p: Sequence[float]) -> NDArray[np.float64]:
    """Return p values corrected for their number by Holm's step-down method (Holm 1979, Scand J Stat 6:65); NaN stay.

    >>> holm([0.01, 0.04, 0.03]).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    given = np.asarray(p, dtype=float)
    out = np.full(given.shape, np.nan)
    known = np.flatnonzero(np.isfinite(given))
    order = known[np.argsort(given[known])]
    stepped = given[order] * np.arange(len(order), 0, -1)
    out[order] = np.minimum(1.0, np.maximum.accumulate(stepped))
    return out


def differences(values: Mapping[str, Mapping[int, float]]) -> list[Difference]:
    """Compare all pairs of things; only seeds that both have count.

    Parameters
    ----------
    values
        Name to value by seed.

    Raises
    ------
    InputError
        There is nothing to compare.
    """
    if len(values) < 2:
        raise InputError("a comparison needs two things at least")
    rows = []
    for first, second in combinations(values, 2):
        shared = sorted(values[first].keys() & values[second].keys())
        off = np.array([values[first][seed] - values[second][seed] for seed in shared])
        off = off[np.isfinite(off)]
        mean, low, high = mean_interval(off)
        varies = off.size > 1 and off.std() > 0
        p = float(stats.ttest_1samp(off, 0.0).pvalue) if varies else float("nan")
        rows.append((first, second, mean, low, high, p, off.size))
    corrected = holm([row[5] for row in rows])
    return [
        Difference(first=a, second=b, mean=m, low=lo, high=hi, p=p, corrected=float(c), pairs=n)
        for (a, b, m, lo, hi, p, n), c in zip(rows, corrected, strict=True)
    ]
