"""The basal amygdala of Vlachos et al. (2011): what its replication by Carvalho et al. reports, and the ablations."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from braincore.experiments._task import ran
from braincore.experiments.fear_conditioning import LEARNING, PHASES, Learned, learned, numbers
from braincore.regions.vlachos2011 import (
    CONDITIONING,
    CS,
    EXTINCTION,
    Phase,
    Vlachos2011,
    lasting,
    presentations,
    protocol,
)
from scipy.signal import welch

from braincore import Brain
from braincore.errors import InputError
from braincore.model import FixedProbability, PoissonInput, Population, Recording, Silence, neurons

SEEDS = range(1, 6)


@pytest.fixture(autouse=True)
def _quick_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of a quarter of the cells compile for longer than they run."""
    monkeypatch.setenv("BRAINCORE_CXXFLAGS", "-O1")


QUARTER: dict[str, Any] = {"scale": 0.25}


@lru_cache(maxsize=16)
def quarter(seed: int) -> Learned:
    """A network of 1 000 cells through all phases."""
    return learned(seed, **QUARTER)


def test_wiring_is_that_of_the_paper() -> None:
    """Against Vlachos et al. 2011 as Carvalho et al. tabulate it: sizes, probabilities, weights, background, CS."""
    region = Vlachos2011().describe()
    sizes = {p.name: p.size for p in region.populations}
    assert (sizes["A"], sizes["B"], sizes["A"] + sizes["B"] + sizes["others"], sizes["I"]) == (680, 680, 3400, 600)
    assert sizes["cs"] == 4000 and sizes["ctx_A"] == sizes["ctx_B"] == 680
    found = {}
    for p in region.projections:
        if isinstance(p.connector, FixedProbability):
            kinds = tuple("I" if end == "I" else "E" for end in (p.source, p.target))
            found.setdefault(kinds, set()).add((p.connector.p, p.weight.mean.si, p.receptor))  # type: ignore[union-attr]
    assert found == {
        ("E", "E"): {(0.01, 1.25e-9, "exc")},
        ("E", "I"): {(0.15, 1.25e-9, "exc")},
        ("I", "E"): {(0.15, 2.5e-9, "inh")},
        ("I", "I"): {(0.1, 2.5e-9, "inh")},
    }
    drive = {s.target: (s.rate.si, s.sources) for s in region.stimuli if isinstance(s, PoissonInput)}  # type: ignore[union-attr]
    assert drive["A"] == drive["others"] == (5, 1000) and drive["I"] == (6, 1000)
    plastic = {p.name for p in region.projections if p.rules}
    assert plastic == {"cs_to_A", "cs_to_B", "cs_to_others", "ctx_to_A", "ctx_to_B"}


def test_every_cell_has_a_source_of_its_own() -> None:
    """The parts of the stimulus that the populations hear are apart, and are all of it."""
    region = Vlachos2011(scale=0.25).describe()
    parts = sorted(p.source[3:-1].split(":") for p in region.projections if p.name.startswith("cs_to"))
    heard = [k for first, last in parts for k in range(int(first), int(last))]
    assert sorted(heard) == list(range(1000))


def test_scale_keeps_the_number_of_synapses() -> None:
    def in_degree(scale: float) -> dict[str, float]:
        region = Vlachos2011(scale=scale).describe()
        sizes = {p.name: p.size for p in region.populations}
        found = {"E": 0.0, "I": 0.0}
        for p in region.projections:
            if isinstance(p.connector, FixedProbability) and p.target == "A":
                found["I" if p.source == "I" else "E"] += p.connector.p * sizes[p.source]
        return found

    assert in_degree(0.25) == pytest.approx(in_degree(1)) == {"E": pytest.approx(34), "I": pytest.approx(90)}


def test_protocol_is_that_of_the_replication() -> None:
    """Against runsim.py: 5, 6 and 1 stimuli every 200 ms from 100, 1 200 and 2 500 ms; contexts from then on."""
    shown = presentations(PHASES)
    assert np.round([t for t, _ in shown], 9).tolist() == [0.1, 0.3, 0.5, 0.7, 0.9, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.5]
    assert "".join(context for _, context in shown) == "AAAAABBBBBBA"
    assert lasting(PHASES) == pytest.approx(2.7)
    stimuli = {s.name: s for s in protocol("BA", PHASES)}
    window = stimuli["context 1.2 s"].during  # type: ignore[union-attr]
    assert (window[0].si, window[1].si) == pytest.approx((1.2, 2.4))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"scale": 0.1}, "scale 0.1"), ({"learning": -1}, "learning -1"), ({"scale": 0.25, "p_ii": 0.5}, "p_ii 0.5")],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Vlachos2011(**settings)


