"""A neuron given by its equations: `NeuronModel`.

The equations are Brian2's language, with units. Four names come from outside: ``I_syn`` (what the receptors contribute),
``I_ext`` (what the stimuli contribute), ``I`` (both), and the noise ``xi``. A model is checked when it is made: names,
dimensions, and what a reset may assign to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar

from braincore.errors import Fault, InputError, suggest
from braincore.expressions import (
    NEURON_SYMBOLS,
    Equation,
    TextFault,
    check_equations,
    check_expression,
    check_identifier,
    check_statements,
    parse_equations,
    parse_expression,
    parse_statements,
)
from braincore.model.parameter import Parameter, parameters
from braincore.model.registry import Registry
from braincore.model.synapse import SynapseModel, changed
from braincore.model.values import Value, as_value
from braincore.units import DIMENSIONLESS, TIME, Dimension, Quantity, parse_unit

T = TypeVar("T")

METHODS = ("exact", "exponential_euler", "euler", "rk2", "rk4", "heun", "milstein")
INPUTS = ("I", "I_syn", "I_ext")


@dataclass(frozen=True, kw_only=True, slots=True)
class NeuronModel:
    """A neuron: equations, threshold, reset, refractoriness, receptors and parameters.

    Attributes
    ----------
    name, purpose, source
        Registry name, one line on what it is for, and the citation.
    equations
        In Brian2's language.
    threshold, reset
        Condition of a spike and the statements after it; both empty for a unit that does not spike.
    refractory
        A time, or a condition, as an expression; empty for none. As in Brian2, a neuron that spiked in the step that
        starts at ``t`` is held in the steps that start before ``t + refractory``: ``t_ref + dt`` holds it for ``t_ref``.
    receptors
        Name to `SynapseModel`: what projections can end on.
    parameters
        Constants with unit, source and range. A population may change each, also neuron by neuron.
    initial
        State variable to initial value: a quantity, a distribution or an expression of the parameters.
    membrane
        The membrane variable, which delta synapses change and receptors read as ``v``.
    input
        Unit of ``I_syn``, ``I_ext`` and ``I``.
    method
        The integrator, one of Brian2's; empty lets Brian2 choose (what it chose is recorded with the run).
    """

    name: str
    purpose: str = ""
    source: str = ""
    equations: str
    threshold: str = ""
    reset: str = ""
    refractory: str = ""
    receptors: Mapping[str, SynapseModel] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    initial: Mapping[str, Value | str] = field(default_factory=dict)
    membrane: str = "v"
    input: str = "A"
    method: str = ""
    theory: str = ""

    def __post_init__(self) -> None:
        parameters(*self.parameters)
        faults = list(_faults(self))
        if faults:
            raise InputError(faults)
        dims = self.dimensions
        initial = {k: _initial(v, dims[k], k) for k, v in self.initial.items()}
        object.__setattr__(self, "initial", initial)
        object.__setattr__(self, "receptors", dict(self.receptors))

    def with_(
        self,
        values: Mapping[str, Any] | None = None,
        *,
        receptors: Mapping[str, SynapseModel] | None = None,
        name: str | None = None,
        **more: Any,
    ) -> NeuronModel:
        """Return a copy with other parameter values, or other receptors: ``lif_exp.with_(tau_m="20 ms")``.

        Raises
        ------
        InputError
            Unknown parameter, or a value of another dimension.
        """
        return replace(
            self,
            name=name or self.name,
            parameters=changed(self.parameters, {**(values or {}), **more}, owner=self.name),
            receptors=self.receptors if receptors is None else receptors,
        )

    @property
    def parsed(self) -> tuple[Equation, ...]:
        """The equations, parsed."""
        return _parsed(self.equations)

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """Dimension of every variable and parameter of the model, inputs included."""
        own: dict[str, Dimension] = {e.name: e.dimension for e in self.parsed}
        inputs = {name: parse_unit(self.input)[1] for name in INPUTS}
        return {**inputs, **{p.name: p.dimension for p in self.parameters}, **own}

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the state variables (differential equations and per-neuron parameters of the equations)."""
        return tuple(e.name for e in self.parsed if e.kind != "subexpression")

    @property
    def recordable(self) -> tuple[str, ...]:
        """What can be recorded: state variables, sub-expressions, inputs and ``receptor.variable``."""
        own = [e.name for e in self.parsed]
        theirs = [
            f"{receptor}.{e.name}" for receptor, synapse in self.receptors.items() for e in _parsed(synapse.equations)
        ]
        return (*own, *(n for n in INPUTS if n not in own), *theirs)

    @property
    def spikes(self) -> bool:
        """True if the model has a threshold."""
        return bool(self.threshold)

    @property
    def input_dimension(self) -> Dimension:
        """Dimension of the input current."""
        return parse_unit(self.input)[1]

    @property
    def membrane_dimension(self) -> Dimension:
        """Dimension of the membrane variable (dimensionless if the model has none)."""
        return self.dimensions.get(self.membrane, DIMENSIONLESS)

    def parameter(self, name: str) -> Parameter:
        """Return one parameter; raise `InputError` with the nearest name if there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        names = [p.name for p in self.parameters]
        raise InputError(f"neuron '{self.name}' has no parameter '{name}'", hint=suggest(name, names, noun="parameter"))

    def receptor(self, name: str) -> SynapseModel:
        """Return one receptor's synapse model; raise `InputError` with the nearest name if there is none."""
        if name in self.receptors:
            return self.receptors[name]
        hint = suggest(name, self.receptors, noun="receptor")
        raise InputError(f"neuron '{self.name}' has no receptor '{name}'", hint=hint)

    def weight_dimension(self, receptor: str) -> Dimension:
        """Return the dimension of the weight of a projection that ends on `receptor`."""
        return self.receptor(receptor).weight_dimension(
            input_dimension=self.input_dimension, membrane_dimension=self.membrane_dimension
        )


