"""``model.json``: the model behind a run, in words and numbers, for the report's methods section."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from braincore.build import BuiltNetwork
from braincore.model import (
    Connectome,
    CurrentInput,
    Lesion,
    NetworkSpec,
    NeuronModel,
    Noise,
    Optogenetic,
    Parameter,
    PoissonInput,
    Population,
    Projection,
    Ramp,
    Samples,
    ScaleReceptor,
    Silence,
    Sine,
    Step,
)
from braincore.model.brain import SPIKE_SOURCE
from braincore.model.connectors import Connector
from braincore.model.values import mean, shown
from braincore.units import Quantity, parse_unit, si_symbol

MAX_PROJECTIONS = 500
MAX_HISTOGRAMS = 12


def describe_model(
    network: NetworkSpec, built: BuiltNetwork, *, connectome: Connectome | None = None, description: str = ""
) -> dict[str, Any]:
    """Return what ``model.json`` holds; its shape is documented in `braincore.report.model_file`."""
    models: dict[str, NeuronModel] = {}
    for population in network.populations:
        models.setdefault(population.neuron.name, population.neuron)
    shown_projections = network.projections[:MAX_PROJECTIONS]
    found: dict[str, Any] = {
        "title": network.title,
        "description": description,
        "dt_ms": network.dt.si * 1e3,
        "duration_ms": network.duration.si * 1e3,
        "seed": network.seed,
        "hash": network.hash,
        "neurons": [_neuron(model) for name, model in models.items() if name != SPIKE_SOURCE],
        "populations": [_population(p) for p in network.populations],
        "projections": [_projection(p, built) for p in shown_projections],
        "stimuli": [_stimulus(s) for s in network.stimuli],
        "interventions": [_intervention(a) for a in network.interventions],
        "weight_histograms": _histograms(network, built),
    }
    if len(network.projections) > MAX_PROJECTIONS:
        found["projection_summary"] = _summary(network, built)
    if connectome is not None:
        found["connectome"] = _connectome(connectome)
    return found


def region_of(name: str) -> str:
    """Return the region of a population's full name, empty for a loose one."""
    return name.rpartition(".")[0]


def _parameter(parameter: Parameter) -> dict[str, Any]:
    factor = parse_unit(parameter.value.unit or "1")[0]
    return {
        "name": parameter.name,
        "value": parameter.value.magnitude,
        "unit": parameter.value.unit,
        "meaning": parameter.meaning,
        "source": parameter.source,
        "low": None if parameter.low is None else float(f"{parameter.low.si / factor:.9g}"),
        "high": None if parameter.high is None else float(f"{parameter.high.si / factor:.9g}"),
    }


def _neuron(model: NeuronModel) -> dict[str, Any]:
    receptors = [
        {
            "name": name,
            "model": synapse.name,
            "equations": synapse.equations,
            "current": synapse.current,
            "on_pre": synapse.on_pre or f"total = sum of {synapse.transmission}",
            "source": synapse.source,
            "parameters": [_parameter(p) for p in synapse.parameters],
        }
        for name, synapse in model.receptors.items()
    ]
    texts = ("name", "purpose", "source", "equations", "threshold", "reset", "refractory", "method")
    return {
        **{name: getattr(model, name) for name in texts},
        "parameters": [_parameter(p) for p in model.parameters],
        "receptors": receptors,
    }


def _population(population: Population) -> dict[str, Any]:
    own = {name: shown(value) for name, value in population.parameters.items()}
    return {
        "name": population.name,
        "region": region_of(population.name),
        "size": population.size,
        "neuron": population.neuron.name,
        "sign": population.sign,
        "layer": population.tags.get("layer", ""),
        "parameters": own,
    }


def rule_text(connector: Connector) -> str:
    """Say what a connector does, in a few words.

    >>> from braincore.model import FixedProbability
    >>> rule_text(FixedProbability(p=0.1, autapses=False))
    'fixed probability (p 0.1, no autapses)'
    """
    parts = []
    for name in ("p", "n", "k", "p_max", "profile", "scale", "cutoff"):
        value = getattr(connector, name, None)
        if value is not None:
            parts.append(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}")
    if getattr(connector, "autapses", True) is False:
        parts.append("no autapses")
    if getattr(connector, "multapses", True) is False:
        parts.append("no multapses")
    name = connector.kind.replace("_", " ")
    return f"{name} ({', '.join(parts)})" if parts else name


