"""How irregularly neurons fire: their inter-spike intervals, and the spread of the coefficient of variation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from braincore.analysis import cv_isi, isi_histogram
from braincore.analysis import intervals as all_intervals
from braincore.report.members import by_sign, members, trains
from braincore.report.model_file import ModelFile
from braincore.report.style import INK, SMALL, axes, colour, empty, legend, new_figure, plain_log, tidy
from braincore.results.containers import SpikeTrains
from braincore.results.reader import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MIN_SPIKES = 10
ENOUGH_NEURONS = 20


def intervals(
    data: Run | SpikeTrains,
    ax: Axes | None = None,
    *,
    start: float | None = None,
    stop: float | None = None,
    model: ModelFile | None = None,
    bins: int = 60,
) -> Axes:
    """Draw the distribution of inter-spike intervals of excitatory and of inhibitory neurons on a logarithmic axis.

    Parameters
    ----------
    data, ax, start, stop, model
        As in `raster`.
    bins
        Number of logarithmic bins.
    """
    spikes = trains(data, start, stop)
    ax = axes(ax, 2.8, 4.0)
    isi, _ = all_intervals(spikes.t, spikes.unit, spikes.n)
    if not (isi > 0).any():
        return empty(ax, "No neuron spiked twice")
    tidy(ax)
    edges = np.geomspace(isi[isi > 0].min() * 0.97, isi.max() * 1.03, bins + 1)
    for group in by_sign(members(spikes.populations, model)):
        own = spikes.select([member.name for member in group.members])
        counts, _ = isi_histogram(own.t, own.unit, own.n, edges=edges)
        if counts.sum():
            share = 100 * counts / counts.sum()
            ax.stairs(share, edges * 1e3, color=colour(group.sign), label=group.label, linewidth=1.2, gid="intervals")
    ax.set(xscale="log", xlabel="inter-spike interval (ms)", ylabel="share of intervals (%)")
    ax.set_ylim(bottom=0)
    plain_log(ax, "x")
    legend(ax)
    return ax


def cv_distribution(
    data: Run | SpikeTrains,
    ax: Axes | None = None,
    *,
    start: float | None = None,
    stop: float | None = None,
    model: ModelFile | None = None,
    min_spikes: int | None = None,
) -> Axes:
    """Draw how the neurons' coefficients of variation of inter-spike intervals are spread; 1 is a Poisson process.

    Triangles mark the medians.

    Parameters
    ----------
    data, ax, start, stop, model
        As in `raster`.
    min_spikes
        Neurons with fewer spikes do not count; 10 by default, or 4 where fewer than 20 neurons have 10.
    """
    spikes = trains(data, start, stop)
    ax = axes(ax, 2.8, 4.0)
    least = enough_spikes(spikes) if min_spikes is None else min_spikes
    cv = cv_isi(spikes.t, spikes.unit, spikes.n, min_spikes=least)
    known = np.isfinite(cv)
    if not known.any():
        return empty(ax, f"No neuron has {least} spikes")
    tidy(ax)
    owner = np.repeat(np.arange(len(spikes.populations)), spikes.sizes)
    top = float(np.clip(np.ceil(np.quantile(cv[known], 0.995) * 5) / 5, 1.2, 5.0))
    edges = np.linspace(0, top, 41)
    for group in by_sign(members(spikes.populations, model)):
        own = cv[known & np.isin(owner, group.codes)]
        if not len(own):
            continue
        counts, _ = np.histogram(np.clip(own, 0, top), edges)
        median = float(np.median(own))
        label = f"{group.label} (median {median:.2f})"
        ax.stairs(100 * counts / len(own), edges, color=colour(group.sign), label=label, linewidth=1.2, gid="cv")
        ax.plot(
            [median], [0.0], "^", transform=ax.get_xaxis_transform(), color=colour(group.sign), markersize=6,
            clip_on=False, gid="median",
        )  # fmt: skip
    ax.axvline(1.0, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
    ax.annotate(
        "Poisson", (1.0, 1.0), xycoords=ax.get_xaxis_transform(), xytext=(4, -3), textcoords="offset points",
        fontsize=SMALL, color=INK, va="top",
    )  # fmt: skip
    ax.set(
        xlabel=f"CV of intervals (neurons with {least} or more spikes)", ylabel="share of neurons (%)", xlim=(0, top)
    )
    ax.set_ylim(bottom=0)
    legend(ax, ncols=1)
    return ax


def enough_spikes(spikes: SpikeTrains) -> int:
    """Return how many spikes a neuron needs for a coefficient of variation: 10, or 4 where hardly any has 10."""
    return MIN_SPIKES if int((spikes.counts() >= MIN_SPIKES).sum()) >= ENOUGH_NEURONS else 4


def irregularity(
    data: Run | SpikeTrains,
    figure: Figure | None = None,
    *,
    start: float | None = None,
    stop: float | None = None,
    model: ModelFile | None = None,
) -> tuple[Axes, Axes]:
    """Draw `intervals` and `cv_distribution` beside each other; return both axes."""
    spikes = trains(data, start, stop)
    figure = figure or new_figure(2.9)
    left, right = figure.subplots(1, 2)
    return intervals(spikes, left, model=model), cv_distribution(spikes, right, model=model)
