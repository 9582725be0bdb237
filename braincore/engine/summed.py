"""C++ of summed variables: zero for each target, then the sum over its synapses in their order.

Every part sums for the targets that it owns. Targets with the same synapses are summed once (`passes.alike`); where
synapses follow each other as their targets do (all-to-all), many are done at a time, with one row of values if these
depend on the distance alone (`passes.repeated`).
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.variables import ArrayVariable

from braincore.engine.captured import Captured
from braincore.engine.generator import Block
from braincore.engine.groups import count
from braincore.engine.parts import FIRST, Touch, divided, touched
from braincore.engine.passes.alike import Alike, alike
from braincore.engine.passes.repeated import Repeated, repeated, run_begins
from braincore.engine.pieces import Piece
from braincore.engine.unit import Unit

LONG = 8
"""Synapses of a run, in the mean, from which on runs pay."""

TILE = 32
"""Targets whose sums stay in registers."""

_ELEMENT = re.compile(r"(?<![.\w])a(?P<place>\d+)\[(?P<index>\w+)\]")
_DRAW = "const _Draw _vectorisation_idx(_idx, 0);"
_SUM = "_synaptic_var"


def summed(unit: Unit, captured: Captured) -> Piece:
    """Return the code of a summed variable."""
    block = unit.block(captured, iterate_all=True)
    kwds = captured.template_kwds
    target, index = kwds["_target_var"], kwds["_index_var"]
    size = captured.variables[kwds["_target_size_name"]]
    if isinstance(size, ArrayVariable) or not unit.passes.summed:
        return _all_at_once(unit, captured, block)
    start, total = int(kwds["_target_start"]), int(np.asarray(size.get_value()).item())
    body, notes = _form(unit, captured, block, start, total)
    domains = {"_idx": f"synapses of {captured.owner.name}", "_postsynaptic_idx": divided(int(target.size))}
    if index.name != "_synaptic_post":
        domains = {"_presynaptic_idx": divided(int(target.size))}
    arrays = {place: variable for variable, place in unit.table.arrays.items() if variable not in unit.table.own}
    whole = f"({unit.table.constant(int(target.size))[1]})"
    bounds = [unit.table.constant(n)[1] for n in (start, start + total)]
    head = [
        count(unit, captured),
        unit.head(captured, block, target, index),
        f"const int64_t first_ = max({bounds[0]}, _from({whole}, P)), last_ = min({bounds[1]}, _from({whole}, P + 1));",
        f"for (int64_t k = first_; k < last_; k++) {unit.table.name(target)}[k] = 0;",
    ]
    return Piece(
        obj=None,
        reads={*block.reads, index},
        writes={*block.writes, target},
        touches={
            *touched(f"{block.scalar}\n{block.vector}", arrays, domains),
            Touch(target, divided(int(target.size)), written=True),
        },
        body="\n".join([*head, body]),
        notes=notes,
    )


def _form(unit: Unit, captured: Captured, block: Block, start: int, total: int) -> tuple[str, list[str]]:
    """Return the sums of a part's targets in the form that fits the synapses, and notes."""
    found = None if unit.python else _alike(unit, captured, block, start, total)
    if found is not None:
        return _by_class(unit, captured, block, found), [f"{found.count} sums for {total} targets"]
    if captured.template_kwds["_index_var"].name != "_synaptic_post" or not _follow_each_other(captured):
        return _by_synapse(unit, captured, block), []
    notes = ["many synapses are summed at a time"]
    drawn = "_vectorisation_idx" in block.vector
    repeats = None if unit.python or drawn else _repeated(unit, captured, _varied(unit, block))
    if repeats is None:
        return _by_run(unit, captured, block), notes
    notes.append(f"values repeat: {repeats[0].length} for {len(captured.owner)} synapses")
    return _by_block(unit, captured, block, *repeats), notes


