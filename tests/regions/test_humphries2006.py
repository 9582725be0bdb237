"""Action selection in spikes: Humphries et al. 2006, its cells by hand, and lesions that must abolish what they carry.

Networks differ in connections, cells, input and noise; every figure of `five` and `pulses` is of seed 1.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from braincore.experiments._task import ran
from braincore.experiments.action_selection import (
    Trial,
    in_spikes,
    outcomes,
    pulse_responses,
    stages,
    stopping,
    switching,
    went,
)
from braincore.regions.humphries2006 import NUCLEI, PSP, Humphries2006, pulses, salience, stop, unit_current

from braincore import Brain
from braincore.errors import InputError
from braincore.model import CurrentInput, Population, Recording, SpikeInput, SpikeTrains, Step, Traces, neurons
from braincore.model.site import Site

TABLE = {
    "SD1": (1.112, 4.35, None),
    "STN": (0.866, 9.10, 0.667),
    "GPe": (0.330, 1.95, 0.242),
    "GPi": (0.170, 1.48, 0.129),
}
"""AMPA (nA), NMDA (pA), GABA (nA) that the formula of the authors' program gives."""
DT = 1e-4


def test_currents_are_those_of_the_program() -> None:
    for nucleus, (ampa, nmda, gaba) in TABLE.items():
        assert unit_current(nucleus, "ampa") == pytest.approx(ampa * 1e-9, rel=0.005)
        assert unit_current(nucleus, "nmda") == pytest.approx(nmda * 1e-12, rel=0.005)
        assert gaba is None or unit_current(nucleus, "gaba") == pytest.approx(gaba * 1e-9, rel=0.005)


@pytest.mark.parametrize("nucleus", NUCLEI)
def test_potentials_peak_where_they_should(nucleus: str) -> None:
    """By numerical integration: 3 mV by AMPA and GABA; NMDA reaches 0.1 mV at one time constant, and peaks higher."""
    _, tau_m, resistance, _ = NUCLEI[nucleus]
    t = np.arange(0, 500, 0.005)
    for synapse, (peak, tau_s) in PSP.items():
        drive = resistance * 1e6 * unit_current(nucleus, synapse) * np.exp(-t / tau_s) * 1e3 / tau_m
        v = np.cumsum(drive * np.exp(t / tau_m)) * np.exp(-t / tau_m) * 0.005
        if synapse == "nmda":
            assert v[int(tau_m / 0.005)] == pytest.approx(peak, rel=0.01)
            assert 1.1 * peak < v.max() < 1.4 * peak
        else:
            assert v.max() == pytest.approx(peak, rel=0.01)


def _drawn(seed: int, **settings: Any) -> dict[tuple[str, str, str], np.ndarray]:
    """Return how many synapses each cell of channel 1 has, by source nucleus, target nucleus and receptor."""
    rng = np.random.default_rng(seed)
    region = Humphries2006(**settings)
    found: dict[tuple[str, str, str], np.ndarray] = defaultdict(lambda: np.zeros(region.cells))
    for p in region.describe().projections:
        if p.target.endswith("1"):
            site = Site(n_pre=region.cells, n_post=region.cells, same=p.source == p.target)
            _, post = p.connector.connect(site, rng)
            found[_nucleus(p.source), _nucleus(p.target), p.receptor] += np.bincount(post, minlength=region.cells)
    return found


def _nucleus(name: str) -> str:
    """Return the name of a population without its channel."""
    return name[:-1]


def test_wiring_is_that_of_the_program() -> None:
    """Each path gives a cell 16 synapses in the mean, in the shares of the program, however many cells there are."""
    near = {"prox": 8, "soma": 8}
    expected = {
        ("cortex", "SD1"): {"exc": 16},
        ("cortex", "SD2"): {"exc": 16},
        ("cortex", "STN"): {"exc": 16},
        ("SD1", "GPi"): {"inh": 16},
        ("SD2", "GPe"): {"inh": 5.28, "prox": 5.44, "soma": 5.28},
        ("STN", "GPe"): {"exc": 16},
        ("STN", "GPi"): {"exc": 16},
        ("GPe", "STN"): {"inh": 4.8, "prox": 6.4, "soma": 4.8},
        ("GPe", "GPi"): near,
        ("GPe", "GPe"): near,
        ("GPi", "GPi"): near,
    }
    for scale in (1.0, 2.0):
        found = _drawn(1, scale=scale)
        assert {key[:2] for key in found} == set(expected)
        for (source, target), shares in expected.items():
            for receptor, number in shares.items():
                # a cell's number has a variance below its mean: five standard errors
                counts = found[source, target, receptor]
                assert counts.mean() == pytest.approx(number, abs=5 * math.sqrt(number / counts.size) + 0.1)


