"""Values from their forms: quantities, distributions, lists, columns and arrays of files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from braincore.data.arrays import read_arrays
from braincore.data.tables import read_table
from braincore.errors import InputError
from braincore.model.values import Values, as_value
from braincore.spec.form_values import ArrayForm, ColumnForm
from braincore.spec.workshop import Entry, under

Conditions = Sequence[tuple[str, str, Any]]
Rows = tuple[str, Conditions]
"""A table and conditions on its rows."""


def value_of(entry: Entry, given: Any, *steps: str | int, rows: Rows | None = None) -> Any:
    """Return the model's value of a checked form.

    Parameters
    ----------
    entry
        The part that it stands in, `steps` below.
    given
        A quantity, text (an expression), a list, or a form.
    rows
        The table that the neurons come from and which of its rows: a column of that table is cut the same way.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    if isinstance(given, list):
        return as_value(given)
    if isinstance(given, ColumnForm):
        where = rows[1] if rows is not None and rows[0] == given.file else ()
        return Values.of(column_of(entry, given, where, *steps), given.unit)
    if isinstance(given, ArrayForm):
        file = entry.file(given.array, *steps, "array", sha256=given.sha256)
        with under(*steps, "key"):
            return Values.of(numbers(read_arrays(file, [given.key])[given.key]), given.unit)
    return given


def column_of(entry: Entry, given: Any, where: Conditions, *steps: str | int) -> Any:
    """Return the numbers of a column."""
    file = entry.file(given.file, *steps, "file")
    with under(*steps, "column"):
        return numbers(read_table(file, [given.column], where)[given.column])


def numbers(array: Any) -> Any:
    """Return an array of numbers; refuse text."""
    if array.dtype.kind not in "fiub":
        raise InputError(f"it holds {array.dtype}, not numbers")
    return array
