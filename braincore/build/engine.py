"""The interface behind which networks run, and what implements it: Brian2's own runtime and the compiled engine.

An engine gets a built network and a `Conductor`, which it must call at the start and at the end of every step (or, for
one that runs many steps at once, at the steps that `Conductor.next_stop` names).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import brian2
import numpy as np
from numpy.typing import NDArray

from braincore.build.checkpoint import Arrays, capture, check_state, restore, seed_run
from braincore.build.names import as_described, described
from braincore.build.network import BuiltNetwork
from braincore.build.neurons import BuiltGroup
from braincore.build.recorder import Recorder
from braincore.build.synapses import BuiltSynapses
from braincore.errors import BuildError, EngineError, InputError, ResultsError, suggest


class Engine(Protocol):
    """What runs a built network."""

    name: str
    precision: str
    used_threads: int
    """How many threads the last run had."""

    def prepare(self) -> None:
        """Set up what must be set before a network is built (device, code generation)."""

    def run(self, built: BuiltNetwork, conductor: Conductor) -> None:
        """Run from the conductor's first step to its last; stop early when it says so."""


@dataclass(kw_only=True)
class Conductor:
    """Everything that happens between the steps of a run: changes, recording, progress, checkpoints, stopping.

    Attributes
    ----------
    built
        The network.
    recorder
        What is recorded.
    first, last
        The run goes from the start of step `first` to the start of step `last`.
    progress
        Called with the number of steps done, a few times a second.
    save
        Called with a captured state when a checkpoint is due.
    checkpoint_every
        Seconds of real time between checkpoints.
    stop
        Set to True from outside to stop at the end of the step.
    done
        Number of the step that is next.
    begun
        When the first step began (``time.perf_counter``): what came before was code generation.
    expose
        Brings monitors and queues up to date before they are read, where the engine keeps them elsewhere.
    """

    built: BuiltNetwork
    recorder: Recorder
    first: int
    last: int
    progress: Callable[[int], None] | None = None
    save: Callable[[Arrays], None] | None = None
    checkpoint_every: float = 60.0
    flush_every: float = 0.5
    stop: bool = False
    done: int = 0
    begun: float | None = None
    expose: Callable[[], None] | None = None
    _flushed: float = field(default_factory=time.monotonic)
    _saved: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.done = self.first

    def before(self, step: int) -> None:
        """Do what comes at the start of a step."""
        if self.begun is None:
            self.begun = time.perf_counter()
        self.built.timeline.apply(step)
        if self.recorder.weights_due(step):
            self.recorder.take_weights(step)

    def next_stop(self, step: int) -> int:
        """Return the next step after `step` at whose start `before` has something to do, or the last step."""
        due = (self.built.timeline.next(step), self.recorder.next_weights(step))
        return min(self.last, *(stop for stop in due if stop is not None)) if any(due) else self.last

    def after(self, step: int) -> bool:
        """Do what comes at the end of a step; return True if the run should stop."""
        self.done = step + 1
        now = time.monotonic()
        if self.stop or now - self._flushed >= self.flush_every:
            self._flushed = now
            if self.expose is not None:
                self.expose()
            self.recorder.flush(self.done)  # before the check: how a state ran away is worth keeping
            self.check()
            if self.progress is not None:
                self.progress(self.done)
            if self.save is not None and now - self._saved >= self.checkpoint_every and not self.stop:
                self.checkpoint()
        return self.stop

    def checkpoint(self) -> None:
        """Save the state; everything recorded before it must have been handed over."""
        if self.save is not None:
            state = capture(self.built, self.done)
            state["open_bins"] = self.recorder.open_bins()
            self.save(state)
            self._saved = time.monotonic()

    def finish(self) -> None:
        """Hand over what is left, check the final state, and save it if the run is not over."""
        if self.expose is not None:
            self.expose()
        self.recorder.flush(self.done)
        self.check()
        if self.progress is not None:
            self.progress(self.done)
        if self.done < self.last:
            self.checkpoint()

    def check(self) -> None:
        """Raise `EngineError` if a state variable is NaN or infinite: object, variable, neuron and time."""
        for synapses in self.built.synapses:  # first: a weight that ran away takes its targets along
            for name in synapses.state:
                index = _first_not_finite(synapses.array(name))
                if index is not None:
                    self._blame_synapse(synapses, name, index)
        for built in self.built.groups.values():
            for name in built.initial:
                index = _first_not_finite(built.array(name))
                if index is not None:
                    self._blame(built, name, index)

    def _blame(self, built: BuiltGroup, name: str, index: int) -> None:
        plan = built.plan
        member = max((p for p in plan.members if plan.starts[p.name] <= index), key=lambda p: plan.starts[p.name])
        where = f"{member.name}[{index - plan.starts[member.name]}]"
        method = plan.model.method or "the chosen method"
        raise EngineError(
            f"'{as_described(name)}' of {where} is {built.array(name)[index]} at {self._now}: the equations of "
            f"'{plan.model.name}' are not stable with {method} at dt = {self.built.network.dt}"
        )

    def _blame_synapse(self, built: BuiltSynapses, name: str, index: int) -> None:
        projection = next(p for p, where in built.slices.items() if where.start <= index < where.stop)
        pre, post = (ends[index - built.slices[projection].start] for ends in self.built.ends(projection))
        rules = ", ".join(rule.name for rule in built.plan.rules)
        synapse = f"the synapse from neuron {pre} to neuron {post} of {projection} (rule {rules})"
        raise EngineError(f"'{as_described(name)}' of {synapse} is {built.array(name)[index]} at {self._now}")

    @property
    def _now(self) -> str:
        return f"{self.done * self.built.network.dt.si * 1e3:g} ms"

    def resume(self, state: Arrays) -> None:
        """Go on from a captured state instead of from the beginning.

        Raises
        ------
        ResultsError
            The state is of another network, or damaged.
        """
        populations = len(self.built.network.populations)
        if state.get("open_bins", np.empty(0)).shape != (populations,):
            raise ResultsError("the checkpoint is damaged: 'open_bins' is missing or has another shape")
        check_state(self.built, state)
        self.built.timeline.replay(int(state["step"]))
        step = restore(self.built, state)  # after the replay, which set more than what is still on
        self.first = self.done = step
        self.recorder.begin(step)
        self.recorder.reopen_bins(state["open_bins"], step)


