"""The stationary states of a run: one for each set of stimuli that is on together."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from braincore.model import CurrentInput, NetworkSpec, PoissonInput
from braincore.units import Quantity

MAX_STATES = 16
_ALWAYS = (Quantity(0.0, "ms"), None)


def stationary_states(network: NetworkSpec) -> list[tuple[float, float]]:
    """Return a time at which each set of stimuli is on, and for how many seconds; the middle of the run if too many.

    Stimuli that differ in nothing but their time, such as flashes, are one.
    """
    end = network.duration.si
    times = {0.0, end}
    for stimulus in network.stimuli:
        times |= {min(stimulus.during[0].si, end), min(_end(stimulus), end)}
    kinds = [repr(replace(stimulus, during=_ALWAYS, name="", origin="")) for stimulus in network.stimuli]
    found: dict[frozenset[str], tuple[float, float]] = {}
    for low, high in pairwise(sorted(times)):
        middle = (low + high) / 2
        on = frozenset(
            kind for kind, s in zip(kinds, network.stimuli, strict=True) if s.during[0].si <= middle < _end(s)
        )
        when, span = found.get(on, (middle, 0.0))
        found[on] = (when, span + high - low)
    return list(found.values()) if len(found) <= MAX_STATES else [(end / 2, end)]


def usual_time(network: NetworkSpec) -> tuple[float, str]:
    """Return a time (seconds) in the state that lasts longest, and a note on it if there are others."""
    states = stationary_states(network)
    when, span = max(states, key=lambda state: state[1])
    if len(states) == 1:
        return when, ""
    timed = [s for s in network.stimuli if s.during[0].si > 0 or _end(s) < network.duration.si]
    on = sum(s.during[0].si <= when < _end(s) for s in timed)
    return when, (
        f"this is the state that lasts longest, {span:g} s of {network.duration.si:g} s: {on} of {len(timed)} timed "
        "stimuli are on"
    )


def _end(stimulus: PoissonInput | CurrentInput) -> float:
    stop = stimulus.during[1]
    return np.inf if stop is None else stop.si
