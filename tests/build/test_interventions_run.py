"""Interventions as they act: silence, lesions, drugs and light, exactly in their windows, also where they overlap."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from built_runs import CONDUCTANCE, CURRENT, LIF, TICK, Done, a_brain, parameters, run
from numpy.testing import assert_allclose, assert_array_equal

from braincore.model import (
    AllToAll,
    Freeze,
    LearningRule,
    Lesion,
    NeuronModel,
    OneToOne,
    Optogenetic,
    ScaleReceptor,
    Silence,
    SpikeTrains,
    Step,
    Traces,
    Uniform,
    Weights,
    learning_rules,
    neurons,
    poisson,
    synapses,
)

FAST = TICK.with_(rate="2 kHz", name="t_fast")
"""Spikes every 0.6 ms from the start."""


def trace(done: Done, population: str, variable: str = "v") -> Any:
    size = done.network.population(population).size
    return done.sink.trace(population, variable, code=done.code(population)).reshape(-1, size)


def recorded(*names: str, variables: tuple[str, ...] = ("v",)) -> dict[str, Any]:
    return {"traces": tuple(Traces(target=name, variables=variables) for name in names)}


def spikes_every(steps: int, until: int, size: int = 1) -> SpikeTrains:
    times = np.arange(steps, until, steps) * 1e-4
    return SpikeTrains(times=np.tile(times, size), neurons=np.repeat(np.arange(size), times.size))


# -- silence and lesions ---------------------------------------------------------------------------------------------


def test_silence_stops_spikes_in_its_window_and_starts_again_from_the_beginning() -> None:
    spec = a_brain("40 ms")
    spec.add("A", 6, LIF, initial={"v": "E_L + i*mV"})
    spec.stimulate("A", Step(amplitude="400 pA"))
    spec.intervene(Silence(target="A[1:4]", during=("10 ms", "20 ms")))
    spec.record(**recorded("A"))
    done = run(spec)
    free = run(replace_interventions(spec))
    v = trace(done, "A")
    for k in range(6):
        mine, theirs = done.train("A", k), free.train("A", k)
        if k in (1, 2, 3):
            assert not ((mine >= 100) & (mine < 200)).any()
            assert_array_equal(mine[mine < 100], theirs[theirs < 100])
            assert v[200, k] == pytest.approx(-0.065 + k * 1e-3, abs=1e-15)
            # what follows is a shifted copy of the beginning
            assert_array_equal(mine[mine >= 200] - 200, theirs[theirs < 200])
        else:
            assert_array_equal(mine, theirs)
    assert v[150, 1] > -0.05  # its membrane goes on, above the threshold


def replace_interventions(spec: Any) -> Any:
    copy = replace(spec)
    copy.interventions = []
    return copy


def test_silences_that_overlap_end_with_the_last() -> None:
    spec = a_brain("10 ms")
    spec.add("A", 1, FAST)
    spec.intervene(Silence(target="A", during=("2 ms", "5 ms")), Silence(target="A", during=("4 ms", "7 ms")))
    train = run(spec).train("A")
    assert not ((train >= 20) & (train < 70)).any()
    assert (train < 20).any() and (train >= 70).any()


def test_a_lesion_is_for_good_also_where_a_silence_ends() -> None:
    spec = a_brain("10 ms")
    spec.add("A", 2, FAST)
    spec.intervene(Silence(target="A", during=("2 ms", "6 ms")), Lesion(target="A[0]", at="4 ms"))
    done = run(spec)
    assert done.train("A", 0).max() < 20
    assert done.train("A", 1).max() >= 60


def test_sources_are_silenced_too() -> None:
    """Given spikes and Poisson neurons; spikes that are on their way arrive."""
    spec = a_brain("10 ms")
    spec.add("S", 2, "spike_source")
    spec.add("P", 20, neurons.get("poisson").with_(rate="5 kHz"))
    spec.add("A", 2, LIF)
    spec.stimulate("S", spikes_every(5, 100, 2))
    spec.connect("S", "A", OneToOne(), weight="10 pA", delay="1.5 ms", receptor="exc")
    spec.intervene(Silence(target="S[0]", during=("2 ms", "5 ms")), Silence(target="P", during=("2 ms", "5 ms")),
                   Lesion(target="S[1]", at="7 ms"))  # fmt: skip
    spec.record(**recorded("A", variables=("exc.I_r",)))
    done = run(spec)
    assert done.train("S", 0).tolist() == [5, 10, 15, *range(50, 100, 5)]
    assert done.train("S", 1).tolist() == list(range(5, 70, 5))
    random = done.train("P")
    assert not ((random >= 20) & (random < 50)).any() and (random < 20).any() and (random >= 50).any()
    arrivals = np.flatnonzero(np.diff(trace(done, "A", "exc.I_r")[:, 0]) > 0)
    assert arrivals.tolist() == [20, 25, 30, *range(65, 99, 5)]  # a spike of step s acts at the end of s + 15


def test_everything_can_be_lesioned() -> None:
    spec = a_brain("10 ms")
    spec.add("S", 2, "spike_source")
    spec.add("A", 3, FAST)
    spec.add("R", 1, "rate")
    spec.stimulate("S", spikes_every(5, 100, 2))
    spec.intervene(Lesion(target="all", at="5 ms"))
    assert run(spec).sink.spikes[:, 0].max() < 50


def test_a_lesioned_or_silenced_rate_unit_transmits_nothing() -> None:
    spec = a_brain("20 ms")
    spec.add("source", 2, "rate", initial={"r": "100 Hz"}, parameters={"tau_r": "1000 ms"})
    spec.add("target", 1, "rate")
    spec.connect("source", "target", AllToAll(), weight="0.5")
    spec.intervene(Silence(target="source[0]", during=("5 ms", "10 ms")), Lesion(target="source[1]", at="15 ms"))
    spec.record(**recorded("target", variables=("I_syn",)))
    found = trace(run(spec), "target", "I_syn")[:, 0]
    decay = 100 * np.exp(-np.arange(200) * 1e-4)
    restarted = np.where(np.arange(200) < 100, decay, 100 * np.exp(-(np.arange(200) - 100) * 1e-4))
    one, two = restarted.copy(), decay.copy()
    one[50:100] = 0
    two[150:] = 0
    # the summed variable is worked out at the end of a step: it is seen in the next
    assert_allclose(found[1:], 0.5 * (one + two)[:-1], rtol=2e-3)
    assert found[52] < 0.51 * found[49] and found[152] < 0.51 * found[149]


def test_gap_junctions_of_a_lesioned_cell_carry_no_current() -> None:
    cell = NeuronModel(
        name="gap_cell", equations="dv/dt = (E - v + R*I)/tau : volt", receptors={"gap": synapses.get("gap_junction")},
        parameters=parameters(E="-65 mV", R="100 Mohm", tau="10 ms"), initial={"v": "E + 20*mV*int(i == 0)"},
        method="euler",
    )  # fmt: skip
    spec = a_brain("4 ms")
    spec.add("A", 2, cell)
    spec.connect("A", "A", AllToAll(autapses=False), weight="1 nS")
    spec.intervene(Lesion(target="A[0]", at="2 ms"))
    spec.record(**recorded("A", variables=("I_syn",)))
    found = trace(run(spec), "A", "I_syn")
    assert (found[1:21, 1] > 0).all() and (found[21:, 1] == 0).all()
    assert (found[21:, 0] < 0).all()  # what it still receives is no matter


def test_a_lesion_cuts_one_projection_and_its_neighbours_live() -> None:
    spec = a_brain("10 ms")
    spec.add("S", 1, "spike_source")
    spec.add("A", 1, LIF)
    spec.add("B", 1, LIF)
    spec.stimulate("S", spikes_every(10, 100))
    for target in ("A", "B"):
        spec.connect("S", target, OneToOne(), weight="10 pA", delay="0.5 ms", receptor="exc", name=f"to {target}")
    spec.intervene(Lesion(target="to A", at="4 ms"))
    spec.record(**recorded("A", "B", variables=("exc.I_r",)))
    done = run(spec)
    assert len(done.built.synapses) == 1
    a, b = (trace(done, name, "exc.I_r")[:, 0] for name in "AB")
    assert_array_equal(a[:46], b[:46])
    arrivals = np.flatnonzero(np.diff(a) > 0)
    assert arrivals.tolist() == [15, 25, 35]  # the spike of step 40 would have arrived at the end of 45
    assert np.flatnonzero(np.diff(b) > 0).tolist() == list(range(15, 99, 10))
    assert done.built.weights("to A").tolist() == [0.0]
    assert done.built.weights("to B").tolist() == [10e-12]


def test_a_cut_synapse_stays_cut_whatever_its_rule_does() -> None:
    """A rule that lets the weight itself grow must not bring a cut synapse back."""
    growing = LearningRule(
        name="growing", on_pre="transmitted = w\nw = w*1.1 + 0.1*w0", parameters=parameters(w0="1 pA")
    )
    spec = a_brain("10 ms")
    spec.add("S", 2, "spike_source")
    spec.add("A", 2, LIF)
    spec.stimulate("S", spikes_every(10, 100, 2))
    for k in range(2):
        spec.connect(f"S[{k}]", f"A[{k}]", OneToOne(), weight="10 pA", delay="0.5 ms", receptor="exc", rules=growing,
                     name=f"p{k}")  # fmt: skip
    spec.intervene(Lesion(target="p0", at="4 ms"))
    spec.record(weights=(Weights(projection="p0", interval="1 ms"),), **recorded("A", variables=("exc.I_r",)))
    done = run(spec)
    found = trace(done, "A", "exc.I_r")
    assert np.flatnonzero(np.diff(found[:, 0]) > 0).tolist() == [15, 25, 35]
    assert np.flatnonzero(np.diff(found[:, 1]) > 0).tolist() == list(range(15, 99, 10))
    weights = [row["w"][0] for *_, row in done.sink.snapshots["p0"]]
    assert weights[3] > 10e-12 and weights[4:] == [0.0] * 6
    assert done.built.weights("p1")[0] > 15e-12


# -- drugs -----------------------------------------------------------------------------------------------------------


def drugged(*drugs: ScaleReceptor, random: bool = False) -> Any:
    """The current of a receptor in two cells that get the same spikes, the first under drugs."""
    spec = a_brain("20 ms", seed=5)
    spec.add("A", 1, LIF)
    spec.add("B", 1, LIF)
    if random:
        spec.stimulate("A", poisson("30 kHz"), weight="1 pA", receptor="exc")
    else:
        spec.add("S", 1, "spike_source")
        spec.stimulate("S", spikes_every(7, 200))
        for target in ("A", "B"):
            spec.connect("S", target, OneToOne(), weight="3 pA", delay="0.5 ms", receptor="exc")
    spec.intervene(*drugs)
    spec.record(**recorded("A", "B", variables=("exc.I_r",)))
    done = run(spec)
    return trace(done, "A", "exc.I_r")[:, 0], trace(done, "B", "exc.I_r")[:, 0]


def jumps(current: Any) -> Any:
    """What arrived at the end of each step: the current less what is left of it."""
    return current[1:] - current[:-1] * (1 - 0.1 / 5)


def test_a_drug_scales_every_weight_in_its_window() -> None:
    a, b = drugged(
        ScaleReceptor(target="A", receptor="exc", factor=0.25, during=("3 ms", "9 ms")),
        ScaleReceptor(target="A", receptor="exc", factor=3, during=("7 ms", "12 ms")),
        ScaleReceptor(target="A", receptor="exc", factor=0, during=("15 ms", None)),
        ScaleReceptor(target="A", receptor="inh", factor=0),
    )
    factor = np.ones(199)
    factor[30:90] *= 0.25
    factor[70:120] *= 3
    factor[150:] = 0
    assert_allclose(jumps(a), factor * jumps(b), atol=1e-24)
    assert np.count_nonzero(np.abs(jumps(b)) > 1e-13) == 27


def test_a_drug_scales_random_input() -> None:
    free, _ = drugged(random=True)
    under, _ = drugged(ScaleReceptor(target="A", receptor="exc", factor=0.5, during=("5 ms", "10 ms")), random=True)
    factor = np.ones(199)
    factor[50:100] = 0.5
    assert_allclose(jumps(under), factor * jumps(free), atol=1e-24)


def test_a_drug_scales_what_is_transmitted_at_all_times() -> None:
    """The saturating NMDA gate and a gap junction."""
    cell = NeuronModel(
        name="both",
        equations="dv/dt = (E - v)/tau + 0*I*mV/ms/nA : volt",
        threshold="t > 0.45*ms and t < 0.55*ms",
        receptors={"nmda": synapses.get("nmda_wang2002"), "gap": synapses.get("gap_junction")},
        parameters=parameters(E="-65 mV", tau="10 ms"),
        initial={"v": "E + i*mV"},
        method="euler",
    )  # fmt: skip
    spec = a_brain("10 ms")
    spec.add("A", 3, cell)
    for receptor in ("nmda", "gap"):
        spec.connect("A[0]", "A[1:3]", AllToAll(), weight="1 nS", receptor=receptor)
    free = trace(run(with_recording(spec)), "A", "I_syn")
    spec.intervene(ScaleReceptor(target="A[1]", receptor="nmda", factor=0.5, during=("2 ms", "5 ms")))
    spec.intervene(ScaleReceptor(target="A[1]", receptor="gap", factor=4, during=("4 ms", "8 ms")))
    done = run(with_recording(spec))
    under = trace(done, "A", "I_syn")
    assert_array_equal(under[:, 2], free[:, 2])
    gap = 1e-9 * (trace(done, "A")[:, 0] - trace(done, "A")[:, 1])
    gap = np.concatenate([[0], gap[:-1]])  # summed at the end of the step before
    steps = np.arange(100)
    nmda = free[:, 1] - np.where(steps > 0, gap, 0)
    expected = nmda * np.where((steps >= 20) & (steps < 50), 0.5, 1) + gap * np.where(
        (steps >= 40) & (steps < 80), 4, 1
    )
    assert np.abs(nmda).max() > 1e-12
    assert_allclose(under[:, 1], expected, rtol=0.05, atol=2e-14)


def with_recording(spec: Any) -> Any:
    spec.record(**recorded("A", variables=("I_syn", "v")))
    return spec


def test_a_drug_on_everything_reaches_those_that_have_the_receptor() -> None:
    spec = a_brain("1 ms")
    spec.add("S", 1, "spike_source")
    spec.add("A", 1, LIF)
    spec.add("B", 1, LIF.with_(receptors={"other": CURRENT}))
    spec.stimulate("S", spikes_every(5, 10))
    spec.intervene(ScaleReceptor(target="all", receptor="other", factor=0))
    done = run(spec)
    assert done.built.plan.groups[1].scaled == set() and done.built.plan.groups[2].scaled == {"other"}


# -- light -----------------------------------------------------------------------------------------------------------


def test_light_is_a_conductance_in_pulses() -> None:
    spec = a_brain("20 ms")
    spec.add("A", 3, LIF, parameters={"V_th": "100 mV"})
    spec.intervene(
        Optogenetic(target="A[0:2]", conductance="2 nS", frequency="200 Hz", width="1 ms", during=("2 ms", "13 ms")),
        Optogenetic(target="A[1:3]", conductance="5 nS", reversal="-70 mV", during=("6 ms", None)),
    )
    spec.record(**recorded("A", variables=("I_ext", "v")))
    done = run(spec)
    v, current = trace(done, "A"), trace(done, "A", "I_ext")
    steps = np.arange(200)
    pulse = np.isin(steps, [*range(20, 30), *range(70, 80), *range(120, 130)])
    steady = steps >= 60
    expected = np.zeros((200, 3))
    expected[:, 0] = pulse * 2e-9 * (0 - v[:, 0])
    expected[:, 1] = pulse * 2e-9 * (0 - v[:, 1]) + steady * 5e-9 * (-0.07 - v[:, 1])
    expected[:, 2] = steady * 5e-9 * (-0.07 - v[:, 2])
    assert_allclose(current, expected, atol=1e-21)
    assert v[29, 0] > -0.064 > v[70, 0]


def test_light_adds_to_other_currents() -> None:
    spec = a_brain("2 ms")
    spec.add("A", 1, LIF)
    spec.stimulate("A", Step(amplitude="7 pA"))
    spec.intervene(Optogenetic(target="all", conductance="1 nS", during=("1 ms", "1.04 ms")))
    spec.intervene(Optogenetic(target="all", conductance="1 nS", during=("1.5 ms", "1.6 ms")))
    spec.record(**recorded("A", variables=("I_ext", "v")))
    done = run(spec)
    extra = trace(done, "A", "I_ext")[:, 0] - 7e-12
    assert np.flatnonzero(np.abs(extra) > 1e-15).tolist() == [10, 15]


def test_light_needs_a_membrane_and_a_current() -> None:
    assert CONDUCTANCE.conductance
    for name in ("rate", "izhikevich"):
        spec = a_brain("1 ms")
        spec.add("A", 1, name)
        spec.intervene(Optogenetic(target="A", conductance="1 nS"))
        with pytest.raises(ValueError, match="no membrane in volt with input in ampere"):
            spec.resolve()


def frozen(*acts: Freeze, runs_on: str = "brian2") -> tuple[Any, Any]:
    """Weights at the start of every millisecond of two plastic projections, and the spikes of their target."""
    rule = learning_rules.get("stdp_pair").with_(A_plus=0.02, A_minus=0.021)
    spec = a_brain("30 ms", seed=4)
    spec.add("S", 20, TICK.with_(rate="300 Hz"), initial={"x": Uniform("0", "1")})
    spec.add("A", 5, LIF)
    for name in ("one", "two"):
        spec.connect("S", "A", AllToAll(), weight="60 pA", delay="0.3 ms", receptor="exc", rules=rule,
                     bounds=("0 pA", "120 pA"), name=name)  # fmt: skip
    spec.intervene(*acts)
    spec.record(spikes="all", weights=[Weights(projection=name, interval="1 ms") for name in ("one", "two")])
    done = run(spec, runs_on=runs_on)
    taken = {name: np.array([row["w"] for *_, row in done.sink.snapshots[name]]) for name in ("one", "two")}
    return taken, done.train("A")


@pytest.mark.parametrize("runs_on", ["brian2", "cpp"])
def test_learning_stands_still_while_traces_go_on(runs_on: str) -> None:
    """Frozen weights keep every bit, those of the other projection move on; before the freeze nothing differs."""
    free, spikes = frozen(runs_on=runs_on)
    assert np.abs(np.diff(free["one"], axis=0)).max(axis=1)[3:].min() > 0, "they must move in every millisecond"
    held, others = frozen(
        Freeze(target="one", during=("10 ms", "20 ms")),
        Freeze(target="one", during=("15 ms", "22 ms")),
        runs_on=runs_on,
    )
    assert spikes.size > 20 and others.size > 20
    np.testing.assert_allclose(held["one"][:11], free["one"][:11], rtol=1e-9)  # the engine has two forms of the rule
    np.testing.assert_array_equal(held["one"][10:23], np.broadcast_to(held["one"][10], held["one"][10:23].shape))
    assert (held["one"][23] != held["one"][22]).any()
    assert (np.diff(held["two"][10:23], axis=0) != 0).any(axis=1).all()
    still, _ = frozen(Freeze(), runs_on=runs_on)
    assert all((weights == 60e-12).all() for weights in still.values())
