"""The text that Brian2 gets for a group: the model's equations, its receptors and what the stimuli need, renamed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from braincore.build.names import (
    COLUMN,
    DRIVE,
    I_ALL,
    I_EXT,
    I_SYN,
    INPUT_NAMES,
    LIGHT,
    SILENT,
    STEP,
    WAVE,
    ZERO,
    brian_unit,
    gain,
    given_by,
    of_gate,
    of_receptor,
    own,
    total,
)
from braincore.build.plan import GroupPlan
from braincore.expressions import Assignment, Equation, equations_of, is_noise, parse_expression, statements_of
from braincore.model import NeuronModel, SynapseModel
from braincore.model.target_state import TargetState


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupText:
    """What a NeuronGroup is made from."""

    equations: str
    threshold: str
    reset: str
    refractory: str


def own_names(model: NeuronModel) -> dict[str, str]:
    """Return the renaming of a model's own variables and parameters, inputs included."""
    names = INPUT_NAMES | {name: given_by(receptor) for name, receptor in model.separate.items()}
    names |= {p.name: own(p.name) for p in model.parameters}
    return names | {e.name: own(e.name) for e in model.parsed}


def receptor_names(model: NeuronModel, receptor: str, synapse: SynapseModel) -> dict[str, str]:
    """Return the renaming of a receptor's local names; ``v`` is the membrane, and its noise is its own."""
    local = equations_of(synapse.equations)
    names = {"v": own(model.membrane), "total": of_receptor(receptor, "total")}
    if isinstance(synapse, TargetState):
        names = {**own_names(model), "v": own(model.membrane)}
    names |= {noise: f"xi_{of_receptor(receptor, noise)}" for noise in noises(local)}
    names |= {p.name: of_receptor(receptor, p.name) for p in synapse.parameters}
    replaced = synapse.replaces if isinstance(synapse, TargetState) else ()
    return names | {e.name: own(e.name) if e.name in replaced else of_receptor(receptor, e.name) for e in local}


def gate_names(index: int, synapse: SynapseModel) -> dict[str, str]:
    """Return the renaming of the presynaptic state of a synapse."""
    local = equations_of(synapse.source_equations)
    names = {noise: f"xi_{of_gate(index, noise)}" for noise in noises(local)}
    names |= {p.name: of_gate(index, p.name) for p in synapse.parameters}
    return names | {e.name: of_gate(index, e.name) for e in local}


def noises(equations: Iterable[Equation]) -> set[str]:
    """Return the names of the white noises that equations read."""
    return {n for e in equations if e.expression is not None for n in e.expression.names if is_noise(n)}


def renamed_equations(text: str, names: Mapping[str, str]) -> list[str]:
    """Return equations with their names replaced, one line each."""
    return [str(equation.rename(names)) for equation in equations_of(text)]


def renamed_statements(text: str, names: Mapping[str, str]) -> list[str]:
    """Return statements with their names replaced, one line each."""
    return [statement_text(statement.rename(names)) for statement in statements_of(text)]


def statement_text(statement: Assignment | str) -> str:
    """Return a statement as Brian2 gets it (see `ZERO`)."""
    return _NOTHING.sub(f"{ZERO} * ", str(statement))


_NOTHING = re.compile(r"(?<![\w.])0(?:\.0*)?\s*\*\s*(?=[A-Za-z])")


def group_text(plan: GroupPlan, per_neuron: Mapping[str, str]) -> GroupText:
    """Compose what Brian2 gets for a group.

    Parameters
    ----------
    plan
        The group.
    per_neuron
        Parameters that differ between its neurons: Brian2 name to Brian2 unit.
    """
    model = plan.model
    names = own_names(model)
    lines = renamed_equations(model.equations, names)
    for receptor, synapse in model.receptors.items():
        lines += renamed_equations(synapse.equations, receptor_names(model, receptor, synapse))
        if synapse.transmission:
            lines += _total_lines(plan, receptor, synapse)
        if receptor in plan.scaled:
            lines.append(f"{gain(receptor)} : 1")
    reset = renamed_statements(model.reset, names)
    for receptor, synapse in model.receptors.items():
        if isinstance(synapse, TargetState):
            reset += renamed_statements(synapse.on_target_spike, receptor_names(model, receptor, synapse))
    for index, synapse in enumerate(plan.gates):
        gate = gate_names(index, synapse)
        lines += renamed_equations(synapse.source_equations, gate)
        reset += renamed_statements(synapse.on_source_spike, gate)
    lines += _input_lines(plan) + _poisson_lines(plan)
    lines += [f"{name} : {unit} (constant)" for name, unit in per_neuron.items()]
    threshold = parse_expression(model.threshold).rename(names).text if model.threshold else ""
    if plan.silenced:
        lines.append(f"{SILENT} : boolean")
        threshold = f"({threshold}) and not {SILENT}" if threshold else ""
    refractory = parse_expression(model.refractory).rename(names).text if model.refractory else _asked(model)
    return GroupText(equations="\n".join(lines), threshold=threshold, reset="\n".join(reset), refractory=refractory)


