"""Connections that become rarer with distance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from braincore.errors import InputError
from braincore.model.site import Connector, Indices, Site, joined, probability
from braincore.model.values import Floats
from braincore.units import LENGTH, Quantity

_PAIRS = 1 << 20  # worked on at a time


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
        object.__setattr__(self, "p_max", probability(self.p_max, "p_max"))
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
        pre, post = joined(pres), joined(posts)
        return (pre, post) if self.autapses else site.without_autapses(pre, post)

    def expected(self, site: Site) -> float:
        """Return the expected number of synapses."""
        return sum(float(p.sum()) for _, p in self._blocks(site)) - (0 if self.autapses else self.p_max * site.selves)
