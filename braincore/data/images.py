"""Images in the IDX format of MNIST (LeCun et al. 1998) and the sets that come in it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from braincore.data.arrays import Array
from braincore.data.datasets import fetch
from braincore.data.files import read_bytes
from braincore.data.locate import as_file, locate
from braincore.errors import InputError, suggest

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_SETS = ("mnist", "fashion_mnist")
_SPLITS = {"train": "train", "test": "t10k"}
MAX_IDX = 2**32


def read_idx(path: str | Path) -> Array:
    """Read an IDX file (also ``.gz``): two zero bytes, a type, the number of dimensions, their sizes, the values.

    Returns
    -------
    ndarray
        Of the file's shape and type, in the machine's byte order.

    Raises
    ------
    InputError
        Not an IDX file, or its size does not fit its header.
    """
    file = as_file(path)
    content = read_bytes(file, MAX_IDX)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _TYPES or not 1 <= content[3] <= 8:
        raise InputError("is not an IDX file", where=str(file))
    dtype, dimensions = np.dtype(_TYPES[content[2]]), content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise InputError("is cut short", where=str(file))
    shape = tuple(int(size) for size in np.frombuffer(content, ">u4", dimensions, 4))
    if math.prod(shape) * dtype.itemsize != len(content) - start:
        raise InputError(f"shape {shape} does not fit its {len(content) - start:,} bytes", where=str(file))
    values = np.frombuffer(content, dtype, offset=start).reshape(shape)
    return values.astype(dtype.newbyteorder("="))


def read_images(name: str, split: str = "train", *, download: bool = False) -> tuple[Array, Array]:
    """Read the images and labels of MNIST or Fashion-MNIST.

    Parameters
    ----------
    name
        ``"mnist"`` or ``"fashion_mnist"``.
    split
        ``"train"`` (60,000 images) or ``"test"`` (10,000).
    download
        Whether to download a set that is not on the machine.

    Returns
    -------
    (images, labels)
        uint8 of shape (n, 28, 28) with 0 to 255, and uint8 of shape (n,).

    Raises
    ------
    InputError
        Unknown name or split, or the set is not on the machine: the message says how to get it.
    """
    if name not in _SETS:
        raise InputError(f"unknown set of images '{name}'", hint=suggest(name, _SETS, noun="set"))
    if split not in _SPLITS:
        raise InputError(f"unknown split '{split}'", hint=suggest(split, _SPLITS, noun="split"))
    files = [f"{_SPLITS[split]}-{part}-ubyte.gz" for part in ("images-idx3", "labels-idx1")]
    if download:
        folder = fetch(name)
        images, labels = (read_idx(folder / file) for file in files)
    else:
        images, labels = (read_idx(locate(f"data:{name}/{file}")) for file in files)
    if images.ndim != 3 or labels.shape != images.shape[:1]:
        raise InputError(f"{images.shape} images and {labels.shape} labels do not fit", where=name)
    return images, labels
