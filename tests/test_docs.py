"""The documentation that is made from the code is what the code makes."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "name", ["library.md", "learning_rules.md", "yaml.md", "braincore.schema.json", "comparison.schema.json"]
)
def test_generated_pages_are_in_step(name: str) -> None:
    from braincore.study.docs import pages

    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == pages()[name], "run: make docs"
