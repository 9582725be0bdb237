"""Dopamine as a prediction error, against the trace of temporal difference learning worked out by a plain program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from braincore.experiments.reward_learning import REWARDS, conditioning
from braincore.regions.schultz_dayan_montague1997 import (
    CUE,
    LATENCY,
    LEARNED,
    REWARD,
    STEPS,
    SchultzDayanMontague1997,
    errors,
    trials,
)

from braincore.errors import InputError
from braincore.model import EdgeList


@pytest.fixture(autouse=True)
def _quick_to_run(_quick_to_compile: None) -> None:
    """Networks of a few units: what counts is how long they take to compile."""


def plain(
    rewards: Sequence[float],
    *,
    alpha: float = 0.8,
    gamma: float = 0.99,
    taps: int = 20,
    decay: float = 0.0,
    late: int = 0,
) -> np.ndarray[Any, Any]:
    """Prediction errors by trial and step; `late` says how many steps later an error changes weights."""
    count = len(rewards) * STEPS
    active, given = np.zeros((count + 1, taps)), np.zeros(count)
    for trial, reward in enumerate(rewards):
        given[trial * STEPS + REWARD] = reward
        for tap in range(taps):
            active[min(trial * STEPS + CUE + 1 + tap, count), tap] = 1
    weights, eligible, changes = np.zeros(taps), np.zeros(taps), []
    errors, last = [], 0.0
    for step in range(1, count + 1):
        value = weights @ active[step]
        errors.append(given[step - 1] + gamma * value - last)
        eligible = decay * eligible + active[step - 1]
        changes.append(alpha * errors[-1] * eligible)
        if len(changes) > late:
            weights = weights + changes[-1 - late]
        last = value
    return np.array(errors).reshape(-1, STEPS)


def test_every_error_of_sixty_trials() -> None:
    """Against an independent program, to rounding; and the closed forms of the trace."""
    found = conditioning()
    assert found == pytest.approx(plain(REWARDS), abs=1e-12)
    first = found[5]
    assert first[REWARD] == 1 and np.count_nonzero(first) == 1  # unexpected: the reward alone
    peaks = found[5:17].argmax(axis=1)
    assert peaks[0] == REWARD and (np.diff(peaks) <= 0).all() and peaks[-1] < REWARD - 5  # it moves backwards
    assert np.flatnonzero(found[:, CUE])[0] == 17  # trial 18: as many trials as steps from cue to reward
    assert found[29, CUE] == pytest.approx(0.99**12, abs=1e-3)
    assert abs(found[29, REWARD]) < 1e-3
    assert found[40, CUE] == pytest.approx(0.99**12, abs=1e-4)
    assert found[40, REWARD] == pytest.approx(-1, abs=1e-3)  # left out: a dip when it was due
    assert np.abs(np.delete(found[40], (CUE, REWARD))).max() < 1e-3


def test_an_eligibility_that_lasts_is_td_lambda() -> None:
    """Against the independent program with a trace, whose errors come two steps late: it learns in fewer trials."""
    rewards = (1.0,) * 12
    found = conditioning(rewards, decay=0.7, alpha=0.3)
    assert found == pytest.approx(plain(rewards, decay=0.7, alpha=0.3, late=2), abs=1e-12)
    assert found[5, CUE] > 0.01 > plain(rewards, alpha=0.3)[5, CUE]


@pytest.mark.parametrize("settings", [{"broadcast": 0.0}, {"taps": 8}], ids=["no dopamine", "short memory"])
def test_ablations_keep_the_answer_at_the_reward(settings: dict[str, Any]) -> None:
    """Without dopamine at the synapses, or with a delay line shorter than the interval, nothing is foretold."""
    found = conditioning(**settings)
    assert (found[5:40, REWARD] == 1).all()
    assert np.abs(np.delete(found, REWARD, axis=1)).max() == 0
    assert found[40, REWARD] == 0  # and nothing is missed


def test_structure() -> None:
    """Delay lines of their own for each circuit, all of it onto the circuit's value."""
    region = SchultzDayanMontague1997(circuits=3, taps=4).describe()
    wires = {(p.source, p.target): p for p in region.projections}
    line, onto = wires["traces", "traces"].connector, wires["traces", "value"].connector
    assert isinstance(line, EdgeList) and isinstance(onto, EdgeList)
    assert line.pre.size == 9 and set(line.post - line.pre) == {3}
    assert [onto.pre[onto.post == k].tolist() for k in range(3)] == [[k, k + 3, k + 6, k + 9] for k in range(3)]
    assert wires["traces", "value"].name == LEARNED
    assert wires["value", "dopamine"].weight.si == 0.99  # type: ignore[union-attr]
    assert wires["before", "dopamine"].weight.si == -1  # type: ignore[union-attr]
    assert region.ports["cue"].population == "traces[0:3]"
    alone = SchultzDayanMontague1997(taps=1).describe()
    assert ("traces", "traces") not in {(p.source, p.target) for p in alone.projections}


def test_inputs_and_what_is_read() -> None:
    cues, rewards = trials("VTA", (1.0, 0.0), "0.1 s", circuits=2)
    assert cues.target == "VTA.traces[0:2]"
    assert np.flatnonzero(cues.waveform.values.si).tolist() == [CUE, CUE + STEPS]  # type: ignore[union-attr]
    assert np.flatnonzero(rewards.waveform.values.si).tolist() == [REWARD]  # type: ignore[union-attr]
    told = np.arange(2 * STEPS + LATENCY + 5)[:, None]
    assert errors(told).shape == (2, STEPS, 1)
    assert errors(told)[1, 0, 0] == STEPS + LATENCY
    shape = SchultzDayanMontague1997(circuits=3, taps=4).weights(np.arange(24).reshape(2, 12))
    assert shape[1, :, 2].tolist() == [14, 17, 20, 23]


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        SchultzDayanMontague1997(circuits=0, gamma=1.5)
    assert [f.message for f in caught.value.faults] == ["circuits 0", "gamma 1.5"]
    with pytest.raises(InputError, match="a cue in step 22"):
        trials("VTA", (1.0,), "0.1 s", cue=22)
