"""The engine behind `braincore run`: the spikes of Brian2's runtime, recordings, interventions, checkpoints."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from killed_run import brain

import braincore.engine
from braincore import Brain
from braincore.engine import compiler
from braincore.model import FixedProbability, Lesion, Step, Uniform, poisson
from braincore.results import Run
from braincore.spec import load
from braincore.study.run import RunOptions, resume_run, run_brain

EXPERIMENTS = Path(__file__).resolve().parent.parent.parent / "experiments"


def _spikes(run: Run) -> dict[str, list[tuple[int, int]]]:
    found = {}
    for name, info in run.populations.items():
        if info.spikes:
            trains = run.spikes(name)
            found[name] = sorted(zip(trains.step.tolist(), trains.neuron.tolist(), strict=True))
    return found


def _run(brain: Any, out: Path, engine: str) -> Run:
    return run_brain(brain, options=RunOptions(out=out, report=False, prediction=False, engine=engine))


def _small(noisy: bool = False) -> Brain:
    """Return a network with drawn delays and a lesion, with random input if `noisy`."""
    brain = Brain(seed=3, duration="120 ms")
    brain.add("E", 80, "lif_exp", initial={"v": Uniform(low="-65 mV", high="-50 mV")}, sign="excitatory")
    brain.add("I", 20, "lif_exp", initial={"v": Uniform(low="-65 mV", high="-50 mV")}, sign="inhibitory")
    delay = Uniform(low="0.5 ms", high="2 ms")
    brain.connect("E", "I", FixedProbability(p=0.3), weight="150 pA", delay=delay, name="EI")
    brain.connect("I", "E", FixedProbability(p=0.3), weight="-300 pA", delay=delay, name="IE")
    brain.stimulate("all", Step(amplitude="450 pA"))
    if noisy:
        brain.stimulate("all", poisson("8 Hz", sources=900), weight="60 pA", during=("20 ms", "80 ms"))
    brain.intervene(Lesion(target="EI", at="60 ms"))
    brain.record(spikes="all", traces=[])
    return brain


def test_an_experiment_spikes_as_with_brian2(tmp_path: Path) -> None:
    runs = [_run(load(EXPERIMENTS / "own_neuron.yaml").brain, tmp_path / e, e) for e in ("brian2", "cpp")]
    assert runs[1].summary["engine"] == "cpp"
    assert _spikes(runs[0]) == _spikes(runs[1])
    assert sum(len(rows) for rows in _spikes(runs[0]).values()) > 100


def test_drawn_delays_and_interventions(tmp_path: Path) -> None:
    runs = [_run(_small(), tmp_path / e, e) for e in ("brian2", "cpp")]
    assert _spikes(runs[0]) == _spikes(runs[1])
    assert len(_spikes(runs[0])["I"]) > 50


def test_noise_depends_on_the_seed_alone(tmp_path: Path) -> None:
    first, second = (_run(_small(noisy=True), tmp_path / name, "cpp") for name in "ab")
    assert _spikes(first) == _spikes(second)
    other = _small(noisy=True)
    other.seed = 4
    assert _spikes(_run(other, tmp_path / "c", "cpp")) != _spikes(first)
    calm = _run(_small(), tmp_path / "d", "cpp")
    assert len(_spikes(first)["E"]) > len(_spikes(calm)["E"])


def test_a_stopped_run_goes_on_as_if_it_had_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _run(_small(noisy=True), tmp_path / "whole", "cpp")
    stopped = tmp_path / "stopped"
    calls = []

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "simulate" and done > 300 and not calls:
            calls.append(done)
            raise KeyboardInterrupt

    options = RunOptions(out=stopped, report=False, prediction=False, engine="cpp", checkpoint_every=0.0, progress=stop)
    monkeypatch.setattr(sys.modules["braincore.engine.device"], "CHUNK_S", 1e-4)
    with pytest.raises(KeyboardInterrupt):
        run_brain(_small(noisy=True), options=options)
    again = resume_run(stopped, options=RunOptions(report=False, prediction=False, engine="cpp"))
    assert _spikes(again) == _spikes(whole)


@pytest.mark.parametrize("delays", ["scattered", pytest.param("one", marks=pytest.mark.slow)])
def test_a_killed_run_goes_on_as_if_it_had_not(delays: str, tmp_path: Path) -> None:
    """SIGKILL in a process of its own: spikes under way, plastic weights, Poisson input, recordings half written."""
    whole = _run(brain(delays), tmp_path / "whole", "cpp")
    told = "\n".join(braincore.engine.DEVICE.program.explain())
    assert ("is one addition" in told) == (delays == "one")
    script = Path(__file__).with_name("killed_run.py")
    for step in (1, 400, 1100):
        folder = tmp_path / f"killed-{step}"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(script), str(folder), str(step), delays],
            capture_output=True,
            text=True,
            cwd=script.parents[2],
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        reached = Run(folder, allow_incomplete=True).status.step
        assert reached < 1500
        again = resume_run(folder, options=RunOptions(report=False, prediction=False))
        assert step == 1 or again.summary["resumed_s"] > 0  # killed at once it may begin again
        assert again.provenance["digest"] == whole.provenance["digest"]
        for found, expected in zip(_tables(again), _tables(whole), strict=True):
            assert np.array_equal(found, expected)
    assert len(whole.spikes("E").t) > 200


def _tables(run: Run) -> list[Any]:
    """Return weights, traces and rates of a run."""
    weights, traces, rates = run.weights("EE"), run.traces("E[0:5]"), run.rates("E")
    return [weights.variables["w"], traces.matrix("v")[1], rates.count]


def test_a_run_can_be_stopped_while_it_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first Ctrl-C does not wait for the compiler, and nothing is lost: the run can be taken up."""
    monkeypatch.setenv("BRAINCORE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(compiler, "SLOW_S", 1e-3)
    stages = []

    def interrupt(stage: str, done: int, total: int) -> None:
        stages.append(stage)
        if stage == "compile":
            signal.raise_signal(signal.SIGINT)

    options = RunOptions(out=tmp_path / "run", report=False, prediction=False, progress=interrupt)
    with pytest.raises(KeyboardInterrupt, match="run"):
        run_brain(_small(), options=options)
    assert stages.count("compile") == 1
    assert Run(tmp_path / "run", allow_incomplete=True).status.state == "interrupted"
    again = resume_run(tmp_path / "run", options=RunOptions(report=False, prediction=False))
    assert _spikes(again) == _spikes(_run(_small(), tmp_path / "whole", "cpp"))


def test_microcircuit_keeps_its_rates(tmp_path: Path) -> None:
    """At a fiftieth of its size, against Brian2's runtime: mean rates of all neurons to 10 % (other random input)."""
    found = []
    for engine in ("brian2", "cpp"):
        small = load(EXPERIMENTS / "microcircuit.yaml", ["regions.V1.scale=0.02", "duration=500 ms"]).brain
        run = _run(small, tmp_path / engine, engine)
        found.append(np.mean([row["rate_hz"] for row in run.summary["populations"].values()]))
    assert found[1] == pytest.approx(found[0], rel=0.1)
