r"""A cerebellum that learns when to close the eye: delay conditioning with two sites of memory.

The granular layer is the internal clock of Yamazaki & Tanaka (2005) with its 1 000 units, each a group of granule
cells that others inhibit through Golgi cells. Granule cells are Poisson sources whose rate is the activity of their
unit. What comes after it is the circuit of Yamazaki & Nagao (2012), with its cells and constants: parallel fibres
excite 16 Purkinje cells and 16 basket cells, basket cells inhibit Purkinje cells, Purkinje cells inhibit the nucleus,
mossy fibres excite it, and the nucleus inhibits the olive. The unconditioned stimulus is one event in the olive; its
spike, the climbing fibre's, depresses parallel fibres that were active within the 50 ms before it, and every spike of
a parallel fibre strengthens its synapses (`yamazaki_nagao2012`). The nucleus has a slow memory of its own
(`nuclear_memory`).

Any number of microzones hear the same granule cells. Each has its own Purkinje cells, nucleus and olive, and so can
learn another interval: populations ``purkinje1``, ``nucleus1``, ``olive1`` and so on.

What is not of the papers, and why:

- The clock of rates stands in for spiking granule and Golgi cells. With those of 2007 (`YamazakiTanaka2007`) at a
  sixteenth of the size, three quarters of the granule cells' spikes come from clusters that fire all the time, and the
  pause that depression leaves is hundreds of ms wide: in three networks its middle came from 16 % too early to 64 % too
  late.
- `granule_rate` and `granule_rest` give granule cells the rates of the spiking model, 7 and 1.5 Hz. A Purkinje cell has
  28.1 % of all granule cells (28 800 of 102 400), each synapse stronger as `scale` is smaller.
- A nucleus has 8 cells, not one, each with 100 of 400 mossy fibres, and inhibits the olive by their mean. Mossy fibres
  rise by 10 Hz with the conditioned stimulus, not by 25: the nucleus is to fire for the pause of its Purkinje cells.
- `kept` = 0.95 and `A_LTP` = 0.003: the authors' program of eyelid conditioning has 0.8 and 0.001, with which a few
  trials teach and extinction takes many times as long.
- The nucleus' own memory is from another family of models, with constants of ours.

Sources: Yamazaki T, Tanaka S (2005) Neural Comput 17:1032-1058, doi:10.1162/0899766053491850; Yamazaki T, Nagao S
(2012) PLoS ONE 7:e33319, doi:10.1371/journal.pone.0033319; Medina JF, Mauk MD (2000) Nat Neurosci 3 Suppl:1205-1211,
doi:10.1038/81486.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from braincore.circuits._golgi import golgi
from braincore.circuits._rates import coupled
from braincore.model import (
    AllToAll,
    CurrentInput,
    EdgeList,
    FixedInDegree,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    Samples,
    SpikeInput,
    SpikeTrains,
    learning_rules,
    neurons,
    regions,
    synapses,
)
from braincore.model.parameter import published
from braincore.model.values import Values
from braincore.units import TIME, Quantity

_CLOCK = "Yamazaki & Tanaka 2005, Neural Comput 17:1032"
_NAGAO = "Yamazaki & Nagao 2012, PLoS ONE 7:e33319; ModelDB 144416"
_OURS = "ours"
GRANULES, UNITS = 102_400, 1000
"""Granule cells of the paper; units of the clock."""
PURKINJE, NUCLEUS, MOSSY, MOSSY_EACH = 16, 8, 400, 100
"""Cells of a microzone and of the mossy fibres; mossy fibres of a cell of the nucleus."""
FAN_IN = 28_800
"""Parallel fibres of a Purkinje cell of the paper."""
PARALLEL, BASKET, NUCLEAR, PAUSE = 0.7 * 0.003, 0.7 * 300 / GRANULES, 50 * 0.2 / 100, 30 * 0.12 / PURKINJE
"""Conductances of one spike in nS: onto Purkinje cells, onto basket cells, of mossy fibres, of Purkinje cells."""
BASKETS = 16 / 3
"""Conductance in nS of a basket cell's spike; a Purkinje cell has three basket cells."""
TEACHER, VETO = 0.1, 0.018 * 4.0
"""Conductances in nS at the olive: of an unconditioned stimulus, and of a spike of the whole nucleus."""
WINDOW = Quantity(50, "ms")
STEP = Quantity(1, "ms")


