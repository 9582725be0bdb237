r"""Learning of filters in the predictive-coding network of Rao & Ballard (1999): causes times errors, and forgetting.

.. math:: \Delta w = k_2\, e^{-t/\tau_{fade}}\, (s\, x\, y - \lambda\, w)

with :math:`x` and :math:`y` the activities of source and target (their membrane variable), once for each image. One of
them is a cause, the other an error: from errors to causes :math:`s` is 1, from causes to errors, which get predictions
with a minus sign, :math:`s` is -1. Both are local, and weights that begin as each other's transpose stay so.

For receptors that transmit at all times (`rate_coupling`) between units whose activity is a plain number.

Parameters: `k2` (rate of learning), `direction` (s), `decay` (the prior's lambda), `presentation` (of an image), `fade`
(the paper divides k2 by 1.015 after every 40 images).

Source: Rao RPN, Ballard DH (1999) Nat Neurosci 2:79-87, doi:10.1038/4580. There the filters change while the causes are
inferred; here they do when these have settled. The rate of learning is ours.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Rao & Ballard 1999, Nat Neurosci 2:79-87, doi:10.1038/4580"

RAO_BALLARD1999 = learning_rules.register(
    "rao_ballard1999",
    LearningRule(
        name="rao_ballard1999",
        purpose="Filters of predictive coding: product of cause and error, and a Gaussian prior of the weights.",
        source=SOURCE,
        regularly="w += k2*exp(-t/fade)*(direction*v_pre*v_post - decay*w)",
        interval="presentation",
        parameters=(
            published("k2", "0.05", "rate of learning, for each image", "ours", "0", "1"),
            published("direction", "1", "1 from errors to causes, -1 from causes to errors", SOURCE, "-1", "1"),
            published("decay", "0.02", "strength of the weights' prior", SOURCE, "0", "1"),
            published("presentation", "60 ms", "time that an image is there", "ours", "1 ms", "10 s"),
            published("fade", "161.2 s", "time constant of the rate of learning", SOURCE, "1 ms", "1e9 s"),
        ),
    ),
    module=__name__,
)