def _all_at_once(unit: Unit, captured: Captured, block: Block) -> Piece:
    """Return the code in which the first part sums for all."""
    kwds = captured.template_kwds
    target, index = kwds["_target_var"], kwds["_index_var"]
    size = captured.variables[kwds["_target_size_name"]]
    if isinstance(size, ArrayVariable):
        total = f"({unit.table.pointer(size)})[0]"
    else:
        total = unit.table.constant(int(np.asarray(size.get_value()).item()))[1]
    start, name = unit.table.constant(int(kwds["_target_start"]))[1], unit.table.name(target)
    text = [
        count(unit, captured),
        unit.head(captured, block, target, index),
        f"for (int64_t k = 0; k < {total}; k++) {name}[k + {start}] = 0;",
        f"for (int64_t _idx = 0; _idx < _count; _idx++) {{\n{_added(unit, captured, block)}\n}}",
    ]
    touches = {*(Touch(v, FIRST) for v in {*block.reads, index}), Touch(target, FIRST, written=True)}
    return Piece(
        obj=None,
        reads={*block.reads, index},
        writes={*block.writes, target},
        touches=touches,
        alone=True,
        body="\n".join(text),
    )


def _added(unit: Unit, captured: Captured, block: Block) -> str:
    """Return what synapse ``_idx`` adds to its target."""
    name, place = (unit.table.name(captured.template_kwds[key]) for key in ("_target_var", "_index_var"))
    return f"{_DRAW}\n{block.vector}\n{name}[{place}[_idx]] += {_SUM};"


def _by_synapse(unit: Unit, captured: Captured, block: Block) -> str:
    """Return the sum one synapse after the other."""
    target, index = (captured.template_kwds[key] for key in ("_target_var", "_index_var"))
    owned = f"owned_{unit.table.name(target)}_{unit.table.name(index)}"
    unit.declarations.append(f"static vector<uint32_t> {owned}[MOST_PARTS];")
    _opened(unit, captured, f"_owned({owned}, {unit.table.pointer(index)}")
    text = _added(unit, captured, block)
    return "\n".join(
        [
            f"const auto add_ = [&](const int64_t _idx) {{\n{text}\n}};",
            "if (PARTS == 1) for (int64_t k = 0; k < _count; k++) add_(k);",
            f"else for (const uint32_t k : {owned}[P]) add_(k);",
        ]
    )


def _opened(unit: Unit, captured: Captured, call: str) -> None:
    """Have something worked out before a run; a call without the number of synapses, and of targets."""
    size = captured.variables.get("N") or captured.owner.variables["N"]
    n = f"({unit.table.pointer(size)})[0]"
    targets = unit.table.constant(int(captured.template_kwds["_target_var"].size))[1]
    unit.opening.append(f"{call}, {n}, {targets});")


def _follow_each_other(captured: Captured) -> bool:
    """Tell whether synapses lie in long runs."""
    pre, post = _ends(captured)
    return bool(0 < run_begins(pre, post).size * LONG <= pre.size)


def _ends(captured: Captured) -> tuple[Any, Any]:
    pre, post = (captured.owner.variables[name].get_value() for name in ("_synaptic_pre", "_synaptic_post"))
    return np.asarray(pre), np.asarray(post)


def _by_run(unit: Unit, captured: Captured, block: Block) -> str:
    """Return the sum run by run."""
    target = captured.template_kwds["_target_var"]
    pre, post = (captured.owner.variables[name] for name in ("_synaptic_pre", "_synaptic_post"))
    runs = f"runs_{unit.table.name(target)}_{unit.table.name(post)}"
    unit.declarations.append(f"static vector<Run> {runs}[MOST_PARTS];")
    _opened(unit, captured, f"_runs({runs}, {unit.table.pointer(pre)}, {unit.table.pointer(post)}")
    text = _between(unit, captured, block.vector, "run_.source", "(run_.target + q_)")
    return "\n".join(
        [
            f"for (const Run run_ : {runs}[P]) {{",
            "#pragma GCC ivdep",
            "for (int32_t q_ = 0; q_ < (int32_t)run_.length; q_++) {",
            "const int64_t _idx = (int64_t)run_.at + q_;",
            _DRAW,
            text,
            f"{unit.table.name(target)}[run_.target + q_] += {_SUM};",
            "} }",
        ]
    )


