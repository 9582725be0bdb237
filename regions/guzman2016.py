r"""Pattern completion in an autoassociative network of CA3: Guzman, Schlögl, Frotscher & Jonas (2016), in spikes.

Pyramidal cells are connected at random (:math:`W`), and a synapse has a weight of one if its two cells were active
together in any of the stored patterns (:math:`J`), else of zero. All cells inhibit all alike. Part of a pattern is
given as a cue; from one cycle to the next

.. math:: x_i(t + 1) = 1 \quad\text{if}\quad \sum_j W_{ij} J_{ij}\, x_j(t) - g_1 \sum_j x_j(t) > \theta .

The rule is published in binary units, with :math:`g_0 = \theta/n`. Here every cell is a leaky integrate-and-fire neuron
with delta synapses of 1 mV, all of one delay, the cycle (25 ms, one of gamma); the membrane (4 ms) forgets between
cycles, so that a spike in cycle t + 1 is :math:`x_i(t + 1) = 1` and the network does what the rule says, spike for
spike: at a time step of 0.1 ms or less, for thresholds up to 3 (one step's leak is 2.5 %), and for an inhibition that
is 0 or one over a whole number up to 5; others move the threshold by a part of a synapse. Inhibition is the paper's:
proportional to the number of active cells, without interneurons of its own. Synapses of weight zero are left out, which
is all that makes the full 330 000 cells cheap.

Sizes: the paper has 330 000 cells of which 0.1 % are in a pattern, and a connectivity of 3 %. The default here is a
small network in the same regime (3 000 cells, 60 in a pattern, 50 %), whose threshold and inhibition are ours.

Closed form, `expected`: with M cells in a pattern, b of them active and s others, :math:`q = 1 - (1 - f^2)^{m - 1}` the
chance that another of m patterns has joined two cells, and A = b + s,

.. math:: P(\text{cell of the pattern}) = P[B(b, p) + B(s, pq) > \theta + g_1 A], \qquad
          P(\text{other}) = P[B(A, pq) > \theta + g_1 A].

Source: Guzman SJ, Schlögl A, Frotscher M, Jonas P (2016) Science 353:1117-1123, doi:10.1126/science.aaf1836; rule and
constants as in the public re-implementation kgero/pattern-completion (PatternCompletionSim_Sparse).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    EdgeList,
    Parameter,
    Population,
    Projection,
    Region,
    RegionModel,
    SpikeInput,
    SpikeTrains,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.model.region import Port
from braincore.units import TIME, VOLTAGE, Quantity

_SOURCE = "Guzman et al. 2016, Science 353:1117; kgero/pattern-completion"
_SIZED = "sized here for 3 000 cells"
_SPIKES = "chosen here: the binary rule in spikes"
CYCLE = 0.025
"""Seconds from a spike to what it does: a cycle of gamma."""
UNIT = 1e-3
"""Volt of one synapse of weight one."""
CELLS = "PC"

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Guzman2016(RegionModel):
    """The autoassociative network of Guzman et al. 2016.

    Attributes
    ----------
    cells
        Pyramidal cells.
    sparsity
        Chance of a cell to be in a pattern.
    connectivity
        Chance of a synapse from one cell to another; 0 is no recurrent synapses.
    patterns
        How many are stored.
    threshold
        So many synapses are not enough without inhibition.
    inhibition
        Synapses that every active cell takes from every cell.
    memory
        Which patterns are stored: seed of `stored` and of the synapses.
    """

    cells: int = 3000
    sparsity: float = 0.02
    connectivity: float = 0.5
    patterns: int = 100
    threshold: int = 3
    inhibition: float = 0.2
    memory: int = 1

    purpose: ClassVar[str] = "Pattern completion by recurrent synapses (hippocampal CA3)"
    source: ClassVar[str] = "Guzman et al. 2016, Science 353:1117, doi:10.1126/science.aaf1836"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("sparsity", "0.02", "share of cells in a pattern (paper 0.001)", _SIZED, "0.0005", "0.1"),
        published("connectivity", "0.5", "chance of a synapse (paper 0.03)", _SIZED, "0", "1"),
        published("threshold", "3", "synapses that are not enough (0 in the program)", _SIZED, "0", "100"),
        published("inhibition", "0.2", "synapses taken by an active cell (0 in the program)", _SIZED, "0", "1"),
        published("weight", "1 mV", "a potentiated synapse", _SPIKES, "0.1 mV", "5 mV"),
        published("tau_m", "4 ms", "membrane time constant, short of a cycle", _SPIKES, "2 ms", "5 ms"),
        published("cycle", "25 ms", "from a spike to what it does", _SPIKES, "20 ms", "40 ms"),
    )

    def __post_init__(self) -> None:
        self.expect(
            cells=(10, 1e6),
            sparsity=(1e-4, 0.5),
            connectivity=(0, 1),
            patterns=(1, 1e5),
            threshold=(0, 1000),
            inhibition=(0, 10),
            memory=(0, math.inf),
        )

    @property
    def stored(self) -> list[NDArray[np.int64]]:
        """The cells of each pattern."""
        rng = np.random.default_rng((self.memory, 1))
        return [np.flatnonzero(rng.random(self.cells) < self.sparsity) for _ in range(self.patterns)]

    @property
    def synapses(self) -> EdgeList:
        """The potentiated synapses: a share `connectivity` of the pairs of cells that a pattern has joined."""
        codes = [(np.add.outer(p * self.cells, p)).reshape(-1) for p in self.stored]
        joined = np.unique(np.concatenate(codes))
        joined = joined[joined // self.cells != joined % self.cells]
        rng = np.random.default_rng((self.memory, 2))
        kept = joined[rng.random(joined.size) < self.connectivity]
        return EdgeList(pre=kept // self.cells, post=kept % self.cells)

    def describe(self) -> Region:
        """Return the cells, what they have learned, and their inhibition."""
        # a potential is a whole number of synapses less a multiple of the inhibition: the threshold lies between two
        margin = 0.5 * UNIT * (min(self.inhibition, 1) or 1)
        cell = neurons.get("lif_delta").with_(
            tau_m="4 ms",
            E_L="0 mV",
            V_reset="0 mV",
            V_th=Quantity.from_si(self.threshold * UNIT + margin, VOLTAGE),
            t_ref="0 ms",
        )
        return Region(
            populations=(Population(name=CELLS, size=self.cells, neuron=cell),),
            projections=tuple(self._projections()),
            ports={
                "mossy": Port(population=CELLS, way="in", kind="feedforward", receptor="exc", sign="excitatory"),
                "output": Port(population=CELLS, way="out"),
            },
        )

    def _projections(self) -> list[Projection]:
        cycle = Quantity(CYCLE, "s")
        edges = self.synapses
        found = []
        if edges.pre.size:
            weight = Quantity.from_si(UNIT, VOLTAGE)
            found.append(
                Projection(
                    source=CELLS, target=CELLS, connector=edges, weight=weight, delay=cycle, receptor="exc",
                    name="recurrent",
                )
            )  # fmt: skip
        if self.inhibition:
            weight = Quantity.from_si(-self.inhibition * UNIT, VOLTAGE)
            found.append(
                Projection(
                    source=CELLS, target=CELLS, connector=AllToAll(), weight=weight, delay=cycle, receptor="inh",
                    name="inhibition",
                )
            )  # fmt: skip
        return found


def part(region: Guzman2016, pattern: int, valid: float, spurious: float, seed: int) -> Booleans:
    """Return a cue, shape (cells,): so many of the cells of a pattern, and of all others.

    Parameters
    ----------
    region
        The network.
    pattern
        Which one, from 0.
    valid, spurious
        Shares of the pattern's cells and of the others; the numbers of cells are rounded.
    seed
        Of the choice.
    """
    rng = np.random.default_rng((region.memory, 3, pattern, seed))
    inside = region.stored[pattern]
    outside = np.setdiff1d(np.arange(region.cells), inside)
    cue = np.zeros(region.cells, dtype=bool)
    for members, share in ((inside, valid), (outside, spurious)):
        cue[rng.choice(members, round(share * members.size), replace=False)] = True
    return cue


def cues(name: str, given: Sequence[Booleans], at: Sequence[Any], threshold: int = 3) -> SpikeInput:
    """Return spikes that make the cells of cues fire once.

    Parameters
    ----------
    name
        Of a region of type `Guzman2016`.
    given
        Shape (cells,) each.
    at
        When, one time for each.
    threshold
        Of the region.
    """
    if len(given) != len(at):
        raise InputError(f"{len(given)} cues at {len(at)} times")
    cells = [np.flatnonzero(cue) for cue in given]
    times = [float(Quantity.of(when, TIME).si) for when in at]
    trains = SpikeTrains(
        times=np.repeat(times, [one.size for one in cells]), neurons=np.concatenate(cells).astype(np.int32)
    )
    return SpikeInput(
        target=f"{name}.{CELLS}",
        trains=trains,
        weight=Quantity.from_si((threshold + 5) * UNIT, VOLTAGE),
        receptor="exc",
        name="cues",
    )


def similarity(active: ArrayLike, pattern: ArrayLike) -> NDArray[np.float64]:
    """Return Pearson's correlation of what is active with a pattern, along the last axis; 0 if nothing is active."""
    a, b = np.asarray(active, dtype=np.float64), np.asarray(pattern, dtype=np.float64)
    a, b = a - a.mean(axis=-1, keepdims=True), b - b.mean(axis=-1, keepdims=True)
    size = np.sqrt((a**2).sum(axis=-1) * (b**2).sum(axis=-1))
    return np.asarray(np.divide((a * b).sum(axis=-1), size, out=np.zeros_like(size), where=size > 0))


