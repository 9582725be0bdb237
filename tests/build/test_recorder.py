"""What is recorded is what Brian2's monitors see, whenever it is handed over; and recording changes nothing."""

from __future__ import annotations

from typing import Any

import brian2
import numpy as np
import pytest
from built_runs import LIF, Done, Memory, a_brain, run
from numpy.testing import assert_array_equal

from braincore.build import Conductor, Recorder, build, engine
from braincore.model import (
    FixedProbability,
    Noise,
    Normal,
    Recording,
    Sine,
    Step,
    Traces,
    Uniform,
    Weights,
    learning_rules,
    neurons,
    poisson,
)


def lively(recording: Recording | None = None) -> Any:
    """A network with everything that draws random numbers while it runs."""
    spec = a_brain("40 ms", seed=12)
    spec.add("E", 30, LIF, initial={"v": "E_L + 10*mV*rand()"})
    spec.add("P", 20, neurons.get("poisson").with_(rate="300 Hz"))
    spec.add("I", 10, LIF)
    spec.connect("P", "E", FixedProbability(p=0.3), weight="20 pA", delay=Uniform("0.1 ms", "3 ms"), receptor="exc",
                 rules=learning_rules.get("stdp_pair").with_(A_plus=0.05), bounds=("0 pA", "40 pA"))  # fmt: skip
    spec.connect("E", "I", FixedProbability(p=0.3), weight=Normal("60 pA", "5 pA"), delay="1 ms", receptor="exc")
    spec.connect("I", "E", FixedProbability(p=0.3), weight="-60 pA", delay="0.5 ms", receptor="inh")
    spec.stimulate("E", poisson("10 Hz", 500), weight="20 pA", receptor="exc")
    spec.stimulate("I", Noise(mean="100 pA", sd="80 pA", tau="3 ms"))
    spec.stimulate("I", Sine(amplitude="40 pA", frequency="80 Hz"))
    spec.stimulate("E", Step(amplitude="60 pA"))
    spec.recording = Recording(spikes=()) if recording is None else recording
    return spec


FULL = Recording(
    spikes=("all",),
    rates="2.5 ms",
    traces=(
        Traces(target="E", variables=("v", "exc.I_r", "I", "I_syn", "I_ext")),
        Traces(target="I[1, 7, 3]", variables=("v",), interval="0.7 ms"),
        Traces(target="I[0:2]", variables=("I_ext",), interval="0.1 ms"),
        Traces(target="E", variables=("v",), interval="1 ms"),
    ),
    weights=(Weights(projection="P->E", interval="3 ms"), Weights(projection="P->E", interval="10 ms", sample=5)),
)


def with_monitors(spec: Any) -> tuple[Done, dict[str, Any]]:
    """Run with Brian2's own monitors beside ours."""
    network = spec.resolve()
    runner = engine("brian2")
    runner.prepare()
    built = build(network)
    sink = Memory()
    recorder = Recorder(built=built, sink=sink)
    group = built.groups["group_0"].brian
    poisson_group = built.groups["group_1"].brian
    monitors = {
        "lif": brian2.SpikeMonitor(group),
        "poisson": brian2.SpikeMonitor(poisson_group),
        "state": brian2.StateMonitor(group, ["u_v", "r3_exc_I_r", "b_I", "b_I_syn", "b_I_ext"], record=True),
        "slow": brian2.StateMonitor(group, "u_v", record=[31, 37, 33], dt=0.7 * brian2.ms),
        "w": brian2.StateMonitor(built.synapses[0].brian, "s_w", record=True, dt=3 * brian2.ms),
    }
    built.objects += monitors.values()
    conductor = Conductor(built=built, recorder=recorder, first=0, last=network.steps, flush_every=0.01)
    runner.run(built, conductor)
    return Done(network=network, built=built, sink=sink, state=None), monitors


@pytest.fixture(scope="module")
def both() -> tuple[Done, dict[str, Any]]:
    return with_monitors(lively(FULL))


def rows_of(monitor: Any) -> Any:
    steps = np.rint(np.asarray(monitor.t) / 1e-4).astype(np.int64)
    return np.stack([steps, np.asarray(monitor.i)], axis=1)


def test_spikes_are_the_spike_monitors(both: tuple[Done, dict[str, Any]]) -> None:
    done, monitors = both
    assert len(done.sink.rows) > 5, "the recordings should have come in several parts"
    lif = rows_of(monitors["lif"])
    e, i = lif[lif[:, 1] < 30], lif[lif[:, 1] >= 30] - [0, 30]
    for code, expected in ((0, e), (1, rows_of(monitors["poisson"])), (2, i)):
        mine = done.sink.spikes
        mine = mine[mine[:, 1] == code][:, [0, 2]]
        assert len(mine) > 10
        assert_array_equal(mine, expected[np.lexsort(expected.T[::-1])])


def test_traces_are_the_state_monitors(both: tuple[Done, dict[str, Any]]) -> None:
    done, monitors = both
    state = monitors["state"]
    names = {"v": "u_v", "exc.I_r": "r3_exc_I_r", "I": "b_I", "I_syn": "b_I_syn", "I_ext": "b_I_ext"}
    for mine, brian in names.items():
        values = done.sink.trace("E", mine).reshape(400, 30).T
        assert_array_equal(values, np.asarray(getattr(state, f"{brian}_"))[:30])
    assert_array_equal(done.sink.steps("E"), np.arange(400))
    assert done.sink.units["E"] == {"v": "V", "exc.I_r": "A", "I": "A", "I_syn": "A", "I_ext": "A"}
    few = "I[1, 7, 3]"
    slow = done.sink.samples[few]
    assert_array_equal(np.concatenate([r[2] for r in slow])[:3], [1, 7, 3])
    assert_array_equal(done.sink.steps(few), np.arange(0, 400, 7))
    assert_array_equal(done.sink.trace(few, "v").reshape(-1, 3).T, np.asarray(monitors["slow"].u_v_))
    assert_array_equal(done.sink.trace("E-2", "v").reshape(-1, 30).T, np.asarray(state.u_v_)[:30, ::10])


