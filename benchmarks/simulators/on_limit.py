"""A network as a hand-written C++ program, from a folder that is given: each prints one line of JSON.

The programs draw their own connectivity, by the same rules; single precision; they are no part of this repository. A
program is ``NAME.cpp`` in the folder, or in its ``prototypes``; it says ``s_per_bio`` (seconds per biological second),
``construct_s``, ``rate`` or ``rates`` (Hz) and ``nev`` (synaptic events).
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from benchmarks.simulators.base import Job, Measurement

FLAGS = ("-O3", "-march=native", "-ffast-math", "-mprefer-vector-width=512", "-fopenmp", "-std=c++17", "-w")


def measure(job: Job) -> Measurement:
    """Compile the program if that was not done before, and run it."""
    if job.limits is None:
        raise NotImplementedError("no folder of hand-written programs was given")
    data = job.network.data(job.work) if job.network.kept else {}
    job.work.mkdir(parents=True, exist_ok=True)
    name, arguments = job.network.limit(job.simulator.threads, job.times, data, job.work)
    program, build_s = _compiled(job.limits, name, job.work)
    environment = {**os.environ, "OMP_NUM_THREADS": str(job.simulator.threads)}
    done = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=True, env=environment)
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    seconds = job.times.seconds
    neurons = int(said.get("N", job.network.neurons))
    rate = said["rate"] if "rate" in said else said["nspk"] / neurons / seconds
    rates = {str(k): r for k, r in enumerate(said["rates"])} if "rates" in said else {"all": rate}
    return Measurement(
        sim_s=said["s_per_bio"] * seconds,
        seconds=seconds,
        transient=job.times.transient,
        construct_s=said["construct_s"],
        build_s=build_s,
        neurons=neurons,
        synapses=int(said.get("nsyn", 0)),
        spikes=int(said.get("nspk", 0)),
        events=float(said["nev"]),
        rates=rates,
        peak_mb=float(said.get("rss", 0)),
        extra=said,
    )


def _compiled(limits: Path, name: str, work: Path) -> tuple[Path, float | None]:
    source = next((p for p in (limits / f"{name}.cpp", limits / "prototypes" / f"{name}.cpp") if p.exists()), None)
    if source is None:
        raise NotImplementedError(f"no {name}.cpp among the hand-written programs")
    program = work / f"limit_{name}"
    if program.exists():
        return program, None
    begun = time.perf_counter()
    subprocess.run([os.environ.get("CXX", "g++"), *FLAGS, "-o", str(program), str(source)], check=True)
    return program, time.perf_counter() - begun
