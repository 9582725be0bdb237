"""Attentional blink: the second of two targets in a rapid stream is missed, unless it comes at once or late.

``python -m braincore.experiments.attentional_blink [--out FOLDER] [--trials N]``

Source    Nieuwenhuis, Gilzenrat, Holmes & Cohen 2005, J Exp Psychol Gen 134:291.
Expected  Reports of the second target are worst 200 to 300 ms after the first, when the locus coeruleus cannot burst
          again, and are as many as of the first from 400 ms on; in tonic mode, or with a gain that is held, there is
          no such dip.
Time      30 s on two cores.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from braincore.regions.nieuwenhuis2005 import BEFORE, ITEM, RESPONSE, THRESHOLD, Nieuwenhuis2005, stream
from matplotlib.figure import Figure
from numpy.typing import NDArray

from braincore import Brain
from braincore.model import Recording, Traces

LAGS = (1, 2, 3, 4, 5, 6, 7, 8)
WITHIN = 0.4
"""Seconds from a target in which it is reported."""
BURST = 0.6
NETWORKS: Mapping[str, Mapping[str, Any]] = {
    "phasic mode": {},
    "tonic mode": {"coherence": 0.55},
    "gain held": {"release": 0.0, "base": 0.72},
}
COLOURS = {"phasic mode": "#2b6cb0", "tonic mode": "#c05621", "gain held": "#718096"}
SHOWN = (1, 2, 6)
"""Lags whose activity is drawn."""


@dataclass(frozen=True)
class Streams:
    """Trials side by side.

    Attributes
    ----------
    t
        Seconds from the onset of the first target, shape (times,).
    lag
        Items from the first to the second target, shape (trials,).
    burst
        Activity of the locus coeruleus, shape (times, trials).
    response
        Activity of the response to either target, shape (times, trials) each.
    """

    t: NDArray[np.float64]
    lag: NDArray[np.int64]
    burst: NDArray[np.float64]
    response: Mapping[str, NDArray[np.float64]]

    def highest(self, values: NDArray[np.float64], target: str) -> NDArray[np.float64]:
        """Return the largest value in the 400 ms after each trial's first or second target, shape (trials,)."""
        begin = (self.lag if target == "second" else 0 * self.lag) * ITEM
        inside = (self.t[:, None] >= begin - 1e-9) & (self.t[:, None] < begin + WITHIN - 1e-9)
        found: NDArray[np.float64] = np.where(inside, values, -np.inf).max(axis=0)
        return found

    def reported(self, target: str) -> NDArray[np.bool_]:
        """Return whether a target was reported, shape (trials,)."""
        return self.highest(self.response[target], target) > THRESHOLD


def streams(lags: Any, *, seed: int = 1, **settings: Any) -> Streams:
    """Run one trial in each of many circuits (`Nieuwenhuis2005` with these settings).

    Parameters
    ----------
    lags
        Items from the first to the second target, shape (trials,).
    seed
        Of the noise.
    """
    after = np.asarray(lags, dtype=np.int64)
    items = BEFORE + max(LAGS) + round(WITHIN / ITEM)
    brain = Brain(seed=seed, dt="1 ms", duration=f"{items * ITEM} s")
    brain.regions["LC"] = Nieuwenhuis2005(circuits=after.size, **settings)
    brain.stimuli += stream("LC", after, items)
    recorded = {"lc": "h", **dict.fromkeys(RESPONSE.values(), "f")}
    brain.recording = Recording(
        spikes=(), traces=tuple(Traces(target=f"LC.{n}", variables=(v,), interval="5 ms") for n, v in recorded.items())
    )
    with ran(brain) as run:
        times, burst = run.traces("LC.lc").matrix("h")
        response = {target: run.traces(f"LC.{name}").matrix("f")[1] for target, name in RESPONSE.items()}
    return Streams(times - BEFORE * ITEM, after, burst, response)


