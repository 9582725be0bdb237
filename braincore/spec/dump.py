"""A brain to YAML: the resolved round trip. What is read back is the same network, to the last bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from braincore.errors import InputError
from braincore.model import BrainSpec, Region, RegionModel
from braincore.model.plain import content_hash
from braincore.model.region import Port
from braincore.model.region import regions as region_library
from braincore.model.values import Distribution
from braincore.spec.document import VERSION
from braincore.spec.dump_events import Events
from braincore.spec.dump_models import Models
from braincore.spec.dump_parts import Parts
from braincore.spec.dump_values import distribution
from braincore.spec.emit import emit
from braincore.spec.store import Store
from braincore.units import TIME, VELOCITY, Quantity


def dump(brain: BrainSpec, folder: str | Path) -> str:
    """Return a brain as YAML text.

    Models that are not exactly those of the library are written out; arrays (edge lists, one value per neuron, given
    spikes) go to ``arrays/`` in `folder` and the connectome to ``connectome.graphml``, each with its SHA-256.
    ``load`` of the text, saved in `folder`, gives a brain that resolves to the same network, with the same hash.

    Parameters
    ----------
    brain
        Any brain, also one made in Python.
    folder
        Where the text will be saved.

    Raises
    ------
    InputError
        Something in the brain cannot be written: a connection rule of one's own, a name that no file could hold.
    ResultsError
        `folder` cannot be written.
    """
    models = Models()
    store = Store(Path(folder))
    parts, events = Parts(models, store), Events(store)
    body: dict[str, Any] = {
        "connectome": _connectome(brain, store),
        "regions": _regions(brain, parts, events),
        "populations": {p.name: parts.population(p) for p in brain.populations},
        "projections": [parts.projection(p) for p in brain.projections],
        "pathways": parts.pathways(brain.pathways),
        "stimuli": events.stimuli(brain.stimuli),
        "interventions": [events.intervention(act) for act in brain.interventions],
        "record": events.recording(brain.recording),
        "references": events.references(brain.references),
    }
    _check_unique(brain)
    head: dict[str, Any] = {"braincore": VERSION}
    if brain.title:
        head["title"] = brain.title
    head["seed"] = int(brain.seed)
    head |= {name: str(Quantity.of(getattr(brain, name), TIME)) for name in ("dt", "duration")}
    own = {"neurons": models.neurons, "synapses": models.synapses, "learning_rules": models.rules}
    return emit({key: value for key, value in {**head, **own, **body}.items() if value not in ({}, [], None)})


def _check_unique(brain: BrainSpec) -> None:
    names = [p.name for p in brain.populations]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"population '{twice}' is given twice", path="populations")


def _connectome(brain: BrainSpec, store: Store) -> dict[str, Any] | None:
    if brain.connectome is None:
        return None
    out = store.connectome(brain.connectome)
    velocity = brain.velocity if brain.velocity is not None else brain.connectome.velocity
    if velocity is not None:
        out["velocity"] = str(Quantity.of(velocity, VELOCITY))
    if brain.connectome.default_delay is not None:
        out["default_delay"] = str(brain.connectome.default_delay)
    if brain.min_delay is not None:
        out["min_delay"] = str(Quantity.of(brain.min_delay, TIME))
    return out


def _regions(brain: BrainSpec, parts: Parts, events: Events) -> dict[str, Any]:
    given = dict(brain.regions)
    out = {}
    if brain.region is not None and brain.connectome is not None:
        out["default"] = _region(brain.region, parts, events)
    for name, region in given.items():
        if name == "default":
            raise InputError("a region cannot be called 'default'", path="regions.default")
        out[name] = _region(region, parts, events)
    return out


def _region(region: Region | RegionModel, parts: Parts, events: Events) -> dict[str, Any]:
    if isinstance(region, RegionModel):
        settings = _typed(region)
        if settings is not None:
            return settings
        region = region.describe()
    out: dict[str, Any] = {
        "populations": {p.name: parts.population(p) for p in region.populations},
        "projections": [parts.projection(p) for p in region.projections],
        "stimuli": events.stimuli(region.stimuli),
        "ports": {name: _port(port) for name, port in region.ports.items()},
    }
    return {key: value for key, value in out.items() if value}


def _port(port: Port) -> str | dict[str, str]:
    """Return a port as it is written: its population, or what there is to say."""
    said = {name: getattr(port, name) for name in ("population", "way", "kind", "receptor", "sign")}
    told = {name: value for name, value in said.items() if value and (name, value) != ("way", "both")}
    return port.population if len(told) == 1 else told


def _typed(region: RegionModel) -> dict[str, Any] | None:
    """Return a region of the library by its type and settings; None if that would not give the same region."""
    name = next((n for n in region_library if region_library.get(n) is type(region)), None)
    if name is None:
        return None
    defaults = type(region).settings()
    settings: dict[str, Any] = {}
    for field in fields(region):  # type: ignore[arg-type]
        value = getattr(region, field.name)
        if value is None and defaults.get(field.name) is None:
            continue
        plain = _setting(value)
        if plain is _NONE:
            return None
        settings[field.name] = plain
    try:
        same = content_hash(type(region).from_settings(settings).describe()) == content_hash(region.describe())
    except (InputError, TypeError, ValueError):
        return None
    return {"type": name, **settings} if same and "type" not in settings else None


_NONE = object()


def _setting(value: Any) -> Any:
    """Return a setting as YAML holds it; `_NONE` if it cannot."""
    if isinstance(value, Quantity):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Distribution):
        return distribution(value)
    if isinstance(value, Mapping):
        out = {str(k): _setting(v) for k, v in value.items()}
        return _NONE if any(v is _NONE for v in out.values()) else out
    if isinstance(value, list | tuple):
        items = [_setting(v) for v in value]
        return _NONE if any(v is _NONE for v in items) else items
    return _NONE
