"""Every example of Brian2 on its own devices and on ours: ``python -m benchmarks.examples [NAME...]``.

The examples are those of the installed Brian2's source distribution, fetched with pip into a folder of the user's
cache, or of ``--folder``. Each runs headless, in a process of its own and a copy of the folder, on Brian2's runtime
with NumPy and with Cython, on its C++ standalone device where the example allows it, and on ours. A line per example
and device is appended to ``benchmarks/examples.jsonl``; what is there is not measured again. ``--report`` prints the
table: wall time in all and inside `Network.run`, our ratio to Brian2's best, and whether the results agree. Ours is
timed where it compiles and where it has compiled before (the better of `compared`, in which NumPy does what is not
compiled, such as the equations of a SpatialNeuron, and `again`, in which Cython does); the ratio is of the latter, as
Brian2's best is NumPy, which compiles nothing, or Cython, most of whose code was compiled before.

Results are compared with Brian2's NumPy runtime, whose random numbers before a run are ours too: spikes one by one,
states to a relative 1e-6. Where an example draws random numbers while it runs only the total of spikes is compared.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DEVICES = ("numpy", "cython", "standalone", "braincore", "compared", "again")
PEERS = DEVICES[:3]
"""``compared`` is ours with NumPy for what is not compiled, whose random numbers are the reference's; ``again`` is ours
as ``braincore`` is, which compiles what NumPy does in ``compared`` with Cython, after it has done so once."""
RESULTS = HERE / "examples.jsonl"
COMPARED = ("cython", "compared")
"""Held against the reference: where results of Brian2's own targets are as far apart, an example is sensitive."""
CLOSE = 1e-6
RUNAWAY = 0.05
"""Share of spikes by which a stochastic example may differ before it is called different."""


def fetch() -> Path:
    """Return the folder with the examples of the installed Brian2; fetch it if it is not there."""
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "braincore-benchmarks"
    release = version("brian2")
    folder = base / f"brian2-{release}"
    if not (folder / "examples").is_dir():
        with tempfile.TemporaryDirectory() as scratch:
            command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", "brian2"]
            subprocess.run([*command, "--dest", scratch, f"brian2=={release}"], check=True)
            with tarfile.open(next(Path(scratch).glob("*.tar.gz"))) as archive:
                archive.extractall(base, filter="data")
    return folder / "examples"


def scripts(folder: Path, chosen: list[str]) -> list[Path]:
    """Return the example scripts, or those whose path contains one of the words."""
    found = sorted(path.relative_to(folder) for path in folder.rglob("*.py") if path.name not in _NOT_SCRIPTS)
    return [path for path in found if not chosen or any(word in str(path) for word in chosen)]


_NOT_SCRIPTS = ("params.py", "plot_utils.py")


def run_one(folder: Path, script: Path, device: str, timeout: float) -> tuple[dict[str, Any], Path | None]:
    """Run an example in a process of its own; return what it reports and where its values lie."""
    scratch = Path(tempfile.mkdtemp(prefix="brian2-example-"))
    shutil.copytree(folder, scratch / "examples")
    out = scratch / "result.json"
    command = [sys.executable, str(HERE / "example_child.py"), str(scratch / "examples" / script), device, str(out)]
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": os.pathsep.join(filter(None, _path()))}
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as process:
        try:
            _, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # a standalone example has a compiler or a binary below it
            process.communicate()
            return {"error": f"timeout after {timeout:g} s"}, None
    if not out.exists():
        return {"error": f"died with {process.returncode}: {errors[-3000:]}"}, None
    result: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    result["process_s"] = time.perf_counter() - begun
    return result, out.with_suffix(".npz")


def _path() -> list[str | None]:
    return [str(HERE.parent), os.environ.get("PYTHONPATH")]


def compare(theirs: Path, ours: Path) -> dict[str, Any]:
    """Return how far the values of two runs lie apart."""
    import numpy as np

    with np.load(theirs) as a, np.load(ours) as b:
        missing = sorted(set(a.files) ^ set(b.files))
        counts = [name for name in a.files if name.endswith(".count") and name in b.files]
        spikes = [int(sum(x[name].sum() for name in counts)) for x in (a, b)]
        different, worst, where = 0, 0.0, None
        for name in sorted(set(a.files) & set(b.files)):
            x, y = a[name], b[name]
            if x.shape != y.shape:
                different += 1
                where = where or name
                continue
            if x.dtype.kind in "iub" or ".spikes." in name:
                wrong = not np.allclose(x, y, rtol=1e-12, atol=0)
            else:
                finite = np.isfinite(x)
                scale = np.abs(x[finite]).max(initial=0) or 1.0
                apart = float(np.abs(np.where(finite & np.isfinite(y), x - y, 0)).max(initial=0) / scale)
                wrong = apart > CLOSE or bool(np.any(finite != np.isfinite(y)))
                if apart > worst:
                    worst = apart
            if wrong:
                different += 1
                where = where or name
    return {"missing": missing[:5], "spikes": spikes, "different": different, "worst": worst, "first": where}


