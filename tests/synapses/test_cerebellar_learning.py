"""The learning rules of the cerebellum, and the parts that they need, against numbers worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from braincore.experiments._task import ran
from numpy.typing import NDArray

from braincore import Brain
from braincore.model import (
    CurrentInput,
    OneToOne,
    Recording,
    SpikeTrains,
    Step,
    Traces,
    Weights,
    learning_rules,
    neurons,
    synapses,
)
from braincore.model.stimulus import SpikeInput

CASES = (
    ([100], [120], 1),  # a spike 20 ms before the climbing fibre
    ([100], [149], 1),  # at the edge of the window
    ([100], [151], 0),  # too early
    ([100], [90], 0),  # after the climbing fibre
    ([60, 100, 110], [120], 2),  # one of three is 60 ms before
    ([100], [110, 120], 2),  # two climbing-fibre spikes
    ([100, 105], [110, 120], 4),
    ([50, 100, 150], [], 0),
)
"""Spikes (ms) of a parallel fibre and of a climbing fibre, and how many pairs are within the window."""


def _sources(brain: Brain, name: str, rows: Sequence[Sequence[int]]) -> None:
    """Add sources that spike at given times (ms), a row each."""
    brain.add(name, len(rows), "spike_source")
    times = np.concatenate([np.asarray(row, dtype=np.float64) for row in rows]) / 1e3
    who = np.repeat(np.arange(len(rows), dtype=np.int32), [len(row) for row in rows])
    brain.stimuli.append(SpikeInput(target=name, trains=SpikeTrains(times=times, neurons=who), name=f"to {name}"))


def _last(brain: Brain, projection: str) -> NDArray[np.float64]:
    """Run, and return the last weight of each synapse in nS."""
    brain.recording = Recording(spikes=(), weights=(Weights(projection=projection, interval="1 ms"),))
    with ran(brain, engine="brian2") as run:
        (name,) = run.recorders("weights")
        found = run.weights(name)
        return np.asarray(found.variables["w"])[found.step == found.step.max()] * 1e9


def _taught(**values: str) -> NDArray[np.float64]:
    """Return the last weight (nS) of the parallel fibre of each case; it begins at 0.5 nS, within 0 and 1 nS."""
    brain = Brain(seed=1, dt="1 ms", duration="300 ms")
    _sources(brain, "parallel", [parallel for parallel, _, _ in CASES])
    _sources(brain, "climbing", [climbing for _, climbing, _ in CASES])
    cell = neurons.get("yamazaki_nagao2012")
    brain.add("cell", len(CASES), cell.with_(receptors={**cell.receptors, "climbing": synapses.get("recent_spikes")}))
    rule = learning_rules.get("yamazaki_nagao2012").with_(values)
    ends: dict[str, Any] = {"connector": OneToOne(), "delay": "1 ms", "receptor": "exc", "name": "fibres"}
    brain.connect("parallel", "cell", weight="0.5 nS", rules=rule, bounds=("0 nS", "1 nS"), **ends)
    for sign, delay in ((1, "1 ms"), (-1, "51 ms")):
        ends = {"connector": OneToOne(), "delay": delay, "receptor": "climbing", "name": f"climbing {sign}"}
        brain.connect("climbing", "cell", weight=sign, **ends)
    return _last(brain, "fibres")


def test_climbing_fibres_depress_what_was_active_before() -> None:
    """By hand: 0.8 for each pair of a spike and a climbing-fibre spike within 50 ms after it, nothing else."""
    np.testing.assert_allclose(_taught(A_LTP="0", kept="0.8"), [0.5 * 0.8**pairs for _, _, pairs in CASES])


def test_spikes_of_parallel_fibres_restore_them() -> None:
    """By hand: each spike adds a tenth of what is missing, 1 - 0.5 x 0.9^n; climbing fibres keep all."""
    expected = [1 - 0.5 * 0.9 ** len(parallel) for parallel, _, _ in CASES]
    np.testing.assert_allclose(_taught(A_LTP="0.1", kept="1"), expected)


@pytest.mark.parametrize(("current", "change"), [("0 pA", 0.01), ("1500 pA", -0.02)])
def test_the_nucleus_remembers_pauses(current: str, change: float) -> None:
    """By hand: 1 % of the maximum up at a spike without inhibition, 2 % down while a Purkinje cell fires fast."""
    brain = Brain(seed=1, dt="1 ms", duration="200 ms")
    _sources(brain, "mossy", [[100, 150]])
    brain.add("purkinje", 1, neurons.get("yamazaki_nagao2012").with_(I_0=current))
    brain.add("nucleus", 1, "yamazaki_nagao2012_nucleus")
    rule = learning_rules.get("nuclear_memory").with_(A_plus="0.01", A_minus="0.02")
    ends: dict[str, Any] = {"connector": OneToOne(), "delay": "1 ms"}
    brain.connect(
        "mossy", "nucleus", weight="1 nS", rules=rule, bounds=("0 nS", "2 nS"), name="m", receptor="exc", **ends
    )
    brain.connect("purkinje", "nucleus", weight="3.6 nS", receptor="inh", **ends)
    assert _last(brain, "m") == pytest.approx(1 + 2 * 2 * change)


def test_a_purkinje_cell_fires_by_itself() -> None:
    """Closed form of the first spike: the potential rises to E_L + 250 pA / 2.3202 nS, and reaches -55 mV in 5.9 ms."""
    brain = Brain(seed=1, dt="0.05 ms", duration="50 ms")
    brain.add("cell", 1, "yamazaki_nagao2012")
    brain.recording = Recording()
    with ran(brain, engine="brian2") as run:
        spikes = run.spikes("cell").t
    tau, rise = 106 / 2.3202, 250 / 2.3202
    assert spikes[0] * 1e3 == pytest.approx(-tau * np.log(1 - 13 / rise), abs=0.1)
    assert spikes.size > 3


def test_a_mixed_conductance_is_a_sum_of_decays() -> None:
    """Closed form: 0.88 exp(-t/1.2 ms) + 0.12 exp(-t/52 ms), and for three decays likewise."""
    brain = Brain(seed=1, dt="1 ms", duration="60 ms")
    _sources(brain, "source", [[5]])
    cell = neurons.get("yamazaki_nagao2012_granule").with_(V_th="-30 mV")
    brain.add("granule", 1, cell)
    brain.add("golgi", 1, neurons.get("yamazaki_nagao2012_golgi").with_(V_th="-30 mV"))
    for target in ("granule", "golgi"):
        brain.connect("source", target, OneToOne(), weight="1 pS", delay="1 ms", receptor="exc")
    parts = {"granule": ("exc.fast", "exc.slow"), "golgi": ("exc.fast", "exc.slow", "exc.slowest")}
    brain.recording = Recording(spikes=(), traces=tuple(Traces(target=t, variables=v) for t, v in parts.items()))
    with ran(brain, engine="brian2") as run:
        found = {t: sum(run.traces(t).matrix(name)[1][:, 0] for name in names) for t, names in parts.items()}
    t = np.arange(40.0)
    two = 0.88 * np.exp(-t / 1.2) + 0.12 * np.exp(-t / 52)
    three = 0.8 * np.exp(-t / 1.5) + 0.066 * np.exp(-t / 31) + 0.134 * np.exp(-t / 170)
    for name, expected in (("granule", two), ("golgi", three)):
        values = np.asarray(found[name])
        start = int(np.argmax(values > 0))
        np.testing.assert_allclose(values[start : start + 40] * 1e12, expected, rtol=1e-6)


def test_a_driven_source_fires_at_its_rate() -> None:
    """5 Hz, and 40 Hz with an input of 1: within 4 standard errors of a Bernoulli process."""
    brain = Brain(seed=1, dt="1 ms", duration="1 s")
    brain.add("source", 1000, "poisson_activity")
    brain.stimuli.append(CurrentInput(target="source", waveform=Step(amplitude="1"), during=("500 ms", "1 s")))
    with ran(brain, engine="brian2") as run:
        t = run.spikes("source").t
    for begin, rate in ((0.0, 5.0), (0.5, 40.0)):
        count = int(((t >= begin) & (t < begin + 0.5)).sum())
        assert count == pytest.approx(500 * rate, abs=4 * np.sqrt(500 * rate))
