"""Which of two signals tells more about the other's future, frequency by frequency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.analysis.spikes import Floats, positive
from braincore.errors import InputError


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Granger:
    """Granger causality between two signals.

    Attributes
    ----------
    frequency
        In Hz, shape (n,).
    forward
        From the first signal to the second, in nats, shape (n,).
    backward
        From the second to the first.
    """

    frequency: Floats
    forward: Floats
    backward: Floats


def spectral_granger(first: ArrayLike, second: ArrayLike, *, fs: float, order: int, frequency: ArrayLike) -> Granger:
    """Return the spectral Granger causality (Geweke 1982) of a linear model that is fitted to two signals.

    The model is autoregressive, of the given order, by the Yule-Walker equations on the covariances of all trials. At
    a frequency the causality is the logarithm of the target's power over what is left of it without the other's noise.

    Parameters
    ----------
    first, second
        The signals, shape (samples,) or (samples, trials). The mean of each trial is taken off.
    fs
        Samples per second.
    order
        How many samples back the model looks.
    frequency
        In Hz, from 0 to half of `fs`.

    Raises
    ------
    InputError
        Signals of different shapes, or too short for the order.

    References
    ----------
    Geweke J (1982) J Am Stat Assoc 77:304-313, doi:10.1080/01621459.1982.10477803.
    """
    positive(fs, "fs")
    signals = [np.asarray(one, dtype=np.float64) for one in (first, second)]
    if signals[0].shape != signals[1].shape or signals[0].ndim not in (1, 2):
        raise InputError(f"signals of shapes {signals[0].shape} and {signals[1].shape}", hint="The same for both")
    data = np.stack([one.reshape(len(one), -1) for one in signals], axis=1)
    if order < 1 or len(data) <= 2 * order:
        raise InputError(f"order {order} for {len(data)} samples", hint="From 1 to less than half of the samples")
    coefficients, noise = _autoregressive(data - data.mean(axis=0), order)
    f = np.asarray(frequency, dtype=np.float64)
    turns = np.exp(-2j * np.pi * np.outer(f / fs, np.arange(1, order + 1)))
    transfer = np.linalg.inv(np.eye(2) - np.einsum("fk,kij->fij", turns, coefficients))
    power = np.einsum("fij,jk,flk->fil", transfer, noise, transfer.conj()).real
    return Granger(
        frequency=f, forward=_causality(power, transfer, noise, 1), backward=_causality(power, transfer, noise, 0)
    )


def _causality(power: Floats, transfer: NDArray[np.complex128], noise: Floats, target: int) -> Floats:
    """Return the causality onto a target: the share of its power that the other's own noise makes."""
    source = 1 - target
    own = noise[source, source] - noise[source, target] ** 2 / noise[target, target]
    explained = own * np.abs(transfer[:, target, source]) ** 2
    found: Floats = -np.log1p(-explained / power[:, target, target])
    return found


def _autoregressive(data: Floats, order: int) -> tuple[Floats, Floats]:
    """Fit x(t) = sum of A(k) x(t - k) + noise; return A, shape (order, 2, 2), and the covariance of the noise."""
    length = len(data)
    lagged = [
        np.einsum("tin,tjn->ij", data[k:], data[: length - k]) / (length * data.shape[2]) for k in range(order + 1)
    ]
    # block row k, column m holds the covariance of x(t - k) and x(t - m)
    blocks = [[lagged[m - k] if m >= k else lagged[k - m].T for m in range(order)] for k in range(order)]
    right = np.concatenate(lagged[1:], axis=1)  # shape (2, 2 order)
    solved = np.linalg.solve(np.block(blocks).T, right.T).T
    coefficients = solved.reshape(2, order, 2).transpose(1, 0, 2)
    noise = lagged[0] - np.einsum("kij,klj->il", coefficients, np.stack(lagged[1:]))
    return coefficients, (noise + noise.T) / 2
