"""From the objects of a Brian2 network to one compiled program, and its run."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from brian2.core.base import BrianObject, BrianObjectException
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.spatialneuron.spatialneuron import SpatialStateUpdater
from brian2.synapses.synapses import Synapses

from braincore.engine import groups, monitors, synapses
from braincore.engine.captured import Captured
from braincore.engine.compiler import load
from braincore.engine.drawn import DrawnLink
from braincore.engine.kept import Bytes, collected, digest, tag, taken_up
from braincore.engine.kernels import kernels
from braincore.engine.loop import loop
from braincore.engine.parts import barriers
from braincore.engine.passes.fuse import fuse
from braincore.engine.passes.lazy import lazy
from braincore.engine.passes.refractory import touched_elsewhere
from braincore.engine.pieces import Piece
from braincore.engine.summed import summed
from braincore.engine.unit import Passes, Unit, Unsupported
from braincore.errors import BraincoreError

GROUP_CODE: dict[str, Callable[[Unit, Captured], Piece]] = {
    "stateupdate": synapses.update,
    "threshold": groups.threshold,
    "reset": groups.reset,
    "spikegenerator": groups.spike_generator,
    "summed_variable": summed,
}
MONITOR_CODE: dict[str, Callable[[Unit, Captured, Any, int], Piece]] = {
    "spikemonitor": monitors.events,
    "statemonitor": monitors.states,
    "ratemonitor": monitors.rates,
}


PATHWAY = ["synapses_push_spikes", "synapses"]
"""Templates of what a pathway does in a time step."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that a network does in a time step.

    Attributes
    ----------
    obj
        The Brian2 object.
    native
        Whether it is compiled; else Brian2's own code runs.
    notes
        What passes did to it, or why it is not compiled.
    """

    obj: Any
    native: bool
    notes: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Program:
    """A compiled network.

    Attributes
    ----------
    steps
        What is done in a time step, in this order.
    clocks
        The clocks.
    unit
        What the code was made from.
    source
        The C++ text.
    library
        The compiled code.
    """

    steps: list[Step]
    clocks: list[Any]
    unit: Unit
    source: str
    library: Any
    _callback: Any = field(default=None, repr=False)
    _keep: list[Any] = field(default_factory=list, repr=False)
    _error: BaseException | None = None
    _published: bool = False
    _digest: bytes | None = None

    def begin(
        self, seed: int, before_call: Callable[[], None], stopped: Callable[[], bool], shift: float = 0.0
    ) -> None:
        """Bind arrays and hand over what the objects hold.

        Parameters
        ----------
        seed
            Of random numbers.
        before_call, stopped
            Called before Brian2's own code runs, and after it: whether the run ends with this step.
        shift
            Random numbers are those of so many seconds later.
        """
        lib, table = self.library, self.unit.table
        numbers = np.array([*table.numbers, 0.0])
        integers = np.array([*table.integers, 0], dtype=np.int64)
        extra = list(table.extra.values())
        others = (ctypes.c_void_p * max(1, len(extra)))(*(values.ctypes.data for values in extra))
        self._pointers = (ctypes.c_void_p * max(1, len(table.arrays)))()
        self._callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(self._call(before_call, stopped))
        ends = np.array([clock._i_end for clock in self.clocks], dtype=np.int64)
        shifts = np.array([round(shift / float(clock.dt_)) for clock in self.clocks] or [0], dtype=np.int64)
        self._keep = [numbers, integers, others, extra, ends, shifts]
        self._point()
        seeded = ctypes.c_uint64(seed)
        lib.call(
            "bind", self._pointers, others, numbers, integers, seeded, self._callback, ends, shifts, self.unit.parts
        )
        for link in sorted(self.unit.links, key=lambda link: getattr(link, "prepost", "") != "pre"):
            link.begin(lib)
        lib.call("ready")

    def _point(self) -> None:
        for variable, place in self.unit.table.arrays.items():
            if variable not in self.unit.unkept:
                self._pointers[place] = variable.get_value().ctypes.data

    def _call(self, before: Callable[[], None], stopped: Callable[[], bool]) -> Callable[[int], int]:
        dynamic = [
            v for v in self.unit.table.arrays if isinstance(v, DynamicArrayVariable) and v not in self.unit.unkept
        ]

        # the cable equation reads and changes its own neuron: monitors need not be up to date, nor the network's time
        apart = [isinstance(step.obj, SpatialStateUpdater) for step in self.steps]

        def call(place: int) -> int:
            try:
                if apart[place]:
                    self.library.call("publish")
                    self.steps[place].obj.run()
                    return 0
                before()
                self.sync()
                self.steps[place].obj.run()
                for variable in dynamic:  # Python may have made them longer
                    self._pointers[self.unit.table.arrays[variable]] = variable.get_value().ctypes.data
            except BaseException as error:  # it must not pass through C++
                self._error = error
                return 1
            return 2 if stopped() else 0

        return call

    def advance(self, steps: int, threads: int = 1) -> bool:
        """Run at most so many time steps, on one thread or on one for each part; return whether the end was reached."""
        self._published, self._digest = False, None
        left = self.library.call("advance", steps, threads)
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return bool(left == 0)

    def publish(self) -> None:
        """Bring Brian2's arrays up to date, if steps were run since they were."""
        if not self._published:
            self.library.call("publish")
            self._published = True

    def sync(self) -> None:
        """Bring Brian2's objects up to date."""
        self.library.call("publish")
        for link in self.unit.links:
            link.sync(self.library)
        self._note()

    def _note(self) -> None:
        """Take note of what Brian2's arrays are now that they are up to date."""
        if self.unit.kept:
            self._digest = digest(self.library)

    def kept(self) -> Bytes | None:
        """Return what the compiled code holds beyond Brian2's arrays, as of when these were last brought up to date."""
        if self._digest is None:
            return None
        self._point()  # Python may have made arrays longer since
        return collected(self.library, self.tag(), self._digest)

    def take_up(self, given: Bytes) -> bool:
        """Go on with what an earlier program held, if Brian2's arrays are as they were then; tell whether they are."""
        return bool(self.unit.kept) and taken_up(self.library, given, self.tag())

    def tag(self) -> bytes:
        """Return what two programs have in common if one can go on with what the other held; empty if none can."""
        return b"" if not self.unit.kept else tag(self.unit.kept, self.unit.table.numbers)

    def explain(self) -> list[str]:
        """Say of each object what becomes of it, once the program has begun."""
        layouts = {
            link.pathway: link.layout(self.library)
            for link in self.unit.links
            if isinstance(link, synapses.PathwayLink | DrawnLink)
        }
        lines = []
        for step in self.steps:
            lines.append(f"{step.obj.name}: {'compiled' if step.native else 'runs on Brian2 code'}")
            notes = [*step.notes, *([layouts[step.obj.name]] if step.obj.name in layouts else [])]
            lines += [f"    {note}" for note in notes]
        return lines

    def spent(self) -> list[tuple[str, float]]:
        """Return the seconds that each object took, if that was measured."""
        seconds = np.zeros(max(1, len(self.steps)))
        self.library.call("spent", seconds)
        return [(step.obj.name, float(time)) for step, time in zip(self.steps, seconds, strict=False)]

    def holds(self) -> bool:
        """Tell whether what the code says of the network's numbers is still true."""
        if any(arrays is not None and variable not in arrays for variable, arrays in self.unit.unkept.items()):
            return False  # somebody asked for what was drawn, and may have changed it
        numbers = all(bool((variable.get_value() == number).all()) for variable, number in self.unit.assumed)
        return numbers and all(check() for check in self.unit.checks)

    def end(self) -> None:
        """Take back what is under way."""
        self.publish()
        for link in self.unit.links:
            link.end(self.library)
        self._note()


