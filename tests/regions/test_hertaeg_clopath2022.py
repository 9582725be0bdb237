"""Prediction-error neurons against the closed form of their steady state, and the oddball task that they are put to."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from braincore.experiments._task import ran
from braincore.experiments.oddball import Mismatch, by_probability, mismatch, sequence

from braincore import Brain
from braincore.circuits.hertaeg_clopath2022 import HertaegClopath2022, weights
from braincore.circuits.timed_prediction import TimedPrediction, loop
from braincore.errors import InputError
from braincore.model import CurrentInput, Recording, Silence, Step, Traces, Values
from braincore.units import DIMENSIONLESS

SENSORY, PREDICTED = (axis.ravel() for axis in np.meshgrid(np.arange(6.0), np.arange(6.0), indexing="ij"))


def steady(silent: str = "") -> dict[str, np.ndarray]:
    """Return the errors after 1.5 s of 36 constant pairs of input and prediction, above the baseline."""
    brain = Brain(seed=1, dt="0.2 ms", duration="1.5 s")
    brain.regions["A1"] = HertaegClopath2022(channels=36)
    for name, values in (("sensory", SENSORY), ("prediction", PREDICTED)):
        wave = Step(amplitude=Values(values, DIMENSIONLESS))
        brain.stimuli.append(CurrentInput(target=f"A1.{name}", waveform=wave))
    if silent:
        brain.interventions += [Silence(target=f"A1.{kind}_{silent}") for kind in ("negative", "positive")]
    kinds = ("negative", "positive")
    brain.recording = Recording(
        traces=tuple(Traces(target=f"A1.{k}_E", variables=("r",), interval="100 ms") for k in kinds)
    )
    with ran(brain) as run:
        return {k: run.traces(f"A1.{k}_E").matrix("r")[1][-1] - 1 for k in kinds}


def test_weights_are_those_of_the_balance() -> None:
    """The paper's formulas at its mean-field weights, worked out by hand; rows are targets, E, D, PV, SOM, VIP."""
    common = [[0.5, 0, 0, -1.45, 0], [1, 0, 0, 0, -0.6], [1, 0, 0, -0.7, 0]]
    negative, positive = weights("negative"), weights("positive")
    assert negative == pytest.approx(
        np.array([[0, 1, -4, 0, 0], common[0], [1.2, 0, -1, -0.5, -0.3], common[1], common[2]])
    )
    assert positive == pytest.approx(
        np.array([[0, 1, -8, 0, 0], common[0], [1.2, 0, -1, -0.6375, -0.6], common[1], common[2]])
    )


def test_errors_are_those_of_the_closed_form() -> None:
    """(2.5/2.9) max(M - V, 0) and (2.5/2.8) max(V - M, 0) for all V and M from 0 to 5; nothing where they are equal."""
    found = steady()
    assert found["negative"] == pytest.approx(2.5 / 2.9 * np.maximum(PREDICTED - SENSORY, 0), abs=1e-3)
    assert found["positive"] == pytest.approx(2.5 / 2.8 * np.maximum(SENSORY - PREDICTED, 0), abs=1e-3)


@pytest.mark.parametrize("cells", ["SOM", "PV"])
def test_without_an_interneuron_there_is_no_balance(cells: str) -> None:
    """Ablation: matched input of 5 moves the error neurons, which it must not in the whole circuit."""
    found = steady(silent=cells)
    matched, unmatched = (SENSORY == 5) & (PREDICTED == 5), (SENSORY == 0) & (PREDICTED == 0)
    assert all(abs(found[kind][matched] - found[kind][unmatched]).item() > 0.5 for kind in found)


def test_without_vip_cells_nothing_is_missed() -> None:
    """Ablation: the negative circuit, which answers with 4.3 to a prediction of 5 and no input, is silent."""
    assert steady(silent="VIP")["negative"][(SENSORY == 0) & (PREDICTED == 5)].item() < 0.1


def test_prediction_learns_a_mean() -> None:
    """Of a steady event, and errors that say how much is missing, the prediction becomes 3."""
    brain = Brain(seed=1, dt="1 ms", duration="20 s")
    brain.regions["A1"] = HertaegClopath2022(channels=2)
    brain.regions["PFC"] = TimedPrediction(channels=2, length=5, span="100 ms", lag="50 ms", eta="0.05 Hz")
    brain.projections += loop("A1", "PFC")
    brain.stimuli.append(CurrentInput(target="A1.sensory", waveform=Step(amplitude=Values.of([3.0, 1.0]))))
    brain.recording = Recording(traces=(Traces(target="PFC.predicted", variables=("r",), interval="100 ms"),))
    with ran(brain) as run:
        predicted = run.traces("PFC.predicted").matrix("r")[1]
    assert predicted[0] == pytest.approx([0, 0])
    assert predicted[-1] == pytest.approx([3, 1], abs=0.05)


