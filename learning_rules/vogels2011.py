r"""Inhibitory plasticity of Vogels, Sprekeler, Zenke, Clopath & Gerstner (2011): inhibition that balances excitation.

With a trace of each side, :math:`\tau \dot x = -x` and `+1` at a spike,

.. math:: \Delta w = \eta\, w_{max}\, (y - 2 \rho_0 \tau) \quad\text{at a presynaptic spike}, \qquad
          \Delta w = \eta\, w_{max}\, x \quad\text{at a postsynaptic spike}

Without correlations :math:`\langle\dot w\rangle = 2 \eta \tau\, w_{max}\, r_{pre}\, (r_{post} - \rho_0)`: the target's
rate goes to :math:`\rho_0`. The constant is taken off at presynaptic spikes alone.

On weights below zero (currents) the same rule makes them more negative, towards the bound that is farther from zero.

Order: as in `stdp_pair`. A presynaptic spike sees the trace of earlier postsynaptic spikes, a postsynaptic one also the
presynaptic spike of its own step.

Parameters: `eta` = 1e-4 (0.01 nS of 100 nS), `rho_0` = 3 Hz, `tau` = 20 ms.

Source: Vogels TP, Sprekeler H, Zenke F, Clopath C, Gerstner W (2011) Science 334:1569-1573,
doi:10.1126/science.1211095, eqs. 1-2 of the supplement.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Vogels, Sprekeler, Zenke, Clopath & Gerstner 2011, Science 334:1569-1573, doi:10.1126/science.1211095"

VOGELS2011 = learning_rules.register(
    "vogels2011",
    LearningRule(
        name="vogels2011",
        purpose="Inhibitory plasticity: inhibition grows until the target fires at a given rate.",
        source=SOURCE,
        equations="""
        dx/dt = -x/tau : 1 (event-driven)
        dy/dt = -y/tau : 1 (event-driven)
        """,
        on_pre="""
        transmitted = w
        x += 1
        w += eta*w_max*(y - 2*rho_0*tau)
        """,
        on_post="""
        y += 1
        w += eta*w_max*x
        """,
        parameters=(
            published("eta", "1e-4", "learning rate, of the maximum", SOURCE, "0", "0.1"),
            published("rho_0", "3 Hz", "rate that the target is brought to", SOURCE, "0 Hz", "100 Hz"),
            published("tau", "20 ms", "window of coincidence", SOURCE, "1 ms", "200 ms"),
        ),
    ),
    module=__name__,
)
