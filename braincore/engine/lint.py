"""What Brian2 gets silently wrong in a plain script, refused or told before the first step; one function a hazard.

What cannot be meant raises `InputError`; what may be meant is an `EngineWarning` whose message begins with its name.
Brains that come from a description have been checked by `braincore.theory` and are not looked at again.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable, AuxiliaryVariable
from brian2.groups.neurongroup import NeuronGroup
from brian2.input.poissongroup import PoissonGroup
from brian2.input.poissoninput import PoissonInput
from brian2.input.spikegeneratorgroup import SpikeGeneratorGroup
from brian2.synapses.synapses import Synapses, SynapticPathway
from brian2.units.fundamentalunits import Quantity

from braincore.engine.captured import Captured
from braincore.engine.stability import unstable_steps
from braincore.errors import EngineWarning, InputError, suggest

ON_GRID = 1e-3
"""What is off a multiple of the time step by less than this share of it is on it, as in Brian2."""
MANY_STEPS = 2**53
"""From here on times cannot be told apart in double precision."""


def warn(name: str, message: str, hint: str = "") -> None:
    """Tell a hazard."""
    text = f"{name}: {message}" + (f". {hint}" if hint else "")
    warnings.warn(text, EngineWarning, stacklevel=2)


def check_run(duration: Any, objects: Sequence[Any]) -> None:
    """Look at what a run is asked to be, before clocks are set.

    Raises
    ------
    InputError
        It cannot be meant.
    """
    clocks = list({id(obj.clock): obj.clock for obj in objects}.values())
    wrong_clocks(clocks)
    wrong_duration(float(duration), clocks)


def check_objects(objects: Sequence[Any], codes: Sequence[Any], namespace: Mapping[str, Any]) -> None:
    """Look at the objects of a network that was prepared for a run.

    Parameters
    ----------
    objects, codes
        The active objects and their code.
    namespace
        What names in the objects' code mean.

    Raises
    ------
    InputError
        Something cannot be meant.
    """
    checks: tuple[Callable[[Any], None], ...] = (
        wrong_delays, wrong_rates, wrong_refractory, wrong_spike_times, not_finite,
    )  # fmt: skip
    for obj in objects:
        for check in checks:
            check(obj)
        if isinstance(obj, NeuronGroup):
            for message in unstable_steps(obj, namespace):
                warn("unstable", message, "Choose a shorter step, or another method")
    for code in codes:
        if isinstance(code, Captured):
            words_of_cpp(code)
            lost_assignments(code)
            stale_subexpressions(code)


# -- what a run is asked to be -----------------------------------------------------------------------------------------


def wrong_clocks(clocks: Sequence[Any]) -> None:
    """Refuse a time step that is not above zero."""
    for clock in clocks:
        dt = float(clock.dt_[:] if np.ndim(clock.dt_) else clock.variables["dt"].get_value().item())
        if not (np.isfinite(dt) and dt > 0):
            raise InputError(f"the time step of '{clock.name}' is {dt:g} s", hint="Above 0")


def wrong_duration(duration: float, clocks: Sequence[Any]) -> None:
    """Refuse a duration that is no time; tell one that is not kept to."""
    if not (np.isfinite(duration) and duration >= 0):
        raise InputError(f"a run of {duration:g} s", hint="A duration from 0")
    for clock in clocks:
        dt = float(clock.variables["dt"].get_value().item())
        steps = duration / dt
        if steps > MANY_STEPS:
            raise InputError(f"a run of {duration:g} s has {steps:.3g} steps of '{clock.name}'", hint="A shorter one")
    if not clocks or duration == 0:
        return
    dt = min(float(clock.variables["dt"].get_value().item()) for clock in clocks)
    steps = duration / dt
    if abs(steps - round(steps)) > ON_GRID:
        warn(
            "duration-rounded",
            f"a run of {_ms(duration)} is no multiple of the time step of {_ms(dt)}: "
            f"it has {int(np.ceil(steps))} steps",
        )


# -- objects -----------------------------------------------------------------------------------------------------------


def wrong_delays(obj: Any) -> None:
    """Refuse a delay that is negative or no number; tell one that is rounded away."""
    if not isinstance(obj, SynapticPathway):
        return
    variable = obj.variables["delay"]
    delays = np.atleast_1d(np.asarray(variable.get_value(), dtype=float))
    if not delays.size:
        return
    bad = np.flatnonzero(~(np.isfinite(delays) & (delays >= 0)))
    if bad.size:
        where = f"synapse {bad[0]} of " if delays.size > 1 else ""
        raise InputError(f"the delay of {where}'{obj.name}' is {_ms(delays[bad[0]])}", hint="A time from 0")
    dt = float(obj.source.clock.variables["dt"].get_value().item())
    if variable.scalar:
        steps = delays[0] / dt
        if abs(steps - round(steps)) > ON_GRID:
            kept = _ms(int(steps + 0.5) * dt)
            warn("delay-rounded", f"the delay of '{obj.name}' is {_ms(delays[0])}; in steps of {_ms(dt)} it is {kept}")
        return
    lost = np.count_nonzero((delays > ON_GRID * dt) & (delays < dt / 2))
    if lost:
        warn("delay-rounded", f"{lost} delays of '{obj.name}' are under half a step of {_ms(dt)}: they are 0")


def wrong_rates(obj: Any) -> None:
    """Refuse a rate that is negative or no number; tell one that asks for over one spike in a step."""
    if isinstance(obj, PoissonInput):
        rates, dt = np.atleast_1d(np.asarray(obj._rate, dtype=float)), float(np.ravel(obj._stored_dt)[0])
    elif isinstance(obj, PoissonGroup) and isinstance(obj.variables["rates"], ArrayVariable):
        rates = np.asarray(obj.variables["rates"].get_value(), dtype=float)
        dt = float(obj.clock.variables["dt"].get_value().item())
    else:
        return
    bad = np.flatnonzero(~(rates >= 0))
    if bad.size:
        raise InputError(f"a rate of '{obj.name}' is {rates[bad[0]]:g} Hz", hint="A rate from 0")
    most = float(rates.max(initial=0.0))
    if most * dt > 1 + 1e-9:
        warn(
            "rate-too-high",
            f"'{obj.name}' asks for {most:g} Hz, over one spike in each step of {_ms(dt)}: it gives {1 / dt:g} Hz",
        )


def wrong_refractory(obj: Any) -> None:
    """Refuse a refractory time that is negative or no number."""
    given = getattr(obj, "_refractory", None) if isinstance(obj, NeuronGroup) else None
    if isinstance(given, Quantity) and not (np.asarray(given, dtype=float) >= 0).all():
        raise InputError(f"the refractory time of '{obj.name}' is {given}", hint="A time from 0")


def wrong_spike_times(obj: Any) -> None:
    """Refuse times of given spikes that are no numbers."""
    if isinstance(obj, SpikeGeneratorGroup):
        times = np.asarray(obj.variables["spike_time"].get_value(), dtype=float)
        if not np.isfinite(times).all():
            raise InputError(f"a spike time of '{obj.name}' is no number", hint="Times from 0")


def not_finite(obj: Any) -> None:
    """Tell state and parameters that are NaN or infinite before the run (a neuron that never spiked has no time)."""
    if not isinstance(obj, NeuronGroup | Synapses):
        return
    for name, variable in obj.variables.items():
        own = isinstance(variable, ArrayVariable) and getattr(variable.owner, "name", "") == obj.name
        if not own or np.dtype(variable.dtype).kind != "f" or name in ("lastspike", "lastupdate", "delay"):
            continue
        values = np.asarray(variable.get_value()).ravel()
        wrong = np.flatnonzero(~np.isfinite(values))
        if wrong.size:
            place = "" if variable.scalar else f"[{wrong[0]}]"
            warn("not-finite", f"'{name}{place}' of '{obj.name}' is {values[wrong[0]]} before the run")


# -- code --------------------------------------------------------------------------------------------------------------

_ASSIGNED = re.compile(r"^\s*(?P<name>[A-Za-z_]\w*)\s*=(?!=)\s*(?P<value>.*)$")
_NAME = re.compile(r"[A-Za-z_]\w*")


def lost_assignments(code: Captured) -> None:
    """Tell values that are given to a name that nothing has and nothing reads: ``V = 0`` for ``v = 0``."""
    for name in _lost(code):
        known = [n for n in code.owner.variables if not n.startswith("_")]
        hint = suggest(name, known)
        warn(
            "lost-assignment",
            f"the code of '{code.owner.name}' ({code.name}) sets '{name}', which is no variable, and does not use it",
            hint if hint.startswith("Did") else "",
        )


def _lost(code: Captured) -> Iterator[str]:
    for text in code.code.values():
        lines = str(text or "").splitlines()
        assigned = [m for m in map(_ASSIGNED.match, lines) if m]
        read = {name for line in lines for name in _NAME.findall(line.partition("=")[2] if "=" in line else line)}
        for match in assigned:
            name = match["name"]
            own = code.variables.get(name)
            if not name.startswith("_") and name not in read and (own is None or isinstance(own, AuxiliaryVariable)):
                yield name


def stale_subexpressions(code: Captured) -> None:
    """Tell subexpressions of synapses for which Brian2 would take values from before the code changed them."""
    shown = [name for name in code.stale if not name.startswith("_")]
    if shown and code.template_name == "synapses":
        warn(
            "stale-subexpression",
            f"'{shown[0]}' depends on what the code of '{code.owner.name}' ({code.name}) changes",
            "Here it is worked out where it is used; Brian2's compiled code takes values from before the first "
            "statement (from before their decay, if they are event-driven)",
        )


_WORDS = """
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t class compl const
const_cast constexpr continue decltype default delete do double dynamic_cast else enum explicit export extern false
float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq private
protected public register reinterpret_cast return short signed sizeof static static_assert static_cast struct switch
template this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t
while xor xor_eq linux unix NULL EOF NAN INFINITY HUGE_VAL M_E M_PI M_PI_2 M_LN2 M_SQRT2 errno stdin stdout stderr
assert BUFSIZ RAND_MAX INT_MAX INT_MIN CHAR_BIT UINT64_MAX INT64_MAX INT32_MAX
"""
WORDS_OF_CPP = frozenset(_WORDS.split())
"""Keywords and macros of the headers."""


def words_of_cpp(code: Captured) -> None:
    """Refuse variables whose names are words of C++, which no compiler takes."""
    used = {name for text in code.code.values() for name in _NAME.findall(str(text or ""))}
    for name in sorted(used & WORDS_OF_CPP & code.variables.keys()):
        if isinstance(code.variables[name], ArrayVariable):
            raise InputError(f"'{name}' of '{code.owner.name}' is a word of C++", hint="Give the variable another name")


def check_connections(owner: str, code: Mapping[Any, Any]) -> None:
    """Refuse a probability of synapses that is none.

    Parameters
    ----------
    owner
        Name of the Synapses object.
    code
        Blocks of the abstract code that makes the synapses.
    """
    found = re.search(r"^_iter_p = (.+)$", str(code.get("setup_iterator", "")), flags=re.MULTILINE)
    if found is None:
        return
    try:
        p = float(found[1].replace(" ", ""))
    except ValueError:  # an expression
        return
    if not 0 <= p <= 1:
        raise InputError(f"the probability of a synapse of '{owner}' is {p:g}", hint="From 0 to 1")


def check_settings(given: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a setting that the device does not have: a misspelt one would go unnoticed."""
    for name in given:
        if name not in known:
            raise InputError(f"the device has no setting '{name}'", hint=suggest(name, known, noun="setting"))


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:g} ms"
