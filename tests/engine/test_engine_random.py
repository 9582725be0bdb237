"""Random numbers of the engine against their distributions, and against themselves drawn in another way."""

from __future__ import annotations

from importlib.resources import files

import brian2 as b2
import numpy as np
import pytest
from scipy import stats

import braincore.engine  # noqa: F401 - registers the device
from braincore.engine.compiler import load

N = 20_000


def _poisson(means: np.ndarray, steps: int, **options: object) -> np.ndarray:
    """Return the Poisson numbers of `steps` steps, one row each."""
    b2.set_device("braincore", **options)
    b2.seed(5)
    b2.defaultclock.dt = 1 * b2.ms
    group = b2.NeuronGroup(len(means), "m : 1 (constant)\nk : 1\ntotal : 1", name="drawing")
    group.m = means
    group.run_regularly("k = poisson(m)", name="draw")
    net = b2.Network(group)
    rows = []
    for _ in range(steps):
        net.run(1 * b2.ms)
        rows.append(np.array(group.k[:]))
    return np.array(rows)


@pytest.mark.parametrize("mean", [0.003, 0.4, 1.28, 7.9, 8.0, 25.0])
def test_poisson_numbers_have_their_distribution(mean: float) -> None:
    # Against the closed form by a chi-square test; false alarms: 1 in 100 000 for each mean.
    drawn = _poisson(np.full(N, mean), 3).ravel().astype(int)
    top = int(stats.poisson.isf(20 / drawn.size, mean))
    low = int(stats.poisson.ppf(20 / drawn.size, mean))
    counts = np.bincount(np.clip(drawn, low, top + 1) - low, minlength=top + 2 - low)
    expected = stats.poisson.pmf(np.arange(low, top + 2), mean) * drawn.size
    expected[0] = stats.poisson.cdf(low, mean) * drawn.size
    expected[-1] = stats.poisson.sf(top, mean) * drawn.size
    assert stats.chisquare(counts, expected).pvalue > 1e-5


def test_poisson_numbers_are_independent_between_neurons_and_steps() -> None:
    # Correlations of N numbers have a standard deviation of 1/sqrt(N); false alarms: 1 in 100 000 for each of five.
    rows = _poisson(np.full(N, 1.28), 3)
    pairs = [(rows[0], rows[1]), (rows[1], rows[2]), *((rows[0][:-lag], rows[0][lag:]) for lag in (1, 32, 128))]
    for first, second in pairs:
        assert abs(np.corrcoef(first, second)[0, 1]) < 4.42 / np.sqrt(N - 128)


def test_poisson_numbers_do_not_depend_on_how_they_are_drawn() -> None:
    means = np.concatenate(
        [np.full(300, 1.28), np.full(70, 20.5), np.zeros(30), np.full(500, 0.4), np.linspace(0, 30, 900)]
    )
    expected = _poisson(means, 2)
    for options in ({"without": ["poisson"]}, {"threads": 3}, {"threads": 3, "without": ["poisson"]}):
        assert (_poisson(means, 2, **options) == expected).all(), options


def _spikes(rates: np.ndarray, steps: int, runs: int = 1, **options: object) -> tuple[np.ndarray, np.ndarray]:
    """Return the step and the neuron of every spike of a PoissonGroup, dt = 1 ms."""
    b2.set_device("braincore", **options)
    b2.seed(6)
    b2.defaultclock.dt = 1 * b2.ms
    group = b2.PoissonGroup(len(rates), rates * b2.Hz, name="poisson")
    monitor = b2.SpikeMonitor(group, name="spikes")
    net = b2.Network(group, monitor)
    for _ in range(runs):
        net.run(steps / runs * b2.ms)
    return np.rint(np.array(monitor.t[:]) * 1e3).astype(int), np.array(monitor.i[:])