def expected(region: Guzman2016, size: int, valid: float, spurious: float) -> tuple[float, float]:
    """Return how many cells of a pattern, and how many others, are expected to fire in the next cycle.

    Parameters
    ----------
    region
        The network.
    size
        Cells of the pattern.
    valid, spurious
        How many of its cells, and of the others, are active now; between whole numbers it is interpolated.
    """
    low = (math.floor(valid), math.floor(spurious))
    found = np.zeros(2)
    for v, share in ((low[0], 1 - valid + low[0]), (low[0] + 1, valid - low[0])):
        for s, rest in ((low[1], 1 - spurious + low[1]), (low[1] + 1, spurious - low[1])):
            if share * rest > 0:
                found += share * rest * np.array(_fires(region, v, s))
    return float(size * found[0]), float((region.cells - size) * found[1])


def _fires(region: Guzman2016, valid: int, spurious: int) -> tuple[float, float]:
    """Return the chance to fire of a cell of the pattern and of another one."""
    p = region.connectivity
    chance = p * (1 - (1 - region.sparsity**2) ** (region.patterns - 1))
    active = valid + spurious
    # the least whole number of synapses above the threshold; what is a whole number is not made less by rounding
    need = math.floor(region.threshold + region.inhibition * active + 1e-9) + 1
    others = stats.binom.pmf(np.arange(spurious + 1), spurious, chance)
    inside = float(others @ stats.binom.sf(need - np.arange(spurious + 1) - 1, valid, p))
    return inside, float(stats.binom.sf(need - 1, active, chance))


