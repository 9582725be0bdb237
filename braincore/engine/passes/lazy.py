"""Neurons that nothing happens to are not visited (`lazy.h`).

Legal if one step of the group is a linear map of its state that comes to rest below threshold (`linear`), and nothing
that runs over the whole group besides update, threshold and reset touches that state. Pathways, input to subgroups and
monitors visit a neuron by its index, and bring it up to date first. Where it is legal, neurons sleep while few of them
are near threshold and little input arrives: that is decided while the network runs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2.codegen.generators.cpp_generator import c_data_type
from brian2.core.preferences import prefs
from brian2.core.variables import ArrayVariable, Constant
from brian2.groups.neurongroup import NeuronGroup, Resetter, StateUpdater
from brian2.monitors.spikemonitor import EventMonitor
from brian2.monitors.statemonitor import StateMonitor
from brian2.synapses.synapses import SynapticPathway

from braincore.engine.captured import Captured
from braincore.engine.generator import CONDITION
from braincore.engine.kept import Keeping
from braincore.engine.passes.linear import NotAffineError, resting, step_map, threshold_form
from braincore.engine.pieces import SUB, Loop, Piece
from braincore.engine.unit import Unit

LEAST = 4096
"""Neurons of a group from which on it may pay."""

MOST_STATE = 8
"""State variables at most: tables have their square."""

MOST_COLUMNS = 16
"""Arrays that the update reads, at most (`COLUMNS` in lazy.h)."""

AHEAD = 12
"""Synapses between the one that acts and the one whose target is fetched."""

_ASKED = re.compile(
    r"\s*not_refractory = (?:timestep\(t - lastspike, dt\) >= timestep\((?P<time>.*), dt\)"
    r"|not_refractory or not \(.*\))[ \t]*\n"
)
_ASKS = re.compile(r"not_refractory = (_timestep\(t - lastspike, dt\) >= [^;]*);")
_ACT = re.compile(r"(?P<begin>const auto _act = [^\n]*\{\n)(?P<inner>.*?)\n\};", re.DOTALL)
_TARGET = re.compile(r"const int32_t _postsynaptic_idx = (?P<place>.*);")
_SUB = re.compile(rf"{SUB} = .*;")
_POINTER = re.compile(r"^[\w ]+\* (?:__restrict )?a\d+ = .*;$", re.MULTILINE)


def lazy(unit: Unit, pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces, with those that touch neurons which may sleep able to run either way."""
    found = list(pieces)
    if not unit.passes.lazy:
        return found
    for piece in pieces:
        if not isinstance(piece.obj, StateUpdater) or not isinstance(piece.obj.group, NeuronGroup):
            continue
        if len(piece.obj.group) < LEAST or piece.python:
            continue
        try:
            sleeper = _sleeper(unit, piece, found)
            found = [sleeper.piece(other) for other in found]
        except NotAffineError as error:
            piece.notes.append(f"its neurons are all stepped: {error}")
    return found


