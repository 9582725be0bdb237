"""What a simulator is, and what one measurement of it says."""

from __future__ import annotations

import resource
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.networks.base import Built, Network, Times


@dataclass(frozen=True)
class Simulator:
    """A simulator and how it is run.

    Attributes
    ----------
    family
        One of `benchmarks.networks.base.FAMILIES`.
    precision
        ``double`` or ``single``; hand-written C++ is always single.
    threads
        How many.
    """

    family: str
    precision: str = "double"
    threads: int = 1

    @property
    def name(self) -> str:
        """``brian2 double 2``..."""
        return f"{self.family} {self.precision} {self.threads}"

    @property
    def kind(self) -> str:
        """What it may be the best of: a peer in whatever form, or ours in one precision."""
        if self.family in ("braincore", "brain"):
            return f"{self.family} {self.precision}"
        return "brian2" if self.family == "runtime" else self.family


SIMULATORS: dict[str, Simulator] = {
    simulator.name: simulator
    for simulator in (
        *(Simulator("limit", "single", n) for n in (1, 2)),
        *(Simulator(f, p, n) for f in ("braincore", "brain") for p in ("double", "single") for n in (1, 2)),
        *(Simulator("brian2", p, n) for p in ("double", "single") for n in (1, 2)),
        Simulator("runtime"),
        *(Simulator("nest", "double", n) for n in (1, 2)),
    )
}
"""All of them by name, in the order in which they take turns."""


@dataclass(kw_only=True)
class Measurement:
    """One run in one process. Times in seconds of real time.

    Attributes
    ----------
    draw_s
        Drawing what all simulators share.
    construct_s
        Making the network in the simulator.
    build_s
        Code generation and compiling; None if a build of before was used.
    sim_s
        The measured part of the run.
    seconds, transient
        Biological time measured, and before.
    spikes, events
        Spikes of the counted neurons and synaptic events in the measured part.
    rates
        Mean rate in Hz of each population.
    peak_mb
        Largest resident size of the process that simulated.
    """

    sim_s: float
    seconds: float
    transient: float
    neurons: int
    synapses: int
    spikes: int
    events: float
    rates: Mapping[str, float]
    draw_s: float = 0.0
    construct_s: float = 0.0
    build_s: float | None = None
    peak_mb: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)

    def line(self) -> dict[str, Any]:
        """Return it as one flat record."""
        return {**asdict(self), "s_per_s": self.sim_s / self.seconds, "events_per_s": self.events / self.sim_s}


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is to be measured.

    Attributes
    ----------
    network, simulator, times
        What, on what, how long.
    work
        A folder for what may be kept between measurements: drawn arrays, builds of peers.
    limits
        The folder of hand-written programs, if there is one.
    """

    network: Network
    simulator: Simulator
    times: Times
    work: Path
    limits: Path | None = None


def counted(built: Built, counts: Any, seconds: float) -> dict[str, Any]:
    """Return the fields of a `Measurement` that follow from the spikes of each counted neuron."""
    return {
        "neurons": built.neurons,
        "synapses": built.synapses,
        "spikes": int(counts.sum()),
        "events": float((counts * built.out_degree).sum() + built.background_events * seconds),
        "rates": {
            name: round(float(counts[part].mean()) / seconds, 4) if counts[part].size else 0.0
            for name, part in built.populations.items()
        },
    }


def peak_mb() -> float:
    """Return the largest resident size of this process so far in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
