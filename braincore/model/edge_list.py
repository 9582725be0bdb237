"""Synapses that are given one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from braincore.errors import InputError
from braincore.model.site import Connector, Indices, Site
from braincore.model.values import Values


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
