"""The benchmarks' machinery, on tiny networks: what is measured, resumed, reported. Nothing here is timed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import examples, report, run, scaling
from benchmarks.machine import describe
from benchmarks.networks import NETWORKS
from benchmarks.networks.base import bernoulli
from benchmarks.networks.microcircuit import parameters
from benchmarks.simulators import SIMULATORS
from benchmarks.targets import BRIAN2

PROGRAM = """#include <cstdio>
int main(int n, char** arguments) {
  std::printf("{\\"N\\": %s, \\"s_per_bio\\": 0.5, \\"construct_s\\": 0, ", arguments[1]);
  std::printf("\\"rate\\": 5.0, \\"nev\\": 100}\\n");
}
"""


def options(folder: Path, *arguments: str) -> Any:
    shared = ["--shrunk", "--results", str(folder / "results.jsonl"), "--work", str(folder / "work")]
    return run.parser().parse_args([*shared, *arguments])


def line(network: str, simulator: str, s_per_s: float, **more: Any) -> dict[str, Any]:
    usual = {"repetition": 0, "seconds": 1.0, "transient": 0.5, "events_per_s": 1e6, "build_s": 1.0, "construct_s": 1.0}
    found = {"peak_mb": 10.0, "rates": {"E": 5.0, "I": 6.0}, "load": 0.1}
    return {"network": network, "simulator": simulator, "s_per_s": s_per_s, **usual, **found, **more}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_drawn_the_same_each_time(name: str) -> None:
    network = NETWORKS[name].shrunk()
    first, second = network.draw(), network.draw()
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[key], second[key]) for key in first)


def test_what_is_kept_of_a_network_is_of_no_other(tmp_path: Path) -> None:
    tiny = NETWORKS["fly"].shrunk()
    assert tiny.key != NETWORKS["fly"].key
    drawn = tiny.data(tmp_path)
    kept = tiny.data(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{tiny.key}.npz"]
    assert all(np.array_equal(drawn[name], kept[name]) for name in drawn)


def test_pairs_are_connected_with_their_probability_and_once() -> None:
    i, j = bernoulli(np.random.default_rng(8), 300, 200, 0.1)
    sd = np.sqrt(300 * 200 * 0.1 * 0.9)
    assert abs(i.size - 6000) < 6 * sd  # false alarm: 2e-9
    assert np.unique(i.astype(int) * 200 + j).size == i.size
    assert i.max() < 300
    assert j.max() < 200


@pytest.mark.parametrize("scale", [0.1, 0.5, 1.0])
def test_the_script_has_the_numbers_of_the_experiment(scale: float) -> None:
    from braincore.regions.cortical_microcircuit import CorticalMicrocircuit

    region = CorticalMicrocircuit(scale=scale).describe()
    mine = parameters(scale)
    assert [p.size for p in region.populations] == mine.sizes.tolist()
    at = {name: k for k, name in enumerate(mine.names)}
    numbers = np.zeros((8, 8), dtype=int)
    for projection in region.projections:
        where = at[projection.target], at[projection.source]
        numbers[where] = projection.connector.n
        assert projection.weight.mean.si == pytest.approx(mine.weights_pa[where] * 1e-12)
    assert np.array_equal(numbers, mine.synapses)
    for stimulus in region.stimuli:
        k = at[stimulus.target]
        if stimulus.name == "background":
            assert stimulus.sources == pytest.approx(mine.background_k[k])
            assert stimulus.weight.si == pytest.approx(mine.background_pa * 1e-12)
        else:
            assert stimulus.waveform.amplitude.si == pytest.approx(mine.current_pa[k] * 1e-12)


@pytest.mark.slow
def test_a_run_measures_resumes_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cuba.cpp").write_text(PROGRAM, encoding="utf-8")
    chosen = ["--limits", str(tmp_path), "--repeat", "1", "--network", "cuba_4000", "--simulator"]
    assert run.run(options(tmp_path, *chosen, "limit single 1")) == 0
    results = tmp_path / "results.jsonl"
    whole = results.read_text(encoding="utf-8")
    results.write_text(whole + '{"network": "cuba_4000", "simu', encoding="utf-8")  # killed while writing
    assert run.run(options(tmp_path, *chosen, "limit single 1", "braincore double 1")) == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2  # the first was not measured again
    lines = [found for found in run.read(results) if "s_per_s" in found]
    assert [found["simulator"] for found in lines] == ["limit single 1", "braincore double 1"]
    ours = lines[1]
    assert ours["neurons"] == 400
    assert ours["events"] == pytest.approx(80 * ours["spikes"], rel=0.2)
    assert 1 < ours["rates"]["E"] < 20
    document = report.document(run.read(results))
    assert "cuba_4000 | braincore double 1" in document
    assert "benchmarks.run" in document


def test_a_failure_is_a_result_and_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "cuba.cpp").write_text("int main() { return 3; }", encoding="utf-8")
    chosen = ["--limits", str(tmp_path), "--repeat", "1", "--network", "cuba_4000", "--simulator", "limit single 1"]
    assert run.run(options(tmp_path, *chosen)) == 1
    assert run.run(options(tmp_path, *chosen)) == 1
    found = run.read(tmp_path / "results.jsonl")
    assert sum("error" in entry for entry in found) == 2
    assert "Not measured" in report.document(found)


def test_filters_match_parts_of_names_and_complain() -> None:
    assert run.chosen(NETWORKS, ["cuba_4000"]) == ["cuba_4000"]
    assert len(run.chosen(NETWORKS, ["cuba"])) == 4
    assert run.chosen(SIMULATORS, None) == list(SIMULATORS)
    with pytest.raises(SystemExit, match="'cubb' matches none of: cuba_4000"):
        run.chosen(NETWORKS, ["cubb"])


def test_simulators_take_turns_and_only_where_they_exist() -> None:
    found = list(run.cells(["microcircuit_1"], ["braincore double 1", "nest double 1", "limit single 2"], 2))
    assert [(c.simulator, c.repetition) for c in found] == [
        ("nest double 1", 0),
        ("limit single 2", 0),
        ("nest double 1", 1),
        ("limit single 2", 1),
    ]


def test_the_report_says_what_is_met_and_missed() -> None:
    lines = [
        {"machine": describe(), "command": "python -m benchmarks.run", "when": "now"},
        line("cuba_4000", "limit single 1", 0.01),
        line("cuba_4000", "brian2 double 1", 0.08),
        line("cuba_4000", "brian2 single 1", 0.05),
        line("cuba_4000", "nest double 2", 0.4, rates={"E": 9.0, "I": 9.0}),
        *(line("cuba_4000", "braincore single 2", s, repetition=k) for k, s in enumerate((0.01, 0.012, 0.5))),
        line("cuba_4000", "braincore double 1", 0.025),
    ]
    document = report.document(lines)
    assert "0.05 (single 1)" in document  # Brian2's best
    assert "4.2 (met: ≥ 4)" in document
    assert "2.0 (**missed**: ≥ 3)" in document
    assert "33.3 (met: ≥ 20)" in document
    assert "1.2 (met: ≤ 1.5)" in document
    assert "9.00 (Brian2 5.20)" in document


def test_no_ratio_is_of_two_machines(tmp_path: Path) -> None:
    here = {"command": "python -m benchmarks.run", "when": "now", "machine": describe()}
    other = {**here, "machine": {**describe(), "cpu": "Another"}}
    lines = [
        other,
        line("cuba_4000", "limit single 1", 0.01, shrunk=True),
        line("cuba_4000", "brian2 double 1", 1.0),
        here,
        line("cuba_4000", "brian2 double 1", 0.08),
        line("cuba_4000", "braincore single 1", 0.01),
    ]
    document = report.document(lines)
    assert document.count("\n## ") == 2
    assert "8.0 (met: ≥ 4)" in document
    assert "100.0" not in document
    (tmp_path / "cuba.cpp").write_text(PROGRAM, encoding="utf-8")
    results = tmp_path / "results.jsonl"
    results.write_text("".join(json.dumps(entry) + "\n" for entry in lines), encoding="utf-8")
    chosen = ["--limits", str(tmp_path), "--repeat", "1", "--network", "cuba_4000", "--simulator", "limit single 1"]
    assert run.run(options(tmp_path, *chosen)) == 0
    assert len(run.read(results)) == len(lines) + 2  # the other machine's does not count


def test_what_decides_nothing_is_measured_once() -> None:
    lines = [
        line("song", "brian2 double 1", 1.0),
        line("song", "brian2 double 2", 2.5),
        line("song", "brian2 single 1", 1.9),
        line("song", "runtime double 1", 9.0),
        line("song", "braincore single 1", 0.1),
        line("song", "braincore double 1", 0.9),
        line("fly", "nest double 1", 9.0),
    ]
    left_out = [name for name in SIMULATORS if run.beaten(run.Cell("song", name, 1), lines)]
    assert left_out == ["brian2 double 2", "runtime double 1"]  # precisions of ours are not rivals


def test_a_command_is_told_without_folders() -> None:
    told = run.without_folders(["--limits", "/a", "--network", "cuba", "--work=/b/c", "--results", "/d"])
    assert list(told) == ["--limits", "FOLDER", "--network", "cuba", "--work=FOLDER", "--results", "FOLDER"]


def test_the_other_measurements_have_their_chapters(tmp_path: Path) -> None:
    machine = {"machine": describe()}
    start = {"network": "cuba_4000", "repetition": 0, "imported": 1.0, "constructed": 2.0, "first_step": 7.0}
    entries = [machine, *({**start, "family": "braincore", "state": state} for state in ("cold", "warm"))]
    (tmp_path / "startup.jsonl").write_text("".join(json.dumps(e) + "\n" for e in entries), encoding="utf-8")
    used = {"scale": 1.0, "precision": "single", "threads": 1, "synapses": 10, "before_mb": 1.0, "peak_mb": 3.0}
    used |= {"running_mb": 2.0, "built_s": 4.0, "peak_bytes_a_synapse": 20.0, "running_bytes_a_synapse": 7.5}
    (tmp_path / "memory.jsonl").write_text(f"{json.dumps(machine)}\n{json.dumps(used)}\n", encoding="utf-8")
    rows = [f"{kind},double,1,{n},{n / 10},{n / 11},{n / 9}" for kind in ("neurons", "events") for n in (10, 1000)]
    (tmp_path / "scaling.csv").write_text("\n".join([",".join(scaling.FIELDS), *rows]), encoding="utf-8")
    text = "\n".join(report.others(tmp_path))
    assert "5.00 (**missed**: ≤ 4)" in text
    assert "5.00 (**missed**: ≤ 1)" in text
    assert "7.5 (met: ≤ 8)" in text
    assert "slope of log cost over log size 1.000 (met: ≤ 1.1)" in text
    assert "Brian2's examples" not in text


def test_every_target_is_of_a_network() -> None:
    assert set(BRIAN2) <= set(NETWORKS)


def test_slopes_and_figure(tmp_path: Path) -> None:
    sizes = [10.0, 100.0, 1000.0]
    rows = [
        {"kind": kind, "size": n, "us_per_step": 3 * n**power, "least": 2 * n**power, "most": 4 * n**power}
        for kind, power in (("neurons", 1.0), ("events", 1.5))
        for n in sizes
    ]
    assert scaling.slope(rows[:3]) == pytest.approx(1.0)
    assert scaling.slope(rows[3:]) == pytest.approx(1.5)
    scaling.draw(rows, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").stat().st_size > 1000


def test_examples_are_compared_by_spikes_and_states(tmp_path: Path) -> None:
    values = {"0/SpikeMonitor0.count": np.array([3, 4]), "0/NeuronGroup0.v": np.array([1.0, 2.0])}
    np.savez(tmp_path / "a.npz", **values)
    np.savez(tmp_path / "b.npz", **{**values, "0/NeuronGroup0.v": np.array([1.0, 2.0 + 1e-9])})
    np.savez(tmp_path / "c.npz", **{**values, "0/NeuronGroup0.v": np.array([1.0, np.nan])})
    same = {"compared": examples.compare(tmp_path / "a.npz", tmp_path / "b.npz")}
    other = {"compared": examples.compare(tmp_path / "a.npz", tmp_path / "c.npz")}
    assert same["compared"]["spikes"] == [7, 7]
    assert examples.verdict(same, drawn=False, other=None) == "same"
    assert examples.verdict(other, drawn=False, other=None).startswith("differs (0/NeuronGroup0.v")
    assert examples.verdict(other, drawn=False, other=same["compared"]).startswith("differs (0/NeuronGroup0.v")
    alike = {"different": 1, "worst": 1.0}
    assert examples.verdict(other, drawn=False, other=alike).startswith("sensitive")
    assert examples.verdict(other, drawn=True, other=None) == "random"


def test_the_table_of_examples_names_what_fails(tmp_path: Path) -> None:
    lines = [
        {"example": "a.py", "device": "numpy", "error": None, "runs": 1, "run_s": 2.0, "wall_s": 3.0},
        {"example": "a.py", "device": "braincore", "error": None, "runs": 1, "run_s": 1.0, "wall_s": 2.0},
        {"example": "a.py", "device": "compared", "error": None, "runs": 1, "run_s": 0.5, "compared": {"different": 0}},
        {"example": "a.py", "device": "again", "error": None, "runs": 1, "run_s": 0.7, "wall_s": 2.0},
        {"example": "c.py", "device": "numpy", "error": "timeout after 50 s"},
        {"example": "c.py", "device": "braincore", "error": None, "runs": 1, "run_s": 4.0, "wall_s": 5.0},
        {"example": "d.py", "device": "numpy", "error": "timeout after 50 s"},
        {"example": "d.py", "device": "braincore", "error": "timeout after 50 s"},
        {"example": "b.py", "device": "numpy", "error": None, "runs": 1, "run_s": 2.0, "wall_s": 3.0},
        {"example": "b.py", "device": "braincore", "error": "Traceback\nKeyError: 'x'", "runs": 0},
    ]
    path = tmp_path / "examples.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in lines), encoding="utf-8")
    rows = examples.report(path)
    assert "| a.py | 2.00 | 1.00 | 0.50 | 4.00 | 3.00 | 2.00 | same |" in rows
    assert any("**fails**: KeyError: 'x'" in row for row in rows)
    assert "| c.py | over 50 | 4.00 | 4.00 | over 12.50 | | 5.00 | |" in rows
    assert "| d.py | over 50 | over 50 | | | | | none finished |" in rows


def test_errors_of_examples_are_kept_without_where_files_lie(tmp_path: Path) -> None:
    path = tmp_path / "examples.jsonl"
    error = f"Traceback\n  File \"{tmp_path}/a.py\", line 1\nKeyError: 'x'\n"
    examples._append(path, {"example": "a.py", "device": "numpy", "error": error})
    assert json.loads(path.read_text(encoding="utf-8"))["error"] == "KeyError: 'x'"
