"""Named arrays from NPZ files, read without trusting what the file says about itself."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

from braincore.data.files import reading, require_memory
from braincore.data.locate import as_file
from braincore.errors import InputError, suggest

Array = np.ndarray[Any, Any]


def read_arrays(path: str | Path, keys: Iterable[str] | None = None) -> dict[str, Array]:
    """Read arrays of an NPZ file by name.

    Parameters
    ----------
    path
        The file, or ``data:name/file.npz``.
    keys
        The arrays to read; all of them if None.

    Raises
    ------
    InputError
        Not an NPZ file, an array is missing, holds Python objects, or is not as long as its header says.
    """
    file = as_file(path)
    with reading(str(file), "an NPZ file"), zipfile.ZipFile(file) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        wanted = list(members) if keys is None else list(keys)
        for key in wanted:
            if key not in members:
                raise InputError(f"there is no array '{key}'", where=str(file), hint=suggest(key, members))
        require_memory(sum(members[key].file_size for key in wanted), "the file", str(file))
        return {key: _read_member(archive, members[key], f"{file}: {key}") for key in wanted}


def npz_keys(file: Path) -> list[str]:
    """Return the names of the arrays in an NPZ file."""
    with reading(str(file), "an NPZ file"), zipfile.ZipFile(file) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist()]


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> Array:
    with archive.open(info) as stream:
        with reading(where, "a NumPy array"):
            shape, fortran, dtype = _header(stream)  # type: ignore[arg-type]
        if dtype.hasobject:
            raise InputError("holds Python objects", where=where, hint="Only plain numbers and text are read")
        count = 1
        for length in shape:  # Python's integers: a lying header cannot overflow
            count *= length
        content = stream.read()
        if count * dtype.itemsize != len(content):
            raise InputError(f"shape {shape} does not fit its {len(content):,} bytes", where=where)
    array = np.frombuffer(content, dtype=dtype)
    return array.reshape(shape, order="F" if fortran else "C").copy()


def _header(stream: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = npy.read_magic(stream)  # type: ignore[no-untyped-call]
    read: Any = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read(stream)
    if any(length < 0 for length in shape):
        raise ValueError(f"negative shape {shape}")
    return shape, fortran, dtype
