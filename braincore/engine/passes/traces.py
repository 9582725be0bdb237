"""Trace hoisting: a synaptic variable that is the same on all synapses of a neuron lives once per neuron.

Brian2 keeps event-driven variables (the traces of spike-timing-dependent plasticity, the resources of short-term
plasticity) on every synapse, and brings them up to date at every event of every synapse. Where all that happens to one
depends on the source neuron alone (or on the target alone), this is one number per neuron, many times over.

A variable is hoisted to a side (the source, or the target) if

1. nothing but pathways changes it, and nothing but pathways and monitors reads it while the network runs;
2. all assignments to it are in pathways of that side, and their events reach all synapses of a neuron in one time
   step; in other pathways it does nothing but decay (and is read);
3. all that is assigned depends on constants, ``t``, shared variables, variables of that neuron, variables hoisted to
   the same side, and local names set from such, by functions that give one value for one argument; and the pathway's
   own code writes none of the neuron and shared variables among these;
4. its decay depends on ``t - lastupdate``, on what is fixed during a run (and belongs to that neuron), and on variables
   hoisted to the same side. It is then the exact solution of an autonomous linear equation, so that it is no matter how
   often it is evaluated between two changes (to rounding: one ``exp`` of a sum for a product of several);
5. no variable that stays with the synapse decays depending on it;
6. at the start of a run it has one value on all synapses of a neuron. This depends on data, not on code: the caller
   compares (`Side.decay` brings every synapse's value to the present) and names what differs in `hoistable`.

Order. Brian2 runs a pathway synapse by synapse, each through all statements. What is hoisted depends on nothing that
these statements write elsewhere (3), so it may run once per event, before the synapses. A synapse's statement that
stands before a change of a trace has to see the earlier value: it reads a snapshot, taken at that place of the neuron's
code. Pathways keep their places in the time step (Brian2: ``pre`` before ``post``), so that a postsynaptic spike sees
what a presynaptic one of the same step left, as ever.

A neuron that is due twice in one step (a delay was shortened between two runs) has two events, one after the other,
as in Brian2. Events of single synapses under way from an earlier run with other delays break condition 2: the caller
looks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from braincore.engine.passes.abstract import Statement, Unreadable, lines, names, renamed, text
from braincore.engine.passes.synapse_code import (
    LAST,
    SIDES,
    PathwayCode,
    ReadPathway,
    SynapsesCode,
    arrive_together,
    candidates,
    elapsed,
    read_pathway,
    synapses_code,
)

__all__ = [
    "Event",
    "Hoisting",
    "PathwayCode",
    "Side",
    "SynapsesCode",
    "arrive_together",
    "hoistable",
    "synapses_code",
]

_ELAPSED = "_elapsed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """Traces that live on one end of the synapses.

    Attributes
    ----------
    name
        ``source`` or ``target``.
    traces
        Synaptic variables that become arrays over the neurons of this side.
    updates
        Of each trace, the statements that change it, in order, as they stand in its pathway's code.
    decay
        Code for one neuron that brings its traces from its own ``lastupdate`` to ``t``; empty if none is event-driven.
        It leaves ``lastupdate`` alone. With other values for ``t`` and ``lastupdate`` it is also how traces are
        compared at the start of a run, and how Brian2's arrays are rebuilt (see `Hoisting`).
    """

    name: str
    traces: tuple[str, ...]
    updates: Mapping[str, tuple[str, ...]]
    decay: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What an event does once to its neuron, before its synapses.

    Attributes
    ----------
    pathway
        Whose events.
    code
        Abstract code for one neuron: the decay, the changes of traces, snapshots, and ``lastupdate = t`` where the
        side has a decay. Traces and ``lastupdate`` are the neuron's; variables of the neuron have their names of the
        synapses (``v_pre``).
    snapshots
        Names set in the code, beside traces, that the code of the synapses reads: one value per event.
    """

    pathway: str
    code: str
    snapshots: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Hoisting:
    """What is hoisted, and what remains.

    To rebuild Brian2's arrays, for a synapse that had an event since the start of the run: ``lastupdate`` is the latest
    of its own (where pathways keep writing it) and of the last events of its neurons in the pathways `stamps`; a trace
    is its neuron's value brought by `Side.decay` from the neuron's ``lastupdate`` to that of the synapse, or just the
    neuron's value if it does not decay. A synapse without an event keeps what it has.

    Attributes
    ----------
    sides
        Those with traces.
    events
        Code for the neuron, by pathway; no entry where an event changes no trace of its side.
    synaptic
        Code for the synapses, by pathway, empty if nothing is left to do. The name of a trace is its neuron's value at
        ``t``; in a pathway of `events`, that after the event's code.
    advance
        By pathway, the traces that the synapses' code reads and no event's code has brought to ``t``: this is to be
        done before (or while) the synapses are gone through, with `Side.decay`, in place or not.
    keeps_lastupdate
        Some event-driven variable stays with the synapse, and with it ``lastupdate``.
    stamps
        Pathways whose last event has to be known per neuron, to rebuild ``lastupdate``.
    recorded
        Hoisted trace to the monitors that record it.
    reasons
        Why a synaptic variable stays with the synapse.
    notes
        What is hoisted, in words.
    """

    sides: tuple[Side, ...]
    events: Mapping[str, Event]
    synaptic: Mapping[str, str]
    advance: Mapping[str, tuple[str, ...]]
    keeps_lastupdate: bool
    stamps: tuple[str, ...]
    recorded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def side_of(self, name: str) -> str | None:
        """Return the side that a variable is hoisted to."""
        return next((side.name for side in self.sides if name in side.traces), None)


