"""Which populations mean-field theory can treat: leaky integrate-and-fire neurons, recognised by their equations.

A model need not be called LIF: it is one if, by its equations, the membrane relaxes linearly, an input current shifts
it, it spikes above a constant and is reset to a constant. Own models of users are recognised as the built-in ones are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from braincore.errors import BraincoreError
from braincore.expressions import Equation, Expression, parse_equations, parse_expression, parse_statements
from braincore.model import NetworkSpec, NeuronModel, Population, SynapseModel, synapses
from braincore.model.values import mean

_KNOWN = ("exponential_current", "alpha_current", "dual_exponential_current", "delta", "delta_unless_refractory")


class NotCoveredError(BraincoreError):
    """Mean-field theory does not cover a model; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Constants:
    """A leaky integrate-and-fire neuron, in SI.

    Attributes
    ----------
    tau_m, e_l, v_th, v_reset, tau_ref
        Membrane time constant, resting potential, threshold, reset, absolute refractory time.
    per_input
        By how much a unit of input current changes dv/dt: 1/C_m for a current in ampere.
    noise
        Amplitude of white noise on the membrane: dv/dt = ... + noise / sqrt(tau_m) xi (Brunel's convention).
    """

    tau_m: float
    e_l: float
    v_th: float
    v_reset: float
    tau_ref: float
    per_input: float
    noise: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Kinetics:
    """A receptor as theory sees it: a delta jump (both times 0) or a current with a rise and a decay time, in SI."""

    tau_rise: float = 0.0
    tau_decay: float = 0.0


def constants(population: Population, dt: float) -> Constants:
    """Return the LIF constants of a population; distributed parameters count with their mean.

    Raises
    ------
    NotCoveredError
        The model is no LIF neuron; the message says what keeps it from being one.
    """
    model = population.neuron
    values = {p.name: mean(population.parameters.get(p.name, p.value)) for p in model.parameters}
    values["dt"] = dt
    if not model.threshold:
        raise NotCoveredError("it does not spike")
    others = [e for e in model.parsed if e.kind == "differential" and e.name != model.membrane]
    if others:
        raise NotCoveredError(f"its variable '{others[0].name}' is not covered by mean-field theory")
    # an equation may name dt to be exact at any step: what counts here is its limit of small steps
    slope, rest, per_input, noise = _linear(model, {**values, "dt": 1e-9})
    tau_m = -1.0 / slope
    return Constants(
        tau_m=tau_m,
        e_l=-rest / slope,
        v_th=_threshold(model, values),
        v_reset=_reset(model, values),
        tau_ref=_refractory(model, values, dt),
        per_input=per_input,
        noise=noise * float(np.sqrt(tau_m)),
    )


def _linear(model: NeuronModel, values: Mapping[str, float]) -> tuple[float, float, float, float]:
    """Return slope, constant, gain of the input and amplitude of xi in dv/dt, or say that it is not linear."""
    written = {e.name: e for e in model.parsed}
    if model.membrane not in written or written[model.membrane].kind != "differential":
        raise NotCoveredError(f"it has no differential equation for '{model.membrane}'")

    def f(v: float, current: float, xi: float) -> float:
        known: dict[str, float] = {**values, model.membrane: v, "xi": xi, "t": 0.0}
        known |= {"I_syn": current, "I_ext": 0.0, "I": current}
        for equation in _in_order(model):
            if equation.expression is not None and equation.kind == "subexpression":
                known[equation.name] = number(equation.expression, known)
        expression = written[model.membrane].expression
        assert expression is not None
        return number(expression, known)

    try:
        base = f(0.0, 0.0, 0.0)
        size = max(1e-3, abs(base))
        slope = (f(1.0, 0.0, 0.0) - base) / 1.0
        per_input, noise = f(0.0, 1.0, 0.0) - base, f(0.0, 0.0, 1.0) - base
        probe = f(-0.07, 1e-9, 0.3)
    except BraincoreError as error:
        raise NotCoveredError(f"its equation cannot be evaluated: {error}") from None
    expected = base - 0.07 * slope + 1e-9 * per_input + 0.3 * noise
    if not np.isfinite(probe) or abs(probe - expected) > 1e-6 * max(size, abs(expected)):
        raise NotCoveredError(f"its equation is not linear in '{model.membrane}' and its input")
    if not slope < 0:
        raise NotCoveredError("its membrane has no leak")
    return slope, base, per_input, noise


