r"""Izhikevich's simple model (2003): two equations, the firing classes of cortical and thalamic cells.

.. math:: \dot v = 0.04\,v^2 + 5\,v + 140 - u + I, \qquad \dot u = a\,(b\,v - u)

with `v` in mV, time in ms, `u` and `I` in mV/ms. :math:`v \ge 30` mV: spike, :math:`v = c`,
:math:`u \leftarrow u + d`.

Parameters: `a` (rate of recovery), `b` (its sensitivity to `v`), `c` (reset), `d` (recovery per spike); the defaults
are regular spiking. ``VARIANTS`` are the classes of the paper's Figure 2: rs, ib, ch, fs, tc, rz, lts.

The input is a slope, mV/ms (V/s), not a current: the model has no capacitance. The paper integrates by Euler's method,
0.5 ms at a time for `v`, and its published figures belong to that; here the equations are integrated as such, by the
second-order Runge-Kutta method. Results at steps near 1 ms differ visibly between the two.

Source: Izhikevich EM (2003) IEEE Trans Neural Netw 14:1569-1572, doi:10.1109/TNN.2003.820440, eqs 1-3 and Figure 2.

Not to be confused with the 2007 model of the same author, which has units (C, k, v_r, v_t) and other parameters.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._variants import variant
from braincore.synapses.delta import DELTA

SOURCE = "Izhikevich 2003, IEEE Trans Neural Netw 14:1569-1572, doi:10.1109/TNN.2003.820440, Fig. 2"

IZHIKEVICH = neurons.register(
    "izhikevich",
    NeuronModel(
        name="izhikevich",
        purpose="Two-variable quadratic neuron for many firing classes at little cost; regular spiking by default.",
        source=SOURCE,
        equations="""
        dv/dt = (0.04/ms/mV)*v**2 + (5/ms)*v + 140*mV/ms - u + I : volt
        du/dt = a*(b*v - u) : volt/second
        """,
        threshold="v >= V_peak",
        reset="""
        v = c
        u += d
        """,
        receptors={"exc": DELTA, "inh": DELTA},
        parameters=(
            published("a", "0.02 1/ms", "rate of recovery", SOURCE, "0.001 1/ms", "1 1/ms"),
            published("b", "0.2 1/ms", "sensitivity of recovery to v", SOURCE, "-1 1/ms", "1 1/ms"),
            published("c", "-65 mV", "potential after a spike", SOURCE, "-80 mV", "-40 mV"),
            published("d", "8 mV/ms", "recovery after a spike", SOURCE, "-25 mV/ms", "25 mV/ms"),
            published("V_peak", "30 mV", "potential at which a spike is cut", SOURCE, "20 mV", "50 mV"),
        ),
        # the lower root of 0.04 v^2 + (5 - b) v + 140 = 0, or its vertex where there is no rest
        initial={
            "v": "(b*ms - 5 - sqrt(clip((5 - b*ms)**2 - 22.4, 0, inf)))/0.08*mV",
            "u": "b*v",
        },
        input="mV/ms",
        method="rk2",
    ),
    module=__name__,
)

# Figure 2 of the paper: class, a, b (1/ms), c (mV), d (mV/ms).
_TABLE = (
    ("rs", "regular spiking (excitatory)", 0.02, 0.2, -65, 8),
    ("ib", "intrinsically bursting (excitatory)", 0.02, 0.2, -55, 4),
    ("ch", "chattering (excitatory)", 0.02, 0.2, -50, 2),
    ("fs", "fast spiking (inhibitory)", 0.1, 0.2, -65, 2),
    ("tc", "thalamo-cortical", 0.02, 0.25, -65, 0.05),
    ("rz", "resonator", 0.1, 0.26, -65, 2),
    ("lts", "low-threshold spiking (inhibitory)", 0.02, 0.25, -65, 2),
)

VARIANTS = {
    f"izhikevich_{key}": neurons.register(
        f"izhikevich_{key}",
        variant(
            IZHIKEVICH,
            f"izhikevich_{key}",
            f"Izhikevich 2003, {what}.",
            SOURCE,
            {"a": f"{a} 1/ms", "b": f"{b} 1/ms", "c": f"{c} mV", "d": f"{d} mV/ms"},
        ),
        module=__name__,
    )
    for key, what, a, b, c, d in _TABLE
}
