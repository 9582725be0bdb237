"""What can be wrong with a learning rule between two populations: names, dimensions, what the target lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from braincore.errors import Fault, InputError, suggest
from braincore.expressions import (
    SYNAPSE_SYMBOLS,
    Equation,
    check_equations,
    check_expression,
    check_statements,
    equations_of,
    parse_expression,
    parse_statements,
)
from braincore.model.blame import blamed
from braincore.model.population import Population
from braincore.model.synapse import STRONGEST, TRANSMITTED, WEAKEST, LearningRule, synapses
from braincore.model.target_state import TargetState, target_state
from braincore.units import DIMENSIONLESS, Dimension

Known = dict[str, Dimension]


def rule_faults(rule: LearningRule, source: Population, target: Population, weight: Dimension) -> list[Fault]:
    """Return what is wrong with a learning rule on synapses between two populations."""
    faults: list[Fault] = []
    known: Known = {**SYNAPSE_SYMBOLS, **{p.name: p.dimension for p in rule.parameters}}
    known |= {WEAKEST: weight, STRONGEST: weight}
    for name, population in (("v_pre", source), ("v_post", target)):
        if population.neuron.membrane in population.neuron.dimensions:
            known[name] = population.neuron.membrane_dimension
    with blamed(faults, "modulators"):
        known |= _modulators(rule, target)
    state = target_state(rule)
    if state is not None:
        faults += _target_faults(rule, state, target)
    if faults:
        return faults  # the rest would only say that it does not know what is missing
    if state is not None:
        known |= {f"{e.name}_post": e.dimension for e in equations_of(state.equations)}
    with blamed(faults, "equations"):
        faults += _synapse_faults(rule, known, weight, state)
    return faults


def _synapse_faults(rule: LearningRule, known: Known, weight: Dimension, state: TargetState | None) -> list[Fault]:
    """Check what a rule keeps and does on each synapse."""
    equations = equations_of(rule.equations)
    faults = [
        f.fault(where=f"line {f.line}, column {f.column}", path="equations")
        for f in check_equations(equations, {**known, "w": weight})
    ]
    own = {e.name: e.dimension for e in equations if e.kind != "subexpression"}
    begins = {**known, "w": weight}
    known |= {e.name: e.dimension for e in equations}
    writable = {**own, "w": weight}
    faults += _statement_faults("on_pre", rule.on_pre, {**writable, TRANSMITTED: weight}, known)
    faults += _statement_faults("on_pre_late", rule.on_pre_late, writable, known)
    faults += _statement_faults("on_post", rule.on_post, writable, known)
    faults += _regular_faults(rule, equations, writable, known)
    for name, value in rule.initial.items():
        if name in own:
            faults += _expression_faults(f"initial.{name}", value, begins, own[name])
        elif state is None or name not in {e.name for e in equations_of(state.equations) if e.kind != "subexpression"}:
            hint = suggest(name, own, noun="variable")
            faults.append(Fault(f"'{name}' is no variable of the rule", path=f"initial.{name}", hint=hint))
    return faults


def _expression_faults(path: str, text: float | str, known: Known, dimension: Dimension) -> list[Fault]:
    """Check an initial value or a summed expression; a number is in SI and fits everything."""
    if not isinstance(text, str):
        return []
    try:
        checked = check_expression(parse_expression(text), known, dimension=dimension)
    except InputError as error:
        return [Fault(f.message, f.where, path, f.hint) for f in error.faults]
    return [f.fault(where=f"line {f.line}, column {f.column}", path=path) for f in checked]


def _modulators(rule: LearningRule, target: Population) -> Known:
    """Return what a rule may read of the receptors that are its third factors."""
    known: Known = {}
    for name in rule.modulators:
        if name not in target.neuron.receptors:
            message = f"rule '{rule.name}' needs a receptor '{name}' on '{target.name}'"
            model = name if name in synapses else "neuromodulator"
            hint = f"Add receptors: {{{name}: {model}}} to neuron '{target.neuron.name}', and what feeds it"
            raise InputError(message, hint=hint)
        receptor = target.neuron.receptors[name]
        known |= {f"{p.name}_post": p.dimension for p in receptor.parameters}
        known |= {f"{e.name}_post": e.dimension for e in equations_of(receptor.equations)}
    return known


def _target_faults(rule: LearningRule, state: TargetState, target: Population) -> list[Fault]:
    """Check the state that a rule keeps in its targets, by putting it into the neuron."""
    key = "rule"
    while key in target.neuron.receptors:
        key += "_"
    try:
        replace(target.neuron, receptors={**target.neuron.receptors, key: state})
    except InputError as error:
        return [_of_target(fault, key, rule, target) for fault in error.faults]
    return []


def _of_target(fault: Fault, key: str, rule: LearningRule, target: Population) -> Fault:
    path = fault.path.removeprefix(f"receptors.{key}.").replace("equations", "target_equations")
    hint = fault.hint
    if "unknown" in fault.message:
        hint = hint or f"Neither rule '{rule.name}' nor neuron '{target.neuron.name}' has it"
    return Fault(fault.message, fault.where, path, hint)


def _regular_faults(rule: LearningRule, equations: Iterable[Equation], writable: Known, known: Known) -> list[Fault]:
    """Check what a rule does regularly; at other times than spikes event-driven state is not up to date."""
    stale = {e.name for e in equations if "event-driven" in e.flags}
    faults = _statement_faults("regularly", rule.regularly, writable, known)
    for name, text in rule.sums.items():
        faults += _expression_faults(f"sums.{name}", text, {**known, **writable}, DIMENSIONLESS)
    if faults or not rule.regularly.strip():
        return faults
    for s in parse_statements(rule.regularly):
        faults += _stale("regularly", s.expression.names | {s.target}, stale, f"line {s.line}, column {s.column}")
    for name, text in rule.sums.items():
        faults += _stale(f"sums.{name}", parse_expression(text).names, stale, "")
    return faults


def _stale(path: str, names: Iterable[str], stale: set[str], where: str) -> list[Fault]:
    read = sorted(set(names) & stale)
    if not read:
        return []
    message = f"'{read[0]}' is event-driven: between spikes it is not up to date"
    return [Fault(message, where, path, f"Write d{read[0]}/dt = ... (clock-driven)")]


def _statement_faults(path: str, text: str, writable: Mapping[str, Dimension], known: Known) -> list[Fault]:
    faults: list[Fault] = []
    if not text.strip():
        return faults
    with blamed(faults, path):
        statements = parse_statements(text)
        if sum(s.target == TRANSMITTED for s in statements) > 1:
            faults.append(Fault(f"'{TRANSMITTED}' is said twice", path=path, hint="A spike transmits once"))
        for f in check_statements(statements, writable, known):
            faults.append(f.fault(where=f"line {f.line}, column {f.column}", path=path))
    return faults
