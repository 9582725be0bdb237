"""Learning where stimulus and context meet (Vlachos et al. 2011), against a loop of its own over the spikes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from braincore.errors import InputError
from braincore.model import AllToAll, OneToOne, SpikeTrains, learning_rules, neurons, synapses
from tests.build.built_runs import a_brain, run

RULE = learning_rules.get("vlachos2011")
CELL = replace(
    neurons.get("lif_cond"), receptors={name: synapses.get(f"vlachos2011_{name}") for name in ("cs", "ctx", "gate")}
)
START = {"cs": 0.9, "ctx": 0.35}
"""Weights in nS; that of the context begins below what weights fall to."""
GATES, LAST, DELAY = (1200, 2600), 3500, 1
"""Steps of 0.1 ms: spikes of the neuromodulator, the end, the time from a spike to its arrival."""


def trains(seed: int) -> dict[str, list[list[int]]]:
    """Steps of the spikes of both inputs of two cells; the second has no context for 100 ms before each stimulus."""
    rng = np.random.default_rng(seed)
    cs = np.concatenate([np.arange(g, g + 500) for g in GATES])
    found: dict[str, list[list[int]]] = {"cs": [], "ctx": []}
    for cell in range(2):
        found["cs"].append(cs[rng.random(cs.size) < 0.05].tolist())
        free = np.arange(1, LAST - 5)
        if cell:
            free = free[free < 20]
        found["ctx"].append(free[rng.random(free.size) < (0.5 if cell else 0.03)].tolist())
    return found


def expected(given: dict[str, list[list[int]]], cell: int) -> dict[str, float]:
    """Weights in nS at the end: traces decay by a step of second order (rk2), then spikes, then the weights."""
    arrivals = {name: {step + DELAY for step in spikes[cell]} for name, spikes in given.items()}
    h = 0.1 / 10
    trace, last, w = {"cs": 0.0, "ctx": 0.0}, {"cs": 0, "ctx": 0}, dict(START)
    for step in range(LAST):
        hits = [name for name in ("cs", "ctx") if step in arrivals[name]]
        for name in trace:
            trace[name] *= 1 - h + h * h / 2
            if name in hits:
                trace[name] += 0.35
                last[name] = step
        if not any(g + DELAY <= step < g + DELAY + 500 for g in GATES):
            continue
        meet = abs(last["cs"] - last["ctx"]) < 1000
        for name, now in w.items():
            change = trace["ctx"] * abs(4 - now) if meet else -abs(0.4 - now)
            w[name] = now + len(hits) * 1.6e-3 * trace["cs"] * change
    return w


def learned(given: dict[str, list[list[int]]]) -> dict[str, np.ndarray]:
    spec = a_brain(f"{LAST * 0.1} ms")
    spec.add("cells", 2, CELL)
    spec.add("modulator", 1, "spike_source")
    spec.stimulate("modulator", SpikeTrains(times=np.array(GATES) * 1e-4, neurons=np.zeros(2, dtype=np.int32)))
    spec.connect("modulator", "cells", AllToAll(), weight="1", receptor="gate")
    for name, spikes in given.items():
        times, who = np.concatenate(spikes) * 1e-4, np.repeat([0, 1], [len(s) for s in spikes])
        spec.add(name, 2, "spike_source")
        spec.stimulate(name, SpikeTrains(times=times, neurons=who))
        spec.connect(
            name,
            "cells",
            OneToOne(),
            weight=f"{START[name]} nS",
            receptor=name,
            rules=RULE,
            bounds=("0 nS", "4 nS"),
            name=name,
        )
    done = run(spec)
    return {name: done.built.weights(name) * 1e9 for name in given}


def test_weights_are_those_of_the_equations() -> None:
    """To 1e-9: both grow where stimulus and context meet, both move away from where they were where they do not."""
    given = trains(1)
    found = learned(given)
    for cell in range(2):
        for name, value in expected(given, cell).items():
            assert found[name][cell] == pytest.approx(value, abs=1e-9), (cell, name)
    assert found["cs"][0] > 1.1 and found["ctx"][0] > 0.7
    assert found["cs"][1] < 0.87 and found["ctx"][1] < 0.35


def test_cells_without_its_receptors_are_refused() -> None:
    spec = a_brain()
    spec.add("S", 1, "spike_source")
    spec.add("A", 1, replace(CELL, receptors={k: v for k, v in CELL.receptors.items() if k != "gate"}))
    spec.connect("S", "A", weight="1 nS", receptor="cs", rules=RULE, bounds=("0 nS", "4 nS"))
    with pytest.raises(InputError, match="needs a receptor 'gate'"):
        spec.resolve()
