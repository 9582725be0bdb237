"""End-stopping: error units of a predictive-coding network answer less to a long bar than to a short one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from braincore.experiments._task import arguments, ran, save
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from braincore import Brain
from braincore.circuits.rao_ballard1999 import FEEDBACK, FIELD, RaoBallard1999, seen
from braincore.model import CurrentInput, Freeze, Lesion, Recording, Step, Traces, Values, Weights
from braincore.units import DIMENSIONLESS

Floats = NDArray[np.float64]
SHAPE, LEAVES = (416, 520), 2500
CONTRAST = 40.0
LENGTHS = tuple(range(2, 27, 2))


def leaves(rng: np.random.Generator) -> Floats:
    """Return an image."""
    image = np.full(SHAPE, rng.random())
    rows, columns = np.indices(SHAPE)
    for _ in range(LEAVES):
        length = 1 / np.sqrt(rng.uniform(1 / 80**2, 1 / 8**2))
        width = length * rng.uniform(0.15, 0.6)
        turn = rng.integers(2) * np.pi / 2 if rng.random() < 0.6 else rng.uniform(0, np.pi)
        y, x, reach = rng.uniform(0, SHAPE[0]), rng.uniform(0, SHAPE[1]), int(length) + 2
        part = np.s_[max(0, int(y) - reach) : int(y) + reach + 1, max(0, int(x) - reach) : int(x) + reach + 1]
        along = (columns[part] - x) * np.cos(turn) + (rows[part] - y) * np.sin(turn)
        across = (rows[part] - y) * np.cos(turn) - (columns[part] - x) * np.sin(turn)
        image[part][(np.abs(along) < length) & (np.abs(across) < width)] = rng.random()
    return image


def filtered(image: Floats) -> Floats:
    return CONTRAST * (gaussian_filter(image, 1.3, radius=2) - gaussian_filter(image, 2.6, radius=2))


def patches(seed: int, images: int = 5) -> Floats:
    rng = np.random.default_rng(seed)
    height, width = FIELD
    found = []
    for _ in range(images):
        image = filtered(leaves(rng))
        found += [image[i : i + height, j : j + width] for i in range(0, SHAPE[0] - height + 1, height) for j in range(0, SHAPE[1] - width + 1, width)]
    return rng.permutation(np.stack(found))


def bars(lengths: Sequence[int]) -> Floats:
    height, width = FIELD
    found = []
    for length in lengths:
        image = np.ones((height + 40, width + 40))
        left = (width + 40) // 2 - length // 2
        image[height // 2 + 19 : height // 2 + 21, left : left + length] = -1
        found.append(filtered(image)[20:-20, 20:-20])
    return np.stack(found)


def show(images: Floats, begin: int, presentation: float, dt: float) -> Iterator[CurrentInput]:
    for k, image in enumerate(seen(images)):
        start = (begin + k) * presentation + dt
        yield CurrentInput(target="V1.input", waveform=Step(amplitude=Values(image, DIMENSIONLESS)), during=(f"{start} s", f"{start + presentation} s"))