def compile_network(
    objects: Sequence[Any],
    *,
    exact: bool,
    profile: bool = False,
    passes: Passes | None = None,
    parts: int = 1,
    variables: Sequence[Any] = (),
) -> Program:
    """Return the compiled program of a network's active objects, in their order.

    Parameters
    ----------
    objects
        Brian2 objects, prepared for a run.
    exact
        Whether results must round as Brian2's do.
    profile
        Whether the time that each object takes is measured.
    passes
        Which passes run; all by default.
    parts
        Into how many parts neurons are divided: as many threads can run.
    variables
        The device's array variables, in the order in which they were added: random numbers go by it.
    """
    numbers = kernels(objects, variables)
    clocks = list(dict.fromkeys(obj.clock for obj in objects))
    unit = _unit(clocks, passes or Passes(), parts)
    pieces = _pieces(unit, objects, clocks, numbers)
    if any(piece.python for piece in pieces) and not unit.python:  # then nothing may be taken to stay as it is
        unit = _unit(clocks, passes or Passes(), parts, python=True)
        pieces = _pieces(unit, objects, clocks, numbers)
    if unit.passes.fuse:
        pieces = fuse(pieces, apart=exact)
    unit.written.update(*(piece.writes for piece in pieces))
    pieces = lazy(unit, pieces)
    steps: list[Step] = []
    calls: list[str] = []
    for piece in pieces:
        place = len(steps)
        if piece.python:
            text = f"const int told = _call({place}); FAILED = told == 1; STOPPED |= told == 2; changed();"
        else:
            time = f"enum {{ CLOCK = {piece.clock} }};\nSTEP = STEPS[CLOCK]; DRAWN = STEP + SHIFT[CLOCK]; MORE = 0;"
            body = f"{time}\n{piece.text}"
            text = f"{unit.function(f'step{piece.number}', piece.obj.name, body)}(P);"
        alone = piece.alone or piece.python
        calls.append(_guarded(text, piece.clock, len(clocks), place, alone=alone, profile=profile))
        steps.append(Step(obj=piece.obj, native=not piece.python, notes=tuple(piece.notes)))
    source = unit.text(loop(unit, clocks, calls, barriers(pieces), python=any(piece.python for piece in pieces)))
    return Program(steps=steps, clocks=clocks, unit=unit, source=source, library=load(source, exact=exact))


