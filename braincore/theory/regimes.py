"""Names for what a network is predicted to do: which force drives each population, and which state the whole is in.

The network's states are those of Brunel, J. Comput. Neurosci. 8, 183 (2000): synchronous regular (SR), asynchronous
irregular (AI), synchronous irregular with a fast or a slow common rhythm (SI), and, beside them, asynchronous regular.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from braincore.theory.meanfield import FixedPoint
from braincore.theory.network import Network
from braincore.theory.siegert import Array
from braincore.theory.stability import MAX_POPULATIONS, Modes, modes

QUIESCENT_RATE = 0.1
"""Hz; a population below it counts as silent."""
SATURATED = 0.5
"""Rate times refractory time above which a population counts as near saturation."""
IRREGULAR_CV = 0.5
"""Interspike intervals with a CV above this count as irregular."""
FAST_SHARE = 0.25
"""A rhythm is fast where delays and synapses, not the membrane, make this share of the half cycle round the loop."""


class DrivenBy(StrEnum):
    """What makes a population fire."""

    QUIESCENT = "quiescent"
    FLUCTUATION = "fluctuation-driven"
    MEAN = "mean-driven"
    SATURATED = "near saturation"


class State(StrEnum):
    """What a network does as a whole."""

    QUIESCENT = "quiescent"
    ASYNCHRONOUS_IRREGULAR = "asynchronous irregular"
    ASYNCHRONOUS_REGULAR = "asynchronous regular"
    SYNCHRONOUS_REGULAR = "synchronous regular"
    SYNCHRONOUS_IRREGULAR_FAST = "synchronous irregular, fast"
    SYNCHRONOUS_IRREGULAR_SLOW = "synchronous irregular, slow"
    UNSTABLE = "unstable without rhythm"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Regime:
    """The predicted regime of a network.

    Attributes
    ----------
    state
        Of the whole.
    drives
        Of each population.
    cv
        Mean CV of the interspike intervals over the spikes of the network (NaN if silent).
    frequency, growth
        Of the leading oscillating mode: Hz and 1/s. Where it dies out (`growth` below zero) the rhythm shows only as
        a bump in the spectrum. NaN if there is none.
    modes
        All modes, or None where they were not sought.
    reason
        Why the state is undetermined, else empty.
    """

    state: State
    drives: tuple[DrivenBy, ...]
    cv: float
    frequency: float
    growth: float
    modes: Modes | None
    reason: str = ""


def population_drives(network: Network, point: FixedPoint) -> tuple[DrivenBy, ...]:
    """Return what drives each population: nothing, noise on a mean below threshold, the mean, near saturation."""
    saturated = point.rates * network.lif.array("tau_ref") > SATURATED
    above = point.mu >= network.lif.array("v_th")
    modes_of_firing = []
    for rate, full, over in zip(point.rates, saturated, above, strict=True):
        if rate < QUIESCENT_RATE:
            modes_of_firing.append(DrivenBy.QUIESCENT)
        elif full:
            modes_of_firing.append(DrivenBy.SATURATED)
        else:
            modes_of_firing.append(DrivenBy.MEAN if over else DrivenBy.FLUCTUATION)
    return tuple(modes_of_firing)


def classify(network: Network, point: FixedPoint, *, f_max: float = 1000.0) -> Regime:
    """Predict the regime of a network in one of its self-consistent states.

    Parameters
    ----------
    network, point
        The network and its state (`braincore.theory.meanfield.solve`).
    f_max
        Highest frequency of a rhythm that is looked for, Hz.
    """
    drives = population_drives(network, point)
    active = point.rates >= QUIESCENT_RATE
    if not np.any(active):
        return _plain(State.QUIESCENT, drives, float("nan"))
    cv = float(np.average(point.cv[active], weights=point.rates[active]))
    if network.size > MAX_POPULATIONS:
        return _plain(State.UNDETERMINED, drives, cv, f"more than {MAX_POPULATIONS} populations")
    if np.any((point.sigma == 0) & (point.rates > 0)):
        return _plain(State.UNDETERMINED, drives, cv, "a population fires without noise")
    found = modes(network, point, f_max=f_max)
    rhythms = np.flatnonzero(found.frequencies > 0)
    first = rhythms[0] if rhythms.size else None
    state = _state(network, point, found, cv)
    return Regime(
        state=state,
        drives=drives,
        cv=cv,
        frequency=float("nan") if first is None else float(found.frequencies[first]),
        growth=float("nan") if first is None else float(found.growth[first]),
        modes=found,
        reason="a mode grows whose frequency was not found" if state is State.UNDETERMINED else "",
    )


def _plain(state: State, drives: tuple[DrivenBy, ...], cv: float, reason: str = "") -> Regime:
    nan = float("nan")
    return Regime(state=state, drives=drives, cv=cv, frequency=nan, growth=nan, modes=None, reason=reason)


def _state(network: Network, point: FixedPoint, found: Modes, cv: float) -> State:
    irregular = cv > IRREGULAR_CV
    if found.stable:
        return State.ASYNCHRONOUS_IRREGULAR if irregular else State.ASYNCHRONOUS_REGULAR
    seen = found.rates.size > 0 and found.growth[0] > 0
    if seen and found.frequencies[0] == 0:
        return State.UNSTABLE
    if not irregular:
        return State.SYNCHRONOUS_REGULAR
    if not seen:
        return State.UNDETERMINED
    fast = loop_lag_share(network, point, found) > FAST_SHARE
    return State.SYNCHRONOUS_IRREGULAR_FAST if fast else State.SYNCHRONOUS_IRREGULAR_SLOW


def loop_lag_share(network: Network, point: FixedPoint, found: Modes) -> float:
    """Return which share of half a cycle delays and synapses take, at the leading mode, averaged over its edges."""
    edges, omega = network.edges, float(found.rates[0].imag)
    lag: Array = omega * edges.array("delay")
    lag = lag + np.arctan(omega * edges.array("tau_decay")) + np.arctan(omega * edges.array("tau_rise"))
    weight = np.abs(edges.array("indegree") * edges.array("jump")) * np.abs(found.vectors[0])[edges.array("source")]
    return float(np.average(lag, weights=weight) / np.pi)
