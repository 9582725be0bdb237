"""Which engine runs a brain: the compiled one, unless another is asked for or there is no C++ compiler."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from numbers import Integral
from typing import Any

from braincore.build.engine import ENGINES, Brian2Engine, CppEngine, Engine
from braincore.errors import InputError, MissingDependencyError, suggest

_log = logging.getLogger(__name__)
PRECISIONS = ("double", "single")


@dataclass(frozen=True, kw_only=True, slots=True)
class EngineChoice:
    """An engine and its settings.

    Attributes
    ----------
    name
        ``cpp`` (compiled) or ``brian2`` (Brian2's NumPy runtime).
    precision
        ``double`` or ``single``.
    threads
        Number of threads; None: as many as pay.
    why
        Why it is not the compiled engine, if nobody asked for another.
    """

    name: str = "cpp"
    precision: str = "double"
    threads: int | None = None
    why: str = ""

    def make(self) -> Engine:
        """Return the engine."""
        if self.name == "cpp":
            return CppEngine(precision=self.precision, threads=self.threads)
        return Brian2Engine()

    def record(self) -> dict[str, Any]:
        """Return what provenance keeps of it."""
        kept: dict[str, Any] = {"name": self.name, "precision": self.precision, "threads": self.threads}
        if self.name == "cpp":
            from braincore.engine.compiler import FLAGS, compiler_version

            kept |= {"compiler": compiler_version(), "flags": " ".join(FLAGS)}
        return {**kept, "why": self.why} if self.why else kept


def choose(name: str | None = None, *, precision: str | None = None, threads: int | None = None) -> EngineChoice:
    """Return the engine for what was asked; what was not is left at None.

    Without a C++ compiler it is Brian2's NumPy runtime, which is told once in a warning, unless what was asked needs
    the compiled engine.

    Raises
    ------
    InputError
        There is no such engine or precision, the number of threads makes no sense, or an engine cannot do it.
    """
    _check(name, precision, threads)
    threads = None if threads is None else int(threads)
    several = threads is not None and threads > 1
    if name == "brian2":
        if several:
            raise InputError(
                f"engine 'brian2' runs on one thread, not {threads}", hint="Leave the threads out, or the engine"
            )
        if precision == "single":
            raise InputError(
                "engine 'brian2' runs in double precision, not single", hint="Leave the precision out, or the engine"
            )
        return EngineChoice(name="brian2", threads=1)
    missing = _missing_compiler()
    if not missing:
        return EngineChoice(precision=precision or "double", threads=threads)
    if name == "cpp" or several or precision == "single":
        what = (
            "engine 'cpp'" if name == "cpp" else "single precision" if precision == "single" else f"{threads} threads"
        )
        head, _, install = missing.partition(". ")
        raise InputError(f"{what}: {head}, which the compiled engine needs", hint=install)
    _log.warning("%s. Until then Brian2's NumPy runtime is used, which is slower", missing)
    return EngineChoice(name="brian2", threads=1, why=missing.partition(". ")[0])


def _check(name: Any, precision: Any, threads: Any) -> None:
    if name is not None and name not in ENGINES:
        raise InputError(f"unknown engine '{name}'", hint=suggest(name, ENGINES, noun="engine"))
    if precision is not None and precision not in PRECISIONS:
        raise InputError(f"unknown precision '{precision}'", hint=suggest(precision, PRECISIONS))
    if threads is None:
        return
    from braincore.engine.pace import MOST

    if not isinstance(threads, Integral) or isinstance(threads, bool) or not 1 <= int(threads) <= MOST:
        raise InputError(f"the number of threads is {threads!r}", hint=f"A whole number from 1 to {MOST}")


def _missing_compiler() -> str:
    """Return what to say if there is no compiler, else nothing."""
    from braincore.engine.compiler import compiler

    try:
        compiler()
    except MissingDependencyError as error:
        return str(error)
    return ""
