"""Places in sequence: spikes of place cells precess through theta while an animal runs, and replay the run at rest.

``python -m braincore.experiments.place_sequence [--out FOLDER] [--trials SEEDS]``

Source    Castro & Aguiar 2011, J Comput Neurosci 33:141 (precession); Ecker et al. 2022, eLife 11:e71850 (replay).
Expected  Phases fall by 180 to 360 degrees over a field, and do not without theta. Sharp waves, with ripples, in which
          fields follow each other as on the track, or the other way round, ten times faster; without adaptation
          activity stays at one place, and without structure of synapses there are no sharp waves.
Time      60 s on two cores, of which half for compiling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.castro_aguiar2011 import CastroAguiar2011, paced
from braincore.regions.ecker2022 import LAP, LENGTH, Ecker2022
from matplotlib.figure import Figure

from braincore import Brain
from braincore.analysis.phase import CircularRegression, circular_linear
from braincore.model import Recording

THETA = 8.0
"""Hz."""
FIRST, LAST, RUN = 0.9, 1.4, 2.0
"""Seconds: when the animal is in the middle of the first and of the last of 50 fields, and the end."""
SETTLED = 0.25
"""Seconds after which interneurons, which begin at any potential, are in step with theta."""
BIN, HIGH, LONG = 0.02, 2.0, 0.26
"""An episode: pyramidal cells fire at 2 Hz or more, in bins of 20 ms, for 260 ms or longer (Ecker et al.)."""
RIPPLES = (150.0, 220.0)
"""Hz."""
AGREE = 0.4
"""Agreement of phases with a line, from which on one is drawn; by chance it is below 0.25."""
RUNS = {"Running, theta of 8 Hz": 1.0, "Running, without theta": 0.0}
"""Factors on theta."""
RESTS = {"Rest: replay at multiples of the speed of running": 1.0, "Rest, without adaptation": 0.0}
"""Factors on adaptation."""
COLOURS = ("#2b6cb0", "#c05621", "#a0aec0")


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Spikes of place cells while the animal runs through their fields.

    Attributes
    ----------
    phases
        Of theta, radians, shape (spikes,); 0 is where it excites interneurons most.
    positions
        Seconds from the middle of the field.
    cells
        Which cell.
    outside, inside
        Rates of interneurons (Hz), outside of the field and in its middle.
    """

    phases: np.ndarray[Any, Any]
    positions: np.ndarray[Any, Any]
    cells: np.ndarray[Any, Any]
    outside: float
    inside: float

    @property
    def field(self) -> tuple[float, float]:
        """Where the cells fire at more than a tenth of their highest rate (smoothed, 30 ms); seconds, as positions."""
        from scipy.ndimage import gaussian_filter1d

        edges = np.arange(-1.0, 1.005, 0.01)
        rate = gaussian_filter1d(np.histogram(self.positions, edges)[0].astype(float), 3)
        high = np.flatnonzero(rate > 0.1 * rate.max())
        return float(edges[high[0]]), float(edges[high[-1] + 1])

    def fit(self) -> CircularRegression:
        """Return the line through the phases of all cells; slopes are in cycles for each second."""
        return circular_linear(self.phases, self.positions, slopes=(-4.0, 4.0))

    def degrees(self) -> float:
        """Return by how much the mean phase changes from the beginning of the firing field to its end, in degrees.

        Of means over 50 ms, each taken as near to the one before as can be; spikes fall behind at the end of a field,
        so that it is less than the slope of the line says.
        """
        low, high = self.field
        edges = np.arange(low, high + 0.025, 0.05)
        index = np.digitize(self.positions, edges) - 1
        inside = [self.phases[index == k] for k in range(len(edges) - 1)]
        means = np.unwrap([np.angle(np.mean(np.exp(1j * one))) for one in inside if one.size >= 5])
        return float(np.degrees(means[-1] - means[0]))

    def slope(self) -> float:
        """Return the slope of the line, in degrees for a firing field."""
        low, high = self.field
        return 360 * self.fit().slope * (high - low)


