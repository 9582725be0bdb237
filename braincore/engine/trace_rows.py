"""C++ of what pathways do whose traces live on neurons: once for each event, then for each synapse of its row."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from brian2.core.preferences import prefs

from braincore.engine.additive import AFTER, BEFORE, SUM
from braincore.engine.captured import Captured
from braincore.engine.generator import Block
from braincore.engine.parts import Touch, divided, touched
from braincore.engine.passes.dense import LEAD, lead
from braincore.engine.passes.rows import Columns, columns
from braincore.engine.passes.synapse_code import OTHER
from braincore.engine.pieces import Piece
from braincore.engine.plans import ends
from braincore.engine.traces import Traces
from braincore.engine.unit import Unit

FETCHED = 2
"""Rows between the one that is gone through and the one whose beginning is asked for."""
_INDEX = {"source": "_presynaptic_idx", "target": "_postsynaptic_idx"}


def touches_of(unit: Unit, store: Any, captured: Captured, text: str) -> set[Touch]:
    """Return what a pathway's code touches, with how parts divide it."""
    arrays = {place: variable for variable, place in unit.table.arrays.items() if variable not in unit.table.own}
    domains = {"_idx": f"synapses of {store.synapses.name}", "_postsynaptic_idx": divided(store.targets)}
    return touched(text, arrays, domains)


def events_of_neurons(traces: Traces, captured: Captured, pathway: Any, path: str) -> Piece:
    """Return the code of a pathway whose traces live on neurons: what is done once, then for each synapse."""
    unit, store = traces.unit, traces.store
    unit.declarations.append(f"static Rows rows_{path};")
    event, once = traces.event(captured, pathway, path)
    additive, name = traces.additive, pathway.objname
    text = traces.hoisting.synaptic[name]
    piece = Piece(obj=None, alone=store.whole, notes=list(traces.notes))
    body = [
        *(additive.flush(captured, pathway) if additive is not None else []),
        f"const int64_t spikes_ = rows_{path}.collect({path}, P, STEP);",
        f"const vector<Due>& due_ = rows_{path}.of[P];",
        "if (spikes_) {",
    ]
    seen = [*traces.hoisting.events[name].snapshots] if name in traces.hoisting.events else []
    if additive is not None and additive.form.pathway == name:
        text, event = "", f"{event}\n{additive.gained()}"
    elif additive is not None and name in additive.form.rows:
        text, event = additive.row(name), additive.around(name, event)
        seen += [BEFORE, AFTER, SUM]
    if text.strip():
        block = traces.block(captured, text, **dict.fromkeys(seen, prefs["core.default_float_dtype"]))
        body += _rows(traces, captured, block, pathway, path, event, piece)
        piece.reads |= block.reads
        piece.writes |= block.writes
    elif event:
        body.append(f"for (const Due& d_ : due_) {{ const int64_t n_ = d_.neuron; {event} }}")
    body.append("}")
    if once is not None:
        piece.reads |= once.reads
        piece.writes |= once.writes
        piece.touches |= touches_of(unit, store, captured, f"{once.scalar}\n{once.vector}")
    piece.body = "\n".join(body)
    return piece


def _rows(
    traces: Traces, captured: Captured, block: Block, pathway: Any, path: str, event: str, piece: Piece
) -> list[str]:
    """Return the statements that act on the rows that are due."""
    unit, store = traces.unit, traces.store
    side = "source" if pathway.prepost == "pre" else "target"
    text, own, looks = block.vector, [], []
    for trace in [t for s in traces.sides.values() for t in s.traces]:
        if not re.search(traces.element(trace), text):
            continue
        mine = traces.side_of(trace) == side
        fresh = mine and pathway.objname in traces.hoisting.events
        if mine:
            at = traces.values(trace) if fresh else traces.now(trace)
            own.append(f"const {traces.kind(trace)} _own_{trace} = {at}[P][n_];")
            text = re.sub(traces.element(trace), f"_own_{trace}", text)
        else:
            own_name = f"_now_{trace}"
            looks.append(f"const {traces.kind(trace)}* {own_name} = {traces.now(trace)}[P].data();")
            text = re.sub(traces.element(trace), f"{own_name}[{_INDEX[OTHER[side]]}]", text)
    if traces.additive is not None:
        text = re.sub(rf"\b{SUM}\b", f"sum_[{_INDEX['target']}]", text)
        looks.append(f"const {traces.real}* sum_ = {store.name}_sum[P].data(); (void)sum_;")
    text = _with_index(traces, text, OTHER[side])
    text = traces.with_end(text, side, "((int32_t)n_)")
    if side == "target":
        text = traces.with_end(text, "source", "((int32_t)ends_[r_])")
        looks.append(f"const auto* ends_ = {_other_ends(traces, path)}[P].data();")
    ends_too = replace(captured, variables={**captured.variables, **ends(store.synapses)})
    held = columns(unit, store, path, ends_too, replace(block, vector=text), from_source=side == "source")
    piece.notes = [*held.notes, *piece.notes]
    fetch = " ".join(f"_AHEAD(own_.{name}, due_[q_ + {FETCHED}]);" for name in held.names)
    piece.touches |= touches_of(unit, store, captured, f"{block.scalar}\n{held.text}")
    return [
        unit.head(captured, block),
        *held.constants,
        f"const Order& o_ = {path}.part[P];",
        held.declaration,
        "const auto& c_ = own_; (void)c_;",
        *looks,
        *_looked(traces, path, side, block),
        "const auto act_ = [&](const int64_t n_, const Due& d_) {",
        event,
        *_own_traces(traces, path, side, block, pathway),
        *own,
        *([f"const int32_t {LEAD} = {lead(held.dense, 'd_.from')};"] if held.dense is not None else []),
        "const auto at_ = [&](const int32_t k_, const uint32_t r_) __attribute__((always_inline)) {",
        "(void)r_;",
        held.text,
        "};",
        "if (o_.at.empty()) {",
        "#pragma GCC ivdep" if held.many else "",
        "for (int32_t r_ = d_.from, end_ = d_.to; r_ < end_; r_++) at_(r_, r_);",
        "} else for (uint32_t r_ = d_.from; r_ < d_.to; r_++) {",
        *_ahead(held),
        "at_(o_.at[r_], r_);",
        "}",
        "};",
        "for (size_t q_ = 0; q_ < due_.size(); q_++) {",
        f"if (o_.at.empty() && q_ + {FETCHED} < due_.size()) {{ {fetch} }}",
        "act_(due_[q_].neuron, due_[q_]);",
        "}",
    ]


