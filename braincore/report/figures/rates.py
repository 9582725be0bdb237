"""Mean firing rates: simulated beside predicted and reference rates, from neuron to neuron, and over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from braincore.analysis import firing_rates, summarise
from braincore.report.figures.labels import label_points, row_labels
from braincore.report.figures.raster import time_axis
from braincore.report.members import MANY_POPULATIONS, Member, by_layer, few_groups, groups, members, trains
from braincore.report.model_file import Event, ModelFile
from braincore.report.style import (
    FAINT,
    INK,
    SEQUENTIAL,
    SMALL,
    axes,
    colour,
    colour_bar,
    empty,
    legend,
    literal,
    measured,
    nice_step,
    plain_log,
    root_norm,
    tidy,
)
from braincore.results.containers import SpikeTrains
from braincore.results.reader import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
PREDICTED = "#9aa2ad"


@dataclass(frozen=True, kw_only=True, slots=True)
class RateRow:
    """Mean rates of one population in Hz; None where there is none."""

    member: Member
    simulated: float | None = None
    predicted: float | None = None
    reference: float | None = None


@lru_cache(maxsize=8)
def statistics(run: Run) -> Mapping[str, Mapping[str, Any]]:
    """Return the numbers of each population: from the run's summary, or worked out where a run has none."""
    noted = run.summary.get("populations")
    return noted if noted else summarise(run)


def rate_rows(run: Run, model: ModelFile | None = None, reference: Mapping[str, float] | None = None) -> list[RateRow]:
    """Return the mean rates of all populations."""
    noted = statistics(run)
    if reference is None:
        reference = model.reference_rates.rates_hz if model and model.reference_rates else {}
    infos = list(run.populations.values())
    found = []
    for member in members(infos, model):
        entry = noted.get(member.name, {})
        found.append(
            RateRow(
                member=member,
                simulated=_finite(entry.get("rate_hz")),
                predicted=_finite(entry.get("predicted_rate_hz")),
                reference=_finite(reference.get(member.name)),
            )
        )
    return found


