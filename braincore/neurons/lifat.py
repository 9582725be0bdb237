r"""LIFAT: leaky integrate-and-fire neuron whose threshold decays linearly (Kiselev).

.. math:: \dot u = -u/\tau_v + \sum_{ij} w_i\,\delta(t - t_{ij}), \quad u \ge u_{min}, \qquad
          \dot u_{thr} = -\frac{T}{t_\theta}\,\mathrm{sgn}(u_{thr} - H)

:math:`u > u_{thr}`: spike, :math:`u = 0`, :math:`u_{thr} \leftarrow u_{thr} + T`. All potentials are plain numbers.

After `k` spikes the threshold needs exactly :math:`k\,t_\theta` back to `H`: adaptation with an end, where an
exponential threshold (`alif`) has none. The equations are written so that one Euler step is exact: `u` decays by
:math:`e^{-\Delta t/\tau_v}`, the lower bound of `u` is taken before the decay, and the threshold lands on `H`, and does
not hop about it, as the sign function would in discrete time.

Parameters: `H` = 8.531, `T` = 20 and `t_theta` = 10 ms, `tau_v` = 7 ms (the layer that learns in the light-spot task);
the paper's simulator works in steps of 1 ms. `u_min` is a choice of the network there: the default is -`H`.

Source: Kiselev M, Ivanitsky A, Ivanov D, Larionov D (2022) arXiv:2204.04431; definition and constants: manual of the
simulator ArNI-X and the network files of the paper.

Left out: the memory timer, the gating counter and the dopamine plasticity of the full ArNI-X neuron.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.delta import DELTA

SOURCE = "Kiselev et al. 2022, arXiv:2204.04431; ArNI-X manual and network file 3000.nnc"

LIFAT = neurons.register(
    "lifat",
    NeuronModel(
        name="lifat",
        purpose="Leaky integrate-and-fire whose threshold rises at each spike and decays linearly.",
        source=SOURCE,
        equations="""
        du/dt = (clip(u, u_min, inf)*exp(-dt/tau_v) - u)/dt + I : 1
        du_thr/dt = -clip((u_thr - H)/dt, -T/t_theta, T/t_theta) : 1
        """,
        threshold="u > u_thr",
        reset="""
        u = 0
        u_thr += T
        """,
        receptors={"exc": DELTA, "inh": DELTA},
        parameters=(
            published("tau_v", "7 ms", "membrane time constant", SOURCE, "1 ms", "100 ms"),
            published("H", "8.531", "threshold at rest", SOURCE, "0.1", "100"),
            published("T", "20", "rise of the threshold at a spike", SOURCE, "0", "200"),
            published("t_theta", "10 ms", "time in which one rise is gone", SOURCE, "1 ms", "1000 ms"),
            published("u_min", "-8.531", "lower bound of the potential", "a choice of the network: -H", "-1000", "0"),
        ),
        initial={"u": "0", "u_thr": "H"},
        membrane="u",
        input="hertz",
        method="euler",
    ),
    module=__name__,
)
