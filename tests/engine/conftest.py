"""Compiling is most of what these tests take: where the code's speed is of no interest it is optimised little."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

THOROUGH = {
    "test_compiler",
    "test_dense",
    "test_engine_experiments",
    "test_engine_math",
    "test_engine_same_as_brian2",
    "test_vectorised",
}
"""Modules whose networks are compiled as those of users are, but for the long tests."""


@pytest.fixture(autouse=True)
def _quick_to_compile(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    thorough = request.module.__name__.rpartition(".")[2] in THOROUGH and not request.node.get_closest_marker("slow")
    if not thorough and "BRAINCORE_CXXFLAGS" not in os.environ:
        monkeypatch.setenv("BRAINCORE_CXXFLAGS", "-O1")


@pytest.fixture(autouse=True)
def _numpy() -> Iterator[None]:
    """Let Brian2's own runtime interpret: it would compile what is run only once."""
    import brian2

    before = brian2.prefs.codegen.target
    brian2.prefs.codegen.target = "numpy"
    yield
    brian2.prefs.codegen.target = before