@dataclass(kw_only=True)
class _Sleeper:
    """A group whose neurons may sleep.

    Attributes
    ----------
    name
        Of its store in the compiled code.
    loop
        Its update and threshold.
    places
        Of its state in the table.
    free
        Place of ``not_refractory``, if it has one.
    """

    name: str
    loop: Loop
    places: list[int]
    free: int | None

    def indices(self, text: str) -> set[str]:
        """Return by what the state is indexed in a text; an empty name where it is called as a whole."""
        text = _POINTER.sub("", text)
        found = set()
        for place in self.places:
            for match in re.finditer(rf"\ba{place}\b(?:\[(\w+)\])?", text):
                found.add(match[1] or "")
        return found

    def piece(self, piece: Piece) -> Piece:
        """Return a piece that runs either way, or the piece itself if it does not touch the state."""
        if piece is self.loop:
            body = self._stepped()
        elif not self.indices(piece.text):
            return piece
        elif isinstance(piece, Loop):
            body = self._visited(piece)
        elif isinstance(piece.obj, SynapticPathway):
            body = self._pathway(piece.body)
        elif isinstance(piece.obj, Resetter):
            body = self._both(piece.body, self._reset(piece.body))
        else:
            body = self._looked_at(piece.body)
        return Piece(
            obj=piece.obj,
            clock=piece.clock,
            number=piece.number,
            reads=piece.reads,
            writes=piece.writes,
            touches=piece.touches,
            alone=piece.alone,
            body=body,
            notes=piece.notes,
        )

    def _in_store(self, text: str, index: str, state: str) -> str:
        """Return a text in which the state is read and written in the store."""
        for k, place in enumerate(self.places):
            text = re.sub(rf"\ba{place}\[{index}\]", f"{state}.x[{k}]", text)
        return text

    def _both(self, awake: str, asleep: str) -> str:
        return f"if ({self.name}.part[_p0].on) {{\n{asleep}\n}} else {{\n{awake}\n}}"

    def _stepped(self) -> str:
        """Return update and threshold: of the neurons that are awake, or of all."""
        loop, name = self.loop, self.name
        step = self._in_store(loop.element, "_idx", "_z").replace(
            f"_flag[_idx] = {CONDITION};", f"_fired = {CONDITION};"
        )
        step = _ASKS.sub(r"not_refractory = (_asked && not_refractory) || (\1);", step)  # it stays what it has become
        listed = re.sub(r"_scan\(.*\);", f"_now = {name}.part[p].fired;", loop.after)
        free = f"a{self.free}[_idx] && " if self.free is not None else ""
        asleep = f"""const bool _asked = STEP > CHANGED[CLOCK];
for (int p = _p0; p < _p1; p++) {{
auto& _part = {name}.part[p];
List& _list = _part.awake;
size_t _kept = 0;
_part.steps += _list.size();
_part.fired.clear();
for (size_t _a = 0; _a < _list.size(); _a++) {{
const int64_t _idx = _list[_a];
const _Draw _vectorisation_idx(_idx, 0);
auto& _z = {name}.of[_idx];
bool _fired = false;
{step}
if (_fired) _part.fired.push_back((int32_t)_idx);
else if ({free}{name}.rests(_z.x)) {{ _z.awake = 0; _z.step = (uint32_t)STEP + 1; continue; }}
_list[_kept++] = (int32_t)_idx;
}}
_list.resize(_kept);
sort(_part.fired.begin(), _part.fired.end());
}}
{listed}"""
        return "\n".join(
            [
                loop.count,
                loop.share,
                loop.head,
                f"for (int p = _p0; p < _p1; p++) {name}.turn(p, STEP, {name}_arrays);",
                self._both(f"{loop.before}\n{loop.loops}\n{loop.after}", asleep),
                f"for (int p = _p0; p < _p1; p++) {name}.part[p].done = (uint32_t)STEP + 1;",
            ]
        )

    def _visited(self, piece: Loop) -> str:
        """Return what is done to the neurons of a subgroup."""
        vector = self._in_store(piece.element, "_sub_idx", "_z")
        vector = _SUB.sub(lambda m: f"{m[0]}\nauto& _z = {self._visit('_sub_idx')};", vector, count=1)
        either = Loop(obj=None, vector=(f"{vector}\n{self.name}.settle(_z, _sub_idx);",), ordered=True)
        both = self._both(f"{piece.before}\n{piece.loops}", f"{piece.before}\n{either.loops}")
        return "\n".join([piece.count, piece.share, piece.head, both, piece.after])

    def _reset(self, body: str) -> str:
        """Return what is done to the neurons that spiked; where that is in the step after, they may sleep already."""
        begin = "const int64_t _idx = _spike;"
        assert begin in body and body.endswith("\n}")
        body = self._in_store(body, "_idx", "_z").replace(begin, f"{begin}\nauto& _z = {self._visit('_idx')};")
        return f"{body[:-2]}\n{self.name}.settle(_z, _idx);\n}}"

    def _visit(self, index: str) -> str:
        return f"{self.name}.visit({self.name}.of[{index}], {self.name}.part[_p0].done)"

    def _pathway(self, body: str) -> str:
        """Return what spikes do to their targets; synapses that act are counted."""
        counted = body.replace(
            "const size_t _n = _o.spans.size();",
            "const size_t _n = _o.spans.size();\n"
            f"for (const Span& _s : _o.spans) {self.name}.part[P].events += _s.to - _s.from;",
        )
        counted = re.sub(r"(auto& _due = [^\n]*)", rf"\1\n{self.name}.part[P].events += _due.n;", counted)
        act = _ACT.search(counted)
        assert act is not None
        place = _TARGET.search(act["inner"])
        assert place is not None
        head = f"{place[0]}\nauto& _z = {self.name}.visit(_zs[_postsynaptic_idx], _done);"
        inner = self._in_store(act["inner"], "_postsynaptic_idx", "_z").replace(place[0], head)
        hoisted = f"auto* const _zs = {self.name}.of.data();\nconst uint32_t _done = {self.name}.part[_p0].done;\n"
        settled = f"{hoisted}{act['begin']}{inner}\n{self.name}.settle(_z, _postsynaptic_idx);\n}};"
        asleep = counted.replace(act[0], settled)
        if "_idx" not in place["place"]:
            ahead = place["place"].replace("c_.", "own_.").replace("[k_]", f"[k_ + {AHEAD}]")
            fetch = f"if (k_ + {AHEAD} < _span[_r].to) __builtin_prefetch(&_zs[{ahead}], 1);"
            plain = "k_ < _span[_r].to; k_++) _act(own_, k_);"
            asleep = asleep.replace(plain, plain.replace("_act", f"{{ {fetch} _act") + " }")
        return self._both(counted, asleep)

    def _looked_at(self, body: str) -> str:
        """Return what a monitor records."""
        for k, place in enumerate(self.places):
            seen = (
                f"({self.name}.part[0].on ? {self.name}.seen(_idx, {self.name}.part[0].done).x[{k}] : a{place}[_idx])"
            )
            body = re.sub(rf"\ba{place}\[_idx\]", seen, body)
        return body


