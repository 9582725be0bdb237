"""Saccades: where does the eye go, and how fast? A spiking map of the superior colliculus, and sums of its spikes.

``python -m braincore.experiments.saccades [--out FOLDER]``

Source    Alizadeh & van Opstal 2022, Sci Rep 12:6916; Kasap & van Opstal 2017, Biol Cybern 111:249.
Expected  20 spikes of the central cell and peak rates of 800/sqrt(1 + 0.07 R) spikes/s at any eccentricity R; peak
          velocities that saturate with R; where some cells are silent, saccades lean away from their place.
Time      20 s on two cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.alizadeh2022 import (
    CELLS,
    PER_SPIKE,
    Alizadeh2022,
    average,
    displacement,
    from_map,
    places,
    target,
    to_map,
)
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from braincore import Brain
from braincore.model import CurrentInput, Noise, Silence

Floats = NDArray[np.float64]
ECCENTRICITIES = (2.0, 5.0, 9.0, 14.0, 20.0, 27.0, 35.0)
"""Degrees."""
BEGIN, DURATION, STEP, KERNEL = 0.05, 0.35, 1e-3, 8e-3
"""Seconds: beginning of the input, end, bins, and the standard deviation of the kernel of rates."""
LESION, RADIUS = 14.0, 0.4
"""Degrees and mm: where cells are silent."""


@dataclass(frozen=True)
class Saccade:
    """Spikes of the colliculus for one target: counts in bins of 1 ms, shape (bins, cells)."""

    eccentricity: float
    spikes: Floats

    @property
    def counts(self) -> Floats:
        """Spikes of each cell."""
        return np.asarray(self.spikes.sum(axis=0))

    @property
    def centre(self) -> int:
        """The cell at the place of the target."""
        return int(np.abs(places() - to_map(self.eccentricity)[0]).argmin())

    def rates(self, cells: Any) -> Floats:
        """Return rates (spikes/s) of cells, shape (bins, cells)."""
        return np.asarray(gaussian_filter1d(self.spikes[:, cells] / STEP, KERNEL / STEP, axis=0))

    @property
    def peak(self) -> float:
        """Highest rate (spikes/s), mean of the five central cells."""
        return float(self.rates(slice(self.centre - 2, self.centre + 3)).max(axis=0).mean())

    @property
    def eye(self) -> Floats:
        """Position of the eye (degrees) after each bin."""
        return np.cumsum(PER_SPIKE * self.spikes @ from_map(places())[0])

    @property
    def velocity(self) -> Floats:
        """Velocity of the eye (degrees/s)."""
        return np.asarray(gaussian_filter1d(np.diff(self.eye, prepend=0.0) / STEP, KERNEL / STEP))


def saccades(
    eccentricities: Sequence[float] = ECCENTRICITIES,
    *,
    second: float | None = None,
    silent: bool = False,
    noise: str = "",
    seed: int = 1,
    **settings: Any,
) -> list[Saccade]:
    """Return saccades to targets; all run side by side.

    Parameters
    ----------
    eccentricities
        Degrees.
    second
        Eccentricity of a target that is shown together with each.
    silent
        Whether the cells within 0.4 mm of the place of 14 degrees are.
    noise
        Standard deviation of a current into each cell of the frontal eye field; none if empty.
    seed
        Of the noise.
    settings
        Of `Alizadeh2022`.
    """
    brain = Brain(seed=seed, dt="0.05 ms", duration=f"{DURATION} s")
    gone = np.flatnonzero(np.abs(places() - to_map(LESION)[0]) < RADIUS)
    for k, eccentricity in enumerate(eccentricities):
        brain.regions[f"SC{k}"] = Alizadeh2022(**settings)
        brain.stimuli += target(f"SC{k}", eccentricity, begin=BEGIN)
        if second is not None:
            brain.stimuli += target(f"SC{k}", second, begin=BEGIN, name="second target")
        if silent:
            brain.interventions.append(Silence(target=f"SC{k}.SC[{gone[0]}:{gone[-1] + 1}]"))
        if noise:
            waveform = Noise(mean="0 pA", sd=noise, tau="5 ms")
            brain.stimuli.append(CurrentInput(target=f"SC{k}.FEF", waveform=waveform, name="noise"))
    edges = (np.arange(round(DURATION / STEP) + 1) * STEP, np.arange(CELLS + 1) - 0.5)
    found = []
    with ran(brain) as run:
        for k, eccentricity in enumerate(eccentricities):
            trains = run.spikes(f"SC{k}.SC", start=0, stop=DURATION)
            found.append(Saccade(eccentricity, np.histogram2d(trains.t, trains.neuron, bins=edges)[0]))
    return found


def published_peak(eccentricity: Any) -> Floats:
    """Return the peak rate (spikes/s) of central cells that the program aims at."""
    return np.asarray(800 / np.sqrt(1 + 0.07 * np.asarray(eccentricity, dtype=float)))


def rows(found: Sequence[Saccade]) -> list[dict[str, Any]]:
    """Return the numbers as a table."""
    return [
        {
            "target_deg": one.eccentricity,
            "spikes_of_central_cells": float(one.counts[one.centre - 2 : one.centre + 3].mean()),
            "peak_rate_Hz": one.peak,
            "published_peak_Hz": float(published_peak(one.eccentricity)),
            "all_spikes": int(one.counts.sum()),
            "sum_deg": float(displacement(one.counts)),
            "average_deg": float(average(one.counts)),
            "peak_velocity_deg_s": float(one.velocity.max()),
        }
        for one in found
    ]


def figure(found: Sequence[Saccade], lesion: Sequence[Saccade], uniform: Sequence[Saccade]) -> Figure:
    """Draw bursts, eye positions, the main sequence and the effect of silent cells."""
    drawn = Figure(figsize=(11, 7), layout="constrained")
    (bursts, peaks), (eyes, speeds), (ends, shifts) = drawn.subplots(2, 3).T
    t = 1e3 * (np.arange(found[0].spikes.shape[0]) * STEP - BEGIN)
    size = [one.eccentricity for one in found]
    for k, one in enumerate(found):
        bursts.plot(t, one.rates([one.centre])[:, 0], color=f"C{k}", label=f"{one.eccentricity:g}")
        eyes.plot(t, one.eye, color=f"C{k}")
    bursts.set(title="bursts of central cells", xlabel="time (ms)", ylabel="rate (spikes/s)", xlim=(0, 200))
    bursts.legend(title="target (deg)", frameon=False, fontsize="x-small")
    eyes.set(title="sum of the spikes", xlabel="time (ms)", ylabel="eye position (deg)", xlim=(0, 200))
    fine = np.linspace(1, 36, 100)
    peaks.plot(fine, published_peak(fine), color="#718096", label=r"800/$\sqrt{1 + 0.07 R}$")
    peaks.plot(size, [one.peak for one in found], "o", color="#2b6cb0", label="peak rate")
    peaks.plot(size, [25 * one.counts[one.centre] for one in found], "s", color="#c05621", label="spikes, times 25")
    peaks.set(title="central cells", xlabel="target (deg)", ylabel="spikes/s", ylim=(0, 850))
    for one, name, colour in ((found, "as published", "#2b6cb0"), (uniform, "all places alike", "#c05621")):
        reached = [displacement(each.counts) for each in one]
        speeds.plot(reached, [each.velocity.max() for each in one], "o-", color=colour, label=name)
    speeds.set(title="main sequence", xlabel="amplitude (deg)", ylabel="peak velocity (deg/s)", ylim=(0, None))
    ends.plot([0, 36], [0, 36], color="#718096", lw=0.8)
    ends.plot(size, [displacement(one.counts) for one in found], "o", color="#2b6cb0", label="sum")
    ends.plot(size, [average(one.counts) for one in found], "x", color="#2f855a", label="average")
    ends.set(title="endpoints", xlabel="target (deg)", ylabel="eye (deg)")
    for name, read, marker, colour in (("sum", displacement, "o", "#2b6cb0"), ("average", average, "x", "#2f855a")):
        moved = [read(cut.counts) - read(one.counts) for one, cut in zip(found, lesion, strict=True)]
        shifts.plot(size, moved, marker=marker, color=colour, label=name)
    shifts.axvline(LESION, color="#718096", ls="--", lw=0.8)
    shifts.set(title="cells silent around 14 deg", xlabel="target (deg)", ylabel="shift of the endpoint (deg)")
    for ax in (peaks, speeds, ends, shifts):
        ax.legend(frameon=False, fontsize="small")
    for ax in drawn.axes:
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Look at seven targets, with some cells silent, and with a uniform map; write a figure and a table."""
    options = arguments(__doc__, "saccades")
    found = saccades(seed=options.seed)
    others = saccades(silent=True), saccades(graded=False)
    save(options.out, "saccades", figure(found, *others), rows(found))


if __name__ == "__main__":
    main()
