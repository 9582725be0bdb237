"""Targets whose synapses are alike get the same sum, which is worked out once.

Where a summed variable depends on the source and on what synapses hold, targets with the same sources and values in the
same order have the same sum to the bit: all-to-all synapses with one weight between two populations need one sum, not
one for each target (the NMDA conductance of networks of working memory and decisions).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SHARE = 8
"""How many times more synapses than sums there must be."""

MOST = 50_000_000
"""Synapses at most: it takes some forty bytes of each to find out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """Classes of targets.

    Attributes
    ----------
    of
        Class of each target, -1 for one without synapses; shape (targets,).
    count
        How many classes there are; the first have most synapses.
    order
        The synapses of one target of each class: the first of all classes, then the second of those that have two...
    widths
        How many classes have a first synapse, a second...
    like
        Of each synapse, the one at the same place of that target.
    """

    of: np.ndarray[Any, Any]
    count: int
    order: np.ndarray[Any, Any]
    widths: np.ndarray[Any, Any]
    like: np.ndarray[Any, Any]

    def holds(self, values: np.ndarray[Any, Any]) -> bool:
        """Tell whether what synapses hold is alike within each class."""
        return bool(np.array_equal(values, values[self.like]))


def alike(target: np.ndarray[Any, Any], targets: int, held: Sequence[np.ndarray[Any, Any]]) -> Alike | None:
    """Return the classes of targets, None if there are too many of them to be of use.

    Parameters
    ----------
    target
        Target of each synapse, from 0; shape (synapses,).
    targets
        How many targets there are.
    held
        The sources of the synapses, and whatever else their sum depends on.
    """
    n = target.size
    if not 0 < n <= MOST:
        return None
    order = np.argsort(target, kind="stable")
    degree = np.bincount(target, minlength=targets)
    begins = np.cumsum(degree) - degree
    place = np.arange(n) - np.repeat(begins, degree)
    some = np.flatnonzero(degree)
    marks = np.add.reduceat(_mixed(place, [values[order] for values in held]), begins[some])
    pairs = np.stack([marks, degree[some].astype(np.uint64)])
    _, first, mine = np.unique(pairs, axis=1, return_index=True, return_inverse=True)
    if degree[some[first]].sum() * SHARE > n:
        return None
    by_size = np.lexsort((first, -degree[some[first]]))
    kind = np.full(targets, -1, dtype=np.int32)
    kind[some] = np.argsort(by_size, kind="stable")[np.reshape(mine, -1)]
    one = some[first[by_size]]  # a target of each class
    like = np.empty(n, dtype=np.int64)
    like[order] = order[np.repeat(begins[one[kind[some]]], degree[some]) + place]
    many = degree[one]
    step = np.concatenate([np.arange(count) for count in many])
    of = np.repeat(np.arange(one.size), many)
    turn = np.lexsort((of, step))
    found = Alike(
        of=kind,
        count=int(one.size),
        order=order[(begins[one][of] + step)[turn]],
        widths=np.bincount(step).astype(np.int64),
        like=like,
    )
    return found if all(found.holds(values) for values in held) else None


def _mixed(place: np.ndarray[Any, Any], held: Sequence[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
    """Return a number for each synapse that another place or other values would change."""
    mixed = place.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for values in held:
        bits = np.ascontiguousarray(values, dtype=np.float64).view(np.uint64)
        mixed = (mixed ^ bits) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    return mixed * np.uint64(0x94D049BB133111EB)
