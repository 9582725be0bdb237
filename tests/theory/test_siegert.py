"""The stationary LIF neuron: against an independent integral, closed-form limits and a simulation of its equation."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from braincore.errors import InputError
from braincore.theory.siegert import (
    FOURCAUD_BRUNEL_ALPHA,
    LIF,
    colour_shift,
    cv,
    noise_free_rate,
    rate,
    rate_and_slopes,
)

NEURON = LIF(tau_m=20e-3, v_th=20e-3, v_reset=10e-3, tau_ref=2e-3)
INPUTS_MV = [(15, 5), (0, 5), (10, 2), (19.9, 0.5), (20.1, 0.1), (25, 3), (40, 1), (30, 0.01), (5, 1), (-30, 2)]


def mp_rate(mu: float, sigma: float, shift: float = 0.0) -> mpmath.mpf:
    """Siegert's formula in 30 digits, without any splitting; mV."""
    low, high = (mpmath.mpf(v) - mpmath.mpf(mu) for v in (10, 20))
    low, high = low / mpmath.mpf(sigma) + shift, high / mpmath.mpf(sigma) + shift
    points = [low, *(p for p in (-100, -10, -3, 0, 3) if low < p < high), high]
    integral = mpmath.quad(lambda u: mpmath.exp(u * u) * mpmath.erfc(-u), points)
    return 1 / (mpmath.mpf("0.002") + mpmath.mpf("0.02") * mpmath.sqrt(mpmath.pi) * integral)


def mp_cv(mu: float, sigma: float) -> mpmath.mpf:
    """Brunel (2000), appendix A.1, as it is printed."""
    low, high = (10 - mpmath.mpf(mu)) / sigma, (20 - mpmath.mpf(mu)) / sigma

    def inner(x: mpmath.mpf) -> mpmath.mpf:
        points = [x - 6, x - 1, x]
        return mpmath.exp(x * x) * mpmath.quad(lambda y: mpmath.exp(y * y) * mpmath.erfc(-y) ** 2, points)

    factor = 2 * mpmath.pi * (mp_rate(mu, sigma) * mpmath.mpf("0.02")) ** 2
    return mpmath.sqrt(factor * mpmath.quad(inner, [low, (low + high) / 2, high]))


@pytest.mark.parametrize(("mu", "sigma"), INPUTS_MV)
def test_rate_and_slopes_equal_the_printed_formula_in_30_digits(mu: float, sigma: float) -> None:
    with mpmath.workdps(30):
        step = mpmath.mpf("1e-8")
        expected = mp_rate(mu, sigma)
        by_mu = (mp_rate(mu + step, sigma) - mp_rate(mu - step, sigma)) / (2 * step) * 1000
        by_sigma = (mp_rate(mu, sigma + step) - mp_rate(mu, sigma - step)) / (2 * step) * 1000
        got = rate_and_slopes(mu * 1e-3, sigma * 1e-3, NEURON)
        for value, reference in zip(got, (expected, by_mu, by_sigma), strict=True):
            assert abs(mpmath.mpf(float(value)) / reference - 1) < 1e-10


@pytest.mark.parametrize(("mu", "sigma"), [(15, 5), (25, 3)])
def test_cv_equals_the_printed_double_integral(mu: float, sigma: float) -> None:
    with mpmath.workdps(10):
        assert float(cv(mu * 1e-3, sigma * 1e-3, NEURON)) == pytest.approx(float(mp_cv(mu, sigma)), rel=1e-8)


