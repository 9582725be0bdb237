r"""Mean-field unit of Wong & Wang (2006): the NMDA gating of one selective population of a decision circuit.

.. math:: \dot S = -S/\tau_S + (1 - S)\,\gamma\, r, \qquad
          r = \frac{a x - b}{1 - e^{-d (a x - b)}}, \qquad x = I + I_0 + I_{noise}

:math:`I` is what arrives from other units, :math:`w S` each, and as stimulus (the paper's :math:`J_{A,ext}\,\mu_0
(1 \pm c')`, 0.52 pA for each Hz). :math:`I_{noise}` is an Ornstein-Uhlenbeck current of standard deviation
:math:`\sigma/\sqrt 2`, another for each unit: :math:`\tau_{AMPA}\,\dot I_{noise} = -I_{noise} + \eta
\sqrt{\tau_{AMPA}\,\sigma^2}`. Two units with weights of 260.9 pA onto themselves and -49.7 pA onto each other decide
(`WongWang2006`).

Population rates follow the gating without delay. The membrane variable is `S`; `r` is the rate.

Parameters: `a` = 270 Hz/nA, `b` = 108 Hz, `d` = 0.154 s, `gamma` = 0.641, `tau_S` = 100 ms, `I_0` = 325.5 pA, `sigma` =
20 pA, `tau_AMPA` = 2 ms.

Source: Wong KF, Wang XJ (2006) A recurrent network mechanism of time integration in perceptual decisions. J Neurosci
26:1314-1328, doi:10.1523/JNEUROSCI.3733-05.2006, eqs. 2-4 and Appendix (two variables).
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel

SOURCE = "Wong & Wang 2006, J Neurosci 26:1314-1328, doi:10.1523/JNEUROSCI.3733-05.2006, Appendix"

GATED = SynapseModel(
    name="gated",
    purpose="Current in proportion to the gating of the source.",
    source=SOURCE,
    weight="A",
    current="total",
    transmission="w*v_pre",
)

WONG_WANG2006 = neurons.register(
    "wong_wang2006",
    NeuronModel(
        name="wong_wang2006",
        purpose="NMDA gating of a population of a decision circuit, in mean field; does not spike.",
        source=SOURCE,
        equations="""
        dS/dt = -S/tau_S + (1 - S)*gamma*r : 1
        dI_noise/dt = -I_noise/tau_AMPA + sigma*xi/sqrt(tau_AMPA) : amp
        r = 1/(d*exprel(-d*(a*(I + I_0 + I_noise) - b))) : hertz
        """,
        receptors={"rate": GATED},
        parameters=(
            published("a", "270 Hz/nA", "slope of the response", SOURCE, "100 Hz/nA", "500 Hz/nA"),
            published("b", "108 Hz", "offset of the response", SOURCE, "50 Hz", "200 Hz"),
            published("d", "0.154 s", "curvature of the response", SOURCE, "0.05 s", "0.5 s"),
            published("gamma", "0.641", "gating of a spike", SOURCE, "0.1", "1"),
            published("tau_S", "100 ms", "decay of the gating", SOURCE, "20 ms", "300 ms"),
            published("I_0", "325.5 pA", "input from the rest of the circuit", SOURCE, "250 pA", "400 pA"),
            published("sigma", "20 pA", "noise", SOURCE, "0 pA", "100 pA"),
            published("tau_AMPA", "2 ms", "correlation time of the noise", SOURCE, "0.5 ms", "10 ms"),
        ),
        initial={"S": "0.1", "I_noise": "0 pA"},
        membrane="S",
        input="A",
        method="euler",
    ),
    module=__name__,
)
