r"""GABA-A receptor as a kinetic scheme: transmitter in a pulse binds, and the conductance saturates.

.. math:: \dot r = \alpha [T] (1 - r) - \beta r, \qquad I = w\,r\,(E - V)

The scheme, and how the pulse is taken, are those of `kinetic_ampa`. Binding is fast here: one spike opens 94 % of the
channels, which close with 6.2 ms.

Source: Destexhe A, Mainen ZF, Sejnowski TJ (1994) Neural Comput 6:14-18, doi:10.1162/neco.1994.6.1.14 (the scheme);
constants of the thalamic circuit of Destexhe et al. (1996), doi:10.1152/jn.1996.76.3.2049, as in its program.

`gaba_a` is the model without saturation.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import synapses
from braincore.synapses.kinetic_ampa import SOURCE, kinetic

KINETIC_GABA_A = synapses.register(
    "kinetic_gaba_a",
    kinetic(
        "kinetic_gaba_a",
        "Fast inhibition by a pulse of transmitter that binds: saturates.",
        published("alpha", "20 1/ms/mM", "binding rate", SOURCE, "0.5 1/ms/mM", "50 1/ms/mM"),
        published("beta", "0.162 1/ms", "unbinding rate", SOURCE, "0.01 1/ms", "1 1/ms"),
        published("E", "-85 mV", "reversal potential (chloride)", SOURCE, "-95 mV", "-60 mV"),
    ),
    module=__name__,
)
