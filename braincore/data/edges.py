"""Edge lists of neuron-level connectomes: millions of rows to index arrays in one vectorised pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from braincore.data.arrays import Array, npz_keys, read_arrays
from braincore.data.locate import as_file
from braincore.data.matrices import Matrix, read_matrix, read_npz_matrix
from braincore.data.tables import Condition, NanRule, arrow_table, check_columns, column_names, to_numpy
from braincore.errors import InputError, suggest

Orientation = Literal["source", "target"]
Unknown = Literal["error", "drop"]

_KNOWN_PAIRS = (
    ("pre", "post"),
    ("source", "target"),
    ("pre_id", "post_id"),
    ("source_id", "target_id"),
    ("bodyId_pre", "bodyId_post"),  # neuPrint
    ("pre_root_id", "post_root_id"),  # FlyWire Codex
    ("pre_pt_root_id", "post_pt_root_id"),  # CAVE
    ("Presynaptic_ID", "Postsynaptic_ID"),  # Shiu et al. 2024
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class EdgeTable:
    """Connections between numbered nodes.

    Attributes
    ----------
    pre, post
        int32 arrays, one entry an edge: positions in `ids` of the source and of the target.
    ids
        The nodes: int64 or text, without repeats.
    attributes
        One array an attribute, as long as `pre`.
    """

    pre: Array
    post: Array
    ids: Array
    attributes: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.pre)


def read_edges(
    path: str | Path,
    *,
    pre: str | None = None,
    post: str | None = None,
    columns: Iterable[str] | None = None,
    where: Iterable[Condition] = (),
    ids: Sequence[Any] | Array | None = None,
    unknown: Unknown = "error",
    nan: NanRule = "error",
    rows: Orientation | None = None,
    matrix: str | None = None,
    labels: str | None = None,
    delimiter: str | None = None,
    header: Sequence[str] | None = None,
) -> EdgeTable:
    """Read connections from an edge list, a sparse matrix or a dense matrix.

    Parameters
    ----------
    path
        An edge list (``.csv``, ``.tsv``, ``.parquet``), a dense matrix (``.csv`` with `rows`, ``.npz``) or the arrays
        ``P_data``, ``P_indices``, ``P_indptr`` of a sparse one (``.npz``, also as SciPy saves it).
    pre, post
        The columns with the source and the target of an edge list. If None, a pair that the field uses is looked for:
        pre, post; source, target; bodyId_pre, bodyId_post; pre_root_id, post_root_id; Presynaptic_ID, Postsynaptic_ID.
    columns
        The attributes to read; all other columns if None.
    where
        Conditions on the rows, as in `read_table`.
    ids
        The nodes, in the order wanted. If None: every id that occurs, sorted (or a matrix's labels as they stand).
    unknown
        ``"error"`` or ``"drop"``: what happens to edges whose end is not in `ids`.
    nan
        As in `read_table`.
    rows
        For a matrix: whether its rows are the ``"source"`` or the ``"target"`` of its connections.
    matrix
        The matrix in an NPZ file: the name of a dense array, or the prefix P of a sparse one.
    labels
        The array of an NPZ file with the nodes' ids; 0, 1, ... if None for a sparse matrix.
    delimiter, header
        As in `read_table`.

    Returns
    -------
    EdgeTable
        Of a matrix the entries that are not zero, with the attribute ``weight``.

    Raises
    ------
    InputError
        A column is missing, the orientation of a matrix is not told, ids are not whole numbers or text or are
        repeated, edges have unknown ends (with their number and examples), or a number is missing or not finite.
    """
    file = as_file(path)
    is_npz = file.suffix.lower() == ".npz"
    if (is_npz or rows is not None) and (pre, post, columns, header, list(where)) != (None, None, None, None, []):
        raise InputError("a matrix has no columns", where=str(file), hint="Leave out pre, post, columns, where, header")
    if is_npz:
        table = _from_npz(file, matrix, labels, _orientation(rows, file), nan)
    elif rows is not None:
        table = matrix_edges(read_matrix(file, delimiter=delimiter), _orientation(rows, file), nan)
    else:
        return _from_list(file, pre, post, columns, list(where), ids, unknown, nan, delimiter, header)
    return table if ids is None else _reindexed(table, ids, unknown, str(file))


def _orientation(rows: str | None, file: Path) -> Orientation:
    if rows not in ("source", "target"):
        given = "the orientation is not told" if rows is None else f"rows={rows!r}"
        raise InputError(
            given, where=str(file), hint="Say rows='source' if row i holds the connections from i, else rows='target'"
        )
    return rows  # type: ignore[return-value]


def _from_list(
    file: Path,
    pre: str | None,
    post: str | None,
    columns: Iterable[str] | None,
    where: list[Condition],
    ids: Sequence[Any] | Array | None,
    unknown: Unknown,
    nan: NanRule,
    delimiter: str | None,
    header: Sequence[str] | None,
) -> EdgeTable:
    import pyarrow as pa
    import pyarrow.compute as pc

    names = list(header) if header is not None else column_names(file, delimiter)
    pre, post = _ends(pre, post, names, file)
    attributes = [name for name in (names if columns is None else columns) if name not in (pre, post)]
    nodes = None if ids is None else _node_ids(ids, str(file))
    as_text = {pre: str, post: str} if nodes is not None and pa.types.is_string(nodes.type) else {}

    def read(kinds: Mapping[str, type]) -> Any:
        return arrow_table(file, [pre, post, *attributes], where, kinds=kinds, delimiter=delimiter, header=header)

    table = read(as_text)
    if sum(pa.types.is_string(table.schema.field(name).type) for name in (pre, post)) == 1:
        table = read({pre: str, post: str})  # 10 in one column and 24c in the other: all are text
    first, second = (_id_column(table.column(name), name, str(file)) for name in (pre, post))
    ends = pa.chunked_array([*first.chunks, *second.chunks], type=first.type)  # no chunk is left if no row is
    if nodes is None:
        nodes = pc.unique(ends)
        nodes = nodes.take(pc.sort_indices(nodes))
    elif nodes.type != ends.type:
        nodes = _same_type(nodes, ends.type, str(file))
    sources, targets = (pc.index_in(column, value_set=nodes) for column in (first, second))
    if sources.null_count or targets.null_count:
        valid = pc.and_(sources.is_valid(), targets.is_valid())
        if unknown != "drop":
            raise _unknown_ends(ends, nodes, pc.sum(pc.invert(valid)).as_py(), str(file))
        table, sources, targets = table.filter(valid), sources.filter(valid), targets.filter(valid)
    return EdgeTable(
        pre=_int32(sources),
        post=_int32(targets),
        ids=to_numpy(pa.chunked_array([nodes]), "id", str(file), "error"),
        attributes={name: to_numpy(table.column(name), name, str(file), nan) for name in attributes},
    )


def _int32(column: Any) -> Array:
    return np.asarray(column.to_numpy()).astype(np.int32, copy=False)


def _ends(pre: str | None, post: str | None, names: Sequence[str], file: Path) -> tuple[str, str]:
    """Return the columns that hold the ends of each edge."""
    if pre is None and post is None:
        for pair in _KNOWN_PAIRS:
            if set(pair) <= set(names):
                return pair
        raise InputError(
            f"which columns hold the ends of an edge? It has: {', '.join(names[:20])}",
            where=str(file),
            hint="Give `pre` and `post`",
        )
    if pre is None or post is None:
        raise InputError("give both `pre` and `post`", where=str(file))
    check_columns([pre, post], names, str(file))
    return pre, post


def _node_ids(ids: Sequence[Any] | Array, where: str) -> Any:
    """Return the given ids as a pyarrow array of whole numbers or text, all different."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = np.asarray(ids)
    if array.ndim != 1 or array.dtype.kind not in "iuUO":
        raise InputError(f"ids of type {array.dtype} are not a list of whole numbers or text", where=where)
    try:
        nodes = pa.array(array.tolist() if array.dtype.kind in "UO" else array)
    except pa.ArrowException:
        raise InputError("ids mix numbers and text", where=where) from None
    if not (pa.types.is_string(nodes.type) or pa.types.is_integer(nodes.type)):
        raise InputError(f"ids of type {nodes.type} are not whole numbers or text", where=where)
    if len(pc.unique(nodes)) != len(nodes):
        counts = pc.value_counts(nodes)
        twice = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")[0].as_py()
        raise InputError(f"id {twice!r} is given twice", where=where)
    return nodes


def _id_column(column: Any, name: str, where: str) -> Any:
    """Return a column of ids as int64 or text."""
    import pyarrow as pa

    if column.null_count:
        raise InputError(f"{column.null_count:,} ids in column '{name}' are missing", where=where)
    if pa.types.is_string(column.type) or pa.types.is_int64(column.type):
        return column
    try:
        if pa.types.is_integer(column.type):
            return column.cast(pa.int64())
    except pa.ArrowInvalid:
        pass
    raise InputError(
        f"column '{name}' holds {column.type} numbers that cannot be ids",
        where=where,
        hint="Ids are whole numbers below 2^63 or text",
    )


def _same_type(nodes: Any, kind: Any, where: str) -> Any:
    import pyarrow as pa

    try:
        return nodes.cast(kind)
    except pa.ArrowException:
        raise InputError(f"ids are {nodes.type} but the file holds {kind}", where=where) from None


def _unknown_ends(ends: Any, nodes: Any, count: int, where: str) -> InputError:
    import pyarrow.compute as pc

    strangers = pc.unique(ends.filter(pc.invert(pc.is_in(ends, value_set=nodes))))
    shown = ", ".join(str(value).replace("\n", "\\n") for value in strangers[:5].to_pylist())
    first, sample = str(strangers[0]), [str(value) for value in nodes[:10000].to_pylist()]
    hint = suggest(first, sample) if len(strangers) <= 3 else ""
    hint = hint if hint.startswith("Did you mean") else "Add them to the ids, or say unknown='drop'"
    return InputError(
        f"{count:,} edges have an end that is not among the {len(nodes):,} ids ({len(strangers):,} unknown: {shown})",
        where=where,
        hint=hint,
    )


def _from_npz(file: Path, matrix: str | None, labels: str | None, rows: Orientation, nan: NanRule) -> EdgeTable:
    known = npz_keys(file)
    prefix = "" if matrix is None else f"{matrix}_"
    if {f"{prefix}data", f"{prefix}indices", f"{prefix}indptr"} <= set(known):
        return _from_sparse(file, prefix, labels, rows, known)
    return matrix_edges(read_npz_matrix(file, matrix, labels), rows, nan)


def _from_sparse(file: Path, prefix: str, labels: str | None, rows: Orientation, known: Sequence[str]) -> EdgeTable:
    """Unpack compressed sparse rows: row i holds ``indices[indptr[i]:indptr[i + 1]]``."""
    keys = [f"{prefix}{part}" for part in ("data", "indices", "indptr")]
    data, indices, indptr = read_arrays(file, keys).values()
    n = len(indptr) - 1
    kind = "csr"
    if not prefix and "format" in known:  # scipy.sparse.save_npz
        kind = bytes(read_arrays(file, ["format"])["format"].reshape(-1)[0]).decode("ascii", "replace")
    whole = all(array.ndim == 1 and array.dtype.kind in "iu" for array in (indices, indptr))
    if kind not in ("csr", "csc") or not whole or data.shape != indices.shape or n < 1:
        raise InputError(f"'{prefix}data' is not a sparse matrix by rows or columns", where=str(file))
    starts = indptr.astype(np.int64)
    if starts[0] != 0 or starts[-1] != len(indices) or (np.diff(starts) < 0).any():
        raise InputError(f"'{prefix}indptr' does not fit its {len(indices):,} entries", where=str(file))
    if len(indices) and (int(indices.min()) < 0 or int(indices.max()) >= n):
        raise InputError(f"'{prefix}indices' leads out of the {n:,} rows", where=str(file))
    if data.dtype.kind not in "fiub" or not np.isfinite(data).all():
        raise InputError(f"'{prefix}data' holds something that is not a finite number", where=str(file))
    ids = np.arange(n) if labels is None else read_arrays(file, [labels])[labels]
    if ids.shape != (n,) or len(np.unique(ids)) != n:
        raise InputError(f"'{labels}' does not hold {n:,} different ids", where=str(file))
    outer = np.repeat(np.arange(n, dtype=np.int32), np.diff(starts))
    keep = data != 0
    outer, inner, data = outer[keep], indices[keep].astype(np.int32), data[keep]
    by_source = (rows == "source") == (kind == "csr")
    pre, post = (outer, inner) if by_source else (inner, outer)
    return EdgeTable(pre=pre, post=post, ids=ids, attributes={"weight": data})


def matrix_edges(matrix: Matrix, rows: Orientation, nan: NanRule = "error") -> EdgeTable:
    """List the entries of a dense matrix that are not zero, in the order of their sources.

    Its nodes are the rows' names and then the columns' that are not among them. NaN is an error, or no connection with
    ``nan="absent"``.
    """
    missing = np.isnan(matrix.values)
    if missing.any() and nan == "error":
        row, column = np.argwhere(missing)[0]
        raise InputError(
            f"the entry of row '{matrix.rows[row]}', column '{matrix.columns[column]}' is not a number "
            f"({missing.sum():,} such entries)",
            where=matrix.where,
            hint="Say nan='absent' if that means no connection",
        )
    longer, other = sorted((matrix.rows, matrix.columns), key=len, reverse=True)
    names = tuple(dict.fromkeys([*longer, *other]))
    position = {name: index for index, name in enumerate(names)}
    row, column = np.nonzero(np.where(missing, 0.0, matrix.values))
    weight = matrix.values[row, column]
    ends = [
        np.array([position[name] for name in labels], dtype=np.int32)[index]
        for labels, index in ((matrix.rows, row), (matrix.columns, column))
    ]
    pre, post = ends if rows == "source" else ends[::-1]
    order = np.lexsort((post, pre))
    return EdgeTable(
        pre=pre[order], post=post[order], ids=np.array(names, dtype=str), attributes={"weight": weight[order]}
    )


def _reindexed(table: EdgeTable, ids: Sequence[Any] | Array, unknown: Unknown, where: str) -> EdgeTable:
    """Number the nodes of `table` as in `ids`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    own = pa.array(table.ids.tolist() if table.ids.dtype.kind in "UO" else table.ids)
    nodes = _same_type(_node_ids(ids, where), own.type, where)
    new = pc.index_in(own, value_set=nodes).fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    pre, post = new[table.pre], new[table.post]
    keep = (pre >= 0) & (post >= 0)
    if not keep.all() and unknown != "drop":
        ends = pa.chunked_array([own.take(pa.array(table.pre)), own.take(pa.array(table.post))])
        raise _unknown_ends(ends, nodes, int((~keep).sum()), where)
    return EdgeTable(
        pre=pre[keep],
        post=post[keep],
        ids=to_numpy(pa.chunked_array([nodes]), "id", where, "error"),
        attributes={name: values[keep] for name, values in table.attributes.items()},
    )
