"""Which neuron projects to which: the connection rules, as pure NumPy.

A connector turns the sizes of two populations into synapses: ``connect(...) -> (pre, post)``, two int32 arrays of equal
length. Rules, names and the treatment of autapses (a neuron onto itself) and multapses (several synapses between two
neurons) follow Senk et al. 2022, "Connectivity concepts in neuronal network modeling", PLoS Comput Biol 18:e1010086.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError
from braincore.model.distance import DistanceDependent
from braincore.model.edge_list import EdgeList
from braincore.model.site import NONE, Connector, Indices, Site, joined, probability
from braincore.model.values import whole

__all__ = [
    "CONNECTORS",
    "AllToAll",
    "Connector",
    "DistanceDependent",
    "EdgeList",
    "FixedInDegree",
    "FixedOutDegree",
    "FixedProbability",
    "FixedTotalNumber",
    "Indices",
    "OneToOne",
    "Site",
]

_BLOCK = 1 << 22
_PAIRS = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class OneToOne(Connector):
    """Neuron i of the source to neuron i of the target; both have the same size."""

    kind: ClassVar[str] = "one_to_one"
    certain: ClassVar[bool] = True

    def check(self, site: Site) -> None:
        """Refuse unequal sizes."""
        if site.n_pre != site.n_post:
            raise InputError(f"one_to_one needs equal sizes, not {site.n_pre} and {site.n_post}")

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses."""
        index = np.arange(site.n_pre, dtype=np.int32)
        return index, index.copy()

    def expected(self, site: Site) -> float:
        """Return the number of synapses."""
        return float(site.n_pre)


