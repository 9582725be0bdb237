"""The locus coeruleus of Gilzenrat et al. (2002), and units of rate whose gain it sets, as two regions have them."""

from __future__ import annotations

from collections.abc import Mapping

from braincore.circuits._rates import coupled
from braincore.model import Population, Projection, neurons
from braincore.units import Quantity


def locus_coeruleus(circuits: int, coherence: float, begins: tuple[float, float]) -> Population:
    """Return the units of the locus coeruleus, called ``lc``, which begin with an activity h and a release u."""
    model = neurons.get("gilzenrat2002_lc").with_(C=coherence)
    h, u = begins
    excited = (h - (1 - coherence) * model.parameter("d").value.si) / coherence
    return Population(name="lc", size=circuits, neuron=model, initial={"v": Quantity(excited), "u": Quantity(u)})


def wired(couplings: Mapping[tuple[str, str], float]) -> tuple[Projection, ...]:
    """Return couplings by source and target; those from ``lc`` are gains."""
    return tuple(
        coupled(source, target, weight, receptor="gain" if source == "lc" else "rate", name=f"{source}->{target}")
        for (source, target), weight in couplings.items()
    )
