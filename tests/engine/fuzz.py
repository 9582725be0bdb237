"""Random networks on the engine and on Brian2's runtime; what differs is shrunk to a small script.

::

    python tests/engine/fuzz.py 0 500              # seeds 0 to 499; exit code 1 where one fails
    python tests/engine/fuzz.py 0 500 --shrink     # ... and a small script of each failure
    python tests/engine/fuzz.py --print 17         # the script of a seed
    python tests/engine/fuzz.py --script bad.py    # a script from a file, with all that differs

Compared are spikes (exactly), all recordings, the final state of all objects and the spikes under way (floats to
`RTOL`). **False alarms.** Both programs round alike but for functions such as ``exp``, so a difference of 1e-16 can
only show where a network magnifies it a million times, or where a value meets a threshold to the last bit. Before a
difference counts, Brian2's runtime therefore runs again `SHAKES` times with all its initial values changed by 1e-13
of themselves, a thousand times the rounding: where any of these differ from the first run (by a spike, or by more than
a tenth of what is allowed), the network is *ill-conditioned* and says nothing. Such networks are counted, as are those
that Brian2 itself refuses; the tests bound both.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import runpy
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import brian2 as b2
import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.utils.logger import BrianLogger
from fuzz_grammar import MARK, generate

import braincore.engine
from braincore.engine import plans

RTOL = 1e-9
BrianLogger.suppress_name("unused_brian_object")  # of scripts that Brian2 refuses
SHAKES = 6
State = dict[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of a script.

    Attributes
    ----------
    kind
        ``same``; ``refused`` by Brian2; ``ill``-conditioned or ``infinite``; or a failure: ``different``, ``error``
        (the engine raises), ``fallback`` (something runs on Brian2's own code).
    text
        What was seen.
    spikes
        How many spikes were recorded.
    """

    kind: str
    text: str = ""
    spikes: int = 0

    @property
    def failed(self) -> bool:
        """Tell whether the engine is at fault."""
        return self.kind in ("different", "error", "fallback")


