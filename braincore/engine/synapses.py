"""C++ of synapses: what spikes do after their delays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.synapses.synapses import Synapses

from braincore.engine.arrays import Drawn
from braincore.engine.captured import Captured
from braincore.engine.drawn import LAYOUTS
from braincore.engine.groups import state_update
from braincore.engine.parts import ANY, Touch
from braincore.engine.passes.dense import LEAD, Dense, lead, pattern, row_of
from braincore.engine.passes.draw import drawn_exports, drawn_for, link_of
from braincore.engine.passes.rows import Columns, columns
from braincore.engine.passes.synapse_code import used_names
from braincore.engine.pieces import Piece
from braincore.engine.plans import plan, several_delays
from braincore.engine.queue import SpikeQueue
from braincore.engine.trace_rows import events_of_neurons, touches_of
from braincore.engine.traces import Traces
from braincore.engine.unit import Unit, Unsupported

MANY = 8
"""Synapses of one source with one delay from which on rows are kept by delay; fewer wait one by one."""

LONGEST = 65_000
"""Steps of the longest delay that the compiled code has room for."""


@dataclass(kw_only=True)
class Store:
    """The synapses of one Synapses object in the compiled code.

    Attributes
    ----------
    name
        Of the store.
    synapses
        The object.
    whole
        Whether all synapses belong to the first part: some pathway writes to what parts do not divide as it needs.
    targets
        Number of neurons that parts divide, subgroups counted with the group that they are of.
    drawn
        Draws the synapses, if no arrays of them are needed.
    dense
        Their pattern, if it is regular.
    held
        Variables that lie in columns, with the name of the column.
    """

    name: str
    synapses: Any
    whole: bool
    targets: int
    drawn: Drawn | None = None
    dense: Dense | None = None
    held: dict[Any, str] = field(default_factory=dict)


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
    prepost
        Whether it starts from the presynaptic neurons (``pre``) or from the postsynaptic ones.
    """

    queue: SpikeQueue
    name: str
    pathway: str = ""
    prepost: str = "pre"

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
    """Return the code of a pathway: spikes of this step go under way, those that are due act.

    Raises
    ------
    Unsupported
        It has to run on Brian2's own code.
    """
    space = push.template_kwds["eventspace_variable"]
    path, spikes, late = f"pathway{number}", unit.spikes(space), unit.late(space)
    block = unit.block(captured, iterate_all=False)
    drawn = drawn_for(unit, pathway, captured, block)
    if drawn is None:
        _check(pathway)
    store = _store(unit, pathway.synapses, drawn)
    unit.declarations.append(f"static Pathway {path};")
    waits = {Touch(spikes, ANY)} if _least_delay(pathway, drawn) == 0 and not late else set()
    notes: list[str] = []
    if drawn is None:
        traces, notes = _traces(unit, store)
        unit.links.append(PathwayLink(queue=pathway.queue, name=path, pathway=pathway.name, prepost=pathway.prepost))
        unit.exports.append(_exports(unit, store, path, spikes, late, pathway, rows=traces is not None))
        if traces is not None:
            piece = events_of_neurons(traces, captured, pathway, path)
            piece.touches |= waits
            return piece
    held = columns(unit, store, path, captured, block, from_source=pathway.prepost == "pre")
    if drawn is not None:
        unit.links.append(link_of(pathway, path, drawn, store.held))
        unit.exports.append(drawn_exports(unit, store, path, spikes, late, pathway, MANY))
        notes = ["synapses are drawn into their columns; nothing else of them is kept"]
    text = _act(path, held, unit.head(captured, block))
    return Piece(
        obj=None,
        reads={*block.reads, space},
        writes=set(block.writes),
        touches=touches_of(unit, store, captured, f"{block.scalar}\n{held.text}") | waits,
        alone=store.whole,
        body=text,
        notes=[*held.notes, *notes],
    )


