r"""Self-consistent firing rates of a network in its asynchronous state.

With :math:`K` the in-degree, :math:`j` the jump of a synapse (`braincore.theory.network`) and sums over all inputs,

.. math:: \mu = E_L + R I + \tau_m \sum K \langle j \rangle \nu, \quad \sigma^2 = \tau_m \sum K \langle j^2 \rangle \nu,

and every :math:`\nu` is the rate of a LIF neuron in that mean and noise. Sources: Amit & Brunel, Cereb. Cortex 7, 237
(1997); Brunel, J. Comput. Neurosci. 8, 183 (2000); Fourcaud & Brunel, Neural Comput. 14, 2057 (2002); for several
populations Helias, Tetzlaff & Diesmann, New J. Phys. 15, 023002 (2013). The solver is pseudo-transient continuation
(Kelley & Keyes, SIAM J. Numer. Anal. 35, 508 (1998)): it follows d nu / dt = -nu + Phi(nu) and turns into Newton's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from braincore.errors import BraincoreError, InputError
from braincore.theory.network import Network
from braincore.theory.siegert import FOURCAUD_BRUNEL_ALPHA, Array, colour_shift, cv, finite, rate_and_slopes
from braincore.theory.spectral import leading_eigenvalues

# Hz; a population that would pass this without a refractory time to stop it has run away.
_RUNAWAY = 1e5
# Populations up to which dense linear algebra is the faster.
_DENSE = 200


class NoFixedPointError(BraincoreError, RuntimeError):
    """No self-consistent rates were found."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FixedPoint:
    """One self-consistent state; arrays hold one entry a population.

    Attributes
    ----------
    rates
        Hz.
    mu, sigma, shift
        Mean of the free potential and noise amplitude in V, and the rise of the threshold in units of sigma.
    cv
        Coefficient of variation of the interspike intervals (NaN where silent).
    residual
        Largest abs(Phi(nu) - nu), Hz.
    iterations
        Steps of the solver.
    coupling
        Effective connectivity d Phi[target] / d nu[source], a SciPy sparse matrix.
    eigenvalues
        Of `coupling`, the largest real part first (all of a small network, the leading few of a large one).
    """

    rates: Array
    mu: Array
    sigma: Array
    shift: Array
    cv: Array
    residual: float
    iterations: int
    coupling: Any
    eigenvalues: npt.NDArray[np.complex128]

    @property
    def stable(self) -> bool:
        """Whether d nu / dt = -nu + Phi(nu) returns to this state; delays are the business of `regimes`."""
        return bool(self.eigenvalues[0].real < 1.0)

    @property
    def spectral_radius(self) -> float:
        """Largest absolute eigenvalue of `coupling`."""
        return float(np.max(np.abs(self.eigenvalues)))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Solution:
    """What `solve` found.

    Attributes
    ----------
    primary
        The state reached from rest (all rates zero): what a simulation that starts silent should come to.
    fixed_points
        All states found, `primary` first, then by mean rate. Unstable ones between may be missing.
    notes
        Where the theory's assumptions are strained, in words.
    """

    primary: FixedPoint
    fixed_points: tuple[FixedPoint, ...]
    notes: tuple[str, ...]

    @property
    def rates(self) -> Array:
        """Rates of the primary state, Hz."""
        return self.primary.rates


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Mean (V), noise amplitude (V) and threshold rise (sigma) of each population's input."""

    mu: Array
    sigma: Array
    shift: Array


def input_moments(network: Network, rates: npt.ArrayLike) -> Moments:
    """Return the input that populations firing at `rates` (Hz, one each) give each other and get from outside."""
    rates = _checked(network, rates, "rates")
    size, tau_m = network.size, network.lif.array("tau_m")
    mean = network.array("e_l") + network.array("offset")
    variance, raised = network.array("noise") ** 2, np.zeros(size)
    edges, drive = network.edges, network.drive
    arriving = edges.array("indegree") * rates[edges.array("source")]
    for table, events in ((edges, arriving), (drive, drive.array("rate"))):
        target = table.array("target")
        power = tau_m[target] * events * table.array("jump_square")
        mean = mean + np.bincount(target, tau_m[target] * events * table.array("jump"), minlength=size)
        variance = variance + np.bincount(target, power, minlength=size)
        raised = raised + np.bincount(target, power * edge_shift(network, table), minlength=size)
    shift = raised / np.where(variance > 0, variance, 1.0)
    return Moments(mean, np.sqrt(variance), shift)


def _checked(network: Network, rates: npt.ArrayLike, name: str) -> Array:
    rates = finite(rates, name)
    if rates.shape != (network.size,):
        raise InputError(f"{name} has shape {rates.shape}; expected one for each of {network.size} populations")
    if np.any(rates < 0):
        raise InputError(f"{name} = {rates} Hz must not be negative", path=name)
    return rates


