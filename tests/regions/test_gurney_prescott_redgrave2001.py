"""Action selection in rates: steady states in closed form, at all stages and levels of dopamine, for 3 to 20 channels.

The model is deterministic and piecewise linear: what a test holds, it holds for every seed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from braincore.experiments.action_selection import (
    GO,
    LASTING,
    OUTCOMES,
    in_rates,
    outcome,
    selection_map,
    switching_and_stopping_in_rates,
)
from braincore.regions.gurney_prescott_redgrave2001 import (
    NUCLEI,
    GurneyPrescottRedgrave2001,
    salience,
    selected,
)

from braincore import Brain
from braincore.errors import InputError
from braincore.model import OneToOne, Population, Projection, neurons

Outputs = dict[str, np.ndarray]
AT = (0.99, 1.99, 2.99, 3.99, 4.99)
"""Seconds: the end of each stage of the authors' protocol."""
LEVELS = (0.0, 0.2, 0.6)
SIZES = (3, 4, 6, 10, 20)


def by_hand(c: Sequence[float], lam: float, **cut: float) -> dict[str, np.ndarray]:
    """Return the outputs at which nothing changes, by damped iteration of the paper's equations in plain NumPy."""
    c = np.asarray(c, float)
    d1, d2 = (np.clip(c * (1 + s * lam) - 0.2, 0, 1) for s in (1, -1))
    stn = gpe = np.zeros(c.size)
    for _ in range(800):
        new = np.clip(cut.get("hyperdirect", 1) * c + cut.get("stop", 0) - gpe + 0.25, 0, 1)
        stn = stn + 0.05 * (new - stn)
        gpe = gpe + 0.05 * (np.clip(0.9 * stn.sum() - cut.get("indirect", 1) * d2 + 0.2, 0, 1) - gpe)
    gpi = np.clip(0.9 * stn.sum() - cut.get("direct", 1) * d1 - 0.3 * gpe + 0.2, 0, 1)
    return {"D1": d1, "D2": d2, "STN": stn, "GPe": gpe, "GPi": gpi}


def _protocol(name: str, n: int) -> list:
    """The authors': 0.4 in channel 1 from 1 s, 0.6 in channel 2 from 2 s, 0.2 more in channel 1 from 3 s to 4 s."""
    first, second = np.eye(n)[:2]
    return [
        salience(name, 0.4 * first, "1 s"),
        salience(name, 0.6 * second, "2 s"),
        salience(name, 0.2 * first, "3 s", "4 s"),
    ]


@pytest.fixture(scope="module")
def run() -> tuple[np.ndarray, Outputs]:
    """All networks of this file side by side: sizes, levels of dopamine, and cut pathways."""
    regions = {f"size{n}": GurneyPrescottRedgrave2001(channels=n) for n in SIZES}
    regions |= {f"level{k}": GurneyPrescottRedgrave2001(dopamine=level) for k, level in enumerate(LEVELS)}
    regions |= {cut: GurneyPrescottRedgrave2001(**{cut: 0.0}) for cut in ("direct", "indirect", "hyperdirect")}
    inputs = [one for name, region in regions.items() for one in _protocol(name, region.channels)]
    return in_rates(regions, inputs, 5.0, nuclei=tuple(NUCLEI))


def at(run: tuple[np.ndarray, Outputs], name: str, second: float) -> np.ndarray:
    times, found = run
    return found[name][np.searchsorted(times, second), 0]


@pytest.mark.parametrize("n", SIZES)
def test_at_rest(run: tuple[np.ndarray, Outputs], n: int) -> None:
    """Closed form: STN 0.05/(1 + 0.9 n), GPe 0.25 less that, GPi 0.9 n STN + 0.2 - 0.3 GPe (0.1695 with six)."""
    stn = 0.05 / (1 + 0.9 * n)
    gpe = 0.25 - stn
    for nucleus, value in (("STN", stn), ("GPe", gpe), ("GPi", 0.9 * n * stn + 0.2 - 0.3 * gpe), ("D1", 0), ("D2", 0)):
        assert at(run, f"size{n}.{nucleus}", AT[0]) == pytest.approx(np.full(n, value), abs=1e-6)


