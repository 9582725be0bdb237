"""``braincore compare``: tables, report, resuming, tuning, and what is told of a wrong file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from braincore.cli import main
from braincore.errors import InputError
from braincore.spec import load
from braincore.spec.comparison import load_comparison
from braincore.study.compare import Compared, run_comparison

FILE = """
# How two rules learn a sequence.
braincore: 1
title: Two rules
compare:
  rules:
    pairs: stdp_pair
    gentle: {type: stdp_pair, A_plus: 0.002, A_minus: 0.002}
    scaled: [stdp_pair, synaptic_scaling]
    own: mine
    rate rule: bcm
  protocols:
    - {type: window, pairs: 5}
    - {type: sequence, neurons: 10, repetitions: 5}
  seeds: 3
learning_rules:
  mine: {extends: stdp_pair, on_post: w += 0.01*w_max}
"""


def given(folder: Path, text: str = FILE) -> Path:
    path = folder / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def compared(folder: Path, text: str = FILE, **more: object) -> Compared:
    return run_comparison(load_comparison(given(folder, text)), out=folder / "out", workers=1, **more)  # type: ignore[arg-type]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_comparison_from_start_to_report(tmp_path: Path) -> None:
    done = compared(tmp_path)
    assert not done.faults
    table = rows(done.folder / "table.csv")
    assert list(table[0]) == ["rule", "protocol", "seed", "measure", "x", "value"]
    assert {row["rule"] for row in table} == {"pairs", "gentle", "scaled", "own"}
    window = {(row["rule"], float(row["x"])): float(row["value"]) for row in table
              if row["protocol"] == "window" and row["measure"] == "change"}  # fmt: skip
    assert window["pairs", 10.0] == pytest.approx(2.5 * window["gentle", 10.0])
    assert window["own", -100.0] == pytest.approx(0.1, abs=0.02)
    assert {row["seed"] for row in table if row["protocol"] == "window"} == {"1"}, "nothing in it is random"
    assert {row["seed"] for row in table if row["protocol"] == "sequence"} == {"1", "2", "3"}
    tests = rows(done.folder / "tests.csv")
    assert {row["measure"] for row in tests} == {"forward", "backward", "asymmetry"}
    assert len(tests) == 3 * 6
    assert all(float(row["p_holm"]) >= float(row["p"]) for row in tests if row["p"] != "nan")
    costs = rows(done.folder / "costs.csv")
    assert {(row["rule"], row["protocol"]) for row in costs} == {(r, p) for r in ("pairs", "gentle", "scaled", "own")
                                                                for p in ("window", "sequence")}  # fmt: skip
    page = done.report.read_text(encoding="utf-8")
    for text in (
        "Two rules",
        "How two rules learn a sequence.",
        "rate rule does not take part",
        "Holm",
        "bcm",
        "table.csv",
    ):
        assert text in page
    for name in ("window", "window-measures", "sequence", "sequence-measures"):
        assert (done.folder / "figures" / f"{name}.png").stat().st_size > 5000
    assert any("trials of rules that do not go with a protocol" in line for line in done.lines())


def test_it_goes_on_where_it_was_and_runs_only_what_is_new(tmp_path: Path) -> None:
    short = FILE.replace("    scaled: [stdp_pair, synaptic_scaling]\n    own: mine\n    rate rule: bcm\n", "")
    first = compared(tmp_path, short)
    before = {path.name: path.stat().st_mtime_ns for path in (first.folder / "trials").iterdir()}
    table = (first.folder / "table.csv").read_bytes()
    cut = min((first.folder / "trials").iterdir())
    cut.write_text(cut.read_text(encoding="utf-8")[:40], encoding="utf-8")  # as a killed machine leaves it
    more = compared(tmp_path, short.replace("seeds: 3", "seeds: 4"))
    after = {path.name: path.stat().st_mtime_ns for path in (more.folder / "trials").iterdir()}
    assert len(after) == len(before) + 2
    assert {name for name in before if after[name] != before[name]} == {cut.name}
    assert len(rows(more.folder / "table.csv")) > len(rows(first.folder / "table.csv")) - 1
    compared(tmp_path, short)
    assert (first.folder / "table.csv").read_bytes() == table, "the same comparison, the same table"


def test_constants_are_tuned_on_other_seeds(tmp_path: Path) -> None:
    text = """