def first_passages(mu: float, sigma: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw interspike intervals of the SDE: exact steps of 0.1 ms, crossings within a step by the Brownian bridge."""
    dt, tau = 1e-4, 20e-3
    decay = np.exp(-dt / tau)
    spread = sigma * np.sqrt(0.5 * (1 - decay**2))
    v, interval, running, t = np.full(count, 10e-3), np.full(count, np.nan), np.arange(count), 0.0
    while running.size:
        new = mu + (v - mu) * decay + spread * rng.standard_normal(v.size)
        gap = np.maximum(20e-3 - v, 0) * np.maximum(20e-3 - new, 0)
        crossed = (new >= 20e-3) | (rng.random(v.size) < np.exp(-2 * gap / (sigma**2 * dt / tau)))
        interval[running[crossed]] = 2e-3 + t + 0.5 * dt
        v, running, t = new[~crossed], running[~crossed], t + dt
    return interval


@pytest.mark.parametrize(("mu", "sigma"), [(15e-3, 5e-3), (25e-3, 3e-3)])
def test_rate_and_cv_equal_a_simulation_of_the_stochastic_equation(mu: float, sigma: float) -> None:
    # 40 batches, bounds of 4 standard errors on a mean of 40: false alarm 3e-4 a number (t distribution), plus 0.2 %
    # for the time step.
    intervals = first_passages(mu, sigma, 24_000, np.random.default_rng(7)).reshape(40, -1)
    for batches, theory in (
        (intervals.mean(axis=1), 1 / rate(mu, sigma, NEURON)),
        (intervals.std(axis=1) / intervals.mean(axis=1), cv(mu, sigma, NEURON)),
    ):
        error = batches.std(ddof=1) / np.sqrt(40)
        assert error < 0.01 * theory
        assert abs(batches.mean() - theory) < 4 * error + 0.002 * theory


def test_without_noise_the_rate_is_the_closed_form_and_the_limit_of_small_noise() -> None:
    mu = np.array([21e-3, 25e-3, 40e-3, 1.0])
    closed = 1 / (2e-3 + 20e-3 * np.log((mu - 10e-3) / (mu - 20e-3)))
    assert noise_free_rate(mu, NEURON) == pytest.approx(closed, rel=1e-12)
    for sigma in (0.0, 1e-70, 1e-14, 1e-9):
        assert rate(mu, sigma, NEURON) == pytest.approx(closed, rel=1e-9)
    assert not np.any(rate([-1.0, 0.0, 20e-3], 0.0, NEURON))
    assert not np.any(rate([-1.0, 0.0, 19.9e-3], 1e-9, NEURON))


def test_cv_tends_to_one_for_rare_spikes_and_to_zero_without_noise() -> None:
    assert float(cv(0.0, 4e-3, NEURON)) == pytest.approx(1.0, abs=1e-3)
    assert float(cv(40e-3, 1e-8, NEURON)) < 1e-6
    assert float(cv(40e-3, 0.0, NEURON)) == 0.0
    assert np.isnan(cv(0.0, 0.0, NEURON))
    assert np.isnan(cv(-1.0, 1e-3, NEURON))


def test_far_above_threshold_the_rate_is_bounded_by_the_refractory_time() -> None:
    assert float(rate(1e6, 1e-3, NEURON)) == pytest.approx(500.0, rel=1e-6)
    assert float(rate(0.0, 1e3, NEURON)) < 500.0


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    mu=st.floats(-0.5, 2.0),
    sigma=st.floats(1e-6, 0.5),
    shift=st.floats(0.0, 1.0),
    tau_ref=st.sampled_from([0.0, 2e-3]),
)
def test_slopes_are_the_derivatives_everywhere(mu: float, sigma: float, shift: float, tau_ref: float) -> None:
    neuron = LIF(tau_m=10e-3, v_th=-50e-3, v_reset=-65e-3, tau_ref=tau_ref)
    value, by_mu, by_sigma = (float(x) for x in rate_and_slopes(mu, sigma, neuron, shift))
    assert np.isfinite([value, by_mu, by_sigma]).all()
    assert value >= 0
    assert by_mu >= 0
    h = 1e-4 * sigma
    numeric = [
        float(rate(mu + h, sigma, neuron, shift) - rate(mu - h, sigma, neuron, shift)) / (2 * h),
        float(rate(mu, sigma + h, neuron, shift) - rate(mu, sigma - h, neuron, shift)) / (2 * h),
    ]
    noise_floor = 1e-11 * value / h + 1e-12
    # In the tails the rate is so steep that the difference quotient itself is off by (h rate' / rate)^2.
    steepness = h * max(abs(by_mu), abs(by_sigma)) / max(value, 1e-300)
    assert by_mu == pytest.approx(numeric[0], rel=1e-4 + steepness**2, abs=noise_floor)
    assert by_sigma == pytest.approx(numeric[1], rel=1e-4 + steepness**2, abs=noise_floor)


def test_populations_are_vectorised() -> None:
    neurons = LIF(tau_m=[20e-3, 10e-3], v_th=[20e-3, -50e-3], v_reset=[10e-3, -65e-3], tau_ref=2e-3)
    mu, sigma = np.array([15e-3, -55e-3]), np.array([5e-3, 6e-3])
    one_by_one = [
        float(rate(mu[i], sigma[i], LIF(**{k: np.broadcast_to(neurons.array(k), 2)[i] for k in LIF.__slots__})))
        for i in range(2)
    ]
    assert rate(mu, sigma, neurons) == pytest.approx(one_by_one, rel=1e-14)
    assert rate(mu[:, None], sigma, neurons).shape == (2, 2)
    assert cv(np.linspace(10e-3, 20e-3, 300), 5e-3, NEURON).shape == (300,)


def test_alpha_is_the_number_of_fourcaud_and_brunel() -> None:
    with mpmath.workdps(20):
        assert float(mpmath.sqrt(2) * abs(mpmath.zeta(0.5))) == pytest.approx(FOURCAUD_BRUNEL_ALPHA, rel=1e-14)
    assert float(colour_shift(0.5e-3, 10e-3)) == pytest.approx(0.5 * FOURCAUD_BRUNEL_ALPHA * np.sqrt(0.05))
    shifted = mp_rate(15, 5, float(colour_shift(1e-3, 20e-3)))
    assert float(rate(15e-3, 5e-3, NEURON, colour_shift(1e-3, 20e-3))) == pytest.approx(float(shifted), rel=1e-12)


@pytest.mark.slow
def test_coloured_noise_lowers_the_rate_as_fourcaud_and_brunel_say() -> None:
    # About 40 000 spikes: 0.5 % standard error at a CV below 1; 4 of those and 2 % for the neglected second order of
    # sqrt(tau_syn / tau_m). White noise gives 37 % more. False alarm below 1e-4.
    mu, sigma, tau, tau_syn, dt, rng = 10e-3, 7e-3, 20e-3, 1e-3, 2e-5, np.random.default_rng(3)
    neuron = LIF(tau_m=tau, v_th=15e-3, v_reset=0.0)
    v, current, spikes = np.zeros(3000), np.zeros(3000), 0
    keep, decay = np.exp(-dt / tau_syn), np.exp(-dt / tau)
    for step in range(80_000):
        kick = sigma * np.sqrt(tau * (1 - keep**2) / (2 * tau_syn))
        current = keep * current + kick * rng.standard_normal(3000)
        v = mu + current + (v - mu - current) * decay
        fired = v >= 15e-3
        spikes += int(fired.sum()) if step >= 15_000 else 0
        v[fired] = 0.0
    simulated = spikes / (3000 * 65_000 * dt)
    theory = float(rate(mu, sigma, neuron, colour_shift(tau_syn, tau)))
    assert simulated == pytest.approx(theory, rel=0.04)
    assert float(rate(mu, sigma, neuron)) > 1.3 * theory


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tau_m": 0.0}, "tau_m = 0.0 s must be above zero"),
        ({"tau_ref": -1e-3}, "tau_ref = -0.001 s must not be negative"),
        ({"v_reset": 20e-3}, "v_th = 0.02 V must lie above v_reset"),
        ({"v_th": float("nan")}, "v_th = nan holds NaN or infinity"),
        ({"v_th": "high"}, "v_th = 'high' is not made of numbers"),
    ],
)
def test_bad_constants_are_named(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        LIF(**({"tau_m": 20e-3, "v_th": 20e-3, "v_reset": 10e-3, "tau_ref": 2e-3} | arguments))


@pytest.mark.parametrize(
    ("mu", "sigma", "message"),
    [(15e-3, -1e-3, "sigma = -0.001 V must not be negative"), (np.inf, 1e-3, "mu = inf holds NaN or infinity")],
)
def test_bad_input_is_named(mu: float, sigma: float, message: str) -> None:
    with pytest.raises(InputError, match=message):
        rate(mu, sigma, NEURON)


def test_negative_synaptic_time_is_refused() -> None:
    with pytest.raises(InputError, match=r"tau_syn = -0\.001 s must not be negative"):
        colour_shift(-1e-3, 20e-3)
