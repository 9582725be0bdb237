"""What a measurement was made on, and in what state."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def describe() -> dict[str, str | int]:
    """Return processor, memory, compiler and versions."""
    return {
        "cpu": _after("/proc/cpuinfo", "model name") or platform.processor() or "unknown",
        "cores": os.cpu_count() or 1,
        "memory": _after("/proc/meminfo", "MemTotal") or "unknown",
        "system": platform.platform(),
        "compiler": _first_line([os.environ.get("CXX", "g++"), "--version"]),
        "python": platform.python_version(),
        **{name: _version(name) for name in ("numpy", "brian2", "cython", "nest-simulator", "braincore-sim")},
        "commit": _commit(Path(__file__).parent),
    }


def processor(machine: dict[str, str | int]) -> str:
    """Return what tells a machine from another, of what `describe` returned."""
    return f"{machine['cpu']}, {machine['cores']} cores"


def load() -> float:
    """Return how many processes wanted to run in the last minute."""
    return round(os.getloadavg()[0], 2)


def _commit(folder: Path) -> str:
    """Return the commit, and whether anything but results differs from it."""
    name = _first_line(["git", "-C", str(folder), "describe", "--always"])
    changed = _first_line(
        ["git", "-C", str(folder), "status", "--porcelain", "--", ":/", ":!*.jsonl", ":!*.csv", ":!*.md"]
    )
    return name if changed == "none" else f"{name}-dirty"


def _after(path: str, key: str) -> str:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), "")


def _first_line(command: list[str]) -> str:
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        return "none"
    return said[0] if said else "none"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
