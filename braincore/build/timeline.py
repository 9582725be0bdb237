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

from braincore.build.names import DRIVE, LEARNS, LIGHT, SILENT, STEP, gain
from braincore.build.neurons import BuiltGroup
from braincore.build.plan import Plan, Slot
from braincore.build.synapses import BuiltSynapses
from braincore.model import (
    CurrentInput,
    Freeze,
    Intervention,
    Lesion,
    NetworkSpec,
    Noise,
    Optogenetic,
    PoissonInput,
    Population,
    ScaleReceptor,
    Step,
    stream,
)
from braincore.model.network import indices
from braincore.model.stimulus import Window
from braincore.model.streams import draw
from braincore.model.values import Value

Indices = NDArray[np.int32]
Change = Callable[[], None]


@dataclass(kw_only=True)
class Overlay:
    """Effects that may be on at once on the neurons of a group, and what they come to together.

    Attributes
    ----------
    array
        The variable they make up.
    nothing
        Its value where nothing is on.
    combine
        How two effects combine.
    active
        What is on: (neurons or synapses, value), in the order in which it came on.
    """

    array: NDArray[Any]
    nothing: float
    combine: Callable[[Any, Any], Any]
    active: list[tuple[Indices | slice, Any]] = field(default_factory=list)
    _changed: bool = False

    def effect(self, where: Indices | slice, value: Any) -> tuple[Change, Change]:
        """Return the changes that put an effect on and take it off, once the overlay is settled."""
        mine = (where, value)

        def on() -> None:
            self.active.append(mine)
            self._changed = True

        def off() -> None:
            self.active[:] = [one for one in self.active if one is not mine]
            self._changed = True

        return on, off

    def clear(self) -> None:
        """Take everything off."""
        self.active.clear()
        self._changed = True

    def settle(self) -> None:
        """Work out the variable anew if anything went on or off: once a step, however many did."""
        if not self._changed:
            return
        self._changed = False
        self.array[:] = self.nothing
        for where, value in self.active:
            self.array[where] = self.combine(self.array[where], value)


@dataclass(kw_only=True)
class Timeline:
    """Changes by time step.

    Attributes
    ----------
    network
        Whose steps they are.
    ends, begins
        Step to the changes at its start: what ends comes before what begins, each in the order of description.
    overlays
        Group and variable to what makes it up.
    """

    network: NetworkSpec
    ends: dict[int, list[Change]] = field(default_factory=dict)
    begins: dict[int, list[Change]] = field(default_factory=dict)
    overlays: dict[tuple[str, str], Overlay] = field(default_factory=dict)

    def during(self, window: Window, on: Change, off: Change) -> None:
        """Schedule a change and its end; a window that holds the start of no step changes nothing."""
        start = self.network.step_of(window[0].si)
        stop = None if window[1] is None else self.network.step_of(window[1].si)
        self.between(start, stop, on, off)

    def between(self, start: int, stop: int | None, on: Change, off: Change) -> None:
        """Schedule a change at a step and its end at another (never, if `stop` is None)."""
        if start == stop:
            return
        self.begins.setdefault(start, []).append(on)
        if stop is not None:
            self.ends.setdefault(stop, []).append(off)

    def overlay(
        self, built: BuiltGroup | BuiltSynapses, name: str, nothing: float, combine: Callable[[Any, Any], Any]
    ) -> Overlay:
        """Return what makes up a variable of a group or of synapses."""
        key = (built.plan.name, name)
        if key not in self.overlays:
            self.overlays[key] = Overlay(array=built.array(name), nothing=nothing, combine=combine)
        return self.overlays[key]

    def apply(self, step: int) -> None:
        """Make the changes of a step."""
        for change in (*self.ends.get(step, ()), *self.begins.get(step, ())):
            change()
        if step in self.ends or step in self.begins:
            for overlay in self.overlays.values():
                overlay.settle()

    def next(self, step: int) -> int | None:
        """Return the first step after `step` in which something changes, None if nothing does."""
        return min((k for k in (*self.begins, *self.ends) if k > step), default=None)

    def replay(self, until: int) -> None:
        """Make every change before a step, in order: what a resumed run finds done."""
        for overlay in self.overlays.values():
            overlay.clear()
            overlay.settle()
        for step in sorted(s for s in {*self.ends, *self.begins} if s < until):
            self.apply(step)


