"""Neuron models, synapse models and learning rules from their forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from braincore.errors import Fault, InputError, UnitError, suggest
from braincore.expressions import parse_equations, parse_expression, parse_statements
from braincore.model import LearningRule, NeuronModel, Parameter, SynapseModel
from braincore.model.neuron import neurons as neuron_library
from braincore.model.synapse import learning_rules as rule_library
from braincore.model.synapse import synapses as synapse_library
from braincore.spec.form_models import LearningRuleForm, ModelReferenceForm, NeuronForm, ParameterForm, SynapseForm
from braincore.spec.make_values import value_of
from braincore.spec.marks import located
from braincore.spec.workshop import Entry, SkippedError, Workshop, under
from braincore.units import Quantity

M = TypeVar("M", NeuronModel, SynapseModel, LearningRule)
_NEURON_FIELDS = (
    "equations",
    "threshold",
    "reset",
    "refractory",
    "membrane",
    "input",
    "method",
    "purpose",
    "source",
)
_SYNAPSE_FIELDS = (
    "weight", "equations", "current", "on_pre", "source_equations", "on_source_spike", "transmission", "conductance",
    "purpose", "source",
)  # fmt: skip
_RULE_FIELDS = (
    "equations", "on_pre", "on_pre_late", "lag", "on_post", "regularly", "interval", "sums", "target_equations",
    "on_target_spike", "on_target_step", "delayed", "delay", "replaces", "modulators", "learned", "method", "term",
    "purpose", "source",
)  # fmt: skip
_TEXTS = ("equations", "threshold", "reset", "refractory", "current", "on_pre", "on_post", "transmission",
          "source_equations", "on_source_spike", "on_pre_late", "regularly", "target_equations",
          "on_target_spike", "on_target_step")  # fmt: skip

_STATEMENTS = ("reset", "on_pre", "on_pre_late", "on_post", "on_source_spike", "on_target_spike", "on_target_step",
               "regularly")  # fmt: skip


def make_models(shop: Workshop) -> None:
    """Make all models of a definition; synapses first, as neurons carry them."""
    _make_section(shop, "synapses", SynapseForm, shop.synapses, _synapse)
    _make_section(shop, "neurons", NeuronForm, shop.neurons, _neuron)
    _make_section(shop, "learning_rules", LearningRuleForm, shop.rules, _rule)


def _make_section(
    shop: Workshop,
    section: str,
    form: Any,
    made: dict[str, M],
    make: Callable[[Entry, str, Any, Callable[[str], M]], M],
) -> None:
    """Make the models of a section in the order that `extends` asks for."""
    library: Any = {"synapses": synapse_library, "neurons": neuron_library, "learning_rules": rule_library}[section]
    given = shop.section(section)
    forms = {name: shop.read(form, (section, name), value) for name, value in given.items()}
    for name, value in given.items():
        if forms[name] is None:
            _check_rest(shop, (section, name), form, value, make)
    open_: list[str] = []

    def base(name: str) -> Any:
        """Return the model that another one extends; a model may take the name of the library's that it extends."""
        if open_ and name == open_[-1]:
            return shop.model(name, {}, "", library)
        if name in forms and name not in made:
            if name in open_:
                chain = " -> ".join([*open_[open_.index(name) :], name])
                raise InputError(f"models extend each other in a circle: {chain}", path="extends")
            build(name)
            if name not in made:
                raise SkippedError
        with under("extends"):
            return shop.model(name, made, section, library)

    def build(name: str) -> None:
        parsed = forms[name]
        if parsed is None or name in made or (section, name) in shop.broken:
            return
        open_.append(name)
        entry = Entry(shop, (section, name))
        model = shop.attempt(entry.path, lambda: make(entry, name, parsed, base))
        open_.pop()
        if model is not None:
            made[name] = model

    for name in forms:
        build(name)