def passage(seed: int, *, theta: float = THETA, cells: int = 50, **settings: Any) -> Passage:
    """Run through the fields of place cells.

    Parameters
    ----------
    seed
        Of the run.
    theta
        Hz; interneurons are paced to it.
    cells
        How many.
    settings
        Of `CastroAguiar2011`.
    """
    region = CastroAguiar2011(
        cells=cells,
        first=f"{FIRST} s",
        last=f"{LAST} s",
        theta=f"{theta} Hz",
        pacemaker=paced(f"{theta} Hz"),
        **settings,
    )
    brain = Brain(seed=seed, dt="0.02 ms", duration=f"{RUN} s")
    brain.regions["CA1"] = region
    brain.recording = Recording(spikes=("CA1.PC", "CA1.IC"))
    with ran(brain) as run:
        spikes, fast = run.spikes("CA1.PC"), run.spikes("CA1.IC")
    # rates from intervals: in a window of few cycles a count depends on where in theta the window begins
    order = np.lexsort((fast.t, fast.neuron))
    t, cell = fast.t[order], fast.neuron[order]
    first, last, centre = t[:-1], t[1:], region.centres[cell[:-1]]
    own = (np.diff(cell) == 0) & (first >= SETTLED)
    far = own & ((last < centre - 0.6) | (first > centre + 0.6))
    near = own & (np.abs((first + last) / 2 - centre) < 0.15)
    return Passage(
        phases=(2 * np.pi * theta * spikes.t) % (2 * np.pi),
        positions=spikes.t - region.centres[spikes.neuron],
        cells=spikes.neuron,
        outside=float(1 / np.mean((last - first)[far])),
        inside=float(1 / np.mean((last - first)[near])),
    )


@dataclass(frozen=True, kw_only=True)
class Episode:
    """A sharp wave.

    Attributes
    ----------
    begin, end
        Seconds.
    line
        Through the places of the cells that fire: slopes are in laps for each second.
    ripple
        Frequency of the basket cells' rate above 100 Hz, where its spectrum is highest (Hz).
    """

    begin: float
    end: float
    line: CircularRegression
    ripple: float

    @property
    def compression(self) -> float:
        """How many times faster than the animal, which takes 9.2 s for a lap; below zero if backwards."""
        return self.line.slope * LAP


@dataclass(frozen=True, kw_only=True)
class Rest:
    """What the network does at rest.

    Attributes
    ----------
    times, places
        Of the spikes of cells with a field (s, and laps from 0 to 1), shape (spikes,).
    rates
        Of all pyramidal cells (Hz) in bins of 20 ms.
    episodes
        Its sharp waves.
    """

    times: np.ndarray[Any, Any]
    places: np.ndarray[Any, Any]
    rates: np.ndarray[Any, Any]
    episodes: tuple[Episode, ...]


def rest(seed: int, *, seconds: float = 6.0, scale: float = 0.25, **settings: Any) -> Rest:
    """Let the network rest.

    Parameters
    ----------
    seed
        Of the wiring and of the run.
    seconds
        For how long.
    scale, settings
        Of `Ecker2022`.
    """
    region = Ecker2022(scale=scale, wiring=seed, **settings)
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{seconds} s")
    brain.regions["CA3"] = region
    brain.recording = Recording(spikes=("CA3",))
    with ran(brain) as run:
        spikes, fast = run.spikes("CA3.PC"), run.spikes("CA3.BC")
    places = ((region.fields + LENGTH / 2) / (2 * np.pi))[spikes.neuron]
    placed = ~np.isnan(places)
    counts = np.histogram(spikes.t, np.arange(round(seconds / BIN) + 1) * BIN)[0]
    rates = counts / BIN / region.sizes["PC"]
    return Rest(
        times=spikes.t[placed],
        places=places[placed],
        rates=rates,
        episodes=tuple(_episodes(rates, spikes.t[placed], places[placed], fast.t)),
    )


def spans(rates: Any) -> list[tuple[float, float]]:
    """Return beginnings and ends (s) of what is high for long, of rates (Hz) in bins of 20 ms."""
    high = np.concatenate([[False], np.asarray(rates) >= HIGH, [False]])
    edges = np.flatnonzero(np.diff(high.astype(int))).reshape(-1, 2)
    return [(begin * BIN, end * BIN) for begin, end in edges.tolist() if (end - begin) * BIN >= LONG - 1e-9]


