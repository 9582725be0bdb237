r"""Learning signal: a weighted sum of errors that reaches a neuron at all times and moves nothing but its synapses.

.. math:: L_i = \sum_j w_{ij}\, v_j

For rules with an error as third factor (`e_prop`): :math:`v_j` is the membrane variable of the units that hold the
errors, the weight is a plain number. There is no delay, and no current.

Source: Bellec G, Scherr F, Subramoney A, Hajek E, Salaj D, Legenstein R, Maass W (2020) Nat Commun 11:3625,
doi:10.1038/s41467-020-17236-y, eq. 4.
"""

from __future__ import annotations

from braincore.model.synapse import SynapseModel, synapses

LEARNING_SIGNAL = synapses.register(
    "learning_signal",
    SynapseModel(
        name="learning_signal",
        purpose="Weighted sum of errors for rules with a learning signal; gives no current.",
        source="Bellec et al. 2020, Nat Commun 11:3625, doi:10.1038/s41467-020-17236-y, eq. 4",
        weight="1",
        equations="L = total : volt",
        transmission="w*v_pre",
    ),
    module=__name__,
)
