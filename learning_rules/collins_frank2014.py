r"""Opponent actor learning (OpAL) of Collins & Frank (2014): Go and NoGo weights that dopamine moves in opposite ways.

``collins_frank2014_go``, of synapses on cells with D1 receptors, and ``collins_frank2014_nogo``, on those with D2:

.. math:: G \leftarrow \max(0,\; G + \alpha\,G\,\delta\,a\,x), \qquad
          N \leftarrow \max(0,\; N - \alpha\,N\,\delta\,a\,x)

in every time step. :math:`\delta` is the concentration of the receptor ``dopamine`` of the target relative to its
baseline (`modulation`), zero but at an outcome; :math:`a`, that of its receptor ``action``, is one if its action was
chosen; :math:`x` is the activity of the source. A change is in proportion to the weight: Go weights come to tell gains
apart, NoGo weights losses.

Order: at the end of the step, by dopamine at its beginning.

Parameters: `alpha` = 0.1. Left out: annealing of `alpha`, normalisation of the error.

Source: Collins AGE, Frank MJ (2014) Psychol Rev 121:337-366, doi:10.1037/a0037015 (actor). The constant is ours.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Collins & Frank 2014, Psychol Rev 121:337-366, doi:10.1037/a0037015"


def _rule(name: str, purpose: str, sign: str) -> LearningRule:
    return learning_rules.register(
        name,
        LearningRule(
            name=name,
            purpose=purpose,
            source=SOURCE,
            regularly=f"w = clip(w {sign} alpha*w*d_post*a_post*v_pre, 0, inf)",
            interval="dt",
            modulators=("dopamine", "action"),
            parameters=(published("alpha", "0.1", "rate of learning", "free in the theory", "0", "1"),),
        ),
        module=__name__,
    )


GO = _rule("collins_frank2014_go", "Go weights of an actor (D1): up by more dopamine, down by less.", "+")
NOGO = _rule("collins_frank2014_nogo", "NoGo weights of an actor (D2): down by more dopamine, up by less.", "-")