def update(unit: Unit, captured: Captured) -> Piece:
    """Return the code of a state update, of ``run_regularly`` and of Poisson input.

    That of synapses whose weights are sums on neurons (`additive`) runs over their rows.
    """
    owner = captured.owner
    if not isinstance(owner, Synapses) or not _looked_at(unit, captured):
        return state_update(unit, captured)
    store = _store(unit, unit.pathways[owner.name][0][0].synapses, None)
    traces, _ = _traces(unit, store)
    if traces is None or traces.additive is None or id(captured) not in unit.rowwise:
        return state_update(unit, captured)
    held, block, text = traces.additive.regularly(captured)
    return Piece(
        obj=None,
        reads=set(block.reads),
        writes=set(block.writes),
        touches=touches_of(unit, store, captured, f"{block.scalar}\n{held.text}"),
        alone=store.whole,
        body=text,
        notes=[*held.notes, f"{traces.additive.form.weight} of all synapses is worked out first"],
    )


def _looked_at(unit: Unit, captured: Captured) -> bool:
    """Tell whether a pathway uses what code writes."""
    written = {captured.variables[name] for name in captured.assigned if name in captured.variables}
    pathways = unit.pathways.get(captured.owner.name, [])
    return any(code.variables[name] in written for _, code in pathways for name in used_names(code))


def _check(pathway: Any) -> None:
    """Refuse what the compiled code has no form for."""
    first, size = int(pathway.source.start), int(pathway.source.stop) - int(pathway.source.start)
    given = pathway.synapse_sources.get_value()
    if given.size and (given.min() < first or given.max() >= first + size):
        raise Unsupported(f"{pathway.name}: synapses of neurons outside of the source")
    delays = np.atleast_1d(pathway.variables["delay"].get_value())
    if delays.size and delays.max() / float(pathway.source.clock.dt_) > LONGEST:
        raise Unsupported(f"{pathway.name}: a delay of more than {LONGEST} time steps")


def _least_delay(pathway: Any, drawn: Drawn | None) -> int:
    """Return the shortest delay of a pathway in time steps."""
    if drawn is not None:
        return int(drawn.delays[0] / float(pathway.source.clock.dt_) + 0.5)
    delays = np.atleast_1d(pathway.variables["delay"].get_value())
    return int(float(delays.min()) / float(pathway.source.clock.dt_) + 0.5) if delays.size else 0


def _store(unit: Unit, synapses: Any, drawn: Drawn | None) -> Store:
    """Return the store of a Synapses object."""
    if synapses.name not in unit.stores:
        name = f"store{len(unit.stores)}"
        target = getattr(synapses.target, "source", synapses.target)
        size = target.variables["N"]
        fixed = not isinstance(size, ArrayVariable)
        whole = not fixed or any(_writes_elsewhere(code) for _, code in unit.pathways[synapses.name])
        targets = int(size.get_value()) if fixed else 1
        dense = _pattern(unit, synapses) if drawn is None else None
        unit.stores[synapses.name] = Store(
            name=name, synapses=synapses, whole=whole, targets=targets, drawn=drawn, dense=dense
        )
        unit.declarations.append(f"static Store {name};")
        post = synapses.variables["_synaptic_post"]
        n = len(post.get_value()) if drawn is None else int(post.size)
        total, n_targets = unit.table.constant(n)[1], unit.table.constant(targets)[1]
        target = f" {name}.target = {unit.table.pointer(post)};" if drawn is None else ""
        unit.opening.append(
            f"{name} = Store(); {name}.n = {total}; {name}.targets = {n_targets}; "
            f"{name}.whole = {str(whole).lower()};{target}"
        )
    found: Store = unit.stores[synapses.name]
    return found


def _pattern(unit: Unit, synapses: Any) -> Dense | None:
    """Return the regular pattern of synapses whose pathways have one delay each, None if there is none."""
    if not (unit.passes.dense and unit.passes.rows):
        return None
    if any(several_delays(pathway) for pathway, _ in unit.pathways[synapses.name]):
        return None
    return pattern(*(synapses.variables[name].get_value() for name in ("_synaptic_pre", "_synaptic_post")))


