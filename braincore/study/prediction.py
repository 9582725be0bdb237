"""The rates that theory predicts for a run: the mean over its stationary states, one for each set of stimuli."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from braincore.model import NetworkSpec
from braincore.theory import predict, stationary_states


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
    states = stationary_states(network)
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
