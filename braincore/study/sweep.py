"""Sweeps: every point of a file's ``sweep:``, side by side in processes, gathered in one tidy table."""

from __future__ import annotations

import concurrent.futures
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from braincore.build import EngineChoice, choose
from braincore.errors import BraincoreError, InputError
from braincore.results import Run
from braincore.spec import Loaded, load
from braincore.study.options import Progress, RunOptions
from braincore.study.pool import pool_of, processes
from braincore.study.run import claim_folder, next_folder, run_brain
from braincore.theory import lint

INDEX = "sweep.json"
TABLE = "table.csv"
MAX_COMPARED = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class SweepResult:
    """What a sweep made.

    Attributes
    ----------
    folder, table
        Where it lies; the table is CSV with one row for each point and population.
    points
        The overrides of each point.
    rows
        The table: one dict for each point and population.
    failed
        Number of points that failed; their message is in the table.
    report
        The points side by side; None where they are too many to be told apart on a page.
    """

    folder: Path
    table: Path
    points: tuple[dict[str, Any], ...]
    rows: tuple[dict[str, Any], ...]
    failed: int
    report: Path | None = None

    def lines(self) -> list[str]:
        """Return the table as lines for the terminal."""
        if not self.rows:
            return []
        shown = [name for name in self.rows[0] if name not in ("run", "message", "synchrony")]
        cells = [[_cell(row.get(name)) for name in shown] for row in self.rows[:60]]
        widths = [max(len(name), *(len(row[k]) for row in cells)) for k, name in enumerate(shown)]
        lines = ["  ".join(name.ljust(w) for name, w in zip(shown, widths, strict=True))]
        lines += ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
        if len(self.rows) > 60:
            lines.append(f"... and {len(self.rows) - 60} more rows in {self.table}")
        if self.report is not None:
            lines.append(f"report: {self.report}")
        return lines


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return value_words(value)


def value_words(value: Any) -> str:
    """Write a value of a sweep without brackets: ``[{"silence": "worm[AVA]"}]`` is silence worm[AVA].

    >>> value_words([{"silence": "worm[AVA]"}]), value_words([]), value_words("6 Hz")
    ('silence worm[AVA]', 'none', '6 Hz')
    """
    if isinstance(value, dict):
        return ", ".join(f"{key} {value_words(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(value_words(part) for part in value) or "none"
    return str(value)


def point_name(point: dict[str, Any]) -> str:
    """Say what a point of a sweep is: the last key of each path with its value.

    >>> point_name({"regions.net.g": 5, "regions.net.eta": 2})
    'g 5, eta 2'
    """
    return ", ".join(f"{path.rpartition('.')[2]} {value_words(value)}" for path, value in point.items())


def run_sweep(
    loaded: Loaded,
    *,
    out: Path | None = None,
    force: bool = False,
    workers: int | None = None,
    scheduler: str = "",
    engine: str | None = None,
    precision: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    command: Sequence[str] | None = None,
) -> SweepResult:
    """Run every point of a sweep.

    Parameters
    ----------
    loaded
        The file, with its sweep.
    out
        Folder of the sweep; each point is a run folder in it.
    force
        Run points again that are there and complete. Without it a sweep goes on where it stopped.
    workers
        Number of processes; by default one for each core, at most one for each point.
    scheduler
        Address of a Dask scheduler to use instead of processes.
    engine, precision, threads
        As for a run; by default each point runs on one thread, and there are as many processes as cores.

    Raises
    ------
    InputError
        The file has no sweep, a point is not valid, there is no such engine, or `out` holds something else.
    """
    choice = choose(engine, precision=precision, threads=threads)
    points = loaded.points()
    if not points:
        raise InputError(f"{loaded.path} has no sweep", hint="Add sweep: {path.to.key: [value, value]}")
    for point in points:
        one = load(loaded.path, overrides=[*loaded.overrides, *_overrides(point)])
        wrong = [one.located(finding) for finding in lint(one.resolve()) if finding.level == "error"]
        if wrong:
            raise InputError(wrong)
    if choice.threads is None and (scheduler or processes(workers, 1, len(points)) > 1):
        choice = replace(choice, threads=1)  # else every point would want every core
    folder = out or next_folder(loaded.path.stem, Path("sweeps"))
    _claim(folder, loaded, points, command, force=force)
    jobs = [
        {
            "file": str(loaded.path.resolve()),
            "overrides": [*loaded.overrides, *_overrides(point)],
            "out": str((folder / f"point-{k + 1:04d}").resolve()),
            "force": force,
            "engine": choice,
        }
        for k, point in enumerate(points)
    ]
    answers: list[dict[str, Any]] = [{} for _ in jobs]
    with pool_of(processes(workers, choice.threads or 1, len(jobs)), scheduler) as pool:
        futures = {pool.submit(run_point, job): k for k, job in enumerate(jobs)}
        for done, future in enumerate(concurrent.futures.as_completed(futures), start=1):
            answers[futures[future]] = future.result()
            if progress is not None:
                progress("sweep", done, len(jobs))
    rows = tuple(row for k, point in enumerate(points) for row in _rows(k, point, answers[k], folder))
    table = _write_table(folder, rows)
    failed = sum("message" in answer for answer in answers)
    good = [k for k, answer in enumerate(answers) if "message" not in answer]
    report = _write_comparison(folder, loaded, points, good)
    return SweepResult(folder=folder, table=table, points=tuple(points), rows=rows, failed=failed, report=report)


def _overrides(point: dict[str, Any]) -> list[str]:
    return [f"{path}={json.dumps(value) if not isinstance(value, str) else value}" for path, value in point.items()]


def _claim(
    folder: Path, loaded: Loaded, points: Sequence[dict[str, Any]], command: Sequence[str] | None, *, force: bool
) -> None:
    """Make the folder of a sweep, or accept one that holds the same sweep."""
    index = {"file": str(loaded.path.resolve()), "overrides": list(loaded.overrides), "points": list(points)}
    path = folder / INDEX
    ours = path.is_file() and (force or _read(path) == index)
    claim_folder(folder, INDEX, {**index, "command": list(command or [])}, ours=ours)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: found.get(key) for key in ("file", "overrides", "points")}


