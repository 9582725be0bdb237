"""Neurons that adapt, `alif`, `lifat` and `ahp`: closed forms, and the published discrete maps."""

from __future__ import annotations

import brian2 as b2
import numpy as np
import pytest
from scipy.optimize import brentq

from braincore.model import neurons
from tests.neurons.plain_brian import connect, group, run, steps

# --- ALIF -----------------------------------------------------------------------------------------------------------


def alif_train(current: float, dt: float, duration: float) -> list[int]:
    """An independent loop: exact decays over a step, threshold, subtraction, 5 ms without spikes (mV, ms, pA)."""
    jump, blocked, v, theta, found = 1800.0 / 700.0, 0, 0.0, 0.0, []
    for k in range(round(duration / dt)):
        v = current + (v - current) * np.exp(-dt / 20)
        theta *= np.exp(-dt / 700)
        if v >= 10 + theta and blocked == 0:
            found.append(k)
            v -= 10 + theta
            theta += jump
            blocked = round(5 / dt) + 1
        blocked = max(blocked - 1, 0)
    return found


@pytest.fixture(scope="module")
def alif_spikes() -> list[np.ndarray]:
    cells = group(neurons.get("alif"), 3)
    cells.I_ext = [9.0, 20.0, 40.0] * b2.pA
    monitor = b2.SpikeMonitor(cells)
    run(cells, monitor, ms=1500)
    return [steps(monitor, 0.1)[np.asarray(monitor.i) == k] for k in range(3)]


def test_alif_is_the_published_rule(alif_spikes: list[np.ndarray]) -> None:
    """Every spike step of 1.5 s at three currents equals that of a loop over eqs 1-2 of Bellec et al. 2018."""
    assert len(alif_spikes[0]) == 0
    for found, current in zip(alif_spikes[1:], (20.0, 40.0), strict=True):
        assert list(found) == alif_train(current, 0.1, 1500)
        assert len(found) > 5


def test_alif_first_and_last_interval(alif_spikes: list[np.ndarray]) -> None:
    """First spike at tau ln(I/(I - b_0)); the intervals grow to the solution of the steady state, within a step.

    At a period T the threshold before a spike is b_0 + q e/(1 - e), e = exp(-T/tau_a), q the rise at a spike, and the
    potential starts from 0 after it: I (1 - exp(-T/tau_m)) equals that threshold.
    """

    def off(period: float, current: float) -> float:
        left = np.exp(-period / 700)
        return current * (1 - np.exp(-period / 20)) - 10 - 1800 / 700 * left / (1 - left)

    found, current = alif_spikes[2], 40.0
    assert found[0] == np.ceil(20 * np.log(current / (current - 10)) / 0.1) - 1
    intervals = np.diff(found) * 0.1
    steady = brentq(off, 6.0, 500.0, args=(current,))
    assert intervals[-1] == pytest.approx(steady, rel=0.03)
    assert intervals[-1] > 2 * intervals[0]


# --- LIFAT ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "dt"), [(1, 1.0), (3, 1.0), (2, 0.1)])
def test_lifat_threshold_decays_linearly_and_lands(count: int, dt: float) -> None:
    """After k spikes the threshold is back at H after exactly k t_theta, T/t_theta per ms all the way, and stays."""
    model = neurons.get("lifat")
    cells = group(model, dt=dt)
    # every second step: input of the step in which a neuron spikes is wiped out by the reset
    source = b2.SpikeGeneratorGroup(1, [0] * count, 2 * np.arange(count) * dt * b2.ms, dt=dt * b2.ms)
    wire = connect(source, cells, model, "exc", [0], [0], [1000.0])
    monitor = b2.SpikeMonitor(cells)
    trace = b2.StateMonitor(cells, "u_thr", record=True, when="end", dt=dt * b2.ms)
    run(cells, source, wire, monitor, trace, ms=50)
    assert len(monitor.t) == count
    above = np.asarray(trace.u_thr[0]) - 8.531
    first, last = steps(monitor, dt)[[0, -1]]
    landed = first + round(10 * count / dt)
    expected = 20 * count - 2 * dt * (np.arange(len(above)) - first)
    assert np.allclose(above[last:landed], expected[last:landed], rtol=0, atol=1e-12)
    assert np.max(np.abs(above[landed:])) < 1e-12


def test_lifat_threshold_rises_from_below_at_the_same_speed() -> None:
    cells = group(neurons.get("lifat"), dt=1.0, start={"u_thr": 3.531})
    trace = b2.StateMonitor(cells, "u_thr", record=True, when="end", dt=1 * b2.ms)
    run(cells, trace, ms=6)
    assert np.asarray(trace.u_thr[0]) == pytest.approx([5.531, 7.531, 8.531, 8.531, 8.531, 8.531], abs=1e-12)


def test_lifat_potential_decays_exactly_and_has_a_floor() -> None:
    """u is multiplied by exp(-dt/tau_v) in each step of any size, and never starts a step below u_min."""
    for dt in (1.0, 0.1):
        cells = group(neurons.get("lifat"), 2, dt=dt)
        cells.u = [5.0, -100.0]
        trace = b2.StateMonitor(cells, "u", record=True, when="end", dt=dt * b2.ms)
        run(cells, trace, ms=20)
        decay = np.exp(-(np.arange(round(20 / dt)) + 1) * dt / 7)
        assert np.allclose(np.asarray(trace.u), np.outer([5.0, -8.531], decay), rtol=1e-12)


# --- AHP ------------------------------------------------------------------------------------------------------------


