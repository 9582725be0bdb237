"""A neuron given by its equations: `NeuronModel`.

The equations are Brian2's language, with units. Four names come from outside: ``I_syn`` (what the receptors give),
``I_ext`` (what the stimuli give), ``I`` (both), and the noise ``xi``. Where they read ``I_NAME`` of a receptor NAME, it
is what this receptor gives alone, and ``I_syn`` is what the others give: for inhibition that shunts, for dendrites. A
model is checked when it is made: names, dimensions, and what a reset may assign to.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from braincore.errors import InputError, suggest
from braincore.expressions import Equation, equations_of, parse_expression, parse_statements
from braincore.model.initial import is_expression
from braincore.model.neuron_checks import neuron_faults
from braincore.model.parameter import Parameter, parameters
from braincore.model.registry import Registry
from braincore.model.synapse import SynapseModel, changed
from braincore.model.typed import expect, expect_each, expect_mapping
from braincore.model.values import Value, as_value
from braincore.units import DIMENSIONLESS, Dimension, parse_unit

INPUTS = ("I", "I_syn", "I_ext")
_TEXTS = ("name", "equations", "threshold", "reset", "refractory", "membrane", "input", "method")


def _check_types(model: NeuronModel) -> None:
    """Refuse fields of another type."""
    for name in _TEXTS:
        expect(getattr(model, name), str, f"'{name}' of a neuron", "Text", path=name)
    expect_each(model.parameters, Parameter, "parameters", "Such as Parameter('tau', '10 ms')", path="parameters")
    expect_mapping(model.receptors, "receptors", "Such as {'exc': exponential_current}", path="receptors")
    expect_mapping(model.initial, "initial", "Such as {'v': '-65 mV'}", path="initial")
    for name, synapse in model.receptors.items():
        expect(synapse, SynapseModel, f"receptor '{name}'", "A SynapseModel", path=f"receptors.{name}")


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
        starts at ``t`` is held in the steps that start before ``t + refractory``: ``t_ref + dt`` holds for ``t_ref``.
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

    def __post_init__(self) -> None:
        _check_types(self)
        parameters(*self.parameters)
        faults = neuron_faults(self)
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
        inputs = {name: parse_unit(self.input)[1] for name in (*INPUTS, *self.separate)}
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
        inputs = INPUTS if "I" in self.inputs else sorted(self.inputs)
        return (*own, *(n for n in (*inputs, *self.separate) if n not in own), *theirs)

    @property
    def spikes(self) -> bool:
        """True if the model has a threshold."""
        return bool(self.threshold)

    @property
    def inputs(self) -> frozenset[str]:
        """Which of ``I``, ``I_syn`` and ``I_ext`` the model takes from outside, rather than defining them itself."""
        return frozenset(INPUTS) & self._from_outside

    @property
    def separate(self) -> dict[str, str]:
        """Name to receptor of the inputs that the model reads one by one: ``I_prox`` is what ``prox`` gives."""
        names = {f"I_{receptor}": receptor for receptor in self.receptors if f"I_{receptor}" not in INPUTS}
        return {name: receptor for name, receptor in names.items() if name in self._from_outside}

    @property
    def _from_outside(self) -> frozenset[str]:
        """The names that the model reads and does not define itself."""
        own = {e.name for e in self.parsed} | {p.name for p in self.parameters}
        return _names_read(self.equations, self.threshold, self.reset, self.refractory) - own

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
        return self.weight_of(self.receptor(receptor))

    def weight_of(self, synapse: SynapseModel) -> Dimension:
        """Return the dimension of the weight of a synapse model on this neuron."""
        return synapse.weight_dimension(
            input_dimension=self.input_dimension, membrane_dimension=self.membrane_dimension
        )

    def total_dimension(self, synapse: SynapseModel) -> Dimension:
        """Return the dimension of what a continuously transmitting synapse adds up on this neuron."""
        known: dict[str, Dimension] = {"w": self.weight_of(synapse)}
        known |= {p.name: p.dimension for p in synapse.parameters}
        known |= {"v_pre": self.membrane_dimension, "v_post": self.membrane_dimension}
        known |= {f"{e.name}_pre": e.dimension for e in _parsed(synapse.source_equations)}
        return parse_expression(synapse.transmission).dimension(known)


@lru_cache(maxsize=512)
def _parsed(text: str) -> tuple[Equation, ...]:
    return equations_of(text)


@lru_cache(maxsize=512)
def _names_read(equations: str, threshold: str, reset: str, refractory: str) -> frozenset[str]:
    """Return the names that a model's texts read; what cannot be parsed reads nothing (its faults are told apart)."""
    expressions = [e.expression for e in _parsed(equations) if e.expression is not None]
    for text in (threshold, refractory):
        with suppress(InputError):
            expressions += [parse_expression(text)] if text else []
    with suppress(InputError):
        expressions += [s.expression for s in parse_statements(reset)] if reset else []
    return frozenset().union(*(e.names for e in expressions))


def _initial(given: Any, dimension: Dimension, name: str) -> Value | str:
    return str(given) if is_expression(given) else as_value(given, dimension, path=f"initial.{name}")


neurons: Registry[NeuronModel] = Registry("neuron", "braincore.neurons")
