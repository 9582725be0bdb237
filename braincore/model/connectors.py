"""Which neuron projects to which: the connection rules, as pure NumPy.

A connector turns the sizes of two populations into synapses: ``connect(...) -> (pre, post)``, two int32 arrays of equal
length. Rules, names and the treatment of autapses (a neuron onto itself) and multapses (several synapses between two
neurons) follow Senk et al. 2022, "Connectivity concepts in neuronal network modeling", PLoS Comput Biol 18:e1010086.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError
from braincore.model.values import Floats, Values, whole
from braincore.units import LENGTH, Quantity

Indices = NDArray[np.int32]
_NONE: Indices = np.empty(0, dtype=np.int32)
_BLOCK = 1 << 22
_PAIRS = 1 << 20


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
            return _NONE, _NONE
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
    """Base of the connection rules."""

    kind: ClassVar[str] = ""

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses: the source and the target index of each."""
        raise NotImplementedError

    def expected(self, site: Site) -> float:
        """Return the expected number of synapses."""
        raise NotImplementedError

    def check(self, site: Site) -> None:
        """Raise `InputError` if the rule cannot hold for these sizes."""


def _probability(value: Any, what: str) -> float:
    number = float(value)
    if not 0 <= number <= 1:
        raise InputError(f"{what} is {value}", hint="Allowed: 0 to 1")
    return number


@dataclass(frozen=True, kw_only=True, slots=True)
class OneToOne(Connector):
    """Neuron i of the source to neuron i of the target; both have the same size."""

    kind: ClassVar[str] = "one_to_one"

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
        object.__setattr__(self, "p", _probability(self.p, "p"))

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
        pre, post = _joined(pres), _joined(posts)
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
            return _NONE, _NONE
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


