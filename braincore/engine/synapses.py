"""C++ of synapses: what spikes do after their delays, and sums over synapses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.variables import ArrayVariable

from braincore.engine.captured import Captured
from braincore.engine.groups import count
from braincore.engine.pieces import Piece
from braincore.engine.queue import SpikeQueue
from braincore.engine.unit import Unit, Unsupported

MANY = 8
"""Synapses of one source with one delay from which on rows are kept by delay; fewer wait one by one."""

LAYOUTS = (
    "one delay: spikes wait as neurons, rows of synapses are due as a whole",
    "many synapses of a source share a delay: spikes wait as neurons, rows are cut by delay",
    "scattered delays: synapses wait by the step in which they are due",
)


@dataclass(kw_only=True)
class PathwayLink:
    """Moves spikes under way between a pathway's queue and the compiled code.

    Attributes
    ----------
    queue
        The queue.
    name
        Of the pathway in the compiled code.
    pathway
        Name of Brian2's pathway.
    """

    queue: SpikeQueue
    name: str
    pathway: str = ""

    def begin(self, library: Any) -> None:
        """Sort the synapses, and put what is under way into the compiled code."""
        library.call(f"open_{self.name}")
        for later, slot in enumerate(self.queue.take()):
            if slot.size:
                library.call(f"put_{self.name}", later, np.ascontiguousarray(slot, dtype=np.int32), slot.size)

    def layout(self, library: Any) -> str:
        """Say how synapses are kept and how spikes wait, chosen from how many synapses share a source and a delay."""
        return LAYOUTS[library.call(f"layout_{self.name}")]

    def sync(self, library: Any) -> None:
        """Do nothing: what is under way is no state that Python reads during a run."""

    def end(self, library: Any) -> None:
        """Bring the queue up to date with what is under way."""
        slots = []
        for later in range(library.call(f"slots_{self.name}")):
            values = np.empty(library.call(f"pending_{self.name}", later), dtype=np.int32)
            if values.size:
                library.call(f"take_{self.name}", values)
            slots.append(values)
        self.queue.put(slots)


def propagate(unit: Unit, push: Captured, captured: Captured, pathway: Any, number: int) -> Piece:
    """Return the code of a pathway: spikes of this step go under way, those that are due act."""
    events = push.template_kwds["eventspace_variable"]
    first, size = int(pathway.source.start), int(pathway.source.stop) - int(pathway.source.start)
    sources = pathway.synapse_sources
    given = sources.get_value()
    if given.size and (given.min() < first or given.max() >= first + size):
        raise Unsupported(f"{pathway.name}: synapses of neurons outside of the source")
    block = unit.block(captured, iterate_all=False)
    path = f"pathway{number}"
    unit.links.append(PathwayLink(queue=pathway.queue, name=path, pathway=pathway.name))
    unit.declarations.append(f"static Pathway {path};")
    start, stop = (unit.table.constant(n)[1] for n in (first, first + size))
    unit.exports.append(_exports(unit, path, pathway, start, size))
    name, last = unit.table.name(events), unit.last(events)
    act = f"const _Draw _vectorisation_idx(_idx, 0);\n{block.vector}"
    copied, kept, rows = _in_rows(unit, path, captured, block.vector)
    whole = "" if kept else f"const int64_t _idx = {path}.id(_k);\n"
    lines = [
        unit.head(captured, block, events),
        *copied,
        f"const int64_t _found = {name}[{last}];",
        f"const int32_t* _begin = lower_bound({name}, {name} + _found, (int32_t){start});",
        f"const int32_t* _end = lower_bound(_begin, (const int32_t*){name} + _found, (int32_t){stop});",
        f"{path}.push(_begin, _end, {start});",
        f"for (const int64_t _idx : {path}.due(0)) {{\n{act}\n}}",
        f"{path}.ranges(0, [&](const int64_t _from, const int64_t _to) {{",
        "for (int64_t _k = _from; _k < _to; _k++) {",
        f"{whole}{rows if kept else act}",
        "} });",
        f"{path}.advance();",
    ]
    return Piece(obj=None, reads={*block.reads, events}, writes=set(block.writes), body="\n".join(lines))


def _in_rows(unit: Unit, path: str, captured: Captured, vector: str) -> tuple[list[str], bool, str]:
    """Return pointers to copies of what synapses hold in the order of their rows, and the code that reads them.

    The code must not write to synapses, nor must any other code while the network runs; else it has to go through the
    synapses' own order, and nothing is returned.
    """
    if "_vectorisation_idx" in vector or not unit.passes.rows:
        return [], False, ""
    lines, text = [], vector
    for variable in {v for v in captured.variables.values() if isinstance(v, ArrayVariable) and v in unit.table.arrays}:
        name = unit.table.name(variable)
        if not re.search(rf"\b{name}\[_idx\]", text):
            continue
        if variable in unit.written or re.search(rf"\b{name}\[_idx\] =(?!=)", text):
            return [], False, ""
        kind = c_data_type(variable.dtype)
        copy = f"{path}_{name}"
        unit.declarations.append(f"static vector<{kind if kind != 'bool' else 'char'}> {copy};")
        place = unit.table.place(variable)
        unit.copies.append(
            f"if (!{path}.stored_by_source) {{ {copy}.resize({path}.ids.size()); "
            f"for (size_t k = 0; k < {copy}.size(); k++) {copy}[k] = (({kind}*)A[{place}])[{path}.ids[k]]; }}"
        )
        lines.append(f"const {kind}* __restrict _{copy} = {path}.stored_by_source ? {name} : {copy}.data();")
        text = re.sub(rf"\b{name}\[_idx\]", f"_{copy}[_k]", text)
    return (lines, True, text) if not re.search(r"\b_idx\b", text) else ([], False, "")


def _exports(unit: Unit, path: str, pathway: Any, first: str, size: int) -> str:
    """Return the functions through which Python sets up a pathway and looks at what is under way."""
    sources, delays = pathway.synapse_sources, pathway.variables["delay"]
    total = unit.table.constant(len(sources.get_value()))[1]
    n_delays = unit.table.constant(len(np.atleast_1d(delays.get_value())))[1]
    count_of, dt = unit.table.constant(size)[1], unit.table.place(pathway.source.clock.variables["dt"])
    return f"""
