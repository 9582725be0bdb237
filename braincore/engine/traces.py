"""C++ of synapses whose traces live on neurons (``passes.traces``).

Every part has the traces of all neurons that its synapses come from and of those that they end on, and brings them up
to date when an event arrives: nothing waits. In a step in which spikes are due, the traces of the other end that they
read are worked out for the present, for all neurons of the part or for those that are met, whichever is less. What is
stored stays as it is: it does not depend on who looks.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.functions import Function
from brian2.core.preferences import prefs
from brian2.core.variables import AuxiliaryVariable

from braincore.engine.additive import GAIN, Additive, additive_form
from braincore.engine.captured import Captured
from braincore.engine.generator import Block
from braincore.engine.kept import Keeping
from braincore.engine.passes.abstract import Statement, lines, statements
from braincore.engine.passes.synapse_code import LAST, elapsed
from braincore.engine.passes.traces import Side
from braincore.engine.plans import ENDS, Plan, ends
from braincore.engine.unit import Unit, Unsupported

_ELAPSED = "_elapsed"


class Traces:
    """The traces of one Synapses object.

    Parameters
    ----------
    unit
        What the code belongs to.
    store
        The synapses.
    plan
        What lives on neurons.
    """

    def __init__(self, unit: Unit, store: Any, plan: Plan) -> None:
        self.unit, self.store, self.plan = unit, store, plan
        self.code, self.hoisting = plan.code, plan.hoisting
        self.sides = {side.name: side for side in self.hoisting.sides}
        pathway, self.captured = unit.pathways[store.synapses.name][0]
        self.clock = pathway.source.clock
        self.real = c_data_type(prefs["core.default_float_dtype"])
        self.notes = list(self.hoisting.notes)
        unit.checks.append(plan.holds)
        for side in self.sides.values():
            self._declare(side)
        for pathway in self.hoisting.stamps:
            unit.declarations.append(f"static vector<double> {self.stamp(pathway)}[MOST_PARTS];")
        self._gather()
        self._rebuild()
        self.additive: Additive | None = None
        if unit.passes.rank1:
            form = additive_form(plan)
            if isinstance(form, str):
                self.notes.append(f"no addition for a row: {form}")
            else:
                self.additive = Additive(self, form)
                unit.rowwise |= {id(code) for code in self.additive.regular}
                self.notes.append(f"{form.weight}: an event of '{form.pathway}' is one addition, not one per synapse")
        unit.kept.append(self.keep())

    def keep(self) -> Keeping:
        """Return what must be kept for a run to go on to the bit."""
        table, store = self.unit.table, self.store
        total = table.constant(self.plan.sizes["source"])[1]
        code = [
            f"const auto home_ = _homes({store.name}, {table.pointer(self.plan.end('source'))}, {total}); (void)home_;"
        ]

        def neurons(name: str, side: str) -> str:
            return f"k_.sources({name}, home_);" if side == "source" else f"k_.targets({name}, {store.name});"

        traces = [trace for side in self.sides.values() for trace in side.traces]
        for side in self.sides.values():
            names = [*(self.values(trace) for trace in side.traces), *([self.last(side.name)] if side.decay else [])]
            code += [neurons(name, side.name) for name in names]
        code += [neurons(self.stamp(name), self._side_of_pathway(name)) for name in self.hoisting.stamps]
        if self.additive is not None:
            code += self.additive.keep()
            traces.append(self.additive.form.weight)
        arrays = [self.variable(name) for name in traces if name != LAST]
        arrays += [self.variable(LAST)] if any(side.decay for side in self.sides.values()) else []
        sizes = [f"{store.name}.n * sizeof({c_data_type(variable.dtype)})" for variable in arrays]
        how = f"{traces}; {self.hoisting.stamps}; {self.additive is not None}; {self.real}"
        what = f"{len(store.synapses)} of {store.synapses.name}, {self.plan.sizes}: {how}"
        pointers = [table.pointer(variable) for variable in arrays]
        return Keeping(what=what, code="\n".join(code), arrays=tuple(zip(pointers, sizes, strict=True)))

    def values(self, trace: str) -> str:
        """Return the name of the vectors of a trace, one for each part."""
        return f"{self.store.name}_on_{self._place(trace)}"

    def now(self, trace: str) -> str:
        """Return the name of the vectors of a trace as it is in this step."""
        decays = self.sides[self.side_of(trace)].decay
        return f"{self.values(trace)}_now" if decays else self.values(trace)

    def last(self, side: str) -> str:
        """Return the name of the vectors of the times that traces are of."""
        return f"{self.store.name}_{side}_last"

    def stamp(self, pathway: str) -> str:
        """Return the name of the vectors of the times of a pathway's last events."""
        return f"{self.store.name}_{pathway}_stamp"

    def side_of(self, trace: str) -> str:
        """Return the side of a trace."""
        found = self.hoisting.side_of(trace)
        assert found is not None
        return found

    def time(self) -> str:
        """Return the C++ text of the present time (seconds)."""
        return f"({self.unit.table.pointer(self.clock.variables['t'])})[0]"

    def variable(self, name: str) -> Any:
        """Return a variable of the synapses' code."""
        return self.code.variables.get(name) or self.captured.variables[name]

    def kind(self, trace: str) -> str:
        """Return the C++ type of a trace."""
        kind: str = c_data_type(self.variable(trace).dtype)
        return kind

    def _place(self, name: str) -> str:
        return str(self.unit.table.name(self.variable(name)))

    def element(self, trace: str) -> str:
        """Return a pattern of what a trace of a synapse is called."""
        return rf"\b{self._place(trace)}\[_idx\]"

    def block(self, captured: Captured, text: str, **locals_: Any) -> Block:
        """Return the C++ of other code of a pathway; `locals_` are names that are set outside, with their types."""
        made = {name: AuxiliaryVariable(name, dtype=dtype) for name, dtype in locals_.items()}
        both = ends(self.store.synapses)
        others = [code.variables for _, code in self.unit.pathways[self.store.synapses.name]]
        called = {name: v for known in others for name, v in known.items() if isinstance(v, Function)}
        variables = {**called, **captured.variables, **both, **made}
        return self.unit.block(replace(captured, code={None: text}, variables=variables), iterate_all=False)

    def of_neuron(self, text: str, side: str) -> str:
        """Return code of a synapse as that of the neuron ``n_`` on one of its ends.

        Raises
        ------
        Unsupported
            It needs the synapse.
        """
        found = self.with_end(text, side, "((int32_t)n_)")
        if re.search(r"\b_idx\b|_vectorisation_idx", found):
            raise Unsupported(f"traces of {self.store.synapses.name} need more than their neuron")
        return found

    def with_end(self, text: str, side: str, neuron: str) -> str:
        """Return code with a neuron's number in place of the place where it is kept."""
        end = self.unit.table.name(self.plan.end(side))
        return re.sub(rf"\b{end}\[_idx\]", neuron, text)

    def decay(self, side: Side) -> tuple[Block, str]:
        """Return the code that lets traces, named ``_v_`` and their place in the table, decay for ``_elapsed``."""
        found = [Statement(s.target, s.operator, elapsed(s.value, _ELAPSED)) for s in statements(side.decay)]
        block = self.block(self.captured, lines(found), **{_ELAPSED: prefs["core.default_float_dtype"]})
        text = block.vector
        for trace in side.traces:
            text = re.sub(self.element(trace), f"_v_{self._place(trace)}", text)
        return block, self.of_neuron(text, side.name)

    def _declare(self, side: Side) -> None:
        unit = self.unit
        for trace in side.traces:
            names = dict.fromkeys([self.values(trace), self.now(trace)])
            unit.declarations += [f"static vector<{self.kind(trace)}> {name}[MOST_PARTS];" for name in names]
        if not side.decay:
            return
        unit.declarations.append(f"static vector<double> {self.last(side.name)}[MOST_PARTS];")
        block, text = self.decay(side)
        given = ", ".join(f"{self.kind(trace)}& _v_{self._place(trace)}" for trace in side.traces)
        unit.functions.append(
            f"//@ traces of {self.store.synapses.name}\n"
            f"static inline __attribute__((always_inline)) void decay_{self.store.name}_{side.name}"
            f"(const int64_t n_, const {self.real} _elapsed, {given}) {{\n{unit.head(self.captured, block)}\n{text}\n}}"
        )

    def look(self, path: str, side: str, traces: list[str]) -> str:
        """Add a function that works out what traces of some neurons are now; return its name."""
        block, text = self.decay(self.sides[side])
        name = f"look_{path}_{side}"
        held, put, take = [], [], []
        for trace in self.sides[side].traces:
            place, kind = self._place(trace), self.kind(trace)
            held.append(f"const {kind}* __restrict _from_{place} = {self.values(trace)}[P].data();")
            take.append(f"{kind} _v_{place} = _from_{place}[n_];")
            if trace in traces:
                held.append(f"{kind}* __restrict _to_{place} = {self.now(trace)}[P].data();")
                put.append(f"_to_{place}[n_] = _v_{place};")
        body = [
            self.unit.head(self.captured, block),
            *held,
            f"const double* __restrict last_ = {self.last(side)}[P].data();",
            f"const double present_ = {self.time()};",
            "for (int64_t n_ = begin_; n_ < end_; n_++) {",
            f"const {self.real} _elapsed = ({self.real})(present_ - last_[n_]);",
            *take,
            text,
            *put,
            "}",
        ]
        self.unit.functions.append(
            f"//@ traces of {self.store.synapses.name}\n"
            f"static void {name}(const int P, const int64_t begin_, const int64_t end_) {{\n" + "\n".join(body) + "\n}"
        )
        return name

    def _gather(self) -> None:
        """Add the function that takes traces over from Brian2's arrays."""
        table, store = self.unit.table, self.store
        body = []
        for side in self.sides.values():
            end, last = table.pointer(self.plan.end(side.name)), "(const double*)nullptr"
            if side.decay:
                last = table.pointer(self.variable(LAST))
            total = table.constant(self.plan.sizes[side.name])[1]
            body += ["{", f"const auto from = _earliest({end}, {last}, {store.name}.n, {total});"]
            for trace in side.traces:
                body.append(f"_gathered({self.values(trace)}, {table.pointer(self.variable(trace))}, from);")
                if side.decay:
                    body.append(f"for (int p = 0; p < PARTS; p++) {self.now(trace)}[p].resize(from.size());")
            if side.decay:
                body.append(f"_gathered({self.last(side.name)}, {last}, from);")
            body.append("}")
        for pathway in self.hoisting.stamps:
            total = table.constant(self.plan.sizes[self._side_of_pathway(pathway)])[1]
            body.append(f"for (int p = 0; p < PARTS; p++) {self.stamp(pathway)}[p].assign({total}, -1e300);")
        text = "\n".join(body)
        self.unit.functions.append(f"static void gather_{store.name}() {{\n{text}\n}}")
        self.unit.copies.append(f"gather_{store.name}();")

    def _side_of_pathway(self, name: str) -> str:
        return next(p.side for p in self.code.pathways if p.name == name)

    def _rebuild(self) -> None:
        """Add the function that gives Brian2's arrays what they hold: values at each synapse's last event."""
        table, store = self.unit.table, self.store
        end = {side: table.pointer(self.plan.end(side)) for side in ENDS}
        body = [f"const auto* pre = {end['source']}; const auto* post = {end['target']};"]
        of = {"source": "i", "target": "j"}
        timed = any(side.decay for side in self.sides.values()) or bool(self.hoisting.stamps)
        if timed:
            body.append(f"auto* lastupdate = {table.pointer(self.variable(LAST))};")
        body += [
            "for (int p = 0; p < PARTS; p++) for (const uint32_t k : " + f"{store.name}.id[p]) {{",
            "const int64_t i = pre[k], j = post[k]; (void)i; (void)j;",
        ]
        for side in self.sides.values():
            if not side.decay:
                for trace in side.traces:
                    array = table.pointer(self.variable(trace))
                    body.append(f"({array})[k] = {self.values(trace)}[p][{of[side.name]}];")
        if timed:
            body.append("const double before = lastupdate[k]; double at = -1e300;")
            for pathway in self.hoisting.stamps:
                body.append(f"at = max(at, {self.stamp(pathway)}[p][{of[self._side_of_pathway(pathway)]}]);")
            if not self.hoisting.keeps_lastupdate:
                body.append("if (at < before) continue;  // no event: it keeps what it has")
            body.append("lastupdate[k] = at = max(at, before);")
            for side in self.sides.values():
                body += self._rebuilt(side, of[side.name])
        body.append("}")
        text = "\n".join(body)
        self.unit.functions.append(f"static void rebuild_{store.name}() {{\n{text}\n}}")
        self.unit.rebuilt.append(f"rebuild_{store.name}();")

    def _rebuilt(self, side: Side, neuron: str) -> list[str]:
        if not side.decay:
            return []
        body = ["{"]
        for trace in side.traces:
            body.append(f"{self.kind(trace)} _v_{self._place(trace)} = {self.values(trace)}[p][{neuron}];")
        given = ", ".join(f"_v_{self._place(trace)}" for trace in side.traces)
        past = f"({self.real})(at - {self.last(side.name)}[p][{neuron}])"
        body.append(f"decay_{self.store.name}_{side.name}({neuron}, {past}, {given});")
        for trace in side.traces:
            body.append(f"({self.unit.table.pointer(self.variable(trace))})[k] = _v_{self._place(trace)};")
        return [*body, "}"]

    def event(self, captured: Captured, pathway: Any, path: str) -> tuple[str, Block | None]:
        """Add the function that does what an event does once; return the statement that calls it, and its code."""
        name, side = pathway.objname, "source" if pathway.prepost == "pre" else "target"
        mine = self.hoisting.events.get(name)
        additive = self.additive if self.additive is not None and self.additive.form.pathway == name else None
        stamp = f"{self.stamp(name)}[P][n_] = {self.time()};" if name in self.hoisting.stamps else ""
        if mine is None and additive is None:
            return stamp, None
        found = self.sides.get(side)
        rest, seen = ("", []) if mine is None else (mine.code, [*mine.snapshots])
        if found is not None and found.decay:
            rest = rest.removeprefix(found.decay).strip().removesuffix(f"{LAST} = t").strip()
        if additive is not None:
            rest = f"{rest}\n{GAIN} = {additive.form.target_factor}"
            seen.append(GAIN)
        block = self.block(captured, rest)
        before, text = self._with_traces(found, block.vector, stay=mine is None)
        body = [stamp, *before, self.unit.head(captured, block), self.of_neuron(text, side)]
        members = " ".join(f"{self.real} {snapshot};" for snapshot in seen)
        self.unit.declarations.append(f"struct Seen_{path} {{ {members} }};")
        body.append(f"return {{{', '.join(f'({self.real}){snapshot}' for snapshot in seen)}}};")
        self.unit.functions.append(
            f"//@ {captured.name}\nstatic inline Seen_{path} event_{path}(const int P, const int64_t n_) {{\n"
            + "\n".join(body)
            + "\n}"
        )
        read = [f"const {self.real} {snapshot} = seen_.{snapshot};" for snapshot in seen]
        return "\n".join([f"const Seen_{path} seen_ = event_{path}(P, n_); (void)seen_;", *read]), block

    def _with_traces(self, side: Side | None, text: str, *, stay: bool) -> tuple[list[str], str]:
        """Return statements that bring a neuron's traces to the present (or copies of them), and code on those."""
        if side is None:
            return [], text
        names = {trace: f"{self.values(trace)}[P][n_]" for trace in side.traces}
        before = []
        if stay:
            before = [f"{self.kind(trace)} _v_{self._place(trace)} = {name};" for trace, name in names.items()]
            names = {trace: f"_v_{self._place(trace)}" for trace in side.traces}
        if side.decay:
            last = f"{self.last(side.name)}[P][n_]"
            given = f"(n_, ({self.real})({self.time()} - {last}), {', '.join(names.values())});"
            before += [f"decay_{self.store.name}_{side.name}{given}", "" if stay else f"{last} = {self.time()};"]
        for trace, name in names.items():
            text = re.sub(self.element(trace), name, text)
        return before, text
