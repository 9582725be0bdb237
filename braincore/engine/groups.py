"""C++ of what happens in a group of neurons: state update, threshold, reset, replayed spikes."""

from __future__ import annotations

import re
from typing import Any

from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.variables import ArrayVariable

from braincore.engine.captured import Captured
from braincore.engine.generator import Block
from braincore.engine.passes.poisson import drawn_before
from braincore.engine.passes.refractory import held_steps, without_asking
from braincore.engine.pieces import Loop, Piece
from braincore.engine.unit import Unit


def count(unit: Unit, captured: Captured) -> str:
    """Return a declaration of ``_count``, the number of elements that a code runs over."""
    size = captured.variables.get("N")
    if size is None:
        size = captured.owner.variables["N"]
    if isinstance(size, ArrayVariable):  # of synapses and monitors: it may change between runs
        return f"const int64_t _count = (({c_data_type(size.dtype)}*)A[{unit.table.place(size)}])[0];"
    return f"const int64_t _count = {unit.table.constant(int(size.get_value()))[1]};"


def state_update(unit: Unit, captured: Captured) -> Loop:
    """Return the code of a state update, of ``run_regularly`` and of Poisson input."""
    block = unit.block(captured, iterate_all=True)
    piece = _loop(unit, captured, block, kind="update")
    if unit.passes.poisson:
        piece.vector, piece.before, notes = drawn_before(piece.vector)
        piece.notes += notes
    spiking = captured.owner.variables.get("_spikespace") in unit.spaces  # else nothing says who spiked
    steps = held_steps(captured) if unit.passes.refractory and id(captured) in unit.alone and spiking else None
    if steps is not None:
        _release(unit, captured, piece, steps)
    return piece


def _release(unit: Unit, captured: Captured, piece: Loop, steps: int) -> None:
    """Let the neurons go that spiked `steps` steps ago, instead of asking all of them (see `passes.refractory`)."""
    held, space = captured.variables["not_refractory"], captured.owner.variables["_spikespace"]
    recent, held_for = f"recent{unit.table.place(space)}", unit.table.constant(steps)[1]
    unit.declarations.append(f"static vector<vector<int32_t>> {recent};")
    unit.opening.append(f"{recent}.clear();")
    unit.recent[space] = (recent, held_for)
    block = unit.block(without_asking(captured), iterate_all=True)
    extra = [line for line in unit.scalar(captured, block) if line not in piece.head.splitlines()]
    quick = drawn_before(block.vector)[0] if unit.passes.poisson else block.vector
    for match in [
        m for line in extra if (m := re.match(r"const \w+ (\w+) =", line))
    ]:  # what is worked out once a step has other numbers here
        pattern = re.compile(rf"\b{match[1]}\b")
        extra = [pattern.sub(f"_quick{match[1]}", line) for line in extra]
        quick = pattern.sub(f"_quick{match[1]}", quick)
    piece.head = "\n".join([piece.head, *extra])
    piece.before = "\n".join(
        [
            piece.before,
            f"if ({recent}.empty()) {recent}.resize({held_for} + 1);",  # STEP + 1 is STEP - held_for, around the ring
            f"for (const int32_t i : {recent}[(STEP + 1) % ({held_for} + 1)]) {unit.table.name(held)}[i] = true;",
        ]
    )
    piece.quick, piece.quick_if = quick, f"STEP - CHANGED[CLOCK] > {held_for}"
    piece.notes.append(f"neurons are let go {steps} steps after their spike; no neuron is asked")


def _loop(unit: Unit, captured: Captured, block: Block, *more: Any, kind: str) -> Loop:
    return Loop(
        obj=None,
        reads=set(block.reads),
        writes=set(block.writes),
        group=captured.owner,
        count=count(unit, captured),
        head=unit.head(captured, block, *more),
        vector=block.vector,
        ordered=bool(block.indexed),
        kind=kind,
    )


def threshold(unit: Unit, captured: Captured) -> Loop:
    """Return the code of a threshold: a flag for each neuron, then the list of those that are set."""
    block = unit.block(captured, iterate_all=True)
    events = captured.template_kwds["eventspace_variable"]
    more = [events]
    after = [
        f"int32_t* _events = {unit.table.name(events)};",
        "const int64_t _found = _scan(_flag, _count, _events);",
        "_events[_count] = (int32_t)_found;",
    ]
    if captured.template_kwds["_uses_refractory"]:
        held, last, now = (captured.variables[name] for name in ("not_refractory", "lastspike", "t"))
        names = [unit.table.name(v) for v in (held, last, now)]
        more += [held, last, now]
        after.append(
            f"for (int64_t k = 0; k < _found; k++) {{ const int32_t i = _events[k]; "
            f"{names[0]}[i] = false; {names[1]}[i] = {names[2]}[0]; }}"
        )
    if events in unit.recent:
        recent, held_for = unit.recent[events]
        after.append(f"{recent}[STEP % ({held_for} + 1)].assign(_events, _events + _found);")
    flags = f"flags{unit.table.place(events)}"
    unit.declarations.append(f"static vector<uint8_t> {flags};")
    unit.opening.append(f"{flags}.clear();")
    piece = _loop(unit, captured, block, *more, kind="threshold")
    piece.writes |= set(more)
    piece.before = f"{flags}.resize((_count + 63) / 64 * 64);\nuint8_t* __restrict _flag = {flags}.data();"
    piece.vector = f"{block.vector}\n_flag[_idx] = _cond;"
    piece.after = "\n".join(after)
    return piece


def reset(unit: Unit, captured: Captured) -> Piece:
    """Return the code of a reset: for each neuron with an event."""
    block = unit.block(captured, iterate_all=False)
    events = captured.template_kwds["eventspace_variable"]
    name = unit.table.name(events)
    body = f"const int64_t _idx = {name}[_k];\nconst _Draw _vectorisation_idx(_idx, 0);\n{block.vector}"
    text = "\n".join(
        [
            unit.head(captured, block, events),
            f"const int64_t _found = {name}[{unit.last(events)}];",
            f"for (int64_t _k = 0; _k < _found; _k++) {{\n{body}\n}}",
        ]
    )
    return Piece(obj=None, reads={*block.reads, events}, writes=set(block.writes), body=text)


def spike_generator(unit: Unit, captured: Captured) -> Piece:
    """Return the code that replays given spikes."""
    v = captured.variables
    names = ("_spikespace", "neuron_index", "_timebins", "_period_bins", "_lastindex", "t_in_timesteps")
    space, neuron, bins, period, last, now = (v[name] for name in names)
    a = {
        name: f"(({c_data_type(variable.dtype)}*)A[{unit.table.place(variable)}])"
        for name, variable in zip(names, (space, neuron, bins, period, last, now), strict=True)
    }
    total = unit.table.constant(len(bins.get_value()))[1]
    text = f"""
{count(unit, captured)}
const int64_t _period = {a["_period_bins"]}[0], _total = {total};
int64_t _bin = {a["t_in_timesteps"]}[0];
int32_t _found = 0;
{c_data_type(last.dtype)}& _last = {a["_lastindex"]}[0];
if (_period > 0) {{
  _bin %= _period;
  if (_last > 0 && {a["_timebins"]}[_last - 1] >= _bin) _last = 0;
}}
for (int64_t k = _last; k < _total && {a["_timebins"]}[k] <= _bin; k++)
  {a["_spikespace"]}[_found++] = {a["neuron_index"]}[k];
{a["_spikespace"]}[_count] = _found;
_last += _found;"""
    return Piece(obj=None, reads={neuron, bins, period, now}, writes={space, last}, body=text)