def schedule(plan: Plan, groups: dict[str, BuiltGroup], synapses: list[BuiltSynapses]) -> Timeline:
    """Return everything that changes during the run of a built network."""
    timeline = Timeline(network=plan.network)
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
        if isinstance(act, Freeze):
            for projection in plan.network.frozen(act):
                held = projections[projection.name]
                learns = timeline.overlay(held, LEARNS, True, np.logical_and)
                timeline.during(act.during, *learns.effect(held.slices[projection.name], False))
            continue
        if isinstance(act, Lesion) and act.target in projections:
            cut = projections[act.target]
            off = _setter(cut.array(cut.transmitting), cut.slices[act.target], 0.0)
            timeline.between(plan.network.step_of(act.at.si), None, off, off)
            continue
        for population, chosen in plan.network.affected(act):
            group, start = plan.place(population)
            if not group.replays:
                _act(timeline, groups[group.name], act, indices(chosen) + np.int32(start))
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
    """Return the neurons of a population that an address means, as indices into its group."""
    chosen = next(c for p, c in plan.network.targets(target) if p.name == population.name)
    _, start = plan.place(population)
    return indices(chosen) + np.int32(start)


def _per_neuron(
    plan: Plan, stimulus: PoissonInput | CurrentInput, population: Population, what: str, value: Value, size: int
) -> Any:
    return draw(value, size, plan.network.seed, "stimulus", plan.stream_of(stimulus), population.name, what)


def _poisson(
    timeline: Timeline, plan: Plan, built: BuiltGroup, k: int, stimulus: PoissonInput, population: Population
) -> None:
    where = place(plan, stimulus.target, population)
    weight = _per_neuron(plan, stimulus, population, "weight", stimulus.weight, where.size)
    mean: Any = stimulus.sources
    if not isinstance(stimulus.rate, str):
        rate = _per_neuron(plan, stimulus, population, "rate", stimulus.rate, where.size)
        mean = stimulus.sources * plan.network.dt.si * rate
    means, weights = built.array(f"b_lambda{k}"), built.array(f"b_weight{k}")
    on = _all(_setter(means, where, mean), _setter(weights, where, weight))
    timeline.during(stimulus.during, on, _setter(means, where, 0.0))


def _noise(timeline: Timeline, plan: Plan, built: BuiltGroup, k: int, slot: Slot) -> None:
    for stimulus, population in slot.stimuli:
        if not (isinstance(stimulus, CurrentInput) and isinstance(stimulus.waveform, Noise)):
            continue
        wave = stimulus.waveform
        where = place(plan, stimulus.target, population)
        decay = 0.0 if wave.tau is None else math.exp(-plan.network.dt.si / wave.tau.si)
        rng = stream(plan.network.seed, "stimulus", plan.stream_of(stimulus), population.name, "noise")
        first = wave.mean.si + wave.sd.si * rng.standard_normal(where.size)
        values = {"b_mean": wave.mean.si, "b_sd": wave.sd.si, "b_decay": decay, "b_noise": first}
        on = _all(*(_setter(built.array(f"{name}{k}"), where, value) for name, value in values.items()))
        off = _all(*(_setter(built.array(f"{name}{k}"), where, 0.0) for name in values))
        timeline.during(stimulus.during, on, off)


def _steps(timeline: Timeline, plan: Plan, groups: dict[str, BuiltGroup]) -> None:
    """Schedule constant currents; those that are on at once add up."""
    for stimulus in plan.network.stimuli:
        if not (isinstance(stimulus, CurrentInput) and isinstance(stimulus.waveform, Step)):
            continue
        for population, _ in plan.network.targets(stimulus.target):
            built = groups[plan.group_of[population.name].name]
            where = place(plan, stimulus.target, population)
            value = _per_neuron(plan, stimulus, population, "amplitude", stimulus.waveform.amplitude, where.size)
            timeline.during(stimulus.during, *timeline.overlay(built, STEP, 0.0, np.add).effect(where, value))


def _act(timeline: Timeline, built: BuiltGroup, act: Intervention, where: Indices) -> None:
    """Schedule an intervention on neurons of a group."""
    if isinstance(act, ScaleReceptor):
        drug = timeline.overlay(built, gain(act.receptor), 1.0, np.multiply)
        timeline.during(act.during, *drug.effect(where, act.factor))
    elif isinstance(act, Optogenetic):
        light = timeline.overlay(built, LIGHT, 0.0, np.add).effect(where, act.conductance.si)
        drive = timeline.overlay(built, DRIVE, 0.0, np.add).effect(where, act.conductance.si * act.reversal.si)
        shine, dark = _all(light[0], drive[0]), _all(light[1], drive[1])
        for start, stop in act.pulses(timeline.network.duration.si):
            timeline.between(timeline.network.step_of(start), timeline.network.step_of(stop), shine, dark)
    else:
        on, off = timeline.overlay(built, SILENT, False, np.logical_or).effect(where, True)
        again = [_setter(built.array(name), where, values[where]) for name, values in _restarting(built)]
        timeline.during(act.during, on, _all(off, *again))


def _restarting(built: BuiltGroup) -> list[tuple[str, NDArray[Any]]]:
    """Return the variables of single neurons with their initial values."""
    return [(name, values) for name, values in built.initial.items() if values.size == built.plan.size]
