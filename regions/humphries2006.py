r"""Action selection by the basal ganglia in spikes: Humphries, Stewart & Gurney (2006).

Three channels of 64 cells in each of five nuclei: striatal cells with D1 (`SD1`) and with D2 receptors (`SD2`),
subthalamic nucleus (`STN`), both segments of the pallidum (`GPe`, `GPi`), 960 `humphries2006` cells. A channel's 64
cortical sources, at 3 Hz when nothing happens, reach SD1, SD2 and STN of the same channel. GPi is active at rest; a
channel is selected where GPi falls silent.

======================  ========  ===========  =========  =====================  ================
from, to                channels  weight       delay, ms  distal, near, on soma  dopamine D
======================  ========  ===========  =========  =====================  ================
cortex to SD1           same      1            10                                1 + D
cortex to SD2           same      1            10                                1 - D
cortex to STN           same      1            2.5                               1 - D/4
SD1 to GPi (direct)     same      -4           4          1, 0, 0                1
SD2 to GPe (indirect)   same      -4           5          0.33, 0.34, 0.33       1 - D/2
STN to GPe              all       1            2                                 1 - D/2
STN to GPi              all       1            1.5                               1
GPe to STN              same      -1           4          0.3, 0.4, 0.3          1 - D/2
GPe to GPi              same      -1           3          0, 0.5, 0.5            1
GPe to GPe              all       -1           1          0, 0.5, 0.5            1
GPi to GPi              all       -1           1          0, 0.5, 0.5            1
======================  ========  ===========  =========  =====================  ================

Each pair of cells is connected with probability 1/4, or 1/12 where all channels are reached: 16 synapses a cell. A
weight of 1 is a postsynaptic potential of 3 mV by AMPA and 0.1 mV by NMDA, or of -3 mV by GABA, in a cell of mean
membrane. Tonic dopamine D is 0.3; 0 is depletion, 0.8 excess.

Two things differ from the authors' program. They draw where each inhibitory synapse ends; here the three places have
connections of their own, in the same mean numbers, so that a pair may have two. And the time constants of the
subthalamic cells are 64 quantiles of the program's Gamma distribution (shape 6, 1 ms) in every channel, not draws.

Source: Humphries MD, Stewart RD, Gurney KN (2006) J Neurosci 26:12921-12942, doi:10.1523/JNEUROSCI.3486-06.2006;
constants and protocols as in the authors' program (ModelDB 83559).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from braincore.errors import InputError
from braincore.model import (
    FixedProbability,
    NeuronModel,
    Normal,
    Parameter,
    PoissonInput,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    SpikeInput,
    SpikeTrains,
    Values,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.model.values import Value
from braincore.units import CURRENT, FREQUENCY, TIME, Quantity

_SOURCE = "Humphries, Stewart & Gurney 2006, J Neurosci 26:12921; ModelDB 83559"
CELLS, PROBABILITY = 64, 0.25
NUCLEI = {
    "SD1": (30, 25, 42, -250),
    "SD2": (30, 25, 42, -250),
    "STN": (20, 6, 18, 1100),
    "GPe": (30, 14, 88, 380),
    "GPi": (30, 8, 112, 390),
}
"""Threshold (mV), mean time constant (ms), mean resistance (Mohm), spontaneous current (pA)."""
WIRING = (
    ("cortex", "SD1", 1, "10 ms", (), 1.0),
    ("cortex", "SD2", 1, "10 ms", (), -1.0),
    ("cortex", "STN", 1, "2.5 ms", (), -0.25),
    ("SD1", "GPi", -4, "4 ms", (1, 0, 0), 0.0),
    ("SD2", "GPe", -4, "5 ms", (0.33, 0.34, 0.33), -0.5),
    ("STN", "GPe", 1, "2 ms", (), -0.5),
    ("STN", "GPi", 1, "1.5 ms", (), 0.0),
    ("GPe", "STN", -1, "4 ms", (0.3, 0.4, 0.3), -0.5),
    ("GPe", "GPi", -1, "3 ms", (0, 0.5, 0.5), 0.0),
    ("GPe", "GPe", -1, "1 ms", (0, 0.5, 0.5), 0.0),
    ("GPi", "GPi", -1, "1 ms", (0, 0.5, 0.5), 0.0),
)
"""From, to, weight, delay, share of synapses at each of `PLACES`, and what a unit of dopamine adds to the factor 1."""
PLACES = ("inh", "prox", "soma")
DIFFUSE = {("STN", "GPe"), ("STN", "GPi"), ("GPe", "GPe"), ("GPi", "GPi")}
PSP = {"ampa": (3.0, 2.0), "nmda": (0.1, 100.0), "gaba": (3.0, 3.0)}
"""Peak of one postsynaptic potential (mV) and decay of the current (ms)."""
SELECTED_HZ = 5.0
"""Rate of GPi below which a channel is selected."""
RELAY = Quantity(20, "mV")
"""Weight with which each spike that reaches a cortical source makes it fire."""


def unit_current(nucleus: str, synapse: str) -> float:
    """Return the peak of the current (A) of a weight of 1 on cells of a nucleus; the synapse is one of `PSP`.

    The potential that it evokes in the mean cell peaks at the value of `PSP`, if it peaks within one membrane time
    constant; that of NMDA reaches the value there, and peaks later, higher.
    """
    peak, tau_s = PSP[synapse]
    _, tau_m, resistance, _ = NUCLEI[nucleus]
    at = min(math.log(tau_m / tau_s) * tau_m * tau_s / (tau_m - tau_s), tau_m)
    nanoampere = peak * (1 - tau_m / tau_s) / (resistance * (math.exp(-at / tau_s) - math.exp(-at / tau_m)))
    return nanoampere * 1e-9


@dataclass(frozen=True, kw_only=True)
class Humphries2006(RegionModel):
    """The spiking basal ganglia of Humphries, Stewart & Gurney 2006.

    Attributes
    ----------
    channels
        How many actions compete, numbered from 1: populations are called ``GPi1`` and so on.
    scale
        Number of cells over the paper's 64 a channel and nucleus; the number of synapses of a cell stays.
    dopamine
        Tonic dopamine, from 0 to 1.
    direct, indirect, hyperdirect
        Factors on SD1 to GPi, SD2 to GPe, and cortex to STN; 0 cuts the pathway.
    collaterals
        Factor on the synapses among cells of GPi.
    rebound
        Factor on the rebound calcium current of the subthalamic nucleus.
    """

    channels: int = 3
    scale: float = 1.0
    dopamine: float = 0.3
    direct: float = 1.0
    indirect: float = 1.0
    hyperdirect: float = 1.0
    collaterals: float = 1.0
    rebound: float = 1.0

    purpose: ClassVar[str] = "Action selection by direct, indirect and hyperdirect pathways (basal ganglia, in spikes)"
    source: ClassVar[str] = "Humphries, Stewart & Gurney 2006, J Neurosci 26:12921, doi:10.1523/JNEUROSCI.3486-06.2006"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("dopamine", "0.3", "tonic dopamine", _SOURCE, "0", "1"),
        published("background", "3 Hz", "rate of a cortical source when nothing happens", _SOURCE, "0 Hz", "10 Hz"),
        published("probability", "0.25", "that two cells of a channel are connected", _SOURCE, "0", "1"),
        published("psp_ampa", "3 mV", "potential of an AMPA current", _SOURCE, "0 mV", "10 mV"),
        published("psp_nmda", "0.1 mV", "potential of an NMDA current, at tau_m", _SOURCE, "0 mV", "1 mV"),
        published("psp_gaba", "3 mV", "potential of a GABA current, inhibitory", _SOURCE, "0 mV", "10 mV"),
        published("tau_ampa", "2 ms", "decay of the AMPA current", _SOURCE, "0.5 ms", "10 ms"),
        published("tau_nmda", "100 ms", "decay of the NMDA current", _SOURCE, "20 ms", "300 ms"),
        published("tau_gaba", "3 ms", "decay of the GABA current", _SOURCE, "1 ms", "20 ms"),
        published("I_spon_GPe", "380 pA", "spontaneous current of GPe", _SOURCE, "0 pA", "1000 pA"),
        published("I_spon_GPi", "390 pA", "spontaneous current of GPi", _SOURCE, "0 pA", "1000 pA"),
        published("I_spon_STN", "1100 pA", "spontaneous current of STN", _SOURCE, "0 pA", "2000 pA"),
        published("I_spon_SD", "-250 pA", "spontaneous current of the striatum", _SOURCE, "-500 pA", "0 pA"),
        published("spread", "0.1", "of resistances and time constants over cells, SD", _SOURCE, "0", "0.3"),
        published(
            "M", "10.1 V/s", "shunting that divides by infinity: the median over cells", _SOURCE, "1 V/s", "100 V/s"
        ),
        published("selected", "5 Hz", "rate of GPi below which a channel is selected", _SOURCE, "0 Hz", "20 Hz"),
    )

    def __post_init__(self) -> None:
        self.expect(
            channels=(1, 100),
            scale=(PROBABILITY, 100),
            dopamine=(0, 1),
            direct=(0, 10),
            indirect=(0, 10),
            hyperdirect=(0, 10),
            collaterals=(0, 10),
            rebound=(0, 10),
        )

    @property
    def cells(self) -> int:
        """Cells of a channel in each nucleus, and its cortical sources."""
        return round(self.scale * CELLS)

    def describe(self) -> Region:
        """Return the nuclei, their pathways and the cortical background."""
        numbers = range(1, self.channels + 1)
        populations = [_cortex(k, self.cells) for k in numbers]
        populations += [self._nucleus(nucleus, k) for nucleus in NUCLEI for k in numbers]
        background = tuple(_spikes(f"cortex{k}", self.constant("background"), (0, None), "background") for k in numbers)
        ports = {
            f"input{k}": Port(population=f"cortex{k}", way="in", kind="feedforward", receptor="exc") for k in numbers
        }
        ports |= {
            f"hyperdirect{k}": Port(population=f"STN{k}", way="in", receptor="exc", sign="excitatory") for k in numbers
        }
        ports |= {f"output{k}": Port(population=f"GPi{k}", way="out") for k in numbers}
        return Region(
            populations=tuple(populations), projections=tuple(self._projections()), stimuli=background, ports=ports
        )

    def _nucleus(self, nucleus: str, channel: int) -> Population:
        _, tau, resistance, _ = NUCLEI[nucleus]
        spread = float(self.constant("spread").si)
        times: Value = Normal(Quantity(tau, "ms"), Quantity(spread * tau, "ms"))
        parameters: dict[str, Any] = {"R": Normal(Quantity(resistance, "Mohm"), Quantity(spread * resistance, "Mohm"))}
        if nucleus == "STN":
            times = _quantiles(self.cells)
            alpha = 900 * self.rebound
            parameters |= {
                "theta_ca": Normal("-10 mV", "1 mV"),
                "alpha_ca": Normal(Quantity(alpha, "pA"), Quantity(alpha / 10, "pA")),
                "t1": Normal("200 ms", "10 ms"),
                "t2": Normal("1000 ms", "220 ms"),
            }
        return Population(
            name=f"{nucleus}{channel}",
            size=self.cells,
            neuron=_cell(nucleus),
            parameters={"tau_m": times, "M": self.constant("M"), **parameters},
            sign="excitatory" if nucleus == "STN" else "inhibitory",
            initial={"v": Normal("0 mV", "2 mV")},
        )

    def _projections(self) -> Iterator[Projection]:
        factors = {("SD1", "GPi"): self.direct, ("SD2", "GPe"): self.indirect, ("cortex", "STN"): self.hyperdirect}
        factors |= {("GPi", "GPi"): self.collaterals}
        channels = range(1, self.channels + 1)
        for source, target, weight, delay, places, dopamine in WIRING:
            size = weight * (1 + dopamine * self.dopamine) * factors.get((source, target), 1.0)
            peak = Quantity.from_si(size * unit_current(target, "gaba" if weight < 0 else "ampa"), CURRENT)
            diffuse = (source, target) in DIFFUSE
            p = PROBABILITY / self.scale / (self.channels if diffuse else 1)
            for receptor, share in zip(PLACES, places, strict=True) if places else (("exc", 1.0),):
                pairs = [(i, k) for i in channels for k in (channels if diffuse else (i,))]
                for i, k in pairs if share else ():
                    yield Projection(
                        source=f"{source}{i}",
                        target=f"{target}{k}",
                        connector=FixedProbability(p=p * share, autapses=False),
                        weight=peak,
                        delay=Quantity.of(delay, TIME),
                        receptor=receptor,
                        name=f"{source}{i} to {target}{k} ({receptor})",
                    )


def _cortex(channel: int, size: int) -> Population:
    """Return sources that fire at each spike they get, but not twice within 2 ms."""
    neuron = neurons.get("lif_delta").with_(t_ref="2 ms")
    return Population(name=f"cortex{channel}", size=size, neuron=neuron, sign="excitatory")


@lru_cache
def _cell(nucleus: str) -> NeuronModel:
    """Return the cells of a nucleus, but for what differs among them."""
    threshold, _, _, current = NUCLEI[nucleus]
    model = neurons.get("humphries2006_stn" if nucleus == "STN" else "humphries2006")
    ratio = unit_current(nucleus, "nmda") / unit_current(nucleus, "ampa")
    receptors = {**model.receptors, "exc": model.receptors["exc"].with_(ratio=Quantity(ratio, "1"))}
    return model.with_(V_th=Quantity(threshold, "mV"), I_spon=Quantity(current, "pA"), receptors=receptors)


def _quantiles(cells: int) -> Values:
    """Return time constants of subthalamic cells: quantiles of the Gamma distribution of shape 6 and scale 1 ms."""
    from scipy.stats import gamma

    return Values.of(gamma.ppf((np.arange(cells) + 0.5) / cells, 6), "ms")


def _spikes(target: str, rate: Quantity, during: tuple[Any, Any], name: str) -> PoissonInput:
    return PoissonInput(target=target, rate=rate, weight=RELAY, receptor="exc", during=during, name=name)


def salience(region: str, channel: int, rate: Any, begin: Any, end: Any = None) -> PoissonInput:
    """Return the salience of an action: a higher rate of the channel's cortical sources.

    Parameters
    ----------
    region
        Name of a region of type `Humphries2006`.
    channel
        From 1.
    rate
        Of each source, the background of 3 Hz included; not below it.
    begin, end
        Times.
    """
    more = float(Quantity.of(rate, FREQUENCY).si) - 3
    if more < 0:
        raise InputError(f"salience {rate} is below the background", path="rate", hint="At least 3 Hz")
    return _spikes(f"{region}.cortex{channel}", Quantity(more, "Hz"), (begin, end), f"salience from {begin}")


def stop(
    region: str, begin: Any, end: Any, *, rate: Any = "40 Hz", channels: int = 3, dopamine: float = 0.3
) -> list[PoissonInput]:
    """Return a signal to stop: a burst onto all of the subthalamic nucleus, by the hyperdirect pathway alone.

    It is what 16 further cortical sources would give to each cell.

    Parameters
    ----------
    region
        Name of a region of type `Humphries2006`.
    begin, end
        When it arrives at the nucleus, and when it ends.
    rate
        Of each source.
    channels, dopamine
        Of the region.
    """
    weight = Quantity.from_si(unit_current("STN", "ampa") * (1 - 0.25 * dopamine), CURRENT)
    return [
        PoissonInput(
            target=f"{region}.hyperdirect{k}",
            rate=rate,
            sources=round(CELLS * PROBABILITY),
            weight=weight,
            receptor="exc",
            during=(begin, end),
            name=f"stop from {begin}",
        )
        for k in range(1, channels + 1)
    ]


def pulses(region: str, channel: int, times: Sequence[float], *, cells: int = CELLS) -> SpikeInput:
    """Return pulses: at each of some times all of a channel's cortical sources fire once, together.

    Parameters
    ----------
    region
        Name of a region of type `Humphries2006`.
    channel
        From 1.
    times
        Seconds.
    cells
        Of the channel.
    """
    sources = np.arange(cells, dtype=np.int32)
    trains = SpikeTrains(times=np.repeat(np.asarray(times, float), cells), neurons=np.tile(sources, len(times)))
    target = f"{region}.cortex{channel}"
    return SpikeInput(target=target, trains=trains, weight=RELAY, receptor="exc", name=f"pulses of {target}")


regions.register("Humphries2006", Humphries2006, module=__name__)
