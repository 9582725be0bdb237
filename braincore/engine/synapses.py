"""C++ of synapses: what spikes do after their delays, and sums over synapses.

Spikes travel as neuron indices where all synapses of a pathway have one delay, and as synapse indices by the step in which
they are due where delays differ. Either way each target gets its inputs in the order of Brian2's queue: earlier spikes
first, then by neuron, then by synapse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import c_data_type
from numpy.typing import NDArray

from braincore.engine.captured import Captured
from braincore.engine.groups import count
from braincore.engine.pieces import Piece
from braincore.engine.queue import SpikeQueue
from braincore.engine.unit import Unit, Unsupported


@dataclass(kw_only=True)
class PathwayLink:
    """Moves spikes under way between a pathway's queue and the ring of the compiled code.

    Attributes
    ----------
    queue
        The queue.
    ring
        Name of the ring in the compiled code.
    rows, ids
        First synapse of each source, and the synapses by source.
    by_source
        Whether the ring holds neurons.
    """

    queue: SpikeQueue
    ring: str
    rows: NDArray[np.int64]
    ids: NDArray[np.int32] | None

    def begin(self, library: Any) -> None:
        """Put what is under way into the ring."""
        library.call(f"open_{self.ring}")
        for delay, slot in enumerate(self.queue.take()):
            if slot.size:
                library.call(f"put_{self.ring}", delay, np.ascontiguousarray(slot, dtype=np.int32), slot.size)

    def sync(self, library: Any) -> None:
        """Do nothing: what is under way is no state that Python reads during a run."""

    def end(self, library: Any) -> None:
        """Take what is under way out of the ring."""
        slots = []
        for delay in range(library.call(f"slots_{self.ring}")):
            held = _taken(library, f"held_{self.ring}", delay)
            sources = _taken(library, f"sources_{self.ring}", delay)
            if sources.size:
                held = np.concatenate([held, *(self._synapses(s) for s in sources)])
            slots.append(held)
        self.queue.put(slots)

    def _synapses(self, source: int) -> NDArray[np.int32]:
        first, last = self.rows[source], self.rows[source + 1]
        return np.arange(first, last, dtype=np.int32) if self.ids is None else self.ids[first:last]


def _taken(library: Any, name: str, delay: int) -> NDArray[np.int32]:
    values = np.empty(library.call(f"size_{name}", delay), dtype=np.int32)
    if values.size:
        library.call(f"get_{name}", delay, values)
    return values


def by_source(sources: NDArray[Any], count: int) -> tuple[NDArray[np.int64], NDArray[np.int32] | None]:
    """Return where each source's synapses begin (count + 1), and the synapses by source: None if they are so stored.

    Parameters
    ----------
    sources
        The source of each synapse, from 0.
    count
        Number of sources.
    """
    rows = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(sources, minlength=count), out=rows[1:])
    if sources.size < 2 or bool((sources[1:] >= sources[:-1]).all()):
        return rows, None
    return rows, np.argsort(sources, kind="stable").astype(np.int32)


def propagate(unit: Unit, push: Captured, captured: Captured, pathway: Any, number: int) -> Piece:
    """Return the code of a pathway: spikes of this step go under way, those that are due act."""
    events = push.template_kwds["eventspace_variable"]
    first, size = int(pathway.source.start), int(pathway.source.stop) - int(pathway.source.start)
    sources = pathway.synapse_sources.get_value() - np.int32(first)
    if sources.size and (sources.min() < 0 or sources.max() >= size):
        raise Unsupported(f"{pathway.name}: synapses of neurons outside of the source")
    block = unit.block(captured, iterate_all=False)
    rows, ids = by_source(sources, size)
    delays = np.floor(pathway._delays.get_value() / pathway.source.clock.dt_ + 0.5).astype(np.int32)
    same = delays.size == 0 or bool((delays == delays[0]).all())
    ring = f"ring{number}"
    unit.links.append(PathwayLink(queue=pathway.queue, ring=ring, rows=rows, ids=ids))
    slots = unit.table.constant(int(delays.max(initial=0)) + 1)[1]
    unit.declarations.append(f"static Ring {ring};")
    unit.exports.append(_exports(ring, slots))
    row, index = unit.array(rows, "const int64_t"), "" if ids is None else unit.array(ids, "const int32_t")
    synapse = f"{index}[_k]" if index else "_k"
    body = f"const int64_t _idx = {{}};\nconst _Draw _vectorisation_idx(_idx, 0);\n{block.vector}"
    start, stop = (unit.table.constant(n)[1] for n in (first, first + size))
    name, last = unit.table.name(events), unit.table.constant(int(events.size) - 1)[1]
    lines = [
        unit.head(captured, block, events),
        f"const int64_t* __restrict _row = {row};",
        f"const int64_t _found = {name}[{last}];",
        f"const int64_t _begin = lower_bound({name}, {name} + _found, (int32_t){start}) - {name};",
        f"const int64_t _end = lower_bound({name} + _begin, {name} + _found, (int32_t){stop}) - {name};",
    ]
    if same:
        delay = unit.table.constant(int(delays[0]) if delays.size else 0)[1]
        lines += [
            f"vector<int32_t>& _in = {ring}.in({delay});",
            f"for (int64_t e = _begin; e < _end; e++) _in.push_back({name}[e] - (int32_t){start});",
            f"for (const int32_t _held : {ring}.held(0)) {{\n{body.format('_held')}\n}}",
            f"for (const int32_t _source : {ring}.in(0)) {{",
            f"for (int64_t _k = _row[_source]; _k < _row[_source + 1]; _k++) {{\n{body.format(synapse)}\n}}\n}}",
        ]
    else:
        steps = unit.array(delays, "const int32_t")
        lines += [
            f"const int32_t* __restrict _delay = {steps};",
            f"for (int64_t e = _begin; e < _end; e++) {{ const int64_t s = {name}[e] - {start};",
            f"for (int64_t _k = _row[s]; _k < _row[s + 1]; _k++) {{ const int64_t i = {synapse}; "
            f"{ring}.held(_delay[i]).push_back((int32_t)i); }} }}",
            f"for (const int32_t _held : {ring}.held(0)) {{\n{body.format('_held')}\n}}",
        ]
    lines.append(f"{ring}.advance();")
    return Piece(obj=None, reads={*block.reads, events}, writes=set(block.writes), body="\n".join(lines))


def _exports(ring: str, slots: str) -> str:
    """Return the functions through which Python fills a ring and takes out what it holds."""
    text = f"""
