r"""NMDA receptor with saturating gating (Wang 1999, 2002): the gate is a variable of the source neuron.

.. math:: \dot s = -s/\tau_s + \alpha\, x\, (1 - s), \qquad \dot x = -x/\tau_x, \qquad
          x \leftarrow x + 1 \;\text{at a spike of the source}

.. math:: I = \Big(\sum_j w_j s_j\Big) B(V)\,(E - V), \qquad B(V) = \frac{1}{1 + \frac{[Mg]}{c}\, e^{-k V}}

`s` (0 to 1) depends on the source's spikes alone, so that it is integrated once per source and not once per synapse,
and is transmitted continuously, without delay. It saturates: beyond some 30 Hz a faster source hardly adds current,
which is what keeps working memory and slow integration stable in Wang's networks. The weight (S) is the conductance
of the fully open, unblocked synapse.

Sources: Wang XJ (2002) Neuron 36:955-968, doi:10.1016/S0896-6273(02)01092-9, Experimental Procedures; Wang XJ (1999)
J Neurosci 19:9587-9603; block: Jahr & Stevens (1990).

`nmda` is the model without saturation.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses
from braincore.synapses.nmda import MAGNESIUM_BLOCK

SOURCE = "Wang 2002, Neuron 36:955-968, doi:10.1016/S0896-6273(02)01092-9, Experimental Procedures"

NMDA_WANG2002 = synapses.register(
    "nmda_wang2002",
    SynapseModel(
        name="nmda_wang2002",
        purpose="NMDA with gating that saturates at high source rates: working memory and decision networks.",
        source=SOURCE,
        weight="S",
        equations="B = 1/(1 + Mg/Mg_half*exp(-k_Mg*v)) : 1",
        current="total*B*(E - v)",
        source_equations="""
        ds/dt = -s/tau_s + alpha*x*(1 - s) : 1
        dx/dt = -x/tau_x : 1
        """,
        on_source_spike="x += 1",
        transmission="w*s_pre",
        parameters=(
            published("tau_s", "100 ms", "decay of the gate", SOURCE, "20 ms", "300 ms"),
            published("tau_x", "2 ms", "rise of the gate", SOURCE, "0.5 ms", "15 ms"),
            published("alpha", "0.5 1/ms", "opening rate", SOURCE, "0.05 1/ms", "5 1/ms"),
            published("E", "0 mV", "reversal potential", SOURCE, "-10 mV", "10 mV"),
            *MAGNESIUM_BLOCK,
        ),
        conductance=True,
    ),
    module=__name__,
)
