"""`lif_exp` and `lif_alpha` against NEST's iaf_psc_exp and iaf_psc_alpha, spike for spike.

1500 random weighted inputs over 2 s, excitatory and inhibitory, with a delay. The reference is NEST's output, committed
in ``reference/``; the test marked ``nest`` makes it anew and compares (``pytest -m nest``; run this file as a script
to write it). Steps: what Brian2 does in the step that begins at t, NEST reports at t + dt, and input from a device with
delay d must arrive one step earlier here (see `braincore.neurons.lif_exp`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import brian2 as b2
import numpy as np
import pytest

from braincore.model import NeuronModel, neurons
from tests.neurons.plain_brian import connect, group, run, steps

REFERENCE = Path(__file__).parent / "reference"
DT, DURATION, DELAY, EVERY = 0.1, 2000.0, 1.5, 7  # ms; every 7th potential is kept
INPUTS = 1500
NEST_MODEL = {"lif_exp": "iaf_psc_exp", "lif_alpha": "iaf_psc_alpha"}
TAU_EXC, TAU_INH = 2.0, 6.0


def model(name: str) -> NeuronModel:
    """The model with synaptic time constants that differ from each other and from the membrane's."""
    given = neurons.get(name)
    taus = {"exc": f"{TAU_EXC} ms", "inh": f"{TAU_INH} ms"}
    return given.with_(receptors={r: given.receptors[r].with_(tau=tau) for r, tau in taus.items()})


def inputs(name: str) -> tuple[Any, Any]:
    """Steps at which inputs are given, and their weights (pA); three of four excitatory."""
    rng = np.random.default_rng(20240)
    step = np.sort(rng.integers(10, round(DURATION / DT) - 100, INPUTS))
    size = {"lif_exp": 700.0, "lif_alpha": 350.0}[name]
    weight = rng.uniform(0.2, 2.0, INPUTS) * size * np.where(rng.random(INPUTS) < 0.75, 1.0, -1.2)
    return step, weight


def nest_run(name: str) -> dict[str, Any]:
    """NEST's spikes (steps at which they are reported) and potentials (mV)."""
    import nest

    nest.ResetKernel()
    nest.set_verbosity("M_ERROR")
    nest.resolution = DT
    given = {"C_m": 250.0, "tau_m": 10.0, "E_L": -65.0, "V_th": -50.0, "V_reset": -65.0, "t_ref": 2.0, "V_m": -65.0}
    given |= {"tau_syn_ex": TAU_EXC, "tau_syn_in": TAU_INH}
    step, weight = inputs(name)
    neuron = nest.Create(NEST_MODEL[name], params=given)
    source = nest.Create("spike_generator", params={"spike_times": np.round(step * DT, 1), "spike_weights": weight})
    meter = nest.Create("multimeter", params={"record_from": ["V_m"], "interval": DT})
    recorder = nest.Create("spike_recorder")
    nest.Connect(source, neuron, syn_spec={"delay": DELAY})
    nest.Connect(meter, neuron)
    nest.Connect(neuron, recorder)
    nest.Simulate(DURATION + DT)
    potential = np.asarray(meter.events["V_m"])
    reported = np.rint(np.asarray(meter.events["times"]) / DT).astype(int)
    assert np.array_equal(reported, np.arange(1, potential.size + 1))
    return {"spikes": np.rint(recorder.events["times"] / DT).astype(int), "potential": potential[::EVERY]}


@cache
def brian_run(name: str) -> tuple[Any, Any]:
    """Our spikes and potentials, as NEST would report them."""
    ours = model(name)
    step, weight = inputs(name)
    cells = group(ours, dt=DT)
    source = b2.SpikeGeneratorGroup(INPUTS, np.arange(INPUTS), step * DT * b2.ms, dt=DT * b2.ms)
    wires = [
        connect(source, cells, ours, receptor, chosen, np.zeros_like(chosen), weight[chosen] * 1e-12, delay=DELAY - DT)
        for receptor, chosen in (("exc", np.flatnonzero(weight > 0)), ("inh", np.flatnonzero(weight < 0)))
    ]
    spikes = b2.SpikeMonitor(cells)
    trace = b2.StateMonitor(cells, "v", record=True, when="end", dt=DT * b2.ms)
    run(cells, source, wires, spikes, trace, ms=DURATION)
    return steps(spikes, DT) + 1, np.asarray(trace.v[0]) * 1e3


# Brian2 takes long to derive the exact update of two alpha currents.
@pytest.mark.parametrize("name", ["lif_exp", pytest.param("lif_alpha", marks=pytest.mark.slow)])
def test_spikes_and_potentials_equal_nest(name: str) -> None:
    reference = np.load(REFERENCE / f"nest_{name}.npz", allow_pickle=False)
    spikes, potential = brian_run(name)
    assert reference["spikes"].size > 30
    assert np.array_equal(spikes, reference["spikes"])
    theirs = reference["potential"]
    assert np.max(np.abs(potential[::EVERY][: theirs.size] - theirs)) <= 1e-9


def test_naive_mapping_of_steps_would_not_agree() -> None:
    """The test above can fail: one step is enough."""
    reference = np.load(REFERENCE / "nest_lif_exp.npz", allow_pickle=False)
    spikes, _ = brian_run("lif_exp")
    assert not np.array_equal(spikes - 1, reference["spikes"])


@pytest.mark.nest
@pytest.mark.parametrize("name", ["lif_exp", "lif_alpha"])
def test_reference_is_what_nest_gives(name: str) -> None:
    pytest.importorskip("nest")
    reference = np.load(REFERENCE / f"nest_{name}.npz", allow_pickle=False)
    again = nest_run(name)
    assert np.array_equal(again["spikes"], reference["spikes"])
    assert np.max(np.abs(again["potential"] - reference["potential"])) <= 1e-11


if __name__ == "__main__":
    REFERENCE.mkdir(exist_ok=True)
    for each in ("lif_exp", "lif_alpha"):
        np.savez_compressed(REFERENCE / f"nest_{each}.npz", **nest_run(each))
