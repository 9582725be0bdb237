"""Couplings of units that have rates: what circuits of them are wired with."""

from __future__ import annotations

from typing import Any

from braincore.model import Connector, OneToOne, Projection, Values
from braincore.units import Quantity


def coupled(
    source: str,
    target: str,
    weight: float | Quantity | Values,
    *,
    receptor: str = "rate",
    connector: Connector | None = None,
    **more: Any,
) -> Projection:
    """Return a continuous coupling, which has no delay: of each unit with that of the same number, unless said.

    Parameters
    ----------
    source, target
        Populations or ports.
    weight
        A number is a plain one.
    more
        Further fields of the `Projection`.
    """
    strength = weight if isinstance(weight, Quantity | Values) else Quantity(float(weight))
    connector = OneToOne() if connector is None else connector
    return Projection(source=source, target=target, connector=connector, weight=strength, receptor=receptor, **more)
