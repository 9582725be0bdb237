"""Recordings on their way to disk: rows are checked, gathered and sorted, to be written as parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.errors import InputError
from braincore.results.parts import Columns
from braincore.results.populations import PopulationInfo
from braincore.units import parse_unit

ROW = {"t": "f8", "step": "i8", "population": "i4", "neuron": "i4"}
RATES = {"t": "f8", "step": "i8", "population": "i4", "count": "i8", "rate_hz": "f8"}
SYNAPSES = {"t": "f8", "step": "i8", "pre": "i4", "post": "i4"}
HISTOGRAM = {"t": "f8", "step": "i8", "bin": "i4", "count": "i8"}
"""Columns that a kind of table always has, and their types; a recorder's variables come on top, as float64."""

_UNITS = {"t": "s", "rate_hz": "Hz"}
_MAX_INDEX = 2**31 - 1


class TableBuffer:
    """Rows of one table that are not on disk yet.

    Parameters
    ----------
    name
        The table's folder inside the run, such as ``traces/soma``.
    dtypes
        Column name to dtype, in the order of the file.
    units
        Column name to unit.
    span
        Number of time steps that a row is about: 1, a bin's width, or 0 for a snapshot between two steps.
    """

    def __init__(self, name: str, dtypes: Mapping[str, str], units: Mapping[str, str], *, span: int = 1) -> None:
        self.name, self.dtypes, self.units, self.span = name, dict(dtypes), dict(units), span
        self._pieces: list[Columns] = []
        self.nbytes = 0

    def add(self, columns: Columns) -> None:
        """Take rows, as copies: the caller may reuse its arrays."""
        self._keep({name: np.array(columns[name], dtype=dtype) for name, dtype in self.dtypes.items()})

    def _keep(self, piece: Columns) -> None:
        if len(piece["step"]):
            self._pieces.append(piece)
            self.nbytes += sum(values.nbytes for values in piece.values())

    def rows(self, end: int) -> dict[str, NDArray[Any]]:
        """Return the rows that are over at step `end`, sorted by step, population and neuron."""
        whole = self._whole()
        whole = keep_until(whole, end, self.span)
        keys = [whole[name] for name in ("bin", "neuron", "population", "step") if name in whole]
        order = np.lexsort(keys)
        return {name: values[order] for name, values in whole.items()}

    def drop(self, end: int) -> None:
        """Forget the rows that `rows` returned for `end`, once they are on disk."""
        whole = self._whole()
        late = whole["step"] + self.span > end
        self._pieces, self.nbytes = [], 0
        self._keep({name: values[late] for name, values in whole.items()})

    def _whole(self) -> dict[str, NDArray[Any]]:
        if not self._pieces:
            return {name: np.empty(0, dtype) for name, dtype in self.dtypes.items()}
        return {name: np.concatenate([piece[name] for piece in self._pieces]) for name in self.dtypes}


def keep_until(columns: Columns, end: int, span: int) -> dict[str, NDArray[Any]]:
    """Return the rows that are over when step `end` begins: a row is about `span` steps from its own."""
    early = columns["step"] + span <= end
    return dict(columns) if early.all() else {name: values[early] for name, values in columns.items()}


class TableSet:
    """All tables of a run that is being written.

    Parameters
    ----------
    populations
        In the order of their codes. A ``spikes`` table is there from the start if any of them is recorded.
    dt
        Time step in seconds.
    """

    def __init__(self, populations: tuple[PopulationInfo, ...], dt: float) -> None:
        self.populations, self._dt = populations, dt
        self._sizes = np.array([info.size for info in populations], dtype=np.int64)
        self._buffers: dict[str, TableBuffer] = {}
        self.clear()

    def __iter__(self) -> Iterator[tuple[str, TableBuffer]]:
        return iter(self._buffers.items())

    def __contains__(self, name: str) -> bool:
        return name in self._buffers

    @property
    def nbytes(self) -> int:
        """Size of what is not on disk yet."""
        return sum(buffer.nbytes for buffer in self._buffers.values())

    def clear(self) -> None:
        """Forget all rows."""
        self._buffers = {}
        if any(info.spikes for info in self.populations):
            self._buffers["spikes"] = TableBuffer("spikes", ROW, _UNITS)

    def take(
        self,
        name: str,
        kinds: Mapping[str, str],
        columns: Mapping[str, Any],
        variables: Mapping[str, ArrayLike],
        units: Mapping[str, str],
        *,
        first_step: int,
        span: int,
    ) -> None:
        """Check rows and add them to table `name`.

        Parameters
        ----------
        kinds
            The columns that this kind of table always has: `ROW`, `RATES`, `SYNAPSES` or `HISTOGRAM`.
        columns
            Their values; ``t`` may be None, which means step times dt.
        variables, units
            Further columns, and the unit of each.
        first_step, span
            The step up to which everything was closed, and the number of steps that a row is about.

        Raises
        ------
        InputError
            As `check_rows` and `check_members`; a variable without unit; other columns than before.
        """
        clash = sorted(set(variables) & {*kinds, *columns})
        if clash:
            raise InputError(f"{name}: a variable cannot be called '{clash[0]}'")
        given = {**columns, **variables}
        if given["t"] is None:
            given["t"] = np.asarray(given["step"]) * self._dt
        arrays = check_rows(given, table=name, first_step=first_step, span=span)
        if "population" in arrays:
            check_members(arrays, self.populations, self._sizes, table=name)
        if kinds is RATES:
            width = self._sizes[arrays["population"].astype(np.int64)] * (span * self._dt)
            with np.errstate(divide="ignore", invalid="ignore"):  # an empty population has no rate: NaN
                arrays["rate_hz"] = arrays["count"] / width
        dtypes = {**kinds, **dict.fromkeys(variables, "f8")}
        buffer = self._buffers.get(name)
        if buffer is None:
            buffer = self._buffers[name] = TableBuffer(name, dtypes, _checked_units(name, variables, units), span=span)
        if set(buffer.dtypes) != set(dtypes) or buffer.span != span:
            raise InputError(f"{name}: has columns {', '.join(buffer.dtypes)} in this run, got {', '.join(dtypes)}")
        buffer.add(arrays)


