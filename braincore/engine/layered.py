r"""Feed-forward layers in discrete time as compiled code, and desire backpropagation of their weights.

Units integrate, spike and are reset by subtraction; all but those of the input leak:

.. math:: V \leftarrow d\,V + W s^{l-1}(t), \qquad s(t + 1) = [V \ge 1], \qquad V \leftarrow V - s

A layer hears in step `t` what the one before has sent in step `t - 1`, but for the input, which is heard at once.
Nothing feeds back, so that each layer goes through all steps before the next one begins, and a row of weights is read
once for all spikes of its source: nothing is done for units that are silent. Input adds up in the order of its sources.

Source: Gerlinghoff D, Luo T, Goh RSM, Wong WF (2023) Neurocomputing, doi:10.1016/j.neucom.2023.126773, as in the
authors' program (DanielGerlinghoff/desire-backpropagation, desire_pytorch.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.engine.compiler import Library, headers, load
from braincore.errors import InputError

Floats = NDArray[np.float32]
HEADERS = ("support.h", "math.h", "random.h", "layered.h")
LANE = 16
"""Floats: rows of weights begin and end at multiples."""
MOST_STEPS = 31
"""Spikes of a unit are the bits of one number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desire:
    """Constants of desire backpropagation, in the order of the compiled code.

    Attributes
    ----------
    rate
        Of learning.
    decay
        What membranes and traces keep from step to step.
    threshold
        At which a unit spikes, and what a spike takes off.
    margin
        Steps that may lack spikes: a unit that is to spike is right with `steps` - `margin` spikes.
    wanted_output, wanted_hidden
        Error of an output unit above which, and sum of errors of a hidden unit from which on, a change is desired.
    drop_input, drop_hidden
        Share of the units that are left out while a sample is learned.
    """

    rate: float = 1e-5
    decay: float = 0.75
    threshold: float = 1.0
    margin: float = 4.0
    wanted_output: float = 0.30
    wanted_hidden: float = 0.05
    drop_input: float = 0.0
    drop_hidden: float = 0.0


@dataclass(frozen=True, slots=True)
class Work:
    """What was done: spikes of the input and of all other units, synaptic operations, weights changed, samples; as
    the compiled code has them.

    `possible` is how many weights would have been changed if every one were for every sample that was not right.
    """

    spikes_in: int
    spikes: int
    operations: int
    changed: int
    possible: int
    samples: int


class Layers:
    """Layers of units and their weights.

    Parameters
    ----------
    weights
        Of each layer onto the next, shape (target, source).
    steps
        For how many a sample is shown, at most 31.

    Raises
    ------
    InputError
        Shapes that do not fit each other.
    """

    def __init__(self, weights: Sequence[ArrayLike], steps: int = 20) -> None:
        given = [np.asarray(w, dtype=np.float32) for w in weights]
        if not given or any(w.ndim != 2 for w in given):
            raise InputError("weights are one matrix (target, source) or more", path="weights")
        if any(a.shape[0] != b.shape[1] for a, b in itertools.pairwise(given)):
            raise InputError(f"weights of shapes {[w.shape for w in given]} do not fit each other", path="weights")
        if not 2 <= steps <= MOST_STEPS:
            raise InputError(f"steps {steps}", path="steps", hint=f"From 2 to {MOST_STEPS}")
        self.sizes = (given[0].shape[1], *(w.shape[0] for w in given))
        self.steps = int(steps)
        rows = [np.pad(w.T, ((0, 0), (0, -len(w) % LANE))) for w in given]
        room = np.zeros(sum(row.size for row in rows) + LANE, dtype=np.float32)
        first = -room.ctypes.data % 64 // 4  # a line of the cache each
        self._flat = room[first : first + sum(row.size for row in rows)]
        self._rows, at = [], 0
        for row in rows:
            mine = self._flat[at : at + row.size].reshape(row.shape)
            mine[:] = row
            self._rows.append(mine)
            at += row.size

    @property
    def weights(self) -> tuple[Floats, ...]:
        """Copies of the weights, shape (target, source) each."""
        sizes = self.sizes[1:]
        return tuple(np.ascontiguousarray(row[:, :size].T) for row, size in zip(self._rows, sizes, strict=True))

    def learn(
        self,
        values: NDArray[np.uint8] | Floats,
        labels: ArrayLike,
        order: ArrayLike,
        desire: Desire,
        *,
        seed: int = 0,
        first: int = 0,
    ) -> tuple[NDArray[np.int32], Work]:
        """Show samples one after the other, and change the weights after each.

        Parameters
        ----------
        values
            Shape (samples, units of the input), from 0 to 1, or bytes, 255 for 1.
        labels
            Of all samples, shape (samples,).
        order
            Which are shown.
        desire
            How weights change.
        seed, first
            Of which units are left out; the number of the first of these samples, if there were some before.

        Returns
        -------
        (counts, work)
            Spikes of the output units, shape (len(order), units), and what was done.
        """
        named = np.asarray(labels)
        if (
            named.shape != (len(values),)
            or named.dtype.kind not in "iu"
            or not np.all((named >= 0) & (named < self.sizes[-1]))
        ):
            raise InputError(f"labels are whole numbers from 0 to {self.sizes[-1] - 1}, one a sample", path="labels")
        return self._run(values, named, order, desire, learn=True, seed=seed, first=first)

    def answer(
        self, values: NDArray[np.uint8] | Floats, order: ArrayLike | None = None, desire: Desire | None = None
    ) -> tuple[NDArray[np.int32], Work]:
        """Show samples, and leave the weights as they are; see `learn`."""
        labels = np.zeros(len(values), dtype=np.int32)
        shown = np.arange(len(values)) if order is None else order
        return self._run(values, labels, shown, desire or Desire(), learn=False)

    def _run(
        self,
        values: NDArray[np.uint8] | Floats,
        labels: NDArray[np.integer],
        order: ArrayLike,
        desire: Desire,
        *,
        learn: bool,
        seed: int = 0,
        first: int = 0,
    ) -> tuple[NDArray[np.int32], Work]:
        if values.ndim != 2 or values.shape[1] != self.sizes[0]:
            raise InputError(f"samples of shape {values.shape}", path="values", hint=f"(samples, {self.sizes[0]})")
        bytes_given = values.dtype == np.uint8
        kept = np.ascontiguousarray(values if bytes_given else np.asarray(values, dtype=np.float32))
        shown = np.ascontiguousarray(order, dtype=np.int64)
        if shown.size and not (shown.min() >= 0 and shown.max() < len(kept)):
            raise InputError(f"samples from {shown.min()} to {shown.max()} of {len(kept)}", path="order")
        whole = [len(self.sizes), self.steps, shown.size, first, int(learn), int(bytes_given), seed, *self.sizes]
        counts = np.zeros((shown.size, self.sizes[-1]), dtype=np.int32)
        told = np.zeros(len(fields(Work)), dtype=np.int64)
        _library().call(
            "layered",
            np.array(whole, dtype=np.int64),
            np.array(astuple(desire), dtype=np.float64),
            self._flat,
            kept,
            np.ascontiguousarray(labels, dtype=np.int32),
            shown,
            counts,
            told,
        )
        return counts, Work(*told.tolist())


@cache
def _library() -> Library:
    return load(f"enum {{ LANE = {LANE} }};\n" + headers(*HEADERS))
