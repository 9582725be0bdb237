"""Spectra against closed forms; false-alarm rates are stated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from braincore.analysis import power_spectrum, spectral_peak
from braincore.errors import InputError


def poisson(rate: float, duration: float, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(0, duration, rng.poisson(rate * duration))


def modulated(rate: float, depth: float, frequency: float, duration: float, seed: int) -> np.ndarray:
    """An inhomogeneous Poisson process of rate ``rate (1 + depth sin(2 pi frequency t))``, by thinning."""
    rng = np.random.default_rng(seed)
    t = poisson(rate * (1 + depth), duration, rng)
    return t[rng.random(len(t)) * (1 + depth) < 1 + depth * np.sin(2 * np.pi * frequency * t)]


def test_poisson_is_white_at_twice_its_rate():
    """5 standard errors: false alarm 6e-7."""
    spectrum = power_spectrum(poisson(3000.0, 100.0, np.random.default_rng(1)), start=0.0, stop=100.0)
    assert spectrum.poisson_level == pytest.approx(6000, rel=0.02)
    inner = spectrum.power[2:-1]
    error = spectrum.poisson_level / np.sqrt(spectrum.segments * len(inner) / 2)
    assert abs(inner.mean() - spectrum.poisson_level) < 5 * error
    assert spectrum.frequency[1] == pytest.approx(2.0)
    assert spectrum.frequency[-1] == pytest.approx(500.0)


def test_segments_are_worth_what_is_said():
    """The lines of a Poisson spectrum scatter by level / sqrt(segments); tolerance 2 %, four standard errors."""
    rng = np.random.default_rng(2)
    lines = []
    for _ in range(200):
        spectrum = power_spectrum(poisson(2000.0, 10.0, rng), start=0.0, stop=10.0)
        lines.append(spectrum.power[2:-1] / spectrum.poisson_level)
    assert np.std(lines) == pytest.approx(1 / np.sqrt(spectrum.segments), rel=0.02)


@pytest.mark.parametrize("frequency", [37.0, 81.3, 260.0])
def test_a_rhythm_is_found(frequency):
    t = modulated(4000.0, 0.3, frequency, 20.0, seed=3)
    peak = spectral_peak(power_spectrum(t, start=0.0, stop=20.0))
    assert peak is not None
    assert peak.frequency == pytest.approx(frequency, abs=0.5)
    assert peak.p_value < 1e-12
    assert peak.prominence > 3


def test_power_of_a_rhythm_is_the_closed_form():
    """A sinusoid of amplitude A has mean square A^2 / 2: the integral of its peak above the Poisson level, to 5 %."""
    rate, depth = 4000.0, 0.5
    spectrum = power_spectrum(modulated(rate, depth, 40.0, 60.0, seed=4), start=0.0, stop=60.0)
    around = np.abs(spectrum.frequency - 40.0) < 8.1
    integral = np.sum(spectrum.power[around] - spectrum.poisson_level) * 2.0
    assert integral == pytest.approx((rate * depth) ** 2 / 2, rel=0.05)


def test_false_alarms_of_the_peak_are_below_what_is_said():
    """400 Poisson recordings: at most 5 % may have p < 0.05 (bound: 5 standard errors above, 10.4 %)."""
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(400):
        peak = spectral_peak(power_spectrum(poisson(1000.0, 5.0, rng), start=0.0, stop=5.0))
        found += peak is not None and peak.p_value < 0.05
    assert 0 < found < 42


def test_a_flat_top_is_no_fault():
    """Three lines that differ by a rounding error: the middle one is the peak, and nothing divides by zero."""
    spectrum = power_spectrum(poisson(1000.0, 5.0, np.random.default_rng(7)), start=0.0, stop=5.0)
    power = np.linspace(2.0, 1.0, len(spectrum.power))
    power[9:12] = [3.0, np.nextafter(3.0, 4.0), 3.0]
    peak = spectral_peak(replace(spectrum, power=power))
    assert peak is not None
    assert peak.frequency == pytest.approx(spectrum.frequency[10], abs=1.0)


def test_slow_fluctuations_are_no_rhythm():
    """Power that falls with frequency, as of a slowly changing rate, is far above Poisson but not prominent there."""
    rng = np.random.default_rng(6)
    duration, dt = 60.0, 1e-3
    noise = np.empty(int(duration / dt))
    noise[0] = 0.0
    for k, kick in enumerate(rng.normal(0, np.sqrt(2 * dt / 0.02), len(noise) - 1)):
        noise[k + 1] = noise[k] * (1 - dt / 0.02) + kick
    counts = rng.poisson(np.clip(2000 * (1 + 0.4 * noise), 0, None) * dt)
    t = np.repeat(np.arange(len(counts)) * dt, counts)
    slow = spectral_peak(power_spectrum(t, start=0.0, stop=duration), low=5.0)
    fast = spectral_peak(power_spectrum(modulated(2000.0, 0.5, 60.0, duration, seed=7), start=0.0, stop=duration))
    assert slow is None or slow.prominence < 2
    assert fast is not None
    assert fast.prominence > 10


def test_silence_and_short_windows():
    spectrum = power_spectrum([], start=0.0, stop=2.0)
    assert spectrum.poisson_level == 0
    assert spectral_peak(spectrum) is None
    with pytest.raises(InputError, match=r"a resolution of 2 Hz needs 0.5 s, the window has 0.3 s"):
        power_spectrum([], start=0.0, stop=0.3)
    with pytest.raises(InputError, match="resolution is 0"):
        power_spectrum([], start=0.0, stop=1.0, resolution=0)
    assert spectral_peak(power_spectrum([0.1, 0.2], start=0.0, stop=2.0), low=600.0, high=700.0) is None


def test_elephant_agrees():
    spectral = pytest.importorskip("elephant.spectral")
    import neo
    import quantities as pq

    t = modulated(2000.0, 0.3, 50.0, 10.0, seed=8)
    counts = np.histogram(t, bins=np.arange(10_001) * 1e-3)[0] * 1000.0
    signal = neo.AnalogSignal(counts[:, None], units=pq.Hz, sampling_rate=1000 * pq.Hz)
    frequency, theirs = spectral.welch_psd(
        signal, len_segment=500, overlap=0.5, window="hann", n_segments=1, frequency_resolution=None
    )
    ours = power_spectrum(t, start=0.0, stop=10.0)
    np.testing.assert_allclose(ours.frequency, np.asarray(frequency.magnitude))
    np.testing.assert_allclose(ours.power, np.asarray(theirs.magnitude)[0], rtol=1e-9)
