"""What this machine has to give to a run: memory, within the limits of its control groups, and disk."""

from __future__ import annotations

import shutil
from pathlib import Path


def available_disk(folder: Path) -> int:
    """Return the bytes free where `folder` is, or will be made."""
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    return shutil.disk_usage(existing).free


def available_memory(root: Path = Path("/")) -> int | None:
    """Return the bytes of memory that a new process can have: the machine's, or what its control group leaves of it.

    None where neither is told (not Linux). `root` stands for the file system's root, for tests.
    """
    found = [value for value in (_meminfo(root), *_group_limits(root)) if value is not None]
    return max(0, min(found)) if found else None


def _meminfo(root: Path) -> int | None:
    for line in _read(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _group_limits(root: Path) -> list[int]:
    """Return what each control group above this process leaves, versions 1 and 2."""
    left = []
    for line in _read(root / "proc/self/cgroup").splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0" and not controllers:
            base, limit, usage = root / "sys/fs/cgroup", "memory.max", "memory.current"
        elif "memory" in controllers.split(","):
            base, limit, usage = root / "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
        else:
            continue
        folder = base / path.lstrip("/")
        for place in (folder, *(parent for parent in folder.parents if parent.is_relative_to(base))):
            most, used = _read(place / limit).strip(), _read(place / usage).strip()
            if most.isdigit() and used.isdigit():
                left.append(int(most) - int(used) + _reclaimable(place))
    return left


def _reclaimable(place: Path) -> int:
    """Return the file cache of a control group that the kernel gives back when asked."""
    for line in _read(place / "memory.stat").splitlines():
        if line.startswith("inactive_file "):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
