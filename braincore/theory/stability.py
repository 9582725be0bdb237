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

MAX_POPULATIONS = 100
"""Above this the search takes minutes."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Modes:
    """The modes of an asynchronous state.

    Attributes
    ----------
    rates
        Complex rates s, 1/s, with Im s >= 0, the fastest growing (slowest dying) first. Where many modes grow, as in
        networks of almost noise-free neurons, some may be missing.
    vectors
        For each mode, how the populations take part in it, shape (modes, populations).
    unstable
        How many modes grow, a pair s and conj(s) counted as two: by the argument principle, not by the search, so that
        a growing mode that the search missed shows.
    f_max
        Hz; search and count went no further, nor to modes that grow faster than 2 pi `f_max`.
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
        if s.size == 0:
            return s
        return np.concatenate([np.linalg.det(matrix(s[i : i + portion])) for i in range(0, s.size, portion)])

    resonances = _resonances(point, f_max)
    growing = _count_growing(determinant, f_max, resonances)
    roots = _search(determinant, f_max, growth_min, growing, resonances)
    with np.errstate(all="ignore"):  # a population that hardly takes part has its root on a pole, to rounding
        matrices = [matrix(roots[i : i + 1])[0] for i in range(roots.size)]
    regular = [i for i, one in enumerate(matrices) if np.all(np.isfinite(one))]
    roots, vectors = roots[regular], np.array([_null_vector(matrices[i]) for i in regular], dtype=complex)
    return Modes(
        rates=roots,
        vectors=vectors.reshape(roots.size, network.size),
        unstable=growing,
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


def _resonances(point: FixedPoint, f_max: float) -> Array:
    """Return the harmonics of regularly firing populations (rad/s): they peak there, narrower than a grid."""
    regular = (point.cv < 0.3) & (point.rates > 0)
    harmonics = [rate * np.arange(1, int(f_max / rate) + 1) for rate in point.rates[regular]]
    return np.asarray(2 * np.pi * np.unique(np.concatenate((*harmonics, np.zeros(0)))))


def _around(resonances: Array) -> Array:
    offsets = np.array([0.0, *(sign * 10.0**power for sign in (-1, 1) for power in (-5, -4, -3, -2, -1.5))])
    return np.asarray((resonances[:, None] * (1 + offsets)).ravel())


def _count_growing(determinant: Callable[[Complex], Complex], f_max: float, resonances: Array) -> int:
    """Count growing modes by how often det(1 - M) goes round zero along the edge of the box they are sought in.

    The lower half of the box mirrors the upper one, so the path leads from the real axis round the upper half and back.
    """
    top = 2 * np.pi * f_max
    near = _around(resonances)
    side, edge = np.unique(np.concatenate((np.linspace(0, top, 200), near[near < top]))), np.geomspace(top, 1e-2, 100)
    s: Complex = np.concatenate((top + 1j * side, edge[1:] + 1j * top, 1e-2 + 1j * side[-2::-1]))
    value = determinant(s)
    for _ in range(12):
        wide = np.flatnonzero(np.abs(np.angle(value[1:] / value[:-1])) > np.pi / 4)
        if wide.size == 0:
            break
        middle = np.asarray(0.5 * (s[wide] + s[wide + 1]))
        value = np.insert(value, wide + 1, determinant(middle))
        s = np.insert(s, wide + 1, middle)
    return round(float(np.sum(np.angle(value[1:] / value[:-1]))) / np.pi)


def _search(
    determinant: Callable[[Complex], Complex], f_max: float, growth_min: float, growing: int, resonances: Array
) -> Complex:
    """Return the roots of det(1 - M), looking on a finer grid where one must grow and none is found."""
    roots = np.zeros(0, dtype=complex)
    for fineness in (1, 2):
        around = resonances if fineness == 1 else _around(resonances)
        seeds = np.concatenate((_seeds(determinant, f_max, growth_min, fineness), 1j * around))
        found = _polish(determinant, seeds, f_max, growth_min)
        roots = _distinct(np.concatenate((roots, found)))
        if growing == 0 or np.any(roots.real > 0):
            break
    return roots


def _seeds(determinant: Callable[[Complex], Complex], f_max: float, growth_min: float, fineness: int) -> Complex:
    """Return the points of a grid where the determinant is smaller than around them, which it is near roots."""
    top = 2 * np.pi * f_max
    dying, growing = np.linspace(growth_min, 0.0, 6 * fineness + 1), np.geomspace(0.01 * top, top, 6 * fineness)
    growth = np.concatenate((dying, growing))
    grid = growth[:, None] + 1j * np.linspace(0.0, top, 120 * fineness)
    with np.errstate(all="ignore"):  # poles
        size = np.abs(determinant(grid.ravel())).reshape(grid.shape)
    padded = np.pad(np.where(np.isfinite(size), size, np.inf), 1, constant_values=np.inf)
    rows, columns = grid.shape
    least = np.ones(grid.shape, dtype=bool)
    for down in (0, 1, 2):
        for right in (0, 1, 2):
            least &= padded[1:-1, 1:-1] <= padded[down : down + rows, right : right + columns]
    return np.asarray(grid[least])


def _polish(determinant: Callable[[Complex], Complex], s: Complex, f_max: float, growth_min: float) -> Complex:
    """Follow Newton's method from each seed; return the roots within the box."""
    top = 2 * np.pi * f_max
    active, converged = np.ones(s.size, dtype=bool), np.zeros(s.size, dtype=bool)
    h = 0.5  # 1/s, far below the scale on which anything here changes
    for _ in range(30):
        here = s[active]
        with np.errstate(all="ignore"):  # seeds that run into a pole end as NaN and are dropped
            value, ahead, behind = np.split(determinant(np.concatenate((here, here + h, here - h))), 3)
            step = -value * (2 * h) / (ahead - behind)
            step *= np.minimum(1.0, 300.0 / np.maximum(np.abs(step), 1e-12))
        s[active] = here + step
        done = np.abs(step) < 1e-6 * (1.0 + np.abs(here))
        converged[np.flatnonzero(active)[done]] = True
        active &= (s.real > growth_min) & (s.real < 2 * top) & (np.abs(s.imag) < 1.2 * top) & ~converged
        if not np.any(active):
            break
    roots = s[converged & (s.real > growth_min) & (s.real <= top) & (np.abs(s.imag) <= top)]
    with np.errstate(all="ignore"):  # a step that comes to rest on a pole is no root
        value, nearby = np.split(np.abs(determinant(np.concatenate((roots, roots + 30.0)))), 2)
    return np.asarray(roots[value < 1e-4 * nearby])


def _distinct(roots: Complex) -> Complex:
    """Return each root once, in the upper half plane, the fastest growing first."""
    roots = roots.real + 1j * np.where(np.abs(roots.imag) < 1e-3, 0.0, np.abs(roots.imag))
    kept: list[complex] = []
    for root in roots[np.argsort(-roots.real, kind="stable")]:
        if all(abs(root - known) > 1e-4 * (1.0 + abs(known)) for known in kept):
            kept.append(complex(root))
    return np.array(kept, dtype=complex)


def _null_vector(matrix: Complex) -> Complex:
    """Return the mode's share of each population, the largest scaled to 1."""
    vector = np.linalg.svd(matrix)[2][-1].conj()
    return np.asarray(vector / vector[np.argmax(np.abs(vector))])
