"""Delay eyelid conditioning: a cerebellum learns when to close the eye, unlearns it, and learns it again faster.

``python -m braincore.experiments.eyeblink [--out FOLDER] [--trials SEEDS]``

Source    Clock: Yamazaki & Tanaka 2005, Neural Comput 17:1032. Circuit: Yamazaki & Nagao 2012, PLoS ONE 7:e33319.
Expected  Purkinje cells pause and the nucleus fires at the interval between the stimuli; it comes back in fewer trials
          than it took at first, for the nucleus keeps a memory of its own; unpaired stimuli teach nothing, nor does
          anything without depression.
Time      20 s for each seed, whose five microzones hear the same granule cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.eyeblink_cerebellum import EyeblinkCerebellum, conditioned, unconditioned
from braincore.regions.yamazaki_tanaka2005 import YamazakiTanaka2005, similarity, stimulus
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from braincore import Brain
from braincore.model import Freeze, Recording, Traces

Floats = NDArray[np.float64]
TRIAL, ONSET, LASTING = 1000, 250, 500
"""Milliseconds: a trial, the conditioned stimulus in it, and how long that lasts."""
ACQUISITION, EXTINCTION, AGAIN = 30, 30, 15
"""Trials with both stimuli, with the conditioned one alone, and with both again."""
ALL = ACQUISITION + EXTINCTION + AGAIN
PROBES = 5
"""Trials of extinction whose mean is the response to the conditioned stimulus alone."""
CRITERION = 80.0
"""Rate of the nucleus (Hz) that closes the eye; untrained it stays below 50."""
SMOOTH = 20.0
COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#805ad5", "#718096")


@dataclass(frozen=True)
class Zone:
    """A microzone: when its unconditioned stimulus comes (ms after the other), and what does not learn."""

    interval: int = 250
    paired: bool = True
    frozen: str = ""


ZONES: Mapping[str, Zone] = {
    "250 ms": Zone(),
    "400 ms": Zone(interval=400),
    "without nuclear memory": Zone(frozen="mossy to nucleus"),
    "without depression": Zone(frozen="granule to purkinje"),
    "unpaired": Zone(paired=False),
}


@dataclass(frozen=True)
class Learned:
    """What a microzone did: rates of its Purkinje cells and its nucleus (Hz), and climbing fibre, (trials, ms)."""

    zone: Zone
    purkinje: Floats
    nucleus: Floats
    climbing: Floats

    @property
    def responses(self) -> Floats:
        """The largest rate of the nucleus (Hz) from 100 ms after the conditioned stimulus to the other, by trial."""
        rate = gaussian_filter1d(self.nucleus, SMOOTH, axis=1)
        highest: Floats = rate[:, ONSET + 100 : ONSET + self.zone.interval + 1].max(axis=1)
        return highest

    @property
    def peak(self) -> int:
        """When the nucleus fires most in the first trials of extinction, in ms after the conditioned stimulus."""
        rate = gaussian_filter1d(self.nucleus[probes()].mean(axis=0), SMOOTH)
        return int(rate[ONSET + 50 : ONSET + LASTING].argmax()) + 50

    def pause(self, at: int) -> float:
        """Return the rate of Purkinje cells (Hz) in the 50 ms before a time (ms) of the conditioned stimulus alone."""
        return float(self.purkinje[probes(), ONSET + at - 50 : ONSET + at].mean())

    @property
    def trials(self) -> tuple[int, int]:
        """How many trials it took to learn, and to learn again: until two in a row reach the criterion."""
        rows = self.responses
        return _reached(rows[:ACQUISITION]), _reached(rows[ACQUISITION + EXTINCTION :])


def probes() -> slice:
    """Return the trials that show what was learned."""
    return slice(ACQUISITION, ACQUISITION + PROBES)


def _reached(responses: Floats) -> int:
    """Return the number of the first of two trials in a row that reach the criterion, or one more than there are."""
    high = responses >= CRITERION
    both = np.flatnonzero(high[:-1] & high[1:])
    return int(both[0]) + 1 if both.size else len(responses) + 1


def teaching(seed: int, zone: Zone) -> list[float]:
    """Return when the unconditioned stimuli of a microzone come, in seconds; unpaired ones between the others."""
    trials = np.r_[0:ACQUISITION, ACQUISITION + EXTINCTION : ALL]
    after = np.full(trials.size, ONSET + zone.interval)
    if not zone.paired:  # at least 100 ms after one conditioned stimulus, and 100 ms before the next
        after = np.random.default_rng(seed).integers(ONSET + LASTING + 100, TRIAL + ONSET - 100, trials.size)
    times = trials * TRIAL + after
    return [float(t) / 1e3 for t in times[times < ALL * TRIAL]]


def learned(
    seed: int, zones: Mapping[str, Zone] = ZONES, *, strength: float = 1.0, **settings: Any
) -> dict[str, Learned]:
    """Condition microzones that hear the same granule cells.

    Parameters
    ----------
    seed
        Of wiring, spikes, and unpaired stimuli.
    zones
        What each microzone is taught, by a title.
    strength
        Of the conditioned stimulus at the clock.
    settings
        Those of the region.
    """
    brain = Brain(seed=seed, dt="1 ms", duration=f"{ALL * TRIAL} ms")
    brain.regions["CB"] = EyeblinkCerebellum(zones=len(zones), **settings)
    onsets = (np.arange(ALL) * TRIAL + ONSET) / 1e3
    brain.stimuli += conditioned("CB", onsets, lasting=LASTING / 1e3, strength=strength)
    for k, zone in enumerate(zones.values(), 1):
        brain.stimuli.append(unconditioned("CB", k, teaching(seed, zone)))
        if zone.frozen:
            brain.interventions.append(Freeze(target=f"CB.{zone.frozen}{k}"))
    brain.recording = Recording(spikes=(), rates="1 ms")
    with ran(brain) as run:
        rows = {
            name: [run.rates(f"CB.{name}{k}", bin=1e-3).rate_hz.reshape(ALL, TRIAL) for k in range(1, len(zones) + 1)]
            for name in ("purkinje", "nucleus", "olive")
        }
    found = zip(zones.items(), rows["purkinje"], rows["nucleus"], rows["olive"], strict=True)
    return {title: Learned(zone, purkinje, nucleus, olive) for (title, zone), purkinje, nucleus, olive in found}


def clock(seed: int, **settings: Any) -> Floats:
    """Return the activity of the internal clock from the beginning of a stimulus, shape (1000 ms, units)."""
    brain = Brain(seed=seed, dt="1 ms", duration="1 s")
    brain.regions["clock"] = YamazakiTanaka2005(**settings)
    brain.stimuli.append(stimulus("clock"))
    brain.recording = Recording(spikes=(), traces=(Traces(target="clock.granule", variables=("z",)),))
    with ran(brain, engine="brian2") as run:  # so small that it is not worth compiling
        return run.traces("clock.granule").matrix("z")[1]


def numbers(found: Learned) -> dict[str, float]:
    """Return what the tests hold: responses, the time of the peak, trials to learn and to learn again."""
    responses = found.responses
    first, again = found.trials
    rest = found.purkinje[:, :ONSET].mean()
    return {
        "untrained (Hz)": float(responses[0]),
        "trained (Hz)": float(responses[ACQUISITION - 5 : ACQUISITION].mean()),
        "extinguished (Hz)": float(responses[ACQUISITION + EXTINCTION - 5 : ACQUISITION + EXTINCTION].mean()),
        "peak (ms)": found.peak,
        "Purkinje cells at the interval, of rest": float(found.pause(found.zone.interval) / rest),
        "trials to learn": first,
        "trials to learn again": again,
    }


def figure(found: Mapping[str, Learned], similar: Floats) -> Figure:
    """Draw responses over trials, what Purkinje cells and the nucleus do, and how alike the clock's states are."""
    drawn = Figure(figsize=(10, 6.4), layout="constrained")
    (over, cells), (alike, nucleus) = drawn.subplots(2, 2)
    for (title, one), colour in zip(found.items(), COLOURS, strict=False):
        over.plot(np.arange(1, ALL + 1), one.responses, color=colour, label=title, lw=1.3)
    over.axvspan(ACQUISITION + 0.5, ACQUISITION + EXTINCTION + 0.5, color="#a0aec0", alpha=0.25, lw=0)
    over.axhline(CRITERION, color="black", lw=0.7, ls=":")
    over.set(title="Conditioned response", xlabel="trial (grey: conditioned stimulus alone)", ylabel="nucleus (Hz)")
    over.set(ylim=(0, 160), xlim=(1, ALL))
    over.legend(frameon=False, ncols=2, fontsize=8, loc="upper left")
    for ax, name, title in ((cells, "purkinje", "Purkinje cells"), (nucleus, "nucleus", "Nucleus")):
        _time_course(ax, name, found)
        ax.set(title=f"{title}, conditioned stimulus alone", ylabel="rate (Hz)", xlabel="time since it began (ms)")
    cells.legend(frameon=False, fontsize=8, loc="lower left")
    for at, colour in zip((100, 200, 400, 600), COLOURS, strict=False):
        alike.plot(similar[at], color=colour, lw=1.3, label=f"{at} ms")
    alike.set(title="Internal clock: similarity of states", xlabel="time since the stimulus began (ms)", ylim=(0, 1.05))
    alike.set(ylabel="similarity index", xlim=(0, 999))
    alike.legend(frameon=False, fontsize=8, title="with the state at", title_fontsize=8, loc="upper right")
    for ax in (over, cells, alike, nucleus):
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def _time_course(ax: Any, name: str, found: Mapping[str, Learned]) -> None:
    times = np.arange(TRIAL) - ONSET
    naive = np.mean([getattr(one, name)[:2].mean(axis=0) for one in found.values()], axis=0)
    ax.plot(times, gaussian_filter1d(naive, SMOOTH), color="#a0aec0", lw=1.3, label="untrained")
    for title, colour in zip(("250 ms", "400 ms"), COLOURS, strict=False):
        rate = getattr(found[title], name)[probes()].mean(axis=0)
        ax.plot(times, gaussian_filter1d(rate, SMOOTH), color=colour, lw=1.3, label=f"trained with {title}")
        ax.axvline(found[title].zone.interval, color=colour, lw=0.8, ls=":")
    ax.axvspan(0, LASTING, color="#a0aec0", alpha=0.12, lw=0)
    ax.set(xlim=(-200, 700), ylim=(0, None))


def results(seeds: range) -> Iterator[tuple[int, str, Learned]]:
    """Condition all microzones with every seed."""
    for seed in seeds:
        for title, one in learned(seed).items():
            yield seed, title, one


def main() -> None:
    """Condition, and write a figure and a table."""
    options = arguments(__doc__, "eyeblink")
    table, shown = [], {}
    for seed, title, one in results(range(options.seed, options.seed + (options.trials or 1))):
        table.append({"microzone": title, "seed": seed, **numbers(one)})
        shown.setdefault(title, one)
    save(options.out, "eyeblink", figure(shown, similarity(clock(options.seed))), table)


if __name__ == "__main__":
    main()
