"""The exact integration of linear cascades against closed forms, at equal and nearly equal time constants."""

from __future__ import annotations

import time

import brian2 as b2
import numpy as np
import pytest
from scipy.linalg import expm

from braincore.build.exact import exact
from braincore.model import neurons
from tests.neurons.plain_brian import connect, group, run
from tests.neurons.test_lif import psp_alpha, psp_exp


def psp(name: str, tau: float) -> np.ndarray:
    base = neurons.get(name)
    receptors = {"exc": base.receptors["exc"].with_(tau=f"{tau!r} ms")}
    model = base.with_(receptors=receptors, V_th="1 V", E_L="0 mV", V_reset="0 mV")
    cells = group(model, method=exact)
    source = b2.SpikeGeneratorGroup(1, [0], [0] * b2.ms)
    wire = connect(source, cells, model, "exc", [0], [0], [100e-12])
    trace = b2.StateMonitor(cells, "v", record=True, when="end")
    run(cells, source, wire, trace, ms=200)
    return np.asarray(trace.v[0]) * 1e3


@pytest.mark.parametrize("tau", [0.1, 2.0, 9.999, 10 * (1 - 1e-9), 10.0, 10 * (1 + 1e-9), 10.5, 200.0])
@pytest.mark.parametrize(("name", "closed"), [("lif_exp", psp_exp), ("lif_alpha", psp_alpha)])
def test_psp_is_the_closed_form_at_any_pair_of_time_constants(name: str, closed: object, tau: float) -> None:
    """2000 steps to 1e-12 of the peak, with tau_m = tau_s = 10 ms and 1e-9 apart (Brian2's own: NaN and 1e-7)."""
    expected = 100 / 250 * closed(np.arange(2000) * 0.1, 10.0, tau)  # type: ignore[operator]
    assert np.max(np.abs(psp(name, tau) - expected)) <= 1e-12 * expected.max()


def test_a_chain_of_three_and_a_constant_is_the_matrix_exponential() -> None:
    """A dual exponential with offset, on a leaky membrane, all time constants equal, and without a leak (singular)."""
    for leak in (5.0, np.inf):
        text = f"dv/dt = {0.0 if np.isinf(leak) else 1 / leak!r}*(3 - v)/ms + a/ms : 1\ndb/dt = -b/(5*ms) : 1"
        cells = b2.NeuronGroup(1, text + "\nda/dt = (b - a)/(5*ms) : 1", method=exact, dt=0.5 * b2.ms, namespace={})
        cells.b = 2
        trace = b2.StateMonitor(cells, ["v", "a", "b"], record=True, when="end", dt=0.5 * b2.ms)
        run(cells, trace, ms=20)
        rate = 0.0 if np.isinf(leak) else 1 / leak
        system = np.array([[-rate, 1, 0, 3 * rate], [0, -0.2, 0.2, 0], [0, 0, -0.2, 0], [0, 0, 0, 0.0]])
        state, step = np.array([0, 0, 2, 1.0]), expm(system * 0.5)
        for k in range(40):
            state = step @ state
            assert [trace.v[0][k], trace.a[0][k], trace.b[0][k]] == pytest.approx(state[:3], rel=1e-12)


def test_two_alpha_currents_are_derived_in_a_moment() -> None:
    begun = time.process_time()
    run(group(neurons.get("lif_alpha"), method=exact), ms=0.1)
    assert time.process_time() - begun < 10  # CPU seconds; Brian2 needs about 18


def test_loops_are_left_to_brian2() -> None:
    """A damped oscillator is no cascade; Brian2's updater refuses it (complex solution)."""
    cells = b2.NeuronGroup(1, "dx/dt = y/ms : 1\ndy/dt = -x/ms : 1", method=exact, namespace={})
    with pytest.raises(Exception):  # noqa: B017
        run(cells, ms=1)


def test_the_build_takes_it_where_brian2_gives_nan() -> None:
    """Equal membrane and synaptic time constants, through the build: finite, and the closed form after one spike."""
    from braincore.build import build, engine
    from braincore.model import BrainSpec, Step

    runner = engine("brian2")
    runner.prepare()
    base = neurons.get("lif_exp")
    model = base.with_(receptors={name: s.with_(tau="10 ms") for name, s in base.receptors.items()})
    brain = BrainSpec(duration="20 ms")
    brain.add("E", 1, model)
    brain.stimulate("E", Step(amplitude="100 pA"))
    built = build(brain.resolve())
    group = built.groups["group_0"]
    network = b2.Network(*built.objects)
    built.timeline.apply(0)
    network.run(20 * b2.ms, namespace={})
    expected = -65e-3 + 100e-12 * 10e-3 / 250e-12 * (1 - np.exp(-2.0))
    assert group.array("u_v")[0] == pytest.approx(expected, rel=1e-9)
