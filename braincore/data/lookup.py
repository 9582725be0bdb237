"""Attributes of edges or their ends kept in a second table: signs of synapses, transmitters of neurons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from braincore.data.arrays import Array
from braincore.data.edges import EdgeTable
from braincore.data.tables import Condition, check_columns, column_names, filtered, read_table
from braincore.errors import InputError


def look_up(
    edges: EdgeTable,
    path: str | Path,
    *,
    pre: str | None = None,
    post: str | None = None,
    columns: Iterable[str] = (),
    where: Iterable[Condition] = (),
) -> EdgeTable:
    """Return edges with columns of a second table, in which each is looked up by its source, its target or both.

    Parameters
    ----------
    edges
        The edges.
    path
        A table with one row for each pair (or neuron).
    pre, post
        Its columns with the source and with the target; at least one.
    columns
        The columns to add to the attributes. Where an edge has no row, text is empty and a number NaN.
    where
        Conditions on the table's columns that an edge must meet; an edge without a row has empty text there.

    Raises
    ------
    InputError
        A column is missing or is an attribute already, or a pair has two rows.
    """
    keys = [name for name in (pre, post) if name is not None]
    if not keys:
        raise InputError("a table is looked up by pre, post or both", hint="Name its column with the source")
    conditions = list(where)
    wanted = list(dict.fromkeys([*columns, *(condition[0] for condition in conditions)]))
    known = column_names(Path(path))
    check_columns([*keys, *wanted], known, str(path))
    taken = sorted(set(columns) & set(edges.attributes))
    if taken:
        raise InputError(f"column '{taken[0]}' is in both tables", where=str(path))
    table = read_table(path, [*keys, *wanted], nan="absent")
    rows = _rows(edges, [np.asarray(table[key]).astype(str) for key in keys], pre is not None, post is not None, path)
    found = {name: _taken(np.asarray(table[name]), rows) for name in wanted}
    keep = np.ones(len(edges), dtype=bool)
    if conditions:
        keep = filtered(found, conditions, str(path))
    kept = {name: column[keep] for name, column in {**edges.attributes, **{c: found[c] for c in columns}}.items()}
    return replace(edges, pre=edges.pre[keep], post=edges.post[keep], attributes=kept)


def _rows(edges: EdgeTable, columns: list[Array], by_pre: bool, by_post: bool, path: Any) -> Array:
    """Return the table's row for each edge, -1 where there is none."""
    index: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        if key in index:
            raise InputError(f"'{' -> '.join(key)}' has two rows", where=str(path), hint="One row for each is needed")
        index[key] = row
    names = np.asarray(edges.ids).astype(str)
    ends = [names[end].tolist() for end, wanted in ((edges.pre, by_pre), (edges.post, by_post)) if wanted]
    return np.array([index.get(key, -1) for key in zip(*ends, strict=True)], dtype=np.int64)


def _taken(column: Array, rows: Array) -> Array:
    """Return a column for each edge; empty text or NaN where it has no row."""
    nothing: Any = "" if column.dtype.kind in "UO" else np.nan
    if column.dtype.kind not in "UO":
        column = column.astype(np.float64)
    padded = np.concatenate([column, np.array([nothing], dtype=column.dtype)])
    taken: Array = padded[rows]
    return taken
