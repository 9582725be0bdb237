"""`NetworkSpec`: the flat, frozen network that a brain resolves to, and that build, theory and exporters read."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from braincore.errors import InputError, UnknownNameError, suggest
from braincore.model.connectors import Indices, Site
from braincore.model.intervention import Freeze, Intervention, Optogenetic, ScaleReceptor
from braincore.model.plain import content_hash
from braincore.model.population import Population, Projection, matching, split_address
from braincore.model.recording import Recording
from braincore.model.stimulus import CurrentInput, PoissonInput, SpikeTrains
from braincore.model.streams import stream
from braincore.model.values import Floats
from braincore.units import CURRENT, VOLTAGE, Quantity

SPIKE_SOURCE = "spike_source"
"""The neuron whose populations replay the trains of `NetworkSpec.spikes`."""


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
    recording: Recording = field(default_factory=Recording)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the content: what is simulated, not what it is called or where it was written."""
        return content_hash(self, simulated=True)

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

    def step_of(self, seconds: float) -> int:
        """Return the first step that starts at or after a time (a millionth of a step early counts as at it)."""
        return math.ceil(seconds / self.dt.si - 1e-6)

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
        if not found and name != "all":
            self.population(name)
        return [(p, slice(0, p.size)) for p in found]

    def affected(self, act: Intervention) -> list[tuple[Population, Indices | slice]]:
        """Return the populations (and which of their neurons) that an intervention acts on: those that it can."""
        if isinstance(act, Freeze):
            return []
        return [(p, chosen) for p, chosen in self.targets(act.target) if not obstacle(act, p)]

    def frozen(self, act: Freeze) -> list[Projection]:
        """Return the projections whose learning an intervention stops.

        Raises
        ------
        InputError, UnknownNameError
            There is no such projection, or it has no long-term rule.
        """
        learning = [p for p in self.projections if any(rule.term == "long" for rule in p.rules)]
        if act.target == "all":
            if not learning:
                raise InputError("no projection has a long-term rule", hint="Leave the freeze out")
            return learning
        found = [p for p in learning if p.name == act.target]
        if not found:
            if any(p.name == act.target for p in self.projections):
                raise InputError(f"no long-term rule changes the weights of '{act.target}'")
            hint = suggest(act.target, [*(p.name for p in learning), "all"], noun="projection")
            raise UnknownNameError(f"unknown projection '{act.target}'", hint=hint)
        return found

    @cached_property
    def _positions(self) -> dict[str, Floats | None]:
        return {}

    def positions(self, name: str) -> Floats | None:
        """Return the positions of a population in metres, shape (n, dimensions), or None."""
        if name not in self._positions:
            population, found = self.population(name), None
            if population.layout is not None:
                found = population.layout.positions(population.size, stream(self.seed, "positions", name))
            self._positions[name] = found
        return self._positions[name]

    def site(self, projection: Projection) -> Site:
        """Return what the connector of a projection may know of its ends."""
        ends = [(self.population(a), self.selected(a)) for a in (projection.source, projection.target)]
        sizes = [count(chosen) for _, chosen in ends]
        places = [self.positions(population.name) for population, _ in ends]
        pre, post = (where if where is None else where[chosen] for where, (_, chosen) in zip(places, ends, strict=True))
        same = ends[0][0] is ends[1][0]
        whole = same and _equal(ends[0][1], ends[1][1])
        return Site(
            n_pre=sizes[0],
            n_post=sizes[1],
            same=whole,
            pre_positions=pre,
            post_positions=post,
            ids=(indices(ends[0][1]), indices(ends[1][1])) if same and not whole else None,
        )


def _equal(a: Indices | slice, b: Indices | slice) -> bool:
    return a == b if isinstance(a, slice) and isinstance(b, slice) else np.array_equal(indices(a), indices(b))


def obstacle(act: Intervention, population: Population) -> str:
    """Say why an intervention cannot act on a population; empty if it can."""
    neuron = population.neuron
    if isinstance(act, ScaleReceptor) and act.receptor not in neuron.receptors:
        return f"'{population.name}' has no receptor '{act.receptor}'"
    if isinstance(act, Optogenetic):
        if neuron.membrane_dimension != VOLTAGE or neuron.input_dimension != CURRENT:
            return f"light is a conductance, but '{population.name}' has no membrane in volt with input in ampere"
        if not neuron.inputs & {"I", "I_ext"}:
            return f"neuron '{neuron.name}' of '{population.name}' has no input current: it must read I or I_ext"
    return ""


def count(chosen: Indices | slice) -> int:
    """Return how many neurons a selection holds."""
    return chosen.stop - chosen.start if isinstance(chosen, slice) else int(chosen.size)


def expected_synapses(network: NetworkSpec) -> float:
    """Return the expected number of synapses of all projections."""
    return math.fsum(p.connector.expected(network.site(p)) for p in network.projections)


def indices(chosen: Indices | slice) -> Indices:
    """Return a selection as indices."""
    if isinstance(chosen, slice):
        return np.arange(chosen.start, chosen.stop, dtype=np.int32)
    return chosen
