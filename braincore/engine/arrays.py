"""The arrays behind Brian2's variables: where they begin in memory, and those that are filled only when asked for.

Who makes a network may hand over a `Drawn` instead of filling Brian2's arrays of a Synapses object: see `drawn`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

LINE = 64
"""Bytes that a processor moves together, in its cache."""

Ends = tuple[NDArray[np.int32], NDArray[np.int32]]


class Drawn(Protocol):
    """The synapses of one Synapses object."""

    @property
    def pieces(self) -> Sequence[slice]:
        """Which synapses are drawn together: one piece after the other, all of them."""

    @property
    def delays(self) -> tuple[float, float]:
        """A time (seconds) that no delay is below, and one that none is above."""

    def ends(self, piece: int) -> Ends:
        """Draw the source and the target neuron of each synapse of a piece."""

    def values(self, piece: int, variable: Any) -> Iterator[NDArray[Any]]:
        """Draw what a variable of Brian2 holds for a piece, in its type and in blocks of `drawn.BLOCK`."""

    def forget(self) -> None:
        """Let go of what was kept so as not to be drawn again."""


def aligned(size: int, dtype: Any) -> NDArray[Any]:
    """Return an array, not filled, that has lines of the cache for itself.

    Vectors of the processor then cross no lines, and no thread waits for a line of which another wrote its own part.
    """
    kind = np.dtype(dtype)
    length = int(size) * kind.itemsize
    memory = np.empty(-(-length // LINE) * LINE + LINE, dtype=np.uint8)
    begin = -memory.ctypes.data % LINE
    return memory[begin : begin + length].view(kind)


class Arrays(WeakKeyDictionary[Any, Any]):
    """The arrays of Brian2's variables; those of synapses that are drawn are filled when they are asked for.

    Attributes
    ----------
    drawn
        Variables whose array is not filled, with the synapses that they belong to.
    given
        What was handed over, by the variable of the synapses' targets.
    """

    def __init__(self) -> None:
        super().__init__()
        self.drawn: WeakKeyDictionary[Any, Drawn] = WeakKeyDictionary()
        self.given: WeakKeyDictionary[Any, Drawn] = WeakKeyDictionary()

    def give(self, synapses: Any, drawn: Drawn, size: int) -> None:
        """Take over what draws the synapses of a Synapses object that has none yet."""
        variables = [v for v in synapses._registered_variables if not v.scalar]
        numbers = {"N_outgoing": synapses.variables["N_pre"], "N_incoming": synapses.variables["N_post"]}
        offsets = {"N_outgoing": "_source_offset", "N_incoming": "_target_offset"}
        for variable in variables:
            variable.size = size
            self.drawn[variable] = drawn
        for name, number in numbers.items():
            variable = synapses.variables[name]
            variable.size = int(np.asarray(number.get_value()).item()) + int(
                synapses.variables[offsets[name]].get_value()
            )
            self.drawn[variable] = drawn
        synapses.variables["N"].set_value(size)
        synapses._connect_called = True
        self.given[synapses.variables["_synaptic_post"]] = drawn

    def __getitem__(self, variable: Any) -> Any:
        """Return an array, filled."""
        array = super().__getitem__(variable)
        if self.drawn and variable in self.drawn:
            _fill(array, variable, self.drawn.pop(variable))
        return array


def _fill(array: Any, variable: Any, drawn: Drawn) -> None:
    """Fill an array with what is drawn."""
    array.resize(int(variable.size))
    data = array.data
    data[...] = 0
    end = {"_synaptic_pre": 0, "N_outgoing": 0, "_synaptic_post": 1, "N_incoming": 1}.get(variable.name)
    for k, where in enumerate(drawn.pieces):
        if end is None:
            begin = where.start
            for block in drawn.values(k, variable):
                data[begin : begin + len(block)] = block
                begin += len(block)
        elif variable.name.startswith("N_"):
            data += np.bincount(drawn.ends(k)[end], minlength=len(data)).astype(data.dtype)
        else:
            data[where] = drawn.ends(k)[end]