def _sleeper(unit: Unit, piece: Piece, pieces: Sequence[Piece]) -> _Sleeper:
    """Return how a group sleeps, and put into the unit what that needs.

    Raises
    ------
    NotAffineError
        It cannot.
    """
    if unit.python:
        raise NotAffineError("Python code runs in between")
    if not isinstance(piece, Loop) or piece.kind != "update+threshold" or piece.alone:
        raise NotAffineError("update and threshold are not one loop")
    group = piece.obj.group
    update, threshold = _captured(piece.obj), _captured(group.thresholder["spike"])
    code, asks = _without_asking(unit, update)
    names = _state(unit, update, code, len(group))
    known = _known(update) | ({"not_refractory": 1.0} if asks else {})
    step = step_map(code, names, known, update.variables)
    condition = threshold.code[None].strip().removeprefix(f"{CONDITION} = ")
    reached = threshold_form(condition, names, _known(threshold), "not_refractory")
    kind = prefs["core.default_float_dtype"]
    numbers = resting(step, reached, float(np.finfo(kind).eps)).numbers()
    free = unit.table.place(update.variables["not_refractory"]) if asks else None
    places = [unit.table.place(update.variables[name]) for name in names]
    found = _Sleeper(name=f"lazy{piece.number}", loop=piece, places=places, free=free)
    for other in pieces:
        if other is not piece:
            _check(found, other)
    _declare(unit, found, numbers, c_data_type(kind), group)
    piece.notes.append("neurons sleep while few are near threshold and little input arrives")
    return found


def _captured(obj: Any) -> Captured:
    """Return the code of an object."""
    code = obj.code_objects[0]
    code = code.__repr__.__self__ if hasattr(code.__repr__, "__self__") else code
    assert isinstance(code, Captured)
    return code


def _known(captured: Captured) -> dict[str, float]:
    """Return the numbers that a code reads."""
    known = {name: float(v.get_value()) for name, v in captured.variables.items() if isinstance(v, Constant)}
    return {**known, "dt": float(captured.owner.clock.dt_)}


