r"""Relay: fires when what has come in sums to one, and then rests; without input it forgets nothing.

.. math:: \dot v = I, \qquad v \leftarrow v + w \;\text{at an incoming spike}, \qquad
          v \ge 1: \;\text{spike}, \; v \leftarrow 0

For :math:`t_{rest}` after a spike it neither fires nor takes input. With weights of 1 any spike is passed on, one time
step after it has arrived; with a long rest each cell of a network fires once, so that a single spike spreads as a wave.
The input :math:`I` is a rate (Hz).

Parameters: `t_rest` = 1 s.

Source: Hamilton KE, Mintz TM, Schuman CD (2019) Spike-based primitives for graph algorithms, arXiv:1903.10574
(integrate-and-fire without leak, long refractory time).

Not to be confused with `lif_delta`, whose potential leaks.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.delta import DELTA

SOURCE = "Hamilton, Mintz & Schuman 2019, arXiv:1903.10574"

RELAY = neurons.register(
    "relay",
    NeuronModel(
        name="relay",
        purpose="Passes spikes on and then rests: cells of spiking algorithms on graphs.",
        source=SOURCE,
        equations="dv/dt = I : 1 (unless refractory)",
        threshold="v >= 1",
        reset="v = 0",
        refractory="t_rest",
        receptors={"exc": DELTA, "inh": DELTA},
        parameters=(published("t_rest", "1 s", "rest after a spike", SOURCE, "1 ms", "1e6 s"),),
        initial={"v": "0"},
        input="hertz",
        method="euler",
    ),
    module=__name__,
)
