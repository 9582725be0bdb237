r"""Phases against a position: circular-linear regression and correlation.

The slope is the :math:`a` that makes the residuals agree most, and the correlation is that of two circular variables:

.. math:: R(a) = \Big|\frac1n \sum_j e^{i (\varphi_j - 2 \pi a x_j)}\Big|, \qquad
          \rho = \frac{\sum_j \sin(\varphi_j - \bar\varphi)\,\sin(\theta_j - \bar\theta)}
                      {\sqrt{\sum_j \sin^2(\varphi_j - \bar\varphi)\,\sum_j \sin^2(\theta_j - \bar\theta)}},
          \qquad \theta_j = 2 \pi |a| x_j ,

with the mean directions that stay defined when phases fill the circle: half of the sum and of the difference of those
of :math:`\varphi + \theta` and :math:`\varphi - \theta`. Then :math:`\rho` has the sign of the slope.

Source: Kempter R, Leibold C, Buzsáki G, Diba K, Schmidt R (2012) J Neurosci Methods 207:113-124,
doi:10.1016/j.jneumeth.2012.03.007; mean directions: Jammalamadaka SR, SenGupta A (2001) Topics in Circular Statistics,
World Scientific, section 8.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from braincore.errors import InputError

_FINE = 32
"""Slopes tried for each cycle over the range of positions: the peak of the fit is a cycle wide."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CircularRegression:
    """A line through phases.

    Attributes
    ----------
    slope
        Cycles for each unit of position.
    offset
        Phase at position 0, radians from 0 to below 2 pi.
    agreement
        Length of the mean vector of the residuals, from 0 to 1.
    correlation
        Circular-linear, from -1 to 1, with the sign of the slope.
    p
        Chance of a correlation of this size or more where there is none, in the normal limit and for a slope that is
        given: of one that is fitted it is too small.
    """

    slope: float
    offset: float
    agreement: float
    correlation: float
    p: float


def circular_linear(
    phases: ArrayLike, positions: ArrayLike, *, slopes: tuple[float, float] = (-2.0, 2.0)
) -> CircularRegression:
    """Fit a line to phases.

    Parameters
    ----------
    phases
        Radians, shape (n,).
    positions
        Shape (n,).
    slopes
        Between which it is looked for, in cycles for each unit of position. Wide limits find slopes by chance.

    Raises
    ------
    InputError
        Fewer than three pairs, all positions equal, or slopes in the wrong order.
    """
    phi, x = np.asarray(phases, dtype=np.float64), np.asarray(positions, dtype=np.float64)
    if phi.shape != x.shape or phi.ndim != 1 or phi.size < 3:
        raise InputError(f"{phi.size} phases at {x.size} positions", hint="As many, at least three")
    span = float(np.ptp(x))
    if not span > 0:
        raise InputError("all positions are equal")
    if not slopes[0] < slopes[1]:
        raise InputError(f"slopes from {slopes[0]} to {slopes[1]}")

    def agreement(a: float) -> float:
        return float(abs(np.mean(np.exp(1j * (phi - 2 * math.pi * a * x)))))

    tried = np.linspace(*slopes, max(3, math.ceil((slopes[1] - slopes[0]) * span * _FINE)) + 1)
    best = float(tried[np.argmax([agreement(float(a)) for a in tried])])
    step = float(tried[1] - tried[0])
    bounds = (max(slopes[0], best - step), min(slopes[1], best + step))
    fit = optimize.minimize_scalar(lambda a: -agreement(a), bounds=bounds, method="bounded", options={"xatol": 1e-9})
    slope = float(fit.x) if -fit.fun >= agreement(best) else best
    mean = np.mean(np.exp(1j * (phi - 2 * math.pi * slope * x)))
    rho, p = _correlation(phi, 2 * math.pi * abs(slope) * x)
    return CircularRegression(
        slope=slope,
        offset=float(np.angle(mean) % (2 * math.pi)),
        agreement=float(abs(mean)),
        correlation=rho,
        p=p,
    )


def _correlation(phi: np.ndarray, theta: np.ndarray) -> tuple[float, float]:
    """Return the circular correlation and its significance."""
    total, apart = (float(np.angle(np.mean(np.exp(1j * z)))) for z in (phi + theta, phi - theta))
    s, t = np.sin(phi - (total + apart) / 2), np.sin(theta - (total - apart) / 2)
    size = math.sqrt(float(np.sum(s**2) * np.sum(t**2)))
    if size == 0:
        return 0.0, 1.0
    rho = float(np.sum(s * t)) / size
    both = float(np.mean(s**2 * t**2))
    if both == 0:
        return rho, 1.0
    z = rho * math.sqrt(phi.size * float(np.mean(s**2) * np.mean(t**2)) / both)
    return rho, math.erfc(abs(z) / math.sqrt(2))
