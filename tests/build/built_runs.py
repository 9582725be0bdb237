"""What the tests of the build share: small models with cheap integrators, a sink in memory, and one call to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.build import BuiltNetwork, Conductor, Recorder, build, engine
from braincore.model import BrainSpec, NetworkSpec, NeuronModel, Parameter, SynapseModel

Array = NDArray[Any]


def parameters(**values: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, value) for name, value in values.items())  # type: ignore[arg-type]


CURRENT = SynapseModel(
    name="t_current",
    weight="A",
    equations="dI_r/dt = -I_r/tau : amp",
    current="I_r",
    on_pre="I_r += w",
    parameters=parameters(tau="5 ms"),
)
CONDUCTANCE = SynapseModel(
    name="t_conductance",
    weight="S",
    equations="dg/dt = -g/tau : siemens",
    current="g*(E - v)",
    on_pre="g += w",
    parameters=parameters(tau="5 ms", E="0 mV"),
    conductance=True,
)
JUMP = SynapseModel(name="t_jump", weight="membrane", on_pre="v += w")

LIF = NeuronModel(
    name="t_lif",
    equations="dv/dt = (E_L - v + R*I)/tau_m : volt (unless refractory)",
    threshold="v > V_th",
    reset="v = V_r",
    refractory="t_ref",
    receptors={"exc": CURRENT, "inh": CURRENT},
    parameters=parameters(E_L="-65 mV", R="100 Mohm", tau_m="10 ms", V_th="-50 mV", V_r="-65 mV", t_ref="2 ms"),
    initial={"v": "E_L"},
    method="euler",
)
"""A leaky neuron with two exponential currents."""

JUMPED = LIF.with_(receptors={"jump": JUMP}, name="t_jumped")
"""The same neuron with delta synapses."""

TICK = NeuronModel(
    name="t_tick",
    equations="dx/dt = rate : 1",
    threshold="x > 1",
    reset="x = 0",
    parameters=parameters(rate="100 Hz"),
    initial={"x": "0"},
    method="euler",
)
"""A clock that spikes at its rate."""


@dataclass
class Memory:
    """A sink that keeps what it gets."""

    rows: list[tuple[Array, Array, Array]] = field(default_factory=list)
    bins: list[tuple[Array, Array, Array]] = field(default_factory=list)
    samples: dict[str, list[tuple[Array, Array, Array, dict[str, Array]]]] = field(default_factory=dict)
    units: dict[str, Mapping[str, str]] = field(default_factory=dict)
    snapshots: dict[str, list[tuple[int, Array, Array, dict[str, Array]]]] = field(default_factory=dict)
    histograms: dict[str, list[tuple[int, Array, Array]]] = field(default_factory=dict)
    step: int = 0
    bin_steps: int = 0

    def write_spikes(
        self, steps: ArrayLike, t: ArrayLike | None, population_codes: ArrayLike, neuron: ArrayLike
    ) -> None:
        assert np.min(steps, initial=self.step) >= self.step, "a step was handed in that had been closed"
        self.rows.append((np.array(steps), np.array(population_codes), np.array(neuron)))

    def write_rates(self, steps: ArrayLike, population_codes: ArrayLike, count: ArrayLike, *, bin_steps: int) -> None:
        self.bins.append((np.array(steps), np.array(population_codes), np.array(count)))
        self.bin_steps = bin_steps

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
        assert np.min(steps, initial=self.step) >= self.step, "a step was handed in that had been closed"
        values = {k: np.array(v) for k, v in variables.items()}
        rows = (np.array(steps), np.array(population_codes), np.array(neuron), values)
        self.samples.setdefault(name, []).append(rows)
        self.units[name] = units

    def write_weights(
        self,
        name: str,
        step: int,
        pre: ArrayLike,
        post: ArrayLike,
        variables: Mapping[str, ArrayLike],
        units: Mapping[str, str],
    ) -> None:
        values = {k: np.array(v) for k, v in variables.items()}
        self.snapshots.setdefault(name, []).append((step, np.array(pre), np.array(post), values))
        self.units[name] = units

    def write_histogram(
        self, name: str, step: int, low: ArrayLike, high: ArrayLike, count: ArrayLike, *, unit: str
    ) -> None:
        self.histograms.setdefault(name, []).append((step, np.append(low, np.asarray(high)[-1:]), np.array(count)))
        self.units[name] = {"w": unit}

    def advance(self, step: int) -> None:
        assert step >= self.step
        self.step = step

    @property
    def spikes(self) -> Array:
        """Rows of (step, population code, neuron), in order."""
        if not self.rows:
            return np.empty((0, 3), dtype=np.int64)
        found = np.concatenate([np.stack(row, axis=1) for row in self.rows]).astype(np.int64)
        return found[np.lexsort(found.T[::-1])]

    def train(self, code: int, neuron: int | None = None) -> Array:
        """Steps of the spikes of a population, or of one of its neurons."""
        rows = self.spikes
        keep = rows[:, 1] == code
        return rows[keep if neuron is None else keep & (rows[:, 2] == neuron), 0]

    @property
    def counts(self) -> Array:
        """Rows of (first step, population code, count)."""
        return np.concatenate([np.stack(row, axis=1) for row in self.bins]).astype(np.int64)

    def trace(self, name: str, variable: str, neuron: int | None = None, code: int | None = None) -> Array:
        """Samples of a variable, of one neuron or (steps, neurons)."""
        found = []
        for _, codes, neurons, values in self.samples[name]:
            keep = np.ones(codes.size, dtype=bool) if code is None else codes == code
            keep &= True if neuron is None else neurons == neuron
            found.append(values[variable][keep])
        return np.concatenate(found)

    def steps(self, name: str) -> Array:
        return np.unique(np.concatenate([rows[0] for rows in self.samples[name]]))


class StopAt(Conductor):
    """A conductor that stops at the start of a step and keeps the state there."""

    def __init__(self, *, at: int | None = None, **more: Any) -> None:
        super().__init__(**more)
        self.at = at
        self.state: dict[str, Array] | None = None
        self.save = self._keep

    def _keep(self, state: dict[str, Array]) -> None:
        self.state = state

    def next_stop(self, step: int) -> int:
        due = super().next_stop(step)
        return due if self.at is None or self.at <= step else min(due, self.at)

    def after(self, step: int) -> bool:
        self.stop = self.at is not None and step + 1 >= self.at
        return super().after(step)


@dataclass
class Done:
    """A run that is over (or stopped, then `state` is where)."""

    network: NetworkSpec
    built: BuiltNetwork
    sink: Memory
    state: dict[str, Array] | None

    def code(self, population: str) -> int:
        return self.network.names.index(population)

    def train(self, population: str, neuron: int | None = None) -> Array:
        return self.sink.train(self.code(population), neuron)


def run(
    given: BrainSpec | NetworkSpec,
    *,
    stop: int | None = None,
    state: Mapping[str, Array] | None = None,
    sink: Memory | None = None,
    flush_every: float = 1e9,
    runs_on: str = "brian2",
) -> Done:
    """Build and run; `stop` at the start of a step, or go on from a `state`.

    What becomes Brian2 objects, and what they do, is tested on Brian2's own runtime; `tests/engine` compares the two.
    """
    network = given if isinstance(given, NetworkSpec) else given.resolve()
    runner = engine(runs_on)
    runner.prepare()
    built = build(network)
    sink = sink or Memory()
    recorder = Recorder(built=built, sink=sink)
    conductor = StopAt(built=built, recorder=recorder, first=0, last=network.steps, at=stop, flush_every=flush_every)
    if state is not None:
        conductor.resume(dict(state))
    runner.run(built, conductor)
    return Done(network=network, built=built, sink=sink, state=conductor.state)


def a_brain(duration: str = "50 ms", *, seed: int = 1, dt: str = "0.1 ms", **more: Any) -> BrainSpec:
    return BrainSpec(duration=duration, seed=seed, dt=dt, **more)


def steps_of(monitor: Any, dt_ms: float = 0.1) -> Array:
    """Rows of (step, neuron) of a Brian2 SpikeMonitor, in order."""
    import brian2

    rows = np.stack(
        [np.rint(np.asarray(monitor.t / brian2.ms) / dt_ms).astype(np.int64), np.asarray(monitor.i)], axis=1
    )
    return rows[np.lexsort(rows.T[::-1])].astype(np.int64)
