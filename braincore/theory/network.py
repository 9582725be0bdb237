"""What mean-field theory needs to know of a network: populations, edges between them, drive from outside. All in SI.

Synapses are current-based. Each is known by its *jump*: by how much one spike moves the membrane potential in all, as
if it came at once. A delta synapse's jump is its weight; a current synapse's is its charge over the membrane
capacitance (`jump_of_current`), and its time constants are kept beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from braincore.errors import Fault, InputError, suggest
from braincore.theory.delays import SHAPES
from braincore.theory.siegert import LIF, Array, finite

Index = npt.NDArray[np.int64]


def jump_of_current(
    weight: npt.ArrayLike, tau_decay: npt.ArrayLike, c_m: npt.ArrayLike, tau_rise: npt.ArrayLike = 0.0
) -> Array:
    """Return the jump (V) of a postsynaptic current of peak `weight`.

    Parameters
    ----------
    weight
        Peak of the current, A.
    tau_decay, tau_rise
        Time constants, s. `tau_rise` 0: exponential; equal to `tau_decay`: alpha; between: dual exponential.
    c_m
        Membrane capacitance, F.
    """
    decay, rise, c_m = finite(tau_decay, "tau_decay"), finite(tau_rise, "tau_rise"), finite(c_m, "c_m")
    if np.any(decay <= 0) or np.any(rise < 0) or np.any(c_m <= 0):
        raise InputError("tau_decay and c_m must be above zero and tau_rise must not be negative")
    # The integral of a unit-peak dual exponential, as a smooth function of the ratio: 1 for rise 0, e for rise = decay.
    ratio = np.minimum(rise, decay) / np.maximum(rise, decay)
    gap = np.where(ratio < 1, 1 - ratio, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.where(ratio > 0, ratio * np.log(ratio), 0.0) / gap
    area = np.where(1 - ratio > 1e-7, np.exp(-exponent), np.e)
    return np.asarray(finite(weight, "weight") * np.maximum(rise, decay) * area / c_m)


def _spread(table: Any, *, integers: tuple[str, ...]) -> None:
    """Check a table's columns and bring them to one length."""
    columns: dict[str, npt.NDArray[Any]] = {}
    for field in fields(table):
        value = getattr(table, field.name)
        if field.name == "delay_shape":
            continue
        if field.name == "jump_square" and value is None:
            value = finite(table.jump, "jump") ** 2
        columns[field.name] = finite(value, field.name)
    for name in integers:
        whole = columns[name].astype(np.int64)
        if np.any(whole != columns[name]):
            raise InputError(f"{name} = {columns[name]} must be whole numbers", path=name)
        columns[name] = whole
    try:
        shape = np.broadcast_shapes(*(np.atleast_1d(column).shape for column in columns.values()))
    except ValueError:
        lengths = {name: column.shape for name, column in columns.items()}
        raise InputError(f"columns of unequal length: {lengths}") from None
    for name, column in columns.items():
        object.__setattr__(table, name, np.broadcast_to(column, shape))
    if np.any(columns["jump_square"] < columns["jump"] ** 2 * (1 - 1e-9)):
        raise InputError("jump_square is less than the square of the mean jump", path="jump_square")


