"""Named groups of neurons: spikes told apart by group, and what the report shows of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from report_runs import neuron, write

from braincore.report import save_figures, write_report
from braincore.report.model_file import ModelFile, parse_model, read_model
from braincore.report.neuron_groups import gather, group_rates, group_table, has_groups, split
from braincore.results import PopulationInfo, Run

STEPS = 5000
TOUCHED, DRIVEN = [0, 1], [1, 4, 5]


@pytest.fixture(scope="module")
def worm(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Ten neurons: two are touched for 200 ms and fire every 10 ms, three follow more slowly, five are silent."""
    times = {0: range(1000, 3000, 100), 1: range(1000, 3000, 100), 4: range(1200, 3000, 200), 5: [4500]}
    rows = sorted((step, cell) for cell, steps in times.items() for step in steps)
    step, cell = np.array(rows).T
    model = {
        "title": "Ten neurons",
        "neurons": [neuron()],
        "populations": [
            {"name": "worm", "size": 10, "neuron": "lif_exp", "groups": {"touched": TOUCHED, "driven": DRIVEN}}
        ],
        "group_matrix": {"names": ["touched", "driven", "others"], "matrix": [[0, 6, 1], [0, 2, 0], [0, 0, 3]]},
        "stimuli": [
            {"text": "touch: spikes onto worm[touched], from 100 ms to 300 ms", "name": "touch",
             "target": "worm[touched]", "start_ms": 100.0, "stop_ms": 300.0}
        ],
    }  # fmt: skip
    infos = [PopulationInfo(name="worm", size=10, labels=tuple("ABCDEFGHIJ"))]
    return write(tmp_path_factory.mktemp("groups") / "worm", infos, (step, step * 0, cell), STEPS, model=model)


def test_split_puts_each_neuron_into_the_smallest_of_its_groups(worm: Run) -> None:
    spikes, model = worm.spikes(), read_model(worm)
    found = split(spikes, model)
    assert found.names == ("worm[touched]", "worm[driven]", "worm[others]")
    assert list(found.sizes) == [2, 2, 6]
    assert [info.labels for info in found.populations] == [("A", "B"), ("E", "F"), tuple("CDGHIJ")]
    assert len(found) == len(spikes)
    assert np.all(np.diff(found.t) >= 0)
    assert list(found.counts()[:4]) == [20, 20, 9, 1]


def test_gather_counts_a_neuron_in_each_of_its_groups(worm: Run) -> None:
    found = gather(worm.spikes(), read_model(worm))
    assert found.names == ("worm[touched]", "worm[driven]")
    assert list(found.sizes) == [2, 3]
    assert list(found.counts()) == [20, 20, 20, 9, 1]
    assert np.all(np.diff(found.t) >= 0)


def test_populations_without_groups_stay_as_they_are(worm: Run) -> None:
    spikes = worm.spikes()
    assert not has_groups(spikes, ModelFile())
    for found in (split(spikes, ModelFile()), gather(spikes, ModelFile())):
        assert found.names == ("worm",)
        np.testing.assert_array_equal(found.neuron, spikes.neuron)


def test_rates_of_groups_and_those_during_a_stimulus(worm: Run) -> None:
    spikes, model = worm.spikes(), read_model(worm)
    rates = group_rates(spikes, model)
    assert rates["worm[touched]"] == {"n": 2, "rate_hz": pytest.approx(40.0), "active": 2}
    assert rates["worm[driven]"] == {"n": 3, "rate_hz": pytest.approx(20.0), "active": 3}
    table = group_table(spikes, model)
    assert table is not None
    assert [column.title for column in table.columns] == [
        "Group", "Neurons", "Active neurons", "Rate (Hz)", "touch (Hz)",
    ]  # fmt: skip
    assert table.rows == (("touched", "2", "2", "40.0", "100"), ("driven", "3", "3", "20.0", "48.3"))


def test_the_report_shows_groups(worm: Run, tmp_path: Path) -> None:
    page = write_report(worm, tmp_path / "report.html").read_text()
    assert "Results by group of neurons" in page
    assert "A neuron of several groups stands in the smallest" in page
    assert "Synapses between groups of neurons" in page
    names = {path.name for path in save_figures(worm, tmp_path / "figures")}
    assert {"rate_map.png", "group_synapses.png", "psth_1.png", "neuron_rates.png"} <= names
    assert "rates.png" not in names  # one bar says no more than the summary
    drawn = (tmp_path / "figures" / "neuron_rates.svg").read_text()
    for name in ("touched", "driven"):
        assert name in drawn


def test_a_group_with_a_neuron_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match=r"groups.a is not a list of neurons, 0 to 2"):
        parse_model({"populations": [{"name": "P", "size": 3, "groups": {"a": [3]}}]})
