"""From a `SynapsePlan` to a Brian2 Synapses object, filled array by array.

The synapses are drawn projection by projection, each from its own streams, and written straight into Brian2's arrays:
``Synapses.connect`` would copy them several times over. The peak while building is 20 bytes a synapse where weights and
delays are one number, and 30 to 37 where both are drawn (``benchmarks/build_scaling.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import brian2
import numpy as np
from brian2.equations.equations import Expression
from brian2.synapses.synapses import SummedVariableUpdater
from numpy.typing import NDArray

from braincore.build.drawn import DrawnSynapses, draw_ends, draw_values
from braincore.build.names import INTACT, LATE, LEARNS, WEIGHT, ZERO, of_rule
from braincore.build.neurons import BuiltGroup, quantity
from braincore.build.plan import Plan, SynapsePlan
from braincore.build.synapse_text import SynapseText, synapse_constants, synapse_text
from braincore.errors import BuildError
from braincore.expressions import equations_of, parse_expression
from braincore.model import LearningRule
from braincore.model.synapse import STRONGEST, WEAKEST
from braincore.model.values import Value
from braincore.units import Quantity

MAX_SYNAPSES = 2**31 - 1


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
    drawn
        Draws the synapses, where Brian2's arrays are filled only when somebody asks for them.
    """

    plan: SynapsePlan
    brian: Any
    slices: dict[str, slice] = field(default_factory=dict)
    weight: float | None = None
    drawn: DrawnSynapses | None = None

    def drawn_piece(self, projection: str) -> int | None:
        """Return the place of a projection whose synapses are drawn and not kept, None if there are arrays of them."""
        if self.drawn is None:
            return None
        unfilled = all(v.scalar or v in v.device.arrays.drawn for v in self.brian._registered_variables)
        return list(self.slices).index(projection) if unfilled else None

    def array(self, name: str) -> NDArray[Any]:
        """Return the array behind a Brian2 variable, to be changed in place."""
        values: NDArray[Any] = self.brian.variables[name].get_value()
        return values

    @property
    def plastic(self) -> bool:
        """True if a long-term rule changes the weights."""
        return any(rule.term == "long" for rule in self.plan.rules)

    @property
    def state(self) -> list[str]:
        """Brian2 names of what the rules change: the weight and the rules' own variables."""
        names = [WEIGHT] if self.plan.rules else []
        for k, rule in enumerate(self.plan.rules):
            names += [of_rule(k, e.name) for e in equations_of(rule.equations) if e.kind != "subexpression"]
        return names

    @property
    def transmitting(self) -> str:
        """Name of the variable to set to zero where synapses are cut."""
        return INTACT if self.plan.rules else WEIGHT


def build_synapses(plan: Plan, merged: SynapsePlan, groups: dict[str, BuiltGroup]) -> BuiltSynapses:
    """Make the Brian2 Synapses of a plan, with connections, weights and delays."""
    projections = merged.projections
    weight = None if merged.rules or merged.lesioned else _common([p.weight for p in projections])
    delay = 0.0 if projections[0].delay is None else _common([p.delay for p in projections])
    built = BuiltSynapses(plan=merged, brian=_synapses(plan, merged, groups, weight, delay), weight=weight)
    give = getattr(brian2.get_device(), "give", None)
    if give is not None and not (merged.rules or merged.lesioned) and hasattr(built.brian, "pre"):
        return _given(plan, built, give)
    _fill_ends(plan, built)
    if weight is None:
        _fill(plan, built, built.array(WEIGHT), "weight")
    pathway = getattr(built.brian, "pre", None)
    if pathway is not None and delay is None:
        _fill(plan, built, pathway.variables["delay"].get_value(), "delay")
        _fill_late(plan, built, pathway.variables["delay"].get_value())
    if merged.rules and merged.lesioned:
        built.array(INTACT)[:] = 1.0
    if merged.frozen:
        built.array(LEARNS)[:] = True
    for k, rule in enumerate(merged.rules):
        own_state = {e.name for e in equations_of(rule.equations)}
        for name, start in rule.initial.items():
            if name in own_state:
                built.array(of_rule(k, name))[:] = (
                    start if not isinstance(start, str) else _worked_out(built, rule, start)
                )
    return built


def _worked_out(built: BuiltSynapses, rule: LearningRule, text: str) -> Any:
    """Return the initial value of a synapse's state: an expression of the weight, its bounds and the parameters."""
    known: dict[str, Any] = {p.name: p.value.si for p in rule.parameters} | {"w": built.array(WEIGHT)}
    known |= dict(zip((WEAKEST, STRONGEST), built.plan.bounds or (), strict=False))
    expression = parse_expression(text)
    return expression.evaluate({name: known[name] for name in expression.variables}, {})


