"""How a brain is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from braincore.build import EngineChoice, choose
from braincore.errors import InputError

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
        Name of the engine: ``cpp`` (compiled, the default) or ``brian2``. Without a C++ compiler the default is
        Brian2's NumPy runtime, which is told in a warning. A resumed run goes on with the engine that it began with.
    precision
        ``double`` (the default) or ``single`` (of the compiled engine).
    threads
        Number of threads of the compiled engine; by default as many as pay.
    report
        Whether to make figures and the report.
    prediction
        Whether to predict rates first.
    progress
        Called with the stage and with the steps done and in all.
    checkpoint_every, flush_every
        Seconds of real time between checkpoints, and between looks at the run: recordings, progress, NaN.
    command
        The command line, for provenance.
    name
        Used for the folder if `out` is not given.
    """

    out: Path | None = None
    force: bool = False
    engine: str | EngineChoice | None = None
    precision: str | None = None
    threads: int | None = None
    report: bool = True
    prediction: bool = True
    progress: Progress | None = None
    checkpoint_every: float = 30.0
    flush_every: float = 0.5
    command: Sequence[str] | None = None
    name: str = "run"
    description: str = ""

    def tell(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Report progress."""
        if self.progress is not None:
            self.progress(stage, done, total)

    def choice(self) -> EngineChoice:
        """Return the engine that was asked for, or the one to be had.

        Raises
        ------
        InputError
            There is no such engine, precision or number of threads, or no C++ compiler for what was asked.
        """
        if isinstance(self.engine, EngineChoice):
            return self.engine
        return choose(self.engine, precision=self.precision, threads=self.threads)

    def choice_again(self, began: Mapping[str, Any], folder: Path) -> EngineChoice:
        """Return the engine that a run goes on with: the one that it began with, on any number of threads.

        Parameters
        ----------
        began
            What provenance says of it; runs from before there was a choice say nothing and had Brian2's runtime.

        Raises
        ------
        InputError
            Another engine or precision was asked for, or the one it began with is not to be had.
        """
        name, precision = began.get("name", "brian2"), began.get("precision", "double")
        for what, asked, had in (("engine", self.engine, name), ("precision", self.precision, precision)):
            if asked is not None and asked != had:
                raise InputError(
                    f"{folder} began with {what} '{had}' and cannot go on with '{asked}': it would be another run",
                    hint=f"Leave --{what} out",
                )
        threads = self.threads if self.threads is not None else began.get("threads")
        return choose(name, precision=precision, threads=threads)
