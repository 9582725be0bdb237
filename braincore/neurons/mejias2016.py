r"""Population of one layer of a cortical area in the laminar model of Mejias et al. (2016): a noisy rate.

.. math:: \tau\,\dot r = -r + \phi(I) + \sqrt{\tau}\,\sigma\,\xi(t), \qquad \phi(x) = \frac{x}{1 - e^{-x}}

Rates are dimensionless, as in the paper, and are not rectified: noise may take them below zero. Units are coupled by
`rate_coupling`. The paper's step of 0.2 ms by Euler's method is ours too. The membrane variable is `r`.

Parameters: `tau` and `sigma`, 6 ms and 0.3 for superficial excitatory cells (`Mejias2016` has the others).

Source: Mejias JF, Murray JD, Kennedy H, Wang XJ (2016) Feedforward and feedback frequency-dependent interactions in a
large-scale laminar network of the primate cortex. Sci Adv 2:e1601335, doi:10.1126/sciadv.1601335; the authors' program
(ModelDB 249589).
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.rate_coupling import RATE_COUPLING

SOURCE = "Mejias et al. 2016, Sci Adv 2:e1601335, doi:10.1126/sciadv.1601335"

MEJIAS2016 = neurons.register(
    "mejias2016",
    NeuronModel(
        name="mejias2016",
        purpose="Noisy rate of one population of a cortical layer; does not spike.",
        source=SOURCE,
        equations="""
        dr/dt = (-r + phi)/tau + sigma*xi/sqrt(tau) : 1
        phi = 1/exprel(-I) : 1
        """,
        receptors={"rate": RATE_COUPLING},
        parameters=(
            published("tau", "6 ms", "time constant", SOURCE, "1 ms", "200 ms"),
            published("sigma", "0.3", "strength of the noise", SOURCE, "0", "5"),
        ),
        initial={"r": "0"},
        membrane="r",
        input="1",
        method="euler",
    ),
    module=__name__,
)
