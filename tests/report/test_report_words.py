"""What a report says in words: the head of the file, stimuli, what limits a prediction."""

from __future__ import annotations

from braincore.report.catalogue import events_of
from braincore.report.figures.psth import onsets
from braincore.report.methods import neuron_view, rule_view
from braincore.report.model_file import Event, parse_model
from braincore.report.words import description, stimuli


def _flash(k: int, rate: str = "8 Hz") -> Event:
    text = f"flash_{k}: 300 Poisson sources of {rate} each onto each neuron of V1.E, from {k} ms to {k + 1} ms"
    return Event(text=text, name=f"flash_{k}", target="V1.E", start_ms=float(k), stop_ms=float(k + 1))


def test_the_head_of_a_file_keeps_its_parts() -> None:
    text = "A net.\nOf two lines.\n\nSource    Brunel 2000,\n          Figure 8.\nTime      2 s."
    assert description(text) == ("A net. Of two lines.", [("Source", "Brunel 2000, Figure 8."), ("Time", "2 s.")])
    assert description("") == ("", [])
    assert description("No parts. Source is a word.") == ("No parts. Source is a word.", [])


def test_one_stimulus_on_many_populations_stands_once() -> None:
    events = [
        Event(text=f"bg: 10 Poisson sources of 8 Hz each onto each neuron of A{k}.E", name="bg", target=f"A{k}.E")
        for k in range(12)
    ]
    (line,) = stimuli(events)
    assert line.startswith("bg: 10 Poisson sources of 8 Hz each onto each neuron of A0.E, A1.E")
    assert line.endswith("and 4 more")


def test_presentations_of_one_stimulus_are_averaged_and_listed_once() -> None:
    same = [_flash(1), _flash(5)]
    assert list(onsets(same, 1.0)) == ["flash"]
    (line,) = stimuli(same)
    assert line.startswith("flash_1 to flash_5: 300 Poisson")
    assert line.endswith(", from 1 ms to 2 ms, 5 ms to 6 ms")
    different = [_flash(1), _flash(5, "16 Hz")]
    assert list(onsets(different, 1.0)) == ["flash_1", "flash_5"]
    assert len(stimuli(different)) == 2


def test_methods_name_inputs_start_values_continuous_transmission_and_plasticity() -> None:
    model = parse_model(
        {
            "neurons": [
                {
                    "name": "n", "equations": "dv/dt = I/C : volt", "inputs": ["I"], "initial": {"v": "E_L"},
                    "receptors": [{"name": "gap", "current": "total", "transmission": "w*(v_pre - v_post)"}],
                }
            ],
            "rules": [
                {"name": "stdp", "equations": "da/dt = -a/tau : 1", "on_pre": "a += 1", "on_post": "r = r + a",
                 "initial": {"r": "0.5"}}
            ],
        }
    )  # fmt: skip
    view = neuron_view(model.neurons[0])
    labels = [line.label for line in view.lines]
    assert labels == ["Input", "At the start"]
    assert "the receptors and the stimuli" in view.lines[0].formula
    assert [line.label for line in view.receptors[0].lines] == ["Current", "At all times"]
    rule = rule_view(model.rules[0])
    assert [line.label for line in rule.lines] == [
        "Dynamics", "At a presynaptic spike", "At a postsynaptic spike", "At the start",
    ]  # fmt: skip


def test_figures_mark_interventions_unless_they_last_for_the_whole_run() -> None:
    model = parse_model(
        {
            "interventions": [
                {"text": "I is silenced, from 100 ms to 150 ms", "target": "I", "start_ms": 100.0, "stop_ms": 150.0},
                {"text": "MT is lesioned", "target": "MT", "start_ms": 0.0},
            ]
        }
    )
    (event,) = events_of(model)
    assert (event.name, event.start_ms, event.stop_ms) == ("I is silenced", 100.0, 150.0)