@lru_cache(maxsize=512)
def _parsed(text: str) -> tuple[Equation, ...]:
    return parse_equations(text) if text.strip() else ()


def _initial(given: Any, dimension: Dimension, name: str) -> Value | str:
    if isinstance(given, str) and not is_quantity(given):
        return given
    return as_value(given, dimension, path=f"initial.{name}")


def _faults(model: NeuronModel) -> list[Fault]:
    """Return everything that is wrong with a model; the first stage that fails ends the search."""
    faults: list[Fault] = []
    if model.method and model.method not in METHODS:
        faults.append(Fault(f"unknown method '{model.method}'", path="method", hint=suggest(model.method, METHODS)))
    if model.reset and not model.threshold:
        faults.append(Fault("a reset without a threshold never happens", path="reset", hint="Give a threshold"))
    equations, found = _read("equations", _parsed, model.equations)
    faults += found
    for p in model.parameters:
        faults += _read(f"parameters.{p.name}", check_identifier, p.name)[1]
    if faults or equations is None:
        return faults
    outside = {name: parse_unit(model.input)[1] for name in INPUTS} | {p.name: p.dimension for p in model.parameters}
    outside = {
        name: dimension for name, dimension in outside.items() if name not in INPUTS or not _has(equations, name)
    }
    faults += _placed("equations", check_equations(equations, {**NEURON_SYMBOLS, **outside}))
    faults += _spike_faults(model, equations) + _initial_faults(model, equations)
    return faults + _receptors_faults(model)


def _has(equations: Sequence[Equation], name: str) -> bool:
    return any(e.name == name for e in equations)


def _read(path: str, parse: Callable[[str], T], text: str) -> tuple[T | None, list[Fault]]:
    """Parse a field; return what it holds, or the faults with the field's path."""
    try:
        return parse(text), []
    except InputError as error:
        return None, [Fault(f.message, f.where, path, f.hint) for f in error.faults]