def test_ahp_is_the_published_map() -> None:
    """30 coupled neurons over 1500 steps of 1 ms: every spike of the map, potentials and slow currents to 1e-12.

    The map: I(t) = (1 - 1/700) I(t-1) - b z(t-1), V(t) = (1 - 1/20) V(t-1) + W z(t-1) + x(t) + I(t), z = V > 1, V = 0.
    """
    rng = np.random.default_rng(5)
    n, total, b = 30, 1500, 384 / 32512
    weights = rng.normal(0.02, 0.12, (n, n))
    drive = rng.random(n) * 0.12
    model = neurons.get("ahp")
    cells = group(model, n, dt=1.0)
    cells.I_ext = drive / b2.ms
    pre, post = np.nonzero(np.ones((n, n)))
    wire = connect(cells, cells, model, "exc", pre, post, weights[post, pre])
    monitor = b2.SpikeMonitor(cells)
    trace = b2.StateMonitor(cells, ["v", "I_ahp"], record=True, when="end", dt=1 * b2.ms)
    run(cells, wire, monitor, trace, ms=total)

    v, slow, z = np.zeros(n), np.zeros(n), np.zeros(n)
    spikes, potentials, currents = [], [], []
    for t in range(total):
        slow = (1 - 1 / 700) * slow - b * z
        v = (1 - 1 / 20) * v + weights @ z + drive + slow
        z = (v > 1).astype(float)
        v = np.where(z > 0, 0.0, v)
        spikes += [(t, k) for k in np.flatnonzero(z)]
        potentials.append(v)
        currents.append(slow)
    assert len(spikes) > 300
    assert sorted(zip(steps(monitor, 1.0), np.asarray(monitor.i), strict=True)) == spikes
    assert np.max(np.abs(np.asarray(trace.v).T - potentials)) < 1e-12
    ours = np.asarray(trace.I_ahp).T * 1e-3  # per ms; after the reset of step t it is the map's I(t + 1)
    assert np.max(np.abs(ours[:-1] - np.array(currents)[1:])) < 1e-12


@pytest.fixture(scope="module")
def ahp_train() -> tuple[np.ndarray, np.ndarray]:
    cells = group(neurons.get("ahp"), dt=1.0)
    cells.I_ext = 0.12 / b2.ms
    monitor = b2.SpikeMonitor(cells)
    trace = b2.StateMonitor(cells, "I_ahp", record=True, when="end", dt=1 * b2.ms)
    run(cells, monitor, trace, ms=4000)
    return steps(monitor, 1.0), np.asarray(trace.I_ahp[0]) * 1e-3


def test_ahp_current_after_each_spike_is_a_geometric_sum(ahp_train: tuple[np.ndarray, np.ndarray]) -> None:
    """I after the k-th spike is -b sum_j (1 - 1/700)^(t_k - t_j), j up to k."""
    spikes, current = ahp_train
    for k, t in enumerate(spikes):
        expected = -384 / 32512 * np.sum((1 - 1 / 700) ** (t - spikes[: k + 1]))
        assert current[t] == pytest.approx(expected, rel=1e-12)


def test_ahp_first_and_last_interval(ahp_train: tuple[np.ndarray, np.ndarray]) -> None:
    """First spike at the step that the geometric sum of the input gives; the last intervals at the steady state.

    At a steady period T the slow current of step j after a spike is -b r^j/(1 - r^T), r = 1 - 1/700 (j from 0); T is
    the least for which the sum of all input, each decayed by 0.95 per step, is above 1.
    """
    spikes, _ = ahp_train
    first = np.ceil(np.log(1 - 1 / (0.12 * 20)) / np.log(0.95)) - 1
    assert spikes[0] == first

    def peak(period: int) -> float:
        step = np.arange(period)
        slow = -384 / 32512 * (1 - 1 / 700) ** step / (1 - (1 - 1 / 700) ** period)
        return float(np.sum(0.95 ** (period - 1 - step) * (0.12 + slow)))

    steady = next(period for period in range(10, 1000) if peak(period) > 1)
    assert np.all(np.abs(np.diff(spikes)[-5:] - steady) <= 1)
    assert steady > 5 * spikes[0]


def test_ahp_lowers_the_potential_as_alif_raises_the_threshold() -> None:
    """After one spike the distance to threshold is 1 - V + 0.243 exp(-t/700), that of an ALIF with this rise.

    0.243 = b tau_v tau_a/(tau_a - tau_v); Rao et al. 2022 give 0.24 of the threshold.
    """
    model = neurons.get("ahp")
    cells = group(model, dt=1.0, start={"v": 0.9})
    cells.I_ext = 0.045 / b2.ms  # alone it would hold V at 0.9
    source = b2.SpikeGeneratorGroup(1, [0], [0] * b2.ms, dt=1 * b2.ms)
    wire = connect(source, cells, model, "exc", [0], [0], [0.5])
    monitor = b2.SpikeMonitor(cells)
    trace = b2.StateMonitor(cells, "v", record=True, when="end", dt=1 * b2.ms)
    run(cells, source, wire, monitor, trace, ms=1500)
    assert len(monitor.t) == 1
    since = np.arange(1500) - steps(monitor, 1.0)[0]
    late = since > 200
    distance = 1 - np.asarray(trace.v[0])
    rise = 384 / 32512 * 20 * 700 / (700 - 20)
    assert rise == pytest.approx(0.24, abs=0.01)
    assert np.max(np.abs(distance - (0.1 + rise * np.exp(-since / 700)))[late]) < 1e-3
