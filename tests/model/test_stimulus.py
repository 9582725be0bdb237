"""Stimuli, interventions and recordings as described: windows, waveforms, given spikes, pulses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.model import (
    CurrentInput,
    Lesion,
    Noise,
    Optogenetic,
    PoissonInput,
    Ramp,
    Recording,
    Samples,
    ScaleReceptor,
    Silence,
    Sine,
    SpikeTrains,
    Step,
    Traces,
    Weights,
)
from braincore.model.stimulus import window
from braincore.units import Quantity

TIMES = np.array([0.1, 0.15, 0.2])


def test_windows() -> None:
    assert window(None)[0].si == 0 and window(None)[1] is None
    assert window(("1 ms", None)) == (Quantity(1.0, "ms"), None)
    for wrong in (("-1 ms", "1 ms"), ("2 ms", "1 ms"), ("1 ms", "1 ms"), ("1 ms",), 3, ("1 mV", "2 mV"), ("nan", None)):
        with pytest.raises(InputError):
            window(wrong)


def test_waveforms_between_their_ends() -> None:
    assert Ramp(start="1 nA", stop="3 nA").samples(TIMES, 0.1, 0.2) == pytest.approx([1e-9, 2e-9, 3e-9])
    assert Ramp(start=0, stop="1 nA").samples(TIMES, 0.1, 0.2) == pytest.approx([0, 0.5e-9, 1e-9])
    assert Ramp(start="1 nA", stop=0).samples(TIMES, 0.1, 0.2) == pytest.approx([1e-9, 0.5e-9, 0])
    sine = Sine(amplitude="2 nA", frequency="5 Hz", offset="1 nA", phase=np.pi / 2)
    assert sine.samples(TIMES, 0.1, 0.2) == pytest.approx([3e-9, 1e-9, -1e-9])
    steps = Samples(values=["1 nA", "2 nA"], interval="30 ms")
    assert steps.samples(np.array([0.1, 0.129, 0.13, 0.159, 0.16]), 0.1, 1) == pytest.approx(
        [1e-9, 1e-9, 2e-9, 2e-9, 0]
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: Ramp(start="1 nA", stop="1 mV"),
        lambda: Sine(amplitude="1 nA", frequency="1 ms"),
        lambda: Sine(amplitude="1 nA", frequency="1 Hz", offset="1 mV"),
        lambda: Samples(values=["1 nA"], interval="0 ms"),
        lambda: Samples(values=["1 nA", "1 mV"], interval="1 ms"),
        lambda: Noise(mean="1 nA", sd="-1 nA"),
        lambda: Noise(mean="1 nA", sd="1 nA", tau="0 ms"),
        lambda: Noise(mean="1 mV", sd="1 nA"),
        lambda: Step(amplitude="x"),
        lambda: Step(amplitude=float("nan")),
        lambda: PoissonInput(target="A", rate="-5 Hz", weight="1 pA"),
        lambda: PoissonInput(target="A", rate="5 mV", weight="1 pA"),
        lambda: PoissonInput(target="A", rate=["5 Hz", "-1 Hz"], weight="1 pA"),
        lambda: PoissonInput(target="A", rate="t*Hz", weight="1 pA"),
        lambda: PoissonInput(target="A", rate="5*Hz*exp('x')", weight="1 pA"),
        lambda: PoissonInput(target="A", rate="5*Hz*(1 + sin(u*t))", weight="1 pA"),
        lambda: PoissonInput(target="A", rate="5*Hz*rand()", weight="1 pA"),
        lambda: PoissonInput(target="A", rate="5 Hz", weight="1 pA", sources=-1),
        lambda: PoissonInput(target="A", rate="5 Hz", weight="1 pA", sources=float("inf")),
        lambda: Lesion(target="A", at="-1 ms"),
        lambda: ScaleReceptor(target="A", receptor="x", factor=-1),
        lambda: ScaleReceptor(target="A", receptor="x", factor=float("nan")),
        lambda: Optogenetic(target="A", conductance="-1 nS"),
        lambda: Optogenetic(target="A", conductance="1 nS", frequency="10 Hz"),
        lambda: Optogenetic(target="A", conductance="1 nS", frequency="10 Hz", width="200 ms"),
        lambda: Traces(target="A", variables=()),
        lambda: Traces(target="A", variables=("v",), interval="0 ms"),
        lambda: Weights(projection="A", interval="-1 ms"),
        lambda: Weights(projection="A", interval="1 ms", sample=0),
        lambda: Recording(rates="1 mV"),
    ],
)
def test_senseless_descriptions_are_refused(make: Any) -> None:
    with pytest.raises(InputError):
        make()


def test_rates_may_depend_on_time() -> None:
    made = PoissonInput(target="A", rate="5*Hz*(1 + sin(2*pi*8*Hz*t))", weight="1 pA")
    assert made.inhomogeneous and not PoissonInput(target="A", rate="5 Hz", weight="1 pA").inhomogeneous
    with pytest.raises(InputError, match=r"rate: .*operator is missing before 'Hz'. Write 10\*Hz"):
        PoissonInput(target="A", rate="10 Hz*(1 + sin(t/second))", weight="1 pA")


def test_trains_are_sorted_and_kept() -> None:
    times, neurons = [3e-3, 1e-3, 3e-3], [0, 1, -0]
    trains = SpikeTrains(times=times, neurons=neurons)  # type: ignore[arg-type]
    assert trains.times.tolist() == [1e-3, 3e-3, 3e-3] and trains.neurons.tolist() == [1, 0, 0]
    assert trains.neurons.dtype == np.int32
    assert trains.shifted(1.0).times.tolist() == pytest.approx([1.001, 1.003, 1.003])
    assert trains == SpikeTrains(times=times, neurons=neurons)  # type: ignore[arg-type]
    assert trains.within(window(("1 ms", "4 ms"))).times.tolist() == pytest.approx([2e-3])
    assert trains.within(window(("1 ms", None))).times.size == 3
    with pytest.raises(ValueError, match="read-only"):
        trains.times[0] = 0
    for wrong in (
        {"times": [-1.0], "neurons": [0]},
        {"times": [np.nan], "neurons": [0]},
        {"times": [1.0], "neurons": [-1]},
        {"times": [1.0], "neurons": [0, 1]},
        {"times": [1.0], "neurons": [0.5]},
        {"times": [1.0], "neurons": [2**31]},
    ):
        with pytest.raises(InputError):
            SpikeTrains(**wrong)  # type: ignore[arg-type]


def test_light_comes_in_pulses() -> None:
    light = Optogenetic(target="A", conductance="1 nS", frequency="100 Hz", width="3 ms", during=("5 ms", "26 ms"))
    assert np.allclose(light.pulses(1.0), [(0.005, 0.008), (0.015, 0.018), (0.025, 0.026)])
    assert np.allclose(light.pulses(0.016), [(0.005, 0.008), (0.015, 0.016)])
    assert light.pulses(0.004) == []
    assert Optogenetic(target="A", conductance="1 nS", during=("5 ms", None)).pulses(0.5) == [(0.005, 0.5)]
    whole = Optogenetic(target="A", conductance="1 nS", frequency="100 Hz", width="10 ms", during=("0 ms", "30 ms"))
    assert len(whole.pulses(1.0)) == 3


def test_windows_of_interventions() -> None:
    assert Lesion(target="A", at="5 ms").during == (Quantity(5.0, "ms"), None)
    assert Lesion(target="A").during[0].si == 0
    assert Silence(target="A", during=("1 ms", "2 ms")).during[1] == Quantity(2.0, "ms")
    assert CurrentInput(target="A", waveform=Step(amplitude="1 nA")).during[1] is None
