r"""Short-term depression and facilitation of Tsodyks, Pawelzik & Markram (1998).

.. math:: \dot u = -u/\tau_{facil}, \qquad \dot x = (1 - x)/\tau_{rec}

and at a presynaptic spike, in this order,

.. math:: u \leftarrow u + U (1 - u), \qquad \text{transmit}\; w\,u\,x, \qquad x \leftarrow x - u\,x

`u` is the fraction of resources that a spike uses, `x` the fraction that is there. `u` jumps *before* transmission, so
that the first spike of a rested synapse passes :math:`wU`: the weight is the absolute efficacy *A* of the paper. At a
steady rate `r`, with :math:`f = e^{-1/(r \tau_{facil})}` and :math:`d = e^{-1/(r \tau_{rec})}`,

.. math:: u = \frac{U}{1 - (1 - U) f}, \qquad x = \frac{1 - d}{1 - (1 - u)\,d}

The variant: `u` decays to 0 and the transmitting fraction is the one after the jump, as in Tsodyks et al. 1998,
Fuhrmann G et al. (2002) J Neurophysiol 87:140-148, and NEST's ``tsodyks2_synapse``; in `mongillo2008` `u`
decays to `U`. Not to be confused with the three-state form (x, y, z) of the same authors with a time constant of
inactivation, NEST's ``tsodyks_synapse``: here the receptor gives the time course.

Parameters: `U`, `tau_rec`, `tau_facil`; the default is the depressing synapse between pyramidal cells (the paper's
tau_facil = 0 is 1 ms here, gone before the next spike). ``VARIANTS``: ``tsodyks_markram_facilitating``, the synapse of
a pyramidal cell on an interneuron.

Sources: Tsodyks M, Pawelzik K, Markram H (1998) Neural Comput 10:821-835, doi:10.1162/089976698300017502; parameters:
Tsodyks M, Uziel A, Markram H (2000) J Neurosci 20:RC50, doi:10.1523/JNEUROSCI.20-01-j0003.2000.
"""

from __future__ import annotations

from dataclasses import replace

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Tsodyks, Pawelzik & Markram 1998, Neural Comput 10:821-835, doi:10.1162/089976698300017502"
VALUES = "Tsodyks, Uziel & Markram 2000, J Neurosci 20:RC50, doi:10.1523/JNEUROSCI.20-01-j0003.2000"

TSODYKS_MARKRAM = learning_rules.register(
    "tsodyks_markram",
    LearningRule(
        name="tsodyks_markram",
        purpose="Short-term depression and facilitation: resources that spikes use up and that recover.",
        source=SOURCE,
        equations="""
        du/dt = -u/tau_facil : 1 (event-driven)
        dx/dt = (1 - x)/tau_rec : 1 (event-driven)
        """,
        on_pre="""
        u += U*(1 - u)
        transmitted = w*u*x
        x -= u*x
        """,
        parameters=(
            published("U", "0.5", "fraction of resources that a first spike uses", VALUES, "0.001", "1"),
            published("tau_rec", "800 ms", "recovery of resources", VALUES, "1 ms", "5000 ms"),
            published("tau_facil", "1 ms", "decay of facilitation (0 in the paper)", VALUES, "0.1 ms", "5000 ms"),
        ),
        initial={"u": 0.0, "x": 1.0},
        term="short",
    ),
    module=__name__,
)

VARIANTS = {
    "tsodyks_markram_facilitating": learning_rules.register(
        "tsodyks_markram_facilitating",
        replace(
            TSODYKS_MARKRAM,
            name="tsodyks_markram_facilitating",
            purpose="Short-term facilitation: a pyramidal cell's synapse on an interneuron.",
            parameters=(
                published("U", "0.04", "fraction of resources that a first spike uses", VALUES, "0.001", "1"),
                published("tau_rec", "100 ms", "recovery of resources", VALUES, "1 ms", "5000 ms"),
                published("tau_facil", "1000 ms", "decay of facilitation", VALUES, "0.1 ms", "5000 ms"),
            ),
        ),
        module=__name__,
    )
}
