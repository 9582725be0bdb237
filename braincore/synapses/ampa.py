r"""AMPA receptor: fast excitatory conductance with an instantaneous rise.

.. math:: I = g\,(E - V), \qquad \dot g = -g/\tau, \qquad g \leftarrow g + w \;\text{at a spike}

with the constants of Brunel & Wang for cortical pyramidal cells.

Source: Brunel N, Wang XJ (2001) J Comput Neurosci 11:63-85, doi:10.1023/A:1011204814320, Methods (after Hestrin 1990
and Spruston 1995); the same in Wang XJ (2002) Neuron 36:955-968, doi:10.1016/S0896-6273(02)01092-9.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Brunel & Wang 2001, J Comput Neurosci 11:63-85, doi:10.1023/A:1011204814320, Methods"

AMPA = synapses.register(
    "ampa",
    SynapseModel(
        name="ampa",
        purpose="Fast excitation: an exponential conductance with a reversal potential of 0 mV.",
        source=SOURCE,
        weight="S",
        equations="dg/dt = -g/tau : siemens",
        current="g*(E - v)",
        on_pre="g += w",
        parameters=(
            published("tau", "2 ms", "decay time constant", SOURCE, "0.3 ms", "15 ms"),
            published("E", "0 mV", "reversal potential", SOURCE, "-10 mV", "10 mV"),
        ),
        conductance=True,
    ),
    module=__name__,
)
