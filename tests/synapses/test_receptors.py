"""Receptors against closed forms, published values and SciPy: time courses, magnesium block, gating, gap junctions."""

from __future__ import annotations

from functools import cache
from typing import Any

import brian2 as b2
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from braincore.model import NeuronModel, Parameter, SynapseModel, synapses
from braincore.units import Quantity
from tests.neurons.plain_brian import connect, group, run

CAPACITANCE = Parameter("C_m", Quantity(100.0, "pF"))
LEAK = Parameter("tau_m", Quantity(20.0, "ms"))


def clamp(synapse: SynapseModel, *, unit: str = "A", method: str = "exact") -> NeuronModel:
    """A neuron whose potential is held where it is put, with one receptor ``s``."""
    return NeuronModel(
        name="clamp",
        equations="dv/dt = (E_L - v)/tau_m + 0*I/C_m : volt",
        parameters=(CAPACITANCE, LEAK, Parameter("E_L", Quantity(-65.0, "mV"))),
        receptors={"s": synapse},
        method=method,
        initial={"v": "-65 mV"},
        input=unit,
    )


@cache
def response(name: str, weight: float, method: str = "exact", **values: str) -> tuple[np.ndarray, Any, Any]:
    """Time since the spike arrived (ms), the receptor's main variable, and the current, in SI, over 500 steps."""
    synapse = synapses.get(name).with_(**values)
    model = clamp(synapse, method=method)
    cells = group(model)
    source = b2.SpikeGeneratorGroup(1, [0], [0] * b2.ms)
    wire = connect(source, cells, model, "s", [0], [0], [weight])
    variable = "s_I_r" if "I_r" in synapse.equations else "s_g"
    trace = b2.StateMonitor(cells, [variable, "I_syn"], record=True, when="end")
    run(cells, source, wire, trace, ms=50)
    return np.arange(500) * 0.1, np.asarray(getattr(trace, variable)[0]), np.asarray(trace.I_syn[0])


def test_exponential_current_and_conductance() -> None:
    """w exp(-t/tau); a conductance times its driving force of 65 mV."""
    t, current, total = response("exponential_current", 87.8e-12, tau="0.5 ms")
    assert np.allclose(current, 87.8e-12 * np.exp(-t / 0.5), rtol=1e-11, atol=0)
    assert np.array_equal(current, total)
    for name, tau, reversal in (("exponential_conductance", 5, 0), ("ampa", 2, 0), ("gaba_a", 10, -70)):
        t, conductance, total = response(name, 6e-9, method="exponential_euler")
        assert np.allclose(conductance, 6e-9 * np.exp(-t / tau), rtol=1e-11, atol=0)
        assert np.allclose(total, conductance * (reversal + 65) * 1e-3, rtol=1e-11, atol=0)


@pytest.mark.parametrize(
    ("name", "method", "bound"), [("alpha_current", "exact", 1e-12), ("alpha_conductance", "rk4", 1e-6)]
)
def test_alpha_peaks_with_the_weight_at_tau(name: str, method: str, bound: float) -> None:
    t, found, _ = response(name, 1e-9, method=method, tau="3 ms")
    assert np.max(np.abs(found - 1e-9 * np.e * t / 3 * np.exp(-t / 3))) < bound * 1e-9
    assert found.argmax() == 30 and found.max() == pytest.approx(1e-9, rel=bound)


@pytest.mark.parametrize(("rise", "decay"), [(0.5, 2.0), (2.0, 15.0), (3.0, 2.9), (2.0, 2.0), (0.02, 5.0)])
def test_dual_exponential_peaks_with_the_weight(rise: float, decay: float) -> None:
    """The peak is the weight at any pair of time constants: rise below, above and equal to decay.

    Equal ones (where the usual normalisation divides by zero) give the alpha function. rk4 at 0.1 ms, a fifth of the
    shortest time constant that is compared point by point.
    """
    t, found, _ = response(
        "dual_exponential_current", 1e-9, method="rk4" if rise > 0.1 else "exact", tau_rise=f"{rise} ms",
        tau_decay=f"{decay} ms",
    )  # fmt: skip
    if rise == decay:
        expected = np.e * t / rise * np.exp(-t / rise)
    else:
        peak = rise * decay / (decay - rise) * np.log(decay / rise)
        shape = lambda s: np.exp(-s / decay) - np.exp(-s / rise)  # noqa: E731
        expected = shape(t) / shape(peak)
    assert np.max(np.abs(found * 1e9 - expected)) < 2e-5
    assert found.max() == pytest.approx(1e-9, rel=0.02)


