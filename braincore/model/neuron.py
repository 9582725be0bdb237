"""A neuron given by its equations: `NeuronModel`.

The equations are Brian2's language, with units. Four names come from outside: ``I_syn`` (what the receptors contribute),
``I_ext`` (what the stimuli contribute), ``I`` (both), and the noise ``xi``. A model is checked when it is made: names,
dimensions, and what a reset may assign to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from braincore.errors import Fault, InputError, suggest
from braincore.expressions import (
    Equation,
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
from braincore.units import DIMENSIONLESS, TIME, Dimension, parse_unit

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
        return parse_equations(self.equations)

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
            f"{receptor}.{e.name}"
            for receptor, synapse in self.receptors.items()
            for e in (parse_equations(synapse.equations) if synapse.equations else ())
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


def _initial(given: Any, dimension: Dimension, name: str) -> Value | str:
    if isinstance(given, str):
        try:
            return as_value(given, dimension)
        except InputError:
            parse_expression(given)
            return given
    return as_value(given, dimension, path=f"initial.{name}")


def _faults(model: NeuronModel) -> list[Fault]:
    faults: list[Fault] = []
    if model.method and model.method not in METHODS:
        faults.append(Fault(f"unknown method '{model.method}'", path="method", hint=suggest(model.method, METHODS)))
    if bool(model.reset) and not model.threshold:
        faults.append(Fault("a reset without a threshold never happens", path="reset", hint="Give a threshold"))
    equations = parse_equations(model.equations)
    inputs = {name: parse_unit(model.input)[1] for name in INPUTS}
    constants = {p.name: p.dimension for p in model.parameters}
    for name in constants:
        faults += check_identifier(name, path=f"parameters.{name}")
    faults += check_equations(equations, {**inputs, **constants}, path="equations")
    if faults:
        return faults
    known = model.dimensions
    state = {e.name: e.dimension for e in equations if e.kind != "subexpression"}
    if model.threshold:
        faults += check_expression(parse_expression(model.threshold), known, "boolean", path="threshold")
    if model.reset:
        faults += check_statements(parse_statements(model.reset), writable=state, known=known, path="reset")
    if model.refractory:
        expression = parse_expression(model.refractory)
        faults += check_expression(expression, known, ("boolean", TIME), path="refractory")
    for name, given in model.initial.items():
        if name not in state:
            hint = suggest(name, state, noun="state variable")
            faults.append(Fault(f"'{name}' is not a state variable", path=f"initial.{name}", hint=hint))
        elif isinstance(given, str) and _is_expression(given):
            faults += check_expression(parse_expression(given), known, state[name], path=f"initial.{name}")
    for name, synapse in model.receptors.items():
        faults += _receptor_faults(model, name, synapse)
    return faults


def _is_expression(text: str) -> bool:
    try:
        as_value(text)
    except InputError:
        return True
    return False


def _receptor_faults(model: NeuronModel, name: str, synapse: SynapseModel) -> list[Fault]:
    """Check a receptor on this neuron: local names, the membrane as ``v``, and the dimension of its current."""
    path = f"receptors.{name}"
    faults = check_identifier(name, path=path)
    constants = {p.name: p.dimension for p in synapse.parameters}
    membrane = {"v": model.membrane_dimension} if model.membrane in model.dimensions else {}
    weight = synapse.weight_dimension(
        input_dimension=model.input_dimension, membrane_dimension=model.membrane_dimension
    )
    local = parse_equations(synapse.equations) if synapse.equations else ()
    total = {"total": _total_dimension(synapse, weight, constants, model)} if synapse.transmission else {}
    known = {**membrane, **constants, **total}
    faults += check_equations(local, known, path=f"{path}.equations")
    if faults:
        return faults
    known |= {e.name: e.dimension for e in local}
    if synapse.current:
        expression = parse_expression(synapse.current)
        faults += check_expression(expression, known, model.input_dimension, path=f"{path}.current")
    if synapse.on_pre:
        writable = {e.name: e.dimension for e in local if e.kind != "subexpression"} | membrane
        statements = parse_statements(synapse.on_pre)
        faults += check_statements(statements, writable=writable, known={**known, "w": weight}, path=f"{path}.on_pre")
    return faults


def _total_dimension(
    synapse: SynapseModel, weight: Dimension, constants: Mapping[str, Dimension], model: NeuronModel
) -> Dimension:
    known: dict[str, Dimension] = {"w": weight, **constants}
    known |= {"v_pre": model.membrane_dimension, "v_post": model.membrane_dimension}
    if synapse.source_equations:
        known |= {f"{e.name}_pre": e.dimension for e in parse_equations(synapse.source_equations)}
    return parse_expression(synapse.transmission).dimension(known)


neurons: Registry[NeuronModel] = Registry("neuron", "braincore.neurons")
