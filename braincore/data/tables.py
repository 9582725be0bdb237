"""Columns of CSV, TSV, Parquet and NPZ tables as NumPy arrays, through pyarrow.

What is text stays text: a region called ``NA`` or ``7A`` never becomes a missing number. What is missing or not finite
is an error that names the row, unless the caller says otherwise.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np

from braincore.data.arrays import Array, npz_keys, read_arrays
from braincore.data.files import MAX_BYTES, read_bytes, reading, require_memory
from braincore.data.locate import as_file
from braincore.errors import Fault, InputError, suggest

Condition = tuple[str, str, Any]
Columns = Iterable[str] | Mapping[str, type]
NanRule = Literal["error", "absent"]

_OPERATORS = {
    "==": "equal", "!=": "not_equal", "<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal",
}  # fmt: skip
_KINDS = {str: "string", int: "int64", float: "float64", bool: "bool_"}
_FIXED_WIDTH_LIMIT = 2**30  # bytes; longer text becomes an object array, as padding would waste the memory


def read_table(
    path: str | Path,
    columns: Columns | None = None,
    where: Iterable[Condition] = (),
    *,
    nan: NanRule = "error",
    missing: Iterable[str] = ("",),
    delimiter: str | None = None,
    header: Sequence[str] | None = None,
    skip_rows: int = 0,
) -> dict[str, Array]:
    """Read columns of a table as arrays: one vectorised pass, millions of rows.

    Parameters
    ----------
    path
        A ``.csv``, ``.tsv`` (each also ``.gz``, ``.bz2``), ``.parquet`` or ``.npz`` file, or a ``data:`` reference.
    columns
        The columns to return, all if None; or a mapping of names to `str`, `int`, `float` or `bool` to say what a
        column of text holds (an id ``007`` stays itself only as `str`).
    where
        Conditions ``(column, operator, value)`` that a row must all meet; operators are ``==``, ``!=``, ``<``,
        ``<=``, ``>``, ``>=``, ``in``, ``not in``.
    nan
        ``"error"``, or ``"absent"``: missing numbers become NaN (whole numbers then become floats). Infinity is
        always an error.
    missing
        Text that stands for a missing number (CSV). In a column of text it is text.
    delimiter
        Of a CSV file; by its suffix if None.
    header
        The columns' names if the CSV file does not have them.
    skip_rows
        Lines before the header.

    Returns
    -------
    dict of str to ndarray
        Whole numbers as written (``int64`` from CSV), others ``float64``, text as ``str``, all of one length.

    Raises
    ------
    InputError
        A column is missing (with the nearest name), a row has too few or too many cells, a number is missing or not
        finite (with its row, counted from 1 below the header), the table is empty or not what its suffix says.
    """
    file = as_file(path)
    wanted = None if columns is None else list(columns)
    where = list(where)
    if file.suffix.lower() == ".npz":
        return _filtered_arrays(file, wanted, where)
    kinds = dict(columns) if isinstance(columns, Mapping) else {}
    table = arrow_table(
        file, wanted, where, kinds=kinds, missing=missing, delimiter=delimiter, header=header, skip_rows=skip_rows
    )
    return {name: to_numpy(table.column(name), name, str(file), nan) for name in table.column_names}


def arrow_table(
    file: Path,
    columns: Sequence[str] | None = None,
    where: Sequence[Condition] = (),
    *,
    kinds: Mapping[str, type] | None = None,
    missing: Iterable[str] = ("",),
    delimiter: str | None = None,
    header: Sequence[str] | None = None,
    skip_rows: int = 0,
) -> Any:
    """Read a CSV, TSV or Parquet file as a `pyarrow.Table` of `columns`, with the rows that `where` lets through."""
    kinds = dict(kinds or {})
    for name, kind in kinds.items():
        if kind not in _KINDS:
            raise InputError(f"column '{name}' cannot be of type {kind!r}", hint="Allowed: str, int, float, bool")
    needed = None if columns is None else list(dict.fromkeys([*columns, *(condition[0] for condition in where)]))
    is_parquet = _suffix(file) in (".parquet", ".pq")
    with _arrow_reading(file):
        if is_parquet:
            table = _read_parquet(file, needed)
        else:
            table = _read_csv(file, needed, kinds, tuple(missing), delimiter, header, skip_rows)
        if table.num_rows == 0:
            raise InputError("the table has no rows", where=str(file))
        table = _plain_types(table, kinds, str(file))
    table = _filtered(table, where, str(file))
    return table if columns is None else table.select(list(dict.fromkeys(columns)))


@contextmanager
def _arrow_reading(file: Path) -> Iterator[None]:
    """Turn what pyarrow raises on a damaged file into an `InputError`."""
    import pyarrow as pa

    with reading(str(file), "a Parquet table" if _suffix(file) in (".parquet", ".pq") else "a CSV table"):
        try:
            yield
        except pa.ArrowException as error:
            raise ValueError(_first_line(error)) from None


def _suffix(file: Path) -> str:
    name = file.name.lower().removesuffix(".gz").removesuffix(".bz2")
    return Path(name).suffix


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0][:300]


def check_columns(wanted: Iterable[str], known: Sequence[str], where: str) -> None:
    """Raise one error that lists every column that is not there, with the nearest name of each."""
    faults = [
        Fault(f"there is no column '{name}'", where=where, hint=suggest(name, known, noun="column"))
        for name in dict.fromkeys(wanted)
        if name not in known
    ]
    if faults:
        raise InputError(faults)


def _read_parquet(file: Path, columns: list[str] | None) -> Any:
    from pyarrow import parquet

    with parquet.ParquetFile(file) as source:
        check_columns(columns or (), _distinct(list(source.schema_arrow.names), str(file)), str(file))
        width = len(columns or source.schema_arrow.names)
        require_memory(source.metadata.num_rows * width * 8, f"a table of {source.metadata.num_rows:,} rows", str(file))
        return source.read(columns=columns)


def _read_csv(
    file: Path,
    columns: list[str] | None,
    kinds: Mapping[str, type],
    missing: tuple[str, ...],
    delimiter: str | None,
    header: Sequence[str] | None,
    skip_rows: int,
) -> Any:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    packed = file.suffix.lower() in (".gz", ".bz2")
    content = pa.py_buffer(read_bytes(file, MAX_BYTES)) if packed else None
    delimiter = delimiter or _delimiter(file)
    names = list(header) if header is not None else _csv_header(file, content, delimiter, skip_rows)
    check_columns(columns or (), names, str(file))
    types = {name: getattr(pa, _KINDS[kind])() for name, kind in kinds.items()}

    def read(types: Mapping[str, Any], threads: bool = True) -> Any:
        return arrow_csv.read_csv(
            pa.BufferReader(content) if content is not None else pa.OSFile(str(file)),
            read_options=arrow_csv.ReadOptions(
                skip_rows=skip_rows, column_names=header, use_threads=threads, block_size=1 << 23
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter),
            convert_options=arrow_csv.ConvertOptions(
                null_values=list(missing), strings_can_be_null=False, include_columns=columns, column_types=dict(types)
            ),
        )

    try:
        table = read(types)
    except pa.ArrowInvalid:
        table = read(types, threads=False)  # one thread at a time, pyarrow tells the row
    if table.num_rows > 0:
        dates = [
            field.name for field in table.schema if pa.types.is_temporal(field.type) or pa.types.is_null(field.type)
        ]
        if dates:  # text that looks like a date or a time is still text
            table = read({**types, **dict.fromkeys(dates, pa.string())})
    return table


def read_header(file: Path, delimiter: str | None = None) -> list[str]:
    """Return the column names in the first line of a CSV or TSV file."""
    packed = file.suffix.lower() in (".gz", ".bz2")
    return _csv_header(file, read_bytes(file, MAX_BYTES) if packed else None, delimiter or _delimiter(file), 0)


def column_names(file: Path, delimiter: str | None = None) -> list[str]:
    """Return the names of the columns of a table, without reading it."""
    suffix = _suffix(file)
    if suffix == ".npz":
        return npz_keys(file)
    if suffix not in (".parquet", ".pq"):
        return read_header(file, delimiter)
    from pyarrow import parquet

    with _arrow_reading(file):
        return _distinct(list(parquet.read_schema(file).names), str(file))


def _delimiter(file: Path) -> str:
    return "\t" if _suffix(file) in (".tsv", ".tab") else ","


def _csv_header(file: Path, content: Any, delimiter: str, skip_rows: int) -> list[str]:
    """Return the names in a CSV file's header, which must all differ."""
    import io

    stream = io.BytesIO(content) if content is not None else file.open("rb")
    try:
        with stream:
            for _ in range(skip_rows):
                stream.readline(1 << 20)
            line = b""
            while not line.strip():
                line = stream.readline(1 << 24)
                if not line:
                    raise InputError("the file is empty", where=str(file))
            names = next(csv.reader([line.decode("utf-8-sig")], delimiter=delimiter))
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where=str(file), hint="Save it as UTF-8") from None
    except csv.Error as error:
        raise InputError(f"the header cannot be read: {error}", where=str(file)) from None
    return _distinct(names, str(file))


