"""What a spike does to its target: `SynapseModel`, the kinetics behind a receptor of a neuron.

The equations of a synapse model use their own, local names (``g``, ``tau``, ``E``) and may read the target's membrane
potential as ``v``. When a neuron model carries the receptor, each local name becomes the receptor's own, so that a
neuron can have an ``ampa`` and a ``gaba`` receptor of the same model. In recordings and own expressions such a
variable is called ``receptor.name``, as in ``ampa.g``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from braincore.errors import InputError, suggest
from braincore.expressions import METHODS, equations_of, name_fault, parse_expression, statements_of
from braincore.model.parameter import Parameter, parameters, value_of
from braincore.model.registry import Registry
from braincore.units import TIME, Dimension, Quantity, parse_unit

WEIGHT = "w"
"""The name of a projection's weight in `SynapseModel.on_pre` and `transmission`."""
TRANSMITTED = "transmitted"
"""What `LearningRule.on_pre` assigns to once: how much a spike passes on."""
WEAKEST, STRONGEST = "w_min", "w_max"
"""What a learning rule calls the bounds of a projection's weight."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SynapseModel:
    """Kinetics of a receptor.

    Attributes
    ----------
    name, purpose, source
        Registry name, one line on what it is for, and the citation.
    weight
        Unit of the projection's weight: a unit (``S``, ``1``), or ``input`` for the unit of the neuron's input current,
        or ``membrane`` for that of its membrane variable.
    equations
        Postsynaptic state, in Brian2's language, merged into the target neurons.
    current
        Expression of what the receptor adds to the target's input ``I_syn``; empty if nothing.
    on_pre
        Statements run on the target when a spike arrives; ``w`` is the weight.
    source_equations, on_source_spike
        Presynaptic state, merged into the source neurons, and what a source spike does to it (saturating NMDA).
    transmission
        Continuous transmission: an expression of ``w``, the source's variables (``name_pre``) and the target's
        (``name_post``), summed over the synapses of each target into the local variable ``total``.
    parameters
        The constants of all of the above.
    conductance
        True if the weight is a conductance (it must not be negative then: the sign is in the reversal potential).
    """

    name: str
    purpose: str = ""
    source: str = ""
    weight: str
    equations: str = ""
    current: str = ""
    on_pre: str = ""
    source_equations: str = ""
    on_source_spike: str = ""
    transmission: str = ""
    parameters: tuple[Parameter, ...] = ()
    conductance: bool = False

    def __post_init__(self) -> None:
        parameters(*self.parameters)
        if bool(self.transmission) == bool(self.on_pre):
            raise InputError(f"synapse '{self.name}' must have one of on_pre (spikes) and transmission (continuous)")

    def with_(self, values: Mapping[str, Any] | None = None, **more: Any) -> SynapseModel:
        """Return a copy with other parameter values: ``AMPA.with_(tau="5 ms")``.

        Raises
        ------
        UnknownNameError, UnitError
            Unknown parameter, or a value of another dimension.
        """
        return replace(self, parameters=changed(self.parameters, {**(values or {}), **more}, owner=self.name))

    def weight_dimension(self, *, input_dimension: Dimension, membrane_dimension: Dimension) -> Dimension:
        """Return the dimension that a projection's weight must have on a neuron with these dimensions."""
        if self.weight == "input":
            return input_dimension
        if self.weight == "membrane":
            return membrane_dimension
        return parse_unit(self.weight)[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class LearningRule:
    """What happens on a synapse, in time: short-term or long-term plasticity.

    Attributes
    ----------
    name, purpose, source
        Registry name, one line on what it is for, and the citation.
    equations
        State of each synapse, in Brian2's language; ``w`` is the projection's weight, ``w_min`` and ``w_max`` are its
        weakest and strongest value, ``v_pre`` and ``v_post`` the membrane variables of its two neurons.
    on_pre
        Statements at the arrival of a presynaptic spike. ``transmitted = ...`` says once, and where in the order,
        how much is transmitted; it is ``w`` as the spike finds it if never assigned. What is assigned to ``w`` is held
        within the bounds of the projection, if it has some.
    on_pre_late, lag
        Statements some time after a presynaptic spike has arrived, and the name of the parameter that says how long.
    on_post
        Statements at a postsynaptic spike.
    regularly, interval
        Statements on every synapse once in each interval, from the start of the run, and the name of the parameter
        that says how long it is; ``dt`` for every time step. They must not read what is event-driven, which is brought
        up to date at spikes only.
    sums
        What is summed over the synapses of the projection that end on a neuron, at the moments of `regularly` and
        before it: name to a dimensionless expression of a synapse (``w/w_max``). Read as ``name_post``.
    target_equations, on_target_spike
        State of each postsynaptic neuron, and what its spike does to it, after the neuron's reset. The equations read
        the membrane as ``v`` and the neuron's own variables and parameters by their names. The rule reads the state as
        ``name_post``.
    on_target_step
        Statements on each postsynaptic neuron in every step, after its equations and before its threshold.
    delayed, delay
        Variables of `target_equations` as they were some time ago, by a name of their own to the variable's: a voltage
        as it was before the spike. And the name of the parameter that says how long ago, which is rounded to whole
        time steps. They are taken after `on_target_step` and read as ``name_post``.
    replaces
        Parameters of the target whose place `target_equations` takes: a threshold that learns.
    modulators
        The third factors: receptors that the target must have (``dopamine``). State and constants of such a receptor
        are read by their local names with ``_post``: ``d_post``.
    learned
        State of synapses that stands still while the rule is frozen, as the weight does. Traces go on. By default what
        has no differential equation.
    parameters
        Constants.
    initial
        Initial values of the state, by name: numbers in SI, or expressions of the parameters, and of the weight and
        its bounds (state of synapses) or of the neuron (state of targets).
    method
        The integrator of `equations`, one of Brian2's; empty lets Brian2 choose.
    term
        ``short`` or ``long``.
    """

    name: str
    purpose: str = ""
    source: str = ""
    equations: str = ""
    on_pre: str = "transmitted = w"
    on_pre_late: str = ""
    lag: str = ""
    on_post: str = ""
    regularly: str = ""
    interval: str = ""
    sums: Mapping[str, str] = field(default_factory=dict)
    target_equations: str = ""
    on_target_spike: str = ""
    on_target_step: str = ""
    delayed: Mapping[str, str] = field(default_factory=dict)
    delay: str = ""
    replaces: tuple[str, ...] = ()
    modulators: tuple[str, ...] = ()
    learned: tuple[str, ...] | None = None
    parameters: tuple[Parameter, ...] = ()
    initial: Mapping[str, float | str] = field(default_factory=dict)
    method: str = ""
    term: str = "long"

    def __post_init__(self) -> None:
        parameters(*self.parameters)
        if self.term not in ("short", "long"):
            raise InputError(f"learning rule '{self.name}': term '{self.term}'", hint="Allowed: short, long")
        if self.method and self.method not in METHODS:
            raise InputError(f"unknown method '{self.method}'", path="method", hint=suggest(self.method, METHODS))
        object.__setattr__(self, "modulators", tuple(self.modulators))
        object.__setattr__(self, "replaces", tuple(self.replaces))
        if self.learned is not None:
            object.__setattr__(self, "learned", tuple(self.learned))
        object.__setattr__(self, "sums", dict(self.sums))
        object.__setattr__(self, "delayed", dict(self.delayed))
        if self.sums and not self.interval:
            raise InputError(f"learning rule '{self.name}' has sums but no regularly", path="sums")
        self._check_target_state()
        self._check_times()
        state = [e.name for e in equations_of(self.equations) if e.kind != "subexpression"] if self.learned else []
        for name in self.learned or ():
            if name not in state:
                message = f"'{name}' is no state of the rule's synapses"
                raise InputError(message, path="learned", hint=suggest(name, state, noun="variable"))

    def _check_target_state(self) -> None:
        """Refuse what is said of the state of targets where there is none."""
        for name in ("on_target_spike", "on_target_step"):
            if getattr(self, name).strip() and not self.target_equations.strip():
                raise InputError(f"learning rule '{self.name}' has {name} but no target_equations", path=name)
        equations = equations_of(self.target_equations)
        state = {e.name for e in equations if e.kind != "subexpression"}
        for name in self.replaces:
            if name not in state:
                message = f"'{name}' is said to be replaced, but target_equations say nothing of it"
                raise InputError(message, path="replaces", hint=suggest(name, state, noun="variable"))
        for name, variable in self.delayed.items():
            path = f"delayed.{name}"
            if bad := name_fault(name):
                raise InputError(bad[0], path=path, hint=bad[1])
            if name in self.given:
                raise InputError(f"'{name}' is the name of something else", path=path)
            if variable not in state:
                message = f"'{variable}' is no variable of target_equations"
                raise InputError(message, path=path, hint=suggest(variable, state, noun="variable"))

    def _check_times(self) -> None:
        """Refuse a time without what is to happen then, and what is no time."""
        times = [p.name for p in self.parameters if p.dimension == TIME]
        said: tuple[tuple[str, object, str, list[str]], ...] = (
            ("regularly", self.regularly.strip(), "interval", ["dt"]),
            ("on_pre_late", self.on_pre_late.strip(), "lag", []),
            ("delayed", self.delayed, "delay", []),
        )
        for what, there, time, others in said:
            named = getattr(self, time)
            if bool(there) != bool(named):
                given, missing = (time, what) if named else (what, time)
                raise InputError(f"learning rule '{self.name}' has {given} but no {missing}", path=given)
            if named and named not in (*times, *others):
                hint = suggest(named, [*times, *others], noun="parameter")
                raise InputError(f"{time} '{named}' is no time among the parameters", path=time, hint=hint)

    def seconds(self, time: str, dt: float) -> float:
        """Return the seconds of the parameter that `interval`, `lag` or `delay` names; ``dt`` is the time step."""
        return dt if time == "dt" else value_of(self.parameters, time).si

    @property
    def texts(self) -> tuple[str, ...]:
        """The rule's statements on synapses."""
        return (self.on_pre, self.on_pre_late, self.on_post, self.regularly)

    @property
    def waits(self) -> bool:
        """True if the rule does something at spikes."""
        statements = statements_of(self.on_pre)
        passes_on = len(statements) == 1 and str(statements[0]) == f"{TRANSMITTED} = w"
        return bool(self.on_post.strip() or self.on_pre_late.strip()) or bool(statements and not passes_on)

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the state that is learned, beside the weight."""
        if self.learned is not None:
            return self.learned
        return tuple(e.name for e in equations_of(self.equations) if e.kind == "parameter")

    @property
    def given(self) -> frozenset[str]:
        """Every name that the rule gives to state, sums and parameters; those of `delayed` are beside these."""
        state = {e.name for text in (self.equations, self.target_equations) for e in equations_of(text)}
        return frozenset(state | {p.name for p in self.parameters} | {*self.sums})

    @property
    def names(self) -> frozenset[str]:
        """Every name that is read on synapses, and where state begins."""
        read = [e.expression for e in equations_of(self.equations) if e.expression is not None]
        read += [s.expression for text in self.texts for s in statements_of(text)]
        begins = [value for value in self.initial.values() if isinstance(value, str)]
        read += [parse_expression(text) for text in (*self.sums.values(), *begins)]
        return frozenset().union(*(expression.names for expression in read))

    @property
    def bounded(self) -> bool:
        """True if the rule needs the bounds of the weight."""
        return bool(self.names & {WEAKEST, STRONGEST})

    def with_(self, values: Mapping[str, Any] | None = None, **more: Any) -> LearningRule:
        """Return a copy with other parameter values."""
        return replace(self, parameters=changed(self.parameters, {**(values or {}), **more}, owner=self.name))


def changed(given: tuple[Parameter, ...], values: Mapping[str, Any], *, owner: str) -> tuple[Parameter, ...]:
    """Return `given` with the defaults in `values` replaced, each checked against the parameter's dimension."""
    known = {p.name: p for p in given}
    for name in values:
        if name not in known:
            raise InputError(f"'{owner}' has no parameter '{name}'", hint=suggest(name, known, noun="parameter"))
    out = []
    for parameter in given:
        if parameter.name in values:
            quantity = Quantity.of(values[parameter.name], parameter.dimension)
            parameter = replace(parameter, value=quantity)  # its range stays: the linter holds the value to it
        out.append(parameter)
    return tuple(out)


synapses: Registry[SynapseModel] = Registry("synapse", "braincore.synapses")
learning_rules: Registry[LearningRule] = Registry("learning rule", "braincore.learning_rules")
