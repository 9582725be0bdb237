"""The parts of a definition that are scheduled in time: `stimuli`, `interventions` and what is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, model_validator

from braincore.expressions import parse_expression
from braincore.spec.fields import (
    Address,
    AnyQuantity,
    Duration,
    File,
    Frequency,
    Name,
    Number,
    PositiveOrZero,
    Text,
    Time,
    Unit,
    quantity,
    read_quantity,
    whole,
)
from braincore.spec.form_encoders import EncodeForm
from braincore.spec.form_populations import Where
from braincore.spec.form_values import Value, ValueOrExpression
from braincore.spec.reads import Form, Reads, fault, one_of, read_each, shown
from braincore.units import CONDUCTANCE, TIME, VOLTAGE, Quantity

Conductance = Annotated[Quantity, quantity(CONDUCTANCE, least=0.0)]
Voltage = Annotated[Quantity, quantity(VOLTAGE)]


def _window(given: Any) -> tuple[Quantity, Quantity | None]:
    if not isinstance(given, list) or len(given) != 2:
        raise fault(f"{shown(given)} is not a time window", "Write [start, stop], such as [100 ms, 200 ms]")
    found = read_each(given, lambda item: None if item is None else read_quantity(item, TIME))
    start, stop = found
    if start is None or start.si < 0:
        raise fault(f"the window starts at {start}, before the run", "At least 0 ms", at="0")
    if stop is not None and stop.si <= start.si:
        raise fault(f"the window [{start}, {stop}] does not end after its start", "Write [start, stop]", at="1")
    return start, stop


Window = Annotated[
    Any, Reads(_window,
        {"type": "array", "items": {"type": ["string", "number", "null"]}, "minItems": 2, "maxItems": 2,
         "x-kind": "a window [start, stop]"}
    ),
]  # fmt: skip


class PoissonForm(Form):
    """Random spikes, independent for every neuron of the target."""

    rate: ValueOrExpression = Field(description="Rate of one source: a value, or an expression of the time t.")
    sources: PositiveOrZero = Field(1, description="Sources per neuron (in-degree of the background).")

    @model_validator(mode="after")
    def _of_time(self) -> PoissonForm:
        if isinstance(self.rate, str) and "t" not in parse_expression(self.rate).names:
            raise fault(
                f"'{self.rate[:48]}' is not a rate", "A quantity such as 10 Hz, or an expression of t", at="rate"
            )
        return self


class StepForm(Form):
    """A constant current."""

    amplitude: Value = Field(description="Amplitude; one, drawn, or one per neuron.")


class RampForm(Form):
    """A current that grows linearly over the window."""

    start: AnyQuantity = Field(description="At the start of the window.")
    stop: AnyQuantity = Field(description="At its end.")


class SineForm(Form):
    """A sinusoidal current."""

    amplitude: AnyQuantity = Field(description="Amplitude.")
    frequency: Frequency = Field(description="Frequency.")
    offset: AnyQuantity = Field(Quantity(0.0), description="Mean.")
    phase: Number = Field(0.0, description="Phase at the start of the window, in radians.")


class SamplesForm(Form):
    """A current given point by point."""

    values: Value = Field(description="One amplitude per interval.")
    interval: Duration = Field(description="How long each is held.")


class NoiseForm(Form):
    """A noise current, independent for each neuron."""

    mean: AnyQuantity = Field(Quantity(0.0), description="Mean.")
    sd: AnyQuantity = Field(description="Standard deviation.")
    tau: Duration | None = Field(None, description="Correlation time (Ornstein-Uhlenbeck); white noise without it.")


def _times(given: Any) -> Any:
    if not isinstance(given, list):
        raise fault(f"{shown(given)} is not a list of times", "Such as [10 ms, 20 ms]")
    return read_each(given, _spike_time)


def _spike_time(given: Any) -> Quantity:
    found = read_quantity(given, TIME)
    if found.si < 0:
        raise fault(f"spike time {found} is negative", "At least 0 ms")
    return found


def _neurons(given: Any) -> Any:
    if not isinstance(given, list):
        raise fault(f"{shown(given)} is not a list of neurons", "Such as [0, 1, 2]")
    for index, item in enumerate(given):
        if isinstance(item, bool) or not isinstance(item, int | str) or (isinstance(item, int) and item < 0):
            raise fault(f"{shown(item)} is not a neuron", "Write its index, from 0, or its label", at=str(index))
    return given


class SpikesForm(Form):
    """Given spikes: from a table, in place, or from an array file."""

    file: File | None = Field(None, description="A CSV, TSV, Parquet or NPZ table with one row per spike.")
    time: Text | None = Field(None, description="Its column with the times. Default: looked for.")
    neuron: Text | None = Field(None, description="Its column with the neurons. Default: looked for.")
    unit: Unit | None = Field(None, description="Unit of the times, if the column's name does not say it.")
    where: Where = Field(default_factory=list, description="Which rows to take.")
    times: Annotated[list[Quantity], Reads(_times, {"type": "array"})] | None = Field(
        None, description="The times in place."
    )
    neurons: Annotated[list[Any], Reads(_neurons, {"type": "array"})] | None = Field(
        None, description="The neuron of each, by index or label."
    )
    array: File | None = Field(None, description="An NPZ file with the arrays `times` (in seconds) and `neurons`.")
    sha256: Text | None = Field(None, description="Checksum of the file, checked when it is read.")
    source: Text | None = Field(None, description="Where the spikes come from, for the record.")

    _one = one_of("file", "times", "array", what="a spike stimulus")

    @model_validator(mode="after")
    def _pairs(self) -> SpikesForm:
        if (self.times is None) != (self.neurons is None):
            told, lacking = ("times", "neurons") if self.times is not None else ("neurons", "times")
            raise fault(f"'{told}' needs '{lacking}' beside it", key=told)
        if self.times is not None and len(self.times) != len(self.neurons or ()):
            raise fault(
                f"{len(self.times)} times for {len(self.neurons or ())} neurons", "One for each time", at="neurons"
            )
        return self


_KINDS = ("poisson", "step", "ramp", "sine", "samples", "noise", "spikes", "encode")
_CURRENTS = ("step", "ramp", "sine", "samples", "noise")


class StimulusForm(Form):
    """What reaches a population from outside: random or given spikes, or a current."""

    target: Address = Field(description="Population, region, or population[selection].")
    poisson: PoissonForm | None = Field(None, description="Random spikes.")
    step: StepForm | None = Field(None, description="A constant current.")
    ramp: RampForm | None = Field(None, description="A linear current.")
    sine: SineForm | None = Field(None, description="A sinusoidal current.")
    samples: SamplesForm | None = Field(None, description="A current point by point.")
    noise: NoiseForm | None = Field(None, description="A noise current.")
    spikes: SpikesForm | None = Field(None, description="Given spikes.")
    encode: EncodeForm | None = Field(None, description="An image or array, turned into spikes.")
    weight: Value | None = Field(None, description="Weight of each spike; not for currents or a `spike_source`.")
    receptor: Name | None = Field(None, description="The receptor that spikes act on.")
    delay: Value | None = Field(None, description="Delay of given spikes.")
    during: Window | None = Field(None, description="When: [start, stop]. Default: the whole run.")
    name: Text | None = Field(None, description="A name, if it is not the key.")

    _one = one_of(*_KINDS, what="a stimulus")

    @model_validator(mode="after")
    def _fits(self) -> StimulusForm:
        kind = self.kind
        if kind in _CURRENTS:
            for name in ("weight", "receptor", "delay"):
                if getattr(self, name) is not None:
                    raise fault(f"a current has no '{name}'", "Leave it out", key=name)
        elif kind == "poisson" and self.weight is None:  # given spikes may be for a spike source, which has none
            raise fault("the weight of its spikes is missing", "Such as weight: 87.8 pA", key=kind)
        if kind == "poisson" and self.delay is not None:
            raise fault("random spikes have no delay", "Leave it out", key="delay")
        if kind == "ramp" and (self.during is None or self.during[1] is None):
            raise fault("a ramp needs the end of its window", "Such as during: [100 ms, 200 ms]", key=kind)
        return self

    @property
    def kind(self) -> str:
        """Which of the kinds it is."""
        return next(name for name in _KINDS if getattr(self, name) is not None)


class ScaleReceptorForm(Form):
    """A drug that scales every weight arriving at a receptor."""

    target: Address = Field(description="Population, region, or population[selection].")
    receptor: Name = Field(description="Name of the receptor, such as nmda.")
    factor: PositiveOrZero = Field(description="0 blocks, 1 changes nothing.")


class OptogeneticForm(Form):
    """Light on a population with channels: a conductance, constant or in pulses."""

    target: Address = Field(description="Population, region, or population[selection].")
    conductance: Conductance = Field(description="While the light is on.")
    reversal: Voltage = Field(Quantity(0.0, "mV"), description="0 mV excites, about -70 mV inhibits.")
    frequency: Frequency | None = Field(None, description="Of the pulses.")
    width: Duration | None = Field(None, description="Of each pulse.")


class InterventionForm(Form):
    """Something done to the brain while it runs."""

    lesion: Text | None = Field(None, description="Population, region or projection that is cut for good.")
    silence: Address | None = Field(None, description="Population or region that does not spike during the window.")
    scale_receptor: ScaleReceptorForm | None = Field(None, description="A drug.")
    optogenetic: OptogeneticForm | None = Field(None, description="Light.")
    freeze: Text | None = Field(None, description="Projection (or all) whose learning stands still during the window.")
    at: Time | None = Field(None, description="From when on.")
    during: Window | None = Field(None, description="When: [start, stop]; not for a lesion.")

    _one = one_of("lesion", "silence", "scale_receptor", "optogenetic", "freeze", what="an intervention")

    @model_validator(mode="after")
    def _when(self) -> InterventionForm:
        if self.at is not None and self.during is not None:
            raise fault("an intervention has 'at' or 'during', not both", "Keep one", key="during")
        if self.at is not None and self.at.si < 0:
            raise fault(f"{self.at} is before the run", "At least 0 ms", at="at")
        if self.lesion is not None and self.during is not None:
            raise fault("a lesion does not end", "Write at: time, or silence: target", key="during")
        return self


def _spikes(given: Any) -> tuple[str, ...]:
    if given == "all":
        return ("all",)
    if given in ("none", None, []):
        return ()
    if isinstance(given, list):
        for index, item in enumerate(given):
            if not isinstance(item, str):
                raise fault(f"{shown(item)} is not a population", at=str(index))
        return tuple(given)
    raise fault(f"{shown(given)} does not say whose spikes", "Write all, none, or [population, region]")


class RatesForm(Form):
    """Population rates."""

    bin: Duration = Field(description="Width of the bins.")


class TraceForm(Form):
    """Variables of some neurons, sampled in time."""

    variables: list[Text] = Field(description="State variables, I_syn, or receptor.variable.")
    neurons: list[Text | int] | None = Field(
        None, description="Which neurons: indices, labels or groups. Default: all."
    )
    interval: Duration | None = Field(None, description="Sampling interval. Default: every time step.")
    target: Address | None = Field(None, description="The population, if it is not the key.")

    @model_validator(mode="after")
    def _some(self) -> TraceForm:
        if not self.variables:
            raise fault("no variable to record", "Such as variables: [v]", at="variables")
        if self.neurons is not None and not self.neurons:
            raise fault("no neuron to record", "Leave it out to record all", at="neurons")
        return self


class WeightsForm(Form):
    """Weights of a projection, sampled in time."""

    interval: Duration = Field(description="Sampling interval.")
    sample: Annotated[int, whole(1)] | None = Field(None, description="How many synapses to follow. Default: all.")
    histogram: Annotated[int, whole(1)] | None = Field(
        None, description="Bins between the bounds of the weight: only how many weights lie in each is written."
    )
    projection: Text | None = Field(None, description="The projection, if it is not the key.")


def _listed(given: Any) -> str:
    return "<list>" if isinstance(given, list) else "<mapping>"


class RecordForm(Form):
    """What a run writes down."""

    spikes: Annotated[
        Any, Reads(_spikes, {"anyOf": [{"enum": ["all", "none"]}, {"type": "array", "items": {"type": "string"}}]}),
    ] = Field(("all",), description="Whose spikes: all, none, or a list of populations and regions.")  # fmt: skip
    rates: RatesForm | None = Field(None, description="Population rates.")
    traces: Annotated[
        Annotated[dict[str, TraceForm], Tag("<mapping>")] | Annotated[list[TraceForm], Tag("<list>")],
        Discriminator(_listed),
    ] = Field(default_factory=dict, description="Variables of neurons: population to what is recorded.")
    weights: Annotated[
        Annotated[dict[str, WeightsForm], Tag("<mapping>")] | Annotated[list[WeightsForm], Tag("<list>")],
        Discriminator(_listed),
    ] = Field(default_factory=dict, description="Synaptic weights: projection to how they are sampled.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        if isinstance(given, Mapping) and isinstance(given.get("rates"), str) and given["rates"] != "none":
            return {**given, "rates": {"bin": given["rates"]}}
        if isinstance(given, Mapping) and given.get("rates") == "none":
            return {**given, "rates": None}
        return given
