"""``model.json``: missing parts have defaults, wrong ones are one clear error."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import report_runs

from braincore.errors import ResultsError
from braincore.report import model_file
from braincore.report.model_file import ModelFile, parse_model, read_model
from braincore.results import PopulationInfo, Run


def test_the_example_in_the_docstring_is_read_as_it_stands():
    text = re.search(r"::\n\n(.*?)\n\n- ", model_file.__doc__, re.DOTALL)[1]
    model = parse_model(json.loads(text))
    assert model.title == "Cortical microcircuit" and model.dt_ms == 0.1 and model.seed == 1
    neuron = model.neurons[0]
    assert neuron.parameters[0].value == 10.0 and neuron.parameters[0].high == 30.0
    assert neuron.receptors[0].on_pre == "g += w"
    assert model.populations[0].parameters == {"V_th": "normal(-50 mV, 1 mV)"}
    assert model.projections[0].weight_mean_si == 8.78e-11 and model.projections[0].rules == ("stdp_pair",)
    assert model.projections[0].bounds == ("0 pA", "200 pA")
    assert model.projection_summary.count == 20_000 and model.projection_summary.matrix[0, 1] == 2e5
    assert (model.stimuli[0].start_ms, model.interventions[0].stop_ms) == (500.0, None)
    assert model.connectome.positions.shape == (2, 3) and model.connectome.matrix[1, 0] == 0.3
    assert model.weight_histograms["V1.L4e->V1.L23e"].counts.tolist() == [3, 5]
    assert model.reference_rates.rates_hz == {"V1.L4e": 4.41}


def test_an_empty_object_is_an_empty_model():
    model = parse_model({})
    assert (model.title, model.neurons, model.connectome, model.projection_summary) == ("", (), None, None)


def test_null_is_as_good_as_absent():
    keys = ("title", "neurons", "connectome", "projection_summary", "weight_histograms", "reference_rates", "seed")
    model = parse_model(dict.fromkeys(keys))
    assert model.title == "" and model.seed is None and model.weight_histograms == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "model is not an object"),
        ({"title": ["x"]}, "model.title is not a text"),
        ({"seed": 1.5}, "model.seed is not a whole number"),
        ({"neurons": {}}, "model.neurons is not a list"),
        ({"neurons": [3]}, r"model.neurons\[0\] is not an object"),
        ({"neurons": [{"parameters": [{"low": "x"}]}]}, r"model.neurons\[0\].parameters\[0\].low is not a number"),
        ({"connectome": {"names": ["a"], "matrix": [[1, 2]]}}, r"connectome.matrix has shape \(1, 2\) for 1 names"),
        ({"connectome": {"names": ["a"], "matrix": [["x"]]}}, "connectome.matrix is not an array of numbers"),
        ({"connectome": {"names": ["a"], "matrix": [[1]], "positions": [[1]]}}, "connectome.positions has shape"),
        ({"weight_histograms": {"p": {"edges": [1], "counts": [1]}}}, "weight_histograms.p needs one edge more"),
        ({"reference_rates": {"rates_hz": {"a": "fast"}}}, "reference_rates.rates_hz is not a table of numbers"),
        ({"populations": [{"parameters": [1]}]}, "parameters is not an object"),
    ],
)
def test_another_shape_is_an_error_that_says_where(content, message):
    with pytest.raises(ValueError, match=message):
        parse_model(content)


def write(tmp_path, text):
    infos = [PopulationInfo(name="a", size=1)]
    nothing = np.empty(0, np.int64)
    run = report_runs.write(tmp_path / "run", infos, (nothing, nothing, nothing), 10)
    (run.folder / "model.json").write_text(text)
    return Run(run.folder)


def test_a_damaged_file_is_one_error_with_its_path(tmp_path):
    run = write(tmp_path, '{"title": ')
    with pytest.raises(ResultsError, match=r"model\.json cannot be read: "):
        read_model(run)


def test_a_deeply_nested_file_is_an_error_not_a_crash(tmp_path):
    run = write(tmp_path, "[" * 100_000)
    with pytest.raises(ResultsError, match="cannot be read"):
        read_model(run)


def test_a_run_without_the_file_has_an_empty_model(silent):
    model = read_model(silent)
    assert isinstance(model, ModelFile) and not any((model.title, model.neurons, model.populations, model.projections))
