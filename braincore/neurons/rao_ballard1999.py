r"""Linear unit of the predictive-coding network of Rao & Ballard (1999): a cause that is inferred, or an error.

.. math:: \tau\,\dot r = I/\sigma^2 - \alpha\, r

A cause sums the errors that it could explain, over their variance, and is drawn to zero by its Gaussian prior; with
:math:`\alpha = \sigma^2 = 1` it is a linear unit that follows its input, an error. Activities are plain numbers of
either sign; units are coupled by `rate_coupling`. The membrane variable is `r`.

Parameters: `tau` (1/k1 of the paper), `variance`, `alpha`.

Source: Rao RPN, Ballard DH (1999) Predictive coding in the visual cortex: a functional interpretation of some
extra-classical receptive-field effects. Nat Neurosci 2:79-87, doi:10.1038/4580.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.rate_coupling import RATE_COUPLING

SOURCE = "Rao & Ballard 1999, Nat Neurosci 2:79-87, doi:10.1038/4580"

RAO_BALLARD1999 = neurons.register(
    "rao_ballard1999",
    NeuronModel(
        name="rao_ballard1999",
        purpose="Linear unit of predictive coding: a cause with a Gaussian prior, or an error; does not spike.",
        source=SOURCE,
        equations="dr/dt = (I/variance - alpha*r)/tau : 1",
        receptors={"rate": RATE_COUPLING},
        parameters=(
            published("tau", "20 ms", "time constant of inference", "k1 = 0.05 a millisecond; ours", "0.1 ms", "10 s"),
            published("variance", "1", "variance of the errors that are explained", SOURCE, "0.01", "1000"),
            published("alpha", "1", "strength of the prior", SOURCE, "0", "100"),
        ),
        initial={"r": "0"},
        membrane="r",
        input="1",
        method="euler",
    ),
    module=__name__,
)
