"""Stimuli as they act: the statistics of random input, and every waveform at every step of its window."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from built_runs import CURRENT, JUMP, JUMPED, LIF, Done, a_brain, parameters, run
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import chi2, norm

from braincore.build import build
from braincore.errors import InputError
from braincore.model import (
    NeuronModel,
    Noise,
    Normal,
    Population,
    Ramp,
    Region,
    Samples,
    Sine,
    SpikeTrains,
    Step,
    SynapseModel,
    Traces,
    Values,
    poisson,
)

COUNTER = NeuronModel(
    name="t_counter",
    equations="dv/dt = (0*I + 0*pA)/pF : volt",
    receptors={"jump": JUMP, "late": CURRENT},
    initial={"v": "0 mV"},
    method="euler",
)
"""A membrane that only adds up what arrives; it reads its input current but does not feel it."""


def counts(done: Done, weight: float = 1e-3) -> Any:
    """How many spikes of `weight` each neuron has got."""
    return np.rint(done.built.groups["group_0"].array("u_v") / weight).astype(int)


def external(done: Done, population: str = "A", variable: str = "I_ext") -> Any:
    """The input current of every neuron at every step, shape (steps, neurons)."""
    size = done.network.population(population).size
    return done.sink.trace(population, variable, code=done.code(population)).reshape(-1, size)


# -- random input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "sources", "dt"), [("50 Hz", 20, "1 ms"), ("20 kHz", 1, "0.1 ms"), ("3 Hz", 0.5, "1 ms")]
)
def test_counts_are_poisson(rate: str, sources: float, dt: str) -> None:
    """Mean and variance over 3000 neurons: each test fails for one seed in 10 000.

    20 kHz at 0.1 ms are two spikes a step, which no train of single spikes can carry.
    """
    spec = a_brain("400 ms" if dt == "1 ms" else "40 ms", dt=dt)
    spec.add("A", 3000, COUNTER)
    spec.stimulate("A", poisson(rate, sources), weight="1 mV", receptor="jump")
    done = run(spec)
    found = counts(done)
    expected = spec.stimuli[0].rate.si * sources * done.network.duration.si  # type: ignore[union-attr]
    z = (found.mean() - expected) / np.sqrt(expected / found.size)
    assert abs(z) < norm.isf(0.5e-4)
    dispersion = ((found - found.mean()) ** 2).sum() / expected
    low, high = chi2.ppf([0.5e-4, 1 - 0.5e-4], found.size - 1)
    if expected > 1:
        assert low < dispersion < high
    else:  # few spikes: the variance of the variance is larger than chi-square's
        assert abs(found.var() / expected - 1) < 0.15


def test_neurons_get_independent_spikes() -> None:
    spec = a_brain("200 ms", dt="1 ms")
    spec.add("A", 200, COUNTER)
    spec.stimulate("A", poisson("100 Hz"), weight="1 mV", receptor="jump")
    spec.record(traces=(Traces(target="A", variables=("v",)),))
    steps = np.diff(external(run(spec), variable="v"), axis=0)
    correlation = np.corrcoef(steps.T) - np.eye(200)
    assert abs(correlation.mean()) < 4 / np.sqrt(199 * 200 * 199 / 2)
    assert np.abs(correlation).max() < 6 / np.sqrt(199)  # 20 000 pairs


def test_rates_and_weights_of_single_neurons() -> None:
    rates, weights = np.array([0.0, 100, 1000, 5000]), np.array([1.0, 2, 3, -4])
    spec = a_brain("400 ms", dt="1 ms")
    spec.add("A", 4, COUNTER)
    spec.stimulate("A", poisson(Values.of(rates, "Hz"), 10), weight=Values.of(weights, "mV"), receptor="jump")
    done = run(spec)
    found = done.built.groups["group_0"].array("u_v") / (weights * 1e-3)
    assert_allclose(found, np.rint(found), atol=1e-6)
    expected = rates * 10 * 0.4
    assert found[0] == 0
    assert (np.abs(found - expected)[1:] < 4 * np.sqrt(expected[1:])).all()  # 1 in 16 000 each


def test_weights_of_a_distribution_are_drawn_once_for_each_neuron() -> None:
    spec = a_brain("20 ms", dt="1 ms")
    spec.add("A", 500, COUNTER)
    spec.stimulate("A", poisson("5 kHz"), weight=Normal("1 mV", "0.1 mV"), receptor="jump")
    spec.record(traces=(Traces(target="A", variables=("v",)),))
    done = run(spec)
    steps = np.diff(external(done, variable="v"), axis=0)
    weights = done.built.groups["group_0"].array("b_weight0")
    assert_allclose(steps / weights, np.rint(steps / weights), atol=1e-6)
    assert abs(weights.mean() - 1e-3) < 4 * 1e-4 / np.sqrt(500)
    assert abs(weights.std() - 1e-4) < 4 * 1e-4 / np.sqrt(1000)


def test_rate_as_an_expression_of_time() -> None:
    """sin(2 pi 10 Hz t) kHz: no spike where it is negative, and the right mean where it is not (4.5 SE of 3000)."""
    spec = a_brain("100 ms", dt="1 ms")
    spec.add("A", 3000, COUNTER)
    spec.stimulate("A", poisson("1000*Hz*sin(2*pi*10*Hz*t)"), weight="1 mV", receptor="jump", during=("10 ms", None))
    spec.record(traces=(Traces(target="A", variables=("v",)),))
    done = run(spec)
    steps = np.diff(np.rint(external(done, variable="v") / 1e-3), axis=0).mean(axis=1)
    t = np.arange(99) * 1e-3
    expected = np.clip(np.sin(2 * np.pi * 10 * t), 0, None) * (np.arange(99) >= 10)
    silent = expected < 1e-9
    assert steps[silent].sum() == 0
    z = (steps - expected)[~silent] / np.sqrt(expected[~silent] / 3000)
    assert np.abs(z).max() < 4.5


def test_windows_of_random_input_open_and_close_at_their_steps() -> None:
    """Described in any order, also one that begins where another ends; 100 spikes a step are never none."""
    spec = a_brain("6 ms")
    spec.add("A", 3, COUNTER)
    for start, stop in (("3 ms", "4 ms"), ("1 ms", "3 ms"), ("4.5 ms", "4.57 ms"), ("4.92 ms", "4.98 ms")):
        spec.stimulate("A", poisson("1000 kHz"), weight="1 mV", receptor="jump", during=(start, stop))
    spec.stimulate("A[0]", poisson("1000 kHz"), weight="1 mV", receptor="jump", during=("5.5 ms", None))
    spec.record(traces=(Traces(target="A", variables=("v",)),))
    done = run(spec)
    steps = np.diff(external(done, variable="v"), axis=0) > 0
    on = np.zeros((59, 3), dtype=bool)
    on[10:40] = on[45] = True  # 4.92 to 4.98 ms hold the start of no step
    on[55:, 0] = True
    assert_array_equal(steps, on)
    assert len(done.built.plan.groups[0].poisson) == 1  # they share one channel


def test_random_input_is_held_off_a_refractory_membrane_as_spikes_are() -> None:
    """A membrane held in refractoriness takes no jump, from random input or from a synapse; a current goes on."""

    def trace(random: bool) -> Any:
        spec = a_brain("10 ms")
        spec.add("A", 1, JUMPED, parameters={"t_ref": "3 ms"})
        if random:
            spec.stimulate("A", poisson("1000 kHz"), weight="0.05 mV", receptor="jump", during=("1 ms", "8 ms"))
        else:
            times = np.arange(10, 80) * 1e-4
            spec.stimulate("A", SpikeTrains(times=times, neurons=np.zeros(70, int)), weight="5 mV")
        spec.record(traces=(Traces(target="A", variables=("v",)),))
        done = run(spec)
        return external(done, variable="v")[:, 0], done.train("A")

    for random in (True, False):
        v, spikes = trace(random)
        assert len(spikes) == 2
        first = spikes[0]
        assert_array_equal(v[first + 1 : first + 31], -0.065)
        assert v[first + 31] > -0.065  # the last held step takes no input, the next does


def test_random_input_drives_currents_through_refractoriness() -> None:
    spec = a_brain("10 ms")
    spec.add("A", 1, LIF, parameters={"t_ref": "5 ms"})
    spec.stimulate("A", poisson("1000 kHz"), weight="5 pA", receptor="exc")
    spec.record(traces=(Traces(target="A", variables=("exc.I_r",)),))
    done = run(spec)
    assert len(done.train("A")) == 2
    assert (np.diff(external(done, variable="exc.I_r")[:, 0])[:30] > 0).all()


def test_a_synapse_that_is_not_additive_takes_no_random_input() -> None:
    for on_pre in ("g = w", "g += w*g/siemens", "g += w*w/siemens", "g += w + 1*nS", "g *= 2"):
        odd = SynapseModel(name="odd", weight="S", equations="dg/dt = -g/tau : siemens", current="g*(0*mV - v)",
                           on_pre=on_pre, parameters=parameters(tau="5 ms"))  # fmt: skip
        spec = a_brain("1 ms")
        spec.add("A", 1, LIF.with_(receptors={"odd": odd}))
        spec.stimulate("A", poisson("5 Hz"), weight="1 nS")
        with pytest.raises(InputError, match="not proportional to w"):
            build(spec.resolve())


# -- currents --------------------------------------------------------------------------------------------------------


def test_steps_add_up_where_they_overlap() -> None:
    spec = a_brain("10 ms")
    spec.add("A", 5, COUNTER)
    windows = [("0 ms", "4 ms", 1.0, "A"), ("2 ms", "6 ms", 10.0, "A[1:3]"), ("4 ms", None, 100.0, "A"),
               ("3 ms", "3.05 ms", 1000.0, "A[4]"), ("3.02 ms", "3.08 ms", 7.0, "A")]  # fmt: skip
    for start, stop, amplitude, target in windows:
        spec.stimulate(target, Step(amplitude=f"{amplitude} nA"), during=(start, stop))
    spec.stimulate("A", Step(amplitude=Values.of([0, 0, 0, 5, 0], "nA")), during=("9 ms", "9.5 ms"))
    spec.record(traces=(Traces(target="A", variables=("I_ext",)),))
    expected = np.zeros((100, 5))
    expected[:40] += 1
    expected[20:60, 1:3] += 10
    expected[40:] += 100
    expected[30, 4] += 1000
    expected[90:95, 3] += 5
    assert_allclose(external(run(spec)) * 1e9, expected, atol=1e-9)


def test_waveforms_have_their_value_at_every_step() -> None:
    """Several waveforms on parts of a population, one after another and at once."""
    spec = a_brain("30 ms")
    spec.add("pad", 3, COUNTER)
    spec.add("A", 4, COUNTER)
    spec.stimulate("A", Ramp(start="0 nA", stop="4 nA"), during=("1 ms", "5 ms"))
    spec.stimulate(
        "A[0:2]", Sine(amplitude="2 nA", frequency="100 Hz", offset="1 nA", phase=0.5), during=("5 ms", "20 ms")
    )
    spec.stimulate("A[1:3]", Samples(values=["1 nA", "-3 nA", "2 nA"], interval="0.25 ms"), during=("10 ms", None))
    spec.stimulate("A[3]", Ramp(start="1 nA", stop="2 nA"), during=("25 ms", "30 ms"))
    spec.record(traces=(Traces(target="A", variables=("I_ext",)), Traces(target="pad", variables=("I_ext",))))
    done = run(spec)
    t = np.arange(300) / 10
    expected = np.zeros((300, 4))
    expected[10:50] += (t[10:50] - 1)[:, None]
    expected[50:200, 0:2] += (1 + 2 * np.sin(2 * np.pi * 0.1 * (t[50:200] - 5) + 0.5))[:, None]
    held = np.floor((np.arange(8) + 1e-6) / 2.5).astype(int)  # 0.25 ms is two and a half steps
    expected[100:108, 1:3] += np.array([1, -3, 2, 0])[held][:, None]
    expected[250:, 3] += 1 + (t[250:] - 25) / 5
    assert_allclose(external(done) * 1e9, expected, atol=1e-9)
    assert_array_equal(external(done, "pad"), np.zeros((300, 3)))


def test_a_waveform_for_a_region_is_one_table_column() -> None:
    region = Region(populations=tuple(Population(name=n, size=3, neuron=COUNTER) for n in ("E", "I")))
    spec = a_brain("5 ms", regions={f"V{k}": region for k in range(5)})
    for k in range(5):
        spec.stimulate(f"V{k}", Sine(amplitude="1 nA", frequency="200 Hz"), during=("1 ms", "2 ms"))
    spec.stimulate("V1.E[0]", Sine(amplitude="1 nA", frequency="200 Hz"), during=("1 ms", "2 ms"))
    built = build(spec.resolve())
    group = built.groups["group_0"]
    assert group.brian.namespace["b_table"].values.shape == (50, 2)  # once, twice
    assert np.bincount(group.array("b_column")).tolist() == [29, 1]


def test_ornstein_uhlenbeck_noise_has_its_mean_spread_and_memory() -> None:
    """Gillespie 1996: stationary from its first step, variance sd^2, autocorrelation exp(-t/tau)."""
    spec = a_brain("100 ms", dt="0.5 ms")
    spec.add("A", 3000, COUNTER)
    spec.stimulate("A", Noise(mean="5 nA", sd="2 nA", tau="4 ms"), during=("20 ms", "70 ms"))
    spec.record(traces=(Traces(target="A", variables=("I_ext",)),))
    found = external(run(spec)) * 1e9
    assert (found[:40] == 0).all() and (found[140:] == 0).all()
    inside = found[40:140]
    standard_error = 1 / np.sqrt(3000)
    assert np.abs(inside.mean(axis=1) - 5).max() < 5 * 2 * standard_error
    assert np.abs(inside.std(axis=1) / 2 - 1).max() < 5 * standard_error / np.sqrt(2)
    deviation = (inside - 5) / 2
    for lag in (1, 4, 8, 20, 60):
        correlation = (deviation[:-lag] * deviation[lag:]).mean(axis=0)
        error = correlation.std() / np.sqrt(3000)
        assert abs(correlation.mean() - np.exp(-lag * 0.5 / 4)) < 4 * error


def test_white_noise_is_new_every_step() -> None:
    spec = a_brain("50 ms", dt="0.5 ms")
    spec.add("A", 2000, COUNTER)
    spec.stimulate("A", Noise(mean="-1 nA", sd="3 nA"))
    spec.stimulate("A[0:1000]", Step(amplitude="10 nA"))
    spec.record(traces=(Traces(target="A", variables=("I_ext",)),))
    found = external(run(spec)) * 1e9
    found[:, :1000] -= 10
    n = found.size
    assert abs(found.mean() + 1) < 4 * 3 / np.sqrt(n)
    assert abs(found.std() / 3 - 1) < 4 / np.sqrt(2 * n)
    assert abs(np.mean((found[:-1] + 1) * (found[1:] + 1)) / 9) < 4 / np.sqrt(n)


def test_noises_at_once_add_up_and_noises_in_turn_share_a_channel() -> None:
    spec = a_brain("20 ms", dt="0.5 ms")
    spec.add("A", 2000, COUNTER)
    spec.stimulate("A", Noise(mean="1 nA", sd="1 nA", tau="5 ms"), during=("10 ms", None))
    spec.stimulate("A", Noise(mean="2 nA", sd="2 nA", tau="5 ms"), during=("0 ms", "10 ms"))
    spec.stimulate("A", Noise(mean="3 nA", sd="1 nA"), during=("0 ms", None))
    spec.record(traces=(Traces(target="A", variables=("I_ext",)),))
    done = run(spec)
    assert len(done.built.plan.groups[0].noises) == 2
    found = external(done) * 1e9
    for steps, mean, sd in ((slice(0, 20), 5, np.sqrt(5)), (slice(20, 40), 4, np.sqrt(2))):
        assert np.abs(found[steps].mean(axis=1) - mean).max() < 5 * sd / np.sqrt(2000)
        assert np.abs(found[steps].std(axis=1) / sd - 1).max() < 5 / np.sqrt(4000)


def test_noise_is_drawn_apart_for_each_stimulus() -> None:
    spec = a_brain("2 ms")
    spec.add("A", 1000, COUNTER)
    for _ in range(2):
        spec.stimulate("A", Noise(mean="0 nA", sd="1 nA", tau="1 s"))
    built = build(spec.resolve())
    built.timeline.apply(0)
    first, second = (built.groups["group_0"].array(f"b_noise{k}") for k in range(2))
    assert abs(np.corrcoef(first, second)[0, 1]) < 4 / np.sqrt(1000)


def test_a_threshold_may_read_the_input() -> None:
    model = NeuronModel(name="gated", equations="x : 1", threshold="I_ext > 1*nA", reset="x += 1")
    spec = a_brain("1 ms")
    spec.add("A", 2, model)
    spec.stimulate("A[1]", Step(amplitude="2 nA"), during=("0.2 ms", "0.5 ms"))
    done = run(spec)
    assert done.train("A", 1).tolist() == [2, 3, 4] and done.train("A", 0).size == 0


def test_what_is_held_constant_over_a_step_reads_the_current_of_that_step() -> None:
    model = NeuronModel(
        name="held", equations="dv/dt = 0*I/pF : volt\nheld = I : amp (constant over dt)", initial={"v": "0 mV"},
        method="euler",
    )  # fmt: skip
    spec = a_brain("3 ms")
    spec.add("A", 2, model)
    spec.stimulate("A", Ramp(start="0 nA", stop="3 nA"))
    spec.stimulate("A", Noise(mean="1 nA", sd="1 nA"))
    spec.stimulate("A", Step(amplitude="1 nA"), during=("1 ms", "2 ms"))
    spec.record(traces=(Traces(target="A", variables=("I", "held")),))
    done = run(spec)
    assert_array_equal(external(done, variable="held"), external(done, variable="I"))


def test_an_own_input_variable_is_the_models() -> None:
    model = NeuronModel(
        name="own_input",
        equations="dv/dt = (E - v + R*I)/tau : volt\nI = 2*nA*int(t > 1*ms) : amp",
        parameters=parameters(E="-65 mV", R="10 Mohm", tau="10 ms"),
        initial={"v": "E"},
        method="euler",
    )
    spec = a_brain("2 ms")
    spec.add("A", 1, model)
    spec.record(traces=(Traces(target="A", variables=("I",)),))
    assert_array_equal(external(run(spec), variable="I")[:, 0] > 0, np.arange(20) > 10)
    spec.stimulate("A", Step(amplitude="1 nA"))
    with pytest.raises(InputError, match="has no input current"):
        spec.resolve()
