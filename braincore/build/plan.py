"""The plan of a network: which populations share a NeuronGroup, and which projections share a Synapses object.

All populations of one neuron model (same equations, whatever their parameter values) become slices of one group, and
all projections between the same two groups, onto the same receptor and with the same rules, one set of synapses. So a
brain of hundreds of regions costs a handful of Brian2 objects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import brian2

from braincore.expressions import equations_of, parse_expression, statements_of
from braincore.model import (
    CurrentInput,
    Freeze,
    LearningRule,
    Lesion,
    NetworkSpec,
    NeuronModel,
    Noise,
    Optogenetic,
    PoissonInput,
    Population,
    Projection,
    ScaleReceptor,
    Silence,
    Step,
    SynapseModel,
)
from braincore.model.brain import SPIKE_SOURCE
from braincore.model.placed import with_target_states
from braincore.model.plain import content_hash
from braincore.model.target_state import TargetState


@dataclass(kw_only=True)
class Slot:
    """One channel of random input or of noise of a group: stimuli that never overlap share it.

    Attributes
    ----------
    key
        What its stimuli must have in common (receptor and rate expression).
    stimuli
        What it carries: (stimulus, population).
    """

    key: tuple[str, str]
    stimuli: list[tuple[PoissonInput | CurrentInput, Population]] = field(default_factory=list)
    _by_population: dict[str, list[PoissonInput | CurrentInput]] = field(default_factory=dict)

    def takes(self, stimulus: PoissonInput | CurrentInput, population: Population) -> bool:
        """Tell whether a stimulus fits: no other one on the population at the same time."""
        return not any(_overlap(s, stimulus) for s in self._by_population.get(population.name, ()))

    def add(self, stimulus: PoissonInput | CurrentInput, population: Population) -> None:
        """Put a stimulus in."""
        self.stimuli.append((stimulus, population))
        self._by_population.setdefault(population.name, []).append(stimulus)


def _overlap(a: PoissonInput | CurrentInput, b: PoissonInput | CurrentInput) -> bool:
    (a0, a1), (b0, b1) = ((s.during[0].si, float("inf") if s.during[1] is None else s.during[1].si) for s in (a, b))
    return a0 < b1 and b0 < a1


@dataclass(kw_only=True)
class GroupPlan:
    """Populations that become one NeuronGroup.

    Attributes
    ----------
    index
        Position in the plan; names the Brian2 object.
    model
        The model of its first population: the structure that all share.
    members
        Its populations.
    starts
        Population name to its first index in the group.
    size
        Number of neurons.
    poisson, noises
        Slots of stimuli.
    waves
        Its waveforms: (stimulus, population).
    steps, silenced, lit
        Whether it has step currents, silencing, light.
    scaled
        Receptors that a drug scales.
    totals
        Receptor to the number of sets of synapses that feed its continuous transmission.
    gates
        Synapses whose presynaptic state its neurons carry.
    """

    index: int
    model: NeuronModel
    members: list[Population] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=dict)
    size: int = 0
    poisson: list[Slot] = field(default_factory=list)
    noises: list[Slot] = field(default_factory=list)
    waves: list[tuple[CurrentInput, Population]] = field(default_factory=list)
    steps: bool = False
    silenced: bool = False
    lit: bool = False
    scaled: set[str] = field(default_factory=set)
    totals: dict[str, int] = field(default_factory=dict)
    gates: list[SynapseModel] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the Brian2 object."""
        return f"group_{self.index}"

    @property
    def replays(self) -> bool:
        """True if its neurons replay given spikes."""
        return self.model.name == SPIKE_SOURCE

    def gate(self, synapse: SynapseModel) -> int:
        """Return the number of a synapse's presynaptic state, adding it if it is new."""
        if synapse not in self.gates:
            self.gates.append(synapse)
        return self.gates.index(synapse)