def test_currents_recorded_at_a_step_are_those_that_act_in_it(both: tuple[Done, dict[str, Any]]) -> None:
    """v[k + 1] follows from v[k] and I[k] by one Euler step, wherever the neuron was free."""
    done, _ = both
    v, current = (done.sink.trace("E", name).reshape(400, 30) for name in ("v", "I"))
    euler = v[:-1] + (-0.065 - v[:-1] + 1e8 * current[:-1]) * 1e-4 / 1e-2
    moving = np.abs(np.diff(v, axis=0)) > 0
    near = np.abs(v[1:] - euler) < 1e-12
    spikes = done.sink.spikes
    reset = np.zeros_like(moving)
    mine = spikes[(spikes[:, 1] == 0) & (spikes[:, 0] < 399)]
    reset[mine[:, 0], mine[:, 2]] = True
    assert (near | reset | ~moving).all()
    assert near.mean() > 0.5


def test_weights_are_the_rules_state_at_their_times(both: tuple[Done, dict[str, Any]]) -> None:
    done, monitors = both
    every3 = [(s, pre, post, v) for s, pre, post, v in done.sink.snapshots["P->E"] if v["w"].size > 5]
    assert [s for s, *_ in every3] == list(range(0, 400, 30))
    pre, post = done.built.ends("P->E")
    assert_array_equal(every3[0][1], pre)
    assert_array_equal(every3[0][2], post)
    assert_array_equal(np.stack([v["w"] for *_, v in every3], axis=1), np.asarray(monitors["w"].s_w_))
    sampled = [(s, p, v) for s, p, _, v in done.sink.snapshots["P->E"] if v["w"].size == 5]
    assert [s for s, *_ in sampled] == [0, 100, 200, 300]
    assert all(np.array_equal(p, sampled[0][1]) for _, p, _ in sampled)
    assert done.sink.units["P->E"] == {"w": "A"}


def test_rates_are_the_histogram_of_the_spikes(both: tuple[Done, dict[str, Any]]) -> None:
    done, _ = both
    counts, spikes = done.sink.counts, done.sink.spikes
    assert done.sink.bin_steps == 25
    assert_array_equal(np.unique(counts[:, 0]), np.arange(0, 400, 25))
    for code in range(3):
        expected = np.histogram(spikes[spikes[:, 1] == code, 0], np.arange(0, 401, 25))[0]
        assert_array_equal(counts[counts[:, 1] == code, 2], expected)
        assert expected.sum() > 10


def test_a_bin_that_is_not_over_is_not_written() -> None:
    spec = lively(Recording(spikes=(), rates="15 ms"))
    assert_array_equal(np.unique(run(spec).sink.counts[:, 0]), [0, 150])


def test_only_what_is_asked_for_is_written() -> None:
    done = run(lively(Recording(spikes=("I",))))
    assert set(done.sink.spikes[:, 1]) == {2}
    assert not done.sink.bins and not done.sink.samples and not done.sink.snapshots
    assert run(lively(Recording(spikes=()))).sink.spikes.size == 0


def final_state(done: Done) -> dict[str, Any]:
    names = {f"{n}.{v}": g.array(v) for n, g in done.built.groups.items() for v in g.initial}
    synapses = done.built.synapses[0]
    return names | {v: synapses.array(v) for v in ("s_w", "s0_a_plus", "lastupdate")}


def test_recording_and_handing_over_do_not_change_the_run(both: tuple[Done, dict[str, Any]]) -> None:
    """Bit for bit: no recorder, all recorders, and with a flush every step, in many parts and in one."""
    reference = final_state(both[0])
    spikes = both[0].sink.spikes
    for recording, flush in ((None, 1e9), (FULL, 1e9), (FULL, 0.0)):
        done = run(lively(recording), flush_every=flush)
        state = final_state(done)
        assert all(np.array_equal(state[name], reference[name]) for name in reference)
        if recording is not None:
            assert_array_equal(done.sink.spikes, spikes)
            assert_array_equal(done.sink.counts, both[0].sink.counts)
            for name in both[0].sink.samples:
                for variable in both[0].sink.units[name]:
                    assert_array_equal(done.sink.trace(name, variable), both[0].sink.trace(name, variable))


def test_steps_are_told_to_the_end(both: tuple[Done, dict[str, Any]]) -> None:
    assert both[0].sink.step == 400  # that no closed step is handed in is checked by the sink


def test_a_region_of_two_models_is_recorded_under_one_name() -> None:
    spec = a_brain("1 ms")
    spec.add("V1.E", 2, LIF)
    spec.add("V1.I", 3, "lif_cond")
    spec.record(traces=(Traces(target="V1", variables=("v",), interval="0.5 ms"),))
    done = run(spec)
    rows = done.sink.samples["V1"]
    assert len(rows) == 2
    assert sorted(np.concatenate([r[1] for r in rows]).tolist()) == [0] * 4 + [1] * 6
