"""The built network: Brian2 objects, where each population and projection lies in them, and what changes in time."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import brian2
import numpy as np
from numpy.typing import NDArray

from braincore.build.names import INTACT, WEIGHT
from braincore.build.neurons import BuiltGroup, build_group
from braincore.build.plan import Plan, make_plan
from braincore.build.stimuli import add_stimuli
from braincore.build.synapses import BuiltSynapses, build_synapses
from braincore.build.timeline import Timeline, schedule
from braincore.model import NetworkSpec

brian2.BrianLogger.suppress_name("unused_brian_object")  # a network may be built only to be looked at


@dataclass(kw_only=True)
class BuiltNetwork:
    """A network ready to run.

    Attributes
    ----------
    plan
        What shares an object.
    groups
        By the name of the Brian2 object.
    synapses
        In the order of the plan.
    timeline
        What changes during the run.
    objects
        All Brian2 objects, to be put into a ``brian2.Network``.
    build_seconds
        How long the building took.
    """

    plan: Plan
    groups: dict[str, BuiltGroup]
    synapses: list[BuiltSynapses]
    timeline: Timeline
    objects: list[Any] = field(default_factory=list)
    build_seconds: float = 0.0

    @property
    def network(self) -> NetworkSpec:
        """What was built."""
        return self.plan.network

    @property
    def n_synapses(self) -> int:
        """Number of synapses."""
        return sum(len(s.brian) for s in self.synapses)

    def synapses_of(self, projection: str) -> tuple[BuiltSynapses, slice]:
        """Return the object that holds a projection, and its part of it."""
        for built in self.synapses:
            if projection in built.slices:
                return built, built.slices[projection]
        raise KeyError(projection)

    def ends(self, projection: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the synapses of a projection: indices into its source and target populations."""
        built, where = self.synapses_of(projection)
        spec = next(p for p in built.plan.projections if p.name == projection)
        piece = built.drawn_piece(projection)
        drawn = built.drawn.ends(piece) if built.drawn is not None and piece is not None else None
        found = []
        for k, (name, address) in enumerate((("_synaptic_pre", spec.source), ("_synaptic_post", spec.target))):
            _, start = self.plan.place(self.network.population(address))
            ends = built.brian.variables[name].get_value()[where] if drawn is None else drawn[k]
            found.append(ends - np.int32(start))
        return found[0], found[1]

    def weights(self, projection: str) -> NDArray[np.float64]:
        """Return the present weights of a projection, in SI."""
        built, where = self.synapses_of(projection)
        if built.weight is not None:
            return np.full(where.stop - where.start, built.weight)
        drawn = _drawn(built, projection, built.brian.variables[WEIGHT])
        if drawn is not None:
            return drawn
        weights = np.array(built.array(WEIGHT)[where], dtype=np.float64)
        return weights * built.array(INTACT)[where] if built.transmitting == INTACT and built.plan.lesioned else weights

    def delays(self, projection: str) -> NDArray[np.float64]:
        """Return the delays of a projection in seconds."""
        built, where = self.synapses_of(projection)
        if not hasattr(built.brian, "pre"):
            return np.zeros(where.stop - where.start)
        variable = built.brian.pre.variables["delay"]
        drawn = None if variable.scalar else _drawn(built, projection, variable)
        if drawn is not None:
            return drawn
        delays = variable.get_value()
        if np.size(delays) == 1:
            return np.full(where.stop - where.start, float(np.reshape(delays, -1)[0]))
        # a copy: in later Brian2 the array is memory that goes with the Synapses object
        return np.array(delays[where], dtype=np.float64)


def _drawn(built: BuiltSynapses, projection: str, variable: Any) -> NDArray[np.float64] | None:
    """Return what a variable holds for a projection whose synapses are drawn, None if there are arrays of them."""
    piece = built.drawn_piece(projection)
    if built.drawn is None or piece is None:
        return None
    blocks = [np.empty(0), *built.drawn.values(piece, variable)]
    return np.concatenate(blocks, dtype=np.float64)


def build(network: NetworkSpec) -> BuiltNetwork:
    """Turn a network into Brian2 objects: merged groups, merged synapses, stimuli.

    Raises
    ------
    BuildError
        Brian2 refuses what the checks let through; the message names the model.
    """
    begun = time.perf_counter()
    plan = make_plan(network)
    groups = {group.name: build_group(plan, group) for group in plan.groups}
    synapses = [build_synapses(plan, merged, groups) for merged in plan.synapses]
    objects = [g.brian for g in groups.values()]
    for built in groups.values():
        objects += add_stimuli(plan, built)
    objects += [s.brian for s in synapses]
    timeline = schedule(plan, groups, synapses)
    return BuiltNetwork(
        plan=plan,
        groups=groups,
        synapses=synapses,
        timeline=timeline,
        objects=objects,
        build_seconds=time.perf_counter() - begun,
    )
