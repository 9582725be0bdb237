"""The connectome of a brain's regions: as a matrix of strengths, and as a graph in space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from braincore.report.figures.labels import MAX_LABELS, label_points, row_labels
from braincore.report.model_file import ConnectomeInfo
from braincore.report.style import (
    INK,
    NEUTRAL,
    SEQUENTIAL,
    SMALL,
    axes,
    colour_bar,
    empty,
    literal,
    number,
    plain_log,
    tidy,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
MAX_EDGES = 400
WRITTEN = 5  # rows and columns of a matrix whose numbers are written into the cells


def connectome_matrix(connectome: ConnectomeInfo, ax: Axes | None = None) -> Axes:
    """Draw the matrix of connection strengths in logarithmic colours: rows are sources, columns are targets.

    Where there is no connection, nothing is drawn. With negative strengths the colours show their size only.
    """
    size = float(np.clip(2.2 + 0.13 * len(connectome.names), 3.4, 7.2))
    ax = axes(ax, size - 0.6, size + 0.6)
    return log_matrix(
        ax, np.abs(connectome.matrix), connectome.names, connectome.names,
        f"{literal(connectome.attribute)}{f' ({literal(connectome.unit)})' if connectome.unit else ''}",
    )  # fmt: skip


def log_matrix(ax: Axes, matrix: Floats, rows: Any, columns: Any, label: str) -> Axes:
    """Draw a matrix of positive numbers in logarithmic colours, zeros blank; rows are sources, columns targets."""
    from matplotlib.colors import LogNorm

    positive = matrix[np.isfinite(matrix) & (matrix > 0)]
    if not positive.size:
        return empty(ax, "There are no connections")
    tidy(ax)
    low, high = float(positive.min()), float(positive.max())
    if high / low > 1e6:  # a few tiny entries must not take the colours from all others
        low = max(low, float(np.quantile(positive, 0.02)), high * 1e-8)
    if low == high:
        low, high = low / 2, high * 2
    shown = np.where(np.isfinite(matrix) & (matrix > 0), np.clip(matrix, low, None), np.nan)
    drawn = ax.imshow(
        shown, norm=LogNorm(low, high), cmap=SEQUENTIAL, interpolation="nearest", aspect="equal",
        gid="matrix",
    )  # fmt: skip
    written = len(rows) <= WRITTEN and len(columns) <= WRITTEN
    if written:
        _write_cells(ax, drawn, matrix)
    if positive.min() < positive.max():
        plain_log(colour_bar(ax, drawn, label).ax, "y")
    else:  # one number needs no scale
        ax.set_title(label if written else f"{label}: {number(positive[0])}", fontsize=SMALL, loc="left")
    row_labels(ax, list(rows))
    row_labels(ax, list(columns), axis="x")
    ax.set(xlabel="target", ylabel="source")
    for spine in ax.spines.values():
        spine.set_visible(True)
    return ax


def _write_cells(ax: Axes, drawn: Any, matrix: Floats) -> None:
    """Write the numbers into the cells, where there is room for them."""
    for (i, j), value in np.ndenumerate(matrix):
        if np.isfinite(value) and value > 0:
            tint = "white" if drawn.norm(value) < 0.6 else INK
            ax.text(j, i, number(value), ha="center", va="center", fontsize=SMALL, color=tint)


def layout(connectome: ConnectomeInfo, seed: int = 1) -> tuple[Floats, str]:
    """Return a place in the plane for each region, shape (n, 2), and how it was found.

    Positions in space are projected on the two axes of their greatest spread; without positions, a spring layout of
    networkx is used, with strong connections as short springs and a fixed seed.
    """
    n = len(connectome.names)
    if connectome.positions is not None:
        spread = np.ptp(connectome.positions, axis=0)
        keep = np.sort(np.argsort(-spread, kind="stable")[:2])
        shown = ", ".join("xyz"[i] for i in keep)
        return connectome.positions[:, keep], f"positions in space ({shown})"
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    strength = np.abs(connectome.matrix) + np.abs(connectome.matrix.T)
    strength = np.where(np.isfinite(strength), strength, 0)
    top = strength.max() if n else 0
    edges = [(i, j, float(np.sqrt(strength[i, j] / top))) for i, j in np.argwhere(np.triu(strength, 1) > 0)]
    graph.add_weighted_edges_from((int(i), int(j), w) for i, j, w in edges)
    places = nx.spring_layout(graph, seed=seed, iterations=60, k=2.5 / np.sqrt(max(n, 1)))
    found = np.array([places[i] for i in range(n)]).reshape(n, 2)
    found -= found.mean(axis=0) if n else 0
    if n > 1:  # the longest side lies across the page
        found = found @ np.linalg.svd(found, full_matrices=False)[2].T
    return found, f"spring layout, seed {seed}"


def connectome_graph(
    connectome: ConnectomeInfo,
    ax: Axes | None = None,
    *,
    values: Mapping[str, float] | None = None,
    label: str = "mean rate (Hz)",
    seed: int = 1,
    max_edges: int | None = None,
) -> Axes:
    """Draw the regions as discs and their strongest connections as lines.

    The area of a disc grows with the region's strength (all its connections, in and out); lines are wider and darker
    for stronger connections. Names are written where there is room, the strongest regions first.

    Parameters
    ----------
    values
        A number for each region that colours it, such as its mean rate.
    label
        What the colours mean.
    seed
        Of the spring layout, where the connectome has no positions.
    max_edges
        How many connections are drawn, the strongest first; five for each region by default.
    """
    n = len(connectome.names)
    if not n:
        return empty(axes(ax, 1.0), "There are no regions")
    places, how = layout(connectome, seed)
    wide, high = np.maximum(np.ptp(places, axis=0), 1e-12)
    ax = tidy(axes(ax, float(np.clip(6.4 * high / wide + 0.6, 2.6, 6.0)), 7.4))
    matrix = np.where(np.isfinite(connectome.matrix), np.abs(connectome.matrix), 0)
    np.fill_diagonal(matrix, 0)
    _edges(ax, places, matrix, drawn_edges(n) if max_edges is None else max_edges)
    strength = matrix.sum(axis=0) + matrix.sum(axis=1)
    area = 18 + (260 if n <= 60 else 90) * strength / max(strength.max(), 1e-300)
    shown = np.array([(values or {}).get(name, np.nan) for name in connectome.names], dtype=float)
    known = np.isfinite(shown)
    rim: dict[str, Any] = {"edgecolors": "white", "linewidths": 0.8, "zorder": 3}
    ax.scatter(places[~known, 0], places[~known, 1], area[~known], color=NEUTRAL, **rim)
    if known.any():
        drawn = ax.scatter(
            places[known, 0], places[known, 1], area[known], shown[known], cmap=SEQUENTIAL, gid="regions", **rim
        )
        colour_bar(ax, drawn, label)
    ax.set(xticks=[], yticks=[], aspect="equal", xlabel=how)
    for spine in ax.spines.values():
        spine.set_visible(False)
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    reach = np.maximum([wide, high], [0.8 * high, 0.3 * wide]) * 0.6
    ax.set_xlim(middle[0] - reach[0], middle[0] + reach[0])
    ax.set_ylim(middle[1] - reach[1], middle[1] + reach[1])
    order = np.argsort(-strength, kind="stable")
    named = [connectome.names[i] for i in order]
    x, y = places[order].T
    label_points(ax, x, y, named, np.sqrt(area[order] / np.pi), MAX_LABELS if n <= 100 else 30)
    return ax


def drawn_edges(regions: int) -> int:
    """Return how many connections a graph of `regions` shows."""
    return min(MAX_EDGES, 5 * regions)


def _edges(ax: Axes, places: Floats, matrix: Floats, max_edges: int) -> None:
    from matplotlib.collections import LineCollection

    both = np.triu(matrix + matrix.T, 1)
    source, target = np.nonzero(both)
    weight = both[source, target]
    strongest = np.argsort(-weight, kind="stable")[:max_edges][::-1]
    if not len(strongest):
        return
    source, target, weight = source[strongest], target[strongest], weight[strongest]
    level = np.log(weight / weight.min()) / max(np.log(weight.max() / weight.min()), 1e-12)
    lines = np.stack([places[source], places[target]], axis=1)
    tints = np.tile([0.42, 0.45, 0.5, 1.0], (len(level), 1))
    tints[:, 3] = 0.1 + 0.6 * level**1.5
    widths = 0.4 + 1.8 * level**2
    ax.add_collection(LineCollection(list(lines), colors=tints, linewidths=widths, zorder=1, gid="edges"))