def _distinct(names: list[str], where: str) -> list[str]:
    """Return column names that all differ and can be shown."""
    repeated = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if repeated:
        raise InputError(f"the header repeats {', '.join(map(repr, repeated[:5]))}", where=where)
    odd = [name for name in names if not name.isprintable()]
    if odd:
        raise InputError(f"column name {odd[0]!r} holds a control character", where=where)
    return names


def _plain_types(table: Any, kinds: Mapping[str, type], where: str) -> Any:
    """Turn every column into numbers, text or truth values."""
    import pyarrow as pa
    from pyarrow import types

    for index, field in enumerate(table.schema):
        kind, column = field.type, table.column(index)
        if types.is_dictionary(kind):
            kind = kind.value_type
            column = column.cast(kind)
        if types.is_binary(kind) or types.is_large_binary(kind):
            raise InputError(f"column '{field.name}' is not UTF-8 text", where=where)
        if types.is_nested(kind):
            raise InputError(f"column '{field.name}' holds lists or records", where=where, hint="Name other `columns`")
        if field.name in kinds:
            column = column.cast(getattr(pa, _KINDS[kinds[field.name]])())
        elif types.is_decimal(kind) or types.is_float16(kind):
            column = column.cast(pa.float64())
        elif not (types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)):
            column = column.cast(pa.string())
        if types.is_string(column.type):
            column.validate(full=True)  # the text of a Parquet file need not be UTF-8
        if column.type != field.type:
            table = table.set_column(index, field.name, column)
    return table


