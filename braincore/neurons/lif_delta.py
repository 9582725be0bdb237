r"""Leaky integrate-and-fire neuron with delta synapses: the neuron of Brunel (2000), NEST's ``iaf_psc_delta``.

.. math:: \dot V = (E_L - V)/\tau_m + I/C_m, \qquad V \leftarrow V + w \;\text{at an incoming spike}

:math:`V \ge V_{th}`: spike, :math:`V = V_{reset}`, held for :math:`t_{ref}`, during which incoming spikes are lost.

Parameters: `C_m` (capacitance), `tau_m` (time constant), `E_L` (rest), `V_th`, `V_reset`, `t_ref`; the defaults are
those of the microcircuit, with the potential in mV from the outside. Brunel's own: 20 ms, rest 0, threshold 20 mV,
reset 10 mV, 2 ms. The integration is exact between spikes for a current that is constant over each step.

Source: Brunel N (2000) J Comput Neurosci 8:183-208, doi:10.1023/A:1008925309027, eqs 1-3; parameters: Potjans &
Diesmann (2014).

Not to be confused with `lif_exp`, whose synapses are currents with a time constant. One step's input is tested against
the threshold at the end of the next step, decayed by dt/tau_m (NEST tests it in the same step).
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.neurons._lif import EQUATION, MEMBRANE, REFRACTORY, RESET, THRESHOLD
from braincore.synapses.delta import DELTA

LIF_DELTA = neurons.register(
    "lif_delta",
    NeuronModel(
        name="lif_delta",
        purpose="Leaky integrate-and-fire with delta synapses: the neuron of Brunel 2000.",
        source="Brunel 2000, J Comput Neurosci 8:183-208, doi:10.1023/A:1008925309027, eqs 1-3",
        equations=EQUATION,
        threshold=THRESHOLD,
        reset=RESET,
        refractory=REFRACTORY,
        receptors={"exc": DELTA, "inh": DELTA},
        parameters=MEMBRANE,
        initial={"v": "E_L"},
        method="exact",
    ),
    module=__name__,
)