def _placed(path: str, faults: Iterable[TextFault]) -> list[Fault]:
    return [f.fault(where=f"line {f.line}, column {f.column}", path=path) for f in faults]


def _spike_faults(model: NeuronModel, equations: Sequence[Equation]) -> list[Fault]:
    """Check threshold, reset and refractoriness."""
    known = {**NEURON_SYMBOLS, **model.dimensions}
    booleans = {e.name for e in equations if e.boolean}
    state = {e.name: e.dimension for e in equations if e.kind != "subexpression"}
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
        faults += found
    return faults


def _initial_faults(model: NeuronModel, equations: Sequence[Equation]) -> list[Fault]:
    state = {e.name: e.dimension for e in equations if e.kind != "subexpression"}
    known = {**NEURON_SYMBOLS, **model.dimensions}
    faults: list[Fault] = []
    for name, given in model.initial.items():
        path = f"initial.{name}"
        if name not in state:
            hint = suggest(name, state, noun="state variable")
            faults.append(Fault(f"'{name}' is not a state variable", path=path, hint=hint))
        elif isinstance(given, str) and not is_quantity(given):
            expression, found = _read(path, parse_expression, given)
            if expression is not None:
                found = _placed(path, check_expression(expression, known, dimension=state[name]))
            faults += found
    return faults


def is_quantity(text: str) -> bool:
    """Tell whether text is a number with a unit, rather than an expression."""
    try:
        Quantity.parse(text)
    except InputError:
        return False
    return True


def _receptors_faults(model: NeuronModel) -> list[Fault]:
    faults: list[Fault] = []
    for name, synapse in model.receptors.items():
        path = f"receptors.{name}"
        try:
            faults += _read(path, check_identifier, name)[1] or _receptor_faults(model, path, synapse)
        except InputError as error:
            faults += [Fault(f.message, f.where, f"{path}.{f.path}".rstrip("."), f.hint) for f in error.faults]
    return faults


def _receptor_faults(model: NeuronModel, path: str, synapse: SynapseModel) -> list[Fault]:
    """Check a receptor on this neuron: local names, the membrane as ``v``, and the dimension of its current."""
    known: dict[str, Dimension] = {**NEURON_SYMBOLS, **{p.name: p.dimension for p in synapse.parameters}}
    membrane = {"v": model.membrane_dimension} if model.membrane in model.dimensions else {}
    known |= membrane
    if synapse.transmission:
        known["total"] = total_dimension(model, synapse)
    local = _parsed(synapse.equations)
    faults = _placed(f"{path}.equations", check_equations(local, known))
    if faults:
        return faults
    known |= {e.name: e.dimension for e in local}
    if synapse.current:
        checked = check_expression(parse_expression(synapse.current), known, dimension=model.input_dimension)
        faults += _placed(f"{path}.current", checked)
    if synapse.on_pre:
        writable = {e.name: e.dimension for e in local if e.kind != "subexpression"} | membrane
        weight = synapse.weight_dimension(
            input_dimension=model.input_dimension, membrane_dimension=model.membrane_dimension
        )
        statements = parse_statements(synapse.on_pre)
        faults += _placed(f"{path}.on_pre", check_statements(statements, writable, {**known, "w": weight}))
    return faults


def total_dimension(model: NeuronModel, synapse: SynapseModel) -> Dimension:
    """Return the dimension of what a continuously transmitting synapse adds up on a neuron."""
    weight = synapse.weight_dimension(
        input_dimension=model.input_dimension, membrane_dimension=model.membrane_dimension
    )
    known: dict[str, Dimension] = {"w": weight, **{p.name: p.dimension for p in synapse.parameters}}
    known |= {"v_pre": model.membrane_dimension, "v_post": model.membrane_dimension}
    if synapse.source_equations:
        known |= {f"{e.name}_pre": e.dimension for e in parse_equations(synapse.source_equations)}
    return parse_expression(synapse.transmission).dimension(known)


neurons: Registry[NeuronModel] = Registry("neuron", "braincore.neurons")
