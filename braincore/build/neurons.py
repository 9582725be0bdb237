"""From a `GroupPlan` to a Brian2 group: equations, parameters, initial values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import brian2
import numpy as np
from numpy.typing import NDArray

from braincore.build.equations import group_text
from braincore.build.names import SILENT, brian_unit, gain, of_receptor, own
from braincore.build.plan import GroupPlan, Plan
from braincore.errors import BuildError, Fault, InputError
from braincore.expressions import parse_equations, parse_expression
from braincore.model import NeuronModel, Population, SpikeTrains, SynapseModel, stream
from braincore.model.values import sample
from braincore.units import Dimension, Quantity

Floats = NDArray[np.float64]


@dataclass(kw_only=True)
class BuiltGroup:
    """A group and where its populations lie.

    Attributes
    ----------
    plan
        What it was made from.
    brian
        The NeuronGroup or SpikeGeneratorGroup.
    constants
        Parameters that all its neurons share, by Brian2 name, in SI.
    initial
        Initial values of the state variables (SI), for neurons that start again.
    running
        Step currents that are on: (neurons, amplitude).
    """

    plan: GroupPlan
    brian: Any
    constants: dict[str, float] = field(default_factory=dict)
    initial: dict[str, Floats] = field(default_factory=dict)
    running: list[Any] = field(default_factory=list)

    def array(self, name: str) -> NDArray[Any]:
        """Return the array behind a Brian2 variable, to be changed in place."""
        values: NDArray[Any] = self.brian.variables[name].get_value()
        return values


def build_group(plan: Plan, group: GroupPlan) -> BuiltGroup:
    """Make the Brian2 group of a plan, with parameters and initial values set."""
    if group.replays:
        return BuiltGroup(plan=group, brian=_replay(plan, group))
    constants, arrays = _parameters(plan, group)
    text = group_text(group, {name: brian_unit(dim) for name, (dim, _) in arrays.items()})
    namespace = {name: _quantity(si, dim) for name, (si, dim) in constants.items()}
    arguments: dict[str, Any] = {"method": group.model.method} if group.model.method else {}
    if text.threshold:
        arguments["threshold"] = text.threshold
        arguments["reset"] = text.reset or None
    if text.refractory:
        arguments["refractory"] = text.refractory
    try:
        brian = brian2.NeuronGroup(
            group.size,
            text.equations,
            namespace=namespace,
            name=group.name,
            clock=plan.clock,
            **arguments,
        )
    except Exception as error:
        raise BuildError(f"neuron '{group.model.name}' cannot be built: {error}") from error
    built = BuiltGroup(plan=group, brian=brian, constants={n: si for n, (si, _) in constants.items()})
    for name, (_, values) in arrays.items():
        built.array(name)[:] = values
    for receptor in group.scaled:
        built.array(gain(receptor))[:] = 1.0
    if group.silenced:
        built.array(SILENT)[:] = False
    _set_initial(plan, built)
    return built


def _quantity(si: float, dimension: Dimension) -> Any:
    dims = brian2.get_or_create_dimension(list(dimension)) if any(dimension) else brian2.DIMENSIONLESS
    return brian2.Quantity(si, dim=dims)


def _replay(plan: Plan, group: GroupPlan) -> Any:
    trains = dict(plan.network.spikes)
    times, neurons = [], []
    dt = plan.network.dt.si
    for population in group.members:
        mine = trains.get(population.name)
        if mine is not None:
            steps = np.unique(
                np.stack([np.rint(mine.times / dt).astype(np.int64), mine.neurons.astype(np.int64)]), axis=1
            )
            _refuse_collisions(population, mine, steps.shape[1], dt)
            times.append(steps[0] * dt)
            neurons.append(steps[1] + group.starts[population.name])
    when = np.concatenate(times) if times else np.empty(0)
    who = np.concatenate(neurons) if neurons else np.empty(0, dtype=np.int64)
    return brian2.SpikeGeneratorGroup(
        group.size, who, when * brian2.second, name=group.name, clock=plan.clock, sorted=False
    )


def _refuse_collisions(population: Population, trains: SpikeTrains, distinct: int, dt: float) -> None:
    lost = trains.times.size - distinct
    if lost:
        message = f"{lost} spikes of '{population.name}' fall into the same time step of {dt * 1e3:g} ms as another"
        raise InputError(Fault(message, path=population.origin, hint="Use a smaller dt, or thin the trains"))


Parameters = tuple[dict[str, tuple[float, Dimension]], dict[str, tuple[Dimension, Floats]]]


def _parameters(plan: Plan, group: GroupPlan) -> Parameters:
    """Sort a group's parameters into those that all its neurons share and those that differ."""
    wanted: list[tuple[str, Dimension, str, Callable[[Population], Any]]] = []
    for p in group.model.parameters:
        wanted.append((own(p.name), p.dimension, p.name, lambda q, n=p.name: _own_value(q, n)))  # type: ignore[misc]
    for receptor, synapse in group.model.receptors.items():
        for p in synapse.parameters:
            wanted.append(
                (
                    of_receptor(receptor, p.name),
                    p.dimension,
                    f"{receptor}.{p.name}",
                    lambda q, r=receptor, n=p.name: _synapse_value(q.neuron.receptors[r], n),  # type: ignore[misc]
                )
            )
    for suffix, synapse in group.gates.items():
        for p in synapse.parameters:
            wanted.append((of_receptor(suffix, p.name), p.dimension, p.name, lambda q, v=p.value: v))  # type: ignore[misc]
    constants: dict[str, tuple[float, Dimension]] = {}
    arrays: dict[str, tuple[Dimension, Floats]] = {}
    for name, dimension, label, value_of in wanted:
        values = [value_of(population) for population in group.members]
        if all(isinstance(v, Quantity) for v in values) and len({v.si for v in values}) == 1:
            constants[name] = (values[0].si, dimension)
            continue
        filled = np.empty(group.size)
        for population, value in zip(group.members, values, strict=True):
            start = group.starts[population.name]
            rng = stream(plan.network.seed, "parameter", population.name, label)
            filled[start : start + population.size] = sample(value, rng, population.size)
        arrays[name] = (dimension, filled)
    return constants, arrays


