"""C++ of what happens in a group of neurons: state update, threshold, reset, replayed spikes."""

from __future__ import annotations

import re
from typing import Any

from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.variables import ArrayVariable
from brian2.groups.subgroup import Subgroup

from braincore.engine.captured import Captured
from braincore.engine.generator import CONDITION, Block
from braincore.engine.parts import FIRST, Touch, divided, must_be_alone, touched
from braincore.engine.passes.ahead import skipped
from braincore.engine.passes.poisson import drawn_before
from braincore.engine.passes.refractory import held_steps, without_asking
from braincore.engine.passes.skip import by_gaps
from braincore.engine.pieces import SUB, Loop, Piece
from braincore.engine.unit import Unit


def count(unit: Unit, captured: Captured) -> str:
    """Return a declaration of ``_count``, the number of elements that a code runs over."""
    size = captured.variables.get("N")
    if size is None:
        size = captured.owner.variables["N"]
    if isinstance(size, ArrayVariable):  # of synapses and monitors: it may change between runs
        return f"const int64_t _count = (({c_data_type(size.dtype)}*)A[{unit.table.place(size)}])[0];"
    return f"const int64_t _count = {unit.table.constant(int(size.get_value()))[1]};"


def touches(unit: Unit, captured: Captured, block: Block) -> tuple[set[Touch], bool]:
    """Return what a code that runs over a group touches, and whether the first part has to do it for all."""
    size = captured.variables.get("N") or captured.owner.variables["N"]
    n: int | str = captured.owner.name if isinstance(size, ArrayVariable) else int(size.get_value())
    arrays = {place: variable for variable, place in unit.table.arrays.items() if variable not in unit.table.own}
    domains = {"_idx": divided(n)}
    if (within := _within(captured)) is not None:
        start, size_of_all = within
        domains = {"_idx": f"{divided(size_of_all)}, from {start}", "_sub_idx": divided(size_of_all)}
    found = touched(f"{block.scalar}\n{block.vector}", arrays, domains)
    numbered = any("_vectorisation_idx" in text for text in block.support)  # random numbers counted as they are drawn
    return found, must_be_alone(found) or numbered


def _within(captured: Captured) -> tuple[int, int] | None:
    """Return the first neuron of a subgroup and the size of its group, None if a code does not run over a subgroup."""
    owner = captured.owner
    if not isinstance(owner, Subgroup) or "_sub_idx" not in captured.variables:
        return None
    size = owner.source.variables["N"]
    return None if isinstance(size, ArrayVariable) else (int(owner.start), int(size.get_value()))


def _share(unit: Unit, captured: Captured) -> str:
    """Return a declaration of the first and the last element of a part: of a subgroup, those that the part owns."""
    within = _within(captured)
    if within is None:
        return Loop.share
    start, size = (unit.table.constant(n)[1] for n in within)
    unit.shares += 1
    owned = f"owned{unit.shares}"
    unit.declarations.append(f"static int64_t {owned}[MOST_PARTS + 1];")
    unit.opening.append(
        f"for (int p = 0; p <= PARTS; p++) {owned}[p] = "
        f"min(max(_from({size}, p) - {start}, (int64_t)0), {unit.table.constant(len(captured.owner))[1]});"
    )
    bounds = f"const int64_t _first = {owned}[_p0], _last = {owned}[_p1], _sub_first = {start};"
    return f"{bounds}\nif (_first == _last) return;"


_SUB = re.compile(r"^const int32_t _sub_idx = \w+\[_idx\];$", re.MULTILINE)


def _side_by_side(captured: Captured, vector: str) -> str:
    """Return code with the neurons of a subgroup counted from its first one, which compilers do several at once."""
    return vector if _within(captured) is None else _SUB.sub(f"{SUB} = _sub_first + _idx;", vector)


def state_update(unit: Unit, captured: Captured) -> Loop:
    """Return the code of a state update, of ``run_regularly`` and of Poisson input."""
    block = unit.block(captured, iterate_all=True)
    piece = _loop(unit, captured, block, kind="update")
    if _within(captured) is not None and (passed_over := skipped(unit, captured, block)):
        piece.vector = (f"{passed_over}\n{piece.vector[0]}",)
        piece.notes.append("steps that bring nothing are known ahead")
    elif unit.passes.poisson:
        text, piece.before, notes = drawn_before(piece.vector[0])
        piece.vector = (text,)
        piece.notes += notes
    spiking = captured.owner.variables.get("_spikespace") in unit.spaces  # else nothing says who spiked
    steps = held_steps(captured) if unit.passes.refractory and id(captured) in unit.alone and spiking else None
    if steps is not None:
        _release(unit, captured, piece, steps)
    return piece


def _release(unit: Unit, captured: Captured, piece: Loop, steps: int) -> None:
    """Let the neurons go that spiked `steps` steps ago, instead of asking all of them (see `passes.refractory`)."""
    held, space = captured.variables["not_refractory"], captured.owner.variables["_spikespace"]
    spikes, held_for = unit.spikes(space), unit.table.constant(steps)[1]
    unit.opening.append(f"{spikes}.keep({held_for});")
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
    loop = f"for (int p = _p0; p < _p1; p++) for (const int32_t i : {spikes}.at(p, STEP - {held_for}))"
    piece.before = "\n".join([piece.before, f"{loop} {unit.table.name(held)}[i] = true;"])
    piece.quick, piece.quick_if = (quick,), f"STEP - CHANGED[CLOCK] > {held_for}"
    piece.notes.append(f"neurons are let go {steps} steps after their spike; no neuron is asked")


