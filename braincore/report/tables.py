"""Tables of a report, as text ready to be set: which columns, which rows, and what stands in a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from braincore.report.figures.rates import group_rates_of, rate_rows, statistics
from braincore.report.members import Member, members
from braincore.report.model_file import ModelFile, ParameterRow
from braincore.report.style import decimal, measured, number, readable_unit
from braincore.results.reader import Run

COLLAPSED = 30
MAX_ROWS = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column's heading; numbers stand to the right."""

    title: str
    numeric: bool = False
    hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table of texts.

    Attributes
    ----------
    signs
        ``E``, ``I`` or empty for each row: the colour of its first cell.
    more
        How many rows were left out.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    signs: tuple[str, ...] = ()
    more: int = 0

    @property
    def long(self) -> bool:
        """Whether it is folded away at first."""
        return len(self.rows) > COLLAPSED


def table(
    caption: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], signs: Sequence[str] = ()
) -> Table | None:
    """Return a table without its empty columns, of at most 2000 rows; None where there are no rows."""
    if not rows:
        return None
    kept = [i for i in range(len(columns)) if i == 0 or any(row[i] not in ("", "–") for row in rows)]
    return Table(
        caption=caption,
        columns=tuple(columns[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in rows[:MAX_ROWS]),
        signs=tuple(signs[:MAX_ROWS]),
        more=max(0, len(rows) - MAX_ROWS),
    )


def parameter_table(rows: Sequence[ParameterRow]) -> Table | None:
    """Return a parameter table as in a methods section: value, unit, meaning, plausible range, source."""
    columns = (
        Column(title="Parameter"),
        Column(title="Value", numeric=True),
        Column(title="Unit"),
        Column(title="Meaning"),
        Column(title="Plausible range", numeric=True),
        Column(title="Source"),
    )
    return table("Parameters", columns, [_parameter(row) for row in rows])


def _parameter(row: ParameterRow) -> tuple[str, ...]:
    value = row.value if isinstance(row.value, str) else as_given(row.value)
    low, high = as_given(row.low), as_given(row.high)
    span = "" if row.low is None and row.high is None else f"{low} to {high}"
    if row.low is None and row.high is not None:
        span = f"up to {high}"
    if row.high is None and row.low is not None:
        span = f"from {low}"
    return row.name, value, row.unit.replace("ohm", "Ω"), row.meaning, span, row.source


def as_given(value: float | None) -> str:
    """Write a number that somebody chose, with the digits it was given.

    >>> as_given(-65.0), as_given(0.5), as_given(1e-12)
    ('−65', '0.5', '1e−12')
    """
    return "" if value is None else f"{value:.10g}".replace("-", "−")


def results_table(run: Run, model: ModelFile) -> Table | None:
    """Return size, rate, irregularity and synchrony of each population."""
    noted = statistics(run)
    columns = (
        Column(title="Population"),
        Column(title="Neurons", numeric=True),
        Column(title="Rate (Hz)", numeric=True),
        Column(title="Predicted (Hz)", numeric=True, hint="by mean-field theory, before the run"),
        Column(title="Reference (Hz)", numeric=True),
        Column(title="CV", numeric=True, hint="of the inter-spike intervals: 1 for a Poisson process, 0 for a clock"),
        Column(title="LV", numeric=True, hint="local variation of successive intervals; 1 for a Poisson process"),
        Column(title="Synchrony", numeric=True, hint="variance over mean of the population's spike counts"),
    )
    rows, signs = [], []
    for row in rate_rows(run, model):
        entry = noted.get(row.member.name, {})
        cells = [row.member.name, number(row.member.size)]
        cells += [measured(rate) for rate in (row.simulated, row.predicted, row.reference)]
        cells += [decimal(_value(entry, key)) for key in ("cv_isi", "lv", "synchrony")]
        rows.append(cells)
        signs.append(row.member.sign)
    return table("Results by population", columns, rows, signs)


def _value(entry: Mapping[str, Any], key: str) -> float | None:
    value = entry.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def reference_table(run: Run) -> Table | None:
    """Return what the file expects of the run beside what was found."""
    rows = [
        [
            str(row["population"]), str(row["statistic"]).replace("_", " "), measured(row["found"]),
            " to ".join(as_given(float(f"{row[end]:.4g}")) for end in ("low", "high")),
            "not known" if row["found"] is None else "yes" if row["held"] else "no", str(row["source"]),
        ]
        for row in run.summary.get("references") or []
    ]  # fmt: skip
    columns = (
        Column(title="Population"),
        Column(title="Statistic", hint="rates in Hz"),
        Column(title="Found", numeric=True),
        Column(title="Expected", numeric=True),
        Column(title="Held"),
        Column(title="Source"),
    )
    return table("Found and expected", columns, rows)


def population_table(model: ModelFile, found: Sequence[Member]) -> Table | None:
    """Return the populations with their neuron model and what differs from it."""
    columns = (
        Column(title="Population"),
        Column(title="Region"),
        Column(title="Layer"),
        Column(title="Neurons", numeric=True),
        Column(title="Neuron model"),
        Column(title="Sign"),
        Column(title="Own parameters"),
    )
    known = {row.name: row for row in model.populations}
    rows = []
    for member in found:
        row = known.get(member.name)
        own = "; ".join(f"{name} = {text}" for name, text in row.parameters.items()) if row else ""
        sign = {"E": "excitatory", "I": "inhibitory"}.get(member.sign, "")
        neuron = row.neuron if row else ""
        rows.append((member.name, member.region, member.layer, number(member.size), neuron, sign, own))
    return table("Populations", columns, rows, [member.sign for member in found])


def projection_table(model: ModelFile) -> Table | None:
    """Return the projections with rule, number of synapses, weight, delay and plasticity."""
    columns = (
        Column(title="From"),
        Column(title="To"),
        Column(title="Rule"),
        Column(title="Synapses", numeric=True),
        Column(title="Weight"),
        Column(title="Delay"),
        Column(title="Receptor"),
        Column(title="Plasticity"),
    )
    rows = [
        (
            row.source, row.target, row.rule, number(row.n_synapses), row.weight, row.delay, row.receptor,
            ", ".join(row.rules) + (f" ({' to '.join(row.bounds)})" if row.bounds else ""),
        )
        for row in model.projections
    ]  # fmt: skip
    return table("Projections", columns, rows)


def comparison_table(runs: Sequence[Run], names: Sequence[str], models: Sequence[ModelFile]) -> Table | None:
    """Return the rate of each population in each run, with the difference where there are two."""
    found = [rate_rows(run, model) for run, model in zip(runs, models, strict=True)]
    signs_of = {row.member.name: row.member.sign for rows in found for row in rows}
    rates = [
        {**{row.member.name: row.simulated for row in rows}, **group_rates_of(run)}
        for run, rows in zip(runs, found, strict=True)
    ]
    populations = list(dict.fromkeys(name for entry in rates for name in entry))
    two = len(runs) == 2
    columns = [Column(title="Population"), *(Column(title=f"{name} (Hz)", numeric=True) for name in names)]
    if two:
        columns.append(Column(title="Difference", numeric=True, hint="of the second run from the first"))
    rows, signs = [], []
    for name in populations:
        values = [entry.get(name) for entry in rates]
        cells = [name, *(measured(value) for value in values)]
        if two:
            first, second = values
            known = first and second is not None
            cells.append(f"{100 * (second - first) / first:+.1f} %".replace("-", "−") if known else "–")  # type: ignore[operator]
        rows.append(cells)
        signs.append(signs_of.get(name, ""))
    return table("Mean rates in each run", columns, rows, signs)


def runs_table(runs: Sequence[Run], names: Sequence[str], models: Sequence[ModelFile]) -> Table | None:
    """Return what each run is, one column for each run; rows that differ are marked with an arrow."""
    lines: dict[str, list[str]] = {}
    for run, model in zip(runs, models, strict=True):
        for key in facts(run, model):
            lines.setdefault(key, [""] * len(runs))
    for i, (run, model) in enumerate(zip(runs, models, strict=True)):
        for key, text in facts(run, model).items():
            lines[key][i] = text
    rows = [(key if len(set(texts)) == 1 else f"{key} ≠", *texts) for key, texts in lines.items()]
    return table("The runs; ≠ marks what differs", [Column(title=""), *(Column(title=name) for name in names)], rows)


def facts(run: Run, model: ModelFile) -> dict[str, str]:
    """Return the key figures of a run as texts."""
    summary = run.summary
    seed = summary.get("seed", model.seed)
    found = {
        "Status": run.status.state,
        "Neurons": number(summary.get("neurons") or sum(info.size for info in run.populations.values())),
        "Populations": number(len(run.populations)),
        "Synapses": number(summary.get("synapses") or synapses(model) or None),
        "Simulated time": si_text(run.duration, "s"),
        "Time step": si_text(run.dt, "s"),
        "Seed": "–" if seed is None else str(seed),
        "Engine": ", ".join(str(summary[key]) for key in ("engine", "precision", "why_engine") if summary.get(key))
        or "–",
        "Computing time": _rounded(_wall(summary)),
        "Model hash": (model.hash or str(run.provenance.get("spec_hash") or "–"))[:12],
    }
    return {key: text for key, text in found.items() if text != "–"}


def _wall(summary: Mapping[str, Any]) -> float | None:
    wall = summary.get("wall_s")
    values = [v for v in wall.values() if isinstance(v, int | float)] if isinstance(wall, Mapping) else []
    return float(sum(values)) if values else None


def _rounded(seconds: float | None) -> str:
    return "–" if seconds is None else f"{measured(seconds)} s"


def synapses(model: ModelFile) -> float:
    """Return the number of synapses that the model says it has."""
    if model.projection_summary is not None:
        return model.projection_summary.synapses
    return sum(row.n_synapses for row in model.projections)


def si_text(value: float | None, unit: str) -> str:
    """Write a quantity in SI with a fitting prefix.

    >>> si_text(0.0001, "s"), si_text(120.0, "s"), si_text(None, "s")
    ('0.1 ms', '120 s', '–')
    """
    if value is None:
        return "–"
    if unit == "s":  # as the field writes times: milliseconds below a second
        return f"{value:.6g} s" if value >= 1 else f"{value * 1e3:.6g} ms"
    factor, symbol = readable_unit(unit, [value])
    return f"{value * factor:.4g} {symbol}"


def all_members(run: Run, model: ModelFile) -> tuple[Member, ...]:
    """Return all populations of a run, recorded or not."""
    return members(list(run.populations.values()), model)
