"""What can be wrong with a neuron model: names, dimensions, what a reset may assign to, receptors that do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from braincore.errors import Fault, InputError, suggest
from braincore.expressions import (
    METHODS,
    NEURON_SYMBOLS,
    Equation,
    Expression,
    TextFault,
    check_equations,
    check_expression,
    check_identifier,
    check_statements,
    equations_of,
    parse_equations,
    parse_expression,
    parse_statements,
    statements_of,
)
from braincore.model.initial import initial_faults
from braincore.model.target_state import TargetState
from braincore.units import TIME, Dimension

if TYPE_CHECKING:
    from braincore.model.neuron import NeuronModel
    from braincore.model.parameter import Parameter
    from braincore.model.synapse import SynapseModel

T = TypeVar("T")

_SYNAPTIC_FLAGS = {"event-driven", "clock-driven", "summed", "linked"}


def neuron_faults(model: NeuronModel) -> list[Fault]:
    """Return everything that is wrong with a model; what cannot be read at all ends the search."""
    faults: list[Fault] = []
    if model.method and model.method not in METHODS:
        faults.append(Fault(f"unknown method '{model.method}'", path="method", hint=suggest(model.method, METHODS)))
    if model.reset and not model.threshold:
        faults.append(Fault("a reset without a threshold never happens", path="reset", hint="Give a threshold"))
    _, found = _read("equations", parse_equations, model.equations) if model.equations.strip() else (None, [])
    faults += found
    for p in model.parameters:
        faults += _read(f"parameters.{p.name}", check_identifier, p.name)[1]
    if faults:
        return faults
    own = {e.name for e in model.parsed}
    outside = {name: dimension for name, dimension in model.dimensions.items() if name not in own}
    outside |= {p.name: p.dimension for p in model.parameters}
    faults += _placed("equations", check_equations(model.parsed, {**NEURON_SYMBOLS, **outside}))
    faults += _zero_faults("", model.parameters, model.parsed)
    faults += _flag_faults(model) + _spike_faults(model) + initial_faults(model, model.initial)
    for name, synapse in model.receptors.items():
        faults += _receptor_faults(model, name, synapse)
        if name in model.separate.values() and not synapse.current:
            faults.append(
                Fault(f"the equations read I_{name}, but '{name}' gives no current", path=f"receptors.{name}")
            )
    return faults


def _read(path: str, parse: Callable[[str], T], text: str) -> tuple[T | None, list[Fault]]:
    """Parse a field; return what it holds, or the faults with the field's path."""
    try:
        return parse(text), []
    except InputError as error:
        return None, [Fault(f.message, f.where, path, f.hint) for f in error.faults]


def _placed(path: str, faults: Iterable[TextFault]) -> list[Fault]:
    return [f.fault(where=f"line {f.line}, column {f.column}", path=path) for f in faults]


def _flag_faults(model: NeuronModel) -> list[Fault]:
    found = []
    for equation in model.parsed:
        wrong = sorted(equation.flags & _SYNAPTIC_FLAGS)
        if wrong:
            where = f"line {equation.line}, column {equation.column}"
            message = f"the flag '{wrong[0]}' of '{equation.name}' does not go with a neuron"
            found.append(Fault(message, where, "equations"))
    return found


def _spike_faults(model: NeuronModel) -> list[Fault]:
    """Check threshold, reset and refractoriness."""
    known = {**NEURON_SYMBOLS, **model.dimensions}
    booleans = {e.name for e in model.parsed if e.boolean}
    state = {e.name: e.dimension for e in model.parsed if e.kind != "subexpression"}
    faults: list[Fault] = []
    if model.threshold:
        expression, found = _read("threshold", parse_expression, model.threshold)
        if expression is not None:
            found = _placed("threshold", check_expression(expression, known, condition=True, booleans=booleans))
        faults += found
    if model.reset:
        statements, found = _read("reset", parse_statements, model.reset)
        if statements is not None:
            found = _placed("reset", check_statements(statements, state, known, booleans=booleans))
        faults += found
    if model.refractory:
        expression, found = _read("refractory", parse_expression, model.refractory)
        if expression is not None:
            dimension = None if expression.is_condition(booleans) else TIME
            checked = check_expression(expression, known, dimension=dimension, booleans=booleans)
            found = _placed("refractory", checked)
            if not found and dimension is not None and _is_negative(expression, model):
                found = [Fault(f"the refractory time '{model.refractory}' is negative", path="refractory")]
        faults += found
    return faults


