"""Learning rules side by side: a curve of every rule on the same axes, with data, and their measures with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from braincore.report.style import FONT, INK, SMALL, axes, legend, literal, new_figure, series, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
Curve = tuple[Floats, Floats, Floats, Floats]
"""x, mean, and the lower and upper end of an interval (NaN where there is none)."""


def curves(
    rules: Mapping[str, Curve],
    ax: Axes | None = None,
    *,
    data: tuple[Floats, Floats, Floats | None] | None = None,
    data_label: str = "",
    ticks: Sequence[str] = (),
    breaks: Sequence[float] = (),
    axis: str = "",
    unit: str = "",
    title: str = "",
    key: bool = True,
) -> Axes:
    """Draw a curve of each rule on the same axes, with a band for its interval and points for published data.

    Parameters
    ----------
    rules
        Label to curve.
    ax
        Axes to draw on; new ones by default.
    data
        x, y and standard error (or None) of published data.
    data_label
        What the legend calls them.
    ticks
        Names of the points 0, 1, ... of the axis, for what has no number.
    breaks
        Where on the axis curves are not joined.
    axis, unit, title
        Labels.
    key
        Whether there is a legend.
    """
    ax = tidy(axes(ax, 3.4), grid="y")
    for k, (label, (x, mean, low, high)) in enumerate(rules.items()):
        tint, style = series(k)
        shift = (k - (len(rules) - 1) / 2) * 0.6 / max(len(rules), 1) if ticks else 0.0
        if ticks:
            ends = np.nan_to_num(np.array([mean - low, high - mean]))
            ax.errorbar(
                x + shift, mean, yerr=ends, color=tint, fmt="o", markersize=3.5, linewidth=1, label=literal(label)
            )
            continue
        x, mean, low, high = (_broken(x, part, breaks) for part in (x, mean, low, high))
        ax.plot(x, mean, color=tint, linestyle=style, linewidth=1.3, label=literal(label))
        if np.isfinite(low).any():
            ax.fill_between(x, low, high, color=tint, alpha=0.15, linewidth=0)
    if data is not None:
        x, y, error = data
        ax.errorbar(
            x, y, yerr=error, color=INK, fmt="D", markersize=3.5, linewidth=0.9, capsize=2, zorder=5,
            label=literal(data_label, 40),
        )  # fmt: skip
    if not any((mean > 0).all() for _, mean, _, _ in rules.values()):
        ax.axhline(0, color=INK, linewidth=0.6)
    if ticks:
        names = ["\n".join(literal(part) for part in tick.split(" ", 1)) for tick in ticks]
        ax.set_xticks(range(len(ticks)), names)
    ax.set(xlabel=literal(axis, 60), ylabel=literal(unit, 60))
    ax.set_title(literal(title, 60), fontsize=FONT, color=INK)
    if key:
        entries = len(rules) + (data is not None)
        columns = min(entries, 4)
        # above the axes and as many rows as it takes; the title stands above it
        legend(ax, loc="lower left", bbox_to_anchor=(0.0, 1.0 if not title else 1.08), ncols=columns)
    return ax


def _broken(x: Floats, values: Floats, breaks: Sequence[float]) -> Floats:
    """Put a gap into values where the axis passes a break."""
    for place in breaks:
        values = np.insert(values, int(np.searchsorted(x, place)), np.nan)
    return values


def measures(values: Mapping[str, Mapping[str, tuple[float, float, float]]]) -> Figure:
    """Draw every measure as a row of points, one for each rule, with intervals.

    Parameters
    ----------
    values
        Measure to rule to (mean, low, high).
    """
    labels = list(dict.fromkeys(label for rules in values.values() for label in rules))
    figure = new_figure(max(1.6, 0.7 + 0.2 * len(labels)))
    panels: Any = figure.subplots(1, len(values), sharey=True, squeeze=False)[0]
    for ax, (measure, rules) in zip(panels, values.items(), strict=True):
        tidy(ax, grid="x")
        for k, label in enumerate(labels):
            mean, low, high = rules.get(label, (np.nan,) * 3)
            if not np.isfinite(mean):
                continue
            tint, _ = series(k)
            ends = None if not np.isfinite(low) else [[mean - low], [high - mean]]
            ax.errorbar(mean, k, xerr=ends, color=tint, fmt="o", markersize=4, linewidth=1.2, capsize=2)
        ax.set_title(literal(measure, 32), fontsize=SMALL, color=INK)
        ax.set_ylim(len(labels) - 0.5, -0.5)
        ax.locator_params(axis="x", nbins=4)
    panels[0].set_yticks(range(len(labels)), [literal(label) for label in labels])
    return figure