def _finite(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else None


def group_rates_of(run: Run) -> dict[str, float]:
    """Return the mean rate in Hz of each group of neurons that the run's summary knows."""
    noted = run.summary.get("groups") or {}
    return {name: float(row["rate_hz"]) for name, row in noted.items() if row.get("rate_hz") is not None}


def rates(
    run: Run,
    ax: Axes | None = None,
    *,
    model: ModelFile | None = None,
    reference: Mapping[str, float] | None = None,
) -> Axes:
    """Draw the mean rate of each population as a bar, with predicted and reference rates beside it.

    A brain of more than 24 populations in several regions gets one row for each kind of population: boxes show how the
    regions differ (median, quartiles, 5th and 95th percentile).

    Parameters
    ----------
    run
        The run; its summary has the rates.
    ax
        Axes to draw on; new ones by default.
    model
        For signs, regions and reference rates.
    reference
        Rates in Hz by population, instead of the model's.
    """
    table = [row for row in rate_rows(run, model, reference) if row.simulated is not None]
    if not table:
        return empty(axes(ax, 1.0), "No rates were recorded")
    if len(groups([row.member for row in table])) < len(table):
        return _rates_of_regions(ax, table)
    ax = tidy(axes(ax, bars_height(len(table))), grid="x")
    place = np.arange(len(table), dtype=float)
    compared = any(row.predicted is not None for row in table)
    thick = 0.38 if compared else 0.6
    shift = thick / 2 if compared else 0.0
    simulated = np.array([row.simulated for row in table], dtype=float)
    ax.barh(
        place - shift,
        simulated,
        thick,
        color=[colour(row.member.sign) for row in table],
        label="simulated",
        gid="simulated",
    )
    if compared:
        predicted = np.array([row.predicted for row in table], dtype=float)
        ax.barh(
            place + shift, predicted, thick, facecolor="none", edgecolor=[colour(row.member.sign) for row in table],
            linewidth=0.9, hatch="////", gid="predicted",
        )  # fmt: skip
    if any(row.reference is not None for row in table):
        known = np.array([row.reference for row in table], dtype=float)
        ax.plot(
            known, place - shift, "D", markersize=5, markerfacecolor="none", markeredgecolor=INK, gid="reference",
        )  # fmt: skip
    for at, row in zip(place, table, strict=True):
        ax.annotate(
            measured(row.simulated), (_largest([row]), at - shift), xytext=(7, 0), textcoords="offset points",
            va="center", fontsize=SMALL, color=INK,
        )  # fmt: skip
    ax.set_yticks(place, [literal(row.member.label, 22) for row in table])
    for text, row in zip(ax.get_yticklabels(), table, strict=True):
        text.set_color(colour(row.member.sign) if row.member.sign else INK)
    ax.set(xlabel="mean rate (Hz)", ylim=(len(table) - 0.4, -0.6))
    ax.set_xlim(0, max(1e-3, _largest(table)) * 1.12)
    ax.tick_params(axis="y", length=0)
    if compared:
        _bar_legend(ax, reference=any(row.reference is not None for row in table))
    return ax


def _largest(table: Sequence[RateRow]) -> float:
    values = [value for row in table for value in (row.simulated, row.predicted, row.reference) if value is not None]
    return max(values, default=0.0)


def _bar_legend(ax: Axes, *, reference: bool = False) -> None:
    """Say what full and hatched bars mean, in grey: the colours are the signs."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Patch(facecolor=PREDICTED, label="simulated"),
        Patch(facecolor="none", edgecolor=INK, hatch="////", label="predicted by mean-field theory"),
    ]
    if reference:
        handles.append(Line2D([], [], marker="D", linestyle="", markerfacecolor="none", color=INK, label="reference"))
    legend(ax, handles=handles)


def bars_height(count: int) -> float:
    """Return the height in inches of a figure with `count` labelled rows."""
    return float(np.clip(0.9 + 0.27 * count, 1.4, 8.0))


def _rates_of_regions(ax: Axes | None, table: Sequence[RateRow]) -> Axes:
    kinds = by_layer([row.member for row in table])
    rows = {row.member.name: row for row in table}
    shown = list(kinds.items())[:MANY_POPULATIONS]
    ax = tidy(axes(ax, bars_height(len(shown))), grid="x")
    compared = any(row.predicted is not None for row in table)
    for place, (_, inside) in enumerate(shown):
        sign = inside[0].sign
        simulated = [rows[m.name].simulated for m in inside]
        _box(ax, simulated, place - (0.2 if compared else 0), 0.3, colour(sign), filled=True)
        if compared:
            _box(ax, [rows[m.name].predicted for m in inside], place + 0.2, 0.3, colour(sign), filled=False)
    ax.set_yticks(range(len(shown)), [literal(f"{name} ({len(inside)} regions)", 30) for name, inside in shown])
    for text, (_, inside) in zip(ax.get_yticklabels(), shown, strict=True):
        text.set_color(colour(inside[0].sign) if inside[0].sign else INK)
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="mean rate of a population (Hz)", ylim=(len(shown) - 0.4, -0.6))
    ax.set_xlim(left=0)
    if compared:
        _bar_legend(ax)
    return ax


def _box(
    ax: Axes, values: Sequence[float | None] | Floats, place: float, width: float, tint: str, *, filled: bool
) -> None:
    finite = [value for value in values if value is not None and np.isfinite(value)]
    if not finite:
        return
    drawn = ax.boxplot(
        [finite], positions=[place], widths=width, orientation="horizontal", whis=(5, 95), showfliers=False,
        patch_artist=True, manage_ticks=False, medianprops={"color": "white" if filled else tint, "linewidth": 1.4},
        whiskerprops={"color": tint}, capprops={"color": tint}, boxprops={"edgecolor": tint},
    )  # fmt: skip
    for patch in drawn["boxes"]:
        patch.set(facecolor=tint if filled else "none", hatch=None if filled else "////")


def rate_boxes(
    data: Run | SpikeTrains,
    ax: Axes | None = None,
    *,
    start: float | None = None,
    stop: float | None = None,
    model: ModelFile | None = None,
) -> Axes:
    """Draw how the neurons of each population (or region) differ in rate: median, quartiles, 5th and 95th percentile.

    A ring marks the mean. Parameters are those of `raster`.
    """
    spikes = trains(data, start, stop)
    shown = few_groups([member for member in members(spikes.populations, model) if member.size])
    if not shown or not spikes.duration:
        return empty(axes(ax, 1.0), "No spikes were recorded")
    ax = tidy(axes(ax, bars_height(len(shown))), grid="x")
    offsets = np.concatenate([[0], np.cumsum(spikes.sizes)])
    rate = firing_rates(spikes.t, spikes.unit, spikes.n, start=spikes.start, stop=spikes.stop)
    for place, group in enumerate(shown):
        own = np.concatenate([rate[offsets[code] : offsets[code + 1]] for code in group.codes])
        _box(ax, own, place, 0.6, colour(group.sign), filled=True)
        ax.plot(
            [own.mean()], [place], "o", markersize=5, markerfacecolor="white", markeredgecolor=INK, clip_on=False,
            zorder=3, gid="mean",
        )  # fmt: skip
    row_labels(ax, [group.label for group in shown], [group.sign for group in shown])
    ax.set(xlabel="rate of a neuron (Hz)", ylim=(len(shown) - 0.4, -0.6))
    ax.set_xlim(left=0)
    ax.tick_params(axis="y", length=0)
    return ax


def predicted_rates(run: Run, ax: Axes | None = None, *, model: ModelFile | None = None) -> Axes:
    """Draw simulated against predicted mean rates of all populations on logarithmic axes, with the line of equality.

    The shaded band is within 20 %. Populations that are silent in either are counted in the corner.
    """
    table = [row for row in rate_rows(run, model) if row.simulated is not None and row.predicted is not None]
    ax = axes(ax, 4.2, 4.6)
    positive = [row for row in table if (row.simulated or 0) > 0 and (row.predicted or 0) > 0]
    if not positive:
        return empty(ax, "No predicted rates")
    tidy(ax)
    for sign in ("E", "I", ""):
        own = [row for row in positive if row.member.sign == sign]
        if own:
            x, y = (np.array([getattr(row, key) for row in own], dtype=float) for key in ("predicted", "simulated"))
            ax.plot(
                x,
                y,
                "o",
                color=colour(sign),
                markersize=5 if len(table) <= 60 else 3,
                alpha=0.85 if len(table) <= 300 else 0.5,
                rasterized=len(table) > 300,
                gid=f"rates-{sign}",
            )
    values = [value for row in positive for value in (row.simulated, row.predicted) if value]
    low, high = min(values) / 1.6, max(values) * 1.6
    line = np.array([low, high])
    ax.fill_between(line, line / 1.2, line * 1.2, color=FAINT, alpha=0.6, linewidth=0, zorder=0)
    ax.plot(line, line, color=INK, linewidth=0.8, zorder=1)
    ax.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high), aspect="equal")
    plain_log(ax, "xy")
    ax.set(xlabel="predicted mean rate (Hz)", ylabel="simulated mean rate (Hz)")
    if len(positive) <= 60:
        label_points(
            ax, [row.predicted for row in positive], [row.simulated for row in positive],
            [row.member.label for row in positive],
        )  # fmt: skip
    if len(positive) < len(table):
        ax.text(
            0.02, 0.98, f"not shown: {len(table) - len(positive)} silent", transform=ax.transAxes, va="top",
            fontsize=SMALL, color=INK,
        )  # fmt: skip
    return ax


def rate_map(
    data: Run | SpikeTrains,
    ax: Axes | None = None,
    *,
    start: float | None = None,
    stop: float | None = None,
    model: ModelFile | None = None,
    events: Sequence[Event] = (),
) -> Axes:
    """Draw the mean rate of each population (or region of a large brain) over time as an image.

    Parameters are those of `raster`; `events` are marked above the image.
    """
    spikes = trains(data, start, stop)
    shown = [group for group in groups([m for m in members(spikes.populations, model) if m.size]) if group.size]
    width = nice_step(max(spikes.duration / 200, 2e-3, spikes.dt)) if spikes.duration else 0.0
    bins = int(spikes.duration / width + 1e-9) if width else 0
    if not shown or not bins:
        return empty(axes(ax, 1.0), "No spikes were recorded")
    ax = tidy(axes(ax, float(np.clip(1.2 + 0.16 * len(shown), 2.0, 7.0))))
    image = _rates_of_groups(spikes, shown, width, bins)
    scale, label = time_axis(spikes.start, spikes.stop)
    top = float(np.quantile(image[image > 0], 0.995)) if (image > 0).any() else 1.0
    extent = (spikes.start * scale, (spikes.start + bins * width) * scale, len(shown) - 0.5, -0.5)
    drawn = ax.imshow(
        image, aspect="auto", extent=extent, cmap=SEQUENTIAL, norm=root_norm(top), interpolation="nearest",
        gid="rate-map",
    )  # fmt: skip
    colour_bar(ax, drawn, "rate (Hz)", extend="max" if image.max() > top else "neither")
    row_labels(ax, [group.label for group in shown], [group.sign for group in shown])
    for event in events:
        if event.start_ms is not None:
            stop_s = spikes.stop if event.stop_ms is None else min(event.stop_ms * 1e-3, spikes.stop)
            ends = [event.start_ms * 1e-3 * scale, stop_s * scale]
            ax.plot(ends, [1.01, 1.01], transform=ax.get_xaxis_transform(), color=INK, linewidth=3, clip_on=False)
    ax.set(xlabel=label, ylabel="")
    return ax


def _rates_of_groups(spikes: SpikeTrains, shown: Sequence[Any], width: float, bins: int) -> Floats:
    steps = max(1, round(width / spikes.dt))
    first = round(spikes.start / spikes.dt)
    row = np.zeros(len(spikes.populations), dtype=np.int64)
    for place, group in enumerate(shown):
        row[group.codes] = place
    inside = (spikes.step - first) // steps
    keep = (inside >= 0) & (inside < bins)
    flat = row[spikes.population[keep]] * bins + inside[keep]
    count = np.bincount(flat, minlength=len(shown) * bins).reshape(len(shown), bins)
    sizes = np.array([group.size for group in shown])
    return np.asarray(count / (sizes[:, None] * steps * spikes.dt))
