"""The flat pieces of a brain while they are collected: full names, chosen receptors, one fault list."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from typing import Any

from braincore.errors import Fault, InputError, suggest
from braincore.model.blame import blamed
from braincore.model.connectors import OneToOne
from braincore.model.network import SPIKE_SOURCE, count, indices
from braincore.model.neuron import NeuronModel, neurons
from braincore.model.population import Population, Projection, matching, split_address
from braincore.model.region import Port, Region
from braincore.model.stimulus import CurrentInput, PoissonInput, SpikeInput, SpikeTrains, Stimulus
from braincore.model.values import mean


class Parts:
    """What a `NetworkSpec` is put together from.

    Attributes
    ----------
    populations, projections, spikes, stimuli
        As of a `NetworkSpec`.
    faults
        What was wrong with what could not be added.
    """

    def __init__(self) -> None:
        self.populations: list[Population] = []
        self.projections: list[Projection] = []
        self.spikes: list[tuple[str, SpikeTrains]] = []
        self.stimuli: list[PoissonInput | CurrentInput] = []
        self.faults: list[Fault] = []
        self._index: dict[str, Population] = {}
        self._ports: dict[str, tuple[str, Port]] = {}
        self._names: set[str] = set()

    def population(self, address: str) -> Population:
        """Return the population an address lies in; raise `InputError` with the nearest name if there is none."""
        name, _ = split_address(address)
        if name not in self._index:
            hint = suggest(name, [*self._index, *self._ports], noun="population")
            raise InputError(f"unknown population '{name}'", hint=hint)
        return self._index[name]

    def through(self, address: str, way: str) -> tuple[str, Port | None]:
        """Return where an address leads that may be a port's, and the port.

        Raises
        ------
        InputError
            The port leads the other way.
        """
        name, selection = split_address(address)
        if name in self._index or name not in self._ports:
            return address, None
        region, port = self._ports[name]
        if port.way not in (way, "both"):
            told = "out of" if port.way == "out" else "into"
            raise InputError(f"port '{name}' leads {told} its region", hint=self._other_ports(region, way))
        inner = split_address(port.population)[1]
        if inner and selection:
            raise InputError(f"port '{name}' is a selection already", hint=f"It is {port.population}")
        return f"{region}.{port.population}{f'[{selection}]' if selection else ''}", port

    def _other_ports(self, region: str, way: str) -> str:
        found = [name for name, (of, port) in self._ports.items() if of == region and port.way in (way, "both")]
        return f"Ports that lead the other way: {', '.join(found)}" if found else "It has none that leads the other way"

    def size_of(self, address: str) -> int:
        """Return how many neurons an address means."""
        population = self.population(address)
        selection = split_address(address)[1]
        return count(population.select(selection)) if selection else population.size

    def unique(self, name: str, tag: str = "") -> str:
        """Return a name for a projection that is not taken: with a tag, and with a number if need be."""
        tagged = name if tag in ("", "default") else f"{name}:{tag}"
        found = _free(tagged, self._names)
        self._names.add(found)
        return found

    def add_population(self, population: Population) -> None:
        """Add a population."""
        self.populations.append(population)
        self._index.setdefault(population.name, population)

    def add_region(self, name: str, region: Region) -> None:
        """Add a region's populations, inner projections and background under their full names."""
        for population in region.populations:
            origin = population.origin or f"regions.{name}"
            self.add_population(replace(population, name=f"{name}.{population.name}", origin=origin))
        for port_name, port in region.ports.items():
            self._ports[f"{name}.{port_name}"] = name, port
        for projection in region.projections:
            moved = replace(
                projection,
                source=f"{name}.{projection.source}",
                target=f"{name}.{projection.target}",
                name=f"{name}.{projection.name}" if projection.name else "",
            )
            self.add_projection(moved, projection.origin or f"regions.{name}")
        for stimulus in region.stimuli:
            target = name if stimulus.target == "all" else f"{name}.{stimulus.target}"
            moved_stimulus = replace(stimulus, target=target)
            if isinstance(moved_stimulus, SpikeInput) and stimulus.name:
                moved_stimulus = replace(moved_stimulus, name=f"{name}.{stimulus.name}")
            self.add_stimulus(moved_stimulus, stimulus.origin or f"regions.{name}")

    def add_projection(self, projection: Projection, origin: str) -> None:
        """Add a projection, with a name and a receptor where it has none."""
        with blamed(self.faults, origin):
            named, (projection, port) = projection.target, self._between(projection)
            source, target = self._ends(projection)
            if port is not None:
                port.check(split_address(named)[0], source.sign, source.name)
            receptor = projection.receptor or choose_receptor(target.neuron, projection.weight, source.sign, port)
            name = projection.name or self.unique(f"{projection.source}->{projection.target}")
            self._names.add(name)
            self.projections.append(replace(projection, receptor=receptor, name=name, origin=origin))

    def _between(self, projection: Projection) -> tuple[Projection, Port | None]:
        """Return a projection between populations, of one between ports, and the port that it ends on."""
        faults: list[Fault] = []
        source, target, port = projection.source, projection.target, None
        with blamed(faults, "from"):
            source, _ = self.through(source, "out")
        with blamed(faults, "to"):
            target, port = self.through(target, "in")
        if faults:
            raise InputError(faults)
        return replace(projection, source=source, target=target), port

    def _ends(self, projection: Projection) -> tuple[Population, Population]:
        found: list[Population] = []
        faults: list[Fault] = []
        for end, address in (("from", projection.source), ("to", projection.target)):
            with blamed(faults, end):
                found.append(self.population(address))
        if faults:
            raise InputError(faults)
        return found[0], found[1]

    def add_stimulus(self, stimulus: Stimulus, origin: str) -> None:
        """Add a stimulus, spelled out for each population that its target means."""
        with blamed(self.faults, origin):
            target, port = self.through(stimulus.target, "in")
            if port is not None and port.receptor and not getattr(stimulus, "receptor", port.receptor):
                stimulus = replace(stimulus, receptor=port.receptor)  # type: ignore[arg-type]
            for address in self._targets(target):
                self._add_stimulus(replace(stimulus, target=address, origin=origin))

    def _targets(self, address: str) -> Iterable[str]:
        name, selection = split_address(address)
        found = list(self._index) if name == "all" else matching(name, list(self._index))
        if not found or selection:
            faults: list[Fault] = []
            with blamed(faults, "target"):
                self.population(name)
            if faults:
                raise InputError(faults)
            return [address]
        if name == "all":  # not those that replay given spikes, which take no input
            found = [n for n in found if self._index[n].neuron.name != SPIKE_SOURCE]
        return found

    def _add_stimulus(self, stimulus: Stimulus) -> None:
        population = self.population(stimulus.target)
        if isinstance(stimulus, CurrentInput):
            self.stimuli.append(stimulus)
        elif isinstance(stimulus, PoissonInput):
            receptor = stimulus.receptor or choose_receptor(population.neuron, stimulus.weight, "")
            self.stimuli.append(replace(stimulus, receptor=receptor))
        else:
            self._add_spikes(stimulus, population)

    def _add_spikes(self, stimulus: SpikeInput, population: Population) -> None:
        size = self.size_of(stimulus.target)
        last = int(stimulus.trains.neurons.max()) if stimulus.trains.neurons.size else -1
        if last >= size:
            raise InputError(f"a spike train is for neuron {last}, but '{stimulus.target}' has {size}", path="trains")
        if population.neuron.name == SPIKE_SOURCE:
            self._play(stimulus, population)
            return
        if stimulus.weight is None:
            raise InputError(f"the spikes for '{stimulus.target}' have no weight", path="weight")
        where = population.name.replace(".", "-")
        name = stimulus.name or _free(f"input.{where}", self._index)
        if name in self._index:
            raise InputError(f"there is a population '{name}' already", path="name", hint="One target for each input")
        self.add_population(Population(name=name, size=size, neuron=neurons.get(SPIKE_SOURCE), origin=stimulus.origin))
        self.spikes.append((name, stimulus.trains))
        projection = Projection(
            source=name,
            target=stimulus.target,
            connector=OneToOne(),
            weight=stimulus.weight,
            delay=stimulus.delay,
            receptor=stimulus.receptor or choose_receptor(population.neuron, stimulus.weight, ""),
        )
        self.add_projection(projection, stimulus.origin)

    def _play(self, stimulus: SpikeInput, population: Population) -> None:
        """Let a spike source spike at given times; several inputs add up."""
        for what in ("weight", "delay"):
            if getattr(stimulus, what) is not None:
                hint = "Give it to the projections of the source"
                raise InputError(f"spikes of the source '{population.name}' have no {what}", path=what, hint=hint)
        selection = split_address(stimulus.target)[1]
        trains = stimulus.trains
        if selection:
            chosen = indices(population.select(selection))
            trains = SpikeTrains(times=trains.times, neurons=chosen[trains.neurons], source=trains.source)
        for k, (name, before) in enumerate(self.spikes):
            if name == population.name:
                self.spikes[k] = (name, before.with_more(trains))
                return
        self.spikes.append((population.name, trains))


def _free(name: str, taken: Container[str]) -> str:
    candidate, k = name, 2
    while candidate in taken:
        candidate, k = f"{name}#{k}", k + 1
    return candidate


def choose_receptor(neuron: NeuronModel, weight: Any, sign: str, port: Port | None = None) -> str:
    """Choose the receptor where none is named: that of the port, the only one, or ``exc`` and ``inh`` by the sign."""
    if port is not None and port.receptor:
        return port.receptor
    names = list(neuron.receptors)
    if len(names) == 1:
        return names[0]
    if {"exc", "inh"} <= set(names):
        negative = not isinstance(weight, str) and mean(weight) < 0
        return "inh" if negative or sign == "inhibitory" else "exc"
    if not names:
        raise InputError(f"neuron '{neuron.name}' has no receptor", path="receptor")
    hint = f"Choose one of {', '.join(names)}"
    raise InputError(f"neuron '{neuron.name}' has several receptors", path="receptor", hint=hint)
