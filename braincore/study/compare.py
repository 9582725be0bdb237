"""``braincore compare``: learning rules put to the same protocols with the same seeds, and what came of it.

Every trial is one rule (or several that act together), one protocol and one seed, in a process of its own kind: it is
written to a file as soon as it is done, under a name made of all that it depends on. So a comparison that was stopped
goes on where it was, and one that is changed runs only what is new.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from braincore.build import EngineChoice, choose
from braincore.errors import Fault, InputError
from braincore.model import LearningRule
from braincore.spec.comparison import Comparison, Free
from braincore.study.compare_report import write_comparison_report
from braincore.study.options import Progress
from braincore.study.pool import pool_of, processes
from braincore.study.protocols import Protocol, is_noisy, protocols
from braincore.study.run import claim_folder, next_folder
from braincore.study.trials import (
    TRIALS,
    Done,
    Job,
    Runner,
    cost_rows,
    faults_of_trials,
    paired_rows,
    summary_rows,
    table_rows,
)
from braincore.units import Quantity

TABLE, SUMMARY, TESTS, COSTS, INDEX = (
    "table.csv", "summary.csv", "tests.csv", "costs.csv", "comparison.json"
)  # fmt: skip
TUNING_SEEDS = 2**62
"""Seeds of tuning begin here: other ones than the comparison's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """What a comparison made.

    Attributes
    ----------
    folder, report
        Where it lies, and its report.
    trials
        All trials, in order.
    tuned
        Label to the constants that were found.
    """

    folder: Path
    report: Path
    trials: tuple[Done, ...]
    tuned: Mapping[str, Mapping[str, Quantity]]

    @property
    def faults(self) -> list[Fault]:
        """What went wrong in trials."""
        return faults_of_trials(self.trials)

    def lines(self) -> list[str]:
        """Return the summary as lines for the terminal."""
        lines = []
        rows = summary_rows(self.trials)
        for name in dict.fromkeys(done.job.protocol.name for done in self.trials):
            mine = [row for row in rows if row["protocol"] == name]
            measures = list(dict.fromkeys(row["measure"] for row in mine))
            if not measures:
                continue
            labels = list(dict.fromkeys(row["rule"] for row in mine))
            cells = {(row["rule"], row["measure"]): f"{row['mean']:.4g}" for row in mine}
            wide = max(len(label) for label in [name, *labels])
            lines.append("  ".join([name.ljust(wide), *measures]))
            lines += [
                "  ".join([label.ljust(wide), *(cells.get((label, m), "-").rjust(len(m)) for m in measures)])
                for label in labels
            ]
        refused = sum(bool(done.refused) for done in self.trials)
        if refused:
            lines.append(f"{refused} trials of rules that do not go with a protocol: see the report")
        return [*lines, f"report: {self.report}"]


def protocols_of(comparison: Comparison) -> list[Protocol]:
    """Return the protocols that a comparison names, with their settings.

    Raises
    ------
    InputError
        There is no such protocol or setting; every fault is told with its place.
    """
    found, faults = [], []
    for k, (name, settings) in enumerate(comparison.protocols):
        try:
            found.append(protocols.get(name).with_(settings))
        except InputError as error:
            faults += comparison.located(error, "protocols", k)
    names = [protocol.name for protocol in found]
    for k, name in enumerate(names):
        if name in names[:k]:
            faults += comparison.located(InputError(f"'{name}' is run already"), "protocols", k)
    tuning = comparison.tuning
    if tuning is not None:
        try:
            if not protocols.get(tuning.protocol).score:
                scored = ", ".join(name for name in protocols if protocols.get(name).score)
                raise InputError(f"'{tuning.protocol}' has no score to be made small", hint=f"Allowed: {scored}")
        except InputError as error:
            faults += comparison.located(error, "tuning", "protocol")
    if faults:
        raise InputError(faults)
    return found


def run_comparison(
    comparison: Comparison,
    *,
    out: Path | None = None,
    force: bool = False,
    workers: int | None = None,
    engine: str | None = None,
    progress: Progress | None = None,
    command: Sequence[str] | None = None,
) -> Compared:
    """Run all trials of a comparison that are not there yet; write tables, figures and a report.

    Parameters
    ----------
    comparison
        What is compared.
    out
        Its folder; by default the next free one of ``comparisons/``.
    force
        Run again what is there.
    workers
        Number of processes; by default one for each core.
    engine
        What the trials run on, one thread each.

    Raises
    ------
    InputError
        A protocol is not known, or the folder holds something else.
    """
    wanted = protocols_of(comparison)
    choice = replace(choose(engine), threads=1)
    folder = out or next_folder(comparison.path.stem, Path("comparisons"))
    about = {"file": str(comparison.path), "title": comparison.title, "command": list(command or [])}
    claim_folder(folder, INDEX, about, ours=(folder / INDEX).is_file())
    (folder / TRIALS).mkdir(exist_ok=True)
    with pool_of(processes(workers, 1, 10**6)) as pool:
        run = Runner(pool=pool, folder=folder, force=force, progress=progress)
        tuned = _tuned(comparison, wanted, choice, run)
        rules = {label: _with_constants(given, tuned.get(label, {})) for label, given in comparison.rules.items()}
        jobs = [
            Job(label=label, rules=given, protocol=protocol, seed=comparison.seed + k, engine=choice)
            for label, given in rules.items()
            for protocol in wanted
            for k in range(comparison.seeds if protocol.random or any(map(is_noisy, given)) else 1)
        ]
        trials = run("compare", jobs)
    found = {label: {free.name: value for free, value in values.items()} for label, values in tuned.items()}
    _write_tables(folder, trials)
    report = write_comparison_report(folder, comparison, rules, wanted, trials, found)
    return Compared(folder=folder, report=report, trials=tuple(trials), tuned=found)


def _tuned(
    comparison: Comparison,
    wanted: Sequence[Protocol],
    choice: EngineChoice,
    run: Callable[[str, Sequence[Job]], list[Done]],
) -> dict[str, dict[Free, Quantity]]:
    """Return the best constants of each rule that has free ones: the same number of tries for each, drawn at random."""
    tuning = comparison.tuning
    if tuning is None or not tuning.free:
        return {}
    named = {protocol.name: protocol for protocol in wanted}
    protocol = named.get(tuning.protocol) or protocols.get(tuning.protocol)
    jobs: list[Job] = []
    tries: dict[str, list[dict[Free, Quantity]]] = {}
    for label, free in tuning.free.items():
        rng = np.random.default_rng([comparison.seed, *label.encode()])
        tries[label] = [{one: _drawn(one, rng) for one in free} for _ in range(tuning.tries)]
        for constants in tries[label]:
            rules = _with_constants(comparison.rules[label], constants)
            jobs += [
                Job(label=label, rules=rules, protocol=protocol, seed=TUNING_SEEDS + k, engine=choice)
                for k in range(tuning.seeds if protocol.random else 1)
            ]
    done = iter(run("tune", jobs))
    each = tuning.seeds if protocol.random else 1
    best = {}
    for label, sets in tries.items():
        scores = []
        for _ in sets:
            outcomes = [next(done).outcome for _ in range(each)]
            values = [o.value(protocol.score) if o is not None else math.inf for o in outcomes]
            scores.append(float(np.mean([value if math.isfinite(value) else math.inf for value in values])))
        if not math.isfinite(min(scores)):
            error = InputError(f"none of {tuning.tries} tries of '{label}' could be scored by '{protocol.name}'")
            raise InputError(comparison.located(error, "tuning", "free", label))
        best[label] = sets[int(np.argmin(scores))]
    return best


def _drawn(free: Free, rng: np.random.Generator) -> Quantity:
    """Draw a constant from its range: on a logarithmic scale if it spans more than a factor of ten."""
    low, high = free.low.si, free.high.si
    if low > 0 and high / low > 10:
        si = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    else:
        si = float(rng.uniform(low, high))
    return Quantity.from_si(si, free.low.dimension)


def _with_constants(rules: tuple[LearningRule, ...], constants: Mapping[Free, Quantity]) -> tuple[LearningRule, ...]:
    changed = list(rules)
    for free, value in constants.items():
        changed[free.rule] = changed[free.rule].with_({free.name: value})
    return tuple(changed)


def _write_tables(folder: Path, trials: Sequence[Done]) -> None:
    tests = [
        {
            "protocol": protocol,
            "measure": measure,
            "first": d.first,
            "second": d.second,
            "mean_difference": d.mean,
            "low": d.low,
            "high": d.high,
            "p": d.p,
            "p_holm": d.corrected,
            "pairs": d.pairs,
        }
        for protocol, measure, d in paired_rows(trials)
    ]
    tables = {TABLE: table_rows(trials), SUMMARY: summary_rows(trials), TESTS: tests, COSTS: cost_rows(trials)}
    for name, rows in tables.items():
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]) if rows else [])
            writer.writeheader()
            writer.writerows(rows)
