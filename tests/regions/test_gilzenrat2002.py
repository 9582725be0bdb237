"""The locus coeruleus of Gilzenrat et al. (2002), against roots of its equations and a loop of its own."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from braincore.experiments._task import ran
from braincore.experiments.target_detection import (
    MODES,
    Trials,
    mixed,
    over_baselines,
    performance,
    trials,
)
from braincore.regions.gilzenrat2002 import COUPLING, PHASIC, TONIC, UNIT, Gilzenrat2002, shown
from scipy.optimize import brentq

from braincore import Brain
from braincore.errors import InputError
from braincore.model import CurrentInput, Recording, Step, Traces, Values, neurons
from braincore.units import DIMENSIONLESS

SEEDS = range(1, 6)
A = D = 0.5


@pytest.fixture(autouse=True)
def _quick_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Units compile for longer than they run."""
    monkeypatch.setenv("BRAINCORE_CXXFLAGS", "-O1")


def rest(coherence: float, current: float) -> tuple[float, float, bool]:
    """The root (v, u) of the locus coeruleus at a current, and whether it is stable (eigenvalues)."""

    def slope(v: float) -> float:
        return v * (A - v) * (v - 1) - (coherence * v + (1 - coherence) * D) + current

    v = brentq(slope, -1, 1)
    jacobian = [[(-3 * v**2 + 3 * v - 0.5) / 0.05, -1 / 0.05], [coherence / 5, -1 / 5]]
    return v, coherence * v + (1 - coherence) * D, bool(np.linalg.eigvals(np.array(jacobian)).real.max() < 0)


def by_a_loop(coherence: float, target: float, distractor: float) -> dict[str, np.ndarray]:
    """One trial without noise by Euler's method in the paper's units, 20 before the stimulus; gain is a step late."""
    h, u = {PHASIC: (0.07, 0.14), TONIC: (0.2, 0.2)}[coherence]
    v, x, dt, late = (h - (1 - coherence) * D) / coherence, np.zeros(3), 0.02, 0.0
    rows = []
    for step in range(1500):
        one, other = (target, distractor) if step >= 1000 else (0.0, 0.0)
        f = 1 / (1 + np.exp(-(0.5 + 3 * late) * (x - [0, 0, 2])))
        h = coherence * v + (1 - coherence) * D
        rows.append([h, u, f[2]])
        slopes = [one + 0.33 * other + f[0] - f[1], other + 0.33 * one + f[1] - f[0], 1.84 * f[0] + 2 * f[2]]
        change = dt / 0.05 * (v * (A - v) * (v - 1) - u + 0.3 * f[0])
        x, u, v, late = x + dt * (np.array(slopes) - x), u + dt / 5 * (h - u), v + change, u
    return dict(zip(("burst", "released", "response"), np.array(rows).T, strict=True))


@lru_cache(maxsize=2)
def still(coherence: float) -> Trials:
    """A target, a distractor and neither, without noise."""
    return trials([True, False, False], noise=0.0, strength=[1, 1, 0], coherence=coherence)


@lru_cache(maxsize=10)
def noisy(seed: int, mode: str) -> Trials:
    """A thousand trials of a mode."""
    return trials(mixed(1000), seed=seed, coherence=MODES[mode])


@pytest.mark.parametrize(("coherence", "u", "gain"), [(PHASIC, 0.1152, 0.846), (TONIC, 0.1892, 1.068)])
def test_rest_is_the_root_of_the_equations(coherence: float, u: float, gain: float) -> None:
    """Against root finding: without a stimulus 0.15 arrives at the locus coeruleus; tonic mode rests higher."""
    _, root, stable = rest(coherence, 0.15)
    assert stable and root == pytest.approx(u, abs=5e-5) and 0.5 + 3 * root == pytest.approx(gain, abs=5e-4)
    assert still(coherence).released[-1, 2] == pytest.approx(root, abs=2e-4)


@pytest.mark.parametrize("coherence", [PHASIC, TONIC])
def test_a_trial_is_that_of_a_loop_of_its_own(coherence: float) -> None:
    """Activity, release and response at every time, to 1e-9."""
    found = still(coherence)
    for k, stimulus in enumerate([(1, 0), (0, 1), (0, 0)]):
        for name, expected in by_a_loop(coherence, *stimulus).items():
            seen = getattr(found, name)[:, k]
            np.testing.assert_allclose(seen, expected[::5], atol=1e-9, err_msg=f"{stimulus} {name}")


def test_targets_make_it_burst_in_phasic_mode_only() -> None:
    """A burst of 1 in phasic mode; in tonic mode, and at distractors, less than half of the way from rest."""
    phasic, tonic = still(PHASIC).burst_height, still(TONIC).burst_height
    assert phasic[0] > 0.95
    assert tonic[0] < 0.3 and phasic[1] < 0.2 and tonic[1] < 0.25
    for mode in (PHASIC, TONIC):
        assert still(mode).answered.tolist() == [True, False, False]


def test_couplings_are_those_of_the_paper() -> None:
    region = Gilzenrat2002(circuits=3).describe()
    weights = {(p.source, p.target): p.weight.si for p in region.projections}  # type: ignore[union-attr]
    gains = {(p.source, p.target) for p in region.projections if p.receptor == "gain"}
    assert gains == {("lc", "target"), ("lc", "distractor"), ("lc", "response")}
    assert all(weights[ends] == 3 for ends in gains)
    assert {ends: w for ends, w in weights.items() if ends not in gains} == COUPLING
    bias = {p.name: p.neuron.parameter("b").value.si for p in region.populations if p.name != "lc"}
    assert bias == {"target": 0, "distractor": 0, "response": 2}


