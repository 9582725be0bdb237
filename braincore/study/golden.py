"""A brain held to its references: what ``braincore check --golden`` does."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from braincore.errors import InputError
from braincore.model import BrainSpec
from braincore.study.options import RunOptions
from braincore.study.run import run_brain


def check_golden(brain: BrainSpec, *, options: RunOptions) -> list[dict[str, Any]]:
    """Run a brain and return what it shows beside what is expected of it, as in ``summary.json``.

    Without ``options.out`` the run goes to a temporary folder and is removed.

    Raises
    ------
    InputError
        As of `run_brain`; also where nothing is expected.
    """
    if not brain.references:
        raise InputError(
            "nothing is expected of this brain",
            path="references",
            hint="Give it references; those of a file do not hold where --set changes the model",
        )
    with tempfile.TemporaryDirectory(prefix="braincore-") as folder:
        run = run_brain(brain, options=replace(options, out=options.out or Path(folder) / "run"))
        rows: list[dict[str, Any]] = run.summary["references"]
        return rows