def test_gaps_between_spikes_of_a_poisson_group_are_geometric() -> None:
    # Counts against the binomial distribution (5 standard deviations: 1 false alarm in 1.7 million for each rate) and
    # gaps against the geometric one (Kolmogorov-Smirnov on uniform numbers made of them, p > 1e-5).
    rng = np.random.default_rng(3)
    for rate in (2.0, 30.0, 130.0, 600.0, 1000.0):
        p, n, steps = rate * 1e-3, 200, 3000
        step, neuron = _spikes(np.full(n, rate), steps)
        assert abs(len(step) - n * steps * p) <= 5 * np.sqrt(n * steps * p * (1 - p))
        order = np.lexsort((step, neuron))
        gaps = np.diff(step[order])[np.diff(neuron[order]) == 0]
        if p == 1:
            assert (gaps == 1).all()
        elif rate > 20:  # else the run is too short to see long gaps
            low, high = stats.geom.cdf(gaps - 1, p), stats.geom.cdf(gaps, p)
            assert stats.kstest(low + (high - low) * rng.random(len(gaps)), "uniform").pvalue > 1e-5


def test_spikes_drawn_by_gaps_depend_on_neither_threads_nor_where_a_run_was_broken_off() -> None:
    rates = np.random.default_rng(1).uniform(0, 100, 500)
    step, neuron = _spikes(rates, 3000)
    for options in ({"threads": 3}, {"runs": 5}):
        other = _spikes(rates, 3000, **options)
        assert (other[0] == step).all() and (other[1] == neuron).all()


def test_a_change_of_rate_leaves_steps_independent() -> None:
    # 2 000 neurons, rates doubled (another power of two) at 500 ms: halves are uncorrelated (1 false alarm in 100 000).
    b2.set_device("braincore")
    b2.seed(6)
    b2.defaultclock.dt = 1 * b2.ms
    group = b2.PoissonGroup(2000, 20 * b2.Hz)
    monitor = b2.SpikeMonitor(group)
    net = b2.Network(group, monitor)
    net.run(500 * b2.ms)
    before = np.array(monitor.count[:])
    group.rates = 40 * b2.Hz
    net.run(500 * b2.ms)
    after = np.array(monitor.count[:]) - before
    assert abs(np.corrcoef(before, after)[0, 1]) < 4.42 / np.sqrt(2000)
    assert abs(after.mean() - 20) < 5 * np.sqrt(20 / 2000) and abs(before.mean() - 10) < 5 * np.sqrt(10 / 2000)


@pytest.mark.parametrize("magic", [False, True])
def test_random_numbers_go_by_the_order_of_a_script_and_not_by_brian2s_numbers(magic: bool) -> None:
    # Brian2 takes up the name of an object that is collected while the next ones are made.
    found = []
    for numbers in (("", "_1", "_2"), ("_9", "_10", "_11"), ("_3", "", "_1")):
        b2.set_device("braincore")
        b2.seed(5)
        b2.defaultclock.dt = 0.1 * b2.ms
        first, second, third = (
            b2.NeuronGroup(4, "dv/dt = -v/(5*ms) + xi*second**-0.5 : 1", method="euler", name=f"group{number}")
            for number in numbers
        )
        if magic:
            b2.run(1 * b2.ms)
        else:
            b2.Network(first, second, third).run(1 * b2.ms)
        found.append([np.array(group.v) for group in (first, second, third)])
    assert len(np.unique(found[0])) == 12
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def _binomial(n: int, p: float, steps: int, part: slice = slice(None), **options: object) -> np.ndarray:
    """Return the numbers of events that a PoissonInput of `n` sources brings in each step, one row each."""
    b2.set_device("braincore", **options)
    b2.seed(6)
    b2.defaultclock.dt = 1 * b2.ms
    group = b2.NeuronGroup(N, "v : 1", name="driven")
    net = b2.Network(group, b2.PoissonInput(group[part], "v", n, p * b2.kHz, weight=1))
    rows = []
    for _ in range(steps):
        net.run(1 * b2.ms)
        rows.append(np.array(group.v[:]))
    return np.diff(np.array(rows), axis=0, prepend=0)


