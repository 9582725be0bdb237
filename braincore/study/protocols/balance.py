r"""Inhibitory balance: a recurrent network whose inhibition of its excitatory neurons is plastic.

8 000 excitatory and 2 000 inhibitory neurons, connected with probability 0.02. Inhibition of the excitatory ones begins
at nothing: they fire fast and together. Inhibitory plasticity brings them towards its goal, where they fire
irregularly.

The rule of Vogels et al. rests where :math:`\nu\,(c_{before} + c_{after}) = 2\rho_0`, the two factors being how many
spikes of its inhibition a neuron has within 20 ms before and after its own, relative to chance: its goal is reached
only if there are no correlations. Here inhibition silences, so that they are 0.56 and 1.04, and the rate is 3.8 Hz for
a goal of 3 Hz; after the paper's 10 s it is still twice that, and Brian2's example has 5.0 Hz after 60 s.

Source: Vogels TP, Sprekeler H, Zenke F, Clopath C, Gerstner W (2011) Science 334:1569-1573,
doi:10.1126/science.1211095; constants as in Brian2's example of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from braincore.model import BrainSpec, FixedProbability, Step, neurons, synapses
from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Row, Trial, protocols
from braincore.units import Quantity

if TYPE_CHECKING:
    from braincore.study.protocols._bench import Simulated

SOURCE = "Vogels et al. 2011, Science 334:1569-1573"
BIN = 0.5
WINDOW, SAMPLE = 0.02, 2000
"""Seconds around a spike in which inhibition counts, and number of synapses at which it is counted."""


def run(trial: Trial) -> Outcome:
    """Let the network run and its inhibition learn; look at the last fifth."""
    from braincore.analysis import cv_isi
    from braincore.study.protocols._bench import simulate

    n, seconds = int(trial["neurons"]), trial["duration"]
    spec = BrainSpec(duration=Quantity(seconds, "s"), dt=Quantity(trial["dt"], "s"), seed=trial.seed)
    cell = neurons.get("lif_cond")
    cell = cell.with_(receptors={**cell.receptors, "dopamine": synapses.get("neuromodulator")})
    spec.add("E", round(0.8 * n), cell)
    spec.add("I", round(0.2 * n), cell)
    at_random = FixedProbability(p=min(1.0, 0.02 * 10_000 / n))
    for source, target, receptor, weight in (
        ("E", "E", "exc", "0.3 nS"), ("E", "I", "exc", "0.3 nS"), ("I", "I", "inh", "3 nS")):  # fmt: skip
        spec.connect(source, target, at_random, weight=weight, receptor=receptor)
    bounds = ("0 nS", "100 nS") if any(rule.term == "long" for rule in trial.rules) else None
    spec.connect(
        "I", "E", at_random, weight="1e-10 nS", receptor="inh", rules=trial.rules, bounds=bounds, name="plastic"
    )
    for name in ("E", "I"):
        spec.stimulate(name, Step(amplitude=Quantity(200.0, "pA")))
    done = simulate(spec, trial.engine)
    rate, time = rates(done, trial["dt"], seconds)
    rows = [Row("rate", float(t), float(r)) for t, r in zip(time, rate, strict=True)]
    size = done.network.population("E").size
    steps, who = done.raster("E")
    late = steps * trial["dt"] >= 0.8 * seconds
    cv = cv_isi(steps[late] * trial["dt"], who[late], size, min_spikes=3)
    rows += [
        Row("late rate", np.nan, float(late.sum() / size / (0.2 * seconds))),
        Row("irregularity", np.nan, float(np.nanmean(cv)) if np.isfinite(cv).any() else float("nan")),
        Row("mean inhibition", np.nan, float(done.built.weights("plastic").mean() * 1e9)),
    ]
    before, after = coincidences(done, trial["dt"], 0.8 * seconds)
    rows += [Row("inhibition before", np.nan, before), Row("inhibition after", np.nan, after)]
    return Outcome(rows=tuple(rows), seconds=done.seconds, spikes=done.spikes, events=done.events)


def coincidences(done: Simulated, dt: float, since: float) -> tuple[float, float]:
    """Return the inhibitory spikes around excitatory ones, relative to chance, at some of the plastic synapses.

    Each counts by exp(-distance/20 ms): those before an excitatory spike, or with it, and those after.
    """
    pre, post = done.built.ends("plastic")
    some = np.random.default_rng(0).choice(len(pre), min(len(pre), SAMPLE), replace=False)
    trains = []
    for name in ("I", "E"):
        steps, who = done.raster(name)
        order = np.argsort(who, kind="stable")
        ends = np.cumsum(np.bincount(who, minlength=done.network.population(name).size))[:-1]
        trains.append(np.split(steps[order] * dt, ends))
    found, expected = np.zeros(2), 0.0
    for a, b in zip(pre[some], post[some], strict=True):
        inhibition, spikes = (train[train >= since] for train in (trains[0][a], trains[1][b]))
        apart = spikes[:, None] - inhibition[None, :]
        weight = np.exp(-np.abs(apart) / WINDOW)
        found += weight[apart >= -dt / 2].sum(), weight[apart < -dt / 2].sum()
        expected += len(spikes) * len(inhibition)
    chance = expected * WINDOW / (done.network.steps * dt - since)
    return (float(found[0] / chance), float(found[1] / chance)) if chance else (np.nan, np.nan)


def rates(done: Simulated, dt: float, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean rate of the excitatory neurons in bins of half a second, and the bins' middles."""
    edges = np.arange(0, seconds + BIN / 2, BIN)
    count, _ = np.histogram(done.raster("E")[0] * dt, bins=edges)
    return count / BIN / done.network.population("E").size, (edges[1:] + edges[:-1]) / 2


BALANCE = protocols.register(
    "balance",
    Protocol(
        name="balance",
        purpose="Inhibitory balance: a recurrent network whose inhibition learns; rate and irregularity that it finds.",
        source=SOURCE,
        settings=(
            published("neurons", "10000", "a fifth of them inhibitory", SOURCE, "100", "1e6"),
            published("duration", "10 s", "how long", SOURCE, "1 s", "10000 s"),
            published("dt", "0.1 ms", "time step", SOURCE, "0.01 ms", "1 ms"),
        ),
        curves=("rate",),
        axis="time (s)",
        unit="rate of excitatory neurons (Hz)",
        numbers={
            "late rate": "rate of excitatory neurons (Hz) in the last fifth of the time",
            "irregularity": "mean coefficient of variation of their intervals then",
            "mean inhibition": "mean inhibitory weight (nS) at the end",
            "inhibition before": "inhibitory spikes in the 20 ms before excitatory ones, relative to chance",
            "inhibition after": "inhibitory spikes in the 20 ms after excitatory ones, relative to chance",
        },
        run=run,
    ),
    module=__name__,
)
