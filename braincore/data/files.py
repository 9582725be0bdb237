"""Opening files that may be hostile or broken: only regular files, size limits, bounded unpacking, atomic writing."""

from __future__ import annotations

import bz2
import gzip
import logging
import os
import stat
import struct
import tempfile
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from braincore.errors import BraincoreError, InputError, ResultsError

log = logging.getLogger(__name__)

DATA_VARIABLE = "BRAINCORE_DATA"
MAX_BYTES = 16 * 2**30
"""No file larger than this is read (16 GiB)."""

_DAMAGE = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError, SyntaxError, TypeError,
    ValueError, struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def data_folders() -> tuple[Path, ...]:
    """Return the folders that hold data sets: those of ``$BRAINCORE_DATA``, then the cache that `fetch` fills."""
    folders = [Path(part) for part in os.environ.get(DATA_VARIABLE, "").split(os.pathsep) if part]
    cache = os.environ.get("XDG_CACHE_HOME")
    with suppress(RuntimeError):  # no home folder, as in some containers: no cache
        folders.append((Path(cache) if cache else Path.home() / ".cache") / "braincore")
    return tuple(folders)


def regular_file(path: Path, max_bytes: int = MAX_BYTES) -> Path:
    """Return `path` if it is a regular file of at most `max_bytes`.

    Raises
    ------
    InputError
        It does not exist, cannot be read, is a folder, a device, a pipe or a socket, or is too large.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise InputError(f"file '{path}' does not exist") from None
    except (OSError, ValueError) as error:
        raise InputError(f"file '{path}' cannot be opened: {reason(error)}") from None
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"'{path}' is a folder", hint="Name a file in it")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"'{path}' is not a regular file", hint="Pipes, devices and sockets are not read")
    if status.st_size > max_bytes:
        raise InputError(f"file '{path}' has {status.st_size:,} bytes", hint=f"At most {max_bytes:,} are allowed")
    if not os.access(path, os.R_OK):
        raise InputError(f"file '{path}' may not be read", hint="Check its permissions")
    return path


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Read a file whole, unpacking ``.gz`` and ``.bz2``, and refuse one that unpacks to more than `max_bytes`."""
    regular_file(path, max_bytes)
    openers: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open}
    opener = openers.get(path.suffix.lower(), open)
    try:
        with opener(path, "rb") as stream:
            content: bytes = stream.read(max_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"cannot be unpacked: {reason(error)}", where=str(path)) from None
    if len(content) > max_bytes:
        raise InputError("unpacks to more bytes than allowed", where=str(path), hint=f"At most {max_bytes:,}")
    return content


def require_memory(n_bytes: int, what: str, where: str) -> None:
    """Refuse what would need more memory than the machine has."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not a POSIX machine
        total = 64 * 2**30
    if n_bytes > total:
        raise InputError(
            f"{what} needs {n_bytes / 2**30:,.1f} GiB of memory", where=where, hint=f"There are {total / 2**30:,.1f}"
        )


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, flush it to disk and rename: `path` is whole, old or new, at every moment."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # a temporary file is private; the result should be as any other
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise ResultsError(f"'{path}' cannot be written: {reason(error)}") from None


@contextmanager
def reading(where: str, what: str) -> Iterator[None]:
    """Turn what libraries raise on damaged files into an `InputError` that says that `where` is not `what`.

    Only for calls into a library that parses a file: damage shows as almost any exception.
    """
    try:
        yield
    except BraincoreError:
        raise
    except _DAMAGE as error:
        log.debug("%s", where, exc_info=True)
        first = reason(error).splitlines()[0][:300] if reason(error) else type(error).__name__
        raise InputError(f"is not {what} that can be read: {first}", where=where) from None


def reason(error: BaseException) -> str:
    """Say why, without the errno and the path that `OSError` adds."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
