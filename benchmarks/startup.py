"""Time from the start of a script to its first step: ``python -m benchmarks.startup [--repeat 5]``.

A process imports, builds a network, and runs one step: on our device with an empty cache of compiled code (cold) and
with that of the run before (warm), through `Brain` the same, and as Brian2's C++ standalone program, which builds each
time. Appends to ``benchmarks/startup.jsonl``; prints the median of each stage in seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import describe, load
from benchmarks.networks import NETWORKS
from benchmarks.run import append, by_machine, read
from benchmarks.targets import COLD_START_S, WARM_START_S

HERE = Path(__file__).resolve().parent
STAGES = ("imported", "constructed", "first_step")


def one(network: str, family: str, precision: str, begun: float, *, shrunk: bool) -> dict[str, float]:
    """Start a simulation here and now; return the seconds since `begun` (Unix time) at the end of each stage."""
    chosen = NETWORKS[network].shrunk() if shrunk else NETWORKS[network]
    if family == "brain":
        return _brain(chosen, precision, begun)
    import brian2 as b2
    import numpy as np

    from benchmarks.simulators.on_brian2 import use_braincore

    b2.BrianLogger.log_level_error()
    with tempfile.TemporaryDirectory() as folder:
        if family == "braincore":
            use_braincore(b2, precision, 1)
        else:
            b2.prefs.core.default_float_dtype = np.float32 if precision == "single" else np.float64
            b2.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count()}"]
            b2.set_device("cpp_standalone", directory=folder)
        imported = time.time() - begun
        b2.defaultclock.dt = 0.1 * b2.ms
        net, _ = chosen.brian2(b2, chosen.draw()).handle
        constructed = time.time() - begun
        net.run(0.1 * b2.ms)
        return {"imported": imported, "constructed": constructed, "first_step": time.time() - begun}


def _brain(network: Any, precision: str, begun: float) -> dict[str, float]:
    from benchmarks.simulators.on_brain import EXPERIMENT, choose_engine
    from braincore import Brain

    imported = time.time() - begun
    choose_engine(precision, 1)
    brain = Brain.from_yaml(EXPERIMENT, f"regions.V1.scale={network.scale}", "duration=0.1 ms")
    with tempfile.TemporaryDirectory() as folder:
        told: list[tuple[int, float]] = []
        brain.run(
            engine="cpp",
            out=Path(folder) / "run",
            report=False,
            prediction=False,
            progress=lambda stage, done, total: told.append((done, time.time() - begun)),
        )
    first = next(at for done, at in told if done >= 1)
    return {"imported": imported, "constructed": imported, "first_step": first}


def in_a_process(network: str, family: str, precision: str, cache: str, *, shrunk: bool) -> dict[str, float]:
    """Start a simulation in a process of its own."""
    path = os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path, "BRAINCORE_CACHE": cache}
    command = [sys.executable, "-m", "benchmarks.startup", "--one", network, family, precision, str(time.time())]
    command += ["--shrunk"] if shrunk else []
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=cache)
    if done.returncode:
        raise RuntimeError(f"{family} on {network}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(network: str, repeat: int, results: Path, *, shrunk: bool = False) -> None:
    """Measure a network; append what was found."""
    families = ["braincore", "brian2"] + (["brain"] if network.startswith("microcircuit") else [])
    for repetition in range(repeat):
        for family in families:
            with tempfile.TemporaryDirectory() as cache:
                for state in ("built",) if family == "brian2" else ("cold", "warm"):
                    times = in_a_process(network, family, "double", cache, shrunk=shrunk)
                    line = {"network": network, "family": family, "state": state, "repetition": repetition}
                    append(results, {**line, "load": load(), **times})


def report(results: Path) -> list[str]:
    """Return a table of each machine: the median of each stage."""
    text = [
        "Seconds from the start of a script to its first step (`python -m benchmarks.startup`), median of runs.",
        "Generation of code with compiling is what lies between the network's construction and its first step.",
    ]
    for machine, lines in by_machine(read(results)).items():
        text += ["", f"{machine}:", "", "| network | start | runs | imported | constructed | first step "]
        text[-1] += "| generation + compiling |"
        text += ["|---|---|---|---|---|---|---|"]
        found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        for line in lines:
            if "family" in line:
                found.setdefault((line["network"], line["family"], line["state"]), []).append(line)
        for (network, family, state), runs in found.items():
            middle = [statistics.median(run[stage] for run in runs) for stage in STAGES]
            limit = {"cold": COLD_START_S, "warm": WARM_START_S}.get(state, {}).get(network)
            made = statistics.median(run["first_step"] - run["constructed"] for run in runs)
            verdict = "" if limit is None else f" ({'met' if made <= limit else '**missed**'}: ≤ {limit:g})"
            cells = " | ".join(f"{m:.2f}" for m in middle)
            text.append(f"| {network} | {family} {state} | {len(runs)} | {cells} | {made:.2f}{verdict} |")
    return text


def main() -> int:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--network", nargs="+", default=["cuba_4000", "microcircuit_0.1"], choices=NETWORKS)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--results", type=Path, default=HERE / "startup.jsonl")
    parser.add_argument("--shrunk", action="store_true", help="tiny networks")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        network, family, precision, begun = options.one
        print(json.dumps(one(network, family, precision, float(begun), shrunk=options.shrunk)))
        return 0
    append(options.results, {"machine": describe()})
    for network in options.network:
        measure(network, options.repeat, options.results, shrunk=options.shrunk)
    print("\n".join(report(options.results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
