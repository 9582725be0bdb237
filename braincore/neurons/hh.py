r"""The squid axon of Hodgkin & Huxley (1952), in today's sign convention, at 6.3 °C.

.. math:: c_m \dot V = \bar g_{Na} m^3 h\,(E_{Na} - V) + \bar g_K n^4 (E_K - V) + \bar g_L (E_L - V) + I/A

.. math:: \dot x = \phi\,(\alpha_x (1 - x) - \beta_x x), \quad x \in \{m, h, n\}

with :math:`u = V - V_0` in mV and rates per ms

.. math::
    \alpha_m = \frac{0.1\,(25 - u)}{e^{(25 - u)/10} - 1},\; \beta_m = 4\,e^{-u/18},\quad
    \alpha_h = 0.07\,e^{-u/20},\; \beta_h = \frac{1}{e^{(30 - u)/10} + 1},\quad
    \alpha_n = \frac{0.01\,(10 - u)}{e^{(10 - u)/10} - 1},\; \beta_n = 0.125\,e^{-u/80}

Conductances and the capacitance are per area, as in the paper; `I` is a current, and `area` turns it into the paper's
density: at 20 000 µm², 1 nA is 5 µA/cm². The dynamics depend on `I/area` alone.

Parameters: `c_m`, `g_Na`, `g_K`, `g_L`, `E_Na`, `E_K`, `E_L` (the paper's -115, +12 and -10.613 mV, sign turned, from
`V_0` = -65 mV, the usual choice of the resting potential), `phi` = 3^((T - 6.3 °C)/10), `area`. A spike is counted when
`V` rises through 0 mV.

The fraction :math:`x/(e^x - 1)` is written ``1/exprel(x)``, without a hole at 0. Exponential Euler is stable at steps
of 0.1 ms but of first order: spikes of a train come late by up to a millisecond at 0.05 ms. For spike times use 0.01 ms
or less, or rk4 (`dataclasses.replace(HH, method="rk4")`), which needs steps below 0.05 ms.

Source: Hodgkin AL, Huxley AF (1952) J Physiol 117:500-544, doi:10.1113/jphysiol.1952.sp004764, eqs 12-26, Table 3.

Not to be confused with `traub_miles` and `wang_buzsaki`, cells of the mammalian brain with the same formalism.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._benchmark import EXCITATION, INHIBITION

SOURCE = "Hodgkin & Huxley 1952, J Physiol 117:500-544, doi:10.1113/jphysiol.1952.sp004764, Table 3"
AREA = "of a cell as in Brette et al. 2007, appendix B; the dynamics depend on I/area alone"

_U = "(v - V_0)"
_EQUATIONS = f"""
dv/dt = (g_Na*m**3*h*(E_Na - v) + g_K*n**4*(E_K - v) + g_L*(E_L - v) + I/area)/c_m : volt
dm/dt = phi*(alpha_m*(1 - m) - beta_m*m) : 1
dh/dt = phi*(alpha_h*(1 - h) - beta_h*h) : 1
dn/dt = phi*(alpha_n*(1 - n) - beta_n*n) : 1
alpha_m = 1/exprel((25*mV - {_U})/(10*mV))/ms : hertz
beta_m = 4*exp(-{_U}/(18*mV))/ms : hertz
alpha_h = 0.07*exp(-{_U}/(20*mV))/ms : hertz
beta_h = 1/(exp((30*mV - {_U})/(10*mV)) + 1)/ms : hertz
alpha_n = 0.1/exprel((10*mV - {_U})/(10*mV))/ms : hertz
beta_n = 0.125*exp(-{_U}/(80*mV))/ms : hertz
"""

HH = neurons.register(
    "hh",
    NeuronModel(
        name="hh",
        purpose="The squid giant axon of Hodgkin and Huxley 1952: the reference for spike generation.",
        source=SOURCE,
        equations=_EQUATIONS,
        threshold="v > V_spike",
        refractory="v > V_spike",
        receptors={"exc": EXCITATION, "inh": INHIBITION},
        parameters=(
            published("c_m", "1 uF/cm^2", "membrane capacitance per area", SOURCE, "0.5 uF/cm^2", "2 uF/cm^2"),
            published("g_Na", "120 mS/cm^2", "peak sodium conductance", SOURCE, "10 mS/cm^2", "300 mS/cm^2"),
            published("g_K", "36 mS/cm^2", "peak potassium conductance", SOURCE, "1 mS/cm^2", "100 mS/cm^2"),
            published("g_L", "0.3 mS/cm^2", "leak conductance", SOURCE, "0.01 mS/cm^2", "2 mS/cm^2"),
            published("E_Na", "50 mV", "sodium reversal potential", SOURCE, "35 mV", "75 mV"),
            published("E_K", "-77 mV", "potassium reversal potential", SOURCE, "-105 mV", "-70 mV"),
            published("E_L", "-54.387 mV", "leak reversal potential", SOURCE, "-80 mV", "-45 mV"),
            published("V_0", "-65 mV", "resting potential, from which rates count", SOURCE, "-75 mV", "-55 mV"),
            published("phi", "1", "temperature factor of the rates", SOURCE, "0.3", "20"),
            published("area", "20000 um^2", "membrane area", AREA, "100 um^2", "100000000 um^2"),
            published("V_spike", "0 mV", "potential that counts as a spike", "a convention", "-40 mV", "30 mV"),
        ),
        # the steady states at V_0, where the paper's u is 0
        initial={
            "v": "V_0",
            "m": "1/(1 + 4*exprel(2.5))",
            "h": "0.07/(0.07 + 1/(exp(3) + 1))",
            "n": "0.1/(0.1 + 0.125*exprel(1))",
        },
        method="exponential_euler",
    ),
    module=__name__,
)
