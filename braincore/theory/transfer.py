r"""How the rate of the leaky integrate-and-fire neuron follows a small modulation of its mean input or of its noise.

For :math:`\mu(t) = \mu + \epsilon e^{st}`, :math:`\nu(t) = \nu + \epsilon N_\mu(s) e^{st}` with

.. math::
    N_\mu(s) = \frac{\nu}{\sigma (1 + s\tau)} \frac{U'(y_{th}) - U'(y_r)}{U(y_{th}) - e^{-s\tau_{ref}} U(y_r)},
    \qquad U'' = 2 y U' + 2 s \tau U,

where :math:`y = (V - \mu) / \sigma` and U is the solution that dies out far below threshold; for a modulation of sigma
one more derivative, and 2 in place of 1. Sources: Brunel & Hakim, Neural Comput. 11, 1621 (1999); Lindner &
Schimansky-Geier, Phys. Rev. Lett. 86, 2934 (2001). The literature writes U with parabolic cylinder functions; here its
equation is integrated across the range of the potential, for all rates s at once, which is the adjoint of threshold
integration (Richardson, Phys. Rev. E 76, 021919 (2007)); each step is a fourth-order Magnus exponential. Far below
threshold, where that would be stiff, Gauss's continued fraction of the parabolic cylinder functions gives U'/U.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from braincore.errors import InputError
from braincore.theory.siegert import LIF, Array, finite, rate_and_slopes

Complex = npt.NDArray[np.complex128]

_LONGEST_STEP = 0.025
_TERMS = 40
# Below this a continued fraction gives U; above, its equation is integrated.
_FAR = -4.0
# Rates beyond this are below 1e-60 Hz.
_Y_SILENT = 12.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


def transfer(
    s: npt.ArrayLike, mu: npt.ArrayLike, sigma: npt.ArrayLike, lif: LIF, shift: npt.ArrayLike = 0.0
) -> tuple[Complex, Complex]:
    """Return d rate / d mu and d rate / d sigma (Hz / V) at the complex rate `s`.

    Parameters
    ----------
    s
        1/s; ``2j * pi * f`` for a modulation at frequency f. Any complex number with 1 + s tau_m and 2 + s tau_m not 0.
    mu, sigma, lif, shift
        As for `braincore.theory.siegert.rate`; all broadcast with `s`. `sigma` must be above zero.

    Raises
    ------
    InputError
        Not finite, or without noise, where the response is not a smooth function of s.
    """
    s = np.asarray(s, dtype=complex)
    finite(s.real, "s"), finite(s.imag, "s")
    sigma = finite(sigma, "sigma")
    if np.any(sigma <= 0):
        raise InputError(f"sigma = {sigma} V must be above zero: the linear response needs noise", path="sigma")
    rate, by_mu, by_sigma = rate_and_slopes(mu, sigma, lif, shift)
    mean, rise = finite(mu, "mu"), finite(shift, "shift")
    rate, by_mu, by_sigma, s, tau_m, tau_ref, sigma, rise, y_th, y_r = np.broadcast_arrays(
        rate, by_mu, by_sigma, s, lif.array("tau_m"), lif.array("tau_ref"), sigma, rise,
        (lif.array("v_th") - mean) / sigma + rise, (lif.array("v_reset") - mean) / sigma + rise,
    )  # fmt: skip
    static = np.abs(s * tau_m) < 1e-9
    st = np.where(static, 1.0, s * tau_m)
    top, bottom = _ends(st.ravel(), np.minimum(y_r, _Y_SILENT - 1).ravel(), np.minimum(y_th, _Y_SILENT).ravel())
    first, second = (top.slope - bottom.slope).reshape(st.shape), (top.curve - bottom.curve).reshape(st.shape)
    waiting = np.exp(-np.where(static, 0.0, s) * tau_ref)
    below = top.value.reshape(st.shape) - waiting * bottom.value.reshape(st.shape)
    silent = y_th >= _Y_SILENT
    out_mu = np.where(silent, 0.0, rate / (sigma * (1 + st)) * first / below)
    out_sigma = np.where(silent, 0.0, rate / (sigma * (2 + st)) * second / below)
    # The threshold stands shift * sigma higher, so it moves with sigma. Seen from a frame that moves along, that is a
    # modulation of the mean by -(1 + s tau) of it.
    out_sigma = out_sigma - rise * (1 + st) * out_mu
    return np.where(static, by_mu, out_mu), np.where(static, by_sigma, out_sigma)


@dataclass(frozen=True, slots=True, eq=False)
class _Solution:
    """U with its first two derivatives at one potential, up to a factor."""

    value: Complex
    slope: Complex
    curve: Complex


def _ends(p: Complex, y_r: Array, y_th: Array) -> tuple[_Solution, _Solution]:
    """Return U at the threshold and at the reset, up to a common factor; p is s tau, all one-dimensional."""
    far_reset, far_threshold = y_r < _FAR, y_th < _FAR
    reset_slope, reset_curve = _log_slopes(p, np.minimum(y_r, _FAR))
    near = ~far_reset
    value, slope, _ = _march(p[near], np.ones_like(p[near]), reset_slope[near], np.full(near.sum(), _FAR), y_r[near])
    reset_slope[near] = slope / value
    reset_curve[near] = 2 * y_r[near] * reset_slope[near] + 2 * p[near]
    start = reset_slope.copy()  # U'/U where the continued fraction ends and the integration begins
    crossing = far_reset & ~far_threshold
    start[crossing] = _log_slopes(p[crossing], np.full(crossing.sum(), _FAR))[0]
    growth = np.zeros_like(p)
    growth[far_reset] = _log_growth(p[far_reset], y_r[far_reset], np.minimum(y_th[far_reset], _FAR))
    top, top_slope, top_curve = np.ones_like(p), np.empty_like(p), np.empty_like(p)
    top_slope[far_threshold], top_curve[far_threshold] = _log_slopes(p[far_threshold], y_th[far_threshold])
    near = ~far_threshold
    top[near], top_slope[near], scale = _march(
        p[near], np.ones_like(p[near]), start[near], np.maximum(y_r[near], _FAR), y_th[near]
    )
    growth[near] += scale
    top_curve[near] = 2 * y_th[near] * top_slope[near] + 2 * p[near] * top[near]
    shrink = np.exp(-growth)
    return _Solution(top, top_slope, top_curve), _Solution(shrink, shrink * reset_slope, shrink * reset_curve)


def _log_slopes(p: Complex, y: Array) -> tuple[Complex, Complex]:
    """Return U'/U and U''/U at y <= _FAR.

    With D the parabolic cylinder function, r(p) = D_{-p-1}(z) / D_{-p}(z) = 1 / (z + (p + 1) r(p + 1)), z = -sqrt(2) y.
    """
    z = -np.sqrt(2.0) * y
    ratio = 2.0 / (z + np.sqrt(z**2 + 4 * (p + _TERMS)))  # where r(p) = r(p + 1)
    following = ratio
    for k in range(_TERMS, 0, -1):
        following, ratio = ratio, 1.0 / (z + (p + k) * ratio)
    return np.sqrt(2.0) * p * ratio, 2 * p * (p + 1) * ratio * following


def _log_growth(p: Complex, low: Array, high: Array) -> Complex:
    """Return log(U(high) / U(low)) for low <= high <= _FAR."""
    first, half = np.arcsinh(low), 0.5 * (np.arcsinh(high) - np.arcsinh(low))
    angle = first[:, None] + half[:, None] * (_NODES + 1)
    slope, _ = _log_slopes(p[:, None], np.sinh(angle))
    return np.asarray(np.sum(slope * np.cosh(angle) * _WEIGHTS, axis=-1) * half)


def _march(p: Complex, value: Complex, slope: Complex, low: Array, high: Array) -> tuple[Complex, Complex, Array]:
    """Carry (U, U') from `low` to `high`; the true values are those returned times exp of the third."""
    log_scale = np.zeros(p.shape)
    if p.size == 0:
        return value, slope, log_scale
    steps = max(1, int(np.ceil(np.max(high - low) / _LONGEST_STEP)))
    h = (high - low) / steps
    # Magnus: h (M1 + M2) / 2 + sqrt(3) h^2 / 12 [M2, M1] at the two Gauss points, for M = [[0, 1], [2 p, 2 y]].
    upper, lower = h - h**3 / 6, 2 * p * (h + h**3 / 6)
    for step in range(steps):
        damping = h * (low + (step + 0.5) * h)
        root = np.sqrt(damping**2 + upper * lower)
        up, down = np.exp(damping + root), np.exp(damping - root)
        small = np.abs(root) < 1e-6
        odd = np.where(small, np.exp(damping), 0.5 * (up - down) / np.where(small, 1.0, root))
        even = 0.5 * (up + down)
        value, slope = (
            even * value + odd * (upper * slope - damping * value),
            even * slope + odd * (lower * value + damping * slope),
        )
        size = np.abs(value) + np.abs(slope)
        value, slope, log_scale = value / size, slope / size, log_scale + np.log(size)
    return value, slope, log_scale
