"""How much neurons fire together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from braincore.analysis.spikes import Floats, binned, binned_by_unit, checked
from braincore.errors import InputError


def pairwise_correlations(
    t: ArrayLike,
    unit: ArrayLike,
    n: int,
    *,
    start: float,
    stop: float,
    width: float = 0.002,
    sample: int | None = 200,
    rng: np.random.Generator | None = None,
) -> Floats:
    """Return Pearson's correlation coefficients of binned spike counts, one for each pair of neurons that fired.

    Parameters
    ----------
    width
        Bin width in seconds.
    sample
        Look at this many of the neurons that fired, drawn with `rng`; None for all.
    rng
        Needed when neurons have to be drawn.

    Returns
    -------
    Array of shape (k (k - 1) / 2,)
        In the order of ``numpy.triu_indices(k, 1)`` over the k neurons in ascending order. Neurons with the same count
        in every bin have no correlation and are left out.

    Raises
    ------
    InputError
        There are more neurons than `sample` and no `rng`.
    """
    times, units = checked(t, unit, n)
    inside = (times >= start) & (times < stop)
    times, units = times[inside], units[inside]
    active = np.unique(units)
    if sample is not None and len(active) > sample:
        if rng is None:
            raise InputError(f"{len(active)} neurons fired and {sample} are to be drawn: pass rng, a NumPy Generator")
        active = np.sort(rng.choice(active, size=sample, replace=False))
    place = np.full(n, -1, dtype=np.int64)
    place[active] = np.arange(len(active))
    keep = place[units] >= 0 if len(units) else np.zeros(0, dtype=bool)
    counts = binned_by_unit(times[keep], place[units[keep]], len(active), start=start, stop=stop, width=width)
    return correlations(counts)


def correlations(counts: ArrayLike) -> Floats:
    """Return the correlation coefficients of all pairs of rows of `counts`; constant rows are left out."""
    values = np.asarray(counts, dtype=np.float64)
    values = values[np.ptp(values, axis=1) > 0] if values.size else values
    if len(values) < 2:
        return np.empty(0)
    return np.asarray(np.corrcoef(values)[np.triu_indices(len(values), 1)])


def synchrony(t: ArrayLike, *, start: float, stop: float, width: float = 0.003) -> float:
    """Return a population's synchrony: variance of its spike-count histogram over its mean; NaN if it is silent.

    1 for independent Poisson neurons, more where they fire together (Potjans & Diesmann 2014, Cereb. Cortex 24:785, who
    take bins of 3 ms). It grows with the number of neurons: compare populations of one size.
    """
    counts = binned(t, start=start, stop=stop, width=width)
    mean = counts.mean()
    return float(counts.var() / mean) if mean else float("nan")