def _own_value(population: Population, name: str) -> Any:
    return population.parameters.get(name, population.neuron.parameter(name).value)


def _synapse_value(synapse: SynapseModel, name: str) -> Any:
    return next(p.value for p in synapse.parameters if p.name == name)


def _set_initial(plan: Plan, built: BuiltGroup) -> None:
    """Set initial values: the population's own, else its model's; an expression may use what is set before it."""
    group = built.plan
    for population in group.members:
        start = group.starts[population.name]
        where = slice(start, start + population.size)
        given: Mapping[str, Any] = {**population.neuron.initial, **population.initial}
        known = _known(built, population.neuron, where)
        for name, value in given.items():
            rng = stream(plan.network.seed, "initial", population.name, name)
            if isinstance(value, str):
                drawn = parse_expression(value).evaluate(known, _random(rng, population.size))
            else:
                drawn = sample(value, rng, population.size)
            built.array(own(name))[where] = drawn
            known[name] = built.array(own(name))[where].copy()
    built.initial = {name: built.array(name).copy() for name in _state_names(group) if name in built.brian.variables}


def _known(built: BuiltGroup, model: NeuronModel, where: slice) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for parameter in model.parameters:
        name = own(parameter.name)
        known[parameter.name] = built.constants.get(name)
        if known[parameter.name] is None:
            known[parameter.name] = built.array(name)[where].copy()
    return known


def _random(rng: np.random.Generator, size: int) -> dict[str, Callable[..., Any]]:
    return {
        "rand": lambda: rng.random(size),
        "randn": lambda: rng.standard_normal(size),
        "poisson": lambda mean: rng.poisson(np.broadcast_to(mean, size)),
    }


def _state_names(group: GroupPlan) -> list[str]:
    """Return the Brian2 names of everything that has a differential equation or changes at spikes."""
    names = [own(e.name) for e in group.model.parsed if e.kind != "subexpression"]
    for receptor, synapse in group.model.receptors.items():
        local = parse_equations(synapse.equations) if synapse.equations else ()
        names += [of_receptor(receptor, e.name) for e in local if e.kind != "subexpression"]
    for suffix, synapse in group.gates.items():
        names += [of_receptor(suffix, e.name) for e in parse_equations(synapse.source_equations)]
    return names