def _filtered(table: Any, where: Sequence[Condition], path: str) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    check_columns([condition[0] for condition in where], table.column_names, path)
    for name, operator, value in where:
        column = table.column(name)
        if pa.types.is_boolean(column.type) and isinstance(value, str):
            value = {"true": True, "false": False}.get(value.lower(), value)
        try:
            if operator in ("in", "not in"):
                mask = pc.is_in(column, value_set=pa.array(list(value)).cast(column.type))
                mask = pc.invert(mask) if operator == "not in" else mask
            elif operator in _OPERATORS:
                mask = getattr(pc, _OPERATORS[operator])(column, value)
            else:
                raise InputError(
                    f"unknown operator '{operator}'", hint=suggest(operator, [*_OPERATORS, "in", "not in"])
                )
        except (pa.ArrowException, TypeError) as error:
            raise InputError(
                f"column '{name}' ({column.type}) cannot be compared with {value!r}",
                where=path,
                hint=_first_line(error),
            ) from None
        table = table.filter(mask)
    return table


def to_numpy(column: Any, name: str, where: str, nan: NanRule) -> Array:
    """Turn a pyarrow column into an array; refuse or mark what is missing, refuse infinity."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_string(column.type) or types.is_large_string(column.type):
        return _text(column)
    if column.null_count:
        if nan == "error":
            row = int(np.flatnonzero(~np.asarray(column.is_valid()))[0]) + 1
            raise _bad_number(name, "is missing", row, where)
        if not types.is_floating(column.type):
            column = column.cast(pa.float64())
    array: Array = np.asarray(column.to_numpy())
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = ~np.isfinite(array) if nan == "error" else np.isinf(array)
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise _bad_number(name, f"is {array[row]}", row + 1, where)
    return array


def _bad_number(name: str, what: str, row: int, where: str) -> InputError:
    hint = "Numbers must be finite" if "inf" in what else "Use nan='absent' if missing numbers are meant"
    return InputError(f"row {row}: the number in column '{name}' {what}", where=where, hint=hint)


def _text(column: Any) -> Array:
    """Make a text array by way of the distinct words, which are few in large tables."""
    import pyarrow as pa

    encoded = column.dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):  # older pyarrow returns a chunked array, also of one chunk
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], pa.dictionary(pa.int32(), pa.string()))
    words = np.array(encoded.dictionary.to_pylist() or [""], dtype=object)
    longest = max(len(word) for word in words)
    if longest * 4 * len(column) <= _FIXED_WIDTH_LIMIT:
        words = words.astype(str)
    codes = encoded.indices.fill_null(0).to_numpy(zero_copy_only=False)
    if column.null_count:
        words = np.concatenate([words, np.array([""], dtype=words.dtype)])
        codes = np.where(np.asarray(encoded.indices.is_null()), len(words) - 1, codes)
    text: Array = words[codes]
    return text


def filtered(columns: Mapping[str, Array], where: Sequence[Condition], path: str) -> Array:
    """Return which rows of arrays meet all conditions, as a boolean array; see `read_table`."""
    import pyarrow as pa

    size = len(next(iter(columns.values())))
    table = pa.table({**{name: pa.array(column) for name, column in columns.items()}, "__row": np.arange(size)})
    chosen = np.zeros(size, dtype=bool)
    chosen[_filtered(table, where, path).column("__row").to_numpy()] = True
    return chosen


def _filtered_arrays(file: Path, columns: Sequence[str] | None, where: Sequence[Condition]) -> dict[str, Array]:
    import pyarrow as pa

    names = None if columns is None else list(dict.fromkeys([*columns, *(condition[0] for condition in where)]))
    arrays = read_arrays(file, names)
    lengths = {name: array.shape for name, array in arrays.items()}
    if len(set(lengths.values())) != 1 or any(array.ndim != 1 for array in arrays.values()):
        shapes = ", ".join(f"{name} {shape}" for name, shape in list(lengths.items())[:6])
        raise InputError(
            f"is not a table: its arrays differ in shape ({shapes})", where=str(file), hint="Name `columns`"
        )
    for name, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise _bad_number(name, "is not finite", int(np.flatnonzero(~np.isfinite(array))[0]) + 1, str(file))
    if where:
        table = pa.table({"": np.arange(len(next(iter(arrays.values()))))} | {c[0]: arrays[c[0]] for c in where})
        keep = _filtered(table, where, str(file)).column("").to_numpy()
        arrays = {name: array[keep] for name, array in arrays.items()}
    return arrays if columns is None else {name: arrays[name] for name in columns}
