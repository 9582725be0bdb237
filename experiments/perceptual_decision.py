"""Perceptual decision: which way do the dots move? Accuracy and decision time over coherence, in mean field and spikes.

``python -m braincore.experiments.perceptual_decision [--out FOLDER] [--trials N]``

Source    Wang 2002, Neuron 36:955 (spikes); Wong & Wang 2006, J Neurosci 26:1314 (mean field).
Expected  Mean field, 1 000 trials: 82 % right at 6 to 7 % coherence, decisions in 610 ms without evidence and 250 ms
          with 51 %. Spikes: a threshold between 5 and 15 %, and decision times that fall with coherence.
Time      About 3 minutes on two cores with 24 trials of spikes at each of six coherences.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.wang2002 import SIDES, THRESHOLD_HZ, Wang2002, motion
from braincore.regions.wong_wang2006 import WongWang2006
from matplotlib.figure import Figure

from braincore import Brain
from braincore.analysis.decisions import LEFT, NONE, Choices, Psychometric, boxcar, choices, psychometric
from braincore.model import CurrentInput, Recording, Step, Traces, Values
from braincore.units import CURRENT

COHERENCES = (0.0, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2)
"""Per cent."""
MEAN_INPUT = 15.6e-12
"""Current (A) of a stimulus without coherence, in mean field."""


def mean_field(
    coherences: Sequence[float] = COHERENCES,
    *,
    trials: int = 1000,
    seed: int = 1,
    onset: float = 1.0,
    window: float = 2.0,
    **settings: Any,
) -> list[Choices]:
    """Return the choices of the mean-field circuit at each coherence; all trials run side by side.

    Parameters
    ----------
    coherences
        Per cent, towards the left.
    trials, seed
        Of each coherence; of the noise.
    onset, window
        Seconds before the stimulus, and of the stimulus.
    settings
        Of `WongWang2006`.
    """
    brain = Brain(seed=seed, dt="0.5 ms", duration=f"{onset + window} s")
    brain.regions["LIP"] = WongWang2006(circuits=trials * len(coherences), **settings)
    evidence = np.repeat(coherences, trials) / 100
    for side, sign in zip(SIDES, (1, -1), strict=True):
        step = Step(amplitude=Values(MEAN_INPUT * (1 + sign * evidence), CURRENT))
        brain.stimuli.append(CurrentInput(target=f"LIP.{side}", waveform=step, during=(f"{onset} s", None)))
    brain.recording = Recording(
        traces=tuple(Traces(target=f"LIP.{side}", variables=("r",), interval="5 ms") for side in SIDES)
    )
    with ran(brain) as run:
        times, _ = run.traces("LIP.left").matrix("r")
        later = times >= onset
        rates = [boxcar(run.traces(f"LIP.{side}").matrix("r")[1], 10)[later] for side in SIDES]
    columns = [slice(k * trials, (k + 1) * trials) for k in range(len(coherences))]
    return [choices(times[later] - onset, *(side[:, mine] for side in rates), THRESHOLD_HZ) for mine in columns]


def trial(
    coherence: float, seed: int, *, onset: float = 0.5, window: float = 2.0, after: float = 0.0, **settings: Any
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return times (s, from the onset) and rates (Hz, shape (times, 2)) of both populations in one trial of spikes.

    Rates are means over the last 50 ms, every 5 ms.
    """
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{onset + window + after} s")
    brain.regions["LIP"] = Wang2002(**settings)
    brain.stimuli += motion("LIP", coherence / 100, (f"{onset} s", f"{onset + window} s"), seed=seed)
    brain.recording = Recording(rates="5 ms")
    with ran(brain) as run:
        found = [run.rates(f"LIP.{side}", bin=0.005) for side in SIDES]
    rates = boxcar(np.stack([one.rate_hz for one in found], axis=1), 10)
    return found[0].t + found[0].bin - onset, rates


def spiking(coherences: Sequence[float], *, trials: int, seed: int = 1, **settings: Any) -> list[Choices]:
    """Return the choices of the spiking circuit at each coherence (per cent)."""
    found = []
    for coherence in coherences:
        first = seed + 1000 * round(10 * coherence)
        pairs = [trial(coherence, first + n, **settings) for n in range(trials)]
        times = pairs[0][0]
        sides = [np.stack([rates[:, side] for _, rates in pairs], axis=1)[times >= 0] for side in (0, 1)]
        found.append(choices(times[times >= 0], *sides, THRESHOLD_HZ))
    return found


def fitted(coherences: Sequence[float], found: Sequence[Choices]) -> Psychometric:
    """Return the psychometric function of choices."""
    right = [int((one.choice == LEFT).sum()) for one in found]
    return psychometric(coherences, right, [int((one.choice != NONE).sum()) for one in found])


def rows(model: str, coherences: Sequence[float], found: Sequence[Choices]) -> list[dict[str, Any]]:
    """Return the numbers as a table."""
    return [
        {
            "model": model,
            "coherence_percent": coherence,
            "trials": int(one.choice.size),
            "decided": float((one.choice != NONE).mean()),
            "right": one.accuracy(),
            "time_ms": float(1e3 * np.nanmean(one.time)) if (one.choice != NONE).any() else float("nan"),
        }
        for coherence, one in zip(coherences, found, strict=True)
    ]


def figure(results: dict[str, tuple[Sequence[float], list[Choices]]]) -> Figure:
    """Draw accuracy and decision time over coherence."""
    drawn = Figure(figsize=(9, 3.8), layout="constrained")
    accuracy, time = drawn.subplots(1, 2)
    fine = np.geomspace(1, 60, 100)
    for colour, (name, (coherences, found)) in zip(("#2b6cb0", "#c05621"), results.items(), strict=False):
        seen = [max(c, 1.0) for c in coherences]
        curve = fitted(coherences, found)
        accuracy.plot(seen, [one.accuracy() for one in found], "o", color=colour)
        accuracy.plot(fine, curve(fine), color=colour, label=f"{name}: 82 % at {curve.alpha:.1f} % coherence")
        time.plot(seen, [1e3 * np.nanmean(one.time) for one in found], "o-", color=colour, label=name)
    accuracy.set(xscale="log", ylim=(0.45, 1.02), xlabel="coherence (%)", ylabel="right choices")
    time.set(xscale="log", ylim=(0, None), xlabel="coherence (%)", ylabel="decision time (ms)")
    for ax in (accuracy, time):
        ax.set_xticks((1, 2, 5, 10, 20, 50), ("0", "2", "5", "10", "20", "50"))
        ax.set_xticks((), minor=True)
        ax.legend(frameon=False, fontsize="small")
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Run both circuits, and write a figure and a table."""
    options = arguments(__doc__, "perceptual_decision")
    some = (0.0, 3.2, 6.4, 12.8, 25.6, 51.2)
    found = {
        "mean field": (COHERENCES, mean_field(seed=options.seed)),
        "spikes": (some, spiking(some, trials=options.trials or 24, seed=options.seed)),
    }
    table = [row for name, (coherences, chosen) in found.items() for row in rows(name, coherences, chosen)]
    save(options.out, "perceptual_decision", figure(found), table)


if __name__ == "__main__":
    main()
