"""Working memory without persistent activity: a cue facilitates synapses, and the item comes back when asked for.

``python -m braincore.experiments.synaptic_memory [--out FOLDER] [--trials SEEDS]``

Source    Mongillo, Barak & Tsodyks 2008, Science 319:1543; Tiddia et al. 2022, Front Integr Neurosci 16:972055.
Expected  With little background an unspecific read-out brings a population spike of the cued item alone; with more, the
          item comes back by itself, again and again; without facilitation it does not come back.
Time      20 s for each network on two cores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.mongillo2008 import Mongillo2008, cue, readout
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain
from braincore.model import Recording

CUE, ASKED, END = 2.0, 3.3, 5.0
"""Seconds: the cue, of 350 ms, for item 1; the read-out, 950 ms after the cue has ended; the end."""
LASTING, ASKING = 0.35, 0.25
BIN = 0.02
"""Seconds: population spikes are shorter."""
COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#805ad5", "#b7791f")


@dataclass(frozen=True)
class Condition:
    """A network: its background, its facilitation, whether it is cued and asked."""

    background: str
    facilitation: str = "1500 ms"
    asked: bool = False
    cued: bool = True


CONDITIONS: Mapping[str, Condition] = {
    "silent: comes back when asked": Condition("23.1 mV", asked=True),
    "refreshed: comes back by itself": Condition("23.7 mV"),
    "without facilitation": Condition("23.1 mV", facilitation="10 ms", asked=True),
}


def remembered(seed: int, condition: Condition, *, scale: float = 1.0) -> dict[str, NDArray[np.float64]]:
    """Return the rates (Hz) of the items in bins of 20 ms, and ``t``, the middle of each bin (s)."""
    region = Mongillo2008(scale=scale, background=condition.background, facilitation=condition.facilitation)
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{END} s")
    brain.regions["PFC"] = region
    if condition.cued:
        brain.stimuli.append(cue("PFC", 1, f"{CUE} s", background=region.background))
    if condition.asked:
        brain.stimuli += readout("PFC", f"{ASKED} s", background=region.background)
    brain.recording = Recording(rates="5 ms")
    with ran(brain) as run:
        found = {name: run.rates(f"PFC.{name}", bin=BIN) for name in region.excitatory}
    return {"t": found["item1"].t + BIN / 2, **{name: one.rate_hz for name, one in found.items()}}


def population_spikes(rates: Mapping[str, Any], name: str, begin: float, end: float) -> int:
    """Return how often between two times (s) more than half of a population fired within 20 ms."""
    high = np.asarray(rates[name]) * BIN > 0.5
    starts = high & ~np.concatenate([[False], high[:-1]])
    inside = (rates["t"] >= begin) & (rates["t"] < end)
    return int((starts & inside).sum())


def numbers(rates: Mapping[str, Any]) -> dict[str, float]:
    """Return the rates before the cue and after it, and the population spikes of the item and of all others."""
    t = rates["t"]
    after = CUE + LASTING + 0.1
    others = [name for name in rates if name.startswith("item") and name != "item1"]
    mean = {
        f"item1 {span} (Hz)": float(np.mean(rates["item1"][(t >= begin) & (t < end)]))
        for span, begin, end in (("before", 1.0, CUE), ("cued", CUE, CUE + LASTING), ("after", after, ASKED))
    }
    return {
        **mean,
        "population spikes before the read-out": population_spikes(rates, "item1", after, ASKED),
        "since": population_spikes(rates, "item1", ASKED, END),
        "of other items": sum(population_spikes(rates, name, after, END) for name in others),
    }


def figure(shown: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Draw the rates of the items over time, one panel for each network."""
    drawn = Figure(figsize=(9, 2.4 * len(shown)), layout="constrained")
    panels = np.atleast_1d(drawn.subplots(len(shown), 1, sharex=True))
    for ax, (title, rates) in zip(panels, shown.items(), strict=True):
        ax.axvspan(CUE, CUE + LASTING, color=COLOURS[0], alpha=0.25, lw=0)
        if CONDITIONS[title].asked:
            ax.axvspan(ASKED, ASKED + ASKING, color="#a0aec0", alpha=0.35, lw=0)
        for name, colour in reversed(list(zip((n for n in rates if n.startswith("item")), COLOURS, strict=False))):
            ax.plot(rates["t"], rates[name], color=colour, label=name, lw=1.1)
        ax.set(title=title, ylabel="rate (Hz)", xlim=(1.0, END))
        ax.spines[["top", "right"]].set_visible(False)
    drawn.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", frameon=False, ncols=5)
    panels[-1].set_xlabel("time (s); the cue in blue, the read-out in grey")
    return drawn


def results(seeds: range) -> Iterator[tuple[str, int, dict[str, NDArray[np.float64]]]]:
    """Run every network with every seed."""
    for title, condition in CONDITIONS.items():
        for seed in seeds:
            yield title, seed, remembered(seed, condition)


def main() -> None:
    """Run the networks, and write a figure and a table."""
    options = arguments(__doc__, "synaptic_memory")
    table = []
    shown: dict[str, dict[str, NDArray[np.float64]]] = {}
    for title, seed, rates in results(range(options.seed, options.seed + (options.trials or 1))):
        table.append({"network": title, "seed": seed, **numbers(rates)})
        shown.setdefault(title, rates)
    save(options.out, "synaptic_memory", figure(shown), table)


if __name__ == "__main__":
    main()
