"""A Brian2 device that compiles whole networks to C++ and runs them in place, on Brian2's own arrays."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from brian2.codegen.runtime.numpy_rt import NumpyCodeObject
from brian2.core.namespace import get_local_namespace
from brian2.core.network import Network, TextReport
from brian2.core.preferences import prefs
from brian2.core.variables import DynamicArrayVariable
from brian2.devices.device import RuntimeDevice, all_devices, auto_target
from brian2.groups.group import Group
from brian2.units.allunits import second

from braincore.engine import lint
from braincore.engine.arrays import Arrays, Drawn, aligned
from braincore.engine.captured import NATIVE, Captured, one_name, weak_owner
from braincore.engine.checks import StateCheck
from braincore.engine.compiler import compiler
from braincore.engine.complaints import CompileError
from braincore.engine.functions import register
from braincore.engine.integrated import kept_integrations
from braincore.engine.kept import Bytes
from braincore.engine.pace import MOST, Pace, threads_that_may_pay
from braincore.engine.program import Program, compile_network, real
from braincore.engine.queue import SpikeQueue
from braincore.engine.unit import Passes
from braincore.errors import InputError, MissingDependencyError

SETTINGS = ("precision", "threads", "without", "checks", "profile")
CHUNK_S = 0.1
"""Seconds of real time after which Python looks in: Ctrl-C, progress, recordings."""

COSTLY = ("spatialstateupdate",)
"""What Brian2 runs in every step and the engine does not: worth being compiled by Brian2."""

_log = logging.getLogger(__name__)
register()


class BraincoreDevice(RuntimeDevice):  # type: ignore[misc]
    """Brian2's runtime, but the run itself is one compiled program."""

    def __init__(self) -> None:
        super().__init__()
        self.arrays = Arrays()
        self.program: Program | None = None
        self.run_seed = int(np.random.SeedSequence().generate_state(1, np.uint64)[0])
        self.epoch = 0
        self.shift = 0.0  # seconds by which draws are those of another time: after `set_random_state`
        self._left_at: tuple[str, float] | None = None
        self._put_back: tuple[str, float] | None = None
        self.passes = Passes()
        self.threads: int | None = None
        self.compiles = True
        self._kept: Bytes | None = None

    def activate(self, build_on_run: bool = True, **kwargs: Any) -> None:
        """Become the device of scripts from here on.

        Parameters
        ----------
        kwargs
            ``precision``: ``double`` (default) or ``single``; ``threads``: how many (default: as many as pay, up to the
            number of processors); ``without``: names of passes that are switched off;
            ``checks=False``: values that run away do not stop a run, Brian2 warns of them at its end; ``profile``:
            whether the time of each object is measured. Without a C++ compiler Brian2's NumPy runtime is used, which
            is told in a warning.

        Raises
        ------
        InputError
            There is no such setting, precision or pass, or the number of threads is not 1 to 64.
        """
        lint.check_settings(kwargs, SETTINGS)
        precision = kwargs.get("precision", "double")
        if precision not in ("single", "double"):
            raise InputError(f"precision '{precision}'", hint="Allowed: single, double")
        threads = kwargs.get("threads")
        if threads is not None and (
            not isinstance(threads, int) or isinstance(threads, bool) or not 1 <= threads <= MOST
        ):
            raise InputError(f"threads = {threads!r}", hint=f"Allowed: 1 to {MOST}, or nothing: as many as pay")
        self.threads = threads
        self.passes = Passes.chosen(without=kwargs.get("without", ()))
        super().activate(build_on_run=build_on_run, **kwargs)  # keeps them, for Brian2's reset_device
        prefs["core.default_float_dtype"] = np.float32 if precision == "single" else np.float64
        try:
            compiler()
            self.compiles = True
        except MissingDependencyError as error:
            _log.warning("%s. Until then Brian2's NumPy runtime is used, which is slower", error)
            prefs["codegen.target"] = "numpy"
            self.compiles = False

    def seed(self, seed: int | None = None) -> None:
        """Seed random numbers, of one-off draws and of runs."""
        super().seed(seed)
        entropy = np.random.SeedSequence(seed)
        self.run_seed = int(entropy.generate_state(1, np.uint64)[0])
        self.epoch, self.shift = 0, 0.0
        self._left_at = self._put_back = None

    def kept(self) -> Bytes | None:
        """Return what the last run's code holds beyond Brian2's arrays: with it a run goes on to the bit."""
        if self._kept is not None or self.program is None:
            return self._kept
        return self.program.kept()

    def take_up(self, kept: Bytes | None) -> None:
        """Go on with what `kept` returned, here or elsewhere, if Brian2's arrays are as they were then."""
        self._kept = kept

    def put_back(self) -> Bytes | None:
        """Return what was given to `take_up`, once."""
        kept, self._kept = self._kept, None
        return kept

    def give(self, synapses: Any, drawn: Drawn, size: int) -> None:
        """Take over what draws the synapses of a Synapses object without connections, instead of arrays of them.

        Parameters
        ----------
        synapses
            A Synapses object; its variables are the ends, and what `drawn` draws.
        drawn
            Draws them.
        size
            How many there are.
        """
        self.arrays.give(synapses, drawn, size)

    def get_random_state(self) -> dict[str, Any]:
        """Return what random numbers depend on, and what else a run needs to go on to the bit."""
        mine = {"braincore": (self.run_seed, self.epoch, self._left_at, self.shift), "braincore kept": self.kept()}
        return {**super().get_random_state(), **mine}

    def set_random_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `get_random_state` returned."""
        super().set_random_state(state)
        if "braincore" in state:
            self.run_seed, self.epoch, self._put_back, self.shift = state["braincore"]
            self._left_at = None  # what ended since then is forgotten
            self.take_up(state.get("braincore kept"))

    def add_array(self, var: Any) -> None:
        """Make the array of a variable."""
        if isinstance(var, DynamicArrayVariable):
            super().add_array(var)
        else:
            self.arrays[var] = aligned(var.size, var.dtype)

    def spike_queue(self, source_start: int, source_end: int) -> SpikeQueue:
        """Return the queue of a pathway."""
        make = super().spike_queue
        return SpikeQueue(lambda: make(source_start, source_end))

    def code_object_class(self, codeobj_class: Any = None, fallback_pref: str = "codegen.target") -> Any:
        """Return what Brian2 makes code objects of: NumPy where nobody chose.

        Brian2 would compile with Cython, ten seconds and more for each form of `connect`, which runs once.
        """
        if codeobj_class is None and prefs[fallback_pref] == "auto":
            return NumpyCodeObject
        return super().code_object_class(codeobj_class, fallback_pref)

    def code_object(
        self,
        owner: Any,
        name: str,
        abstract_code: Any,
        variables: dict[str, Any],
        template_name: str,
        variable_indices: Mapping[str, str],
        codeobj_class: Any = None,
        template_kwds: Any = None,
        override_conditional_write: Any = None,
        compiler_kwds: Any = None,
    ) -> Any:
        """Keep the code of what runs in every step; make everything else as Brian2's runtime does."""
        parent: Any = super()
        stale: tuple[str, ...] = ()
        if template_name in NATIVE and self.compiles:
            blocks = abstract_code if isinstance(abstract_code, dict) else {None: abstract_code}
            abstract_code, variables, stale = one_name(blocks, variables, variable_indices)

        def runtime() -> Any:
            costly = template_name in COSTLY and prefs["codegen.target"] == "auto"
            return parent.code_object(
                owner=owner,
                name=name,
                abstract_code=abstract_code,
                variables=variables,
                template_name=template_name,
                variable_indices=variable_indices,
                codeobj_class=auto_target() if costly else codeobj_class,
                template_kwds=template_kwds,
                override_conditional_write=override_conditional_write,
                compiler_kwds=compiler_kwds or {},
            )

        if template_name == "synapses_create_generator":
            lint.check_connections(owner.name, abstract_code)
        if template_name not in NATIVE or not self.compiles:
            return runtime()
        return Captured(
            owner=weak_owner(owner),
            name=name,
            code=abstract_code,
            variables=variables,
            variable_indices=variable_indices,
            template_name=template_name,
            template_kwds=template_kwds or {},
            override_conditional_write=set(override_conditional_write or ()),
            runtime=runtime,
            stale=stale,
        )

    def network_run(
        self,
        net: Any,
        duration: Any,
        report: Any = None,
        report_period: Any = 10 * second,
        namespace: Any = None,
        profile: bool | None = None,
        level: int = 0,
    ) -> None:
        """Run a network: what `Network.run` does, with the loop over time steps compiled."""
        if namespace is None:
            namespace = get_local_namespace(level=level + 2)
        if not self.compiles:
            Network.run.original_function(net, duration, report, report_period, namespace, profile, level)
            return
        start = net.t
        running = self.prepare(net, duration, namespace=namespace, profile=profile, plain=True)
        teller = _Teller(report, float(report_period), start, duration)
        begun = time.time()
        Network._globally_running = True
        try:
            self._loop(net, running, teller, begun)
        finally:
            Network._globally_running = False
            running.end()
        self._last_run_time = time.time() - begun
        self._last_run_completed_fraction = float((net.t - start) / duration) if duration > 0 else 1.0
        teller.tell(self._last_run_completed_fraction, final=True)

    def prepare(
        self,
        net: Any,
        duration: Any,
        *,
        namespace: Mapping[str, Any],
        profile: bool | None = None,
        plain: bool = False,
    ) -> Running:
        """Compile a network and make it ready to run: what `Network.run` does before its first step.

        Parameters
        ----------
        net
            A Brian2 network.
        duration
            Length of the run (a time).
        namespace
            What names in the objects' code mean.
        profile
            Whether the time that each object takes is measured.
        plain
            Whether nobody else has looked for what Brian2 gets silently wrong, or looks for NaN.
        """
        objects = net.sorted_objects
        if plain:
            lint.check_run(duration, objects)
        net._clocks = {obj.clock for obj in objects}
        start, stop = net.t, net.t + duration
        for clock in net._clocks:
            clock.set_interval(start, stop)
        with kept_integrations():
            net.before_run(namespace)
        for obj in objects:
            queue = getattr(obj, "queue", None)
            if isinstance(queue, SpikeQueue) and obj.active:
                _prepare_queue(obj, queue)
        if profile is None:
            profile = self.build_options.get("profile", False)
        passes = replace(self.passes, fuse=False) if profile else self.passes  # else two objects share one time
        exact = prefs["core.default_float_dtype"] is np.float64
        active = [obj for obj in objects if obj.active]
        if plain:
            codes = [real(code) for obj in active for code in obj.code_objects]
            lint.check_objects(active, codes, namespace)
        parts = 1 if profile else self.threads or threads_that_may_pay(active)

        def make() -> Program:
            variables = list(self.arrays)  # kept no longer: those of earlier networks are among them
            try:
                return compile_network(
                    active, exact=exact, profile=bool(profile), passes=passes, parts=parts, variables=variables
                )
            except CompileError as error:
                raise error.about(active) from None

        self._note_start(net, float(start))
        running = Running(device=self, net=net, make=make, stop=float(stop), profile=bool(profile))
        if plain and self.build_options.get("checks", True):
            unit = running.program.unit
            running.check = StateCheck(active, float(start), None if unit.python else unit.written)
        return running

    def _loop(self, net: Any, running: Running, teller: _Teller, begun: float) -> None:
        while not running.finished and not net._stopped and not Network._globally_stopped:
            running.advance()
            running.look(last=running.finished)
            if teller.due():
                running.note_time()
                teller.tell((float(net.t_) - teller.start) / teller.duration if teller.duration else 1.0)
            if self._maximum_run_time is not None and time.time() - begun > float(self._maximum_run_time):
                net._stopped = not running.finished

    def _note_start(self, net: Any, start: float) -> None:
        """Draw other random numbers than before when a run does not go on where the last one ended.

        Where the random state of an earlier time was put back, the numbers of that time are drawn again.
        """
        if self._put_back is not None and net.id != self._put_back[0] and start != self._put_back[1]:
            self.epoch += 1  # what was put back is of before this network's first run
        elif self._put_back is not None:
            self.shift += self._put_back[1] - start
        elif self._left_at is not None and self._left_at != (net.id, start):
            self.epoch += 1
        self._put_back = None