def _writes_elsewhere(captured: Captured) -> bool:
    """Tell whether a pathway writes to something other than its synapses and their targets."""
    return any(
        isinstance(captured.variables.get(name), ArrayVariable)
        and captured.variable_indices.get(name) not in ("_idx", "_postsynaptic_idx")
        for name in captured.assigned
    )


def _traces(unit: Unit, store: Store) -> tuple[Traces | None, list[str]]:
    """Return the traces of a store that live on neurons, or why there are none."""
    name = store.synapses.name
    if name not in unit.plans:
        found = plan(unit, store.synapses)
        unit.plans[name] = found if isinstance(found, str) else Traces(unit, store, found)
    known = unit.plans[name]
    return (None, [known] if known else []) if isinstance(known, str) else (known, [])


def _act(path: str, held: Columns, head: str) -> str:
    """Return the body of a pathway's function."""
    fetch = " ".join(f"_AHEAD(own_.{name}, _span[_r + 6]);" for name in held.names)
    more = f", const int32_t {LEAD}" if held.dense is not None else ""

    def act(place: str, row: str = "") -> str:
        """Return the call for a synapse; where targets follow from places, its row begins at `row`."""
        given = "" if held.dense is None else f", {lead(held.dense, row or row_of(held.dense, place))}"
        return f"_act(own_, {place}{given});"

    return "\n".join(
        [
            head,
            *held.constants,
            f"Order& _o = {path}.part[P];",
            held.declaration,
            f"const auto _act = [&](const {held.kind}& c_, const int64_t k_{more}) __attribute__((always_inline)) {{",
            held.text,
            "};",
            f"const vector<uint32_t>* _left = {path}.held(P, STEP);",
            f"if (_left) for (const uint32_t k_ : *_left) {act('k_')}",
            f"if ({path}.layout != BUCKETS) {{",
            f"{path}.collect(P, STEP);",
            "const Span* _span = _o.spans.data();",
            "const size_t _n = _o.spans.size();",
            "if (_o.at.empty()) for (size_t _r = 0; _r < _n; _r++) {",
            f"if (_r + 6 < _n) {{ {fetch} }}",
            "#pragma GCC ivdep" if held.many else "",
            f"for (int32_t k_ = _span[_r].from, _end = _span[_r].to; k_ < _end; k_++) {act('k_', '_span[_r].from')}",
            "} else for (size_t _r = 0; _r < _n; _r++) {",
            f"for (uint32_t k_ = _span[_r].from; k_ < _span[_r].to; k_++) {act('_o.at[k_]')}",
            "}",
            *(["} else {", *_bucketed(path, held)] if held.dense is None else []),
            "}",
        ]
    )


