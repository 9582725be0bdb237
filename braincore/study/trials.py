"""Trials of learning rules in protocols: made in processes, kept in files, gathered in tables."""

from __future__ import annotations

import concurrent.futures
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from braincore.analysis.paired import Difference, differences, mean_interval
from braincore.build import EngineChoice
from braincore.errors import BraincoreError, Fault, InputError
from braincore.model import LearningRule
from braincore.model.plain import content_hash
from braincore.study.options import Progress
from braincore.study.protocols import Outcome, Protocol, Row

TRIALS = "trials"


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """One trial."""

    label: str
    rules: tuple[LearningRule, ...]
    protocol: Protocol
    seed: int
    engine: EngineChoice

    @property
    def key(self) -> str:
        """SHA-256 of all that the outcome depends on."""
        settings = {p.name: p.value.si for p in self.protocol.settings}
        on = (self.engine.name, self.engine.precision)
        return content_hash([list(self.rules), self.protocol.name, settings, self.seed, list(on)], simulated=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A trial that was made: what came of it, or why it could not be."""

    job: Job
    outcome: Outcome | None = None
    refused: str = ""
    failed: str = ""


@dataclass(kw_only=True)
class Runner:
    """Runs jobs in a pool, but for those whose outcome is in the folder already.

    Attributes
    ----------
    pool, folder
        What runs them, and the folder of the comparison.
    force
        Run again what is there.
    progress
        Is told how many are done.
    """

    pool: concurrent.futures.Executor
    folder: Path
    force: bool
    progress: Progress | None

    def __call__(self, what: str, jobs: Sequence[Job]) -> list[Done]:
        """Run jobs; `what` names them in the progress."""
        paths = [self.folder / TRIALS / f"{job.key}.json" for job in jobs]
        done: list[Done | None] = [None if self.force else _read(job, p) for job, p in zip(jobs, paths, strict=True)]
        # all of one rule and kind of protocol go to one process: what one of them compiled the next has
        parts: dict[tuple[str, str], list[int]] = {}
        for k, job in enumerate(jobs):
            if done[k] is None:
                parts.setdefault((job.label, str(job.seed % 2) if job.protocol.random else "0"), []).append(k)
        futures = {
            self.pool.submit(run_jobs, [jobs[k] for k in part], [paths[k] for k in part]): part
            for part in parts.values()
        }
        count = sum(one is not None for one in done)
        for future in concurrent.futures.as_completed(futures):
            for k, made in zip(futures[future], future.result(), strict=True):
                done[k] = made
                count += 1
            if self.progress is not None:
                self.progress(what, count, len(jobs))
        return [one for one in done if one is not None]


def run_jobs(jobs: Sequence[Job], paths: Sequence[Path]) -> list[Done]:
    """Run trials one after the other, in a process of the pool; each is on disk as soon as it is done."""
    made = []
    for job, path in zip(jobs, paths, strict=True):
        made.append(run_job(job))
        if made[-1].outcome is not None:  # why a rule was refused may be mended outside, such as a missing data set
            _write(job, made[-1].outcome, path)
    return made


def run_job(job: Job) -> Done:
    """Run one trial."""
    try:
        return Done(job=job, outcome=job.protocol(*job.rules, seed=job.seed, engine=job.engine))
    except InputError as error:
        told = dict.fromkeys(f"{fault.message}. {fault.hint}".strip(". ") for fault in error.faults)
        return Done(job=job, refused="; ".join(told))
    except BraincoreError as error:
        return Done(job=job, failed=str(error))


def _read(job: Job, path: Path) -> Done | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple(Row(measure, _number(x), _number(value)) for measure, x, value in found["rows"])
        return Done(
            job=job,
            outcome=Outcome(rows=rows, seconds=found["seconds"], spikes=found["spikes"], events=found["events"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not there, or cut short: it is run


def _number(value: float | str | None) -> float:
    return float("nan") if value is None else float(value)


def _plain(value: float) -> float | str | None:
    return None if math.isnan(value) else value if math.isfinite(value) else str(value)


def _write(job: Job, outcome: Outcome, path: Path) -> None:
    about: dict[str, Any] = {"rule": job.label, "protocol": job.protocol.name, "seed": job.seed}
    about |= {"seconds": outcome.seconds, "spikes": outcome.spikes, "events": outcome.events}
    about["rows"] = [[row.measure, _plain(row.x), _plain(row.value)] for row in outcome.rows]
    part = path.with_suffix(".part")
    part.write_text(json.dumps(about), encoding="utf-8")
    part.replace(path)


def table_rows(trials: Iterable[Done]) -> list[dict[str, Any]]:
    """Return the tidy table: one row for each number."""
    return [
        {
            "rule": done.job.label,
            "protocol": done.job.protocol.name,
            "seed": done.job.seed,
            "measure": row.measure,
            "x": "" if math.isnan(row.x) else row.x,
            "value": row.value,
        }
        for done in trials
        if done.outcome is not None
        for row in done.outcome.rows
    ]


def by_measure(trials: Iterable[Done]) -> dict[tuple[str, str], dict[str, dict[int, float]]]:
    """Return, for each protocol and measure without an axis, rule to value by seed."""
    found: dict[tuple[str, str], dict[str, dict[int, float]]] = {}
    for done in trials:
        for row in done.outcome.rows if done.outcome is not None else ():
            if math.isnan(row.x):
                rules = found.setdefault((done.job.protocol.name, row.measure), {})
                rules.setdefault(done.job.label, {})[done.job.seed] = row.value
    return found


def summary_rows(trials: Iterable[Done]) -> list[dict[str, Any]]:
    """Return mean and 95 % interval over seeds of every measure of every rule."""
    rows = []
    for (protocol, measure), rules in by_measure(trials).items():
        for rule, values in rules.items():
            mean, low, high = mean_interval(list(values.values()))
            head = {"protocol": protocol, "rule": rule, "measure": measure}
            rows.append({**head, "mean": mean, "low": low, "high": high, "seeds": len(values)})
    return rows


def paired_rows(trials: Iterable[Done]) -> list[tuple[str, str, Difference]]:
    """Return the paired differences of all rules in all measures, corrected within each measure."""
    return [
        (protocol, measure, difference)
        for (protocol, measure), rules in by_measure(trials).items()
        if len(rules) > 1 and max(len(values) for values in rules.values()) > 1
        for difference in differences(rules)
    ]


def cost_rows(trials: Iterable[Done]) -> list[dict[str, Any]]:
    """Return what every rule cost in every protocol: means over seeds."""
    found: dict[tuple[str, str], list[Outcome]] = {}
    for done in trials:
        if done.outcome is not None:
            found.setdefault((done.job.protocol.name, done.job.label), []).append(done.outcome)
    return [
        {
            "protocol": protocol,
            "rule": rule,
            "seconds": float(np.mean([o.seconds for o in outcomes])),
            "spikes": round(np.mean([o.spikes for o in outcomes])),
            "synaptic_events": round(np.mean([o.events for o in outcomes])),
        }
        for (protocol, rule), outcomes in found.items()
    ]


def faults_of_trials(trials: Iterable[Done]) -> list[Fault]:
    """Return what went wrong, each once."""
    told = dict.fromkeys((d.job.label, d.job.protocol.name, d.failed) for d in trials if d.failed)
    return [Fault(f"{label} in {protocol}: {message}") for label, protocol, message in told]
