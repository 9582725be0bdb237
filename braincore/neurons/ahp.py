r"""AHP neuron: a slow after-hyperpolarising current instead of a threshold (Rao, Plank, Wild & Maass).

.. math:: \dot V = -V/\tau_v + I_{ahp} + I, \qquad \dot I_{ahp} = -I_{ahp}/\tau_a

:math:`V > V_{th}`: spike, :math:`V = 0`, :math:`I_{ahp} \leftarrow I_{ahp} - b`. Potentials are in units of the
threshold. Each spike lowers `V` by :math:`b \tau_v` = 0.24 for the next :math:`\tau_a`: for slow input this is a
threshold that rises by 0.24 (`alif`), seen through the membrane.

The published neuron is a map with a step of 1 ms,

.. math:: I_{ahp}(t) = (1 - 1/\tau_a)\, I_{ahp}(t-1) - b\,z(t-1), \qquad
          V(t) = (1 - 1/\tau_v)\, V(t-1) + \sum_j w_j z_j(t-1) + I_{ahp}(t)

and one Euler step of the equations above at dt = 1 ms *is* this map, spike for spike and number for number: `I_ahp`
after the reset of step `t` is the map's :math:`I_{ahp}(t+1)`, `V` and `z` are the map's at the same step, and a spike
of step `t` through a `pulse_current` without delay is the map's input to step `t + 1`. At other steps the equations
are those of the limit, integrated by Euler's method: per ms `V` then decays by :math:`e^{-1/20}` = 0.951, not 0.95.

Source: Rao A, Plank P, Wild A, Maass W (2022) Nat Mach Intell 4:467-479, doi:10.1038/s42256-022-00480-w, and the code
published with it: tau_v 20, tau_a 700, b = 384/32512 of the threshold.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.pulse_current import PULSE_CURRENT

SOURCE = "Rao et al. 2022, Nat Mach Intell 4:467-479, doi:10.1038/s42256-022-00480-w, and its code"

AHP = neurons.register(
    "ahp",
    NeuronModel(
        name="ahp",
        purpose="Adaptation by a slow after-hyperpolarising current: memory for spiking LSTM-like networks.",
        source=SOURCE,
        equations="""
        dv/dt = -v/tau_v + I_ahp + I : 1
        dI_ahp/dt = -I_ahp/tau_a : hertz
        """,
        threshold="v > V_th",
        reset="""
        v = 0
        I_ahp -= b
        """,
        receptors={"exc": PULSE_CURRENT, "inh": PULSE_CURRENT},
        parameters=(
            published("tau_v", "20 ms", "membrane time constant", SOURCE, "1 ms", "100 ms"),
            published("tau_a", "700 ms", "time constant of the slow current", SOURCE, "10 ms", "20000 ms"),
            published("b", "0.011811023622047244 1/ms", "slow current of one spike", SOURCE, "0 1/ms", "1 1/ms"),
            published("V_th", "1", "threshold", SOURCE, "0.01", "100"),
        ),
        initial={"v": "0", "I_ahp": "0 Hz"},
        input="hertz",
        method="euler",
    ),
    module=__name__,
)
