r"""Rule of Bienenstock, Cooper & Munro (1982) for firing-rate units, with the sliding threshold of Intrator & Cooper.

.. math:: \dot w = \eta\, y\,(y - \theta)\, x, \qquad \tau_\theta\dot\theta = y^2/y_0 - \theta

with :math:`x` and :math:`y` the activities of source and target (their membrane variable). Of :math:`K` linearly
independent patterns that come with probability :math:`p` each, the target learns to respond to one with
:math:`y = y_0/p` and to the others not at all, provided that :math:`\theta` follows faster than :math:`w` changes.

For receptors that transmit at all times (`rate_coupling`). The weight has no bound of its own.

Parameters: `eta` (rate of learning), `tau_theta` = 1 s (sliding threshold), `y_0` = 10 Hz (activity at which
:math:`\theta = y`).

Source: Bienenstock EL, Cooper LN, Munro PW (1982) J Neurosci 2:32-48, doi:10.1523/JNEUROSCI.02-01-00032.1982; threshold
as the mean square of the activity: Intrator N, Cooper LN (1992) Neural Netw 5:3-17, doi:10.1016/S0893-6080(05)80003-6.
The constants are ours: the theory leaves them free.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Bienenstock, Cooper & Munro 1982, J Neurosci 2:32-48, doi:10.1523/JNEUROSCI.02-01-00032.1982"
FREE = "free in the theory"

BCM = learning_rules.register(
    "bcm",
    LearningRule(
        name="bcm",
        purpose="Rate rule with a sliding threshold: a unit becomes selective for one of its input patterns.",
        source=SOURCE,
        target_equations="dtheta/dt = (v*v/y_0 - theta)/tau_theta : hertz",
        regularly="w += eta*v_post*(v_post - theta_post)*v_pre*dt",
        interval="dt",
        parameters=(
            published("eta", "2e-6 s**2", "rate of learning", FREE, "0 s**2", "1 s**2"),
            published("tau_theta", "1 s", "sliding threshold", FREE, "1 ms", "1000 s"),
            published("y_0", "10 Hz", "activity at which the threshold equals it", FREE, "0.001 Hz", "1000 Hz"),
        ),
    ),
    module=__name__,
)
