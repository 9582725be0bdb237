r"""Fast-spiking interneuron of Wang & Buzsáki (1996): the model of hippocampal gamma rhythms.

.. math:: c_m \dot V = \bar g_L (E_L - V) + \bar g_{Na} m_\infty^3 h\,(E_{Na} - V) + \bar g_K n^4 (E_K - V) + I/A

.. math:: m_\infty = \frac{\alpha_m}{\alpha_m + \beta_m}, \qquad
          \dot x = \phi\,(\alpha_x (1 - x) - \beta_x x), \quad x \in \{h, n\}

with `V` in mV and rates per ms

.. math::
    \alpha_m = \frac{0.1\,(V + 35)}{1 - e^{-0.1 (V + 35)}},\; \beta_m = 4\,e^{-(V + 60)/18},\quad
    \alpha_h = 0.07\,e^{-(V + 58)/20},\; \beta_h = \frac{1}{1 + e^{-0.1 (V + 28)}},\quad
    \alpha_n = \frac{0.01\,(V + 34)}{1 - e^{-0.1 (V + 34)}},\; \beta_n = 0.125\,e^{-(V + 44)/80}

Sodium activates at once; :math:`\phi` = 5 is part of the model. It fires from very low rates (class 1) to over 200 Hz.
Conductances and the capacitance are per area, `I` is a current, and `area` turns it into the paper's density:
at 20 000 µm², 1 µA/cm² is 200 pA. A spike is counted when `V` rises through 0 mV.

Source: Wang XJ, Buzsáki G (1996) J Neurosci 16:6402-6413, doi:10.1523/JNEUROSCI.16-20-06402.1996, Methods.

Integrated by exponential Euler (first order); the paper uses rk4 with 0.05 ms.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._benchmark import EXCITATION, INHIBITION

SOURCE = "Wang & Buzsáki 1996, J Neurosci 16:6402-6413, doi:10.1523/JNEUROSCI.16-20-06402.1996, Methods"
AREA = "of a cell as in Brette et al. 2007, appendix B; the dynamics depend on I/area alone"

_EQUATIONS = """
dv/dt = (g_L*(E_L - v) + g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + I/area)/c_m : volt
dh/dt = phi*(alpha_h*(1 - h) - beta_h*h) : 1
dn/dt = phi*(alpha_n*(1 - n) - beta_n*n) : 1
m = alpha_m/(alpha_m + beta_m) : 1
alpha_m = 1/exprel(-(v + 35*mV)/(10*mV))/ms : hertz
beta_m = 4*exp(-(v + 60*mV)/(18*mV))/ms : hertz
alpha_h = 0.07*exp(-(v + 58*mV)/(20*mV))/ms : hertz
beta_h = 1/(1 + exp(-(v + 28*mV)/(10*mV)))/ms : hertz
alpha_n = 0.1/exprel(-(v + 34*mV)/(10*mV))/ms : hertz
beta_n = 0.125*exp(-(v + 44*mV)/(80*mV))/ms : hertz
"""

WANG_BUZSAKI = neurons.register(
    "wang_buzsaki",
    NeuronModel(
        name="wang_buzsaki",
        purpose="Fast-spiking interneuron of Wang and Buzsaki 1996: gamma rhythms.",
        source=SOURCE,
        equations=_EQUATIONS,
        threshold="v > V_spike",
        refractory="v > V_spike",
        receptors={"exc": EXCITATION, "inh": INHIBITION},
        parameters=(
            published("c_m", "1 uF/cm^2", "membrane capacitance per area", SOURCE, "0.5 uF/cm^2", "2 uF/cm^2"),
            published("g_Na", "35 mS/cm^2", "peak sodium conductance", SOURCE, "10 mS/cm^2", "300 mS/cm^2"),
            published("g_K", "9 mS/cm^2", "peak potassium conductance", SOURCE, "1 mS/cm^2", "100 mS/cm^2"),
            published("g_L", "0.1 mS/cm^2", "leak conductance", SOURCE, "0.01 mS/cm^2", "1 mS/cm^2"),
            published("E_Na", "55 mV", "sodium reversal potential", SOURCE, "35 mV", "75 mV"),
            published("E_K", "-90 mV", "potassium reversal potential", SOURCE, "-105 mV", "-70 mV"),
            published("E_L", "-65 mV", "leak reversal potential", SOURCE, "-85 mV", "-50 mV"),
            published("phi", "5", "factor of the rates of h and n", SOURCE, "0.5", "20"),
            published("area", "20000 um^2", "membrane area", AREA, "100 um^2", "100000 um^2"),
            published("V_spike", "0 mV", "potential that counts as a spike", "a convention", "-40 mV", "30 mV"),
        ),
        # the resting state
        initial={"v": "-64.0175649 mV", "h": "0.780791551", "n": "0.08907801"},
        method="exponential_euler",
    ),
    module=__name__,
)