def _refuse_negative(table: Any, names: Sequence[str]) -> None:
    faults = [
        Fault(f"{name} holds {table.array(name).min():g}; it must not be negative", path=name)
        for name in names
        if table.array(name).size and table.array(name).min() < 0
    ]
    if faults:
        raise InputError(faults)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Edges:
    """Projections between populations: one entry each, all arrays of one length (scalars are spread).

    Attributes
    ----------
    target, source
        Indices of populations.
    indegree
        Mean number of synapses that one target neuron has from this projection.
    jump
        Mean jump of a synapse, V (negative: inhibitory).
    jump_square
        Second moment of the jump, V^2: mean^2 + variance. Default: all weights equal.
    tau_decay, tau_rise
        Time constants of the postsynaptic current, s; both 0 for a delta synapse (see `jump_of_current`).
    delay, delay_sd, delay_shape
        Mean and standard deviation of the delay in s, and the name of its distribution (`braincore.theory.delays`).
    """

    target: npt.ArrayLike = ()
    source: npt.ArrayLike = ()
    indegree: npt.ArrayLike = ()
    jump: npt.ArrayLike = ()
    jump_square: npt.ArrayLike | None = None
    tau_decay: npt.ArrayLike = 0.0
    tau_rise: npt.ArrayLike = 0.0
    delay: npt.ArrayLike = 0.0
    delay_sd: npt.ArrayLike = 0.0
    delay_shape: str | Sequence[str] = "fixed"

    def __post_init__(self) -> None:
        _spread(self, integers=("target", "source"))
        _refuse_negative(self, ("indegree", "tau_decay", "tau_rise", "delay", "delay_sd"))
        shapes = np.broadcast_to(np.asarray(self.delay_shape, dtype=object), np.shape(self.target))
        for shape in set(shapes):
            if shape not in SHAPES:
                raise InputError(
                    f"delay_shape '{shape}' is not known", path="delay_shape", hint=suggest(str(shape), SHAPES)
                )
        object.__setattr__(self, "delay_shape", shapes)

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return one attribute as an array."""
        return np.asarray(getattr(self, name))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Drive:
    """Poisson input from outside the network: one entry for each stream, all arrays of one length.

    Attributes
    ----------
    target
        Index of the population.
    rate
        Spikes per second that one target neuron gets: number of inputs times the rate of each, Hz.
    jump, jump_square, tau_decay, tau_rise
        As for `Edges`.
    """

    target: npt.ArrayLike = ()
    rate: npt.ArrayLike = ()
    jump: npt.ArrayLike = ()
    jump_square: npt.ArrayLike | None = None
    tau_decay: npt.ArrayLike = 0.0
    tau_rise: npt.ArrayLike = 0.0

    def __post_init__(self) -> None:
        _spread(self, integers=("target",))
        _refuse_negative(self, ("rate", "tau_decay", "tau_rise"))

    def array(self, name: str) -> npt.NDArray[Any]:
        """Return one attribute as an array."""
        return np.asarray(getattr(self, name))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Network:
    """Populations of LIF neurons with current-based synapses.

    Attributes
    ----------
    lif
        The neurons' constants, one entry a population.
    e_l
        Resting potential, V.
    offset
        Constant shift of the mean potential, V: resistance times the constant current (`current * tau_m / c_m`).
    noise
        Amplitude sigma of white noise on the membrane, V, in the convention of `braincore.theory.siegert`.
    edges, drive
        Projections and external Poisson input.
    names
        Of the populations, for messages; default ``0``, ``1``, ...
    """

    lif: LIF
    e_l: npt.ArrayLike = 0.0
    offset: npt.ArrayLike = 0.0
    noise: npt.ArrayLike = 0.0
    edges: Edges = Edges()
    drive: Drive = Drive()
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        size = self._size()
        constants = {name: np.broadcast_to(self.lif.array(name), (size,)) for name in LIF.__dataclass_fields__}
        object.__setattr__(self, "lif", LIF(**constants))
        for name in ("e_l", "offset", "noise"):
            object.__setattr__(self, name, np.broadcast_to(finite(getattr(self, name), name), (size,)))
        if np.any(np.asarray(self.noise) < 0):
            raise InputError(f"noise = {self.array('noise')} V must not be negative", path="noise")
        names = self.names or tuple(str(i) for i in range(size))
        if len(names) != size:
            raise InputError(f"{len(names)} names for {size} populations", path="names")
        object.__setattr__(self, "names", names)
        faults = []
        for where, index in (
            ("edges.target", self.edges.array("target")),
            ("edges.source", self.edges.array("source")),
            ("drive.target", self.drive.array("target")),
        ):
            if index.size and (index.min() < 0 or index.max() >= size):
                faults.append(Fault(f"index out of range, there are {size} populations (0 to {size - 1})", path=where))
        if faults:
            raise InputError(faults)

    @property
    def size(self) -> int:
        """How many populations there are."""
        return int(np.shape(self.e_l)[0])

    def array(self, name: str) -> Array:
        """Return one of `e_l`, `offset`, `noise` as an array."""
        return np.asarray(getattr(self, name), dtype=float)

    def _size(self) -> int:
        shapes = [self.lif.array(name).shape for name in LIF.__dataclass_fields__]
        shapes += [np.shape(self.e_l), np.shape(self.offset), np.shape(self.noise)]
        try:
            shape = np.broadcast_shapes((len(self.names) or 1,), *shapes)
        except ValueError:
            raise InputError(f"the populations' constants have lengths that do not fit together: {shapes}") from None
        if len(shape) != 1:
            raise InputError(f"the populations' constants must be one-dimensional, not of shape {shape}")
        return int(shape[0])


def edges_from_matrices(
    indegree: npt.ArrayLike, jump: npt.ArrayLike, jump_square: npt.ArrayLike | None = None, **others: npt.ArrayLike
) -> Edges:
    """Return the edges of matrices indexed [target, source]; entries without synapses are left out.

    Parameters
    ----------
    indegree, jump, jump_square
        As the attributes of `Edges`, shape (n, n) or broadcasting to it.
    **others
        Further attributes of `Edges` (`tau_decay`, `delay`, ...), likewise.
    """
    indegree = finite(indegree, "indegree")
    if indegree.ndim != 2 or indegree.shape[0] != indegree.shape[1]:
        raise InputError(f"indegree has shape {indegree.shape}; expected a square matrix", path="indegree")
    target, source = np.nonzero(indegree)
    given = {"jump": jump, **({} if jump_square is None else {"jump_square": jump_square}), **others}
    picked = {name: np.broadcast_to(np.asarray(value), indegree.shape)[target, source] for name, value in given.items()}
    return Edges(target=target, source=source, indegree=indegree[target, source], **picked)  # type: ignore[arg-type]