def test_stages_of_the_protocol(run: tuple[np.ndarray, Outputs]) -> None:
    """Closed form with six channels and dopamine of 0.2: nothing, 1, 2, neither (both alike), 2 are selected."""
    expected = (
        (0.16953125,) * 3,
        (0.0850, 0.3290, 0.3290),
        (0.2335, 0.0415, 0.4775),
        (0.1225, 0.1225, 0.5585),
        (0.2335, 0.0415, 0.4775),
    )
    for second, (first, other, rest) in zip(AT, expected, strict=True):
        assert at(run, "size6.GPi", second) == pytest.approx([first, other, *[rest] * 4], abs=1e-4)
    assert [int(selected(at(run, "size6.GPi", second))) for second in AT] == [-1, 0, 1, -1, 1]
    assert at(run, "size6.GPe", AT[1]) == pytest.approx([0.35, *[0.47] * 5], abs=1e-4)
    assert at(run, "size6.STN", AT[1]) == pytest.approx([0.30, *[0] * 5], abs=1e-4)
    assert at(run, "size6.GPe", AT[2])[:3] == pytest.approx([0.5621, 0.4021, 0.6821], abs=1e-4)
    assert at(run, "size6.STN", AT[2])[:3] == pytest.approx([0.0879, 0.4479, 0], abs=1e-4)


@pytest.mark.parametrize("n", SIZES)
def test_capacity(run: tuple[np.ndarray, Outputs], n: int) -> None:
    """Paper II, closed form: with something selected, outputs do not depend on how many channels there are."""
    for second in AT[1:3]:
        found = at(run, f"size{n}.GPi", second)
        assert found == pytest.approx(at(run, "size6.GPi", second)[np.minimum(np.arange(n), 2)], abs=1e-6)


@pytest.mark.parametrize(
    ("k", "alone", "both"), [(0, 0.2155, (0.3825, 0.2425)), (1, 0.0850, (0.2335, 0.0415)), (2, 0.0, (0.0, 0.0))]
)
def test_dopamine(run: tuple[np.ndarray, Outputs], k: int, alone: float, both: tuple[float, float]) -> None:
    """Closed form, paper II: nothing is selected without dopamine, both at once with much of it."""
    assert at(run, f"level{k}.GPi", AT[1])[0] == pytest.approx(alone, abs=1e-4)
    assert at(run, f"level{k}.GPi", AT[2])[:2] == pytest.approx(both, abs=1e-4)


def test_every_nucleus_against_plain_numpy(run: tuple[np.ndarray, Outputs]) -> None:
    for name, lam, cut in [(f"level{k}", level, {}) for k, level in enumerate(LEVELS)] + [
        (name, 0.2, {name: 0.0}) for name in ("direct", "indirect", "hyperdirect")
    ]:
        for second, c in ((AT[1], (0.4, 0, 0, 0, 0, 0)), (AT[2], (0.4, 0.6, 0, 0, 0, 0))):
            expected = by_hand(c, lam, **cut)
            for nucleus in NUCLEI:
                assert at(run, f"{name}.{nucleus}", second) == pytest.approx(expected[nucleus], abs=1e-4), nucleus


def test_without_a_pathway(run: tuple[np.ndarray, Outputs]) -> None:
    """Ablations: nothing is selected without the direct pathway; without the hyperdirect others rise a sixth as much.

    What is left of the rise comes by the indirect pathway: 0.63 (0.05 + 0.12)/1.9 + 0.14 in closed form.
    """
    rest = at(run, "direct.GPi", AT[0])[0]
    assert (at(run, "direct.GPi", AT[1]) > rest).all()
    others = [at(run, name, AT[1])[2] - at(run, name, AT[0])[2] for name in ("hyperdirect.GPi", "size6.GPi")]
    assert others[1] == pytest.approx(0.329 - 0.16953, abs=1e-4)
    assert others[0] == pytest.approx(0.63 * 0.17 / 1.9 + 0.14 - 0.16953, abs=1e-4)
    assert others[0] < others[1] / 5


def test_outcomes() -> None:
    """As Humphries et al. 2006 sort: 0 none, 1 and 6 single, 5 switch, 7 dual, 4 interference, 2 and 3 invalid."""
    codes = range(8)
    found = outcome([c >> 2 for c in codes], [c >> 1 & 1 for c in codes], [c & 1 for c in codes])
    names = ["none", "single", "invalid", "invalid", "interference", "switch", "single", "dual"]
    assert [OUTCOMES[k] for k in found] == names


