"""Where weights settle: their distribution under uncorrelated Poisson input and output.

Additive rules push weights to their bounds (Song, Miller & Abbott 2000); rules that depend on the weight keep them
together (van Rossum, Bi & Turrigiano 2000; Gütig et al. 2003; Morrison, Aertsen & Diesmann 2007).

The bimodality coefficient is (skewness squared + 1)/kurtosis: 1 for two points, 5/9 for a flat distribution.

Source: van Rossum MCW, Bi GQ, Turrigiano GG (2000) J Neurosci 20:8812-8821, doi:10.1523/JNEUROSCI.20-23-08812.2000;
Morrison A, Aertsen A, Diesmann M (2007) Neural Comput 19:1437-1467, doi:10.1162/neco.2007.19.6.1437.
"""

from __future__ import annotations

import numpy as np

from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Row, Trial, protocols
from braincore.study.protocols._told import REWARD, outcome, poisson_steps, told, weights

SOURCE = "van Rossum, Bi & Turrigiano 2000, J Neurosci 20:8812-8821; Morrison et al. 2007, Neural Comput 19:1437-1467"
BINS = 20


def run(trial: Trial) -> Outcome:
    """Let independent trains meet until the weights have settled."""
    rng = np.random.default_rng(trial.seed)
    each, seconds, dt = int(trial["synapses"]), trial["duration"], trial["dt"]
    pres, posts = ([poisson_steps(rng, trial["rate"], seconds, dt) for _ in range(each)] for _ in range(2))
    until = int(seconds / dt)
    done = told(trial, pres, posts, reward=range(2, until, round(1 / dt)), until=until)
    found = weights(done)
    rows = shares(found)
    rows += [
        Row("mean", np.nan, float(found.mean())),
        Row("standard deviation", np.nan, float(found.std())),
        Row("at the bounds", np.nan, at_bounds(found)),
        Row("bimodality", np.nan, bimodality(found)),
    ]
    return outcome(done, rows)


def shares(found: np.ndarray) -> list[Row]:
    """Return how the weights (in maxima) are spread: the share of them in each bin, at its middle."""
    density, edges = np.histogram(found, bins=BINS, range=(0, 1))
    middles = (edges[1:] + edges[:-1]) / 2
    return [Row("share", float(m), float(d / found.size)) for m, d in zip(middles, density, strict=True)]


def at_bounds(found: np.ndarray) -> float:
    """Return the share of the weights below a tenth or above nine tenths of the maximum."""
    return float(np.mean((found < 0.1) | (found > 0.9)))


def bimodality(values: np.ndarray) -> float:
    """Return the bimodality coefficient; NaN for values that are all the same."""
    from scipy import stats

    if values.std() < 1e-9:
        return float("nan")
    return float((stats.skew(values) ** 2 + 1) / stats.kurtosis(values, fisher=False))


SPREAD = protocols.register(
    "spread",
    Protocol(
        name="spread",
        purpose="Where weights settle under uncorrelated Poisson spikes: distribution, spread, bimodality.",
        source=SOURCE,
        settings=(
            published("rate", "10 Hz", "of both neurons", "ours", "0.1 Hz", "100 Hz"),
            published("duration", "200 s", "how long", "ours", "1 s", "100000 s"),
            published("synapses", "200", "number of synapses", "ours", "10", "100000"),
            published("dt", "1 ms", "time step", "ours", "0.01 ms", "1 ms"),
            REWARD,
        ),
        curves=("share",),
        axis="weight, of the maximum",
        unit="share of the synapses",
        numbers={
            "mean": "mean weight, of the maximum",
            "standard deviation": "of the weights",
            "at the bounds": "share of the weights below 0.1 or above 0.9",
            "bimodality": "bimodality coefficient",
        },
        run=run,
    ),
    module=__name__,
)
