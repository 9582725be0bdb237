"""What is found wrong with a network, and where it is said to be; the content hash; random streams."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from braincore.errors import Fault
from braincore.model import (
    AllToAll,
    CurrentInput,
    EdgeList,
    FixedProbability,
    Freeze,
    Grid,
    LearningRule,
    Lesion,
    NetworkSpec,
    NeuronModel,
    Noise,
    Normal,
    Optogenetic,
    Parameter,
    PoissonInput,
    Population,
    Projection,
    Ramp,
    Recording,
    ScaleReceptor,
    Silence,
    Sine,
    SpikeTrains,
    Step,
    SynapseModel,
    Traces,
    Uniform,
    Values,
    Weights,
    neurons,
    stream,
    synapses,
)
from braincore.model.checks import check_network
from braincore.units import Quantity

CONDUCTANCE = synapses.get("exponential_conductance")
GAP = synapses.get("gap_junction")
NMDA = synapses.get("nmda_wang2002")
CELL = NeuronModel(
    name="cell",
    equations="dv/dt = (E_L - v + R*I)/tau : volt",
    threshold="v > V_th",
    reset="v = E_L",
    receptors={"exc": synapses.get("exponential_current"), "g": CONDUCTANCE, "gap": GAP, "nmda": NMDA},
    parameters=(
        Parameter("E_L", Quantity(-70.0, "mV")),
        Parameter("R", Quantity(100.0, "Mohm")),
        Parameter("tau", Quantity(10.0, "ms")),
        Parameter("V_th", Quantity(-50.0, "mV")),
    ),
    initial={"v": "E_L"},
    method="euler",
)
A = Population(name="A", size=10, neuron=CELL, origin="populations.A")
B = Population(name="R.B", size=5, neuron=CELL, origin="populations.B")
SOURCE = Population(name="S", size=3, neuron=neurons.get("spike_source"), origin="populations.S")
RATE = Population(name="rate", size=3, neuron=neurons.get("rate"), origin="populations.rate")
EDGE = Projection(
    source="A", target="R.B", connector=AllToAll(), weight="1 pA", delay="1 ms", receptor="exc", name="A->B", origin="p.0"  # noqa: E501
)  # fmt: skip


def network(**more: Any) -> NetworkSpec:
    fields: dict[str, Any] = {
        "seed": 1,
        "dt": Quantity(0.1, "ms"),
        "duration": Quantity(10.0, "ms"),
        "populations": (A, B, SOURCE, RATE),
        "projections": (EDGE,),
    }
    return NetworkSpec(**{**fields, **more})


def edge(**more: Any) -> dict[str, Any]:
    return {"projections": (replace(EDGE, **more),)}


def poisson(**more: Any) -> dict[str, Any]:
    fields = {"target": "A", "rate": "5 Hz", "weight": "1 pA", "receptor": "exc", "origin": "s.0"}
    return {"stimuli": (PoissonInput(**{**fields, **more}),)}


def current(wave: Any, target: str = "A") -> dict[str, Any]:
    return {"stimuli": (CurrentInput(target=target, waveform=wave, origin="s.0"),)}


def act(what: Any) -> dict[str, Any]:
    return {"interventions": (what,)}


def recording(**more: Any) -> dict[str, Any]:
    return {"recording": Recording(**more)}


RULE = LearningRule(name="rule", equations="r : 1", on_pre="transmitted = w*r", on_post="r += 0.1", initial={"r": 1.0})

FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"seed": -1}, "seed", "seed -1"),
    ({"seed": 2**64}, "seed", "0 to 2"),
    ({"seed": 1.5}, "seed", "seed 1.5"),
    ({"seed": True}, "seed", "seed True"),
    ({"seed": "1"}, "seed", "whole number"),
    ({"dt": Quantity(0.0, "ms")}, "dt", "not positive"),
    ({"dt": Quantity(-0.1, "ms")}, "dt", "not positive"),
    ({"duration": Quantity(0.05, "ms")}, "duration", "below one time step"),
    ({"duration": Quantity(10.05, "ms")}, "duration", "no multiple"),
    ({"duration": Quantity(1e15, "s")}, "duration", r"2\*\*53"),
    ({"populations": (A, A)}, "populations.A", "'A' is given twice"),
    ({"projections": (EDGE, EDGE)}, "p.0", "'A->B' is given twice"),
    (edge(source="C"), "p.0.from", "unknown population 'C'"),
    (edge(target="RB"), "p.0.to", "Did you mean 'R.B'"),
    (edge(source="A[10]"), "p.0.from", "no neuron or group '10'"),
    (edge(receptor="ex"), "p.0.receptor", "Did you mean 'exc'"),
    (edge(weight="1 nS"), "p.0.weight", "a conductance"),
    (edge(weight="1"), "p.0.weight", "has no unit"),
    (edge(weight=Normal("1 mV", "1 mV")), "p.0.weight", "a voltage"),
    (edge(weight=Values.of([1, 2, 3], "pA")), "p.0.weight", "3 values for 50 synapses"),
    (edge(weight=Values.of(np.ones(51), "pA")), "p.0.weight", "51 values for 50 synapses"),
    (edge(delay=Values.of([1], "ms")), "p.0.delay", "1 values for 50 synapses"),
    (edge(delay="0.05 ms"), "p.0.delay", "below the time step"),
    (edge(delay="0 ms"), "p.0.delay", "At least 0.1 ms"),
    (edge(delay=Uniform("0 ms", "1 ms")), "p.0.delay", "below the time step"),
    (edge(receptor="g", weight="-1 nS"), "p.0.weight", "may be negative"),
    (edge(receptor="g", weight=Normal("1 nS", "1 pS")), "p.0.weight", "may be negative"),
    (edge(source="rate"), "p.0.from", "does not spike"),
    (edge(source="S", receptor="nmda", weight="1 nS", delay=None), "p.0.from", "only replays spikes"),
    (edge(source="rate", receptor="nmda", weight="1 nS", delay=None), "p.0.from", "does not spike"),
    (edge(source="rate", receptor="gap", weight="1 nS", delay=None), "p.0.from", "differ in unit"),
    (edge(receptor="gap", weight="1 nS"), "p.0.delay", "without delay"),
    (edge(receptor="gap", weight="1 nS", delay=None, rules=(RULE,)), "p.0.rules.rule", "acts at spikes"),
    (edge(connector=EdgeList(pre=[0], post=[5])), "p.0.connect", "target 5"),
    (edge(connector=FixedProbability(p=0.5, autapses=False), source="A[0:4]", target="A[2:6]", weight=[1e-12] * 3),
     "p.0.weight", "has no unit|plain number"),
    (edge(rules=(replace(RULE, on_pre="transmitted = w*q"),)), "p.0.rules.rule.on_pre", "'q'"),
    (edge(rules=(replace(RULE, on_pre="transmitted = r"),)), "p.0.rules.rule.on_pre", ""),
    (edge(rules=(replace(RULE, on_pre="transmitted = w; transmitted = w*r"),)), "p.0.rules.rule.on_pre", "said twice"),
    (edge(rules=(replace(RULE, on_post="R += 0.1"),)), "p.0.rules.rule.on_post", "unknown variable 'R'"),
    (edge(rules=(replace(RULE, equations="dr/dt = -r : 1 (event-driven)"),)), "p.0.rules.rule.equations", ""),
    (edge(rules=(replace(RULE, initial={"q": 1.0}),)), "p.0.rules.rule.initial.q", "no variable of the rule"),
    (poisson(target="C"), "s.0.target", "unknown population"),
    (poisson(receptor="inh"), "s.0.receptor", "no receptor 'inh'"),
    (poisson(receptor="gap"), "s.0.receptor", "takes no spikes"),
    (poisson(weight="1 mV"), "s.0.weight", "a voltage"),
    (poisson(weight="-1 nS", receptor="g"), "s.0.weight", "may be negative"),
    (poisson(weight=Values.of([1, 2], "pA")), "s.0.weight", "2 values for 10 neurons"),
    (poisson(rate=Values.of([1, 2], "Hz")), "s.0.rate", "2 values for 10 neurons"),
    (poisson(target="S", receptor="exc"), "s.0.receptor", "no receptor"),
    (current(Step(amplitude="1 mV")), "s.0.amplitude", "a voltage"),
    (current(Step(amplitude=Values.of([1], "pA"))), "s.0.amplitude", "1 values for 10"),
    (current(Ramp(start="0 mV", stop="1 mV")), "s.0.start", "a voltage"),
    (current(Sine(amplitude="1 mV", frequency="5 Hz")), "s.0.amplitude", "a voltage"),
    (current(Noise(mean="0 mV", sd="1 mV")), "s.0.mean", "a voltage"),
    (current(Step(amplitude="1 pA"), target="S"), "s.0.target", "no input current"),
    ({"stimuli": (*poisson(name="x")["stimuli"], *poisson(name="x")["stimuli"])}, "s.0", "is given twice"),
    (act(Lesion(target="C", origin="i.0")), "i.0.lesion", "unknown population"),
    (act(Silence(target="C", origin="i.0")), "i.0.silence", "unknown population"),
    (act(Freeze(target="C", origin="i.0")), "i.0.freeze", "unknown projection 'C'"),
    (act(Freeze(origin="i.0")), "i.0.freeze", "no projection has a long-term rule"),
    (act(ScaleReceptor(target="A", receptor="gaba", factor=0, origin="i.0")), "i.0.receptor", "no receptor 'gaba'"),
    (act(Optogenetic(target="rate", conductance="1 nS", origin="i.0")), "i.0.target", "no membrane in volt"),
    (act(Optogenetic(target="S", conductance="1 nS")), "interventions.0.target", "no membrane"),
    (recording(spikes=("C",)), "record.spikes", "unknown population"),
    (recording(spikes=("A", "C")), "record.spikes.1", "unknown population"),
    (recording(rates="0.25 ms"), "record.rates", "no multiple"),
    (recording(traces=(Traces(target="C", variables=("v",), origin="t.0"),)), "t.0", "unknown population"),
    (recording(traces=(Traces(target="A", variables=("u",), origin="t.0"),)), "t.0.variables", "no variable 'u'"),
    (recording(traces=(Traces(target="A", variables=("v",), interval="0.15 ms", origin="t.0"),)), "t.0.interval", "multip"),  # noqa: E501
    (recording(traces=(Traces(target="A", variables=("v",), interval="0.05 ms", origin="t.0"),)), "t.0.interval", "multiple"),  # noqa: E501
    (recording(weights=(Weights(projection="A->C", interval="1 ms", origin="w.0"),)), "w.0", "Did you mean 'A->B'"),
    (recording(weights=(Weights(projection="A->B", interval="0.15 ms", origin="w.0"),)), "w.0.interval", "multiple"),
    ({"spikes": (("C", SpikeTrains(times=[0.0], neurons=[0])),)}, "spikes", "unknown population"),
    ({"spikes": (("A", SpikeTrains(times=[0.0], neurons=[0])),)}, "spikes.A", "is of neuron 'cell'"),
    ({"spikes": (("S", SpikeTrains(times=[0.0], neurons=[3])),)}, "spikes.S", "neuron 3 of 3"),
    ({"spikes": (("S", SpikeTrains(times=[0.0], neurons=[0])),) * 2}, "spikes.S", "twice"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "path", "message"), FAULTS, ids=[f"{k}-{f[1]}" for k, f in enumerate(FAULTS)])
def test_each_fault_is_found_in_its_place(more: dict[str, Any], path: str, message: str) -> None:
    found = check_network(network(**more))
    assert path in {fault.path for fault in found}, found
    assert any(re.search(message, str(fault)) for fault in found if fault.path == path), found


def test_a_right_network_has_no_fault() -> None:
    right = network(
        projections=(
            EDGE,
            replace(EDGE, name="gap", receptor="gap", weight="1 nS", delay=None),
            replace(EDGE, name="nmda", receptor="nmda", weight="1 nS", delay=None),
            replace(EDGE, name="given", source="S", target="A[0:3]"),
            replace(EDGE, name="plastic", rules=(RULE,)),
            replace(EDGE, name="values", weight=Values.of(np.arange(50), "pA"), delay=Uniform("0.1 ms", "1 ms")),
        ),
        spikes=(("S", SpikeTrains(times=[1e-3], neurons=[2])),),
        stimuli=(*poisson()["stimuli"], *current(Step(amplitude="1 pA"))["stimuli"]),
        interventions=(
            ScaleReceptor(target="all", receptor="g", factor=0.5),
            Optogenetic(target="all", conductance="1 nS"),
            Lesion(target="A->B"),
            Silence(target="R"),
        ),
        recording=Recording(rates="1 ms", traces=(Traces(target="A", variables=("v", "I", "g.g")),)),
    )
    assert check_network(right) == []


def test_an_intervention_on_a_region_acts_on_those_it_can() -> None:
    spec = network()
    drug = ScaleReceptor(target="all", receptor="g", factor=0)
    assert [p.name for p, _ in spec.affected(drug)] == ["A", "R.B"]
    assert [p.name for p, _ in spec.affected(Silence(target="R"))] == ["R.B"]


def test_positions_are_blamed_on_their_population_and_drawn_by_name() -> None:
    placed = replace(A, layout=Grid(shape=(2, 5), spacing="1 um"))
    assert network(populations=(placed,)).positions("A").shape == (10, 2)  # type: ignore[union-attr]
    assert network().positions("A") is None


def test_steps_and_times() -> None:
    spec = network()
    assert spec.steps == 100 and spec.size == 21
    # 0.3 / 0.1 and 0.7 / 0.1 are not whole in binary
    times = [0, 0.1, 0.3, 0.7, 1.15, 2.0000000001]
    assert [spec.step_of(t * 1e-3) for t in times] == [0, 1, 3, 7, 12, 20]
    assert network(duration=Quantity(1000.0, "s")).step_of(999.9999) == 9_999_999


# -- the content hash ------------------------------------------------------------------------------------------------

BIG = {
    "projections": (EDGE, replace(EDGE, name="plastic", rules=(RULE,))),
    "spikes": (("S", SpikeTrains(times=[1e-3, 2e-3], neurons=[2, 1], source="a file")),),
    "stimuli": (*poisson()["stimuli"], *current(Step(amplitude="1 pA"))["stimuli"]),
    "interventions": (Lesion(target="A->B"), Optogenetic(target="A", conductance="1 nS")),
    "recording": Recording(rates="1 ms", traces=(Traces(target="A", variables=("v",)),)),
}


def changed_projection(**more: Any) -> dict[str, Any]:
    return {"projections": (replace(EDGE, **more), BIG["projections"][1])}


CHANGES: dict[str, dict[str, Any]] = {
    "seed": {"seed": 2},
    "dt": {"dt": Quantity(0.05, "ms")},
    "duration": {"duration": Quantity(20.0, "ms")},
    "size": {"populations": (replace(A, size=11), B, SOURCE, RATE)},
    "order": {"populations": (B, A, SOURCE, RATE)},
    "name": {"populations": (replace(A, name="A2"), B, SOURCE, RATE)},
    "parameter": {"populations": (replace(A, parameters={"tau": "11 ms"}), B, SOURCE, RATE)},
    "initial": {"populations": (replace(A, initial={"v": "-60 mV"}), B, SOURCE, RATE)},
    "layout": {"populations": (replace(A, layout=Grid(shape=(10,), spacing="1 um")), B, SOURCE, RATE)},
    "sign": {"populations": (replace(A, sign="excitatory"), B, SOURCE, RATE)},
    "model value": {"populations": (replace(A, neuron=CELL.with_(tau="11 ms")), B, SOURCE, RATE)},
    "threshold": {"populations": (replace(A, neuron=replace(CELL, threshold="v > 2*V_th")), B, SOURCE, RATE)},
    "method": {"populations": (replace(A, neuron=replace(CELL, method="rk4")), B, SOURCE, RATE)},
    "receptor value": {
        "populations": (
            replace(A, neuron=CELL.with_(receptors={**CELL.receptors, "g": CONDUCTANCE.with_(tau="1 ms")})),
            B,
            SOURCE,
            RATE,
        )
    },
    "weight": changed_projection(weight="2 pA"),
    "delay": changed_projection(delay="2 ms"),
    "no delay": changed_projection(delay=None),
    "connector": changed_projection(connector=FixedProbability(p=0.5)),
    "autapses": changed_projection(connector=AllToAll(autapses=False)),
    "edges": changed_projection(connector=EdgeList(pre=[0], post=[1])),
    "receptor": changed_projection(receptor="g", weight="1 nS"),
    "source": changed_projection(source="R.B"),
    "target": changed_projection(target="A"),
    "rule": changed_projection(rules=(replace(RULE, on_post="r += 0.2"),)),
    "rule initial": changed_projection(rules=(replace(RULE, initial={"r": 0.5}),)),
    "given spikes": {"spikes": (("S", SpikeTrains(times=[1e-3, 2.1e-3], neurons=[2, 1])),)},
    "given neurons": {"spikes": (("S", SpikeTrains(times=[1e-3, 2e-3], neurons=[2, 2])),)},
    "rate": {"stimuli": (*poisson(rate="6 Hz")["stimuli"], BIG["stimuli"][1])},
    "window": {"stimuli": (*poisson(during=("1 ms", "2 ms"))["stimuli"], BIG["stimuli"][1])},
    "amplitude": {"stimuli": (BIG["stimuli"][0], *current(Step(amplitude="2 pA"))["stimuli"])},
    "waveform": {"stimuli": (BIG["stimuli"][0], *current(Ramp(start="0 pA", stop="2 pA"))["stimuli"])},
    "no stimulus": {"stimuli": ()},
    "intervention": {"interventions": (Lesion(target="A->B", at="1 ms"), BIG["interventions"][1])},
    "light": {"interventions": (BIG["interventions"][0], Optogenetic(target="A", conductance="2 nS"))},
    "recording": {"recording": Recording(rates="2 ms", traces=(Traces(target="A", variables=("v",)),))},
    "trace": {"recording": Recording(rates="1 ms", traces=(Traces(target="A", variables=("I",)),))},
}


@pytest.mark.parametrize("what", CHANGES)
def test_hash_changes_with_what_matters(what: str) -> None:
    assert network(**{**BIG, **CHANGES[what]}).hash != network(**BIG).hash


def test_the_changes_differ_among_themselves() -> None:
    assert len({network(**{**BIG, **change}).hash for change in CHANGES.values()}) == len(CHANGES)


def test_hash_does_not_change_with_words_about_it() -> None:
    cited = replace(
        CELL,
        purpose="another purpose",
        source="another paper",
        parameters=tuple(replace(p, meaning="x", source="y", low=p.value, high=p.value) for p in CELL.parameters),
    )
    same = network(
        **{
            **BIG,
            "title": "another title",
            "populations": (replace(A, neuron=cited, origin="elsewhere", tags={"layer": "4"}), B, SOURCE, RATE),
            "projections": (replace(EDGE, origin="p.99"), BIG["projections"][1]),
            "spikes": (("S", SpikeTrains(times=[2e-3, 1e-3], neurons=[1, 2], source="another file")),),
            "stimuli": (*poisson(origin="s.9")["stimuli"], BIG["stimuli"][1]),
        }
    )
    assert same.hash == network(**BIG).hash


def test_hash_is_of_values_not_of_their_spelling() -> None:
    volts = network(**{**BIG, "dt": Quantity(1e-4, "s"), "duration": Quantity(0.01, "s")})
    assert volts.hash == network(**BIG).hash
    edges = [
        EdgeList(pre=np.array([0, 1], dtype=d), post=np.array([1, 1], dtype=d)) for d in (np.int64, np.int32, ">i4")
    ]
    assert len({network(projections=(replace(EDGE, connector=e),)).hash for e in edges}) == 1


def test_hash_is_stable_across_processes() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/model'); import test_network_checks as t; print(t.network(**t.BIG).hash)"
    )
    for hash_seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": hash_seed}
        )
        assert done.stdout.strip() == network(**BIG).hash


# -- random streams --------------------------------------------------------------------------------------------------


def test_streams_are_by_name_and_seed() -> None:
    def draws(seed: int, *names: str) -> list[float]:
        return stream(seed, *names).random(4).tolist()

    assert draws(1, "a", "b") == draws(1, "a", "b")
    assert draws(2**64 - 1, "a") == draws(2**64 - 1, "a")
    others = [draws(1, "a"), draws(1, "b", "a"), draws(2, "a", "b"), draws(1, "ab"), draws(1, "a b"), draws(1)]
    assert len({tuple(d) for d in others} | {tuple(draws(1, "a", "b"))}) == 7


def test_streams_are_not_correlated() -> None:
    # 500 pairs of neighbouring seeds and names: |r| < 5/sqrt(n) fails once in 10^6 pairs
    rows = np.array([stream(seed, "V1.E->V1.I", str(k)).standard_normal(1000) for seed in range(25) for k in range(20)])
    correlation = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(correlation).max() < 6 / np.sqrt(1000)


def test_faults_are_faults() -> None:
    made: Callable[..., list[Fault]] = check_network
    assert all(isinstance(f, Fault) for more, _, _ in FAULTS for f in made(network(**more)))


def test_a_synapse_of_its_own_is_described() -> None:
    own = SynapseModel(name="own", weight="1", on_pre="x += w", equations="dx/dt = -x/tau : 1",
                       parameters=(Parameter("tau", Quantity(1.0, "ms")),))  # fmt: skip
    model = CELL.with_(receptors={"own": own})
    assert check_network(
        network(populations=(replace(A, neuron=model),), projections=(replace(EDGE, source="A", target="A", receptor="own", weight="3"),))  # noqa: E501
    ) == []  # fmt: skip