@pytest.mark.parametrize(("n", "p"), [(800, 0.002), (1000, 0.00004), (3, 0.9), (1000, 0.998), (7, 0.5)])
def test_poisson_input_is_binomial(n: int, p: float) -> None:
    # Against the closed form by a chi-square test; false alarms: 1 in 100 000 for each distribution.
    drawn = _binomial(n, p, 3).ravel().astype(int)
    top, low = int(stats.binom.isf(20 / drawn.size, n, p)), int(stats.binom.ppf(20 / drawn.size, n, p))
    counts = np.bincount(np.clip(drawn, low, top + 1) - low, minlength=top + 2 - low)
    expected = stats.binom.pmf(np.arange(low, top + 2), n, p) * drawn.size
    expected[0] = stats.binom.cdf(low, n, p) * drawn.size
    expected[-1] = stats.binom.sf(top, n, p) * drawn.size
    keep = expected > 0
    assert counts[~keep].sum() == 0
    assert stats.chisquare(counts[keep], expected[keep]).pvalue > 1e-5


def test_poisson_input_of_many_events_is_normal_as_brian2s() -> None:
    # 60 000 numbers; five standard errors of mean and variance: 1 false alarm in 900 000.
    drawn = _binomial(1000, 0.05, 3).ravel()
    assert abs(drawn.mean() - 50) < 5 * np.sqrt(47.5 / drawn.size)
    assert abs(drawn.var() / 47.5 - 1) < 5 * np.sqrt(2 / drawn.size)


@pytest.mark.rotates(4)
@pytest.mark.parametrize("part", [slice(None), slice(3, 2000), slice(130, 140)])
@pytest.mark.parametrize(("n", "p"), [(800, 0.002), (1000, 0.00004), (3, 0.9)])
def test_poisson_input_does_not_depend_on_how_it_is_drawn(n: int, p: float, part: slice) -> None:
    expected = _binomial(n, p, 70, part, without=["poisson"])
    assert expected[:, part].any()
    for options in ({}, {"threads": 3}):
        assert (_binomial(n, p, 70, part, **options) == expected).all(), options


def test_a_network_after_one_whose_random_state_was_put_back() -> None:
    """Its numbers are those of steps before its first one."""
    b2.set_device("braincore")
    b2.defaultclock.dt = 0.1 * b2.ms
    net = b2.Network(b2.NeuronGroup(1, "v : 1"))
    net.run(1 * b2.ms)
    state = b2.get_device().get_random_state()
    net.run(30 * b2.ms)
    b2.get_device().set_random_state(state)
    net.run(1 * b2.ms)
    assert b2.get_device().shift < 0
    group = b2.PoissonGroup(2, [0, 10] * b2.kHz)
    spikes = b2.SpikeMonitor(group)
    b2.Network(group, spikes).run(5 * b2.ms)
    assert list(spikes.count) == [0, 50]


DRAWS = """
{headers}
extern "C" void draws(const double* mean, int64_t seed, int64_t step, int32_t* found) {{
  SEED = (uint64_t)seed; DRAWN = step;
  _PoissonTable table; table.make(mean[0]);
  uint16_t together[128] = {{}};
  _inverse_group(together, 3, 7, 0, table);
  for (int k = 0; k < 128; k++) {{
    const _Draw d((uint64_t)(3 * 128 + k), 7);
    found[k] = together[k]; found[128 + k] = table.found(_bits16(d, 0), d, 0);
  }}
}}
"""


@pytest.mark.parametrize("flags", [(), ("-U__AVX512BW__",)])
def test_numbers_drawn_together_are_those_drawn_one_by_one(flags: tuple[str, ...]) -> None:
    own = files("braincore.engine")
    headers = "".join(
        own.joinpath(f"{h}.h").read_text(encoding="utf-8") for h in ("support", "math", "parts", "random")
    )
    library = load(DRAWS.format(headers=headers), extra=flags)
    found = np.zeros(256, dtype=np.int32)
    for mean in (0.01, 1.6, 8.0, 25.0):  # the last has more values than fit into a vector
        numbers = []
        for step in range(200):
            library.call("draws", np.array([mean]), 12345, step, found)
            np.testing.assert_array_equal(found[:128], found[128:])
            numbers += found[:128].tolist()
        assert abs(np.mean(numbers) - mean) < 5 * np.sqrt(mean / len(numbers))  # false alarm: 6e-7
