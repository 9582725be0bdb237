"""The plan of a network: which populations share a NeuronGroup, and which projections share a Synapses object.

All populations of one neuron model (same equations, whatever their parameter values) become slices of one group, and
all projections between the same two groups, onto the same receptor and with the same rules, one set of synapses. So a
brain of hundreds of regions costs a handful of Brian2 objects.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import brian2

from braincore.expressions import parse_equations
from braincore.model import (
    CurrentInput,
    Lesion,
    LearningRule,
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
from braincore.model.plain import content_hash


@dataclass(kw_only=True)
class Slot:
    """One channel of random input, of waveforms or of noise of a group: stimuli that never overlap share it.

    Attributes
    ----------
    key
        What its stimuli must have in common (receptor and rate expression).
    stimuli
        What it carries: (stimulus, population).
    """

    key: tuple[str, str]
    stimuli: list[tuple[PoissonInput | CurrentInput, Population]] = field(default_factory=list)

    def takes(self, stimulus: PoissonInput | CurrentInput, population: Population) -> bool:
        """Tell whether a stimulus fits: no other one on the population at the same time."""
        return not any(p is population and _overlap(s, stimulus) for s, p in self.stimuli)


def _overlap(a: PoissonInput | CurrentInput, b: PoissonInput | CurrentInput) -> bool:
    def ends(x: PoissonInput | CurrentInput) -> tuple[float, float]:
        return x.during[0].si, float("inf") if x.during[1] is None else x.during[1].si

    (a0, a1), (b0, b1) = ends(a), ends(b)
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
    poisson, waves, noises
        Slots of stimuli.
    steps, silenced, lit
        Whether it has step currents, silencing, light.
    scaled
        Receptors that a drug scales.
    totals
        Receptor to the number of sets of synapses that feed its continuous transmission.
    gates
        Presynaptic state of saturating synapses, by suffix.
    wanted
        Variables to be recorded.
    """

    index: int
    model: NeuronModel
    members: list[Population] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=dict)
    size: int = 0
    poisson: list[Slot] = field(default_factory=list)
    waves: list[Slot] = field(default_factory=list)
    noises: list[Slot] = field(default_factory=list)
    steps: bool = False
    silenced: bool = False
    lit: bool = False
    scaled: set[str] = field(default_factory=set)
    totals: dict[str, int] = field(default_factory=dict)
    gates: dict[str, SynapseModel] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Name of the Brian2 object."""
        return f"group_{self.index}"

    @property
    def replays(self) -> bool:
        """True if its neurons replay given spikes."""
        return self.model.name == SPIKE_SOURCE

    def gate(self, synapse: SynapseModel) -> str:
        """Return the suffix of a synapse's presynaptic state, adding it if it is new."""
        for suffix, known in self.gates.items():
            if known == synapse:
                return suffix
        suffix = f"gate{len(self.gates)}"
        self.gates[suffix] = synapse
        return suffix


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
    projections
        Its projections.
    total
        Which of the receptor's accumulators it feeds, if it transmits continuously.
    gate
        Suffix of the presynaptic state it reads.
    lesioned
        True if an intervention cuts one of its projections.
    """

    index: int
    source: GroupPlan
    target: GroupPlan
    receptor: str
    synapse: SynapseModel
    rules: tuple[LearningRule, ...]
    projections: list[Projection] = field(default_factory=list)
    total: int = 0
    gate: str = ""
    lesioned: bool = False

    @property
    def name(self) -> str:
        """Name of the Brian2 object."""
        return f"synapses_{self.index}"


@dataclass(kw_only=True)
class Plan:
    """All groups and synapses of a network, and the one Brian2 clock that they share."""

    network: NetworkSpec
    groups: list[GroupPlan]
    synapses: list[SynapsePlan]
    group_of: dict[str, GroupPlan]
    clock: Any

    def place(self, population: Population) -> tuple[GroupPlan, int]:
        """Return the group of a population and its first index there."""
        group = self.group_of[population.name]
        return group, group.starts[population.name]


def make_plan(network: NetworkSpec) -> Plan:
    """Decide what shares an object, and what each object must be able to do."""
    groups: dict[tuple[object, ...], GroupPlan] = {}
    group_of: dict[str, GroupPlan] = {}
    for population in network.populations:
        key = structure(population.neuron)
        group = groups.get(key)
        if group is None:
            group = groups[key] = GroupPlan(index=len(groups), model=population.neuron)
        group.members.append(population)
        group.starts[population.name] = group.size
        group.size += population.size
        group_of[population.name] = group
    clock = brian2.Clock(dt=network.dt.si * brian2.second, name="b_clock")
    plan = Plan(network=network, groups=list(groups.values()), synapses=[], group_of=group_of, clock=clock)
    _plan_synapses(plan)
    _plan_stimuli(plan)
    _plan_interventions(plan)
    for trace in network.recording.traces:
        for population, _ in network.targets(trace.target):
            group_of[population.name].wanted.update(trace.variables)
    return plan


def structure(model: NeuronModel) -> tuple[object, ...]:
    """Return what two models must have in common to share a group: everything but the values of parameters."""
    receptors = tuple(sorted((name, *_synapse_structure(s)) for name, s in model.receptors.items()))
    names = tuple(p.name for p in model.parameters)
    source = SPIKE_SOURCE if model.name == SPIKE_SOURCE else ""
    own = (model.equations, model.threshold, model.reset, model.refractory, model.membrane, model.input, model.method)
    return (source, *own, names, receptors)


def _synapse_structure(synapse: SynapseModel) -> tuple[str, ...]:
    names = ",".join(p.name for p in synapse.parameters)
    return (
        synapse.equations,
        synapse.current,
        synapse.on_pre,
        synapse.source_equations,
        synapse.on_source_spike,
        synapse.transmission,
        names,
    )


def _plan_synapses(plan: Plan) -> None:
    found: dict[tuple[object, ...], SynapsePlan] = {}
    cut = {act.target for act in plan.network.interventions if isinstance(act, Lesion)}
    hashes: dict[int, str] = {}
    for projection in plan.network.projections:
        source = plan.group_of[plan.network.population(projection.source).name]
        target = plan.group_of[plan.network.population(projection.target).name]
        synapse = plan.network.population(projection.target).neuron.receptors[projection.receptor]
        gate = source.gate(synapse) if synapse.source_equations else ""
        rules = tuple(hashes.setdefault(id(rule), content_hash(rule)) for rule in projection.rules)
        key = (source.index, target.index, projection.receptor, gate, rules, projection.delay is None)
        merged = found.get(key)
        if merged is None:
            total = 0
            if synapse.transmission:
                total = target.totals.get(projection.receptor, 0)
                target.totals[projection.receptor] = total + 1
            merged = found[key] = SynapsePlan(
                index=len(found),
                source=source,
                target=target,
                receptor=projection.receptor,
                synapse=synapse,
                rules=projection.rules,
                total=total,
                gate=gate,
            )
        merged.projections.append(projection)
        merged.lesioned |= projection.name in cut
    plan.synapses = list(found.values())


def _plan_stimuli(plan: Plan) -> None:
    for stimulus in plan.network.stimuli:
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
                _put(group.waves, ("", ""), stimulus, population)


def _put(
    slots: list[Slot], key: tuple[str, str], stimulus: PoissonInput | CurrentInput, population: Population
) -> None:
    for slot in slots:
        if slot.key == key and slot.takes(stimulus, population):
            slot.stimuli.append((stimulus, population))
            return
    slots.append(Slot(key=key, stimuli=[(stimulus, population)]))


def _plan_interventions(plan: Plan) -> None:
    projections = {p.name for p in plan.network.projections}
    for act in plan.network.interventions:
        if isinstance(act, Lesion) and act.target in projections:
            continue
        for population, _ in plan.network.targets(act.target):
            group = plan.group_of[population.name]
            if isinstance(act, Lesion | Silence):
                group.silenced = True
            elif isinstance(act, ScaleReceptor):
                group.scaled.add(act.receptor)
            elif isinstance(act, Optogenetic):
                group.lit = True


def names_used(texts: Iterable[str]) -> frozenset[str]:
    """Return the names that the expressions of some equations read."""
    found: set[str] = set()
    for text in texts:
        for equation in parse_equations(text) if text.strip() else ():
            if equation.expression is not None:
                found |= equation.expression.names
    return frozenset(found)


def total_name(receptor: str, index: int) -> str:
    """Return the accumulator that one set of continuously transmitting synapses feeds."""
    return f"b_total{index}_{receptor}"
