"""Brian2's own tests pass on the engine wherever they pass on Brian2's runtime: a third of them for each commit."""

from __future__ import annotations

import brian2_suite
import pytest

APART = ("test_synapses.py", "test_neurongroup.py")
REST = tuple(name for name in brian2_suite.test_files() if name not in APART)
PARTS = {**{name: (name,) for name in APART}, "rest, one half": REST[::2], "rest, other half": REST[1::2]}


@pytest.mark.slow
@pytest.mark.minutes
@pytest.mark.parametrize("files", PARTS.values(), ids=PARTS)
def test_what_passes_on_brian2_passes_here(files: tuple[str, ...]) -> None:
    ours = brian2_suite.run_on("braincore", third=brian2_suite.part_of_commit(), files=files)
    passed = list(ours["found"].values()).count("passed")
    assert passed >= 3, f"only {passed} tests passed"
    others = [name for name, outcome in ours["found"].items() if outcome != "passed"]
    runtime = brian2_suite.run_on("runtime", files=files, only=others) if others else ours  # do these pass there?
    bad = brian2_suite.worse(runtime, ours)
    assert not bad, "\n\n".join(f"{name} {text}" for name, text in bad.items())
    assert not brian2_suite.needless(ours), "take these from the list of exceptions"


def test_every_test_is_in_one_third() -> None:
    names = [f"tests/test_x.py::test_{k}" for k in range(300)]
    sizes = [sum(brian2_suite.third_of(name) == third for name in names) for third in range(brian2_suite.THIRDS)]
    assert sum(sizes) == 300
    assert min(sizes) > 60
    assert brian2_suite.part_of_commit() in range(brian2_suite.THIRDS)


def test_exceptions_are_tests_of_brian2() -> None:
    for name, reason in brian2_suite.EXCEPTIONS.items():
        file, test = name.removeprefix("tests/").split("::")
        assert f"def {test}(" in (brian2_suite.folder() / "tests" / file).read_text(encoding="utf-8")
        assert len(reason) > 20
