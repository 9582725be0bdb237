"""The parts of a definition that describe models: `neurons`, `synapses` and `learning_rules`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from braincore.errors import InputError
from braincore.expressions import parse_equations
from braincore.spec.fields import (
    AnyQuantity,
    Condition,
    Expression,
    Name,
    OptionalExpression,
    Statements,
    Text,
    Unit,
    multiplied,
    quantity_or_expression,
    read_expression,
)
from braincore.spec.form_values import ValueOrExpression
from braincore.spec.reads import Form, Reads, fault, from_text, shown


def _equations(given: Any) -> str:
    if not isinstance(given, str):
        hint = "Put the equations in a | block:  equations: |  and each equation indented in a line of its own"
        raise fault(f"expected equations as text, not {shown(given)}", hint)
    try:
        if given.strip():
            parse_equations(given)
    except InputError as error:
        raise from_text(error) from None
    return given


Equations = Annotated[str, Reads(_equations, {"type": "string", "x-kind": "equations in Brian2's language"})]


def _refractory(given: Any) -> str:
    if isinstance(given, str) and not given.strip():
        return ""
    found = quantity_or_expression(given)
    if isinstance(found, str):
        return found
    if found.si < 0:
        raise fault(f"{found} is negative", "At least 0 ms")
    text = multiplied(given) if isinstance(given, str) else str(given)
    return read_expression(text if "*" in text or not found.unit else f"{found.magnitude!r}*{found.unit}")


Refractory = Annotated[str, Reads(_refractory, {"type": "string", "x-kind": "a time, or an expression"})]


def _number_or_expression(given: Any) -> float | str:
    if isinstance(given, str):
        return read_expression(given)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise fault(f"expected a number or an expression, not {shown(given)}", "Such as 0.5, or (w - w_min)/w_max")
    return given


NumberOrExpression = Annotated[
    int | float | str,
    Reads(_number_or_expression, {"type": ["number", "string"], "x-kind": "a number, or an expression"}),
]


class ParameterForm(Form):
    """A parameter with what is known of it."""

    value: AnyQuantity = Field(description="The default, with its unit.")
    meaning: Text = Field("", description="What it is, in a few words.")
    source: Text = Field("", description="Where the value comes from.")
    low: AnyQuantity | None = Field(None, description="Lower end of the plausible range.")
    high: AnyQuantity | None = Field(None, description="Upper end of the plausible range.")


def _mapping(given: Any) -> str:
    return "<mapping>" if isinstance(given, dict) else "<plain>"


ParameterValue = Annotated[
    Annotated[AnyQuantity, Tag("<plain>")] | Annotated[ParameterForm, Tag("<mapping>")], Discriminator(_mapping)
]


class ModelReferenceForm(Form, extra="allow"):
    """A model by its name, with other parameter values: ``{type: ampa, tau: 5 ms}``."""

    type: Name = Field(description="Name of the model.")
    __pydantic_extra__: dict[str, AnyQuantity]


ModelReference = Annotated[
    Annotated[Name, Tag("<plain>")] | Annotated[ModelReferenceForm, Tag("<mapping>")], Discriminator(_mapping)
]
"""A model by its name, or with parameters."""


class NeuronForm(Form):
    """A neuron model: own equations, or one of the library with changes."""

    extends: Name | None = Field(None, description="A neuron model whose fields are kept where nothing else is given.")
    name: Text | None = Field(None, description="The model's name, if it is not the key.")
    equations: Equations | None = Field(None, description="Equations in Brian2's language, with units.")
    threshold: Condition | None = Field(None, description="Condition of a spike. Empty for none.")
    reset: Statements | None = Field(None, description="What happens at a spike, such as `v = V_r`.")
    refractory: Refractory | None = Field(None, description="How long, or while what, the neuron is refractory.")
    parameters: dict[str, ParameterValue] = Field(default_factory=dict, description="Constants of the equations.")
    receptors: dict[str, ModelReference] = Field(
        default_factory=dict, description="What projections can end on: name to synapse model."
    )
    initial: dict[str, ValueOrExpression] = Field(
        default_factory=dict, description="Initial values of state variables: values, or expressions of the parameters."
    )
    membrane: Text | None = Field(None, description="The membrane variable. Default: v.")
    input: Unit | None = Field(None, description="Unit of the input current I. Default: A.")
    method: Literal["", "exact", "exponential_euler", "euler", "rk2", "rk4", "heun", "milstein"] | None = Field(
        None, description="The integrator. By default one is chosen that fits the equations."
    )
    purpose: Text | None = Field(None, description="What the model is for, in one line.")
    source: Text | None = Field(None, description="Citation.")


class SynapseForm(Form):
    """A synapse model: own equations, or one of the library with changes."""

    extends: Name | None = Field(None, description="A synapse model whose fields are kept where nothing else is given.")
    name: Text | None = Field(None, description="The model's name, if it is not the key.")
    weight: Text | None = Field(
        None,
        description="Unit of the weight, or `input` for that of the neuron's input, `membrane` for its membrane's.",
    )
    equations: Equations | None = Field(None, description="State on the target neuron; `v` is its membrane potential.")
    current: OptionalExpression | None = Field(None, description="What the receptor adds to the target's input.")
    on_pre: Statements | None = Field(None, description="What a spike does to the target; `w` is the weight.")
    source_equations: Equations | None = Field(None, description="State on the source neuron.")
    on_source_spike: Statements | None = Field(None, description="What a spike of the source does to that state.")
    transmission: OptionalExpression | None = Field(None, description="Continuous transmission, summed into `total`.")
    parameters: dict[str, ParameterValue] = Field(default_factory=dict, description="Constants of the equations.")
    conductance: bool | None = Field(None, description="Whether the weight is a conductance.")
    purpose: Text | None = Field(None, description="What the model is for, in one line.")
    source: Text | None = Field(None, description="Citation.")


class LearningRuleForm(Form):
    """A learning rule: own equations, or one of the library with changes."""

    extends: Name | None = Field(None, description="A learning rule whose fields are kept where nothing else is given.")
    name: Text | None = Field(None, description="The rule's name, if it is not the key.")
    equations: Equations | None = Field(None, description="State of each synapse; `w` is its weight.")
    on_pre: Statements | None = Field(
        None, description="What a presynaptic spike does; `transmitted = ...` sets what arrives."
    )
    on_post: Statements | None = Field(None, description="What a postsynaptic spike does.")
    on_pre_late: Statements | None = Field(None, description="What happens some time after a presynaptic spike.")
    lag: Name | None = Field(None, description="The parameter that says how long after.")
    regularly: Statements | None = Field(None, description="What happens to every synapse once in each interval.")
    interval: Name | None = Field(
        None, description="The parameter that says how long the interval is; `dt` for every time step."
    )
    sums: dict[str, Expression] | None = Field(
        None, description="Sums over a neuron's synapses at each interval, of dimensionless expressions; name_post."
    )
    target_equations: Equations | None = Field(
        None, description="State of each postsynaptic neuron, read as name_post; `v` is its membrane."
    )
    on_target_spike: Statements | None = Field(None, description="What a postsynaptic spike does to that state.")
    on_target_step: Statements | None = Field(
        None, description="What happens to that state in every step, before the neuron's threshold."
    )
    delayed: dict[str, Name] | None = Field(
        None, description="Variables of target_equations as they were some time ago: new name to theirs; name_post."
    )
    delay: Name | None = Field(None, description="The parameter that says how long ago, in whole time steps.")
    replaces: list[Name] | None = Field(
        None, description="Parameters of the target whose place target_equations takes: thresholds that learn."
    )
    modulators: list[Name] | None = Field(
        None, description="Third factors: receptors of the target; their state is read as name_post."
    )
    learned: list[Name] | None = Field(
        None,
        description="State that stands still while the rule is frozen. Default: what has no differential equation.",
    )
    parameters: dict[str, ParameterValue] = Field(default_factory=dict, description="Constants of the equations.")
    initial: dict[str, NumberOrExpression] = Field(
        default_factory=dict,
        description="Initial values of the state: numbers (SI), or expressions of w, parameters.",
    )
    method: Literal["", "exact", "exponential_euler", "euler", "rk2", "rk4", "heun", "milstein"] | None = Field(
        None, description="The integrator of the equations. By default one is chosen that fits them."
    )
    term: Literal["short", "long"] | None = Field(None, description="Short-term or long-term plasticity.")
    purpose: Text | None = Field(None, description="What the rule is for, in one line.")
    source: Text | None = Field(None, description="Citation.")
