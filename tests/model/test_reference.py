"""What is expected of a brain, in Python."""

from __future__ import annotations

import pytest

from braincore import Brain
from braincore.errors import InputError
from braincore.model.reference import Reference, expected
from braincore.units import Quantity


def test_a_number_has_a_relative_reach_and_bounds_are_kept() -> None:
    rate, cv = expected("E", rate="0.02 kHz", cv_isi=(0.5, 1), within=0.2, after="100 ms", source="here")
    assert (rate.statistic, rate.value, rate.low, rate.high) == ("rate", 20.0, pytest.approx(16), pytest.approx(24))
    assert (cv.value, cv.low, cv.high) == (None, 0.5, 1.0)
    assert rate.after == Quantity(100, "ms")
    assert rate.holds(16.1)
    assert not rate.holds(24.1)
    assert not rate.holds(None)
    (below,) = expected("E", correlation=-0.1, within=0.5)
    assert (below.low, below.high) == (pytest.approx(-0.15), pytest.approx(-0.05))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "nothing is expected"),
        ({"cv": 1}, "'cv' is no statistic"),
        ({"rate": 3}, "has no unit"),
        ({"rate": "3 mV"}, "is a voltage"),
        ({"cv_isi": (1, 2, 3)}, "3 bounds"),
        ({"cv_isi": (2, 1)}, "not in order"),
        ({"cv_isi": "1"}, "is not a number"),
        ({"cv_isi": 1, "within": -1}, "within is -1"),
        ({"cv_isi": 1, "after": "3 mV"}, "is a voltage"),
        ({"cv_isi": 1, "after": "1 s", "before": "900 ms"}, "before 900 ms and after 1 s leave no time"),
    ],
)
def test_wrong_expectations_are_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        expected("E", **given)  # type: ignore[arg-type]


def test_neither_or_both_of_number_and_bounds_are_refused() -> None:
    with pytest.raises(InputError, match="a number or its bounds"):
        Reference(population="E", statistic="rate")
    with pytest.raises(InputError, match="a number or its bounds"):
        Reference(population="E", statistic="rate", value=1.0, bounds=(0.0, 1.0))


def test_what_is_expected_is_checked_but_changes_nothing() -> None:
    brain = Brain()
    brain.add("E", 3, "lif_exp")
    before = brain.resolve().hash
    brain.expect("E", rate="3 Hz")
    assert brain.resolve().hash == before
    brain.expect("F", rate="3 Hz", cv_isi=1.0)
    with pytest.raises(InputError) as caught:
        brain.resolve()
    (fault,) = caught.value.faults
    assert "no population 'F'" in fault.message
    assert fault.path == "references.1.population"
