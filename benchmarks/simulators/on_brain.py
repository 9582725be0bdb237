"""The microcircuit as braincore describes it: ``experiments/microcircuit.yaml`` at a scale, run by `Brain.run`.

What is timed is what a user gets, recording of all spikes included. The run reports its progress a few times a second;
the time of the measured part is that between the first report after the transient and the last.
"""

from __future__ import annotations

import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.networks.base import DT_MS, Network
from benchmarks.networks.microcircuit import Microcircuit, parameters
from benchmarks.simulators.base import Job, Measurement, peak_mb

EXPERIMENT = Path(__file__).resolve().parents[2] / "experiments" / "microcircuit.yaml"


def choose_engine(precision: str, threads: int) -> None:
    """Make ``engine="cpp"`` mean this precision and exactly so many threads."""
    import brian2

    from benchmarks.simulators.on_brian2 import use_braincore

    module: Any = import_module("braincore.build.engine")  # the package has a function of this name
    prepare = module.CppEngine.prepare

    def prepared(engine: Any) -> None:
        prepare(engine)
        use_braincore(brian2, precision, threads)

    module.CppEngine.prepare = prepared


def measure(job: Job) -> Measurement:
    """Run the brain of a job here and now."""
    from braincore import Brain

    choose_engine(job.simulator.precision, job.simulator.threads)
    total = job.times.transient + job.times.seconds
    brain = Brain.from_yaml(
        EXPERIMENT, f"regions.V1.scale={_scale(job.network)}", f"duration={total} s", "record.traces={}"
    )
    reports: list[tuple[str, int, float]] = []

    def note(stage: str, done: int, total: int) -> None:
        reports.append((stage, done, time.perf_counter()))

    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        run = brain.run(engine="cpp", out=Path(folder) / "run", report=False, prediction=False, progress=note)
        return _read(job, run, begun, reports)


def _scale(network: Network) -> float:
    if not isinstance(network, Microcircuit):
        raise NotImplementedError(f"no experiment describes {network.name}")
    return network.scale


def _read(job: Job, run: Any, begun: float, reports: list[tuple[str, int, float]]) -> Measurement:
    after = job.times.transient / (DT_MS * 1e-3)
    steps = [(done, at) for _, done, at in reports if done >= after]
    (first, at), (last, until) = steps[0], steps[-1]
    if last == first:
        raise RuntimeError("the run was too short to be timed by its own reports: ask for more seconds")
    p = parameters(_scale(job.network))
    seconds = (last - first) * DT_MS * 1e-3
    rates, spikes, events = {}, 0, 0.0
    for k, name in enumerate(p.names):
        n = int((run.spikes(f"V1.{name}").t >= job.times.transient).sum())
        rates[name] = round(n / int(p.sizes[k]) / job.times.seconds, 4)
        spikes += n
        events += n * float(p.synapses[:, k].sum()) / int(p.sizes[k])
    share = seconds / job.times.seconds
    starts = {stage: t for stage, _, t in reversed(reports)}
    return Measurement(
        sim_s=until - at,
        seconds=seconds,
        transient=job.times.transient,
        construct_s=at - begun,
        neurons=int(p.sizes.sum()),
        synapses=int(p.synapses.sum()),
        spikes=round(spikes * share),
        events=events * share,
        rates=rates,
        peak_mb=peak_mb(),
        extra={"stages": {stage: t - begun for stage, t in starts.items()}},
    )
