"""What a run notes of its model, of named groups of neurons and of the predicted rates."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from braincore import Brain
from braincore.cli import main
from braincore.model import AllToAll, NetworkSpec, Traces, Weights, learning_rules
from braincore.report import histograms_over_time, weights_over_time
from braincore.results import Run
from braincore.spec import load
from braincore.study.groups import MAX_GROUPS, chosen_groups
from braincore.study.prediction import predict_mean
from braincore.theory import predict

HEAD = """\
# A net.
#
# Expected  Silence.
braincore: 1
duration: 100 ms
"""
CELLS = """\
neurons:
  cell: {extends: lif_exp, parameters: {E_L: -60 mV}}
populations:
  A:
    neuron: cell
    labels: [a, b, c, d]
    groups: {touched: [a], left: [a, b], right: [c, d]}
projections:
  - from: A
    to: A
    connect: all_to_all
    weight: {normal: {mean: 0.1234567891 nA, sd: 1 pA}}
    delay: 1 ms
    receptor: exc
    rules: [tsodyks_markram]
stimuli: {touch: {target: "A[touched]", poisson: {rate: 800 Hz}, weight: 0.1963491 nA, during: [20 ms, 60 ms]}}
"""
FLASHES = """\
populations:
  E: {neuron: lif_exp, size: 100}
stimuli:
  background: {target: E, poisson: {rate: 8 Hz, sources: 900}, weight: 87.8 pA}
  flash_1: {target: E, poisson: {rate: 8 Hz, sources: 200}, weight: 87.8 pA, during: [40 ms, 60 ms]}
  flash_2: {target: E, poisson: {rate: 8 Hz, sources: 200}, weight: 87.8 pA, during: [70 ms, 75 ms]}
