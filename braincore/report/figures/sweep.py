"""What a sweep over parameters found: lines over one parameter, or an image over two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError, suggest
from braincore.report.figures.labels import row_labels
from braincore.report.style import INK, SEQUENTIAL, SMALL, axes, colour_bar, legend, literal, measured, series, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def sweep(
    table: Mapping[str, Any],
    metrics: str | Sequence[str],
    parameters: Sequence[str],
    ax: Axes | None = None,
    *,
    label: str = "",
) -> Axes:
    """Draw metrics of a sweep over one parameter as lines, or one metric over two parameters as an image.

    Points that were run several times (with other seeds) are averaged; bars go from the least to the greatest value.

    Parameters
    ----------
    table
        Columns by name, each of one length: a pandas frame or a dictionary of sequences. One row for each run.
    metrics
        Columns to show; one only with two parameters.
    parameters
        One or two columns that were varied.
    ax
        Axes to draw on; new ones by default.
    label
        What the metric is, with its unit, such as ``rate (Hz)``.

    Raises
    ------
    InputError
        A column is not there, or there are more than two parameters or, with two of them, more than one metric.
    """
    shown = [metrics] if isinstance(metrics, str) else list(metrics)
    for name in (*shown, *parameters):
        if name not in list(table):
            raise InputError(f"the sweep has no column '{name}'", hint=suggest(name, list(table), noun="column"))
    if len(parameters) == 1:
        return _lines(table, shown, parameters[0], ax, label)
    if len(parameters) != 2 or len(shown) != 1:
        raise InputError(
            f"{len(shown)} metrics over {len(parameters)} parameters", hint="Several over one, or one over two"
        )
    return _image(table, shown[0], parameters[0], parameters[1], ax, label)


def _levels(values: Any) -> tuple[list[Any], NDArray[np.int64], bool]:
    """Return the distinct values in order, which one each row has, and whether they are numbers."""
    given = list(values)
    numeric = all(isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in given)
    levels = sorted(set(given)) if numeric else list(dict.fromkeys(map(str, given)))
    index = {level: i for i, level in enumerate(levels)}
    return levels, np.array([index[value if numeric else str(value)] for value in given], dtype=np.int64), numeric


def _lines(table: Mapping[str, Any], metrics: Sequence[str], parameter: str, ax: Axes | None, label: str) -> Axes:
    levels, row, numeric = _levels(table[parameter])
    ax = tidy(axes(ax, 3.0), grid="y")
    x = np.array(levels, dtype=float) if numeric else np.arange(len(levels), dtype=float)
    for i, metric in enumerate(metrics):
        values = np.asarray(list(table[metric]), dtype=float)
        groups = [values[(row == level) & np.isfinite(values)] for level in range(len(levels))]
        known = [level for level, group in enumerate(groups) if len(group)]
        mean = np.array([groups[level].mean() for level in known])
        ends = np.array([[mean[k] - groups[v].min(), groups[v].max() - mean[k]] for k, v in enumerate(known)]).T
        tint, style = series(i)
        ax.errorbar(
            x[known], mean, yerr=ends if any(len(groups[v]) > 1 for v in known) else None, color=tint, linestyle=style,
            marker="o", markersize=4, linewidth=1.2, capsize=2.5, label=literal(metric),
        )  # fmt: skip
    if not numeric:
        ax.set_xticks(x, [literal(level, 16) for level in levels])
    elif len(x) > 2 and x.min() > 0 and x.max() / x.min() >= 50:
        ax.set_xscale("log")
    ax.set(
        xlabel=literal(parameter, 40), ylabel=literal(label, 40) or (literal(metrics[0]) if len(metrics) == 1 else "")
    )
    if len(metrics) > 1:
        legend(ax, ncols=min(len(metrics), 4))
    return ax


def _image(table: Mapping[str, Any], metric: str, across: str, up: str, ax: Axes | None, label: str) -> Axes:
    columns, x, _ = _levels(table[across])
    rows, y, _ = _levels(table[up])
    values = np.asarray(list(table[metric]), dtype=float)
    keep = np.isfinite(values)
    total, count = np.zeros((len(rows), len(columns))), np.zeros((len(rows), len(columns)))
    np.add.at(total, (y[keep], x[keep]), values[keep])
    np.add.at(count, (y[keep], x[keep]), 1)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    ax = tidy(axes(ax, float(np.clip(1.4 + 0.3 * len(rows), 2.6, 6.5)), 6.6))
    drawn = ax.imshow(mean, cmap=SEQUENTIAL, aspect="auto", origin="lower", interpolation="nearest", gid="sweep")
    colour_bar(ax, drawn, literal(label or metric, 40))
    row_labels(ax, [_text(level) for level in rows])
    row_labels(ax, [_text(level) for level in columns], axis="x")
    ax.set(xlabel=literal(across, 40), ylabel=literal(up, 40))
    if mean.size <= 100:
        low, high = drawn.get_clim()
        for (i, j), value in np.ndenumerate(mean):
            if np.isfinite(value):
                dark = (value - low) < 0.6 * (high - low)
                tint = "white" if dark else INK
                ax.text(j, i, measured(value), ha="center", va="center", fontsize=SMALL, color=tint)
    return ax


def _text(level: Any) -> str:
    return f"{level:g}" if isinstance(level, int | float | np.number) else str(level)
