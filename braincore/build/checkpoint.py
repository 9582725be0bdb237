"""The state of a run as plain arrays: what must be put back to go on exactly where it stopped.

Only what changes is kept: neurons, queued spikes, plastic synapses, the random generator. Connections, fixed weights
and delays are drawn again from the seed. No pickles: a checkpoint is an ``.npz`` of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import brian2
import numpy as np
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from brian2.devices.device import all_devices
from numpy.typing import NDArray

from braincore.build.network import BuiltNetwork
from braincore.engine.queue import Recent, slots_of
from braincore.errors import ResultsError
from braincore.model import stream

Arrays = dict[str, NDArray[Any]]


def capture(built: BuiltNetwork, step: int) -> Arrays:
    """Return the state at the start of a step."""
    state: Arrays = {"step": np.array(step, dtype=np.int64), "network": _fingerprint(built), "engine": _engine()}
    for name, array in _changing(built).items():
        state[name] = np.array(array)
    for name, pathway in _pathways(built).items():
        recent = getattr(pathway.queue, "recent", None)
        if recent is None:
            offset, slots = pathway.queue._full_state()
        else:
            offset, slots = 0, recent.left
            state[f"{name}/neurons"], state[f"{name}/ages"] = recent.neurons, recent.ages
        flat = [np.asarray(slot, dtype=np.int32) for slot in slots]
        state[f"{name}/offset"] = np.array(offset, dtype=np.int64)
        state[f"{name}/lengths"] = np.array([slot.size for slot in flat], dtype=np.int64)
        state[f"{name}/synapses"] = np.concatenate(flat) if flat else np.empty(0, dtype=np.int32)
    kept = _compiled("kept")
    return state | _random_state() | ({"engine/kept": kept} if kept is not None else {})


def _compiled(name: str, *arguments: Any) -> Any:
    """Call a method of the compiled engine's device, if it is the active one."""
    method = getattr(brian2.get_device(), name, None)
    return method(*arguments) if method is not None else None


def _fingerprint(built: BuiltNetwork) -> NDArray[np.uint8]:
    return np.frombuffer(bytes.fromhex(built.network.hash), dtype=np.uint8)


def _engine() -> NDArray[np.uint8]:
    """Return what draws random numbers and rounds as it does: Brian2's device and precision, as bytes."""
    active = brian2.get_device()
    name = next((name for name, device in all_devices.items() if device is active), type(active).__name__)
    precision = np.dtype(brian2.prefs["core.default_float_dtype"]).name
    return np.frombuffer(f"{name}, {precision}".encode(), dtype=np.uint8)


def _random_state() -> Arrays:
    _, keys, position, has_gauss, cached = np.random.get_state(legacy=True)  # type: ignore[misc]
    state: Arrays = {
        "random/keys": np.asarray(keys),
        "random/rest": np.array([position, has_gauss, cached], dtype=np.float64),
    }
    if brian2.prefs.codegen.target != "numpy":  # compiled code draws ahead into buffers
        buffers = brian2.get_device().get_random_state()
        state |= {f"random/{name}": np.asarray(buffers[name]) for name in _BUFFERS}
    return state


def restore(built: BuiltNetwork, state: Arrays) -> int:
    """Put a captured state back into a network built from the same description; return the step it was taken at.

    Nothing is changed if the state is refused.

    Raises
    ------
    ResultsError
        The state is of another network, or damaged.
    """
    step = check_state(built, state)
    for name, array in _changing(built).items():
        array[...] = state[name]
    for name, pathway in _pathways(built).items():
        lengths, flat = state[f"{name}/lengths"], state[f"{name}/synapses"]
        slots = np.split(flat, np.cumsum(lengths)[:-1]) if lengths.size else []
        if f"{name}/neurons" in state:
            _put_recent(pathway, Recent(slots, state[f"{name}/neurons"], state[f"{name}/ages"]))
        else:
            pathway.queue._restore_from_full_state((int(state[f"{name}/offset"]), [slot.tolist() for slot in slots]))
    _compiled("take_up", state.get("engine/kept"))
    position, has_gauss, cached = state["random/rest"]
    np.random.set_state(("MT19937", state["random/keys"], int(position), int(has_gauss), float(cached)))
    if f"random/{_BUFFERS[0]}" in state:
        buffers = {name: state[f"random/{name}"] for name in _BUFFERS}
        brian2.get_device().set_random_state({"numpy_state": np.random.get_state(), **buffers})
    return step


