"""The model of ``own_neuron.yaml`` as a plain Brian2 script: a test holds both to the same spikes."""

from __future__ import annotations

import brian2 as b2
import numpy as np
from numpy.typing import NDArray

EQUATIONS = """
dv/dt = (E_L - v + R*(I_exc + I_ext - a))/tau_m : volt (unless refractory)
da/dt = (g*(v - E_L) - a)/tau_a : amp
dI_exc/dt = -I_exc/tau_exc : amp
I_ext : amp
V_th : volt (constant)
"""
CONSTANTS = {
    "E_L": -65 * b2.mV,
    "R": 40 * b2.Mohm,
    "tau_m": 10 * b2.ms,
    "V_r": -65 * b2.mV,
    "tau_a": 80 * b2.ms,
    "g": 4 * b2.nS,
    "b": 20 * b2.pA,
    "tau_exc": 5 * b2.ms,
}


def simulate() -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Run the script; return time steps and neurons of the spikes of both populations."""
    b2.defaultclock.dt = 0.1 * b2.ms
    first, second = (
        b2.NeuronGroup(
            20,
            EQUATIONS,
            threshold="v > V_th",
            reset="v = V_r\na += b",
            refractory=2 * b2.ms,
            method="exponential_euler",
            namespace=CONSTANTS,
        )
        for _ in range(2)
    )
    for group, threshold in ((first, -50), (second, -52)):
        group.v = -65 * b2.mV
        group.V_th = threshold * b2.mV
    synapses = b2.Synapses(first, second, on_pre="I_exc_post += 300*pA", delay=2 * b2.ms)
    synapses.connect(j="i")
    monitors = {"first": b2.SpikeMonitor(first), "second": b2.SpikeMonitor(second)}
    network = b2.Network(first, second, synapses, *monitors.values())
    second.I_ext = 300 * b2.pA
    network.run(50 * b2.ms, namespace={})
    first.I_ext = np.arange(400, 800, 20) * b2.pA
    network.run(400 * b2.ms, namespace={})
    first.I_ext = 0 * b2.pA
    network.run(50 * b2.ms, namespace={})
    return {
        name: (np.rint(np.asarray(m.t / b2.ms) * 10).astype(np.int64), np.asarray(m.i, dtype=np.int64))
        for name, m in monitors.items()
    }


if __name__ == "__main__":
    b2.prefs.codegen.target = "numpy"
    for population, (steps, neurons) in simulate().items():
        print(f"{population}: {steps.size} spikes of {np.unique(neurons).size} neurons")
