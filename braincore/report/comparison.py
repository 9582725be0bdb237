"""The report of a comparison of learning rules: one HTML file fit for a supplement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from braincore.report.embed import embed, png_bytes, settle, svg_bytes
from braincore.report.figures.rules import Curve, curves, measures
from braincore.report.html import rendered
from braincore.report.methods import RuleView, rule_view
from braincore.report.model_file import RuleInfo
from braincore.report.page import FigureView
from braincore.report.style import measured, new_figure, number
from braincore.report.tables import Column, Table, table
from braincore.results.disk import Disk, clear_errors, write_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Values = Mapping[str, tuple[float, float, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Data:
    """Published data that a curve is drawn beside."""

    label: str
    source: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    error: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """What the report says of one protocol.

    Attributes
    ----------
    name, purpose, source
        Of the protocol.
    settings
        Each setting with its value and meaning.
    curves
        Measure to rule to curve.
    data
        Measure to published data.
    axis, unit, ticks, breaks
        Of the curves.
    numbers
        Measure without an axis to rule to mean and interval.
    meanings
        What each such measure means.
    tests
        Rows of measure, two rules, mean difference with interval, p and corrected p, pairs.
    refused
        Rule to why it does not go with the protocol.
    seeds
        Number of seeds.
    """

    name: str
    purpose: str
    source: str
    settings: tuple[tuple[str, str, str], ...]
    curves: Mapping[str, Mapping[str, Curve]]
    data: Mapping[str, Data]
    axis: str
    unit: str
    ticks: tuple[str, ...]
    breaks: tuple[float, ...]
    numbers: Mapping[str, Values]
    meanings: Mapping[str, str]
    tests: tuple[tuple[str, str, str, float, float, float, float, float, int], ...]
    refused: Mapping[str, str]
    seeds: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparisonPage:
    """All that the report says."""

    title: str
    description: str
    facts: Mapping[str, str]
    sections: tuple[Section, ...]
    costs: tuple[tuple[str, str, float, int, int], ...]
    tuned: tuple[tuple[str, str, str, str], ...]
    tuning: str
    rules: tuple[tuple[str, RuleInfo], ...]
    failed: tuple[str, ...]
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    id: str
    section: Section
    figures: tuple[FigureView, ...]
    numbers: Table | None
    tests: Table | None
    settings: Table | None
    notes: tuple[str, ...]


def figures_of(section: Section) -> list[tuple[str, str, Figure]]:
    """Return the figures of a protocol: key, caption and figure."""
    found = []
    shown = {name: rules for name, rules in section.curves.items() if rules}
    if shown:
        found.append((f"{section.name}", _caption(section), _drawn(section, shown)))
    if section.numbers:
        text = "Mean of every measure, with its 95 % interval over seeds where there are several."
        found.append((f"{section.name}-measures", text, measures(section.numbers)))
    return found


def _drawn(section: Section, shown: Mapping[str, Mapping[str, Curve]]) -> Figure:
    longest = max((len(rule) for rules in shown.values() for rule in rules), default=0)
    columns = 4 if longest <= 18 else 3
    rows = -(-max(len(rules) + 1 for rules in shown.values()) // columns)
    figure = new_figure(3.2 + 0.17 * rows)
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for k, (ax, (name, rules)) in enumerate(zip(panels, shown.items(), strict=True)):
        data = section.data.get(name)
        points = None
        if data is not None:
            points = (np.array(data.x), np.array(data.y), np.array(data.error) if data.error else None)
        curves(
            rules,
            ax,
            data=points,
            data_label=data.label if data is not None else "",
            ticks=section.ticks,
            breaks=section.breaks,
            axis=section.axis,
            unit=section.unit if k == 0 else "",
            title=name if len(shown) > 1 else "",
            key=False,
        )
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=columns, frameon=False, fontsize=8)
    return figure


def _caption(section: Section) -> str:
    data = sorted({one.source for one in section.data.values()})
    beside = f" Points: {'; '.join(data)}." if data else ""
    band = f" Bands: 95 % intervals over {section.seeds} seeds." if section.seeds > 1 else ""
    return f"{section.purpose}{beside}{band}"


def _numbers(section: Section) -> Table | None:
    rules = list(dict.fromkeys(rule for values in section.numbers.values() for rule in values))
    columns = [Column(title="Rule")]
    columns += [Column(title=name, numeric=True, hint=section.meanings.get(name, "")) for name in section.numbers]
    rows = []
    for rule in rules:
        cells = [rule]
        for values in section.numbers.values():
            mean, low, high = values.get(rule, (float("nan"),) * 3)
            spread = f" [{measured(low)}, {measured(high)}]" if np.isfinite(low) and low != high else ""
            cells.append("∞" if np.isinf(mean) else measured(mean) + spread)
        rows.append(cells)
    return table("Mean, with its 95 % interval over seeds", columns, rows)


def _tests(section: Section) -> Table | None:
    columns = [Column(title="Measure"), Column(title="First"), Column(title="Second")]
    columns += [
        Column(title=name, numeric=True) for name in ("First - second", "95 % interval", "p", "p (Holm)", "Pairs")
    ]
    rows = [
        [m, a, b, measured(mean), f"{measured(low)} to {measured(high)}", measured(p, 2), measured(c, 2), number(n)]
        for m, a, b, mean, low, high, p, c, n in section.tests
    ]
    return table("Paired t tests over seeds; p corrected by Holm's method within each measure", columns, rows)


def _settings(section: Section) -> Table | None:
    columns = (Column(title="Setting"), Column(title="Value", numeric=True), Column(title="Meaning"))
    return table("Settings", columns, section.settings)


def _costs(page: ComparisonPage) -> Table | None:
    columns = [Column(title="Protocol"), Column(title="Rule")]
    columns += [Column(title=t, numeric=True) for t in ("Wall time (s)", "Spikes", "Synaptic events", "ns an event")]
    rows = [
        [
            protocol,
            rule,
            measured(seconds),
            number(spikes),
            number(events),
            measured(1e9 * seconds / events if events else None),
        ]
        for protocol, rule, seconds, spikes, events in page.costs
    ]
    return table(
        "Cost of simulating, without building and compiling; an event is a spike at a synapse that learns",
        columns,
        rows,
    )


def write_comparison(page: ComparisonPage, folder: Path) -> Path:
    """Write the report and its figures (PNG and SVG); return the report's path.

    Raises
    ------
    ResultsError
        A file cannot be written.
    """
    parts = []
    count = 0
    for section in page.sections:
        views = []
        for key, caption, figure in figures_of(section):
            settle(figure)
            for suffix, data in (("png", png_bytes(figure, dpi=300)), ("svg", svg_bytes(figure))):
                path = folder / "figures" / f"{key}.{suffix}"
                with clear_errors(path, needed=len(data)):
                    write_file(Disk(), path, data)
            count += 1
            title = f"{section.name}: measures" if key.endswith("-measures") else section.name
            html = Markup(embed(figure, key, f"{title}. {caption}"))
            views.append(FigureView(id=f"figure-{key}", number=count, title=title, caption=caption, html=html))
        notes = tuple(f"{rule} does not take part: {why}." for rule, why in section.refused.items())
        parts.append(
            _Part(
                id=f"protocol-{section.name}",
                section=section,
                figures=tuple(views),
                numbers=_numbers(section),
                tests=_tests(section),
                settings=_settings(section),
                notes=notes,
            )
        )
    path = folder / "report.html"
    data = _rendered(page, parts).encode("utf-8", errors="replace")
    with clear_errors(path, needed=len(data)):
        write_file(Disk(), path, data)
    return path


def _rendered(page: ComparisonPage, parts: Sequence[_Part]) -> str:
    rules: list[RuleView] = [rule_view(info, used_by=used) for used, info in page.rules]
    tuned = table(
        "Constants that were found",
        (
            Column(title="Rule"),
            Column(title="Constant"),
            Column(title="Value", numeric=True),
            Column(title="Range", numeric=True),
        ),
        page.tuned,
    )
    return rendered(
        "comparison.html.j2", equations=True, page=page, parts=parts, rules=rules, costs=_costs(page), tuned=tuned
    )