class Running:
    """A network while it runs on the engine.

    Parameters
    ----------
    device, net
        What runs.
    make
        Compiles the network.
    stop
        When the run ends (seconds).
    profile
        Whether times are measured.
    """

    def __init__(
        self, *, device: BraincoreDevice, net: Any, make: Callable[[], Program], stop: float, profile: bool
    ) -> None:
        self.device, self.net = device, net
        self.finished = False
        self._make, self._stop, self._profile = make, stop, profile
        self._chunk = 1
        self._given: Bytes | None = None
        self.check: StateCheck | None = None
        self._begin()

    def _begin(self) -> None:
        last = self.device.program
        self._given = self.device.put_back()
        seed = self.device.run_seed ^ (self.device.epoch * 0x9E3779B97F4A7C15 & (2**64 - 1))
        self.program = self.device.program = self._make()
        if self._given is None and last is not None and last.tag() == self.program.tag():
            self._given = last.kept()
        self._pace = Pace(parts=self.program.unit.parts, given=self.device.threads is not None)
        self.program.begin(seed, self.note_time, self._stopped, self.device.shift)

    def _stopped(self) -> bool:
        return bool(self.net._stopped or Network._globally_stopped)

    def note_time(self) -> None:
        """Tell the network what time it is."""
        if self.program.clocks:
            self.net.t_ = min(float(clock.variables["t"].get_value()[0]) for clock in self.program.clocks)

    @property
    def threads(self) -> int:
        """How many threads it runs on now."""
        return self._pace.threads

    def look(self, *, last: bool = False) -> None:
        """Raise `EngineError` if state ran away: now and then, and after the last step."""
        if self.check is not None and (last or self.check.due()):
            self.note_time()
            self.check.look(float(self.net.t_), self.program.publish)

    def advance(self, most: int | None = None) -> int:
        """Run about `CHUNK_S` of real time, and at most so many time steps; return how many were asked for.

        `finished` says afterwards whether the end of the run was reached.
        """
        if self._given is not None:
            self.program.take_up(self._given)
            self._given = None
        steps = self._chunk if most is None else min(self._chunk, most)
        threads = self._pace.threads
        begun = time.perf_counter()
        self.finished = self.program.advance(steps, threads)
        spent = time.perf_counter() - begun
        self._pace.note(threads, steps, spent)
        self._chunk = max(1, min(self._chunk * 4, int(steps * CHUNK_S / max(spent, 1e-6))))
        return steps

    def show(self) -> None:
        """Bring monitors and queues up to date, for somebody who looks or writes a checkpoint."""
        self.program.end()

    def changed(self) -> None:
        """Say that state was changed from outside."""
        if self.program.holds():
            kept = self.program.kept() if self._given is None else self._given
            self.program.library.call("touched")
            self._given = kept
        else:  # what the code took for one number no longer is one
            self.program.end()
            self._begin()

    def end(self) -> None:
        """Do what `Network.run` does after its last step."""
        net = self.net
        self.program.end()
        self.note_time()
        if not (net._stopped or Network._globally_stopped) and self.finished:
            net.t_ = self._stop
        self.device._left_at = (net.id, float(net.t_))
        failed = self.check is not None and self.check.found
        with np.errstate(over="ignore"):  # Brian2 compares with a number that single precision does not hold
            for obj in net.sorted_objects:
                if isinstance(obj, Group) and not failed:
                    obj._check_for_invalid_states()
        net.after_run()
        net._profiling_info = [(name, time * second) for name, time in self.program.spent()] if self._profile else None


