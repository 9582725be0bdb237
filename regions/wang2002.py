r"""The decision circuit of Wang (2002): two populations of the lateral intraparietal area that compete by inhibition.

2 000 leaky integrate-and-fire cells, all-to-all. Of 1 600 pyramidal cells 240 prefer one alternative (``left``) and 240
the other (``right``); synapses within these are stronger by :math:`w_+` = 1.7. Recurrent excitation is mostly by NMDA
receptors, whose slowness integrates evidence over hundreds of milliseconds; interneurons let one population win. After
the stimulus the winner goes on.

A stimulus of coherence c' brings each cell of the two populations Poisson spikes of mean rate :math:`\mu_0 (1 \pm c')`,
with a Gaussian of 4 Hz drawn anew every 50 ms for each population (`motion`). The population whose rate reaches 15 Hz
first is the choice.

Source: Wang XJ (2002) Probabilistic decision making by slow reverberation in cortical circuits. Neuron 36:955-968,
doi:10.1016/S0896-6273(02)01092-9, Experimental Procedures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from braincore.circuits._selective import PARAMETERS, Selective
from braincore.errors import InputError
from braincore.model import Parameter, PoissonInput, Region, RegionModel, regions
from braincore.model.parameter import published
from braincore.units import FREQUENCY, TIME, Quantity

_SOURCE = "Wang 2002, Neuron 36:955, Experimental Procedures"
SIDES = ("left", "right")
EXTERNAL = (2.1, 1.62)
THRESHOLD_HZ = 15.0


@dataclass(frozen=True, kw_only=True)
class Wang2002(RegionModel):
    """The decision circuit of Wang 2002.

    Attributes
    ----------
    scale
        Number of cells over the paper's 2 000; synapses are weaker by as much.
    w_plus
        Strength of synapses within a population of one preference.
    nmda
        Factor on all recurrent NMDA conductances.
    """

    scale: float = 1.0
    w_plus: float = 1.7
    nmda: float = 1.0

    purpose: ClassVar[str] = "Decision between two alternatives by slow recurrent excitation and inhibition (LIP)"
    source: ClassVar[str] = "Wang 2002, Neuron 36:955, doi:10.1016/S0896-6273(02)01092-9"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("w_plus", "1.7", "synapses within a population of one preference", _SOURCE, "1", "2"),
        published("f", "0.15", "share of pyramidal cells with one preference", _SOURCE, "0.05", "0.3"),
        published("g_ampa", "0.05 nS", "AMPA onto pyramidal cells (interneurons 0.04)", _SOURCE, "0 nS", "0.2 nS"),
        published("g_nmda", "0.165 nS", "NMDA onto pyramidal cells (interneurons 0.13)", _SOURCE, "0 nS", "0.5 nS"),
        published("g_gaba", "1.3 nS", "GABA onto pyramidal cells (interneurons 1.0)", _SOURCE, "0 nS", "3 nS"),
        published("g_ext", "2.1 nS", "external onto pyramidal cells (interneurons 1.62)", _SOURCE, "0 nS", "5 nS"),
        published("tau_GABA", "5 ms", "decay of GABA", _SOURCE, "2 ms", "10 ms"),
        *PARAMETERS,
    )

    def __post_init__(self) -> None:
        self.expect(scale=(0.01, 100), w_plus=(0, 1 / 0.15), nmda=(0, 10))

    def describe(self) -> Region:
        """Return the four populations, their synapses and background."""
        network = Selective(
            selective=SIDES,
            pyramidal=1600,
            interneurons=400,
            fraction=0.15,
            w_plus=self.w_plus,
            ampa=(0.05, 0.04),
            nmda=(0.165 * self.nmda, 0.13 * self.nmda),
            gaba=(1.3, 1.0),
            external=EXTERNAL,
            tau_gaba="5 ms",
            scale=self.scale,
        )
        return network.region({side: side for side in SIDES})


def motion(
    region: str, coherence: float, during: tuple[Any, Any], *, seed: int, mean: Any = "40 Hz", sd: Any = "4 Hz"
) -> list[PoissonInput]:
    """Return the stimulus of random dots that move to the left with a coherence between -1 and 1.

    Parameters
    ----------
    region
        Name of a region of type `Wang2002`.
    coherence
        Of the motion; 1 is all dots to the left.
    during
        Beginning and end.
    seed
        Of the Gaussians.
    mean, sd
        Rate without coherence, and the standard deviation of the Gaussian that is drawn anew every 50 ms.
    """
    if not -1 <= coherence <= 1:
        raise InputError(f"coherence {coherence}", path="coherence", hint="From -1 to 1")
    rng = np.random.default_rng([seed, 2002])
    begin, end = (Quantity.of(time, TIME).si for time in during)
    base, spread = Quantity.of(mean, FREQUENCY).si, Quantity.of(sd, FREQUENCY).si
    found = []
    for side, sign in zip(SIDES, (1, -1), strict=True):
        count = max(1, round((end - begin) / 0.05))
        rates = np.maximum(base * (1 + sign * coherence) + spread * rng.standard_normal(count), 0)
        for k, rate in enumerate(rates):
            window = (Quantity(begin + 0.05 * k, "s"), Quantity(min(end, begin + 0.05 * (k + 1)), "s"))
            found.append(
                PoissonInput(
                    target=f"{region}.{side}",
                    rate=Quantity(float(rate), "Hz"),
                    weight=Quantity(EXTERNAL[0], "nS"),
                    receptor="external",
                    during=window,
                    name=f"motion {k}",
                )
            )
    return found


regions.register("Wang2002", Wang2002, module=__name__)
