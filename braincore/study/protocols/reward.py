"""Distal reward: one synapse of a spiking network is rewarded seconds after its two neurons have fired in order.

A thousand Izhikevich neurons, a fifth of them inhibitory, a hundred synapses from each; those of excitatory neurons
learn. The tagged one begins at nothing. Whenever its target fires within 20 ms after its source, dopamine rises by 0.5
one to three seconds later. A rule solves it if the tagged synapse ends among the strongest; with reward at random times
it must not.

The network, its noise and its steps of a millisecond are those of Izhikevich's program.

Source: Izhikevich EM (2007) Cereb Cortex 17:2443-2452, doi:10.1093/cercor/bhl152, Figure 1; constants of the authors'
program daspnet.m (ModelDB 84167).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from braincore.model import BrainSpec, FixedOutDegree, NeuronModel, neurons, synapses
from braincore.model.parameter import published
from braincore.study.protocols._base import Outcome, Protocol, Row, Trial, protocols
from braincore.study.protocols._told import REWARD
from braincore.units import Quantity

if TYPE_CHECKING:
    from braincore.study.protocols._bench import Simulated

SOURCE = "Izhikevich 2007, Cereb Cortex 17:2443-2452, Figure 1; daspnet.m, ModelDB 84167"
PARTS = 60
COINCIDENCE = 20e-3


_EQUATIONS = """
noise = 13*(rand() - 0.5)*mV/ms : volt/second (constant over dt)
slope = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + noise : volt/second
half = v + 0.5*ms*slope : volt
dv/dt = 0.5*(slope + (0.04/ms/mV)*half**2 + (5/ms)*half + 140*mV/ms - u + noise) : volt
du/dt = a*(b*v - u) : volt/second
"""
"""Two steps of half a millisecond in one of Euler's of a whole, as in the program, with its uniform noise."""


def noisy(name: str) -> NeuronModel:
    """Return an Izhikevich neuron with noise, and with a receptor of dopamine."""
    model = neurons.get(name)
    return replace(
        model,
        name=f"noisy_{name}",
        equations=_EQUATIONS,
        receptors={**model.receptors, "dopamine": synapses.get("neuromodulator")},
        method="euler",
    )


def run(trial: Trial) -> Outcome:
    """Run the network, rewarding the tagged synapse."""
    from braincore.study.protocols._bench import simulate

    n, dt, seconds = int(trial["neurons"]), trial["dt"], trial["duration"]
    spec = BrainSpec(duration=Quantity(seconds, "s"), dt=Quantity(dt, "s"), seed=trial.seed)
    spec.add("E", round(0.8 * n), noisy("izhikevich_rs"))
    spec.add("I", round(0.2 * n), noisy("izhikevich_fs"))
    rules, delay = trial.rules, "1 ms"
    bounds = ("0 mV", "4 mV") if any(rule.term == "long" for rule in rules) else None
    fan = int(trial["synapses"])
    for target, share in (("E", 0.8), ("I", 0.2)):
        spec.connect(
            "E", target, FixedOutDegree(k=round(share * fan)), weight="1 mV", delay=delay, receptor="exc", rules=rules,
            bounds=bounds, name=f"to {target}",
        )  # fmt: skip
    spec.connect("I", "E", FixedOutDegree(k=fan), weight="-1 mV", delay=delay, receptor="inh")
    watch = _Watch(trial, np.random.default_rng(trial.seed))
    done = simulate(spec, trial.engine, begin=watch.begin)
    return watch.outcome(done)


