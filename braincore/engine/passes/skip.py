"""Spikes of a PoissonGroup by the gaps between them: a neuron costs something when it spikes, not in every step.

In each step a neuron spikes with probability p = rate * dt. Steps are taken 1024 at a time. For each neuron the
gaps between candidates are drawn from the geometric distribution of a probability q, the next power of two above p,
and each candidate is kept with probability p / q. Which steps are candidates depends on q alone, so that spikes
stay independent from step to step when rates change, and a spike is a function of seed, neuron, step and the rate
in that step: neither of threads nor of where a run was broken off.

Legal if the rates lie in an array that no code writes while the network runs. Other numbers are drawn than without
this pass; their distribution is the same.
"""

from __future__ import annotations

import re
from typing import Any

from brian2.core.variables import ArrayVariable

from braincore.engine.captured import Captured
from braincore.engine.parts import Touch, divided
from braincore.engine.pieces import Piece
from braincore.engine.unit import Unit

_CONDITION = re.compile(r"\s*_cond = rand\(\) < rates ?\* ?dt\s*")


def by_gaps(unit: Unit, captured: Captured) -> Piece | None:
    """Return the code of a PoissonGroup's threshold, None if the pass does not apply."""
    rates = captured.variables.get("rates")
    events = captured.template_kwds["eventspace_variable"]
    if not (
        unit.passes.skip
        and not unit.python
        and set(captured.code) == {None}
        and _CONDITION.fullmatch(captured.code[None])
        and isinstance(rates, ArrayVariable)
        and not rates.scalar
        and rates not in unit.written
        and not captured.template_kwds["_uses_refractory"]
    ):
        return None
    return _piece(unit, captured, rates, events)


def _piece(unit: Unit, captured: Captured, rates: Any, events: Any) -> Piece:
    size = int(events.size) - 1
    n, spikes, gaps = unit.table.constant(size)[1], unit.spikes(events), f"gaps{unit.table.place(events)}"
    unit.declarations.append(f"static Gaps {gaps}[MOST_PARTS];")
    unit.opening.append(f"for (Gaps& gaps : {gaps}) gaps.window = INT64_MIN;")
    rate, dt = unit.table.pointer(rates), unit.table.pointer(captured.variables["dt"])
    text = f"""
Gaps& _gaps = {gaps}[P];
if (!_gaps.know(CHANGED[CLOCK])) _gaps.draw({rate}, ({dt})[0], _from({n}, P), _from({n}, P + 1), {unit.kernel << 8}u);
if (P == 0) {spikes}.last = STEP;
{spikes}.at(P, STEP) = _gaps.now();"""
    return Piece(
        obj=None,
        reads={rates},
        writes={events},
        touches={Touch(rates, divided(size)), Touch(spikes, divided(size), written=True)},
        body=text,
        notes=["spikes are drawn by the gaps between them"],
    )
