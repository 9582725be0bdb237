"""Networks through the build against the same network as a plain Brian2 script, spike for spike.

The scripts are written out by hand, with Brian2's own objects and names; only the drawn connections are taken over.
"""

from __future__ import annotations

from typing import Any

import brian2 as b2
import numpy as np
import pytest
from brian2 import Mohm, amp, ms, msiemens, mV, nA, nS, pA, second, siemens, uF, umetre, volt
from built_runs import CONDUCTANCE, CURRENT, LIF, Done, a_brain, parameters, run, steps_of
from numpy.testing import assert_array_equal

from braincore.model import (
    AllToAll,
    EdgeList,
    FixedProbability,
    NeuronModel,
    Normal,
    SpikeTrains,
    Step,
    Traces,
    Uniform,
    Values,
    Weights,
    learning_rules,
    neurons,
    synapses,
)

b2.prefs.codegen.target = "numpy"
b2.BrianLogger.suppress_hierarchy("brian2.groups.group")
rng = np.random.default_rng


def wire(synapses: Any, done: Done, projection: str, *, weight: Any = None) -> Any:
    """Give Brian2 synapses the connections, weights and delays that were drawn for a projection."""
    pre, post = done.built.ends(projection)
    synapses.connect(i=pre, j=post)
    synapses.pre.delay = done.built.delays(projection) * second
    if weight is not None:
        synapses.w = done.built.weights(projection) * weight
    return synapses


def play(duration: Any, *objects: Any) -> None:
    b2.Network(*objects).run(duration, namespace={})


def assert_same_spikes(done: Done, population: str, monitor: Any, *, least: int = 20) -> None:
    mine = done.sink.spikes
    mine = mine[mine[:, 1] == done.code(population)][:, [0, 2]]
    assert len(mine) >= least, "too few spikes to compare"
    assert_array_equal(mine, steps_of(monitor))


def test_excitation_and_inhibition_with_delays() -> None:
    """A balanced network of leaky neurons with exponential currents; all weights and delays differ."""
    spec = a_brain("100 ms", seed=11)
    cell = {"parameters": {"V_th": Normal("-50 mV", "1 mV")}, "initial": {"v": Uniform("-65 mV", "-50 mV")}}
    spec.add("E", 80, LIF, **cell)
    spec.add("I", 20, LIF, **cell)
    weak, strong = Normal("60 pA", "10 pA"), Normal("-250 pA", "20 pA")
    delay = Uniform("0.1 ms", "3 ms")
    for source, target, weight in (("E", "E", weak), ("E", "I", weak), ("I", "E", strong), ("I", "I", strong)):
        spec.connect(source, target, FixedProbability(p=0.2), weight=weight, delay=delay)
    spec.stimulate("E", Step(amplitude="170 pA"))
    spec.stimulate("I", Step(amplitude="160 pA"))
    done = run(spec)

    names = {"E_L": -65 * mV, "R": 100 * Mohm, "tau_m": 10 * ms, "V_r": -65 * mV, "tau": 5 * ms}
    equations = """
    dv/dt = (E_L - v + R*(Ie + Ii + I0))/tau_m : volt (unless refractory)
    dIe/dt = -Ie/tau : amp
    dIi/dt = -Ii/tau : amp
    I0 : amp (constant)
    V_th : volt (constant)
    """
    groups, monitors, wires = {}, [], []
    for name, size, current in (("E", 80, 170), ("I", 20, 160)):
        group = b2.NeuronGroup(size, equations, threshold="v > V_th", reset="v = V_r", refractory=2 * ms,
                               method="euler", namespace=names, dt=0.1 * ms)  # fmt: skip
        start = done.built.plan.group_of[name].starts[name]
        group.V_th = done.built.groups["group_0"].array("u_V_th")[start : start + size] * volt
        group.v = done.built.groups["group_0"].initial["u_v"][start : start + size] * volt
        group.I0 = current * pA
        groups[name] = group
        monitors.append(b2.SpikeMonitor(group))
    for source, variable in (("E", "Ie"), ("I", "Ii")):
        for target in ("E", "I"):
            made = b2.Synapses(groups[source], groups[target], "w : amp", on_pre=f"{variable}_post += w")
            wires.append(wire(made, done, f"{source}->{target}", weight=amp))
    play(100 * ms, *groups.values(), *wires, *monitors)
    assert_same_spikes(done, "E", monitors[0], least=300)
    assert_same_spikes(done, "I", monitors[1], least=50)