def test_dual_exponential_conductance() -> None:
    """1.3 and 9.5 ms, in closed form: the peak is the weight, and the current is that times 65 mV."""
    t, found, total = response("dual_exponential_conductance", 2e-9, method="rk4")
    peak = 1.3 * 9.5 / 8.2 * np.log(9.5 / 1.3)
    expected = (np.exp(-t / 9.5) - np.exp(-t / 1.3)) / (np.exp(-peak / 9.5) - np.exp(-peak / 1.3))
    assert np.max(np.abs(found / 2e-9 - expected)) < 2e-5
    assert np.allclose(total, found * 65e-3, rtol=1e-11, atol=0)


# --- NMDA -----------------------------------------------------------------------------------------------------------


def block(synapse: SynapseModel, potential: float) -> float:
    """The unblocked fraction at a potential in mV, read from the receptor's own equation."""
    from braincore.expressions import parse_equations

    known = {p.name: p.value.si for p in synapse.parameters} | {"v": potential * 1e-3}
    [equation] = [e for e in parse_equations(synapse.equations) if e.name == "B"]
    return float(equation.expression.evaluate(known))


MAGNESIUM = ((-80, 0.0244247), (-65, 0.0596682), (-20, 0.5081407), (0, 0.7811816), (40, 0.9770802))


@pytest.mark.parametrize("name", ["nmda", "nmda_wang2002"])
def test_magnesium_block_of_jahr_and_stevens(name: str) -> None:
    """1/(1 + [Mg]/3.57 exp(-0.062 V)) at 1 mM: values worked out by hand, and half block at 0 mV and 3.57 mM."""
    synapse = synapses.get(name)
    for potential, expected in MAGNESIUM:
        assert block(synapse, potential) == pytest.approx(expected, rel=2e-6)
    assert block(synapse.with_(Mg="3.57 mM"), 0) == pytest.approx(0.5, rel=1e-12)
    assert block(synapse.with_(Mg="0 mM"), -65) == 1.0


def test_magnesium_off_by_a_thousand_is_implausible() -> None:
    """The classic mistake: 1 M or 1 uM instead of 1 mM. The range catches both; the block shows what is at stake."""
    [mg] = [p for p in synapses.get("nmda").parameters if p.name == "Mg"]
    assert mg.implausible(Quantity.parse("1 M").si) and mg.implausible(Quantity.parse("1 uM").si)
    assert not mg.implausible(Quantity.parse("1 mM").si)
    assert block(synapses.get("nmda").with_(Mg="1 uM"), -65) == pytest.approx(0.984, abs=1e-3)
    assert block(synapses.get("nmda").with_(Mg="1 M"), -65) == pytest.approx(6.3e-5, abs=1e-6)


def test_nmda_current_is_blocked_conductance_times_driving_force() -> None:
    t, conductance, total = response("nmda", 1e-9, method="rk4")
    assert conductance.max() == pytest.approx(1e-9, rel=1e-3)
    assert t[conductance.argmax()] == pytest.approx(2 * 100 / 98 * np.log(50), abs=0.1)
    assert np.allclose(total, conductance * 0.0596682 * 65e-3, rtol=1e-5)


