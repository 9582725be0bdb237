"""Fear conditioning, extinction and renewal in a spiking basal amygdala.

``python -m braincore.experiments.fear_conditioning [--out FOLDER] [--trials SEEDS]``

Source    Vlachos et al. 2011, PLoS Comput Biol 7:e1001104, as replicated by Carvalho et al. in ReScience C.
Expected  In context A the stimulus makes population A answer more and more; in context B it makes B answer and A fall
          silent; back in context A population A answers at once. Without learning neither answers.
Time      10 s for each run, of which there are four, on two cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.vlachos2011 import (
    CONDITIONING,
    CS,
    EXTINCTION,
    RENEWAL,
    Phase,
    Vlachos2011,
    lasting,
    presentations,
    protocol,
)
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain
from braincore.model import Recording, Stimulus, Weights

PHASES = (CONDITIONING, EXTINCTION, RENEWAL)
POPULATIONS = ("A", "B", "others", "I")
LEARNING = ("cs_to_A", "cs_to_B", "ctx_to_A", "ctx_to_B")
NETWORKS: Mapping[str, Mapping[str, Any]] = {"learning": {}, "without learning": {"learning": 0.0}}
COLOURS = {"A": "#c05621", "B": "#2b6cb0", "others": "#718096", "I": "#c53030"}


@dataclass(frozen=True)
class Learned:
    """What a network did at each stimulus.

    Attributes
    ----------
    context
        Of each stimulus, ``A`` or ``B``.
    rates
        Population to its rate (Hz) during each stimulus, shape (stimuli,).
    weights
        Projection to its mean weight (nS) during each stimulus, shape (stimuli,).
    counts
        Population to its spikes in each ms of the run.
    """

    context: tuple[str, ...]
    rates: Mapping[str, NDArray[np.float64]]
    weights: Mapping[str, NDArray[np.float64]]
    counts: Mapping[str, NDArray[np.float64]]


def learned(
    seed: int,
    phases: Sequence[Phase] = PHASES,
    *,
    modulated: bool = True,
    more: Sequence[Stimulus] = (),
    interventions: Sequence[Any] = (),
    **settings: Any,
) -> Learned:
    """Run a network (`Vlachos2011` with these settings, called ``BA``) through phases, with more stimuli if wished."""
    region = Vlachos2011(**settings)
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{lasting(phases)} s")
    brain.regions["BA"] = region
    brain.stimuli += [*protocol("BA", phases, modulated=modulated), *more]
    brain.interventions += interventions
    follow = tuple(Weights(projection=f"BA.{name}", interval="5 ms") for name in LEARNING)
    brain.recording = Recording(spikes=(), rates="1 ms", weights=follow)
    shown = presentations(phases)
    with ran(brain) as run:
        counts = {n: run.rates(f"BA.{n}", bin=1e-3).rate_hz * 1e-3 * region.sizes[n] for n in POPULATIONS}
        followed = {name: run.weights(f"BA.{name}") for name in LEARNING}
    weights = {}
    for name, one in followed.items():
        ms = np.rint(one.t * 1e3)
        inside = [(ms >= round(begin * 1e3)) & (ms < round((begin + CS) * 1e3)) for begin, _ in shown]
        weights[name] = np.array([one.variables["w"][rows].mean() for rows in inside]) * 1e9
    spans = [slice(round(begin * 1e3), round((begin + CS) * 1e3)) for begin, _ in shown]
    rates = {n: np.array([c[s].sum() for s in spans]) / (region.sizes[n] * CS) for n, c in counts.items()}
    return Learned(tuple(context for _, context in shown), rates, weights, counts)


def numbers(found: Learned) -> dict[str, float]:
    """Return the rates (Hz) of A and B and their weights (nS) at the ends of the phases."""
    ends = {"first": 0, "conditioned": 4, "extinguished": 10, "renewed": 11}
    told = {f"{n} {when} (Hz)": float(found.rates[n][k]) for when, k in ends.items() for n in ("A", "B")}
    told |= {f"{n} {when} (nS)": float(found.weights[n][k]) for when, k in ends.items() for n in LEARNING}
    return told


def figure(results: Mapping[str, Sequence[Learned]]) -> Figure:
    """Draw rates and weights at each stimulus, means and deviations over seeds, one column for each network."""
    drawn = Figure(figsize=(9, 7), layout="constrained")
    panels = drawn.subplots(3, len(results), sharex=True, sharey="row", squeeze=False)
    for column, (title, runs) in zip(panels.T, results.items(), strict=True):
        number = np.arange(1, len(runs[0].context) + 1)
        for ax, kind, label in zip(
            column, ("", "cs_to_", "ctx_to_"), ("rate (Hz)", "stimulus weight (nS)", "context weight (nS)"), strict=True
        ):
            for name in ("A", "B"):
                values = np.array([(one.weights[kind + name] if kind else one.rates[name]) for one in runs])
                told = {"A": "A: fear", "B": "B: extinction"}[name]
                mean, sd = values.mean(axis=0), values.std(axis=0)
                ax.errorbar(number, mean, sd, fmt="o-", color=COLOURS[name], label=told, ms=4, lw=1.2, capsize=2)
            for k in range(1, number.size):
                if runs[0].context[k] != runs[0].context[k - 1]:
                    ax.axvline(k + 0.5, color="#a0aec0", ls="--", lw=1)
            ax.spines[["top", "right"]].set_visible(False)
            ax.set_ylim(0, None)
            if title == next(iter(results)):
                ax.set_ylabel(label)
        column[0].set_title(title, pad=18)
        top = column[0].get_xaxis_transform()
        for where, text in ((3, "context A"), (8.5, "context B"), (12, "A")):
            column[0].text(where, 1.01, text, transform=top, ha="center", va="bottom", fontsize="small")
        column[-1].set(xlabel="stimulus", xticks=number)
    panels[0, 0].legend(frameon=False, fontsize="small", loc="upper left")
    return drawn


def main() -> None:
    """Run the networks, and write a figure and a table."""
    options = arguments(__doc__, "fear_conditioning")
    seeds = range(options.seed, options.seed + (options.trials or 2))
    results = {title: [learned(seed, **settings) for seed in seeds] for title, settings in NETWORKS.items()}
    table = [
        {"network": title, "seed": seed, **numbers(found)}
        for title, runs in results.items()
        for seed, found in zip(seeds, runs, strict=True)
    ]
    save(options.out, "fear_conditioning", figure(results), table)


if __name__ == "__main__":
    main()
