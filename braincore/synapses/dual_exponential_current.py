r"""Dual-exponential current: its own time constants for rise and decay, with the weight as its peak.

.. math:: I(t) = w\, N\, (e^{-t/\tau_d} - e^{-t/\tau_r}), \qquad
          N^{-1} = e^{-t_p/\tau_d} - e^{-t_p/\tau_r}, \quad
          t_p = \frac{\tau_d \tau_r}{\tau_d - \tau_r} \ln\frac{\tau_d}{\tau_r}

written as :math:`\dot I = (x - I)/\tau_d`, :math:`\dot x = -x/\tau_r`, and
:math:`x \leftarrow x + w \exp\left(\frac{\ln q}{1 - 1/q}\right)` with :math:`q = \tau_d/\tau_r` at a spike. This form
has no difference of nearly equal numbers: it runs into the alpha function, peak included, as
:math:`\tau_r \to \tau_d`, and does not mind which of the two is larger.

Source: Roth A, van Rossum MCW (2009) Modeling synapses, in De Schutter E (ed) Computational Modeling Methods for
Neuroscientists, MIT Press, chapter 6 (double-exponential synapses and their peak); the time constants are those of the
fast excitatory currents in Brunel N, Wang XJ (2003) J Neurophysiol 90:415-430, doi:10.1152/jn.01095.2002.

Not to be confused with double exponentials normalised to unit area, or not at all.
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel, synapses

TIMES = "Brunel & Wang 2003, J Neurophysiol 90:415-430, doi:10.1152/jn.01095.2002, Methods (AMPA)"

DUAL_EXPONENTIAL_CURRENT = synapses.register(
    "dual_exponential_current",
    SynapseModel(
        name="dual_exponential_current",
        purpose="A current with its own rise and decay times whose peak is the weight.",
        source="Roth & van Rossum 2009, in Computational Modeling Methods for Neuroscientists, MIT Press, ch. 6",
        weight="A",
        equations="""
        dI_r/dt = (x - I_r)/tau_decay : amp
        dx/dt = -x/tau_rise : amp
        """,
        current="I_r",
        # exprel(-ln q) = (1 - 1/q)/ln q, and 1 where the time constants are equal
        on_pre="x += w*exp(1/exprel(-log(tau_decay/tau_rise)))",
        parameters=(
            published("tau_rise", "0.5 ms", "rise time constant", TIMES, "0.01 ms", "50 ms"),
            published("tau_decay", "2 ms", "decay time constant", TIMES, "0.1 ms", "500 ms"),
        ),
    ),
    module=__name__,
)
