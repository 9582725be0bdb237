"""Stimuli, interventions and recordings from their forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from braincore.data.arrays import read_arrays
from braincore.data.spikes import read_spike_trains
from braincore.errors import InputError, suggest
from braincore.model import (
    CurrentInput,
    Freeze,
    Intervention,
    Lesion,
    Noise,
    Optogenetic,
    PoissonInput,
    Population,
    Ramp,
    Recording,
    Samples,
    ScaleReceptor,
    Silence,
    Sine,
    SpikeInput,
    SpikeTrains,
    Step,
    Stimulus,
    Traces,
    Weights,
)
from braincore.model.population import split_address
from braincore.model.reference import Reference, expected
from braincore.model.stimulus import window
from braincore.spec.form_events import InterventionForm, RecordForm, SpikesForm, StimulusForm, TraceForm, WeightsForm
from braincore.spec.form_references import ReferenceForm
from braincore.spec.make_encoders import encoded
from braincore.spec.make_values import value_of
from braincore.spec.make_wiring import Finder, check_ends, range_of
from braincore.spec.workshop import Entry, Workshop, together, under
from braincore.units import Quantity

_WAVES = {"ramp": Ramp, "sine": Sine, "noise": Noise}


def make_stimuli(shop: Workshop, given: Any, base: tuple[str | int, ...], finder: Finder) -> list[Stimulus]:
    """Make the stimuli of a mapping or a list; the broken ones are left out and noted."""
    if isinstance(given, list):
        items: list[tuple[str | int, str, Any]] = [(index, "", value) for index, value in enumerate(given)]
    elif isinstance(given, Mapping):
        items = [(name, name, value) for name, value in given.items()]
    else:
        shop.read(dict[str, StimulusForm], base, given)
        return []
    made: list[Stimulus] = []
    for step, name, value in items:
        path = (*base, step)
        form = shop.read(StimulusForm, path, value)
        if form is None:
            check_ends(shop, path, value, ("target",), finder.check)
            continue
        stimulus = shop.attempt(path, lambda n=name, f=form, p=path: _stimulus(Entry(shop, p), n, f, finder))  # type: ignore[misc]
        if stimulus is not None:
            made.append(stimulus)
    return made


def _stimulus(entry: Entry, key: str, form: StimulusForm, finder: Finder) -> Stimulus:
    name = form.name if form.name is not None else key
    if form.poisson is not None:
        rate, weight = together(
            [
                lambda: value_of(entry, form.poisson.rate, "poisson", "rate"),  # type: ignore[union-attr]
                lambda: value_of(entry, form.weight, "weight"),
            ]
        )
        with under("poisson"):
            return PoissonInput(
                target=form.target, rate=rate, sources=form.poisson.sources, weight=weight,
                receptor=form.receptor or "", during=window(form.during), name=name, origin=entry.origin,
            )  # fmt: skip
    if form.spikes is not None or form.encode is not None:
        return _spike_input(entry, name, form, finder)
    return CurrentInput(
        target=form.target, waveform=_wave(entry, form), during=window(form.during), name=name, origin=entry.origin
    )


def _wave(entry: Entry, form: StimulusForm) -> Any:
    kind = form.kind
    with under(kind):
        if form.step is not None:
            return Step(amplitude=value_of(Entry(entry.shop, (*entry.path, kind)), form.step.amplitude, "amplitude"))
        if form.samples is not None:
            values = value_of(Entry(entry.shop, (*entry.path, kind)), form.samples.values, "values")
            return Samples(values=values, interval=form.samples.interval)
        return _WAVES[kind](**dict(getattr(form, kind)))


def _spike_input(entry: Entry, name: str, form: StimulusForm, finder: Finder) -> SpikeInput:
    with under("target"):
        population = finder.find(form.target)
        selection = split_address(form.target)[1]
        chosen = population.select(selection) if selection else None
    members = range_of(chosen) if isinstance(chosen, slice) else chosen
    if form.spikes is not None:
        with under("spikes"):
            trains = _trains(Entry(entry.shop, (*entry.path, "spikes")), form.spikes, population, members)
    else:
        with under("encode"):
            trains = encoded(Entry(entry.shop, (*entry.path, "encode")), form.encode, name)
    trains = _windowed(trains, form.during)
    weight, delay = together(
        [lambda: value_of(entry, form.weight, "weight"), lambda: value_of(entry, form.delay, "delay")]
    )
    return SpikeInput(
        target=form.target, trains=trains, weight=weight, receptor=form.receptor or "", delay=delay, name=name,
        origin=entry.origin,
    )  # fmt: skip


def _windowed(trains: SpikeTrains, during: tuple[Quantity, Quantity | None] | None) -> SpikeTrains:
    """Let given spikes begin with the window and end with it."""
    if during is None:
        return trains
    start, stop = during
    moved = trains.shifted(start.si) if start.si else trains
    if stop is None or not (moved.times >= stop.si).any():
        return moved
    keep = moved.times < stop.si
    return SpikeTrains(times=moved.times[keep], neurons=moved.neurons[keep], source=moved.source)


def _trains(entry: Entry, form: SpikesForm, population: Population, members: Any) -> SpikeTrains:
    labels = population.labels if members is None else tuple(population.labels[i] for i in members if population.labels)
    if form.array is not None:
        file = entry.file(form.array, "array", sha256=form.sha256)
        with under("array"):
            arrays = read_arrays(file, ["times", "neurons"])
            if arrays["neurons"].dtype.kind not in "iu" or arrays["times"].dtype.kind != "f":
                raise InputError("'times' must be numbers with a fraction and 'neurons' whole numbers")
            source = form.array if form.source is None else form.source
            return SpikeTrains(times=arrays["times"], neurons=arrays["neurons"], source=source)
    if form.file is not None:
        file = entry.file(form.file, "file", sha256=form.sha256)
        times, ids = read_spike_trains(file, time=form.time, neuron=form.neuron, unit=form.unit, where=form.where)
        source = form.file if form.source is None else form.source
        return SpikeTrains(times=times, neurons=_numbered(ids, labels), source=source)
    times = np.array([t.si for t in form.times or ()])
    index = {label: i for i, label in enumerate(labels)}
    neurons = []
    for number, item in enumerate(form.neurons or ()):
        if isinstance(item, str) and item not in index:
            hint = suggest(item, index, noun="label")
            raise InputError(f"there is no neuron '{item}'", path=f"neurons.{number}", hint=hint)
        neurons.append(index[item] if isinstance(item, str) else item)
    source = form.source or ""
    return SpikeTrains(times=times, neurons=np.array(neurons, dtype=np.int64), source=source)


def _numbered(ids: Any, labels: tuple[str, ...]) -> Any:
    """Return the neurons of spikes as indices: by their labels if they have some, else as they are."""
    if not labels:
        if ids.dtype.kind not in "iu":
            hint = "Give the population labels"
            raise InputError("the neurons of the spikes are text, but the population has no labels", hint=hint)
        return ids
    index = {label: i for i, label in enumerate(labels)}
    names, inverse = np.unique(ids.astype(str), return_inverse=True)
    for name in names.tolist():
        if name not in index:
            raise InputError(f"a spike is of neuron '{name}'", hint=suggest(name, index, noun="label"))
    return np.array([index[name] for name in names.tolist()], dtype=np.int64)[inverse]


def make_interventions(shop: Workshop, given: Any) -> list[Intervention]:
    """Make the interventions; the broken ones are left out and noted."""
    if not isinstance(given, list):
        shop.read(list[InterventionForm], ("interventions",), given)
        return []
    made: list[Intervention] = []
    for index, value in enumerate(given):
        path = ("interventions", index)
        form = shop.read(InterventionForm, path, value)
        act = None if form is None else shop.attempt(path, lambda f=form, p=path: _intervention(Entry(shop, p), f))  # type: ignore[misc]
        if act is not None:
            made.append(act)
    return made


def _intervention(entry: Entry, form: InterventionForm) -> Intervention:
    origin = entry.origin
    during = window(form.during) if form.at is None else (form.at, None)
    if form.lesion is not None:
        return Lesion(target=form.lesion, origin=origin, **({} if form.at is None else {"at": form.at}))
    if form.silence is not None:
        return Silence(target=form.silence, during=during, origin=origin)
    if form.freeze is not None:
        return Freeze(target=form.freeze, during=during, origin=origin)
    kind = "scale_receptor" if form.scale_receptor is not None else "optogenetic"
    with under(kind):
        if form.scale_receptor is not None:
            return ScaleReceptor(during=during, origin=origin, **dict(form.scale_receptor))
        return Optogenetic(during=during, origin=origin, **dict(form.optogenetic or {}))


def make_references(shop: Workshop, given: Any) -> list[Reference]:
    """Make the references; the broken ones are left out and noted."""
    if not isinstance(given, list):
        shop.read(list[ReferenceForm], ("references",), given)
        return []
    made: list[Reference] = []
    for index, value in enumerate(given):
        path = ("references", index)
        form = shop.read(ReferenceForm, path, value)
        if form is not None:
            fields = {"origin": f"references.{index}", **dict(form)}
            made += shop.attempt(path, lambda f=fields: expected(f.pop("population"), **f)) or []  # type: ignore[misc]
    return made


def make_recording(shop: Workshop, given: Any) -> Recording:
    """Make the recording part by part; the broken parts are left out and noted."""
    if not isinstance(given, Mapping):
        shop.read(RecordForm, ("record",), given)
        return Recording()
    rows = {name: given.get(name) for name in ("traces", "weights")}
    whole = {key: value for key, value in given.items() if not isinstance(rows.get(key), Mapping | list)}
    form: RecordForm | None = shop.read(RecordForm, ("record",), whole)
    made: dict[str, list[Any]] = {"traces": [], "weights": []}
    for name, kind, make in (("traces", TraceForm, _trace), ("weights", WeightsForm, _weights)):
        for step, key, item in _parts(rows[name]):
            path = ("record", name, step)
            part = shop.read(kind, path, item)
            one = None if part is None else shop.attempt(path, lambda m=make, s=step, k=key, p=part: m(s, k, p))  # type: ignore[misc,operator]
            made[name] += [] if one is None else [one]
    form = form if form is not None else RecordForm.model_validate({})
    rates = None if form.rates is None else form.rates.bin
    return Recording(spikes=form.spikes, rates=rates, traces=tuple(made["traces"]), weights=tuple(made["weights"]))


def _parts(given: Any) -> list[tuple[str | int, str, Any]]:
    if isinstance(given, list):
        return [(index, "", item) for index, item in enumerate(given)]
    return [(key, key, item) for key, item in given.items()] if isinstance(given, Mapping) else []


def _trace(step: str | int, key: str, form: TraceForm) -> Traces:
    target = form.target or key
    if not target:
        raise InputError("whose variables?", hint="Give target: population")
    if form.neurons is not None:
        if split_address(target)[1]:
            raise InputError(f"'{target}' selects neurons already", path="neurons", hint="Leave one out")
        target = f"{target}[{', '.join(str(n) for n in form.neurons)}]"
    origin = f"record.traces.{step}"
    return Traces(target=target, variables=tuple(form.variables), interval=form.interval, origin=origin)


def _weights(step: str | int, key: str, form: WeightsForm) -> Weights:
    projection = form.projection or key
    if not projection:
        raise InputError("whose weights?", hint="Give projection: name")
    origin = f"record.weights.{step}"
    return Weights(
        projection=projection, interval=form.interval, sample=form.sample, histogram=form.histogram, origin=origin
    )