def test_conductances() -> None:
    """The CUBA/COBA benchmark's conductance network (Brette et al. 2007), small."""
    cell = NeuronModel(
        name="coba",
        equations="dv/dt = (E_L - v)/tau_m + I/C : volt (unless refractory)",
        threshold="v > V_th",
        reset="v = E_L",
        refractory="5*ms",
        receptors={"exc": CONDUCTANCE, "inh": CONDUCTANCE.with_(tau="10 ms", E="-80 mV")},
        parameters=parameters(E_L="-60 mV", tau_m="20 ms", C="200 pF", V_th="-50 mV"),
        initial={"v": "E_L"},
        method="exponential_euler",
    )
    spec = a_brain("100 ms", seed=4)
    spec.add("A", 60, cell)
    spec.connect("A", "A", FixedProbability(p=0.2), weight="3 nS", delay="1.5 ms", receptor="exc")
    spec.connect("A[0:20]", "A", FixedProbability(p=0.3), weight="20 nS", delay="0.8 ms", receptor="inh")
    spec.stimulate("A", Step(amplitude=Values.of(np.linspace(90, 160, 60), "pA")))
    done = run(spec)

    equations = """
    dv/dt = (E_L - v)/tau_m + (ge*(0*mV - v) + gi*(-80*mV - v) + I0)/C : volt (unless refractory)
    dge/dt = -ge/(5*ms) : siemens
    dgi/dt = -gi/(10*ms) : siemens
    I0 : amp (constant)
    """
    names = {"E_L": -60 * mV, "tau_m": 20 * ms, "C": 200 * 1e-12 * b2.farad, "V_th": -50 * mV}
    group = b2.NeuronGroup(60, equations, threshold="v > V_th", reset="v = E_L", refractory=5 * ms,
                           method="exponential_euler", namespace=names, dt=0.1 * ms)  # fmt: skip
    group.v = -60 * mV
    group.I0 = np.linspace(90, 160, 60) * pA
    excite = wire(b2.Synapses(group, group, on_pre="ge_post += 3*nS"), done, "A->A")
    inhibit = wire(b2.Synapses(group, group, on_pre="gi_post += 20*nS"), done, "A[0:20]->A")
    monitor = b2.SpikeMonitor(group)
    play(100 * ms, group, excite, inhibit, monitor)
    assert_same_spikes(done, "A", monitor, least=80)


def test_adaptive_exponential() -> None:
    """AdEx with its jump of adaptation, driven and coupled."""
    adex = neurons.get("adex")
    spec = a_brain("150 ms", seed=2)
    spec.add("A", 20, adex)
    spec.connect("A", "A", FixedProbability(p=0.3), weight="8 nS", delay="1 ms", receptor="exc")
    spec.stimulate("A", Step(amplitude=Values.of(np.linspace(0.6, 1.4, 20), "nA")))
    done = run(spec)

    equations = """
    dv/dt = (gL*(EL - v) + gL*DT*exp((clip(v, -inf*volt, Vp) - VT)/DT) - w + ge*(0*mV - v) + I0)/C : volt
    dw/dt = (a*(clip(v, -inf*volt, Vp) - EL) - w)/tw : amp
    dge/dt = -ge/(5*ms) : siemens
    I0 : amp (constant)
    """
    pF = 1e-12 * b2.farad
    names = {"gL": 30 * nS, "EL": -70.6 * mV, "DT": 2 * mV, "VT": -50.4 * mV, "C": 281 * pF, "a": 4 * nS,
             "tw": 144 * ms, "Vp": 20 * mV, "b": 80.5 * pA}  # fmt: skip
    group = b2.NeuronGroup(20, equations, threshold="v > Vp", reset="v = EL; w += b", method="rk2", namespace=names,
                           dt=0.1 * ms)  # fmt: skip
    group.v = -70.6 * mV
    group.I0 = np.linspace(0.6, 1.4, 20) * nA
    excite = wire(b2.Synapses(group, group, on_pre="ge_post += 8*nS"), done, "A->A")
    monitor = b2.SpikeMonitor(group)
    play(150 * ms, group, excite, monitor)
    assert_same_spikes(done, "A", monitor, least=60)