def _between(unit: Unit, captured: Captured, text: str, source: str, target: str) -> str:
    """Return code with the ends of a synapse in place of where they are kept."""
    for name, value in (("_synaptic_pre", source), ("_synaptic_post", target)):
        text = re.sub(rf"\b{unit.table.name(captured.owner.variables[name])}\[_idx\]", value, text)
    return text


def _by_block(unit: Unit, captured: Captured, block: Block, found: Repeated, values: dict[Any, Any]) -> str:
    """Return the sum block by block: some targets at a time, whose sums stay in registers, over all sources."""
    name = unit.table.name(captured.template_kwds["_target_var"])
    kind = c_data_type(captured.template_kwds["_target_var"].dtype)
    text = _between(unit, captured, block.vector, "((int32_t)i_)", "((int32_t)(j_ + q_))")
    rows = []
    for variable, its_row in values.items():
        row, its = unit.table.name(variable), c_data_type(variable.dtype)
        rows.append(f"const {its}* __restrict row_{row} = {unit.array(its_row, its)};")
        text = re.sub(rf"\b{row}\[_idx\]", f"row_{row}[shift_ + j_ + q_ - i_]", text)
    numbers = np.array(
        [(b.first, b.source, b.sources, b.target, b.targets, b.shift) for b in found.blocks], dtype=np.int64
    )

    def loop(length: str) -> list[str]:
        return [
            "for (int64_t i_ = b_[1]; i_ < b_[1] + b_[2]; i_++) {",
            "#pragma GCC ivdep",
            f"for (int q_ = 0; q_ < {length}; q_++) {{",
            "const int64_t _idx = b_[0] + (i_ - b_[1]) * b_[4] + j_ + q_ - b_[3]; (void)_idx;",
            text,
            f"sum_[q_] += {_SUM};",
            "} }",
        ]

    return "\n".join(
        [
            *rows,
            f"const int64_t* b_ = {unit.array(numbers.reshape(-1), 'int64_t')};",
            f"for (int64_t k_ = 0; k_ < {unit.table.constant(len(found.blocks))[1]}; k_++, b_ += 6) {{",
            "const int64_t shift_ = b_[5]; (void)shift_;",
            "const int64_t end_ = min(last_, b_[3] + b_[4]);",
            f"for (int64_t j_ = max(first_, b_[3]); j_ < end_; j_ += {TILE}) {{",
            f"const int length_ = (int)min((int64_t){TILE}, end_ - j_);",
            f"{kind} sum_[{TILE}];",
            f"for (int q_ = 0; q_ < length_; q_++) sum_[q_] = {name}[j_ + q_];",
            f"if (length_ == {TILE}) {{",
            *loop(str(TILE)),
            "} else {",
            *loop("length_"),
            "}",
            f"for (int q_ = 0; q_ < length_; q_++) {name}[j_ + q_] = sum_[q_];",
            "} }",
        ]
    )


def _varied(unit: Unit, block: Block) -> list[Any]:
    """Return what synapses hold and a sum depends on, besides their ends; none if some of it changes."""
    by_place = unit.table.by_place
    places = {int(m["place"]) for m in _ELEMENT.finditer(block.vector) if m["index"] == "_idx"}
    held = [by_place[place] for place in sorted(places)]
    held = [variable for variable in held if variable.name not in ("_synaptic_pre", "_synaptic_post")]
    return [] if any(variable in unit.written for variable in held) else held


def _repeated(unit: Unit, captured: Captured, varied: list[Any]) -> tuple[Repeated, dict[Any, Any]] | None:
    """Return the blocks of synapses whose values depend on the distance alone, and the row of each variable."""
    if not varied:
        return None
    found = repeated(*_ends(captured), [np.asarray(variable.get_value()) for variable in varied])
    if found is None:
        return None
    rows = {variable: found.row(np.asarray(variable.get_value())) for variable in varied}
    unit.checks += [partial(_same_row, found, variable, row) for variable, row in rows.items()]
    return found, rows


