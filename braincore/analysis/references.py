"""Runs held to what is known of their model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from braincore.analysis.correlation import pairwise_correlations
from braincore.analysis.summary import summarise
from braincore.errors import InputError
from braincore.model import Reference
from braincore.results import Run


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A number of a run beside its reference.

    Attributes
    ----------
    reference
        What was expected.
    found
        What the run showed (rates in Hz), None if it does not tell.
    """

    reference: Reference
    found: float | None

    @property
    def held(self) -> bool:
        """Whether the run keeps the bounds."""
        return self.reference.holds(self.found)

    def __str__(self) -> str:
        r = self.reference
        unit = " Hz" if r.statistic == "rate" else ""
        shown = "not known" if self.found is None else f"{self.found:.4g}{unit}"
        wanted = f"{r.low:.4g} to {r.high:.4g}{unit}"
        verdict = "as expected" if self.held else "NOT as expected"
        when = "" if r.before is None else f" from {r.after} to {r.before}"
        source = f"; {r.source}" if r.source else ""
        return f"{r.population} {r.statistic}{when}: {shown}, {verdict} ({wanted}{source})"


def against_references(run: Run, references: Sequence[Reference]) -> list[Comparison]:
    """Return what a run shows beside what is expected of it, in the order of the references.

    Parameters
    ----------
    run
        The run; its spikes (for rates: or its rates) have to be recorded.
    references
        What is expected.
    """
    windows = [(float(r.after.si), run.duration if r.before is None else float(r.before.si)) for r in references]
    within = {window for window in windows if window[1] <= run.duration * (1 + 1e-9)}
    tables = {window: summarise(run, start=window[0], stop=window[1]) for window in within}
    found = []
    for r, window in zip(references, windows, strict=True):
        number = None  # of a time that the run does not reach nothing is known
        if window in within and r.statistic == "correlation":
            number = _correlation(run, r.population, *window)
        elif window in within:
            number = tables[window][r.population][f"{r.statistic}_hz" if r.statistic == "rate" else r.statistic]
        found.append(Comparison(reference=r, found=number))
    return found


def _correlation(run: Run, population: str, start: float, stop: float) -> float | None:
    """Return the mean over pairs of at most 200 neurons that fired, always the same ones; None without spikes."""
    try:
        trains = run.spikes(population, start=start, stop=stop)
        pairs = pairwise_correlations(
            trains.t, trains.neuron, trains.n, start=start, stop=stop, rng=np.random.default_rng(0)
        )
    except InputError:
        return None
    return float(pairs.mean()) if pairs.size else None
