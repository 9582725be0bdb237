"""The part of a definition that describes the `connectome`: regions and the tracts between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from braincore.spec.fields import Count, Delay, File, Length, Name, Number, PositiveOrZero, Text, Velocity
from braincore.spec.form_populations import Where
from braincore.spec.reads import Form, fault, one_of


class InlineEdgeForm(Form, extra="allow"):
    """An edge of a connectome: its ends and any attributes."""

    source: Name = Field(alias="from", description="Source region.")
    target: Name = Field(alias="to", description="Target region.")
    length: Length | None = Field(None, description="Length of the tract.")
    delay: Delay | None = Field(None, description="Delay, instead of length / velocity.")
    __pydantic_extra__: dict[str, Number | str]


class ThresholdForm(Form):
    """Which edges of a connectome are kept."""

    attribute: Text = Field("weight", description="The attribute that is looked at.")
    above: Number | None = Field(None, description="Keep edges above this.")
    below: Number | None = Field(None, description="Keep edges below this.")
    keep_strongest: Count | None = Field(None, description="Keep so many of the strongest edges.")
    density: PositiveOrZero | None = Field(None, description="Keep so many that this fraction of pairs is connected.")

    _one = one_of("above", "below", "keep_strongest", "density", what="a threshold")


class LogScaleForm(Form):
    """Positive weights mapped to a range by their logarithm."""

    attribute: Text = Field("weight", description="The attribute that is scaled.")
    low: Number = Field(0.1, description="What the smallest becomes.")
    high: Number = Field(1.0, description="What the largest becomes.")


Attributes = dict[str, Number | str]


def _nodes(given: Any) -> Any:
    if isinstance(given, list):
        return "<list>"
    return "<mapping>" if isinstance(given, Mapping) else "<list>"


class ConnectomeForm(Form):
    """Regions and the tracts between them: from a file, or in place."""

    file: File | None = Field(None, description="GraphML, CSV or NPZ matrices, an edge list, a TVB zip, SONATA.")
    files: list[File] | None = Field(None, description="Several SONATA files.")
    nodes: (
        Annotated[
            Annotated[list[Name], Tag("<list>")] | Annotated[dict[str, Attributes], Tag("<mapping>")],
            Discriminator(_nodes),
        ]
        | None
    ) = Field(None, description="The regions in place: their names, or name to attributes.")
    edges: list[InlineEdgeForm] | None = Field(None, description="The tracts in place.")
    velocity: Velocity | None = Field(None, description="Conduction velocity: delay = length / velocity.")
    default_delay: Delay | None = Field(None, description="Delay of edges without a length.")
    min_delay: Delay | None = Field(None, description="Shorter delays are raised to it.")
    subgraph: list[Name] | None = Field(None, description="Only these regions, in this order.")
    without: list[Name] | None = Field(None, description="All regions but these.")
    threshold: ThresholdForm | None = Field(None, description="Drop weak edges; after subgraph.")
    normalise: Literal["target", "source", "max", "total"] | None = Field(
        None, description="Divide weights by a sum; after threshold."
    )
    log_scale: LogScaleForm | None = Field(None, description="Map weights by their logarithm; last.")
    sha256: Text | None = Field(None, description="Checksum of the file, checked when it is read.")

    format: Literal["graphml", "csv", "edges", "npz", "tvb", "sonata"] | None = Field(
        None, description="Format of the file. Default: by its suffix."
    )
    rows: Literal["source", "target"] | None = Field(None, description="Matrix: what a row holds the connections of.")
    names: Text | list[Text] | None = Field(
        None, description="Names of the regions, the file or the attribute with them."
    )
    weights: Text | None = Field(None, description="NPZ: the array with the weights.")
    labels: Text | None = Field(None, description="NPZ: the array with the names.")
    column_labels: Text | None = Field(None, description="NPZ: the array with the names of the columns.")
    lengths: Text | None = Field(None, description="File or array with tract lengths.")
    length_unit: Text | None = Field(None, description="Unit of the lengths, such as mm.")
    attributes: dict[str, Text] | None = Field(None, description="Further edge attributes: name to file or array.")
    node_attributes: dict[str, Text] | None = Field(None, description="NPZ: attributes of regions: name to array.")
    called: Text | None = Field(None, description="A second name for the weights, such as fln.")
    regions: File | None = Field(None, description="A table with attributes of the regions.")
    regions_key: Text | None = Field(None, description="Its column with the names.")
    pre: Text | None = Field(None, description="Edge list: the column of the source.")
    post: Text | None = Field(None, description="Edge list: the column of the target.")
    columns: list[Text] | None = Field(None, description="Edge list: the columns to read.")
    where: Where | None = Field(None, description="Edge list: which rows to take.")
    unknown: Literal["error", "drop"] | None = Field(
        None, description="Edge list: what happens to rows of other regions."
    )
    weight: Text | None = Field(None, description="The attribute that is the weight.")
    length: Text | None = Field(None, description="The attribute that is the length.")
    delimiter: Text | None = Field(None, description="CSV: what separates cells.")
    populations: list[Text] | None = Field(None, description="SONATA: the node populations to read.")
    node_types: File | None = Field(None, description="SONATA: table of node types.")
    edge_types: File | None = Field(None, description="SONATA: table of edge types.")
    repeats: Literal["error", "number"] | None = Field(None, description="TVB: what happens to repeated names.")
    nan: Literal["error", "absent"] | None = Field(None, description="What a weight that is not a number means.")
    zero_length: Literal["keep", "missing"] | None = Field(None, description="What a length of 0 means.")
    self_connections: Literal["keep", "drop"] | None = Field(
        None, description="What happens to edges from a region to itself."
    )

    @model_validator(mode="before")
    @classmethod
    def _one_source(cls, given: Any) -> Any:
        if isinstance(given, Mapping):
            present = [name for name in ("file", "files", "nodes") if given.get(name) is not None]
            if len(present) > 1:
                raise fault(f"a connectome has both '{present[0]}' and '{present[1]}'", "Keep one", key=present[1])
            if not present and "edges" not in given and all(name in cls.model_fields for name in given):
                raise fault("a connectome needs a file, or nodes and edges", "Such as file: data:name/file.graphml")
            if present in (["file"], ["files"]) and "edges" in given:
                raise fault(
                    "edges in place do not go with a file", "Name the edge list as file, with format: edges", at="edges"
                )
        return given


READER_OPTIONS = (
    "rows", "names", "weights", "labels", "column_labels", "lengths", "length_unit", "attributes", "node_attributes",
    "called", "regions", "regions_key", "pre", "post", "columns", "where", "unknown", "weight", "length", "delimiter",
    "populations", "node_types", "edge_types", "repeats", "nan", "zero_length", "self_connections",
)  # fmt: skip
"""The options that go to the reader of a connectome's format."""
