r"""Dendrite with action potentials of its own (dAP): enough input at a time brings a plateau that lasts.

.. math:: \tau\,\dot I_d = x - I_d, \qquad \tau\,\dot x = -x, \qquad x \leftarrow x + e\,w \;\text{at a spike}

an alpha-shaped current whose peak is the weight. Where :math:`I_d` exceeds :math:`\theta_{dAP}`, the current is
:math:`I_{dAP}` for :math:`\tau_{dAP}` whatever else arrives: too little to make the cell fire, but enough to let it
fire before others. A spike of the cell, and its refractory time, end the plateau and wipe out what has come in.

:math:`z` counts plateaus and forgets them with :math:`\tau_h`, for learning rules that keep them rare
(`bouhadjar2022`).

For neurons integrated by ``euler``, with a refractory time.

Parameters: `tau` = 5 ms, `theta_dAP` = 59 pA, `I_dAP` = 200 pA, `tau_dAP` = 60 ms, `tau_h` = 440 ms.

Source: Bouhadjar Y, Wouters DJ, Diesmann M, Tetzlaff T (2022) PLoS Comput Biol 18:e1010233,
doi:10.1371/journal.pcbi.1010233.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Bouhadjar, Wouters, Diesmann & Tetzlaff 2022, PLoS Comput Biol 18:e1010233, doi:10.1371/journal.pcbi.1010233"

DENDRITIC_SPIKE = synapses.register(
    "dendritic_spike",
    SynapseModel(
        name="dendritic_spike",
        purpose="Dendrite whose coincident input brings a plateau current: predictions of a cell (euler).",
        source=SOURCE,
        weight="A",
        equations="""
        dI_d/dt = (x - I_d)/tau - (1 - int(not_refractory))*I_d/dt : amp
        dx/dt = -x/tau - (1 - int(not_refractory))*(x/dt - x/tau) : amp
        dleft/dt = begins*tau_dAP/dt - up - (1 - int(not_refractory))*left/dt : second
        dz/dt = -z/tau_h + begins/dt : 1
        begins = int(I_d > theta_dAP)*(1 - up)*int(not_refractory) : 1
        up = int(left > dt/2) : 1
        """,
        current="up*I_dAP + (1 - up)*I_d",
        on_pre="x += e*w",
        parameters=(
            published("tau", "5 ms", "time from spike to peak", SOURCE, "0.5 ms", "50 ms"),
            published("theta_dAP", "59 pA", "current at which a plateau begins", SOURCE, "1 pA", "1000 pA"),
            published("I_dAP", "200 pA", "current of a plateau", SOURCE, "0 pA", "2000 pA"),
            published("tau_dAP", "60 ms", "how long a plateau lasts", SOURCE, "1 ms", "500 ms"),
            published("tau_h", "440 ms", "memory of plateaus: a round of all sequences", SOURCE, "10 ms", "10000 ms"),
        ),
    ),
    module=__name__,
)
