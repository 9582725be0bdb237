r"""e-prop of Bellec et al. (2020) for leaky integrate-and-fire neurons: eligibility traces times a learning signal.

In steps of `dt`, with :math:`\psi_j = \gamma\,\max(0, 1 - |(v_j - V_{th})/(V_{th} - E_L)|)` as the slope of a spike,
zero while the neuron is refractory,

.. math:: \bar z_i \leftarrow e^{-dt/\tau_m}(\bar z_i + z_i), \quad
          \bar e_{ji} \leftarrow e^{-dt/\tau_{out}}\,\bar e_{ji} + \psi_j\,\bar z_i, \quad
          g_{ji} \leftarrow g_{ji} + L_j\,\bar e_{ji}

and at the end of every trial :math:`w_{ji} \leftarrow w_{ji} - \eta\,w_{max}\,g_{ji}`. :math:`g` is the gradient of
:math:`\sum_t L_j\,\mathcal F(z_j)`, :math:`\mathcal F` being the filter of a readout with :math:`\tau_{out}`, if
spikes are not followed through recurrent connections; in units of (V_th - E_L).

The learning signal is a receptor ``learning_signal`` of the target, on which a projection from the units that hold the
errors ends, with symmetric, random or adaptive weights. The neuron must jump by the weight at a spike that arrives,
have a threshold `V_th`, a rest `E_L`, and a reset by subtraction; `tau_m` here is its time constant.

Order: the slope is that of the potential before the threshold of the step; what arrives in a step counts in the next.

Parameters: `gamma` = 0.3, `tau_m` = 20 ms, `tau_out` = 20 ms, `eta`, `trial` = 1 s.

Source: Bellec G, Scherr F, Subramoney A, Hajek E, Salaj D, Legenstein R, Maass W (2020) Nat Commun 11:3625,
doi:10.1038/s41467-020-17236-y, eqs 4, 21-24. The rate of learning is ours.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Bellec et al. 2020, Nat Commun 11:3625, doi:10.1038/s41467-020-17236-y"

E_PROP = learning_rules.register(
    "e_prop",
    LearningRule(
        name="e_prop",
        purpose="Gradient descent through time by eligibility traces and a learning signal (LIF neurons).",
        source=SOURCE,
        equations="""
        arrived : 1
        z : 1
        f : 1
        g : volt
        since : second
        """,
        on_pre="""
        transmitted = w
        arrived += 1
        """,
        target_equations="psi : 1",
        on_target_step="psi = gamma*clip(1 - abs((v - V_th)/(V_th - E_L)), 0, 1)*int(not_refractory)",
        regularly="""
        f = f*exp(-dt/tau_out) + psi_post*z
        g += L_post*f
        z = (z + arrived)*exp(-dt/tau_m)
        arrived = 0
        since += dt
        w -= eta*w_max*g*int(since > trial - 0.5*dt)
        g *= int(since <= trial - 0.5*dt)
        since *= int(since <= trial - 0.5*dt)
        """,
        interval="dt",
        modulators=("learning_signal",),
        parameters=(
            published("gamma", "0.3", "slope of a spike at threshold", SOURCE, "0", "10"),
            published("tau_m", "20 ms", "membrane time constant of the target", SOURCE, "1 ms", "1000 ms"),
            published("tau_out", "20 ms", "time constant of the readout", SOURCE, "0.1 ms", "1000 ms"),
            published("eta", "0.1 1/V", "rate of learning, of the maximum", "ours", "0 1/V", "1e6 1/V"),
            published("trial", "1000 ms", "time between changes of the weight", SOURCE, "1 ms", "100 s"),
        ),
    ),
    module=__name__,
)