def _synapses(
    plan: Plan, merged: SynapsePlan, groups: dict[str, BuiltGroup], weight: float | None, delay: float | None
) -> Any:
    """Return a Synapses object without connections."""
    text = synapse_text(merged, weight_varies=weight is None, dt=plan.network.dt.si)
    source, target = groups[merged.source.name], groups[merged.target.name]
    constants = synapse_constants(merged, target.constants)
    if weight is not None:
        constants[WEIGHT] = (weight, merged.target.model.weight_of(merged.synapse))
    arguments = _pathways(text, delay)
    method = next((rule.method for rule in merged.rules if rule.method), "")
    if method:
        arguments["method"] = method
    try:
        made = brian2.Synapses(
            source.brian,
            target.brian,
            model=text.equations,
            namespace={ZERO: 0.0, **{name: quantity(si, dims) for name, (si, dims) in constants.items()}},
            name=merged.name,
            clock=plan.clock,
            **arguments,
        )
        for k, (seconds, code) in enumerate(text.regularly):
            made.run_regularly(code, dt=seconds * brian2.second, when="end", name=f"{merged.name}_regularly_{k}")
        for seconds, variable, expression in text.sums:
            _add_sum(made, target.brian, variable, expression, seconds)
        return made
    except Exception as error:
        names = ", ".join(p.name for p in merged.projections[:3])
        raise BuildError(f"the synapses of {names} cannot be built: {error}") from error


def _pathways(text: SynapseText, delay: float | None) -> dict[str, Any]:
    """Return the pathways of a Synapses object: at the arrival of spikes, some time after it, and at target spikes."""
    on_pre = {"pre": text.on_pre} if text.on_pre else {}
    delays = {"pre": delay} if text.on_pre and delay is not None else {}
    for k, (lag, code) in enumerate(text.late):
        on_pre[f"{LATE}{k}"] = code
        if delay is not None:
            delays[f"{LATE}{k}"] = delay + lag
    arguments: dict[str, Any] = {"on_pre": on_pre} if on_pre else {}
    if text.on_post:
        arguments["on_post"] = text.on_post
    if delays:
        arguments["delay"] = {name: seconds * brian2.second for name, seconds in delays.items()}
    return arguments


def _fill_late(plan: Plan, built: BuiltSynapses, delays: NDArray[Any]) -> None:
    """Set the delays of what happens some time after a spike has arrived, where arrivals differ."""
    lags = [rule.seconds(rule.lag, plan.network.dt.si) for rule in built.plan.rules if rule.lag]
    for k, lag in enumerate(lags):
        getattr(built.brian, f"{LATE}{k}").variables["delay"].get_value()[:] = delays + lag


def _add_sum(synapses: Any, target: Any, variable: str, expression: str, seconds: float) -> None:
    """Sum an expression over the synapses of each target neuron at regular times, before what happens then."""
    code = Expression(expression)
    updater = SummedVariableUpdater(code, f"{variable}_post", synapses, target, "N_post", "_synaptic_post")
    updater._clock = brian2.Clock(dt=seconds * brian2.second, name=f"{updater.name}_clock")
    updater.when, updater.order = "end", -1
    synapses.contained_objects.append(updater)


def _common(values: Sequence[Value | None]) -> float | None:
    """Return the value in SI if all are the same single quantity."""
    found = {v.si if isinstance(v, Quantity) else None for v in values}
    return found.pop() if len(found) == 1 else None


def _given(plan: Plan, built: BuiltSynapses, give: Any) -> BuiltSynapses:
    """Hand the device what draws the synapses: it may need no arrays of them."""
    drawn = DrawnSynapses(plan=plan, merged=built.plan)
    if drawn.size > MAX_SYNAPSES:
        raise BuildError(f"{drawn.size} synapses in one object: at most 2**31 - 1")
    built.drawn = drawn
    built.slices = {p.name: where for p, where in zip(built.plan.projections, drawn.pieces, strict=True)}
    give(built.brian, drawn, drawn.size)
    return built


def _fill_ends(plan: Plan, built: BuiltSynapses) -> None:
    synapses = built.brian
    drawn: list[tuple[NDArray[np.int32], NDArray[np.int32]]] = []
    count = 0
    for projection in built.plan.projections:
        ends = draw_ends(plan, projection)
        built.slices[projection.name] = slice(count, count + ends[0].size)
        count += ends[0].size
        drawn.append(ends)
    if count > MAX_SYNAPSES:
        raise BuildError(f"{count} synapses in one object: at most 2**31 - 1")
    for k, name in enumerate(("_synaptic_pre", "_synaptic_post")):
        synapses.variables[name].resize(count)
        array = synapses.variables[name].get_value()
        for where, ends in zip(built.slices.values(), drawn, strict=True):
            array[where] = ends[k]
    drawn.clear()
    synapses._resize(count)
    synapses._update_synapse_numbers(0)
    synapses._connect_called = True


def _fill(plan: Plan, built: BuiltSynapses, array: NDArray[Any], what: str) -> None:
    """Draw the weights or the delays of every projection into Brian2's array."""
    for projection in built.plan.projections:
        if getattr(projection, what) is not None:
            where = built.slices[projection.name]
            begin = where.start
            for block in draw_values(plan, projection, what, where.stop - where.start, array.dtype):
                array[begin : begin + len(block)] = block
                begin += len(block)
