r"""Wilson-Cowan unit: the active proportion of a population, with refractory saturation and a sigmoid response.

.. math:: \tau \dot E = -E + (k - \rho E)\,S(I), \qquad
          S(x) = \frac{1}{1 + e^{-a (x - \theta)}} - \frac{1}{1 + e^{a \theta}}, \qquad k = S(\infty)

A pair of an excitatory (``wilson_cowan``) and an inhibitory unit (``wilson_cowan_inhibitory``), coupled by
`rate_coupling` with the paper's weights 16, -12, 15, -3 and driven by `P` = 1.25, is the limit cycle of its Figure 11.
Coupling is held over a time step: the cycle of 50 ms is 5 % too long with a step of 0.1 ms, 1 % with 0.02 ms.
All is dimensionless but time. The membrane variable is `r` (the paper's E or I).

Parameters: `tau`, `a` (steepness), `theta` (threshold), `rho` (the paper's r, refractory fraction).

Source: Wilson HR, Cowan JD (1972) Biophys J 12:1-24, doi:10.1016/S0006-3495(72)86068-5, Figure 11. The
figures count time in units of the time constant; 10 ms is a usual choice.

Not to be confused with `rate` (rates in Hz, threshold-linear).
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.neurons._variants import variant
from braincore.synapses.rate_coupling import RATE_COUPLING

SOURCE = "Wilson & Cowan 1972, Biophys J 12:1-24, doi:10.1016/S0006-3495(72)86068-5, Figure 11"

WILSON_COWAN = neurons.register(
    "wilson_cowan",
    NeuronModel(
        name="wilson_cowan",
        purpose="Excitatory unit of Wilson and Cowan 1972: proportion of active cells; does not spike.",
        source=SOURCE,
        equations="""
        dr/dt = (-r + (k - rho*r)*S)/tau : 1
        S = 1/(1 + exp(-a*(I - theta))) - 1/(1 + exp(a*theta)) : 1
        k = 1 - 1/(1 + exp(a*theta)) : 1
        """,
        receptors={"rate": RATE_COUPLING},
        parameters=(
            published("tau", "10 ms", "time constant", "the paper's unit of time; a usual value", "1 ms", "100 ms"),
            published("a", "1.3", "steepness of the response", SOURCE, "0.1", "10"),
            published("theta", "4", "input of the steepest response", SOURCE, "0", "20"),
            published("rho", "1", "refractory fraction", SOURCE, "0", "1"),
        ),
        initial={"r": "0"},
        membrane="r",
        input="1",
        method="exponential_euler",
    ),
    module=__name__,
)

VARIANTS = {
    "wilson_cowan_inhibitory": neurons.register(
        "wilson_cowan_inhibitory",
        variant(
            WILSON_COWAN,
            "wilson_cowan_inhibitory",
            "Inhibitory unit of Wilson and Cowan 1972: proportion of active cells; does not spike.",
            SOURCE,
            {"a": "2", "theta": "3.7"},
        ),
        module=__name__,
    )
}
