r"""NMDA receptor: slow dual-exponential conductance behind the magnesium block of Jahr & Stevens.

.. math:: I = g\,B(V)\,(E - V), \qquad B(V) = \frac{1}{1 + \frac{[Mg]}{c}\, e^{-k V}}, \quad
          c = 3.57\,\text{mM}, \; k = 0.062\,/\text{mV}

:math:`\dot g = (x - g)/\tau_d`, :math:`\dot x = -x/\tau_r`, scaled so that the weight (S) is the peak of `g`, the
conductance without block. [Mg] is in mM: the block at -65 mV lets 6 % pass at 1 mM, and 98 % if 1 µM is given
by mistake, and 0.006 % at 1 M.

Sources: Jahr CE, Stevens CF (1990) J Neurosci 10:3178-3182, doi:10.1523/JNEUROSCI.10-09-03178.1990, eq. 4a (block);
Wang XJ (1999) J Neurosci 19:9587-9603, doi:10.1523/JNEUROSCI.19-21-09587.1999, Methods (rise 2 ms, decay 100 ms,
after Hestrin 1990 and Spruston 1995).

Here spikes add up without limit. `nmda_wang2002` is the model whose gating saturates.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

JAHR_STEVENS = "Jahr & Stevens 1990, J Neurosci 10:3178-3182, doi:10.1523/JNEUROSCI.10-09-03178.1990, eq. 4a"
WANG = "Wang 1999, J Neurosci 19:9587-9603, doi:10.1523/JNEUROSCI.19-21-09587.1999, Methods"

MAGNESIUM_BLOCK = (
    published("Mg", "1 mM", "magnesium outside the cell", WANG, "0.05 mM", "5 mM"),
    published("Mg_half", "3.57 mM", "magnesium that blocks half at 0 mV", JAHR_STEVENS, "1 mM", "10 mM"),
    published("k_Mg", "0.062 1/mV", "steepness of the block", JAHR_STEVENS, "0.03 1/mV", "0.12 1/mV"),
)

NMDA = synapses.register(
    "nmda",
    SynapseModel(
        name="nmda",
        purpose="Slow excitation that opens with depolarisation (magnesium block); spikes add up without limit.",
        source=JAHR_STEVENS,
        weight="S",
        equations="""
        dg/dt = (x - g)/tau_decay : siemens
        dx/dt = -x/tau_rise : siemens
        B = 1/(1 + Mg/Mg_half*exp(-k_Mg*v)) : 1
        """,
        current="g*B*(E - v)",
        on_pre="x += w*exp(1/exprel(-log(tau_decay/tau_rise)))",
        parameters=(
            published("tau_rise", "2 ms", "rise time constant", WANG, "0.5 ms", "15 ms"),
            published("tau_decay", "100 ms", "decay time constant", WANG, "20 ms", "300 ms"),
            published("E", "0 mV", "reversal potential", WANG, "-10 mV", "10 mV"),
            *MAGNESIUM_BLOCK,
        ),
        conductance=True,
    ),
    module=__name__,
)