braincore: 1
compare:
  rules: {pairs: stdp_pair, triplet: stdp_triplet}
  protocols: [{type: frequency, pairs: 60}]
  tuning: {protocol: frequency, tries: 6, free: {pairs: {A_plus: [0.001, 0.02], A_minus: [0.001, 0.02]}}}
"""
    done = compared(tmp_path, text)
    assert set(done.tuned) == {"pairs"}
    constants = {name: value.si for name, value in done.tuned["pairs"].items()}
    assert all(0.001 <= value <= 0.02 for value in constants.values())
    scores = [json.loads(p.read_text(encoding="utf-8")) for p in (done.folder / "trials").iterdir()]
    tried = [row[2] for one in scores if one["seed"] > 2**61 for row in one["rows"] if row[0] == "error"]
    assert len(tried) == 6
    found = next(
        row for row in rows(done.folder / "summary.csv") if row["rule"] == "pairs" and row["measure"] == "error"
    )
    assert float(found["mean"]) == pytest.approx(min(tried))
    assert "6 tries" in done.report.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("braincore: 1\n", "'compare' is missing"),
        ("braincore: 1\ncompare: {rules: [stdp_par], protocols: [window]}\n", r":2:19: .*'stdp_par'.*stdp_pair"),
        (
            "braincore: 1\ncompare: {rules: [stdp_pair], protocols: [windw]}\n",
            r":2:43: .*unknown protocol 'windw'.*window",
        ),
        ("braincore: 1\ncompare: {rules: [stdp_pair], protocols: [{type: window, pair: 3}]}\n", "no parameter 'pair'"),
        ("braincore: 1\ncompare: {rules: [stdp_pair, stdp_pair], protocols: [window]}\n", "compared twice"),
        ("braincore: 1\ncompare: {rules: [], protocols: [window]}\n", "no rules to compare"),
        ("braincore: 1\ncompare: {rules: [stdp_pair], protocols: [window], sedes: 3}\n", "sedes.*seeds"),
        ("braincore: 1\ncompare: {rules: [stdp_pair], protocols: [window], seeds: 0}\n", "seeds"),
        ("braincore: 1\nregions: {}\ncompare: {rules: [stdp_pair], protocols: [window]}\n", "unknown key 'regions'"),
        (
            "braincore: 1\ncompare: {rules: [stdp_pair], protocols: [window],"
            " tuning: {protocol: rates, free: {stdp_pair: {A_plus: [0, 1]}}}}\n",
            "'rates' has no score",
        ),
        (
            "braincore: 1\ncompare: {rules: [stdp_pair], protocols: [window],"
            " tuning: {protocol: window, free: {stdp_pair: {A_pls: [0, 1]}}}}\n",
            "no rule here has a parameter 'A_pls'. Did you mean 'A_plus'",
        ),
        (
            "braincore: 1\ncompare: {rules: [stdp_pair], protocols: [window],"
            " tuning: {protocol: window, free: {stdp_pair: {tau_plus: [5 mV, 1 ms]}}}}\n",
            "tau_plus",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    path = given(tmp_path, text)
    with pytest.raises(InputError, match=told) as caught:
        run_comparison(load_comparison(path), out=tmp_path / "out", workers=1)
    assert all(f"{path}:" in str(fault) for fault in caught.value.faults)
    assert not (tmp_path / "out").exists()


def test_the_command_says_what_is_wrong_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = given(tmp_path, "braincore: 1\ncompare: {rules: [stdp_pair], protocols: [windw]}\n")
    assert main(["compare", str(path)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "windw" in told


def test_a_comparison_that_is_run_as_a_brain_is_told_apart(tmp_path: Path) -> None:
    path = given(tmp_path)
    with pytest.raises(
        InputError, match=r"rules.yaml:5:1: .*a comparison of learning rules.*braincore compare"
    ) as caught:
        load(path)
    assert len(caught.value.faults) == 1


def test_another_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds something else"):
        compared(tmp_path)
    assert (tmp_path / "out" / "thesis.txt").read_text(encoding="utf-8") == "mine"
