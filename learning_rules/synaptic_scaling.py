r"""Activity-dependent synaptic scaling of van Rossum, Bi & Turrigiano (2000): all weights of a neuron grow or shrink
by a common factor until it fires at its goal.

.. math:: \dot w = \beta\, w\,(a_{goal} - a) + \gamma\, w \int_0^t (a_{goal} - a)\,dt', \qquad
          \tau\,\dot a = -a + \sum_k \delta(t - t_k)

:math:`a` is the neuron's rate as it senses it. The integral makes the goal exact. Relative weights are kept. To be put
beside a rule that learns.

Parameters: `a_goal` = 20 Hz, `tau` = 100 s, `beta` = 4e-5 per Hz and s, `gamma` = 1e-7 per Hz and s squared; `interval`
= 10 ms is ours: the paper's equation is continuous.

Source: van Rossum MCW, Bi GQ, Turrigiano GG (2000) J Neurosci 20:8812-8821, doi:10.1523/JNEUROSCI.20-23-08812.2000,
eq. 3 and its constants, as Rowan and Neymotin quote them in their program (ModelDB 147141).
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "van Rossum, Bi & Turrigiano 2000, J Neurosci 20:8812-8821, doi:10.1523/JNEUROSCI.20-23-08812.2000"
CONSTANTS = "van Rossum et al. 2000, eq. 3, quoted in ModelDB 147141"

SYNAPTIC_SCALING = learning_rules.register(
    "synaptic_scaling",
    LearningRule(
        name="synaptic_scaling",
        purpose="Homeostasis: weights of a neuron are scaled until it fires at its goal.",
        source=SOURCE,
        target_equations="""
        da/dt = -a/tau : hertz
        dmissed/dt = a_goal - a : 1
        """,
        on_target_spike="a += 1/tau",
        regularly="w += w*(beta*(a_goal - a_post) + gamma*missed_post)*interval",
        interval="interval",
        parameters=(
            published("a_goal", "20 Hz", "rate that is aimed at", CONSTANTS, "0.01 Hz", "500 Hz"),
            published("tau", "100 s", "over which the neuron senses its rate", CONSTANTS, "10 ms", "10000 s"),
            published("beta", "4e-5", "scaling for each Hz missed, per second", CONSTANTS, "0", "10"),
            published("gamma", "1e-7 Hz", "scaling for each spike missed, per second", CONSTANTS, "0 Hz", "10 Hz"),
            published("interval", "10 ms", "time between changes", "ours", "0.1 ms", "100 s"),
        ),
        initial={"a": "a_goal"},
    ),
    module=__name__,
)
