r"""Locus coeruleus of Gilzenrat et al. (2002), and the units whose gain it sets.

``gilzenrat2002_lc``, a population of locus coeruleus (FitzHugh-Nagumo):

.. math:: \tau_v \dot v = v (a - v)(v - 1) - u + I, \qquad \tau_u \dot u = h(v) - u, \qquad h(v) = C v + (1 - C)\,d

:math:`h` is its activity and :math:`u`, the membrane variable, the noradrenaline that it releases. With `C` near 1 its
cells fire together: input makes a burst (phasic mode). With a smaller `C` it rests higher and answers by little
(tonic mode).

``gilzenrat2002``, a unit of decision or response:

.. math:: \tau_x \dot x = -x + I + \sigma \sqrt{\tau_x}\, \xi(t), \qquad
          f = \frac{1}{1 + e^{-g (x - b)}}, \qquad g = G + I_{gain}

:math:`I_{gain}` is what arrives at the receptor ``gain``, :math:`k u` from a locus coeruleus. The membrane variable is
`f`, which others hear by the receptor ``rate``.

The paper's time has no unit: here one of its units is 50 ms, as an item of two units of Nieuwenhuis et al. (2005)
takes 100 ms. Its program steps by 0.02 units, which is 1 ms.

Parameters: `a` = 0.5, `d` = 0.5, `C` = 0.95 (tonic 0.55), `tau_v` = 2.5 ms (0.05 units; printed as 0.5 in the paper),
`tau_u` = 250 ms (5 units), `tau_x` = 50 ms (1 unit), `G` = 0.5, `b` = 0 (response 2), `sigma` = 0.22.

Source: Gilzenrat MS, Holmes BD, Rajkowski J, Aston-Jones G, Cohen JD (2002) Neural Netw 15:647-663,
doi:10.1016/S0893-6080(02)00055-2; constants, and the scaling of the noise with the root of the time step, as in the
model GilzenratModel.py of PsyNeuLink.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.rate_coupling import RATE_COUPLING

SOURCE = "Gilzenrat et al. 2002, Neural Netw 15:647-663, doi:10.1016/S0893-6080(02)00055-2"
PSYNEULINK = "Gilzenrat et al. 2002, Neural Netw 15:647, as PsyNeuLink's GilzenratModel.py"

UNIT = neurons.register(
    "gilzenrat2002",
    NeuronModel(
        name="gilzenrat2002",
        purpose="Unit of decision or response whose gain a neuromodulator sets; does not spike.",
        source=SOURCE,
        equations="""
        dx/dt = (-x + I)/tau_x + sigma*xi/sqrt(tau_x) : 1
        g = G + I_gain : 1
        f = 1/(1 + exp(-g*(x - b))) : 1
        """,
        receptors={"rate": RATE_COUPLING, "gain": RATE_COUPLING},
        parameters=(
            published("tau_x", "50 ms", "time constant: a unit of time", PSYNEULINK, "5 ms", "500 ms"),
            published("sigma", "0.22", "noise", PSYNEULINK, "0", "1"),
            published("G", "0.5", "gain without neuromodulator", PSYNEULINK, "0", "5"),
            published("b", "0", "bias: input of half activity", PSYNEULINK, "-5", "5"),
        ),
        initial={"x": "0"},
        membrane="f",
        input="1",
        method="euler",
    ),
    module=__name__,
)

LC = neurons.register(
    "gilzenrat2002_lc",
    NeuronModel(
        name="gilzenrat2002_lc",
        purpose="Population of locus coeruleus, phasic or tonic, and the noradrenaline that it releases.",
        source=SOURCE,
        equations="""
        dv/dt = (v*(a - v)*(v - 1) - u + I)/tau_v : 1
        du/dt = (h - u)/tau_u : 1
        h = C*v + (1 - C)*d : 1
        """,
        receptors={"rate": RATE_COUPLING},
        parameters=(
            published("a", "0.5", "shape of the excitation", PSYNEULINK, "0", "1"),
            published("C", "0.95", "how much cells fire together", PSYNEULINK, "0", "1"),
            published("d", "0.5", "activity of cells by themselves", PSYNEULINK, "-2", "5"),
            published("tau_v", "2.5 ms", "time constant of excitation", PSYNEULINK, "0.5 ms", "50 ms"),
            published("tau_u", "250 ms", "time constant of release and recovery", PSYNEULINK, "50 ms", "2000 ms"),
        ),
        initial={"v": "-0.01697", "u": "0.00888"},  # at rest without input
        membrane="u",
        input="1",
        method="euler",
    ),
    module=__name__,
)
