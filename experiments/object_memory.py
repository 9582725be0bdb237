"""Object working memory: a cue is remembered by persistent activity, and another cue takes its place.

``python -m braincore.experiments.object_memory [--out FOLDER] [--trials SEEDS]``

Source    Brunel & Wang 2001, J Comput Neurosci 11:63.
Expected  Before the cue pyramidal cells fire at 2 to 5 Hz; after it the cells of the item go on at more than 15 Hz; the
          second cue switches. With half of the NMDA nothing is remembered.
Time      5 s for each seed on two cores.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.brunel_wang2001 import BrunelWang2001, cue
from matplotlib.figure import Figure

from braincore import Brain
from braincore.model import Recording

FIRST, SECOND, END = 1.0, 2.5, 4.5
"""Seconds: the first cue, for item 1; the second, for item 2; the end."""
LASTING = 0.15
"""Seconds: of a cue. Brian2's example has 50 ms, which the memory of the first item outlasts in two of five seeds."""
BIN = 0.05
NAMES = ("item1", "item2", "item3", "nonselective", "interneurons")


def remembered(seed: int, **settings: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Return the rates (Hz) of some populations in bins of 50 ms, and ``t``, the middle of each bin (s).

    Parameters
    ----------
    seed
        Of the run.
    settings
        Of `BrunelWang2001`.
    """
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{END} s")
    brain.regions["PFC"] = BrunelWang2001(**settings)
    for item, at in ((1, FIRST), (2, SECOND)):
        brain.stimuli.append(cue("PFC", item, f"{at} s", lasting=f"{LASTING} s"))
    brain.recording = Recording(rates="5 ms")
    with ran(brain) as run:
        found = {name: run.rates(f"PFC.{name}", bin=BIN) for name in NAMES}
    return {"t": found["item1"].t + BIN / 2, **{name: one.rate_hz for name, one in found.items()}}


def numbers(rates: dict[str, np.ndarray[Any, Any]]) -> dict[str, float]:
    """Return mean rates before the first cue, between the cues, and at the end."""
    t = rates["t"]
    spans = {"before": (0.5, FIRST), "held": (FIRST + 0.5, SECOND), "switched": (END - 1.0, END)}
    found = {}
    for name in NAMES:
        for span, (begin, end) in spans.items():
            found[f"{name} {span}"] = float(rates[name][(t >= begin - 1e-9) & (t < end - 1e-9)].mean())
    return found


def figure(results: dict[str, dict[str, np.ndarray[Any, Any]]]) -> Figure:
    """Draw rates over time, one panel for each network."""
    drawn = Figure(figsize=(9, 2.6 * len(results)), layout="constrained")
    panels = np.atleast_1d(drawn.subplots(len(results), 1, sharex=True))
    colours = dict(zip(NAMES, ("#2b6cb0", "#c05621", "#718096", "#a0aec0", "#9b2c2c"), strict=True))
    for ax, (title, rates) in zip(panels, results.items(), strict=True):
        for begin, name in ((FIRST, "item1"), (SECOND, "item2")):
            ax.axvspan(begin, begin + LASTING, color=colours[name], alpha=0.35, lw=0)
        for name, colour in colours.items():
            ax.plot(rates["t"], rates[name], color=colour, label=name, lw=1.4)
        ax.set(title=title, ylabel="rate (Hz)", ylim=(0, 80))
        ax.spines[["top", "right"]].set_visible(False)
    drawn.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", frameon=False, ncols=len(NAMES))
    panels[-1].set_xlabel("time (s)")
    return drawn


def main() -> None:
    """Run the network with and without enough NMDA, and write a figure and a table."""
    options = arguments(__doc__, "object_memory")
    table = []
    shown = {}
    for seed in range(options.seed, options.seed + (options.trials or 5)):
        for title, nmda in (("as published", 1.0), ("half of the NMDA", 0.5)):
            rates = remembered(seed, nmda=nmda)
            table.append({"network": title, "seed": seed, **numbers(rates)})
            shown.setdefault(title, rates)
    save(options.out, "object_memory", figure(shown), table)


if __name__ == "__main__":
    main()
