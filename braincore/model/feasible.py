"""Numbers that pass for quantities but that no simulation can follow, told before anything is built.

Brian2 takes them all: a negative refractoriness, pulses between two time steps, a delay or a spike time beyond what
its counters hold. Some it rounds away, some wrap around; none is an error there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from braincore.errors import Fault, InputError
from braincore.expressions import parse_expression
from braincore.model.blame import blamed
from braincore.model.intervention import Intervention, Optogenetic
from braincore.model.network import NetworkSpec
from braincore.model.population import Population
from braincore.model.stimulus import CurrentInput, PoissonInput, Samples, Sine, SpikeTrains
from braincore.model.values import Distribution, Value, Values, shown, support
from braincore.units import TIME, Quantity

MAX_DELAY_STEPS = 10_000_000
MAX_SPIKE_STEPS = 2**31 - 1
MAX_REFRACTORY_STEPS = 2**53
MAX_EVENTS = 1e9
RARE = 0.01
"""A draw that is not allowed is let pass if fewer of them than this are expected in the whole population."""
_LEEWAY = 1 - 1e-9
_MOMENTS = 1000


def population_faults(network: NetworkSpec) -> list[Fault]:
    """Return what is wrong with the values of the populations' parameters."""
    faults: list[Fault] = []
    for k, population in enumerate(network.populations):
        with blamed(faults, population.origin or f"populations.{k}"):
            found = [*_zero_divisors(population), *_refractory(population, network.dt.si)]
            if found:
                raise InputError(found)
    return faults


def _zero_divisors(population: Population) -> Iterator[Fault]:
    """Parameters that are set to 0 for some neuron although an equation divides by them."""
    zero = {name: value for name, value in population.parameters.items() if _holds_zero(value)}
    for equation in population.neuron.parsed if zero else ():
        for name in sorted(zero.keys() & (equation.expression.divisors if equation.expression else frozenset())):
            message = f"{name} = {shown(zero[name])} of '{population.name}', but '{equation.name}' is divided by it"
            yield Fault(message, path=f"parameters.{name}", hint="It must not be 0")


def _holds_zero(value: Value) -> bool:
    if isinstance(value, Quantity):
        return value.si == 0
    return isinstance(value, Values) and bool((value.si == 0).any())


def _refractory(population: Population, dt: float) -> Iterator[Fault]:
    """A refractory time that is set to below 0, or to so much that Brian2's counter wraps around and there is none."""
    neuron, text = population.neuron, population.neuron.refractory
    expression = parse_expression(text) if text else None
    if expression is None or expression.is_condition():
        return
    changed = sorted(expression.variables & population.parameters.keys())
    defaults = {p.name: p.value for p in neuron.parameters}
    if not changed or not expression.variables <= {*defaults, "dt"}:
        return  # of the model's own values the model has told
    values: dict[str, Value] = {**defaults, **population.parameters}
    for name in changed:
        value = values[name]
        if isinstance(value, Distribution):
            if value.dimension == TIME and value.chance_below(0.0) * population.size > RARE:
                message = f"{name} = {shown(value)} of '{population.name}' is a refractory time that may be negative"
                yield Fault(message, path=f"parameters.{name}", hint="Truncate the distribution: low: 0 ms")
            return
    known = {name: values[name].si for name in expression.variables - {"dt"}}  # type: ignore[union-attr]
    times = np.asarray(expression.evaluate({**known, "dt": dt}), dtype=np.float64)
    if not (times >= 0).all():
        message = f"the refractory time '{text}' of '{population.name}' is negative: {times.min() * 1e3:.6g} ms"
        yield Fault(message, path=f"parameters.{changed[0]}", hint="At least 0 ms")
    elif (times > MAX_REFRACTORY_STEPS * dt).any():
        message = f"the refractory time '{text}' of '{population.name}' is over 2**53 time steps"
        yield Fault(message, path=f"parameters.{changed[0]}", hint=f"At most {MAX_REFRACTORY_STEPS * dt:.3g} s")


def check_delay(delay: Value, dt: float) -> None:
    """Refuse a delay for whose spikes there would be no room."""
    longest = support(delay)[1]
    if math.isfinite(longest) and longest > MAX_DELAY_STEPS * dt:
        hint = f"At most {MAX_DELAY_STEPS * dt:.6g} s"
        raise InputError(f"delay {longest:.6g} s is over {MAX_DELAY_STEPS:,} time steps", path="delay", hint=hint)


def check_spike_times(name: str, trains: SpikeTrains, dt: float) -> None:
    """Refuse spikes so late that Brian2's counter wraps around and they come early."""
    last = float(trains.times.max()) if trains.times.size else 0.0
    if last > MAX_SPIKE_STEPS * dt:
        hint = f"The latest possible is {MAX_SPIKE_STEPS * dt:.6g} s; is the unit right?"
        raise InputError(f"a spike of '{name}' is at {last:.6g} s, over 2**31 time steps", path="trains", hint=hint)


def stimulus_faults(stimulus: PoissonInput | CurrentInput, duration: float, dt: float) -> list[Fault]:
    """Return what is wrong with the times and rates of a stimulus."""
    faults: list[Fault] = []
    if isinstance(stimulus, PoissonInput):
        with blamed(faults, "rate"):
            _rate(stimulus, duration, dt)
        return faults
    wave = stimulus.waveform
    if isinstance(wave, Sine) and wave.frequency.si * dt > 0.5:
        message = f"frequency {wave.frequency} is too high for the time step: a lower one would be made"
        faults.append(Fault(message, path="frequency", hint=f"At most {0.5 / dt:.6g} Hz"))
    if isinstance(wave, Samples) and wave.interval.si < dt * _LEEWAY:
        message = f"interval {wave.interval} is below the time step: values would be left out"
        faults.append(Fault(message, path="interval", hint=f"At least {dt * 1e3:.6g} ms"))
    return faults


def _rate(stimulus: PoissonInput, duration: float, dt: float) -> None:
    """Refuse a rate that is not a number at some time, or beyond what can be drawn."""
    rate = stimulus.rate
    if isinstance(rate, str):
        start, stop = stimulus.during
        last = min(duration, stop.si if stop is not None else duration)
        steps = np.unique(np.linspace(start.si / dt, last / dt, _MOMENTS).round())
        times = steps[steps * dt < last] * dt
        rates = np.broadcast_to(np.asarray(parse_expression(rate).evaluate({"t": times, "dt": dt})), times.shape)
        wrong = ~np.isfinite(rates)
        if wrong.any():
            first = int(np.flatnonzero(wrong)[0])
            raise InputError(f"the rate '{rate}' is {rates[first]:g} at t = {times[first]:.6g} s")
        highest = float(rates.max(initial=0.0))
    else:
        highest = support(rate)[1]
    expected = highest * stimulus.sources * dt
    if math.isfinite(highest) and not expected <= MAX_EVENTS:
        raise InputError(f"{expected:.3g} spikes of every neuron in a time step", hint=f"At most {MAX_EVENTS:.0e}")


def intervention_faults(act: Intervention, dt: float) -> list[Fault]:
    """Return what is wrong with the times of an intervention."""
    if isinstance(act, Optogenetic) and act.frequency is not None and act.width is not None:
        dark = 1 / act.frequency.si - act.width.si
        if act.width.si < dt * _LEEWAY or 1e-9 * dt < dark < dt * _LEEWAY:
            message = f"pulses of {act.width} at {act.frequency} are finer than the time step"
            return [Fault(message, path="width", hint=f"It is {dt * 1e3:.6g} ms")]
    return []
