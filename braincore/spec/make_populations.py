"""Populations from their forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from braincore.data.arrays import read_arrays
from braincore.data.tables import read_table
from braincore.errors import InputError, suggest
from braincore.expressions import NEURON_SYMBOLS, check_expression, parse_expression
from braincore.model import Grid, Population, Positions, Scatter
from braincore.model.connectors import Indices
from braincore.model.neuron import NeuronModel
from braincore.model.neuron import neurons as neuron_library
from braincore.spec.form_populations import GroupArrayForm, LayoutForm, NodesForm, PopulationForm
from braincore.spec.limits import affordable
from braincore.spec.make_models import synapse_of
from braincore.spec.make_values import Rows, numbers, value_of
from braincore.spec.workshop import Attempts, Entry, SkippedError, Workshop, under
from braincore.units import LENGTH, parse_unit


@dataclass(frozen=True, slots=True)
class _Nodes:
    """Who the neurons are."""

    size: int
    labels: tuple[str, ...] = ()
    groups: Mapping[str, Indices] | None = None


def make_populations(shop: Workshop, given: Mapping[str, Any], base: tuple[str | int, ...]) -> dict[str, Population]:
    """Make the populations of a section; the broken ones are left out and noted."""
    made: dict[str, Population] = {}
    for name, value in given.items():
        path = (*base, name)
        form = shop.read(PopulationForm, path, value)
        if form is None:
            neuron = value.get("neuron") if isinstance(value, Mapping) else None
            if isinstance(neuron, str):
                find = partial(shop.model, neuron, shop.neurons, "neurons", neuron_library)
                shop.attempt((*path, "neuron"), find)
            continue
        population = shop.attempt(path, lambda n=name, f=form, p=path: make_population(Entry(shop, p), n, f))  # type: ignore[misc]
        if population is not None:
            made[name] = population
    return made


def make_population(entry: Entry, name: str, form: PopulationForm) -> Population:
    """Return one population.

    Raises
    ------
    InputError
        With every fault that is found in it.
    """
    if name in ("all", "none", "default"):
        raise InputError(f"a population cannot be called '{name}'", hint="The word has a meaning of its own")
    attempt = Attempts()
    neuron = attempt(lambda: _neuron(entry, form))
    nodes = attempt(lambda: _nodes(entry, form))
    values = {field: _values(entry, form, field, attempt) for field in ("parameters", "initial")}
    layout = None if nodes is None else attempt(lambda: _layout(entry, form, nodes.size))
    if neuron is not None:
        texts = {key: value for key, value in values["initial"].items() if isinstance(value, str)}
        for key, text in texts.items():
            if attempt(lambda k=key, t=text: _check_initial(neuron, k, t)) is None:  # type: ignore[misc]
                del values["initial"][key]
    population = None
    if nodes is not None and neuron is not None:
        fields: dict[str, Any] = {"labels": nodes.labels, "groups": nodes.groups or {}, "layout": layout, **values}
        about: dict[str, Any] = {"sign": form.sign or "", "tags": dict(form.tags), "origin": entry.origin}
        population = attempt(lambda: Population(name=name, size=nodes.size, neuron=neuron, **fields, **about))
    if population is not None and form.groups:
        groups = attempt(lambda whole=population: _groups(entry, form, whole))  # type: ignore[misc]
        population = replace(population, groups={**population.groups, **(groups or {})})
    attempt.settle()
    if population is None:
        raise SkippedError
    return population


def _rows(form: PopulationForm) -> Rows | None:
    """Return the table that the neurons come from and which of its rows: its columns are cut the same way."""
    return None if form.nodes is None else (form.nodes.file, form.nodes.where)


def _values(entry: Entry, form: PopulationForm, field: str, attempt: Attempts) -> dict[str, Any]:
    """Return the values of `parameters` or `initial` that can be had."""
    given = {
        key: attempt(lambda k=key, v=value: value_of(entry, v, field, k, rows=_rows(form)))  # type: ignore[misc]
        for key, value in getattr(form, field).items()
    }
    return {key: value for key, value in given.items() if value is not None}


def _neuron(entry: Entry, form: PopulationForm) -> NeuronModel:
    with under("neuron"):
        neuron = entry.shop.model(form.neuron, entry.shop.neurons, "neurons", neuron_library)
    if not form.receptors:
        return neuron
    added = {name: synapse_of(entry.shop, given, "receptors", name) for name, given in form.receptors.items()}
    return neuron.with_(receptors={**neuron.receptors, **added})


def _check_initial(neuron: NeuronModel, name: str, text: str) -> bool:
    """Check an expression among the initial values, whose names only the neuron knows."""
    if name in neuron.variables:
        known = {**NEURON_SYMBOLS, **neuron.dimensions}
        found = check_expression(parse_expression(text), known, dimension=neuron.dimensions[name])
        if found:
            path = f"initial.{name}"
            raise InputError([f.fault(where=f"line {f.line}, column {f.column}", path=path) for f in found])
    return True


def _nodes(entry: Entry, form: PopulationForm) -> _Nodes:
    if form.nodes is not None:
        return _table_nodes(entry, form.nodes)
    if form.labels is not None:
        labels = tuple(form.labels)
        if not labels:
            raise InputError("a population needs at least one neuron", path="labels")
        if len(set(labels)) != len(labels):
            seen: set[str] = set()
            twice = next(i for i, label in enumerate(labels) if label in seen or seen.add(label))  # type: ignore[func-returns-value]
            raise InputError(
                f"label '{labels[twice]}' is given twice", path=f"labels.{twice}", hint="Labels must differ"
            )
        return _Nodes(len(labels), labels)
    return _Nodes(form.size or 0)


def _table_nodes(entry: Entry, form: NodesForm) -> _Nodes:
    """Read names and groups from a table; the values of each group column become groups."""
    file = entry.file(form.file, "nodes", "file")
    with under("nodes"):
        table = read_table(file, dict.fromkeys((form.id, *form.groups), str), form.where)
    labels = tuple(str(label) for label in table[form.id])
    if not labels:
        raise InputError("no row of the table is left", path="nodes.where")
    if len(set(labels)) != len(labels):
        seen: set[str] = set()
        twice = next(label for label in labels if label in seen or seen.add(label))  # type: ignore[func-returns-value]
        raise InputError(f"the name '{twice}' occurs twice in column '{form.id}'", path="nodes.id")
    groups: dict[str, Indices] = {}
    origin: dict[str, str] = {}
    for number, column in enumerate(form.groups):
        values, inverse = np.unique(table[column].astype(str), return_inverse=True)
        order = np.argsort(inverse, kind="stable").astype(np.int32)
        parts = np.split(order, np.cumsum(np.bincount(inverse, minlength=values.size))[:-1])
        for value, members in zip(values.tolist(), parts, strict=True):
            if not value.strip():
                continue
            if value in groups and not np.array_equal(groups[value], members):
                message = f"'{value}' is a group of column '{origin[value]}' and another one of '{column}'"
                raise InputError(message, path=f"nodes.groups.{number}", hint="Leave one of the columns out")
            groups[value], origin[value] = members, column
    return _Nodes(len(labels), labels, groups)


def _layout(entry: Entry, population: PopulationForm, size: int) -> Grid | Scatter | Positions | None:
    form = population.layout
    if form is None:
        return None
    with under("layout"):
        affordable(size * 24.0, f"a layout of {size:,} neurons")
        if form.grid is not None:
            if int(np.prod([int(n) for n in form.grid], dtype=object)) != size:
                shape = " x ".join(map(str, form.grid))
                hint = "The size is the product of the numbers along the axes"
                raise InputError(f"a grid of {shape} does not hold {size} neurons", path="grid", hint=hint)
            return Grid(shape=tuple(form.grid), spacing=form.spacing)
        if form.scatter is not None:
            return Scatter(extent=tuple(form.scatter))
    metres = _positions(entry, form, _rows(population))
    if metres.ndim != 2 or metres.shape[0] != size or not 1 <= metres.shape[1] <= 3:
        raise InputError(f"positions of shape {metres.shape} for {size} neurons", path="layout")
    return Positions(metres=metres)


def _positions(entry: Entry, form: LayoutForm, rows: Rows | None) -> Any:
    if form.array is not None:
        file = entry.file(form.array.array, "layout", "array", "array", sha256=form.array.sha256)
        with under("layout", "array", "key"):
            array, unit = numbers(read_arrays(file, [form.array.key])[form.array.key]), form.array.unit
    else:
        columns, unit = form.columns or [], form.unit or "m"
        file = entry.file(form.file or "", "layout", "file")
        where = rows[1] if rows is not None and rows[0] == form.file else ()
        with under("layout", "columns"):
            table = read_table(file, columns, where)
            array = np.column_stack([numbers(table[name]) for name in columns])
    factor, dimension = parse_unit(unit)
    if dimension != LENGTH:
        raise InputError(f"'{unit}' is not a unit of length", path="layout.unit", hint="Such as um")
    metres = np.asarray(array, dtype=np.float64) * factor
    if not np.isfinite(metres).all():
        raise InputError("a position is not a finite number", path="layout")
    return metres


def _groups(entry: Entry, form: PopulationForm, population: Population) -> dict[str, Indices]:
    """Return the groups given by name, as indices."""
    index = {label: i for i, label in enumerate(population.labels)}
    made: dict[str, Indices] = {}
    for name, given in form.groups.items():
        if isinstance(given, GroupArrayForm):
            file = entry.file(given.array, "groups", name, "array", sha256=given.sha256)
            members: Any = read_arrays(file, [given.key])[given.key]
            if members.ndim != 1 or members.dtype.kind not in "iu":
                raise InputError(f"'{given.key}' is not a row of indices", path=f"groups.{name}")
        elif isinstance(given, str):
            with under("groups", name):
                chosen = population.select(given)
                if isinstance(chosen, slice):
                    affordable(8.0 * (chosen.stop - chosen.start), f"the group '{name}'")
                members = np.arange(chosen.start, chosen.stop) if isinstance(chosen, slice) else chosen
        else:
            for number, item in enumerate(given):
                if isinstance(item, str) and item not in index:
                    hint = suggest(item, index, noun="label")
                    raise InputError(f"there is no neuron '{item}'", path=f"groups.{name}.{number}", hint=hint)
            members = np.array([index[item] if isinstance(item, str) else item for item in given])
        if members.size and not (int(members.min()) >= 0 and int(members.max()) < population.size):
            bad = int(members.max()) if int(members.max()) >= population.size else int(members.min())
            hint = f"From 0 to {population.size - 1}"
            raise InputError(f"there is no neuron {bad} among {population.size}", path=f"groups.{name}", hint=hint)
        made[name] = members.astype(np.int32)
    return made
