r"""Adaptive-threshold neuron (ALIF) of the long short-term memory spiking networks, in continuous time.

.. math:: \tau_m \dot V = E_L - V + R_m I, \qquad \dot\theta = -\theta/\tau_a

:math:`V \ge E_L + b_0 + \theta`: spike, :math:`V \leftarrow V - (b_0 + \theta)`,
:math:`\theta \leftarrow \theta + \beta\,\delta/\tau_a`, and no further spike for :math:`t_{ref}`, in which the
potential goes on.

The threshold rises by 2.57 mV (a quarter of :math:`b_0`) at a spike and decays exponentially with 700 ms:
spike-frequency adaptation through the threshold. :math:`\delta` = 1 ms is the step in which the paper's spikes are unit
pulses. The paper's discrete rule, at 1 ms, is this model up to terms of order `dt`: there the reset is taken from the
already decayed potential (5 % of the threshold at tau_m = 20 ms) and the jump is :math:`\beta(1 - e^{-\delta/\tau_a})`
(0.07 % less).

Source: Bellec G, Salaj D, Subramoney A, Legenstein R, Maass W (2018) NeurIPS 31, arXiv:1803.09574, eqs 1-2 and
supplement (sequential MNIST); the values also in the authors' code. Potentials are in V as there: 0.01 is 10 mV.

Not to be confused with `lifat` (threshold decays linearly), `ahp` (a current instead of a threshold) or `adex`.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._lif import REFRACTORY
from braincore.synapses.delta import DELTA

SOURCE = "Bellec et al. 2018, NeurIPS 31, arXiv:1803.09574, eqs 1-2 and supplement"
SCALE = "the paper's R_m = 1, as the resistance at which 1 pA moves 1 mV"

ALIF = neurons.register(
    "alif",
    NeuronModel(
        name="alif",
        purpose="Leaky integrate-and-fire whose threshold rises at each spike and decays exponentially.",
        source=SOURCE,
        equations="""
        dv/dt = (E_L - v + R_m*I)/tau_m : volt
        dtheta/dt = -theta/tau_a : volt
        """,
        threshold="v >= E_L + b_0 + theta",
        reset="""
        v -= b_0 + theta
        theta += beta*delta/tau_a
        """,
        refractory=REFRACTORY,
        receptors={"exc": DELTA, "inh": DELTA},
        parameters=(
            published("tau_m", "20 ms", "membrane time constant", SOURCE, "1 ms", "100 ms"),
            published("tau_a", "700 ms", "time constant of the threshold", SOURCE, "10 ms", "20000 ms"),
            published("E_L", "0 mV", "resting potential", SOURCE, "-95 mV", "0 mV"),
            published("R_m", "1 Gohm", "membrane resistance", SCALE, "1 Mohm", "10 Gohm"),
            published("b_0", "10 mV", "threshold at rest, above E_L", SOURCE, "1 mV", "50 mV"),
            published("beta", "1800 mV", "strength of adaptation", SOURCE, "0 mV", "20000 mV"),
            published("delta", "1 ms", "step in which a spike is a unit pulse", SOURCE, "0.1 ms", "1 ms"),
            published("t_ref", "5 ms", "absolute refractory time", SOURCE, "0 ms", "20 ms"),
        ),
        initial={"v": "E_L", "theta": "0 mV"},
        method="exact",
    ),
    module=__name__,
)
