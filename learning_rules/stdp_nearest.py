r"""Spike-timing-dependent plasticity of nearest neighbours: three schemes of Morrison, Diesmann & Gerstner (2008).

Each pair that counts changes the weight as in `stdp_pair`,

.. math:: \Delta w / w_{max} = A_+\, e^{-\Delta t/\tau_+} \;(\Delta t = t_{post} - t_{pre} \ge 0), \qquad
          -A_-\, e^{\Delta t/\tau_-} \;(\Delta t < 0)

and the schemes differ in which pairs count.

``stdp_nearest``, symmetric (fig. 7A of the source)
    A presynaptic spike pairs with the last postsynaptic spike, a postsynaptic one with the last presynaptic spike.
``stdp_nearest_centred``, presynaptic-centred (fig. 7B)
    A presynaptic spike pairs with the last postsynaptic spike before it and with the next one after it.
``stdp_nearest_restricted``, reduced symmetric (fig. 7C)
    As the symmetric one, but only immediate neighbours: between the two spikes of a pair there is no other spike.

Order: as in `stdp_pair`.

Parameters: those of Song, Miller & Abbott 2000, for comparison on equal terms.

Sources: Morrison A, Diesmann M, Gerstner W (2008) Biol Cybern 98:459-478, doi:10.1007/s00422-008-0233-1, section 4.1.2
and fig. 7; amplitudes: Song S, Miller KD, Abbott LF (2000) Nat Neurosci 3:919-926, doi:10.1038/78829.
"""

from __future__ import annotations

from dataclasses import replace

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Morrison, Diesmann & Gerstner 2008, Biol Cybern 98:459-478, doi:10.1007/s00422-008-0233-1, fig. 7"
VALUES = "Song, Miller & Abbott 2000, Nat Neurosci 3:919-926, doi:10.1038/78829, eq. 1"

STDP_NEAREST = learning_rules.register(
    "stdp_nearest",
    LearningRule(
        name="stdp_nearest",
        purpose="STDP of nearest neighbours, symmetric: each spike pairs with the last one of the other side.",
        source=SOURCE,
        equations="""
        dx/dt = -x/tau_plus : 1 (event-driven)
        dy/dt = -y/tau_minus : 1 (event-driven)
        """,
        on_pre="""
        transmitted = w
        x = 1
        w -= A_minus*w_max*y
        """,
        on_post="""
        y = 1
        w += A_plus*w_max*x
        """,
        parameters=(
            published("A_plus", "0.005", "potentiation of a pair, of the maximum", VALUES, "0", "0.1"),
            published("A_minus", "0.00525", "depression of a pair, of the maximum", VALUES, "0", "0.1"),
            published("tau_plus", "20 ms", "window of potentiation", VALUES, "1 ms", "200 ms"),
            published("tau_minus", "20 ms", "window of depression", VALUES, "1 ms", "200 ms"),
        ),
    ),
    module=__name__,
)

VARIANTS = {
    "stdp_nearest_centred": learning_rules.register(
        "stdp_nearest_centred",
        replace(
            STDP_NEAREST,
            name="stdp_nearest_centred",
            purpose="STDP of nearest neighbours, presynaptic-centred: a pre spike pairs with the posts around it.",
            on_pre="""
            transmitted = w
            x += 1
            w -= A_minus*w_max*y
            """,
            on_post="""
            y = 1
            w += A_plus*w_max*x
            x = 0
            """,
        ),
        module=__name__,
    ),
    "stdp_nearest_restricted": learning_rules.register(
        "stdp_nearest_restricted",
        replace(
            STDP_NEAREST,
            name="stdp_nearest_restricted",
            purpose="STDP of nearest neighbours, reduced symmetric: only pairs with no spike between them.",
            on_pre="""
            transmitted = w
            x = 1
            w -= A_minus*w_max*y
            y = 0
            """,
            on_post="""
            y = 1
            w += A_plus*w_max*x
            x = 0
            """,
        ),
        module=__name__,
    ),
}
