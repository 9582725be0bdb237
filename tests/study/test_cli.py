"""The command line's contract: commands, exit codes, one line per fault, no traceback."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from braincore.cli import main
from braincore.results import Run

SMALL = """\
braincore: 1
title: small
duration: 40 ms
populations:
  E: {neuron: lif_exp, size: 40, sign: excitatory}
  I: {neuron: lif_exp, size: 10, sign: inhibitory}
projections:
  - {from: E, to: I, connect: {fixed_probability: {p: 0.2}}, weight: 100 pA, delay: 1 ms}
  - {from: I, to: E, connect: {fixed_probability: {p: 0.2}}, weight: -400 pA, delay: 1 ms}
stimuli: {background: {target: all, poisson: {rate: 8 Hz, sources: 1600}, weight: 87.8 pA}}
record: {spikes: all, rates: {bin: 5 ms}, traces: {E: {variables: [v], neurons: [0]}}}
sweep: {stimuli.background.poisson.rate: [6 Hz, 9 Hz]}
"""


@pytest.fixture
def brain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def test_run_writes_the_folder_of_the_contract(brain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(brain), "--out", "one", "--seed", "7"]) == 0
    folder = Path("one")
    for name in ("run.yaml", "summary.json", "provenance.json", "report.html", "spikes", "traces", "rates", "figures"):
        assert (folder / name).exists(), name
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["status"] == "complete"
    assert summary["seed"] == 7
    assert summary["neurons"] == 50
    assert summary["duration_s"] == pytest.approx(0.04)
    assert set(summary["wall_s"]) == {"build", "compile", "simulate"}
    assert summary["engine"] == "cpp"
    assert summary["synapses"] > 100
    assert "brian2" in summary["versions"]
    assert set(summary["populations"]["E"]) >= {"n", "rate_hz", "cv_isi", "synchrony", "predicted_rate_hz"}
    assert "E" in capsys.readouterr().out


def test_run_yaml_gives_the_same_run(brain: Path) -> None:
    assert main(["run", str(brain), "--out", "one", "--quiet", "--no-report"]) == 0
    assert main(["run", "one/run.yaml", "--out", "two", "--quiet", "--no-report"]) == 0
    one, two = (json.loads(Path(name, "provenance.json").read_text()) for name in ("one", "two"))
    assert one["digest"] == two["digest"]
    assert one["spec_hash"] == two["spec_hash"]


def test_an_existing_run_is_not_overwritten(brain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", str(brain), "--out", "one", "--quiet", "--no-report"]
    assert main(arguments) == 0
    before = Path("one/provenance.json").read_bytes()
    capsys.readouterr()
    assert main(arguments) == 2
    assert "--force" in capsys.readouterr().err
    assert Path("one/provenance.json").read_bytes() == before
    assert main([*arguments, "--force"]) == 0


def test_the_next_free_folder_is_taken(brain: Path) -> None:
    for number in (1, 2):
        assert main(["run", str(brain), "--quiet", "--no-report"]) == 0
        assert Path(f"runs/small-{number:03d}/summary.json").is_file()


def test_check_and_predict_run_nothing(brain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(brain)]) == 0
    assert "valid" in capsys.readouterr().out
    assert main(["predict", str(brain)]) == 0
    assert "regime" in capsys.readouterr().out
    assert [p.name for p in Path().iterdir()] == ["small.yaml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "nowhere.yaml"], ["nowhere.yaml", "does not exist"]),
        (["run", "small.yaml", "--set", "populations.E.sice=5"], ["sice", "size"]),
        (["run", "small.yaml", "--set", "populations.E.neuron=lif_exq"], ["lif_exq", "lif_exp"]),
        (["run", "small.yaml", "--set", "duration=10"], ["duration", "no unit"]),
        (["run", "small.yaml", "--engine", "brain2"], ["brain2", "brian2"]),
        (["run", "small.yaml", "--engine", "brian2", "--threads", "4"], ["one thread"]),
        (["run", "small.yaml", "--threads", "0"], ["threads", "from 1 to 64"]),
        (["resume", "nowhere"], ["nowhere"]),
        (["report", "nowhere"], ["nowhere"]),
        (["explain", "lif_exq"], ["lif_exp"]),
        (["explain", "hh", "--figure", "hh.png"], ["hh", "no region"]),
        (["explain", "Wang2002", "--figure", "small.yaml"], ["small.yaml", ".png"]),
        (["list", "neuron"], ["neurons"]),
        (["run", "small.yaml", "--set", "populations.E.size=2000000000"], []),
    ],
    ids=lambda value: "-".join(value)[:60] if isinstance(value, list) else None,
)  # fmt: skip
def test_bad_input_is_exit_code_2_and_one_line(
    brain: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    for word in words:
        assert word in told
    assert not Path("runs").exists()


def test_what_would_be_silently_wrong_stops_a_run(brain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brain.write_text(
        "braincore: 1\nduration: 10 ms\npopulations:\n"
        "  S: {neuron: poisson, size: 10, parameters: {rate: 20 kHz}}\n"
        "  E: {neuron: lif_exp, size: 20}\n"
        "projections:\n  - {from: S, to: E, weight: 50 pA}\n",
        encoding="utf-8",
    )
    assert main(["run", str(brain)]) == 2
    assert "over one spike in a step" in capsys.readouterr().err


def test_list_and_explain_show_the_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert "lif_exp" in capsys.readouterr().out
    assert main(["explain", "hh"]) == 0
    told = capsys.readouterr().out
    assert "Hodgkin" in told
    assert "plausible range" in told


def test_a_region_is_explained_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "Wang2002", "--figure", str(tmp_path / "made" / "wang.png")]) == 0
    told = capsys.readouterr().out
    assert "  left excites left, right, nonselective, interneurons (ampa, nmda)" in told
    assert "  interneurons inhibits left, right, nonselective, interneurons (gaba)" in told
    assert (tmp_path / "made" / "wang.png").read_bytes().startswith(b"\x89PNG")


def test_an_option_of_another_command_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "a.yaml", "--quiet"])
    told = capsys.readouterr().err
    assert "unrecognized arguments: --quiet. It is an option of: run," in told
    assert "Did you mean" not in told


def test_usage_errors_are_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["frobnicate"], ["run"], ["run", "a.yaml", "--seed", "x"]):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 2
    capsys.readouterr()


def test_sweep_writes_one_table_and_goes_on_where_it_stopped(brain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", str(brain), "--out", "sw", "--workers", "1", "--quiet"]) == 0
    lines = Path("sw/table.csv").read_text().splitlines()
    assert lines[0].startswith("point,stimuli.background.poisson.rate,population")
    assert len(lines) == 1 + 2 * 2
    stamp = Path("sw/point-0001/summary.json").stat().st_mtime_ns
    assert main(["sweep", str(brain), "--out", "sw", "--workers", "1", "--quiet"]) == 0
    assert Path("sw/point-0001/summary.json").stat().st_mtime_ns == stamp
    assert main(["sweep", str(brain), "--out", "sw", "--set", "dt=0.2 ms", "--quiet"]) == 2
    capsys.readouterr()


def test_report_of_several_runs(brain: Path) -> None:
    for seed in ("1", "2"):
        assert main(["run", str(brain), "--out", f"run{seed}", "--seed", seed, "--quiet", "--no-report"]) == 0
    assert main(["report", "run1", "run2", "--out", "both.html"]) == 0
    assert "run1" in Path("both.html").read_text(encoding="utf-8")


def _start(brain: Path, out: str, duration: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "braincore", "run", str(brain), "--out", out, "--no-report", "--quiet"]
    return subprocess.Popen([*command, "--set", f"duration={duration}"], env={**os.environ}, stderr=subprocess.PIPE)


def _wait_for_spikes(folder: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        if (folder / "status.json").is_file() and list(folder.glob("spikes/part-*.parquet")):
            return
        assert process.poll() is None, "the run ended before it could be stopped"
        time.sleep(0.05)
    pytest.fail("the run recorded nothing")


@pytest.mark.slow
@pytest.mark.rotates(2)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_a_stopped_run_goes_on_to_the_same_spikes(brain: Path, number: signal.Signals) -> None:
    """A run that is stopped (exit code 130) or killed and resumed equals one that was not."""
    duration = "300 s"
    assert main(["run", str(brain), "--out", "whole", "--no-report", "--quiet", "--set", f"duration={duration}"]) == 0
    assert Run("whole").summary["engine"] == "cpp"
    process = _start(brain, "broken", duration)
    _wait_for_spikes(Path("broken"), process)
    process.send_signal(number)
    process.wait(timeout=60)
    assert process.returncode == (130 if number == signal.SIGINT else -9)
    assert Run("broken", allow_incomplete=True).status.state != "complete"
    assert main(["resume", "broken", "--quiet"]) == 0
    whole, broken = Run("whole"), Run("broken")
    assert whole.provenance["digest"] == broken.provenance["digest"]
    assert main(["resume", "broken", "--quiet"]) == 2


def test_a_damaged_checkpoint_gives_way_to_the_older_one(tmp_path: Path) -> None:
    import numpy as np

    from braincore.study.run import CHECKPOINTS, _latest_checkpoint

    (tmp_path / "checkpoint").mkdir()
    for name, step in zip(CHECKPOINTS, (10, 20), strict=True):
        np.savez(tmp_path / name, step=np.array(step))
    newest = _latest_checkpoint(tmp_path, 30)
    assert newest is not None
    assert int(newest["step"]) == 20
    older = _latest_checkpoint(tmp_path, 15)  # the recordings do not reach the newest
    assert older is not None
    assert int(older["step"]) == 10
    for damage in (b"", b"PK", (tmp_path / CHECKPOINTS[1]).read_bytes()[:-20]):
        (tmp_path / CHECKPOINTS[1]).write_bytes(damage)
        found = _latest_checkpoint(tmp_path, 30)
        assert found is not None
        assert int(found["step"]) == 10


GOLDEN = """
references:
  - {population: E, rate: [1 Hz, 300 Hz], synchrony: [0, 50], after: 5 ms}
  - {population: I, rate: 900 Hz, within: 0.01, source: nowhere}
  - {population: E, correlation: [-1, 1], after: 1 s}
  - {population: E, rate: [1 Hz, 300 Hz], after: 5 ms, before: 20 ms}
  - {population: E, rate: [0 Hz, 300 Hz], before: 2 s}
