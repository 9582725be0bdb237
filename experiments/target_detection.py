"""Target detection: the locus coeruleus bursts at targets, and how well it does so depends on its baseline.

``python -m braincore.experiments.target_detection [--out FOLDER] [--trials N]``

Source    Gilzenrat et al. 2002, Neural Netw 15:647; Aston-Jones & Cohen 2005, Annu Rev Neurosci 28:403.
Expected  In phasic mode targets, and hardly ever distractors, make the locus coeruleus burst; in tonic mode nothing
          does, responses are later and false alarms are more. Performance is best at a medium baseline.
Time      30 s on two cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.gilzenrat2002 import PHASIC, THRESHOLD, TONIC, UNIT, Gilzenrat2002, arousal, shown
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import norm

from braincore import Brain
from braincore.model import Recording, Traces

BEFORE, LASTING = 20 * UNIT, 10 * UNIT
"""Seconds before a stimulus, and of one."""
TARGETS = 0.2
"""Share of the trials with a target."""
MODES = {"phasic": PHASIC, "tonic": TONIC}
DRIVES = (-0.15, -0.12, -0.1, -0.08, -0.06, -0.04, -0.02, 0.0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3)
COLOURS = {"phasic": "#2b6cb0", "tonic": "#c05621"}
RECORDED = {"lc": ("h", "u"), "response": ("f",)}


@dataclass(frozen=True)
class Trials:
    """Trials side by side.

    Attributes
    ----------
    t
        Seconds from the onset of the stimulus, shape (times,).
    target
        Whether a trial had a target, shape (trials,).
    burst, released, response
        Activity and release of the locus coeruleus, and activity of the response, shape (times, trials).
    """

    t: NDArray[np.float64]
    target: NDArray[np.bool_]
    burst: NDArray[np.float64]
    released: NDArray[np.float64]
    response: NDArray[np.float64]

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Whether there was a response while the stimulus was there, shape (trials,)."""
        found: NDArray[np.bool_] = (self.response[self.t >= 0] > THRESHOLD).any(axis=0)
        return found

    @property
    def time(self) -> NDArray[np.float64]:
        """Time of the response in seconds, nan where there is none, shape (trials,)."""
        after = self.t >= 0
        return np.where(self.answered, self.t[after][np.argmax(self.response[after] > THRESHOLD, axis=0)], np.nan)

    @property
    def burst_height(self) -> NDArray[np.float64]:
        """Highest activity of the locus coeruleus while the stimulus was there, shape (trials,)."""
        found: NDArray[np.float64] = self.burst[self.t >= 0].max(axis=0)
        return found

    def part(self, where: Any) -> Trials:
        """Return some of the trials."""
        arrays = (self.burst, self.released, self.response)
        return Trials(self.t, self.target[where], *(array[:, where] for array in arrays))


def trials(target: Any, *, seed: int = 1, drive: Any = 0.0, strength: Any = 1.0, **settings: Any) -> Trials:
    """Run one trial in each of many circuits (`Gilzenrat2002`).

    Parameters
    ----------
    target
        Whether there is a target, else a distractor, shape (trials,).
    seed
        Of the noise.
    drive
        Input of the locus coeruleus at all times, one or shape (trials,).
    strength
        Of the stimulus, one or shape (trials,); 1 is the paper's, 0 none.
    settings
        Of the region.
    """
    there = np.asarray(target, dtype=bool)
    brain = Brain(seed=seed, dt="1 ms", duration=f"{BEFORE + LASTING} s")
    brain.regions["LC"] = Gilzenrat2002(circuits=there.size, **settings)
    strengths = np.broadcast_to(np.asarray(strength, dtype=float), there.shape)
    brain.stimuli += shown("LC", strengths * there, strengths * ~there, (f"{BEFORE} s", f"{BEFORE + LASTING} s"))
    brain.stimuli.append(arousal("LC", np.broadcast_to(drive, there.shape)))
    brain.recording = Recording(
        spikes=(),
        traces=tuple(Traces(target=f"LC.{n}", variables=v, interval="5 ms") for n, v in RECORDED.items()),
    )
    with ran(brain) as run:
        lc, response = run.traces("LC.lc"), run.traces("LC.response")
        times, activity = lc.matrix("h")
        return Trials(times - BEFORE, there, activity, lc.matrix("u")[1], response.matrix("f")[1])