def known(results: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what was measured, by example and device."""
    if not results.exists():
        return {}
    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    return {(line["example"], line["device"]): line for line in lines}


def measure(options: argparse.Namespace) -> None:
    """Run what is missing."""
    folder = options.folder or fetch()
    for script in scripts(folder, options.names):
        done = {} if options.again else known(options.results)
        reference = _reference(folder, script, done, options)
        if reference is None:
            continue
        for device in options.device:
            if (str(script), device) in done or device == "numpy":
                continue
            result, values = run_one(folder, script, device, options.timeout)
            if device in COMPARED and values and reference.exists():
                result["compared"] = compare(reference, values)
            _append(options.results, {"example": str(script), "device": device, **result})
            if values:
                shutil.rmtree(values.parent)
        if reference.exists():
            shutil.rmtree(reference.parent)


def _reference(folder: Path, script: Path, done: dict[Any, Any], options: argparse.Namespace) -> Path | None:
    """Run an example on NumPy, if anything is to be compared with it; return its values, None if all is known."""
    wanted = [device for device in options.device if (str(script), device) not in done]
    if not wanted:
        return None
    earlier = done.get((str(script), "numpy"))
    if earlier and earlier["error"] and "timeout" not in earlier["error"]:
        return None  # it does not run on Brian2
    if earlier and not set(COMPARED) & set(wanted):
        return Path("nowhere")
    result, values = run_one(folder, script, "numpy", options.timeout)
    _append(options.results, {"example": str(script), "device": "numpy", **result})
    if result["error"] and "timeout" not in result["error"]:
        return None
    return values or Path("nowhere")


def _append(results: Path, line: dict[str, Any]) -> None:
    """Add a line; of an error its last line: where files lie on this machine is not for the results."""
    if line.get("error"):
        print(line["error"], file=sys.stderr)
        line = {**line, "error": line["error"].strip().splitlines()[-1]}
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    short = {name: line[name] for name in ("example", "device", "wall_s", "run_s", "compared") if name in line}
    print(short, line.get("error") or "", flush=True)


def verdict(line: dict[str, Any], drawn: bool, other: dict[str, Any] | None) -> str:
    """Say in a word or two whether our results are Brian2's; `other` is how those of its Cython differ."""
    found = line.get("compared")
    if found is None:
        return "not compared"
    if not found["different"]:
        return "same"
    theirs, ours = found["spikes"]
    if drawn:
        return "random" if abs(theirs - ours) <= RUNAWAY * max(theirs, ours, 1) + 10 else f"{theirs} / {ours} spikes"
    if other and other["different"] and found["worst"] < 10 * other["worst"]:
        return "sensitive: Brian2's NumPy and Cython differ as much"
    return f"differs ({found['first']}, {found['worst']:.1g})"


def _failed(script: str, error: str) -> str:
    return f"| {script} | | | | | | | **fails**: {error.strip().splitlines()[-1][:120]} |"


def _warm(script: str, lines: dict[tuple[str, str], dict[str, Any]]) -> float:
    """Return the seconds that ours takes in `run` where it has compiled before."""
    later = [lines.get((script, device), {}) for device in ("compared", "again")]
    measured = (line["run_s"] for line in later if not line.get("error") and line.get("runs"))
    return float(min(measured, default=lines[script, "braincore"]["run_s"]))


def _alone(script: str, lines: dict[tuple[str, str], dict[str, Any]]) -> str:
    """Return the row of an example that Brian2 did not finish in the time allowed, or that runs nothing."""
    limit = {
        float(found.group(1))
        for device in PEERS
        if (found := re.search(r"timeout after ([0-9.]+) s", lines.get((script, device), {}).get("error") or ""))
    }
    if not limit:
        return f"| {script} | | | | | | | runs nothing |"
    ours = lines[script, "braincore"]
    if ours["error"] and "timeout" not in ours["error"]:
        return _failed(script, ours["error"])
    if ours["error"]:
        return f"| {script} | over {max(limit):g} | over {max(limit):g} | | | | | none finished |"
    warm = _warm(script, lines)
    faster = f"over {max(limit) / warm:.2f}" if warm else ""
    return (
        f"| {script} | over {max(limit):g} | {ours['run_s']:.2f} | {warm:.2f} | {faster} | | {ours['wall_s']:.2f} | |"
    )


def report(results: Path) -> list[str]:
    """Return the table."""
    lines = known(results)
    rows = [
        "| example | Brian2's best (s in run) | ours, compiled in it | ours, compiled before | times faster "
        "| total, Brian2's best (s) | ours | results |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for script in sorted({example for example, _ in lines}):
        ours = lines.get((script, "braincore"))
        peers = [line for d in PEERS if (line := lines.get((script, d))) and not line["error"] and line["runs"]]
        if ours is None:
            continue
        twin = lines.get((script, "compared"), {})
        if not peers:
            rows.append(_alone(script, lines))
            continue
        if error := ours["error"] or twin.get("error"):
            rows.append(_failed(script, error))
            continue
        run, total = (min(line[what] for line in peers) for what in ("run_s", "wall_s"))
        drawn = lines.get((script, "numpy"), {}).get("drawn_in_runs", True)
        warm = _warm(script, lines)
        rows.append(
            f"| {script} | {run:.2f} | {ours['run_s']:.2f} | {warm:.2f} | {run / max(warm, 1e-9):.2f} | {total:.2f} "
            f"| {ours['wall_s']:.2f} | {verdict(twin, drawn, lines.get((script, 'cython'), {}).get('compared'))} |"
        )
    return rows


def main() -> int:
    """Read the command line, and measure or report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="words in the paths of examples; all without")
    parser.add_argument("--device", nargs="+", choices=DEVICES, default=list(DEVICES))
    parser.add_argument("--folder", type=Path, help="Brian2's examples folder")
    parser.add_argument("--results", type=Path, default=RESULTS, help="file of results")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds per example and device")
    parser.add_argument("--again", action="store_true", help="measure what was measured already too")
    parser.add_argument("--report", action="store_true", help="print the table of what was measured")
    options = parser.parse_args()
    if options.report:
        print("\n".join(report(options.results)))
    else:
        measure(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
