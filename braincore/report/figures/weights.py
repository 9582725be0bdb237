"""Synaptic weights: how they are distributed, and how they change during a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from braincore.errors import InputError
from braincore.report.figures.raster import time_axis
from braincore.report.model_file import Histogram
from braincore.report.style import (
    EXCITATORY,
    INHIBITORY,
    INK,
    SMALL,
    axes,
    empty,
    literal,
    new_figure,
    readable_unit,
    tidy,
)
from braincore.results.reader import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_PANELS = 12


def plastic(run: Run) -> list[str]:
    """Return the names of the projections whose weights were recorded."""
    return list(run.recorders("weights"))


def distributed(run: Run) -> list[str]:
    """Return the names of the projections whose weights were recorded as histograms."""
    return list(run.recorders("histograms"))


def histograms_over_time(run: Run, name: str, ax: Axes | None = None) -> Axes:
    """Draw the distribution of a projection's weights over time, from its recorded histograms.

    Parameters
    ----------
    run
        A run whose recording has a histogram of the projection.
    name
        The projection.
    """
    found = run.histograms(name)
    ax = tidy(axes(ax, 2.6))
    if not len(found.t):
        return empty(ax, "Nothing was recorded")
    factor, unit = readable_unit(found.unit, found.edges)
    scale, label = time_axis(0.0, run.duration)
    ends = np.append(found.t[1:], max(run.duration, found.t[-1] + 1e-12))
    shares = found.count / np.maximum(found.count.sum(axis=1, keepdims=True), 1)
    image = ax.pcolormesh(
        np.append(found.t, ends[-1:]) * scale, found.edges * factor, shares.T, cmap="Blues", vmin=0, gid="histograms"
    )
    ax.set(xlabel=label, ylabel=f"weight ({unit})" if unit else "weight", xlim=(0, run.duration * scale))
    bar = ax.figure.colorbar(image, ax=ax, pad=0.02)
    bar.set_label("share of the synapses", color=INK, fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set_visible(False)
    return ax


def weight_histogram(histogram: Histogram, ax: Axes | None = None, *, title: str = "") -> Axes:
    """Draw a histogram of weights; red where they are negative."""
    ax = tidy(axes(ax, 2.2, 3.0))
    if not histogram.counts.any():
        return empty(ax, "There are no synapses")
    factor, unit = readable_unit(histogram.unit, histogram.edges)
    negative = histogram.edges[-1] <= 0
    ax.stairs(
        histogram.counts,
        histogram.edges * factor,
        fill=True,
        color=INHIBITORY if negative else EXCITATORY,
        gid="histogram",
    )
    ax.set_ylim(bottom=0)
    ax.set(xlabel=f"weight ({unit})" if unit else "weight", ylabel="synapses")
    ax.ticklabel_format(axis="y", style="sci", scilimits=(-3, 4), useMathText=True)
    ax.yaxis.get_offset_text().set(fontsize=SMALL, color=INK)
    ax.locator_params(nbins=4)
    if title:
        ax.set_title(literal(title.replace("->", "→"), 26), loc="left", color=INK, fontsize=SMALL)
    return ax


def weight_histograms(histograms: Mapping[str, Histogram], figure: Figure | None = None) -> list[Axes]:
    """Draw the weights of the first twelve projections, four to a line; return the axes."""
    shown = list(histograms.items())[:MAX_PANELS]
    columns = min(4, max(1, len(shown)))
    lines = max(1, -(-len(shown) // columns))
    figure = figure or new_figure(1.7 * lines + 0.2, 8.0 if columns > 2 else 4.2 * columns)
    if not shown:
        return [empty(figure.add_subplot(), "There are no weights")]
    grid = figure.subplots(lines, columns, squeeze=False)
    made: list[Axes] = []
    for place, ax in enumerate(grid.ravel()):
        if place >= len(shown):
            ax.set_visible(False)
            continue
        made.append(weight_histogram(shown[place][1], ax, title=shown[place][0]))
        if place % columns:
            ax.set_ylabel("")
        if place < len(shown) - columns:
            ax.set_xlabel(ax.get_xlabel().removeprefix("weight ").strip("()"))
    return made


def weights_over_time(
    run: Run, name: str | None = None, ax: Axes | None = None, *, variable: str | None = None
) -> Axes:
    """Draw the median weight of a projection over time, with the middle half and the middle 90 % of its synapses.

    Parameters
    ----------
    run
        A run with recorded weights.
    name
        The projection; the first recorded one by default.
    variable
        Which recorded variable; by default the first that changes (a rule may move another one than the weight).
    """
    names = plastic(run)
    if not names:
        raise InputError("no weights were recorded in this run", hint="Add them under record.weights and run again")
    table = run.weights(names[0] if name is None else name)
    ax = tidy(axes(ax, 2.6), grid="y")
    if not len(table.step):
        return empty(ax, "Nothing was recorded")
    last = table.step == table.step.max()
    first = table.step == table.step.min()
    moving = [name for name, values in table.variables.items() if not np.array_equal(values[first], values[last])]
    shown = next(iter(moving or table.variables)) if variable is None else variable
    values = table.variables[shown]
    factor, unit = readable_unit(table.units.get(shown, "1"), values)
    t = table.times()
    steps, row = np.unique(table.step, return_inverse=True)
    order = np.argsort(row, kind="stable")
    pieces = np.split(values[order], np.cumsum(np.bincount(row, minlength=len(steps)))[:-1])
    bands = np.array([np.nanpercentile(piece, (5, 25, 50, 75, 95)) for piece in pieces]).T * factor
    scale, label = time_axis(0.0, run.duration)
    ax.fill_between(t * scale, bands[0], bands[4], color=EXCITATORY, alpha=0.15, linewidth=0, label="5–95 %")
    ax.fill_between(t * scale, bands[1], bands[3], color=EXCITATORY, alpha=0.3, linewidth=0, label="25–75 %")
    ax.plot(t * scale, bands[2], color=EXCITATORY, linewidth=1.3, label="median", gid="median")
    ax.set(
        xlabel=label,
        ylabel=f"{literal(shown, 14)} ({unit})" if unit else literal(shown, 14),
        xlim=(0, run.duration * scale),
    )
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=SMALL, labelcolor=INK)
    return ax
