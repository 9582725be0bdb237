r"""Dopamine-modulated plasticity of Izhikevich (2007): eligibility traces and distal reward.

Pairs of nearest spikes leave an eligibility trace :math:`c` on the synapse, and the concentration :math:`d` of dopamine
turns what is left of it into a change of the weight:

.. math:: \dot c = -c/\tau_c + \mathrm{STDP}(\Delta t)\,\delta(t - t_{pre/post}), \qquad
          w \leftarrow w + w_{max}\,(d_0 + d)\,c \;\text{every 10 ms}

with :math:`\mathrm{STDP}(\Delta t) = A_+ e^{-\Delta t/\tau_+}` for :math:`\Delta t = t_{post} - t_{pre} \ge 0`, else
:math:`-A_- e^{\Delta t/\tau_-}`. The steps of 10 ms are those of the authors' program; the
paper writes :math:`\dot w = c\,d`. There as here :math:`c` decays in the same steps, and is held between them.

The third factor is a receptor ``dopamine`` of the target (`neuromodulator`), whose concentration is :math:`d`; the
paper's reward raises it by 0.5. Amplitudes are relative to the upper bound: the paper's 0.1 mV of 4 mV.

Order: as in `stdp_pair`; the weight changes at the end of the step.

Parameters: `A_plus` = 0.025, `A_minus` = 0.0375, `tau_plus` = `tau_minus` = 20 ms, `tau_c` = 1 s, `d_0` = 0.002,
`interval` = 10 ms.

Source: Izhikevich EM (2007) Cereb Cortex 17:2443-2452, doi:10.1093/cercor/bhl152, eqs. 2.1-2.4; constants of the
authors' program daspnet.m (ModelDB 84167).
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Izhikevich 2007, Cereb Cortex 17:2443-2452, doi:10.1093/cercor/bhl152; daspnet.m, ModelDB 84167"

IZHIKEVICH2007 = learning_rules.register(
    "izhikevich2007",
    LearningRule(
        name="izhikevich2007",
        purpose="Reward-modulated STDP: eligibility traces that dopamine turns into weights seconds later.",
        source=SOURCE,
        equations="""
        dx/dt = -x/tau_plus : 1 (event-driven)
        dy/dt = -y/tau_minus : 1 (event-driven)
        c : 1
        """,
        on_pre="""
        transmitted = w
        x = 1
        c -= A_minus*y
        """,
        on_post="""
        y = 1
        c += A_plus*x
        """,
        regularly="""
        w += w_max*(d_0 + d_post)*c
        c *= exp(-interval/tau_c)
        """,
        interval="interval",
        modulators=("dopamine",),
        learned=(),
        parameters=(
            published("A_plus", "0.025", "eligibility of a pair pre before post, of the maximum", SOURCE, "0", "1"),
            published("A_minus", "0.0375", "eligibility of a pair post before pre, of the maximum", SOURCE, "0", "1"),
            published("tau_plus", "20 ms", "window of pre before post", SOURCE, "1 ms", "200 ms"),
            published("tau_minus", "20 ms", "window of post before pre", SOURCE, "1 ms", "200 ms"),
            published("tau_c", "1000 ms", "eligibility trace", SOURCE, "10 ms", "10000 ms"),
            published("d_0", "0.002", "dopamine that is always there", SOURCE, "0", "1"),
            published("interval", "10 ms", "time between changes of the weight", SOURCE, "0.1 ms", "1000 ms"),
        ),
    ),
    module=__name__,
)