def _check_rest(shop: Workshop, path: tuple[str, str], form: Any, given: Any, make: Any) -> None:
    """Check what is right in itself of a model that does not fit its form, so that all its faults are told at once."""
    rest, gone = shop.without_faults(form, given)
    if rest is None or {"equations", "extends", "weight", "on_pre", "transmission"} & set(gone):
        return
    trial = Workshop(shop.marks, shop.roots, {}, neurons=shop.neurons, synapses=shop.synapses, broken={*shop.broken})
    library: Any = {"synapses": synapse_library, "neurons": neuron_library, "learning_rules": rule_library}[path[0]]
    trial.attempt(
        path, lambda: make(Entry(trial, path), path[1], rest, lambda name: trial.model(name, {}, "", library))
    )
    words = [f"'{name}'" for name in gone] + (["without a threshold"] if "threshold" in gone else [])
    shop.faults += [f for f in trial.faults if not any(word in f.message for word in words)]


def _fields(form: Any, base: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields that are given, or those of the base."""
    out = {}
    for name in names:
        value = getattr(form, name)
        if value is None and base is not None:
            value = getattr(base, name)
        if value is not None:
            out[name] = value
    return out


def _parameters(form: Any, base: Any, owner: str) -> tuple[Parameter, ...]:
    """Return the parameters: the base's with changes, and new ones where the model's texts use them."""
    known = {p.name: p for p in (base.parameters if base is not None else ())}
    used = _names(form) if base is not None else None
    faults: list[Fault] = []
    out = dict(known)
    for name, given in form.parameters.items():
        try:
            with under("parameters", name):
                if name in known:
                    out[name] = _changed(known[name], given)
                elif used is not None and name not in used:
                    hint = suggest(name, known, noun="parameter")
                    raise InputError(f"'{owner}' has no parameter '{name}'", hint=hint)
                else:
                    out[name] = _parameter(name, given)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return tuple(out.values())


def _parameter(name: str, given: Any) -> Parameter:
    if isinstance(given, ParameterForm):
        return Parameter(name, given.value, given.meaning, given.source, given.low, given.high)
    return Parameter(name, given)


def _changed(parameter: Parameter, given: Any) -> Parameter:
    value = given.value if isinstance(given, ParameterForm) else given
    quantity = Quantity.of(value, parameter.dimension)
    if isinstance(given, ParameterForm):
        low, high = given.low or parameter.low, given.high or parameter.high
        return Parameter(
            parameter.name, quantity, given.meaning or parameter.meaning, given.source or parameter.source, low, high
        )
    return replace(parameter, value=quantity)


def _names(form: Any) -> frozenset[str]:
    """Return every name that the texts of a form use."""
    found: frozenset[str] = frozenset()
    for name in _TEXTS:
        text = getattr(form, name, None)
        if not text:
            continue
        if name.endswith("equations"):
            found |= frozenset().union(*(e.expression.names for e in parse_equations(text) if e.expression is not None))
        elif name in _STATEMENTS:
            found |= frozenset().union(*(s.expression.names for s in parse_statements(text)))
        else:
            found |= parse_expression(text).names
    for text in (getattr(form, "sums", None) or {}).values():
        found |= parse_expression(text).names
    return found


def _neuron(entry: Entry, name: str, form: NeuronForm, base: Callable[[str], NeuronModel]) -> NeuronModel:
    parent = base(form.extends) if form.extends else None
    if parent is None and form.equations is None:
        raise InputError(f"neuron '{name}' needs equations", hint="Or extends: a neuron of the library")
    faults: list[Fault] = []
    receptors, skipped = dict(parent.receptors) if parent is not None else {}, False
    for receptor, given in form.receptors.items():
        try:
            receptors[receptor] = synapse_of(entry.shop, given, "receptors", receptor)
        except InputError as error:
            faults += error.faults
        except SkippedError:
            skipped = True
    try:
        parameters = _parameters(form, parent, name)
    except InputError as error:
        raise InputError([*error.faults, *faults]) from None
    fields, initial = _fields(form, parent, _NEURON_FIELDS), _initial(entry, form, parent)
    try:
        model = NeuronModel(
            name=form.name or name, parameters=parameters, receptors=receptors, initial=initial, **fields
        )
    except InputError as error:
        _blame(entry, form.receptors, InputError([*faults, *error.faults]))
        raise SkippedError from None
    if faults:
        raise InputError(faults)
    if skipped:
        raise SkippedError
    return model


def _initial(entry: Entry, form: NeuronForm, parent: NeuronModel | None) -> dict[str, Any]:
    """Return the initial values: the base's, of variables that there still are, and those that are given."""
    own = form.equations
    variables = None if own is None else {e.name for e in parse_equations(own)} if own.strip() else set()
    inherited = dict(parent.initial) if parent is not None else {}
    initial: dict[str, Any] = {k: v for k, v in inherited.items() if variables is None or k in variables}
    for variable, value in form.initial.items():
        initial[variable] = value_of(entry, value, "initial", variable)
    return initial


def _blame(entry: Entry, receptors: Mapping[str, Any], error: InputError) -> None:
    """Note a neuron's faults; those of an own synapse model are told where that is written."""
    shop = entry.shop
    for fault in error.faults:
        steps = fault.path.split(".")
        synapse = receptors.get(steps[1]) if steps[0] == "receptors" and len(steps) > 2 else None
        name = synapse.type if isinstance(synapse, ModelReferenceForm) else synapse
        path, rest = entry.path, fault.path
        if name in shop.synapses:
            path, rest = ("synapses", name), ".".join(steps[2:])
        place = shop.marks.find(path)
        shop.faults.append(located(Fault(fault.message, fault.where, rest, fault.hint), shop.marks, place))


def synapse_of(shop: Workshop, given: Any, *steps: str) -> SynapseModel:
    """Return the synapse model that a reference names, with the parameters that it changes."""
    found: SynapseModel = _referred(given, shop.synapses, "synapses", synapse_library, shop, steps)
    return found


def rule_of(shop: Workshop, given: Any, *steps: str | int) -> LearningRule:
    """Return the learning rule that a reference names, with the parameters that it changes."""
    found: LearningRule = _referred(given, shop.rules, "learning_rules", rule_library, shop, steps)
    return found


def _referred(given: Any, own: Any, section: str, library: Any, shop: Workshop, steps: tuple[str | int, ...]) -> Any:
    if isinstance(given, str):
        with under(*steps):
            return shop.model(given, own, section, library)
    with under(*steps, "type"):
        model = shop.model(given.type, own, section, library)
    for name, value in (given.__pydantic_extra__ or {}).items():
        with under(*steps, name):
            try:
                model = model.with_({name: value})
            except UnitError as error:
                raise InputError([Fault(f.message, "", "", f.hint) for f in error.faults]) from None
    return model


def _synapse(entry: Entry, name: str, form: SynapseForm, base: Callable[[str], SynapseModel]) -> SynapseModel:
    parent = base(form.extends) if form.extends else None
    fields = _fields(form, parent, _SYNAPSE_FIELDS)
    if "weight" not in fields:
        raise InputError(f"synapse '{name}' needs the unit of its weight", hint="Such as weight: nS, or weight: input")
    if fields["weight"] not in ("input", "membrane"):
        from braincore.units import parse_unit

        with under("weight"):
            parse_unit(fields["weight"])
    return SynapseModel(name=form.name or name, parameters=_parameters(form, parent, name), **fields)


def _rule(entry: Entry, name: str, form: LearningRuleForm, base: Callable[[str], LearningRule]) -> LearningRule:
    parent = base(form.extends) if form.extends else None
    fields = _fields(form, parent, _RULE_FIELDS)
    initial = {**(parent.initial if parent is not None else {}), **form.initial}
    return LearningRule(name=form.name or name, parameters=_parameters(form, parent, name), initial=initial, **fields)