@cache
def gated(name: str, spikes: tuple[float, ...], ms: float, weight: float) -> tuple[Any, Any]:
    """What a target sees of a source (`w` times its open fraction) and the source's state, at the steps' ends."""
    synapse = synapses.get(name)
    relay = NeuronModel(
        name="relay", equations="dv/dt = -v/tau_m : volt", threshold="v > 0.5*volt", reset="v = 0*volt",
        parameters=(LEAK,), receptors={"drive": synapses.get("delta")}, method="rk4",
    )  # fmt: skip
    model = clamp(synapse, method="rk4")
    sources, cells = group(relay, source={"s": synapse}), group(model)
    given = b2.SpikeGeneratorGroup(1, [0] * len(spikes), (np.array(spikes) - 0.1) * b2.ms)
    push = connect(given, sources, relay, "drive", [0], [0], [1.0])
    wire = connect(sources, cells, model, "s", [0], [0], [weight])
    names = ["s_s", "s_x"] if name == "nmda_wang2002" else ["s_R", "s_G"]
    state = b2.StateMonitor(sources, names, record=True, when="end")
    total = b2.StateMonitor(cells, "s_total", record=True, when="end")
    run(sources, cells, given, push, wire, state, total, ms=ms)
    return np.asarray(total.s_total[0]), [np.asarray(getattr(state, n)[0]) for n in names]


def scipy_gates(slope: Any, jump: Any, spikes: tuple[float, ...], ms: float) -> np.ndarray:
    """Two gating variables by SciPy, at each step's end; a spike acts at the end of the step of its time."""
    t, state, parts = 0.0, np.zeros(2), []
    for until in [*(s + 0.1 for s in spikes), ms]:
        at = np.arange(round(t / 0.1) + 1, round(until / 0.1) + 1) * 0.1
        solved = solve_ivp(slope, (t, until), state, t_eval=np.clip(at, t, until), rtol=1e-10, atol=1e-13)
        parts.append(solved.y)
        state, t = jump(solved.y[:, -1]), until
        if until < ms:
            parts[-1][:, -1] = state
    return np.concatenate(parts, axis=1)


def test_wang_gating_is_scipys_and_saturates() -> None:
    """s and x of Wang 2002 at 50 Hz against SciPy, and what the target gets: w s of the same step's beginning."""
    spikes = tuple(5.0 + 20 * k for k in range(10))
    total, (s, x) = gated("nmda_wang2002", spikes, 210, 2e-9)
    theirs = scipy_gates(
        lambda t, y: [-y[0] / 100 + 0.5 * y[1] * (1 - y[0]), -y[1] / 2], lambda y: y + np.array([0, 1]), spikes, 210
    )
    assert np.max(np.abs(s - theirs[0])) < 1e-6
    assert np.max(np.abs(x - theirs[1])) < 1e-6
    assert np.allclose(total[1:], 2e-9 * s[:-1], rtol=1e-12)
    jumps = [s[round((t + 15) / 0.1)] - s[round((t - 0.2) / 0.1)] for t in spikes]
    assert 0.5 < jumps[0] < 0.65 and jumps[-1] < 0.2 and s.max() < 1


# --- GABA-B ---------------------------------------------------------------------------------------------------------


def scipy_gaba_b(spikes: tuple[float, ...], ms: float) -> tuple[np.ndarray, np.ndarray]:
    """R and G with the transmitter as a real pulse of 0.5 mM for 0.3 ms, at each step's end."""
    t, state, parts, concentration = 0.0, np.zeros(2), [], 0.0
    edges = sorted([(s + 0.1, 0.5) for s in spikes] + [(s + 0.4, 0.0) for s in spikes])
    for until, after in [*edges, (ms, 0.0)]:
        at = np.arange(round(t / 0.1) + 1, round(until / 0.1) + 1) * 0.1
        solved = solve_ivp(
            lambda t, y, c=concentration: [0.52 * c * (1 - y[0]) - 0.0013 * y[0], 0.098 * y[0] - 0.033 * y[1]],
            (t, until), state, t_eval=np.clip(at, t, until), rtol=1e-10, atol=1e-14,
        )  # fmt: skip
        parts.append(solved.y)
        state, t, concentration = solved.y[:, -1], until, after
    both = np.concatenate(parts, axis=1)
    return both[0], both[1]


