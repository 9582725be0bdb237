"""`RunWriter`: recordings go to disk while the simulation runs."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from braincore.errors import BraincoreError, InputError, ResultsError
from braincore.results.committed import CommittedFolder, encode_arrays
from braincore.results.disk import Disk, clear_errors, format_bytes, free_bytes
from braincore.results.folder import claim
from braincore.results.parts import encode_part, part_name, read_part
from braincore.results.populations import POPULATIONS_NAME, PopulationInfo, as_populations, from_index, to_index
from braincore.results.status import RunStatus, TableStatus, folder_name, plain, to_json
from braincore.results.table import HISTOGRAM, RATES, ROW, SYNAPSES, TableBuffer, TableSet
from braincore.results.truncate import tables_reaching, truncate
from braincore.results.verify import read_json

_log = logging.getLogger(__name__)


class RunWriter:
    """Writes a run folder: what was handed in and closed by `advance` survives whatever happens next.

    Rows are gathered in memory and written as Parquet parts when they exceed `chunk_bytes` or are older than `max_age`;
    then ``status.json`` commits them. A killed run keeps all but its last, uncommitted chunk.

    Parameters
    ----------
    folder
        The run folder. It is made and locked here, so that an unusable place is noticed before anything is built.
    force
        Replace a run that is there. A folder that is not a run folder is never touched.
    resume
        Continue a run that is not complete; the next thing is `truncate_to` the step of its checkpoint.
    chunk_bytes
        Size of the gathered rows at which they are written.
    max_age
        Seconds of real time after which they are written anyway.
    disk
        The system calls, for tests.

    Raises
    ------
    InputError
        The folder exists already (see `force`), or there is nothing to resume.
    ResultsError
        Another writer is at work there (its process number is given), or the disk refuses.

    Examples
    --------
    ::

        with RunWriter("runs/one") as writer:
            writer.write_text("run.yaml", text)
            writer.begin(dt=1e-4, populations={"E": 800, "I": 200})
            for end in range(1000, 10_001, 1000):
                ...                                    # simulate up to step `end`
                writer.write_spikes(steps, None, codes, neurons)
                writer.advance(end)
            writer.finish({"seed": 1})
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        force: bool = False,
        resume: bool = False,
        chunk_bytes: int = 16_000_000,
        max_age: float = 5.0,
        disk: Disk | None = None,
    ) -> None:
        self.folder = Path(folder)
        disk = disk or Disk()
        self._chunk_bytes, self._max_age = chunk_bytes, max_age
        self._tables = TableSet((), 0.0)
        self._resumed, self._there = -1, frozenset[str]()
        self._closed = False
        with clear_errors(self.folder):
            self._lock, status = claim(self.folder, force=force, resume=resume, disk=disk)
        self._home = CommittedFolder(self.folder, disk, status)
        self._step = self.status.step
        self._written_at = time.monotonic()
        if resume:
            try:
                self._reopen()
            except BaseException:
                self._lock.release()
                raise

    def _reopen(self) -> None:
        if self.status.dt:
            index = read_json(self.folder, POPULATIONS_NAME, self.status)
            self._tables = TableSet(from_index(index), self.status.dt)
        self.truncate_to(self._step)

    # -- what the run is -----------------------------------------------------------------------------------------------

    @property
    def step(self) -> int:
        """Number of time steps handed in so far."""
        return self._step

    @property
    def status(self) -> RunStatus:
        """What is committed to disk."""
        return self._home.status

    def begin(self, *, dt: float, populations: Mapping[str, int] | Iterable[PopulationInfo]) -> None:
        """Say what will be recorded; a resumed run must say the same as before.

        Parameters
        ----------
        dt
            Time step in seconds.
        populations
            In the order of the codes that `write_spikes` will use: name to size, or `PopulationInfo`.

        Raises
        ------
        InputError
            The time step is not positive, names repeat, or a resumed run had other populations or another time step.
        """
        self._check_open()
        infos = as_populations(populations)
        if not (np.isfinite(dt) and dt > 0):
            raise InputError(f"time step {dt} s is not a positive time")
        if self.status.dt:
            if self.status.dt != dt or plain(to_index(self._tables.populations)) != plain(to_index(infos)):
                raise InputError(f"the run in {self.folder} was begun with another time step or other populations")
            return
        self._tables = TableSet(infos, dt)
        self.write_json(POPULATIONS_NAME, to_index(infos))
        self._home.commit(dt=float(dt))

    # -- recordings ----------------------------------------------------------------------------------------------------

    def write_spikes(
        self, steps: ArrayLike, t: ArrayLike | None, population_codes: ArrayLike, neuron: ArrayLike
    ) -> None:
        """Take spikes: time steps, times in seconds (None: step times dt), population codes, neuron indices.

        Raises
        ------
        InputError
            Something is not whole, out of range or of another length, or its step was closed by `advance`.
        """
        self._take("spikes", ROW, {"step": steps, "t": t, "population": population_codes, "neuron": neuron})

    def write_rates(self, steps: ArrayLike, population_codes: ArrayLike, count: ArrayLike, *, bin_steps: int) -> None:
        """Take spike counts of whole bins: each bin's first step, population code and number of spikes.

        A bin is written when it is over. After `truncate_to` inside a bin, that bin has to be given again.
        """
        if isinstance(bin_steps, bool) or bin_steps < 1:
            raise InputError(f"rates: a bin of {bin_steps} steps", hint="At least 1")
        columns = {"step": steps, "t": None, "population": population_codes, "count": count}
        self._take("rates", RATES, columns, span=int(bin_steps))

    def write_traces(
        self,
        name: str,
        steps: ArrayLike,
        t: ArrayLike | None,
        population_codes: ArrayLike,
        neuron: ArrayLike,
        variables: Mapping[str, ArrayLike],
        units: Mapping[str, str],
    ) -> None:
        """Take rows of a recorder's table ``traces/<name>``: one row for each time and neuron.

        Parameters
        ----------
        name
            The recorder's name.
        steps, t, population_codes, neuron
            As in `write_spikes`.
        variables
            Variable name to values, the same names in each call.
        units
            Unit of each variable, as `braincore.units` spells it; build writes SI values.
        """
        columns = {"step": steps, "t": t, "population": population_codes, "neuron": neuron}
        self._take(f"traces/{folder_name(name, noun='recorder')}", ROW, columns, variables, units)

    def write_weights(
        self,
        name: str,
        step: int,
        pre: ArrayLike,
        post: ArrayLike,
        variables: Mapping[str, ArrayLike],
        units: Mapping[str, str],
    ) -> None:
        """Take a snapshot of a projection's synapses after `step` steps: source and target neurons, and variables."""
        steps = np.full(np.shape(pre), step)
        columns = {"step": steps, "t": None, "pre": pre, "post": post}
        table = f"weights/{folder_name(name, noun='projection')}"
        self._take_snapshot(table, SYNAPSES, columns, variables, units, step)

    def write_histogram(
        self, name: str, step: int, low: ArrayLike, high: ArrayLike, count: ArrayLike, *, unit: str
    ) -> None:
        """Take how many weights of a projection lie in each bin after `step` steps; `low` and `high` are its edges."""
        bins = np.arange(np.size(count))
        columns = {"step": np.full(bins.shape, step), "t": None, "bin": bins, "count": count}
        table = f"histograms/{folder_name(name, noun='projection')}"
        self._take_snapshot(table, HISTOGRAM, columns, {"low": low, "high": high}, {"low": unit, "high": unit}, step)

    def _take_snapshot(
        self,
        table: str,
        kinds: Mapping[str, str],
        columns: Mapping[str, Any],
        variables: Mapping[str, ArrayLike],
        units: Mapping[str, str],
        step: int,
    ) -> None:
        if step == self._resumed and table in self._there:
            return  # taken before the run stopped, at the very step where it goes on
        self._take(table, kinds, columns, variables, units, span=0)

    def _take(
        self,
        table: str,
        kinds: Mapping[str, str],
        columns: Mapping[str, Any],
        variables: Mapping[str, ArrayLike] | None = None,
        units: Mapping[str, str] | None = None,
        *,
        span: int = 1,
    ) -> None:
        self._check_open()
        if not self.status.dt:
            raise InputError(f"{table}: begin() comes before anything is recorded")
        if table not in self._tables and table in self.status.tables:  # a resumed run: columns must not change
            before = read_part(self.folder / table / part_name(0), run_id=self.status.run_id)[0].column_names
            if set(before) != {*kinds, *(variables or {})}:
                raise InputError(f"{table}: had columns {', '.join(before)} before the run was resumed")
        self._tables.take(table, kinds, columns, variables or {}, units or {}, first_step=self._step, span=span)

    # -- commits -------------------------------------------------------------------------------------------------------

    def advance(self, step: int) -> None:
        """Say that everything before `step` has been handed in; write it to disk if it is time to.

        Raises
        ------
        ResultsError
            The disk refuses. Nothing is lost: what was committed is readable, the rest is still in memory, and another
            `flush` may succeed once there is room.
        """
        self._check_open()
        if step < self._step:
            raise InputError(f"step {step} comes after step {self._step}")
        self._step = int(step)
        if self._tables.nbytes >= self._chunk_bytes or time.monotonic() - self._written_at >= self._max_age:
            self.flush()

    def flush(self) -> None:
        """Write and commit everything up to the step of the last `advance`. Call it before a checkpoint."""
        self._check_open()
        tables = dict(self.status.tables)
        for name, table in self._tables:
            rows = table.rows(self._step)
            if len(rows["step"]):
                tables[name] = self._write_part(table, rows, tables.get(name, TableStatus()))
        self._home.commit(step=self._step, tables=tables)
        for _, table in self._tables:
            table.drop(self._step)
        self._written_at = time.monotonic()

    def _write_part(self, table: TableBuffer, rows: dict[str, NDArray[Any]], before: TableStatus) -> TableStatus:
        meta = {
            "format": 1,
            "run_id": self.status.run_id,
            "table": table.name,
            "part": before.parts,
            "dt_s": self.status.dt,
            "span": table.span,
        }
        names = [info.name for info in self._tables.populations]
        data = encode_part(rows, populations=names, units=table.units, meta=meta)
        self._home.write(f"{table.name}/{part_name(before.parts)}", data)
        return TableStatus(parts=before.parts + 1, rows=before.rows + len(rows["step"]))

    # -- other files ---------------------------------------------------------------------------------------------------

    def write_bytes(self, name: str, data: bytes) -> Path:
        """Write a file atomically, such as ``figures/raster.png``; return its path.

        Raises
        ------
        InputError
            The name leads out of the folder or belongs to the recordings.
        """
        self._check_open()
        return self._home.write_checked(name, data)

    def write_text(self, name: str, text: str) -> Path:
        """Write a UTF-8 text file atomically, such as ``run.yaml``."""
        return self.write_bytes(name, text.encode())

    def write_json(self, name: str, obj: Any) -> Path:
        """Write JSON atomically; NumPy numbers and arrays become plain ones, NaN and infinity become null."""
        return self.write_bytes(name, to_json(obj))

    def write_arrays(self, name: str, arrays: Mapping[str, ArrayLike]) -> Path:
        """Write arrays of the description to ``arrays/<name>.npz``."""
        return self.write_bytes(f"arrays/{name}.npz", encode_arrays(arrays))

    def require_space(self, needed: int) -> None:
        """Check, before a long run, that `needed` bytes fit on the disk.

        Raises
        ------
        ResultsError
            They do not.
        """
        free = free_bytes(self.folder)
        if free is not None and free < needed:
            raise ResultsError(
                f"the recordings need about {format_bytes(needed)}, and {self.folder} has {format_bytes(free)} free"
            )

    # -- the end -------------------------------------------------------------------------------------------------------

    def truncate_to(self, step: int) -> None:
        """Drop everything recorded at or after `step`, so that a run continues from there as if it had never gone on.

        Raises
        ------
        InputError
            The recordings do not reach `step`.
        ResultsError
            A part is damaged, or the disk refuses. The recordings are then at the old step or at the new one, and the
            writer is closed: resume again.
        """
        self._check_open()
        if step > self.status.step or step < 0:
            raise InputError(f"cannot continue at step {step}: the recordings reach step {self.status.step}")
        try:
            with clear_errors(self.folder, step=self.status.step):
                self._home.status = truncate(self.folder, self.status, step, self._home.disk)
                self._resumed, self._there = step, tables_reaching(self.folder, self.status, step)
        except BaseException:  # how far it came is on disk only: nothing more may be written from here
            self._release()
            raise
        self._step = step
        self._tables.clear()

    def finish(self, summary: Mapping[str, Any]) -> None:
        """Write what is left and ``summary.json``, and mark the run complete; then close.

        Raises
        ------
        InputError
            Rows were handed in for steps that no `advance` closed.
        """
        self._check_open()
        self.flush()
        late = next((name for name, table in self._tables if table.nbytes), None)
        if late:
            raise InputError(f"{late}: has rows after step {self._step}", hint="Call advance() before finish()")
        tables = dict(self.status.tables)
        for name, table in self._tables:
            if name not in tables:  # nothing happened: an empty table, not a missing one
                tables[name] = self._write_part(table, table.rows(0), TableStatus())
        self.write_json("summary.json", {"status": "complete", **summary})
        self._home.commit(state="complete", tables=tables)
        self.close()

    def fail(self, message: str, summary: Mapping[str, Any] | None = None) -> None:
        """Mark the run failed, with why, keeping what can be kept; then close. Never raises."""
        self._end("failed", message, summary)

    def interrupt(self, message: str = "interrupted", summary: Mapping[str, Any] | None = None) -> None:
        """Mark the run interrupted: it can be resumed; then close. Never raises."""
        self._end("interrupted", message, summary)

    def _end(self, state: str, message: str, summary: Mapping[str, Any] | None) -> None:
        if self._closed:
            return
        line = " ".join(message.split())[:2000]
        try:
            with suppress(BraincoreError):
                self.flush()
            body = {"status": state, "message": line, "step": self.status.step, **(summary or {})}
            with suppress(BraincoreError, TypeError):
                self.write_json("summary.json", body)
            self._home.commit(state=state, message=line)
        except BraincoreError as error:  # a reader still sees that the run did not end: nobody holds its lock
            _log.warning("could not mark the run as %s: %s", state, error)
        finally:
            self._release()

    def close(self) -> None:
        """Give the folder back; a run that was not finished is then interrupted. Harmless when called again."""
        if self._closed:
            return
        if self.status.state == "running":
            self.interrupt("closed before it was finished")
        self._release()

    def _release(self) -> None:
        self._closed = True
        self._lock.release()

    def _check_open(self) -> None:
        if self._closed:
            raise InputError(f"the run in {self.folder} is closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            self.interrupt(f"stopped by {type(error).__name__}")
        elif error is not None:
            self.fail(f"{type(error).__name__}: {error}" if not isinstance(error, BraincoreError) else str(error))
        self.close()
