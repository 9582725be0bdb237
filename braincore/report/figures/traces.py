"""Membrane potentials and other recorded variables over time, with marks where the neurons spiked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError
from braincore.report.figures.raster import EVENT, time_axis
from braincore.report.members import members
from braincore.report.model_file import Event, ModelFile
from braincore.report.style import INK, SMALL, colour, empty, literal, new_figure, readable_unit, series, tidy
from braincore.results.containers import Traces
from braincore.results.reader import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
MAX_CHANNELS = 6
MAX_VARIABLES = 4
MAX_POINTS = 4000
_MEMBRANE = ("v", "V", "v_m", "V_m", "Vm", "vm")


def traces(
    run: Run,
    name: str | None = None,
    figure: Figure | None = None,
    *,
    variables: Sequence[str] | None = None,
    start: float | None = None,
    stop: float | None = None,
    model: ModelFile | None = None,
    events: Sequence[Event] = (),
) -> list[Axes]:
    """Draw a recorder's variables over time, one axes for each variable; return the axes.

    Membrane potentials of several neurons stand in axes of their own, with a tick above where the neuron spiked; other
    variables share axes. At most six neurons and four variables are shown.

    Parameters
    ----------
    run
        A run with recorded traces.
    name
        The recorder; the first one by default.
    figure
        An empty figure to draw on; a new one by default.
    variables
        Which variables; the first four by default.
    start, stop
        Window in seconds.
    model
        For the neurons' signs.
    events
        Time windows to shade.
    """
    names = recorders(run)
    if not names:
        raise InputError("no traces were recorded in this run", hint="Add them under record.traces and run again")
    table = run.traces(names[0] if name is None else name)
    window = (0.0 if start is None else start, run.duration if stop is None else stop)
    chosen = list(table.variables)[:MAX_VARIABLES] if variables is None else list(variables)
    channels = table.channels()[:MAX_CHANNELS]
    rows = [
        (variable, [channel])
        for variable in chosen if variable in _MEMBRANE
        for channel in channels
    ] + [(variable, channels) for variable in chosen if variable not in _MEMBRANE]  # fmt: skip
    figure = figure or new_figure(0.5 + 1.15 * max(len(rows), 1))
    if not rows or not len(table):
        return [empty(figure.add_subplot(), "Nothing was recorded")]
    made: list[Axes] = list(figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0])
    for ax, (variable, shown) in zip(made, rows, strict=True):
        _panel(ax, run, table, variable, shown, window, model)
        _shade(ax, events, window)
    scale, label = time_axis(*window)
    made[-1].set(xlabel=label, xlim=(window[0] * scale, window[1] * scale))
    figure.align_ylabels(made)
    return made


def recorders(run: Run) -> list[str]:
    """Return the names of the run's trace recorders."""
    return list(run.recorders())


def _panel(
    ax: Axes, run: Run, table: Traces, variable: str, channels: Sequence[tuple[str, int]], window: tuple[float, float],
    model: ModelFile | None,
) -> None:  # fmt: skip
    tidy(ax)
    scale, _ = time_axis(*window)
    signs = {member.name: member.sign for member in members(table.populations, model)}
    signals = [_window(*table.signal(variable, *channel), window) for channel in channels]
    factor, unit = readable_unit(table.units[variable], np.concatenate([values for _, values in signals]))
    for i, ((population, neuron), (t, values)) in enumerate(zip(channels, signals, strict=True)):
        tint, style = (colour(signs[population]), "-") if len(channels) == 1 else series(i)
        t, values = reduced(t, values)
        name = label(run, population, neuron)
        ax.plot(t * scale, values * factor, color=tint, linestyle=style, linewidth=0.9, label=name, gid=f"trace-{i}")
    if len(channels) == 1 and variable in _MEMBRANE:
        _mark_spikes(ax, run, *channels[0], window)
        ax.set_title(literal(label(run, *channels[0]), 40), loc="left", color=INK, fontsize=SMALL, pad=3)
    else:
        ax.legend(
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            frameon=False,
            fontsize=SMALL,
            labelcolor=INK,
            borderaxespad=0.2,
        )
    ax.set_ylabel(f"{literal(variable, 14)} ({unit})" if unit else literal(variable, 14))
    ax.locator_params(axis="y", nbins=4)


def label(run: Run, population: str, neuron: int) -> str:
    """Return how a neuron is called: its own name, or its population's and its number."""
    labels = run.populations[population].labels
    return literal(labels[neuron] if labels else f"{population} {neuron}", 24)


def _window(t: Floats, values: Floats, window: tuple[float, float]) -> tuple[Floats, Floats]:
    keep = (t >= window[0]) & (t <= window[1])
    return t[keep], values[keep]


def reduced(t: Floats, values: Floats, points: int = MAX_POINTS) -> tuple[Floats, Floats]:
    """Return a curve of about `points` points that looks the same: least and greatest of each stretch are kept."""
    if len(t) <= points:
        return t, values
    size = -(-2 * len(t) // points)
    whole = len(t) // size * size
    rows = values[:whole].reshape(-1, size)
    ends = np.sort(np.stack([rows.argmin(axis=1), rows.argmax(axis=1)], axis=1), axis=1)
    keep = (ends + np.arange(len(rows))[:, None] * size).ravel()
    keep = np.unique(np.concatenate([keep, np.arange(whole, len(t))]))
    return t[keep], values[keep]


def _mark_spikes(ax: Axes, run: Run, population: str, neuron: int, window: tuple[float, float]) -> None:
    """Draw a tick above the trace at each spike: a membrane that is reset shows none by itself."""
    if not run.populations[population].spikes:
        return
    spikes = run.spikes(population, start=window[0], stop=window[1])
    own = spikes.populations[0].name == population and len(spikes.populations) == 1
    times = spikes.t[spikes.neuron == neuron] if own else np.empty(0)
    if not len(times):
        return
    scale, _ = time_axis(*window)
    ax.plot(
        times * scale, np.full(len(times), 0.96), "|", transform=ax.get_xaxis_transform(), markersize=7,
        markeredgewidth=1.0, color=INK, gid="spike-marks",
    )  # fmt: skip
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.14 * (high - low))


def _shade(ax: Axes, events: Sequence[Event], window: tuple[float, float]) -> None:
    scale, _ = time_axis(*window)
    for event in events:
        if event.start_ms is not None and event.start_ms * 1e-3 < window[1]:
            stop = window[1] if event.stop_ms is None else event.stop_ms * 1e-3
            ax.axvspan(event.start_ms * 1e-3 * scale, stop * scale, color=EVENT, alpha=0.18, linewidth=0, zorder=0)
