r"""Leaky integrate-and-fire neuron with exponential currents: the microcircuit's, NEST's ``iaf_psc_exp``.

.. math:: \dot V = (E_L - V)/\tau_m + (I_{exc} + I_{inh} + I_{ext})/C_m, \qquad \dot I_s = -I_s/\tau_s

:math:`V \ge V_{th}`: spike, :math:`V = V_{reset}`, held for :math:`t_{ref}`; the currents go on meanwhile.

Parameters: `C_m` (capacitance), `tau_m` (time constant), `E_L` (rest), `V_th`, `V_reset`, `t_ref`, and ``exc.tau``,
``inh.tau``. Weights are peaks of current (A), negative for inhibition.

The integration is exact, with time constants of membrane and synapse that differ: Brian2's formula divides by their
difference (equal ones give NaN, which stops the run; nearly equal ones lose digits).

Spike for spike the same as NEST's ``iaf_psc_exp`` on a grid: a Brian2 spike at `t` is NEST's
at `t + dt`, and input given at a time `t` must arrive one step earlier here (delay `d - dt`).

Source: Potjans TC, Diesmann M (2014) Cereb Cortex 24:785-806, doi:10.1093/cercor/bhs358, Table 5.

Not to be confused with `lif_cond`, whose synapses are conductances.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.neurons._lif import EQUATION, MEMBRANE, PD2014, REFRACTORY, RESET, THRESHOLD
from braincore.synapses.exponential_current import EXPONENTIAL_CURRENT

LIF_EXP = neurons.register(
    "lif_exp",
    NeuronModel(
        name="lif_exp",
        purpose="Leaky integrate-and-fire with exponential currents: the neuron of the cortical microcircuit.",
        source=PD2014,
        equations=EQUATION,
        threshold=THRESHOLD,
        reset=RESET,
        refractory=REFRACTORY,
        receptors={"exc": EXPONENTIAL_CURRENT, "inh": EXPONENTIAL_CURRENT},
        parameters=MEMBRANE,
        initial={"v": "E_L"},
        method="exact",
    ),
    module=__name__,
)
