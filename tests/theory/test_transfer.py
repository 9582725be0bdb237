"""The linear response of the LIF neuron: against parabolic cylinder functions, static slopes and a simulation."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from braincore.errors import InputError
from braincore.theory.siegert import LIF, colour_shift, rate, rate_and_slopes
from braincore.theory.transfer import transfer

NEURON = LIF(tau_m=20e-3, v_th=20e-3, v_reset=10e-3, tau_ref=2e-3)


def mp_transfer(s: complex, mu: float, sigma: float) -> tuple[complex, complex]:
    """Brunel & Hakim (1999) and Lindner & Schimansky-Geier (2001) as printed, in 40 digits; mV."""
    with mpmath.workdps(40):
        s = mpmath.mpc(s)
        p = s * mpmath.mpf("0.02")
        ends = [(mpmath.mpf(v) - mpmath.mpf(mu)) / mpmath.mpf(sigma) for v in (20, 10)]

        def u(y: mpmath.mpf, n: int) -> mpmath.mpc:
            factor = [1, mpmath.sqrt(2) * p, 2 * p * (p + 1)][n]
            return factor * mpmath.exp(y * y / 2) * mpmath.pcfd(-p - n, -mpmath.sqrt(2) * y)

        below = u(ends[0], 0) - mpmath.exp(-s * mpmath.mpf("0.002")) * u(ends[1], 0)
        front = mpmath.mpf(float(rate(mu * 1e-3, sigma * 1e-3, NEURON))) / (mpmath.mpf(sigma) / 1000)
        first, second = (u(ends[0], n) - u(ends[1], n) for n in (1, 2))
        return complex(front / (1 + p) * first / below), complex(front / (2 + p) * second / below)


@pytest.mark.parametrize(("mu", "sigma"), [(15, 5), (5, 4), (21, 7.7), (25, 2), (60, 2), (203, 14.7), (25, 0.1)])
@pytest.mark.parametrize("f", [0.1, 10, 200, 1500])
def test_response_equals_the_parabolic_cylinder_formula(mu: float, sigma: float, f: float) -> None:
    expected = mp_transfer(2j * np.pi * f, mu, sigma)
    got = transfer(2j * np.pi * f, mu * 1e-3, sigma * 1e-3, NEURON)
    for value, reference in zip(got, expected, strict=True):
        assert complex(value) == pytest.approx(reference, rel=3e-6)


@pytest.mark.parametrize("s", [300 + 500j, -20 + 300j, -120 + 1200j, -300 + 400j, 2000.0])
def test_response_holds_for_growing_and_dying_modulations(s: complex) -> None:
    expected = mp_transfer(s, 21, 7.7)
    got = transfer(s, 21e-3, 7.7e-3, NEURON)
    for value, reference in zip(got, expected, strict=True):
        assert complex(value) == pytest.approx(reference, rel=1e-6)


@pytest.mark.parametrize("shift", [0.0, 0.23, 0.8])
@pytest.mark.parametrize(("mu", "sigma"), [(15e-3, 5e-3), (40e-3, 1e-3), (-10e-3, 8e-3)])
def test_response_at_zero_frequency_is_the_slope_of_the_f_i_curve(mu: float, sigma: float, shift: float) -> None:
    _, by_mu, by_sigma = rate_and_slopes(mu, sigma, NEURON, shift)
    for s in (0.0, 1e-4, 1e-4j):
        got = transfer(s, mu, sigma, NEURON, shift)
        assert complex(got[0]) == pytest.approx(complex(by_mu), rel=1e-4)
        assert complex(got[1]) == pytest.approx(complex(by_sigma), rel=1e-4)


def test_response_falls_as_the_root_of_the_frequency() -> None:
    # Brunel & Hakim (1999): phase lag 45 degrees and 1/sqrt(f) for white noise.
    high, higher = (complex(transfer(2j * np.pi * f, 15e-3, 5e-3, NEURON)[0]) for f in (1e4, 4e4))
    assert abs(high / higher) == pytest.approx(2.0, rel=0.02)
    assert np.degrees(np.angle(higher)) == pytest.approx(-45.0, abs=1.5)


def test_populations_and_frequencies_are_vectorised() -> None:
    s = 2j * np.pi * np.array([0.0, 5.0, 50.0])[:, None]
    mu, sigma = np.array([15e-3, 25e-3, 0.0]), np.array([5e-3, 1e-3, 0.1e-3])
    table = transfer(s, mu, sigma, NEURON)
    assert table[0].shape == table[1].shape == (3, 3)
    for i in range(3):
        for j in range(3):
            one = transfer(s[i, 0], mu[j], sigma[j], NEURON)
            assert complex(table[0][i, j]) == pytest.approx(complex(one[0]), rel=1e-6)
    assert not np.any(table[0][:, 2])  # 200 sigma below threshold: silent


@pytest.mark.slow
def test_response_of_noise_through_synapses_equals_a_simulation() -> None:
    # L4I of the microcircuit: 15 % modulation of the noise at 65 Hz. The standard error of the simulated response is
    # some 1.5 % of it; the theory is first order in sqrt(tau_syn / tau_m): 12 % allowed (8 standard errors). Without
    # the threshold that moves along it would be 30 % off.
    tau, tau_syn, mu, sigma, dt, f = 10e-3, 0.5e-3, -58.018e-3, 5.9034e-3, 2e-5, 65.0
    neuron = LIF(tau_m=tau, v_th=-50e-3, v_reset=-65e-3, tau_ref=2e-3)
    shift, s, rng, count = float(colour_shift(tau_syn, tau)), 2j * np.pi * f, np.random.default_rng(5), 8000
    v, current, resting = np.full(count, -60e-3), np.zeros(count), np.zeros(count, dtype=int)
    keep, decay, wave, steps, warm = np.exp(-dt / tau_syn), np.exp(-dt / tau), 0j, 55_000, 5_000
    for step in range(steps):
        amplitude = sigma * (1 + 0.15 * np.cos(2 * np.pi * f * step * dt))
        kick = amplitude * np.sqrt(tau * (1 - keep**2) / (2 * tau_syn))
        current = keep * current + kick * rng.standard_normal(count)
        v = np.where(resting > 0, v, mu + current + (v - mu - current) * decay)
        resting -= 1
        fired = v >= -50e-3
        v[fired], resting[fired] = -65e-3, round(2e-3 / dt)
        if step >= warm:
            wave += int(fired.sum()) * np.exp(-s * step * dt)
    simulated = 2 * wave / (count * (steps - warm) * dt) / (0.15 * sigma)
    theory = complex(transfer(s, mu, sigma, neuron, shift)[1]) / (1 + s * tau_syn / 2)
    assert abs(simulated - theory) < 0.12 * abs(theory)


def test_without_noise_there_is_no_linear_response() -> None:
    with pytest.raises(InputError, match="the linear response needs noise"):
        transfer(1j, 15e-3, 0.0, NEURON)
    with pytest.raises(InputError, match=r"s = .* holds NaN"):
        transfer(complex("nan"), 15e-3, 1e-3, NEURON)
