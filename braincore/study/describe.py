"""``model.json``: the model behind a run, in words and numbers, for the report's methods section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from braincore.build import BuiltNetwork
from braincore.model import (
    Connectome,
    LearningRule,
    NetworkSpec,
    NeuronModel,
    Parameter,
    Population,
    Projection,
    SynapseModel,
    learning_rules,
    neurons,
    synapses,
)
from braincore.model.brain import SPIKE_SOURCE
from braincore.model.connectors import Connector
from braincore.model.values import Value, mean
from braincore.study.describe_events import describe_intervention, describe_stimulus
from braincore.study.groups import Indices, chosen_groups, group_matrix
from braincore.study.texts import field_unit, value_text
from braincore.units import Quantity, parse_unit

MAX_PROJECTIONS = 500
MAX_HISTOGRAMS = 12
T = TypeVar("T", NeuronModel, LearningRule)


def describe_model(
    network: NetworkSpec, built: BuiltNetwork, *, connectome: Connectome | None = None, description: str = ""
) -> dict[str, Any]:
    """Return what ``model.json`` holds; its shape is documented in `braincore.report.model_file`."""
    groups = chosen_groups(network)
    models = _distinct(p.neuron for p in network.populations if p.neuron.name != SPIKE_SOURCE)
    rules = _distinct(rule for p in network.projections for rule in p.rules)
    found: dict[str, Any] = {
        "title": network.title,
        "description": description,
        "dt_ms": network.dt.si * 1e3,
        "duration_ms": network.duration.si * 1e3,
        "seed": network.seed,
        "hash": network.hash,
        "neurons": [_neuron(name, model) for name, model in models],
        "rules": [describe_rule(name, rule) for name, rule in rules],
        "populations": [
            _population(p, _name_of(p.neuron, models), groups.get(p.name, {})) for p in network.populations
        ],
        "projections": [_projection(p, built, rules) for p in network.projections[:MAX_PROJECTIONS]],
        "stimuli": [describe_stimulus(s) for s in network.stimuli],
        "interventions": [describe_intervention(a) for a in network.interventions],
        "weight_histograms": _histograms(network, built),
    }
    if groups:
        names, matrix = group_matrix(network, built, groups)
        found["group_matrix"] = {"names": names, "matrix": matrix.tolist()}
    if len(network.projections) > MAX_PROJECTIONS:
        found["projection_summary"] = _summary(network, built)
    if connectome is not None:
        found["connectome"] = _connectome(connectome)
    return found


def region_of(name: str) -> str:
    """Return the region of a population's full name, empty for a loose one."""
    return name.rpartition(".")[0]


def _distinct(models: Iterable[T]) -> list[tuple[str, T]]:
    """Return the models that differ, each with a name of its own: two of one name are told apart by a number."""
    found: list[tuple[str, T]] = []
    for model in models:
        if any(model is other or model == other for _, other in found):
            continue
        same = sum(other.name == model.name for _, other in found)
        found.append((f"{model.name} ({same + 1})" if same else model.name, model))
    return found


def _name_of(model: T, models: list[tuple[str, T]]) -> str:
    return next((name for name, other in models if model is other or model == other), model.name)


def _parameter(parameter: Parameter) -> dict[str, Any]:
    factor = parse_unit(parameter.value.unit or "1")[0]
    return {
        "name": parameter.name,
        "value": parameter.value.magnitude,
        "unit": parameter.value.unit,
        "meaning": parameter.meaning,
        "source": _source(parameter),
        "low": None if parameter.low is None else float(f"{parameter.low.si / factor:.9g}"),
        "high": None if parameter.high is None else float(f"{parameter.high.si / factor:.9g}"),
    }


def _source(parameter: Parameter) -> str:
    """Return where a value comes from: a paper must not be cited for a value that was changed from the library's."""
    known = _published().get((parameter.name, parameter.source))
    if known is None or not parameter.source:
        return parameter.source
    value = parameter.value.si
    return parameter.source if any(abs(value - other) <= 1e-9 * abs(other) for other in known) else CHANGED


CHANGED = "this description"


@lru_cache(maxsize=1)
def _published() -> Mapping[tuple[str, str], set[float]]:
    """Return the library's values (SI) of each parameter by its name and source."""
    found: dict[tuple[str, str], set[float]] = {}
    for neuron in (neurons.get(name) for name in neurons):
        _note(found, neuron.parameters)
        for receptor in neuron.receptors.values():
            _note(found, receptor.parameters)
    for synapse in (synapses.get(name) for name in synapses):
        _note(found, synapse.parameters)
    for rule in (learning_rules.get(name) for name in learning_rules):
        _note(found, rule.parameters)
    return found


def _note(found: dict[tuple[str, str], set[float]], parameters: Iterable[Parameter]) -> None:
    for parameter in parameters:
        found.setdefault((parameter.name, parameter.source), set()).add(parameter.value.si)


def _neuron(name: str, model: NeuronModel) -> dict[str, Any]:
    texts = ("purpose", "source", "equations", "threshold", "reset", "refractory", "method")
    return {
        "name": name,
        **{text: getattr(model, text) for text in texts},
        "inputs": [*sorted(model.inputs), *model.separate],
        "initial": _initial(model.initial),
        "parameters": [_parameter(p) for p in model.parameters],
        "receptors": [_receptor(receptor, synapse) for receptor, synapse in model.receptors.items()],
    }


def _initial(values: Mapping[str, Value | str]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value_text(value) for name, value in values.items()}


