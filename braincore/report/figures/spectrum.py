"""Rhythms: the power spectrum of the population rate, against that of independent Poisson neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from braincore.analysis import power_spectrum, spectral_peak
from braincore.errors import InputError
from braincore.report.members import by_sign, members, trains
from braincore.report.model_file import ModelFile
from braincore.report.style import INK, SMALL, axes, colour, empty, legend, measured, plain_log, tidy
from braincore.results.containers import SpikeTrains
from braincore.results.reader import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 1e-3
CERTAIN = 0.001  # p-value below which a peak is named
PROMINENT = 2.0


def spectrum(
    data: Run | SpikeTrains,
    ax: Axes | None = None,
    *,
    start: float | None = None,
    stop: float | None = None,
    model: ModelFile | None = None,
    resolution: float | None = None,
) -> Axes:
    """Draw the power spectrum of the rate of the excitatory and of the inhibitory neurons.

    Power is given as a multiple of what independent Poisson neurons of the same rate have. A peak is marked with its
    frequency where such neurons would reach it with a probability below 0.001 and it is twice the troughs beside it.

    Parameters
    ----------
    data, ax, start, stop, model
        As in `raster`.
    resolution
        Distance of the spectrum's lines in Hz; 2 by default, more in windows shorter than two seconds.
    """
    spikes = trains(data, start, stop)
    ax = tidy(axes(ax, 2.8), grid="y")
    width = max(WIDTH, spikes.dt)
    step = max(2.0, 4 / spikes.duration if spikes.duration else 2.0) if resolution is None else resolution
    drawn = False
    named: list[float] = []
    for group in by_sign(members(spikes.populations, model)):
        own = spikes.select([member.name for member in group.members])
        if len(own) < 2:
            continue
        try:
            found = power_spectrum(own.t, start=own.start, stop=own.stop, width=width, resolution=step)
        except InputError as error:
            return empty(ax, f"No spectrum: {error}")
        positive = found.frequency > 0
        ratio = found.power / found.poisson_level
        ax.plot(
            found.frequency[positive], ratio[positive], color=colour(group.sign), linewidth=1.2, label=group.label,
            gid=f"spectrum-{group.sign or 'all'}",
        )  # fmt: skip
        drawn = True
        peak = spectral_peak(found)
        new = peak is not None and all(abs(peak.frequency - other) > 0.1 * other for other in named)
        if peak is not None and new and peak.p_value < CERTAIN and peak.prominence > PROMINENT:
            named.append(peak.frequency)
            ax.annotate(
                f"{measured(peak.frequency, 2)} Hz", (peak.frequency, peak.ratio), xytext=(0, 5), ha="center",
                textcoords="offset points", fontsize=SMALL, color=colour(group.sign),
            )  # fmt: skip
    if not drawn:
        return empty(ax, "There are too few spikes for a spectrum")
    ax.axhline(1.0, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
    ax.set(xscale="log", yscale="log", xlim=(step, 0.5 / width))
    ax.set(xlabel="frequency (Hz)", ylabel="power / Poisson level")
    low, high = ax.get_ylim()
    ax.set_ylim(low, high * 1.3)
    plain_log(ax, "xy")
    legend(ax)
    return ax