def test_gaba_b_is_the_published_cascade_but_for_the_pulse() -> None:
    """R after each pulse to 0.3 %, and G to 1 % of its peak, of the equations with real pulses of 0.3 ms."""
    spikes = tuple(5.0 + 5 * k for k in range(10))
    _, (r, g) = gated("gaba_b", spikes, 500, 1e-9)
    r_pulse, g_pulse = scipy_gaba_b(spikes, 500)
    between = [round((s + 2) / 0.1) for s in spikes]
    assert np.allclose(r[between], r_pulse[between], rtol=3e-3)
    assert np.max(np.abs(g - g_pulse)) < 0.01 * g_pulse.max()


def test_gaba_b_is_silent_for_single_spikes_and_strong_for_bursts() -> None:
    """Ten spikes at 200 Hz open the channels over 100 times as far as one; the conductance peaks after 50 to 400 ms.

    The nonlinearity that the fourth power is there for (Destexhe, Mainen & Sejnowski 1998).
    """
    single, _ = gated("gaba_b", (5.0,), 500, 1e-9)
    burst, _ = gated("gaba_b", tuple(5.0 + 5 * k for k in range(10)), 500, 1e-9)
    assert burst.max() > 100 * single.max() > 0
    assert burst.max() < 1e-9
    assert 50 < burst.argmax() * 0.1 < 400


# --- Continuous and discrete ----------------------------------------------------------------------------------------


def test_gap_junction_pulls_two_cells_together() -> None:
    """Two passive cells: the mean decays with tau_m, the difference with 1/tau_m + 2 g/C; coupling is held over a step.

    The coupling current is of first order in the step: 10 pS/pF at 0.1 ms is right to 1 %.
    """
    junction = synapses.get("gap_junction")
    model = NeuronModel(
        name="passive", equations="dv/dt = -v/tau_m + I/C_m : volt", parameters=(LEAK, CAPACITANCE),
        receptors={"gap": junction}, method="rk4",
    )  # fmt: skip
    cells = group(model, 2)
    cells.v = [10, 0] * b2.mV
    wire = connect(cells, cells, model, "gap", [0, 1], [1, 0], [1e-9, 1e-9])
    trace = b2.StateMonitor(cells, "v", record=True, when="end")
    run(cells, wire, trace, ms=50)
    a, b = np.asarray(trace.v) * 1e3
    t = np.arange(1, 501) * 0.1
    assert np.allclose(a + b, 10 * np.exp(-t / 20), rtol=1e-6)
    assert np.allclose(a - b, 10 * np.exp(-t * (1 / 20 + 2 * 1 / 100)), rtol=0.01)


@pytest.mark.parametrize("dt", [1.0, 0.1])
def test_pulse_current_adds_the_weight_whatever_the_step(dt: float) -> None:
    model = NeuronModel(
        name="counter", equations="dv/dt = I : 1", receptors={"s": synapses.get("pulse_current")}, input="Hz",
        method="euler",
    )  # fmt: skip
    cells = group(model, dt=dt)
    source = b2.SpikeGeneratorGroup(1, [0, 0], [0, 3] * b2.ms, dt=dt * b2.ms)
    wire = connect(source, cells, model, "s", [0], [0], [0.7])
    trace = b2.StateMonitor(cells, "v", record=True, when="end", dt=dt * b2.ms)
    run(cells, source, wire, trace, ms=6)
    v = np.asarray(trace.v[0])
    assert v[0] == 0 and np.allclose(v[1 : round(3 / dt) + 1], 0.7) and np.allclose(v[round(3 / dt) + 1 :], 1.4)


def test_delta_steps_the_membrane() -> None:
    model = NeuronModel(
        name="passive", equations="dv/dt = 0*I/C_m : volt", parameters=(CAPACITANCE,),
        receptors={"s": synapses.get("delta")}, method="euler",
    )  # fmt: skip
    cells = group(model)
    source = b2.SpikeGeneratorGroup(1, [0], [1] * b2.ms)
    wire = connect(source, cells, model, "s", [0], [0], [2e-3], delay=1.5)
    trace = b2.StateMonitor(cells, "v", record=True, when="end")
    run(cells, source, wire, trace, ms=5)
    v = np.asarray(trace.v[0]) * 1e3
    assert np.all(v[:25] == 0) and np.allclose(v[25:], 2)
