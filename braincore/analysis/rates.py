"""Firing rates: per neuron, over time, and around events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from braincore.analysis.spikes import Floats, Ints, bin_count, bin_index, binned, binned_by_unit, checked, positive
from braincore.errors import InputError


def firing_rates(t: ArrayLike, unit: ArrayLike, n: int, *, start: float, stop: float) -> Floats:
    """Return each neuron's mean rate in Hz over the window, shape (n,)."""
    times, units = checked(t, unit, n)
    duration = positive(stop - start, "window")
    inside = (times >= start) & (times < stop)
    return np.bincount(units[inside], minlength=n) / duration


def population_rate(t: ArrayLike, n: int, *, start: float, stop: float, width: float) -> tuple[Floats, Floats]:
    """Return the mean rate of `n` neurons in whole bins: start of each bin in seconds, and Hz per neuron."""
    counts = binned(t, start=start, stop=stop, width=width)
    if n < 1:
        raise InputError("a population of no neurons has no rate")
    return start + width * np.arange(len(counts), dtype=np.float64), counts / (n * width)


def instantaneous_rate(
    t: ArrayLike, n: int, *, start: float, stop: float, sigma: float, step: float = 1e-3
) -> tuple[Floats, Floats]:
    """Return the mean rate of `n` neurons, smoothed with a Gaussian kernel.

    Spikes are counted in bins of `step` and the counts are convolved with the Gaussian, cut at 5 `sigma` and scaled to
    integral 1 within the window, so that the rate does not sag at its ends.

    Parameters
    ----------
    sigma
        Standard deviation of the kernel in seconds.
    step
        Width of a bin in seconds; at most `sigma`.

    Returns
    -------
    (centres, rate)
        Centre of each bin in seconds, and Hz per neuron.
    """
    from scipy.ndimage import gaussian_filter1d

    positive(sigma, "sigma")
    if step > sigma:
        raise InputError(f"step {step:g} s is coarser than the kernel, sigma {sigma:g} s")
    times, rate = population_rate(t, n, start=start, stop=stop, width=step)
    options = {"sigma": sigma / step, "mode": "constant", "truncate": 5.0}
    weight = gaussian_filter1d(np.ones(len(rate)), **options)
    return times + step / 2, gaussian_filter1d(rate, **options) / weight


def fano_factor(counts: ArrayLike, *, axis: int = -1) -> Floats:
    """Return the variance of spike counts over their mean along `axis`; NaN where there are none. 1 for Poisson."""
    values = np.asarray(counts, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(values.var(axis=axis) / values.mean(axis=axis))


def fano_factors(t: ArrayLike, unit: ArrayLike, n: int, *, start: float, stop: float, window: float = 0.1) -> Floats:
    """Return each neuron's Fano factor over successive windows of `window` seconds, shape (n,); NaN for silent ones."""
    return fano_factor(binned_by_unit(t, unit, n, start=start, stop=stop, width=window))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Psth:
    """Peristimulus time histogram.

    Attributes
    ----------
    t
        Start of each bin in seconds, relative to the onset.
    rate_hz, sem_hz
        Mean rate per neuron over the trials, and its standard error (NaN with a single trial).
    counts
        Spikes of all neurons in each trial and bin, shape (trials, bins).
    width
        Bin width in seconds.
    """

    t: Floats
    rate_hz: Floats
    sem_hz: Floats
    counts: Ints
    width: float


def psth(t: ArrayLike, onsets: ArrayLike, n: int, *, before: float, after: float, width: float) -> Psth:
    """Return the mean response of `n` neurons around events.

    Parameters
    ----------
    t
        Spike times of all neurons in seconds.
    onsets
        Times of the events; each is a trial.
    before, after
        Seconds before and after the onset; whole bins of `width`, one of which begins at the onset.
    """
    events = np.atleast_1d(np.asarray(onsets, dtype=np.float64))
    if not len(events) or not np.isfinite(events).all():
        raise InputError("onsets must be one or more finite times")
    if n < 1:
        raise InputError("a population of no neurons has no rate")
    early = bin_count(0.0, before, width) if before > 0 else 0
    late = bin_count(0.0, after, width)
    times = np.sort(np.asarray(t, dtype=np.float64))
    first = np.searchsorted(times, events - (early + 1) * width)
    last = np.searchsorted(times, events + (late + 1) * width)
    sizes = last - first
    trial = np.repeat(np.arange(len(events)), sizes)
    taken = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(first, sizes)
    index = bin_index(times[taken] - events[trial], 0.0, width) + early
    bins = early + late
    keep = (index >= 0) & (index < bins)
    counts = np.bincount(trial[keep] * bins + index[keep], minlength=len(events) * bins).reshape(len(events), bins)
    rates = counts / (n * width)
    spread = rates.std(axis=0, ddof=1) if len(events) > 1 else np.full(bins, np.nan)
    return Psth(
        t=(np.arange(bins, dtype=np.float64) - early) * width,
        rate_hz=rates.mean(axis=0),
        sem_hz=spread / np.sqrt(len(events)),
        counts=counts,
        width=width,
    )


def response_latency(response: Psth, *, alpha: float = 0.001, consecutive: int = 2) -> float:
    """Return when a population begins to respond: seconds after the onset, NaN if it does not.

    The first of `consecutive` bins after the onset whose spike counts, summed over trials, would be reached by a
    Poisson process of the rate before the onset with a probability below `alpha`, divided by the number of bins looked
    at. The chance of an answer without any response is therefore below `alpha`, as far as spikes are independent
    (correlated neurons need a smaller one). The baseline must be long enough to be known well: its own error is not
    counted.

    Raises
    ------
    InputError
        The histogram has no bin before the onset, or none after it.
    """
    from scipy.stats import poisson

    total = response.counts.sum(axis=0)
    after = response.t > -0.5 * response.width
    if after.all() or not after.any():
        raise InputError("a latency needs bins before and after the onset")
    if consecutive < 1:
        raise InputError(f"consecutive is {consecutive}", hint="At least 1")
    baseline = max(float(total[~after].mean()), 0.5 / int((~after).sum()))  # no spike at all: at most about half of one
    late = total[after]
    high = poisson.sf(late - 1, baseline) < alpha / len(late)
    if len(high) < consecutive:
        return float("nan")
    runs = np.lib.stride_tricks.sliding_window_view(high, consecutive).all(axis=-1)
    return float(response.t[after][np.argmax(runs)]) if runs.any() else float("nan")


def first_spike_latency(t: ArrayLike, unit: ArrayLike, n: int, onset: float, *, window: float) -> Floats:
    """Return each neuron's time from `onset` to its first spike within `window` seconds; NaN without one."""
    times, units = checked(t, unit, n)
    positive(window, "window")
    inside = (times >= onset) & (times < onset + window)
    first = np.full(n, np.inf)
    np.minimum.at(first, units[inside], times[inside] - onset)
    return np.where(np.isfinite(first), first, np.nan)
