"""Brian2's own test suite on this engine's device, compared test by test with Brian2's runtime device.

``python tests/engine/brian2_suite.py`` runs all of it on both devices (one after the other) and says what differs;
``--third K`` runs a third of it, chosen by the hash of each test's name, ``--files PATTERN`` the files that match.
What passes on the runtime device must pass on ours, but for `EXCEPTIONS`.

Each device runs in a process of its own, from an empty folder: Brian2's tests change preferences, write files and
replace functions.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]

MARKERS = "not standalone_only and not codegen_independent and not gsl and not long"
"""Tests that generate code for the device, without those of other devices and those that take minutes."""

EXCEPTIONS = {
    "tests/test_synapses.py::test_ufunc_at_vectorisation": "reads messages of NumPy's code generator; it is not asked",
    "tests/test_neurongroup.py::test_random_values_fixed_seed_numbers": "knows numbers by the device's "
    "name, and skips where it knows none",
}
"""Tests that pass on Brian2's runtime and need not pass on the engine, with the reason."""

THIRDS = 3
TIMEOUT_S = 3000


class _Chosen:
    """A pytest plugin: sets up Brian2's test configuration, picks tests, and writes down what became of them."""

    def __init__(self, device: str, third: int | None, only: Sequence[str], out: Path) -> None:
        self.device, self.third, self.only, self.out = device, third, frozenset(only), out
        self.found: dict[str, str] = {}
        self.why: dict[str, str] = {}

    def pytest_configure(self, config: Any) -> None:
        """Set what Brian2's fixtures read."""
        from brian2 import prefs

        config.brian_prefs = dict(prefs)
        config.fail_for_not_implemented = True
        config.device = self.device
        # Where state runs away, Brian2's tests expect its warning; ours stops the run.
        config.device_options = {"checks": False} if self.device == "braincore" else {}

    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        """Keep the tests of a third, or those that are named."""
        if self.third is not None:
            items[:] = [item for item in items if third_of(_plain(item.nodeid)) == self.third]
        if self.only:
            items[:] = [item for item in items if _plain(item.nodeid) in self.only]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note the worst outcome of a test's setup, call and teardown."""
        name = _plain(report.nodeid)
        if report.failed:
            self.found[name] = "failed"
            self.why.setdefault(name, str(report.longrepr)[-3000:])
        elif report.skipped:
            self.found.setdefault(name, "skipped")
        elif report.when == "call":
            self.found.setdefault(name, "passed")

    def pytest_sessionfinish(self) -> None:
        """Write everything down."""
        self.out.write_text(json.dumps({"found": self.found, "why": self.why}), encoding="utf-8")


def _plain(name: str) -> str:
    """Return a test's name from Brian2's folder on, whatever the folder that pytest takes for its root."""
    return name[name.find("tests/") :] if "tests/" in name else f"tests/{name}"


def third_of(name: str) -> int:
    """Return which third a test belongs to."""
    return zlib.crc32(name.encode()) % THIRDS


@functools.cache
def part_of_commit(parts: int = THIRDS) -> int:
    """Return which of so many parts this commit's checks run: it changes with the commit; 0 outside of a repository."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    text = done.stdout.strip()
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % parts if done.returncode == 0 and text else 0


def folder() -> Path:
    """Return the folder of the installed Brian2."""
    import importlib.util

    spec = importlib.util.find_spec("brian2")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


def test_files(pattern: str = "test_*.py") -> list[str]:
    """Return the names of Brian2's test files."""
    return sorted(path.name for path in (folder() / "tests").glob(pattern))


