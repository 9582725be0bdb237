"""Taking possession of a run folder: what may be made, replaced or continued."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from braincore.errors import InputError
from braincore.results.disk import TEMPORARY, Disk, write_file
from braincore.results.lock import LOCK_NAME, FolderLock
from braincore.results.status import STATUS_NAME, RunStatus, check_name, encode_status, is_run_folder, read_status

CONTENTS = (
    "run.yaml",
    "summary.json",
    "provenance.json",
    "populations.json",
    "spikes",
    "rates",
    "traces",
    "weights",
    "histograms",
    "arrays",
    "figures",
    "report.html",
    "checkpoint",
)
"""What a run folder holds besides its status and lock; `force` removes these and nothing else."""

_log = logging.getLogger(__name__)


def now() -> str:
    """Return the time in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def claim(folder: Path, *, force: bool, resume: bool, disk: Disk) -> tuple[FolderLock, RunStatus]:
    """Make, replace or reopen a run folder and lock it.

    Returns
    -------
    (lock, status)
        The status is written to disk already, as ``running``.

    Raises
    ------
    InputError
        The folder exists and `force` does not apply, or there is nothing to resume.
    ResultsError
        Another writer holds the folder, or its status is damaged.
    OSError
        As the disk gave it.
    """
    if force and resume:
        raise InputError("a run is either replaced (force) or continued (resume), not both")
    _check(folder, force=force, resume=resume)
    if not folder.is_dir():
        disk.mkdir(folder)
    lock = FolderLock(folder)
    try:
        _check(folder, force=force, resume=resume)  # again: another writer may have come and gone since
        if resume:
            status = _signed(replace(read_status(folder), state="running", message=""))
            _remove_temporaries(folder)
        else:
            if is_run_folder(folder):
                _clear(folder, disk)
            status = _signed(RunStatus(run_id=secrets.token_hex(8), started=now()))
        write_file(disk, folder / STATUS_NAME, encode_status(status))
    except BaseException:
        lock.release()
        raise
    return lock, status


def _signed(status: RunStatus) -> RunStatus:
    return replace(status, pid=os.getpid(), host=socket.gethostname(), updated=now())


def _check(folder: Path, *, force: bool, resume: bool) -> None:
    if resume:
        if read_status(folder).state == "complete":
            raise InputError(f"the run in {folder} is complete: there is nothing to resume")
        return
    if not folder.exists():
        return
    if not folder.is_dir():
        raise InputError(f"{folder} is a file, not a folder", hint="Choose another folder for the run")
    if all(entry.name == LOCK_NAME or _is_temporary(entry) for entry in folder.iterdir()):
        return
    if not is_run_folder(folder):
        raise InputError(
            f"{folder} is not empty and is not a run folder", hint="It is left alone, also with --force: choose another"
        )
    if not force:
        raise InputError(f"{folder} holds a run already", hint="Use --force to replace it, or choose another folder")


def _is_temporary(path: Path) -> bool:
    return path.name.startswith(".") and path.name.endswith(TEMPORARY)


def _remove_temporaries(folder: Path) -> None:
    """Remove what a killed writer left half written; one that cannot be removed does no harm."""
    for parent, _, names in os.walk(folder):
        for name in names:
            if _is_temporary(Path(name)):
                with suppress(OSError):
                    (Path(parent) / name).unlink()


def _clear(folder: Path, disk: Disk) -> None:
    """Remove an old run, its status last: a kill in between leaves a folder that is still known as ours."""
    names = set(CONTENTS)
    with suppress(Exception):  # a damaged status only means that we do not know its other files
        names |= {check_name(name) for name in read_status(folder).files}
    gone = _signed(RunStatus(run_id="0", state="failed", message="it was being replaced when its process stopped"))
    write_file(disk, folder / STATUS_NAME, encode_status(gone))
    for name in sorted(names):
        path = folder / name
        if path.is_symlink() or path.exists():
            disk.remove(path)
    _remove_temporaries(folder)
    left = sorted(entry.name for entry in folder.iterdir() if entry.name not in (STATUS_NAME, LOCK_NAME))
    if left:
        _log.warning("%s: kept what no run wrote: %s", folder, ", ".join(left[:5]))
