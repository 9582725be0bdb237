r"""SuperSpike of Zenke & Ganguli (2018): a nonlinear Hebbian rule with three factors, for precise spike times.

.. math:: g_{ij} = \int e_i\;\alpha * \big(\sigma'(U_i)\;(\epsilon * S_j)\big)\,dt, \qquad
          \sigma'(U) = (1 + \beta\,|U - V_{th}|)^{-2}

at the end of every interval

.. math:: \upsilon_{ij} \leftarrow \max(\upsilon_{ij}\,e^{-T/\tau_{rms}},\; g_{ij}^2), \qquad
          w_{ij} \leftarrow w_{ij} + r_0\,w_{max}\,g_{ij}/\sqrt{\upsilon_{ij}}, \qquad g_{ij} \leftarrow 0

:math:`\epsilon` is a presynaptic spike's potential (rise `tau_syn`, decay `tau_mem`), :math:`\alpha` a filter with
`tau_rise` and `tau_decay`, each two low-pass filters in a row. The error :math:`e_i` is the receptor
``learning_signal`` of the target: for neurons with target spikes :math:`\alpha * (\hat S_i - S_i)`, as the unit
`spike_error` holds it; for hidden ones a weighted sum of these, with symmetric, random or uniform weights.

The neuron has a threshold `V_th`. All filters are stepped exactly for input that is constant over a step; :math:`g` is
scaled by :math:`\upsilon`, so that its unit does not matter.

Order: the slope is that of the potential before the threshold of the step, the error that at its beginning; a spike
that arrives enters in the next step.

Parameters: `beta` = 1/mV, `tau_syn` = 5 ms, `tau_mem` = 10 ms, `tau_rise` = 5 ms, `tau_decay` = 10 ms, `tau_rms` =
30 s, `interval` = 500 ms, `r_0` = 0.01 (the paper's 0.001 where weights lie within 0.1).

Source: Zenke F, Ganguli S (2018) Neural Comput 30:1514-1541, doi:10.1162/neco_a_01086, eqs of its rule and RMaxProp;
constants as in the re-implementation superspike_demo of GeNN.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Zenke & Ganguli 2018, Neural Comput 30:1514-1541, doi:10.1162/neco_a_01086; GeNN, superspike_demo"

SUPERSPIKE = learning_rules.register(
    "superspike",
    LearningRule(
        name="superspike",
        purpose="Three-factor rule for precise spike times: surrogate slope, filtered input, error.",
        source=SOURCE,
        equations="""
        arrived : 1
        p : 1
        q : 1
        a : 1
        h : 1
        g : volt*second
        upsilon : volt**2*second**2
        """,
        on_pre="""
        transmitted = w
        arrived += 1
        """,
        target_equations="""
        slope : 1
        over : 1
        """,
        on_target_step="""
        slope = 1/(1 + beta*abs(v - V_th))**2
        over = int(timestep(t + dt, dt) % timestep(interval, dt) == 0)
        """,
        regularly="""
        g += L_post*h*dt
        h += (a - h)*(1 - exp(-dt/tau_decay))
        a += (slope_post*q - a)*(1 - exp(-dt/tau_rise))
        q += (p - q)*(1 - exp(-dt/tau_mem))
        p = (p + arrived)*exp(-dt/tau_syn)
        arrived = 0
        upsilon += (clip(upsilon*exp(-interval/tau_rms), g**2, inf*volt**2*second**2) - upsilon)*over_post
        w += r_0*w_max*over_post*g/sqrt(upsilon + 1e-30*volt**2*second**2)
        g *= 1 - over_post
        """,
        interval="dt",
        modulators=("learning_signal",),
        learned=("g", "upsilon"),
        parameters=(
            published("beta", "1 1/mV", "steepness of the slope", SOURCE, "0 1/mV", "100 1/mV"),
            published("tau_syn", "5 ms", "rise of a presynaptic spike's potential", SOURCE, "0.5 ms", "100 ms"),
            published("tau_mem", "10 ms", "its decay", SOURCE, "0.5 ms", "200 ms"),
            published("tau_rise", "5 ms", "rise of the eligibility", SOURCE, "0.5 ms", "200 ms"),
            published("tau_decay", "10 ms", "its decay", SOURCE, "0.5 ms", "500 ms"),
            published("tau_rms", "30 s", "memory of the largest gradient", SOURCE, "0.1 s", "10000 s"),
            published("interval", "500 ms", "time between changes of the weight", SOURCE, "1 ms", "100 s"),
            published("r_0", "0.01", "change of the weight, of the maximum", SOURCE, "0", "1"),
        ),
    ),
    module=__name__,
)
