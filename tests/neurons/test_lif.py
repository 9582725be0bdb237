"""Leaky integrate-and-fire neurons against closed forms: spike steps, postsynaptic potentials, refractoriness."""

from __future__ import annotations

import brian2 as b2
import numpy as np
import pytest

from braincore.model import neurons
from tests.neurons.plain_brian import connect, group, run, steps

TAU, C, REST, THRESHOLD, REF = 10.0, 250.0, -65.0, -50.0, 2.0  # ms, pF, mV, mV, ms: Potjans & Diesmann 2014


def analytic_spikes(current: float, dt: float, duration: float) -> list[int]:
    """Steps of all spikes at a constant current (pA): ceil of the closed form, plus the held steps after each."""
    steady = current * TAU / C
    if steady <= THRESHOLD - REST:
        return []
    rise = int(np.ceil(TAU * np.log(steady / (steady - (THRESHOLD - REST))) / dt))
    period = rise + round(REF / dt)
    return list(range(rise - 1, round(duration / dt), period))


@pytest.mark.parametrize("dt", [0.1, 0.05, 0.025])
def test_spike_steps_are_the_ceiling_of_the_closed_form(dt: float) -> None:
    currents = np.random.default_rng(1).uniform(300.0, 3000.0, 200)
    cells = group(neurons.get("lif_delta"), currents.size, dt=dt)
    cells.I_ext = currents * b2.pA
    monitor = b2.SpikeMonitor(cells)
    run(cells, monitor, ms=60)
    found = steps(monitor, dt)
    spiking = 0
    for k, current in enumerate(currents):
        expected = analytic_spikes(current, dt, 60)
        spiking += bool(expected)
        assert list(found[np.asarray(monitor.i) == k]) == expected
    assert 150 < spiking < 200  # 375 pA is the rheobase: both sides of it are tested


def test_silent_at_and_below_rheobase() -> None:
    cells = group(neurons.get("lif_delta"), 3)
    cells.I_ext = [374.0, 375.0, 376.0] * b2.pA
    monitor = b2.SpikeMonitor(cells)
    run(cells, monitor, ms=500)
    assert list(monitor.count[:2]) == [0, 0] and monitor.count[2] > 0


def psp_exp(t: np.ndarray, tau_m: float, tau: float) -> np.ndarray:
    """Response of C dV/dt = -C V/tau_m + exp(-t/tau) for C = 1, accurate for any pair of time constants."""
    return t * np.exp(-t / tau_m) * exprel(t * (1 / tau_m - 1 / tau))


def psp_alpha(t: np.ndarray, tau_m: float, tau: float) -> np.ndarray:
    """The same for e t/tau exp(-t/tau): e/tau times the integral of s exp(-s (1/tau - 1/tau_m)), decayed."""
    z = t * (1 / tau_m - 1 / tau)
    series = sum(z**k / _factorial(k) / (k + 2) for k in range(60))
    with np.errstate(invalid="ignore", divide="ignore"):
        closed = (np.exp(z) * (z - 1) + 1) / z**2
    return np.e / tau * t**2 * np.exp(-t / tau_m) * np.where(np.abs(z) < 2, series, closed)


def exprel(z: np.ndarray) -> np.ndarray:
    safe = np.where(z == 0, 1.0, z)
    return np.where(z == 0, 1.0, np.expm1(safe) / safe)


def _factorial(k: int) -> float:
    return float(np.prod(np.arange(1.0, k + 1)))


def simulated_psp(name: str, weight: float, tau: float, tau_m: float = TAU) -> tuple[np.ndarray, np.ndarray]:
    """Time since arrival (ms) and potential above rest (mV) of one input of `weight` pA, over 2000 steps."""
    base = neurons.get(name)
    receptors = {"exc": base.receptors["exc"].with_(tau=f"{tau} ms")}
    model = base.with_(receptors=receptors, tau_m=f"{tau_m} ms", V_th="1 V", E_L="0 mV", V_reset="0 mV")
    cells = group(model)
    source = b2.SpikeGeneratorGroup(1, [0], [0] * b2.ms)
    wire = connect(source, cells, model, "exc", [0], [0], [weight * 1e-12])
    trace = b2.StateMonitor(cells, "v", record=True, when="end")
    run(cells, source, wire, trace, ms=200)
    return np.arange(2000) * 0.1, np.asarray(trace.v[0]) * 1e3


