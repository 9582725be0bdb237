r"""Leaky integrate-and-fire neuron with exponential conductances: the COBA network of Vogels & Abbott.

.. math:: C_m \dot V = g_L (E_L - V) + g_{exc}(E_{exc} - V) + g_{inh}(E_{inh} - V) + I_{ext}

:math:`V \ge V_{th}`: spike, :math:`V = V_{reset}`, held for :math:`t_{ref}`; the conductances go on meanwhile.

Parameters: `C_m` 200 pF and `g_L` 10 nS (20 ms), `E_L` -60 mV, `V_th` -50 mV, `V_reset` -60 mV, `t_ref` 5 ms;
receptors ``exc`` (5 ms, 0 mV) and ``inh`` (10 ms, -80 mV). Weights are conductances (S) and positive: 6 nS and 67 nS
in the benchmark.

Integrated by the second-order Runge-Kutta method, which takes receptors of any kind (NMDA too).

Source: Vogels TP, Abbott LF (2005) J Neurosci 25:10786-10795, doi:10.1523/JNEUROSCI.3508-05.2005, as benchmark 1 of
Brette R et al. (2007) J Comput Neurosci 23:349-398, doi:10.1007/s10827-007-0038-6, appendix B.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._benchmark import BRETTE_2007, EXCITATION, INHIBITION
from braincore.neurons._lif import REFRACTORY, RESET, THRESHOLD

LIF_COND = neurons.register(
    "lif_cond",
    NeuronModel(
        name="lif_cond",
        purpose="Leaky integrate-and-fire with conductances: the COBA benchmark of Vogels and Abbott.",
        source="Vogels & Abbott 2005, J Neurosci 25:10786-10795, doi:10.1523/JNEUROSCI.3508-05.2005",
        equations="dv/dt = (g_L*(E_L - v) + I)/C_m : volt (unless refractory)",
        threshold=THRESHOLD,
        reset=RESET,
        refractory=REFRACTORY,
        receptors={"exc": EXCITATION, "inh": INHIBITION},
        parameters=(
            published("C_m", "200 pF", "membrane capacitance", BRETTE_2007, "10 pF", "2000 pF"),
            published("g_L", "10 nS", "leak conductance", BRETTE_2007, "0.5 nS", "100 nS"),
            published("E_L", "-60 mV", "leak reversal potential", BRETTE_2007, "-95 mV", "0 mV"),
            published("V_th", "-50 mV", "threshold", BRETTE_2007, "-70 mV", "30 mV"),
            published("V_reset", "-60 mV", "potential after a spike", BRETTE_2007, "-95 mV", "20 mV"),
            published("t_ref", "5 ms", "absolute refractory time", BRETTE_2007, "0 ms", "20 ms"),
        ),
        initial={"v": "E_L"},
        method="rk2",
    ),
    module=__name__,
)
