"""Networks of regions run for long: their code is compiled as that of users is."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _quick_to_run(_quick_to_compile: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BRAINCORE_CXXFLAGS", raising=False)
