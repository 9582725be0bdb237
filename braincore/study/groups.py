"""Which named groups of neurons a run reports on: cell types and other sets of neurons within a population."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.build import BuiltNetwork
from braincore.model import NetworkSpec, Population
from braincore.report.model_file import read_model
from braincore.report.neuron_groups import disjoint, group_rates
from braincore.results import Run

MAX_GROUPS = 24  # of one population: more rows than these cannot be read in a figure
MAX_ROWS = 60

Indices = NDArray[Any]


def chosen_groups(network: NetworkSpec) -> dict[str, dict[str, Indices]]:
    """Return, for each population with groups, those that the report shows.

    The groups that stimuli name stand first, then all others if they are few. Of many, those stay that interventions
    name, and the largest of those that do not overlap with one defined before: the cell types of a table whose further
    columns name single cells. A brain with many populations is shown by region, not by group.
    """
    stimulated, treated = _named(network.stimuli), _named(network.interventions)
    found = {
        p.name: _chosen(p, stimulated.get(p.name, ()), treated.get(p.name, ())) for p in network.populations if p.groups
    }
    found = {name: groups for name, groups in found.items() if groups}
    rows = sum(len(groups) for groups in found.values()) + len(network.populations)
    return found if rows <= MAX_ROWS else {}


def _named(events: Iterable[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for event in events:
        population, _, selection = event.target.partition("[")
        names = [part.strip() for part in selection.rstrip("]").split(",")]
        found.setdefault(population, []).extend(name for name in names if name)
    return found


def _chosen(population: Population, stimulated: Sequence[str], treated: Sequence[str]) -> dict[str, Indices]:
    groups: Mapping[str, Indices] = population.groups
    first = [name for name in dict.fromkeys(stimulated) if name in groups][:MAX_GROUPS]
    others = [name for name in groups if name not in first]
    if len(groups) > MAX_GROUPS:
        also = [name for name in others if name in treated]
        apart = _disjoint(groups, others, population.size)
        largest = sorted((name for name in apart if name not in also), key=lambda name: -len(groups[name]))
        kept = {*also, *largest[: max(0, MAX_GROUPS - len(first) - len(also))]}
        others = [name for name in others if name in kept]
    return {name: groups[name] for name in (*first, *others) if len(groups[name])}


def _disjoint(groups: Mapping[str, Indices], names: Sequence[str], size: int) -> list[str]:
    taken = np.zeros(size, dtype=bool)
    found = []
    for name in names:
        if not taken[groups[name]].any():
            taken[groups[name]] = True
            found.append(name)
    return found


def group_matrix(
    network: NetworkSpec, built: BuiltNetwork, chosen: Mapping[str, Mapping[str, Indices]]
) -> tuple[list[str], NDArray[np.float64]]:
    """Return the number of synapses from group to group (rows are sources), each neuron in one group."""
    names: list[str] = []
    place: dict[str, NDArray[np.int64]] = {}
    single = len(network.populations) == 1
    for population in network.populations:
        own = chosen.get(population.name)
        parts = disjoint(own, population.size) if own else {"": np.arange(population.size)}
        place[population.name] = np.empty(population.size, dtype=np.int64)
        for name, neurons in parts.items():
            place[population.name][neurons] = len(names)
            names.append(name if single else f"{population.name}[{name}]" if name else population.name)
    count = np.zeros(len(names) ** 2)
    for projection in network.projections:
        source, target = (place[network.population(a).name] for a in (projection.source, projection.target))
        pre, post = built.ends(projection.name)
        count += np.bincount(source[pre] * len(names) + target[post], minlength=len(count))
    return names, count.reshape(len(names), len(names))


def groups_of(run: Run) -> dict[str, dict[str, Any]]:
    """Return size, rate and number of active neurons of the groups of a run, for its summary."""
    model = read_model(run)
    recorded = any(info.spikes for info in run.populations.values())
    if not recorded or not any(row.groups for row in model.populations):
        return {}
    return group_rates(run.spikes(), model)