def solve(network: Network, *, starts: Sequence[npt.ArrayLike] = (), max_iterations: int = 400) -> Solution:
    """Find the network's self-consistent rates.

    Parameters
    ----------
    network
        The populations and their connections.
    starts
        Further rates (Hz, one each) to start from, beside rest, a few uniform rates and near saturation.
    max_iterations
        For each start.

    Raises
    ------
    InputError
        A start of wrong length, or negative.
    NoFixedPointError
        No start led to rates with a residual below 1e-9 of themselves.
    """
    if max_iterations < 1:
        raise InputError(f"max_iterations = {max_iterations} must be at least 1", path="max_iterations")
    found: list[FixedPoint] = []
    failures: list[str] = []
    ceiling = _ceiling(network)
    own = [np.minimum(_checked(network, start, "starts"), ceiling) for start in starts]
    for start in (*(np.minimum(level, 0.9 * ceiling) for level in (0.0, 1.0, 10.0, 60.0, 400.0)), *own):
        _keep(network, found, _descend(network, start, max_iterations), failures)
    stable = [point.rates for point in found if point.stable]
    if network.size <= 50:
        for low, high in pairwise(stable):
            _keep(network, found, _between(network, low, high, max_iterations), [])
    if not found:
        raise NoFixedPointError(f"no self-consistent rates found. {failures[0]}")
    primary, *others = found
    notes = _notes(network, primary)
    if len(stable) > 1:
        notes.append(f"{len(stable)} stable states: which one is reached depends on the initial state and the input")
    others.sort(key=lambda point: float(np.mean(point.rates)))
    return Solution(primary=primary, fixed_points=(primary, *others), notes=tuple(notes))


def _keep(network: Network, found: list[FixedPoint], outcome: _End | str, failures: list[str]) -> None:
    """Put a state that is new into `found`, or the reason why there is none into `failures`."""
    if isinstance(outcome, str):
        failures.append(outcome)
    elif not any(np.allclose(outcome.rates, known.rates, rtol=1e-5, atol=1e-6) for known in found):
        found.append(_fixed_point(network, outcome))


@dataclass(frozen=True, slots=True, eq=False)
class _End:
    """Where a descent ended: a fixed point, not yet looked at closely."""

    rates: Array
    moments: Moments
    coupling: Any
    residual: float
    iterations: int


def _descend(network: Network, start: Array, max_iterations: int, *, follow: bool = True) -> _End | str:
    """Go from `start` to a fixed point, in pseudo-time steps that grow as the residual falls; say why there is none.

    Without `follow` by Newton's method from the outset, which also ends in unstable states.
    """
    step = 0.1 if follow else 1e12
    ceiling = _ceiling(network)
    rates = np.broadcast_to(start, (network.size,)).astype(float)
    target, coupling, moments = _response(network, rates)
    error = target - rates
    for iteration in range(max_iterations):
        if np.all(np.abs(error) <= 1e-9 * rates + 1e-12):
            return _End(rates, moments, coupling, float(np.max(np.abs(error), initial=0.0)), iteration)
        if np.max(rates) >= _RUNAWAY:
            break
        before = _norm(error, rates)
        steepest = _steepest(coupling) if follow else 0.0
        if steepest > 1.0:  # a longer implicit step would go against the flow
            step = min(step, 0.5 / (steepest - 1.0))
        rates = np.clip(rates + _newton_step(coupling, error, step), 0.0, ceiling)
        target, coupling, moments = _response(network, rates)
        error = target - rates
        # A residual that grows shrinks the step, but not below what the steepest excitation calls for.
        least = 0.5 / (1.0 + float(np.max(coupling.maximum(0).sum(axis=1), initial=0.0)))
        step = float(np.clip(step * np.clip(before / max(_norm(error, rates), 1e-300), 0.3, 2.0), least, 1e12))
    worst = int(np.argmax(np.abs(error)))
    name, ran_away = network.names[worst], np.max(rates) >= _RUNAWAY
    reason = "it runs away: its excitation is not held by a refractory time" if ran_away else "the rates do not settle"
    return (
        f"Population '{name}' at {rates[worst]:.4g} Hz would fire at {target[worst]:.4g} Hz "
        f"after {iteration} iterations; {reason}"
    )


def _between(network: Network, low: Array, high: Array, max_iterations: int) -> _End | str:
    """Find the saddle between two stable states: halve the line between them down to the edge of their basins."""
    left, right = 0.0, 1.0
    for _ in range(20):
        middle = 0.5 * (left + right)
        end = _descend(network, low + middle * (high - low), max_iterations)
        if isinstance(end, str):
            return end
        if np.linalg.norm(end.rates - low) < np.linalg.norm(end.rates - high):
            left = middle
        else:
            right = middle
    return _descend(network, low + left * (high - low), max_iterations, follow=False)


