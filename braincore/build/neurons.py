"""From a `GroupPlan` to a Brian2 group: equations, parameters, initial values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import brian2
import numpy as np
from numpy.typing import NDArray

from braincore.build.equations import group_text, receptor_names, renamed_statements
from braincore.build.exact import exact
from braincore.build.names import SILENT, ZERO, brian_unit, gain, of_gate, of_receptor, own
from braincore.build.plan import GroupPlan, Plan
from braincore.errors import BuildError, Fault, InputError
from braincore.expressions import equations_of
from braincore.model import Lesion, NeuronModel, Population, Silence, SpikeTrains, stream
from braincore.model.initial import closure, initial_order, is_expression, read
from braincore.model.network import indices
from braincore.model.parameter import value_of
from braincore.model.streams import draw
from braincore.model.target_state import TargetState
from braincore.model.values import Value
from braincore.units import TIME, Dimension, Quantity

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
    """

    plan: GroupPlan
    brian: Any
    constants: dict[str, float] = field(default_factory=dict)
    initial: dict[str, NDArray[Any]] = field(default_factory=dict)

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
    arguments: dict[str, Any] = {"method": _method(group, constants, arrays)} if group.model.method else {}
    if text.threshold:
        arguments["threshold"] = text.threshold
        arguments["reset"] = text.reset or None
    if text.refractory:
        arguments["refractory"] = text.refractory
    try:
        brian = brian2.NeuronGroup(
            group.size,
            text.equations,
            namespace={ZERO: 0.0, **{name: quantity(si, dim) for name, (si, dim) in constants.items()}},
            name=group.name,
            clock=plan.clock,
            **arguments,
        )
    except Exception as error:
        raise BuildError(f"neuron '{group.model.name}' cannot be built: {error}") from error
    for receptor, synapse in group.model.receptors.items():
        if isinstance(synapse, TargetState) and synapse.on_target_step.strip():
            code = renamed_statements(synapse.on_target_step, receptor_names(group.model, receptor, synapse))
            name = f"{group.name}_{receptor}_step"
            brian.run_regularly("\n".join(code), clock=plan.clock, when="after_groups", name=name)
    built = BuiltGroup(plan=group, brian=brian, constants={n: si for n, (si, _) in constants.items()})
    for name, (_, values) in arrays.items():
        built.array(name)[:] = values
    for receptor in group.scaled:
        built.array(gain(receptor))[:] = 1.0
    if group.silenced:
        built.array(SILENT)[:] = False
    for population in group.members:
        _set_initial(plan, built, population)
    built.initial = {name: built.array(name).copy() for name in _state_names(group)}
    return built


def _method(group: GroupPlan, constants: Mapping[str, Any], arrays: Mapping[str, Any]) -> Any:
    """Return the integrator: the model's, or our own form of ``exact`` where Brian2's fails or takes long to derive.

    Brian2's divides by differences of time constants (NaN where two are equal, few digits where they are close) and
    needs many seconds for more than three equations.
    """
    model = group.model
    if model.method != "exact":
        return model.method
    texts = [model.equations, *(synapse.equations for synapse in model.receptors.values())]
    differential = [e for text in texts for e in equations_of(text) if e.kind == "differential"]
    times = {name: np.atleast_1d(si) for name, (si, dimension) in constants.items() if dimension == TIME}
    times |= {name: np.unique(values) for name, (dimension, values) in arrays.items() if dimension == TIME}
    membrane = [value for name, value in times.items() if name.startswith(own("tau"))]
    others = [value for name, value in times.items() if not name.startswith(own(""))]
    close = any(bool(np.any(np.abs(a[:, None] - b[None, :]) < 0.01 * a[:, None])) for a, b in product(membrane, others))
    of_rules = any(isinstance(synapse, TargetState) for synapse in model.receptors.values())  # may only add up
    return exact if close or of_rules or len(differential) > 3 else "exact"


def quantity(si: float, dimension: Dimension) -> Any:
    """Return a Brian2 quantity."""
    return brian2.Quantity(si, dim=brian2.get_or_create_dimension(list(dimension)))


def _replay(plan: Plan, group: GroupPlan) -> Any:
    """Return the group that replays given spikes, each at the nearest step."""
    trains = dict(plan.network.spikes)
    dt = plan.network.dt.si
    steps, neurons = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for population in group.members:
        if population.name not in trains:
            continue
        mine = trains[population.name]
        pairs = np.stack([np.rint(mine.times / dt).astype(np.int64), mine.neurons.astype(np.int64)])
        distinct = np.unique(pairs, axis=1)
        _refuse_collisions(population, mine, distinct.shape[1], dt)
        kept = distinct[:, _heard(plan, population, distinct)]
        steps.append(kept[0])
        neurons.append(kept[1] + group.starts[population.name])
    return brian2.SpikeGeneratorGroup(
        group.size,
        np.concatenate(neurons),
        np.concatenate(steps) * dt * brian2.second,
        name=group.name,
        clock=plan.clock,
        sorted=False,
    )


