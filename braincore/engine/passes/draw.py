"""Synapses that are drawn straight into their columns: when that is possible, and the functions that do it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import c_data_type

from braincore.engine.arrays import Arrays, Drawn
from braincore.engine.captured import Captured
from braincore.engine.drawn import DrawnLink
from braincore.engine.generator import Block
from braincore.engine.passes.rows import narrow
from braincore.engine.unit import Unit

LONGEST = 60_000
"""Steps of the longest delay of synapses that are drawn: delays take 16 bits."""

ENDS = ("_synaptic_pre", "_synaptic_post")


def drawn_for(unit: Unit, pathway: Any, captured: Captured, block: Block) -> Drawn | None:
    """Return what draws the synapses of a pathway, None if their arrays are needed.

    They are needed where a code asks which synapse it acts on, where several pathways or other code use the synapses,
    where something is written to them, and once somebody got hold of weights or delays, which he may have changed.
    """
    arrays = getattr(pathway.variables["delay"].device, "arrays", None)
    if not isinstance(arrays, Arrays):
        return None
    drawn = arrays.given.get(pathway.synapses.variables["_synaptic_post"])
    if drawn is None or not unit.passes.rows or unit.python or pathway.prepost != "pre":
        return None
    if len(unit.pathways[pathway.synapses.name]) != 1 or drawn.delays[1] / float(pathway.source.clock.dt_) > LONGEST:
        return None
    read = _read(unit, block)
    without = re.sub(r"\ba\d+\[_idx\]", "", block.vector)
    if "_vectorisation_idx" in block.vector or re.search(r"\b_idx\b", without):
        return None
    delay = pathway.variables["delay"]
    values = [v for v in read if v.name not in ENDS] + ([delay] if not delay.scalar else [])
    if any(v in unit.written or v not in arrays.drawn for v in values):
        return None
    ends = [pathway.synapses.variables[name] for name in ENDS]
    others = [code for v in (*values, *ends) for code in unit.users.get(v, ()) if code is not captured]
    if any(code.template_name != "synapses_push_spikes" for code in others):
        return None
    if not all(v in values or v in ends for v in read):
        return None
    unit.unkept |= dict.fromkeys(values, arrays.drawn)
    unit.unkept |= dict.fromkeys(ends)
    return drawn


def _read(unit: Unit, block: Block) -> list[Any]:
    """Return the arrays that a code reads by synapse."""
    places = {int(place) for place in re.findall(r"\ba(\d+)\[_idx\]", block.vector)}
    return [variable for variable, place in unit.table.arrays.items() if place in places]


def link_of(pathway: Any, path: str, drawn: Drawn, held: Mapping[Any, str]) -> DrawnLink:
    """Return what draws the synapses of a pathway when a run begins."""
    delay = pathway.variables["delay"]
    return DrawnLink(
        queue=pathway.queue,
        name=path,
        pathway=pathway.name,
        drawn=drawn,
        values=[variable for variable in held if variable.name not in ENDS],
        delay=None if delay.scalar else delay,
        single_delay=float(np.reshape(delay.get_value(), -1)[0]) if delay.scalar else 0.0,
        clock=pathway.source.clock,
        prepost=pathway.prepost,
    )


def drawn_exports(unit: Unit, store: Any, path: str, spikes: str, late: int, pathway: Any, many: int) -> str:
    """Return the functions through which Python draws the synapses of a pathway, and looks at the spikes under way.

    From `many` synapses on that share source and delay, rows are cut by delay.
    """
    delay, clock = pathway.variables["delay"], pathway.source.clock.variables
    first, size = int(pathway.source.start), int(pathway.source.stop) - int(pathway.source.start)
    begin, count = unit.table.constant(first)[1], unit.table.constant(size)[1]
    dt = f"((double*)A[{unit.table.place(clock['dt'])}])[0]"
    step = f"((int64_t*)A[{unit.table.place(clock['timestep'])}])[0]"
    drawing, n = f"drawing_{path}", store.name
    values = [v for v in store.held if v.name not in ENDS]
    arguments = "".join(f", const {c_data_type(v.dtype)}* v{k}" for k, v in enumerate(values))
    sources = {v: f"v{k}[k]" for k, v in enumerate(values)}
    put, room = [], []
    for variable, column in store.held.items():
        end = (
            "source[k]"
            if variable.name == ENDS[0]
            else "target[k] - d.base[of]"
            if narrow(unit, store)
            else "target[k]"
        )
        value = sources.get(variable, end)
        put.append(f"d.put({column}, n, [&](int64_t k, int of) {{ return {value}; }});")
        room.append(f"{column}[k] = decay_t<decltype({column}[k])>(); {column}[k].resize(d.room[k]);")
    single = f"p.measure({unit.table.pointer(delay)}, 1, {dt}, {n}.n, {many});" if delay.scalar else ""
    return _TEXT.format(
        path=path,
        drawing=drawing,
        store=n,
        spikes=spikes,
        late=late,
        begin=begin,
        count=count,
        step=step,
        many=many,
        kind=c_data_type(delay.dtype),
        arguments=arguments,
        given="".join(f", v{k}" for k in range(len(values))),
        put="\n  ".join(put),
        room=" ".join(room),
        columns="".join(f", {column}" for column in store.held.values()),
        varied=str(not delay.scalar).lower(),
        single=single,
        delays="" if delay.scalar else f"d.delays({path}, n, delay, {dt});",
    )


_TEXT = """
static Drawing {drawing};
static vector<int32_t> recent_of_{path};
extern "C" void open_{path}() {{
  Pathway& p = {path};
  p.first = {begin}; p.sources = {count}; p.events = &{spikes}; p.begun = {step}; p.late = {late}; p.left.clear();
  {single}
  {drawing}.open({store}, p);
}}
extern "C" void count_{path}(const int32_t* source, const int32_t* target, int64_t n) {{
  {drawing}.count({store}, {path}, source, target, n);
}}
extern "C" void counted_{path}(int64_t more) {{
  Drawing& d = {drawing};
  d.counted({path}, more, {varied});
  for (int k = 0; k < MOST_PARTS; k++) {{ {room} }}
}}
static void put_{path}(Drawing& d, int64_t n, const int32_t* source, const int32_t* target{arguments}) {{
  {put}
}}
extern "C" void place_{path}(int64_t n, const int32_t* source, const int32_t* target, const {kind}* delay{arguments}) {{
  Drawing& d = {drawing};
  d.find({store}, n, source, target);
  {delays}
  put_{path}(d, n, source, target{given});
}}
extern "C" void hold_{path}(int64_t later, int64_t n, const int32_t* source, const int32_t* target{arguments}) {{
  Drawing& d = {drawing};
  d.hold({store}, {path}, later, n, target);
  put_{path}(d, n, source, target{given});
}}
extern "C" void placed_{path}() {{
  {drawing}.placed({store}, {path}, {many}{columns});
  {spikes}.keep({path}.delay + {path}.late);
  for (int part = 0; part < PARTS; part++) if ({path}.layout == BUCKETS) buckets_{path}[part].open({path}.delay + 2);
}}
extern "C" int64_t layout_{path}() {{ return {path}.layout; }}
extern "C" int64_t slots_{path}() {{ return {path}.delay; }}
extern "C" int64_t recent_{path}(int64_t age) {{
  recent_of_{path}.clear();
  {path}.spikes({step} - age, [&](const int32_t* s, const int32_t* end) {{
    recent_of_{path}.insert(recent_of_{path}.end(), s, end);
  }});
  return recent_of_{path}.size();
}}
extern "C" void take_{path}(int32_t* v) {{ copy(recent_of_{path}.begin(), recent_of_{path}.end(), v); }}"""
