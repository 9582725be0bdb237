"""One translation unit: the code of a whole network, and what links it to Brian2's objects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol

import numpy as np
from brian2.codegen.generators.cpp_generator import _universal_support_code
from brian2.core.variables import Constant
from brian2.utils.stringtools import word_substitute

from braincore.engine.captured import Captured
from braincore.engine.compiler import headers
from braincore.engine.generator import Block, Table, constants, pointers, translate
from braincore.engine.kept import Keeping, kept_exports
from braincore.engine.passes.hoist import worked_out_once
from braincore.errors import InputError, suggest

HEADERS = (
    "support.h", "math.h", "random.h", "parts.h", "pathways.h", "drawn.h", "kept.h", "lazy.h", "traces.h",
    "summed.h",
)  # fmt: skip
_FUNCTION = re.compile(r"^\s*(?:static |inline |template ?<[^>]*> ?)*[\w:]+ (\w+)\([^)]*\)\s*\{", re.MULTILINE)


class Unsupported(Exception):  # noqa: N818 - it is no error: the object runs on Brian2's own code
    """The engine has no C++ for something; its message says what."""


class Link(Protocol):
    """What a piece of compiled code shares with a Brian2 object while a network runs."""

    def begin(self, library: Any) -> None:
        """Hand over what the object holds, before the first step."""

    def sync(self, library: Any) -> None:
        """Bring the object up to date: before Python sees it, and after the last step."""

    def end(self, library: Any) -> None:
        """Take back what is under way, after the last step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passes:
    """Which passes run: all but those that are switched off."""

    fuse: bool = True
    refractory: bool = True
    hoist: bool = True
    poisson: bool = True
    rows: bool = True
    skip: bool = True
    share: bool = True
    lazy: bool = True
    mask: bool = True
    dense: bool = True
    traces: bool = True
    rank1: bool = True
    summed: bool = True

    @classmethod
    def chosen(cls, *, without: Iterable[str] = ()) -> Passes:
        """Return all passes but some.

        Raises
        ------
        InputError
            There is no such pass.
        """
        known = [f.name for f in fields(cls)]
        for name in without:
            if name not in known:
                raise InputError(f"there is no pass '{name}'", hint=suggest(name, known, noun="pass"))
        return cls(**dict.fromkeys(without, False))