def hoistable(code: SynapsesCode, excluded: Mapping[str, str] | None = None) -> Hoisting:
    """Return which synaptic variables can live on neurons, and the code that this takes.

    Parameters
    ----------
    code
        Of a Synapses object.
    excluded
        Variables that stay with the synapse whatever the code says, and why.
    """
    try:
        pathways = [read_pathway(code, pathway) for pathway in code.pathways]
    except Unreadable as error:
        return _nothing(code, {"": str(error)})
    fault = _fault(code, pathways)
    if fault:
        return _nothing(code, dict.fromkeys(candidates(code, pathways), fault))
    finder = _Finder(code, pathways)
    finder.reasons.update(excluded or {})
    found = finder.sides()
    if not found:
        return _nothing(code, finder.reasons)
    return _Writer(code, pathways, found, finder.reasons).hoisting()


def _nothing(code: SynapsesCode, reasons: Mapping[str, str]) -> Hoisting:
    return Hoisting(
        sides=(),
        events={},
        synaptic={p.name: p.code for p in code.pathways},
        advance={p.name: () for p in code.pathways},
        keeps_lastupdate=LAST in code.variables,
        stamps=(),
        reasons=reasons,
    )


def _fault(code: SynapsesCode, pathways: Sequence[ReadPathway]) -> str:
    """Return what keeps everything as it is, if anything does."""
    decays = [{name: text(value) for name, value in p.decay.items()} for p in pathways]
    if any(decay != decays[0] for decay in decays):
        return "pathways do not agree on the event-driven equations"
    if LAST in code.variables and (LAST in code.written or any(s.target == LAST for p in pathways for s in p.body)):
        return "lastupdate is changed by the model's own code"
    if LAST in code.read:
        return f"{code.read[LAST]} reads lastupdate"
    return ""