def _bucketed(path: str, held: Columns) -> list[str]:
    """Return the statements that put synapses into buckets, and those that act on a bucket."""
    kinds = [*held.kinds] if held.by_value else ["uint32_t"]
    held.declare(f"static Buckets<{', '.join(kinds)}> buckets_{path}[MOST_PARTS];")
    places = range(len(kinds))
    store = [
        f"get<{c}>(_b.columns)[_b.n] = {f'own_.{held.names[c]}[_place]' if held.by_value else '_place'};"
        for c in places
    ]
    lists = ", ".join(f"get<{c}>(_due.columns).data()" for c in places)
    if held.by_value:
        act = [f"const {held.kind} c_ = {{{lists}}};", "for (size_t k_ = 0; k_ < _due.n; k_++) _act(c_, k_);"]
    else:
        act = [f"const uint32_t* _places = {lists};", "for (size_t k_ = 0; k_ < _due.n; k_++) _act(own_, _places[k_]);"]
    return [
        f"auto& _buckets = buckets_{path}[P];",
        f"const int64_t _zero = {path}.first, _lag = {path}.lag();",
        "const auto _put = [&](const int64_t _seen, const auto _again) {",
        f"{path}.spikes(_seen, [&](const int32_t* _s, const int32_t* _end) {{",
        "for (; _s < _end; _s++) {",
        "const uint32_t _stop = _o.row[*_s - _zero + 1];",
        "if (_s + 2 < _end) __builtin_prefetch(_o.steps.data() + _o.row[_s[2] - _zero]);",
        "for (uint32_t k_ = _o.row[*_s - _zero]; k_ < _stop; k_++) {",
        "if (_again && _seen + _o.steps[k_] < STEP) continue;",
        "auto& _b = _buckets.at(_seen + _o.steps[k_]);",
        "if (_b.n == _b.room) _buckets.grow(_b);",
        "const uint32_t _place = _o.at.empty() ? k_ : _o.at[k_];",
        *store,
        "_b.n++;",
        "} } }); };",
        "if (_buckets.copied != COPIED) {  // what waits has other values now",
        "for (auto& _b : _buckets.of) _b.n = 0;",
        f"for (int64_t _s = STEP - {path}.delay; _s < STEP - _lag; _s++) _put(_s, true_type());",
        "_buckets.copied = COPIED;",
        "}",
        "_put(STEP - _lag, false_type());",
        "auto& _due = _buckets.at(STEP);",
        *act,
        "_due.n = 0;",
    ]


def _exports(unit: Unit, store: Store, path: str, spikes: str, late: int, pathway: Any, *, rows: bool) -> str:
    """Return the functions through which Python sets up a pathway and looks at what is under way."""
    opened = ""
    if store.dense is None or pathway.prepost != "pre":
        parts = "for (int part = 0; part < PARTS; part++)"
        opened = f"{parts} if (p.layout == BUCKETS) buckets_{path}[part].open(p.delay + 2);"
    put = ""
    if rows:
        opened = f"rows_{path}.open();"
        put = f"rows_{path}.put(later, {unit.table.pointer(pathway.synapse_sources)}, v, n);"
    sources, delays = pathway.synapse_sources, pathway.variables["delay"]
    first, size = int(pathway.source.start), int(pathway.source.stop) - int(pathway.source.start)
    begin, count_of = unit.table.constant(first)[1], unit.table.constant(size)[1]
    n_delays = unit.table.constant(len(np.atleast_1d(delays.get_value())))[1]
    clock = pathway.source.clock.variables
    dt, step = (
        f"((({kind}*)A[{unit.table.place(clock[n])}])[0])" for n, kind in (("dt", "double"), ("timestep", "int64_t"))
    )
    return f"""
static vector<int32_t> pending_of_{path};
extern "C" void open_{path}() {{
  Pathway& p = {path};
  const auto* delays = {unit.table.pointer(delays)};
  p.first = {begin}; p.sources = {count_of}; p.events = &{spikes}; p.begun = {step}; p.late = {late}; p.left.clear();
  p.measure(delays, {n_delays}, {dt}, {store.name}.n, {MANY});
  p.build({store.name}, {unit.table.pointer(sources)}, delays, {n_delays}, {dt});
  {spikes}.keep(p.delay + p.late);
  {opened}
}}
extern "C" void put_{path}(int64_t later, const int32_t* v, int64_t n) {{
  {path}.put({store.name}, later, v, n);
  {put}
}}
extern "C" int64_t layout_{path}() {{ return {path}.layout; }}
extern "C" int64_t slots_{path}() {{ return {path}.longest(); }}
extern "C" int64_t pending_{path}(int64_t later) {{
  {path}.pending({store.name}, {step}, later, pending_of_{path});
  return pending_of_{path}.size();
}}
extern "C" void take_{path}(int32_t* v) {{ copy(pending_of_{path}.begin(), pending_of_{path}.end(), v); }}"""