def _heard(plan: Plan, population: Population, spikes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of given spikes (rows: step, neuron) no lesion or silencing of their source takes away."""
    kept = np.ones(spikes.shape[1], dtype=bool)
    for act in plan.network.interventions:
        if not isinstance(act, Lesion | Silence) or act.target in {p.name for p in plan.network.projections}:
            continue
        for target, chosen in plan.network.targets(act.target):
            if target.name == population.name:
                start, stop = (None if t is None else plan.network.step_of(t.si) for t in act.during)
                during = (spikes[0] >= (start or 0)) & (spikes[0] < (np.inf if stop is None else stop))
                kept &= ~(during & np.isin(spikes[1], indices(chosen)))
    return kept


def _refuse_collisions(population: Population, trains: SpikeTrains, distinct: int, dt: float) -> None:
    lost = trains.times.size - distinct
    if lost:
        message = f"{lost} spikes of '{population.name}' fall into the same time step of {dt * 1e3:g} ms as another"
        raise InputError(Fault(message, path=population.origin, hint="Use a smaller dt, or thin the trains"))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """A parameter of a group: its Brian2 name, dimension, the label of its random numbers, and where its value is."""

    name: str
    dimension: Dimension
    label: str
    value_of: Callable[[Population], Value]


def _wanted(group: GroupPlan) -> list[_Wanted]:
    """Return the parameters that a group's text names."""

    def of_neuron(name: str) -> Callable[[Population], Value]:
        return lambda p: p.parameters.get(name, p.neuron.parameter(name).value)

    def of_synapse(receptor: str, name: str) -> Callable[[Population], Value]:
        return lambda p: value_of(p.neuron.receptors[receptor].parameters, name)

    def constant(value: Value) -> Callable[[Population], Value]:
        return lambda _: value

    wanted: list[_Wanted] = []
    taken: set[str] = set()
    for receptor, synapse in group.model.receptors.items():
        taken.update(synapse.replaces if isinstance(synapse, TargetState) else ())
        for p in synapse.parameters:
            name, label = of_receptor(receptor, p.name), f"{receptor}.{p.name}"
            wanted.append(_Wanted(name=name, dimension=p.dimension, label=label, value_of=of_synapse(receptor, p.name)))
    for index, synapse in enumerate(group.gates):
        for p in synapse.parameters:
            name = of_gate(index, p.name)
            wanted.append(_Wanted(name=name, dimension=p.dimension, label=name, value_of=constant(p.value)))
    mine = [
        _Wanted(name=own(p.name), dimension=p.dimension, label=p.name, value_of=of_neuron(p.name))
        for p in group.model.parameters
        if p.name not in taken
    ]
    return [*mine, *wanted]


Constants = dict[str, tuple[float, Dimension]]
Arrays = dict[str, tuple[Dimension, Floats]]


def _parameters(plan: Plan, group: GroupPlan) -> tuple[Constants, Arrays]:
    """Sort a group's parameters into those that all its neurons share and those that differ."""
    constants: Constants = {}
    arrays: Arrays = {}
    seen = _seen_from_synapses(group.model)
    for wanted in _wanted(group):
        values = [wanted.value_of(population) for population in group.members]
        shared = {v.si if isinstance(v, Quantity) else None for v in values}
        if len(shared) == 1 and wanted.name not in seen and (only := shared.pop()) is not None:
            constants[wanted.name] = (only, wanted.dimension)
            continue
        filled = np.empty(group.size)
        for population, value in zip(group.members, values, strict=True):
            start = group.starts[population.name]
            drawn = draw(value, population.size, plan.network.seed, "parameter", population.name, wanted.label)
            filled[start : start + population.size] = drawn
        arrays[wanted.name] = (wanted.dimension, filled)
    return constants, arrays


def _seen_from_synapses(model: NeuronModel) -> set[str]:
    """Return the parameters that a membrane reads which is worked out: synapses find those of either end in arrays."""
    worked_out = {e.name: e.expression for e in model.parsed if e.kind == "subexpression" and e.expression is not None}
    found: set[str] = set()
    left = [model.membrane]
    while left:
        expression = worked_out.pop(left.pop(), None)
        names = expression.names if expression is not None else frozenset()
        left += names
        found |= {own(p.name) for p in model.parameters if p.name in names}
    return found


def _set_initial(plan: Plan, built: BuiltGroup, population: Population) -> None:
    """Set a population's initial values: its own, else its model's; an expression may read the others."""
    start = built.plan.starts[population.name]
    given: Mapping[str, Any] = {**population.neuron.initial, **population.initial}
    states = {r: s for r, s in population.neuron.receptors.items() if isinstance(s, TargetState)}
    for state in states.values():
        _put_in_place(plan, built, population, state)
    known = _known(plan, built, population)
    for name in initial_order(population.neuron, given):
        value, names = given[name], ("initial", population.name, name)
        array = built.array(own(name))
        where = slice(None) if built.brian.variables[own(name)].scalar else slice(start, start + population.size)
        size = array[where].size
        if is_expression(value):
            array[where] = _worked_out(population, value, known, stream(plan.network.seed, *names))
        else:
            array[where] = draw(value, size, plan.network.seed, *names)
        known[name] = array[where].copy()
    for receptor, state in states.items():
        _set_target_state(plan, built, population, receptor, state)


def _put_in_place(plan: Plan, built: BuiltGroup, population: Population, state: TargetState) -> None:
    """Give what takes the place of parameters their values to begin with."""
    start = built.plan.starts[population.name]
    for name in state.replaces:
        value = population.parameters.get(name, population.neuron.parameter(name).value)
        drawn = draw(value, population.size, plan.network.seed, "parameter", population.name, name)
        built.array(own(name))[start : start + population.size] = drawn


def _set_target_state(plan: Plan, built: BuiltGroup, population: Population, receptor: str, state: TargetState) -> None:
    """Set the initial values of what a learning rule keeps in a population."""
    start, neuron = built.plan.starts[population.name], population.neuron
    where = slice(start, start + population.size)
    names = receptor_names(neuron, receptor, state)
    known = _known(plan, built, population) | {p.name: p.value.si for p in state.parameters}
    known["v"] = known.get(neuron.membrane)
    for name, value in state.initial.items():
        given: Any = value
        if isinstance(value, str):
            expression = read(value)
            given = expression.evaluate({n: known[n] for n in expression.variables}, {})
        built.array(names[name])[where] = given


def _worked_out(population: Population, text: str, known: Mapping[str, Any], rng: np.random.Generator) -> Any:
    """Return the value of an expression, with the model's sub-expressions that it reads worked out first."""
    size = population.size
    functions: dict[str, Callable[..., Any]] = {
        "rand": lambda: rng.random(size),
        "randn": lambda: rng.standard_normal(size),
        "poisson": lambda mean: rng.poisson(np.broadcast_to(mean, size)),
    }
    inner = {e.name: e.expression for e in population.neuron.parsed if e.kind == "subexpression"}
    values = dict(known)

    def value_of(name: str) -> Any:
        if name not in values:
            expression = inner[name]
            assert expression is not None
            values[name] = expression.evaluate({n: value_of(n) for n in expression.variables}, functions)
        return values[name]

    expression = read(text)
    needed = closure(population.neuron, expression)
    return expression.evaluate({name: value_of(name) for name in sorted(needed)}, functions)


def _known(plan: Plan, built: BuiltGroup, population: Population) -> dict[str, Any]:
    """Return what initial values may read: parameters, index, size, time step, and variables as Brian2 makes them."""
    start, size = built.plan.starts[population.name], population.size
    known: dict[str, Any] = {"i": np.arange(size), "N": size, "dt": plan.network.dt.si}
    for parameter in population.neuron.parameters:
        name = own(parameter.name)
        constant = built.constants.get(name)
        known[parameter.name] = built.array(name)[start : start + size].copy() if constant is None else constant
    for variable in population.neuron.variables:
        array = built.array(own(variable))
        known[variable] = array.copy() if array.size == 1 else array[start : start + size].copy()
    return known


def _state_names(group: GroupPlan) -> list[str]:
    """Return the Brian2 names of everything that has a differential equation or changes at spikes."""
    names = [own(name) for name in group.model.variables]
    for receptor, synapse in group.model.receptors.items():
        local = receptor_names(group.model, receptor, synapse)
        names += [local[e.name] for e in equations_of(synapse.equations) if e.kind != "subexpression"]
    for index, synapse in enumerate(group.gates):
        names += [of_gate(index, e.name) for e in equations_of(synapse.source_equations) if e.kind != "subexpression"]
    return names
