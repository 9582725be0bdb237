"""Triplets and quadruplets of spikes, as in hippocampal cultures.

Sixty repetitions at 1 Hz. Triplets: pre-post-pre and post-pre-post with the two intervals given; drawn beside the data
of Wang et al. (2005). Quadruplets: a pair post-pre and a pair pre-post, 5 ms each, whose middles are a time T apart; T
below zero has pre-post first.

Source: Wang HX, Gerkin RC, Nauen DW, Bi GQ (2005) Nat Neurosci 8:187-193, doi:10.1038/nn1387 (data provisional: quoted
from memory); protocol: Pfister JP, Gerstner W (2006) J Neurosci 26:9673-9682, doi:10.1523/JNEUROSCI.1425-06.2006.
"""

from __future__ import annotations

import numpy as np

from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Published, Row, Trial, protocols
from braincore.study.protocols._told import REWARD, START, outcome, told, weights

DATA = "Wang et al. 2005, Nat Neurosci 8:187-193 (provisional)"
SOURCE = "Pfister & Gerstner 2006, J Neurosci 26:9673-9682"
TRIPLETS = (("pre", 5, 5), ("pre", 10, 10), ("pre", 15, 5), ("pre", 5, 15),
            ("post", 5, 5), ("post", 10, 10), ("post", 5, 15), ("post", 15, 5))  # fmt: skip
"""Which neuron spikes twice, and the milliseconds to its other's spike and from that on."""
WANG = (-0.01, 0.03, 0.01, 0.24, 0.33, 0.34, 0.22, 0.29)
APART = (-100, -80, -60, -40, -20, 20, 40, 60, 80, 100)
HALF = 2.5
_SETTINGS = (
    published("repetitions", "60", "number of repetitions", SOURCE, "1", "1000"),
    published("frequency", "1 Hz", "repetitions per second", SOURCE, "0.1 Hz", "2 Hz"),
    published("dt", "0.5 ms", "time step", "ours", "0.01 ms", "0.5 ms"),
    REWARD,
)


def _onsets(trial: Trial) -> np.ndarray:
    return 0.3 + np.arange(int(trial["repetitions"])) / trial["frequency"]


def _steps(trial: Trial, onsets: np.ndarray, *milliseconds: float) -> np.ndarray:
    times = np.concatenate([onsets + ms * 1e-3 for ms in milliseconds])
    return np.unique(np.rint(times / trial["dt"]).astype(np.int64))


def triplets(trial: Trial) -> Outcome:
    """Repeat every triplet on a synapse of its own."""
    onsets, pres, posts = _onsets(trial), [], []
    for twice, first, second in TRIPLETS:
        outer, inner = _steps(trial, onsets, -first, second), _steps(trial, onsets, 0)
        pres.append(outer if twice == "pre" else inner)
        posts.append(inner if twice == "pre" else outer)
    done = told(trial, pres, posts, reward=_steps(trial, onsets, 0), copies=trial.copies)
    change = (weights(done, trial.copies) - START) / START
    rows = [Row("change", float(k), float(c)) for k, c in enumerate(change)]
    rows.append(Row("distance from the data", np.nan, float(np.sqrt(np.mean((change - WANG) ** 2)))))
    return outcome(done, rows)


def quadruplets(trial: Trial) -> Outcome:
    """Repeat every quadruplet on a synapse of its own."""
    onsets, pres, posts = _onsets(trial), [], []
    for apart in APART:
        anti, causal = -apart / 2, apart / 2  # middles of the pair post-pre and of the pair pre-post
        pres.append(_steps(trial, onsets, anti + HALF, causal - HALF))
        posts.append(_steps(trial, onsets, anti - HALF, causal + HALF))
    done = told(trial, pres, posts, reward=_steps(trial, onsets, 0), copies=trial.copies)
    change = (weights(done, trial.copies) - START) / START
    return outcome(done, [Row("change", float(t), float(c)) for t, c in zip(APART, change, strict=True)])


TRIPLETS_PROTOCOL = protocols.register(
    "triplets",
    Protocol(
        name="triplets",
        purpose="Triplets of spikes: 60 at 1 Hz, beside data of hippocampal cultures.",
        source=SOURCE,
        settings=_SETTINGS,
        curves=("change",),
        axis="intervals (ms)",
        ticks=tuple(f"{'pre-post-pre' if w == 'pre' else 'post-pre-post'} {a}, {b}" for w, a, b in TRIPLETS),
        unit="relative change of the weight",
        numbers={"distance from the data": "root mean square distance from the data of Wang et al. (2005)"},
        score="distance from the data",
        data=(
            Published(measure="change", label="Wang et al. 2005", source=DATA, x=tuple(map(float, range(8))), y=WANG),
        ),
        random=False,
        run=triplets,
    ),
    module=__name__,
)
QUADRUPLETS = protocols.register(
    "quadruplets",
    Protocol(
        name="quadruplets",
        purpose="Quadruplets: a pair post-pre and a pair pre-post, against the time between them.",
        source=SOURCE,
        settings=_SETTINGS,
        curves=("change",),
        axis="T: pre-post after post-pre (ms)",
        breaks=(0.0,),
        unit="relative change of the weight",
        random=False,
        run=quadruplets,
    ),
    module=__name__,
)
