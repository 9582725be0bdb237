r"""Stationary firing of the leaky integrate-and-fire neuron in noise: rate, its slopes, and the CV of its intervals.

.. math:: \tau_m \dot V = \mu - V + \sigma \sqrt{\tau_m}\, \xi(t)

fires at :math:`V_{th}`, is reset to :math:`V_r` and stays there for :math:`\tau_{ref}`. :math:`\mu` is the mean that
the potential would have without threshold, and :math:`\sigma^2 / 2` the variance (Brunel's convention: :math:`\sigma`
is sqrt(2) times the standard deviation of the free potential).

Sources: Siegert, Phys. Rev. 81, 617 (1951); Ricciardi (1977); Brunel, J. Comput. Neurosci. 8, 183 (2000), eq. 21 and
appendix A.1; Fourcaud & Brunel, Neural Comput. 14, 2057 (2002), eq. 4.33, for synaptic currents with a time constant.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy.special import erf, erfcx

from braincore.errors import InputError

Array = npt.NDArray[np.float64]

FOURCAUD_BRUNEL_ALPHA = 2.0652531522312172
"""sqrt(2) |zeta(1/2)|: how far coloured noise moves threshold and reset, in sqrt(tau_syn / tau_m) sigma / 2."""

_SQRT_PI = float(np.sqrt(np.pi))
# Beyond this the rate is below the smallest float; it keeps squares and exponentials finite.
_Y_MAX = 60.0
# V; less noise than this is none.
_SIGMA_MIN = 1e-60
# e^-_NEGLIGIBLE is what an exponentially small tail of an integrand may lose.
_NEGLIGIBLE = 40.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LIF:
    """The constants of one leaky integrate-and-fire neuron, or arrays of them: one entry a population.

    Attributes
    ----------
    tau_m
        Membrane time constant, s.
    v_th, v_reset
        Threshold and reset potential, V.
    tau_ref
        Absolute refractory time, s.
    """

    tau_m: npt.ArrayLike
    v_th: npt.ArrayLike
    v_reset: npt.ArrayLike
    tau_ref: npt.ArrayLike = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, finite(getattr(self, field.name), field.name))
        if np.any(self.array("tau_m") <= 0):
            raise InputError(f"tau_m = {self.array('tau_m')} s must be above zero", path="tau_m")
        if np.any(self.array("tau_ref") < 0):
            raise InputError(f"tau_ref = {self.array('tau_ref')} s must not be negative", path="tau_ref")
        if np.any(self.array("v_th") <= self.array("v_reset")):
            v_th, v_reset = self.array("v_th"), self.array("v_reset")
            raise InputError(f"v_th = {v_th} V must lie above v_reset = {v_reset} V", path="v_th")

    def array(self, name: str) -> Array:
        """Return one constant as an array."""
        return np.asarray(getattr(self, name), dtype=float)


def finite(value: npt.ArrayLike, name: str) -> Array:
    """Return `value` as a float array; raise `InputError` naming it where it is not made of finite numbers."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise InputError(f"{name} = {value!r} is not made of numbers", path=name) from None
    if not np.all(np.isfinite(array)):
        raise InputError(f"{name} = {array} holds NaN or infinity", path=name)
    return array


def colour_shift(tau_syn: npt.ArrayLike, tau_m: npt.ArrayLike) -> Array:
    """Return by how many sigma an exponential synaptic current raises threshold and reset.

    Valid to first order in sqrt(`tau_syn` / `tau_m`) (Fourcaud & Brunel 2002). Times in s.
    """
    tau_syn = finite(tau_syn, "tau_syn")
    if np.any(tau_syn < 0):
        raise InputError(f"tau_syn = {tau_syn} s must not be negative", path="tau_syn")
    return np.asarray(0.5 * FOURCAUD_BRUNEL_ALPHA * np.sqrt(tau_syn / np.asarray(tau_m, dtype=float)))


def noise_free_rate(mu: npt.ArrayLike, lif: LIF) -> Array:
    """Return the rate without noise, in Hz: zero up to the threshold, then one over the time from reset to threshold.

    Parameters
    ----------
    mu
        Mean of the free membrane potential, V.
    lif
        The neuron; its constants broadcast against `mu`.
    """
    mu = finite(mu, "mu")
    above = mu - lif.array("v_th")
    with np.errstate(divide="ignore", invalid="ignore"):
        interval = lif.array("tau_ref") + lif.array("tau_m") * np.log1p(
            (lif.array("v_th") - lif.array("v_reset")) / above
        )
        return np.asarray(np.where(above > 0, 1.0 / interval, 0.0))


