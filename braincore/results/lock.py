"""One writer at a time for a run folder, by a lock that the kernel gives back when the writer dies."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from braincore.errors import ResultsError

LOCK_NAME = ".lock"
_NO_LOCKS = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK)
_log = logging.getLogger(__name__)


class FolderLock:
    """An exclusive lock on a run folder, held until `release` or the end of the process.

    Raises
    ------
    ResultsError
        Another writer holds it; the message gives its process number.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOCK_NAME
        self._fd: int | None = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        if not self._acquire():
            owner = _owner(self._fd)
            self._close()
            raise ResultsError(f"{folder} is being written by {owner}: wait for it, or choose another folder")
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()} {socket.gethostname()}\n".encode(), 0)

    def _acquire(self, attempts: int = 10) -> bool:
        fd = self._fd
        for attempt in range(attempts):  # a reader that asks `writer_of` holds a shared lock for an instant
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
                return True
            except BlockingIOError:
                if attempt + 1 < attempts:
                    time.sleep(0.02)
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    self._close()
                    raise
                _log.warning("%s: this file system has no locks; two writers would not notice each other", self.path)
                return True
        return False

    def release(self) -> None:
        """Give the lock back; harmless when called again."""
        if self._fd is not None:
            with suppress(OSError):
                os.ftruncate(self._fd, 0)
            self._close()

    def _close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _owner(fd: int) -> str:
    text = os.pread(fd, 256, 0).decode(errors="replace").split()
    if len(text) != 2:
        return "another process"
    return f"process {text[0]}" + ("" if text[1] == socket.gethostname() else f" on {text[1]}")


def writer_of(folder: Path) -> str | None:
    """Return who is writing the folder now, as ``process 4711``, or None when nobody is."""
    try:
        fd = os.open(folder / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _owner(fd)
    except OSError:
        return None
    finally:
        os.close(fd)
    return None
