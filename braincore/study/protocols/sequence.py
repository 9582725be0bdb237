"""Sequence learning: neurons that fire one after the other, all connected with all.

The sequence is repeated; a rule that learns it strengthens synapses in its direction and none against it.

Source: Abbott LF, Blum KI (1996) Cereb Cortex 6:406-416, doi:10.1093/cercor/6.3.406; Bi GQ, Poo MM (2001) Annu Rev
Neurosci 24:139-166, doi:10.1146/annurev.neuro.24.1.139.
"""

from __future__ import annotations

import numpy as np

from braincore.model import AllToAll
from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Row, Trial, protocols
from braincore.study.protocols._told import PROJECTION, REWARD, START, outcome, told, weights

SOURCE = "Abbott & Blum 1996, Cereb Cortex 6:406-416"
FARTHEST = 8


def run(trial: Trial) -> Outcome:
    """Repeat the sequence, with some jitter."""
    rng = np.random.default_rng(trial.seed)
    n, dt = int(trial["neurons"]), trial["dt"]
    onsets = 0.2 + np.arange(int(trial["repetitions"])) / trial["frequency"]
    trains = []
    for k in range(n):
        times = onsets + k * trial["lag"] + rng.normal(0, trial["jitter"], onsets.size)
        trains.append(np.unique(np.rint(times / dt).astype(np.int64)))
    reward = np.rint((onsets + n * trial["lag"] / 2) / dt).astype(np.int64)
    done = told(trial, trains, trains, connector=AllToAll(), reward=reward)
    pre, post = done.built.ends(PROJECTION)
    change, apart = weights(done) - START, post.astype(int) - pre.astype(int)
    distances = [d for d in range(-FARTHEST, FARTHEST + 1) if d]
    means = {d: float(change[apart == d].mean()) for d in distances}
    rows = [Row("change", float(d), mean) for d, mean in means.items()]
    forward, backward = (float(change[(apart * side > 0) & (abs(apart) <= 3)].mean()) for side in (1, -1))
    rows += [
        Row("forward", np.nan, forward),
        Row("backward", np.nan, backward),
        Row("asymmetry", np.nan, forward - backward),
    ]
    return outcome(done, rows)


SEQUENCE = protocols.register(
    "sequence",
    Protocol(
        name="sequence",
        purpose="Sequence learning: change of the weights between neurons that fire in order, against their distance.",
        source=SOURCE,
        settings=(
            published("neurons", "20", "length of the sequence", "ours", "10", "1000"),
            published("lag", "5 ms", "from one neuron to the next", "ours", "0.5 ms", "100 ms"),
            published("jitter", "1 ms", "standard deviation of each spike", "ours", "0 ms", "50 ms"),
            published("repetitions", "60", "how often it is played", "ours", "1", "10000"),
            published("frequency", "2 Hz", "repetitions per second", "ours", "0.1 Hz", "10 Hz"),
            published("dt", "0.5 ms", "time step", "ours", "0.01 ms", "0.5 ms"),
            REWARD,
        ),
        curves=("change",),
        axis="place of the target after the source",
        breaks=(0.0,),
        unit="change of the weight, of the maximum",
        numbers={
            "forward": "mean change towards the next three neurons, of the maximum",
            "backward": "mean change towards the three neurons before",
            "asymmetry": "forward - backward",
        },
        run=run,
    ),
    module=__name__,
)
