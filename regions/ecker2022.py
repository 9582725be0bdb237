r"""Sharp waves and sequence replay in CA3: Ecker et al. (2022).

Pyramidal cells (PC), half of which have a place field on a linear track, excite each other by synapses that spikes of
running have strengthened, so that cells of neighbouring fields are joined most; basket cells (BC) inhibit them. Without
any place input, driven by random spikes of mossy fibres, activity comes in sharp waves: a bump travels along the chain
of fields, forwards or backwards, many times faster than the animal. It travels because pyramidal cells adapt; without
adaptation it stays where it is.

Cells are adaptive exponential integrate-and-fire neurons (`adex_refractory`); all constants, fan-ins and weights are
the paper's (of its program, symmetric rule). Weights among pyramidal cells are what the paper's learning gives in the
mean (`learned`): spikes of 400 s of running, at rates

.. math:: \lambda(t) = 20\,\text{Hz}\; e^{-(x - x_m)^2/2\sigma^2}\, \max[0, \cos(2\pi f t + \pi (x - x_0)/L)]

with :math:`x` the place, :math:`x_0` and :math:`x_m` the beginning and the middle of the field and L its length, and
the additive rule over all pairs of spikes, :math:`\Delta w = A\,e^{-|\Delta t|/\tau}`, from 0.1 nS; then scaled. The
paper draws the spikes, and has weights that scatter about these. Its control cell without adaptation has constants of
its own, with which this network is silent; here `adaptation` = 0 leaves all else.

Fewer cells have as many synapses each: probabilities grow as cells become fewer, down to a quarter (2 000 and 38),
which is the default.

Source: Ecker A, Bagi B, Vértes E, Steinbach-Németh O, Karlócai MR, Papp OI, Miklós I, Hájos N, Freund TF, Gulyás AI,
Káli S (2022) eLife 11:e71850, doi:10.7554/eLife.71850; program: KaliLab/ca3net.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from braincore.model import (
    EdgeList,
    FixedProbability,
    NeuronModel,
    Parameter,
    PoissonInput,
    Population,
    Projection,
    Region,
    RegionModel,
    Values,
    neurons,
    regions,
    synapses,
)
from braincore.model.connectors import Site
from braincore.model.parameter import published
from braincore.model.region import Port
from braincore.units import CONDUCTANCE, CURRENT, Quantity

_SOURCE = "Ecker et al. 2022, eLife 11:e71850, program"
CELLS, INTERNEURONS = 8000, 150
LAP = 300 / 32.43567842
"""Seconds of a lap of 300 cm."""
LENGTH, SIGMA, THETA, PEAK = 0.6283, 0.146, 7.0, 20.0
"""Of fields: length and standard deviation (rad), theta (Hz), rate in the middle (Hz)."""
TRACK = (-0.1 * math.pi, 1.9 * math.pi)
"""Where fields begin, rad: the animal runs from 0 to 2 pi, and fields reach beyond both ends."""
LEARNING, SILENT = 400.0, 0.1
"""Seconds of running; rate (Hz) of cells without a field."""
_COLUMNS = ("g_L", "tau", "E_L", "V_reset", "V_T", "t_ref", "Delta_T", "a", "b", "tau_w")
_TABLE = {
    "PC": (4.31475791937223, 41.7488927175169, -75.1884554193901, -29.738747396665072, -24.4255910105977,
                 5.96326930945599, 4.2340696257631, -0.274347065652738, 206.841448096415, 84.9358017225512),
    "BC": (7.51454086502288, 15.773412296065, -74.74167987795019, -64.99190523539687, -57.7092044103536,
           1.15622717832178, 4.58413312063091, 3.05640210724374, 0.916098931234532, 178.581099914024),
}  # fmt: skip
_ADAPTS = {"a": CONDUCTANCE, "b": CURRENT}
_UNITS = ("nS", "ms", "mV", "mV", "mV", "ms", "mV", "nS", "pA", "ms")


PAIR, WINDOW, START, BOUND, SCALED = 0.08, 0.0625, 0.1, 20.0, 0.62
"""Of learning: change by a pair of spikes (nS), its time constant (s), weights before it (nS), the strongest weight
(nS), and a factor on all weights after it."""
# rise and decay (ms), delay (ms), weight (nS), chance of a synapse at full size
SYNAPSES: Mapping[tuple[str, str], tuple[float, float, float, float, float]] = {
    ("PC", "PC"): (1.3, 9.5, 2.2, 0.0, 0.1),
    ("BC", "PC"): (0.3, 3.3, 1.1, 0.65, 0.25),
    ("PC", "BC"): (1.0, 4.1, 0.9, 0.85, 0.1),
    ("BC", "BC"): (0.25, 1.2, 0.6, 5.0, 0.25),
}
MOSSY = (0.65, 5.4, 19.15)
"""Rise and decay (ms), weight (nS)."""


@dataclass(frozen=True, kw_only=True)
class Ecker2022(RegionModel):
    """The network of sharp waves of Ecker et al. 2022.

    Attributes
    ----------
    scale
        Number of cells over the paper's 8 150, from a quarter; each has as many synapses.
    adaptation
        Factor on the adaptation of pyramidal cells, `a` and `b`.
    structure
        Whether neighbours are joined most; without, the same weights are shuffled.
    wiring
        Seed of which cells have a field, of synapses, and of shuffling.
    """

    scale: float = 0.25
    adaptation: float = 1.0
    structure: bool = True
    wiring: int = 1

    purpose: ClassVar[str] = "Sharp waves and replay of sequences of places (hippocampal CA3)"
    source: ClassVar[str] = "Ecker et al. 2022, eLife 11:e71850, doi:10.7554/eLife.71850"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("mossy", "15 Hz", "random spikes onto each pyramidal cell", _SOURCE, "5 Hz", "30 Hz"),
        published("g_mossy", "19.15 nS", "their weight", _SOURCE, "10 nS", "30 nS"),
        published("g_BC_PC", "0.65 nS", "basket onto pyramidal cells", _SOURCE, "0 nS", "5 nS"),
        published("g_PC_BC", "0.85 nS", "pyramidal onto basket cells", _SOURCE, "0 nS", "5 nS"),
        published("g_BC_BC", "5 nS", "among basket cells", _SOURCE, "0 nS", "10 nS"),
        published("p_PC", "0.1", "chance of a synapse from a pyramidal cell", _SOURCE, "0", "1"),
        published("p_BC", "0.25", "chance of a synapse from a basket cell", _SOURCE, "0", "1"),
        published("A", "0.08 nS", "change by a pair of spikes", _SOURCE, "0 nS", "1 nS"),
        published("tau_STDP", "62.5 ms", "window of the rule", _SOURCE, "10 ms", "200 ms"),
        published("w_scale", "0.62", "of all learned weights", _SOURCE, "0.1", "2"),
    )

    def __post_init__(self) -> None:
        self.expect(scale=(0.25, 1), adaptation=(0, 10), wiring=(0, math.inf))

    @property
    def sizes(self) -> dict[str, int]:
        """Numbers of pyramidal and basket cells."""
        return {"PC": round(self.scale * CELLS), "BC": round(self.scale * INTERNEURONS)}

    @property
    def fields(self) -> NDArray[np.float64]:
        """Where the field of each pyramidal cell begins, rad; NaN for those without one; sorted along the cells."""
        cells = self.sizes["PC"]
        rng = np.random.default_rng((self.wiring, 1))
        found = np.full(cells, np.nan)
        placed = np.sort(rng.choice(cells, cells // 2, replace=False))
        found[placed] = np.sort(rng.uniform(*TRACK, placed.size))
        return found

    def describe(self) -> Region:
        """Return the cells, their synapses and random input."""
        models = {"PC": pyramidal(self.adaptation), "BC": basket()}
        populations = tuple(
            Population(name=n, size=s, neuron=models[n], sign="excitatory" if n == "PC" else "inhibitory")
            for n, s in self.sizes.items()
        )
        mossy = PoissonInput(
            target="PC",
            rate="15 Hz",
            weight=_peak(MOSSY[2], *MOSSY[:2]),
            receptor="mossy",
            name="mossy fibres",
        )
        return Region(
            populations=populations,
            projections=tuple(self._projections()),
            stimuli=(mossy,),
            ports={
                "mossy_fibres": Port(
                    population="PC", way="in", kind="feedforward", receptor="mossy", sign="excitatory"
                ),
                "schaffer": Port(population="PC", way="out", kind="feedforward"),
            },
        )

    def recurrent(self) -> tuple[EdgeList, NDArray[np.float64]]:
        """Return the synapses among pyramidal cells and their weights in nS."""
        cells = self.sizes["PC"]
        rng = np.random.default_rng((self.wiring, 2))
        drawn = FixedProbability(p=SYNAPSES["PC", "PC"][4] / self.scale, autapses=False)
        pre, post = drawn.connect(Site(n_pre=cells, n_post=cells, same=True), rng)
        fields = self.fields
        weights = learned(fields[pre], fields[post])
        if not self.structure:
            rng.shuffle(weights)
        return EdgeList(pre=pre, post=post), weights

    def _projections(self) -> Iterator[Projection]:
        for (source, target), (rise, decay, delay, weight, chance) in SYNAPSES.items():
            connector: EdgeList | FixedProbability
            value: Quantity | Values
            if (source, target) == ("PC", "PC"):
                connector, drawn = self.recurrent()
                value = Values(drawn * float(_peak(1.0, rise, decay).si), CONDUCTANCE)
            else:
                connector = FixedProbability(p=min(1.0, chance / self.scale), autapses=False)
                value = _peak(weight, rise, decay)
            receptor = "inh" if source == "BC" else "exc"
            yield Projection(
                source=source,
                target=target,
                connector=connector,
                weight=value,
                delay=Quantity(delay, "ms"),
                receptor=receptor,
            )


def learned(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean weights in nS after running.

    Parameters
    ----------
    source, target
        Where the fields of a synapse's two cells begin, rad; NaN for a cell without one; shape (n,).
    """
    grid, spikes, pairs = _running()
    at = [np.nan_to_num(np.clip((one - grid[0]) / (grid[1] - grid[0]), 0, grid.size - 1)) for one in (source, target)]
    both = ndimage.map_coordinates(pairs, at, order=1)
    # of a cell without a field its rate is all that counts; the window has two sides
    counts = [np.where(np.isnan(one), SILENT * LAP, np.interp(one, grid, spikes)) for one in (source, target)]
    alone = counts[0] * counts[1] / LAP * 2 * WINDOW
    expected = np.where(np.isnan(source) | np.isnan(target), alone, both)
    return np.asarray(SCALED * np.clip(START + PAIR * LEARNING / LAP * expected, 0.0, BOUND))


