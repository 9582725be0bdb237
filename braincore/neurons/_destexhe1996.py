"""What thalamic cells of Destexhe et al. (1996) share: spikes, calcium, and the units that their receptors act in."""

from __future__ import annotations

from braincore.model.parameter import Parameter, published

SOURCE = "Destexhe et al. 1996, J Neurophysiol 76:2049-2070, doi:10.1152/jn.1996.76.3.2049; ModelDB 3343"

_U = "(v - V_T)"
GATES = f"""
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
"""Sodium and potassium gates of a spike."""

# What is nonlinear in v or Ca is frozen over a step, so that exponential Euler takes the rest as linear.
CALCIUM = """
dCa/dt = J_T/(2*F*depth) + (Ca_rest - Ca)/tau_Ca : mole/meter**3
E_Ca = E_T*log(Ca_out/Ca) : volt (constant over dt)
J_T = clip(g_T*m_T**2*h_T*(E_Ca - v), 0*amp/meter**2, inf*amp/meter**2) : amp/meter**2 (constant over dt)
"""
"""Calcium under the membrane, which only the T current brings in, and its reversal potential."""


def spiking(v_t: str, g_na: str, g_k: str) -> tuple[Parameter, ...]:
    """Return the parameters of spikes: `V_T` moves the threshold, the conductances are per area."""
    return (
        published("c_m", "1 uF/cm^2", "membrane capacitance per area", SOURCE, "0.5 uF/cm^2", "2 uF/cm^2"),
        published("V_T", v_t, "offset of the rates: moves the threshold of spikes", SOURCE, "-75 mV", "-15 mV"),
        published("g_Na", g_na, "peak sodium conductance", SOURCE, "0 mS/cm^2", "400 mS/cm^2"),
        published("g_K", g_k, "peak potassium conductance", SOURCE, "0 mS/cm^2", "100 mS/cm^2"),
        published("E_Na", "50 mV", "sodium reversal potential", SOURCE, "35 mV", "75 mV"),
        published("E_K", "-100 mV", "potassium reversal potential", SOURCE, "-110 mV", "-70 mV"),
        published("V_spike", "0 mV", "potential above which transmitter is released", SOURCE, "-40 mV", "30 mV"),
        published("t_pulse", "1.3 ms", "least time between two releases", SOURCE, "0.1 ms", "5 ms"),
    )


CONCENTRATION: tuple[Parameter, ...] = (
    published("Ca_out", "2 mM", "calcium outside", SOURCE, "0.5 mM", "5 mM"),
    published("Ca_rest", "0.00024 mM", "calcium inside, at rest", SOURCE, "0.00001 mM", "0.001 mM"),
    published("tau_Ca", "5 ms", "removal of calcium", SOURCE, "1 ms", "500 ms"),
    published("depth", "1 um", "depth of the shell under the membrane", SOURCE, "0.05 um", "10 um"),
    published("F", "96489 C/mol", "Faraday's constant, as in the program", SOURCE, "96480 C/mol", "96500 C/mol"),
    published("E_T", "13.3197 mV", "RT/2F at 36 degrees Celsius", SOURCE, "12 mV", "14 mV"),
)
