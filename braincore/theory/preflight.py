"""What a run will cost: memory, disk, steps, synaptic events, time; and whether this machine has it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from braincore.errors import Fault, InputError
from braincore.theory.machine import available_disk, available_memory

LARGEST_INDEX = 2**31 - 1
"""Brian2 counts neurons and synapses of one object in 32-bit integers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CostModel:
    """Coefficients of the estimate: bytes and seconds.

    Measured on whole runs of our build (Brian2 2.9, NumPy target, Python 3.11, x86-64 Linux, dt 0.1 ms), each in a
    fresh process, from the peak of the resident memory (VmHWM): the microcircuit at scales 0.1 and 0.2 (3 and 12
    million synapses with weights and delays of their own), 8 million synapses of one weight and delay, 0.3 million
    neurons. The estimate lay between 0.9 and 1.3 of what was measured (``tests/theory/test_cost.py``). Times vary by a
    factor of two with the machine.

    Attributes
    ----------
    base_bytes
        The process with Brian2 and its compiler loaded.
    object_bytes
        Each neuron group, synapse group and recording.
    neuron_bytes, neuron_variable_bytes
        A neuron without its variables (index, last spike, refractory flag), and each state variable or parameter.
    synapse_bytes, synapse_variable_bytes, synapse_delay_bytes
        A synapse without its variables (two indices, place in the queue), each variable, and a delay of its own.
    synapse_build_bytes
        Freed again once a synapse is connected: only the group with the most synapses counts.
    buffer_bytes
        What a recording keeps in memory at most before it writes a chunk.
    spike_disk_bytes, sample_disk_bytes
        One spike (index and time) and one sample of a trace on disk, uncompressed.
    object_step_seconds, variable_step_seconds, event_seconds, synapse_build_seconds
        Per object and step, per state variable and step, per synaptic event, per synapse while building.
    """

    base_bytes: float = 260e6
    object_bytes: float = 1e6
    neuron_bytes: float = 25.0
    neuron_variable_bytes: float = 8.0
    synapse_bytes: float = 16.0
    synapse_variable_bytes: float = 8.0
    synapse_delay_bytes: float = 8.0
    synapse_build_bytes: float = 8.0
    buffer_bytes: float = 16e6
    spike_disk_bytes: float = 12.0
    sample_disk_bytes: float = 8.0
    object_step_seconds: float = 20e-6
    variable_step_seconds: float = 2e-9
    event_seconds: float = 2e-8
    synapse_build_seconds: float = 1.5e-7

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class NeuronLoad:
    """A group of neurons: how many, each with how many state variables and parameters of its own."""

    name: str
    count: float
    variables: float

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class SynapseLoad:
    """A group of synapses.

    Attributes
    ----------
    count
        Synapses.
    variables
        Variables of each (weight, traces, ...).
    delays
        Whether each has a delay of its own.
    rate
        Expected events per synapse and second, Hz.
    bytes_each
        Bytes of a synapse, instead of what the cost model makes of the above.
    at_once
        How many of them lie in memory at most while they are built; all, if None.
    """

    name: str
    count: float
    variables: float = 1
    delays: bool = False
    rate: float = 0.0
    bytes_each: float | None = None
    at_once: float | None = None

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordingLoad:
    """A recording: spikes of `count` neurons at `rate` (Hz), or samples of `count` values at `rate` (1 / interval)."""

    name: str
    count: float
    rate: float
    spikes: bool = True

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One part of the cost, in bytes: of memory at the peak, and of disk at the end."""

    name: str
    memory: float = 0.0
    disk: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What a run is expected to cost.

    Attributes
    ----------
    items
        Its parts.
    memory_bytes
        Peak.
    disk_bytes
        Of the recordings.
    steps
        Of the simulation.
    neurons, synapses, synaptic_events
        Totals.
    seconds
        Wall time of building and simulating, without compiling: good to a factor of two or three.
    overflows
        Names of groups too large to be numbered (`LARGEST_INDEX`).
    """

    items: tuple[Item, ...]
    memory_bytes: float
    disk_bytes: float
    steps: int
    neurons: float
    synapses: float
    synaptic_events: float
    seconds: float
    overflows: tuple[str, ...] = ()

    def largest(self, count: int = 3, *, disk: bool = False) -> tuple[Item, ...]:
        """Return the parts that need most memory (or disk)."""
        return tuple(sorted(self.items, key=lambda item: -(item.disk if disk else item.memory))[:count])


