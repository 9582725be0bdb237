"""Granger causality against its closed form for a model of first order."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.analysis import spectral_granger
from braincore.errors import InputError

A, B, C = 0.5, 0.8, 0.7


def signals(seed: int, trials: int = 20, length: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """x(t) = B x(t - 1) + noise, y(t) = A y(t - 1) + C x(t - 1) + noise of deviation 2."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((2, length, trials))
    x, y = np.zeros((length, trials)), np.zeros((length, trials))
    for t in range(1, length):
        x[t] = B * x[t - 1] + noise[0, t]
        y[t] = A * y[t - 1] + C * x[t - 1] + 2 * noise[1, t]
    return x, y


def test_one_way_as_in_closed_form() -> None:
    """f(w) = ln(1 + C^2 / (4 |1 - B e^(-iw)|^2)); nothing comes back. 80 000 samples: an error of 0.01 to 0.03."""
    frequency = np.linspace(1, 49, 25)
    x, y = signals(1)
    found = spectral_granger(x, y, fs=100, order=3, frequency=frequency)
    expected = np.log1p(C**2 / (4 * np.abs(1 - B * np.exp(-2j * np.pi * frequency / 100)) ** 2))
    assert found.forward == pytest.approx(expected, abs=0.05)
    assert np.abs(found.backward).max() < 0.005
    turned = spectral_granger(y, x, fs=100, order=3, frequency=frequency)
    assert turned.backward == pytest.approx(found.forward)


def test_wrong_signals_are_refused() -> None:
    with pytest.raises(InputError, match="shapes"):
        spectral_granger(np.zeros(10), np.zeros(11), fs=1, order=1, frequency=[0.1])
    with pytest.raises(InputError, match="order 5"):
        spectral_granger(np.zeros(10), np.zeros(10), fs=1, order=5, frequency=[0.1])