def _unit(clocks: Sequence[Any], passes: Passes, parts: int, *, python: bool = False) -> Unit:
    """Return an empty unit in which every thread has its own time."""
    unit = Unit(passes=passes, parts=parts, python=python)
    for k, clock in enumerate(clocks):
        unit.table.own |= {clock.variables["t"]: f"(TIME + {k})", clock.variables["timestep"]: f"(STEPS + {k})"}
    n = max(1, len(clocks))
    unit.declarations += [
        f"_OWN double TIME[{n}];",
        f"_OWN int64_t STEPS[{n}];",
        f"static int64_t CHANGED[{n}];  // step before which Python changed things",
        f"static int64_t SHIFT[{n}];  // steps from a step to the one whose random numbers it draws",
    ]
    return unit


def _pieces(unit: Unit, objects: Sequence[Any], clocks: Sequence[Any], numbers: Mapping[str, int]) -> list[Piece]:
    """Return what the objects do in a time step, each as C++ or as a call of Brian2's own code."""
    codes = [[real(code) for code in obj.code_objects] for obj in objects]
    everything = [code for mine in codes for code in mine]
    unit.written = _written(everything)
    for number, mine in enumerate(codes):
        for code in mine:
            space = _filled(code)
            if space is not None:
                unit.found[space] = number + 1
    unit.spaces = set(unit.found)
    unit.alone = {id(c) for c in everything if isinstance(c, Captured) and not touched_elsewhere(c, everything)}
    unit.python |= any(_is_python(obj, mine) for obj, mine in zip(objects, codes, strict=True))
    for obj, mine in zip(objects, codes, strict=True):
        if _templates(mine) == PATHWAY:
            unit.pathways.setdefault(obj.synapses.name, []).append((obj, mine[1]))
        elif _templates(mine) == ["stateupdate"] and isinstance(mine[0].owner, Synapses):
            unit.regular.setdefault(mine[0].owner.name, []).append((mine[0], float(obj.clock.dt_)))
    for code in everything:
        for variable in set(code.variables.values()) if isinstance(code, Captured) else ():
            if isinstance(variable, ArrayVariable):
                unit.users.setdefault(variable, []).append(code)
    pieces: list[Piece] = []
    for number, (obj, mine) in enumerate(zip(objects, codes, strict=True)):
        unit.turn, unit.kernel = number + 1, numbers[obj.name]
        try:
            piece = _code(unit, obj, mine, number)
        except Unsupported as error:
            piece = Piece(obj=obj, python=True, notes=[str(error)])
            for code in mine:
                if isinstance(code, Captured):
                    code.prepare_fallback()
        except BraincoreError:
            raise
        except Exception as error:
            raise BrianObjectException("An error occurred when preparing an object.", obj) from error
        if piece is not None:
            piece.obj, piece.number, piece.clock = obj, number, clocks.index(obj.clock)
            pieces.append(piece)
    return pieces