def test_weights_and_delays() -> None:
    """By the table of the program, at a dopamine of 0.4: 1.4 and 0.6 in the striatum, 0.9 in STN, 0.8 around GPe."""
    projections = {p.name: p for p in Humphries2006(dopamine=0.4).describe().projections}
    for name, factor, synapse, delay in (
        ("cortex1 to SD11 (exc)", 1.4, "ampa", 10),
        ("cortex1 to SD21 (exc)", 0.6, "ampa", 10),
        ("cortex2 to STN2 (exc)", 0.9, "ampa", 2.5),
        ("SD13 to GPi3 (inh)", -4, "gaba", 4),
        ("SD22 to GPe2 (prox)", -4 * 0.8, "gaba", 5),
        ("STN1 to GPe2 (exc)", 0.8, "ampa", 2),
        ("STN1 to GPi3 (exc)", 1, "ampa", 1.5),
        ("GPe1 to STN1 (soma)", -0.8, "gaba", 4),
        ("GPe2 to GPi2 (soma)", -1, "gaba", 3),
        ("GPe3 to GPe1 (prox)", -1, "gaba", 1),
        ("GPi1 to GPi2 (soma)", -1, "gaba", 1),
    ):
        nucleus = _nucleus(projections[name].target)
        assert projections[name].weight.si == pytest.approx(factor * unit_current(nucleus, synapse)), name  # type: ignore[union-attr]
        assert projections[name].delay.si == pytest.approx(delay * 1e-3), name  # type: ignore[union-attr]


def test_what_is_told_is_what_is_used() -> None:
    """The table of parameters that `braincore explain` shows, against the populations and their receptors."""
    told = {p.name: p.value.si for p in Humphries2006.parameters}
    neuron = {p.name[:-1]: p.neuron for p in Humphries2006().describe().populations if "cortex" not in p.name}
    for nucleus, name in (("SD1", "SD"), ("SD2", "SD"), ("STN", "STN"), ("GPe", "GPe"), ("GPi", "GPi")):
        assert neuron[nucleus].parameter("I_spon").value.si == pytest.approx(told[f"I_spon_{name}"])
        taus = {p.name: p.value.si for p in neuron[nucleus].receptors["exc"].parameters}
        assert (taus["tau_ampa"], taus["tau_nmda"]) == pytest.approx((told["tau_ampa"], told["tau_nmda"]))
        assert neuron[nucleus].receptors["prox"].parameters[0].value.si == pytest.approx(told["tau_gaba"])
    for synapse, (peak, tau) in PSP.items():
        assert (peak * 1e-3, tau * 1e-3) == pytest.approx((told[f"psp_{synapse}"], told[f"tau_{synapse}"]))


def test_scale_of_shunting_is_the_median_over_cells() -> None:
    """The program's definition: half of a cell's near (or somatic) unit currents, times R over tau; its median."""
    medians = []
    for seed in range(5):
        rng, found, values = np.random.default_rng(seed), _drawn(seed), []
        for nucleus in ("STN", "GPe", "GPi"):
            _, tau, resistance, _ = NUCLEI[nucleus]
            size = found["GPe", nucleus, "prox"].size
            taus = rng.gamma(6, 1, size) if nucleus == "STN" else rng.normal(tau, 0.1 * tau, size)
            rise = rng.normal(resistance, 0.1 * resistance, size) * 1e9 / taus
            for place in ("prox", "soma"):
                number = sum(counts for (_, target, at), counts in found.items() if (target, at) == (nucleus, place))
                values.append(0.5 * number * unit_current(nucleus, "gaba") * rise)
        medians.append(np.median(np.concatenate(values)))
    assert np.mean(medians) == pytest.approx(10.1, rel=0.05)


