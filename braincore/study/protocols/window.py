"""The STDP window: the change of a weight by pairs of spikes, against the time between them.

Sixty pairs at 1 Hz, one synapse for each interval, as in the experiments of Bi & Poo (1998) on hippocampal cultures.
Drawn beside the exponentials that Bi & Poo (2001) fitted to them. Rules with a third factor are rewarded at each pair.

Source: Bi GQ, Poo MM (1998) J Neurosci 18:10464-10472, doi:10.1523/JNEUROSCI.18-24-10464.1998; fit: Bi GQ, Poo MM
(2001) Annu Rev Neurosci 24:139-166, doi:10.1146/annurev.neuro.24.1.139 (A+ = 0.777, tau+ = 16.8 ms, A- = 0.273,
tau- = 33.7 ms, relative to the weight; provisional: quoted from memory).
"""

from __future__ import annotations

import numpy as np

from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Published, Row, Trial, protocols
from braincore.study.protocols._told import REWARD, START, outcome, told, weights

SOURCE = "Bi & Poo 1998, J Neurosci 18:10464-10472"
FIT = "Bi & Poo 2001, Annu Rev Neurosci 24:139-166 (fit; provisional)"
LAGS = (-100, -80, -60, -40, -30, -20, -15, -10, -5, -2, 2, 5, 10, 15, 20, 30, 40, 60, 80, 100)
"""Milliseconds from the presynaptic to the postsynaptic spike."""


def fitted(lag: float) -> float:
    """Return the relative change that Bi & Poo (2001) fitted at a lag in ms."""
    return float(0.777 * np.exp(-lag / 16.8) if lag > 0 else -0.273 * np.exp(lag / 33.7))


def run(trial: Trial) -> Outcome:
    """Pair spikes at every lag."""
    dt = trial["dt"]
    onsets = np.rint((0.3 + np.arange(int(trial["pairs"])) / trial["frequency"]) / dt).astype(np.int64)
    posts = [onsets + round(lag * 1e-3 / dt) for lag in LAGS]
    # the first spike of all is presynaptic: some rules take time zero for one that never was
    done = told(trial, [onsets] * len(LAGS), posts, reward=onsets, copies=trial.copies)
    change = (weights(done, trial.copies) - START) / START
    rows = [Row("change", float(lag), float(c)) for lag, c in zip(LAGS, change, strict=True)]
    off = np.sqrt(np.mean((change - [fitted(lag) for lag in LAGS]) ** 2))
    rows += [
        Row("change at +10 ms", np.nan, float(change[LAGS.index(10)])),
        Row("change at -10 ms", np.nan, float(change[LAGS.index(-10)])),
        Row("distance from the fit", np.nan, float(off)),
    ]
    return outcome(done, rows)


WINDOW = protocols.register(
    "window",
    Protocol(
        name="window",
        purpose="STDP window: change of the weight by 60 pairs at 1 Hz, against the time between the two spikes.",
        source=SOURCE,
        settings=(
            published("pairs", "60", "number of pairs", SOURCE, "1", "1000"),
            published("frequency", "1 Hz", "pairs per second", SOURCE, "0.1 Hz", "4 Hz"),
            published("dt", "0.5 ms", "time step", "ours", "0.01 ms", "1 ms"),
            REWARD,
        ),
        curves=("change",),
        axis="post - pre (ms)",
        breaks=(0.0,),
        unit="relative change of the weight",
        numbers={
            "change at +10 ms": "relative change, pre 10 ms before post",
            "change at -10 ms": "relative change, post 10 ms before pre",
            "distance from the fit": "root mean square distance from the fit of Bi & Poo (2001)",
        },
        score="distance from the fit",
        data=(
            Published(
                measure="change",
                label="Bi & Poo 2001, fit",
                source=FIT,
                x=tuple(float(lag) for lag in LAGS),
                y=tuple(fitted(lag) for lag in LAGS),
            ),
        ),
        random=False,
        run=run,
    ),
    module=__name__,
)