class _Watch:
    """Rewards the tagged synapse: a piece of the run is over before any reward for it is due."""

    def __init__(self, trial: Trial, rng: np.random.Generator) -> None:
        self.trial, self.rng = trial, rng
        self.dt = trial["dt"]
        self.every = round(0.1 / self.dt)
        self.due: list[int] = []
        self.seen = 0
        self.rewards = 0
        self.samples: list[tuple[float, float, float]] = []
        self.next_sample = 0.0

    def begin(self, done: Simulated) -> Callable[[int], int]:
        """Tag a synapse and set it to nothing."""
        from braincore.build.names import WEIGHT, of_receptor

        self.done = done
        synapses, where = done.built.synapses_of("to E")
        pre, post = done.built.ends("to E")
        self.tagged = where.start
        self.pre, self.post = int(pre[0]), int(post[0])
        self.weights = synapses.array(WEIGHT)
        self.weights[self.tagged] = 0.0
        self.dopamine = [
            built.array(of_receptor("dopamine", "d")) for built in done.built.groups.values() if not built.plan.replays
        ]
        return self.act

    def act(self, step: int) -> int:
        """Note new coincidences, and give the rewards that are due in the piece that begins."""
        new = self.done.sink.spikes[self.seen :]
        self.seen = len(self.done.sink.spikes)
        code = self.done.network.names.index("E")
        trains = []
        for neuron in (self.pre, self.post):
            mine = [steps[(codes == code) & (who == neuron)] for steps, codes, who in new]
            trains.append(np.concatenate([np.empty(0, dtype=np.int64), *mine]))
        if self.trial["at_random"]:
            lucky = self.rng.random() < 0.1 * self.trial["random_rate"]
            self.due += [step + round(self.rng.uniform(0, 2) / self.dt)] if lucky else []
        else:
            last = -1.0
            for post in trains[1]:
                apart = (post - trains[0][trains[0] < post]) * self.dt
                if apart.size and apart.min() <= COINCIDENCE and post * self.dt > last + COINCIDENCE:
                    last = post * self.dt
                    self.due.append(int(post) + round((1 + self.rng.uniform(0, 2)) / self.dt))
        ready = [at for at in self.due if at < step + self.every]
        self.due = [at for at in self.due if at >= step + self.every]
        for _ in ready:
            self.rewards += 1
            for concentration in self.dopamine:
                concentration += self.trial["reward"]
        now = step * self.dt
        if now >= self.next_sample:
            self.next_sample += self.trial["duration"] / PARTS
            self.samples.append((now, float(self.weights[self.tagged]), float(np.mean(self.weights))))
        return step + self.every

    def outcome(self, done: Simulated) -> Outcome:
        """Return what became of the tagged synapse."""
        top = 4e-3
        found = np.concatenate([done.built.weights(name) for name in ("to E", "to I")]) / top
        tagged = done.built.weights("to E")[0] / top
        rows = [Row("tagged", t, w / top) for t, w, _ in self.samples]
        rows += [Row("all", t, w / top) for t, _, w in self.samples]
        rows += [
            Row("tagged at the end", np.nan, float(tagged)),
            Row("mean at the end", np.nan, float(found.mean())),
            Row("share below", np.nan, float(np.mean(found <= tagged + 1e-9))),
            Row("rewards", np.nan, float(self.rewards)),
            Row("rate", np.nan, done.counts("E").mean() / self.trial["duration"]),
        ]
        return Outcome(rows=tuple(rows), seconds=done.seconds, spikes=done.spikes, events=done.events)


REWARD_PROTOCOL = protocols.register(
    "reward",
    Protocol(
        name="reward",
        purpose="Distal reward: whether a synapse that is rewarded seconds later ends above all others.",
        source=SOURCE,
        settings=(
            published("neurons", "1000", "a fifth of them inhibitory", SOURCE, "100", "100000"),
            published("synapses", "100", "synapses from each neuron", SOURCE, "10", "10000"),
            published("duration", "3600 s", "how long", SOURCE, "10 s", "100000 s"),
            published("at_random", "0", "1 for rewards at random times: a control", "ours", "0", "1"),
            published("random_rate", "0.05 Hz", "rate of random rewards", "ours", "0 Hz", "1 Hz"),
            published("dt", "1 ms", "time step, for which the equations are made", SOURCE, "1 ms", "1 ms"),
            REWARD,
        ),
        curves=("tagged", "all"),
        axis="time (s)",
        unit="weight, of the maximum",
        numbers={
            "tagged at the end": "weight of the rewarded synapse, of the maximum",
            "mean at the end": "mean of all weights that learn",
            "share below": "share of weights not above that of the rewarded synapse",
            "rewards": "number of rewards",
            "rate": "rate of excitatory neurons (Hz)",
        },
        run=run,
    ),
    module=__name__,
)
