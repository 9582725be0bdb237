r"""Leaky integrate-and-fire neuron with alpha currents: NEST's ``iaf_psc_alpha``.

.. math:: \dot V = (E_L - V)/\tau_m + I/C_m, \qquad I_s(t) = w\, e\, \frac{t}{\tau_s}\, e^{-t/\tau_s}

:math:`V \ge V_{th}`: spike, :math:`V = V_{reset}`, held for :math:`t_{ref}`; the currents go on meanwhile.

Parameters: the membrane of the microcircuit, and ``exc.tau``, ``inh.tau`` (time from spike to peak, 2 ms). Weights are
peaks of current (A). The integration is exact as long as the time constants differ from `tau_m`; steps and spikes are
NEST's: see `lif_exp`.

Source: Diesmann M, Gewaltig MO, Rotter S, Aertsen A (2001) Neurocomputing 38-40:565-571,
doi:10.1016/S0925-2312(01)00409-X; membrane: Potjans & Diesmann (2014), Table 5.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.neurons._lif import EQUATION, MEMBRANE, REFRACTORY, RESET, THRESHOLD
from braincore.synapses.alpha_current import ALPHA_CURRENT

LIF_ALPHA = neurons.register(
    "lif_alpha",
    NeuronModel(
        name="lif_alpha",
        purpose="Leaky integrate-and-fire with alpha-shaped currents: smooth postsynaptic potentials.",
        source="Diesmann et al. 2001, Neurocomputing 38-40:565-571, doi:10.1016/S0925-2312(01)00409-X",
        equations=EQUATION,
        threshold=THRESHOLD,
        reset=RESET,
        refractory=REFRACTORY,
        receptors={"exc": ALPHA_CURRENT, "inh": ALPHA_CURRENT},
        parameters=MEMBRANE,
        initial={"v": "E_L"},
        method="exact",
    ),
    module=__name__,
)
