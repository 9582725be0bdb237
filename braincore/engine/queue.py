"""Spikes under way between runs, in a form that both the compiled code and Brian2's own objects can take up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Slots = list[NDArray[np.int32]]
"""Synapses that are due in the next step, in the one after that..., each in the order in which they are to act."""


@dataclass(frozen=True)
class Recent:
    """Spikes under way as the neurons that emitted them.

    Attributes
    ----------
    left
        What was under way before, as synapses.
    neurons, ages
        Who spiked, and how many steps ago; shape (spikes,).
    """

    left: Slots
    neurons: NDArray[np.int32]
    ages: NDArray[np.int32]


class SpikeQueue:
    """The queue of a synaptic pathway.

    While a compiled network runs, its spikes are under way in the compiled code; between runs they lie here, as
    synapse indices by the step in which they are due. A pathway that runs on Brian2's own code uses Brian2's queue,
    which is made from what lies here when it is first needed.

    Parameters
    ----------
    make
        Makes Brian2's queue.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._real: Any = None
        self._slots: Slots = []
        self._later: Callable[[], Slots] | None = None
        self.recent: Recent | None = None
        self._dt = 0.0
        self._arguments: tuple[Any, float, Any] | None = None

    def prepare(self, delays: Any, dt: float, sources: Any) -> None:
        """Take note of delays (seconds), time step and the source of each synapse, before a run."""
        self.note_dt(dt)
        self._arguments = (np.array(delays), dt, np.array(sources))

    def note_dt(self, dt: float) -> None:
        """Take note of the time step of the next run: what is under way keeps its time."""
        if self._dt and dt != self._dt:
            self.put(_rescaled(self.take(), self._dt / dt))
        elif self._real is not None:
            self.put(self.take())
        self._dt = dt

    def take(self) -> Slots:
        """Return what is under way."""
        if self._real is not None:
            offset, slots = self._real._full_state()
            self._slots = _trimmed([*slots[offset:], *slots[:offset]])
        elif self._later is not None:
            self.put(self._later())
        return self._slots

    def put(self, slots: Sequence[Any]) -> None:
        """Replace what is under way."""
        self._real = self._later = self.recent = None
        self._slots = _trimmed(slots)

    def put_later(self, slots: Callable[[], Slots], recent: Recent) -> None:
        """Replace what is under way by what a function will return when somebody asks.

        Until then `recent` says the same: which synapses spikes are in takes long to find where they are many.
        """
        self.put([])
        self._later, self.recent = slots, recent

    def push(self, spikes: Any) -> None:
        """Let the synapses of neurons that spiked now act after their delays (Brian2's own code calls this)."""
        self._queue().push(spikes)

    def peek(self) -> Any:
        """Return the synapses that act now (Brian2's own code calls this)."""
        return self._queue().peek()

    def advance(self) -> None:
        """Go on to the next step (Brian2's own code calls this)."""
        self._queue().advance()

    def _queue(self) -> Any:
        if self._real is None:
            slots = self.take()
            self._real = self._make()
            if slots:
                self._real._restore_from_full_state((0, [slot.tolist() for slot in slots]))
            if self._arguments is not None:
                self._real.prepare(*self._arguments)
        return self._real

    def _full_state(self) -> tuple[int, list[list[int]]]:
        """Return what is under way as Brian2 stores it."""
        return 0, [slot.tolist() for slot in self.take()]

    def _restore_from_full_state(self, state: tuple[int, Sequence[Any]] | None) -> None:
        """Put back what `_full_state` returned, here or on Brian2's own device."""
        if state is None:
            self.put([])
            return
        offset, slots = state
        self.put([*slots[offset:], *slots[:offset]])


def slots_of(recent: Recent, blocks: Iterable[tuple[int, NDArray[np.int32], NDArray[np.int64]]]) -> Slots:
    """Return the synapses that spikes are under way in, by the step in which they are due, in Brian2's order.

    Parameters
    ----------
    recent
        The spikes.
    blocks
        All synapses in order: number of the first, sources, delays in time steps.
    """
    left, order = recent.left, np.argsort(recent.neurons, kind="stable")
    neurons, ages = recent.neurons[order], recent.ages[order]
    number = np.bincount(neurons)
    first = np.cumsum(number) - number
    found = [np.empty((4, 0), dtype=np.int64)]
    for start, pre, steps in blocks:
        synapse = np.flatnonzero(pre < len(number))
        synapse = synapse[number[pre[synapse]] > 0]
        times = number[pre[synapse]]
        nth = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        synapse = np.repeat(synapse, times)
        spike = first[pre[synapse]] + nth
        due = steps[synapse] - ages[spike]
        rows = np.stack([synapse + start, neurons[spike], -ages[spike], due])
        found.append(rows[:, due >= 0])
    rows = np.concatenate(found, axis=1)
    rows = rows[:, np.lexsort(rows)]
    n = max(len(left), int(rows[3, -1]) + 1 if rows.size else 0)
    cuts = np.searchsorted(rows[3], np.arange(n + 1))
    slots = [rows[0, cuts[s] : cuts[s + 1]].astype(np.int32) for s in range(n)]
    return [np.concatenate([left[s], slots[s]]) if s < len(left) else slots[s] for s in range(n)]


def _trimmed(slots: Sequence[Any]) -> Slots:
    """Return slots as arrays, without the empty ones at the end."""
    arrays = [np.asarray(slot, dtype=np.int32) for slot in slots]
    while arrays and not arrays[-1].size:
        arrays.pop()
    return arrays


def _rescaled(slots: Slots, factor: float) -> Slots:
    """Return slots for another time step; what falls together acts in the order of its times."""
    moved: Slots = [np.empty(0, dtype=np.int32)] * (int(len(slots) * factor) + 1)
    for k, slot in enumerate(slots):
        place = int(k * factor + 0.5)
        moved[place] = np.concatenate([moved[place], slot])
    return moved
