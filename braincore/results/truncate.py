"""Cutting recordings back to a checkpoint's step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from braincore.results.disk import Disk, write_file
from braincore.results.parts import column, encode_part, part_name, part_numbers, population_codes, read_part
from braincore.results.status import STATUS_NAME, RunStatus, TableStatus, encode_status
from braincore.results.table import keep_until

TABLE_ROOTS = ("spikes", "rates")
SNAPSHOTS = ("weights", "histograms")
GROUP_ROOTS = ("traces", *SNAPSHOTS)


def table_names(folder: Path) -> list[str]:
    """Return the tables that a run folder has on disk, committed or not."""
    names = [name for name in TABLE_ROOTS if (folder / name).is_dir()]
    for group in GROUP_ROOTS:
        root = folder / group
        if root.is_dir():
            found = {path.parent.relative_to(folder).as_posix() for path in root.rglob("part-*.parquet")}
            names += sorted(found)
    return names


def truncate(folder: Path, status: RunStatus, step: int, disk: Disk) -> RunStatus:
    """Drop all rows that are not over at `step`; return the new status, which is on disk.

    The status is committed first: from then on readers pass over later rows and parts, so that a kill at any moment
    leaves the recordings at the old step or at the new one.
    """
    tables: dict[str, TableStatus] = {}
    rewritten: dict[Path, bytes] = {}
    for name, before in status.tables.items():
        tables[name] = _cut(folder, name, before, step, status, rewritten)
    status = replace(status, step=step, tables={name: entry for name, entry in tables.items() if entry.parts})
    write_file(disk, folder / STATUS_NAME, encode_status(status))
    for path, data in rewritten.items():
        write_file(disk, path, data)
    for name in table_names(folder):
        kept = status.tables.get(name, TableStatus()).parts
        for number in reversed(part_numbers(folder / name)):
            if number >= kept:
                disk.remove(folder / name / part_name(number))
    return status


def tables_reaching(folder: Path, status: RunStatus, step: int) -> frozenset[str]:
    """Return the tables of snapshots that have one of a step, the last one, on disk."""
    found = set()
    for name, entry in status.tables.items():
        if entry.parts and name.partition("/")[0] in SNAPSHOTS:
            table, _ = read_part(folder / name / part_name(entry.parts - 1), run_id=status.run_id)
            steps = column(table, "step")
            if len(steps) and int(steps.max()) == step:
                found.add(name)
    return frozenset(found)


def _cut(
    folder: Path, name: str, before: TableStatus, step: int, status: RunStatus, rewritten: dict[Path, bytes]
) -> TableStatus:
    """Find how much of a table stays, from its last part backwards, and what its last part becomes."""
    rows = before.rows
    for number in range(before.parts - 1, -1, -1):
        path = folder / name / part_name(number)
        table, meta = read_part(path, run_id=status.run_id)
        columns = {key: column(table, key) for key in table.column_names if key != "population"}
        populations: list[str] = []
        if "population" in table.column_names:
            populations = _dictionary(table)
            index = {key: code for code, key in enumerate(populations)}
            columns["population"] = population_codes(table, index, path)
            columns = {key: columns[key] for key in table.column_names}
        kept = keep_until(columns, step, int(meta["span"]))
        count = len(kept["step"])
        # Rows of a part may lie beyond the committed step when an earlier truncation was cut off: they never counted.
        rows -= len(keep_until(columns, status.step, int(meta["span"]))["step"]) - count
        if count:
            if count < table.num_rows:
                rewritten[path] = _encode(kept, populations, meta)
            return TableStatus(parts=number + 1, rows=rows)
    return TableStatus()


def _dictionary(table: Any) -> list[str]:
    names: dict[str, None] = {}
    for chunk in table.column("population").chunks:
        names.update(dict.fromkeys(chunk.dictionary.to_pylist()))
    return list(names)


def _encode(columns: Mapping[str, Any], populations: list[str], meta: Mapping[str, Any]) -> bytes:
    rest = {key: value for key, value in meta.items() if key != "units"}
    arrays = {key: np.asarray(values) for key, values in columns.items()}
    return encode_part(arrays, populations=populations, units=meta["units"], meta=rest)
