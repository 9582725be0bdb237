"""Hodgkin-Huxley, Traub-Miles and Wang-Buzsaki cells against published numbers and SciPy's integration of equations
written a second time (`independent_cells`)."""

from __future__ import annotations

import brian2 as b2
import numpy as np
import pytest
from scipy.interpolate import BarycentricInterpolator
from scipy.optimize import brentq

from braincore.model import neurons
from tests.neurons.independent_cells import CELLS, spike_times, steady
from tests.neurons.plain_brian import group, run, steps

AREA = 2e-4  # cm2, the default of all three: 1 uA/cm2 is 0.2 nA
LEVEL = {"hh": 0.0, "traub_miles": -20.0, "wang_buzsaki": 0.0}


def start(name: str) -> list[float]:
    """The library's initial state, as plain numbers."""
    cell = group(neurons.get(name))
    gates = [g for g in ("m", "h", "n") if g in neurons.get(name).variables]
    return [float(cell.v[0] / b2.mV), *(float(getattr(cell, g)[0]) for g in gates)]


def fired(name: str, densities: list[float], ms: float, *, dt: float = 0.01, method: str = "rk4") -> list[np.ndarray]:
    """Spike times (ms) at constant currents (uA/cm2)."""
    cells = group(neurons.get(name), len(densities), dt=dt, method=method)
    cells.I_ext = np.array(densities) * AREA * b2.uA
    monitor = b2.SpikeMonitor(cells)
    run(cells, monitor, ms=ms)
    found = (steps(monitor, dt) + 1) * dt
    return [found[np.asarray(monitor.i) == k] for k in range(len(densities))]


@pytest.mark.parametrize("name", list(CELLS))
def test_rates_of_the_gates(name: str) -> None:
    """Every opening and closing rate at 41 potentials, those at which the fraction x/(e^x - 1) has its hole too."""
    model = neurons.get(name)
    known = {p.name: p.value.si for p in model.parameters}
    written = {e.name: e.expression for e in model.parsed if e.kind == "subexpression"}
    holes = {"hh": [-40, -55], "traub_miles": [-50, -23, -48], "wang_buzsaki": [-35, -34]}[name]
    for v in [*np.linspace(-100, 60, 38), *holes]:
        for gate, (opening, closing) in CELLS[name][0](v).items():
            factor = 5 if name == "wang_buzsaki" and gate != "m" else 1
            at = {**known, "v": v * 1e-3}
            assert factor * written[f"alpha_{gate}"].evaluate(at) * 1e-3 == pytest.approx(opening, rel=1e-9)
            assert factor * written[f"beta_{gate}"].evaluate(at) * 1e-3 == pytest.approx(closing, rel=1e-9)


def test_hh_steady_states_at_rest_are_those_of_1952() -> None:
    """m = 0.0529, h = 0.5961, n = 0.3177 at rest (Hodgkin & Huxley 1952, from their eqs 12-24)."""
    v, m, h, n = start("hh")
    assert (round(m, 4), round(h, 4), round(n, 4)) == (0.0529, 0.5961, 0.3177)
    assert {"m": m, "h": h, "n": n} == pytest.approx(steady("hh", -65.0), rel=1e-12)
    assert v == -65.0


def test_hh_rheobase() -> None:
    """A step from rest: no spike at 2.2, one at 2.3; a few at 6.2 and repetitive firing at 6.3 uA/cm2.

    The onset of repetitive firing is that of Rinzel & Miller 1980 (Math Biosci 49:27-59): stable oscillations from
    6.26 uA/cm2. The first pair is SciPy's.
    """
    found = fired("hh", [2.2, 2.3, 6.2, 6.3], 250, dt=0.02)
    assert [len(s) for s in found[:2]] == [0, 1]
    assert len(found[2]) <= 4 and found[2][-1] < 70
    assert len(found[3]) >= 12 and found[3][-1] > 220