def by_hand(rebound: bool, steps: int, spikes: dict[str, list[tuple[int, float]]], current: np.ndarray) -> np.ndarray:
    """Return the potential (V) of a cell without noise in each step, by Euler's method in plain numbers.

    The cell is of the subthalamic nucleus if it has a rebound current, else of GPe; spikes are steps and sizes (A).
    """
    tau, r, theta, spontaneous = (6e-3, 18e6, 20e-3, 1.1e-9) if rebound else (14e-3, 88e6, 30e-3, 380e-12)
    v = last = 0.0
    clock, held, seen = 1.2, -1, []
    i = dict.fromkeys(("ampa", "nmda", "inh", "prox", "soma"), 0.0)
    decay = {"ampa": 2e-3, "nmda": 100e-3, "inh": 3e-3, "prox": 3e-3, "soma": 3e-3}
    for step in range(steps):
        seen.append(v)
        near, soma = (r / tau * abs(i[place]) / 10.1 for place in ("prox", "soma"))
        gated = (i["ampa"] + i["nmda"] + i["inh"] + current[step]) * max(0, 1 - near) * max(0, 1 - soma)
        calcium = 900e-12 * min(max((1.2 - clock) / 1.0, 0), 1) if rebound else 0.0
        pull = (-20e-3 / r - spontaneous) * (near + soma) / 2
        new = max(v + DT / tau * (-v + r * (gated + spontaneous + calcium + pull)), -20e-3)
        opens = last < -10e-3 < v and clock >= 1.2
        clock, last = 0.0 if opens else clock + DT, v
        v = v if step <= held else new
        if v > theta:
            v, held = 0.0, step + 20
        i = {name: size * (1 - DT / decay[name]) for name, size in i.items()}
        for receptor, events in spikes.items():
            for at, size in events:
                if at == step:
                    i["ampa" if receptor == "exc" else receptor] += size
                    i["nmda"] += 0.0059 * size if receptor == "exc" else 0.0
    return np.array(seen)


def _cells(events: dict[str, list[tuple[int, float]]]) -> Brain:
    """Return cells without noise: one that gets spikes, two of the pallidum, and two inhibited ones of STN."""
    brain = Brain(seed=1, dt="0.1 ms", duration="700 ms")
    quiet = {name: neurons.get(name).with_(sigma="0 mV") for name in ("humphries2006", "humphries2006_stn")}
    gpi = {"tau_m": "8 ms", "R": "112 Mohm", "I_spon": "390 pA"}
    brain.populations += [
        Population(name="driven", size=1, neuron=quiet["humphries2006"]),
        Population(name="GPe", size=1, neuron=quiet["humphries2006"]),
        Population(name="GPi", size=1, neuron=quiet["humphries2006"], parameters=gpi),
        Population(name="STN", size=1, neuron=quiet["humphries2006_stn"]),
        Population(name="no rebound", size=1, neuron=quiet["humphries2006_stn"], parameters={"alpha_ca": "0 pA"}),
    ]
    for receptor, arrivals in events.items():
        for size in sorted({size for _, size in arrivals}):
            times = np.array([(step - 1) * DT for step, w in arrivals if w == size])
            trains = SpikeTrains(times=times, neurons=np.zeros(times.size, dtype=np.int32))
            given = {"weight": f"{size * 1e12} pA", "receptor": receptor, "delay": "0.1 ms"}
            brain.stimuli.append(SpikeInput(target="driven", trains=trains, name=f"{receptor} {size}", **given))
    for name in ("STN", "no rebound"):
        brain.stimuli.append(
            CurrentInput(target=name, waveform=Step(amplitude="-2 nA"), during=("100 ms", "200 ms"), name=f"to {name}")
        )
    return brain


