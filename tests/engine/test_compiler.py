"""The cache of compiled code, and what is said when something cannot be compiled."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from braincore.engine import compiler
from braincore.engine.complaints import CompileError
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


def test_a_long_compilation_is_watched(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "SLOW_S", 1e-3)
    monkeypatch.setattr(compiler, "LOOK_S", 1e-3)
    looked = []
    with compiler.watched(lambda: looked.append(1)):
        assert compiler.load(SOURCE % 5).call("answer") == 5
        first = len(looked)
        assert first > 0
        compiler.load(SOURCE % 5)
    compiler.load(SOURCE % 6)
    assert len(looked) == first, "what is kept takes no time, and nobody watches any more"


def test_a_compilation_can_be_stopped(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "SLOW_S", 1e-3)

    def stop() -> None:
        raise KeyboardInterrupt

    with compiler.watched(stop), pytest.raises(KeyboardInterrupt):
        compiler.load(SOURCE % 7)
    assert not list(cache.rglob("build-*"))
    assert not list(cache.rglob("*.so"))


def test_a_compiler_that_hangs_is_given_up(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "SLOW_S", 1e-3)
    monkeypatch.setattr(compiler, "TIMEOUT_S", 0)
    with pytest.raises(EngineError, match="the compiler is not done after 0 s"):
        compiler.load(SOURCE % 8)


def test_a_refused_network_shows_the_models_equation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function whose C++ takes two arguments where the model gives one."""
    import brian2 as b2

    import braincore.engine  # noqa: F401 - registers the device

    monkeypatch.setitem(b2.prefs, "codegen.target", "numpy")
    b2.set_device("braincore")

    @b2.implementation("cpp", "static double oddly(double x, double y) { return x + y; }")
    @b2.check_units(x=1, result=1)
    def oddly(x: Any) -> Any:
        return x

    group = b2.NeuronGroup(2, "dv/dt = -oddly(v)/(10*ms) : 1\ndu/dt = -u/ms : 1", method="euler", name="odd")
    said = r"in odd_stateupdater: dv/dt = -oddly\(v\)/\(10\*ms\) : 1: .*oddly"
    with pytest.raises(CompileError, match=said) as caught:
        b2.Network(group).run(1 * b2.ms, namespace={"oddly": oddly})
    assert "du/dt" not in str(caught.value)
    group = b2.NeuronGroup(2, "v : 1", threshold="oddly(v) > 1", reset="v = 0", name="odd2")
    with pytest.raises(CompileError, match=r"in odd2_spike_thresholder: _cond = oddly\(v\) > 1"):
        b2.Network(group).run(1 * b2.ms, namespace={"oddly": oddly})


def test_making_synapses_compiles_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cython, Brian2's ``auto`` target, would take more than ten seconds for what NumPy does at once."""
    import brian2 as b2
    from brian2.codegen.runtime.cython_rt import CythonCodeObject

    import braincore.engine  # noqa: F401 - registers the device

    def made(target: str) -> tuple[Any, Any]:
        b2.prefs.codegen.target = target
        b2.seed(3)
        group = b2.NeuronGroup(30, "v : 1", threshold="v > 1", reset="v = 0", name="group")
        synapses = b2.Synapses(group, group, on_pre="v_post += 0.1", name="synapses")
        most = 25
        synapses.connect("i != j and i < most", p=0.3)  # a name of this function
        assert most
        given = b2.Synapses(group, group, on_pre="v_post += 0.1", name="given")
        given.connect(i=[1, 2], j=[3, 4])
        assert list(given.j) == [3, 4]
        return b2.Network(group, synapses, given), np.array(synapses.j)

    _, expected = made("numpy")
    b2.set_device("braincore")
    monkeypatch.setattr(sys.modules["brian2.devices.device"], "_auto_target", None)
    monkeypatch.setattr(CythonCodeObject, "is_available", lambda: pytest.fail("Cython was tried out"))
    net, found = made("auto")
    net.run(0.2 * b2.ms)
    np.testing.assert_array_equal(found, expected)

    @b2.check_units(x=1, result=1)
    def only_python(x: Any) -> Any:
        return np.abs(x)

    group = b2.NeuronGroup(2, "dv/dt = only_python(v)/(10*ms) : 1", method="euler", name="fallen_back")
    group.v = 1
    b2.Network(group).run(1 * b2.ms, namespace={"only_python": only_python})
    assert group.v[0] > 1.09


SCRIPT = """
from brian2 import *
import braincore.engine
prefs.codegen.target = "numpy"
set_device("braincore")
group = NeuronGroup(5, "dv/dt = (2 - v)/(10*ms) : 1", threshold="v > 1", reset="v = 0", method="exact")
synapses = Synapses(group, group, on_pre="v_post += 0.1", delay=1*ms)
synapses.connect()
spikes = SpikeMonitor(group)
run(10*ms)
run(10*ms)
print(spikes.num_spikes)
"""


def test_a_plain_script_without_a_compiler_runs_on_brian2(tmp_path: Path) -> None:
    found = []
    for path in (os.environ["PATH"], ""):
        env = {name: value for name, value in os.environ.items() if name != "CXX"} | {"PATH": path}
        done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, env=env)
        assert done.returncode == 0, done.stderr
        found.append(int(done.stdout))
    assert found[0] == found[1] > 0
    (line,) = [line for line in done.stderr.splitlines() if "compiler" in line]
    assert "Install one: apt-get install g++" in line
    assert line.endswith("Brian2's NumPy runtime is used, which is slower")
