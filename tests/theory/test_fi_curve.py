"""f-I curves: closed forms against each other, against numerical integration, and inverted."""

from __future__ import annotations

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.theory.fi_curve import FICurve, integrated_rate, lif_current, lif_rate, lif_rheobase, qif_rate
from braincore.theory.siegert import LIF

NEURON = LIF(tau_m=10e-3, v_th=-50e-3, v_reset=-65e-3, tau_ref=2e-3)
MEMBRANE = {"e_l": -65e-3, "resistance": 40e6}


def test_lif_rate_is_the_closed_form() -> None:
    current = np.array([0.0, 0.375e-9, 0.4e-9, 1e-9])
    height = 40e6 * current[2:]
    expected = [0.0, 0.0, *(1 / (2e-3 + 10e-3 * np.log(height / (height - 15e-3))))]
    assert lif_rate(current, NEURON, **MEMBRANE) == pytest.approx(expected, rel=1e-12)
    assert float(lif_rheobase(NEURON, **MEMBRANE)) == pytest.approx(0.375e-9)


def test_lif_rate_equals_the_integral_of_its_equation() -> None:
    for current in (0.4e-9, 0.6e-9, 2e-9):
        numeric = integrated_rate(
            lambda v, i=current: (-65e-3 - v + 40e6 * i) / 10e-3, v_reset=-65e-3, v_spike=-50e-3, tau_ref=2e-3
        )
        assert numeric == pytest.approx(float(lif_rate(current, NEURON, **MEMBRANE)), rel=1e-5)


def test_current_for_a_rate_inverts_the_curve() -> None:
    rates = np.array([40.0, 100.0, 400.0])  # below some 30 Hz the current is rheobase, to the last digit
    assert lif_rate(lif_current(rates, NEURON, **MEMBRANE), NEURON, **MEMBRANE) == pytest.approx(rates, rel=1e-6)
    with pytest.raises(InputError, match=r"rate = 500\.0 Hz cannot be reached"):
        lif_current(500.0, NEURON, **MEMBRANE)
    with pytest.raises(InputError, match=r"rate = 0\.0 must be above zero"):
        lif_current(0.0, NEURON, **MEMBRANE)


def test_qif_rate_equals_the_integral_of_its_equation() -> None:
    numeric = integrated_rate(lambda v: 2.0 * v**2 + 50.0, v_reset=-1e4, v_spike=1e4, points=2_000_000)
    closed = float(qif_rate(60.0, curvature=2.0, rheobase=10.0))
    assert closed == pytest.approx(np.sqrt(2.0 * 50.0) / np.pi)
    assert numeric == pytest.approx(closed, rel=1e-3)
    assert float(qif_rate(9.0, curvature=2.0, rheobase=10.0)) == 0.0
    assert float(qif_rate(60.0, curvature=2.0, rheobase=10.0, tau_ref=0.1)) == pytest.approx(1 / (1 / closed + 0.1))


def test_integration_converges_with_the_square_of_the_points() -> None:
    def error(points: int) -> float:
        numeric = integrated_rate(lambda v: -v + 1.2, v_reset=0.0, v_spike=1.0, points=points)
        return abs(numeric * np.log(6.0) - 1)

    assert error(100) / error(200) == pytest.approx(4.0, rel=0.02)


def test_a_drift_that_stops_on_the_way_gives_no_spikes() -> None:
    assert integrated_rate(lambda v: 0.9 - v, v_reset=0.0, v_spike=1.0) == 0.0
    assert integrated_rate(lambda v: 1.0 - v, v_reset=0.0, v_spike=1.0) == 0.0
    with pytest.raises(InputError, match="drift returned NaN"):
        integrated_rate(lambda v: v * np.nan, v_reset=0.0, v_spike=1.0)
    with pytest.raises(InputError, match="v_spike = 0 V must lie above"):
        integrated_rate(lambda v: 1 + v, v_reset=0, v_spike=0)


def test_measured_curve() -> None:
    curve = FICurve(np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 0.0, 10.0, 30.0]))
    assert curve.rheobase() == (1.0, 2.0)
    assert curve.rheobase(least=15.0) == (2.0, 3.0)
    assert curve.rheobase(least=99.0) == (np.inf, np.inf)
    assert FICurve(np.array([1.0, 2.0]), np.array([5.0, 6.0])).rheobase() == (-np.inf, 1.0)
    assert curve.gain()[1:3] == pytest.approx([5.0, 15.0])
    assert float(curve(2.5)) == pytest.approx(20.0)
    assert np.isnan(curve(4.0))


@pytest.mark.parametrize(
    ("currents", "rates", "message"),
    [
        ([0.0, 0.0], [1.0, 2.0], "currents must rise"),
        ([0.0, 1.0], [1.0, -2.0], "rates must not be negative"),
        ([0.0, 1.0], [1.0], "expected two equal rows"),
        ([0.0, np.nan], [1.0, 2.0], "currents = .* holds NaN"),
    ],
)
def test_bad_curves_are_named(currents: list[float], rates: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        FICurve(np.array(currents), np.array(rates))