@dataclass(frozen=True, kw_only=True)
class EyeblinkCerebellum(RegionModel):
    """A cerebellum for delay eyelid conditioning, for time steps of 1 ms.

    Attributes
    ----------
    scale
        Number of granule cells over the paper's 102 400.
    zones
        Number of microzones that hear them.
    kappa
        Strength of inhibition by Golgi cells in the clock; 0 is a granular layer without.
    kept
        What a climbing-fibre spike leaves of the weight of a parallel fibre, for each spike of the last 50 ms.
    A_LTP
        Potentiation by a spike of a parallel fibre, of what is missing to the strongest weight.
    nuclear_memory
        Whether synapses of mossy fibres onto the nucleus learn.
    """

    scale: float = 0.04
    zones: int = 1
    kappa: float = 5.0
    kept: float = 0.95
    A_LTP: float = 0.003
    nuclear_memory: bool = True

    purpose: ClassVar[str] = "Delay eyelid conditioning: a clock, a learned pause of Purkinje cells, a second memory"
    source: ClassVar[str] = (
        "after Yamazaki & Tanaka 2005, Neural Comput 17:1032; Yamazaki & Nagao 2012, PLoS ONE 7:e33319"
    )
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("kappa", "5", "inhibition in the clock", _CLOCK, "0", "20"),
        published("p", "0.1", "probability of inhibition in the clock", _CLOCK, "0", "1"),
        published("granule_rate", "440 Hz", "rate of a granule cell at an activity of 1", _OURS, "10 Hz", "1000 Hz"),
        published("granule_rest", "1.5 Hz", "rate of granule cells at rest", _OURS, "0 Hz", "20 Hz"),
        published("mossy_rest", "5 Hz", "rate of mossy fibres at rest", _NAGAO, "0 Hz", "50 Hz"),
        published("mossy_rise", "10 Hz", "rise by the conditioned stimulus", _OURS, "0 Hz", "100 Hz"),
        published("kept", "0.95", "what a climbing-fibre spike leaves of a weight", _OURS, "0", "1"),
        published("A_LTP", "0.003", "potentiation by a spike, of what is missing", _OURS, "0", "0.1"),
        published("window", "50 ms", "window before the climbing fibre's spike", _NAGAO, "1 ms", "500 ms"),
        published("delay", "1 ms", "transmission delay", _NAGAO, "0.1 ms", "5 ms"),
        published("strongest", "3", "weight that the nucleus may reach, of the first", _OURS, "1", "10"),
    )

    def __post_init__(self) -> None:
        self.expect(scale=(0.01, 1), zones=(1, 99), kappa=(0, 100), kept=(0, 1), A_LTP=(0, 1))

    @property
    def granules(self) -> int:
        """Number of granule cells."""
        return round(self.scale * GRANULES)

    def describe(self) -> Region:
        """Return the cells, their synapses and the ports."""
        ports: dict[str, Port | str] = {
            "stimulus": Port(population="clock", way="in", kind="feedforward"),
            "mossy": Port(population="mossy", way="in", kind="feedforward"),
        }
        for k in range(1, self.zones + 1):
            ports[f"teacher{k}"] = Port(population=f"olive{k}", way="in", receptor="exc", sign="excitatory")
            ports[f"response{k}"] = Port(population=f"nucleus{k}", way="out")
        populations = [*self._shared_cells()]
        projections = [*self._shared_synapses()]
        for k in range(1, self.zones + 1):
            populations += _zone_cells(k)
            projections += self._zone_synapses(k)
        return Region(populations=tuple(populations), projections=tuple(projections), ports=ports)

    def _shared_cells(self) -> Iterator[Population]:
        source = neurons.get("poisson_activity")
        granule = source.with_(rate=self.constant("granule_rest"), gain=self.constant("granule_rate"))
        yield Population(name="clock", size=UNITS, neuron=neurons.get("yamazaki_tanaka2005"))
        yield Population(name="granule", size=self.granules, neuron=granule, sign="excitatory")
        yield Population(
            name="basket", size=PURKINJE, neuron=neurons.get("yamazaki_nagao2012_basket"), sign="inhibitory"
        )
        mossy = source.with_(rate=self.constant("mossy_rest"), gain=self.constant("mossy_rise"))
        yield Population(name="mossy", size=MOSSY, neuron=mossy, sign="excitatory")

    def _shared_synapses(self) -> Iterator[Projection]:
        yield from golgi("clock", UNITS, self.kappa, self.constant("p").si)
        cells = np.arange(self.granules, dtype=np.int32)
        yield coupled(
            "clock",
            "granule",
            1.0,
            connector=EdgeList(pre=cells % UNITS, post=cells),
            name="clock to granule",
        )
        yield self._parallel("basket", BASKET)

    def _parallel(self, target: str, each: float, **more: Any) -> Projection:
        """Return the parallel fibres onto cells; `each` is a spike's conductance in nS where there are 28 800."""
        k = round(FAN_IN / GRANULES * self.granules)
        return _synapses("granule", target, FixedInDegree(k=k, multapses=False), each * FAN_IN / k, **more)

    def _zone_synapses(self, k: int) -> Iterator[Projection]:
        purkinje, nucleus, olive = f"purkinje{k}", f"nucleus{k}", f"olive{k}"
        rule = learning_rules.get("yamazaki_nagao2012").with_(kept=str(self.kept), A_LTP=str(self.A_LTP), lag=WINDOW)
        weight = PARALLEL * FAN_IN / round(FAN_IN / GRANULES * self.granules)
        yield self._parallel(purkinje, PARALLEL, rules=(rule,), bounds=(Quantity(0, "nS"), Quantity(weight, "nS")))
        cells = np.arange(PURKINJE, dtype=np.int32)
        beside = EdgeList(pre=(cells[:, None] + np.arange(3)).reshape(-1) % PURKINJE, post=np.repeat(cells, 3))
        yield _synapses("basket", purkinje, beside, BASKETS, receptor="inh")
        memory = (learning_rules.get("nuclear_memory"),) if self.nuclear_memory else ()
        most = float(self.constant("strongest").si) * NUCLEAR
        yield _synapses(
            "mossy",
            nucleus,
            FixedInDegree(k=MOSSY_EACH, multapses=False),
            NUCLEAR,
            rules=memory,
            bounds=(Quantity(NUCLEAR, "nS"), Quantity(most, "nS")) if memory else None,
        )
        yield _synapses(purkinje, nucleus, AllToAll(), PAUSE, receptor="inh")
        yield _synapses(nucleus, olive, AllToAll(), VETO / NUCLEUS, receptor="inh")
        for sign, late in ((1, STEP), (-1, Quantity.from_si(STEP.si + WINDOW.si, TIME))):
            yield Projection(
                source=olive,
                target=purkinje,
                connector=AllToAll(),
                weight=Quantity(sign),
                delay=late,
                receptor="climbing",
                name=f"{olive} to {purkinje} ({'on' if sign > 0 else 'off'})",
            )


