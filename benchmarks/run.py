"""Measure networks on simulators: ``python -m benchmarks.run [--network NAME...] [--simulator NAME...] [--repeat 5]``.

Every measurement is a process of its own; simulators take turns, so that what disturbs the machine disturbs all. Each
measurement is appended to ``benchmarks/results.jsonl`` as it comes: a run that was stopped goes on where it was, and
only what is missing is measured (``--again`` measures anew). What takes more than twice the time of the best of its
kind (Brian2 with two threads where one is faster) is measured once, as it decides nothing; ``--all`` repeats it too. A
filter matches parts of names: ``--simulator braincore`` or ``--simulator "double 1"``. ``--limits FOLDER`` (or
``BRAINCORE_LIMITS``) adds hand-written programs. Nothing else should run meanwhile. ``python -m benchmarks.report``
makes ``RESULTS.md`` of it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.machine import describe, load, processor
from benchmarks.networks import NETWORKS
from benchmarks.simulators import SIMULATORS

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.jsonl"
BEATEN = 2.0
FOLDERS = ("--limits", "--work", "--results")


@dataclass(frozen=True)
class Cell:
    """One measurement to make."""

    network: str
    simulator: str
    repetition: int


def cells(networks: list[str], simulators: list[str], repeat: int) -> Iterator[Cell]:
    """Yield what there is to measure, in the order of measuring: simulators take turns, network by network."""
    for network in networks:
        for repetition in range(repeat):
            for simulator in simulators:
                if SIMULATORS[simulator].family in NETWORKS[network].families:
                    yield Cell(network, simulator, repetition)


def read(results: Path) -> list[dict[str, Any]]:
    """Return the lines of a file of results; a last line that was cut short is left out."""
    if not results.exists():
        return []
    lines = []
    for text in results.read_text(encoding="utf-8").splitlines():
        try:
            lines.append(json.loads(text))
        except json.JSONDecodeError:
            continue
    return lines


def by_machine(lines: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Group lines by the processor they were measured on: a ratio is of one machine, though a file may be of many."""
    groups: dict[str, list[dict[str, Any]]] = {}
    name = "an unnamed machine"
    for line in lines:
        name = processor(line["machine"]) if "machine" in line else name
        groups.setdefault(name, []).append(line)
    return groups


def append(results: Path, line: dict[str, Any]) -> None:
    """Add a line, on a line of its own also after one that was cut short."""
    cut = results.exists() and results.stat().st_size and not results.read_bytes().endswith(b"\n")
    with results.open("a", encoding="utf-8") as file:
        file.write(("\n" if cut else "") + json.dumps(line) + "\n")


def work_folder() -> Path:
    """Return the folder of what is kept between measurements; another once networks or simulators change."""
    digest = hashlib.sha256()
    for path in sorted((*(HERE / "networks").glob("*.py"), *(HERE / "simulators").glob("*.py"))):
        digest.update(path.read_bytes())
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "braincore-benchmarks" / digest.hexdigest()[:12]


