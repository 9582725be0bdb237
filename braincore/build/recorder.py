"""From Brian2's monitors to the run folder, chunk by chunk: memory stays flat however long the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import brian2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.build.names import of_rule, recorded
from braincore.build.network import BuiltNetwork
from braincore.build.plan import GroupPlan
from braincore.expressions import equations_of
from braincore.model import Traces, Weights, stream
from braincore.model.network import indices
from braincore.units import si_symbol


class Sink(Protocol):
    """Where recordings go; `braincore.results.RunWriter` is one."""

    def write_spikes(
        self, steps: ArrayLike, t: ArrayLike | None, population_codes: ArrayLike, neuron: ArrayLike
    ) -> None:
        """Take spikes."""

    def write_rates(self, steps: ArrayLike, population_codes: ArrayLike, count: ArrayLike, *, bin_steps: int) -> None:
        """Take spike counts of bins."""

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
        """Take samples of variables."""

    def write_weights(
        self,
        name: str,
        step: int,
        pre: ArrayLike,
        post: ArrayLike,
        variables: Mapping[str, ArrayLike],
        units: Mapping[str, str],
    ) -> None:
        """Take a snapshot of weights."""

    def write_histogram(
        self, name: str, step: int, low: ArrayLike, high: ArrayLike, count: ArrayLike, *, unit: str
    ) -> None:
        """Take how many weights lie in each bin."""

    def advance(self, step: int) -> None:
        """Take note that everything before `step` was handed in."""


@dataclass(kw_only=True)
class _SpikeTap:
    """A SpikeMonitor of a group, and what its indices mean."""

    group: GroupPlan
    monitor: Any
    codes: NDArray[np.int32]
    starts: NDArray[np.int64]

    def take(self, dt: float) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]:
        """Return steps, population codes and neurons since the last call, and forget them."""
        times = np.asarray(self.monitor.variables["t"].get_value(), dtype=np.float64)
        who = np.array(self.monitor.variables["i"].get_value(), dtype=np.int64)
        steps = np.rint(times / dt).astype(np.int64)
        _empty(self.monitor)
        member = np.searchsorted(self.starts, who, side="right") - 1
        return steps, self.codes[member], (who - self.starts[member]).astype(np.int32)


def _empty(monitor: Any) -> None:
    monitor.resize(0)
    monitor.variables["N"].set_value(0)


@dataclass(kw_only=True)
class _TraceTap:
    """A StateMonitor of one trace on one group."""

    name: str
    monitor: Any
    variables: dict[str, str]
    units: dict[str, str]
    codes: NDArray[np.int32]
    neurons: NDArray[np.int32]

    def take(self, dt: float, sink: Sink) -> None:
        times = np.array(self.monitor.variables["t"].get_value(), dtype=np.float64)
        if not times.size:
            return
        values = {
            name: np.array(self.monitor.variables[brian].get_value(), dtype=np.float64).reshape(-1)
            for name, brian in self.variables.items()
        }
        steps = np.repeat(np.rint(times / dt).astype(np.int64), self.neurons.size)
        codes, who = np.tile(self.codes, times.size), np.tile(self.neurons, times.size)
        _empty(self.monitor)
        sink.write_traces(self.name, steps, None, codes, who, values, self.units)


@dataclass(kw_only=True)
class _WeightTap:
    """The synapses of a projection whose weights are followed."""

    projection: str
    chosen: NDArray[np.int64]
    pre: NDArray[np.int32]
    post: NDArray[np.int32]
    every: int

    def take(self, built: BuiltNetwork, sink: Sink, step: int) -> None:
        synapses, where = built.synapses_of(self.projection)
        plan = synapses.plan
        values = {"w": built.weights(self.projection)[self.chosen]}
        units = {"w": si_symbol(plan.target.model.weight_of(plan.synapse))}
        for k, rule in enumerate(plan.rules):
            for equation in equations_of(rule.equations):
                if equation.kind == "parameter":  # what decays between spikes is not up to date at any one time
                    name = equation.name if equation.name not in values else f"{rule.name}.{equation.name}"
                    brian = of_rule(k, equation.name)
                    values[name] = np.array(synapses.array(brian)[where][self.chosen], dtype=np.float64)
                    units[name] = _unit(synapses.brian.variables[brian])
        sink.write_weights(self.projection, step, self.pre, self.post, values, units)


@dataclass(kw_only=True)
class _HistogramTap:
    """The synapses of a projection whose weights are counted."""

    projection: str
    chosen: NDArray[np.int64]
    every: int
    bins: int

    def take(self, built: BuiltNetwork, sink: Sink, step: int) -> None:
        plan = built.synapses_of(self.projection)[0].plan
        assert plan.bounds is not None, "checked in the description"
        low, high = sorted(plan.bounds)
        inside = np.clip(
            built.weights(self.projection)[self.chosen], low, high
        )  # single precision: not quite the bound
        count, edges = np.histogram(inside, bins=self.bins, range=(low, high))
        unit = si_symbol(plan.target.model.weight_of(plan.synapse))
        sink.write_histogram(self.projection, step, edges[:-1], edges[1:], count, unit=unit)


def _unit(variable: Any) -> str:
    dimension: Any = tuple(float(power) for power in variable.dim._dims)
    return si_symbol(dimension)


@dataclass(kw_only=True)
class Recorder:
    """Everything a run records.

    Attributes
    ----------
    built
        The network.
    sink
        Where it goes.
    objects
        Brian2's monitors.
    wanted
        Whether a population's spikes are recorded, in the order of the network.
    """

    built: BuiltNetwork
    sink: Sink
    objects: list[Any] = field(default_factory=list)
    _spikes: list[_SpikeTap] = field(default_factory=list)
    _traces: list[_TraceTap] = field(default_factory=list)
    _weights: list[_WeightTap | _HistogramTap] = field(default_factory=list)
    wanted: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    _bins: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    _bin_steps: int = 0
    _first: int = 0

    def __post_init__(self) -> None:
        network = self.built.network
        record = network.recording
        self.wanted = recorded_populations(self.built)
        if record.rates is not None:
            self._bin_steps = max(1, round(record.rates.si / network.dt.si))
        codes = {p.name: k for k, p in enumerate(network.populations)}
        for name, built in self.built.groups.items():
            plan = built.plan
            if not (plan.model.spikes or plan.replays):
                continue
            mine = np.array([codes[p.name] for p in plan.members], dtype=np.int32)
            if self.wanted[mine].any() or self._bin_steps:
                monitor = brian2.SpikeMonitor(built.brian, name=f"{name}_spikes")
                starts = np.array([plan.starts[p.name] for p in plan.members], dtype=np.int64)
                self._spikes.append(_SpikeTap(group=plan, monitor=monitor, codes=mine, starts=starts))
                self.objects.append(monitor)
        for trace in record.traces:
            self._add_trace(trace, codes)
        for k, weights in enumerate(record.weights):
            self._add_weights(weights, k)

    def _add_trace(self, trace: Traces, codes: Mapping[str, int]) -> None:
        network = self.built.network
        label, taken = trace.target, {tap.name for tap in self._traces}
        if label in taken:
            label = next(f"{label}-{k}" for k in range(2, len(taken) + 3) if f"{label}-{k}" not in taken)
        by_group: dict[str, tuple[list[int], list[NDArray[np.int32]]]] = {}
        for population, chosen in network.targets(trace.target):
            group, _ = self.built.plan.place(population)
            members, places = by_group.setdefault(group.name, ([], []))
            local = indices(chosen)
            members += [codes[population.name]] * local.size
            places.append(local)
        for name, (members, places) in by_group.items():
            built = self.built.groups[name]
            local = np.concatenate(places)
            starts = np.array([built.plan.starts[network.populations[c].name] for c in members])
            interval = network.dt.si if trace.interval is None else trace.interval.si
            variables = {v: recorded(built.plan.model, v) for v in trace.variables}
            monitor = brian2.StateMonitor(
                built.brian,
                list(variables.values()),
                record=local + starts,
                dt=interval * brian2.second,
                name=f"{name}_trace{len(self._traces)}",
            )
            tap = _TraceTap(
                name=label,
                monitor=monitor,
                variables=variables,
                units={v: _unit(built.brian.variables[brian]) for v, brian in variables.items()},
                codes=np.array(members, dtype=np.int32),
                neurons=local.astype(np.int32),
            )
            self._traces.append(tap)
            self.objects.append(monitor)

    def _add_weights(self, weights: Weights, k: int) -> None:
        network = self.built.network
        _, where = self.built.synapses_of(weights.projection)
        count = where.stop - where.start
        chosen = np.arange(count, dtype=np.int64)
        if weights.sample is not None and weights.sample < count:
            rng = stream(network.seed, "record", weights.projection, str(k))
            chosen = np.sort(rng.choice(count, weights.sample, replace=False))
        every = max(1, round(weights.interval.si / network.dt.si))
        common: dict[str, Any] = {"projection": weights.projection, "chosen": chosen, "every": every}
        if weights.histogram is not None:
            self._weights.append(_HistogramTap(**common, bins=weights.histogram))
            return
        pre, post = (end[chosen] for end in self.built.ends(weights.projection))
        self._weights.append(_WeightTap(**common, pre=pre, post=post))

    def weights_due(self, step: int) -> bool:
        """Tell whether weights are sampled at the start of a step."""
        return any(step % tap.every == 0 for tap in self._weights)

    def next_weights(self, step: int) -> int | None:
        """Return the first step after `step` at whose start weights are sampled, None if they are not."""
        return min((step - step % tap.every + tap.every for tap in self._weights), default=None)

    def take_weights(self, step: int) -> None:
        """Write the weights that are due at the start of a step, and the state of the rules that change them."""
        for tap in self._weights:
            if step % tap.every == 0:
                tap.take(self.built, self.sink, step)

    def begin(self, step: int) -> None:
        """Start at a step: 0, or where a checkpoint was taken (then the open bin has its counts from there)."""
        self._first = step

    def flush(self, step: int) -> None:
        """Hand over everything recorded before `step`; of the rates, the bins that are over."""
        dt = self.built.network.dt.si
        for tap in self._spikes:
            steps, codes, neurons = tap.take(dt)
            if self._bin_steps:
                self._count(steps, codes)
            keep = self.wanted[codes]
            if keep.any():
                self.sink.write_spikes(steps[keep], None, codes[keep], neurons[keep])
        for trace in self._traces:
            trace.take(dt, self.sink)
        if self._bin_steps:
            self._flush_bins(step)
        self.sink.advance(step)

    def _count(self, steps: NDArray[np.int64], codes: NDArray[np.int32]) -> None:
        if not steps.size:
            return
        count = len(self.built.network.populations)
        bins = steps // self._bin_steps
        first = int(bins.min())
        width = int(bins.max()) - first + 1
        rows = np.bincount((bins - first) * count + codes, minlength=width * count).reshape(width, count)
        for k, row in enumerate(rows):
            self._bins[first + k] = self._bins.get(first + k, np.zeros(count, dtype=np.int64)) + row

    def _flush_bins(self, step: int) -> None:
        count = len(self.built.network.populations)
        done = step // self._bin_steps
        start = self._first // self._bin_steps
        for k in range(start, done):
            row = self._bins.pop(k, np.zeros(count, dtype=np.int64))
            at = np.full(count, k * self._bin_steps, dtype=np.int64)
            self.sink.write_rates(at, np.arange(count, dtype=np.int32), row, bin_steps=self._bin_steps)
        self._first = max(self._first, done * self._bin_steps)

    def open_bins(self) -> NDArray[np.int64]:
        """Return the counts of the bin that is not over, for a checkpoint: shape (populations,)."""
        count = len(self.built.network.populations)
        return next(iter(self._bins.values()), np.zeros(count, dtype=np.int64))

    def reopen_bins(self, counts: NDArray[np.int64], step: int) -> None:
        """Put back the counts of the open bin after `begin` at a checkpoint."""
        if self._bin_steps:
            self._first = step // self._bin_steps * self._bin_steps
            self._bins = {step // self._bin_steps: counts}


def recorded_populations(built: BuiltNetwork) -> NDArray[np.bool_]:
    """Return which populations have their spikes recorded, in the order of the network."""
    network = built.network
    chosen = {p.name for address in network.recording.spikes for p, _ in network.targets(address)}
    return np.array([p.name in chosen for p in network.populations], dtype=bool)
