r"""Temporal difference learning (Sutton 1988): a prediction error that is broadcast teaches what was active before it.

.. math:: w \leftarrow w + \alpha\,\delta\,e, \qquad e \leftarrow \gamma\lambda\,e + x(t - 3\,\Delta t)

in every time step. :math:`x` is the activity of the source (its membrane variable), and :math:`\delta` the
concentration of the receptor ``dopamine`` of the target (`modulation`): three factors that meet at the synapse. The
error is that of the prediction :math:`V = \sum w x`,

.. math:: \delta(t) = r(t) + \gamma\,V(t + \Delta t) - V(t)

which a circuit of units in discrete time (`step_unit`) has three steps after :math:`x(t)`: one for the value, one for
the value before it, one for the difference (`SchultzDayanMontague1997`). So long does a synapse remember its input.
With :math:`\gamma\lambda = 0` this is TD(0); inputs that stay on are taught by errors of any latency.

Order: at the end of the step, by the error at its beginning.

Parameters: `alpha` = 0.3, `decay` = 0 (:math:`\gamma\lambda`).

Sources: Sutton RS (1988) Mach Learn 3:9-44, doi:10.1007/BF00115009; as a model of dopamine: Montague PR, Dayan P,
Sejnowski TJ (1996) J Neurosci 16:1936-1947, doi:10.1523/JNEUROSCI.16-05-01936.1996. The latency is ours.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Sutton 1988, Mach Learn 3:9-44, doi:10.1007/BF00115009"

SUTTON1988 = learning_rules.register(
    "sutton1988",
    LearningRule(
        name="sutton1988",
        purpose="Temporal difference learning: a broadcast prediction error teaches what was active before it.",
        source=SOURCE,
        equations="""
        eligible : 1
        ago1 : 1
        ago2 : 1
        ago3 : 1
        ago4 : 1
        """,
        regularly="""
        eligible = decay*eligible + ago4
        w += alpha*d_post*eligible
        ago4 = ago3
        ago3 = ago2
        ago2 = ago1
        ago1 = v_pre
        """,
        interval="dt",
        modulators=("dopamine",),
        learned=(),
        parameters=(
            published("alpha", "0.3", "rate of learning", "free in the theory", "0", "1"),
            published("decay", "0", "what an eligibility keeps from step to step", SOURCE, "0", "1"),
        ),
    ),
    module=__name__,
)
