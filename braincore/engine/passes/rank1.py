r"""Additive spike-timing-dependent plasticity in which a spike of the target costs one addition, not one per synapse.

At a spike of the target `j` such a rule does

.. math:: w_{ij} \leftarrow \mathrm{clip}(w_{ij} + B_{ij} A_i x_i(t) f_j(t),\; l,\; h)

with a trace :math:`x_i` of the source that decays at one rate for all between spikes of the source, and a factor
:math:`f_j` of the target alone. Two spikes of the source at :math:`t_1 < t_2` and the target's spikes
:math:`s_1, s_2...` between them: as :math:`x_i(s) = x_i(t_1) e^{-(s - t_1)/\tau}`, all that is added is a product of
something of the source and something of the target. If it never changes sign, clipping once, when the weight is next
looked at, is the same as clipping each time: after the weight has reached a bound it stays there. So keep, from some
:math:`T_0` on,

.. math:: Z_j = \sum_s f_j(s)\, e^{-(s - T_0)/\tau}, \qquad a_i = A_i x_i\, e^{(t - T_0)/\tau}, \qquad
          q_{ij} = w_{ij} - B_{ij}\, a_i Z_j

and at an event of the source: :math:`w = \mathrm{clip}(q + B a Z, l, h)` with the `a` from before the event, then what
the rule does to the synapse (it transmits, it depresses: in its own order), then :math:`q = w - B a Z` with the new
`a`. At a spike of the target: :math:`Z_j` grows by one term. A pathway that runs before another in a time step does so
here too, so that simultaneous spikes come out as in Brian2 (``pre`` before ``post``: the new `a` meets the new `Z`).

Code that runs over all synapses at regular times (eligibility that turns into a weight, and decays) may look at the
weight and change it too: every weight is materialised before it, and sums begin again.

The steps at spikes of the *source* may have any sign and form (depression, the rate term of Vogels et al. 2011): they
are carried out on the weight itself. Of the form above are pair rules, Vogels' rule, and triplet rules
(:math:`f_j = A_2 + A_3 o_j`).

:math:`T_0` has to move now and then: every weight is materialised and encoded anew with :math:`Z = 0`. Rounding errors
are :math:`B a Z \epsilon`, that is up to :math:`e^{(t - T_0)/\tau}` times those of the last addition; every 5
:math:`\tau` is often enough for 1e-12 in double and 1e-5 in single precision.

Which bounds are legal. With :math:`l \le w \le h` before an increment that is not negative, ``clip(w + d, l, h)``,
``clip(w + d, -inf, h)`` and :math:`\min(h, w + d)` are one; likewise downwards. So both-sided and one-sided forms fit,
as long as all that events of the source leave lies between the bounds (this is checked in their code) and so did the
weights at the start, and those that Python sets (this the caller checks: `RankOne.low`, `RankOne.high`). Without any
bound in the target's code the sign does not matter. Bounds may be constants, or fixed values of the synapse or of its
neurons. Not legal: steps that depend on the weight (multiplicative rules), on two traces of the source at once, on a
trace whose rate differs between neurons, or on a variable of the source that changes between its spikes.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from braincore.engine.passes.abstract import Statement, Unreadable, names, replaced, statements, text
from braincore.engine.passes.signs import Sign, known_signs, sign_of
from braincore.engine.passes.sums import NotProportional, coefficient, factors, product, terms, total
from braincore.engine.passes.synapse_code import PathwayCode, SynapsesCode, elapsed
from braincore.engine.passes.traces import Hoisting

SPAN = 5.0
"""Time constants after which :math:`T_0` moves."""
A, Z = "_a", "_z"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What an event of the source does with its weights.

    Attributes
    ----------
    pathway
        Whose events.
    code
        Code of the synapses (`Hoisting.synaptic`), to be run between `RankOne.materialise` and `RankOne.encode`.
    reads, writes
        Whether it reads, or changes, the weight.
    moves_trace
        Whether the event changes the trace: then the weights of all synapses of the neuron are encoded anew, even where
        `code` leaves them alone.
    transmission
        ``before``, ``after`` or ``between`` changes of the weight, or ``none``: where the code hands it to a neuron.
    """

    pathway: str
    code: str
    reads: bool
    writes: bool
    moves_trace: bool
    transmission: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RankOne:
    """A rule in its lazy form; expressions are Brian2's, with the names of `Hoisting`.

    Attributes
    ----------
    weight
        The synaptic variable; its array holds `q`.
    trace
        The trace :math:`x` of the source.
    rate
        :math:`1/\\tau`, of constants and shared constants; ``0.0`` for a trace that does not decay.
    pathway
        The one that has nothing left to do on synapses.
    target_factor
        :math:`f_j`, for one neuron, after the pathway's event code where there is one (whose snapshots it may read);
        traces of the target in it are brought to ``t``.
    source_factor, synapse_factor
        :math:`A_i`, :math:`B_{ij}`; ``1.0`` in most rules. Neither changes during a run.
    sign
        Of the increments: 1, -1; 0 if it does not matter.
    low, high
        Between these every weight has to lie at the start of a run, None for no bound. They are names and numbers that
        are fixed during a run.
    materialise, encode
        Code for one synapse: from `q` in the weight's place to the weight, and back. `_a` and `_z` are :math:`a_i` and
        :math:`Z_j`.
    rows
        What events of sources do, by pathway, for those that touch the weight or its trace.
    recorded
        Monitors that look at the weight: they need it materialised.
    signs
        What signs and bounds were worked out with: no trace of these may be below zero (1), above zero (-1), or either
        (0), when a run starts and when Python changed it.
    """

    weight: str
    trace: str
    rate: str
    pathway: str
    target_factor: str
    source_factor: str
    synapse_factor: str
    sign: int
    low: str | None
    high: str | None
    materialise: str
    encode: str
    rows: Mapping[str, Row]
    recorded: tuple[str, ...]
    signs: Mapping[str, int]


