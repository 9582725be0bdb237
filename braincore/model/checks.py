"""What can be wrong with a network: references, dimensions, sizes and times, all told in one pass."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from braincore.errors import Fault, InputError, suggest
from braincore.model.blame import blamed
from braincore.model.connectors import DistanceDependent, FixedProbability, Indices
from braincore.model.feasible import (
    check_delay,
    check_spike_times,
    intervention_faults,
    population_faults,
    stimulus_faults,
)
from braincore.model.intervention import Freeze, Intervention, Lesion, ScaleReceptor, Silence
from braincore.model.network import SPIKE_SOURCE, NetworkSpec, count, obstacle
from braincore.model.parameter import value_of
from braincore.model.placed import with_target_states
from braincore.model.population import Population, Projection
from braincore.model.recording import Traces
from braincore.model.rule_checks import rule_faults
from braincore.model.stimulus import CurrentInput, PoissonInput, Step
from braincore.model.synapse import SynapseModel
from braincore.model.target_state import MOST_REMEMBERED, delay_steps
from braincore.model.values import Distribution, Value, Values, as_value, mean, shown, support
from braincore.units import Dimension, Quantity

MAX_STEPS = 2**53
Rules = dict[tuple[object, ...], list[Fault]]
_AMPLITUDES = ("amplitude", "start", "stop", "offset", "mean", "sd", "values")


def check_network(network: NetworkSpec) -> list[Fault]:
    """Return everything that is wrong with a network; each fault says where in the description it is."""
    faults = _times(network)
    if any(fault.path == "dt" for fault in faults):
        return faults  # nothing that is measured in steps means anything
    if any(fault.path == "seed" for fault in faults):
        network = replace(network, seed=0)  # any will do for the rest
    faults += population_faults(network)
    faults += _twice("population", ((p.name, p.origin) for p in network.populations))
    faults += _twice("projection", ((p.name, p.origin) for p in network.projections))
    faults += _twice("stimulus", ((f"{s.name}' on '{s.target}", s.origin) for s in network.stimuli if s.name))
    late: list[Fault] = []
    for name, trains in network.spikes:
        with blamed(faults, "spikes"):
            _given_spikes(network, name, trains.neurons)
            with blamed(late, network.population(name).origin):
                check_spike_times(name, trains, network.dt.si)
    faults += late
    rules: Rules = {}
    for k, projection in enumerate(network.projections):
        with blamed(faults, projection.origin or f"projections.{k}"):
            _projection(network, projection, rules)
    for k, stimulus in enumerate(network.stimuli):
        with blamed(faults, stimulus.origin or f"stimuli.{k}"):
            _stimulus(network, stimulus)
    for k, act in enumerate(network.interventions):
        with blamed(faults, act.origin or f"interventions.{k}"):
            _intervention(network, act)
            _raise(intervention_faults(act, network.dt.si))
    return faults + _recording(network if faults else with_target_states(network).network)


def _times(network: NetworkSpec) -> list[Fault]:
    faults = []
    seed = network.seed
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**64:
        faults.append(Fault(f"seed {seed}", path="seed", hint="A whole number from 0 to 2**64 - 1"))
    if network.dt.si <= 0:
        return [*faults, Fault(f"time step {network.dt} is not positive", path="dt")]
    ratio = network.duration.si / network.dt.si
    if ratio < 1 - 1e-9:
        faults.append(Fault(f"duration {network.duration} is below one time step of {network.dt}", path="duration"))
    elif ratio > MAX_STEPS:
        faults.append(Fault(f"duration {network.duration} is over 2**53 time steps", path="duration"))
    elif abs(ratio - round(ratio)) > 1e-6 * max(1.0, ratio) ** 0.5:
        message = f"duration {network.duration} is no multiple of the time step {network.dt}"
        hint = f"{round(ratio) * network.dt.si * 1e3:.10g} ms is"
        faults.append(Fault(message, path="duration", hint=hint))
    return faults


def _twice(noun: str, named: Iterable[tuple[str, str]]) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for name, origin in named:
        if name in seen:
            faults.append(Fault(f"{noun} '{name}' is given twice", path=origin))
        seen.add(name)
    return faults


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise InputError(faults)


def _given_spikes(network: NetworkSpec, name: str, neurons: Indices) -> None:
    population = network.population(name)
    if population.neuron.name != SPIKE_SOURCE:
        raise InputError(f"'{name}' is given spikes, but is of neuron '{population.neuron.name}'", path=name)
    if neurons.size and int(neurons.max()) >= population.size:
        raise InputError(f"a spike train is for neuron {int(neurons.max())} of {population.size}", path=name)
    if sum(given == name for given, _ in network.spikes) > 1:
        raise InputError(f"'{name}' is given spikes twice", path=name)


def _projection(network: NetworkSpec, projection: Projection, rules: Rules) -> None:
    faults: list[Fault] = []
    for end, address in (("from", projection.source), ("to", projection.target)):
        with blamed(faults, end):
            network.selected(address)
    _raise(faults)
    source, target = network.population(projection.source), network.population(projection.target)
    with blamed(faults, "receptor"):
        target.neuron.receptor(projection.receptor)
    _raise(faults)
    receptor = target.neuron.receptor(projection.receptor)
    with blamed(faults, "weight"):
        _weight(projection.weight, target, projection.receptor, receptor)
    faults += _ends_fit(projection, source, target, receptor)
    with blamed(faults):
        if projection.delay is not None:
            _delay(projection.delay, network)
    faults += _rules(network, projection, target, receptor, rules)
    if projection.bounds is not None:
        with blamed(faults, "bounds"):
            _bounds(projection, target, receptor)
    with blamed(faults, "connect"):
        site = network.site(projection)
        projection.connector.check(site)
        for what, value in (("weight", projection.weight), ("delay", projection.delay)):
            if isinstance(value, Values) and isinstance(projection.connector, FixedProbability | DistanceDependent):
                hint = "Use a distribution, or a rule with a fixed number of synapses"
                faults.append(Fault("one value per synapse, but their number is random", path=what, hint=hint))
            elif isinstance(value, Values) and len(value) != round(expected := projection.connector.expected(site)):
                faults.append(Fault(f"{len(value)} values for {expected:.0f} synapses", path=what))
    _raise(faults)


def _rules(
    network: NetworkSpec, projection: Projection, target: Population, receptor: SynapseModel, known: Rules
) -> list[Fault]:
    """Check the learning rules of a projection; what was found of the same rule between alike neurons is known."""
    source = network.population(projection.source)
    weight = target.neuron.weight_of(receptor)
    ends = (source.neuron.membrane_dimension, target.neuron.membrane_dimension)
    faults: list[Fault] = []
    for rule in projection.rules:
        key = (id(rule), *ends, weight, id(target.neuron) if rule.modulators or rule.target_equations.strip() else 0)
        if key not in known:
            known[key] = rule_faults(rule, source, target, weight)
        faults += [Fault(f.message, f.where, f"rules.{rule.name}.{f.path}", f.hint) for f in known[key]]
        if rule.interval and rule.interval != "dt":
            with blamed(faults, f"rules.{rule.name}.parameters.{rule.interval}"):
                _multiple(network, value_of(rule.parameters, rule.interval))
        if rule.lag and rule.seconds(rule.lag, network.dt.si) < 0:
            path = f"rules.{rule.name}.parameters.{rule.lag}"
            faults.append(Fault(f"'{rule.lag}' is below 0: nothing acts before its spike", path=path))
        if rule.delay and not 0 <= delay_steps(rule, network.dt.si) <= MOST_REMEMBERED:
            path = f"rules.{rule.name}.parameters.{rule.delay}"
            message = f"'{rule.delay}' is {delay_steps(rule, network.dt.si)} time steps"
            faults.append(Fault(message, path=path, hint=f"Allowed: 0 to {MOST_REMEMBERED} steps are remembered"))
        if rule.on_post.strip() and not target.neuron.spikes:
            message = f"rule '{rule.name}' waits for spikes of '{target.name}', which does not spike"
            faults.append(Fault(message, path="to"))
        if not known[key] and projection.bounds is None and rule.bounded:
            hint = f"Such as bounds: {_twice_the_weight(projection.weight, weight)}"
            faults.append(Fault(f"rule '{rule.name}' needs the bounds of the weight", path="bounds", hint=hint))
    methods = sorted({rule.method for rule in projection.rules if rule.method})
    if len(methods) > 1:
        message = f"the rules of one projection are integrated in one way, not by {' and '.join(methods)}"
        faults.append(Fault(message, path="rules"))
    return faults


def _delay(delay: Value, network: NetworkSpec) -> None:
    least = support(delay)[0]
    if least >= network.dt.si * (1 - 1e-9):
        check_delay(delay, network.dt.si)
    elif isinstance(delay, Distribution):
        message = f"delays of {shown(delay)} may be drawn below the time step {network.dt}"
        raise InputError(message, path="delay", hint=f"Give the distribution low: {network.dt}")
    else:
        message = f"delay {least * 1e3:.6g} ms is below the time step {network.dt}"
        raise InputError(message, path="delay", hint=f"At least {network.dt}")


def _weight(weight: Value, target: Population, name: str, receptor: SynapseModel) -> None:
    as_value(weight, target.neuron.weight_of(receptor))
    if receptor.conductance and support(weight)[0] < 0:
        hint = "A conductance is at least 0; inhibition is in its reversal potential"
        raise InputError(f"weight of conductance '{name}' may be negative", hint=hint)


def _twice_the_weight(weight: Value, dimension: Dimension) -> str:
    """Return bounds that one might mean: nothing, and twice the initial weight."""
    twice = Quantity.from_si(2 * mean(weight), dimension)
    return f"[{Quantity(0.0, twice.unit)}, {twice}]"


def _bounds(projection: Projection, target: Population, receptor: SynapseModel) -> None:
    """Check the bounds of a plastic weight: their dimension, and that weights begin within them."""
    assert projection.bounds is not None
    if not any(rule.term == "long" for rule in projection.rules):
        raise InputError("no long-term rule changes the weights of this projection", hint="Leave the bounds out")
    for bound in projection.bounds:
        as_value(bound, target.neuron.weight_of(receptor))
    low, high = sorted(bound.si for bound in projection.bounds)
    if receptor.conductance and low < 0:
        hint = "A conductance is at least 0; inhibition is in its reversal potential"
        raise InputError(f"a conductance of '{projection.receptor}' would be negative", hint=hint)
    least, most = support(projection.weight)
    slack = 1e-9 * max(abs(low), abs(high))
    if least < low - slack or most > high + slack:
        shown_bounds = " and ".join(str(bound) for bound in projection.bounds)
        message = f"weights begin at {shown(projection.weight)}, which may lie beyond the bounds {shown_bounds}"
        raise InputError(message, hint="Widen the bounds, or truncate the distribution")


def _ends_fit(projection: Projection, source: Population, target: Population, receptor: SynapseModel) -> list[Fault]:
    """Check that the source can give what the receptor waits for."""
    name, faults = projection.receptor, []
    waits = bool(receptor.on_pre) or bool(receptor.on_source_spike)
    if waits and not source.neuron.spikes:
        faults.append(Fault(f"'{source.name}' does not spike, but receptor '{name}' waits for spikes", path="from"))
    if receptor.source_equations and source.neuron.name == SPIKE_SOURCE:
        message = f"receptor '{name}' keeps its state in the source neuron, and '{source.name}' only replays spikes"
        faults.append(Fault(message, path="from", hint="Use a receptor without saturation"))
    if not receptor.transmission:
        return faults
    if "v_pre" in receptor.transmission and source.neuron.membrane_dimension != target.neuron.membrane_dimension:
        message = (
            f"receptor '{name}' compares the membranes of '{source.name}' and '{target.name}', which differ in unit"
        )
        faults.append(Fault(message, path="from"))
    elif "v_pre" in receptor.transmission and source.neuron.membrane not in source.neuron.dimensions:
        faults.append(Fault(f"'{source.name}' has no membrane, which receptor '{name}' reads", path="from"))
    if projection.delay is not None:
        hint = "Leave the delay out"
        faults.append(Fault(f"receptor '{name}' transmits at all times, without delay", path="delay", hint=hint))
    for rule in projection.rules:
        if rule.waits:
            message = f"receptor '{name}' transmits at all times, but rule '{rule.name}' acts at spikes"
            hint = "Use a rule that acts regularly, such as bcm or oja"
            faults.append(Fault(message, path=f"rules.{rule.name}", hint=hint))
    return faults


def _fits(value: Value | str, size: int, path: str) -> None:
    if isinstance(value, Values) and len(value) != size:
        raise InputError(f"{len(value)} values for {size} neurons", path=path)


def _stimulus(network: NetworkSpec, stimulus: PoissonInput | CurrentInput) -> None:
    faults: list[Fault] = []
    with blamed(faults, "target"):
        network.targets(stimulus.target)
    faults += stimulus_faults(stimulus, network.duration.si, network.dt.si)
    _raise(faults)
    for population, chosen in network.targets(stimulus.target):
        if isinstance(stimulus, PoissonInput):
            _poisson(stimulus, population, count(chosen))
        else:
            _current(stimulus, population, count(chosen))


def _poisson(stimulus: PoissonInput, population: Population, size: int) -> None:
    faults: list[Fault] = []
    with blamed(faults, "receptor"):
        receptor = population.neuron.receptor(stimulus.receptor)
        if not receptor.on_pre:
            raise InputError(f"receptor '{stimulus.receptor}' takes no spikes")
        with blamed(faults, "weight"):
            _weight(stimulus.weight, population, stimulus.receptor, receptor)
    _raise(faults)
    _fits(stimulus.weight, size, "weight")
    _fits(stimulus.rate, size, "rate")


def _current(stimulus: CurrentInput, population: Population, size: int) -> None:
    neuron = population.neuron
    if not neuron.inputs & {"I", "I_ext"}:
        message = f"neuron '{neuron.name}' of '{population.name}' has no input current"
        raise InputError(message, path="target", hint="Its equations must read I or I_ext")
    wave = stimulus.waveform
    for name in _AMPLITUDES:
        value = getattr(wave, name, None)
        if value is not None:
            as_value(value, neuron.input_dimension, path=name)
    if isinstance(wave, Step):
        _fits(wave.amplitude, size, "amplitude")


def _intervention(network: NetworkSpec, act: Intervention) -> None:
    if isinstance(act, Lesion) and any(p.name == act.target for p in network.projections):
        return
    faults: list[Fault] = []
    if isinstance(act, Freeze):
        with blamed(faults, "freeze"):
            network.frozen(act)
        _raise(faults)
        return
    with blamed(faults, "lesion" if isinstance(act, Lesion) else "silence" if isinstance(act, Silence) else "target"):
        network.targets(act.target)
    _raise(faults)
    obstacles = [obstacle(act, population) for population, _ in network.targets(act.target)]
    if all(obstacles):
        receptors = [name for p, _ in network.targets(act.target) for name in p.neuron.receptors]
        if isinstance(act, ScaleReceptor):
            raise InputError(obstacles[0], path="receptor", hint=suggest(act.receptor, receptors, noun="receptor"))
        raise InputError(obstacles[0], path="target")


def _recording(network: NetworkSpec) -> list[Fault]:
    faults: list[Fault] = []
    record = network.recording
    for i, address in enumerate(record.spikes):
        with blamed(faults, record.origin, "spikes" if len(record.spikes) == 1 else f"spikes.{i}"):
            network.targets(address)
    if record.rates is not None:
        with blamed(faults, record.origin, "rates"):
            _multiple(network, record.rates)
    for trace in record.traces:
        with blamed(faults, trace.origin):
            _trace(network, trace)
    known = {p.name: p for p in network.projections}
    for weights in record.weights:
        if weights.projection not in known:
            hint = suggest(weights.projection, known, noun="projection")
            faults.append(Fault(f"unknown projection '{weights.projection}'", path=weights.origin, hint=hint))
        elif weights.histogram is not None and known[weights.projection].bounds is None:
            message = f"the bins lie between the bounds of the weight, and '{weights.projection}' has none"
            path = f"{weights.origin}.histogram".lstrip(".")
            faults.append(Fault(message, path=path, hint="Give the projection bounds, or leave histogram out"))
        with blamed(faults, weights.origin, "interval"):
            _multiple(network, weights.interval)
    return faults


def _trace(network: NetworkSpec, trace: Traces) -> None:
    for population, _ in network.targets(trace.target):
        known = population.neuron.recordable
        for variable in trace.variables:
            if variable not in known:
                message = f"'{population.name}' has no variable '{variable}'"
                raise InputError(message, path="variables", hint=suggest(variable, known, noun="variable"))
    if trace.interval is not None:
        faults: list[Fault] = []
        with blamed(faults, "interval"):
            _multiple(network, trace.interval)
        _raise(faults)


def _multiple(network: NetworkSpec, interval: Quantity) -> None:
    ratio = interval.si / network.dt.si
    if ratio < 1 - 1e-9 or abs(ratio - round(ratio)) > 1e-6:
        hint = f"{max(1, math.floor(ratio)) * network.dt.si * 1e3:.10g} ms is"
        raise InputError(f"{interval} is no multiple of the time step {network.dt}", hint=hint)
