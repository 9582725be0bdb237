"""What a distribution of synaptic delays does to a population's rhythm: the mean of exp(-s delay) over the synapses."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import erfc, wofz

from braincore.errors import InputError, suggest

Complex = npt.NDArray[np.complex128]

SHAPES = ("fixed", "lognormal", "normal", "uniform")
"""Distributions of delays. A normal one is cut off below zero and drawn again, as simulators do."""

# The normal distribution out to 5 standard deviations, beyond which no network of millions of synapses draws.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)
_NODES = 5.0 * _NODES
_WEIGHTS = _WEIGHTS * np.exp(-0.5 * _NODES**2)
_WEIGHTS /= _WEIGHTS.sum()


def mean_phase(s: npt.ArrayLike, delay: npt.ArrayLike, sd: npt.ArrayLike = 0.0, shape: str = "fixed") -> Complex:
    """Return the mean of exp(-s D) over delays D: the Laplace transform of their distribution.

    Parameters
    ----------
    s
        Complex rate, 1/s: 2 pi i f for a steady rhythm of frequency f.
    delay, sd
        Mean and standard deviation, s. For ``normal`` those before it is cut off at zero.
    shape
        One of `SHAPES`.
    """
    s, mean, spread = np.asarray(s, dtype=complex), np.asarray(delay, dtype=float), np.asarray(sd, dtype=float)
    if shape not in SHAPES:
        raise InputError(f"delay_shape '{shape}' is not known", path="delay_shape", hint=suggest(shape, SHAPES))
    fixed: Complex = np.asarray(np.exp(-s * mean))
    if shape == "fixed" or not np.any(spread):
        return fixed
    some = np.where(spread > 0, spread, 1.0)
    if shape == "uniform":
        half = np.sqrt(3.0) * spread * s
        return np.asarray(fixed * _sinhc(half))
    if shape == "normal":
        return np.asarray(np.where(spread > 0, _cut_normal(s, mean, some), fixed))
    variance = np.log1p((spread / np.where(mean > 0, mean, 1.0)) ** 2)
    draws = (mean * np.exp(-variance / 2))[..., None] * np.exp(np.sqrt(variance)[..., None] * _NODES)
    return np.asarray(np.sum(np.exp(-s[..., None] * draws) * _WEIGHTS, axis=-1))


def _cut_normal(s: Complex, mean: npt.NDArray[np.float64], sd: npt.NDArray[np.float64]) -> Complex:
    """Return exp(-s mean + (s sd)^2 / 2) erfc(w) / erfc(-z), with wofz so that neither factor overflows."""
    z = mean / (np.sqrt(2.0) * sd)
    w = s * sd / np.sqrt(2.0) - z
    left = w.real < 0
    tail = np.exp(-(z**2)) * wofz(1j * np.where(left, -w, w))
    whole = 2 * np.exp(np.where(left, -s * mean + 0.5 * (s * sd) ** 2, 0))
    return np.asarray(np.where(left, whole - tail, tail) / erfc(-z))


def _sinhc(z: Any) -> Complex:
    small = np.abs(z) < 1e-4
    safe = np.where(small, 1.0, z)
    return np.asarray(np.where(small, 1 + z**2 / 6, np.sinh(safe) / safe))