@pytest.mark.parametrize("tau", [pytest.param(0.5, marks=pytest.mark.slow), 9.0])
def test_exponential_psp_is_the_closed_form(tau: float) -> None:
    t, v = simulated_psp("lif_exp", 100.0, tau)
    expected = 100.0 / C * psp_exp(t, TAU, tau)
    assert np.max(np.abs(v - expected)) <= 1e-12 * expected.max()


@pytest.mark.slow
def test_alpha_psp_is_the_closed_form() -> None:
    t, v = simulated_psp("lif_alpha", 100.0, 2.0)
    expected = 100.0 / C * psp_alpha(t, TAU, 2.0)
    assert np.max(np.abs(v - expected)) <= 1e-11 * expected.max()


def test_delta_psp_is_an_exponential() -> None:
    model = neurons.get("lif_delta")
    cells = group(model)
    source = b2.SpikeGeneratorGroup(1, [0], [0] * b2.ms)
    wire = connect(source, cells, model, "exc", [0], [0], [1e-3])
    trace = b2.StateMonitor(cells, "v", record=True, when="end")
    run(cells, source, wire, trace, ms=200)
    # -65 mV is rounded to 1e-14 mV in each of the 2000 steps, hence an absolute bound
    assert np.max(np.abs(np.asarray(trace.v[0]) * 1e3 - REST - np.exp(-np.arange(2000) * 0.1 / TAU))) <= 1e-12


def test_potential_is_held_for_exactly_the_refractory_time() -> None:
    cells = group(neurons.get("lif_exp"))
    cells.I_ext = 1000 * b2.pA
    monitor = b2.SpikeMonitor(cells)
    trace = b2.StateMonitor(cells, "v", record=True, when="end")
    run(cells, monitor, trace, ms=30)
    first = steps(monitor, 0.1)[0]
    v = np.asarray(trace.v[0]) * 1e3
    assert np.all(v[first : first + 21] == v[first]) and v[first] == pytest.approx(-65, abs=1e-12)
    assert v[first + 21] > -65 + 1e-3
    assert np.all(np.diff(steps(monitor, 0.1)) == round(REF / 0.1) + np.ceil(TAU * np.log(40 / 25) / 0.1))


def test_delta_input_is_lost_while_refractory_and_the_network_order_is_documented() -> None:
    """An independent loop in the order of a Brian2 step: update, threshold, input (unless refractory), reset."""
    rng = np.random.default_rng(3)
    n, dt = 4000, 0.1
    jumps = np.where(rng.random(n) < 0.25, rng.uniform(0.5, 4.0, n), 0.0)
    v, held, expected = REST, 0, []
    for k in range(n):
        if held == 0:
            v = REST + (v - REST) * np.exp(-dt / TAU)
        spiked = held == 0 and v >= THRESHOLD
        if held == 0 and not spiked:
            v += jumps[k]
        held = max(held - 1, 0)
        if spiked:
            expected.append(k)
            v, held = REST, round(REF / dt)
    model = neurons.get("lif_delta")
    cells = group(model)
    when = np.flatnonzero(jumps)
    source = b2.SpikeGeneratorGroup(when.size, np.arange(when.size), when * dt * b2.ms)
    wire = connect(source, cells, model, "exc", np.arange(when.size), np.zeros(when.size, int), jumps[when] * 1e-3)
    monitor = b2.SpikeMonitor(cells)
    run(cells, source, wire, monitor, ms=n * dt)
    assert len(expected) > 10
    assert list(steps(monitor, dt)) == expected


def test_exact_integration_does_not_depend_on_the_step() -> None:
    """The same input on the grid of the coarsest step gives the same potential at dt, dt/2 and dt/4."""
    found = []
    for dt in (0.1, 0.05, 0.025):
        model = neurons.get("lif_exp")
        cells = group(model, dt=dt)
        # input arrives at the end of a step: the same moment needs a spike time later by the difference of the steps
        times = np.array([5.0, 7.3, 11.9]) + (0.1 - dt)
        source = b2.SpikeGeneratorGroup(3, range(3), times * b2.ms, dt=dt * b2.ms)
        wire = connect(source, cells, model, "exc", range(3), [0] * 3, [4e-10, 8e-10, -3e-10])
        trace = b2.StateMonitor(cells, "v", record=True, when="end", dt=dt * b2.ms)
        run(cells, source, wire, trace, ms=40)
        factor = round(0.1 / dt)
        found.append(np.asarray(trace.v[0])[factor - 1 :: factor] * 1e3)
    assert np.max(np.abs(found[0] - found[1])) < 1e-10
    assert np.max(np.abs(found[0] - found[2])) < 1e-10
    assert found[0].max() > -64.5
