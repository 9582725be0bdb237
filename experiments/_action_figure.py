"""The panels of the figure of action selection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Patch
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CHANNELS = ("#2b6cb0", "#c05621", "#718096")
NAMED = ("channel 1", "channel 2", "channel 3")
COLOURS = ("#e2e8f0", "#90cdf4", "#2f855a", "#d69e2e", "#805ad5", "#000000")
"""Of the outcomes."""
LEVELS = ("dopamine depleted", "normal dopamine", "excess of dopamine")
PATHWAYS = ("#1a202c", "#c05621", "#2b6cb0", "#2f855a")


def _plain(ax: Axes, **labels: Any) -> None:
    ax.set(**labels)
    ax.spines[["top", "right"]].set_visible(False)


def draw_switching_in_rates(panels: Sequence[Axes], times: Floats, levels: Mapping[float, Floats]) -> None:
    """Draw outputs of GPi, shape (times, channels), for each level of dopamine."""
    for ax, told, (level, output) in zip(panels, LEVELS, levels.items(), strict=True):
        for channel, style in zip((0, 1, 2), ("-", "-", (0, (4, 3))), strict=True):
            ax.plot(times, output[:, channel], color=CHANNELS[channel], ls=style, label=NAMED[channel])
        _selection_line(ax, 0.1, label="selected below")
        _plain(ax, title=f"rates: {told} ({level:g})", xlim=(0.5, 2.6), ylim=(0, 0.7), xlabel="time (s)")
    panels[0].set_ylabel("output of GPi")
    panels[0].legend(frameon=False, fontsize="x-small", loc="upper left", ncols=2)


def draw_maps(
    panels: Sequence[Axes], saliences: Floats, maps: Mapping[float, NDArray[np.int_]], names: Sequence[str]
) -> None:
    """Draw what becomes of each pair of saliences, for each level of dopamine."""
    shown = sorted({int(k) for found in maps.values() for k in np.unique(found)})
    norm, half = BoundaryNorm(np.arange(len(names) + 1) - 0.5, len(names)), (saliences[1] - saliences[0]) / 2
    span = (saliences[0] - half, saliences[-1] + half)
    for ax, (level, found) in zip(panels, maps.items(), strict=True):
        ax.imshow(found.T, origin="lower", extent=(*span, *span), cmap=ListedColormap(COLOURS), norm=norm)
        ax.set(title=f"rates: dopamine {level:g}", xlabel="salience of channel 1, first")
    panels[0].set_ylabel("salience of channel 2, later")
    patches = [Patch(color=COLOURS[k], label=names[k]) for k in shown]
    panels[-1].legend(handles=patches, frameon=False, fontsize="small", loc="upper left", bbox_to_anchor=(1.02, 1))


def draw_switching_in_spikes(panels: Sequence[Axes], times: Floats, levels: Mapping[float, Floats]) -> None:
    """Draw rates of GPi, shape (networks, times, channels), as mean and range over networks, by level of dopamine."""
    for ax, told, (level, gpi) in zip(panels, LEVELS, levels.items(), strict=True):
        wide = gpi[:, : gpi.shape[1] // 5 * 5].reshape(len(gpi), -1, 5, gpi.shape[2]).mean(axis=2)
        t = times[: wide.shape[1] * 5].reshape(-1, 5).mean(axis=1)
        for channel in (2, 1, 0):
            mine = wide[:, :, channel]
            ax.fill_between(t, mine.min(axis=0), mine.max(axis=0), color=CHANNELS[channel], alpha=0.2, lw=0)
            ax.plot(t, mine.mean(axis=0), color=CHANNELS[channel])
        _selection_line(ax, 5)
        _plain(ax, title=f"spikes: {told} ({level:g})", xlim=(0.5, 2.6), ylim=(0, 90), xlabel="time (s)")
    panels[0].set_ylabel("rate of GPi (Hz)")


def draw_pulse(ax: Axes, times: Floats, responses: Mapping[str, Floats]) -> None:
    """Draw the response of GPi's channel 1, shape (times, channels), to a pulse, by which pathway is cut."""
    for (name, found), colour in zip(responses.items(), PATHWAYS, strict=True):
        ax.plot(1e3 * times, found[:, 0], color=colour, lw=2 if name == "all pathways" else 1, label=name)
    ax.axvline(0, color="#a0aec0", lw=0.8)
    top = max(float(found[:, 0].max()) for found in responses.values())
    _plain(ax, title="spikes: a pulse of the cortex", xlabel="time from the pulse (ms)", ylabel="rate of GPi (Hz)")
    ax.set_ylim(0, 1.75 * top)
    ax.legend(frameon=False, fontsize="x-small", loc="upper right")


def draw_stopping(ax: Axes, times: Floats, trials: Mapping[str, Floats], cue: tuple[float, float]) -> None:
    """Draw rates of GPi's channel 1, shape (networks, times, channels), in trials with and without a signal to stop."""
    t = 1e3 * (times - cue[0])
    ax.axvspan(0, 1e3 * (cue[1] - cue[0]), color="#a0aec0", alpha=0.25, lw=0)
    for (name, gpi), colour in zip(trials.items(), ("#2f855a", "#c53030"), strict=True):
        mean = np.apply_along_axis(np.convolve, 1, gpi[:, :, 0], np.ones(3) / 3, mode="same")
        ax.fill_between(t, mean.min(axis=0), mean.max(axis=0), color=colour, alpha=0.2, lw=0)
        ax.plot(t, mean.mean(axis=0), color=colour, label=name)
    _selection_line(ax, 5)
    _plain(ax, title="spikes: go and stop, channel 1", xlim=(-100, 350), ylim=(0, 75))
    ax.set(xlabel="time from the go cue, in grey (ms)", ylabel="rate of GPi, 30 ms (Hz)")
    ax.legend(frameon=False, fontsize="small", loc="upper right")


def draw_delays(ax: Axes, delays: Sequence[float], share: Mapping[str, Sequence[float]]) -> None:
    """Draw how many actions are let go by the delay of the signal to stop."""
    for (name, found), colour in zip(share.items(), ("#718096", "#2b6cb0"), strict=True):
        ax.plot(1e3 * np.asarray(delays), 100 * np.asarray(found), "o-", color=colour, label=name)
    _plain(ax, title="signals to stop that come late", ylim=(-5, 105), ylabel="actions let go (%)")
    ax.set_xlabel("signal to stop after the go cue (ms)")
    ax.legend(frameon=False, fontsize="small")


def _selection_line(ax: Axes, threshold: float, label: str = "") -> None:
    ax.axhline(threshold, color="#a0aec0", lw=0.8, ls="--", label=label or None)