def _prepare_queue(pathway: Any, queue: SpikeQueue) -> None:
    """Do what Brian2's template does before a run, without building Brian2's queue."""
    if len(pathway.synapses) == 0 and not pathway.synapses._connect_called:
        raise TypeError(
            f"Synapses object '{pathway.synapses.name}' does not do anything, since it has not created synapses with "
            "'connect'. Set its active attribute to False if you intend to do only do this for a subsequent run."
        )
    queue.note_dt(pathway.source.clock.dt_)


class _Teller:
    """Reports progress as `Network.run` does."""

    def __init__(self, report: Any, period: float, start: Any, duration: Any) -> None:
        self.start, self.duration = float(start), float(duration)
        self._given = (start, duration)
        self._period = period
        self._begun = time.time()
        self._next = self._begun + period
        self._call: Any = None
        if report is None:
            return
        if report in ("text", "stdout"):
            self._call = TextReport(sys.stdout)
        elif report == "stderr":
            self._call = TextReport(sys.stderr)
        elif isinstance(report, str):
            raise ValueError(f'Do not know how to handle report argument "{report}".')
        elif callable(report):
            self._call = report
        else:
            raise TypeError(
                "Do not know how to handle report argument, it has to be one of 'text', 'stdout', 'stderr', or a "
                f"callable function/object, but it is of type {type(report)}"
            )
        self._call(0 * second, 0.0, *self._given)

    def due(self) -> bool:
        """Tell whether it is time for a report."""
        return self._call is not None and time.time() > self._next

    def tell(self, fraction: float, *, final: bool = False) -> None:
        """Report."""
        if self._call is None:
            return
        self._call((time.time() - self._begun) * second, 1.0 if final else fraction, *self._given)
        self._next = time.time() + self._period


DEVICE = BraincoreDevice()
all_devices["braincore"] = DEVICE