def test_cells_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the equations in plain numbers: shunting, the floor, spikes, the rebound; rates in closed form.

    Without noise GPe cells fire at 29.6 Hz, 1/(t_ref + tau ln(RI/(RI - theta))), those of GPi at 88.6 Hz; subthalamic
    cells are 0.2 mV below their threshold and silent, until a long inhibition ends.
    """
    monkeypatch.setenv("BRAINCORE_CXXFLAGS", "-O1")  # seven tenths of a second are simulated
    events = {
        "exc": [(200 + 7 * k, 300e-12) for k in range(60)], "inh": [(320, -2e-9)],
        "prox": [(420, -0.4e-9), *((500 + 20 * k, -6e-9) for k in range(10))], "soma": [(450, -0.5e-9)],
    }  # fmt: skip
    brain = _cells(events)
    brain.recording = Recording(traces=tuple(Traces(target=name, variables=("v",)) for name in ("driven", "STN")))
    with ran(brain) as run:
        v = {name: run.traces(name).matrix("v")[1][:, 0] for name in ("driven", "STN")}
        count = {p.name: run.spikes(p.name).t for p in brain.populations}
    nothing = np.zeros(7000)
    held = np.where((np.arange(7000) >= 1000) & (np.arange(7000) < 2000), -2e-9, 0.0)
    assert v["driven"] == pytest.approx(by_hand(False, 7000, events, nothing), abs=1e-9)
    assert v["driven"].min() == pytest.approx(-20e-3, abs=1e-6)  # the shunt pulls to the floor
    assert v["STN"] == pytest.approx(by_hand(True, 7000, {}, held), abs=1e-9)
    for name, hertz in (("GPe", 29.6), ("GPi", 88.6)):
        assert 1 / np.diff(count[name]).mean() == pytest.approx(hertz, rel=0.01)
    assert count["STN"].min() > 0.2  # silent before
    assert ((count["STN"] > 0.2) & (count["STN"] < 0.4)).sum() > 20
    assert count["no rebound"].size == 0


def test_inputs() -> None:
    assert salience("BG", 2, "24 Hz", "1 s").rate.si == pytest.approx(21)
    assert salience("BG", 2, "24 Hz", "1 s").target == "BG.cortex2"
    with pytest.raises(InputError, match="below the background"):
        salience("BG", 2, "2 Hz", "1 s")
    burst = stop("BG", "1 s", "2 s", dopamine=0.4)
    assert [s.target for s in burst] == ["BG.hyperdirect1", "BG.hyperdirect2", "BG.hyperdirect3"]
    assert burst[0].weight.si == pytest.approx(0.9 * unit_current("STN", "ampa"))  # type: ignore[union-attr]
    assert pulses("BG", 1, (0.1, 0.2)).trains.times.size == 128


def test_wrong_settings_are_refused_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Humphries2006(channels=0, scale=0.1, dopamine=1.5, direct=-1)
    assert [f.path for f in caught.value.faults] == ["channels", "scale", "dopamine", "direct"]


def test_ports_and_size() -> None:
    brain = Brain(seed=1, duration="10 ms")
    brain.regions["BG"] = Humphries2006()
    brain.stimuli += [salience("BG", 1, "20 Hz", "1 ms"), *stop("BG", "1 ms", "5 ms")]
    network = brain.resolve()
    sizes = {p.name: p.size for p in network.populations}
    assert sum(size for name, size in sizes.items() if "cortex" not in name) == 960
    assert sum(size for name, size in sizes.items() if "cortex" in name) == 192
    region = Humphries2006().describe()
    assert region.ports["output2"].population == "GPi2"
    assert region.ports["hyperdirect3"].sign == "excitatory"


CONDITIONS: dict[str, dict[str, float]] = {
    "normal": {},
    "depleted": {"dopamine": 0.0},
    "excess": {"dopamine": 0.8},
    "no direct": {"direct": 0.0},
    "no hyperdirect": {"hyperdirect": 0.0},
    "neither": {"hyperdirect": 0.0, "collaterals": 0.0},
}


@pytest.fixture(scope="module")
def five() -> dict[str, np.ndarray]:
    """Mean rates of GPi of five networks for each condition, shape (networks, stages, channels)."""
    times, found = switching(CONDITIONS, networks=5)
    return {name: stages(times, gpi) for name, gpi in found.items()}


@pytest.mark.slow
def test_an_action_is_selected_and_replaced(five: dict[str, np.ndarray]) -> None:
    """Against the paper: below 5 Hz and 20 % of rest while others rise; then the second action takes its place.

    The rate at rest is 30 Hz by the program's rule of thumb; 34 here. Networks differ, by 1.2 Hz (SD) in the selected
    channel and by 2.6 Hz in one that loses to a stronger: the mean of five is held to the 5 Hz of the program, each
    network to a quarter of its rest and to the direction of change, and four of five to a clean switch.
    """
    rest, one, two = five["normal"].swapaxes(0, 1)
    assert (np.abs(rest.mean(axis=0) - 30) < 8).all()
    assert one[:, 0].mean() < 5
    assert one[:, 0].mean() < 0.2 * rest[:, 0].mean()
    assert (one[:, 0] < 0.25 * rest[:, 0]).all()
    assert (one[:, 1:].mean(axis=1) > 1.1 * rest[:, 1:].mean(axis=1)).all()
    assert (two[:, 1] < 5).all()
    assert two[:, 0].mean() > 5
    assert (two[:, 0] > one[:, 0]).all()
    assert (two[:, 2] > 1.25 * rest[:, 2]).all()
    assert outcomes(five["normal"]).count("switch") >= 4


@pytest.mark.slow
def test_dopamine(five: dict[str, np.ndarray]) -> None:
    """Against the paper: selection fails without dopamine, and so does switching with too much: both are let go."""
    assert outcomes(five["depleted"]) == ["none"] * 5
    assert (five["depleted"][:, 1, 0] > 20).all()
    assert outcomes(five["excess"]) == ["dual"] * 5


@pytest.mark.slow
def test_lesions(five: dict[str, np.ndarray]) -> None:
    """Ablations: nothing is selected without SD1 to GPi; without the hyperdirect pathway the first action stays.

    Others rise by the hyperdirect pathway and by collaterals of GPi, and without both they do not. Without the
    hyperdirect pathway alone they still rise, by 7 Hz: the silent channel of GPi inhibits them no longer.
    """
    assert outcomes(five["no direct"]) == ["none"] * 5
    assert outcomes(five["no hyperdirect"]).count("dual") >= 4
    rise = {name: five[name][:, 1, 1:].mean(axis=1) - five[name][:, 0, 1:].mean(axis=1) for name in CONDITIONS}
    assert (rise["normal"] > 4).all()
    assert (np.abs(rise["neither"]) < 4).all()
    assert abs(rise["neither"].mean()) < 2
    assert rise["no hyperdirect"].mean() < rise["normal"].mean()
    assert (five["neither"][:, 1, 0] < 0.2 * five["neither"][:, 0, 0]).all()  # the direct pathway is there


@pytest.mark.slow
def test_order_of_pathways_after_a_cortical_pulse() -> None:
    """By the delays: excitation from 4 ms, inhibition from 14, excitation by GPe; each goes with its pathway."""
    names = ("hyperdirect", "direct", "indirect")
    times, found = pulse_responses({"whole": {}, **{name: {name: 0.0} for name in names}})

    def mean(name: str, begin: float, end: float) -> float:
        return float(found[name][(times > begin) & (times < end), 0].mean())

    rest, early, pause, late = (-0.01, 0.0), (0.004, 0.006), (0.018, 0.028), (0.03, 0.036)
    before = mean("whole", *rest)
    assert mean("whole", *early) > 2 * before
    assert mean("whole", *pause) < 0.2 * before
    assert mean("whole", *late) > 1.4 * before
    assert mean("hyperdirect", *early) < 1.5 * before
    assert mean("direct", *pause) > before
    assert mean("indirect", *late) < 0.5 * before


@pytest.mark.slow
def test_go_and_stop() -> None:
    """All five networks let the action go; none if the signal to stop comes with the cue, all if 140 ms later.

    Without the direct pathway there is nothing to stop. The task's numbers are this library's, not published.
    """
    times, found = stopping((0.0, 0.14))
    assert went(times, found[None]).all()
    assert not went(times, found[0.0]).any()
    assert went(times, found[0.14]).all()
    times, found = stopping((), direct=0.0)
    assert not went(times, found[None]).any()


@pytest.mark.slow
def test_rates_at_rest() -> None:
    """By the program's rule of thumb, loosely (it says so): GPe and GPi 30 Hz, STN 12 Hz; the striatum is silent."""
    _, found = in_spikes({"rest": Trial()}, 1.5, nuclei=tuple(NUCLEI))
    mean = {name.removeprefix("rest."): rates[:, 50:].mean(axis=(1, 2)) for name, rates in found.items()}
    assert (np.abs(mean["STN"] - 12) < 4).all()
    for nucleus in ("GPe", "GPi"):
        assert (np.abs(mean[nucleus] - 30) < 8).all()
    assert max(mean["SD1"].max(), mean["SD2"].max()) < 0.5
