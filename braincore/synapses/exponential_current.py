r"""Exponential current: it jumps by the weight at a spike and decays.

.. math:: \dot I = -I / \tau, \qquad I \leftarrow I + w \;\text{at a spike}

`w` is the peak (A), negative for inhibition; the charge of a spike is :math:`w \tau`. The potential that a spike
evokes on a passive membrane is :math:`\frac{w}{C_m} \frac{\tau \tau_m}{\tau_m - \tau}(e^{-t/\tau_m} - e^{-t/\tau})`.

Source: Potjans TC, Diesmann M (2014) Cereb Cortex 24:785-806, doi:10.1093/cercor/bhs358, Table 5; the synapse of NEST's
``iaf_psc_exp``.

Not to be confused with an exponential *conductance*, whose current depends on the potential.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Potjans & Diesmann 2014, Cereb Cortex 24:785-806, doi:10.1093/cercor/bhs358, Table 5"

EXPONENTIAL_CURRENT = synapses.register(
    "exponential_current",
    SynapseModel(
        name="exponential_current",
        purpose="A current that jumps by the weight at a spike and decays exponentially.",
        source=SOURCE,
        weight="A",
        equations="dI_r/dt = -I_r/tau : amp",
        current="I_r",
        on_pre="I_r += w",
        parameters=(published("tau", "0.5 ms", "decay time constant", SOURCE, "0.1 ms", "200 ms"),),
    ),
    module=__name__,
)
