"""What the scripts of cognitive tasks share: a folder with a figure and numbers, and runs that leave nothing."""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from braincore import Brain
from braincore.results import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def arguments(description: str | None, name: str) -> argparse.Namespace:
    """Read the command line of a task: where results go, how many trials there are, and the first seed."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("runs") / name, help="folder for the figure and the numbers")
    parser.add_argument("--trials", type=int, help="trials of each condition")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


@contextmanager
def ran(brain: Brain, **options: Any) -> Iterator[Run]:
    """Run a brain in a folder that goes with the block."""
    with tempfile.TemporaryDirectory() as folder:
        yield brain.run(out=Path(folder) / "run", report=False, prediction=False, **options)


def save(out: Path, name: str, figure: Figure, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the figure and the numbers; print the numbers."""
    out.mkdir(parents=True, exist_ok=True)
    figure.savefig(out / f"{name}.png", dpi=150)
    with (out / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    for row in rows:
        told = {key: f"{value:.4g}" if isinstance(value, float) else value for key, value in row.items()}
        print("  ".join(f"{key} {value}" for key, value in told.items()))
    print(f"{out / name}.png, .csv")
