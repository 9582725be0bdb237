"""Memory of the microcircuit by scale: ``python -m benchmarks.memory [SCALE...]``.

Each scale is built by `Brain` and run for some milliseconds in a process of its own. Prints and appends to
``benchmarks/memory.jsonl``: resident size before, at its peak while the network is built, while it runs, and bytes a
synapse of the last two beyond the first. A part of more than 65 536 neurons, as one thread has at full scale, needs 32
bits for a target, smaller ones 16.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import describe
from benchmarks.run import append, by_machine, read
from benchmarks.targets import BYTES_A_SYNAPSE

HERE = Path(__file__).resolve().parent
SCALES = (0.05, 0.1, 0.2, 0.5, 1.0)


def _status(key: str) -> int:
    """Return VmRSS or VmHWM of this process in bytes (Linux)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(key):
            return int(line.split()[1]) * 1024
    raise OSError(f"no {key} in /proc/self/status")


def one(scale: float, precision: str, threads: int, milliseconds: float) -> dict[str, Any]:
    """Measure here and now."""
    import brian2  # noqa: F401 - what is imported anyway is not the network's

    from benchmarks.networks.microcircuit import parameters
    from benchmarks.simulators.on_brain import EXPERIMENT, choose_engine
    from braincore import Brain

    choose_engine(precision, threads)
    brain = Brain.from_yaml(EXPERIMENT, f"regions.V1.scale={scale}", f"duration={milliseconds} ms", "record.traces={}")
    before = _status("VmRSS")
    running: list[tuple[float, int, int]] = []

    def note(stage: str, done: int, total: int) -> None:
        if done and total:
            running.append((time.perf_counter(), _status("VmRSS"), _status("VmHWM")))

    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        brain.run(engine="cpp", out=Path(folder) / "run", report=False, prediction=False, progress=note)
    synapses = int(parameters(scale).synapses.sum())
    first, resident, _ = running[0]
    peak = _status("VmHWM")
    return {
        "scale": scale,
        "precision": precision,
        "threads": threads,
        "synapses": synapses,
        "before_mb": before / 2**20,
        "peak_mb": peak / 2**20,
        "running_mb": resident / 2**20,
        "built_s": first - begun,
        "peak_bytes_a_synapse": (peak - before) / synapses,
        "running_bytes_a_synapse": (resident - before) / synapses,
    }


def in_a_process(scale: float, options: argparse.Namespace) -> dict[str, Any]:
    """Measure in a process of its own."""
    setting = [scale, options.precision, options.threads, options.milliseconds]
    command = [sys.executable, "-m", "benchmarks.memory", "--one", *map(str, setting)]
    path = os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise RuntimeError(f"scale {scale}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(results: Path) -> list[str]:
    """Return a table of what was measured last of each scale and precision, by machine."""
    text = ["Resident memory by scale (`python -m benchmarks.memory`); synapses' share is what exceeds `before`."]
    for machine, lines in by_machine(read(results)).items():
        text += [
            "",
            f"{machine}:",
            "",
            "| scale | precision | threads | synapses | before MB | peak MB | running MB | built s ",
        ]
        text[-1] += "| peak B/synapse | running B/synapse |"
        text.append("|---|---|---|---|---|---|---|---|---|---|")
        last = {(line["scale"], line["precision"], line["threads"]): line for line in lines if "scale" in line}
        for found in last.values():
            bytes_each = found["running_bytes_a_synapse"]
            verdict = ""
            if found["scale"] == 1:
                verdict = f" ({'met' if bytes_each <= BYTES_A_SYNAPSE else '**missed**'}: ≤ {BYTES_A_SYNAPSE:g})"
            text.append(
                f"| {found['scale']:g} | {found['precision']} | {found['threads']} | {found['synapses']} "
                f"| {found['before_mb']:.0f} "
                f"| {found['peak_mb']:.0f} | {found['running_mb']:.0f} | {found['built_s']:.1f} "
                f"| {found['peak_bytes_a_synapse']:.1f} | {bytes_each:.1f}{verdict} |"
            )
    return text


def main() -> int:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("scales", nargs="*", type=float, default=list(SCALES))
    parser.add_argument("--precision", choices=("double", "single"), default="single")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--milliseconds", type=float, default=20.0)
    parser.add_argument("--results", type=Path, default=HERE / "memory.jsonl")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        scale, precision, threads, milliseconds = options.one
        print(json.dumps(one(float(scale), precision, int(threads), float(milliseconds))))
        return 0
    append(options.results, {"machine": describe()})
    for scale in options.scales:
        append(options.results, in_a_process(scale, options))
    print("\n".join(report(options.results)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
