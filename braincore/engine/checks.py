"""A NaN or an overflow is found while a network runs, and named: object, variable, neuron or synapse, time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import numpy as np
from brian2.core.variables import ArrayVariable
from brian2.groups.neurongroup import NeuronGroup
from brian2.input.poissongroup import PoissonGroup
from brian2.synapses.synapses import Synapses
from numpy.typing import NDArray

from braincore.errors import EngineError

SHARE = 0.01
"""Looking takes at most this share of the time of a run (each run ends with a look)."""
FIRST_S = 1.0
"""Seconds after which the first look is due, which tells what one costs."""


class StateCheck:
    """Watches the state of a network's groups and synapses; what was not finite before the run may stay so.

    Parameters
    ----------
    objects
        Brian2 objects of a network that is about to run.
    now
        Time at which it begins (seconds).
    written
        Variables that may change; all, if None.
    """

    def __init__(self, objects: Iterable[Any], now: float, written: Collection[Any] | None = None) -> None:
        self._watched = [(owner, v) for owner, v in _state(objects) if written is None or v in written]
        self._odd = {variable: _not_finite(variable.get_value()) for _, variable in self._watched}
        self._good = now
        self._next = time.perf_counter() + FIRST_S
        self.found = False

    def due(self) -> bool:
        """Tell whether it is time for another look."""
        return time.perf_counter() >= self._next

    def look(self, now: float, publish: Callable[[], object]) -> None:
        """Look at all state at a time of the network (seconds), once `publish` has brought Brian2's arrays up to date.

        Raises
        ------
        EngineError
            A value that was finite is not any more.
        """
        begun = time.perf_counter()
        publish()
        for owner, variable in self._watched:
            index = self._first(variable)
            if index is not None:
                self.found = True
                value = np.asarray(variable.get_value()).flat[index]
                raise EngineError(
                    f"'{variable.name}' of {_element(owner, index, variable)} is {value} at {_ms(now)}; "
                    f"at {_ms(self._good)} everything was finite"
                )
        self._good = now
        ended = time.perf_counter()
        self._next = ended + (ended - begun) / SHARE

    def _first(self, variable: Any) -> int | None:
        """Return the first element that is not finite now and was before, None if there is none."""
        wrong = _not_finite(variable.get_value())
        if wrong is None:
            return None
        odd = self._odd[variable]
        if odd is not None and odd.size == wrong.size:  # synapses that were added have no past
            wrong &= ~odd
        places = np.flatnonzero(wrong)
        return int(places[0]) if places.size else None


def _state(objects: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield (object, variable) of all floating state that a run may change; synapses first, they take neurons along."""
    groups = [obj for obj in objects if isinstance(obj, NeuronGroup | PoissonGroup | Synapses)]
    for group in sorted(groups, key=lambda group: not isinstance(group, Synapses)):
        for variable in group.variables.values():
            own = isinstance(variable, ArrayVariable) and getattr(variable.owner, "name", "") == group.name
            if own and not variable.constant and np.dtype(variable.dtype).kind == "f":
                yield group, variable


def _not_finite(values: Any) -> NDArray[np.bool_] | None:
    """Return which values are NaN or infinite, None where none is."""
    values = np.asarray(values).ravel()
    with np.errstate(all="ignore"):
        if np.isfinite(values.sum()):  # one pass without a copy
            return None
    wrong = ~np.isfinite(values)
    return wrong if wrong.any() else None


def _element(owner: Any, index: int, variable: Any) -> str:
    if variable.scalar:
        return f"'{owner.name}'"
    if isinstance(owner, Synapses):
        pre, post = (int(owner.variables[name].get_value()[index]) for name in ("_synaptic_pre", "_synaptic_post"))
        return f"synapse {index} of '{owner.name}' (from {pre} to {post})"
    return f"neuron {index} of '{owner.name}'"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:g} ms"
