r"""The granular layer of the cerebellum in spikes, as a representation of passing time: Yamazaki & Tanaka (2007).

A torus of 32 x 32 Golgi cells; at each a cluster of 100 granule cells, whose Golgi inputs are the same. A granule
cell has four mossy fibres of its own, which fire at 5 Hz; with a conditioned stimulus two of them rise to 40 Hz, and
the other two to 200 Hz for its first ms. An axon of a Golgi cell reaches each glomerulus within 4 nodes with a
probability of 0.025, and a cluster has all that reach the four glomeruli around it, 8.1 on average. A Golgi cell has
each cluster within 3 nodes with a probability of 0.05, 2.45 on average, with all its granule cells.

Through Golgi cells, with their slow NMDA receptors, clusters fall silent and come back in an order that is nearly the
same in each trial, so that which of them are active tells the time since the stimulus began (`YamazakiTanaka2005` in
rates).

`scale` keeps the density of connections: the side of the torus goes with its fourth root, cells of a cluster with its
square root, and a granule cell's weight on Golgi cells with one over them. At the default of 1/16 there are 16 x 16
nodes with 25 granule cells each: 6 656 cells. Cells are `yamazaki_nagao2012_granule` and ``_golgi``, without a reset
of the potential, as in the authors' program, which draws at most one spike of a mossy fibre a ms. For time steps of 1
ms.

Sources: Yamazaki T, Tanaka S (2007) A spiking network model for passage-of-time representation in the cerebellum. Eur J
Neurosci 26:2279-2292, doi:10.1111/j.1460-9568.2007.05837.x; constants and wiring of the authors' program snsbook (ec).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.model import (
    Parameter,
    PoissonInput,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    neurons,
    regions,
)
from braincore.model.connectors import Connector, Indices, Site
from braincore.model.parameter import published
from braincore.model.stimulus import span
from braincore.units import Quantity

_SOURCE = "Yamazaki & Tanaka 2007, Eur J Neurosci 26:2279; program snsbook (ec)"
SIDE, CLUSTER = 32, 100
"""Nodes along an axis of the torus; granule cells of a cluster."""
MOSSY, GOLGI, PARALLEL = 0.18 * 3.0, 0.028 * 20.0, 45.5 * 0.005
"""Conductances of one spike in nS: of mossy fibres, of Golgi cells, and of a whole cluster onto a Golgi cell."""
_DELAY = Quantity(1, "ms")


@dataclass(frozen=True, kw_only=True)
class YamazakiTanaka2007(RegionModel):
    """The spiking granular layer of Yamazaki & Tanaka 2007, for time steps of 1 ms.

    Attributes
    ----------
    scale
        Number of granule cells over the paper's 102 400.
    inhibition
        Strength of Golgi cells' synapses over the paper's; 0 is a granular layer without inhibition.
    """

    scale: float = 1 / 16
    inhibition: float = 1.0

    purpose: ClassVar[str] = "Passage of time in the cerebellum's granular layer, in spikes of granule and Golgi cells"
    source: ClassVar[str] = "Yamazaki & Tanaka 2007, Eur J Neurosci 26:2279, doi:10.1111/j.1460-9568.2007.05837.x"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("p_golgi", "0.025", "a Golgi cell's axon reaches a glomerulus", _SOURCE, "0", "1"),
        published("p_parallel", "0.05", "a cluster's parallel fibres reach a Golgi cell", _SOURCE, "0", "1"),
        published("mossy_rest", "5 Hz", "mossy fibres at rest", _SOURCE, "0 Hz", "50 Hz"),
        published("mossy_tonic", "40 Hz", "two mossy fibres, during a stimulus", _SOURCE, "0 Hz", "200 Hz"),
        published("mossy_phasic", "200 Hz", "the other two, in its first ms", _SOURCE, "0 Hz", "1000 Hz"),
        published("delay", "1 ms", "transmission delay", _SOURCE, "1 ms", "5 ms"),
    )

    def __post_init__(self) -> None:
        self.expect(scale=(0.01, 1), inhibition=(0, 100))

    @property
    def side(self) -> int:
        """Nodes along an axis of the torus."""
        return round(SIDE * math.sqrt(math.sqrt(self.scale)))

    @property
    def cluster(self) -> int:
        """Granule cells of a cluster."""
        return round(CLUSTER * math.sqrt(self.scale))

    def describe(self) -> Region:
        """Return granule and Golgi cells, how they excite and inhibit, and mossy fibres at rest."""
        nodes = self.side**2
        granule, golgi = (neurons.get(f"yamazaki_nagao2012_{name}") for name in ("granule", "golgi"))
        wiring = {"side": self.side, "cluster": self.cluster}
        inhibition = Projection(
            source="golgi",
            target="granule",
            connector=GolgiAxons(p=0.025, **wiring),
            weight=Quantity(GOLGI * self.inhibition, "nS"),
            delay=_DELAY,
            receptor="inh",
        )
        excitation = Projection(
            source="granule",
            target="golgi",
            connector=ParallelFibres(p=0.05, **wiring),
            weight=Quantity(PARALLEL / self.cluster, "nS"),
            delay=_DELAY,
            receptor="exc",
        )
        return Region(
            populations=(
                Population(name="granule", size=nodes * self.cluster, neuron=granule, sign="excitatory"),
                Population(name="golgi", size=nodes, neuron=golgi, sign="inhibitory"),
            ),
            projections=(inhibition, excitation),
            stimuli=(_mossy("granule", "5 Hz", 4, name="mossy"),),
            ports={
                "mossy": Port(population="granule", way="in", kind="feedforward", receptor="exc", sign="excitatory"),
                "parallel": Port(population="granule", way="out"),
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class GolgiAxons(Connector):
    """From Golgi cells to the granule cells of each cluster, by way of the four glomeruli around it.

    Attributes
    ----------
    side, cluster
        Nodes along an axis of the torus, and granule cells of a cluster.
    p
        Probability that an axon reaches a glomerulus within 4 nodes.
    """

    side: int
    cluster: int
    p: float
    kind: ClassVar[str] = "golgi_axons"

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses; a cluster has an axon as often as it reaches its glomeruli."""
        golgi, glomerulus = _reached(rng, self.side, 4, self.p)
        x, y = np.divmod(glomerulus, self.side)
        clusters = [((x - dx) % self.side) * self.side + (y - dy) % self.side for dx in (0, 1) for dy in (0, 1)]
        return _of_clusters(np.tile(golgi, 4), np.concatenate(clusters), self.cluster)

    def expected(self, site: Site) -> float:
        """Return the expected number of synapses."""
        return 4 * 81 * self.p * site.n_post


