"""The fields of a brain, checked for their types: a script may have set any of them to anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from braincore.errors import Fault
from braincore.model.blame import blamed
from braincore.model.intervention import Intervention
from braincore.model.pathway import Pathway
from braincore.model.population import Population, Projection
from braincore.model.recording import Recording
from braincore.model.region import Region, RegionModel
from braincore.model.stimulus import Stimulus
from braincore.model.typed import expect, expect_each, expect_mapping
from braincore.units import TIME, VELOCITY, Quantity

if TYPE_CHECKING:
    from braincore.model.brain import BrainSpec

_REGION = (Region, RegionModel)
_REGION_HINT = "Such as CorticalMicrocircuit(scale=0.1)"
_ROWS: dict[str, tuple[Any, str]] = {
    "populations": (Population, "Use brain.add(...)"),
    "projections": (Projection, "Use brain.connect(...)"),
    "pathways": (Pathway, "Use brain.pathway(...)"),
    "stimuli": (get_args(Stimulus), "Use brain.stimulate(...)"),
    "interventions": (get_args(Intervention), "Use brain.intervene(...)"),
}


def type_faults(brain: BrainSpec) -> list[Fault]:
    """Return which fields of a brain are of another type."""
    from braincore.model.connectome import Connectome

    faults: list[Fault] = []
    with blamed(faults):
        expect(brain.title, str, "the title", "Text", path="title")
    with blamed(faults):
        expect(brain.connectome, (Connectome, type(None)), "the connectome", "A Connectome", path="connectome")
    with blamed(faults):
        expect(brain.region, (*_REGION, type(None)), "the region", _REGION_HINT, path="region")
    with blamed(faults):
        expect_mapping(brain.regions, "regions", "Such as {'V1': CorticalMicrocircuit(scale=0.1)}", path="regions")
        for name, given in brain.regions.items():
            expect(given, _REGION, f"region '{name}'", _REGION_HINT, path=f"regions.{name}")
    for name, (kinds, hint) in _ROWS.items():
        with blamed(faults):
            expect_each(getattr(brain, name), kinds, name, hint, path=name)
    with blamed(faults):
        expect(brain.recording, Recording, "the recording", "Use brain.record(...)", path="recording")
    for name, dimension in (("velocity", VELOCITY), ("min_delay", TIME)):
        with blamed(faults, name):
            if getattr(brain, name) is not None:
                Quantity.of(getattr(brain, name), dimension)
    return faults
