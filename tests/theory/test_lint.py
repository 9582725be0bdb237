"""The linter: each finding once, at its place, and nothing on the models that ship."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from braincore.model import BrainSpec, FixedProbability, NeuronModel, Parameter, neurons, poisson, regions
from braincore.theory import lint


def _base() -> BrainSpec:
    brain = BrainSpec(duration="100 ms")
    brain.add("E", 20, "lif_exp", sign="excitatory")
    brain.add("I", 20, "lif_exp", sign="inhibitory")
    brain.connect("E", "I", weight="50 pA", delay="1 ms")
    brain.connect("I", "E", weight="-50 pA", delay="1 ms")
    for name in ("E", "I"):
        brain.stimulate(name, poisson("8 Hz", 100), weight="50 pA")
    return brain


def _dale(brain: BrainSpec) -> None:
    brain.connect("E", "E", weight="-50 pA", delay="1 ms")


def _delay(brain: BrainSpec) -> None:
    brain.connect("E", "E", weight="50 pA", delay="0.25 ms")


def _orphan(brain: BrainSpec) -> None:
    brain.stimuli.clear()
    brain.add("alone", 5, "lif_exp")


def _range(brain: BrainSpec) -> None:
    brain.add("X", 5, "lif_exp", parameters={"tau_m": "2 s"})
    brain.connect("E", "X", weight="50 pA")


def _magnesium(brain: BrainSpec) -> None:
    model = neurons.get("lif_cond")
    from braincore.model import synapses

    block = synapses.get("nmda")
    name = next(p.name for p in block.parameters if p.name.lower().startswith("mg"))
    wrong = block.with_({name: "1 M"})
    brain.add("X", 5, model.with_(receptors={**model.receptors, "nmda": wrong}))
    brain.connect("E", "X", weight="1 nS", receptor="nmda")


def _rate(brain: BrainSpec) -> None:
    brain.add("S", 5, "poisson", parameters={"rate": "2 kHz"})
    brain.connect("S", "E", weight="50 pA")


def _impossible_rate(brain: BrainSpec) -> None:
    brain.add("S", 5, "poisson", parameters={"rate": "20 kHz"})
    brain.connect("S", "E", weight="50 pA")


def _window(brain: BrainSpec) -> None:
    brain.stimulate("E", poisson("8 Hz"), weight="50 pA", during=("200 ms", "300 ms"))


def _wrong_receptor(brain: BrainSpec) -> None:
    brain.connect("E", "E", FixedProbability(p=0.5), weight="50 pA", receptor="inh")


def _slow_step(brain: BrainSpec, tau: str) -> None:
    model = NeuronModel(
        name="fast",
        equations="dv/dt = (E - v + 1*Mohm*I)/tau_m : volt",
        threshold="v > E + 1*mV",
        reset="v = E",
        parameters=(Parameter("E", "-60 mV"), Parameter("tau_m", tau)),
        method="euler",
    )
    brain.add("X", 5, model)
    from braincore.model import Step

    brain.stimulate("X", Step(amplitude="1 pA"))


@pytest.mark.parametrize(
    ("change", "words", "level"),
    [
        (_dale, "is excitatory, but", "warning"),
        (_delay, "no multiple of 0.1 ms", "warning"),
        (_orphan, "connected to nothing", "warning"),
        (_range, "outside its plausible range", "warning"),
        (_magnesium, "outside its plausible range", "warning"),
        (_rate, "saturates", "warning"),
        (_impossible_rate, "over one spike in a step", "error"),
        (_window, "begins at 200 ms, but the run ends", "warning"),
        (_wrong_receptor, "ends on receptor 'inh'", "warning"),
        (lambda brain: _slow_step(brain, "0.15 ms"), "hardly resolves", "warning"),
        (lambda brain: _slow_step(brain, "0.04 ms"), "over twice", "error"),
    ],
)
def test_each_thing_is_found(change: Callable[[BrainSpec], None], words: str, level: str) -> None:
    brain = _base()
    assert lint(brain.resolve()) == ()
    change(brain)
    found = [finding for finding in lint(brain.resolve()) if words in finding.fault.message]
    assert len(found) == 1
    assert found[0].level == level


def test_the_microcircuit_is_clean() -> None:
    brain = BrainSpec()
    brain.regions["V1"] = regions.get("CorticalMicrocircuit")(scale=0.01)
    assert lint(brain.resolve()) == ()


def test_a_region_without_pathways_is_told() -> None:
    brain = BrainSpec()
    for name in ("A", "B"):
        brain.regions[name] = regions.get("BalancedNetwork")(excitatory=80, inhibitory=20, in_degree=10)
    messages = [finding.fault.message for finding in lint(brain.resolve())]
    assert any("region 'A' has no pathway" in message for message in messages)
