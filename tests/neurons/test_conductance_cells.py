"""Hodgkin-Huxley, Traub-Miles and Wang-Buzsaki cells against published numbers and SciPy's integration of equations
written a second time (`independent_cells`)."""

from __future__ import annotations

import brian2 as b2
import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.interpolate import BarycentricInterpolator
from scipy.optimize import brentq

from braincore.expressions import parse_expression
from braincore.model import NeuronModel, neurons
from tests.neurons.independent_cells import CELLS, slope, spike_times, steady
from tests.neurons.plain_brian import group, run, steps

AREA = 2e-4  # cm2, the default of all three: 1 uA/cm2 is 0.2 nA
LEVEL = {"hh": 0.0, "traub_miles": -20.0, "wang_buzsaki": 0.0}


def bare(name: str) -> NeuronModel:
    """The model without receptors: they have no part here and cost half of the time."""
    return neurons.get(name).with_(receptors={})


def start(name: str) -> list[float]:
    """The library's initial state, as plain numbers (mV and fractions)."""
    model, known = neurons.get(name), {p.name: p.value.si for p in neurons.get(name).parameters}
    given = {k: parse_expression(v).evaluate(known) if isinstance(v, str) else v.si for k, v in model.initial.items()}
    return [float(given["v"]) * 1e3, *(float(given[gate]) for gate in ("m", "h", "n") if gate in given)]


def fired(name: str, densities: list[float], ms: float, *, dt: float = 0.02, method: str = "rk4") -> list[np.ndarray]:
    """Spike times (ms) at constant currents (uA/cm2): the ends of the steps in which the potential has risen."""
    cells = group(bare(name), len(densities), dt=dt, method=method)
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
    """A step from rest gives no spike at 2.2 and one at 2.3 uA/cm2 (SciPy: the border is at 2.24)."""
    assert [len(s) for s in fired("hh", [2.2, 2.3], 20)] == [0, 1]


@pytest.mark.slow
def test_hh_onset_of_repetitive_firing() -> None:
    """A few spikes at 6.2, repetitive firing at 6.3 uA/cm2.

    Stable oscillations begin at 6.26 uA/cm2: Rinzel & Miller 1980, Math Biosci 49:27-59.
    """
    few, many = fired("hh", [6.2, 6.3], 250)
    assert len(few) <= 4 and few[-1] < 70
    assert len(many) >= 12 and many[-1] > 220


def test_hh_spike_is_scipys() -> None:
    """The first spike at 10 uA/cm2: every potential, and the textbook's shape (105 mV high, 1 ms wide, below rest)."""
    at = np.arange(1, 501) * 0.02
    theirs = solve_ivp(
        lambda t, y: slope("hh", t, y, 10.0), (0, 10), start("hh"), method="LSODA", t_eval=at, rtol=1e-10, atol=1e-12
    ).y[0]  # fmt: skip
    cell = group(bare("hh"), dt=0.02, method="rk4")
    cell.I_ext = 10 * AREA * b2.uA
    trace = b2.StateMonitor(cell, "v", record=True, when="end")
    run(cell, trace, ms=10)
    ours = np.asarray(trace.v[0]) * 1e3
    assert np.max(np.abs(ours - theirs)) < 5e-3
    assert ours.max() + 65 == pytest.approx(105, abs=2)
    assert -77 < ours[ours.argmax() :].min() < -72
    above = at[ours > (ours.max() - 65) / 2]
    assert 0.8 < above[-1] - above[0] < 1.6


CURRENTS = {"hh": [20.0, 7.0], "traub_miles": [5.0, 2.0], "wang_buzsaki": [20.0, 1.0]}


@pytest.mark.parametrize("name", list(CELLS))
@pytest.mark.parametrize(("ms", "count"), [(9, 1), pytest.param(200, 2, marks=pytest.mark.slow)])
@pytest.mark.rotates(3)
def test_spike_trains_are_scipys(name: str, ms: float, count: int) -> None:
    """Same number of spikes at each current, each in the step in which SciPy has it (a thousandth of a step aside)."""
    for density, ours in zip(CURRENTS[name][:count], fired(name, CURRENTS[name][:count], ms), strict=True):
        theirs = spike_times(name, start(name), density, ms, LEVEL[name])
        assert len(ours) == len(theirs) >= count
        late = ours - theirs
        assert np.all((late > -2e-3) & (late < 0.02 + 2e-3))


@pytest.mark.slow
def test_published_rates() -> None:
    """Rates at constant current: HH 68.3 Hz at 10 uA/cm2; Wang-Buzsaki over 400 Hz at 20 and 60 Hz at 1.

    The first is that of textbook f-I curves, the others are read from Wang & Buzsaki 1996, Figure 1 (to 3 %).
    """
    assert 1000 / np.diff(fired("hh", [10.0], 200)[0])[-1] == pytest.approx(68.3, abs=0.1)
    low, high = fired("wang_buzsaki", [1.0, 20.0], 200)
    assert 1000 / np.diff(low)[-1] == pytest.approx(60, rel=0.03)
    assert 1000 / np.diff(high)[-1] == pytest.approx(400, rel=0.03)


@pytest.mark.slow
def test_traub_miles_fires_by_itself() -> None:
    """14 spikes in the first second without input, as NEST 3.10's hh_cond_exp_traub with the same constants."""
    [spikes] = fired("traub_miles", [0.0], 1000, dt=0.05, method="exponential_euler")
    assert len(spikes) == 14


@pytest.mark.slow
def test_wang_buzsaki_is_class_one() -> None:
    """Arbitrarily low rates above a rheobase between 0.15 and 0.17 uA/cm2 (Wang & Buzsaki 1996: 0.16), none below."""
    silent, slow = fired("wang_buzsaki", [0.15, 0.17], 600, dt=0.05)
    assert len(silent) == 0
    assert 1 <= len(slow) <= 3


def risen(method: str, dt: float, count: int) -> float:
    """Time at which the potential of HH at 10 uA/cm2 rises through 0 mV for the `count`-th time, between the steps."""
    cell = group(bare("hh"), dt=dt, method=method)
    cell.I_ext = 10 * AREA * b2.uA
    trace = b2.StateMonitor(cell, "v", record=True, when="start")
    run(cell, trace, ms=2.2 if count == 1 else 56)
    v = np.asarray(trace.v[0]) * 1e3
    at = np.flatnonzero((v[:-1] < 0) & (v[1:] >= 0))[count - 1]
    near = np.arange(at - 4, at + 6)
    through = BarycentricInterpolator(near * dt, v[near])
    return float(brentq(through, at * dt, (at + 1) * dt, xtol=1e-13))


@pytest.mark.parametrize("count", [1, pytest.param(4, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("method", "order", "dts"),
    [
        ("euler", 1, (0.005, 0.0025)),
        ("exponential_euler", 1, (0.005, 0.0025)),
        ("rk2", 2, (0.01, 0.005)),
        ("rk4", 4, (0.02, 0.01)),
    ],
)
@pytest.mark.rotates(2)
def test_order_of_convergence(method: str, order: int, dts: tuple[float, float], count: int) -> None:
    """Halving the step divides the error of a spike time (first; slow: fourth) by 2^order; against SciPy's DOP853."""
    exact = spike_times("hh", start("hh"), 10.0, 56 if count > 1 else 2.5, 0.0, rtol=1e-13)[count - 1]
    errors = [abs(risen(method, dt, count) - exact) for dt in dts]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.2)
    if method == "rk4":
        assert errors[1] <= 1e-6