@dataclass(frozen=True, kw_only=True, slots=True)
class ParallelFibres(Connector):
    """From all granule cells of a cluster to Golgi cells near it.

    Attributes
    ----------
    side, cluster
        Nodes along an axis of the torus, and granule cells of a cluster.
    p
        Probability that a Golgi cell has a cluster within 3 nodes.
    """

    side: int
    cluster: int
    p: float
    kind: ClassVar[str] = "parallel_fibres"

    def connect(self, site: Site, rng: np.random.Generator) -> tuple[Indices, Indices]:
        """Draw the synapses."""
        golgi, cluster = _reached(rng, self.side, 3, self.p)
        post, pre = _of_clusters(golgi, cluster, self.cluster)
        return pre, post

    def expected(self, site: Site) -> float:
        """Return the expected number of synapses."""
        return 49 * self.p * site.n_pre


def _reached(rng: np.random.Generator, side: int, within: int, p: float) -> tuple[Indices, NDArray[np.int64]]:
    """Draw pairs of a node and another at most so many nodes away along each axis of the torus."""
    width = 2 * within + 1
    node, place = np.nonzero(rng.random((side * side, width * width)) < p)
    x, y = np.divmod(node, side)
    dx, dy = np.divmod(place, width)
    other = ((x + dx - within) % side) * side + (y + dy - within) % side
    return node.astype(np.int32), other


def _of_clusters(one: Indices, clusters: NDArray[np.int64], size: int) -> tuple[Indices, Indices]:
    """Return each pair of a cell and a cluster for all granule cells of the cluster."""
    cells = clusters[:, None] * size + np.arange(size)
    return np.repeat(one, size).astype(np.int32), cells.reshape(-1).astype(np.int32)


def _mossy(target: str, rate: str, fibres: int, **more: Any) -> PoissonInput:
    return PoissonInput(target=target, rate=rate, sources=fibres, weight=Quantity(MOSSY, "nS"), receptor="exc", **more)


def stimulus(region: str, at: Any, *, lasting: Any = "500 ms") -> list[PoissonInput]:
    """Return a conditioned stimulus: two mossy fibres of each granule cell fire more, two more at its beginning.

    Parameters
    ----------
    region
        Name of a region of type `YamazakiTanaka2007`.
    at, lasting
        When it begins, and how long it lasts.
    """
    tonic = span(at, lasting)
    begin = tonic[0].si
    phasic = (Quantity(begin, "s"), Quantity(begin + _DELAY.si, "s"))
    target = f"{region}.granule"
    return [
        _mossy(target, "35 Hz", 2, during=tonic, name=f"tonic {begin:g} s"),
        _mossy(target, "195 Hz", 2, during=phasic, name=f"phasic {begin:g} s"),
    ]


regions.register("YamazakiTanaka2007", YamazakiTanaka2007, module=__name__)
