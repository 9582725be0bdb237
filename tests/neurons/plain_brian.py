"""Library models as plain Brian2 objects, written out by hand: a second, simpler road than `braincore.build`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import brian2 as b2
import numpy as np

from braincore.expressions import parse_equations, parse_expression, parse_statements
from braincore.model import LearningRule, NeuronModel, Parameter, SynapseModel
from braincore.units import Quantity

b2.prefs.codegen.target = "numpy"
# Brian2 writes the code of every object to its log, which pytest then formats: half of the time of a short test.
logging.getLogger("brian2").setLevel(logging.ERROR)


def quantity(given: Quantity) -> Any:
    """A `Quantity` as Brian2's."""
    return b2.Quantity(given.si, dim=b2.get_or_create_dimension(list(given.dimension)))


def namespace(parameters: tuple[Parameter, ...], prefix: str = "", suffix: str = "") -> dict[str, Any]:
    return {f"{prefix}{p.name}{suffix}": quantity(p.value) for p in parameters}


def local_names(model: NeuronModel, receptor: str, synapse: SynapseModel, suffix: str = "") -> dict[str, str]:
    names = {"v": f"{model.membrane}{suffix}", "total": f"{receptor}_total{suffix}"}
    own = [p.name for p in synapse.parameters]
    own += [e.name for e in parse_equations(synapse.equations)] if synapse.equations else []
    own += [e.name for e in parse_equations(synapse.source_equations)] if synapse.source_equations else []
    return names | {name: f"{receptor}_{name}{suffix}" for name in own}


def _unit(dimension: tuple[float, ...]) -> str:
    names = ("meter", "kilogram", "second", "amp", "kelvin", "mole", "candle")
    return "*".join(f"{n}**{p:g}" for n, p in zip(names, dimension, strict=True) if p) or "1"


def group(
    model: NeuronModel,
    n: int = 1,
    *,
    dt: float = 0.1,
    method: str = "",
    source: Mapping[str, SynapseModel] | None = None,
    start: Mapping[str, float] | None = None,
    each: Mapping[str, Any] | None = None,
) -> b2.NeuronGroup:
    """A NeuronGroup of a model; `I_ext` is a variable of each neuron; `dt` in ms.

    `source` are synapse models whose source equations the group carries; `start` are initial values and `each` are
    parameters neuron by neuron, both in SI.
    """
    unit = _unit(model.input_dimension)
    lines = [str(e) for e in model.parsed]
    given: dict[str, str] = {}
    reset = [model.reset] if model.reset else []
    names = namespace(model.parameters)
    for receptor, synapse in model.receptors.items():
        local = local_names(model, receptor, synapse)
        names |= namespace(synapse.parameters, f"{receptor}_")
        if synapse.equations:
            lines += [str(e.rename(local)) for e in parse_equations(synapse.equations)]
        if synapse.transmission:
            total = parse_expression(synapse.transmission)
            known = {
                "w": _weight(model, synapse),
                "v_pre": model.membrane_dimension,
                "v_post": model.membrane_dimension,
            }
            known |= {p.name: p.dimension for p in synapse.parameters}
            known |= {f"{e.name}_pre": e.dimension for e in _source(synapse)}
            lines.append(f"{receptor}_total : {_unit(total.dimension(known))}")
        if synapse.current:
            given[receptor] = f"({parse_expression(synapse.current).rename(local).text})"
    for receptor, synapse in (source or {}).items():
        local = local_names(model, receptor, synapse)
        names |= namespace(synapse.parameters, f"{receptor}_")
        lines += [str(e.rename(local)) for e in _source(synapse)]
        reset += [str(s.rename(local)) for s in parse_statements(synapse.on_source_spike)]
    each = each or {}
    lines += [f"{name} : {_unit(model.parameter(name).dimension)} (constant)" for name in each]
    names = {name: value for name, value in names.items() if name not in each}
    lines += [f"{name} = {given.pop(receptor)} : {unit}" for name, receptor in model.separate.items()]
    if "I" in model.equations:
        lines += [f"I_ext : {unit}", f"I_syn = {' + '.join(given.values()) or f'0*({unit})'} : {unit}"]
        lines.append(f"I = I_syn + I_ext : {unit}")
    arguments: dict[str, Any] = {"threshold": model.threshold, "reset": "\n".join(reset)} if model.threshold else {}
    if model.refractory:
        arguments["refractory"] = model.refractory
    made = b2.NeuronGroup(
        n, "\n".join(lines), namespace=names, method=method or model.method, dt=dt * b2.ms, **arguments
    )
    known: dict[str, Any] = {p.name: p.value.si for p in model.parameters}
    for name, values in each.items():
        known[name] = np.asarray(values, dtype=float)
        made.variables[name].set_value(known[name])
    for name, value in model.initial.items():
        si = parse_expression(value).evaluate(known) if isinstance(value, str) else value.si
        known[name] = si
        made.variables[name].set_value(np.broadcast_to(np.asarray(si, dtype=float), n).copy())
    for name, si in (start or {}).items():
        made.variables[name].set_value(np.full(n, si, dtype=float))
    return made