def _first_not_finite(values: NDArray[Any]) -> int | None:
    if values.dtype.kind != "f" or np.isfinite(values.sum()):
        return None
    wrong = np.flatnonzero(~np.isfinite(values))
    return int(wrong[0]) if wrong.size else None


class Brian2Engine:
    """Brian2's runtime.

    Parameters
    ----------
    target
        ``numpy`` or ``cython``. NumPy needs no compiler and starts at once.
    """

    name = "brian2"
    precision = "double"
    used_threads = 1

    def __init__(self, target: str = "numpy") -> None:
        if target not in ("numpy", "cython"):
            raise InputError(f"unknown code generation target '{target}'", hint=suggest(target, ["numpy", "cython"]))
        self.target = target

    def prepare(self) -> None:
        """Select Brian2's runtime device, the code generation target and the precision."""
        brian2.set_device("runtime")
        brian2.prefs["core.default_float_dtype"] = np.float64
        brian2.prefs.codegen.target = self.target

    def run(self, built: BuiltNetwork, conductor: Conductor) -> None:
        """Run the network; a resumed one goes on with the random state that was put back."""
        network = built.network
        dt = network.dt.si
        if conductor.first >= conductor.last:
            return

        now = built.plan.clock.variables["timestep"]

        def before() -> None:
            conductor.before(int(now.item()))

        def after() -> None:
            if conductor.after(int(now.item())):
                net.stop()

        start = brian2.NetworkOperation(before, clock=built.plan.clock, when="before_start", order=-1000)
        end = brian2.NetworkOperation(after, clock=built.plan.clock, when="after_end", order=1000)
        net = brian2.Network(*built.objects, *conductor.recorder.objects, start, end)
        net.t_ = conductor.first * dt
        if not conductor.first:
            seed_run(network.seed)
        try:
            net.run((conductor.last - conductor.first) * dt * brian2.second, namespace={})
        except brian2.BrianObjectException as error:
            raise BuildError(_refusal(built, error._brian_objname, str(error.__cause__ or error))) from error
        conductor.finish()


