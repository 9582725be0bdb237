"""What a connection rule knows of the two populations that it connects, and what every rule can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError
from braincore.model.values import Floats

Indices = NDArray[np.int32]
NONE: Indices = np.empty(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Site:
    """What a connector may know of the two populations.

    Attributes
    ----------
    n_pre, n_post
        Sizes.
    same
        True if both are the same neurons (then neuron i to neuron i is an autapse).
    pre_positions, post_positions
        Positions in metres, shape (n, dimensions), or None.
    ids
        Of two different parts of one population, which neurons they are, so that autapses are known where they overlap.
    """

    n_pre: int
    n_post: int
    same: bool = False
    pre_positions: Floats | None = None
    post_positions: Floats | None = None
    ids: tuple[Indices, Indices] | None = None

    @property
    def pairs(self) -> int:
        """Number of ordered pairs, a neuron with itself included."""
        return self.n_pre * self.n_post

    @property
    def selves(self) -> int:
        """Number of pairs of a neuron with itself."""
        return self.n_pre if self.same else self._own[0].size

    @property
    def _own(self) -> tuple[Indices, Indices]:
        """The source and the target index of each neuron that is in two different parts of one population."""
        if self.ids is None:
            return NONE, NONE
        _, pre, post = np.intersect1d(*self.ids, assume_unique=True, return_indices=True)
        return pre.astype(np.int32), post.astype(np.int32)

    def without_autapses(self, pre: Indices, post: Indices) -> tuple[Indices, Indices]:
        """Return the synapses that do not end on their own neuron."""
        if self.same:
            keep = pre != post
        elif self.ids is not None:
            keep = self.ids[0][pre] != self.ids[1][post]
        else:
            return pre, post
        return pre[keep], post[keep]

    def refuse_overlap(self) -> None:
        """Refuse a rule of exact numbers without autapses between different parts of a population that overlap."""
        if not self.same and self.selves:
            hint = "Choose parts that are equal or apart, or allow autapses"
            raise InputError(f"the two ends share {self.selves} neurons, and autapses are not allowed", hint=hint)


@dataclass(frozen=True, kw_only=True, slots=True)
class Connector:
    """Base of the connection rules.

    Attributes
    ----------
    certain
        Whether the number of synapses is the expected one in every draw.
    """

    kind: ClassVar[str] = ""
    certain: ClassVar[bool] = False

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses: the source and the target index of each."""
        raise NotImplementedError

    def expected(self, site: Site) -> float:
        """Return the expected number of synapses."""
        raise NotImplementedError

    def check(self, site: Site) -> None:
        """Raise `InputError` if the rule cannot hold for these sizes."""


def probability(value: Any, what: str) -> float:
    """Return a number from 0 to 1."""
    number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:
        raise InputError(f"{what} is {value}", hint="Allowed: 0 to 1")
    return float(value)


def joined(parts: Sequence[Indices]) -> Indices:
    """Return the parts as one array; an empty one if there are none."""
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int32)
