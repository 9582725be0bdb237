"""SONATA networks: nodes and edges in HDF5 files, with types in CSV files.

Format: Dai et al. (2020) PLoS Comput Biol 16:e1007696, doi:10.1371/journal.pcbi.1007696. Positions are in micrometres
and delays in milliseconds. Files are read through h5py: libsonata reads populations of one attribute group only, and
ends the process on damaged files.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from braincore.data.arrays import Array
from braincore.data.edges import EdgeTable
from braincore.data.files import reading, require_memory
from braincore.data.graphs import MAX_EDGES, Reading, edges_to_graph
from braincore.data.locate import as_file
from braincore.data.tables import read_table
from braincore.errors import InputError, MissingDependencyError, suggest

if TYPE_CHECKING:
    import networkx as nx

log = logging.getLogger(__name__)

_AXES = {"x": "x_um", "y": "y_um", "z": "z_um"}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Population:
    """Rows of one population: `attributes` by name; for edges also their ends and where these lie."""

    name: str
    size: int
    attributes: dict[str, Array]
    ends: tuple[Array, Array] | None = None
    between: tuple[str, str] = ("", "")


def read_sonata(
    path: str | Path | Sequence[str | Path],
    *,
    names: str | None = None,
    populations: Sequence[str] | None = None,
    node_types: str | Path | None = None,
    edge_types: str | Path | None = None,
    weight: str | None = None,
    length: str | None = None,
    length_unit: str | None = None,
    nan: str = "error",
    zero_length: str = "keep",
    self_connections: str = "keep",
) -> nx.MultiDiGraph:
    """Read the graph of a SONATA network.

    Parameters
    ----------
    path
        The nodes and edges files (``.h5``), in any number and order; one file may hold both.
    names
        The node attribute that holds the names. If None a node is called by its id, ``population:id`` where there are
        several node populations.
    populations
        The node populations to read, all if None; edges between others are left out.
    node_types, edge_types
        CSV files (separated by blanks) with attributes of types.
    weight
        As in `Reading`; if None, ``syn_weight`` where there is one.
    length, length_unit, nan, zero_length, self_connections
        As in `braincore.data.graphs.Reading`.

    Returns
    -------
    networkx.MultiDiGraph
        Node attributes as in the file, with ``position`` in mm and ``population``; edge attributes as in the file, with
        ``delay`` in seconds and ``population``.

    Raises
    ------
    InputError
        Not SONATA, a link leads out of the file, an edge leads to a node that is not there, or a length is wrong.
    """
    files = [as_file(part) for part in ([path] if isinstance(path, (str, Path)) else path)]
    where = ", ".join(map(str, files))
    nodes = [p for file in files for p in _read(file, "nodes", node_types) if _wanted(p.name, populations)]
    edges = [p for file in files for p in _read(file, "edges", edge_types)]
    if not nodes:
        known = [p.name for file in files for p in _read(file, "nodes", None)]
        hint = suggest(populations[0], known, noun="population") if populations and known else "Give the nodes file too"
        raise InputError("holds no such node population", where=where, hint=hint)
    table, attributes = _joined(nodes, edges, names, where)
    if weight is None and "syn_weight" in table.attributes:
        weight = "syn_weight"
    how = Reading(
        weight=weight,
        length=length,
        length_unit=length_unit,
        nan=nan,  # type: ignore[arg-type]
        zero_length=zero_length,  # type: ignore[arg-type]
        self_connections=self_connections,  # type: ignore[arg-type]
    )
    return edges_to_graph(table, nodes=attributes, reading=how, where=where)


def _wanted(name: str, populations: Sequence[str] | None) -> bool:
    return populations is None or name in populations


def _joined(
    nodes: list[_Population], edges: list[_Population], names: str | None, where: str
) -> tuple[EdgeTable, dict[str, dict[str, Any]]]:
    """Number the nodes of all populations through and put all edges into one table."""
    offsets: dict[str, int] = {}
    labels: list[str] = []
    attributes: list[dict[str, Any]] = []
    for part in nodes:
        if part.name in offsets:
            raise InputError(f"node population '{part.name}' occurs twice", where=where)
        offsets[part.name] = len(labels)
        labels += _labels(part, names, len(nodes) > 1, where)
        columns = {_AXES.get(key, key): column.tolist() for key, column in part.attributes.items() if key != names}
        rows = zip(*columns.values(), strict=True) if columns else iter([()] * part.size)
        attributes += [{"population": part.name, **dict(zip(columns, row, strict=True))} for row in rows]
    sizes = {part.name: part.size for part in nodes}
    kept = [part for part in edges if set(part.between) <= set(sizes)]
    for part in edges:
        if part not in kept:
            log.info("edges '%s' between %s and %s are left out", part.name, *part.between)
    pre: list[Array] = []
    post: list[Array] = []
    columns_of: list[dict[str, Array]] = []
    for part in kept:
        for ends, population, chain in zip(part.ends or (), part.between, (pre, post), strict=True):
            if len(ends) and not 0 <= int(ends.min()) <= int(ends.max()) < sizes[population]:
                raise InputError(
                    f"edges '{part.name}' lead to node {ends.max()} of '{population}', which has {sizes[population]}",
                    where=where,
                )
            chain.append(ends.astype(np.int64) + offsets[population])
        columns_of.append({**part.attributes, "population": np.full(part.size, part.name)})
    table = EdgeTable(
        pre=np.concatenate([*pre, np.empty(0, np.int64)]).astype(np.int32),
        post=np.concatenate([*post, np.empty(0, np.int64)]).astype(np.int32),
        ids=np.array(labels, dtype=str),
        attributes=_stacked(columns_of, where),
    )
    return table, dict(zip(labels, attributes, strict=True))


def _labels(part: _Population, names: str | None, prefixed: bool, where: str) -> list[str]:
    if names is None:
        return [f"{part.name}:{index}" if prefixed else str(index) for index in range(part.size)]
    if names not in part.attributes:
        raise InputError(
            f"nodes '{part.name}' have no '{names}'",
            where=where,
            hint=suggest(names, part.attributes, noun="attribute"),
        )
    return [str(name) for name in part.attributes[names].tolist()]


def _stacked(parts: list[dict[str, Array]], where: str) -> dict[str, Array]:
    """Join the attributes of edge populations; one that a population lacks cannot be stacked, and is told."""
    if not parts:
        return {}
    common = [key for key in parts[0] if all(key in part for part in parts)]
    lacking = sorted({key for part in parts for key in part} - set(common))
    if lacking:
        log.warning("%s: attributes %s are not in every edge population and are left out", where, ", ".join(lacking))
    stacked = {key: np.concatenate([part[key] for part in parts]) for key in common}
    if "delay" in stacked:  # milliseconds, by the format
        stacked["delay_ms"] = stacked.pop("delay").astype(np.float64)
    return stacked


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    try:
        import h5py
    except ImportError:
        raise MissingDependencyError('SONATA files need h5py: pip install "braincore-sim[sonata]"') from None
    with reading(str(file), "a SONATA file"), h5py.File(file, "r") as handle:
        yield handle


def _read(file: Path, kind: str, types: str | Path | None) -> list[_Population]:
    """Read all populations of one kind, ``nodes`` or ``edges``, in a file."""
    with _opened(file) as handle:
        _refuse_links(handle, str(file))
        if kind not in handle:
            return []
        return [_population(file, handle[kind], kind, name, types) for name in handle[kind]]


def _refuse_links(handle: Any, where: str) -> None:
    """Refuse what would lead out of the file or in circles: a SONATA file needs no link."""
    import h5py

    stack, count = [handle], 0
    while stack:
        group = stack.pop()
        for name in group:
            count += 1
            link = group.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise InputError(f"'{group.name}/{name}' is a link", where=where, hint="Store the data itself")
            if count > 100_000 or group.name.count("/") > 16:
                raise InputError("holds too many or too deeply nested groups", where=where)
            member = group[name]
            if isinstance(member, h5py.Group):
                stack.append(member)
            elif isinstance(member, h5py.Dataset):
                if member.external or member.is_virtual:
                    raise InputError(f"'{member.name}' keeps its data in another file", where=where)
                require_memory(member.size * max(member.dtype.itemsize, 16), f"'{member.name}'", where)


def _population(file: Path, parent: Any, kind: str, name: str, types: str | Path | None) -> _Population:
    group = parent[name]
    one = kind[:-1]
    type_ids = group[f"{one}_type_id"]
    size = int(type_ids.shape[0])
    where = f"{file}: {kind} '{name}'"
    if size > MAX_EDGES:
        raise InputError(f"{size:,} {kind} are too many for a graph", where=where)
    ends, between = None, ("", "")
    if kind == "edges":
        ends = (_column(group["source_node_id"], size, where), _column(group["target_node_id"], size, where))
        between = (_text(group["source_node_id"], where), _text(group["target_node_id"], where))
        if {len(part) for part in ends} != {size}:
            raise InputError("its columns differ in length", where=where)
    groups = [key for key in group if key.isdigit()]
    attributes = _attributes(group, one, groups, size, where)
    if types is not None:
        attributes = {**_type_attributes(types, one, name, _column(type_ids, size, where), where), **attributes}
    for key, column in attributes.items():
        if len(column) != size:
            raise InputError(f"'{key}' has {len(column)} values for {size} {kind}", where=where)
    return _Population(name=name, size=size, attributes=attributes, ends=ends, between=between)


def _text(dataset: Any, where: str) -> str:
    value = dataset.attrs["node_population"]
    value = value[0] if isinstance(value, np.ndarray) else value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _column(dataset: Any, longest: int, where: str) -> Array:
    """Read a column of at most `longest` values; a damaged file may claim any number of them."""
    if dataset.ndim != 1 or dataset.shape[0] > longest:
        raise InputError(f"'{dataset.name}' has shape {dataset.shape} for {longest} rows", where=where)
    return _plain(np.asarray(dataset[:]))


def _attributes(group: Any, one: str, groups: list[str], size: int, where: str) -> dict[str, Array]:
    """Gather the attributes of all groups of a population into columns; a group's row stands for one node or edge."""
    import h5py

    if not groups:
        return {}
    which = _column(group[f"{one}_group_id"], size, where) if f"{one}_group_id" in group else np.zeros(size, np.int64)
    index = _column(group[f"{one}_group_index"], size, where) if f"{one}_group_index" in group else np.arange(size)
    columns: dict[str, Array] = {}
    for number in groups:
        rows = np.flatnonzero(which == int(number))
        library = group[number].get("@library")
        for key, dataset in group[number].items():
            if not isinstance(dataset, h5py.Dataset) or dataset.ndim != 1:
                continue
            values = _column(dataset, size, where)
            if library is not None and key in library:
                values = _column(library[key], 2**20, where)[values]
            if len(rows) and int(index[rows].max()) >= len(values):
                raise InputError(f"'{key}' has too few values", where=where)
            if len(groups) == 1:
                columns[key] = values[index[rows]]
            elif values.dtype.kind in "OU":
                columns[key] = columns.get(key, np.full(size, "", dtype=object))
                columns[key][rows] = values[index[rows]]
            else:  # a row of another group has no value: absent
                columns[key] = columns.get(key, np.full(size, np.nan))
                columns[key][rows] = values[index[rows]]
    return {key: _plain(column) for key, column in columns.items()}


def _plain(values: Array) -> Array:
    """Turn HDF5 text into text."""
    if values.dtype.kind in "OS":
        return np.array([v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values], dtype=str)
    return values


def _type_attributes(path: str | Path, one: str, name: str, ids: Array, where: str) -> dict[str, Array]:
    """Return the attributes of each row's type; text, or numbers where all rows have one."""
    table = read_table(path, delimiter=" ", nan="absent")
    key = f"{one}_type_id"
    if key not in table:
        raise InputError(f"has no column '{key}'", where=str(path), hint=suggest(key, table))
    mine = table["population"] == name if "population" in table else np.ones(len(table[key]), bool)
    position = {int(type_id): row for row, type_id in enumerate(table[key]) if mine[row]}
    lacking = sorted({int(type_id) for type_id in ids} - set(position))
    if lacking:
        raise InputError(f"type {lacking[0]} of {where} is not in it", where=str(path))
    rows = np.array([position[int(type_id)] for type_id in ids], dtype=np.int64)
    skipped = (key, "population", "source_query", "target_query")
    return {column: values[rows] for column, values in table.items() if column not in skipped}
