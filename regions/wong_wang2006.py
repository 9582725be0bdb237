r"""Two competing populations of a decision circuit in mean field: Wong & Wang (2006), two variables.

Each of the two units excites itself and inhibits the other through what the paper's interneurons do in the mean. A
stimulus of coherence c' gives them :math:`J_{A,ext}\,\mu_0 (1 \pm c')`. One wins, by integration over some 100 ms to
1 s; the rate that reaches 15 Hz first is the choice. Without a stimulus the winner stays: working memory.

Any number of circuits run side by side, for as many trials at once: unit i of `left` competes with unit i of `right`.

Numbers (1 000 trials, boxcar of 50 ms, 15 Hz): accuracy .483 .575 .653 .794 .961 1 1 and mean decision time 612 610 596
550 469 355 250 ms at coherences of 0 1.6 3.2 6.4 12.8 25.6 51.2 %, computed by an independent program.

Source: Wong KF, Wang XJ (2006) J Neurosci 26:1314-1328, doi:10.1523/JNEUROSCI.3733-05.2006, Appendix.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from braincore.circuits._rates import coupled
from braincore.model import Parameter, Population, Region, RegionModel, neurons, regions
from braincore.model.parameter import published
from braincore.units import CURRENT, Quantity

_SOURCE = "Wong & Wang 2006, J Neurosci 26:1314, Appendix"


@dataclass(frozen=True, kw_only=True)
class WongWang2006(RegionModel):
    """The two-variable decision circuit of Wong & Wang 2006.

    Attributes
    ----------
    circuits
        How many run side by side.
    recurrent
        Weight of a unit onto itself.
    competition
        Weight of a unit onto the other, taken as inhibition.
    noise
        Strength of the noise current.
    """

    circuits: int = 1
    recurrent: Any = "260.9 pA"
    competition: Any = "49.7 pA"
    noise: Any = "20 pA"

    purpose: ClassVar[str] = "Decision between two alternatives in mean field: slow integration, winner take all"
    source: ClassVar[str] = "Wong & Wang 2006, J Neurosci 26:1314, doi:10.1523/JNEUROSCI.3733-05.2006"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        published("recurrent", "260.9 pA", "a unit onto itself", _SOURCE, "200 pA", "320 pA"),
        published("competition", "49.7 pA", "inhibition of the other unit", _SOURCE, "0 pA", "100 pA"),
        published("stimulus", "15.6 pA", "both units' mean input at a stimulus of 30 Hz", _SOURCE, "0 pA", "40 pA"),
        published("threshold", "15 Hz", "rate at which a choice is made", _SOURCE, "10 Hz", "40 Hz"),
        published("noise", "20 pA", "strength of the noise", _SOURCE, "0 pA", "100 pA"),
    )

    def __post_init__(self) -> None:
        self.expect(circuits=(1, math.inf))
        self.quantities(recurrent=CURRENT, competition=CURRENT, noise=CURRENT)
        self.positive("recurrent", "competition", "noise", zero=True)

    def describe(self) -> Region:
        """Return the two populations and how they compete."""
        unit = neurons.get("wong_wang2006").with_(sigma=self.noise)
        less = Quantity.from_si(-self.competition.si, CURRENT)
        sides = ("left", "right")
        return Region(
            populations=tuple(Population(name=side, size=self.circuits, neuron=unit) for side in sides),
            projections=tuple(
                coupled(source, target, self.recurrent if source == target else less)
                for source in sides
                for target in sides
            ),
            ports={"left": "left", "right": "right"},
        )


regions.register("WongWang2006", WongWang2006, module=__name__)
