r"""Delta synapse: a spike steps the membrane variable by the weight.

.. math:: V \leftarrow V + w

at the end of the time step in which the spike arrives. ``delta`` adds the weight always; ``delta_unless_refractory``
ignores spikes that arrive while the target is refractory, as Brunel (2000) and NEST's ``iaf_psc_delta`` do, and needs
a target with a refractory time. Without that, input of the refractory time is kept and the neuron starts from above
its reset potential: rates of a Brunel network come out too high.

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
        purpose="A spike steps the membrane variable by the weight, always.",
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
