"""The text that Brian2 gets for a group: the model's equations, its receptors and what the stimuli need, renamed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from braincore.build.names import I_ALL, I_EXT, I_SYN, INPUT_NAMES, SILENT, STEP, brian_unit, gain, of_receptor, own
from braincore.build.plan import GroupPlan, names_used, total_name
from braincore.expressions import parse_equations, parse_expression, parse_statements
from braincore.model import NeuronModel, SynapseModel
from braincore.model.neuron import total_dimension


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupText:
    """What a NeuronGroup is made from."""

    equations: str
    threshold: str
    reset: str
    refractory: str


def own_names(model: NeuronModel) -> dict[str, str]:
    """Return the renaming of a model's own variables and parameters, inputs included."""
    names = {name: INPUT_NAMES[name] for name in INPUT_NAMES}
    names |= {p.name: own(p.name) for p in model.parameters}
    return names | {e.name: own(e.name) for e in model.parsed}


def receptor_names(model: NeuronModel, receptor: str, synapse: SynapseModel) -> dict[str, str]:
    """Return the renaming of a receptor's local names; ``v`` is the membrane."""
    names = {"v": own(model.membrane), "total": of_receptor(receptor, "total")}
    names |= {p.name: of_receptor(receptor, p.name) for p in synapse.parameters}
    if synapse.equations:
        names |= {e.name: of_receptor(receptor, e.name) for e in parse_equations(synapse.equations)}
    return names


def gate_names(suffix: str, synapse: SynapseModel) -> dict[str, str]:
    """Return the renaming of the presynaptic state of a synapse."""
    names = {p.name: of_receptor(suffix, p.name) for p in synapse.parameters}
    return names | {e.name: of_receptor(suffix, e.name) for e in parse_equations(synapse.source_equations)}


def renamed_equations(text: str, names: Mapping[str, str]) -> list[str]:
    """Return equations with their names replaced, one line each."""
    return [str(equation.rename(names)) for equation in parse_equations(text)] if text.strip() else []


def renamed_statements(text: str, names: Mapping[str, str]) -> list[str]:
    """Return statements with their names replaced, one line each."""
    return [str(statement.rename(names)) for statement in parse_statements(text)] if text.strip() else []


def group_text(plan: GroupPlan, per_neuron: dict[str, str]) -> GroupText:
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
        local = receptor_names(model, receptor, synapse)
        lines += renamed_equations(synapse.equations, local)
        if synapse.transmission:
            lines += _total_lines(plan, receptor)
        if receptor in plan.scaled:
            lines.append(f"{gain(receptor)} : 1")
    for suffix, synapse in plan.gates.items():
        lines += renamed_equations(synapse.source_equations, gate_names(suffix, synapse))
    lines += _input_lines(plan)
    lines += _poisson_lines(plan)
    lines += [f"{name} : {unit} (constant)" for name, unit in per_neuron.items()]
    if plan.silenced:
        lines.append(f"{SILENT} : boolean")
    threshold = parse_expression(model.threshold).rename(names).text if model.threshold else ""
    if threshold and plan.silenced:
        threshold = f"({threshold}) and not {SILENT}"
    reset = renamed_statements(model.reset, names) if model.reset else []
    for suffix, synapse in plan.gates.items():
        reset += renamed_statements(synapse.on_source_spike, gate_names(suffix, synapse))
    refractory = parse_expression(model.refractory).rename(names).text if model.refractory else ""
    return GroupText(equations="\n".join(lines), threshold=threshold, reset="\n".join(reset), refractory=refractory)


def _total_lines(plan: GroupPlan, receptor: str) -> list[str]:
    unit = brian_unit(total_dimension(plan.model, plan.model.receptors[receptor]))
    parts = [total_name(receptor, k) for k in range(plan.totals.get(receptor, 0))]
    factor = f"{gain(receptor)} * " if receptor in plan.scaled else ""
    total = f"{factor}({' + '.join(parts)})" if parts else f"0 * {_one(unit)}"
    return [*(f"{part} : {unit}" for part in parts), f"{of_receptor(receptor, 'total')} = {total} : {unit}"]


def _one(unit: str) -> str:
    return f"({unit})"


def _input_lines(plan: GroupPlan) -> list[str]:
    """Return the inputs that the equations read or that are recorded: I = I_syn + I_ext."""
    model = plan.model
    used = names_used([model.equations]) | plan.wanted
    declared = {e.name for e in model.parsed}
    unit = brian_unit(model.input_dimension)
    zero = f"0 * {_one(unit)}"
    need_all = "I" in used and "I" not in declared
    lines = []
    if need_all:
        lines.append(f"{I_ALL} = {I_SYN} + {I_EXT} : {unit}")
    if need_all or ("I_syn" in used and "I_syn" not in declared):
        currents = [
            f"({parse_expression(s.current).rename(receptor_names(model, r, s)).text})"
            for r, s in model.receptors.items()
            if s.current
        ]
        lines.append(f"{I_SYN} = {' + '.join(currents) or zero} : {unit}")
    if need_all or ("I_ext" in used and "I_ext" not in declared):
        parts, more = _external(plan, unit)
        lines += [*more, f"{I_EXT} = {' + '.join(parts) or zero} : {unit}"]
    return lines


def _external(plan: GroupPlan, unit: str) -> tuple[list[str], list[str]]:
    parts, lines = [], []
    if plan.steps:
        parts.append(STEP)
        lines.append(f"{STEP} : {unit}")
    for k in range(len(plan.waves)):
        parts.append(f"b_wave{k}")
        lines += [f"b_wave{k} : {unit}", f"b_column{k} : integer"]
    for k in range(len(plan.noises)):
        parts.append(f"b_noise{k}")
        lines += [f"b_noise{k} : {unit}", f"b_mean{k} : {unit}", f"b_sd{k} : {unit}", f"b_decay{k} : 1"]
    if plan.lit:
        parts.append(f"b_light * (b_reversal - {own(plan.model.membrane)})")
        lines += ["b_light : siemens", "b_reversal : volt"]
    return parts, lines


def _poisson_lines(plan: GroupPlan) -> list[str]:
    """Return the per-neuron variables of a group's random input."""
    lines = []
    for k, slot in enumerate(plan.poisson):
        unit = brian_unit(plan.model.weight_dimension(slot.key[0]))
        lines += [f"b_lambda{k} : 1", f"b_weight{k} : {unit}"]
    return lines
