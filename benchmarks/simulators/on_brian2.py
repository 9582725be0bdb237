"""A network as a Brian2 script: on our device, on Brian2's runtime, and as its C++ standalone program."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.networks.base import DT_MS, Built
from benchmarks.simulators.base import Job, Measurement, counted, peak_mb

SEED = 4711


def measure(job: Job) -> Measurement:
    """Run the network of a job here and now."""
    import brian2 as b2

    b2.BrianLogger.log_level_error()
    if job.simulator.family == "brian2":
        return _standalone(b2, job)
    if job.simulator.family == "braincore":
        use_braincore(b2, job.simulator.precision, job.simulator.threads)
    else:
        b2.prefs.codegen.target = "cython"
    return _in_this_process(b2, job)


def use_braincore(b2: Any, precision: str, threads: int) -> None:
    """Choose our device."""
    import braincore.engine  # noqa: F401 - registers the device

    b2.set_device("braincore", precision=precision, threads=threads)


def _build(b2: Any, job: Job) -> tuple[Built, float, float]:
    b2.defaultclock.dt = DT_MS * b2.ms
    b2.seed(SEED)
    begun = time.perf_counter()
    data = job.network.data(job.work)
    drawn = time.perf_counter()
    built = job.network.brian2(b2, data)
    return built, drawn - begun, time.perf_counter() - drawn


def _in_this_process(b2: Any, job: Job) -> Measurement:
    built, draw_s, construct_s = _build(b2, job)
    net, monitor = built.handle
    begun = time.perf_counter()
    net.run(job.times.transient * b2.second)
    first = time.perf_counter() - begun
    build_s = first - float(b2.get_device()._last_run_time)
    before = np.array(monitor.count[:])
    net.run(job.times.seconds * b2.second)
    sim_s = float(b2.get_device()._last_run_time)
    return Measurement(
        sim_s=sim_s,
        seconds=job.times.seconds,
        transient=job.times.transient,
        draw_s=draw_s,
        construct_s=construct_s,
        build_s=build_s,
        peak_mb=peak_mb(),
        **counted(built, np.array(monitor.count[:]) - before, job.times.seconds),
    )


def _standalone(b2: Any, job: Job) -> Measurement:
    """Build the program, or take that of an earlier measurement of the same cell, and run it in its own process."""
    times = f"{job.times.transient:g}_{job.times.seconds:g}"  # they are compiled in
    folder = job.work / f"{job.network.key}_{job.simulator.name}_{times}".replace(" ", "_")
    card = folder / "cell.json"
    fresh = not card.exists()
    if fresh:
        _compile(b2, job, folder, card)
    known = json.loads(card.read_text(encoding="utf-8"))
    begun = time.perf_counter()
    environment = dict(os.environ)
    with subprocess.Popen(["./main"], cwd=folder, stdout=subprocess.DEVNULL, env=environment) as program:
        _, status, usage = os.wait4(program.pid, 0)  # for the peak of this child alone, without the compiler's
        program.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    if program.returncode:
        raise RuntimeError(f"the program died with {program.returncode}")
    sim_s = float((folder / "results" / "last_run_info.txt").read_text(encoding="ascii").split()[0])
    counts = np.fromfile(folder / "results" / known["count"], dtype=np.int32)
    built = Built(
        neurons=known["neurons"],
        synapses=known["synapses"],
        out_degree=np.load(folder / "out_degree.npy"),
        populations={name: slice(*ends) for name, ends in known["populations"].items()},
        background_events=known["background_events"],
    )
    transient_s = sim_s * job.times.transient / job.times.seconds  # not told apart by the program
    return Measurement(
        sim_s=sim_s,
        seconds=job.times.seconds,
        transient=job.times.transient,
        draw_s=known["draw_s"],
        construct_s=max(0.0, wall - sim_s - transient_s),
        build_s=known["build_s"] if fresh else None,
        peak_mb=usage.ru_maxrss / 1024,
        **counted(built, counts, job.times.seconds),
    )


def _compile(b2: Any, job: Job, folder: Path, card: Path) -> None:
    threads = job.simulator.threads
    b2.prefs.core.default_float_dtype = np.float32 if job.simulator.precision == "single" else np.float64
    b2.prefs.devices.cpp_standalone.openmp_threads = threads if threads > 1 else 0
    b2.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count()}"]
    b2.set_device("cpp_standalone", build_on_run=False, directory=str(folder))
    begun = time.perf_counter()
    built, draw_s, _ = _build(b2, job)
    net, monitor = built.handle
    monitor.active = False
    net.run(job.times.transient * b2.second)
    monitor.active = True
    net.run(job.times.seconds * b2.second)
    b2.get_device().build(directory=str(folder), compile=True, run=False, with_output=False)
    build_s = time.perf_counter() - begun - draw_s
    (folder / "results").mkdir(exist_ok=True)
    np.save(folder / "out_degree.npy", built.out_degree)
    known = {
        "neurons": built.neurons,
        "synapses": built.synapses,
        "populations": {name: [part.start, part.stop] for name, part in built.populations.items()},
        "background_events": built.background_events,
        "count": Path(b2.get_device().get_array_filename(monitor.variables["count"])).name,
        "draw_s": draw_s,
        "build_s": build_s,
    }
    card.write_text(json.dumps(known), encoding="utf-8")
