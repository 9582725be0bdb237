"""What a benchmark network is: drawn once, built for any simulator, with its times and its hand-written limit."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

FAMILIES = ("braincore", "brain", "brian2", "runtime", "nest", "limit")
"""Our device under a Brian2 script, `Brain`, Brian2 standalone and runtime, NEST, hand-written C++."""
Arrays = dict[str, NDArray[Any]]
DT_MS = 0.1


@dataclass(frozen=True)
class Times:
    """How long a network runs: seconds of biological time before and during the measurement."""

    transient: float
    seconds: float


@dataclass(kw_only=True)
class Built:
    """A network as it stands in a simulator.

    Attributes
    ----------
    neurons, synapses
        Their numbers.
    out_degree
        Synapses that a spike of each counted neuron reaches, shape (counted neurons,).
    populations
        Counted neurons whose rates are compared, by name.
    background_events
        Synaptic events a second that come from elsewhere than the counted neurons.
    handle
        The simulator's own: a Brian2 network and its spike monitor, or NEST's spike recorder and its first neuron.
    """

    neurons: int
    synapses: int
    out_degree: NDArray[Any]
    populations: Mapping[str, slice]
    background_events: float = 0.0
    handle: Any = None


class Network(ABC):
    """A published network; a leaf has its parameters as fields.

    Attributes
    ----------
    neurons
        How many, where one number says it.
    source
        Where the parameters come from.
    families
        The simulators it exists for.
    note
        Where a simulator's model is not the same, and how.
    """

    name: str
    neurons: int = 0
    source: ClassVar[str]
    families: tuple[str, ...] = ("braincore", "brian2", "runtime", "nest", "limit")
    note: ClassVar[str] = ""
    kept: ClassVar[bool] = False
    """Whether what is drawn is kept on disk between measurements."""

    @abstractmethod
    def times(self, family: str) -> Times:
        """Return how long the network runs on a simulator."""

    @abstractmethod
    def draw(self) -> Arrays:
        """Return connectivity and initial values, the same for every simulator and at every call."""

    @abstractmethod
    def brian2(self, b2: Any, data: Arrays) -> Built:
        """Build with Brian2; the handle is the network and its spike monitor."""

    def nest(self, nest: Any, data: Arrays, start_ms: float) -> Built:
        """Build with NEST; the handle is the spike recorder, which begins at `start_ms`, and the first neuron."""
        raise NotImplementedError(f"{self.name} does not exist in NEST")

    def limit(self, threads: int, times: Times, data: Arrays, folder: Path) -> tuple[str, list[str]]:
        """Return the name of the hand-written program and its arguments; files for it go into `folder`."""
        raise NotImplementedError(f"{self.name} has no hand-written program")

    @abstractmethod
    def shrunk(self) -> Network:
        """Return a network of the same kind that builds and runs in a second."""

    @property
    def key(self) -> str:
        """The name, and a digest of the parameters: what is kept of a network under it is of no other."""
        return f"{self.name}-{hashlib.sha256(repr(self).encode()).hexdigest()[:8]}"

    def data(self, folder: Path | None) -> Arrays:
        """Return what `draw` does, from `folder` if it lies there."""
        if folder is None or not self.kept:
            return self.draw()
        path = folder / f"{self.key}.npz"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            scratch = path.with_suffix(".part.npz")
            np.savez(scratch, **self.draw())  # type: ignore[arg-type]
            scratch.replace(path)
        with np.load(path) as file:
            return {name: file[name] for name in file.files}


def bernoulli(rng: np.random.Generator, n_pre: int, n_post: int, p: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return sources and targets of pairs that are each connected with probability `p`, ordered by source."""
    pairs = n_pre * n_post
    mean = pairs * p
    draws = int(mean + 10 * np.sqrt(mean) + 10)  # at 10 standard deviations it never falls short
    at = np.cumsum(rng.geometric(p, draws)) - 1
    at = at[at < pairs]
    return (at // n_post).astype(np.int32), (at % n_post).astype(np.int32)


def record(nest: Any, nodes: Any, start_ms: float) -> Any:
    """Return a NEST spike recorder on nodes, and the id of the first of them."""
    recorder = nest.Create("spike_recorder", params={"start": start_ms})
    nest.Connect(nodes, recorder, syn_spec={"delay": DT_MS})
    return recorder, int(nodes[0].global_id)


@dataclass(frozen=True)
class ByFamily:
    """Times that differ between simulators: one that takes minutes a second runs for less."""

    default: Times
    other: Mapping[str, Times] = field(default_factory=dict)

    def __call__(self, family: str) -> Times:
        return self.other.get(family, self.default)
