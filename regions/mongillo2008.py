r"""Working memory in synapses: Mongillo, Barak & Tsodyks (2008).

8 000 excitatory cells, of which five selective populations of 800 code for an item each, and 2 000 inhibitory ones.
Synapses among excitatory cells facilitate (`mongillo2008`): those of a population that has just been active pass more
on, for a second or more, whether or not its cells go on firing. With little background (23.1 mV) the item comes back
as one population spike when all excitatory cells are excited alike; with more (23.7 mV) such spikes come by
themselves, again and again, which refreshes the memory.

.. math:: \tau \dot V = \mu + \sigma \sqrt{2 \tau}\, \xi(t) - V + \tau \sum_j J_j u_j x_j\, \delta(t - t_j - D_j)

Synapses within a selective population are strong (:math:`J_p`), those between two of them weak (:math:`J_b`), and a
tenth of those from or to cells without preference are strong; a cell has 1 600 excitatory and 400 inhibitory ones.

Sources: Mongillo G, Barak O, Tsodyks M (2008) Science 319:1543-1546, doi:10.1126/science.1150769, supplement; as
rebuilt in NEST by Tiddia G, Golosio B, Fanti V, Paolucci PS (2022) Front Integr Neurosci 16:972055,
doi:10.3389/fnint.2022.972055, whose 23.7 mV this is, and whose synapses are currents of 2 ms. Their 22.8 mV for
a silent memory is at the edge here, where synapses are jumps: the read-out fails in two of five networks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from braincore.model import (
    CurrentInput,
    FixedInDegree,
    Parameter,
    Population,
    Projection,
    Region,
    RegionModel,
    Step,
    Uniform,
    learning_rules,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.model.stimulus import span
from braincore.units import CURRENT, TIME, VOLTAGE, Quantity

_SOURCE = "Mongillo, Barak & Tsodyks 2008, Science 319:1543, supplement"
_TIDDIA = "Tiddia et al. 2022, Front Integr Neurosci 16:972055, program"
CELLS, INTERNEURONS = 8000, 2000
FRACTION, CONTACT, STRONG = 0.1, 0.2, 0.1
"""Share of the excitatory cells that prefer an item; of cells that a cell hears; of strong synapses elsewhere."""
TAU = {True: 15e-3, False: 10e-3}
"""Membrane time constant in seconds of cells that are excitatory, and of those that are not."""
CAPACITANCE = 250e-12
OTHERS, INHIBITORY = "others", "I"


@dataclass(frozen=True, kw_only=True)
class Mongillo2008(RegionModel):
    """The synaptic working memory of Mongillo, Barak & Tsodyks 2008.

    Attributes
    ----------
    scale
        Number of cells over the paper's 10 000; synapses are stronger by as much.
    items
        How many items have cells of their own, called ``item1`` and so on.
    background
        Mean of the external input of excitatory cells, as a potential.
    facilitation
        Time constant of facilitation.
    """

    scale: float = 1.0
    items: int = 5
    background: Any = "23.7 mV"
    facilitation: Any = "1500 ms"

    purpose: ClassVar[str] = "Working memory held by facilitated synapses, silent or refreshed (prefrontal cortex)"
    source: ClassVar[str] = "Mongillo, Barak & Tsodyks 2008, Science 319:1543, doi:10.1126/science.1150769"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("background", "23.7 mV", "mean external input of excitatory cells", _TIDDIA, "21 mV", "26 mV"),
        published("background_I", "21 mV", "mean external input of inhibitory cells", _TIDDIA, "18 mV", "24 mV"),
        published("sigma", "1 mV", "deviation of the potential by external input", _TIDDIA, "0 mV", "5 mV"),
        published("J_p", "0.45 mV", "strong excitatory synapses", _SOURCE, "0.1 mV", "1 mV"),
        published("J_b", "0.1 mV", "weak excitatory synapses", _SOURCE, "0 mV", "0.5 mV"),
        published("J_IE", "0.135 mV", "excitatory synapses onto inhibitory cells", _SOURCE, "0 mV", "0.5 mV"),
        published("J_EI", "0.25 mV", "inhibitory synapses onto excitatory cells", _SOURCE, "0 mV", "1 mV"),
        published("J_II", "0.2 mV", "inhibitory synapses onto inhibitory cells", _SOURCE, "0 mV", "1 mV"),
        published("tau_m", "15 ms", "membrane time constant (inhibitory cells 10)", _SOURCE, "5 ms", "30 ms"),
        published("V_th", "20 mV", "threshold", _SOURCE, "10 mV", "30 mV"),
        published("V_reset", "16 mV", "potential after a spike (inhibitory cells 13)", _SOURCE, "0 mV", "19 mV"),
        published("t_ref", "2 ms", "refractory time", _SOURCE, "0 ms", "5 ms"),
        published("U", "0.2", "utilisation of synapses at rest", _SOURCE, "0.05", "0.5"),
        published("tau_F", "1500 ms", "time constant of facilitation", _SOURCE, "10 ms", "3000 ms"),
        published("tau_D", "200 ms", "time constant of depression", _SOURCE, "10 ms", "1000 ms"),
        published("delay", "0.55 ms", "mean delay; delays are from 0.1 to 1 ms", _SOURCE, "0.1 ms", "2 ms"),
        published("cue", "1.15", "external input during a cue over that before", _TIDDIA, "1", "1.5"),
        published("readout", "1.05", "external input during a read-out over that before", _TIDDIA, "1", "1.2"),
    )

    def __post_init__(self) -> None:
        self.expect(scale=(0.01, 1), items=(1, 9))
        self.quantities(background=VOLTAGE, facilitation=TIME)
        self.positive("facilitation")

    @property
    def excitatory(self) -> dict[str, int]:
        """Sizes of the excitatory populations."""
        total, each = round(self.scale * CELLS), round(self.scale * CELLS * FRACTION)
        return {**{f"item{k + 1}": each for k in range(self.items)}, OTHERS: total - each * self.items}

    def describe(self) -> Region:
        """Return the populations, their synapses and background."""
        sizes = {**self.excitatory, INHIBITORY: round(self.scale * INTERNEURONS)}
        populations = tuple(_population(name, size) for name, size in sizes.items())
        means = {name: self.constant("background_I") if name == INHIBITORY else self.background for name in sizes}
        background = tuple(
            CurrentInput(target=n, waveform=Step(amplitude=_current(v, n != INHIBITORY)), name="background")
            for n, v in means.items()
        )
        ports = {name: name for name in sizes if name not in (OTHERS, INHIBITORY)}
        return Region(
            populations=populations, projections=tuple(self._projections(sizes)), stimuli=background, ports=ports
        )

    def _projections(self, sizes: dict[str, int]) -> Iterator[Projection]:
        for source, size in sizes.items():
            for target in sizes:
                for weight, share in self._weights(source, target):
                    k = round(share * CONTACT * size)
                    if k:
                        yield self._projection(source, target, weight, k)

    def _weights(self, source: str, target: str) -> list[tuple[str, float]]:
        """Return which strengths the synapses between two populations have, and the share of each."""
        if source == INHIBITORY:
            return [("J_II" if target == INHIBITORY else "J_EI", 1.0)]
        if target == INHIBITORY:
            return [("J_IE", 1.0)]
        if OTHERS not in (source, target):
            return [("J_p" if source == target else "J_b", 1.0)]
        return [("J_b", 1 - STRONG), ("J_p", STRONG)]

    def _projection(self, source: str, target: str, weight: str, k: int) -> Projection:
        inhibits = source == INHIBITORY
        size = float(self.constant(weight).si) / self.scale * (-1 if inhibits else 1)
        rule = learning_rules.get("mongillo2008").with_(tau_F=self.facilitation)
        return Projection(
            source=source,
            target=target,
            connector=FixedInDegree(k=k),
            weight=Quantity.from_si(size, VOLTAGE),
            delay=Uniform("0.1 ms", "1 ms"),
            receptor="inh" if inhibits else "exc",
            rules=(rule,) if weight in ("J_p", "J_b") else (),
            name=f"{source} to {target} ({weight})",
        )


def _population(name: str, size: int) -> Population:
    excitatory = name != INHIBITORY
    neuron = neurons.get("lif_noisy").with_(
        C_m="250 pF",
        tau_m=Quantity(TAU[excitatory], "s"),
        E_L="0 mV",
        V_th="20 mV",
        V_reset="16 mV" if excitatory else "13 mV",
        t_ref="2 ms",
        sigma=Quantity(math.sqrt(2), "mV"),
    )
    return Population(
        name=name,
        size=size,
        neuron=neuron,
        sign="excitatory" if excitatory else "inhibitory",
        initial={"v": Uniform("13 mV", "20 mV")},
    )


def _current(potential: Quantity, excitatory: bool) -> Quantity:
    """Return the current that depolarises by a potential."""
    return Quantity.from_si(float(potential.si) * CAPACITANCE / TAU[excitatory], CURRENT)


def cue(region: str, item: int, at: Any, *, lasting: Any = "350 ms", background: Any = "23.7 mV") -> CurrentInput:
    """Return a cue for an item: more external input, by 15 % of the background.

    Parameters
    ----------
    region
        Name of a region of type `Mongillo2008`.
    item
        From 1.
    at, lasting
        When it begins, and how long it lasts.
    background
        Of the region.
    """
    return _more(f"{region}.item{item}", 0.15, at, lasting, background, "cue")


def readout(
    region: str, at: Any, *, items: int = 5, lasting: Any = "250 ms", background: Any = "23.7 mV"
) -> list[CurrentInput]:
    """Return what asks for the item: more external input to all excitatory cells alike, by 5 % of the background."""
    targets = [*(f"item{k + 1}" for k in range(items)), OTHERS]
    return [_more(f"{region}.{target}", 0.05, at, lasting, background, "readout") for target in targets]


def _more(target: str, share: float, at: Any, lasting: Any, background: Any, name: str) -> CurrentInput:
    during = span(at, lasting)
    amount = Quantity.from_si(share * float(Quantity.of(background, VOLTAGE).si), VOLTAGE)
    return CurrentInput(
        target=target,
        waveform=Step(amplitude=_current(amount, excitatory=True)),
        during=during,
        name=f"{name} {during[0].si:g} s",
    )


regions.register("Mongillo2008", Mongillo2008, module=__name__)
