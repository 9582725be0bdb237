r"""Unit that holds how far a neuron's spikes are from those that it should emit.

.. math:: \tau_{rise}\,\dot a = -a, \qquad \tau_{decay}\,\dot v = a - v, \qquad
          a \leftarrow a + w \;\text{at a spike that arrives}

Spikes that should be end on the receptor ``target``, those of the neuron on ``output``; their weights are in volts, and
:math:`v = \alpha * (\hat S - S)`. It does not spike: a ``learning_signal`` transmits :math:`v`. The integral of
:math:`v^2` is a van Rossum distance of the two trains.

Parameters: `tau_rise` = 5 ms, `tau_decay` = 10 ms.

Source: Zenke F, Ganguli S (2018) Neural Comput 30:1514-1541, doi:10.1162/neco_a_01086.
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel

SOURCE = "Zenke & Ganguli 2018, Neural Comput 30:1514-1541, doi:10.1162/neco_a_01086"


def _filtered(name: str, current: str) -> SynapseModel:
    return SynapseModel(
        name=name,
        purpose="Spikes through the first of two filters.",
        source=SOURCE,
        weight="input",
        equations="da/dt = -a/tau_rise : volt",
        current=current,
        on_pre="a += w",
        parameters=(published("tau_rise", "5 ms", "rise of the filter", SOURCE, "0.5 ms", "200 ms"),),
    )


SPIKE_ERROR = neurons.register(
    "spike_error",
    NeuronModel(
        name="spike_error",
        purpose="Filtered difference between spikes that should be and spikes that are; does not spike.",
        source=SOURCE,
        equations="dv/dt = (I - v)/tau_decay : volt",
        receptors={"target": _filtered("target_spikes", "a"), "output": _filtered("output_spikes", "-a")},
        parameters=(published("tau_decay", "10 ms", "decay of the filter", SOURCE, "0.5 ms", "500 ms"),),
        initial={"v": "0 mV"},
        input="V",
        method="exact",
    ),
    module=__name__,
)
