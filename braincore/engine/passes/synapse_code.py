"""The code of a Synapses object, pathway by pathway, and what its names are: what the passes over synapses look at."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2.core.functions import Function
from brian2.core.variables import ArrayVariable, AuxiliaryVariable, Constant, Subexpression

from braincore.engine.captured import Captured
from braincore.engine.passes.abstract import (
    Statement,
    Unreadable,
    expression,
    functions,
    names,
    renamed,
    replaced,
    statements,
)

SIDES = {"source": "_presynaptic_idx", "target": "_postsynaptic_idx"}
"""The two ends of a synapse, and the index of their variables."""
OTHER = {"source": "target", "target": "source"}
LAST = "lastupdate"
_WORD = re.compile(r"[A-Za-z_]\w*")
_OWN = frozenset({LAST, "i", "j", "delay", "N"})


@dataclass(frozen=True, kw_only=True, slots=True)
class PathwayCode:
    """What the events of one pathway do.

    Attributes
    ----------
    name
        Of the pathway in its Synapses object: ``pre``, ``post``...
    side
        Whose events: ``source`` or ``target``.
    code
        Abstract code.
    whole
        An event of a neuron reaches all of its synapses in one time step.
    """

    name: str
    side: str
    code: str
    whole: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SynapsesCode:
    """All code of a Synapses object, and what other code does with its variables.

    Attributes
    ----------
    name
        Of the object.
    pathways
        Those that are active, in the order in which they run in a time step.
    variables, indices
        What names in their code mean, and how they are indexed.
    assigned
        Array variables that any code of the network assigns to.
    written, read
        Synaptic variable to the other code that assigns to it, or reads it while the network runs.
    recorded
        Synaptic variable to the monitors that record it.
    regular
        Synaptic variable to the code that runs over all synapses at regular times, where no other code beside it and
        the pathways touches the variable.
    """

    name: str
    pathways: tuple[PathwayCode, ...]
    variables: Mapping[str, Any]
    indices: Mapping[str, str]
    assigned: frozenset[Any] = frozenset()
    written: Mapping[str, str] = field(default_factory=dict)
    read: Mapping[str, str] = field(default_factory=dict)
    recorded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    regular: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def kind(self, name: str) -> str:
        """Return what a name is.

        ``constant`` (a number), ``time`` (``t``, ``dt``), ``shared`` (one value for all), ``source`` or ``target`` (of
        a neuron), ``synapse``, ``subexpression`` (of synapses), ``local`` (set within the code), or ``other``.
        """
        variable = self.variables.get(name)
        if variable is None or isinstance(variable, AuxiliaryVariable):
            return "local"
        if isinstance(variable, Constant):
            return "constant"
        index = self.indices.get(name, "")
        for side, its in SIDES.items():
            if index == its and isinstance(variable, ArrayVariable | Subexpression):
                return side
        if isinstance(variable, Subexpression):
            return "subexpression" if index in ("_idx", "0") else "other"
        if isinstance(variable, ArrayVariable):
            if name in ("t", "dt"):
                return "time"
            return "shared" if variable.scalar or index == "0" else "synapse" if index == "_idx" else "other"
        return "other"

    def fixed(self, name: str) -> bool:
        """Tell whether what a name means stays as it is while the network runs."""
        variable = self.variables.get(name)
        if isinstance(variable, Subexpression):
            return all(self.fixed(part) for part in names(expression(variable.expr)))
        if not isinstance(variable, ArrayVariable) or name in ("t", LAST):
            return isinstance(variable, Constant)
        # what is not declared constant may be written by Brian2's templates, but for variables of synapses
        declared = variable.constant or self.kind(name) == "synapse"
        return bool(declared and variable not in self.assigned)

    def parts(self, found: Iterable[str]) -> frozenset[str]:
        """Return names with those that subexpressions among them are made of."""
        seen: set[str] = set()
        pending = list(found)
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                variable = self.variables.get(name)
                if isinstance(variable, Subexpression):
                    pending += names(expression(variable.expr))
        return frozenset(seen)

    def spelt_out(self, statement: Statement) -> Statement:
        """Return a statement with the subexpressions of synapses written out, and one name for one variable.

        Within a subexpression Brian2 gives the variables of synapses names of their own.
        """
        while found := [n for n in names(statement.value) if self.kind(n) == "subexpression"]:
            statement = renamed(statement, {n: expression(self.variables[n].expr) for n in found})
        own = {n: str(self.variables[n].name) for n in names(statement.value) if self.kind(n) == "synapse"}
        return renamed(statement, {n: name for n, name in own.items() if n != name})

    def draws(self, node: ast.expr) -> str | None:
        """Return the name of a function in an expression that gives another value at each call."""
        inside = (self.variables.get(name) for name in self.parts(names(node)))
        parts = [node, *(expression(v.expr) for v in inside if isinstance(v, Subexpression))]
        for name in sorted(set().union(*map(functions, parts))):
            function = self.variables.get(name)
            if isinstance(function, Function) and not function.stateless:
                return name
        return None

    def value(self, name: str) -> Any:
        """Return what a number is, or what an array holds now; None if that is not known."""
        variable = self.variables.get(name)
        if not isinstance(variable, Constant | ArrayVariable):
            return None
        return np.asarray(variable.get_value())

    def number(self, node: ast.expr) -> float | None:
        """Return the value of an expression of constants, None if it is none."""
        known = {}
        for name in names(node):
            if self.kind(name) != "constant":
                return None
            known[name] = float(self.value(name))
        return _number(node, known)


def _number(node: ast.expr, known: Mapping[str, float]) -> float | None:
    """Return the value of arithmetic on numbers."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name):
        return known[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _number(node.operand, known)
        return None if inner is None else -inner if isinstance(node.op, ast.USub) else inner
    if not isinstance(node, ast.BinOp):
        return None
    left, right = _number(node.left, known), _number(node.right, known)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    if isinstance(node.op, ast.Mult):
        return left * right
    if isinstance(node.op, ast.Div) and right != 0:
        return left / right
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadPathway:
    """A pathway's code in parts.

    Attributes
    ----------
    name, side, whole
        As in `PathwayCode`.
    decay
        Event-driven variable to its value at ``t``, from the values at ``lastupdate``.
    body
        What the user wrote, subexpressions of synapses spelt out.
    writes
        Array variables that the body assigns to.
    """

    name: str
    side: str
    whole: bool
    decay: Mapping[str, ast.expr]
    body: tuple[Statement, ...]
    writes: frozenset[Any]


def read_pathway(code: SynapsesCode, pathway: PathwayCode) -> ReadPathway:
    """Take a pathway's code apart.

    Brian2 puts the exact solution of event-driven equations before the user's code, ``_x = ...`` for all variables and
    then ``x = _x`` for all, and ``lastupdate = t`` after it.

    Raises
    ------
    Unreadable
        The code is not made of plain assignments.
    """
    found = [code.spelt_out(statement) for statement in statements(pathway.code)]
    decay: dict[str, ast.expr] = {}
    if LAST in code.variables and found and str(found[-1]) == f"{LAST} = t":
        found = found[:-1]
        n = 0
        while n < len(found) and found[n].target.startswith("_") and found[n].target[1:] in code.variables:
            n += 1
        copies = [f"{s.target[1:]} = {s.target}" for s in found[:n]]
        if n and [str(s) for s in found[n : 2 * n]] == copies:
            decay = {s.target[1:]: s.value for s in found[:n]}
            found = found[2 * n :]
    writes = frozenset(v for s in found if isinstance(v := code.variables.get(s.target), ArrayVariable))
    return ReadPathway(
        name=pathway.name, side=pathway.side, whole=pathway.whole, decay=decay, body=tuple(found), writes=writes
    )


def elapsed(node: ast.expr, replacement: str) -> ast.expr:
    """Return a decay with a name in place of ``t - lastupdate``."""

    class Elapsed(ast.NodeTransformer):
        def visit_BinOp(self, found: ast.BinOp) -> ast.expr:
            if ast.unparse(found) == f"t - {LAST}":
                return ast.Name(id=replacement, ctx=ast.Load())
            self.generic_visit(found)
            return found

    result: ast.expr = Elapsed().visit(replaced(node, {}))
    return result


def synapses_code(
    pathways: Sequence[tuple[Any, Captured, bool]], others: Sequence[Captured], regular: Sequence[Captured] = ()
) -> SynapsesCode:
    """Collect the code of a Synapses object.

    Parameters
    ----------
    pathways
        Its active pathways in the order in which they run, each with its code (template ``synapses``) and with whether
        an event of a neuron reaches all of its synapses in one time step (see `arrive_together`).
    others
        All other code of the network. What Python does while the network runs is not seen here.
    regular
        Those of them that run over all synapses at regular times, and write to synapses alone.

    Raises
    ------
    Unreadable
        Pathways disagree on what a name means.
    """
    variables: dict[str, Any] = {}
    indices: dict[str, str] = {}
    for _, captured, _ in pathways:
        for name in sorted(used_names(captured)):
            variable = captured.variables[name]
            if name in captured.variable_indices:
                indices[name] = captured.variable_indices[name]
            if not _same(variables.setdefault(name, variable), variable):
                raise Unreadable(f"'{name}' does not mean the same in all pathways")
    made = tuple(
        PathwayCode(
            name=pathway.objname,
            side="source" if pathway.prepost == "pre" else "target",
            code=captured.code.get(None, ""),
            whole=whole,
        )
        for pathway, captured, whole in pathways
    )
    mine = [captured for _, captured, _ in pathways]
    synaptic = {v: v.name for n, v in variables.items() if indices.get(n) == "_idx" and isinstance(v, ArrayVariable)}
    assigned, written, read, recorded = _elsewhere(mine, others, synaptic)
    return SynapsesCode(
        name=str(pathways[0][0].synapses.name) if pathways else "",
        pathways=made,
        variables=variables,
        indices=indices,
        assigned=frozenset(assigned),
        written=written,
        read=read,
        recorded=recorded,
        regular=_regular(regular, others, synaptic),
    )


def _regular(
    regular: Sequence[Captured], others: Sequence[Captured], synaptic: Mapping[Any, str]
) -> dict[str, tuple[str, ...]]:
    """Return the regular code that touches each synaptic variable that no other code does."""
    mine = {id(captured) for captured in regular}
    elsewhere = set().union(*(set().union(*_touched(c)) for c in others if id(c) not in mine))
    found: dict[str, tuple[str, ...]] = {}
    for captured in regular:
        for variable in set().union(*_touched(captured)) & set(synaptic) - elsewhere:
            name = synaptic[variable]
            found[name] = (*found.get(name, ()), captured.code.get(None, ""))
    return found


def _elsewhere(
    mine: Sequence[Captured], others: Sequence[Captured], synaptic: Mapping[Any, str]
) -> tuple[set[Any], dict[str, str], dict[str, str], dict[str, tuple[str, ...]]]:
    """Return what all code assigns to, and which synaptic variables other code writes, reads, and records."""
    written: dict[str, str] = {}
    read: dict[str, str] = {}
    recorded: dict[str, tuple[str, ...]] = {}
    assigned = set().union(*(_touched(captured)[0] for captured in mine))
    for captured in others:
        writes, reads = _touched(captured)
        assigned |= writes
        for name in sorted(synaptic[v] for v in writes & set(synaptic)):
            written.setdefault(name, _title(captured))
        for name in sorted(synaptic[v] for v in reads & set(synaptic)):
            if captured.template_name == "statemonitor":
                recorded[name] = (*recorded.get(name, ()), str(captured.owner.name))
            else:
                read.setdefault(name, _title(captured))
    return assigned, written, read, recorded


def _title(captured: Captured) -> str:
    return re.sub(r"_codeobject.*", "", captured.name)


def used_names(captured: Captured) -> set[str]:
    """Return the names that code and the subexpressions in it mention, among those that it knows."""
    seen: set[str] = set()
    pending = list(captured.code.values())
    while pending:
        for name in set(_WORD.findall(pending.pop())) & set(captured.variables) - seen:
            seen.add(name)
            variable = captured.variables[name]
            if isinstance(variable, Subexpression):
                pending.append(variable.expr)
    return seen


def _same(first: Any, second: Any) -> bool:
    """Tell whether two variables are one, or numbers or functions that are equal."""
    if first is second or (isinstance(first, AuxiliaryVariable) and isinstance(second, AuxiliaryVariable)):
        return True
    if isinstance(first, Constant) and isinstance(second, Constant):
        return bool(first.get_value() == second.get_value())
    if isinstance(first, Subexpression) and isinstance(second, Subexpression):
        return bool(first.expr == second.expr)
    return isinstance(first, Function) and isinstance(second, Function)


def _touched(captured: Captured) -> tuple[set[Any], set[Any]]:
    """Return the array variables that code assigns to, and those that it reads.

    Code that cannot be read touches everything that it knows.
    """
    known = {n: v for n, v in captured.variables.items() if isinstance(v, ArrayVariable)}
    summed = captured.template_kwds.get("_target_var")
    sums = set() if summed is None else {summed}
    try:
        found = [s for text in captured.code.values() for s in statements(text)]
    except Unreadable:
        return set(known.values()) | sums, set(known.values())
    whole = SynapsesCode(name="", pathways=(), variables=captured.variables, indices={})
    reads = {known[n] for s in found for n in whole.parts(s.reads) if n in known}
    return {known[s.target] for s in found if s.target in known} | sums, reads


def candidates(code: SynapsesCode, pathways: Sequence[ReadPathway]) -> list[str]:
    """Return the synaptic variables that events change or that decay between events, in order of name."""
    found = {s.target for p in pathways for s in p.body} | {name for p in pathways for name in p.decay}
    return sorted(name for name in found if code.kind(name) == "synapse" and name not in _OWN)


def arrive_together(neurons: Any, delays: Any, dt: float) -> bool:
    """Tell whether an event of a neuron reaches all of its synapses in one time step.

    Parameters
    ----------
    neurons
        Of each synapse, the neuron whose events its pathway follows.
    delays
        One for all (seconds), or one for each synapse.
    dt
        Time step (seconds).
    """
    steps = np.floor(np.asarray(delays, dtype=float).ravel() / dt + 0.5).astype(np.int64)
    if steps.size < 2 or (steps == steps[0]).all():
        return True
    which = np.asarray(neurons)
    first = np.zeros(int(which.max()) + 1, dtype=np.int64)
    first[which] = steps
    return bool((first[which] == steps).all())
