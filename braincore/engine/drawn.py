"""Synapses of which no arrays are kept: they are drawn whenever they are needed, and always the same.

They go straight into the columns of compiled code: once to count them, once to put each in its place. `arrays` fills
Brian2's arrays when somebody asks for them, and from then on those are what counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.engine.arrays import Drawn, Ends
from braincore.engine.queue import Recent, Slots, SpikeQueue, slots_of

BLOCK = 1 << 17
"""Synapses whose values are drawn at a time."""

WORKERS = 3
"""Threads that draw ahead: ends, weights and delays come from streams of their own."""

LAYOUTS = (
    "one delay: spikes wait as neurons, rows of synapses are due as a whole",
    "many synapses of a source share a delay: spikes wait as neurons, rows are cut by delay",
    "scattered delays: what synapses do waits in a bucket of the step in which it is due",
)


@dataclass(kw_only=True)
class DrawnLink:
    """Draws the synapses of a pathway into the compiled code, and moves spikes under way between it and the queue.

    Attributes
    ----------
    queue
        The queue.
    name
        Of the pathway in the compiled code.
    drawn
        The synapses.
    values
        Variables that lie in columns, in the order in which the compiled code expects their blocks.
    delay
        The variable of delays, None if there is one delay for all.
    single_delay
        That one (seconds).
    clock
        Of the pathway.
    """

    queue: SpikeQueue
    name: str
    pathway: str
    drawn: Drawn
    values: list[Any]
    delay: Any
    single_delay: float
    clock: Any
    prepost: str = "pre"
    _left: Slots = field(default_factory=list)
    _begun: int = 0

    def begin(self, library: Any) -> None:
        """Draw the synapses into their places, and put what is under way into the compiled code."""
        recent = self.queue.recent  # of this run, or of the one that a checkpoint is from
        self._left = slots_of(recent, self._blocks()) if recent is not None else self.queue.take()
        self._begun = self._step()
        due = np.concatenate(self._left) if self._left else np.empty(0, dtype=np.int32)
        under_way = np.unique(due)
        library.call(f"open_{self.name}")
        with ThreadPoolExecutor(WORKERS) as pool:
            for _, (pre, post) in self._ends(pool):
                library.call(f"count_{self.name}", pre, post, len(pre))
            library.call(f"counted_{self.name}", due.size)
            held = self._place(library, pool, under_way)
        self.drawn.forget()
        library.call(f"placed_{self.name}")
        for later, slot in enumerate(self._left):
            chosen = np.searchsorted(under_way, slot)
            pre, post, *values = (np.ascontiguousarray(array[chosen]) for array in held)
            if slot.size:
                library.call(f"hold_{self.name}", later, slot.size, pre, post, *values)

    def _ends(self, pool: ThreadPoolExecutor) -> Iterator[tuple[int, Ends]]:
        """Draw the ends of all pieces, each while the one before is in use."""
        n = len(self.drawn.pieces)
        ahead = pool.submit(self.drawn.ends, 0) if n else None
        for k in range(n):
            assert ahead is not None
            ends = ahead.result()
            ahead = pool.submit(self.drawn.ends, k + 1) if k + 1 < n else None
            yield k, ends

    def _place(self, library: Any, pool: ThreadPoolExecutor, chosen: NDArray[np.int32]) -> list[NDArray[Any]]:
        """Draw all synapses into their places; return the ends and values of the chosen ones."""
        variables = [*self.values, *([self.delay] if self.delay is not None else [])]
        kept: list[list[NDArray[Any]]] = [
            [np.empty(0, dtype=t)] for t in (np.int32, np.int32, *(v.dtype for v in self.values))
        ]
        for k, (pre, post) in self._ends(pool):
            streams = [self.drawn.values(k, variable) for variable in variables]
            ahead = [pool.submit(_block, stream) for stream in streams]
            for begin in range(0, len(pre), BLOCK):
                blocks = [future.result() for future in ahead]
                ahead = [pool.submit(_block, stream) for stream in streams]
                sources, targets = pre[begin : begin + BLOCK], post[begin : begin + BLOCK]
                values = blocks[: len(self.values)]
                delays = blocks[-1] if self.delay is not None else np.zeros(1)
                library.call(f"place_{self.name}", len(sources), sources, targets, delays, *values)
                if chosen.size:
                    first = self.drawn.pieces[k].start + begin
                    low, high = np.searchsorted(chosen, [first, first + len(sources)])
                    here = chosen[low:high] - first
                    for found, array in zip(kept, (sources, targets, *values), strict=True):
                        found.append(array[here])
        return [np.concatenate(found) for found in kept]

    def layout(self, library: Any) -> str:
        """Say how synapses are kept and how spikes wait."""
        return LAYOUTS[library.call(f"layout_{self.name}")]

    def sync(self, library: Any) -> None:
        """Do nothing: what is under way is no state that Python reads during a run."""

    def end(self, library: Any) -> None:
        """Note the spikes under way; which synapses they are in is worked out when somebody asks."""
        gone = self._step() - self._begun
        ages, neurons = [], []
        for age in range(1, 1 + min(gone, library.call(f"slots_{self.name}"))):
            spikes = np.empty(library.call(f"recent_{self.name}", age), dtype=np.int32)
            if spikes.size:
                library.call(f"take_{self.name}", spikes)
                neurons.append(spikes)
                ages.append(np.full(spikes.size, age))
        left = self._left[gone:]
        if not neurons:
            self.queue.put(left)
            return
        recent = Recent(left, np.concatenate(neurons), np.concatenate(ages).astype(np.int32))
        self.queue.put_later(lambda: slots_of(recent, self._blocks()), recent)

    def _blocks(self) -> Iterator[tuple[int, NDArray[np.int32], NDArray[np.int64]]]:
        """Draw all synapses in blocks: number of the first, sources, delays in time steps."""
        dt = float(self.clock.dt_)
        for k, where in enumerate(self.drawn.pieces):
            pre, _ = self.drawn.ends(k)
            single: Iterator[NDArray[Any]] = repeat(np.full(BLOCK, self.single_delay))
            delays = self.drawn.values(k, self.delay) if self.delay is not None else single
            for begin in range(0, len(pre), BLOCK):
                sources = pre[begin : begin + BLOCK]
                seconds = next(delays)[: len(sources)].astype(np.float64)
                yield where.start + begin, sources, (seconds / dt + 0.5).astype(np.int64)

    def _step(self) -> int:
        return int(self.clock.variables["timestep"].get_value().item())


def _block(stream: Iterator[NDArray[Any]]) -> NDArray[Any]:
    """Return the next block of a stream, an empty one at its end."""
    return next(stream, np.empty(0))
