"""What synapses hold lies in columns in the order of their rows, as narrow as it can be.

Brian2 keeps every synaptic variable as one array in the order in which synapses were made. Here a pathway reads
what it needs from columns that lie in the order in which it visits synapses. What is the same for all synapses is
one number; a target takes 16 bits where they suffice. What a pathway writes lies in a column too, if nothing but
the pathways of these synapses touches it while the network runs, and goes back to Brian2's array whenever Python
looks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.variables import ArrayVariable

from braincore.engine.captured import Captured
from braincore.engine.generator import Block
from braincore.engine.passes.dense import LEAD, Dense, independent, leads
from braincore.engine.passes.mask import masked
from braincore.engine.unit import Unit


@dataclass(kw_only=True)
class Columns:
    """The columns that a pathway reads.

    Attributes
    ----------
    text
        What a spike does to one synapse: the one at place ``k_`` of the columns ``c_``.
    kind
        Name of the type that holds pointers to the columns.
    names, kinds
        Of the columns.
    constants
        Declarations of what is the same for all synapses.
    declaration
        Of ``own_``, the columns of a part.
    dense
        The pattern from which targets follow, where they do: then `text` reads the row's place, ``lead_``.
    many
        Whether the synapses of a row can be done in any order, many at a time.
    by_value
        Whether nothing but the columns' values is needed, so that they can be copied to where they are due.
    notes
        For people.
    """

    unit: Unit
    text: str
    kind: str
    names: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    declaration: str = ""
    dense: Dense | None = None
    many: bool = False
    by_value: bool = True
    notes: list[str] = field(default_factory=list)

    def declare(self, text: str) -> None:
        """Add a declaration to the unit."""
        self.unit.declarations.append(text)


def columns(
    unit: Unit, store: Any, path: str, captured: Captured, block: Block, *, from_source: bool = False
) -> Columns:
    """Return the columns of a pathway, and its code in terms of them; whether the rows are those of sources."""
    dense = store.dense if from_source else None
    found = Columns(unit=unit, text=block.vector, kind=f"Columns_{path}")
    pointers = []
    for variable in _synaptic(unit, captured):
        name = unit.table.name(variable)
        if not re.search(rf"\b{name}\[_idx\]", found.text):
            continue
        if dense is not None and variable.name == "_synaptic_post":
            found.text = re.sub(rf"\b{name}\[_idx\]", f"({LEAD} + (int32_t)k_)", found.text)
            first, width = (unit.table.constant(n)[1] for n in (dense.first, dense.width))
            found.constants += leads(store.name, store.whole, first, width)
            found.notes.append("targets follow from places: no index is kept")
            found.dense = dense
            continue
        how = _how(unit, store, variable, block)
        if how == "shared":
            continue
        if how == "same":
            kind, text = unit.table.constant(variable.get_value()[0].item())
            found.constants.append(f"const {c_data_type(variable.dtype)} _same_{name} = {text};")
            found.text = re.sub(rf"\b{name}\[_idx\]", f"_same_{name}", found.text)
            found.notes.append(f"{variable.name} is one number")
            unit.assumed.append((variable, variable.get_value()[0].item()))
            continue
        kept, kind, base = _column(unit, store, variable, moved=how == "moved")
        value = f"c_.{name}[k_]" if not base else f"((int32_t)c_.{name}[k_] + base_)"
        if base:
            found.constants.append(f"const int32_t base_ = {store.name}.base(P);")
        found.text = re.sub(rf"\b{name}\[_idx\]", value, found.text)
        found.names.append(name)
        found.kinds.append(kind)
        pointers.append(f"{kept}[P].data()")
        found.by_value &= how != "moved"
    if re.search(r"\b_idx\b", found.text) or "_vectorisation_idx" in found.text:
        found.by_value = False
        lines = [
            f"const int64_t _idx = {store.name}.id[P][k_];",
            "const _Draw _vectorisation_idx(_idx, 0);",
            found.text,
        ]
        found.text = "\n".join(lines)
    if not found.names:
        found.by_value = False
    found.many = found.dense is not None and independent(found.text)
    if unit.passes.mask and not found.many:
        found.text = masked(found.text)
    members = " ".join(f"{kind}* {name};" for kind, name in zip(found.kinds, found.names, strict=True))
    found.declare(f"struct {found.kind} {{ {members} }};")
    found.declaration = f"const {found.kind} own_ = {{{', '.join(pointers)}}};"
    return found


def _synaptic(unit: Unit, captured: Captured) -> list[Any]:
    """Return the arrays that a code may read by synapse, in a fixed order."""
    arrays = {v for v in captured.variables.values() if isinstance(v, ArrayVariable) and v in unit.table.arrays}
    return sorted(arrays, key=unit.table.place)


def _how(unit: Unit, store: Any, variable: Any, block: Block) -> str:
    """Return how a variable is kept: ``same``, ``copied``, ``moved`` (copied, and back) or ``shared``."""
    if not unit.passes.rows:
        return "shared"
    if store.drawn is not None:
        return "copied"
    index = variable.name in ("_synaptic_pre", "_synaptic_post")
    if unit.python and not index:
        return "shared"  # Python may read and write anything while the network runs
    if variable not in unit.written:
        values = variable.get_value()
        if not index and values.size and values.dtype.kind in "fi" and (values == values[0]).all():
            return "same"
        return "copied"
    mine = {id(code) for _, code in unit.pathways[store.synapses.name]} | unit.rowwise
    return "moved" if all(id(code) in mine for code in unit.users.get(variable, ())) else "shared"


def _column(unit: Unit, store: Any, variable: Any, *, moved: bool) -> tuple[str, str, bool]:
    """Return the name of a column, its C++ type, and whether it counts from the first neuron of its part."""
    kind = c_data_type(variable.dtype)
    base = variable.name == "_synaptic_post" and narrow(unit, store)
    if base:
        kind = "uint16_t"
    name = f"{store.name}_{unit.table.name(variable)}"
    if variable not in store.held:
        store.held[variable] = name
        unit.declarations.append(f"static Packed<{kind}> {name}[MOST_PARTS];")
        if store.drawn is not None:
            return name, kind, base
        array = unit.table.pointer(variable)
        less = f" - {store.name}.base(p)" if base else ""
        unit.copies.append(
            f"{store.name}.copied({name}, {array}, [](const auto v, const int p) {{ return ({kind})(v{less}); }});"
        )
        if moved:
            unit.back.append(f"{store.name}.back({name}, {array});")
    return name, kind, base


def narrow(unit: Unit, store: Any) -> bool:
    """Tell whether 16 bits suffice for a target, counted from the first one of its part."""
    blocks = -(-store.targets // 64)
    span = store.targets if store.whole else -(-blocks // unit.parts) * 64
    return bool(span <= np.iinfo(np.uint16).max + 1)
