"""The documentation that is made from the code is what the code makes."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "name",
    ["library.md", "learning_rules.md", "regions.md", "yaml.md", "braincore.schema.json", "comparison.schema.json"],
)
def test_generated_pages_are_in_step(name: str) -> None:
    from braincore.study.docs import pages

    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == pages()[name], "run: make docs"


def test_every_region_is_drawn_and_every_picture_is_one_of_a_region() -> None:
    from braincore.study.region_docs import drawn

    pictures = {path.stem for path in (ROOT / "docs" / "regions").glob("*.png")}
    assert pictures == set(drawn()), "run: make curves"
