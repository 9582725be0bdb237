"""Several runs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from braincore.report.figures.labels import row_labels
from braincore.report.figures.raster import default_bin, raster, raster_height, rate_over_time, rows, time_axis
from braincore.report.figures.rates import group_rates_of, rate_rows
from braincore.report.members import MANY_POPULATIONS, by_layer, members, trains
from braincore.report.model_file import ModelFile
from braincore.report.neuron_groups import has_groups, split
from braincore.report.style import FONT, INK, axes, empty, legend, literal, new_figure, series, tidy
from braincore.results.containers import SpikeTrains
from braincore.results.reader import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_RASTERS = 4


def run_names(runs: Sequence[Run]) -> list[str]:
    """Return a name for each run: its folder's, made unique with a number where two have the same."""
    names = [run.folder.resolve().name or str(run.folder) for run in runs]
    return [f"{name} ({names[: i + 1].count(name)})" if names.count(name) > 1 else name for i, name in enumerate(names)]


def compare_rates(
    runs: Sequence[Run],
    ax: Axes | None = None,
    *,
    models: Sequence[ModelFile] | None = None,
    names: Sequence[str] | None = None,
) -> Axes:
    """Draw the mean rate of each population in each run, as bars beside each other.

    Populations, and groups of neurons, are matched by name. A brain of more than 24 populations gets one row for each
    kind of population, with the mean over its regions.

    Parameters
    ----------
    runs
        The runs.
    ax
        Axes to draw on; new ones by default.
    models
        For regions.
    names
        What to call the runs; their folders' names by default.
    """
    given = models or [ModelFile()] * len(runs)
    values: dict[str, dict[int, list[float]]] = {}
    tables = [rate_rows(run, model) for run, model in zip(runs, given, strict=True)]
    populations = {row.member.name for table in tables for row in table}
    for i, table in enumerate(tables):
        kinds = {m.name: kind for kind, inside in by_layer([row.member for row in table]).items() for m in inside}
        for row in table:
            if row.simulated is not None:
                key = kinds[row.member.name] if len(populations) > MANY_POPULATIONS else row.member.name
                values.setdefault(key, {}).setdefault(i, []).append(row.simulated)
        for name, rate in group_rates_of(runs[i]).items():
            values.setdefault(name, {}).setdefault(i, []).append(rate)
    shown = list(values)[:40]
    if not shown:
        return empty(axes(ax, 1.0), "No rates were recorded")
    ax = tidy(axes(ax, float(np.clip(0.9 + len(shown) * (0.1 + 0.13 * len(runs)), 1.6, 9.0))), grid="x")
    thick = 0.8 / len(runs)
    for i, name in enumerate(names or run_names(runs)):
        means = [float(np.mean(values[key][i])) if i in values[key] else np.nan for key in shown]
        place = np.arange(len(shown)) + (i - (len(runs) - 1) / 2) * thick
        ax.barh(place, means, thick * 0.9, color=series(i)[0], label=literal(name, 40), gid=f"run-{i}")
    row_labels(ax, shown)
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="mean rate (Hz)", ylim=(len(shown) - 0.5, -0.5))
    ax.set_xlim(left=0)
    legend(ax, ncols=_columns(names or run_names(runs)))
    return ax


def _columns(names: Sequence[str]) -> int:
    """Return how many names stand on a line of a legend."""
    longest = max(len(literal(name, 40)) for name in names)
    return max(1, min(len(names), 4, 110 // (longest + 6)))


def compare_rates_over_time(
    data: Sequence[Run | SpikeTrains], names: Sequence[str], ax: Axes | None = None, *, bin: float | None = None
) -> Axes:
    """Draw the mean rate of all neurons over time, one line for each run.

    Parameters
    ----------
    data
        Runs, or spikes read from them.
    names
        What to call them.
    bin
        Width of the bins in seconds; a round number by default.
    """
    ax = tidy(axes(ax, 2.4), grid="y")
    spikes = [trains(entry) for entry in data]
    start, stop = min(s.start for s in spikes), max(s.stop for s in spikes)
    scale, label = time_axis(start, stop)
    for i, (own, name) in enumerate(zip(spikes, names, strict=True)):
        width = max(default_bin(s) for s in spikes) if bin is None else bin
        t, rate = rate_over_time(own, range(len(own.populations)), width)
        tint, style = series(i)
        if len(t):
            ax.step(t * scale, rate, where="post", color=tint, linestyle=style, linewidth=1.1, label=literal(name, 40))
    ax.set(xlabel=label, ylabel="mean rate (Hz)", xlim=(start * scale, stop * scale))
    ax.set_ylim(bottom=0)
    legend(ax, ncols=_columns(names))
    return ax


def compare_rasters(
    data: Sequence[Run | SpikeTrains],
    names: Sequence[str],
    figure: Figure | None = None,
    *,
    models: Sequence[ModelFile] | None = None,
) -> list[Axes]:
    """Draw the rasters of the first four runs beside each other; return their axes."""
    given = list(models or [ModelFile()] * len(data))[:MAX_RASTERS]
    read = [trains(entry) for entry in data][:MAX_RASTERS]
    shown = [split(own, model) if has_groups(own, model) else own for own, model in zip(read, given, strict=True)]
    plans = [rows(own, members(own.populations, model)) for own, model in zip(shown, given, strict=False)]
    figure = figure or new_figure(max(raster_height(plan) for plan in plans) + 0.3)
    made: list[Axes] = list(figure.subplots(1, len(shown), squeeze=False)[0])
    same = len({tuple(info.name for info in own.populations) for own in shown}) == 1
    for i, (ax, own, model) in enumerate(zip(made, shown, given, strict=False)):
        raster(own, ax, model=model)
        ax.set_title(literal(names[i], 100 // len(shown)), loc="left", color=INK, fontsize=FONT)
        if i and same:
            ax.set_ylabel("")
            ax.tick_params(axis="y", labelleft=False)
        ax.locator_params(axis="x", nbins=4)
    return made
