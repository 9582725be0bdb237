r"""Thalamocortical relay cell of Destexhe et al. (1996): spikes, T current, and an h current that calcium regulates.

.. math:: c_m \dot V = g_L (E_L - V) + \bar g_{Na} m^3 h\,(E_{Na} - V) + \bar g_K n^4 (E_K - V)
          + \bar g_T m_T^2 h_T\,(E_{Ca} - V) + \bar g_h (o_1 + g_{inc} o_2)(E_h - V) + \frac{g_{KL} (E_K - V) + I}{A}

Spikes are those of `traub_miles`, faster by their `V_T`. The T current, at 36 °C and with :math:`\phi = 3^{1.2}`,

.. math::
    m_T = \frac{1}{1 + e^{-(V + 59)/6.2}}, \quad \dot h_T = \frac{h_\infty - h_T}{\tau_h}, \quad
    h_\infty = \frac{1}{1 + e^{(V + 83)/4}}, \quad
    \phi\,\tau_h = 30.8 + \frac{211.4 + e^{(V + 115.2)/5}}{1 + e^{(V + 86)/3.2}}

brings in calcium, :math:`\dot{[Ca]} = [-I_T/2Fd]_+ + ([Ca]_0 - [Ca])/\tau_{Ca}`, and :math:`E_{Ca}` is Nernst's. The h
channels open (:math:`o_1`) with :math:`\alpha, \beta` from :math:`h_\infty = 1/(1 + e^{(V + 75)/5.5})` and
:math:`\tau_s = 20 + 1000/(e^{(V + 71.5)/14.2} + e^{-(V + 89)/11.6})` ms, and a protein :math:`p_1`, once calcium is
bound to it, locks them open (:math:`o_2`), where they pass :math:`g_{inc}` times as much:

.. math::
    \dot o_1 = \alpha (1 - o_1 - o_2) - \beta o_1 - k_4 \frac{p_1}{P_c} o_1 + k_4 o_2, \quad
    \dot o_2 = k_4 \frac{p_1}{P_c} o_1 - k_4 o_2, \quad
    \dot p_1 = k_2 \Big(\frac{[Ca]}{Ca_c}\Big)^4 (1 - p_1) - k_2 p_1

That locking is what ends a spindle, and its decay over seconds what lets the next one begin (`Destexhe1996`).

A spike is a release of transmitter: every 1.3 ms at most while `V` is above 0 mV. The state begins as in the program:
-70 mV, all gates closed. Integrated by exponential Euler, where what is nonlinear in `V` is held over a step.

Sources: Destexhe A, Bal T, McCormick DA, Sejnowski TJ (1996) J Neurophysiol 76:2049-2070,
doi:10.1152/jn.1996.76.3.2049, with the constants of its NEURON program (ModelDB 3343).
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._benchmark import EXCITATION, INHIBITION
from braincore.neurons._destexhe1996 import CALCIUM, CONCENTRATION, GATES, SOURCE, spiking

_EQUATIONS = f"""
dv/dt = (g_L*(E_L - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_T*m_T**2*h_T*(E_Ca - v)
         + g_h*(o1 + g_inc*o2)*(E_h - v) + (g_KL*(E_K - v) + I)/area)/c_m : volt
dh_T/dt = (hinf_T - h_T)/tau_T : 1
do1/dt = alpha_h1*(1 - o1 - o2) - beta_h1*o1 - k4*p1/P_c*o1 + k4*o2 : 1
do2/dt = k4*p1/P_c*o1 - k4*o2 : 1
dp1/dt = k2*(Ca/Ca_c)**4*(1 - p1) - k2*p1 : 1
m_T = 1/(1 + exp(-(v + 59*mV)/(6.2*mV))) : 1 (constant over dt)
hinf_T = 1/(1 + exp((v + 83*mV)/(4*mV))) : 1
tau_T = (30.8 + (211.4 + exp((v + 115.2*mV)/(5*mV)))/(1 + exp((v + 86*mV)/(3.2*mV))))*ms/phi_T : second
inf_h = 1/(1 + exp((v + 75*mV)/(5.5*mV))) : 1
tau_h = (20 + 1000/(exp((v + 71.5*mV)/(14.2*mV)) + exp(-(v + 89*mV)/(11.6*mV))))*ms : second
alpha_h1 = inf_h/tau_h : hertz
beta_h1 = (1 - inf_h)/tau_h : hertz
{GATES}{CALCIUM}"""

DESTEXHE1996_TC = neurons.register(
    "destexhe1996_tc",
    NeuronModel(
        name="destexhe1996_tc",
        purpose="Thalamocortical relay cell: bursts by the T current, h current regulated by calcium.",
        source=SOURCE,
        equations=_EQUATIONS,
        threshold="v > V_spike",
        refractory="t_pulse",
        receptors={"exc": EXCITATION, "inh": INHIBITION},
        parameters=(
            *spiking("-25 mV", "90 mS/cm^2", "10 mS/cm^2"),
            published("g_L", "0.01 mS/cm^2", "leak conductance", SOURCE, "0 mS/cm^2", "1 mS/cm^2"),
            published("E_L", "-70 mV", "leak reversal potential", SOURCE, "-90 mV", "-55 mV"),
            published("g_KL", "4 nS", "potassium leak of the cell (3 to 5 in the paper)", SOURCE, "0 nS", "20 nS"),
            published("g_T", "2 mS/cm^2", "peak conductance of the T current", SOURCE, "0 mS/cm^2", "10 mS/cm^2"),
            published("phi_T", "3.7371928", "temperature factor of the T current, 3^1.2", SOURCE, "1", "10"),
            published("g_h", "0.02 mS/cm^2", "peak conductance of the h current", SOURCE, "0 mS/cm^2", "1 mS/cm^2"),
            published("E_h", "-40 mV", "reversal potential of the h current", SOURCE, "-50 mV", "-20 mV"),
            published("g_inc", "2", "conductance of locked h channels over that of others", SOURCE, "0", "5"),
            published("k2", "0.0004 1/ms", "unbinding of calcium from the protein", SOURCE, "0 1/ms", "0.01 1/ms"),
            published("k4", "0.001 1/ms", "unlocking of h channels", SOURCE, "0 1/ms", "0.01 1/ms"),
            published("Ca_c", "0.002 mM", "calcium that binds half of the protein", SOURCE, "0.0001 mM", "0.1 mM"),
            published("P_c", "0.01", "bound protein that locks half of the open channels", SOURCE, "0.001", "1"),
            published("area", "28952.9 um^2", "membrane area, pi 96 96", SOURCE, "1000 um^2", "100000 um^2"),
            *CONCENTRATION,
        ),
        initial={
            "v": "-70 mV",
            "m": "0",
            "h": "0",
            "n": "0",
            "h_T": "0",
            "o1": "0",
            "o2": "0",
            "p1": "0",
            "Ca": "Ca_rest",
        },
        method="exponential_euler",
    ),
    module=__name__,
)
