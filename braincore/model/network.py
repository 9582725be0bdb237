"""`NetworkSpec`: the flat, frozen network that a brain resolves to, and that build, theory and exporters read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from braincore.errors import Fault, InputError, suggest
from braincore.model.connectors import Indices, Site
from braincore.model.intervention import Intervention, Lesion, Optogenetic, ScaleReceptor, Silence
from braincore.model.plain import content_hash
from braincore.model.population import Population, Projection, matching, split_address
from braincore.model.recording import Recording
from braincore.model.stimulus import CurrentInput, PoissonInput, SpikeTrains, Step
from braincore.model.streams import stream
from braincore.model.values import Floats, Value, as_value, support
from braincore.units import VOLTAGE, Quantity

MAX_STEPS = 2**53


@dataclass(frozen=True, kw_only=True)
class NetworkSpec:
    """A network, spelled out.

    Attributes
    ----------
    title
        For people.
    seed
        0 to 2**64 - 1.
    dt, duration
        Time step and length of the run.
    populations, projections
        With full names (``V1.L4e``).
    spikes
        Given spike trains of source populations, by population.
    stimuli
        Random input and currents; each target is a population or a selection of one.
    interventions
        As described.
    recording
        As described.
    """

    title: str = ""
    seed: int
    dt: Quantity
    duration: Quantity
    populations: tuple[Population, ...]
    projections: tuple[Projection, ...] = ()
    spikes: tuple[tuple[str, SpikeTrains], ...] = ()
    stimuli: tuple[PoissonInput | CurrentInput, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    recording: Recording = Recording()

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content: what is simulated, not what it is called or where it was written."""
        return content_hash(self)

    @cached_property
    def _by_name(self) -> dict[str, Population]:
        return {p.name: p for p in self.populations}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the populations, in order."""
        return tuple(self._by_name)

    @property
    def steps(self) -> int:
        """Number of time steps."""
        return round(self.duration.si / self.dt.si)

    @property
    def size(self) -> int:
        """Number of neurons, sources included."""
        return sum(p.size for p in self.populations)

    def population(self, address: str) -> Population:
        """Return the population an address lies in; raise `InputError` with the nearest name if there is none."""
        name, _ = split_address(address)
        try:
            return self._by_name[name]
        except KeyError:
            hint = suggest(name, self.names, noun="population")
            raise InputError(f"unknown population '{name}'", hint=hint) from None

    def selected(self, address: str) -> Indices | slice:
        """Return which neurons of its population an address means."""
        _, selection = split_address(address)
        return self.population(address).select(selection) if selection else slice(0, self.population(address).size)

    def targets(self, address: str) -> list[tuple[Population, Indices | slice]]:
        """Return the populations (and which of their neurons) that an address means; a region means all of its own."""
        name, selection = split_address(address)
        if selection:
            return [(self.population(address), self.selected(address))]
        found = [self._by_name[n] for n in (self.names if name == "all" else matching(name, self.names))]
        if not found:
            self.population(name)
        return [(p, slice(0, p.size)) for p in found]

    @cached_property
    def _positions(self) -> dict[str, Floats]:
        return {
            p.name: p.layout.positions(p.size, stream(self.seed, "positions", p.name))
            for p in self.populations
            if p.layout is not None
        }

    def positions(self, name: str) -> Floats | None:
        """Return the positions of a population in metres, shape (n, dimensions), or None."""
        return self._positions.get(name)

    def site(self, projection: Projection) -> Site:
        """Return what the connector of a projection may know of its ends."""
        ends = [(self.population(a), self.selected(a)) for a in (projection.source, projection.target)]
        sizes, places = [], []
        for population, chosen in ends:
            sizes.append(count(chosen))
            where = self.positions(population.name)
            places.append(None if where is None else where[chosen])
        return Site(
            n_pre=sizes[0],
            n_post=sizes[1],
            same=projection.source == projection.target,
            pre_positions=places[0],
            post_positions=places[1],
        )


def count(chosen: Indices | slice) -> int:
    """Return how many neurons a selection holds."""
    return chosen.stop - chosen.start if isinstance(chosen, slice) else int(chosen.size)


def check_network(network: NetworkSpec) -> list[Fault]:
    """Return everything that is wrong with a network: references, dimensions, sizes and times."""
    faults = _check_times(network)
    seen: dict[str, str] = {}
    for population in network.populations:
        if population.name in seen:
            faults.append(Fault(f"population '{population.name}' is given twice", path=population.origin))
        seen[population.name] = population.origin
    names: set[str] = set()
    for projection in network.projections:
        if projection.name in names:
            faults.append(Fault(f"projection '{projection.name}' is given twice", path=projection.origin))
        names.add(projection.name)
        faults += _guarded(projection.origin, lambda p=projection: _check_projection(network, p))  # type: ignore[misc]
    for stimulus in network.stimuli:
        faults += _guarded(stimulus.origin, lambda s=stimulus: _check_stimulus(network, s))  # type: ignore[misc]
    for act in network.interventions:
        faults += _guarded(act.origin, lambda a=act: _check_intervention(network, a))  # type: ignore[misc]
    faults += _check_recording(network)
    return faults


def _guarded(origin: str, check) -> list[Fault]:  # type: ignore[no-untyped-def]
    try:
        check()
    except InputError as error:
        paths = [".".join(p for p in (origin, f.path) if p) for f in error.faults]
        return [Fault(f.message, f.where, path, f.hint) for f, path in zip(error.faults, paths, strict=True)]
    return []


def _check_times(network: NetworkSpec) -> list[Fault]:
    faults = []
    if not 0 <= network.seed < 2**64:
        faults.append(Fault(f"seed {network.seed}", path="seed", hint="A whole number from 0 to 2**64 - 1"))
    if network.dt.si <= 0:
        return [*faults, Fault(f"time step {network.dt} is not positive", path="dt")]
    ratio = network.duration.si / network.dt.si
    if ratio < 1 - 1e-9:
        faults.append(Fault(f"duration {network.duration} is below one time step of {network.dt}", path="duration"))
    elif ratio > MAX_STEPS:
        faults.append(Fault(f"duration {network.duration} is over 2**53 time steps", path="duration"))
    elif abs(ratio - round(ratio)) > 1e-6 * max(1.0, ratio) ** 0.5:
        hint = f"{round(ratio) * network.dt.si * 1e3:.10g} ms is"
        faults.append(
            Fault(
                f"duration {network.duration} is no multiple of the time step {network.dt}", path="duration", hint=hint
            )
        )
    return faults


def _check_projection(network: NetworkSpec, projection: Projection) -> None:
    faults: list[Fault] = []
    for end, address in (("from", projection.source), ("to", projection.target)):
        faults += _renamed(end, lambda a=address: network.selected(a))  # type: ignore[misc]
    if faults:
        raise InputError(faults)
    source, target = network.population(projection.source), network.population(projection.target)
    faults += _renamed("receptor", lambda: target.neuron.receptor(projection.receptor))
    if faults:
        raise InputError(faults)
    receptor = target.neuron.receptor(projection.receptor)
    dimension = target.neuron.weight_dimension(projection.receptor)
    faults += _renamed("weight", lambda: as_value(projection.weight, dimension))
    if receptor.on_pre and not source.neuron.spikes:
        message = f"'{source.name}' does not spike, but receptor '{projection.receptor}' waits for spikes"
        faults.append(Fault(message, path="from"))
    if receptor.conductance and support(projection.weight)[0] < 0:
        message = f"weight of conductance '{projection.receptor}' may be negative"
        hint = "A conductance is at least 0; inhibition is in its reversal potential"
        faults.append(Fault(message, path="weight", hint=hint))
    if projection.delay is not None and support(projection.delay)[0] < network.dt.si * (1 - 1e-9):
        least = support(projection.delay)[0] * 1e3
        message = f"delay {least:.6g} ms is below the time step {network.dt}"
        faults.append(Fault(message, path="delay", hint=f"At least {network.dt}"))
    site = network.site(projection)
    faults += _renamed("connect", lambda: projection.connector.check(site))
    for what, value in (("weight", projection.weight), ("delay", projection.delay)):
        expected = projection.connector.expected(site) if hasattr(value, "__len__") else 0
        if value is not None and hasattr(value, "__len__") and len(value) != round(expected):
            faults.append(Fault(f"{len(value)} values for {expected:.0f} synapses", path=what))
    if faults:
        raise InputError(faults)


def _renamed(path: str, check) -> list[Fault]:  # type: ignore[no-untyped-def]
    try:
        check()
    except InputError as error:
        return [Fault(f.message, f.where, path, f.hint) for f in error.faults]
    return []


def _fits(value: Value, size: int, path: str) -> None:
    if hasattr(value, "__len__") and len(value) != size:
        raise InputError(f"{len(value)} values for {size} neurons", path=path)


def _check_stimulus(network: NetworkSpec, stimulus: PoissonInput | CurrentInput) -> None:
    faults = _renamed("target", lambda: network.targets(stimulus.target))
    if faults:
        raise InputError(faults)
    for population, chosen in network.targets(stimulus.target):
        neuron = population.neuron
        if isinstance(stimulus, PoissonInput):
            faults = _renamed("receptor", lambda n=neuron: n.receptor(stimulus.receptor))  # type: ignore[misc]
            if faults:
                raise InputError(faults)
            receptor = neuron.receptor(stimulus.receptor)
            if not receptor.on_pre:
                raise InputError(f"receptor '{stimulus.receptor}' takes no spikes", path="receptor")
            as_value(stimulus.weight, neuron.weight_dimension(stimulus.receptor), path="weight")
            _fits(stimulus.weight, count(chosen), "weight")
            if not isinstance(stimulus.rate, str):
                _fits(stimulus.rate, count(chosen), "rate")
            continue
        inputs = {"I", "I_ext"} & _names_used(neuron.equations)
        if not inputs:
            message = f"neuron '{neuron.name}' of '{population.name}' has no input current"
            raise InputError(message, path="target", hint="Its equations must read I or I_ext")
        wave = stimulus.waveform
        if isinstance(wave, Step):
            as_value(wave.amplitude, neuron.input_dimension, path="amplitude")
            _fits(wave.amplitude, count(chosen), "amplitude")
        else:
            for name in ("amplitude", "start", "stop", "offset", "mean", "sd", "values"):
                value = getattr(wave, name, None)
                if value is not None:
                    as_value(value, neuron.input_dimension, path=name)


def _names_used(equations: str) -> frozenset[str]:
    from braincore.expressions import parse_equations

    return frozenset().union(*(e.expression.names for e in parse_equations(equations) if e.expression is not None))


def _check_intervention(network: NetworkSpec, act: Intervention) -> None:
    if isinstance(act, Lesion) and any(p.name == act.target for p in network.projections):
        return
    key = "lesion" if isinstance(act, Lesion) else "silence" if isinstance(act, Silence) else "target"
    faults = _renamed(key, lambda: network.targets(act.target))
    if faults:
        raise InputError(faults)
    for population, _ in network.targets(act.target):
        if isinstance(act, ScaleReceptor):
            faults = _renamed("receptor", lambda n=population.neuron: n.receptor(act.receptor))  # type: ignore[misc]
            if faults:
                raise InputError(faults)
        if isinstance(act, Optogenetic) and population.neuron.membrane_dimension != VOLTAGE:
            message = f"light is a conductance, but the membrane of '{population.name}' is not in volt"
            raise InputError(message, path="target")


def _check_recording(network: NetworkSpec) -> list[Fault]:
    faults: list[Fault] = []
    record = network.recording
    for i, address in enumerate(record.spikes):
        path = "spikes" if len(record.spikes) == 1 else f"spikes.{i}"
        faults += _guarded(record.origin, lambda a=address, p=path: _named(network, a, p))  # type: ignore[misc]
    for trace in record.traces:
        faults += _guarded(trace.origin, lambda t=trace: _check_trace(network, t))  # type: ignore[misc]
    known = {p.name for p in network.projections}
    for weights in record.weights:
        if weights.projection not in known:
            hint = suggest(weights.projection, known, noun="projection")
            faults.append(Fault(f"unknown projection '{weights.projection}'", path=weights.origin, hint=hint))
    return faults


def _named(network: NetworkSpec, address: str, path: str) -> None:
    try:
        network.targets(address)
    except InputError as error:
        raise InputError([Fault(f.message, f.where, path, f.hint) for f in error.faults]) from None


def _check_trace(network: NetworkSpec, trace) -> None:  # type: ignore[no-untyped-def]
    for population, _ in network.targets(trace.target):
        known = population.neuron.recordable
        for variable in trace.variables:
            if variable not in known:
                message = f"'{population.name}' has no variable '{variable}'"
                raise InputError(message, path="variables", hint=suggest(variable, known, noun="variable"))
    if trace.interval is not None:
        ratio = trace.interval.si / network.dt.si
        if ratio < 1 - 1e-9 or abs(ratio - round(ratio)) > 1e-6:
            raise InputError(f"interval {trace.interval} is no multiple of the time step {network.dt}", path="interval")


def expected_synapses(network: NetworkSpec) -> float:
    """Return the expected number of synapses of all projections."""
    return math.fsum(p.connector.expected(network.site(p)) for p in network.projections)


def indices(chosen: Indices | slice) -> Indices:
    """Return a selection as indices."""
    if isinstance(chosen, slice):
        return np.arange(chosen.start, chosen.stop, dtype=np.int32)
    return chosen
