"""Choices of circuits that decide: when a rate reaches a threshold, and how choices depend on the evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from braincore.errors import InputError

LEFT, RIGHT, NONE = 0, 1, -1


def boxcar(rates: ArrayLike, width: int) -> NDArray[np.float64]:
    """Return the mean over the last `width` samples (fewer at the beginning), along the first axis.

    Parameters
    ----------
    rates
        Shape (times, ...).
    width
        At least 1.
    """
    values = np.asarray(rates, dtype=np.float64)
    if width < 1:
        raise InputError(f"a mean over {width} samples", hint="At least 1")
    total = np.cumsum(values, axis=0)
    total[width:] = total[width:] - total[:-width]
    count = np.minimum(np.arange(1, len(values) + 1), width).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(total / count)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What was chosen in each trial, and when.

    Attributes
    ----------
    choice
        `LEFT`, `RIGHT` or `NONE`, shape (trials,).
    time
        Seconds of the first crossing, NaN without one; shape (trials,).
    """

    choice: NDArray[np.int64]
    time: NDArray[np.float64]

    def accuracy(self, correct: int = LEFT) -> float:
        """Return the share of right choices among those that were made; NaN if there are none."""
        made = self.choice != NONE
        return float((self.choice[made] == correct).mean()) if made.any() else float("nan")


def choices(times: ArrayLike, left: ArrayLike, right: ArrayLike, threshold: float) -> Choices:
    """Return which of two rates is the first to reach a threshold.

    Parameters
    ----------
    times
        Seconds from the onset of the stimulus, shape (times,).
    left, right
        Rates in Hz, shape (times, trials) or (times,).
    threshold
        In Hz. If both reach it in the same sample the higher one wins.
    """
    t = np.asarray(times, dtype=np.float64)
    sides = np.stack([np.asarray(rates, dtype=np.float64).reshape(len(t), -1) for rates in (left, right)])
    above = sides >= threshold
    first = np.where(above.any(axis=1), above.argmax(axis=1), len(t))
    when = first.min(axis=0)
    made = when < len(t)
    trials = np.arange(sides.shape[2])
    there = sides[:, np.minimum(when, len(t) - 1), trials]
    tied = first[LEFT] == first[RIGHT]
    choice = np.where(tied, there.argmax(axis=0), first.argmin(axis=0))
    return Choices(choice=np.where(made, choice, NONE), time=np.where(made, t[np.minimum(when, len(t) - 1)], np.nan))


@dataclass(frozen=True, kw_only=True, slots=True)
class Psychometric:
    r"""A Weibull function: the share of right choices is :math:`1 - \frac12 e^{-(c/\alpha)^\beta}`.

    Attributes
    ----------
    alpha
        Evidence at which 82 % are right, in the unit of the evidence.
    beta
        Steepness.
    """

    alpha: float
    beta: float

    def __call__(self, evidence: ArrayLike) -> NDArray[np.float64]:
        """Return the share of right choices."""
        with np.errstate(over="ignore"):  # so strong that the share is 1
            return np.asarray(1 - 0.5 * np.exp(-((np.asarray(evidence, dtype=np.float64) / self.alpha) ** self.beta)))


def psychometric(evidence: ArrayLike, right: ArrayLike, trials: ArrayLike) -> Psychometric:
    """Fit a Weibull function by maximum likelihood (Quick RF (1974) Kybernetik 16:65-67).

    Parameters
    ----------
    evidence
        Not negative, shape (conditions,).
    right, trials
        Numbers of right choices and of choices, shape (conditions,).
    """
    c, k, n = (np.asarray(values, dtype=np.float64) for values in (evidence, right, trials))
    some = c > 0
    if some.sum() < 2:
        raise InputError("a psychometric function needs two conditions with evidence")

    def loss(logs: NDArray[np.float64]) -> float:
        found = Psychometric(alpha=float(np.exp(logs[0])), beta=float(np.exp(logs[1])))
        p = np.clip(found(c[some]), 1e-9, 1 - 1e-9)
        return float(-np.sum(k[some] * np.log(p) + (n[some] - k[some]) * np.log1p(-p)))

    starts = [np.log([a, b]) for a in np.geomspace(c[some].min(), c[some].max(), 5) for b in (0.7, 1.5, 3.0)]
    best = min((optimize.minimize(loss, start, method="Nelder-Mead") for start in starts), key=lambda fit: fit.fun)
    return Psychometric(alpha=float(np.exp(best.x[0])), beta=float(np.exp(best.x[1])))


def interval(right: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share by Wilson's method (Wilson EB (1927) J Am Stat Assoc 22:209-212)."""
    found = stats.binomtest(right, trials).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)