def _is_negative(expression: Expression, model: NeuronModel) -> bool:
    """Tell whether an expression of the parameters is negative for their own values."""
    known = {**{p.name: p.value.si for p in model.parameters}, "dt": 0.0}
    own = {e.name for e in model.parsed}
    return expression.variables <= known.keys() - own and bool(expression.evaluate(known) < 0)


def _zero_faults(path: str, parameters: Iterable[Parameter], equations: Iterable[Equation]) -> list[Fault]:
    """Return the parameters that are 0 although an equation divides by them."""
    zero = {p.name: p for p in parameters if p.value.si == 0}
    return [
        Fault(
            f"{name} is {zero[name].value}, but '{equation.name}' is divided by it",
            path=f"{path}parameters.{name}",
            hint="It must not be 0",
        )
        for equation in (equations if zero else ())
        for name in sorted(zero.keys() & (equation.expression.divisors if equation.expression else frozenset()))
    ]


def _receptor_faults(model: NeuronModel, name: str, synapse: SynapseModel) -> list[Fault]:
    path = f"receptors.{name}"
    faults = _read(path, check_identifier, name)[1]
    for p in synapse.parameters:
        faults += _read(f"{path}.parameters.{p.name}", check_identifier, p.name)[1]
        if p.name in _local(synapse):
            hint = "v is the membrane, w the weight, total what is transmitted"
            faults.append(Fault(f"a synapse has a '{p.name}' already", path=f"{path}.parameters.{p.name}", hint=hint))
    if faults:
        return faults
    try:
        return _text_faults(model, name, synapse)
    except InputError as error:
        return [Fault(f.message, f.where, f"{path}.{f.path}".rstrip("."), f.hint) for f in error.faults]


def _local(synapse: SynapseModel) -> tuple[str, ...]:
    """Return the names with a meaning of their own in a receptor's texts."""
    return ("v",) if isinstance(synapse, TargetState) else ("v", "w", "total")


def _text_faults(model: NeuronModel, name: str, synapse: SynapseModel) -> list[Fault]:
    """Check a receptor's texts: local names, the membrane as ``v``, and the dimension of its current."""
    path = f"receptors.{name}"
    parameters = {p.name: p.dimension for p in synapse.parameters}
    known: dict[str, Dimension] = {**NEURON_SYMBOLS, **_of_neuron(model, synapse), **parameters}
    state = {e.name for e in model.parsed if e.kind != "subexpression"}
    if model.membrane in model.dimensions:
        known["v"] = model.membrane_dimension
    if synapse.transmission:
        known["total"] = model.total_dimension(synapse)
    local = equations_of(synapse.equations)
    faults = _placed(f"{path}.equations", check_equations(local, known))
    taken = [e.name for e in local if e.name in _local(synapse)]
    if taken:
        faults.append(Fault(f"a synapse has a '{taken[0]}' already", path=f"{path}.equations"))
    faults += _zero_faults(f"{path}.", synapse.parameters, local)
    if faults:
        return faults
    known |= {e.name: e.dimension for e in local}
    if synapse.current:
        checked = check_expression(parse_expression(synapse.current), known, dimension=model.input_dimension)
        faults += _placed(f"{path}.current", checked)
        if not model.inputs & {"I", "I_syn"} and name not in model.separate.values():
            message = f"neuron '{model.name}' never feels this current: its equations read neither I nor I_syn"
            faults.append(Fault(message, path=f"{path}.current", hint=f"Or I_{name}, what this receptor gives"))
    if synapse.on_pre:
        writable = {e.name: e.dimension for e in local if e.kind != "subexpression"}
        writable |= {"v": model.membrane_dimension} if model.membrane in state else {}
        weight = model.weight_of(synapse)
        statements = parse_statements(synapse.on_pre)
        faults += _placed(f"{path}.on_pre", check_statements(statements, writable, {**known, "w": weight}))
    if isinstance(synapse, TargetState):
        faults += _target_faults(model, path, synapse, known)
    return faults + _source_faults(path, synapse, parameters)