class _No(Exception):  # noqa: N818 - it is no error: the message is the reason
    """The rule has no such form."""


def rank_one(code: SynapsesCode, hoisting: Hoisting) -> RankOne | str:
    """Return the lazy form of a rule, or why there is none.

    Parameters
    ----------
    code
        Of the synapses; its variables have the values with which a run begins: signs depend on them.
    hoisting
        What is hoisted.
    """
    try:
        return _Search(code, hoisting).found()
    except (_No, Unreadable) as reason:
        return str(reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Bounds:
    low: ast.expr | None
    high: ast.expr | None


class _Search:
    """Looks for the form, part by part."""

    def __init__(self, code: SynapsesCode, hoisting: Hoisting) -> None:
        self.code, self.hoisting = code, hoisting
        self.sources = next((side.traces for side in hoisting.sides if side.name == "source"), ())
        self.targets = next((side.traces for side in hoisting.sides if side.name == "target"), ())

    def found(self) -> RankOne:
        """Return the form."""
        pathway = self._pathway()
        weight, after = self._change(pathway)
        self._alone(weight)
        bounds, increment = self._increment(weight, after)
        trace = self._trace(increment)
        rate = self._rate(trace)
        try:
            parts = self._parts(coefficient(increment, trace), pathway)
        except NotProportional as error:
            raise _No(f"the increment is not proportional to {trace}: {error}") from error
        signs = known_signs(self.code, self.hoisting)
        sign = self._sign(increment, bounds, signs)
        rows = {p.name: row for p in self.code.pathways if (row := self._row(p, weight, trace)) is not None}
        for row in rows.values():
            self._keeps_bounds(f"events of '{row.pathway}'", row.code, weight, bounds, signs)
        for regular in self.code.regular.get(weight, ()):
            self._keeps_bounds("what happens regularly", regular, weight, bounds, signs)
        factor = "" if parts["synapse"] == "1.0" else f"({parts['synapse']}) * "
        traces = {n: signs[n] for n in (*self.sources, *self.targets) if not signs[n].mixed}
        return RankOne(
            weight=weight,
            trace=trace,
            rate=rate,
            pathway=pathway.name,
            target_factor=parts["target"],
            source_factor=parts["source"],
            synapse_factor=parts["synapse"],
            sign=sign,
            low=_text(bounds.low),
            high=_text(bounds.high),
            materialise=f"{weight} = {_clipped(f'{weight} + {factor}{A} * {Z}', bounds)}",
            encode=f"{weight} = {weight} - {factor}{A} * {Z}",
            rows=rows,
            recorded=self.code.recorded.get(weight, ()),
            signs={n: int(s.positive) - int(s.negative) for n, s in traces.items()},
        )

    def _pathway(self) -> PathwayCode:
        """Return the one pathway of the target that has something left to do on synapses."""
        left = [p for p in self.code.pathways if p.side == "target" and self.hoisting.synaptic[p.name].strip()]
        if not left:
            raise _No("events of the target change nothing on synapses")
        if len(left) > 1:
            raise _No(f"several pathways of the target act on synapses: {', '.join(p.name for p in left)}")
        if not left[0].whole:
            raise _No(f"events of '{left[0].name}' reach the synapses of a neuron at different times")
        if self.hoisting.keeps_lastupdate:
            raise _No("an event-driven variable, and with it lastupdate, stays with the synapse")
        return left[0]

    def _change(self, pathway: PathwayCode) -> tuple[str, ast.expr]:
        """Return the one variable that events of the target change, and what it is set to."""
        now: dict[str, ast.expr | str] = {}
        for statement in statements(self.hoisting.synaptic[pathway.name]):
            now[statement.target] = replaced(statement.whole(), now)
        changed = [name for name in now if self.code.kind(name) != "local"]
        if len(changed) != 1 or self.code.kind(changed[0]) != "synapse":
            raise _No(f"events of '{pathway.name}' change {' and '.join(sorted(changed)) or 'nothing'}")
        after = now[changed[0]]
        assert isinstance(after, ast.expr)
        if self.code.draws(after):
            raise _No(f"the increment calls {self.code.draws(after)}")
        return changed[0], after

    def _alone(self, weight: str) -> None:
        """Check that nothing but events of the source looks at the weight, and code that runs over all synapses."""
        for touched, verb in ((self.code.written, "changes"), (self.code.read, "reads")):
            if weight in touched and weight not in self.code.regular:
                raise _No(f"{touched[weight]} {verb} {weight} too")

    def _increment(self, weight: str, after: ast.expr) -> tuple[_Bounds, ast.expr]:
        """Return the bounds and what is added."""
        low = high = None
        if isinstance(after, ast.Call) and isinstance(after.func, ast.Name) and after.func.id == "clip":
            after, low, high = after.args
        bounds = _Bounds(low=self._bound(low, -1), high=self._bound(high, 1))
        found = terms(after)
        own = [(minus, node) for minus, node in found if isinstance(node, ast.Name) and node.id == weight]
        rest = [(minus, node) for minus, node in found if (minus, node) not in own]
        if len(own) != 1 or own[0][0]:
            raise _No(f"{weight} is set, not added to: {text(after)}")
        if any(weight in names(node) for _, node in rest):
            raise _No(f"the increment depends on {weight}")
        return bounds, total(rest)

    def _bound(self, node: ast.expr | None, side: int) -> ast.expr | None:
        if node is None or self._number(node) == side * float("inf"):
            return None
        for name in self.code.parts(names(node)):
            if not self.code.fixed(name):
                raise _No(f"the bound {text(node)} can change")
        return node

    def _number(self, node: ast.expr) -> float | None:
        if _is_infinite(node):
            return -float("inf") if isinstance(node, ast.UnaryOp) else float("inf")
        return self.code.number(node)

    def _trace(self, increment: ast.expr) -> str:
        found = sorted(names(increment) & set(self.sources))
        if not found:
            raise _No("the increment does not depend on a trace of the source")
        if len(found) > 1:
            raise _No(f"the increment depends on several traces of the source: {', '.join(found)}")
        return found[0]

    def _rate(self, trace: str) -> str:
        """Return the rate at which a trace decays, alone and exponentially."""
        side = next(side for side in self.hoisting.sides if side.name == "source")
        decay = next((s.value for s in statements(side.decay) if s.target == f"_{trace}"), None)
        if decay is None:
            return "0.0"
        rates: list[tuple[bool, ast.expr]] = []
        others = 0
        for factor in factors(elapsed(decay, "_elapsed")):
            if isinstance(factor, ast.Name) and factor.id == trace:
                others += 1
            elif isinstance(factor, ast.Call) and text(factor.func) == "exp" and trace not in names(factor):
                try:
                    rates.append(_negative(coefficient(factor.args[0], "_elapsed")))
                except NotProportional as error:
                    raise _No(f"{trace} does not decay exponentially") from error
            else:
                raise _No(f"{trace} does not decay exponentially by itself")
        rate = total(rates)
        kinds = {self.code.kind(name) for name in self.code.parts(names(rate))}
        if others != 1 or not kinds <= {"constant", "shared"}:
            raise _No(f"{trace} decays at a rate that differs between neurons")
        return text(rate)

    def _parts(self, factor: ast.expr, pathway: PathwayCode) -> dict[str, str]:
        """Split what the trace is multiplied by into factors of the target, of the source and of the synapse."""
        found: dict[str, list[ast.expr]] = {"target": [], "source": [], "synapse": []}
        event = self.hoisting.events.get(pathway.name)
        own = {*self.targets, *(event.snapshots if event is not None else ())}
        for part in factors(factor):
            place = "target"
            for name in sorted(self.code.parts(names(part)) - own):
                kind = self.code.kind(name)
                if kind in ("constant", "time", "shared", "target"):
                    continue
                if kind not in ("source", "synapse") or not self.code.fixed(name):
                    raise _No(f"the increment depends on {name}, which can change between events")
                if place not in ("target", kind):
                    raise _No(f"{text(part)} depends on the source and on the synapse at once")
                place = kind
            for name in names(part) if place != "target" else ():
                kind = self.code.kind(name)
                fits = kind in ("constant", "shared", "time", "synapse") or kind == place or place == "synapse"
                if name in own or not fits or not self.code.fixed(name):
                    raise _No(f"{text(part)} is no product of something of the {place} and something of the target")
            found[place].append(part)
        return {place: text(product(parts)) for place, parts in found.items()}

    def _sign(self, increment: ast.expr, bounds: _Bounds, signs: Mapping[str, Sign]) -> int:
        if bounds.low is None and bounds.high is None:
            return 0
        sign = sign_of(increment, signs)
        if sign.mixed:
            raise _No(f"increments {text(increment)} can be of both signs, and are clipped")
        return -1 if sign.negative else 1

    def _row(self, pathway: PathwayCode, weight: str, trace: str) -> Row | None:
        """Return what a pathway of the source does with weights."""
        if pathway.side != "source":
            return None
        code = self.hoisting.synaptic[pathway.name]
        found = statements(code)
        reads = any(weight in s.reads for s in found)
        writes = any(weight == s.target for s in found)
        event = self.hoisting.events.get(pathway.name)
        body = [] if event is None else [s for s in statements(event.code) if s.target == trace]
        moves = any(not (isinstance(s.value, ast.Name) and s.value.id == f"_{trace}") for s in body)
        if not (reads or writes or moves):
            return None
        return Row(
            pathway=pathway.name,
            code=code,
            reads=reads,
            writes=writes,
            moves_trace=moves,
            transmission=self._transmission(found, weight),
        )

    def _transmission(self, found: Sequence[Statement], weight: str) -> str:
        sent = [k for k, s in enumerate(found) if weight in s.reads and self.code.kind(s.target) != "synapse"]
        changed = [k for k, s in enumerate(found) if s.target == weight]
        if not sent:
            return "none"
        if not changed or max(sent) < min(changed):
            return "before"
        return "after" if min(sent) > max(changed) else "between"

    def _keeps_bounds(self, name: str, code: str, weight: str, bounds: _Bounds, signs: Mapping[str, Sign]) -> None:
        """Check that what code leaves, that of an event of the source or regular code, lies between the bounds."""
        inside = (True, True)
        local: dict[str, ast.expr | str] = {}
        for statement in statements(code):
            value = replaced(statement.whole(), local)
            if statement.target == weight:
                inside = self._inside(value, weight, bounds, signs, inside)
                # what was worked out from the weight before is of another weight now
                local = {n: v for n, v in local.items() if isinstance(v, ast.expr) and weight not in names(v)}
            elif self.code.kind(statement.target) == "local":
                local[statement.target] = value
        for kept, bound, word in ((inside[0], bounds.low, "below"), (inside[1], bounds.high, "above")):
            if bound is not None and not kept:
                raise _No(f"{name} can leave {weight} {word} the bound {text(bound)}")

    def _inside(
        self, node: ast.expr, weight: str, bounds: _Bounds, signs: Mapping[str, Sign], before: tuple[bool, bool]
    ) -> tuple[bool, bool]:
        """Tell whether a value is not below, and not above, the bounds if the weight was as `before` says."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "clip":
            inner = self._inside(node.args[0], weight, bounds, signs, before)
            low, high = node.args[1], node.args[2]
            return (
                self._beyond(low, bounds.low, 1) or (inner[0] and self._beyond(high, bounds.low, 1)),
                self._beyond(high, bounds.high, -1) or (inner[1] and self._beyond(low, bounds.high, -1)),
            )
        found = terms(node)
        own = [(minus, part) for minus, part in found if isinstance(part, ast.Name) and part.id == weight]
        if len(own) == 1 and not own[0][0]:
            step = sign_of(total([term for term in found if term not in own]), signs)
            return before[0] and not step.negative, before[1] and not step.positive
        return self._beyond(node, bounds.low, 1), self._beyond(node, bounds.high, -1)

    def _beyond(self, node: ast.expr, bound: ast.expr | None, direction: int) -> bool:
        """Tell whether a value is surely not below (1), or not above (-1), a bound."""
        if bound is None or text(node) == text(bound):
            return True
        mine, limit = self._number(node), self._number(bound)
        return mine is not None and limit is not None and direction * (mine - limit) >= 0


def _negative(node: ast.expr) -> tuple[bool, ast.expr]:
    """Return the negative of an expression as a term of a sum, without a minus where it begins with one."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return False, node.operand
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        minus, left = _negative(node.left)
        return minus, ast.BinOp(left=left, op=node.op, right=node.right)
    return True, node


def _is_infinite(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    return isinstance(inner, ast.Name) and inner.id == "inf"


def _text(node: ast.expr | None) -> str | None:
    return None if node is None else text(node)


def _clipped(value: str, bounds: _Bounds) -> str:
    if bounds.low is None and bounds.high is None:
        return value
    low, high = _text(bounds.low) or "-inf", _text(bounds.high) or "inf"
    return f"clip({value}, {low}, {high})"
