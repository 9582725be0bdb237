r"""Action selection by the basal ganglia in rates: Gurney, Prescott & Redgrave (2001).

Each channel stands for an action. Its salience reaches the striatum (cells with D1 and with D2 receptors) and the
subthalamic nucleus. All nuclei keep channels apart, but for the subthalamic nucleus, which excites every channel of
both segments of the pallidum. An action is selected where the output of GPi *falls*.

.. math:: u_{D1} = (1 + \lambda)\, c, \quad u_{D2} = (1 - \lambda)\, c, \quad u_{STN} = c - y_{GPe},

.. math:: u_{GPe} = 0.9 \sum_j y_{STN,j} - y_{D2}, \qquad
          u_{GPi} = 0.9 \sum_j y_{STN,j} - y_{D1} - 0.3\, y_{GPe}

for each channel, with units of `gurney2001` and the tonic dopamine :math:`\lambda`. The pathways: direct (D1 to GPi),
indirect (D2 to GPe, which inhibits the subthalamic nucleus and GPi), hyperdirect (salience to the subthalamic nucleus).

The steady state is known in closed form. At rest, with n channels, :math:`y_{STN} = 0.05/(1 + 0.9 n)`,
:math:`y_{GPe} = 0.25 - y_{STN}`, :math:`y_{GPi} = 0.9 n\, y_{STN} + 0.2 - 0.3\, y_{GPe}`. With one salience c of which
:math:`p = \max(0, c (1 - \lambda) - 0.2)` and :math:`d = \max(0, c (1 + \lambda) - 0.2)` pass the striatum,
:math:`S = (c + 0.05 + p)/1.9` leaves the subthalamic nucleus, whatever the number of channels; GPi is at
:math:`0.63\, S + 0.14` in all other channels, and at :math:`0.3\, p - d` more in this one.

Any number of circuits run side by side, for as many trials at once: channel i of circuit k is unit
:math:`k\, n + i` of every population.

Sources: Gurney K, Prescott TJ, Redgrave P (2001) Biol Cybern 84:401-410, doi:10.1007/PL00007984, and 84:411-423,
doi:10.1007/PL00007985; constants and protocol as in the authors' program (ModelDB 83560).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.circuits._rates import coupled
from braincore.model import (
    AllToAll,
    CurrentInput,
    EdgeList,
    OneToOne,
    Parameter,
    Population,
    Port,
    Projection,
    Region,
    RegionModel,
    Step,
    Values,
    neurons,
    regions,
)
from braincore.model.parameter import published
from braincore.model.site import Connector
from braincore.units import DIMENSIONLESS, Quantity

_SOURCE = "Gurney, Prescott & Redgrave 2001, Biol Cybern 84:401; ModelDB 83560"
NUCLEI = {"D1": 0.2, "D2": 0.2, "STN": -0.25, "GPe": -0.2, "GPi": -0.2}
"""Activation at which the output of a unit begins; below zero the nucleus is active at rest."""
THRESHOLD = 0.1
"""Output of GPi below which this library calls a channel selected: between the outputs at rest and when selected."""


@dataclass(frozen=True, kw_only=True)
class GurneyPrescottRedgrave2001(RegionModel):
    """The basal ganglia of Gurney, Prescott & Redgrave 2001.

    Attributes
    ----------
    channels
        How many actions compete.
    circuits
        How many run side by side.
    dopamine
        Tonic dopamine: it strengthens the input of D1 cells and weakens that of D2 cells by this share.
    direct, indirect, hyperdirect
        Factors on D1 to GPi, D2 to GPe, and salience to the subthalamic nucleus; 0 cuts the pathway.
    """

    channels: int = 6
    circuits: int = 1
    dopamine: float = 0.2
    direct: float = 1.0
    indirect: float = 1.0
    hyperdirect: float = 1.0

    purpose: ClassVar[str] = "Action selection by direct, indirect and hyperdirect pathways (basal ganglia, in rates)"
    source: ClassVar[str] = "Gurney, Prescott & Redgrave 2001, Biol Cybern 84:401, doi:10.1007/PL00007984"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("dopamine", "0.2", "tonic dopamine", _SOURCE, "0", "1"),
        published("w_s", "1", "salience onto the striatum, before dopamine", _SOURCE, "0", "2"),
        published("w_t", "1", "salience onto the subthalamic nucleus", _SOURCE, "0", "2"),
        published("w_m", "1", "striatum onto GPe and GPi, inhibitory", _SOURCE, "0", "2"),
        published("w_g", "1", "GPe onto the subthalamic nucleus, inhibitory", _SOURCE, "0", "2"),
        published("w_p", "0.9", "subthalamic nucleus onto every channel of GPe and GPi", _SOURCE, "0", "2"),
        published("w_e", "0.3", "GPe onto GPi, inhibitory", _SOURCE, "0", "2"),
        published(
            "threshold", "0.1", "output below which a channel is selected", "between rest and selected", "0", "1"
        ),
    )

    def __post_init__(self) -> None:
        self.expect(
            channels=(1, math.inf),
            circuits=(1, math.inf),
            dopamine=(0, 1),
            direct=(0, 10),
            indirect=(0, 10),
            hyperdirect=(0, 10),
        )

    def describe(self) -> Region:
        """Return the nuclei and their pathways."""
        size = self.channels * self.circuits
        unit = neurons.get("gurney2001")
        populations = [Population(name="salience", size=size, neuron=neurons.get("gurney2001_input"))]
        populations += [
            Population(
                name=name,
                size=size,
                neuron=unit.with_(epsilon=Quantity(epsilon, "1")),
                sign="excitatory" if name == "STN" else "inhibitory",
            )
            for name, epsilon in NUCLEI.items()
        ]
        ports = {
            "input": Port(population="salience", way="in", kind="feedforward", receptor="rate"),
            "hyperdirect": Port(population="STN", way="in", kind="feedforward", receptor="rate", sign="excitatory"),
            "output": Port(population="GPi", way="out"),
        }
        return Region(populations=tuple(populations), projections=tuple(self._projections()), ports=ports)

    def _projections(self) -> Iterator[Projection]:
        w_s, w_t, w_m, w_g, w_p, w_e = (self.constant(f"w_{name}").si for name in "stmgpe")
        one, all_channels = OneToOne(), self._diffuse()
        wiring: tuple[tuple[str, str, float, Connector], ...] = (
            ("salience", "D1", w_s * (1 + self.dopamine), one),
            ("salience", "D2", w_s * (1 - self.dopamine), one),
            ("salience", "STN", w_t * self.hyperdirect, one),
            ("D1", "GPi", -w_m * self.direct, one),
            ("D2", "GPe", -w_m * self.indirect, one),
            ("STN", "GPe", w_p, all_channels),
            ("STN", "GPi", w_p, all_channels),
            ("GPe", "STN", -w_g, one),
            ("GPe", "GPi", -w_e, one),
        )
        for source, target, weight, connector in wiring:
            if weight:
                yield coupled(source, target, weight, connector=connector, name=f"{source} to {target}")

    def _diffuse(self) -> Connector:
        """Return what connects every channel with every channel of the same circuit."""
        if self.circuits == 1:
            return AllToAll()
        n = self.channels
        first = np.repeat(np.arange(self.circuits) * n, n * n)
        within = np.arange(n)
        pre, post = np.repeat(within, n), np.tile(within, n)
        return EdgeList(pre=first + np.tile(pre, self.circuits), post=first + np.tile(post, self.circuits))


def salience(region: str, values: ArrayLike, begin: Any, end: Any = None, *, onto: str = "salience") -> CurrentInput:
    """Return saliences that begin at a time, and end at another or never.

    Parameters
    ----------
    region
        Name of a region of type `GurneyPrescottRedgrave2001`.
    values
        One for each channel of each circuit, shape (circuits * channels,).
    begin, end
        Times.
    onto
        ``salience``, or ``STN`` for what comes by the hyperdirect pathway alone.
    """
    row = Values(np.asarray(values, dtype=np.float64).reshape(-1), DIMENSIONLESS)
    return CurrentInput(
        target=f"{region}.{onto}", waveform=Step(amplitude=row), during=(begin, end), name=f"{onto} from {begin}"
    )


def selected(output: ArrayLike, threshold: float = THRESHOLD) -> NDArray[np.int_]:
    """Return which channel is selected, from 0, or -1 for none or several.

    Parameters
    ----------
    output
        Of GPi, shape (..., channels).
    threshold
        Output below which a channel is selected.
    """
    low = np.asarray(output) < threshold
    return np.where(low.sum(axis=-1) == 1, low.argmax(axis=-1), -1)


regions.register("GurneyPrescottRedgrave2001", GurneyPrescottRedgrave2001, module=__name__)
