r"""Dopamine plasticity of Kiselev's LIFAT networks: a synaptic resource, tight sequences of spikes, and stability.

The weight follows from a resource :math:`W` without bounds, so that what is saturated resists:

.. math:: w = w_{min} + (w_{max} - w_{min})\,\frac{\max(W, 0)}{1 + \max(W, 0)}

(:math:`W` in units of :math:`w_{max} - w_{min}`). Spikes of the target that follow each other within `ISI_max` are one
tight sequence. A synapse takes part in it if its last presynaptic spike came after the start of the sequence or at
most `lead` before; then once

.. math:: W \leftarrow W + d_H

A reward is a spike at the receptor ``reward`` of the target (`reward`), of weight :math:`R`, negative for
punishment. It changes

.. math:: W \leftarrow W + R\,\min(2^{-s}, 1)

``kiselev2022_two_factor``: of every synapse that had a presynaptic spike within `T_D`; ``kiselev2022_three_factor``:
of those that took part in the last sequence, if the target spiked within `T_D`. The stability :math:`s` of a neuron
grows by :math:`r\,d_H` where a sequence begins, and by reward: two factors, by :math:`r R` at punishment, by
:math:`r R\,\max(2 - |t_s - ISI_{max}|/ISI_{max}, -1)` at reward, :math:`t_s` being the time since the last sequence
began; three factors, by :math:`r R` at punishment and :math:`2 r R` at reward. Each synapse keeps the stability of its
neuron, which is the same for all.

With `conserve` = 1 the resources of a neuron's synapses keep their sum: what one gains all lose in the next step.

Left out: what forced firing changes, silent synapses. Provisional: :math:`t_s` above; the manual's formula was read
without its signs of absolute value.

Order: a reward acts at the end of its step and sees all spikes of it.

Parameters: `d_H`, `lead` = 21 ms (three membrane time constants of `lifat`), `ISI_max` = 10 ms, `T_D` = 50 ms, `r`,
`conserve` = 1.

Source: Kiselev M, Ivanitsky A, Ivanov D, Larionov D (2022) arXiv:2204.04431; definition: manual of the simulator
ArNI-X; `T_D` and :math:`d_H` = 0 from the paper's network file 3000.nnc.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Kiselev et al. 2022, arXiv:2204.04431; manual of ArNI-X, network file 3000.nnc"
WEIGHT = "w = w_min + (w_max - w_min)*clip(W, 0, inf)/(1 + clip(W, 0, inf))\n"
RELATIVE = "clip((w - w_min)/(w_max - w_min), 0, 0.999)"
CONSERVED = "W -= conserve*(total_post - goal_post)/count_post\n"
TWO = """
W += R_post*clip(2**(-s), 0, 1)*int(t - heard <= T_D)
s += r*R_post*(int(R_post < 0) + int(R_post > 0)*clip(2 - abs(t - begun - ISI_max)/ISI_max, -1, 2))
"""
THREE = """
W += R_post*clip(2**(-s), 0, 1)*part*int(t - fired <= T_D)
s += r*R_post*(1 + int(R_post > 0))*int(t - fired <= T_D)
"""


def _rule(name: str, purpose: str, reward: str) -> LearningRule:
    return LearningRule(
        name=name,
        purpose=purpose,
        source=SOURCE,
        equations="""
        W : 1
        s : 1
        part : 1
        heard : second
        begun : second
        fired : second
        """,
        on_pre="""
        transmitted = w
        heard = t
        """,
        on_post=f"""
        s += r*d_H*int(t - fired > ISI_max)
        part *= int(t - fired <= ISI_max)
        begun += (t - begun)*int(t - fired > ISI_max)
        fired = t
        W += d_H*(1 - part)*int(begun - heard <= lead)
        part += (1 - part)*int(begun - heard <= lead)
        {WEIGHT}""",
        target_equations="""
        goal : 1
        settled : 1
        """,
        on_target_step="""
        goal += (total - goal)*(1 - settled)*int(count > 0)
        settled = int(count > 0)
        """,
        sums={"total": "W", "count": "1"},
        regularly=CONSERVED + reward + WEIGHT,
        interval="dt",
        modulators=("reward",),
        learned=("W", "s"),
        parameters=(
            published("d_H", "0", "growth of the resource by a sequence", SOURCE, "0", "100"),
            published("lead", "21 ms", "how early a presynaptic spike may come", SOURCE, "0 ms", "1000 ms"),
            published("ISI_max", "10 ms", "longest interval within a sequence", "ours", "0 ms", "1000 ms"),
            published("T_D", "50 ms", "how late a reward may come", SOURCE, "0 ms", "10 s"),
            published("r", "0.1", "growth of the stability", "ours", "0", "100"),
            published("conserve", "1", "1 if resources keep their sum, 0 if not", SOURCE, "0", "1"),
        ),
        initial={
            "W": f"{RELATIVE}/(1 - {RELATIVE})",
            "heard": -1e6,
            "begun": -1e6,
            "fired": -1e6,
        },
    )


TWO_FACTOR = learning_rules.register(
    "kiselev2022_two_factor",
    _rule("kiselev2022_two_factor", "Dopamine acts on synapses that were active, through a saturating resource.", TWO),
    module=__name__,
)
THREE_FACTOR = learning_rules.register(
    "kiselev2022_three_factor",
    _rule("kiselev2022_three_factor", "Dopamine acts on synapses that made their target fire.", THREE),
    module=__name__,
)
