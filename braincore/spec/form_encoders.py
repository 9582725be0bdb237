"""The part of a stimulus that turns an image, an array or a signal into spikes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from braincore.spec.fields import Delay, Duration, File, Frequency, Number, PositiveOrZero, Text, whole
from braincore.spec.reads import Form, Reads, fault, one_of, shown
from braincore.units import Quantity


class RateCode(Form):
    """Poisson trains whose rate grows with the value."""

    duration: Duration = Field(description="How long the trains are.")
    high: Frequency = Field(description="Rate of the largest value.")
    low: Frequency = Field(Quantity(0.0, "Hz"), description="Rate of the smallest value.")
    refractory: Delay | None = Field(None, description="Least interval between spikes. Default: one time step.")


class LatencyCode(Form):
    """One spike per value, the earlier the larger it is."""

    window: Duration = Field(description="The latest spike.")
    shape: Literal["linear", "log"] = Field("linear", description="How the time falls with the value.")
    threshold: PositiveOrZero = Field(0.0, description="Values up to it (of 0 to 1) are silent.")
    tau: Duration | None = Field(None, description="Time constant of the log shape.")


class PopulationCode(Form):
    """Several neurons per value, with Gaussian tuning curves."""

    neurons: Annotated[int, whole(3)] = Field(description="Neurons per value.")
    window: Duration = Field(description="The latest spike.")
    beta: Number = Field(1.5, description="Overlap of the tuning curves.")
    cutoff: PositiveOrZero = Field(0.1, description="Least activation that spikes.")


class PhaseCode(Form):
    """Spikes at a phase of an oscillation."""

    frequency: Frequency = Field(description="Of the oscillation.")
    cycles: Annotated[int, whole(1)] = Field(1, description="How often the pattern is repeated.")
    bits: Annotated[int, whole(1, 24)] | None = Field(
        None, description="Binary digits of the weighted code. Default: one spike a cycle."
    )


class ThresholdCode(Form):
    """ON and OFF spikes where a signal has changed by a threshold."""

    interval: Duration = Field(description="Time between samples.")
    threshold: Number = Field(description="The change that makes a spike, in the unit of the samples.")
    reset: Literal["step", "sample"] = Field(
        "step", description="What the reference becomes: one step further, or the sample."
    )


class LevelCode(Form):
    """Spikes where a sequence crosses one of many levels, as for sequential MNIST."""

    interval: Duration = Field(description="Time between samples.")
    count: Annotated[int, whole(3)] = Field(40, description="Number of levels.")
    cue: Annotated[int, whole(0)] = Field(56, description="Steps of the cue at the end.")


def _index(given: Any) -> list[int]:
    items = given if isinstance(given, list) else [given]
    for item in items:
        if isinstance(item, bool) or not isinstance(item, int) or item < 0:
            raise fault(f"{shown(item)} is not the number of an image", "Whole numbers from 0, such as [0, 1, 2]")
    if not items:
        raise fault("the list is empty")
    return items


class ImageForm(Form):
    """Images of a data set."""

    set: Literal["mnist", "fashion_mnist"] = Field(description="The data set.")
    split: Literal["train", "test"] = Field("train", description="Its part.")
    index: Annotated[Any, Reads(_index, {"type": ["integer", "array"], "items": {"type": "integer"}})] = Field(
        [0], description="Which image, or several, one after the other."
    )


class EncodedArrayForm(Form):
    """An array of an NPZ file: one row of values, or (steps, channels) for codes of change."""

    array: File = Field(description="An NPZ file.")
    key: Text = Field(description="The array in it.")
    sha256: Text | None = Field(None, description="Checksum of the file.")


class EncodedColumnForm(Form):
    """A column of a table."""

    file: File = Field(description="A CSV, TSV, Parquet or NPZ table.")
    column: Text = Field(description="The column.")


_INPUTS = ("image", "values", "array", "column")
_CODES = ("rate", "latency", "population", "phase", "threshold", "levels")


def _range(given: Any) -> tuple[float, float]:
    ok = isinstance(given, list) and len(given) == 2
    if not ok or any(isinstance(v, bool) or not isinstance(v, int | float) for v in given):
        raise fault(f"{shown(given)} is not a range", "Write [lowest, highest], such as [0, 255]")
    if not given[0] < given[1]:
        raise fault(f"the range [{given[0]}, {given[1]}] is empty", "The first number must be below the second")
    return float(given[0]), float(given[1])


class EncodeForm(Form):
    """Values and the code that turns them into spikes."""

    image: ImageForm | None = Field(None, description="Images of a data set, one neuron per pixel.")
    values: list[Number] | None = Field(None, description="Numbers in place.")
    array: EncodedArrayForm | None = Field(None, description="Numbers of an array file.")
    column: EncodedColumnForm | None = Field(None, description="Numbers of a table.")
    range: (
        Annotated[
            Any, Reads(_range, {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
        ]
        | None
    ) = Field(None, description="What counts as 0 and as 1. Default: [0, 1]; of images [0, 255].")  # fmt: skip
    every: Duration | None = Field(None, description="Time from the start of one image to that of the next.")
    rate: RateCode | None = Field(None, description="Poisson rate code.")
    latency: LatencyCode | None = Field(None, description="Time to first spike.")
    population: PopulationCode | None = Field(None, description="Gaussian tuning curves.")
    phase: PhaseCode | None = Field(None, description="Phase of an oscillation.")
    threshold: ThresholdCode | None = Field(None, description="ON and OFF changes.")
    levels: LevelCode | None = Field(None, description="Levels that a sequence crosses.")

    _one_input = one_of(*_INPUTS, what="an encoder's input")
    _one_code = one_of(*_CODES, what="an encoder")

    @model_validator(mode="after")
    def _several(self) -> EncodeForm:
        if self.image is not None and len(self.image.index) > 1 and self.every is None:
            raise fault("several images need the time from one to the next", "Such as every: 200 ms", at="image")
        return self

    @property
    def code(self) -> str:
        """Which code it is."""
        return next(name for name in _CODES if getattr(self, name) is not None)
