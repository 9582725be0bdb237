"""What a stimulus does: rates around its onset, averaged over its presentations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from braincore.analysis import psth as rates_around
from braincore.errors import InputError
from braincore.report.figures.labels import row_labels
from braincore.report.figures.raster import EVENT
from braincore.report.members import Group, groups, mask, members, trains
from braincore.report.model_file import Event, ModelFile
from braincore.report.style import (
    INK,
    LINE_STYLES,
    SEQUENTIAL,
    axes,
    colour,
    colour_bar,
    empty,
    legend,
    literal,
    nice_step,
    root_norm,
    tidy,
)
from braincore.results.containers import SpikeTrains
from braincore.results.reader import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_LINES = 8


def onsets(events: Sequence[Event], duration: float) -> dict[str, list[Event]]:
    """Return the events that begin within a run of `duration` seconds, presentations of one stimulus together.

    Presentations have one name, or are the same but for a number at the end of their names: flash_1, flash_2.
    """
    begun = [e for e in events if e.start_ms is not None and 0 < e.start_ms * 1e-3 < duration]
    found: dict[str, list[Event]] = {}
    for event in begun:
        alike = [e for e in begun if _stem(e.name) == _stem(event.name)]
        one = len({(event_text(e), e.target) for e in alike}) == 1
        name = _stem(event.name) if one and len(alike) > 1 else event.name
        found.setdefault(name or event.target or "stimulus", []).append(event)
    return found


def _stem(name: str) -> str:
    return re.sub(r"[\s_.-]*\d+$", "", name) or name


def event_text(event: Event) -> str:
    """Return what an event is, without its name and its time."""
    text = event.text.removeprefix(f"{event.name}: ") if event.name else event.text
    return re.sub(r", from [^,]* to [^,]*$", "", text)


def psth(
    data: Run | SpikeTrains,
    events: Sequence[Event],
    ax: Axes | None = None,
    *,
    before: float | None = None,
    after: float | None = None,
    bin: float | None = None,
    model: ModelFile | None = None,
    others: Sequence[Event] = (),
) -> Axes:
    """Draw the mean rate of each population (or region) around the onsets of a stimulus.

    Up to eight populations are lines; more are rows of an image. The shaded span (or the line above the image) is the
    stimulus. Presentations too near the start or the end of the recording for the window are left out.

    Parameters
    ----------
    data
        A run, or spikes read from one.
    events
        Presentations of one stimulus, with ``start_ms`` and ``stop_ms``.
    before, after
        Seconds shown before and after the onset; by default half as much and twice as much as the stimulus lasts,
        within 20 to 200 ms before and 50 to 1000 ms after.
    bin
        Width of the bins in seconds; a round number by default.
    model
        For regions and signs.
    others
        Other stimuli: by default the window ends where the next of them begins.
    """
    spikes = trains(data)
    starts = np.array([event.start_ms * 1e-3 for event in events if event.start_ms is not None])
    if not len(starts):
        raise InputError("a histogram around a stimulus needs its onset", hint="Give events with start_ms")
    length = _length(events, spikes.stop)
    early = float(np.clip(length / 2, 0.02, 0.2)) if before is None else before
    late = min(float(np.clip(length * 2, 0.05, 1.0)), _free(starts, length, others)) if after is None else after
    early, late = min(early, starts.min() - spikes.start), min(late, spikes.stop - starts.max())
    width = nice_step(max((early + late) / 50, spikes.dt)) if bin is None else bin
    shown = _shown(spikes, model)
    if not shown or early < width or late < width:
        return empty(axes(ax, 1.2), "The recording does not reach far enough around the stimulus")
    found = [
        rates_around(spikes.t[mask(spikes, group.codes)], starts, group.size, before=early, after=late, width=width)
        for group in shown
    ]
    image = np.array([entry.rate_hz for entry in found])
    edges = np.append(found[0].t, found[0].t[-1] + width) * 1e3
    if len(shown) <= MAX_LINES:
        return _lines(ax, shown, image, edges, length * 1e3)
    return _image(ax, shown, image, edges, length * 1e3)


def _free(starts: NDArray[np.float64], length: float, others: Sequence[Event]) -> float:
    """Return how long after an onset another stimulus begins, at least as long as the stimulus lasts."""
    begins = np.array([event.start_ms * 1e-3 for event in others if event.start_ms is not None])
    gaps = begins[None, :] - starts[:, None] if len(begins) else np.empty(0)
    return float(gaps[gaps >= length - 1e-9].min(initial=np.inf))


def _length(events: Sequence[Event], end: float) -> float:
    lengths = [
        (end if event.stop_ms is None else event.stop_ms * 1e-3) - event.start_ms * 1e-3
        for event in events
        if event.start_ms is not None
    ]
    return max(float(np.median(lengths)), 1e-3)


def _shown(spikes: SpikeTrains, model: ModelFile | None) -> tuple[Group, ...]:
    found = [member for member in members(spikes.populations, model) if member.size]
    return tuple(group for group in groups(found) if group.size)


def _lines(
    ax: Axes | None, shown: Sequence[Group], image: NDArray[np.float64], edges: NDArray[np.float64], length: float
) -> Axes:
    ax = tidy(axes(ax, 2.8), grid="y")
    seen: dict[str, int] = {}
    for group, rate in zip(shown, image, strict=True):
        style = LINE_STYLES[seen.get(group.sign, 0) % len(LINE_STYLES)]
        seen[group.sign] = seen.get(group.sign, 0) + 1
        ax.stairs(
            rate,
            edges,
            baseline=None,
            color=colour(group.sign),
            linestyle=style,
            linewidth=1.2,
            label=literal(group.label, 20),
        )
    ax.axvspan(0, min(length, edges[-1]), color=EVENT, alpha=0.18, linewidth=0, zorder=0)
    ax.set(xlabel="time from onset (ms)", ylabel="rate (Hz)", xlim=(edges[0], edges[-1]))
    ax.set_ylim(bottom=0)
    legend(ax, ncols=4)
    return ax


def _image(
    ax: Axes | None, shown: Sequence[Group], image: NDArray[np.float64], edges: NDArray[np.float64], length: float
) -> Axes:
    ax = tidy(axes(ax, float(np.clip(1.2 + 0.16 * len(shown), 2.2, 7.0))))
    top = float(np.quantile(image, 0.995)) or float(image.max()) or 1.0
    drawn = ax.imshow(
        image, aspect="auto", extent=(edges[0], edges[-1], len(shown) - 0.5, -0.5), cmap=SEQUENTIAL,
        norm=root_norm(top), interpolation="nearest", gid="psth",
    )  # fmt: skip
    colour_bar(ax, drawn, "rate (Hz)", extend="max" if image.max() > top else "neither")
    row_labels(ax, [group.label for group in shown], [group.sign for group in shown])
    ax.plot(
        [0, min(length, edges[-1])], [1.012, 1.012], transform=ax.get_xaxis_transform(), color=INK, linewidth=3,
        clip_on=False, gid="stimulus",
    )  # fmt: skip
    ax.axvline(0, color="white", linewidth=0.8, linestyle=(0, (2, 2)))
    ax.set(xlabel="time from onset (ms)")
    return ax
