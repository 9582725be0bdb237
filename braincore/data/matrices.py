"""Connection matrices with the names of their rows and columns, from CSV and NPZ files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from braincore.data.arrays import Array, npz_keys, read_arrays
from braincore.data.files import read_bytes, require_memory
from braincore.data.locate import as_file
from braincore.data.tables import arrow_table, read_header, read_table, to_numpy
from braincore.errors import InputError, suggest

MAX_REGIONS = 65_536
_WEIGHT_KEYS = ("weights", "weight", "matrix", "connectivity")
_MISSING = ("", "NA", "NaN", "nan")
_LABEL_KEYS = ("labels", "names", "region_labels", "regions")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Matrix:
    """A matrix of numbers with names: `values` (rows x columns, float64, NaN where a cell is empty)."""

    values: Array
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    where: str

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.rows), len(self.columns)):
            shape = " x ".join(map(str, self.values.shape))
            raise InputError(
                f"the matrix is {shape} for {len(self.rows)} and {len(self.columns)} names", where=self.where
            )
        _check_repeats(self.rows, "rows", self.where)
        _check_repeats(self.columns, "columns", self.where)

    def take(self, rows: Sequence[str], columns: Sequence[str]) -> Array:
        """Return the values at other rows and columns, by name; a name that is not here is an error."""
        return self.values[np.ix_(self._positions(rows, self.rows), self._positions(columns, self.columns))]

    def _positions(self, wanted: Sequence[str], known: Sequence[str]) -> list[int]:
        position = {name: index for index, name in enumerate(known)}
        lacking = [name for name in wanted if name not in position]
        if lacking:
            raise InputError(
                f"has no entry for {_some(lacking)}", where=self.where, hint=suggest(lacking[0], known, noun="name")
            )
        return [position[name] for name in wanted]


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def read_matrix(
    path: str | Path,
    *,
    names: Sequence[str] | str | Path | None = None,
    delimiter: str | None = None,
) -> Matrix:
    """Read a CSV or TSV matrix.

    Parameters
    ----------
    path
        A file with the columns' names in the first line and the rows' in the first column; rows and columns may differ
        (91 source by 29 target areas). With `names`: numbers only.
    names
        The names, or a text file with one a line, for a square file that has numbers only.
    delimiter
        By the suffix if None.

    Raises
    ------
    InputError
        A cell is not a number (with its row and column), rows differ in length, a name is repeated, or the numbers of
        rows, columns and names differ.
    """
    file = as_file(path)
    if names is not None:
        return _plain_matrix(file, read_names(names), delimiter)
    head = _labelled_header(file, delimiter)
    first, columns = head[0], tuple(head[1:])
    kinds: dict[str, type] = {first: str, **dict.fromkeys(columns, float)}
    check_regions(len(columns), str(file))
    table = read_table(file, kinds, nan="absent", missing=_MISSING, delimiter=delimiter)
    rows = tuple(str(label) for label in table[first])
    values = np.column_stack([table[name] for name in columns]) if columns else np.empty((len(rows), 0))
    return Matrix(values=values, rows=rows, columns=columns, where=str(file))


def _labelled_header(file: Path, delimiter: str | None) -> list[str]:
    """Return the header of a labelled matrix, refusing one of numbers only."""
    head = read_header(file, delimiter)
    if len(head) < 2:
        raise InputError("the header has one column", where=str(file), hint="Is the delimiter right?")
    if all(_is_number(cell) for cell in head):  # regions may be numbered, but then the corner is empty
        raise InputError("the first line holds numbers, not names", where=str(file), hint="Give `names`")
    return head


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_repeats(labels: Sequence[str], what: str, where: str) -> None:
    seen: set[str] = set()
    for label in labels:
        if label in seen:
            raise InputError(f"two {what} are called '{label}'", where=where, hint="Give other `names`")
        seen.add(label)


def _plain_matrix(file: Path, names: tuple[str, ...], delimiter: str | None) -> Matrix:
    columns = [f"column {index}" for index in range(1, len(names) + 1)]
    check_regions(len(names), str(file))
    table = arrow_table(
        file,
        kinds=dict.fromkeys(columns, float),
        missing=_MISSING,
        delimiter=delimiter,
        header=columns,
    )
    if table.num_rows != len(names):
        raise InputError(f"there are {table.num_rows} rows for {len(names)} names", where=str(file))
    values = np.column_stack([to_numpy(table.column(name), name, str(file), "absent") for name in columns])
    return Matrix(values=values, rows=names, columns=names, where=str(file))


def check_regions(count: int, where: str) -> None:
    """Refuse a dense matrix that could not be held."""
    if count > MAX_REGIONS:
        raise InputError(f"{count:,} columns are too many for a matrix", where=where, hint="Use an edge list")
    require_memory(count * count * 8, f"a matrix of {count:,} columns", where)


def read_names(names: Sequence[str] | str | Path) -> tuple[str, ...]:
    """Return names given as a sequence, or read from a text file with one a line."""
    if not isinstance(names, (str, Path)):
        return tuple(str(name) for name in names)
    file = as_file(names)
    try:
        text = read_bytes(file, 1 << 26).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where=str(file)) from None
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def read_npz_matrix(
    path: str | Path,
    key: str | None = None,
    labels: str | None = None,
    column_labels: str | None = None,
    names: Sequence[str] | str | Path | None = None,
) -> Matrix:
    """Read a two-dimensional array of an NPZ file with its labels.

    Parameters
    ----------
    path
        The file.
    key
        The array; by default the one called ``weights``, ``weight``, ``matrix`` or ``connectivity``.
    labels
        The array with the rows' names; by default ``labels``, ``names``, ``region_labels`` or ``regions``.
    column_labels
        The array with the columns' names, if they differ.
    names
        The names, if the file does not hold them.

    Raises
    ------
    InputError
        An array is missing, is not two-dimensional or its shape does not fit its labels.
    """
    file = as_file(path)
    known = npz_keys(file)
    key = key or _first_of(_WEIGHT_KEYS, known, "matrix", file)
    arrays = read_arrays(file, [key])
    values = arrays[key]
    where = f"{file}: {key}"
    if values.ndim != 2 or values.dtype.kind not in "fiub":
        raise InputError(f"shape {values.shape} of {values.dtype} is not a matrix of numbers", where=where)
    rows = read_names(names) if names is not None else _labels(file, labels or _label_key(known, file))
    columns = rows if column_labels is None else _labels(file, column_labels)
    return Matrix(values=values.astype(np.float64), rows=rows, columns=columns, where=where)


def _label_key(known: Sequence[str], file: Path) -> str:
    return _first_of(_LABEL_KEYS, known, "label", file)


def _first_of(candidates: Sequence[str], known: Sequence[str], what: str, file: Path) -> str:
    for name in candidates:
        if name in known:
            return name
    raise InputError(f"which array is the {what}?", where=str(file), hint=f"It holds: {', '.join(known[:20])}")


def _labels(file: Path, key: str) -> tuple[str, ...]:
    array = read_arrays(file, [key])[key]
    if array.ndim != 1 or array.dtype.kind not in "Uiu":
        raise InputError(f"'{key}' is not a list of names", where=str(file))
    return tuple(str(label) for label in array)
