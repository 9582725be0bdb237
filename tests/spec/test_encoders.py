"""Encoders against closed forms, and against plain loops over their published definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from braincore.errors import InputError, UnitError
from braincore.model import encoders

unit = st.floats(0, 1)


def test_rate_counts_are_poisson() -> None:
    """2000 trains of mean 12: the dispersion test and the mean, each with a false-alarm rate of 1e-4."""
    trains = encoders.rate(np.full(2000, 0.6), duration="200 ms", high="100 Hz", rng=np.random.default_rng(1))
    counts = np.bincount(trains.neurons, minlength=2000)
    dispersion = counts.var(ddof=1) / counts.mean() * 1999
    low, high = stats.chi2.ppf([5e-5, 1 - 5e-5], 1999)
    assert low < dispersion < high
    assert abs(counts.sum() - 24000) < 3.9 * math.sqrt(24000)
    assert stats.kstest(trains.times / 0.2, "uniform").pvalue > 1e-4


def test_rate_goes_from_low_to_high() -> None:
    x = np.repeat([0.0, 0.25, 1.0], 500)
    trains = encoders.rate(x, duration="1 s", low="4 Hz", high="20 Hz", rng=np.random.default_rng(2))
    counts = np.bincount(trains.neurons, minlength=1500).reshape(3, 500).sum(axis=1)
    for count, rate in zip(counts, (4, 8, 20), strict=True):
        assert abs(count - 500 * rate) < 4.4 * math.sqrt(500 * rate)  # false alarm 1e-5 each


def test_a_refractory_rate_code_keeps_its_mean_and_has_shifted_exponential_intervals() -> None:
    """Equilibrium renewal: the count is rate T from the start on; intervals are d + Exp(1/rate - d)."""
    rate, dead, length, n = 150.0, 4e-3, 0.5, 2000
    trains = encoders.rate(
        np.ones(n), duration="500 ms", high="150 Hz", refractory="4 ms", rng=np.random.default_rng(3)
    )
    intervals = np.concatenate([np.diff(trains.times[trains.neurons == i]) for i in range(200)])
    assert intervals.min() >= dead - 1e-12
    # Var(count) ~ rate T (1 - rate d)^2, so the bound below is more than 5 standard deviations.
    assert abs(trains.times.size - n * rate * length) < 5 * math.sqrt(n * rate * length)
    # A window censors long intervals: compare those that begin in the first half, of at most 150 ms.
    first = [np.diff(t)[t[:-1] < 0.25] for t in (trains.times[trains.neurons == i] for i in range(400))]
    shifted = np.concatenate(first) - dead
    assert stats.kstest(shifted, "expon", args=(0, 1 / rate - dead)).pvalue > 1e-4
    early = (trains.times < 20e-3).sum()
    assert abs(early - n * rate * 20e-3) < 5 * math.sqrt(n * rate * 20e-3), "stationary from the start"


def test_rate_zero_is_silent_and_impossible_rates_are_refused() -> None:
    rng = np.random.default_rng(4)
    assert encoders.rate([0, 0], duration="1 s", high="100 Hz", rng=rng).times.size == 0
    assert encoders.rate([0, 0], duration="1 s", high="100 Hz", refractory="1 ms", rng=rng).times.size == 0
    with pytest.raises(InputError, match="no interval"):
        encoders.rate([1.0], duration="1 s", high="300 Hz", refractory="4 ms", rng=rng)
    with pytest.raises(InputError, match="too many"):
        encoders.rate(np.ones(1000), duration="1e6 s", high="1 kHz", rng=rng)


def test_the_same_generator_gives_the_same_trains() -> None:
    make = [
        encoders.rate([0.3, 0.9], duration="1 s", high="50 Hz", refractory="1 ms", rng=np.random.default_rng(9))
        for _ in "ab"
    ]
    assert make[0] == make[1]


@given(st.lists(unit, min_size=1, max_size=30))
@settings(max_examples=100, deadline=None)
def test_linear_latency(values: list[float]) -> None:
    trains = encoders.latency(values, window="20 ms")
    found = dict(zip(trains.neurons.tolist(), trains.times.tolist(), strict=True))
    assert set(found) == {i for i, x in enumerate(values) if x > 0}
    for i, t in found.items():
        assert t == pytest.approx(0.02 * (1 - values[i]), abs=1e-15)


def test_log_latency_is_the_charging_time_of_a_leaky_integrator() -> None:
    """Integrate tau dv/dt = x - v from 0 with small steps and compare when it reaches the threshold."""
    tau, threshold, dt = 10e-3, 0.2, 1e-7
    values = np.array([0.1, 0.21, 0.5, 1.0])
    trains = encoders.latency(values, window="40 ms", shape="log", threshold=threshold, tau="10 ms")
    assert trains.neurons.tolist() == [3, 2, 1]
    for i, t in zip(trains.neurons, trains.times, strict=True):
        steps = int(np.ceil(t / dt))
        v = values[i] * (1 - np.exp(-np.arange(steps + 2) * dt / tau))  # the solution, on a grid
        assert abs(np.argmax(v >= threshold) * dt - t) <= dt


def test_population_code_of_bohte() -> None:
    trains = encoders.population([0.5, 0.0], neurons=5, window="10 ms")
    centres = [-1 / 6, 1 / 6, 0.5, 5 / 6, 7 / 6]
    sigma = 1 / (1.5 * 3)
    wanted = {}
    for i, x in enumerate((0.5, 0.0)):
        for j, c in enumerate(centres):
            a = math.exp(-((x - c) ** 2) / (2 * sigma**2))
            if a >= 0.1:
                wanted[5 * i + j] = 10e-3 * (1 - a)
    found = dict(zip(trains.neurons.tolist(), trains.times.tolist(), strict=True))
    assert found == pytest.approx(wanted, abs=1e-15)
    assert found[2] == 0.0, "the neuron tuned to the value fires at once"


@given(unit, st.integers(3, 20))
@settings(max_examples=100, deadline=None)
def test_population_code_can_be_read_back(x: float, m: int) -> None:
    trains = encoders.population([x], neurons=m, window="1 s", cutoff=1e-6)
    activation = 1 - trains.times
    centres = (2 * (trains.neurons + 1) - 3) / 2 / (m - 2)
    # Two neighbours give the value: ln(a1/a2) is linear in x.
    k = np.argsort(-activation)[:2]
    (a1, a2), (c1, c2) = activation[k], centres[k]
    sigma2 = (1 / (1.5 * (m - 2))) ** 2
    assert (c1 + c2) / 2 + sigma2 * math.log(a1 / a2) / (c1 - c2) == pytest.approx(x, abs=1e-6)


def test_phase_of_an_oscillation() -> None:
    trains = encoders.phase([0.25, 0.0, 1.0], frequency="10 Hz", cycles=3)
    assert trains.neurons.tolist() == [2, 0, 2, 0, 2, 0]
    assert np.allclose(trains.times, [0, 0.075, 0.1, 0.175, 0.2, 0.275])


@given(st.lists(unit, min_size=1, max_size=20), st.integers(1, 16))
@settings(max_examples=100, deadline=None)
def test_weighted_spikes_are_binary_digits(values: list[float], bits: int) -> None:
    trains = encoders.phase(values, frequency="10 Hz", bits=bits)
    slot = np.rint(trains.times * 10 * bits).astype(int)
    read = np.bincount(trains.neurons, weights=0.5 ** (slot + 1), minlength=len(values))
    wanted = np.minimum(np.floor(np.array(values) * 2**bits), 2**bits - 1) / 2**bits
    assert np.allclose(read, wanted, atol=1e-12)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=60), st.floats(0.05, 3))
@settings(max_examples=150, deadline=None)
def test_delta_modulation_follows_the_signal(samples: list[float], threshold: float) -> None:
    """The reference rebuilt from the spikes never leaves the signal by more than its largest step plus a threshold."""
    trains = encoders.threshold_crossing(samples, interval="1 ms", threshold=threshold)
    reference, at = samples[0], 0
    steps = np.rint(trains.times * 1e3).astype(int)
    for k in range(1, len(samples)):
        here = trains.neurons[steps == k]
        assert here.size <= 1
        change = samples[k] - reference
        if here.size:
            assert (change > 0) == (here[0] == 0)
            assert abs(change) >= threshold * (1 - 1e-9)
            reference += threshold if here[0] == 0 else -threshold
            at += 1
        else:
            assert abs(change) < threshold * (1 + 1e-9)
    assert at == trains.times.size


def test_a_ramp_crosses_at_equal_times() -> None:
    trains = encoders.threshold_crossing(np.arange(101) / 10, interval="1 ms", threshold=1.0)
    assert np.allclose(trains.times, np.arange(10, 101, 10) * 1e-3)
    assert not trains.neurons.any()
    down = encoders.threshold_crossing(np.stack([np.zeros(5), [0, 2, 4, 2, 0]], axis=1), interval="1 ms", threshold=2.0)
    assert (down.times * 1e3).round().astype(int).tolist() == [1, 2, 3, 4]
    assert down.neurons.tolist() == [2, 2, 3, 3]


def test_send_on_delta_moves_the_reference_to_the_sample() -> None:
    samples = [0.0, 5.0, 5.4, 6.1, 5.0]
    step = encoders.threshold_crossing(samples, interval="1 ms", threshold=1.0)
    sample = encoders.threshold_crossing(samples, interval="1 ms", threshold=1.0, reset="sample")
    assert (step.times * 1e3).round().astype(int).tolist() == [1, 2, 3, 4]
    assert (sample.times * 1e3).round().astype(int).tolist() == [1, 3, 4]
    assert sample.neurons.tolist() == [0, 0, 1]


def test_levels_of_sequential_mnist() -> None:
    """The published definition as plain loops: 40 thresholds, 80 inputs, 840 steps of 1 ms."""
    pixels = np.random.default_rng(5).integers(0, 256, 784)
    pixels[[10, 11, 500]] = 255
    pixels[[20, 21]] = 0
    threshold = [math.floor(v) for v in np.linspace(0, 255, 40)]
    wanted = set()
    for k in range(783):
        for t in range(1, 39):
            if pixels[k] < threshold[t] <= pixels[k + 1]:
                wanted.add((k, 2 * t))
            if pixels[k] >= threshold[t] > pixels[k + 1]:
                wanted.add((k, 2 * t + 1))
    wanted |= {(k, 78) for k in range(784) if pixels[k] == 255}
    wanted |= {(k, 79) for k in range(784, 840)}
    trains = encoders.levels(pixels, interval="1 ms")
    found = set(zip(np.rint(trains.times * 1e3).astype(int).tolist(), trains.neurons.tolist(), strict=True))
    assert len(trains.times) == len(wanted)
    assert found == wanted


def test_rescaling_and_joining() -> None:
    assert np.allclose(encoders.rescale([0, 51, 255], 0, 255), [0, 0.2, 1])
    with pytest.raises(InputError, match="value 256 is outside"):
        encoders.rescale([0, 256], 0, 255)
    with pytest.raises(InputError, match="nan is outside"):
        encoders.rescale([float("nan")], 0, 1)
    one = encoders.latency([0.5, 1.0], window="10 ms")
    both = encoders.joined([one, one], 0.1)
    assert np.allclose(both.times, [0, 5e-3, 0.1, 0.105])
    assert both.neurons.tolist() == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: encoders.latency([1.5], window="1 ms"), "value 0 is 1.5"),
        (lambda: encoders.latency([0.5, float("nan")], window="1 ms"), "value 1 is not a finite"),
        (lambda: encoders.latency([0.5], window="0 ms"), "not positive"),
        (lambda: encoders.latency([0.5], window="1 ms", threshold=1), "threshold 1"),
        (lambda: encoders.latency([0.5], window="1 ms", shape="log"), "threshold above 0 and a tau"),
        (lambda: encoders.latency([0.5], window="1 ms", shape="cubic"), "unknown shape"),  # type: ignore[arg-type]
        (lambda: encoders.population([0.5], neurons=2, window="1 ms"), "2 neurons"),
        (lambda: encoders.population([0.5], neurons=4, window="1 ms", beta=0), "beta"),
        (lambda: encoders.phase([0.5], frequency="0 Hz"), "not positive"),
        (lambda: encoders.phase([0.5], frequency="1 Hz", cycles=0), "0 cycles"),
        (lambda: encoders.phase([0.5], frequency="1 Hz", bits=30), "30 bits"),
        (lambda: encoders.threshold_crossing([1, 2], interval="1 ms", threshold=0), "threshold 0"),
        (lambda: encoders.threshold_crossing([], interval="1 ms", threshold=1), "shape"),
        (lambda: encoders.threshold_crossing([1, 2], interval="1 ms", threshold=1, reset="x"), "unknown reset"),  # type: ignore[arg-type]
        (lambda: encoders.levels([1, 300], interval="1 ms"), "outside"),
        (lambda: encoders.levels(np.ones((3, 2)), interval="1 ms"), "2 channels"),
        (lambda: encoders.levels([1, 2], interval="1 ms", count=2), "2 levels"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(make: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        make()  # type: ignore[operator]


def test_units_are_checked() -> None:
    with pytest.raises(UnitError, match="Expected a time"):
        encoders.latency([0.5], window="10 mV")
    with pytest.raises(UnitError, match="Expected a rate"):
        encoders.phase([0.5], frequency="10 ms")
