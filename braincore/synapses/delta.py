r"""Delta synapse: a spike steps the membrane variable by the weight.

.. math:: V \leftarrow V + w

at the end of the time step in which the spike arrives. On a neuron whose potential is held in the refractory time (the
flag ``unless refractory``, as in `lif_delta`) spikes that arrive meanwhile are lost, as in Brunel (2000) and NEST's
``iaf_psc_delta``. On one whose potential goes on (`alif`) ``delta`` takes them; ``delta_unless_refractory`` does
not, and needs a target with a refractory time.

A neuron integrates a jump of the last step, decayed by one step, before its threshold is tested again.

Source: Brunel N (2000) J Comput Neurosci 8:183-208, doi:10.1023/A:1008925309027, eq. 2.

Not to be confused with `pulse_current`, a current that lasts one step and so acts on a neuron that is reset meanwhile.
"""

from __future__ import annotations

from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Brunel 2000, J Comput Neurosci 8:183-208, doi:10.1023/A:1008925309027, eq. 2"

DELTA = synapses.register(
    "delta",
    SynapseModel(
        name="delta",
        purpose="A spike steps the membrane variable by the weight.",
        source=SOURCE,
        weight="membrane",
        on_pre="v += w",
    ),
    module=__name__,
)

DELTA_UNLESS_REFRACTORY = synapses.register(
    "delta_unless_refractory",
    SynapseModel(
        name="delta_unless_refractory",
        purpose="A spike steps the membrane variable by the weight, unless the target is refractory.",
        source=SOURCE,
        weight="membrane",
        on_pre="v += w*int(not_refractory)",
    ),
    module=__name__,
)
