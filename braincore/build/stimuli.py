"""Random input, waveforms and noise as Brian2 code that runs once a step on a whole group."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np

from braincore.build.equations import receptor_names
from braincore.build.names import gain
from braincore.build.neurons import BuiltGroup
from braincore.build.plan import Plan
from braincore.build.timeline import place
from braincore.errors import InputError
from braincore.expressions import Assignment, parse_expression, parse_statements
from braincore.model import CurrentInput, Ramp, Samples, Sine


def add_stimuli(plan: Plan, built: BuiltGroup) -> list[Any]:
    """Attach a group's stimuli to it; return the Brian2 objects that were added."""
    clock = plan.clock
    added = []
    for k, slot in enumerate(built.plan.poisson):
        code, namespace = _poisson_code(built, k, *slot.key)
        built.brian.namespace.update(namespace)
        added.append(
            built.brian.run_regularly(code, clock=clock, when="synapses", name=f"{built.plan.name}_poisson{k}")
        )
    for k in range(len(built.plan.waves)):
        built.brian.namespace[f"b_table{k}"] = _table(plan, built, k)
        code = f"b_wave{k} = b_table{k}(t, b_column{k})"
        added.append(built.brian.run_regularly(code, clock=clock, when="start", name=f"{built.plan.name}_wave{k}"))
    for k in range(len(built.plan.noises)):
        spread = f"b_sd{k} * sqrt(1 - b_decay{k}**2) * randn()"
        code = f"b_noise{k} = b_mean{k} + (b_noise{k} - b_mean{k}) * b_decay{k} + {spread}"
        added.append(built.brian.run_regularly(code, clock=clock, when="start", name=f"{built.plan.name}_noise{k}"))
    return added


def _poisson_code(built: BuiltGroup, k: int, receptor: str, rate: str) -> tuple[str, dict[str, Any]]:
    """Return the code of a slot of random input: as many weights at once as spikes arrive in the step.

    The number of spikes that `sources` trains of a rate bring in a step is Poisson with mean sources * rate * dt.
    """
    plan = built.plan
    synapse = plan.model.receptors[receptor]
    names = receptor_names(plan.model, receptor, synapse)
    mean = f"b_lambda{k}"
    if rate:
        mean = f"b_lambda{k} * clip(({parse_expression(rate).text}) * dt, 0, 1e9)"
    lines = []
    frozen = {e.name for e in plan.model.parsed if "unless refractory" in e.flags}
    for statement in parse_statements(synapse.on_pre):
        _check_additive(synapse.name, statement)
        factor = f" * {gain(receptor)}" if receptor in plan.scaled else ""
        # a membrane that is held in refractoriness takes no input, as for a spike that comes through a synapse
        held = " * int(not_refractory)" if statement.target == "v" and plan.model.membrane in frozen else ""
        arriving = f"b_weight{k} * b_count{k}{factor}{held}"
        right = statement.expression.rename(names).substitute({"w": parse_expression(arriving)})
        lines.append(f"{names[statement.target]} {statement.op} {right.text}")
    return "\n".join([f"b_count{k} = poisson({mean})", *lines]), {}


def _check_additive(name: str, statement: Assignment) -> None:
    """Refuse a receptor on which two spikes in one step are not the sum of two spikes."""
    expression = statement.expression
    if statement.op in ("+=", "-=") and "w" in expression.names:
        values = {n: 1.7 for n in expression.names}
        at = [float(np.asarray(expression.evaluate({**values, "w": w}))) for w in (0.0, 1.0, 3.0)]
        if at[0] == 0 and np.isclose(at[2], 3 * at[1], rtol=1e-12):
            return
    raise InputError(
        f"random input cannot be summed on synapse '{name}': its on_pre is not proportional to w",
        hint="Project from a population of neuron 'poisson' instead",
    )


def _table(plan: Plan, built: BuiltGroup, k: int) -> Any:
    """Return a TimedArray with one column for each waveform of a slot (column 0 is none), and set the columns."""
    network = plan.network
    steps = network.steps
    times = np.arange(steps) * network.dt.si
    columns = [np.zeros(steps)]
    chosen = built.array(f"b_column{k}")
    for stimulus, population in built.plan.waves[k].stimuli:
        if not isinstance(stimulus, CurrentInput) or not isinstance(stimulus.waveform, Ramp | Sine | Samples):
            continue
        begin, stop = stimulus.during
        end = network.duration.si if stop is None else stop.si
        inside = (times >= begin.si - 1e-12) & (times < end - 1e-12)
        column = np.zeros(steps)
        column[inside] = stimulus.waveform.samples(times[inside], begin.si, end)
        chosen[place(plan, stimulus.target, population)] = len(columns)
        columns.append(column)
    unit = brian2.get_unit(brian2.get_or_create_dimension(list(built.plan.model.input_dimension)))
    return brian2.TimedArray(np.stack(columns, axis=1) * unit, dt=network.dt.si * brian2.second)
