"""Which engine runs a brain: the compiled one by default, what happens without a compiler, what is refused."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import brian2
import numpy as np
import pytest

from braincore import Brain
from braincore.build import EngineChoice, choose
from braincore.cli import main
from braincore.engine import compiler
from braincore.errors import InputError
from braincore.model import Step, poisson
from braincore.results import Run
from braincore.study.options import RunOptions
from braincore.study.run import resume_run, run_brain

YAML = """\
braincore: 1
duration: 20 ms
populations: {E: {neuron: lif_exp, size: 20}}
stimuli: {drive: {target: all, step: {amplitude: 500 pA}}}
sweep: {stimuli.drive.step.amplitude: [400 pA, 500 pA]}
"""


@pytest.fixture
def brain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.yaml"
    path.write_text(YAML, encoding="utf-8")
    return path


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    compiler.compiler.cache_clear()
    yield
    compiler.compiler.cache_clear()


def a_brain(size: int = 20) -> Brain:
    spec = Brain(seed=3, duration="20 ms")
    spec.add("E", size, "lif_exp")
    spec.stimulate("E", Step(amplitude="500 pA"))
    return spec


def _summary(folder: str) -> dict[str, Any]:
    return dict(json.loads(Path(folder, "summary.json").read_text()))


# -- what is chosen --------------------------------------------------------------------------------------------------


def test_the_compiled_engine_is_the_default(brain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(brain), "--out", "one", "--no-report"]) == 0
    summary = _summary("one")
    assert (summary["engine"], summary["precision"]) == ("cpp", "double")
    assert summary["threads"] >= 1
    assert "engine: the compiled engine in double precision on" in capsys.readouterr().out
    noted = Run("one").provenance["engine"]
    assert (noted["name"], noted["precision"], noted["threads"]) == ("cpp", "double", None)
    assert noted["compiler"] and "-O3" in noted["flags"]


def test_a_script_chooses_as_the_command_line_does(tmp_path: Path) -> None:
    run = a_brain().run(out=tmp_path / "a", report=False, prediction=False)
    assert run.summary["engine"] == "cpp"
    single = a_brain().run(out=tmp_path / "b", report=False, prediction=False, precision="single", threads=1)
    assert (single.summary["precision"], single.summary["threads"]) == ("single", 1)
    assert single.summary["populations"]["E"]["rate_hz"] == pytest.approx(run.summary["populations"]["E"]["rate_hz"])
    other = a_brain().run(out=tmp_path / "c", report=False, prediction=False, engine="brian2")
    assert other.summary["engine"] == "brian2"
    assert other.spike_digest() == run.spike_digest()


def test_the_report_says_which_engine(brain: Path) -> None:
    assert main(["run", str(brain), "--out", "one", "--quiet", "--precision", "single"]) == 0
    page = Path("one/report.html").read_text(encoding="utf-8")
    assert "with the compiled engine in single precision" in page


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"threads": 0}, r"the number of threads is 0\. A whole number from 1 to 64"),
        ({"threads": -3}, "the number of threads is -3"),
        ({"threads": 65}, "the number of threads is 65"),
        ({"threads": 1.5}, r"the number of threads is 1\.5"),
        ({"threads": True}, "the number of threads is True"),
        ({"threads": "2"}, "the number of threads is '2'"),
        ({"precision": "half"}, r"unknown precision 'half'\. Allowed: double, single"),
        ({"precision": "singel"}, "Did you mean 'single'"),
        ({"engine": "c++"}, "unknown engine"),
        ({"engine": "brian2", "threads": 4}, "engine 'brian2' runs on one thread, not 4"),
        ({"engine": "brian2", "precision": "single"}, "'brian2' runs in double precision, not single"),
    ],
)
def test_what_makes_no_sense_is_refused(settings: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        a_brain().run(out=tmp_path / "run", **settings)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("command", ["run", "sweep"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--threads", "0"], "the number of threads is 0"), (["--precision", "half"], "unknown precision 'half'")],
)
def test_the_command_line_refuses_too(
    brain: Path, command: str, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(brain), "--out", "x", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not Path("x").exists()


@pytest.mark.parametrize("quiet", [True, False])
def test_a_long_compilation_is_told(
    brain: Path, quiet: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BRAINCORE_CACHE", str(Path("cache").absolute()))
    monkeypatch.setattr(compiler, "SLOW_S", 1e-3)
    arguments = ["run", str(brain), "--no-report", *(["--quiet"] if quiet else [])]
    for told in (not quiet, False):  # the second run compiles nothing
        assert main(arguments) == 0
        lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("compiling the network")]
        assert lines == [f"compiling the network (once; kept in {Path('cache').absolute()}) ..."] * told


# -- without a compiler ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_compiler")
def test_without_a_compiler_brian2_runs_and_one_line_says_so(brain: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="braincore"):
        assert main(["run", str(brain), "--out", "one", "--quiet"]) == 0
    (line,) = [record.getMessage() for record in caplog.records if "compiler" in record.getMessage()]
    assert line.startswith("there is no C++ compiler. Install one: apt-get install g++")
    assert line.endswith("Until then Brian2's NumPy runtime is used, which is slower")
    assert "\n" not in line
    summary = _summary("one")
    assert (summary["engine"], summary["why_engine"]) == ("brian2", "there is no C++ compiler")
    assert Run("one").provenance["engine"]["why"] == "there is no C++ compiler"
    assert "Brian2 (there is no C++ compiler)" in Path("one/report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("no_compiler")
@pytest.mark.parametrize("asked", [["--engine", "cpp"], ["--threads", "2"], ["--precision", "single"]])
def test_what_needs_the_compiler_is_refused_without_it(
    brain: Path, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", str(brain), "--out", "one", *asked]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "there is no C++ compiler" in line
    assert "Install one: apt-get install g++" in line
    assert not Path("one").exists()


@pytest.mark.usefixtures("no_compiler")
def test_a_sweep_says_it_once(brain: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="braincore"):
        assert main(["sweep", str(brain), "--out", "sw", "--workers", "1", "--quiet"]) == 0
    assert sum("compiler" in record.getMessage() for record in caplog.records) == 1
    for point in ("point-0001", "point-0002"):
        assert _summary(f"sw/{point}")["engine"] == "brian2"


# -- a run goes on with what it began with ---------------------------------------------------------------------------


def _stopped(folder: Path, **settings: Any) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if stage == "simulate":
            raise KeyboardInterrupt

    spec = a_brain()
    spec.duration = "60 ms"
    options = RunOptions(out=folder, report=False, prediction=False, progress=stop, **settings)
    with pytest.raises(KeyboardInterrupt):
        run_brain(spec, options=options)


@pytest.mark.parametrize("settings", [{}, {"precision": "single", "threads": 1}, {"engine": "brian2"}])
def test_a_resumed_run_keeps_its_engine(settings: dict[str, Any], tmp_path: Path) -> None:
    _stopped(tmp_path / "run", **settings)
    again = resume_run(tmp_path / "run", options=RunOptions(report=False, prediction=False))
    expected = {"engine": "cpp", "precision": "double", **{k: v for k, v in settings.items() if k != "threads"}}
    assert {key: again.summary[key] for key in expected} == expected
    assert again.provenance["engine"]["name"] == expected["engine"]


@pytest.mark.parametrize(
    ("began", "asked", "said"),
    [
        ({}, {"engine": "brian2"}, r"began with engine 'cpp' and cannot go on with 'brian2'.*Leave --engine out"),
        ({"engine": "brian2"}, {"engine": "cpp"}, "began with engine 'brian2' and cannot go on with 'cpp'"),
        ({}, {"precision": "single"}, "began with precision 'double' and cannot go on with 'single'"),
        ({}, {"threads": 0}, "the number of threads is 0"),
    ],
)
def test_another_engine_does_not_go_on(began: dict[str, Any], asked: dict[str, Any], said: str, tmp_path: Path) -> None:
    _stopped(tmp_path / "run", **began)
    with pytest.raises(InputError, match=said):
        resume_run(tmp_path / "run", options=RunOptions(**asked))


def test_a_run_of_before_there_was_a_choice_goes_on_with_brian2(tmp_path: Path) -> None:
    choice = RunOptions().choice_again({}, tmp_path)
    assert choice == EngineChoice(name="brian2", threads=1)


def test_a_sweep_does_not_mix_engines(brain: Path) -> None:
    assert main(["sweep", str(brain), "--out", "sw", "--workers", "1", "--quiet", "--engine", "brian2"]) == 0
    assert main(["sweep", str(brain), "--out", "sw", "--workers", "1", "--quiet"]) == 0
    for point in ("point-0001", "point-0002"):
        assert _summary(f"sw/{point}")["engine"] == "cpp"


# -- what a run leaves alone -----------------------------------------------------------------------------------------


def test_a_run_leaves_the_scripts_own_brian2_alone(tmp_path: Path) -> None:
    """Device with its settings, target, precision, random numbers of NumPy and of the compiled engine."""
    for device, settings in (("runtime", {}), ("braincore", {"precision": "single", "without": ["fuse"]})):
        brian2.set_device(device, **settings)
        active = brian2.get_device()
        dtype, target = brian2.prefs["core.default_float_dtype"], brian2.prefs["codegen.target"]
        brian2.seed(11)
        before = brian2.get_device().get_random_state()
        spec = a_brain()
        spec.stimulate("E", poisson("20 Hz", 100), weight="20 pA")
        spec.run(out=tmp_path / device, report=False, prediction=False)
        assert brian2.get_device() is active
        assert active.build_options == settings
        assert (brian2.prefs["core.default_float_dtype"], brian2.prefs["codegen.target"]) == (dtype, target)
        after = brian2.get_device().get_random_state()
        assert after.get("braincore", ())[:2] == before.get("braincore", ())[:2]
        assert np.array_equal(after["numpy_state"][1], before["numpy_state"][1])


IDLE = """
import sys
from braincore.cli import main
try:
    code = main(sys.argv[2:])
except SystemExit as left:
    code = left.code
assert code == 0, code
loaded = [name for name in sys.argv[1].split(",") if name in sys.modules]
assert not loaded, loaded
"""


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], "numpy,brian2,yaml"),
        (["run", "--help"], "numpy,brian2,yaml"),
        (["check", "small.yaml"], "brian2,matplotlib,braincore.engine"),
        (["predict", "small.yaml"], "brian2,matplotlib,braincore.engine"),
    ],
)
def test_nothing_heavy_is_loaded_that_is_not_needed(brain: Path, arguments: list[str], absent: str) -> None:
    command = [sys.executable, "-c", IDLE, absent, *arguments]
    done = subprocess.run(command, cwd=brain.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_choices_are_made_into_engines() -> None:
    assert choose("brian2", threads=1).make().name == "brian2"
    runner = choose(precision="single", threads=np.int64(2)).make()
    assert (runner.name, runner.precision, runner.used_threads) == ("cpp", "single", 2)