def _asked(model: NeuronModel) -> str:
    """Return a refractory time of nothing where the state of a rule asks for what Brian2 has with such a time only."""
    read = {name for s in model.receptors.values() if isinstance(s, TargetState) for name in s.names}
    return "0 * second" if read & {"not_refractory", "lastspike"} else ""


def _total_lines(plan: GroupPlan, receptor: str, synapse: SynapseModel) -> list[str]:
    """Return the accumulators of a continuously transmitting receptor, one for each set of synapses, and their sum."""
    unit = brian_unit(plan.model.total_dimension(synapse))
    parts = [total(receptor, k) for k in range(plan.totals.get(receptor, 0))]
    factor = f"{gain(receptor)} * " if receptor in plan.scaled else ""
    summed = f"{factor}({' + '.join(parts)})" if parts else _zero(unit)
    return [*(f"{part} : {unit}" for part in parts), f"{of_receptor(receptor, 'total')} = {summed} : {unit}"]


def _zero(unit: str) -> str:
    return f"0 * ({unit})"


def _input_lines(plan: GroupPlan) -> list[str]:
    """Return the inputs that the model reads: I = I_syn + I_ext, and those of receptors that it reads one by one."""
    model = plan.model
    unit = brian_unit(model.input_dimension)
    given = {
        receptor: f"({parse_expression(s.current).rename(receptor_names(model, receptor, s)).text})"
        for receptor, s in model.receptors.items()
        if s.current
    }
    lines = [f"{given_by(name)} = {given.pop(name)} : {unit}" for name in model.separate.values()]
    if "I" in model.inputs:
        lines.append(f"{I_ALL} = {I_SYN} + {I_EXT} : {unit}")
    if model.inputs & {"I", "I_syn"}:
        lines.append(f"{I_SYN} = {' + '.join(given.values()) or _zero(unit)} : {unit}")
    if model.inputs & {"I", "I_ext"}:
        parts, more = _external(plan, unit)
        lines += [*more, f"{I_EXT} = {' + '.join(parts) or _zero(unit)} : {unit}"]
    return lines


def _external(plan: GroupPlan, unit: str) -> tuple[list[str], list[str]]:
    parts, lines = [], []
    if plan.steps:
        parts.append(STEP)
        lines.append(f"{STEP} : {unit}")
    if plan.waves:
        parts.append(WAVE)
        lines += [f"{WAVE} : {unit}", f"{COLUMN} : integer"]
    for k in range(len(plan.noises)):
        parts.append(f"b_noise{k}")
        lines += [f"b_noise{k} : {unit}", f"b_mean{k} : {unit}", f"b_sd{k} : {unit}", f"b_decay{k} : 1"]
    if plan.lit:
        # several lights add up: sum of g (E - v) = (sum of g E) - (sum of g) v
        parts.append(f"{DRIVE} - {LIGHT} * {own(plan.model.membrane)}")
        lines += [f"{DRIVE} : amp", f"{LIGHT} : siemens"]
    return parts, lines


def _poisson_lines(plan: GroupPlan) -> list[str]:
    """Return the per-neuron variables of a group's random input."""
    lines = []
    for k, slot in enumerate(plan.poisson):
        unit = brian_unit(plan.model.weight_dimension(slot.key[0]))
        lines += [f"b_lambda{k} : 1", f"b_weight{k} : {unit}"]
    return lines
