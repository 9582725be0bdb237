"""Traces between Brian2's arrays, one value per synapse, and those of hoisted traces, one value per neuron."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.engine.passes.abstract import names, statements
from braincore.engine.passes.interpret import run
from braincore.engine.passes.synapse_code import LAST, SynapsesCode
from braincore.engine.passes.traces import Hoisting, Side

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class NeuronTraces:
    """The traces of one side.

    Attributes
    ----------
    values
        Of each trace, one value per neuron.
    last
        Time at which they have these values (seconds), one per neuron.
    since
        Time at which they were gathered from the synapses (seconds).
    """

    values: Mapping[str, Array]
    last: Array
    since: float


def gathered(
    code: SynapsesCode, side: Side, neurons: Array, count: int, now: float
) -> tuple[NeuronTraces, tuple[str, ...]]:
    """Return the traces of neurons from what synapses hold, and the names of those that differ within a neuron.

    Parameters
    ----------
    code
        Of the synapses; values are those that its variables have now.
    side
        Which traces.
    neurons
        Of each synapse, its neuron on this side.
    count
        How many neurons the side has.
    now
        The time that the traces are brought to (seconds).

    Raises
    ------
    Unreadable
        The decay calls a function that is not known here.
    """
    held = {name: np.asarray(code.value(name)) for name in (*side.traces, *([LAST] if side.decay else []))}
    present = run(side.decay, {**held, **_parameters(code, side, neurons), "t": now}) if side.decay else held
    values: dict[str, Array] = {}
    differ: list[str] = []
    for name in side.traces:
        mine = np.asarray(present[name])
        values[name] = np.zeros(count, dtype=held[name].dtype)
        values[name][neurons] = mine
        # what differs by no more than the roundings of many small decays is the same; they were those of the array
        kept = held[name].dtype
        exact = np.finfo(kept).eps * 1e4 if kept.kind == "f" else 0
        if mine.size and not (np.abs(mine - values[name][neurons]) <= exact * np.abs(mine).max()).all():
            differ.append(name)
    return NeuronTraces(values=values, last=np.full(count, now), since=now), tuple(differ)


def rebuilt(
    code: SynapsesCode,
    hoisting: Hoisting,
    traces: Mapping[str, NeuronTraces],
    stamps: Mapping[str, Array],
    ends: Mapping[str, Array],
) -> dict[str, Array]:
    """Return what Brian2's arrays hold: the value of each synapse's last event.

    Parameters
    ----------
    code
        Of the synapses; ``lastupdate`` is what its variable has now.
    hoisting
        What is hoisted.
    traces
        By side.
    stamps
        Of each pathway in `Hoisting.stamps`, the time of the last event of each of its neurons (seconds), ``-inf`` for
        none since the traces were gathered.
    ends
        By side, of each synapse its neuron.
    """
    made: dict[str, Array] = {}
    if LAST in code.variables:
        made[LAST] = np.array(code.value(LAST))
        for name in hoisting.stamps:
            end = next(p.side for p in code.pathways if p.name == name)
            made[LAST] = np.maximum(made[LAST], stamps[name][ends[end]])
    for side in hoisting.sides:
        mine, neurons = traces[side.name], ends[side.name]
        values = {name: array[neurons] for name, array in mine.values.items()}
        if side.decay:
            times = {LAST: mine.last[neurons], "t": made[LAST]}
            values = run(side.decay, {**values, **_parameters(code, side, neurons), **times})
            # a synapse that had no event keeps what it has
            values |= {n: np.where(made[LAST] < mine.since, code.value(n), values[n]) for n in side.traces}
        made |= {name: np.asarray(values[name]) for name in side.traces}
    return made


def _parameters(code: SynapsesCode, side: Side, neurons: Array) -> dict[str, Any]:
    """Return the constants of a decay; those of neurons once for each synapse."""
    found: dict[str, Any] = {}
    for statement in statements(side.decay):
        for name in code.parts(names(statement.value)):
            kind = code.kind(name)
            value = code.value(name)
            if value is not None and kind in ("constant", "shared"):
                found[name] = value.item()
            elif value is not None and kind == side.name:
                found[name] = value[neurons]
    return found
