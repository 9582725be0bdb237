"""Where a file lies: ``data:set/file`` in the data folders, any other path inside the allowed folders.

A definition file is not trusted: what it names is confined to its own folder, the data folders and the folders that the
caller allows. A path that a Python script passes to a reader is the script's own and only has to be a regular file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from braincore.data.datasets import describe, known_datasets
from braincore.data.files import DATA_VARIABLE, MAX_BYTES, data_folders, reason, regular_file
from braincore.errors import InputError, suggest

_PERCENT = re.compile(r"%\w+%")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def locate(
    ref: str, base: Path | None = None, allowed_roots: Iterable[Path] = (), *, max_bytes: int = MAX_BYTES
) -> Path:
    """Return the file that `ref` names, having made sure that it lies where it may.

    Parameters
    ----------
    ref
        ``data:name/file.csv`` (looked up in ``$BRAINCORE_DATA``) or a path.
    base
        The folder that relative paths start from: that of the definition file.
    allowed_roots
        Further folders that a path may lead into, such as the current one. Relative paths start from the first of
        them where `base` is None.
    max_bytes
        The largest file allowed.

    Raises
    ------
    InputError
        The path leads out of the allowed folders (also through ``..`` or a symbolic link), is not a regular file, is
        too large, or is missing. For a missing data set the message says where it looked, where to get it and how to
        name the place.
    """
    _refuse_odd(ref)
    if ref.startswith("data:"):
        return _in_data_folders(ref, max_bytes)
    roots = [*([base] if base is not None else []), *allowed_roots]
    path = Path(ref)
    if not path.is_absolute():
        if not roots:
            raise InputError(f"relative path '{ref}' has no folder to start from", hint="Give an absolute path")
        path = roots[0] / path
    return _confined(path, [*roots, *data_folders()], ref, max_bytes)


def as_file(path: str | Path, max_bytes: int = MAX_BYTES) -> Path:
    """Return the regular file that a caller's `path` (or ``data:`` reference) names; no confinement."""
    if isinstance(path, str):
        if path.startswith("data:"):
            return locate(path, max_bytes=max_bytes)
        if not path or "\0" in path:
            raise InputError(f"{path!r} is not a path")
    return regular_file(Path(path), max_bytes)


def _refuse_odd(ref: str) -> None:
    """Refuse text that some other program would expand, fetch or cut short."""
    if not isinstance(ref, str) or not ref.strip():
        raise InputError(f"{ref!r} is not a path")
    if len(ref) > 1024:
        raise InputError(f"path '{ref[:40]}...' has {len(ref)} characters", hint="At most 1024 are allowed")
    if not ref.isprintable():
        raise InputError(f"path {ref!r} holds a control character")
    if ref.startswith("~") or "$" in ref or _PERCENT.search(ref):
        raise InputError(f"'{ref}' is not expanded", hint="Write the path out; '~', '$NAME' and '%NAME%' mean nothing")
    if not ref.startswith("data:") and ("://" in ref or _URL.match(ref)):
        raise InputError(f"'{ref}' is not a path on this machine", hint="Download it first, or use data:name/file")
    if "\\" in ref:
        raise InputError(f"path '{ref}' holds a backslash", hint="Separate folders by '/'")


def _confined(path: Path, roots: list[Path], ref: str, max_bytes: int) -> Path:
    try:
        real = path.resolve()
        inside = any(real.is_relative_to(root.resolve()) for root in roots)
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a name that is too long
        raise InputError(f"'{ref}' cannot be opened: {reason(error)}") from None
    if not inside:
        shown = ", ".join(f"'{root}'" for root in roots)
        raise InputError(f"file '{ref}' is outside the allowed folders", hint=f"Allowed: {shown}")
    if not _exists(real):
        raise InputError(f"file '{ref}' does not exist (looked in '{real.parent}')", hint=_nearest(real))
    return regular_file(real, max_bytes)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that is too long
        return False


def _nearest(path: Path) -> str:
    """Name the file in the same folder that may have been meant."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return f"There is no folder '{path.parent}'"
    return suggest(path.name, names, noun="file") if names else "The folder is empty"


def _in_data_folders(ref: str, max_bytes: int) -> Path:
    name, _, rest = ref.removeprefix("data:").strip("/").partition("/")
    if not rest:
        raise InputError(
            f"'{ref}' names no file", hint="Write data:name/file, as data:macaque_markov2014/markov29.graphml"
        )
    folders = data_folders()
    for folder in folders:
        path = folder / name / rest
        if _exists(path):
            return _confined(path, [folder], ref, max_bytes)
    for folder in folders:
        if _exists(folder / name) and (folder / name).resolve().is_relative_to(folder.resolve()):
            raise InputError(
                f"data set '{name}' in '{folder}' has no file '{rest}'", hint=_nearest(folder / name / rest)
            )
    raise missing_set(name, ref, folders)


def missing_set(name: str, ref: str, folders: Iterable[Path]) -> InputError:
    """Make the error that says where a data set was looked for, where to get it and how to name the place."""
    looked = ", ".join(f"'{folder / name}'" for folder in folders)
    variable = "" if os.environ.get(DATA_VARIABLE) else f" ({DATA_VARIABLE} is not set)"
    how = describe(name) if name in known_datasets() else suggest(name, known_datasets(), noun="data set")
    how += "" if how.endswith((".", "?")) else "."
    return InputError(
        f"data set '{name}' of '{ref}' is not on this machine. Looked in {looked}{variable}",
        hint=f"{how} Name the folder that holds it with {DATA_VARIABLE}=/path/to/data",
    )