def _ahead(held: Columns) -> list[str]:
    """Return the statements that ask for what is needed a few synapses later, where synapses lie apart."""
    fetch = " ".join(f"__builtin_prefetch(own_.{name} + later_);" for name in held.names)
    return [f"if (r_ + 24 < d_.to) {{ const uint32_t later_ = o_.at[r_ + 24]; {fetch} }}"] if fetch else []


def _with_index(traces: Traces, text: str, side: str) -> str:
    """Return code that knows the neuron on an end of its synapse, if it asks for it."""
    name = _INDEX[side]
    if not re.search(rf"\b{name}\b", text) or re.search(rf"\bconst int32_t {name} =", text):
        return text
    return f"const int32_t {name} = {traces.unit.table.name(traces.plan.end(side))}[_idx];\n{text}"


def _other_ends(traces: Traces, path: str) -> str:
    """Add the neurons on the other end of a pathway's synapses, in its order; return their name."""
    unit, store = traces.unit, traces.store
    kind = "uint16_t" if traces.plan.sizes["source"] <= 1 << 16 else "int32_t"
    name = f"ends_{path}"
    unit.declarations.append(f"static Packed<{kind}> {name}[MOST_PARTS];")
    pre = unit.table.pointer(traces.plan.end("source"))
    unit.copies.append(
        f"for (int p = 0; p < PARTS; p++) {{ const auto& o = {path}.part[p]; const auto& id = {store.name}.id[p]; "
        f"{name}[p].resize(id.size()); for (size_t k = 0; k < id.size(); k++) "
        f"{name}[p][k] = ({kind})({pre})[id[o.at.empty() ? k : o.at[k]]]; }}"
    )
    return name


def _read(traces: Traces, side: str, block: Block) -> list[str]:
    """Return the traces of a side that code of synapses reads, where they decay."""
    found = traces.sides.get(side)
    if found is None or not found.decay:
        return []
    return [trace for trace in found.traces if re.search(traces.element(trace), block.vector)]


def _looked(traces: Traces, path: str, side: str, block: Block) -> list[str]:
    """Return the statements that bring the traces of the other end to the present before rows are gone through."""
    other = OTHER[side]
    read = _read(traces, other, block)
    if not read:
        return []
    look = traces.look(path, other, read)
    size = traces.unit.table.constant(traces.plan.sizes[other])[1]
    begin, end = "0", size
    if other == "target" and not traces.store.whole:
        begin, end = f"_from({size}, P)", f"_from({size}, P + 1)"
    return [
        f"if (spikes_ * {traces.store.name}.n >= {path}.sources * {size}) {look}(P, {begin}, {end});",
        "else for (const Due& d_ : due_) for (uint32_t r_ = d_.from; r_ < d_.to; r_++) {",
        _one(traces, side, look),
        "}",
    ]


def _one(traces: Traces, side: str, look: str) -> str:
    """Return the statement that brings the other end of a synapse to the present."""
    if side == "target":
        return f"const int64_t j_ = ends_[r_]; {look}(P, j_, j_ + 1);"
    post = traces.unit.table.pointer(traces.plan.end("target"))
    place = f"{traces.store.name}.id[P][o_.at.empty() ? r_ : o_.at[r_]]"
    return f"const int64_t j_ = ({post})[{place}]; {look}(P, j_, j_ + 1);"


def _own_traces(traces: Traces, path: str, side: str, block: Block, pathway: Any) -> list[str]:
    """Return the statement that brings traces of the event's own neuron to the present, where the event did not."""
    read = _read(traces, side, block)
    if not read or pathway.objname in traces.hoisting.events:
        return []
    return [f"{traces.look(path, side, read)}(P, n_, n_ + 1);"]
