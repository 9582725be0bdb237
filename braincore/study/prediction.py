"""The rates that theory predicts for a run: the mean over its stationary states, one for each set of stimuli."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from braincore.model import CurrentInput, NetworkSpec, PoissonInput
from braincore.study.describe_events import stimulus_text
from braincore.theory import predict

MAX_STATES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class MeanPrediction:
    """Predicted rates of a run.

    Attributes
    ----------
    rates
        Mean rate of each population in Hz, where it could be predicted.
    notes, reasons
        What limits the prediction, and why a population has none.
    """

    rates: Mapping[str, float]
    notes: tuple[str, ...] = ()
    reasons: Mapping[str, str]

    def summary(self) -> dict[str, Any]:
        """Return what ``summary.json`` says of the prediction."""
        reasons = {"not_predicted": dict(self.reasons)} if self.reasons else {}
        return {"notes": list(self.notes), **reasons}


def predict_mean(network: NetworkSpec) -> MeanPrediction:
    """Return the rates of a whole run: of the state under each set of stimuli, weighted by how long it lasts.

    A run is compared by its mean rates; the state at one time would leave out a flash, or hold it for the whole run.
    """
    states = _states(network)
    length = sum(span for _, span in states)
    rates: dict[str, list[float]] = {}
    notes: dict[str, None] = {}
    reasons: dict[str, str] = {}
    for when, span in states:
        found = predict(network, at=when, regime=False)
        notes |= dict.fromkeys(found.notes)
        for entry in found.populations:
            if entry.reason:
                reasons.setdefault(entry.name, entry.reason)
        for name, rate in found.rates().items():
            rates.setdefault(name, []).append(rate * span / length)
    if len(states) > 1:
        notes[f"rates are means over {len(states)} stationary states, with and without the stimuli"] = None
    known = {name: float(np.sum(parts)) for name, parts in rates.items() if len(parts) == len(states)}
    return MeanPrediction(rates=known, notes=tuple(notes), reasons=reasons)


def _states(network: NetworkSpec) -> list[tuple[float, float]]:
    """Return a time at which each set of stimuli is on, and for how many seconds; the middle of the run if too many."""
    end = network.duration.si
    times = {0.0, end}
    for stimulus in network.stimuli:
        times |= {min(stimulus.during[0].si, end), min(_end(stimulus), end)}
    edges = sorted(times)
    kinds = [stimulus_text(stimulus) for stimulus in network.stimuli]  # four flashes are one state
    found: dict[frozenset[str], tuple[float, float]] = {}
    for low, high in pairwise(edges):
        middle = (low + high) / 2
        on = frozenset(
            kind for kind, s in zip(kinds, network.stimuli, strict=True) if s.during[0].si <= middle < _end(s)
        )
        when, span = found.get(on, (middle, 0.0))
        found[on] = (when, span + high - low)
    return list(found.values()) if len(found) <= MAX_STATES else [(end / 2, end)]


def _end(stimulus: PoissonInput | CurrentInput) -> float:
    stop = stimulus.during[1]
    return np.inf if stop is None else stop.si
