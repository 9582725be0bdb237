"""From a `SynapsePlan` to a Brian2 Synapses object, filled array by array.

The synapses are drawn projection by projection, each from its own streams, and written straight into Brian2's arrays:
``Synapses.connect`` would copy them several times over. Peak memory while building is 24 bytes a synapse
(two indices, weight, delay), or less where weights or delays are one number.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import brian2
import numpy as np
from numpy.typing import NDArray

from braincore.build.equations import gate_names, receptor_names, renamed_equations, renamed_statements
from braincore.build.names import WEIGHT, brian_unit, gain, of_receptor, of_rule, own
from braincore.build.neurons import BuiltGroup, _quantity
from braincore.build.plan import Plan, SynapsePlan, total_name
from braincore.errors import BuildError, InputError
from braincore.expressions import parse_equations, parse_expression, parse_statements
from braincore.model import LearningRule, Projection, stream
from braincore.model.neuron import total_dimension
from braincore.model.values import Value, sample
from braincore.units import Dimension, Quantity

TRANSMITTED = "transmitted"


@dataclass(kw_only=True)
class BuiltSynapses:
    """Synapses and where their projections lie.

    Attributes
    ----------
    plan
        What they were made from.
    brian
        The Synapses object.
    slices
        Projection name to its synapses.
    weight
        The weight (SI) if it is one number for all, else None.
    """

    plan: SynapsePlan
    brian: Any
    slices: dict[str, slice] = field(default_factory=dict)
    weight: float | None = None

    def array(self, name: str) -> NDArray[Any]:
        """Return the array behind a Brian2 variable, to be changed in place."""
        values: NDArray[Any] = self.brian.variables[name].get_value()
        return values

    @property
    def plastic(self) -> bool:
        """True if a long-term rule changes the weights."""
        return any(rule.term == "long" for rule in self.plan.rules)


def build_synapses(plan: Plan, merged: SynapsePlan, groups: dict[str, BuiltGroup]) -> BuiltSynapses:
    """Make the Brian2 Synapses of a plan, with connections, weights and delays."""
    weight = _common([p.weight for p in merged.projections])
    if merged.rules or merged.lesioned:
        weight = None
    delay = _common([p.delay for p in merged.projections])
    text = _text(merged, weight is None)
    arguments: dict[str, Any] = {"on_pre": text.on_pre} if text.on_pre else {}
    if text.on_post:
        arguments["on_post"] = text.on_post
    if delay is not None and text.on_pre:
        arguments["delay"] = delay * brian2.second
    dimension = merged.target.model.weight_dimension(merged.receptor)
    namespace = {name: _quantity(si, dims) for name, (si, dims) in _constants(merged, groups, dimension).items()}
    if weight is not None:
        namespace[WEIGHT] = _quantity(weight, dimension)
    try:
        brian = brian2.Synapses(
            groups[merged.source.name].brian,
            groups[merged.target.name].brian,
            model=text.equations,
            namespace=namespace,
            name=merged.name,
            clock=plan.clock,
            **arguments,
        )
    except Exception as error:
        names = ", ".join(p.name for p in merged.projections[:3])
        raise BuildError(f"the synapses of {names} cannot be built: {error}") from error
    built = BuiltSynapses(plan=merged, brian=brian, weight=weight)
    _fill_ends(plan, built)
    if weight is None:
        _fill(plan, built, WEIGHT, "weight")
    if delay is None and text.on_pre and merged.projections[0].delay is not None:
        _fill(plan, built, "delay", "delay")
    for k, rule in enumerate(merged.rules):
        for name, start in rule.initial.items():
            built.array(of_rule(k, name))[:] = start
    return built


def _common(values: list[Value | None]) -> float | None:
    """Return the value in SI if all are the same single quantity."""
    if all(isinstance(v, Quantity) for v in values):
        found = {v.si for v in values if isinstance(v, Quantity)}
        if len(found) == 1:
            return found.pop()
    return None


def _draw(plan: Plan, projection: Projection) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Draw the synapses of a projection, as indices into its two groups."""
    network = plan.network
    rng = stream(network.seed, "connectivity", projection.name)
    try:
        pre, post = projection.connector.connect(network.site(projection), rng)
    except InputError as error:
        raise InputError(error.faults) from None
    return _placed(plan, projection.source, pre), _placed(plan, projection.target, post)


def _placed(plan: Plan, address: str, local: NDArray[np.int32]) -> NDArray[np.int32]:
    chosen = plan.network.selected(address)
    _, start = plan.place(plan.network.population(address))
    if isinstance(chosen, slice):
        offset = np.int32(start + chosen.start)
        return local if offset == 0 else local + offset
    return (chosen[local] + np.int32(start)).astype(np.int32)


def _fill_ends(plan: Plan, built: BuiltSynapses) -> None:
    synapses = built.brian
    drawn = []
    count = 0
    for projection in built.plan.projections:
        pre, post = _draw(plan, projection)
        built.slices[projection.name] = slice(count, count + pre.size)
        count += pre.size
        drawn.append((pre, post))
    if count > 2**31 - 1:
        raise BuildError(f"{count} synapses in one object: at most 2**31 - 1")
    for k, name in enumerate(("_synaptic_pre", "_synaptic_post")):
        synapses.variables[name].resize(count)
        array = synapses.variables[name].get_value()
        start = 0
        for ends in drawn:
            array[start : start + ends[k].size] = ends[k]
            start += ends[k].size
    drawn.clear()
    synapses._resize(count)
    synapses._update_synapse_numbers(0)
    synapses._connect_called = True


