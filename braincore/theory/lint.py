"""The linter: what is valid, but probably not what a neuroscientist meant.

Each check looks at one thing and reports findings with their place in the description. Errors are what would silently
give a wrong result (a rate above one spike per step, a step far beyond stability); warnings are for people to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from braincore.errors import Fault, InputError
from braincore.model import CurrentInput, EdgeList, NetworkSpec, PoissonInput, Population
from braincore.model.brain import SPIKE_SOURCE
from braincore.model.feasible import RARE
from braincore.model.network import indices
from braincore.model.values import Distribution, Value, mean, shown, support
from braincore.units import TIME, Quantity

_EXPLICIT = ("euler", "heun", "milstein", "rk2", "rk4")
_DALE = "Dale's law: one sign for all synapses of a neuron"
_EXCITATORY, _INHIBITORY = ("exc", "ampa", "nmda"), ("inh", "gaba_a", "gaba_b", "gaba")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One finding: `level` is ``error`` or ``warning``."""

    level: str
    fault: Fault


def lint(network: NetworkSpec) -> tuple[Finding, ...]:
    """Return what looks wrong with a valid network, each thing once."""
    checks: tuple[Callable[[NetworkSpec], Iterator[Finding]], ...] = (
        _ranges, _time_constants, _sources, _dale, _receptor_signs, _delays, _orphans, _windows,
    )  # fmt: skip
    found: dict[tuple[str, str, str], Finding] = {}
    for check in checks:
        for finding in check(network):
            key = (finding.level, finding.fault.path, finding.fault.message)
            found.setdefault(key, finding)
    return tuple(found.values())


def refuse_wrong(network: NetworkSpec) -> None:
    """Raise `InputError` for what would silently give a wrong result."""
    errors = [finding.fault for finding in lint(network) if finding.level == "error"]
    if errors:
        raise InputError(errors)


def _warning(message: str, path: str, hint: str = "") -> Finding:
    return Finding(level="warning", fault=Fault(message, path=path, hint=hint))


def _error(message: str, path: str, hint: str = "") -> Finding:
    return Finding(level="error", fault=Fault(message, path=path, hint=hint))


def _values(population: Population) -> Iterator[tuple[str, Any, Value]]:
    """Yield (label, parameter, value) of a population's neuron and of its receptors."""
    for p in population.neuron.parameters:
        yield p.name, p, population.parameters.get(p.name, p.value)
    for receptor, synapse in population.neuron.receptors.items():
        for p in synapse.parameters:
            yield f"{receptor}.{p.name}", p, p.value


def _ranges(network: NetworkSpec) -> Iterator[Finding]:
    """Values outside the plausible range of their parameter (a magnesium block off by 1000 among them)."""
    for population in network.populations:
        for label, parameter, value in _values(population):
            low, high = (mean(value),) * 2 if isinstance(value, Distribution) else support(value)
            if parameter.low is None or parameter.high is None:
                continue
            if parameter.implausible(low) or parameter.implausible(high):
                message = f"{label} = {shown(value)} of '{population.name}' is outside its plausible range"
                hint = f"Usual: {parameter.low} to {parameter.high}"
                yield _warning(message, population.origin, hint)


def _time_constants(network: NetworkSpec) -> Iterator[Finding]:
    """Time constants that the time step does not resolve."""
    dt = network.dt.si
    for population in network.populations:
        if population.neuron.name == SPIKE_SOURCE:
            continue
        explicit = population.neuron.method in _EXPLICIT
        for label, parameter, value in _values(population):
            name = parameter.name
            if parameter.dimension != TIME or not name.lower().startswith("tau"):
                continue
            shortest = support(value)[0]
            if isinstance(value, Distribution) and shortest <= 0:
                if value.chance_below(0.0) * population.size > RARE:
                    message = f"{label} = {shown(value)} of '{population.name}' may be drawn below 0"
                    yield _error(message, population.origin, "Give the distribution a lower bound (truncated_normal)")
            elif shortest <= 0:
                message = f"{label} = {shown(value)} of '{population.name}' is not positive"
                yield _error(message, population.origin, "A time constant is above 0")
            elif explicit and dt > 2 * shortest:
                message = f"dt = {network.dt} is over twice {label} = {shown(value)} of '{population.name}'"
                yield _error(message, population.origin, f"{population.neuron.method} is unstable there: lower dt")
            elif dt > shortest / 2:
                message = f"dt = {network.dt} hardly resolves {label} = {shown(value)} of '{population.name}'"
                yield _warning(message, population.origin, "Lower dt")


def _sources(network: NetworkSpec) -> Iterator[Finding]:
    """Poisson sources that would have to spike more than once a step."""
    for population in network.populations:
        if population.neuron.name != "poisson":
            continue
        rate = population.parameters.get("rate", population.neuron.parameter("rate").value)
        expected = support(rate)[1] * network.dt.si
        if not np.isfinite(expected):
            expected = mean(rate) * network.dt.si
        if expected > 1:
            message = f"rate {shown(rate)} of '{population.name}' is over one spike in a step of {network.dt}"
            yield _error(message, population.origin, "Use a poisson stimulus, or several sources")
        elif expected > 0.1:
            message = f"rate {shown(rate)} of '{population.name}' saturates: {expected:.2g} spikes in a step"
            yield _warning(message, population.origin, "Lower dt, or use several sources")


