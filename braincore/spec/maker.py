"""All parts of a definition, made in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from braincore.errors import Fault, InputError, suggest
from braincore.model import BrainSpec, Region
from braincore.spec.document import Document
from braincore.spec.make_events import make_interventions, make_recording, make_references, make_stimuli
from braincore.spec.make_models import make_models
from braincore.spec.make_populations import make_populations
from braincore.spec.make_regions import make_connectome, make_regions
from braincore.spec.make_wiring import Finder, make_pathways, make_projections
from braincore.spec.marks import Marks
from braincore.spec.nodes import REFUSED, Node
from braincore.spec.workshop import Workshop
from braincore.units import TIME, Quantity

_SCALARS = ("braincore", "title", "seed", "dt", "duration", "include", "sweep")


def make(root: Node, roots: tuple[Path, ...], faults: list[Fault]) -> Workshop:
    """Make everything that can be made of a tree; the faults are in the workshop."""
    plain = root.plain()
    shop = Workshop(Marks(root), roots, plain, list(faults), refused=bool(faults))
    head = _head(shop)
    brain = BrainSpec(title=head.title, seed=head.seed, dt=head.dt, duration=head.duration)
    shop.brain = brain
    make_models(shop)
    shop.populations = make_populations(shop, shop.section("populations"), ("populations",))
    brain.populations = list(shop.populations.values())
    _make_regions(shop)
    _refuse_nothing(shop)
    finder = Finder(shop.populations, shop, regions=lambda: _describe(shop))
    brain.projections = make_projections(shop, _given(shop, "projections", []), ("projections",), finder)
    brain.pathways = make_pathways(shop)
    stimuli = _given(shop, "stimuli", {})
    brain.stimuli = make_stimuli(
        shop, shop.section("stimuli") if isinstance(stimuli, Mapping) else stimuli, ("stimuli",), finder
    )
    brain.interventions = make_interventions(shop, _given(shop, "interventions", []))
    brain.references = make_references(shop, _given(shop, "references", []))
    brain.recording = make_recording(shop, _given(shop, "record", {}))
    return shop


def _refuse_nothing(shop: Workshop) -> None:
    """Refuse a definition without neurons, once: whatever it says of them would be wrong too."""
    sections = ("populations", "regions", "connectome")
    if any(shop.plain.get(name) for name in sections) or any((name,) in shop.broken for name in sections):
        return
    where, hint = shop.marks.key_where(("populations",)), "Give it regions or populations"
    shop.faults.append(Fault("the brain has no population", where, hint=hint))
    shop.broken.add(("populations",))


def _given(shop: Workshop, section: str, empty: Any) -> Any:
    value = shop.plain.get(section)
    return empty if value is None or value is REFUSED else value


def _head(shop: Workshop) -> Document:
    """Check what stands at the first level: unknown keys, and the parts that are single values."""
    known = set(Document.model_fields)
    single = {key: value for key, value in shop.plain.items() if key in _SCALARS or key not in known}
    for key in single.keys() - known:
        meant = suggest(key, known).removeprefix("Did you mean '").removesuffix("'?")
        if meant in known and meant not in shop.plain:
            shop.broken.add((meant,))  # what is missing because of a misspelt key is no further fault
    if "braincore" not in single:
        hint = "Begin the file with: braincore: 1"
        shop.faults.append(
            Fault("'braincore' is missing: the version of the file format", shop.marks.root.where, hint=hint)
        )
        single["braincore"] = 1
    if isinstance(single.get("sweep"), Mapping | list) and not single["sweep"]:
        del single["sweep"]
    single = {key: value for key, value in single.items() if value is not None and value is not REFUSED}
    read: Document | None = shop.read(Document, (), single)
    shop.broken.discard(())
    if read is not None:
        return read
    kept = {}
    for key in _SCALARS:
        if key in single:
            silent = Workshop(shop.marks, (), {})
            if silent.read(Document, (), {"braincore": 1, key: single[key]}) is not None:
                kept[key] = single[key]
            else:
                shop.broken.add((key,))
    return Document.model_validate({**kept, "braincore": 1})


def _make_regions(shop: Workshop) -> None:
    brain = shop.brain
    given = shop.plain.get("connectome")
    if given is not None and given is not REFUSED:
        brain.connectome = make_connectome(shop, given)
        if brain.connectome is None:
            shop.broken.add(("connectome",))
        elif isinstance(given, Mapping):
            brain.velocity = brain.connectome.velocity
            minimum = given.get("min_delay")
            if minimum is not None:
                brain.min_delay = Quantity.of(minimum, TIME)
    default, named = make_regions(shop, shop.section("regions"))
    brain.region, brain.regions = default, named
    for name in shop.section("regions"):
        if name in shop.section("populations"):
            where = shop.marks.key_where(("regions", name))
            hint = "Give one of them another name"
            shop.faults.append(Fault(f"'{name}' is a region and a population", where, f"regions.{name}", hint))
    if default is not None and brain.connectome is None and ("connectome",) not in shop.broken:
        message, hint = "regions.default needs a connectome, whose regions it describes", "Name the regions instead"
        shop.faults.append(Fault(message, shop.marks.key_where(("regions", "default")), "regions.default", hint))
        shop.broken.add(("regions", "default"))


def _describe(shop: Workshop) -> dict[str, Region]:
    """Spell the regions out, for what is addressed inside them; what cannot be described is told by `resolve`."""
    found: dict[str, Region] = {}
    made: dict[int, Region] = {}
    brain = shop.brain
    names = list(brain.connectome.names) if brain.connectome is not None else []
    for name in [*names, *(n for n in brain.regions if n not in names)]:
        region = brain.regions.get(name, brain.region)
        if region is not None and ("regions", name) not in shop.broken:
            try:
                if id(region) not in made:
                    made[id(region)] = region if isinstance(region, Region) else region.describe()
                found[name] = made[id(region)]
            except InputError:
                shop.broken.add(("regions", name))  # told by `resolve`
    return found
