"""Store and recall: patterns are shown to neurons that are all connected, then a part of each must bring back the rest.

Each pattern is a group of neurons of its own. While they store, the neurons of a pattern are made to fire together
again and again, one pattern after the other, and the connections among all of them learn. Then nothing learns any more:
a part of each pattern is made to fire a few times, and a rule that has stored it makes the rest fire, and nobody else.
Rules that learn an order rather than a coincidence, or let all weights grow, cannot do that.

Source: Hopfield JJ (1982) Proc Natl Acad Sci USA 79:2554-2558, doi:10.1073/pnas.79.8.2554, the task. The network is
ours: its neurons integrate with 20 ms; the maximal weights of half a pattern bring a neuron from rest one and a half
times as far as its threshold, and weights begin at a tenth of that. Every spike inhibits all others a little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from braincore.model import AllToAll, BrainSpec, Freeze, OneToOne, SpikeTrains, neurons, synapses
from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Row, Trial, protocols
from braincore.units import Quantity

SOURCE = "Hopfield 1982, Proc Natl Acad Sci USA 79:2554-2558"
CELL = {"tau_m": "20 ms", "E_L": "-70 mV", "V_th": "-50 mV", "V_reset": "-70 mV", "t_ref": "5 ms"}
BEGIN, FIRED, PAUSE, ANSWER = 0.2, 0.1, 0.15, 0.06
"""Seconds: of the first pattern, for which one fires, from one to the next, and for which an answer is waited."""
SHOWN = (0.25, 0.5, 0.75)
"""Shares of a pattern that ask for the rest."""
CUES = (0.0, 0.01, 0.02)
"""Seconds at which the neurons of a cue are made to fire."""
REACH, START, INHIBITION = 30.0, 0.1, -0.13
"""Millivolts by which the maximal weights of half a pattern move a neuron; of the maximum, where weights begin and what
a spike takes from all others.
"""


@dataclass(frozen=True)
class Plan:
    """What happens when: the patterns that are shown, in order, and when the first of them is asked for (seconds)."""

    patterns: int
    size: int
    shown: NDArray[np.int64]

    @property
    def asked(self) -> float:
        """When the first pattern is asked for."""
        return BEGIN + (len(self.shown) + 1) * PAUSE

    @property
    def top(self) -> float:
        """The maximal weight in mV."""
        return REACH / (self.size // 2)

    @property
    def questions(self) -> list[tuple[float, int, int]]:
        """When (s) which pattern is asked for, and by how many of its neurons."""
        sizes = [max(1, round(share * self.size)) for share in SHOWN]
        asked = [(k, size) for size in sizes for k in range(self.patterns)]
        return [(self.asked + n * PAUSE, k, size) for n, (k, size) in enumerate(asked)]

    @property
    def over(self) -> float:
        """When all is asked (s)."""
        return self.asked + len(SHOWN) * self.patterns * PAUSE

    @property
    def cues(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Times (s) and neurons of the spikes that ask."""
        spikes = [
            (at + later, k * self.size + n) for at, k, size in self.questions for later in CUES for n in range(size)
        ]
        return np.array([at for at, _ in spikes]), np.array([n for _, n in spikes])

    def stored(
        self, rng: np.random.Generator, frequency: float, jitter: float
    ) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return times (s) and neurons of the spikes that store: all of a pattern at once, but for some jitter."""
        volleys = np.arange(0.0, FIRED - 1e-9, 1 / frequency)
        times, who = [], []
        for k, pattern in enumerate(self.shown):
            at = BEGIN + k * PAUSE + volleys[:, None] + rng.normal(0, jitter, (len(volleys), self.size))
            times.append(at.ravel())
            who.append(np.tile(np.arange(self.size) + pattern * self.size, len(volleys)))
        return np.concatenate(times), np.concatenate(who)


def run(trial: Trial) -> Outcome:
    """Store all patterns, then ask for each."""
    from braincore.study.protocols._bench import simulate

    rng = np.random.default_rng(trial.seed)
    patterns, dt = int(trial["patterns"]), trial["dt"]
    shown = np.concatenate([rng.permutation(patterns) for _ in range(int(trial["repetitions"]))])
    plan = Plan(patterns, int(trial["size"]), shown)
    times, who = (
        np.concatenate(parts)
        for parts in zip(plan.stored(rng, trial["frequency"], trial["jitter"]), plan.cues, strict=True)
    )
    done = simulate(_network(trial, plan, _on_grid(times, who, dt)), trial.engine)
    steps, neuron = done.raster("cells")
    answers = []
    for at, k, size in plan.questions:
        fired = np.zeros(patterns * plan.size, dtype=bool)
        fired[neuron[(steps * dt >= at - dt / 2) & (steps * dt < at + ANSWER)]] = True
        mine = np.arange(fired.size) // plan.size == k
        answers.append((float(fired[mine][size:].mean()), float(fired[~mine].mean())))
    found = np.array(answers).reshape(len(SHOWN), patterns, 2).mean(axis=1)
    rows = [Row("completed by a part", share, float(rest)) for share, (rest, _) in zip(SHOWN, found, strict=True)]
    rest, others = (float(x) for x in found[SHOWN.index(0.5)])
    rows += [
        Row("completed", np.nan, rest),
        Row("others", np.nan, others),
        Row("recall", np.nan, rest - others),
    ]
    return Outcome(rows=tuple(rows), seconds=done.seconds, spikes=done.spikes, events=done.events)


def _network(trial: Trial, plan: Plan, spikes: SpikeTrains) -> BrainSpec:
    """Return neurons that are all connected and driven one by one."""
    dt, n = trial["dt"], plan.patterns * plan.size
    spec = BrainSpec(duration=Quantity(round(plan.over / dt) * dt, "s"), dt=Quantity(dt, "s"), seed=trial.seed)
    receptors = {name: synapses.get("delta") for name in ("relay", "plastic", "inh")}
    receptors["dopamine"] = synapses.get("neuromodulator")
    spec.add("relay", n, "spike_source")
    spec.add("cells", n, neurons.get("lif_delta").with_(CELL, receptors=receptors))
    spec.stimulate("relay", spikes)
    spec.connect("relay", "cells", OneToOne(), weight="100 mV", receptor="relay")
    if any(rule.modulators for rule in trial.rules):
        spec.add("reward", 1, "spike_source")
        ends = BEGIN + PAUSE * np.arange(len(plan.shown)) + FIRED
        spec.stimulate("reward", _on_grid(ends, np.zeros(len(ends), dtype=np.int64), dt))
        spec.connect("reward", "cells", weight="0.5", receptor="dopamine")
    learns = any(rule.term == "long" for rule in trial.rules)
    spec.connect(
        "cells",
        "cells",
        AllToAll(autapses=False),
        weight=Quantity(START * plan.top, "mV"),
        receptor="plastic",
        rules=trial.rules,
        bounds=("0 mV", Quantity(plan.top, "mV")) if learns else None,
        name="plastic",
    )
    everybody = AllToAll(autapses=False)
    spec.connect("cells", "cells", everybody, weight=Quantity(INHIBITION * plan.top, "mV"), receptor="inh")
    if learns:
        spec.intervene(Freeze(target="plastic", during=(Quantity(plan.asked - PAUSE / 3, "s"), None)))
    return spec


def _on_grid(times: NDArray[np.floating], who: NDArray[np.int64], dt: float) -> SpikeTrains:
    """Return spikes at whole steps, at most one of a neuron in a step."""
    found = np.unique(np.stack([np.rint(times / dt).astype(np.int64), who]), axis=1)
    return SpikeTrains(times=found[0] * dt, neurons=found[1])


RECALL = protocols.register(
    "recall",
    Protocol(
        name="recall",
        purpose="Store and recall: half of each stored pattern is shown; how much of the rest comes back.",
        source=SOURCE,
        settings=(
            published("patterns", "5", "number of patterns", "ours", "2", "1000"),
            published("size", "16", "neurons of a pattern", "ours", "4", "1000"),
            published("repetitions", "20", "how often each is shown", "ours", "1", "10000"),
            published("frequency", "50 Hz", "at which a pattern fires for 100 ms", "ours", "10 Hz", "100 Hz"),
            published("jitter", "2 ms", "standard deviation of each spike", "ours", "0 ms", "20 ms"),
            published("dt", "0.5 ms", "time step", "ours", "0.01 ms", "0.5 ms"),
        ),
        curves=("completed by a part",),
        axis="share of a pattern that is shown",
        unit="share of the rest that fires",
        numbers={
            "completed": "share of the other half that fires when one half is shown",
            "others": "share of the neurons of other patterns that fire then",
            "recall": "completed - others",
        },
        run=run,
    ),
    module=__name__,
)
