"""Which stationary states a run has, and which one is predicted."""

from __future__ import annotations

from pathlib import Path

import pytest

from braincore import Brain
from braincore.errors import InputError
from braincore.model import poisson
from braincore.theory import predict, refuse_wrong, stationary_states


def _brain(*windows: tuple[str, str | None]) -> Brain:
    brain = Brain(duration="1 s")
    brain.add("E", 10, "lif_exp")
    brain.stimulate("E", poisson("8 Hz", sources=1000), weight="87.8 pA")
    for window in windows:
        brain.stimulate("E", poisson("8 Hz", sources=800), weight="87.8 pA", during=window)
    return brain


def test_two_flashes_are_one_state() -> None:
    states = stationary_states(_brain(("100 ms", "200 ms"), ("500 ms", "650 ms")).resolve())
    assert sorted(round(span, 9) for _, span in states) == [0.25, 0.75]
    assert [when for when, _ in states] == [pytest.approx(0.05), pytest.approx(0.15)]


def test_the_state_that_lasts_longest_is_predicted_and_named() -> None:
    calm = predict(_brain().resolve(), regime=False)
    assert calm.notes == ()
    flashed = predict(_brain(("450 ms", "550 ms")).resolve(), regime=False)
    assert flashed.rates() == calm.rates()
    assert "0.9 s of 1 s: 0 of 1 timed stimuli are on" in flashed.notes[0]
    mostly = predict(_brain(("100 ms", None)).resolve(), regime=False)
    assert mostly.rates()["E"] > 2 * calm.rates()["E"]
    assert "1 of 1 timed stimuli are on" in mostly.notes[0]


def test_what_would_silently_be_wrong_is_refused(tmp_path: Path) -> None:
    refuse_wrong(_brain().resolve())
    brain = _brain()
    brain.add("noise", 5, "poisson", parameters={"rate": "20 kHz"})
    with pytest.raises(InputError, match="over one spike"):
        refuse_wrong(brain.resolve())
    with pytest.raises(InputError, match="over one spike"):
        brain.run("1 ms", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
