r"""Readout: a leaky sum of spikes, and how far it is from a signal that it should give.

.. math:: \tau_{out}\,\dot y = -y, \quad y \leftarrow y + w \;\text{at a spike that arrives}, \qquad v = y - I_{ext}

It does not spike. Its membrane variable :math:`v` is the error: what a ``learning_signal`` of other neurons transmits,
and one of its own where its weights learn (`e_prop_readout`). A stimulus is the signal that it should give; without one
:math:`v = y`. :math:`y` is recorded as ``exc.y``.

Parameters: of the receptor ``exc``: `tau_out` = 20 ms.

Source: Bellec G, Scherr F, Subramoney A, Hajek E, Salaj D, Legenstein R, Maass W (2020) Nat Commun 11:3625,
doi:10.1038/s41467-020-17236-y, Methods (readouts, learning signals).
"""

from __future__ import annotations

from braincore.model.neuron import NeuronModel, neurons
from braincore.model.parameter import published
from braincore.model.synapse import SynapseModel
from braincore.synapses.learning_signal import LEARNING_SIGNAL

SOURCE = "Bellec et al. 2020, Nat Commun 11:3625, doi:10.1038/s41467-020-17236-y, Methods"

LEAKY_SUM = SynapseModel(
    name="leaky_sum",
    purpose="A sum of weights of spikes, which leaks.",
    source=SOURCE,
    weight="input",
    equations="dy/dt = -y/tau_out : volt",
    current="y",
    on_pre="y += w",
    parameters=(published("tau_out", "20 ms", "time constant of the readout", SOURCE, "0.1 ms", "1000 ms"),),
)

READOUT = neurons.register(
    "readout",
    NeuronModel(
        name="readout",
        purpose="Leaky sum of spikes less the signal that it should give; does not spike.",
        source=SOURCE,
        equations="v = I_syn - I_ext : volt",
        receptors={"exc": LEAKY_SUM, "learning_signal": LEARNING_SIGNAL},
        input="V",
        method="exact",
    ),
    module=__name__,
)
