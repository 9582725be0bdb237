"""From C++ text to a loaded library: compiled once, kept by content, safely under concurrent processes."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from braincore.engine.complaints import CompileError
from braincore.errors import EngineError, MissingDependencyError

FLAGS = (
    "-O3",
    "-march=native",
    "-mprefer-vector-width=512",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-signed-zeros",
    "-std=c++17",
    "-shared",
    "-fPIC",
    "-w",
)
EXACT = ("-ffp-contract=off",)
"""In double precision no multiplication and addition are fused: results round as Brian2's do."""
QUICK = ("-fassociative-math", "-freciprocal-math")
"""Not ``-ffast-math``: a library linked with it takes denormal numbers from the whole process when it is loaded."""
TIMEOUT_S = 600
SLOW_S = 1.0
"""After so many seconds of compiling, whoever watches is told, and then again every `LOOK_S`."""
LOOK_S = 0.2
_watchers: list[Callable[[], None]] = []


@contextlib.contextmanager
def watched(call: Callable[[], None]) -> Iterator[None]:
    """Have something called while the compiler takes long; it may raise, and the compiler is stopped."""
    _watchers.append(call)
    try:
        yield
    finally:
        _watchers.remove(call)


def cache_folder() -> Path:
    """Return the folder of compiled networks: ``BRAINCORE_CACHE``, or the user's cache folder."""
    given = os.environ.get("BRAINCORE_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "braincore"


@functools.cache
def compiler() -> str:
    """Return the path of the C++ compiler (``CXX``, else ``g++``, ``c++`` or ``clang++``).

    Raises
    ------
    MissingDependencyError
        There is none.
    """
    for name in (os.environ.get("CXX", ""), "g++", "c++", "clang++"):
        found = shutil.which(name) if name else None
        if found:
            return found
    raise MissingDependencyError(
        "there is no C++ compiler. Install one: apt-get install g++, conda install gxx, or xcode-select --install"
    )


@functools.cache
def compiler_version() -> str:
    """Return what the compiler calls itself, for provenance."""
    told = subprocess.run([compiler(), "--version"], capture_output=True, text=True, check=False).stdout
    return told.splitlines()[0] if told else Path(compiler()).name


@functools.cache
def _signature() -> str:
    """Return what compiled code depends on besides its source: compiler and processor."""
    version = subprocess.run([compiler(), "--version"], capture_output=True, text=True, check=False).stdout
    target = subprocess.run(
        [compiler(), "-march=native", "-Q", "--help=target"], capture_output=True, text=True, check=False
    ).stdout
    return version + target


def headers(*names: str) -> str:
    """Return the C++ of headers of the engine, one after the other."""
    return "".join(files("braincore.engine").joinpath(name).read_text(encoding="utf-8") for name in names)


class Library:
    """Compiled functions; their arguments are whole numbers and arrays, and so is what they return.

    Parameters
    ----------
    path
        The shared library.
    """

    def __init__(self, path: Path) -> None:
        self._loaded = ctypes.CDLL(str(path))

    def call(self, name: str, *arguments: Any) -> int:
        """Call a function; arrays are handed over by their address. Other threads of Python go on meanwhile."""
        function = self._loaded[name]
        function.restype = ctypes.c_int64
        given = [
            ctypes.c_void_p(a.ctypes.data)
            if isinstance(a, np.ndarray)
            else ctypes.c_int64(a)
            if isinstance(a, int)
            else a
            for a in arguments
        ]
        return int(function(*given))


def load(source: str, *, exact: bool = True, extra: tuple[str, ...] = ()) -> Library:
    """Compile a source, unless that was done before, and load it.

    What ``BRAINCORE_CXXFLAGS`` holds comes last on the compiler's command line: ``-O1`` where compiling takes longer
    than running, ``-fsanitize=address`` to look for faults in the engine.

    Parameters
    ----------
    source
        One translation unit.
    exact
        Whether results must round as written.
    extra
        More compiler flags.

    Raises
    ------
    EngineError
        The compiler refuses the source; the message holds its first error.
    MissingDependencyError
        There is no compiler.
    """
    given = shlex.split(os.environ.get("BRAINCORE_CXXFLAGS", ""))
    flags = (*FLAGS, *(EXACT if exact else QUICK), *extra, *given)
    digest = hashlib.sha256("\0".join([source, *flags, _signature()]).encode()).hexdigest()[:32]
    folder = cache_folder()
    library = folder / digest[:2] / f"{digest}.so"
    if not library.exists():
        _compile(source, flags, library)
    with contextlib.suppress(OSError):
        os.utime(library)  # for whoever clears what was not used for long
    return Library(library)


def _compile(source: str, flags: tuple[str, ...], library: Path) -> None:
    try:
        library.parent.mkdir(parents=True, exist_ok=True)
        work = tempfile.mkdtemp(dir=library.parent, prefix="build-")
    except OSError as error:
        raise EngineError(
            f"compiled code cannot be written to {library.parent}: {error.strerror}. Set BRAINCORE_CACHE to a folder "
            "that can be written"
        ) from error
    try:
        text, made = Path(work, "network.cpp"), Path(work, "network.so")
        text.write_text(source, encoding="utf-8")
        command = [compiler(), *flags, "-o", str(made), str(text)]
        code, told = _at_work(command)
        if code:
            raise _complaint(told, source)
        made.replace(library)  # in one step: another process sees a whole library or none
        text.replace(library.with_suffix(".cpp"))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _at_work(command: list[str]) -> tuple[int, str]:
    """Run the compiler; return its exit code and what it complains of.

    It has a session of its own: Ctrl-C is for us, and what it started goes with it.
    """
    begun, wait = time.monotonic(), SLOW_S
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True
    ) as process:
        try:
            while True:
                try:
                    told = process.communicate(timeout=wait)[1]
                    return process.returncode, told
                except subprocess.TimeoutExpired:
                    if time.monotonic() > begun + TIMEOUT_S:
                        raise EngineError(f"the compiler is not done after {TIMEOUT_S} s") from None
                    for call in _watchers:
                        call()
                    wait = LOOK_S
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise


def _complaint(told: str, source: str) -> CompileError:
    """Return the compiler's first error, with the object and the line of code that it is about."""
    first = next((line for line in told.splitlines() if "error:" in line), told.strip()[:300])
    place = first.split(":")
    origin = line = ""
    if len(place) > 2 and place[1].isdigit():
        lines = source.splitlines()
        number = int(place[1]) - 1
        head = next((lines[k] for k in range(min(number, len(lines) - 1), -1, -1) if lines[k].startswith("//@")), "")
        origin = head.removeprefix("//@").strip()
        line = lines[number].strip() if number < len(lines) else ""
    return CompileError(first.split("error: ")[-1], origin=origin, line=line)