@dataclass(frozen=True, kw_only=True, slots=True)
class DistanceDependent(Connector):
    """Every pair independently, with a probability that falls with distance d.

    ``gaussian``: p_max exp(-d^2 / (2 scale^2)); ``exponential``: p_max exp(-d / scale); ``step``: p_max up to `scale`.

    Attributes
    ----------
    p_max, scale
        Probability at distance 0, and its length scale.
    profile
        ``gaussian``, ``exponential`` or ``step``.
    cutoff
        No synapse beyond this distance.
    period
        Length of a periodic axis for every dimension, or None for open borders.
    """

    p_max: float
    scale: Any
    profile: str = "gaussian"
    cutoff: Any = None
    period: Any = None
    autapses: bool = True
    kind: ClassVar[str] = "distance_dependent"

    def __post_init__(self) -> None:
        object.__setattr__(self, "p_max", _probability(self.p_max, "p_max"))
        for name in ("scale", "cutoff", "period"):
            given = getattr(self, name)
            if given is not None:
                quantity = Quantity.of(given, LENGTH)
                if quantity.si <= 0:
                    raise InputError(f"{name} {quantity} is not positive")
                object.__setattr__(self, name, quantity)
        if self.profile not in ("gaussian", "exponential", "step"):
            raise InputError(f"unknown profile '{self.profile}'", hint="Allowed: gaussian, exponential, step")

    def check(self, site: Site) -> None:
        """Refuse populations without positions, or with different numbers of dimensions."""
        if site.pre_positions is None or site.post_positions is None:
            raise InputError("distance_dependent needs positions on both populations", hint="Give them a layout")
        if site.pre_positions.shape[1] != site.post_positions.shape[1]:
            raise InputError("the positions of the two populations have different numbers of dimensions")

    def probability(self, distance: Floats) -> Floats:
        """Return the connection probability at distances in metres."""
        ratio = distance / self.scale.si
        if self.profile == "gaussian":
            p = self.p_max * np.exp(-0.5 * ratio**2)
        elif self.profile == "exponential":
            p = self.p_max * np.exp(-ratio)
        else:
            p = np.where(ratio <= 1, self.p_max, 0.0)
        return p if self.cutoff is None else np.where(distance <= self.cutoff.si, p, 0.0)

    def _blocks(self, site: Site) -> Iterator[tuple[int, Floats]]:
        """Yield the probabilities of all pairs, some rows of sources at a time."""
        self.check(site)
        assert site.pre_positions is not None and site.post_positions is not None
        rows = max(1, _PAIRS // max(site.n_post, 1))
        for start in range(0, site.n_pre, rows):
            squared = np.zeros((min(rows, site.n_pre - start), site.n_post))
            for axis in range(site.pre_positions.shape[1]):
                delta = np.abs(site.pre_positions[start : start + rows, axis, None] - site.post_positions[:, axis])
                if self.period is not None:
                    delta %= self.period.si
                    np.minimum(delta, self.period.si - delta, out=delta)
                squared += np.square(delta, out=delta)
            yield start, self.probability(np.sqrt(squared, out=squared))

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses."""
        pres, posts = [], []
        for start, p in self._blocks(site):
            rows, columns = np.nonzero(rng.random(p.shape) < p)
            pres.append((rows + start).astype(np.int32))
            posts.append(columns.astype(np.int32))
        pre, post = _joined(pres), _joined(posts)
        return (pre, post) if self.autapses else site.without_autapses(pre, post)

    def expected(self, site: Site) -> float:
        """Return the expected number of synapses."""
        return sum(float(p.sum()) for _, p in self._blocks(site)) - (0 if self.autapses else self.p_max * site.selves)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class EdgeList(Connector):
    """The synapses one by one, from a connectome or a matrix.

    Attributes
    ----------
    pre, post
        Indices, shape (n,), int32.
    source
        Where they come from (file), for provenance.
    """

    pre: Any
    post: Any
    source: str = ""
    kind: ClassVar[str] = "edges"

    def __post_init__(self) -> None:
        for name in ("pre", "post"):
            given = np.asarray(getattr(self, name))
            if given.ndim != 1 or (given.size and not np.issubdtype(given.dtype, np.integer)):
                raise InputError(f"'{name}' of an edge list must be a row of whole numbers")
            if given.size and (int(given.min()) < 0 or int(given.max()) >= 2**31):
                wrong = int(given.min()) if int(given.min()) < 0 else int(given.max())
                raise InputError(f"'{name}' of an edge list has index {wrong}", hint="From 0 to the number of neurons")
            array = given.astype(np.int32)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if self.pre.size != self.post.size:
            raise InputError(f"an edge list has {self.pre.size} sources, but {self.post.size} targets")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EdgeList):
            return False
        return np.array_equal(self.pre, other.pre) and np.array_equal(self.post, other.post)

    def __hash__(self) -> int:
        return hash((self.pre.tobytes(), self.post.tobytes()))

    @classmethod
    def from_matrix(cls, matrix: Any, unit: str = "1", source: str = "") -> tuple[EdgeList, Values]:
        """Make from a dense or SciPy sparse matrix (rows = source); return the edges and their non-zero entries."""
        from scipy.sparse import coo_array

        coo = coo_array(matrix)
        keep = coo.data != 0
        return cls(pre=coo.row[keep], post=coo.col[keep], source=source), Values.of(coo.data[keep], unit)

    def check(self, site: Site) -> None:
        """Refuse indices beyond the populations."""
        for name, array, size in (("source", self.pre, site.n_pre), ("target", self.post, site.n_post)):
            if array.size and int(array.max()) >= size:
                raise InputError(f"an edge has {name} {int(array.max())}, but there are {size} neurons")

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Return the synapses."""
        return self.pre, self.post

    def expected(self, site: Site) -> float:
        """Return the number of synapses."""
        return float(self.pre.size)


CONNECTORS: dict[str, type[Connector]] = {
    c.kind: c
    for c in (
        OneToOne, AllToAll, FixedProbability, FixedTotalNumber, FixedInDegree, FixedOutDegree, DistanceDependent,
        EdgeList,
    )
}  # fmt: skip


def _joined(parts: Sequence[Indices]) -> Indices:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int32)


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
        return _NONE
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