@pytest.mark.slow
def test_hodgkin_huxley_network() -> None:
    """COBAHH: Traub-Miles cells with conductances (Brette et al. 2007, benchmark 3)."""
    spec = a_brain("60 ms", seed=5, dt="0.05 ms")
    spec.add("A", 40, "traub_miles", initial={"v": "-65*mV + 10*mV*rand()"})
    spec.connect("A[0:32]", "A", FixedProbability(p=0.15), weight="6 nS", receptor="exc", delay="0.5 ms")
    spec.connect("A[32:40]", "A", FixedProbability(p=0.3), weight="67 nS", receptor="inh")
    done = run(spec)

    area = 20000 * umetre**2
    names = {"Cm": 1 * uF * b2.cm**-2 * area, "gl": 5e-5 * siemens * b2.cm**-2 * area, "El": -60 * mV,
             "EK": -90 * mV, "ENa": 50 * mV, "g_na": 100 * msiemens * b2.cm**-2 * area,
             "g_kd": 30 * msiemens * b2.cm**-2 * area, "VT": -63 * mV, "Ee": 0 * mV, "Ei": -80 * mV}  # fmt: skip
    equations = """
    dv/dt = (gl*(El-v)+ge*(Ee-v)+gi*(Ei-v)-g_na*(m*m*m)*h*(v-ENa)-g_kd*(n*n*n*n)*(v-EK))/Cm : volt
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
    beta_n = .5*exp((10*mV-v+VT)/(40*mV))/ms : Hz
    """
    group = b2.NeuronGroup(40, equations, threshold="v > -20*mV", refractory="v > -20*mV", namespace=names,
                           method="exponential_euler", dt=0.05 * ms)  # fmt: skip
    for name, brian in (("v", "u_v"), ("m", "u_m"), ("h", "u_h"), ("n", "u_n")):
        group.variables[name].get_value()[:] = done.built.groups["group_0"].initial[brian]
    excite = wire(b2.Synapses(group, group, on_pre="ge_post += 6*nS"), done, "A[0:32]->A")
    inhibit = wire(b2.Synapses(group, group, on_pre="gi_post += 67*nS"), done, "A[32:40]->A")
    monitor = b2.SpikeMonitor(group)
    play(60 * ms, group, excite, inhibit, monitor)
    mine = done.sink.spikes
    assert len(mine) >= 40
    assert_array_equal(mine[:, [0, 2]], steps_of(monitor, 0.05))


def regular(size: int, gap: float, until: float, seed: int = 3) -> SpikeTrains:
    """Trains of about one spike every `gap` seconds, no two of one neuron in one step of 0.1 ms."""
    generator = rng(seed)
    times, who = [], []
    for k in range(size):
        steps = np.unique(generator.integers(0, round(until / 1e-4), round(until / gap)))
        times.append(steps * 1e-4)
        who.append(np.full(steps.size, k))
    return SpikeTrains(times=np.concatenate(times), neurons=np.concatenate(who).astype(np.int32))


def generator_group(trains: SpikeTrains, size: int) -> Any:
    return b2.SpikeGeneratorGroup(size, trains.neurons, trains.times * second, dt=0.1 * ms)


def test_short_term_plasticity() -> None:
    """Tsodyks-Markram synapses, by the rule of the library and by hand, on different delays."""
    rule, trains = learning_rules.get("tsodyks_markram"), regular(15, 8e-3, 0.1)
    spec = a_brain("100 ms", seed=3)
    spec.add("A", 10, LIF)
    spec.add("S", 15, "spike_source")
    spec.connect("S", "A", FixedProbability(p=0.5), weight=Uniform("0.3 nA", "0.9 nA"), delay=Uniform("0.1 ms", "2 ms"),
                 receptor="exc", rules=rule)  # fmt: skip
    spec.stimulate("A", Step(amplitude="120 pA"))
    spec.stimulate("S", trains)
    done = run(spec)

    group = lif_group(10)
    group.I0 = 120 * pA
    source = generator_group(trains, 15)
    model = """
    w : amp
    du/dt = -u/tau_f : 1 (event-driven)
    dx/dt = (1 - x)/tau_d : 1 (event-driven)
    """
    names = {"tau_f": 1 * ms, "tau_d": 800 * ms, "U": 0.5}
    made = b2.Synapses(source, group, model, namespace=names, on_pre="u += U*(1-u)\nIe_post += w*u*x\nx -= u*x")
    wire(made, done, "S->A", weight=amp)
    made.x = 1
    monitor = b2.SpikeMonitor(group)
    play(100 * ms, group, source, made, monitor)
    assert_same_spikes(done, "A", monitor, least=15)


