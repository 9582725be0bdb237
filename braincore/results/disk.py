"""Every call that changes the disk, so that what a run folder promises holds whatever the disk does.

A file is written under a temporary name, fsynced, renamed, and its folder fsynced: a reader sees the old file or the
new one, never half of one, also after SIGKILL or a power cut.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from braincore.errors import ResultsError

TEMPORARY = ".tmp"
"""Ending of temporary names; with a leading dot, Parquet readers pass them over."""


class Disk:
    """The system calls of the write path; a test replaces one to make it fail."""

    def open(self, path: Path) -> int:
        """Open `path` for writing, cut to length 0; a symbolic link in its place is refused."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)

    def write(self, fd: int, data: memoryview) -> int:
        """Write some of `data`; return how many bytes."""
        return os.write(fd, data)

    def fsync(self, fd: int) -> None:
        """Wait until what was written is on the medium."""
        os.fsync(fd)

    def replace(self, source: Path, target: Path) -> None:
        """Rename within a folder, atomically."""
        source.replace(target)

    def mkdir(self, path: Path) -> None:
        """Make a folder and its parents."""
        path.mkdir(parents=True, exist_ok=True)

    def remove(self, path: Path) -> None:
        """Remove a file, a link or a folder with all it holds; what a link points to stays."""
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def sync_folder(self, path: Path) -> None:
        """Put a folder's entries on the medium."""
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self.fsync(fd)
        finally:
            os.close(fd)


def write_file(disk: Disk, path: Path, data: bytes) -> None:
    """Write `data` to `path` so that it is there whole or not at all.

    Raises
    ------
    OSError
        As the disk gave it; `path` is then as it was before and no temporary file is left where one can be removed.
    """
    if not path.parent.is_dir():
        disk.mkdir(path.parent)
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    try:
        fd = disk.open(temporary)
        try:
            view = memoryview(data)
            while view:
                view = view[disk.write(fd, view) :]
            disk.fsync(fd)
        finally:
            os.close(fd)
        disk.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    disk.sync_folder(path.parent)


def free_bytes(path: Path) -> int | None:
    """Return how many bytes an ordinary user may still write where `path` is; None where nobody knows."""
    for folder in (path, *path.parents):
        try:
            return shutil.disk_usage(folder).free
        except OSError:
            continue
    return None


_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file-size limit is reached",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "no permission to write there",
    errno.EPERM: "no permission to write there",
    errno.EIO: "the disk reports an input/output error",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.ELOOP: "a symbolic link stands in its place",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EISDIR: "a folder stands in its place",
    errno.ENAMETOOLONG: "the name is too long",
}


@contextmanager
def clear_errors(path: Path, *, needed: int | None = None, step: int | None = None) -> Iterator[None]:
    """Turn an OSError into one `ResultsError` line: path, reason, bytes needed and free, step reached."""
    try:
        yield
    except ResultsError:
        raise
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        text = f"cannot write {path}: {reason}"
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            sizes = [f"{needed} bytes needed"] if needed is not None else []
            free = free_bytes(path)
            sizes += [f"{free} bytes free"] if free is not None else []
            text += f" ({', '.join(sizes)})" if sizes else ""
        if step is not None:
            text += f"; stopped after step {step}, everything recorded up to there is kept"
        raise ResultsError(text) from error


def format_bytes(count: float) -> str:
    """Write a number of bytes for a person.

    >>> format_bytes(2_500_000)
    '2.5 MB'
    """
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"