def test_a_port_takes_what_it_is_for() -> None:
    """Rate units drive stimulus and context; modulation takes excitation only."""
    brain = Brain(duration="1 ms")
    brain.regions["BA"] = Vlachos2011(**QUARTER)
    brain.add("hippocampus", 1, "rate")
    brain.connect("hippocampus", "BA.context_A", weight="1")
    assert brain.resolve().projections[-1].target == "BA.ctx_A"
    brain.populations.append(Population(name="nerve", size=1, neuron=neurons.get("poisson"), sign="inhibitory"))
    brain.connect("nerve", "BA.modulation", weight="-20 mV")
    with pytest.raises(InputError, match="takes excitatory input"):
        brain.resolve()


@pytest.mark.slow
def test_rates_without_input() -> None:
    """Against Carvalho et al.: 0.03 and 10.54 Hz in the first second of 4 000 cells, accepted below 0.1, within 3 %."""
    brain = Brain(seed=1, duration="1.05 s")
    brain.regions["BA"] = Vlachos2011()
    brain.stimuli += protocol("BA", (Phase("A", 1),), begin=1.0)
    brain.recording = Recording(spikes=(), rates="10 ms")
    with ran(brain) as run:
        rate = {name: float(run.rates(f"BA.{name}").rate_hz[:100].mean()) for name in ("A", "B", "others", "I")}
    assert 0 < np.average([rate["A"], rate["B"], rate["others"]], weights=[0.2, 0.2, 0.6]) < 0.1
    assert rate["I"] == pytest.approx(10.54, rel=0.03)


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", SEEDS)
def test_fear_is_acquired_and_extinguished(seed: int) -> None:
    """Against Carvalho et al.: A answers more at every stimulus, then B takes over; other cells are silent."""
    found = quarter(seed)
    a, b, others = (found.rates[n] for n in ("A", "B", "others"))
    assert a[0] < 0.8 and a[4] > 2 and np.polyfit(np.arange(5), a[:5], 1)[0] > 0.4
    assert b[:5].max() < 0.5 and others.max() < 0.5
    assert b[10] > 2.5 and a[10] < 0.7 and np.polyfit(np.arange(6), b[5:11], 1)[0] > 0.4
    assert a[5] > b[5] and b[9] > 3 * a[9]  # the switch
    assert max(a.max(), b.max()) < 6  # their axis ends at 5 Hz
    assert found.rates["I"].min() > 10 and found.rates["I"].max() < 21


@lru_cache(maxsize=1)
def by_a_loop(cells: int = 1500) -> dict[str, np.ndarray]:
    """Mean weights (nS) during each stimulus, of cells of A and B with Poisson trains, by a loop of its own."""
    rng, dt = np.random.default_rng(7), 1e-4
    shown = presentations(PHASES)
    spans = {"A": [(0.1, 1.1), (2.5, 2.7)], "B": [(1.2, 2.4)]}
    found: dict[str, np.ndarray] = {}
    for population, stays in spans.items():
        w = np.stack([rng.normal(0.9, 0.1, cells), rng.normal(0.4, 0.05, cells)])
        c, h = np.zeros(cells), np.zeros(cells)
        last = np.full((2, cells), -1.0)
        rows: list[list[np.ndarray]] = []
        for step in range(27_000):
            t = step * dt
            stimulus = any(b - 1e-9 <= t < b + CS - 1e-9 for b, _ in shown)
            if stimulus and any(abs(t - b) < dt / 2 for b, _ in shown):
                rows.append([])
            c, h = c * np.exp(-dt / 0.01), h * np.exp(-dt / 0.01)
            hit = np.zeros((2, cells), dtype=bool)
            hit[0] = rng.random(cells) < 500 * dt if stimulus else False
            hit[1] = rng.random(cells) < 300 * dt if any(b <= t < e for b, e in stays) else False
            c, h = c + 0.35 * hit[0], h + 0.35 * hit[1]
            last = np.where(hit, t, last)
            if stimulus:
                if step % 50 == 0:  # when weights are recorded
                    rows[-1].append(w.mean(axis=1))
                meets = np.abs(last[0] - last[1]) < 0.1
                times = hit.sum(axis=0) * 1.6e-3 * c
                w = w + times * np.where(meets, h * np.abs(4 - w), -np.abs(0.4 - w))
        means = np.array([np.mean(one, axis=0) for one in rows])
        found |= {f"cs_to_{population}": means[:, 0], f"ctx_to_{population}": means[:, 1]}
    return found