"""


def _network(folder: Path, text: str) -> NetworkSpec:
    path = folder / "brain.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return load(path).resolve()


def test_a_run_notes_groups_rules_start_values_and_honest_sources(tmp_path: Path) -> None:
    _network(tmp_path, CELLS)
    assert main(["run", str(tmp_path / "brain.yaml"), "--out", str(tmp_path / "run"), "--quiet"]) == 0
    model = json.loads((tmp_path / "run" / "model.json").read_text())
    assert model["populations"][0]["groups"] == {"touched": [0], "left": [0, 1], "right": [2, 3]}
    assert model["group_matrix"]["names"] == ["touched", "left", "right"]
    assert model["group_matrix"]["matrix"] == [[1, 1, 2], [1, 1, 2], [2, 2, 4]]
    sources = {row["name"]: row["source"] for row in model["neurons"][0]["parameters"]}
    assert sources["E_L"] == "this description"  # the paper says -65 mV
    assert sources["V_th"].startswith("Potjans")
    assert model["neurons"][0]["initial"] == {"v": "E_L"}
    assert model["neurons"][0]["inputs"] == ["I"]
    assert model["rules"][0]["name"] == "tsodyks_markram"
    assert "weight 196.3" in model["stimuli"][0]["text"]
    assert model["projections"][0]["weight"] == "normal (mean 123.5 pA, sd 1 pA)"
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert set(summary["groups"]) == {"A[touched]", "A[left]", "A[right]"}
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Plasticity" in page
    assert "<dt>Expected</dt><dd>Silence.</dd>" in page


def test_many_groups_give_way_to_the_largest_that_do_not_overlap(tmp_path: Path) -> None:
    labels = [f"c{k}" for k in range(100)]
    cells = "".join(f"      t{k}: [{', '.join(labels[4 * k : 4 * k + 4])}]\n" for k in range(25))
    single = "".join(f"      s{k}: [c{k}]\n" for k in range(100))
    text = f"populations:\n  A:\n    neuron: lif_exp\n    labels: [{', '.join(labels)}]\n    groups:\n{cells}{single}"
    chosen = chosen_groups(_network(tmp_path, text + 'interventions:\n  - {silence: "A[s7]", during: [0 ms, 9 ms]}\n'))
    assert len(chosen["A"]) == MAX_GROUPS
    assert "s7" in chosen["A"]
    assert all(name.startswith("t") for name in chosen["A"] if name != "s7")
    treated = chosen_groups(_network(tmp_path, text + 'interventions:\n  - {silence: "A[t3]"}\n'))
    assert set(treated["A"]) <= {f"t{k}" for k in range(25)}  # no single cell of t3 slips in


def test_predicted_rates_are_means_over_the_run(tmp_path: Path) -> None:
    network = _network(tmp_path, FLASHES)
    off, on = (predict(network, at=at, regime=False).rates()["E"] for at in (0.01, 0.05))
    assert on > 1.3 * off
    found = predict_mean(network)
    assert found.rates["E"] == pytest.approx(0.75 * off + 0.25 * on)
    assert any("2 stationary states" in note for note in found.notes)


def test_two_models_of_one_name_are_both_described(tmp_path: Path) -> None:
    text = "regions:\n" + "".join(
        f"  {name}: {{type: BalancedNetwork, excitatory: 40, inhibitory: 10, in_degree: 4, weight: {w}}}\n"
        for name, w in (("one", "0.1 mV"), ("two", "0.1 mV"))
    )
    text += "populations:\n  A: {neuron: lif_delta, size: 2}\n"
    _network(tmp_path, text)
    assert main(["run", str(tmp_path / "brain.yaml"), "--out", str(tmp_path / "run"), "--quiet"]) == 0
    model = json.loads((tmp_path / "run" / "model.json").read_text())
    assert [row["name"] for row in model["neurons"]] == ["lif_delta", "lif_delta (2)"]
    used = {row["name"]: row["neuron"] for row in model["populations"]}
    assert used["A"] != used["one.E"]
    assert used["one.E"] == used["two.E"]


def test_weights_over_time_show_what_a_rule_moves(tmp_path: Path) -> None:
    text = (
        CELLS.replace("tsodyks_markram", "stdp_pair")
        .replace("rate: 800 Hz", "rate: 4 kHz")
        .replace("weight: 0.1963491 nA", "weight: 2 nA")
        .replace("weight: {normal: {mean: 0.1234567891 nA, sd: 1 pA}}", "weight: 0.12 nA\n    bounds: [0 nA, 0.25 nA]")
    )
    both = '[{projection: "A->A", interval: 10 ms}, {projection: "A->A", interval: 10 ms, histogram: 400}]'
    _network(tmp_path, f"{text}record: {{spikes: all, weights: {both}}}\n")
    assert main(["run", str(tmp_path / "brain.yaml"), "--out", str(tmp_path / "run"), "--quiet"]) == 0
    ax = weights_over_time(Run(tmp_path / "run"))
    assert ax.get_ylabel() == "w (pA)"
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Weights over time: A→A" in page
    assert "Distribution of weights over time: A→A" in page
    run = Run(tmp_path / "run")
    one, every = run.weights("A->A"), run.histograms("A->A")
    np.testing.assert_allclose(every.edges, np.linspace(0, 0.25e-9, 401), rtol=1e-12, atol=1e-24)
    assert every.unit == "A"
    np.testing.assert_array_equal(every.t, one.times())
    for k, count in enumerate(every.count):
        np.testing.assert_array_equal(count, np.histogram(one.at(k).variables["w"], every.edges)[0])
    assert (every.count[0] != every.count[-1]).any()
    drawn = histograms_over_time(run, "A->A")
    assert drawn.get_ylabel() == "weight (pA)"


def test_recordings_have_the_names_of_what_is_recorded(tmp_path: Path) -> None:
    """Names that differ in odd characters only are two recordings, found by the names they were given."""
    brain = Brain(seed=1, duration="5 ms")
    brain.add("S", 2, "poisson")
    brain.add("E", 3, "lif_cond")
    rule = learning_rules.get("stdp_pair")
    names = ("S to E", "S_to_E", "../é")
    for k, name in enumerate(names):
        brain.connect("S", "E", AllToAll(), weight=f"{k + 1} nS", rules=rule, bounds=("0 nS", "9 nS"), name=name)
    brain.record(
        weights=tuple(Weights(projection=name, interval="1 ms") for name in names),
        traces=(Traces(target="E[0, 2]", variables=("v",)),),
    )
    run = brain.run(out=tmp_path / "run", report=False, prediction=False)
    assert set(run.recorders("weights")) == set(names)
    for k, name in enumerate(names):
        first = run.weights(name).variables["w"][:6]
        assert first == pytest.approx((k + 1) * 1e-9, rel=0.2)
    assert run.traces("E[0, 2]").matrix("v")[1].shape[1] == 2
