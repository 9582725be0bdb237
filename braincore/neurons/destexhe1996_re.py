r"""Thalamic reticular cell of Destexhe et al. (1996): spikes and a slow T current, which make long bursts.

.. math:: c_m \dot V = g_L (E_L - V) + \bar g_{Na} m^3 h\,(E_{Na} - V) + \bar g_K n^4 (E_K - V)
          + \bar g_T m_T^2 h_T\,(E_{Ca} - V) + \frac{I}{A}

Spikes are those of `traub_miles`, with another `V_T`. The T current, at 36 °C and with :math:`\phi = 2.5^{1.2}`:

.. math::
    m_\infty = \frac{1}{1 + e^{-(V + 52)/7.4}}, \quad
    \phi\,\tau_m = 3 + \frac{1}{e^{(V + 27)/10} + e^{-(V + 102)/15}}, \quad
    h_\infty = \frac{1}{1 + e^{(V + 80)/5}}, \quad
    \phi\,\tau_h = 85 + \frac{1}{e^{(V + 48)/4} + e^{-(V + 407)/50}}

Calcium is that of `destexhe1996_tc`; here it moves its own reversal potential only. A spike is a release of
transmitter: every 1.3 ms at most while `V` is above 0 mV. The state begins as in the program, at -70 mV with the gates
of spikes closed and those of the T current at rest. Integrated by exponential Euler, where what is nonlinear in `V` is
held over a step.

Sources: Destexhe A, Bal T, McCormick DA, Sejnowski TJ (1996) J Neurophysiol 76:2049-2070,
doi:10.1152/jn.1996.76.3.2049, with the constants of its NEURON program (ModelDB 3343); T current after Huguenard JR,
Prince DA (1992) J Neurosci 12:3804-3817, doi:10.1523/JNEUROSCI.12-10-03804.1992.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._benchmark import EXCITATION, INHIBITION
from braincore.neurons._destexhe1996 import CALCIUM, CONCENTRATION, GATES, SOURCE, spiking

_EQUATIONS = f"""
dv/dt = (g_L*(E_L - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_T*m_T**2*h_T*(E_Ca - v) + I/area)/c_m : volt
dm_T/dt = (minf_T - m_T)/taum_T : 1
dh_T/dt = (hinf_T - h_T)/tauh_T : 1
minf_T = 1/(1 + exp(-(v + 52*mV)/(7.4*mV))) : 1
taum_T = (3 + 1/(exp((v + 27*mV)/(10*mV)) + exp(-(v + 102*mV)/(15*mV))))*ms/phi_T : second
hinf_T = 1/(1 + exp((v + 80*mV)/(5*mV))) : 1
tauh_T = (85 + 1/(exp((v + 48*mV)/(4*mV)) + exp(-(v + 407*mV)/(50*mV))))*ms/phi_T : second
{GATES}{CALCIUM}"""

DESTEXHE1996_RE = neurons.register(
    "destexhe1996_re",
    NeuronModel(
        name="destexhe1996_re",
        purpose="Thalamic reticular cell: long bursts by a slow T current.",
        source=SOURCE,
        equations=_EQUATIONS,
        threshold="v > V_spike",
        refractory="t_pulse",
        receptors={"exc": EXCITATION, "inh": INHIBITION},
        parameters=(
            *spiking("-55 mV", "200 mS/cm^2", "20 mS/cm^2"),
            published("g_L", "0.05 mS/cm^2", "leak conductance", SOURCE, "0 mS/cm^2", "1 mS/cm^2"),
            published("E_L", "-90 mV", "leak reversal potential", SOURCE, "-100 mV", "-55 mV"),
            published("g_T", "3 mS/cm^2", "peak conductance of the T current", SOURCE, "0 mS/cm^2", "10 mS/cm^2"),
            published("phi_T", "3.0028114", "temperature factor of the T current, 2.5^1.2", SOURCE, "1", "10"),
            published("area", "14263.4 um^2", "membrane area, pi 70 64.86", SOURCE, "1000 um^2", "100000 um^2"),
            *CONCENTRATION,
        ),
        initial={
            "v": "-70 mV",
            "m": "0",
            "h": "0",
            "n": "0",
            "m_T": "1/(1 + exp(18/7.4))",
            "h_T": "1/(1 + exp(10/5))",
            "Ca": "Ca_rest",
        },
        method="exponential_euler",
    ),
    module=__name__,
)
