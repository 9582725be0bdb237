"""The attentional blink of Nieuwenhuis et al. (2005), against a loop of its own and the course of the blink."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from braincore.experiments.attentional_blink import NETWORKS, Streams, over_lags, streams
from braincore.regions.nieuwenhuis2005 import BEFORE, ITEM, Nieuwenhuis2005, stream

from braincore.errors import InputError

SEEDS = range(1, 6)
LAGS = (1, 2, 3, 6)
EACH = 300


@pytest.fixture(autouse=True)
def _quick_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units compile for longer than they run."""
    monkeypatch.setenv("BRAINCORE_CXXFLAGS", "-O1")


@lru_cache(maxsize=1)
def still() -> Streams:
    """Trials without noise: the second target at lags of 1, 2 and 6, or never."""
    return streams([1, 2, 6, 0], noise=0.0)


@lru_cache(maxsize=2)
def blink(seed: int, network: str) -> dict[int, dict[str, float]]:
    """Reports and bursts by lag."""
    found = over_lags(streams(np.repeat(LAGS, EACH), seed=seed, **NETWORKS[network]))
    return {int(row["lag"]): row for row in found}


def by_a_loop(lag: int, items: int = 15) -> dict[str, np.ndarray]:
    """One trial without noise by Euler's method in the paper's units, 100 steps an item; gain is a step late."""
    dt, coherence, u = 0.02, 0.9, 0.14
    v, x, late = (0.07 - 0.05) / coherence, np.zeros(5), 0.0
    inward = np.full((3, 3), 1 / 3) + np.eye(3) * (1.5 - 1 / 3)
    among = -np.ones((3, 3)) + np.eye(3) * 3.5
    rows = []
    for step in range(items * 100):
        item = step // 100
        kind = 0 if item == 3 else 1 if lag and item == 3 + lag else 2
        f = 1 / (1 + np.exp(-(0.5 + 1.5 * late) * (x - 1.75)))
        h = coherence * v + (1 - coherence) * 0.5
        rows.append([h, f[3], f[4]])
        inputs = np.concatenate([inward[kind] + among @ f[:3], 3.5 * f[:2] + 2 * f[3:]])
        change = dt / 0.05 * (v * (0.5 - v) * (v - 1) - u + 0.3 * (f[0] + f[1]))
        x, u, v, late = x + dt * (inputs - x), u + dt / 5 * (h - u), v + change, u
    return dict(zip(("burst", "first", "second"), np.array(rows).T, strict=True))


def test_a_trial_is_that_of_a_loop_of_its_own() -> None:
    """Activity of the locus coeruleus and both responses at every time, to 1e-9."""
    found = still()
    for k, lag in enumerate((1, 2, 6, 0)):
        for name, expected in by_a_loop(lag).items():
            seen = (found.burst if name == "burst" else found.response[name])[:, k]
            np.testing.assert_allclose(seen, expected[::5], atol=1e-9, err_msg=f"{lag} {name}")


def test_one_burst_where_the_second_target_comes_soon() -> None:
    """Without noise: a burst at a first target; at a second one 600 ms later, not 200 ms later. u is 0.116 at rest."""
    found = still()
    assert (found.highest(found.burst, "first") > 0.9).all()
    soon, late = found.t >= 2 * ITEM, found.t >= 6 * ITEM
    assert found.burst[soon, 1].max() < 0.3
    assert found.burst[late, 2].max() > 0.9
    highest = found.highest(found.response["second"], "second")[:3]
    assert highest[1] < highest[0] < highest[2]


def test_couplings_and_items_are_those_of_the_paper() -> None:
    couplings = Nieuwenhuis2005().couplings
    assert couplings["first", "first"] == 2.5 and couplings["distractor", "first"] == -1
    assert couplings["second", "response_second"] == 3.5 and couplings["response_second", "response_second"] == 2
    assert couplings["first", "lc"] == couplings["second", "lc"] == 0.3 and ("distractor", "lc") not in couplings
    assert sum(source == "lc" for source, _ in couplings) == 5
    items = {s.name: s.waveform.amplitude.si.tolist() for s in stream("LC", np.array([2, 0]), 6)}  # type: ignore[union-attr]
    third = pytest.approx(1 / 3)
    assert items[f"first, item {BEFORE}"] == [1.5, 1.5] and items[f"distractor, item {BEFORE}"] == [third, third]
    assert items["second, item 5"] == [1.5, third] and items["distractor, item 5"] == [third, 1.5]


@pytest.mark.parametrize(("settings", "message"), [({"noise": -1}, "noise -1"), ({"circuits": 1.5}, "circuits 1.5")])
def test_wrong_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Nieuwenhuis2005(**settings)


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_second_target_is_missed_for_a_while(seed: int) -> None:
    """Against Nieuwenhuis et al. 2005: worst at 200 ms, better at 300, as the first at 600, and spared at 100.

    300 trials a lag: standard errors of 3 %; a difference of 0.24 is held to be above 0.1 at 100 ms.
    """
    found = blink(seed, "phasic mode")
    report = {lag: row["second if first"] for lag, row in found.items()}
    assert report[2] < 0.65 and report[2] < report[3] < report[6]
    assert report[1] > report[2] + 0.1 and report[6] > report[2] + 0.2
    assert report[6] == pytest.approx(found[6]["first"], abs=0.1)
    assert found[6]["first"] > 0.78
    assert max(found[1]["bursts at second"], found[2]["bursts at second"]) < 0.2 < 0.65 < found[6]["bursts at second"]


@pytest.mark.slow
@pytest.mark.parametrize("network", ["tonic mode", "gain held"])
def test_without_bursts_of_gain_there_is_no_blink(network: str) -> None:
    """In tonic mode, and where noradrenaline does nothing, 200 ms are no worse than 600."""
    found = blink(1, network)
    assert found[2]["second if first"] > found[6]["second if first"] - 0.05
    assert found[6]["second if first"] < 0.7  # fewer reports of all: the gain of the burst is missing