def _receptor(name: str, synapse: SynapseModel) -> dict[str, Any]:
    texts = ("equations", "current", "on_pre", "source_equations", "on_source_spike", "transmission", "source")
    return {
        "name": name,
        "model": synapse.name,
        **{text: getattr(synapse, text) for text in texts},
        "parameters": [_parameter(p) for p in synapse.parameters],
    }


def describe_rule(name: str, rule: LearningRule) -> dict[str, Any]:
    """Return a rule in words, under a name."""
    texts = ("purpose", "source", "equations", "on_pre", "on_pre_late", "lag", "on_post", "regularly", "interval",
             "target_equations", "on_target_spike", "on_target_step", "delay")  # fmt: skip
    return {
        "name": name,
        **{text: getattr(rule, text) for text in texts},
        "delayed": dict(rule.delayed),
        "sums": dict(rule.sums),
        "initial": {state: value if isinstance(value, str) else f"{value:g}" for state, value in rule.initial.items()},
        "parameters": [_parameter(p) for p in rule.parameters],
    }


def _population(population: Population, neuron: str, groups: Mapping[str, Indices]) -> dict[str, Any]:
    own = {name: value_text(value) for name, value in population.parameters.items()}
    start = {f"{name}(0)": text for name, text in _initial(population.initial).items()}
    return {
        "name": population.name,
        "region": region_of(population.name),
        "size": population.size,
        "neuron": neuron,
        "sign": population.sign,
        "layer": population.tags.get("layer", ""),
        "parameters": {**own, **start},
        "groups": {name: indices.tolist() for name, indices in groups.items()},
    }


def rule_text(connector: Connector) -> str:
    """Say what a connector does, in a few words; the number of synapses stands in a column of its own.

    >>> from braincore.model import FixedProbability
    >>> rule_text(FixedProbability(p=0.1, autapses=False))
    'fixed probability (p 0.1, no autapses)'
    """
    parts = []
    for name in ("p", "k", "p_max", "profile", "scale", "cutoff"):
        value = getattr(connector, name, None)
        if value is not None:
            parts.append(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}")
    if getattr(connector, "autapses", True) is False:
        parts.append("no autapses")
    if getattr(connector, "multapses", True) is False:
        parts.append("no multapses")
    name = connector.kind.replace("_", " ")
    return f"{name} ({', '.join(parts)})" if parts else name


def _projection(projection: Projection, built: BuiltNetwork, rules: list[tuple[str, LearningRule]]) -> dict[str, Any]:
    _, where = built.synapses_of(projection.name)
    return {
        "name": projection.name,
        "source": projection.source,
        "target": projection.target,
        "rule": rule_text(projection.connector),
        "n_synapses": where.stop - where.start,
        "weight": value_text(projection.weight),
        "weight_mean_si": mean(projection.weight),
        "delay": "" if projection.delay is None else value_text(projection.delay),
        "receptor": projection.receptor,
        "rules": [_name_of(rule, rules) for rule in projection.rules],
        "bounds": [] if projection.bounds is None else [str(bound) for bound in projection.bounds],
    }


def _summary(network: NetworkSpec, built: BuiltNetwork) -> dict[str, Any]:
    """Return the number of synapses from region to region."""
    regions = list(dict.fromkeys(region_of(p.name) or p.name for p in network.populations))
    index = {name: k for k, name in enumerate(regions)}
    matrix = np.zeros((len(regions), len(regions)))
    for bundle in built.synapses:
        for projection in bundle.plan.projections:
            ends = [network.population(a).name for a in (projection.source, projection.target)]
            i, j = (index[region_of(name) or name] for name in ends)
            where = bundle.slices[projection.name]
            matrix[i, j] += where.stop - where.start
    return {
        "count": len(network.projections),
        "synapses": built.n_synapses,
        "names": regions,
        "matrix": matrix.tolist(),
    }


def _histograms(network: NetworkSpec, built: BuiltNetwork) -> dict[str, Any]:
    """Return histograms of the weights of the largest projections whose weights differ."""
    varied = [p.name for p in network.projections[:MAX_PROJECTIONS] if not isinstance(p.weight, Quantity) or p.rules]
    places = {name: built.synapses_of(name)[1] for name in varied}
    sizes = Counter({name: where.stop - where.start for name, where in places.items()})
    found: dict[str, Any] = {}
    by_name = {p.name: p for p in network.projections}
    for name, size in sizes.most_common(MAX_HISTOGRAMS):
        if not size:
            continue
        projection = by_name[name]
        dimension = network.population(projection.target).neuron.weight_dimension(projection.receptor)
        unit = field_unit(dimension)
        weights = built.weights(name)
        if weights.min() == weights.max():
            continue
        counts, edges = np.histogram(weights / parse_unit(unit or "1")[0], bins=40)
        found[name] = {"edges": edges.tolist(), "counts": counts.tolist(), "unit": unit}
    return found


def _connectome(connectome: Connectome) -> dict[str, Any]:
    attributes = {key for _, _, data in connectome.graph.edges(data=True) for key in data}
    numeric = [name for name in ("weight", "fln", *sorted(attributes)) if name in attributes and name != "length"]
    attribute = numeric[0] if numeric else "length"
    matrix, names = connectome.matrix(attribute)
    places = [connectome.graph.nodes[name].get("position") for name in names]
    return {
        "names": list(names),
        "matrix": np.nan_to_num(matrix).tolist(),
        "attribute": attribute,
        "unit": "",
        "positions": [list(map(float, p)) for p in places] if all(p is not None for p in places) else None,
    }
