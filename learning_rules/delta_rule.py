r"""The delta rule of Widrow & Hoff (1960) for firing-rate units: weights follow the error that error neurons report.

.. math:: \dot w = \eta\, e\, z, \qquad \tau_z \dot z = x - z

:math:`x` is the activity of the source (its membrane variable), :math:`z` its trace, and :math:`e` what arrives on the
receptor ``error`` of the target: that of neurons which answer where more comes than the target predicts, less that of
neurons which answer where less comes. The rule is local, and does not change the weight where both are silent. The
trace waits for the error neurons: with their time constant for `tau_z` source and error meet, as they do in the
filtered-x form of the rule (Widrow & Stearns 1985).

For receptors that transmit at all times (`rate_coupling`) between units whose activity is a plain number. The receptor
``error`` sums the errors in its variable `missing` and gives no input (`TimedPrediction` has one).

Parameters: `eta` (rate of learning), `tau_z` (time constant of the trace).

Sources: Widrow B, Hoff ME (1960) IRE WESCON Conv Rec 4:96-104, in Anderson JA, Rosenfeld E (eds, 1988)
Neurocomputing, MIT Press; Widrow B, Stearns SD (1985) Adaptive Signal Processing, Prentice-Hall. Constants are ours.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Widrow & Hoff 1960, IRE WESCON Conv Rec 4:96-104 (in Anderson & Rosenfeld, Neurocomputing, MIT Press)"

DELTA_RULE = learning_rules.register(
    "delta_rule",
    LearningRule(
        name="delta_rule",
        purpose="Error-correcting rule of rate units: the error arrives on a receptor of its own.",
        source=SOURCE,
        equations="dz/dt = (v_pre - z)/tau_z : 1 (clock-driven)",
        regularly="w += eta*missing_post*z*dt",
        interval="dt",
        modulators=("error",),
        method="euler",
        parameters=(
            published("eta", "0.01 Hz", "rate of learning", "ours", "0 Hz", "100 Hz"),
            published("tau_z", "20 ms", "time constant of the trace", "ours", "0.1 ms", "1000 ms"),
        ),
    ),
    module=__name__,
)
