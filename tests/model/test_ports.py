"""Ports: how regions are joined, and what is refused where they do not fit."""

from __future__ import annotations

from typing import Any

import pytest

from braincore import Brain, poisson
from braincore.errors import InputError
from braincore.model import (
    Connectome,
    FixedProbability,
    Pathway,
    Population,
    Port,
    Region,
    neurons,
)
from braincore.units import Quantity

LIF = neurons.get("lif_exp")
PORTS: dict[str, Port | str] = {
    "feedforward": Port(population="E", way="in", kind="feedforward", receptor="exc", sign="excitatory"),
    "inhibition": Port(population="E", way="in", receptor="inh", sign="inhibitory"),
    "output": Port(population="E[0:50]", way="out"),
    "local": Port(population="I", way="out"),
    "any": "E",
}


def _region() -> Region:
    populations = (
        Population(name="E", size=80, neuron=LIF, sign="excitatory"),
        Population(name="I", size=20, neuron=LIF, sign="inhibitory"),
    )
    return Region(populations=populations, ports=PORTS)


def _brain() -> Brain:
    brain = Brain(seed=1, duration="10 ms")
    brain.regions["A"], brain.regions["B"] = _region(), _region()
    return brain


def _joined(source: str, target: str, **more: Any) -> Any:
    brain = _brain()
    brain.connect(source, target, FixedProbability(p=0.1), weight="80 pA", delay="1.5 ms", **more)
    return brain.resolve()


def test_projections_between_ports() -> None:
    (found,) = _joined("A.output", "B.feedforward").projections
    assert (found.source, found.target, found.receptor) == ("A.E[0:50]", "B.E", "exc")
    (found,) = _joined("A.output", "B.any[0:3]").projections
    assert (found.source, found.target) == ("A.E[0:50]", "B.E[0:3]")
    brain = _brain()
    brain.connect("A.local", "B.inhibition", FixedProbability(p=0.1), weight="-80 pA", delay="1.5 ms")
    assert brain.resolve().projections[0].receptor == "inh"


def test_stimuli_on_ports() -> None:
    brain = _brain()
    brain.stimulate("A.feedforward", poisson("8 Hz", sources=10), weight="80 pA")
    (found,) = brain.resolve().stimuli
    assert (found.target, found.receptor) == ("A.E", "exc")
    brain.stimulate("A.output", poisson("8 Hz", sources=10), weight="80 pA")
    with pytest.raises(InputError, match="leads out of its region"):
        brain.resolve()


@pytest.mark.parametrize(
    ("ends", "message", "hint"),
    [
        (("A.feedforward", "B.any"), "port 'A.feedforward' leads into its region", "A.output, A.local, A.any"),
        (("A.any", "B.output"), "port 'B.output' leads out of its region", "B.feedforward, B.inhibition, B.any"),
        (
            ("A.local", "B.feedforward"),
            "port 'B.feedforward' takes excitatory input, and 'A.I' is inhibitory",
            "another port",
        ),
        (("A.output[0:3]", "B.any"), "port 'A.output' is a selection already", "E[0:50]"),
        (("A.out", "B.any"), "unknown population 'A.out'", "A.output"),
    ],
)
def test_what_does_not_fit_is_refused(ends: tuple[str, str], message: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        _joined(*ends)
    (fault,) = caught.value.faults
    assert message in fault.message
    assert hint in fault.hint


def test_weights_of_another_unit_are_refused_at_a_port() -> None:
    brain = _brain()
    brain.connect("A.output", "B.feedforward", FixedProbability(p=0.1), weight="1 nS", delay="1.5 ms")
    with pytest.raises(InputError, match="a conductance"):
        brain.resolve()


def test_pathways_of_a_connectome_go_through_ports() -> None:
    connectome = Connectome.from_edges([("A", "B", {"length": "10 mm"})], velocity="3 m/s")
    brain = Brain(connectome, region=_region(), seed=1, duration="10 ms")
    brain.pathways.append(Pathway(source="output", target="feedforward", weight="80 pA", in_degree=10))
    (found,) = brain.resolve().projections
    assert (found.source, found.target, found.receptor) == ("A.E[0:50]", "B.E", "exc")
    brain.pathways[0] = Pathway(source="local", target="feedforward", weight="80 pA", in_degree=10)
    with pytest.raises(InputError, match="takes excitatory input"):
        brain.resolve()
    brain.pathways[0] = Pathway(source="feedforward", target="feedforward", weight="80 pA", in_degree=10)
    with pytest.raises(InputError, match="leads into its region"):
        brain.resolve()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"way": "up"}, "the way of a port is 'up'"),
        ({"kind": "sideways"}, "the kind of a port is 'sideways'"),
        ({"sign": "positive"}, "the sign of a port is 'positive'"),
        ({"way": "out", "receptor": "exc"}, "a port that leads out has no receptor"),
    ],
)
def test_wrong_ports_are_refused(settings: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Port(population="E", **settings)


def test_delay_of_a_port_is_that_of_the_projection() -> None:
    assert _joined("A.output", "B.feedforward").projections[0].delay == Quantity(1.5, "ms")
