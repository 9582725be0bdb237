"""Working memory in synapses: what Mongillo et al. (2008) show, and what must fail without facilitation."""

from __future__ import annotations

import numpy as np
import pytest
from braincore.experiments.synaptic_memory import CONDITIONS, Condition, numbers, population_spikes, remembered
from braincore.regions.mongillo2008 import Mongillo2008, cue, readout

from braincore import Brain
from braincore.errors import InputError
from braincore.model import FixedInDegree

SILENT, REFRESHED, WITHOUT = CONDITIONS.values()


def test_wiring_is_that_of_the_paper() -> None:
    """Against the supplement: 1 600 excitatory and 400 inhibitory synapses a cell, a tenth of the others strong."""
    projections = Mongillo2008().describe().projections
    for target in ("item1", "others", "I"):
        onto = [p for p in projections if p.target == target]
        counts = {p.name: p.connector.k for p in onto if isinstance(p.connector, FixedInDegree)}
        inhibitory = sum(k for name, k in counts.items() if name.startswith("I "))
        assert inhibitory == 400
        assert sum(counts.values()) - inhibitory == 1600
    millivolt = {p.name: p.weight.si * 1e3 for p in projections}  # type: ignore[union-attr]
    assert millivolt["item1 to item1 (J_p)"] == pytest.approx(0.45)
    assert millivolt["item1 to item2 (J_b)"] == pytest.approx(0.1)
    assert millivolt["I to item2 (J_EI)"] == pytest.approx(-0.25)
    strong = {p.name: p.connector.k for p in projections if p.name.endswith("J_p)")}  # type: ignore[attr-defined]
    assert strong["others to item1 (J_p)"] == 80  # a tenth of 800
    assert "item1 to item2 (J_p)" not in strong


def test_scale_keeps_the_total_weight() -> None:
    whole, half = (Mongillo2008(scale=scale).describe() for scale in (1.0, 0.5))
    for one, other in zip(whole.projections, half.projections, strict=True):
        totals = [p.weight.si * p.connector.k for p in (one, other)]  # type: ignore[union-attr, attr-defined]
        assert totals[1] == pytest.approx(totals[0])


def test_inputs() -> None:
    """15 % and 5 % of 23.7 mV at 15 ms and 250 pF."""
    loading, asking = cue("PFC", 2, "1 s"), readout("PFC", "2 s", items=2)
    assert loading.target == "PFC.item2"
    assert loading.waveform.amplitude.si == pytest.approx(59.25e-12)  # type: ignore[union-attr]
    assert [s.target for s in asking] == ["PFC.item1", "PFC.item2", "PFC.others"]
    assert asking[0].waveform.amplitude.si == pytest.approx(19.75e-12)  # type: ignore[union-attr]


def test_wrong_settings_are_refused_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Mongillo2008(scale=0, items=2.5)  # type: ignore[arg-type]
    assert [f.message for f in caught.value.faults] == ["scale 0", "items 2.5"]
    with pytest.raises(InputError, match="background"):
        Mongillo2008(background="23.7 ms")


def test_population_spikes_are_counted_once() -> None:
    rates = {"t": np.arange(6) * 0.02, "item1": np.array([0, 30, 60, 0, 26, 24.0])}
    assert population_spikes(rates, "item1", 0, 1) == 2
    assert population_spikes(rates, "item1", 0.05, 1) == 1


def test_a_small_network_runs() -> None:
    brain = Brain(seed=1, duration="5 ms")
    brain.regions["PFC"] = Mongillo2008(scale=0.01)
    assert brain.resolve().size == 100


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", range(1, 6))
def test_the_item_comes_back_when_asked(seed: int) -> None:
    """Against Mongillo et al. 2008, Fig. 2A: one population spike, of the cued item; none without facilitation."""
    found = numbers(remembered(seed, SILENT))
    assert found["item1 before (Hz)"] < 1
    assert found["item1 after (Hz)"] < 1  # silent
    assert found["population spikes before the read-out"] == 0
    assert found["since"] == 1
    assert found["of other items"] == 0
    without = numbers(remembered(seed, WITHOUT))
    assert without["item1 cued (Hz)"] > 5
    assert without["since"] == without["of other items"] == 0


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", range(1, 6))
def test_the_item_comes_back_by_itself(seed: int) -> None:
    """Against Mongillo et al. 2008, Fig. 2B: population spikes of the cued item again and again, of no other."""
    found = numbers(remembered(seed, REFRESHED))
    assert found["population spikes before the read-out"] + found["since"] >= 2
    assert found["of other items"] == 0
    assert found["item1 after (Hz)"] < 10  # these spikes among them, not firing that goes on as in the cue


@pytest.mark.slow
def test_nothing_comes_back_unless_cued() -> None:
    """A read-out does not wake an item that was not cued."""
    rates = remembered(1, Condition("23.1 mV", asked=True, cued=False))
    assert all(population_spikes(rates, f"item{k}", 1, 5) == 0 for k in range(1, 6))
