"""Opponent actor learning: the signs of dopamine exactly, choices against an independent program, ablations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from braincore.experiments.reward_learning import PAYS, REVERSAL, Learned, choose, reversal
from braincore.regions.collins_frank2014 import CollinsFrank2014, bandit

from braincore.errors import InputError

AGENTS = 500


@pytest.fixture(autouse=True)
def _quick_to_run(request: pytest.FixtureRequest, _quick_to_compile: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The long tests are compiled as the networks of users are."""
    if request.node.get_closest_marker("slow"):
        monkeypatch.delenv("BRAINCORE_CXXFLAGS", raising=False)


def plain(
    probabilities: Any,
    agents: int,
    seed: int,
    *,
    beta: float = 3.0,
    rho: float = 0.0,
    alpha_a: float = 0.1,
    value: float = 0.0,
) -> np.ndarray[Any, Any]:
    """Share of agents that choose action 1 in each trial, from the equations of the paper."""
    rng, each = np.random.default_rng(seed), np.arange(agents)
    go, nogo, expected = np.ones((2, agents)), np.ones((2, agents)), np.full(agents, value)
    share = []
    for chances in np.asarray(probabilities):
        act = beta * (1 + rho) * go - beta * (1 - rho) * nogo
        chosen = (rng.random(agents) >= 1 / (1 + np.exp(act[1] - act[0]))).astype(int)
        error = (rng.random(agents) < chances[chosen]) - expected
        expected += 0.1 * error
        go[chosen, each] = np.maximum(0, go[chosen, each] * (1 + alpha_a * error))
        nogo[chosen, each] = np.maximum(0, nogo[chosen, each] * (1 - alpha_a * error))
        share.append((chosen == 0).mean())
    return np.array(share)


def deviation(found: Learned, expected: np.ndarray[Any, Any], width: int = 10) -> np.ndarray[Any, Any]:
    """Difference of the shares that choose action 1, in means over `width` trials, in its largest standard error.

    Choices of one agent in neighbouring trials are not independent: a mean over trials is taken as one choice of each.
    """
    share, agents = found.first.mean(axis=1), found.first.shape[1]
    means = [one.reshape(-1, width).mean(axis=1) for one in (share, expected)]
    return (means[0] - means[1]) / np.sqrt(0.25 / agents)


def test_the_sign_of_dopamine() -> None:
    """Exactly: a reward from V = 0 makes G 1.1 and N 0.9 of what they were, an omission from V = 1 the reverse."""
    for value, pays, up, down in ((0.0, 1.0, "go", "nogo"), (1.0, 0.0, "nogo", "go")):
        found = choose([[pays, pays]], agents=40, value=value)
        assert (found.error == (1 if pays else -1)).all()
        chosen = np.stack([found.first[0], ~found.first[0]])
        assert 5 < found.first.sum() < 35
        assert getattr(found, up)[0][chosen] == pytest.approx(1.1)
        assert getattr(found, down)[0][chosen] == pytest.approx(0.9)
        assert (found.go[0][~chosen] == 1).all() and (found.nogo[0][~chosen] == 1).all()


def test_weights_follow_the_errors_that_were_told() -> None:
    """Each agent's weights, critic and errors are those of the paper's equations for what it chose and was paid."""
    found = choose(reversal(30, 15), agents=50)
    go, nogo, value, each = np.ones((2, 50)), np.ones((2, 50)), np.zeros(50), np.arange(50)
    for first, error, after_go, after_nogo in zip(found.first, found.error, found.go, found.nogo, strict=True):
        paid = error + value
        assert (np.isclose(paid, 0) | np.isclose(paid, 1)).all()
        chosen = np.where(first, 0, 1)
        value += 0.1 * error
        go[chosen, each] *= 1 + 0.1 * error
        nogo[chosen, each] *= 1 - 0.1 * error
        assert after_go == pytest.approx(go) and after_nogo == pytest.approx(nogo)


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", range(1, 6))
def test_reversal(seed: int) -> None:
    """Against an independent program; targets that are ours: learned, wrong after the swap, and learned anew.

    Twenty means over ten trials are within 4.5 standard errors of 1 000 agents and of 10 000: false alarms below 0.001.
    """
    found = choose(reversal(), agents=1000, seed=seed)
    better = found.better()
    assert better[80:100].mean() > 0.75
    assert better[REVERSAL : REVERSAL + 5].mean() < 0.5
    assert better[180:].mean() > 0.6
    assert np.abs(deviation(found, plain(reversal(), 10000, seed))).max() < 4.5


