"""Named parameter sets of one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from braincore.model.neuron import NeuronModel
from braincore.units import Quantity


def variant(model: NeuronModel, name: str, purpose: str, source: str, values: Mapping[str, str]) -> NeuronModel:
    """Return `model` with another published parameter set, each changed value citing `source`."""
    changed = tuple(
        replace(p, value=Quantity.of(values[p.name], p.dimension), source=source) if p.name in values else p
        for p in model.parameters
    )
    for unknown in values.keys() - {p.name for p in changed}:
        model.parameter(unknown)
    return replace(model, name=name, purpose=purpose, source=source, parameters=changed)
