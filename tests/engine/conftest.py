"""Compiled networks of these tests go to a folder that goes away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRAINCORE_CACHE", str(tmp_path_factory.mktemp("compiled")))
        yield
