r"""Saccades by the superior colliculus: the spiking map of Kasap & van Opstal, as Alizadeh & van Opstal (2022) run it.

Two layers of adaptive exponential cells (`adex`) lie along the map of the horizontal meridian, 0 to 5 mm. A target at
an eccentricity `R` excites cells of the frontal eye field around its place by a current

.. math:: I(u, t) = I_0\, e^{-(u - u_R)^2/2\sigma^2}\, t^{\gamma} e^{-\beta t}

(`t` in ms, :math:`\beta` = 0.03/ms, :math:`\gamma` = 1.8, :math:`\sigma` = 0.5 mm, :math:`I_0` = 3 pA: at most 790 pA,
after 60 ms), each of which drives one cell of the colliculus. Cells of the colliculus excite their neighbours (0.4 mm)
and inhibit farther ones (1.2 mm). The map is that of Ottes et al.,

.. math::
    u = B_u \ln \frac{\sqrt{R^2 + A^2 + 2 A R \cos\phi}}{A}, \qquad
    v = B_v \arctan \frac{R \sin\phi}{R \cos\phi + A}

with `A` = 3 deg, :math:`B_u` = 1.4 mm, :math:`B_v` = 1.8 mm; each spike of a cell moves the eye by :math:`\eta` times
the place in the visual field that the cell stands for (`displacement`). Cells at any place fire 20 spikes in a burst;
farther out (caudally) bursts are lower and longer, with peaks near :math:`800/\sqrt{1 + 0.07 R}` spikes/s. This is what
makes saccades of any size sums of about as many spikes, with peak velocities that saturate.

With `SITES` more cells fire for near targets than for far ones (930 spikes in all at 2 degrees, 650 at 35), so that
the sum, right at 14 and 20 degrees, is too far by one degree near the fovea, and short by a tenth at 35. The mean of
the places that the spikes stand for (`average`) is right everywhere, to 2 % from 5 degrees on.

How strongly the frontal eye field drives a cell, and how fast it adapts, depends on its place, so that bursts are such;
the program looks for the two by a search, and does not say what it found. `SITES` was found here likewise, with all
synapses in place.

Changed from the program: a time step of 0.05 ms does (0.01 there); the map ends as it is at 2 and at 35 degrees.

Sources: Alizadeh A, van Opstal AJ (2022) Sci Rep 12:6916, doi:10.1038/s41598-022-10991-6, with constants of its program
(cells, input, lateral synapses); Kasap B, van Opstal AJ (2017) Biol Cybern 111:249-268, doi:10.1007/s00422-017-0719-9;
map: Ottes FP, van Gisbergen JAM, Eggermont JJ (1986) Vision Res 26:857-873, doi:10.1016/0042-6989(86)90144-3; sum of
spikes: van Opstal AJ, Goossens HHLM (2008) Biol Cybern 98:561-577, doi:10.1007/s00422-008-0219-z.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.model import (
    AllToAll,
    CurrentInput,
    NeuronModel,
    OneToOne,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    Samples,
    Values,
    neurons,
    regions,
    synapses,
)
from braincore.model.parameter import published
from braincore.units import CONDUCTANCE, CURRENT, TIME, Quantity

Floats = NDArray[np.float64]
_SOURCE = "Alizadeh & van Opstal 2022, Sci Rep 12:6916, program"
_OTTES = "Ottes et al. 1986, Vision Res 26:857"
_FITTED = "found for 20 spikes and the published peak rates"
CELLS, LENGTH = 200, 5.0
"""Cells of a layer; mm."""
A, B_U, B_V = 3.0, 1.4, 1.8
"""Degrees, mm, mm: the map."""
SPIKES = 20
SITES: tuple[tuple[float, float, float], ...] = (
    (2.0, 17.6, 85.0),
    (5.0, 15.3, 60.0),
    (9.0, 12.8, 44.0),
    (14.0, 10.8, 32.0),
    (20.0, 9.0, 24.5),
    (27.0, 7.6, 18.5),
    (35.0, 6.3, 13.2),
)
"""Eccentricity (deg), drive by the frontal eye field (nS), and time constant of adaptation (ms)."""
PER_SPIKE = 1.376e-3
"""Share of its place by which a spike moves the eye: 14 degrees for a target there."""
FEF = {"C_m": "50 pF", "g_L": "2 nS", "V_reset": "-55 mV", "a": "0 nS", "b": "60 pA", "tau_w": "30 ms"}
SC = {"C_m": "280 pF", "g_L": "10 nS", "V_reset": "-45 mV", "a": "4 nS", "b": "80 pA"}
BOTH = {"E_L": "-70 mV", "V_T": "-50 mV", "Delta_T": "2 mV", "V_peak": "-30 mV"}


@dataclass(frozen=True, kw_only=True)
class Alizadeh2022(RegionModel):
    """The map of the horizontal meridian in the superior colliculus, and its input layer.

    Attributes
    ----------
    cells
        Cells of each layer; lateral synapses are stronger where there are fewer.
    excitation, inhibition
        Factors on lateral synapses.
    graded
        Whether drive and adaptation depend on the place; if not, they are those of 9 degrees.
    """

    cells: int = CELLS
    excitation: float = 1.0
    inhibition: float = 1.0
    graded: bool = True

    purpose: ClassVar[str] = "Saccades as sums of spikes of a map of eye movements (superior colliculus)"
    source: ClassVar[str] = "Alizadeh & van Opstal 2022, Sci Rep 12:6916, doi:10.1038/s41598-022-10991-6"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("w_exc", "0.16 nS", "lateral excitation of 200 cells at no distance", _SOURCE, "0 nS", "0.5 nS"),
        published("w_inh", "0.05 nS", "lateral inhibition of 200 cells at no distance", _SOURCE, "0 nS", "0.5 nS"),
        published("s_exc", "0.4 mm", "width of lateral excitation", _SOURCE, "0.1 mm", "1 mm"),
        published("s_inh", "1.2 mm", "width of lateral inhibition", _SOURCE, "0.3 mm", "3 mm"),
        published("I_0", "3 pA", "input of the frontal eye field, of t^1.8 exp(-0.03 t)", _SOURCE, "1 pA", "5 pA"),
        published("sigma", "0.5 mm", "width of the input", _SOURCE, "0.05 mm", "1 mm"),
        published("A", "3", "of the map, degrees", _OTTES, "1", "5"),
        published("B_u", "1.4 mm", "of the map", _OTTES, "1 mm", "2 mm"),
        published("B_v", "1.8 mm", "of the map", _OTTES, "1 mm", "3 mm"),
        published("drive", "12.8 nS", "synapse of the frontal eye field at 9 degrees", _FITTED, "1 nS", "30 nS"),
        published("tau_w", "44 ms", "adaptation of the colliculus at 9 degrees", _FITTED, "5 ms", "200 ms"),
    )

    def __post_init__(self) -> None:
        self.expect(cells=(20, math.inf), excitation=(0, 10), inhibition=(0, 10))

    def describe(self) -> Region:
        """Return the two layers and their synapses."""
        drive, adaptation = gradients(places(self.cells), graded=self.graded)
        relay, output = _cells()
        forward = Projection(
            source="FEF",
            target="SC",
            connector=OneToOne(),
            weight=Values(1e-9 * drive, CONDUCTANCE),
            receptor="exc",
        )
        lateral = [
            self._lateral("exc", self.excitation * 0.16, 0.4),
            self._lateral("inh", self.inhibition * 0.05, 1.2),
        ]
        return Region(
            populations=(
                Population(name="FEF", size=self.cells, neuron=relay, sign="excitatory"),
                Population(
                    name="SC", size=self.cells, neuron=output, parameters={"tau_w": Values(1e-3 * adaptation, TIME)}
                ),
            ),
            projections=(forward, *(one for one in lateral if one is not None)),
            ports={
                "input": Port(population="SC", way="in", kind="feedforward", receptor="exc", sign="excitatory"),
                "stop": Port(population="SC", way="in", kind="modulatory", receptor="inh", sign="inhibitory"),
                "output": Port(population="SC", way="out", kind="feedforward"),
            },
        )

    def _lateral(self, receptor: str, strength: float, width: float) -> Projection | None:
        """Return lateral synapses of a strength (nS) and a width (mm), of a cell onto all others."""
        if not strength:
            return None
        u = places(self.cells)
        near = np.exp(-((u[:, None] - u[None, :]) ** 2) / (2 * width**2))
        each = near[~np.eye(self.cells, dtype=bool)] * strength * 1e-9 * CELLS / self.cells
        return Projection(
            source="SC",
            target="SC",
            connector=AllToAll(autapses=False),
            weight=Values(each, CONDUCTANCE),
            receptor=receptor,
            name=f"SC to SC ({receptor})",
        )


def _cells() -> tuple[NeuronModel, NeuronModel]:
    conductance = synapses.get("exponential_conductance")
    receptors = {"exc": conductance.with_(tau="5 ms", E="0 mV"), "inh": conductance.with_(tau="10 ms", E="-80 mV")}
    model = replace(neurons.get("adex"), receptors=receptors)
    return model.with_({**BOTH, **FEF}), model.with_({**BOTH, **SC})


def places(cells: int = CELLS) -> Floats:
    """Return where the cells of a layer lie, in mm from the fovea's place, shape (cells,)."""
    return np.linspace(0.0, LENGTH, cells)


