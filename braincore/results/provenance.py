"""Where a result comes from: versions, machine, code state, seed, and a digest of the spikes themselves."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.errors import InputError

_ENGINES = {"brian2": "Brian2", "cpp": "the compiled engine"}
_PACKAGES = ("brian2", "numpy", "scipy", "networkx", "pyarrow")


def collect_provenance(
    *,
    seed: int | None = None,
    spec_hash: str | None = None,
    command: Sequence[str] | None = None,
    started: str | None = None,
    folder: str | Path | None = None,
    packages: Iterable[str] = _PACKAGES,
) -> dict[str, Any]:
    """Return what ``provenance.json`` holds. It never fails: what cannot be found out is None.

    Parameters
    ----------
    seed, spec_hash
        Of the run.
    command
        The command line; that of this process by default.
    started
        UTC start time as ISO 8601; now by default. The end time and the spike digest are added when there are any.
    folder
        Whose git commit is looked up; the working directory by default.
    packages
        Whose versions are noted, without importing them.
    """
    return {
        "started": started or datetime.now(UTC).isoformat(timespec="milliseconds"),
        "command": list(sys.argv if command is None else command),
        "seed": seed,
        "spec_hash": spec_hash,
        "versions": versions(packages),
        "platform": {
            "system": platform.platform(),
            "machine": platform.machine(),
            "processor": _processor(),
            "cores": os.cpu_count(),
            "host": platform.node(),
        },
        "git": git_state(folder),
    }


def versions(packages: Iterable[str] = _PACKAGES) -> dict[str, str | None]:
    """Return the versions of Python, braincore and `packages`; None for what is not installed."""
    from braincore import __version__

    found: dict[str, str | None] = {"python": platform.python_version(), "braincore": __version__}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def _processor() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        return platform.processor() or None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)


def git_state(folder: str | Path | None = None) -> dict[str, Any] | None:
    """Return ``{"commit", "dirty"}`` of the git work tree around `folder`; None where there is none, or no git."""
    try:
        where = str(Path.cwd() if folder is None else folder)
    except OSError:
        return None
    commit = _git(where, "rev-parse", "--verify", "HEAD")
    if not commit:
        return None
    changes = _git(where, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit.strip(), "dirty": None if changes is None else bool(changes.strip())}


def _git(folder: str, *arguments: str) -> str | None:
    # A repository's own settings may name programs to run: none of them is wanted here.
    command = [
        "git",
        "-C",
        folder,
        "--no-optional-locks",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
    ]
    try:
        done = subprocess.run(
            [*command, *arguments], capture_output=True, text=True, timeout=10, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return done.stdout if done.returncode == 0 else None


def engine_words(summary: Mapping[str, Any]) -> str:
    """Say which engine a run had, and why if nobody chose it.

    >>> engine_words({"engine": "cpp", "precision": "double", "threads": 2})
    'the compiled engine in double precision on 2 threads'
    >>> engine_words({"engine": "brian2", "precision": "double", "threads": 1, "why_engine": "there is no compiler"})
    'Brian2 (there is no compiler)'
    """
    name = str(summary.get("engine", ""))
    found = _ENGINES.get(name, name)
    if name != "brian2" and summary.get("precision"):
        found += f" in {summary['precision']} precision"
    if name != "brian2" and summary.get("threads"):
        found += f" on {summary['threads']} thread{'' if summary['threads'] == 1 else 's'}"
    return f"{found} ({summary['why_engine']})" if summary.get("why_engine") else found


class SpikeDigest:
    """A SHA-256 of spikes in canonical order, fed in pieces that follow each other in time.

    A spike enters as its step (8 bytes), a hash of its population's name (8 bytes) and its neuron's index (4 bytes), in
    the order of these three: neither the order of populations nor of spikes within a step plays a role.
    """

    def __init__(self) -> None:
        self._sha = hashlib.sha256()
        self._last: int | None = None

    def update(
        self, steps: ArrayLike, population: ArrayLike, neuron: ArrayLike, names: Sequence[str] | None = None
    ) -> None:
        """Add spikes, all of later steps than those before.

        Parameters
        ----------
        steps, neuron
            Whole numbers.
        population
            Names, or codes into `names`; without `names`, a code is its own name.

        Raises
        ------
        InputError
            Lengths differ, or a step was closed by an earlier piece.
        """
        rows = _rows(np.asarray(steps), np.asarray(population), np.asarray(neuron), names)
        if not len(rows):
            return
        rows = rows[np.lexsort([rows["neuron"], rows["population"], rows["step"]])]
        if self._last is not None and rows["step"][0] <= self._last:
            raise InputError(f"spikes of step {rows['step'][0]} come after those of step {self._last}")
        self._last = int(rows["step"][-1])
        self._sha.update(rows.tobytes())

    def hexdigest(self) -> str:
        """Return the digest so far."""
        return self._sha.hexdigest()


def _rows(
    steps: NDArray[Any], population: NDArray[Any], neuron: NDArray[Any], names: Sequence[str] | None
) -> NDArray[Any]:
    if not len(steps) == len(population) == len(neuron):
        raise InputError(f"{len(steps)} steps, {len(population)} populations and {len(neuron)} neurons")
    if names is None:
        unique, codes = np.unique(population, return_inverse=True)
        names = [str(name) for name in unique.tolist()]
    else:
        codes = population
    identities = [int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") for name in names]
    rows = np.empty(len(steps), dtype=[("step", "<i8"), ("population", "<u8"), ("neuron", "<i4")])
    rows["step"], rows["neuron"] = steps, neuron
    rows["population"] = np.array(identities, dtype=np.uint64)[codes] if len(steps) else 0
    return rows


def spike_digest(steps: ArrayLike, population: ArrayLike, neuron: ArrayLike, names: Sequence[str] | None = None) -> str:
    """Return the digest of spikes in any order, as `SpikeDigest` defines it.

    >>> spike_digest([5, 3], ["E", "I"], [0, 1]) == spike_digest([3, 5], ["I", "E"], [1, 0])
    True
    """
    digest = SpikeDigest()
    digest.update(steps, population, neuron, names)
    return digest.hexdigest()
