"""What is known of a Synapses object before its code is written: which of its variables live on neurons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable

from braincore.engine.captured import Captured
from braincore.engine.passes.abstract import Unreadable
from braincore.engine.passes.synapse_code import LAST, SynapsesCode, synapses_code
from braincore.engine.passes.trace_arrays import gathered
from braincore.engine.passes.traces import Hoisting, hoistable
from braincore.engine.unit import Unit

ENDS = {"source": "_synaptic_pre", "target": "_synaptic_post"}
"""The two ends of synapses, and the variables that hold their neurons."""

SELDOM = 5e-3
"""Seconds between two times at which code runs over all synapses, from which on it may bring weights up to date."""

MANY = 400_000
"""Synapses from which on that pays: those of a target lie apart in memory, and fewer stay in the cache."""


def ends(synapses: Any) -> dict[str, Any]:
    """Return the two variables that hold the neurons of synapses, by their names."""
    return {name: synapses.variables[name] for name in ENDS.values()}


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The code of a Synapses object with traces on neurons.

    Attributes
    ----------
    code
        Its code as Brian2 has it.
    hoisting
        What lives on neurons.
    synapses
        The object.
    sizes
        By side, how many neurons there are; subgroups count with the group that they are of.
    """

    code: SynapsesCode
    hoisting: Hoisting
    synapses: Any
    sizes: dict[str, int]

    def end(self, side: str) -> Any:
        """Return the variable with the neuron of each synapse."""
        return self.synapses.variables[ENDS[side]]

    def holds(self) -> bool:
        """Tell whether traces have one value for all synapses of a neuron."""
        return not _differing(self)


def plan(unit: Unit, synapses: Any) -> Plan | str:
    """Return what of a Synapses object lives on neurons, or why nothing does."""
    mine = unit.pathways[synapses.name]
    if not (unit.passes.traces and unit.passes.rows):
        return ""
    if unit.python:
        return "traces stay with synapses: Python may look while the network runs"
    sizes = {side: _size(getattr(synapses, side)) for side in ENDS}
    if None in sizes.values() or not len(synapses):
        return ""
    for pathway, _ in mine:
        if pathway.source.clock is not synapses.clock:  # code of synapses reads their `t`, which then is another
            return f"traces stay with synapses: '{pathway.objname}' runs on the clock of '{pathway.source.name}'"
        reason = _scattered(pathway)
        if reason:
            return reason
    known = {id(captured) for _, captured in mine}
    others: dict[int, Captured] = {id(c): c for users in unit.users.values() for c in users if id(c) not in known}
    try:
        pathways = [(pathway, captured, True) for pathway, captured in mine]
        code = synapses_code(pathways, [*others.values()], regular_codes(unit, synapses))
    except Unreadable as error:
        return str(error)
    seen = dict.fromkeys(code.recorded, "a monitor records it")
    if LAST in seen:
        return "a monitor records lastupdate"
    found = Plan(code=code, hoisting=hoistable(code, seen), synapses=synapses, sizes=sizes)  # type: ignore[arg-type]
    differing = _differing(found)
    if differing:
        seen |= dict.fromkeys(differing, "synapses of a neuron start with different values")
        found = Plan(code=code, hoisting=hoistable(code, seen), synapses=synapses, sizes=sizes)  # type: ignore[arg-type]
        if not found.holds():
            return ""
    return found if found.hoisting.sides else ""


def regular_codes(unit: Unit, synapses: Any) -> list[Captured]:
    """Return the codes that run over all synapses now and then, and write to nothing else."""

    def of_synapses(captured: Captured, name: str) -> bool:
        return captured.variable_indices.get(name) == "_idx" or not isinstance(
            captured.variables.get(name), ArrayVariable
        )

    if len(synapses) < MANY:
        return []
    codes = [code for code, seconds in unit.regular.get(synapses.name, []) if seconds >= SELDOM]
    return [code for code in codes if all(of_synapses(code, name) for name in code.assigned)]


def _differing(found: Plan) -> tuple[str, ...]:
    """Return the traces that differ within a neuron."""
    now = float(found.code.variables["t"].get_value()[0]) if "t" in found.code.variables else 0.0
    differing: list[str] = []
    for side in found.hoisting.sides:
        neurons = found.end(side.name).get_value()
        try:
            differing += gathered(found.code, side, neurons, found.sizes[side.name], now)[1]
        except Unreadable:
            differing += side.traces
    return tuple(differing)


def _size(group: Any) -> int | None:
    """Return how many neurons a group has, None if that may change."""
    size = getattr(group, "source", group).variables["N"]
    return None if isinstance(size, ArrayVariable) else int(size.get_value())


def several_delays(pathway: Any) -> bool:
    """Tell whether the synapses of a pathway have more than one delay, in time steps."""
    steps = (np.atleast_1d(pathway.variables["delay"].get_value()) / float(pathway.source.clock.dt_) + 0.5).astype(int)
    return bool(steps.size and (steps != steps[0]).any())


def _scattered(pathway: Any) -> str:
    """Return why the spikes of a pathway do not act on whole rows."""
    if several_delays(pathway):
        return f"traces stay with synapses: '{pathway.objname}' has more than one delay"
    slots = [slot for slot in pathway.queue.take() if slot.size]
    sources = np.asarray(pathway.synapse_sources.get_value())
    degrees = np.bincount(sources) if slots else sources
    if not all(_whole(slot, sources, degrees) for slot in slots):
        return f"traces stay with synapses in this run: '{pathway.objname}' has single synapses under way"
    return ""


def _whole(slot: Any, sources: Any, degrees: Any) -> bool:
    """Tell whether what is due in one step are all synapses of some neurons, neuron by neuron."""
    neurons = sources[slot]
    begins = np.flatnonzero(np.concatenate([[True], neurons[1:] != neurons[:-1]]))
    of = neurons[begins]
    lengths = np.diff(np.append(begins, slot.size))
    if np.unique(of).size != of.size or np.unique(slot).size != slot.size:
        return False
    return bool((degrees[of] == lengths).all())
