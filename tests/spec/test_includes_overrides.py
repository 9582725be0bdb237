# ruff: noqa: E501
"""Definitions built on others, values given on the command line, and sweeps."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from spec_texts import NEURONS, SYNAPSES, saved, whole

from braincore.errors import Fault, InputError
from braincore.spec import load, locate_faults
from braincore.units import Quantity

BASE = whole("seed: 1\ntitle: base\nprojections: [{from: E, to: I, weight: 1 pA, receptor: exc}]\n")


def faults_of(path: Path, *overrides: str) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        load(path, overrides).resolve()
    return caught.value.faults


def test_the_including_file_wins_key_by_key(tmp_path: Path) -> None:
    saved(tmp_path, BASE, "base.yaml")
    text = "braincore: 1\ninclude: [base.yaml]\ntitle: mine\npopulations: {E: {size: 3}, X: {neuron: lif, size: 2}}\n"
    brain = load(saved(tmp_path, text)).brain
    assert (brain.title, brain.seed) == ("mine", 1)
    assert {p.name: (p.size, p.neuron.name) for p in brain.populations} == {
        "E": (3, "lif"),
        "I": (5, "lif"),
        "X": (2, "lif"),
    }


def test_of_several_included_files_the_later_wins(tmp_path: Path) -> None:
    for name, seed in (("a.yaml", 1), ("b.yaml", 2)):
        saved(tmp_path, f"braincore: 1\nseed: {seed}\ntitle: {name}\n", name)
    saved(tmp_path, "seed: 3\n", "c.yaml")
    text = whole("include: [a.yaml, b.yaml, c.yaml]\n")
    brain = load(saved(tmp_path, text)).brain
    assert (brain.seed, brain.title) == (3, "b.yaml")


def test_projections_and_interventions_of_all_files_are_put_together(tmp_path: Path) -> None:
    saved(tmp_path, BASE, "base.yaml")
    text = "braincore: 1\ninclude: base.yaml\nprojections: [{from: I, to: E, weight: -1 pA, receptor: inh}]\n"
    brain = load(saved(tmp_path, text)).brain
    assert [p.source for p in brain.projections] == ["E", "I"]


def test_other_lists_are_replaced(tmp_path: Path) -> None:
    saved(tmp_path, whole("record: {spikes: [E, I]}"), "base.yaml")
    brain = load(saved(tmp_path, "braincore: 1\ninclude: base.yaml\nrecord: {spikes: [E]}\n")).brain
    assert brain.recording.spikes == ("E",)


def test_included_files_in_folders_name_files_from_where_they_are(tmp_path: Path) -> None:
    saved(tmp_path, f"{NEURONS}{SYNAPSES}", "models/deep/neurons.yaml")
    saved(tmp_path, "include: deep/neurons.yaml\nseed: 9\n", "models/all.yaml")
    saved(tmp_path, "a,b\n0,1\n", "data/edges.csv")
    saved(tmp_path, "projections: [{from: E, to: E, weight: 1 pA, receptor: exc, edges: {file: ../data/edges.csv, pre: a, post: b}}]\n",
          "wiring/w.yaml")  # fmt: skip
    text = "braincore: 1\ninclude: [models/all.yaml, wiring/w.yaml]\npopulations: {E: {neuron: lif, size: 4}}\n"
    loaded = load(saved(tmp_path, text))
    assert loaded.brain.seed == 9
    assert loaded.brain.projections[0].connector.post.tolist() == [1]
    assert len(loaded.files) == 4


@pytest.mark.parametrize("chain", [["brain.yaml"], ["a.yaml", "brain.yaml"], ["a.yaml", "b.yaml", "a.yaml"]])
def test_cyclic_includes_are_refused_naming_the_chain(
    chain: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["brain.yaml", *chain]
    for name, next_ in pairwise(names):
        saved(tmp_path, whole(f"include: [{next_}]\n") if name == "brain.yaml" else f"include: [{next_}]\n", name)
    (fault,) = faults_of(Path("brain.yaml"))
    start = names.index(names[-1])
    assert " -> ".join(names[start:]) in fault.message
    assert fault.where.split(":")[0] == names[-2]


def test_a_file_may_be_included_twice_but_not_in_a_circle(tmp_path: Path) -> None:
    saved(tmp_path, "seed: 5\n", "common.yaml")
    saved(tmp_path, "include: common.yaml\n", "a.yaml")
    saved(tmp_path, "include: common.yaml\n", "b.yaml")
    assert load(saved(tmp_path, whole("include: [a.yaml, b.yaml]\n"))).brain.seed == 5


def test_too_many_includes_are_refused(tmp_path: Path) -> None:
    for k in range(300):
        saved(tmp_path, f"seed: {k}\n", f"f{k}.yaml")
    text = whole(f"include: [{', '.join(f'f{k}.yaml' for k in range(300))}]\n")
    assert "more than 200 files" in faults_of(saved(tmp_path, text))[0].message


def test_includes_that_double_at_every_level_stop(tmp_path: Path) -> None:
    for k in range(40):
        saved(tmp_path, f"include: [f{k + 1}.yaml, f{k + 1}.yaml]\n", f"f{k}.yaml")
    saved(tmp_path, "seed: 1\n", "f40.yaml")
    assert "more than 200 files" in str(faults_of(saved(tmp_path, whole("include: f0.yaml\n"))))


def test_faults_of_included_files_are_placed_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, "seed: 0100\npopulations:\n  E: {neuron: liff, size: 3}\n", "parts/a.yaml")
    saved(tmp_path, whole("include: parts/a.yaml\npopulations: {E: {sise: 4}}\n"), "brain.yaml")
    told = {f.where for f in faults_of(Path("brain.yaml"))}
    assert told == {"parts/a.yaml:1:7", "parts/a.yaml:3:15", "brain.yaml:3:19"}


# Overrides


@pytest.mark.parametrize(
    ("override", "check"),
    [
        ("seed=9", lambda b: b.seed == 9),
        ("duration=2 s", lambda b: b.duration == Quantity(2.0, "s")),
        ("populations.E.size=77", lambda b: b.populations[0].size == 77),
        ("populations.E.parameters.tau_m=12 ms", lambda b: b.populations[0].parameters["tau_m"] == Quantity(12.0, "ms")),
        ("populations.E={neuron: lif, size: 4}", lambda b: b.populations[0].size == 4),
        ("projections.0.weight=5 pA", lambda b: b.projections[0].weight == Quantity(5.0, "pA")),
        ("projections.0.connect={fixed_probability: {p: 0.5}}", lambda b: b.projections[0].connector.p == 0.5),
        ("neurons.lif.parameters.tau_m=7 ms", lambda b: b.populations[0].neuron.parameter("tau_m").value.magnitude == 7),
        ("neurons.lif.threshold=v > V_th + 1*mV", lambda b: "1*mV" in b.populations[0].neuron.threshold),
        ("record.rates.bin=5 ms", lambda b: b.recording.rates == Quantity(5.0, "ms")),
        ("record.spikes=none", lambda b: b.recording.spikes == ()),
        ("title=a = b", lambda b: b.title == "a = b"),
        ("title='quoted: text'", lambda b: b.title == "quoted: text"),
        ("populations.I.labels=[p, q]", lambda b: b.populations[1].size == 2),
        (" seed = 4 ", lambda b: b.seed == 4),
        ("projections=[]", lambda b: b.projections == []),
        ("title=", lambda b: b.title == ""),
    ],
)  # fmt: skip
def test_overrides(override: str, check: object, tmp_path: Path) -> None:
    text = BASE.replace("size: 5, ", "")
    assert check(load(saved(tmp_path, text), [override]).brain)  # type: ignore[operator]


def test_later_overrides_win(tmp_path: Path) -> None:
    assert load(saved(tmp_path, BASE), ["seed=4", "seed=5"]).brain.seed == 5


@pytest.mark.parametrize(
    ("override", "said", "hint"),
    [
        ("sed=9", "there is no 'sed'", "Did you mean 'seed'?"),
        ("populations.EE.size=9", "there is no 'populations.EE'", "'E'"),
        ("populations.E.sise=9", "there is no 'populations.E.sise'", "Did you mean 'size'?"),
        ("populations.E.size.x=9", "has no 'x'", ""),
        ("projections.7.weight=1 pA", "there is no 'projections.7'", "1 entries"),
        ("neurons.lif.parameters.tau_mm=7 ms", "there is no 'neurons.lif.parameters.tau_mm'", "Did you mean 'tau_m'?"),
        ("neurons.new={extends: lif}", "there is no 'neurons.new'", ""),
        ("seed=-1", "out of range", "0 to"),
        ("seed=0100", "begins with a zero", "Write 100"),
        ("duration=2", "has no unit", "Expected a time"),
        ("duration=2 mV", "is a voltage", "Expected a time"),
        ("populations.E.parameters.tau_mm=12 ms", "no parameter 'tau_mm'", "Did you mean 'tau_m'?"),
        ("populations.E.parameters.tau_m=12 mV", "is a voltage", "Expected a time"),
        ("neurons.lif.threshold=v > __import__('os')", "underscore", ""),
        ("title=!!python/object:x y", "tag", ""),
        ("title=[", "a value is missing", ""),
        ("record.rates=&a [*a]", "contains itself", ""),
        ("seed", "an override is path=value", "--set"),
        ("seed=", "'' is not a whole number", "Write a number"),
        ("include=more.yaml", "files cannot be included from here", "into the file"),
        ("=5", "an override is path=value", "--set"),
    ],
)
def test_faults_of_overrides_point_to_them(override: str, said: str, hint: str, tmp_path: Path) -> None:
    faults = faults_of(saved(tmp_path, BASE), override)
    (fault,) = [f for f in faults if said in f.message]
    assert fault.where == f"--set {override}"
    assert hint in fault.hint
    assert len(faults) <= 2


def test_an_override_may_name_a_region_that_only_the_connectome_has(tmp_path: Path) -> None:
    text = (
        "braincore: 1\nconnectome: {nodes: [A, B], edges: []}\n"
        "regions: {default: {type: CorticalMicrocircuit, scale: 0.005}}\n"
    )
    brain = load(saved(tmp_path, text), ["regions.B.scale=0.01"]).brain
    assert brain.regions["B"].scale == 0.01


def test_keys_with_dots_can_be_overridden(tmp_path: Path) -> None:
    text = whole("populations: {V1.E: {neuron: lif, size: 3}, V1: {neuron: lif, size: 4}}")
    assert [p.size for p in load(saved(tmp_path, text), ["populations.V1.E.size=8"]).brain.populations] == [8, 4]


# Sweeps


def test_a_grid_has_every_combination(tmp_path: Path) -> None:
    loaded = load(saved(tmp_path, whole("sweep: {populations.E.size: [1, 2], dt: [0.1 ms, 0.2 ms]}\n")))
    assert loaded.points() == [
        {"populations.E.size": 1, "dt": "0.1 ms"}, {"populations.E.size": 1, "dt": "0.2 ms"},
        {"populations.E.size": 2, "dt": "0.1 ms"}, {"populations.E.size": 2, "dt": "0.2 ms"},
    ]  # fmt: skip


def test_a_list_of_points_stays_as_it_is(tmp_path: Path) -> None:
    loaded = load(saved(tmp_path, whole("sweep: [{seed: 1, dt: 0.1 ms}, {seed: 2}]\n")))
    assert loaded.points() == [{"seed": 1, "dt": "0.1 ms"}, {"seed": 2}]


def test_a_swept_value_is_checked_as_if_it_stood_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path, whole("sweep: {populations.E.parameters.tau_m: [5 ms, 5 mV]}\n"))
    assert [f.where for f in faults_of(Path("brain.yaml"))] == ["brain.yaml:2:48"]
    saved(tmp_path, whole("sweep: {neurons.lif.parameters.tau_m: [5 ms, 5 mV]}\n"))
    (fault,) = faults_of(Path("brain.yaml"))
    assert fault.path == "neurons.lif.equations"
    assert "with neurons.lif.parameters.tau_m = 5 mV of the sweep" in fault.message


def test_no_sweep_no_points(tmp_path: Path) -> None:
    assert load(saved(tmp_path, BASE)).points() == []


# Locating faults of a brain that somebody else resolves


def test_faults_of_resolve_are_located(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = load(saved(tmp_path, BASE))
    error = InputError([Fault("wrong", path="projections.0.weight"), Fault("odd", path="populations.E.size"),
                        Fault("far", path="nowhere.at.all"), Fault("text", where="line 1, column 9", path="neurons.lif.equations")])  # fmt: skip
    where = [f.where.rsplit("/", 1)[-1] for f in locate_faults(error, loaded.marks).faults]
    lines = BASE.split("\n")
    at_weight = next(i for i, line in enumerate(lines) if "weight: 1 pA" in line)
    equations = next(i for i, line in enumerate(lines) if "dv/dt" in line)
    assert where[0] == f"brain.yaml:{at_weight + 1}:{lines[at_weight].index('1 pA') + 1}"
    assert where[2] == "brain.yaml:1:1"
    assert where[3] == f"brain.yaml:{equations + 1}:{6 + 9}"


def test_findings_of_a_linter_are_located(tmp_path: Path) -> None:
    loaded = load(saved(tmp_path, BASE))

    class Finding:
        fault = Fault("delay is short", path="projections.0")

    assert ":" in loaded.located(Finding()).where
    assert loaded.located(Fault("x", path="seed")).where.endswith(":2:7")


def test_one_line_that_describes_many_regions_is_not_told_two_hundred_times(tmp_path: Path) -> None:
    text = (
        "braincore: 1\nconnectome: {nodes: ["
        + ", ".join(f"R{k}" for k in range(50))
        + "], edges: []}\nregions:\n  default: {populations: {E: {neuron: lif_exp, size: 3}}, projections: [{from: E, to: E, weight: 1 mV, receptor: exc}]}\n"
    )
    faults = faults_of(saved(tmp_path, text))
    assert len(faults) == 1


def test_an_entry_of_a_list_is_named_as_messages_name_it(tmp_path: Path) -> None:
    path = saved(tmp_path, BASE)
    for place in ("projections.0.weight", "projections[0].weight"):
        assert load(path, [f"{place}=2 pA"]).brain.projections[0].weight == Quantity.of("2 pA")
    (fault,) = faults_of(path, "projections[3].weight=2 pA")
    assert "The list has 1 entries" in fault.hint
