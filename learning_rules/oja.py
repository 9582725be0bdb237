r"""Oja's rule (1982) for firing-rate units: Hebbian learning that keeps the weight vector at length one.

.. math:: \dot w = \eta\,(x\,y - y^2 w)

with :math:`x` and :math:`y` the activities of source and target (their membrane variable). The weights of a linear unit
become the first principal component of its input, of length 1.

For receptors that transmit at all times (`rate_coupling`). The weight has no bound of its own.

Parameters: `eta` (rate of learning).

Source: Oja E (1982) J Math Biol 15:267-273, doi:10.1007/BF00275687, eq. 3. The constant is ours.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Oja 1982, J Math Biol 15:267-273, doi:10.1007/BF00275687"

OJA = learning_rules.register(
    "oja",
    LearningRule(
        name="oja",
        purpose="Hebbian rate rule with forgetting: weights become the first principal component of the input.",
        source=SOURCE,
        regularly="w += eta*(v_pre*v_post - v_post*v_post*w)*dt",
        interval="dt",
        parameters=(published("eta", "0.001 s", "rate of learning", "free in the theory", "0 s", "10 s"),),
    ),
    module=__name__,
)
