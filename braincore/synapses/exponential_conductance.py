r"""Exponential conductance: it jumps by the weight at a spike and decays.

.. math:: I = g\,(E - V), \qquad \dot g = -g/\tau, \qquad g \leftarrow g + w \;\text{at a spike}

`w` is a conductance (S) and not negative: excitation and inhibition differ in the reversal potential `E`.

Source: Vogels TP, Abbott LF (2005) J Neurosci 25:10786-10795, doi:10.1523/JNEUROSCI.3508-05.2005, Methods
(excitatory conductance); also Brette R et al. (2007) J Comput Neurosci 23:349-398, doi:10.1007/s10827-007-0038-6, B.4.

`ampa` and `gaba_a` are this model with the constants of cortical receptors.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Vogels & Abbott 2005, J Neurosci 25:10786-10795, doi:10.1523/JNEUROSCI.3508-05.2005, Methods"

EXPONENTIAL_CONDUCTANCE = synapses.register(
    "exponential_conductance",
    SynapseModel(
        name="exponential_conductance",
        purpose="A conductance that jumps by the weight at a spike and decays exponentially.",
        source=SOURCE,
        weight="S",
        equations="dg/dt = -g/tau : siemens",
        current="g*(E - v)",
        on_pre="g += w",
        parameters=(
            published("tau", "5 ms", "decay time constant", SOURCE, "0.1 ms", "500 ms"),
            published("E", "0 mV", "reversal potential", SOURCE, "-100 mV", "60 mV"),
        ),
        conductance=True,
    ),
    module=__name__,
)