def over_lags(found: Streams) -> list[dict[str, float]]:
    """Return for each lag the reports of both targets, of the second where the first was reported, and the bursts."""
    rows = []
    first, second = found.reported("first"), found.reported("second")
    # a burst at the first target lasts into the next item: one at the second begins with its own
    again = found.highest(np.where(found.t[:, None] >= (found.lag + 1) * ITEM, found.burst, 0.0), "second") > BURST
    for lag in np.unique(found.lag):
        mine = found.lag == lag
        given = mine & first
        rows.append(
            {
                "lag": int(lag),
                "trials": int(mine.sum()),
                "first": float(first[mine].mean()),
                "second": float(second[mine].mean()),
                "second if first": float(second[given].mean()) if given.any() else float("nan"),
                "bursts at first": float((found.highest(found.burst, "first")[mine] > BURST).mean()),
                "bursts at second": float(again[mine].mean()),
            }
        )
    return rows


def figure(shown: Streams, tables: Mapping[str, Sequence[Mapping[str, float]]]) -> Figure:
    """Draw the locus coeruleus and the second response at some lags, and reports over lags in each network."""
    drawn = Figure(figsize=(9.5, 5.2), layout="constrained")
    panels = drawn.subplots(2, 2)
    for lag, colour in zip(SHOWN, ("#2f855a", "#c53030", "#2b6cb0"), strict=True):
        mine = shown.lag == lag
        for ax, values in zip(panels[:, 0], (shown.burst, shown.response["second"]), strict=True):
            ax.plot(shown.t * 1e3, values[:, mine].mean(axis=1), color=colour, lw=1.3, label=f"lag {lag}")
            ax.axvline(lag * ITEM * 1e3, color=colour, lw=0.8, ls=":")
    panels[0, 0].set_ylabel("locus coeruleus: activity h")
    panels[1, 0].set_ylabel("response to the second target")
    panels[1, 0].set_ylim(0.45, 0.72)
    panels[1, 0].axhline(THRESHOLD, color="#a0aec0", lw=1, ls="--")
    panels[0, 0].legend(frameon=False, fontsize="small", loc="upper right")
    for ax in panels[:, 0]:
        ax.set(xlim=(-200, 1100), xlabel="time from the first target (ms); the second at dots")
    for name, rows in tables.items():
        lags = np.array([row["lag"] for row in rows]) * ITEM * 1e3
        share = np.array([row["second if first"] for row in rows])
        trials = np.array([row["trials"] * row["first"] for row in rows])
        error = np.sqrt(share * (1 - share) / trials)
        panels[0, 1].errorbar(lags, share, error, fmt="o-", color=COLOURS[name], label=name, ms=4, lw=1.2, capsize=2)
    panels[0, 1].set(ylim=(0.3, 1), ylabel="second reported,\nif the first was")
    panels[0, 1].legend(frameon=False, fontsize="small", loc="lower right", ncols=3)
    for target, told, colour in (
        ("first", "within 400 ms of the first", "#718096"),
        ("second", "of the second, anew", COLOURS["phasic mode"]),
    ):
        rows = tables["phasic mode"]
        lags = np.array([row["lag"] for row in rows]) * ITEM * 1e3
        share = [row[f"bursts at {target}"] for row in rows]
        panels[1, 1].plot(lags, share, "o-", color=colour, ms=4, label=told)
    panels[1, 1].set(ylim=(-0.03, 1.03), ylabel="share with a burst")
    panels[1, 1].legend(frameon=False, fontsize="small", loc="lower right")
    for ax in panels[:, 1]:
        ax.set_xlabel("from the first to the second target (ms)")
    for ax in panels.flat:
        ax.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    """Run all networks, and write a figure and a table."""
    options = arguments(__doc__, "attentional_blink")
    lags = np.repeat(LAGS, options.trials or 400)
    runs = {name: streams(lags, seed=options.seed, **settings) for name, settings in NETWORKS.items()}
    tables = {name: over_lags(found) for name, found in runs.items()}
    table = [{"network": name, **row} for name, rows in tables.items() for row in rows]
    save(options.out, "attentional_blink", figure(runs["phasic mode"], tables), table)


if __name__ == "__main__":
    main()
