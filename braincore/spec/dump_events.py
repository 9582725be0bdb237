"""Stimuli, interventions and recordings as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from braincore.errors import InputError
from braincore.model import (
    CurrentInput,
    Freeze,
    Intervention,
    Lesion,
    Noise,
    Optogenetic,
    PoissonInput,
    Ramp,
    Recording,
    Reference,
    Samples,
    ScaleReceptor,
    Silence,
    Sine,
    SpikeInput,
    Step,
    Stimulus,
)
from braincore.model.stimulus import Window, window
from braincore.spec.dump_values import filled, written
from braincore.spec.store import Store
from braincore.units import Quantity

_WAVES = {Step: "step", Ramp: "ramp", Sine: "sine", Samples: "samples", Noise: "noise"}


class Events:
    """Writes what is scheduled in time and what is recorded.

    Parameters
    ----------
    store
        Where arrays go.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def stimuli(self, given: Sequence[Stimulus]) -> Any:
        """Return stimuli by name, or as a list where their names do not tell them apart."""
        rows = [(s.name, self._stimulus(s)) for s in given]
        names = [name for name, _ in rows]
        if all(names) and len(set(names)) == len(names):
            return dict(rows)
        return [{**row, "name": name} for name, row in rows]

    def _stimulus(self, stimulus: Stimulus) -> dict[str, Any]:
        if isinstance(stimulus, CurrentInput):
            wave = stimulus.waveform
            kind = _WAVES[type(wave)]
            values = {f.name: getattr(wave, f.name) for f in fields(wave)}
            told = {
                name: value if isinstance(value, int | float) else written(value, self.store, name)
                for name, value in values.items()
                if value is not None
            }
            return filled(target=stimulus.target, **{kind: told}, during=during(stimulus.during))
        common = {
            "weight": None if stimulus.weight is None else written(stimulus.weight, self.store, "weight"),
            "receptor": stimulus.receptor,
        }
        if isinstance(stimulus, PoissonInput):
            poisson = {"rate": written(stimulus.rate, self.store, "rate"), "sources": stimulus.sources}
            return filled(target=stimulus.target, poisson=poisson, **common, during=during(stimulus.during))
        if not isinstance(stimulus, SpikeInput):
            raise InputError(f"the stimulus {type(stimulus).__name__} cannot be written", path="stimuli")
        trains = stimulus.trains
        spikes = self.store.arrays("spikes", {"times": trains.times, "neurons": trains.neurons})
        delay = None if stimulus.delay is None else written(stimulus.delay, self.store, "delay")
        return filled(target=stimulus.target, spikes={**spikes, "source": trains.source}, **common, delay=delay)

    def intervention(self, act: Intervention) -> dict[str, Any]:
        """Return an intervention as it is written."""
        if isinstance(act, Lesion):
            return {"lesion": act.target, "at": str(act.at)}
        when = filled(during=during(act.during))
        if isinstance(act, Silence):
            return {"silence": act.target, **when}
        if isinstance(act, Freeze):
            return {"freeze": act.target, **when}
        if isinstance(act, ScaleReceptor):
            return {
                "scale_receptor": {"target": act.target, "receptor": act.receptor, "factor": act.factor},
                **when,
            }
        if not isinstance(act, Optogenetic):
            raise InputError(f"the intervention {type(act).__name__} cannot be written", path="interventions")
        names = ("conductance", "reversal", "frequency", "width")
        light = {name: str(value) for name in names if isinstance(value := getattr(act, name), Quantity)}
        return {"optogenetic": {"target": act.target, **light}, **when}

    def references(self, references: Sequence[Reference]) -> list[dict[str, Any]]:
        """Return what a run must show, as it is written."""
        return [
            filled(
                population=r.population,
                **{r.statistic: _number(r)},
                within=None if r.value is None else r.within,
                after=str(r.after),
                before=None if r.before is None else str(r.before),
                source=r.source,
            )
            for r in references
        ]

    def recording(self, recording: Recording) -> dict[str, Any]:
        """Return what is recorded, as it is written."""
        traces = [
            filled(
                target=t.target, variables=list(t.variables), interval=None if t.interval is None else str(t.interval)
            )
            for t in recording.traces
        ]
        weights = [
            filled(projection=w.projection, interval=str(w.interval), sample=w.sample, histogram=w.histogram)
            for w in recording.weights
        ]
        spikes: Any = list(recording.spikes)
        if recording.spikes in (("all",), ()):
            spikes = "all" if recording.spikes else "none"
        rates = None if recording.rates is None else {"bin": str(recording.rates)}
        return filled(spikes=spikes, rates=rates, traces=traces, weights=weights)


def during(given: Window) -> list[Any] | None:
    """Return a time window as it is written; None for the whole run."""
    if given == window(None):
        return None
    start, stop = given
    return [str(start), None if stop is None else str(stop)]


def _number(reference: Reference) -> Any:
    """Return the number of a reference, or its bounds."""

    def told(number: float) -> Any:
        return f"{number!r} Hz" if reference.statistic == "rate" else number

    return told(reference.value) if reference.value is not None else [told(x) for x in reference.bounds or ()]
