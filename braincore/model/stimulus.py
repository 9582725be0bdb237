"""What reaches a brain from outside, scheduled in time: random input, given spikes, and currents."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.errors import Fault, InputError
from braincore.expressions import parse_expression
from braincore.model.blame import blamed
from braincore.model.values import Floats, Value, as_value, support
from braincore.units import FREQUENCY, TIME, Quantity

Window = tuple[Quantity, Quantity | None]


def span(at: Any, length: Any) -> tuple[Quantity, Quantity]:
    """Return the time window that begins at a time and lasts so long."""
    begin, duration = Quantity.of(at, TIME).si, Quantity.of(length, TIME).si
    return Quantity(begin, "s"), Quantity(begin + duration, "s")


def window(given: Any) -> Window:
    """Read a time window ``[start, stop]``; ``None`` is the whole run, and a stop of None its end.

    Raises
    ------
    InputError
        Negative start, or a stop that is not after the start.
    """
    if given is None:
        return Quantity(0.0, "ms"), None
    try:
        start, stop = given
    except (TypeError, ValueError):
        raise InputError(
            f"'{given}' is not a time window", hint="Write [start, stop], such as [100 ms, 200 ms]"
        ) from None
    begin = Quantity.of(start, TIME)
    end = None if stop is None else Quantity.of(stop, TIME)
    if begin.si < 0:
        raise InputError(f"window starts at {begin}, before the run")
    if end is not None and end.si <= begin.si:
        raise InputError(f"window [{begin}, {end}] does not end after its start")
    return begin, end


@dataclass(frozen=True, kw_only=True, slots=True)
class PoissonInput:
    """Every neuron of the target gets its own Poisson spikes: `sources` trains of `rate` each.

    Attributes
    ----------
    target
        Population, region, or a selection of one.
    rate
        Rate of one source: one value, one per neuron, or an expression of the time ``t`` (inhomogeneous), such as
        ``10*Hz*(1 + sin(2*pi*8*Hz*t))``; where it is negative it counts as zero.
    sources
        Number of sources per neuron (the in-degree of the background).
    weight
        Weight of one spike. A distribution is drawn once per target neuron.
    receptor
        Receptor it acts on.
    during
        Time window.
    """

    target: str
    rate: Any
    weight: Value
    sources: float = 1
    receptor: str = ""
    during: Window = (Quantity(0.0, "ms"), None)
    name: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "during", window(self.during))
        object.__setattr__(self, "weight", as_value(self.weight, path="weight"))
        if not _number(self.sources) or self.sources < 0:
            raise InputError(f"sources {self.sources}", path="sources", hint="A number of at least 0")
        object.__setattr__(self, "rate", rate_value(self.rate))

    @property
    def inhomogeneous(self) -> bool:
        """True if the rate is an expression of time."""
        return isinstance(self.rate, str)


def _number(given: Any) -> bool:
    return isinstance(given, int | float | np.integer | np.floating) and math.isfinite(given)


def rate_value(given: Any) -> Value | str:
    """Read a firing rate: a value, or an expression of the time ``t`` with the dimension of a rate."""
    try:
        value = as_value(given, FREQUENCY, path="rate")
    except InputError:
        if not isinstance(given, str) or "t" not in _names(given):
            raise
        expression = parse_expression(given)
        if expression.dimension({"t": TIME}) != FREQUENCY:
            raise InputError(f"'{given}' is not a rate", path="rate", hint="Write it in Hz") from None
        return given
    if support(value)[0] < 0:
        raise InputError("a rate is negative", path="rate", hint="At least 0 Hz")
    return value


def _names(text: str) -> frozenset[str]:
    """Return the names in an expression; raise its faults with their place."""
    faults: list[Fault] = []
    with blamed(faults, "rate"):
        return parse_expression(text).names
    raise InputError(faults)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SpikeTrains:
    """Spikes of a set of neurons.

    Attributes
    ----------
    times
        Seconds, shape (n,), not negative.
    neurons
        Indices, shape (n,), int32.
    source
        Where they come from (file, encoder), for provenance.
    """

    times: Floats
    neurons: NDArray[np.int32]
    source: str = ""

    def __post_init__(self) -> None:
        times, neurons = np.asarray(self.times), np.asarray(self.neurons)
        if times.size and not (times.dtype.kind in "iuf" and neurons.dtype.kind in "iuf"):
            raise InputError("spike times or neurons are not numbers", hint="Times in seconds, and indices of neurons")
        times = times.astype(np.float64)
        if times.shape != neurons.shape or times.ndim != 1:
            raise InputError(f"{times.size} spike times for {neurons.size} neuron indices")
        if times.size and not (np.isfinite(times).all() and times.min() >= 0):
            raise InputError("a spike time is negative or not a number", hint="Times are at least 0 s")
        right = (np.mod(neurons, 1) == 0) & (neurons >= 0) & (neurons < 2**31)
        if not right.all():
            raise InputError(f"a spike has neuron index {neurons[~right][0]}", hint="A whole number of at least 0")
        order = np.lexsort((neurons, times))
        for name, array in (("times", times[order]), ("neurons", neurons[order].astype(np.int32))):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, SpikeTrains)
            and np.array_equal(self.times, other.times)
            and np.array_equal(self.neurons, other.neurons)
        )

    def with_more(self, other: SpikeTrains) -> SpikeTrains:
        """Return the spikes of both."""
        times, neurons = np.concatenate([self.times, other.times]), np.concatenate([self.neurons, other.neurons])
        return SpikeTrains(times=times, neurons=neurons, source=self.source or other.source)

    def shifted(self, by: float) -> SpikeTrains:
        """Return the same spikes `by` seconds later."""
        return SpikeTrains(times=self.times + by, neurons=self.neurons, source=self.source)

    def within(self, during: Window) -> SpikeTrains:
        """Return the spikes counted from the start of a window, without those after its end."""
        start, stop = during
        moved = self.shifted(start.si)
        keep = moved.times < (math.inf if stop is None else stop.si)
        return SpikeTrains(times=moved.times[keep], neurons=moved.neurons[keep], source=self.source)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SpikeInput:
    """Given spikes, one train per neuron of the target: recorded data, or an image or array through an encoder.

    A target of neuron ``spike_source`` spikes at these times itself, and can project anywhere. Any other target gets a
    population of its own that replays the trains, connected one to one.

    Attributes
    ----------
    target
        Population or a selection of one; train i goes to its i-th neuron.
    trains
        The spikes.
    weight, receptor, delay
        As of a projection; none for a spike source.
    """

    target: str
    trains: SpikeTrains
    weight: Value | None = None
    receptor: str = ""
    delay: Value | None = None
    name: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        if self.weight is not None:
            object.__setattr__(self, "weight", as_value(self.weight, path="weight"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Constant amplitude."""

    amplitude: Value

    def __post_init__(self) -> None:
        object.__setattr__(self, "amplitude", as_value(self.amplitude, path="amplitude"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Ramp:
    """From `start` to `stop`, linearly over the window."""

    start: Any
    stop: Any

    def __post_init__(self) -> None:
        stop = Quantity.of(self.stop)
        start = Quantity.of(self.start, None if stop.si == 0 else stop.dimension)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "stop", Quantity.of(self.stop, start.dimension if start.si else None))

    def samples(self, times: Floats, begin: float, end: float) -> Floats:
        """Return the waveform at `times` (seconds), in SI."""
        low, high = float(self.start.si), float(self.stop.si)
        return low + (high - low) * (times - begin) / (end - begin)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sine:
    """offset + amplitude sin(2 pi frequency t + phase), t counted from the start of the window."""

    amplitude: Any
    frequency: Any
    offset: Any = 0
    phase: float = 0.0

    def __post_init__(self) -> None:
        amplitude = Quantity.of(self.amplitude)
        object.__setattr__(self, "amplitude", amplitude)
        object.__setattr__(self, "frequency", Quantity.of(self.frequency, FREQUENCY))
        object.__setattr__(self, "offset", Quantity.of(self.offset, amplitude.dimension))

    def samples(self, times: Floats, begin: float, end: float) -> Floats:
        """Return the waveform at `times` (seconds), in SI."""
        angle = 2 * np.pi * float(self.frequency.si) * (times - begin) + self.phase
        return float(self.offset.si) + float(self.amplitude.si) * np.sin(angle)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Samples:
    """A waveform given point by point, held for `interval` each; zero after its end.

    Attributes
    ----------
    values
        One amplitude per interval.
    interval
        Duration of each.
    """

    values: Any
    interval: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", as_value(self.values, path="values"))
        interval = Quantity.of(self.interval, TIME)
        if interval.si <= 0:
            raise InputError(f"interval {interval} is not positive", path="interval")
        object.__setattr__(self, "interval", interval)

    def samples(self, times: Floats, begin: float, end: float) -> Floats:
        """Return the waveform at `times` (seconds), in SI."""
        row = np.atleast_1d(self.values.si)
        index = np.floor((times - begin) / self.interval.si + 1e-9).astype(np.int64)
        inside = (index >= 0) & (index < row.size)
        return np.where(inside, row[np.clip(index, 0, row.size - 1)], 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Noise:
    """Gaussian noise, independent for each neuron.

    With `tau`, an Ornstein-Uhlenbeck process of standard deviation `sd` and correlation time `tau`, advanced exactly
    (Gillespie 1996, Phys Rev E 54:2084); without, a new value every time step, whose effect depends on the step.
    """

    mean: Any
    sd: Any
    tau: Any = None

    def __post_init__(self) -> None:
        sd = Quantity.of(self.sd)
        if sd.si < 0:
            raise InputError(f"sd {sd} of a noise current is negative", path="sd")
        object.__setattr__(self, "sd", sd)
        object.__setattr__(self, "mean", Quantity.of(self.mean, sd.dimension))
        if self.tau is not None:
            tau = Quantity.of(self.tau, TIME)
            if tau.si <= 0:
                raise InputError(f"tau {tau} of a noise current is not positive", path="tau")
            object.__setattr__(self, "tau", tau)


Waveform = Step | Ramp | Sine | Samples | Noise


@dataclass(frozen=True, kw_only=True, slots=True)
class CurrentInput:
    """A current (in the unit of the target's input) injected into every neuron of the target.

    Attributes
    ----------
    target
        Population, region, or a selection of one.
    waveform
        `Step`, `Ramp`, `Sine`, `Samples` or `Noise`.
    during
        Time window. A ramp needs its end.
    """

    target: str
    waveform: Waveform
    during: Window = (Quantity(0.0, "ms"), None)
    name: str = ""
    origin: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "during", window(self.during))


Stimulus = PoissonInput | SpikeInput | CurrentInput
