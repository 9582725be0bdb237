"""The connectome and the regions from their forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from braincore.errors import Fault, InputError, suggest
from braincore.model import Region, RegionModel
from braincore.model.connectome import Connectome
from braincore.model.region import Port
from braincore.model.region import regions as region_library
from braincore.spec.document import IN_PLACE, RegionForm
from braincore.spec.form_connectome import READER_OPTIONS, ConnectomeForm
from braincore.spec.make_events import make_stimuli
from braincore.spec.make_populations import make_populations
from braincore.spec.make_wiring import Finder, make_projections
from braincore.spec.reads import shown
from braincore.spec.workshop import Entry, SkippedError, Workshop, placed, under

Step = str | int


def make_connectome(shop: Workshop, given: Any) -> Connectome | None:
    """Make the connectome; None, with its faults noted, if it is broken."""
    form = shop.read(ConnectomeForm, ("connectome",), given)
    if form is None:
        return None
    return shop.attempt(("connectome",), lambda: _connectome(Entry(shop, ("connectome",)), form))


def _connectome(entry: Entry, form: ConnectomeForm) -> Connectome:
    made = _in_place(form) if form.file is None and form.files is None else _from_file(entry, form)
    if form.subgraph is not None:
        made = _chosen(made, form.subgraph, "subgraph").subgraph(form.subgraph)
    if form.without is not None:
        made = _chosen(made, form.without, "without").without(form.without)
    if form.threshold is not None:
        with under("threshold"):
            made = made.threshold(**dict(form.threshold))
    if form.normalise is not None:
        with under("normalise"):
            made = made.normalise(form.normalise)
    if form.log_scale is not None:
        with under("log_scale"):
            made = made.log_scale(**dict(form.log_scale))
    return made


def _chosen(made: Connectome, names: list[str], field: str) -> Connectome:
    """Refuse regions that are not there, each at its place."""
    faults = [
        Fault(f"unknown region '{name}'", path=f"{field}.{index}", hint=suggest(name, made.names, noun="region"))
        for index, name in enumerate(names)
        if name not in made
    ]
    if faults:
        raise InputError(faults)
    return made


def _in_place(form: ConnectomeForm) -> Connectome:
    edges = []
    for edge in form.edges or ():
        attributes: dict[str, Any] = dict(edge.__pydantic_extra__ or {})
        attributes |= {
            name: str(getattr(edge, name)) for name in ("length", "delay") if getattr(edge, name) is not None
        }
        edges.append((edge.source, edge.target, attributes))
    if form.nodes is not None:
        _check_ends(form)
    return Connectome.from_edges(edges, form.nodes, velocity=form.velocity, default_delay=form.default_delay)


def _check_ends(form: ConnectomeForm) -> None:
    faults = [
        Fault(
            f"unknown region '{name}'",
            path=f"edges.{number}.{key}",
            hint=suggest(name, form.nodes or (), noun="region"),
        )
        for number, edge in enumerate(form.edges or ())
        for key, name in (("from", edge.source), ("to", edge.target))
        if name not in (form.nodes or ())
    ]
    if faults:
        raise InputError(faults)


def _from_file(entry: Entry, form: ConnectomeForm) -> Connectome:
    if form.files is not None:
        source: Any = [entry.file(ref, "files", index) for index, ref in enumerate(form.files)]
        field = "files"
    else:
        source, field = entry.file(form.file or "", "file", sha256=form.sha256), "file"
    options = {name: getattr(form, name) for name in READER_OPTIONS if getattr(form, name) is not None}
    kind = form.format or ("npz" if str(source).endswith(".npz") else "sonata" if field == "files" else "")
    _confine(entry, options, kind)
    try:
        return Connectome.from_file(
            source, velocity=form.velocity, default_delay=form.default_delay, format=form.format, **options
        )
    except InputError as error:
        told = next((name for name in options if f"no option '{name}'" in str(error)), field)
        raise placed(error, told) from None


def _confine(entry: Entry, options: dict[str, Any], kind: str) -> None:
    """Turn the options that are file names into paths within the allowed folders."""
    for name in ("regions", "node_types", "edge_types"):
        if name in options:
            options[name] = entry.file(options[name], name)
    if isinstance(options.get("names"), str) and kind not in ("sonata", "graphml") and not _is_graphml(entry):
        options["names"] = entry.file(options["names"], "names")
    if kind != "npz":
        if "lengths" in options:
            options["lengths"] = entry.file(options["lengths"], "lengths")
        if "attributes" in options:
            files = options["attributes"]
            options["attributes"] = {key: entry.file(ref, "attributes", key) for key, ref in files.items()}


def _is_graphml(entry: Entry) -> bool:
    file = entry.shop.plain.get("connectome", {}).get("file", "")
    return str(file).removesuffix(".gz").endswith((".graphml", ".xml", ".h5", ".hdf5"))


def make_regions(shop: Workshop, given: Any) -> tuple[Any, dict[str, Any]]:
    """Make the regions: the default one (None if there is none), and those that are named."""
    default: Any = None
    named: dict[str, Any] = {}
    settings: Mapping[str, Any] = given.get("default") if isinstance(given.get("default"), Mapping) else {}
    for name, value in given.items():
        path = ("regions", name)
        merged = _merged(settings, value) if name != "default" else value
        if shop.read(RegionForm, path, merged) is None:
            continue
        made = shop.attempt(path, lambda m=merged, p=path: _region(shop, m, p))  # type: ignore[misc]
        if made is None:
            continue
        if name == "default":
            default = made
        else:
            named[name] = made
    return default, named


def _merged(default: Mapping[str, Any], given: Any) -> Any:
    """Return a region's settings over those of the default, if both are of the same type."""
    if not isinstance(given, Mapping) or not default.get("type") or any(key in given for key in IN_PLACE):
        return given
    if given.get("type", default["type"]) != default["type"]:
        return given
    return {**default, **given}


