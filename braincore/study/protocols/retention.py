"""Stability: how long what was learned lasts while both neurons go on firing.

Half of the synapses are potentiated by pairs of +10 ms, the others see presynaptic spikes alone; then all neurons fire
as independent Poisson processes. The difference of the two halves, relative to its beginning, is how much is kept.

Source: Fusi S, Abbott LF (2007) Nat Neurosci 10:485-493, doi:10.1038/nn1859 (memory lifetimes); Billings G, van Rossum
MCW (2009) J Neurophysiol 101:2775-2788, doi:10.1152/jn.91007.2008 (retention under STDP).
"""

from __future__ import annotations

import numpy as np

from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Row, Trial, protocols
from braincore.study.protocols._told import PROJECTION, REWARD, outcome, poisson_steps, told

SOURCE = "Billings & van Rossum 2009, J Neurophysiol 101:2775-2788; Fusi & Abbott 2007, Nat Neurosci 10:485-493"
EVERY = 5.0
LEAST = 0.01
"""A difference below this, of the maximum, is none that could be kept."""


def run(trial: Trial) -> Outcome:
    """Teach half of the synapses, then let all neurons fire."""
    rng = np.random.default_rng(trial.seed)
    each, dt, pairs = int(trial["synapses"]), trial["dt"], int(trial["pairs"])
    taught = EVERY * np.ceil(pairs / trial["frequency"] / EVERY)
    seconds = EVERY * np.ceil(trial["duration"] / EVERY)
    onsets = np.rint((0.2 + np.arange(pairs) / trial["frequency"]) / dt).astype(np.int64)
    onsets = onsets[onsets < (taught - 0.1) / dt]
    begin = int(taught / dt) + 2
    pres, posts = [], []
    for k in range(2 * each):
        later = [poisson_steps(rng, trial["rate"], seconds, dt, first=begin) for _ in range(2)]
        pres.append(np.concatenate([onsets, later[0]]))
        posts.append(np.concatenate([onsets + round(10e-3 / dt), later[1]]) if k < each else later[1])
    until = int((taught + seconds) / dt) + 1
    done = told(trial, pres, posts, reward=onsets, until=until, snapshots=f"{EVERY:g} s")
    taken = [(step * dt, w[:each].mean() - w[each:].mean()) for step, w in done.sink.snapshots[PROJECTION]]
    after = [(t - taught, d) for t, d in taken if t >= taught - dt / 2]
    learned = after[0][1]
    kept = [d / learned if abs(learned) > LEAST else np.nan for _, d in after]
    rows = [Row("kept", float(t), float(k)) for (t, _), k in zip(after, kept, strict=True)]
    rows += [
        Row("learned", np.nan, float(learned)),
        Row("kept at the end", np.nan, float(kept[-1])),
        Row("half-life", np.nan, half_life([t for t, _ in after], kept)),
    ]
    return outcome(done, rows)


def half_life(times: list[float], kept: list[float]) -> float:
    """Return when half is gone, in seconds: NaN where nothing was learned, infinite where it is there at the end."""
    if np.isnan(kept[0]):
        return float("nan")
    for k in range(1, len(kept)):
        if kept[k] < 0.5:
            share = (kept[k - 1] - 0.5) / (kept[k - 1] - kept[k])
            return float(times[k - 1] + share * (times[k] - times[k - 1]))
    return float("inf")


RETENTION = protocols.register(
    "retention",
    Protocol(
        name="retention",
        purpose="Stability: how much of what pairs have taught is left while both neurons fire at random.",
        source=SOURCE,
        settings=(
            published("pairs", "60", "pairs that teach", "ours", "1", "1000"),
            published("frequency", "10 Hz", "pairs per second", "ours", "0.1 Hz", "50 Hz"),
            published("rate", "5 Hz", "of both neurons afterwards", "ours", "0.1 Hz", "100 Hz"),
            published("duration", "100 s", "how long", "ours", "10 s", "100000 s"),
            published("synapses", "50", "synapses in each half", "ours", "1", "10000"),
            published("dt", "1 ms", "time step", "ours", "0.01 ms", "1 ms"),
            REWARD,
        ),
        curves=("kept",),
        axis="time (s)",
        unit="difference kept",
        numbers={
            "learned": "difference of taught and untaught weights, of the maximum",
            "kept at the end": "share of it at the end",
            "half-life": "seconds until half is gone",
        },
        run=run,
    ),
    module=__name__,
)
