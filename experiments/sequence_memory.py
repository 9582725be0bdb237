"""Sequence memory: which letter comes next depends on how the sequence began, and cells learn to predict it.

``python -m braincore.experiments.sequence_memory [--out FOLDER] [--trials ROUNDS] [--seed SEED]``

Source    Bouhadjar, Wouters, Diesmann & Tetzlaff 2022, PLoS Comput Biol 18:e1010233, sequences ADBE and FDBC.
Expected  At first every letter makes all 150 of its cells fire; after some 40 rounds E alone is predicted after ADB and
          C alone after FDB, and some 20 cells fire. Without plateaus both are predicted, without learning none.
          It takes 28 to 39 rounds with most seeds, with some twice as many.
Time      30 s on two cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.bouhadjar2022 import INTERVAL, Bouhadjar2022, play, played
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain
from braincore.model import Recording, Traces

SEQUENCES = ("ADBE", "FDBC")
ROUNDS = 100
ANSWERS = 0.02
"""Seconds after a letter in which its cells fire."""
BEFORE, SAMPLED = 0.01, "20 ms"
"""Seconds before the last letter at which predictions are read; plateaus are recorded so often."""
ENOUGH = 10
"""Cells with a plateau that make a letter predicted: half of those that fire together where it was."""
ABLATIONS: Mapping[str, Mapping[str, Any]] = {
    "intact": {},
    "without plateaus": {"plateau": "0 pA"},
    "without learning": {"learns": False},
}
COLOURS = ("#2b6cb0", "#c05621", "#2f855a")


@dataclass(frozen=True)
class Memory:
    """What a network did in each round.

    Attributes
    ----------
    model, sequences
        The region and what was played.
    onsets
        Of each letter (s), shape (rounds, sequences, length).
    times, neurons
        All spikes of excitatory cells (s).
    plateaus
        Which cells have one just before the last letter, shape (rounds, sequences, letters, cells).
    """

    model: Bouhadjar2022
    sequences: Sequence[str]
    onsets: NDArray[np.float64]
    times: NDArray[np.float64]
    neurons: NDArray[np.int32]
    plateaus: NDArray[np.bool_]

    @property
    def predicted(self) -> NDArray[np.bool_]:
        """Which letters are predicted to be the last, shape (rounds, sequences, letters)."""
        found: NDArray[np.bool_] = self.plateaus.sum(axis=-1) >= ENOUGH
        return found

    @property
    def error(self) -> NDArray[np.float64]:
        """Letters that are wrongly predicted or wrongly not, in the mean over sequences, for each round."""
        last = [self.model.letters.index(one[-1]) for one in self.sequences]
        wanted = np.eye(len(self.model.letters), dtype=bool)[last]
        found: NDArray[np.float64] = (self.predicted != wanted).sum(axis=-1).mean(axis=-1)
        return found

    def fired(self, round_: int, sequence: int, place: int) -> NDArray[np.int32]:
        """Return which cells of a letter fire when it comes, from 0."""
        onset = self.onsets[round_, sequence, place]
        own = self.model.letters.index(self.sequences[sequence][place]) * self.model.cells
        begin, end = np.searchsorted(self.times, (onset - 1e-9, onset + ANSWERS))
        cells = np.unique(self.neurons[begin:end]) - own
        return cells[(cells >= 0) & (cells < self.model.cells)]

    def activity(self, place: int = -1) -> NDArray[np.float64]:
        """Return how many cells of a letter fire, in the mean over sequences, for each round."""
        rounds, count, length = self.onsets.shape
        at = range(length)[place]
        return np.array([np.mean([self.fired(r, q, at).size for q in range(count)]) for r in range(rounds)])


def remember(seed: int, *, rounds: int = ROUNDS, sequences: Sequence[str] = SEQUENCES, **settings: Any) -> Memory:
    """Play sequences to a network, round by round.

    Parameters
    ----------
    seed
        Of the wiring and the permanences.
    rounds, sequences
        How often all sequences are played.
    settings
        Of `Bouhadjar2022`.
    """
    model, when = Bouhadjar2022(**settings), played(sequences, rounds)
    brain = Brain(seed=seed, dt="0.1 ms", duration=f"{when.end} s")
    brain.regions["memory"] = model
    brain.stimuli.append(play("memory", model, sequences, rounds))
    plateau = Traces(target="memory.E", variables=("dendrite.up",), interval=SAMPLED)
    brain.recording = Recording(spikes=("memory.E",), traces=(plateau,))
    with ran(brain) as run:
        spikes = run.spikes("memory.E")
        sampled, up = run.traces("memory.E").matrix("dendrite.up")
    read = np.searchsorted(sampled, when.times[..., -1] - BEFORE - 1e-9)
    shape = (*read.shape, len(model.letters), model.cells)
    return Memory(
        model=model,
        sequences=sequences,
        onsets=when.times,
        times=spikes.t,
        neurons=spikes.neuron,
        plateaus=(up[read] == 1).reshape(shape),
    )


def row(name: str, seed: int, found: Memory) -> dict[str, Any]:
    """Return the numbers of a network: the first round, and the mean over the last ten."""
    wrong = np.flatnonzero(found.error > 0)
    return {
        "network": name,
        "seed": seed,
        "error at first": float(found.error[0]),
        "error at last": float(found.error[-10:].mean()),
        "rounds until it stays 0": int(wrong[-1] + 1) if wrong.size and found.error[-1] == 0 else "never",
        "cells that fire at the last letter, at first": float(found.activity()[0]),
        "at last": float(found.activity()[-10:].mean()),
    }


def _raster(found: Memory, round_: int, ax: Any) -> None:
    cells, begin = found.model.cells, found.onsets[round_, 0, 0]
    end = found.onsets[round_, -1, -1] + INTERVAL
    inside = (found.times >= begin - 0.01) & (found.times < end)
    ax.plot(1e3 * (found.times[inside] - begin), found.neurons[inside], ".", ms=1.5, color=COLOURS[0])
    for q, sequence in enumerate(found.sequences):
        read = 1e3 * (found.onsets[round_, q, -1] - BEFORE - begin)
        which = np.flatnonzero(found.plateaus[round_, q])
        ax.plot(np.full(which.size, read), which, "_", ms=5, mew=0.8, color=COLOURS[1])
        for letter, onset in zip(sequence, found.onsets[round_, q], strict=True):
            ax.axvline(1e3 * (onset - begin), color="#cbd5e0", lw=0.8, zorder=0)
            ax.text(1e3 * (onset - begin), len(found.model.letters) * cells + 8, letter, ha="center", fontsize="small")
    middles = (np.arange(len(found.model.letters)) + 0.5) * cells
    ax.set_yticks(middles, [f"cells of {letter}" for letter in found.model.letters], fontsize="small")
    ax.set_yticks(middles - cells / 2, minor=True)
    ax.grid(axis="y", which="minor", color="#e2e8f0", lw=0.8)
    ax.tick_params(axis="y", which="both", length=0)
    ax.set(xlabel="time in the round (ms)", ylim=(0, len(found.model.letters) * cells))
    ax.set_title(f"round {round_ + 1}: spikes (blue), predictions (orange)", y=1.06, fontsize="medium")


def figure(results: Mapping[str, Memory]) -> Figure:
    """Draw spikes and predictions in the first and the last round, and what is learned round by round."""
    drawn = Figure(figsize=(11, 7.5), layout="constrained")
    panels = drawn.subplot_mosaic([["first", "last"], ["error", "cells"]], height_ratios=(1.4, 1))
    intact = next(iter(results.values()))
    _raster(intact, 0, panels["first"])
    _raster(intact, len(intact.onsets) - 1, panels["last"])
    for colour, style, (name, found) in zip(COLOURS, ("-", "-", "--"), results.items(), strict=False):
        rounds = np.arange(1, len(found.onsets) + 1)
        panels["error"].plot(rounds, found.error, style, color=colour, label=name)
        panels["cells"].plot(rounds, found.activity(), style, color=colour, label=name)
    panels["error"].set(ylabel="wrong predictions\nof the last letter", ylim=(-0.1, None))
    panels["cells"].set(ylabel="cells that fire\nat the last letter", ylim=(0, None))
    for name in ("error", "cells"):
        panels[name].set_xlabel("round")
        panels[name].spines[["top", "right"]].set_visible(False)
    panels["error"].legend(frameon=False, fontsize="small")
    return drawn


def main() -> None:
    """Run the network and its ablations, and write a figure and a table."""
    options = arguments(__doc__, "sequence_memory")
    rounds = options.trials or ROUNDS
    results = {name: remember(options.seed, rounds=rounds, **ablation) for name, ablation in ABLATIONS.items()}
    table = [row(name, options.seed, found) for name, found in results.items()]
    save(options.out, "sequence_memory", figure(results), table)


if __name__ == "__main__":
    main()