@dataclass(kw_only=True)
class SynapsePlan:
    """Projections that become one Synapses object.

    Attributes
    ----------
    source, target
        Groups.
    receptor, synapse
        Name of the receptor on the target and its model.
    rules
        Plasticity.
    states
        For each rule what its state on the target is called (as a receptor is), empty if it has none.
    bounds
        The weakest and the strongest weight (SI), if plasticity is bounded.
    projections
        Its projections.
    total
        Which of the receptor's accumulators it feeds, if it transmits continuously.
    gate
        Which presynaptic state it reads, if any.
    lesioned
        True if an intervention cuts one of its projections.
    frozen
        True if an intervention stops the learning of one of its projections for a time.
    """

    index: int
    source: GroupPlan
    target: GroupPlan
    receptor: str
    synapse: SynapseModel
    rules: tuple[LearningRule, ...]
    states: tuple[str, ...] = ()
    bounds: tuple[float, float] | None = None
    projections: list[Projection] = field(default_factory=list)
    total: int = 0
    gate: int | None = None
    lesioned: bool = False
    frozen: bool = False

    @property
    def name(self) -> str:
        """Name of the Brian2 object."""
        return f"synapses_{self.index}"


@dataclass(kw_only=True)
class Plan:
    """All groups and synapses of a network, and the one Brian2 clock that they share.

    Attributes
    ----------
    network
        What is planned.
    groups, synapses
        Its parts.
    group_of
        Population name to its group.
    stream_names
        For each stimulus of the network the name of its random numbers, which depends on nothing but itself.
    clock
        Brian2's clock.
    """

    network: NetworkSpec
    groups: list[GroupPlan]
    group_of: dict[str, GroupPlan]
    clock: Any
    synapses: list[SynapsePlan] = field(default_factory=list)
    stream_names: dict[int, str] = field(default_factory=dict)

    def place(self, population: Population) -> tuple[GroupPlan, int]:
        """Return the group of a population and its first index there."""
        group = self.group_of[population.name]
        return group, group.starts[population.name]

    def stream_of(self, stimulus: PoissonInput | CurrentInput) -> str:
        """Return the name of a stimulus's random numbers."""
        return self.stream_names[id(stimulus)]


def make_plan(network: NetworkSpec) -> Plan:
    """Decide what shares an object, and what each object must be able to do."""
    placed = with_target_states(network)
    network = placed.network
    groups: dict[tuple[object, ...], GroupPlan] = {}
    group_of: dict[str, GroupPlan] = {}
    for population in network.populations:
        key = structure(population.neuron)
        if _is_private(population.neuron):
            key = (*key, population.name)
        group = groups.get(key)
        if group is None:
            group = groups[key] = GroupPlan(index=len(groups), model=population.neuron)
        group.members.append(population)
        group.starts[population.name] = group.size
        group.size += population.size
        group_of[population.name] = group
    clock = brian2.Clock(dt=network.dt.si * brian2.second, name="b_clock")
    plan = Plan(network=network, groups=list(groups.values()), group_of=group_of, clock=clock)
    plan.synapses = _plan_synapses(plan, placed.keys)
    _plan_stimuli(plan)
    _plan_interventions(plan)
    return plan


def structure(model: NeuronModel) -> tuple[object, ...]:
    """Return what two models must have in common to share a group: everything but the values of parameters."""
    receptors = tuple(sorted((name, *_synapse_structure(s)) for name, s in model.receptors.items()))
    source = SPIKE_SOURCE if model.name == SPIKE_SOURCE else ""
    own = (model.equations, model.threshold, model.reset, model.refractory, model.membrane, model.input, model.method)
    return (source, *own, tuple((p.name, p.dimension) for p in model.parameters), receptors)


def _synapse_structure(synapse: SynapseModel) -> tuple[object, ...]:
    return (
        synapse.weight,
        synapse.equations,
        synapse.current,
        synapse.on_pre,
        synapse.source_equations,
        synapse.on_source_spike,
        synapse.transmission,
        (synapse.on_target_spike, synapse.on_target_step, synapse.replaces) if isinstance(synapse, TargetState) else (),
        tuple((p.name, p.dimension) for p in synapse.parameters),
    )