def _same_row(found: Repeated, variable: Any, row: np.ndarray[Any, Any]) -> bool:
    values = np.asarray(variable.get_value())
    return found.holds(values) and np.array_equal(found.row(values), row)


def _alike(unit: Unit, captured: Captured, block: Block, start: int, total: int) -> Alike | None:
    """Return the classes of targets with the same synapses, if the sum depends on nothing else."""
    if captured.template_kwds["_index_var"].name != "_synaptic_post" or "_vectorisation_idx" in block.vector:
        return None
    by_place = unit.table.by_place
    held = set()
    for match in _ELEMENT.finditer(block.vector):
        variable = by_place[int(match["place"])]
        if match["index"] == "_idx" and variable not in unit.written:
            held.add(variable)
        elif match["index"] not in ("0", "_presynaptic_idx"):
            return None
    if re.search(r"\b_idx\b", _ELEMENT.sub("", block.vector)) or any(v.name == "_synaptic_post" for v in held):
        return None
    pre, post = _ends(captured)
    varied = [v for v in held if v.name != "_synaptic_pre"]
    found = alike(post - start, total, [pre, *(np.asarray(v.get_value()) for v in varied)])
    if found is not None:
        unit.checks += [partial(_holds, found, variable) for variable in varied]
    return found


def _holds(found: Alike, variable: Any) -> bool:
    return found.holds(np.asarray(variable.get_value()))


def _by_class(unit: Unit, captured: Captured, block: Block, found: Alike) -> str:
    """Return one sum for each class of targets, and who gets it."""
    kwds = captured.template_kwds
    target = unit.table.name(kwds["_target_var"])
    kind, name = c_data_type(kwds["_target_var"].dtype), f"{target}_{unit.table.name(kwds['_index_var'])}"
    by_place = unit.table.by_place
    order = unit.array(found.order, "int64_t")
    n, rows, classes = (unit.table.constant(k)[1] for k in (found.order.size, found.widths.size, found.count))
    text, columns = block.vector, []
    for place in sorted({int(m["place"]) for m in _ELEMENT.finditer(text) if m["index"] == "_idx"}):
        column, its = f"alike_{name}_a{place}", c_data_type(by_place[place].dtype)
        unit.declarations.append(f"static Packed<{its}> {column};")
        unit.copies.append(
            f"{column}.resize({n}); for (int64_t k = 0; k < {n}; k++) "
            f"{column}[k] = ({unit.table.pointer(by_place[place])})[{order}[k]];"
        )
        columns.append(f"const {its}* const column{place}_ = {column}.data();")
        text = re.sub(rf"\ba{place}\[_idx\]", f"column{place}_[at_]", text)
    unit.declarations.append(f"static Packed<{kind}> sums_{name}[MOST_PARTS];")
    unit.opening.append(f"for (int p = 0; p < PARTS; p++) sums_{name}[p].resize({classes});")
    start = unit.table.constant(int(kwds["_target_start"]))[1]
    return "\n".join(
        [
            *columns,
            f"{kind}* const sum_ = sums_{name}[P].data();",
            f"fill(sum_, sum_ + {classes}, ({kind})0);",
            f"const int64_t* width_ = {unit.array(found.widths, 'int64_t')};",
            "int64_t from_ = 0;",
            f"for (int64_t k_ = 0; k_ < {rows}; from_ += width_[k_], k_++)",
            "for (int64_t q_ = 0; q_ < width_[k_]; q_++) {",
            "const int64_t at_ = from_ + q_; (void)at_;",
            text,
            f"sum_[q_] += {_SUM};",
            "}",
            f"const int32_t* of_ = {unit.array(found.of, 'int32_t')};",
            f"for (int64_t k = first_; k < last_; k++) {{ const int32_t c_ = of_[k - {start}]; "
            f"if (c_ >= 0) {target}[k] = sum_[c_]; }}",
        ]
    )
