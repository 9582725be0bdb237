"""All-to-all synapses whose values depend on how far source and target are apart: one row of values serves all sources.

The weights of a ring or a line are the same for all pairs at the same distance. What a source needs is a piece of one
row, shifted by its number: it stays in the first-level cache, where a matrix of millions of weights has to come from
memory in every time step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SHARE = 8
"""How many times more synapses than different values there must be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """All-to-all synapses in the order of their sources, and among those of their targets.

    Attributes
    ----------
    first
        The first synapse.
    source, target
        Its ends.
    sources, targets
        How many there are.
    shift
        The value of a synapse is at target - source + shift of the row.
    """

    first: int
    source: int
    target: int
    sources: int
    targets: int
    shift: int

    def matrix(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return values as a matrix, shape (sources, targets)."""
        return values[self.first : self.first + self.sources * self.targets].reshape(self.sources, self.targets)


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """Blocks that together are all synapses.

    Attributes
    ----------
    blocks
        In the order of synapses.
    length
        Of the row that holds the values of all blocks.
    """

    blocks: tuple[Block, ...]
    length: int

    def row(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return the row of what synapses hold."""
        parts = []
        for block in self.blocks:
            matrix = block.matrix(values)
            parts += [matrix[::-1, 0], matrix[0, 1:]]
        return np.concatenate(parts)

    def holds(self, values: np.ndarray[Any, Any]) -> bool:
        """Tell whether what synapses hold depends on the distance alone."""
        matrices = (block.matrix(values) for block in self.blocks)
        return all(np.array_equal(matrix[1:, 1:], matrix[:-1, :-1]) for matrix in matrices)


def run_begins(source: np.ndarray[Any, Any], target: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the first synapse of each run: of synapses from one source to targets that follow each other."""
    if not source.size:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(np.r_[True, (source[1:] != source[:-1]) | (target[1:] != target[:-1] + 1)])


def repeated(
    source: np.ndarray[Any, Any], target: np.ndarray[Any, Any], held: Sequence[np.ndarray[Any, Any]]
) -> Repeated | None:
    """Return the blocks whose values repeat, None if there are none or if it is not worth it.

    Parameters
    ----------
    source, target
        Ends of the synapses, shape (synapses,).
    held
        What synapses hold, each of shape (synapses,).
    """
    if not source.size:
        return None
    begins = run_begins(source, target)
    lengths = np.diff(np.append(begins, source.size))
    first_source, first_target = source[begins], target[begins]
    same = (np.diff(first_source) == 1) & (np.diff(first_target) == 0) & (np.diff(lengths) == 0)
    starts = np.flatnonzero(np.r_[True, ~same])
    if len(starts) * SHARE > source.size:
        return None
    blocks, length = [], 0
    for begin, end in zip(starts, np.append(starts[1:], len(begins)), strict=True):
        sources, targets = int(end - begin), int(lengths[begin])
        i, j = int(first_source[begin]), int(first_target[begin])
        shift = length + sources - 1 - j + i
        blocks.append(
            Block(first=int(begins[begin]), source=i, target=j, sources=sources, targets=targets, shift=shift)
        )
        length += sources + targets - 1
    found = Repeated(blocks=tuple(blocks), length=length)
    if length * SHARE > source.size or not all(found.holds(values) for values in held):
        return None
    return found
