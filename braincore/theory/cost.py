"""The pre-flight estimate of a network: what it will need, before anything is built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from braincore.errors import InputError
from braincore.expressions import parse_equations
from braincore.model import Lesion, NetworkSpec, NeuronModel, Projection
from braincore.model.network import count
from braincore.theory.preflight import Estimate, NeuronLoad, RecordingLoad, SynapseLoad, fits, size
from braincore.theory.preflight import estimate as _estimate
from braincore.units import Quantity

DRAWN_BYTES, WEIGHT_BYTES, DELAY_BYTES = 2.6, 8.0, 2.0
"""Bytes that the compiled engine keeps of a synapse that does not change: its target in 16 bits with what rows take
(measured on the microcircuit at full scale), a weight of its own in double precision, and a delay of its own."""
KEPT_ENDS = 1 << 24
"""Synapses of one object whose ends are kept while they are drawn twice."""
ASSUMED_RATE = 5.0
"""Hz; used where nothing better is known of a population."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """The estimate of a network, and whether it fits."""

    estimate: Estimate
    network: NetworkSpec

    def lines(self) -> list[str]:
        """Return the estimate in words."""
        e = self.estimate
        parts = ", ".join(f"{item.name} {size(item.memory)}" for item in e.largest(3))
        return [
            f"{e.neurons:.0f} neurons in {len(self.network.populations)} populations, about {e.synapses:.4g} synapses "
            f"in {len(self.network.projections)} projections, {e.steps} steps of {self.network.dt}",
            f"memory: about {size(e.memory_bytes)} (largest: {parts})",
            f"disk: about {size(e.disk_bytes)} at {ASSUMED_RATE:g} Hz; time: about {_time(e.seconds)}",
        ]

    def require(self, folder: Path | None = None) -> None:
        """Raise `InputError` if the run will not fit."""
        verdict = fits(self.estimate, folder)
        if not verdict.fits:
            raise InputError(verdict.message, hint="Lower the scale, the number of synapses, or what is recorded")


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def estimate(network: NetworkSpec, rates: dict[str, float] | None = None, *, compiled: bool = True) -> Cost:
    """Estimate memory, disk and time of a run; `rates` (Hz by population) replace the assumed ones.

    `compiled` says whether the compiled engine runs it, which keeps less of synapses that nothing changes or records.
    The populations and projections are taken together as the build merges them, so that what is one number for a
    whole group (a weight, a delay) counts once.
    """
    rates = rates or {}
    groups: dict[tuple[object, ...], list[int]] = {}
    for population in network.populations:
        groups.setdefault(_structure(population.neuron), []).append(population.size)
    neurons = [
        NeuronLoad(name=str(key[0]), count=sum(sizes), variables=_variables(key)) for key, sizes in groups.items()
    ]
    merged: dict[tuple[object, ...], list[Projection]] = {}
    for projection in network.projections:
        source, target = network.population(projection.source), network.population(projection.target)
        rules = tuple(rule.name for rule in projection.rules)
        key = (_structure(source.neuron), _structure(target.neuron), projection.receptor, rules)
        merged.setdefault(key, []).append(projection)
    synapses = [_synapses(network, group, rates, compiled=compiled) for group in merged.values()]
    return Cost(
        estimate=_estimate(
            neurons, synapses, _recordings(network, rates), duration=network.duration.si, dt=network.dt.si
        ),
        network=network,
    )


def _structure(model: NeuronModel) -> tuple[object, ...]:
    return (model.name, model.equations, tuple((r, s.name, s.equations) for r, s in model.receptors.items()))


def _variables(key: tuple[object, ...]) -> int:
    _, equations, receptors = key
    texts = [str(equations), *(str(r[2]) for r in receptors)]  # type: ignore[attr-defined]
    found = [e for text in texts if text.strip() for e in parse_equations(text)]
    return 2 + sum(e.kind != "subexpression" for e in found)  # two for the stimuli


def _one_number(values: list[object]) -> bool:
    return all(v is None or isinstance(v, Quantity) for v in values) and len({str(v) for v in values}) == 1


def _drawn(network: NetworkSpec, group: list[Projection]) -> bool:
    """Tell whether the compiled engine draws synapses straight into its columns: nothing changes or records them."""
    recorded = {weights.projection for weights in network.recording.weights}
    watched = any(projection.name in recorded or projection.rules for projection in group)
    return not watched and not any(isinstance(item, Lesion) for item in network.interventions)


def _synapses(network: NetworkSpec, group: list[Projection], rates: dict[str, float], *, compiled: bool) -> SynapseLoad:
    number, events = 0.0, 0.0
    for projection in group:
        expected = projection.connector.expected(network.site(projection))
        number += expected
        events += expected * rates.get(network.population(projection.source).name, ASSUMED_RATE)
    rules = [e for rule in group[0].rules if rule.equations for e in parse_equations(rule.equations)]
    weight = 0 if _one_number([p.weight for p in group]) and not group[0].rules else 1
    first = group[0]
    delays = not _one_number([p.delay for p in group])
    each = DRAWN_BYTES + weight * WEIGHT_BYTES + delays * DELAY_BYTES if compiled and _drawn(network, group) else None
    ends = f"{network.population(first.source).neuron.name} to {network.population(first.target).neuron.name}"
    return SynapseLoad(
        name=f"{ends}, {first.receptor}",
        count=number,
        variables=weight + len(rules) + (1 if rules else 0),
        delays=delays,
        bytes_each=each,
        at_once=number if each is None else KEPT_ENDS,
        rate=events / number if number else 0.0,
    )


def _recordings(network: NetworkSpec, rates: dict[str, float]) -> list[RecordingLoad]:
    record = network.recording
    loads = []
    spiking = {p.name: p for address in record.spikes for p, _ in network.targets(address)}
    total = sum(p.size for p in spiking.values())
    if total:
        mean = sum(p.size * rates.get(p.name, ASSUMED_RATE) for p in spiking.values()) / total
        loads.append(RecordingLoad(name="spikes", count=total, rate=mean))
    for trace in record.traces:
        values = sum(count(chosen) for _, chosen in network.targets(trace.target)) * len(trace.variables)
        interval = network.dt.si if trace.interval is None else trace.interval.si
        loads.append(RecordingLoad(name=f"traces of {trace.target}", count=values, rate=1 / interval, spikes=False))
    if record.rates is not None:
        loads.append(
            RecordingLoad(name="rates", count=len(network.populations), rate=1 / record.rates.si, spikes=False)
        )
    return loads