def completed(region: Guzman2016, size: int, valid: int, cycles: int) -> float:
    """Return the chance that a cue is completed to 81 % of a pattern or more, which is a correlation of 0.9.

    A chain of Markov over how many cells of the pattern are active; other cells are taken to be silent, and synapses
    to be drawn anew in each cycle, so that it holds for few patterns and little activity outside of them.

    Parameters
    ----------
    region
        The network.
    size
        Cells of the pattern.
    valid
        How many of them are the cue.
    cycles
        After the cue.
    """
    counts = np.arange(size + 1)
    fires = np.array([_fires(region, int(v), 0)[0] for v in counts])
    step = stats.binom.pmf(counts[None, :], size, fires[:, None])
    share = np.zeros(size + 1)
    share[valid] = 1.0
    for _ in range(cycles):
        share = share @ step
    return float(share[counts >= 0.81 * size].sum())


def correlation(region: Guzman2016, size: int, valid: float, spurious: float) -> float:
    """Return the correlation with a pattern of so many active cells of it and others; 0 if nothing is active."""
    n, active = region.cells, valid + spurious
    if not 0 < active < n:
        return 0.0
    f = size / n
    return float((valid - active * f) / math.sqrt(active * (1 - active / n) * size * (1 - f)))


regions.register("Guzman2016", Guzman2016, module=__name__)
