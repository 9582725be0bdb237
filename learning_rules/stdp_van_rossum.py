r"""Spike-timing-dependent plasticity of van Rossum, Bi & Turrigiano (2000): stable weights from two kinds of steps.

Potentiation is by a constant amount, depression in proportion to the weight, each with noise in proportion to it:

.. math:: \Delta w = \begin{cases}
          (c_p\, w_{max} + \nu\, w)\, e^{-\Delta t/\tau_+} & \Delta t = t_{post} - t_{pre} \ge 0 \\
          (-c_d + \nu)\, w\, e^{\Delta t/\tau_-} & \Delta t < 0 \end{cases}

with :math:`\nu` Gaussian of standard deviation `sigma`, drawn anew at each spike, summed over all pairs. Without
correlations between the two sides the mean comes to rest at :math:`w^* = w_{max}\, c_p \tau_+/(c_d \tau_-)`: a
distribution with one peak.

The paper's potentiation is 1 pS. Here it is relative to the upper bound of the projection, which the rule does not
need otherwise: with bounds of 0 and 1 nS the default `c_p` is that of the paper.

Order: as in `stdp_pair`.

Parameters: `c_p` = 0.001 (of 1 nS), `c_d` = 0.003, `sigma` = 0.015, `tau_plus` = `tau_minus` = 20 ms.

Source: van Rossum MCW, Bi GQ, Turrigiano GG (2000) J Neurosci 20:8812-8821,
doi:10.1523/JNEUROSCI.20-23-08812.2000, eqs. 1-3.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "van Rossum, Bi & Turrigiano 2000, J Neurosci 20:8812-8821, doi:10.1523/JNEUROSCI.20-23-08812.2000"

STDP_VAN_ROSSUM = learning_rules.register(
    "stdp_van_rossum",
    LearningRule(
        name="stdp_van_rossum",
        purpose="STDP with additive potentiation and multiplicative depression: one stable peak of weights.",
        source=SOURCE,
        equations="""
        dx/dt = -x/tau_plus : 1 (event-driven)
        dy/dt = -y/tau_minus : 1 (event-driven)
        """,
        on_pre="""
        transmitted = w
        x += 1
        w += (sigma*randn() - c_d)*w*y
        """,
        on_post="""
        y += 1
        w += (c_p*w_max + sigma*randn()*w)*x
        """,
        parameters=(
            published("c_p", "0.001", "potentiation of a pair, of the maximum", SOURCE, "0", "0.1"),
            published("c_d", "0.003", "depression of a pair, of the weight", SOURCE, "0", "0.1"),
            published("sigma", "0.015", "standard deviation of the noise, of the weight", SOURCE, "0", "0.1"),
            published("tau_plus", "20 ms", "window of potentiation", SOURCE, "1 ms", "200 ms"),
            published("tau_minus", "20 ms", "window of depression", SOURCE, "1 ms", "200 ms"),
        ),
    ),
    module=__name__,
)