def _zone_cells(k: int) -> Iterator[Population]:
    cell = neurons.get("yamazaki_nagao2012")
    cell = cell.with_(receptors={**cell.receptors, "climbing": synapses.get("recent_spikes")})
    nucleus, olive = (neurons.get(f"yamazaki_nagao2012_{name}") for name in ("nucleus", "olive"))
    yield Population(name=f"purkinje{k}", size=PURKINJE, neuron=cell, sign="inhibitory")
    yield Population(name=f"nucleus{k}", size=NUCLEUS, neuron=nucleus)
    yield Population(name=f"olive{k}", size=1, neuron=olive, sign="excitatory")


def _synapses(
    source: str, target: str, connector: Any, nanosiemens: float, *, receptor: str = "exc", **more: Any
) -> Projection:
    return Projection(
        source=source,
        target=target,
        connector=connector,
        weight=Quantity(nanosiemens, "nS"),
        delay=STEP,
        receptor=receptor,
        name=f"{source} to {target}",
        **more,
    )


def conditioned(
    region: str, onsets: Sequence[float], *, lasting: float = 0.5, strength: float = 1.0
) -> list[CurrentInput]:
    """Return conditioned stimuli: an input of 1 to the clock, and to the mossy fibres of the nucleus.

    Parameters
    ----------
    region
        Name of a region of type `EyeblinkCerebellum`.
    onsets
        When they begin, in seconds.
    lasting
        How long each lasts, in seconds.
    strength
        Input to the clock.
    """
    begin, length = np.rint(np.asarray(onsets) * 1e3).astype(np.int64), round(lasting * 1e3)
    on = np.zeros(int(begin.max()) + length)
    on[(begin[:, None] + np.arange(length)).reshape(-1)] = 1.0
    return [
        CurrentInput(
            target=f"{region}.{name}",
            waveform=Samples(values=Values.of(on * amplitude, "1"), interval=STEP),
            name="conditioned",
        )
        for name, amplitude in (("clock", strength), ("mossy", 1.0))
    ]


def unconditioned(region: str, zone: int, times: Sequence[float]) -> SpikeInput:
    """Return unconditioned stimuli at given times (seconds): an event each in the olive of a microzone, from 1."""
    trains = SpikeTrains(times=np.asarray(times, dtype=np.float64), neurons=np.zeros(len(times), dtype=np.int32))
    return SpikeInput(
        target=f"{region}.olive{zone}",
        trains=trains,
        weight=Quantity(TEACHER, "nS"),
        receptor="exc",
        delay=STEP,
        name=f"unconditioned {region}.{zone}",
    )


regions.register("EyeblinkCerebellum", EyeblinkCerebellum, module=__name__)