def _region(shop: Workshop, given: Mapping[str, Any], path: tuple[Step, ...]) -> Region | RegionModel:
    in_place = [key for key in IN_PLACE if given.get(key) is not None]
    if given.get("type") is not None:
        if in_place:
            message = f"a region has a type or {in_place[0]} of its own, not both"
            raise InputError(message, path=in_place[0], hint="Keep one")
        return _typed(given)
    if "populations" not in in_place:
        hint = "Give type: a region of the library, or populations"
        raise InputError("the region is not described", hint=hint)
    unknown = [key for key in given if key not in (*IN_PLACE, "type")]
    if unknown:
        faults = [Fault(f"unknown key '{key}'", path=key, hint=suggest(key, ["type", *IN_PLACE])) for key in unknown]
        raise InputError(faults)
    return _described(shop, given, path)


def _described(shop: Workshop, given: Mapping[str, Any], path: tuple[Step, ...]) -> Region:
    """Make a region whose populations stand in place."""
    before = len(shop.faults)
    populations = make_populations(shop, given["populations"], (*path, "populations"))
    finder = Finder(populations, shop, path)
    projections = make_projections(shop, given.get("projections") or [], (*path, "projections"), finder)
    stimuli = make_stimuli(shop, given.get("stimuli") or {}, (*path, "stimuli"), finder)
    if len(shop.faults) > before or len(populations) < len(given["populations"]):
        raise SkippedError
    ports = {name: _port(str(name), port, populations) for name, port in (given.get("ports") or {}).items()}
    return Region(
        populations=tuple(populations.values()), projections=tuple(projections), stimuli=tuple(stimuli), ports=ports
    )


def _port(name: str, given: Any, populations: Mapping[str, Any]) -> Port:
    """Make a port, of the name of its population or of all there is to say."""
    said = dict(given) if isinstance(given, Mapping) else {"population": str(given)}
    population = str(said["population"])
    if population.split("[", maxsplit=1)[0].strip() not in populations:
        message = f"port '{name}' leads to '{population}', which is no population"
        path = f"ports.{name}.population" if isinstance(given, Mapping) else f"ports.{name}"
        raise InputError(message, path=path, hint=suggest(population, populations, noun="population"))
    with under(f"ports.{name}"):
        return Port(**{key: str(value) for key, value in said.items()})


def _typed(given: Mapping[str, Any]) -> RegionModel:
    """Make a region of the library from its settings."""
    with under("type"):
        model = region_library.get(str(given["type"]))
    settings = {key: value for key, value in given.items() if key != "type"}
    known = model.settings()
    faults = [
        Fault(
            f"region type '{given['type']}' has no setting '{key}'", path=key, hint=suggest(key, known, noun="setting")
        )
        for key in settings
        if key not in known
    ]
    hints = {field.name: field.type for field in fields(model)}  # type: ignore[arg-type]
    faults += [
        f for key, value in settings.items() if key in known for f in _setting_faults(key, value, hints.get(key))
    ]
    if faults:
        raise InputError(faults)
    try:
        return model.from_settings(settings)
    except InputError as error:
        raise InputError([_at_setting(f, settings) for f in error.faults]) from None
    except (TypeError, ValueError, ArithmeticError) as error:
        raise InputError(f"region type '{given['type']}' does not take these settings: {error}") from None


def _at_setting(fault: Fault, settings: Mapping[str, Any]) -> Fault:
    """Return a fault of a region at the setting whose value it quotes, if it does not say itself which is meant."""
    quoted = [key for key, value in settings.items() if f"'{value}'" in fault.message]
    return fault if fault.path or len(quoted) != 1 else Fault(fault.message, fault.where, quoted[0], fault.hint)


def _setting_faults(name: str, value: Any, hint: Any) -> list[Fault]:
    """Check a setting against the plain type that its field says; other types are the region's own business."""
    if hint in (float, "float") and (isinstance(value, bool) or not isinstance(value, int | float)):
        return [Fault(f"{shown(value)} is not a number", path=name, hint="Write a number without quotes and unit")]
    if hint in (int, "int") and (isinstance(value, bool) or not isinstance(value, int)):
        return [Fault(f"{shown(value)} is not a whole number", path=name)]
    if hint in (bool, "bool") and not isinstance(value, bool):
        return [Fault(f"{shown(value)} is neither true nor false", path=name, hint="Write true or false")]
    if hint in (str, "str") and not isinstance(value, str):
        return [Fault(f"expected text, not {shown(value)}", path=name, hint="Put it in quotes")]
    return []
