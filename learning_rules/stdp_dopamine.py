r"""STDP gated by dopamine in continuous time (Izhikevich 2007, as Potjans, Morrison & Diesmann 2010 integrate it).

.. math:: \dot c = -c/\tau_c + A_+ x\,\delta(t - t_{post}) - A_- y\,\delta(t - t_{pre}), \qquad
          \dot w = \lambda\,w_{max}\,c\,(d - b)

:math:`x` and :math:`y` are the traces of `stdp_pair` (all pairs count), :math:`d` is the concentration of the receptor
``dopamine`` of the target (`neuromodulator`), :math:`b` its baseline. The weight is integrated exactly from step to
step, since :math:`c` and :math:`d` are exponentials between events. A spike of dopamine of weight 1 has the integral 1
over time if :math:`\lambda` is one over the receptor's time constant, as it is by default: the paper's :math:`n` is
:math:`\lambda d`.

Order: as in `stdp_pair`; what arrives and is emitted in a step changes the weight from the end of that step on.

Parameters: `A_plus` = 0.005, `A_minus` = 0.0075 (of the maximum; 1 and 1.5 of NEST's 200), `tau_plus` = `tau_minus` =
20 ms, `tau_c` = 1 s, `lambda_` = 5 Hz, `b` = 0.

Source: Potjans W, Morrison A, Diesmann M (2010) Front Comput Neurosci 4:141, doi:10.3389/fncom.2010.00141; Izhikevich
EM (2007) Cereb Cortex 17:2443-2452, doi:10.1093/cercor/bhl152, eqs 2.1-2.4. Defaults: NEST's stdp_dopamine_synapse.

Not to be confused with `izhikevich2007`, which has nearest spikes and the time steps of the author's program.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Potjans, Morrison & Diesmann 2010, Front Comput Neurosci 4:141, doi:10.3389/fncom.2010.00141"
NEST = "defaults of NEST's stdp_dopamine_synapse"

STDP_DOPAMINE = learning_rules.register(
    "stdp_dopamine",
    LearningRule(
        name="stdp_dopamine",
        purpose="Reward-modulated STDP in continuous time: all pairs leave eligibility, dopamine turns it into weight.",
        source=SOURCE,
        equations="""
        dx/dt = -x/tau_plus : 1 (event-driven)
        dy/dt = -y/tau_minus : 1 (event-driven)
        c : 1
        """,
        on_pre="""
        transmitted = w
        x += 1
        c -= A_minus*y
        """,
        on_post="""
        y += 1
        c += A_plus*x
        """,
        regularly="""
        w += lambda_*w_max*c*(d_post*(1 - exp(-dt*(1/tau_c + 1/tau_post)))/(1/tau_c + 1/tau_post)
                              - b*tau_c*(1 - exp(-dt/tau_c)))
        c *= exp(-dt/tau_c)
        """,
        interval="dt",
        modulators=("dopamine",),
        learned=(),
        parameters=(
            published("A_plus", "0.005", "eligibility of a pair pre before post, of the maximum", NEST, "0", "10"),
            published("A_minus", "0.0075", "eligibility of a pair post before pre, of the maximum", NEST, "0", "10"),
            published("tau_plus", "20 ms", "window of pre before post", SOURCE, "1 ms", "200 ms"),
            published("tau_minus", "20 ms", "window of post before pre", SOURCE, "1 ms", "200 ms"),
            published("tau_c", "1000 ms", "eligibility trace", SOURCE, "10 ms", "10000 ms"),
            published("lambda_", "5 Hz", "change by dopamine of 1", SOURCE, "0 Hz", "1000 Hz"),
            published("b", "0", "dopamine at which nothing changes", SOURCE, "-10", "10"),
        ),
    ),
    module=__name__,
)
