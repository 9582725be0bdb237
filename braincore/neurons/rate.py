r"""Firing-rate unit: a population as one number, with a threshold-linear response.

.. math:: \tau_r \dot r = -r + F(I), \qquad F(I) = \min(\max(g\,(I - \theta), 0),\, r_{max})

Input and activity are rates (Hz); units are coupled by `rate_coupling`, :math:`I_i = \sum_j w_{ij} r_j`, with plain
numbers as weights. It does not spike, and its membrane variable is `r`.

Parameters: `tau_r` (time constant), `gain`, `theta` (threshold of the input), `r_max` (saturation).

Source: Dayan P, Abbott LF (2001) Theoretical Neuroscience, MIT Press, eqs 7.6 and 7.11 (rate equation, linear recurrent
input), section 7.2 (threshold-linear response), 10 ms as in its Figure 7.9 and following.

Not to be confused with `wilson_cowan`, whose response is a sigmoid and whose activity is a proportion of cells.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.rate_coupling import RATE_COUPLING

SOURCE = "Dayan & Abbott 2001, Theoretical Neuroscience, MIT Press, eqs 7.6 and 7.11"
SCALE = "unit gain from zero: the threshold-linear function itself"

RATE = neurons.register(
    "rate",
    NeuronModel(
        name="rate",
        purpose="Firing-rate unit with a threshold-linear response; does not spike.",
        source=SOURCE,
        equations="dr/dt = (clip(gain*(I - theta), 0*hertz, r_max) - r)/tau_r : hertz",
        receptors={"rate": RATE_COUPLING},
        parameters=(
            published("tau_r", "10 ms", "time constant", SOURCE, "0.5 ms", "1000 ms"),
            published("gain", "1", "slope of the response", SCALE, "0", "1000"),
            published("theta", "0 Hz", "input at which the response begins", SCALE, "-1000 Hz", "1000 Hz"),
            published("r_max", "1000 Hz", "largest rate (refractory time 1 ms)", "a bound", "1 Hz", "1000 Hz"),
        ),
        initial={"r": "0 Hz"},
        membrane="r",
        input="hertz",
        method="exponential_euler",
    ),
    module=__name__,
)