def lif_group(size: int) -> Any:
    equations = """
    dv/dt = (E_L - v + R*(Ie + I0))/tau_m : volt (unless refractory)
    dIe/dt = -Ie/tau : amp
    I0 : amp
    """
    names = {"E_L": -65 * mV, "R": 100 * Mohm, "tau_m": 10 * ms, "tau": 5 * ms}
    group = b2.NeuronGroup(size, equations, threshold="v > -50*mV", reset="v = -65*mV", refractory=2 * ms,
                           method="euler", namespace=names, dt=0.1 * ms)  # fmt: skip
    group.v = -65 * mV
    return group


def test_pair_stdp() -> None:
    """Pair STDP with delays: spikes and, to the last bit, the weights of every millisecond."""
    rule = learning_rules.get("stdp_pair").with_(A_plus=0.02, A_minus=0.021)
    trains = regular(20, 6e-3, 0.15)
    spec = a_brain("150 ms", seed=8)
    spec.add("A", 8, LIF)
    spec.stimulate("A[0:8]", Step(amplitude="135 pA"))
    spec.add("S", 20, "spike_source")
    spec.connect("S", "A", AllToAll(), weight="45 pA", delay=Uniform("0.1 ms", "5 ms"), receptor="exc", rules=rule,
                 bounds=("0 pA", "90 pA"), name="plastic")  # fmt: skip
    spec.record(weights=(Weights(projection="plastic", interval="1 ms"),))
    spec.stimulate("S", trains)
    done = run(spec)

    group = lif_group(8)
    group.I0 = 135 * pA
    source = generator_group(trains, 20)
    model = """
    w : amp
    dap/dt = -ap/(20*ms) : 1 (event-driven)
    dam/dt = -am/(20*ms) : 1 (event-driven)
    """
    made = b2.Synapses(source, group, model, on_pre="Ie_post += w\nap += 0.02\nw = clip(w - am*most, 0*pA, most)",
                       on_post="am += 0.021\nw = clip(w + ap*most, 0*pA, most)", namespace={"most": 90*pA})  # fmt: skip
    wire(made, done, "plastic", weight=amp)
    made.w = 45 * pA  # as they began
    spikes = b2.SpikeMonitor(group)
    values = b2.StateMonitor(made, "w", record=True, dt=1 * ms)
    play(150 * ms, group, source, made, spikes, values)
    assert_same_spikes(done, "A", spikes, least=20)
    taken = done.sink.snapshots["plastic"]
    assert [step for step, *_ in taken] == list(range(0, 1500, 10))
    mine = np.stack([row["w"] for *_, row in taken], axis=1)
    assert np.ptp(mine) > 9e-12
    assert_array_equal(mine, np.asarray(values.w))
    assert done.sink.units["plastic"] == {"w": "A"}


def test_saturating_nmda() -> None:
    """Wang's NMDA gate, which lives in the source: the same potentials and spikes as by hand."""
    nmda = synapses.get("nmda_wang2002")
    cell = NeuronModel(
        name="pyramidal",
        equations="dv/dt = (E_L - v + R*I)/tau_m : volt (unless refractory)",
        threshold="v > V_th",
        reset="v = V_r",
        refractory="2*ms",
        receptors={"nmda": nmda},
        parameters=parameters(E_L="-65 mV", R="100 Mohm", tau_m="10 ms", V_th="-50 mV", V_r="-65 mV"),
        initial={"v": "E_L"},
        method="euler",
    )
    spec = a_brain("80 ms", seed=6)
    spec.add("A", 12, cell)
    spec.connect("A", "A", FixedProbability(p=0.6), weight=Uniform("0.5 nS", "1.5 nS"))
    spec.stimulate("A", Step(amplitude=Values.of(np.linspace(140, 200, 12), "pA")))
    spec.record(traces=(Traces(target="A", variables=("v", "I_syn"), interval="0.1 ms"),))
    done = run(spec)

    equations = """
    dv/dt = (E_L - v + R*(In + I0))/tau_m : volt (unless refractory)
    In = gtot*(0*mV - v)/(1 + exp(-0.062*v/mV)/3.57) : amp
    ds/dt = -s/(100*ms) + 0.5/ms*x*(1 - s) : 1
    dx/dt = -x/(2*ms) : 1
    gtot : siemens
    I0 : amp (constant)
    """
    names = {"E_L": -65 * mV, "R": 100 * Mohm, "tau_m": 10 * ms}
    group = b2.NeuronGroup(12, equations, threshold="v > -50*mV", reset="v = -65*mV; x += 1", refractory=2 * ms,
                           method="euler", namespace=names, dt=0.1 * ms)  # fmt: skip
    group.v = -65 * mV
    group.I0 = np.linspace(140, 200, 12) * pA
    made = b2.Synapses(group, group, "w : siemens\ngtot_post = w*s_pre : siemens (summed)")
    pre, post = done.built.ends("A->A")
    made.connect(i=pre, j=post)
    made.w = done.built.weights("A->A") * siemens
    spikes, trace = b2.SpikeMonitor(group), b2.StateMonitor(group, ["v", "In"], record=True)
    play(80 * ms, group, made, spikes, trace)
    assert_same_spikes(done, "A", spikes, least=30)
    mine = done.sink.trace("A", "v").reshape(-1, 12).T
    np.testing.assert_allclose(mine, np.asarray(trace.v), rtol=1e-9)
    np.testing.assert_allclose(
        done.sink.trace("A", "I_syn").reshape(-1, 12).T, np.asarray(trace.In), rtol=1e-7, atol=1e-18
    )