extern "C" void put_{ring}(int64_t d, const int32_t* v, int64_t n) {{
  if ((int64_t){ring}.synapses.size() <= d) {ring}.resize(d + 1);
  {ring}.held(d).assign(v, v + n);
}}
extern "C" int64_t slots_{ring}() {{ return {ring}.sources.size(); }}
extern "C" void open_{ring}() {{ {ring} = Ring(); {ring}.resize(max((int64_t)1, {slots})); }}"""
    for kind, place in (("held", "held"), ("sources", "in")):
        text += f"""
extern "C" int64_t size_{kind}_{ring}(int64_t d) {{ return {ring}.{place}(d).size(); }}
extern "C" void get_{kind}_{ring}(int64_t d, int32_t* v) {{ auto& s = {ring}.{place}(d); copy(s.begin(), s.end(), v); }}"""
    return text


def summed(unit: Unit, captured: Captured) -> Piece:
    """Return the code of a summed variable: zero, then the sum over synapses in their order."""
    block = unit.block(captured, iterate_all=True)
    kwds = captured.template_kwds
    target, index = kwds["_target_var"], kwds["_index_var"]
    size = captured.variables[kwds["_target_size_name"]]
    if hasattr(size, "dtype") and hasattr(size, "get_value") and getattr(size, "array", False):
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
