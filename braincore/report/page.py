"""What stands on the page: everything a report says about its runs, gathered before any HTML is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from braincore.report import tables, words
from braincore.report.catalogue import Drawing, drawings, read_spikes
from braincore.report.embed import embed
from braincore.report.figures import compare
from braincore.report.figures.rates import rate_rows
from braincore.report.methods import NeuronView, RuleView, neuron_view, rule_used_by, rule_view, used_by
from braincore.report.model_file import ModelFile, read_model
from braincore.report.neuron_groups import group_table
from braincore.report.tables import Table
from braincore.results.reader import Run


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureView:
    """A figure on the page."""

    id: str
    number: int
    title: str
    caption: str
    html: Markup


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """Figures under one heading."""

    id: str
    title: str
    figures: tuple[FigureView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunPage:
    """All that the page says about one run."""

    id: str
    name: str
    title: str
    source: str
    description: str
    notes: tuple[tuple[str, str], ...]
    incomplete: str
    summary: str
    warnings: tuple[str, ...]
    facts: Mapping[str, str]
    topics: tuple[Topic, ...]
    missing: tuple[str, ...]
    results: Table | None
    references: Table | None
    groups: Table | None
    neurons: tuple[NeuronView, ...]
    rules: tuple[RuleView, ...]
    populations: Table | None
    projections: Table | None
    projection_note: str
    stimuli: tuple[str, ...]
    interventions: tuple[str, ...]
    methods: bool
    provenance: tuple[tuple[str, str], ...]
    snippets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Several runs side by side."""

    runs: Table | None
    rates: Table | None
    figures: tuple[FigureView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The whole report."""

    title: str
    runs: tuple[RunPage, ...]
    comparison: Comparison | None
    version: str


class _Counter:
    """Numbers the figures of a page."""

    def __init__(self) -> None:
        self.count = 0

    def view(self, prefix: str, key: str, title: str, caption: str, html: str) -> FigureView:
        self.count += 1
        return FigureView(id=f"{prefix}-{key}", number=self.count, title=title, caption=caption, html=Markup(html))


def make_page(runs: Sequence[Run], names: Sequence[str] | None = None, title: str = "") -> Page:
    """Gather everything that a report of `runs` says."""
    from braincore import __version__

    models = [read_model(run) for run in runs]
    names = compare.run_names(runs) if names is None else names
    counter = _Counter()
    comparison = _comparison(runs, models, names, counter) if len(runs) > 1 else None
    seen: set[str] = set()
    pages = []
    for i, (run, model, name) in enumerate(zip(runs, models, names, strict=True)):
        again = bool(model.hash) and model.hash in seen  # the same model is described once
        seen.add(model.hash)
        pages.append(_run_page(run, model, name, f"run{i + 1}", counter, methods=not again))
    title = pages[0].title if len(pages) == 1 else title or f"{words.plural(len(pages), 'run')} compared"
    return Page(title=title, runs=tuple(pages), comparison=comparison, version=__version__)


def _run_page(run: Run, model: ModelFile, name: str, prefix: str, counter: _Counter, *, methods: bool) -> RunPage:
    rows = rate_rows(run, model)
    found = tables.all_members(run, model)
    pairs = [(row.name, row.neuron) for row in model.populations]
    topics, missing = _topics(run, model, prefix, counter)
    described, notes = words.description(model.description)
    return RunPage(
        id=prefix,
        name=name,
        title=model.title or name,
        source=model.source,
        description=described,
        notes=tuple(notes),
        incomplete=words.incomplete(run),
        summary=words.summary(run, model, rows),
        warnings=tuple(words.warnings(run, model, rows)),
        facts=tables.facts(run, model),
        topics=topics,
        missing=missing,
        results=tables.results_table(run, model),
        references=tables.reference_table(run),
        groups=_group_table(run, model),
        neurons=tuple(neuron_view(neuron, used_by(neuron.name, pairs)) for neuron in model.neurons),
        rules=tuple(rule_view(rule, rule_used_by(rule.name, model)) for rule in model.rules),
        populations=tables.population_table(model, found),
        projections=tables.projection_table(model),
        projection_note=_projection_note(model),
        stimuli=tuple(words.stimuli(model.stimuli)),
        interventions=tuple(words.stimuli(model.interventions)),
        methods=methods,
        provenance=tuple(_flat({**_wall(run), **run.provenance, "run": _identity(run)})),
        snippets=tuple(snippets(run, found[0].name if found else "")),
    )


def _group_table(run: Run, model: ModelFile) -> Table | None:
    if not any(row.groups for row in model.populations):
        return None
    spikes = read_spikes(run)
    return None if spikes is None else group_table(spikes, model)


def _topics(run: Run, model: ModelFile, prefix: str, counter: _Counter) -> tuple[tuple[Topic, ...], tuple[str, ...]]:
    """Draw the figures, gathered by topic; what cannot be drawn because a recording is damaged is said instead."""
    gathered: dict[str, list[FigureView]] = {}
    missing: list[str] = []
    for drawing in drawings(run, model, lambda error: missing.append(f"A figure could not be drawn: {error}")):
        gathered.setdefault(drawing.topic, []).append(_view(drawing, prefix, counter))
    topics = tuple(
        Topic(id=f"{prefix}-topic-{title.split()[0].lower()}", title=title, figures=tuple(figures))
        for title, figures in gathered.items()
    )
    return topics, tuple(missing)


def _view(drawing: Drawing, prefix: str, counter: _Counter) -> FigureView:
    html = embed(drawing.figure, f"{prefix}-{drawing.key}", f"{drawing.title}. {drawing.alt}")
    return counter.view(prefix, drawing.key, drawing.title, drawing.caption, html)


def _projection_note(model: ModelFile) -> str:
    summary = model.projection_summary
    if summary is None:
        return ""
    total = f"In all there are {words.plural(summary.count, 'projection')} with {summary.synapses:,.0f} synapses"
    shown = f"; the first {len(model.projections)} are listed." if model.projections else "."
    return total + shown


def _comparison(
    runs: Sequence[Run], models: Sequence[ModelFile], names: Sequence[str], counter: _Counter
) -> Comparison:
    figures = []
    ax = compare.compare_rates(runs, models=models, names=names)
    figures.append(
        ("rates", "Mean rates in each run", "Bars of one population stand together, one for each run.", ax.figure)
    )
    spikes = [read_spikes(run) for run in runs]
    recorded = [(own, name, model) for own, name, model in zip(spikes, names, models, strict=True) if own is not None]
    if len(recorded) > 1:
        data, own_names, own_models = ([entry[i] for entry in recorded] for i in range(3))
        made = compare.compare_rasters(data, own_names, models=own_models)  # type: ignore[arg-type]
        caption = "Each dot is a spike; excitatory populations are blue, inhibitory ones red."
        if len(recorded) > compare.MAX_RASTERS:
            caption += f" The first {compare.MAX_RASTERS} runs."
        figures.append(("rasters", "Spikes", caption, made[0].figure))
        ax = compare.compare_rates_over_time(data, own_names)  # type: ignore[arg-type]
        figures.append(("rates-over-time", "Mean rate of all neurons", "One line for each run.", ax.figure))
    views = tuple(
        counter.view("compare", key, title, caption, embed(figure, f"compare-{key}", f"{title}. {caption}"))  # type: ignore[arg-type]
        for key, title, caption, figure in figures
    )
    return Comparison(
        runs=tables.runs_table(runs, names, models), rates=tables.comparison_table(runs, names, models), figures=views
    )


def _identity(run: Run) -> dict[str, Any]:
    status = run.status
    return {"folder": run.folder.name, "id": status.run_id, "state": status.state, "ended": status.updated}


def _wall(run: Run) -> dict[str, Any]:
    wall = run.summary.get("wall_s")
    found = {"wall time (s)": wall} if isinstance(wall, Mapping) else {}
    engine = run.summary.get("engine")
    return {**({"engine": engine} if engine else {}), **found}


def _flat(content: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in content.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            rows += _flat(value, f"{name}: ")
        elif isinstance(value, list):
            rows.append((name, " ".join(str(entry) for entry in value)))
        elif value is not None:
            rows.append((name, str(value)))
    return rows


def snippets(run: Run, population: str) -> list[tuple[str, str]]:
    """Return pieces of code with a heading each: how to read the data, draw the figures again and repeat the run."""
    folder = run.folder.name
    read = [
        "from braincore.results import Run",
        "",
        f"run = Run({folder!r})" if run.status.state == "complete" else f"run = Run({folder!r}, allow_incomplete=True)",
        'run.summary["populations"]',
        f"spikes = run.spikes({population!r})      # times in seconds: spikes.t",
        "frame = run.to_pandas()               # all spikes as a pandas frame",
    ]
    draw = [
        "from braincore.report import raster_with_rates, save_figures",
        "",
        "upper, lower = raster_with_rates(run, start=0.0, stop=0.5)",
        'upper.figure.savefig("raster.pdf")',
        "save_figures(run)                     # all figures of this page, as PNG and SVG",
    ]
    plain = ["import pandas", "", f"spikes = pandas.read_parquet({f'{folder}/spikes'!r})"]
    shell = [f"braincore run {_quoted(f'{folder}/run.yaml')} --out again", f"braincore report {_quoted(folder)}"]
    return [
        ("Read the data", "\n".join(read)),
        ("Read them without braincore", "\n".join(plain)),
        ("Draw the figures again", "\n".join(draw)),
        ("Repeat the run, and this report", "\n".join(shell)),
    ]


def _quoted(text: str) -> str:
    from shlex import quote

    return quote(text)
