"""A network whose neurons carry the state of the learning rules of the synapses that end on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from braincore.expressions.names import IDENTIFIER
from braincore.model.network import NetworkSpec
from braincore.model.plain import content_hash
from braincore.model.population import Population
from braincore.model.target_state import TargetState, target_state


@dataclass(frozen=True, slots=True)
class Placed:
    """A network whose neurons carry the state of their learning rules, and where each rule finds its own.

    Attributes
    ----------
    network
        The network.
    keys
        For a projection's name and the number of the rule: what the state is called on the target (as a receptor is).
    """

    network: NetworkSpec
    keys: Mapping[tuple[str, int], str]


def with_target_states(network: NetworkSpec) -> Placed:
    """Return a network whose neurons carry the state of the rules of the synapses that end on them.

    Rules that keep the same (equations and parameters) in a population share it, but for sums over a projection's
    synapses, which are each projection's own.

    Raises
    ------
    InputError
        The state does not fit the neuron.
    """
    added: dict[str, dict[str, TargetState]] = {}
    known: dict[tuple[str, str, str], str] = {}
    keys: dict[tuple[str, int], str] = {}
    for projection in network.projections:
        for k, rule in enumerate(projection.rules):
            state = target_state(rule, network.dt.si)
            if state is None:
                continue
            population = network.population(projection.target)
            mine = added.setdefault(population.name, {})
            key = (population.name, content_hash(state), projection.name if rule.sums else "")
            if key not in known:
                known[key] = _free(rule.name, {*population.neuron.receptors, *mine})
                mine[known[key]] = state
            keys[projection.name, k] = known[key]
    if not added:
        return Placed(network, {})
    populations = tuple(_carrying(p, added.get(p.name, {})) for p in network.populations)
    return Placed(replace(network, populations=populations), keys)


def _carrying(population: Population, states: Mapping[str, TargetState]) -> Population:
    if not states:
        return population
    neuron = replace(population.neuron, receptors={**population.neuron.receptors, **states})
    return replace(population, neuron=neuron)


def _free(rule: str, taken: set[str]) -> str:
    name = re.sub(r"\W", "_", rule)
    name = name if IDENTIFIER.fullmatch(name) else f"rule_{name}"
    candidate, k = name, 2
    while candidate in taken:
        candidate, k = f"{name}_{k}", k + 1
    return candidate
