r"""Spike-timing-dependent plasticity with a power law of the weight, of Morrison, Aertsen & Diesmann (2007), all pairs.

With :math:`s = w/w_{max}`, a pair changes the weight by

.. math:: \Delta s = \begin{cases}
          \lambda\, s_0^{1 - \mu}\, s^{\mu}\, e^{-\Delta t/\tau_+} & \Delta t = t_{post} - t_{pre} \ge 0 \\
          -\lambda\,\alpha\, s\, e^{\Delta t/\tau_-} & \Delta t < 0 \end{cases}

Without correlations between the two sides the weight comes to rest at
:math:`s^* = s_0\, (\tau_+/(\alpha\,\tau_-))^{1/(1 - \mu)}`. The rule has no upper bound of its own. The paper's
reference weight is 1 pA: with bounds of 0 and 100 pA the default `s_0` is that of the paper.

Order: as in `stdp_pair`.

Parameters: `lambda_` = 0.1, `alpha` = 0.11, `mu` = 0.4, `s_0` = 0.01 (1 pA of 100 pA), `tau_plus` = `tau_minus` =
20 ms.

Source: Morrison A, Aertsen A, Diesmann M (2007) Neural Comput 19:1437-1467, doi:10.1162/neco.2007.19.6.1437, eq. 6.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Morrison, Aertsen & Diesmann 2007, Neural Comput 19:1437-1467, doi:10.1162/neco.2007.19.6.1437"

STDP_POWER_LAW = learning_rules.register(
    "stdp_power_law",
    LearningRule(
        name="stdp_power_law",
        purpose="STDP fitted to data of cultures: potentiation by a power of the weight, depression in proportion.",
        source=SOURCE,
        equations="""
        dx/dt = -x/tau_plus : 1 (event-driven)
        dy/dt = -y/tau_minus : 1 (event-driven)
        """,
        on_pre="""
        transmitted = w
        x += 1
        w -= lambda_*alpha*w*y
        """,
        on_post="""
        y += 1
        w += lambda_*w_max*s_0**(1 - mu)*(w/w_max)**mu*x
        """,
        parameters=(
            published("lambda_", "0.1", "learning rate", SOURCE, "0", "1"),
            published("alpha", "0.11", "depression relative to potentiation at the reference", SOURCE, "0", "1"),
            published("mu", "0.4", "exponent of potentiation", SOURCE, "0", "1"),
            published("s_0", "0.01", "reference weight, of the maximum", SOURCE, "0", "1"),
            published("tau_plus", "20 ms", "window of potentiation", SOURCE, "1 ms", "200 ms"),
            published("tau_minus", "20 ms", "window of depression", SOURCE, "1 ms", "200 ms"),
        ),
    ),
    module=__name__,
)