def run_point(job: dict[str, Any]) -> dict[str, Any]:
    """Run one point (in a process of its own); return its summary, or the message of what went wrong."""
    out = Path(job["out"])
    try:
        loaded = load(Path(job["file"]), overrides=job["overrides"])
        network = loaded.resolve()
        if not job["force"] and out.exists():
            before = Run(out, allow_incomplete=True)
            same = before.provenance.get("spec_hash") == network.hash and _same_engine(before, job["engine"])
            if before.status.state == "complete" and same:
                return {"summary": before.summary}
        options = RunOptions(out=out, force=True, engine=job["engine"], report=False)
        return {"summary": run_brain(loaded.brain, options=options).summary}
    except BraincoreError as error:
        return {"message": str(error)}


def _same_engine(run: Run, choice: EngineChoice) -> bool:
    """Tell whether a run had an engine that gives the spikes of another."""
    had = run.provenance.get("engine") or {}
    return (had.get("name", "brian2"), had.get("precision", "double")) == (choice.name, choice.precision)


def _rows(k: int, point: dict[str, Any], answer: dict[str, Any], folder: Path) -> list[dict[str, Any]]:
    start = {"point": k + 1, **point}
    run = str(folder / f"point-{k + 1:04d}")
    if "message" in answer:
        return [{**start, "population": None, "rate_hz": None, "run": run, "message": answer["message"]}]
    return [
        {
            **start,
            "population": name,
            "n": row["n"],
            "rate_hz": row["rate_hz"],
            "cv_isi": row["cv_isi"],
            "synchrony": row["synchrony"],
            "predicted_rate_hz": row.get("predicted_rate_hz"),
            "run": run,
        }
        for name, row in answer["summary"]["populations"].items()
    ] + [
        {**start, "population": name, "n": row["n"], "rate_hz": row["rate_hz"], "run": run}
        for name, row in answer["summary"].get("groups", {}).items()
    ]


def _write_comparison(
    folder: Path, loaded: Loaded, points: Sequence[dict[str, Any]], done: Sequence[int]
) -> Path | None:
    """Write the report of the points side by side, unless there are too many to be told apart on a page."""
    if not 2 <= len(done) <= MAX_COMPARED:
        return None
    from braincore.report import write_report

    runs = [Run(folder / f"point-{k + 1:04d}") for k in done]
    title = f"{loaded.brain.title or loaded.path.stem}: {len(done)} points of a sweep"
    return write_report(runs, folder / "report.html", names=[point_name(points[k]) for k in done], title=title)


def _write_table(folder: Path, rows: Sequence[dict[str, Any]]) -> Path:
    import csv

    columns = list(dict.fromkeys(name for row in rows for name in row))
    path = folder / TABLE
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path