@pytest.mark.slow
def test_tonic_dopamine_weighs_gains_or_losses() -> None:
    """Against the independent program at rho of 0.5 and -0.5, where both actions pay often or seldom.

    More tonic dopamine helps with the first and hurts with the second; expected differences of 0.03 and 0.05 are three
    standard errors or more of the shares of 3 000 agents.
    """
    shares, settings = {}, {"beta": 1.0, "alpha_a": 0.2, "value": 0.5}
    for name, pays in (("rich", (0.9, 0.7)), ("lean", (0.3, 0.1))):
        for rho in (0.5, -0.5):
            chances = np.tile(pays, (60, 1))
            found = choose(chances, agents=3000, rho=rho, **settings)
            assert np.abs(deviation(found, plain(chances, 10000, 1, rho=rho, **settings))).max() < 4.5
            shares[name, rho] = found.first[30:].mean()
    assert shares["rich", 0.5] > shares["rich", -0.5]
    assert shares["lean", -0.5] > shares["lean", 0.5]


def test_without_learning_of_the_actor_choices_are_chance() -> None:
    """Ablation. The critic still learns: errors end around zero."""
    found = choose(reversal(60, 60), agents=AGENTS, go=False, nogo=False)
    assert found.first[30:].mean() == pytest.approx(0.5, abs=4.5 * 0.5 / np.sqrt(30 * AGENTS))
    assert abs(found.error[40:].mean()) < 0.05 < found.error[0].mean()
    assert (found.go == 1).all() and (found.nogo == 1).all()


def test_structure() -> None:
    """Go pushes towards its action by beta (1 + rho), NoGo away by beta (1 - rho); dopamine reaches all that learn."""
    region = CollinsFrank2014(agents=2, beta=2, rho=0.25).describe()
    wires = {(p.source, p.target, p.receptor): p.weight.si for p in region.projections}  # type: ignore[union-attr]
    assert wires["go", "choice", "rate"].tolist() == [2.5, 2.5, -2.5, -2.5]
    assert wires["nogo", "choice", "rate"].tolist() == [-1.5, -1.5, 1.5, 1.5]
    assert {target for source, target, r in wires if r == "dopamine"} == {"critic", "go", "nogo"}
    named = {p.name: [rule.name for rule in p.rules] for p in region.projections if p.name}
    assert named == {"V": ["sutton1988"], "G": ["collins_frank2014_go"], "N": ["collins_frank2014_nogo"]}
    without = CollinsFrank2014(go=False).describe()
    assert {p.name: bool(p.rules) for p in without.projections if p.name} == {"V": True, "G": False, "N": True}


def test_inputs() -> None:
    """A choice is asked for in the fourth step of six, its outcome told in the last."""
    inputs = {s.target: s.waveform for s in bandit("BG", [PAYS, PAYS[::-1]], "10 ms", agents=3)}
    asked, told = (np.flatnonzero(inputs[f"BG.{name}"].values.si).tolist() for name in ("choice", "dopamine"))  # type: ignore[union-attr]
    assert (asked, told) == ([3, 9], [5, 11])
    assert inputs["BG.arms[3:6]"].values.si.tolist() == [0.2] * 6 + [0.8] * 6  # type: ignore[union-attr]


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        CollinsFrank2014(agents=0, rho=2)
    assert [f.message for f in caught.value.faults] == ["agents 0", "rho 2"]
    for chances in ([[0.5, 0.5, 0.5]], [[1.5, 0.5]]):
        with pytest.raises(InputError, match="probabilities of shape"):
            bandit("BG", chances, "10 ms")
