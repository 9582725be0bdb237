"""What a time step consists of, before it is put into functions: the pieces that passes read, move and merge."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from braincore.engine.parts import Touch

BLOCK = 256
"""Elements of a group that stay in the first-level cache, whatever their state."""

SUB = "const int64_t _sub_idx"
"""Declaration of a neuron of a subgroup, counted in its group."""

_DECLARED = re.compile(r"^(?:const )?\w+(?P<pointer>\*)?(?: __restrict)? (?P<name>\w+) = ", re.MULTILINE)


@dataclass(kw_only=True)
class Piece:
    """C++ that does one thing in a time step.

    Attributes
    ----------
    obj
        The Brian2 object that it is for.
    clock
        Place of its clock.
    reads, writes
        Array variables that it touches.
    touches
        The same, with how parts divide their elements.
    alone
        Whether the first part does it for all.
    body
        The text.
    python
        Whether it runs Brian2's own code.
    notes
        What passes did to it, for people.
    """

    obj: Any
    clock: int = 0
    number: int = 0
    reads: set[Any] = field(default_factory=set)
    writes: set[Any] = field(default_factory=set)
    touches: set[Touch] = field(default_factory=set)
    alone: bool = False
    body: str = ""
    python: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The body of its function."""
        return f"{self.parts}\n{self.body}"

    @property
    def parts(self) -> str:
        """A declaration of the parts that it is done for."""
        return f"const int _p0 = {0 if self.alone else 'P'}, _p1 = {'PARTS' if self.alone else 'P + 1'};"


@dataclass(kw_only=True)
class Loop(Piece):
    """A piece that does the same for every element of a group.

    Attributes
    ----------
    group
        The group.
    count
        Declaration of ``_count``; a part does the elements from ``_first`` to ``_last``.
    before
        Statements before the loop that declare nothing.
    head
        Declarations: pointers, constants, what is worked out once a step.
    vector
        What is done for element ``_idx``; where there are several, one after the other for a block of elements.
    after
        Statements after the loop.
    ordered
        Whether elements must be done one after the other.
    quick, quick_if
        What is done for each element instead of `vector`, while a condition holds.
    share
        Declaration of the first and the last element of a part.
    """

    group: Any = None
    count: str = ""
    head: str = ""
    before: str = ""
    vector: tuple[str, ...] = ()
    after: str = ""
    ordered: bool = False
    kind: str = ""
    quick: tuple[str, ...] = ()
    quick_if: str = ""
    share: str = "const int64_t _first = _from(_count, _p0), _last = _from(_count, _p1);"

    @property
    def text(self) -> str:
        """The body of its function."""
        parts = (self.parts, self.count, self.share, self.head, self.before, self.loops, self.after)
        return "\n".join(part for part in parts if part)

    @property
    def element(self) -> str:
        """What is done for one element, all in all."""
        return "\n".join(self.vector) if len(self.vector) == 1 else "\n".join(f"{{\n{v}\n}}" for v in self.vector)

    @property
    def loops(self) -> str:
        """The loop, or the two of which one runs."""
        loop = self._loop(self.vector)
        if self.quick:
            loop = f"if ({self.quick_if}) {{\n{self._loop(self.quick)}\n}} else {{\n{loop}\n}}"
        return loop

    def _loop(self, vectors: tuple[str, ...]) -> str:
        """Return one loop, or one for each stage over blocks that stay in the first-level cache.

        A loop whose stages are of different widths (numbers, then flags of one byte) makes the compiler do as many
        elements at once as the narrowest allows, and run out of registers.
        """
        if len(vectors) == 1:
            return self._over("_first", "_last", vectors[0])
        loops = "\n".join(self._over("_block", "_stop", vector) for vector in vectors)
        return (
            f"for (int64_t _block = _first; _block < _last; _block += {BLOCK}) {{\n"
            f"const int64_t _stop = min(_last, _block + {BLOCK});\n{loops}\n}}"
        )

    def _over(self, first: str, last: str, vector: str) -> str:
        hint = "" if self.ordered else "#pragma GCC ivdep\n"
        return (
            f"{hint}for (int64_t _idx = {first}; _idx < {last}; _idx++) {{\n"
            f"const _Draw _vectorisation_idx(_idx, 0);\n{vector}\n}}"
        )


def merged(first: Loop, second: Loop, *, apart: bool = False) -> Loop:
    """Return one loop that does what `first` does and then what `second` does, for every element.

    `apart` says that the two are done one after the other for a block of elements, instead of for each.
    """
    names = {m["name"] for m in _DECLARED.finditer(first.head)}
    head, (vector,), before, after = second.head, second.vector, second.before, second.after
    lines = []
    renamed = {}
    for line in head.splitlines():
        found = _DECLARED.match(line)
        if found and found["pointer"] and found["name"] in names:
            continue  # the same pointer: two of them would promise not to meet
        if "_Draw _vectorisation_idx" in line:
            continue
        if found and not found["pointer"]:
            renamed[found["name"]] = f"{found['name']}_{second.number}"
        lines.append(line)
    for old, new in renamed.items():
        pattern = re.compile(rf"\b{re.escape(old)}\b")
        lines = [pattern.sub(new, line) for line in lines]
        vector, before, after = (pattern.sub(new, part) for part in (vector, before, after))
    return Loop(
        obj=first.obj,
        clock=first.clock,
        number=first.number,
        reads=first.reads | second.reads,
        writes=first.writes | second.writes,
        touches=first.touches | second.touches,
        alone=first.alone or second.alone,
        group=first.group,
        count=first.count,
        share=first.share,
        head=f"{first.head}\n" + "\n".join(lines),
        before="\n".join(part for part in (first.before, before) if part),
        vector=_joined(first.vector, vector, apart),
        quick=_joined(first.quick, vector, apart) if first.quick else (),
        quick_if=first.quick_if,
        after="\n".join(part for part in (first.after, after) if part),
        ordered=first.ordered or second.ordered,
        kind=f"{first.kind}+{second.kind}",
        notes=[*first.notes, *second.notes, f"{second.obj.name} runs in the loop of {first.obj.name}"],
    )


def _joined(first: tuple[str, ...], second: str, apart: bool) -> tuple[str, ...]:
    return (*first, second) if apart else (f"{{\n{first[0]}\n}}\n{{\n{second}\n}}",)