def _norm(error: Array, rates: Array) -> float:
    return float(np.max(np.abs(error) / (rates + 0.1)))


def _steepest(coupling: Any) -> float:
    """Return the largest real part of an eigenvalue, or 0 for a network too large to ask at every step."""
    if coupling.shape[0] > _DENSE:
        return 0.0
    return float(np.max(np.linalg.eigvals(coupling.toarray()).real))


def _newton_step(coupling: Any, error: Array, step: float) -> Array:
    """Solve (1 / step + 1 - coupling) x = error."""
    from scipy.sparse import identity
    from scipy.sparse.linalg import spsolve

    size = error.size
    if size <= _DENSE:
        matrix = (1.0 / step + 1.0) * np.eye(size) - coupling.toarray()
        return np.asarray(np.linalg.lstsq(matrix, error)[0])
    return np.asarray(spsolve(((1.0 / step + 1.0) * identity(size, format="csc") - coupling).tocsc(), error))


def _response(network: Network, rates: Array) -> tuple[Array, Any, Moments]:
    """Return Phi(rates), its Jacobian and the input moments."""
    from scipy.sparse import coo_array

    moments = input_moments(network, rates)
    response, by_mu, by_sigma = rate_and_slopes(moments.mu, moments.sigma, network.lif, moments.shift)
    edges = network.edges
    target, source, indegree = edges.array("target"), edges.array("source"), edges.array("indegree")
    gain = network.lif.array("tau_m")[target] * indegree
    power = gain * edges.array("jump_square")
    sigma = np.where(moments.sigma > 0, moments.sigma, np.inf)[target]
    shift_slope = power * (edge_shift(network, edges) - moments.shift[target]) / sigma**2
    # The shift enters as mu does: d rate / d shift = -sigma d rate / d mu.
    slope = by_mu[target] * (gain * edges.array("jump") - moments.sigma[target] * shift_slope)
    slope = slope + by_sigma[target] * power / (2 * sigma)
    return response, coo_array((slope, (target, source)), shape=(network.size,) * 2).tocsc(), moments


def edge_shift(network: Network, table: Any) -> Array:
    """Return the threshold rise that each edge alone would cause.

    Several time constants at one neuron are averaged with their shares of the variance. That is an interpolation: in a
    simulation of half white, half coloured noise it erred by 4 to 8 % of the rate; averaging the time constants
    themselves, by 10 to 19 %.
    """
    return colour_shift(table.array("tau_decay") + table.array("tau_rise"), network.lif.array("tau_m")[table.target])


def _fixed_point(network: Network, end: _End) -> FixedPoint:
    moments = end.moments
    return FixedPoint(
        rates=end.rates,
        mu=moments.mu,
        sigma=moments.sigma,
        shift=moments.shift,
        cv=cv(moments.mu, moments.sigma, network.lif, moments.shift),
        residual=end.residual,
        iterations=end.iterations,
        coupling=end.coupling,
        eigenvalues=leading_eigenvalues(end.coupling),
    )


def _ceiling(network: Network) -> Array:
    tau_ref = network.lif.array("tau_ref")
    return np.asarray(np.where(tau_ref > 0, 1.0 / np.where(tau_ref > 0, tau_ref, 1.0), _RUNAWAY))


def _notes(network: Network, point: FixedPoint) -> list[str]:
    """Say which assumptions the state strains: fast synapses, many small inputs."""
    notes = []
    # First order in sqrt(tau_syn / tau_m): 0.5 of it is where the neglected second order is some 10 % of the rate.
    slow = point.shift / (0.5 * FOURCAUD_BRUNEL_ALPHA) > 0.5
    height = network.lif.array("v_th") - network.lif.array("v_reset")
    coarse = np.zeros(network.size, dtype=bool)
    for table in (network.edges, network.drive):
        big = np.sqrt(table.array("jump_square")) > 0.2 * height[table.array("target")]
        coarse[table.array("target")[big]] = True
    for mask, text in (
        (slow, "synaptic time constants are not small against the membrane's: rates are rough"),
        (coarse, "single synapses move the potential by more than a fifth of the way to threshold: rates are rough"),
    ):
        if np.any(mask):
            chosen = [name for name, hit in zip(network.names, mask, strict=True) if hit]
            shown = ", ".join(chosen[:5]) + (f" and {len(chosen) - 5} more" if len(chosen) > 5 else "")
            notes.append(f"{shown}: {text}")
    return notes
