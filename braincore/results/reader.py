"""`Run`: reading a run folder back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from braincore.errors import InputError, MissingDependencyError, ResultsError, UnknownNameError, suggest
from braincore.results.containers import Histograms, Rates, SpikeTrains, Traces, Weights
from braincore.results.lock import writer_of
from braincore.results.parts import column, part_name, population_codes, read_part
from braincore.results.populations import POPULATIONS_NAME, PopulationInfo, from_index, select
from braincore.results.provenance import SpikeDigest
from braincore.results.status import RunStatus, folder_name, read_status
from braincore.results.table import keep_until
from braincore.results.verify import read_bytes, read_json
from braincore.units import TIME, Quantity

if TYPE_CHECKING:
    import neo
    import pandas as pd

Time = float | str | Quantity
_ROW = ("t", "step", "population", "neuron")


class Run:
    """A run folder, read and verified: a changed byte is an error that names the file, never a wrong value.

    Parameters
    ----------
    folder
        The run folder.
    allow_incomplete
        Accept a run that failed, was stopped or is still going on; what it has committed is then there.

    Raises
    ------
    InputError
        There is no run in `folder`.
    ResultsError
        The run is not complete (the message says why and how far it came), or a file is damaged.

    Examples
    --------
    ::

        run = Run("runs/one")
        run.summary["populations"]["V1.L4e"]["rate_hz"]
        spikes = run.spikes("V1", start="500 ms")
        run.rates("V1.L4e", bin="5 ms").plot()
    """

    def __init__(self, folder: str | Path, *, allow_incomplete: bool = False) -> None:
        self.folder = Path(folder)
        writer = writer_of(self.folder)  # asked before the status is read: a writer may finish in between
        status = read_status(self.folder)
        writer = writer or writer_of(self.folder)
        if status.state == "running" and writer is None:
            gone = f"its process ({status.pid}) ended without finishing it"
            status = replace(status, state="interrupted", message=gone)
        self.status: RunStatus = status
        if status.state != "complete" and not allow_incomplete:
            raise ResultsError(_incomplete(self.folder, status, writer))
        self._populations = self._read_populations()
        self._index = {info.name: code for code, info in enumerate(self._populations)}

    def _read_populations(self) -> tuple[PopulationInfo, ...]:
        if not self.status.dt:
            return ()
        try:
            return from_index(read_json(self.folder, POPULATIONS_NAME, self.status))
        except (KeyError, TypeError, InputError) as error:
            raise ResultsError(f"{self.folder / POPULATIONS_NAME} is damaged: {error}") from error

    def __repr__(self) -> str:
        return f"<Run {self.folder}: {self.status.state}, {self.duration:g} s, {len(self._populations)} populations>"

    # -- what it was ---------------------------------------------------------------------------------------------------

    @property
    def dt(self) -> float:
        """Time step in seconds."""
        return self.status.dt

    @property
    def duration(self) -> float:
        """Simulated time in seconds that was recorded."""
        return self.status.t

    @property
    def populations(self) -> dict[str, PopulationInfo]:
        """Name to size, labels and annotations, in the run's order."""
        return {info.name: info for info in self._populations}

    @property
    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` says; empty for a run that did not come so far."""
        return self._optional_json("summary.json")

    @property
    def provenance(self) -> dict[str, Any]:
        """What ``provenance.json`` says; empty where there is none."""
        return self._optional_json("provenance.json")

    def _optional_json(self, name: str) -> dict[str, Any]:
        if name not in self.status.files and not (self.folder / name).exists():
            return {}
        content: dict[str, Any] = read_json(self.folder, name, self.status)
        return content

    def text(self, name: str = "run.yaml") -> str:
        """Return one of the run's text files, verified."""
        try:
            return read_bytes(self.folder, name, self.status).decode()
        except UnicodeDecodeError as error:
            raise ResultsError(f"{self.folder / name} is damaged: {error}") from error

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return the arrays written as ``arrays/<name>.npz``."""
        import io
        import zipfile

        data = read_bytes(self.folder, f"arrays/{name}.npz", self.status)
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                return {key: archive[key] for key in archive.files}
        except (ValueError, OSError, KeyError, zipfile.BadZipFile) as error:
            raise ResultsError(f"{self.folder / 'arrays' / name}.npz is damaged: {error}") from error

    # -- recordings ----------------------------------------------------------------------------------------------------

    @property
    def tables(self) -> tuple[str, ...]:
        """The recorded tables: ``spikes``, ``rates``, ``traces/<name>``, ``weights/<name>``, ``histograms/<name>``."""
        return tuple(self.status.tables)

    def _parts(
        self, name: str, columns: Sequence[str] | None = None
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Yield the committed rows of a table, part by part, with the part's description."""
        if name not in self.status.tables:
            raise UnknownNameError(
                f"{self.folder} has no recording '{name}'", hint=suggest(name, self.tables, noun="recording")
            )
        expected = self.status.tables[name]
        rows = 0
        for number in range(expected.parts):
            path = self.folder / name / part_name(number)
            table, meta = read_part(path, run_id=self.status.run_id, columns=columns)
            if meta["part"] != number or meta["table"] != name:
                raise ResultsError(f"{path} is in the wrong place: it is part {meta['part']} of {meta['table']}")
            found = {key: column(table, key) for key in table.column_names if key != "population"}
            if "population" in table.column_names:
                found["population"] = population_codes(table, self._index, path)
            found = keep_until(found, self.status.step, int(meta["span"]))
            rows += len(found["step"])
            yield found, meta
        if rows != expected.rows:
            raise ResultsError(f"{self.folder / name} holds {rows} rows, {expected.rows} were recorded")

    def _gather(self, name: str, columns: Sequence[str] | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
        pieces, metas = zip(*self._parts(name, columns), strict=True)
        return {key: np.concatenate([piece[key] for piece in pieces]) for key in pieces[0]}, metas[-1]

    def iter_spikes(
        self,
        population: str | Sequence[str] | None = None,
        start: Time | None = None,
        stop: Time | None = None,
    ) -> Iterator[SpikeTrains]:
        """Yield what `spikes` returns in pieces of at most one part, for recordings larger than memory."""
        chosen = self._recorded(population)
        begin = 0.0 if start is None else seconds(start)
        end = self.duration if stop is None else seconds(stop)
        if end < begin:
            raise InputError(f"the window ends at {end} s, before it starts at {begin} s")
        lookup = np.full(len(self._populations), -1, dtype=np.int32)
        lookup[chosen] = np.arange(len(chosen), dtype=np.int32)
        infos = tuple(self._populations[code] for code in chosen)
        # Without a bound every spike counts, also one that its author stamped at the very end.
        low, high = (-np.inf if start is None else begin), (np.inf if stop is None else end)
        for rows, _ in self._parts("spikes") if "spikes" in self.status.tables else ():
            codes = lookup[rows["population"]]
            keep = (codes >= 0) & (rows["t"] >= low) & (rows["t"] < high)
            fields = {key: rows[key][keep] for key in ("t", "step", "neuron")}
            yield SpikeTrains(populations=infos, population=codes[keep], start=begin, stop=end, dt=self.dt, **fields)

    def spikes(
        self,
        population: str | Sequence[str] | None = None,
        start: Time | None = None,
        stop: Time | None = None,
    ) -> SpikeTrains:
        """Return the spikes of part of the brain within ``start <= t < stop``.

        Parameters
        ----------
        population
            ``V1.L4e``, ``V1`` (all in it), ``*.L4e``, several of these, or None for all that were recorded.
        start, stop
            Seconds, or a time with unit such as ``500 ms``; the whole run by default.

        Raises
        ------
        UnknownNameError
            No such population.
        InputError
            Its spikes were not recorded.
        """
        pieces = list(self.iter_spikes(population, start, stop))
        if not pieces:
            return self._no_spikes(population, start, stop)
        merged = {
            key: np.concatenate([getattr(piece, key) for piece in pieces])
            for key in ("t", "step", "neuron", "population")
        }
        return replace(pieces[0], **merged)

    def _no_spikes(self, population: Any, start: Time | None, stop: Time | None) -> SpikeTrains:
        infos = tuple(self._populations[code] for code in self._recorded(population))
        empty = np.empty(0, np.int32)
        return SpikeTrains(
            populations=infos,
            t=np.empty(0),
            step=np.empty(0, np.int64),
            neuron=empty,
            population=empty,
            start=0.0 if start is None else seconds(start),
            stop=self.duration if stop is None else seconds(stop),
            dt=self.dt,
        )

    def _recorded(self, population: str | Sequence[str] | None) -> list[int]:
        """Select populations, and refuse those whose silence would only mean that nobody listened."""
        chosen = select(self._populations, population)
        if population is None:
            return [code for code in chosen if self._populations[code].spikes]
        missing = [self._populations[code].name for code in chosen if not self._populations[code].spikes]
        if missing:
            raise InputError(
                f"the spikes of '{missing[0]}' were not recorded", hint="Add it under record.spikes and run again"
            )
        return chosen

    def rates(self, population: str | Sequence[str] | None = None, bin: Time | None = None) -> Rates:
        """Return the mean firing rate over time of part of the brain.

        Made from the recorded spikes, or from the ``rates`` table where spikes were not recorded. Only whole bins
        count.

        Parameters
        ----------
        population
            As in `spikes`.
        bin
            Width, a whole number of time steps: seconds or with unit. By default that of the ``rates`` table, or 10 ms.

        Raises
        ------
        InputError
            Neither was recorded, or the bin does not fit.
        """
        chosen = select(self._populations, population)
        infos = tuple(self._populations[code] for code in chosen)
        has_spikes = all(info.spikes for info in infos)
        table_bin = self._rates_bin() if "rates" in self.status.tables and (bin is None or not has_spikes) else None
        steps = self._bin_steps(bin, table_bin)
        count = np.zeros(self.status.step // steps, dtype=np.int64)
        lookup = np.zeros(len(self._populations), dtype=bool)
        lookup[chosen] = True
        if has_spikes:
            for rows, _ in self._parts("spikes", ("step", "population")) if "spikes" in self.status.tables else ():
                inside = rows["step"][lookup[rows["population"]]] // steps
                count += np.bincount(inside, minlength=len(count))[: len(count)]
        elif table_bin:
            self._add_rates_table(count, lookup, steps, table_bin)
        else:
            missing = next(info.name for info in infos if not info.spikes)
            raise InputError(f"neither spikes nor rates of '{missing}' were recorded", hint="Add it under record")
        t = np.arange(len(count), dtype=np.float64) * steps * self.dt
        return Rates(populations=infos, t=t, count=count, bin=steps * self.dt)

    def _add_rates_table(self, count: NDArray[np.int64], lookup: NDArray[np.bool_], steps: int, table_bin: int) -> None:
        if steps % table_bin:
            raise InputError(
                f"a bin of {steps * self.dt:g} s does not consist of recorded bins of {table_bin * self.dt:g} s"
            )
        covered = np.zeros((len(lookup), self.status.step // table_bin), dtype=bool)
        for rows, _ in self._parts("rates", ("step", "population", "count")):
            covered[rows["population"], rows["step"] // table_bin] = True
            keep = lookup[rows["population"]] & (rows["step"] // steps < len(count))
            np.add.at(count, rows["step"][keep] // steps, rows["count"][keep])
        gaps = np.flatnonzero(lookup & ~covered[:, : len(count) * (steps // table_bin)].all(axis=1))
        if len(gaps):
            raise InputError(f"the rates of '{self._populations[gaps[0]].name}' were not recorded throughout")

    def _rates_bin(self) -> int:
        _, meta = next(self._parts("rates", ("step",)))
        return int(meta["span"])

    def _bin_steps(self, bin: Time | None, table_bin: int | None) -> int:
        if bin is None and table_bin:
            return table_bin
        width = seconds(bin) if bin is not None else 0.01
        steps = round(width / self.dt) if np.isfinite(width) else 0
        if steps < 1 or (bin is not None and abs(width / self.dt - steps) > 1e-6 * steps):
            raise InputError(f"a bin of {width:g} s is not a whole number of time steps of {self.dt:g} s")
        return steps

    def traces(self, name: str) -> Traces:
        """Return the table that recorder `name` wrote."""
        rows, meta = self._gather(self._named("traces", name, "recorder"))
        variables = {key: values for key, values in rows.items() if key not in _ROW}
        fields = {key: rows[key] for key in _ROW}
        units = {key: meta["units"][key] for key in variables}
        return Traces(populations=self._populations, variables=variables, units=units, dt=self.dt, **fields)

    def weights(self, name: str) -> Weights:
        """Return the snapshots of projection `name`."""
        rows, meta = self._gather(self._named("weights", name, "projection"))
        fixed = {key: rows.pop(key) for key in ("step", "t", "pre", "post")}
        return Weights(variables=rows, units={key: meta["units"][key] for key in rows}, **fixed)

    def histograms(self, name: str) -> Histograms:
        """Return the histograms of the weights of projection `name`."""
        rows, meta = self._gather(self._named("histograms", name, "projection"))
        bins = int(rows["bin"].max(initial=-1)) + 1
        edges = np.append(rows["low"][:bins], rows["high"][bins - 1 : bins])
        count = rows["count"].reshape(-1, bins) if bins else np.empty((0, 0), dtype=np.int64)
        return Histograms(t=rows["t"][:: bins or 1], edges=edges, count=count, unit=meta["units"]["low"])

    def recorders(self, kind: str = "traces") -> tuple[str, ...]:
        """Return the names that `traces` knows, or with ``"weights"`` or ``"histograms"`` those that these know."""
        return tuple(unquote(table.removeprefix(f"{kind}/")) for table in self.tables if table.startswith(f"{kind}/"))

    def _named(self, kind: str, name: str, noun: str) -> str:
        table = f"{kind}/{folder_name(name, noun=noun)}"
        if table not in self.tables:
            hint = suggest(name, self.recorders(kind), noun=noun)
            raise UnknownNameError(f"no {kind} of {noun} '{name}' in this run", hint=hint)
        return table

    def spike_digest(self) -> str:
        """Return the content digest of the recorded spikes: equal for equal spikes, however they were written."""
        digest = SpikeDigest()
        for rows, _ in self._parts("spikes") if "spikes" in self.status.tables else ():
            digest.update(rows["step"], rows["population"], rows["neuron"], names=list(self._index))
        return digest.hexdigest()

    # -- other libraries -----------------------------------------------------------------------------------------------

    def to_pandas(self, table: str = "spikes") -> pd.DataFrame:
        """Return a recorded table as a tidy pandas frame; units are in its ``attrs``."""
        try:
            import pandas as pd
        except ImportError:
            raise MissingDependencyError('pandas is needed for this: pip install "braincore-sim[pandas]"') from None
        rows, meta = self._gather(table)
        columns: Mapping[str, Any] = rows
        if "population" in rows:
            names = [info.name for info in self._populations]
            columns = {**rows, "population": pd.Categorical.from_codes(rows["population"], categories=names)}
        order = [key for key in ("t", "step", "population", "neuron") if key in columns]
        frame = pd.DataFrame({key: columns[key] for key in [*order, *(k for k in columns if k not in order)]})
        frame.attrs["units"] = {key: unit for key, unit in meta["units"].items() if key in columns}
        return frame

    to_dataframe = to_pandas

    def to_neo(self, population: str | Sequence[str] | None = None) -> neo.Block:
        """Return a Neo block with one segment: spike trains, and analog signals of the traces."""
        from braincore.results.neo_export import to_neo

        return to_neo(self, population)


def seconds(value: Time) -> float:
    """Return a time in seconds: a plain number is seconds already, anything else needs a unit of time."""
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool):
        number = float(value)
        if not np.isfinite(number):
            raise InputError(f"'{value}' is not a finite time")
        return number
    return Quantity.of(value, TIME).si


def _incomplete(folder: Path, status: RunStatus, writer: str | None) -> str:
    reached = f"step {status.step}" + (f" (t = {status.t:g} s)" if status.dt else "")
    hint = f"Run({str(folder)!r}, allow_incomplete=True) reads what there is"
    if status.state == "running":
        return f"run {folder} is still being written by {writer}, now at {reached}. {hint}"
    verb = "failed" if status.state == "failed" else "was interrupted"
    return f"run {folder} {verb} at {reached}: {status.message}. {hint}"
