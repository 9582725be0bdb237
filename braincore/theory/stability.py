r"""Whether the asynchronous state of a network holds against a common rhythm, and at which frequency it breaks.

A small modulation :math:`\nu_j + \epsilon_j e^{st}` of the rates comes back, through delays, synapses and neurons, as
:math:`\epsilon = M(s)\, \epsilon`. Rates s with :math:`\det(1 - M(s)) = 0` are the network's modes: one with a positive
real part grows, into an oscillation of frequency Im s / 2 pi. Sources: Brunel & Hakim, Neural Comput. 11, 1621 (1999);
Brunel, J. Comput. Neurosci. 8, 183 (2000), section 4 and appendix A.2; for synapses with a time constant and several
populations Schuecker, Diesmann & Helias, Phys. Rev. E 92, 052119 (2015) and Bos, Diesmann & Helias, PLoS Comput. Biol.
12, e1005132 (2016). As there, coloured noise acts through the shifted threshold: right well below 1 / tau_syn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from braincore.errors import InputError
from braincore.theory.delays import mean_phase
from braincore.theory.meanfield import FixedPoint, edge_shift
from braincore.theory.network import Network
from braincore.theory.siegert import Array
from braincore.theory.transfer import Complex, transfer

MAX_POPULATIONS = 300
"""Above this the search takes minutes and gigabytes."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Modes:
    """The modes of an asynchronous state.

    Attributes
    ----------
    rates
        Complex rates s, 1/s, with Im s >= 0, the fastest growing (slowest dying) first.
    vectors
        For each mode, how the populations take part in it, shape (modes, populations).
    unstable
        How many modes grow, a pair s and conj(s) counted as two: by the argument principle, not by the search, so that
        a growing mode that the search missed shows.
    f_max
        Hz; the search went no further (the count goes on to 100 times that).
    """

    rates: Complex
    vectors: Complex
    unstable: int
    f_max: float

    @property
    def stable(self) -> bool:
        """Whether every mode dies out."""
        return self.unstable == 0

    @property
    def frequencies(self) -> Array:
        """Of each mode, Hz; 0 for one that does not oscillate."""
        return np.asarray(self.rates.imag / (2 * np.pi))

    @property
    def growth(self) -> Array:
        """Of each mode, 1/s; negative: it dies out."""
        return np.asarray(self.rates.real)


def loop_gain(network: Network, point: FixedPoint, s: npt.ArrayLike, *, noise: bool = True) -> Complex:
    """Return M(s), shape (len(s), n, n), indexed [s, target, source].

    Parameters
    ----------
    network, point
        The network and one of its states.
    s
        Complex rates, 1/s, one-dimensional.
    noise
        Whether the rates also act through the noise they make, as in Brunel (2000). Schuecker et al. (2015) and Bos et
        al. (2016) leave that out.

    Raises
    ------
    InputError
        A population fires without noise: its response is not smooth.
    """
    s = np.atleast_1d(np.asarray(s, dtype=complex))
    noisy = point.sigma > 0
    if np.any(~noisy & (point.rates > 0)):
        names = ", ".join(np.asarray(network.names)[~noisy & (point.rates > 0)][:5])
        raise InputError(f"{names}: no noise, so the response to a rhythm is not defined")
    sigma = np.where(noisy, point.sigma, 1.0)
    by_mu, by_sigma = transfer(s[:, None], point.mu, sigma, network.lif, point.shift)
    by_mu, by_sigma = np.where(noisy, by_mu, 0.0), np.where(noisy, by_sigma, 0.0)
    edges = network.edges
    target, source = edges.array("target"), edges.array("source")
    gain = network.lif.array("tau_m")[target] * edges.array("indegree")
    power = gain * edges.array("jump_square")
    entry = by_mu[:, target] * gain * edges.array("jump") * _synapse(edges, s)
    if noise:
        # Half the time constant: the variance of a current that decays with tau decays with tau / 2.
        raised = power * (edge_shift(network, edges) - point.shift[target]) / sigma[target] ** 2
        lift = sigma[target] * raised * (1 + s[:, None] * network.lif.array("tau_m")[target])
        through = by_sigma[:, target] * power / (2 * sigma[target]) - by_mu[:, target] * lift
        entry += through * _synapse(edges, np.asarray(s / 2))
    entry *= _delays(edges, s)
    matrix = np.zeros((s.size, network.size * network.size), dtype=complex)
    np.add.at(matrix.T, target * network.size + source, entry.T)
    return matrix.reshape(s.size, network.size, network.size)


