"""The dendrite with plateaus: how much input it takes, how long they last, what ends them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import brian2 as b2
import numpy as np
import pytest

from braincore.model import NeuronModel, neurons, synapses
from tests.neurons.plain_brian import connect, group, run

DT = 0.1  # ms
MATURE = 12.98e-12


def cell(**values: Any) -> NeuronModel:
    model = neurons.get("lif_exp").with_(E_L="0 mV", V_th="20 mV", V_reset="0 mV", t_ref="10 ms")
    soma = {"exc": model.receptors["exc"].with_(tau="2 ms")}
    receptors = {**model.receptors, **soma, "dendrite": synapses.get("dendritic_spike").with_(**values)}
    return replace(model, receptors=receptors, method="euler")


def test_five_coincident_spikes_bring_a_plateau() -> None:
    """Four give 51.9 pA at the peak, below 59 pA, and five 64.9; the plateau of 200 pA is 60 ms long and 8 mV high."""
    cells = group(cell(), 3, dt=DT)
    source = b2.SpikeGeneratorGroup(2, [0, 1], [5, 60] * b2.ms, dt=DT * b2.ms)
    dendrite = connect(source, cells, cell(), "dendrite", [0, 0, 0], [0, 1, 2], [4 * MATURE, 5 * MATURE, 5 * MATURE])
    soma = connect(source, cells, cell(), "exc", [1], [2], [4112.2e-12])
    names = ("dendrite_up", "dendrite_z", "dendrite_I_d", "v")
    traces = b2.StateMonitor(cells, names, record=True, when="end", dt=DT * b2.ms)
    spikes = b2.SpikeMonitor(cells)
    run(cells, source, dendrite, soma, traces, spikes, ms=100)
    up = np.asarray(traces.dendrite_up)
    peaks = np.asarray(traces.dendrite_I_d).max(axis=1)
    assert peaks[:2] == pytest.approx([4 * MATURE, 5 * MATURE], rel=0.02)  # Euler's method
    assert (up[0] == 0).all()
    assert up[1].sum() * DT == pytest.approx(60, abs=2 * DT)
    z, t = np.asarray(traces.dendrite_z[1]), np.asarray(traces.t)
    begins = np.flatnonzero(up[1])[0]
    assert 5e-3 < t[begins] < 11e-3
    assert z[begins] == pytest.approx(1)
    assert z[-1] == pytest.approx(np.exp(-(t[-1] - t[begins]) / 0.44), rel=1e-3)
    v = np.asarray(traces.v)
    assert v[1].max() == pytest.approx(200e-12 * 10e-3 / 250e-12, rel=0.01)
    # a spike of the cell ends its plateau at once
    assert np.asarray(spikes.i).tolist() == [2]
    fired = round(float(spikes.t[0] / b2.ms) / DT)
    assert up[2][fired - 1] == 1 and (up[2][fired + 2 :] == 0).all()
    assert fired * DT < 62  # and it came early: from rest 20 mV take 2.2 ms


def test_without_current_a_plateau_moves_nothing() -> None:
    """The ablation of the region: the count goes on, the membrane gets nothing while it lasts."""
    cells = group(cell(I_dAP="0 pA"), 1, dt=DT)
    source = b2.SpikeGeneratorGroup(1, [0], [5] * b2.ms, dt=DT * b2.ms)
    dendrite = connect(source, cells, cell(I_dAP="0 pA"), "dendrite", [0], [0], [5 * MATURE])
    traces = b2.StateMonitor(cells, ("dendrite_up", "dendrite_z", "v"), record=True, when="end", dt=DT * b2.ms)
    run(cells, source, dendrite, traces, ms=60)
    on = np.asarray(traces.dendrite_up[0]) == 1
    assert on.sum() > 400
    assert np.asarray(traces.dendrite_z[0]).max() == pytest.approx(1)
    assert (np.diff(np.asarray(traces.v[0])[on]) <= 0)[2:].all()  # it only decays
