"""The definition of a brain as a whole: what stands at the first level of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from braincore.spec.fields import Duration, File, Name, Text, whole
from braincore.spec.form_connectome import ConnectomeForm
from braincore.spec.form_events import InterventionForm, RecordForm, StimulusForm
from braincore.spec.form_models import LearningRuleForm, NeuronForm, SynapseForm
from braincore.spec.form_populations import PopulationForm
from braincore.spec.form_references import ReferenceForm
from braincore.spec.form_wiring import PathwayForm, ProjectionForm
from braincore.spec.reads import Form, Reads, fault, shown
from braincore.units import Quantity

VERSION = 1


def read_version(given: Any) -> int:
    """Read the version of the file format."""
    if given == VERSION and not isinstance(given, bool):
        return VERSION
    raise fault(f"{shown(given)} is not a version of this file format", f"Write braincore: {VERSION}")


def _listed(given: Any) -> str:
    return "<list>" if isinstance(given, list) else "<mapping>"


NamedStimuli = Annotated[
    Annotated[dict[str, StimulusForm], Tag("<mapping>")] | Annotated[list[StimulusForm], Tag("<list>")],
    Discriminator(_listed),
]
NamedPathways = Annotated[
    Annotated[dict[str, PathwayForm], Tag("<mapping>")] | Annotated[list[PathwayForm], Tag("<list>")],
    Discriminator(_listed),
]


class PortForm(Form):
    """A port of a region: where other regions reach it, or where it reaches them."""

    population: Text = Field(description="The population, or a selection of it.")
    way: Literal["in", "out", "both"] = Field("both", description="Whether it leads into the region or out of it.")
    kind: Literal["feedforward", "feedback", "lateral", "modulatory"] | None = Field(
        None, description="What it is for."
    )
    receptor: Name | None = Field(None, description="Receptor that what comes in acts on, where it names none.")
    sign: Literal["excitatory", "inhibitory"] | None = Field(None, description="What may come in.")


def _mapping(given: Any) -> str:
    return "<mapping>" if isinstance(given, Mapping | PortForm) else "<plain>"


AnyPort = Annotated[Annotated[Text, Tag("<plain>")] | Annotated[PortForm, Tag("<mapping>")], Discriminator(_mapping)]


class RegionForm(Form, extra="allow"):
    """A region: a type of the library with its settings, or populations and projections in place."""

    type: Name | None = Field(None, description="A region type of the library; its settings stand beside it.")
    populations: dict[str, PopulationForm] | None = Field(None, description="Populations in place.")
    projections: list[ProjectionForm] | None = Field(None, description="Inner projections, between short names.")
    stimuli: NamedStimuli | None = Field(None, description="Background input, on short names.")
    ports: dict[str, AnyPort] | None = Field(None, description="Port to population: where pathways begin and end.")


IN_PLACE = ("populations", "projections", "stimuli", "ports")


def _sweep(given: Any) -> Any:
    if isinstance(given, Mapping):
        for path, values in given.items():
            if not isinstance(values, list) or not values:
                what = "the list is empty" if values == [] else f"{shown(values)} is not a list of values"
                raise fault(what, f"Such as {path}: [1, 2, 3]", at=str(path))
        return {str(path): list(values) for path, values in given.items()}
    if isinstance(given, list) and given:
        for index, point in enumerate(given):
            if not isinstance(point, Mapping) or not point:
                raise fault(f"{shown(point)} is not a point of a sweep", "Such as {path.to.key: value}", at=str(index))
        return [dict(point) for point in given]
    raise fault(f"{shown(given)} is not a sweep", "Such as {path.to.key: [1, 2, 3]}")


def _include(given: Any) -> list[str]:
    items = [given] if isinstance(given, str) else given
    if not isinstance(items, list):
        raise fault(f"{shown(given)} is not a list of files", "Such as [neurons.yaml]")
    for index, item in enumerate(items):
        if not isinstance(item, str) or not item.strip():
            raise fault(
                f"{shown(item)} is not a file", "Such as [neurons.yaml]", at=str(index) if items is given else ""
            )
    return items


class Document(Form):
    """A brain: what it is made of, what happens to it and what is recorded."""

    braincore: Annotated[int, Reads(read_version, {"const": VERSION})] = Field(
        description="Version of the file format: 1."
    )
    title: Text = Field("", description="What the brain is, for people.")
    seed: Annotated[int, whole(0, 2**64 - 1)] = Field(1, description="Seed of every random number.")
    dt: Duration = Field(Quantity(0.1, "ms"), description="Time step.")
    duration: Duration = Field(Quantity(1.0, "s"), description="Length of the run.")
    include: Annotated[list[File], Reads(_include, {"type": ["string", "array"], "items": {"type": "string"}})] = Field(
        default_factory=list, description="Definitions that this one builds on; what is written here wins."
    )
    connectome: ConnectomeForm | None = Field(None, description="Regions and the tracts between them.")
    regions: dict[str, RegionForm] = Field(
        default_factory=dict, description="What each region is; `default` for all that are not named."
    )
    populations: dict[str, PopulationForm] = Field(default_factory=dict, description="Populations outside of regions.")
    projections: list[ProjectionForm] = Field(default_factory=list, description="Projections between populations.")
    pathways: NamedPathways = Field(
        default_factory=dict,
        description="How edges of the connectome become projections; a name V1->MT is for that edge.",
    )
    stimuli: NamedStimuli = Field(default_factory=dict, description="What reaches the brain from outside.")
    interventions: list[InterventionForm] = Field(default_factory=list, description="What is done to the brain.")
    record: RecordForm = Field(RecordForm.model_validate({}), description="What the run writes down.")
    neurons: dict[str, NeuronForm] = Field(default_factory=dict, description="Own neuron models.")
    synapses: dict[str, SynapseForm] = Field(default_factory=dict, description="Own synapse models.")
    learning_rules: dict[str, LearningRuleForm] = Field(default_factory=dict, description="Own learning rules.")
    references: list[ReferenceForm] = Field(
        default_factory=list, description="Known numbers that a run must show: `braincore check --golden`."
    )
    sweep: Annotated[Any, Reads(_sweep, {"type": ["object", "array"], "x-kind": "path to values, or points"})] = Field(
        default_factory=dict, description="Values of `braincore sweep`: path to list (grid), or a list of points."
    )