"""


def test_a_run_is_held_to_its_references(brain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brain.write_text(SMALL + GOLDEN, encoding="utf-8")
    assert main(["check", str(brain)]) == 0
    assert "as expected" not in capsys.readouterr().out
    before = sorted(Path().iterdir())
    assert main(["check", str(brain), "--golden"]) == 1
    told = capsys.readouterr().out.splitlines()
    assert sum("NOT as expected" in line for line in told) == 3
    assert any(line.startswith("E rate: ") and ", as expected (1 to 300 Hz)" in line for line in told)
    assert any(line.startswith("I rate: ") and "(891 to 909 Hz; nowhere)" in line for line in told)
    assert any(line.startswith("E correlation: not known") for line in told)
    assert any(line.startswith("E rate from 5 ms to 20 ms: ") and "as expected" in line for line in told)
    assert any(line.startswith("E rate from 0 s to 2 s: not known") for line in told)  # the run is shorter
    assert told[-1] == "3 of 6 references held"
    assert sorted(Path().iterdir()) == before
    assert main(["check", str(brain), "--golden", "--out", "kept", "--set", "references.1.rate=[1 Hz, 900 Hz]"]) == 1
    assert "4 of 6 references held" in capsys.readouterr().out
    summary = json.loads(Path("kept/summary.json").read_text())
    assert [row["held"] for row in summary["references"]] == [True, True, True, False, True, False]
    page = Path("kept/report.html").read_text()
    assert "Found and expected" in page
    assert "2 of 6 references did not hold or are not known" in page
    spikes = Run("kept").spikes("E", start=0.005).t
    assert summary["references"][0]["found"] == pytest.approx(len(spikes) / 40 / 0.035)
    assert summary["references"][4]["found"] == pytest.approx((spikes < 0.02).sum() / 40 / 0.015)


def test_a_changed_model_is_not_held_to_the_references_of_the_file(
    brain: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    brain.write_text(SMALL + GOLDEN, encoding="utf-8")
    assert main(["run", str(brain), "--out", "changed", "--set", "populations.E.size=30", "--no-report"]) == 0
    assert "references" not in json.loads(Path("changed/summary.json").read_text())
    assert "references" not in Path("changed/run.yaml").read_text()
    assert main(["run", str(brain), "--out", "same", "--set", "duration=50 ms", "--no-report"]) == 0
    assert "3 of 6 references held" in capsys.readouterr().out
    assert main(["check", str(brain), "--golden", "--set", "populations.E.size=30"]) == 2
    assert "nothing is expected of this brain" in capsys.readouterr().err


def test_a_sweep_ends_with_a_report_of_its_points(brain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", str(brain), "--out", "swept", "--workers", "1"]) == 0
    assert f"report: {Path('swept') / 'report.html'}" in capsys.readouterr().out
    page = Path("swept/report.html").read_text()
    assert "small: 2 points of a sweep" in page
    assert "rate 6 Hz" in page
    assert "rate 9 Hz" in page


def test_only_the_first_hundred_faults_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(SMALL + "".join(f"key{k}: 1\n" for k in range(250)))
    assert main(["check", str(path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 101
    assert lines[-1] == "and 150 more faults"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rum", "x.yaml"], "Did you mean 'run'?"),
        (["run", "x.yaml", "--otu", "y"], "Did you mean '--out'?"),
        (["run", "x.yaml", "--out", ""], "argument --out: the path is empty"),
        (["check", ""], "argument FILE: the path is empty"),
    ],
)
def test_misspelt_arguments(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


def test_files_in_the_place_of_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    assert main(["sweep", str(path), "--out", str(path)]) == 2
    assert "is a file, not a folder" in capsys.readouterr().err


def test_a_report_is_not_written_over_another_file(brain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misplaced --out must not cost the definition that it names."""
    assert main(["run", str(brain), "--out", "one", "--no-report", "--quiet"]) == 0
    assert main(["report", "one", "--out", str(brain)]) == 2
    assert "is not a report" in capsys.readouterr().err
    assert brain.read_text(encoding="utf-8") == SMALL
    assert main(["report", "one", "--out", "."]) == 0
    assert "report: report.html" in capsys.readouterr().out
    assert Path("report.html").is_file()
    assert main(["report", "one", "--out", "report.html"]) == 0, "a report may be replaced by another"