def _loop(unit: Unit, captured: Captured, block: Block, *more: Any, kind: str) -> Loop:
    found, alone = touches(unit, captured, block)
    return Loop(
        obj=None,
        reads=set(block.reads),
        writes=set(block.writes),
        touches=found,
        alone=alone,
        group=captured.owner,
        count=count(unit, captured),
        share=_share(unit, captured),
        head=unit.head(captured, block, *more),
        vector=(_side_by_side(captured, block.vector),),
        ordered=bool(block.indexed),
        kind=kind,
    )


def threshold(unit: Unit, captured: Captured) -> Piece:
    """Return the code of a threshold: a flag for each neuron, then the list of those that are set."""
    drawn = by_gaps(unit, captured)
    if drawn is not None:
        return drawn
    block = unit.block(captured, iterate_all=True)
    events = captured.template_kwds["eventspace_variable"]
    spikes, size = unit.spikes(events), int(events.size) - 1
    more: list[Any] = []
    after = [
        f"if (P == 0) {spikes}.last = STEP;",
        "for (int p = _p0; p < _p1; p++) {",
        f"List& _now = {spikes}.at(p, STEP);",
        "_scan(_flag, _from(_count, p), _from(_count, p + 1), _now);",
    ]
    if captured.template_kwds["_uses_refractory"]:
        held, last, now = (captured.variables[name] for name in ("not_refractory", "lastspike", "t"))
        names = [unit.table.name(v) for v in (held, last, now)]
        more += [held, last, now]
        after.append(f"for (const int32_t i : _now) {{ {names[0]}[i] = false; {names[1]}[i] = {names[2]}[0]; }}")
    after.append("}")
    flags = f"flags{unit.table.place(events)}"
    unit.declarations.append(f"static Packed<uint8_t> {flags};")
    unit.opening.append(f"{flags}.assign(({unit.table.constant(size)[1]} + 63) / 64 * 64, 0);")
    piece = _loop(unit, captured, block, *more, kind="threshold")
    piece.writes |= {events, *more}
    piece.touches |= {Touch(v, divided(size), written=True) for v in more[:2]}
    piece.touches.add(Touch(spikes, divided(size), written=True))
    piece.before = f"uint8_t* __restrict _flag = {flags}.data();"
    piece.vector = (f"{piece.vector[0]}\n_flag[_idx] = {CONDITION};",)
    piece.after = "\n".join(after)
    return piece


def reset(unit: Unit, captured: Captured) -> Piece:
    """Return the code of a reset: for each neuron with an event."""
    block = unit.block(captured, iterate_all=False)
    events = captured.template_kwds["eventspace_variable"]
    spikes = unit.spikes(events)
    found, alone = touches(unit, captured, block)
    found.add(Touch(spikes, divided(int(events.size) - 1)))
    body = f"const int64_t _idx = _spike;\nconst _Draw _vectorisation_idx(_idx, 0);\n{block.vector}"
    loop = f"for (int p = _p0; p < _p1; p++) for (const int32_t _spike : {spikes}.at(p, STEP - {unit.late(events)}))"
    text = "\n".join([unit.head(captured, block), f"{loop} {{\n{body}\n}}"])
    return Piece(
        obj=None, reads={*block.reads, events}, writes=set(block.writes), touches=found, alone=alone, body=text
    )


def spike_generator(unit: Unit, captured: Captured) -> Piece:
    """Return the code that replays given spikes."""
    v = captured.variables
    names = ("_spikespace", "neuron_index", "_timebins", "_period_bins", "_lastindex", "t_in_timesteps")
    space, neuron, bins, period, last, now = (v[name] for name in names)
    a = {name: f"({unit.table.pointer(v[name])})" for name in names[1:]}
    total = unit.table.constant(len(bins.get_value()))[1]
    spikes = unit.spikes(space)
    text = f"""
const int64_t _period = {a["_period_bins"]}[0], _total = {total};
int64_t _bin = {a["t_in_timesteps"]}[0];
{c_data_type(last.dtype)}& _last = {a["_lastindex"]}[0];
if (_period > 0) {{
  _bin %= _period;
  if (_last > 0 && {a["_timebins"]}[_last - 1] >= _bin) _last = 0;
}}
List& _now = {spikes}.at(0, STEP);
{spikes}.last = STEP;
for (int p = 0; p < PARTS; p++) {spikes}.at(p, STEP).clear();  // an earlier run may have left events of any part there
for (int64_t k = _last; k < _total && {a["_timebins"]}[k] <= _bin; k++) _now.push_back({a["neuron_index"]}[k]);
_last += _now.size();"""
    found = {Touch(spikes, FIRST, written=True)}
    return Piece(
        obj=None, reads={neuron, bins, period, now}, writes={space, last}, touches=found, alone=True, body=text
    )
