"""Networks in plain Brian2 that between them use most of its language; each returns the network and its monitors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import brian2 as b2
import numpy as np
from brian2 import Mohm, ms, msiemens, mV, mvolt, nA, nS, pA, pF, second, uA, uF, umetre, usiemens  # noqa: F401

Model = Callable[[], tuple[Any, float]]
MODELS: dict[str, Model] = {}


def model(function: Model) -> Model:
    """Add a model to the table."""
    MODELS[function.__name__] = function
    return function


def _wired(synapses: Any, n: int, k: int, seed: int, first: int = 0) -> None:
    rng = np.random.default_rng(seed)
    pre = rng.integers(first, n, k * n).astype(int)
    synapses.connect(i=np.sort(pre), j=rng.integers(0, synapses.N_post, pre.size))


def _cuba(n: int = 400, delays: str = "one") -> Any:
    eqs = """dv/dt = (ge + gi - (v + 49*mV))/(20*ms) : volt (unless refractory)
             dge/dt = -ge/(5*ms) : volt
             dgi/dt = -gi/(10*ms) : volt"""
    group = b2.NeuronGroup(
        n, eqs, threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms, method="exact", name="P"
    )
    group.v = np.linspace(-60, -50, n) * mV
    given = {"delay": 1.2 * ms} if delays == "one" else {}
    exc = b2.Synapses(group, group, on_pre="ge += 1.62*mV", name="exc", **given)
    inh = b2.Synapses(group, group, on_pre="gi -= 9*mV", name="inh", **given)
    rng = np.random.default_rng(1)
    for synapses, low, high in ((exc, 0, int(0.8 * n)), (inh, int(0.8 * n), n)):
        pre = np.repeat(np.arange(low, high), 40)
        synapses.connect(i=pre, j=rng.integers(0, n, pre.size))
        if delays != "one":
            synapses.delay = rng.uniform(0, 5, pre.size) * ms
    return b2.Network(
        group, exc, inh, b2.SpikeMonitor(group, name="spikes"), b2.PopulationRateMonitor(group, name="rate")
    )


@model
def cuba() -> tuple[Any, float]:
    return _cuba(), 0.1


@model
def cuba_delays() -> tuple[Any, float]:
    return _cuba(delays="many"), 0.1


@model
def unsorted_synapses() -> tuple[Any, float]:
    net = _cuba(delays="many")
    group = net["P"]
    extra = b2.Synapses(group[100:300], group[50:], "w : volt", on_pre="ge += w", delay=0.3 * ms, name="extra")
    rng = np.random.default_rng(4)
    extra.connect(i=rng.integers(0, 200, 900), j=rng.integers(0, 350, 900))
    extra.w = rng.uniform(0, 1, 900) * mV
    net.add(extra)
    return net, 0.06


@model
def cobahh() -> tuple[Any, float]:
    area = 20000 * umetre**2
    ns = {
        "Cm": 1 * uF / b2.cm**2 * area,
        "gl": 5e-5 * b2.siemens / b2.cm**2 * area,
        "El": -65 * mV,
        "EK": -90 * mV,
        "ENa": 50 * mV,
        "g_na": 100 * msiemens / b2.cm**2 * area,
        "g_kd": 30 * msiemens / b2.cm**2 * area,
        "VT": -63 * mV,
    }
    eqs = """
    dv/dt = (gl*(El-v) + ge*(0*mV-v) + gi*(-80*mV-v) - g_na*(m*m*m)*h*(v-ENa) - g_kd*(n*n*n*n)*(v-EK))/Cm : volt
    dm/dt = alpha_m*(1-m)-beta_m*m : 1
    dn/dt = alpha_n*(1-n)-beta_n*n : 1
    dh/dt = alpha_h*(1-h)-beta_h*h : 1
    dge/dt = -ge/(5*ms) : siemens
    dgi/dt = -gi/(10*ms) : siemens
    alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV-v+VT)/(4*mV))/ms : Hz
    beta_m = 0.28*(mV**-1)*5*mV/exprel((v-VT-40*mV)/(5*mV))/ms : Hz
    alpha_h = 0.128*exp((17*mV-v+VT)/(18*mV))/ms : Hz
    beta_h = 4./(1+exp((40*mV-v+VT)/(5*mV)))/ms : Hz
    alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV-v+VT)/(5*mV))/ms : Hz
    beta_n = .5*exp((10*mV-v+VT)/(40*mV))/ms : Hz"""
    group = b2.NeuronGroup(
        100, eqs, threshold="v > -20*mV", refractory="v > -20*mV", method="exponential_euler", namespace=ns, name="P"
    )
    group.v = np.linspace(-70, -55, 100) * mV
    group.ge = np.linspace(0, 60, 100) * nS
    synapses = b2.Synapses(group, group, on_pre="ge += 6*nS", delay=0.1 * ms, name="S")
    _wired(synapses, 100, 8, 2)
    states = b2.StateMonitor(group, ["v", "m"], record=[0, 7], name="states")
    return b2.Network(group, synapses, b2.SpikeMonitor(group, name="spikes"), states), 0.03


@model
def stdp() -> tuple[Any, float]:
    inputs = b2.SpikeGeneratorGroup(60, np.tile(np.arange(60), 8), np.sort(np.linspace(1, 150, 480)) * ms, name="I")
    group = b2.NeuronGroup(
        5,
        "dv/dt = (ge*50 - v)/(10*ms) : 1\ndge/dt = -ge/(5*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name="P",
    )
    synapses = b2.Synapses(
        inputs,
        group,
        "w : 1\ndApre/dt = -Apre/(20*ms) : 1 (event-driven)\ndApost/dt = -Apost/(20*ms) : 1 (event-driven)",
        on_pre={"pre": "ge += w\nApre += 0.01\nw = clip(w + Apost, 0, 0.3)"},
        on_post="Apost -= 0.0105\nw = clip(w + Apre, 0, 0.3)",
        name="S",
    )
    synapses.connect()
    synapses.w = np.linspace(0.02, 0.2, 300)
    synapses.pre.delay = np.linspace(0, 3, 300) * ms
    synapses.post.delay = 0.5 * ms
    states = b2.StateMonitor(synapses, ["w", "Apre"], record=[3, 200], name="states")
    return b2.Network(inputs, group, synapses, b2.SpikeMonitor(group, name="spikes"), states), 0.16


@model
def short_term_plasticity() -> tuple[Any, float]:
    inputs = b2.SpikeGeneratorGroup(4, np.tile(np.arange(4), 12), np.sort(np.arange(48) * 3.0 + 1) * ms, name="I")
    group = b2.NeuronGroup(4, "dv/dt = -v/(10*ms) : 1", threshold="v > 0.2", reset="v = 0", method="exact", name="P")
    synapses = b2.Synapses(
        inputs,
        group,
        "du/dt = -u/(50*ms) : 1 (event-driven)\ndx/dt = (1-x)/(100*ms) : 1 (event-driven)",
        on_pre="u += 0.3*(1-u)\nv_post += u*x\nx -= u*x",
        name="S",
    )
    synapses.connect(j="i")
    synapses.x = 1
    return b2.Network(
        inputs, group, synapses, b2.SpikeMonitor(group, name="spikes"), b2.StateMonitor(group, "v", True, name="states")
    ), 0.16


@model
def adaptive_exponential() -> tuple[Any, float]:
    eqs = """dvm/dt = (30*nS*(-70.6*mV - vm) + 30*nS*2*mV*exp((vm + 50.4*mV)/(2*mV)) + I - w)/(281*pF) : volt
             dw/dt = (4*nS*(vm + 70.6*mV) - w)/(144*ms) : amp
             I : amp"""
    group = b2.NeuronGroup(
        20, eqs, threshold="vm > -40*mV", reset="vm = -70.6*mV; w += 0.0805*nA", method="rk4", name="P"
    )
    group.vm = -70.6 * mV
    group.I = np.linspace(0.4, 1.2, 20) * nA
    return b2.Network(
        group,
        b2.SpikeMonitor(group, variables="w", name="spikes"),
        b2.StateMonitor(group, ["vm", "w"], [1, 19], name="states"),
    ), 0.12


@model
def summed_and_gap_junctions() -> tuple[Any, float]:
    eqs = "dv/dt = (1.2 + Igap - v + Isyn)/(10*ms) : 1\nIgap : 1\nIsyn : 1"
    group = b2.NeuronGroup(12, eqs, threshold="v > 1", reset="v = 0", method="euler", name="P")
    group.v = np.linspace(0, 0.9, 12)
    gaps = b2.Synapses(group, group, "w : 1\nIgap_post = w*(v_pre - v_post) : 1 (summed)", name="G")
    gaps.connect(condition="i != j")
    gaps.w = 0.02
    clocked = b2.Synapses(
        group,
        group,
        "dg/dt = -g/(4*ms) : 1 (clock-driven)\nIsyn_post = -g*0.1 : 1 (summed)",
        on_pre="g += 0.2",
        name="C",
        method="euler",
    )
    clocked.connect(condition="i < j")
    return b2.Network(
        group, gaps, clocked, b2.SpikeMonitor(group, name="spikes"), b2.StateMonitor(group, "v", True, name="states")
    ), 0.08


@model
def timed_array_and_run_regularly() -> tuple[Any, float]:
    wave = b2.TimedArray(np.sin(np.arange(60) / 5.0) + 1.2, dt=2 * ms, name="wave")
    table = b2.TimedArray(np.arange(80).reshape(20, 4) / 80.0, dt=5 * ms, name="table")
    ns = {"wave": wave, "table": table}
    group = b2.NeuronGroup(
        4,
        "dv/dt = (wave(t) + table(t, i) - v)/(10*ms) : 1\nx : 1\nshared_x : 1 (shared)",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        namespace=ns,
        name="P",
    )
    group.run_regularly("x += v + shared_x*i", dt=1 * ms, when="end", name="regular")
    group.run_regularly("shared_x = shared_x + 0.125", dt=0.5 * ms, name="shared")
    return b2.Network(
        group,
        b2.SpikeMonitor(group, name="spikes"),
        b2.StateMonitor(group, ["v", "x", "shared_x"], True, dt=0.7 * ms, name="states"),
    ), 0.1


@model
def custom_events_and_linked() -> tuple[Any, float]:
    drive = b2.NeuronGroup(
        3, "dx/dt = (i + 1.0)/(20*ms) : 1", threshold="x > 1", reset="x = 0", method="euler", name="D"
    )
    group = b2.NeuronGroup(
        6,
        "dv/dt = (d - v)/(5*ms) : 1\nd : 1 (linked)\nn : integer",
        threshold="v > 0.6",
        reset="v = 0.1",
        events={"low": "v < 0.15"},
        method="euler",
        name="P",
    )
    group.d = b2.linked_var(drive, "x", index=np.array([0, 0, 1, 1, 2, 2]))
    group.run_on_event("low", "n += 1")
    group.v = np.linspace(0, 1, 6)
    return b2.Network(
        drive,
        group,
        b2.SpikeMonitor(group, name="spikes"),
        b2.EventMonitor(group, "low", name="low"),
        b2.StateMonitor(group, "n", True, name="states"),
    ), 0.1


@model
def several_pathways_and_multapses() -> tuple[Any, float]:
    group = b2.NeuronGroup(
        30,
        "dv/dt = (1.1 - v)/(10*ms) : 1 (unless refractory)\nlast : second",
        threshold="v > 1",
        reset="v = 0\nlast = t",
        refractory="3*ms + i*0.1*ms",
        method="exact",
        name="P",
    )
    group.v = np.linspace(0, 0.95, 30)
    synapses = b2.Synapses(
        group,
        group,
        "w : 1\ncount : integer",
        on_pre={"first": "v_post += w", "second": "v_post -= w/2\ncount += 1"},
        on_post={"back": "w += 0.0005*int(t - last_pre < 2*ms)"},
        name="S",
    )
    rng = np.random.default_rng(3)
    pre = rng.integers(0, 30, 300)
    synapses.connect(i=pre, j=rng.integers(0, 30, 300), n=2)
    synapses.w = 0.01
    synapses.first.delay = 1 * ms
    synapses.second.delay = rng.uniform(0.5, 4, 600) * ms
    return b2.Network(
        group,
        synapses,
        b2.SpikeMonitor(group, name="spikes"),
        b2.StateMonitor(synapses, ["w", "count"], [0, 99], name="states"),
    ), 0.1


@model
def two_clocks_and_python() -> tuple[Any, float]:
    fast = b2.NeuronGroup(
        5, "dv/dt = (1.5 - v)/(7*ms) : 1", threshold="v > 1", reset="v = 0", method="exact", dt=0.05 * ms, name="F"
    )
    slow = b2.NeuronGroup(
        5, "dv/dt = (u - v)/(7*ms) : 1\nu : 1", threshold="v > 1", reset="v = 0", method="euler", dt=0.2 * ms, name="P"
    )
    synapses = b2.Synapses(fast, slow, on_pre="v_post += 0.3", delay=1 * ms, name="S")
    synapses.connect(j="i")

    @b2.network_operation(dt=1 * ms)
    def push(t: Any) -> None:
        slow.u[:] = np.sin(np.asarray(t / second) * 100 + np.arange(5)) + 1

    return b2.Network(
        fast,
        slow,
        synapses,
        push,
        b2.SpikeMonitor(slow, name="spikes"),
        b2.SpikeMonitor(fast, name="fast"),
        b2.StateMonitor(slow, "v", True, name="states"),
    ), 0.06


@model
def integrators() -> tuple[Any, float]:
    objects: list[Any] = []
    for method in ("euler", "rk2", "rk4", "heun", "milstein", "exponential_euler"):
        group = b2.NeuronGroup(
            3,
            "dv/dt = (1.3 + sin(40*Hz*t) - v)/(8*ms) : 1\ndu/dt = (v - u)/(30*ms) : 1",
            threshold="v > 1",
            reset="v = u/2",
            refractory=1 * ms,
            method=method,
            name=f"P_{method}",
        )
        group.v = [0, 0.3, 0.6]
        objects += [
            group,
            b2.SpikeMonitor(group, name=f"spikes_{method}"),
            b2.StateMonitor(group, ["v", "u"], True, name=f"states_{method}"),
        ]
    return b2.Network(*objects), 0.05


@model
def refractory_without_threshold() -> tuple[Any, float]:
    quiet = b2.NeuronGroup(
        10, "dv/dt = -v/(10*ms) : 1 (unless refractory)", refractory=1 * ms, method="exact", name="Q"
    )
    quiet.v = np.linspace(0, 1, 10)
    net = _cuba(100)
    net.add(quiet, b2.StateMonitor(quiet, "v", True, name="quiet"))
    return net, 0.06


@model
def poisson_group_with_a_given_sequence() -> tuple[Any, float]:
    """Rates that are 0 or far above one a step: the spikes are those of a table, whatever is drawn."""
    given = np.random.default_rng(6).random((600, 20)) < 0.02
    sequence = b2.TimedArray(given * 1.0, dt=0.1 * ms, name="sequence")
    inputs = b2.PoissonGroup(20, rates="1e6*Hz*sequence(t, i)", namespace={"sequence": sequence}, name="I")
    group = b2.NeuronGroup(
        9,
        "dv/dt = (x - v)/(8*ms) : 1 (unless refractory)\ndx/dt = -x/(3*ms) : 1",
        threshold="v > 0.3",
        reset="v = 0",
        refractory=1.5 * ms,
        method="exact",
        name="P",
    )
    synapses = b2.Synapses(inputs, group, "w : 1", on_pre="x_post += w", delay=0.7 * ms, name="S")
    synapses.connect(condition="(i + j) % 3 == 0")
    synapses.w = "0.4 + 0.02*i"
    return b2.Network(
        inputs,
        group,
        synapses,
        b2.SpikeMonitor(inputs, name="spikes_in"),
        b2.SpikeMonitor(group, name="spikes"),
        b2.StateMonitor(group, ["v", "x"], True, name="states"),
    ), 0.06
