"""Spikes as dots: one row for each neuron, grouped by population or region, with the mean rate below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from braincore.analysis import population_rate
from braincore.report.figures.labels import side_labels
from braincore.report.members import Group, Member, by_sign, groups, mask, members, trains
from braincore.report.model_file import Event, ModelFile
from braincore.report.style import (
    FAINT,
    INK,
    LINE_HEIGHT,
    SMALL,
    axes,
    colour,
    empty,
    height_of,
    legend,
    literal,
    new_figure,
    nice_step,
    tidy,
)
from braincore.results.containers import SpikeTrains
from braincore.results.reader import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_ROWS = 1500
MAX_DOTS = 60_000
NAMED_ROWS = 40
EVENT = "#d69e2e"

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """Which neurons have a row in a raster: every `every`-th of each population, from top to bottom.

    Attributes
    ----------
    groups
        The groups that are labelled, in order.
    first, last
        First row of each group, and the row after its last.
    offset
        First row of each population, by code; -1 where it is not shown.
    """

    every: int
    groups: tuple[Group, ...]
    first: tuple[int, ...]
    last: tuple[int, ...]
    offset: NDArray[np.int64]

    @property
    def total(self) -> int:
        """Number of rows, the gaps between groups included."""
        return self.last[-1] if self.last else 0

    @property
    def fraction(self) -> str:
        """What share of the neurons is shown, in words."""
        return "all neurons" if self.every == 1 else f"1 neuron in {self.every}"


def rows(spikes: SpikeTrains, found: Sequence[Member], *, max_rows: int = MAX_ROWS, max_dots: int = MAX_DOTS) -> Rows:
    """Decide which neurons a raster shows, so that neither rows nor dots are too many."""
    shown = groups([member for member in found if member.size])
    size = sum(group.size for group in shown)
    every = max(1, -(-size // max_rows), -(-len(spikes) // max_dots))
    gap = 0 if size <= NAMED_ROWS else max(1, size // every // 150) if len(shown) <= 60 else 0
    offset = np.full(len(spikes.populations), -1, dtype=np.int64)
    first, last, row = [], [], 0
    for group in shown:
        first.append(row)
        for member in group.members:
            offset[member.code] = row
            row += -(-member.size // every)
        last.append(row)
        row += gap
    return Rows(every=every, groups=shown, first=tuple(first), last=tuple(last), offset=offset)


def time_axis(start: float, stop: float) -> tuple[float, str]:
    """Return the factor from seconds to what a time axis shows, and its label: ms, or s for more than ten seconds."""
    return (1e3, "time (ms)") if stop - start <= 10 else (1.0, "time (s)")


def raster(
    data: Run | SpikeTrains,
    ax: Axes | None = None,
    *,
    start: float | None = None,
    stop: float | None = None,
    model: ModelFile | None = None,
    max_rows: int = MAX_ROWS,
    events: Sequence[Event] = (),
) -> Axes:
    """Draw the spikes of a run, neurons grouped by population (or by region in a large brain).

    Excitatory populations are blue, inhibitory ones red. With more than `max_rows` neurons every n-th of each
    population is shown; the axis says which share.

    Parameters
    ----------
    data
        A run, or spikes that were read from one.
    ax
        Axes to draw on; new ones by default.
    start, stop
        Window in seconds.
    model
        Where regions, layers and signs come from, if the run's own index does not say.
    events
        Time windows to shade.
    """
    spikes = trains(data, start, stop)
    found = members(spikes.populations, model)
    plan = rows(spikes, found, max_rows=max_rows)
    ax = axes(ax, raster_height(plan))
    if not plan.total:
        return empty(ax, "No spikes were recorded")
    _dots(ax, spikes, found, plan)
    _label_rows(ax, plan, spikes)
    scale, label = time_axis(spikes.start, spikes.stop)
    shade(ax, events, spikes)
    ax.set(xlim=(spikes.start * scale, spikes.stop * scale), ylim=(plan.total - 0.5, -0.5), xlabel=label)
    ax.set_ylabel("neurons" if plan.every == 1 else f"neurons (1 in {plan.every} shown)")
    return ax


def raster_height(plan: Rows) -> float:
    """Return the height in inches at which a raster's rows and labels can be read."""
    if plan.total <= NAMED_ROWS:
        return max(1.1, 0.5 + plan.total * 0.16)
    return float(np.clip(len(plan.groups) * 1.4 * LINE_HEIGHT / 72 + 0.5, 3.6, 8.0))


def _dots(ax: Axes, spikes: SpikeTrains, found: Sequence[Member], plan: Rows) -> None:
    tidy(ax)
    scale, _ = time_axis(spikes.start, spikes.stop)
    per_row = height_of(ax) / plan.total
    shown = spikes.neuron % plan.every == 0
    for sign in ("", "I", "E"):
        codes = [member.code for member in found if member.sign == sign and plan.offset[member.code] >= 0]
        chosen = mask(spikes, codes) & shown
        if not chosen.any():
            continue
        y = plan.offset[spikes.population[chosen]] + spikes.neuron[chosen] // plan.every
        marker, size = ("|", min(0.8 * per_row, 12.0)) if per_row > 4 else ("o", float(np.clip(per_row, 1.5, 2.4)))
        ax.plot(
            spikes.t[chosen] * scale, y, marker, markersize=size, markeredgewidth=1.0 if marker == "|" else 0.0,
            color=colour(sign), rasterized=bool(chosen.sum() > 1500), gid=f"spikes-{sign or 'other'}",
        )  # fmt: skip


