"""What `run_regularly` does to synapses is done when somebody looks at them (``postpone.h``).

A rule that turns eligibilities into weights every 10 ms reads and writes all synapses a hundred times a second: for
millions of them more memory than all else takes. Here a regular time writes down what its code reads of targets and of
shared variables; a synapse does what it missed, one time after the other and in the same arithmetic, when a spike or
Python looks at it, and all of them do after `KEPT` times.

It is legal if the code touches constants, shared variables, variables of the target and of the synapse, and writes to
synapses alone; if nothing but it and the pathways of these synapses touches what changes; and if it draws no random
numbers. Every bit of the result stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.preferences import prefs
from brian2.core.variables import Constant
from brian2.synapses.synapses import Synapses

from braincore.engine.captured import Captured
from braincore.engine.generator import Block, constants, pointers
from braincore.engine.passes.rows import Columns, columns
from braincore.engine.passes.synapse_code import used_names
from braincore.engine.unit import Unit

LEAST = 1 << 20
"""Bytes of synaptic variables that change, from which on it pays: what stays in the cache is quickly gone through."""

KEPT = 8
"""Times that are written down: a power of two, at most 128."""

_ELEMENT = re.compile(r"(?<![.\w])a(?P<place>\d+)\[(?P<index>\w+)\]")
_TARGET = "_postsynaptic_idx"
_DECLARED = re.compile(r"^const (?P<kind>\w+) (?P<name>\w+) = .*;$")
_WORD = re.compile(r"(?<![.\w])[A-Za-z_]\w*")


class _No(Exception):  # noqa: N818 - it is an answer: the code runs at its time
    """Code cannot wait; the message says why."""


@dataclass(kw_only=True)
class Postponed:
    """Regular code of a Synapses object that waits.

    Attributes
    ----------
    name
        Of its functions.
    captured, block
        The code.
    head
        What it works out once for all synapses.
    changing
        Synaptic variables that it touches and some code writes.
    held
        The columns that it reads.
    recorded
        What is the same for all synapses and written down at each time, by name: its C++ type and text.
    targets
        Variables of targets that are written down at each time, by place in the table.
    """

    name: str
    captured: Captured
    block: Block
    head: list[str]
    changing: frozenset[Any]
    held: Columns = field(init=False)
    recorded: dict[str, tuple[str, str]] = field(default_factory=dict)
    targets: dict[int, Any] = field(default_factory=dict)

    def looks(self, held: Columns) -> bool:
        """Tell whether the code of a pathway touches what may have to be done first."""
        table = held.unit.table
        return any(re.search(rf"\bc_\.{table.name(v)}\[k_\]", held.text) for v in self.changing)

    def declaration(self) -> str:
        """Return the declaration of the function that does what a synapse missed."""
        return f"const auto late_ = {self.name}_of(P);"

    def column(self) -> str:
        """Return what says how often each synapse did it."""
        return f"{self.name}_done[P].data()"

    def record(self, unit: Unit, store: Any) -> str:
        """Return what is done at each regular time."""
        read = {variable for variable in self.block.reads if variable.scalar or variable in self.targets.values()}
        values = ", ".join(text for _, text in self.recorded.values())
        copies = [
            f"copy(a{place} + first_, a{place} + first_ + width_, {self.name}_t{place}[P].data() + slot_ * width_);"
            for place in self.targets
        ]
        return "\n".join(
            [
                *pointers(unit.table, read),
                *constants(self.captured, unit.table, self.block.names),
                *self.head,
                _bounds(unit, store),
                f"Times& times_ = {self.name}_times[P];",
                f"const int64_t slot_ = times_.n % {KEPT}; (void)slot_;",
                f"{self.name}_past[P][slot_] = {{{values}}};",
                *copies,
                f"if (++times_.n % {KEPT} == 0) {self.name}_all(P);",
            ]
        )


def may_wait(unit: Unit, captured: Captured) -> bool:
    """Tell whether code is regular code of synapses, and writes what their pathways look at."""
    if not isinstance(captured.owner, Synapses):
        return False
    written = {captured.variables[name] for name in captured.assigned if name in captured.variables}
    pathways = unit.pathways.get(captured.owner.name, [])
    return any(code.variables[name] in written for _, code in pathways for name in used_names(code))


def postponed(unit: Unit, store: Any) -> Postponed | None:
    """Return the regular code of a store that waits, None if there is none."""
    found = unit.postponed.get(store.synapses.name)
    if found is None:
        try:
            found = _found(unit, store)
        except _No as error:
            found = str(error)
        unit.postponed[store.synapses.name] = found
        if not isinstance(found, str):
            unit.waiting.add(id(found.captured))
            _write(unit, store, found)
    return None if isinstance(found, str) else found


def why_not(unit: Unit, captured: Captured) -> list[str]:
    """Return why code does not wait, for people."""
    found = unit.postponed.get(captured.owner.name)
    return [f"it does not wait until somebody looks: {found}"] if isinstance(found, str) and found else []


def _found(unit: Unit, store: Any) -> Postponed:
    """Return the regular code of a store that may wait.

    Raises
    ------
    _No
        There is none.
    """
    codes = [code for code in unit.regular.get(store.synapses.name, []) if may_wait(unit, code)]
    if not codes or not (unit.passes.postpone and unit.passes.rows):
        raise _No("")
    if len(unit.regular[store.synapses.name]) > 1:
        raise _No("there is more that happens regularly")
    if unit.python:
        raise _No("Python may look while the network runs")
    if store.dense is not None:
        raise _No("rows are gone through many synapses at a time")
    block = unit.block(codes[0], iterate_all=True)
    found = Postponed(
        name=f"late_{store.name}",
        captured=codes[0],
        block=block,
        head=unit.scalar(codes[0], block),
        changing=frozenset(_changing(unit, store, codes[0], block)),
    )
    _note(unit, found)
    if sum(np.dtype(v.dtype).itemsize for v in found.changing) * len(store.synapses) < LEAST:
        raise _No("there are few synapses")
    return found


def _changing(unit: Unit, store: Any, captured: Captured, block: Block) -> set[Any]:
    """Return the synaptic variables that code touches and some code writes.

    Raises
    ------
    _No
        Other code touches them, or the code touches more.
    """
    by_place = {place: variable for variable, place in unit.table.arrays.items()}
    if "_vectorisation_idx" in f"{block.scalar}\n{block.vector}":
        raise _No("it draws random numbers")
    mine = {id(code) for _, code in unit.pathways[store.synapses.name]} | {id(captured)}
    found = set()
    for match in _ELEMENT.finditer(block.vector):
        variable = by_place[int(match["place"])]
        if match["index"] not in ("_idx", "0", _TARGET):
            raise _No(f"it reads {variable.name} of the source")
        if match["index"] == "_idx" and variable in unit.written:
            if any(id(code) not in mine for code in unit.users.get(variable, ())):
                raise _No(f"other code looks at {variable.name}")
            found.add(variable)
    if not block.writes <= found:
        raise _No("it writes to more than synapses")
    return found


def _note(unit: Unit, late: Postponed) -> None:
    """Note what is written down at each time.

    Raises
    ------
    _No
        It cannot be told from the text.
    """
    words = set(_WORD.findall(late.block.vector))
    fixed = {name for name, v in late.captured.variables.items() if isinstance(v, Constant)}
    for line in late.head:
        found = _DECLARED.match(line)
        if found is None or found["kind"] == "auto":
            if words & set(_WORD.findall(line)) - fixed:
                raise _No("what it works out for all synapses is more than numbers")
        elif found["name"] in words - fixed:
            late.recorded[found["name"]] = (found["kind"], found["name"])
    by_place = {place: variable for variable, place in unit.table.arrays.items()}
    for match in _ELEMENT.finditer(late.block.vector):
        variable = by_place[int(match["place"])]
        if match["index"] == "0":
            late.recorded[f"shared{match['place']}"] = (c_data_type(variable.dtype), match[0])
        elif match["index"] == _TARGET:
            late.targets[int(match["place"])] = variable


def _bounds(unit: Unit, store: Any) -> str:
    """Return a declaration of the targets of a part."""
    size = unit.table.constant(store.targets)[1]
    begin, end = f"_from({size}, P)", f"_from({size}, P + 1)"
    if store.whole:
        begin, end = "0", size
    return f"const int64_t first_ = {begin}, width_ = {end} - first_; (void)first_; (void)width_;"


def _of_the_past(late: Postponed) -> str:
    """Return the code for the synapse ``k_`` with what was written down in ``slot_``."""
    text = late.held.text
    for name, (_, value) in late.recorded.items():
        text = re.sub(rf"(?<![.\w]){re.escape(value)}" + ("" if value.endswith("]") else r"\b"), f"p_.{name}", text)
    for place in late.targets:
        text = text.replace(f"a{place}[{_TARGET}]", f"t{place}_[slot_ * width_ + {_TARGET} - first_]")
    return text


def _write(unit: Unit, store: Any, late: Postponed) -> None:
    """Write what is kept, and the functions that do what one synapse missed, and what all did."""
    late.held = columns(unit, store, late.name, late.captured, late.block)
    name, bounds = late.name, _bounds(unit, store)
    kinds = {place: c_data_type(variable.dtype) for place, variable in late.targets.items()}
    members = " ".join(f"{kind} {value};" for value, (kind, _) in late.recorded.items())
    unit.declarations += [
        f"struct Past_{name} {{ {members} }};",
        f"static Past_{name} {name}_past[MOST_PARTS][{KEPT}];",
        f"static Times {name}_times[MOST_PARTS];",
        f"static Packed<uint8_t> {name}_done[MOST_PARTS];",
        *(f"static Packed<{kind}> {name}_t{place}[MOST_PARTS];" for place, kind in kinds.items()),
    ]
    opened = [
        bounds,
        *constants(late.captured, unit.table, late.block.names),
        *late.held.constants,
        late.held.declaration,
        f"const Past_{name}* const past_ = {name}_past[P];",
        f"const uint64_t times_ = {name}_times[P].n;",
        f"uint8_t* const done_ = {late.column()};",
        *(f"const {kind}* const t{place}_ = {name}_t{place}[P].data();" for place, kind in kinds.items()),
    ]
    unit.functions += [_one(late, opened), _all(late, opened, store)]
    unit.back.insert(0, f"for (int p = 0; p < PARTS; p++) {name}_all(p);")
    unit.copies.append(
        f"for (int P = 0; P < PARTS; P++) {{ {bounds} "
        + "".join(f"{name}_t{place}[P].resize({KEPT} * width_); " for place in kinds)
        + f"{name}_done[P].assign({store.name}.id[P].size(), (uint8_t){name}_times[P].n); }}"
    )


_TIME = f"const int64_t slot_ = s_ % {KEPT}; const auto& p_ = past_[slot_]; (void)slot_; (void)p_;"


def _one(late: Postponed, opened: Iterable[str]) -> str:
    """Return the function that returns one that does what a synapse missed."""
    return "\n".join(
        [
            f"//@ {late.captured.name}",
            f"static inline __attribute__((always_inline)) auto {late.name}_of(const int P) {{",
            *opened,
            "return [=](const int64_t k_) __attribute__((always_inline)) {",
            "const uint8_t missed_ = (uint8_t)((uint8_t)times_ - done_[k_]);",
            "if (!missed_) return;",
            "done_[k_] = (uint8_t)times_;",
            "const auto& c_ = own_;",
            f"for (uint64_t s_ = times_ - missed_; s_ != times_; s_++) {{ {_TIME}",
            _of_the_past(late),
            "} }; }",
        ]
    )


def _all(late: Postponed, opened: Iterable[str], store: Any) -> str:
    """Return the function that does what all synapses of a part missed."""
    wide = "int64_t" if prefs["core.default_float_dtype"] is np.float64 else "int32_t"
    return "\n".join(
        [
            f"//@ {late.captured.name}",
            f"static void {late.name}_all(const int P) {{",
            *opened,
            "const auto& c_ = own_;",
            f"_missed<{wide}>(done_, {store.name}.id[P].size(), times_, [&](const uint64_t s_, const {wide}* missed_, "
            f"const {wide} least_, const int64_t begin_, const int64_t end_) {{ {_TIME}",
            "#pragma GCC ivdep",
            "for (int64_t k_ = begin_; k_ < end_; k_++) if (missed_[k_ - begin_] >= least_) {",
            _of_the_past(late),
            "} }); }",
        ]
    )
