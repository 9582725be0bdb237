"""What changes while a network runs: stimuli that begin and end, drugs, lesions, light.

Each change is a function that writes into Brian2's arrays, at the start of a time step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.build.names import SILENT, STEP, WEIGHT, gain
from braincore.build.neurons import BuiltGroup
from braincore.build.plan import Plan, Slot
from braincore.build.synapses import BuiltSynapses
from braincore.model import (
    CurrentInput,
    Lesion,
    Noise,
    Optogenetic,
    PoissonInput,
    Population,
    ScaleReceptor,
    Step,
    stream,
)
from braincore.model.network import indices
from braincore.model.values import Value, sample

Indices = NDArray[np.int32]
Change = Callable[[], None]


@dataclass(kw_only=True)
class Timeline:
    """Changes by time step.

    Attributes
    ----------
    dt
        Time step in seconds.
    changes
        Step to the changes at its start, in the order in which they were described.
    """

    dt: float
    changes: dict[int, list[Change]] = field(default_factory=dict)

    def at(self, seconds: float, change: Change) -> None:
        """Schedule a change at the first step that starts at or after a time."""
        self.changes.setdefault(math.ceil(seconds / self.dt - 1e-9), []).append(change)

    def during(self, start: float, stop: float | None, on: Change, off: Change) -> None:
        """Schedule a change and its end (never, if `stop` is None)."""
        self.at(start, on)
        if stop is not None:
            self.at(stop, off)

    def apply(self, step: int) -> None:
        """Make the changes of a step."""
        for change in self.changes.get(step, ()):
            change()

    def replay(self, until: int) -> None:
        """Make every change before a step, in order: what a resumed run finds done."""
        for step in sorted(s for s in self.changes if s < until):
            self.apply(step)


def schedule(plan: Plan, groups: dict[str, BuiltGroup], synapses: list[BuiltSynapses]) -> Timeline:
    """Return everything that changes during the run of a built network."""
    timeline = Timeline(dt=plan.network.dt.si)
    for built in groups.values():
        for k, slot in enumerate(built.plan.poisson):
            for stimulus, population in slot.stimuli:
                if isinstance(stimulus, PoissonInput):
                    _poisson(timeline, plan, built, k, stimulus, population)
        for k, slot in enumerate(built.plan.noises):
            _noise(timeline, plan, built, k, slot)
    _steps(timeline, plan, groups)
    projections = {name: s for s in synapses for name in s.slices}
    for act in plan.network.interventions:
        if isinstance(act, Lesion) and act.target in projections:
            cut = projections[act.target]
            where = cut.slices[act.target]
            timeline.at(act.at.si, _setter(cut.array(WEIGHT), where, 0.0))
            continue
        for population, chosen in plan.network.targets(act.target):
            group, start = plan.place(population)
            _act(timeline, groups[group.name], act, indices(chosen) + start, plan.network.duration.si)
    return timeline


def _setter(array: NDArray[Any], where: Any, value: Any) -> Change:
    def change() -> None:
        array[where] = value

    return change


def _all(*changes: Change) -> Change:
    def change() -> None:
        for one in changes:
            one()

    return change


def place(plan: Plan, target: str, population: Population) -> Indices:
    chosen = next(c for p, c in plan.network.targets(target) if p.name == population.name)
    _, start = plan.place(population)
    return indices(chosen) + np.int32(start)


def _per_neuron(plan: Plan, value: Value, where: Indices, *names: str) -> Any:
    return sample(value, stream(plan.network.seed, *names), where.size)


def _poisson(
    timeline: Timeline, plan: Plan, built: BuiltGroup, k: int, stimulus: PoissonInput, population: Population
) -> None:
    where = place(plan, stimulus.target, population)
    names = ("stimulus", stimulus.name or stimulus.origin, population.name)
    weight = _per_neuron(plan, stimulus.weight, where, *names, "weight")
    if isinstance(stimulus.rate, str):
        mean: Any = stimulus.sources
    else:
        mean = stimulus.sources * timeline.dt * _per_neuron(plan, stimulus.rate, where, *names, "rate")
    means, weights = built.array(f"b_lambda{k}"), built.array(f"b_weight{k}")
    start, stop = stimulus.during
    on = _all(_setter(means, where, mean), _setter(weights, where, weight))
    timeline.during(start.si, None if stop is None else stop.si, on, _setter(means, where, 0.0))


def _noise(timeline: Timeline, plan: Plan, built: BuiltGroup, k: int, slot: Slot) -> None:
    for stimulus, population in slot.stimuli:
        if not (isinstance(stimulus, CurrentInput) and isinstance(stimulus.waveform, Noise)):
            continue
        wave = stimulus.waveform
        where = place(plan, stimulus.target, population)
        decay = 0.0 if wave.tau is None else math.exp(-timeline.dt / wave.tau.si)
        rng = stream(plan.network.seed, "stimulus", stimulus.name or stimulus.origin, population.name, "noise")
        first = wave.mean.si + wave.sd.si * rng.standard_normal(where.size)
        values = {"b_mean": wave.mean.si, "b_sd": wave.sd.si, "b_decay": decay, "b_noise": first}
        on = _all(*(_setter(built.array(f"{name}{k}"), where, value) for name, value in values.items()))
        off = _all(*(_setter(built.array(f"{name}{k}"), where, 0.0) for name in values))
        start, stop = stimulus.during
        timeline.during(start.si, None if stop is None else stop.si, on, off)


def _steps(timeline: Timeline, plan: Plan, groups: dict[str, BuiltGroup]) -> None:
    """Schedule constant currents; several may overlap, so each change adds up those that are on."""
    for stimulus in plan.network.stimuli:
        if not (isinstance(stimulus, CurrentInput) and isinstance(stimulus.waveform, Step)):
            continue
        for population, _ in plan.network.targets(stimulus.target):
            group, _ = plan.place(population)
            built = groups[group.name]
            where = place(plan, stimulus.target, population)
            names = ("stimulus", stimulus.name or stimulus.origin, population.name, "amplitude")
            amplitude = _per_neuron(plan, stimulus.waveform.amplitude, where, *names)
            on, off = _step(built.array(STEP), built.running, where, amplitude)
            start, stop = stimulus.during
            timeline.during(start.si, None if stop is None else stop.si, on, off)


def _step(total: NDArray[Any], running: list[Any], where: Indices, amplitude: Any) -> tuple[Change, Change]:
    mine = (where, amplitude)

    def add_up() -> None:
        total[:] = 0.0
        for places, value in running:
            total[places] += value

    def on() -> None:
        running.append(mine)
        add_up()

    def off() -> None:
        running[:] = [one for one in running if one is not mine]
        add_up()

    return on, off


def _act(timeline: Timeline, built: BuiltGroup, act: Any, where: Indices, end: float) -> None:
    start, stop = act.during
    stop_at = None if stop is None else stop.si
    if isinstance(act, ScaleReceptor):
        factor = built.array(gain(act.receptor))

        def scale(by: float) -> Change:
            def change() -> None:
                factor[where] = by

            return change

        timeline.during(start.si, stop_at, scale(act.factor), scale(1.0))
    elif isinstance(act, Optogenetic):
        light, reversal = built.array("b_light"), built.array("b_reversal")
        timeline.at(start.si, _setter(reversal, where, act.reversal.si))
        for on, off in act.pulses(end):
            timeline.during(on, off, _setter(light, where, act.conductance.si), _setter(light, where, 0.0))
    else:
        silent = built.array(SILENT)
        again = [_setter(built.array(name), where, values[where]) for name, values in built.initial.items()]
        timeline.during(start.si, stop_at, _setter(silent, where, True), _all(_setter(silent, where, False), *again))
