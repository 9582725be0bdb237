r"""How many spikes have arrived lately: a count for learning rules, which moves nothing.

.. math:: n \leftarrow n + w \;\text{at a spike}

Two projections make it the number of spikes in a window: one of weight 1, and one of weight -1 whose delay is longer by
the window. A rule reads it as ``n_post`` (`modulators`).

Source: the window of Yamazaki T, Nagao S (2012) PLoS ONE 7:e33319, doi:10.1371/journal.pone.0033319: parallel fibres
that were active within 50 ms of a climbing fibre's spike.
"""

from __future__ import annotations

from braincore.model.synapse import SynapseModel, synapses

RECENT_SPIKES = synapses.register(
    "recent_spikes",
    SynapseModel(
        name="recent_spikes",
        purpose="Count of spikes, which learning rules read; gives no current.",
        source="Yamazaki & Nagao 2012, PLoS ONE 7:e33319, doi:10.1371/journal.pone.0033319",
        weight="1",
        equations="n : 1",
        on_pre="n += w",
    ),
    module=__name__,
)