def run_on(
    device: str, *, third: int | None = None, files: Sequence[str] = (), only: Sequence[str] = ()
) -> dict[str, dict[str, str]]:
    """Run the suite on a device in a process of its own.

    Parameters
    ----------
    device
        ``runtime`` or ``braincore``.
    third
        Which third; all by default.
    files
        Names of test files; all by default.
    only
        Names of tests; all of the above by default.

    Returns
    -------
    dict
        ``found``: name of a test to ``passed``, ``failed`` or ``skipped``; ``why``: the end of what failures said.
    """
    with tempfile.TemporaryDirectory() as work:
        out = Path(work, "outcome.json")
        command = [sys.executable, str(HERE), "--child", device, "--out", str(out)]
        command += [] if third is None else ["--third", str(third)]
        command += [] if not files else ["--files", *files]
        command += [] if not only else ["--only", *only]
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        env = {"BRAINCORE_CXXFLAGS": "-O1"} | env | {"PYTHONPATH": os.pathsep.join(paths), "MPLBACKEND": "agg"}
        done = subprocess.run(
            command, cwd=work, env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
        if not out.exists():
            raise RuntimeError(f"Brian2's suite broke off on {device}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        outcome: dict[str, dict[str, str]] = json.loads(out.read_text(encoding="utf-8"))
        return outcome


def worse(runtime: dict[str, dict[str, str]], ours: dict[str, dict[str, str]]) -> dict[str, str]:
    """Return the tests that pass on Brian2's runtime, do not pass on ours and are no exceptions, with what was said."""
    return {
        name: f"{ours['found'].get(name, 'did not run')}: {ours['why'].get(name, '')}"
        for name, outcome in runtime["found"].items()
        if outcome == "passed" and ours["found"].get(name) != "passed" and name not in EXCEPTIONS
    }


def needless(ours: dict[str, dict[str, str]]) -> list[str]:
    """Return the exceptions that are none: they pass on the engine."""
    return [name for name in EXCEPTIONS if ours["found"].get(name) == "passed"]


def _child(device: str, third: int | None, files: Sequence[str], only: Sequence[str], out: Path) -> int:
    """Run the suite in this process."""
    import brian2
    from brian2.utils.logger import BrianLogger

    import braincore.engine  # noqa: F401 - registers the device

    brian2.prefs.reset_to_defaults()
    brian2.prefs.codegen.target = "numpy"
    BrianLogger.console_handler.setLevel("ERROR")
    tests = folder() / "tests"
    arguments = [
        *([str(tests / name) for name in files] or [str(tests)]),
        *("-c", str(tests / "pytest.ini"), f"--rootdir={folder()}", f"--confcutdir={folder()}"),
        *("-m", MARKERS, "-q", "--tb=short", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly"),
    ]
    return int(pytest.main(arguments, plugins=[_Chosen(device, third, only, out)]))


def main() -> int:
    """Compare the two devices; return 1 where ours is worse."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--third", type=int)
    parser.add_argument("--files", nargs="*", default=[])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--child", help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        return _child(given.child, given.third, given.files, given.only, given.out)
    with tempfile.TemporaryDirectory() as cache, contextlib.ExitStack() as stack:
        if "BRAINCORE_CACHE" not in os.environ:
            os.environ["BRAINCORE_CACHE"] = cache
            stack.callback(os.environ.pop, "BRAINCORE_CACHE", None)
        runtime = run_on("runtime", third=given.third, files=given.files, only=given.only)
        ours = run_on("braincore", third=given.third, files=given.files, only=given.only)
    bad = worse(runtime, ours)
    for name, outcome in (("runtime", runtime), ("braincore", ours)):
        counts = {kind: list(outcome["found"].values()).count(kind) for kind in ("passed", "failed", "skipped")}
        print(f"{name}: {', '.join(f'{n} {kind}' for kind, n in counts.items())}")
    for name in sorted(set(EXCEPTIONS) & set(runtime["found"])):
        print(f"exception: {name} ({ours['found'].get(name)}): {EXCEPTIONS[name]}")
    for name, text in sorted(bad.items()):
        print(f"\n{name} passes on runtime, on braincore it {text}")
    for name in needless(ours):
        print(f"{name} passes: take it from the list of exceptions")
    print(f"\n{len(bad)} tests pass on Brian2's runtime and not on the engine")
    return 1 if bad or needless(ours) else 0


if __name__ == "__main__":
    sys.exit(main())
