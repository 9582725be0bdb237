"""The engine and its conductor: NaN is found and named, runs stop and tell, the caller's random numbers are kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from built_runs import CURRENT, LIF, TICK, Memory, a_brain, parameters, run

from braincore.build import Conductor, Recorder, build, engine, kept_random_state
from braincore.build.engine import Brian2Engine
from braincore.errors import BuildError, EngineError, InputError
from braincore.model import LearningRule, NeuronModel, OneToOne, SpikeTrains, Step, SynapseModel, learning_rules

GROWING = NeuronModel(
    name="growing",
    equations="dx/dt = k*x*x/ms : 1",
    parameters=parameters(k="0"),
    initial={"x": "1"},
    method="euler",
)
"""It runs away where k is not 0."""


def conducted(spec: Any, **more: Any) -> Conductor:
    network = spec.resolve()
    runner = engine("brian2")
    runner.prepare()
    built = build(network)
    recorder = Recorder(built=built, sink=Memory())
    return Conductor(built=built, recorder=recorder, first=0, last=network.steps, **more)


def test_a_state_that_runs_away_is_named_with_its_neuron_and_time() -> None:
    spec = a_brain("5 ms")
    spec.add("calm", 7, GROWING)
    spec.add("V1.E", 5, GROWING, parameters={"k": [0, 0, 0, 1, 0]})
    spec.add("after", 3, GROWING)
    with np.errstate(all="ignore"):
        conductor = conducted(spec, flush_every=0.0)
        with pytest.raises(
            EngineError, match=r"'x' of V1\.E\[3\] is inf at 2\.\d ms: .*'growing'.*euler.*dt = 0\.1 ms"
        ):
            engine("brian2").run(conductor.built, conductor)
    assert conductor.recorder.sink.step == conductor.done  # type: ignore[attr-defined]  # what was recorded is kept
    # x doubles its digits: 1/(1 - t/ms) blows up soon after 1 ms, and in Euler's steps at 2 ms and something
    assert 20 < conductor.done < 30


def test_what_ran_away_between_checks_is_found_at_the_end() -> None:
    spec = a_brain("5 ms")
    spec.add("A", 2, GROWING, parameters={"k": [0, 1]})
    with np.errstate(all="ignore"), pytest.raises(EngineError, match=r"'x' of A\[1\] is (nan|inf) at 5 ms"):
        run(spec, flush_every=1e9)


def test_receptors_and_rules_are_checked_too() -> None:
    exploding = SynapseModel(
        name="exploding", weight="A", equations="dg/dt = g*g/(pA*ms) : amp", current="g", on_pre="g += w"
    )
    spec = a_brain("20 ms")
    spec.add("A", 3, LIF.with_(receptors={"exc": CURRENT, "boom": exploding}))
    spec.stimulate("A[2]", SpikeTrains(times=[1e-3], neurons=[0]), weight="1 pA", receptor="boom")  # type: ignore[arg-type]
    with np.errstate(all="ignore"), pytest.raises(EngineError, match=r"'boom\.g' of A\[2\]"):
        run(spec)
    rule = LearningRule(name="square", on_pre="w = w*w*(1/pA)")
    spec = a_brain("20 ms")
    spec.add("S", 2, TICK.with_(rate="5 kHz"))
    spec.add("B", 2, LIF)
    spec.connect("S", "B", OneToOne(), weight="1.1 pA", receptor="exc", rules=rule, name="p")
    with (
        np.errstate(all="ignore"),
        pytest.raises(EngineError, match=r"'w' of the synapse from neuron 0 to neuron 0 of p \(rule .*\) is inf"),
    ):
        run(spec)


def test_a_calm_run_is_left_alone() -> None:
    spec = a_brain("2 ms")
    spec.add("A", 2, GROWING)
    conductor = conducted(spec, flush_every=0.0)
    engine("brian2").run(conductor.built, conductor)
    assert conductor.done == 20


def test_progress_is_told_and_a_stop_is_kept_to() -> None:
    told: list[int] = []
    saved: list[Any] = []
    spec = a_brain("5 ms")
    spec.add("A", 2, TICK)
    conductor = conducted(spec, flush_every=0.0, progress=told.append, save=saved.append, checkpoint_every=1e9)

    def watch(done: int) -> None:
        told.append(done)
        conductor.stop = done == 17

    conductor.progress = watch
    engine("brian2").run(conductor.built, conductor)
    assert told == [*range(1, 18), 17] and conductor.done == 17
    assert len(saved) == 1 and int(saved[0]["step"]) == 17
    assert conductor.begun is not None


def test_checkpoints_come_in_time() -> None:
    saved: list[int] = []
    spec = a_brain("5 ms")
    spec.add("A", 2, TICK)
    conductor = conducted(
        spec, flush_every=0.0, checkpoint_every=0.0, save=lambda state: saved.append(int(state["step"]))
    )
    engine("brian2").run(conductor.built, conductor)
    assert saved == list(range(1, 51))


def test_a_run_that_is_over_is_not_run_again() -> None:
    spec = a_brain("1 ms")
    spec.add("A", 2, TICK)
    conductor = conducted(spec)
    conductor.first = conductor.last
    engine("brian2").run(conductor.built, conductor)
    assert conductor.begun is None


def test_the_callers_random_numbers_are_kept() -> None:
    np.random.seed(7)
    expected = np.random.random(3)
    np.random.seed(7)
    spec = a_brain("2 ms")
    spec.add("P", 50, "poisson")
    with kept_random_state():
        run(spec)
    assert np.array_equal(np.random.random(3), expected)


def test_the_run_depends_on_its_seed_alone() -> None:
    def spikes(seed: int) -> Any:
        spec = a_brain("20 ms", seed=seed)
        spec.add("P", 50, "poisson", parameters={"rate": "500 Hz"})
        return run(spec).sink.spikes

    np.random.seed(1)
    first = spikes(3)
    np.random.seed(2)
    assert len(first) > 100
    assert np.array_equal(first, spikes(3))
    assert not np.array_equal(first, spikes(4))


def test_engines_are_chosen_by_name() -> None:
    assert engine("brian2").name == "brian2"
    with pytest.raises(InputError, match="Did you mean 'brian2'"):
        engine("brian")
    with pytest.raises(InputError, match="unknown code generation target 'gpu'"):
        Brian2Engine("gpu")


def test_what_brian2_refuses_is_told_in_the_models_words() -> None:
    model = NeuronModel(
        name="odd", equations="dv/dt = (v*v/volt - v)/tau : volt", parameters=parameters(tau="1 ms"), method="exact"
    )
    spec = a_brain("1 ms")
    spec.add("A", 1, model)
    with pytest.raises(
        BuildError, match=r"neuron 'odd' cannot be simulated with method 'exact': The expression '\(v\*\*2"
    ):
        run(spec)
    spec = a_brain("1 ms")
    spec.add("A", 1, LIF)
    rule = LearningRule(name="odd", equations="dx/dt = -x*x/ms : 1 (event-driven)", on_pre="transmitted = w*x")
    spec.connect("A", "A", OneToOne(), weight="1 pA", receptor="exc", rules=rule, name="p")
    with pytest.raises(BuildError, match="the synapses of p cannot be simulated: Cannot solve"):
        run(spec)


def test_steps_of_long_runs_are_exact() -> None:
    """A step current that begins in step 29 999 990 of a run of 3000 s is on time (integer steps, not summed times)."""
    spec = a_brain("3000 s")
    spec.add("A", 1, "lif_exp")
    spec.stimulate("A", Step(amplitude="1 pA"), during=("2999.999 s", None))
    timeline = build(spec.resolve()).timeline
    assert list(timeline.begins) == [29_999_990]


def test_plastic_synapses_are_known() -> None:
    spec = a_brain("1 ms")
    spec.add("A", 1, LIF)
    for name, rules, bounds in (
        ("static", (), None),
        ("short", learning_rules.get("tsodyks_markram"), None),
        ("long", learning_rules.get("stdp_pair"), ("0 pA", "2 pA")),
    ):
        spec.connect("A", "A", OneToOne(), weight="1 pA", receptor="exc", rules=rules, bounds=bounds, name=name)
    built = build(spec.resolve())
    assert [built.synapses_of(name)[0].plastic for name in ("static", "short", "long")] == [False, False, True]
