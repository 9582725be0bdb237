r"""Concentration of a neuromodulator at a neuron: the third factor of learning rules.

.. math:: \dot d = -d/\tau, \qquad d \leftarrow d + w \;\text{at a spike}

A spike of whatever releases it (dopaminergic neurons, a stimulus that stands for reward) raises the concentration by
the weight. It gives no current: plasticity reads it (`modulators` of a learning rule).

Parameters: `tau` = 200 ms, dopamine of the source.

Source: Izhikevich EM (2007) Cereb Cortex 17:2443-2452, doi:10.1093/cercor/bhl152, eq. 2.4.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Izhikevich 2007, Cereb Cortex 17:2443-2452, doi:10.1093/cercor/bhl152"

NEUROMODULATOR = synapses.register(
    "neuromodulator",
    SynapseModel(
        name="neuromodulator",
        purpose="Concentration of a neuromodulator that learning rules read as their third factor.",
        source=SOURCE,
        weight="1",
        equations="dd/dt = -d/tau : 1",
        on_pre="d += w",
        parameters=(published("tau", "200 ms", "clearance of the modulator", SOURCE, "10 ms", "10000 ms"),),
    ),
    module=__name__,
)
