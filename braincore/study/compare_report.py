"""From the trials of a comparison to its report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from braincore import __version__
from braincore.analysis.paired import mean_interval
from braincore.model import LearningRule
from braincore.report.comparison import ComparisonPage, Data, Section, write_comparison
from braincore.report.figures.rules import Curve
from braincore.report.model_file import ParameterRow, RuleInfo
from braincore.spec.comparison import Comparison
from braincore.study.describe import describe_rule
from braincore.study.protocols import Protocol
from braincore.study.texts import quantity_text
from braincore.study.trials import Done, by_measure, cost_rows, faults_of_trials, paired_rows
from braincore.units import Quantity


def write_comparison_report(
    folder: Path,
    comparison: Comparison,
    rules: Mapping[str, tuple[LearningRule, ...]],
    protocols: Sequence[Protocol],
    trials: Sequence[Done],
    tuned: Mapping[str, Mapping[str, Quantity]],
) -> Path:
    """Write the report of a comparison and its figures; return the report's path."""
    engines = sorted({f"{done.job.engine.name}, {done.job.engine.precision} precision" for done in trials})
    facts = {
        "Rules": f"{len(rules)}, each with the same networks, initial weights, inputs and seeds",
        "Seeds": f"{comparison.seeds} for protocols with chance in them, from {comparison.seed} on",
        "Engine": "; ".join(engines),
    }
    tuning = comparison.tuning
    about = ""
    ranges = {}
    if tuning is not None:
        about = (
            f"Random search, {tuning.tries} tries for each rule with free constants, on the score of "
            f"'{tuning.protocol}', "
            f"with seeds that the comparison does not use ({tuning.seeds} for each try)."
        )
        ranges = {(label, f.name): f"{f.low} to {f.high}" for label, free in tuning.free.items() for f in free}
    page = ComparisonPage(
        title=comparison.title,
        description=comparison.description,
        facts=facts,
        sections=tuple(_section(protocol, trials, comparison.seeds) for protocol in protocols),
        costs=tuple(
            (str(r["protocol"]), str(r["rule"]), float(r["seconds"]), int(r["spikes"]), int(r["synaptic_events"]))
            for r in cost_rows(trials)
        ),
        tuned=tuple(
            (label, name, quantity_text(value), ranges.get((label, name), ""))
            for label, values in tuned.items()
            for name, value in values.items()
        ),
        tuning=about,
        rules=tuple(_described(label, rule) for label, given in rules.items() for rule in given),
        failed=tuple(fault.message for fault in faults_of_trials(trials)),
        version=__version__,
    )
    return write_comparison(page, folder)


def _described(label: str, rule: LearningRule) -> tuple[str, RuleInfo]:
    row = describe_rule(rule.name, rule)
    parameters = tuple(ParameterRow(**parameter) for parameter in row.pop("parameters"))
    return f"Compared as {label}", RuleInfo(**row, parameters=parameters)


def _section(protocol: Protocol, trials: Sequence[Done], seeds: int) -> Section:
    mine = [done for done in trials if done.job.protocol.name == protocol.name]
    numbers = {
        measure: {rule: mean_interval(list(values.values())) for rule, values in rules.items()}
        for (_, measure), rules in by_measure(mine).items()
    }
    return Section(
        name=protocol.name,
        purpose=protocol.purpose,
        source=protocol.source,
        settings=tuple((p.name, quantity_text(p.value), p.meaning) for p in protocol.settings),
        curves={measure: _curves(measure, mine) for measure in protocol.curves},
        data={
            one.measure: Data(label=one.label, source=one.source, x=one.x, y=one.y, error=one.error)
            for one in protocol.data
        },
        axis=protocol.axis,
        unit=protocol.unit,
        ticks=protocol.ticks,
        breaks=protocol.breaks,
        numbers=numbers,
        meanings=protocol.numbers,
        tests=tuple(
            (measure, d.first, d.second, d.mean, d.low, d.high, d.p, d.corrected, d.pairs)
            for _, measure, d in paired_rows(mine)
        ),
        refused={done.job.label: done.refused for done in mine if done.refused},
        seeds=seeds if protocol.random else 1,
    )


def _curves(measure: str, trials: Sequence[Done]) -> dict[str, Curve]:
    """Return rule to curve: mean and interval over seeds at each point of the axis."""
    points: dict[str, dict[float, list[float]]] = {}
    for done in trials:
        for row in done.outcome.rows if done.outcome is not None else ():
            if row.measure == measure and not math.isnan(row.x):
                points.setdefault(done.job.label, {}).setdefault(row.x, []).append(row.value)
    found: dict[str, Curve] = {}
    for rule, values in points.items():
        x = np.array(sorted(values))
        spread = np.array([mean_interval(values[one]) for one in x])
        found[rule] = (x, spread[:, 0], spread[:, 1], spread[:, 2])
    return found