def test_a_third_of_a_stimulus_reaches_the_other_unit() -> None:
    one, other = shown("LC", [1, 0], [0, 1], ("1 s", "2 s"))
    assert one.waveform.amplitude.si.tolist() == [1, 0.33]  # type: ignore[union-attr]
    assert other.waveform.amplitude.si.tolist() == [0.33, 1]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"coherence": 0}, "coherence 0"), ({"circuits": 0}, "circuits 0"), ({"release": -1}, "release -1")],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Gilzenrat2002(**settings)


@pytest.mark.slow
def test_where_it_loses_its_rest() -> None:
    """Against eigenvalues: at a current of 0.27 both modes rest at the root; at 0.30 phasic mode cycles."""
    currents = [0.27, 0.30]
    for mode, stable in ((PHASIC, [True, False]), (TONIC, [True, True])):
        assert [rest(mode, current)[2] for current in currents] == stable
        brain = Brain(duration="6 s", dt="1 ms")
        brain.add("lc", 2, neurons.get("gilzenrat2002_lc"), parameters={"C": mode})
        waveform = Step(amplitude=Values(np.array(currents), DIMENSIONLESS))
        brain.stimuli.append(CurrentInput(target="lc", waveform=waveform))
        brain.recording = Recording(spikes=(), traces=(Traces(target="lc", variables=("v", "u"), interval="5 ms"),))
        with ran(brain) as run:
            times, v = run.traces("lc").matrix("v")
        late = v[times > 4]
        for k, rests in enumerate(stable):
            assert (np.ptp(late[:, k]) < 0.02) == rests
            if rests:
                assert late[-1, k] == pytest.approx(rest(mode, currents[k])[0], abs=0.01)
            else:
                assert np.ptp(late[:, k]) > 0.9


@pytest.mark.slow
def test_no_second_burst_soon_after_the_first() -> None:
    """A target 3 to 5 units (150 to 250 ms) after another makes none, one after 7 or more does."""
    lags = np.array([3.0, 4, 5, 7, 9, 12])
    brain = Brain(dt="1 ms", duration="1.8 s")
    brain.regions["LC"] = Gilzenrat2002(circuits=lags.size, noise=0.0)
    one = np.ones(lags.size)
    brain.stimuli += shown("LC", one, 0 * one, ("1 s", "1.1 s"))
    starts = 1 + lags * UNIT
    for k, start in enumerate(starts):
        mine = (np.arange(lags.size) == k).astype(float)
        brain.stimuli += shown("LC", mine, 0 * mine, (f"{start} s", f"{start + 2 * UNIT} s"))
    brain.recording = Recording(spikes=(), traces=(Traces(target="LC.lc", variables=("h",), interval="1 ms"),))
    with ran(brain) as run:
        times, h = run.traces("LC.lc").matrix("h")
    first = [h[(times >= 1) & (times < start), k].max() for k, start in enumerate(starts)]
    second = np.array([h[times >= start, k].max() for k, start in enumerate(starts)])
    assert min(first) > 0.95
    assert (second[:3] < 0.35).all() and (second[3:] > 0.95).all()


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", SEEDS)
def test_phasic_mode_tells_targets_better(seed: int) -> None:
    """Against Gilzenrat et al. 2002: bursts at targets, fewer false alarms, a higher d' and earlier responses.

    200 targets and 800 distractors: false alarms of 3 and 11 % have standard errors of 0.6 and 1.1 %.
    """
    phasic, tonic = (performance(noisy(seed, mode)) for mode in MODES)
    assert phasic["bursts at targets"] > 0.95 > 0.08 > phasic["bursts at distractors"]
    assert tonic["bursts at targets"] < 0.02 and tonic["bursts at distractors"] < 0.02
    assert min(phasic["hits"], tonic["hits"]) > 0.98
    assert phasic["false alarms"] < 0.06 < tonic["false alarms"]
    assert phasic["d'"] > tonic["d'"] + 0.2
    assert phasic["time (ms)"] < tonic["time (ms)"] - 10
    assert phasic["baseline"] == pytest.approx(0.117, abs=0.004) and tonic["baseline"] == pytest.approx(
        0.190, abs=0.004
    )


@pytest.mark.slow
def test_performance_is_best_at_a_medium_baseline() -> None:
    """The inverted U of Aston-Jones & Cohen 2005: misses below, false alarms above."""
    low, medium, high = over_baselines((-0.12, -0.02, 0.2), count=300)
    assert low["baseline"] < medium["baseline"] < high["baseline"]
    assert low["hits"] < 0.3 and low["false alarms"] < 0.02
    assert medium["hits"] > 0.97 and medium["false alarms"] < 0.04
    assert high["hits"] > 0.99 and high["false alarms"] > 0.35
    assert medium["d'"] > max(low["d'"], high["d'"]) + 1


@pytest.mark.slow
def test_without_noradrenaline_nothing_is_detected() -> None:
    """No release: no hits. Gain fixed at its value at rest: responses come later than with bursts."""
    none = performance(trials(mixed(500), release=0.0))
    fixed = performance(trials(mixed(500), release=0.0, base=0.846))
    assert none["hits"] < 0.02
    assert fixed["time (ms)"] > performance(noisy(1, "phasic"))["time (ms)"] + 20