class CppEngine:
    """Whole networks compiled to C++ (see `braincore.engine`).

    Parameters
    ----------
    precision
        ``double`` or ``single``.
    threads
        Number of threads; None: as many as pay.
    """

    name = "cpp"

    def __init__(self, precision: str = "double", threads: int | None = None) -> None:
        self.precision, self.threads = precision, threads
        self.used_threads = threads or 1

    def prepare(self) -> None:
        """Select the device; raise `MissingDependencyError` if there is no C++ compiler."""
        from braincore.engine.compiler import compiler

        compiler()
        brian2.prefs.codegen.target = "numpy"  # what is not compiled runs on NumPy
        brian2.set_device("braincore", precision=self.precision, threads=self.threads)

    def run(self, built: BuiltNetwork, conductor: Conductor) -> None:
        """Run the network in pieces of a fraction of a second, and to every step in which something changes."""
        if conductor.first >= conductor.last:
            return
        net = brian2.Network(*built.objects, *conductor.recorder.objects)
        dt = built.network.dt.si
        net.t_ = conductor.first * dt
        _seed(built.network.seed, resumed=conductor.first > 0)
        try:
            running = self._prepared(built, net, (conductor.last - conductor.first) * dt)
        except KeyboardInterrupt:
            if not conductor.stop:
                raise
            conductor.finish()  # stopped while it was compiled: what there is can be taken up again
            return
        conductor.expose = running.show
        try:
            self._advance(conductor, running)
        finally:
            self.used_threads = running.threads
            running.end()
        conductor.finish()

    def explain(self, built: BuiltNetwork) -> list[str]:
        """Say what becomes of each Brian2 object of a network; nothing is run."""
        net = brian2.Network(*built.objects)
        running = self._prepared(built, net, built.network.duration.si)
        lines: list[str] = running.program.explain()
        return lines

    def _prepared(self, built: BuiltNetwork, net: Any, seconds: float) -> Any:
        """Compile; what is refused is told in the words of the description."""
        from braincore.engine.complaints import CompileError

        try:
            return brian2.get_device().prepare(net, seconds * brian2.second, namespace={})
        except brian2.BrianObjectException as error:
            raise BuildError(_refusal(built, error._brian_objname, str(error.__cause__ or error))) from error
        except CompileError as error:
            raise EngineError(_refusal(built, error.origin, error.told)) from error

    def _advance(self, conductor: Conductor, running: Any) -> None:
        step, stop = conductor.first, False
        while step < conductor.last and not stop:
            running.program.sync()  # what is sampled or changed now must be the present state
            conductor.before(step)
            running.changed()
            until = conductor.next_stop(step)
            while step < until and not stop:
                step += running.advance(until - step)
                stop = conductor.after(step - 1)


def _seed(seed: int, *, resumed: bool) -> None:
    """Seed a run; NumPy's state, which a resumed one has put back, stays (objects that are not compiled use it)."""
    state = np.random.get_state()
    seed_run(seed)
    if resumed:
        np.random.set_state(state)


def _refusal(built: BuiltNetwork, name: str, told: str) -> str:
    """Say in the words of the description what Brian2, or the compiler, cannot turn into code."""
    cause = described(told.splitlines()[0])
    for group in built.groups.values():
        if name.startswith(f"{group.plan.name}_"):
            method = f" with method '{group.plan.model.method}'" if "stateupdater" in name else ""
            return f"neuron '{group.plan.model.name}' cannot be simulated{method}: {cause}"
    for synapses in built.synapses:
        if name.startswith(f"{synapses.plan.name}_"):
            projections = ", ".join(list(synapses.slices)[:3])
            return f"the synapses of {projections} cannot be simulated: {cause}"
    return f"{name} cannot be simulated: {cause}"


ENGINES: dict[str, Callable[[], Engine]] = {"cpp": CppEngine, "brian2": Brian2Engine}


def engine(name: str) -> Engine:
    """Return the engine called `name`.

    Raises
    ------
    InputError
        There is none.
    """
    if name not in ENGINES:
        raise InputError(f"unknown engine '{name}'", hint=suggest(name, ENGINES, noun="engine"))
    return ENGINES[name]()