def _projection(projection: Projection, built: BuiltNetwork) -> dict[str, Any]:
    _, where = built.synapses_of(projection.name)
    return {
        "name": projection.name,
        "source": projection.source,
        "target": projection.target,
        "rule": rule_text(projection.connector),
        "n_synapses": where.stop - where.start,
        "weight": shown(projection.weight),
        "weight_mean_si": mean(projection.weight),
        "delay": "" if projection.delay is None else shown(projection.delay),
        "receptor": projection.receptor,
        "rules": [rule.name for rule in projection.rules],
    }


def _span(start: Quantity, stop: Quantity | None, network_end: str = "the end") -> str:
    if start.si == 0 and stop is None:
        return ""
    return f", from {start} to {stop if stop is not None else network_end}"


def _stimulus(stimulus: PoissonInput | CurrentInput) -> dict[str, Any]:
    start, stop = stimulus.during
    if isinstance(stimulus, PoissonInput):
        rate = stimulus.rate if isinstance(stimulus.rate, str) else shown(stimulus.rate)
        what = f"{stimulus.sources:g} Poisson sources of {rate} onto each neuron of {stimulus.target}"
        what += f" (receptor {stimulus.receptor}, weight {shown(stimulus.weight)})"
    else:
        what = f"{_waveform(stimulus)} into {stimulus.target}"
    whole = start.si == 0 and stop is None
    name = f"{stimulus.name}: " if stimulus.name else ""
    return {
        "text": f"{name}{what}{_span(start, stop)}",
        "name": stimulus.name,
        "target": stimulus.target,
        "start_ms": None if whole else start.si * 1e3,
        "stop_ms": None if stop is None else stop.si * 1e3,
    }


def _waveform(stimulus: CurrentInput) -> str:
    wave = stimulus.waveform
    if isinstance(wave, Step):
        return f"a constant current of {shown(wave.amplitude)}"
    if isinstance(wave, Ramp):
        return f"a current ramp from {wave.start} to {wave.stop}"
    if isinstance(wave, Sine):
        return f"a sinusoidal current of {wave.amplitude} at {wave.frequency} about {wave.offset}"
    if isinstance(wave, Samples):
        return f"a current given point by point every {wave.interval}"
    assert isinstance(wave, Noise)
    kind = "white" if wave.tau is None else f"Ornstein-Uhlenbeck ({wave.tau})"
    return f"{kind} noise of mean {wave.mean} and standard deviation {wave.sd}"


def _intervention(act: Lesion | Silence | ScaleReceptor | Optogenetic) -> dict[str, Any]:
    start, stop = act.during
    if isinstance(act, Lesion):
        what = f"{act.target} is lesioned"
    elif isinstance(act, Silence):
        what = f"{act.target} is silenced"
    elif isinstance(act, ScaleReceptor):
        what = f"receptor {act.receptor} of {act.target} is scaled by {act.factor:g}"
    else:
        pulses = f" in pulses of {act.width} at {act.frequency}" if act.frequency is not None else ""
        what = f"light opens {act.conductance} with reversal {act.reversal} on {act.target}{pulses}"
    return {
        "text": f"{what}{_span(start, stop)}",
        "name": "",
        "target": act.target,
        "start_ms": start.si * 1e3,
        "stop_ms": None if stop is None else stop.si * 1e3,
    }


def _summary(network: NetworkSpec, built: BuiltNetwork) -> dict[str, Any]:
    """Return the number of synapses from region to region."""
    regions = list(dict.fromkeys(region_of(p.name) or p.name for p in network.populations))
    index = {name: k for k, name in enumerate(regions)}
    matrix = np.zeros((len(regions), len(regions)))
    for synapses in built.synapses:
        for projection in synapses.plan.projections:
            ends = [network.population(a).name for a in (projection.source, projection.target)]
            i, j = (index[region_of(name) or name] for name in ends)
            where = synapses.slices[projection.name]
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
        unit = Quantity.from_si(mean(projection.weight) or 1.0, dimension).unit or si_symbol(dimension)
        counts, edges = np.histogram(built.weights(name) / parse_unit(unit)[0], bins=40)
        found[name] = {"edges": edges.tolist(), "counts": counts.tolist(), "unit": "" if unit == "1" else unit}
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
