"""Compiling is most of what these tests take: where the code's speed is of no interest it is optimised little."""

from __future__ import annotations

import os

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
