"""C++ of additive plasticity in which a spike of the target is one addition (``passes.rank1``).

The column of the weight holds `q`; each part has a sum `Z` for each of its targets and the factor `a` of each source.
Where an event of a source needs weights, they are worked out for its row, and encoded anew. At steps that depend on the
time alone (every `SPAN` time constants) all weights are worked out, and sums begin again at zero. Whoever looks from
outside gets weights worked out in Brian2's array; what is stored stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from brian2.core.preferences import prefs

from braincore.engine.captured import Captured
from braincore.engine.generator import Block
from braincore.engine.passes.abstract import Unreadable, expression, names
from braincore.engine.passes.interpret import evaluate
from braincore.engine.passes.rank1 import SPAN, RankOne, rank_one
from braincore.engine.passes.rows import Columns, columns
from braincore.engine.plans import ENDS, Plan, ends, regular_codes

if TYPE_CHECKING:
    from braincore.engine.traces import Traces

RARELY = 10_000
"""Steps after which sums begin again where the trace does not decay."""
BEFORE, AFTER, SUM, GAIN = "_a_before", "_a_after", "_z_sum", "_gain"


def additive_form(plan: Plan) -> RankOne | str:
    """Return the lazy form of a rule with the values that the network has now, or why there is none."""
    found = rank_one(plan.code, plan.hoisting)
    if isinstance(found, str):
        return found
    if found.recorded:
        return f"{found.recorded[0]} records {found.weight}"
    return found if _inside(plan, found) else f"{found.weight} is not within its bounds"


def _inside(plan: Plan, form: RankOne) -> bool:
    """Tell whether all weights lie within the bounds."""
    weights = np.asarray(plan.code.value(form.weight))
    for bound, sign in ((form.low, 1), (form.high, -1)):
        if bound is None:
            continue
        try:
            limit = _value(plan, bound)
        except Unreadable:
            return False
        if not (sign * (weights - limit) >= 0).all():
            return False
    return bool(np.isfinite(weights).all())


def _value(plan: Plan, text: str) -> Any:
    """Return what an expression is, one number or one for each synapse."""
    values: dict[str, Any] = {}
    node = expression(text)
    for name in plan.code.parts(names(node)):
        value, kind = plan.code.value(name), plan.code.kind(name)
        if value is not None:
            values[name] = value[plan.end(kind).get_value()] if kind in ENDS else value
    return evaluate(node, values)


class Additive:
    """The additive rule of one Synapses object.

    Parameters
    ----------
    traces
        Its traces.
    form
        The rule.
    """

    def __init__(self, traces: Traces, form: RankOne) -> None:
        self.traces, self.form = traces, form
        self.unit, self.name = traces.unit, traces.store.name
        self.rate = float(np.asarray(_value(traces.plan, form.rate)).item())
        unit, real = self.unit, traces.real
        unit.checks.append(self._holds)
        unit.declarations += [
            f"static vector<{real}> {self.name}_sum[MOST_PARTS], {self.name}_scaled[MOST_PARTS];",
            f"static double {self.name}_begun[MOST_PARTS];  // when sums began",
        ]
        unit.table.numbers.append(self.rate)
        self.speed = f"K[{len(unit.table.numbers) - 1}]"
        self._factor()
        self._start()
        self._publish()
        self.flushed = self.written = False
        codes = regular_codes(unit, traces.store.synapses)
        self.regular = [code for code in codes if self.traces.variable(form.weight) in code.variables.values()]

    def _holds(self) -> bool:
        found = additive_form(self.traces.plan)
        same = isinstance(found, RankOne) and replace(found, signs={}) == replace(self.form, signs={})
        return same and float(np.asarray(_value(self.traces.plan, self.form.rate)).item()) == self.rate

    def keep(self) -> list[str]:
        """Return the C++ that keeps what lies here (`Traces.keep`)."""
        weight = self.unit.table.name(self.traces.variable(self.form.weight))
        return [
            f"k_.same({self.name}_begun);",
            f"k_.sources({self.name}_scaled, home_);",
            f"k_.targets({self.name}_sum, {self.name});",
            f"k_.column({self.name}_{weight}, {self.name});",
        ]

    def growth(self, time: str) -> str:
        """Return the C++ text of how much a trace has grown since sums began if it is counted by its decay."""
        return f"exp({self.speed} * ({time} - {self.name}_begun[P]))"

    def _factor(self) -> None:
        """Add the function that scales the trace of a source neuron to the time at which sums began."""
        traces, form = self.traces, self.form
        block = traces.block(traces.captured, f"_scale = ({form.source_factor})*1.0")
        body = [traces.unit.head(traces.captured, block), traces.of_neuron(block.vector, "source")]
        decays = traces.sides["source"].decay and self.rate
        grown = self.growth(f"{traces.last('source')}[P][n_]") if decays else "1.0"
        body.append(f"return ({traces.real})(_scale * {traces.values(form.trace)}[P][n_] * {grown});")
        self.unit.functions.append(
            f"//@ plasticity of {traces.store.synapses.name}\n"
            f"static inline {traces.real} scaled_{self.name}(const int P, const int64_t n_) {{\n"
            + "\n".join(body)
            + "\n}"
        )

    def _start(self) -> None:
        """Add the function that lets sums begin: weights are what they are."""
        traces, table = self.traces, self.unit.table
        sources, targets = (table.constant(traces.plan.sizes[side])[1] for side in ENDS)
        self.unit.functions.append(
            f"static void begin_{self.name}(const int P, const double now) {{\n"
            f"{self.name}_begun[P] = now;\n"
            f"{self.name}_sum[P].assign({targets}, 0);\n{self.name}_scaled[P].resize({sources});\n"
            f"for (int64_t n = 0; n < {sources}; n++) {self.name}_scaled[P][n] = scaled_{self.name}(P, n);\n}}"
        )
        now = f"((double*)A[{table.place(traces.clock.variables['t'])}])[0]"
        self.unit.copies.append(f"for (int p = 0; p < PARTS; p++) begin_{self.name}(p, {now});")

    def _publish(self) -> None:
        """Add the function that works out weights in Brian2's array, once it holds what the column does."""
        traces = self.traces
        block = self._block(traces.captured, self.materialise(BEFORE))
        text = traces.with_end(block.vector, "source", "((int32_t)i_)")
        end = {side: self.unit.table.pointer(traces.plan.end(side)) for side in ENDS}
        body = [
            self.unit.head(traces.captured, block),
            f"const auto* pre_ = {end['source']}; const auto* post_ = {end['target']};",
            f"for (int P = 0; P < PARTS; P++) for (const uint32_t _idx : {self.name}.id[P]) {{",
            "const int64_t i_ = pre_[_idx];",
            f"const {traces.real} {BEFORE} = {self.name}_scaled[P][i_], {SUM} = {self.name}_sum[P][post_[_idx]];",
            text,
            "}",
        ]
        self.unit.functions.append(
            f"//@ plasticity of {traces.store.synapses.name}\n"
            f"static void publish_{self.name}() {{\n" + "\n".join(body) + "\n}"
        )
        self.unit.rebuilt.append(f"publish_{self.name}();")

    def _block(self, captured: Captured, text: str, **more: Any) -> Any:
        dtype = prefs["core.default_float_dtype"]
        return self.traces.block(captured, text, **{BEFORE: dtype, AFTER: dtype, SUM: dtype, **more})

    def materialise(self, factor: str) -> str:
        """Return the abstract code that works out a weight."""
        return re.sub(r"\b_z\b", SUM, re.sub(r"\b_a\b", factor, self.form.materialise))

    def row(self, pathway: str) -> str:
        """Return the abstract code of a source's event for a synapse: the weight, what it does, and back."""
        row = self.form.rows[pathway]
        encode = re.sub(r"\b_z\b", SUM, re.sub(r"\b_a\b", AFTER, self.form.encode))
        return "\n".join(filter(None, [self.materialise(BEFORE), row.code, encode]))

    def flush(self, captured: Captured, pathway: Any) -> list[str]:
        """Return the statements that work out all weights, for the first pathway; none for the others."""
        if self.flushed:
            return []
        self.flushed = True
        unit = self.unit
        dt = float(pathway.source.clock.dt_)
        span = max(1, int(SPAN / (self.rate * dt))) if self.rate > 0 else RARELY
        steps = unit.table.constant(span)[1]
        self._write_flush(captured)
        return [f"if (STEP % {steps} == 0) flush_{self.name}(P, [](const uint32_t) {{}});"]

    def regularly(self, captured: Captured) -> tuple[Columns, Block, str]:
        """Return the columns and the code of what happens to all synapses at a regular time, and its C++."""
        traces, unit = self.traces, self.unit
        self._write_flush(traces.captured)
        block = unit.block(captured, iterate_all=True)
        held = columns(unit, traces.store, f"regular{unit.turn}_{self.name}", captured, block)
        body = [
            unit.head(captured, block),
            *held.constants,
            held.declaration,
            "const auto& c_ = own_; (void)c_;",
            f"flush_{self.name}(P, [&](const uint32_t k_) __attribute__((always_inline)) {{",
            held.text,
            "});",
        ]
        return held, block, "\n".join(body)

    def _write_flush(self, captured: Captured) -> None:
        """Add the function that works out all weights, does something more to each synapse, and lets sums begin."""
        if self.written:
            return
        self.written = True
        traces, unit = self.traces, self.unit
        block = self._block(captured, self.materialise(BEFORE))
        text = traces.with_end(block.vector, "source", "((int32_t)i_)")
        text = re.sub(rf"\b{SUM}\b", f"sum_[{unit.table.name(traces.plan.end('target'))}[_idx]]", text)
        both = ends(traces.store.synapses)
        known = replace(captured, variables={**captured.variables, **both})
        held = columns(unit, traces.store, f"all_{self.name}", known, replace(block, vector=text))
        pre = unit.table.pointer(traces.plan.end("source"))
        kind = "uint16_t" if traces.plan.sizes["source"] <= 1 << 16 else "int32_t"
        unit.declarations.append(f"static Packed<{kind}> {self.name}_from[MOST_PARTS];")
        unit.copies.append(
            f"{self.name}.copied({self.name}_from, {pre}, [](const auto v, const int) {{ return ({kind})v; }});"
        )
        body = [
            unit.head(captured, block),
            *held.constants,
            held.declaration,
            "const auto& c_ = own_; (void)c_;",
            f"const {traces.real}* sum_ = {self.name}_sum[P].data();",
            f"const {traces.real}* scaled_ = {self.name}_scaled[P].data();",
            f"const {kind}* from_ = {self.name}_from[P].data();",
            f"const uint32_t n_ = (uint32_t){self.name}.id[P].size();",
            "for (uint32_t k_ = 0; k_ < n_; k_++) {",
            "const int64_t i_ = from_[k_];",
            f"const {traces.real} {BEFORE} = scaled_[i_];",
            "{",
            held.text,
            "}",
            "then_(k_);",
            "}",
            f"begin_{self.name}(P, {traces.time()});",
        ]
        unit.functions.append(
            f"//@ plasticity of {traces.store.synapses.name}\n"
            f"template <typename F> static void flush_{self.name}(const int P, const F then_) {{\n"
            + "\n".join(body)
            + "\n}"
        )

    def around(self, pathway: str, event: str) -> str:
        """Return the statements of a source's event, with the factors before and after it."""
        row = self.form.rows[pathway]
        after = f"scaled_{self.name}(P, n_)" if row.moves_trace else BEFORE
        return "\n".join(
            [
                f"const {self.traces.real} {BEFORE} = {self.name}_scaled[P][n_];",
                event,
                f"const {self.traces.real} {AFTER} = {self.name}_scaled[P][n_] = {after};",
            ]
        )

    def gained(self) -> str:
        """Return the statement that adds a target's spike to its sum."""
        shrunk = f"exp(-{self.speed} * ({self.traces.time()} - {self.name}_begun[P]))" if self.rate else "1.0"
        return f"{self.name}_sum[P][n_] += ({self.traces.real})(seen_.{GAIN} * {shrunk});"
