"""How different two spike trains are."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from braincore.analysis.spikes import Floats, positive
from braincore.errors import InputError


def van_rossum_distance(a: ArrayLike, b: ArrayLike, *, tau: float) -> float:
    """Return van Rossum's distance of two spike trains (2001, Neural Comput. 13:751), for kernels ``exp(-t/tau)``.

    Scaled as Houghton & Kreuz (2012, Network 23:48) do: one additional spike costs 1, and so two far-away ones cost the
    square root of 2 (the original is smaller by that root). Time grows linearly with the number of spikes.

    Parameters
    ----------
    a, b
        Spike times in seconds, in any order.
    tau
        Time constant in seconds: short, it counts coincidences; long, it compares numbers of spikes.
    """
    positive(tau, "tau")
    first, second = _train(a), _train(b)
    times = np.concatenate([first, second])
    signs = np.repeat([1.0, -1.0], [len(first), len(second)])
    order = np.argsort(times, kind="stable")
    decay = np.exp(-np.diff(times[order], prepend=-np.inf) / tau)
    total = trace = 0.0
    for sign, fall in zip(signs[order].tolist(), decay.tolist(), strict=True):
        trace *= fall
        total += sign * (sign + 2 * trace)
        trace += sign
    return math.sqrt(max(total, 0.0))


def victor_purpura_distance(a: ArrayLike, b: ArrayLike, *, cost: float) -> float:
    """Return Victor & Purpura's distance of two spike trains (1996, J. Neurophysiol. 76:1310).

    The cheapest way to turn one train into the other: adding or removing a spike costs 1, moving one by dt costs
    ``cost * dt``. Time grows with the product of the numbers of spikes.

    Parameters
    ----------
    a, b
        Spike times in seconds, in any order.
    cost
        In 1/s: 0 compares numbers of spikes; spikes more than ``2 / cost`` apart are never matched.
    """
    if not (np.isfinite(cost) and cost >= 0):
        raise InputError(f"cost is {cost}", hint="0 or more, in 1/s")
    first, second = _train(a), _train(b)
    columns = np.arange(len(second) + 1, dtype=np.float64)
    row = columns.copy()
    for number, time in enumerate(first):
        best = row + 1
        best[1:] = np.minimum(best[1:], row[:-1] + cost * np.abs(second - time))
        best[0] = number + 1
        row = np.minimum.accumulate(best - columns) + columns
    return float(row[-1])


def coincidence_factor(data: ArrayLike, model: ArrayLike, *, precision: float = 0.002, duration: float) -> float:
    """Return the coincidence factor of a model's spike train (Kistler et al. 1997; Jolivet et al. 2008).

    The number of spikes that coincide within `precision` seconds, less what a Poisson process of the model's rate
    reaches by chance, scaled to 1 for a perfect model and 0 for chance. No spike takes part in two coincidences.

    Returns
    -------
    float
        NaN where chance alone would match everything (rate times twice the precision of 1 or more) or both are silent.
    """
    positive(precision, "precision")
    positive(duration, "duration")
    first, second = _train(data), _train(model)
    rate = len(second) / duration
    scale = 1 - 2 * rate * precision
    if scale <= 0 or not len(first) + len(second):
        return float("nan")
    expected = 2 * rate * precision * len(first)
    matched = _coincidences(first, second, precision)
    return float((matched - expected) / (0.5 * (len(first) + len(second))) / scale)


def _coincidences(first: Floats, second: Floats, precision: float) -> int:
    """Return the largest number of pairs, each within `precision`, in which no spike occurs twice."""
    slack = precision * (1 + 1e-9)
    i = j = count = 0
    while i < len(first) and j < len(second):
        gap = first[i] - second[j]
        if abs(gap) <= slack:
            count, i, j = count + 1, i + 1, j + 1
        elif gap < 0:
            i += 1
        else:
            j += 1
    return count


def _train(times: ArrayLike) -> Floats:
    train = np.sort(np.asarray(times, dtype=np.float64))
    if train.ndim != 1 or not np.isfinite(train).all():
        raise InputError("a spike train must be a one-dimensional array of finite times")
    return train
