"""Synapses one by one: edge lists and matrices from files, joined to the neurons of two populations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from braincore.data.arrays import read_arrays
from braincore.data.edges import read_edges
from braincore.data.lookup import look_up
from braincore.data.tables import column_names
from braincore.errors import Fault, InputError, suggest
from braincore.expressions import parse_expression
from braincore.model import EdgeList, Population
from braincore.model.connectors import Indices
from braincore.model.values import Values
from braincore.spec.form_wiring import EdgesForm, MatrixForm, ProjectionForm
from braincore.spec.workshop import Entry, under
from braincore.units import DIMENSIONLESS, si_symbol


@dataclass(frozen=True, slots=True)
class Ends:
    """The neurons at the two ends: populations, and which of their neurons (None for all)."""

    source: Population
    target: Population
    chosen_source: Indices | None = None
    chosen_target: Indices | None = None

    def labels(self, end: str) -> list[str]:
        """Return the labels at one end; empty if the neurons have none."""
        population, chosen = (self.source, self.chosen_source) if end == "source" else (self.target, self.chosen_target)
        if chosen is None or not population.labels:
            return list(population.labels)
        return [population.labels[i] for i in chosen.tolist()]

    def size(self, end: str) -> int:
        """Return the number of neurons at one end."""
        population, chosen = (self.source, self.chosen_source) if end == "source" else (self.target, self.chosen_target)
        return population.size if chosen is None else int(chosen.size)


@dataclass(frozen=True, slots=True)
class Edges:
    """Synapses with the columns that expressions may use."""

    connector: EdgeList
    columns: Mapping[str, Any]

    def values(self, text: str) -> Values:
        """Work out an expression for every synapse."""
        expression = parse_expression(text)
        unknown = sorted(expression.variables - set(self.columns))
        if unknown:
            hint = suggest(unknown[0], self.columns, noun="column")
            raise InputError(f"the edges have no column '{unknown[0]}'", hint=hint)
        for name in sorted(expression.variables):
            if self.columns[name].dtype.kind not in "fiub":
                raise InputError(f"column '{name}' holds text, not numbers")
        dimension = expression.dimension(dict.fromkeys(expression.variables, DIMENSIONLESS))
        result = expression.evaluate({name: self.columns[name].astype(np.float64) for name in expression.variables})
        row = np.broadcast_to(np.asarray(result, dtype=np.float64), (int(self.connector.pre.size),))
        if not np.isfinite(row).all():
            first = int(np.flatnonzero(~np.isfinite(row))[0])
            raise InputError(f"'{text}' of edge {first} is {row[first]}, not a finite number")
        return Values.of(row, si_symbol(dimension))


def make_edges(entry: Entry, form: ProjectionForm, ends: Ends) -> Edges:
    """Return the synapses of a projection with `edges` or a `matrix`."""
    if form.matrix is not None:
        return _matrix(entry, form.matrix, ends)
    edges = form.edges
    if edges is None:
        raise InputError("a projection without edges")
    if edges.array is not None:
        return _array(entry, edges)
    if edges.file is None:
        return _listed(edges, ends)
    return _table(entry, edges, form, ends)


def _needed(form: ProjectionForm) -> dict[str, str]:
    """Return the columns that weight and delay need, with which of them asks."""
    needed: dict[str, str] = {}
    for field in ("weight", "delay"):
        value = getattr(form, field)
        if isinstance(value, str):
            for name in sorted(parse_expression(value).variables):
                needed.setdefault(name, field)
    return needed


def _table(entry: Entry, edges: EdgesForm, form: ProjectionForm, ends: Ends) -> Edges:
    file = entry.file(edges.file or "", "edges", "file", sha256=edges.sha256)
    seconds = [
        entry.file(lookup.file, "edges", "lookup", number, "file", sha256=lookup.sha256)
        for number, lookup in enumerate(edges.lookup)
    ]
    with under("edges"):
        known = column_names(file)
    looked_up = {name for lookup in edges.lookup for name in lookup.columns}
    needed = {name: field for name, field in _needed(form).items() if name not in looked_up}
    faults = [
        Fault(f"the edges have no column '{name}'", path=field, hint=suggest(name, known, noun="column"))
        for name, field in needed.items()
        if name not in known
    ]
    for end in ("pre", "post"):
        column = getattr(edges, end)
        if column is not None and column not in known:
            hint = suggest(column, known, noun="column")
            faults.append(Fault(f"there is no column '{column}'", path=f"edges.{end}", hint=hint))
    if faults:
        raise InputError(faults)
    with under("edges"):
        names = _ids(edges.ids, ends)
        table = read_edges(
            file, pre=edges.pre, post=edges.post, columns=list(needed), where=edges.where, ids=names,
            unknown=edges.unknown, nan=edges.nan,
        )  # fmt: skip
        for number, (lookup, second) in enumerate(zip(edges.lookup, seconds, strict=True)):
            with under("lookup", number):
                table = look_up(
                    table, second, pre=lookup.pre, post=lookup.post, columns=lookup.columns, where=lookup.where
                )
        return _joined(table, names, ends, edges.unknown, edges.source or edges.file or "")


def _ids(ids: str | None, ends: Ends) -> list[str] | None:
    """Return the labels of both ends, or None where the ends are indices."""
    sources, targets = ends.labels("source"), ends.labels("target")
    if ids == "index":
        return None
    if bool(sources) != bool(targets) or (ids == "labels" and not sources):
        bare = ends.source.name if not sources else ends.target.name
        raise InputError(f"population '{bare}' has no labels", path="ids", hint="Give it labels, or say ids: index")
    return list(dict.fromkeys([*sources, *targets])) if sources else None


def _joined(table: Any, names: list[str] | None, ends: Ends, unknown: str, source: str) -> Edges:
    """Number the ends of a table as in the two populations."""
    if names is None:
        pre, post = (np.asarray(table.ids)[end] for end in (table.pre, table.post))
        if pre.dtype.kind not in "iu":
            hint = "Give the populations labels"
            raise InputError("the ends of the edges are text, but the populations have no labels", hint=hint)
        inside = [(end >= 0) & (end < ends.size(which)) for end, which in ((pre, "source"), (post, "target"))]
    else:
        pre, post = (
            _positions(names, ends.labels(which))[end] for end, which in ((table.pre, "source"), (table.post, "target"))
        )
        inside = [pre >= 0, post >= 0]
    keep = inside[0] & inside[1]
    if not keep.all() and unknown == "error":
        k = int(np.flatnonzero(~keep)[0])
        shown = f"{table.ids[table.pre[k]]} -> {table.ids[table.post[k]]}"
        message = (
            f"{int((~keep).sum()):,} edges are not from '{ends.source.name}' to '{ends.target.name}', such as {shown}"
        )
        raise InputError(message, hint="Say unknown: drop to leave them out")
    connector = EdgeList(pre=pre[keep], post=post[keep], source=source)
    return Edges(connector, {name: column[keep] for name, column in table.attributes.items()})


def _positions(names: list[str], labels: list[str]) -> Any:
    index = {label: i for i, label in enumerate(labels)}
    return np.array([index.get(name, -1) for name in names], dtype=np.int64)


def _matrix(entry: Entry, form: MatrixForm, ends: Ends) -> Edges:
    file = entry.file(form.file, "matrix", "file")
    with under("matrix"):
        names = _ids(form.ids, ends)
        table = read_edges(
            file, rows=form.rows, matrix=form.key, labels=form.labels, ids=names, unknown=form.unknown, nan=form.nan
        )
        if names is None:
            size = len(table.ids)
            table = type(table)(pre=table.pre, post=table.post, ids=np.arange(size), attributes=table.attributes)
        return _joined(table, names, ends, form.unknown, form.file)


def _array(entry: Entry, form: EdgesForm) -> Edges:
    file = entry.file(form.array or "", "edges", "array", sha256=form.sha256)
    with under("edges", "array"):
        arrays = read_arrays(file, ["pre", "post"])
        for name, array in arrays.items():
            if array.ndim != 1 or array.dtype.kind not in "iu":
                raise InputError(f"'{name}' is not a row of indices")
        source = form.array if form.source is None else form.source
        return Edges(EdgeList(pre=arrays["pre"], post=arrays["post"], source=source or ""), {})


def _listed(form: EdgesForm, ends: Ends) -> Edges:
    found = []
    for name, end in (("pre", "source"), ("post", "target")):
        labels = {label: i for i, label in enumerate(ends.labels(end))}
        row = []
        for number, item in enumerate(getattr(form, name)):
            if isinstance(item, str) and item not in labels:
                hint = suggest(item, labels, noun="label")
                raise InputError(f"there is no neuron '{item}'", path=f"edges.{name}.{number}", hint=hint)
            index = labels[item] if isinstance(item, str) else item
            if not 0 <= index < ends.size(end):
                message, hint = f"there is no neuron {index} among {ends.size(end)}", f"From 0 to {ends.size(end) - 1}"
                raise InputError(message, path=f"edges.{name}.{number}", hint=hint)
            row.append(index)
        found.append(np.array(row, dtype=np.int64))
    return Edges(EdgeList(pre=found[0], post=found[1], source=form.source or ""), {})