def _dale(network: NetworkSpec) -> Iterator[Finding]:
    """Dale's law: the synapses of one neuron all excite or all inhibit."""
    signs: dict[str, dict[str, Any]] = {}
    for projection in network.projections:
        source = network.population(projection.source)
        receptor = network.population(projection.target).neuron.receptors[projection.receptor]
        if receptor.transmission and not receptor.source_equations:
            continue  # gap junctions have no sign
        sign = _sign(projection.receptor, projection.weight, receptor.conductance)
        if not sign:
            continue
        if source.sign and sign != source.sign:
            message = f"'{source.name}' is {source.sign}, but its projection '{projection.name}' is {sign}"
            yield _warning(message, projection.origin, _DALE)
            continue
        chosen = indices(network.selected(projection.source))
        if isinstance(projection.connector, EdgeList):
            chosen = chosen[np.unique(projection.connector.pre)]
        mine = signs.setdefault(source.name, {})
        mine.setdefault(sign, np.zeros(source.size, dtype=bool))[chosen] = True
    for name, mine in signs.items():
        both = int((mine["excitatory"] & mine["inhibitory"]).sum()) if len(mine) == 2 else 0
        if both:
            message = f"{both} neurons of '{name}' excite some targets and inhibit others"
            yield _warning(message, network.population(name).origin, _DALE)


def _sign(receptor: str, weight: Value, conductance: bool) -> str:
    if conductance:
        if receptor in _EXCITATORY:
            return "excitatory"
        return "inhibitory" if receptor in _INHIBITORY else ""
    low, high = support(weight)
    if low >= 0 and high > 0:
        return "excitatory"
    return "inhibitory" if high <= 0 and low < 0 else ""


def _receptor_signs(network: NetworkSpec) -> Iterator[Finding]:
    """Weights whose sign contradicts the name of the current they end on."""
    for projection in network.projections:
        receptor = network.population(projection.target).neuron.receptors[projection.receptor]
        if receptor.conductance:
            continue
        middle = mean(projection.weight)
        wrong = (projection.receptor == "exc" and middle < 0) or (projection.receptor == "inh" and middle > 0)
        if wrong:
            message = f"weight {shown(projection.weight)} ends on receptor '{projection.receptor}'"
            yield _warning(message, projection.origin, "The sign of a current is in its weight")


def _delays(network: NetworkSpec) -> Iterator[Finding]:
    """Delays that are no multiple of the time step: one finding for all that were described at one place."""
    dt = network.dt.si
    rounded: dict[str, list[tuple[str, float]]] = {}
    for projection in network.projections:
        if isinstance(projection.delay, Quantity):
            steps = projection.delay.si / dt
            if abs(steps - round(steps)) > 1e-6:
                rounded.setdefault(projection.origin, []).append((projection.name, projection.delay.si))
    for origin, found in rounded.items():
        name, delay = found[0]
        used = int(delay / dt + 0.5) * dt
        message = f"delay {delay * 1e3:.6g} ms of '{name}' is no multiple of {network.dt}"
        more = f", and {len(found) - 1} more are rounded" if len(found) > 1 else ""
        yield _warning(message, origin, f"{used * 1e3:.6g} ms is used{more}")


def _orphans(network: NetworkSpec) -> Iterator[Finding]:
    """Regions and populations that nothing reaches and that reach nothing."""
    linked: set[str] = set()
    for projection in network.projections:
        ends = {network.population(projection.source).name, network.population(projection.target).name}
        if len(ends) == 2:
            linked |= ends
    driven = {p.name for s in network.stimuli for p, _ in network.targets(s.target)}
    regions: dict[str, list[str]] = {}
    for population in network.populations:
        regions.setdefault(population.name.rpartition(".")[0], []).append(population.name)
    crossing = {
        network.population(a).name.rpartition(".")[0]
        for p in network.projections
        for a in (p.source, p.target)
        if network.population(p.source).name.rpartition(".")[0] != network.population(p.target).name.rpartition(".")[0]
    }
    several = len([r for r in regions if r]) > 1
    for region in regions:
        if region and several and region not in crossing:
            yield _warning(f"region '{region}' has no pathway to or from another region", f"regions.{region}")
    for population in network.populations:
        alone = population.name not in linked and population.name not in driven
        if alone and len(network.populations) > 1:
            yield _warning(f"'{population.name}' is connected to nothing and gets no input", population.origin)


def _windows(network: NetworkSpec) -> Iterator[Finding]:
    """Stimuli and interventions that begin after the run has ended, or that may fall between two steps."""
    end = network.duration.si
    for item in (*network.stimuli, *network.interventions):
        start = item.during[0]
        if start.si >= end:
            what = "a stimulus" if isinstance(item, PoissonInput | CurrentInput) else "an intervention"
            message = f"{what} on '{item.target}' begins at {start}, but the run ends at {network.duration}"
            yield _warning(message, item.origin)
        elif item.during[1] is not None and item.during[1].si - start.si < network.dt.si * (1 - 1e-9):
            message = f"the window of '{item.target}' is shorter than the time step {network.dt}"
            yield _warning(message, item.origin, "It changes nothing unless a step begins in it")
