r"""Unit of discrete time: its activity is its input of the time step before.

.. math:: r(t + \Delta t) = I(t)

For models that are written in steps (temporal difference learning, trial by trial): linear, without memory, of either
sign, as a signal around a baseline is. Coupled by `rate_coupling`, whatever goes through `n` units comes `n` steps
later. Written as :math:`\dot r = (I - r)/\Delta t`, which one step of Euler's method empties and fills.

Source: Sutton RS, Barto AG (1990) in Gabriel & Moore, Learning and Computational Neuroscience, MIT Press, pp 497-537
(units in discrete time).

Not to be confused with `rate`, which has a time constant and no negative activity.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.synapses.rate_coupling import RATE_COUPLING

STEP_UNIT = neurons.register(
    "step_unit",
    NeuronModel(
        name="step_unit",
        purpose="Linear unit of discrete time: passes on its input of the step before; does not spike.",
        source="Sutton & Barto 1990, in Learning and Computational Neuroscience, MIT Press, 497-537",
        equations="dr/dt = (I - r)/dt : 1",
        receptors={"rate": RATE_COUPLING},
        initial={"r": "0"},
        membrane="r",
        input="1",
        method="euler",
    ),
    module=__name__,
)
