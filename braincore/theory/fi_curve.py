"""Firing rate against constant current: closed forms, one-dimensional models of any kind, and measured curves.

Sources: Lapicque (1907) for the leaky neuron; Ermentrout, Neural Comput. 8, 979 (1996) for the quadratic one. With
noise it is `braincore.theory.siegert.rate`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from braincore.errors import InputError
from braincore.theory.siegert import LIF, Array, finite, noise_free_rate


def lif_rate(current: npt.ArrayLike, lif: LIF, *, e_l: npt.ArrayLike, resistance: npt.ArrayLike) -> Array:
    """Return the rate (Hz) of the leaky integrate-and-fire neuron at a constant current.

    Parameters
    ----------
    current
        A.
    lif
        The neuron.
    e_l, resistance
        Resting potential in V and membrane resistance (tau_m / c_m) in ohm.
    """
    mean = finite(e_l, "e_l") + _positive(resistance, "resistance") * finite(current, "current")
    return noise_free_rate(mean, lif)


def lif_rheobase(lif: LIF, *, e_l: npt.ArrayLike, resistance: npt.ArrayLike) -> Array:
    """Return the current (A) above which the leaky integrate-and-fire neuron fires."""
    return np.asarray((lif.array("v_th") - finite(e_l, "e_l")) / _positive(resistance, "resistance"))


def lif_current(rate: npt.ArrayLike, lif: LIF, *, e_l: npt.ArrayLike, resistance: npt.ArrayLike) -> Array:
    """Return the constant current (A) at which the leaky integrate-and-fire neuron fires at `rate` (Hz).

    Raises
    ------
    InputError
        A rate of zero (any current up to rheobase gives it) or not below 1 / tau_ref.
    """
    rate = _positive(rate, "rate")
    charging = 1.0 / rate - lif.array("tau_ref")
    if np.any(charging <= 0):
        raise InputError(f"rate = {rate} Hz cannot be reached: tau_ref = {lif.array('tau_ref')} s", path="rate")
    height = lif.array("v_th") - lif.array("v_reset")
    mean = lif.array("v_th") + height / np.expm1(charging / lif.array("tau_m"))
    return np.asarray((mean - finite(e_l, "e_l")) / _positive(resistance, "resistance"))


def qif_rate(current: npt.ArrayLike, *, curvature: float, rheobase: float, tau_ref: float = 0.0) -> Array:
    """Return the rate (Hz) of the quadratic neuron dv/dt = curvature v^2 + (I - rheobase), from -inf to +inf.

    Parameters
    ----------
    current, rheobase
        In one unit, such that the equation's right side is in units of v per second.
    curvature
        In 1/(unit of v) 1/s.
    tau_ref
        s.

    Notes
    -----
    The interval is pi / sqrt(curvature (I - rheobase)).
    """
    excess = np.maximum(finite(current, "current") - rheobase, 0.0)
    root = np.sqrt(_positive(curvature, "curvature") * excess)
    return np.asarray(root / (np.pi + root * tau_ref))


def integrated_rate(
    drift: Callable[[Array], Array], *, v_reset: float, v_spike: float, tau_ref: float = 0.0, points: int = 4000
) -> float:
    """Return the rate (Hz) of a one-dimensional neuron dv/dt = drift(v) that is reset from `v_spike` to `v_reset`.

    Parameters
    ----------
    drift
        dv/dt in V/s at potentials in V, an array in and an array out.
    v_reset, v_spike
        V.
    tau_ref
        s.
    points
        Of the midpoint rule for the integral of 1 / drift. The error falls as points^-2; a drift that nearly stops (a
        current just above rheobase) needs more.

    Returns
    -------
    float
        0 where the drift stops or turns back on the way.
    """
    if not v_spike > v_reset:
        raise InputError(f"v_spike = {v_spike} V must lie above v_reset = {v_reset} V", path="v_spike")
    edges = np.linspace(v_reset, v_spike, points + 1)
    speed = np.asarray(drift(0.5 * (edges[1:] + edges[:-1])), dtype=float)
    ends = np.asarray(drift(edges), dtype=float)
    if np.any(np.isnan(speed)) or np.any(np.isnan(ends)):
        raise InputError("drift returned NaN", path="drift")
    if np.any(speed <= 0) or np.any(ends <= 0):
        return 0.0
    return float(1.0 / (tau_ref + np.sum(np.diff(edges) / speed)))


@dataclass(frozen=True, slots=True, eq=False)
class FICurve:
    """Rates (Hz) at rising currents (A), computed or measured.

    Raises
    ------
    InputError
        Unequal lengths, fewer than two points, currents that do not rise, negative rates.
    """

    currents: Array
    rates: Array

    def __post_init__(self) -> None:
        currents, rates = finite(self.currents, "currents"), finite(self.rates, "rates")
        object.__setattr__(self, "currents", currents)
        object.__setattr__(self, "rates", rates)
        if currents.ndim != 1 or currents.shape != rates.shape or currents.size < 2:
            raise InputError(f"{currents.shape} currents and {rates.shape} rates: expected two equal rows")
        if np.any(np.diff(currents) <= 0):
            raise InputError("currents must rise", path="currents")
        if np.any(rates < 0):
            raise InputError("rates must not be negative", path="rates")

    def rheobase(self, least: float = 0.0) -> tuple[float, float]:
        """Return the currents between which the rate rises above `least` (Hz); the upper one fires.

        The lower one is -inf where the first point fires already; both are inf where none does.
        """
        firing = np.flatnonzero(self.rates > least)
        if firing.size == 0:
            return float("inf"), float("inf")
        first = int(firing[0])
        return float(self.currents[first - 1]) if first else float("-inf"), float(self.currents[first])

    def gain(self) -> Array:
        """Return the slope d rate / d current (Hz / A) at each point."""
        return np.asarray(np.gradient(self.rates, self.currents))

    def __call__(self, current: npt.ArrayLike) -> Array:
        """Return rates between the points by linear interpolation; NaN beyond them."""
        current = np.asarray(current, dtype=float)
        return np.asarray(np.interp(current, self.currents, self.rates, left=np.nan, right=np.nan))


def _positive(value: npt.ArrayLike, name: str) -> Array:
    value = finite(value, name)
    if np.any(value <= 0):
        raise InputError(f"{name} = {value} must be above zero", path=name)
    return value