def performance(found: Trials) -> dict[str, float]:
    """Return hits, false alarms, d' (with half a trial added to each count), and times of hits."""
    hits, others = found.answered[found.target], found.answered[~found.target]
    hit, false = ((int(one.sum()) + 0.5) / (one.size + 1) for one in (hits, others))
    before = found.t < 0
    bursts = found.burst_height > 0.6
    return {
        "baseline": float(found.released[before][-50:].mean()),
        "hits": float(hits.mean()),
        "false alarms": float(others.mean()),
        "d'": float(norm.ppf(hit) - norm.ppf(false)),
        "right": float((hits.mean() + 1 - others.mean()) / 2),
        "time (ms)": 1e3 * float(np.nanmedian(found.time[found.target])) if hits.any() else float("nan"),
        "bursts at targets": float(bursts[found.target].mean()),
        "bursts at distractors": float(bursts[~found.target].mean()),
    }


def mixed(count: int, repeats: int = 1) -> NDArray[np.bool_]:
    """Return which of some trials have targets: the first fifth, again and again."""
    return np.tile(np.arange(count) < round(TARGETS * count), repeats)


def over_baselines(
    drives: Sequence[float] = DRIVES, *, count: int = 500, seed: int = 1, **settings: Any
) -> list[dict[str, float]]:
    """Return the performance at each input of the locus coeruleus; all trials run side by side."""
    found = trials(mixed(count, len(drives)), seed=seed, drive=np.repeat(drives, count), **settings)
    parts = [found.part(slice(k * count, (k + 1) * count)) for k in range(len(drives))]
    return [{"drive": drive, **performance(part)} for drive, part in zip(drives, parts, strict=True)]


def figure(bursts: Mapping[str, Trials], rows: Sequence[Mapping[str, float]]) -> Figure:
    """Draw the locus coeruleus and the response at targets in both modes, and performance over the baseline."""
    drawn = Figure(figsize=(9.5, 5.6), layout="constrained")
    panels = drawn.subplots(2, 2, width_ratios=(1, 1))
    for ax, what, label in zip(
        panels[:, 0], ("burst", "response"), ("locus coeruleus: activity h", "response: activity"), strict=True
    ):
        for mode, found in bursts.items():
            for stimulus, style, which in (("target", "-", found.target), ("distractor", ":", ~found.target)):
                mean = getattr(found, what)[:, which].mean(axis=1)
                ax.plot(found.t * 1e3, mean, style, color=COLOURS[mode], lw=1.3, label=f"{mode}, {stimulus}")
        ax.set(xlim=(-200, 500), ylabel=label, xlabel="time from the stimulus (ms)")
    panels[0, 0].legend(frameon=False, fontsize="small", loc="upper right")
    panels[1, 0].axhline(THRESHOLD, color="#a0aec0", lw=1, ls="--")
    panels[1, 0].set_ylim(0.4, 0.85)
    baseline = [row["baseline"] for row in rows]
    top, bottom = panels[:, 1]
    top.plot(baseline, [row["right"] for row in rows], "o-", color="#2f855a", ms=4, label="right, mean of both")
    top.plot(baseline, [row["hits"] for row in rows], "--", color="#718096", lw=1, label="hits")
    top.plot(baseline, [row["false alarms"] for row in rows], ":", color="#718096", lw=1.4, label="false alarms")
    top.set(ylim=(-0.03, 1.03), ylabel="share of trials", xlabel="baseline of noradrenaline u")
    top.legend(frameon=False, fontsize="small", loc="lower right")
    for name, colour in (("targets", "#2b6cb0"), ("distractors", "#c05621")):
        bottom.plot(baseline, [row[f"bursts at {name}"] for row in rows], "o-", color=colour, ms=4, label=f"at {name}")
    bottom.set(ylim=(-0.03, 1.03), ylabel="share with a burst", xlabel="baseline of noradrenaline u")
    bottom.legend(frameon=False, fontsize="small", loc="lower right")
    for ax in panels.flat:
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Run both modes and all baselines, and write a figure and a table."""
    options = arguments(__doc__, "target_detection")
    count = options.trials or 500
    bursts = {mode: trials(mixed(count), seed=options.seed, coherence=value) for mode, value in MODES.items()}
    rows = over_baselines(count=count, seed=options.seed)
    table: list[dict[str, Any]] = [
        {"mode": mode, "drive": 0.0, **performance(found)} for mode, found in bursts.items()
    ] + [{"mode": "phasic", **row} for row in rows]
    save(options.out, "target_detection", figure(bursts, rows), table)


if __name__ == "__main__":
    main()
