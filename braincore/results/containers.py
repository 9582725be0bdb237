"""What a run's readers hand out: plain arrays with the names, sizes and units that make sense of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError, MissingDependencyError, UnknownNameError, suggest
from braincore.results.populations import PopulationInfo, select

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Selection:
    """Populations that rows point into by their `population` code."""

    populations: tuple[PopulationInfo, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Population names in the order of their codes."""
        return tuple(info.name for info in self.populations)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of neurons of each population."""
        return np.array([info.size for info in self.populations], dtype=np.int64)

    @property
    def n(self) -> int:
        """Number of neurons in all, silent ones included."""
        return int(self.sizes.sum())


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SpikeTrains(_Selection):
    """Spikes of one or several populations within a window, in the order of time.

    Attributes
    ----------
    t
        Spike times in seconds, float64.
    step
        Time steps, int64.
    neuron
        Index of the neuron within its population, int32.
    population
        Code into `populations`, int32.
    start, stop
        The window in seconds: ``start <= t < stop``.
    dt
        Time step in seconds.
    """

    t: Floats
    step: NDArray[np.int64]
    neuron: NDArray[np.int32]
    population: NDArray[np.int32]
    start: float
    stop: float
    dt: float

    def __len__(self) -> int:
        return len(self.t)

    @property
    def duration(self) -> float:
        """Length of the window in seconds."""
        return self.stop - self.start

    @property
    def unit(self) -> NDArray[np.int64]:
        """Each spike's neuron counted through all selected populations, 0 to ``n - 1``."""
        offsets = np.concatenate([[0], np.cumsum(self.sizes)])
        return np.asarray(offsets[self.population] + self.neuron, dtype=np.int64)

    def counts(self) -> NDArray[np.int64]:
        """Return the number of spikes of each of the `n` neurons."""
        return np.bincount(self.unit, minlength=self.n)

    def trains(self) -> list[Floats]:
        """Return one array of spike times in seconds for each of the `n` neurons, silent ones included."""
        order = np.argsort(self.unit, kind="stable")
        return np.split(self.t[order], np.cumsum(self.counts())[:-1]) if self.n else []

    def select(self, population: str | Sequence[str]) -> SpikeTrains:
        """Return the spikes of fewer populations, named as in `Run.spikes`."""
        chosen = select(self.populations, population)
        lookup = np.full(len(self.populations), -1, dtype=np.int32)
        lookup[chosen] = np.arange(len(chosen), dtype=np.int32)
        codes = lookup[self.population]
        keep = codes >= 0
        return replace(
            self,
            populations=tuple(self.populations[i] for i in chosen),
            t=self.t[keep],
            step=self.step[keep],
            neuron=self.neuron[keep],
            population=codes[keep],
        )

    def to_dataframe(self) -> pd.DataFrame:
        """Return a pandas frame: ``t`` (s), ``step``, ``population`` (categorical), ``neuron``."""
        return _frame({"t": self.t, "step": self.step, "population": self, "neuron": self.neuron}, self)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rates(_Selection):
    """Mean firing rate over time of the selected neurons.

    Attributes
    ----------
    t
        Start of each bin in seconds.
    count
        Spikes of all selected neurons in each bin.
    bin
        Width of a bin in seconds.
    """

    t: Floats
    count: NDArray[np.int64]
    bin: float

    @property
    def rate_hz(self) -> Floats:
        """Spikes per neuron and second in each bin; NaN where no neuron is selected."""
        if not self.n:
            return np.full(len(self.count), np.nan)
        return self.count / (self.n * self.bin)

    def to_dataframe(self) -> pd.DataFrame:
        """Return a pandas frame: ``t`` (s), ``count``, ``rate_hz``."""
        return _frame({"t": self.t, "count": self.count, "rate_hz": self.rate_hz}, self)

    def plot(self, ax: Any = None) -> Any:
        """Draw the rate over time in milliseconds on `ax`, or on new axes; return the axes."""
        if ax is None:
            from matplotlib import pyplot

            ax = pyplot.subplots()[1]
        ax.step(self.t * 1e3, self.rate_hz, where="post")
        ax.set(xlabel="time (ms)", ylabel="rate (Hz)")
        return ax


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Traces(_Selection):
    """Recorded variables in tidy form: one row for each time and neuron.

    Attributes
    ----------
    t, step, population, neuron
        As in `SpikeTrains`, one entry for each row.
    variables
        Variable name to float64 values.
    units
        Variable name to the unit its values are in.
    """

    t: Floats
    step: NDArray[np.int64]
    neuron: NDArray[np.int32]
    population: NDArray[np.int32]
    variables: Mapping[str, Floats]
    units: Mapping[str, str]
    dt: float

    def __len__(self) -> int:
        return len(self.t)

    def channels(self) -> list[tuple[str, int]]:
        """Return the recorded neurons as (population, index), in order."""
        pairs = np.unique(np.stack([self.population, self.neuron]), axis=1)
        return [(self.names[code], int(index)) for code, index in pairs.T]

    def matrix(self, variable: str) -> tuple[Floats, Floats]:
        """Return times in seconds, shape (T,), and values, shape (T, channels), of a variable.

        Values that were not recorded at some time are NaN.
        """
        values = self._variable(variable)
        steps, row = np.unique(self.step, return_inverse=True)
        pairs, col = np.unique(np.stack([self.population, self.neuron]), axis=1, return_inverse=True)
        grid = np.full((len(steps), pairs.shape[1]), np.nan)
        grid[row, col.ravel()] = values
        times = np.full(len(steps), np.nan)
        times[row] = self.t
        return times, grid

    def signal(self, variable: str, population: str, neuron: int) -> tuple[Floats, Floats]:
        """Return times in seconds and values of one neuron's variable."""
        code = select(self.populations, population)
        rows = (self.population == code[0]) & (self.neuron == neuron)
        if len(code) > 1 or not rows.any():
            raise UnknownNameError(f"no trace of neuron {neuron} of '{population}' was recorded")
        return self.t[rows], self._variable(variable)[rows]

    def _variable(self, name: str) -> Floats:
        if name not in self.variables:
            raise UnknownNameError(
                f"variable '{name}' was not recorded", hint=suggest(name, self.variables, noun="variable")
            )
        return self.variables[name]

    def to_dataframe(self) -> pd.DataFrame:
        """Return a tidy pandas frame; units are in its ``attrs``."""
        columns = {"t": self.t, "step": self.step, "population": self, "neuron": self.neuron, **self.variables}
        frame = _frame(columns, self)
        frame.attrs["units"] = dict(self.units)
        return frame


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Histograms:
    """How a projection's weights were distributed, time by time.

    Attributes
    ----------
    t
        When each was taken, in seconds; shape (times,).
    edges
        Edges of the bins in `unit`, shape (bins + 1,).
    count
        Weights in each bin, shape (times, bins); the last bin has its upper edge.
    unit
        SI unit of the weights.
    """

    t: Floats
    edges: Floats
    count: NDArray[np.int64]
    unit: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Weights:
    """Snapshots of a projection's synapses.

    Attributes
    ----------
    step, t
        When each row was taken; `t` in seconds.
    pre, post
        Neuron indices within the source and the target population.
    variables
        Variable name to float64 values; units in `units`.
    """

    step: NDArray[np.int64]
    t: Floats
    pre: NDArray[np.int32]
    post: NDArray[np.int32]
    variables: Mapping[str, Floats]
    units: Mapping[str, str] = field(default_factory=dict)

    def times(self) -> Floats:
        """Return the times of the snapshots in seconds."""
        return np.unique(self.t)

    def at(self, index: int) -> Weights:
        """Return snapshot number `index` (-1: the last)."""
        steps = np.unique(self.step)
        if not -len(steps) <= index < len(steps):
            raise InputError(f"there is no snapshot {index}", hint=f"There are {len(steps)}")
        keep = self.step == steps[index]
        return replace(
            self,
            step=self.step[keep],
            t=self.t[keep],
            pre=self.pre[keep],
            post=self.post[keep],
            variables={name: values[keep] for name, values in self.variables.items()},
        )


def _frame(columns: Mapping[str, Any], rows: _Selection) -> pd.DataFrame:
    try:
        import pandas as pd
    except ImportError:
        raise MissingDependencyError('pandas is needed for this: pip install "braincore-sim[pandas]"') from None
    data = dict(columns)
    if data.get("population") is rows:
        data["population"] = pd.Categorical.from_codes(rows.population, categories=list(rows.names))  # type: ignore[attr-defined]
    return pd.DataFrame(data)
