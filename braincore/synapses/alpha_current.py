r"""Alpha current: one time constant for rise and decay, with the weight as its peak.

.. math:: I(t) = w\, e\, \frac{t}{\tau}\, e^{-t/\tau}

with the peak `w` (A) at :math:`t = \tau`, written as two linear equations,
:math:`\dot I = (x - I)/\tau`, :math:`\dot x = -x/\tau`, and :math:`x \leftarrow x + e\,w` at a spike. The charge of a
spike is :math:`e\,w\,\tau`.

Source: Rall W (1967) J Neurophysiol 30:1138-1168, doi:10.1152/jn.1967.30.5.1138; the synapse, and the default time
constant, of NEST's ``iaf_psc_alpha``.

Not to be confused with alpha functions normalised to unit area, or with those whose weight is the initial slope.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

ALPHA_CURRENT = synapses.register(
    "alpha_current",
    SynapseModel(
        name="alpha_current",
        purpose="An alpha-shaped current whose peak, one time constant after the spike, is the weight.",
        source="Rall 1967, J Neurophysiol 30:1138-1168, doi:10.1152/jn.1967.30.5.1138",
        weight="A",
        equations="""
        dI_r/dt = (x - I_r)/tau : amp
        dx/dt = -x/tau : amp
        """,
        current="I_r",
        on_pre="x += e*w",
        parameters=(
            published(
                "tau", "2 ms", "time from spike to peak", "NEST, iaf_psc_alpha: default tau_syn", "0.1 ms", "200 ms"
            ),
        ),
    ),
    module=__name__,
)
