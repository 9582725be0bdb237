"""The two delta synapses on neurons in their refractory time: whose potential is held, and whose potential goes on."""

from __future__ import annotations

import brian2 as b2
import numpy as np
import pytest

from braincore.model import neurons, synapses
from tests.neurons.plain_brian import connect, group, run


@pytest.mark.parametrize(
    ("neuron", "synapse", "taken"),
    [
        ("lif_delta", "delta", False),
        ("lif_delta", "delta_unless_refractory", False),
        ("alif", "delta", True),
        ("alif", "delta_unless_refractory", False),
    ],
)
def test_input_in_the_refractory_time(neuron: str, synapse: str, taken: bool) -> None:
    """A strong input makes the cell spike; 1 mV one millisecond later is lost or taken, 1 mV 8 ms later is taken."""
    model = neurons.get(neuron).with_(receptors={"s": synapses.get(synapse)})
    cells = group(model)
    source = b2.SpikeGeneratorGroup(3, range(3), [0, 1, 8] * b2.ms)
    wire = connect(source, cells, model, "s", range(3), [0] * 3, [20e-3, 1e-3, 1e-3])
    trace = b2.StateMonitor(cells, "v", record=True, when="end")
    spikes = b2.SpikeMonitor(cells)
    run(cells, source, wire, trace, spikes, ms=10)
    assert len(spikes.t) == 1
    v = np.asarray(trace.v[0]) * 1e3
    assert (v[10] - v[9] > 0.9) == taken
    assert v[80] - v[79] > 0.9
