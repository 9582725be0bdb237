r"""Alpha conductance: one time constant for rise and decay, with the weight as its peak.

.. math:: I = g\,(E - V), \qquad g(t) = w\, e\, \frac{t}{\tau}\, e^{-t/\tau}

written as :math:`\dot g = (x - g)/\tau`, :math:`\dot x = -x/\tau`, and :math:`x \leftarrow x + e\,w` at a spike. The
weight (S) is the peak conductance, at :math:`t = \tau`, and not negative.

Source: Rall W (1967) J Neurophysiol 30:1138-1168, doi:10.1152/jn.1967.30.5.1138; the synapse, and the default
constants, of NEST's ``iaf_cond_alpha`` (excitatory: 0.2 ms and 0 mV).
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

NEST = "NEST, iaf_cond_alpha: defaults of the excitatory synapse"

ALPHA_CONDUCTANCE = synapses.register(
    "alpha_conductance",
    SynapseModel(
        name="alpha_conductance",
        purpose="An alpha-shaped conductance whose peak, one time constant after the spike, is the weight.",
        source="Rall 1967, J Neurophysiol 30:1138-1168, doi:10.1152/jn.1967.30.5.1138",
        weight="S",
        equations="""
        dg/dt = (x - g)/tau : siemens
        dx/dt = -x/tau : siemens
        """,
        current="g*(E - v)",
        on_pre="x += e*w",
        parameters=(
            published("tau", "0.2 ms", "time from spike to peak", NEST, "0.1 ms", "200 ms"),
            published("E", "0 mV", "reversal potential", NEST, "-100 mV", "60 mV"),
        ),
        conductance=True,
    ),
    module=__name__,
)
