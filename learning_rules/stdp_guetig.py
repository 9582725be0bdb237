r"""Spike-timing-dependent plasticity between additive and multiplicative, of Gütig et al. (2003), all pairs.

With :math:`s = w/w_{max}`, a pair changes the weight by

.. math:: \Delta s = \begin{cases}
          \lambda\,(1 - s)^{\mu_+}\, e^{-\Delta t/\tau_+} & \Delta t = t_{post} - t_{pre} \ge 0 \\
          -\lambda\,\alpha\, s^{\mu_-}\, e^{\Delta t/\tau_-} & \Delta t < 0 \end{cases}

The exponents are 0 for additive plasticity, whose weights go to the bounds, and 1 for multiplicative plasticity, whose
weights stay in between. The exponents of the source are one number; NEST's ``stdp_synapse``, which has all of the
family, tells them apart, and so does this rule.

Order: as in `stdp_pair`.

Parameters: `lambda_` = 0.005, `alpha` = 1.05, `mu_plus` = `mu_minus` = 0.02 (the source varies them), `tau_plus` =
`tau_minus` = 20 ms. ``VARIANTS``: ``stdp_multiplicative`` (exponents 1: Rubin, Lee & Sompolinsky 2001).

Sources: Gütig R, Aharonov R, Rotter S, Sompolinsky H (2003) J Neurosci 23:3697-3714,
doi:10.1523/JNEUROSCI.23-09-03697.2003, eqs. 1-4; Rubin J, Lee DD, Sompolinsky H (2001) Phys Rev Lett 86:364-367,
doi:10.1103/PhysRevLett.86.364.
"""

from __future__ import annotations

from dataclasses import replace

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Gütig, Aharonov, Rotter & Sompolinsky 2003, J Neurosci 23:3697-3714, doi:10.1523/JNEUROSCI.23-09-03697.2003"
MULTIPLICATIVE = "Rubin, Lee & Sompolinsky 2001, Phys Rev Lett 86:364-367, doi:10.1103/PhysRevLett.86.364"

STDP_GUETIG = learning_rules.register(
    "stdp_guetig",
    LearningRule(
        name="stdp_guetig",
        purpose="STDP whose steps depend on the weight by a power, from additive to multiplicative.",
        source=SOURCE,
        equations="""
        dx/dt = -x/tau_plus : 1 (event-driven)
        dy/dt = -y/tau_minus : 1 (event-driven)
        """,
        on_pre="""
        transmitted = w
        x += 1
        w -= lambda_*alpha*w_max*(w/w_max)**mu_minus*y
        """,
        on_post="""
        y += 1
        w += lambda_*w_max*(1 - w/w_max)**mu_plus*x
        """,
        parameters=(
            published("lambda_", "0.005", "learning rate, of the maximum", SOURCE, "0", "0.1"),
            published("alpha", "1.05", "depression relative to potentiation", SOURCE, "0", "10"),
            published("mu_plus", "0.02", "exponent of potentiation", SOURCE, "0", "1"),
            published("mu_minus", "0.02", "exponent of depression", SOURCE, "0", "1"),
            published("tau_plus", "20 ms", "window of potentiation", SOURCE, "1 ms", "200 ms"),
            published("tau_minus", "20 ms", "window of depression", SOURCE, "1 ms", "200 ms"),
        ),
    ),
    module=__name__,
)

VARIANTS = {
    "stdp_multiplicative": learning_rules.register(
        "stdp_multiplicative",
        replace(
            STDP_GUETIG,
            name="stdp_multiplicative",
            purpose="Multiplicative STDP: steps shrink towards the bounds, so that weights stay in between.",
            source=MULTIPLICATIVE,
            on_pre="""
            transmitted = w
            x += 1
            w -= lambda_*alpha*w*y
            """,
            on_post="""
            y += 1
            w += lambda_*(w_max - w)*x
            """,
            parameters=tuple(p for p in STDP_GUETIG.parameters if not p.name.startswith("mu_")),
        ),
        module=__name__,
    )
}
