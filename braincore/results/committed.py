"""A run folder in a writer's hands: every file atomic, every change recorded in ``status.json``."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from braincore.errors import InputError
from braincore.results.disk import Disk, clear_errors, write_file
from braincore.results.folder import now
from braincore.results.status import STATUS_NAME, RunStatus, check_name, encode_status

RECORDINGS = ("spikes", "rates", "traces", "weights", "histograms")


class CommittedFolder:
    """The folder and its status; raises `ResultsError` with one clear line when the disk refuses."""

    def __init__(self, folder: Path, disk: Disk, status: RunStatus) -> None:
        self.folder, self.disk, self.status = folder, disk, status

    def commit(self, **changes: Any) -> None:
        """Change the status, on disk first."""
        status = replace(self.status, **changes, updated=now())
        self.write(STATUS_NAME, encode_status(status))
        self.status = status

    def write(self, name: str, data: bytes) -> None:
        """Write a file atomically."""
        path = self.folder / name
        with clear_errors(path, needed=len(data), step=self.status.step if self.status.dt else None):
            write_file(self.disk, path, data)

    def write_checked(self, name: str, data: bytes) -> Path:
        """Write a file whose checksum the next commit records; return its path.

        Raises
        ------
        InputError
            The name leads out of the folder or belongs to the recordings.
        """
        check_name(name)
        if name == STATUS_NAME or name.partition("/")[0] in RECORDINGS:
            raise InputError(f"'{name}' belongs to the recordings of a run")
        crc = zlib.crc32(data)
        before = self.status.files.get(name)
        if before:  # a kill may leave the old file or the new: until the next commit both are right
            self.commit(files={**self.status.files, name: (*before, crc)})
        self.write(name, data)
        self.status = replace(self.status, files={**self.status.files, name: (crc,)})
        return self.folder / name


def encode_arrays(arrays: Mapping[str, ArrayLike]) -> bytes:
    """Return arrays of numbers or text as the bytes of an npz file."""
    buffer = io.BytesIO()
    converted: dict[str, Any] = {key: np.asarray(values) for key, values in arrays.items()}
    if any(values.dtype.hasobject for values in converted.values()):
        raise InputError("arrays hold objects", hint="Only numbers and text can be written")
    np.savez_compressed(buffer, **converted)
    return buffer.getvalue()
