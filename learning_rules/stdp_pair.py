r"""Pair-based additive spike-timing-dependent plasticity (STDP) of Song, Miller & Abbott (2000), all pairs.

.. math:: \Delta w / w_{max} = \begin{cases} A_+\, e^{-(t_{post} - t_{pre})/\tau_+} & t_{pre} \le t_{post} \\
                                   -A_-\, e^{-(t_{pre} - t_{post})/\tau_-} & t_{pre} > t_{post} \end{cases}

summed over all pairs of spikes, with :math:`w_{min} \le w \le w_{max}` after each; the paper's bounds are 0 and
:math:`\bar g_{max}`.

Order: a presynaptic spike transmits the weight that it finds, and changes it after. The time of a presynaptic spike
is its arrival (delays are axonal). In one and the same step a presynaptic spike comes before a postsynaptic one, so
that a pair at no distance potentiates by the full :math:`A_+`.

Parameters: `A_plus` = 0.005, `A_minus` = 1.05 `A_plus`, `tau_plus` = `tau_minus` = 20 ms.

Source: Song S, Miller KD, Abbott LF (2000) Nat Neurosci 3:919-926, doi:10.1038/78829, eq. 1 and Methods.

Not to be confused with nearest-neighbour pairing (`stdp_nearest`), or with rules whose steps depend on the weight
(`stdp_guetig`).
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Song, Miller & Abbott 2000, Nat Neurosci 3:919-926, doi:10.1038/78829, eq. 1"

STDP_PAIR = learning_rules.register(
    "stdp_pair",
    LearningRule(
        name="stdp_pair",
        purpose="Spike-timing-dependent plasticity: pre before post strengthens, post before pre weakens.",
        source=SOURCE,
        equations="""
        da_plus/dt = -a_plus/tau_plus : 1 (event-driven)
        da_minus/dt = -a_minus/tau_minus : 1 (event-driven)
        """,
        on_pre="""
        transmitted = w
        a_plus += A_plus
        w -= a_minus*w_max
        """,
        on_post="""
        a_minus += A_minus
        w += a_plus*w_max
        """,
        parameters=(
            published("A_plus", "0.005", "potentiation of a pair, of the maximum", SOURCE, "0", "0.1"),
            published("A_minus", "0.00525", "depression of a pair, of the maximum", SOURCE, "0", "0.1"),
            published("tau_plus", "20 ms", "window of potentiation", SOURCE, "1 ms", "200 ms"),
            published("tau_minus", "20 ms", "window of depression", SOURCE, "1 ms", "200 ms"),
        ),
    ),
    module=__name__,
)
