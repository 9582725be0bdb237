"""`Brain`: regions wired by a connectome, built up piece by piece and resolved to a flat network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from braincore.errors import Fault, InputError, suggest

if TYPE_CHECKING:
    from braincore.model.connectome import Connectome
from braincore.model.blame import blamed
from braincore.model.brain_types import type_faults
from braincore.model.checks import check_network
from braincore.model.connectors import AllToAll, Connector
from braincore.model.intervention import Intervention
from braincore.model.network import SPIKE_SOURCE, NetworkSpec
from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parts import Parts, choose_receptor
from braincore.model.pathway import Edges, Pathway
from braincore.model.population import Population, Projection, split_address
from braincore.model.recording import Recording
from braincore.model.reference import Reference, expected
from braincore.model.region import Port, Region, RegionModel
from braincore.model.stimulus import CurrentInput, PoissonInput, SpikeInput, SpikeTrains, Stimulus, Waveform, window
from braincore.model.synapse import LearningRule
from braincore.model.typed import build, expect, expect_each
from braincore.units import TIME, Quantity

__all__ = ["SPIKE_SOURCE", "BrainSpec", "Poisson", "poisson"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Poisson:
    """Random input for `Brain.stimulate`: `sources` independent Poisson trains of `rate` per neuron."""

    rate: Any
    sources: float = 1


def poisson(rate: Any, sources: float = 1) -> Poisson:
    """Return random input for `Brain.stimulate`: ``poisson(15*Hz, sources=900)``."""
    return Poisson(rate=rate, sources=sources)


@dataclass(kw_only=True)
class BrainSpec:
    """A brain: regions, the connectome that wires them, stimuli, interventions, and what is recorded.

    Attributes
    ----------
    title, seed, dt, duration
        As of a `NetworkSpec`.
    connectome
        Regions and tracts; None for a brain of loose populations.
    region
        What every region of the connectome is that `regions` does not name.
    regions
        Region by name.
    populations, projections, pathways, stimuli, interventions, recording, references
        See their classes.
    velocity
        Conduction velocity: delay = length / velocity.
    min_delay
        Shorter delays of pathways are raised to it; None refuses delays below the time step.
    """

    title: str = ""
    seed: int = 1
    dt: Any = "0.1 ms"
    duration: Any = "1 s"
    connectome: Connectome | None = None
    region: Region | RegionModel | None = None
    regions: dict[str, Region | RegionModel] = field(default_factory=dict)
    populations: list[Population] = field(default_factory=list)
    projections: list[Projection] = field(default_factory=list)
    pathways: list[Pathway] = field(default_factory=list)
    stimuli: list[Stimulus] = field(default_factory=list)
    interventions: list[Intervention] = field(default_factory=list)
    recording: Recording = field(default_factory=Recording)
    references: list[Reference] = field(default_factory=list)
    velocity: Any = None
    min_delay: Any = None

    def add(self, name: str, size: int, neuron: NeuronModel | str, **more: Any) -> Population:
        """Add a loose population and return it; `more` are the fields of `Population`."""
        model = neurons.get(neuron) if isinstance(neuron, str) else neuron
        population = build(Population, "a population", {"name": name, "size": size, "neuron": model, **more})
        self.populations.append(population)
        return population

    def connect(
        self,
        source: str,
        target: str,
        connector: Connector | None = None,
        *,
        weight: Any,
        delay: Any = None,
        receptor: str = "",
        rules: LearningRule | Sequence[LearningRule] = (),
        bounds: Any = None,
        name: str = "",
    ) -> Projection:
        """Add a projection (all-to-all without a connector) and return it."""
        chain: Any = (rules,) if isinstance(rules, LearningRule) else rules
        projection = Projection(
            source=source,
            target=target,
            connector=AllToAll() if connector is None else connector,
            weight=weight,
            delay=delay,
            receptor=receptor,
            rules=chain,
            bounds=bounds,
            name=name,
            origin=f"projections.{len(self.projections)}",
        )
        self.projections.append(projection)
        return projection

    def pathway(self, source: str, target: str, **more: Any) -> Pathway:
        """Add a rule that turns the edges of the connectome into projections; `more` are the fields of `Pathway`."""
        path = build(Pathway, "a pathway", {"source": source, "target": target, **more})
        self.pathways.append(path)
        return path

    def stimulate(
        self, target: str, what: Poisson | SpikeTrains | Waveform, *, during: Any = None, name: str = "", **more: Any
    ) -> Stimulus:
        """Add a stimulus: random input (`poisson`), given spikes, or a current waveform."""
        origin = f"stimuli.{len(self.stimuli)}"
        given = {"target": target, "name": name, "origin": origin, **more}
        stimulus: Stimulus
        if isinstance(what, Poisson):
            random = {"rate": what.rate, "sources": what.sources, "during": during}
            stimulus = build(PoissonInput, "random input", {**random, **given})
        elif isinstance(what, SpikeTrains):
            trains = what if during is None else what.within(window(during))
            stimulus = build(SpikeInput, "spike input", {"trains": trains, **given})
        else:
            hint = "Such as poisson('8 Hz'), Step(amplitude='1 nA') or SpikeTrains(...)"
            expect(what, get_args(Waveform), "the stimulus", hint)
            stimulus = build(CurrentInput, "a current", {"waveform": what, "during": during, **given})
        self.stimuli.append(stimulus)
        return stimulus

    def intervene(self, *acts: Intervention) -> None:
        """Add interventions."""
        hint = "Such as Silence(target='E')"
        self.interventions += expect_each(acts, get_args(Intervention), "interventions", hint)

    def record(self, **what: Any) -> None:
        """Set what is recorded; `what` are the fields of `Recording`."""
        before = {f.name: getattr(self.recording, f.name) for f in fields(Recording)}
        self.recording = build(Recording, "a recording", {**before, **what})

    def expect(
        self,
        population: str,
        *,
        within: float = 0.1,
        after: Any = "0 s",
        before: Any = None,
        source: str = "",
        **numbers: Any,
    ) -> None:
        """Add what a run must show of a population: ``expect("net.E", rate="37.7 Hz", source="Brunel 2000")``.

        See `braincore.model.reference.expected` for the arguments.
        """
        origin = f"references.{len(self.references)}"
        span = {"after": after, "before": before}
        self.references += expected(population, within=within, **span, source=source, origin=origin, **numbers)

    def resolve(self, duration: Any = None) -> NetworkSpec:
        """Return the flat network: every region spelled out, every edge of the connectome a projection, all checked.

        Raises
        ------
        InputError
            With every fault found, each with its place in the description.
        """
        if isinstance(self.seed, np.integer):
            self.seed = int(self.seed)
        faults = type_faults(self)
        if faults:
            raise InputError(faults)
        dt = _timed(self.dt, "dt", faults)
        length = _timed(self.duration if duration is None else duration, "duration", faults)
        if faults:
            raise InputError(faults)
        described, faults = self._described()
        parts = Parts()
        for name, region in described.items():
            parts.add_region(name, region)
        for population in self.populations:
            parts.add_population(population)
        if not parts.populations and not faults:  # whatever else is wrong follows from it
            faults.append(Fault("the brain has no population", hint="Give it regions or populations"))
        if faults:
            raise InputError(faults)
        self._add_pathways(parts, described, dt)
        for i, projection in enumerate(self.projections):
            parts.add_projection(projection, projection.origin or f"projections.{i}")
        for i, stimulus in enumerate(self.stimuli):
            parts.add_stimulus(stimulus, stimulus.origin or f"stimuli.{i}")
        network = NetworkSpec(
            title=self.title,
            seed=self.seed,
            dt=dt,
            duration=length,
            populations=tuple(parts.populations),
            projections=tuple(parts.projections),
            spikes=tuple(parts.spikes),
            stimuli=tuple(parts.stimuli),
            interventions=tuple(self.interventions),
            recording=self.recording,
        )
        faults = [*parts.faults, *check_network(network), *_unknown(self.references, network)]
        if faults:
            raise InputError(faults)
        return network

    def _described(self) -> tuple[dict[str, Region], list[Fault]]:
        faults: list[Fault] = []
        chosen: dict[str, Region | RegionModel] = {}
        names = list(self.connectome.names) if self.connectome is not None else []
        for name in names:
            given = self.regions.get(name, self.region)
            if given is None:
                hint = "Name it under regions, or give regions.default"
                faults.append(Fault(f"region '{name}' of the connectome is not described", path="regions", hint=hint))
            else:
                chosen[name] = given
        for name, given in self.regions.items():
            if names and name not in names:
                hint = suggest(name, names, noun="region")
                faults.append(Fault(f"region '{name}' is not in the connectome", path=f"regions.{name}", hint=hint))
            chosen.setdefault(name, given)
        described: dict[str, Region] = {}
        cache: dict[int, Region] = {}  # one description for all regions that share a model
        for name, given in chosen.items():
            if isinstance(given, RegionModel) and id(given) not in cache:
                cache[id(given)] = given.describe()
            described[name] = given if isinstance(given, Region) else cache[id(given)]
        return described, faults

    def _add_pathways(self, parts: Parts, described: Mapping[str, Region], dt: Quantity) -> None:
        if not self.pathways:
            return
        if self.connectome is None:
            parts.faults.append(Fault("pathways need a connectome", path="pathways"))
            return
        edges, delays = self._edges()
        used = np.zeros(edges.count, dtype=bool)
        special = [p for p in self.pathways if p.between is not None]
        for path in [*special, *(p for p in self.pathways if p.between is None)]:
            origin = path.origin or f"pathways.{path.name}"
            with blamed(parts.faults, origin):
                chosen = path.matches(edges)
                if path.between is not None:
                    if not chosen.any():
                        edge = "->".join(path.between)
                        known = [f"{u}->{v}" for u, v in zip(edges.sources, edges.targets, strict=True)]
                        raise InputError(f"the connectome has no edge {edge}", hint=suggest(edge, known, noun="edge"))
                    used |= chosen
                else:
                    chosen &= ~used
                self._wire(parts, described, path, edges.only(chosen), delays[chosen], dt, origin)

    def _wire(
        self,
        parts: Parts,
        described: Mapping[str, Region],
        path: Pathway,
        edges: Edges,
        delays: np.ndarray[Any, Any],
        dt: Quantity,
        origin: str,
    ) -> None:
        if not edges.count:
            return
        sources = [_end(parts, described, name, path.source, "from")[0] for name in edges.sources]
        ends = [_end(parts, described, name, path.target, "to") for name in edges.targets]
        targets = [address for address, _ in ends]
        for name, source, (_, port) in zip(edges.targets, sources, ends, strict=True):
            if port is not None:
                port.check(f"{name}.{path.target}", parts.population(source).sign, source)
        sizes = np.array([parts.size_of(t) for t in targets], dtype=np.int64)
        connectors = path.connectors(edges, sizes)
        receptors = [
            path.receptor or choose_receptor(parts.population(t).neuron, path.weight, parts.population(s).sign, port)
            for s, (t, port) in zip(sources, ends, strict=True)
        ]
        weights = path.weights(edges, parts.population(targets[0]).neuron.weight_dimension(receptors[0]))
        for k, connector in enumerate(connectors):
            if connector is None:
                continue
            receptor = parts.population(targets[k]).neuron.receptor(receptors[k])
            delay = path.delay
            if delay is None and not receptor.transmission:  # what is transmitted at all times has no delay
                delay = self._delay(edges, delays, k, dt)
            parts.projections.append(
                Projection(
                    source=sources[k],
                    target=targets[k],
                    connector=connector,
                    weight=weights[k],
                    delay=delay,
                    receptor=receptors[k],
                    rules=path.rules,
                    bounds=path.bounds,
                    name=parts.unique(f"{sources[k]}->{targets[k]}", path.name),
                    origin=origin,
                )
            )

    def _delay(self, edges: Edges, delays: np.ndarray[Any, Any], k: int, dt: Quantity) -> Quantity:
        delay = float(delays[k])
        edge = f"{edges.sources[k]}->{edges.targets[k]}"
        if math.isnan(delay):
            raise InputError(f"edge {edge} has no length", path="delay", hint="Give the pathway a delay")
        least = None if self.min_delay is None else Quantity.of(self.min_delay, TIME).si
        if least is not None:
            delay = max(delay, least)
        if delay < dt.si * (1 - 1e-9):
            hint = "Set connectome.min_delay, or a smaller dt"
            raise InputError(f"delay {delay * 1e3:.4g} ms of edge {edge} is below the time step {dt}", hint=hint)
        return Quantity.from_si(delay, TIME)

    def _edges(self) -> tuple[Edges, np.ndarray[Any, Any]]:
        """Return the connectome's edges as columns, and their delays in seconds (NaN without a length)."""
        assert self.connectome is not None
        graph = self.connectome.graph
        rows = [(u, v, data) for u, v, data in graph.edges(data=True)]
        columns: dict[str, list[Any]] = {}
        for name in sorted({key for _, _, data in rows for key in data}):
            columns[name] = [data.get(name) for _, _, data in rows]
        for name in sorted({key for _, data in graph.nodes(data=True) for key in data}):
            columns[f"source_{name}"] = [graph.nodes[u].get(name) for u, _, _ in rows]
            columns[f"target_{name}"] = [graph.nodes[v].get(name) for _, v, _ in rows]
        connectome = self.connectome if self.velocity is None else self.connectome.with_(velocity=self.velocity)
        delays = connectome.delays(missing="nan")
        return Edges([str(u) for u, _, _ in rows], [str(v) for _, v, _ in rows], columns), delays


