r"""A conductance of two or three exponential decays: fast and slow receptors that the same spikes open.

.. math:: g(t) = w \sum_k c_k\, e^{-t/\tau_k} \;\text{after a spike}, \qquad \sum_k c_k = 1, \qquad I = g\,(E - V)

``mixed_conductance``: a share of the weight decays slowly (AMPA and NMDA of granule cells, or the two GABA components
of Golgi cells' synapses). ``mixed_conductance_3``: three decays (AMPA, and NMDA of two, of Golgi cells). NMDA is
without its magnesium block, as in the source.

Parameters: `tau_fast` = 1.2 ms, `tau_slow` = 52 ms, `share` = 0.12 of the slow one, `E` = 0 mV; of three: `tau_fast` =
1.5 ms, `tau_slow` = 31 ms with `share` 0.066, `tau_slowest` = 170 ms with `share_slowest` 0.134.

Source: Yamazaki T, Tanaka S (2007) Eur J Neurosci 26:2279-2292, doi:10.1111/j.1460-9568.2007.05837.x, as in the
authors' program snsbook.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Yamazaki & Tanaka 2007, Eur J Neurosci 26:2279-2292, doi:10.1111/j.1460-9568.2007.05837.x; program snsbook"

MIXED_CONDUCTANCE = synapses.register(
    "mixed_conductance",
    SynapseModel(
        name="mixed_conductance",
        purpose="A conductance of which a share decays slowly: AMPA with NMDA, or fast with slow GABA.",
        source=SOURCE,
        weight="S",
        equations="""
        dfast/dt = -fast/tau_fast : siemens
        dslow/dt = -slow/tau_slow : siemens
        """,
        current="(fast + slow)*(E - v)",
        on_pre="""
        fast += (1 - share)*w
        slow += share*w
        """,
        parameters=(
            published("tau_fast", "1.2 ms", "fast decay", SOURCE, "0.1 ms", "50 ms"),
            published("tau_slow", "52 ms", "slow decay", SOURCE, "1 ms", "500 ms"),
            published("share", "0.12", "share of the weight that decays slowly", SOURCE, "0", "1"),
            published("E", "0 mV", "reversal potential", SOURCE, "-100 mV", "60 mV"),
        ),
        conductance=True,
    ),
    module=__name__,
)

THREE_DECAYS = synapses.register(
    "mixed_conductance_3",
    SynapseModel(
        name="mixed_conductance_3",
        purpose="A conductance of three decays: AMPA with fast and slow NMDA.",
        source=SOURCE,
        weight="S",
        equations="""
        dfast/dt = -fast/tau_fast : siemens
        dslow/dt = -slow/tau_slow : siemens
        dslowest/dt = -slowest/tau_slowest : siemens
        """,
        current="(fast + slow + slowest)*(E - v)",
        on_pre="""
        fast += (1 - share - share_slowest)*w
        slow += share*w
        slowest += share_slowest*w
        """,
        parameters=(
            published("tau_fast", "1.5 ms", "fast decay", SOURCE, "0.1 ms", "50 ms"),
            published("tau_slow", "31 ms", "slow decay", SOURCE, "1 ms", "500 ms"),
            published("tau_slowest", "170 ms", "slowest decay", SOURCE, "1 ms", "1000 ms"),
            published("share", "0.066", "share of the weight that decays slowly", SOURCE, "0", "1"),
            published("share_slowest", "0.134", "share of the weight that decays most slowly", SOURCE, "0", "1"),
            published("E", "0 mV", "reversal potential", SOURCE, "-100 mV", "60 mV"),
        ),
        conductance=True,
    ),
    module=__name__,
)