def _source(synapse: SynapseModel) -> tuple[Any, ...]:
    return parse_equations(synapse.source_equations) if synapse.source_equations else ()


def _weight(model: NeuronModel, synapse: SynapseModel) -> Any:
    return synapse.weight_dimension(input_dimension=model.input_dimension, membrane_dimension=model.membrane_dimension)


def connect(
    source: Any,
    target: b2.NeuronGroup,
    model: NeuronModel,
    receptor: str,
    pre: Any,
    post: Any,
    weights: Any,
    *,
    delay: float = 0.0,
    rule: LearningRule | None = None,
    bounds: tuple[float, float] | None = None,
) -> b2.Synapses:
    """Synapses of one receptor; weights and `bounds` in SI, `delay` in ms; `rule` as `LearningRule` says."""
    synapse = model.receptors[receptor]
    unit = _unit(_weight(model, synapse))
    names = namespace(synapse.parameters, f"{receptor}_", "_post")
    if bounds is not None:
        dims = b2.get_or_create_dimension(list(_weight(model, synapse)))
        names |= {name: b2.Quantity(si, dim=dims) for name, si in zip(("w_min", "w_max"), bounds, strict=True)}
    local = local_names(model, receptor, synapse, "_post")
    if synapse.transmission:
        continuous = {k if k != "v" else "v_post": v for k, v in local.items()}
        continuous |= {f"{e.name}_pre": f"{receptor}_{e.name}_pre" for e in _source(synapse)}
        continuous |= {"v_pre": f"{model.membrane}_pre"}
        right = parse_expression(synapse.transmission).rename(continuous)
        known = {"w": _weight(model, synapse), "v_pre": model.membrane_dimension, "v_post": model.membrane_dimension}
        known |= {p.name: p.dimension for p in synapse.parameters}
        known |= {f"{e.name}_pre": e.dimension for e in _source(synapse)}
        total = _unit(parse_expression(synapse.transmission).dimension(known))
        text = f"w : {unit}\n{receptor}_total_post = {right.text} : {total} (summed)"
        made = b2.Synapses(source, target, text, namespace=names, clock=target.clock)
    else:
        made = _spiking(source, target, synapse, local, names, unit, rule)
    made.connect(i=np.asarray(pre), j=np.asarray(post))
    made.variables["w"].get_value()[:] = weights
    if not synapse.transmission:
        made.delay = delay * b2.ms
    for name, value in (rule.initial if rule else {}).items():
        made.variables[name].get_value()[:] = value
    return made


def _spiking(
    source: Any, target: Any, synapse: SynapseModel, local: dict[str, str], names: dict[str, Any], unit: str, rule: Any
) -> b2.Synapses:
    arrival = [str(s.rename(local)) for s in parse_statements(synapse.on_pre)]
    if rule is None:
        return b2.Synapses(
            source, target, f"w : {unit}", on_pre="\n".join(arrival), namespace=names, clock=target.clock
        )
    code = []
    for s in parse_statements(rule.on_pre):
        if s.target == "transmitted":
            sent = s.expression.text
            code += [str(a.rename(local)) for a in (_with_weight(a, sent) for a in parse_statements(synapse.on_pre))]
        else:
            code.append(_held(s, names))
    text = "\n".join([f"w : {unit}", *(str(e) for e in parse_equations(rule.equations))])
    arguments = {}
    if rule.on_post:
        arguments["on_post"] = "\n".join(_held(s, names) for s in parse_statements(rule.on_post))
    names = names | namespace(rule.parameters)
    return b2.Synapses(source, target, text, on_pre="\n".join(code), namespace=names, clock=target.clock, **arguments)


def _held(assignment: Any, names: dict[str, Any]) -> str:
    """The weight within its bounds, if it has some."""
    if assignment.target != "w" or "w_min" not in names:
        return str(assignment)
    before = "" if assignment.op == "=" else f"w {assignment.op[0]} "
    return f"w = clip({before}({assignment.expression.text}), w_min, w_max)"


def _with_weight(assignment: Any, sent: str) -> Any:
    from dataclasses import replace

    return replace(assignment, expression=assignment.expression.substitute({"w": parse_expression(sent)}))


def run(*objects: Any, ms: float) -> None:
    b2.Network(*objects).run(ms * b2.ms, namespace={})


def steps(monitor: b2.SpikeMonitor, dt: float) -> Any:
    """Spike steps of a monitor."""
    return np.rint(np.asarray(monitor.t / b2.ms) / dt).astype(int)
