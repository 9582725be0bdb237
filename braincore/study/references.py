"""What is expected of a brain beside what its run shows, as it stands in the files of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from braincore.analysis import against_references
from braincore.model import Reference
from braincore.results import Run


def reference_rows(run: Run, references: Sequence[Reference]) -> list[dict[str, Any]]:
    """Return what ``summary.json`` holds of the references of a run."""
    return [
        {
            "population": row.reference.population,
            "statistic": row.reference.statistic,
            "found": row.found,
            "low": row.reference.low,
            "high": row.reference.high,
            "held": row.held,
            "source": row.reference.source,
            "text": str(row),
        }
        for row in against_references(run, references)
    ]


def reference_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return each number of a run that is not as expected, and how many are."""
    if not rows:
        return []
    held = sum(row["held"] for row in rows)
    return [*(row["text"] for row in rows if not row["held"]), f"{held} of {len(rows)} references held"]


def reference_rates(references: Sequence[Reference]) -> dict[str, Any]:
    """Return the rates among the references as ``model.json`` holds them, for the figures."""
    whole = [r for r in references if r.before is None]  # figures show the rates of a whole run
    rates = {r.population: r for r in whole if r.statistic == "rate" and r.value is not None}
    sources = dict.fromkeys(r.source for r in rates.values() if r.source)
    return {"source": "; ".join(sources), "rates_hz": {name: r.value for name, r in rates.items()}}