def _of_neuron(model: NeuronModel, synapse: SynapseModel) -> dict[str, Dimension]:
    """Return what the state of a learning rule may read of its neuron, by the neuron's own names."""
    if not isinstance(synapse, TargetState):
        return {}
    absent = (
        {"I", "I_syn", "I_ext"} - model.inputs - {e.name for e in model.parsed} - {p.name for p in model.parameters}
    )
    absent |= {e.name for e in equations_of(synapse.equations)}  # its own names come first
    return {name: dimension for name, dimension in model.dimensions.items() if name not in absent}


def _target_faults(model: NeuronModel, path: str, state: TargetState, known: dict[str, Dimension]) -> list[Fault]:
    """Check what a spike does to the state of a learning rule, and where that begins."""
    local = equations_of(state.equations)
    own = {e.name: e.dimension for e in local if e.kind != "subexpression"}
    faults: list[Fault] = []
    known_parameters = {p.name for p in model.parameters}
    for name in state.replaces:
        if name not in known_parameters:
            message = f"neuron '{model.name}' has no parameter '{name}', which would learn"
            hint = suggest(name, known_parameters, noun="parameter")
            faults.append(Fault(message, path=f"{path}.replaces", hint=hint))
        elif own[name] != model.dimensions[name]:
            message = f"'{name}' takes the place of a parameter of neuron '{model.name}', but has another unit"
            faults.append(Fault(message, path=f"{path}.equations"))
    for name in ("on_target_spike", "on_target_step"):
        statements = statements_of(getattr(state, name))
        faults += _placed(f"{path}.{name}", check_statements(statements, own, known))
    if state.on_target_spike.strip() and not model.threshold:
        faults.append(Fault(f"neuron '{model.name}' does not spike", path=f"{path}.on_target_spike"))
    readable = {name: dimension for name, dimension in known.items() if name not in {e.name for e in local}}
    worked_out = {e.name for e in model.parsed if e.kind == "subexpression"}
    for name, value in state.initial.items():
        if isinstance(value, str) and model.membrane in worked_out and "v" in parse_expression(value).names:
            message = f"'{name}' begins at v, which neuron '{model.name}' has only while it runs"
            hint = f"Give it a value of its own, such as initial: {{{name}: -0.07}} (SI)"
            faults.append(Fault(message, path=f"{path}.initial.{name}", hint=hint))
        elif isinstance(value, str):
            checked = check_expression(parse_expression(value), readable, dimension=own.get(name))
            faults += _placed(f"{path}.initial.{name}", checked)
    return faults


def _source_faults(path: str, synapse: SynapseModel, parameters: dict[str, Dimension]) -> list[Fault]:
    """Check the state that a saturating synapse keeps in its source."""
    if not synapse.source_equations:
        return []
    known = {**NEURON_SYMBOLS, **parameters}
    gate = parse_equations(synapse.source_equations)
    faults = _placed(f"{path}.source_equations", check_equations(gate, known))
    if faults or not synapse.on_source_spike:
        return faults
    writable = {e.name: e.dimension for e in gate if e.kind != "subexpression"}
    known |= {e.name: e.dimension for e in gate}
    statements = parse_statements(synapse.on_source_spike)
    return _placed(f"{path}.on_source_spike", check_statements(statements, writable, known))
