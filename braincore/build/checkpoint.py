"""The state of a run as plain arrays: what must be put back to go on exactly where it stopped.

Only what changes is kept: neurons, queued spikes, plastic synapses, the random generator. Connections, fixed weights
and delays are drawn again from the seed. No pickles: a checkpoint is an ``.npz`` of numbers.
"""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
from brian2.core.variables import ArrayVariable, DynamicArrayVariable
from numpy.typing import NDArray

from braincore.build.names import WEIGHT
from braincore.build.network import BuiltNetwork
from braincore.errors import ResultsError

Arrays = dict[str, NDArray[Any]]


def capture(built: BuiltNetwork, step: int) -> Arrays:
    """Return the state at the start of a step."""
    state: Arrays = {"step": np.array(step, dtype=np.int64)}
    for name, array in _changing(built).items():
        state[name] = np.array(array)
    for name, queue in _queues(built).items():
        offset, slots = queue._full_state()
        lengths = np.array([len(slot) for slot in slots], dtype=np.int64)
        flat = [np.asarray(slot, dtype=np.int32) for slot in slots]
        state[f"{name}/offset"] = np.array(offset, dtype=np.int64)
        state[f"{name}/lengths"] = lengths
        state[f"{name}/synapses"] = np.concatenate(flat) if flat else np.empty(0, dtype=np.int32)
    kind, keys, position, has_gauss, cached = np.random.get_state(legacy=True)  # type: ignore[misc]
    state["random/keys"] = np.asarray(keys)
    state["random/rest"] = np.array([position, has_gauss, cached], dtype=np.float64)
    return state


def restore(built: BuiltNetwork, state: Arrays) -> int:
    """Put a captured state back into a network built from the same description; return the step it was taken at.

    Raises
    ------
    ResultsError
        The state is of another network.
    """
    step = int(state["step"])
    for name, array in _changing(built).items():
        if name not in state or state[name].shape != array.shape:
            raise ResultsError(f"the checkpoint does not fit this network: '{name}' differs")
        array[...] = state[name]
    for name, queue in _queues(built).items():
        lengths, flat = state[f"{name}/lengths"], state[f"{name}/synapses"]
        slots = [part.tolist() for part in np.split(flat, np.cumsum(lengths)[:-1])] if lengths.size else []
        queue._restore_from_full_state((int(state[f"{name}/offset"]), slots))
    position, has_gauss, cached = state["random/rest"]
    np.random.set_state(("MT19937", state["random/keys"], int(position), int(has_gauss), float(cached)))
    return step


def _changing(built: BuiltNetwork) -> Arrays:
    """Return the arrays that a run changes, by a name of their own."""
    found: Arrays = {}
    for name, group in built.groups.items():
        for key, variable in group.brian.variables.items():
            own = isinstance(variable, ArrayVariable) and variable.owner is not None
            if own and variable.owner.name == group.brian.name and not isinstance(variable, DynamicArrayVariable):
                if not variable.constant or key == "_lastindex":
                    found[f"{name}/{key}"] = variable.get_value()
    for synapses in built.synapses:
        if not synapses.plan.rules:
            if synapses.plan.lesioned:
                found[f"{synapses.plan.name}/{WEIGHT}"] = synapses.array(WEIGHT)
            continue
        for key, variable in synapses.brian.variables.items():
            if isinstance(variable, DynamicArrayVariable) and key.startswith(("s_", "s0_", "s1_", "s2_", "lastupdate")):
                found[f"{synapses.plan.name}/{key}"] = variable.get_value()
    return found


def _queues(built: BuiltNetwork) -> dict[str, Any]:
    return {
        f"{synapses.plan.name}/{pathway.prepost}": pathway.queue
        for synapses in built.synapses
        for pathway in synapses.brian._pathways
    }


def seed_run(seed: int, step: int = 0) -> None:
    """Seed Brian2's random numbers for a run; the stream depends on the run's seed alone."""
    from braincore.model import stream

    brian2.seed(int(stream(seed, "run", str(step)).integers(2**32)))
