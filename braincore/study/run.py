"""One run, from a brain to a run folder: check, predict, build, simulate, record, summarise, report."""

from __future__ import annotations

import json
import logging
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from braincore.build import kept_random_state, kept_settings
from braincore.errors import BraincoreError, InputError
from braincore.model import BrainSpec, NetworkSpec
from braincore.report.model_file import read_model
from braincore.results import Run, RunWriter, collect_provenance
from braincore.spec import dump, load
from braincore.study.options import RunOptions
from braincore.study.prediction import MeanPrediction, predict_mean
from braincore.study.references import reference_lines
from braincore.study.session import CHECKPOINTS, Session
from braincore.theory import estimate, refuse_wrong

_log = logging.getLogger(__name__)


def claim_folder(folder: Path, index: str, about: Mapping[str, Any], *, ours: bool) -> None:
    """Make the folder of a study, or take one that is ours; write what it is into its file `index`.

    Raises
    ------
    InputError
        The folder holds something else, or cannot be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, not a folder", hint="Choose another --out")
    if folder.exists() and any(folder.iterdir()) and not ours:
        raise InputError(f"{folder} exists already and holds something else", hint="Choose another --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / index).write_text(json.dumps(about, indent=1), encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}") from None


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
    choice = options.choice()
    refuse_wrong(network)
    refuse_too_large(network, compiled=choice.name == "cpp")
    folder = options.out or next_folder(options.name)
    with kept_random_state(), kept_settings(), RunWriter(folder, force=options.force) as writer:
        started = datetime.now(UTC).isoformat(timespec="milliseconds")
        writer.write_text("run.yaml", dump(brain, folder))
        for path in folder.glob("connectome*.graphml"):  # noted as the run's own, so that --force replaces it too
            writer.write_bytes(path.name, path.read_bytes())
        provenance = collect_provenance(
            seed=network.seed, spec_hash=network.hash, command=options.command, started=started
        )
        provenance["engine"] = choice.record()
        writer.write_json("provenance.json", provenance)
        predicted = _predict(network, options)
        session = Session(network=network, brain=brain, writer=writer, choice=choice, options=options)
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
    choice = options.choice_again(provenance.get("engine") or {}, folder)
    with kept_random_state(), kept_settings(), RunWriter(folder, resume=True) as writer:
        predicted = _predict(network, options)
        session = Session(network=network, brain=brain, writer=writer, choice=choice, options=options)
        session.begin(_latest_checkpoint(folder, writer.status.step))
        complete = session.simulate()
        return session.end(predicted, provenance, complete=complete)


def refuse_too_large(network: NetworkSpec, *, compiled: bool = True) -> None:
    """Raise `InputError` if a run of the network, on the compiled engine or not, will not fit into this machine."""
    estimate(network, compiled=compiled).require()


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
