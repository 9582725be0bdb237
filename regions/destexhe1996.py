r"""Thalamic spindles: the circuit of Destexhe, Bal, McCormick & Sejnowski (1996).

Two thalamocortical cells (`destexhe1996_tc`) and two reticular ones (`destexhe1996_re`), all connected with all:
relay cells excite reticular ones (AMPA), which inhibit relay cells (GABA-A and GABA-B) and each other and themselves
(GABA-A). The first relay cell has more h current and more potassium leak than the second: it bursts by itself and
starts what the circuit then does together, without any input.

A burst of reticular cells hyperpolarises the relay cells, some of which answer with a burst by rebound, which excites
the reticular cells again: 7 to 14 Hz. Each burst of a relay cell lets calcium in, which opens h channels for longer,
until the cell is too depolarised to burst: the spindle wanes. The h channels let go within seconds, and the next
begins. With GABA-A receptors blocked reticular cells burst longer, which GABA-B receptors answer strongly: 2 to 4 Hz,
both relay cells at once. With less h current that calcium does not regulate, the first cell alone bursts at 0.5 to 4
Hz (delta).

Each conductance is divided by the number of sources. Transmission has no delay. As the program runs, all GABA-A
channels reverse at -85 mV (it sets one value for all, last for those of relay cells; `reversal` sets those among
reticular cells).

Changed from the program: a pulse of transmitter, of 0.3 ms, acts at once on its receptors (`kinetic_ampa`, `gaba_b`).

Sources: Destexhe A, Bal T, McCormick DA, Sejnowski TJ (1996) Ionic mechanisms underlying synchronized oscillations and
propagating waves in a model of ferret thalamic slices. J Neurophysiol 76:2049-2070, doi:10.1152/jn.1996.76.3.2049,
with the constants of its program of four cells (ModelDB 3343).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from braincore.model import (
    AllToAll,
    NeuronModel,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    Values,
    neurons,
    regions,
    synapses,
)
from braincore.model.parameter import published
from braincore.units import CONDUCTANCE, VOLTAGE, Quantity

_SOURCE = "Destexhe et al. 1996, J Neurophysiol 76:2049, program of four cells (ModelDB 3343)"
CELLS = 2
"""Of each kind."""
PROJECTIONS = {
    ("RE", "RE", "gaba_a"): 200.0,
    ("RE", "TC", "gaba_a"): 20.0,
    ("RE", "TC", "gaba_b"): 40.0,
    ("TC", "RE", "ampa"): 200.0,
}
"""Source, target and receptor, and the conductance in nS that all sources have together."""
GABA_B = {"K1": "0.09 1/ms/mM", "K2": "0.0012 1/ms", "K3": "0.18 1/ms", "K4": "0.034 1/ms"}
"""Rates of the cascade, as the program sets them."""
_DENSITY = neurons.get("destexhe1996_tc").parameter("g_h").dimension


@dataclass(frozen=True, kw_only=True)
class Destexhe1996(RegionModel):
    """The thalamic circuit of four cells of Destexhe et al. 1996.

    Attributes
    ----------
    g_h, g_h_follower
        Conductance of the h current of the first relay cell, and of the second, per area.
    leak, leak_follower
        Their potassium leaks.
    g_inc
        How much more h channels pass that calcium has locked open, 1 in the program of delta oscillations.
    regulated
        Whether calcium locks h channels at all.
    ampa, gaba_a, gaba_b
        Factors on the conductances of synapses; 0 is a block.
    reversal
        Reversal potential of GABA-A channels among reticular cells.
    """

    g_h: Any = "0.02 mS/cm^2"
    g_h_follower: Any = "0.015 mS/cm^2"
    leak: Any = "5 nS"
    leak_follower: Any = "3 nS"
    g_inc: float = 2.0
    regulated: bool = True
    ampa: float = 1.0
    gaba_a: float = 1.0
    gaba_b: float = 1.0
    reversal: Any = "-85 mV"

    purpose: ClassVar[str] = "Spindles and slower oscillations of relay and reticular cells (thalamus)"
    source: ClassVar[str] = "Destexhe et al. 1996, J Neurophysiol 76:2049, doi:10.1152/jn.1996.76.3.2049"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("g_h", "0.02 mS/cm^2", "h current of the first relay cell", _SOURCE, "0 mS/cm^2", "0.05 mS/cm^2"),
        published("g_h_follower", "0.015 mS/cm^2", "h current of the second", _SOURCE, "0 mS/cm^2", "0.05 mS/cm^2"),
        published("leak", "5 nS", "potassium leak of the first relay cell", _SOURCE, "0 nS", "10 nS"),
        published("leak_follower", "3 nS", "potassium leak of the second", _SOURCE, "0 nS", "10 nS"),
        published("g_inc", "2", "conductance of locked h channels over that of others", _SOURCE, "1", "3"),
        published("g_RE_RE", "200 nS", "GABA-A among reticular cells, all sources", _SOURCE, "0 nS", "1000 nS"),
        published("g_RE_TC", "20 nS", "GABA-A onto relay cells, all sources", _SOURCE, "0 nS", "100 nS"),
        published("g_RE_TC_B", "40 nS", "GABA-B onto relay cells, all sources", _SOURCE, "0 nS", "100 nS"),
        published("g_TC_RE", "200 nS", "AMPA onto reticular cells, all sources", _SOURCE, "0 nS", "1000 nS"),
        published("reversal", "-85 mV", "GABA-A among reticular cells", _SOURCE, "-90 mV", "-70 mV"),
    )

    def __post_init__(self) -> None:
        self.expect(g_inc=(0, 10), ampa=(0, 10), gaba_a=(0, 10), gaba_b=(0, 10))
        self.quantities(
            g_h=_DENSITY, g_h_follower=_DENSITY, leak=CONDUCTANCE, leak_follower=CONDUCTANCE, reversal=VOLTAGE
        )
        self.positive("g_h", "g_h_follower", "leak", "leak_follower", zero=True)

    def describe(self) -> Region:
        """Return the two populations and their synapses."""
        own = {
            "g_h": Values(np.array([self.g_h.si, self.g_h_follower.si]), _DENSITY),
            "g_KL": Values(np.array([self.leak.si, self.leak_follower.si]), CONDUCTANCE),
        }
        relay, reticular = self._cells()
        return Region(
            populations=(
                Population(name="TC", size=CELLS, neuron=relay, sign="excitatory", parameters=own),
                Population(name="RE", size=CELLS, neuron=reticular, sign="inhibitory"),
            ),
            projections=tuple(self._projections()),
            ports={
                "output": Port(population="TC", way="out", kind="feedforward"),
                "feedback": Port(population="RE", way="in", kind="feedback", receptor="cortex", sign="excitatory"),
                "input": Port(population="TC", way="in", kind="feedforward", receptor="sensory", sign="excitatory"),
            },
        )

    def _cells(self) -> tuple[NeuronModel, NeuronModel]:
        inhibition = synapses.get("kinetic_gaba_a")
        outside = synapses.get("ampa")
        locking = {} if self.regulated else {"P_c": "1e9"}
        relay = replace(
            neurons.get("destexhe1996_tc").with_({"g_inc": Quantity(self.g_inc, "1"), **locking}),
            receptors={"gaba_a": inhibition, "gaba_b": synapses.get("gaba_b").with_(GABA_B), "sensory": outside},
        )
        reticular = replace(
            neurons.get("destexhe1996_re"),
            receptors={
                "ampa": synapses.get("kinetic_ampa"),
                "gaba_a": inhibition.with_(E=self.reversal),
                "cortex": outside,
            },
        )
        return relay, reticular

    def _projections(self) -> list[Projection]:
        """Return the synapses, without those that are blocked."""
        factors = {"ampa": self.ampa, "gaba_a": self.gaba_a, "gaba_b": self.gaba_b}
        return [
            Projection(
                source=source,
                target=target,
                connector=AllToAll(),
                weight=Quantity.from_si(factors[receptor] * total * 1e-9 / CELLS, CONDUCTANCE),
                receptor=receptor,
                name=f"{source} to {target} ({receptor})",
            )
            for (source, target, receptor), total in PROJECTIONS.items()
            if factors[receptor]
        ]


regions.register("Destexhe1996", Destexhe1996, module=__name__)