@pytest.mark.slow
@pytest.mark.rotates(5)
@pytest.mark.parametrize("seed", SEEDS)
def test_weights_are_the_expected_ones(seed: int) -> None:
    """To 4 % of a loop of its own (170 cells: a standard error of 0.8 %), and 20 % of estimates made by hand."""
    found = quarter(seed).weights
    for name, values in by_a_loop().items():
        np.testing.assert_allclose(found[name], values, rtol=0.04, err_msg=name)
    estimated = {
        ("cs_to_A", 5): 2.3,
        ("ctx_to_A", 5): 2.0,
        ("cs_to_A", 10): 1.6,
        ("cs_to_B", 4): 0.75,
        ("cs_to_B", 11): 2.4,
    }
    for (name, k), value in estimated.items():
        assert found[name][k] == pytest.approx(value, rel=0.2), (name, k)


@pytest.mark.slow
def test_fear_is_renewed_where_it_was_acquired() -> None:
    """Against Carvalho et al.: in context A the rates change at once, the weights hardly; those of A never forgot.

    Each of five seeds: A at least doubles and gains 0.3 Hz, B loses 40 % or more; the weights move by 1.5 to 5 %. That
    A is above B holds in the mean only: by 0.8 Hz here (0.15 Hz in whole networks), with a standard error of 0.2.
    """
    more = []
    for seed in SEEDS:
        found = quarter(seed)
        a, b = found.rates["A"], found.rates["B"]
        assert a[11] > 2 * a[10] + 0.3 and b[11] < 0.6 * b[10]
        for name in LEARNING:
            assert found.weights[name][11] == pytest.approx(found.weights[name][10], rel=0.08)
        assert found.weights["cs_to_A"][11] > 1.5 * 0.9 and found.weights["ctx_to_A"][11] > 3 * 0.4
        more.append(a[11] - b[11])
    assert np.mean(more) > 0


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{"learning": 0.0}, {"modulated": False}])
def test_without_plasticity_nothing_is_acquired(settings: dict[str, Any]) -> None:
    """No rate of learning, or no neuromodulator: neither population answers, no weight moves."""
    found = learned(1, (CONDITIONING, EXTINCTION), **QUARTER, **settings)
    assert found.rates["A"].max() < 0.8 and found.rates["B"].max() < 0.8
    for values in found.weights.values():
        np.testing.assert_allclose(values, values[0], rtol=1e-12)


@pytest.mark.slow
def test_silent_interneurons_let_all_cells_fire() -> None:
    """Against Carvalho et al.: without 90 % of the inhibition in extinction all fire more, B most."""
    silenced = Silence(target="BA.I[0:135]", during=("1.15 s", None))
    found = learned(1, (CONDITIONING, EXTINCTION), interventions=[silenced], **QUARTER)
    before = quarter(1).rates
    for name, times in (("A", 5), ("B", 3), ("others", 20)):
        assert found.rates[name][5:].mean() > times * max(before[name][5:11].mean(), 0.05), name
    assert found.rates["B"][10] > found.rates["A"][10] > found.rates["others"][10]


def synchrony(found: Learned, phases: tuple[Phase, ...]) -> float:
    """Variance over mean of the inhibitory spikes in each ms of the last four stimuli."""
    spans = [slice(round(b * 1e3), round((b + CS) * 1e3)) for b, _ in presentations(phases)[-4:]]
    counts = np.concatenate([found.counts["I"][span] for span in spans])
    return float(counts.var() / counts.mean())


@pytest.mark.slow
def test_interneurons_that_inhibit_each_other_make_a_gamma_rhythm() -> None:
    """Against Carvalho et al.: with half of all pairs connected a peak at 66.4 Hz and a synchrony above 4.5."""
    phases = (Phase("A", 10),)
    rhythm, usual = learned(1, phases, p_ii=0.5), learned(1, phases)
    assert synchrony(rhythm, phases) > 4.5 > synchrony(usual, phases)
    frequency, power = welch(sum(rhythm.counts.values()), 1000, nperseg=512)
    fast = frequency > 20  # the stimuli come at 5 Hz
    assert frequency[fast][power[fast].argmax()] == pytest.approx(66.4, abs=7)


def test_numbers_are_of_the_ends_of_phases() -> None:
    counting = {n: np.arange(12.0) for n in ("A", "B", *LEARNING)}
    told = numbers(Learned(("A",) * 12, counting, counting, {}))
    assert told["A conditioned (Hz)"] == 4 and told["ctx_to_B extinguished (nS)"] == 10
