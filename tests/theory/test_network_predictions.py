"""From a network to a prediction: which models are covered, what counts as drive, and what is said of the rest."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.model import (
    BrainSpec,
    FixedInDegree,
    NeuronModel,
    Parameter,
    Step,
    Uniform,
    neurons,
    poisson,
    synapses,
)
from braincore.theory import predict, prediction_lines
from braincore.theory.lif import NotCoveredError, constants, kinetics
from braincore.theory.siegert import LIF, colour_shift, noise_free_rate, rate

DT = 1e-4


def _population(model: NeuronModel, **more: object):  # type: ignore[no-untyped-def]
    return BrainSpec().add("P", 10, model, **more)


def test_the_constants_of_lif_exp_are_found_in_its_equations() -> None:
    found = constants(_population(neurons.get("lif_exp")), DT)
    assert found.tau_m == pytest.approx(10e-3)
    assert found.e_l == pytest.approx(-65e-3)
    assert found.v_th == pytest.approx(-50e-3)
    assert found.v_reset == pytest.approx(-65e-3)
    assert found.tau_ref == pytest.approx(2e-3)
    assert found.per_input == pytest.approx(1 / 250e-12)
    assert found.noise == 0


def test_a_users_own_lif_is_recognised_by_its_equations() -> None:
    own = NeuronModel(
        name="mine",
        equations="dx/dt = (rest - x + R*I)/T : volt",
        threshold="x > top",
        reset="x = low",
        refractory="3*ms",
        membrane="x",
        parameters=(
            Parameter("rest", "-70 mV"),
            Parameter("R", "100 Mohm"),
            Parameter("T", "20 ms"),
            Parameter("top", "-55 mV"),
            Parameter("low", "-72 mV"),
        ),
    )
    found = constants(_population(own), DT)
    assert (found.tau_m, found.e_l) == (pytest.approx(20e-3), pytest.approx(-70e-3))
    assert found.per_input == pytest.approx(100e6 / 20e-3)
    assert found.tau_ref == pytest.approx(3e-3 - DT)  # Brian2 holds a neuron one step less than it says


def test_white_noise_on_the_membrane_is_found() -> None:
    found = constants(_population(neurons.get("lif_noisy")), DT)
    model = neurons.get("lif_noisy")
    assert found.noise == pytest.approx(model.parameter("sigma").value.si, rel=1e-6)


@pytest.mark.parametrize("name", ["hh", "adex", "izhikevich", "lif_cond", "rate", "traub_miles"])
def test_what_is_no_current_based_lif_is_not_predicted_and_says_why(name: str) -> None:
    brain = BrainSpec()
    brain.add("P", 10, name)
    brain.add("Q", 10, "lif_exp")
    brain.stimulate("Q", poisson("8 Hz", 1600), weight="87.8 pA")
    if neurons.get(name).spikes:
        brain.connect("P", "Q", weight="1 pA", receptor="exc")
    if name == "lif_cond":
        brain.connect("Q", "P", weight="1 nS", receptor=next(iter(neurons.get("lif_cond").receptors)))
    found = predict(brain.resolve(), regime=False)
    row = next(p for p in found.populations if p.name == "P")
    if name != "lif_cond" or row.rate_hz is None:
        assert row.rate_hz is None
        assert row.reason
    assert any("not predicted" in line for line in prediction_lines(found))


def test_kinetics_of_a_users_own_synapse_are_not_guessed() -> None:
    assert kinetics(synapses.get("exponential_current")).tau_decay == pytest.approx(0.5e-3)
    with pytest.raises(NotCoveredError, match="conductance"):
        kinetics(synapses.get("ampa"))


def test_drive_of_poisson_input_equals_siegert() -> None:
    """Against the closed form: mean and variance of shot noise put into Siegert's formula by hand."""
    brain = BrainSpec()
    brain.add("P", 10, "lif_exp")
    brain.stimulate("P", poisson("8 Hz", 1500), weight="87.8 pA")
    brain.stimulate("P", Step(amplitude="20 pA"))
    found = predict(brain.resolve(), regime=False).populations[0].rate_hz
    jump = 87.8e-12 * 0.5e-3 / 250e-12
    events = 8 * 1500
    mu = -65e-3 + 10e-3 * events * jump + 20e-12 * 10e-3 / 250e-12
    sigma = np.sqrt(10e-3 * events) * jump
    lif = LIF(tau_m=10e-3, v_th=-50e-3, v_reset=-65e-3, tau_ref=2e-3)
    assert found == pytest.approx(float(rate(mu, sigma, lif, colour_shift(0.5e-3, 10e-3))), rel=1e-6)


def test_a_stimulus_counts_while_it_is_on() -> None:
    brain = BrainSpec(duration="1 s")
    brain.add("P", 10, "lif_exp")
    brain.stimulate("P", Step(amplitude="500 pA"), during=("200 ms", "400 ms"))
    network = brain.resolve()
    lif = LIF(tau_m=10e-3, v_th=-50e-3, v_reset=-65e-3, tau_ref=2e-3)
    expected = float(noise_free_rate(-65e-3 + 500e-12 * 10e-3 / 250e-12, lif))
    assert predict(network, at=0.3, regime=False).populations[0].rate_hz == pytest.approx(expected, rel=1e-3)
    assert predict(network, at=0.1, regime=False).populations[0].rate_hz == pytest.approx(0, abs=1e-9)


def test_poisson_sources_drive_as_poisson_input_does() -> None:
    direct, relayed = BrainSpec(), BrainSpec()
    for brain in (direct, relayed):
        brain.add("P", 50, "lif_exp")
    direct.stimulate("P", poisson("80 Hz", 150), weight="87.8 pA")
    relayed.add("S", 1000, "poisson", parameters={"rate": "80 Hz"})
    relayed.connect("S", "P", FixedInDegree(k=150), weight="87.8 pA", receptor="exc")
    rates = [
        next(p.rate_hz for p in predict(b.resolve(), regime=False).populations if p.name == "P")
        for b in (direct, relayed)
    ]
    assert rates[0] == pytest.approx(rates[1], rel=1e-9)
    assert rates[0] is not None
    assert rates[0] > 1


def test_distributed_weights_count_with_their_variance() -> None:
    same, spread = BrainSpec(), BrainSpec()
    for brain, weight in ((same, "80 pA"), (spread, Uniform("0 pA", "160 pA"))):
        brain.add("S", 1000, "poisson", parameters={"rate": "80 Hz"})
        brain.add("P", 50, "lif_exp")
        brain.connect("S", "P", FixedInDegree(k=90), weight=weight, receptor="exc")
    quiet, noisy = (predict(b.resolve(), regime=False).populations[1].rate_hz for b in (same, spread))
    assert quiet is not None
    assert noisy is not None
    assert noisy > quiet * 1.1  # below threshold, more variance means more spikes
