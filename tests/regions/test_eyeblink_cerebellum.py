"""Delay eyelid conditioning: timing, extinction, savings, and the ablations that must not learn."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from braincore.experiments.eyeblink import (
    ACQUISITION,
    ALL,
    CRITERION,
    EXTINCTION,
    TRIAL,
    ZONES,
    Learned,
    Zone,
    learned,
    numbers,
    teaching,
)
from braincore.regions.eyeblink_cerebellum import EyeblinkCerebellum, conditioned, unconditioned

from braincore import Brain
from braincore.errors import InputError
from braincore.model import FixedInDegree

NEVER, NEVER_AGAIN = ACQUISITION + 1, ALL - ACQUISITION - EXTINCTION + 1


@cache
def _learned(seed: int) -> dict[str, Learned]:
    return learned(seed)


def test_cells_and_synapses_are_those_of_the_papers() -> None:
    """16 Purkinje and basket cells; 28.1 % of the parallel fibres; conductances of Yamazaki & Nagao 2012."""
    region = EyeblinkCerebellum(zones=2).describe()
    sizes = {p.name: p.size for p in region.populations}
    assert sizes["granule"] == 4096
    assert [sizes[name] for name in ("clock", "basket", "purkinje1", "purkinje2", "olive1")] == [1000, 16, 16, 16, 1]
    found = {p.name: p for p in region.projections}
    fibres = found["granule to purkinje2"]
    assert isinstance(fibres.connector, FixedInDegree)
    assert fibres.connector.k * fibres.weight.si == pytest.approx(28_800 * 0.7e-9 * 0.003)  # type: ignore[union-attr]
    nanosiemens = {
        "basket to purkinje1": 16 / 3,
        "mossy to nucleus1": 0.1,
        "purkinje1 to nucleus1": 0.225,
        "nucleus1 to olive1": 0.018 * 4 / 8,
    }
    for name, value in nanosiemens.items():
        assert found[name].weight.si == pytest.approx(value * 1e-9)  # type: ignore[union-attr]


def test_each_zone_has_a_climbing_fibre_of_its_own() -> None:
    found = {p.name: p for p in EyeblinkCerebellum(zones=2).describe().projections}
    on, off = found["olive2 to purkinje2 (on)"], found["olive2 to purkinje2 (off)"]
    assert off.delay.si - on.delay.si == pytest.approx(0.05)  # type: ignore[union-attr]
    assert on.weight.si == -off.weight.si == 1  # type: ignore[union-attr]
    assert not [name for name in found if name.startswith("olive1 to purkinje2")]


def test_stimuli() -> None:
    clock, mossy = conditioned("CB", [0.25, 1.25])
    assert (clock.target, mossy.target) == ("CB.clock", "CB.mossy")
    values = clock.waveform.values.si  # type: ignore[union-attr]
    assert values.sum() == 1000
    assert values[250] == values[749] == values[1250] == 1
    assert values[249] == values[750] == 0
    assert conditioned("CB", [0.25], strength=0.5)[0].waveform.values.si.max() == 0.5  # type: ignore[union-attr]
    given = unconditioned("CB", 2, [0.5])
    assert given.target == "CB.olive2"
    assert given.weight.si == pytest.approx(0.1e-9)  # type: ignore[union-attr]


def test_unpaired_stimuli_keep_away_from_the_conditioned_ones() -> None:
    times = np.rint(np.array(teaching(1, Zone(paired=False))) * 1e3) % TRIAL
    assert not ((times > 150) & (times < 850)).any()
    paired = np.rint(np.array(teaching(1, Zone(interval=400))) * 1e3)
    assert paired.size == ALL - EXTINCTION
    assert (paired % TRIAL == 650).all()


def test_what_a_response_is() -> None:
    """By hand: a nucleus that fires at 100 Hz from 240 to 260 ms after the stimulus in two trials in a row."""
    nucleus = np.zeros((ALL, TRIAL))
    nucleus[[3, 7, 8, 62, 63], 490:510] = 1000.0
    nucleus[30:35, 500:520] = 1000.0
    one = Learned(Zone(), nucleus, nucleus, nucleus)
    assert one.trials == (8, 3)
    assert one.peak == pytest.approx(260, abs=2)
    assert one.responses[0] == 0
    assert Learned(Zone(), nucleus, 0 * nucleus, nucleus).trials == (NEVER, NEVER_AGAIN)


def test_a_small_network_is_described() -> None:
    brain = Brain(seed=1, dt="1 ms", duration="5 ms")
    brain.regions["CB"] = EyeblinkCerebellum(scale=0.01)
    assert brain.resolve().size == 1000 + 1024 + 16 + 400 + 16 + 8 + 1


def test_wrong_settings_are_refused_at_once() -> None:
    with pytest.raises(InputError) as caught:
        EyeblinkCerebellum(scale=2.0, zones=0, kept=1.5)
    assert [f.message for f in caught.value.faults] == ["scale 2.0", "zones 0", "kept 1.5"]


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", range(1, 6))
def test_conditioning(seed: int) -> None:
    """Timing within 15 % of two intervals, acquisition, extinction, savings; no learning without its causes.

    Behaviour: the response peaks at the interval, goes with the conditioned stimulus alone, and comes back in at most
    half of the trials; Purkinje cells pause, by a third or more here. Its rates are the model's own: provisional.
    """
    found = _learned(seed)
    for title in ("250 ms", "400 ms"):
        told = numbers(found[title])
        assert told["peak (ms)"] == pytest.approx(found[title].zone.interval, rel=0.15)
        assert told["untrained (Hz)"] < 50
        assert told["trained (Hz)"] > CRITERION
        assert told["extinguished (Hz)"] < CRITERION - 5
        assert told["Purkinje cells at the interval, of rest"] < 0.75
        assert 3 <= told["trials to learn"] <= 20
        assert told["trials to learn again"] <= told["trials to learn"] / 2
    # savings need the nucleus: without its memory the second time is hardly faster than the first
    savings = [numbers(found[title]) for title in ("250 ms", "without nuclear memory")]
    assert savings[0]["trials to learn again"] < savings[1]["trials to learn again"]
    for title in ("without depression", "unpaired"):
        assert found[title].trials == (NEVER, NEVER_AGAIN)
        assert found[title].responses.max() < 60
        assert numbers(found[title])["Purkinje cells at the interval, of rest"] > 0.9


@pytest.mark.slow
def test_without_golgi_cells_there_is_no_timing() -> None:
    """Ablation: with them each microzone pauses at its own interval; without, at the same mean rate, at none."""
    zones = {title: ZONES[title] for title in ("250 ms", "400 ms")}

    def contrasts(found: dict[str, Learned]) -> list[float]:
        """Return by how many Hz Purkinje cells fire less at their own interval than at the other."""
        early, late = (found[title] for title in zones)
        return [early.pause(400) - early.pause(250), late.pause(250) - late.pause(400)]

    assert min(contrasts(_learned(1))) > 12
    # granule cells fire at a constant 440 Hz x 0.016, which is what they do on average with inhibition
    without = learned(1, zones, kappa=0.0, strength=0.016)
    assert max(contrasts(without)) < 6
    assert min(one.pause(250) for one in without.values()) < 80  # there is depression, but all through the stimulus
