"""The cache of compiled code, and what is said when something cannot be compiled."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from braincore.engine import compiler
from braincore.errors import EngineError, MissingDependencyError

SOURCE = '#include <cstdint>\nextern "C" int64_t answer() { return %d; }\n'


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINCORE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_source_is_compiled_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiler.load(SOURCE % 41).call("answer") == 41
    (kept,) = cache.rglob("*.so")
    monkeypatch.setattr(compiler, "_compile", pytest.fail)
    assert compiler.load(SOURCE % 41).call("answer") == 41
    assert [path.suffix for path in sorted(kept.parent.iterdir())] == [".cpp", ".so"]


def test_other_flags_are_other_code(cache: Path) -> None:
    compiler.load(SOURCE % 1)
    compiler.load(SOURCE % 1, exact=False)
    compiler.load(SOURCE % 1, extra=("-DX",))
    assert len(list(cache.rglob("*.so"))) == 3


def test_quick_code_leaves_the_arithmetic_of_the_process_alone(cache: Path) -> None:
    compiler.load(SOURCE % 3, exact=False)
    assert np.float64(5e-324) / 1 > 0
    assert np.spacing(np.float64(1e-300)) > 0


def test_an_error_names_the_object_and_the_line(cache: Path) -> None:
    source = "//@ neurongroup_stateupdater\nstatic void f() {\n  int x = no_such_thing;\n}\n"
    with pytest.raises(EngineError, match=r"neurongroup_stateupdater: int x = no_such_thing;: .*not declared"):
        compiler.load(source)
    assert not list(cache.rglob("build-*"))


def test_no_compiler_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    compiler.compiler.cache_clear()
    try:
        with pytest.raises(MissingDependencyError, match=r"no C\+\+ compiler\. Install one"):
            compiler.compiler()
    finally:
        compiler.compiler.cache_clear()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    monkeypatch.setenv("BRAINCORE_CACHE", str(tmp_path / "file"))
    with pytest.raises(EngineError, match=r"cannot be written to .*Set BRAINCORE_CACHE"):
        compiler.load(SOURCE % 2)


def _load(cache: str) -> Any:
    import os

    os.environ["BRAINCORE_CACHE"] = cache
    return compiler.load(SOURCE % 77).call("answer")


def test_several_processes_at_once(cache: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert pool.map(_load, [str(cache)] * 6) == [77] * 6
    assert len(list(cache.rglob("*.so"))) == 1
    assert not list(cache.rglob("build-*"))


def test_flags_from_the_environment_are_other_code(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = 'extern "C" long answer() { return ANSWER; }\n'
    monkeypatch.setenv("BRAINCORE_CXXFLAGS", "-O1 '-DANSWER=(40 + 2)'")
    assert compiler.load(source).call("answer") == 42
    monkeypatch.setenv("BRAINCORE_CXXFLAGS", "-DANSWER=43")
    assert compiler.load(source).call("answer") == 43