def gradients(u: Any, *, graded: bool = True) -> tuple[Floats, Floats]:
    """Return the drive (nS) and the time constant of adaptation (ms) of cells at places (mm)."""
    eccentricity, drive, adaptation = np.array(SITES).T
    if not graded:
        middle = np.full(np.shape(u), 9.0)
        return np.interp(middle, eccentricity, drive), np.interp(middle, eccentricity, adaptation)
    sites = to_map(eccentricity)[0]
    return np.interp(u, sites, drive), np.interp(u, sites, adaptation)


def to_map(eccentricity: Any, direction: Any = 0.0) -> tuple[Floats, Floats]:
    """Return the place on the map (u and v, mm) of an eccentricity and a direction (degrees, within 90)."""
    r, phi = np.asarray(eccentricity, dtype=float), np.radians(np.asarray(direction, dtype=float))
    u = B_U * np.log(np.sqrt(r**2 + A**2 + 2 * A * r * np.cos(phi)) / A)
    return np.asarray(u), np.asarray(B_V * np.arctan2(r * np.sin(phi), r * np.cos(phi) + A))


def from_map(u: Any, v: Any = 0.0) -> tuple[Floats, Floats]:
    """Return the horizontal and the vertical place in the visual field (degrees) of a place on the map (mm)."""
    far, angle = A * np.exp(np.asarray(u, dtype=float) / B_U), np.asarray(v, dtype=float) / B_V
    return np.asarray(far * np.cos(angle) - A), np.asarray(far * np.sin(angle))


