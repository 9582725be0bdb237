r"""Hippocampal pyramidal cell after Traub & Miles, as in the COBAHH benchmark of Brette et al. (2007).

.. math:: c_m \dot V = g_L (E_L - V) + \bar g_{Na} m^3 h\,(E_{Na} - V) + \bar g_K n^4 (E_K - V) + I/A

.. math:: \dot x = \alpha_x (1 - x) - \beta_x x, \quad x \in \{m, h, n\}

with :math:`u = V - V_T` in mV and rates per ms

.. math::
    \alpha_m = \frac{0.32\,(13 - u)}{e^{(13 - u)/4} - 1},\; \beta_m = \frac{0.28\,(u - 40)}{e^{(u - 40)/5} - 1},\quad
    \alpha_h = 0.128\,e^{(17 - u)/18},\; \beta_h = \frac{4}{1 + e^{(40 - u)/5}},\quad
    \alpha_n = \frac{0.032\,(15 - u)}{e^{(15 - u)/5} - 1},\; \beta_n = 0.5\,e^{(10 - u)/40}

Conductances and the capacitance are per area, `I` is a current, `area` is 20 000 µm². `V_T` = -63 mV moves the
threshold of the spike, which is near -50 mV. A spike is counted when `V` rises through -20 mV; the receptors are the
benchmark's (weights 6 nS and 67 nS).

Source: Brette R et al. (2007) J Comput Neurosci 23:349-398, doi:10.1007/s10827-007-0038-6, appendix B.3, after Traub
RD, Miles R (1991) Neuronal Networks of the Hippocampus, Cambridge University Press. With the paper's `E_L` = -60 mV
the isolated cell has no resting state: it fires by itself, 14 times a second. (The benchmark's NEURON file has -65 mV,
with which it is silent.) It starts at -65 mV, the mean of the benchmark's starting potentials, with its gates at rest.

Integrated by exponential Euler as in the benchmark (stable at 0.1 ms, first order).
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._benchmark import BRETTE_2007, EXCITATION, INHIBITION

_U = "(v - V_T)"
_EQUATIONS = f"""
dv/dt = (g_L*(E_L - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + I/area)/c_m : volt
dm/dt = alpha_m*(1 - m) - beta_m*m : 1
dh/dt = alpha_h*(1 - h) - beta_h*h : 1
dn/dt = alpha_n*(1 - n) - beta_n*n : 1
alpha_m = 0.32*4/exprel((13*mV - {_U})/(4*mV))/ms : hertz
beta_m = 0.28*5/exprel(({_U} - 40*mV)/(5*mV))/ms : hertz
alpha_h = 0.128*exp((17*mV - {_U})/(18*mV))/ms : hertz
beta_h = 4/(1 + exp((40*mV - {_U})/(5*mV)))/ms : hertz
alpha_n = 0.032*5/exprel((15*mV - {_U})/(5*mV))/ms : hertz
beta_n = 0.5*exp((10*mV - {_U})/(40*mV))/ms : hertz
"""

TRAUB_MILES = neurons.register(
    "traub_miles",
    NeuronModel(
        name="traub_miles",
        purpose="Hippocampal pyramidal cell with sodium and potassium currents: the COBAHH benchmark.",
        source=BRETTE_2007,
        equations=_EQUATIONS,
        threshold="v > V_spike",
        refractory="v > V_spike",
        receptors={"exc": EXCITATION, "inh": INHIBITION},
        parameters=(
            published("c_m", "1 uF/cm^2", "membrane capacitance per area", BRETTE_2007, "0.5 uF/cm^2", "2 uF/cm^2"),
            published("g_Na", "100 mS/cm^2", "peak sodium conductance", BRETTE_2007, "10 mS/cm^2", "300 mS/cm^2"),
            published("g_K", "30 mS/cm^2", "peak potassium conductance", BRETTE_2007, "1 mS/cm^2", "100 mS/cm^2"),
            published("g_L", "0.05 mS/cm^2", "leak conductance", BRETTE_2007, "0.005 mS/cm^2", "1 mS/cm^2"),
            published("E_Na", "50 mV", "sodium reversal potential", BRETTE_2007, "35 mV", "75 mV"),
            published("E_K", "-90 mV", "potassium reversal potential", BRETTE_2007, "-105 mV", "-70 mV"),
            published("E_L", "-60 mV", "leak reversal potential", BRETTE_2007, "-85 mV", "-50 mV"),
            published("V_T", "-63 mV", "offset of the rates: moves the threshold", BRETTE_2007, "-75 mV", "-45 mV"),
            published("area", "20000 um^2", "membrane area", BRETTE_2007, "100 um^2", "100000 um^2"),
            published("V_spike", "-20 mV", "potential that counts as a spike", BRETTE_2007, "-40 mV", "30 mV"),
        ),
        # gates in their steady states at -65 mV
        initial={"v": "-65 mV", "m": "0.0097324", "h": "0.9975611", "n": "0.0270745"},
        method="exponential_euler",
    ),
    module=__name__,
)