def test_hh_spike_shape_is_scipys() -> None:
    """Peak, trough and width at half height of the first spike at 10 uA/cm2, and the peak's textbook size of 105 mV."""
    from scipy.integrate import solve_ivp

    from tests.neurons.independent_cells import slope

    at = np.arange(1, 2001) * 0.01
    theirs = solve_ivp(
        lambda t, y: slope("hh", t, y, 10.0), (0, 20), start("hh"), method="LSODA", t_eval=at, rtol=1e-10, atol=1e-12
    ).y[0]  # fmt: skip
    cell = group(neurons.get("hh"), dt=0.01, method="rk4")
    cell.I_ext = 10 * AREA * b2.uA
    trace = b2.StateMonitor(cell, "v", record=True, when="end")
    run(cell, trace, ms=20)
    ours = np.asarray(trace.v[0]) * 1e3
    assert np.max(np.abs(ours - theirs)) < 1e-3
    assert ours.max() + 65 == pytest.approx(105, abs=2)
    assert -77 < ours[ours.argmax() :].min() < -72
    above = at[ours > (ours.max() - 65) / 2]
    assert 0.8 < above[-1] - above[0] < 1.6


@pytest.mark.parametrize(
    ("name", "densities"),
    [("hh", [7.0, 10.0, 20.0, 50.0]), ("traub_miles", [0.0, 1.0, 5.0]), ("wang_buzsaki", [0.2, 1.0, 5.0])],
)
def test_firing_rates_are_scipys(name: str, densities: list[float]) -> None:
    """Last interval of 200 ms at each current to 0.05 %, and all spike times to 0.02 ms plus a millionth each."""
    for density, ours in zip(densities, fired(name, densities, 200, dt=0.02), strict=True):
        theirs = spike_times(name, start(name), density, 200, LEVEL[name])
        assert len(ours) == len(theirs) > 1
        assert np.all(np.abs(ours - theirs) <= 0.022)
        assert abs((ours[-1] - ours[0]) / (theirs[-1] - theirs[0]) - 1) < 5e-4


def test_hh_rate_at_ten() -> None:
    """68.3 Hz at 10 uA/cm2, the value of textbook f-I curves (SciPy: 68.32)."""
    intervals = np.diff(fired("hh", [10.0], 200, dt=0.02)[0])
    assert 1000 / intervals[-1] == pytest.approx(68.3, abs=0.1)


def test_traub_miles_fires_by_itself() -> None:
    """14 spikes in the first second without input, as NEST 3.10's hh_cond_exp_traub with the same constants."""
    [spikes] = fired("traub_miles", [0.0], 1000, dt=0.05, method="exponential_euler")
    assert len(spikes) == 14


def test_wang_buzsaki_is_class_one() -> None:
    """Arbitrarily low rates just above its rheobase of 0.16 uA/cm2 (Wang & Buzsaki 1996, Fig. 1), none below."""
    silent, slow, fast = fired("wang_buzsaki", [0.15, 0.17, 20.0], 400, dt=0.02)
    assert len(silent) == 0
    assert 2 <= len(slow) < 8
    assert 1000 / np.diff(fast)[-1] > 200


def fourth_spike(method: str, dt: float) -> float:
    """Time at which the potential of HH at 10 uA/cm2 rises through 0 mV for the fourth time, between the steps."""
    cell = group(neurons.get("hh"), dt=dt, method=method)
    cell.I_ext = 10 * AREA * b2.uA
    trace = b2.StateMonitor(cell, "v", record=True, when="start")
    run(cell, trace, ms=56)
    v = np.asarray(trace.v[0]) * 1e3
    at = np.flatnonzero((v[:-1] < 0) & (v[1:] >= 0))[3]
    near = np.arange(at - 4, at + 6)
    through = BarycentricInterpolator(near * dt, v[near])
    return float(brentq(through, at * dt, (at + 1) * dt, xtol=1e-13))


@pytest.mark.parametrize(
    ("method", "order", "dts"),
    [
        ("euler", 1, (0.005, 0.0025)),
        ("exponential_euler", 1, (0.005, 0.0025)),
        ("rk2", 2, (0.02, 0.01)),
        ("rk4", 4, (0.02, 0.01)),
    ],
)
def test_order_of_convergence(method: str, order: int, dts: tuple[float, float]) -> None:
    """Halving the step divides the error of the fourth spike time by 2^order; the reference is SciPy's DOP853."""
    exact = spike_times("hh", start("hh"), 10.0, 56, 0.0, rtol=1e-13)[3]
    errors = [abs(fourth_spike(method, dt) - exact) for dt in dts]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.2)
    if method == "rk4":
        assert errors[1] <= 1e-6
