"""Interspike intervals: how irregular and how bursty neurons fire."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from braincore.analysis.spikes import Floats, Ints, by_unit, positive
from braincore.errors import InputError


def intervals(t: ArrayLike, unit: ArrayLike, n: int) -> tuple[Floats, Ints]:
    """Return all interspike intervals in seconds and the unit of each, sorted by unit and time."""
    times, units = by_unit(t, unit, n)
    same = units[1:] == units[:-1]
    return np.diff(times)[same], units[1:][same]


def cv_isi(t: ArrayLike, unit: ArrayLike, n: int, *, min_spikes: int = 10) -> Floats:
    """Return each neuron's coefficient of variation of its interspike intervals: their SD over their mean.

    1 for a Poisson process, 0 for a clock. Few intervals make it too small: for a Poisson process with 4, 9, 19 and 49
    intervals its mean is 0.73, 0.86, 0.93 and 0.97.

    Parameters
    ----------
    t, unit, n
        The spikes.
    min_spikes
        Neurons with fewer spikes give NaN; at least 3.

    Returns
    -------
    Array of shape (n,)
    """
    isi, owner = intervals(t, unit, n)
    count = np.bincount(owner, minlength=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(owner, isi, minlength=n) / count
        variance = np.bincount(owner, (isi - mean[owner]) ** 2, minlength=n) / count
        ratio = np.sqrt(variance) / mean
    return _enough(ratio, count, min_spikes)


def cv_pooled(t: ArrayLike, unit: ArrayLike, n: int, *, min_spikes: int = 3) -> float:
    """Return one coefficient of variation for all neurons, of intervals in units of their neuron's mean interval.

    Without that scaling, different rates would look like irregularity. NaN where no neuron has `min_spikes`.
    """
    isi, owner = intervals(t, unit, n)
    count = np.bincount(owner, minlength=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(owner, isi, minlength=n) / count
    keep = count[owner] >= _least(min_spikes) - 1
    if not keep.any():
        return float("nan")
    scaled = isi[keep] / mean[owner[keep]]
    # Each neuron's own mean was taken off: one degree of freedom each.
    freedom = len(scaled) - len(np.unique(owner[keep]))
    return float(np.sqrt(np.sum((scaled - 1) ** 2) / freedom)) if freedom else float("nan")


def cv2(t: ArrayLike, unit: ArrayLike, n: int, *, min_spikes: int = 3) -> Floats:
    """Return each neuron's CV2 (Holt et al. 1996): the mean of ``2 |b - a| / (a + b)`` over successive intervals.

    Unlike the CV, it does not mistake a slowly changing rate for irregularity. Shape (n,), NaN below `min_spikes`.
    """
    a, b, owner, count = _pairs(t, unit, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.bincount(owner, 2 * np.abs(b - a) / (a + b), minlength=n) / np.bincount(owner, minlength=n)
    return _enough(value, count, min_spikes)


def lv(t: ArrayLike, unit: ArrayLike, n: int, *, min_spikes: int = 3) -> Floats:
    """Return each neuron's local variation (Shinomoto et al. 2003): the mean of ``3 (a - b)^2 / (a + b)^2``.

    1 for a Poisson process also with few spikes, where the CV is too small. Shape (n,), NaN below `min_spikes`.
    """
    a, b, owner, count = _pairs(t, unit, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.bincount(owner, 3 * ((a - b) / (a + b)) ** 2, minlength=n) / np.bincount(owner, minlength=n)
    return _enough(value, count, min_spikes)


def _pairs(t: ArrayLike, unit: ArrayLike, n: int) -> tuple[Floats, Floats, Ints, Ints]:
    """Return successive intervals of one neuron, the neuron of each pair, and each neuron's number of intervals."""
    isi, owner = intervals(t, unit, n)
    same = owner[1:] == owner[:-1]
    return isi[:-1][same], isi[1:][same], owner[1:][same], np.bincount(owner, minlength=n)


def _least(min_spikes: int) -> int:
    if min_spikes < 3:
        raise InputError(f"min_spikes is {min_spikes}", hint="At least 3: two intervals")
    return min_spikes


def _enough(value: Floats, count: Ints, min_spikes: int) -> Floats:
    return np.where(count >= _least(min_spikes) - 1, value, np.nan)


def isi_histogram(
    t: ArrayLike, unit: ArrayLike, n: int, *, edges: ArrayLike | None = None, bins: int = 50
) -> tuple[Ints, Floats]:
    """Return the histogram of all interspike intervals: counts, and edges in seconds.

    Without `edges`, `bins` logarithmic ones from the shortest to the longest interval.
    """
    isi, _ = intervals(t, unit, n)
    if edges is None:
        longer = isi[isi > 0]
        low, high = (float(longer.min()), float(longer.max())) if len(longer) else (1e-3, 1.0)
        edges = np.geomspace(low, high if high > low else low * 2, bins + 1)
        edges[0], edges[-1] = low, max(high, edges[-1])  # geomspace rounds: no interval may fall out
    counts, kept = np.histogram(isi, bins=np.asarray(edges, dtype=np.float64))
    return counts.astype(np.int64), kept


def burst_index(
    t: ArrayLike, unit: ArrayLike, n: int, *, max_isi: float = 0.01, min_spikes: int = 2
) -> tuple[Floats, Ints]:
    """Return how much of each neuron's firing is bursts.

    A burst is a run of at least `min_spikes` spikes with intervals of at most `max_isi` seconds. For a Poisson process
    of rate r and ``min_spikes=2`` the expected share is ``1 - exp(-2 r max_isi)``.

    Returns
    -------
    (share, bursts)
        Share of each neuron's spikes that lie in bursts (NaN without spikes) and its number of bursts; shape (n,).
    """
    positive(max_isi, "max_isi")
    if min_spikes < 2:
        raise InputError(f"min_spikes is {min_spikes}", hint="A burst has at least 2 spikes")
    times, units = by_unit(t, unit, n)
    total = np.bincount(units, minlength=n)
    begins = np.ones(len(times), dtype=bool)
    begins[1:] = (units[1:] != units[:-1]) | (np.diff(times) > max_isi * (1 + 1e-9))
    first = np.flatnonzero(begins)
    length = np.diff(np.append(first, len(times)))
    burst = length >= min_spikes
    owner = units[first[burst]]
    inside = np.bincount(owner, length[burst], minlength=n)
    with np.errstate(divide="ignore", invalid="ignore"):
        return inside / total, np.bincount(owner, minlength=n)
