"""Things of a wrong type in a script: told where they are given, in words, and not by what breaks on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest

from braincore.api import Brain
from braincore.errors import InputError
from braincore.model import (
    Connectome,
    FixedProbability,
    NeuronModel,
    Normal,
    Population,
    ScaleReceptor,
    SpikeTrains,
    Step,
    Traces,
    neurons,
    poisson,
)


def a_brain(**settings: Any) -> Brain:
    brain = Brain(**{"duration": "5 ms", **settings})
    brain.add("E", 10, "lif_exp")
    return brain


def added(**more: Any) -> Any:
    return a_brain().add("A", 3, **{"neuron": "lif_exp", **more})


def wired(**more: Any) -> Any:
    brain = a_brain()
    brain.connect("E", "E", **{"weight": "1 pA", "delay": "1 ms", **more})
    return brain.resolve()


def addressed(source: Any) -> Any:
    brain = a_brain()
    brain.connect(source, "E", weight="1 pA")
    return brain.resolve()


def driven(what: Any, **more: Any) -> Any:
    return a_brain().stimulate("E", what, **more)


def neuron(**more: Any) -> NeuronModel:
    return NeuronModel(**{"name": "n", "equations": "dv/dt = -v/(10*ms) : volt", **more})


WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "unknown setting": (lambda: Brain(sed=1), "a brain has no 'sed'. Did you mean 'seed'"),
    "connectome a path": (lambda: a_brain(connectome="x.graphml").resolve(), "the connectome is 'x.graphml'"),
    "connectome a graph": (lambda: a_brain(connectome=nx.DiGraph()).resolve(), "A Connectome"),
    "region a name": (lambda: a_brain(region="CorticalMicrocircuit").resolve(), "the region is 'CorticalMicro"),
    "regions a list": (lambda: a_brain(regions=["V1"]).resolve(), "regions is"),
    "region by name a name": (lambda: a_brain(regions={"V1": "X"}).resolve(), "regions.V1: region 'V1' is 'X'"),
    "populations by name": (lambda: Brain(populations={"E": 1}).resolve(), r"Use brain.add|use brain.add"),
    "stimuli text": (lambda: a_brain(stimuli=["E"]).resolve(), r"stimuli\[0\] is 'E'. Use brain.stimulate"),
    "stimuli None": (lambda: a_brain(stimuli=None).resolve(), "stimuli are None"),
    "recording text": (lambda: a_brain(recording="all").resolve(), "Use brain.record"),
    "velocity without unit": (lambda: a_brain(velocity=3).resolve(), "velocity: '3' has no unit"),
    "title a number": (lambda: a_brain(title=5).resolve(), "the title is 5"),
    "neuron a number": (lambda: added(neuron=5), "the neuron is 5"),
    "neuron a class": (lambda: added(neuron=NeuronModel), "the class NeuronModel"),
    "neuron misspelt": (lambda: added(neuron="lifexp"), "Did you mean 'lif_exp'"),
    "parameters a list": (lambda: added(parameters=["tau_m"]), "parameters is"),
    "parameter a number": (lambda: added(parameters={5: "1 ms"}), "a name in parameters is 5"),
    "parameter of text": (lambda: added(parameters={"tau_m": np.array(["a", "b", "c"])}), "not a row of numbers"),
    "initial a number": (lambda: added(initial=3), "initial is 3"),
    "labels as one text": (lambda: added(labels="abc"), "labels are 'abc'. A list"),
    "layout a number": (lambda: added(layout=5), "A Grid, Scatter or Positions"),
    "groups a number": (lambda: added(groups=5), "groups is 5"),
    "unknown field": (lambda: added(lables=["a"]), "a population has no 'lables'. Did you mean 'labels'"),
    "connector a name": (lambda: wired(connector="all_to_all"), "the connector is 'all_to_all'"),
    "connector a class": (lambda: wired(connector=FixedProbability), "the class FixedProbability"),
    "connector a matrix": (lambda: wired(connector=np.ones((10, 10))), "A connection rule"),
    "rule by name": (lambda: wired(rules=["stdp"]), r"rules\[0\] is 'stdp'"),
    "rules None": (lambda: wired(rules=None), "rules are None"),
    "receptor a number": (lambda: wired(receptor=5), "the receptor is 5"),
    "address a number": (lambda: addressed(5), "'5' is not a population"),
    "stimulus a number": (lambda: driven(5), "the stimulus is 5. Such as"),
    "stimulus a class": (lambda: driven(Step), "the class Step"),
    "stimulus without weight": (lambda: driven(poisson("5 Hz")), "'weight' of random input is missing"),
    "sources text": (lambda: driven(poisson("5 Hz", sources="x"), weight="1 pA"), "sources x"),  # type: ignore
    "intervention text": (lambda: a_brain().intervene("E"), r"interventions\[0\] is 'E'"),  # type: ignore
    "factor text": (lambda: ScaleReceptor(target="E", receptor="exc", factor="x"), "factor x"),  # type: ignore
    "spike times as text": (lambda: SpikeTrains(times=["1 ms"], neurons=[0]), "not numbers"),  # type: ignore
    "spikes a number": (lambda: a_brain().record(spikes=5), "spikes are 5"),
    "traces by name": (lambda: a_brain().record(traces={"E": ["v"]}), "traces are"),
    "unknown recording": (lambda: a_brain().record(spike="all"), "Did you mean 'spikes'"),
    "variables a number": (lambda: Traces(target="E", variables=5), "variables are 5"),  # type: ignore
    "probability text": (lambda: FixedProbability(p="x"), "Allowed: 0 to 1"),  # type: ignore
    "distribution of nothing": (lambda: Normal(None, None), "'mean' of a normal distribution is missing"),
    "equations None": (lambda: neuron(equations=None), "'equations' of a neuron is None"),
    "parameters by name": (lambda: neuron(parameters={"tau": "1 ms"}), "such as Parameter"),
    "receptor by name": (lambda: neuron(receptors={"exc": "psc"}), "receptor 'exc' is 'psc'. A SynapseModel"),
    "library asked for a number": (lambda: neurons.get(5), "unknown neuron '5'"),  # type: ignore
    "graph a path": (lambda: Connectome("x"), "A NetworkX graph"),  # type: ignore
    "file None": (lambda: Brain.from_yaml(None), "the path is None"),  # type: ignore
    "unknown option": (lambda: a_brain().run(outt="x"), "a run has no 'outt'. Did you mean 'out'"),
    "folder a number": (lambda: a_brain().run(out=5), "the path is 5"),
}


@pytest.mark.parametrize("what", WRONG)
def test_it_is_told_in_words(what: str) -> None:
    make, message = WRONG[what]
    with pytest.raises(InputError, match=message) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_several_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        a_brain(title=5, velocity=3, recording="all", region="X").resolve()
    assert len(caught.value.faults) == 4


def test_what_may_be_written_in_several_ways() -> None:
    brain = a_brain(seed=np.int64(3))
    brain.record(spikes="E", traces=[Traces(target="E", variables="v")])  # type: ignore[arg-type]
    network = brain.resolve()
    assert network.seed == 3 and type(network.seed) is int
    assert network.recording.spikes == ("E",)
    assert network.recording.traces[0].variables == ("v",)
    assert isinstance(network.populations[0], Population)
