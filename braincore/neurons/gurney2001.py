r"""Leaky integrator of Gurney, Prescott & Redgrave (2001): activation with a piecewise linear output from 0 to 1.

.. math:: \dot a = k\,(I - a), \qquad y = \min(\max(m\,(a - \epsilon), 0), 1)

The activation is the state, the output is what other units hear: units are coupled by `rate_coupling`, :math:`I_i =
\sum_j w_{ij}\, y_j`, with plain numbers as weights. A negative :math:`\epsilon` is tonic output. ``gurney2001_input``
hands on what it receives, :math:`y = I`, without delay: where several nuclei share an input.

For an input that is held over a step the activation is exact, at any step.

Parameters: `k` = 25 Hz (40 ms), slope `m` = 1, `epsilon` (0.2 in the striatum, -0.25 in the subthalamic nucleus, -0.2
in both segments of the pallidum).

Source: Gurney K, Prescott TJ, Redgrave P (2001) Biol Cybern 84:401-410, doi:10.1007/PL00007984; constants as in the
authors' program (ModelDB 83560).

Not to be confused with `rate`, where the threshold acts before the time constant.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.rate_coupling import RATE_COUPLING

SOURCE = "Gurney, Prescott & Redgrave 2001, Biol Cybern 84:401, doi:10.1007/PL00007984; ModelDB 83560"

GURNEY2001 = neurons.register(
    "gurney2001",
    NeuronModel(
        name="gurney2001",
        purpose="Leaky integrator with a piecewise linear output: a channel of the basal ganglia; does not spike.",
        source=SOURCE,
        equations="""
        da/dt = k*(I - a) : 1
        y = clip(m*(a - epsilon), 0, 1) : 1
        """,
        receptors={"rate": RATE_COUPLING},
        parameters=(
            published("k", "25 Hz", "rate of the activation", SOURCE, "1 Hz", "500 Hz"),
            published("m", "1", "slope of the output", SOURCE, "0.1", "10"),
            published("epsilon", "0.2", "activation at which the output begins", SOURCE, "-1", "1"),
        ),
        initial={"a": "0"},
        membrane="y",
        input="1",
        method="exponential_euler",
    ),
    module=__name__,
)

GURNEY2001_INPUT = neurons.register(
    "gurney2001_input",
    NeuronModel(
        name="gurney2001_input",
        purpose="Hands on what it receives, without delay: the salience of a channel that several nuclei hear.",
        source=SOURCE,
        equations="y = I : 1",
        receptors={"rate": RATE_COUPLING},
        membrane="y",
        input="1",
        method="euler",
    ),
    module=__name__,
)