def run_script(script: str, device: str, prepare: Callable[[Any], None] | None = None, **options: Any) -> State:
    """Run a script on a device and return all that it recorded and left behind.

    Parameters
    ----------
    script
        The script.
    device
        Name of the Brian2 device.
    prepare
        Is called with the network before it runs.
    options
        Of the device.
    """
    braincore.engine.DEVICE.program = None
    gc.collect()  # or names of clocks depend on what ran before
    before = b2.prefs.codegen.target
    b2.prefs.codegen.target = "numpy"
    often = mock.patch.multiple(plans, SELDOM=0.0, MANY=0)  # what pays for large networks alone is tried at all
    with (
        often,
        tempfile.TemporaryDirectory() as folder,
        contextlib.redirect_stdout(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        first, second = Path(folder, "build.py"), Path(folder, "runs.py")
        build, runs = script.split(MARK)
        first.write_text(build, encoding="utf-8")
        second.write_text("\n" * build.count("\n") + runs, encoding="utf-8")
        level = BrianLogger.console_handler.level
        BrianLogger.console_handler.setLevel("CRITICAL")
        b2.set_device(device, **options)
        try:
            space = runpy.run_path(str(first))
            if prepare is not None:
                prepare(space["net"])
            space = runpy.run_path(str(second), init_globals=space)
            return recorded(space["net"])
        finally:
            BrianLogger.console_handler.setLevel(level)
            b2.set_device("runtime")
            b2.prefs.codegen.target = before
            b2.prefs.core.default_float_dtype = np.float64
            b2.defaultclock.dt = 0.1 * b2.ms


def recorded(net: Any) -> State:
    """Return everything that a network's monitors hold, the state of its objects, and the spikes under way."""
    found: State = {"net.t": np.array(float(net.t))}
    for obj in net.sorted_objects:
        names = {name: v for name, v in getattr(obj, "variables", {}).items() if isinstance(v, ArrayVariable)}
        for name, variable in names.items():
            owner = getattr(variable, "owner", None)
            if owner is None or owner.name != obj.name or name == "_indices":
                continue
            values = np.array(variable.get_value())
            found[f"{obj.name}.{name}"] = values[-1:] if name.endswith("space") and name.startswith("_") else values
        queue = getattr(obj, "queue", None)
        if queue is not None:
            for later, slot in enumerate(_under_way(queue)):
                found[f"{obj.name}.under way, {later} steps"] = np.sort(np.asarray(slot, dtype=np.int64))
    return found


def _under_way(queue: Any) -> list[Any]:
    """Return the synapses that are due in the next step, in the one after that..., without empty ones at the end."""
    try:
        offset, slots = queue._full_state()
    except AttributeError:  # Brian2's queue has not been used yet
        return []
    slots = [*slots[offset:], *slots[:offset]]
    while slots and not len(slots[-1]):
        slots.pop()
    return slots


def differences(found: State, expected: State, rtol: float = RTOL) -> list[str]:
    """Return what differs between two results, a line each."""
    lines = [f"{key}: only in one of the two" for key in sorted(found.keys() ^ expected.keys())]
    for key in sorted(found.keys() & expected.keys()):
        ours, theirs = found[key], expected[key]
        if ours.shape != theirs.shape:
            lines.append(f"{key}: {ours.shape} values, Brian2 has {theirs.shape}")
            continue
        if theirs.dtype.kind in "iub" or key.endswith(".t"):
            wrong = ours != theirs
        else:
            finite = np.abs(theirs[np.isfinite(theirs)])
            allowed = rtol * np.abs(theirs) + rtol * 1e-3 * (finite.max() if finite.size else 0.0) + rtol * 1e-6
            wrong = ~((np.abs(ours - theirs) <= allowed) | (ours == theirs) | (np.isnan(ours) & np.isnan(theirs)))
        if np.any(wrong):
            place = tuple(int(k) for k in np.argwhere(wrong)[0])
            lines.append(f"{key}{list(place)}: {ours[place]!r}, Brian2 has {theirs[place]!r} ({wrong.sum()} differ)")
    return lines


def _shaken(number: int) -> Callable[[Any], None]:
    """Return a function that changes all initial values of a network a little."""

    def shake(net: Any) -> None:
        rng = np.random.default_rng(number)
        for obj in net.sorted_objects:
            if not isinstance(obj, b2.NeuronGroup | b2.Synapses):
                continue
            for name, variable in obj.variables.items():
                mine = isinstance(variable, ArrayVariable) and variable.owner is not None
                if not mine or variable.owner.name != obj.name or variable.read_only or variable.dtype != np.float64:
                    continue
                if name not in ("lastspike", "delay", "t", "dt"):
                    values = variable.get_value()
                    values *= 1 + 1e-13 * rng.choice([-1, 1], values.shape) * rng.uniform(0.3, 1, values.shape)

    return shake


def _ill(script: str, expected: State) -> bool:
    """Tell whether Brian2's own result depends on the last digits of what it starts from."""
    return any(
        differences(run_script(script, "runtime", _shaken(number)), expected, RTOL / 10) for number in range(SHAKES)
    )


def check(script: str, **options: Any) -> Outcome:
    """Run a script on both devices and compare.

    Parameters
    ----------
    script
        The script.
    options
        Of the engine's device.
    """
    try:
        expected = run_script(script, "runtime")
    except Exception as error:
        return Outcome(kind="refused", text=_said(error))
    spikes = sum(v.size for k, v in expected.items() if k.startswith("M") and k.endswith(".i"))
    values = [v for k, v in expected.items() if v.dtype.kind == "f"]
    if not all(np.isfinite(v).all() and np.all(np.abs(v) < 1e9) for v in values):
        return Outcome(kind="infinite", spikes=spikes)
    try:
        found = run_script(script, "braincore", **options)
    except Exception as error:
        return Outcome(kind="error", text=_said(error), spikes=spikes)
    wrong = differences(found, expected)
    if wrong and _ill(script, expected):
        return Outcome(kind="ill", text="\n".join(wrong), spikes=spikes)
    if wrong:
        return Outcome(kind="different", text="\n".join(wrong), spikes=spikes)
    program = braincore.engine.DEVICE.program
    slow = [f"{s.obj.name}: {'; '.join(s.notes)}" for s in program.steps if not s.native] if program else []
    return Outcome(kind="fallback" if slow else "same", text="\n".join(slow), spikes=spikes)


def _said(error: BaseException) -> str:
    """Return an exception and what it came from, a line each."""
    lines = []
    link: BaseException | None = error
    while link is not None:
        lines.append(f"{type(link).__name__}: {str(link)[:2000]}")
        link = link.__cause__
    return "\n".join(lines)


def shrink(script: str, kind: str, seconds: float = 300.0, again: Callable[[str], Outcome] = check) -> str:
    """Return a smaller script that fails in the same way: lines are left out as long as it does.

    Parameters
    ----------
    script, kind
        A script and how it fails.
    seconds
        After which to stop.
    again
        Says what comes of a script.
    """
    lines, stop = script.splitlines(), time.monotonic() + seconds
    size = max(1, len(lines) // 3)
    while size and time.monotonic() < stop:
        place, shorter = 0, False
        while place < len(lines) and time.monotonic() < stop:
            fewer = lines[:place] + lines[place + size :]
            if MARK in fewer and any("net.run(" in line for line in fewer) and again("\n".join(fewer)).kind == kind:
                lines, shorter = fewer, True
            else:
                place += size
        size = size if shorter and size == 1 else size // 2
    return "\n".join(lines) + "\n"


def report(seed: int | None, outcome: Outcome, script: str) -> str:
    """Return what to say about a failure."""
    where = f"seed {seed}" if seed is not None else "the script"
    return f"{where}: {outcome.kind}\n{outcome.text}\n\n{script}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("stop", type=int, nargs="?", default=25)
    parser.add_argument("--shrink", action="store_true", help="print a small script of each failure")
    parser.add_argument("--noisy", action="store_true", help="draw random numbers (only with --only or --print)")
    parser.add_argument("--only", metavar="DEVICE", help="run on one device and compare nothing")
    parser.add_argument("--print", type=int, metavar="SEED", dest="shown", help="print the script of a seed")
    parser.add_argument("--threads", type=int, help="of the engine (1, 2 and 3 in turn)")
    parser.add_argument("--script", type=Path, metavar="FILE", help="run a script from a file")
    given = parser.parse_args(arguments)
    if given.shown is not None:
        print(generate(given.shown, given.noisy), end="")
        return 0
    if given.script:
        outcome = check(given.script.read_text(encoding="utf-8"), threads=given.threads or 1)
        print(f"{outcome.kind}\n{outcome.text}")
        return int(outcome.failed)
    counts: dict[str, int] = {}
    for seed in range(given.first, given.stop):
        script = generate(seed, given.noisy)
        again = partial(check, threads=given.threads or 1 + seed % 3)
        outcome = _alone(script, given.only, seed) if given.only else again(script)
        counts[outcome.kind] = counts.get(outcome.kind, 0) + 1
        if outcome.failed:
            small = shrink(script, outcome.kind, again=again) if given.shrink else script
            print(report(seed, again(small) if given.shrink else outcome, small), flush=True)
        elif outcome.kind in ("refused", "ill"):
            print(f"seed {seed}: {outcome.kind}: {outcome.text[:500]}", flush=True)
    print(", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))
    return int(any(counts.get(kind) for kind in ("different", "error", "fallback")))


def _alone(script: str, device: str, seed: int) -> Outcome:
    """Run a script on one device."""
    options = {"threads": 1 + seed % 3} if device == "braincore" else {}
    try:
        run_script(script, device, **options)
    except Exception as error:
        return Outcome(kind="refused", text=_said(error))
    return Outcome(kind="same")


if __name__ == "__main__":
    os.environ.setdefault("BRAINCORE_CXXFLAGS", "-O1")
    os.environ.pop("LD_PRELOAD", None)  # a sanitizer's library is there by now; the compiler need not have it
    with tempfile.TemporaryDirectory() as cache:
        os.environ.setdefault("BRAINCORE_CACHE", cache)
        code = main()
    sys.exit(code)
