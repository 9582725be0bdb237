r"""Pattern separation in the dentate gyrus: the circuit of Chavlis et al. (2017) with granule cells as points.

400 entorhinal cells (EC) excite 2 000 granule cells (GC) and 40 HIPP cells; granule cells stand in clusters of 20 with
a basket cell each (BC), which they excite and which inhibits all of them, so that few of a cluster fire; 80 mossy cells
(MC) excite granule and basket cells in return, HIPP cells inhibit granule cells. Two inputs that share cells are
answered by granule cells that share fewer: the distance of the answers,

.. math:: f_1 = \frac{HD}{2\,(1 - s)\,N} \quad (\text{`distance`}),

with HD the cells that answer one of the two only and s the share of silent ones, is above that of the inputs.

Cells are `adex_refractory`; synapses are AMPA, NMDA and GABA receptors that saturate (`saturating`).

What is not the paper's, hence the name: a granule cell is one compartment with the capacitance and the leak of all ten
of the paper's (soma and three dendrites: 59.6 pF, 0.415 nS, resting at -84.5 mV), so that nothing is lost along
dendrites; all conductances are the paper's. It has no random input (6 spikes a second of 8 pS for each dendrite there).
AMPA and GABA receptors open at once (they rise in 0.1 to 2 ms). A spike opens receptors as a short pulse of transmitter
does; transmitter of random input adds up.

An answer is what fires at all within 500 ms. With the paper's random input, which makes basket cells fire at 40 Hz, a
tenth of the granule cells answer, and the same input twice has answers that share but 60 % of their cells: a good part
of the distance is noise. Without it (`noise` = 0) a third answer, and the shared cells are those that threshold units
predict (`braincore.analysis.winners`).

Sources: Chavlis S, Petrantonakis PC, Poirazi P (2017) Hippocampus 27:89-110, doi:10.1002/hipo.22675, program
(ModelDB 206397); sizes after Myers CE, Scharfman HE (2009) Hippocampus 19:321-337, doi:10.1002/hipo.20516.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    Connector,
    EdgeList,
    NeuronModel,
    Parameter,
    Population,
    Projection,
    Region,
    RegionModel,
    SpikeInput,
    SpikeTrains,
    learning_rules,
    neurons,
    regions,
    synapses,
)
from braincore.model.parameter import published
from braincore.model.region import Port
from braincore.units import Quantity

_SOURCE = "Chavlis et al. 2017, Hippocampus 27:89, program"
_SUMMED = "Chavlis et al. 2017, program: sum over compartments"
SIZES = {"EC": 400, "GC": 2000, "BC": 100, "MC": 80, "HIPP": 40}
CLUSTER, ACTIVE = 20, 40
"""Granule cells with one basket cell; cells of EC that are active in a pattern."""
RATE, SETTLING, LASTING = 40.0, 0.3, 0.5
"""Hz of an active cell; seconds before a pattern and of a pattern."""
CELLS: Mapping[str, str] = {
    "GC": "C_m 59.6 pF, g_L 0.415 nS, E_L -84.5 mV, V_T -56 mV, V_peak -56 mV, V_reset -74 mV, Delta_T 0.1 mV, "
    "tau_w 45 ms, a 2 nS, b 45 pA, t_ref 20 ms",
    "BC": "C_m 179.3 pF, g_L 18.054 nS, E_L -52 mV, V_T -39 mV, V_peak -39 mV, V_reset -45 mV, Delta_T 2 mV, "
    "tau_w 100 ms, a 0.1 nS, b 20.5 pA, t_ref 2 ms",
    "MC": "C_m 252.1 pF, g_L 4.53 nS, E_L -64 mV, V_T -42 mV, V_peak -42 mV, V_reset -49 mV, Delta_T 2 mV, "
    "tau_w 180 ms, a 1 nS, b 82.9 pA, t_ref 2 ms",
    "HIPP": "C_m 58.4 pF, g_L 1.93 nS, E_L -59 mV, V_T -50 mV, V_peak -50 mV, V_reset -56 mV, Delta_T 2 mV, "
    "tau_w 93 ms, a 0.82 nS, b 15 pA, t_ref 3 ms",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Receptor:
    """Time constants of rise and decay in ms, and how fast transmitter opens it, 1/ms."""

    rise: float
    decay: float
    alpha: float = 1.0

    @property
    def opens(self) -> float:
        """Share of closed receptors that a spike opens."""
        return -math.expm1(-self.alpha * self.rise)


RECEPTORS: Mapping[str, Mapping[str, Receptor]] = {
    "GC": {
        "ampa": Receptor(rise=0.1, decay=2.5),
        "nmda": Receptor(rise=0.33, decay=50, alpha=2),
        "gaba": Receptor(rise=0.9, decay=6.8),
    },
    "BC": {"ampa": Receptor(rise=1.2, decay=4.2), "nmda": Receptor(rise=10, decay=130, alpha=0.5)},
    "MC": {"ampa": Receptor(rise=0.5, decay=6.2), "nmda": Receptor(rise=4, decay=100, alpha=0.5)},
    "HIPP": {"ampa": Receptor(rise=2, decay=11), "nmda": Receptor(rise=4.8, decay=110, alpha=0.5)},
}
EXCITATION: Mapping[tuple[str, str], tuple[float, float, float]] = {
    ("EC", "GC"): (0.8066, 1.08, 3),
    ("EC", "HIPP"): (0.24, 1.15, 3),
    ("GC", "BC"): (0.21, 1.50, 0.8),
    ("GC", "MC"): (0.50, 1.05, 1.5),
    ("MC", "GC"): (0.1066, 1.08, 3),
    ("MC", "BC"): (0.35, 1.10, 3),
}
"""AMPA conductance of all receptors of a synapse (nS), that of NMDA over it, delay (ms)."""
INHIBITION: Mapping[tuple[str, str], tuple[float, float]] = {("BC", "GC"): (14.0, 0.85), ("HIPP", "GC"): (0.12, 1.6)}
"""Conductance (nS) and delay (ms)."""
SOURCES = 20
NOISE: Mapping[str, tuple[float, float, float]] = {
    "BC": (3.0, 3.5, 2.5),
    "MC": (3.8, 4.7, 4.465),
    "HIPP": (3.0, 0.2, 0.2),
}
"""Rate (Hz) of each of the `SOURCES` of a cell, and their AMPA and NMDA conductances (nS)."""


@dataclass(frozen=True, kw_only=True)
class Chavlis2017Point(RegionModel):
    """The dentate gyrus of Chavlis et al. 2017 with granule cells as points.

    Attributes
    ----------
    scale
        Clusters of granule cells, each with its basket cell, over the paper's 100; all else stays.
    connectivity
        Share of pairs that are connected, but those of basket cells.
    basket, hipp
        Factors on the inhibition of granule cells.
    mossy
        Factor on all synapses of mossy cells.
    noise
        Factor on the rate of random input.
    wiring
        Seed of the synapses.
    """

    scale: float = 1.0
    connectivity: float = 0.2
    basket: float = 1.0
    hipp: float = 1.0
    mossy: float = 1.0
    noise: float = 1.0
    wiring: int = 1

    purpose: ClassVar[str] = "Pattern separation by sparse activity (dentate gyrus), granule cells as points"
    source: ClassVar[str] = "Chavlis et al. 2017, Hippocampus 27:89, doi:10.1002/hipo.22675"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("C_GC", "59.6 pF", "capacitance of a granule cell", _SUMMED, "20 pF", "100 pF"),
        published("g_GC", "0.415 nS", "leak of a granule cell", _SUMMED, "0.2 nS", "3 nS"),
        published("E_GC", "-84.5 mV", "resting potential of a granule cell", _SUMMED, "-90 mV", "-70 mV"),
        published("V_th", "-56 mV", "threshold of a granule cell", _SOURCE, "-60 mV", "-40 mV"),
        published("g_EC", "0.8066 nS", "AMPA from EC", _SOURCE, "0.1 nS", "2 nS"),
        published("g_GC_BC", "0.21 nS", "AMPA from granule onto basket cells", _SOURCE, "0.05 nS", "2 nS"),
        published("g_GC_MC", "0.5 nS", "AMPA from granule onto mossy cells", _SOURCE, "0.05 nS", "2 nS"),
        published("g_MC_GC", "0.1066 nS", "AMPA from mossy onto granule cells", _SOURCE, "0.01 nS", "1 nS"),
        published("g_MC_BC", "0.35 nS", "AMPA from mossy onto basket cells", _SOURCE, "0.05 nS", "2 nS"),
        published("g_EC_HIPP", "0.24 nS", "AMPA from EC onto HIPP cells", _SOURCE, "0.05 nS", "2 nS"),
        published("g_BC", "14 nS", "GABA from basket cells", _SOURCE, "1 nS", "30 nS"),
        published("g_HIPP", "0.12 nS", "GABA from HIPP cells", _SOURCE, "0.01 nS", "1 nS"),
        published("connectivity", "0.2", "share of pairs that are connected", _SOURCE, "0.05", "0.5"),
        published("rate", "40 Hz", "of an active cell of EC", _SOURCE, "10 Hz", "80 Hz"),
    )

    def __post_init__(self) -> None:
        self.expect(
            scale=(0.05, 10),
            connectivity=(0, 1),
            basket=(0, 10),
            hipp=(0, 10),
            mossy=(0, 10),
            noise=(0, 10),
            wiring=(0, math.inf),
        )

    @property
    def sizes(self) -> dict[str, int]:
        """Cells of each population."""
        clusters = round(self.scale * SIZES["BC"])
        return {**SIZES, "GC": clusters * CLUSTER, "BC": clusters}

    def describe(self) -> Region:
        """Return the cells, their synapses and random input."""
        populations = [
            Population(
                name=name,
                size=size,
                neuron=neurons.get("spike_source") if name == "EC" else cell(name),
                sign="inhibitory" if name in ("BC", "HIPP") else "excitatory",
            )
            for name, size in self.sizes.items()
        ]
        for name, (rate, _, _) in NOISE.items():
            source = neurons.get("poisson").with_(rate=Quantity(self.noise * rate, "Hz"))
            size = SOURCES * self.sizes[name]
            populations.append(Population(name=f"noise_{name}", size=size, neuron=source, sign="excitatory"))
        return Region(
            populations=tuple(populations),
            projections=tuple(self._projections()),
            ports={
                "perforant_path": Port(
                    population="GC", way="in", kind="feedforward", receptor="ampa", sign="excitatory"
                ),
                "EC": Port(population="EC"),
                "mossy_fibres": Port(population="GC", way="out", kind="feedforward"),
            },
        )

    def edges(self, source: str, target: str) -> Connector:
        """Return which cells of two populations are connected."""
        sizes = self.sizes
        basket = np.arange(sizes["GC"]) // CLUSTER
        if (source, target) == ("GC", "BC"):
            return EdgeList(pre=np.arange(sizes["GC"]), post=basket)
        if (source, target) == ("BC", "GC"):
            return EdgeList(pre=basket, post=np.arange(sizes["GC"]))
        if source.startswith("noise"):
            private = np.arange(SOURCES * sizes[target])
            return EdgeList(pre=private, post=private // SOURCES)
        if (source, target) == ("MC", "BC"):
            return AllToAll()
        key = [*EXCITATION, *INHIBITION].index((source, target))
        drawn = np.random.default_rng((self.wiring, key)).random((sizes[source], sizes[target])) < self.connectivity
        pre, post = np.nonzero(drawn)
        return EdgeList(pre=pre, post=post)

    def _projections(self) -> Iterator[Projection]:
        for (source, target), (ampa, ratio, delay) in EXCITATION.items():
            factor = self.mossy if source == "MC" else 1.0
            for receptor, conductance in (("ampa", ampa), ("nmda", ampa * ratio)):
                yield from self._projection(source, target, receptor, factor * conductance, delay)
        for (source, target), (conductance, delay) in INHIBITION.items():
            factor = self.basket if source == "BC" else self.hipp
            yield from self._projection(source, target, "gaba", factor * conductance, delay)
        for target, (_, ampa, nmda) in NOISE.items():
            for receptor, conductance in (("ampa", ampa), ("nmda", nmda)):
                yield from self._projection(f"noise_{target}", target, receptor, conductance, 0.1)

    def _projection(
        self, source: str, target: str, receptor: str, conductance: float, delay: float
    ) -> Iterator[Projection]:
        connector = self.edges(source, target)
        if isinstance(connector, EdgeList) and not connector.pre.size:
            return
        kinetics = RECEPTORS[target][receptor]
        rule = learning_rules.get("saturating").with_(tau=Quantity(kinetics.decay, "ms"), delta=kinetics.opens)
        yield Projection(
            source=source,
            target=target,
            connector=connector,
            weight=Quantity(conductance * kinetics.opens, "nS"),
            delay=Quantity(delay, "ms"),
            receptor=receptor,
            rules=(rule,),
            name=f"{source} to {target} ({receptor})",
        )


def cell(name: str) -> NeuronModel:
    """Return a cell (`GC`, `BC`, `MC`, `HIPP`) with receptors ``ampa``, ``nmda`` and, of granule cells, ``gaba``."""
    kinetics = RECEPTORS[name]
    conductance, slow = synapses.get("exponential_conductance"), synapses.get("nmda")
    block = {"Mg": "0.4 mM", "Mg_half": "1 mM", "k_Mg": "0.04 1/mV"} if name == "GC" else {"k_Mg": "0.072 1/mV"}
    times = {key: {"tau_rise": f"{r.rise} ms", "tau_decay": f"{r.decay} ms"} for key, r in kinetics.items()}
    receptors = {
        "ampa": conductance.with_(tau=times["ampa"]["tau_decay"], E="0 mV"),
        "nmda": slow.with_({**times["nmda"], "E": "0 mV", **block}),
    }
    if "gaba" in kinetics:
        receptors["gaba"] = conductance.with_(tau=times["gaba"]["tau_decay"], E="-86 mV")
    values = dict(entry.split(" ", 1) for entry in CELLS[name].split(", "))
    return replace(neurons.get("adex_refractory"), receptors=receptors).with_(values)


def patterns(overlaps: ArrayLike, seed: int, *, cells: int = SIZES["EC"], active: int = ACTIVE) -> NDArray[np.bool_]:
    """Return a pattern of active cells and, for each overlap, another one that shares this part of its cells with it.

    Parameters
    ----------
    overlaps
        From 0 to 1, shape (n,).
    seed
        Of the choice.
    cells, active
        Of EC: how many there are, and are active.

    Returns
    -------
    Array of shape (n + 1, cells)
    """
    rng = np.random.default_rng((seed, 1))
    first = rng.permutation(cells)
    found = np.zeros((1, cells), dtype=bool)
    found[0, first[:active]] = True
    for overlap in np.atleast_1d(overlaps):
        if not 0 <= overlap <= 1:
            raise InputError(f"overlap {overlap}", hint="From 0 to 1")
        other = found[0].copy()
        changed = round((1 - overlap) * active)
        other[rng.choice(first[:active], changed, replace=False)] = False
        other[rng.choice(first[active:], changed, replace=False)] = True
        found = np.vstack([found, other])
    return found


def perforant_path(region: str, given: NDArray[np.bool_], seed: int, *, rate: float = RATE) -> SpikeInput:
    """Return Poisson spikes of the active cells of patterns, one pattern after another, each after a pause.

    Pattern k begins at `SETTLING` + k (`SETTLING` + `LASTING`) seconds and lasts `LASTING`. A cell that is active in
    several patterns has the same spikes in each (the paper draws new ones), so that inputs differ by their cells alone.

    Parameters
    ----------
    region
        Name of a region of type `Chavlis2017Point`.
    given
        Shape (patterns, cells).
    seed
        Of the spikes.
    rate
        Hz of an active cell.
    """
    times, cells = [], []
    for neuron in np.flatnonzero(np.any(given, axis=0)):
        rng = np.random.default_rng((seed, 2, neuron))
        count = 0
        while not count:  # every active cell fires
            count = int(rng.poisson(rate * LASTING))
        ticks = np.sort(rng.choice(round(LASTING * 1e4), count, replace=False))  # no two spikes in one step of 0.1 ms
        begins = SETTLING + np.flatnonzero(given[:, neuron]) * (SETTLING + LASTING)
        times.append(np.add.outer(begins, ticks * 1e-4).reshape(-1))
        cells.append(np.full(times[-1].size, neuron))
    trains = SpikeTrains(times=np.concatenate(times), neurons=np.concatenate(cells).astype(np.int32))
    return SpikeInput(target=f"{region}.EC", trains=trains, name="perforant path")


def distance(first: ArrayLike, second: ArrayLike) -> float:
    """Return f_1 of two answers, booleans of shape (cells,): 0 for the same cells, 1 for others, NaN for none."""
    a, b = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
    active = (a.sum() + b.sum()) / 2
    return float((a ^ b).sum() / (2 * active)) if active else float("nan")


regions.register("Chavlis2017Point", Chavlis2017Point, module=__name__)