def _is_private(model: NeuronModel) -> bool:
    """Tell whether a model speaks of its whole population: its size, a neuron's index, or a value that all share."""
    if any("shared" in e.flags for e in model.parsed):
        return True
    synapses = model.receptors.values()
    equations = [
        e.expression for text in (model.equations, *(s.equations for s in synapses)) for e in equations_of(text)
    ]
    expressions = [model.threshold, model.refractory, *(s.current for s in synapses)]
    texts = [model.reset, *(s.on_pre for s in synapses)]
    texts += [t for s in synapses if isinstance(s, TargetState) for t in (s.on_target_spike, s.on_target_step)]
    statements = [s for text in texts for s in statements_of(text)]
    found = [e for e in equations if e is not None] + [parse_expression(text) for text in expressions if text]
    found += [s.expression for s in statements]
    return any(e.names & {"i", "N"} for e in found)


def _plan_synapses(plan: Plan, states: Mapping[tuple[str, int], str]) -> list[SynapsePlan]:
    found: dict[tuple[object, ...], SynapsePlan] = {}
    cut = {act.target for act in plan.network.interventions if isinstance(act, Lesion)}
    frozen = {p.name for a in plan.network.interventions if isinstance(a, Freeze) for p in plan.network.frozen(a)}
    hashes: dict[int, str] = {}
    for projection in plan.network.projections:
        target_population = plan.network.population(projection.target)
        source = plan.group_of[plan.network.population(projection.source).name]
        target = plan.group_of[target_population.name]
        synapse = target_population.neuron.receptors[projection.receptor]
        gate = source.gate(synapse) if synapse.source_equations else None
        rules = tuple(hashes.setdefault(id(rule), content_hash(rule)) for rule in projection.rules)
        bounds = None if projection.bounds is None else (projection.bounds[0].si, projection.bounds[1].si)
        mine = tuple(states.get((projection.name, k), "") for k in range(len(rules)))
        key = (source.index, target.index, projection.receptor, gate, rules, mine, bounds, projection.delay is None)
        merged = found.get(key)
        if merged is None:
            merged = found[key] = SynapsePlan(
                index=len(found),
                source=source,
                target=target,
                receptor=projection.receptor,
                synapse=synapse,
                rules=projection.rules,
                states=mine,
                bounds=bounds,
                gate=gate,
            )
            if synapse.transmission:
                merged.total = target.totals.get(projection.receptor, 0)
                target.totals[projection.receptor] = merged.total + 1
        merged.projections.append(projection)
        merged.lesioned |= projection.name in cut
        merged.frozen |= projection.name in frozen
    return list(found.values())


def _plan_stimuli(plan: Plan) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    for stimulus in plan.network.stimuli:
        kind = stimulus.receptor if isinstance(stimulus, PoissonInput) else type(stimulus.waveform).__name__
        label = stimulus.name or kind
        seen[label, stimulus.target] += 1
        plan.stream_names[id(stimulus)] = f"{label}@{stimulus.target}#{seen[label, stimulus.target]}"
        for population, _ in plan.network.targets(stimulus.target):
            group = plan.group_of[population.name]
            if isinstance(stimulus, PoissonInput):
                expression = stimulus.rate if isinstance(stimulus.rate, str) else ""
                _put(group.poisson, (stimulus.receptor, expression), stimulus, population)
            elif isinstance(stimulus.waveform, Step):
                group.steps = True
            elif isinstance(stimulus.waveform, Noise):
                _put(group.noises, ("", ""), stimulus, population)
            else:
                group.waves.append((stimulus, population))


def _put(
    slots: list[Slot], key: tuple[str, str], stimulus: PoissonInput | CurrentInput, population: Population
) -> None:
    for slot in slots:
        if slot.key == key and slot.takes(stimulus, population):
            break
    else:
        slot = Slot(key=key)
        slots.append(slot)
    slot.add(stimulus, population)


def _plan_interventions(plan: Plan) -> None:
    projections = {p.name for p in plan.network.projections}
    for act in plan.network.interventions:
        if isinstance(act, Lesion) and act.target in projections:
            continue
        for population, _ in plan.network.affected(act):
            group = plan.group_of[population.name]
            if isinstance(act, Lesion | Silence):
                group.silenced = True
            elif isinstance(act, ScaleReceptor):
                group.scaled.add(act.receptor)
            elif isinstance(act, Optogenetic):
                group.lit = True
