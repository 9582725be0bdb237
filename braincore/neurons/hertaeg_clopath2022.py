r"""Rate of a cell or a dendrite in the error circuits of Hertaeg & Clopath (2022): linear, but never negative.

.. math:: \tau\,\dot r = -r + I, \qquad r \ge 0

The rate is set to zero wherever a step would take it below, as in the authors' program; `rate` rectifies its input
instead. Both have the same steady state. Rates are dimensionless, and units are coupled by `rate_coupling`. The
authors' step by Heun's method is Euler's here. The membrane variable is `r`.

Parameters: `tau`, 60 ms for excitatory cells and their dendrites, 2 ms for interneurons.

Source: Hertaeg L, Clopath C (2022) Prediction-error neurons in circuits with multiple neuron types: formation,
refinement, and functional implications. PNAS 119:e2115699119, doi:10.1073/pnas.2115699119, and its program.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.synapses.rate_coupling import RATE_COUPLING

SOURCE = "Hertaeg & Clopath 2022, PNAS 119:e2115699119, doi:10.1073/pnas.2115699119"

HERTAEG_CLOPATH2022 = neurons.register(
    "hertaeg_clopath2022",
    NeuronModel(
        name="hertaeg_clopath2022",
        purpose="Linear rate that is set to zero where it would become negative; does not spike.",
        source=SOURCE,
        equations="dr/dt = clip((I - r)/tau, -r/dt, inf*hertz) : 1",
        receptors={"rate": RATE_COUPLING},
        parameters=(published("tau", "60 ms", "time constant", SOURCE, "0.5 ms", "1000 ms"),),
        initial={"r": "0"},
        membrane="r",
        input="1",
        method="euler",
    ),
    module=__name__,
)