ODD_STREAMS = {
    "closed output": ("list neurons >&-", 0, ""),
    "closed errors": ("check nothing.yaml 2>&-", 2, ""),
    "full output": ("list neurons >/dev/full", 1, "cannot be read or written: No space left on device"),
    "plain terminal": ("check uni.yaml", 0, "uni.yaml: valid"),
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("what", ODD_STREAMS)
def test_odd_streams(what: str, tmp_path: Path) -> None:
    arguments, code, said = ODD_STREAMS[what]
    text = "braincore: 1\ntitle: \u8111\npopulations: {\u00c4: {neuron: lif_exp, size: 3}}\n"
    (tmp_path / "uni.yaml").write_text(text, encoding="utf-8")
    command = f"{shlex.quote(sys.executable)} -m braincore {arguments}"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=False,
    )
    told = (done.stdout + done.stderr).decode()
    assert done.returncode == code, told
    assert said in told
    assert "Error" not in told and "Traceback" not in told


def test_the_plan_of_the_engine_is_explained(
    brain: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAINCORE_CACHE", "cache")
    assert main(["explain-plan", str(brain)]) == 0
    told = capsys.readouterr().out
    assert "group_0_stateupdater: compiled" in told
    assert "runs in the loop of group_0_stateupdater" in told
    assert "one delay: spikes wait as neurons" in told