def number(expression: Expression, values: Mapping[str, float]) -> float:
    """Return the value of an expression of single numbers."""
    return float(np.asarray(expression.evaluate(values)).real)


def _in_order(model: NeuronModel) -> Iterator[Equation]:
    """Return the sub-expressions so that each comes after those it reads."""
    left = {e.name: e for e in model.parsed if e.kind == "subexpression"}
    while left:
        ready = [e for e in left.values() if e.expression is None or not e.expression.names & left.keys() - {e.name}]
        yield from ready
        for equation in ready:
            del left[equation.name]


def _threshold(model: NeuronModel, values: Mapping[str, float]) -> float:
    tokens = model.threshold.replace(">=", ">").split(">")
    if len(tokens) != 2 or tokens[0].strip() != model.membrane:
        raise NotCoveredError(f"its threshold is not of the form '{model.membrane} > constant'")
    return _constant(tokens[1], values, "threshold")


def _reset(model: NeuronModel, values: Mapping[str, float]) -> float:
    statements = parse_statements(model.reset) if model.reset else ()
    if len(statements) != 1 or statements[0].target != model.membrane or statements[0].op != "=":
        raise NotCoveredError(f"its reset is not of the form '{model.membrane} = constant'")
    return _constant(statements[0].expression.text, values, "reset")


def _refractory(model: NeuronModel, values: Mapping[str, float], dt: float) -> float:
    """Return the time for which the membrane is held: Brian2 holds it for one step less than `refractory` says."""
    if not model.refractory:
        return 0.0
    return max(0.0, _constant(model.refractory, values, "refractory time") - dt)


def _constant(text: str, values: Mapping[str, float], what: str) -> float:
    expression = parse_expression(text)
    try:
        return number(expression, values)
    except (BraincoreError, TypeError):
        raise NotCoveredError(f"its {what} is not a constant") from None


def kinetics(synapse: SynapseModel) -> Kinetics:
    """Return the kinetics of a receptor that theory covers: delta, exponential, alpha, dual exponential currents.

    Raises
    ------
    NotCoveredError
        Conductances, continuous transmission, and kinetics of a user's own.
    """
    name = next((n for n in _KNOWN if _alike(synapse, synapses.get(n))), None)
    if name is None:
        what = "a conductance" if synapse.conductance else f"'{synapse.name}'"
        raise NotCoveredError(f"{what} is not a current that mean-field theory covers")
    values = {p.name: p.value.si for p in synapse.parameters}
    if name.startswith("delta"):
        return Kinetics()
    if name == "exponential_current":
        return Kinetics(tau_decay=values["tau"])
    if name == "alpha_current":
        return Kinetics(tau_rise=values["tau"], tau_decay=values["tau"])
    return Kinetics(tau_rise=values["tau_rise"], tau_decay=values["tau_decay"])


def _alike(a: SynapseModel, b: SynapseModel) -> bool:
    def texts(s: SynapseModel) -> tuple[object, ...]:
        equations = tuple(str(e) for e in parse_equations(s.equations)) if s.equations else ()
        return (equations, s.current, s.on_pre, s.transmission, {p.name for p in s.parameters})

    return texts(a) == texts(b)


def constants_of(network: NetworkSpec) -> tuple[dict[str, Constants], dict[str, str]]:
    """Return the constants of every population that is covered, and the reason for each other one."""
    found: dict[str, Constants] = {}
    reasons: dict[str, str] = {}
    for population in network.populations:
        try:
            found[population.name] = constants(population, network.dt.si)
        except NotCoveredError as error:
            reasons[population.name] = str(error)
    return found, reasons