def modes(
    network: Network, point: FixedPoint, *, f_max: float = 1000.0, growth_min: float = -500.0, noise: bool = True
) -> Modes:
    """Find the modes of an asynchronous state.

    Parameters
    ----------
    network, point
        The network and one of its states (`braincore.theory.meanfield.solve`).
    f_max
        Highest frequency looked at, Hz.
    growth_min
        Modes that die faster than this (1/s) are left out.
    noise
        As for `loop_gain`.

    Raises
    ------
    InputError
        More than `MAX_POPULATIONS` populations, a population that fires without noise, or bad limits.
    """
    if network.size > MAX_POPULATIONS:
        raise InputError(f"{network.size} populations; the modes are sought for at most {MAX_POPULATIONS}")
    if not (np.isfinite(f_max) and f_max > 0 and growth_min < 0):
        raise InputError(f"f_max = {f_max} Hz must be above zero and growth_min = {growth_min} below")
    portion = max(1, int(4e6 / max(network.size**2, 4 * np.size(network.edges.target), 16)))  # some 100 MB at a time

    def matrix(s: Complex) -> Complex:
        return np.asarray(np.eye(network.size) - loop_gain(network, point, s, noise=noise))

    def determinant(s: Complex) -> Complex:
        return np.concatenate([np.linalg.det(matrix(s[i : i + portion])) for i in range(0, s.size, portion)])

    roots = _search(determinant, f_max, growth_min)
    vectors = np.array([_null_vector(matrix(roots[i : i + 1])[0]) for i in range(roots.size)])
    return Modes(
        rates=roots,
        vectors=vectors.reshape(roots.size, network.size),
        unstable=_count_growing(determinant, f_max),
        f_max=f_max,
    )


def _synapse(edges: Any, s: Complex) -> Complex:
    """Return what the synaptic currents let through, shape (len(s), edges)."""
    rate = s[:, None]
    return np.asarray(1 / ((1 + rate * edges.array("tau_decay")) * (1 + rate * edges.array("tau_rise"))))


def _delays(edges: Any, s: Complex) -> Complex:
    out = np.ones((s.size, edges.array("target").size), dtype=complex)
    for shape in set(edges.delay_shape):
        chosen = edges.array("delay_shape") == shape
        law = np.stack((edges.array("delay")[chosen], edges.array("delay_sd")[chosen]))
        distinct, where = np.unique(law, axis=1, return_inverse=True)  # few delays serve many edges
        out[:, chosen] = mean_phase(s[:, None], distinct[0], distinct[1], shape)[:, where.ravel()]
    return out


def _count_growing(determinant: Callable[[Complex], Complex], f_max: float) -> int:
    """Count growing modes with Im s >= 0 by how often det(1 - M) goes round zero along the imaginary axis."""
    omega: Array = (
        2 * np.pi * np.concatenate((np.linspace(1e-3, f_max, 400), np.geomspace(f_max, 100 * f_max, 200)[1:]))
    )
    value = determinant(np.asarray(1j * omega))
    for _ in range(12):
        wide = np.flatnonzero(np.abs(np.angle(value[1:] / value[:-1])) > np.pi / 4)
        if wide.size == 0:
            break
        middle = 0.5 * (omega[wide] + omega[wide + 1])
        value = np.insert(value, wide + 1, determinant(np.asarray(1j * middle)))
        omega = np.insert(omega, wide + 1, middle)
    turns = -float(np.sum(np.angle(value[1:] / value[:-1]))) / np.pi
    return round(turns)


def _search(determinant: Callable[[Complex], Complex], f_max: float, growth_min: float) -> Complex:
    """Send Newton's method off from a net of seeds over the strip that modes may lie in; return the distinct roots."""
    top = 2 * np.pi * f_max
    growth = np.array([0.8 * growth_min, 0.4 * growth_min, 0.15 * growth_min, 0.0, -0.2 * growth_min])
    s = (growth[:, None] + 1j * np.linspace(0.0, top, 60)).ravel()
    active = np.ones(s.size, dtype=bool)
    converged = np.zeros(s.size, dtype=bool)
    h = 0.5  # 1/s, far below the scale on which anything here changes
    for _ in range(30):
        here = s[active]
        with np.errstate(all="ignore"):  # seeds that run into a pole end as NaN and are dropped
            at = determinant(np.concatenate((here, here + h, here - h)))
            value, ahead, behind = np.split(at, 3)
            step = -value * (2 * h) / (ahead - behind)
            step *= np.minimum(1.0, 300.0 / np.maximum(np.abs(step), 1e-12))
        s[active] = here + step
        done = np.abs(step) < 1e-6 * (1.0 + np.abs(here))
        converged[np.flatnonzero(active)[done]] = True
        inside = (s.real > growth_min) & (s.real < top) & (np.abs(s.imag) < 1.2 * top)
        active &= inside & ~converged
        if not np.any(active):
            break
    roots = s[converged & (s.real > growth_min) & (np.abs(s.imag) <= top)]
    roots = roots.real + 1j * np.abs(np.where(np.abs(roots.imag) < 1e-3, 0.0, roots.imag))
    distinct: list[complex] = []
    for root in roots[np.argsort(-roots.real, kind="stable")]:
        if all(abs(root - known) > 1e-3 * (1.0 + abs(known)) for known in distinct):
            distinct.append(complex(root))
    return np.array(distinct, dtype=complex)


def _null_vector(matrix: Complex) -> Complex:
    """Return the mode's share of each population, the largest scaled to 1."""
    vector = np.linalg.svd(matrix)[2][-1].conj()
    return np.asarray(vector / vector[np.argmax(np.abs(vector))])
