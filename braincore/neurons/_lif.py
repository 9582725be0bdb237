"""What the leaky integrate-and-fire models share: the membrane of Potjans & Diesmann 2014, threshold and reset."""

from __future__ import annotations

from braincore.model.parameter import published

PD2014 = "Potjans & Diesmann 2014, Cereb Cortex 24:785-806, doi:10.1093/cercor/bhs358, Table 5"

MEMBRANE = (
    published("C_m", "250 pF", "membrane capacitance", PD2014, "10 pF", "2000 pF"),
    published("tau_m", "10 ms", "membrane time constant", PD2014, "1 ms", "100 ms"),
    published("E_L", "-65 mV", "resting potential", PD2014, "-95 mV", "0 mV"),
    published("V_th", "-50 mV", "threshold", PD2014, "-70 mV", "30 mV"),
    published("V_reset", "-65 mV", "potential after a spike", PD2014, "-95 mV", "20 mV"),
    published("t_ref", "2 ms", "absolute refractory time", PD2014, "0 ms", "20 ms"),
)

EQUATION = "dv/dt = (E_L - v)/tau_m + I/C_m : volt (unless refractory)"
THRESHOLD = "v >= V_th"
RESET = "v = V_reset"
# Brian2 counts the step of the spike itself: one step more holds the potential for t_ref, as in NEST.
REFRACTORY = "t_ref + dt"
