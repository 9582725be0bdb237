"""The whole library through `braincore.build`: every neuron with input on its receptors, every synapse, every rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import brian2 as b2
import numpy as np
import pytest

from braincore.build import BuiltNetwork, build
from braincore.build.names import of_receptor
from braincore.model import (
    AllToAll,
    BrainSpec,
    LearningRule,
    OneToOne,
    SpikeTrains,
    learning_rules,
    neurons,
    synapses,
)
from tests.neurons.plain_brian import connect, group, run

WEIGHT = {"Hz": "5 Hz", "S": "5 nS", "A": "200 pA", "membrane": "1 mV", "1": "0.5", "input": "1 mV"}
# One of each set of equations.
NAMES = sorted({neurons.get(n).equations + neurons.get(n).threshold: n for n in reversed(list(neurons))}.values())
DISTINCT = [n for n in NAMES if neurons.get(n).variables]
TRAIN = SpikeTrains(times=np.array([0.001, 0.003]), neurons=np.array([0, 1]))


def finite(brain: BrainSpec) -> BuiltNetwork:
    """Run a brain for 10 ms and see that every state variable is finite."""
    built = build(brain.resolve())
    b2.prefs.codegen.target = "numpy"
    b2.Network(*built.objects).run(10 * b2.ms, namespace={})
    for each in built.groups.values():
        for name in each.initial:
            assert np.all(np.isfinite(each.array(name))), name
    return built


def weight(name: str, receptor: str) -> str:
    model = neurons.get(name)
    unit = model.receptors[receptor].weight
    return "0.5" if unit == "membrane" and not any(model.membrane_dimension) else WEIGHT[unit]


def few(names: Iterable[str], quick: set[str]) -> list[Any]:
    """All names, those that are not in `quick` marked slow."""
    return [pytest.param(n, marks=[] if n in quick else [pytest.mark.slow]) for n in names]


@pytest.mark.parametrize("name", few(DISTINCT, {"hh", "ahp", "rate"}))
@pytest.mark.rotates(3)
def test_neuron_builds_and_takes_input(name: str) -> None:
    """Two cells of which one gets spikes on ``exc`` (or a coupling on ``rate``): finite, and different after it."""
    brain = BrainSpec(duration="10 ms", seed=1)
    brain.add("cells", 2, name)
    for receptor in neurons.get(name).receptors:
        if receptor == "rate":
            brain.connect("cells", "cells", AllToAll(), weight=weight(name, receptor), receptor=receptor)
        elif receptor == "exc":
            train = SpikeTrains(times=TRAIN.times, neurons=np.zeros(2, dtype=int))
            brain.stimulate("cells", train, weight=weight(name, receptor), delay="0.5 ms", receptor=receptor)
    [cells] = [g for g in finite(brain).groups.values() if g.initial]
    if "exc" in neurons.get(name).receptors and name != "relay":  # which is reset by the spike that it fires
        assert any(np.ptp(cells.array(variable)) > 0 for variable in cells.initial)


OF_UNITS = ("rate_coupling", "modulation")
"""Receptors of units without a potential."""
REST = [n for n in synapses if n not in (*OF_UNITS, "alpha_current")]


@pytest.mark.parametrize("name", few(REST, {"nmda_wang2002", "gap_junction", "delta_unless_refractory"}))
def test_synapse_builds(name: str) -> None:
    synapse = synapses.get(name)
    base = {"pulse_current": "ahp", "delta_unless_refractory": "lif_delta"}.get(name, "lif_cond")
    model = neurons.get(base).with_(receptors={"tested": synapse}, name="tested")
    brain = BrainSpec(duration="10 ms", seed=1)
    brain.add("cells", 2, model)
    brain.add("source", 2, neurons.get("lif_cond").with_(receptors={}, name="driver"), initial={"v": "-49 mV"})
    if synapse.transmission:
        weight = "5 nS" if synapse.conductance else "0.5"
        brain.connect("source", "cells", OneToOne(), weight=weight, receptor="tested")
    else:
        unit = "0.5" if name == "pulse_current" else WEIGHT[synapse.weight]
        brain.connect("source", "cells", OneToOne(), weight=unit, delay="1 ms", receptor="tested")
    finite(brain)


def _of_rates(rule: LearningRule) -> None:
    brain = BrainSpec(duration="10 ms", seed=1)
    brain.add("units", 3, "rate", initial={"r": "20 Hz"})
    bounds = ("0", "1") if rule.bounded else None
    brain.connect("units", "units", AllToAll(), weight="0.3", receptor="rate", rules=rule, bounds=bounds, name="p")
    assert np.all(finite(brain).weights("p") != 0.3)


ELSEWHERE = {
    "bouhadjar2022",
    "collins_frank2014_go",
    "collins_frank2014_nogo",
    "delta_rule",
    "e_prop_broadcast",
    "nuclear_memory",
    "rao_ballard1999",
    "sutton1988",
    "time_encoding",
    "vlachos2011",
    "yamazaki_nagao2012",
}
"""Rules whose ends are of another kind each; their own tests build them."""


@pytest.mark.parametrize("name", few(sorted(set(learning_rules) - ELSEWHERE), {"tsodyks_markram", "stdp_pair"}))
@pytest.mark.rotates(3)
def test_rule_builds(name: str) -> None:
    brain = BrainSpec(duration="10 ms", seed=1)
    brain.add("noise", 20, "poisson", parameters={"rate": "800 Hz"})
    rule, cell = learning_rules.get(name), neurons.get("lif_cond")
    if "v_pre" in rule.regularly:
        _of_rates(rule)
        return
    third = {name: synapses.get(name if name in synapses else "neuromodulator") for name in rule.modulators}
    brain.add("cells", 2, cell.with_(receptors={**cell.receptors, **third}))
    bounds = ("0 nS", "0.4 nS") if rule.bounded else None
    if name == "e_prop_alif":  # it reads the names of this neuron
        brain.add("adaptive", 2, neurons.get("alif").with_(receptors={**neurons.get("alif").receptors, **third}))
        brain.connect(
            "noise", "adaptive", AllToAll(), weight="1 mV", receptor="exc", rules=rule, bounds=("0 mV", "2 mV")
        )
        finite(brain)
        return
    brain.connect(
        "noise", "cells", AllToAll(), weight="0.2 nS", delay="1 ms", receptor="exc", rules=rule, bounds=bounds
    )
    [cells] = [g for g in finite(brain).groups.values() if g.initial]
    # the conductance, not the potential: a neuron that has just spiked sits at its reset, which is where it began
    assert np.all(cells.array(of_receptor("exc", "g")) > 0)


def test_build_and_plain_brian2_agree() -> None:
    """`lif_cond` with the same spikes on both receptors: bit for bit the same potential on both roads."""
    brain = BrainSpec(duration="10 ms", seed=1)
    brain.add("cells", 1, "lif_cond")
    for receptor, when, strength in (("exc", 0.001, "6 nS"), ("inh", 0.0042, "30 nS")):
        train = SpikeTrains(times=np.array([when]), neurons=np.zeros(1, dtype=int))
        brain.stimulate("cells", train, weight=strength, delay="0.5 ms", receptor=receptor)
    [cells] = [g for g in finite(brain).groups.values() if "u_v" in g.initial]
    model = neurons.get("lif_cond")
    plain = group(model)
    source = b2.SpikeGeneratorGroup(2, [0, 1], [1, 4.2] * b2.ms)
    wires = [
        connect(source, plain, model, receptor, [k], [0], [strength], delay=0.5)
        for k, (receptor, strength) in enumerate((("exc", 6e-9), ("inh", 30e-9)))
    ]
    run(plain, source, wires, ms=10)
    assert float(cells.array("u_v")[0]) == float(plain.v[0]) != -60e-3