def estimate(
    neurons: Sequence[NeuronLoad],
    synapses: Sequence[SynapseLoad] = (),
    recordings: Sequence[RecordingLoad] = (),
    *,
    duration: float,
    dt: float,
    model: CostModel | None = None,
) -> Estimate:
    """Estimate what a run costs.

    Parameters
    ----------
    neurons, synapses, recordings
        What is simulated, group by group.
    duration, dt
        Length of the run and of a step, s.
    model
        Coefficients.

    Raises
    ------
    InputError
        `duration` negative, `dt` not above zero, or not finite.
    """
    model = model or CostModel()
    steps = _steps(duration, dt)
    items = [
        Item(name="Python and Brian2", memory=model.base_bytes),
        *(_neuron_item(load, model) for load in neurons),
        *(_synapse_item(load, model) for load in synapses),
        *(_recording_item(load, model, duration) for load in recordings),
    ]
    if synapses:
        most = max(synapses, key=_at_once)
        items.append(Item(name=f"building synapses {most.name}", memory=_at_once(most) * model.synapse_build_bytes))
    events = sum(load.count * load.rate * duration for load in synapses)
    built = sum(load.count for load in synapses)
    objects = len(neurons) + len(synapses) + len(recordings)
    updates = steps * sum(load.count * load.variables for load in neurons)
    counts = [(load.name, load.count) for load in neurons] + [(load.name, load.count) for load in synapses]
    return Estimate(
        items=tuple(items),
        memory_bytes=sum(item.memory for item in items),
        disk_bytes=sum(item.disk for item in items),
        steps=steps,
        neurons=sum(load.count for load in neurons),
        synapses=built,
        synaptic_events=events,
        seconds=objects * steps * model.object_step_seconds
        + updates * model.variable_step_seconds
        + events * model.event_seconds
        + built * model.synapse_build_seconds,
        overflows=tuple(name for name, count in counts if count > LARGEST_INDEX),
    )


def _steps(duration: float, dt: float) -> int:
    if not (math.isfinite(duration) and duration >= 0):
        raise InputError(f"duration = {duration} s must be a finite time, not negative", path="duration")
    if not (math.isfinite(dt) and dt > 0):
        raise InputError(f"dt = {dt} s must be a finite time above zero", path="dt")
    return round(duration / dt)


def _neuron_item(load: NeuronLoad, model: CostModel) -> Item:
    each = model.neuron_bytes + load.variables * model.neuron_variable_bytes
    return Item(name=f"neurons {load.name}", memory=model.object_bytes + load.count * each)


def _at_once(load: SynapseLoad) -> float:
    return load.count if load.at_once is None else min(load.count, load.at_once)


def _synapse_item(load: SynapseLoad, model: CostModel) -> Item:
    each = load.bytes_each
    if each is None:
        each = model.synapse_bytes + load.variables * model.synapse_variable_bytes
        each += model.synapse_delay_bytes if load.delays else 0.0
    return Item(name=f"synapses {load.name}", memory=model.object_bytes + load.count * each)


def _recording_item(load: RecordingLoad, model: CostModel, duration: float) -> Item:
    each = model.spike_disk_bytes if load.spikes else model.sample_disk_bytes
    disk = load.count * load.rate * duration * each
    return Item(name=f"recording {load.name}", memory=min(model.buffer_bytes, disk), disk=disk)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether a run fits on the machine, and one message that says so."""

    fits: bool
    message: str


def check(cost: Estimate, *, memory: float | None, disk: float | None) -> Verdict:
    """Hold an estimate against what there is.

    Parameters
    ----------
    cost
        From `estimate`.
    memory, disk
        Bytes to be had (`braincore.theory.machine`); None: not known, not held against it.
    """
    lacks = []
    for need, have, what, on_disk in (
        (cost.memory_bytes, memory, "memory", False),
        (cost.disk_bytes, disk, "disk space", True),
    ):
        if have is not None and need > have:
            amounts = [(item.name, item.disk if on_disk else item.memory) for item in cost.largest(3, disk=on_disk)]
            parts = ", ".join(f"{name} {size(amount)}" for name, amount in amounts if amount > 0)
            lacks.append(f"the run needs about {size(need)} of {what}, {size(have)} is free (largest: {parts})")
    if cost.overflows:
        lacks.append(f"too many to be numbered in one group, at most {LARGEST_INDEX}: {', '.join(cost.overflows[:3])}")
    if lacks:
        return Verdict(fits=False, message="; ".join(lacks))
    have_text = "" if memory is None else f" of {size(memory)} free"
    text = f"the run needs about {size(cost.memory_bytes)} of memory{have_text}"
    return Verdict(fits=True, message=f"{text} and {size(cost.disk_bytes)} of disk space")


def fits(cost: Estimate, folder: Path | None = None) -> Verdict:
    """Hold an estimate against this machine, with the results going to `folder` (its file system must have room)."""
    return check(cost, memory=available_memory(), disk=None if folder is None else available_disk(folder))


def size(count: float) -> str:
    """Spell a number of bytes.

    >>> size(1.5e9)
    '1.5 GB'
    """
    for factor, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if count >= 0.9995 * factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count:.0f} bytes"


def _check(record: CostModel | NeuronLoad | SynapseLoad | RecordingLoad) -> None:
    faults = []
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, (str, bool)) or value is None:
            continue
        if not (math.isfinite(value) and value >= 0):
            faults.append(Fault(f"{field.name} = {value} must be a finite number, not negative", path=field.name))
    if faults:
        raise InputError(faults)
