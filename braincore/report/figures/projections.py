"""Who projects to whom: synapses, in-degrees or weights from population to population."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError, suggest
from braincore.report.figures.connectome import log_matrix
from braincore.report.figures.labels import row_labels
from braincore.report.model_file import ModelFile, ProjectionSummary
from braincore.report.style import axes, colour_bar, empty, readable_unit, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
LABELS = {"synapses": "synapses", "indegree": "synapses per target neuron", "weight": "mean weight"}
MAX_POPULATIONS = 60


def projection_table(model: ModelFile, value: str = "synapses") -> tuple[list[str], Floats]:
    """Return names and a matrix with rows as sources: populations, or regions where there are more than 60.

    Parameters
    ----------
    model
        The model.
    value
        ``synapses``, ``indegree`` (synapses for each target neuron) or ``weight`` (mean over synapses, SI; NaN where
        there are none).

    Raises
    ------
    InputError
        Another value, or weights of receptors with different units cannot be told apart (see `projection_matrix`).
    """
    if value not in LABELS:
        raise InputError(f"unknown value '{value}'", hint=suggest(value, LABELS))
    summary = model.projection_summary
    if summary is not None and len(summary.names) and value == "synapses":
        return list(summary.names), summary.matrix
    populations = {row.name: row for row in model.populations}
    regional = len(populations) > MAX_POPULATIONS
    place = {name: (row.region or name) if regional else name for name, row in populations.items()}
    names = list(dict.fromkeys(place.values()))
    index = {name: i for i, name in enumerate(names)}
    total, weighted = np.zeros((len(names), len(names))), np.zeros((len(names), len(names)))
    for row in model.projections:
        source, target = (index.get(place.get(end.partition("[")[0], "")) for end in (row.source, row.target))
        if source is None or target is None:
            continue
        total[source, target] += row.n_synapses
        weighted[source, target] += row.n_synapses * (row.weight_mean_si or 0.0)
    if value == "weight":
        with np.errstate(invalid="ignore", divide="ignore"):
            return names, np.where(total > 0, weighted / total, np.nan)
    if value == "indegree":
        sizes = np.zeros(len(names))
        for name, population in populations.items():
            sizes[index[place[name]]] += population.size
        return names, total / np.maximum(sizes, 1)
    return names, total


def group_matrix(summary: ProjectionSummary, ax: Axes | None = None) -> Axes:
    """Draw the number of synapses from group to group of neurons: rows are sources, columns targets."""
    size = float(np.clip(2.4 + 0.2 * len(summary.names), 3.4, 7.2))
    names = list(summary.names)
    return log_matrix(axes(ax, size - 0.6, size + 0.6), summary.matrix, names, names, "synapses")


def projection_matrix(model: ModelFile, ax: Axes | None = None, *, value: str = "synapses", unit: str = "") -> Axes:
    """Draw the projections between populations (or regions): rows are sources, columns targets.

    Counts are in logarithmic colours; weights are blue where they excite and red where they inhibit.

    Parameters
    ----------
    value
        ``synapses``, ``indegree`` or ``weight``.
    unit
        SI unit of the weights, such as ``A``.
    """
    names, matrix = projection_table(model, value)
    size = float(np.clip(2.4 + 0.2 * len(names), 3.4, 7.2))
    ax = axes(ax, size - 0.6, size + 0.6)
    if value != "weight":
        return log_matrix(ax, matrix, names, names, LABELS[value])
    if not np.isfinite(matrix).any():
        return empty(ax, "There are no weights")
    tidy(ax)
    factor, symbol = readable_unit(unit, matrix)
    top = float(np.nanmax(np.abs(matrix))) * factor or 1.0
    drawn = ax.imshow(matrix * factor, cmap="RdBu", vmin=-top, vmax=top, interpolation="nearest", gid="matrix")
    colour_bar(ax, drawn, f"mean weight ({symbol})" if symbol else "mean weight (SI units)")
    row_labels(ax, names)
    row_labels(ax, names, axis="x")
    ax.set(xlabel="target", ylabel="source")
    for spine in ax.spines.values():
        spine.set_visible(True)
    return ax
