r"""Structural plasticity of Bouhadjar et al. (2022): permanences grow between cells that fire one after the other.

A synapse has a permanence :math:`P`. Only where it exceeds :math:`\theta_P` is the synapse mature, with its greatest
weight; else it has none. At a presynaptic and at a postsynaptic spike

.. math:: P \leftarrow P - \lambda_- P_{max}, \qquad P \leftarrow P + P_{max}\,(\lambda_+ x + \lambda_h (z^* - z))

between :math:`P_0` and :math:`P_{max}`, the second only if the last presynaptic spike was more than `dt_min` and less
than `dt_max` ago. :math:`x` is a trace of presynaptic spikes, :math:`z` the count of dendritic action potentials of the
target's receptor ``dendrite`` (`dendritic_spike`): cells that predict too often lose what makes them predict.

Times are those at a synapse on the dendrite: a presynaptic spike is there at once, a postsynaptic one after the delay
`d`. What arrives here has had its delay before, so that the two are :math:`2 d` farther apart than they seem.

At first permanences lie where the weights do, :math:`P_0 = P_{max}\,w/w_{max}`; such a weight is never transmitted.

Order: a presynaptic spike is transmitted with the weight that it leaves.

Parameters: `lambda_plus` = 0.28, `lambda_minus` = 0.0063, `lambda_h` = 0.024, `z_star` = 1, `tau_plus` = 20 ms,
`dt_min` = 4 ms, `dt_max` = 80 ms, `d` = 2 ms, `theta_P` = 10, `P_max` = 20.

Source: Bouhadjar Y, Wouters DJ, Diesmann M, Tetzlaff T (2022) PLoS Comput Biol 18:e1010233,
doi:10.1371/journal.pcbi.1010233; constants of the authors' program SpikingTemporalMemory. Provisional: that homeostasis
adds to what a pair of spikes does (in the program's neuron model it multiplies).
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Bouhadjar, Wouters, Diesmann & Tetzlaff 2022, PLoS Comput Biol 18:e1010233, doi:10.1371/journal.pcbi.1010233"

BOUHADJAR2022 = learning_rules.register(
    "bouhadjar2022",
    LearningRule(
        name="bouhadjar2022",
        purpose="Permanences of synapses between cells that fire in sequence; mature ones have a weight.",
        source=SOURCE,
        equations="""
        dx/dt = -x/tau_plus : 1 (event-driven)
        P : 1
        P_0 : 1
        close : 1
        arrived : second
        """,
        on_pre="""
        P = clip(P - lambda_minus*P_max, P_0, inf)
        w = w_max*int(P > theta_P)
        transmitted = w
        x += 1
        arrived = t
        """,
        on_post="""
        close = int(t - arrived > dt_min - 2*d)*int(t - arrived < dt_max - 2*d)
        P += close*P_max*(lambda_plus*x*exp(-2*d/tau_plus) + lambda_h*(z_star - z_post))
        P = clip(P, P_0, P_max)
        """,
        modulators=("dendrite",),
        learned=("P",),
        parameters=(
            published("lambda_plus", "0.28", "growth by a pair of spikes, of the maximum", SOURCE, "0", "1"),
            published("lambda_minus", "0.0063", "loss by a presynaptic spike, of the maximum", SOURCE, "0", "1"),
            published("lambda_h", "0.024", "homeostasis, of the maximum", SOURCE, "0", "1"),
            published("z_star", "1", "plateaus that are aimed at", SOURCE, "0", "10"),
            published("tau_plus", "20 ms", "trace of presynaptic spikes", SOURCE, "1 ms", "200 ms"),
            published("dt_min", "4 ms", "pairs that are closer change nothing", SOURCE, "0 ms", "100 ms"),
            published("dt_max", "80 ms", "pairs that are farther apart change nothing", SOURCE, "1 ms", "1000 ms"),
            published("d", "2 ms", "delay of the synapse", SOURCE, "0 ms", "20 ms"),
            published("theta_P", "10", "permanence of a mature synapse", SOURCE, "0", "100"),
            published("P_max", "20", "greatest permanence", SOURCE, "1", "100"),
        ),
        initial={"P": "P_max*w/w_max", "P_0": "P_max*w/w_max", "arrived": -1e6},
    ),
    module=__name__,
)
