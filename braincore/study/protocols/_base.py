"""What a protocol is, what it is given and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from braincore.expressions import equations_of, is_noise
from braincore.model import LearningRule
from braincore.model.parameter import Parameter
from braincore.model.registry import Registry
from braincore.model.synapse import changed

if TYPE_CHECKING:  # a protocol can be listed without Brian2
    from braincore.build import EngineChoice


COPIES = 50


def is_noisy(rule: LearningRule) -> bool:
    """Tell whether a rule has noise of its own: then no two synapses do the same."""
    expressions = [e.expression for e in equations_of(rule.equations) if e.expression is not None]
    return any(is_noise(name) for expression in expressions for name in expression.names)


@dataclass(frozen=True, slots=True)
class Row:
    """One number of a protocol's outcome: a measure, where on its axis (NaN if it has none), and the value."""

    measure: str
    x: float
    value: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What one trial of a protocol gave.

    Attributes
    ----------
    rows
        The numbers.
    seconds
        Wall time of the simulation, without building and compiling.
    spikes
        Number of spikes of all neurons, sources included.
    events
        Number of synaptic events of the rules: a presynaptic or a postsynaptic spike at a synapse that learns.
    """

    rows: tuple[Row, ...]
    seconds: float
    spikes: int
    events: int

    def value(self, measure: str) -> float:
        """Return the mean of a measure."""
        return float(np.mean([row.value for row in self.rows if row.measure == measure]))

    def curve(self, measure: str) -> tuple[np.ndarray, np.ndarray]:
        """Return a measure against its axis, in the order of the axis."""
        rows = sorted((row.x, row.value) for row in self.rows if row.measure == measure)
        return np.array([x for x, _ in rows]), np.array([value for _, value in rows])


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """Data that a protocol's outcome is drawn beside.

    Attributes
    ----------
    measure
        What they are of.
    label, source
        Where they come from: a few words for a legend, and the citation.
    x, y
        The points, in the protocol's units.
    error
        Standard error of each; empty where it was not published.
    """

    measure: str
    label: str
    source: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    error: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """What a protocol is run with.

    Attributes
    ----------
    rules
        The rules of the plastic projection, in order.
    settings
        The protocol's settings.
    seed
        Of everything that is random.
    engine
        What it runs on.
    """

    rules: tuple[LearningRule, ...]
    settings: Mapping[str, Parameter]
    seed: int
    engine: EngineChoice

    def __getitem__(self, name: str) -> float:
        return self.settings[name].value.si

    @property
    def copies(self) -> int:
        """How many synapses are put to the same spikes: several where the rules themselves are noisy."""
        return COPIES if any(map(is_noisy, self.rules)) else 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Protocol:
    """An experiment that learning rules are put to.

    Attributes
    ----------
    name, purpose, source
        Registry name, one line on what it is for, and the citation.
    settings
        What can be set, with units.
    curves
        The measures that are drawn against the axis.
    axis
        What the axis is, with its unit.
    ticks
        Names of the points of the axis, where they are no numbers.
    breaks
        Where on the axis curves are not to be joined.
    unit
        What the curves are measured in.
    numbers
        Measures without an axis, each with what it means.
    score
        The measure that says how far a rule is from the data, where there are some: the smaller the better.
    data
        Published data.
    random
        False if every seed gives the same.
    run
        The experiment.
    """

    name: str
    purpose: str
    source: str
    settings: tuple[Parameter, ...]
    curves: tuple[str, ...]
    axis: str
    unit: str
    numbers: Mapping[str, str] = field(default_factory=dict)
    ticks: tuple[str, ...] = ()
    breaks: tuple[float, ...] = ()
    score: str = ""
    data: tuple[Published, ...] = ()
    random: bool = True
    run: Callable[[Trial], Outcome]

    def with_(self, values: Mapping[str, Any] | None = None, **more: Any) -> Protocol:
        """Return a copy with other settings: ``protocols.get("window").with_(pairs=75)``."""
        return replace(self, settings=changed(self.settings, {**(values or {}), **more}, owner=self.name))

    def __call__(self, *rules: LearningRule, seed: int = 1, engine: EngineChoice | None = None) -> Outcome:
        """Put rules, together on one projection, to the experiment.

        Raises
        ------
        InputError
            A rule does not go with the protocol's network; the message says what it lacks.
        """
        from braincore.build import EngineChoice

        settings = {p.name: p for p in self.settings}
        return self.run(Trial(rules=rules, settings=settings, seed=seed, engine=engine or EngineChoice()))


protocols: Registry[Protocol] = Registry("protocol", "braincore.study.protocols")
