r"""Leaky integrate-and-fire neuron with shunting inhibition of Humphries, Stewart & Gurney (2006): basal ganglia.

.. math:: \tau_m \dot V = -V + R\,\big[(I_{exc} + I_{inh})\, g_p\, g_s + I_{spon} + I_{Ca} + I_{gate}\, G\big]
          + \tau_m \frac{\sigma}{\sqrt{0.1\,\mathrm{ms}}}\, \xi(t)

.. math:: g_p = \max\!\Big(0,\, 1 - \frac{R}{\tau_m}\frac{|I_{prox}|}{M}\Big), \quad
          g_s = \max\!\Big(0,\, 1 - \frac{R}{\tau_m}\frac{|I_{soma}|}{M}\Big), \quad
          G = \frac{R}{\tau_m}\frac{|I_{prox} + I_{soma}|}{2 M}, \quad I_{gate} = V_{shunt}/R - I_{spon}

Inhibition far out on the dendrites (receptor ``inh``) is a current; near to the soma and on it (``prox``, ``soma``),
it divides what comes from further out (:math:`g_p`, :math:`g_s`) and pulls the potential to :math:`V_{shunt}`, its
floor. Potentials are relative to rest. :math:`V > V_{th}`: spike, :math:`V = 0`, held for :math:`t_{ref}`; synaptic
currents go on meanwhile. A spike of an excitatory synapse adds `w` to the AMPA current (2 ms) and `w*ratio` to the NMDA
current (100 ms).

``humphries2006_stn`` has a rebound calcium current: if the potential rises through `theta_ca` while there is none,
:math:`I_{Ca} = \alpha_{ca}` for `t1`, and then falls linearly to 0 within `t2`. Its clock and the last potential, which
it needs, are advanced by one step of Euler's method, the model's own; with other integrators it does not work.

Parameters: of the pallidum (GPe). Noise moves the potential by 0.3 mV (SD) in each step of 0.1 ms. Those of other
nuclei, and their spread over cells: `Humphries2006`.

The floor acts before a step's noise and not after it, so that the potential may lie below it by some tenths of a mV.

Source: Humphries MD, Stewart RD, Gurney KN (2006) J Neurosci 26:12921-12942, doi:10.1523/JNEUROSCI.3486-06.2006;
constants and order of events as in the authors' program (ModelDB 83559).
"""

from __future__ import annotations

from dataclasses import replace

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel
from braincore.synapses.exponential_current import EXPONENTIAL_CURRENT

SOURCE = "Humphries, Stewart & Gurney 2006, J Neurosci 26:12921, doi:10.1523/JNEUROSCI.3486-06.2006; ModelDB 83559"

GLUTAMATE = SynapseModel(
    name="humphries2006_glutamate",
    purpose="AMPA and NMDA currents at once: a spike adds the weight to one and a share of it to the other.",
    source=SOURCE,
    weight="A",
    equations="""
    dI_ampa/dt = -I_ampa/tau_ampa : amp
    dI_nmda/dt = -I_nmda/tau_nmda : amp
    """,
    current="I_ampa + I_nmda",
    on_pre="""
    I_ampa += w
    I_nmda += w*ratio
    """,
    parameters=(
        published("tau_ampa", "2 ms", "decay of the AMPA current", SOURCE, "0.5 ms", "10 ms"),
        published("tau_nmda", "100 ms", "decay of the NMDA current", SOURCE, "20 ms", "300 ms"),
        published("ratio", "0.0059", "peak of the NMDA current over that of AMPA", SOURCE, "0", "0.1"),
    ),
)
GABA = EXPONENTIAL_CURRENT.with_(tau="3 ms")

EQUATIONS = """
dv/dt = clip(slope, (V_shunt - v)/dt, inf*volt/second) + sigma/sqrt(t_noise)*xi : volt (unless refractory)
slope = (-v + R*((I + I_inh)*gate_prox*gate_soma + I_own + (V_shunt/R - I_spon)*shunted))/tau_m : volt/second
gate_prox = clip(1 + R/tau_m*I_prox/M, 0, 1) : 1
gate_soma = clip(1 + R/tau_m*I_soma/M, 0, 1) : 1
shunted = clip(-R/tau_m*(I_prox + I_soma)/(2*M), 0, inf) : 1
"""
CALCIUM = """
dclock/dt = 1 - int(risen)*(1 + clock/dt) : second
dv_last/dt = (v - v_last)/dt : volt
risen = v_last < theta_ca and v > theta_ca and clock >= t1 + t2 : boolean
I_ca = alpha_ca*clip((t1 + t2 - clock)/t2, 0, 1) : amp
"""

HUMPHRIES2006 = neurons.register(
    "humphries2006",
    NeuronModel(
        name="humphries2006",
        purpose="Leaky integrate-and-fire with shunting inhibition: striatum and pallidum of Humphries et al. 2006.",
        source=SOURCE,
        equations=EQUATIONS.replace("I_own", "I_spon"),
        threshold="v > V_th",
        reset="v = 0*volt",
        refractory="t_ref + dt",
        receptors={"exc": GLUTAMATE, "inh": GABA, "prox": GABA, "soma": GABA},
        parameters=(
            published("tau_m", "14 ms", "membrane time constant", SOURCE, "1 ms", "50 ms"),
            published("R", "88 Mohm", "membrane resistance", SOURCE, "5 Mohm", "300 Mohm"),
            published("V_th", "30 mV", "threshold above rest", SOURCE, "5 mV", "40 mV"),
            published("V_shunt", "-20 mV", "potential that shunting pulls to, and floor", SOURCE, "-40 mV", "0 mV"),
            published("I_spon", "380 pA", "spontaneous current", SOURCE, "-500 pA", "1500 pA"),
            published("M", "10.1 V/s", "shunting inhibition that divides by infinity", SOURCE, "1 V/s", "100 V/s"),
            published("sigma", "0.3 mV", "noise of the potential over the time t_noise", SOURCE, "0 mV", "2 mV"),
            published("t_noise", "0.1 ms", "time over which sigma is the deviation", SOURCE, "0.01 ms", "10 ms"),
            published("t_ref", "2 ms", "refractory time", SOURCE, "0 ms", "5 ms"),
        ),
        initial={"v": "0 mV"},
        method="euler",
    ),
    module=__name__,
)

HUMPHRIES2006_STN = neurons.register(
    "humphries2006_stn",
    replace(
        HUMPHRIES2006,
        name="humphries2006_stn",
        purpose="Subthalamic neuron of Humphries et al. 2006: shunting inhibition and a rebound calcium current.",
        equations=EQUATIONS.replace("I_own", "I_spon + I_ca") + CALCIUM,
        parameters=(
            *HUMPHRIES2006.with_(tau_m="6 ms", R="18 Mohm", V_th="20 mV", I_spon="1100 pA").parameters,
            published("theta_ca", "-10 mV", "rising through it opens calcium channels", SOURCE, "-20 mV", "0 mV"),
            published("alpha_ca", "900 pA", "rebound calcium current", SOURCE, "0 pA", "2000 pA"),
            published("t1", "200 ms", "how long it is constant", SOURCE, "0 ms", "1000 ms"),
            published("t2", "1000 ms", "how long it takes to fall to 0", SOURCE, "1 ms", "3000 ms"),
        ),
        initial={"v": "0 mV", "clock": "t1 + t2", "v_last": "v"},
    ),
    module=__name__,
)
