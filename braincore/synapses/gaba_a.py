r"""GABA-A receptor: fast inhibitory conductance with an instantaneous rise.

.. math:: I = g\,(E - V), \qquad \dot g = -g/\tau, \qquad g \leftarrow g + w \;\text{at a spike}

with the constants of Brunel & Wang: :math:`\tau` = 10 ms, `E` = -70 mV. The weight is a conductance and positive.

Source: Brunel N, Wang XJ (2001) J Comput Neurosci 11:63-85, doi:10.1023/A:1011204814320, Methods (after Salin & Prince
1996 and Xiang 1998). Wang (2002) has 5 ms, Vogels & Abbott (2005) 10 ms and -80 mV.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Brunel & Wang 2001, J Comput Neurosci 11:63-85, doi:10.1023/A:1011204814320, Methods"

GABA_A = synapses.register(
    "gaba_a",
    SynapseModel(
        name="gaba_a",
        purpose="Fast inhibition: an exponential conductance with a chloride reversal potential.",
        source=SOURCE,
        weight="S",
        equations="dg/dt = -g/tau : siemens",
        current="g*(E - v)",
        on_pre="g += w",
        parameters=(
            published("tau", "10 ms", "decay time constant", SOURCE, "1 ms", "50 ms"),
            published("E", "-70 mV", "reversal potential (chloride)", SOURCE, "-95 mV", "-50 mV"),
        ),
        conductance=True,
    ),
    module=__name__,
)
