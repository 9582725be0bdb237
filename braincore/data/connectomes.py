"""Region and neuron connectomes from the formats of the field, as graphs of one form (see `braincore.data.graphs`)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from braincore.data.arrays import Array, npz_keys, read_arrays
from braincore.data.edges import Orientation, Unknown, matrix_edges, read_edges
from braincore.data.graphml import read_graphml
from braincore.data.graphs import Reading, edges_to_graph
from braincore.data.locate import as_file
from braincore.data.matrices import Matrix, read_matrix, read_npz_matrix
from braincore.data.sonata import read_sonata
from braincore.data.tables import Condition, read_header, read_table
from braincore.data.tvb import read_tvb
from braincore.errors import InputError, suggest

if TYPE_CHECKING:
    import networkx as nx

_LENGTH_KEY = re.compile(r"(tract_lengths?|lengths?|fib(re|er)_lengths?|distances?)_(m|cm|mm|um)")
PATH_OPTIONS = ("lengths", "regions", "names", "attributes", "node_types", "edge_types")
"""Options whose values may be paths: a caller that confines paths must look at them (`attributes` holds several)."""


def read_connectome(
    path: str | Path | Sequence[str | Path], *, format: str | None = None, **options: Any
) -> nx.MultiDiGraph:
    """Read a connectome from a file.

    Parameters
    ----------
    path
        The file, or ``data:name/file``; for SONATA also a list of files.
    format
        ``graphml``, ``csv`` (a matrix), ``edges`` (an edge list), ``npz``, ``tvb`` or ``sonata``. If None by suffix:
        ``.graphml``; ``.csv`` and ``.tsv`` (an edge list if `pre` is given, else a matrix); ``.parquet``; ``.npz``;
        ``.zip`` (TVB); ``.h5`` (SONATA).
    **options
        Of the reader: `read_graphml`, `read_csv_matrix`, `read_edge_list`, `read_npz`, `read_tvb`, `read_sonata`.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes are names; ``weight``, ``length`` in metres, ``delay`` in seconds, other attributes as named in the file.

    Raises
    ------
    InputError
        The file is missing, not of its format or not complete, or an option is unknown.
    """
    first = path if isinstance(path, (str, Path)) else next(iter(path), "")
    format = format or _format_of(str(first), options)
    reader = _READERS.get(format)
    if reader is None:
        raise InputError(f"unknown connectome format '{format}'", hint=suggest(format, _READERS, noun="format"))
    allowed = [name for name in inspect.signature(reader).parameters if name != "path"]
    for name in options:
        if name not in allowed:
            raise InputError(f"format '{format}' has no option '{name}'", hint=suggest(name, allowed, noun="option"))
    if not isinstance(path, (str, Path)) and format != "sonata":
        raise InputError(f"format '{format}' is one file", hint="Give lengths and other parts as options")
    return reader(path, **options)


def _format_of(path: str, options: Mapping[str, Any]) -> str:
    name = path.lower().removesuffix(".gz").removesuffix(".bz2")
    suffix = Path(name).suffix
    if suffix in (".csv", ".tsv"):
        return "edges" if "pre" in options else "csv"
    found = _SUFFIXES.get(suffix)
    if found is None:
        raise InputError(
            f"'{path}' has no suffix of a connectome", hint=f"Known: {', '.join(_SUFFIXES)}; or give format"
        )
    return found


def _reading(nan: str, zero_length: str, self_connections: str, **rest: Any) -> Reading:
    return Reading(nan=nan, zero_length=zero_length, self_connections=self_connections, **rest)  # type: ignore[arg-type]


def read_csv_matrix(
    path: str | Path,
    *,
    rows: Orientation | None = None,
    names: Sequence[str] | str | Path | None = None,
    lengths: str | Path | None = None,
    length_unit: str | None = None,
    attributes: Mapping[str, str | Path] | None = None,
    called: str | None = None,
    regions: str | Path | None = None,
    regions_key: str | None = None,
    delimiter: str | None = None,
    nan: str = "error",
    zero_length: str = "keep",
    self_connections: str = "keep",
) -> nx.MultiDiGraph:
    """Read a connectome from CSV or TSV matrices. A zero is no connection.

    Parameters
    ----------
    path
        The weights, with names in the first line and column, or numbers only with `names`.
    rows
        ``"source"`` if row i holds the connections from i, ``"target"`` if it holds those to i. Only symmetric
        matrices can do without.
    names
        The names, or a text file with one a line.
    lengths
        A matrix of tract lengths, of the same orientation; it may have more rows and columns.
    length_unit
        Its unit; not needed if the file's name says it (``distance_mm.csv``).
    attributes
        Further edge attributes: name to matrix file. They are read where there is a connection.
    called
        A second name for the weights (``"fln"``).
    regions
        A table with attributes of the regions (``size``, ``x_mm``, ``hemisphere``...); rows of others are ignored.
    regions_key
        Its column with the names, the first if None.
    delimiter
        By the suffix if None.
    nan, zero_length, self_connections
        As in `Reading`.
    """
    reading = _reading(nan, zero_length, self_connections)
    weights = read_matrix(path, names=names, delimiter=delimiter)
    parts = {name: read_matrix(file, names=names, delimiter=delimiter) for name, file in (attributes or {}).items()}
    if lengths is not None:
        unit = length_unit or _unit_in_name(as_file(lengths).name)
        if unit is None:
            raise InputError("the unit of the lengths is not told", where=str(lengths), hint="Say length_unit='mm'")
        reading = replace(reading, length_unit=unit)
        parts["length"] = read_matrix(lengths, names=names, delimiter=delimiter)
    nodes = _region_table(regions, regions_key, delimiter, nan) if regions is not None else None
    return _matrix_graph(weights, parts, rows, called, nodes, reading)


def _unit_in_name(name: str) -> str | None:
    tokens = re.split(r"[_.\-\s]", name.lower())
    return next((unit for unit in ("mm", "cm", "um") if unit in tokens), None)


def read_npz(
    path: str | Path,
    *,
    rows: Orientation | None = None,
    weights: str | None = None,
    labels: str | None = None,
    column_labels: str | None = None,
    names: Sequence[str] | str | Path | None = None,
    lengths: str | None = None,
    length_unit: str | None = None,
    attributes: Mapping[str, str] | None = None,
    called: str | None = None,
    node_attributes: Mapping[str, str] | None = None,
    regions: str | Path | None = None,
    regions_key: str | None = None,
    nan: str = "error",
    zero_length: str = "keep",
    self_connections: str = "keep",
) -> nx.MultiDiGraph:
    """Read a connectome from the arrays of an NPZ file. A zero is no connection.

    Parameters
    ----------
    path
        The file.
    rows
        As in `read_csv_matrix`.
    weights, labels, column_labels, names
        As `key` and so on in `read_npz_matrix`.
    lengths
        The array with lengths; if None one called ``tract_lengths_mm``, ``length_mm``, ``distance_mm``... if there is.
    length_unit
        Its unit, if its name has no suffix.
    attributes
        Further edge attributes: name to array.
    called
        A second name for the weights.
    node_attributes
        Attributes of regions: name to array. ``position_mm`` takes an array of n x 3.
    regions, regions_key, nan, zero_length, self_connections
        As in `read_csv_matrix`.
    """
    reading = _reading(nan, zero_length, self_connections)
    file = as_file(path)
    matrix = read_npz_matrix(file, weights, labels, column_labels, names)
    known = npz_keys(file)
    lengths = lengths or next((key for key in known if _LENGTH_KEY.fullmatch(key)), None)
    keys = dict(attributes or {})
    if lengths is not None:
        match = _LENGTH_KEY.fullmatch(lengths)
        unit = length_unit or (match[3] if match else None)
        if unit is None:
            raise InputError(f"the unit of '{lengths}' is not told", where=str(file), hint="Say length_unit='mm'")
        reading = replace(reading, length_unit=unit)
        keys["length"] = lengths
    parts = {name: _like(matrix, read_arrays(file, [key])[key], f"{file}: {key}") for name, key in keys.items()}
    nodes: dict[str, dict[str, Any]] = {}
    for name, key in (node_attributes or {}).items():
        _add_node_attribute(nodes, matrix.rows, name, read_arrays(file, [key])[key], f"{file}: {key}")
    if regions is not None:
        for region, data in _region_table(regions, regions_key, None, nan).items():
            nodes.setdefault(region, {}).update(data)
    return _matrix_graph(matrix, parts, rows, called, nodes, reading, complete=regions is not None)


def _like(matrix: Matrix, values: Array, where: str) -> Matrix:
    """Label an array as the weights are: it has their shape, or that of all their rows or all their columns."""
    for rows, columns in ((matrix.rows, matrix.columns), (matrix.rows, matrix.rows), (matrix.columns, matrix.columns)):
        if values.shape == (len(rows), len(columns)) and values.dtype.kind in "fiub":
            return Matrix(values=values.astype(np.float64), rows=rows, columns=columns, where=where)
    raise InputError(
        f"shape {values.shape} of {values.dtype} does not fit {len(matrix.rows)} rows, {len(matrix.columns)} columns",
        where=where,
    )


def _add_node_attribute(
    nodes: dict[str, dict[str, Any]], names: Sequence[str], attribute: str, values: Array, where: str
) -> None:
    unit = attribute.removeprefix("position_")
    if values.shape == (len(names), 3) and unit in ("m", "cm", "mm", "um"):
        for axis, column in zip("xyz", values.T, strict=True):
            _add_node_attribute(nodes, names, f"{axis}_{unit}", column, where)
        return
    if values.shape != (len(names),):
        raise InputError(f"shape {values.shape} does not fit {len(names)} regions", where=where)
    for name, value in zip(names, values.tolist(), strict=True):
        nodes.setdefault(name, {})[attribute] = value


def _region_table(path: str | Path, key: str | None, delimiter: str | None, nan: str) -> dict[str, dict[str, Any]]:
    """Read attributes of regions: name to attributes."""
    file = as_file(path)
    if file.suffix.lower() in (".parquet", ".pq"):
        table = read_table(file, nan=nan)  # type: ignore[arg-type]
    else:
        header = read_header(file, delimiter)
        key = key or header[0]
        if key not in header:
            raise InputError(f"there is no column '{key}'", where=str(file), hint=suggest(key, header))
        text = read_table(file, {key: str}, delimiter=delimiter)  # a name such as 7 is text
        rest = [name for name in header if name != key]
        table = text | (read_table(file, rest, delimiter=delimiter, nan=nan) if rest else {})  # type: ignore[arg-type]
    key = key or next(iter(table))
    if key not in table:
        raise InputError(f"there is no column '{key}'", where=str(file), hint=suggest(key, table))
    columns = {name: column.tolist() for name, column in table.items() if name != key}
    names = [str(name) for name in table[key].tolist()]
    if len(set(names)) != len(names):
        raise InputError(f"a region is listed twice in column '{key}'", where=str(file))
    rows = zip(*columns.values(), strict=True) if columns else iter([()] * len(names))
    return {name: dict(zip(columns, row, strict=True)) for name, row in zip(names, rows, strict=True)}


def _matrix_graph(
    weights: Matrix,
    parts: Mapping[str, Matrix],
    rows: Orientation | None,
    called: str | None,
    nodes: Mapping[str, Mapping[str, Any]] | None,
    reading: Reading,
    complete: bool = True,
) -> nx.MultiDiGraph:
    parts = {
        name: replace(part, values=part.take(weights.rows, weights.columns), rows=weights.rows, columns=weights.columns)
        for name, part in parts.items()
    }
    if rows not in ("source", "target"):
        if rows is not None or not all(_is_symmetric(part) for part in (weights, *parts.values())):
            raise InputError(
                "the matrix is not symmetric, and its orientation is not told" if rows is None else f"rows={rows!r}",
                where=weights.where,
                hint="Say rows='source' if row i holds the connections from i, else rows='target'",
            )
        rows = "source"
    table = matrix_edges(weights, rows, reading.nan)
    row_of = {name: index for index, name in enumerate(weights.rows)}
    column_of = {name: index for index, name in enumerate(weights.columns)}
    ends = (table.pre, table.post) if rows == "source" else (table.post, table.pre)
    names = table.ids.tolist()
    at_row = np.array([row_of.get(name, -1) for name in names], dtype=np.int64)[ends[0]]
    at_column = np.array([column_of.get(name, -1) for name in names], dtype=np.int64)[ends[1]]
    extra = {name: part.values[at_row, at_column] for name, part in parts.items()}
    if called is not None and called != "weight":
        extra[called] = table.attributes["weight"]
    if nodes is not None and complete:
        lacking = [name for name in names if name not in nodes]
        if lacking:
            raise InputError(
                f"{len(lacking)} regions are not in the table of regions, such as '{lacking[0]}'",
                where=weights.where,
                hint=suggest(lacking[0], nodes),
            )
    table = replace(table, attributes={**table.attributes, **extra})
    return edges_to_graph(table, nodes=nodes, reading=reading, where=weights.where)


def _is_symmetric(matrix: Matrix) -> bool:
    return matrix.rows == matrix.columns and bool(np.array_equal(matrix.values, matrix.values.T, equal_nan=True))


def read_edge_list(
    path: str | Path,
    *,
    pre: str | None = None,
    post: str | None = None,
    columns: Sequence[str] | None = None,
    where: Sequence[Condition] = (),
    unknown: Unknown = "error",
    delimiter: str | None = None,
    header: Sequence[str] | None = None,
    regions: str | Path | None = None,
    regions_key: str | None = None,
    weight: str | None = None,
    length: str | None = None,
    length_unit: str | None = None,
    nan: str = "error",
    zero_length: str = "keep",
    self_connections: str = "keep",
) -> nx.MultiDiGraph:
    """Read a connectome from an edge list (CSV, TSV, Parquet); rows of the same ends stay parallel edges.

    Parameters
    ----------
    path, pre, post, columns, where, unknown, delimiter, header
        As in `read_edges`.
    regions
        A table with attributes of the nodes. It also says which nodes there are: an edge to another one is an error, or
        is dropped with ``unknown="drop"``.
    regions_key
        Its column with the names, the first if None.
    weight, length, length_unit, nan, zero_length, self_connections
        As in `Reading`.
    """
    reading = _reading(nan, zero_length, self_connections, weight=weight, length=length, length_unit=length_unit)
    nodes = _region_table(regions, regions_key, delimiter, nan) if regions is not None else None
    table = read_edges(
        path, pre=pre, post=post, columns=columns, where=where, nan=reading.nan, delimiter=delimiter, header=header,
        ids=None if nodes is None else list(nodes), unknown=unknown,
    )  # fmt: skip
    return edges_to_graph(table, nodes=nodes, reading=reading, where=str(path))


_READERS: Mapping[str, Callable[..., Any]] = {
    "graphml": read_graphml,
    "csv": read_csv_matrix,
    "edges": read_edge_list,
    "npz": read_npz,
    "tvb": read_tvb,
    "sonata": read_sonata,
}
_SUFFIXES = {
    ".graphml": "graphml", ".xml": "graphml", ".csv": "csv", ".tsv": "csv", ".parquet": "edges", ".pq": "edges",
    ".npz": "npz", ".zip": "tvb", ".h5": "sonata", ".hdf5": "sonata",
}  # fmt: skip
