"""Random input, waveforms and noise as Brian2 code that runs once a step on a whole group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import brian2
import numpy as np
from numpy.typing import NDArray

from braincore.build.equations import receptor_names
from braincore.build.names import COLUMN, TABLE, WAVE, gain
from braincore.build.neurons import BuiltGroup
from braincore.build.plan import Plan
from braincore.build.timeline import place
from braincore.errors import InputError
from braincore.expressions import Assignment, parse_expression, parse_statements
from braincore.model import CurrentInput, Ramp, Samples, Sine
from braincore.model.stimulus import Waveform, Window

# Currents are set before anything is recorded, or held constant over the step: the value at t acts from t to t + dt.
_CURRENTS: dict[str, Any] = {"when": "before_start", "order": -1}


def add_stimuli(plan: Plan, built: BuiltGroup) -> list[Any]:
    """Attach a group's stimuli to it; return the Brian2 objects that were added."""
    group, name, clock = built.brian, built.plan.name, plan.clock
    added = []
    for k, slot in enumerate(built.plan.poisson):
        code = _poisson_code(built, k, *slot.key)
        added.append(group.run_regularly(code, clock=clock, when="synapses", name=f"{name}_poisson{k}"))
    if built.plan.waves:
        group.namespace[TABLE] = _table(plan, built)
        code = f"{WAVE} = {TABLE}(t, {COLUMN})"
        added.append(group.run_regularly(code, clock=clock, name=f"{name}_wave", **_CURRENTS))
    for k in range(len(built.plan.noises)):
        spread = f"b_sd{k} * sqrt(1 - b_decay{k}**2) * randn()"
        code = f"b_noise{k} = b_mean{k} + (b_noise{k} - b_mean{k}) * b_decay{k} + {spread}"
        added.append(group.run_regularly(code, clock=clock, name=f"{name}_noise{k}", **_CURRENTS))
    return added


def _poisson_code(built: BuiltGroup, k: int, receptor: str, rate: str) -> str:
    """Return the code of a slot of random input: as many weights at once as spikes arrive in the step.

    The number of spikes that `sources` trains of a rate bring in a step is Poisson with mean sources * rate * dt.
    """
    plan = built.plan
    synapse = plan.model.receptors[receptor]
    names = receptor_names(plan.model, receptor, synapse)
    mean = f"b_lambda{k} * clip(({parse_expression(rate).text}) * dt, 0, 1e9)" if rate else f"b_lambda{k}"
    lines = [f"b_count{k} = poisson({mean})"]
    factor = f" * {gain(receptor)}" if receptor in plan.scaled else ""
    frozen = {e.name for e in plan.model.parsed if "unless refractory" in e.flags}
    statements = parse_statements(synapse.on_pre)
    _check_additive(synapse.name, statements)
    for statement in statements:
        # a membrane that is held in refractoriness takes no input, as for a spike that comes through a synapse
        held = " * int(not_refractory)" if statement.target == "v" and plan.model.membrane in frozen else ""
        arriving = f"b_weight{k} * b_count{k}{factor}{held}"
        right = statement.expression.rename(names).substitute({"w": parse_expression(arriving)})
        lines.append(f"{names[statement.target]} {statement.op} {right.text}")
    return "\n".join(lines)


def _check_additive(name: str, statements: Sequence[Assignment]) -> None:
    """Refuse a receptor on which two spikes in one step are not the sum of two spikes."""
    changed = {s.target for s in statements}
    for s in statements:
        proportional = s.op in ("+=", "-=") and "w" in s.expression.names and not s.expression.names & changed
        if proportional:
            values = dict.fromkeys(s.expression.names, 1.7)
            none, one, three = (float(np.asarray(s.expression.evaluate({**values, "w": w}))) for w in (0.0, 1.0, 3.0))
            proportional = none == 0 and bool(np.isclose(three, 3 * one, rtol=1e-12))
        if not proportional:
            hint = "Project from a population of neuron 'poisson' instead"
            raise InputError(f"random input on synapse '{name}': its on_pre is not proportional to w", hint=hint)


def _table(plan: Plan, built: BuiltGroup) -> Any:
    """Return a TimedArray of what the waveforms of a group add up to, and set which column each neuron reads.

    Column 0 is none; neurons that get the same waveforms share a column.
    """
    network = plan.network
    columns: list[NDArray[np.float64]] = [np.zeros(network.steps)]
    known: dict[tuple[int, Waveform, Window], int] = {}
    chosen = built.array(COLUMN)
    for stimulus, population in built.plan.waves:
        where = place(plan, stimulus.target, population)
        before = chosen[where]
        for column in np.unique(before):
            key = (int(column), stimulus.waveform, stimulus.during)
            if key not in known:
                known[key] = len(columns)
                columns.append(columns[column] + _samples(plan, stimulus))
            chosen[where[before == column]] = known[key]
    used, chosen[:] = np.unique(chosen, return_inverse=True)
    unit = brian2.get_unit(brian2.get_or_create_dimension(list(built.plan.model.input_dimension)))
    return brian2.TimedArray(np.stack([columns[k] for k in used], axis=1) * unit, dt=network.dt.si * brian2.second)


def _samples(plan: Plan, stimulus: CurrentInput) -> NDArray[np.float64]:
    """Return a waveform at every step of the run, zero outside its window."""
    network, (begin, stop) = plan.network, stimulus.during
    end = network.duration.si if stop is None else stop.si
    steps = np.arange(network.step_of(begin.si), min(network.step_of(end), network.steps))
    found = np.zeros(network.steps)
    wave = stimulus.waveform
    if steps.size and isinstance(wave, Ramp | Sine | Samples):
        found[steps] = wave.samples(np.asarray(steps * network.dt.si, dtype=np.float64), begin.si, end)
    return found