@pytest.mark.slow
def test_go_and_stop() -> None:
    """The cue lets the action go unless a burst of all of STN comes early enough; numbers are this library's.

    While both last, GPi is where plain NumPy has it.
    """
    times, _, found = switching_and_stopping_in_rates()
    low = {delay: bool((output[times > GO, 0] < 0.1).any()) for delay, output in found.items()}
    assert low[None]
    assert not low[0.0]
    assert low[0.14]
    both = found[0.0][np.searchsorted(times, GO + LASTING) - 2]
    assert both == pytest.approx(by_hand((0.5, 0, 0, 0, 0, 0), 0.2, stop=1.0)["GPi"], abs=0.02)
    assert both[0] > 0.17  # above rest


@pytest.mark.slow
def test_map_of_saliences_against_the_closed_form() -> None:
    """All pairs of saliences in steps of 0.1, 121 circuits side by side for each level of dopamine.

    More dopamine, more selection of both at once; the outcome is that of the steady states by plain NumPy.
    """
    grid = np.linspace(0, 1, 11)
    dual = []
    for level, found in selection_map(grid, LEVELS).items():
        for i in range(0, 11, 2):
            for k in range(0, 11, 2):
                c = np.array([grid[i], grid[k], 0, 0, 0, 0])
                before, after = by_hand(c * [1, 0, 0, 0, 0, 0], level)["GPi"], by_hand(c, level)["GPi"]
                near = np.abs(np.array([before[0], *after[:2]]) - 0.1).min() < 1e-3
                assert near or found[i, k] == outcome(before[0] < 0.1, after[0] < 0.1, after[1] < 0.1)
        dual.append((found == OUTCOMES.index("dual")).mean())
    assert dual[0] == 0
    assert dual[0] < dual[1] < dual[2]


def test_weights_are_those_of_the_paper() -> None:
    weights = {p.name: p.weight.si for p in GurneyPrescottRedgrave2001().describe().projections}  # type: ignore[union-attr]
    expected = {
        "salience to D1": 1.2, "salience to D2": 0.8, "salience to STN": 1, "D1 to GPi": -1, "D2 to GPe": -1,
        "STN to GPe": 0.9, "STN to GPi": 0.9, "GPe to STN": -1, "GPe to GPi": -0.3,
    }  # fmt: skip
    assert weights == pytest.approx(expected)


def test_circuits_do_not_mix() -> None:
    region = GurneyPrescottRedgrave2001(channels=3, circuits=4).describe()
    (diffuse,) = (p.connector for p in region.projections if p.name == "STN to GPi")
    pairs = set(zip(diffuse.pre.tolist(), diffuse.post.tolist(), strict=True))  # type: ignore[attr-defined]
    assert pairs == {(i, k) for i in range(12) for k in range(12) if i // 3 == k // 3}


def test_wrong_settings_are_refused_at_once() -> None:
    with pytest.raises(InputError) as caught:
        GurneyPrescottRedgrave2001(channels=0, dopamine=-0.1, circuits=1.5)  # type: ignore[arg-type]
    assert [f.path for f in caught.value.faults] == ["channels", "circuits", "dopamine"]


def test_ports_connect_it_to_other_units() -> None:
    """What another population gives arrives as salience; the port for the hyperdirect pathway excites alone."""
    brain = Brain(duration="1 s", dt="1 ms")
    brain.regions["BG"] = GurneyPrescottRedgrave2001()
    unit = neurons.get("gurney2001_input")
    brain.populations += [
        Population(name="cortex", size=6, neuron=unit),
        Population(name="motor", size=6, neuron=neurons.get("gurney2001")),
    ]
    brain.projections += [
        Projection(source=a, target=b, connector=OneToOne(), weight=1, receptor="rate")
        for a, b in (("cortex", "BG.input"), ("BG.output", "motor"))
    ]
    network = brain.resolve()
    assert {(p.source, p.target) for p in network.projections} >= {("cortex", "BG.salience"), ("BG.GPi", "motor")}
    brain.projections.append(
        Projection(source="BG.D1", target="BG.hyperdirect", connector=OneToOne(), weight=1, receptor="rate")
    )
    with pytest.raises(InputError, match="takes excitatory input"):
        brain.resolve()
