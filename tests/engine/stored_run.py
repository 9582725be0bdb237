"""A plain Brian2 network with everything under way; as a script it goes on: ``stored_run.py STORED OUT``.

Scattered and single delays, Poisson input, noise, plastic weights, short-term plasticity, refractory neurons.
"""

from __future__ import annotations

import sys
from typing import Any

import brian2 as b2
import numpy as np

import braincore.engine  # noqa: F401 - registers the device

PART = 30.0
"""Milliseconds before the stop, and after it."""


def network() -> tuple[b2.Network, dict[str, Any]]:
    """Return the network, and what of it is compared."""
    b2.prefs.codegen.target = "numpy"
    b2.set_device("braincore")
    b2.defaultclock.dt = 0.1 * b2.ms
    b2.seed(5)
    cells = b2.NeuronGroup(
        40,
        "dv/dt = (I - v)/(10*ms) + 0.1*xi*(10*ms)**-0.5 : 1 (unless refractory)\nI : 1",
        threshold="v > 1",
        reset="v = 0",
        refractory=2 * b2.ms,
        method="euler",
        name="cells",
    )
    cells.v, cells.I = np.linspace(0, 1, 40), np.linspace(0.9, 1.3, 40)
    noise = b2.PoissonGroup(20, rates=200 * b2.Hz, name="noise")
    plastic = b2.Synapses(
        cells,
        cells,
        "w : 1\ndapre/dt = -apre/(20*ms) : 1 (event-driven)\ndapost/dt = -apost/(20*ms) : 1 (event-driven)",
        on_pre="v_post += w; apre += 0.01; w = clip(w + apost, 0, 0.2)",
        on_post="apost -= 0.01; w = clip(w + apre, 0, 0.2)",
        name="plastic",
    )
    i, j = (np.arange(400) * 7) % 40, (np.arange(400) * 11 + np.arange(400) // 40) % 40
    plastic.connect(i=i, j=j)
    plastic.w = 0.02
    plastic.pre.delay = (0.3 + (np.arange(400) % 37) * 0.2) * b2.ms
    plastic.post.delay = 0.5 * b2.ms
    driven = b2.Synapses(
        noise, cells, "u : 1", on_pre="u = u + 0.3*(1 - u); v_post += 0.1*u", delay=1.5 * b2.ms, name="driven"
    )
    driven.connect(i=np.arange(80) % 20, j=np.arange(80) % 40)
    spikes = b2.SpikeMonitor(cells, name="spikes")
    slow = b2.Clock(dt=1 * b2.ms, name="slow")  # by its name it is found again
    weights = b2.StateMonitor(plastic, "w", record=[0, 5, 100], clock=slow, name="weights")
    net = b2.Network(cells, noise, plastic, driven, spikes, weights)
    return net, {"cells": cells, "plastic": plastic, "driven": driven, "spikes": spikes, "weights": weights}


def found(parts: dict[str, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """Return what a network recorded, and its state."""
    return {
        "v": np.array(parts["cells"].v),
        "w": np.array(parts["plastic"].w),
        "u": np.array(parts["driven"].u),
        "i": np.array(parts["spikes"].i),
        "t": np.array(parts["spikes"].t_),
        "recorded": np.array(parts["weights"].w),
    }


def main() -> None:
    stored, out = sys.argv[1:]
    net, parts = network()
    b2.seed(99)  # what is stored counts
    net.restore(filename=stored, restore_random_state=True)
    net.run(PART * b2.ms)
    np.savez(out, **found(parts))


if __name__ == "__main__":
    main()
