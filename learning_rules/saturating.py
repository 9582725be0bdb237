r"""Saturation: receptors of a synapse that are open already cannot be opened by the next spike.

.. math:: \dot o = -o/\tau, \qquad o \leftarrow o + \delta\,(1 - o) \;\text{at a presynaptic spike}

`o` is the share of open receptors. A spike passes on what it opens, :math:`w\,(1 - o)`, so that the first one of a
rested synapse passes on `w`. For a receptor that decays with the same time constant the conductance is then
:math:`w o/\delta` of each synapse at all times, and never more than :math:`w/\delta`.

This is the gating :math:`\dot o = -o/\tau + \alpha x (1 - o)` of many published models for a pulse `x` of transmitter
that is short against `tau`: an exponential one of time constant :math:`\tau_r` opens a share of
:math:`\delta = 1 - e^{-\alpha \tau_r}`.

Parameters: `tau` = 100 ms, the decay of NMDA receptors, which should be that of the receptor; `delta` = 0.63, that of
:math:`\alpha` = 0.5/ms and 2 ms.

Source: Wang XJ (1999) J Neurosci 19:9587-9603, doi:10.1523/JNEUROSCI.19-21-09587.1999, Methods (gating and constants);
the pulse taken as short is ours.

Not to be confused with `tsodyks_markram`, where transmitter, not receptors, is used up; or with `nmda_wang2002`, which
keeps the gating in the source and needs no delay.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Wang 1999, J Neurosci 19:9587-9603, doi:10.1523/JNEUROSCI.19-21-09587.1999, Methods"

SATURATING = learning_rules.register(
    "saturating",
    LearningRule(
        name="saturating",
        purpose="Saturation of receptors: a spike opens those only that are not open yet.",
        source=SOURCE,
        equations="do/dt = -o/tau : 1 (event-driven)",
        on_pre="""
        transmitted = w*(1 - o)
        o += delta*(1 - o)
        """,
        parameters=(
            published("tau", "100 ms", "decay of the receptor", SOURCE, "0.5 ms", "300 ms"),
            published("delta", "0.632", "share of closed receptors that a spike opens", SOURCE, "0.001", "1"),
        ),
        initial={"o": 0.0},
        term="short",
    ),
    module=__name__,
)