def rate(mu: npt.ArrayLike, sigma: npt.ArrayLike, lif: LIF, shift: npt.ArrayLike = 0.0) -> Array:
    """Return the stationary firing rate in Hz.

    Parameters
    ----------
    mu, sigma
        Mean of the free membrane potential and noise amplitude, V (see the module). `sigma` may be zero.
    lif
        The neuron; everything broadcasts.
    shift
        Rise of threshold and reset in units of sigma: `colour_shift` for exponential currents, 0 for delta synapses.

    Raises
    ------
    InputError
        NaN, infinity or a negative `sigma`.
    """
    return rate_and_slopes(mu, sigma, lif, shift)[0]


def rate_and_slopes(
    mu: npt.ArrayLike, sigma: npt.ArrayLike, lif: LIF, shift: npt.ArrayLike = 0.0
) -> tuple[Array, Array, Array]:
    """Return the rate (Hz), d rate / d mu and d rate / d sigma (Hz / V), all analytic; arguments as for `rate`.

    Slopes of the noise-free neuron exactly at its threshold, where they are infinite, come out as zero.
    """
    p = _Problem.of(mu, sigma, lif, shift)
    scaled_interval = p.tau_ref * np.exp(-p.scale) + p.tau_m * _SQRT_PI * _first_integral(p.lower, p.upper)
    noisy = np.exp(-p.scale) / scaled_interval
    # nu^2 tau sqrt(pi) times the difference of the integrand (or of u times it) between the limits
    front = np.exp(-p.scale) / scaled_interval**2 * p.tau_m * _SQRT_PI / p.sigma_or_one
    top, bottom = _scaled_integrand(p.upper, p.scale), _scaled_integrand(p.lower, p.scale)
    by_mu = front * (top - bottom)
    by_sigma = front * (_times_u(p.upper, p.scale) - _times_u(p.lower, p.scale) - p.shift * (top - bottom))
    bare = noise_free_rate(p.mu, lif)
    with np.errstate(divide="ignore", invalid="ignore"):
        bare_slope = bare**2 * p.tau_m * (1 / (p.mu - p.v_th) - 1 / (p.mu - p.v_reset))
    quiet = p.sigma == 0
    return (
        np.where(quiet, bare, noisy),
        np.where(quiet, np.where(bare > 0, bare_slope, 0.0), by_mu),
        np.where(quiet, 0.0, by_sigma),
    )


def cv(mu: npt.ArrayLike, sigma: npt.ArrayLike, lif: LIF, shift: npt.ArrayLike = 0.0) -> Array:
    """Return the coefficient of variation of the interspike intervals (Brunel 2000, appendix A.1).

    NaN for a neuron that never fires. With a `shift` it is a heuristic: the published result is for white noise.
    """
    p = _Problem.of(mu, sigma, lif, shift)
    mean = p.tau_ref / p.tau_m * np.exp(-p.scale) + _SQRT_PI * _first_integral(p.lower, p.upper)
    lower, upper, double = p.lower.ravel(), p.upper.ravel(), np.empty(p.mu.size)
    for start in range(0, p.mu.size, 128):  # 96 x 96 points each: in portions, so that memory stays small
        part = slice(start, start + 128)
        double[part] = _second_integral(lower[part], upper[part])
    noisy = np.sqrt(2 * np.pi * double.reshape(p.mu.shape)) / mean
    silent = np.where(p.sigma == 0, p.mu <= p.v_th, p.upper >= _Y_MAX)
    return np.asarray(np.where(silent, np.nan, np.where(p.sigma == 0, 0.0, noisy)))


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """The arguments, broadcast, with the limits of the integrals and the exponent that keeps those finite."""

    mu: Array
    sigma: Array
    sigma_or_one: Array
    shift: Array
    tau_m: Array
    tau_ref: Array
    v_th: Array
    v_reset: Array
    lower: Array
    upper: Array
    scale: Array

    @classmethod
    def of(cls, mu: npt.ArrayLike, sigma: npt.ArrayLike, lif: LIF, shift: npt.ArrayLike) -> _Problem:
        sigma = finite(sigma, "sigma")
        if np.any(sigma < 0):
            raise InputError(f"sigma = {sigma} V must not be negative", path="sigma")
        names = ("tau_m", "tau_ref", "v_th", "v_reset")
        mu, sigma, shift, tau_m, tau_ref, v_th, v_reset = np.broadcast_arrays(
            finite(mu, "mu"), sigma, finite(shift, "shift"), *(lif.array(name) for name in names)
        )
        sigma = np.where(sigma > _SIGMA_MIN, sigma, 0.0)
        some = np.where(sigma > 0, sigma, 1.0)
        upper = np.minimum((v_th - mu) / some + shift, _Y_MAX)
        lower = np.minimum((v_reset - mu) / some + shift, np.where(upper < _Y_MAX, _Y_MAX, _Y_MAX - 1.0))
        return cls(
            mu, sigma, some, shift, tau_m, tau_ref, v_th, v_reset, lower, upper, scale=np.maximum(upper, 0.0) ** 2
        )


