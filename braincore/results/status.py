"""``status.json``: what a run folder holds for certain. It is the commit record of every recording."""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from braincore.errors import InputError, ResultsError

STATUS_NAME = "status.json"
FORMAT = 1
MARKER = "braincore_run"
STATES = ("running", "complete", "interrupted", "failed")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,127}")


@dataclass(frozen=True, kw_only=True, slots=True)
class TableStatus:
    """How many parts and rows of a table are committed."""

    parts: int = 0
    rows: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStatus:
    """What is known of a run from its ``status.json``.

    Attributes
    ----------
    state
        ``running``, ``complete``, ``interrupted`` or ``failed``.
    step
        Number of time steps whose recordings are all on disk: rows of later steps do not count.
    dt
        Time step in seconds; 0 before the run began.
    message
        Why it failed or was interrupted.
    tables
        Committed parts and rows of each table, by its folder (``spikes``, ``traces/soma``).
    files
        CRC-32 of each other file; two where a kill may have left the older or the newer one.
    """

    run_id: str
    state: str = "running"
    step: int = 0
    dt: float = 0.0
    message: str = ""
    pid: int = 0
    host: str = ""
    started: str = ""
    updated: str = ""
    tables: Mapping[str, TableStatus] = field(default_factory=dict)
    files: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def t(self) -> float:
        """Simulated time reached, in seconds."""
        return self.step * self.dt


def encode_status(status: RunStatus) -> bytes:
    """Return the file's bytes, with a checksum of the rest in its last entry."""
    body = {MARKER: FORMAT, **asdict(status)}
    return to_json({**body, "crc32": _checksum(body)})


def _checksum(body: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(plain(body), sort_keys=True).encode())


def read_status(folder: Path) -> RunStatus:
    """Read a folder's status.

    Raises
    ------
    InputError
        There is no such folder, or it is not a run folder.
    ResultsError
        ``status.json`` is damaged, cannot be read, or was written by a newer braincore.
    """
    path = folder / STATUS_NAME
    if not folder.is_dir():
        raise InputError(f"there is no run folder {folder}")
    if not is_run_folder(folder):
        raise InputError(f"{folder} is not a run folder (it has no {STATUS_NAME} of braincore)")
    try:
        body = json.loads(path.read_bytes())
        expected = body.pop("crc32")
        if body[MARKER] == FORMAT and _checksum(body) != expected:
            raise ValueError("its checksum does not match")
        newer = int(body.pop(MARKER)) > FORMAT
        if not newer:
            body["tables"] = {name: TableStatus(**entry) for name, entry in body["tables"].items()}
            body["files"] = {name: tuple(crcs) for name, crcs in body["files"].items()}
            return RunStatus(**body)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ResultsError(f"{path} is damaged: {error}") from error
    raise ResultsError(f"{path} was written by a newer braincore: update braincore to read it")


def is_run_folder(folder: Path) -> bool:
    """Whether braincore made this folder: its ``status.json`` carries our marker, whole or damaged."""
    path = folder / STATUS_NAME
    try:
        return path.is_file() and f'"{MARKER}"'.encode() in path.read_bytes()
    except OSError as error:
        raise ResultsError(f"cannot read {path}: {error.strerror or error}") from error


def plain(value: Any) -> Any:
    """Return `value` as JSON knows it: NumPy scalars and arrays as numbers and lists, NaN and infinity as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(entry) for entry in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, str | bool) or value is None:
        return value
    if hasattr(value, "tolist"):  # a NumPy scalar or array
        listed = value.tolist()
        return plain(listed) if isinstance(listed, list | float) else listed
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):
        return value
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def to_json(value: Any) -> bytes:
    """Return `value` as readable UTF-8 JSON, with what `plain` does."""
    return (json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def folder_name(name: str, *, noun: str) -> str:
    """Return the folder that a recorder or projection of any name gets: the name itself, odd characters as in a URL.

    >>> folder_name("V1.E->V2.E", noun="projection")
    'V1.E-%3EV2.E'

    Raises
    ------
    InputError
        Empty, or too long for a file system.
    """
    quoted = quote(name, safe="+")
    if quoted[:1] in (".", "_"):  # Parquet readers pass over names that begin like this
        quoted = f"%{ord(quoted[0]):02X}{quoted[1:]}"
    if not 0 < len(quoted) <= 240:
        raise InputError(f"'{name[:80]}' cannot name a {noun} of a run", hint="Use 1 to 240 characters")
    return quoted


def check_name(name: str) -> str:
    """Return `name` if it is a safe relative path inside a run folder.

    Raises
    ------
    InputError
        Absolute, with ``..``, hidden, or with characters that a file system or a shell may take amiss.
    """
    parts = name.split("/")
    if len(name) > 512 or len(parts) > 8 or not all(_NAME.fullmatch(part) for part in parts):
        raise InputError(f"'{name[:200]}' cannot name a file of a run", hint="Use letters, digits, '_', '-', '.', '+'")
    return name
