"""Putting names beside data without two of them overlapping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from braincore.report.style import INK, LINE_HEIGHT, SMALL, colour, height_of, literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_LABELS = 60
CHARACTER = 5.2  # points: mean width of a character of small text, on the safe side


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move label positions as little as possible so that they are `gap` apart within `low` to `high`.

    Positions are given in rising order. Where there is no room for all, they are spaced evenly.
    """
    n = len(wanted)
    if n == 0:
        return []
    if n > 1 and (n - 1) * gap > high - low:
        return [low + (high - low) * i / (n - 1) for i in range(n)]
    # Blocks of labels that touch are kept at the mean of what their members want (pool adjacent violators).
    blocks: list[tuple[float, int]] = []  # (mean of wanted - i*gap, members)
    for i, position in enumerate(wanted):
        mean, count = position - i * gap, 1
        while blocks and blocks[-1][0] > mean:
            before, members = blocks.pop()
            mean = (mean * count + before * members) / (count + members)
            count += members
        blocks.append((mean, count))
    flat = [mean for mean, count in blocks for _ in range(count)]
    return [min(max(base, low), high - (n - 1) * gap) + i * gap for i, base in enumerate(flat)]


def side_labels(ax: Axes, places: Sequence[float], labels: Sequence[str], signs: Sequence[str], rows: float) -> None:
    """Name places along the y axis, moved apart where they are too close, every n-th where there is no room for all.

    Parameters
    ----------
    places
        Where each label belongs, in rising order.
    rows
        Length of the y axis in the same unit, which begins at -0.5.
    """
    height = height_of(ax)
    step = -(-len(places) // max(2, int(height / LINE_HEIGHT)))
    picked = range(0, len(places), step)
    gap = LINE_HEIGHT * rows / height
    centres = [places[i] for i in picked]
    moved = spread(centres, gap, gap / 2 - 0.5, rows - 0.5 - gap / 2)
    ax.set_yticks(moved, [literal(labels[i], 20) for i in picked])
    for text, i in zip(ax.get_yticklabels(), picked, strict=True):
        text.set_color(colour(signs[i]) if signs[i] else INK)
    ax.tick_params(axis="y", length=0, pad=9)
    _leaders(ax, centres, moved)


def _leaders(ax: Axes, centres: Sequence[float], places: Sequence[float]) -> None:
    """Draw short lines at the left edge, from where a label belongs to where there was room for it."""
    from matplotlib.collections import LineCollection
    from matplotlib.transforms import blended_transform_factory

    lines = [[(0.0, centre), (-0.016, place)] for centre, place in zip(centres, places, strict=True)]
    transform = blended_transform_factory(ax.transAxes, ax.transData)
    ax.add_collection(
        LineCollection(lines, colors=INK, linewidths=0.6, transform=transform, clip_on=False), autolim=False
    )


def row_labels(ax: Axes, labels: Sequence[str], signs: Sequence[str] | None = None, *, axis: str = "y") -> None:
    """Name rows (or columns) 0, 1, 2... of an image or a chart, every n-th where there is no room for all."""
    height = height_of(ax)
    length = height if axis == "y" else float(ax.get_window_extent().width) / ax.figure.dpi * 72
    step = -(-len(labels) // max(1, int(length / LINE_HEIGHT)))
    picked = list(range(0, len(labels), step))
    names = [literal(labels[i], 20) for i in picked]
    if axis == "y":
        ax.set_yticks(picked, names)
    else:
        wide = max(map(len, names), default=0) * CHARACTER > length / len(labels) * step
        ax.set_xticks(picked, names, rotation=90 if wide else 0)
    ticks = ax.get_yticklabels() if axis == "y" else ax.get_xticklabels()
    for text, i in zip(ticks, picked, strict=True):
        text.set_color(colour(signs[i]) if signs and signs[i] else INK)


def label_points(ax: Axes, x: Any, y: Any, labels: Sequence[str], radii: Any = 3.0, limit: int = MAX_LABELS) -> int:
    """Name points beside them, the first ones first; a name that finds no free place is left out.

    Parameters
    ----------
    x, y
        In data coordinates, with the limits of the axes set. Names keep clear of all points.
    radii
        Radius of each point's symbol in points.
    limit
        How many names are enough.

    Returns
    -------
    shown
        How many names were drawn.
    """
    height_of(ax, exact=True)  # lays the figure out, so that distances on the page are known
    ax.apply_aspect()
    scale = 72 / ax.figure.dpi
    places = ax.transData.transform(np.column_stack([x, y])) * scale
    radius = np.broadcast_to(np.asarray(radii, dtype=float), len(places))
    taken = np.column_stack([places - radius[:, None], places + radius[:, None]])
    frame = ax.get_window_extent()
    bounds = np.array([frame.x0, frame.y0, frame.x1, frame.y1]) * scale
    shown = 0
    for place, r, label in zip(places, radius, labels, strict=True):
        if shown == limit:
            break
        name = literal(label, 16)
        width, height = CHARACTER * len(name), SMALL + 1
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (0.8, 0.8), (-0.8, 0.8), (0.8, -0.8), (-0.8, -0.8)):
            centre = place + np.array([dx * (r + 2 + width / 2), dy * (r + 2 + height / 2)])
            half = np.array([width / 2, height / 2])
            box = np.concatenate([centre - half, centre + half])
            if (box[:2] < bounds[:2]).any() or (box[2:] > bounds[2:]).any():
                continue
            if not ((box[:2] < taken[:, 2:]) & (box[2:] > taken[:, :2])).all(axis=1).any():
                taken = np.vstack([taken, box])
                x0, y0 = ax.transData.inverted().transform(centre / scale)
                ax.text(x0, y0, name, fontsize=SMALL, color=INK, ha="center", va="center", gid="point-label")
                shown += 1
                break
    return shown
