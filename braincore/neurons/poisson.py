r"""Poisson source: spikes at random with a given rate.

.. math:: P(\text{spike in a step}) = r\,\Delta t

independently of everything else. In discrete time this is a Bernoulli process: intervals are geometric, the variance
of the count is :math:`n\,p(1 - p)`, and no step holds two spikes. At 10 % per step (1 kHz at 0.1 ms) the variance is
10 % below Poisson's; above one per step it cannot follow. For many trains onto one neuron the Poisson *input* of a
population (`PoissonInput`) is exact at any rate and far cheaper.

Parameter: `rate` (Hz), also neuron by neuron. Default: the background of the cortical microcircuit.

Source: Dayan P, Abbott LF (2001) Theoretical Neuroscience, MIT Press, section 1.4; rate: Potjans & Diesmann (2014),
doi:10.1093/cercor/bhs358, Table 5.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published

PD2014 = "Potjans & Diesmann 2014, Cereb Cortex 24:785-806, doi:10.1093/cercor/bhs358, Table 5"

POISSON = neurons.register(
    "poisson",
    NeuronModel(
        name="poisson",
        purpose="Source of random spikes with a given rate.",
        source="Dayan & Abbott 2001, Theoretical Neuroscience, MIT Press, section 1.4",
        equations="",
        threshold="rand() < rate*dt",
        parameters=(published("rate", "8 Hz", "mean rate", PD2014, "0 Hz", "1000 Hz"),),
        method="euler",
    ),
    module=__name__,
)