def test_gap_junctions() -> None:
    """Brian2's own example of gap junctions, by a summed variable."""
    cell = NeuronModel(
        name="gap_cell",
        equations="dv/dt = (v0 - v + R*I)/tau : volt",
        threshold="v > 10*mV",
        reset="v = 0*mV",
        receptors={"gap": synapses.get("gap_junction")},
        parameters=parameters(v0="10.5 mV", tau="10 ms", R="100 Mohm"),
        initial={"v": "i*1*mV"},
        method="euler",
    )
    spec = a_brain("200 ms")
    spec.add("A", 10, cell)
    spec.connect("A", "A", AllToAll(autapses=False), weight="0.5 nS")
    done = run(spec)

    equations = """
    dv/dt = (10.5*mV - v + R*Igap)/(10*ms) : volt
    Igap : amp
    """
    group = b2.NeuronGroup(10, equations, threshold="v > 10*mV", reset="v = 0*mV", method="euler",
                           namespace={"R": 100 * Mohm}, dt=0.1 * ms)  # fmt: skip
    group.v = np.arange(10) * mV
    made = b2.Synapses(group, group, "w : siemens\nIgap_post = w*(v_pre - v_post) : amp (summed)")
    made.connect(condition="i != j")
    made.w = 0.5 * nS
    monitor = b2.SpikeMonitor(group)
    play(200 * ms, group, made, monitor)
    assert_same_spikes(done, "A", monitor, least=30)


def test_parameters_of_populations_in_one_group_are_as_in_groups_of_their_own() -> None:
    """Three populations of one model with different constants share a group, and spike as three plain groups."""
    spec = a_brain("100 ms", seed=9)
    taus, thresholds = (8, 12, 20), (-50, -52, -54)
    for k, (tau, threshold) in enumerate(zip(taus, thresholds, strict=True)):
        receptors = {"exc": CURRENT.with_(tau=f"{2 + k} ms"), "inh": CURRENT}
        model = LIF.with_({"tau_m": f"{tau} ms"}, receptors=receptors)
        spec.add(f"P{k}", 15, model, parameters={"V_th": f"{threshold} mV"})
    spec.connect("P0", "P1", AllToAll(), weight="30 pA", delay="1 ms", receptor="exc")
    spec.connect("P1", "P2", AllToAll(), weight="30 pA", delay="2 ms", receptor="exc")
    for k in range(3):
        spec.stimulate(f"P{k}", Step(amplitude=Values.of(np.linspace(140, 180, 15), "pA")))
    done = run(spec)
    assert len(done.built.groups) == 1 and len(done.built.synapses) == 1

    equations = """
    dv/dt = (-65*mV - v + R*(Ie + I0))/tau_m : volt (unless refractory)
    dIe/dt = -Ie/tau : amp
    I0 : amp (constant)
    """
    groups, monitors = [], []
    for k, (tau, threshold) in enumerate(zip(taus, thresholds, strict=True)):
        names = {"R": 100 * Mohm, "tau_m": tau * ms, "tau": (2 + k) * ms, "V_th": threshold * mV}
        group = b2.NeuronGroup(15, equations, threshold="v > V_th", reset="v = -65*mV", refractory=2 * ms,
                               method="euler", namespace=names, dt=0.1 * ms)  # fmt: skip
        group.v = -65 * mV
        group.I0 = np.linspace(140, 180, 15) * pA
        groups.append(group)
        monitors.append(b2.SpikeMonitor(group))
    wires = []
    for k, delay in ((0, 1), (1, 2)):
        made = b2.Synapses(groups[k], groups[k + 1], on_pre="Ie_post += 30*pA", delay=delay * ms)
        made.connect()
        wires.append(made)
    play(100 * ms, *groups, *wires, *monitors)
    for k in range(3):
        assert_same_spikes(done, f"P{k}", monitors[k], least=30)