def _unknown(references: Sequence[Reference], network: NetworkSpec) -> list[Fault]:
    """Return a fault for each reference to a population that there is not."""
    names = {p.name for p in network.populations}
    faults = []
    for k, reference in enumerate(references):
        place = reference.origin or f"references.{k}"
        if reference.population not in names:
            hint = suggest(reference.population, names, noun="population")
            message = f"there is no population '{reference.population}'"
            faults.append(Fault(message, path=f"{place}.population", hint=hint))
    return list(dict.fromkeys(faults))


def _timed(given: Any, path: str, faults: list[Fault]) -> Quantity:
    try:
        return Quantity.of(given, TIME)
    except InputError as error:
        faults += [Fault(f.message, path=path, hint=f.hint) for f in error.faults]
        return Quantity(1.0, "ms")


def _end(parts: Parts, described: Mapping[str, Region], region: str, name: str, path: str) -> tuple[str, Port | None]:
    """Return the population on an end of a pathway, and the port if it is named by one."""
    inside = described[region]
    known = [*(p.name for p in inside.populations), *inside.ports]
    if split_address(name)[0] not in known:
        hint = suggest(name, known, noun="population and port")
        raise InputError(f"region '{region}' has no population or port '{name}'", path=path, hint=hint)
    faults: list[Fault] = []
    with blamed(faults, path):
        return parts.through(f"{region}.{name}", "out" if path == "from" else "in")
    raise InputError(faults)
