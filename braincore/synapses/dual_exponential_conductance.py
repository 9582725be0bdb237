r"""Dual-exponential conductance: it rises and decays with two time constants, and its peak is the weight.

.. math:: I = g\,(E - V), \qquad \dot g = (x - g)/\tau_d, \qquad \dot x = -x/\tau_r, \qquad x \leftarrow x + c\,w
          \;\text{at a spike}

with :math:`c = (\tau_d/\tau_r)^{\tau_d/(\tau_d - \tau_r)}`, so that a single spike's conductance peaks at `w` (S).

Source: Roth A, van Rossum MCW (2009) Modeling synapses. In: Computational Modeling Methods for Neuroscientists, MIT
Press, eqs 6.4-6.6; time constants of the default: Ecker A et al. (2022) eLife 11:e71850, doi:10.7554/eLife.71850 (CA3
pyramidal cells).

`alpha_conductance` is the limit of equal time constants; `nmda` is this behind a magnesium block.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

SOURCE = "Ecker et al. 2022, eLife 11:e71850, doi:10.7554/eLife.71850"

DUAL_EXPONENTIAL_CONDUCTANCE = synapses.register(
    "dual_exponential_conductance",
    SynapseModel(
        name="dual_exponential_conductance",
        purpose="A conductance that rises and decays; its peak is the weight.",
        source=SOURCE,
        weight="S",
        equations="""
        dg/dt = (x - g)/tau_decay : siemens
        dx/dt = -x/tau_rise : siemens
        """,
        current="g*(E - v)",
        on_pre="x += w*exp(1/exprel(-log(tau_decay/tau_rise)))",
        parameters=(
            published("tau_rise", "1.3 ms", "rise time constant", SOURCE, "0.05 ms", "50 ms"),
            published("tau_decay", "9.5 ms", "decay time constant", SOURCE, "0.5 ms", "500 ms"),
            published("E", "0 mV", "reversal potential", SOURCE, "-100 mV", "60 mV"),
        ),
        conductance=True,
    ),
    module=__name__,
)