def _episodes(rates: Any, times: Any, places: Any, fast: Any) -> list[Episode]:
    found = []
    for begin, end in spans(rates):
        inside = (times >= begin) & (times < end)
        line = circular_linear(2 * np.pi * places[inside], times[inside] - begin, slopes=(-6.0, 6.0))
        found.append(Episode(begin=begin, end=end, line=line, ripple=ripple(fast, begin, end)))
    return found


def ripple(times: Any, begin: float, end: float) -> float:
    """Return the frequency above 100 Hz at which spikes between two times (s) have most power (Welch, 256 ms)."""
    from scipy import signal

    counts = np.histogram(times, np.arange(begin, end + 5e-4, 1e-3))[0]
    f, power = signal.welch(counts - counts.mean(), 1000.0, nperseg=min(256, counts.size))
    fast = f > 100
    return float(f[fast][np.argmax(power[fast])])


def figure(passages: Mapping[str, Passage], rests: Mapping[str, Rest]) -> Figure:
    """Draw phases over positions, and places over time at rest."""
    drawn = Figure(figsize=(10, 7), layout="constrained")
    panels = drawn.subplots(2, 2)
    for ax, (title, one) in zip(panels[0], passages.items(), strict=True):
        for turn in (0, 360):
            ax.plot(1e3 * one.positions, np.degrees(one.phases) + turn, ".", ms=3, color=COLOURS[0], alpha=0.6)
        fit = one.fit()
        if fit.agreement > AGREE:
            x = np.array(one.field)
            line = np.degrees(fit.offset) + 360 * fit.slope * x
            for turn in range(-720, 1440, 360):
                ax.plot(1e3 * x, line + turn, color=COLOURS[1], lw=1.5)
            title += f": {one.degrees():.0f} degrees over the field"
        ax.set(title=title, ylim=(0, 720), yticks=(0, 180, 360, 540, 720), xlim=(-450, 450))
        ax.set(xlabel="from the middle of the field (ms)", ylabel="phase of theta (degrees)")
    for ax, (title, one) in zip(panels[1], rests.items(), strict=True):
        ax.plot(one.times, one.places, ",", color="#718096")
        for episode in one.episodes:
            inside = (one.times >= episode.begin) & (one.times < episode.end)
            moving = abs(episode.compression) > 1
            colour = COLOURS[0] if episode.compression > 0 else COLOURS[1]
            ax.plot(one.times[inside], one.places[inside], ",", color=colour if moving else "#2d3748")
            if moving:
                ax.text(episode.begin, 1.03, f"{episode.compression:+.0f}x", color=colour, fontsize="small")
        ax.set(title=title, xlabel="time at rest (s)", ylabel="place of the field (laps)", ylim=(0, 1.12))
        ax.set(xlim=(0, len(one.rates) * BIN), yticks=(0, 0.25, 0.5, 0.75, 1))
    for ax in panels.flat:
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Run on the track and rest, with and without a part; write a figure and a table."""
    options = arguments(__doc__, "place_sequence")
    table: list[dict[str, Any]] = []
    passages, rests = {}, {}
    for seed in range(options.seed, options.seed + (options.trials or 1)):
        for title, modulation in RUNS.items():
            one = passage(seed, modulation=modulation)
            fit = one.fit()
            numbers = {"agreement with the line": fit.agreement, "correlation": fit.correlation}
            if fit.agreement > AGREE:  # a phase that hardly depends on place has no slope to speak of
                numbers |= {"degrees over the field": one.degrees(), "slope (degrees a field)": one.slope()}
            table += [{"condition": title, "seed": seed, "what": what, "value": x} for what, x in numbers.items()]
            passages.setdefault(title, one)
        for title, adaptation in RESTS.items():
            quiet = rest(seed, seconds=4.0, adaptation=adaptation)
            for episode in quiet.episodes:
                at = f"compression at {episode.begin:.2f} s"
                table.append({"condition": title, "seed": seed, "what": at, "value": episode.compression})
                at = f"ripple at {episode.begin:.2f} s (Hz)"
                table.append({"condition": title, "seed": seed, "what": at, "value": episode.ripple})
            rests.setdefault(title, quiet)
    save(options.out, "place_sequence", figure(passages, rests), table)


if __name__ == "__main__":
    main()