def _quadrature(low: Array, high: Array) -> tuple[Array, Array]:
    """Return Gauss-Legendre points and weights on [low, high], along a new last axis."""
    half = 0.5 * (high - low)[..., None]
    return low[..., None] + half * (_NODES + 1.0), half * _WEIGHTS


def _negative_part(lower: Array, upper: Array) -> tuple[Array, Array]:
    """Return points and weights for what lies below zero; u = -sinh(s) makes a range of any length smooth."""
    s, weight = _quadrature(np.arcsinh(np.maximum(-upper, 0.0)), np.arcsinh(np.maximum(-lower, 0.0)))
    return -np.sinh(s), weight * np.cosh(s)


def _positive_part(lower: Array, upper: Array) -> tuple[Array, Array]:
    """Return points and weights for what lies above zero, less the part that e^(u^2 - upper^2) makes negligible."""
    high = np.maximum(upper, 0.0)
    low = np.minimum(np.maximum(lower, np.sqrt(np.maximum(high**2 - _NEGLIGIBLE, 0.0))), high)
    return _quadrature(low, high)


def _first_integral(lower: Array, upper: Array) -> Array:
    """Return e^-scale times the integral of e^(u^2) (1 + erf u), scale being max(upper, 0)^2."""
    high = np.maximum(upper, 0.0)[..., None]
    u, weight = _negative_part(lower, upper)
    below = np.sum(weight * erfcx(-u), axis=-1) * np.exp(-(high[..., 0] ** 2))
    u, weight = _positive_part(lower, upper)
    return np.asarray(below + np.sum(weight * np.exp((u - high) * (u + high)) * (1 + erf(u)), axis=-1))


def _second_integral(lower: Array, upper: Array) -> Array:
    """Return e^(-2 scale) times the integral of e^(x^2) of the integral up to x of e^(y^2) (1 + erf y)^2."""
    high = np.maximum(upper, 0.0)[..., None]
    x, weight = _negative_part(lower, upper)
    below = np.sum(weight * _inner_below(x), axis=-1) * np.exp(-2 * high[..., 0] ** 2)
    x, weight = _positive_part(lower, upper)
    y, inner_weight = _positive_part(np.zeros_like(x), x)
    last = x[..., None]
    inner = np.sum(inner_weight * np.exp((y - last) * (y + last)) * (1 + erf(y)) ** 2, axis=-1)
    inner = inner + np.exp(-(x**2)) * _inner_below(np.zeros(1))
    return np.asarray(below + np.sum(weight * np.exp(2 * (x - high) * (x + high)) * inner, axis=-1))


def _inner_below(x: Array) -> Array:
    """Return e^(x^2) times the integral from -infinity to x <= 0 of e^(y^2) (1 + erf y)^2, with y = x - s."""
    reach = _NEGLIGIBLE / (np.sqrt(x**2 + _NEGLIGIBLE) - x)
    s, weight = _quadrature(np.zeros_like(x), reach)
    return np.asarray(np.sum(weight * np.exp((2 * x[..., None] - s) * s) * erfcx(s - x[..., None]) ** 2, axis=-1))


def _scaled_integrand(u: Array, scale: Array) -> Array:
    """Return e^-scale times e^(u^2) (1 + erf u)."""
    below = erfcx(np.maximum(-u, 0.0)) * np.exp(-scale)
    return np.where(u > 0, np.exp(np.minimum(u**2 - scale, 0.0)) * (1 + erf(u)), below)


def _times_u(u: Array, scale: Array) -> Array:
    """Return e^-scale times (u e^(u^2) (1 + erf u) + 1 / sqrt(pi)), without cancellation far below zero."""
    inverse = 1.0 / np.minimum(u, -1.0) ** 2
    series = inverse * (1 / 2 - inverse * (3 / 4 - inverse * (15 / 8 - inverse * 105 / 16))) / _SQRT_PI
    return np.where(u < -200, series * np.exp(-scale), u * _scaled_integrand(u, scale) + np.exp(-scale) / _SQRT_PI)
