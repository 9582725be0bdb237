"""What learning rules keep in the neurons that their synapses end on: filtered voltages, rates, sums of weights.

Such state is one for each postsynaptic neuron, not one for each synapse. It is merged into the neuron as the state of a
receptor is, so that all else (grouping, recording, checkpoints) treats it as such; no projection can end on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from braincore.expressions import equations_of, parse_expression, statements_of
from braincore.model.parameter import parameters
from braincore.model.synapse import LearningRule, SynapseModel


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


def target_state(rule: LearningRule) -> TargetState | None:
    """Return the state that a rule keeps in its targets, None if it keeps none."""
    sums = [f"{name} : 1" for name in rule.sums]
    if not (rule.target_equations.strip() or sums):
        return None
    text = "\n".join([rule.target_equations, *sums])
    local = {e.name for e in equations_of(text)}
    state = TargetState(
        name=rule.name,
        equations=text,
        replaces=rule.replaces,
        on_target_spike=rule.on_target_spike,
        on_target_step=rule.on_target_step,
        initial={name: value for name, value in rule.initial.items() if name in local},
    )
    return replace(state, parameters=tuple(p for p in rule.parameters if p.name in state.names))
