"""What every statistic starts from: spikes as flat arrays, checked, sorted, binned.

Throughout this room a recording is two arrays of one length, `t` (spike times in seconds) and `unit` (which of the `n`
neurons fired, 0 to ``n - 1``), with a window ``start <= t < stop`` in seconds. `SpikeTrains` has them under these
names. Neurons that never fire count: they are in `n`, not in the arrays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_EDGE = 1e-6
"""A spike this fraction of a bin below an edge lies on the edge: multiples of dt are not exact in binary."""


def checked(t: ArrayLike, unit: ArrayLike, n: int) -> tuple[Floats, Ints]:
    """Return `t` and `unit` as arrays.

    Raises
    ------
    InputError
        Lengths differ, a time is not finite, or a unit is not one of `n`.
    """
    times, units = np.asarray(t, dtype=np.float64), np.asarray(unit)
    if times.shape != units.shape or times.ndim != 1:
        raise InputError(f"spike times {times.shape} and units {units.shape} must be one-dimensional and of one length")
    if n < 0:
        raise InputError(f"number of neurons is {n}", hint="0 or more")
    if not len(times):
        return times, units.astype(np.int64)
    if units.dtype.kind not in "iu":
        raise InputError(f"units must be whole numbers, got {units.dtype}")
    if not np.isfinite(times).all():
        raise InputError("a spike time is not a finite number")
    low, high = int(units.min()), int(units.max())
    if low < 0 or high >= n:
        raise InputError(f"unit {low if low < 0 else high} is not one of {n} neurons")
    return times, units.astype(np.int64, copy=False)


def by_unit(t: ArrayLike, unit: ArrayLike, n: int) -> tuple[Floats, Ints]:
    """Return the spikes sorted by unit, and by time within each."""
    times, units = checked(t, unit, n)
    if len(times) and np.any(times[1:] < times[:-1]):
        order = np.argsort(times, kind="stable")
        times, units = times[order], units[order]
    keys = units.astype(np.uint16) if n <= 2**16 else units  # NumPy sorts 16-bit numbers by radix, in linear time
    order = np.argsort(keys, kind="stable")
    return times[order], units[order]


def positive(value: float, what: str) -> float:
    """Return `value` if it is a finite positive number of seconds, or raise `InputError`."""
    if not (np.isfinite(value) and value > 0):
        raise InputError(f"{what} is {value}", hint="A positive number of seconds")
    return float(value)


def bin_count(start: float, stop: float, width: float) -> int:
    """Return how many whole bins of `width` fit into the window.

    Raises
    ------
    InputError
        Not one does.
    """
    positive(width, "bin width")
    count = int(np.floor((stop - start) / width + _EDGE)) if np.isfinite(stop - start) else 0
    if count < 1:
        raise InputError(f"no bin of {width:g} s fits into the window from {start:g} s to {stop:g} s")
    return count


def bin_index(t: Floats, start: float, width: float) -> Ints:
    """Return the bin of each spike, counted from `start`; below 0 before it."""
    return np.asarray(np.floor((t - start) / width + _EDGE), dtype=np.int64)


def binned(t: ArrayLike, *, start: float, stop: float, width: float) -> Ints:
    """Return the number of spikes in each whole bin of the window, shape (bins,)."""
    count = bin_count(start, stop, width)
    index = bin_index(np.asarray(t, dtype=np.float64), start, width)
    return np.bincount(index[(index >= 0) & (index < count)], minlength=count)


def binned_by_unit(t: ArrayLike, unit: ArrayLike, n: int, *, start: float, stop: float, width: float) -> Ints:
    """Return the number of spikes of each unit in each whole bin, shape (n, bins)."""
    times, units = checked(t, unit, n)
    count = bin_count(start, stop, width)
    index = bin_index(times, start, width)
    keep = (index >= 0) & (index < count)
    return np.bincount(units[keep] * count + index[keep], minlength=n * count).reshape(n, count)