def _filled(code: Any) -> Any:
    """Return the event space that code fills, None if it fills none."""
    if isinstance(code, Captured) and code.template_name == "threshold":
        return code.template_kwds["eventspace_variable"]
    if isinstance(code, Captured) and code.template_name == "spikegenerator":
        return code.variables["_spikespace"]
    return None


def _is_python(obj: Any, codes: Sequence[Any]) -> bool:
    """Tell whether an object runs code that the engine does not see."""
    return not all(isinstance(code, Captured) for code in codes) or (not codes and type(obj).run is not BrianObject.run)


def _written(codes: Sequence[Any]) -> set[Any]:
    """Return the variables that code assigns to."""
    found = set()
    for code in codes:
        names = code.assigned if isinstance(code, Captured) else set()
        found |= {code.variables[name] for name in names if name in code.variables}
    return found


def real(code: Any) -> Any:
    """Return what a weak proxy stands for."""
    return code.__repr__.__self__ if hasattr(code.__repr__, "__self__") else code


def _templates(codes: Sequence[Any]) -> list[str]:
    return [code.template_name if isinstance(code, Captured) else "" for code in codes]


def _guarded(text: str, clock: int, clocks: int, place: int, *, alone: bool, profile: bool) -> str:
    """Return the statement that does one thing of a time step: if its clock is due, in the parts that do it."""
    if profile:
        text = f"const double _begun = _now(); {text} SPENT[{place}] += _now() - _begun;"
    conditions = [*(["P == 0"] if alone else []), *([f"due[{clock}]"] if clocks > 1 else [])]
    return f"if ({' && '.join(conditions)}) {{ {text} }}" if conditions else f"{{ {text} }}"


def _code(unit: Unit, obj: Any, codes: list[Any], number: int) -> Piece | None:
    """Return the C++ of what an object does, None if it does nothing.

    Raises
    ------
    Unsupported
        It has to run on Brian2's own code.
    """
    kind = type(obj)
    if not codes:
        if kind.run is BrianObject.run:
            return None
        raise Unsupported(f"{kind.__name__} '{obj.name}' is Python")
    if not all(isinstance(code, Captured) for code in codes):
        raise Unsupported(f"{kind.__name__} '{obj.name}' has code of its own")
    templates = _templates(codes)
    if templates == PATHWAY:
        return synapses.propagate(unit, codes[0], codes[1], obj, number)
    if len(codes) == 1 and templates[0] in GROUP_CODE:
        return GROUP_CODE[templates[0]](unit, codes[0])
    if len(codes) == 1 and templates[0] in MONITOR_CODE:
        return MONITOR_CODE[templates[0]](unit, codes[0], obj, number)
    raise Unsupported(f"{kind.__name__} '{obj.name}' uses the template {', '.join(templates)}")
