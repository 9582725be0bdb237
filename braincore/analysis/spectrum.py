"""Rhythms of population activity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from braincore.analysis.spikes import Floats, binned, positive
from braincore.errors import InputError


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Spectrum:
    """Power spectral density of a population's rate.

    Attributes
    ----------
    frequency
        In Hz.
    power
        One-sided density of the summed rate of all neurons (spikes per second), in Hz^2/Hz.
    poisson_level
        What independent Poisson neurons of the same rate give: twice the summed rate, at every frequency.
    segments
        Number of independent segments that the average is worth, counting how much they overlap.
    """

    frequency: Floats
    power: Floats
    poisson_level: float
    segments: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SpectralPeak:
    """The strongest rhythm of a spectrum.

    Attributes
    ----------
    frequency
        In Hz, interpolated between the spectrum's lines.
    power
        Density at the peak's highest line.
    ratio
        That over the Poisson level.
    prominence
        That over the higher of the two troughs that set the peak off, a plain ratio: 1 for no peak.
    p_value
        Probability that independent Poisson neurons reach `ratio` anywhere in the range that was searched.
    """

    frequency: float
    power: float
    ratio: float
    prominence: float
    p_value: float


def power_spectrum(
    t: ArrayLike, *, start: float, stop: float, width: float = 1e-3, resolution: float = 2.0
) -> Spectrum:
    """Return the spectrum of a population's activity by Welch's method: Hann windows that overlap by half.

    Parameters
    ----------
    t
        Spike times of all neurons in seconds.
    width
        Bin width in seconds; half of ``1 / width`` is the highest frequency.
    resolution
        Distance of the spectrum's lines in Hz: segments are ``1 / resolution`` seconds long.

    Raises
    ------
    InputError
        The window is shorter than one segment.
    """
    from scipy.signal import get_window, welch

    positive(resolution, "resolution")
    counts = binned(t, start=start, stop=stop, width=width)
    length = round(1 / (resolution * width))
    if length < 8 or length > len(counts):
        raise InputError(
            f"a resolution of {resolution:g} Hz needs {1 / resolution:g} s, the window has {stop - start:g} s",
            hint="At least 8 bins and at most the window",
        )
    step = length - length // 2
    frequency, power = welch(counts / width, fs=1 / width, window="hann", nperseg=length, noverlap=length // 2)
    taper = get_window("hann", length)
    overlap = (np.sum(taper[step:] * taper[: length - step]) / np.sum(taper**2)) ** 2
    count = (len(counts) - length) // step + 1
    segments = count / (1 + 2 * overlap * (1 - 1 / count))  # Welch 1967, IEEE Trans. Audio 15:70
    level = 2 * counts.sum() / (len(counts) * width)
    return Spectrum(frequency=frequency, power=power, poisson_level=float(level), segments=float(segments))


def spectral_peak(spectrum: Spectrum, *, low: float = 5.0, high: float = 500.0) -> SpectralPeak | None:
    """Return the most powerful peak between `low` and `high` Hz, or None if the spectrum only falls or rises there.

    A line is a peak if it is higher than its neighbours on both sides; the line at 0 Hz is no neighbour, for the mean
    is removed. Whether a peak means anything is in `p_value`: averaged over K segments, the spectrum of Poisson neurons
    over its level is distributed as chi-squared with 2 K degrees of freedom over 2 K, and there are at most as many
    independent lines as lines. Networks are rarely Poisson: `prominence` tells a rhythm from a mere excess of slow
    fluctuations.
    """
    from scipy.stats import chi2

    inside = np.flatnonzero((spectrum.frequency >= low) & (spectrum.frequency <= high))
    inside = inside[(inside > 1) & (inside < len(spectrum.power) - 1)]
    power = spectrum.power
    tops = inside[(power[inside] > power[inside - 1]) & (power[inside] >= power[inside + 1])]
    if not len(tops) or spectrum.poisson_level <= 0:
        return None
    top = int(tops[np.argmax(power[tops])])
    ratio = power[top] / spectrum.poisson_level
    freedom = 2 * spectrum.segments
    single = chi2.sf(freedom * ratio, freedom)
    many = -np.expm1(len(inside) * np.log1p(-min(single, 1 - 1e-16)))
    return SpectralPeak(
        frequency=_interpolated(spectrum, top),
        power=float(power[top]),
        ratio=float(ratio),
        prominence=_prominence(power, inside, top),
        p_value=float(many),
    )


def _interpolated(spectrum: Spectrum, top: int) -> float:
    """Return the vertex of the parabola through the peak and its neighbours, on a logarithmic scale."""
    around = spectrum.power[top - 1 : top + 2]
    spacing = spectrum.frequency[1] - spectrum.frequency[0]
    if np.any(around <= 0):
        return float(spectrum.frequency[top])
    a, b, c = np.log(around)
    bend = a - 2 * b + c
    if bend >= 0:  # a top by a rounding error of the power: flat on a logarithmic scale
        return float(spectrum.frequency[top])
    return float(spectrum.frequency[top] + spacing * 0.5 * (a - c) / bend)


def _prominence(power: Floats, inside: np.ndarray, top: int) -> float:
    left, right = power[inside[0] - 1 : top], power[top + 1 : inside[-1] + 2]
    trough = max(float(left.min()), float(right.min()))
    return float(power[top] / trough) if trough > 0 else float("inf")