def rates(times: NDArray[np.float64], begins: NDArray[np.float64], phase: float) -> NDArray[np.float64]:
    """Return the rates (Hz) while the animal runs, shape (times, cells).

    Parameters
    ----------
    times
        Seconds from the beginning of the lap.
    begins
        Where fields begin, rad.
    phase
        Of theta at the beginning of the lap.
    """
    x = 2 * math.pi / LAP * times[:, None] - begins
    hill = np.exp(-0.5 * ((x - LENGTH / 2) / SIGMA) ** 2)
    wave = np.cos(2 * math.pi * THETA * times[:, None] + phase + math.pi * x / LENGTH)
    return np.asarray(PEAK * hill * np.maximum(0.0, wave))


@lru_cache(maxsize=1)
def _running() -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return places where fields begin, their cells' mean spikes in a lap, and the sums over pairs of their spikes.

    The sum is that of exp(-|dt|/tau) over all pairs of two cells. The phase of theta differs from lap to lap.
    """
    step = 4e-3
    times: NDArray[np.float64] = np.asarray(np.arange(0, LAP, step), dtype=np.float64)
    decay = math.exp(-step / WINDOW)
    begins: NDArray[np.float64] = np.asarray(np.linspace(*TRACK, 193), dtype=np.float64)
    spikes, pairs = np.zeros(begins.size), np.zeros((begins.size, begins.size))
    phases = np.linspace(0, 2 * math.pi, 8, endpoint=False)
    for phase in phases:
        expected = rates(times, begins, float(phase)) * step
        spikes += expected.sum(axis=0)
        # what is left of all spikes before a step, and of half of those in it
        kept = signal.lfilter([0.0, decay], [1.0, -decay], expected, axis=0) + 0.5 * expected
        before = kept.T @ expected
        pairs += before + before.T
    return begins, spikes / phases.size, pairs / phases.size


def pyramidal(adaptation: float = 1.0) -> NeuronModel:
    """Return a pyramidal cell with receptors ``exc``, ``mossy`` and ``inh``."""
    receptors = {"exc": SYNAPSES["PC", "PC"][:2], "mossy": MOSSY[:2], "inh": SYNAPSES["BC", "PC"][:2]}
    model = _cell("PC", receptors)
    scaled = {name: Quantity.from_si(adaptation * model.parameter(name).value.si, d) for name, d in _ADAPTS.items()}
    return model.with_(scaled)


def basket() -> NeuronModel:
    """Return a basket cell with receptors ``exc`` and ``inh``."""
    return _cell("BC", {"exc": SYNAPSES["PC", "BC"][:2], "inh": SYNAPSES["BC", "BC"][:2]})


def _cell(name: str, receptors: Mapping[str, tuple[float, float]]) -> NeuronModel:
    values = {column: Quantity(x, unit) for column, x, unit in zip(_COLUMNS, _TABLE[name], _UNITS, strict=True)}
    tau = values.pop("tau")
    capacitance = Quantity(float(tau.si * values["g_L"].si) * 1e12, "pF")
    top = Quantity(values["V_T"].si * 1e3 + 5 * values["Delta_T"].si * 1e3, "mV")
    kinetics = synapses.get("dual_exponential_conductance")
    made: dict[str, Any] = {
        key: kinetics.with_(tau_rise=f"{rise} ms", tau_decay=f"{decay} ms", E="-70 mV" if key == "inh" else "0 mV")
        for key, (rise, decay) in receptors.items()
    }
    model = replace(neurons.get("adex_refractory"), receptors=made)
    return model.with_({**values, "C_m": capacitance, "V_peak": top})


def _peak(nanosiemens: float, rise: float, decay: float) -> Quantity:
    """Return the peak conductance of a spike with a weight of the program, which has not the usual factor."""
    return Quantity.from_si(nanosiemens * 1e-9 * decay / (decay - rise), CONDUCTANCE)


regions.register("Ecker2022", Ecker2022, module=__name__)
