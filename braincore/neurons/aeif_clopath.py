r"""Exponential integrate-and-fire neuron of Clopath et al. (2010): with a spike that lasts, an after-current and a
threshold that jumps.

.. math:: C_m \dot v = -g_L (v - E_L) + g_L \Delta_T\, e^{(v - V_T)/\Delta_T} - w + z + I, \qquad
          \tau_w \dot w = a (v - E_L) - w

.. math:: \tau_z \dot z = -z, \qquad \tau_{VT} \dot V_T = V_{T,rest} - V_T

At :math:`v > V_{peak}` a spike of `t_clamp` begins, in which :math:`v` is `V_spike`, from half of it `V_late`, and all
else stands still. After it :math:`v = V_{reset}`, :math:`w` has grown by `b`, :math:`z = I_{sp}` and
:math:`V_T = V_{T,rest} + V_{T,jump}`.

The spike is that of the authors' program: with its two values a step of 1 ms gives the integral of a spike that was
worked out with fine steps, which is what voltage-dependent plasticity (`clopath2010`) feeds on. It is for Euler's
method, as there. The program counts `b` in pA where the paper has nA: ``with_(b="0.0805 pA")`` is what it ran with.

Parameters: `C_m`, `g_L`, `E_L`, `V_T_rest`, `Delta_T`, `a`, `tau_w`, `b`, `I_sp`, `tau_z`, `V_T_jump`, `tau_VT`,
`V_peak`, `V_spike`, `V_late`, `V_reset`, `t_clamp`.

Source: Clopath C, Büsing L, Vasilaki E, Gerstner W (2010) Nat Neurosci 13:344-352, doi:10.1038/nn.2479, and the
authors' program aEIF.m (ModelDB 144566).

Not to be confused with `adex`, whose spike has no duration.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._benchmark import EXCITATION, INHIBITION

SOURCE = "Clopath et al. 2010, Nat Neurosci 13:344-352, doi:10.1038/nn.2479; aEIF.m, ModelDB 144566"

AEIF_CLOPATH = neurons.register(
    "aeif_clopath",
    NeuronModel(
        name="aeif_clopath",
        purpose="Exponential integrate-and-fire with a spike that lasts: for voltage-dependent plasticity.",
        source=SOURCE,
        equations="""
        dv/dt = ((1 - free)*(V_spike + (V_late - V_spike)*late - v) + over*(V_reset - v))/dt
                + free*(g_L*(E_L - u) + g_L*Delta_T*exp((clip(u, -inf*volt, V_peak) - V_T)/Delta_T)
                        - w_ad + z + I)/C_m : volt
        dw_ad/dt = free*(a*(u - E_L) - w_ad)/tau_w : amp
        dz/dt = -free*z/tau_z : amp
        dV_T/dt = free*(V_T_rest - V_T)/tau_VT : volt
        since = timestep(t - lastspike, dt) : integer
        free = int(since >= timestep(t_clamp, dt)) : 1
        over = int(since == timestep(t_clamp, dt)) : 1
        late = int(2*since >= timestep(t_clamp, dt)) : 1
        u = v + over*(V_reset - v) : volt
        """,
        threshold="v > V_peak",
        reset="""
        v = V_spike
        w_ad += b
        z = I_sp
        V_T = V_T_rest + V_T_jump
        """,
        refractory="t_clamp",
        receptors={"exc": EXCITATION, "inh": INHIBITION},
        parameters=(
            published("C_m", "281 pF", "membrane capacitance", SOURCE, "10 pF", "1000 pF"),
            published("g_L", "30 nS", "leak conductance", SOURCE, "0.5 nS", "100 nS"),
            published("E_L", "-70.6 mV", "rest", SOURCE, "-95 mV", "-40 mV"),
            published("V_T_rest", "-50.4 mV", "threshold of the exponential, at rest", SOURCE, "-65 mV", "-30 mV"),
            published("Delta_T", "2 mV", "slope of the exponential", SOURCE, "0.1 mV", "6 mV"),
            published("a", "4 nS", "subthreshold adaptation", SOURCE, "-30 nS", "100 nS"),
            published("tau_w", "144 ms", "time constant of adaptation", SOURCE, "5 ms", "1000 ms"),
            published("b", "80.5 pA", "adaptation of one spike", SOURCE, "0 pA", "1000 pA"),
            published("I_sp", "400 pA", "current after a spike", SOURCE, "0 pA", "2000 pA"),
            published("tau_z", "40 ms", "time constant of that current", SOURCE, "1 ms", "500 ms"),
            published("V_T_jump", "20 mV", "rise of the threshold at a spike", SOURCE, "0 mV", "100 mV"),
            published("tau_VT", "50 ms", "time constant of the threshold", SOURCE, "1 ms", "500 ms"),
            published("V_peak", "20 mV", "potential at which a spike begins", SOURCE, "-40 mV", "60 mV"),
            published("V_spike", "29.4 mV", "potential in the first half of a spike", SOURCE, "-40 mV", "60 mV"),
            published("V_late", "32.862 mV", "potential in the second half", SOURCE, "-40 mV", "60 mV"),
            published("V_reset", "-49.5016 mV", "potential after a spike", SOURCE, "-90 mV", "-30 mV"),
            published("t_clamp", "2 ms", "duration of a spike", SOURCE, "0.1 ms", "10 ms"),
        ),
        initial={"v": "E_L", "V_T": "V_T_rest", "w_ad": "0 pA", "z": "0 pA"},
        method="euler",
    ),
    module=__name__,
)
