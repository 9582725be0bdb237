"""The engine behind `braincore run`: the spikes of Brian2's runtime, recordings, interventions, checkpoints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from braincore import Brain
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


def test_microcircuit_keeps_its_rates(tmp_path: Path) -> None:
    """At a fiftieth of its size, against Brian2's runtime: mean rates of all neurons to 10 % (other random input)."""
    found = []
    for engine in ("brian2", "cpp"):
        brain = load(EXPERIMENTS / "microcircuit.yaml", ["regions.V1.scale=0.02", "duration=500 ms"]).brain
        run = _run(brain, tmp_path / engine, engine)
        found.append(np.mean([row["rate_hz"] for row in run.summary["populations"].values()]))
    assert found[1] == pytest.approx(found[0], rel=0.1)
