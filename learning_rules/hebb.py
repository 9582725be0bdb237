r"""Plain Hebbian learning of firing-rate units: what is active together is coupled more.

.. math:: \dot w = \eta\, w_{max}\, x\, y

with :math:`x` and :math:`y` the activities of source and target (their membrane variable). Nothing but the bounds stops
its growth: it is meant to be followed by `normalisation` on the same projection.

For receptors that transmit at all times (`rate_coupling`). Amplitudes are relative to the upper bound.

Parameters: `eta` (rate of learning).

Source: Dayan P, Abbott LF (2001) Theoretical Neuroscience, MIT Press, eq. 8.2 (basic Hebb rule). The constant is ours.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Dayan & Abbott 2001, Theoretical Neuroscience, MIT Press, eq. 8.2"

HEBB = learning_rules.register(
    "hebb",
    LearningRule(
        name="hebb",
        purpose="Basic Hebb rule of rate units, to be held in check by normalisation.",
        source=SOURCE,
        regularly="w += w_max*eta*v_pre*v_post*dt",
        interval="dt",
        parameters=(published("eta", "1e-4 s", "rate of learning", "free in the theory", "0 s", "10 s"),),
    ),
    module=__name__,
)
