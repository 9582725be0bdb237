"""Reading the other files of a run folder, against the checksums in its status."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

from braincore.errors import ResultsError
from braincore.results.status import RunStatus


def read_bytes(folder: Path, name: str, status: RunStatus) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    ResultsError
        It is missing, cannot be read, or is not what the run wrote.
    """
    path = folder / name
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ResultsError(f"{path} is missing from its run folder") from None
    except OSError as error:
        raise ResultsError(f"cannot read {path}: {error.strerror or error}") from error
    crcs = status.files.get(name)
    if crcs is not None and zlib.crc32(data) not in crcs:
        raise ResultsError(f"{path} is damaged: it is not what the run wrote (its checksum differs)")
    return data


def read_json(folder: Path, name: str, status: RunStatus) -> Any:
    """Return the contents of a JSON file, verified as `read_bytes` does."""
    data = read_bytes(folder, name, status)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"{folder / name} is damaged: {error}") from error
