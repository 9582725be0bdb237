r"""Spatial working memory of Compte et al. (2000): a bump of activity on a ring of cells remembers an angle.

Pyramidal cells are labelled by the angle that they prefer; synapses among them, all by NMDA receptors, are stronger
between cells of like preference,

.. math:: W(\Delta\theta) = J_- + (J_+ - J_-)\, e^{-\Delta\theta^2 / 2\sigma^2}, \qquad \langle W \rangle = 1,

all others have no structure. A cue leaves a bump of activity at its angle, which stays for seconds and wanders slowly.
Fewer cells than the paper's 2 048 and 512 have stronger synapses, in proportion: the bump wanders more.

A width of 14.4 degrees, as in the program of Murray et al., holds no bump here: it is gone after half a second.

Sources: Compte A, Brunel N, Goldman-Rakic PS, Wang XJ (2000) Cereb Cortex 10:910-923, doi:10.1093/cercor/10.9.910
(control set, Methods); the cue: Murray JD et al. (2014) Cereb Cortex 24:859-872, doi:10.1093/cercor/bhs370, program.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from braincore.circuits._selective import DELAY, INTERNEURON, PYRAMIDAL, cell
from braincore.errors import InputError
from braincore.model import (
    AllToAll,
    CurrentInput,
    Parameter,
    PoissonInput,
    Population,
    Projection,
    Region,
    RegionModel,
    Step,
    Uniform,
    Values,
    regions,
)
from braincore.model.parameter import published
from braincore.model.stimulus import window
from braincore.units import CONDUCTANCE, CURRENT, Quantity

_SOURCE = "Compte et al. 2000, Cereb Cortex 10:910, Methods"
_MURRAY = "Murray et al. 2014, Cereb Cortex 24:859, program"
CELLS, RATIO = 2048, 4
WEIGHTS = {("E", "E", "nmda"): 0.381, ("E", "I", "nmda"): 0.292, ("I", "E", "gaba"): 1.336, ("I", "I", "gaba"): 1.024}
"""Conductances in nS at 2 048 pyramidal cells and 512 interneurons."""
BACKGROUND = {"E": Quantity(3.1, "nS"), "I": Quantity(2.38, "nS")}


@dataclass(frozen=True, kw_only=True)
class Compte2000(RegionModel):
    """The ring of Compte et al. 2000.

    Attributes
    ----------
    cells
        Pyramidal cells, a multiple of 4; a quarter as many interneurons.
    sigma
        Width of the structure in degrees.
    j_plus
        Strength between cells of the same preference; 1 is no structure.
    nmda
        Factor on all NMDA conductances.
    """

    cells: int = CELLS
    sigma: float = 18.0
    j_plus: float = 1.62
    nmda: float = 1.0

    purpose: ClassVar[str] = "Spatial working memory: a bump on a ring of prefrontal cells holds an angle"
    source: ClassVar[str] = "Compte et al. 2000, Cereb Cortex 10:910, doi:10.1093/cercor/10.9.910"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("g_EE", "0.381 nS", "NMDA among pyramidal cells", _SOURCE, "0 nS", "1 nS"),
        published("g_EI", "0.292 nS", "NMDA onto interneurons", _SOURCE, "0 nS", "1 nS"),
        published("g_IE", "1.336 nS", "GABA onto pyramidal cells", _SOURCE, "0 nS", "5 nS"),
        published("g_II", "1.024 nS", "GABA among interneurons", _SOURCE, "0 nS", "5 nS"),
        published("g_ext", "3.1 nS", "external onto pyramidal cells (interneurons 2.38)", _SOURCE, "0 nS", "10 nS"),
        published("background", "1800 Hz", "external spikes of each cell", _SOURCE, "500 Hz", "3000 Hz"),
        published("j_plus", "1.62", "synapses between cells of one preference", _SOURCE, "1", "3"),
        published("sigma", "18", "width of the structure, degrees", _SOURCE, "5", "30"),
        published("V_reset", "-60 mV", "potential after a spike", _SOURCE, "-65 mV", "-50 mV"),
        published("cue", "375 pA", "current at the angle of a cue", _MURRAY, "50 pA", "500 pA"),
        published("cue_width", "6", "width of a cue, degrees", _MURRAY, "2", "20"),
    )

    def __post_init__(self) -> None:
        self.expect(cells=(64, math.inf), sigma=(1, 90), j_plus=(0, 10), nmda=(0, 10))
        if self.cells % RATIO:
            raise InputError(f"cells {self.cells}", path="cells", hint="A multiple of 4, at least 64")

    def describe(self) -> Region:
        """Return the two populations, their synapses and background."""
        sizes = {"E": self.cells, "I": self.cells // RATIO}
        models = {"E": cell(PYRAMIDAL, "10 ms"), "I": cell(INTERNEURON, "10 ms")}
        populations = tuple(
            Population(
                name=name,
                size=size,
                neuron=models[name].with_(V_reset="-60 mV"),
                sign="excitatory" if name == "E" else "inhibitory",
                initial={"v": Uniform("-60 mV", "-50 mV")},
            )
            for name, size in sizes.items()
        )
        background = tuple(
            PoissonInput(target=name, rate="1800 Hz", weight=weight, receptor="external", name="background")
            for name, weight in BACKGROUND.items()
        )
        projections = tuple(self._projection(*key) for key in WEIGHTS if key[2] != "nmda" or self.nmda)
        return Region(
            populations=populations, projections=projections, stimuli=background, ports={"input": "E", "output": "E"}
        )

    def _projection(self, source: str, target: str, receptor: str) -> Projection:
        size = WEIGHTS[source, target, receptor] * 1e-9 * CELLS / self.cells * (self.nmda if receptor == "nmda" else 1)
        weight: Quantity | Values = Quantity.from_si(size, CONDUCTANCE)
        if (source, target) == ("E", "E"):
            weight = Values(size * footprint(self.cells, self.sigma, self.j_plus).reshape(-1), CONDUCTANCE)
        return Projection(
            source=source,
            target=target,
            connector=AllToAll(),
            weight=weight,
            delay=None if receptor == "nmda" else DELAY,
            receptor=receptor,
        )


def angles(cells: int) -> NDArray[np.float64]:
    """Return the preferred angles in degrees, shape (cells,), from 0 to below 360."""
    return np.asarray(np.arange(cells) * 360.0 / cells)


def apart(first: Any, second: Any) -> NDArray[np.float64]:
    """Return how far angles are apart, in degrees, from -180 to below 180."""
    return np.asarray((np.asarray(first) - np.asarray(second) + 180.0) % 360.0 - 180.0)


def footprint(cells: int, sigma: float, j_plus: float) -> NDArray[np.float64]:
    """Return the structure of synapses, shape (cells, cells); the mean of each row is 1."""
    near = np.exp(-0.5 * (apart(angles(cells), 0.0) / sigma) ** 2)
    mean = near.mean()
    j_minus = (1 - j_plus * mean) / (1 - mean)
    row = j_minus + (j_plus - j_minus) * near
    index = (np.arange(cells)[None, :] - np.arange(cells)[:, None]) % cells
    return np.asarray(row[index])


def cue(
    region: str,
    angle: float,
    during: tuple[Any, Any],
    *,
    cells: int = CELLS,
    strength: Any = "375 pA",
    width: float = 6.0,
) -> CurrentInput:
    """Return a current onto the pyramidal cells that prefer an angle, or nearly so.

    Parameters
    ----------
    region
        Name of a region of type `Compte2000`.
    angle, width
        In degrees.
    during
        Beginning and end.
    cells
        Of the region.
    strength
        At the angle itself.
    """
    profile = np.exp(-0.5 * (apart(angles(cells), angle) / width) ** 2)
    amplitude = Values(Quantity.of(strength, CURRENT).si * profile, CURRENT)
    span = window(during)
    name = f"cue {angle:g} deg at {span[0]}"
    return CurrentInput(target=f"{region}.E", waveform=Step(amplitude=amplitude), during=span, name=name)


def population_vector(counts: Any) -> tuple[float, float]:
    """Return the angle (degrees) that spikes of the pyramidal cells point to, and how much they agree (0 to 1)."""
    spikes = np.asarray(counts, dtype=float)
    if not spikes.sum():
        return float("nan"), 0.0
    vector = np.sum(spikes * np.exp(1j * np.radians(angles(spikes.size)))) / spikes.sum()
    return math.degrees(np.angle(vector)) % 360.0, float(abs(vector))


regions.register("Compte2000", Compte2000, module=__name__)