static vector<int32_t> pending_of_{path};
extern "C" void open_{path}() {{
  {path}.build((int32_t*)A[{unit.table.place(sources)}], {total}, {first}, {count_of},
    ({c_data_type(delays.dtype)}*)A[{unit.table.place(delays)}], {n_delays}, ((double*)A[{dt}])[0], {MANY});
}}
extern "C" void put_{path}(int64_t later, const int32_t* v, int64_t n) {{
  if ((int64_t){path}.held.size() <= later) {path}.held.resize(later + 1);
  {path}.held[later].assign(v, v + n);
}}
extern "C" int64_t layout_{path}() {{ return {path}.layout; }}
extern "C" int64_t slots_{path}() {{ return max({path}.slots, (int64_t){path}.held.size()); }}
extern "C" int64_t pending_{path}(int64_t later) {{
  {path}.pending(later, pending_of_{path});
  return pending_of_{path}.size();
}}
extern "C" void take_{path}(int32_t* v) {{ copy(pending_of_{path}.begin(), pending_of_{path}.end(), v); }}"""


def summed(unit: Unit, captured: Captured) -> Piece:
    """Return the code of a summed variable: zero, then the sum over synapses in their order."""
    block = unit.block(captured, iterate_all=True)
    kwds = captured.template_kwds
    target, index = kwds["_target_var"], kwds["_index_var"]
    size = captured.variables[kwds["_target_size_name"]]
    if isinstance(size, ArrayVariable):
        total = f"(({c_data_type(size.dtype)}*)A[{unit.table.place(size)}])[0]"
    else:
        total = unit.table.constant(int(np.asarray(size.get_value()).item()))[1]
    start = unit.table.constant(int(kwds["_target_start"]))[1]
    name, place = unit.table.name(target), unit.table.name(index)
    body = f"const _Draw _vectorisation_idx(_idx, 0);\n{block.vector}\n{name}[{place}[_idx]] += _synaptic_var;"
    text = "\n".join(
        [
            count(unit, captured),
            unit.head(captured, block, target, index),
            f"for (int64_t k = 0; k < {total}; k++) {name}[k + {start}] = 0;",
            f"for (int64_t _idx = 0; _idx < _count; _idx++) {{\n{body}\n}}",
        ]
    )
    return Piece(obj=None, reads={*block.reads, index}, writes={*block.writes, target}, body=text)