def _fill(plan: Plan, built: BuiltSynapses, variable: str, what: str) -> None:
    """Draw the weights or the delays of every projection."""
    if what == "delay":
        array = built.brian.pre.variables["delay"].get_value()
    else:
        array = built.array(variable)
    for projection in built.plan.projections:
        where = built.slices[projection.name]
        rng = stream(plan.network.seed, what, projection.name)
        value = projection.weight if what == "weight" else projection.delay
        if value is not None:
            array[where] = sample(value, rng, where.stop - where.start)


@dataclass(frozen=True, kw_only=True, slots=True)
class SynapseText:
    """What a Synapses object is made from."""

    equations: str
    on_pre: str
    on_post: str


def _text(merged: SynapsePlan, weight_varies: bool) -> SynapseText:
    model, synapse = merged.target.model, merged.synapse
    lines = []
    if weight_varies:
        unit = brian_unit(model.weight_dimension(merged.receptor))
        constant = "" if merged.rules else " (constant)"
        lines.append(f"{WEIGHT} : {unit}{constant}")
    if synapse.transmission:
        lines.append(_summed(merged))
        return SynapseText(equations="\n".join(lines), on_pre="", on_post="")
    transmitted, before, after = WEIGHT, [], []
    posts: list[str] = []
    for k, rule in enumerate(merged.rules):
        names = rule_names(k, rule)
        lines += renamed_equations(rule.equations, names)
        first, transmitted, last = _split(rule, names, transmitted)
        before += first
        after += last
        posts += renamed_statements(rule.on_post, names)
    arrival = _arrival(merged, transmitted)
    return SynapseText(
        equations="\n".join(lines), on_pre="\n".join([*before, *arrival, *after]), on_post="\n".join(posts)
    )


def rule_names(index: int, rule: LearningRule) -> dict[str, str]:
    """Return the renaming of a rule's variables and parameters."""
    names = {"w": WEIGHT} | {p.name: of_rule(index, p.name) for p in rule.parameters}
    if rule.equations:
        names |= {e.name: of_rule(index, e.name) for e in parse_equations(rule.equations)}
    return names


def _split(rule: LearningRule, names: dict[str, str], transmitted: str) -> tuple[list[str], str, list[str]]:
    """Split a rule's on_pre at the point of transmission; several rules act one after the other on what is sent."""
    before: list[str] = []
    after: list[str] = []
    found = False
    for s in parse_statements(rule.on_pre):
        if s.target == TRANSMITTED:
            found = True
            expression = s.expression.rename({k: v for k, v in names.items() if k != "w"})
            transmitted = expression.substitute({"w": transmitted}).text
            continue
        (after if found else before).append(str(s.rename(names)))
    return (before, transmitted, after) if found else ([], transmitted, before)


def _arrival(merged: SynapsePlan, transmitted: str) -> list[str]:
    """Return what an arriving spike does to the target: the receptor's on_pre with the weight put in."""
    names = receptor_names(merged.target.model, merged.receptor, merged.synapse)
    post = {old: f"{new}_post" for old, new in names.items()} | {
        n: f"{n}_post" for n in ("lastspike", "not_refractory")
    }
    factor = f" * {gain(merged.receptor)}_post" if merged.receptor in merged.target.scaled else ""
    lines = []
    for s in parse_statements(merged.synapse.on_pre):
        expression = s.expression.rename(post)
        weight = f"{transmitted}{factor}" if factor else transmitted
        right = expression.substitute({"w": parse_expression(weight)})
        lines.append(str(replace(s, target=post[s.target], expression=right)))
    return lines


def _summed(merged: SynapsePlan) -> str:
    """Return the equation of a continuously transmitting synapse."""
    synapse = merged.synapse
    names = {"w": WEIGHT, "v_pre": f"{own(merged.source.model.membrane)}_pre"}
    names["v_post"] = f"{own(merged.target.model.membrane)}_post"
    names |= {p.name: f"{of_receptor(merged.receptor, p.name)}_post" for p in synapse.parameters}
    if synapse.source_equations:
        names |= {f"{k}_pre": f"{v}_pre" for k, v in gate_names(merged.gate, synapse).items()}
    right = parse_expression(synapse.transmission).rename(names).text
    unit = brian_unit(total_dimension(merged.target.model, synapse))
    return f"{total_name(merged.receptor, merged.total)}_post = {right} : {unit} (summed)"


def _constants(
    merged: SynapsePlan, groups: dict[str, BuiltGroup], weight: Dimension
) -> dict[str, tuple[float, Dimension]]:
    """Return the constants of rules and of the receptor, as the synapse's text calls them."""
    found: dict[str, tuple[float, Dimension]] = {}
    for k, rule in enumerate(merged.rules):
        found |= {of_rule(k, p.name): (p.value.si, p.dimension) for p in rule.parameters}
    shared = groups[merged.target.name].constants
    for p in merged.synapse.parameters:
        name = of_receptor(merged.receptor, p.name)
        if name in shared:
            found[f"{name}_post"] = (shared[name], p.dimension)
    return found
