"""The numbers of a run that go into ``summary.json``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.analysis.isi import cv_isi, lv
from braincore.analysis.spikes import Floats, Ints, bin_count, bin_index
from braincore.errors import InputError
from braincore.results import Run, SpikeTrains

_BLOCK = 20_000_000  # bins that are held at a time


def summarise(
    run: Run, *, start: float = 0.0, stop: float | None = None, width: float = 0.003, min_spikes: int = 10
) -> dict[str, dict[str, Any]]:
    """Return size, rate, irregularity and synchrony of each population of a run.

    Parameters
    ----------
    run
        The run.
    start, stop
        Window in seconds; the whole run by default.
    width
        Bin width of the synchrony in seconds.
    min_spikes
        Neurons with fewer spikes do not count in ``cv_isi``: few intervals make it too small.

    Returns
    -------
    Population name to a dictionary with

    ``n``
        Number of neurons.
    ``rate_hz``
        Mean firing rate.
    ``cv_isi``, ``cv_neurons``
        Mean over neurons of `cv_isi`, and how many neurons had enough spikes.
    ``lv``
        Mean over neurons of `lv`, which also few spikes tell.
    ``synchrony``
        As `synchrony`.

    None stands for what is not known: nothing was recorded, or there are too few spikes.
    """
    window_end = run.duration if stop is None else stop
    rows: dict[str, dict[str, Any]] = {
        name: {"n": info.size, "rate_hz": None, "cv_isi": None, "cv_neurons": 0, "lv": None, "synchrony": None}
        for name, info in run.populations.items()
    }
    if window_end <= start:
        return rows
    spikes = run.spikes(start=start, stop=window_end)
    if spikes.populations:
        _fill(rows, spikes, start, window_end, width, min_spikes)
    for name, info in run.populations.items():
        if not info.spikes:
            rows[name]["rate_hz"] = _recorded_rate(run, name, start, window_end)
    return rows


def _fill(
    rows: dict[str, dict[str, Any]], spikes: SpikeTrains, start: float, stop: float, width: float, min_spikes: int
) -> None:
    unit, n, sizes = spikes.unit, spikes.n, spikes.sizes
    owner = np.repeat(np.arange(len(sizes)), sizes)
    counts = np.bincount(spikes.population, minlength=len(sizes))
    cv = cv_isi(spikes.t, unit, n, min_spikes=min_spikes)
    local = lv(spikes.t, unit, n)
    together = _synchronies(spikes.t, spikes.population, len(sizes), start, stop, width)
    cv_mean, cv_neurons = _means(cv, owner, len(sizes))
    lv_mean, _ = _means(local, owner, len(sizes))
    for code, name in enumerate(spikes.names):
        rows[name].update(
            rate_hz=float(counts[code] / (sizes[code] * (stop - start))) if sizes[code] else None,
            cv_isi=_known(cv_mean[code]),
            cv_neurons=int(cv_neurons[code]),
            lv=_known(lv_mean[code]),
            synchrony=_known(together[code]),
        )


def _means(values: Floats, owner: Ints, populations: int) -> tuple[Floats, Ints]:
    """Return each population's mean of its neurons' values, and how many are not NaN."""
    good = ~np.isnan(values)
    count = np.bincount(owner[good], minlength=populations)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.bincount(owner[good], values[good], minlength=populations) / count, count


def _synchronies(
    t: Floats, population: NDArray[np.int32], populations: int, start: float, stop: float, width: float
) -> Floats:
    """Return `synchrony` of every population in one pass over the spikes, a block of populations at a time."""
    try:
        bins = bin_count(start, stop, width)
    except InputError:
        return np.full(populations, np.nan)
    index = bin_index(t, start, width)
    inside = index < bins
    index, owner = index[inside], population[inside].astype(np.int64)
    result = np.full(populations, np.nan)
    block = max(1, _BLOCK // bins)
    for first in range(0, populations, block):
        count = min(block, populations - first)
        mine = (owner >= first) & (owner < first + count) if populations > block else slice(None)
        histogram = np.bincount((owner[mine] - first) * bins + index[mine], minlength=count * bins).reshape(count, bins)
        mean = histogram.mean(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            result[first : first + count] = histogram.var(axis=1) / mean
    return result


def _recorded_rate(run: Run, name: str, start: float, stop: float) -> float | None:
    """Return the mean rate from the rates table, over the bins that lie in the window; None where there are none."""
    try:
        rates = run.rates(name)
    except InputError:
        return None
    inside = (rates.t >= start - 1e-9) & (rates.t + rates.bin <= stop + 1e-9)
    return _known(float(rates.rate_hz[inside].mean())) if inside.any() else None


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