def check_state(built: BuiltNetwork, state: Mapping[str, NDArray[Any]]) -> int:
    """Check that a captured state is whole and of this network; return the step it was taken at.

    Raises
    ------
    ResultsError
        It is not.
    """
    if "network" not in state or not np.array_equal(state["network"], _fingerprint(built)):
        raise ResultsError("the checkpoint is of another network")
    engine = state.get("engine", _engine())  # before there was a choice nothing was noted
    if not np.array_equal(engine, _engine()):
        had, now = (np.asarray(name, dtype=np.uint8).tobytes().decode(errors="replace") for name in (engine, _engine()))
        raise ResultsError(f"the checkpoint is of another engine ({had}) than this one ({now})")
    expected: dict[str, tuple[tuple[int, ...] | None, str]] = {"step": ((), "i"), "random/keys": ((624,), "u")}
    expected["random/rest"] = ((3,), "f")
    expected |= {name: (array.shape, array.dtype.kind) for name, array in _changing(built).items()}
    for name in _pathways(built):
        expected |= {f"{name}/offset": ((), "i"), f"{name}/lengths": (None, "i"), f"{name}/synapses": (None, "i")}
    for name, (shape, kind) in expected.items():
        if name not in state:
            raise ResultsError(f"the checkpoint is damaged: '{name}' is missing")
        if state[name].dtype.kind != kind or (shape is not None and state[name].shape != shape):
            raise ResultsError(f"the checkpoint is damaged: '{name}' has another shape or type")
    step = int(state["step"])
    if not 0 <= step <= built.network.steps:
        raise ResultsError(f"the checkpoint is damaged: it is of step {step} of {built.network.steps}")
    for name, pathway in _pathways(built).items():
        _check_queue(name, pathway, state, {s.plan.name: len(s.brian) for s in built.synapses}[name.partition("/")[0]])
    return step


def _put_recent(pathway: Any, recent: Recent) -> None:
    """Put spikes under way into a queue as the neurons that emitted them; Brian2's own code would ask for more."""

    def slots() -> list[NDArray[np.int32]]:
        pre = np.asarray(pathway.synapses.variables["_synaptic_pre"].get_value())
        delays = np.broadcast_to(np.asarray(pathway.variables["delay"].get_value(), dtype=np.float64), pre.shape)
        steps = (delays / float(pathway.source.clock.dt_) + 0.5).astype(np.int64)
        return slots_of(recent, [(0, pre, steps)])

    pathway.queue.put_later(slots, recent)


def _check_queue(name: str, pathway: Any, state: Mapping[str, NDArray[Any]], synapses: int) -> None:
    lengths, flat, offset = (state[f"{name}/{part}"] for part in ("lengths", "synapses", "offset"))
    whole = lengths.ndim == 1 and flat.ndim == 1 and (lengths >= 0).all() and int(lengths.sum()) == flat.size
    inside = not flat.size or (int(flat.min()) >= 0 and int(flat.max()) < synapses)
    if f"{name}/neurons" in state or f"{name}/ages" in state:
        nobody = np.empty(0, dtype=np.int32)
        who, ages = (state.get(f"{name}/{part}", nobody) for part in ("neurons", "ages"))
        inside = inside and who.ndim == 1 and who.shape == ages.shape and who.dtype.kind == ages.dtype.kind == "i"
        inside = inside and bool((ages >= 1).all() and (who >= 0).all() and (who < len(pathway.source)).all())
        inside = inside and hasattr(pathway.queue, "put_later")
    if not (whole and inside and 0 <= int(offset) < max(1, lengths.size)):
        raise ResultsError(f"the checkpoint is damaged: the spikes under way in '{name}' make no sense")


_STRUCTURE = ("_synaptic_pre", "_synaptic_post", "N_incoming", "N_outgoing")
_BUFFERS = ("rand_buffer_index", "rand_buffer", "randn_buffer_index", "randn_buffer")


def _changing(built: BuiltNetwork) -> Arrays:
    """Return the arrays that a run changes, by a name of their own."""
    found: Arrays = {}
    for name, group in built.groups.items():
        for key, variable in group.brian.variables.items():
            own = isinstance(variable, ArrayVariable) and variable.owner is not None
            own = own and variable.owner.name == group.brian.name and not isinstance(variable, DynamicArrayVariable)
            if own and (not variable.constant or key == "_lastindex"):
                found[f"{name}/{key}"] = variable.get_value()
    for synapses in built.synapses:
        plan = synapses.plan
        if plan.rules:
            for key, variable in synapses.brian.variables.items():
                if isinstance(variable, DynamicArrayVariable) and not variable.constant and key not in _STRUCTURE:
                    found[f"{plan.name}/{key}"] = variable.get_value()
        if plan.lesioned:
            found[f"{plan.name}/{synapses.transmitting}"] = synapses.array(synapses.transmitting)
    return found


def _pathways(built: BuiltNetwork) -> dict[str, Any]:
    return {
        f"{synapses.plan.name}/{pathway.objname}": pathway
        for synapses in built.synapses
        for pathway in synapses.brian._pathways
    }


def seed_run(seed: int, step: int = 0) -> None:
    """Seed Brian2's random numbers for a run; the stream depends on the run's seed alone."""
    brian2.seed(int(stream(seed, "run", str(step)).integers(2**32)))
