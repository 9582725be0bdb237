r"""Poisson source that follows an activity: spikes at random, more of them while units that it hears are active.

.. math:: P(\text{spike in a step}) = (r + g\,I)\,\Delta t

independently from step to step; a rate below zero is none. As in `poisson`, no step holds two spikes. The input is a
plain number: a stimulus, or the activity of units such as `wilson_cowan` and `yamazaki_tanaka2005`, through
`rate_coupling`. The membrane variable is the input.

Parameters: `rate` (r, without input), `gain` (g, per unit of input). Defaults: tonic mossy fibres, which fire at 5 Hz
and at 40 Hz while a conditioned stimulus (an input of 1) lasts.

Not to be confused with `poisson_driven`, whose input is a rate itself.

Source: Dayan P, Abbott LF (2001) Theoretical Neuroscience, MIT Press, section 1.4 (inhomogeneous Poisson process);
rates: Yamazaki T, Tanaka S (2007) Eur J Neurosci 26:2279-2292, doi:10.1111/j.1460-9568.2007.05837.x, program snsbook.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.rate_coupling import RATE_COUPLING

SOURCE = "Yamazaki & Tanaka 2007, Eur J Neurosci 26:2279, doi:10.1111/j.1460-9568.2007.05837.x; program snsbook"

POISSON_ACTIVITY = neurons.register(
    "poisson_activity",
    NeuronModel(
        name="poisson_activity",
        purpose="Source of random spikes whose rate follows an activity, a plain number: from rate units to cells.",
        source="Dayan & Abbott 2001, Theoretical Neuroscience, MIT Press, section 1.4",
        equations="drive = I : 1",
        threshold="rand() < (rate + gain*drive)*dt",
        receptors={"rate": RATE_COUPLING},
        parameters=(
            published("rate", "5 Hz", "rate without input", SOURCE, "0 Hz", "1000 Hz"),
            published("gain", "35 Hz", "rate per unit of input", SOURCE, "0 Hz", "1000 Hz"),
        ),
        membrane="drive",
        input="1",
        method="euler",
    ),
    module=__name__,
)