@dataclass(frozen=True, kw_only=True, slots=True)
class AllToAll(Connector):
    """Every neuron of the source to every neuron of the target."""

    autapses: bool = True
    kind: ClassVar[str] = "all_to_all"
    certain: ClassVar[bool] = True

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses."""
        pre = np.repeat(np.arange(site.n_pre, dtype=np.int32), site.n_post)
        post = np.tile(np.arange(site.n_post, dtype=np.int32), site.n_pre)
        return (pre, post) if self.autapses else site.without_autapses(pre, post)

    def expected(self, site: Site) -> float:
        """Return the number of synapses."""
        return float(site.pairs - (0 if self.autapses else site.selves))


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedProbability(Connector):
    """Every ordered pair independently with probability `p` ("pairwise Bernoulli"); no multapses."""

    p: float
    autapses: bool = True
    kind: ClassVar[str] = "fixed_probability"

    def __post_init__(self) -> None:
        object.__setattr__(self, "p", probability(self.p, "p"))

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses: gaps between successes are geometric, so the cost is per synapse, not per pair."""
        if self.p == 1:
            return AllToAll(autapses=self.autapses).connect(site, rng)
        pres, posts = [], []
        position = -1
        while self.p > 0 and position < site.pairs:
            left = site.pairs - position
            count = min(_BLOCK, int(left * self.p + 6 * math.sqrt(left * self.p) + 16))
            # a gap beyond the last pair is as good as the longest: for tiny p the sum would overflow
            flat = position + np.cumsum(np.minimum(rng.geometric(self.p, count), site.pairs + 1))
            position = int(flat[-1])
            flat = flat[flat < site.pairs]
            pres.append((flat // site.n_post).astype(np.int32))
            posts.append((flat % site.n_post).astype(np.int32))
        pre, post = joined(pres), joined(posts)
        return (pre, post) if self.autapses else site.without_autapses(pre, post)

    def expected(self, site: Site) -> float:
        """Return the expected number of synapses."""
        return self.p * AllToAll(autapses=self.autapses).expected(site)


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedTotalNumber(Connector):
    """`n` synapses, each between a source and a target drawn uniformly (Potjans & Diesmann 2014)."""

    n: int
    autapses: bool = True
    multapses: bool = True
    kind: ClassVar[str] = "fixed_total_number"
    certain: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", whole(self.n, "n"))

    def check(self, site: Site) -> None:
        """Refuse more synapses than there are pairs, where multapses are not allowed."""
        if not self.autapses:
            site.refuse_overlap()
        pairs = AllToAll(autapses=self.autapses).expected(site)
        if self.n > pairs and (not self.multapses or pairs == 0):
            raise InputError(f"n is {self.n}, but there are only {pairs:.0f} pairs", hint="Allow multapses, or lower n")

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses."""
        if self.n == 0:
            return NONE, NONE
        forbid = site.same and not self.autapses
        if not self.multapses:
            choices = site.pairs - (site.n_pre if forbid else 0)
            flat = _distinct(rng, choices, self.n)
            if not forbid:
                return (flat // site.n_post).astype(np.int32), (flat % site.n_post).astype(np.int32)
            first, rest = flat // (site.n_post - 1), flat % (site.n_post - 1)
            return first.astype(np.int32), (rest + (rest >= first)).astype(np.int32)
        pre = rng.integers(site.n_pre, size=self.n, dtype=np.int32)
        post = rng.integers(site.n_post - forbid, size=self.n, dtype=np.int32)
        if forbid:
            post += post >= pre
        return pre, post

    def expected(self, site: Site) -> float:
        """Return the number of synapses."""
        return float(self.n)


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedInDegree(Connector):
    """Every target neuron gets `k` synapses from sources drawn uniformly."""

    k: int
    autapses: bool = True
    multapses: bool = True
    kind: ClassVar[str] = "fixed_in_degree"
    certain: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", whole(self.k, "k"))

    def check(self, site: Site) -> None:
        """Refuse a degree above the number of partners, where multapses are not allowed."""
        if not self.autapses:
            site.refuse_overlap()
        partners = site.n_pre - (1 if site.same and not self.autapses else 0)
        if self.k > partners and (not self.multapses or partners == 0):
            raise InputError(
                f"k is {self.k}, but there are only {partners} sources", hint="Allow multapses, or lower k"
            )

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses."""
        forbid = site.same and not self.autapses
        pre = _partners(rng, site.n_pre, site.n_post, self.k, forbid=forbid, repeats=self.multapses)
        return pre, np.repeat(np.arange(site.n_post, dtype=np.int32), self.k)

    def expected(self, site: Site) -> float:
        """Return the number of synapses."""
        return float(self.k * site.n_post)


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedOutDegree(Connector):
    """Every source neuron makes `k` synapses onto targets drawn uniformly."""

    k: int
    autapses: bool = True
    multapses: bool = True
    kind: ClassVar[str] = "fixed_out_degree"
    certain: ClassVar[bool] = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "k", whole(self.k, "k"))

    def check(self, site: Site) -> None:
        """Refuse a degree above the number of partners, where multapses are not allowed."""
        if not self.autapses:
            site.refuse_overlap()
        partners = site.n_post - (1 if site.same and not self.autapses else 0)
        if self.k > partners and (not self.multapses or partners == 0):
            raise InputError(
                f"k is {self.k}, but there are only {partners} targets", hint="Allow multapses, or lower k"
            )

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses."""
        forbid = site.same and not self.autapses
        post = _partners(rng, site.n_post, site.n_pre, self.k, forbid=forbid, repeats=self.multapses)
        return np.repeat(np.arange(site.n_pre, dtype=np.int32), self.k), post

    def expected(self, site: Site) -> float:
        """Return the number of synapses."""
        return float(self.k * site.n_pre)


CONNECTORS: dict[str, type[Connector]] = {
    c.kind: c
    for c in (
        OneToOne, AllToAll, FixedProbability, FixedTotalNumber, FixedInDegree, FixedOutDegree, DistanceDependent,
        EdgeList,
    )
}  # fmt: skip


def _distinct(rng: np.random.Generator, choices: int, count: int) -> NDArray[np.int64]:
    """Draw `count` different whole numbers below `choices`, every set equally likely."""
    if count > choices // 2:
        return rng.permutation(choices)[:count].astype(np.int64)
    drawn = np.unique(rng.integers(choices, size=count))
    while drawn.size < count:
        drawn = np.unique(np.concatenate([drawn, rng.integers(choices, size=count - drawn.size)]))
    return drawn


def _partners(rng: np.random.Generator, n: int, rows: int, k: int, *, forbid: bool, repeats: bool) -> Indices:
    """Draw `k` of `n` partners for each of `rows` neurons; `forbid` leaves out the neuron itself."""
    choices = n - forbid
    if k == 0 or rows == 0:
        return NONE
    drawn = rng.integers(choices, size=(rows, k), dtype=np.int32)
    if not repeats:
        # few of many: draw again what came twice. Many of few: that would take long, so take the k smallest of n keys
        drawn = _without_repeats(rng, drawn, choices) if 2 * k <= choices else _smallest_keys(rng, rows, choices, k)
    if forbid:
        drawn += drawn >= np.arange(rows, dtype=np.int32)[:, None]
    return drawn.reshape(-1)


def _without_repeats(rng: np.random.Generator, drawn: Indices, choices: int) -> Indices:
    """Draw again, in each row, what is there twice, until nothing is; every set stays equally likely, by symmetry."""
    rows = np.arange(len(drawn))
    while rows.size:
        part = np.sort(drawn[rows], axis=1)
        again = np.zeros(part.shape, dtype=bool)
        again[:, 1:] = part[:, 1:] == part[:, :-1]
        part[again] = rng.integers(choices, size=int(again.sum()), dtype=np.int32)
        drawn[rows] = part
        rows = rows[again.any(axis=1)]
    return drawn


def _smallest_keys(rng: np.random.Generator, rows: int, choices: int, k: int) -> Indices:
    block = max(1, _PAIRS // choices)
    parts = []
    for start in range(0, rows, block):
        keys = rng.random((min(block, rows - start), choices))
        parts.append(np.argpartition(keys, k - 1, axis=1)[:, :k].astype(np.int32))
    return np.concatenate(parts)
