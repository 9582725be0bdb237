"""The synapses of a plan, drawn as often as somebody needs them, from streams that the network's seed determines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from braincore.build.names import WEIGHT
from braincore.build.plan import Plan, SynapsePlan
from braincore.engine.drawn import BLOCK
from braincore.errors import Fault, InputError
from braincore.model import Projection, stream
from braincore.model.distributions import Distribution, Normal, TruncatedNormal
from braincore.model.values import Value, sample, support

Ends = tuple[NDArray[np.int32], NDArray[np.int32]]
KEPT = 1 << 24
"""Synapses of one object whose ends are kept from one drawing to the next."""


def draw_ends(plan: Plan, projection: Projection) -> Ends:
    """Draw the synapses of a projection, as indices into its two groups."""
    network = plan.network
    rng = stream(network.seed, "connectivity", projection.name)
    pre, post = projection.connector.connect(network.site(projection), rng)
    return _placed(plan, projection.source, pre), _placed(plan, projection.target, post)


def _placed(plan: Plan, address: str, local: NDArray[np.int32]) -> NDArray[np.int32]:
    chosen = plan.network.selected(address)
    _, start = plan.place(plan.network.population(address))
    if isinstance(chosen, slice):
        offset = np.int32(start + chosen.start)
        return local if offset == 0 else local + offset
    return (chosen[local] + np.int32(start)).astype(np.int32)


def draw_values(plan: Plan, projection: Projection, what: str, size: int, dtype: Any) -> Iterator[NDArray[Any]]:
    """Draw the weights or delays of a projection in SI, in blocks.

    A distribution takes from its stream for one value after the other: blocks of any size are parts of one whole.

    Raises
    ------
    InputError
        There are more or fewer values than synapses.
    """
    value: Value = getattr(projection, what)
    drawn = isinstance(value, Distribution)
    rng = stream(plan.network.seed, what, projection.name) if drawn else np.random.default_rng(0)
    try:
        fixed = None if drawn else np.broadcast_to(np.asarray(sample(value, rng, size)), (size,))
    except InputError as error:
        faults = [Fault(f.message, path=f"{projection.name}.{what}", hint=f.hint) for f in error.faults]
        raise InputError(faults) from None
    for begin in range(0, size, BLOCK):
        n = min(BLOCK, size - begin)
        block = sample(value, rng, n) if fixed is None else fixed[begin : begin + n]
        yield np.ascontiguousarray(block, dtype=dtype)


@dataclass(kw_only=True)
class DrawnSynapses:
    """Draws the synapses of merged projections (see `braincore.engine.arrays.Drawn`).

    Attributes
    ----------
    plan, merged
        What they are made from.
    pieces
        The synapses of each projection.
    """

    plan: Plan
    merged: SynapsePlan
    pieces: Sequence[slice] = ()
    _kept: dict[int, Ends] = field(default_factory=dict, repr=False)
    _sizes: int = 0

    def __post_init__(self) -> None:
        count, pieces = 0, []
        for k, projection in enumerate(self.merged.projections):
            connector = projection.connector
            n = (
                int(connector.expected(self.plan.network.site(projection)))
                if connector.certain
                else len(self.ends(k)[0])
            )
            pieces.append(slice(count, count + n))
            count += n
        self.pieces = pieces

    @property
    def size(self) -> int:
        """Number of synapses."""
        return self.pieces[-1].stop if self.pieces else 0

    @property
    def delays(self) -> tuple[float, float]:
        """A time (seconds) that no delay is below, and one that none is above."""
        bounds = [(0.0, 0.0) if p.delay is None else _bounds(p.delay) for p in self.merged.projections]
        return min(low for low, _ in bounds), max(high for _, high in bounds)

    def ends(self, piece: int) -> Ends:
        """Draw the source and the target neuron of each synapse of a projection."""
        if piece in self._kept:
            return self._kept[piece]
        ends = draw_ends(self.plan, self.merged.projections[piece])
        if self._sizes + ends[0].size <= KEPT:
            self._sizes += ends[0].size
            self._kept[piece] = ends
        return ends

    def values(self, piece: int, variable: Any) -> Iterator[NDArray[Any]]:
        """Draw the weights or the delays of a projection, in the type of Brian2's variable and in blocks."""
        where = self.pieces[piece]
        what = "weight" if variable.name == WEIGHT else "delay"
        return draw_values(self.plan, self.merged.projections[piece], what, where.stop - where.start, variable.dtype)

    def forget(self) -> None:
        """Let go of the ends that were kept."""
        self._kept.clear()
        self._sizes = 0


def _bounds(delay: Value) -> tuple[float, float]:
    """Return bounds of delays: ten standard deviations are more than any generator of normal numbers draws."""
    low, high = support(delay)
    if isinstance(delay, Normal | TruncatedNormal):
        high = min(high, delay.mean.si + 10 * delay.sd.si)
    return low, high