def test_selections_by_slice_label_and_group() -> None:
    """Synapses between parts of populations end where Brian2's would."""
    labels = tuple(f"n{k}" for k in range(12))
    spec = a_brain("60 ms")
    spec.add("A", 12, LIF, labels=labels, groups={"odd": [11, 9, 7, 5, 3, 1]})
    spec.add("B", 6, LIF)
    spec.connect("A[0:4]", "B[2:6]", AllToAll(), weight="40 pA", delay="1 ms", receptor="exc")
    spec.connect(
        "A[n7, n2]", "B[4, 0]", EdgeList(pre=[0, 1], post=[1, 0]), weight="900 pA", delay="1 ms", receptor="exc"
    )
    spec.connect("A[odd]", "B", EdgeList(pre=[0, 5], post=[3, 5]), weight="800 pA", delay="1 ms", receptor="exc")
    spec.stimulate("A", Step(amplitude=Values.of(np.linspace(160, 260, 12), "pA")))
    done = run(spec)
    assert [x.tolist() for x in done.built.ends("A[n7, n2]->B[4, 0]")] == [[7, 2], [0, 4]]
    assert [x.tolist() for x in done.built.ends("A[odd]->B")] == [[11, 1], [3, 5]]

    a, b = lif_group(12), lif_group(6)
    a.I0 = np.linspace(160, 260, 12) * pA
    wires = []
    for pre, post, weight in ((range(4), range(2, 6), 40), ((7, 2), (0, 4), 900), ((11, 1), (3, 5), 800)):
        made = b2.Synapses(a, b, "w : amp", on_pre="Ie_post += w", delay=1 * ms)
        i, j = (np.repeat(pre, 4), np.tile(post, 4)) if weight == 40 else (pre, post)
        made.connect(i=np.asarray(i), j=np.asarray(j))
        made.w = weight * pA
        wires.append(made)
    monitors = [b2.SpikeMonitor(a), b2.SpikeMonitor(b)]
    play(60 * ms, a, b, *wires, *monitors)
    assert_same_spikes(done, "A", monitors[0])
    assert_same_spikes(done, "B", monitors[1], least=5)


def test_given_spikes_and_delays_meet_brian2s_rounding() -> None:
    """Spikes at 0.05 steps off the grid are replayed at the nearest step; delays round half up, as Brian2's do."""
    spec = a_brain("20 ms")
    spec.add("A", 3, LIF)
    trains = SpikeTrains(times=[0.0, 1.04e-3, 1.06e-3, 2e-3], neurons=[0, 1, 2, 0])  # type: ignore[arg-type]
    spec.stimulate("A", trains, weight="10 nA", delay="0.25 ms")
    done = run(spec)
    source = b2.SpikeGeneratorGroup(3, [0, 1, 2, 0], np.array([0, 1.0, 1.1, 2]) * ms, dt=0.1 * ms)
    group = lif_group(3)
    made = b2.Synapses(source, group, on_pre="Ie_post += 10*nA", delay=0.25 * ms)
    made.connect(j="i")
    monitors = [b2.SpikeMonitor(source), b2.SpikeMonitor(group)]
    play(20 * ms, source, group, made, *monitors)
    assert_same_spikes(done, "input.A", monitors[0], least=4)
    assert_same_spikes(done, "A", monitors[1], least=3)


def test_no_delay_acts_at_the_end_of_the_step_of_the_spike() -> None:
    def trace(**more: Any) -> Any:
        spec = a_brain("3 ms")
        spec.add("A", 1, LIF)
        spec.stimulate("A", SpikeTrains(times=[1e-3], neurons=[0]), weight="1 nA", **more)  # type: ignore[arg-type]
        spec.record(traces=(Traces(target="A", variables=("exc.I_r",)),))
        return run(spec).sink.trace("A", "exc.I_r")

    assert np.flatnonzero(trace())[0] == 11
    assert np.flatnonzero(trace(delay="0.1 ms"))[0] == 12
    assert np.flatnonzero(trace(delay="1 ms"))[0] == 21
