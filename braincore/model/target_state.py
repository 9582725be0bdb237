"""What learning rules keep in the neurons that their synapses end on: filtered voltages, rates, sums of weights.

Such state is one for each postsynaptic neuron, not one for each synapse. It is merged into the neuron as the state of a
receptor is, so that all else (grouping, recording, checkpoints) treats it as such; no projection can end on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from braincore.expressions import equations_of, parse_expression, statements_of
from braincore.model.parameter import parameters
from braincore.model.synapse import LearningRule, SynapseModel

MOST_REMEMBERED = 1000
"""Time steps that a delayed variable may lie back: each is an array of the neurons' size."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetState(SynapseModel):
    """The state that a rule keeps in each postsynaptic neuron, in the form of a receptor.

    Its equations read the rule's parameters, the membrane as ``v``, and the variables and parameters of the neuron by
    their names.

    Attributes
    ----------
    replaces
        Parameters of the neuron whose place its equations take: a threshold that learns.
    on_target_spike
        What a spike of the neuron does to it, after the neuron's own reset.
    on_target_step
        What happens to it in every step, after the neuron's equations and before its threshold.
    initial
        Initial values: numbers in SI, or expressions of what the equations may read.
    """

    weight: str = "1"
    replaces: tuple[str, ...] = ()
    on_target_spike: str = ""
    on_target_step: str = ""
    initial: Mapping[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        parameters(*self.parameters)

    @property
    def names(self) -> frozenset[str]:
        """Every name that its texts read."""
        read = [e.expression for e in equations_of(self.equations) if e.expression is not None]
        read += [s.expression for t in (self.on_target_spike, self.on_target_step) for s in statements_of(t)]
        read += [parse_expression(value) for value in self.initial.values() if isinstance(value, str)]
        return frozenset().union(*(expression.names for expression in read))


def target_state(rule: LearningRule, dt: float | None = None) -> TargetState | None:
    """Return the state that a rule keeps in its targets, None if it keeps none.

    Parameters
    ----------
    rule
        The rule.
    dt
        Time step in seconds. Without it delayed variables are there, but not what they remember.
    """
    sums = [f"{name} : 1" for name in rule.sums]
    if not (rule.target_equations.strip() or sums):
        return None
    equations = equations_of(rule.target_equations)
    units = {e.name: e.unit for e in equations}
    line = _delay_line(rule, 0 if dt is None else delay_steps(rule, dt))
    text = "\n".join([rule.target_equations, *sums, *(f"{new} : {units[line.of[new]]}" for new in line.of)])
    local = {e.name for e in equations_of(text)}
    initial = {name: value for name, value in rule.initial.items() if name in local}
    initial |= {new: rule.initial[old] for new, old in line.of.items() if old in rule.initial}
    state = TargetState(
        name=rule.name,
        equations=text,
        replaces=rule.replaces,
        on_target_spike=rule.on_target_spike,
        on_target_step="\n".join([*([rule.on_target_step] if rule.on_target_step.strip() else []), *line.shifts]),
        initial=initial,
    )
    return replace(state, parameters=tuple(p for p in rule.parameters if p.name in state.names))


def delay_steps(rule: LearningRule, dt: float) -> int:
    """Return how many time steps ago a rule's delayed variables are taken; `dt` is in seconds."""
    return round(rule.seconds(rule.delay, dt) / dt) if rule.delay else 0


@dataclass(frozen=True, slots=True)
class _DelayLine:
    """What remembers the past of variables: each variable and what it is an earlier value of, and the shifts."""

    of: Mapping[str, str]
    shifts: Sequence[str]


def _delay_line(rule: LearningRule, steps: int) -> _DelayLine:
    """Return variables and statements that give `LearningRule.delayed` their values, `steps` steps late.

    A shift in every step is as fast as an index that goes round, as it is a copy of whole arrays.
    """
    stem = "ago"
    while any(name.startswith(stem) for name in (*rule.given, *rule.delayed)):
        stem += "_"
    of: dict[str, str] = {}
    shifts: list[str] = []
    for j, (late, now) in enumerate(rule.delayed.items()):
        past = [f"{stem}{j}_{k}" for k in range(steps, 0, -1)]
        of |= dict.fromkeys([late, *past], now)
        shifts += [f"{later} = {earlier}" for later, earlier in pairwise([late, *past, now])]
    return _DelayLine(of, shifts)
