"""Inhibition through Golgi cells in the internal clock of Yamazaki & Tanaka (2005), as two regions have it."""

from __future__ import annotations

from braincore.circuits._rates import coupled
from braincore.model import FixedProbability, Projection


def golgi(name: str, units: int, kappa: float, p: float) -> tuple[Projection, ...]:
    """Return the inhibition among units of a population by way of Golgi cells, if there is any."""
    if not kappa:
        return ()
    return (coupled(name, name, 2 * kappa / units, receptor="golgi", connector=FixedProbability(p=p), name="golgi"),)
