"""Brains that are run in memory, for protocols: spikes and weights are kept, and what learning cost is counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.build import BuiltNetwork, Conductor, EngineChoice, Recorder, build
from braincore.errors import BraincoreError
from braincore.model import BrainSpec, NetworkSpec

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass
class Kept:
    """A sink that keeps spikes and weights in memory."""

    spikes: list[tuple[Ints, Ints, Ints]] = field(default_factory=list)
    snapshots: dict[str, list[tuple[int, Floats]]] = field(default_factory=dict)

    def write_spikes(
        self, steps: ArrayLike, t: ArrayLike | None, population_codes: ArrayLike, neuron: ArrayLike
    ) -> None:
        """Keep spikes."""
        self.spikes.append((np.array(steps), np.array(population_codes), np.array(neuron)))

    def write_rates(self, steps: ArrayLike, population_codes: ArrayLike, count: ArrayLike, *, bin_steps: int) -> None:
        """Nothing of protocols is binned."""

    def write_traces(
        self,
        name: str,
        steps: ArrayLike,
        t: ArrayLike | None,
        population_codes: ArrayLike,
        neuron: ArrayLike,
        variables: Mapping[str, ArrayLike],
        units: Mapping[str, str],
    ) -> None:
        """Protocols record no traces."""

    def write_weights(
        self,
        name: str,
        step: int,
        pre: ArrayLike,
        post: ArrayLike,
        variables: Mapping[str, ArrayLike],
        units: Mapping[str, str],
    ) -> None:
        """Keep weights."""
        self.snapshots.setdefault(name, []).append((step, np.array(variables["w"], dtype=np.float64)))

    def write_histogram(
        self, name: str, step: int, low: ArrayLike, high: ArrayLike, count: ArrayLike, *, unit: str
    ) -> None:
        """Protocols record no histograms."""

    def advance(self, step: int) -> None:
        """Everything is kept in the order in which it comes."""


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """A network that was run in memory."""

    network: NetworkSpec
    built: BuiltNetwork
    sink: Kept
    seconds: float

    def raster(self, population: str) -> tuple[Ints, Ints]:
        """Return the steps of the spikes of a population and the neurons that they are of, in time."""
        code = self.network.names.index(population)
        rows = [(steps[codes == code], who[codes == code]) for steps, codes, who in self.sink.spikes]
        none = np.empty(0, dtype=np.int64)
        steps, who = (np.concatenate([none, *parts]) for parts in (zip(*rows, strict=True) if rows else ((), ())))
        order = np.argsort(steps, kind="stable")
        return steps[order].astype(np.int64), who[order].astype(np.int64)

    def counts(self, population: str) -> Ints:
        """Return the number of spikes of each neuron of a population."""
        return np.bincount(self.raster(population)[1], minlength=self.network.population(population).size)

    @property
    def spikes(self) -> int:
        """Number of spikes."""
        return sum(len(steps) for steps, _, _ in self.sink.spikes)

    @property
    def events(self) -> int:
        """Number of spikes that synapses with a long-term rule have seen, at either end."""
        total = 0
        for projection in self.network.projections:
            if any(rule.term == "long" for rule in projection.rules):
                ends = self.built.ends(projection.name)
                for side, address in zip(ends, (projection.source, projection.target), strict=True):
                    total += int(self.counts(self.network.population(address).name)[side].sum())
        return total


@dataclass
class Acting(Conductor):
    """A conductor that lets somebody act upon the network, knowing all spikes until then.

    `act` is called at the start of the first step, and returns the step at which it wants to act again: None ends the
    run.
    """

    act: Callable[[int], int | None] | None = None
    due: int = 0
    over: bool = False

    def before(self, step: int) -> None:
        """Hand over what was recorded, and let act."""
        super().before(step)
        if self.act is not None and step == self.due:
            if self.expose is not None:
                self.expose()
            self.recorder.flush(step)
            due = self.act(step)
            if due is None:
                self.stop = self.over = True
            else:
                self.due = due

    def next_stop(self, step: int) -> int:
        """Return the next step at whose start there is something to do."""
        if self.over:
            return step + 1
        stop = super().next_stop(step)
        return stop if self.act is None or self.due <= step else min(stop, self.due)


def simulate(
    spec: BrainSpec,
    engine: EngineChoice,
    *,
    begin: Callable[[Simulated], Callable[[int], int | None] | None] = lambda _: None,
) -> Simulated:
    """Run a brain in memory, all spikes recorded.

    Parameters
    ----------
    spec, engine
        What is run, and on what.
    begin
        Called with the network before it runs: it may change it, and return what acts upon it (`Acting`).

    Raises
    ------
    InputError
        The brain is not valid: a rule does not go with it.
    """
    network = spec.resolve()
    runner = engine.make()
    runner.prepare()
    built, sink = build(network), Kept()
    recorder = Recorder(built=built, sink=sink)
    act = begin(Simulated(network=network, built=built, sink=sink, seconds=0.0))
    conductor = Acting(built=built, recorder=recorder, first=0, last=network.steps, flush_every=1e9, act=act)
    begun = time.perf_counter()
    runner.run(built, conductor)
    if conductor.done < conductor.last and not conductor.over:
        raise BraincoreError(f"stopped at {conductor.done * network.dt.si:g} s")
    seconds = time.perf_counter() - (conductor.begun or begun)
    return Simulated(network=network, built=built, sink=sink, seconds=seconds)
