r"""Hebbian growth with synaptic scaling of Tetzlaff et al. (2011, 2015): a fixed point for every pair of rates.

.. math:: \dot W = \frac{F_{pre}\,F_{post}}{\tau_H} + \frac{(F_T - F_{post})\,W^2}{\kappa\,\tau_H}, \qquad
          W^\star = \sqrt{\kappa\,\frac{F_{pre}\,F_{post}}{F_{post} - F_T}}

:math:`F` are rates as plain numbers of Hz: spikes through a low-pass filter with `tau_F`. :math:`W` is the weight in
units in which its upper bound is :math:`\sqrt{\kappa\,F_{max}^2/(F_{max} - F_T)}`, the fixed point where both neurons
fire at `F_max`. With a `tau_F` that is long against the intervals between spikes the weight comes to :math:`W^\star`.

Parameters: `tau_H` = 30 s, `kappa` = 60, `F_T` = 1 Hz, `F_max` = 100 Hz; `tau_F` = 1 s and `interval` = 10 ms are ours:
the paper's neurons have rates, no spikes.

Source: Tetzlaff C, Dasgupta S, Kulvicius T, Wörgötter F (2015) Sci Rep 5:12866, doi:10.1038/srep12866; Tetzlaff C,
Kolodziejski C, Timme M, Wörgötter F (2011) Front Comput Neurosci 5:47, doi:10.3389/fncom.2011.00047. Constants as in
Brian2's example of the former.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Tetzlaff et al. 2015, Sci Rep 5:12866, doi:10.1038/srep12866"
STRONGEST = "sqrt(kappa*F_max**2/(F_max - F_T)/Hz)"

TETZLAFF_SCALING = learning_rules.register(
    "tetzlaff_scaling",
    LearningRule(
        name="tetzlaff_scaling",
        purpose="Hebbian growth held by scaling with the square of the weight: a fixed point at every rate.",
        source=SOURCE,
        equations="F : hertz",
        on_pre="""
        transmitted = w
        F += 1/tau_F
        """,
        target_equations="dF_target/dt = -F_target/tau_F : hertz",
        on_target_spike="F_target += 1/tau_F",
        regularly=f"""
        w += w_max*interval/tau_H*(F*F_target_post/Hz**2/{STRONGEST}
                                   + (F_T - F_target_post)/Hz*{STRONGEST}*(w/w_max)**2/kappa)
        F *= exp(-interval/tau_F)
        """,
        interval="interval",
        learned=(),
        parameters=(
            published("tau_H", "30 s", "time scale of growth", SOURCE, "0.1 s", "1e6 s"),
            published("kappa", "60", "how much slower scaling is", SOURCE, "0.1", "1e5"),
            published("F_T", "1 Hz", "rate at which nothing is scaled", SOURCE, "0 Hz", "100 Hz"),
            published("F_max", "100 Hz", "rate at which the weight is the strongest", SOURCE, "1 Hz", "1000 Hz"),
            published("tau_F", "1 s", "over which rates are taken", "ours", "1 ms", "1000 s"),
            published("interval", "10 ms", "time between changes", "ours", "0.1 ms", "1 s"),
        ),
    ),
    module=__name__,
)