def _label_rows(ax: Axes, plan: Rows, spikes: SpikeTrains) -> None:
    """Name the neurons if there are few, else the groups, as many as there is room for."""
    labels = [label for group in plan.groups for member in group.members for label in _neurons(member, spikes)]
    if plan.total <= NAMED_ROWS and plan.every == 1:
        signs = [member.sign for group in plan.groups for member in group.members for _ in range(member.size)]
        ax.set_yticks(range(plan.total), [literal(label) for label in labels])
        for text, sign in zip(ax.get_yticklabels(), signs, strict=True):
            text.set_color(colour(sign) if sign else INK)
        return
    centres = [(first + last - 1) / 2 for first, last in zip(plan.first, plan.last, strict=True)]
    side_labels(ax, centres, [g.label for g in plan.groups], [g.sign for g in plan.groups], plan.total)
    if len(centres) <= 60:
        for last, following in zip(plan.last[:-1], plan.first[1:], strict=True):
            ax.axhline((last + following - 1) / 2, color=FAINT, linewidth=0.5, zorder=0)


def _neurons(member: Member, spikes: SpikeTrains) -> list[str]:
    labels = spikes.populations[member.code].labels
    if labels:
        return list(labels)
    return [member.label] if member.size == 1 else [f"{member.label} {i}" for i in range(min(member.size, NAMED_ROWS))]


def shade(ax: Axes, events: Sequence[Event], spikes: SpikeTrains) -> None:
    """Shade the windows of stimuli or interventions, and name the first few above the axes."""
    scale, _ = time_axis(spikes.start, spikes.stop)
    end = spikes.start
    for event in sorted((e for e in events if e.start_ms is not None), key=lambda e: e.start_ms or 0.0)[:50]:
        begin = (event.start_ms or 0.0) * 1e-3
        stop = spikes.stop if event.stop_ms is None else event.stop_ms * 1e-3
        if begin >= spikes.stop or stop <= spikes.start:
            continue
        ax.axvspan(begin * scale, min(stop, spikes.stop) * scale, color=EVENT, alpha=0.18, linewidth=0, zorder=0)
        if event.name and begin >= end:
            ax.text(
                begin * scale, 1.0, literal(event.name, 18), transform=ax.get_xaxis_transform(), fontsize=SMALL,
                color=INK, ha="left", va="bottom",
            )  # fmt: skip
            end = begin + (spikes.stop - spikes.start) * 0.15


def rate_over_time(spikes: SpikeTrains, codes: Sequence[int], width: float) -> tuple[Floats, Floats]:
    """Return the starts of whole bins in seconds and the mean rate of the populations `codes` in Hz, shape (bins,)."""
    size = int(spikes.sizes[list(codes)].sum())
    if not size or spikes.duration < width:
        return np.empty(0), np.empty(0)
    return population_rate(spikes.t[mask(spikes, codes)], size, start=spikes.start, stop=spikes.stop, width=width)


def default_bin(spikes: SpikeTrains) -> float:
    """Return a bin in seconds: about 250 bins in a window, fewer where they would hold less than five spikes each."""
    enough = min(5 * spikes.duration / max(len(spikes), 1), spikes.duration / 20)
    return nice_step(max(spikes.duration / 250, enough, 1e-3, spikes.dt))


def rates_over_time(
    data: Run | SpikeTrains,
    ax: Axes | None = None,
    *,
    bin: float | None = None,
    start: float | None = None,
    stop: float | None = None,
    model: ModelFile | None = None,
    events: Sequence[Event] = (),
) -> Axes:
    """Draw the mean rate of the excitatory and of the inhibitory neurons over time.

    Parameters
    ----------
    data, ax, start, stop, model, events
        As in `raster`.
    bin
        Width of the bins in seconds; a round number by default.
    """
    spikes = trains(data, start, stop)
    ax = tidy(axes(ax, 2.0), grid="y")
    scale, label = time_axis(spikes.start, spikes.stop)
    width = default_bin(spikes) if bin is None else bin
    for group in by_sign(members(spikes.populations, model)):
        t, rate = rate_over_time(spikes, group.codes, width)
        if len(t):
            edges = np.append(t, t[-1] + width) * scale
            ax.stairs(rate, edges, color=colour(group.sign), label=group.label, linewidth=1.1, baseline=None)
    shade(ax, [Event(start_ms=e.start_ms, stop_ms=e.stop_ms) for e in events], spikes)
    ax.set(xlim=(spikes.start * scale, spikes.stop * scale), xlabel=label, ylabel="rate (Hz)")
    ax.set_ylim(bottom=0)
    return ax


def raster_with_rates(
    data: Run | SpikeTrains,
    figure: Figure | None = None,
    *,
    start: float | None = None,
    stop: float | None = None,
    model: ModelFile | None = None,
    max_rows: int = MAX_ROWS,
    events: Sequence[Event] = (),
) -> tuple[Axes, Axes]:
    """Draw a raster and, below it on the same time axis, the mean rates; return both axes.

    Parameters
    ----------
    figure
        An empty figure to draw on; a new one by default.
    data, start, stop, model, max_rows, events
        As in `raster`.
    """
    spikes = trains(data, start, stop)
    plan = rows(spikes, members(spikes.populations, model), max_rows=max_rows)
    height = raster_height(plan)
    figure = figure or new_figure(height + 1.5)
    grid = figure.add_gridspec(2, 1, height_ratios=[height, 1.3])
    lower = figure.add_subplot(grid[1])
    upper = figure.add_subplot(grid[0], sharex=lower)
    raster(spikes, upper, model=model, max_rows=max_rows, events=events)
    rates_over_time(spikes, lower, model=model, events=events)
    upper.set_xlabel("")
    upper.tick_params(axis="x", labelbottom=False)
    legend(lower)
    return upper, lower