def _checked_units(table: str, variables: Mapping[str, Any], units: Mapping[str, str]) -> dict[str, str]:
    missing = sorted(set(variables) - set(units))
    if missing:
        raise InputError(f"{table}: variable '{missing[0]}' has no unit", hint="Write '1' for a plain number")
    for name in variables:
        parse_unit(units[name] or "1")
    return {**_UNITS, **{name: units[name] for name in variables}}


def check_rows(columns: Mapping[str, Any], *, table: str, first_step: int, span: int = 1) -> dict[str, NDArray[Any]]:
    """Return the columns as arrays of one length, with whole-number columns proved to be so.

    Raises
    ------
    InputError
        Lengths differ, a number that counts something is not whole or negative, a time is not finite, or a row lies
        before `first_step`, the step up to which the table is already on disk.
    """
    arrays = {name: np.atleast_1d(np.asarray(values)) for name, values in columns.items()}
    lengths = {name: len(values) for name, values in arrays.items()}
    if len(set(lengths.values())) > 1 or any(values.ndim != 1 for values in arrays.values()):
        shapes = ", ".join(f"{name} {values.shape}" for name, values in arrays.items())
        raise InputError(f"{table}: columns must be one-dimensional and of one length, got {shapes}")
    for name in ("step", "population", "neuron", "count", "pre", "post"):
        values = arrays.get(name)
        if values is None or not len(values):
            continue
        if values.dtype.kind not in "iu":
            raise InputError(f"{table}: {name} must be whole numbers, got {values.dtype}")
        if values.min() < 0:
            raise InputError(f"{table}: {name} has a negative number, {values.min()}")
        if name in ("neuron", "pre", "post") and values.max() > _MAX_INDEX:
            raise InputError(f"{table}: {name} {values.max()} is more than {_MAX_INDEX}")
    for name, values in arrays.items():
        if values.dtype.kind not in "iuf":
            raise InputError(f"{table}: {name} must be numbers, got {values.dtype}")
    if not np.isfinite(arrays["t"]).all():
        raise InputError(f"{table}: a time is not a finite number")
    if len(arrays["step"]) and arrays["step"].min() + max(span, 1) <= first_step:
        raise InputError(f"{table}: step {arrays['step'].min()} comes after step {first_step} was closed")
    return arrays


def check_members(
    arrays: Mapping[str, NDArray[Any]], populations: Sequence[PopulationInfo], sizes: NDArray[np.int64], *, table: str
) -> None:
    """Check that population codes exist and neurons lie within their population.

    Raises
    ------
    InputError
        With the population and its size.
    """
    codes = arrays["population"]
    if not len(codes):
        return
    if codes.max() >= len(populations):
        raise InputError(f"{table}: population code {codes.max()} of {len(populations)} populations")
    silent = np.array([not info.spikes for info in populations])
    if table == "spikes" and silent[codes].any():
        name = populations[int(codes[silent[codes]][0])].name
        raise InputError(f"spikes: population '{name}' was declared as not recorded")
    if "neuron" not in arrays:
        return
    beyond = np.flatnonzero(arrays["neuron"] >= sizes[codes])
    if len(beyond):
        info = populations[int(codes[beyond[0]])]
        index = arrays["neuron"][beyond[0]]
        raise InputError(f"{table}: neuron {index} of population '{info.name}', which has {info.size} neurons")
