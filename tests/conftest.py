"""What holds for all tests: compiled networks go to a folder that goes away, Brian2 is left as it was found.

Compiling is most of what many tests take: where the code's speed is of no interest it is optimised little.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

THOROUGH = {
    "test_compiler",
    "test_dense",
    "test_engine_experiments",
    "test_engine_math",
    "test_engine_same_as_brian2",
    "test_readme",
    "test_vectorised",
}
"""Modules whose networks are compiled as those of users are, but for the long tests."""
TASKS, TASK_PARTS = {"regions", "circuits"}, 4
"""Folders whose long tests, simulations of cognitive tasks, are checked file by file: one file in four a commit."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, and leave out what other commits check.

    Of the cases of a test marked ``rotates(parts)`` each commit checks one in so many, unless BRAINCORE_ALL is set; of
    the files of regions with long tests one in `TASK_PARTS`. Tests of one ``group`` are cases of one family.
    """
    items.sort(key=lambda item: item.get_closest_marker("minutes") is None)  # a long one at the end runs alone
    if os.environ.get("BRAINCORE_ALL"):
        return
    from tests.engine.brian2_suite import part_of_commit

    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        marker = item.get_closest_marker("rotates")
        if marker is not None:
            cases.setdefault(marker.kwargs.get("group", item.nodeid.partition("[")[0]), []).append(item)
    long = [item for item in items if item.path.parent.name in TASKS and item.get_closest_marker("slow")]
    for k, path in enumerate(sorted({item.path for item in long})):
        if k % TASK_PARTS != part_of_commit(TASK_PARTS):
            for item in long:
                if item.path == path:
                    item.add_marker(pytest.mark.skip(reason="other regions are checked with this commit"))
    for found in cases.values():
        for k, item in enumerate(sorted(found, key=lambda item: item.nodeid)):
            marker = item.get_closest_marker("rotates")
            assert marker is not None
            parts = marker.args[0]
            if k % parts != part_of_commit(parts):
                item.add_marker(pytest.mark.skip(reason="other cases are checked with this commit"))


@pytest.fixture(autouse=True)
def _quick_to_compile(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    thorough = request.module.__name__.rpartition(".")[2] in THOROUGH and not request.node.get_closest_marker("slow")
    if not thorough and "BRAINCORE_CXXFLAGS" not in os.environ:
        monkeypatch.setenv("BRAINCORE_CXXFLAGS", "-O1")


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Processes of one session share what they compile."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "compiled"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BRAINCORE_CACHE", str(folder))
        yield


@pytest.fixture(autouse=True)
def _device() -> Iterator[None]:
    """Take Brian2 back to its own runtime, where a test chose another device."""
    yield
    if "brian2" not in sys.modules:
        return
    import brian2
    import numpy as np

    if brian2.get_device() is not brian2.all_devices["runtime"]:
        brian2.set_device("runtime")
    brian2.prefs["core.default_float_dtype"] = np.float64
    brian2.defaultclock.dt = 0.1 * brian2.ms
