"""Projections and pathways from their forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from braincore.errors import InputError
from braincore.model import AllToAll, Connector, Pathway, Population, Projection
from braincore.model.connectors import CONNECTORS
from braincore.model.population import split_address
from braincore.spec.form_wiring import ConnectForm, PathwayForm, ProjectionForm
from braincore.spec.make_edges import Edges, Ends, make_edges
from braincore.spec.make_models import rule_of
from braincore.spec.make_values import value_of
from braincore.spec.workshop import Entry, Skipped, Workshop, together, under
from braincore.units import Quantity

Find = Callable[[str], Population]
"""Finds the population of an address; raises `Skipped` if it is broken and `InputError` if there is none."""


def connector_of(given: str | ConnectForm | None) -> Connector:
    """Return the connector of a rule."""
    if given is None:
        return AllToAll()
    if isinstance(given, str):
        return CONNECTORS[given]()
    kind = next(name for name in ConnectForm.model_fields if getattr(given, name) is not None)
    with under(kind):
        return CONNECTORS[kind](**dict(getattr(given, kind)))


def make_projections(shop: Workshop, given: Any, base: tuple[str | int, ...], find: Find) -> list[Projection]:
    """Make the projections of a list; the broken ones are left out and noted."""
    if not isinstance(given, list):
        shop.read(list[ProjectionForm], base, given)
        return []
    made = []
    for index, value in enumerate(given):
        path = (*base, index)
        form = shop.read(ProjectionForm, path, value)
        if form is None:
            continue
        projection = shop.attempt(path, lambda f=form, p=path: make_projection(Entry(shop, p), f, find))  # type: ignore[misc]
        if projection is not None:
            made.append(projection)
    return made


def make_projection(entry: Entry, form: ProjectionForm, find: Find) -> Projection:
    """Return one projection."""
    edges: Edges | None = None
    if form.edges is not None or form.matrix is not None:
        edges = make_edges(entry, form, _ends(form, find))
        connector: Connector = edges.connector
    else:
        with under("connect"):
            connector = connector_of(form.connect)
    weight, delay, rules = together(
        [
            lambda: _value(entry, form.weight, edges, "weight"),
            lambda: _value(entry, form.delay, edges, "delay"),
            lambda: tuple(rule_of(entry.shop, rule, "rules", i) for i, rule in enumerate(form.rules)),
        ]
    )
    return Projection(
        source=form.source, target=form.target, connector=connector, weight=weight, delay=delay,
        receptor=form.receptor or "", rules=rules, name=form.name or "", origin=entry.origin,
    )  # fmt: skip


def _value(entry: Entry, given: Any, edges: Edges | None, field: str) -> Any:
    if isinstance(given, str) and edges is not None:
        with under(field):
            return edges.values(given)
    return value_of(entry, given, field)


def _ends(form: ProjectionForm, find: Find) -> Ends:
    def end(address: str, key: str) -> tuple[Population, Any]:
        with under(key):
            population = find(address)
            selection = split_address(address)[1]
            if not selection:
                return population, None
            chosen = population.select(selection)
            return population, range_of(chosen) if isinstance(chosen, slice) else chosen

    (source, first), (target, second) = together(
        [lambda: end(form.source, "from"), lambda: end(form.target, "to")]
    )
    return Ends(source, target, first, second)


def range_of(chosen: slice) -> Any:
    """Return the indices of a slice."""
    import numpy as np

    return np.arange(chosen.start, chosen.stop, dtype=np.int32)


def make_pathways(shop: Workshop) -> list[Pathway]:
    """Make the pathways; a name ``V1->MT`` is for that edge only."""
    made = []
    for path, name, value in shop.entries("pathways"):
        form = shop.read(PathwayForm, path, value)
        if form is None:
            continue
        pathway = shop.attempt(path, lambda n=name, f=form, p=path: _pathway(Entry(shop, p), n, f))  # type: ignore[misc]
        if pathway is not None:
            made.append(pathway)
    return made


def _pathway(entry: Entry, key: str, form: PathwayForm) -> Pathway:
    between = form.between
    if between is None and "->" in key:
        ends = [part.strip() for part in key.split("->")]
        if len(ends) != 2 or not all(ends):
            raise InputError(f"'{key}' is not an edge", hint="Write it as V1->MT")
        between = (ends[0], ends[1])
    with under("connect"):
        connector = None if form.connect is None else connector_of(form.connect)
    weight, delay, rules = together(
        [
            lambda: value_of(entry, form.weight, "weight"),
            lambda: value_of(entry, form.delay, "delay"),
            lambda: tuple(rule_of(entry.shop, rule, "rules", i) for i, rule in enumerate(form.rules)),
        ]
    )
    return Pathway(
        source=form.source, target=form.target, weight=weight, synapses_per_neuron=form.synapses_per_neuron,
        in_degree=form.in_degree, probability=form.probability, connector=connector, delay=delay,
        receptor=form.receptor or "", rules=rules, where=form.where, between=between,
        name=_name(form, key), origin=entry.origin,
    )  # fmt: skip


def _name(form: PathwayForm, key: str) -> str:
    return form.name if form.name is not None else key or "default"


def finder(populations: dict[str, Population], shop: Workshop, base: tuple[str | int, ...], regions: Any = None) -> Find:
    """Return how the population of an address is found among loose ones and those of regions."""
    from braincore.errors import suggest

    def find(address: str) -> Population:
        name, _ = split_address(address)
        if name in populations:
            return populations[name]
        if (*base, "populations", name) in shop.broken:
            raise Skipped
        known = dict(populations)
        for region, described in (regions() if regions is not None else {}).items():
            if name.startswith(f"{region}."):
                known |= {f"{region}.{p.name}": p for p in described.populations}
        if name in known:
            return known[name]
        raise InputError(f"unknown population '{name}'", hint=suggest(name, known, noun="population"))

    return find


Weight = Quantity
