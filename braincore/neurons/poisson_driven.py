r"""Driven Poisson source: spikes at random with a rate that is its input.

.. math:: r = r_0 + I, \qquad P(\text{spike in a step}) = r\,\Delta t

Input is in Hz: a stimulus (`CurrentInput`) switches the source on and off, and firing-rate units (`rate`) drive
spiking cells through it, by the receptor ``rate``. Where :math:`r` is negative it is silent. Its spikes are those of
`poisson`: a Bernoulli process, at most one in a step. The membrane variable is `r`. `poisson_activity` is driven by
units whose activity is a plain number.

Parameter: `rate` (:math:`r_0`, without input).

Source: Dayan P, Abbott LF (2001) Theoretical Neuroscience, MIT Press, section 1.4 (inhomogeneous Poisson process).
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.rate_coupling import RATE_COUPLING

SOURCE = "Dayan & Abbott 2001, Theoretical Neuroscience, MIT Press, section 1.4"

POISSON_DRIVEN = neurons.register(
    "poisson_driven",
    NeuronModel(
        name="poisson_driven",
        purpose="Source of random spikes whose rate is its input: from stimuli to spikes, from rate units to cells.",
        source=SOURCE,
        equations="r = rate + I : hertz",
        threshold="rand() < r*dt",
        receptors={"rate": RATE_COUPLING},
        parameters=(published("rate", "0 Hz", "rate without input", "silent until driven", "0 Hz", "1000 Hz"),),
        membrane="r",
        input="hertz",
        method="euler",
    ),
    module=__name__,
)