def _without_asking(unit: Unit, update: Captured) -> tuple[str, bool]:
    """Return an update without the statement that asks whether a neuron is refractory, and whether there was one.

    A neuron that sleeps is not asked: the answer has to stay what it has become.
    """
    code = update.code.get(None, "")
    asked = _ASKED.match(code)
    if asked is None:
        return code, False
    if id(update) not in unit.alone:
        raise NotAffineError("its refractoriness is written elsewhere")
    if asked["time"] is not None:
        for node in ast.walk(ast.parse(asked["time"].strip(), mode="eval")):
            variable = update.variables.get(node.id) if isinstance(node, ast.Name) else None
            if (
                variable in unit.written
                or (isinstance(node, ast.Name) and node.id == "t")
                or isinstance(node, ast.Call)
            ):
                raise NotAffineError("its refractory time changes")
    return code[asked.end() :], True


def _state(unit: Unit, update: Captured, code: str, size: int) -> list[str]:
    """Return the names of the state variables that an update writes."""
    targets = [
        target.id
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    ]
    found = [name for name in dict.fromkeys(targets) if isinstance(update.variables.get(name), ArrayVariable)]
    for name in found:
        variable = update.variables[name]
        if variable.size != size or variable.dtype != prefs["core.default_float_dtype"] or variable in unit.table.own:
            raise NotAffineError(f"{name} is no number of each neuron")
    if not 1 <= len(found) <= MOST_STATE:
        raise NotAffineError(f"it has {len(found)} state variables")
    return found


def _check(sleeper: _Sleeper, piece: Piece) -> None:
    """Refuse a piece that touches the state other than by the index of a neuron that it visits."""
    indices = sleeper.indices(piece.text)
    if not indices:
        return
    obj = piece.obj
    if isinstance(piece, Loop):
        allowed = "_sub_idx" if piece.kind == "update" and not piece.quick and _SUB.search(piece.element) else None
    elif isinstance(obj, SynapticPathway):
        act = _ACT.search(piece.body)
        good = act and _TARGET.search(act["inner"]) and not sleeper.indices(piece.body.replace(act[0], ""))
        allowed = "_postsynaptic_idx" if good else None
    elif isinstance(obj, Resetter | StateMonitor | EventMonitor):
        allowed = "_idx"
    else:
        allowed = None
    if indices != {allowed}:
        raise NotAffineError(f"{obj.name} touches the state of neurons that may sleep")


def _declare(unit: Unit, sleeper: _Sleeper, numbers: Any, kind: str, group: Any) -> None:
    """Put the store into the unit, and what keeps it and Brian2's arrays in step."""
    name, table = sleeper.name, unit.table
    by_place = table.by_place
    text = f"{sleeper.loop.element}\n{sleeper.loop.after}".replace("[i]", "[_idx]")
    columns = sorted({int(m) for m in re.findall(r"\ba(\d+)\[_idx\]", text)})
    if len(columns) > MOST_COLUMNS:
        raise NotAffineError("its update reads too many arrays")
    state = ", ".join(f"({kind}*)A[{place}]" for place in sleeper.places)
    free = f"(const char*)A[{sleeper.free}]" if sleeper.free is not None else "nullptr"
    every = ", ".join(f"{{(char*)A[{k}], {np.dtype(by_place[k].dtype).itemsize}}}" for k in columns)
    store = f"Lazy<{len(sleeper.places)}, {kind}>"
    unit.declarations += [
        f"static {store} {name};",
        f"static {store}::Arrays {name}_arrays() {{ return {{{{{state}}}, {free}, {{{every}}}, {len(columns)}}}; }}",
    ]
    step = f"((int64_t*)A[{table.place(group.clock.variables['timestep'])}])[0]"
    total = table.constant(len(group))[1]
    unit.opening.append(f"{name}.open({total}, {unit.array(numbers, 'double')});")
    unit.copies.append(f"{name}.take({name}_arrays(), {step});")
    unit.exports.append(f'extern "C" int64_t asleep_{name}() {{ return {name}.asleep(); }}')
    unit.back.append(f"{name}.publish({name}_arrays(), {step});")
    arrays = tuple((f"A[{k}]", f"{total} * {np.dtype(by_place[k].dtype).itemsize}") for k in columns)
    numbered = f"{np.asarray(numbers).tobytes().hex()[:64]}"
    what = f"{len(group)} of {group.name}: {len(sleeper.places)} of {len(columns)} arrays, {kind}, {numbered}"
    unit.kept.append(Keeping(what=what, code=f"{name}.keep(k_, {name}_arrays());", arrays=arrays))
