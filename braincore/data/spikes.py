"""Spike trains from tables: one row a spike."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from braincore.data.arrays import Array
from braincore.data.graphs import unit_factor
from braincore.data.locate import as_file
from braincore.data.tables import Condition, check_columns, column_names, read_table
from braincore.errors import InputError
from braincore.units import TIME

_TIMES = ("time", "times", "timestamp", "timestamps", "spike_time", "spike_times", "t")
_NEURONS = ("neuron", "neuron_id", "node_ids", "sender", "senders", "gid", "id", "i", "unit", "flywire_id")
_SUFFIXES = {"_s": "s", "_ms": "ms", "_us": "us"}


def read_spike_trains(
    path: str | Path,
    *,
    time: str | None = None,
    neuron: str | None = None,
    unit: str | None = None,
    where: Iterable[Condition] = (),
) -> tuple[Array, Array]:
    """Read spikes from a CSV, TSV, Parquet or NPZ table with a column of times and one of neurons.

    Parameters
    ----------
    path
        The file.
    time, neuron
        The columns; if None, common names are looked for (``time_ms``, ``t``, ``senders``...).
    unit
        The unit of the times (``"ms"``). Not needed if the column's name ends in ``_s``, ``_ms`` or ``_us``.
    where
        Conditions on rows, as in `read_table` (one trial of several).

    Returns
    -------
    (times, ids)
        Times in seconds (float64, ascending) and the neuron of each spike (int64 or text). Spikes at one time keep the
        file's order.

    Raises
    ------
    InputError
        A column is missing, the unit is not told, ids are not whole numbers or text, or a time is negative or not
        finite.
    """
    file = as_file(path)
    names = column_names(file)
    time = time or _find(names, [n + suffix for n in _TIMES for suffix in ("", *_SUFFIXES)], "times", file)
    neuron = neuron or _find(names, _NEURONS, "neurons", file)
    check_columns([time, neuron], names, str(file))
    factor = _time_factor(time, unit, file)
    table = read_table(file, [time, neuron], where)
    times, ids = table[time], table[neuron]
    if times.dtype.kind not in "fiu":
        raise InputError(f"the times in column '{time}' are not numbers", where=str(file))
    if ids.dtype.kind not in "iuUO":
        raise InputError(f"the neurons in column '{neuron}' are not whole numbers or text", where=str(file))
    if len(times) and times.min() < 0:
        row = int(np.argmin(times))
        raise InputError(f"a spike time is negative: {times[row]} {unit or ''}".rstrip(), where=str(file))
    seconds = times.astype(np.float64) * factor
    order = np.argsort(seconds, kind="stable")
    ids = ids.astype(np.int64) if ids.dtype.kind in "iu" else ids
    return seconds[order], ids[order]


def _find(names: list[str], candidates: Iterable[str], what: str, file: Path) -> str:
    for name in candidates:
        if name in names:
            return name
    raise InputError(f"which column holds the {what}? It has: {', '.join(names[:20])}", where=str(file))


def _time_factor(column: str, unit: str | None, file: Path) -> float:
    told = next((u for suffix, u in _SUFFIXES.items() if column.endswith(suffix)), None)
    if unit is None and told is None:
        raise InputError(f"the unit of column '{column}' is not told", where=str(file), hint="Say unit='ms'")
    if unit is not None and told is not None and unit_factor(unit, TIME) != unit_factor(told, TIME):
        raise InputError(f"column '{column}' is not in {unit}", where=str(file))
    return unit_factor(unit or told or "s", TIME)
