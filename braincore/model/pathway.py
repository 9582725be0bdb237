"""Pathways: rules that turn the edges of a connectome into projections between regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from braincore.errors import Fault, InputError, UnitError, suggest
from braincore.expressions import CONSTANTS, is_unit_name, parse_expression
from braincore.model.connectors import Connector, FixedInDegree, FixedProbability, FixedTotalNumber
from braincore.model.population import weight_bounds
from braincore.model.synapse import LearningRule
from braincore.model.values import Floats, Value, as_value, is_quantity
from braincore.units import DIMENSIONLESS, LENGTH, TIME, Dimension, Quantity, describe

_DIMENSIONS = {"length": LENGTH, "delay": TIME}
DENSITIES = ("synapses_per_neuron", "in_degree", "probability")
MOST = 1e9
"""Synapses per neuron beyond this are a mistake, and would not be whole numbers after some more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pathway:
    """How the regions at the two ends of an edge are wired.

    Exactly one of `synapses_per_neuron`, `in_degree`, `probability` and `connector` says which neurons are connected.
    Numbers and weights may be expressions of the edge's attributes (``500 * fln``), of ``source_NAME`` and
    ``target_NAME`` for the attributes of its regions, and of ``length``.

    Attributes
    ----------
    source, target
        Population or port in the source and in the target region.
    synapses_per_neuron
        Mean number of synapses per target neuron; the ends are drawn uniformly (fixed total number).
    in_degree
        The same number for every target neuron.
    probability
        Of every pair.
    connector
        Any connector.
    weight, delay, receptor, rules, bounds
        As of a projection. Without `delay`, it is length / velocity of the edge.
    where
        Condition on the edge, an expression such as ``fln > 1e-4``; or attribute to the text it must equal.
    between
        ``(source region, target region)`` if the rule is for one edge only.
    """

    source: str
    target: str
    weight: Value | str
    synapses_per_neuron: float | str | None = None
    in_degree: float | str | None = None
    probability: float | str | None = None
    connector: Connector | None = None
    delay: Value | None = None
    receptor: str = ""
    rules: tuple[LearningRule, ...] = ()
    bounds: tuple[Quantity, Quantity] | None = None
    where: str | Mapping[str, str] = ""
    between: tuple[str, str] | None = None
    name: str = "default"
    origin: str = field(default="")

    def __post_init__(self) -> None:
        if self.bounds is not None:
            object.__setattr__(self, "bounds", weight_bounds(self.bounds))
        given = [name for name in (*DENSITIES, "connector") if getattr(self, name) is not None]
        if len(given) != 1:
            told = " and ".join(given) if given else "none of them"
            hint = f"Give one of {', '.join((*DENSITIES, 'connect'))}"
            raise InputError(f"a pathway needs one rule for its synapses, and has {told}", hint=hint)

    def matches(self, edges: Edges) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which edges the rule applies to, shape (edges,)."""
        chosen = np.ones(edges.count, dtype=bool)
        if self.between is not None:
            chosen &= (edges.sources == self.between[0]) & (edges.targets == self.between[1])
        if isinstance(self.where, Mapping):
            for name, text in self.where.items():
                chosen &= edges.text(name) == text
        elif self.where:
            chosen &= np.asarray(edges.evaluate(self.where, "where"), dtype=bool)
        return chosen

    def connectors(self, edges: Edges, sizes: np.ndarray[Any, np.dtype[np.int64]]) -> list[Connector | None]:
        """Return the connector of each edge, None where it has no synapse; `sizes` are those of the targets."""
        if self.connector is not None:
            return [self.connector] * edges.count
        name = next(n for n in DENSITIES if getattr(self, n) is not None)
        numbers = edges.evaluate(getattr(self, name), name, DIMENSIONLESS)
        most = 1.0 if name == "probability" else MOST
        wrong = np.flatnonzero(~np.isfinite(numbers) | (numbers < 0) | (numbers > most))
        if wrong.size:
            bad = int(wrong[0])
            message = f"{name} of edge {edges.sources[bad]}->{edges.targets[bad]} is {numbers[bad]:g}"
            raise InputError(message, path=name, hint=f"From 0 to {most:g}")
        if name == "synapses_per_neuron":
            totals = np.rint(numbers * sizes).astype(np.int64)
            return [FixedTotalNumber(n=int(n)) if n else None for n in totals]
        if name == "in_degree":
            return [FixedInDegree(k=int(k)) if k else None for k in np.rint(numbers).astype(np.int64)]
        return [FixedProbability(p=float(p)) if p else None for p in numbers]

    def weights(self, edges: Edges, dimension: Dimension) -> list[Value]:
        """Return the weight of each edge."""
        if isinstance(self.weight, str) and not is_quantity(self.weight):
            si = edges.evaluate(self.weight, "weight", dimension)
            return [Quantity.from_si(float(w), dimension) for w in si]
        return [as_value(self.weight, dimension, path="weight")] * edges.count


class Edges:
    """The edges of a connectome as columns, for the expressions of pathways.

    Parameters
    ----------
    sources, targets
        Names of the regions, shape (edges,).
    columns
        Attribute to values, shape (edges,): numbers or text.
    """

    def __init__(self, sources: list[str], targets: list[str], columns: Mapping[str, list[Any]]) -> None:
        self.sources, self.targets = np.array(sources, dtype=object), np.array(targets, dtype=object)
        self.count = len(sources)
        self._numbers: dict[str, Floats] = {}
        self._text: dict[str, np.ndarray[Any, Any]] = {}
        self._partial: set[str] = set()  # what only some edges have
        for name, column in columns.items():
            if all(isinstance(v, int | float | np.number) and not isinstance(v, bool) for v in column):
                self._numbers[name] = np.array(column, dtype=np.float64)
            elif all(v is not None for v in column):
                self._text[name] = np.array([str(v) for v in column], dtype=object)
            else:
                self._partial.add(name)

    @property
    def names(self) -> frozenset[str]:
        """Names of the numeric attributes."""
        return frozenset(self._numbers)

    def text(self, name: str) -> np.ndarray[Any, Any]:
        """Return a text attribute; raise `InputError` with the nearest name if there is none."""
        if name not in self._text:
            hint = suggest(name, self._text, noun="text attribute")
            raise InputError(f"the connectome's edges have no text attribute '{name}'", path="where", hint=hint)
        return self._text[name]

    def only(self, chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> Edges:
        """Return some of the edges."""
        part = Edges(list(self.sources[chosen]), list(self.targets[chosen]), {})
        part._numbers = {k: v[chosen] for k, v in self._numbers.items()}
        part._text = {k: v[chosen] for k, v in self._text.items()}
        part._partial = self._partial
        return part

    def evaluate(self, given: float | str, path: str, dimension: Dimension | None = None) -> Floats:
        """Evaluate a number or an expression for every edge, in SI."""
        if not isinstance(given, str):
            return np.full(self.count, float(given))
        expression = parse_expression(given)
        unknown = sorted(n for n in expression.names if n not in self._numbers and not is_known(n))
        if unknown:
            hint = suggest(unknown[0], self._numbers, noun="edge attribute")
            message = f"the connectome's edges have no number '{unknown[0]}'"
            if unknown[0] in self._partial:
                message = f"not all of the connectome's edges have a number '{unknown[0]}'"
            raise InputError(Fault(message, path=path, hint=hint))
        dims = {name: _DIMENSIONS.get(name, DIMENSIONLESS) for name in self._numbers}
        found = expression.dimension(dims)
        if dimension is not None and found != dimension:
            raise UnitError(f"'{given}' is {describe(found)}", path=path, hint=f"Expected {describe(dimension)}")
        values = expression.evaluate(self._numbers)
        return np.broadcast_to(np.asarray(values, dtype=np.float64), (self.count,)).copy()


def is_known(name: str) -> bool:
    """Tell whether a name is a unit or a mathematical constant of the expression language."""
    return is_unit_name(name) or name in CONSTANTS