def test_memory_before_the_lag_predicts_nothing() -> None:
    learned = next(p for p in TimedPrediction(circuits=2).describe().projections if p.rules)
    pre, post = learned.connector.pre, learned.connector.post  # type: ignore[attr-defined]
    assert set(pre % 40) == set(range(15, 40))  # 150 of 400 ms
    assert set(zip(pre // 80, post // 2, strict=True)) == {(0, 0), (1, 1)}  # circuits keep to themselves
    assert len(pre) == 2 * 2 * 25 * 2


def test_sequences() -> None:
    """After a standard the given probabilities, to 4 standard deviations of 4 000 draws; after others a standard."""
    drawn = sequence(1, 5000, deviants=0.2, omissions=0.1)
    after = drawn[1:][drawn[:-1] == 0]
    assert (after == 1).mean() == pytest.approx(0.2, abs=0.026)
    assert (after == 2).mean() == pytest.approx(0.1, abs=0.02)
    assert not drawn[1:][drawn[:-1] != 0].any()


@cache
def outcome(feedback: bool) -> Mismatch:
    return mismatch(range(1, 11), feedback=feedback)


@pytest.mark.slow
def test_oddballs_stand_out_because_they_were_not_predicted() -> None:
    """At least 9 of 10 sequences (by chance 1 in 100); without what predictions bring, to 10 % none."""
    whole, cut = outcome(True), outcome(False)
    assert (whole.response("deviant") > 1.5 * whole.response("standard")).sum() >= 9
    assert whole.response("deviant").mean() > 3 * whole.response("standard").mean()
    assert cut.response("deviant") == pytest.approx(cut.response("standard"), rel=0.1)
    # expectation lowers the answer to standards, surprise raises that to deviants
    assert whole.response("standard").mean() < 0.7 * cut.response("standard").mean()
    assert whole.response("deviant").mean() > 1.3 * cut.response("deviant").mean()


@pytest.mark.slow
def test_silence_is_answered_only_where_a_tone_was_predicted() -> None:
    whole, cut = outcome(True), outcome(False)
    assert (whole.response("omission") > 0.8).all()
    assert (cut.response("omission") < 0.25).all()  # noise, rectified
    late = whole.course("omission").mean(axis=0)
    assert 0.06 < 0.005 * late.argmax() < 0.2  # around the end of the tone that did not come


@pytest.mark.slow
def test_predictions_are_probabilities() -> None:
    """The delta rule ends at the mean of what follows: 5 times 0.85 and 0.1, provisional to 25 % and 0.4."""
    found = outcome(True)
    assert found.prediction(0, 0.03, 0.09).mean() == pytest.approx(5 * 0.85, rel=0.25)
    assert found.prediction(1, 0.03, 0.09).mean() == pytest.approx(5 * 0.1, abs=0.4)


@pytest.mark.slow
def test_rarer_deviants_surprise_more() -> None:
    """Deviants of 5 % against 20 and 50 %; with 50 % after each standard deviants and standards are alike (to 25 %)."""
    standard, deviant = by_probability(1, (0.05, 0.2, 0.5))
    assert deviant[0] > 1.15 * deviant[1] > 1.15 * deviant[2]
    assert standard[0] < standard[1] < standard[2]
    assert deviant[2] == pytest.approx(standard[2], rel=0.25)


@pytest.mark.parametrize(
    ("region", "settings", "message"),
    [
        (HertaegClopath2022, {"channels": 0}, "channels 0"),
        (HertaegClopath2022, {"noise": -1}, "noise -1"),
        (TimedPrediction, {"length": 0}, "length 0"),
        (TimedPrediction, {"lag": "400 ms"}, "lag 400 ms"),
        (TimedPrediction, {"span": "0 ms"}, "span 0 ms is not positive"),
        (TimedPrediction, {"eta": "-1 Hz"}, "eta -1 Hz is negative"),
        (TimedPrediction, {"eta": "1 ms"}, "eta"),
    ],
)
def test_wrong_settings_are_refused(region: type, settings: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        region(**settings)
