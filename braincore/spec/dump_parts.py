"""Populations, projections and pathways as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from pydantic_core import PydanticCustomError

from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    Connector,
    EdgeList,
    Grid,
    Pathway,
    Population,
    Positions,
    Projection,
    Scatter,
)
from braincore.model.connectors import CONNECTORS
from braincore.spec.dump_models import Models
from braincore.spec.dump_values import SHORT, filled, quantity, written
from braincore.spec.fields import check_name
from braincore.spec.store import Store
from braincore.units import Quantity


class Parts:
    """Writes the parts of a network.

    Parameters
    ----------
    models, store
        Where models and arrays go.
    """

    def __init__(self, models: Models, store: Store) -> None:
        self.models, self.store = models, store

    def population(self, population: Population) -> dict[str, Any]:
        """Return a population as it is written."""
        try:
            check_name(population.name)
        except PydanticCustomError as error:
            raise InputError(f"population {error.message()}", path="populations") from None
        return filled(
            neuron=self.models.neuron(population.neuron),
            size=None if population.labels else population.size,
            labels=list(population.labels),
            parameters={
                name: written(value, self.store, f"parameter-{name}") for name, value in population.parameters.items()
            },
            initial={name: written(value, self.store, f"initial-{name}") for name, value in population.initial.items()},
            sign=population.sign,
            layout=self._layout(population.layout),
            tags=dict(population.tags),
            groups={name: self._group(members) for name, members in population.groups.items()},
        )

    def _layout(self, layout: Any) -> dict[str, Any] | None:
        if isinstance(layout, Grid):
            return {"grid": [int(n) for n in layout.shape], "spacing": str(layout.spacing)}
        if isinstance(layout, Scatter):
            return {"scatter": [str(length) for length in layout.extent]}
        if isinstance(layout, Positions):
            reference = self.store.arrays("positions", {"metres": np.asarray(layout.metres, dtype=np.float64)})
            return {"array": {"array": reference["array"], "key": "metres", "unit": "m", "sha256": reference["sha256"]}}
        if layout is not None:
            raise InputError(f"the layout {type(layout).__name__} cannot be written", path="layout")
        return None

    def _group(self, members: Any) -> Any:
        array = np.asarray(members)
        if 0 < array.size <= SHORT:
            return [int(i) for i in array]
        reference = self.store.arrays("group", {"members": array.astype(np.int32)})
        return {"array": reference["array"], "key": "members", "sha256": reference["sha256"]}

    def projection(self, projection: Projection) -> dict[str, Any]:
        """Return a projection as it is written."""
        edges, connect = None, None
        if isinstance(projection.connector, EdgeList):
            edges = self._edges(projection.connector)
        elif projection.connector != AllToAll():
            connect = connector(projection.connector)
        return filled(
            from_=projection.source,
            to=projection.target,
            connect=connect,
            edges=edges,
            weight=written(projection.weight, self.store, "weight"),
            delay=None if projection.delay is None else written(projection.delay, self.store, "delay"),
            receptor=projection.receptor,
            rules=[self.models.rule(rule) for rule in projection.rules],
            bounds=None if projection.bounds is None else [quantity(bound) for bound in projection.bounds],
            name=projection.name,
        )

    def _edges(self, edges: EdgeList) -> dict[str, Any]:
        reference = self.store.arrays("edges", {"pre": edges.pre, "post": edges.post})
        return {**reference, "source": edges.source}

    def pathways(self, given: Sequence[Pathway]) -> Any:
        """Return pathways by name, or as a list where their names do not tell them apart."""
        rows = [(p.name, self._pathway(p)) for p in given]
        names = [name for name, _ in rows]
        if len(set(names)) == len(names) and all(map(_is_key, given)):
            return dict(rows)
        return [{**row, "name": name} for name, row in rows]

    def _pathway(self, pathway: Pathway) -> dict[str, Any]:
        density = {
            name: value if isinstance(value, str) else _number(value)
            for name in ("synapses_per_neuron", "in_degree", "probability")
            if (value := getattr(pathway, name)) is not None
        }
        return filled(
            from_=pathway.source,
            to=pathway.target,
            **density,
            connect=None if pathway.connector is None else connector(pathway.connector),
            weight=written(pathway.weight, self.store, "weight"),
            delay=None if pathway.delay is None else written(pathway.delay, self.store, "delay"),
            receptor=pathway.receptor,
            rules=[self.models.rule(rule) for rule in pathway.rules],
            bounds=None if pathway.bounds is None else [quantity(bound) for bound in pathway.bounds],
            where=dict(pathway.where) if not isinstance(pathway.where, str) else pathway.where,
            between=None if pathway.between is None else list(pathway.between),
        ) | ({k: v for k, v in density.items() if v == 0})


def _is_key(pathway: Pathway) -> bool:
    """Tell whether a pathway's name can be its key: it is one, and does not name an edge that it is not for."""
    try:
        check_name(pathway.name)
    except PydanticCustomError:
        return False
    return "->" not in pathway.name or pathway.between is not None


def _number(value: Any) -> int | float:
    return int(value) if isinstance(value, int | np.integer) else float(value)


def connector(given: Connector) -> Any:
    """Return a connection rule as it is written.

    Raises
    ------
    InputError
        It is not one of braincore's, or an edge list where none can stand.
    """
    if CONNECTORS.get(given.kind) is not type(given) or isinstance(given, EdgeList):
        raise InputError(f"the connection rule {type(given).__name__} cannot be written", path="connect")
    arguments: dict[str, Any] = {}
    for field in fields(given):
        value = getattr(given, field.name)
        if value is not None:
            arguments[field.name] = str(value) if isinstance(value, Quantity) else _plain(value)
    return {given.kind: arguments} if arguments else given.kind


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
