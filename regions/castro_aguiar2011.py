r"""Theta phase precession by a local interneuron that runs ahead of theta: Castro & Aguiar (2011).

Each place cell (PC) has an interneuron (IC) that inhibits it, and both hear the same afferents (EC), 1 000 of which are
pooled in one Poisson train. The interneuron is paced by theta and fires once in each of its cycles; in the place field
its input speeds it up, so that its spikes, and the place cell's between them, come earlier and earlier in theta.

.. math:: \tau \dot V_i = V_L - V_i + R\,[I_0 + I_\theta \cos 2\pi f t] - R g_{ti} (V_i - 0), \qquad
          \tau \dot V_e = V_L - V_e - R g_{te} (V_e - 0) - R g_{ie} (V_e + 80\,\text{mV})

.. math:: \lambda(t) = f_{min}\,[1 + A \cos 2\pi f t]\,[1 + B e^{-(t - c)^2 / 2 \sigma^2}]

Conductances jump at a spike and decay exponentially; :math:`R` = 200 MOhm and :math:`\tau` = 200 ms are a capacitance
of 1 nF and a leak of 5 nS of `lif_cond`. The animal runs at constant speed: time is place.

Theta is the same for all pairs here, as in a hippocampus, and their fields lie anywhere in it; in the paper every run
of one pair has a phase of its own. Theta is 10 Hz in the paper. `paced` returns the current with which an interneuron
fires once in each cycle of another theta, outside of the field: 0.21 nA at 8 Hz.

Source: Castro L, Aguiar P (2011) J Comput Neurosci 33:141-150, doi:10.1007/s10827-011-0378-0, program (ModelDB 143248).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from braincore.model import (
    CurrentInput,
    OneToOne,
    Parameter,
    Population,
    Projection,
    Region,
    RegionModel,
    Sine,
    Uniform,
    Values,
    neurons,
    regions,
    synapses,
)
from braincore.model.neuron import NeuronModel
from braincore.model.parameter import published
from braincore.model.region import Port
from braincore.units import CURRENT, FREQUENCY, TIME, Quantity

_SOURCE = "Castro & Aguiar 2011, J Comput Neurosci 33:141, program"
RESISTANCE, TAU = 200e6, 0.2
"""Ohm and seconds of the membranes."""
REST, THRESHOLD = -70e-3, -50e-3
G_EC_IC, G_EC_PC, G_IC_PC = Quantity(0.03, "nS"), Quantity(0.4, "nS"), Quantity(40.0, "nS")
TAU_EC, TAU_IC = 5e-3, 20e-3


@dataclass(frozen=True, kw_only=True)
class CastroAguiar2011(RegionModel):
    """Place cells that precess, each with an interneuron and its afferents: Castro & Aguiar 2011.

    Attributes
    ----------
    cells
        Pairs of place cell and interneuron.
    first, last
        Centres of the first and the last field, as times in a run; those between are evenly spaced.
    width
        Standard deviation of a field.
    theta
        Frequency.
    pacemaker
        Mean current of interneurons (`paced`); it is modulated by theta with 0.1 nA.
    modulation
        Factor on what theta modulates: interneurons, and afferents by 20 %; 0 is no theta.
    peak
        Rate of the afferents in the middle of a field, over that outside of it; 1 is no field.
    inhibition
        Factor on the synapses from interneurons.
    """

    cells: int = 50
    first: Any = "500 ms"
    last: Any = "500 ms"
    width: Any = "250 ms"
    theta: Any = "10 Hz"
    pacemaker: Any = "0.25 nA"
    modulation: float = 1.0
    peak: float = 9.0
    inhibition: float = 1.0

    purpose: ClassVar[str] = "Place cells with theta phase precession (hippocampus)"
    source: ClassVar[str] = "Castro & Aguiar 2011, J Comput Neurosci 33:141, doi:10.1007/s10827-011-0378-0"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("R", "200 Mohm", "resistance of membranes", _SOURCE, "50 Mohm", "500 Mohm"),
        published("tau_m", "200 ms", "time constant of membranes", _SOURCE, "10 ms", "300 ms"),
        published("theta", "10 Hz", "frequency of theta", _SOURCE, "5 Hz", "12 Hz"),
        published("pacemaker", "0.25 nA", "mean current of interneurons", _SOURCE, "0.15 nA", "0.4 nA"),
        published("I_theta", "0.1 nA", "theta in the current of interneurons", _SOURCE, "0 nA", "0.2 nA"),
        published("A", "0.2", "theta in the rate of afferents", _SOURCE, "0", "1"),
        published("f_min", "500 Hz", "rate of all afferents outside of the field", _SOURCE, "100 Hz", "5000 Hz"),
        published("peak", "9", "rate in the middle of the field over that", _SOURCE, "1", "20"),
        published("g_ti", "0.03 nS", "afferents onto interneurons", _SOURCE, "0 nS", "0.2 nS"),
        published("g_te", "0.4 nS", "afferents onto place cells", _SOURCE, "0 nS", "2 nS"),
        published("g_ie", "40 nS", "interneurons onto place cells", _SOURCE, "0 nS", "100 nS"),
        published("tau_t", "5 ms", "decay of afferent synapses", _SOURCE, "1 ms", "10 ms"),
        published("tau_ie", "20 ms", "decay of inhibition", _SOURCE, "5 ms", "50 ms"),
        published("delay", "5 ms", "from interneuron to place cell", _SOURCE, "0.5 ms", "10 ms"),
    )

    def __post_init__(self) -> None:
        self.expect(cells=(1, math.inf), modulation=(0, 2), peak=(1, 100), inhibition=(0, 10))
        self.quantities(first=TIME, last=TIME, width=TIME, theta=FREQUENCY, pacemaker=CURRENT)
        self.positive("width", "theta")

    @property
    def centres(self) -> NDArray[np.float64]:
        """Seconds at which the animal is in the middle of each field, shape (cells,)."""
        return np.linspace(float(self.first.si), float(self.last.si), self.cells)

    def describe(self) -> Region:
        """Return afferents, interneurons and place cells."""
        afferents = neurons.get("place_field").with_(
            width=self.width, theta=self.theta, modulation=0.2 * self.modulation, peak=self.peak
        )
        start = {"v": Uniform("-70 mV", "-50 mV")}
        populations = (
            Population(
                name="EC",
                size=self.cells,
                neuron=afferents,
                parameters={"centre": Values.of(self.centres, "s")},
                sign="excitatory",
            ),
            Population(name="IC", size=self.cells, neuron=cell(), sign="inhibitory", initial=start),
            Population(name="PC", size=self.cells, neuron=cell(), sign="excitatory"),
        )
        theta = Sine(
            amplitude=Quantity(0.1 * self.modulation, "nA"),
            frequency=self.theta,
            offset=self.pacemaker,
            phase=math.pi / 2,
        )
        return Region(
            populations=populations,
            projections=tuple(self._projections()),
            stimuli=(CurrentInput(target="IC", waveform=theta, name="theta"),),
            ports={"output": Port(population="PC", way="out"), "septum": Port(population="IC", way="in")},
        )

    def _projections(self) -> list[Projection]:
        inhibition = Quantity(40.0 * self.inhibition, "nS")
        links = (
            ("EC", "IC", G_EC_IC, None, "exc"),
            ("EC", "PC", G_EC_PC, None, "exc"),
            ("IC", "PC", inhibition, Quantity(5.0, "ms"), "inh"),
        )
        return [
            Projection(source=s, target=t, connector=OneToOne(), weight=weight, delay=delay, receptor=receptor)
            for s, t, weight, delay, receptor in links
        ]


def cell() -> NeuronModel:
    """Return the cell that place cells and interneurons are."""
    conductance = synapses.get("exponential_conductance")
    return neurons.get("lif_cond").with_(
        {"C_m": "1 nF", "g_L": "5 nS", "E_L": "-70 mV", "V_th": "-50 mV", "V_reset": "-70 mV", "t_ref": "0 ms"},
        receptors={
            "exc": conductance.with_(tau=Quantity(TAU_EC, "s"), E="0 mV"),
            "inh": conductance.with_(tau=Quantity(TAU_IC, "s"), E="-80 mV"),
        },
    )


def period(pacemaker: Any, afferents: float = 500.0) -> float:
    """Return the seconds between spikes of an interneuron without theta; infinite if it is silent.

    Parameters
    ----------
    pacemaker
        Its current.
    afferents
        Hz of all of them.
    """
    x = RESISTANCE * afferents * float(G_EC_IC.si) * TAU_EC
    aim = (REST + RESISTANCE * float(Quantity.of(pacemaker, CURRENT).si)) / (1 + x)
    if aim <= THRESHOLD:
        return math.inf
    return TAU / (1 + x) * math.log((aim - REST) / (aim - THRESHOLD))


def paced(theta: Any) -> Quantity:
    """Return the mean current with which an interneuron fires once in a cycle of theta, outside of the field."""
    aim = 1 / float(Quantity.of(theta, FREQUENCY).si)
    found = optimize.brentq(
        lambda amp: min(period(Quantity.from_si(amp, CURRENT)), 100.0) - aim, 1.05e-10, 5e-9, xtol=1e-18
    )
    return Quantity.from_si(float(found), CURRENT)


regions.register("CastroAguiar2011", CastroAguiar2011, module=__name__)