@dataclass(kw_only=True)
class Unit:
    """The parts of a translation unit.

    Attributes
    ----------
    table
        Arrays and numbers that the code reads.
    declarations, functions, exports
        C++ text.
    links
        One for each piece of code that shares more than arrays with its object.
    passes
        Which passes run.
    alone
        Updates whose refractory state no other code writes, by the identity of their code object.
    spaces
        Event spaces that compiled code fills.
    found
        Event space to the number of the object that fills it.
    recent
        Event space to the C++ text of the number of steps for which its spikes hold neurons.
    written
        Arrays that some code of the network, or Python, may write while it runs.
    copies
        Statements that copy what synapses hold into the order of their rows.
    blocks
        How many blocks of code were written.
    shares
        How many subgroups have their shares of parts noted.
    back
        Statements that copy what synapses hold back into Brian2's arrays.
    once
        Names of the functions that work out what never changes while a network runs.
    opening
        Statements before a run: what an earlier run of the same code, maybe of another size, left behind goes.
    events
        Event space to the name of the list of its last spikes.
    users
        Array to the codes that call it.
    pathways
        Name of a Synapses object to its pathways, with their code.
    regular
        Name of a Synapses object to the codes that run over all of its synapses, each with the seconds in between.
    rowwise
        Those of them that run over columns, by identity.
    stores
        Name of a Synapses object to its store in the compiled code.
    rebuilt
        Statements after those of `back`.
    assumed
        Arrays whose elements are all one number, with that number.
    plans
        Name of a Synapses object to the code of its traces, None where they stay with synapses.
    checks
        Whether what the code assumes of the network's arrays is still true.
    python
        Whether some object runs Brian2's own code, which may touch anything.
    unkept
        Arrays that need not be filled: their synapses are drawn.
    kept
        What must be kept of the compiled code for a run to go on to the bit (`kept.Keeping`).
    drawn
        Binomial function of Brian2 to its name in the code.
    parts
        Into how many parts neurons are divided.
    turn, kernel
        Number of the object whose code is being written: by its turn in a time step, and the one on which its random
        numbers depend.
    """

    table: Table = field(default_factory=Table)
    support: dict[str, None] = field(default_factory=dict)
    named: dict[str, list[str]] = field(default_factory=dict)
    namespaces: dict[str, Any] = field(default_factory=dict)
    declarations: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    exports: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    passes: Passes = field(default_factory=Passes)
    alone: set[int] = field(default_factory=set)
    spaces: set[Any] = field(default_factory=set)
    found: dict[Any, int] = field(default_factory=dict)
    recent: dict[Any, str] = field(default_factory=dict)
    kernel: int = 0
    turn: int = 0
    blocks: int = 0
    shares: int = 0
    written: set[Any] = field(default_factory=set)
    copies: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    rebuilt: list[str] = field(default_factory=list)
    once: list[str] = field(default_factory=list)
    opening: list[str] = field(default_factory=list)
    events: dict[Any, str] = field(default_factory=dict)
    users: dict[Any, list[Any]] = field(default_factory=dict)
    pathways: dict[str, list[tuple[Any, Captured]]] = field(default_factory=dict)
    regular: dict[str, list[tuple[Captured, float]]] = field(default_factory=dict)
    rowwise: set[int] = field(default_factory=set)
    stores: dict[str, Any] = field(default_factory=dict)
    assumed: list[tuple[Any, float]] = field(default_factory=list)
    unkept: dict[Any, Any] = field(default_factory=dict)
    kept: list[Keeping] = field(default_factory=list)
    drawn: dict[str, str] = field(default_factory=dict)
    parts: int = 1
    python: bool = False
    plans: dict[str, Any] = field(default_factory=dict)
    checks: list[Callable[[], bool]] = field(default_factory=list)

    def block(self, captured: Captured, *, iterate_all: bool) -> Block:
        """Return the C++ of captured code; what it needs besides is noted.

        Raises
        ------
        Unsupported
            A function that it calls has no C++ form.
        """
        try:
            found = translate(
                captured, self.table, iterate_all=iterate_all, kernel=self.kernel, share=self.passes.share
            )
        except (KeyError, NotImplementedError) as error:
            raise Unsupported(f"{captured.name}: {error.args[0] if error.args else error}") from error
        found = self._told_apart(self._with_drawn(found))
        for text in found.support:
            self.support.setdefault(text)
        self.namespaces |= found.namespaces
        return found

    def _with_drawn(self, block: Block) -> Block:
        """Return a block whose binomial functions have names of their own: Brian2 counts theirs on from run to run."""
        names: dict[str, str] = {}
        for name, (kind, table) in block.tables.items():
            if name not in self.drawn:
                self.drawn[name] = f"{kind[1:].lower()}{len(self.drawn)}"
                self.declarations.append(f"static {kind} {self.drawn[name]};")
                size = self.table.constant(len(table))[1]
                self.opening.append(f"{self.drawn[name]}.open({self.array(table, 'double')}, {size});")
            names[name] = self.drawn[name]
        scalar, vector = (word_substitute(text, names) for text in (block.scalar, block.vector))
        return replace(block, scalar=scalar, vector=vector) if names else block

    def late(self, space: Any) -> int:
        """Return how many steps old the events are that an object sees: 1 if it comes before their threshold."""
        return int(self.found.get(space, 0) > self.turn)

    def _told_apart(self, block: Block) -> Block:
        """Return a block whose functions have their own names: a TimedArray's depend on the clock of their reader."""
        for text in block.support:
            name = _FUNCTION.search(text)
            if name is None:
                continue
            known = self.named.setdefault(name[1], [])
            if text not in known:
                known.append(text)
            if known.index(text):
                word, other = re.compile(rf"\b{re.escape(name[1])}\b"), f"{name[1]}_{known.index(text)}"
                block = replace(
                    block,
                    scalar=word.sub(other, block.scalar),
                    vector=word.sub(other, block.vector),
                    support=tuple(word.sub(other, t) for t in block.support),
                )
        return block

    def spikes(self, space: Any) -> str:
        """Return the name of the list of the last events of an event space."""
        if space not in self.events:
            name = f"events{self.table.place(space)}"
            self.events[space] = name
            self.declarations.append(f"static Events {name};")
        return self.events[space]

    def array(self, values: np.ndarray[Any, Any], ctype: str) -> str:
        """Return the C++ text of an array that is no variable of Brian2."""
        name = f"x{len(self.table.extra)}"
        self.table.extra[name] = values
        return f"(({ctype}*)X[{len(self.table.extra) - 1}])"

    def head(self, captured: Captured, block: Block, *more: Any) -> str:
        """Return what stands at the beginning of a function: pointers, constants and what is done once a step."""
        lines = [
            *pointers(self.table, set(block.reads | block.writes) | set(more)),
            *constants(captured, self.table, block.names),
            "const _Draw _vectorisation_idx(0, 0);",
            *self.scalar(captured, block),
        ]
        return "\n".join(lines)

    def scalar(self, captured: Captured, block: Block) -> list[str]:
        """Return what is worked out once a step; what never changes is left to a function of its own."""
        lines = block.scalar.splitlines()
        if not self.passes.hoist:
            return lines
        known = [name for name, v in captured.variables.items() if isinstance(v, Constant)]
        self.blocks += 1
        once = worked_out_once(lines, [*known, "dt"], self.blocks)
        if not once.inside:
            return lines
        arrays = pointers(self.table, {v for v in block.reads if v.name == "dt"})
        body = [*arrays, *constants(captured, self.table, block.names), *once.first, *once.inside]
        self.declarations += once.declarations
        self.once.append(f"work_out{self.blocks}")
        self.functions.append(
            f"//@ {captured.name}\nstatic void work_out{self.blocks}() {{\n" + "\n".join(body) + "\n}"
        )
        return [*once.first, *once.lines]

    def function(self, name: str, origin: str, body: str) -> str:
        """Add a function without arguments; return its name."""
        self.functions.append(f"//@ {origin}\nstatic void {name}(const int P) {{\n{body}\n}}")
        return name

    def text(self, loop: str) -> str:
        """Return the whole unit."""
        own = headers(*HEADERS)
        spaces, binding = [], []
        for name, values in self.namespaces.items():
            kind = {"f": "double", "i": "int64_t", "b": "bool"}[np.asarray(values).dtype.kind]
            spaces.append(f"static {kind}* {name};")
            binding.append(f"{name} = {self.array(np.ascontiguousarray(values), kind)};")
        # The functions of Brian2 declare the pointers of their arrays themselves.
        support = "\n".join(re.sub(r"^static [\w:]+\* _namespace\w+;$", "", text, flags=re.M) for text in self.support)
        parts = [
            own,
            _universal_support_code,
            *spaces,
            support,
            *self.declarations,
            *self.functions,
            "static void copy_in() {",
            "COPIED++;",
            *self.copies,
            "}",
            "static void copy_back() {",
            *self.back,
            *self.rebuilt,
            "}",
            *kept_exports(self.kept),
            "static void work_out() {",
            *(f"{name}();" for name in self.once),
            "}",
            "static void bind_functions() {",
            *binding,
            *self.opening,
            "}",
            *self.exports,
            loop,
        ]
        return "\n".join(parts) + "\n"
