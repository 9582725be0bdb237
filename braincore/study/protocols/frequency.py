"""Frequency dependence: pairs of +10 and -10 ms at 0.1 to 50 Hz, as in visual cortex.

Sixty pairs in a row (``burst`` and ``pause`` give several in a row, as in the experiment: five every 10 s, 75 in all,
and 50 where they follow each other at 0.1 Hz); drawn beside the data of Sjöström, Turrigiano & Nelson (2001) on layer 5
of the rat's visual cortex. The error is that of Pfister & Gerstner (2006): the mean over the ten points of ((data -
model)/standard error) squared.

Source: Sjöström PJ, Turrigiano GG, Nelson SB (2001) Neuron 32:1149-1164, doi:10.1016/S0896-6273(01)00542-6; protocol
and error: Pfister JP, Gerstner W (2006) J Neurosci 26:9673-9682, doi:10.1523/JNEUROSCI.1425-06.2006.
"""

from __future__ import annotations

import numpy as np

from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Published, Row, Trial, protocols
from braincore.study.protocols._told import REWARD, START, Floats, outcome, told, weights

DATA = "Sjöström, Turrigiano & Nelson 2001, Neuron 32:1149-1164"
SOURCE = "Pfister & Gerstner 2006, J Neurosci 26:9673-9682"
RATES = (0.1, 10.0, 20.0, 40.0, 50.0)
LAGS = {"pre before post": 10, "post before pre": -10}
"""Milliseconds."""
MEASURED = {
    "pre before post": ((-0.04, 0.14, 0.29, 0.53, 0.56), (0.05, 0.10, 0.14, 0.11, 0.26)),
    "post before pre": ((-0.29, -0.41, -0.34, 0.56, 0.75), (0.08, 0.11, 0.10, 0.32, 0.19)),
}


def run(trial: Trial) -> Outcome:
    """Pair spikes at every frequency and in both orders."""
    dt = trial["dt"]
    pres, posts = [], []
    for lag in LAGS.values():
        for rate in RATES:
            onsets = np.rint((0.3 + _times(trial, rate)) / dt).astype(np.int64)
            pres.append(onsets)
            posts.append(onsets + round(lag * 1e-3 / dt))
    reward = pres[0]
    done = told(trial, pres, posts, reward=reward, copies=trial.copies)
    change = ((weights(done, trial.copies) - START) / START).reshape(len(LAGS), len(RATES))
    rows = [Row(name, rate, float(change[k, j])) for k, name in enumerate(LAGS) for j, rate in enumerate(RATES)]
    off = [((change[k] - MEASURED[name][0]) / MEASURED[name][1]) ** 2 for k, name in enumerate(LAGS)]
    rows.append(Row("error", np.nan, float(np.mean(off))))
    return outcome(done, rows)


def _times(trial: Trial, rate: float) -> Floats:
    """Return the seconds at which pairs begin."""
    pair = np.arange(int(trial["pairs"]))
    burst = int(trial["burst"]) or len(pair)
    return pair // burst * max(trial["pause"], burst / rate) + pair % burst / rate


FREQUENCY = protocols.register(
    "frequency",
    Protocol(
        name="frequency",
        purpose="Frequency dependence: 60 pairs of +10 and -10 ms at 0.1 to 50 Hz, beside data of visual cortex.",
        source=SOURCE,
        settings=(
            published("pairs", "60", "number of pairs", SOURCE, "1", "1000"),
            published("burst", "0", "pairs in a row before a pause; 0 for all", SOURCE, "0", "1000"),
            published("pause", "10 s", "from the start of a burst to the next", DATA, "0 s", "1000 s"),
            published("dt", "1 ms", "time step", "ours", "0.01 ms", "1 ms"),
            REWARD,
        ),
        curves=tuple(LAGS),
        axis="frequency of pairs (Hz)",
        unit="relative change of the weight",
        numbers={"error": "mean squared distance from the data, in standard errors (Pfister & Gerstner 2006)"},
        score="error",
        data=tuple(
            Published(measure=name, label="Sjöström 2001", source=DATA, x=RATES, y=y, error=error)
            for name, (y, error) in MEASURED.items()
        ),
        random=False,
        run=run,
    ),
    module=__name__,
)