class _Finder:
    """Finds what can be hoisted: takes all that may be, and drops what depends on what may not until all fits."""

    def __init__(self, code: SynapsesCode, pathways: Sequence[ReadPathway]) -> None:
        self.code, self.pathways = code, pathways
        self.decay = pathways[0].decay if pathways else {}
        self.reasons: dict[str, str] = {}

    def sides(self) -> dict[str, list[str]]:
        """Return the traces of each side."""
        left: list[str] = []
        homes: dict[str, str] = {}
        for name in candidates(self.code, self.pathways):
            home, reason = ("", self.reasons[name]) if name in self.reasons else self._home(name)
            if reason:
                self.reasons[name] = reason
            else:
                left.append(name)
                homes[name] = home
        found = {side: [n for n in left if homes[n] == side] for side in SIDES}
        while (drop := self._misfit(found)) is not None:
            name, reason = drop
            self.reasons[name] = reason
            found = {side: [n for n in traces if n != name] for side, traces in found.items()}
        return {side: traces for side, traces in found.items() if traces}

    def _home(self, name: str) -> tuple[str, str]:
        """Return the side whose events change a variable, and why it must stay where it is."""
        if name in self.code.written:
            return "", f"{self.code.written[name]} changes it too"
        if name in self.code.read:
            return "", f"{self.code.read[name]} reads it, with the value of each synapse's last event"
        changing = [p for p in self.pathways if any(s.target == name for s in p.body)]
        if len({p.side for p in changing}) > 1:
            listed = " and ".join(f"'{p.name}'" for p in changing)
            return "", f"events of both ends change it ({listed})"
        for pathway in changing:
            if not pathway.whole:
                return "", f"events of '{pathway.name}' reach the synapses of a neuron at different times"
        if changing:
            return changing[0].side, ""
        return self._side_of_decay(name), ""

    def _side_of_decay(self, name: str) -> str:
        """Return a side for a variable that only decays: that of the neurons that its decay depends on."""
        kinds = {self.code.kind(part) for part in names(self.decay[name])}
        return "target" if "target" in kinds else "source"

    def _misfit(self, found: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
        """Return a trace that cannot be hoisted beside the others, and why."""
        for side, traces in found.items():
            for name in traces:
                reason = self._bad_decay(name, side, traces)
                if reason:
                    return name, reason
            for pathway in self.pathways:
                if pathway.side == side:
                    others = {name for other, theirs in found.items() if other != side for name in theirs}
                    for statement, reason in self._walk(pathway, side, traces):
                        if statement.target in traces and others & statement.reads:
                            reason = f"{min(others & statement.reads)}, a trace of the other end"
                        if statement.target in traces and reason:
                            return statement.target, f"its change in '{pathway.name}' depends on {reason}"
            for name, value in self.decay.items():
                needed = sorted(names(value) & set(traces) - {name})
                if name not in traces and needed:
                    return needed[0], f"{name}, which each synapse has for itself, decays depending on it"
        return None

    def _bad_decay(self, name: str, side: str, traces: Sequence[str]) -> str:
        if name not in self.decay:
            return ""
        value = elapsed(self.decay[name], _ELAPSED)
        if self.code.draws(value):
            return f"its decay calls {self.code.draws(value)}"
        for part in sorted(self.code.parts(names(value)) - {_ELAPSED}):
            kind = self.code.kind(part)
            if part in traces or kind == "subexpression":
                continue
            if kind not in ("constant", "shared", side) or not self.code.fixed(part):
                return f"its decay depends on {_described(part, kind)}"
        return ""

    def _walk(self, pathway: ReadPathway, side: str, traces: Sequence[str]) -> Iterator[tuple[Statement, str]]:
        """Yield each statement with what it reads that is not the neuron's alone ("" if there is no such)."""
        pure: set[str] = set()
        for statement in pathway.body:
            reason = self._foreign(statement, pathway, side, traces, pure)
            if self.code.kind(statement.target) == "local":
                pure = pure - {statement.target} if reason else pure | {statement.target}
            yield statement, reason

    def _foreign(
        self, statement: Statement, pathway: ReadPathway, side: str, traces: Sequence[str], pure: set[str]
    ) -> str:
        """Return what a statement reads that is not the neuron's alone."""
        drawn = self.code.draws(statement.value)
        if drawn:
            return f"{drawn}(), another number on each synapse"
        for part in sorted(self.code.parts(statement.reads)):
            kind = self.code.kind(part)
            if part in traces or part in pure or kind in ("constant", "time"):
                continue
            if kind in (side, "shared"):
                if self.code.variables[part] in pathway.writes:
                    return f"{part}, which the same events change"
                continue
            return _described(part, kind)
        return ""

    def neuronal(self, pathway: ReadPathway, side: str, traces: Sequence[str]) -> list[bool]:
        """Return for each statement of a pathway whether it is one for the neuron: it sets a trace, or a local name."""
        return [
            s.target in traces or (not reason and self.code.kind(s.target) == "local")
            for s, reason in self._walk(pathway, side, traces)
        ]


def _described(name: str, kind: str) -> str:
    words = {
        "synapse": "which each synapse has for itself",
        "source": "a variable of the source neuron",
        "target": "a variable of the target neuron",
        "local": "which is set from what each synapse has for itself",
        "shared": "which changes while the network runs",
        "time": "the time itself",
    }
    return f"{name}, {words[kind]}" if kind in words else name


class _Writer:
    """Writes the code of neurons and synapses."""

    def __init__(
        self,
        code: SynapsesCode,
        pathways: Sequence[ReadPathway],
        found: Mapping[str, Sequence[str]],
        reasons: Mapping[str, str],
    ) -> None:
        self.code, self.pathways, self.found, self.reasons = code, pathways, found, reasons
        self.decay = pathways[0].decay if pathways else {}
        self.hoisted = {name for traces in found.values() for name in traces}
        staying = [name for name in self.decay if name not in self.hoisted]
        read = any(LAST in s.reads for p in pathways for s in p.body)
        self.keeps = bool(staying) or read
        self.taken = {*code.variables, *(s.target for p in pathways for s in p.body)}

    def hoisting(self) -> Hoisting:
        """Return the result."""
        events: dict[str, Event] = {}
        synaptic: dict[str, str] = {}
        advance: dict[str, tuple[str, ...]] = {}
        for pathway in self.pathways:
            event, rest = self._split(pathway)
            if event is not None:
                events[pathway.name] = event
            synaptic[pathway.name] = self._remaining(pathway, rest)
            fresh = self.found[pathway.side] if event is not None else ()
            read = set().union(*(s.reads for s in rest))
            advance[pathway.name] = tuple(sorted((read & self.hoisted) - set(fresh)))
        timed = LAST in self.code.variables and not self.keeps and bool(self.hoisted)
        return Hoisting(
            sides=tuple(self._side(side, traces) for side, traces in self.found.items()),
            events=events,
            synaptic=synaptic,
            advance=advance,
            keeps_lastupdate=self.keeps,
            stamps=tuple(p.name for p in self.pathways if p.whole) if timed else (),
            recorded={n: v for n, v in self.code.recorded.items() if n in self.hoisted or n == LAST},
            reasons=dict(self.reasons),
            notes=tuple(self._notes()),
        )

    def _side(self, side: str, traces: Sequence[str]) -> Side:
        changes = {name: tuple(str(s) for p in self.pathways for s in p.body if s.target == name) for name in traces}
        return Side(name=side, traces=tuple(traces), updates=changes, decay=self._decay(traces))

    def _decay(self, traces: Sequence[str]) -> str:
        """Return the code that decays some variables, written as Brian2 writes it: none sees another's new value."""
        mine = {name: value for name, value in self.decay.items() if name in traces}
        first = [Statement(f"_{name}", "", value) for name, value in mine.items()]
        return lines([*first, *(Statement(name, "", ast.Name(id=f"_{name}", ctx=ast.Load())) for name in mine)])

    def _split(self, pathway: ReadPathway) -> tuple[Event | None, list[Statement]]:
        """Return the code for the neuron and what is left for the synapses."""
        traces = self.found.get(pathway.side, ())
        if not any(s.target in traces for s in pathway.body):
            return None, list(pathway.body)
        mine = _Finder(self.code, self.pathways).neuronal(pathway, pathway.side, traces)
        return self._event(pathway, traces, mine)

    def _event(
        self, pathway: ReadPathway, traces: Sequence[str], mine: Sequence[bool]
    ) -> tuple[Event, list[Statement]]:
        # versions of the neuron's names are counted: one that a synapse reads and that is not the last is kept
        last = dict.fromkeys(traces, 0)
        for statement, neuronal in zip(pathway.body, mine, strict=True):
            if neuronal:
                last[statement.target] = last.get(statement.target, 0) + 1
        kept: dict[tuple[str, int], str] = {}
        now = dict.fromkeys(traces, 0)
        gone: set[str] = set()  # local names that the synapse sets are the synapse's until the neuron sets them again
        rest: list[Statement] = []
        for statement, neuronal in zip(pathway.body, mine, strict=True):
            target = statement.target
            if neuronal:
                now[target] = now.get(target, 0) + 1
                gone.discard(target)
                continue
            seen = {n for n in statement.reads - gone if n in now and (n not in traces or now[n] < last[n])}
            for name in seen:
                kept.setdefault((name, now[name]), self._fresh(name, now[name]))
            rest.append(renamed(_in_full(statement, seen), {name: kept[name, now[name]] for name in seen}))
            gone.add(target)
        code = self._neuron_code(pathway, traces, mine, kept)
        return Event(pathway=pathway.name, code=code, snapshots=tuple(kept.values())), rest

    def _neuron_code(
        self, pathway: ReadPathway, traces: Sequence[str], mine: Sequence[bool], kept: Mapping[tuple[str, int], str]
    ) -> str:
        made: list[Statement] = []

        def keep(name: str, version: int) -> None:
            if (name, version) in kept:
                made.append(Statement(kept[name, version], "", ast.Name(id=name, ctx=ast.Load())))

        for name in traces:
            keep(name, 0)
        count = dict.fromkeys(traces, 0)
        for statement, neuronal in zip(pathway.body, mine, strict=True):
            if neuronal:
                count[statement.target] = count.get(statement.target, 0) + 1
                made.append(statement)
                keep(statement.target, count[statement.target])
        decay = self._decay(traces)
        return "\n".join(filter(None, [decay, lines(made), f"{LAST} = t" if decay else ""]))

    def _fresh(self, name: str, version: int) -> str:
        """Return an unused name for an earlier value of a name."""
        fresh = f"_{name}_was{version}"
        while fresh in self.taken:
            fresh = f"_{fresh}"
        return fresh

    def _remaining(self, pathway: ReadPathway, rest: Sequence[Statement]) -> str:
        """Return the code of the synapses: the decay of what stays, the statements, and ``lastupdate``."""
        if LAST not in self.code.variables:
            return lines(rest)
        decay = self._decay([name for name in self.decay if name not in self.hoisted])
        stamped = self.keeps or not pathway.whole or not self.hoisted
        return "\n".join(filter(None, [decay, lines(rest), f"{LAST} = t" if stamped else ""]))

    def _notes(self) -> Iterator[str]:
        for side, traces in self.found.items():
            yield f"{', '.join(traces)}: one value per {side} neuron, not per synapse"


def _in_full(statement: Statement, seen: set[str]) -> Statement:
    """Return ``x += d`` as ``x = x + d`` where the `x` on the right has to get another name."""
    return Statement(statement.target, "", statement.whole()) if statement.target in seen else statement
