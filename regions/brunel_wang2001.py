r"""Object working memory of Brunel & Wang (2001): an item is held by the activity of the cells that prefer it.

800 pyramidal cells, 80 for each of five items, and 200 interneurons, all-to-all; synapses within the cells of an item
are stronger by :math:`w_+` = 2.1. At rest pyramidal cells fire at some 3 Hz and interneurons at 9 Hz; a cue
leaves the cells of its item at 20 to 25 Hz, until another cue takes their place. NMDA receptors carry the memory.

`cue` is the stimulus: 80 more external sources of 25 Hz onto the cells of an item.

Source: Brunel N, Wang XJ (2001) Effects of neuromodulation in a cortical network model of object working memory
dominated by recurrent inhibition. J Comput Neurosci 11:63-85, doi:10.1023/A:1011204814320.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from braincore.circuits._selective import PARAMETERS, Selective
from braincore.model import Parameter, PoissonInput, Region, RegionModel, regions
from braincore.model.parameter import published
from braincore.model.stimulus import span
from braincore.units import FREQUENCY, Quantity

_SOURCE = "Brunel & Wang 2001, J Comput Neurosci 11:63"
EXTERNAL = (2.08, 1.62)


@dataclass(frozen=True, kw_only=True)
class BrunelWang2001(RegionModel):
    """The working memory of Brunel & Wang 2001.

    Attributes
    ----------
    scale
        Number of cells over the paper's 1 000; synapses are weaker by as much.
    items
        How many items have cells of their own, called ``item1`` and so on.
    w_plus
        Strength of synapses within the cells of an item.
    nmda
        Factor on all recurrent NMDA conductances.
    """

    scale: float = 1.0
    items: int = 5
    w_plus: float = 2.1
    nmda: float = 1.0

    purpose: ClassVar[str] = "Object working memory by persistent activity (prefrontal and inferotemporal cortex)"
    source: ClassVar[str] = "Brunel & Wang 2001, J Comput Neurosci 11:63, doi:10.1023/A:1011204814320"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("w_plus", "2.1", "synapses within the cells of an item", _SOURCE, "1", "2.5"),
        published("f", "0.1", "share of pyramidal cells that prefer an item", _SOURCE, "0.05", "0.2"),
        published("g_ampa", "0.104 nS", "AMPA onto pyramidal cells (interneurons 0.081)", _SOURCE, "0 nS", "0.3 nS"),
        published("g_nmda", "0.327 nS", "NMDA onto pyramidal cells (interneurons 0.258)", _SOURCE, "0 nS", "1 nS"),
        published("g_gaba", "1.25 nS", "GABA onto pyramidal cells (interneurons 0.973)", _SOURCE, "0 nS", "3 nS"),
        published("g_ext", "2.08 nS", "external onto pyramidal cells (interneurons 1.62)", _SOURCE, "0 nS", "5 nS"),
        published("tau_GABA", "10 ms", "decay of GABA", _SOURCE, "5 ms", "20 ms"),
        *PARAMETERS,
    )

    def __post_init__(self) -> None:
        self.expect(scale=(0.01, 100), w_plus=(0, 10), nmda=(0, 10), items=(1, 9))

    def describe(self) -> Region:
        """Return the populations, their synapses and background."""
        names = tuple(f"item{k + 1}" for k in range(self.items))
        network = Selective(
            selective=names,
            pyramidal=800,
            interneurons=200,
            fraction=0.1,
            w_plus=self.w_plus,
            ampa=(0.104, 0.081),
            nmda=(0.327 * self.nmda, 0.258 * self.nmda),
            gaba=(1.25, 0.973),
            external=EXTERNAL,
            tau_gaba="10 ms",
            scale=self.scale,
        )
        return network.region({name: name for name in names})


def cue(region: str, item: int, at: Any, *, lasting: Any = "50 ms", rate: Any = "25 Hz") -> PoissonInput:
    """Return a cue for an item.

    Parameters
    ----------
    region
        Name of a region of type `BrunelWang2001`.
    item
        From 1.
    at, lasting
        When it begins, and how long it lasts.
    rate
        Of each of the 80 additional sources of a cell.
    """
    during = span(at, lasting)
    return PoissonInput(
        target=f"{region}.item{item}",
        rate=Quantity.of(rate, FREQUENCY),
        sources=80,
        weight=Quantity(EXTERNAL[0], "nS"),
        receptor="external",
        during=during,
        name=f"cue {during[0].si:g} s",
    )


regions.register("BrunelWang2001", BrunelWang2001, module=__name__)
