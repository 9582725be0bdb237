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

_STEPS = 120
# Below this a continued fraction gives U; above, its equation is integrated.
_FAR = -4.0
# Rates beyond this are below 1e-60 Hz.
_Y_SILENT = 12.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)


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
    top, bottom = _ends(st, np.minimum(y_r, _Y_SILENT - 1), np.minimum(y_th, _Y_SILENT))
    first, second = top.slope - bottom.slope, top.curve - bottom.curve
    below = top.value - np.exp(-np.where(static, 0.0, s) * tau_ref) * bottom.value
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
    """Return U at the threshold and at the reset, up to a common factor; p is s tau."""
    low, high = np.minimum(y_r, _FAR), np.minimum(y_th, _FAR)
    low_slope, low_curve = _log_slopes(p, low)
    high_slope, high_curve = _log_slopes(p, high)
    one, far_reset, far_threshold = np.ones_like(p), y_r < _FAR, y_th < _FAR
    value, slope, _ = _march(p, one, low_slope, low, y_r)
    reset_slope = slope / value
    reset = _Solution(one, reset_slope, np.where(far_reset, low_curve, 2 * y_r * reset_slope + 2 * p))
    value, slope, growth = _march(p, one, np.where(far_reset, high_slope, reset_slope), np.maximum(y_r, high), y_th)
    curve = np.where(far_threshold, high_curve, 2 * y_th * slope + 2 * p * value)
    shrink = np.exp(-growth - np.where(far_reset, _log_growth(p, low, high), 0.0))
    return _Solution(value, slope, curve), _Solution(shrink, shrink * reset.slope, shrink * reset.curve)


def _log_slopes(p: Complex, y: Array) -> tuple[Complex, Complex]:
    """Return U'/U and U''/U at y <= _FAR.

    With D the parabolic cylinder function, r(p) = D_{-p-1}(z) / D_{-p}(z) = 1 / (z + (p + 1) r(p + 1)), z = -sqrt(2) y.
    """
    z = -np.sqrt(2.0) * y
    order = p + 60
    ratio = 2.0 / (z + np.sqrt(z**2 + 4 * order))  # where r(p) = r(p + 1)
    following = ratio
    for k in range(59, -1, -1):
        following, ratio = ratio, 1.0 / (z + (p + k + 1) * ratio)
    return np.sqrt(2.0) * p * ratio, 2 * p * (p + 1) * ratio * following


def _log_growth(p: Complex, low: Array, high: Array) -> Complex:
    """Return log(U(high) / U(low)) for low <= high <= _FAR."""
    if np.all(low >= high):
        return np.zeros_like(p)
    first, half = np.arcsinh(low), 0.5 * (np.arcsinh(high) - np.arcsinh(low))
    angle = first[..., None] + half[..., None] * (_NODES + 1)
    slope, _ = _log_slopes(p[..., None], np.sinh(angle))
    return np.asarray(np.sum(slope * np.cosh(angle) * _WEIGHTS, axis=-1) * half)


def _march(p: Complex, value: Complex, slope: Complex, low: Array, high: Array) -> tuple[Complex, Complex, Array]:
    """Carry (U, U') from `low` to `high`; the true values are those returned times exp of the third."""
    log_scale = np.zeros(p.shape)
    h = (high - low) / _STEPS
    if not np.any(h):
        return value, slope, log_scale
    # Magnus: h (M1 + M2) / 2 + sqrt(3) h^2 / 12 [M2, M1] at the two Gauss points, for M = [[0, 1], [2 p, 2 y]].
    upper, lower = h - h**3 / 6, 2 * p * (h + h**3 / 6)
    for step in range(_STEPS):
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
