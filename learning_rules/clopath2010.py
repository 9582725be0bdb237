r"""Voltage-based rule of Clopath et al. (2010): depression at presynaptic spikes, potentiation while the target is
depolarised.

.. math:: w \leftarrow w - A_{LTD}\,[\bar u_- - \theta_-]_+ \;\text{at}\; t_{pre}, \qquad
          \dot w = A_{LTP}\,\bar x\,[u - \theta_+]_+\,[\bar u_+ - \theta_-]_+

.. math:: \tau_x\dot{\bar x} = -\bar x + \sum \delta(t - t_{pre}), \qquad \tau_\pm\dot{\bar u}_\pm = -\bar u_\pm + u

:math:`u` is the target's membrane potential. The filtered potentials are those of a time `d_u` ago, which the paper
does not say but the authors' program does: a spike must not see itself. ``clopath2010_homeostatic`` multiplies
:math:`A_{LTD}` by :math:`\bar{\bar u}^2/u_{ref}^2`, the mean square of the depolarisation above :math:`\theta_-` over
`tau_th`: depression grows until the neuron is quiet enough. ``clopath2010_nest`` is discretised as NEST's
clopath_synapse is: the trace of a presynaptic spike has decayed by a step where it first acts; it equals the others
for small steps.

The neuron should have a spike with a duration, as `aeif_clopath` has: what is above :math:`\theta_+` is mostly spikes.
Amplitudes are relative to the upper bound of the weight; the paper's weights are around 1.

Order: as in the authors' program. The depression of a step reads the potentials before the threshold of the step, the
potentiation at its end; a presynaptic spike enters :math:`\bar x` in the next step.

Parameters: `A_LTD` = 14e-5/mV, `A_LTP` = 8e-5/mV², `tau_x` = 15 ms, `tau_minus` = 10 ms, `tau_plus` = 7 ms,
`theta_minus` = -70.6 mV, `theta_plus` = -45.3 mV, `d_u` = 3 ms: the fit to visual cortex.

Source: Clopath C, Büsing L, Vasilaki E, Gerstner W (2010) Nat Neurosci 13:344-352, doi:10.1038/nn.2479, eqs 1-3, and
the authors' programs VoTri.m and, for homeostasis, RFdevelop.m (ModelDB 144566).
"""

from __future__ import annotations

from braincore.model.parameter import Parameter, published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Clopath et al. 2010, Nat Neurosci 13:344-352, doi:10.1038/nn.2479; VoTri.m, ModelDB 144566"
VOLTAGES = """
du_minus/dt = (v - u_minus)/tau_minus : volt
du_plus/dt = (v - u_plus)/tau_plus : volt
"""
ABOVE = "clip(late_minus_post - theta_minus, 0*volt, inf*volt)"
POTENTIATION = """
w += A_LTP*w_max*dt*x*clip(v_post - theta_plus, 0*volt, inf*volt)*clip(late_plus_post - theta_minus, 0*volt, inf*volt)
"""
OF_THE_PROGRAM = POTENTIATION + "x = x*(1 - dt/tau_x) + arrived\narrived = 0*Hz\n"
OF_NEST = POTENTIATION + "x = (x + arrived)*exp(-dt/tau_x)\narrived = 0*Hz\n"
PARAMETERS = (
    published("A_LTD", "14e-5 1/mV", "depression, of the maximum", SOURCE, "0 1/mV", "1 1/mV"),
    published("A_LTP", "8e-5 1/mV**2", "potentiation, of the maximum", SOURCE, "0 1/mV**2", "1 1/mV**2"),
    published("tau_x", "15 ms", "trace of presynaptic spikes", SOURCE, "1 ms", "200 ms"),
    published("tau_minus", "10 ms", "filtered potential of depression", SOURCE, "1 ms", "1000 ms"),
    published("tau_plus", "7 ms", "filtered potential of potentiation", SOURCE, "1 ms", "1000 ms"),
    published("theta_minus", "-70.6 mV", "lower threshold, of filtered potentials", SOURCE, "-100 mV", "0 mV"),
    published("theta_plus", "-45.3 mV", "higher threshold, of the potential", SOURCE, "-100 mV", "50 mV"),
    published("d_u", "3 ms", "how late filtered potentials are read", SOURCE, "0 ms", "20 ms"),
)
HOMEOSTASIS = (
    published(
        "u_ref2", "60 mV**2", "mean square of the depolarisation that is aimed at", SOURCE, "1 mV**2", "1e4 mV**2"
    ),
    published("tau_th", "1200 ms", "over which that mean is taken", SOURCE, "10 ms", "100 s"),
)


def _rule(
    name: str,
    purpose: str,
    regularly: str = OF_THE_PROGRAM,
    *,
    factor: str = "",
    voltages: str = "",
    step: str = "",
    parameters: tuple[Parameter, ...] = (),
) -> LearningRule:
    return LearningRule(
        name=name,
        purpose=purpose,
        source=SOURCE,
        equations="""
        x : hertz
        arrived : hertz
        """,
        on_pre=f"""
        transmitted = w
        w -= A_LTD*w_max*{factor}{ABOVE}
        arrived += 1/tau_x
        """,
        target_equations=VOLTAGES + voltages,
        on_target_step=step,
        delayed={"late_minus": "u_minus", "late_plus": "u_plus"},
        delay="d_u",
        regularly=regularly,
        interval="dt",
        learned=(),
        parameters=(*PARAMETERS, *parameters),
        initial={"u_minus": "v", "u_plus": "v"},
    )


CLOPATH2010 = learning_rules.register(
    "clopath2010",
    _rule("clopath2010", "Voltage-based STDP, fitted to visual cortex."),
    module=__name__,
)
CLOPATH2010_HOMEOSTATIC = learning_rules.register(
    "clopath2010_homeostatic",
    _rule(
        "clopath2010_homeostatic",
        "Voltage-based STDP whose depression grows with the activity of the target.",
        factor="(u_square_post/u_ref2)*",
        voltages="u_square : volt**2\n",
        step="u_square += dt*((v - theta_minus)**2 - u_square)/tau_th",
        parameters=HOMEOSTASIS,
    ),
    module=__name__,
)
CLOPATH2010_NEST = learning_rules.register(
    "clopath2010_nest",
    _rule("clopath2010_nest", "Voltage-based STDP in the time steps of NEST's clopath_synapse.", OF_NEST),
    module=__name__,
)
