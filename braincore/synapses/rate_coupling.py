r"""Rate coupling: input proportional to the source's activity, at all times.

.. math:: I_i = \sum_j w_{ij}\, r_j

For firing-rate units (`rate`, `wilson_cowan`); the weight is a plain number and the activity is the source's membrane
variable, `r`. There is no delay.

Source: Dayan P, Abbott LF (2001) Theoretical Neuroscience, MIT Press, eq. 7.11.
"""

from __future__ import annotations

from braincore.model.synapse import SynapseModel, synapses

RATE_COUPLING = synapses.register(
    "rate_coupling",
    SynapseModel(
        name="rate_coupling",
        purpose="Continuous coupling of firing-rate units: input is the weighted sum of the sources' rates.",
        source="Dayan & Abbott 2001, Theoretical Neuroscience, MIT Press, eq. 7.11",
        weight="1",
        current="total",
        transmission="w*v_pre",
    ),
    module=__name__,
)