def displacement(counts: Any, per_spike: float = PER_SPIKE) -> Floats:
    """Return how far the eye goes (degrees), shape (...), by spike counts of shape (..., cells): their weighted sum.

    Parameters
    ----------
    per_spike
        The weight of a spike, the paper's eta.
    """
    spikes = np.asarray(counts, dtype=float)
    return np.asarray(per_spike * spikes @ from_map(places(spikes.shape[-1]))[0])


def average(counts: Any) -> Floats:
    """Return the mean place (degrees) that spikes stand for, shape (...), of counts of shape (..., cells)."""
    spikes = np.asarray(counts, dtype=float)
    return np.asarray(displacement(spikes, 1.0) / spikes.sum(axis=-1))


def target(
    region: str,
    eccentricity: float,
    *,
    begin: float = 0.05,
    cells: int = CELLS,
    strength: float = 3.0,
    width: float = 0.5,
    beta: float = 0.03,
    name: str = "",
) -> list[CurrentInput]:
    """Return the input of the frontal eye field for a target: a current for each cell near its place.

    Parameters
    ----------
    region
        Name of a region of type `Alizadeh2022`.
    eccentricity
        Degrees.
    begin
        Seconds.
    cells
        Of the region.
    strength, width, beta
        The paper's I_0 (pA), sigma (mm) and beta (1/ms); the input is strongest after 60 ms.
    name
        Of the target; by default its eccentricity.
    """
    t = np.arange(0.0, 300.0, 0.5)
    course = t ** (60 * beta) * np.exp(-beta * t)
    profile = strength * np.exp(-((places(cells) - to_map(eccentricity)[0]) ** 2) / (2 * width**2))
    return [
        CurrentInput(
            target=f"{region}.FEF[{cell}]",
            waveform=Samples(values=Values(1e-12 * profile[cell] * course, CURRENT), interval="0.5 ms"),
            during=(Quantity(begin, "s"), None),
            name=f"{name or f'target at {eccentricity:g} deg'} ({cell})",
        )
        for cell in np.flatnonzero(profile > 1e-3 * strength)
    ]


regions.register("Alizadeh2022", Alizadeh2022, module=__name__)
