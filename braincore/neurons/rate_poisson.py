r"""Firing-rate unit that spikes: a threshold-linear rate, and Poisson spikes at that rate.

.. math:: \tau_r \dot r = -r + \min(\max(g\,(I - \theta), 0),\, r_{max}), \qquad P(\text{spike in a step}) = r\,\Delta t

The rate is that of `rate`; input is a rate too (Hz), from stimuli or by `rate_coupling` from other units. Spikes do not
act on the unit. Given the rate they are independent: counts are Poisson, but for what `poisson` says of large steps.
With a `theta` of -b the unit fires at b without input.

Parameters: `tau_r` (time constant), `gain`, `theta` (threshold of the input), `r_max` (saturation).

Source: Dayan P, Abbott LF (2001) Theoretical Neuroscience, MIT Press, sections 1.4 (Poisson spikes at a rate that
changes) and 7.2 (threshold-linear rate).
"""

from __future__ import annotations

from dataclasses import replace

from braincore.model.neuron import neurons
from braincore.neurons.rate import RATE

RATE_POISSON = neurons.register(
    "rate_poisson",
    replace(
        RATE,
        name="rate_poisson",
        purpose="Firing-rate unit with a threshold-linear response, and Poisson spikes at its rate.",
        source="Dayan & Abbott 2001, Theoretical Neuroscience, MIT Press, sections 1.4 and 7.2",
        threshold="rand() < r*dt",
    ),
    module=__name__,
)
