"""`BrainSpec`: regions, connectome and stimuli spelled out as a flat network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.model import (
    BrainSpec,
    Connectome,
    FixedInDegree,
    FixedProbability,
    FixedTotalNumber,
    LearningRule,
    NeuronModel,
    OneToOne,
    Parameter,
    Population,
    Projection,
    Region,
    RegionModel,
    SpikeTrains,
    Step,
    neurons,
    poisson,
    synapses,
)
from braincore.units import Quantity

LIF = neurons.get("lif_exp")
MIXED = NeuronModel(
    name="mixed",
    equations="dv/dt = (E - v + R*I)/tau : volt",
    threshold="v > E",
    receptors={"ampa": synapses.get("ampa"), "gaba": synapses.get("gaba_a"), "gap": synapses.get("gap_junction")},
    parameters=(
        Parameter("E", Quantity(-70.0, "mV")),
        Parameter("R", Quantity(1.0, "Mohm")),
        Parameter("tau", Quantity(10.0, "ms")),
    ),
)


def region(size: int = 10, neuron: NeuronModel = LIF, **more: Any) -> Region:
    populations = (
        Population(name="E", size=size, neuron=neuron, sign="excitatory"),
        Population(name="I", size=max(1, size // 4), neuron=neuron, sign="inhibitory"),
    )
    return Region(populations=populations, ports={"in": "E", "out": "E[0:2]"}, **more)


def connectome(**more: Any) -> Connectome:
    edges = [
        ("V1", "V2", {"fln": 0.5, "length": "9 mm", "kind": "ff"}),
        ("V2", "V1", {"fln": 0.25, "length": "3 mm", "kind": "fb"}),
        ("V1", "V4", {"fln": 0.001, "length": "30 mm", "kind": "ff"}),
    ]
    return Connectome.from_edges(edges, **{"velocity": "3 m/s", **more})


def wired(**pathway: Any) -> BrainSpec:
    spec = BrainSpec(connectome=connectome(), region=region(), duration="10 ms")
    spec.pathway(**{"source": "E", "target": "E", "weight": "10 pA", "in_degree": 3, **pathway})
    return spec


def test_regions_become_full_names() -> None:
    inner = Projection(source="E", target="I", connector=FixedProbability(p=0.5), weight="5 pA", name="ei")
    spec = BrainSpec(connectome=connectome(), region=region(projections=(inner,)), duration="10 ms")
    network = spec.resolve()
    assert network.names == ("V1.E", "V1.I", "V2.E", "V2.I", "V4.E", "V4.I")
    assert [p.name for p in network.projections] == ["V1.ei", "V2.ei", "V4.ei"]
    assert network.projections[0].source == "V1.E" and network.projections[0].receptor == "exc"
    assert [p.name for p, _ in network.targets("V2")] == ["V2.E", "V2.I"]
    assert len(network.targets("all")) == 6


def test_one_description_for_regions_that_share_a_model() -> None:
    calls = []

    @dataclass(frozen=True)
    class Counted(RegionModel):
        size: int = 8

        def describe(self) -> Region:
            calls.append(self.size)
            return region(self.size)

    spec = BrainSpec(connectome=connectome(), region=Counted(), regions={"V4": Counted(size=4)}, duration="1 ms")
    assert [p.size for p in spec.resolve().populations] == [8, 2, 8, 2, 4, 1]
    assert sorted(calls) == [4, 8]
    assert Counted.from_settings({"size": 3}).describe().size == 4
    with pytest.raises(InputError, match="Did you mean 'size'"):
        Counted.from_settings({"sise": 3}, path="regions.V1")


def test_pathways_follow_the_edges() -> None:
    network = wired().resolve()
    found = {p.name: p for p in network.projections}
    assert set(found) == {"V1.E->V2.E", "V2.E->V1.E", "V1.E->V4.E"}
    assert found["V1.E->V2.E"].delay.si == pytest.approx(3e-3)  # type: ignore[union-attr]  # 9 mm at 3 m/s
    assert found["V1.E->V4.E"].connector == FixedInDegree(k=3)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"in_degree": "10*fln"}, [FixedInDegree(k=5), FixedInDegree(k=2)]),
        ({"in_degree": None, "synapses_per_neuron": "2*fln"}, [FixedTotalNumber(n=10), FixedTotalNumber(n=5)]),
        ({"in_degree": None, "probability": "fln"}, [FixedProbability(p=p) for p in (0.5, 0.001, 0.25)]),
        ({"in_degree": None, "connector": FixedProbability(p=0.1)}, [FixedProbability(p=0.1)] * 3),
    ],
)
def test_numbers_of_synapses_from_attributes(more: dict[str, Any], expected: list[Any]) -> None:
    assert [p.connector for p in wired(**more).resolve().projections] == expected


def test_weights_from_attributes() -> None:
    network = wired(weight="fln*20*pA*exp(-length/(3*mm))").resolve()
    weights = [p.weight.si for p in network.projections]  # type: ignore[union-attr]
    lengths = np.array([9, 30, 3])
    assert weights == pytest.approx(np.array([0.5, 0.001, 0.25]) * 20e-12 * np.exp(-lengths / 3))


def test_conditions_choose_edges() -> None:
    def names(**more: Any) -> list[str]:
        return [p.name for p in wired(**more).resolve().projections]

    assert names(where="fln > 0.1") == ["V1.E->V2.E", "V2.E->V1.E"]
    assert names(where={"kind": "fb"}) == ["V2.E->V1.E"]
    assert names(between=("V1", "V4")) == ["V1.E->V4.E"]


def test_a_special_pathway_takes_its_edge_from_the_general_one() -> None:
    spec = wired()
    spec.pathway("in", "I", weight="7 pA", in_degree=1, between=("V1", "V2"), name="special")
    names = [p.name for p in spec.resolve().projections]
    assert sorted(names) == ["V1.E->V2.I:special", "V1.E->V4.E", "V2.E->V1.E"]


def test_ports_stand_for_populations() -> None:
    network = wired(source="out", target="in").resolve()
    assert network.projections[0].source == "V1.E[0:2]" and network.projections[0].target == "V2.E"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"in_degree": "10*fnl"}, "no number 'fnl'. Did you mean 'fln'"),
        ({"in_degree": "10*kind"}, "no number 'kind'"),
        ({"in_degree": "-fln"}, "in_degree of edge V1->V2 is -0.5"),
        ({"in_degree": "length"}, "is a length"),
        ({"in_degree": None, "probability": "3*fln"}, "probability of edge V1->V2 is 1.5"),
        ({"weight": "fln*mV"}, "is a voltage"),
        ({"weight": "5 mV"}, "is a voltage"),
        ({"where": {"kidn": "ff"}}, "no text attribute 'kidn'"),
        ({"between": ("V4", "V1")}, "no edge V4->V1"),
        ({"target": "X"}, "no population or port 'X'"),
        ({"in_degree": None}, "none of them"),
        ({"probability": 0.1}, "in_degree and probability"),
        ({"source": "E[0:99]"}, ""),
    ],
)
def test_faulty_pathways(more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        wired(**more).resolve()


def test_an_attribute_that_only_some_edges_have() -> None:
    edges = [("A", "B", {"w": 1.0, "length": "1 mm"}), ("B", "A", {"length": "1 mm"})]
    spec = BrainSpec(connectome=Connectome.from_edges(edges, velocity="1 m/s"), region=region(), duration="1 ms")
    spec.pathway("E", "E", weight="w*pA", in_degree=1)
    with pytest.raises(InputError, match="not all of the connectome's edges have a number 'w'"):
        spec.resolve()


def test_short_delays_are_refused_or_raised() -> None:
    edges = [("A", "B", {"length": "0.1 mm"})]
    spec = BrainSpec(connectome=Connectome.from_edges(edges, velocity="10 m/s"), region=region(), duration="1 ms")
    spec.pathway("E", "E", weight="1 pA", in_degree=1)
    with pytest.raises(InputError, match="below the time step"):
        spec.resolve()
    spec.min_delay = "0.5 ms"
    assert spec.resolve().projections[0].delay == Quantity(0.5, "ms")


def test_receptors_are_chosen_by_sign() -> None:
    spec = BrainSpec(duration="1 ms")
    spec.add("E", 3, "lif_exp", sign="excitatory")
    spec.add("I", 3, "lif_exp", sign="inhibitory")
    spec.connect("E", "I", weight="1 pA")
    spec.connect("E", "I", weight="-1 pA")
    spec.connect("I", "E", weight="-1 pA")
    assert [p.receptor for p in spec.resolve().projections] == ["exc", "inh", "inh"]
    assert [p.name for p in spec.resolve().projections] == ["E->I", "E->I#2", "I->E"]


def test_receptors_are_chosen_for_each_edge() -> None:
    """Regions of different neurons: each edge ends on a receptor of its own target."""
    only = NeuronModel(
        name="one", equations="dv/dt = -v/ms + I/pF : volt", threshold="v > 1*volt",
        receptors={"fast": synapses.get("exponential_current")},
    )  # fmt: skip
    spec = BrainSpec(connectome=connectome(), region=region(), regions={"V4": region(neuron=only)}, duration="1 ms")
    spec.pathway("E", "E", weight="10 pA", in_degree=1)
    receptors = {p.target: p.receptor for p in spec.resolve().projections}
    assert receptors == {"V2.E": "exc", "V1.E": "exc", "V4.E": "fast"}


def test_several_receptors_need_a_choice() -> None:
    spec = BrainSpec(duration="1 ms")
    spec.add("A", 2, MIXED)
    spec.connect("A", "A", weight="1 nS")
    with pytest.raises(InputError, match="Choose one of ampa, gaba, gap"):
        spec.resolve()


def test_what_is_transmitted_at_all_times_gets_no_delay() -> None:
    spec = BrainSpec(connectome=connectome(), region=region(neuron=MIXED), duration="1 ms")
    spec.pathway("E", "E", weight="1 nS", connector=OneToOne(), receptor="gap")
    assert {p.delay for p in spec.resolve().projections} == {None}


def test_stimuli_of_a_region_reach_its_populations() -> None:
    spec = BrainSpec(connectome=connectome(), region=region(), duration="1 ms")
    spec.stimulate("V1", poisson("5 Hz", 100), weight="1 pA", name="flash")
    spec.stimulate("all", Step(amplitude="1 pA"))
    network = spec.resolve()
    assert [s.target for s in network.stimuli] == ["V1.E", "V1.I", *network.names]


def test_given_spikes_become_a_population() -> None:
    spec = BrainSpec(connectome=connectome(), region=region(), duration="10 ms")
    trains = SpikeTrains(times=[1e-3, 2e-3], neurons=[0, 1])
    spec.stimulate("V1.E[3, 1]", trains, weight="5 pA", delay="1 ms", during=("2 ms", None))
    spec.stimulate("V1.E", trains, weight="5 pA")
    spec.stimulate("V2.E", trains, weight="5 pA", name="lgn")
    spec.stimulate("all", Step(amplitude="1 pA"))  # those that replay take no current, and are passed over
    network = spec.resolve()
    sources = [p for p in network.populations if p.neuron.name == "spike_source"]
    assert [(p.name, p.size) for p in sources] == [("input.V1-E", 2), ("input.V1-E#2", 10), ("lgn", 10)]
    assert network.spikes[0][1].times.tolist() == pytest.approx([3e-3, 4e-3])
    assert network.projections[0].connector == OneToOne()
    assert network.projections[0].target == "V1.E[3, 1]" and network.projections[0].delay == Quantity(1.0, "ms")
    assert len(network.stimuli) == 6


def test_given_spikes_of_another_input_do_not_change_its_name() -> None:
    def names(*targets: str) -> list[str]:
        spec = BrainSpec(connectome=connectome(), region=region(), duration="10 ms")
        for target in targets:
            spec.stimulate(target, SpikeTrains(times=[1e-3], neurons=[0]), weight="5 pA")
        return [p.name for p in spec.resolve().projections]

    assert names("V2.E") == ["input.V2-E->V2.E"]
    assert names("V1.E", "V2.E")[1:] == names("V2.E")


def test_a_spike_source_is_given_its_spikes_and_projects_anywhere() -> None:
    spec = BrainSpec(duration="10 ms")
    spec.add("S", 4, "spike_source")
    spec.add("E", 3, "lif_exp")
    spec.stimulate("S[3, 1]", SpikeTrains(times=[1e-3, 2e-3], neurons=[0, 1]))
    spec.stimulate("S", SpikeTrains(times=[3e-3], neurons=[0]), during=("1 ms", None))
    spec.connect("S", "E", weight="1 pA", delay="1 ms")
    network = spec.resolve()
    ((name, trains),) = network.spikes
    assert name == "S" and trains.neurons.tolist() == [3, 1, 0]
    assert trains.times.tolist() == pytest.approx([1e-3, 2e-3, 4e-3])
    assert [p.name for p in network.projections] == ["S->E"]
    spec.stimulate("S", SpikeTrains(times=[1e-3], neurons=[0]), weight="1 pA")
    spec.stimulate("E", SpikeTrains(times=[1e-3], neurons=[0]))
    with pytest.raises(InputError) as caught:
        spec.resolve()
    assert [f.path for f in caught.value.faults] == ["stimuli.2.weight", "stimuli.3.weight"]


def test_given_spikes_need_one_target() -> None:
    spec = BrainSpec(connectome=connectome(), region=region(), duration="10 ms")
    spec.stimulate("V1", SpikeTrains(times=[1e-3], neurons=[0]), weight="5 pA", name="lgn")
    with pytest.raises(InputError, match="population 'lgn' already"):
        spec.resolve()
    spec.stimuli.clear()
    spec.stimulate("V1.E", SpikeTrains(times=[1e-3], neurons=[10]), weight="5 pA")
    with pytest.raises(InputError, match=r"for neuron 10, but 'V1.E' has 10"):
        spec.resolve()


def test_faults_of_all_parts_come_together() -> None:
    spec = BrainSpec(duration="10 ms", seed=-1)
    spec.add("E", 3, "lif_exp")
    spec.connect("E", "F", weight="1 pA")
    spec.connect("E", "E", weight="1 mV")
    spec.connect("E", "E", weight="1 pA", delay="0.01 ms")
    spec.stimulate("G", poisson("1 Hz"), weight="1 pA")
    spec.stimulate("E", Step(amplitude="1 mV"))
    with pytest.raises(InputError) as caught:
        spec.resolve()
    assert [f.path for f in caught.value.faults] == [
        "projections.0.to", "stimuli.0.target", "seed", "projections.1.weight", "projections.2.delay",
        "stimuli.1.amplitude",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({}, "no population"),
        ({"duration": "10 mV"}, "duration: .*is a voltage"),
        ({"dt": "nan"}, "dt"),
        ({"connectome": connectome()}, "'V1' of the connectome is not described"),
        (
            {"connectome": connectome(), "region": region(), "regions": {"V3": region()}},
            "'V3' is not in the connectome",
        ),
    ],
)
def test_brains_that_are_not_whole(more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        BrainSpec(**more).resolve()


def test_pathways_need_a_connectome() -> None:
    spec = BrainSpec(regions={"V1": region()}, duration="1 ms")
    spec.pathway("E", "E", weight="1 pA", in_degree=1)
    with pytest.raises(InputError, match="pathways need a connectome"):
        spec.resolve()


def test_regions_check_their_ports_and_names() -> None:
    with pytest.raises(InputError, match="port 'in' leads to 'X'"):
        Region(populations=(Population(name="E", size=1, neuron=LIF),), ports={"in": "X"})
    with pytest.raises(InputError, match="'E' is given twice"):
        Region(populations=(Population(name="E", size=1, neuron=LIF),) * 2)


def test_rules_may_be_one_or_several() -> None:
    spec = BrainSpec(duration="1 ms")
    spec.add("E", 3, "lif_exp")
    one = LearningRule(name="one", term="short")
    assert spec.connect("E", "E", weight="1 pA", rules=one).rules == (one,)
    assert spec.connect("E", "E", weight="1 pA", rules=[one, one]).rules == (one, one)


def test_durations_may_be_given_late() -> None:
    spec = BrainSpec(duration="1 ms")
    spec.add("E", 3, "lif_exp")
    assert spec.resolve().steps == 10 and spec.resolve("2 ms").steps == 20
