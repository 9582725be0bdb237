"""Neuron models, synapse models and rules as they are written: by name if they are the library's, else in full."""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticCustomError

from braincore.model import LearningRule, NeuronModel, Parameter, SynapseModel
from braincore.model.neuron import neurons as neuron_library
from braincore.model.plain import content_hash
from braincore.model.synapse import learning_rules as rule_library
from braincore.model.synapse import synapses as synapse_library
from braincore.model.values import Distribution, Values
from braincore.spec.dump_values import distribution, filled, quantity
from braincore.spec.fields import check_name
from braincore.units import Quantity


class Models:
    """The models of a brain while it is written; each distinct one has a name of its own.

    Attributes
    ----------
    neurons, synapses, rules
        The sections of own models.
    """

    def __init__(self) -> None:
        self.neurons: dict[str, Any] = {}
        self.synapses: dict[str, Any] = {}
        self.rules: dict[str, Any] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._seen: dict[int, tuple[Any, str]] = {}  # the model is kept, so that its id stays its own

    def neuron(self, model: NeuronModel) -> str:
        """Return the name of a neuron model, having written it if the library does not have it."""
        return self._name(model, "neurons", self.neurons, neuron_library, self._neuron)

    def synapse(self, model: SynapseModel) -> str:
        """Return the name of a synapse model."""
        return self._name(model, "synapses", self.synapses, synapse_library, self._synapse)

    def rule(self, model: LearningRule) -> str:
        """Return the name of a learning rule."""
        return self._name(model, "rules", self.rules, rule_library, self._rule)

    def _name(self, model: Any, kind: str, section: dict[str, Any], library: Any, write: Any) -> str:
        if id(model) in self._seen:
            return self._seen[id(model)][1]
        digest = content_hash(model)
        name = self._names.get((kind, digest))
        if name is None:
            if model.name in library and content_hash(library.get(model.name)) == digest:
                name = model.name
            else:
                name = _free(model.name, section, library, kind)
                section[name] = {}
                section[name] = write(model, name)
            self._names[kind, digest] = name
        self._seen[id(model)] = (model, name)
        return name

    def _neuron(self, model: NeuronModel, key: str) -> dict[str, Any]:
        about = filled(name=model.name if model.name != key else None, purpose=model.purpose, source=model.source)
        return (
            about
            | {"equations": model.equations}
            | filled(
                threshold=model.threshold,
                reset=model.reset,
                refractory=model.refractory,
                receptors={name: self.synapse(synapse) for name, synapse in model.receptors.items()},
                parameters=parameters(model.parameters),
                initial={name: _initial(value) for name, value in model.initial.items()},
                membrane=None if model.membrane == "v" else model.membrane,
                input=None if model.input == "A" else model.input,
                method=model.method,
            )
        )

    def _synapse(self, model: SynapseModel, key: str) -> dict[str, Any]:
        return filled(
            name=model.name if model.name != key else None,
            purpose=model.purpose,
            source=model.source,
            weight=model.weight,
            equations=model.equations,
            current=model.current,
            on_pre=model.on_pre,
            source_equations=model.source_equations,
            on_source_spike=model.on_source_spike,
            transmission=model.transmission,
            parameters=parameters(model.parameters),
            conductance=model.conductance or None,
        )

    def _rule(self, model: LearningRule, key: str) -> dict[str, Any]:
        written = filled(
            name=model.name if model.name != key else None,
            purpose=model.purpose,
            source=model.source,
            equations=model.equations,
            on_pre=model.on_pre,
            on_pre_late=model.on_pre_late,
            lag=model.lag,
            on_post=model.on_post,
            regularly=model.regularly,
            interval=model.interval,
            sums=dict(model.sums),
            target_equations=model.target_equations,
            on_target_spike=model.on_target_spike,
            on_target_step=model.on_target_step,
            delayed=dict(model.delayed),
            delay=model.delay,
            replaces=list(model.replaces),
            modulators=list(model.modulators),
            parameters=parameters(model.parameters),
            initial=dict(model.initial),
            method=model.method,
            term=model.term,
        )
        # nothing learned is not the same as nothing said
        return written if model.learned is None else {**written, "learned": list(model.learned)}


def _free(name: str, section: dict[str, Any], library: Any, kind: str) -> str:
    """Return a key for a model: its name, if it is free and not that of another model of the library."""
    try:
        check_name(name)
    except PydanticCustomError:
        name = kind.rstrip("s")
    candidate, k = name, 2
    while candidate in section or candidate in library:
        candidate, k = f"{name}_{k}", k + 1
    return candidate


def parameters(given: tuple[Parameter, ...]) -> dict[str, Any]:
    """Return parameters as they are written: the value alone, or with what is known of it."""
    out: dict[str, Any] = {}
    for p in given:
        about = filled(meaning=p.meaning, source=p.source)
        about |= {name: quantity(q) for name in ("low", "high") if (q := getattr(p, name)) is not None}
        out[p.name] = {"value": quantity(p.value), **about} if about else quantity(p.value)
    return out


def _initial(value: Quantity | Distribution | Values | str) -> Any:
    if isinstance(value, Distribution):
        return distribution(value)
    if isinstance(value, Values):
        return [quantity(Quantity.from_si(float(x), value.dimension)) for x in value.si]
    return value if isinstance(value, str) else quantity(value)
