"""Rate response: the drift of a weight between Poisson trains, against the postsynaptic rate.

A rule with the shape of Bienenstock, Cooper & Munro (1982) depresses at low and potentiates at high postsynaptic rates.
Each synapse has a presynaptic train at one rate and a postsynaptic one at another, independent of each other.

Source: Bienenstock EL, Cooper LN, Munro PW (1982) J Neurosci 2:32-48, doi:10.1523/JNEUROSCI.02-01-00032.1982; for rules
of spikes: Izhikevich EM, Desai NS (2003) Neural Comput 15:1511-1523, doi:10.1162/089976603321891783.
"""

from __future__ import annotations

import numpy as np

from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Row, Trial, protocols
from braincore.study.protocols._told import REWARD, START, outcome, poisson_steps, told, weights

SOURCE = "Bienenstock, Cooper & Munro 1982, J Neurosci 2:32-48; Izhikevich & Desai 2003, Neural Comput 15:1511-1523"
RATES = (1, 2, 5, 10, 15, 20, 30, 40, 50)
"""Postsynaptic rates in Hz."""


def run(trial: Trial) -> Outcome:
    """Let independent trains meet for a while at every rate."""
    rng = np.random.default_rng(trial.seed)
    each, seconds, dt = int(trial["synapses"]), trial["duration"], trial["dt"]
    pres = [poisson_steps(rng, trial["rate"], seconds, dt) for _ in RATES for _ in range(each)]
    posts = [poisson_steps(rng, rate, seconds, dt) for rate in RATES for _ in range(each)]
    until = int(seconds / dt)
    done = told(trial, pres, posts, reward=range(2, until, round(1 / dt)), until=until)
    drift = ((weights(done) - START) / seconds).reshape(len(RATES), each).mean(axis=1)
    rows = [Row("drift", float(rate), float(d)) for rate, d in zip(RATES, drift, strict=True)]
    rows.append(Row("crossing", np.nan, crossing(np.array(RATES, dtype=float), drift)))
    return outcome(done, rows)


def crossing(rates: np.ndarray, drift: np.ndarray) -> float:
    """Return the rate at which depression turns into potentiation; NaN if it never does."""
    for k in range(len(rates) - 1):
        if drift[k] < 0 <= drift[k + 1]:
            return float(rates[k] - drift[k] * (rates[k + 1] - rates[k]) / (drift[k + 1] - drift[k]))
    return float("nan")


RATE_RESPONSE = protocols.register(
    "rates",
    Protocol(
        name="rates",
        purpose="Rate response (BCM curve): drift of the weight between Poisson trains, against the postsynaptic rate.",
        source=SOURCE,
        settings=(
            published("rate", "10 Hz", "presynaptic rate", "ours", "0.1 Hz", "100 Hz"),
            published("duration", "20 s", "how long", "ours", "1 s", "1000 s"),
            published("synapses", "40", "synapses at each rate", "ours", "1", "10000"),
            published("dt", "1 ms", "time step", "ours", "0.01 ms", "1 ms"),
            REWARD,
        ),
        curves=("drift",),
        axis="postsynaptic rate (Hz)",
        unit="change per second, of the maximum",
        numbers={"crossing": "postsynaptic rate (Hz) at which depression turns into potentiation"},
        run=run,
    ),
    module=__name__,
)
