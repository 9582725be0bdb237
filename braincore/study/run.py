"""One run, from a brain to a run folder: check, predict, build, simulate, record, summarise, report."""

from __future__ import annotations

import contextlib
import io
import logging
import signal
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from braincore.analysis import summarise
from braincore.build import BuiltNetwork, Conductor, Engine, Recorder, build, engine, kept_random_state
from braincore.errors import BraincoreError, InputError
from braincore.model import BrainSpec, NetworkSpec
from braincore.report.model_file import read_model
from braincore.results import PopulationInfo, Run, RunWriter, collect_provenance
from braincore.spec import dump, load
from braincore.study.describe import describe_model, region_of
from braincore.study.groups import groups_of
from braincore.study.prediction import MeanPrediction, predict_mean
from braincore.study.references import reference_lines, reference_rates, reference_rows
from braincore.theory import estimate, refuse_wrong

_log = logging.getLogger(__name__)
CHECKPOINTS = ("checkpoint/a.npz", "checkpoint/b.npz")
Progress = Callable[[str, int, int], None]


@dataclass(kw_only=True)
class RunOptions:
    """How a brain is run.

    Attributes
    ----------
    out
        Run folder; by default the next free ``runs/NAME-001``.
    force
        Replace a run that is there.
    engine
        Name of the engine.
    report
        Whether to make figures and the report.
    prediction
        Whether to predict rates first.
    progress
        Called with the stage and with the steps done and in all.
    checkpoint_every
        Seconds of real time between checkpoints.
    command
        The command line, for provenance.
    name
        Used for the folder if `out` is not given.
    """

    out: Path | None = None
    force: bool = False
    engine: str = "brian2"
    report: bool = True
    prediction: bool = True
    progress: Progress | None = None
    checkpoint_every: float = 30.0
    command: Sequence[str] | None = None
    name: str = "run"
    description: str = ""

    def tell(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Report progress."""
        if self.progress is not None:
            self.progress(stage, done, total)


def next_folder(name: str, base: Path = Path("runs")) -> Path:
    """Return the first of ``base/name-001``, ``base/name-002``... that does not exist."""
    return next(p for k in range(1, 100_000) if not (p := base / f"{name}-{k:03d}").exists())


def run_brain(brain: BrainSpec, *, duration: Any = None, options: RunOptions | None = None) -> Run:
    """Run a brain and return its results.

    Parameters
    ----------
    brain
        The brain.
    duration
        Length of the run, if not the brain's own.
    options
        See `RunOptions`.

    Raises
    ------
    InputError
        The description is wrong, the run does not fit into memory, or the folder exists.
    EngineError
        The simulation failed; what was recorded is kept.
    """
    options = options or RunOptions()
    if duration is not None:
        brain.duration = duration
    network = brain.resolve()
    runner = engine(options.engine)
    refuse_wrong(network)
    refuse_too_large(network)
    folder = options.out or next_folder(options.name)
    with kept_random_state(), RunWriter(folder, force=options.force) as writer:
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        writer.write_text("run.yaml", dump(brain, folder))
        for path in folder.glob("connectome*.graphml"):  # noted as the run's own, so that --force replaces it too
            writer.write_bytes(path.name, path.read_bytes())
        provenance = collect_provenance(
            seed=network.seed, spec_hash=network.hash, command=options.command, started=started
        )
        writer.write_json("provenance.json", provenance)
        predicted = _predict(network, options)
        session = _Session(network=network, brain=brain, writer=writer, runner=runner, options=options)
        session.begin()
        complete = session.simulate()
        return session.end(predicted, provenance, complete=complete)


def resume_run(folder: str | Path, *, options: RunOptions | None = None) -> Run:
    """Continue a run that was stopped or killed, from its last checkpoint (or from the beginning, if it has none).

    Raises
    ------
    InputError
        The run is complete, or its description was changed.
    ResultsError
        Its files are damaged.
    """
    options = options or RunOptions()
    folder = Path(folder)
    found = Run(folder, allow_incomplete=True)
    options.description = options.description or read_model(found).description
    brain = load(folder / "run.yaml", roots=[folder]).brain
    network = brain.resolve()
    provenance = dict(found.provenance)
    if provenance.get("spec_hash") != network.hash:
        raise InputError(
            f"run.yaml in {folder} is not what this run began with", hint="Start a new run, or put the file back"
        )
    runner = engine(options.engine)
    with kept_random_state(), RunWriter(folder, resume=True) as writer:
        predicted = _predict(network, options)
        session = _Session(network=network, brain=brain, writer=writer, runner=runner, options=options)
        session.begin(_latest_checkpoint(folder, writer.status.step))
        complete = session.simulate()
        return session.end(predicted, provenance, complete=complete)


def refuse_too_large(network: NetworkSpec) -> None:
    """Raise `InputError` if a run of the network will not fit into this machine's memory."""
    estimate(network).require()


def _predict(network: NetworkSpec, options: RunOptions) -> MeanPrediction | None:
    if not options.prediction:
        return None
    options.tell("predict")
    try:
        return predict_mean(network)
    except BraincoreError as error:
        _log.warning("no prediction: %s", error)
        return None


def _latest_checkpoint(folder: Path, step: int) -> dict[str, Any] | None:
    """Return the newest whole checkpoint at or before the step that the recordings reach."""
    found: list[dict[str, Any]] = []
    for name in CHECKPOINTS:
        path = folder / name
        if path.is_file():
            try:
                with np.load(path, allow_pickle=False) as arrays:
                    found.append({key: arrays[key] for key in arrays.files})
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
                _log.warning("checkpoint %s cannot be read (%s); an older one is used", path, error)
    usable = [state for state in found if int(state["step"]) <= step]
    return max(usable, key=lambda state: int(state["step"])) if usable else None


@dataclass(kw_only=True)
class _Session:
    """A run while it goes on."""

    network: NetworkSpec
    brain: BrainSpec
    writer: RunWriter
    runner: Engine
    options: RunOptions
    built: BuiltNetwork | None = None
    conductor: Conductor | None = None
    wall: dict[str, float] | None = None
    resumed: int = 0
    saves: int = 0

    def begin(self, state: dict[str, Any] | None = None) -> None:
        """Build the network and set everything up, at the beginning or at a checkpoint."""
        self.options.tell("build")
        self.runner.prepare()
        self.built = build(self.network)
        recording = Recorder(built=self.built, sink=self.writer)
        wanted = recording.wanted
        self.writer.begin(
            dt=self.network.dt.si,
            populations=[
                PopulationInfo(
                    name=p.name,
                    size=p.size,
                    labels=p.labels,
                    spikes=bool(wanted[k]),
                    annotations={
                        "region": region_of(p.name),
                        "neuron": p.neuron.name,
                        "sign": p.sign,
                        **p.tags,
                    },
                )
                for k, p in enumerate(self.network.populations)
            ],
        )
        connectome = self.brain.connectome
        model = describe_model(self.network, self.built, connectome=connectome, description=self.options.description)
        if self.brain.references:
            model["reference_rates"] = reference_rates(self.brain.references)
        self.writer.write_json("model.json", model)
        self.conductor = Conductor(
            built=self.built,
            recorder=recording,
            first=0,
            last=self.network.steps,
            progress=lambda done: self.options.tell("simulate", done, self.network.steps),
            save=self.save,
            checkpoint_every=self.options.checkpoint_every,
        )
        step = int(state["step"]) if state is not None else 0
        self.resumed = step
        self.writer.truncate_to(step)
        if state is not None:
            self.conductor.resume(state)

    def save(self, state: dict[str, Any]) -> None:
        """Write a checkpoint; the one before it stays until the next."""
        self.writer.flush()
        buffer = io.BytesIO()
        np.savez(buffer, **state)
        self.writer.write_bytes(CHECKPOINTS[self.saves % 2], buffer.getvalue())
        self.saves += 1

    def simulate(self) -> bool:
        """Run; return whether the end was reached. Ctrl-C and SIGTERM stop at the end of a step, with a checkpoint."""
        assert self.built is not None and self.conductor is not None
        begun = time.perf_counter()
        with _stopping(self.conductor):
            self.runner.run(self.built, self.conductor)
        ended = time.perf_counter()
        first = self.conductor.begun or ended
        self.wall = {
            "build": round(self.built.build_seconds, 4),
            "compile": round(first - begun, 4),
            "simulate": round(ended - first, 4),
        }
        return self.conductor.done >= self.conductor.last

    def end(self, predicted: MeanPrediction | None, provenance: dict[str, Any], *, complete: bool) -> Run:
        """Write the summary and the report; return the results."""
        assert self.built is not None and self.conductor is not None
        folder = self.writer.folder
        if not complete:
            self.writer.interrupt(f"stopped at {self.conductor.done * self.network.dt.si * 1e3:g} ms")
            self.writer.close()
            raise KeyboardInterrupt(str(folder))
        self.writer.flush()
        self.options.tell("summarise")
        found = summarise(Run(folder, allow_incomplete=True))
        for name, rate in (predicted.rates if predicted is not None else {}).items():
            found[name]["predicted_rate_hz"] = rate
        groups = groups_of(Run(folder, allow_incomplete=True))
        summary = {
            "title": self.network.title,
            "seed": self.network.seed,
            "duration_s": self.network.duration.si,
            "wall_s": self.wall,
            **({"resumed_s": self.resumed * self.network.dt.si} if self.resumed else {}),
            "neurons": self.network.size,
            "synapses": self.built.n_synapses,
            "engine": self.runner.name,
            "versions": provenance["versions"],
            "populations": found,
            **({"groups": groups} if groups else {}),
            **({"prediction": predicted.summary()} if predicted is not None else {}),
        }
        if self.brain.references:
            summary["references"] = reference_rows(Run(folder, allow_incomplete=True), self.brain.references)
        ended = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.writer.write_json(
            "provenance.json",
            {**provenance, "ended": ended, "digest": Run(folder, allow_incomplete=True).spike_digest()},
        )
        self.writer.finish(summary)
        self.writer.close()
        run = Run(folder)
        if self.options.report:
            self.options.tell("report")
            from braincore.report import save_figures, write_report

            save_figures(run, folder / "figures")
            write_report(run, folder / "report.html")
        return run


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def _stopping(conductor: Conductor) -> Iterator[None]:
    """Let the first Ctrl-C, SIGTERM or SIGHUP stop the run in order; a second one stops it at once."""

    def stop(number: int, frame: Any) -> None:
        if conductor.stop:
            raise KeyboardInterrupt
        conductor.stop = True

    try:
        before = {number: signal.signal(number, stop) for number in _SIGNALS}
    except ValueError:  # not in the main thread: nobody sends us signals there
        before = {}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def summary_lines(run: Run) -> list[str]:
    """Return a short table of a run, for the terminal."""
    summary = run.summary
    lines = [f"{'population':<20} {'n':>8} {'rate/Hz':>9} {'CV':>6} {'synchrony':>10} {'predicted':>10}"]

    def cell(value: Any, width: int, digits: int) -> str:
        return f"{value:>{width}.{digits}f}" if isinstance(value, int | float) else f"{'-':>{width}}"

    for name, row in list(summary["populations"].items())[:40]:
        lines.append(
            f"{name[:20]:<20} {row['n']:>8} {cell(row['rate_hz'], 9, 3)} {cell(row['cv_isi'], 6, 2)} "
            f"{cell(row['synchrony'], 10, 2)} {cell(row.get('predicted_rate_hz'), 10, 3)}"
        )
    more = len(summary["populations"]) - 40
    if more > 0:
        lines.append(f"... and {more} more populations")
    if groups := summary.get("groups"):
        lines.append(f"{'group':<29} {'n':>8} {'rate/Hz':>9} {'active':>8}")
        for name, row in list(groups.items())[:40]:
            lines.append(f"{name[:29]:<29} {row['n']:>8} {cell(row['rate_hz'], 9, 3)} {row['active']:>8}")
    return [*lines, *reference_lines(summary.get("references", []))]
