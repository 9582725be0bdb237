"""Named groups of neurons (cell types, single cells) shown as if each were a population of its own.

All figures take spikes by population; here spikes are told apart by group instead, so that every figure can show
groups. A raster needs each neuron once (`split`); rates and responses are those of whole groups (`gather`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.report.figures.psth import onsets
from braincore.report.model_file import Event, ModelFile
from braincore.report.style import measured, number
from braincore.report.tables import Column, Table, table
from braincore.results.containers import SpikeTrains
from braincore.results.populations import PopulationInfo

Groups = Mapping[str, NDArray[np.int64]]
OTHERS = "others"
MAX_STIMULI = 4


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Part:
    """Some neurons of a population under a name of their own."""

    name: str
    code: int
    neurons: NDArray[np.int64]


def has_groups(spikes: SpikeTrains, model: ModelFile) -> bool:
    """Return whether any of the populations has groups."""
    names = set(spikes.names)
    return any(row.groups for row in model.populations if row.name in names)


def split(spikes: SpikeTrains, model: ModelFile) -> SpikeTrains:
    """Return spikes by group, each neuron in the smallest of its groups; neurons of none are ``others``."""
    return _regrouped(spikes, _parts(spikes, model, disjoint))


def gather(spikes: SpikeTrains, model: ModelFile) -> SpikeTrains:
    """Return spikes by group, a neuron's in every group that it belongs to; neurons of none are left out."""
    return _regrouped(spikes, _parts(spikes, model, lambda groups, _: groups))


def disjoint(groups: Groups, size: int) -> Groups:
    """Return the groups with each neuron in the smallest of its groups only, and the rest as ``others``.

    >>> {name: list(own) for name, own in disjoint({"all": np.arange(3), "touched": np.array([1])}, 4).items()}
    {'all': [0, 2], 'touched': [1], 'others': [3]}
    """
    names = list(groups)
    owner = np.full(size, -1)
    for name in sorted(names, key=lambda name: -len(groups[name])):
        owner[groups[name]] = names.index(name)
    found = {name: np.flatnonzero(owner == place) for place, name in enumerate(names)}
    return {name: own for name, own in {**found, OTHERS: np.flatnonzero(owner < 0)}.items() if len(own)}


def _parts(spikes: SpikeTrains, model: ModelFile, choose: Callable[[Groups, int], Groups]) -> list[_Part]:
    groups = {row.name: row.groups for row in model.populations}
    found: list[_Part] = []
    for code, info in enumerate(spikes.populations):
        own = groups.get(info.name)
        if own:
            shown = choose(own, info.size)
            found += [_Part(name=f"{info.name}[{name}]", code=code, neurons=n) for name, n in shown.items()]
        else:
            found.append(_Part(name=info.name, code=code, neurons=np.arange(info.size)))
    return found


def _regrouped(spikes: SpikeTrains, parts: Sequence[_Part]) -> SpikeTrains:
    """Return the spikes of parts of populations as if each part were a population, in the order of time."""
    rows, neuron, code = [], [], []
    for place, part in enumerate(parts):
        lookup = np.full(spikes.populations[part.code].size, -1, dtype=np.int32)
        lookup[part.neurons] = np.arange(len(part.neurons), dtype=np.int32)
        own = np.flatnonzero(spikes.population == part.code)
        new = lookup[spikes.neuron[own]]
        rows.append(own[new >= 0])
        neuron.append(new[new >= 0])
        code.append(np.full(len(rows[-1]), place, dtype=np.int32))
    row = np.concatenate(rows) if rows else np.empty(0, dtype=np.int64)
    order = np.argsort(row, kind="stable")
    row = row[order]
    return replace(
        spikes,
        populations=tuple(_info(spikes.populations[part.code], part) for part in parts),
        t=spikes.t[row],
        step=spikes.step[row],
        neuron=np.concatenate(neuron)[order] if parts else np.empty(0, dtype=np.int32),
        population=np.concatenate(code)[order] if parts else np.empty(0, dtype=np.int32),
    )


def _info(info: PopulationInfo, part: _Part) -> PopulationInfo:
    labels = tuple(info.labels[i] for i in part.neurons) if info.labels else ()
    return replace(info, name=part.name, size=len(part.neurons), labels=labels)


def group_rates(spikes: SpikeTrains, model: ModelFile) -> dict[str, dict[str, Any]]:
    """Return size, mean rate and number of active neurons of each group."""
    found = gather(spikes, model)
    counts = found.counts()
    ends = np.cumsum(found.sizes)
    per_group = {info.name: own for info, own in zip(found.populations, np.split(counts, ends[:-1]), strict=True)}
    grouped = {f"{row.name}[{name}]" for row in model.populations for name in row.groups}
    return {
        name: {
            "n": len(own),
            "rate_hz": float(own.sum() / len(own) / spikes.duration) if len(own) and spikes.duration else None,
            "active": int((own > 0).sum()),
        }
        for name, own in per_group.items()
        if name in grouped
    }


def group_table(spikes: SpikeTrains, model: ModelFile) -> Table | None:
    """Return size, share of active neurons and rate of each group, also during each stimulus."""
    if not has_groups(spikes, model):
        return None
    rates = group_rates(spikes, model)
    windows = dict(list(onsets(model.stimuli, spikes.stop).items())[:MAX_STIMULI])
    during = {name: _rates_during(gather(spikes, model), events) for name, events in windows.items()}
    columns = [
        Column(title="Group"),
        Column(title="Neurons", numeric=True),
        Column(title="Active neurons", numeric=True, hint="with one spike or more"),
        Column(title="Rate (Hz)", numeric=True),
        *(Column(title=f"{name} (Hz)", numeric=True, hint="rate while the stimulus is on") for name in during),
    ]
    single = len(model.populations) == 1

    def shown(name: str) -> str:
        return name.partition("[")[2].removesuffix("]") if single else name

    rows = [
        [shown(name), number(row["n"]), number(row["active"]), measured(row["rate_hz"])]
        + [measured(rate.get(name)) for rate in during.values()]
        for name, row in rates.items()
    ]
    return table("Results by group of neurons", columns, rows)


def _rates_during(spikes: SpikeTrains, events: Sequence[Event]) -> dict[str, float | None]:
    """Return the mean rate of each population while a stimulus is on."""
    ends = [spikes.stop if e.stop_ms is None else min(e.stop_ms * 1e-3, spikes.stop) for e in events]
    starts = [max((e.start_ms or 0.0) * 1e-3, spikes.start) for e in events]
    windows = [(a, b) for a, b in zip(starts, ends, strict=True) if b > a]
    inside = np.zeros(len(spikes), dtype=bool)
    for start, stop in windows:
        inside |= (spikes.t >= start - spikes.dt / 2) & (spikes.t < stop - spikes.dt / 2)
    length = sum(stop - start for start, stop in windows)
    counts = np.bincount(spikes.population[inside], minlength=len(spikes.populations))
    return {
        info.name: float(count / info.size / length) if length and info.size else None
        for info, count in zip(spikes.populations, counts, strict=True)
    }