def measured(cell: Cell, options: argparse.Namespace) -> dict[str, Any]:
    """Measure a cell in a process of its own; what fails is a result too."""
    command = [sys.executable, "-m", "benchmarks.measure", cell.network, cell.simulator, "--work", str(options.work)]
    command += ["--shrunk"] if options.shrunk else []
    for name in ("seconds", "transient"):
        if getattr(options, name) is not None:
            command += [f"--{name}", str(getattr(options, name))]
    command += ["--limits", str(options.limits)] if options.limits else []
    line: dict[str, Any] = {"network": cell.network, "simulator": cell.simulator, "repetition": cell.repetition}
    line |= {"shrunk": options.shrunk, "when": time.strftime("%Y-%m-%d %H:%M:%S"), "load": load()}
    with tempfile.TemporaryDirectory() as cache:
        path = os.pathsep.join(filter(None, (str(HERE.parent), os.environ.get("PYTHONPATH"))))
        environment = {**os.environ, "PYTHONPATH": path, "BRAINCORE_CACHE": cache}  # each compiles for itself
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=cache,
            start_new_session=True,
        ) as process:
            try:
                said, errors = process.communicate(timeout=options.timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                return {**line, "error": f"timeout after {options.timeout:g} s"}
    if process.returncode:
        print(errors, file=sys.stderr)  # where files lie on this machine is not for the results
        return {**line, "error": (errors.strip().splitlines() or [f"exit code {process.returncode}"])[-1]}
    return {**line, **json.loads(said.splitlines()[-1])}


def chosen(names: dict[str, Any], filters: list[str] | None) -> list[str]:
    """Return the names that equal a filter, or contain one where none is equal.

    Raises
    ------
    SystemExit
        A filter matches nothing.
    """
    if not filters:
        return list(names)
    found: set[str] = set()
    for word in filters:
        matches = [word] if word in names else [name for name in names if word in name]
        if not matches:
            raise SystemExit(f"'{word}' matches none of: {', '.join(names)}")
        found.update(matches)
    return [name for name in names if name in found]


def available(simulators: list[str], limits: Path | None) -> list[str]:
    """Return the simulators that are there: NEST if it is installed, hand-written programs if a folder is given."""
    missing = {family for family, there in (("nest", find_spec("nest")), ("limit", limits)) if not there}
    return [name for name in simulators if SIMULATORS[name].family not in missing]


def without_folders(arguments: list[str]) -> Iterator[str]:
    """Yield a command line's words, FOLDER for a folder or file: where it lies on this machine is of no interest."""
    following = ""
    for word in arguments:
        name, equals, _ = word.partition("=")
        if following in FOLDERS:
            yield "FOLDER"
        else:
            yield f"{name}=FOLDER" if equals and name in FOLDERS else word
        following = word


def beaten(cell: Cell, lines: list[dict[str, Any]]) -> bool:
    """Tell whether a simulator was more than `BEATEN` times slower on a network than the best of its kind."""
    times: dict[str, float] = {}
    for line in lines:
        if line.get("network") == cell.network and "s_per_s" in line:
            name = line["simulator"]
            times[name] = min(line["s_per_s"], times.get(name, line["s_per_s"]))
    mine = times.get(cell.simulator)
    rivals = [time for name, time in times.items() if SIMULATORS[name].kind == SIMULATORS[cell.simulator].kind]
    return mine is not None and mine > BEATEN * min(rivals)


def run(options: argparse.Namespace) -> int:
    """Measure what is missing; return how many measurements failed."""
    simulators = available(chosen(SIMULATORS, options.simulator), options.limits)
    machine = describe()
    here = [] if options.again else by_machine(read(options.results)).get(processor(machine), [])
    lines = [line for line in here if line.get("shrunk") == options.shrunk]
    done = {
        Cell(line["network"], line["simulator"], line["repetition"])
        for line in lines
        if "error" not in line or "NotImplemented" in line["error"]
    }
    missing = [c for c in cells(chosen(NETWORKS, options.network), simulators, options.repeat) if c not in done]
    if missing:
        command = f"python -m benchmarks.run {' '.join(without_folders(sys.argv[1:]))}"
        append(options.results, {"machine": machine, "command": command, "when": time.strftime("%Y-%m-%d %H:%M:%S")})
    failed = 0
    for k, cell in enumerate(missing):
        if cell.repetition and not options.all and beaten(cell, lines):
            continue
        line = measured(cell, options)
        append(options.results, line)
        lines.append(line)
        said = f"{line['s_per_s']:.5f} s/s" if "s_per_s" in line else line["error"].splitlines()[-1]
        print(f"[{k + 1}/{len(missing)}] {cell.network}: {cell.simulator} #{cell.repetition}: {said}", flush=True)
        failed += "error" in line
    return failed


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    made = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    made.add_argument("--network", nargs="+", help="networks, or parts of their names")
    made.add_argument("--simulator", nargs="+", help="simulators, or parts of their names")
    made.add_argument("--repeat", type=int, default=5)
    made.add_argument("--results", type=Path, default=RESULTS)
    made.add_argument("--work", type=Path, default=work_folder(), help="folder for what is kept between measurements")
    limits = os.environ.get("BRAINCORE_LIMITS")
    made.add_argument("--limits", type=Path, default=Path(limits) if limits else None, help="hand-written programs")
    made.add_argument("--again", action="store_true", help="measure what was measured already too")
    made.add_argument("--all", action="store_true", help="repeat also what is far from the best of its kind")
    made.add_argument("--shrunk", action="store_true", help="tiny networks: tries everything, measures nothing")
    made.add_argument("--seconds", type=float, help="biological time measured, instead of each network's own")
    made.add_argument("--transient", type=float, help="biological time before")
    made.add_argument("--timeout", type=float, default=1800.0, help="seconds of real time a measurement")
    return made


if __name__ == "__main__":
    sys.exit(1 if run(parser().parse_args()) else 0)
