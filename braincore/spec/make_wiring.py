"""Projections and pathways from their forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from braincore.errors import InputError, UnknownNameError, suggest
from braincore.model import AllToAll, Connector, Pathway, Population, Projection, Region
from braincore.model.connectors import CONNECTORS
from braincore.model.population import matching, split_address
from braincore.spec.form_wiring import ConnectForm, PathwayForm, ProjectionForm
from braincore.spec.limits import affordable
from braincore.spec.make_edges import Edges, Ends, make_edges
from braincore.spec.make_models import rule_of
from braincore.spec.make_values import value_of
from braincore.spec.workshop import Entry, SkippedError, Workshop, together, under

Path_ = tuple[str | int, ...]


@dataclass(slots=True)
class Finder:
    """Finds the population of an address among loose ones and those of regions.

    Attributes
    ----------
    populations
        The loose ones, or those of a region in place.
    shop, base
        The workshop, and where the populations stand (empty for the first level).
    regions
        Makes the regions, when an address is first looked for among them.
    """

    populations: Mapping[str, Population]
    shop: Workshop
    base: Path_ = ()
    regions: Callable[[], Mapping[str, Region]] = dict
    _inside: dict[str, Population] | None = None

    @property
    def known(self) -> dict[str, Population]:
        """All populations by their full names."""
        if self._inside is None:
            self._inside = {f"{r}.{p.name}": p for r, region in self.regions().items() for p in region.populations}
        return {**self.populations, **self._inside}

    def find(self, address: str) -> Population:
        """Return the population of an address.

        Raises
        ------
        SkippedError
            It is broken.
        UnknownNameError
            There is none.
        """
        name, _ = split_address(address)
        if name in self.populations:
            return self.populations[name]
        broken = self.shop.broken
        if (*self.base, "populations", name) in broken or ("regions", name.partition(".")[0]) in broken:
            raise SkippedError
        if name in self.known:
            return self.known[name]
        lost = {("connectome",), ("regions", "default"), ("regions",), ("populations",)}
        if (not self.base and lost & broken) or (*self.base, "populations") in broken:
            raise SkippedError
        raise UnknownNameError(f"unknown population '{name}'", hint=suggest(name, self.known, noun="population"))

    def check(self, address: str) -> None:
        """Raise unless the address means a population, all of a region, or ``all``."""
        name, selection = split_address(address)
        if selection or not (name == "all" or matching(name, list(self.known))):
            self.find(address)


def connector_of(given: str | ConnectForm | None) -> Connector:
    """Return the connector of a rule."""
    if given is None:
        return AllToAll()
    if isinstance(given, str):
        return CONNECTORS[given]()
    kind = next(name for name in ConnectForm.model_fields if getattr(given, name) is not None)
    with under(kind):
        return CONNECTORS[kind](**dict(getattr(given, kind)))


def make_projections(shop: Workshop, given: Any, base: tuple[str | int, ...], finder: Finder) -> list[Projection]:
    """Make the projections of a list; the broken ones are left out and noted."""
    if not isinstance(given, list):
        shop.read(list[ProjectionForm], base, given)
        return []
    made: list[Projection] = []
    for index, value in enumerate(given):
        path = (*base, index)
        form = shop.read(ProjectionForm, path, value)
        if form is None:
            check_ends(shop, path, value, ("from", "to"), finder.check)
            continue
        projection = shop.attempt(path, lambda f=form, p=path: make_projection(Entry(shop, p), f, finder))  # type: ignore[misc]
        if projection is not None:
            made.append(projection)
    return made


def make_projection(entry: Entry, form: ProjectionForm, finder: Finder) -> Projection:
    """Return one projection."""
    edges: Edges | None = None
    if form.edges is not None or form.matrix is not None:
        edges = make_edges(entry, form, _ends(form, finder))
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
        receptor=form.receptor or "", rules=rules, bounds=form.bounds, name=form.name or "", origin=entry.origin,
    )  # fmt: skip


def _value(entry: Entry, given: Any, edges: Edges | None, field: str) -> Any:
    if isinstance(given, str) and edges is not None:
        with under(field):
            return edges.values(given)
    return value_of(entry, given, field)


def _ends(form: ProjectionForm, finder: Finder) -> Ends:
    def end(address: str, key: str) -> tuple[Population, Any]:
        with under(key):
            population = finder.find(address)
            selection = split_address(address)[1]
            if not selection:
                return population, None
            chosen = population.select(selection)
            return population, range_of(chosen) if isinstance(chosen, slice) else chosen

    (source, first), (target, second) = together([lambda: end(form.source, "from"), lambda: end(form.target, "to")])
    return Ends(source, target, first, second)


def range_of(chosen: slice) -> Any:
    """Return the indices of a slice."""
    import numpy as np

    affordable(4.0 * (chosen.stop - chosen.start), "the selection")
    return np.arange(chosen.start, chosen.stop, dtype=np.int32)


def make_pathways(shop: Workshop) -> list[Pathway]:
    """Make the pathways; a name ``V1->MT`` is for that edge only."""
    made: list[Pathway] = []
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
        receptor=form.receptor or "", rules=rules, bounds=form.bounds, where=form.where, between=between,
        name=_name(form, key), origin=entry.origin,
    )  # fmt: skip


def _name(form: PathwayForm, key: str) -> str:
    return form.name if form.name is not None else key or "default"


def check_ends(shop: Workshop, path: Path_, given: Any, keys: Sequence[str], check: Callable[[str], Any]) -> None:
    """Check the addresses of a part that is broken otherwise, so that they are told in the same pass."""
    for key in keys:
        address = given.get(key) if isinstance(given, Mapping) else None
        if isinstance(address, str):
            shop.attempt((*path, key), lambda a=address: check(a))  # type: ignore[misc]
